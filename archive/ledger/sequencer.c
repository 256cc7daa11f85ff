/* sequencer.c: brings what is committed into the tree, signs and publishes it; the thread that does so by itself.
 *
 * A round: grow the tree, read it back from the rows, have it signed, store the signed head, publish. Each step is
 * durable before the next begins, and each may be done again. Trouble that may pass (a full disk) is tried again;
 * a contradiction stops the log for good: entries are still accepted and kept, nothing more is signed or published. */
#include "ledger_internal.h"

#include <string.h>
#include <time.h>

#define ROUND_MOST    (1u << 16) /* entries under one new checkpoint, so that a flood is published while it comes in */
#define RETRY_MS      1000
#define SWEEP_S       3600
#define TELL_AGAIN_NS UINT64_C(60000000000)

static bool sign_head(struct ledger *l, const struct tree_head *head, struct buf *note, struct err *e)
{
    struct tree_proof growth;
    struct tree_head last = signer_last(l->signer);
    if (last.size > head->size)
        return err_set(e, ERR_CORRUPT, "the signer has signed %llu entries and the log has %llu: nothing is signed",
                       ULL(last.size), ULL(head->size));
    return tree_consistency(l->store, l->number, last.size, head->size, &growth, e) &&
           signer_sign(l->signer, head, &growth, note, e);
}

/* Grows, reads back and signs up to `to` entries; the signed head is in the store afterwards. */
static bool round_sign(struct ledger *l, const struct heads *h, uint64_t to, struct err *e)
{
    struct buf note CLEANUP(buf_free) = BUF_INIT(4096);
    struct signed_row row = {.head = h->tree};
    if (!tree_grow(l->store, l->number, &row.head, to, e) ||
        !tree_read_back(l->store, l->number, h->signed_head.head.size, &row.head, e) ||
        !sign_head(l, &row.head, &note, e))
        return false;
    row.note = buf_str(&note);
    return mark_write(l->store, l->number, MARK_SIGNED, &row, e);
}

static uint64_t round_end(const struct heads *h)
{
    uint64_t signed_now = h->signed_head.head.size;
    uint64_t end = h->log.size - signed_now > ROUND_MOST ? signed_now + ROUND_MOST : h->log.size;
    return end < h->tree.size ? h->tree.size : end;
}

bool sequence_all(struct ledger *l, struct err *e)
{
    uint64_t goal = UINT64_MAX;
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory publishing the log");
    for (;;) {
        struct heads h;
        bool found = false;
        arena_reset(a);
        if (!heads_get(l->store, a, &h, &found, e))
            return false;
        if (!found || h.log.number != l->number)
            return err_set(e, ERR_CORRUPT, "the log that is open is not the one in the store");
        if (goal == UINT64_MAX)
            goal = h.log.size;
        if (h.published.head.size >= goal) {
            sequencer_published(l, h.published.head.size);
            return true;
        }
        bool out = h.published.head.size < h.signed_head.head.size
                       ? publish_head(l, h.published.head.size, &h.signed_head, e)
                       : round_sign(l, &h, round_end(&h), e);
        if (!out)
            return false;
    }
}

/* ---------------------------------------------------------------- state that others wait for */

void sequencer_published(struct ledger *l, uint64_t size)
{
    pthread_mutex_lock(&l->lock);
    l->published = size;
    pthread_cond_broadcast(&l->news);
    pthread_mutex_unlock(&l->lock);
}

/* A full disk, a busy store, a clock that was set back: passing trouble is tried again. */
static bool is_contradiction(const struct err *e)
{
    return e->code == ERR_CORRUPT;
}

/* The same trouble, tried again every second, is told once a minute. */
static bool worth_telling(struct ledger *l, const struct err *e)
{
    uint64_t now = monotonic_ns();
    bool same = strcmp(l->told.text, e->text) == 0 && now - l->told_at < TELL_AGAIN_NS;
    if (!same) {
        l->told = *e;
        l->told_at = now;
    }
    return !same;
}

static void remember_trouble(struct ledger *l, const struct err *e)
{
    pthread_mutex_lock(&l->lock);
    bool tell = worth_telling(l, e);
    if (is_contradiction(e)) {
        l->halted = *e;
        pthread_cond_broadcast(&l->news);
    }
    pthread_mutex_unlock(&l->lock);
    if (tell)
        log_line(LOG_ERROR, "ledger", "%s: %s",
                 is_contradiction(e) ? "the log stands still" : "publishing failed, trying again", e->text);
}

bool ledger_ok(struct ledger *l, struct err *e)
{
    enum lang lang = e->lang;
    pthread_mutex_lock(&l->lock);
    bool ok = l->halted.code == ERR_NONE;
    if (!ok)
        *e = l->halted;
    pthread_mutex_unlock(&l->lock);
    e->lang = lang;
    return ok;
}

bool ledger_publish(struct ledger *l, struct err *e)
{
    if (!ledger_ok(l, e))
        return false;
    pthread_mutex_lock(&l->work);
    bool ok = sequence_all(l, e);
    pthread_mutex_unlock(&l->work);
    if (!ok)
        remember_trouble(l, e);
    return ok;
}

/* ---------------------------------------------------------------- the thread */

static struct timespec deadline_in(uint64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

/* Called with `lock` held; commits that come meanwhile only leave `pending`. */
static void pause_for(struct ledger *l, uint64_t ms)
{
    struct timespec until = deadline_in(ms);
    while (!l->stopping && pthread_cond_timedwait(&l->wake, &l->lock, &until) == 0) {
    }
}

static void sweep_if_due(struct ledger *l)
{
    struct err e = ERR_INIT;
    uint64_t removed = 0;
    instant now = clock_now(l->config.clock);
    if (now - l->swept < SWEEP_S)
        return;
    l->swept = now;
    if (!publish_sweep(l->log_dir, now, &removed, &e))
        log_line(LOG_WARN, "ledger", "old partial tiles stay: %s", e.text);
}

static bool work_once(struct ledger *l)
{
    struct err e = ERR_INIT;
    pthread_mutex_lock(&l->work);
    bool ok = sequence_all(l, &e);
    if (ok)
        sweep_if_due(l);
    pthread_mutex_unlock(&l->work);
    if (!ok)
        remember_trouble(l, &e);
    return ok;
}

static void *sequencer_main(void *ctx)
{
    struct ledger *l = ctx;
    pthread_mutex_lock(&l->lock);
    while (!l->stopping) {
        if (!l->pending || l->halted.code != ERR_NONE) {
            pthread_cond_wait(&l->wake, &l->lock);
            continue;
        }
        l->pending = false;
        pthread_mutex_unlock(&l->lock);
        bool ok = work_once(l);
        pthread_mutex_lock(&l->lock);
        l->pending = l->pending || !ok;
        pause_for(l, ok ? l->config.interval_ms : RETRY_MS);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* On the writer thread, after each batch: as short as can be. */
static void committed(void *ctx)
{
    struct ledger *l = ctx;
    pthread_mutex_lock(&l->lock);
    if (!l->pending) {
        l->pending = true;
        pthread_cond_signal(&l->wake);
    }
    pthread_mutex_unlock(&l->lock);
}

bool ledger_start(struct ledger *l, struct err *e)
{
    if (l->running)
        return true;
    l->stopping = false;
    l->pending = true;
    int why = pthread_create(&l->thread, NULL, sequencer_main, l);
    if (why != 0)
        return err_errno(e, why, "starting the log's thread");
    l->running = true;
    store_after_commit(l->store, committed, l);
    return true;
}

static bool nothing(struct txn *t, void *ctx, struct err *e)
{
    (void)t;
    (void)ctx;
    (void)e;
    return true;
}

/* The writer may be about to call us from the batch before; a verb that does nothing comes back after it has. */
static void stop_listening(struct ledger *l)
{
    struct err ignored = ERR_INIT;
    store_after_commit(l->store, NULL, NULL);
    if (!store_write(l->store, nothing, NULL, &ignored))
        log_line(LOG_DEBUG, "ledger", "stopping: %s", ignored.text);
}

void sequencer_stop(struct ledger *l)
{
    if (!l->running)
        return;
    stop_listening(l);
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    pthread_cond_broadcast(&l->wake);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    l->running = false;
}

bool ledger_wait(struct ledger *l, uint64_t index, uint64_t timeout_ms, struct err *e)
{
    struct timespec until = deadline_in(timeout_ms);
    uint64_t place = index & LOG_MASK;
    if (index >> LOG_SHIFT != l->number)
        return err_set(e, ERR_NOT_FOUND, "entry %llu is of another log than the one now written", ULL(index));
    if (!l->running)
        return ledger_publish(l, e);
    pthread_mutex_lock(&l->lock);
    int waited = 0;
    while (l->published <= place && l->halted.code == ERR_NONE && waited == 0)
        waited = pthread_cond_timedwait(&l->news, &l->lock, &until);
    bool out = l->published > place;
    pthread_mutex_unlock(&l->lock);
    if (out)
        return true;
    return ledger_ok(l, e) ? err_set(e, ERR_BUSY, "entry %llu is not published yet", ULL(index)) : false;
}
