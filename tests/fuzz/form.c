/* Any bytes as an urlencoded form. Pairs come out as valid text or the form is refused; written again by the standard's
 * own rules and read once more they are the same pairs. */
#include "fcgi/body.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_coded(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            buf_add_u8(out, c);
        } else if (c == ' ') {
            buf_add_u8(out, '+');
        } else {
            buf_fmt(out, "%%%02X", c);
        }
    }
}

static bool write_again(struct str form, struct arena *ar, struct buf *out, size_t *pairs)
{
    struct str name, value;
    struct err e = ERR_INIT;
    bool more = true;
    *pairs = 0;
    while (pair_next(&form, ar, &name, &value, &more, &e)) {
        if (!more) {
            return true;
        }
        if (!utf8_valid(name) || !utf8_valid(value)) {
            abort();
        }
        write_coded(out, name);
        buf_add_u8(out, '=');
        write_coded(out, value);
        buf_add_u8(out, '&');
        ++*pairs;
    }
    if (e.code == ERR_NONE || e.text[0] == '\0') {
        abort();
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf once CLEANUP(buf_free) = BUF_INIT(16u << 20), twice CLEANUP(buf_free) = BUF_INIT(16u << 20);
    struct arena *ar = arena_new(64u << 20);
    size_t first, second;
    if (write_again((struct str){(const char *)data, size}, ar, &once, &first)) {
        if (!write_again(buf_str(&once), ar, &twice, &second) || first != second || once.n != twice.n ||
            (once.n > 0 && memcmp(once.p, twice.p, once.n) != 0)) {
            abort();
        }
    }
    arena_free(&ar);
    return 0;
}
