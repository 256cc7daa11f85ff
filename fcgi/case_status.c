/* case_status.c: where a case stands, in one box that the first screen shows: the state as a word, who acts next and
 * until when, what the office asks, and the one step that is open to the citizen now. */
#include "case.h"

#include <string.h>

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

/* A case whose day has passed is late, whatever step it is at (never while the requester's own term runs). */
static struct str state_word(struct call *c, const struct request_view *v)
{
    if (v->next != REQUEST_NEXT_OFFICE_LATE) {
        return capital_said(c->ar, request_state_yours(v->state, c->lang));
    }
    struct str since = day_said(c->ar, v->overdue_since, c->lang);
    return arena_fmt(c->ar, "%s %.*s", tr(c->lang, "Overdue since"), (int)since.n, since.p);
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
        html_say(h, "The office must still answer.");
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

/* The acts of the office whose words the citizen needs at once: what it asks for, or how it ended the case. */
static bool speaks(enum request_verb verb, bool ended)
{
    switch ((int)verb) {
        case REQUEST_DO_ANSWER:
        case REQUEST_DO_PARTLY:
        case REQUEST_DO_REFUSE:
        case REQUEST_DO_NOT_HELD:
        case REQUEST_DO_DISCONTINUE:
        case REQUEST_DO_LEAVE:
        case REQUEST_DO_FORWARD:
            return ended;
        case REQUEST_DO_CALL:
        case REQUEST_DO_FEE:
        case REQUEST_DO_FORM:
        case REQUEST_DO_OFFER:
            return !ended;
        default:
            return false;
    }
}

const struct request_event *case_office_words(const struct request_view *v)
{
    bool ended = request_ended(v->state);
    if (v->state == REQUEST_WITHDRAWN || (!ended && your_step(v->next) == NULL)) {
        return NULL;
    }
    for (size_t i = v->event_count; i > 0; i--) {
        const struct request_event *ev = &v->events[i - 1];
        if (speaks(ev->verb, ended) && ev->text.n > 0) {
            return ev;
        }
    }
    return NULL;
}

void case_written(struct call *c, struct str text)
{
    MARK(&c->h, "<p class=\"written\">");
    html_text(&c->h, text);
    MARK(&c->h, "</p>\n");
}

void case_offer_cost(struct call *c, const struct request_event *ev)
{
    struct str sum = money_said(c->ar, ev->grosze, c->lang);
    if (ev->verb != REQUEST_DO_OFFER || ev->grosze == 0) {
        return;
    }
    MARK(&c->h, "<p><strong>");
    html_sayf(&c->h, "Re-use costs %.*s.", (int)sum.n, sum.p);
    MARK(&c->h, "</strong></p>\n");
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

static void your_turn(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    MARK(h, "<p class=\"next\">");
    html_say(h, your_step(v->next));
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

/* How it ended; what the office wrote about it stands below the box. */
static const char *ending_words(enum request_state s)
{
    static const char *const words[REQUEST_STATE_END] = {
        [REQUEST_ANSWERED] = N_("You find the answer below."),
        [REQUEST_PARTLY] = N_("The office gave a part and refused the rest. You find both below."),
        [REQUEST_REFUSED] = N_("The office refused. The reason is below."),
        [REQUEST_NOT_HELD] = N_("The office wrote below what it knows."),
        [REQUEST_DISCONTINUED] =
            N_("The office closed the matter, because it got no reply to the way that it offered."),
        [REQUEST_LEFT] =
            N_("The office asked you for something and did not get it in time. You can file a new letter."),
        [REQUEST_WITHDRAWN] = N_("The office no longer deals with it. You can file a new letter at any time."),
        [REQUEST_FORWARDED] = N_("Another office deals with it now. Which one stands below."),
        [REQUEST_CLOSED] = N_("The case is over and lies in the archive."),
    };
    return s < REQUEST_STATE_END ? words[s] : NULL;
}

/* The one step that is open now; what can be done against a late or a refusing office stands with the remedies. */
static void main_step(struct call *c, const struct request_view *v)
{
    static const struct {
        enum request_next next;
        enum request_verb verb;
        const char *rest, *label;
    } steps[] = {
        {REQUEST_NEXT_YOU_REPLY, REQUEST_DO_SUPPLEMENT, "/uzupelnij", N_("Reply to the office")},
        {REQUEST_NEXT_YOU_CHOOSE_FEE, REQUEST_DO_KEEP_FEE, "/oplata", N_("See the cost and choose")},
        {REQUEST_NEXT_YOU_CHOOSE_FORM, REQUEST_DO_CHANGE_WAY, "/zmien", N_("Change the way of answer")},
        {REQUEST_NEXT_YOU_ACCEPT, REQUEST_DO_ACCEPT, "/oferta", N_("See the offer and choose")},
    };
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        if (steps[i].next == v->next && case_may(v, steps[i].verb)) {
            page_button(c, case_address(c, steps[i].rest), steps[i].label);
        }
    }
}

void case_status(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    const struct request_event *words = case_office_words(v);
    MARK(h, "<div class=\"box status ");
    html_attr(h, str_of(tone_of(v)));
    MARK(h, "\">\n<p>");
    page_state_mark(c, tone_of(v), state_word(c, v));
    MARK(h, "</p>\n");
    if (request_ended(v->state)) {
        page_paragraph(c, ending_words(v->state));
    } else if (your_step(v->next) != NULL) {
        your_turn(c, v);
        if (words != NULL) {
            case_written(c, words->text);
            case_offer_cost(c, words);
        }
        main_step(c, v);
    } else if (v->next != REQUEST_NEXT_NONE) {
        next_of_office(c, v);
    }
    MARK(h, "</div>\n");
}
