/* file.c: case files as rows. Reads them by id and by mark, writes them together with their indexes, and counts their
 * records beside the row.
 *
 * Promises: the title lies sealed in the row; the figures of a file (records, bytes, last sequence number) lie in
 * T_INDEX "file-count", so that accession needs neither the file's key nor its title. Every change of a file passes
 * file_update or file_count_change, and with it queue, forecast and retention stay right. Fails with the store;
 * ERR_NOT_FOUND names the mark. */
#include "record_internal.h"

#include <string.h>

#define ROW_MAX     (64u * 1024)
#define COUNT_KEY   "file-count"
#define ARENA_LIMIT (256u * 1024)

static const struct field case_file_fields[] = {
    {1, "mark", F_TEXT, offsetof(struct case_file, mark), 80, FIELD_REQUIRED},
    {2, "unit", F_TEXT, offsetof(struct case_file, unit), 16, FIELD_REQUIRED},
    {3, "class", F_TEXT, offsetof(struct case_file, symbol), 10, FIELD_REQUIRED},
    {4, "class_from", F_DAY, offsetof(struct case_file, class_from), 0, 0},
    {5, "number", F_U64, offsetof(struct case_file, number), 0, FIELD_REQUIRED},
    {6, "base_number", F_U64, offsetof(struct case_file, base_number), 0, 0},
    {7, "year", F_U64, offsetof(struct case_file, year), 2299, FIELD_REQUIRED},
    {8, "state", F_U64, offsetof(struct case_file, state), FILE_CLOSED, FIELD_REQUIRED},
    {9, "opened", F_DAY, offsetof(struct case_file, opened), 0, FIELD_REQUIRED},
    {10, "closed", F_DAY, offsetof(struct case_file, closed), 0, 0},
    {11, "by_hand", F_TEXT, offsetof(struct case_file, by_hand), CATEGORY_TEXT_SIZE, 0},
    {12, "facts", F_TEXT, offsetof(struct case_file, facts), 1000, FIELD_PERSONAL},
    {13, "category", F_TEXT, offsetof(struct case_file, category), CATEGORY_TEXT_SIZE, 0},
    {14, "from", F_DAY, offsetof(struct case_file, from), 0, 0},
    {15, "until", F_DAY, offsetof(struct case_file, until), 0, 0},
    {16, "review_from", F_DAY, offsetof(struct case_file, review_from), 0, 0},
    {17, "action", F_U64, offsetof(struct case_file, action), ACTION_EXCEPTION, 0},
    {18, "holds", F_U64, offsetof(struct case_file, holds), 0, 0},
    {19, "records", F_U64, offsetof(struct case_file, records), 0, 0},
    {20, "bytes", F_U64, offsetof(struct case_file, bytes), 0, 0},
    {21, "events", F_U64, offsetof(struct case_file, events), 0, FIELD_REQUIRED},
    {22, "successor", F_TEXT, offsetof(struct case_file, successor), 80, 0},
    {23, "title", F_TEXT, offsetof(struct case_file, title), 1000, FIELD_REQUIRED | FIELD_SEALED | FIELD_PERSONAL},
};
const struct row_kind case_file_kind = {"case-file", 1, case_file_fields, COUNT_OF(case_file_fields)};

/* ---------------------------------------------------------------- figures beside the row */

static struct bytes count_key(const struct id *file, uint8_t out[sizeof COUNT_KEY + 16])
{
    memcpy(out, COUNT_KEY, sizeof COUNT_KEY); /* its NUL divides */
    memcpy(out + sizeof COUNT_KEY, file->b, 16);
    return (struct bytes){out, sizeof COUNT_KEY + 16};
}

bool file_count_init(struct txn *t, const struct id *file, const struct file_count *c, struct err *e)
{
    uint8_t key[sizeof COUNT_KEY + 16];
    struct buf val CLEANUP(buf_free) = BUF_INIT(32);
    buf_add_be64(&val, c->seq);
    buf_add_be64(&val, c->records);
    buf_add_be64(&val, c->bytes);
    buf_add_u8(&val, (uint8_t)c->state);
    return buf_ok(&val, e) && store_put(t, T_INDEX, count_key(file, key), buf_bytes(&val), e);
}

bool file_count_get(struct txn *t, const struct id *file, struct file_count *out, struct err *e)
{
    uint8_t key[sizeof COUNT_KEY + 16];
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    struct bytes val;
    bool found;
    if (!store_find(t, T_INDEX, count_key(file, key), ar, &val, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_NOT_FOUND, "there is no such case file");
    struct reader r = reader_of(val);
    struct file_count c = {.seq = rd_be64(&r), .records = rd_be64(&r), .bytes = rd_be64(&r), .state = rd_u8(&r)};
    if (!rd_done(&r))
        return err_set(e, ERR_CORRUPT, "the record count of a case file is damaged");
    *out = c;
    return true;
}

bool file_takes_records(const struct file_count *c, struct err *e)
{
    return c->state != FILE_CLOSED ||
           err_set(e, ERR_STATE,
                   "the case file is closed and takes no documents; open it again first: akta file reopen");
}

bool file_count_change(struct txn *t, struct archive *a, const struct id *file, const struct file_count *was,
                       const struct file_count *now, struct err *e)
{
    if (!file_count_init(t, file, now, e))
        return false;
    if (now->state != FILE_CLOSED || (was->records == now->records && was->bytes == now->bytes))
        return true; /* an open file stands in no forecast */
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    struct case_file before, after;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!file_by_id(t, a, file, false, ar, &before, e))
        return false;
    after = before;
    before.records = was->records, before.bytes = was->bytes;
    after.records = now->records, after.bytes = now->bytes;
    return due_update(t, &before, &after, e);
}

/* ---------------------------------------------------------------- reading */

bool file_decode(struct txn *t, struct archive *a, const struct id *id, struct bytes raw, bool with_title,
                 struct arena *ar, struct case_file *out, struct err *e)
{
    struct key key CLEANUP(key_wipe) = {{0}};
    struct case_file f = {0};
    struct file_count c;
    if (with_title && !key_get(t, a->store, id, &key, e))
        return err_wrap(e, "key of a case file");
    if (!row_decode(&case_file_kind, raw, with_title ? &key : NULL, id, ar, &f, e) || !file_count_get(t, id, &c, e))
        return false;
    f.id = *id;
    f.records = c.records;
    f.bytes = c.bytes;
    *out = f;
    return true;
}

bool file_by_id(struct txn *t, struct archive *a, const struct id *id, bool with_title, struct arena *ar,
                struct case_file *out, struct err *e)
{
    struct bytes raw;
    bool found;
    if (!store_find(t, T_FILE, id_bytes(id), ar, &raw, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_NOT_FOUND, "there is no such case file");
    return file_decode(t, a, id, raw, with_title, ar, out, e);
}

bool file_by_mark(struct txn *t, struct archive *a, struct str mark, bool with_title, struct arena *ar,
                  struct case_file *out, struct err *e)
{
    struct bytes key, val;
    bool found;
    if (!mark_key(mark, ar, &key, e) || !store_find(t, T_FILE_BY_MARK, key, ar, &val, &found, e))
        return false;
    if (!found)
        return err_field(e, ERR_NOT_FOUND, "mark", "there is no case file %.*s", (int)key.n, (const char *)key.p);
    struct id id;
    if (val.n != sizeof id.b)
        return err_set(e, ERR_CORRUPT, "the index of marks is damaged at %.*s", (int)key.n, (const char *)key.p);
    memcpy(id.b, val.p, sizeof id.b);
    return file_by_id(t, a, &id, with_title, ar, out, e);
}

struct get_ctx {
    struct archive *a;
    struct str mark;
    struct arena *ar;
    struct case_file *out;
};

static bool get_fn(struct txn *t, void *ctx, struct err *e)
{
    struct get_ctx *c = ctx;
    return file_by_mark(t, c->a, c->mark, true, c->ar, c->out, e);
}

bool file_get(struct archive *a, struct str mark, struct arena *ar, struct case_file *out, struct err *e)
{
    struct get_ctx c = {a, mark, ar, out};
    return store_read(a->store, get_fn, &c, e);
}

struct retention_ctx {
    struct archive *a;
    const struct case_file *f;
    struct arena *ar;
    struct retention *out;
};

static bool retention_fn(struct txn *t, void *ctx, struct err *e)
{
    struct retention_ctx *c = ctx;
    struct retention_question q = {0};
    struct facts facts = {0};
    return retention_question_of(t, c->a, c->ar, c->f, &q, &facts, e) &&
           retention_compute(&q, e->lang, c->ar, c->out, e);
}

bool file_retention(struct archive *a, const struct case_file *f, struct arena *ar, struct retention *out,
                    struct err *e)
{
    struct retention_ctx c = {a, f, ar, out};
    return store_read(a->store, retention_fn, &c, e);
}

/* ---------------------------------------------------------------- writing */

bool file_row_put(struct txn *t, const struct case_file *f, const struct key *key, struct err *e)
{
    struct case_file row = *f;
    row.records = row.bytes = 0; /* they stand in T_INDEX */
    struct buf val CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    return row_encode(&case_file_kind, &row, key, &f->id, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_FILE, id_bytes(&f->id), buf_bytes(&val), e);
}

/* A caller that read the file without its title must not lose it. */
static bool title_keep(struct txn *t, struct archive *a, struct case_file *changed, struct arena *ar, struct err *e)
{
    struct case_file stored;
    if (changed->title.n)
        return true;
    if (!file_by_id(t, a, &changed->id, true, ar, &stored, e))
        return false;
    changed->title = stored.title;
    return true;
}

bool file_update_in(struct txn *t, struct archive *a, const struct case_file *f, struct case_file *changed,
                    bool recompute, struct arena *ar, struct err *e)
{
    struct key key CLEANUP(key_wipe) = {{0}};
    struct case_file row = *changed;
    struct file_count c;
    if (!key_get(t, a->store, &f->id, &key, e) || !title_keep(t, a, &row, ar, e) ||
        (recompute && !retention_refresh(t, a, ar, &row, e)) || !due_update(t, f, &row, e) ||
        !file_row_put(t, &row, &key, e))
        return false;
    if (row.state != f->state) {
        if (!file_count_get(t, &f->id, &c, e))
            return false;
        c.state = row.state;
        if (!file_count_init(t, &f->id, &c, e))
            return false;
    }
    *changed = row;
    return true;
}

bool file_update(struct txn *t, struct archive *a, const struct case_file *f, struct case_file *changed, bool recompute,
                 struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    struct case_file row = *changed;
    if (!file_update_in(t, a, f, &row, recompute, ar, e))
        return false;
    /* Dates and action as computed; the texts computed lie in this call's arena and are not handed on. */
    changed->from = row.from, changed->until = row.until, changed->review_from = row.review_from;
    changed->action = row.action;
    return true;
}
