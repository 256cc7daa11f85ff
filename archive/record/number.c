/* number.c: the numbers of a spis spraw: one series for each unit, class and year, and one for each sub-group.
 *
 * Promises: a number is given inside the verb that opens the case, so that a failed opening burns none and a crash
 * leaves no gap. A case that comes with a mark of its own (import) lifts the series to its number: what lies between
 * belongs to the older register, and the ledger entry of such a case says that its number was kept. Fails only with the
 * store. */
#include "record_internal.h"

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

static bool series_read(struct txn *t, const struct buf *key, uint64_t *last, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    struct bytes val;
    bool found;
    if (!store_find(t, T_FILE_NUMBER, buf_bytes(key), ar, &val, &found, e))
        return false;
    struct reader r = reader_of(val);
    *last = found ? rd_be64(&r) : 0;
    if (found && !rd_done(&r))
        return err_set(e, ERR_CORRUPT, "a row of the table of case numbers is damaged");
    return true;
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
    return series_key(s, &key, e) && series_read(t, &key, out, e);
}

bool number_next(struct txn *t, const struct series *s, uint64_t *out, struct err *e)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(SERIES_KEY_MAX);
    uint64_t last;
    if (!series_key(s, &key, e) || !series_read(t, &key, &last, e))
        return false;
    if (last >= NUMBER_MAX)
        return err_set(e, ERR_TOO_BIG, "the case list of this unit, class and year is full");
    *out = last + 1;
    return series_write(t, &key, last + 1, e);
}

bool number_keep(struct txn *t, const struct series *s, uint64_t number, struct err *e)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(SERIES_KEY_MAX);
    uint64_t last;
    if (!series_key(s, &key, e) || !series_read(t, &key, &last, e))
        return false;
    return number <= last || series_write(t, &key, number, e);
}
