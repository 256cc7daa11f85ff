/* row_key.c: see row_key.h. Owns nothing. */
#include "row_key.h"

#include <string.h>

#define DAY_BIAS 0x80000000u

static struct row_key add(struct row_key k, const void *p, size_t n)
{
    if (n > 0 && n <= ROW_KEY_MAX - k.n) {
        memcpy(k.b + k.n, p, n);
        k.n += n;
    }
    return k;
}

struct row_key rk_u8(struct row_key k, uint8_t v)
{
    return add(k, &v, 1);
}

struct row_key rk_be16(struct row_key k, uint16_t v)
{
    uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    return add(k, b, sizeof b);
}

struct row_key rk_day(struct row_key k, struct day d)
{
    uint32_t v = (uint32_t)d.n + DAY_BIAS;
    uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    return add(k, b, sizeof b);
}

struct row_key rk_text(struct row_key k, struct str s)
{
    return rk_u8(add(k, s.p, s.n), 0);
}

struct row_key rk_prefix(struct row_key k, struct str s)
{
    return add(k, s.p, s.n);
}

struct row_key rk_id(struct row_key k, const struct id *id)
{
    return add(k, id->b, sizeof id->b);
}

struct day rd_day(struct reader *r)
{
    uint32_t v = rd_be32(r) - DAY_BIAS;
    struct day d;
    memcpy(&d.n, &v, sizeof v); /* two's complement, without an implementation-defined cast */
    return r->failed ? DAY_NONE : d;
}

struct str rd_text(struct reader *r)
{
    const uint8_t *end = r->failed || r->left == 0 ? NULL : memchr(r->p, 0, r->left);
    if (end == NULL) {
        r->failed = true;
        return STR_NONE;
    }
    struct bytes b = rd_bytes(r, (size_t)(end - r->p));
    (void)rd_u8(r);
    return str_of_bytes(b);
}

struct id rd_id(struct reader *r)
{
    struct id id = {{0}};
    struct bytes b = rd_bytes(r, sizeof id.b);
    if (b.n == sizeof id.b) {
        memcpy(id.b, b.p, sizeof id.b);
    }
    return id;
}
