/* row_key.h: composite keys of the record room's tables, built piece by piece. Integers are big-endian and days biased,
 * so that byte order is the order of time; text ends with a NUL. */
#ifndef AKTA_RECORD_ROW_KEY_H
#define AKTA_RECORD_ROW_KEY_H

#include "store.h"

#define ROW_KEY_MAX 192u
struct row_key {
    uint8_t b[ROW_KEY_MAX];
    size_t n;
};

/* Each returns the key longer by its piece. What does not fit is left out: no piece of this room comes near the limit,
 * because symbols are at most 10 digits and names at most 64 bytes. */
struct row_key rk_u8(struct row_key k, uint8_t v);
struct row_key rk_be16(struct row_key k, uint16_t v);
struct row_key rk_day(struct row_key k, struct day d);
struct row_key rk_text(struct row_key k, struct str s);   /* with its NUL */
struct row_key rk_prefix(struct row_key k, struct str s); /* without: any continuation matches */
struct row_key rk_id(struct row_key k, const struct id *id);
#define ROW_KEY_EMPTY ((struct row_key){.n = 0})
static inline struct bytes rk_bytes(const struct row_key *k)
{
    return (struct bytes){k->b, k->n};
}

/* Reading back. */
struct day rd_day(struct reader *r);
struct str rd_text(struct reader *r); /* up to its NUL, which is consumed; fails without one */
struct id rd_id(struct reader *r);

#endif
