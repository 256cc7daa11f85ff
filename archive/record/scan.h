/* scan.h: long walks over a table, a piece at a time. */
#ifndef AKTA_RECORD_SCAN_H
#define AKTA_RECORD_SCAN_H

#include "record_internal.h"

/* Called for every row, inside a short read that it shares with the other rows of its piece; may be called again for
 * the same piece when the read had to be repeated: `restart` of the scan is called then, before the first row. */
struct scan {
    enum store_table table;
    size_t piece; /* rows in one read */
    bool (*row)(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
    void (*restart)(void *ctx);                   /* may be NULL */
    bool (*piece_done)(void *ctx, struct err *e); /* after the read; may be NULL */
    void *ctx;
};
bool scan_table(struct archive *a, const struct scan *s, struct err *e) MUST_USE;

/* The names of all contents that rows name, sorted: 16 bytes each. */
struct content_names {
    struct id *list;
    size_t n, cap;
};
bool content_names_load(struct archive *a, struct content_names *out, struct err *e) MUST_USE;
bool content_names_has(const struct content_names *n, const struct id *name);
void content_names_free(struct content_names *n);
/* Contents older than a day that nothing names; removes them when `mend`. */
bool orphans_sweep(struct archive *a, bool mend, uint64_t *found, struct err *e) MUST_USE;

#endif
