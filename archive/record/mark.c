/* mark.c: the znak sprawy as text. Takes a mark apart, puts one together, and gives the key under which it is found.
 *
 * Grammar (IK § 5 ust. 3-9): UNIT.SYMBOL.NUMBER.YEAR, in a sub-group UNIT.SYMBOL.BASE.NUMBER.YEAR, each with an
 * optional handler's sign after it, which is no part of the mark. Five parts are told apart by the last one: a year
 * ends a sub-group's mark, anything else after a year is a handler. Pure; fails only with ERR_INVALID, ERR_MEMORY. */
#include "record_internal.h"

#define PARTS_MAX      6
#define UNIT_MAX       16
#define SYMBOL_MAX     10 /* MK2015 § 3 ust. 5: ten ranks, a digit each */
#define HANDLER_MAX    32
#define NUMBER_MAX     999999999u
#define MARK_YEAR_FROM 1800
#define MARK_YEAR_TO   2299

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool unit_valid(struct str unit)
{
    if (unit.n == 0 || unit.n > UNIT_MAX || !is_upper(unit.p[0]) || unit.p[unit.n - 1] == '-')
        return false;
    for (size_t i = 1; i < unit.n; i++) {
        bool hyphen = unit.p[i] == '-';
        if (!is_upper(unit.p[i]) && !is_digit(unit.p[i]) && !hyphen)
            return false;
        if (hyphen && unit.p[i - 1] == '-')
            return false;
    }
    return true;
}

bool unit_check(struct str unit, struct err *e)
{
    char shown[48];
    text_printable(unit, shown, sizeof shown);
    return unit_valid(unit) ||
           err_field(e, ERR_INVALID, "unit",
                     "“%s” is not a unit's sign: capital letters A to Z and digits, hyphens inside, at most 16", shown);
}

bool symbol_valid(struct str symbol)
{
    if (symbol.n == 0 || symbol.n > SYMBOL_MAX)
        return false;
    for (size_t i = 0; i < symbol.n; i++)
        if (!is_digit(symbol.p[i]))
            return false;
    return true;
}

/* Initials and the like: begins with no digit, so that a year can never be taken for one. */
static bool handler_valid(struct str h)
{
    if (h.n == 0 || h.n > HANDLER_MAX || is_digit(h.p[0]) || h.p[0] == '-' || !utf8_valid(h))
        return false;
    for (size_t i = 0; i < h.n; i++) {
        unsigned char c = (unsigned char)h.p[i];
        bool letter = (c | 0x20u) >= 'a' && (c | 0x20u) <= 'z';
        if (c < 0x80 && !letter && !is_digit((char)c) && c != '-')
            return false;
    }
    return true;
}

static bool number_of(struct str s, uint64_t *out)
{
    return parse_u64(s, 1, NUMBER_MAX, out);
}

static bool year_of(struct str s, int *out)
{
    uint64_t y;
    if (s.n != 4 || !parse_u64(s, MARK_YEAR_FROM, MARK_YEAR_TO, &y))
        return false;
    *out = (int)y;
    return true;
}

/* 0 when there are more parts than any mark has. */
static size_t split(struct str s, struct str parts[PARTS_MAX])
{
    size_t n = 0, start = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '.')
            continue;
        if (n == PARTS_MAX)
            return 0;
        parts[n++] = (struct str){s.p + start, i - start};
        start = i + 1;
    }
    return n;
}

static bool read_numbers(const struct str *p, size_t n, struct mark_parts *m)
{
    if (n == 3)
        return number_of(p[1], &m->number) && year_of(p[2], &m->year);
    return number_of(p[1], &m->base_number) && number_of(p[2], &m->number) && year_of(p[3], &m->year);
}

bool mark_parse(struct str mark, struct mark_parts *out, struct err *e)
{
    struct str p[PARTS_MAX];
    struct mark_parts m = {0};
    size_t n = mark.n ? split(mark, p) : 0;
    int year;
    bool handler = (n == 5 && !year_of(p[4], &year)) || n == 6;
    if (handler)
        m.handler = p[--n];
    bool ok = (n == 4 || n == 5) && unit_valid(p[0]) && symbol_valid(p[1]) && read_numbers(p + 1, n - 1, &m) &&
              (!handler || handler_valid(m.handler));
    if (!ok) {
        char shown[80];
        text_printable(mark, shown, sizeof shown);
        return err_field(e, ERR_INVALID, "mark",
                         "\"%s\" is not a case mark: write UNIT.CLASS.NUMBER.YEAR, such as WA.1431.12.2026, or "
                         "UNIT.CLASS.BASE.NUMBER.YEAR for a sub-group",
                         shown);
    }
    m.unit = p[0];
    m.symbol = p[1];
    *out = m;
    return true;
}

bool mark_compose(const struct mark_parts *m, struct arena *ar, struct str *out, struct err *e)
{
    struct str s = m->base_number ? arena_fmt(ar, "%.*s.%.*s.%llu.%llu.%04d", (int)m->unit.n, m->unit.p,
                                              (int)m->symbol.n, m->symbol.p, (unsigned long long)m->base_number,
                                              (unsigned long long)m->number, m->year)
                                  : arena_fmt(ar, "%.*s.%.*s.%llu.%04d", (int)m->unit.n, m->unit.p, (int)m->symbol.n,
                                              m->symbol.p, (unsigned long long)m->number, m->year);
    if (!s.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    *out = s;
    return true;
}

bool mark_key(struct str mark, struct arena *ar, struct bytes *out, struct err *e)
{
    char *w = arena_alloc(ar, mark.n + 1);
    if (!w)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < mark.n; i++)
        w[i] = (char)(mark.p[i] >= 'a' && mark.p[i] <= 'z' ? mark.p[i] - 'a' + 'A' : mark.p[i]);
    struct mark_parts m;
    struct str canonical;
    if (!mark_parse((struct str){w, mark.n}, &m, e) || !mark_compose(&m, ar, &canonical, e))
        return false;
    *out = bytes_of(canonical);
    return true;
}
