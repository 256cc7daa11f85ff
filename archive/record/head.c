/* head.c: see head.h. */
#include "head.h"

#include <string.h>

static bool grow(struct head *h, size_t want)
{
    size_t cap = h->cap ? h->cap : 4096;
    while (cap < want)
        cap *= 2;
    if (cap == h->cap)
        return true;
    uint8_t *p = mem_realloc(h->p, cap);
    if (!p)
        return false;
    h->p = p;
    h->cap = cap;
    return true;
}

/* A PDF says so in its first line: the helper asks for no more, and most of what an office keeps is PDF. */
static size_t enough(const struct head *h, const uint8_t *piece, size_t n)
{
    const uint8_t *start = h->n ? h->p : piece;
    size_t have = h->n ? h->n : n;
    return have >= 5 && memcmp(start, "%PDF-", 5) == 0 ? HEAD_OF_PDF : HEAD_LIMIT;
}

static bool tee_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct head *h = ctx;
    if (!h->inner.read(h->inner.ctx, p, n, got, e))
        return false;
    size_t most = enough(h, p, *got), room = h->n < most ? most - h->n : 0, take = *got < room ? *got : room;
    if (take && grow(h, h->n + take)) {
        memcpy(h->p + h->n, p, take);
        h->n += take;
    }
    return true;
}

struct content_source head_tee(struct head *h, struct content_source inner)
{
    *h = (struct head){.inner = inner};
    return (struct content_source){.read = tee_read, .ctx = h, .size_hint = inner.size_hint};
}

void head_free(struct head *h)
{
    mem_free(h->p);
    *h = (struct head){0};
}
