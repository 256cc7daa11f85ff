/* compress.h: the zlib format (RFC 1950) for whole chunks. */
#ifndef AKTA_STORE_COMPRESS_H
#define AKTA_STORE_COMPRESS_H

#include "base.h"

/* One thread at a time each; NULL: no memory. */
struct deflater;
struct deflater *deflater_new(void);
void deflater_free(struct deflater **d);
/* Writes the zlib form of in to out, which has room for in.n bytes, and returns its length; 0 when it is not worth the
 * trouble: a sample shows that it would hardly shrink, or it did not. in.n is at most 1 MiB. */
size_t deflate_if_it_pays(struct deflater *d, struct bytes in, uint8_t *out);

struct inflater;
struct inflater *inflater_new(void);
void inflater_free(struct inflater **i);
/* true when `in` is one whole zlib stream of exactly n plain bytes and nothing else; never writes more than n. */
bool inflate_exactly(struct inflater *i, struct bytes in, uint8_t *out, size_t n);

#endif
