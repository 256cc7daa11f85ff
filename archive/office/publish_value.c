/* publish_value.c: the values that a published document may hold in its header, each read whole or not at all. Owns
 * nothing; says only yes or no, because the caller names the field and the line. */
#include "publish_internal.h"

#include <string.h>

#define MONEY_MAX UINT64_C(100000000000) /* a milliard złotych, in grosze */

static struct str trimmed(struct str s)
{
    while (s.n > 0 && s.p[0] == ' ') {
        s = (struct str){s.p + 1, s.n - 1};
    }
    while (s.n > 0 && s.p[s.n - 1] == ' ') {
        s.n--;
    }
    return s;
}

void value_split(struct str value, struct value_parts *out)
{
    *out = (struct value_parts){.count = 0};
    for (;;) {
        const char *bar = memchr(value.p, '|', value.n);
        size_t n = bar == NULL ? value.n : (size_t)(bar - value.p);
        if (out->count < VALUE_PARTS_MAX) {
            out->list[out->count] = trimmed((struct str){value.p, n});
        }
        out->count++;
        if (bar == NULL || out->count > VALUE_PARTS_MAX) {
            return;
        }
        value = (struct str){bar + 1, value.n - n - 1};
    }
}

static bool parts_full(const struct value_parts *v, size_t least, size_t most)
{
    if (v->count < least || v->count > most) {
        return false;
    }
    for (size_t i = 0; i < v->count; i++) {
        if (v->list[i].n == 0) {
            return false;
        }
    }
    return true;
}

/* Takes `end` off a text that closes with it. */
static bool ends(struct str *s, const char *end)
{
    size_t n = strlen(end);
    if (s->n < n || memcmp(s->p + s->n - n, end, n) != 0) {
        return false;
    }
    s->n -= n;
    *s = trimmed(*s);
    return true;
}

/* Digits with blanks between them, a comma and at most `decimals` digits: the number times 10^decimals. */
static bool fixed_point(struct str s, unsigned decimals, bool all, uint64_t *out)
{
    uint64_t v = 0;
    unsigned after = 0;
    bool comma = false, digit = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == ',' && digit && !comma) {
            comma = true;
        } else if (c >= '0' && c <= '9' && (!comma || after < decimals) && v <= MONEY_MAX) {
            v = v * 10 + (uint64_t)(c - '0');
            after += comma;
            digit = true;
        } else if (c != ' ' || comma || !digit) {
            return false;
        }
    }
    if (!digit || (comma && after == 0) || (all && after != decimals)) {
        return false;
    }
    for (; after < decimals; after++) {
        v *= 10;
    }
    *out = v;
    return v <= MONEY_MAX;
}

bool value_money(struct str s, uint64_t *grosze)
{
    return ends(&s, "zł") && fixed_point(s, 2, true, grosze);
}

bool value_size(struct str s, uint64_t *bytes)
{
    uint64_t v, unit = ends(&s, "KB") ? 1024u : ends(&s, "MB") ? 1024u * 1024u : ends(&s, "B") ? 1u : 0;
    if (unit == 0 || !fixed_point(s, 2, false, &v)) {
        return false;
    }
    *bytes = (v * unit + 50) / 100;
    return *bytes > 0;
}

bool value_term(struct str s, struct published_term *t)
{
    static const struct {
        const char *word;
        enum term_unit unit;
    } units[] = {{"days", TERM_DAYS},     {"day", TERM_DAYS},     {"weeks", TERM_WEEKS},
                 {"months", TERM_MONTHS}, {"month", TERM_MONTHS}, {"years", TERM_YEARS}};
    uint64_t n;
    *t = (struct published_term){.known = true, .unit = TERM_DAYS};
    if (str_is(s, "at-once")) {
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        struct str number = s;
        if (ends(&number, units[i].word)) {
            t->unit = units[i].unit;
            bool ok = parse_u64(number, 1, 3660, &n);
            t->amount = ok ? (unsigned)n : 0;
            return ok;
        }
    }
    return false;
}

/* Words of a closed list, parted by commas or blanks, each once. */
struct flag_word {
    const char *word;
    unsigned flag;
};
static bool flags_of(struct str s, const struct flag_word *words, size_t n, unsigned *out)
{
    *out = 0;
    while (s.n > 0) {
        size_t end = 0;
        while (end < s.n && s.p[end] != ',' && s.p[end] != ' ') {
            end++;
        }
        unsigned flag = 0;
        for (size_t i = 0; i < n; i++) {
            flag |= str_is((struct str){s.p, end}, words[i].word) ? words[i].flag : 0;
        }
        if (end > 0 && (flag == 0 || (*out & flag) != 0)) {
            return false;
        }
        *out |= flag;
        s = (struct str){s.p + end + (end < s.n), s.n - end - (end < s.n)};
    }
    return true;
}

bool value_bring(const struct value_parts *v, void *into)
{
    struct bring *out = into;
    static const struct flag_word words[] = {
        {"required", BRING_REQUIRED}, {"view", BRING_VIEW}, {"proxy", BRING_PROXY}, {"when", 0x80}};
    if (!parts_full(v, 2, 2) || !flags_of(v->list[0], words, COUNT_OF(words), &out->flags) || out->flags == 0) {
        return false;
    }
    out->flags &= 0x7fu; /* "when": neither always nor never, the text says */
    out->text = v->list[1];
    return true;
}

bool value_fee(const struct value_parts *v, void *into)
{
    struct published_fee *out = into;
    if (!parts_full(v, 2, 2)) {
        return false;
    }
    *out = (struct published_fee){.text = v->list[1]};
    out->fixed = !str_is(v->list[0], "-");
    return !out->fixed || value_money(v->list[0], &out->grosze);
}

bool value_appeal(const struct value_parts *v, void *into)
{
    struct published_appeal *out = into;
    uint64_t days;
    *out = (struct published_appeal){.kind = APPEAL_NONE};
    if (parts_full(v, 2, 2) && str_is(v->list[0], "none")) {
        out->text = v->list[1];
        return true;
    }
    if (!parts_full(v, 5, 5) || !parse_u64(v->list[3], 1, 366, &days)) {
        return false;
    }
    out->body = v->list[1];
    out->via = v->list[2];
    out->days = (unsigned)days;
    out->text = v->list[4];
    for (enum appeal_kind k = APPEAL_ODWOLANIE; k <= APPEAL_SPRZECIW; k++) {
        if (str_is(v->list[0], appeal_kind_name(k))) {
            out->kind = k;
        }
    }
    return out->kind != APPEAL_NONE;
}

bool value_attachment(const struct value_parts *v, void *into)
{
    struct published_attachment *out = into;
    if (!parts_full(v, 2, 4)) {
        return false;
    }
    *out = (struct published_attachment){.name = v->list[0], .type = v->list[1]};
    if (str_is(out->type, "-")) {
        out->type = STR("");
    }
    bool ok = v->count < 3 || str_is(v->list[2], "-") || value_size(v->list[2], &out->bytes);
    return ok && (v->count < 4 || id_parse(v->list[3], &out->record));
}

bool value_current(const struct value_parts *v, void *into)
{
    struct current_rule *out = into;
    if (!parts_full(v, 4, 4)) {
        return false;
    }
    *out = (struct current_rule){.topic = v->list[0], .basis = v->list[1]};
    out->text[LANG_PL] = v->list[2];
    out->text[LANG_EN] = v->list[3];
    return true;
}

bool value_price(const struct value_parts *v, void *into)
{
    struct price *out = into;
    if (!parts_full(v, 6, 6)) {
        return false;
    }
    *out = (struct price){.code = v->list[0]};
    out->item[LANG_PL] = v->list[1];
    out->item[LANG_EN] = v->list[2];
    out->unit[LANG_PL] = v->list[3];
    out->unit[LANG_EN] = v->list[4];
    return value_money(v->list[5], &out->grosze);
}

bool value_access(struct str s, unsigned *out)
{
    static const struct flag_word words[] = {
        {"bip", ACCESS_BIP},   {"foi", ACCESS_FOI},       {"party", ACCESS_PARTY},    {"stat", ACCESS_STAT},
        {"self", ACCESS_SELF}, {"secret", ACCESS_SECRET}, {"pointer", ACCESS_POINTER}};
    return flags_of(s, words, COUNT_OF(words), out) && *out != 0;
}

bool value_status(struct str s, enum published_status *out)
{
    static const struct flag_word words[] = {
        {"aktualna", PUBLISHED_CURRENT}, {"historyczna", PUBLISHED_HISTORICAL}, {"wycofana", PUBLISHED_WITHDRAWN}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_is(s, words[i].word)) {
            *out = (enum published_status)words[i].flag;
            return true;
        }
    }
    return false;
}

bool value_slug(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool edge = i == 0 || i + 1 == s.n;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && !edge))) {
            return false;
        }
    }
    return s.n > 0 && s.n <= 80;
}

bool value_retention(const struct value_parts *v, void *into)
{
    struct published_retention *out = into;
    *out = (struct published_retention){.symbol = v->list[0]};
    for (size_t i = 0; i < out->symbol.n; i++) {
        if (out->symbol.p[i] < '0' || out->symbol.p[i] > '9') {
            return false;
        }
    }
    return parts_full(v, 1, 1) && out->symbol.n <= 10;
}
