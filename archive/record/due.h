/* due.h: where a file stands in the queues, and the counters beside them.
 *
 * A closed file stands in exactly one of T_QUEUE and T_HELD, under (action, day, class, file): the day is the first day
 * of review, for an exception the day it was closed. T_FORECAST counts files, records, bytes and how many of the files
 * are held, three times over, so that every total is the sum of a few rows: 'Y' action year           for the forecast
 * and whole years of a queue 'D' action day            for the year in which a question falls 'C' class action year for
 * a queue of one class and those below it Counters are written with the queue, in the same verb. */
#ifndef AKTA_RECORD_DUE_H
#define AKTA_RECORD_DUE_H

#include "record_internal.h"
#include "row_key.h"

struct due_place {
    bool due;               /* false: an open file, in no queue */
    enum store_table table; /* T_QUEUE or T_HELD */
    enum action action;
    struct day day;
    struct row_key key;
};
struct due_place due_place_of(const struct case_file *f);
struct row_key due_key(enum action action, struct day day, struct str symbol, const struct id *file);
/* A queue key read back; the class is a view of the key. */
struct due_entry {
    enum action action;
    struct day day;
    struct str symbol;
    struct id file;
};
bool due_entry_parse(struct bytes key, struct due_entry *out);

struct due_count {
    uint64_t files, records, bytes, held;
};
#define DUE_BY_YEAR  'Y'
#define DUE_BY_DAY   'D'
#define DUE_BY_CLASS 'C'
struct row_key due_year_key(enum action action, int year);
struct row_key due_day_key(enum action action, struct day day);
struct row_key due_class_key(struct str symbol, enum action action, int year);
bool due_count_parse(struct bytes val, struct due_count *out);
/* A missing counter is all zero. */
bool due_count_get(struct txn *t, const struct row_key *key, struct due_count *out, struct err *e) MUST_USE;

#endif
