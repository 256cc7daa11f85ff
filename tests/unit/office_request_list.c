/* The public register: newest first, every filter, pages that neither lose nor repeat a line, and nothing personal. */
#include "request_case.h"

static void approve(struct request_case *r, const struct request_filed *f, const char *subject)
{
    struct request_done done;
    const struct request_act act = {.verb = REQUEST_DO_SUBJECT,
                                    .role = REQUEST_OFFICE,
                                    .at = r->c->now,
                                    .until = DAY_NONE,
                                    .served = DAY_NONE,
                                    .subject = str_of(subject)};
    must(request_do(r->d, &f->id, &act, &case_clerk, r->ar, &done, NULL, &e));
}

static void withdraw(struct request_case *r, const struct request_filed *f)
{
    struct request_done done;
    const struct request_act act = {
        .verb = REQUEST_DO_WITHDRAW, .role = REQUEST_CITIZEN, .at = r->c->now, .until = DAY_NONE, .served = DAY_NONE};
    must(request_do(r->d, &f->id, &act, NULL, r->ar, &done, NULL, &e));
}

static size_t pages(struct request_case *r, struct request_filter f, char numbers[][REQUEST_NUMBER_SIZE], size_t most)
{
    size_t total = 0;
    do {
        struct request_public *rows;
        struct str next;
        size_t n;
        must(request_list(r->d, &f, r->ar, &rows, &n, &next, &e));
        assert_true(n <= f.limit);
        for (size_t i = 0; i < n && total < most; i++) {
            memcpy(numbers[total++], rows[i].number, REQUEST_NUMBER_SIZE);
        }
        f.after = next;
    } while (f.after.n > 0);
    return total;
}

static void expect(struct request_case *r, struct request_filter f, const char *const *want, size_t n)
{
    char numbers[40][REQUEST_NUMBER_SIZE];
    for (f.limit = 1; f.limit < 5; f.limit++) {
        assert_int_equal(pages(r, f, numbers, 40), n);
        for (size_t i = 0; i < n; i++) {
            assert_string_equal(numbers[i], want[i]);
        }
    }
}
#define EXPECT(filter, ...)                                                                                            \
    do {                                                                                                               \
        const char *const want[] = {__VA_ARGS__};                                                                      \
        expect(r, filter, want, COUNT_OF(want));                                                                       \
    } while (0)
#define FILTER(...) ((struct request_filter){.from = DAY_NONE, .until = DAY_NONE, __VA_ARGS__})

static void test_newest_first_and_every_filter(void **state)
{
    struct request_case *r = *state;
    struct request_filed a = file_kind(r, REQUEST_FOI);
    r->c->now += 86400;
    file_kind(r, REQUEST_REUSE);
    struct request_filed c = file_kind(r, REQUEST_FOI);
    r->c->now += 86400;
    struct request_filed d = file_kind(r, REQUEST_PETITION);
    withdraw(r, &c);
    approve(r, &a, "Umowy na odśnieżanie dróg");
    approve(r, &d, "Odśnieżanie chodników przy szkole");
    EXPECT(FILTER(.kind = 0), "2026-000004", "2026-000003", "2026-000002", "2026-000001");
    EXPECT(FILTER(.kind = REQUEST_FOI), "2026-000003", "2026-000001");
    EXPECT(FILTER(.state = REQUEST_FILED), "2026-000004", "2026-000002", "2026-000001");
    EXPECT(FILTER(.kind = REQUEST_FOI, .state = REQUEST_WITHDRAWN), "2026-000003");
    EXPECT(FILTER(.words = STR("odśnieżania")), "2026-000004", "2026-000001");
    EXPECT(FILTER(.words = STR("ODSNIEZANIE drogi")), "2026-000001");
    EXPECT(FILTER(.words = STR("odśnieżanie"), .kind = REQUEST_PETITION), "2026-000004");
    struct request_filter day = FILTER(.kind = 0);
    day.from = day.until = case_day("2026-11-22");
    EXPECT(day, "2026-000003", "2026-000002");
    day.until = case_day("2026-11-23");
    EXPECT(day, "2026-000004", "2026-000003", "2026-000002");
    expect(r, FILTER(.words = STR("basen")), NULL, 0);
    expect(r, FILTER(.state = REQUEST_CLOSED), NULL, 0);
    request_doctor_finds_nothing(r);
}

static void test_a_line_shows_what_the_public_may_know(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_public *rows;
    struct str next;
    size_t n;
    const struct request_filter all = FILTER(.limit = 50);
    must(request_list(r->d, &all, r->ar, &rows, &n, &next, &e));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].subject.n, 0); /* what was asked is a private letter until a person approves a subject */
    assert_int_equal(rows[0].due.n, case_day("2026-12-07").n);
    assert_true(day_is_none(rows[0].ended));
    approve(r, &f, "Umowy na odśnieżanie");
    r->c->now += 3 * 86400;
    withdraw(r, &f);
    must(request_list(r->d, &all, r->ar, &rows, &n, &next, &e));
    assert_int_equal(n, 1);
    assert_true(str_is(rows[0].subject, "Umowy na odśnieżanie"));
    assert_int_equal(rows[0].state, REQUEST_WITHDRAWN);
    assert_int_equal(rows[0].outcome, REQUEST_OUT_WITHDRAWN);
    assert_int_equal(rows[0].ended.n, case_day("2026-11-24").n);
}

static void test_a_corrected_subject_is_found_by_its_new_words_only(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    approve(r, &f, "Basen miejski");
    approve(r, &f, "Budowa pływalni");
    EXPECT(FILTER(.words = STR("pływalnia")), "2026-000001");
    expect(r, FILTER(.words = STR("basen")), NULL, 0);
    request_doctor_finds_nothing(r);
}

static void test_figures_follow_every_change(void **state)
{
    struct request_case *r = *state;
    struct request_filed a = file_kind(r, REQUEST_FOI);
    file_kind(r, REQUEST_FOI);
    r->c->now += 40 * 86400; /* 31 December */
    file_kind(r, REQUEST_REUSE);
    withdraw(r, &a);
    struct request_count *list;
    size_t n;
    must(request_counts(r->d, 2026, 2026, r->ar, &list, &n, &e));
    assert_int_equal(n, 3);
    assert_int_equal(list[0].month, 11);
    assert_int_equal(list[0].state, REQUEST_FILED);
    assert_int_equal(list[0].requests, 1);
    assert_int_equal(list[1].state, REQUEST_WITHDRAWN);
    assert_int_equal(list[2].month, 12);
    assert_int_equal(list[2].kind, REQUEST_REUSE);
    must(request_counts(r->d, 2027, 2030, r->ar, &list, &n, &e));
    assert_int_equal(n, 0);
}

static void test_a_strange_cursor_is_refused(void **state)
{
    struct request_case *r = *state;
    struct request_public *rows;
    struct str next;
    size_t n;
    struct request_filter f = FILTER(.limit = 50, .after = STR("zzz"));
    must_fail(request_list(r->d, &f, r->ar, &rows, &n, &next, &e), ERR_INVALID);
    f.after = STR("");
    f.limit = 0;
    must_fail(request_list(r->d, &f, r->ar, &rows, &n, &next, &e), ERR_INVALID);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_newest_first_and_every_filter),
        T(test_a_line_shows_what_the_public_may_know),
        T(test_a_corrected_subject_is_found_by_its_new_words_only),
        T(test_figures_follow_every_change),
        T(test_a_strange_cursor_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
