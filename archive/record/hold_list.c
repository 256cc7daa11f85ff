/* hold_list.c: holds of one file or of all, in pieces, and how many of them a person should look at again. Fails with
 * the store; ERR_NOT_FOUND for a mark that is none. */
#include "hold.h"

#include <string.h>

#define PIECE 64u

struct item {
    struct hold h;
    struct str mark;
};

struct list {
    struct archive *a;
    struct str mark; /* "": all files */
    bool released_too;
    struct arena *ar;
    struct row_key last; /* the last key seen */
    struct row_key seen; /* the same, of the piece being read */
    struct id ids[PIECE];
    size_t found;
    struct item items[PIECE];
    size_t count;
    bool more;
};

static bool collect(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct list *l = ctx;
    (void)val;
    if (key.n < sizeof l->ids[0].b || key.n > ROW_KEY_MAX) {
        return err_set(e, ERR_CORRUPT, "the list of holds is damaged");
    }
    if (l->found == PIECE) {
        l->more = true;
        return false;
    }
    memcpy(l->ids[l->found++].b, key.p + key.n - sizeof l->ids[0].b, sizeof l->ids[0].b);
    memcpy(l->seen.b, key.p, key.n);
    l->seen.n = key.n;
    return true;
}

static bool read_item(struct txn *t, struct list *l, const struct id *id, struct err *e)
{
    struct item *it = &l->items[l->count];
    struct key key CLEANUP(key_wipe) = {{0}};
    struct case_file f;
    if (!hold_in(t, l->a, id, l->ar, &it->h, &key, e)) {
        return false;
    }
    if (!l->released_too && !day_is_none(it->h.released)) {
        return true;
    }
    if (!file_by_id(t, l->a, &it->h.file, false, l->ar, &f, e)) {
        return false;
    }
    it->mark = f.mark;
    l->count++;
    return true;
}

static bool piece_fn(struct txn *t, void *ctx, struct err *e)
{
    struct list *l = ctx;
    struct case_file f;
    struct row_key prefix = ROW_KEY_EMPTY, from = l->last;
    arena_reset(l->ar);
    l->found = l->count = 0;
    l->more = false;
    l->seen = l->last;
    if (l->mark.n > 0) {
        if (!file_by_mark(t, l->a, l->mark, false, l->ar, &f, e)) {
            return false;
        }
        prefix = rk_id(prefix, &f.id);
    }
    if (from.n > 0) {
        from = rk_u8(from, 0);
    }
    struct store_range r = {l->mark.n > 0 ? T_HOLD_BY_FILE : T_HOLD, rk_bytes(&prefix), rk_bytes(&from), false};
    if (!store_walk(t, r, collect, l, e)) {
        return false;
    }
    for (size_t i = 0; i < l->found; i++) {
        if (!read_item(t, l, &l->ids[i], e)) {
            return false;
        }
    }
    return true;
}

bool hold_list(struct archive *a, struct str mark, bool released_too, hold_each each, void *ctx, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(8u << 20);
    struct arena *own CLEANUP(arena_free) = arena_new(64u * 1024);
    struct list *l = own == NULL ? NULL : arena_alloc(own, sizeof *l);
    if (ar == NULL || l == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    l->a = a;
    l->mark = mark;
    l->released_too = released_too;
    l->ar = ar;
    do {
        if (!store_read(a->store, piece_fn, l, e)) {
            return false;
        }
        for (size_t i = 0; i < l->count; i++) {
            if (!each(&l->items[i].h, l->items[i].mark, ctx, e)) {
                return e->code == ERR_NONE;
            }
        }
        l->last = l->seen;
    } while (l->more);
    return true;
}

struct review {
    struct day today;
    uint64_t due;
    struct arena *ar;
};

static bool review_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct review *r = ctx;
    struct id id;
    struct hold h;
    if (key.n != sizeof id.b) {
        return err_set(e, ERR_CORRUPT, "the list of holds is damaged");
    }
    memcpy(id.b, key.p, sizeof id.b);
    arena_reset(r->ar);
    if (!hold_decode(val, &id, NULL, r->ar, &h, e)) {
        return false;
    }
    r->due += day_is_none(h.released) && !day_is_none(h.review) && h.review.n <= r->today.n;
    return true;
}

static bool review_fn(struct txn *t, void *ctx, struct err *e)
{
    struct review *r = ctx;
    r->due = 0;
    return store_walk(t, (struct store_range){.table = T_HOLD}, review_each, r, e);
}

bool holds_to_review(struct archive *a, struct day today, uint64_t *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u * 1024);
    struct review r = {.today = today, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_read(a->store, review_fn, &r, e)) {
        return false;
    }
    *out = r.due;
    return true;
}
