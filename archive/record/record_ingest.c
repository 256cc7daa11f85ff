/* record_ingest.c: many records at once. Contents stream into the store over all cores in batches; while one batch is
 * read, the one before it is synced, written by verbs of RECORDS_IN_VERB records, and reported, and the one after it is
 * made ready. Towards the end batches become small, so that little is left to sync when nothing is left to read.
 *
 * Promises: a record is reported only when it is durable; an interruption, or a crash, leaves whole records only; what
 * was reported is there. An item that cannot be read is left out and named at the end. Fails: the first such reason;
 * ERR_INTERRUPTED with what was not done; the store's reasons, after which nothing more is begun. */
#include "ingest.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define BATCH_BYTES     (64u << 20)
#define BATCH_LEAST     (8u << 20)
#define RECORDS_IN_VERB 64u
#define BATCH_ARENA     (64u << 20)
#define POLL_NS         100000000u

struct ingest {
    struct archive *a;
    struct ingest_item *items;
    size_t n, next, done;
    uint64_t bytes_left; /* of the items from `next` on */
    const struct actor *who;
    ingest_report report;
    void *report_ctx;
    struct progress *progress;
    struct known *known;
    struct typist *typist;
    atomic_bool cancel; /* the worker threads ask only this */
    bool interrupted;
    size_t failed;
    struct err first_failure;
    enum lang lang;
};

struct batch {
    struct ingest *in;
    struct ingest_slot slots[INGEST_BATCH];
    struct content_job jobs[INGEST_BATCH];
    size_t n, job_count, stored;
    struct content_batch *content;
    struct arena *ar;
    pthread_t thread;
    pthread_mutex_t lock; /* over `ended`; made with the thread, like the condition */
    pthread_cond_t end;
    bool running, ended, read_ok;
    struct err e;
};

static void batch_free(struct batch **b)
{
    if (!*b)
        return;
    for (size_t i = 0; i < (*b)->n; i++) {
        struct ingest_slot *s = &(*b)->slots[i];
        if (s->pushed)
            typist_wait(s->typist, s);
        key_wipe(&s->draft.key);
        head_free(&s->head);
    }
    for (size_t i = 0; i < (*b)->job_count; i++)
        key_wipe(&(*b)->jobs[i].key);
    content_batch_free(&(*b)->content);
    arena_free(&(*b)->ar);
    mem_free(*b);
    *b = NULL;
}

static void item_failed(struct ingest *in, struct ingest_item *it, const struct err *why)
{
    it->state = INGEST_FAILED;
    in->done++;
    if (in->failed++ != 0)
        return;
    char name[120];
    text_printable(it->in.name, name, sizeof name);
    in->first_failure = *why;
    err_wrap(&in->first_failure, "%s", name);
}

/* Asks the caller whether to stop; on the calling thread only. */
static bool asked_to_stop(struct ingest *in)
{
    if (!atomic_load(&in->cancel) && in->progress && in->progress->stop && in->progress->stop(in->progress)) {
        in->interrupted = true;
        atomic_store(&in->cancel, true);
    }
    return atomic_load(&in->cancel);
}

static void show_progress(struct ingest *in)
{
    if (in->progress && in->progress->step)
        in->progress->step(in->progress, in->done, in->n, N_("ingest"));
}

/* ---------------------------------------------------------------- reading a batch, on a thread of its own */

static bool slot_open(struct content_job *j, struct content_source *src, struct err *e)
{
    struct ingest_slot *s = j->ctx;
    struct content_source inner = {0};
    if (!s->item->open(s->item, &inner, e))
        return false;
    *src = s->wants_type ? head_tee(&s->head, inner) : inner;
    return true;
}

static void slot_close(struct content_job *j)
{
    struct ingest_slot *s = j->ctx;
    s->item->close(s->item);
    if (s->wants_type) {
        s->pushed = true;
        typist_push(s->typist, s);
    }
}

static bool cancelled(void *ctx)
{
    struct ingest *in = ctx;
    return atomic_load(&in->cancel);
}

static void *batch_main(void *ctx)
{
    struct batch *b = ctx;
    b->read_ok = content_add_all(b->content, b->jobs, b->job_count, cancelled, b->in, &b->e);
    pthread_mutex_lock(&b->lock);
    b->ended = true;
    pthread_cond_signal(&b->end);
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

static void batch_waits_end(struct batch *b)
{
    pthread_cond_destroy(&b->end);
    pthread_mutex_destroy(&b->lock);
}

static bool batch_start(struct batch *b, struct err *e)
{
    if (b->job_count == 0) {
        b->read_ok = true;
        return true;
    }
    b->content = content_batch_new(b->in->a->store, e);
    if (!b->content)
        return false;
    err_init(&b->e, b->in->lang);
    pthread_mutex_init(&b->lock, NULL);
    cond_monotonic(&b->end);
    int rc = pthread_create(&b->thread, NULL, batch_main, b);
    b->running = rc == 0;
    if (!b->running)
        batch_waits_end(b);
    return b->running || err_errno(e, rc, "starting a thread");
}

/* For a moment, or until the readers have ended. */
static bool batch_ended(struct batch *b)
{
    struct timespec until;
    monotonic_after(POLL_NS, &until);
    pthread_mutex_lock(&b->lock);
    while (!b->ended && pthread_cond_timedwait(&b->end, &b->lock, &until) == 0)
        continue;
    bool ended = b->ended;
    pthread_mutex_unlock(&b->lock);
    return ended;
}

/* Waits for the readers, asking meanwhile whether to stop. */
static void batch_join(struct batch *b)
{
    if (!b->running)
        return;
    while (!batch_ended(b))
        asked_to_stop(b->in);
    pthread_join(b->thread, NULL);
    batch_waits_end(b);
    b->running = false;
}

/* ---------------------------------------------------------------- filling a batch */

static bool report_known(struct ingest *in, size_t index, const struct record *r, struct arena *ar, struct err *e);

static void add_job(struct batch *b, struct ingest_slot *s)
{
    struct content_job *j = &b->jobs[b->job_count++];
    *j = (struct content_job){
        .open = slot_open, .close = slot_close, .ctx = s, .key = s->draft.key, .object = s->draft.r.id};
    err_init(&j->e, b->in->lang);
    s->job = j;
    s->wants_type = s->item->in.media_type.n == 0;
    s->typist = b->in->typist;
}

/* false: a failure that ends the whole ingest */
static bool take_item(struct batch *b, size_t index, struct err *e)
{
    struct ingest *in = b->in;
    struct ingest_item *it = &in->items[index];
    struct ingest_slot *s = &b->slots[b->n];
    struct err why;
    err_init(&why, in->lang);
    *s = (struct ingest_slot){.item = it, .index = index};
    if (!record_draft_make(in->a, &it->file, &it->in, b->ar, &s->draft, &why)) {
        if (why.code == ERR_MEMORY) {
            *e = why;
            return false;
        }
        item_failed(in, it, &why);
        return true;
    }
    struct record like = s->draft.r;
    like.size = it->size;
    const struct record *known = it->resume ? known_take(in->known, &like) : NULL;
    if (known) {
        it->state = INGEST_SKIPPED;
        in->done++;
        return report_known(in, index, known, b->ar, e);
    }
    if (it->in.shelf.n == 0)
        add_job(b, s);
    b->n++;
    return true;
}

static uint64_t batch_size(const struct ingest *in)
{
    uint64_t half = in->bytes_left / 2;
    return half > BATCH_BYTES ? BATCH_BYTES : half < BATCH_LEAST ? BATCH_LEAST : half;
}

/* The next batch; *out NULL when nothing is left. */
static bool batch_fill(struct ingest *in, struct batch **out, struct err *e)
{
    struct batch *b CLEANUP(batch_free) = mem_zalloc(sizeof *b);
    uint64_t bytes = 0, most = batch_size(in);
    *out = NULL;
    if (!b || !(b->ar = arena_new(BATCH_ARENA)))
        return err_set(e, ERR_MEMORY, "out of memory");
    b->in = in;
    while (in->next < in->n && b->n < INGEST_BATCH && bytes < most && !asked_to_stop(in)) {
        bytes += in->items[in->next].size;
        in->bytes_left -= in->items[in->next].size;
        if (!take_item(b, in->next++, e))
            return false;
    }
    if (b->n) {
        *out = b;
        b = NULL;
    }
    return true;
}

/* ---------------------------------------------------------------- writing a batch */

struct chunk {
    struct ingest *in;
    struct batch *b;
    struct ingest_slot *slots[RECORDS_IN_VERB];
    size_t n;
};

/* The slots of one file that stand together: one count read, one count written. */
static bool write_run(struct txn *t, struct chunk *c, size_t from, size_t to, struct err *e)
{
    struct file_count was, now;
    struct case_file f;
    const struct id *file = &c->slots[from]->draft.r.file;
    if (!file_count_get(t, file, &was, e) || !file_by_id(t, c->in->a, file, false, c->b->ar, &f, e))
        return false;
    now = was;
    for (size_t i = from; i < to; i++) {
        c->slots[i]->mark = f.mark;
        if (!c->slots[i]->item->settled_too && !file_takes_records(&was, e))
            return false;
        if (!record_draft_write(t, c->in->a, &c->slots[i]->draft, &now, e))
            return false;
    }
    return file_count_change(t, c->in->a, file, &was, &now, e);
}

static bool chunk_fn(struct txn *t, void *ctx, struct err *e)
{
    struct chunk *c = ctx;
    for (size_t from = 0, to; from < c->n; from = to) {
        const struct id *file = &c->slots[from]->draft.r.file;
        for (to = from + 1; to < c->n && memcmp(file, &c->slots[to]->draft.r.file, sizeof *file) == 0;)
            to++;
        if (!write_run(t, c, from, to, e))
            return false;
    }
    return true;
}

static bool report_one(struct ingest *in, size_t index, const struct record *r, struct str mark, struct err *e)
{
    if (!in->report || in->report(in->report_ctx, index, r, mark, e))
        return true;
    in->interrupted = e->code == ERR_NONE; /* the caller wants no more */
    return false;
}

struct mark_ctx {
    struct archive *a;
    const struct id *file;
    struct arena *ar;
    struct str mark;
};

static bool mark_fn(struct txn *t, void *ctx, struct err *e)
{
    struct mark_ctx *c = ctx;
    struct case_file f;
    if (!file_by_id(t, c->a, c->file, false, c->ar, &f, e))
        return false;
    c->mark = f.mark;
    return true;
}

static bool report_known(struct ingest *in, size_t index, const struct record *r, struct arena *ar, struct err *e)
{
    struct mark_ctx c = {in->a, &r->file, ar, STR_NONE};
    return store_read(in->a->store, mark_fn, &c, e) && report_one(in, index, r, c.mark, e);
}

static bool write_chunk(struct chunk *c, struct err *e)
{
    if (c->n == 0)
        return true;
    if (!store_write(c->in->a->store, chunk_fn, c, e))
        return false;
    for (size_t i = 0; i < c->n; i++) {
        struct ingest_slot *s = c->slots[i];
        s->item->state = INGEST_STORED;
        c->in->done++;
    }
    for (size_t i = 0; i < c->n; i++) {
        struct ingest_slot *s = c->slots[i];
        if (!report_one(c->in, s->index, &s->draft.r, s->mark, e))
            return false;
    }
    c->n = 0;
    show_progress(c->in);
    return true;
}

/* false: this item has no content; the reason is noted unless it was only stopped */
static bool slot_read(struct ingest *in, const struct ingest_slot *s)
{
    if (!s->job || s->job->ok)
        return true;
    if (!atomic_load(&in->cancel) || s->job->e.code != ERR_INTERRUPTED)
        item_failed(in, s->item, &s->job->e);
    return false;
}

static bool slot_finish(struct ingest *in, struct batch *b, struct ingest_slot *s, struct err *e)
{
    struct str type = s->item->in.media_type;
    if (s->job && s->wants_type) {
        typist_wait(s->typist, s);
        type = str_of(s->type);
    }
    return record_draft_finish(in->a, &s->draft, s->job ? &s->job->out : NULL, type, in->who, b->ar, e);
}

static bool batch_write(struct batch *b, struct err *e)
{
    struct ingest *in = b->in;
    struct chunk c = {.in = in, .b = b};
    for (size_t i = 0; i < b->n; i++) {
        struct ingest_slot *s = &b->slots[i];
        if (!slot_read(in, s))
            continue;
        if (!slot_finish(in, b, s, e))
            return false;
        c.slots[c.n++] = s;
        if (c.n == RECORDS_IN_VERB && !write_chunk(&c, e))
            return false;
    }
    return write_chunk(&c, e);
}

/* After a failure: what was made durable but is named by nothing. What cannot go now, the nightly sweep takes. */
static void remove_orphans(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        struct ingest_slot *s = &b->slots[i];
        struct err unused;
        err_init(&unused, LANG_EN);
        if (s->job && s->job->ok && s->item->state == INGEST_WAITING && !id_is_zero(s->job->out.name) &&
            !content_remove(b->in->a->store, &s->job->out.name, &unused))
            return;
    }
}

static bool batch_finish(struct batch *b, struct err *e)
{
    if (!b->read_ok) {
        *e = b->e;
        return false;
    }
    if (b->content && !content_batch_sync(b->content, e))
        return false;
    if (batch_write(b, e))
        return true;
    remove_orphans(b);
    return false;
}

/* ---------------------------------------------------------------- the whole */

/* What is being read is read to its end; then `next` is begun, and what was read is written. */
static bool turn(struct batch *reading, struct batch *next, struct err *e)
{
    batch_join(reading);
    if (next && !batch_start(next, e))
        return false;
    if (batch_finish(reading, e))
        return true;
    atomic_store(&reading->in->cancel, true);
    return false;
}

static bool run(struct ingest *in, struct err *e)
{
    struct batch *reading CLEANUP(batch_free) = NULL;
    if (!batch_fill(in, &reading, e) || (reading && !batch_start(reading, e)))
        return false;
    while (reading) {
        struct batch *next CLEANUP(batch_free) = NULL;
        bool ok = batch_fill(in, &next, e) && turn(reading, next, e);
        if (!ok) {
            atomic_store(&in->cancel, true);
            batch_join(reading);
            if (next)
                batch_join(next);
            return false;
        }
        batch_free(&reading);
        reading = next;
        next = NULL;
    }
    return true;
}

static bool verdict(const struct ingest *in, struct err *e)
{
    size_t left = in->n - in->done;
    if (in->interrupted)
        return err_set(e, ERR_INTERRUPTED,
                       "stopped: %zu of %zu records were not taken in; the same command again goes on with them", left,
                       in->n);
    if (in->failed == 0)
        return true;
    *e = in->first_failure;
    return err_wrap(e, "%zu of %zu records were not taken in, the first of them", in->failed, in->n);
}

bool record_ingest(struct archive *a, struct ingest_item *items, size_t n, const struct actor *who,
                   ingest_report report, void *report_ctx, struct progress *p, struct err *e)
{
    struct ingest in = {.a = a,
                        .items = items,
                        .n = n,
                        .who = who,
                        .report = report,
                        .report_ctx = report_ctx,
                        .progress = p,
                        .lang = e->lang};
    for (size_t i = 0; i < n; i++) {
        items[i].state = INGEST_WAITING;
        in.bytes_left += items[i].size;
    }
    bool ok = known_load(a, items, n, &in.known, e) && (in.typist = typist_start(a->inspector_path, e)) != NULL &&
              run(&in, e);
    typist_stop(&in.typist);
    known_free(&in.known);
    if (!ok && !in.interrupted)
        return false;
    return verdict(&in, e);
}
