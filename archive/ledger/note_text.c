/* note_text.c: the small text pieces that notes, proofs and entries are made of: lines, hashes in base64, names.
 *
 * Pure; every reader is strict: what it accepts has exactly one spelling. */
#include "ledger_internal.h"

#include <string.h>

void hash_text(const struct hash *h, char out[HASH_TEXT_SIZE])
{
    base64_encode(hash_bytes(h), out);
}

bool hash_parse(struct str s, struct hash *out)
{
    struct hash got;
    size_t n;
    if (s.n != HASH_TEXT_SIZE - 1 || !base64_decode(s, got.b, sizeof got.b, &n) || n != sizeof got.b)
        return false;
    *out = got;
    return true;
}

bool line_take(struct str *rest, struct str *line)
{
    const char *lf = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
    if (lf == NULL)
        return false;
    size_t n = (size_t)(lf - rest->p);
    *line = (struct str){rest->p, n};
    *rest = (struct str){lf + 1, rest->n - n - 1};
    return true;
}

bool prefix_take(struct str *s, const char *prefix)
{
    size_t n = strlen(prefix);
    if (!str_starts(*s, prefix))
        return false;
    *s = (struct str){s->p + n, s->n - n};
    return true;
}

bool ascii_printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 0x20 || s.p[i] > 0x7E)
            return false;
    }
    return true;
}

bool origin_ok(const char *origin)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789./_-";
    size_t n = strlen(origin);
    return n >= 1 && n <= ORIGIN_MAX && strspn(origin, allowed) == n;
}

/* The code point at s.p of valid UTF-8, and how many bytes it takes. */
static uint32_t code_point(struct str s, size_t *used)
{
    uint8_t first = (uint8_t)s.p[0];
    size_t n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    uint32_t c = n == 1 ? first : first & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((uint8_t)s.p[i] & 0x3Fu);
    *used = n;
    return c;
}

/* Unicode White_Space. */
static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool key_name_ok(struct str name)
{
    if (name.n == 0 || !utf8_valid(name))
        return false;
    for (size_t i = 0, used = 0; i < name.n; i += used) {
        uint32_t c = code_point((struct str){name.p + i, name.n - i}, &used);
        if (c == '+' || c < 0x20 || is_space(c)) /* no note may hold control characters */
            return false;
    }
    return true;
}
