/* bdb_env.c: the environment of Berkeley DB, opened and closed.
 *
 * One private, recovered environment with one B-tree file a table. Promises that nothing is opened that can be seen to
 * be damaged beforehand (the transaction log, the first page of each table): the engine itself would silently shorten
 * the log, or panic. A panic afterwards ends the process. Fails with what is damaged and what to do. */
#include "bdb_internal.h"

#include "page_check.h"
#include "txlog_mark.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_EXACT_FROM (500ull << 20)
#define LOG_BUFFER_MAX   (4u << 20)
#define LOCKS_MAX        100000u
#define LOCKERS_MAX      10000u
#define LOCK_TABLE       1009u
#define TXN_MAX          1000u
#define LATCHES_FIRST    3000u
#define LATCHES_MAX      4000000u
#define HASH_LATCHES     1009u
#define LOCK_TIMEOUT_US  5000000u
#define SPEAK_WINDOW_NS  10000000000u
#define SPEAK_MAX        8u

/* ---- errors */

static enum err_code code_of(int rc)
{
    switch (rc) {
        case DB_LOCK_DEADLOCK:
        case DB_LOCK_NOTGRANTED:
        case DB_REP_HANDLE_DEAD:
        case EAGAIN:
        case EBUSY:
            return ERR_BUSY;
        case DB_KEYEXIST:
            return ERR_CONFLICT;
        case DB_NOTFOUND:
        case DB_KEYEMPTY:
            return ERR_NOT_FOUND;
        case ENOSPC:
        case EDQUOT:
            return ERR_FULL;
        case ENOMEM:
            return ERR_MEMORY;
        case DB_VERIFY_BAD:
        case DB_PAGE_NOTFOUND:
        case DB_RUNRECOVERY:
        case DB_LOG_VERIFY_BAD:
            return ERR_CORRUPT;
        default:
            return ERR_IO;
    }
}

bool bdb_fail(struct txn *t, int rc, struct err *e, const char *doing)
{
    if (t && t->trouble == 0 && rc != DB_NOTFOUND && rc != DB_KEYEXIST) {
        t->trouble = rc;
    }
    enum err_code code = code_of(rc);
    /* On a full disk the cache fills with pages that cannot be written, and the engine calls that out of memory. */
    if (code == ERR_FULL || (rc == ENOMEM && t && !space_enough(t->store))) {
        return err_set(e, ERR_FULL, "the disk is full (%s); nothing was changed, free some space", tr(e->lang, doing));
    }
    return err_set(e, code, "the store failed while %s: %s", tr(e->lang, doing), db_strerror(rc));
}

bool bdb_table_fail(struct txn *t, enum store_table tb, int rc, struct err *e, const char *doing)
{
    bdb_fail(t, rc, e, doing);
    return e->code == ERR_CORRUPT ? err_wrap(e, "env/%s.db", table_name(tb)) : false;
}

/* A full disk makes the engine say the same thing for every page. */
static bool may_speak(void)
{
    static atomic_uint said;
    static atomic_llong since;
    long long now = (long long)(monotonic_ns() / SPEAK_WINDOW_NS);
    if (atomic_exchange(&since, now) != now) {
        atomic_store(&said, 0);
    }
    return atomic_fetch_add(&said, 1) < SPEAK_MAX;
}

static void on_message(const DB_ENV *env, const char *prefix, const char *msg)
{
    char line[200];
    (void)env;
    (void)prefix;
    if (!may_speak()) {
        return;
    }
    text_printable(str_of(msg), line, sizeof line);
    log_line(LOG_WARN, "store", "berkeley-db %s", line);
}

static void on_event(DB_ENV *env, u_int32_t event, void *info)
{
    const struct engine *g = env->app_private;
    if (event == DB_EVENT_PANIC && g) {
        const int *rc = info;
        store_fail_stop(g->store->run_fd, "the store panicked: %s", rc ? db_strerror(*rc) : "unknown");
    }
}

/* ---- opening */

/* Below 500 MB the library adds a quarter to what it is told, for its own use: it is told less, so that the setting is
 * what the cache takes. */
static uint64_t cache_told(uint64_t bytes)
{
    return bytes < CACHE_EXACT_FROM ? bytes / 5 * 4 : bytes;
}

static int configure(DB_ENV *env, const struct store_config *c)
{
    u_int32_t buffer = c->log_bytes / 4 < LOG_BUFFER_MAX ? (u_int32_t)(c->log_bytes / 4) : LOG_BUFFER_MAX;
    uint64_t cache = cache_told(c->cache_bytes);
    u_int32_t giga = (u_int32_t)(cache >> 30), rest = (u_int32_t)(cache & ((1u << 30) - 1));
    int rc = env->set_cachesize(env, giga, rest, 1);
    rc = rc ? rc : env->set_mp_pagesize(env, TABLE_PAGE);
    rc = rc ? rc : env->set_mp_mtxcount(env, HASH_LATCHES);
    rc = rc ? rc : env->mutex_set_init(env, LATCHES_FIRST); /* the rest as the cache fills */
    rc = rc ? rc : env->mutex_set_max(env, LATCHES_MAX);
    rc = rc ? rc : env->set_lg_bsize(env, buffer);
    rc = rc ? rc : env->set_lg_max(env, (u_int32_t)c->log_bytes);
    rc = rc ? rc : env->set_lg_filemode(env, 0600);
    rc = rc ? rc : env->set_lk_detect(env, DB_LOCK_MINWRITE);
    rc = rc ? rc : env->set_lk_max_locks(env, LOCKS_MAX);
    rc = rc ? rc : env->set_lk_max_objects(env, LOCKS_MAX);
    rc = rc ? rc : env->set_lk_max_lockers(env, LOCKERS_MAX);
    rc = rc ? rc : env->set_lk_tablesize(env, LOCK_TABLE);
    rc = rc ? rc : env->set_tx_max(env, TXN_MAX);
    rc = rc ? rc : env->set_timeout(env, LOCK_TIMEOUT_US, DB_SET_LOCK_TIMEOUT);
    return rc;
}

#define ENV_FLAGS (DB_CREATE | DB_INIT_MPOOL | DB_INIT_LOCK | DB_INIT_LOG | DB_INIT_TXN | DB_THREAD | DB_PRIVATE)

static bool open_env(struct engine *g, enum engine_mode mode, struct err *e)
{
    int rc = db_env_create(&g->env, 0);
    if (rc != 0) {
        g->env = NULL;
        return bdb_fail(NULL, rc, e, N_("creating the environment"));
    }
    g->env->app_private = g;
    g->env->set_errcall(g->env, on_message);
    rc = g->env->set_event_notify(g->env, on_event);
    rc = rc ? rc : configure(g->env, &g->store->config);
    if (rc != 0) {
        return bdb_fail(NULL, rc, e, N_("configuring the environment"));
    }
    rc = g->env->open(g->env, g->home, ENV_FLAGS | (mode == ENGINE_RESTORED ? DB_RECOVER_FATAL : DB_RECOVER), 0600);
    if (rc != 0) {
        return bdb_fail(NULL, rc, e, N_("recovering the environment"));
    }
    return true;
}

void table_file_name(enum store_table t, char out[64])
{
    snprintf(out, 64, "%s.db", table_name(t));
}

int table_create_handle(DB_ENV *env, DB **out)
{
    int rc = db_create(out, env, 0);
    if (rc == 0) {
        rc = (*out)->set_flags(*out, DB_CHKSUM);
        rc = rc ? rc : (*out)->set_pagesize(*out, TABLE_PAGE);
    } else {
        *out = NULL;
    }
    return rc;
}

/* Tables that an older archive does not have yet; *any: there are some. */
static bool find_new_tables(const struct engine *g, bool is_new[TABLE_COUNT], bool *any, struct err *e)
{
    *any = false;
    for (int t = 0; t < TABLE_COUNT; t++) {
        is_new[t] = table_is_new(g->store->env_fd, (enum store_table)t);
        *any |= is_new[t];
    }
    return !*any || table_ids_forget(g->store->env_fd, e);
}

static bool open_tables(struct engine *g, enum engine_mode mode, struct err *e)
{
    DB_TXN *tx = NULL;
    char name[64] = "";
    bool is_new[TABLE_COUNT];
    if (!find_new_tables(g, is_new, &g->added, e)) {
        return false;
    }
    int rc = g->env->txn_begin(g->env, NULL, &tx, 0);
    for (int t = 0; t < TABLE_COUNT && rc == 0; t++) {
        u_int32_t flags = DB_THREAD | (mode == ENGINE_CREATE || is_new[t] ? DB_CREATE : 0);
        table_file_name((enum store_table)t, name);
        rc = table_create_handle(g->env, &g->tables[t]);
        rc = rc ? rc : g->tables[t]->open(g->tables[t], tx, name, NULL, DB_BTREE, flags, 0600);
    }
    if (rc != 0) {
        bdb_fail(NULL, rc, e, N_("opening a table"));
        err_wrap(e, "env/%s", name);
        for (int t = 0; t < TABLE_COUNT; t++) { /* handles of an aborted open go before the transaction does */
            if (g->tables[t]) {
                g->tables[t]->close(g->tables[t], DB_NOSYNC);
                g->tables[t] = NULL;
            }
        }
        if (tx) {
            tx->abort(tx);
        }
        return false;
    }
    rc = tx->commit(tx, 0);
    return rc == 0 || bdb_fail(NULL, rc, e, N_("opening the tables"));
}

/* The engine panics over a damaged first page and shortens a damaged log; this refuses and names the file instead. */
static void keep_first(void *ctx, const char *place, const char *wrong, const char *mend)
{
    struct err *e = ctx;
    if (e->code == ERR_NONE) {
        err_set(e, ERR_CORRUPT, "%s: %s; %s", place, wrong, mend);
    }
}

static bool look_before_opening(struct engine *g, struct err *e)
{
    struct log_mark mark;
    struct log_extent extent;
    struct err found = {.lang = e->lang};
    struct findings f = {.tell = keep_first, .ctx = &found, .lang = e->lang};
    txlog_mark_read(g->store->run_fd, &mark);
    if (mark.damaged) {
        store_note(g->store, "run/" LOG_MARK_FILE, LOG_MARK_WRONG, LOG_MARK_MEND);
    }
    if (!txlog_check(g->store->env_fd, &mark, &f, &extent, e)) {
        return false;
    }
    for (int t = 0; t < TABLE_COUNT; t++) {
        if (!page_check_first(g->store->env_fd, (enum store_table)t, &f, e)) {
            return false;
        }
    }
    if (f.faults == 0 && !table_ids_check(g->store->env_fd, NULL, &f, &g->ids, e)) {
        return false;
    }
    if (f.faults > 0) {
        *e = found;
        return false;
    }
    if (g->ids == TABLE_IDS_DAMAGED) {
        store_note(g->store, "env/tables", TABLE_IDS_WRONG, TABLE_IDS_MEND);
    }
    return txlog_trim(g->store->env_fd, &extent, e);
}

/* From here on every sync of the log is noted. */
static bool arm(struct engine *g, struct err *e)
{
    DB_LOG_STAT *st = NULL;
    int rc = g->env->log_flush(g->env, NULL);
    rc = rc ? rc : g->env->log_stat(g->env, &st, 0);
    if (rc != 0) {
        return bdb_fail(NULL, rc, e, N_("looking at the transaction log"));
    }
    hooks_arm(g->hooked, st->st_cur_file, st->st_cur_offset);
    free(st);
    return dir_sync(g->store->env_fd, e);
}

/* Only a check is weaker without the list. What was made just now must lie in its file before it is listed. */
static void list_tables(struct engine *g)
{
    struct err e = ERR_INIT;
    if (g->added) {
        (void)keeper_checkpoint(g); /* a table that does not get there is listed by a later start */
    }
    if ((g->added || g->ids != TABLE_IDS_SOUND) && !table_ids_write(g->store->env_fd, &e)) {
        log_line(LOG_WARN, "store", "env/tables is not written: %s", e.text);
    }
}

static bool start(struct engine *g, enum engine_mode mode, struct err *e)
{
    if (mode == ENGINE_OPEN && !look_before_opening(g, e)) {
        return false;
    }
    g->hooked = hooks_watch(g->home, g->store->env_fd, g->store->run_fd, mode == ENGINE_CREATE);
    if (!g->hooked) {
        return err_set(e, ERR_IO, "cannot open run/synced of %s", g->store->dir);
    }
    if (!open_env(g, mode, e) || !open_tables(g, mode, e) || !arm(g, e)) {
        return false;
    }
    g->logged_in = true;
    if (mode != ENGINE_CREATE) {
        list_tables(g);
    }
    return keeper_start(g, e);
}

bool engine_open(struct store *s, enum engine_mode mode, struct err *e)
{
    struct engine *g = mem_zalloc(sizeof *g);
    if (!g) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    hooks_install();
    g->store = s;
    snprintf(g->home, sizeof g->home, "%s/env", s->dir);
    pthread_mutex_init(&g->lock, NULL);
    cond_monotonic(&g->wake);
    s->engine = g;
    if (!start(g, mode, e)) {
        engine_close(s);
        return false;
    }
    return true;
}

/* ---- closing */

static void close_tables(struct engine *g)
{
    for (int t = 0; t < TABLE_COUNT; t++) {
        if (g->tables[t]) {
            int rc = g->tables[t]->close(g->tables[t], DB_NOSYNC); /* the checkpoint wrote all */
            if (rc != 0) {
                log_line(LOG_WARN, "store", "closing table=%s %s", table_name((enum store_table)t), db_strerror(rc));
            }
            g->tables[t] = NULL;
        }
    }
}

void engine_close(struct store *s)
{
    struct engine *g = s->engine;
    if (!g) {
        return;
    }
    keeper_stop(g);
    if (g->logged_in) {
        (void)keeper_checkpoint(g); /* failing here costs the next start some recovery, nothing else */
    }
    close_tables(g);
    if (g->env) {
        int rc = g->env->close(g->env, 0);
        if (rc != 0) {
            log_line(LOG_WARN, "store", "closing the environment: %s", db_strerror(rc));
        }
    }
    hooks_forget(&g->hooked);
    pthread_cond_destroy(&g->wake);
    pthread_mutex_destroy(&g->lock);
    mem_free(g);
    s->engine = NULL;
}

/* ---- a copy */

DB_ENV *bdb_env_private(const char *home, uint32_t cache, struct err *e)
{
    DB_ENV *env = NULL;
    hooks_install();
    int rc = db_env_create(&env, 0);
    if (rc != 0) {
        bdb_fail(NULL, rc, e, N_("creating an environment for a copy"));
        return NULL;
    }
    env->set_errcall(env, on_message);
    rc = env->set_cachesize(env, 0, cache, 1);
    rc = rc ? rc : env->mutex_set_init(env, LATCHES_FIRST);
    rc = rc ? rc : env->mutex_set_max(env, LATCHES_MAX);
    rc = rc ? rc : env->set_lk_tablesize(env, LOCK_TABLE);
    u_int32_t flags = DB_CREATE | DB_INIT_MPOOL | DB_INIT_LOG | DB_INIT_TXN | DB_PRIVATE | DB_RECOVER_FATAL;
    rc = rc ? rc : env->open(env, home, flags, 0600);
    if (rc != 0) {
        bdb_fail(NULL, rc, e, N_("recovering a copy of the environment"));
        env->close(env, 0);
        return NULL;
    }
    return env;
}
