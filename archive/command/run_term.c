/* run_term.c: akta term and akta id: questions that the law answers by itself. */
#include "table.h"

#include <stdio.h>
#include <string.h>

static void term_json(struct run *r, const struct term *t)
{
    struct json *o = json_object(), *skipped = json_array();
    json_day(o, "start", t->start);
    json_day(o, "raw", t->raw);
    json_day(o, "end", t->end);
    for (size_t i = 0; i < t->skipped_count; i++) {
        struct json *one = json_object();
        json_day(one, "date", t->skipped[i].date);
        json_text(one, "why", t->skipped[i].why);
        json_push(skipped, &one);
    }
    json_put(o, "skipped", &skipped);
    (void)out_json(r, &o);
}

static void term_people(struct run *r, const struct term *t)
{
    enum lang lang = r->h->lang;
    struct grid g;
    grid_begin(&g, r, 2);
    grid_cell(&g, str_of(tr(lang, N_("Event"))));
    grid_cell(&g, day_for_people(r->ar, lang, t->start));
    if (t->skipped_count > 0) {
        grid_cell(&g, str_of(tr(lang, N_("The term would end"))));
        grid_cell(&g, day_for_people(r->ar, lang, t->raw));
    }
    for (size_t i = 0; i < t->skipped_count; i++) {
        struct str day = day_for_people(r->ar, lang, t->skipped[i].date);
        grid_cell(&g, str_of(i == 0 ? tr(lang, N_("Days that move it")) : ""));
        grid_fmt(&g, "%s – %.*s", day.p, (int)t->skipped[i].why.n, t->skipped[i].why.p);
    }
    grid_cell(&g, str_of(tr(lang, N_("The term ends"))));
    grid_cell(&g, day_for_people(r->ar, lang, t->end));
    grid_end(&g);
}

int run_term(struct run *r)
{
    static const char *const units[] = {
        [TERM_DAYS] = "days", [TERM_WEEKS] = "weeks", [TERM_MONTHS] = "months", [TERM_YEARS] = "years"};
    struct day start = r->p->args[0].day;
    struct holidays *h CLEANUP(holidays_free) = NULL;
    struct term t;
    size_t unit = 0;
    while (unit + 1 < COUNT_OF(units) && !parsed_flag(r->p, units[unit])) {
        unit++;
    }
    unsigned amount = (unsigned)parsed_number(r->p, units[unit], 0);
    if (!holidays_in_force(r->a, run_today(r), &h, &r->e) ||
        !term_compute(h, start, (enum term_unit)unit, amount, !parsed_flag(r->p, "fixed"), r->h->lang, &t, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        term_json(r, &t);
    } else {
        term_people(r, &t);
    }
    return EXIT_DONE;
}

static bool kind_argument(struct run *r, struct str s, enum ident_kind *out)
{
    if (ident_kind_parse(s, out)) {
        return true;
    }
    const char *names[IDENT_KIND_COUNT];
    struct buf list CLEANUP(buf_free) = BUF_INIT(256);
    for (unsigned k = 0; k < IDENT_KIND_COUNT; k++) {
        names[k] = ident_kind_name((enum ident_kind)k);
        buf_fmt(&list, "%s%s", k > 0 ? ", " : "", names[k]);
    }
    buf_add_u8(&list, 0);
    if (!buf_ok(&list, &r->e)) {
        return false;
    }
    char shown[64];
    text_printable(s, shown, sizeof shown);
    const char *near = suggest(s, names, COUNT_OF(names));
    if (near != NULL) {
        return err_field(&r->e, ERR_INVALID, "kind", "“%s” is no kind of identifier; did you mean %s?", shown, near);
    }
    return err_field(&r->e, ERR_INVALID, "kind", "“%s” is no kind of identifier; the kinds are %s", shown,
                     (const char *)list.p);
}

int run_id(struct run *r)
{
    enum ident_kind kind;
    if (!kind_argument(r, r->p->args[0].text, &kind)) {
        return run_fail(r);
    }
    struct str value = joined_arguments(r, 1), why = STR("");
    bool valid = ident_check(kind, value, r->h->lang, r->ar, &why);
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "kind", str_of(ident_kind_name(kind)));
        json_text(o, "value", value);
        json_bool(o, "valid", valid);
        json_text(o, "why", why);
        (void)out_json(r, &o);
    } else {
        out_say(r, "%s: %.*s\n", valid ? tr(r->h->lang, N_("valid")) : tr(r->h->lang, N_("not valid")), (int)why.n,
                why.p);
    }
    return valid ? EXIT_DONE : EXIT_NO;
}
