/* request_hint.c: what the wording of a letter hints at, by the word lists of conf/request-words.tsv, and whether a
 * number that identifies a person stands in it. A hint is a flag for the desk: it refuses nothing and changes no term.
 * Fails without memory. */
#include "request_internal.h"

#include "bulletin_internal.h"

#include <string.h>

extern const char _binary_request_words_tsv_start[], _binary_request_words_tsv_end[];

#define WORDS_MOST   4000u /* of one letter */
#define PATTERN_MOST 6u
#define IDENT_DIGITS 30u

enum { FLAG, WORDS, NOT_KINDS, FROM, UNTIL, COLUMNS };

struct hints {
    enum request_kind kind;
    struct day on;
    const struct str *words;
    size_t count;
    unsigned flags;
};

/* ---------------------------------------------------------------- words one after another */

struct pattern {
    struct str words[PATTERN_MOST];
    bool open[PATTERN_MOST]; /* any ending */
    size_t count;
};

static void pattern_of(struct str text, struct pattern *out)
{
    const char *at = text.p, *end = text.p + text.n;
    out->count = 0;
    while (at < end && out->count < PATTERN_MOST) {
        const char *blank = memchr(at, ' ', (size_t)(end - at));
        size_t n = (size_t)((blank == NULL ? end : blank) - at);
        bool open = n > 0 && at[n - 1] == '*';
        out->words[out->count] = (struct str){at, n - open};
        out->open[out->count++] = open;
        at += n + 1;
    }
}

static bool fits(const struct pattern *p, const struct str *words, size_t left)
{
    for (size_t i = 0; i < p->count; i++) {
        struct str want = p->words[i];
        if (i >= left || words[i].n < want.n || memcmp(words[i].p, want.p, want.n) != 0 ||
            (!p->open[i] && words[i].n != want.n)) {
            return false;
        }
    }
    return p->count > 0;
}

/* Is it one of the words of a list parted by commas? */
static bool listed(struct str list, const char *name)
{
    size_t n = strlen(name);
    for (size_t at = 0; at + n <= list.n; at++) {
        bool begins = at == 0 || list.p[at - 1] == ',';
        bool ends = at + n == list.n || list.p[at + n] == ',';
        if (begins && ends && memcmp(list.p + at, name, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool flag_of(struct str name, unsigned *out)
{
    for (unsigned bit = 1; bit <= REQUEST_HINT_UNSURE; bit <<= 1) {
        if (str_is(name, request_flag_name((enum request_flag)bit))) {
            *out = bit;
            return true;
        }
    }
    return false;
}

static bool try_words(const struct str *c, void *ctx, struct err *e)
{
    struct hints *h = ctx;
    struct pattern p;
    unsigned flag;
    if (!flag_of(c[FLAG], &flag)) {
        return err_set(e, ERR_CORRUPT, "the words of requests in this program are damaged; build it again");
    }
    if ((h->flags & flag) != 0 || !tsv_in_force(c[FROM], c[UNTIL], h->on) ||
        listed(c[NOT_KINDS], request_kind_name(h->kind))) {
        return true;
    }
    pattern_of(c[WORDS], &p);
    for (size_t i = 0; i < h->count; i++) {
        if (fits(&p, h->words + i, h->count - i)) {
            h->flags |= flag;
            break;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- identifying numbers */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number on its own whose check digit fits: a PESEL by its 11 digits, an account by its 26. */
bool holds_identifier(struct str s, struct arena *ar)
{
    for (size_t at = 0; at < s.n; at++) {
        char digits[IDENT_DIGITS];
        size_t n = 0, end = at;
        if (!is_digit(s.p[at]) || (at > 0 && is_digit(s.p[at - 1]))) {
            continue;
        }
        while (end < s.n && n < sizeof digits && (is_digit(s.p[end]) || (s.p[end] == ' ' && n > 0))) {
            if (is_digit(s.p[end])) {
                digits[n++] = s.p[end];
            }
            end++;
            struct str why, number = {digits, n};
            bool whole = end == s.n || !is_digit(s.p[end]);
            if (whole && ((n == 11 && ident_check(IDENT_PESEL, number, LANG_EN, ar, &why)) ||
                          (n == 26 && ident_check(IDENT_NRB, number, LANG_EN, ar, &why)))) {
                return true;
            }
        }
    }
    return false;
}

/* ---------------------------------------------------------------- the question */

static bool words_of(struct str text, struct arena *ar, struct hints *h, struct err *e)
{
    size_t at = 0, most = text.n / 2 + 1 < WORDS_MOST ? text.n / 2 + 1 : WORDS_MOST;
    struct str folded, word, *words = arena_alloc(ar, most * sizeof *words);
    if (words == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (text.n == 0) {
        return true;
    }
    if (!text_fold(ar, text, &folded, e)) {
        return false;
    }
    while (h->count < most && word_next(folded, &at, &word)) {
        words[h->count++] = word;
    }
    h->words = words;
    return true;
}

bool request_hints(const struct request_form *f, struct day on, struct arena *ar, unsigned *flags, struct err *e)
{
    struct hints h = {.kind = (enum request_kind)f->kind, .on = on};
    struct str table = {_binary_request_words_tsv_start,
                        (size_t)(_binary_request_words_tsv_end - _binary_request_words_tsv_start)};
    if (!words_of(f->content, ar, &h, e) || !tsv_walk(table, COLUMNS, try_words, &h, e)) {
        return false;
    }
    h.flags |= holds_identifier(f->content, ar) ? REQUEST_HINT_IDENT : 0u;
    h.flags |= f->kind == REQUEST_OWN_WORDS ? REQUEST_HINT_UNSURE : 0u;
    *flags = h.flags;
    return true;
}
