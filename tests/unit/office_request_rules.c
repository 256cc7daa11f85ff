/* Rules of the rulebook that a clerk could break by a slip, each named by its id: what a call may be for, from which
 * day its term runs, what silence leads to, and which remedy belongs to which letter. */
#include "request_acts.h"

static struct err refused(struct request_case *r, const struct request_filed *f, const struct request_act *act,
                          enum err_code want)
{
    struct request_done done;
    struct err e = ERR_INIT;
    assert_false(request_do(r->d, &f->id, act, NULL, r->ar, &done, NULL, &e));
    assert_int_equal(e.code, want);
    return e;
}

static void is_day(struct day d, const char *text)
{
    char said[DAY_TEXT_SIZE];
    day_text(d, said);
    assert_string_equal(said, text);
}

static bool says(const char *what, const char *word)
{
    return strstr(what, word) != NULL;
}

static struct request_act call_for(enum request_kind k, enum request_call call, instant received)
{
    struct request_act act = sound_act(REQUEST_DO_CALL, k, REQUEST_FILED, received);
    act.call = call;
    return act;
}

/* kind 0: the request has no such remedy. */
static struct request_remedy remedy(const struct request_view *v, enum request_remedy_kind k)
{
    struct request_remedy none = {.until = DAY_NONE};
    for (size_t i = 0; i < v->remedy_count; i++) {
        if (v->remedies[i].kind == k) {
            return v->remedies[i];
        }
    }
    return none;
}

/* The requests come in on Saturday 21 November 2026. */

/* X-05, K-17: else a slip of the year would let a clerk leave the request aside on the same day. */
static void test_x05_nothing_is_served_before_it_came_in(void **state)
{
    struct request_case *r = *state;
    struct err e;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act call = call_for(REQUEST_FOI, REQUEST_CALL_SIGN, f.received);
    call.served = case_day("2025-11-22");
    e = refused(r, &f, &call, ERR_INVALID);
    assert_string_equal(e.field, "served");
    call.served = case_day("2026-11-20");
    refused(r, &f, &call, ERR_INVALID);
    call.served = DAY_NONE;
    act_now(r, &f, &call);
    struct request_act served = sound_act(REQUEST_DO_SERVED, REQUEST_FOI, REQUEST_CALLED, f.received);
    served.served = case_day("2026-11-20");
    refused(r, &f, &served, ERR_INVALID);
    served.served = case_day("2026-11-21");
    act_now(r, &f, &served);
}

/* F-30, trap 11: who does not show the public interest is refused by decision, never left without consideration. */
static void test_f30_no_public_interest_ends_in_a_decision(void **state)
{
    struct request_case *r = *state;
    struct err e;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act call = call_for(REQUEST_FOI, REQUEST_CALL_INTEREST, f.received);
    act_now(r, &f, &call);
    struct request_act leave = sound_act(REQUEST_DO_LEAVE, REQUEST_FOI, REQUEST_CALLED, f.received);
    e = refused(r, &f, &leave, ERR_STATE);
    assert_true(says(e.text, "F-30"));
    assert_int_equal(do_verb(r, &f, REQUEST_DO_REFUSE, REQUEST_FOI, REQUEST_CALLED), REQUEST_REFUSED);
}

/* F-05, F-30, R-04: each law knows its own calls. A request for public information has no form that could be defective,
 * and of nobody else a public interest is asked. */
static void test_calls_belong_to_their_kind(void **state)
{
    struct request_case *r = *state;
    struct err e;
    for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        bool foi = k == REQUEST_FOI || k == REQUEST_OWN_WORDS;
        for (enum request_call c = REQUEST_CALL_CLARIFY; c < REQUEST_CALL_END; c++) {
            bool may = c == REQUEST_CALL_INTEREST ? foi : c == REQUEST_CALL_DEFECT ? !foi : true;
            struct request_filed f = file_kind(r, k);
            struct request_act call = call_for(k, c, f.received);
            if (may) {
                assert_int_equal(act_now(r, &f, &call), REQUEST_CALLED);
            } else {
                e = refused(r, &f, &call, ERR_INVALID);
                assert_string_equal(e.field, "call");
            }
        }
        arena_reset(r->ar);
    }
}

/* F-21: the fourteen days run from the notice. When the post brought it later than the office thought, the day of
 * service corrects what was reckoned from the day of sending. */
static void test_f21_the_day_of_service_moves_the_disclosure(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_FOI, REQUEST_FEE); /* notice of 23 November */
    struct request_view v = open_request(r, &f);
    is_day(v.disclose_from, "2026-12-08");
    struct request_act served = sound_act(REQUEST_DO_SERVED, REQUEST_FOI, REQUEST_FEE, f.received);
    served.at = f.received + 10 * DAY_SECONDS;
    served.served = case_day("2026-11-27");
    served.until = case_day("2026-12-31");
    refused(r, &f, &served, ERR_INVALID); /* the law alone sets the day */
    served.until = DAY_NONE;
    assert_int_equal(act_now(r, &f, &served), REQUEST_FEE);
    v = open_request(r, &f);
    is_day(v.disclose_from, "2026-12-12");
    is_day(v.due, "2026-12-12");
    assert_int_equal(v.grosze, 2450);
    is_day(remedy(&v, REQUEST_REMEDY_COURT).until, "2026-12-28"); /* 30 days from 27 November are Sunday 27 December */
    request_doctor_finds_nothing(r);
}

/* KPA 246, 229 pkt 3: not the reminder of art. 37, which art. 247 does not lend to proposals. */
static void test_k246_a_proposal_is_followed_by_a_complaint(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_PROPOSAL);
    struct request_view v = open_request(r, &f);
    assert_int_equal(remedy(&v, REQUEST_REMEDY_URGE).kind, 0);
    struct request_remedy c = remedy(&v, REQUEST_REMEDY_COMPLAINT);
    assert_int_equal(c.kind, REQUEST_REMEDY_COMPLAINT);
    assert_int_equal(c.from.n, v.due.n + 1);
    assert_true(says(c.body.p, "council"));
    struct str letter;
    must(request_remedy_letter(r->d, &v, REQUEST_REMEDY_COMPLAINT, r->ar, &letter, &e));
    assert_true(says(letter.p, "SKARGA") && says(letter.p, "art. 246 § 2"));
    struct request_filed g = request_in(r, REQUEST_PROPOSAL, REQUEST_ANSWERED);
    v = open_request(r, &g);
    assert_int_equal(remedy(&v, REQUEST_REMEDY_COMPLAINT).kind, REQUEST_REMEDY_COMPLAINT);
    must(request_remedy_letter(r->d, &v, REQUEST_REMEDY_COMPLAINT, r->ar, &letter, &e));
    assert_true(says(letter.p, "art. 246 § 1"));
}

/* after an objection conditions or a fee are set by decision, and a decision can be appealed against. */
static void test_r07_conditions_after_an_objection_can_be_appealed_against(void **state)
{
    struct request_case *r = *state;
    struct request_filed plain = request_in(r, REQUEST_REUSE, REQUEST_ANSWERED),
                         decided = request_in(r, REQUEST_REUSE, REQUEST_OBJECTED);
    struct request_view v = open_request(r, &plain);
    assert_int_equal(remedy(&v, REQUEST_REMEDY_APPEAL).kind, 0); /* handed over without conditions */
    do_verb(r, &decided, REQUEST_DO_ANSWER, REQUEST_REUSE, REQUEST_OBJECTED);
    v = open_request(r, &decided);
    struct request_remedy appeal = remedy(&v, REQUEST_REMEDY_APPEAL);
    assert_int_equal(appeal.kind, REQUEST_REMEDY_APPEAL);
    assert_true(appeal.unserved && appeal.days == 14 && says(appeal.body.p, "minister"));
}

/* R-07, F-19: while the requester chooses nobody is told that the office is late, and the term is the one that runs. */
static void test_while_the_requester_chooses_the_office_is_not_late(void **state)
{
    struct request_case *r = *state;
    struct request_filed offer = file_kind(r, REQUEST_REUSE), form = file_kind(r, REQUEST_FOI);
    struct request_act act = sound_act(REQUEST_DO_OFFER, REQUEST_REUSE, REQUEST_FILED, offer.received);
    act.at = offer.received + 14 * DAY_SECONDS; /* 5 December, two days before the office's term ends */
    act.served = DAY_NONE;
    act_now(r, &offer, &act);
    struct request_view v = open_request(r, &offer);
    assert_true(remedy(&v, REQUEST_REMEDY_OBJECT).unserved);
    struct request_act served = sound_act(REQUEST_DO_SERVED, REQUEST_REUSE, REQUEST_OFFER, offer.received);
    served.at = act.at;
    served.served = case_day("2026-12-05");
    act_now(r, &offer, &served);
    v = open_request(r, &offer);
    assert_false(remedy(&v, REQUEST_REMEDY_OBJECT).unserved);
    is_day(remedy(&v, REQUEST_REMEDY_OBJECT).until, "2026-12-21"); /* the 19th is a Saturday */
    assert_int_equal(remedy(&v, REQUEST_REMEDY_ASK).kind, 0);
    act.verb = REQUEST_DO_FORM;
    act_now(r, &form, &act);
    v = open_request(r, &form);
    assert_int_equal(remedy(&v, REQUEST_REMEDY_SILENCE).kind, 0);
    served.at = act.at;
    act_now(r, &form, &served);
    v = open_request(r, &form);
    is_day(remedy(&v, REQUEST_REMEDY_SILENCE).from, "2026-12-22");
}

/* F-27, F-33: "not public information" and "another procedure" are letters; against them inactivity can be claimed. */
static void test_f27_a_letter_instead_of_a_decision_can_be_complained_of(void **state)
{
    struct request_case *r = *state;
    static const struct {
        enum request_outcome outcome;
        bool complaint;
    } of[] = {{REQUEST_DISCLOSED, false}, {REQUEST_NOT_PUBLIC, true}, {REQUEST_OTHER_MODE, true}};
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        struct request_filed f = file_kind(r, REQUEST_FOI);
        struct request_act answer = sound_act(REQUEST_DO_ANSWER, REQUEST_FOI, REQUEST_FILED, f.received);
        answer.outcome = of[i].outcome;
        act_now(r, &f, &answer);
        struct request_view v = open_request(r, &f);
        assert_int_equal(remedy(&v, REQUEST_REMEDY_SILENCE).kind != 0, of[i].complaint);
    }
}

/* F-16: warned of is the last working day, not the Monday on which nobody has time any more. */
static void test_f16_the_night_warns_of_the_last_working_day(void **state)
{
    struct request_case *r = *state;
    struct request_daily q;
    struct request_filed f = file_kind(r, REQUEST_FOI); /* ends on Monday 7 December, safely on Friday the 4th */
    static const struct {
        int day;
        unsigned soon;
    } on[] = {{11, 0}, {12, 1}, {13, 1}, {16, 1}, {17, 0}};
    for (size_t i = 0; i < COUNT_OF(on); i++) {
        r->c->now = f.received + on[i].day * DAY_SECONDS;
        must(request_daily(r->d, r->c->now, &q, &e));
        assert_int_equal(q.due_soon, on[i].soon);
    }
    assert_int_equal(q.overdue, 1);
}

/* K-16: the body that it goes to is no cell of the office: the case file stays with the cell that had it. */
static void test_k16_who_had_it_keeps_the_file_of_what_was_passed_on(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_FOI, REQUEST_IN_WORK);
    struct request_act act = sound_act(REQUEST_DO_FORWARD, REQUEST_FOI, REQUEST_IN_WORK, f.received);
    act.unit = STR("Starosta");
    act_now(r, &f, &act);
    struct request_view v = open_request(r, &f);
    assert_true(str_is(v.unit, "Wydział Finansów"));
    assert_true(str_is(v.events[v.event_count - 1].unit, "Starosta"));
}

/* F-35: what was disclosed keeps its day and its outcome, whatever happens to the case afterwards. */
static void test_f35_a_published_answer_keeps_its_day_when_the_case_is_taken_up_again(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_FOI, REQUEST_ANSWERED); /* on 23 November */
    struct request_answer one;
    do_verb(r, &f, REQUEST_DO_PUBLISH, REQUEST_FOI, REQUEST_ANSWERED);
    do_verb(r, &f, REQUEST_DO_REOPEN, REQUEST_FOI, REQUEST_ANSWERED);
    must(request_answer_get(r->d, str_of(f.number), r->ar, &one, &e));
    is_day(one.ended, "2026-11-23");
    assert_int_equal(one.outcome, REQUEST_DISCLOSED);
    struct request_act refuse = sound_act(REQUEST_DO_REFUSE, REQUEST_FOI, REQUEST_IN_WORK, f.received);
    refuse.at += 5 * DAY_SECONDS;
    act_now(r, &f, &refuse);
    must(request_answer_get(r->d, str_of(f.number), r->ar, &one, &e));
    is_day(one.ended, "2026-11-23");
    assert_int_equal(one.outcome, REQUEST_DISCLOSED);
    request_doctor_finds_nothing(r);
    struct request_act back = sound_act(REQUEST_DO_UNPUBLISH, REQUEST_FOI, REQUEST_REFUSED, f.received);
    act_now(r, &f, &back);
    request_doctor_finds_nothing(r);
}

/* F-08, F-13: a letter of another kind has that kind's strict end, from the same day. */
static void test_f08_another_kind_brings_its_own_strict_end(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_PETITION, REQUEST_EXTENDED); /* to 21 March 2027 */
    struct request_act act = sound_act(REQUEST_DO_QUALIFY, REQUEST_FOI, REQUEST_EXTENDED, f.received);
    act_now(r, &f, &act);
    struct request_view v = open_request(r, &f);
    is_day(v.longest, "2027-01-21");
    is_day(v.due, "2027-01-21");
    struct request_filed g = file_kind(r, REQUEST_REUSE);
    struct request_act call = call_for(REQUEST_REUSE, REQUEST_CALL_DEFECT, g.received);
    act_now(r, &g, &call);
    act = sound_act(REQUEST_DO_QUALIFY, REQUEST_FOI, REQUEST_CALLED, g.received);
    act_now(r, &g, &act);
    struct request_act leave = sound_act(REQUEST_DO_LEAVE, REQUEST_FOI, REQUEST_CALLED, g.received);
    refused(r, &g, &leave, ERR_STATE); /* F-05: for lack of a form nothing of this kind is left aside */
}

static void qualify(struct request_case *r, const struct request_filed *f, enum request_kind to, int day)
{
    struct request_act act = sound_act(REQUEST_DO_QUALIFY, to, REQUEST_IN_WORK, f->received);
    act.at = f->received + day * DAY_SECONDS;
    act_now(r, f, &act);
}

static void extend(struct request_case *r, const struct request_filed *f, int day, const char *until)
{
    struct request_act act = sound_act(REQUEST_DO_EXTEND, REQUEST_FOI, REQUEST_FILED, f->received);
    act.at = f->received + day * DAY_SECONDS;
    act.until = case_day(until);
    act_now(r, f, &act);
}

/* F-13: told of after the fourteen days it is none, though a complaint's month still ran; the office is late. */
static void test_f13_an_extension_told_of_too_late_for_the_new_kind_falls_away(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_COMPLAINT), in_time = file_kind(r, REQUEST_COMPLAINT);
    extend(r, &f, 17, "2027-01-10"); /* 8 December; the fourteen days end on Monday the 7th */
    extend(r, &in_time, 16, "2027-01-10");
    qualify(r, &f, REQUEST_FOI, 18);
    qualify(r, &in_time, REQUEST_FOI, 18);
    r->c->now = f.received + 18 * DAY_SECONDS;
    struct request_view v = open_request(r, &f);
    assert_int_equal(v.state, REQUEST_IN_WORK);
    assert_true(day_is_none(v.extended_to));
    is_day(v.due, "2026-12-07");
    is_day(v.overdue_since, "2026-12-08");
    struct request_act again = sound_act(REQUEST_DO_EXTEND, REQUEST_FOI, REQUEST_IN_WORK, f.received);
    again.at = r->c->now;
    refused(r, &f, &again, ERR_STATE); /* a missed notice is not made up for */
    v = open_request(r, &in_time);
    assert_int_equal(v.state, REQUEST_EXTENDED);
    is_day(v.due, "2027-01-10");
    qualify(r, &in_time, REQUEST_COMPLAINT, 19);
    v = open_request(r, &in_time);
    assert_int_equal(v.state, REQUEST_EXTENDED); /* of the month, which ends on 21 December, it is one, too */
    is_day(v.due, "2027-01-10");
    request_doctor_finds_nothing(r);
}

/* F-13: the same while a call waits for its reply: afterwards the case is in work. */
static void test_f13_it_falls_away_during_a_call_too(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_COMPLAINT, REQUEST_CALLED);
    extend(r, &f, 20, "2027-03-01");
    qualify(r, &f, REQUEST_FOI, 20);
    assert_int_equal(do_verb(r, &f, REQUEST_DO_SUPPLEMENT, REQUEST_FOI, REQUEST_CALLED), REQUEST_IN_WORK);
    struct request_view v = open_request(r, &f);
    is_day(v.due, "2026-12-07");
}

/* B-09: a petition has three months; a day before their end is no extension of them, and one is possible still. */
static void test_an_extension_that_the_new_term_overtakes_falls_away(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    extend(r, &f, 2, "2027-01-05");
    qualify(r, &f, REQUEST_PETITION, 3);
    struct request_view v = open_request(r, &f);
    assert_int_equal(v.state, REQUEST_IN_WORK);
    is_day(v.due, "2027-02-22"); /* the 21st is a Sunday */
    extend(r, &f, 4, "2027-05-21");
    v = open_request(r, &f);
    is_day(v.due, "2027-05-21");
}

/* F-08, F-31: what began anew after a judgment has the length of the kind now in force. */
static void test_f08_a_term_that_began_later_is_the_new_kinds_too(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_COMPLAINT, REQUEST_ANSWERED);
    struct request_act reopen = sound_act(REQUEST_DO_REOPEN, REQUEST_COMPLAINT, REQUEST_ANSWERED, f.received);
    reopen.at = f.received + 40 * DAY_SECONDS; /* 31 December */
    act_now(r, &f, &reopen);
    struct request_view v = open_request(r, &f);
    is_day(v.due, "2027-02-01");
    qualify(r, &f, REQUEST_FOI, 41);
    v = open_request(r, &f);
    is_day(v.due, "2027-01-14");
}

/* R-06, KPA 237, petycje 13: a complaint is dealt with, nothing is disclosed by it. What there is instead is named. */
static void test_an_answer_has_an_outcome_that_its_kind_has(void **state)
{
    struct request_case *r = *state;
    static const unsigned part8 = 1u << REQUEST_SETTLED | 1u << REQUEST_OTHER_MODE | 1u << REQUEST_DUPLICATE,
                          foi = 1u << REQUEST_DISCLOSED | 1u << REQUEST_POINTER | 1u << REQUEST_GIVEN_ORALLY |
                                1u << REQUEST_NOT_PUBLIC | 1u << REQUEST_OTHER_MODE | 1u << REQUEST_DUPLICATE;
    static const unsigned has[REQUEST_KIND_END] = {
        [REQUEST_FOI] = foi,
        [REQUEST_OWN_WORDS] = foi,
        [REQUEST_REUSE] = part8 | 1u << REQUEST_DISCLOSED | 1u << REQUEST_POINTER,
        [REQUEST_DATA_SUBJECT] = part8 | 1u << REQUEST_DISCLOSED | 1u << REQUEST_GIVEN_ORALLY,
        [REQUEST_COMPLAINT] = part8,
        [REQUEST_PROPOSAL] = part8,
        [REQUEST_PETITION] = part8,
    };
    for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        for (enum request_outcome o = REQUEST_DISCLOSED; o < REQUEST_OUTCOME_END; o++) {
            struct request_filed f = file_kind(r, k);
            struct request_act answer = sound_act(REQUEST_DO_ANSWER, k, REQUEST_FILED, f.received);
            answer.outcome = o;
            if ((has[k] & 1u << o) != 0) {
                assert_int_equal(act_now(r, &f, &answer), REQUEST_ANSWERED);
                continue;
            }
            struct err e = refused(r, &f, &answer, ERR_INVALID);
            assert_string_equal(e.field, "outcome");
            assert_true(says(e.text, "other_mode, duplicate") || says(e.text, "another verb"));
        }
        arena_reset(r->ar);
    }
    struct request_filed petition = file_kind(r, REQUEST_PETITION);
    struct request_act answer = sound_act(REQUEST_DO_ANSWER, REQUEST_PETITION, REQUEST_FILED, petition.received);
    answer.outcome = REQUEST_DISCLOSED;
    struct err e = refused(r, &petition, &answer, ERR_INVALID);
    assert_true(says(e.text, "disclosed is no outcome") && says(e.text, "other_mode, duplicate, settled"));
}

/* F-21: another way chosen by letter counts from the day on which it came in, whenever the office enters it. */
static void test_f21_another_way_by_letter_counts_from_the_day_it_came_in(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_FOI, REQUEST_FEE); /* notice of 23 November: until 7 December */
    struct request_act act = sound_act(REQUEST_DO_CHANGE_WAY, REQUEST_FOI, REQUEST_FEE, f.received);
    act.role = REQUEST_OFFICE;
    act.at = f.received + 18 * DAY_SECONDS; /* 9 December */
    assert_string_equal(refused(r, &f, &act, ERR_INVALID).field, "channel");
    act.channel = REQUEST_PORTAL; /* the window enters its own */
    assert_string_equal(refused(r, &f, &act, ERR_INVALID).field, "channel");
    act.channel = REQUEST_LETTER;
    act.came = DAY_NONE;
    assert_string_equal(refused(r, &f, &act, ERR_INVALID).field, "received");
    act.came = case_day("2026-12-10");
    assert_string_equal(refused(r, &f, &act, ERR_INVALID).field, "received"); /* still to come */
    act.came = case_day("2026-11-20");
    assert_string_equal(refused(r, &f, &act, ERR_INVALID).field, "received"); /* before the request */
    act.came = case_day("2026-12-08");
    refused(r, &f, &act, ERR_STATE); /* one day late */
    act.came = case_day("2026-12-07");
    assert_int_equal(act_now(r, &f, &act), REQUEST_FILED);
    struct request_view v = open_request(r, &f);
    const struct request_event *ev = &v.events[v.event_count - 1];
    is_day(v.due, "2026-12-21"); /* 14 days from the 7th */
    is_day(ev->came, "2026-12-07");
    assert_int_equal(ev->channel, REQUEST_LETTER);
    assert_int_equal(v.form.way, REQUEST_EMAIL);
    assert_true(day_is_none(v.disclose_from) && day_is_none(v.events[0].came));
    qualify(r, &f, REQUEST_COMPLAINT, 19);
    v = open_request(r, &f);
    is_day(v.due, "2027-01-07"); /* F-08: a month from the same day */
    struct request_filed own = file_kind(r, REQUEST_FOI);
    act = sound_act(REQUEST_DO_CHANGE_WAY, REQUEST_FOI, REQUEST_FILED, own.received);
    act.channel = REQUEST_LETTER;
    act.came = case_day("2026-11-21");
    refused(r, &own, &act, ERR_INVALID); /* who chooses here does not choose by letter */
    request_doctor_finds_nothing(r);
}

/* What is not possible is said with what is. */
static void test_a_refused_verb_names_those_that_are_possible(void **state)
{
    struct request_case *r = *state;
    struct err e;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act leave = sound_act(REQUEST_DO_LEAVE, REQUEST_FOI, REQUEST_FILED, f.received);
    e = refused(r, &f, &leave, ERR_STATE);
    assert_true(says(e.text, "assign") && says(e.text, "answer") && says(e.text, "extend") && !says(e.text, "reopen"));
    do_verb(r, &f, REQUEST_DO_EXTEND, REQUEST_FOI, REQUEST_FILED);
    struct request_act again = sound_act(REQUEST_DO_EXTEND, REQUEST_FOI, REQUEST_EXTENDED, f.received);
    e = refused(r, &f, &again, ERR_STATE);
    assert_true(says(e.text, "a second time"));
    struct request_filed called = request_in(r, REQUEST_FOI, REQUEST_CALLED);
    struct request_act call = sound_act(REQUEST_DO_CALL, REQUEST_FOI, REQUEST_CALLED, called.received);
    e = refused(r, &called, &call, ERR_STATE);
    assert_true(says(e.text, "waits for the requester")); /* the clerk is no requester */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_x05_nothing_is_served_before_it_came_in),
        T(test_f30_no_public_interest_ends_in_a_decision),
        T(test_calls_belong_to_their_kind),
        T(test_f21_the_day_of_service_moves_the_disclosure),
        T(test_k246_a_proposal_is_followed_by_a_complaint),
        T(test_r07_conditions_after_an_objection_can_be_appealed_against),
        T(test_while_the_requester_chooses_the_office_is_not_late),
        T(test_f27_a_letter_instead_of_a_decision_can_be_complained_of),
        T(test_f16_the_night_warns_of_the_last_working_day),
        T(test_k16_who_had_it_keeps_the_file_of_what_was_passed_on),
        T(test_f35_a_published_answer_keeps_its_day_when_the_case_is_taken_up_again),
        T(test_f08_another_kind_brings_its_own_strict_end),
        T(test_f13_an_extension_told_of_too_late_for_the_new_kind_falls_away),
        T(test_f13_it_falls_away_during_a_call_too),
        T(test_an_extension_that_the_new_term_overtakes_falls_away),
        T(test_f08_a_term_that_began_later_is_the_new_kinds_too),
        T(test_an_answer_has_an_outcome_that_its_kind_has),
        T(test_f21_another_way_by_letter_counts_from_the_day_it_came_in),
        T(test_a_refused_verb_names_those_that_are_possible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
