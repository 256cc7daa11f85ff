/* said.c: days, instants, sums and sizes as people write them, in both languages. */
#include "window.h"

#include <string.h>

struct str day_said(struct arena *ar, struct day d, enum lang lang)
{
    static const char *const months[12][2] = {
        {"January", "stycznia"},   {"February", "lutego"},      {"March", "marca"},        {"April", "kwietnia"},
        {"May", "maja"},           {"June", "czerwca"},         {"July", "lipca"},         {"August", "sierpnia"},
        {"September", "września"}, {"October", "października"}, {"November", "listopada"}, {"December", "grudnia"}};
    int year, month, day;
    day_split(d, &year, &month, &day);
    const char *name = months[month - 1][lang == LANG_PL];
    return arena_fmt(ar, "%d %s %d%s", day, name, year, lang == LANG_PL ? " r." : "");
}

struct str weekday_said(struct arena *ar, struct day d, enum lang lang)
{
    static const char *const names[7][2] = {{"on Monday, ", "w poniedziałek "}, {"on Tuesday, ", "we wtorek "},
                                            {"on Wednesday, ", "w środę "},     {"on Thursday, ", "w czwartek "},
                                            {"on Friday, ", "w piątek "},       {"on Saturday, ", "w sobotę "},
                                            {"on Sunday, ", "w niedzielę "}};
    struct str day = day_said(ar, d, lang);
    return arena_fmt(ar, "%s%.*s", names[day_weekday(d) - 1][lang == LANG_PL], (int)day.n, day.p);
}

struct str instant_said(struct arena *ar, instant t, enum lang lang)
{
    struct day d;
    int hour, minute, second;
    warsaw_clock(t, &d, &hour, &minute, &second);
    struct str day = day_said(ar, d, lang);
    return arena_fmt(ar, "%.*s%s%02d:%02d", (int)day.n, day.p, lang == LANG_PL ? " o " : " at ", hour, minute);
}

/* Groups of three from five digits on in Polish, always in English. */
struct str money_said(struct arena *ar, uint64_t grosze, enum lang lang)
{
    char digits[24], grouped[40];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)(grosze / 100)), to = 0;
    bool groups = n >= (lang == LANG_PL ? 5u : 4u);
    for (size_t i = 0; i < n; i++) {
        if (groups && i > 0 && (n - i) % 3 == 0) {
            grouped[to++] = lang == LANG_PL ? ' ' : ',';
        }
        grouped[to++] = digits[i];
    }
    unsigned rest = (unsigned)(grosze % 100);
    return lang == LANG_PL ? arena_fmt(ar, "%.*s,%02u zł", (int)to, grouped, rest)
                           : arena_fmt(ar, "PLN %.*s.%02u", (int)to, grouped, rest);
}

struct str size_said(struct arena *ar, uint64_t bytes, enum lang lang)
{
    const char *point = lang == LANG_PL ? "," : ".";
    if (bytes < 1000) {
        return arena_fmt(ar, "%llu B", (unsigned long long)bytes);
    }
    if (bytes < 1000000) {
        return arena_fmt(ar, "%llu kB", (unsigned long long)((bytes + 500) / 1000));
    }
    uint64_t tenths = (bytes + 50000) / 100000;
    return arena_fmt(ar, "%llu%s%llu MB", (unsigned long long)(tenths / 10), point, (unsigned long long)(tenths % 10));
}

struct str capital_said(struct arena *ar, const char *text)
{
    static const char *const raised[][2] = {{"ą", "Ą"}, {"ć", "Ć"}, {"ę", "Ę"}, {"ł", "Ł"}, {"ń", "Ń"},
                                            {"ó", "Ó"}, {"ś", "Ś"}, {"ź", "Ź"}, {"ż", "Ż"}};
    if (text[0] >= 'a' && text[0] <= 'z') {
        return arena_fmt(ar, "%c%s", text[0] - 'a' + 'A', text + 1);
    }
    for (size_t i = 0; i < COUNT_OF(raised); i++) {
        if (str_starts(str_of(text), raised[i][0])) {
            return arena_fmt(ar, "%s%s", raised[i][1], text + strlen(raised[i][0]));
        }
    }
    return str_of(text);
}

struct str sentence_said(struct arena *ar, const char *reason)
{
    struct str s = capital_said(ar, reason);
    return arena_fmt(ar, "%.*s.", (int)s.n, s.p);
}

struct str fault_said(struct arena *ar, struct str text)
{
    return text.n > 0 && text.p[text.n - 1] == '.' ? arena_str(ar, text) : sentence_said(ar, text.p);
}

static void time_element(struct call *c, const char *value, struct str said)
{
    MARK(&c->h, "<time datetime=\"");
    html_attr(&c->h, str_of(value));
    MARK(&c->h, "\">");
    html_text(&c->h, said);
    MARK(&c->h, "</time>");
}

void page_day(struct call *c, struct day d)
{
    char text[DAY_TEXT_SIZE];
    day_text(d, text);
    time_element(c, text, day_said(c->ar, d, c->h.lang));
}

void page_weekday(struct call *c, struct day d)
{
    char text[DAY_TEXT_SIZE];
    day_text(d, text);
    time_element(c, text, weekday_said(c->ar, d, c->h.lang));
}

void page_weekday_short(struct call *c, struct day d)
{
    static const char *const names[7][2] = {{"Monday", "poniedziałek"}, {"Tuesday", "wtorek"}, {"Wednesday", "środa"},
                                            {"Thursday", "czwartek"},   {"Friday", "piątek"},  {"Saturday", "sobota"},
                                            {"Sunday", "niedziela"}};
    char text[DAY_TEXT_SIZE];
    int year, month, day;
    day_text(d, text);
    day_split(d, &year, &month, &day);
    time_element(
        c, text,
        arena_fmt(c->ar, "%s, %02d.%02d.%04d", names[day_weekday(d) - 1][c->h.lang == LANG_PL], day, month, year));
}

void page_instant(struct call *c, instant t)
{
    char text[INSTANT_TEXT_SIZE];
    instant_text(t, text);
    time_element(c, text, instant_said(c->ar, t, c->h.lang));
}

void page_stop(struct call *c)
{
    if (c->h.lang != LANG_PL) {
        MARK(&c->h, ".");
    }
}

void page_second(struct call *c, instant t)
{
    char text[INSTANT_TEXT_SIZE];
    struct day d;
    int hour, minute, second;
    struct str said = instant_said(c->ar, t, c->h.lang);
    instant_text(t, text);
    warsaw_clock(t, &d, &hour, &minute, &second);
    time_element(c, text, arena_fmt(c->ar, "%.*s:%02d", (int)said.n, said.p, second));
}
