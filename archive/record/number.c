/* number.c: the numbers of a spis spraw: one series for each unit, class and year, and one for each sub-group.
 *
 * Promises: a number is given inside the verb that opens the case, so that a failed opening burns none and a crash
 * leaves no gap. A case that comes with a mark of its own (import) lifts the series to its number: what lies between
 * belongs to the older register, and the ledger entry of such a case says that its number was kept. Numbers that only
 * the log remembers after a restore are skipped. Fails only with the store. */
#include "record_internal.h"

#include <string.h>

#define SERIES_KEY_MAX 64
#define NUMBER_MAX     999999999u

/* unit NUL class NUL year(be16) [base number(be64)] */
static bool series_key(const struct series *s, struct buf *out, struct err *e)
{
    buf_add_str(out, s->unit);
    buf_add_u8(out, 0);
    buf_add_str(out, s->symbol);
    buf_add_u8(out, 0);
    buf_add_be16(out, (uint16_t)s->year);
    if (s->base_number)
        buf_add_be64(out, s->base_number);
    return buf_ok(out, e);
}

static bool series_find(struct txn *t, const struct buf *key, uint64_t *last, bool *found, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    struct bytes val;
    if (!store_find(t, T_FILE_NUMBER, buf_bytes(key), ar, &val, found, e))
        return false;
    struct reader r = reader_of(val);
    *last = *found ? rd_be64(&r) : 0;
    if (*found && !rd_done(&r))
        return err_set(e, ERR_CORRUPT, "a row of the table of case numbers is damaged");
    return true;
}

/* Where the series of a class and year begin that have no row yet: at 0, unless a restore lost numbers of them. */
static struct series any_unit(struct str symbol, int year)
{
    return (struct series){.unit = STR_NONE, .symbol = symbol, .year = year};
}

static bool series_read(struct txn *t, const struct series *s, const struct buf *key, uint64_t *last, struct err *e)
{
    struct buf lost CLEANUP(buf_free) = BUF_INIT(SERIES_KEY_MAX);
    struct series any = any_unit(s->symbol, s->year);
    bool found;
    if (!series_find(t, key, last, &found, e) || found)
        return found;
    return series_key(&any, &lost, e) && series_find(t, &lost, last, &found, e);
}

static bool series_write(struct txn *t, const struct buf *key, uint64_t last, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(8);
    buf_add_be64(&val, last);
    return buf_ok(&val, e) && store_put(t, T_FILE_NUMBER, buf_bytes(key), buf_bytes(&val), e);
}

bool number_last(struct txn *t, const struct series *s, uint64_t *out, struct err *e)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(SERIES_KEY_MAX);
    return series_key(s, &key, e) && series_read(t, s, &key, out, e);
}

bool number_next(struct txn *t, const struct series *s, uint64_t *out, struct err *e)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(SERIES_KEY_MAX);
    uint64_t last;
    if (!series_key(s, &key, e) || !series_read(t, s, &key, &last, e))
        return false;
    if (last >= NUMBER_MAX)
        return err_set(e, ERR_TOO_BIG, "the case list of this unit, class and year is full");
    *out = last + 1;
    return series_write(t, &key, last + 1, e);
}

/* ---------------------------------------------------------------- numbers that only the log remembers */

struct lost_rows {
    struct bytes middle; /* NUL class NUL year, as it follows the unit in a key */
    struct arena *ar;
    struct lost_row {
        struct bytes key;
        struct lost_row *next;
    } * first;
};

static bool note_series(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct lost_rows *l = ctx;
    const uint8_t *unit_end = memchr(key.p, 0, key.n);
    size_t at = unit_end ? (size_t)(unit_end - key.p) : key.n;
    (void)val;
    if (key.n - at < l->middle.n || memcmp(key.p + at, l->middle.p, l->middle.n) != 0)
        return true;
    struct lost_row *row = arena_alloc(l->ar, sizeof *row);
    struct bytes copy = arena_bytes(l->ar, key);
    if (!row || !copy.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    *row = (struct lost_row){copy, l->first};
    l->first = row;
    return true;
}

static bool lift(struct txn *t, struct bytes key, uint64_t count, struct err *e)
{
    struct buf at CLEANUP(buf_free) = BUF_INIT(SERIES_KEY_MAX);
    uint64_t last;
    bool found;
    buf_add(&at, key.p, key.n);
    return buf_ok(&at, e) && series_find(t, &at, &last, &found, e) && series_write(t, &at, last + count, e);
}

bool number_skip(struct txn *t, struct str symbol, int year, uint64_t count, struct err *e)
{
    struct buf any CLEANUP(buf_free) = BUF_INIT(SERIES_KEY_MAX);
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 20);
    struct series s = any_unit(symbol, year);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!series_key(&s, &any, e) || !lift(t, buf_bytes(&any), 0, e))
        return false;
    struct lost_rows rows = {.middle = buf_bytes(&any), .ar = ar}; /* without a unit the key is the middle */
    if (!store_walk(t, (struct store_range){.table = T_FILE_NUMBER}, note_series, &rows, e))
        return false;
    for (const struct lost_row *r = rows.first; r; r = r->next)
        if (!lift(t, r->key, count, e))
            return false;
    return true;
}

bool number_keep(struct txn *t, const struct series *s, uint64_t number, struct err *e)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(SERIES_KEY_MAX);
    uint64_t last;
    if (!series_key(s, &key, e) || !series_read(t, s, &key, &last, e))
        return false;
    return number <= last || series_write(t, &key, number, e);
}
