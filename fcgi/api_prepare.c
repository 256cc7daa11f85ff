/* api_prepare.c: a request for data from a register, prepared as JSON by the same rules as the page, and never stored.
 */
#include "prepare.h"

#include <string.h>

static struct str member_text(const struct json_member *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_is(list[i].name, name) && list[i].type == JSON_IS_TEXT) {
            return list[i].text;
        }
    }
    return STR("");
}

static void take_question(const struct json_member *list, size_t n, struct register_question *q)
{
    *q = (struct register_question){.keys = member_text(list, n, "keys"),
                                    .scope = member_text(list, n, "scope"),
                                    .purpose = member_text(list, n, "purpose"),
                                    .basis = member_text(list, n, "basis"),
                                    .persons = 1};
    if (!register_source_parse(member_text(list, n, "source"), &q->source)) {
        q->source = 0;
    }
    if (!register_ground_parse(member_text(list, n, "ground"), &q->ground)) {
        q->ground = 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (str_is(list[i].name, "proxy")) {
            q->proxy = list[i].type == JSON_IS_BOOL && list[i].yes;
        } else if (str_is(list[i].name, "persons") && list[i].type == JSON_IS_NUMBER) {
            q->persons = list[i].number > 0 ? (uint64_t)list[i].number : 0;
        }
    }
}

static void add_texts(struct json *o, const char *key, const struct str *list, size_t n)
{
    struct json *a CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < n; i++) {
        json_push_text(a, list[i]);
    }
    json_put(o, key, &a);
}

static void add_fees(struct json *o, const struct register_answer *a)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < a->fee_count; i++) {
        struct json *f CLEANUP(json_free) = json_object();
        json_text(f, "what", a->fees[i].what);
        json_u64(f, "grosze", a->fees[i].grosze);
        json_text(f, "when", a->fees[i].when);
        json_text(f, "payee", a->fees[i].payee);
        json_text(f, "basis", a->fees[i].basis);
        json_push(list, &f);
    }
    json_put(o, "fees", &list);
}

void api_prepare(struct call *c)
{
    struct register_question q;
    struct register_answer a;
    struct request_faults faults = {.count = 0};
    struct json_member *list;
    size_t n;
    if (!api_read(c, &list, &n)) {
        answer_error(c);
        return;
    }
    take_question(list, n, &q);
    if (!register_prepare(&q, archive_today(c->w->archive), c->ar, &a, &faults, &c->e)) {
        answer_error(c);
        return;
    }
    if (faults.count > 0) {
        api_faults(c, &faults);
        return;
    }
    struct json *o CLEANUP(json_free) = json_object();
    json_bool(o, "lawful", a.lawful);
    json_text(o, "reason", a.reason.n > 0 ? a.reason : STR_NONE);
    json_u64(o, "grosze", a.grosze);
    add_fees(o, &a);
    json_text(o, "decides", a.decides);
    json_text(o, "appeal", a.appeal);
    json_text(o, "form", a.form);
    json_text(o, "term", a.term);
    add_texts(o, "channels", a.channels, a.channel_count);
    add_texts(o, "notes", a.notes, a.note_count);
    json_text(o, "legal_basis", a.legal);
    json_bool(o, "stored", false);
    api_send(c, o, 200);
}
