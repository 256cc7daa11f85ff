/* verify.h: what the files about verdicts share. */
#ifndef AKTA_OFFICE_VERIFY_H
#define AKTA_OFFICE_VERIFY_H

#include "office_proof.h"
#include "publish_internal.h"
#include "receipt.h"

/* The number of the published answer that the file of an entry belongs to; untouched where it is none. */
bool vouched_answer(struct archive *a, const struct entry *en, struct arena *ar, struct str *number,
                    struct err *e) MUST_USE;
/* Genuine with the oldest of the list that has the digest; else changed, or unknown when the list is empty. */
void verify_among(const struct vouched *list, size_t n, const uint8_t sha256[SHA256_SIZE], struct verdict *out);

#endif
