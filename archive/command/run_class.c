/* run_class.c: akta class and akta class confirm. */
#include "table.h"

#include <string.h>

struct listing {
    struct run *r;
    struct str symbol; /* "" : by words */
    struct grid grid;
    size_t count;
};

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return s.n > 0;
}

static void class_json(struct run *r, const struct class_version *c)
{
    struct json *o = json_object();
    json_text(o, "symbol", c->symbol);
    json_text(o, "title", c->title);
    json_text_or_null(o, "category", c->category);
    json_text(o, "remarks", c->remarks.n > 0 ? c->remarks : STR(""));
    json_bool(o, "leaf", c->leaf != 0);
    json_text(o, "status", str_of(class_status_name((enum class_status)c->status)));
    json_day(o, "valid_from", c->valid_from);
    json_day(o, "valid_until", c->valid_until);
    (void)out_json(r, &o);
}

static void class_people(struct listing *l, const struct class_version *c)
{
    grid_cell(&l->grid, c->symbol);
    grid_cell(&l->grid, c->category.n > 0 ? c->category : str_of(c->leaf != 0 ? "?" : ""));
    if (c->remarks.n > 0) {
        grid_fmt(&l->grid, "%.*s – %.*s", (int)c->title.n, c->title.p, (int)c->remarks.n, c->remarks.p);
    } else {
        grid_cell(&l->grid, c->title);
    }
}

static bool list_class(const struct class_version *c, void *ctx, struct err *e)
{
    struct listing *l = ctx;
    (void)e;
    bool below = c->symbol.n >= l->symbol.n && c->symbol.n <= l->symbol.n + 1 &&
                 (l->symbol.n == 0 || memcmp(c->symbol.p, l->symbol.p, l->symbol.n) == 0);
    if (l->symbol.n > 0 && !below) {
        return true;
    }
    l->count++;
    if (l->r->h->json) {
        class_json(l->r, c);
    } else {
        class_people(l, c);
    }
    return !l->r->out_broken;
}

struct proposal_ask {
    struct str symbol;
    struct arena *ar;
    struct class_proposal found;
};

static bool ask_proposal(struct txn *t, void *ctx, struct err *e)
{
    struct proposal_ask *p = ctx;
    return proposal_get(t, p->symbol, p->ar, &p->found, e);
}

/* Under a class without a category: what it is likely to be, and how to confirm it. */
static void hint(struct run *r, const struct class_version *c)
{
    struct proposal_ask p = {.symbol = c->symbol, .ar = r->ar};
    struct err e;
    err_init(&e, r->h->lang);
    if (r->h->json || c->status != CLASS_UNREAD) {
        return;
    }
    out_say(r, "\n");
    out_say(r,
            tr(r->h->lang,
               N_("The category of class %.*s could not be read in the act. Its files are exceptions until a person "
                  "confirms it:\n  akta class confirm %.*s CATEGORY --basis TEXT\n")),
            (int)c->symbol.n, c->symbol.p, (int)c->symbol.n, c->symbol.p);
    if (r->a != NULL && store_read(archive_store(r->a), ask_proposal, &p, &e)) {
        out_say(r, tr(r->h->lang, N_("Proposal: %.*s (%.*s). %.*s\n")), (int)p.found.category.n, p.found.category.p,
                (int)p.found.confidence.n, p.found.confidence.p, (int)p.found.basis.n, p.found.basis.p);
    }
}

int run_class(struct run *r)
{
    struct str words = joined_arguments(r, 0);
    struct day on = parsed_day(r->p, "on");
    on = day_is_none(on) ? run_today(r) : on;
    struct listing l = {.r = r, .symbol = is_number(words) ? words : STR("")};
    struct class_version c = {.symbol = STR("")};
    if (l.symbol.n > 0 && !law_class(r->a, l.symbol, on, r->ar, &c, &r->e)) {
        return run_fail(r);
    }
    grid_begin(&l.grid, r, 3);
    bool ok = class_search(r->a, l.symbol.n > 0 ? STR_NONE : words, on, list_class, &l, &r->e);
    grid_end(&l.grid);
    if (!ok) {
        return run_fail(r);
    }
    if (l.count == 0) {
        out_note(r, N_("no class fits these words; try fewer or shorter ones"));
        return EXIT_NO;
    }
    if (l.symbol.n > 0) {
        hint(r, &c);
    }
    return EXIT_DONE;
}

int run_class_confirm(struct run *r)
{
    struct category c;
    uint64_t files = 0;
    char text[CATEGORY_TEXT_SIZE];
    struct str symbol = r->p->args[0].text;
    if (!category_parse(r->p->args[1].text, &c, &r->e) ||
        !class_confirm(r->a, symbol, c, parsed_text(r->p, "basis"), &r->h->who, &files, &r->e)) {
        return run_fail(r);
    }
    category_text(c, text);
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "symbol", symbol);
        json_text(o, "category", str_of(text));
        json_u64(o, "files_changed", files);
        (void)out_json(r, &o);
    } else {
        out_say(r, tr(r->h->lang, N_("Class %s has category %s now.\n")), symbol.p, text);
        out_say(r,
                trn(r->h->lang, "%llu case file was computed anew.\n", "%llu case files were computed anew.\n", files),
                (unsigned long long)files);
    }
    return EXIT_DONE;
}
