/* verify.h: what the pages and the API of checking a document share. */
#ifndef AKTA_FCGI_VERIFY_H
#define AKTA_FCGI_VERIFY_H

#include "form.h"

/* What a body brought: the digest of a file, computed as it streamed by (the file is kept nowhere), and a file of
 * proof. */
struct shown_files {
    bool hashed;
    uint8_t sha256[SHA256_SIZE];
    uint64_t size;
    struct str proof; /* n 0: none */
};

/* 64 letters of hex, blanks and capitals forgiven. */
bool digest_take(struct str text, uint8_t sha256[SHA256_SIZE]);
/* The case of a number and a code; false: c->e says why (ERR_NOT_FOUND: the pair is unknown). token: of its address. */
bool verify_open_case(struct call *c, struct str number, struct str code, struct request_view *v,
                      char token[REQUEST_TOKEN_SIZE]);
/* The page of a verdict; sha256 NULL: the file of proof was asked about itself; token n 0: no case. */
void verdict_page(struct call *c, const struct verdict *v, const uint8_t *sha256, struct str token);
/* Address of the page of the published version, without the language; n 0: it has none. */
struct str verdict_document(struct call *c, const struct verdict *v);

#endif
