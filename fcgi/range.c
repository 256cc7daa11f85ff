/* range.c: byte ranges (RFC 9110 §14): which part of a file a request asks for. One range at a time: a list of several,
 * and what is not of the form, is answered with the whole, as the RFC allows. Pure. */
#include "window.h"

#include <string.h>

/* Digits alone; more of them than fit count as the largest number. */
static bool number_of(struct str s, uint64_t *out)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    if (s.n > 0 && !parse_u64(s, 0, UINT64_MAX, out)) {
        *out = UINT64_MAX;
    }
    return s.n > 0;
}

static struct str trimmed(struct str s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s = (struct str){s.p + 1, s.n - 1};
    }
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) {
        s.n--;
    }
    return s;
}

/* The last `n` bytes. */
static enum range_kind suffix(uint64_t n, uint64_t size, struct byte_range *out)
{
    if (n == 0) {
        return RANGE_OUTSIDE;
    }
    out->from = n < size ? size - n : 0;
    out->n = size - out->from;
    return RANGE_PART;
}

enum range_kind range_of(struct str header, uint64_t size, struct byte_range *out)
{
    static const char unit[] = "bytes=";
    uint64_t first, last = UINT64_MAX;
    *out = (struct byte_range){0, size};
    if (header.n < sizeof unit || strncasecmp(header.p, unit, sizeof unit - 1) != 0 || size == 0) {
        return RANGE_WHOLE;
    }
    struct str set = trimmed((struct str){header.p + sizeof unit - 1, header.n - (sizeof unit - 1)});
    const char *dash = memchr(set.p, '-', set.n);
    if (dash == NULL) {
        return RANGE_WHOLE;
    }
    size_t at = (size_t)(dash - set.p);
    struct str before = trimmed((struct str){set.p, at}), after = trimmed((struct str){dash + 1, set.n - at - 1});
    if (before.n == 0) {
        return number_of(after, &last) ? suffix(last, size, out) : RANGE_WHOLE;
    }
    if (!number_of(before, &first) || (after.n > 0 && (!number_of(after, &last) || last < first))) {
        return RANGE_WHOLE;
    }
    if (first >= size) {
        return RANGE_OUTSIDE;
    }
    out->from = first;
    out->n = (last < size - 1 ? last : size - 1) - first + 1;
    return RANGE_PART;
}

void answer_range(struct answer *a, const struct request *q, struct arena *ar, struct byte_range *part)
{
    uint64_t size = a->stream_size;
    bool asked = q->range.n > 0 && str_is(q->method, "GET") &&
                 (q->if_range.n == 0 || str_is(q->if_range, a->etag)); /* of another file, or a date: the whole */
    enum range_kind kind = asked ? range_of(q->range, size, part) : RANGE_WHOLE;
    a->ranges = true;
    if (kind == RANGE_WHOLE) {
        *part = (struct byte_range){0, size};
        return;
    }
    a->status = kind == RANGE_PART ? 206 : 416;
    a->content_range = kind == RANGE_PART
                           ? arena_fmt(ar, "bytes %llu-%llu/%llu", (unsigned long long)part->from,
                                       (unsigned long long)(part->from + part->n - 1), (unsigned long long)size)
                           : arena_fmt(ar, "bytes */%llu", (unsigned long long)size);
    a->stream_size = kind == RANGE_PART ? part->n : 0;
}
