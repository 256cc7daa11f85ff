/* request_close.h: what the files about closing share: the pieces of a case on their way into the archive. */
#ifndef AKTA_OFFICE_REQUEST_CLOSE_H
#define AKTA_OFFICE_REQUEST_CLOSE_H

#include "request_internal.h"

#include "office_desk.h"

/* One record to be: a text made here, or a file of the request. */
struct closing_piece {
    struct request_desk *d;
    struct bytes text;
    size_t at;                             /* of the text, or of the file */
    const struct request_attachment *file; /* NULL: a text */
    struct content_reader *reader;
    struct key key;
};
struct closing_bundle {
    struct closing_piece *pieces;
    struct ingest_item *items;
    size_t n;
};
/* Every piece of the case, in the order of its events; all in the arena (request_close_bundle.c). */
bool closing_bundle_make(struct request_desk *d, const struct request_view *v, const struct id *file, struct arena *ar,
                         struct closing_bundle *out, struct err *e) MUST_USE;
/* What happened, as lines (FORMATS §13), appended. */
void closing_event_text(struct buf *out, const struct request_view *v, const struct request_event *ev);
/* Does the record hold what the log tells of the piece? */
bool closing_piece_fits(const struct closing_piece *p, const struct record *r, struct err *e) MUST_USE;
/* A case file that an earlier, cut short call opened for this request since `place` of the log (request_close_find.c).
 */
bool closing_find(struct request_desk *d, uint64_t place, struct str title, struct id *out, bool *found,
                  struct err *e) MUST_USE;

#endif
