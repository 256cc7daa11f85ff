/* run_hold.c: akta hold …: what must not be destroyed or transferred for now. */
#include "table.h"

#include <string.h>

static struct json *hold_as_json(const struct hold *h, struct str mark)
{
    struct json *o = json_object();
    char id[33];
    id_text(h->id, id);
    json_text(o, "id", str_of(id));
    json_text(o, "mark", mark);
    json_day(o, "placed", h->placed);
    json_day(o, "until", h->review);
    json_day(o, "released", h->released);
    json_text_or_null(o, "reason", h->reason);
    json_text_or_null(o, "mandate", h->mandate);
    return o;
}

struct holds {
    struct run *r;
    struct grid grid;
    size_t count;
    struct id last;
};

static bool hold_line(const struct hold *h, struct str mark, void *ctx, struct err *e)
{
    struct holds *l = ctx;
    struct run *r = l->r;
    (void)e;
    l->count++;
    if (r->h->json) {
        struct json *o = hold_as_json(h, mark);
        return out_json(r, &o);
    }
    if (l->count == 1) {
        grid_words(&l->grid, (const char *const[]){N_("Hold"), N_("Case file"), N_("Placed"), N_("Until"),
                                                   N_("Mandate"), N_("Reason")});
    }
    char id[33];
    id_text(h->id, id);
    grid_cell(&l->grid, str_of(id));
    grid_cell(&l->grid, mark);
    grid_day(&l->grid, h->placed);
    grid_day(&l->grid, day_is_none(h->released) ? h->review : h->released);
    grid_cell(&l->grid, h->mandate.n > 0 ? h->mandate : STR("–"));
    grid_cell(&l->grid, h->reason.n > 0 ? h->reason : STR("–"));
    return !r->out_broken;
}

int run_hold_list(struct run *r)
{
    struct holds l = {.r = r};
    struct str mark = r->p->arg_count > 0 ? r->p->args[0].text : STR("");
    grid_begin(&l.grid, r, 6);
    bool ok = hold_list(r->a, mark, parsed_flag(r->p, "all"), hold_line, &l, &r->e);
    grid_end(&l.grid);
    if (!ok) {
        return run_fail(r);
    }
    if (l.count == 0 && !r->h->json) {
        out_say(r, "%s\n", tr(r->h->lang, N_("No hold is in force.")));
    }
    return EXIT_DONE;
}

int run_hold_place(struct run *r)
{
    struct id id;
    struct str mark = r->p->args[0].text;
    struct day until = parsed_day(r->p, "until");
    if (!hold_place(r->a, mark, parsed_text(r->p, "reason"), parsed_text(r->p, "mandate"), until, &r->h->who, &id,
                    &r->e)) {
        return run_fail(r);
    }
    char text[33];
    id_text(id, text);
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "id", str_of(text));
        json_text(o, "mark", mark);
        json_day(o, "placed", run_today(r));
        json_day(o, "until", until);
        (void)out_json(r, &o);
    } else {
        out_say(r, "%s\n", text);
    }
    return EXIT_DONE;
}

static bool remember(const struct hold *h, struct str mark, void *ctx, struct err *e)
{
    struct holds *l = ctx;
    (void)mark;
    (void)e;
    l->count++;
    l->last = h->id;
    return true;
}

/* A hold by its identifier, or the only one of a case file. */
static bool hold_argument(struct run *r, struct id *out)
{
    struct str text = r->p->args[0].text;
    struct holds l = {.r = r};
    if (id_parse(text, out)) {
        return true;
    }
    if (!hold_list(r->a, text, false, remember, &l, &r->e)) {
        return false;
    }
    if (l.count == 0) {
        return err_set(&r->e, ERR_NOT_FOUND, "%s has no hold in force", text.p);
    }
    if (l.count > 1) {
        return err_set(&r->e, ERR_INVALID,
                       "%s has %zu holds; name the one that ends by its identifier: akta hold list %s", text.p, l.count,
                       text.p);
    }
    *out = l.last;
    return true;
}

int run_hold_release(struct run *r)
{
    struct id id;
    if (!hold_argument(r, &id) || !hold_release(r->a, &id, parsed_text(r->p, "reason"), &r->h->who, &r->e)) {
        return run_fail(r);
    }
    char text[33];
    id_text(id, text);
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "id", str_of(text));
        json_day(o, "released", run_today(r));
        (void)out_json(r, &o);
    } else {
        out_say(r, tr(r->h->lang, N_("Hold %s has ended.\n")), text);
    }
    return EXIT_DONE;
}
