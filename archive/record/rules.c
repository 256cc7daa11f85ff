/* rules.c: retention rules as rows of T_RULE (version day, symbol, place) and choosing those of a class. A version of
 * the document is whole: the rules for a day are those of the one version that serves it. Fails with the store. */
#include "law.h"

#include <string.h>

#define ROW_MAX (8u * 1024)

struct rule_row {
    struct str symbol, when_fact, category, count_from, action, basis;
    uint64_t when;
    struct day when_from, when_until, arose_from, arose_until;
};

static const struct field rule_fields[] = {
    {1, "symbol", F_TEXT, offsetof(struct rule_row, symbol), 11, FIELD_REQUIRED},
    {2, "when_fact", F_TEXT, offsetof(struct rule_row, when_fact), 31, 0},
    {3, "when", F_U64, offsetof(struct rule_row, when), WHEN_UNLESS_KNOWN, 0},
    {4, "when_from", F_DAY, offsetof(struct rule_row, when_from), 0, 0},
    {5, "when_until", F_DAY, offsetof(struct rule_row, when_until), 0, 0},
    {6, "category", F_TEXT, offsetof(struct rule_row, category), CATEGORY_TEXT_SIZE, 0},
    {7, "count_from", F_TEXT, offsetof(struct rule_row, count_from), 31, FIELD_REQUIRED},
    {8, "action", F_TEXT, offsetof(struct rule_row, action), 11, 0},
    {9, "arose_from", F_DAY, offsetof(struct rule_row, arose_from), 0, 0},
    {10, "arose_until", F_DAY, offsetof(struct rule_row, arose_until), 0, 0},
    {11, "basis", F_TEXT, offsetof(struct rule_row, basis), 500, FIELD_REQUIRED},
};
const struct row_kind rule_row_kind = {"retention-rule", 1, rule_fields, COUNT_OF(rule_fields)};

static struct rule_row row_of(const struct retention_rule *r)
{
    return (struct rule_row){.symbol = str_of(r->symbol),
                             .when_fact = str_of(r->when_fact),
                             .category = str_of(r->category),
                             .count_from = str_of(r->count_from),
                             .action = str_of(r->action),
                             .basis = r->basis,
                             .when = r->when,
                             .when_from = r->when_from,
                             .when_until = r->when_until,
                             .arose_from = r->arose_from,
                             .arose_until = r->arose_until};
}

static bool put_text(char *out, size_t size, struct str s)
{
    if (s.n >= size) {
        return false;
    }
    memset(out, 0, size);
    if (s.n > 0) {
        memcpy(out, s.p, s.n);
    }
    return true;
}

static bool rule_of(const struct rule_row *row, struct retention_rule *r)
{
    *r = (struct retention_rule){.when = (enum rule_when)row->when,
                                 .when_from = row->when_from,
                                 .when_until = row->when_until,
                                 .arose_from = row->arose_from,
                                 .arose_until = row->arose_until,
                                 .basis = row->basis};
    return put_text(r->symbol, sizeof r->symbol, row->symbol) &&
           put_text(r->when_fact, sizeof r->when_fact, row->when_fact) &&
           put_text(r->category, sizeof r->category, row->category) &&
           put_text(r->count_from, sizeof r->count_from, row->count_from) &&
           put_text(r->action, sizeof r->action, row->action);
}

bool rules_write(struct txn *t, const struct rules_doc *doc, struct day valid_from, struct err *e)
{
    for (size_t i = 0; i < doc->count; i++) {
        struct rule_row row = row_of(&doc->rules[i]);
        struct row_key key = rk_be16(rk_text(rk_day(ROW_KEY_EMPTY, valid_from), row.symbol), (uint16_t)i);
        struct buf val CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
        if (!row_encode(&rule_row_kind, &row, NULL, NULL, &val, e) || !buf_ok(&val, e) ||
            !store_put(t, T_RULE, rk_bytes(&key), buf_bytes(&val), e)) {
            return false;
        }
    }
    return true;
}

struct load_ctx {
    struct arena *a;
    struct retention_rule *rules;
    size_t count, cap;
};

static bool load_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct load_ctx *c = ctx;
    struct rule_row row = {
        .when_from = DAY_NONE, .when_until = DAY_NONE, .arose_from = DAY_NONE, .arose_until = DAY_NONE};
    struct bytes copy = arena_bytes(c->a, val);
    (void)key;
    if (c->count == c->cap) {
        size_t cap = c->cap == 0 ? 8 : c->cap * 2;
        struct retention_rule *rules = arena_alloc(c->a, cap * sizeof *rules);
        if (rules == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        if (c->count > 0) {
            memcpy(rules, c->rules, c->count * sizeof *rules);
        }
        c->rules = rules;
        c->cap = cap;
    }
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!row_decode(&rule_row_kind, copy, NULL, NULL, c->a, &row, e)) {
        return false;
    }
    return rule_of(&row, &c->rules[c->count++]) || err_set(e, ERR_CORRUPT, "a retention rule is damaged");
}

static bool load(struct txn *t, const struct row_key *prefix, struct load_ctx *c, struct err *e)
{
    return store_walk(t, (struct store_range){.table = T_RULE, .prefix = rk_bytes(prefix)}, load_each, c, e);
}

bool rules_load(struct txn *t, struct day on, struct arena *a, struct rules_doc *out, struct err *e)
{
    struct day version;
    bool found;
    struct load_ctx c = {.a = a};
    if (!conf_day_serving(t, CONF_RULES, on, &version, &found, e)) {
        return false;
    }
    struct row_key prefix = rk_day(ROW_KEY_EMPTY, version);
    if (found && !load(t, &prefix, &c, e)) {
        return false;
    }
    *out = (struct rules_doc){c.rules, c.count};
    return true;
}

static bool arose_within(const struct retention_rule *r, struct day on)
{
    return (day_is_none(r->arose_from) || on.n >= r->arose_from.n) &&
           (day_is_none(r->arose_until) || on.n <= r->arose_until.n);
}

bool rules_select(const struct rules_doc *doc, struct str symbol, struct day on, struct arena *a,
                  struct retention_rule **out, size_t *n, struct err *e)
{
    struct retention_rule *rules = arena_alloc(a, (doc->count + 1) * sizeof *rules);
    size_t count = 0;
    if (rules == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    const struct str wanted[] = {symbol, STR("*")};
    for (size_t w = 0; w < COUNT_OF(wanted); w++) {
        for (size_t i = 0; i < doc->count; i++) {
            if (str_eq(str_of(doc->rules[i].symbol), wanted[w]) && arose_within(&doc->rules[i], on)) {
                rules[count++] = doc->rules[i];
            }
        }
    }
    *out = rules;
    *n = count;
    return true;
}

bool rules_of_class(struct txn *t, struct str symbol, struct day on, struct arena *ar, struct retention_rule **out,
                    size_t *n, struct err *e)
{
    struct day version;
    bool found;
    struct load_ctx c = {.a = ar};
    if (!conf_day_serving(t, CONF_RULES, on, &version, &found, e)) {
        return false;
    }
    if (found) {
        struct row_key own = rk_text(rk_day(ROW_KEY_EMPTY, version), symbol);
        struct row_key general = rk_text(rk_day(ROW_KEY_EMPTY, version), STR("*"));
        if (!load(t, &own, &c, e) || !load(t, &general, &c, e)) {
            return false;
        }
    }
    struct rules_doc doc = {c.rules, c.count};
    return rules_select(&doc, symbol, on, ar, out, n, e);
}

/* ---------------------------------------------------------------- comparing two versions */

/* All rules of a symbol on one line: equal text, equal rules. */
static bool text_of_symbol(const struct rules_doc *doc, struct str symbol, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < doc->count; i++) {
        if (str_eq(str_of(doc->rules[i].symbol), symbol)) {
            rule_text(&doc->rules[i], out);
            buf_add_u8(out, '\n');
        }
    }
    return buf_ok(out, e);
}

static bool listed(const struct str *list, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(list[i], s)) {
            return true;
        }
    }
    return false;
}

static bool compare_symbol(const struct rules_doc *before, const struct rules_doc *after, struct str symbol,
                           bool *differs, struct err *e)
{
    struct buf x CLEANUP(buf_free) = BUF_INIT(1u << 20);
    struct buf y CLEANUP(buf_free) = BUF_INIT(1u << 20);
    if (!text_of_symbol(before, symbol, &x, e) || !text_of_symbol(after, symbol, &y, e)) {
        return false;
    }
    *differs = !str_eq(buf_str(&x), buf_str(&y));
    return true;
}

bool rules_compare(const struct rules_doc *before, const struct rules_doc *after, struct arena *a, struct str **symbols,
                   size_t *n, struct err *e)
{
    const struct rules_doc *docs[] = {before, after};
    struct str *list = arena_alloc(a, (before->count + after->count + 1) * sizeof *list);
    struct str *seen = arena_alloc(a, (before->count + after->count + 1) * sizeof *seen);
    size_t count = 0, seen_count = 0;
    if (list == NULL || seen == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t d = 0; d < COUNT_OF(docs); d++) {
        for (size_t i = 0; i < docs[d]->count; i++) {
            struct str symbol = str_of(docs[d]->rules[i].symbol);
            bool differs;
            if (listed(seen, seen_count, symbol)) {
                continue;
            }
            seen[seen_count++] = symbol;
            if (!compare_symbol(before, after, symbol, &differs, e)) {
                return false;
            }
            if (differs) {
                list[count++] = symbol;
            }
        }
    }
    *symbols = list;
    *n = count;
    return true;
}
