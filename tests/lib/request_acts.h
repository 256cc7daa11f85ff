/* request_acts.h: sound acts, and the way to any state. Every helper asserts. */
#ifndef AKTA_TESTS_REQUEST_ACTS_H
#define AKTA_TESTS_REQUEST_ACTS_H

#include "request_case.h"

#define DAY_SECONDS 86400

static const struct request_form contact_form = {.way = REQUEST_EMAIL, .email = STR_INIT("nowy@example.pl")};

/* What the verb needs; `at` one day after receipt, later where a term must have run out. */
static inline struct request_act sound_act(enum request_verb v, enum request_kind k, enum request_state s,
                                           instant received)
{
    struct request_act a = {.verb = v, .role = REQUEST_OFFICE, .until = DAY_NONE, .served = DAY_NONE};
    bool late = v == REQUEST_DO_DISCONTINUE || v == REQUEST_DO_LEAVE || v == REQUEST_DO_LAPSE;
    late |= s == REQUEST_FEE && (v == REQUEST_DO_ANSWER || v == REQUEST_DO_PARTLY);
    a.at = received + (late ? 40 : 2) * DAY_SECONDS;
    if (v <= REQUEST_DO_WITHDRAW) {
        a.role = REQUEST_CITIZEN;
    }
    switch (v) {
        case REQUEST_DO_SUPPLEMENT:
            a.text = STR("Chodzi mi o rok 2026.");
            break;
        case REQUEST_DO_CHANGE_WAY:
            a.form = &contact_form;
            break;
        case REQUEST_DO_QUALIFY:
            a.kind = k;
            a.text = STR("treść decyduje");
            break;
        case REQUEST_DO_ASSIGN:
            a.unit = STR("Wydział Finansów");
            break;
        case REQUEST_DO_CALL:
            a.text = STR("Prosimy o podpis");
            a.call = REQUEST_CALL_SIGN;
            a.served = warsaw_day(a.at);
            break;
        case REQUEST_DO_EXTEND:
            a.text = STR("dużo umów");
            a.until = day_add(warsaw_day(received), k == REQUEST_PETITION ? 120 : 45);
            break;
        case REQUEST_DO_FEE:
            a.text = STR("120 × 0,13 zł + 8,90 zł");
            a.grosze = 2450;
            break;
        case REQUEST_DO_FORM:
        case REQUEST_DO_OFFER:
            a.text = STR("możemy inaczej");
            a.served = warsaw_day(a.at);
            break;
        case REQUEST_DO_SERVED:
            a.served = warsaw_day(a.at);
            break;
        case REQUEST_DO_ANSWER:
            a.outcome = k >= REQUEST_COMPLAINT && k <= REQUEST_PETITION ? REQUEST_SETTLED : REQUEST_DISCLOSED;
            break;
        case REQUEST_DO_FORWARD:
        case REQUEST_DO_REOPEN:
            a.text = STR("według właściwości");
            break;
        case REQUEST_DO_SUBJECT:
            a.subject = STR("Umowy na odśnieżanie");
            break;
        case REQUEST_DO_PUBLISH:
            a.subject = STR("Umowy na odśnieżanie");
            a.text = STR("Gmina zawarła trzy umowy.");
            break;
        case REQUEST_DO_UNPUBLISH:
            a.text = STR("do poprawy");
            break;
        case REQUEST_DO_CLOSE:
            id_random(&a.file);
            break;
        case REQUEST_DO_LAPSE:
            a.role = REQUEST_CLOCK;
            break;
        case REQUEST_DO_FILE:
        case REQUEST_DO_KEEP_FEE:
        case REQUEST_DO_ACCEPT:
        case REQUEST_DO_OBJECT:
        case REQUEST_DO_WITHDRAW:
        case REQUEST_DO_PARTLY:
        case REQUEST_DO_REFUSE:
        case REQUEST_DO_NOT_HELD:
        case REQUEST_DO_DISCONTINUE:
        case REQUEST_DO_LEAVE:
        case REQUEST_VERB_END:
            break;
    }
    return a;
}

static inline enum request_state act_now(struct request_case *r, const struct request_filed *f,
                                         const struct request_act *act)
{
    struct request_done done;
    must(request_do(r->d, &f->id, act, act->role == REQUEST_OFFICE ? &case_clerk : NULL, r->ar, &done, NULL, &e));
    return done.state;
}

static inline enum request_state do_verb(struct request_case *r, const struct request_filed *f, enum request_verb v,
                                         enum request_kind k, enum request_state s)
{
    const struct request_act act = sound_act(v, k, s, f->received);
    return act_now(r, f, &act);
}

/* The verbs that lead to a state, one after another. */
static inline const enum request_verb *way_to(enum request_state s)
{
    static const enum request_verb ways[REQUEST_STATE_END][3] = {
        [REQUEST_FILED] = {0},
        [REQUEST_IN_WORK] = {REQUEST_DO_ASSIGN},
        [REQUEST_CALLED] = {REQUEST_DO_CALL},
        [REQUEST_EXTENDED] = {REQUEST_DO_EXTEND},
        [REQUEST_FEE] = {REQUEST_DO_FEE},
        [REQUEST_FORM] = {REQUEST_DO_FORM},
        [REQUEST_OFFER] = {REQUEST_DO_OFFER},
        [REQUEST_OBJECTED] = {REQUEST_DO_OFFER, REQUEST_DO_OBJECT},
        [REQUEST_ANSWERED] = {REQUEST_DO_ANSWER},
        [REQUEST_PARTLY] = {REQUEST_DO_PARTLY},
        [REQUEST_REFUSED] = {REQUEST_DO_REFUSE},
        [REQUEST_NOT_HELD] = {REQUEST_DO_NOT_HELD},
        [REQUEST_DISCONTINUED] = {REQUEST_DO_FORM, REQUEST_DO_DISCONTINUE},
        [REQUEST_LEFT] = {REQUEST_DO_CALL, REQUEST_DO_LEAVE},
        [REQUEST_WITHDRAWN] = {REQUEST_DO_WITHDRAW},
        [REQUEST_FORWARDED] = {REQUEST_DO_FORWARD},
        [REQUEST_CLOSED] = {REQUEST_DO_ANSWER, REQUEST_DO_CLOSE},
    };
    return ways[s];
}

/* Can a request of this kind come to the state at all? By the table alone. */
static inline bool reachable(enum request_kind k, enum request_state s)
{
    enum request_state at = REQUEST_FILED;
    const enum request_verb *way = way_to(s);
    for (size_t i = 0; i < 3 && way[i] != 0; i++) {
        const struct request_act a = sound_act(way[i], k, at, 0);
        const struct request_row *row = request_row_for(k, at, way[i], a.role);
        if (row == NULL) {
            return false;
        }
        at = (enum request_state)row->to;
    }
    return at == s;
}

static inline struct request_filed request_in(struct request_case *r, enum request_kind k, enum request_state s)
{
    struct request_filed f = file_kind(r, k);
    enum request_state at = REQUEST_FILED;
    const enum request_verb *way = way_to(s);
    for (size_t i = 0; i < 3 && way[i] != 0; i++) {
        at = do_verb(r, &f, way[i], k, at);
    }
    assert_int_equal(at, s);
    return f;
}

#endif
