/* people.c: numbers, days and tables as people read them; pure but for the arena. */
#include "command_internal.h"

#include <stdio.h>
#include <string.h>

#define NBSP        "\xc2\xa0"
#define GRID_ROWS   500u
#define GRID_MEMORY (16u << 20)

/* Thin groups from five digits on, as Polish typography has it: 9999, 12 560. */
struct str number_for_people(struct arena *ar, uint64_t n)
{
    char digits[24], out[64];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    if (len <= 4) {
        return arena_str(ar, str_of(digits));
    }
    size_t at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            memcpy(out + at, NBSP, 2);
            at += 2;
        }
        out[at++] = digits[i];
    }
    return arena_str(ar, (struct str){out, at});
}

struct str bytes_for_people(struct arena *ar, enum lang lang, uint64_t n)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    if (n < 1000) {
        return arena_fmt(ar, "%llu" NBSP "B", (unsigned long long)n);
    }
    size_t unit = 1;
    uint64_t divisor = 1000;
    while (unit + 1 < COUNT_OF(units) && n / divisor >= 1000) {
        divisor *= 1000;
        unit++;
    }
    uint64_t tenths = n / (divisor / 10);
    return arena_fmt(ar, "%llu%c%llu" NBSP "%s", (unsigned long long)(tenths / 10), lang == LANG_PL ? ',' : '.',
                     (unsigned long long)(tenths % 10), units[unit]);
}

struct str day_for_people(struct arena *ar, enum lang lang, struct day d)
{
    static const char *const months[2][12] = {
        [LANG_EN] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                     "November", "December"},
        [LANG_PL] = {"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
                     "października", "listopada", "grudnia"},
    };
    static const char *const weekdays[2][7] = {
        [LANG_EN] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
        [LANG_PL] = {"poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"},
    };
    if (day_is_none(d)) {
        return STR("–");
    }
    int year, month, day;
    day_split(d, &year, &month, &day);
    return arena_fmt(ar, lang == LANG_PL ? "%s, %d" NBSP "%s %d" NBSP "r." : "%s, %d %s %d",
                     weekdays[lang][day_weekday(d) - 1], day, months[lang][month - 1], year);
}

struct str instant_for_people(struct arena *ar, enum lang lang, instant t)
{
    struct day day;
    int hour, minute, second;
    warsaw_clock(t, &day, &hour, &minute, &second);
    if (day_is_none(day)) {
        return STR("–");
    }
    return arena_fmt(ar, "%s, %02d:%02d", day_for_people(ar, lang, day).p, hour, minute);
}

const char *action_for_people(enum lang lang, enum action a)
{
    switch (a) {
        case ACTION_DESTROY:
            return tr(lang, N_("destroy"));
        case ACTION_APPRAISE:
            return tr(lang, N_("appraise"));
        case ACTION_TRANSFER:
            return tr(lang, N_("transfer"));
        case ACTION_EXCEPTION:
            return tr(lang, N_("decide"));
        case ACTION_NONE:
            break;
    }
    return "–";
}

void grid_begin(struct grid *g, struct run *r, size_t columns)
{
    *g = (struct grid){.r = r, .columns = columns};
}

void grid_right(struct grid *g, size_t column)
{
    g->right[column] = true;
}

void grid_cell(struct grid *g, struct str s)
{
    if (g->count == g->cap) {
        size_t cap = g->cap == 0 ? 64 : g->cap * 2;
        struct str *cells = mem_realloc(g->cells, cap * sizeof *cells);
        if (cells == NULL) {
            return; /* a row less for people; --json is the complete form */
        }
        g->cells = cells;
        g->cap = cap;
    }
    if (g->ar == NULL) {
        g->ar = arena_new(GRID_MEMORY);
    }
    struct str copy = g->ar != NULL && s.n > 0 ? arena_str(g->ar, s) : STR("");
    g->cells[g->count++] = copy.p != NULL ? copy : STR("");
    if (g->count == GRID_ROWS * g->columns) {
        grid_end(g); /* a long list comes in blocks, each aligned in itself */
    }
}

void grid_fmt(struct grid *g, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    grid_cell(g, str_of(text));
}

void grid_day(struct grid *g, struct day d)
{
    char text[DAY_TEXT_SIZE];
    day_text(d, text);
    grid_cell(g, day_is_none(d) ? STR("–") : str_of(text));
}

void grid_words(struct grid *g, const char *const *msgids)
{
    for (size_t i = 0; i < g->columns; i++) {
        grid_cell(g, str_of(tr(g->r->h->lang, msgids[i])));
    }
}

void out_paragraph(struct run *r, struct str text)
{
    struct buf z CLEANUP(buf_free) = BUF_INIT(16384);
    buf_add_str(&z, text);
    buf_add_u8(&z, 0);
    if (!z.failed) {
        wrap_text(&r->out, (const char *)z.p, 0, 80);
    }
}

static void write_cell(struct run *r, struct str s, size_t width, bool right, bool last)
{
    size_t n = utf8_length(s), pad = n < width ? width - n : 0;
    if (right && pad > 0) {
        out_say(r, "%*s", (int)pad, "");
    }
    out_bytes(r, bytes_of(s));
    if (!right && !last && pad > 0) {
        out_say(r, "%*s", (int)pad, "");
    }
    out_bytes(r, bytes_of(last ? STR("\n") : STR("  ")));
}

void grid_end(struct grid *g)
{
    size_t width[GRID_COLUMNS] = {0};
    for (size_t i = 0; i < g->count; i++) {
        size_t n = utf8_length(g->cells[i]);
        width[i % g->columns] = n > width[i % g->columns] ? n : width[i % g->columns];
    }
    for (size_t i = 0; i < g->count - g->count % g->columns; i++) {
        size_t c = i % g->columns;
        write_cell(g->r, g->cells[i], width[c], g->right[c], c + 1 == g->columns);
    }
    mem_free(g->cells);
    g->cells = NULL;
    g->count = g->cap = 0;
    arena_free(&g->ar);
}
