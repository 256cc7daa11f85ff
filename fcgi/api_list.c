/* api_list.c: every list that the pages show, as JSON and as CSV: texts and notices, rules of access, prices, versions,
 * changes and search. Both come from the same members, so that one cannot say what the other does not. */
#include "api.h"

#include <string.h>

#define MOST_HITS    50u
#define MOST_CHANGES 200u
#define CHANGES      50u

static bool wants_csv(const struct call *c)
{
    size_t n = strlen(c->row->path);
    return n > 4 && strcmp(c->row->path + n - 4, ".csv") == 0;
}

void api_list(struct call *c, const char *key, struct json **list, struct str next, const char *const *columns,
              size_t n)
{
    struct json *o CLEANUP(json_free) = json_object();
    if (wants_csv(c)) {
        c->a->status = 200;
        c->a->type = "text/csv; charset=utf-8; header=present";
        if (!json_csv(*list, columns, n, &c->a->body, &c->e)) {
            answer_error(c);
        }
        json_free(list);
        return;
    }
    json_put(o, key, list);
    if (next.p != NULL) {
        json_text(o, "next", next.n > 0 ? next : STR_NONE);
    }
    api_send(c, o, 200);
}

struct str api_document_url(struct call *c, const struct published *p)
{
    const char *prefix = p->kind == PUBLISHED_TEXT && p->lang == LANG_EN ? "/en" : "";
    switch (p->kind) {
        case PUBLISHED_CARD:
            return arena_fmt(c->ar, "/karty/%.*s", (int)p->slug.n, p->slug.p);
        case PUBLISHED_REGISTER:
            return arena_fmt(c->ar, "/rejestry/%u", p->order);
        case PUBLISHED_RULE:
            return STR("/rejestry/zasady");
        case PUBLISHED_TEXT:
        case PUBLISHED_KIND_COUNT:
        default:
            return arena_fmt(c->ar, "%s/informacje/%.*s", prefix, (int)p->slug.n, p->slug.p);
    }
}

static struct str lang_word(enum lang lang)
{
    return lang == LANG_EN ? STR("en") : STR("pl");
}

/* ---------------------------------------------------------------- texts and notices */

static void add_text(struct call *c, struct json *o, const struct published *p)
{
    json_text(o, "slug", p->slug);
    json_text(o, "lang", lang_word(p->lang));
    json_text(o, "title", p->title[p->lang]);
    json_text(o, "summary", p->summary[p->lang]);
    json_bool(o, "notice", str_starts(p->slug, "rodo-"));
    json_text(o, "status", str_of(published_status_name(p->status)));
    json_day(o, "valid_from", p->valid_from);
    json_day(o, "valid_until", p->valid_until);
    json_text(o, "url", api_document_url(c, p));
}

static void list_texts(struct call *c, bool only_notices)
{
    static const char *const columns[] = {"slug",   "lang",       "title",       "summary", "notice",
                                          "status", "valid_from", "valid_until", "url"};
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < bulletin_count(c->bulletin, PUBLISHED_TEXT); i++) {
        const struct published *p = bulletin_at(c->bulletin, PUBLISHED_TEXT, i);
        if (!only_notices || str_starts(p->slug, "rodo-")) {
            struct json *o CLEANUP(json_free) = json_object();
            add_text(c, o, p);
            json_push(list, &o);
        }
    }
    api_list(c, only_notices ? "notices" : "texts", &list, STR_NONE, columns, COUNT_OF(columns));
}

void api_texts(struct call *c)
{
    list_texts(c, false);
}

void api_notices(struct call *c)
{
    list_texts(c, true);
}

/* pl unless ?lang=en; false: another word, and it is answered. */
static bool take_lang(struct call *c, const struct value *v, enum lang *out)
{
    *out = v->given && str_is(v->text, "en") ? LANG_EN : LANG_PL;
    if (!v->given || str_is(v->text, "en") || str_is(v->text, "pl")) {
        return true;
    }
    err_field(&c->e, ERR_INVALID, "lang", "lang is pl or en");
    answer_error(c);
    return false;
}

static void add_retention(struct json *o, const struct published *p)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < p->retention_count; i++) {
        const struct published_retention *r = &p->retention[i];
        struct json *j CLEANUP(json_free) = json_object();
        json_text(j, "class", r->symbol);
        json_text(j, "title", r->title);
        json_text(j, "category", r->category);
        json_u64(j, "years", r->years);
        json_text(j, "text", r->sentence[p->lang]);
        json_push(list, &j);
    }
    json_put(o, "retention", &list);
}

void api_text(struct call *c)
{
    enum lang lang;
    if (!take_lang(c, &c->values[0], &lang)) {
        return;
    }
    const struct published *p = bulletin_find(c->bulletin, PUBLISHED_TEXT, c->parts.slug, lang);
    struct json *o CLEANUP(json_free) = json_object();
    if (p == NULL) {
        answer_problem(c, 404, N_("There is no text of this name. GET /api/v1/texts lists all."));
        return;
    }
    add_text(c, o, p);
    api_add_current_rules(o, p);
    add_retention(o, p);
    json_text(o, "body", p->body);
    api_add_metryka(o, p);
    json_u64(o, "versions", p->versions);
    api_send(c, o, 200);
}

/* ---------------------------------------------------------------- rules of access, prices */

void api_rules(struct call *c)
{
    static const char *const columns[] = {"n", "title", "title_en", "summary", "status", "valid_from", "body", "url"};
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < bulletin_count(c->bulletin, PUBLISHED_RULE); i++) {
        const struct published *p = bulletin_at(c->bulletin, PUBLISHED_RULE, i);
        struct json *o CLEANUP(json_free) = json_object();
        json_u64(o, "n", p->order);
        json_text(o, "slug", p->slug);
        json_text(o, "url", api_document_url(c, p));
        api_add_head(o, p);
        api_add_current_rules(o, p);
        json_text(o, "body", p->body);
        api_add_metryka(o, p);
        json_push(list, &o);
    }
    api_list(c, "access_rules", &list, STR_NONE, columns, COUNT_OF(columns));
}

void api_prices(struct call *c)
{
    static const char *const columns[] = {"code", "item", "item_en", "unit", "unit_en", "grosze"};
    struct json *list CLEANUP(json_free) = json_array();
    const struct published *p = bulletin_find(c->bulletin, PUBLISHED_TEXT, STR(TEXT_PRICES), LANG_PL);
    for (size_t i = 0; p != NULL && i < p->price_count; i++) {
        const struct price *price = &p->prices[i];
        struct json *o CLEANUP(json_free) = json_object();
        json_text(o, "code", price->code);
        json_text(o, "item", price->item[LANG_PL]);
        json_text(o, "item_en", price->item[LANG_EN]);
        json_text(o, "unit", price->unit[LANG_PL]);
        json_text(o, "unit_en", price->unit[LANG_EN]);
        json_u64(o, "grosze", price->grosze);
        json_push(list, &o);
    }
    api_list(c, "prices", &list, STR_NONE, columns, COUNT_OF(columns));
}

/* ---------------------------------------------------------------- versions */

static bool history_of(struct call *c, struct published_version **list, size_t *n)
{
    enum published_kind kind = PUBLISHED_CARD;
    struct str slug = c->parts.slug;
    enum lang lang = LANG_PL;
    if (str_starts(c->path, "/api/v1/registers/")) {
        const struct published *p = bulletin_numbered(c->bulletin, PUBLISHED_REGISTER, (unsigned)c->parts.number);
        kind = PUBLISHED_REGISTER;
        slug = p != NULL ? p->slug : STR("-");
    } else if (str_starts(c->path, "/api/v1/texts/")) {
        kind = PUBLISHED_TEXT;
        if (!take_lang(c, &c->values[0], &lang)) {
            return false;
        }
    }
    if (!published_history(c->w->archive, kind, slug, lang, c->ar, list, n, &c->e)) {
        answer_error(c);
        return false;
    }
    if (*n == 0) {
        answer_problem(c, 404, N_("Nothing was published under this name."));
    }
    return *n > 0;
}

void api_versions(struct call *c)
{
    static const char *const columns[] = {"version",   "title", "printed_version", "status", "valid_from",
                                          "published", "entry", "sha256",          "bytes"};
    struct json *list CLEANUP(json_free) = json_array();
    struct published_version *v;
    size_t n;
    if (!history_of(c, &v, &n)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct json *o CLEANUP(json_free) = json_object();
        json_u64(o, "version", v[i].sequence);
        json_text(o, "title", v[i].title);
        json_text(o, "printed_version", v[i].version);
        json_text(o, "status", str_of(published_status_name(v[i].status)));
        json_day(o, "valid_from", v[i].valid_from);
        json_instant(o, "published", v[i].published);
        json_u64(o, "entry", v[i].entry);
        json_text(o, "sha256", v[i].sha256);
        json_u64(o, "bytes", v[i].bytes);
        json_push(list, &o);
    }
    api_list(c, "versions", &list, STR_NONE, columns, COUNT_OF(columns));
}

/* ---------------------------------------------------------------- changes: by their entry in the log, newest first */

struct newest {
    uint64_t before; /* only entries below; 0: all */
    size_t most, n;
    const struct published *list[MOST_CHANGES + 1];
};

static void offer(struct newest *w, const struct published *p)
{
    size_t at = w->n;
    if (p->metryka.published == 0 || (w->before > 0 && p->metryka.entry >= w->before)) {
        return;
    }
    while (at > 0 && p->metryka.entry > w->list[at - 1]->metryka.entry) {
        at--;
    }
    if (at < w->most) {
        size_t last = w->n < w->most ? w->n : w->most - 1;
        memmove(&w->list[at + 1], &w->list[at], (last - at) * sizeof w->list[0]);
        w->list[at] = p;
        w->n = last + 1;
    }
}

static void add_change(struct call *c, struct json *list, const struct published *p)
{
    struct json *o CLEANUP(json_free) = json_object();
    json_u64(o, "entry", p->metryka.entry);
    json_instant(o, "published", p->metryka.published);
    json_text(o, "kind", str_of(published_kind_name(p->kind)));
    json_text(o, "slug", p->slug);
    json_text(o, "lang", lang_word(p->lang));
    json_text(o, "title", p->title[p->lang]);
    json_u64(o, "version", p->versions);
    json_text(o, "status", str_of(published_status_name(p->status)));
    json_text(o, "sha256", p->metryka.sha256);
    json_text(o, "url", api_document_url(c, p));
    json_push(list, &o);
}

void api_changes(struct call *c)
{
    static const char *const columns[] = {"entry", "published", "kind",   "slug",   "lang",
                                          "title", "version",   "status", "sha256", "url"};
    struct json *list CLEANUP(json_free) = json_array();
    size_t limit = c->values[1].given ? (size_t)c->values[1].number : CHANGES;
    struct newest w = {.before = c->values[0].given ? c->values[0].number : 0, .most = limit + 1};
    for (unsigned k = 0; k < PUBLISHED_KIND_COUNT; k++) {
        for (size_t i = 0; i < bulletin_count(c->bulletin, (enum published_kind)k); i++) {
            offer(&w, bulletin_at(c->bulletin, (enum published_kind)k, i));
        }
    }
    for (size_t i = 0; i < w.n && i < limit; i++) {
        add_change(c, list, w.list[i]);
    }
    struct str next =
        w.n > limit ? arena_fmt(c->ar, "%llu", (unsigned long long)w.list[limit - 1]->metryka.entry) : STR("");
    api_list(c, "changes", &list, next, columns, COUNT_OF(columns));
}

/* ---------------------------------------------------------------- search */

static void add_hit(struct call *c, struct json *list, const struct bulletin_hit *hit)
{
    const struct published *p = hit->item;
    struct json *o CLEANUP(json_free) = json_object();
    json_text(o, "kind", str_of(published_kind_name(p->kind)));
    json_text(o, "slug", p->slug);
    json_text(o, "lang", lang_word(p->lang));
    json_text(o, "title", p->title[p->lang]);
    json_text(o, "office", p->office);
    json_text(o, "status", str_of(published_status_name(p->status)));
    json_text(o, "excerpt", hit->excerpt);
    json_text(o, "url", api_document_url(c, p));
    json_push(list, &o);
}

/* The best of what is found; a question for fewer words than one finds nothing. */
void api_search(struct call *c)
{
    static const char *const columns[] = {"kind", "slug", "lang", "title", "office", "status", "excerpt", "url"};
    struct json *list CLEANUP(json_free) = json_array();
    struct bulletin_query q = {.words = c->values[0].text};
    struct bulletin_hit *hits = NULL;
    size_t n = 0, total = 0;
    if (!take_lang(c, &c->values[1], &q.lang)) {
        return;
    }
    if (q.words.n > 0 && !bulletin_search(c->bulletin, &q, c->ar, MOST_HITS, &hits, &n, &total, &c->e)) {
        answer_error(c);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        add_hit(c, list, &hits[i]);
    }
    api_list(c, "hits", &list, STR_NONE, columns, COUNT_OF(columns));
}
