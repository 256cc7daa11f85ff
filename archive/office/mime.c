/* mime.c: text as mail carries it: encoded words of RFC 2047 for headers, quoted-printable of RFC 2045 for bodies.
 * Pure; a buffer that fails says so itself. */
#include "office_notice.h"

#include <string.h>

#define WORD_BYTES 45u /* of text in one word: 60 characters of base64, 72 with its marks */
#define LINE_MOST  73u /* of 76, so that a coded byte fits still */

static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < ' ' || s.p[i] > '~') {
            return false;
        }
    }
    return !str_starts(s, "=?") && s.n <= 60;
}

/* How much of s fits a word and ends with a whole character. */
static size_t word_end(struct str s)
{
    size_t n = s.n < WORD_BYTES ? s.n : WORD_BYTES;
    while (n > 1 && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80) {
        n--;
    }
    return n;
}

static void coded(struct buf *out, struct str text)
{
    char base64[4 * ((WORD_BYTES + 2) / 3) + 1];
    while (text.n > 0) {
        size_t n = word_end(text);
        base64_encode((struct bytes){(const uint8_t *)text.p, n}, base64);
        buf_fmt(out, "=?UTF-8?B?%s?=", base64);
        text = (struct str){text.p + n, text.n - n};
        buf_add_z(out, text.n > 0 ? "\r\n " : "");
    }
}

void mime_words(struct buf *out, struct str text)
{
    if (is_plain(text)) {
        buf_add_str(out, text);
    } else {
        coded(out, text);
    }
}

void mime_phrase(struct buf *out, struct str text)
{
    bool atoms = is_plain(text);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        atoms &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ';
    }
    if (atoms) {
        buf_add_str(out, text);
    } else {
        coded(out, text);
    }
}

static void quoted_byte(struct buf *out, unsigned char c, bool last_of_line, size_t *column)
{
    bool plain = (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !last_of_line);
    if (*column >= LINE_MOST) {
        buf_add_z(out, "=\r\n");
        *column = 0;
    }
    if (plain && !(c == '.' && *column == 0)) { /* a lone dot at the beginning is the mark of an end to some */
        buf_add_u8(out, c);
        (*column)++;
    } else {
        buf_fmt(out, "=%02X", c);
        *column += 3;
    }
}

void mime_quoted(struct buf *out, struct str text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n') {
            buf_add_z(out, "\r\n");
            column = 0;
        } else {
            quoted_byte(out, (unsigned char)text.p[i], i + 1 == text.n || text.p[i + 1] == '\n', &column);
        }
    }
}
