/* run_retain.c: akta retain: a date computed for a question, by the very function that computes those of case files. */
#include "table.h"

#include <string.h>

static bool facts_given(struct run *r, struct facts *out)
{
    struct buf all CLEANUP(buf_free) = BUF_INIT(4096);
    for (size_t i = 0; i < r->p->opt_count; i++) {
        if (strcmp(r->p->opts[i].row->name, "fact") == 0) {
            buf_fmt(&all, "%s%s", all.n > 0 ? " " : "", r->p->opts[i].text.p);
        }
    }
    *out = (struct facts){.count = 0};
    return buf_ok(&all, &r->e) && (all.n == 0 || facts_parse(buf_str(&all), out, &r->e));
}

static bool question_of_class(struct run *r, struct retention_question *q)
{
    struct class_version c;
    struct day opened = parsed_day(r->p, "opened");
    struct day on = day_is_none(opened) ? q->closed : opened;
    struct retention_rule *rules = NULL;
    if (!law_class(r->a, parsed_text(r->p, "class"), on, r->ar, &c, &r->e)) {
        r->e.code = r->e.code == ERR_NOT_FOUND ? ERR_INVALID : r->e.code; /* a word of the command line is wrong */
        return false;
    }
    if (!law_rules(r->a, c.symbol, on, r->ar, &rules, &q->rule_count, &r->e) ||
        !category_parse(c.category.n > 0 ? c.category : STR(""), &q->category, &r->e)) {
        return false;
    }
    q->symbol = c.symbol;
    q->status = c.status;
    q->rules = rules;
    return true;
}

static bool ask_question(struct run *r, struct facts *facts, struct retention_question *q)
{
    *q =
        (struct retention_question){.closed = parsed_day(r->p, "closed"), .facts = facts, .years_a = RETENTION_YEARS_A};
    if (r->a != NULL) {
        q->years_a = (unsigned)setting_u64(archive_settings(r->a), "retention.years_a");
    }
    if (!facts_given(r, facts)) {
        return false;
    }
    bool known = parsed_flag(r->p, "class") ? question_of_class(r, q)
                                            : category_parse(parsed_text(r->p, "category"), &q->category, &r->e);
    return known && law_facts(facts, q->rules, q->rule_count, &r->e);
}

static void retain_json(struct run *r, const struct retention *t, const char *category)
{
    struct json *o = json_object();
    json_text_or_null(o, "category", str_of(category));
    json_day(o, "from", t->from);
    json_day(o, "until", t->until);
    json_day(o, "review_from", t->review_from);
    json_text(o, "action", str_of(action_name(t->action)));
    if (t->why.n > 0) {
        json_text(o, "why", t->why);
    }
    json_text(o, "sentence", t->sentence);
    (void)out_json(r, &o);
}

static void retain_people(struct run *r, const struct retention *t, const char *category)
{
    enum lang lang = r->h->lang;
    struct grid g;
    grid_begin(&g, r, 2);
    grid_cell(&g, str_of(tr(lang, N_("Category"))));
    grid_cell(&g, str_of(category[0] != '\0' ? category : "–"));
    if (t->action != ACTION_EXCEPTION) {
        if (t->from.n <= t->until.n) { /* Bc is past its last day when others begin to count */
            grid_cell(&g, str_of(tr(lang, N_("Kept from"))));
            grid_cell(&g, day_for_people(r->ar, lang, t->from));
        }
        grid_cell(&g, str_of(tr(lang, N_("Last day kept"))));
        grid_cell(&g, day_for_people(r->ar, lang, t->until));
        grid_cell(&g, str_of(tr(lang, N_("Due from"))));
        grid_cell(&g, day_for_people(r->ar, lang, t->review_from));
    }
    grid_cell(&g, str_of(tr(lang, N_("What happens"))));
    grid_cell(&g, str_of(action_for_people(lang, t->action)));
    grid_end(&g);
    out_say(r, "\n");
    out_paragraph(r, t->sentence);
}

int run_retain(struct run *r)
{
    struct facts facts;
    struct retention_question q;
    struct retention t;
    char category[CATEGORY_TEXT_SIZE];
    if (!ask_question(r, &facts, &q) || !retention_compute(&q, r->h->lang, r->ar, &t, &r->e)) {
        return run_fail(r);
    }
    category_text(t.category, category);
    if (r->h->json) {
        retain_json(r, &t, category);
    } else {
        retain_people(r, &t, category);
    }
    return EXIT_DONE;
}
