/* Civil days and instants: known dates, edges, Polish time. */
#include "testing.h"

static struct day day(const char *text)
{
    struct day d = DAY_NONE;
    if (!day_parse(str_of(text), &d)) {
        fail_msg("%s is no day", text);
    }
    return d;
}

static void known_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t n;
        int weekday;
    } known[] = {{"1970-01-01", 0, 4},     {"1969-12-31", -1, 3},     {"2000-02-29", 11016, 2},
                 {"2026-11-21", 20778, 6}, {"1800-01-01", -62091, 3}, {"2299-12-31", 120529, 7},
                 {"1900-03-01", -25508, 4}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct day d = day(known[i].text);
        char text[DAY_TEXT_SIZE];
        assert_int_equal(d.n, known[i].n);
        assert_int_equal(day_weekday(d), known[i].weekday);
        day_text(d, text);
        assert_string_equal(text, known[i].text);
    }
}

static void dates_that_do_not_exist(void **state)
{
    (void)state;
    static const char *const bad[] = {"2026-02-29", "1900-02-29", "2100-02-29", "2026-13-01", "2026-00-01",
                                      "2026-01-00", "2026-01-32", "2026-04-31", "1799-12-31", "2300-01-01",
                                      "2026-1-01",  "2026-01-1",  "26-01-01",   "2026/01/01", "2026-01-01 ",
                                      " 2026-01-0", "2026-01-0x", "+026-01-01", "",           "0000-00-00"};
    struct day d = {5};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(day_parse(str_of(bad[i]), &d));
    }
    assert_false(day_make(INT32_MAX, 1, 1, &d));
    assert_false(day_make(2026, INT32_MIN, 1, &d));
    assert_int_equal(d.n, 5);
}

static void none_stays_none(void **state)
{
    (void)state;
    struct day out = {5};
    char text[DAY_TEXT_SIZE];
    assert_true(day_is_none(DAY_NONE));
    assert_true(day_is_none(day_add(DAY_NONE, 5)));
    assert_true(day_is_none(day_add(DAY_NONE, INT32_MAX)));
    assert_true(day_is_none(day_add(day("2299-12-31"), 1)));
    assert_true(day_is_none(day_add(day("1800-01-01"), -1)));
    assert_true(day_is_none(day_add(day("2026-01-01"), INT32_MAX)));
    assert_true(day_is_none(day_add(day("2026-01-01"), INT32_MIN)));
    assert_false(day_add_months(DAY_NONE, 1, &out));
    assert_false(day_add_years(DAY_NONE, 1, &out));
    assert_int_equal(out.n, 5);
    assert_int_equal(day_year(DAY_NONE), 0);
    assert_int_equal(day_weekday(DAY_NONE), 0);
    day_text(DAY_NONE, text);
    assert_string_equal(text, "");
}

static void months_follow_k_03(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int months;
        const char *to;
    } cases[] = {{"2025-12-31", 2, "2026-02-28"},   {"2026-01-31", 1, "2026-02-28"},  {"2024-01-31", 1, "2024-02-29"},
                 {"2026-09-15", 2, "2026-11-15"},   {"2026-10-24", 2, "2026-12-24"},  {"2026-03-31", -1, "2026-02-28"},
                 {"2026-01-15", -13, "2024-12-15"}, {"2024-02-29", 12, "2025-02-28"}, {"2026-05-31", 0, "2026-05-31"},
                 {"1800-01-01", 5999, "2299-12-01"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct day d;
        assert_true(day_add_months(day(cases[i].from), cases[i].months, &d));
        assert_int_equal(d.n, day(cases[i].to).n);
    }
    struct day d;
    assert_false(day_add_months(day("2299-12-01"), 1, &d));
    assert_false(day_add_months(day("1800-01-31"), -1, &d));
    assert_false(day_add_months(day("2026-01-01"), INT32_MAX, &d));
    assert_false(day_add_months(day("2026-01-01"), INT32_MIN, &d));
}

static void years_follow_k_04(void **state)
{
    (void)state;
    struct day d;
    assert_true(day_add_years(day("2024-02-29"), 1, &d));
    assert_int_equal(d.n, day("2025-02-28").n);
    assert_true(day_add_years(day("2024-02-29"), 4, &d));
    assert_int_equal(d.n, day("2028-02-29").n);
    assert_true(day_add_years(day("2000-02-29"), 100, &d));
    assert_int_equal(d.n, day("2100-02-28").n);
    assert_true(day_add_years(day("2026-06-30"), -10, &d));
    assert_int_equal(d.n, day("2016-06-30").n);
    assert_false(day_add_years(day("2290-01-01"), 10, &d));
    assert_false(day_add_years(day("2290-01-01"), INT32_MAX, &d));
    assert_false(day_add_years(day("2290-01-01"), INT32_MIN, &d));
}

static void easter_sundays(void **state)
{
    (void)state;
    static const char *const sundays[] = {"1954-04-18", "1981-04-19", "2024-03-31", "2025-04-20", "2026-04-05",
                                          "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2038-04-25",
                                          "2049-04-18", "2076-04-19", "2285-03-22"};
    for (size_t i = 0; i < COUNT_OF(sundays); i++) {
        assert_int_equal(day_easter(day_year(day(sundays[i]))).n, day(sundays[i]).n);
    }
    for (int year = 1800; year <= 2299; year++) {
        assert_int_equal(day_weekday(day_easter(year)), 7);
    }
    assert_true(day_is_none(day_easter(1799)));
    assert_true(day_is_none(day_easter(2300)));
}

static void instants_have_one_text(void **state)
{
    (void)state;
    instant t = 0;
    char text[INSTANT_TEXT_SIZE];
    assert_true(instant_parse(STR("2026-11-21T19:05:17Z"), &t));
    assert_true(t == 1795287917);
    instant_text(t, text);
    assert_string_equal(text, "2026-11-21T19:05:17Z");
    instant_text(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
    static const instant outside[] = {INT64_MIN, INT64_MAX, -5364662401, 10413792000};
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        instant_text(outside[i], text);
        assert_string_equal(text, "");
        assert_true(day_is_none(warsaw_day(outside[i])));
    }
    static const char *const bad[] = {"2026-11-21T19:05:17",
                                      "2026-11-21 19:05:17Z",
                                      "2026-11-21T24:00:00Z",
                                      "2026-11-21T19:60:00Z",
                                      "2026-11-21T19:05:60Z",
                                      "2026-11-21t19:05:17z",
                                      "2026-02-30T19:05:17Z",
                                      "2026-11-21T19:05:1 Z",
                                      "2026-11-21T19:05:17ZZ",
                                      "2026-11-21T19:05:17X",
                                      ""};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(instant_parse(str_of(bad[i]), &t));
    }
}

static void polish_time(void **state)
{
    (void)state;
    static const struct {
        const char *utc, *day;
        int hour, minute, second;
    } cases[] = {
        {"2026-03-29T00:59:59Z", "2026-03-29", 1, 59, 59},  {"2026-03-29T01:00:00Z", "2026-03-29", 3, 0, 0},
        {"2026-10-25T00:59:59Z", "2026-10-25", 2, 59, 59},  {"2026-10-25T01:00:00Z", "2026-10-25", 2, 0, 0},
        {"2026-11-21T22:59:59Z", "2026-11-21", 23, 59, 59}, {"2026-11-21T23:00:00Z", "2026-11-22", 0, 0, 0},
        {"2026-06-30T22:00:00Z", "2026-07-01", 0, 0, 0},    {"2026-06-30T21:59:59Z", "2026-06-30", 23, 59, 59},
        {"2026-12-31T23:00:00Z", "2027-01-01", 0, 0, 0},    {"2024-03-31T01:00:00Z", "2024-03-31", 3, 0, 0},
        {"2027-10-31T00:59:59Z", "2027-10-31", 2, 59, 59},  {"2027-10-31T01:00:00Z", "2027-10-31", 2, 0, 0},
        {"1969-07-20T22:30:00Z", "1969-07-21", 0, 30, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        instant t;
        struct day d;
        int hour, minute, second;
        assert_true(instant_parse(str_of(cases[i].utc), &t));
        warsaw_clock(t, &d, &hour, &minute, &second);
        assert_int_equal(d.n, day(cases[i].day).n);
        assert_int_equal(hour, cases[i].hour);
        assert_int_equal(minute, cases[i].minute);
        assert_int_equal(second, cases[i].second);
        assert_int_equal(warsaw_day(t).n, d.n);
    }
}

static void skipped_hours_are_refused(void **state)
{
    (void)state;
    instant t;
    assert_false(warsaw_instant(day("2026-03-29"), 2, 0, &t));
    assert_false(warsaw_instant(day("2026-03-29"), 2, 59, &t));
    assert_true(warsaw_instant(day("2026-03-29"), 3, 0, &t) && warsaw_day(t).n == day("2026-03-29").n);
}

static instant fixed(void *ctx)
{
    return *(instant *)ctx;
}

static void clocks_are_arguments(void **state)
{
    (void)state;
    instant then = 1234;
    struct clock c = {fixed, &then};
    assert_true(clock_now(&c) == 1234);
    assert_true(clock_now(&clock_system) > 1700000000);
    uint64_t a = monotonic_ns(), b = monotonic_ns();
    assert_true(b >= a && a > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),
        cmocka_unit_test(dates_that_do_not_exist),
        cmocka_unit_test(none_stays_none),
        cmocka_unit_test(months_follow_k_03),
        cmocka_unit_test(years_follow_k_04),
        cmocka_unit_test(easter_sundays),
        cmocka_unit_test(instants_have_one_text),
        cmocka_unit_test(polish_time),
        cmocka_unit_test(skipped_hours_are_refused),
        cmocka_unit_test(clocks_are_arguments),
    };
    return cmocka_run_group_tests_name("base_day", tests, NULL, NULL);
}
