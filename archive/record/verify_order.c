/* verify_order.c: T_FIXITY, the order in which records are checked: oldest check first, never checked before all. Walks
 * it in pieces, counts it, knows where a run was cut short and what stands as faulty, and finds records that are not in
 * it. Fails with the store. */
#include "scan.h"
#include "verify.h"

#include <string.h>

#define PIECE    8192u
#define META_RUN bytes_of(STR("verify-run"))

static uint64_t be64(const uint8_t *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

/* ---------------------------------------------------------------- walking */

struct piece {
    uint64_t limit;
    const uint8_t *from; /* the key before it; NULL: at the start */
    struct id *ids;      /* NULL: only counted */
    size_t most, n;
    uint8_t last[24];
    bool over;
};

static bool piece_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct piece *p = ctx;
    (void)val;
    if (key.n != sizeof p->last)
        return err_set(e, ERR_CORRUPT, "the order of checks (table fixity) is damaged");
    if (be64(key.p) >= p->limit) {
        p->over = true;
        return false;
    }
    if (p->from && memcmp(key.p, p->from, key.n) == 0)
        return true;
    if (p->ids)
        memcpy(p->ids[p->n].b, key.p + 8, 16);
    memcpy(p->last, key.p, key.n);
    return ++p->n < p->most;
}

static bool piece_fn(struct txn *t, void *ctx, struct err *e)
{
    struct piece *p = ctx;
    struct store_range range = {.table = T_FIXITY};
    if (p->from)
        range.from = (struct bytes){p->from, sizeof p->last};
    p->n = 0;
    p->over = false;
    return store_walk(t, range, piece_each, p, e);
}

bool order_next(struct archive *a, uint64_t limit, uint8_t cursor[24], bool *begun, struct id ids[IDS_IN_READ],
                size_t *n, bool *over, struct err *e)
{
    struct piece p = {.limit = limit, .from = *begun ? cursor : NULL, .ids = ids, .most = IDS_IN_READ};
    if (!store_read(a->store, piece_fn, &p, e))
        return false;
    *n = p.n;
    *over = p.over || p.n < IDS_IN_READ;
    if (p.n) {
        memcpy(cursor, p.last, sizeof p.last);
        *begun = true;
    }
    return true;
}

bool order_below(struct archive *a, uint64_t limit, uint64_t *out, struct err *e)
{
    uint8_t cursor[24];
    struct piece p = {.limit = limit, .most = PIECE};
    uint64_t n = 0;
    do {
        if (!store_read(a->store, piece_fn, &p, e))
            return false;
        n += p.n;
        memcpy(cursor, p.last, sizeof cursor);
        p.from = cursor;
    } while (p.n == PIECE);
    *out = n;
    return true;
}

/* ---------------------------------------------------------------- ends, and a run that was cut short */

static bool edge_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    uint64_t *out = ctx;
    (void)val;
    (void)e;
    *out = key.n == 24 ? be64(key.p) : 0;
    return false;
}

static bool edges_fn(struct txn *t, void *ctx, struct err *e)
{
    struct edges *x = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    struct store_range front = {.table = T_FIXITY}, back = {.table = T_FIXITY, .reverse = true};
    struct bytes val;
    bool found;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    *x = (struct edges){.first = UINT64_MAX};
    if (!store_walk(t, front, edge_each, &x->first, e) || !store_walk(t, back, edge_each, &x->last, e) ||
        !store_find(t, T_META, META_RUN, ar, &val, &found, e))
        return false;
    struct reader r = reader_of(val);
    x->unfinished = found ? rd_be64(&r) : 0;
    x->any = x->first != UINT64_MAX;
    return true;
}

bool order_edges(struct archive *a, struct edges *out, struct err *e)
{
    return store_read(a->store, edges_fn, out, e);
}

static bool keep_fn(struct txn *t, void *ctx, struct err *e)
{
    const uint64_t *stamp = ctx;
    struct buf val CLEANUP(buf_free) = BUF_INIT(8);
    buf_add_be64(&val, *stamp);
    return buf_ok(&val, e) && store_put(t, T_META, META_RUN, buf_bytes(&val), e);
}

bool order_keep_run(struct archive *a, uint64_t unfinished, struct err *e)
{
    return store_write(a->store, keep_fn, &unfinished, e);
}

/* ---------------------------------------------------------------- lists */

void id_list_free(struct id_list *l)
{
    mem_free(l->ids);
    *l = (struct id_list){0};
}

static bool id_list_add(struct id_list *l, struct bytes id, struct err *e)
{
    if (id.n != sizeof l->ids[0].b)
        return err_set(e, ERR_CORRUPT, "a key of the wrong size stands where a record's id should");
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        struct id *ids = mem_realloc(l->ids, cap * sizeof *ids);
        if (!ids)
            return err_set(e, ERR_MEMORY, "out of memory");
        l->ids = ids;
        l->cap = cap;
    }
    memcpy(l->ids[l->n++].b, id.p, id.n);
    return true;
}

static bool faulty_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    (void)val;
    return id_list_add(ctx, key, e);
}

static bool faulty_fn(struct txn *t, void *ctx, struct err *e)
{
    struct id_list *l = ctx;
    l->n = 0;
    return store_walk(t, (struct store_range){.table = T_FAULT}, faulty_each, l, e);
}

bool order_faulty(struct archive *a, struct id_list *out, struct err *e)
{
    return store_read(a->store, faulty_fn, out, e);
}

/* ---------------------------------------------------------------- strays */

struct strays {
    struct id_list *list;
    size_t kept;
    struct arena *ar;
};

static void strays_restart(void *ctx)
{
    struct strays *s = ctx;
    s->list->n = s->kept;
}

static bool strays_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct strays *s = ctx;
    uint8_t place[24];
    uint64_t stamp;
    bool found;
    struct id id;
    (void)val;
    if (key.n != sizeof id.b)
        return err_set(e, ERR_CORRUPT, "a key of the table of records is damaged");
    memcpy(id.b, key.p, sizeof id.b);
    arena_reset(s->ar);
    struct bytes unused;
    if (!fixity_stamp(t, &id, &stamp, e) ||
        !store_find(t, T_FIXITY, fixity_key_make(&id, stamp, place), s->ar, &unused, &found, e))
        return false;
    return found || id_list_add(s->list, key, e);
}

static bool strays_done(void *ctx, struct err *e)
{
    struct strays *s = ctx;
    (void)e;
    s->kept = s->list->n;
    return true;
}

static bool count_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct piece *p = ctx;
    (void)val;
    if (key.n != 16)
        return err_set(e, ERR_CORRUPT, "a key of the table of records is damaged");
    if (p->from && memcmp(key.p, p->from, key.n) == 0)
        return true;
    memcpy(p->last, key.p, key.n);
    return ++p->n < p->most;
}

static bool count_fn(struct txn *t, void *ctx, struct err *e)
{
    struct piece *p = ctx;
    struct store_range range = {.table = T_RECORD};
    if (p->from)
        range.from = (struct bytes){p->from, 16};
    p->n = 0;
    return store_walk(t, range, count_each, p, e);
}

static bool count_records(struct archive *a, uint64_t *out, struct err *e)
{
    uint8_t cursor[16];
    struct piece p = {.most = PIECE};
    uint64_t n = 0;
    do {
        if (!store_read(a->store, count_fn, &p, e))
            return false;
        n += p.n;
        memcpy(cursor, p.last, sizeof cursor);
        p.from = cursor;
    } while (p.n == PIECE);
    *out = n;
    return true;
}

/* Looks at every record only when the two tables do not count the same. */
bool order_strays(struct archive *a, struct id_list *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u * 1024);
    struct strays s = {.list = out, .ar = ar};
    struct scan scan = {.table = T_RECORD,
                        .piece = 1024,
                        .row = strays_row,
                        .restart = strays_restart,
                        .piece_done = strays_done,
                        .ctx = &s};
    uint64_t records, ordered;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!order_below(a, UINT64_MAX, &ordered, e) || !count_records(a, &records, e))
        return false;
    return records == ordered || scan_table(a, &scan, e);
}
