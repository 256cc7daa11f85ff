/* number.c: the one number parser.
 *
 * A number has one spelling: ASCII digits without sign, blank or leading zero. Anything else, and anything outside the
 * range, is false. Owns nothing. */
#include "base.h"

bool parse_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out)
{
    if (s.n == 0 || s.n > 20 || (s.n > 1 && s.p[0] == '0')) {
        return false;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (v > (UINT64_MAX - digit) / 10) {
            return false;
        }
        v = v * 10 + digit;
    }
    if (v < min || v > max) {
        return false;
    }
    *out = v;
    return true;
}

bool parse_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    struct str digits = negative ? (struct str){s.p + 1, s.n - 1} : s;
    uint64_t v = 0;
    if (!parse_u64(digits, negative, negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, &v)) {
        return false; /* "-0" too: zero has one spelling */
    }
    int64_t signed_value = negative ? -(int64_t)(v - 1) - 1 : (int64_t)v;
    if (signed_value < min || signed_value > max) {
        return false;
    }
    *out = signed_value;
    return true;
}
