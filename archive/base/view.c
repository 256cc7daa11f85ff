/* view.c: borrowed views of text and bytes. Owns nothing, cannot fail. */
#include "base.h"

#include <string.h>

struct str str_of(const char *z)
{
    return z != NULL ? (struct str){z, strlen(z)} : STR_NONE;
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *z)
{
    return str_eq(a, str_of(z));
}

bool str_starts(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return n <= s.n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

int bytes_cmp(struct bytes a, struct bytes b)
{
    size_t common = a.n < b.n ? a.n : b.n;
    int order = common > 0 ? memcmp(a.p, b.p, common) : 0;
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

struct bytes bytes_of(struct str s)
{
    return (struct bytes){(const uint8_t *)s.p, s.n};
}

struct str str_of_bytes(struct bytes b)
{
    return (struct str){(const char *)b.p, b.n};
}
