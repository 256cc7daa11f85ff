/* Verbs with their days, amounts and words: what the rules say beyond the table. */
#include "request_acts.h"

static bool is_day(struct day d, const char *text)
{
    char said[DAY_TEXT_SIZE];
    day_text(d, said);
    if (strcmp(said, text) != 0) {
        print_error("%s instead of %s\n", said, text);
    }
    return strcmp(said, text) == 0;
}

static void refused(struct request_case *r, const struct request_filed *f, const struct request_act *act,
                    enum err_code want)
{
    struct request_done done;
    must_fail(request_do(r->d, &f->id, act, NULL, r->ar, &done, NULL, &e), want);
}

static struct request_view view_on(struct request_case *r, const struct request_filed *f, const char *today)
{
    struct request_view v;
    must(request_open(r->d, str_of(f->number), str_of(f->secret.code), case_day(today), r->ar, &v, &e));
    return v;
}

static const struct request_remedy *remedy(const struct request_view *v, enum request_remedy_kind k)
{
    for (size_t i = 0; i < v->remedy_count; i++) {
        if (v->remedies[i].kind == k) {
            return &v->remedies[i];
        }
    }
    return NULL;
}

static struct request_remedy the_remedy(const struct request_view *v, enum request_remedy_kind k)
{
    const struct request_remedy *r = remedy(v, k);
    assert_non_null(r);
    return r != NULL ? *r : (struct request_remedy){.until = DAY_NONE};
}

/* The requests come in on Saturday 21 November 2026; the term ends on Monday 7 December. */

/* ---------------------------------------------------------------- what the citizen does */

static void test_a_supplement_brings_words_and_files(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    char token[DRAFT_TOKEN_SIZE];
    draft_new(token);
    attach(r, token, "umowa.txt", bytes_of(STR("wzór")));
    struct request_act act = sound_act(REQUEST_DO_SUPPLEMENT, REQUEST_FOI, REQUEST_FILED, f.received);
    act.draft = str_of(token);
    act_now(r, &f, &act);
    struct request_view v = open_request(r, &f);
    assert_int_equal(v.event_count, 2);
    assert_true(str_is(v.events[1].text, "Chodzi mi o rok 2026."));
    assert_int_equal(v.events[1].files, 1);
    assert_int_equal(v.files[0].event, 2);
    assert_false(v.files[0].released);
    assert_true(is_day(v.due, "2026-12-07"));
    struct buf letter CLEANUP(buf_free) = BUF_INIT(1u << 20);
    must(request_letter(&v, 2, &letter, &e));
    assert_non_null(memmem(letter.p, letter.n, "umowa.txt", 9));
    act.text = act.draft = STR("");
    refused(r, &f, &act, ERR_INVALID);
    request_doctor_finds_nothing(r);
}

static void test_the_way_of_answer_can_be_changed(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_COMPLAINT);
    struct request_form form = {.way = REQUEST_SIGHT};
    struct request_act act = sound_act(REQUEST_DO_CHANGE_WAY, REQUEST_COMPLAINT, REQUEST_FILED, f.received);
    struct request_faults faults;
    struct request_done done;
    act.form = &form;
    must_fail(request_do(r->d, &f.id, &act, NULL, r->ar, &done, &faults, &e), ERR_INVALID);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.list[0].field, "way");
    form.way = REQUEST_POST;
    must_fail(request_do(r->d, &f.id, &act, NULL, r->ar, &done, &faults, &e), ERR_INVALID);
    assert_int_equal(faults.count, 3);
    act.form = &contact_form;
    act_now(r, &f, &act);
    struct request_view v = open_request(r, &f);
    assert_int_equal(v.form.way, REQUEST_EMAIL);
    assert_true(str_is(v.form.email, "nowy@example.pl"));
    assert_true(str_is(v.form.street, "Polna 3")); /* what was not named stays */
    assert_int_equal(v.events[0].form->way, REQUEST_HERE);
}

static void test_withdrawal_ends_it(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    assert_int_equal(do_verb(r, &f, REQUEST_DO_WITHDRAW, REQUEST_FOI, REQUEST_FILED), REQUEST_WITHDRAWN);
    struct request_view v = view_on(r, &f, "2027-01-01");
    assert_true(is_day(v.ended, "2026-11-23"));
    assert_int_equal(v.outcome, REQUEST_OUT_WITHDRAWN);
    assert_int_equal(v.next, REQUEST_NEXT_NONE);
    assert_true(day_is_none(v.overdue_since));
    struct request_act again = sound_act(REQUEST_DO_WITHDRAW, REQUEST_FOI, REQUEST_WITHDRAWN, f.received);
    refused(r, &f, &again, ERR_STATE);
}

static void test_a_double_click_acts_once(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI), g = file_kind(r, REQUEST_FOI);
    struct request_act act = sound_act(REQUEST_DO_WITHDRAW, REQUEST_FOI, REQUEST_FILED, f.received);
    struct request_done first, second;
    act.once = STR("klucz-klucz-klucz");
    must(request_do(r->d, &f.id, &act, NULL, r->ar, &first, NULL, &e));
    must(request_do(r->d, &f.id, &act, NULL, r->ar, &second, NULL, &e));
    assert_false(first.repeated);
    assert_true(second.repeated);
    assert_int_equal(first.event, second.event);
    assert_int_equal(open_request(r, &f).event_count, 2);
    refused(r, &g, &act, ERR_CONFLICT); /* the key belongs to its letter */
}

/* The back button shows the old form with its old key. */
static void test_a_used_key_swallows_nothing(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act act = sound_act(REQUEST_DO_SUPPLEMENT, REQUEST_FOI, REQUEST_FILED, f.received);
    char one[DRAFT_TOKEN_SIZE], two[DRAFT_TOKEN_SIZE];
    draft_new(one);
    draft_new(two);
    attach(r, one, "umowa.txt", bytes_of(STR("wzór")));
    act.once = STR("klucz-klucz-klucz");
    act.draft = str_of(one);
    act_now(r, &f, &act);
    act.draft = STR("");
    act_now(r, &f, &act); /* without its draft, which went with the first one */
    attach(r, two, "umowa.txt", bytes_of(STR("wzór")));
    act.draft = str_of(two);
    act_now(r, &f, &act); /* with the same file once more */
    assert_int_equal(open_request(r, &f).event_count, 2);
    attach(r, two, "aneks.txt", bytes_of(STR("zmiana")));
    refused(r, &f, &act, ERR_CONFLICT);
    act.draft = STR("");
    act.text = STR("Chodzi mi o rok 2025.");
    refused(r, &f, &act, ERR_CONFLICT);
    struct request_act other = sound_act(REQUEST_DO_CHANGE_WAY, REQUEST_FOI, REQUEST_FILED, f.received);
    struct request_form street = {.way = REQUEST_POST,
                                  .street = STR("Polna 3"),
                                  .postal_code = STR("17-300"),
                                  .city = STR("Siemiatycze"),
                                  .name = STR("Ż. Ć.")};
    other.once = STR("drugi-drugi-drugi");
    act_now(r, &f, &other);
    act_now(r, &f, &other);
    other.form = &street;
    refused(r, &f, &other, ERR_CONFLICT);
    assert_int_equal(open_request(r, &f).event_count, 3);
}

static void test_who_read_an_older_state_is_told(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act act = sound_act(REQUEST_DO_ASSIGN, REQUEST_FOI, REQUEST_FILED, f.received);
    act.seen = 1;
    act_now(r, &f, &act);
    refused(r, &f, &act, ERR_CONFLICT);
    act.seen = 2;
    act_now(r, &f, &act);
}

/* ---------------------------------------------------------------- extension: F-13, R-05; traps 2, 4, 25 */

static void test_an_extension_is_told_in_time_once_and_to_the_strict_end(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act act = sound_act(REQUEST_DO_EXTEND, REQUEST_FOI, REQUEST_FILED, f.received);
    act.until = case_day("2027-01-22");
    refused(r, &f, &act, ERR_INVALID); /* two months from filing end on 21 January */
    act.until = case_day("2026-12-07");
    refused(r, &f, &act, ERR_INVALID);
    act.until = case_day("2027-01-21");
    act.at = f.received + 17 * DAY_SECONDS; /* 8 December */
    refused(r, &f, &act, ERR_STATE);
    act.at = f.received + 16 * DAY_SECONDS;
    act_now(r, &f, &act);
    struct request_view v = view_on(r, &f, "2027-01-21");
    assert_int_equal(v.state, REQUEST_EXTENDED);
    assert_true(is_day(v.due, "2027-01-21"));
    assert_true(day_is_none(v.overdue_since));
    assert_true(is_day(view_on(r, &f, "2027-01-22").overdue_since, "2027-01-22"));
    refused(r, &f, &act, ERR_STATE);
}

/* ---------------------------------------------------------------- fee: F-21, F-22, F-23; traps 9, 24 */

static void test_a_fee_delays_by_fourteen_days_and_never_blocks(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act fee = sound_act(REQUEST_DO_FEE, REQUEST_FOI, REQUEST_FILED, f.received);
    fee.grosze = 0;
    refused(r, &f, &fee, ERR_INVALID); /* nothing to pay is no notice */
    fee.grosze = 2450;
    fee.at = f.received + 5 * DAY_SECONDS; /* 26 November */
    act_now(r, &f, &fee);
    struct request_view v = view_on(r, &f, "2026-11-26");
    assert_true(is_day(v.disclose_from, "2026-12-11")); /* day N + 15 */
    assert_int_equal(v.next, REQUEST_NEXT_YOU_CHOOSE_FEE);
    assert_true(is_day(v.next_until, "2026-12-10"));
    assert_int_equal(v.grosze, 2450);
    assert_non_null(remedy(&v, REQUEST_REMEDY_COURT));
    assert_int_equal(the_remedy(&v, REQUEST_REMEDY_COURT).days, 30);
    assert_true(day_is_none(view_on(r, &f, "2026-12-10").overdue_since)); /* F-15: not late while the fee term runs */
    assert_int_equal(view_on(r, &f, "2026-12-11").next, REQUEST_NEXT_OFFICE_DISCLOSES);
    assert_true(is_day(view_on(r, &f, "2026-12-12").overdue_since, "2026-12-12"));
    struct request_act answer = sound_act(REQUEST_DO_ANSWER, REQUEST_FOI, REQUEST_FILED, f.received);
    answer.at = f.received + 19 * DAY_SECONDS; /* 10 December */
    refused(r, &f, &answer, ERR_STATE);
    answer.at += DAY_SECONDS;
    assert_int_equal(act_now(r, &f, &answer), REQUEST_ANSWERED);
}

static void test_the_choice_after_a_fee_notice(void **state)
{
    struct request_case *r = *state;
    struct request_filed keep = request_in(r, REQUEST_FOI, REQUEST_FEE), mail = request_in(r, REQUEST_FOI, REQUEST_FEE);
    assert_int_equal(do_verb(r, &keep, REQUEST_DO_KEEP_FEE, REQUEST_FOI, REQUEST_FEE), REQUEST_FEE);
    assert_int_equal(do_verb(r, &mail, REQUEST_DO_CHANGE_WAY, REQUEST_FOI, REQUEST_FEE), REQUEST_FILED);
    struct request_view v = view_on(r, &mail, "2026-11-23");
    assert_int_equal(v.grosze, 0);
    assert_true(day_is_none(v.disclose_from));
    assert_true(is_day(v.due, "2026-12-07"));
    struct request_act late = sound_act(REQUEST_DO_CHANGE_WAY, REQUEST_FOI, REQUEST_FEE, keep.received);
    late.at = keep.received + 30 * DAY_SECONDS;
    refused(r, &keep, &late, ERR_STATE);
    struct request_filed second = file_kind(r, REQUEST_FOI);
    struct request_act too_late = sound_act(REQUEST_DO_FEE, REQUEST_FOI, REQUEST_FILED, second.received);
    too_late.at = second.received + 17 * DAY_SECONDS;
    refused(r, &second, &too_late, ERR_STATE); /* F-21: told of within the 14 days, or never */
}

/* ---------------------------------------------------------------- calls: F-17, F-26, Z-12, X-05; trap 11 */

static void test_a_call_does_not_stop_the_clock(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_FOI, REQUEST_CALLED); /* served on 23 November */
    struct request_view v = view_on(r, &f, "2026-11-24");
    assert_int_equal(v.next, REQUEST_NEXT_YOU_REPLY);
    assert_true(is_day(v.waiting_until, "2026-11-30"));
    assert_true(is_day(v.due, "2026-12-07"));
    assert_true(is_day(view_on(r, &f, "2026-12-08").overdue_since, "2026-12-08"));
    assert_int_equal(do_verb(r, &f, REQUEST_DO_SUPPLEMENT, REQUEST_FOI, REQUEST_CALLED), REQUEST_FILED);
    assert_true(is_day(view_on(r, &f, "2026-11-24").due, "2026-12-07"));
}

static void test_a_term_begins_with_service_only(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act call = sound_act(REQUEST_DO_CALL, REQUEST_FOI, REQUEST_FILED, f.received);
    call.served = DAY_NONE;
    act_now(r, &f, &call);
    assert_true(day_is_none(view_on(r, &f, "2026-12-01").waiting_until)); /* unknown, not the day of sending */
    struct request_act leave = sound_act(REQUEST_DO_LEAVE, REQUEST_FOI, REQUEST_CALLED, f.received);
    refused(r, &f, &leave, ERR_STATE);
    struct request_act served = sound_act(REQUEST_DO_SERVED, REQUEST_FOI, REQUEST_CALLED, f.received);
    served.until = case_day("2026-11-26");
    refused(r, &f, &served, ERR_INVALID); /* at least 7 days */
    served.until = DAY_NONE;
    act_now(r, &f, &served);
    assert_true(is_day(view_on(r, &f, "2026-12-01").waiting_until, "2026-11-30"));
    assert_int_equal(act_now(r, &f, &leave), REQUEST_LEFT);
}

static void test_an_unclear_request_is_never_left(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act call = sound_act(REQUEST_DO_CALL, REQUEST_FOI, REQUEST_FILED, f.received);
    call.call = REQUEST_CALL_CLARIFY;
    act_now(r, &f, &call);
    struct request_act leave = sound_act(REQUEST_DO_LEAVE, REQUEST_FOI, REQUEST_CALLED, f.received);
    refused(r, &f, &leave, ERR_STATE);
    struct request_act answer = sound_act(REQUEST_DO_ANSWER, REQUEST_FOI, REQUEST_CALLED, f.received);
    assert_int_equal(act_now(r, &f, &answer), REQUEST_ANSWERED);
}

/* ---------------------------------------------------------------- re-use */

static void test_silence_on_an_offer_is_withdrawal(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_REUSE, REQUEST_OFFER); /* served on 23 November */
    struct request_daily done;
    struct request_view v = view_on(r, &f, "2026-12-07");
    assert_int_equal(v.next, REQUEST_NEXT_YOU_ACCEPT);
    assert_true(is_day(v.next_until, "2026-12-07"));
    assert_non_null(remedy(&v, REQUEST_REMEDY_OBJECT));
    assert_false(the_remedy(&v, REQUEST_REMEDY_OBJECT).unserved);
    assert_true(is_day(the_remedy(&v, REQUEST_REMEDY_OBJECT).until, "2026-12-07"));
    r->c->now = f.received + 16 * DAY_SECONDS; /* 7 December */
    must(request_daily(r->d, r->c->now, &done, &e));
    assert_int_equal(done.offers_lapsed, 0);
    r->c->now += DAY_SECONDS;
    struct request_act accept = sound_act(REQUEST_DO_ACCEPT, REQUEST_REUSE, REQUEST_OFFER, f.received);
    accept.at = r->c->now;
    refused(r, &f, &accept, ERR_STATE);
    must(request_daily(r->d, r->c->now, &done, &e));
    assert_int_equal(done.offers_lapsed, 1);
    v = view_on(r, &f, "2026-12-08");
    assert_int_equal(v.state, REQUEST_WITHDRAWN);
    assert_int_equal(v.events[v.event_count - 1].role, REQUEST_CLOCK);
    request_doctor_finds_nothing(r);
}

/* What waits for the office, and what for nobody any more. */
static void test_a_night_counts_the_terms(void **state)
{
    struct request_case *r = *state;
    struct request_daily q, last;
    must(request_daily_last(r->d, &last, &e));
    assert_int_equal(last.at, 0);
    struct request_filed open = file_kind(r, REQUEST_FOI), called = request_in(r, REQUEST_FOI, REQUEST_CALLED),
                         fee = request_in(r, REQUEST_FOI, REQUEST_FEE);
    must(request_daily(r->d, r->c->now, &q, &e));
    assert_int_equal(q.filed_open, 3);
    assert_int_equal(q.overdue + q.due_soon + q.calls_over + q.disclosures_due, 0);
    r->c->now = open.received + 15 * DAY_SECONDS; /* 6 December: the first one's term ends on the next day */
    must(request_daily(r->d, r->c->now, &q, &e));
    assert_true(q.due_soon >= 1);
    assert_int_equal(q.overdue, 0);
    r->c->now = open.received + 40 * DAY_SECONDS;
    must(request_daily(r->d, r->c->now, &q, &e));
    assert_true(q.overdue >= 2);
    assert_int_equal(q.disclosures_due, 1);
    struct request_view v = view_on(r, &called, "2026-12-31"), w = view_on(r, &fee, "2026-12-31");
    assert_int_equal(q.calls_over, !day_is_none(v.waiting_until));
    assert_true(w.disclose_from.n <= warsaw_day(r->c->now).n);
    must(request_daily_last(r->d, &last, &e));
    assert_int_equal(last.at, r->c->now);
    assert_int_equal(last.overdue, q.overdue);
    assert_int_equal(last.filed_open, 3);
}

static void test_after_an_objection_a_decision_follows_in_time(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = request_in(r, REQUEST_REUSE, REQUEST_OBJECTED);
    struct request_view v = view_on(r, &f, "2026-11-24");
    assert_int_equal(v.next, REQUEST_NEXT_OFFICE_DECIDES);
    assert_true(is_day(v.due, "2026-12-07")); /* 14 days from the objection of 23 November */
    assert_int_equal(do_verb(r, &f, REQUEST_DO_REFUSE, REQUEST_REUSE, REQUEST_OBJECTED), REQUEST_REFUSED);
}

/* ---------------------------------------------------------------- remedies: traps 3, 5, 7 */

static void test_remedies_belong_to_their_kind(void **state)
{
    struct request_case *r = *state;
    struct request_filed foi = request_in(r, REQUEST_FOI, REQUEST_REFUSED),
                         reuse = request_in(r, REQUEST_REUSE, REQUEST_REFUSED),
                         rodo = request_in(r, REQUEST_DATA_SUBJECT, REQUEST_REFUSED);
    struct request_view v = open_request(r, &foi);
    struct request_remedy appeal = the_remedy(&v, REQUEST_REMEDY_APPEAL);
    assert_true(appeal.unserved); /* the day of service is not known */
    assert_true(day_is_none(appeal.until));
    assert_non_null(memmem(appeal.body.p, appeal.body.n, "SKO", 3));
    v = open_request(r, &reuse);
    appeal = the_remedy(&v, REQUEST_REMEDY_APPEAL);
    assert_non_null(memmem(appeal.body.p, appeal.body.n, "minister", 8));
    v = open_request(r, &rodo);
    assert_null(remedy(&v, REQUEST_REMEDY_APPEAL));
    assert_non_null(remedy(&v, REQUEST_REMEDY_PUODO));
    struct request_act served = sound_act(REQUEST_DO_SERVED, REQUEST_FOI, REQUEST_REFUSED, foi.received);
    served.at = foi.received + 20 * DAY_SECONDS;
    served.served = case_day("2026-12-10");
    act_now(r, &foi, &served);
    v = open_request(r, &foi);
    assert_true(is_day(the_remedy(&v, REQUEST_REMEDY_APPEAL).until, "2026-12-28")); /* 24 December is free: K-05 */
}

static void test_silence_by_kind(void **state)
{
    struct request_case *r = *state;
    static const struct {
        enum request_kind kind;
        enum request_remedy_kind remedy;
    } of[] = {{REQUEST_FOI, REQUEST_REMEDY_SILENCE},       {REQUEST_OWN_WORDS, REQUEST_REMEDY_SILENCE},
              {REQUEST_REUSE, REQUEST_REMEDY_ASK},         {REQUEST_DATA_SUBJECT, REQUEST_REMEDY_PUODO},
              {REQUEST_COMPLAINT, REQUEST_REMEDY_URGE},    {REQUEST_PROPOSAL, REQUEST_REMEDY_COMPLAINT},
              {REQUEST_PETITION, REQUEST_REMEDY_ASK}};
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        struct request_filed f = file_kind(r, of[i].kind);
        struct request_view v = open_request(r, &f);
        assert_int_equal(v.remedy_count, 1);
        assert_int_equal(v.remedies[0].kind, of[i].remedy);
        assert_int_equal(v.remedies[0].from.n, v.due.n + 1);
        struct str letter;
        must(request_remedy_letter(r->d, &v, of[i].remedy, r->ar, &letter, &e));
        assert_non_null(memmem(letter.p, letter.n, f.number, strlen(f.number)));
        must_fail(request_remedy_letter(r->d, &v, REQUEST_REMEDY_APPEAL, r->ar, &letter, &e), ERR_STATE);
    }
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_view v = view_on(r, &f, "2026-11-21");
    assert_str(v.remedies[0].text,
               "From 8 December 2026 you can complain of inactivity to the regional administrative court, through this "
               "office. No reminder is needed before. The office has 15 days to pass the complaint to the court.");
}

/* ---------------------------------------------------------------- qualification, F-08 */

static void test_another_kind_is_another_term_from_the_same_day(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_OWN_WORDS);
    struct request_act act = sound_act(REQUEST_DO_QUALIFY, REQUEST_PETITION, REQUEST_FILED, f.received);
    act_now(r, &f, &act);
    struct request_view v = open_request(r, &f);
    assert_int_equal(v.kind, REQUEST_PETITION);
    assert_int_equal(v.filed_kind, REQUEST_OWN_WORDS);
    assert_int_equal(v.flags & REQUEST_HINT_UNSURE, 0);
    assert_true(is_day(v.due, "2027-02-22")); /* three months, then a Sunday */
    assert_true(str_is(v.form.content, "Proszę o umowy na odśnieżanie z 2026 roku."));
    struct buf letter CLEANUP(buf_free) = BUF_INIT(1u << 20);
    must(request_letter(&v, 1, &letter, &e)); /* what was filed stays what it was */
    request_doctor_finds_nothing(r);
}

static void test_what_a_verb_does_not_use_is_refused(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_act act = sound_act(REQUEST_DO_ASSIGN, REQUEST_FOI, REQUEST_FILED, f.received);
    act.grosze = 100;
    refused(r, &f, &act, ERR_INVALID);
    act.grosze = 0;
    act.unit = STR("");
    refused(r, &f, &act, ERR_INVALID);
    act = sound_act(REQUEST_DO_ANSWER, REQUEST_FOI, REQUEST_FILED, f.received);
    act.outcome = REQUEST_OUT_REFUSED;
    refused(r, &f, &act, ERR_INVALID);
    act = sound_act(REQUEST_DO_ASSIGN, REQUEST_FOI, REQUEST_FILED, f.received);
    act.at = f.received - 1;
    refused(r, &f, &act, ERR_INVALID);
    struct request_done done;
    struct id nobody;
    id_random(&nobody);
    act.at = f.received;
    must_fail(request_do(r->d, &nobody, &act, NULL, r->ar, &done, NULL, &e), ERR_NOT_FOUND);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_a_supplement_brings_words_and_files),
        T(test_the_way_of_answer_can_be_changed),
        T(test_withdrawal_ends_it),
        T(test_a_double_click_acts_once),
        T(test_a_used_key_swallows_nothing),
        T(test_who_read_an_older_state_is_told),
        T(test_an_extension_is_told_in_time_once_and_to_the_strict_end),
        T(test_a_fee_delays_by_fourteen_days_and_never_blocks),
        T(test_the_choice_after_a_fee_notice),
        T(test_a_call_does_not_stop_the_clock),
        T(test_a_term_begins_with_service_only),
        T(test_an_unclear_request_is_never_left),
        T(test_silence_on_an_offer_is_withdrawal),
        T(test_a_night_counts_the_terms),
        T(test_after_an_objection_a_decision_follows_in_time),
        T(test_remedies_belong_to_their_kind),
        T(test_silence_by_kind),
        T(test_another_kind_is_another_term_from_the_same_day),
        T(test_what_a_verb_does_not_use_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
