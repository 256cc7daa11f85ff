/* hold.h: what hold.c and hold_list.c share. */
#ifndef AKTA_RECORD_HOLD_H
#define AKTA_RECORD_HOLD_H

#include "record_internal.h"
#include "row_key.h"

/* key NULL: without reason and mandate. */
bool hold_decode(struct bytes val, const struct id *id, const struct key *key, struct arena *ar, struct hold *out,
                 struct err *e) MUST_USE;
bool hold_in(struct txn *t, struct archive *a, const struct id *id, struct arena *ar, struct hold *out, struct key *key,
             struct err *e) MUST_USE;

#endif
