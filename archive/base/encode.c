/* encode.c: hexadecimal and base64 in one spelling each: what decodes encodes back to the same characters.
 * Owns nothing; a decoder fails by false. */
#include "base.h"

void hex_encode(struct bytes in, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < in.n; i++) {
        *out++ = digits[in.p[i] >> 4];
        *out++ = digits[in.p[i] & 15];
    }
    *out = '\0';
}

/* Value of a digit and 1 more; 0 is no digit. A table, because the log's entries are mostly digests in hex. */
static const uint8_t hex_values[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

bool hex_decode(struct str in, uint8_t *out, size_t n)
{
    const uint8_t *digits = (const uint8_t *)in.p;
    if (in.n % 2 != 0 || in.n / 2 != n) {
        return false;
    }
    for (size_t i = 0; i < in.n; i++) {
        if (hex_values[digits[i]] == 0) {
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)((hex_values[digits[2 * i]] - 1) << 4 | (hex_values[digits[2 * i + 1]] - 1));
    }
    return true;
}

size_t base64_encoded_len(size_t n)
{
    return (n + 2) / 3 * 4;
}

void base64_encode(struct bytes in, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t i = 0;
    for (; i + 3 <= in.n; i += 3) {
        uint32_t v = (uint32_t)in.p[i] << 16 | (uint32_t)in.p[i + 1] << 8 | in.p[i + 2];
        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        *out++ = digits[v >> 6 & 63];
        *out++ = digits[v & 63];
    }
    size_t rest = in.n - i;
    if (rest > 0) {
        uint32_t v = (uint32_t)in.p[i] << 16 | (rest == 2 ? (uint32_t)in.p[i + 1] << 8 : 0);
        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        *out++ = rest == 2 ? digits[v >> 6 & 63] : '=';
        *out++ = '=';
    }
    *out = '\0';
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters, the last `pad` of them '='. False on a foreign character or on spare bits that are not zero. */
static bool base64_quad(const char *in, size_t pad, uint32_t *out)
{
    uint32_t v = 0;
    for (size_t i = 0; i < 4 - pad; i++) {
        int digit = base64_value(in[i]);
        if (digit < 0) {
            return false;
        }
        v = v << 6 | (uint32_t)digit;
    }
    v <<= 6 * pad;
    uint32_t spare = pad == 0 ? 0 : pad == 1 ? 0xFFu : 0xFFFFu;
    *out = v;
    return (v & spare) == 0;
}

bool base64_decode(struct str in, uint8_t *out, size_t cap, size_t *out_n)
{
    if (in.n % 4 != 0) {
        return false;
    }
    size_t pad = in.n == 0 || in.p[in.n - 1] != '=' ? 0 : in.p[in.n - 2] != '=' ? 1 : 2;
    size_t n = in.n / 4 * 3 - pad, at = 0;
    if (n > cap) {
        return false;
    }
    for (size_t i = 0; i < in.n; i += 4) {
        uint32_t v = 0;
        bool last = i + 4 == in.n;
        if (!base64_quad(in.p + i, last ? pad : 0, &v)) {
            return false;
        }
        for (int shift = 16; shift >= 0 && at < n; shift -= 8) {
            out[at++] = (uint8_t)(v >> shift);
        }
    }
    *out_n = n;
    return true;
}
