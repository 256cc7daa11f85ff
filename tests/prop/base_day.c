/* Every day from 1800 to 2299, walked one by one with nothing but the lengths of months. */
#include "testing.h"

#include "chance.h"

static bool naive_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int naive_length(int year, int month)
{
    if (month == 2) {
        return naive_leap(year) ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void walk_of_all_days(void **state)
{
    (void)state;
    int year = 1800, month = 1, day = 1, weekday = 3;
    struct day expected = {-62091};
    size_t count = 0;
    while (year < 2300) {
        struct day d, parsed;
        int y, m, dd;
        char text[DAY_TEXT_SIZE], naive[40];
        assert_true(day_make(year, month, day, &d));
        assert_int_equal(d.n, expected.n);
        day_split(d, &y, &m, &dd);
        assert_true(y == year && m == month && dd == day);
        assert_int_equal(day_weekday(d), weekday);
        day_text(d, text);
        snprintf(naive, sizeof naive, "%d-%02d-%02d", year, month, day);
        assert_string_equal(text, naive);
        assert_true(day_parse(str_of(text), &parsed) && parsed.n == d.n);
        expected = day_add(expected, 1);
        weekday = weekday % 7 + 1;
        count++;
        if (++day > naive_length(year, month)) {
            assert_false(day_make(year, month, day, &d));
            day = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
    assert_true(day_is_none(expected)); /* the walk ended exactly at the end of the supported days */
    assert_int_equal(count, 182621);
}

/* One month at a time, K-03: the number of the first day, cut to the month. */
static void months_added_are_months_walked(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct day d = {(int32_t)chance_below(182621) - 62091}, got;
        int year, month, day, months = (int)chance_below(2400) - 1200;
        day_split(d, &year, &month, &day);
        for (int i = 0; i < abs(months); i++) {
            month += months > 0 ? 1 : -1;
            if (month == 13 || month == 0) {
                year += months > 0 ? 1 : -1;
                month = month == 0 ? 12 : 1;
            }
        }
        bool exists = year >= 1800 && year <= 2299;
        assert_int_equal(day_add_months(d, months, &got), exists);
        if (exists) {
            struct day want;
            int length = naive_length(year, month);
            assert_true(day_make(year, month, day < length ? day : length, &want));
            assert_int_equal(got.n, want.n);
        }
    }
}

static void years_added_keep_month_and_day(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct day d = {(int32_t)chance_below(182621) - 62091}, got;
        int year, month, day, years = (int)chance_below(1000) - 500, y, m, dd;
        day_split(d, &year, &month, &day);
        bool exists = year + years >= 1800 && year + years <= 2299;
        assert_int_equal(day_add_years(d, years, &got), exists);
        if (exists) {
            day_split(got, &y, &m, &dd);
            assert_true(y == year + years && m == month);
            assert_true(dd == day || (day == 29 && month == 2 && dd == 28 && !naive_leap(y)));
        }
    }
}

/* Whole hours through years of changes: summer time is between the two last Sundays, one hour goes missing, one comes
 * twice. The naive side looks at the date, not at instants. */
static void warsaw_by_the_calendar(void **state)
{
    (void)state;
    for (int year = 1996; year <= 2100; year++) {
        struct day march, october;
        assert_true(day_make(year, 3, 31, &march) && day_make(year, 10, 31, &october));
        while (day_weekday(march) != 7) {
            march = day_add(march, -1);
        }
        while (day_weekday(october) != 7) {
            october = day_add(october, -1);
        }
        for (int i = 0; i < 300; i++) {
            int32_t near = i % 3 == 0 ? march.n : i % 3 == 1 ? october.n : march.n + (int32_t)chance_below(300) - 80;
            instant t = ((instant)near - 1) * 86400 + (instant)chance_below(3 * 86400);
            struct day utc = {(int32_t)(t / 86400)}, got;
            int64_t rest = t % 86400;
            bool summer = (utc.n > march.n || (utc.n == march.n && rest >= 3600)) &&
                          (utc.n < october.n || (utc.n == october.n && rest < 3600));
            int64_t local = rest + (summer ? 7200 : 3600);
            int hour, minute, second;
            warsaw_clock(t, &got, &hour, &minute, &second);
            assert_int_equal(got.n, local >= 86400 ? utc.n + 1 : utc.n);
            assert_int_equal(hour * 3600 + minute * 60 + second, local % 86400);
            instant back; /* the first of the two hours that bear the same name in October */
            assert_true(warsaw_instant(got, hour, minute, &back));
            assert_true(back == t - second || (back == t - second - 3600 && got.n == october.n && hour == 2));
        }
    }
}

static void instants_come_back(void **state)
{
    (void)state;
    for (int round = 0; round < 50000; round++) {
        instant t = ((instant)chance_below(182621) - 62091) * 86400 + (instant)chance_below(86400), back;
        char text[INSTANT_TEXT_SIZE];
        instant_text(t, text);
        assert_true(instant_parse(str_of(text), &back));
        assert_true(back == t);
    }
}

int main(void)
{
    chance_start("base_day");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walk_of_all_days),
        cmocka_unit_test(months_added_are_months_walked),
        cmocka_unit_test(years_added_keep_month_and_day),
        cmocka_unit_test(warsaw_by_the_calendar),
        cmocka_unit_test(instants_come_back),
    };
    return cmocka_run_group_tests_name("base_day", tests, NULL, NULL);
}
