/* page_case.c: a case as its citizen sees it: where it stands and the next step, the answer, what can be done, what
 * happened. Who was refused or is kept waiting finds the remedy on the first screen. */
#include "case.h"

#include <string.h>

struct deed {
    enum request_verb verb;
    const char *rest, *label;
};
/* In the order of the page; each stands there when the table of states allows it now. A choice that the office waits
 * for is the button of the box above. */
static const struct deed deeds[] = {
    {REQUEST_DO_SUPPLEMENT, "/uzupelnij", N_("Add something, with files")},
    {REQUEST_DO_CHANGE_WAY, "/zmien", N_("Change the way of answer")},
    {REQUEST_DO_WITHDRAW, "/wycofaj", N_("Withdraw the letter")},
};

static void item(struct call *c, const char *rest, const char *msgid)
{
    MARK(&c->h, "<li>");
    case_link(c, rest, msgid);
    MARK(&c->h, "</li>\n");
}

static void what_you_can_do(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    MARK(h, "<section class=\"noprint\"><h2>");
    html_say(h, "What you can do");
    MARK(h, "</h2>\n<ul>\n");
    for (size_t i = 0; i < COUNT_OF(deeds); i++) {
        if (case_may(v, deeds[i].verb)) {
            item(c, deeds[i].rest, deeds[i].label);
        }
    }
    item(c, "/potwierdzenie", N_("Receipt and proof"));
    item(c, "/sprawa.zip", N_("Download the whole case with its proofs (ZIP)"));
    if (!request_ended(v->state)) {
        item(c, "/termin.ics", N_("Add the term to a calendar"));
    }
    MARK(h, "</ul></section>\n");
}

/* For those who would rather be told than look. */
static void follow_along(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<section class=\"noprint\"><h2>");
    html_say(h, "How to follow the case");
    MARK(h, "</h2>\n<ul>\n");
    item(c, "/zmiany.atom", N_("Changes of the case for a feed reader (Atom)"));
    item(c, "/terminy.ics", N_("Terms of the case for a calendar (iCalendar)"));
    MARK(h, "</ul>\n");
    page_paragraph(c, N_("Whoever has these addresses can open the case. Give them to nobody."));
    MARK(h, "</section>\n");
}

/* ---------------------------------------------------------------- remedies */

static const char *letter_words(enum request_remedy_kind kind)
{
    switch (kind) {
        case REQUEST_REMEDY_SILENCE:
        case REQUEST_REMEDY_PUODO:
        case REQUEST_REMEDY_COMPLAINT:
            return N_("Prepare the complaint");
        case REQUEST_REMEDY_COURT:
            return N_("Prepare the complaint about the fee");
        case REQUEST_REMEDY_URGE:
            return N_("Prepare the reminder");
        case REQUEST_REMEDY_APPEAL:
            return N_("Prepare the appeal");
        case REQUEST_REMEDY_ASK:
        case REQUEST_REMEDY_OBJECT:
        default:
            return N_("Prepare the letter");
    }
}

/* `main`: it is the step of the page, and looks so. */
static void remedy(struct call *c, const struct request_remedy *r, bool main)
{
    struct html *h = &c->h;
    MARK(h, "<p>");
    html_text(h, r->text);
    if (r->unserved) {
        MARK(h, " ");
        html_say(h, "The term begins with delivery.");
    } else if (!day_is_none(r->until)) {
        MARK(h, " <strong>");
        html_say(h, "Do it at the latest");
        MARK(h, " ");
        page_weekday(c, r->until);
        page_stop(c);
        MARK(h, "</strong>");
    }
    MARK(h, "</p>\n");
    if (r->kind != REQUEST_REMEDY_OBJECT) {
        struct str letter = case_address(c, arena_fmt(c->ar, "/srodek/%d", (int)r->kind).p);
        if (main) {
            page_button(c, letter, letter_words(r->kind));
        } else {
            MARK(h, "<p class=\"noprint\">");
            page_link_of(c, letter, letter_words(r->kind));
            MARK(h, "</p>\n");
        }
    }
}

/* They are the next step of who was refused or is kept waiting, and a far thought for all others. */
static bool remedies_press(const struct request_view *v)
{
    return request_ended(v->state) || v->next == REQUEST_NEXT_OFFICE_LATE;
}

static void remedies(struct call *c, const struct request_view *v)
{
    if (v->remedy_count == 0) {
        return;
    }
    page_heading(c, request_ended(v->state)               ? N_("If you do not agree")
                    : v->next == REQUEST_NEXT_OFFICE_LATE ? N_("When the office is late")
                                                          : N_("What if the office does not answer?"));
    for (size_t i = 0; i < v->remedy_count; i++) {
        remedy(c, &v->remedies[i], i == 0 && remedies_press(v) && v->state != REQUEST_NOT_HELD);
    }
}

/* ---------------------------------------------------------------- the answer */

/* Files of the office, or the requester's own. */
static bool has_files(const struct request_view *v, bool released)
{
    for (size_t i = 0; i < v->file_count; i++) {
        if (v->files[i].released == released) {
            return true;
        }
    }
    return false;
}

/* What the office answered, or why it did not: its words and its files. While it asks, its words stand in the box. */
static void answer(struct call *c, const struct request_view *v)
{
    const struct request_event *words = request_ended(v->state) ? case_office_words(v) : NULL;
    bool answered = words == NULL || words->verb == REQUEST_DO_ANSWER || words->verb == REQUEST_DO_PARTLY;
    if (words == NULL && !has_files(v, true)) {
        return;
    }
    page_heading(c, answered ? N_("Answer") : N_("What the office wrote"));
    if (words != NULL) {
        case_written(c, words->text);
    }
    case_files(c, v, true);
}

/* ---------------------------------------------------------------- the letter */

static void what_was_asked(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    page_heading(c, N_("Your letter"));
    case_written(c, v->form.content);
    MARK(h, "<p>");
    html_say(h, "Way of answer:");
    MARK(h, " ");
    html_text(h, str_of(request_way_title((enum request_way)v->form.way, c->lang)));
    MARK(h, "</p>\n");
    if (has_files(v, false)) {
        MARK(h, "<h3>");
        html_say(h, "Your files");
        MARK(h, "</h3>\n");
        case_files(c, v, false);
    }
}

/* The address names the deed, and the case must show it as the last thing that happened: a bookmark of yesterday, or an
 * address that somebody made up, claims nothing. */
static const char *done_words(struct str deed, const struct request_view *v)
{
    static const struct {
        const char *deed;
        enum request_verb verbs[3]; /* by which it may have been done; 0: no more */
        const char *words;
    } list[] = {
        {"uzupelnij", {REQUEST_DO_SUPPLEMENT}, N_("What you added is with the office.")},
        {"zmien", {REQUEST_DO_CHANGE_WAY}, N_("The way of answer is changed.")},
        {"wycofaj", {REQUEST_DO_WITHDRAW}, N_("The letter is withdrawn.")},
        {"oplata",
         {REQUEST_DO_KEEP_FEE, REQUEST_DO_CHANGE_WAY, REQUEST_DO_WITHDRAW},
         N_("Your choice is with the office.")},
        {"oferta", {REQUEST_DO_ACCEPT, REQUEST_DO_OBJECT}, N_("Your choice is with the office.")},
    };
    enum request_verb last = v->event_count > 0 ? v->events[v->event_count - 1].verb : 0;
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        for (size_t k = 0; last != 0 && k < COUNT_OF(list[i].verbs) && str_is(deed, list[i].deed); k++) {
            if (list[i].verbs[k] == last) {
                return list[i].words;
            }
        }
    }
    return NULL;
}

static void result_box(struct call *c, const struct request_view *v)
{
    const char *words = done_words(posted_text(c, "zrobione"), v);
    if (words != NULL) {
        MARK(&c->h, "<div class=\"box done\" tabindex=\"-1\" autofocus>");
        page_paragraph(c, words);
        MARK(&c->h, "</div>\n");
    }
}

void page_case(struct call *c)
{
    struct request_view v;
    if (!case_take(c, &v)) {
        return;
    }
    struct str h1 = arena_fmt(c->ar, tr(c->lang, "Case %s"), v.number);
    page_begin_main(c, h1);
    result_box(c, &v);
    page_h1(c, h1);
    MARK(&c->h, "<p>");
    html_text(&c->h, str_of(request_kind_title(v.kind, c->lang)));
    MARK(&c->h, "</p>\n");
    case_status(c, &v);
    answer(c, &v);
    if (remedies_press(&v)) {
        remedies(c, &v);
    }
    what_you_can_do(c, &v);
    case_timeline(c, &v);
    case_notices(c, &v);
    if (!remedies_press(&v)) {
        remedies(c, &v);
    }
    what_was_asked(c, &v);
    follow_along(c);
    page_basis(c, v.term_basis);
    case_paper_foot(c, &v);
    page_end(c, 200);
}
