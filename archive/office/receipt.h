/* receipt.h: what the files about receipts and proofs share. */
#ifndef AKTA_OFFICE_RECEIPT_H
#define AKTA_OFFICE_RECEIPT_H

#include "request_internal.h"

#define RECEIPT_LETTER "letter.txt"

/* A document whose proof is written (proof_text.c). */
struct proven {
    struct archive *a;
    struct id object;
    uint64_t event, entry, size; /* event: of the object, the one that took the content in */
    struct digests digests;
    bool plain; /* its entry holds the digest itself, without an opening */
    struct arena *ar;
    struct bytes text; /* out: the entry … */
    struct str opening;
};
/* `=== NAMEENDING` and the body. */
void proof_section(struct buf *out, const char *name, const char *ending, struct str body);
bool proof_document(struct proven *p, const char *name, struct buf *out, struct err *e) MUST_USE;
/* After the head: the commands, the title line, the office, the sections, the log's key. */
bool proof_end(struct archive *a, struct str title, struct str sections, struct arena *ar, struct buf *out,
               struct err *e) MUST_USE;

bool receipt_entry(struct request_desk *d, uint64_t entry, struct arena *ar, struct bytes *out, struct err *e) MUST_USE;

#endif
