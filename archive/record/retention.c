/* retention.c: the one function from which every date of retention comes. Pure: no table, no clock, no setting is read.
 *
 * Periods are full calendar years from 1 January after the case was closed (MK2015 zał. 1 pkt 1-2), or after the event
 * that a rule names when that is later. Whatever cannot be computed is an exception without dates, and says why: a date
 * that is wrong too early destroys what the law keeps. Fails only without memory. */
#include "retention_text.h"

#include <string.h>

enum verdict { RULE_HOLDS, RULE_PASSES_BY, RULE_NEEDS_FACT };

static bool within(struct day d, struct day from, struct day until)
{
    return (day_is_none(from) || d.n >= from.n) && (day_is_none(until) || d.n <= until.n);
}

static enum verdict judge(const struct retention_rule *r, const struct facts *facts)
{
    if (r->when_fact[0] == '\0') {
        return RULE_HOLDS;
    }
    const struct fact *f = facts_find(facts, r->when_fact);
    bool inside = f != NULL && within(f->on, r->when_from, r->when_until);
    switch (r->when) {
        case WHEN_UNLESS_KNOWN:
            return inside ? RULE_PASSES_BY : RULE_HOLDS;
        case WHEN_IF_KNOWN:
            return inside ? RULE_HOLDS : RULE_PASSES_BY;
        case WHEN_REQUIRED:
        default:
            return f == NULL ? RULE_NEEDS_FACT : inside ? RULE_HOLDS : RULE_PASSES_BY;
    }
}

/* The rule that decides, NULL when the class decides alone; *missing names the fact without which nobody can tell. */
static const struct retention_rule *rule_of(const struct retention_question *q, const char **missing)
{
    *missing = NULL;
    for (size_t i = 0; i < q->rule_count; i++) {
        enum verdict v = judge(&q->rules[i], q->facts);
        if (v == RULE_NEEDS_FACT) {
            *missing = q->rules[i].when_fact;
        }
        if (v != RULE_PASSES_BY) {
            return &q->rules[i];
        }
    }
    return NULL;
}

static struct category category_of(const struct retention_question *q, const struct retention_rule *rule)
{
    struct category c;
    struct err ignored = ERR_INIT;
    if (rule == NULL || rule->category[0] == '\0') {
        return q->category;
    }
    return category_parse(str_of(rule->category), &c, &ignored) ? c : (struct category){CAT_UNKNOWN, 0};
}

static enum action action_of(struct category c, const struct retention_rule *rule)
{
    enum action forced;
    if (rule != NULL && action_parse(str_of(rule->action), &forced)) {
        return forced;
    }
    switch (c.kind) {
        case CAT_A:
            return ACTION_TRANSFER;
        case CAT_BE:
            return ACTION_APPRAISE;
        case CAT_B:
        case CAT_BC:
            return ACTION_DESTROY;
        case CAT_UNKNOWN:
        case CAT_BSTAR:
        default:
            return ACTION_EXCEPTION;
    }
}

static bool exception(struct str why, const struct retention_rule *rule, enum lang lang, struct arena *a,
                      struct retention *out, struct err *e)
{
    why = with_basis(why, rule, lang, a);
    if (why.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    out->action = ACTION_EXCEPTION;
    out->from = out->until = out->review_from = DAY_NONE;
    out->why = out->sentence = why;
    return true;
}

static unsigned years_of(const struct retention_question *q, struct category c)
{
    if (c.kind == CAT_A) {
        return q->years_a > 0 ? q->years_a : RETENTION_YEARS_A;
    }
    return c.years;
}

/* from, until and review_from; false when the calendar ends before. */
static bool dates(struct day base, unsigned years, struct retention *out)
{
    struct day from, review;
    int first_year = day_year(base) + 1;
    if (years > CATEGORY_YEARS_LIMIT || !day_make(first_year, 1, 1, &from) ||
        !day_make(first_year + (int)years, 1, 1, &review)) {
        return false;
    }
    out->from = from;
    out->review_from = review;
    out->until = day_add(review, -1);
    return true;
}

static bool dated(const struct retention_question *q, const struct retention_rule *rule, enum lang lang,
                  struct arena *a, struct retention *out, struct err *e)
{
    struct retention_start start = {q->closed, NULL};
    if (rule != NULL && rule->count_from[0] != '\0' && !str_is(str_of(rule->count_from), "closed")) {
        start.event = facts_find(q->facts, rule->count_from);
        if (start.event == NULL) {
            return exception(why_missing(rule->count_from, lang, a), rule, lang, a, out, e);
        }
    }
    struct day base = start.event != NULL && start.event->on.n > q->closed.n ? start.event->on : q->closed;
    unsigned years = years_of(q, out->category);
    if (!dates(base, years, out)) {
        return exception(why_too_far(lang, a), rule, lang, a, out, e);
    }
    if (!retention_sentence(out, &start, years, rule, lang, a, &out->sentence)) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return true;
}

static bool open_file(const struct retention_question *q, enum lang lang, struct arena *a, struct retention *out,
                      struct err *e)
{
    struct retention_start start = {DAY_NONE, NULL};
    const char *missing;
    const struct retention_rule *rule = rule_of(q, &missing);
    out->category = missing != NULL ? q->category : category_of(q, rule);
    return retention_sentence(out, &start, 0, NULL, lang, a, &out->sentence) || err_set(e, ERR_MEMORY, "out of memory");
}

bool retention_compute(const struct retention_question *q, enum lang lang, struct arena *a, struct retention *out,
                       struct err *e)
{
    *out = (struct retention){
        .category = q->category, .from = DAY_NONE, .until = DAY_NONE, .review_from = DAY_NONE, .action = ACTION_NONE};
    if (day_is_none(q->closed)) {
        return open_file(q, lang, a, out, e);
    }
    const char *missing;
    const struct retention_rule *rule = rule_of(q, &missing);
    if (missing != NULL) {
        return exception(why_missing(missing, lang, a), rule, lang, a, out, e);
    }
    out->category = category_of(q, rule);
    out->action = action_of(out->category, rule);
    bool counted = out->category.kind == CAT_B || out->category.kind == CAT_BE;
    if (out->category.kind == CAT_UNKNOWN || (counted && out->category.years == 0)) {
        return exception(why_unknown(q, lang, a), NULL, lang, a, out, e);
    }
    if (out->category.kind == CAT_BSTAR) {
        return exception(why_no_years(lang, a), rule, lang, a, out, e);
    }
    if (out->action == ACTION_EXCEPTION) {
        return exception(why_forced(lang, a), rule, lang, a, out, e);
    }
    return dated(q, rule, lang, a, out, e);
}
