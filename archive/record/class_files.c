/* class_files.c: see class_files.h. Owns nothing; fails with the store. */
#include "class_files.h"

#include <string.h>

struct row_key class_file_key(struct str symbol, struct day opened, const struct id *file)
{
    return rk_id(rk_day(rk_text(ROW_KEY_EMPTY, symbol), opened), file);
}

struct walk {
    struct class_files *w;
    struct id *ids;
    size_t n, max, seen;
};

/* A piece ends after so many keys, also when few of them are young enough. */
#define KEYS_PER_ID 8u

static bool take(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct walk *c = ctx;
    struct reader r = reader_of(key);
    (void)val;
    (void)rd_text(&r);
    struct day opened = rd_day(&r);
    struct id id = rd_id(&r);
    if (!rd_done(&r) || key.n > ROW_KEY_MAX) {
        return err_set(e, ERR_CORRUPT, "the index of files by class is damaged");
    }
    if (c->n == c->max || c->seen == c->max * KEYS_PER_ID) {
        c->w->done = false;
        return false;
    }
    memcpy(c->w->last.b, key.p, key.n);
    c->w->last.n = key.n;
    c->seen++;
    if (day_is_none(c->w->since) || opened.n >= c->w->since.n) {
        c->ids[c->n++] = id;
    }
    return true;
}

bool class_files_next(struct txn *t, struct class_files *w, struct id *ids, size_t max, size_t *n, struct err *e)
{
    bool all = str_is(w->symbol, "*");
    struct row_key prefix = all ? ROW_KEY_EMPTY : rk_text(ROW_KEY_EMPTY, w->symbol);
    struct row_key from = w->last;
    if (from.n > 0) {
        from = rk_u8(from, 0); /* the first key after it */
    } else if (!all && !day_is_none(w->since)) {
        from = rk_day(prefix, w->since);
    }
    struct walk c = {.w = w, .ids = ids, .max = max};
    w->done = true;
    if (!store_walk(t, (struct store_range){T_FILE_BY_CLASS, rk_bytes(&prefix), rk_bytes(&from), false}, take, &c, e)) {
        return false;
    }
    *n = c.n;
    return true;
}
