/* bdb_backup.c: the hot copy of the environment, and Berkeley DB's own verifier on such a copy. */
#include "bdb_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define COPY_CACHE (16u << 20)

bool engine_checkpoint(struct store *s, struct err *e)
{
    int rc = keeper_checkpoint(s->engine);
    return rc == 0 || bdb_fail(NULL, rc, e, "writing a checkpoint");
}

static void folder_path(int parent, const char *name, char out[STORE_PATH_MAX])
{
    snprintf(out, STORE_PATH_MAX, "/proc/self/fd/%d/%s", parent, name);
}

bool engine_copy(struct store *s, int parent, const char *name, struct err *e)
{
    char path[STORE_PATH_MAX];
    folder_path(parent, name, path);
    if (!dir_remove_tree(parent, name, e) || !dir_make(parent, name, 0700, e)) {
        return false;
    }
    atomic_fetch_add(&s->log_holds, 1);
    DB_ENV *env = s->engine->env;
    int rc = env->backup(env, path, DB_CREATE | DB_BACKUP_CLEAN);
    atomic_fetch_sub(&s->log_holds, 1);
    return rc == 0 || bdb_fail(NULL, rc, e, "copying the environment");
}

static void verify_table(DB_ENV *env, enum store_table t, struct findings *f)
{
    char file[64], place[80];
    DB *db = NULL;
    table_file_name(t, file);
    int rc = db_create(&db, env, 0);
    rc = rc ? rc : db->verify(db, file, NULL, NULL, 0); /* consumes the handle, whatever it answers */
    if (rc != 0) {
        snprintf(place, sizeof place, "env/%s", file);
        store_findings_add(f, place, MEND_RESTORE, N_("the structure of the table is damaged: %s"), db_strerror(rc));
    }
}

bool engine_verify_copy(int parent, const char *name, struct findings *f, uint64_t *checked, struct err *e)
{
    char path[STORE_PATH_MAX];
    folder_path(parent, name, path);
    DB_ENV *env = bdb_env_private(path, COPY_CACHE, e);
    if (!env) {
        return false;
    }
    for (int t = 0; t < TABLE_COUNT; t++) {
        verify_table(env, (enum store_table)t, f);
        (*checked)++;
    }
    int rc = env->close(env, 0);
    return rc == 0 || bdb_fail(NULL, rc, e, "closing a copy of the environment");
}

bool engine_count(struct store *s, enum store_table t, uint64_t *rows, struct err *e)
{
    DB_BTREE_STAT *st = NULL;
    DB *db = s->engine->tables[t];
    int rc = db->stat(db, NULL, &st, DB_READ_COMMITTED);
    if (rc != 0) {
        return bdb_fail(NULL, rc, e, "counting rows");
    }
    *rows = st->bt_ndata;
    free(st);
    return true;
}
