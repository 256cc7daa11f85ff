/* run_file.c: akta file …: the life of a case file. */
#include "table.h"

#include <string.h>

static const char *state_name(uint64_t state)
{
    return state == FILE_CLOSED ? "closed" : "open";
}

static struct json *file_as_json(const struct case_file *f)
{
    struct json *o = json_object();
    char id[33];
    id_text(f->id, id);
    json_text(o, "mark", f->mark);
    json_text(o, "id", str_of(id));
    json_text(o, "unit", f->unit);
    json_text(o, "class", f->symbol);
    json_u64(o, "number", f->number);
    json_u64(o, "year", f->year);
    json_text(o, "state", str_of(state_name(f->state)));
    json_text_or_null(o, "title", f->title);
    json_day(o, "opened", f->opened);
    json_day(o, "closed", f->closed);
    json_text_or_null(o, "category", f->category);
    json_day(o, "from", f->from);
    json_day(o, "until", f->until);
    json_day(o, "review_from", f->review_from);
    json_text_or_null(o, "action", f->action == ACTION_NONE ? STR("") : str_of(action_name((enum action)f->action)));
    json_u64(o, "holds", f->holds);
    json_text_or_null(o, "facts", f->facts);
    json_u64(o, "record_count", f->records);
    json_u64(o, "bytes", f->bytes);
    return o;
}

static bool read_opening(struct run *r, struct file_opening *in)
{
    const struct parsed *p = r->p;
    *in = (struct file_opening){
        .unit = parsed_text(p, "unit"),
        .symbol = parsed_text(p, "class"),
        .title = parsed_text(p, "title"),
        .year = (int)parsed_number(p, "year", 0),
        .opened = parsed_day(p, "opened"),
        .base_number = parsed_number(p, "base", 0),
        .by_hand = parsed_text(p, "category"),
        .reason = parsed_text(p, "reason"),
    };
    return in->by_hand.n == 0 || in->reason.n > 0 ||
           err_field(&r->e, ERR_INVALID, "reason", "--category needs --reason: why it differs from the plan");
}

int run_file_open(struct run *r)
{
    struct file_opening in;
    struct case_file f;
    if (!read_opening(r, &in) || !file_open(r->a, &in, &r->h->who, r->ar, &f, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = file_as_json(&f);
        (void)out_json(r, &o);
    } else {
        out_say(r, "%.*s\n", (int)f.mark.n, f.mark.p);
    }
    return EXIT_DONE;
}

/* Says what a verb made of the file: its state, and what happens to it when. */
static int tell_file(struct run *r, struct str mark)
{
    struct case_file f;
    struct retention t;
    if (!file_get(r->a, mark, r->ar, &f, &r->e) || !file_retention(r->a, &f, r->ar, &t, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = file_as_json(&f);
        if (t.why.n > 0) {
            json_text(o, "why", t.why);
        }
        json_text(o, "sentence", t.sentence);
        (void)out_json(r, &o);
        return EXIT_DONE;
    }
    out_say(r, "%.*s: %s\n", (int)f.mark.n, f.mark.p,
            f.state == FILE_CLOSED ? tr(r->h->lang, N_("closed")) : tr(r->h->lang, N_("open")));
    out_paragraph(r, t.sentence);
    return EXIT_DONE;
}

int run_file_close(struct run *r)
{
    struct str mark = r->p->args[0].text;
    if (!file_close(r->a, mark, parsed_day(r->p, "on"), &r->h->who, &r->e)) {
        return run_fail(r);
    }
    return tell_file(r, mark);
}

int run_file_reopen(struct run *r)
{
    struct str mark = r->p->args[0].text;
    if (!file_reopen(r->a, mark, parsed_text(r->p, "reason"), &r->h->who, &r->e)) {
        return run_fail(r);
    }
    return tell_file(r, mark);
}

int run_file_fact(struct run *r)
{
    struct str mark = r->p->args[0].text;
    struct facts facts;
    if (!facts_parse(joined_arguments(r, 1), &facts, &r->e)) {
        return run_fail(r);
    }
    for (size_t i = 0; i < facts.count; i++) {
        if (!file_set_fact(r->a, mark, str_of(facts.list[i].name), facts.list[i].on, &r->h->who, &r->e)) {
            return run_fail(r);
        }
    }
    return tell_file(r, mark);
}

int run_file_category(struct run *r)
{
    struct category c;
    struct str mark = r->p->args[0].text;
    if (!category_parse(r->p->args[1].text, &c, &r->e) ||
        !file_set_category(r->a, mark, c, parsed_text(r->p, "reason"), &r->h->who, &r->e)) {
        return run_fail(r);
    }
    return tell_file(r, mark);
}

struct showing {
    struct run *r;
    struct str mark;
    struct json *records;
    struct grid grid;
};

static bool show_record(const struct record *rec, void *ctx, struct err *e)
{
    struct showing *s = ctx;
    (void)e;
    if (s->r->h->json) {
        struct json *o = record_as_json(rec, s->mark);
        json_push(s->records, &o);
        return true;
    }
    char id[33];
    id_text(rec->id, id);
    grid_fmt(&s->grid, "%llu", (unsigned long long)rec->seq);
    grid_cell(&s->grid, str_of(id));
    grid_cell(&s->grid, rec->shelf.n > 0 ? rec->shelf : bytes_for_people(s->r->ar, s->r->h->lang, rec->size));
    grid_cell(&s->grid, rec->media_type.n > 0 ? rec->media_type : STR("–"));
    grid_cell(&s->grid, rec->title.n > 0 ? rec->title : rec->name);
    return !s->r->out_broken;
}

static void show_line(struct grid *g, const char *label, struct str value)
{
    grid_cell(g, str_of(tr(g->r->h->lang, label)));
    grid_cell(g, value.n > 0 ? value : STR("–"));
}

static void file_people(struct run *r, const struct case_file *f)
{
    enum lang lang = r->h->lang;
    struct grid g;
    grid_begin(&g, r, 2);
    show_line(&g, N_("Case file"), f->mark);
    show_line(&g, N_("Title"), f->title);
    show_line(&g, N_("State"), str_of(f->state == FILE_CLOSED ? tr(lang, N_("closed")) : tr(lang, N_("open"))));
    show_line(&g, N_("Opened"), day_for_people(r->ar, lang, f->opened));
    show_line(&g, N_("Closed"), day_for_people(r->ar, lang, f->closed));
    show_line(&g, N_("Category"), f->category);
    show_line(&g, N_("Due from"), day_for_people(r->ar, lang, f->review_from));
    show_line(&g, N_("What happens"), str_of(action_for_people(lang, (enum action)f->action)));
    if (f->facts.n > 0) {
        show_line(&g, N_("Facts"), f->facts);
    }
    if (f->holds > 0) {
        show_line(&g, N_("Holds"), number_for_people(r->ar, f->holds));
    }
    grid_cell(&g, str_of(tr(lang, N_("Records"))));
    grid_fmt(&g, "%s, %s", number_for_people(r->ar, f->records).p, bytes_for_people(r->ar, lang, f->bytes).p);
    grid_end(&g);
}

static bool file_show_json(struct run *r, const struct case_file *f, const struct retention *t)
{
    struct showing s = {.r = r, .mark = f->mark, .records = json_array()};
    struct json *o = file_as_json(f);
    if (t->why.n > 0) {
        json_text(o, "why", t->why);
    }
    json_text(o, "sentence", t->sentence);
    if (!file_records(r->a, &f->id, true, show_record, &s, &r->e)) {
        json_free(&s.records);
        json_free(&o);
        return false;
    }
    json_put(o, "records", &s.records);
    return out_json(r, &o);
}

static bool file_show_people(struct run *r, const struct case_file *f, const struct retention *t)
{
    struct showing s = {.r = r, .mark = f->mark};
    file_people(r, f);
    out_say(r, "\n");
    out_paragraph(r, t->sentence);
    if (f->records > 0) {
        out_say(r, "\n");
    }
    grid_begin(&s.grid, r, 5);
    grid_right(&s.grid, 0);
    grid_right(&s.grid, 2);
    bool ok = file_records(r->a, &f->id, true, show_record, &s, &r->e);
    grid_end(&s.grid);
    return ok;
}

int run_file_show(struct run *r)
{
    struct case_file f;
    struct retention t;
    if (!file_get(r->a, r->p->args[0].text, r->ar, &f, &r->e) || !file_retention(r->a, &f, r->ar, &t, &r->e)) {
        return run_fail(r);
    }
    bool ok = r->h->json ? file_show_json(r, &f, &t) : file_show_people(r, &f, &t);
    return ok ? EXIT_DONE : run_fail(r);
}
