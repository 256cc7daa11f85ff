/* store_internal.h: what the files of the room share. Nobody outside archive/store/ includes it, except its tests.
 *
 * DIR, as this room lays it out (all folders 0700, all files 0600):
 *   format          "akta-data 1\n", exactly; written last when a DIR is made, so a half-made one is no archive
 *   env/            Berkeley DB: TABLE.db and log.NNNNNNNNNN
 *   content/ab/cd…  content files: two hex digits, a slash, thirty hex digits; any other name there is a temporary
 *   keys/kek-N      key-encryption key of epoch N (eight digits); other files in keys/ belong to higher rooms
 *   keys/copied     the newest epoch that a copy of keys/ holds
 *   run/owner       flock of the owning process
 *   run/ballast     reserve of free space
 *   run/synced      how far the transaction log is known to be durable (see bdb_hooks.c)
 *   run/panics      one line for each fail-stop
 *   run/doctor-*    scratch copies; removed at open
 *   log/, akta.conf belong to higher rooms; a backup copies them */
#ifndef AKTA_STORE_INTERNAL_H
#define AKTA_STORE_INTERNAL_H

#include "store.h"

#include <pthread.h>
#include <stdatomic.h>

#define STORE_FORMAT_LINE "akta-data 1\n"
#define STORE_PATH_MAX    3072u
#define TABLE_PAGE        4096u

#define STORE_NOTES 8u
struct store_note { /* see store_note */
    char place[64];
    const char *wrong, *mend;
};

struct engine;        /* Berkeley DB: bdb*.c */
struct writer;        /* the committer thread: writer.c */
struct keyring;       /* key-encryption keys in locked memory: keys.c */
struct content_shelf; /* buffers and folders of content files: content_shelf.h */

struct store {
    struct store_config config; /* config.dir points to `dir` */
    char dir[STORE_PATH_MAX];   /* absolute */
    int dir_fd, env_fd, content_fd, keys_fd, run_fd, owner_fd;
    unsigned cores; /* processors this process may use, at least 1 */
    bool maintenance;
    struct engine *engine;
    struct writer *writer;
    struct keyring *keys;
    struct content_shelf *shelf; /* content_shelf_open(content_fd, cores, &shelf, e) at open; _close before dir_leave */
    const struct row_kind *kinds[TABLE_COUNT]; /* for doctor; set before threads start */
    atomic_uint_fast64_t commits, batches, retries;
    atomic_uint log_holds;    /* running backups and checks: the transaction logs they read stay */
    atomic_bool ballast_owed; /* the reserve was given up and is not back yet */
    struct store_note notes[STORE_NOTES];
    atomic_uint note_count; /* those not told yet */
};

/* ---- dir.c: the folder */
bool dir_lay(struct store *s, struct err *e) MUST_USE; /* an empty DIR gets its folders; format comes last */
/* Opens the folders of an existing DIR and owns it; `sealed`: it must have its format line. */
bool dir_enter(struct store *s, bool sealed, struct err *e) MUST_USE;
bool dir_seal(int dir_fd, struct err *e) MUST_USE; /* writes format: from now on this is an archive */
void dir_leave(struct store *s);
bool dir_prepare_env(struct store *s, struct err *e) MUST_USE; /* refuses DB_CONFIG, removes left-over regions */
bool dir_absolute(const char *dir, char out[STORE_PATH_MAX], struct err *e) MUST_USE;
bool dir_check_format(int dir_fd, const char *dir, struct err *e) MUST_USE;
bool dir_remove_tree(int dir, const char *name, struct err *e) MUST_USE; /* absent is fine */
/* Calls `each` for every entry but . and .. ; order is that of the disk. */
typedef bool (*dir_each)(void *ctx, int dir, const char *name, bool is_folder, struct err *e);
bool dir_list(int dir, const char *path, dir_each each, void *ctx, struct err *e) MUST_USE;

/* ---- findings.c: what a check found, told in the language of the person who asked */
struct findings {
    store_finding tell;
    void *ctx;
    enum lang lang;
    uint64_t faults;
};
/* `mend` and `wrong` are English literals, translated here. */
void store_findings_add(struct findings *f, const char *place, const char *mend, const char *wrong, ...)
    PRINTF_LIKE(4, 5);
#define MEND_RESTORE N_("restore the newest backup into an empty folder; until then do not rely on this file")

/* ---- bdb_env.c: the environment */
enum engine_mode {
    ENGINE_CREATE,   /* makes the tables */
    ENGINE_OPEN,     /* looks first, then recovers what the last run left */
    ENGINE_RESTORED, /* the folder was copied from a running store: recovers from the whole log */
};
bool engine_open(struct store *s, enum engine_mode mode, struct err *e) MUST_USE;
void engine_close(struct store *s);

uint64_t engine_debt(const struct store *s); /* bytes the table files may grow by at the next checkpoint, at most */
bool engine_checkpoint(struct store *s, struct err *e) MUST_USE;
bool engine_count(struct store *s, enum store_table t, uint64_t *rows, struct err *e) MUST_USE;
/* A hot copy of the environment into the folder `name` of `parent`, which is made anew. Not synced. */
bool engine_copy(struct store *s, int parent, const char *name, struct err *e) MUST_USE;
bool engine_verify_copy(int parent, const char *name, struct findings *f, uint64_t *checked, struct err *e) MUST_USE;

/* ---- bdb_txn.c: transactions */
struct txn {
    struct store *store;
    void *handle; /* DB_TXN */
    bool writes;
    bool changed; /* a row was written: undoing it needs an abort */
    int trouble;  /* the engine's code that dooms this transaction, or 0 */
};
bool txn_begin(struct store *s, struct txn *parent, bool writes, struct txn *out, struct err *e) MUST_USE;
bool txn_commit(struct txn *t,
                struct err *e) MUST_USE; /* a parent of the writer: synced; doomed or full: it is undone */
void txn_abort(struct txn *t);
bool txn_deadlocked(const struct txn *t);
/* Whether this thread runs inside a verb or a read: waiting for the writer there would wait for ever. */
bool txn_inside(void);
void txn_enter(bool inside);

/* ---- writer.c */
bool writer_start(struct store *s, struct err *e) MUST_USE;
void writer_stop(struct store *s); /* runs what is queued, then ends the thread */

/* ---- store.c */
struct store *store_new(const struct store_config *c, struct err *e); /* nothing opened yet */
/* A restored folder, before it is sealed: the environment is recovered from its whole log. */
bool store_open_restored(const struct store_config *c, struct store **out, struct err *e) MUST_USE;

/* ---- keys.c */
uint32_t wrapped_epoch(const struct wrapped_key *w);
bool keyring_create(int keys_fd, uint32_t epoch, struct err *e) MUST_USE; /* a fresh key file */
bool keyring_open(int keys_fd, struct keyring **out, struct err *e) MUST_USE;
void keyring_close(struct keyring **k);
bool keyring_has(struct keyring *k, uint32_t epoch);
/* One rotation at a time: begin is false when another is under way. */
bool keyring_turning(struct keyring *k, bool begin);
size_t keyring_epochs(struct keyring *k, uint32_t out[KEY_EPOCHS_MAX]);
bool keyring_add(struct keyring *k, int keys_fd, uint32_t number, struct err *e) MUST_USE; /* a fresh one, in force */
bool keyring_destroy(struct keyring *k, int keys_fd, uint32_t number, struct err *e) MUST_USE; /* file and memory */
/* What a key-encryption key is called in the log: SHA-256("kek\n" || key). */
bool keyring_name(struct keyring *k, uint32_t number, uint8_t sha256[SHA256_SIZE], struct err *e) MUST_USE;
/* Under the newest epoch, if it is not there yet. */
bool key_rewrap(const struct store *s, const struct id *object, struct wrapped_key *w, struct err *e) MUST_USE;
bool keyring_check(int keys_fd, struct findings *f, struct err *e) MUST_USE; /* every key file, by its digest */
bool keyring_file(const char *name, uint32_t *epoch);                        /* is this the name of a key file? */
/* May the folder take a copy of keys_fd? ERR_CONFLICT: a sound key lies there that is not ours. */
bool keyring_copy_is_ours(int keys_fd, int copy_fd, struct err *e) MUST_USE;

/* ---- key_epochs.c */
/* keys/copied: the newest epoch of which a copy was made (backup --keys), or from which this archive was restored. */
bool keys_note_copied(struct store *s, uint32_t epoch, struct err *e) MUST_USE;
bool keys_copied(
    const struct store *s); /* is the newest epoch in a copy? Before the first turn it is taken for granted */
bool keys_doctor(struct store *s, struct findings *f, struct err *e) MUST_USE;

/* ---- backup_keys.c: the table of wrapped keys as a stream into keys/ */
bool keys_export(struct store *s, struct err *e) MUST_USE;

/* ---- space.c: free space, ballast, panics */
uint64_t space_free(const struct store *s);
/* Over the floor, counting the ballast that is still owed and what the tables have yet to take. */
bool space_enough(const struct store *s);
bool space_settle(struct store *s); /* the same, after a checkpoint when that is what is missing */
void ballast_drop_if_full(struct store *s);
void ballast_restore(struct store *s); /* when there is room for it */
bool panics_recent(const struct store *s, unsigned *count);
void panics_clear(const struct store *s);
/* Records the panic in run/panics and ends the process. */
void store_fail_stop(int run_fd, const char *why_fmt, ...) PRINTF_LIKE(2, 3) __attribute__((noreturn));

#endif
