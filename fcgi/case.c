/* case.c: see case.h: finding the case of an address, its state in words, who acts next. */
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
    struct html *h = &c->h;
    MARK(h, "<a href=\"");
    page_address_of(c, case_address(c, rest));
    MARK(h, "\">");
    html_say(h, msgid);
    MARK(h, "</a>");
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

/* ---------------------------------------------------------------- state */

static void icon(struct html *h, const char *tone)
{
    MARK(h,
         "<svg aria-hidden=\"true\" viewBox=\"0 0 20 20\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\">");
    if (strcmp(tone, "done") == 0) {
        MARK(h, "<path d=\"M4 10l4 4 8-9\"/>");
    } else if (strcmp(tone, "soon") == 0) {
        MARK(h, "<circle cx=\"10\" cy=\"10\" r=\"8\"/><path d=\"M10 5v5l3 3\"/>");
    } else if (strcmp(tone, "late") == 0) {
        MARK(h, "<path d=\"M10 3v9M10 15v2\"/>");
    } else if (strcmp(tone, "open") == 0) {
        MARK(h, "<path d=\"M10 8v8M10 4v2\"/>");
    } else {
        MARK(h, "<path d=\"M4 10h12\"/>");
    }
    MARK(h, "</svg>");
}

void page_state_mark(struct call *c, const char *tone, struct str word)
{
    struct html *h = &c->h;
    MARK(h, "<span class=\"state ");
    html_attr(h, str_of(tone));
    MARK(h, "\">");
    icon(h, tone);
    html_text(h, word);
    MARK(h, "</span>");
}

static const char *tone_of(const struct request_view *v)
{
    switch (v->state) {
        case REQUEST_CALLED:
        case REQUEST_FEE:
        case REQUEST_FORM:
        case REQUEST_OFFER:
            return "soon";
        case REQUEST_ANSWERED:
        case REQUEST_PARTLY:
            return "done";
        case REQUEST_REFUSED:
        case REQUEST_NOT_HELD:
        case REQUEST_DISCONTINUED:
        case REQUEST_LEFT:
        case REQUEST_WITHDRAWN:
        case REQUEST_FORWARDED:
        case REQUEST_CLOSED:
            return "closed";
        case REQUEST_FILED:
        case REQUEST_IN_WORK:
        case REQUEST_EXTENDED:
        case REQUEST_OBJECTED:
        case REQUEST_STATE_END:
        default:
            return v->overdue_since.n != DAY_NONE.n ? "late" : "open";
    }
}

void case_state(struct call *c, const struct request_view *v)
{
    page_state_mark(c, tone_of(v), capital_said(c->ar, request_state_yours(v->state, c->lang)));
}

/* ---------------------------------------------------------------- what comes next */

static void by_day(struct call *c, const char *before, struct day until)
{
    struct html *h = &c->h;
    html_say(h, before);
    MARK(h, " ");
    page_weekday(c, until);
}

static void count_left(struct call *c, struct day until)
{
    struct html *h = &c->h;
    struct day today = archive_today(c->w->archive);
    unsigned days = case_days_left(c, until);
    if (until.n == today.n) {
        html_say(h, "This is today.");
    } else if (days > 0) {
        html_sayf(h, trn(c->lang, "There is %u day left.", "There are %u days left.", days), days);
    }
}

static void next_of_office(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    MARK(h, "<p class=\"next\">");
    if (v->next == REQUEST_NEXT_OFFICE_LATE) {
        html_say(h, "The office is late since");
        MARK(h, " ");
        page_day(c, v->overdue_since);
        page_stop(c);
        MARK(h, " ");
        html_say(h, "It must still answer.");
    } else if (v->next == REQUEST_NEXT_OFFICE_DISCLOSES) {
        by_day(c, N_("The office sends the answer"), v->disclose_from);
        MARK(h, ", ");
        html_say(h, "also when you have not paid yet.");
    } else if (!day_is_none(v->next_until)) {
        by_day(c,
               v->next == REQUEST_NEXT_OFFICE_DECIDES ? N_("The office decides at the latest")
                                                      : N_("The office answers at the latest"),
               v->next_until);
        page_stop(c);
        MARK(h, " ");
        count_left(c, v->next_until);
    } else {
        html_say(h, "The office acts next.");
    }
    MARK(h, "</p>\n");
}

static const char *your_step(enum request_next next)
{
    switch (next) {
        case REQUEST_NEXT_YOU_REPLY:
            return N_("The office waits for your reply");
        case REQUEST_NEXT_YOU_CHOOSE_FEE:
            return N_("Choose whether you want this way in spite of its cost");
        case REQUEST_NEXT_YOU_CHOOSE_FORM:
            return N_("Choose another way of answer");
        case REQUEST_NEXT_YOU_ACCEPT:
            return N_("Accept the offer or object to it");
        case REQUEST_NEXT_NONE:
        case REQUEST_NEXT_OFFICE_ANSWERS:
        case REQUEST_NEXT_OFFICE_DISCLOSES:
        case REQUEST_NEXT_OFFICE_DECIDES:
        case REQUEST_NEXT_OFFICE_LATE:
        default:
            return NULL;
    }
}

static enum request_call last_call(const struct request_view *v)
{
    for (size_t i = v->event_count; i > 0; i--) {
        if (v->events[i - 1].verb == REQUEST_DO_CALL) {
            return v->events[i - 1].call;
        }
    }
    return REQUEST_CALL_CLARIFY;
}

/* What follows from silence: four different endings (requests.md, trap 11). NULL: it is said elsewhere. */
static const char *if_you_are_silent(const struct request_view *v)
{
    if (v->next == REQUEST_NEXT_YOU_CHOOSE_FORM) {
        return N_("If you choose none in time, the office ends the case by a decision to discontinue it.");
    }
    if (v->next != REQUEST_NEXT_YOU_REPLY) {
        return NULL;
    }
    switch (last_call(v)) {
        case REQUEST_CALL_SIGN:
        case REQUEST_CALL_DEFECT:
            return N_("If you do not do it in time, the letter is left without consideration.");
        case REQUEST_CALL_INTEREST:
            return N_("If you do not show it, the office can refuse by decision.");
        case REQUEST_CALL_CLARIFY:
        case REQUEST_CALL_END:
        default:
            return N_("If you do not reply, the office answers what is clear.");
    }
}

void case_next(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    const char *yours = your_step(v->next);
    if (v->next == REQUEST_NEXT_NONE) {
        return;
    }
    if (yours == NULL) {
        next_of_office(c, v);
        return;
    }
    MARK(h, "<p class=\"next\">");
    html_say(h, yours);
    if (!day_is_none(v->next_until)) {
        MARK(h, ", ");
        by_day(c, N_("at the latest"), v->next_until);
        page_stop(c);
        MARK(h, " ");
        count_left(c, v->next_until);
    } else {
        MARK(h, ". ");
        html_say(h, "The term begins when the letter has reached you.");
    }
    MARK(h, "</p>\n");
    if (v->next == REQUEST_NEXT_YOU_CHOOSE_FEE) {
        page_paragraph(c,
                       N_("We send the answer when 14 days have passed since the notice, also when you have not paid "
                          "yet."));
    }
    if (if_you_are_silent(v) != NULL) {
        page_paragraph(c, if_you_are_silent(v));
    }
    if (v->next == REQUEST_NEXT_YOU_REPLY && v->kind == REQUEST_FOI) {
        page_paragraph(c, N_("The term for the answer goes on meanwhile."));
    }
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
