/* request_figures.c: what the register tells beside its lines: how ended requests ended, and what changed last. Figures
 * are counted by the verbs, so that a year costs its months and not its requests. Fails with the store; a number that
 * nobody has is ERR_NOT_FOUND. */
#include "request_internal.h"

#define CHANGES_MOST 200u

/* ---------------------------------------------------------------- endings */

struct endings {
    int from, until;
    struct arena *ar;
    struct request_ending *list;
    size_t n, cap;
};

static bool grow(struct endings *c, struct err *e)
{
    if (c->n < c->cap) {
        return true;
    }
    size_t cap = c->cap == 0 ? 64 : 2 * c->cap;
    struct request_ending *list = arena_alloc(c->ar, cap * sizeof *list);
    if (list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < c->n; i++) {
        list[i] = c->list[i];
    }
    c->list = list;
    c->cap = cap;
    return true;
}

static bool ending_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct endings *c = ctx;
    struct reader k = reader_of((struct bytes){key.p + 1, key.n - 1}), v = reader_of(val);
    struct request_ending one = {.year = rd_be16(&k), .month = rd_u8(&k)};
    one.kind = (enum request_kind)rd_u8(&k);
    one.outcome = (enum request_outcome)rd_u8(&k);
    one.pace = (enum request_pace)rd_u8(&k);
    one.late = rd_u8(&k) != 0;
    one.requests = rd_be64(&v);
    if (!rd_done(&k) || !rd_done(&v) || one.pace >= REQUEST_PACE_END) {
        return err_set(e, ERR_CORRUPT, "a figure of the index of requests is damaged");
    }
    if (one.year > c->until || !grow(c, e)) {
        return false;
    }
    c->list[c->n++] = one;
    return true;
}

static bool endings_fn(struct txn *t, void *ctx, struct err *e)
{
    struct endings *c = ctx;
    const struct rq_key all = {.b = {'e'}, .n = 1},
                        from = {.b = {'e', (uint8_t)(c->from >> 8), (uint8_t)c->from}, .n = 3};
    c->n = 0;
    return store_walk(t,
                      (struct store_range){.table = T_REQUEST_INDEX, .prefix = rq_bytes(&all), .from = rq_bytes(&from)},
                      ending_each, c, e);
}

bool request_endings(struct request_desk *d, int from_year, int until_year, struct arena *ar,
                     struct request_ending **out, size_t *n, struct err *e)
{
    struct endings c = {.from = from_year < 0 ? 0 : from_year, .until = until_year, .ar = ar};
    if (!store_read(archive_store(d->a), endings_fn, &c, e)) {
        return false;
    }
    *out = c.list;
    *n = c.n;
    return true;
}

/* ---------------------------------------------------------------- changes */

struct changes {
    size_t limit, n, found;
    struct arena *ar;
    struct request_change *list;
    struct {
        instant at;
        uint64_t year, seq;
    } places[CHANGES_MOST];
};

static bool change_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct changes *c = ctx;
    struct reader k = reader_of((struct bytes){key.p + 1, key.n - 1});
    (void)val;
    c->places[c->found].at = (instant)rd_be64(&k);
    c->places[c->found].year = rd_be16(&k);
    c->places[c->found].seq = rd_be32(&k);
    if (!rd_done(&k)) {
        return err_set(e, ERR_CORRUPT, "a key of the register's changes is damaged");
    }
    return ++c->found < c->limit;
}

static bool take_change(struct txn *t, struct changes *c, size_t i, struct err *e)
{
    struct request_head h;
    struct id id;
    bool found, readable = false; /* one that cannot be read is left out: the others have changed all the same */
    if (!index_id(t, rq_by_number(c->places[i].year, c->places[i].seq), &id, NULL, &found, e) ||
        (found && !head_try(t, &id, c->ar, &h, &readable, e))) {
        return false;
    }
    if (readable) {
        public_of_head(&h, &c->list[c->n].line);
        c->list[c->n++].at = c->places[i].at;
    }
    return true;
}

static bool changes_fn(struct txn *t, void *ctx, struct err *e)
{
    struct changes *c = ctx;
    const struct rq_key all = {.b = {'u'}, .n = 1};
    struct rq_key last = all;
    while (last.n < 1 + RQ_PLACE) {
        last.b[last.n++] = 0xff;
    }
    c->n = c->found = 0;
    if (!store_walk(t,
                    (struct store_range){
                        .table = T_REQUEST_INDEX, .prefix = rq_bytes(&all), .from = rq_bytes(&last), .reverse = true},
                    change_each, c, e)) {
        return false;
    }
    for (size_t i = 0; i < c->found; i++) {
        if (!take_change(t, c, i, e)) {
            return false;
        }
    }
    return true;
}

bool request_changes(struct request_desk *d, size_t limit, struct arena *ar, struct request_change **out, size_t *n,
                     struct err *e)
{
    struct changes c = {.limit = limit < CHANGES_MOST ? limit : CHANGES_MOST, .ar = ar};
    c.list = arena_alloc(ar, (c.limit + 1) * sizeof *c.list);
    if (c.list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (c.limit > 0 && !store_read(archive_store(d->a), changes_fn, &c, e)) {
        return false;
    }
    *out = c.list;
    *n = c.n;
    return true;
}

/* ---------------------------------------------------------------- one line */

struct one_line {
    uint64_t year, seq;
    struct arena *ar;
    struct request_public *out;
};

static bool one_line_fn(struct txn *t, void *ctx, struct err *e)
{
    struct one_line *o = ctx;
    struct request_head h;
    struct id id;
    bool found;
    if (!index_id(t, rq_by_number(o->year, o->seq), &id, NULL, &found, e) ||
        (found && !head_get(t, &id, o->ar, &h, e))) {
        return false;
    }
    if (!found) {
        return err_field(e, ERR_NOT_FOUND, "number", "there is no request of this number");
    }
    public_of_head(&h, o->out);
    return true;
}

bool request_public_get(struct request_desk *d, struct str number, struct arena *ar, struct request_public *out,
                        struct err *e)
{
    struct one_line o = {.ar = ar, .out = out};
    return number_parse(number, &o.year, &o.seq)
               ? store_read(archive_store(d->a), one_line_fn, &o, e)
               : err_field(e, ERR_NOT_FOUND, "number", "a number is written like 2026-000123");
}
