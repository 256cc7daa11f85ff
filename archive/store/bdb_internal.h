/* bdb_internal.h: what the files around Berkeley DB share. Only archive/store/bdb*.c include it, and with it <db.h>. */
#ifndef AKTA_STORE_BDB_INTERNAL_H
#define AKTA_STORE_BDB_INTERNAL_H

#include "store_internal.h"
#include "table_ids.h"

#include <db.h>

struct hooked;

struct engine {
    DB_ENV *env;
    DB *tables[TABLE_COUNT];
    struct store *store;
    struct hooked *hooked; /* the files of this environment as the hooks know them */
    char home[STORE_PATH_MAX + 8];
    atomic_uint_fast64_t settled; /* log volume up to which the table files are written */
    enum table_ids ids;           /* env/tables as it was found */
    bool added;                   /* tables were made that the archive did not have */
    bool logged_in;               /* opened far enough that closing should checkpoint */
    pthread_t expirer, keeper;
    bool expirer_runs, keeper_runs;
    pthread_mutex_t lock; /* guards stopping */
    pthread_cond_t wake;
    bool stopping;
};

/* ---- bdb_hooks.c */
void hooks_install(void); /* once a process; cheap to repeat */
struct hooked *hooks_watch(const char *home, int env_fd, int run_fd, bool unsealed);
void hooks_forget(struct hooked **h);
uint64_t hooks_log_volume(const struct hooked *h); /* bytes written to the log so far */
/* From here on the transaction log is followed: all before (file, end) is durable. */
void hooks_arm(struct hooked *h, uint32_t file, uint32_t end);

/* ---- bdb_env.c */
/* Sets the reason from a Berkeley DB code; a code that dooms the transaction is remembered in t (may be NULL). */
bool bdb_fail(struct txn *t, int rc, struct err *e, const char *doing);
/* The same of a row of a table, which is named when it is damaged. */
bool bdb_table_fail(struct txn *t, enum store_table tb, int rc, struct err *e, const char *doing);
void bdb_dbt_in(DBT *d, struct bytes b);
int table_create_handle(DB_ENV *env, DB **out);
void table_file_name(enum store_table t, char out[64]);
DB_ENV *bdb_env_private(const char *home, uint32_t cache, struct err *e); /* a copy, recovered; never fail-stops */

/* ---- bdb_keeper.c: checkpoints, log removal, lock expiry */
bool keeper_start(struct engine *g, struct err *e) MUST_USE;
void keeper_stop(struct engine *g);
int keeper_checkpoint(struct engine *g); /* now; and removes logs nobody needs */

#endif
