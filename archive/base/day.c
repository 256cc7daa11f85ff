/* day.c: civil days of the proleptic Gregorian calendar, 1800-01-01 to 2299-12-31.
 *
 * A day is a count from 1970-01-01. Years are reckoned from March, so that the leap day ends a year and month lengths
 * follow one line of arithmetic. A date that does not exist is false or DAY_NONE. Owns nothing. */
#include "day.h"

#include <stdio.h>

#define DAYS_OF_ERA      146097 /* 400 years */
#define DAY_ZERO_OF_1970 719468 /* days from 0000-03-01 to 1970-01-01 */

int32_t civil_days(int year, int month, int day)
{
    int march_year = month > 2 ? year : year - 1;
    int era = (march_year >= 0 ? march_year : march_year - 399) / 400;
    int year_of_era = march_year - era * 400;
    int march_month = month > 2 ? month - 3 : month + 9;
    int day_of_year = (153 * march_month + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_OF_ERA + day_of_era - DAY_ZERO_OF_1970;
}

void civil_split(int32_t days, int *year, int *month, int *day)
{
    int z = days + DAY_ZERO_OF_1970;
    int era = (z >= 0 ? z : z - (DAYS_OF_ERA - 1)) / DAYS_OF_ERA;
    int day_of_era = z - era * DAYS_OF_ERA;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int march_month = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * march_month + 2) / 5 + 1;
    *month = march_month < 10 ? march_month + 3 : march_month - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static bool leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : lengths[month - 1];
}

static bool supported(int64_t n)
{
    return n >= DAY_FIRST && n <= DAY_LAST;
}

bool day_is_none(struct day d)
{
    return !supported(d.n);
}

bool day_make(int year, int month, int day, struct day *out)
{
    if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day < 1 ||
        day > month_length(year, month)) {
        return false;
    }
    out->n = civil_days(year, month, day);
    return true;
}

void day_split(struct day d, int *year, int *month, int *day)
{
    if (day_is_none(d)) {
        *year = *month = *day = 0;
        return;
    }
    civil_split(d.n, year, month, day);
}

int day_year(struct day d)
{
    int year, month, day;
    day_split(d, &year, &month, &day);
    return year;
}

int day_weekday(struct day d)
{
    if (day_is_none(d)) {
        return 0;
    }
    int since_monday = (d.n + 3) % 7; /* 1970-01-01 was a Thursday */
    return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

bool digits_at(struct str s, size_t at, size_t count, int *out)
{
    int v = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return true;
}

bool day_parse(struct str s, struct day *out)
{
    int year, month, day;
    if (s.n != DAY_TEXT_SIZE - 1 || s.p[4] != '-' || s.p[7] != '-') {
        return false;
    }
    return digits_at(s, 0, 4, &year) && digits_at(s, 5, 2, &month) && digits_at(s, 8, 2, &day) &&
           day_make(year, month, day, out);
}

void day_text(struct day d, char out[DAY_TEXT_SIZE])
{
    out[0] = '\0';
    if (!day_is_none(d)) {
        int year, month, day;
        civil_split(d.n, &year, &month, &day);
        snprintf(out, DAY_TEXT_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                 (unsigned)day % 100);
    }
}

struct day day_add(struct day d, int days)
{
    int64_t n = (int64_t)d.n + days;
    return !day_is_none(d) && supported(n) ? (struct day){(int32_t)n} : DAY_NONE;
}

bool day_add_months(struct day d, int months, struct day *out)
{
    int year, month, day;
    if (day_is_none(d)) {
        return false;
    }
    civil_split(d.n, &year, &month, &day);
    int64_t count = (int64_t)year * 12 + (month - 1) + months;
    if (count < (int64_t)YEAR_FIRST * 12 || count >= (int64_t)(YEAR_LAST + 1) * 12) {
        return false;
    }
    year = (int)(count / 12);
    month = (int)(count % 12) + 1;
    int last = month_length(year, month);
    return day_make(year, month, day < last ? day : last, out);
}

bool day_add_years(struct day d, int years, struct day *out)
{
    int year, month, day;
    if (day_is_none(d) || years > YEAR_LAST - YEAR_FIRST || years < YEAR_FIRST - YEAR_LAST) {
        return false;
    }
    civil_split(d.n, &year, &month, &day);
    year += years;
    if (month == 2 && day == 29 && !leap(year)) {
        day = 28;
    }
    return day_make(year, month, day, out);
}

/* Meeus/Jones/Butcher, the variables named as in the literature. */
struct day day_easter(int year)
{
    if (year < YEAR_FIRST || year > YEAR_LAST) {
        return DAY_NONE;
    }
    int a = year % 19, b = year / 100, c = year % 100;
    int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30;
    int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int march_day = h + l - 7 * m + 114;
    return (struct day){civil_days(year, march_day / 31, march_day % 31 + 1)};
}
