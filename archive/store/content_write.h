/* content_write.h: one content on its way to the disk; the batch gives it a file when it needs one. */
#ifndef AKTA_STORE_CONTENT_WRITE_H
#define AKTA_STORE_CONTENT_WRITE_H

#include "content_shelf.h"

/* Where sealed bytes go. `open` is asked once, and only for a content that does not fit into its row: it gives a new
 * name and an empty file open for writing, which stays the batch's. */
struct content_place {
    bool (*open)(void *ctx, struct id *name, int *fd, struct err *e);
    bool (*room)(void *ctx, struct err *e); /* asked again and again while a large file grows; false: ERR_FULL */
    void *ctx;
};
/* Everything of `out` but inline_sealed, which goes into `box` (at most CONTENT_BOX_MAX bytes) with its length. */
#define CONTENT_BOX_MAX (CONTENT_INLINE_PREFIX + SEAL_BOX_OVERHEAD + CONTENT_INLINE_MAX)
struct content_box {
    uint8_t b[CONTENT_BOX_MAX];
    size_t n;
};
bool content_write(struct content_shelf *sh, const struct content_source *src, const struct key *key,
                   const struct id *object, const struct content_place *place, struct content *out,
                   struct content_box *box, struct err *e) MUST_USE;

/* Inline boxes. plain.n is 1 to CONTENT_INLINE_MAX. */
bool content_box_seal(struct content_tools *t, const struct key *key, const struct id *object, struct bytes plain,
                      struct content_box *box, struct err *e) MUST_USE;
bool content_box_open(struct content_tools *t, const struct key *key, const struct id *object, struct bytes box,
                      uint64_t size, uint8_t out[CONTENT_INLINE_MAX], struct err *e) MUST_USE;

#endif
