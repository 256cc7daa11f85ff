/* writer.c: the one thread that changes anything, and the readers' door.
 *
 * Callers queue verbs and sleep; the writer takes all that wait, runs them in one synced transaction and hands the
 * results back when they are durable. So no writer ever waits for another one's lock, and group commit comes by itself.
 *
 * A verb that fails must undo its own work only. Almost none fails after writing, so a batch first runs straight in the
 * shared transaction; when one does fail with changes, the transaction is undone and the batch runs again with a nested
 * transaction for each verb ("careful"), where only that one is undone. Deadlocks with readers run the batch again. */
#include "store_internal.h"

#include <semaphore.h>
#include <string.h>
#include <time.h>

#define BATCH_TRIES       12
#define READ_TRIES        40
#define CAREFUL_BATCHES   8u
#define GATHER_MIN_NS     1000000u /* syncs shorter than this are not worth waiting for company */
#define GATHER_SHARE      6u
#define GATHER_MAX_NS     3000000u
#define BACKOFF_FIRST_NS  50000
#define BACKOFF_MAX_SHIFT 7

struct job {
    struct job *next;
    store_fn fn;
    void *ctx;
    struct err *e;
    enum lang lang;
    bool ok;
    sem_t done;
};

struct writer {
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t work;
    struct job *first, **last;
    uint32_t queued;
    uint32_t awaited; /* the writer gathers company until so many wait; 0: it does not */
    bool stopping, idle;
    void (*after)(void *ctx);
    void *after_ctx;
    store_fn gate;
    void *gate_ctx;
    /* the writer's own */
    uint64_t sync_ns; /* smoothed time of a commit */
    uint32_t company; /* callers seen at work lately */
    unsigned careful; /* batches still to run with nested transactions */
};

static void pause_ns(long ns)
{
    const struct timespec t = {0, ns};
    nanosleep(&t, NULL);
}

static void back_off(int attempt)
{
    uint16_t noise = 0;
    random_bytes(&noise, sizeof noise);
    long base = BACKOFF_FIRST_NS << (attempt < BACKOFF_MAX_SHIFT ? attempt : BACKOFF_MAX_SHIFT);
    pause_ns(base + (long)noise * (base / 65536 + 1));
}

/* ---- running verbs */

static bool run_verb(struct writer *w, struct job *j, struct txn *t)
{
    *j->e = (struct err){.lang = j->lang};
    j->ok = (!w->gate || w->gate(t, w->gate_ctx, j->e)) && j->fn(t, j->ctx, j->e);
    if (t->trouble != 0 && j->ok) {
        j->ok = err_set(j->e, ERR_IO, "the change was undone: the store had failed under it");
    }
    return j->ok;
}

enum outcome { BATCH_RAN, BATCH_AGAIN, BATCH_CAREFULLY };

/* Straight into the shared transaction. */
static enum outcome run_plain(struct writer *w, struct job *jobs, struct txn *t)
{
    for (struct job *j = jobs; j; j = j->next) {
        bool before = t->changed;
        t->changed = false;
        if (!run_verb(w, j, t)) {
            if (txn_deadlocked(t)) {
                return BATCH_AGAIN;
            }
            if (t->changed || t->trouble != 0) {
                return BATCH_CAREFULLY;
            }
        }
        t->changed |= before;
    }
    return BATCH_RAN;
}

static enum outcome run_nested_one(struct store *s, struct job *j, struct txn *parent)
{
    struct txn child;
    if (!txn_begin(s, parent, true, &child, j->e)) {
        j->ok = false;
        return BATCH_RAN;
    }
    if (run_verb(s->writer, j, &child)) {
        bool changed = child.changed;
        j->ok = txn_commit(&child, j->e);
        parent->changed |= changed && j->ok;
    } else {
        txn_abort(&child);
    }
    return txn_deadlocked(&child) ? BATCH_AGAIN : BATCH_RAN;
}

static enum outcome run_nested(struct store *s, struct job *jobs, struct txn *parent)
{
    for (struct job *j = jobs; j; j = j->next) {
        if (run_nested_one(s, j, parent) == BATCH_AGAIN) {
            return BATCH_AGAIN;
        }
    }
    return BATCH_RAN;
}

static void fail_all(struct job *jobs, const struct err *why)
{
    for (struct job *j = jobs; j; j = j->next) {
        if (j->ok || j->e->code == ERR_NONE) {
            enum lang lang = j->lang;
            *j->e = *why;
            j->e->lang = lang;
        }
        j->ok = false;
    }
}

static bool commit_batch(struct writer *w, struct job *jobs, struct txn *t)
{
    struct err e = {.lang = jobs->lang};
    if (!t->changed) {
        txn_abort(t); /* nothing to make durable: refusals and questions */
        return true;
    }
    uint64_t from = monotonic_ns();
    if (txn_commit(t, &e)) {
        w->sync_ns = (w->sync_ns * 7 + (monotonic_ns() - from)) / 8;
        return true;
    }
    if (!txn_deadlocked(t)) {
        fail_all(jobs, &e);
        return true;
    }
    return false;
}

static bool try_batch(struct store *s, struct job *jobs, struct err *e)
{
    struct writer *w = s->writer;
    struct txn t;
    if (!txn_begin(s, NULL, true, &t, e)) {
        fail_all(jobs, e);
        return true;
    }
    bool nested = w->careful > 0 && jobs->next;
    enum outcome o = nested ? run_nested(s, jobs, &t) : run_plain(w, jobs, &t);
    if (o == BATCH_CAREFULLY && !jobs->next) {
        txn_abort(&t); /* alone in its transaction: nothing else to save */
        return true;
    }
    if (o == BATCH_RAN && commit_batch(w, jobs, &t)) {
        w->careful -= w->careful > 0 ? 1 : 0;
        return true;
    }
    txn_abort(&t);
    if (o == BATCH_CAREFULLY) {
        w->careful = CAREFUL_BATCHES;
    }
    return false;
}

static bool may_write(struct store *s, struct err *e)
{
    if (s->maintenance) {
        return err_set(e, ERR_STATE, "the store is open for maintenance and takes no changes");
    }
    if (!space_settle(s)) {
        return err_set(e, ERR_FULL, "the disk is nearly full: %lu MB free; nothing was changed, free some space",
                       (unsigned long)(space_free(s) >> 20));
    }
    return true;
}

static void run_batch(struct store *s, struct job *jobs)
{
    struct err e = {.lang = jobs->lang};
    if (!may_write(s, &e)) {
        for (struct job *j = jobs; j; j = j->next) {
            *j->e = (struct err){.lang = j->lang};
            j->ok = may_write(s, j->e);
            if (j->ok) { /* space came back between two looks */
                j->ok = err_set(j->e, ERR_BUSY, "the disk was full a moment ago; try again");
            }
        }
        return;
    }
    for (int attempt = 0; attempt < BATCH_TRIES; attempt++) {
        if (try_batch(s, jobs, &e)) {
            return;
        }
        atomic_fetch_add(&s->retries, 1);
        back_off(attempt);
    }
    err_set(&e, ERR_BUSY, "the store is too busy; nothing was changed, try again");
    fail_all(jobs, &e);
}

/* ---- the queue */

static void wait_for_work(struct writer *w)
{
    while (!w->first && !w->stopping) {
        w->idle = true;
        pthread_cond_wait(&w->work, &w->lock);
    }
    w->idle = false;
}

/* Right after a batch its callers are about to come back. When a sync is dear, a moment's wait doubles the next batch.
 */
static void wait_for_company(struct writer *w)
{
    if (w->sync_ns < GATHER_MIN_NS || w->queued >= w->company || w->stopping) {
        return;
    }
    struct timespec until;
    uint64_t ns = w->sync_ns / GATHER_SHARE < GATHER_MAX_NS ? w->sync_ns / GATHER_SHARE : GATHER_MAX_NS;
    monotonic_after(ns, &until);
    w->awaited = w->company;
    while (w->queued < w->company && !w->stopping) {
        if (pthread_cond_timedwait(&w->work, &w->lock, &until) != 0) {
            break;
        }
    }
    w->awaited = 0;
}

static struct job *take_batch(struct store *s, uint32_t *n)
{
    struct writer *w = s->writer;
    pthread_mutex_lock(&w->lock);
    wait_for_work(w);
    wait_for_company(w);
    struct job *jobs = w->first, *tail = jobs;
    *n = 0;
    while (tail) {
        if (++*n == s->config.batch_max || !tail->next) {
            break;
        }
        tail = tail->next;
    }
    if (tail) {
        w->first = tail->next;
        tail->next = NULL;
        w->queued -= *n;
        if (!w->first) {
            w->last = &w->first;
        }
    }
    pthread_mutex_unlock(&w->lock);
    return jobs;
}

static uint32_t count_done(const struct job *jobs)
{
    uint32_t done = 0;
    for (; jobs; jobs = jobs->next) {
        done += jobs->ok ? 1 : 0;
    }
    return done;
}

static void hand_back(struct job *jobs)
{
    while (jobs) {
        struct job *next = jobs->next; /* the job is gone with its caller after the post */
        sem_post(&jobs->done);
        jobs = next;
    }
}

static void *write_all(void *arg)
{
    struct store *s = arg;
    struct writer *w = s->writer;
    uint32_t n = 0;
    struct job *jobs;
    while ((jobs = take_batch(s, &n)) != NULL) {
        txn_enter(true);
        run_batch(s, jobs);
        txn_enter(false);
        uint32_t done = count_done(jobs);
        atomic_fetch_add(&s->commits, done);
        atomic_fetch_add(&s->batches, 1);
        hand_back(jobs);
        pthread_mutex_lock(&w->lock);
        uint32_t seen = n + w->queued;
        w->company = seen > w->company ? seen : w->company - (w->company - seen + 7) / 8;
        void (*after)(void *) = done > 0 ? w->after : NULL;
        void *after_ctx = w->after_ctx;
        pthread_mutex_unlock(&w->lock);
        if (after) {
            after(after_ctx);
        }
    }
    return NULL;
}

bool writer_start(struct store *s, struct err *e)
{
    struct writer *w = mem_zalloc(sizeof *w);
    if (!w) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    w->last = &w->first;
    pthread_mutex_init(&w->lock, NULL);
    cond_monotonic(&w->work);
    s->writer = w;
    int rc = pthread_create(&w->thread, NULL, write_all, s);
    if (rc == 0) {
        return true;
    }
    mem_free(w);
    s->writer = NULL;
    return err_errno(e, rc, "cannot start the writer of the store");
}

void writer_stop(struct store *s)
{
    struct writer *w = s->writer;
    if (!w) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->work);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
    s->writer = NULL;
}

void store_after_commit(struct store *s, void (*fn)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&s->writer->lock);
    s->writer->after = fn;
    s->writer->after_ctx = ctx;
    pthread_mutex_unlock(&s->writer->lock);
}

void store_write_gate(struct store *s, store_fn gate, void *ctx)
{
    pthread_mutex_lock(&s->writer->lock);
    s->writer->gate = gate;
    s->writer->gate_ctx = ctx;
    pthread_mutex_unlock(&s->writer->lock);
}

/* ---- the doors */

static bool queue_job(struct writer *w, struct job *j)
{
    pthread_mutex_lock(&w->lock);
    bool open = !w->stopping;
    if (open) {
        *w->last = j;
        w->last = &j->next;
        w->queued++;
        if (w->idle || (w->awaited > 0 && w->queued >= w->awaited)) {
            w->idle = false;
            pthread_cond_signal(&w->work);
        }
    }
    pthread_mutex_unlock(&w->lock);
    return open;
}

bool store_write(struct store *s, store_fn fn, void *ctx, struct err *e)
{
    struct job j = {.fn = fn, .ctx = ctx, .e = e, .lang = e->lang};
    if (txn_inside()) {
        return err_set(e, ERR_STATE, "a change was asked for inside another read or change");
    }
    sem_init(&j.done, 0, 0);
    if (!queue_job(s->writer, &j)) {
        sem_destroy(&j.done);
        return err_set(e, ERR_STATE, "the store is closing");
    }
    while (sem_wait(&j.done) != 0) { /* a signal is no answer */
    }
    sem_destroy(&j.done);
    return j.ok;
}

static bool read_once(struct store *s, store_fn fn, void *ctx, bool *again, struct err *e)
{
    struct txn t;
    if (!txn_begin(s, NULL, false, &t, e)) {
        return false;
    }
    bool ok = fn(&t, ctx, e);
    *again = txn_deadlocked(&t);
    txn_abort(&t); /* nothing was written: this only gives the locks back */
    return ok && !*again;
}

bool store_read(struct store *s, store_fn fn, void *ctx, struct err *e)
{
    bool ok = false, again = true;
    if (txn_inside()) { /* it would wait for locks of its own thread */
        return err_set(e, ERR_STATE, "a read was asked for inside another read or change");
    }
    txn_enter(true);
    for (int attempt = 0; again && attempt < READ_TRIES; attempt++) {
        if (attempt > 0) {
            atomic_fetch_add(&s->retries, 1);
            back_off(attempt - 1);
        }
        again = false;
        *e = (struct err){.lang = e->lang};
        ok = read_once(s, fn, ctx, &again, e);
    }
    txn_enter(false);
    if (again) {
        return err_set(e, ERR_BUSY, "the store is too busy; try again");
    }
    return ok;
}
