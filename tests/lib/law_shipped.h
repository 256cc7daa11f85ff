/* law_shipped.h: the plan and rules that ship with the program, and retention asked of them without an archive. */
#ifndef AKTA_TESTS_LAW_SHIPPED_H
#define AKTA_TESTS_LAW_SHIPPED_H
#include "testing.h"

#include "archive/record/law.h"

static struct arena *law_arena;
static struct plan_doc shipped_plan;
static struct rules_doc shipped_rules;

static inline struct day law_day(const char *text)
{
    struct day d = DAY_NONE;
    if (text[0] != '\0' && !day_parse(str_of(text), &d)) {
        fail_msg("%s is no day", text);
    }
    return d;
}

static inline int law_open(void **state)
{
    struct conf_document plan, rules;
    struct err e = ERR_INIT;
    (void)state;
    law_arena = arena_new(64u << 20);
    if (law_arena == NULL || !conf_builtin(CONF_PLAN, &plan) || !conf_builtin(CONF_RULES, &rules) ||
        !plan_parse(plan.text, plan.valid_from, law_arena, &shipped_plan, &e) ||
        !rules_parse(rules.text, law_arena, &shipped_rules, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return -1;
    }
    return 0;
}

static inline int law_close(void **state)
{
    (void)state;
    arena_free(&law_arena);
    return 0;
}

static inline const struct class_version *law_class_of(const char *symbol)
{
    for (size_t i = 0; i < shipped_plan.count; i++) {
        if (str_is(shipped_plan.rows[i].v.symbol, symbol)) {
            return &shipped_plan.rows[i].v;
        }
    }
    fail_msg("there is no class %s", symbol);
    return &shipped_plan.rows[0].v; /* not reached */
}

/* Retention of a file of the class; by_hand "" = the class's category. */
static inline struct retention law_ask(const char *symbol, const char *by_hand, const char *closed,
                                       const char *facts_given, enum lang lang)
{
    struct err e = ERR_INIT;
    struct facts facts;
    struct retention r;
    const struct class_version *c = law_class_of(symbol);
    struct retention_question q = {
        .symbol = c->symbol, .status = c->status, .closed = law_day(closed), .facts = &facts};
    struct retention_rule *rules;
    if (!facts_parse(str_of(facts_given), &facts, &e) ||
        !rules_select(&shipped_rules, c->symbol, law_day("2021-01-01"), law_arena, &rules, &q.rule_count, &e) ||
        !category_parse(by_hand[0] != '\0' ? str_of(by_hand) : c->category, &q.category, &e)) {
        fail_msg("%s", e.text);
    }
    q.rules = rules;
    q.rule_count = by_hand[0] != '\0' ? 0 : q.rule_count;
    if (!retention_compute(&q, lang, law_arena, &r, &e)) {
        fail_msg("%s", e.text);
    }
    return r;
}

#endif
