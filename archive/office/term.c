/* term.c: the end of a legal term by KPA art. 57, rules K-01 to K-06 of the rulebook. Pure: start, length and the table
 * of free days are arguments. Promises that every day over which the end rolled is named with its reason, so that a
 * person can follow the count. */
#include "office.h"

#define TERM_AMOUNT_MAX 4000u /* days; ten years and more: longer is a typing mistake */

static bool raw_end(struct day start, enum term_unit unit, unsigned amount, struct day *out)
{
    int n = (int)amount;
    switch (unit) {
        case TERM_DAYS:
            *out = day_add(start, n); /* K-01: the day of the event is not counted */
            return !day_is_none(*out);
        case TERM_WEEKS:
            *out = day_add(start, 7 * n);
            return !day_is_none(*out);
        case TERM_MONTHS:
            return day_add_months(start, n, out);
        case TERM_YEARS:
            return day_add_years(start, n, out);
    }
    return false;
}

static unsigned largest_amount(enum term_unit unit)
{
    static const unsigned most[] = {
        [TERM_DAYS] = TERM_AMOUNT_MAX, [TERM_WEEKS] = 520, [TERM_MONTHS] = 240, [TERM_YEARS] = 100};
    return most[unit];
}

static bool roll(const struct holidays *h, enum lang lang, struct term *t, struct err *e)
{
    struct str why;
    while (holiday_name(h, t->end, lang, &why)) {
        if (t->skipped_count == TERM_SKIPPED_MAX)
            return err_field(e, ERR_INVALID, "holidays",
                             "More than %d free days stand in a row. Check the table of holidays.", TERM_SKIPPED_MAX);
        t->skipped[t->skipped_count].date = t->end;
        t->skipped[t->skipped_count++].why = why;
        t->end = day_add(t->end, 1);
        if (day_is_none(t->end))
            return err_field(e, ERR_INVALID, "start", "The term ends beyond the year 2299.");
    }
    return true;
}

bool term_compute(const struct holidays *h, struct day start, enum term_unit unit, unsigned amount, bool rolls,
                  enum lang lang, struct term *out, struct err *e)
{
    struct term t = {.start = start};
    if (day_is_none(start))
        return err_field(e, ERR_INVALID, "start", "Write the day the term starts as YYYY-MM-DD.");
    if (amount == 0 || amount > largest_amount(unit))
        return err_field(e, ERR_INVALID, "amount", "A term has 1 to %u of this unit.", largest_amount(unit));
    if (!raw_end(start, unit, amount, &t.raw))
        return err_field(e, ERR_INVALID, "start", "The term ends beyond the year 2299.");
    t.end = t.raw;
    if (rolls && !roll(h, lang, &t, e))
        return false;
    *out = t;
    return true;
}
