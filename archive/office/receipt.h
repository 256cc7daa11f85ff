/* receipt.h: what the two files about receipts share. */
#ifndef AKTA_OFFICE_RECEIPT_H
#define AKTA_OFFICE_RECEIPT_H

#include "request_internal.h"

#define RECEIPT_LETTER "letter.txt"
bool receipt_entry(struct request_desk *d, uint64_t entry, struct arena *ar, struct bytes *out, struct err *e) MUST_USE;

#endif
