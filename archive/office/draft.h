/* draft.h: what the files about drafts share. */
#ifndef AKTA_OFFICE_DRAFT_H
#define AKTA_OFFICE_DRAFT_H

#include "request_internal.h"

struct draft_ref {
    struct id id;
    struct key key;
};
bool draft_ref_make(struct str token, struct draft_ref *out, struct err *e) MUST_USE;
void draft_ref_wipe(struct draft_ref *r); /* for CLEANUP */
bool draft_unknown(struct err *e);        /* returns false */

struct draft_row {
    instant made, expires;
    uint64_t bytes; /* form and files */
    uint64_t last_seq, files;
    struct bytes form; /* sealed: form_encode */
};
extern const struct row_kind draft_kind;
struct draft_file_row {
    uint64_t size, stored;
    struct id content;
    struct bytes inline_sealed;
    struct id id; /* sealed, like the rest: the object that the file becomes */
    struct bytes key;
    struct str name, type;
    struct digests digests;
};
extern const struct row_kind draft_file_kind;

/* found false: there is none, or its time is over. */
bool draft_get(struct txn *t, struct request_desk *d, const struct draft_ref *r, struct arena *ar,
               struct draft_row *out, bool *found, struct err *e) MUST_USE;
bool draft_put(struct txn *t, const struct draft_ref *r, const struct draft_row *row, struct err *e) MUST_USE;
struct draft_piece {
    struct draft_piece *next;
    uint64_t seq;
    struct bytes val;
};
bool draft_pieces(struct txn *t, const struct id *draft, struct arena *ar, struct draft_piece **out,
                  struct err *e) MUST_USE;
/* A draft as it lies there: its row, and its files as they are stored. */
struct draft_read {
    struct request_desk *d;
    struct arena *ar;
    struct draft_ref ref;
    struct draft_row row;
    struct draft_piece *pieces;
    bool found; /* false: unknown, or its time is over */
};
void draft_read_wipe(struct draft_read *r); /* for CLEANUP */
/* ERR_NOT_FOUND: see draft_open. */
bool draft_read(struct draft_read *r, struct str token, struct err *e) MUST_USE;
bool drafts_full(struct err *e); /* ERR_FULL with field "files"; false */
/* Takes `less` from the figure of all drafts and adds `more`; ERR_FULL when it grows above the limit. */
bool draft_total(struct txn *t, struct request_desk *d, uint64_t less, uint64_t more, struct err *e) MUST_USE;
/* Inside a verb: the rows of a draft and the figure of all drafts; contents stay named unless `contents`. */
bool draft_erase(struct txn *t, struct request_desk *d, const struct id *draft, uint64_t bytes, bool contents,
                 struct err *e) MUST_USE;
/* Rows, then contents; counts the files. Absent is fine. over: only a draft whose time is over by then; 0: any. */
bool draft_drop_id(struct request_desk *d, const struct id *id, instant over, uint64_t *files, struct err *e) MUST_USE;
/* A verb that fails with ERR_NOT_FOUND for a draft whose time is over, once more after that draft was erased. */
bool draft_write_anew(struct request_desk *d, const struct id *id, store_fn verb, void *ctx, struct err *e) MUST_USE;
/* A name without folders, fit to be stored: for messages too. */
bool draft_file_name(struct arena *ar, struct str given, struct str *out, struct err *e) MUST_USE;
/* Is it a program, by its content or its name? */
bool draft_is_program(struct str type, struct str name, struct bytes head);

#endif
