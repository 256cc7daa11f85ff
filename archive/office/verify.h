/* verify.h: what the files about verdicts share. */
#ifndef AKTA_OFFICE_VERIFY_H
#define AKTA_OFFICE_VERIFY_H

#include "office_proof.h"
#include "publish_internal.h"
#include "receipt.h"

/* The time in an entry, and whether a signed checkpoint has it. */
bool verify_since(struct archive *a, uint64_t index, struct arena *ar, instant *since, bool *published,
                  struct err *e) MUST_USE;
/* Genuine with the oldest of the list that has the digest; else changed, or unknown when the list is empty. */
void verify_among(const struct vouched *list, size_t n, const uint8_t sha256[SHA256_SIZE], struct verdict *out);

#endif
