/* manifest_ingest.c: takes a checked list in: opens its case files, stores its documents, closes what is closed.
 *
 * Promises: nothing is written before every document was found; case files are opened FILES_IN_VERB a verb, and a file
 * is closed only when all its documents are in. Run again with the same list, it takes up what an interruption left,
 * and opens no case twice. Fails as record_ingest does. */
#include "manifest.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_IN_VERB  64u
#define ROWS_IN_WINDOW 16384u
#define VERB_ARENA     (16u << 20)

struct intake {
    struct archive *a;
    struct manifest *m;
    const struct manifest_files *files;
    pthread_mutex_t open_lock; /* the caller's open() is asked by one thread at a time */
    const struct actor *who;
    ingest_report report;
    void *report_ctx;
    struct progress *outer;
    size_t window; /* first row of it */
    const struct ingest_item *items;
    size_t failed;
    struct err first_failure;
};

/* ---------------------------------------------------------------- opening case files */

struct open_ctx {
    struct intake *in;
    struct arena *ar;
    struct file_draft drafts[FILES_IN_VERB];
    size_t index[FILES_IN_VERB]; /* in the list */
    size_t n;
};

static bool set_facts(struct txn *t, struct intake *in, const struct manifest_file *mf, const struct id *id,
                      struct arena *ar, struct err *e)
{
    struct facts facts;
    if (mf->facts.n == 0)
        return true;
    if (!facts_parse(mf->facts, &facts, e))
        return false;
    for (size_t i = 0; i < facts.count; i++) {
        struct case_file f;
        if (!file_by_id(t, in->a, id, true, ar, &f, e) ||
            !file_fact_in(t, in->a, &f, str_of(facts.list[i].name), facts.list[i].on, in->who, ar, e))
            return false;
    }
    return true;
}

static bool remember(struct txn *t, const struct intake *in, size_t index, const struct id *id, struct err *e)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(64);
    return manifest_job_key(in->m, index, &key, e) && store_put(t, T_JOB, buf_bytes(&key), id_bytes(id), e);
}

static bool open_fn(struct txn *t, void *ctx, struct err *e)
{
    struct open_ctx *c = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(VERB_ARENA);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < c->n; i++) {
        const struct manifest_file *mf = &c->in->m->files[c->index[i]];
        struct case_file f;
        arena_reset(ar);
        if (!file_draft_write(t, c->in->a, &c->drafts[i], c->in->who, ar, &f, e) ||
            !set_facts(t, c->in, mf, &f.id, ar, e) || !remember(t, c->in, c->index[i], &f.id, e))
            return err_wrap(e, "line %zu", mf->line);
    }
    return true;
}

static bool add_draft(struct open_ctx *c, size_t index, struct err *e)
{
    const struct manifest_file *mf = &c->in->m->files[index];
    const struct file_opening opening = {.unit = mf->unit,
                                         .symbol = mf->symbol,
                                         .title = mf->title,
                                         .opened = mf->opened,
                                         .by_hand = mf->category,
                                         .reason = mf->reason,
                                         .mark = mf->mark};
    if (!file_draft_make(c->in->a, &opening, c->ar, &c->drafts[c->n], e))
        return err_wrap(e, "line %zu", mf->line);
    c->index[c->n++] = index;
    return true;
}

static bool open_chunk(struct open_ctx *c, struct err *e)
{
    bool ok = c->n == 0 || store_write(c->in->a->store, open_fn, c, e);
    for (size_t i = 0; i < c->n; i++) {
        if (ok)
            c->in->m->files[c->index[i]].id = c->drafts[i].id;
        key_wipe(&c->drafts[i].key);
    }
    c->n = 0;
    arena_reset(c->ar);
    return ok;
}

static bool stopped(const struct intake *in)
{
    return in->outer && in->outer->stop && in->outer->stop(in->outer);
}

static bool open_files(struct intake *in, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(VERB_ARENA);
    struct open_ctx *c = mem_zalloc(sizeof *c);
    bool ok = ar && c ? true : err_set(e, ERR_MEMORY, "out of memory");
    if (ok)
        *c = (struct open_ctx){.in = in, .ar = ar};
    for (size_t i = 0; ok && i < in->m->file_count; i++) {
        if (!in->m->files[i].exists)
            ok = add_draft(c, i, e);
        if (ok && c->n == FILES_IN_VERB)
            ok = open_chunk(c, e) && (!stopped(in) || err_set(e, ERR_INTERRUPTED,
                                                              "stopped while opening case files; the same list again "
                                                              "goes on where this run stopped"));
    }
    ok = ok && open_chunk(c, e);
    mem_free(c);
    return ok;
}

/* ---------------------------------------------------------------- documents */

struct document {
    struct intake *in;
    struct str path;
    struct content_fd file;
};

static bool document_open(struct ingest_item *it, struct content_source *src, struct err *e)
{
    struct document *d = it->ctx;
    pthread_mutex_lock(&d->in->open_lock);
    bool ok = d->in->files->open(d->in->files->ctx, d->path, &d->file.fd, e);
    pthread_mutex_unlock(&d->in->open_lock);
    if (ok)
        *src = content_source_fd(&d->file);
    return ok;
}

static void document_close(struct ingest_item *it)
{
    struct document *d = it->ctx;
    fd_close(&d->file.fd);
}

/* The size of a document that may be in the archive already; 0 when it cannot be told. */
static uint64_t size_of(struct document *d)
{
    struct stat st;
    struct err unused;
    err_init(&unused, LANG_EN);
    if (!d->in->files->open(d->in->files->ctx, d->path, &d->file.fd, &unused))
        return 0;
    uint64_t size = fstat(d->file.fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    fd_close(&d->file.fd);
    return size;
}

static struct str base_name(struct str path)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    return (struct str){path.p + n, path.n - n};
}

static void make_item(struct intake *in, size_t row, struct document *d, struct ingest_item *it)
{
    const struct manifest_row *r = &in->m->rows[row];
    const struct manifest_file *f = &in->m->files[r->file];
    *d = (struct document){.in = in, .path = r->path, .file = {.fd = -1}};
    *it = (struct ingest_item){.file = f->id,
                               .open = document_open,
                               .close = document_close,
                               .ctx = d,
                               .resume = f->exists,
                               .settled_too = true};
    it->in = (struct record_input){.name = base_name(r->path),
                                   .title = r->title,
                                   .origin = r->origin,
                                   .access = r->access,
                                   .dated = r->dated,
                                   .shelf = r->shelf};
    if (r->shelf.n && r->title.n == 0)
        it->in.title = f->title; /* paper has no file name to go by */
    if (r->path.n && (r->found || f->exists))
        it->size = r->found ? r->size : size_of(d);
}

static bool report_row(void *ctx, size_t item, const struct record *r, struct str mark, struct err *e)
{
    struct intake *in = ctx;
    in->m->rows[in->window + item].known = in->items[item].state == INGEST_SKIPPED;
    return !in->report || in->report(in->report_ctx, in->window + item, r, mark, e);
}

static void show_rows(struct progress *p, uint64_t done, uint64_t total, const char *what)
{
    const struct intake *in = p->ctx;
    (void)total;
    if (in->outer && in->outer->step)
        in->outer->step(in->outer, in->window + done, in->m->row_count, what);
}

static bool stop_rows(struct progress *p)
{
    return stopped(p->ctx);
}

/* After a window: which files lack documents. false: the failure was not of single documents, nothing more can be done.
 */
static bool take_stock(struct intake *in, const struct ingest_item *items, size_t n, const struct err *why)
{
    size_t failed = 0, waiting = 0;
    for (size_t i = 0; i < n; i++) {
        bool in_archive = items[i].state == INGEST_STORED || items[i].state == INGEST_SKIPPED;
        failed += items[i].state == INGEST_FAILED;
        waiting += items[i].state == INGEST_WAITING;
        in->m->files[in->m->rows[in->window + i].file].incomplete |= !in_archive;
    }
    if (in->failed == 0)
        in->first_failure = *why;
    in->failed += failed;
    return waiting == 0;
}

static bool take_window(struct intake *in, struct ingest_item *items, struct document *docs, struct err *e)
{
    size_t n = in->m->row_count - in->window;
    struct progress p = {.step = show_rows, .stop = stop_rows, .ctx = in};
    struct err why;
    err_init(&why, e->lang);
    n = n < ROWS_IN_WINDOW ? n : ROWS_IN_WINDOW;
    for (size_t i = 0; i < n; i++)
        make_item(in, in->window + i, &docs[i], &items[i]);
    in->items = items;
    if (!record_ingest(in->a, items, n, in->who, report_row, in, &p, &why) &&
        (why.code == ERR_INTERRUPTED || !take_stock(in, items, n, &why))) {
        *e = why;
        return false;
    }
    in->window += n;
    return true;
}

static bool take_documents(struct intake *in, struct err *e)
{
    size_t n = in->m->row_count < ROWS_IN_WINDOW ? in->m->row_count : ROWS_IN_WINDOW;
    struct ingest_item *items = mem_zalloc((n + 1) * sizeof *items);
    struct document *docs = mem_zalloc((n + 1) * sizeof *docs);
    bool ok = items && docs ? true : err_set(e, ERR_MEMORY, "out of memory");
    while (ok && in->window < in->m->row_count)
        ok = take_window(in, items, docs, e);
    mem_free(items);
    mem_free(docs);
    return ok;
}

/* ---------------------------------------------------------------- closing case files */

struct close_ctx {
    struct intake *in;
    size_t from, to;
};

static bool close_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct close_ctx *c = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(VERB_ARENA);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = c->from; i < c->to; i++) {
        const struct manifest_file *mf = &c->in->m->files[i];
        struct case_file f;
        arena_reset(ar);
        if (day_is_none(mf->closed) || mf->incomplete)
            continue;
        if (!file_by_id(t, c->in->a, &mf->id, true, ar, &f, e) ||
            (f.state == FILE_OPEN && !file_close_in(t, c->in->a, &f, mf->closed, c->in->who, ar, e)))
            return err_wrap(e, "line %zu", mf->line);
    }
    return true;
}

static bool close_files(struct intake *in, struct err *e)
{
    struct close_ctx c = {.in = in};
    for (c.from = 0; c.from < in->m->file_count; c.from = c.to) {
        c.to = c.from + FILES_IN_VERB < in->m->file_count ? c.from + FILES_IN_VERB : in->m->file_count;
        if (!store_write(in->a->store, close_fn, &c, e))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- the whole */

static bool all_there(const struct intake *in, struct err *e)
{
    size_t missing = 0, first = 0;
    for (size_t i = 0; in->files->exists && i < in->m->row_count; i++) {
        const struct manifest_row *r = &in->m->rows[i];
        if (r->path.n && !r->found && !in->files->exists(in->files->ctx, r->path) && missing++ == 0)
            first = r->line;
    }
    return missing == 0 ||
           err_set(e, ERR_NOT_FOUND,
                   "%zu documents of the list are not there, the first in line %zu; nothing was written", missing,
                   first);
}

static bool run(struct intake *in, struct err *e)
{
    if (!all_there(in, e) || !open_files(in, e) || !take_documents(in, e) || !close_files(in, e))
        return false;
    if (in->failed == 0)
        return true;
    *e = in->first_failure;
    return false;
}

bool manifest_ingest(struct archive *a, struct manifest *m, const struct manifest_files *files, const struct actor *who,
                     ingest_report report, void *report_ctx, struct progress *p, struct err *e)
{
    struct intake in = {.a = a,
                        .m = m,
                        .files = files,
                        .who = who,
                        .report = report,
                        .report_ctx = report_ctx,
                        .outer = p,
                        .open_lock = PTHREAD_MUTEX_INITIALIZER};
    if (m->faulty)
        return err_set(e, ERR_INVALID, "the list has faults: nothing was written");
    bool ok = run(&in, e);
    pthread_mutex_destroy(&in.open_lock);
    return ok;
}
