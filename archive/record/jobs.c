/* jobs.c: recomputing files after a change of law, piece by piece. T_JOB holds one row a class ("recompute", symbol)
 * with the day since which files are concerned and the last file done; each verb does at most a chunk and moves the row
 * forward in the same transaction, so a crash goes on where it stopped. Until its turn a file stays where it was. Each
 * file that changes gets its own entry. Fails with the store; what was done stays done. */
#include "class_files.h"
#include "law.h"

#include <string.h>

#define CHUNK_MAX 1000u

struct job_row {
    struct day since;
    struct bytes last; /* key of T_FILE_BY_CLASS */
};
static const struct field job_fields[] = {
    {1, "since", F_DAY, offsetof(struct job_row, since), 0, 0},
    {2, "last", F_BYTES, offsetof(struct job_row, last), ROW_KEY_MAX, 0},
};
static const struct row_kind job_kind = {"job", 1, job_fields, COUNT_OF(job_fields)};

static struct row_key job_prefix(void)
{
    return rk_text(ROW_KEY_EMPTY, STR("recompute"));
}

static bool job_put(struct txn *t, struct str symbol, const struct job_row *row, struct err *e)
{
    struct row_key key = rk_text(job_prefix(), symbol);
    struct buf val CLEANUP(buf_free) = BUF_INIT(512);
    return row_encode(&job_kind, row, NULL, NULL, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_JOB, rk_bytes(&key), buf_bytes(&val), e);
}

bool job_recompute(struct txn *t, struct str symbol, struct day since, struct err *e)
{
    struct arena *a CLEANUP(arena_free) = arena_new(4096);
    struct row_key key = rk_text(job_prefix(), symbol);
    struct bytes val;
    bool found;
    struct job_row old = {.since = DAY_NONE}, row = {.since = since};
    if (a == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_find(t, T_JOB, rk_bytes(&key), a, &val, &found, e) ||
        (found && !row_decode(&job_kind, val, NULL, NULL, a, &old, e))) {
        return false;
    }
    /* One that waits already begins again and reaches as far back as either needs. */
    if (found && !day_is_none(since) && (day_is_none(old.since) || old.since.n < since.n)) {
        row.since = old.since;
    }
    return job_put(t, symbol, &row, e);
}

/* ---------------------------------------------------------------- one file */

static bool same(const struct case_file *x, const struct case_file *y)
{
    return x->class_from.n == y->class_from.n && str_eq(x->category, y->category) && x->from.n == y->from.n &&
           x->until.n == y->until.n && x->review_from.n == y->review_from.n && x->action == y->action;
}

static void line(struct event *ev, const char *key, struct str value)
{
    if (value.n > 0) {
        ev->lines[ev->line_count++] = (struct entry_line){key, value};
    }
}

static bool write_entry(struct txn *t, struct archive *a, struct arena *ar, const struct case_file *f, struct err *e)
{
    char class_from[DAY_TEXT_SIZE], review[DAY_TEXT_SIZE];
    struct event ev = {.type = E_RECLASSIFY, .object = &f->id, .event = f->events};
    struct event_ready ready;
    uint64_t index;
    day_text(f->class_from, class_from);
    day_text(f->review_from, review);
    line(&ev, "class", f->symbol);
    line(&ev, "class-from", str_of(class_from));
    line(&ev, "category", f->category);
    line(&ev, "review-from", str_of(review));
    line(&ev, "action", str_of(action_name((enum action)f->action)));
    return event_prepare(&ev, NULL, ar, &ready, e) && event_write(t, a, &ready, &index, e);
}

/* A file that cannot be read must not keep all others, and the archive itself, from going on: it stays where it is, the
 * log of the program says so, and akta doctor names it. */
static bool passed_over(const struct id *id, struct err *e)
{
    char text[33];
    if (e->code != ERR_CORRUPT && e->code != ERR_NOT_FOUND && e->code != ERR_UNSUPPORTED) {
        return false;
    }
    id_text(*id, text);
    log_line(LOG_WARN, "record", "file not recomputed id=%s why=%s", text, err_name(e->code));
    err_init(e, e->lang);
    return true;
}

static bool recompute(struct txn *t, struct archive *a, const struct id *id, struct arena *ar, bool *changed,
                      struct err *e)
{
    struct case_file f, after;
    *changed = false;
    if (!file_by_id(t, a, id, true, ar, &f, e)) {
        return passed_over(id, e);
    }
    after = f;
    if (!retention_refresh(t, a, ar, &after, e)) {
        return passed_over(id, e);
    }
    if (same(&f, &after)) {
        return true;
    }
    *changed = true;
    return event_next(t, &f.id, &after.events, e) && file_update(t, a, &f, &after, false, e) &&
           write_entry(t, a, ar, &after, e);
}

/* ---------------------------------------------------------------- one verb */

struct step {
    struct archive *a;
    size_t chunk;
    uint64_t changed;
    bool left;
    char symbol[16];
    struct job_row row;
    struct arena *ar;
};

static bool first_job(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct step *s = ctx;
    struct reader r = reader_of(key);
    (void)rd_text(&r);
    struct str symbol = rd_text(&r);
    struct bytes copy = arena_bytes(s->ar, val);
    if (!rd_done(&r) || symbol.n >= sizeof s->symbol) {
        return err_set(e, ERR_CORRUPT, "the list of unfinished work is damaged");
    }
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    memcpy(s->symbol, symbol.p, symbol.n);
    s->symbol[symbol.n] = '\0';
    s->left = true;
    s->row = (struct job_row){.since = DAY_NONE};
    if (!row_decode(&job_kind, copy, NULL, NULL, s->ar, &s->row, e)) {
        return false;
    }
    return false; /* the first is enough */
}

static bool do_files(struct txn *t, struct step *s, const struct id *ids, size_t n, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        bool changed;
        arena_reset(ar);
        if (!recompute(t, s->a, &ids[i], ar, &changed, e)) {
            return false;
        }
        s->changed += changed;
    }
    return true;
}

static bool do_chunk(struct txn *t, struct step *s, struct err *e)
{
    struct class_files w = {.symbol = str_of(s->symbol), .since = s->row.since};
    struct row_key key = rk_text(job_prefix(), w.symbol);
    struct id *ids = arena_alloc(s->ar, s->chunk * sizeof *ids);
    size_t n;
    if (ids == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (s->row.last.n > 0 && s->row.last.n <= ROW_KEY_MAX) {
        memcpy(w.last.b, s->row.last.p, s->row.last.n);
        w.last.n = s->row.last.n;
    }
    if (!class_files_next(t, &w, ids, s->chunk, &n, e) || !do_files(t, s, ids, n, e)) {
        return false;
    }
    if (w.done) {
        return store_delete(t, T_JOB, rk_bytes(&key), e);
    }
    struct job_row next = {s->row.since, rk_bytes(&w.last)};
    return job_put(t, w.symbol, &next, e);
}

static bool step_fn(struct txn *t, void *ctx, struct err *e)
{
    struct step *s = ctx;
    struct row_key prefix = job_prefix();
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    s->changed = 0;
    s->left = false;
    s->ar = ar;
    bool ok = store_walk(t, (struct store_range){.table = T_JOB, .prefix = rk_bytes(&prefix)}, first_job, s, e) &&
              (!s->left || do_chunk(t, s, e));
    s->ar = NULL;
    return ok;
}

bool job_step(struct archive *a, size_t chunk, uint64_t *files_changed, bool *left, struct err *e)
{
    struct step s = {.a = a, .chunk = chunk < CHUNK_MAX ? chunk : CHUNK_MAX};
    if (!store_write(a->store, step_fn, &s, e)) {
        return false;
    }
    *files_changed = s.changed;
    *left = s.left;
    return true;
}

static bool one_is_enough(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    (void)key;
    (void)val;
    (void)e;
    *(bool *)ctx = true;
    return false;
}

static bool any_fn(struct txn *t, void *ctx, struct err *e)
{
    struct row_key prefix = job_prefix();
    *(bool *)ctx = false;
    return store_walk(t, (struct store_range){.table = T_JOB, .prefix = rk_bytes(&prefix)}, one_is_enough, ctx, e);
}

bool jobs_finish(struct archive *a, uint64_t *files_changed, struct err *e)
{
    bool left;
    uint64_t total = 0;
    if (!store_read(a->store, any_fn, &left, e)) { /* a full disk takes no change, not even an empty one */
        return false;
    }
    while (left) {
        uint64_t changed;
        if (!job_step(a, JOB_CHUNK, &changed, &left, e)) {
            return err_wrap(e, "recomputing files (%llu are done; the rest goes on at the next start)",
                            (unsigned long long)total);
        }
        total += changed;
    }
    if (files_changed != NULL) {
        *files_changed = total;
    }
    return true;
}
