/* queue_scan.c: see queue_scan.h. Keys of one action lie by day, then class: a class filter reads each day's part of
 * that class and leaps to the next day, and over every year in which the counters know no file of that class. Owns
 * nothing; fails with the store. */
#include "queue_scan.h"

#include <string.h>

#define YEAR_FIRST 1800
#define YEAR_COUNT 500

struct queue_years {
    uint64_t files[ACTION_EXCEPTION + 1][YEAR_COUNT];
};

static bool symbol_prefix_ok(struct str s)
{
    return s.n == 0 || symbol_valid(s);
}

bool queue_scan_of(const struct queue_filter *f, struct day today, struct queue_scan *out, struct err *e)
{
    if (!symbol_prefix_ok(f->symbol)) {
        return err_field(e, ERR_INVALID, "class", "“%.*s” is no class symbol; it has one to ten digits",
                         f->symbol.n < 20 ? (int)f->symbol.n : 20, f->symbol.p);
    }
    *out = (struct queue_scan){.table = f->held ? T_HELD : T_QUEUE,
                               .on = day_is_none(f->on) ? today : f->on,
                               .action = f->action,
                               .symbol = f->symbol};
    return true;
}

/* ---------------------------------------------------------------- years of a class */

static bool damaged_counter(struct err *e)
{
    return err_set(e, ERR_CORRUPT, "a counter of the forecast is damaged; run akta doctor");
}

static uint64_t share(const struct queue_scan *s, const struct due_count *c)
{
    return s->table == T_HELD ? c->held : c->files - c->held;
}

struct years_ctx {
    const struct queue_scan *s;
    struct queue_years *years;
};

static bool years_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct years_ctx *c = ctx;
    struct due_count count;
    struct reader r = reader_of(key);
    (void)rd_u8(&r);
    (void)rd_text(&r);
    unsigned action = rd_u8(&r), year = rd_be16(&r);
    if (!rd_done(&r) || !due_count_parse(val, &count) || action > ACTION_EXCEPTION || year < YEAR_FIRST ||
        year >= YEAR_FIRST + YEAR_COUNT) {
        return damaged_counter(e);
    }
    c->years->files[action][year - YEAR_FIRST] += share(c->s, &count);
    return true;
}

bool queue_scan_years(struct txn *t, struct queue_scan *s, struct arena *a, struct err *e)
{
    struct years_ctx c = {.s = s};
    s->years = NULL;
    if (s->symbol.n == 0) {
        return true;
    }
    c.years = arena_alloc(a, sizeof *c.years);
    if (c.years == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct row_key prefix = rk_prefix(rk_u8(ROW_KEY_EMPTY, DUE_BY_CLASS), s->symbol);
    if (!store_walk(t, (struct store_range){.table = T_FORECAST, .prefix = rk_bytes(&prefix)}, years_each, &c, e)) {
        return false;
    }
    s->years = c.years;
    return true;
}

/* The day itself, or the first of the next year that holds a file of the class; false when there is none. */
static bool day_with_files(const struct queue_scan *s, enum action action, struct day *day)
{
    int asked = day_year(*day), year = asked < YEAR_FIRST ? YEAR_FIRST : asked;
    while (year < YEAR_FIRST + YEAR_COUNT && s->years->files[action][year - YEAR_FIRST] == 0) {
        year++;
    }
    return year == asked || (year < YEAR_FIRST + YEAR_COUNT && day_make(year, 1, 1, day));
}

/* ---------------------------------------------------------------- one range */

struct range {
    const struct queue_scan *s;
    struct arena *a;
    struct due_entry *out; /* NULL: only counts */
    size_t n, max;
    struct row_key leap; /* n > 0: go on from here */
    bool end;
};

static bool class_matches(const struct queue_scan *s, struct str symbol)
{
    return symbol.n >= s->symbol.n && (s->symbol.n == 0 || memcmp(symbol.p, s->symbol.p, s->symbol.n) == 0);
}

/* The next key that can match: the class on this day when it is still to come, else on a later day; n 0: there is none.
 */
static struct row_key leap_from(const struct queue_scan *s, const struct due_entry *d)
{
    bool to_come = bytes_cmp(bytes_of(d->symbol), bytes_of(s->symbol)) < 0;
    struct day day = {to_come ? d->day.n : d->day.n + 1}; /* only a key: the last day of the calendar has a next one */
    if (!day_with_files(s, d->action, &day)) {
        return ROW_KEY_EMPTY;
    }
    return rk_prefix(rk_day(rk_u8(ROW_KEY_EMPTY, (uint8_t)d->action), day), s->symbol);
}

static bool range_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct range *r = ctx;
    struct due_entry d;
    (void)val;
    if (!due_entry_parse(key, &d)) {
        return err_set(e, ERR_CORRUPT, "the queue of due files is damaged");
    }
    if (d.day.n > r->s->on.n || r->n == r->max) {
        r->end = true;
        return false;
    }
    if (!class_matches(r->s, d.symbol)) {
        r->leap = leap_from(r->s, &d);
        return false;
    }
    if (r->out != NULL) {
        d.symbol = arena_str(r->a, d.symbol);
        if (d.symbol.p == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        r->out[r->n] = d;
    }
    r->n++;
    return true;
}

static bool run(struct txn *t, struct range *r, enum action action, struct row_key from, struct err *e)
{
    struct row_key prefix = rk_u8(ROW_KEY_EMPTY, (uint8_t)action);
    do {
        r->leap.n = 0;
        struct store_range range = {r->s->table, rk_bytes(&prefix), rk_bytes(&from), false};
        if (!store_walk(t, range, range_each, r, e)) {
            return false;
        }
        from = r->leap;
    } while (r->leap.n > 0 && !r->end);
    return true;
}

bool queue_scan_range(struct txn *t, const struct queue_scan *s, enum action action, struct arena *a,
                      struct due_entry *out, size_t max, size_t *n, struct err *e)
{
    struct range r = {.s = s, .a = a, .out = out, .max = max};
    struct row_key from = rk_u8(ROW_KEY_EMPTY, (uint8_t)action);
    *n = 0;
    if (s->action != ACTION_NONE && s->action != action) {
        return true;
    }
    if (s->symbol.n > 0) { /* the first year that holds one */
        struct day first;
        if (!day_make(YEAR_FIRST, 1, 1, &first) || !day_with_files(s, action, &first)) {
            return true;
        }
        from = rk_prefix(rk_day(from, first), s->symbol);
    }
    if (s->after.n > 0) {
        struct row_key top = rk_u8(ROW_KEY_EMPTY, (uint8_t)action);
        struct row_key after = rk_u8(rk_prefix(top, str_of_bytes(rk_bytes(&s->after))), 0); /* the first key after it */
        from = bytes_cmp(rk_bytes(&after), rk_bytes(&from)) > 0 ? after : from;
    }
    if (!run(t, &r, action, from, e)) {
        return false;
    }
    *n = r.n;
    return true;
}

/* ---------------------------------------------------------------- totals */

struct sum {
    const struct queue_scan *s;
    enum action action;
    int before_year; /* only years before this one */
    uint64_t files;
};

static bool sum_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct sum *c = ctx;
    struct due_count count;
    struct reader r = reader_of(key);
    (void)rd_u8(&r);
    enum action action = (enum action)rd_u8(&r);
    int year = rd_be16(&r);
    if (!rd_done(&r) || !due_count_parse(val, &count)) {
        return damaged_counter(e);
    }
    if (action == c->action && year < c->before_year) {
        c->files += share(c->s, &count);
    }
    return true;
}

static bool sum_day(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct sum *c = ctx;
    struct due_count count;
    struct reader r = reader_of(key);
    (void)rd_be16(&r);
    struct day day = rd_day(&r);
    if (!rd_done(&r) || !due_count_parse(val, &count)) {
        return damaged_counter(e);
    }
    if (day.n > c->s->on.n) {
        return false;
    }
    c->files += share(c->s, &count);
    return true;
}

/* Files of all classes: whole years, then the days of the year in which the question falls. */
static bool total_plain(struct txn *t, struct sum *c, struct err *e)
{
    struct row_key years = rk_u8(rk_u8(ROW_KEY_EMPTY, DUE_BY_YEAR), (uint8_t)c->action);
    struct row_key days = rk_u8(rk_u8(ROW_KEY_EMPTY, DUE_BY_DAY), (uint8_t)c->action);
    struct day first;
    if (!store_walk(t, (struct store_range){.table = T_FORECAST, .prefix = rk_bytes(&years)}, sum_each, c, e)) {
        return false;
    }
    if (!day_make(c->before_year, 1, 1, &first)) {
        return true;
    }
    struct row_key from = rk_day(days, first);
    return store_walk(t, (struct store_range){T_FORECAST, rk_bytes(&days), rk_bytes(&from), false}, sum_day, c, e);
}

/* Whether everything that this year holds for the action is due by the day, so that its class counters count whole. */
static bool year_is_whole(struct txn *t, const struct sum *c, bool *whole, struct err *e)
{
    struct sum part = {.s = c->s, .action = c->action, .before_year = c->before_year};
    struct row_key key = due_year_key(c->action, c->before_year);
    struct due_count year;
    struct queue_scan all = *c->s;
    all.symbol = STR_NONE;
    part.s = &all;
    struct row_key days = rk_u8(rk_u8(ROW_KEY_EMPTY, DUE_BY_DAY), (uint8_t)c->action);
    struct day first;
    *whole = false;
    if (!day_make(c->before_year, 1, 1, &first)) {
        return true;
    }
    struct row_key from = rk_day(days, first);
    if (!due_count_get(t, &key, &year, e) ||
        !store_walk(t, (struct store_range){T_FORECAST, rk_bytes(&days), rk_bytes(&from), false}, sum_day, &part, e)) {
        return false;
    }
    *whole = part.files == share(c->s, &year);
    return true;
}

/* Files of a class and those below it: class counters for whole years, keys for a year of which only a part is due. */
static bool total_class(struct txn *t, struct sum *c, struct err *e)
{
    const uint64_t *files = c->s->years->files[c->action];
    struct range keys = {.s = c->s, .max = SIZE_MAX};
    struct day first;
    bool whole;
    int last = c->before_year - YEAR_FIRST;
    for (int i = 0; i < last && i < YEAR_COUNT; i++) {
        c->files += files[i];
    }
    if (last < 0 || last >= YEAR_COUNT || files[last] == 0) {
        return true;
    }
    if (!year_is_whole(t, c, &whole, e)) {
        return false;
    }
    if (whole || !day_make(c->before_year, 1, 1, &first)) {
        c->files += whole ? files[last] : 0;
        return true;
    }
    struct row_key from = rk_day(rk_u8(ROW_KEY_EMPTY, (uint8_t)c->action), first);
    if (!run(t, &keys, c->action, from, e)) {
        return false;
    }
    c->files += keys.n;
    return true;
}

bool queue_scan_total(struct txn *t, const struct queue_scan *s, uint64_t *files, struct err *e)
{
    uint64_t total = 0;
    for (unsigned action = ACTION_DESTROY; action <= ACTION_EXCEPTION; action++) {
        struct sum c = {.s = s, .action = (enum action)action, .before_year = day_year(s->on)};
        if (s->action != ACTION_NONE && s->action != (enum action)action) {
            continue;
        }
        if (!(s->symbol.n > 0 ? total_class(t, &c, e) : total_plain(t, &c, e))) {
            return false;
        }
        total += c.files;
    }
    *files = total;
    return true;
}
