/* head.h: the first bytes of a content, copied aside while it streams into the store, for the media type. */
#ifndef AKTA_RECORD_HEAD_H
#define AKTA_RECORD_HEAD_H

#include "store.h"

#define HEAD_LIMIT  (64u * 1024)
#define HEAD_OF_PDF 4096u

struct head {
    struct content_source inner;
    uint8_t *p; /* grows to what was read, at most HEAD_LIMIT, of a PDF HEAD_OF_PDF; freed by head_free */
    size_t n, cap;
};
/* The same source, but what passes is remembered in *h. Without memory the head stays short, nothing fails. */
struct content_source head_tee(struct head *h, struct content_source inner);
void head_free(struct head *h);

#endif
