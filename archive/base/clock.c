/* clock.c: instants, their text, Polish civil time, and the two clocks of the machine.
 *
 * An instant outside the supported years has no text and no day. Owns nothing; the system clock cannot fail. */
#include "day.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define DAY_SECONDS  86400
#define HOUR_SECONDS 3600

/* Splits into a day and a second of the day, also before 1970. */
static bool split_instant(instant t, struct day *day, int *second_of_day)
{
    int64_t days = t / DAY_SECONDS, rest = t % DAY_SECONDS;
    if (rest < 0) {
        rest += DAY_SECONDS;
        days--;
    }
    if (days < DAY_FIRST || days > DAY_LAST) {
        return false;
    }
    day->n = (int32_t)days;
    *second_of_day = (int)rest;
    return true;
}

void instant_text(instant t, char out[INSTANT_TEXT_SIZE])
{
    struct day day;
    int second;
    out[0] = '\0';
    if (split_instant(t, &day, &second)) {
        char date[DAY_TEXT_SIZE];
        day_text(day, date);
        snprintf(out, INSTANT_TEXT_SIZE, "%sT%02u:%02u:%02uZ", date, (unsigned)second / HOUR_SECONDS % 100,
                 (unsigned)second / 60 % 60, (unsigned)second % 60);
    }
}

bool instant_parse(struct str s, instant *out)
{
    struct day day;
    int hour, minute, second;
    if (s.n != INSTANT_TEXT_SIZE - 1 || s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':' || s.p[19] != 'Z') {
        return false;
    }
    if (!day_parse((struct str){s.p, DAY_TEXT_SIZE - 1}, &day) || !digits_at(s, 11, 2, &hour) ||
        !digits_at(s, 14, 2, &minute) || !digits_at(s, 17, 2, &second) || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    *out = (instant)day.n * DAY_SECONDS + hour * HOUR_SECONDS + minute * 60 + second;
    return true;
}

/* 01:00 UTC of the last Sunday of a month with 31 days. */
static instant last_sunday(int year, int month)
{
    struct day last = {civil_days(year, month, 31)};
    return ((instant)last.n - day_weekday(last) % 7) * DAY_SECONDS + HOUR_SECONDS;
}

static instant warsaw_offset(instant t, int year)
{
    bool summer = t >= last_sunday(year, 3) && t < last_sunday(year, 10);
    return summer ? 2 * HOUR_SECONDS : HOUR_SECONDS;
}

void warsaw_clock(instant t, struct day *day, int *hour, int *minute, int *second)
{
    struct day utc;
    int rest = 0;
    *day = DAY_NONE;
    *hour = *minute = *second = 0;
    /* Neither change falls within two hours of a new year, so the year of UTC decides. */
    if (split_instant(t, &utc, &rest) && split_instant(t + warsaw_offset(t, day_year(utc)), day, &rest)) {
        *hour = rest / HOUR_SECONDS;
        *minute = rest / 60 % 60;
        *second = rest % 60;
    }
}

struct day warsaw_day(instant t)
{
    struct day day;
    int hour, minute, second;
    warsaw_clock(t, &day, &hour, &minute, &second);
    return day;
}

bool warsaw_instant(struct day day, int hour, int minute, instant *out)
{
    for (int offset = 2; offset >= 1; offset--) { /* summer time comes first where an hour is there twice */
        instant t = (instant)day.n * DAY_SECONDS + (hour - offset) * HOUR_SECONDS + minute * 60;
        struct day d;
        int h, m, s;
        warsaw_clock(t, &d, &h, &m, &s);
        if (d.n == day.n && h == hour && m == minute) {
            *out = t;
            return true;
        }
    }
    return false;
}

static instant system_now(void *ctx)
{
    (void)ctx;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now); /* cannot fail: the clock exists and the address is good */
    return now.tv_sec;
}

const struct clock clock_system = {.now = system_now};

instant clock_now(const struct clock *c)
{
    return c->now(c->ctx);
}

uint64_t monotonic_ns(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void monotonic_after(uint64_t ns, struct timespec *out)
{
    uint64_t at = monotonic_ns() + ns;
    *out = (struct timespec){.tv_sec = (time_t)(at / 1000000000u), .tv_nsec = (long)(at % 1000000000u)};
}

void cond_monotonic(pthread_cond_t *out) /* its parts cannot fail in the C library of Linux */
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(out, &attr);
    pthread_condattr_destroy(&attr);
}
