/* request_scan.c: see request_scan.h. A piece is copied out of its table first and looked at afterwards in the same
 * read. */
#include "request_scan.h"

#include <string.h>

#define PIECE        256u
#define PIECE_MEMORY ((size_t)64 << 20)
#define KEY_MAX      256u

struct row {
    struct row *next;
    struct bytes key, val;
};

struct walk {
    const struct rq_scan *s;
    struct arena *ar;
    uint8_t last[KEY_MAX], seen[KEY_MAX];
    size_t last_n, seen_n; /* 0: at the start */
    struct row *first, **end;
    size_t n;
};

static bool keep_row(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct walk *w = ctx;
    if (key.n > KEY_MAX) {
        return err_set(e, ERR_CORRUPT, "a key of the table %s is too long", table_name(w->s->table));
    }
    if (w->last_n == key.n && memcmp(key.p, w->last, key.n) == 0) {
        return true;
    }
    struct row *r = arena_alloc(w->ar, sizeof *r);
    if (r == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *r = (struct row){.key = arena_bytes(w->ar, key), .val = arena_bytes(w->ar, val)};
    if (r->key.p == NULL || (val.n > 0 && r->val.p == NULL)) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *w->end = r;
    w->end = &r->next;
    memcpy(w->seen, key.p, key.n);
    w->seen_n = key.n;
    return ++w->n < PIECE;
}

static bool piece_fn(struct txn *t, void *ctx, struct err *e)
{
    struct walk *w = ctx;
    arena_reset(w->ar);
    w->first = NULL;
    w->end = &w->first;
    w->n = 0;
    if (w->s->restart != NULL) {
        w->s->restart(w->s->ctx);
    }
    if (!store_walk(t, (struct store_range){.table = w->s->table, .prefix = w->s->prefix, .from = {w->last, w->last_n}},
                    keep_row, w, e)) {
        return false;
    }
    for (const struct row *r = w->first; r != NULL; r = r->next) {
        if (!w->s->row(t, r->key, r->val, w->s->ctx, e)) {
            return false;
        }
    }
    return true;
}

bool rq_scan(struct request_desk *d, const struct rq_scan *s, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(PIECE_MEMORY);
    struct walk w = {.s = s, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    do {
        if (!store_read(archive_store(d->a), piece_fn, &w, e) || (s->done != NULL && !s->done(s->ctx, e))) {
            return false;
        }
        memcpy(w.last, w.seen, w.seen_n);
        w.last_n = w.seen_n;
    } while (w.n == PIECE);
    return true;
}
