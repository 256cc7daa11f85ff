/* content_inline.c: a content so small that it lives sealed in its row (content_format.h, "inline box"). */
#include "content_write.h"

#include <string.h>

#define INLINE_AAD (CONTENT_HEADER + CONTENT_INLINE_PREFIX)

enum { INLINE_RAW = 0, INLINE_ZLIB = 1 };

static void inline_aad(const struct id *object, const uint8_t prefix[CONTENT_INLINE_PREFIX], uint8_t out[INLINE_AAD])
{
    static const struct id no_name;
    content_header_write(&no_name, object, out);
    memcpy(out + CONTENT_HEADER, prefix, CONTENT_INLINE_PREFIX);
}

static void inline_key(const struct key *record_key, struct key *out)
{
    static const struct id no_name;
    content_subkey(record_key, &no_name, out);
}

bool content_box_seal(struct content_tools *t, const struct key *key, const struct id *object, struct bytes plain,
                      struct content_box *box, struct err *e)
{
    struct key own CLEANUP(key_wipe);
    struct buf sealed CLEANUP(buf_free) = BUF_INIT(CONTENT_BOX_MAX);
    uint8_t prefix[CONTENT_INLINE_PREFIX] = {CONTENT_INLINE_VERSION, INLINE_RAW}, aad[INLINE_AAD];
    if (!content_tools_deflater(t, e)) {
        return false;
    }
    size_t packed = deflate_if_it_pays(t->deflater, plain, t->packed);
    if (packed > 0) {
        prefix[1] = INLINE_ZLIB;
        plain = (struct bytes){t->packed, packed};
    }
    inline_aad(object, prefix, aad);
    inline_key(key, &own);
    if (!seal_box(&own, (struct bytes){aad, sizeof aad}, plain, &sealed, e) || !buf_ok(&sealed, e)) {
        return false;
    }
    memcpy(box->b, prefix, sizeof prefix);
    memcpy(box->b + sizeof prefix, sealed.p, sealed.n);
    box->n = sizeof prefix + sealed.n;
    return true;
}

static bool damaged(struct err *e, const char *what)
{
    return err_set(e, ERR_CORRUPT, "the content in the record's row is damaged: %s", tr(e->lang, what));
}

static bool prefix_check(struct bytes box, uint64_t size, struct err *e)
{
    if (size == 0 || size > CONTENT_INLINE_MAX) {
        return damaged(e, N_("its size is not one that a row holds"));
    }
    if (box.n <= CONTENT_INLINE_PREFIX + SEAL_BOX_OVERHEAD || box.n > CONTENT_BOX_MAX) {
        return damaged(e, N_("it has an impossible length"));
    }
    if (box.p[0] > CONTENT_INLINE_VERSION) {
        return err_set(e, ERR_UNSUPPORTED,
                       "the content in the record's row says version %u and this program knows up to %u: use a newer "
                       "one, or it was changed",
                       box.p[0], CONTENT_INLINE_VERSION);
    }
    if (box.p[0] != CONTENT_INLINE_VERSION || box.p[1] > INLINE_ZLIB) {
        return damaged(e, N_("it does not begin as a sealed content does"));
    }
    return true;
}

bool content_box_open(struct content_tools *t, const struct key *key, const struct id *object, struct bytes box,
                      uint64_t size, uint8_t out[CONTENT_INLINE_MAX], struct err *e)
{
    struct key own CLEANUP(key_wipe);
    struct buf body CLEANUP(buf_free) = BUF_INIT(CONTENT_BOX_MAX); /* the tag passes through it */
    uint8_t aad[INLINE_AAD];
    inline_key(key, &own);
    if (!prefix_check(box, size, e) || !content_tools_inflater(t, e)) {
        return false;
    }
    inline_aad(object, box.p, aad);
    struct bytes sealed = {box.p + CONTENT_INLINE_PREFIX, box.n - CONTENT_INLINE_PREFIX};
    if (!unseal_box(&own, (struct bytes){aad, sizeof aad}, sealed, &body, e)) {
        if (e->code != ERR_CORRUPT) {
            return false;
        }
        return damaged(e, N_("its seal does not match (it was changed, or it belongs to another record or key)"));
    }
    if (box.p[1] == INLINE_ZLIB) {
        return inflate_exactly(t->inflater, buf_bytes(&body), out, (size_t)size) ||
               damaged(e, N_("it does not decompress to its size"));
    }
    if (body.n != size) {
        return damaged(e, N_("it does not have its size"));
    }
    memcpy(out, body.p, body.n);
    return true;
}
