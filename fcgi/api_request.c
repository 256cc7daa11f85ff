/* api_request.c: filing and following as JSON, by the same rules as the form. A body is one JSON object, or multipart
 * with that object in the part `request` and files in parts `files`. Names and words are those of request_fields.
 *
 * Whoever does not know the code of a request learns nothing of it, not even that it exists. */
#include "body.h"
#include "form.h"
#include "office_notice.h"

#include <string.h>

/* ---------------------------------------------------------------- faults */

void api_faults(struct call *c, const struct request_faults *faults)
{
    struct json *o CLEANUP(json_free) = json_object(), *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < faults->count; i++) {
        struct json *f CLEANUP(json_free) = json_object();
        json_text(f, "field", str_of(faults->list[i].field));
        json_text(f, "detail", faults->list[i].text);
        json_push(list, &f);
    }
    json_text(o, "type", STR("about:blank"));
    json_text(o, "title", str_of(status_reason(422)));
    json_u64(o, "status", 422);
    json_text(o, "detail", str_of(tr(c->lang, "Nothing was filed. Correct what errors names.")));
    json_put(o, "errors", &list);
    buf_reset(&c->a->body);
    c->a->status = 422;
    c->a->type = "application/problem+json";
    if (!json_line(o, &c->a->body, &c->e)) {
        answer_error(c);
    }
}

static void add_fault(struct call *c, struct request_faults *faults, struct str field, struct str text)
{
    struct str copy = arena_str(c->ar, field);
    for (size_t i = 0; i < faults->count; i++) {
        if (str_is(field, faults->list[i].field)) {
            return; /* one word a field */
        }
    }
    if (faults->count < REQUEST_FAULTS_MAX && copy.p != NULL) {
        faults->list[faults->count++] = (struct request_fault){.field = copy.p, .text = text, .rule = ""};
    }
}

/* ---------------------------------------------------------------- the object */

static void take_text(struct call *c, const struct json_member *m, struct str *out, struct request_faults *faults)
{
    if (m->type == JSON_IS_TEXT) {
        *out = m->text;
    } else if (m->type != JSON_IS_NULL) {
        add_fault(c, faults, m->name, str_of(tr(c->lang, "This is to be a text.")));
    }
}

static void take_choice(struct call *c, const struct json_member *m, uint64_t *out, struct request_faults *faults)
{
    struct str name = m->name;
    if (m->type == JSON_IS_NULL) {
        return;
    }
    if (m->type != JSON_IS_TEXT || !request_choice_parse(name.p, m->text, out)) {
        add_fault(c, faults, name, str_of(tr(c->lang, "This is to be one of the words that the API names.")));
    }
}

static void take_tick(struct call *c, const struct json_member *m, uint64_t *out, struct request_faults *faults)
{
    if (m->type == JSON_IS_BOOL) {
        *out = m->yes;
    } else if (m->type != JSON_IS_NULL) {
        add_fault(c, faults, m->name, str_of(tr(c->lang, "This is to be true or false.")));
    }
}

static void take_member(struct call *c, const struct json_member *m, struct request_form *form,
                        struct request_faults *faults)
{
    size_t n;
    const struct request_field *list = request_fields(&n);
    for (size_t i = 0; i < n; i++) {
        if (!str_is(m->name, list[i].name)) {
            continue;
        }
        void *at = (char *)form + list[i].offset;
        if (list[i].input == REQUEST_TICK) {
            take_tick(c, m, at, faults);
        } else if (list[i].input == REQUEST_CHOICE) {
            take_choice(c, m, at, faults);
        } else {
            take_text(c, m, at, faults);
        }
        return;
    }
    add_fault(c, faults, m->name, str_of(tr(c->lang, "There is no field of this name.")));
}

static bool take_form(struct call *c, struct request_form *form, struct request_faults *faults)
{
    struct json_member *list;
    size_t n;
    *form = (struct request_form){.kind = 0};
    if (c->json.p == NULL) {
        return err_field(&c->e, ERR_INVALID, "request", "the part request with the JSON object is missing");
    }
    if (!api_read(c, &list, &n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        take_member(c, &list[i], form, faults);
    }
    const struct value *files = posted_value(c, "files");
    if (files != NULL && files->fault.code != ERR_NONE) {
        add_fault(c, faults, STR("files"), fault_said(c->ar, str_of(files->fault.text)));
    }
    return true;
}

/* ---------------------------------------------------------------- filing */

bool api_request_file(struct call *c, const struct part *p, struct content_source src)
{
    char token[DRAFT_TOKEN_SIZE];
    if (c->draft.n == 0) {
        draft_new(token);
        c->draft = arena_str(c->ar, str_of(token));
    }
    return form_attach(c, c->draft, p, src);
}

static void send_filed(struct call *c, const struct request_filed *f)
{
    struct json *o CLEANUP(json_free) = json_object();
    json_text(o, "number", str_of(f->number));
    json_text(o, "secret", str_of(f->secret.code));
    json_instant(o, "received", f->received);
    json_day(o, "due", f->due);
    json_text(o, "receipt", arena_fmt(c->ar, "/s/%s/potwierdzenie", f->secret.token));
    json_text(o, "url", arena_fmt(c->ar, "/s/%s", f->secret.token));
    json_u64(o, "entry", f->entry);
    api_send(c, o, f->repeated ? 200 : 201);
}

static void filing_failed(struct call *c, const struct request_faults *faults)
{
    if (faults->count > 0) {
        api_faults(c, faults);
    } else if (c->e.code == ERR_CONFLICT) {
        answer_problem(c, 409, N_("This Idempotency-Key was used for another letter. Choose a new one."));
    } else {
        answer_error(c);
    }
}

void api_request_post(struct call *c)
{
    struct request_filing in = {.channel = REQUEST_API, .received = c->received, .once = c->once, .draft = c->draft};
    struct request_faults faults = {.count = 0}, more = {.count = 0};
    struct request_form clean;
    struct request_filed filed;
    bool well = take_form(c, &in.form, &faults) && request_check(&in.form, c->ar, &clean, &more, &c->e);
    if (well && faults.count == 0) {
        well = request_file(c->w->requests, &in, NULL, c->ar, &filed, &faults, &c->e);
        if (well) {
            send_filed(c, &filed);
        }
    } else if (well) { /* what could not be read comes first, then the rest */
        for (size_t i = 0; i < more.count; i++) {
            add_fault(c, &faults, str_of(more.list[i].field), more.list[i].text);
        }
        well = false;
    }
    if (!well) {
        filing_failed(c, &faults);
    }
    if (!well || filed.repeated) {
        form_drop_draft(c, c->draft);
    }
}

/* ---------------------------------------------------------------- following */

static void add_events(struct json *o, const struct request_view *v)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < v->event_count; i++) {
        const struct request_event *ev = &v->events[i];
        struct json *j CLEANUP(json_free) = json_object();
        json_u64(j, "event", ev->event);
        json_text(j, "what", str_of(request_verb_name(ev->verb)));
        json_text(j, "who", str_of(request_role_name(ev->role)));
        json_instant(j, "at", ev->at);
        json_text(j, "state", str_of(request_state_name(ev->to)));
        json_day(j, "until", ev->until);
        json_text(j, "text", ev->text.n > 0 ? ev->text : STR_NONE);
        json_u64(j, "files", ev->files);
        json_u64(j, "entry", ev->entry);
        json_push(list, &j);
    }
    json_put(o, "timeline", &list);
}

static void add_files(struct call *c, struct json *o, const struct request_view *v, struct str token)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < v->file_count; i++) {
        const struct request_attachment *f = &v->files[i];
        struct json *j CLEANUP(json_free) = json_object();
        json_text(j, "name", f->name);
        json_text(j, "type", f->type.n > 0 ? f->type : STR_NONE);
        json_u64(j, "size", f->size);
        json_bool(j, "answer", f->released);
        json_hex(j, "sha256", (struct bytes){f->digests.sha256, SHA256_SIZE});
        json_text(j, "url", arena_fmt(c->ar, "/s/%.*s/plik/%llu", (int)token.n, token.p, (unsigned long long)f->seq));
        json_push(list, &j);
    }
    json_put(o, "files", &list);
}

static void add_term(struct json *o, const struct request_view *v)
{
    struct json *t CLEANUP(json_free) = json_object(), *skipped CLEANUP(json_free) = json_array();
    json_day(t, "start", v->term.start);
    json_day(t, "raw", v->term.raw);
    json_day(t, "end", v->term.end);
    for (size_t i = 0; i < v->term.skipped_count; i++) {
        struct json *s CLEANUP(json_free) = json_object();
        json_day(s, "date", v->term.skipped[i].date);
        json_text(s, "why", v->term.skipped[i].why);
        json_push(skipped, &s);
    }
    json_put(t, "skipped", &skipped);
    json_put(o, "term", &t);
}

static void add_remedies(struct json *o, const struct request_view *v)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < v->remedy_count; i++) {
        struct json *j CLEANUP(json_free) = json_object();
        json_day(j, "from", v->remedies[i].from);
        json_day(j, "until", v->remedies[i].until);
        json_text(j, "body", v->remedies[i].body);
        json_text(j, "text", v->remedies[i].text);
        json_push(list, &j);
    }
    json_put(o, "remedies", &list);
}

/* What has become of the notices by e-mail; the address itself is left out, as on the page (case_notices.c). */
static bool add_notices(struct call *c, struct json *o, const struct request_view *v)
{
    struct json *list CLEANUP(json_free) = json_array();
    struct notice *notices;
    size_t n;
    if (!notice_list(c->w->requests, &v->id, c->ar, &notices, &n, &c->e)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const struct notice *one = &notices[i];
        struct json *j CLEANUP(json_free) = json_object();
        json_u64(j, "event", one->event);
        json_text(j, "what", str_of(request_verb_name(one->verb)));
        json_text(j, "state", str_of(notice_state_name(one->state)));
        json_text(j, "text", str_of(tr(c->lang, notice_said(one))));
        json_instant(j, "queued", one->queued);
        json_instant(j, "changed", one->changed);
        json_u64(j, "attempts", one->attempts);
        if (one->state == NOTICE_WAITING) {
            json_instant(j, "next", one->next);
        } else {
            json_null(j, "next");
        }
        json_bool(j, "repeated", one->repeated);
        json_push(list, &j);
    }
    json_put(o, "notices", &list);
    return true;
}

static void send_view(struct call *c, const struct request_view *v, struct str token)
{
    struct json *o CLEANUP(json_free) = json_object();
    json_text(o, "number", str_of(v->number));
    json_text(o, "kind", str_of(request_kind_name(v->kind)));
    json_text(o, "state", str_of(request_state_name(v->state)));
    json_text(o, "outcome", v->outcome != 0 ? str_of(request_outcome_name(v->outcome)) : STR_NONE);
    json_instant(o, "received", v->received);
    json_day(o, "due", v->due);
    json_day(o, "extended_to", v->extended_to);
    json_day(o, "waiting_until", v->waiting_until);
    json_day(o, "overdue_since", v->overdue_since);
    json_day(o, "ended", v->ended);
    json_text(o, "way", str_of(request_way_name((enum request_way)v->form.way)));
    json_text(o, "content", v->form.content);
    add_term(o, v);
    add_events(o, v);
    add_files(c, o, v, token);
    add_remedies(o, v);
    if (!add_notices(c, o, v)) {
        answer_error(c);
        return;
    }
    json_u64(o, "entry", v->entry);
    json_bool(o, "published", v->published);
    json_text(o, "url", arena_fmt(c->ar, "/s/%.*s", (int)token.n, token.p));
    api_send(c, o, 200);
}

void api_request(struct call *c)
{
    char token[REQUEST_TOKEN_SIZE];
    struct request_view v;
    if (c->q->secret.n == 0 || c->q->secret.n > 200 || !request_token_of(c->q->secret, token) ||
        !request_open(c->w->requests, c->parts.slug, c->q->secret, archive_today(c->w->archive), c->ar, &v, &c->e)) {
        if (c->e.code == ERR_NONE || c->e.code == ERR_NOT_FOUND) {
            err_init(&c->e, c->lang);
            answer_problem(c, 404, N_("We do not know this pair of number and code. Check both."));
        } else {
            answer_error(c);
        }
        return;
    }
    send_view(c, &v, str_of(token));
}
