/* office_proof.h: does this office vouch for a document, since when, and the proof to take along; and a whole case as a
 * bag. Part of the room of office.h; knows no HTTP.
 *
 * A bare digest is answered with yes only for what is public: a yes about a private document would confirm a guess, so
 * that a private one and one that nobody ever saw are answered in the same way, from the same look-up. Whoever shows
 * more (number and code, or a proof that this office handed out) learns of the documents that it speaks of, and of no
 * others. "Unknown" never means forged. What was destroyed as the law provides is said to have existed, and to them alone:
 * by its bare digest it is unknown. */
#ifndef AKTA_OFFICE_PROOF_H
#define AKTA_OFFICE_PROOF_H

#include "office_request.h"

enum verdict_kind { VERDICT_UNKNOWN = 1, VERDICT_GENUINE, VERDICT_CHANGED, VERDICT_DESTROYED };
const char *verdict_kind_name(enum verdict_kind k); /* "unknown", "genuine", "changed", "destroyed" */
/* What the verdict rests on. */
enum verdict_source { VERDICT_BY_NOTHING, VERDICT_BY_RECORD /* a public record */, VERDICT_BY_PUBLICATION,
                      VERDICT_BY_ANSWER /* a file of a published answer: number says whose */, VERDICT_BY_CASE, VERDICT_BY_PROOF };
struct vouched {
    struct str name; /* "letter.txt", the name of an attachment, "file-1"; "" of a public document */
    uint8_t sha256[SHA256_SIZE];
    uint64_t size;   /* 0: not said */
    uint64_t entry;  /* ledger index … */
    instant since;   /* … and the time in it */
    uint64_t event;  /* of the case; 0: none */
};
/* The lawful end of a document: what the log's entries about it say. */
struct destruction {
    struct day on;    /* Warsaw day on which it was done */
    struct str basis; /* the rule of the decision */
    uint64_t entry;   /* ledger index of destroy-done */
};
struct verdict {
    enum verdict_kind kind;
    enum verdict_source source;
    struct vouched found;        /* genuine, destroyed: the one that it is */
    struct destruction destruction; /* destroyed */
    const struct vouched *known; /* changed: those that it was compared with */
    size_t known_count;
    struct str number;           /* of the request, where one was named; "" */
    bool published;              /* genuine: its entry is in a signed checkpoint, so that its proof can be fetched */
    enum published_kind publication; /* by publication: which version of what */
    struct str slug;
    enum lang lang;
    unsigned sequence;
};
bool verify_public(struct archive *a, const struct bulletin *b, const uint8_t sha256[SHA256_SIZE], struct arena *ar,
                   struct verdict *out, struct err *e) MUST_USE;
/* Among the letters and files of one case, and what is public. ERR_CORRUPT, also below: the log tells that the document
 * was destroyed, and does not show that this was lawful. */
bool verify_case(struct request_desk *d, const struct bulletin *b, const struct request_view *v,
                 const uint8_t sha256[SHA256_SIZE], struct arena *ar, struct verdict *out, struct err *e) MUST_USE;
/* Among the documents of a file of proof (FORMATS §12); sha256 NULL: the documents that it carries itself. What in it does
 * not hold by the signature of this archive's log counts as not there. */
bool verify_proof(struct archive *a, struct str proof, const uint8_t *sha256, struct arena *ar, struct verdict *out,
                  struct err *e) MUST_USE;
/* The file of proof of a public document. ERR_NOT_FOUND: none has this digest; ERR_STATE: its checkpoint is not out. */
bool public_proof(struct archive *a, const struct bulletin *b, const uint8_t sha256[SHA256_SIZE], struct buf *out,
                  struct err *e) MUST_USE;

/* ---------------------------------------------------------------- a whole case as a bag (BagIt 1.0, RFC 8493) in one ZIP
 *
 * Receipt, timeline, letters, attachments, released files and the proof of each (FORMATS §14). Texts and proofs are made
 * by case_bag_make and lie in the arena, as must `v`; files go through in pieces. ERR_STATE: not all of it is in a
 * checkpoint yet. */
struct case_bag;
bool case_bag_make(struct request_desk *d, const struct request_view *v, struct arena *ar, struct case_bag **out,
                   struct err *e) MUST_USE;
uint64_t case_bag_size(const struct case_bag *b); /* bytes of the ZIP */
size_t case_bag_files(const struct case_bag *b);  /* of its payload */
bool case_bag_write(struct case_bag *b, bool (*sink)(void *ctx, struct bytes piece, struct err *e), void *ctx,
                    struct err *e) MUST_USE;

/* One version of a published document by its digest; NULL: none. Of several the oldest. */
struct bulletin_version {
    uint8_t sha256[SHA256_SIZE];
    enum published_kind kind;
    struct str name; /* slug, of a text "slug.pl" */
    uint32_t sequence;
    instant published;
    uint64_t entry;
};
const struct bulletin_version *bulletin_vouches(const struct bulletin *b, const uint8_t sha256[SHA256_SIZE]);

#endif
