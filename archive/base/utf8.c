/* utf8.c: well-formed UTF-8, and text made safe for terminals and logs.
 *
 * Accepts exactly RFC 3629. Owns nothing; malformed input is an answer, not a failure. */
#include "utf8.h"

#include <string.h>

static bool is_tail(uint8_t b)
{
    return (b & 0xC0) == 0x80;
}

/* The first byte fixes the length and, together with the smallest code point of that length, rules out overlong forms.
 */
size_t utf8_step(const uint8_t *p, size_t n, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (n == 0) {
        return 0;
    }
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || length > n) {
        return 0;
    }
    uint32_t v = p[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (!is_tail(p[i])) {
            return 0;
        }
        v = v << 6 | (p[i] & 0x3Fu);
    }
    if (v < smallest[length] || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF)) {
        return 0;
    }
    *code = v;
    return length;
}

bool code_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

bool code_is_bidi_control(uint32_t code)
{
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool code_is_noncharacter(uint32_t code)
{
    return (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

/* Bytes at the start that are ASCII, eight at a time. */
static size_t ascii_run(const uint8_t *p, size_t n)
{
    size_t i = 0;
    uint64_t eight;
    for (; i + sizeof eight <= n; i += sizeof eight) {
        memcpy(&eight, p + i, sizeof eight);
        if ((eight & 0x8080808080808080u) != 0) {
            break;
        }
    }
    return i;
}

bool utf8_valid(struct str s)
{
    struct bytes b = bytes_of(s);
    uint32_t code;
    for (size_t i = 0; i < b.n;) {
        i += ascii_run(b.p + i, b.n - i);
        size_t step = utf8_step(b.p + i, b.n - i, &code);
        if (step == 0 && i < b.n) {
            return false;
        }
        i += step;
    }
    return true;
}

size_t utf8_length(struct str s)
{
    struct bytes b = bytes_of(s);
    size_t count = 0;
    for (size_t i = 0; i < b.n; i++) {
        count += !is_tail(b.p[i]);
    }
    return count;
}

/* One character, or one byte that is none, as it may be shown. Returns the length of `shown`, sets what was consumed.
 */
static size_t show(const uint8_t *p, size_t n, char shown[16], size_t *consumed)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t code = 0;
    size_t step = utf8_step(p, n, &code);
    if (step > 0 && !code_is_control(code) && !code_is_bidi_control(code)) {
        memcpy(shown, p, step);
        *consumed = step;
        return step;
    }
    *consumed = step > 0 ? step : 1;
    size_t at = 0;
    for (size_t i = 0; i < *consumed; i++) {
        shown[at++] = '\\';
        shown[at++] = 'x';
        shown[at++] = digits[p[i] >> 4];
        shown[at++] = digits[p[i] & 15];
    }
    return at;
}

void text_printable(struct str in, char *out, size_t out_size)
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    struct bytes b = bytes_of(in);
    size_t at = 0, cut_at = 0; /* cut_at: the last place where the ellipsis still fits */
    if (out_size == 0) {
        return;
    }
    for (size_t i = 0; i < b.n;) {
        char shown[16];
        size_t consumed, length = show(b.p + i, b.n - i, shown, &consumed);
        if (at + length + 1 > out_size) {
            at = cut_at;
            if (at + sizeof ellipsis <= out_size) {
                memcpy(out + at, ellipsis, sizeof ellipsis - 1);
                at += sizeof ellipsis - 1;
            }
            break;
        }
        memcpy(out + at, shown, length);
        at += length;
        i += consumed;
        if (at + sizeof ellipsis <= out_size) {
            cut_at = at;
        }
    }
    out[at] = '\0';
}
