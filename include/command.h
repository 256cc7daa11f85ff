/* command.h: the tool's commands as functions, run either by the tool itself (offline) or by the owner of the archive on
 * behalf of a tool that connected (one code path, no second protocol).
 *
 * A command never opens a file that its user named: it asks the host, which opens it with the user's own rights and hands
 * over a descriptor. Output goes to the user's own descriptors. */
#ifndef AKTA_COMMAND_H
#define AKTA_COMMAND_H

#include "office.h"

/* Exit statuses of contract.md. */
enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_REFUSED = 3, EXIT_DAMAGED = 4 };
int exit_status_of(const struct err *e);

/* What stands between a command and the person who called it. */
struct host {
    int out, err;             /* descriptors of the caller; borrowed */
    bool json, terminal;      /* --json; err is a terminal (progress is shown) */
    enum lang lang;
    struct actor who;
    /* Opens a file or folder named on the command line (or below such a folder) for reading. */
    bool (*open_input)(struct host *h, struct str path, int *fd, struct err *e);
    /* The files below a folder, depth first in name order: *path in the arena; *fd -1 and path.n 0 at the end. */
    bool (*next_input)(struct host *h, struct str folder, struct arena *a, struct str *path, int *fd, struct err *e);
    /* Creates a file for output, below a folder named with -o or the file itself. */
    bool (*create_output)(struct host *h, struct str path, int *fd, struct err *e);
    bool (*stopped)(struct host *h); /* the caller pressed Ctrl-C or went away */
    void *ctx;
};

/* Runs argv (without program name and global options). `a` is the open archive, or NULL when it runs offline and the
 * command needs none or makes one (`dir` says where). Returns the exit status. */
int command_run(int argc, const char *const *argv, const char *dir, struct archive *a, struct host *h);
/* What the tool must know before it runs a command. */
enum command_need { NEED_NOTHING, NEED_ARCHIVE, NEED_NO_OWNER /* init, restore: the folder must be free */ };
bool command_need_of(int argc, const char *const *argv, enum command_need *out);

/* The owner's side: serves tools on DIR/run/command.sock until command_server_stop. Rights by SO_PEERCRED: the owner and
 * uid 0 may all, others what [operators] of the settings says. */
struct command_server;
bool command_server_start(struct archive *a, const char *dir, struct command_server **out, struct err *e) MUST_USE;
void command_server_stop(struct command_server **s); /* waits for running commands, at most 10 s, then ends them */
/* The tool's side: ERR_NOT_FOUND when nobody listens. *status is the command's exit status. */
bool command_call(const char *dir, int argc, const char *const *argv, struct host *h, int *status, struct err *e)
    MUST_USE;

#endif
