/* request_list.c: pages of the public register. A page is one walk down one list, begun at the cursor, so that it costs
 * the same at a thousand and at a million requests; a question for words walks the list of its longest word and looks
 * the others up. Fails: ERR_INVALID for a cursor that is not ours; with the store. */
#include "request_internal.h"

#include <string.h>

#define LIST_MOST   200u
#define PIECE       256u
#define LOOKED_MOST 1024u /* places looked at for one page of words; the cursor goes on from there */

struct place {
    uint8_t b[RQ_PLACE];
};

struct listing {
    const struct request_filter *f;
    struct arena *ar;
    struct rq_key prefix; /* of the list */
    struct subject_stems words;
    size_t longest; /* which of them is walked */
    struct place from;
    bool begun; /* `from` was handed out already */
    struct request_public *rows;
    size_t n;
    bool more;         /* there is another page */
    struct place last; /* handed out or looked at last */
    /* of words */
    struct place found[PIECE];
    size_t found_n, looked;
    bool end;
};

/* ---------------------------------------------------------------- cursors and bounds */

static bool cursor_parse(struct str s, struct place *out, struct err *e)
{
    return (s.n == 2 * RQ_PLACE && hex_decode(s, out->b, RQ_PLACE)) ||
           err_field(e, ERR_INVALID, "after", "this is not a cursor of the register: begin with its first page");
}

/* A day of Warsaw ends before midnight UTC of the next one; what lies between is told apart by its line. */
static void upper_bound(struct day until, struct place *out)
{
    memset(out->b, 0xff, RQ_PLACE);
    if (!day_is_none(until)) {
        uint64_t end = ((uint64_t)until.n + 1) * 86400;
        for (size_t i = 0; i < 8; i++) {
            out->b[i] = (uint8_t)(end >> (56 - 8 * i));
        }
    }
}

static struct rq_key at_place(struct rq_key k, const struct place *p)
{
    memcpy(k.b + k.n, p->b, RQ_PLACE);
    k.n += RQ_PLACE;
    return k;
}

/* ---------------------------------------------------------------- lines */

static bool take_line(struct listing *l, const struct place *at, struct bytes val, struct err *e)
{
    struct bytes copy = arena_bytes(l->ar, val);
    struct request_line_row line;
    struct reader r = reader_of((struct bytes){at->b + 8, RQ_PLACE - 8});
    struct request_public *out = &l->rows[l->n];
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!row_decode(&request_line_kind, copy, NULL, NULL, l->ar, &line, e)) {
        return false;
    }
    bool late = !day_is_none(l->f->until) && line.received.n > l->f->until.n;
    l->end = !day_is_none(l->f->from) && line.received.n < l->f->from.n;
    if (late || l->end) {
        return true;
    }
    *out = (struct request_public){.answer = line.answer != 0,
                                   .kind = (enum request_kind)line.kind,
                                   .state = (enum request_state)line.state,
                                   .outcome = (enum request_outcome)line.outcome,
                                   .received = line.received,
                                   .due = line.due,
                                   .ended = line.ended,
                                   .extended = line.extended != 0,
                                   .subject = line.subject};
    uint64_t year = rd_be16(&r), seq = rd_be32(&r);
    number_text(year, seq, out->number);
    l->n++;
    return true;
}

static bool place_of(struct bytes key, size_t before, struct place *out, struct err *e)
{
    if (key.n != before + RQ_PLACE) {
        return err_set(e, ERR_CORRUPT, "a key of the public register is damaged");
    }
    memcpy(out->b, key.p + before, RQ_PLACE);
    return true;
}

static bool line_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct listing *l = ctx;
    struct place at;
    if (!place_of(key, l->prefix.n, &at, e)) {
        return false;
    }
    if (l->begun && memcmp(&at, &l->from, sizeof at) == 0) {
        return true;
    }
    if (l->n == l->f->limit) {
        l->more = true;
        return false;
    }
    l->last = at;
    return take_line(l, &at, val, e) && !l->end;
}

static bool lines_fn(struct txn *t, void *ctx, struct err *e)
{
    struct listing *l = ctx;
    struct rq_key from = at_place(l->prefix, &l->from);
    l->n = 0;
    l->more = l->end = false;
    return store_walk(
        t,
        (struct store_range){
            .table = T_REQUEST_LIST, .prefix = rq_bytes(&l->prefix), .from = rq_bytes(&from), .reverse = true},
        line_each, l, e);
}

/* ---------------------------------------------------------------- words */

static bool word_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct listing *l = ctx;
    struct rq_key word = rq_word(l->words.list[l->longest]);
    struct place at;
    (void)val;
    if (!place_of(key, word.n, &at, e)) {
        return false;
    }
    if (l->begun && memcmp(&at, &l->from, sizeof at) == 0) {
        return true;
    }
    l->found[l->found_n++] = at;
    return l->found_n < PIECE;
}

static bool has_all_words(struct txn *t, const struct listing *l, const struct place *at, bool *yes, struct err *e)
{
    *yes = true;
    for (size_t i = 0; i < l->words.count && *yes; i++) {
        struct rq_key k = at_place(rq_word(l->words.list[i]), at);
        struct bytes val;
        if (i != l->longest && !store_find(t, T_REQUEST_INDEX, rq_bytes(&k), l->ar, &val, yes, e)) {
            return false;
        }
    }
    return true;
}

static bool look_at(struct txn *t, struct listing *l, const struct place *at, struct err *e)
{
    struct rq_key k = at_place(l->prefix, at);
    struct bytes val;
    bool yes, there;
    if (!has_all_words(t, l, at, &yes, e) ||
        (yes && !store_find(t, T_REQUEST_LIST, rq_bytes(&k), l->ar, &val, &there, e))) {
        return false;
    }
    return !yes || !there || take_line(l, at, val, e);
}

/* One piece of the list of a word. */
static bool words_fn(struct txn *t, void *ctx, struct err *e)
{
    struct listing *l = ctx;
    struct rq_key word = rq_word(l->words.list[l->longest]), from = at_place(word, &l->from);
    size_t had = l->n;
    l->found_n = 0;
    if (!store_walk(t,
                    (struct store_range){
                        .table = T_REQUEST_INDEX, .prefix = rq_bytes(&word), .from = rq_bytes(&from), .reverse = true},
                    word_each, l, e)) {
        return false;
    }
    for (size_t i = 0; i < l->found_n; i++) {
        if (l->n == l->f->limit) {
            l->more = true;
            return true;
        }
        if (!look_at(t, l, &l->found[i], e)) {
            l->n = had;
            return false;
        }
        if (l->end) {
            return true;
        }
        l->last = l->found[i];
    }
    return true;
}

static bool list_words(struct request_desk *d, struct listing *l, struct err *e)
{
    for (size_t i = 1; i < l->words.count; i++) {
        l->longest = l->words.list[i].n > l->words.list[l->longest].n ? i : l->longest;
    }
    do {
        if (!store_read(archive_store(d->a), words_fn, l, e)) {
            return false;
        }
        l->looked += l->found_n;
        l->from = l->last;
        l->begun = true;
    } while (l->found_n == PIECE && !l->more && !l->end && l->looked < LOOKED_MOST);
    l->more |= l->found_n == PIECE && !l->end;
    return true;
}

/* ---------------------------------------------------------------- the page */

static bool begin(struct listing *l, const struct request_filter *f, struct arena *ar, struct err *e)
{
    *l = (struct listing){.f = f, .ar = ar, .prefix = rq_list((uint64_t)f->kind, (uint64_t)f->state)};
    if (f->limit == 0 || f->limit > LIST_MOST) {
        return err_field(e, ERR_INVALID, "limit", "a page of the register has 1 to %u lines", LIST_MOST);
    }
    if (f->kind < 0 || f->kind >= REQUEST_KIND_END || f->state < 0 || f->state >= REQUEST_STATE_END) {
        return err_field(e, ERR_INVALID, "state", "there is no such kind or state");
    }
    l->rows = arena_alloc(ar, (f->limit + 1) * sizeof *l->rows);
    if (l->rows == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    upper_bound(f->until, &l->from);
    l->begun = f->after.n > 0;
    return (f->after.n == 0 || cursor_parse(f->after, &l->from, e)) && stems_of(f->words, ar, &l->words, e);
}

/* A number instead of words: that request, if it fits the rest of the question. */
static bool list_number(struct request_desk *d, struct listing *l, struct err *e)
{
    const struct request_filter *f = l->f;
    struct request_public *r = &l->rows[0];
    struct err why;
    err_init(&why, e->lang);
    if (!request_public_get(d, f->words, l->ar, r, &why)) {
        if (why.code != ERR_NOT_FOUND) {
            *e = why;
            return false;
        }
        return true;
    }
    l->n = (f->kind == 0 || f->kind == r->kind) && (f->state == 0 || f->state == r->state) &&
           (day_is_none(f->from) || r->received.n >= f->from.n) &&
           (day_is_none(f->until) || r->received.n <= f->until.n);
    return true;
}

static bool list_by_what_is_asked(struct request_desk *d, struct listing *l, struct err *e)
{
    uint64_t year, seq;
    if (number_parse(l->f->words, &year, &seq)) {
        return list_number(d, l, e);
    }
    if (l->f->words.n > 0 && l->words.count == 0) {
        return true; /* only signs and idle words */
    }
    return l->words.count > 0 ? list_words(d, l, e) : store_read(archive_store(d->a), lines_fn, l, e);
}

bool request_list(struct request_desk *d, const struct request_filter *f, struct arena *ar, struct request_public **out,
                  size_t *n, struct str *next, struct err *e)
{
    struct str words;
    struct request_filter gated = *f;
    struct listing l;
    if (!text_gate(ar, "q", f->words, 200, true, &words, e)) {
        return false;
    }
    gated.words = words;
    if (!begin(&l, &gated, ar, e)) {
        return false;
    }
    l.last = l.from;
    if (!list_by_what_is_asked(d, &l, e)) {
        return false;
    }
    *next = STR("");
    if (l.more) {
        char hex[2 * RQ_PLACE + 1];
        hex_encode((struct bytes){l.last.b, RQ_PLACE}, hex);
        *next = arena_str(ar, str_of(hex));
        if (next->p == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
    }
    *out = l.rows;
    *n = l.n;
    return true;
}

/* ---------------------------------------------------------------- figures */

struct counting {
    int until_year;
    struct arena *ar;
    struct request_count *list;
    size_t n, cap;
};

static bool grow(struct counting *c, struct err *e)
{
    if (c->n < c->cap) {
        return true;
    }
    size_t cap = c->cap == 0 ? 64 : 2 * c->cap;
    struct request_count *list = arena_alloc(c->ar, cap * sizeof *list);
    if (list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (c->n > 0) {
        memcpy(list, c->list, c->n * sizeof *list);
    }
    c->list = list;
    c->cap = cap;
    return true;
}

static bool count_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct counting *c = ctx;
    struct reader k = reader_of((struct bytes){key.p + 1, key.n - 1}), v = reader_of(val);
    struct request_count one = {.year = rd_be16(&k),
                                .month = rd_u8(&k),
                                .kind = (enum request_kind)rd_u8(&k),
                                .state = (enum request_state)rd_u8(&k),
                                .requests = rd_be64(&v)};
    if (!rd_done(&k) || !rd_done(&v)) {
        return err_set(e, ERR_CORRUPT, "a figure of the index of requests is damaged");
    }
    if (one.year > c->until_year) {
        return false;
    }
    if (!grow(c, e)) {
        return false;
    }
    c->list[c->n++] = one;
    return true;
}

struct years {
    int from;
    struct counting c;
};

static bool counts_fn(struct txn *t, void *ctx, struct err *e)
{
    struct years *y = ctx;
    struct rq_key from = rq_tally((uint64_t)y->from, 0, 0, 0), all = {.b = {from.b[0]}, .n = 1};
    y->c.n = 0;
    return store_walk(t,
                      (struct store_range){.table = T_REQUEST_INDEX, .prefix = rq_bytes(&all), .from = rq_bytes(&from)},
                      count_each, &y->c, e);
}

bool request_counts(struct request_desk *d, int from_year, int until_year, struct arena *ar, struct request_count **out,
                    size_t *n, struct err *e)
{
    struct years y = {.from = from_year < 0 ? 0 : from_year, .c = {.until_year = until_year, .ar = ar}};
    if (!store_read(archive_store(d->a), counts_fn, &y, e)) {
        return false;
    }
    *out = y.c.list;
    *n = y.c.n;
    return true;
}
