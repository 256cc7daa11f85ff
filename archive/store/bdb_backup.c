/* bdb_backup.c: the hot copy of the environment, and Berkeley DB's own verifier on such a copy. */
#include "bdb_internal.h"

#include "txlog_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define COPY_CACHE (16u << 20)

bool engine_checkpoint(struct store *s, struct err *e)
{
    int rc = keeper_checkpoint(s->engine);
    return rc == 0 || bdb_fail(NULL, rc, e, N_("writing a checkpoint"));
}

static void folder_path(int parent, const char *name, char out[STORE_PATH_MAX])
{
    snprintf(out, STORE_PATH_MAX, "/proc/self/fd/%d/%s", parent, name);
}

static void ignore_finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    (void)ctx;
    (void)place;
    (void)wrong;
    (void)mend;
}

/* The copy of the last log file is as long as the file may become; most of it is nothing. */
static bool trim_copy(int parent, const char *name, struct err *e)
{
    const struct log_mark none = {0};
    struct log_extent extent;
    struct findings f = {.tell = ignore_finding, .lang = e->lang}; /* the manifest and doctor prove the copy */
    CLEANUP(fd_close) int fd = disk_now()->openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0) {
        return err_errno(e, errno, "cannot open %s in the backup", name);
    }
    return txlog_check(fd, &none, &f, &extent, e) && txlog_trim(fd, &extent, e);
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
    if (rc != 0) {
        return bdb_fail(NULL, rc, e, N_("copying the environment"));
    }
    return trim_copy(parent, name, e);
}

static void verify_table(DB_ENV *env, enum store_table t, struct findings *f)
{
    char file[64], place[80];
    DB *db = NULL;
    table_file_name(t, file);
    int rc = db_create(&db, env, 0);
    rc = rc ? rc : db->verify(db, file, NULL, NULL, 0); /* consumes the handle, whatever it answers */
    if (rc != 0 && !(rc == ENOENT && t > T_INDEX)) { /* a table that came later may not be there yet */
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
    return rc == 0 || bdb_fail(NULL, rc, e, N_("closing a copy of the environment"));
}

bool engine_count(struct store *s, enum store_table t, uint64_t *rows, struct err *e)
{
    DB_BTREE_STAT *st = NULL;
    DB *db = s->engine->tables[t];
    int rc = db->stat(db, NULL, &st, DB_READ_COMMITTED);
    if (rc != 0) {
        return bdb_fail(NULL, rc, e, N_("counting rows"));
    }
    *rows = st->bt_ndata;
    free(st);
    return true;
}
