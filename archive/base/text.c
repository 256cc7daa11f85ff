/* text.c: the gate for text from outside, and folding for search. The only file that knows libunistring.
 *
 * The gate gives text one spelling (NFC, LF, trimmed) or says what is wrong with it. libunistring allocates with malloc
 * when its result outgrows the buffer it is given, so results are copied to the arena and freed at once. */
#include "utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define SCRATCH 512u
/* No canonical composition makes more than four code points into one, so longer text cannot come below the limit. */
#define MOST_COMPOSED 4u

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_MEMORY, "out of memory");
}

/* Every code point below U+0300 is its own NFC and never combines: Polish text takes this short way. */
static bool is_plainly_nfc(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] >= 0xCC) {
            return false;
        }
    }
    return true;
}

/* What libunistring returned, copied to the arena; frees it unless it is the scratch buffer. */
static bool keep_result(struct arena *a, uint8_t *result, const uint8_t *scratch, size_t n, struct str *out,
                        struct err *e)
{
    if (result == NULL) {
        return errno == EILSEQ ? err_set(e, ERR_INVALID, "the text is not valid UTF-8") : no_memory(e);
    }
    struct str copy = arena_str(a, (struct str){(const char *)result, n});
    if (result != scratch) {
        free(result);
    }
    if (copy.p == NULL) {
        return no_memory(e);
    }
    *out = copy;
    return true;
}

static bool normalise(struct arena *a, uninorm_t form, struct str in, struct str *out, struct err *e)
{
    uint8_t scratch[SCRATCH];
    size_t n = sizeof scratch;
    uint8_t *result = u8_normalize(form, (const uint8_t *)in.p, in.n, scratch, &n);
    return keep_result(a, result, scratch, n, out, e);
}

static bool casefold(struct arena *a, struct str in, struct str *out, struct err *e)
{
    uint8_t scratch[SCRATCH];
    size_t n = sizeof scratch;
    uint8_t *result = u8_casefold((const uint8_t *)in.p, in.n, NULL, NULL, scratch, &n);
    return keep_result(a, result, scratch, n, out, e);
}

static struct str trim(struct str s)
{
    uint32_t code = 0;
    size_t step;
    while ((step = utf8_step((const uint8_t *)s.p, s.n, &code)) > 0 && uc_is_property_white_space(code)) {
        s.p += step;
        s.n -= step;
    }
    while (s.n > 0) {
        size_t last = 1;
        while (last < s.n && ((uint8_t)s.p[s.n - last] & 0xC0) == 0x80) {
            last++;
        }
        if (utf8_step((const uint8_t *)s.p + s.n - last, last, &code) == 0 || !uc_is_property_white_space(code)) {
            break;
        }
        s.n -= last;
    }
    return s;
}

/* Names the first character that may not stand in text. Well-formed UTF-8 in. */
static bool characters_allowed(const char *field, struct str s, bool lines, struct err *e)
{
    uint32_t code = 0;
    for (size_t i = 0; i < s.n; i += utf8_step((const uint8_t *)s.p + i, s.n - i, &code)) {
        utf8_step((const uint8_t *)s.p + i, s.n - i, &code);
        if (lines && (code == '\n' || code == '\t')) {
            continue;
        }
        if (code == '\n' || code == '\r') {
            return err_field(e, ERR_INVALID, field, "a line break is not allowed here; write the text in one line");
        }
        if (code_is_control(code) || code_is_bidi_control(code) || code_is_noncharacter(code)) {
            return err_field(e, ERR_INVALID, field, "the character U+%04X is not allowed; remove it", code);
        }
    }
    return true;
}

/* CRLF becomes LF. The copy is in the arena. */
static bool unix_lines(struct arena *a, struct str in, struct str *out, struct err *e)
{
    if (memchr(in.p, '\r', in.n) == NULL) {
        *out = in;
        return true;
    }
    char *p = arena_alloc(a, in.n + 1);
    if (p == NULL) {
        return no_memory(e);
    }
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] != '\r' || i + 1 == in.n || in.p[i + 1] != '\n') {
            p[n++] = in.p[i];
        }
    }
    *out = (struct str){p, n};
    return true;
}

static bool too_long(const char *field, size_t max_chars, struct err *e)
{
    return err_field(e, ERR_TOO_BIG, field, "the text is longer than %zu characters; shorten it", max_chars);
}

bool text_gate(struct arena *a, const char *field, struct str in, size_t max_chars, bool lines, struct str *out,
               struct err *e)
{
    if (!utf8_valid(in)) {
        return err_field(e, ERR_INVALID, field, "the text is not valid UTF-8; save it as UTF-8 and try again");
    }
    struct str s = trim(in);
    if (s.n == 0) {
        s = STR("");
    }
    if (utf8_length(s) / MOST_COMPOSED > max_chars) {
        return too_long(field, max_chars, e);
    }
    if (lines && !unix_lines(a, s, &s, e)) {
        return false;
    }
    if (!characters_allowed(field, s, lines, e)) {
        return false;
    }
    if (is_plainly_nfc(s)) {
        s = arena_str(a, s);
        if (s.p == NULL) {
            return no_memory(e);
        }
    } else if (!normalise(a, UNINORM_NFC, s, &s, e)) {
        return false;
    }
    if (utf8_length(s) > max_chars) {
        return too_long(field, max_chars, e);
    }
    *out = s;
    return true;
}

/* Letters whose stroke or dot no decomposition takes off. Keyed by the case-folded form. */
static char base_letter(uint32_t code)
{
    static const struct {
        uint32_t code;
        char base;
    } strokes[] = {{0x142, 'l'}, {0xF8, 'o'},  {0x111, 'd'}, {0x127, 'h'}, {0x131, 'i'},
                   {0x167, 't'}, {0x180, 'b'}, {0x1E5, 'g'}, {0x19A, 'l'}, {0x268, 'i'}};
    for (size_t i = 0; i < COUNT_OF(strokes); i++) {
        if (strokes[i].code == code) {
            return strokes[i].base;
        }
    }
    return '\0';
}

/* Diacritics proper: marks that sit above, below, over or attached. Vowel signs of other scripts have other classes. */
static bool is_diacritic(uint32_t code)
{
    int class = code < 0x300 ? 0 : uc_combining_class(code);
    return class == 1 || class >= 200;
}

/* Takes diacritics and strokes off decomposed, case-folded text. Never longer than the input. */
static bool strip_marks(struct arena *a, struct str in, struct str *out, struct err *e)
{
    char *p = arena_alloc(a, in.n + 1);
    if (p == NULL) {
        return no_memory(e);
    }
    size_t n = 0, step;
    uint32_t code = 0;
    for (size_t i = 0; i < in.n; i += step) {
        step = utf8_step((const uint8_t *)in.p + i, in.n - i, &code);
        if (step == 0) {
            return err_set(e, ERR_INVALID, "the text is not valid UTF-8");
        }
        char base = base_letter(code);
        if (base != '\0') {
            p[n++] = base;
        } else if (!is_diacritic(code)) {
            memcpy(p + n, in.p + i, step);
            n += step;
        }
    }
    *out = (struct str){p, n};
    return true;
}

static bool fold_ascii(struct arena *a, struct str in, struct str *out, struct err *e)
{
    char *p = arena_alloc(a, in.n + 1);
    if (p == NULL) {
        return no_memory(e);
    }
    for (size_t i = 0; i < in.n; i++) {
        p[i] = in.p[i] >= 'A' && in.p[i] <= 'Z' ? (char)(in.p[i] - 'A' + 'a') : in.p[i];
    }
    *out = (struct str){p, in.n};
    return true;
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* Decomposes, folds case (which composes nothing: the property test tries every code point), strips, and composes what
 * is left, such as Hangul. */
bool text_fold(struct arena *a, struct str in, struct str *out, struct err *e)
{
    if (is_ascii(in)) {
        return fold_ascii(a, in, out, e);
    }
    struct str s;
    if (!normalise(a, UNINORM_NFKD, in, &s, e) || !casefold(a, s, &s, e) || !strip_marks(a, s, &s, e)) {
        return false;
    }
    return normalise(a, UNINORM_NFC, s, out, e);
}
