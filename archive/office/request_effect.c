/* request_effect.c: what a verb does to the days, the state and the outcome of a request: the row of the table says
 * which effect, the rule of the term says how long. Fails with the store (the free days are read) and with ERR_INVALID
 * for a term shorter than the law's. */
#include "request_act.h"

#include <string.h>

/* The requester's term of this step; a call without a day of service has none yet. */
static struct str step_of(const struct acting *a)
{
    enum request_state s = (enum request_state)(a->row->to == REQUEST_SAME ? a->before.state : a->row->to);
    uint64_t call = a->act->call != 0 ? a->act->call : a->before.call;
    if (s == REQUEST_FORM) {
        return STR("form");
    }
    if (s == REQUEST_OFFER) {
        return STR("offer");
    }
    switch ((enum request_call)call) {
        case REQUEST_CALL_SIGN:
            return STR("call-sign");
        case REQUEST_CALL_INTEREST:
            return STR("call-public-interest");
        case REQUEST_CALL_DEFECT:
            return STR("call-defect");
        case REQUEST_CALL_CLARIFY:
        case REQUEST_CALL_END:
            break;
    }
    return STR("call-clarify");
}

static bool effect_wait(struct acting *a, struct err *e)
{
    struct request_head *h = &a->after;
    struct term term;
    char text[DAY_TEXT_SIZE];
    h->call = a->act->call != 0 ? a->act->call : h->call;
    h->waiting_until = DAY_NONE;
    if (day_is_none(a->act->served)) {
        return day_is_none(a->act->until) ||
               err_field(e, ERR_INVALID, "until",
                         "the requester's term begins with service: give the day of service too");
    }
    if (!term_of_step(a->d, step_of(a), a->act->served, e->lang, &term, e)) {
        return false;
    }
    h->waiting_until = day_is_none(a->act->until) ? term.end : a->act->until;
    day_text(term.raw, text);
    return h->waiting_until.n >= term.raw.n ||
           err_field(e, ERR_INVALID, "until", "the law gives the requester time until %s at least", text);
}

/* The 14 days from service, free days or not, and then it goes out: day N+15 (F-21). Told of on the day of the notice
 * unless something else is known, now or by a later day of service. */
static bool effect_fee(struct acting *a, struct err *e)
{
    struct request_head *h = &a->after;
    struct term term;
    struct day served = day_is_none(a->act->served) ? a->day : a->act->served;
    if (!term_of_step(a->d, STR("fee"), served, e->lang, &term, e)) {
        return false;
    }
    h->served = served;
    h->grosze = a->act->verb == REQUEST_DO_FEE ? a->act->grosze : h->grosze;
    h->disclose_from = day_add(term.end, 1);
    h->waiting_until = term.end;
    return true;
}

bool act_kind_term(struct acting *a, struct day start, struct term *out, struct err *e)
{
    return term_of_step(a->d, str_of(request_kind_name((enum request_kind)a->after.kind)), start, e->lang, out, e);
}

struct day act_chosen_on(const struct acting *a)
{
    return a->act->channel != 0 ? a->act->came : a->day;
}

/* After a call the office's own term goes on (F-17); after any other choice it begins anew. */
static bool effect_resume(struct acting *a, struct err *e)
{
    struct request_head *h = &a->after;
    struct term term;
    h->waiting_until = h->disclose_from = h->served = h->ended = DAY_NONE;
    h->call = h->grosze = h->outcome = h->late = 0;
    if (a->before.state == REQUEST_CALLED) {
        return true;
    }
    if (!act_kind_term(a, act_chosen_on(a), &term, e)) {
        return false;
    }
    h->decide_by = term.end;
    return true;
}

static uint64_t outcome_of(const struct request_act *act)
{
    static const enum request_outcome of_verb[REQUEST_VERB_END] = {
        [REQUEST_DO_PARTLY] = REQUEST_DISCLOSED_PART,  [REQUEST_DO_REFUSE] = REQUEST_OUT_REFUSED,
        [REQUEST_DO_NOT_HELD] = REQUEST_OUT_NOT_HELD,  [REQUEST_DO_DISCONTINUE] = REQUEST_OUT_DISCONTINUED,
        [REQUEST_DO_LEAVE] = REQUEST_OUT_LEFT,         [REQUEST_DO_FORWARD] = REQUEST_OUT_FORWARDED,
        [REQUEST_DO_WITHDRAW] = REQUEST_OUT_WITHDRAWN, [REQUEST_DO_LAPSE] = REQUEST_OUT_WITHDRAWN,
    };
    return of_verb[act->verb] != 0 ? of_verb[act->verb] : act->outcome;
}

/* Who gave up, or let a term of their own pass, was not kept waiting by the office. */
static bool ended_late(const struct acting *a)
{
    enum request_verb v = a->act->verb;
    bool theirs = v == REQUEST_DO_WITHDRAW || v == REQUEST_DO_LAPSE || v == REQUEST_DO_DISCONTINUE;
    return !theirs && !day_is_none(head_overdue(&a->before, a->day));
}

static void effect_stop(struct acting *a)
{
    struct request_head *h = &a->after;
    h->ended = a->day;
    h->outcome = outcome_of(a->act);
    h->late = ended_late(a);
    h->served = a->act->served;
    h->waiting_until = DAY_NONE;
    h->call = 0;
}

/* The state to come back to after an interruption: in work, or extended. */
static void remember(struct acting *a)
{
    uint64_t state = a->after.state;
    if (state == REQUEST_FILED || state == REQUEST_IN_WORK || state == REQUEST_EXTENDED) {
        a->after.before = state;
    }
    if (a->row->effect == REQUEST_TERM_EXTEND) {
        a->after.before = REQUEST_EXTENDED;
    }
}

static bool apply_term(struct acting *a, struct err *e)
{
    switch (a->row->effect) {
        case REQUEST_TERM_START:
            return act_requalify(a, e);
        case REQUEST_TERM_WAIT:
            return effect_wait(a, e);
        case REQUEST_TERM_EXTEND:
            a->after.extended_to = a->act->until;
            return true;
        case REQUEST_TERM_FEE:
            return effect_fee(a, e);
        case REQUEST_TERM_RESUME:
            return effect_resume(a, e);
        case REQUEST_TERM_REMEDY:
            a->after.served = a->act->served;
            return true;
        case REQUEST_TERM_STOP:
            effect_stop(a);
            return true;
        case REQUEST_TERM_NONE:
            break;
    }
    return true;
}

static bool effect_public(struct acting *a, struct err *e)
{
    struct buf files CLEANUP(buf_free) = BUF_INIT(256);
    struct request_head *h = &a->after;
    if (a->act->verb == REQUEST_DO_UNPUBLISH) {
        h->published = 0;
        h->answer_text = h->answer_files = STR("");
        h->answer_outcome = 0;
        h->answered = DAY_NONE;
    }
    if (a->act->verb != REQUEST_DO_PUBLISH) {
        return true;
    }
    for (size_t i = 0; i < a->act->publish_count; i++) {
        buf_fmt(&files, "%s%llu", i > 0 ? " " : "", (unsigned long long)a->act->publish[i]);
    }
    h->published = a->act->at;
    h->answer_text = a->text;
    h->answer_outcome = h->outcome;
    h->answered = h->ended;
    h->answer_files = arena_str(a->ar, buf_str(&files));
    return buf_ok(&files, e) && (h->answer_files.p != NULL || err_set(e, ERR_MEMORY, "out of memory"));
}

bool act_effect(struct acting *a, struct err *e)
{
    struct request_head *h = &a->after;
    if (!apply_term(a, e)) {
        return false;
    }
    if (a->row->to == REQUEST_RETURN) {
        h->state = h->before;
    } else if (a->row->to != REQUEST_SAME) {
        h->state = a->row->to;
    }
    if (a->act->verb == REQUEST_DO_ASSIGN && h->state == REQUEST_CALLED && h->before == REQUEST_FILED) {
        h->before = REQUEST_IN_WORK;
    }
    if (a->act->form != NULL) {
        h->way = a->form.way;
    }
    if (a->act->verb == REQUEST_DO_CLOSE) {
        h->file = a->act->file;
    }
    h->changed = a->act->at;
    remember(a);
    if (!effect_public(a, e)) {
        return false;
    }
    if (public_differs(&a->before, h)) {
        h->shown = a->act->at;
    }
    return true;
}
