/* publish.c: bringing what the office publishes into force, and its history. A document is read whole before anything
 * is written, so that a set comes in whole or not at all; the record room keeps the versions and the ledger tells of
 * them. Fails: ERR_INVALID with the file and the line; ERR_STATE for a version that would begin before the one it
 * follows. */
#include "publish_internal.h"

#include <string.h>

#define PUBLISH_MAX   2000u
#define PUBLISH_ARENA (64u << 20)
#define VERSIONS_MAX  10000u

enum conf_kind published_conf_kind(enum published_kind k)
{
    switch (k) {
        case PUBLISHED_CARD:
            return CONF_CARD;
        case PUBLISHED_REGISTER:
            return CONF_REGISTER;
        case PUBLISHED_RULE:
            return CONF_ACCESS_RULE;
        case PUBLISHED_TEXT:
        case PUBLISHED_KIND_COUNT:
            break;
    }
    return CONF_NOTICE;
}

bool published_kind_of(enum conf_kind k, enum published_kind *out)
{
    for (enum published_kind i = PUBLISHED_CARD; i < PUBLISHED_KIND_COUNT; i++) {
        if (published_conf_kind(i) == k) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool published_name(enum published_kind k, struct str slug, enum lang lang, struct arena *ar, struct str *out,
                    struct err *e)
{
    const char *ending = k != PUBLISHED_TEXT ? "" : lang == LANG_PL ? ".pl" : ".en";
    *out = arena_fmt(ar, "%.*s%s", (int)slug.n, slug.p, ending);
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

/* ---------------------------------------------------------------- publish */

struct classes {
    struct archive *a;
    struct arena *ar;
    struct day on;
};

static bool class_known(struct classes *c, const char *field, struct str symbol, struct err *e)
{
    struct class_version v;
    struct err why;
    err_init(&why, e->lang);
    if (symbol.n == 0 || law_class(c->a, symbol, c->on, c->ar, &v, &why)) {
        return true;
    }
    if (why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    return err_field(e, ERR_INVALID, field, "the plan has no class %.*s", (int)symbol.n, symbol.p);
}

static bool classes_known(struct classes *c, const struct published *p, struct err *e)
{
    for (size_t i = 0; i < p->retention_count; i++) {
        if (!class_known(c, "retention", p->retention[i].symbol, e)) {
            return false;
        }
    }
    return class_known(c, "class", p->symbol, e);
}

static bool twice(const struct conf_publication *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].kind == list[n].kind && str_eq(list[i].name, list[n].name)) {
            return true;
        }
    }
    return false;
}

static bool read_one(struct classes *c, const struct publication *in, struct conf_publication *out, struct err *e)
{
    struct published p;
    if (!published_parse(in->kind, in->text, c->ar, &p, e) || !classes_known(c, &p, e)) {
        return false;
    }
    *out =
        (struct conf_publication){.kind = published_conf_kind(in->kind), .text = in->text, .valid_from = p.valid_from};
    return published_name(in->kind, p.slug, p.lang, c->ar, &out->name, e);
}

bool publication_document(struct archive *a, const struct publication *in, struct arena *ar,
                          struct conf_publication *out, struct err *e)
{
    struct classes c = {a, ar, archive_today(a)};
    return read_one(&c, in, out, e);
}

bool publish(struct archive *a, const struct publication *list, size_t n, const struct actor *who, uint64_t *changed,
             struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(PUBLISH_ARENA);
    struct classes c = {a, ar, archive_today(a)};
    if (n > PUBLISH_MAX) {
        return err_set(e, ERR_TOO_BIG, "at most %u documents can be published at once", PUBLISH_MAX);
    }
    struct conf_publication *docs = ar == NULL ? NULL : arena_alloc(ar, (n + 1) * sizeof *docs);
    if (docs == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        char file[100];
        text_printable(list[i].file, file, sizeof file);
        if (!read_one(&c, &list[i], &docs[i], e)) {
            return file[0] == '\0' ? false : err_wrap(e, "%s", file);
        }
        if (twice(docs, i)) {
            return err_field(e, ERR_INVALID, "slug", "%s: another document of the same kind has the slug %.*s", file,
                             (int)docs[i].name.n, docs[i].name.p);
        }
    }
    return conf_publish(a, docs, n, who, changed, e);
}

/* ---------------------------------------------------------------- history */

struct history {
    enum published_kind kind;
    struct str name;
    struct arena *ar;
    struct published_version *list;
    size_t count, cap;
    unsigned sequence; /* of the one looked for, with its text */
    struct published *found;
};

static bool copy_into(struct arena *ar, struct str *s, struct err *e)
{
    *s = arena_str(ar, *s);
    return s->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool grow(struct history *h, struct err *e)
{
    if (h->count < h->cap) {
        return true;
    }
    size_t cap = h->cap == 0 ? 16 : h->cap * 2;
    struct published_version *list = cap > VERSIONS_MAX ? NULL : arena_alloc(h->ar, cap * sizeof *list);
    if (list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (h->count > 0) {
        memcpy(list, h->list, h->count * sizeof *list);
    }
    h->list = list;
    h->cap = cap;
    return true;
}

static bool history_each(const struct conf_version *v, void *ctx, struct err *e)
{
    struct history *h = ctx;
    struct arena *own CLEANUP(arena_free) = arena_new(8u << 20);
    struct published p;
    if (own == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!grow(h, e) || !published_parse(h->kind, str_of_bytes(v->text), own, &p, e)) {
        return false;
    }
    struct published_version *out = &h->list[h->count++];
    *out = (struct published_version){.sequence = v->sequence,
                                      .valid_from = v->valid_from,
                                      .status = p.status,
                                      .title = p.title[p.lang],
                                      .version = p.version,
                                      .published_by = p.metryka.published_by,
                                      .published = v->imported,
                                      .entry = v->entry,
                                      .sha256 = v->sha256,
                                      .bytes = v->text.n};
    return copy_into(h->ar, &out->title, e) && copy_into(h->ar, &out->version, e) &&
           copy_into(h->ar, &out->published_by, e) && copy_into(h->ar, &out->sha256, e);
}

static bool history_fn(struct txn *t, void *ctx, struct err *e)
{
    struct history *h = ctx;
    h->count = 0;
    return conf_versions(t, published_conf_kind(h->kind), h->name, history_each, h, e);
}

bool published_history(struct archive *a, enum published_kind k, struct str slug, enum lang lang, struct arena *ar,
                       struct published_version **out, size_t *n, struct err *e)
{
    struct history h = {.kind = k, .ar = ar};
    if (!published_name(k, slug, lang, ar, &h.name, e) || !store_read(archive_store(a), history_fn, &h, e)) {
        return false;
    }
    if (h.count == 0) {
        return err_set(e, ERR_NOT_FOUND, "nothing was published under this address");
    }
    for (size_t i = 0; i < h.count / 2; i++) {
        struct published_version v = h.list[i];
        h.list[i] = h.list[h.count - 1 - i];
        h.list[h.count - 1 - i] = v;
    }
    *out = h.list;
    *n = h.count;
    return true;
}

static bool one_each(const struct conf_version *v, void *ctx, struct err *e)
{
    struct history *h = ctx;
    h->count++;
    if (v->sequence != h->sequence) {
        return true;
    }
    struct str text = arena_str(h->ar, str_of_bytes(v->text)), sha256 = arena_str(h->ar, v->sha256);
    if (text.p == NULL || sha256.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!published_parse(h->kind, text, h->ar, h->found, e)) {
        return false;
    }
    h->found->metryka.published = v->imported;
    h->found->metryka.entry = v->entry;
    h->found->metryka.sha256 = sha256;
    h->found->sequence = v->sequence;
    return true;
}

static bool one_fn(struct txn *t, void *ctx, struct err *e)
{
    struct history *h = ctx;
    h->count = 0;
    h->found->kind = PUBLISHED_KIND_COUNT;
    return conf_versions(t, published_conf_kind(h->kind), h->name, one_each, h, e);
}

static bool resolve(struct archive *a, struct published *p, struct arena *ar, struct err *e)
{
    if (p->retention_count == 0) {
        return true;
    }
    struct published_retention *list = arena_alloc(ar, p->retention_count * sizeof *list);
    if (list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < p->retention_count; i++) {
        if (!published_retention_of(a, p->retention[i].symbol, archive_today(a), ar, &list[i], e)) {
            return false;
        }
    }
    p->retention = list;
    return true;
}

bool published_at(struct archive *a, enum published_kind k, struct str slug, enum lang lang, unsigned sequence,
                  struct arena *ar, struct published *out, struct err *e)
{
    struct published p;
    struct history h = {.kind = k, .ar = ar, .sequence = sequence, .found = &p};
    if (!published_name(k, slug, lang, ar, &h.name, e) || !store_read(archive_store(a), one_fn, &h, e)) {
        return false;
    }
    if (p.kind == PUBLISHED_KIND_COUNT) {
        return err_set(e, ERR_NOT_FOUND, "nothing was published under this address");
    }
    p.versions = (unsigned)h.count;
    *out = p;
    return resolve(a, out, ar, e);
}
