/* holidays.c: the table of statutory free days, read from dated data (conf/holidays.tsv), and the question whether a
 * day is free. Promises that a line it does not understand is an error that names the line: a holiday silently dropped
 * would move a legal term. */
#include "office.h"

extern const char _binary_holidays_tsv_start[], _binary_holidays_tsv_end[];

enum day_form { YEARLY, AFTER_EASTER, ONCE };

struct free_day {
    enum day_form form;
    int month, day;  /* YEARLY */
    int after;       /* AFTER_EASTER: days */
    struct day once; /* ONCE */
    int from_year, until_year;
    struct str name[2]; /* by enum lang */
};

struct holidays {
    struct arena *arena;
    struct free_day *days;
    size_t count;
};

enum { COLUMN_DAY, COLUMN_FROM, COLUMN_UNTIL, COLUMN_PL, COLUMN_EN, COLUMN_BASIS, COLUMN_COUNT };

static bool split_columns(struct str line, struct str col[COLUMN_COUNT])
{
    size_t n = 0;
    const char *at = line.p, *end = line.p + line.n;
    for (const char *p = at; p <= end; p++) {
        if (p < end && *p != '\t')
            continue;
        if (n == COLUMN_COUNT)
            return false;
        col[n++] = (struct str){at, (size_t)(p - at)};
        at = p + 1;
    }
    return n == COLUMN_COUNT;
}

static bool read_year(struct str s, int standard, int *out)
{
    uint64_t year = 0;
    *out = standard;
    if (s.n == 0)
        return true;
    if (!parse_u64(s, 1900, 2299, &year))
        return false;
    *out = (int)year;
    return true;
}

static bool read_month_day(struct str s, struct free_day *out)
{
    char iso[DAY_TEXT_SIZE] = "2024-"; /* a leap year: 02-29 may stand in the table */
    struct day d;
    int year = 0;
    if (s.n != 5)
        return false;
    for (size_t i = 0; i < 5; i++)
        iso[5 + i] = s.p[i];
    if (!day_parse((struct str){iso, 10}, &d))
        return false;
    out->form = YEARLY;
    day_split(d, &year, &out->month, &out->day);
    return true;
}

static bool read_day(struct str s, struct free_day *out)
{
    uint64_t after = 0;
    if (str_starts(s, "easter+")) {
        out->form = AFTER_EASTER;
        bool ok = parse_u64((struct str){s.p + 7, s.n - 7}, 0, 200, &after);
        out->after = (int)after;
        return ok;
    }
    if (day_parse(s, &out->once)) {
        out->form = ONCE;
        return true;
    }
    return read_month_day(s, out);
}

static bool read_line(struct holidays *h, struct str line, size_t number, struct err *e)
{
    struct str col[COLUMN_COUNT];
    struct free_day d = {0};
    if (!split_columns(line, col))
        return err_field(e, ERR_INVALID, "holidays", "Line %zu of the holidays has another number of columns than six.",
                         number);
    if (!read_day(col[COLUMN_DAY], &d))
        return err_field(e, ERR_INVALID, "day",
                         "Line %zu of the holidays: write the day as MM-DD, easter+N or YYYY-MM-DD.", number);
    if (!read_year(col[COLUMN_FROM], 0, &d.from_year) || !read_year(col[COLUMN_UNTIL], 9999, &d.until_year))
        return err_field(e, ERR_INVALID, "from", "Line %zu of the holidays: a year has four digits, 1900 to 2299.",
                         number);
    if (col[COLUMN_PL].n == 0 || col[COLUMN_EN].n == 0)
        return err_field(e, ERR_INVALID, "name", "Line %zu of the holidays has no name.", number);
    d.name[LANG_PL] = arena_str(h->arena, col[COLUMN_PL]);
    d.name[LANG_EN] = arena_str(h->arena, col[COLUMN_EN]);
    if (d.name[LANG_PL].p == NULL || d.name[LANG_EN].p == NULL)
        return err_set(e, ERR_MEMORY, "There is no memory for the holidays.");
    h->days[h->count++] = d;
    return true;
}

static size_t count_lines(struct str s)
{
    size_t n = 1;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static bool read_all(struct holidays *h, struct str tsv, struct err *e)
{
    bool head_seen = false;
    size_t number = 0;
    const char *at = tsv.p, *end = tsv.p + tsv.n;
    while (at < end) {
        const char *lf = at;
        while (lf < end && *lf != '\n')
            lf++;
        struct str line = {at, (size_t)(lf - at)};
        at = lf + 1;
        number++;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (!head_seen && str_starts(line, "day\t")) {
            head_seen = true;
            continue;
        }
        if (!read_line(h, line, number, e))
            return false;
    }
    if (h->count == 0)
        return err_field(e, ERR_INVALID, "holidays",
                         "The holidays are empty. An office without free days does not exist.");
    return true;
}

bool holidays_parse(struct str tsv, struct holidays **out, struct err *e)
{
    if (tsv.n > (1u << 20))
        return err_field(e, ERR_TOO_BIG, "holidays", "The holidays are larger than 1 MB.");
    struct holidays *h = mem_zalloc(sizeof *h);
    if (h == NULL)
        return err_set(e, ERR_MEMORY, "There is no memory for the holidays.");
    h->arena = arena_new(8u << 20);
    h->days = h->arena == NULL ? NULL : arena_alloc(h->arena, count_lines(tsv) * sizeof *h->days);
    if (h->days == NULL) {
        holidays_free(&h);
        return err_set(e, ERR_MEMORY, "There is no memory for the holidays.");
    }
    if (!read_all(h, tsv, e)) {
        holidays_free(&h);
        return false;
    }
    *out = h;
    return true;
}

void holidays_free(struct holidays **h)
{
    if (*h == NULL)
        return;
    arena_free(&(*h)->arena);
    mem_free(*h);
    *h = NULL;
}

struct str holidays_builtin_text(void)
{
    return (struct str){_binary_holidays_tsv_start, (size_t)(_binary_holidays_tsv_end - _binary_holidays_tsv_start)};
}

bool holidays_builtin(struct holidays **out, struct err *e)
{
    return holidays_parse(holidays_builtin_text(), out, e);
}

struct in_force {
    struct day on;
    struct arena *arena;
    struct bytes text;
};

static bool read_in_force(struct txn *t, void *ctx, struct err *e)
{
    struct in_force *q = ctx;
    return conf_in_force(t, CONF_HOLIDAYS, q->on, q->arena, &q->text, e);
}

bool holidays_in_force(struct archive *a, struct day on, struct holidays **out, struct err *e)
{
    if (a == NULL)
        return holidays_builtin(out, e);
    struct arena *arena CLEANUP(arena_free) = arena_new(4u << 20);
    if (arena == NULL)
        return err_set(e, ERR_MEMORY, "There is no memory for the holidays.");
    struct in_force q = {.on = on, .arena = arena};
    return store_read(archive_store(a), read_in_force, &q, e) && holidays_parse(str_of_bytes(q.text), out, e);
}

static bool falls_on(const struct free_day *f, struct day d)
{
    int year = 0, month = 0, day = 0;
    day_split(d, &year, &month, &day);
    if (year < f->from_year || year > f->until_year)
        return false;
    switch (f->form) {
        case YEARLY:
            return f->month == month && f->day == day;
        case AFTER_EASTER:
            return day_add(day_easter(year), f->after).n == d.n;
        case ONCE:
            return f->once.n == d.n;
    }
    return false;
}

bool holiday_name(const struct holidays *h, struct day d, enum lang lang, struct str *name)
{
    for (size_t i = 0; i < h->count; i++)
        if (falls_on(&h->days[i], d)) {
            *name = h->days[i].name[lang];
            return true;
        }
    int weekday = day_weekday(d);
    if (weekday < 6)
        return false;
    *name = str_of(weekday == 6 ? tr(lang, N_("Saturday")) : tr(lang, N_("Sunday")));
    return true;
}
