/* bulletin.c: everything published as it stands on a day, read in one short transaction and kept in memory with its
 * index. A snapshot never changes. A document that can no longer be read (an older program wrote it otherwise) refuses
 * the whole, so that nothing vanishes quietly. Fails with the store, ERR_MEMORY, or ERR_INVALID naming the document. */
#include "bulletin_internal.h"

#include <stdlib.h>
#include <string.h>

#define BULLETIN_ARENA (256u << 20)

/* The version that serves, while the walk goes on. */
struct pick {
    enum published_kind kind;
    struct str name, text, sha256;
    struct day valid_from, next_from; /* next_from: where a later one begins */
    instant imported;
    uint64_t entry;
    unsigned sequence, versions;
};

struct load {
    struct bulletin *b;
    struct arena *ar; /* of the picks; texts are in the bulletin's */
    struct pick *picks;
    size_t count, cap;
    enum published_kind kind;
    bool begun; /* a name of this kind is under way */
};

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_MEMORY, "out of memory");
}

static bool picks_room(struct load *l, struct err *e)
{
    if (l->count < l->cap) {
        return true;
    }
    size_t cap = l->cap == 0 ? 256 : l->cap * 2;
    struct pick *picks = arena_alloc(l->ar, cap * sizeof *picks);
    if (picks == NULL) {
        return no_memory(e);
    }
    if (l->count > 0) {
        memcpy(picks, l->picks, l->count * sizeof *picks);
    }
    l->picks = picks;
    l->cap = cap;
    return true;
}

/* ---------------------------------------------------------------- reading versions */

static bool version_each(const struct conf_version *v, void *ctx, struct err *e)
{
    struct load *l = ctx;
    struct arena *keep = l->b->ar;
    if (!l->begun || !str_eq(l->picks[l->count - 1].name, v->name)) {
        if (!picks_room(l, e)) {
            return false;
        }
        l->picks[l->count++] = (struct pick){.kind = l->kind, .name = arena_str(keep, v->name), .next_from = DAY_NONE};
        l->begun = true;
    }
    struct pick *p = &l->picks[l->count - 1];
    p->versions++;
    if (v->valid_from.n > l->b->on.n) {
        p->next_from = day_is_none(p->next_from) ? v->valid_from : p->next_from;
        return true;
    }
    p->text = arena_str(keep, str_of_bytes(v->text));
    p->sha256 = arena_str(keep, v->sha256);
    p->valid_from = v->valid_from;
    p->imported = v->imported;
    p->entry = v->entry;
    p->sequence = v->sequence;
    if (!bulletin_version_add(l->b, l->kind, v, e)) {
        return false;
    }
    return (p->name.p != NULL && p->text.p != NULL && p->sha256.p != NULL) || no_memory(e);
}

static bool versions_fn(struct txn *t, void *ctx, struct err *e)
{
    struct load *l = ctx;
    l->count = 0;
    l->b->version_count = 0;
    for (unsigned k = 0; k < PUBLISHED_KIND_COUNT; k++) {
        l->kind = (enum published_kind)k;
        l->begun = false;
        if (!conf_versions(t, published_conf_kind(l->kind), STR_NONE, version_each, l, e)) {
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- documents */

static bool resolve(struct archive *a, struct bulletin *b, struct published *p, struct err *e)
{
    struct published_retention *list = arena_alloc(b->ar, (p->retention_count + 1) * sizeof *list);
    if (list == NULL) {
        return no_memory(e);
    }
    for (size_t i = 0; i < p->retention_count; i++) {
        if (!published_retention_of(a, p->retention[i].symbol, b->on, b->ar, &list[i], e)) {
            return false;
        }
    }
    p->retention = list;
    return true;
}

static bool read_items(struct archive *a, struct bulletin *b, const struct load *l, struct err *e)
{
    b->items = arena_alloc(b->ar, (l->count + 1) * sizeof *b->items);
    if (b->items == NULL) {
        return no_memory(e);
    }
    for (size_t i = 0; i < l->count; i++) {
        const struct pick *v = &l->picks[i];
        struct published *p = &b->items[b->count];
        if (v->text.n == 0) {
            continue; /* begins later */
        }
        if (!published_parse(v->kind, v->text, b->ar, p, e) || !resolve(a, b, p, e)) {
            return err_wrap(e, "%s %.*s", published_kind_name(v->kind), (int)v->name.n, v->name.p);
        }
        p->valid_until = day_is_none(v->next_from) ? DAY_NONE : day_add(v->next_from, -1);
        p->metryka.published = v->imported;
        p->metryka.entry = v->entry;
        p->metryka.sha256 = v->sha256;
        p->sequence = v->sequence;
        p->versions = v->versions;
        b->count++;
    }
    return true;
}

/* ---------------------------------------------------------------- lists */

static int by_place(const void *a, const void *b)
{
    const struct published *x = *(const struct published *const *)a, *y = *(const struct published *const *)b;
    if (x->kind == PUBLISHED_CARD && x->status != y->status) {
        return x->status < y->status ? -1 : 1;
    }
    if (x->order != y->order) {
        return x->order < y->order ? -1 : 1;
    }
    return bytes_cmp(bytes_of(x->slug), bytes_of(y->slug));
}

static bool make_lists(struct bulletin *b, struct err *e)
{
    for (unsigned k = 0; k < PUBLISHED_KIND_COUNT; k++) {
        b->lists[k] = arena_alloc(b->ar, (b->count + 1) * sizeof *b->lists[k]);
        if (b->lists[k] == NULL) {
            return no_memory(e);
        }
        for (size_t i = 0; i < b->count; i++) {
            if (b->items[i].kind == (enum published_kind)k && b->items[i].status != PUBLISHED_WITHDRAWN) {
                b->lists[k][b->list_count[k]++] = &b->items[i];
            }
        }
        if (b->list_count[k] > 1) {
            qsort(b->lists[k], b->list_count[k], sizeof *b->lists[k], by_place);
        }
    }
    return true;
}

static bool finish(struct archive *a, struct bulletin *b, const struct load *l, struct err *e)
{
    bulletin_versions_sort(b);
    return read_items(a, b, l, e) && make_lists(b, e) && index_build(b->items, b->count, b->ar, &b->index, e);
}

static struct bulletin *bulletin_new(struct day on)
{
    struct bulletin *b = mem_zalloc(sizeof *b);
    if (b == NULL) {
        return NULL;
    }
    b->on = on;
    b->ar = arena_new(BULLETIN_ARENA);
    if (b->ar == NULL) {
        mem_free(b);
        return NULL;
    }
    return b;
}

void bulletin_free(struct bulletin **b)
{
    if (*b != NULL) {
        arena_free(&(*b)->ar);
        mem_free(*b);
        *b = NULL;
    }
}

bool bulletin_load(struct archive *a, struct day on, struct bulletin **out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(BULLETIN_ARENA);
    struct bulletin *b CLEANUP(bulletin_free) = bulletin_new(on);
    struct load l = {.b = b, .ar = ar};
    if (ar == NULL || b == NULL) {
        return no_memory(e);
    }
    b->generation = conf_generation(a); /* before the reading: what comes in meanwhile makes it out of date */
    if (!store_read(archive_store(a), versions_fn, &l, e) || !finish(a, b, &l, e)) {
        return false;
    }
    *out = b;
    b = NULL;
    return true;
}

bool bulletin_builtin(struct bulletin **out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(BULLETIN_ARENA);
    struct day on;
    struct publication *list;
    size_t n;
    if (!day_make(2026, 1, 1, &on)) {
        return no_memory(e);
    }
    struct bulletin *b CLEANUP(bulletin_free) = bulletin_new(on);
    struct load l = {.b = b, .ar = ar};
    if (ar == NULL || b == NULL || !publish_builtin(b->ar, &list, &n, e)) {
        return ar == NULL || b == NULL ? no_memory(e) : false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!picks_room(&l, e)) {
            return false;
        }
        l.picks[l.count++] = (struct pick){.kind = list[i].kind,
                                           .name = list[i].file,
                                           .text = list[i].text,
                                           .next_from = DAY_NONE,
                                           .sequence = 1,
                                           .versions = 1};
    }
    if (!finish(NULL, b, &l, e)) {
        return false;
    }
    *out = b;
    b = NULL;
    return true;
}

/* ---------------------------------------------------------------- looking up */

struct day bulletin_day(const struct bulletin *b)
{
    return b->on;
}

size_t bulletin_count(const struct bulletin *b, enum published_kind k)
{
    return (size_t)k < PUBLISHED_KIND_COUNT ? b->list_count[k] : 0;
}

const struct published *bulletin_at(const struct bulletin *b, enum published_kind k, size_t i)
{
    return i < bulletin_count(b, k) ? b->lists[k][i] : NULL;
}

const struct published *bulletin_find(const struct bulletin *b, enum published_kind k, struct str slug, enum lang lang)
{
    const struct published *found = NULL;
    for (size_t i = 0; i < b->count; i++) {
        const struct published *p = &b->items[i];
        if (p->kind != k || !str_eq(p->slug, slug)) {
            continue;
        }
        if (p->kind != PUBLISHED_TEXT || p->lang == lang) {
            return p;
        }
        found = p->lang == LANG_PL || found == NULL ? p : found;
    }
    return found;
}

const struct published *bulletin_numbered(const struct bulletin *b, enum published_kind k, unsigned order)
{
    for (size_t i = 0; i < bulletin_count(b, k); i++) {
        if (b->lists[k][i]->order == order) {
            return b->lists[k][i];
        }
    }
    return NULL;
}
