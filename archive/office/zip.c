/* zip.c: see zip.h. */
#include "zip.h"

#include <string.h>

#define BLOCK      65535u /* most bytes of a stored block */
#define BLOCK_HEAD 5u
#define LIMIT32    UINT64_C(0xFFFFFFFF)
#define LIMIT16    0xFFFFu
#define FLAGS      0x0808u /* the sizes follow the content; the name is UTF-8 */
#define DEFLATED   8u
#define UNIX_FILE  (0100644u << 16)

#define LOCAL_HEAD   30u
#define CENTRAL_HEAD 46u
#define EXTRA_LOCAL  20u
#define END_RECORD   22u
#define END64_RECORD (56u + 20u) /* and its locator */

static uint64_t packed_size(uint64_t size)
{
    uint64_t blocks = size == 0 ? 1 : (size + BLOCK - 1) / BLOCK;
    return size + blocks * BLOCK_HEAD;
}

/* Whether a member's sizes need 64 bits. */
static bool is_large(const struct zip_member *m)
{
    return packed_size(m->size) >= LIMIT32;
}

static uint64_t central_extra(const struct zip_member *m, uint64_t place)
{
    uint64_t n = (is_large(m) ? 16u : 0u) + (place >= LIMIT32 ? 8u : 0u);
    return n > 0 ? n + 4 : 0;
}

/* Header, content and what follows it. */
static uint64_t member_size(const struct zip_member *m)
{
    uint64_t sizes = is_large(m) ? EXTRA_LOCAL + 24u : 16u;
    return LOCAL_HEAD + m->name.n + packed_size(m->size) + sizes;
}

static bool ends_large(size_t n, uint64_t central_place, uint64_t central_size)
{
    return n >= LIMIT16 || central_place >= LIMIT32 || central_size >= LIMIT32;
}

uint64_t zip_size(const struct zip_member *list, size_t n, uint64_t from)
{
    uint64_t place = from, central = 0;
    for (size_t i = 0; i < n; i++) {
        central += CENTRAL_HEAD + list[i].name.n + central_extra(&list[i], place);
        place += member_size(&list[i]);
    }
    return place - from + central + END_RECORD + (ends_large(n, place, central) ? END64_RECORD : 0);
}

/* ---------------------------------------------------------------- little-endian fields */

struct fields {
    uint8_t b[128];
    size_t n;
};

static void put_le(struct fields *f, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        f->b[f->n++] = (uint8_t)(v >> (8 * i));
    }
}

static void put_capped(struct fields *f, uint64_t v)
{
    put_le(f, v < LIMIT32 ? v : LIMIT32, 4);
}

/* Time and date as the format has them: the clock of the place, two seconds apart, from 1980 on. */
static void put_time(struct fields *f, instant t)
{
    struct day day;
    int hour, minute, second, year, month, of_month;
    warsaw_clock(t, &day, &hour, &minute, &second);
    day_split(day, &year, &month, &of_month);
    bool fits = year >= 1980 && year <= 2107;
    put_le(f, fits ? (uint64_t)(hour << 11 | minute << 5 | second / 2) : 0, 2);
    put_le(f, fits ? (uint64_t)((year - 1980) << 9 | month << 5 | of_month) : 0x21, 2);
}

/* ---------------------------------------------------------------- the stream */

struct zip {
    zip_sink sink;
    void *ctx;
    uint64_t place;
    struct zip_member *m; /* the one at hand */
    uint64_t left;        /* of its bytes */
    size_t room;          /* bytes that its open block still takes */
};

static bool emit(struct zip *z, const void *p, size_t n, struct err *e)
{
    z->place += n;
    return n == 0 || z->sink(z->ctx, (struct bytes){p, n}, e);
}

static bool emit_fields(struct zip *z, const struct fields *f, struct err *e)
{
    return emit(z, f->b, f->n, e);
}

/* The next block holds as much as is left, at most BLOCK. */
static bool begin_block(struct zip *z, struct err *e)
{
    size_t n = z->left < BLOCK ? (size_t)z->left : BLOCK;
    struct fields f = {.n = 0};
    put_le(&f, z->left <= BLOCK, 1); /* the last one */
    put_le(&f, n, 2);
    put_le(&f, ~(uint64_t)n, 2);
    z->room = n;
    return emit_fields(z, &f, e);
}

static bool wrong_size(struct zip *z, struct err *e)
{
    return err_set(e, ERR_CORRUPT, "%.*s has another size than the one that was said", (int)z->m->name.n, z->m->name.p);
}

static bool take_piece(void *ctx, struct bytes piece, struct err *e)
{
    struct zip *z = ctx;
    if (piece.n > z->left) {
        return wrong_size(z, e);
    }
    z->m->crc = store_crc32(z->m->crc, piece);
    while (piece.n > 0) {
        size_t n = piece.n < z->room ? piece.n : z->room;
        if (!emit(z, piece.p, n, e)) {
            return false;
        }
        z->room -= n;
        z->left -= n;
        piece = (struct bytes){piece.p + n, piece.n - n};
        if (z->room == 0 && z->left > 0 && !begin_block(z, e)) {
            return false;
        }
    }
    return true;
}

static bool write_local(struct zip *z, struct err *e)
{
    struct fields f = {.n = 0};
    bool large = is_large(z->m);
    put_le(&f, 0x04034b50, 4);
    put_le(&f, large ? 45 : 20, 2);
    put_le(&f, FLAGS, 2);
    put_le(&f, DEFLATED, 2);
    put_time(&f, z->m->time);
    put_le(&f, 0, 4);
    put_le(&f, large ? LIMIT32 : 0, 4);
    put_le(&f, large ? LIMIT32 : 0, 4);
    put_le(&f, z->m->name.n, 2);
    put_le(&f, large ? EXTRA_LOCAL : 0, 2);
    if (!emit_fields(z, &f, e) || !emit(z, z->m->name.p, z->m->name.n, e)) {
        return false;
    }
    f.n = 0;
    if (large) {
        put_le(&f, 1, 2);
        put_le(&f, 16, 2);
        put_le(&f, 0, 8);
        put_le(&f, 0, 8);
    }
    return emit_fields(z, &f, e);
}

static bool write_member(struct zip *z, struct zip_member *m, struct err *e)
{
    struct fields f = {.n = 0};
    size_t width = is_large(m) ? 8 : 4;
    z->m = m;
    z->left = m->size;
    m->place = z->place;
    m->crc = 0;
    if (!write_local(z, e) || !begin_block(z, e) || !m->write(m->ctx, take_piece, z, e)) {
        return false;
    }
    if (z->left > 0) {
        return wrong_size(z, e);
    }
    put_le(&f, 0x08074b50, 4);
    put_le(&f, m->crc, 4);
    put_le(&f, packed_size(m->size), width);
    put_le(&f, m->size, width);
    return emit_fields(z, &f, e);
}

/* ---------------------------------------------------------------- the directory at its end */

static bool write_central(struct zip *z, const struct zip_member *m, struct err *e)
{
    struct fields f = {.n = 0};
    uint64_t extra = central_extra(m, m->place);
    put_le(&f, 0x02014b50, 4);
    put_le(&f, 3u << 8 | 45u, 2); /* made on Unix */
    put_le(&f, extra > 0 ? 45 : 20, 2);
    put_le(&f, FLAGS, 2);
    put_le(&f, DEFLATED, 2);
    put_time(&f, m->time);
    put_le(&f, m->crc, 4);
    put_le(&f, is_large(m) ? LIMIT32 : packed_size(m->size), 4);
    put_le(&f, is_large(m) ? LIMIT32 : m->size, 4);
    put_le(&f, m->name.n, 2);
    put_le(&f, extra, 2);
    put_le(&f, 0, 6); /* no comment, first disk, no attributes of its content */
    put_le(&f, UNIX_FILE, 4);
    put_capped(&f, m->place);
    if (!emit_fields(z, &f, e) || !emit(z, m->name.p, m->name.n, e)) {
        return false;
    }
    f.n = 0;
    if (extra > 0) {
        put_le(&f, 1, 2);
        put_le(&f, extra - 4, 2);
        put_le(&f, m->size, is_large(m) ? 8 : 0);
        put_le(&f, packed_size(m->size), is_large(m) ? 8 : 0);
        put_le(&f, m->place, m->place >= LIMIT32 ? 8 : 0);
    }
    return emit_fields(z, &f, e);
}

static void put_end64(struct fields *f, size_t n, uint64_t central, uint64_t size, uint64_t here)
{
    put_le(f, 0x06064b50, 4);
    put_le(f, 44, 8);
    put_le(f, 3u << 8 | 45u, 2);
    put_le(f, 45, 2);
    put_le(f, 0, 8);
    put_le(f, n, 8);
    put_le(f, n, 8);
    put_le(f, size, 8);
    put_le(f, central, 8);
    put_le(f, 0x07064b50, 4);
    put_le(f, 0, 4);
    put_le(f, here, 8);
    put_le(f, 1, 4);
}

static bool write_end(struct zip *z, size_t n, uint64_t central, struct err *e)
{
    struct fields f = {.n = 0};
    uint64_t size = z->place - central;
    if (ends_large(n, central, size)) {
        put_end64(&f, n, central, size, z->place);
    }
    put_le(&f, 0x06054b50, 4);
    put_le(&f, 0, 4);
    put_le(&f, n < LIMIT16 ? n : LIMIT16, 2);
    put_le(&f, n < LIMIT16 ? n : LIMIT16, 2);
    put_capped(&f, size);
    put_capped(&f, central);
    put_le(&f, 0, 2);
    return emit_fields(z, &f, e);
}

bool zip_write(struct zip_member *list, size_t n, uint64_t from, zip_sink sink, void *ctx, struct err *e)
{
    struct zip z = {.sink = sink, .ctx = ctx, .place = from};
    for (size_t i = 0; i < n; i++) {
        if (!write_member(&z, &list[i], e)) {
            return false;
        }
    }
    uint64_t central = z.place;
    for (size_t i = 0; i < n; i++) {
        if (!write_central(&z, &list[i], e)) {
            return false;
        }
    }
    return write_end(&z, n, central, e);
}
