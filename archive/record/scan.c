/* scan.c: see scan.h. A piece is copied out of the table first and looked at afterwards in the same read, so that a
 * row's check may read other tables. */
#include "scan.h"

#include <string.h>

#define PIECE_MEMORY ((size_t)64 << 20)
#define KEY_MAX      512u

struct scan_row {
    struct scan_row *next;
    struct bytes key, val;
};

struct walk {
    const struct scan *s;
    struct arena *ar;
    uint8_t last[KEY_MAX];
    size_t last_n; /* 0: at the start */
    struct scan_row *first, **end;
    size_t n;
    uint8_t seen[KEY_MAX];
    size_t seen_n;
};

static bool keep_row(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct walk *w = ctx;
    if (key.n > KEY_MAX)
        return err_set(e, ERR_CORRUPT, "a key of the table %s is too long", table_name(w->s->table));
    if (w->last_n == key.n && memcmp(key.p, w->last, key.n) == 0)
        return true;
    struct scan_row *r = arena_alloc(w->ar, sizeof *r);
    if (!r)
        return err_set(e, ERR_MEMORY, "out of memory");
    r->key = arena_bytes(w->ar, key);
    r->val = arena_bytes(w->ar, val);
    if ((key.n && !r->key.p) || (val.n && !r->val.p))
        return err_set(e, ERR_MEMORY, "out of memory");
    *w->end = r;
    w->end = &r->next;
    memcpy(w->seen, key.p, key.n);
    w->seen_n = key.n;
    return ++w->n < w->s->piece;
}

static bool piece_fn(struct txn *t, void *ctx, struct err *e)
{
    struct walk *w = ctx;
    struct store_range range = {.table = w->s->table, .from = {w->last, w->last_n}};
    arena_reset(w->ar);
    w->first = NULL;
    w->end = &w->first;
    w->n = 0;
    if (w->s->restart)
        w->s->restart(w->s->ctx);
    if (!store_walk(t, range, keep_row, w, e))
        return false;
    for (const struct scan_row *r = w->first; r; r = r->next)
        if (!w->s->row(t, r->key, r->val, w->s->ctx, e))
            return false;
    return true;
}

bool scan_table(struct archive *a, const struct scan *s, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(PIECE_MEMORY);
    struct walk w = {.s = s, .ar = ar};
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    do {
        if (!store_read(a->store, piece_fn, &w, e) || (s->piece_done && !s->piece_done(s->ctx, e)))
            return false;
        memcpy(w.last, w.seen, w.seen_n);
        w.last_n = w.seen_n;
    } while (w.n == s->piece);
    return true;
}
