/* due_tally.h: the counters of the forecast, recomputed in memory. */
#ifndef AKTA_RECORD_DUE_TALLY_H
#define AKTA_RECORD_DUE_TALLY_H

#include "due.h"

struct tally_slot {
    uint8_t key[24];
    uint8_t key_n; /* 0: free */
    bool seen;
    struct due_count count;
};
struct tally {
    struct tally_slot *slot;
    size_t slots, used;
};
void tally_free(struct tally *t); /* for CLEANUP */
/* Adds a closed file to its three counters. */
bool tally_add(struct tally *t, const struct case_file *f, struct err *e) MUST_USE;
/* NULL: no file counts there. */
struct tally_slot *tally_find(struct tally *t, struct bytes key);

#endif
