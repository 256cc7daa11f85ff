/* case.c: see case.h: finding the case of an address, links within it, how its term was counted. An address of no case
 * is answered 404 in the same words whatever is wrong with it. */
#include "case.h"

#include <string.h>

/* The same for an address that never was and for one that is mistyped. */
static void unknown_case(struct call *c)
{
    page_begin(c, str_of(tr(c->lang, "We do not know this case")));
    page_paragraph(c, N_("Check the address, or open the case with its number and code."));
    MARK(&c->h, "<p>");
    page_link_said(c, "/sprawa", N_("Check your case – number and code"));
    MARK(&c->h, "</p>\n");
    page_end(c, 404);
    c->a->cache = CACHE_NEVER;
}

bool case_take(struct call *c, struct request_view *v)
{
    if (request_open_token(c->w->requests, c->parts.token, archive_today(c->w->archive), c->ar, v, &c->e)) {
        return true;
    }
    if (c->e.code == ERR_NOT_FOUND) {
        unknown_case(c);
    } else {
        answer_error(c);
    }
    return false;
}

void case_closed_to(struct call *c)
{
    page_begin(c, str_of(tr(c->lang, "This cannot be done now")));
    page_paragraph(c, N_("This is not open in the case as it stands. Its page says what comes next."));
    MARK(&c->h, "<p>");
    case_link(c, "", N_("Back to the case"));
    MARK(&c->h, "</p>\n");
    page_end(c, 409);
    c->a->cache = CACHE_NEVER;
}

struct str case_address(struct call *c, const char *rest)
{
    return arena_fmt(c->ar, "/s/%.*s%s", (int)c->parts.token.n, c->parts.token.p, rest);
}

void case_link(struct call *c, const char *rest, const char *msgid)
{
    page_link_of(c, case_address(c, rest), msgid);
}

bool case_may(const struct request_view *v, enum request_verb verb)
{
    return request_row_for(v->kind, v->state, verb, REQUEST_CITIZEN) != NULL;
}

unsigned case_days_left(struct call *c, struct day until)
{
    struct day today = archive_today(c->w->archive);
    return until.n > today.n ? (unsigned)(until.n - today.n) : 0;
}

/* ---------------------------------------------------------------- how it was counted */

static void counted_day(struct call *c, struct day d, struct str what)
{
    struct html *h = &c->h;
    MARK(h, "<tr><th scope=\"row\">");
    page_weekday_short(c, d);
    MARK(h, "</th><td>");
    html_text(h, what);
    MARK(h, "</td></tr>\n");
}

static struct str skipped_why(const struct term *t, struct day d)
{
    for (size_t i = 0; i < t->skipped_count; i++) {
        if (t->skipped[i].date.n == d.n) {
            return t->skipped[i].why;
        }
    }
    return STR("");
}

/* Each day of a term of days; of a longer one only where it ends. */
static void counted_days(struct call *c, const struct request_view *v)
{
    const struct term *t = &v->term;
    bool each = v->unit_of_term == TERM_DAYS;
    counted_day(c, t->start, str_of(tr(c->lang, "it came in; this day is not counted")));
    for (int i = 1; each && i < t->raw.n - t->start.n; i++) {
        counted_day(c, day_add(t->start, i), arena_fmt(c->ar, tr(c->lang, "day %d"), i));
    }
}

static void rolled_days(struct call *c, const struct request_view *v)
{
    const struct term *t = &v->term;
    for (struct day d = t->raw; d.n < t->end.n; d = day_add(d, 1)) {
        struct str why = skipped_why(t, d);
        struct str said = arena_fmt(c->ar, tr(c->lang, "%.*s: the term does not end on this day"), (int)why.n, why.p);
        counted_day(c, d, said);
    }
    counted_day(c, t->end, str_of(tr(c->lang, "the last day")));
}

static struct str length_said(struct call *c, const struct request_view *v)
{
    unsigned n = v->amount;
    switch (v->unit_of_term) {
        case TERM_DAYS:
            return arena_fmt(c->ar, trn(c->lang, "%u day", "%u days", n), n);
        case TERM_WEEKS:
            return arena_fmt(c->ar, trn(c->lang, "%u week", "%u weeks", n), n);
        case TERM_MONTHS:
            return arena_fmt(c->ar, trn(c->lang, "%u month", "%u months", n), n);
        case TERM_YEARS:
        default:
            return arena_fmt(c->ar, trn(c->lang, "%u year", "%u years", n), n);
    }
}

void case_count(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    struct str length = length_said(c, v);
    page_heading(c, N_("How it was counted"));
    MARK(h, "<p>");
    html_sayf(h,
              "The term is %.*s. The day on which it came in is not counted. When the end falls on a Saturday or a "
              "day off, it moves to the next working day.",
              (int)length.n, length.p);
    MARK(h, "</p>\n<table class=\"count\"><caption class=\"unseen\">");
    html_say(h, "How it was counted");
    MARK(h, "</caption><tbody>\n");
    counted_days(c, v);
    rolled_days(c, v);
    MARK(h, "</tbody></table>\n");
}
