/* verify.h: the check of one record, apart from the run that orders many. */
#ifndef AKTA_RECORD_VERIFY_H
#define AKTA_RECORD_VERIFY_H

#include "record_internal.h"

#include <stdatomic.h>

#define CHECK_FAULTS_MAX 8
#define CHECK_EVENTS_MAX 4096u

/* One ledger event as the store holds it. */
struct check_event {
    uint64_t index;
    struct bytes entry, opening; /* opening.n 0: none is kept */
    struct hash leaf;
    bool has_leaf; /* published */
};

struct check {
    struct id id;
    bool gone;    /* lawfully removed since it was listed */
    bool stopped; /* not finished: it does not count as checked */
    bool has_row, has_key;
    struct record r; /* unsealed when has_key */
    struct key key;
    struct check_event *events;
    size_t event_count;
    uint64_t bytes;
    struct err faults[CHECK_FAULTS_MAX];
    size_t fault_count;
    enum lang lang;
};

/* Inside a short read: copies everything about the record that the tables hold into the arena. */
bool check_collect(struct txn *t, struct archive *a, struct check *c, struct arena *ar, struct err *e) MUST_USE;
/* Afterwards, without a transaction: compares, unseals, hashes. *stop ends it early (c->stopped). false only when it could
 * not look (no memory). */
bool check_examine(struct archive *a, struct check *c, struct arena *ar, const atomic_bool *stop, struct err *e)
    MUST_USE;
void check_wipe(struct check *c);

#endif
