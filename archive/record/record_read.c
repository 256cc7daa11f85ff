/* record_read.c: records as they come back: rows, lists of a file, and the exact bytes.
 *
 * Promises: no byte leaves before the tag of its chunk was checked; both digests are recomputed on the way. Reads hold
 * no transaction while bytes flow. Fails: ERR_NOT_FOUND; ERR_CORRUPT with the place. */
#include "record_internal.h"

#include <string.h>

#define LIST_CHUNK  64
#define ARENA_LIMIT (4u << 20)

struct get_ctx {
    struct archive *a;
    const struct id *id;
    bool with_sealed;
    struct arena *ar;
    struct record *out;
};

static bool get_fn(struct txn *t, void *ctx, struct err *e)
{
    struct get_ctx *c = ctx;
    return record_in(t, c->a, c->id, c->with_sealed, c->ar, c->out, e);
}

bool record_get(struct archive *a, const struct id *id, bool with_sealed, struct arena *ar, struct record *out,
                struct err *e)
{
    struct get_ctx c = {a, id, with_sealed, ar, out};
    return store_read(a->store, get_fn, &c, e);
}

/* ---------------------------------------------------------------- the records of a file, in chunks */

struct list_ctx {
    struct archive *a;
    const struct id *file;
    bool with_sealed;
    uint64_t after; /* last sequence number seen */
    struct arena *ar;
    struct record rows[LIST_CHUNK];
    struct id ids[LIST_CHUNK];
    uint64_t seqs[LIST_CHUNK];
    size_t n;
};

static bool list_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct list_ctx *c = ctx;
    struct reader r = reader_of((struct bytes){key.p + 16, key.n - 16});
    uint64_t seq = rd_be32(&r);
    if (!rd_done(&r) || val.n != sizeof c->ids[0].b)
        return err_set(e, ERR_CORRUPT, "the list of a file's records is damaged");
    if (seq <= c->after)
        return true;
    memcpy(c->ids[c->n].b, val.p, val.n);
    c->seqs[c->n++] = seq;
    return c->n < LIST_CHUNK;
}

static bool list_fn(struct txn *t, void *ctx, struct err *e)
{
    struct list_ctx *c = ctx;
    uint8_t from[20];
    c->n = 0;
    if (!record_by_file_key(c->file, c->after ? c->after : 1, from, e))
        return false;
    struct store_range r = {.table = T_RECORD_BY_FILE, .prefix = id_bytes(c->file), .from = {from, sizeof from}};
    if (!store_walk(t, r, list_each, c, e))
        return false;
    for (size_t i = 0; i < c->n; i++)
        if (!record_in(t, c->a, &c->ids[i], c->with_sealed, c->ar, &c->rows[i], e))
            return false;
    return true;
}

bool file_records(struct archive *a, const struct id *file, bool with_sealed, record_each each, void *ctx,
                  struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    struct list_ctx *c = ar ? arena_alloc(ar, sizeof *c) : NULL;
    struct arena *rows CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    if (!c || !rows)
        return err_set(e, ERR_MEMORY, "out of memory");
    *c = (struct list_ctx){.a = a, .file = file, .with_sealed = with_sealed, .ar = rows};
    do {
        arena_reset(rows);
        if (!store_read(a->store, list_fn, c, e))
            return false;
        for (size_t i = 0; i < c->n; i++) {
            c->after = c->seqs[i];
            if (!each(&c->rows[i], ctx, e))
                return e->code == ERR_NONE;
        }
    } while (c->n == LIST_CHUNK);
    return true;
}

/* ---------------------------------------------------------------- bytes */

struct opened {
    struct record r;
    struct key key;
};

struct open_ctx {
    struct archive *a;
    const struct id *id;
    struct arena *ar;
    struct opened *out;
};

static bool open_fn(struct txn *t, void *ctx, struct err *e)
{
    struct open_ctx *c = ctx;
    if (!record_in(t, c->a, c->id, true, c->ar, &c->out->r, e))
        return false;
    if (c->out->r.shelf.n)
        return err_set(e, ERR_STATE, "this record is on paper, at %.*s: it has no bytes here", (int)c->out->r.shelf.n,
                       c->out->r.shelf.p);
    return key_get(t, c->a->store, c->id, &c->out->key, e);
}

static void opened_wipe(struct opened *o)
{
    key_wipe(&o->key);
}

bool record_read(struct archive *a, const struct record *r, bool (*sink)(void *ctx, struct bytes plain, struct err *e),
                 void *ctx, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct opened o CLEANUP(opened_wipe) = {0};
    struct open_ctx c = {a, &r->id, ar, &o};
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!store_read(a->store, open_fn, &c, e))
        return false;
    struct content content = {
        .name = o.r.content, .size = o.r.size, .digests = o.r.digests, .inline_sealed = o.r.inline_sealed};
    return content_verify(a->store, &content, &o.key, &r->id, sink, ctx, e);
}

bool record_read_range(struct archive *a, const struct record *r, uint64_t at, void *p, size_t n, size_t *got,
                       struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct opened o CLEANUP(opened_wipe) = {0};
    struct open_ctx c = {a, &r->id, ar, &o};
    struct content_reader *reader CLEANUP(content_close) = NULL;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    return store_read(a->store, open_fn, &c, e) &&
           content_open(a->store, &o.r.content, o.r.inline_sealed, o.r.size, &o.key, &r->id, &reader, e) &&
           content_read(reader, at, p, n, got, e);
}
