/* pairs.c: percent codes, and the name=value pairs of a query or of an urlencoded form. */
#include "body.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Nothing in it is coded: it may stay where it is. */
static bool is_plain(struct str in)
{
    return in.n == 0 || (memchr(in.p, '%', in.n) == NULL && memchr(in.p, '+', in.n) == NULL && utf8_valid(in));
}

bool percent_decode(struct str in, bool plus, struct arena *ar, struct str *out, struct err *e)
{
    char *p = arena_alloc(ar, in.n + 1);
    size_t n = 0;
    if (p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] == '%') {
            int high = i + 2 < in.n ? hex_digit(in.p[i + 1]) : -1, low = i + 2 < in.n ? hex_digit(in.p[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return err_set(e, ERR_INVALID, "a percent code in what was sent is cut off");
            }
            p[n++] = (char)(high << 4 | low);
            i += 2;
        } else {
            p[n++] = plus && in.p[i] == '+' ? ' ' : in.p[i];
        }
    }
    *out = (struct str){p, n};
    return utf8_valid(*out) || err_set(e, ERR_INVALID, "what was sent holds bytes that are no text");
}

static struct str take_until(struct str *rest, char sign)
{
    const char *at = rest->n > 0 ? memchr(rest->p, sign, rest->n) : NULL;
    struct str front = {rest->p, at != NULL ? (size_t)(at - rest->p) : rest->n};
    size_t gone = at != NULL ? front.n + 1 : front.n;
    *rest = (struct str){rest->p + gone, rest->n - gone};
    return front;
}

bool pair_next(struct str *rest, struct arena *ar, struct str *name, struct str *value, bool *more, struct err *e)
{
    struct str pair = {NULL, 0};
    while (rest->n > 0 && pair.n == 0) {
        pair = take_until(rest, '&');
    }
    *more = pair.n > 0;
    if (!*more) {
        return true;
    }
    struct str front = take_until(&pair, '=');
    *name = front; /* compared and forgotten: a flood of them takes no memory */
    if (!is_plain(front) && !percent_decode(front, true, ar, name, e)) {
        return false;
    }
    *value = STR("");
    return pair.n == 0 || percent_decode(pair, true, ar, value, e);
}
