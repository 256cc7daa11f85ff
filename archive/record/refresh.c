/* refresh.c: a file's category, dates and action from its class version, the rules, its facts and its closing day, by
 * retention_compute. Gathers what the function needs and writes what it says into the row; puts nothing. A file whose
 * class is gone is an exception, never an error: closing is never blocked. Fails with the store or without memory. */
#include "law.h"

#include <string.h>

static bool applies(const struct law_preview *p, struct day opened)
{
    return p != NULL && (p->first || opened.n >= p->valid_from.n);
}

/* The class as the plan on preview has it; *known false when that plan does not touch it. */
static const struct class_row *previewed(const struct law_preview *p, struct str symbol, bool *known)
{
    size_t low = 0, high = p->plan->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct plan_change *c = &p->plan->list[mid];
        const struct class_row *any = c->after != NULL ? c->after : c->before;
        int order = bytes_cmp(bytes_of(any->v.symbol), bytes_of(symbol));
        if (order == 0) {
            *known = true;
            return c->after;
        }
        if (order < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    *known = false;
    return NULL;
}

static bool class_of(struct txn *t, struct arena *ar, const struct law_preview *p, const struct case_file *f,
                     struct class_row *out, bool *found, struct err *e)
{
    if (applies(p, f->opened) && p->plan != NULL) {
        bool known;
        const struct class_row *row = previewed(p, f->symbol, &known);
        if (known) {
            *found = row != NULL;
            if (row != NULL) {
                *out = *row;
            }
            return true;
        }
    }
    return class_find(t, f->symbol, f->opened, ar, out, found, e);
}

static bool rules_for(struct txn *t, struct arena *ar, const struct law_preview *p, const struct case_file *f,
                      struct retention_rule **out, size_t *n, struct err *e)
{
    if (applies(p, f->opened) && p->rules != NULL) {
        return rules_select(p->rules, f->symbol, f->opened, ar, out, n, e);
    }
    return rules_of_class(t, f->symbol, f->opened, ar, out, n, e);
}

/* A category given by hand sets aside the rules that would give another; those that only say how to count still hold.
 */
static size_t counting_rules(struct retention_rule *rules, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (rules[i].category[0] == '\0' && rules[i].action[0] == '\0') {
            rules[kept++] = rules[i];
        }
    }
    return kept;
}

static bool question(struct txn *t, struct archive *a, struct arena *ar, const struct law_preview *p,
                     const struct case_file *f, struct retention_question *out, struct facts *facts,
                     struct day *class_from, struct err *e)
{
    struct class_row class = {.v.valid_from = DAY_NONE, .v.valid_until = DAY_NONE};
    struct retention_rule *rules;
    size_t n;
    bool found;
    if (!facts_parse(f->facts, facts, e) || !class_of(t, ar, p, f, &class, &found, e) ||
        !rules_for(t, ar, p, f, &rules, &n, e)) {
        return false;
    }
    bool by_hand = f->by_hand.n > 0;
    struct retention_question q = {.symbol = f->symbol,
                                   .status = found ? class.v.status : 0,
                                   .rules = rules,
                                   .rule_count = by_hand ? counting_rules(rules, n) : n,
                                   .closed = f->state == FILE_CLOSED ? f->closed : DAY_NONE,
                                   .facts = facts,
                                   .years_a = a->retention_years_a};
    if (!found && !by_hand) {
        q.rule_count = 0; /* without a class no rule of one can give it a category */
    }
    if (!category_parse(by_hand ? f->by_hand : found ? class.v.category : STR_NONE, &q.category, e)) {
        return err_wrap(e, "category of %.*s", (int)f->mark.n, f->mark.p);
    }
    *class_from = found ? class.v.valid_from : DAY_NONE;
    *out = q;
    return true;
}

bool retention_question_of(struct txn *t, struct archive *a, struct arena *ar, const struct case_file *f,
                           struct retention_question *out, struct facts *facts, struct err *e)
{
    struct day class_from;
    return question(t, a, ar, NULL, f, out, facts, &class_from, e);
}

static bool refresh(struct txn *t, struct archive *a, struct arena *ar, const struct law_preview *p,
                    struct case_file *f, struct err *e)
{
    struct facts facts;
    struct retention_question q;
    struct retention r;
    struct day class_from;
    char category[CATEGORY_TEXT_SIZE];
    if (!question(t, a, ar, p, f, &q, &facts, &class_from, e) || !retention_compute(&q, e->lang, ar, &r, e)) {
        return false;
    }
    category_text(r.category, category);
    struct str copy = category[0] == '\0' ? STR_NONE : arena_str(ar, str_of(category));
    if (category[0] != '\0' && copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    f->category = copy;
    f->class_from = class_from;
    f->from = r.from;
    f->until = r.until;
    f->review_from = r.review_from;
    f->action = r.action;
    return true;
}

bool retention_refresh(struct txn *t, struct archive *a, struct arena *ar, struct case_file *f, struct err *e)
{
    return refresh(t, a, ar, NULL, f, e);
}

bool refresh_preview(struct txn *t, struct archive *a, struct arena *ar, const struct law_preview *p,
                     struct case_file *f, struct err *e)
{
    return refresh(t, a, ar, p, f, e);
}
