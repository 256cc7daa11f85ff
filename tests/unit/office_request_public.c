/* What everybody may read beside the lines of the register: published answers, figures of endings, the last changes;
 * and that nothing personal gets there by a slip. */
#include "request_acts.h"

#include "archive/office/request_internal.h"

static const uint64_t second_file[] = {2};

/* A sound request of somebody with a name and an address; its answer has one file, number 2, its own file is number 1.
 */
static struct request_filed answered(struct request_case *r, const char *subject)
{
    struct request_form form = sound_form(REQUEST_FOI);
    char token[DRAFT_TOKEN_SIZE], office[DRAFT_TOKEN_SIZE];
    form.name = STR("Żaneta Brzęczyszczykiewicz-Zięba");
    form.email = STR("zaneta.b@example.pl");
    form.street = STR("Polna 3/14");
    draft_new(token);
    draft_new(office);
    attach(r, token, "skan.pdf", (struct bytes){(const uint8_t *)"%PDF-1.7 pytanie", 16});
    struct request_filed f = file_form(r, &form, token, NULL);
    attach(r, office, "dla-zanety.pdf", (struct bytes){(const uint8_t *)"%PDF-1.7 odpowiedz", 18});
    struct request_act act = sound_act(REQUEST_DO_ANSWER, REQUEST_FOI, REQUEST_FILED, f.received);
    act.draft = str_of(office);
    act_now(r, &f, &act);
    act = sound_act(REQUEST_DO_SUBJECT, REQUEST_FOI, REQUEST_ANSWERED, f.received);
    act.subject = str_of(subject);
    act_now(r, &f, &act);
    return f;
}

static struct request_act publishing(const struct request_filed *f)
{
    struct request_act act = sound_act(REQUEST_DO_PUBLISH, REQUEST_FOI, REQUEST_ANSWERED, f->received);
    act.subject = STR("");
    act.text = STR("Gmina zawarła trzy umowy.");
    act.publish = second_file;
    act.publish_count = 1;
    return act;
}

static void refused(struct request_case *r, const struct request_filed *f, const struct request_act *act,
                    enum err_code code)
{
    struct request_done done;
    must_fail(request_do(r->d, &f->id, act, &case_clerk, r->ar, &done, NULL, &e), code);
}

static size_t answers(struct request_case *r, const char *words, struct request_answer **list)
{
    const struct answer_filter f = {.words = str_of(words), .limit = 50};
    struct str next;
    size_t n;
    must(request_answers(r->d, &f, r->ar, list, &n, &next, &e));
    assert_int_equal(next.n, 0);
    return n;
}

static void test_what_names_the_requester_is_not_published(void **state)
{
    static const char *const slips[] = {
        "Wniosek Żanety Brzęczyszczykiewicz", "Skarga p. ZIĘBY",   "zaneta.B@example.pl",
        "Dom przy Polnej, Polna 3/14",        "PESEL 02810112346", "sprawa Zięba"};
    static const char *const sound[] = {"Remont ulicy Polnej", "Nowe drzewa", "Ulica Żanety", "Numer 02810112347"};
    struct request_case *r = *state;
    struct request_filed f = answered(r, "Umowy na odśnieżanie");
    for (size_t i = 0; i < COUNT_OF(slips); i++) {
        struct request_act act = sound_act(REQUEST_DO_SUBJECT, REQUEST_FOI, REQUEST_ANSWERED, f.received);
        act.subject = str_of(slips[i]);
        refused(r, &f, &act, ERR_INVALID);
        act = publishing(&f);
        act.text = str_of(slips[i]);
        refused(r, &f, &act, ERR_INVALID);
    }
    for (size_t i = 0; i < COUNT_OF(sound); i++) {
        struct request_act act = sound_act(REQUEST_DO_SUBJECT, REQUEST_FOI, REQUEST_ANSWERED, f.received);
        act.subject = str_of(sound[i]);
        act_now(r, &f, &act);
    }
}

static void test_only_an_answer_with_a_subject_and_released_files_is_published(void **state)
{
    static const uint64_t own_file[] = {1}, no_file[] = {3};
    struct request_case *r = *state;
    struct request_filed open = file_kind(r, REQUEST_FOI), bare = request_in(r, REQUEST_FOI, REQUEST_ANSWERED),
                         left = file_kind(r, REQUEST_FOI), f = answered(r, "Umowy na odśnieżanie");
    struct request_act act = publishing(&open);
    act.publish_count = 0;
    refused(r, &open, &act, ERR_STATE);
    refused(r, &bare, &act, ERR_INVALID); /* no subject */
    do_verb(r, &left, REQUEST_DO_WITHDRAW, REQUEST_FOI, REQUEST_FILED);
    do_verb(r, &left, REQUEST_DO_CLOSE, REQUEST_FOI, REQUEST_WITHDRAWN);
    act.subject = STR("Umowy");
    refused(r, &left, &act, ERR_STATE); /* nothing was disclosed */
    act = publishing(&f);
    act.publish = own_file;
    refused(r, &f, &act, ERR_INVALID);
    act.publish = no_file;
    refused(r, &f, &act, ERR_INVALID);
    act.publish_count = 0;
    act.text = STR("");
    refused(r, &f, &act, ERR_INVALID);
    act = sound_act(REQUEST_DO_UNPUBLISH, REQUEST_FOI, REQUEST_ANSWERED, f.received);
    refused(r, &f, &act, ERR_STATE);
    struct request_answer *list;
    assert_int_equal(answers(r, "", &list), 0);
}

static void test_a_published_answer_is_found_until_it_is_taken_back(void **state)
{
    struct request_case *r = *state;
    struct request_filed a = answered(r, "Umowy na odśnieżanie"), b = answered(r, "Budowa basenu");
    struct request_answer *list, one;
    struct request_attachment file;
    struct request_act act = publishing(&a);
    act_now(r, &a, &act);
    act = publishing(&b);
    act.at += 60;
    act_now(r, &b, &act);
    assert_int_equal(answers(r, "", &list), 2);
    assert_string_equal(list[0].number, b.number); /* newest first */
    assert_int_equal(list[0].file_count, 1);
    assert_int_equal(list[0].files[0].seq, 2);
    assert_int_equal(answers(r, "basen", &list), 1);
    assert_int_equal(answers(r, "trzy umowy", &list), 2);
    assert_int_equal(answers(r, "trzy baseny", &list), 1);
    assert_int_equal(answers(r, "Zięba", &list), 0);
    must(request_answer_file(r->d, str_of(a.number), 2, r->ar, &file, &e));
    assert_int_equal(file.size, 18);
    assert_int_equal(file.name.n, 0);
    must_fail(request_answer_file(r->d, str_of(a.number), 1, r->ar, &file, &e), ERR_NOT_FOUND);
    size_t n;
    must(request_answers_similar(r->d, STR("Proszę o umowy na odśnieżanie dróg"), r->ar, 5, &list, &n, &e));
    assert_int_equal(n, 1);
    request_doctor_finds_nothing(r);
    act = sound_act(REQUEST_DO_SUBJECT, REQUEST_FOI, REQUEST_ANSWERED, b.received);
    act.subject = STR("Budowa pływalni");
    act_now(r, &b, &act); /* a corrected subject is the answer's, too */
    assert_int_equal(answers(r, "basen", &list), 0);
    assert_int_equal(answers(r, "pływalnia", &list), 1);
    act = sound_act(REQUEST_DO_UNPUBLISH, REQUEST_FOI, REQUEST_ANSWERED, a.received);
    act_now(r, &a, &act);
    assert_int_equal(answers(r, "", &list), 1);
    must_fail(request_answer_get(r->d, str_of(a.number), r->ar, &one, &e), ERR_NOT_FOUND);
    must_fail(request_answer_file(r->d, str_of(a.number), 2, r->ar, &file, &e), ERR_NOT_FOUND);
    request_doctor_finds_nothing(r);
}

static void test_endings_are_counted_and_late_is_said_of_the_office_only(void **state)
{
    struct request_case *r = *state;
    struct request_filed soon = file_kind(r, REQUEST_FOI), late = file_kind(r, REQUEST_FOI),
                         gone = file_kind(r, REQUEST_FOI);
    struct request_act act = sound_act(REQUEST_DO_ANSWER, REQUEST_FOI, REQUEST_FILED, r->c->now);
    struct request_ending *list;
    size_t n;
    act_now(r, &soon, &act);
    act.at = r->c->now + 20 * DAY_SECONDS;
    act_now(r, &late, &act);
    act = sound_act(REQUEST_DO_WITHDRAW, REQUEST_FOI, REQUEST_FILED, r->c->now);
    act.at = r->c->now + 20 * DAY_SECONDS;
    act_now(r, &gone, &act);
    must(request_endings(r->d, 2026, 2026, r->ar, &list, &n, &e));
    assert_int_equal(n, 3);
    assert_int_equal(list[0].pace, REQUEST_PACE_3);
    assert_false(list[0].late);
    assert_int_equal(list[1].outcome, REQUEST_DISCLOSED);
    assert_int_equal(list[1].pace, REQUEST_PACE_30);
    assert_true(list[1].late);
    assert_int_equal(list[2].outcome, REQUEST_OUT_WITHDRAWN);
    assert_false(list[2].late);
    do_verb(r, &late, REQUEST_DO_REOPEN, REQUEST_FOI, REQUEST_ANSWERED);
    must(request_endings(r->d, 2026, 2026, r->ar, &list, &n, &e));
    assert_int_equal(n, 2);
    must(request_endings(r->d, 2027, 2030, r->ar, &list, &n, &e));
    assert_int_equal(n, 0);
    request_doctor_finds_nothing(r);
}

static void test_the_last_change_is_one_that_the_register_shows(void **state)
{
    struct request_case *r = *state;
    struct request_filed a = file_kind(r, REQUEST_FOI), b;
    struct request_change *list;
    size_t n;
    r->c->now += 10;
    b = file_kind(r, REQUEST_FOI);
    struct request_act act = sound_act(REQUEST_DO_SUPPLEMENT, REQUEST_FOI, REQUEST_FILED, a.received);
    act_now(r, &a, &act); /* nobody but the two of them learns of it */
    must(request_changes(r->d, 50, r->ar, &list, &n, &e));
    assert_int_equal(n, 2);
    assert_string_equal(list[0].line.number, b.number);
    act = sound_act(REQUEST_DO_ASSIGN, REQUEST_FOI, REQUEST_FILED, a.received);
    act_now(r, &a, &act);
    must(request_changes(r->d, 1, r->ar, &list, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(list[0].line.number, a.number);
    assert_true(list[0].at == act.at);
}

/* ---------------------------------------------------------------- planted damage */

struct damage {
    struct request_case *r;
    const struct request_filed *f;
    unsigned what;
};

static bool plant(struct txn *t, void *ctx, struct err *e)
{
    struct damage *d = ctx;
    struct request_head h;
    struct bytes none = {NULL, 0};
    if (!head_get(t, &d->f->id, d->r->ar, &h, e)) {
        return false;
    }
    struct rq_key shown = rq_shown(&h), answer = rq_answer(&h), ended = rq_ended(&h), word;
    h.seq += 100;
    word = rq_answer(&h);
    word.b[0] = 'p';
    switch (d->what) {
        case 0:
            return store_delete(t, T_REQUEST_INDEX, rq_bytes(&shown), e);
        case 1:
            return store_delete(t, T_REQUEST_INDEX, rq_bytes(&answer), e);
        case 2:
            return index_u64_put(t, ended, 7, e);
        default:
            return store_put(t, T_REQUEST_INDEX, rq_bytes(&word), none, e);
    }
}

static void count_finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    unsigned *n = ctx;
    assert_true(strlen(place) > 0 && strlen(wrong) > 0 && strlen(mend) > 0);
    ++*n;
}

static void test_every_planted_damage_is_told(void **state)
{
    (void)state;
    for (unsigned what = 0; what < 4; what++) {
        struct request_case *r = request_case_make();
        struct request_filed f = answered(r, "Umowy na odśnieżanie");
        struct request_act act = publishing(&f);
        struct damage d = {.r = r, .f = &f, .what = what};
        unsigned found = 0;
        uint64_t checked;
        act_now(r, &f, &act);
        request_doctor_finds_nothing(r);
        must(store_write(archive_store(r->c->a), plant, &d, &e));
        must(request_doctor(r->d, count_finding, &found, &checked, &e));
        if (found == 0) {
            fail_msg("damage %u is not found", what);
        }
        request_case_end(r);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_what_names_the_requester_is_not_published),
        T(test_only_an_answer_with_a_subject_and_released_files_is_published),
        T(test_a_published_answer_is_found_until_it_is_taken_back),
        T(test_endings_are_counted_and_late_is_said_of_the_office_only),
        T(test_the_last_change_is_one_that_the_register_shows),
        cmocka_unit_test(test_every_planted_damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
