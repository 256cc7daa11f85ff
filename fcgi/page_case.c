/* page_case.c: a case as its citizen sees it: state, next step with its date, answers, what can be done, what happened.
 */
#include "case.h"

#include <string.h>

struct deed {
    enum request_verb verb;
    const char *rest, *label;
};
/* In the order of the page; each stands there when the table of states allows it now. */
static const struct deed deeds[] = {
    {REQUEST_DO_KEEP_FEE, "/oplata", N_("See the cost and choose")},
    {REQUEST_DO_ACCEPT, "/oferta", N_("See the offer and choose")},
    {REQUEST_DO_SUPPLEMENT, "/uzupelnij", N_("Add something, with files")},
    {REQUEST_DO_CHANGE_WAY, "/zmien", N_("Change the way of answer")},
    {REQUEST_DO_WITHDRAW, "/wycofaj", N_("Withdraw the letter")},
};

static void what_you_can_do(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    MARK(h, "<section class=\"noprint\"><h2>");
    html_say(h, "What you can do");
    MARK(h, "</h2>\n<ul>\n");
    for (size_t i = 0; i < COUNT_OF(deeds); i++) {
        if (case_may(v, deeds[i].verb)) {
            MARK(h, "<li>");
            case_link(c, deeds[i].rest, deeds[i].label);
            MARK(h, "</li>\n");
        }
    }
    MARK(h, "<li>");
    case_link(c, "/potwierdzenie", N_("Receipt and proof"));
    MARK(h, "</li>\n<li>");
    case_link(c, "/sprawa.zip", N_("Download the whole case with its proofs (ZIP)"));
    MARK(h, "</li>\n");
    if (!request_ended(v->state)) {
        MARK(h, "<li>");
        case_link(c, "/termin.ics", N_("Add the term to a calendar"));
        MARK(h, "</li>\n");
    }
    MARK(h, "</ul></section>\n");
}

/* ---------------------------------------------------------------- remedies */

/* For those who would rather be told than look. */
static void follow_along(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<section class=\"noprint\"><h2>");
    html_say(h, "How to follow the case");
    MARK(h, "</h2>\n<ul>\n<li>");
    case_link(c, "/zmiany.atom", N_("Changes of the case for a feed reader (Atom)"));
    MARK(h, "</li>\n<li>");
    case_link(c, "/terminy.ics", N_("Terms of the case for a calendar (iCalendar)"));
    MARK(h, "</li>\n</ul>\n");
    page_paragraph(c, N_("Whoever has these addresses can open the case. Give them to nobody."));
    MARK(h, "</section>\n");
}

static void remedies(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    if (v->remedy_count == 0) {
        return;
    }
    page_heading(c, request_ended(v->state) ? N_("If you do not agree") : N_("What if the office does not answer?"));
    for (size_t i = 0; i < v->remedy_count; i++) {
        const struct request_remedy *r = &v->remedies[i];
        MARK(h, "<p>");
        html_text(h, r->text);
        if (r->unserved) {
            MARK(h, " ");
            html_say(h, "The term begins with delivery.");
        } else if (!day_is_none(r->until)) {
            MARK(h, " ");
            html_say(h, "The last day:");
            MARK(h, " ");
            page_day(c, r->until);
            page_stop(c);
        }
        if (r->kind != REQUEST_REMEDY_OBJECT) {
            MARK(h, " <a href=\"");
            page_address_of(
                c, arena_fmt(c->ar, "/s/%.*s/srodek/%d", (int)c->parts.token.n, c->parts.token.p, (int)r->kind));
            MARK(h, "\">");
            html_say(h, "Prepare the letter");
            MARK(h, "</a>");
        }
        MARK(h, "</p>\n");
    }
}

/* ---------------------------------------------------------------- the letter */

static void what_was_asked(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    page_heading(c, N_("Your letter"));
    MARK(h, "<p class=\"written\">");
    html_text(h, v->form.content);
    MARK(h, "</p>\n<p>");
    html_say(h, "Way of answer:");
    MARK(h, " ");
    html_text(h, str_of(request_way_title((enum request_way)v->form.way, c->lang)));
    MARK(h, "</p>\n");
}

static const char *done_words(struct str deed)
{
    static const char *const list[][2] = {
        {"uzupelnij", N_("What you added is with the office.")},
        {"zmien", N_("The way of answer is changed.")},
        {"wycofaj", N_("The letter is withdrawn.")},
        {"oplata", N_("Your choice is with the office.")},
        {"oferta", N_("Your choice is with the office.")},
    };
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        if (str_is(deed, list[i][0])) {
            return list[i][1];
        }
    }
    return NULL;
}

static void result_box(struct call *c)
{
    const char *words = done_words(posted_text(c, "zrobione"));
    if (words != NULL) {
        MARK(&c->h, "<div class=\"box done\" tabindex=\"-1\" autofocus>");
        page_paragraph(c, words);
        MARK(&c->h, "</div>\n");
    }
}

void page_case(struct call *c)
{
    struct html *h = &c->h;
    struct request_view v;
    if (!case_take(c, &v)) {
        return;
    }
    struct str h1 = arena_fmt(c->ar, tr(c->lang, "Case %s"), v.number);
    page_begin_main(c, h1);
    result_box(c);
    page_h1(c, h1);
    MARK(h, "<p>");
    html_text(h, str_of(request_kind_title(v.kind, c->lang)));
    MARK(h, "</p>\n<p>");
    case_state(c, &v);
    MARK(h, "</p>\n");
    case_next(c, &v);
    case_files(c, &v, true, N_("Answer"));
    what_you_can_do(c, &v);
    case_timeline(c, &v);
    case_notices(c, &v);
    follow_along(c);
    remedies(c, &v);
    what_was_asked(c, &v);
    case_files(c, &v, false, N_("Your files"));
    case_paper_foot(c, &v);
    page_end(c, 200);
}
