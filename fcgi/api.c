/* api.c: service cards and registers as JSON: the same content as the pages, each with the address of its page. Texts
 * of the office are Polish; where it gave an English one, it stands under the same name with _en. */
#include "api.h"

#include <string.h>

void api_send(struct call *c, const struct json *o, int status)
{
    c->a->status = status;
    c->a->type = "application/json";
    if (!json_line(o, &c->a->body, &c->e)) {
        answer_error(c);
    }
}

#define VALUES_MOST 1000u /* of all its members, however deep */

bool api_read(struct call *c, struct json_member **list, size_t *n)
{
    if (json_values_most(c->json) > VALUES_MOST) {
        return err_set(&c->e, ERR_TOO_BIG, "the JSON object has more than %zu members", (size_t)API_MEMBERS);
    }
    return json_read(c->json, c->ar, API_MEMBERS, list, n, &c->e);
}

void api_add_texts(struct json *o, const char *key, const struct texts *t)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < t->count; i++) {
        json_push_text(list, t->list[i]);
    }
    json_put(o, key, &list);
}

void api_add_both(struct json *o, const char *key, const char *key_en, const struct str text[2])
{
    json_text(o, key, text[LANG_PL]);
    if (!str_eq(text[LANG_EN], text[LANG_PL])) {
        json_text(o, key_en, text[LANG_EN]);
    }
}

void api_add_current_rules(struct json *o, const struct published *p)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < p->current_rule_count; i++) {
        struct json *r CLEANUP(json_free) = json_object();
        json_text(r, "topic", p->current_rules[i].topic);
        api_add_both(r, "text", "text_en", p->current_rules[i].text);
        json_text(r, "basis", p->current_rules[i].basis);
        json_push(list, &r);
    }
    json_put(o, "current_rules", &list);
}

void api_add_metryka(struct json *o, const struct published *p)
{
    const struct metryka *m = &p->metryka;
    struct json *k CLEANUP(json_free) = json_object();
    json_text(k, "disclosed_by", m->disclosed_by);
    json_text(k, "made_by", m->made_by);
    json_text(k, "entered_by", m->entered_by);
    json_text(k, "published_by", m->published_by);
    json_day(k, "made", m->made);
    json_day(k, "entered", m->entered);
    json_day(k, "changed", m->changed);
    json_text(k, "source", m->source);
    if (m->published != 0) {
        json_instant(k, "published", m->published);
        json_u64(k, "entry", m->entry);
        json_text(k, "sha256", m->sha256);
    }
    json_put(o, "metryka", &k);
}

void api_add_head(struct json *o, const struct published *p)
{
    api_add_both(o, "title", "title_en", p->title);
    api_add_both(o, "summary", "summary_en", p->summary);
    json_text(o, "office", p->office);
    json_text(o, "unit", p->unit);
    json_text(o, "status", str_of(published_status_name(p->status)));
    json_day(o, "valid_from", p->valid_from);
    json_day(o, "valid_until", p->valid_until);
}

/* ---------------------------------------------------------------- services */

static void add_bring(struct json *o, const struct published *p)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < p->bring_count; i++) {
        struct json *b CLEANUP(json_free) = json_object();
        json_text(b, "text", p->bring[i].text);
        json_bool(b, "required", (p->bring[i].flags & BRING_REQUIRED) != 0);
        json_bool(b, "view_only", (p->bring[i].flags & BRING_VIEW) != 0);
        json_bool(b, "proxy", (p->bring[i].flags & BRING_PROXY) != 0);
        json_push(list, &b);
    }
    json_put(o, "bring", &list);
}

static void add_fees(struct json *o, const struct published *p)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < p->fee_count; i++) {
        struct json *f CLEANUP(json_free) = json_object();
        if (p->fees[i].fixed) {
            json_u64(f, "grosze", p->fees[i].grosze);
        } else {
            json_null(f, "grosze");
        }
        json_text(f, "text", p->fees[i].text);
        json_push(list, &f);
    }
    json_put(o, "fees", &list);
}

static void add_term(struct json *o, const struct published *p)
{
    static const char *const units[] = {"days", "weeks", "months", "years"};
    struct json *t CLEANUP(json_free) = json_object();
    json_text(o, "time", p->time);
    if (!p->term.known) {
        json_null(o, "term");
        return;
    }
    json_u64(t, "amount", p->term.amount);
    json_text(t, "unit", str_of(units[p->term.unit]));
    json_put(o, "term", &t);
}

static void add_appeals(struct json *o, const struct published *p)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < p->appeal_count; i++) {
        struct json *a CLEANUP(json_free) = json_object();
        json_text(a, "kind", str_of(appeal_kind_name(p->appeals[i].kind)));
        json_text(a, "body", p->appeals[i].body);
        json_text(a, "via", p->appeals[i].via);
        json_u64(a, "days", p->appeals[i].days);
        json_text(a, "text", p->appeals[i].text);
        json_push(list, &a);
    }
    json_put(o, "appeals", &list);
}

static void add_attachments(struct json *o, const struct published *p)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < p->attachment_count; i++) {
        struct json *a CLEANUP(json_free) = json_object();
        json_text(a, "name", p->attachments[i].name);
        json_text(a, "type", p->attachments[i].type);
        if (p->attachments[i].bytes > 0) {
            json_u64(a, "bytes", p->attachments[i].bytes);
        } else {
            json_null(a, "bytes");
        }
        json_push(list, &a);
    }
    json_put(o, "attachments", &list);
}

static void add_service_address(struct call *c, struct json *o, const struct published *p)
{
    json_text(o, "slug", p->slug);
    json_text(o, "url", arena_fmt(c->ar, "/karty/%.*s", (int)p->slug.n, p->slug.p));
}

void api_services(struct call *c)
{
    static const char *const columns[] = {"slug", "number", "title",      "title_en",    "summary", "office",
                                          "unit", "status", "valid_from", "valid_until", "url"};
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < bulletin_count(c->bulletin, PUBLISHED_CARD); i++) {
        const struct published *p = bulletin_at(c->bulletin, PUBLISHED_CARD, i);
        struct json *s CLEANUP(json_free) = json_object();
        add_service_address(c, s, p);
        api_add_head(s, p);
        json_text(s, "number", p->number);
        json_push(list, &s);
    }
    api_list(c, "services", &list, STR_NONE, columns, COUNT_OF(columns));
}

void api_service(struct call *c)
{
    const struct published *p = bulletin_find(c->bulletin, PUBLISHED_CARD, c->parts.slug, LANG_PL);
    struct json *o CLEANUP(json_free) = json_object();
    if (p == NULL) {
        answer_problem(c, 404, N_("There is no service card of this name. GET /api/v1/services lists all."));
        return;
    }
    add_service_address(c, o, p);
    api_add_head(o, p);
    json_text(o, "number", p->number);
    json_text(o, "version", p->version);
    json_text(o, "class", p->symbol);
    api_add_texts(o, "topics", &p->topics);
    add_bring(o, p);
    add_fees(o, p);
    api_add_texts(o, "account", &p->account);
    add_term(o, p);
    api_add_texts(o, "places", &p->places);
    api_add_texts(o, "handled", &p->handled);
    add_appeals(o, p);
    api_add_texts(o, "legal_bases", &p->legal_bases);
    api_add_texts(o, "forms", &p->forms);
    add_attachments(o, p);
    api_add_texts(o, "related", &p->related);
    api_add_current_rules(o, p);
    json_text(o, "body", p->body);
    api_add_metryka(o, p);
    json_u64(o, "versions", p->versions);
    api_send(c, o, 200);
}

/* ---------------------------------------------------------------- registers */

static void add_access(struct json *o, const struct published *p)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (unsigned m = ACCESS_BIP; m <= ACCESS_POINTER; m <<= 1) {
        if ((p->access & m) != 0) {
            struct json *a CLEANUP(json_free) = json_object();
            json_text(a, "mode", str_of(access_mode_name((enum access_mode)m)));
            json_text(a, "text", str_of(access_mode_sentence((enum access_mode)m, LANG_PL)));
            json_text(a, "text_en", str_of(access_mode_sentence((enum access_mode)m, LANG_EN)));
            json_push(list, &a);
        }
    }
    json_put(o, "access", &list);
}

static void add_register(struct call *c, struct json *o, const struct published *p)
{
    json_u64(o, "n", p->order);
    json_text(o, "url", arena_fmt(c->ar, "/rejestry/%u", p->order));
    api_add_head(o, p);
    json_text(o, "number_in_unit", p->number);
    add_access(o, p);
    api_add_both(o, "note", "note_en", p->note);
    json_text(o, "ground", p->ground);
}

void api_registers(struct call *c)
{
    static const char *const columns[] = {"n",    "number_in_unit", "title",  "unit",   "office",     "access",
                                          "note", "note_en",        "ground", "status", "valid_from", "url"};
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < bulletin_count(c->bulletin, PUBLISHED_REGISTER); i++) {
        struct json *r CLEANUP(json_free) = json_object();
        add_register(c, r, bulletin_at(c->bulletin, PUBLISHED_REGISTER, i));
        json_push(list, &r);
    }
    api_list(c, "registers", &list, STR_NONE, columns, COUNT_OF(columns));
}

void api_register(struct call *c)
{
    const struct published *p = bulletin_numbered(c->bulletin, PUBLISHED_REGISTER, (unsigned)c->parts.number);
    struct json *o CLEANUP(json_free) = json_object();
    if (p == NULL) {
        answer_problem(c, 404, N_("There is no register of this number. GET /api/v1/registers lists all."));
        return;
    }
    add_register(c, o, p);
    api_add_current_rules(o, p);
    json_text(o, "body", p->body);
    api_add_metryka(o, p);
    api_send(c, o, 200);
}
