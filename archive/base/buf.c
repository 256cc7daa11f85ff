/* buf.c: growable bytes with a ceiling, and a reader that checks every length.
 *
 * Both fail stickily: after the first failure further calls do nothing (or yield zero), and one check at the end finds
 * it. What was in a buffer before the failure stays. */
#include "base.h"

#include <stdio.h>
#include <string.h>

#define FIRST_CAP 256u

void buf_free(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    b->over_ceiling = false;
}

/* Room for `more` bytes beyond b->n; false sticks. */
static bool reserve(struct buf *b, size_t more)
{
    if (b->failed) {
        return false;
    }
    if (more > b->max || b->n > b->max - more) {
        b->failed = b->over_ceiling = true;
        return false;
    }
    size_t need = b->n + more;
    if (need <= b->cap) {
        return true;
    }
    size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap;
    while (cap < need) {
        cap = cap > b->max / 2 ? b->max : cap * 2;
    }
    uint8_t *p = cap < SIZE_MAX ? mem_realloc(b->p, cap + 1) : NULL; /* one more for the NUL of buf_fmt */
    if (p == NULL) {
        b->failed = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (n > 0 && reserve(b, n)) {
        memcpy(b->p + b->n, p, n);
        b->n += n;
    }
}

void buf_add_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

void buf_add_z(struct buf *b, const char *z)
{
    buf_add(b, z, strlen(z));
}

void buf_add_u8(struct buf *b, uint8_t v)
{
    buf_add(b, &v, 1);
}

void buf_add_be16(struct buf *b, uint16_t v)
{
    uint8_t raw[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    buf_add(b, raw, sizeof raw);
}

void buf_add_be32(struct buf *b, uint32_t v)
{
    uint8_t raw[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    buf_add(b, raw, sizeof raw);
}

void buf_add_be64(struct buf *b, uint64_t v)
{
    uint8_t raw[8];
    for (int i = 7; i >= 0; i--) {
        raw[i] = (uint8_t)v;
        v >>= 8;
    }
    buf_add(b, raw, sizeof raw);
}

void buf_add_length(struct buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buf_add_u8(b, (uint8_t)(v | 0x80));
    buf_add_u8(b, (uint8_t)v);
}

void buf_add_least(struct buf *b, uint64_t v)
{
    unsigned shift = 56;
    while (shift > 0 && v >> shift == 0)
        shift -= 8;
    for (; v != 0; shift -= 8) {
        buf_add_u8(b, (uint8_t)(v >> shift));
        if (shift == 0)
            break;
    }
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    char shortest[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(shortest, sizeof shortest, fmt, ap);
    if (n >= 0 && (size_t)n < sizeof shortest) {
        buf_add(b, shortest, (size_t)n);
    } else if (n < 0) {
        b->failed = true;
    } else if (reserve(b, (size_t)n)) {
        vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
    va_end(ap);
}

bool buf_ok(const struct buf *b, struct err *e)
{
    if (!b->failed) {
        return true;
    }
    if (b->over_ceiling) {
        return err_set(e, ERR_TOO_BIG, "the result is larger than the limit of %zu bytes", b->max);
    }
    return err_set(e, ERR_MEMORY, "out of memory");
}

struct bytes buf_bytes(const struct buf *b)
{
    return (struct bytes){b->p, b->n};
}

struct str buf_str(const struct buf *b)
{
    return (struct str){(const char *)b->p, b->n};
}

struct reader reader_of(struct bytes b)
{
    return (struct reader){.p = b.p, .left = b.n};
}

struct bytes rd_bytes(struct reader *r, size_t n)
{
    if (r->failed || n > r->left) {
        r->failed = true;
        return (struct bytes){NULL, 0};
    }
    struct bytes got = {r->p, n};
    if (n > 0) {
        r->p += n;
        r->left -= n;
    }
    return got;
}

static uint64_t big_endian(struct reader *r, size_t n)
{
    struct bytes raw = rd_bytes(r, n);
    uint64_t v = 0;
    for (size_t i = 0; i < raw.n; i++) {
        v = v << 8 | raw.p[i];
    }
    return v;
}

uint8_t rd_u8(struct reader *r)
{
    return (uint8_t)big_endian(r, 1);
}

uint16_t rd_be16(struct reader *r)
{
    return (uint16_t)big_endian(r, 2);
}

uint32_t rd_be32(struct reader *r)
{
    return (uint32_t)big_endian(r, 4);
}

uint64_t rd_be64(struct reader *r)
{
    return big_endian(r, 8);
}

uint64_t rd_length(struct reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        uint8_t byte = rd_u8(r);
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            r->failed = r->failed || (byte == 0 && shift > 0);
            return r->failed ? 0 : v;
        }
    }
    r->failed = true;
    return 0;
}

uint64_t rd_least(struct reader *r, size_t n)
{
    uint64_t v = n >= 1 && n <= 8 ? big_endian(r, n) : 0;
    r->failed = r->failed || n < 1 || n > 8 || v >> (8 * (n - 1)) == 0;
    return r->failed ? 0 : v;
}

bool rd_done(const struct reader *r)
{
    return !r->failed && r->left == 0;
}
