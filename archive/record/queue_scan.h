/* queue_scan.h: reading the ranges and counters behind a queue. */
#ifndef AKTA_RECORD_QUEUE_SCAN_H
#define AKTA_RECORD_QUEUE_SCAN_H

#include "due.h"

struct queue_years;
struct queue_scan {
    enum store_table table; /* T_QUEUE or T_HELD */
    struct day on;
    enum action action;              /* ACTION_NONE: all */
    struct str symbol;               /* "" or a class and all below it */
    struct row_key after;            /* day, class and file of the last entry seen; n 0: from the start */
    const struct queue_years *years; /* queue_scan_years; NULL when there is no class */
};
bool queue_scan_of(const struct queue_filter *f, struct day today, struct queue_scan *out, struct err *e) MUST_USE;
/* Reads how many files of the class each year holds, for the two functions below: first in each transaction. */
bool queue_scan_years(struct txn *t, struct queue_scan *s, struct arena *a, struct err *e) MUST_USE;
/* The first entries of one action's range, at most max. Classes lie in the arena. */
bool queue_scan_range(struct txn *t, const struct queue_scan *s, enum action action, struct arena *a,
                      struct due_entry *out, size_t max, size_t *n, struct err *e) MUST_USE;
/* All files that match, wherever the scan stands. */
bool queue_scan_total(struct txn *t, const struct queue_scan *s, uint64_t *files, struct err *e) MUST_USE;

#endif
