/* content_line.c: the chunks of one large content over several cores.
 *
 * There is no thread per stage: each thread takes whatever stage of whatever chunk may go next, so the work balances by
 * itself whether hashing, compression or the disk is the slowest. A chunk keeps its slot until all stages are done with
 * it; that bounds the memory. The first failure stops the line. */
#include "content_line.h"

#include <pthread.h>
#include <string.h>

#define LINE_HELPERS_MAX 8u

struct line_slot {
    unsigned done; /* one bit for each stage */
};
struct line_run {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t next[LINE_STAGES_MAX]; /* chunk that each stage takes next */
    bool busy[LINE_STAGES_MAX];
    struct line_slot slot[LINE_SLOTS_MAX];
    uint64_t left; /* chunks whose slots are free again */
    bool failed;
    struct err *e;
};
struct helper {
    pthread_t thread;
    struct line *line;
    unsigned worker;
};

/* Has `stage` done this chunk? A slot holds one chunk at a time, so its bits speak of the newest one. */
static bool stage_done(const struct line *l, int stage, uint64_t chunk)
{
    const struct line_run *r = l->run;
    return chunk < r->next[stage] && (r->slot[chunk % l->slots].done & (1u << stage)) != 0;
}

static bool may_run(const struct line *l, size_t i, unsigned worker)
{
    const struct line_run *r = l->run;
    const struct line_stage *s = &l->stages[i];
    uint64_t chunk = r->next[i];
    if (chunk >= l->chunks || (s->caller_only && worker != 0) || (r->busy[i] && !s->side_by_side)) {
        return false;
    }
    if (s->after == LINE_FIRST) {
        return chunk < r->left + l->slots;
    }
    return stage_done(l, s->after, chunk);
}

static bool pick(const struct line *l, unsigned worker, size_t *stage)
{
    for (size_t i = 0; i < l->count; i++) {
        if (may_run(l, i, worker)) {
            *stage = i;
            return true;
        }
    }
    return false;
}

/* Marks the stage as done; slots come free in the order of chunks, because the in-order stages end in order. */
static void note_done(struct line *l, size_t stage, uint64_t chunk)
{
    struct line_run *r = l->run;
    unsigned all = (1u << l->count) - 1;
    r->slot[chunk % l->slots].done |= 1u << stage;
    while (r->slot[r->left % l->slots].done == all) {
        r->slot[r->left % l->slots].done = 0;
        r->left++;
    }
}

/* Called and returns with the lock held. */
static void do_stage(struct line *l, size_t stage, unsigned worker)
{
    struct line_run *r = l->run;
    struct err e = {.lang = r->e->lang};
    uint64_t chunk = r->next[stage]++;
    r->busy[stage] = true;
    pthread_mutex_unlock(&r->lock);
    bool ok = l->stages[stage].run(l, worker, chunk, &e);
    pthread_mutex_lock(&r->lock);
    r->busy[stage] = false;
    if (ok) {
        note_done(l, stage, chunk);
    } else if (!r->failed) {
        r->failed = true;
        *r->e = e;
    }
    pthread_cond_broadcast(&r->changed);
}

static void work(struct line *l, unsigned worker)
{
    struct line_run *r = l->run;
    pthread_mutex_lock(&r->lock);
    while (!r->failed && r->left < l->chunks) {
        size_t stage;
        if (pick(l, worker, &stage)) {
            do_stage(l, stage, worker);
        } else {
            pthread_cond_wait(&r->changed, &r->lock);
        }
    }
    pthread_mutex_unlock(&r->lock);
}

static void *helper_main(void *p)
{
    struct helper *h = p;
    work(h->line, h->worker);
    return NULL;
}

void line_end(struct line *l, uint64_t chunks)
{
    pthread_mutex_lock(&l->run->lock);
    l->chunks = chunks;
    pthread_mutex_unlock(&l->run->lock);
}

bool line_run(struct line *l, struct err *e)
{
    struct line_run run = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .e = e};
    struct helper helpers[LINE_HELPERS_MAX];
    unsigned started = 0;
    l->run = &run;
    while (started + 1 < l->workers && started < LINE_HELPERS_MAX) {
        struct helper *h = &helpers[started];
        *h = (struct helper){.line = l, .worker = started + 1};
        if (pthread_create(&h->thread, NULL, helper_main, h) != 0) {
            break; /* fewer threads do the same work */
        }
        started++;
    }
    work(l, 0);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(helpers[i].thread, NULL);
    }
    l->run = NULL;
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    return !run.failed;
}
