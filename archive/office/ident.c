/* ident.c: identifiers with check digits (rules I-1 to I-9 of the rulebook): form, check digit, and where the number
 * holds a date, that the date exists. Pure; keeps nothing of the value and never logs it. The sentence says the fault
 * and what to do about it. */
#include "office.h"

#include <string.h>

#define IDENT_CHARS_MAX 40

/* The value without printed separators, upper-case. */
struct plain {
    char c[IDENT_CHARS_MAX + 1];
    size_t n;
};

struct verdict {
    bool valid;
    struct str why;
};

struct question {
    const struct plain *v;
    enum lang lang;
    struct arena *a;
};

static struct verdict say(bool valid, const struct question *q, const char *msgid)
{
    return (struct verdict){valid, str_of(tr(q->lang, msgid))};
}

static struct verdict wrong_length(const struct question *q, const char *name, size_t wanted)
{
    return (struct verdict){false,
                            arena_fmt(q->a, tr(q->lang, "%s has %zu characters, %zu were typed. Check the number."),
                                      name, wanted, q->v->n)};
}

static struct verdict check_failed(const struct question *q)
{
    return say(false, q, N_("The check digit does not fit. A digit is mistyped or two are swapped."));
}

static struct verdict check_fits(const struct question *q)
{
    return say(true, q, N_("Form and check digit fit."));
}

static bool is_separator(const unsigned char *p, size_t left, size_t *len)
{
    *len = 1;
    if (*p == ' ' || *p == '-' || *p == '\n' || *p == '\r' || *p == '\t')
        return true;
    *len = 2;
    return left >= 2 && p[0] == 0xC2 && p[1] == 0xA0; /* U+00A0 */
}

static bool strip(struct str in, struct plain *out)
{
    const unsigned char *p = (const unsigned char *)in.p;
    size_t len = 0;
    out->n = 0;
    for (size_t i = 0; i < in.n;) {
        if (is_separator(p + i, in.n - i, &len)) {
            i += len;
            continue;
        }
        if (out->n == IDENT_CHARS_MAX)
            return false;
        unsigned char c = p[i++];
        out->c[out->n++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    out->c[out->n] = '\0';
    return true;
}

static bool all_digits(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < '0' || p[i] > '9')
            return false;
    return n > 0;
}

static bool all_letters(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < 'A' || p[i] > 'Z')
            return false;
    return n > 0;
}

static bool all_ascii(const struct plain *v)
{
    for (size_t i = 0; i < v->n; i++)
        if ((unsigned char)v->c[i] >= 0x80)
            return false;
    return true;
}

static unsigned digit(char c)
{
    return (unsigned)(c - '0');
}

static unsigned weighted(const char *p, const uint8_t *weights, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += weights[i] * digit(p[i]);
    return sum;
}

static struct verdict pesel(const struct question *q)
{
    static const uint8_t w[10] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3};
    const char *c = q->v->c;
    struct day born;
    if (q->v->n != 11)
        return wrong_length(q, "PESEL", 11);
    if (!all_digits(c, 11))
        return say(false, q, N_("A PESEL has digits only."));
    if ((10 - weighted(c, w, 10) % 10) % 10 != digit(c[10]))
        return check_failed(q);
    unsigned yy = digit(c[0]) * 10 + digit(c[1]), mm = digit(c[2]) * 10 + digit(c[3]);
    unsigned dd = digit(c[4]) * 10 + digit(c[5]);
    /* uel art. 15: the month carries the century; +40 and +60 are not given out. */
    unsigned century = mm > 80 ? 1800 : mm > 20 ? 2000 : 1900;
    unsigned month = mm > 80 ? mm - 80 : mm > 20 ? mm - 20 : mm;
    if (month < 1 || month > 12 || !day_make((int)(century + yy), (int)month, (int)dd, &born))
        return say(false, q, N_("The first six digits are not a date of birth. Check them."));
    return check_fits(q);
}

static struct verdict nip(const struct question *q)
{
    static const uint8_t w[9] = {6, 5, 7, 2, 3, 4, 5, 6, 7};
    const char *c = q->v->c;
    size_t n = q->v->n;
    if (n == 12 && c[0] == 'P' && c[1] == 'L')
        c += 2, n -= 2;
    if (n != 10)
        return wrong_length(q, "NIP", 10);
    if (!all_digits(c, 10))
        return say(false, q, N_("A NIP has digits only."));
    if (strspn(c, (const char[]){c[0], '\0'}) == 10)
        return say(false, q, N_("Ten equal digits stand for a NIP, they are none."));
    unsigned r = weighted(c, w, 9) % 11;
    return r != 10 && r == digit(c[9]) ? check_fits(q) : check_failed(q);
}

static bool regon_fits(const char *c, const uint8_t *w, size_t n)
{
    return weighted(c, w, n) % 11 % 10 == digit(c[n]); /* 10 counts as 0 */
}

static struct verdict regon(const struct question *q)
{
    static const uint8_t w9[8] = {8, 9, 2, 3, 4, 5, 6, 7};
    static const uint8_t w14[13] = {2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8};
    const char *c = q->v->c;
    if (q->v->n != 9 && q->v->n != 14)
        return (struct verdict){false,
                                arena_fmt(q->a, tr(q->lang, "A REGON has 9 or 14 digits, %zu were typed."), q->v->n)};
    if (!all_digits(c, q->v->n))
        return say(false, q, N_("A REGON has digits only."));
    if (!regon_fits(c, w9, 8))
        return check_failed(q);
    return q->v->n == 9 || regon_fits(c, w14, 13) ? check_fits(q) : check_failed(q);
}

/* ID card and passport: letters count 10 to 35, one position is the check digit itself and has no weight. */
static bool document_fits(const char *c, const uint8_t *w, size_t check_at)
{
    unsigned sum = 0;
    for (size_t i = 0; i < 9; i++)
        sum += w[i] * (c[i] >= 'A' ? (unsigned)(c[i] - 'A') + 10 : digit(c[i]));
    return sum % 10 == digit(c[check_at]);
}

static struct verdict id_card(const struct question *q)
{
    static const uint8_t w[9] = {7, 3, 1, 0, 7, 3, 1, 7, 3};
    const char *c = q->v->c;
    if (q->v->n != 9 || !all_letters(c, 3) || !all_digits(c + 3, 6))
        return say(false, q, N_("An ID card number has three letters and six digits."));
    return document_fits(c, w, 3) ? check_fits(q) : check_failed(q);
}

static struct verdict passport(const struct question *q)
{
    static const uint8_t w[9] = {7, 3, 0, 1, 7, 3, 1, 7, 3};
    const char *c = q->v->c;
    if (q->v->n != 9 || !all_letters(c, 2) || !all_digits(c + 2, 7))
        return say(false, q, N_("A passport number has two letters and seven digits."));
    return document_fits(c, w, 2) ? check_fits(q) : check_failed(q);
}

/* The court's own alphabet: X counts 10, then A to Z without Q, V and X. */
static int kw_value(char c)
{
    static const char order[] = "0123456789XABCDEFGHIJKLMNOPRSTUWYZ";
    const char *at = c == '\0' ? NULL : strchr(order, c);
    return at == NULL ? -1 : (int)(at - order);
}

static bool kw_form(const struct plain *v, char digits[13])
{
    const char *c = v->c;
    if (v->n != 15 || c[4] != '/' || c[13] != '/' || !all_letters(c, 2) || !all_digits(c + 2, 1) ||
        !all_letters(c + 3, 1) || !all_digits(c + 5, 8) || !all_digits(c + 14, 1))
        return false;
    memcpy(digits, c, 4);
    memcpy(digits + 4, c + 5, 8);
    digits[12] = c[14];
    for (size_t i = 0; i < 12; i++)
        if (kw_value(digits[i]) < 0)
            return false;
    return true;
}

static struct verdict land_register(const struct question *q)
{
    static const uint8_t w[3] = {1, 3, 7};
    char c[13];
    unsigned sum = 0;
    if (!kw_form(q->v, c))
        return say(false, q, N_("A land register number looks like LU1B/00012345/8."));
    for (size_t i = 0; i < 12; i++)
        sum += w[i % 3] * (unsigned)kw_value(c[i]);
    return sum % 10 == digit(c[12]) ? check_fits(q) : check_failed(q);
}

static struct verdict account(const struct question *q)
{
    const char *c = q->v->c;
    size_t n = q->v->n;
    unsigned rest = 0;
    if (n >= 2 && c[0] == 'P' && c[1] == 'L')
        c += 2, n -= 2;
    if (n != 26)
        return wrong_length(q, "NRB", 26);
    if (!all_digits(c, 26))
        return say(false, q, N_("An account number has digits only, after PL if that stands there."));
    /* ISO 13616: account, then 2521 for PL, then the two check digits; the number modulo 97 is 1. */
    for (size_t i = 2; i < 26; i++)
        rest = (rest * 10 + digit(c[i])) % 97;
    rest = (rest * 10000 + 2521) % 97;
    rest = (rest * 100 + digit(c[0]) * 10 + digit(c[1])) % 97;
    return rest == 1 ? check_fits(q) : check_failed(q);
}

static struct verdict vin(const struct question *q)
{
    static const uint8_t value[26] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
    static const uint8_t w[17] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    const char *c = q->v->c;
    unsigned sum = 0;
    if (q->v->n != 17)
        return wrong_length(q, "VIN", 17);
    for (size_t i = 0; i < 17; i++) {
        bool letter = c[i] >= 'A' && c[i] <= 'Z' && c[i] != 'I' && c[i] != 'O' && c[i] != 'Q';
        if (!letter && !all_digits(c + i, 1))
            return say(false, q, N_("A VIN has digits and letters without I, O and Q."));
        sum += w[i] * (letter ? value[c[i] - 'A'] : digit(c[i]));
    }
    char want = sum % 11 == 10 ? 'X' : (char)('0' + (char)(sum % 11));
    return c[8] == want
               ? check_fits(q)
               : say(false, q, N_("The ninth character does not fit. European vehicles often carry none there."));
}

static struct verdict card(const struct question *q)
{
    unsigned sum = 0;
    size_t n = q->v->n;
    if (n < 13 || n > 19)
        return (struct verdict){false,
                                arena_fmt(q->a, tr(q->lang, "A card number has 13 to 19 digits, %zu were typed."), n)};
    if (!all_digits(q->v->c, n))
        return say(false, q, N_("A card number has digits only."));
    for (size_t i = 0; i < n; i++) {
        unsigned d = digit(q->v->c[n - 1 - i]) << (i % 2);
        sum += d > 9 ? d - 9 : d;
    }
    return sum % 10 == 0 ? check_fits(q) : check_failed(q);
}

static const struct {
    const char *name;
    struct verdict (*check)(const struct question *q);
} kinds[IDENT_KIND_COUNT] = {
    [IDENT_PESEL] = {"pesel", pesel},
    [IDENT_NIP] = {"nip", nip},
    [IDENT_REGON] = {"regon", regon},
    [IDENT_ID_CARD] = {"id-card", id_card},
    [IDENT_PASSPORT] = {"passport", passport},
    [IDENT_KW] = {"kw", land_register},
    [IDENT_NRB] = {"nrb", account},
    [IDENT_VIN] = {"vin", vin},
    [IDENT_CARD] = {"card", card},
};

const char *ident_kind_name(enum ident_kind k)
{
    return kinds[k].name;
}

bool ident_kind_parse(struct str s, enum ident_kind *out)
{
    for (int k = 0; k < IDENT_KIND_COUNT; k++)
        if (str_is(s, kinds[k].name)) {
            *out = (enum ident_kind)k;
            return true;
        }
    return false;
}

bool ident_check(enum ident_kind k, struct str value, enum lang lang, struct arena *a, struct str *why)
{
    struct plain v;
    struct question q = {&v, lang, a};
    struct verdict verdict;
    if (!strip(value, &v))
        verdict = say(false, &q, N_("This is too long for any of these numbers."));
    else if (v.n == 0)
        verdict = say(false, &q, N_("Nothing was typed."));
    else if (!all_ascii(&v)) /* told here: what counts characters below counts bytes */
        verdict = say(false, &q, N_("Such numbers have digits and the letters A to Z only. Check what was typed."));
    else
        verdict = kinds[k].check(&q);
    *why = verdict.why;
    return verdict.valid;
}
