/* zip.h: a ZIP archive (APPNOTE 6.3) as a stream: every member once, in order, never sought in, in constant memory. Its
 * size is known before its first byte.
 *
 * Members are deflated in stored blocks: what goes through is not looked at, so that sizes are sums, and a reader that
 * does not seek still finds each member's end. Names are UTF-8 (flag 11). ZIP64 where a size, a place or a count needs
 * it. Fails with what a member's source fails with; ERR_CORRUPT when it hands over another number of bytes than said.
 */
#ifndef AKTA_OFFICE_ZIP_H
#define AKTA_OFFICE_ZIP_H

#include "store.h"

typedef bool (*zip_sink)(void *ctx, struct bytes piece, struct err *e);
struct zip_member {
    struct str name; /* a relative path; the caller answers for it */
    uint64_t size;
    instant time;
    bool (*write)(void *ctx, zip_sink sink, void *sink_ctx, struct err *e); /* hands over `size` bytes in pieces */
    void *ctx;
    uint64_t place; /* filled in by zip_write: where it begins … */
    uint32_t crc;
};
uint64_t zip_size(const struct zip_member *list, size_t n, uint64_t from);
/* `from`: how many bytes stand before the first one (0; a test of large archives says otherwise). */
bool zip_write(struct zip_member *list, size_t n, uint64_t from, zip_sink sink, void *ctx, struct err *e) MUST_USE;

#endif
