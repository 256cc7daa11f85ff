/* request_guard.c: what the table of states cannot say about a verb: until which day it may be done, which amount and
 * which outcome it takes. Each refusal names the rule in plain words. Pure. */
#include "request_act.h"

#include <string.h>

static const char *day_said(struct day d, char out[DAY_TEXT_SIZE])
{
    day_text(d, out);
    return out;
}

static void add_possible(const struct acting *a, struct buf *out)
{
    for (enum request_verb v = REQUEST_DO_FILE; v < REQUEST_VERB_END; v++) {
        if (v == REQUEST_DO_UNPUBLISH && a->before.published == 0) {
            continue;
        }
        if (request_row_for((enum request_kind)a->before.kind, (enum request_state)a->before.state, v, a->act->role) !=
            NULL) {
            buf_fmt(out, "%s%s", out->n > 0 ? ", " : "", request_verb_name(v));
        }
    }
}

bool act_not_now(const struct acting *a, struct err *e)
{
    const struct request_head *h = &a->before;
    const char *state = request_state_title((enum request_state)h->state, e->lang);
    struct buf possible CLEANUP(buf_free) = BUF_INIT(1000);
    char text[DAY_TEXT_SIZE];
    if (a->act->role != REQUEST_OFFICE) {
        return err_set(e, ERR_STATE, "this is not possible now: the state of the request is \"%s\"", state);
    }
    if (a->act->verb == REQUEST_DO_EXTEND && !request_ended((enum request_state)h->state) &&
        !day_is_none(h->extended_to)) {
        return err_set(e, ERR_STATE, "the term was extended to %s already; a second time is not possible",
                       day_said(h->extended_to, text));
    }
    add_possible(a, &possible);
    return err_set(e, ERR_STATE, "%s is not possible now: the state of the request is \"%s\". Possible are: %.*s",
                   request_verb_name(a->act->verb), state, (int)possible.n, (const char *)possible.p);
}

/* One extension, told of within the first term, to at most the strict end (F-13, R-05; trap 2). */
static bool guard_extend(const struct acting *a, struct err *e)
{
    const struct request_head *h = &a->before;
    char text[DAY_TEXT_SIZE];
    if (!day_is_none(h->extended_to)) {
        return err_set(e, ERR_STATE, "the term was extended to %s already; a second time is not possible",
                       day_said(h->extended_to, text));
    }
    if (a->day.n > h->due.n) {
        return err_set(e, ERR_STATE, "the term ended on %s; an extension had to be told of before",
                       day_said(h->due, text));
    }
    if (a->act->until.n <= h->due.n) {
        return err_field(e, ERR_INVALID, "until", "an extension goes beyond %s, the end of the first term",
                         day_said(h->due, text));
    }
    return day_is_none(h->longest) || a->act->until.n <= h->longest.n ||
           err_field(e, ERR_INVALID, "until", "the term can end on %s at the latest", day_said(h->longest, text));
}

/* What was served in time was told of in time, whenever it is entered. */
static bool guard_fee(const struct acting *a, struct err *e)
{
    char text[DAY_TEXT_SIZE];
    struct day told = day_is_none(a->act->served) ? a->day : a->act->served;
    return told.n <= a->before.due.n ||
           err_set(e, ERR_STATE, "a fee had to be told of by %s (F-21); now none can be asked for",
                   day_said(a->before.due, text));
}

/* F-22: never because it is unpaid, but never before the 14 days either. */
static bool guard_disclosure(const struct acting *a, struct err *e)
{
    char text[DAY_TEXT_SIZE];
    return a->before.state != REQUEST_FEE || a->day.n >= a->before.disclose_from.n ||
           err_set(e, ERR_STATE, "after the fee notice the answer goes out on %s, not before (F-21)",
                   day_said(a->before.disclose_from, text));
}

#define O(outcome) (1u << (outcome))

/* What an answer can come to, by the law of the kind: only what is asked for can be disclosed; what KPA dział VIII and
 * the act on petitions know is dealt with. */
static unsigned outcomes_of(enum request_kind k)
{
    static const unsigned any = O(REQUEST_OTHER_MODE) | O(REQUEST_DUPLICATE);
    switch (k) {
        case REQUEST_FOI:
        case REQUEST_OWN_WORDS:
            return any | O(REQUEST_DISCLOSED) | O(REQUEST_POINTER) | O(REQUEST_GIVEN_ORALLY) | O(REQUEST_NOT_PUBLIC);
        case REQUEST_REUSE: /* settled: the requester has it, without conditions */
            return any | O(REQUEST_DISCLOSED) | O(REQUEST_POINTER) | O(REQUEST_SETTLED);
        case REQUEST_DATA_SUBJECT: /* settled: corrected, erased, restricted */
            return any | O(REQUEST_DISCLOSED) | O(REQUEST_GIVEN_ORALLY) | O(REQUEST_SETTLED);
        case REQUEST_COMPLAINT:
        case REQUEST_PROPOSAL:
        case REQUEST_PETITION:
        case REQUEST_KIND_END:
            break;
    }
    return any | O(REQUEST_SETTLED);
}

static bool guard_outcome(const struct acting *a, struct err *e)
{
    static const unsigned answers = O(REQUEST_DISCLOSED) | O(REQUEST_POINTER) | O(REQUEST_GIVEN_ORALLY) |
                                    O(REQUEST_NOT_PUBLIC) | O(REQUEST_OTHER_MODE) | O(REQUEST_DUPLICATE) |
                                    O(REQUEST_SETTLED);
    unsigned has = outcomes_of((enum request_kind)a->before.kind);
    const char *given = request_outcome_name(a->act->outcome);
    struct buf all CLEANUP(buf_free) = BUF_INIT(400);
    if ((has & O(a->act->outcome)) != 0) {
        return true;
    }
    if ((answers & O(a->act->outcome)) == 0) {
        return err_field(e, ERR_INVALID, "outcome", "%s is not an outcome of an answer; another verb leads there",
                         given);
    }
    for (enum request_outcome o = REQUEST_DISCLOSED; o < REQUEST_OUTCOME_END; o++) {
        if ((has & O(o)) != 0) {
            buf_fmt(&all, "%s%s", all.n > 0 ? ", " : "", request_outcome_name(o));
        }
    }
    return err_field(e, ERR_INVALID, "outcome", "%s is no outcome of a letter of this kind; there are: %.*s", given,
                     (int)all.n, (const char *)all.p);
}

static bool wait_is_over(const struct acting *a, struct err *e)
{
    char text[DAY_TEXT_SIZE];
    if (day_is_none(a->before.waiting_until)) {
        return err_set(e, ERR_STATE, "the requester's term has not begun: the day of service is not known");
    }
    return a->day.n > a->before.waiting_until.n ||
           err_set(e, ERR_STATE, "the requester has time until %s", day_said(a->before.waiting_until, text));
}

/* Each law knows its own calls: a request for public information has no form that could be defective (F-05), and of
 * nobody else a public interest is asked (F-30). */
static bool guard_call(const struct acting *a, struct err *e)
{
    bool foi = a->before.kind == REQUEST_FOI || a->before.kind == REQUEST_OWN_WORDS;
    if (a->act->call == REQUEST_CALL_INTEREST && !foi) {
        return err_field(e, ERR_INVALID, "call",
                         "only of who asks for public information a public interest is asked (F-30)");
    }
    return a->act->call != REQUEST_CALL_DEFECT || !foi ||
           err_field(e, ERR_INVALID, "call",
                     "a request for public information needs no form and no signature (F-05): call to clarify, or to "
                     "sign before a decision");
}

/* A call to clarify has no sanction: what is clear is answered (Z-12). Silence on the public interest is decided on. */
static bool guard_leave(const struct acting *a, struct err *e)
{
    bool foi = a->before.kind == REQUEST_FOI || a->before.kind == REQUEST_OWN_WORDS;
    if (a->before.call == REQUEST_CALL_DEFECT && foi) {
        return err_set(e, ERR_STATE,
                       "for lack of a form no request for public information is left without consideration (F-05)");
    }
    if (a->before.call == REQUEST_CALL_CLARIFY) {
        return err_set(e, ERR_STATE,
                       "an unclear request is not left without consideration: answer what is clear (Z-12)");
    }
    if (a->before.call == REQUEST_CALL_INTEREST) {
        return err_set(e, ERR_STATE,
                       "who does not show the public interest is refused by decision, not left without consideration "
                       "(F-30)");
    }
    return wait_is_over(a, e);
}

/* Silence on an offer is withdrawal; after the 14 days of a fee notice the answer is under way (F-21). */
static bool guard_choice(const struct acting *a, struct err *e)
{
    const struct request_head *h = &a->before;
    char text[DAY_TEXT_SIZE];
    if (h->state == REQUEST_OFFER && a->act->verb != REQUEST_DO_CHANGE_WAY && !day_is_none(h->waiting_until) &&
        a->day.n > h->waiting_until.n) {
        return err_set(e, ERR_STATE, "the offer could be answered until %s", day_said(h->waiting_until, text));
    }
    return h->state != REQUEST_FEE || act_chosen_on(a).n < h->disclose_from.n ||
           err_set(e, ERR_STATE, "the choice was open until %s; the answer is under way",
                   day_said(day_add(h->disclose_from, -1), text));
}

static bool guard_came(const struct acting *a, struct err *e)
{
    char text[DAY_TEXT_SIZE];
    if (a->act->channel == 0) {
        return true;
    }
    if (a->act->came.n > a->day.n) {
        return err_field(e, ERR_INVALID, "received", "the day on which the letter came in is still to come");
    }
    return a->act->came.n >= a->before.day.n ||
           err_field(e, ERR_INVALID, "received", "no letter on the request came in before it, on %s",
                     day_said(a->before.day, text));
}

static bool guard_times(const struct acting *a, struct err *e)
{
    if (a->act->at < a->before.received) {
        return err_field(e, ERR_INVALID, "at", "nothing can be done to a request before it came in");
    }
    if (!day_is_none(a->act->served) && a->act->served.n > a->day.n) {
        return err_field(e, ERR_INVALID, "served", "a day of service lies in the past");
    }
    if (!day_is_none(a->act->served) && a->act->served.n < a->before.day.n) {
        char text[DAY_TEXT_SIZE];
        return err_field(e, ERR_INVALID, "served", "nothing was served before the request came in, on %s",
                         day_said(a->before.day, text));
    }
    return true;
}

/* After a fee notice the law alone sets the day (F-21). */
static bool guard_served(const struct acting *a, struct err *e)
{
    return a->before.state != REQUEST_FEE || day_is_none(a->act->until) ||
           err_field(e, ERR_INVALID, "until", "after a fee notice the law sets the day: give the day of service alone");
}

bool act_guards(const struct acting *a, struct err *e)
{
    if (!guard_times(a, e) || !guard_came(a, e) || !guard_known(a, e) || !guard_public(a, e)) {
        return false;
    }
    switch (a->act->verb) {
        case REQUEST_DO_EXTEND:
            return guard_extend(a, e);
        case REQUEST_DO_FEE:
            return guard_fee(a, e);
        case REQUEST_DO_ANSWER:
            return guard_outcome(a, e) && guard_disclosure(a, e);
        case REQUEST_DO_PARTLY:
            return guard_disclosure(a, e);
        case REQUEST_DO_CALL:
            return guard_call(a, e);
        case REQUEST_DO_SERVED:
            return guard_served(a, e);
        case REQUEST_DO_LEAVE:
            return guard_leave(a, e);
        case REQUEST_DO_DISCONTINUE:
        case REQUEST_DO_LAPSE:
            return wait_is_over(a, e);
        case REQUEST_DO_ACCEPT:
        case REQUEST_DO_OBJECT:
        case REQUEST_DO_KEEP_FEE:
        case REQUEST_DO_CHANGE_WAY:
            return guard_choice(a, e);
        case REQUEST_DO_FILE:
        case REQUEST_DO_SUPPLEMENT:
        case REQUEST_DO_WITHDRAW:
        case REQUEST_DO_QUALIFY:
        case REQUEST_DO_ASSIGN:
        case REQUEST_DO_FORM:
        case REQUEST_DO_OFFER:
        case REQUEST_DO_REFUSE:
        case REQUEST_DO_NOT_HELD:
        case REQUEST_DO_FORWARD:
        case REQUEST_DO_SUBJECT:
        case REQUEST_DO_REOPEN:
        case REQUEST_DO_CLOSE:
        case REQUEST_DO_PUBLISH:
        case REQUEST_DO_UNPUBLISH:
        case REQUEST_VERB_END:
            break;
    }
    return true;
}
