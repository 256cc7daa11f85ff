/* law_query.c: a class and its rules as a question from outside: from the archive's own law, or without an archive from
 * the law that ships with the program. Fails with the store, without memory, or with NOT_FOUND for an unknown class. */
#include "law.h"

static bool class_shipped(struct str symbol, struct arena *ar, struct class_version *out, struct err *e)
{
    struct conf_document d;
    struct plan_doc plan;
    if (!conf_builtin(CONF_PLAN, &d)) {
        return err_set(e, ERR_NOT_FOUND, "no plan ships with this program");
    }
    if (!plan_parse(d.text, d.valid_from, ar, &plan, e)) {
        return false;
    }
    for (size_t i = 0; i < plan.count; i++) {
        if (str_eq(plan.rows[i].v.symbol, symbol)) {
            *out = plan.rows[i].v;
            return true;
        }
    }
    return err_field(e, ERR_NOT_FOUND, "class", "there is no class %.*s in the plan that ships with the program",
                     (int)symbol.n, symbol.n > 0 ? symbol.p : "");
}

static bool rules_shipped(struct str symbol, struct day on, struct arena *ar, struct retention_rule **out, size_t *n,
                          struct err *e)
{
    struct conf_document d;
    struct rules_doc rules = {NULL, 0};
    if (conf_builtin(CONF_RULES, &d) && !rules_parse(d.text, ar, &rules, e)) {
        return false;
    }
    return rules_select(&rules, symbol, on, ar, out, n, e);
}

struct law_ctx {
    struct str symbol;
    struct day on;
    struct arena *ar;
    struct class_version *class_out;
    struct retention_rule *rules;
    size_t count;
};

static bool class_fn(struct txn *t, void *ctx, struct err *e)
{
    struct law_ctx *c = ctx;
    return class_get(t, c->symbol, c->on, c->ar, c->class_out, e);
}

static bool rules_fn(struct txn *t, void *ctx, struct err *e)
{
    struct law_ctx *c = ctx;
    return rules_of_class(t, c->symbol, c->on, c->ar, &c->rules, &c->count, e);
}

bool law_class(struct archive *a, struct str symbol, struct day on, struct arena *ar, struct class_version *out,
               struct err *e)
{
    struct law_ctx c = {.symbol = symbol, .on = on, .ar = ar, .class_out = out};
    return a == NULL ? class_shipped(symbol, ar, out, e) : store_read(a->store, class_fn, &c, e);
}

bool law_rules(struct archive *a, struct str symbol, struct day on, struct arena *ar, struct retention_rule **out,
               size_t *n, struct err *e)
{
    struct law_ctx c = {.symbol = symbol, .on = on, .ar = ar};
    if (a == NULL) {
        return rules_shipped(symbol, on, ar, out, n, e);
    }
    if (!store_read(a->store, rules_fn, &c, e)) {
        return false;
    }
    *out = c.rules;
    *n = c.count;
    return true;
}
