/* class_confirm.c: a class whose category could not be read gets it from a person who read the act. Every version of
 * the class that is unread, or was confirmed before, takes the category; each change is an entry whose opening keeps
 * the basis. The files of the class are then computed anew, and stay exceptions until it is their turn. Fails:
 * ERR_STATE when the plan itself says the category; ERR_CONFLICT when the class changed meanwhile. */
#include "law.h"

#define VERSIONS_MAX 64u

struct version {
    struct class_row row; /* as it shall be */
    uint64_t before;      /* its events as they were read */
    struct key key;
    struct wrapped_key wrapped;
    bool key_is_new;
    struct event_ready ready;
};

struct confirm {
    struct archive *a;
    struct str symbol, basis;
    const struct actor *who;
    char category[CATEGORY_TEXT_SIZE];
    struct arena *ar;
    struct version *list;
    size_t count, all;
    enum class_status status; /* of the newest version */
    struct txn *t;            /* while a walk runs */
};

static bool open_to_confirmation(uint64_t status)
{
    return status == CLASS_UNREAD || status == CLASS_CONFIRMED;
}

static bool collect_each(const struct class_row *row, void *ctx, struct err *e)
{
    struct confirm *c = ctx;
    if (!str_eq(row->v.symbol, c->symbol)) {
        return true;
    }
    c->all++;
    c->status = (enum class_status)row->v.status;
    if (!open_to_confirmation(row->v.status)) {
        return true;
    }
    if (c->count == VERSIONS_MAX) {
        return err_set(e, ERR_TOO_BIG, "class %.*s has more than %u versions to confirm", (int)c->symbol.n, c->symbol.p,
                       VERSIONS_MAX);
    }
    struct version *v = &c->list[c->count++];
    *v = (struct version){.row = *row, .before = row->v.events};
    if (!event_next(c->t, &row->v.id, &v->row.v.events, e)) {
        return false;
    }
    if (!key_get(c->t, c->a->store, &row->v.id, &v->key, e)) {
        if (e->code != ERR_NOT_FOUND) {
            return false;
        }
        err_init(e, e->lang);
        v->key_is_new = true;
    }
    return true;
}

static bool collect_fn(struct txn *t, void *ctx, struct err *e)
{
    struct confirm *c = ctx;
    arena_reset(c->ar);
    c->count = c->all = 0;
    c->t = t;
    c->list = arena_alloc(c->ar, VERSIONS_MAX * sizeof *c->list);
    return c->list != NULL ? class_rows(t, c->ar, collect_each, c, e) : err_set(e, ERR_MEMORY, "out of memory");
}

static bool check_found(const struct confirm *c, struct err *e)
{
    int n = (int)c->symbol.n;
    if (c->all == 0) {
        return err_field(e, ERR_NOT_FOUND, "class", "there is no class %.*s in the plan", n, c->symbol.p);
    }
    if (c->count > 0) {
        return true;
    }
    if (c->status == CLASS_HEADING) {
        return err_field(e, ERR_STATE, "class", "class %.*s is a heading; confirm the end classes below it", n,
                         c->symbol.p);
    }
    return err_field(e, ERR_STATE, "class",
                     "class %.*s has its category from the plan; a change of plan is imported as a new version", n,
                     c->symbol.p);
}

static bool prepare(struct confirm *c, struct version *v, struct err *e)
{
    char from[DAY_TEXT_SIZE];
    day_text(v->row.v.valid_from, from);
    v->row.v.category = str_of(c->category);
    v->row.v.status = CLASS_CONFIRMED;
    if (v->key_is_new) {
        key_random(&v->key);
        if (!key_wrap(c->a->store, &v->row.v.id, &v->key, &v->wrapped, e)) {
            return false;
        }
    }
    struct str from_copy = arena_str(c->ar, str_of(from));
    struct event ev = {
        .type = E_CLASS_CONFIRM,
        .object = &v->row.v.id,
        .event = v->row.v.events,
        .who = c->who,
        .lines = {{"class", v->row.v.symbol}, {"category", v->row.v.category}, {"valid-from", from_copy}},
        .line_count = 3,
        .metadata = {{"basis", c->basis}, {"title", v->row.v.title}},
        .metadata_count = 2};
    return event_prepare(&ev, &v->key, c->ar, &v->ready, e);
}

static bool unchanged(struct txn *t, const struct version *v, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u * 1024);
    struct class_row now;
    bool found;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!class_find(t, v->row.v.symbol, v->row.v.valid_from, ar, &now, &found, e)) {
        return false;
    }
    bool same = found && now.v.events == v->before && now.v.valid_until.n == v->row.v.valid_until.n;
    return same || err_set(e, ERR_CONFLICT, "class %.*s was changed meanwhile; look at it and confirm it again",
                           (int)v->row.v.symbol.n, v->row.v.symbol.p);
}

static bool confirm_fn(struct txn *t, void *ctx, struct err *e)
{
    struct confirm *c = ctx;
    for (size_t i = 0; i < c->count; i++) {
        struct version *v = &c->list[i];
        uint64_t index;
        if (!unchanged(t, v, e) || !class_row_put(t, &v->row, e) ||
            (v->key_is_new && !key_put(t, &v->row.v.id, &v->wrapped, e)) ||
            !event_write(t, c->a, &v->ready, &index, e)) {
            return false;
        }
    }
    return job_recompute(t, c->symbol, DAY_NONE, e);
}

static bool check_input(const struct confirm *c, struct category category, struct err *e)
{
    if (category.kind == CAT_UNKNOWN || category.kind == CAT_BSTAR) {
        return err_field(e, ERR_INVALID, "category", "a class is confirmed with A, Bc, or B or BE with its years");
    }
    return c->basis.n > 0 || err_field(e, ERR_INVALID, "basis",
                                       "say where the category was read, such as “Dz.U. 2011 nr 14 poz. 67, "
                                       "zał. 2, s. 33”");
}

static bool confirm_with_keys(struct confirm *c, struct err *e)
{
    if (!store_read(c->a->store, collect_fn, c, e) || !check_found(c, e)) {
        return false;
    }
    for (size_t i = 0; i < c->count; i++) {
        if (!prepare(c, &c->list[i], e)) {
            return false;
        }
    }
    return store_write(c->a->store, confirm_fn, c, e);
}

bool class_confirm(struct archive *a, struct str symbol, struct category category, struct str basis,
                   const struct actor *who, uint64_t *files_changed, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(16u << 20);
    struct arena *input CLEANUP(arena_free) = arena_new(64u * 1024);
    struct confirm c = {.a = a, .symbol = symbol, .who = who, .ar = ar};
    if (ar == NULL || input == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    category_text(category, c.category);
    if (!text_gate(input, "basis", basis, 500, true, &c.basis, e) || !check_input(&c, category, e)) {
        return false;
    }
    bool ok = confirm_with_keys(&c, e);
    for (size_t i = 0; i < c.count; i++) {
        key_wipe(&c.list[i].key);
    }
    return ok && jobs_finish(a, files_changed, e);
}
