/* pulse.c: finds out whether the store still answers.
 *
 * One thread asks, another looks at the clock, because whoever asks may be the one that hangs. The counting of records
 * rides along in small steps. */
#include "window.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define ASK_SECONDS   5
#define HANG_SECONDS  30
#define COUNT_SECONDS 600
#define COUNT_STEP    2000u /* rows in one read */

struct pulse {
    struct archive *archive;
    pthread_t asker, watcher;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    atomic_uint_fast64_t answered_ns, records;
    atomic_bool counted;
};

static bool probe_read(struct txn *t, void *ctx, struct err *e)
{
    static const uint8_t key[] = "probe";
    struct arena *ar = ctx;
    struct bytes value;
    bool found;
    return store_find(t, T_META, (struct bytes){key, sizeof key - 1}, ar, &value, &found, e);
}

bool pulse_probe(struct archive *a, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 10);
    return ar != NULL ? store_read(archive_store(a), probe_read, ar, e) : err_set(e, ERR_MEMORY, "out of memory");
}

static bool probe_write(struct txn *t, void *ctx, struct err *e)
{
    (void)t;
    (void)ctx;
    (void)e;
    return true;
}

/* Waits, or returns true at once when it is time to stop. */
static bool wait_or_stop(struct pulse *p, unsigned seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&p->lock);
    while (!p->stop && pthread_cond_timedwait(&p->wake, &p->lock, &until) != ETIMEDOUT) {
    }
    bool stop = p->stop;
    pthread_mutex_unlock(&p->lock);
    return stop;
}

/* ---------------------------------------------------------------- counting */

struct count_step {
    uint8_t after[16]; /* the last key counted, as record ids are 16 bytes */
    bool begun, full;
    uint64_t rows, seen;
};

static bool count_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct count_step *c = ctx;
    (void)val;
    (void)e;
    if (c->seen == 0 && c->begun && key.n == sizeof c->after && memcmp(key.p, c->after, key.n) == 0) {
        return true; /* counted in the step before */
    }
    if (key.n == sizeof c->after) {
        memcpy(c->after, key.p, key.n);
    }
    c->seen++;
    c->full = c->seen == COUNT_STEP;
    return !c->full;
}

static bool count_read(struct txn *t, void *ctx, struct err *e)
{
    struct count_step *c = ctx;
    struct count_step from = *c; /* a retried read starts from scratch */
    c->seen = 0;
    c->full = false;
    struct store_range r = {.table = T_RECORD};
    if (from.begun) {
        r.from = (struct bytes){from.after, sizeof from.after};
    }
    if (!store_walk(t, r, count_each, c, e)) {
        *c = from;
        return false;
    }
    return true;
}

static void count_records(struct pulse *p)
{
    struct count_step c = {.full = true};
    struct err e = ERR_INIT;
    struct timespec pause = {.tv_nsec = 2000000};
    while (c.full && !wait_or_stop(p, 0)) {
        if (!store_read(archive_store(p->archive), count_read, &c, &e)) {
            return;
        }
        c.rows += c.seen;
        c.begun = true;
        atomic_store(&p->answered_ns, monotonic_ns());
        nanosleep(&pause, NULL);
    }
    atomic_store(&p->records, c.rows);
    atomic_store(&p->counted, true);
}

/* ---------------------------------------------------------------- the two threads */

static void *ask(void *ctx)
{
    struct pulse *p = ctx;
    uint64_t counted_at = 0;
    do {
        struct err e = ERR_INIT;
        if (!pulse_probe(p->archive, &e) || !store_write(archive_store(p->archive), probe_write, NULL, &e)) {
            log_line(LOG_ERROR, "fcgi", "probe failed code=%s", err_name(e.code)); /* an answer too, though a bad one */
        }
        uint64_t now = monotonic_ns();
        atomic_store(&p->answered_ns, now);
        if (counted_at == 0 || now - counted_at > COUNT_SECONDS * 1000000000ull) {
            counted_at = now;
            count_records(p);
        }
    } while (!wait_or_stop(p, ASK_SECONDS));
    return NULL;
}

bool pulse_hangs(struct pulse_looks *l, uint64_t answered_ns)
{
    l->silent = answered_ns == l->answered_ns ? l->silent + 1 : 0;
    l->answered_ns = answered_ns;
    return l->silent > HANG_SECONDS;
}

static void *watch(void *ctx)
{
    struct pulse *p = ctx;
    struct pulse_looks looks = {0};
    while (!wait_or_stop(p, 1)) {
        if (pulse_hangs(&looks, atomic_load(&p->answered_ns))) {
            fail_stop("the store has not answered for %u seconds", looks.silent);
        }
    }
    return NULL;
}

static void pulse_free(struct pulse *p)
{
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

static void stop_threads(struct pulse *p)
{
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

bool pulse_start(struct archive *a, struct pulse **out, struct err *e)
{
    struct pulse *p = mem_zalloc(sizeof *p);
    pthread_condattr_t attr;
    if (p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    p->archive = a;
    atomic_store(&p->answered_ns, monotonic_ns());
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&p->asker, NULL, ask, p) != 0) {
        pulse_free(p);
        return err_set(e, ERR_MEMORY, "there is no thread to watch the store");
    }
    if (pthread_create(&p->watcher, NULL, watch, p) != 0) {
        stop_threads(p);
        pthread_join(p->asker, NULL);
        pulse_free(p);
        return err_set(e, ERR_MEMORY, "there is no thread to watch the store");
    }
    *out = p;
    return true;
}

void pulse_stop(struct pulse **pulse)
{
    struct pulse *p = *pulse;
    if (p == NULL) {
        return;
    }
    stop_threads(p);
    pthread_join(p->asker, NULL);
    pthread_join(p->watcher, NULL);
    pulse_free(p);
    *pulse = NULL;
}

bool pulse_records(const struct pulse *p, uint64_t *count)
{
    *count = p != NULL ? atomic_load(&p->records) : 0;
    return p != NULL && atomic_load(&p->counted);
}
