/* day.h: private to base: calendar arithmetic that clock.c shares. */
#ifndef AKTA_BASE_DAY_H
#define AKTA_BASE_DAY_H
#include "base.h"

#define YEAR_FIRST 1800
#define YEAR_LAST  2299
#define DAY_FIRST  (-62091) /* 1800-01-01 */
#define DAY_LAST   120529   /* 2299-12-31 */

int32_t civil_days(int year, int month, int day);
void civil_split(int32_t days, int *year, int *month, int *day);
bool digits_at(struct str s, size_t at, size_t count, int *out); /* exactly `count` ASCII digits */

#endif
