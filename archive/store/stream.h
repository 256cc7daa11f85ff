/* stream.h: a table as a stream of rows: `table NUL key-length(be32) value-length(be32) key value`, closed by a row
 * with an empty key whose value is the number of rows (be64) and the SHA-256 of all bytes before it. */
#ifndef AKTA_STORE_STREAM_H
#define AKTA_STORE_STREAM_H

#include "store_internal.h"

typedef bool (*stream_row)(void *ctx, struct bytes key, struct bytes val, struct err *e);
/* Reads one table's stream to its end and proves it; rows are handed over as they come. */
bool table_stream_read(enum store_table t, int fd, stream_row each, void *ctx, struct err *e) MUST_USE;

#endif
