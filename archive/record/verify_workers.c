/* verify_workers.c: many checks side by side. Workers take a few records at a time, each reads its own rows; the
 * calling thread keeps what was checked in verbs of MOVES_IN_VERB records, tells faults, and asks whether to stop. What
 * a verb did not keep was not checked, as far as anybody is told. Fails when it cannot look or keep. */
#include "verify.h"

#include <sched.h>
#include <string.h>
#include <time.h>

#define MOVES_IN_VERB 128u
#define SLICE         4u
#define WORKERS_MAX   16u
#define SLICE_ARENA   (16u << 20)
#define POLL_NS       100000000u

/* Under the lock: more ids, from those named or from the walk. */
static bool refill(struct run *r, struct err *e)
{
    r->id_next = r->id_count = 0;
    if (r->named) {
        while (r->id_count < IDS_IN_READ && r->named_next < r->named_count)
            r->ids[r->id_count++] = r->named[r->named_next++];
        return true;
    }
    return r->walk_over ||
           order_next(r->a, r->limit, r->cursor, &r->walk_begun, r->ids, &r->id_count, &r->walk_over, e);
}

/* The next few ids; 0 when there is nothing more to do. */
static size_t take_slice(struct run *r, struct id out[SLICE])
{
    size_t n = 0;
    struct err e;
    err_init(&e, r->lang);
    pthread_mutex_lock(&r->lock);
    if (!r->failed && r->id_next == r->id_count && !refill(r, &e)) {
        r->failed = true;
        r->e = e;
    }
    while (!r->failed && !atomic_load(r->stop) && n < SLICE && r->id_next < r->id_count)
        out[n++] = r->ids[r->id_next++];
    pthread_mutex_unlock(&r->lock);
    return n;
}

/* ---------------------------------------------------------------- workers */

struct slice {
    struct run *r;
    struct check checks[SLICE];
    size_t n;
    struct arena *ar;
};

static bool slice_fn(struct txn *t, void *ctx, struct err *e)
{
    struct slice *s = ctx;
    for (size_t i = 0; i < s->n; i++)
        if (!check_collect(t, s->r->a, &s->checks[i], s->ar, e))
            return false;
    return true;
}

static bool hand_in(struct run *r, const struct check *c, struct err *e)
{
    if (c->stopped)
        return true;
    struct result *x = mem_zalloc(sizeof *x + c->fault_count * sizeof x->faults[0]);
    if (!x)
        return err_set(e, ERR_MEMORY, "out of memory");
    x->id = c->id;
    x->gone = c->gone;
    x->bytes = c->bytes;
    x->fault_count = c->fault_count;
    memcpy(x->faults, c->faults, c->fault_count * sizeof x->faults[0]);
    pthread_mutex_lock(&r->lock);
    *r->results_end = x;
    r->results_end = &x->next;
    r->result_count++;
    if (r->result_count >= MOVES_IN_VERB)
        pthread_cond_signal(&r->came);
    pthread_mutex_unlock(&r->lock);
    return true;
}

static bool do_slice(struct slice *s, struct err *e)
{
    struct run *r = s->r;
    if (!store_read(r->a->store, slice_fn, s, e))
        return false;
    for (size_t i = 0; i < s->n && !atomic_load(r->stop); i++)
        if (!check_examine(r->a, &s->checks[i], s->ar, r->stop, e) || !hand_in(r, &s->checks[i], e))
            return false;
    return true;
}

static bool work(struct run *r, struct err *e)
{
    struct slice *s = mem_zalloc(sizeof *s);
    struct arena *ar CLEANUP(arena_free) = arena_new(SLICE_ARENA);
    struct id ids[SLICE];
    bool ok = s && ar;
    if (!ok)
        err_set(e, ERR_MEMORY, "out of memory");
    while (ok && (s->n = take_slice(r, ids)) > 0) {
        arena_reset(ar);
        s->r = r;
        s->ar = ar;
        for (size_t i = 0; i < s->n; i++)
            s->checks[i] = (struct check){.id = ids[i], .lang = r->lang};
        ok = do_slice(s, e);
        for (size_t i = 0; i < s->n; i++)
            check_wipe(&s->checks[i]);
    }
    mem_free(s);
    return ok;
}

static void *worker_main(void *ctx)
{
    struct run *r = ctx;
    struct err e;
    err_init(&e, r->lang);
    bool ok = work(r, &e);
    pthread_mutex_lock(&r->lock);
    if (!ok && !r->failed) {
        r->failed = true;
        r->e = e;
        atomic_store(r->stop, true);
    }
    r->working--;
    pthread_cond_signal(&r->came);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* ---------------------------------------------------------------- keeping the position */

struct moves {
    struct run *r;
    const struct result *first;
};

static bool note_faults(struct txn *t, const struct result *x, struct arena *ar, struct err *e)
{
    struct bytes old;
    bool had;
    if (!store_find(t, T_FAULT, id_bytes(&x->id), ar, &old, &had, e))
        return false;
    if (x->fault_count)
        return store_put(t, T_FAULT, id_bytes(&x->id), bytes_of(str_of(x->faults[0].text)), e);
    return !had || store_delete(t, T_FAULT, id_bytes(&x->id), e);
}

static bool moves_fn(struct txn *t, void *ctx, struct err *e)
{
    struct moves *m = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    uint64_t now = (uint64_t)clock_now(m->r->a->clock) << FIXITY_TIE_BITS;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (const struct result *x = m->first; x; x = x->next)
        if ((!x->gone && !fixity_move(t, &x->id, now > m->r->stamp ? now : m->r->stamp, e)) ||
            !note_faults(t, x, ar, e))
            return false;
    return true;
}

static void results_free(struct result **list)
{
    for (struct result *x = *list, *next; x; x = next) {
        next = x->next;
        mem_free(x);
    }
    *list = NULL;
}

/* Takes what came in, keeps it, tells it. On the calling thread. */
static bool settle(struct run *r, struct result *list, struct err *e)
{
    struct moves m = {r, list};
    if (list && !store_write(r->a->store, moves_fn, &m, e))
        return false;
    for (const struct result *x = list; x; x = x->next) {
        if (x->gone)
            continue;
        r->sum->checked++;
        r->sum->bytes += x->bytes;
        r->sum->faults += x->fault_count;
        for (size_t i = 0; i < x->fault_count; i++)
            if (r->each && !r->each(r->ctx, &x->id, x->faults[i].text, e))
                return false;
    }
    return true;
}

/* Waits for a verb's worth of results, or a moment; *over when every worker has ended. */
static struct result *await_results(struct run *r, bool *over)
{
    struct timespec until;
    monotonic_after(POLL_NS, &until);
    pthread_mutex_lock(&r->lock);
    if (r->working && r->result_count < MOVES_IN_VERB)
        pthread_cond_timedwait(&r->came, &r->lock, &until);
    struct result *list = r->results;
    r->results = NULL;
    r->results_end = &r->results;
    r->result_count = 0;
    *over = r->working == 0;
    pthread_mutex_unlock(&r->lock);
    return list;
}

static bool asked_to_stop(const struct run *r)
{
    struct progress *p = r->progress;
    return (r->deadline && monotonic_ns() >= r->deadline) || (p && p->stop && p->stop(p));
}

static bool oversee(struct run *r, uint64_t total, struct err *e)
{
    struct progress *p = r->progress;
    bool ok = true;
    for (bool over = false; !over;) {
        struct result *list CLEANUP(results_free) = await_results(r, &over);
        if (ok && !settle(r, list, e)) {
            ok = false;
            atomic_store(r->stop, true);
        }
        if (ok && p && p->step)
            p->step(p, r->sum->checked, total, N_("verify"));
        if (!over && !atomic_load(r->stop) && asked_to_stop(r))
            atomic_store(r->stop, true);
    }
    return ok;
}

static unsigned cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > (int)WORKERS_MAX ? WORKERS_MAX : (unsigned)n;
}

bool run_workers(struct run *r, uint64_t total, struct err *e)
{
    pthread_t threads[WORKERS_MAX];
    unsigned n = cores(), started = 0;
    pthread_mutex_init(&r->lock, NULL);
    cond_monotonic(&r->came);
    r->id_next = r->id_count = r->named_next = 0;
    r->walk_begun = r->walk_over = false;
    r->results = NULL;
    r->results_end = &r->results;
    r->result_count = 0;
    r->working = n;
    while (started < n && pthread_create(&threads[started], NULL, worker_main, r) == 0)
        started++;
    pthread_mutex_lock(&r->lock);
    r->working -= n - started;
    pthread_mutex_unlock(&r->lock);
    bool ok = started > 0 ? oversee(r, total, e) : err_set(e, ERR_MEMORY, "no thread could be started");
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&r->came);
    pthread_mutex_destroy(&r->lock);
    if (ok && r->failed) {
        *e = r->e;
        return false;
    }
    return ok;
}
