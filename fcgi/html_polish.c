/* html_polish.c: where a line may not end in Polish.
 *
 * Stored text has plain blanks; the page gets U+00A0 in their place where a break would read badly: after a word of one
 * letter, inside dates, sums and long numbers, before units, after the words that announce a number. */
#include "html.h"

#include <string.h>

static bool is_blank(struct str s, size_t at)
{
    return s.p[at] == ' ' || s.p[at] == '\n';
}

static struct str word_before(struct str s, size_t at)
{
    size_t from = at;
    while (from > 0 && !is_blank(s, from - 1) && at - from < 16) {
        from--;
    }
    while (from < at && (s.p[from] == '(' || s.p[from] == '"')) {
        from++;
    }
    struct str w = {s.p + from, at - from};
    if (w.n > 3 && memcmp(w.p, "„", 3) == 0) {
        w = (struct str){w.p + 3, w.n - 3};
    }
    return w;
}

/* Without the punctuation that ends a phrase. */
static struct str word_after(struct str s, size_t at)
{
    size_t to = at + 1;
    while (to < s.n && !is_blank(s, to) && to - at < 18) {
        to++;
    }
    while (to > at + 1 && strchr(".,;:)!?", s.p[to - 1]) != NULL) {
        to--;
    }
    return (struct str){s.p + at + 1, to - at - 1};
}

static bool is_in(struct str w, const struct str *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(w, list[i])) {
            return true;
        }
    }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct str w)
{
    for (size_t i = 0; i < w.n; i++) {
        if (!is_digit(w.p[i])) {
            return false;
        }
    }
    return w.n > 0;
}

static bool is_month(struct str w)
{
    static const struct str months[] = {STR_INIT("stycznia"),     STR_INIT("lutego"),    STR_INIT("marca"),
                                        STR_INIT("kwietnia"),     STR_INIT("maja"),      STR_INIT("czerwca"),
                                        STR_INIT("lipca"),        STR_INIT("sierpnia"),  STR_INIT("września"),
                                        STR_INIT("października"), STR_INIT("listopada"), STR_INIT("grudnia")};
    bool may_be = w.n >= 4 && (w.p[w.n - 1] == 'a' || w.p[w.n - 1] == 'o'); /* most words are none: a quick no */
    return may_be && is_in(w, months, COUNT_OF(months));
}

static bool announces_number(struct str w)
{
    static const struct str words[] = {
        STR_INIT("nr"),   STR_INIT("Nr"),    STR_INIT("art."), STR_INIT("Art."), STR_INIT("ust."), STR_INIT("pkt"),
        STR_INIT("§"),    STR_INIT("§§"),    STR_INIT("lit."), STR_INIT("poz."), STR_INIT("Dz."),  STR_INIT("str."),
        STR_INIT("zał."), STR_INIT("godz."), STR_INIT("ul."),  STR_INIT("al."),  STR_INIT("tel.")};
    return w.n < 6 && is_in(w, words, COUNT_OF(words)); /* the longest has 5 bytes */
}

static bool is_unit(struct str w)
{
    static const struct str words[] = {STR_INIT("zł"), STR_INIT("gr"), STR_INIT("r"),  STR_INIT("kB"), STR_INIT("KB"),
                                       STR_INIT("MB"), STR_INIT("GB"), STR_INIT("TB"), STR_INIT("%"),  STR_INIT("mm"),
                                       STR_INIT("cm"), STR_INIT("px"), STR_INIT("lat")};
    return is_in(w, words, COUNT_OF(words));
}

bool polish_blank_holds(struct str s, size_t at)
{
    struct str before = word_before(s, at);
    if (before.n == 1 && strchr("aiouwzAIOUWZ", before.p[0]) != NULL) {
        return true;
    }
    if (before.n == 0 || before.n > 16) {
        return false;
    }
    if (is_digit(before.p[before.n - 1])) {
        struct str after = word_after(s, at);
        return is_unit(after) || (all_digits(before) && before.n <= 2 && is_month(after)) ||
               (all_digits(before) && before.n <= 3 && after.n >= 2 && is_digit(after.p[0]) && is_digit(after.p[1]));
    }
    if (is_month(before)) {
        struct str after = word_after(s, at);
        return after.n == 4 && all_digits(after);
    }
    return announces_number(before);
}
