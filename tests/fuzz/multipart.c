/* Any bytes as a multipart body: first byte the size of the pieces in which it arrives, the rest the body. However it
 * is cut into pieces, the same parts come out or the same refusal; what comes out is text where text was promised. */
#include "fcgi/body.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct drip {
    struct bytes all;
    size_t at, step;
};

static bool drip_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct drip *d = ctx;
    size_t left = d->all.n - d->at;
    (void)e;
    *got = n < d->step ? n : d->step;
    *got = *got < left ? *got : left;
    if (*got > 0) {
        memcpy(p, d->all.p + d->at, *got);
    }
    d->at += *got;
    return true;
}

/* A line for each part, then the outcome. */
static void parts_of(struct bytes body, size_t step, struct buf *out)
{
    struct arena *ar = arena_new(8u << 20);
    struct drip d = {.all = body, .step = step};
    struct header_value type;
    struct multipart *m;
    struct part p;
    struct err e = ERR_INIT;
    struct str text;
    bool more = true;
    bool well =
        header_value_read(STR("multipart/form-data; boundary=B"), ar, &type, &e) &&
        multipart_open(&type, (struct content_source){drip_read, &d, 0}, &multipart_limits_standard, ar, &m, &e);
    for (unsigned i = 0; well; i++) {
        well = multipart_next(m, &p, &more, &e);
        if (!well || !more) {
            break;
        }
        if (!utf8_valid(p.name) || !utf8_valid(p.file_name) || memchr(p.file_name.p, '/', p.file_name.n) != NULL) {
            abort();
        }
        buf_add_str(out, p.name);
        if (i % 3 != 2) { /* some are passed over */
            well = multipart_text(m, 4000, &text, &e);
            buf_add_str(out, well ? text : STR("?"));
        }
    }
    if (!well && (e.code == ERR_NONE || e.text[0] == '\0')) {
        abort();
    }
    buf_add_u8(out, (uint8_t)e.code);
    arena_free(&ar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf one CLEANUP(buf_free) = BUF_INIT(4u << 20), other CLEANUP(buf_free) = BUF_INIT(4u << 20);
    if (size < 1) {
        return 0;
    }
    struct bytes body = {data + 1, size - 1};
    parts_of(body, 1u << 20, &one);
    parts_of(body, (size_t)data[0] + 1, &other);
    if (one.n != other.n || memcmp(one.p, other.p, one.n) != 0) {
        abort();
    }
    return 0;
}
