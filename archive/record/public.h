/* public.h: the index of public digests within the room: kept with the records, built for older archives, checked. */
#ifndef AKTA_RECORD_PUBLIC_H
#define AKTA_RECORD_PUBLIC_H

#include "row_key.h"
#include "scan.h"

struct public_digest public_of_record(const struct record *r);
/* The record as it shall be, and the access level that it had, 0 of a new one: in or out of the index. */
bool public_follow(struct txn *t, const struct record *r, uint64_t was, struct err *e) MUST_USE;
bool public_read(struct bytes key, struct bytes val, struct public_digest *out, struct err *e) MUST_USE;
bool public_is_key(struct bytes key); /* of T_INDEX: one of this index */
bool public_has(struct txn *t, const struct record *r, struct arena *ar, bool *found, struct err *e) MUST_USE;
/* Once for an archive whose records came in before there was the index. */
bool public_index_open(struct archive *a, struct err *e) MUST_USE;

#endif
