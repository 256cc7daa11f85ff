/* command.h: the tool's commands as functions, run either by the tool itself (offline) or by the owner of the archive
 * on behalf of a tool that connected (one code path, no second protocol).
 *
 * A command never opens a file that its user named: it asks the host, which opens it with the user's own rights and
 * hands over a descriptor. Output goes to the user's own descriptors. */
#ifndef AKTA_COMMAND_H
#define AKTA_COMMAND_H

#include "office.h"

/* Exit statuses of contract.md. */
enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_REFUSED = 3, EXIT_DAMAGED = 4 };
int exit_status_of(const struct err *e);

/* What stands below a folder. */
enum input_kind { INPUT_FILE, INPUT_FOLDER, INPUT_OTHER /* a link, a socket, a device: never read */, INPUT_END };
struct input {
    enum input_kind kind;
    struct str path;
    uint64_t size; /* of a file, when it was looked at */
};

/* What stands between a command and the person who called it. Every function may be called from any thread. */
struct host {
    int out, err;        /* descriptors of the caller; borrowed */
    bool json, terminal; /* --json; err is a terminal (progress is shown) */
    enum lang lang;
    struct actor who;
    /* Opens a file or folder named on the command line (or a file below such a folder) for reading; closes nothing. */
    bool (*open_input)(struct host *h, struct str path, int *fd, struct err *e);
    /* The next entry below a folder, depth first in name order; its path begins with the folder and lies in the arena.
     * INPUT_END ends it, and the next call begins anew. Folders are gone into, not named. */
    bool (*next_input)(struct host *h, struct str folder, struct arena *a, struct input *out, struct err *e);
    /* Creates a file for output, below a folder named with -o or the file itself. It takes its name (replacing what had
     * it) when finish_output keeps it; else it vanishes, also when the caller dies. */
    bool (*create_output)(struct host *h, struct str path, int *fd, struct err *e);
    bool (*finish_output)(struct host *h, struct str path, bool keep, struct err *e);
    /* Opens a folder named on the command line; `create` makes it when it is not there, for writing. */
    bool (*open_folder)(struct host *h, struct str path, bool create, int *fd, struct err *e);
    bool (*stopped)(struct host *h); /* the caller pressed Ctrl-C or went away */
    const char *closed_why; /* for a command of NEED_EVEN_BROKEN without the archive: why it does not open; may be NULL */
    void *ctx;
};

/* Global options before the command: [-d DIR] [--json] [--help] [--version]. */
struct command_globals {
    const char *dir; /* NULL: not given */
    bool json, help, version;
    int first; /* where the command stands in argv; argc: there is none */
};
bool command_globals_read(int argc, const char *const *argv, struct command_globals *out, struct err *e) MUST_USE;

/* Runs argv (without program name and global options). `a` is the open archive, or NULL when it runs offline and the
 * command needs none or makes one (`dir` says where). Returns the exit status. */
int command_run(int argc, const char *const *argv, const char *dir, struct archive *a, struct host *h);
/* What the tool must know before it runs a command. */
enum command_need {
    NEED_NOTHING,  /* runs without an archive */
    NEED_OPTIONAL, /* uses the archive's own plan and law when there is one, else those that ship with the program */
    NEED_ARCHIVE,
    NEED_EVEN_BROKEN, /* an archive, and if it does not open, command_run without it: doctor */
    NEED_NO_OWNER,    /* init, restore: the folder must be free */
};
/* Parses argv by the table; what is wrong with it, with the nearest name, is ERR_INVALID. --json and -d DIR that stand
 * after the command are added to *globals. */
bool command_need_of(int argc, const char *const *argv, struct command_globals *globals, enum command_need *need,
                     struct err *e) MUST_USE;
/* How the program calls itself when it speaks to people, the reason and where help stands; to fd. */
void command_complain(int fd, const struct err *e, int argc, const char *const *argv);

/* A host for a command that runs in the caller's own process with the caller's own rights. It opens what argv names and
 * nothing else. `stop` (may be NULL) is asked by stopped(). */
bool host_local_open(int argc, const char *const *argv, bool (*stop)(void *ctx), void *stop_ctx, struct host *h,
                     struct err *e) MUST_USE;
void host_local_close(struct host *h); /* outputs that were not finished vanish */

/* The owner's side: serves tools on DIR/run/command.sock until command_server_stop. Rights by SO_PEERCRED: the owner
 * and uid 0 may all, others what [operators] of the settings says. */
struct command_server;
bool command_server_start(struct archive *a, const char *dir, struct command_server **out, struct err *e) MUST_USE;
/* Asks running commands to end, waits at most 10 s, then interrupts them. false: one still hangs, and the archive must
 * not be closed under it (ending the process is safe). */
bool command_server_stop(struct command_server **s);
/* Rows of both programs for the table of DIR/akta.conf ([operators], [window]); ends with name NULL. */
extern const struct setting command_settings[];

/* The address of a socket DIR/name. sun_path is short: a DIR that does not fit is reached through `folder`, open on it.
 */
struct sockaddr_un;
bool socket_address(const char *dir, int folder, const char *name, struct sockaddr_un *out);

/* The tool's side, over a local host: ERR_NOT_FOUND when nobody listens, ERR_BUSY when the owner does not answer.
 * *status is the command's exit status. */
bool command_call(const char *dir, int argc, const char *const *argv, struct host *h, int *status,
                  struct err *e) MUST_USE;

#endif
