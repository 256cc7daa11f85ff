/* bdb_keeper.c: the two small threads beside the writer.
 *
 * One frees locks whose time is over, ten times a second: Berkeley DB looks at lock time-outs only when asked. The
 * other writes checkpoints (by log volume and by age), removes transaction logs that nothing needs, and pays the
 * ballast back. Both wake by condition, so that closing is prompt, and count time by themselves, whatever the machine's
 * clock is set to. Their troubles are log lines: a checkpoint that failed is tried again. */
#include "bdb_internal.h"

#include <errno.h>

#define EXPIRE_NS            100000000u
#define KEEP_NS              1000000000u
#define CHECKPOINT_NS        60000000000u
#define CHECKPOINT_BYTES_MAX (32u << 20)

/* Waits on the engine's condition; true when it is time to stop. */
static bool rest(struct engine *g, uint64_t ns)
{
    struct timespec until;
    monotonic_after(ns, &until);
    pthread_mutex_lock(&g->lock);
    if (!g->stopping) {
        pthread_cond_timedwait(&g->wake, &g->lock, &until);
    }
    bool stopping = g->stopping;
    pthread_mutex_unlock(&g->lock);
    return stopping;
}

static void *expire_locks(void *arg)
{
    struct engine *g = arg;
    while (!rest(g, EXPIRE_NS)) {
        int freed = 0;
        int rc = g->env->lock_detect(g->env, 0, DB_LOCK_EXPIRE, &freed);
        if (rc != 0) {
            log_line(LOG_WARN, "store", "lock expiry: %s", db_strerror(rc));
        } else if (freed > 0) {
            log_line(LOG_WARN, "store", "locks timed out count=%d", freed);
        }
    }
    return NULL;
}

static uint64_t checkpoint_volume(const struct engine *g)
{
    uint64_t some_files = 4 * g->store->config.log_bytes;
    return some_files < CHECKPOINT_BYTES_MAX ? some_files : CHECKPOINT_BYTES_MAX;
}

int keeper_checkpoint(struct engine *g)
{
    uint64_t volume = hooks_log_volume(g->hooked);
    int rc = g->env->txn_checkpoint(g->env, 0, 0, DB_FORCE);
    if (rc == 0) {
        atomic_store(&g->settled, volume);
    }
    if (rc == 0 && atomic_load(&g->store->log_holds) == 0) {
        char **removed = NULL;
        rc = g->env->log_archive(g->env, &removed, DB_ARCH_REMOVE);
    }
    return rc;
}

/* What the table files may still grow by: pages in memory that have no place on the disk yet. The log holds at least as
 * much, give or take the part of a page that stays empty. */
uint64_t engine_debt(const struct store *s)
{
    const struct engine *g = s->engine;
    uint64_t owed = 2 * (hooks_log_volume(g->hooked) - atomic_load(&g->settled));
    return owed < s->config.cache_bytes ? owed : s->config.cache_bytes;
}

static void *keep(void *arg)
{
    struct engine *g = arg;
    int last = 0;
    uint64_t written = monotonic_ns();
    while (!rest(g, KEEP_NS)) {
        uint64_t since = hooks_log_volume(g->hooked) - atomic_load(&g->settled);
        bool due = since >= checkpoint_volume(g) || (since > 0 && monotonic_ns() - written >= CHECKPOINT_NS);
        int rc = due ? keeper_checkpoint(g) : 0;
        written = due && rc == 0 ? monotonic_ns() : written;
        if (rc != 0 && rc != last) {
            log_line(LOG_WARN, "store", "checkpoint failed, will be tried again: %s", db_strerror(rc));
        }
        last = rc;
        if (atomic_load(&g->store->ballast_owed)) {
            ballast_restore(g->store);
        }
    }
    return NULL;
}

bool keeper_start(struct engine *g, struct err *e)
{
    int rc = pthread_create(&g->expirer, NULL, expire_locks, g);
    g->expirer_runs = rc == 0;
    rc = rc ? rc : pthread_create(&g->keeper, NULL, keep, g);
    g->keeper_runs = g->expirer_runs && rc == 0;
    return rc == 0 || err_errno(e, rc, "cannot start the threads of the store");
}

void keeper_stop(struct engine *g)
{
    pthread_mutex_lock(&g->lock);
    g->stopping = true;
    pthread_cond_broadcast(&g->wake);
    pthread_mutex_unlock(&g->lock);
    if (g->expirer_runs) {
        pthread_join(g->expirer, NULL);
    }
    if (g->keeper_runs) {
        pthread_join(g->keeper, NULL);
    }
    g->expirer_runs = g->keeper_runs = false;
}
