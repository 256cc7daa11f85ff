/* opening.c: the salted text behind an entry's digests: what must not stand in the log itself.
 *
 * A line is `key SP value LF`. Bytes of a value that are not printable ASCII, the percent sign, and a blank at either
 * end stand as %XX, so that one content has one text and the text survives any terminal, form or decade. Pure. */
#include "ledger_internal.h"

#include <string.h>

static const char opening_version[] = "akta-opening/v1";

static bool key_ok(const char *key)
{
    size_t n = 0;
    for (; key[n] != '\0'; n++) {
        bool ok = (key[n] >= 'a' && key[n] <= 'z') || (key[n] >= '0' && key[n] <= '9') || key[n] == '-';
        if (!ok)
            return false;
    }
    return n >= 1 && n <= 48;
}

static void add_value(struct buf *out, struct str v)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < v.n; i++) {
        uint8_t c = (uint8_t)v.p[i];
        bool at_end = i == 0 || i + 1 == v.n;
        if (c < 0x20 || c > 0x7E || c == '%' || (c == ' ' && at_end)) {
            char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_add(out, escaped, sizeof escaped);
        } else {
            buf_add_u8(out, c);
        }
    }
}

bool opening_text(const struct salt *salt, const struct id *object, uint32_t event, const struct entry_line *lines,
                  size_t n, struct buf *out, struct err *e)
{
    char salt_hex[65], object_hex[33];
    hex_encode((struct bytes){salt->b, sizeof salt->b}, salt_hex);
    id_text(*object, object_hex);
    buf_fmt(out, "%s\nsalt %s\nobject %s\nevent %u\n", opening_version, salt_hex, object_hex, event);
    explicit_bzero(salt_hex, sizeof salt_hex);
    for (size_t i = 0; i < n; i++) {
        if (!key_ok(lines[i].key) || !utf8_valid(lines[i].value))
            return err_set(e, ERR_INVALID,
                           "line %zu of an opening has a key that is no word or a value that is no UTF-8", i + 1);
        if (lines[i].value.n == 0)
            continue;
        buf_add_z(out, lines[i].key);
        buf_add_u8(out, ' ');
        add_value(out, lines[i].value);
        buf_add_u8(out, '\n');
    }
    return buf_ok(out, e);
}
