/* Documents of law as somebody might hand them in: a plan, retention rules, proposals, facts, categories. The first
 * byte chooses. What is read must hold what the rest of the room relies on: symbols are digits, a rule that decides
 * gives a date or a reason, facts survive being written and read again. */
#include "archive/record/law.h"

#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void read_plan(struct str text, struct arena *a)
{
    struct plan_doc doc;
    struct day day = {0};
    struct err e = ERR_INIT;
    if (!plan_parse(text, day, a, &doc, &e)) {
        demand(e.code != ERR_NONE && e.text[0] != '\0');
        return;
    }
    for (size_t i = 0; i < doc.count; i++) {
        struct category c;
        demand(symbol_valid(doc.rows[i].v.symbol) && category_parse(doc.rows[i].v.category, &c, &e));
        struct str folded;
        demand(class_fold(&doc.rows[i].v, a, &folded, &e) ? folded.n > 0 : e.code == ERR_MEMORY);
    }
}

static void read_rules(struct str text, struct arena *a)
{
    struct rules_doc doc;
    struct facts facts = {.count = 0};
    struct err e = ERR_INIT;
    struct day closed = {18000};
    struct retention r;
    if (!rules_parse(text, a, &doc, &e)) {
        demand(e.code != ERR_NONE);
        return;
    }
    struct retention_question q = {
        .category = {CAT_A, 0}, .rules = doc.rules, .rule_count = doc.count, .closed = closed, .facts = &facts};
    demand(retention_compute(&q, LANG_PL, a, &r, &e));
    demand(r.action != ACTION_NONE && day_is_none(r.review_from) == (r.action == ACTION_EXCEPTION));
    demand(r.action != ACTION_DESTROY || r.category.kind == CAT_B || r.category.kind == CAT_BC);
}

static void read_facts(struct str text)
{
    struct facts f, again;
    struct err e = ERR_INIT;
    struct buf b CLEANUP(buf_free) = BUF_INIT(4096);
    if (!facts_parse(text, &f, &e)) {
        return;
    }
    demand(facts_text(&f, &b, &e) && facts_parse(buf_str(&b), &again, &e));
    demand(f.count == again.count);
    for (size_t i = 0; i < f.count; i++) {
        demand(strcmp(f.list[i].name, again.list[i].name) == 0 && f.list[i].on.n == again.list[i].on.n);
    }
}

static void read_category(struct str text)
{
    struct category c;
    struct err e = ERR_INIT;
    char back[CATEGORY_TEXT_SIZE];
    if (category_parse(text, &c, &e)) {
        category_text(c, back);
        demand(str_is(text, back));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_free) = arena_new(64u << 20);
    struct err e = ERR_INIT;
    struct str words;
    if (size == 0 || a == NULL) {
        return 0;
    }
    struct str text = {(const char *)data + 1, size - 1};
    switch (data[0] % 6) {
        case 0:
            read_plan(text, a);
            break;
        case 1:
            read_rules(text, a);
            break;
        case 2:
            (void)!proposals_check(text, &e);
            break;
        case 3:
            read_facts(text);
            break;
        case 4:
            read_category(text);
            break;
        default:
            if (utf8_valid(text)) {
                (void)!words_fold(text, a, &words, &e);
            }
            break;
    }
    return 0;
}
