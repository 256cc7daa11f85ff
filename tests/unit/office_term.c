/* The vectors of law/requests.md §3 and the properties of a rolled term. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "office.h"

static struct day on(const char *text)
{
    struct day d;
    assert_true(day_parse(str_of(text), &d));
    return d;
}

struct vector {
    const char *start;
    enum term_unit unit;
    unsigned amount;
    const char *raw, *end;
    size_t skipped;
};

static const struct vector vectors[] = {
    {"2026-12-10", TERM_DAYS, 14, "2026-12-24", "2026-12-28", 4},
    {"2024-12-10", TERM_DAYS, 14, "2024-12-24", "2024-12-24", 0},
    {"2026-05-21", TERM_DAYS, 14, "2026-06-04", "2026-06-05", 1},
    {"2026-10-28", TERM_DAYS, 14, "2026-11-11", "2026-11-12", 1},
    {"2026-11-07", TERM_DAYS, 14, "2026-11-21", "2026-11-23", 2},
    {"2026-03-23", TERM_DAYS, 14, "2026-04-06", "2026-04-07", 1},
    {"2026-04-20", TERM_DAYS, 14, "2026-05-04", "2026-05-04", 0},
    {"2026-12-23", TERM_DAYS, 14, "2027-01-06", "2027-01-07", 1},
    {"2026-12-18", TERM_DAYS, 7, "2026-12-25", "2026-12-28", 3},
    {"2025-12-31", TERM_MONTHS, 2, "2026-02-28", "2026-03-02", 2},
    {"2026-01-31", TERM_MONTHS, 1, "2026-02-28", "2026-03-02", 2},
    {"2024-01-31", TERM_MONTHS, 1, "2024-02-29", "2024-02-29", 0},
    {"2026-09-15", TERM_MONTHS, 2, "2026-11-15", "2026-11-16", 1},
    {"2026-10-24", TERM_MONTHS, 2, "2026-12-24", "2026-12-28", 4},
    {"2024-02-29", TERM_YEARS, 1, "2025-02-28", "2025-02-28", 0},
    {"2026-11-20", TERM_WEEKS, 2, "2026-12-04", "2026-12-04", 0},
};

static int load(void **state)
{
    struct err e = ERR_INIT;
    return holidays_builtin((struct holidays **)state, &e) ? 0 : -1;
}

static int unload(void **state)
{
    holidays_free((struct holidays **)state);
    return 0;
}

static void test_vectors(void **state)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct term t;
        struct err e = ERR_INIT;
        char raw[DAY_TEXT_SIZE], end[DAY_TEXT_SIZE];
        assert_true(term_compute(*state, on(v->start), v->unit, v->amount, true, LANG_PL, &t, &e));
        day_text(t.raw, raw);
        day_text(t.end, end);
        assert_string_equal(raw, v->raw);
        assert_string_equal(end, v->end);
        assert_int_equal(t.skipped_count, v->skipped);
    }
}

static void test_every_skipped_day_is_named(void **state)
{
    struct term t;
    struct err e = ERR_INIT;
    assert_true(term_compute(*state, on("2026-12-10"), TERM_DAYS, 14, true, LANG_EN, &t, &e));
    assert_int_equal(t.skipped[0].date.n, t.raw.n);
    assert_true(str_is(t.skipped[0].why, "Christmas Eve"));
    assert_true(str_is(t.skipped[3].why, "Sunday"));
    assert_true(term_compute(*state, on("2026-12-10"), TERM_DAYS, 14, true, LANG_PL, &t, &e));
    assert_true(str_is(t.skipped[0].why, "Wigilia Bożego Narodzenia"));
}

static void test_a_fiction_of_service_does_not_roll(void **state)
{
    struct term t;
    struct err e = ERR_INIT;
    assert_true(term_compute(*state, on("2026-11-07"), TERM_DAYS, 14, false, LANG_PL, &t, &e));
    assert_int_equal(t.end.n, on("2026-11-21").n);
    assert_int_equal(t.skipped_count, 0);
}

static void test_the_end_is_a_working_day_and_not_before_the_raw_one(void **state)
{
    struct day d = on("1990-01-01");
    for (int i = 0; i < 40000; i++, d = day_add(d, 1)) {
        struct term t;
        struct err e = ERR_INIT;
        struct str why;
        assert_true(term_compute(*state, d, TERM_DAYS, 14, true, LANG_PL, &t, &e));
        assert_int_equal(t.raw.n, d.n + 14);
        assert_int_equal(t.end.n - t.raw.n, t.skipped_count);
        assert_false(holiday_name(*state, t.end, LANG_PL, &why));
        assert_true(t.skipped_count <= 5);
    }
}

static void test_what_is_refused(void **state)
{
    struct term t;
    struct err e = ERR_INIT;
    assert_false(term_compute(*state, on("2026-01-01"), TERM_DAYS, 0, true, LANG_EN, &t, &e));
    assert_string_equal(e.field, "amount");
    assert_false(term_compute(*state, on("2026-01-01"), TERM_YEARS, 101, true, LANG_EN, &t, &e));
    assert_false(term_compute(*state, DAY_NONE, TERM_DAYS, 1, true, LANG_EN, &t, &e));
    assert_string_equal(e.field, "start");
    assert_false(term_compute(*state, on("2299-12-25"), TERM_DAYS, 14, true, LANG_EN, &t, &e));
}

static void test_a_line_that_is_not_understood_is_an_error(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "01-01\t\t\tNowy Rok\tNew Year\n", /* five columns */
        "13-01\t\t\tx\ty\tz\n",            /* no such month */
        "easter+x\t\t\tx\ty\tz\n",
        "01-01\t11\t\tx\ty\tz\n", /* year */
        "01-01\t\t\t\ty\tz\n",    /* no name */
        "# only a comment\n",
        "",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct holidays *h = NULL;
        struct err e = ERR_INIT;
        assert_false(holidays_parse(str_of(bad[i]), &h, &e));
        assert_int_equal(e.code, ERR_INVALID);
        assert_null(h);
    }
}

static void test_holidays_have_years_of_validity(void **state)
{
    struct str why;
    assert_true(holiday_name(*state, on("2025-12-24"), LANG_PL, &why));
    assert_false(holiday_name(*state, on("2024-12-24"), LANG_PL, &why));
    assert_true(holiday_name(*state, on("2011-01-06"), LANG_PL, &why));
    assert_false(holiday_name(*state, on("2010-01-06"), LANG_PL, &why));
    assert_true(holiday_name(*state, on("2018-11-12"), LANG_PL, &why));
    assert_false(holiday_name(*state, on("2019-11-12"), LANG_PL, &why));
    assert_false(holiday_name(*state, on("2026-05-02"), LANG_PL, &why) && !str_is(why, "sobota") &&
                 !str_is(why, "Saturday"));
    assert_false(holiday_name(*state, on("2026-04-03"), LANG_PL, &why)); /* Good Friday */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_every_skipped_day_is_named),
        cmocka_unit_test(test_a_fiction_of_service_does_not_roll),
        cmocka_unit_test(test_the_end_is_a_working_day_and_not_before_the_raw_one),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_a_line_that_is_not_understood_is_an_error),
        cmocka_unit_test(test_holidays_have_years_of_validity),
    };
    return cmocka_run_group_tests_name("office_term", tests, load, unload);
}
