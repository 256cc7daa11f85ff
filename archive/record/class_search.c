/* class_search.c: finding classes by words. One walk over the classes, each folded as the searched words are (6 µs a class;
 * stored, the folded texts were a third of the plan). What is found is kept and handed out after the walk. Fails with the store or without
 * memory. */
#include "law.h"

#include <string.h>

#define SEARCH_ARENA (32u << 20)

struct search {
    struct str words; /* folded; empty: all classes */
    struct day on;
    struct arena *a, *folding;
    struct class_version **hit;
    size_t count, cap;
};

/* Every word begins a word of the text. */
static bool matches(struct str text, struct str words)
{
    while (words.n > 0) {
        const char *blank = memchr(words.p, ' ', words.n);
        size_t n = blank == NULL ? words.n : (size_t)(blank - words.p);
        const char *at = text.p;
        bool hit = false;
        while (!hit && at != NULL) {
            size_t left = text.n - (size_t)(at - text.p);
            at = memmem(at, left, words.p, n);
            if (at != NULL) {
                hit = at > text.p && at[-1] == ' ';
                at++;
            }
        }
        if (!hit) {
            return false;
        }
        size_t step = blank == NULL ? n : n + 1;
        words = (struct str){words.p + step, words.n - step};
    }
    return true;
}

static bool keep(struct search *s, const struct class_version *v, struct err *e)
{
    if (s->count == s->cap) {
        size_t cap = s->cap == 0 ? 64 : s->cap * 2;
        struct class_version **hit = arena_alloc(s->a, cap * sizeof *hit);
        if (hit == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        if (s->count > 0) {
            memcpy(hit, s->hit, s->count * sizeof *hit);
        }
        s->hit = hit;
        s->cap = cap;
    }
    struct class_version *copy = arena_alloc(s->a, sizeof *copy);
    if (copy == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *copy = *v;
    s->hit[s->count++] = copy;
    return true;
}

/* Keeps what is found; folding a class needs room only until it was looked at. */
static bool judge(struct search *s, const struct class_version *v, struct err *e)
{
    struct str text;
    if (s->words.n == 0)
        return keep(s, v, e);
    arena_reset(s->folding);
    return class_fold(v, s->folding, &text, e) && (!matches(text, s->words) || keep(s, v, e));
}

static bool look(const struct class_row *row, void *ctx, struct err *e)
{
    struct search *s = ctx;
    bool in_force =
        row->v.valid_from.n <= s->on.n && (day_is_none(row->v.valid_until) || s->on.n <= row->v.valid_until.n);
    return !in_force || judge(s, &row->v, e);
}

static bool search_fn(struct txn *t, void *ctx, struct err *e)
{
    struct search *s = ctx;
    struct day serving;
    bool found;
    s->count = s->cap = 0;
    if (!conf_day_serving(t, CONF_PLAN, s->on, &serving, &found, e)) {
        return false;
    }
    if (found && s->on.n < serving.n) {
        s->on = serving;
    }
    return !found || class_rows(t, s->a, look, s, e);
}

/* Without an archive: the plan that ships with the program, whatever the day. */
static bool search_shipped(struct search *s, struct err *e)
{
    struct conf_document d;
    struct plan_doc plan;
    if (!conf_builtin(CONF_PLAN, &d)) {
        return true;
    }
    if (!plan_parse(d.text, d.valid_from, s->a, &plan, e)) {
        return false;
    }
    for (size_t i = 0; i < plan.count; i++) {
        if (!judge(s, &plan.rows[i].v, e)) {
            return false;
        }
    }
    return true;
}

bool class_search(struct archive *a, struct str words, struct day on, class_each each, void *ctx, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(SEARCH_ARENA);
    struct arena *folding CLEANUP(arena_free) = arena_new(SEARCH_ARENA);
    if (ar == NULL || folding == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct search s = {.on = on, .a = ar, .folding = folding};
    if (words.n > 0 && !words_fold(words, ar, &s.words, e)) {
        return false;
    }
    if (a == NULL ? !search_shipped(&s, e) : !store_read(a->store, search_fn, &s, e)) {
        return false;
    }
    for (size_t i = 0; i < s.count; i++) {
        if (!each(s.hit[i], ctx, e)) {
            return e->code == ERR_NONE;
        }
    }
    return true;
}
