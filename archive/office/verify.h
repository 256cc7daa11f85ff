/* verify.h: what the files about verdicts share. */
#ifndef AKTA_OFFICE_VERIFY_H
#define AKTA_OFFICE_VERIFY_H

#include "office_proof.h"
#include "publish_internal.h"
#include "receipt.h"

/* The number of the published answer that the file of an entry belongs to; untouched where it is none. */
bool vouched_answer(struct archive *a, const struct entry *en, struct arena *ar, struct str *number,
                    struct err *e) MUST_USE;
/* Genuine with the oldest of the list that has the digest, destroyed when all that have it are; else changed, or
 * unknown when the list is empty. */
bool verify_among(struct archive *a, const struct vouched *list, size_t n, const uint8_t sha256[SHA256_SIZE],
                  struct arena *ar, struct verdict *out, struct err *e) MUST_USE;
/* Whether the object of this entry was destroyed after it. ERR_CORRUPT: the log says so, and does not show that it was
 * lawful. */
bool destruction_after(struct archive *a, uint64_t entry, struct arena *ar, struct destruction *out, bool *found,
                       struct err *e) MUST_USE;

#endif
