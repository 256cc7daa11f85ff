/* pack.c: texts that lie in a row, smaller. Documents of law and cards are read seldom and kept for ever.
 *
 * Form: 0 and the bytes as they are, or 1, their number be32, and one zlib stream of them. A text comes back exactly or
 * not at all: ERR_CORRUPT, ERR_TOO_BIG beyond what the caller allows, ERR_MEMORY. */
#include "compress.h"
#include "store_internal.h"

enum { FORM_AS_IT_IS = 0, FORM_ZLIB = 1 };
#define PIECE_MOST (1u << 20) /* what the compressor takes at once; a longer text lies as it is */

static void free_room(uint8_t **p)
{
    mem_free(*p);
}

bool store_pack(struct bytes plain, struct buf *out, struct err *e)
{
    uint8_t *room CLEANUP(free_room) = mem_alloc(plain.n + 1);
    struct deflater *d CLEANUP(deflater_free) = deflater_new();
    if (d == NULL || room == NULL)
        return err_set(e, ERR_MEMORY, "out of memory");
    size_t n = plain.n <= PIECE_MOST ? deflate_if_it_pays(d, plain, room) : 0;
    if (n == 0) {
        buf_add_u8(out, FORM_AS_IT_IS);
        buf_add(out, plain.p, plain.n);
    } else {
        buf_add_u8(out, FORM_ZLIB);
        buf_add_be32(out, (uint32_t)plain.n);
        buf_add(out, room, n);
    }
    return buf_ok(out, e);
}

bool store_unpack(struct bytes stored, size_t max, struct arena *a, struct bytes *plain, struct err *e)
{
    struct reader r = reader_of(stored);
    uint8_t form = rd_u8(&r);
    if (!r.failed && form == FORM_AS_IT_IS) {
        *plain = (struct bytes){stored.p + 1, stored.n - 1};
        return true;
    }
    size_t n = rd_be32(&r);
    if (r.failed || form != FORM_ZLIB)
        return err_set(e, ERR_CORRUPT, "a packed text is damaged");
    if (n > max)
        return err_set(e, ERR_TOO_BIG, "a packed text has more than %zu bytes", max);
    struct inflater *i CLEANUP(inflater_free) = inflater_new();
    uint8_t *p = arena_alloc(a, n + 1);
    if (i == NULL || p == NULL)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!inflate_exactly(i, (struct bytes){stored.p + (stored.n - r.left), r.left}, p, n))
        return err_set(e, ERR_CORRUPT, "a packed text is damaged");
    *plain = (struct bytes){p, n};
    return true;
}
