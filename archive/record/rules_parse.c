/* rules_parse.c: conf/retention-rules.tsv as a document, and a rule as a line of text. A rule may make a period longer,
 * ask for a fact or send a file to a person; one that would destroy archival material is refused. Pure; fails with
 * ERR_INVALID naming the line. */
#include "law.h"
#include "tsv.h"

#include <string.h>

#define RULES_MAX 5000u

static const char *const rule_columns[] = {"symbol",     "when",   "fact",       "from",        "until", "category",
                                           "count_from", "action", "arose_from", "arose_until", "basis"};

static bool take_name(const struct tsv *t, size_t column, char *out, size_t size, struct err *e)
{
    struct str s = t->cell[column];
    for (size_t i = 0; i < s.n; i++) {
        bool letter = (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-';
        if (!letter) {
            return err_field(e, ERR_INVALID, rule_columns[column],
                             "“%.*s” cannot be a name; use small letters and hyphens", s.n < 40 ? (int)s.n : 40, s.p);
        }
    }
    if (s.n >= size) {
        return err_field(e, ERR_TOO_BIG, rule_columns[column], "the name is longer than %zu letters", size - 1);
    }
    memset(out, 0, size);
    if (s.n > 0) {
        memcpy(out, s.p, s.n);
    }
    return true;
}

static bool take_day(const struct tsv *t, size_t column, struct day *out, struct err *e)
{
    struct str s = t->cell[column];
    *out = DAY_NONE;
    return s.n == 0 || day_parse(s, out) ||
           err_field(e, ERR_INVALID, rule_columns[column], "“%.*s” is no day; write YYYY-MM-DD or nothing",
                     s.n < 20 ? (int)s.n : 20, s.p);
}

static bool take_symbol(const struct tsv *t, struct retention_rule *r, struct err *e)
{
    struct str s = t->cell[0];
    if (!str_is(s, "*") && !symbol_valid(s)) {
        return err_field(e, ERR_INVALID, "symbol", "“%.*s” is no class symbol; write its digits, or * for all classes",
                         s.n < 20 ? (int)s.n : 20, s.p);
    }
    memset(r->symbol, 0, sizeof r->symbol);
    memcpy(r->symbol, s.p, s.n);
    return true;
}

static bool take_condition(const struct tsv *t, struct retention_rule *r, struct err *e)
{
    static const char *const names[] = {
        [WHEN_REQUIRED] = "required", [WHEN_IF_KNOWN] = "if-known", [WHEN_UNLESS_KNOWN] = "unless-known"};
    if (!take_name(t, 2, r->when_fact, sizeof r->when_fact, e) || !take_day(t, 3, &r->when_from, e) ||
        !take_day(t, 4, &r->when_until, e)) {
        return false;
    }
    bool always = str_is(t->cell[1], "always"), known = always;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_is(t->cell[1], names[i])) {
            r->when = (enum rule_when)i;
            known = true;
        }
    }
    if (!known) {
        return err_field(e, ERR_INVALID, "when",
                         "“%.*s” is no condition; write always, required, if-known or unless-known",
                         t->cell[1].n < 20 ? (int)t->cell[1].n : 20, t->cell[1].p);
    }
    if (always != (r->when_fact[0] == '\0')) {
        return err_field(e, ERR_INVALID, "fact", "a condition needs a fact, and “always” has none");
    }
    return true;
}

static bool take_outcome(const struct tsv *t, struct retention_rule *r, struct err *e)
{
    struct category c;
    enum action action = ACTION_NONE;
    if (!category_parse(t->cell[5], &c, e) || !take_name(t, 6, r->count_from, sizeof r->count_from, e) ||
        !take_name(t, 7, r->action, sizeof r->action, e)) {
        return false;
    }
    category_text(c, r->category);
    if (r->count_from[0] == '\0') {
        return err_field(e, ERR_INVALID, "count_from", "a rule says what the period counts from: closed, or a fact");
    }
    if (r->action[0] != '\0' && !action_parse(str_of(r->action), &action)) {
        return err_field(e, ERR_INVALID, "action",
                         "“%s” is no action; write destroy, appraise, transfer, exception or nothing", r->action);
    }
    if (action == ACTION_DESTROY && c.kind != CAT_B && c.kind != CAT_BC) {
        return err_field(e, ERR_INVALID, "action",
                         "a rule may force destruction of a category B or Bc of its own only");
    }
    return true;
}

static bool read_rule(const struct tsv *t, struct arena *a, struct retention_rule *r, struct err *e)
{
    *r = (struct retention_rule){.symbol = ""};
    return take_symbol(t, r, e) && take_condition(t, r, e) && take_outcome(t, r, e) &&
           take_day(t, 8, &r->arose_from, e) && take_day(t, 9, &r->arose_until, e) &&
           text_gate(a, "basis", t->cell[10], 500, false, &r->basis, e) &&
           (r->basis.n > 0 || err_field(e, ERR_INVALID, "basis", "a rule names its legal basis"));
}

static size_t rows_in(struct str text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++) {
        n += text.p[i] == '\n';
    }
    return n < RULES_MAX ? n : RULES_MAX;
}

bool rules_parse(struct str text, struct arena *a, struct rules_doc *out, struct err *e)
{
    struct tsv t;
    bool row;
    size_t cap = rows_in(text);
    struct rules_doc doc = {arena_alloc(a, cap * sizeof *doc.rules), 0};
    if (doc.rules == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!tsv_open(&t, "retention-rules", text, rule_columns, COUNT_OF(rule_columns), e)) {
        return false;
    }
    while (tsv_next(&t, &row, e)) {
        if (!row) {
            *out = doc;
            return true;
        }
        if (doc.count == cap) {
            return err_field(e, ERR_TOO_BIG, "retention-rules", "there are more than %u retention rules", RULES_MAX);
        }
        if (!read_rule(&t, a, &doc.rules[doc.count], e)) {
            return tsv_wrong(&t, e);
        }
        doc.count++;
    }
    return false;
}

void rule_text(const struct retention_rule *r, struct buf *out)
{
    static const char *const words[] = {
        [WHEN_REQUIRED] = "required", [WHEN_IF_KNOWN] = "if-known", [WHEN_UNLESS_KNOWN] = "unless-known"};
    char from[DAY_TEXT_SIZE], until[DAY_TEXT_SIZE];
    buf_fmt(out, "%s", r->symbol);
    if (r->when_fact[0] != '\0') {
        day_text(r->when_from, from);
        day_text(r->when_until, until);
        buf_fmt(out, " %s %s %s..%s", words[r->when], r->when_fact, from, until);
    }
    buf_fmt(out, ": %s from %s", r->category[0] != '\0' ? r->category : "own category", r->count_from);
    if (r->action[0] != '\0') {
        buf_fmt(out, ", %s", r->action);
    }
    day_text(r->arose_from, from);
    day_text(r->arose_until, until);
    if (from[0] != '\0' || until[0] != '\0') {
        buf_fmt(out, ", arose %s..%s", from, until);
    }
    buf_fmt(out, " (%.*s)", (int)r->basis.n, r->basis.p);
}
