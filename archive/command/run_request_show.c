/* run_request_show.c: akta request show: the whole of one request, the requester's own words included. No other command
 * prints them. */
#include "office_notice.h"
#include "run_request.h"

#include <string.h>

/* ---------------------------------------------------------------- as JSON */

static struct str choice_word(const char *field, uint64_t v)
{
    if (strcmp(field, "way") == 0) {
        return str_of(request_way_name((enum request_way)v));
    }
    return str_of(strcmp(field, "kind") == 0 ? request_kind_name((enum request_kind)v)
                                             : request_right_name((enum request_right)v));
}

static struct str form_value(const struct request_form *form, const struct request_field *f)
{
    uint64_t v;
    struct str s;
    if (f->input == REQUEST_TEXT || f->input == REQUEST_LINES) {
        memcpy(&s, (const char *)form + f->offset, sizeof s);
        return s;
    }
    memcpy(&v, (const char *)form + f->offset, sizeof v);
    if (v == 0) {
        return STR("");
    }
    return f->input == REQUEST_TICK ? STR("yes") : choice_word(f->name, v);
}

static struct json *form_json(const struct request_form *form)
{
    struct json *o = json_object();
    size_t n;
    const struct request_field *fields = request_fields(&n);
    for (size_t i = 0; i < n; i++) {
        struct str s = form_value(form, &fields[i]);
        if (s.n > 0 && strcmp(fields[i].name, "kind") != 0) {
            json_text(o, fields[i].name, s);
        }
    }
    return o;
}

static struct json *event_json(const struct request_event *ev)
{
    struct json *o = json_object();
    json_u64(o, "event", ev->event);
    json_text(o, "verb", str_of(request_verb_name(ev->verb)));
    json_text(o, "role", str_of(request_role_name(ev->role)));
    json_instant(o, "at", ev->at);
    json_text(o, "state", str_of(request_state_name(ev->to)));
    json_day(o, "until", ev->until);
    json_day(o, "served", ev->served);
    if (ev->channel != 0) {
        json_day(o, "came", ev->came);
        json_text(o, "channel", str_of(request_channel_name(ev->channel)));
    }
    if (ev->grosze > 0) {
        json_u64(o, "grosze", ev->grosze);
    }
    if (ev->call != 0) {
        json_text(o, "call", str_of(request_call_name(ev->call)));
    }
    if (ev->outcome != 0) {
        json_text(o, "outcome", str_of(request_outcome_name(ev->outcome)));
    }
    json_text_or_null(o, "unit", ev->unit);
    json_text_or_null(o, "text", ev->text);
    json_u64(o, "files", ev->files);
    json_u64(o, "entry", LOG_PLACE(ev->entry));
    return o;
}

static struct json *file_json(const struct request_attachment *f)
{
    struct json *o = json_object();
    char id[33];
    id_text(f->id, id);
    json_u64(o, "file", f->seq);
    json_u64(o, "event", f->event);
    json_text(o, "id", str_of(id));
    json_text(o, "name", f->name);
    json_text_or_null(o, "type", f->type);
    json_u64(o, "size", f->size);
    json_hex(o, "sha256", (struct bytes){f->digests.sha256, SHA256_SIZE});
    json_bool(o, "released", f->released);
    json_u64(o, "entry", LOG_PLACE(f->entry));
    return o;
}

static struct json *flags_json(unsigned flags)
{
    struct json *list = json_array();
    for (unsigned bit = 1; bit <= REQUEST_HINT_UNSURE; bit <<= 1) {
        if ((flags & bit) != 0) {
            json_push_text(list, str_of(request_flag_name((enum request_flag)bit)));
        }
    }
    return list;
}

/* It belongs to the first term (F-16): a later one has none, as in the list. */
static struct day safe_now(const struct request_view *v)
{
    return request_ended(v->state) || v->due.n != v->term.end.n ? DAY_NONE : v->safe;
}

static void days_json(struct json *o, const struct request_view *v)
{
    json_day(o, "term", v->term.end);
    json_text(o, "term_rule", str_of(v->term_rule));
    json_day(o, "safe", safe_now(v));
    json_day(o, "longest", v->longest);
    json_day(o, "extended_to", v->extended_to);
    json_day(o, "waiting_until", v->waiting_until);
    json_day(o, "disclose_from", v->disclose_from);
    json_day(o, "overdue_since", v->overdue_since);
    json_day(o, "served", v->served);
    json_day(o, "ended", v->ended);
    json_bool(o, "published", v->published);
}

/* Which law was in force on the day of filing, and what can be done against what the office does. */
static void law_json(struct json *o, const struct request_view *v)
{
    struct json *law = json_array(), *remedies = json_array();
    for (struct str left = v->law; left.n > 0;) {
        const char *lf = memchr(left.p, '\n', left.n);
        size_t n = lf != NULL ? (size_t)(lf - left.p) : left.n;
        json_push_text(law, (struct str){left.p, n});
        n += lf != NULL;
        left = (struct str){left.p + n, left.n - n};
    }
    for (size_t i = 0; i < v->remedy_count; i++) {
        json_push_text(remedies, v->remedies[i].text);
    }
    json_put(o, "law", &law);
    json_put(o, "remedies", &remedies);
}

struct notices {
    struct notice *list;
    size_t n;
};

static struct json *notices_json(const struct notices *notices)
{
    struct json *list = json_array();
    for (size_t i = 0; i < notices->n; i++) {
        const struct notice *n = &notices->list[i];
        struct json *o = json_object();
        json_u64(o, "event", n->event);
        json_text(o, "verb", str_of(request_verb_name(n->verb)));
        json_text(o, "state", str_of(notice_state_name(n->state)));
        json_instant(o, "queued", n->queued);
        json_instant(o, "changed", n->changed);
        json_u64(o, "attempts", n->attempts);
        json_bool(o, "repeated", n->repeated);
        if (n->stage != NOTICE_STAGE_NONE) {
            json_text(o, "stage", str_of(notice_stage_name(n->stage)));
            json_u64(o, "code", n->code);
        }
        if (n->state == NOTICE_WAITING) {
            json_instant(o, "next", n->next);
        }
        json_push(list, &o);
    }
    return list;
}

static bool show_json(struct run *r, const struct request_view *v, struct str mark, const struct notices *notices)
{
    struct json *o = request_as_json(r, v), *timeline = json_array(), *files = json_array();
    struct json *form = form_json(&v->form), *flags = flags_json(v->flags), *mail = notices_json(notices);
    json_text(o, "channel", str_of(request_channel_name(v->channel)));
    json_text(o, "filed_kind", str_of(request_kind_name(v->filed_kind)));
    days_json(o, v);
    json_text_or_null(o, "file", mark);
    json_u64(o, "entry", LOG_PLACE(v->entry));
    law_json(o, v);
    json_put(o, "flags", &flags);
    json_put(o, "form", &form);
    for (size_t i = 0; i < v->event_count; i++) {
        struct json *one = event_json(&v->events[i]);
        json_push(timeline, &one);
    }
    for (size_t i = 0; i < v->file_count; i++) {
        struct json *one = file_json(&v->files[i]);
        json_push(files, &one);
    }
    json_put(o, "timeline", &timeline);
    json_put(o, "files", &files);
    json_put(o, "notices", &mail);
    return out_json(r, &o);
}

/* ---------------------------------------------------------------- for people */

static void line(struct grid *g, const char *label, struct str value)
{
    if (value.n > 0) {
        grid_cell(g, str_of(tr(g->r->h->lang, label)));
        grid_cell(g, value);
    }
}

static void line_day(struct grid *g, const char *label, struct day d)
{
    if (!day_is_none(d)) {
        grid_cell(g, str_of(tr(g->r->h->lang, label)));
        grid_day(g, d);
    }
}

static struct str came_in(struct run *r, const struct request_view *v)
{
    enum lang lang = r->h->lang;
    struct str when = request_channel_has_hour(v->channel) ? instant_for_people(r->ar, lang, v->received)
                                                           : day_for_people(r->ar, lang, warsaw_day(v->received));
    return arena_fmt(r->ar, "%.*s, %s", (int)when.n, when.p, request_channel_title(v->channel, lang));
}

/* Who must act, and until when. */
static struct str next_said(struct run *r, const struct request_view *v)
{
    const char *what = request_next_title(v->next, r->h->lang);
    char until[DAY_TEXT_SIZE];
    if (v->next == REQUEST_NEXT_NONE || v->next == REQUEST_NEXT_OFFICE_LATE || day_is_none(v->next_until)) {
        return str_of(what); /* since when it is late stands in a row of its own */
    }
    day_text(v->next_until, until);
    return arena_fmt(r->ar, "%s, %s %s", what, tr(r->h->lang, N_("until")), until);
}

static void head_people(struct run *r, const struct request_view *v, struct str mark)
{
    enum lang lang = r->h->lang;
    struct grid g;
    grid_begin(&g, r, 2);
    line(&g, N_("Request"), str_of(v->number));
    line(&g, N_("Kind"), str_of(request_kind_title(v->kind, lang)));
    line(&g, N_("State"), str_of(request_state_title(v->state, lang)));
    line(&g, N_("Outcome"), v->outcome != 0 ? str_of(request_outcome_title(v->outcome, lang)) : STR(""));
    line(&g, N_("Received"), came_in(r, v));
    line_day(&g, N_("Due"), request_ended(v->state) ? DAY_NONE : v->due);
    line(&g, N_("Next"), next_said(r, v));
    line_day(&g, N_("Safe day"), safe_now(v));
    line_day(&g, N_("Longest extension"), request_ended(v->state) ? DAY_NONE : v->longest);
    line_day(&g, N_("Requester's last day"), v->waiting_until);
    line_day(&g, N_("Disclosed from"), request_ended(v->state) ? DAY_NONE : v->disclose_from);
    line_day(&g, N_("Late since"), v->overdue_since);
    line_day(&g, N_("Served"), v->served);
    line_day(&g, N_("Ended"), v->ended);
    line(&g, N_("Who has it"), v->unit);
    line(&g, N_("Subject"), v->subject);
    line(&g, N_("Case file"), mark);
    grid_end(&g);
    for (unsigned bit = 1; bit <= REQUEST_HINT_UNSURE; bit <<= 1) {
        if ((v->flags & bit) != 0) {
            out_say(r, "! %s\n", request_flag_title((enum request_flag)bit, lang));
        }
    }
}

/* As a clerk calls them; the names of the API stand in --json. */
static const struct {
    const char *field, *label;
} field_labels[] = {{"way", N_("Way of answer")},
                    {"way_other", N_("Other way")},
                    {"right", N_("Right")},
                    {"content", N_("Content")},
                    {"name", N_("Name and surname")},
                    {"organisation", N_("Organisation")},
                    {"proxy", N_("Proxy")},
                    {"email", N_("E-mail")},
                    {"phone", N_("Phone")},
                    {"street", N_("Street and number")},
                    {"postal_code", N_("Postal code")},
                    {"city", N_("Town")},
                    {"country", N_("Country")},
                    {"purpose", N_("Purpose")},
                    {"format", N_("Form and format")},
                    {"source", N_("Source")},
                    {"conditions", N_("Conditions wanted")},
                    {"period", N_("Access and period")},
                    {"behalf", N_("On behalf of")},
                    {"publish_name", N_("Agrees to the publication of the name")}};

static const char *field_label(const char *field, enum lang lang)
{
    for (size_t i = 0; i < COUNT_OF(field_labels); i++) {
        if (strcmp(field_labels[i].field, field) == 0) {
            return tr(lang, field_labels[i].label);
        }
    }
    return field;
}

/* A choice as people read it, else the words as they are. */
static struct str value_said(const struct request_form *form, const struct request_field *f, enum lang lang)
{
    if (f->input == REQUEST_CHOICE && strcmp(f->name, "way") == 0 && form->way != 0) {
        return str_of(request_way_title((enum request_way)form->way, lang));
    }
    if (f->input == REQUEST_CHOICE && strcmp(f->name, "right") == 0 && form->right != 0) {
        return str_of(request_right_title((enum request_right)form->right, lang));
    }
    struct str s = form_value(form, f);
    return f->input == REQUEST_TICK && s.n > 0 ? str_of(tr(lang, N_("yes"))) : s;
}

static void form_people(struct run *r, const struct request_form *form)
{
    size_t n;
    const struct request_field *fields = request_fields(&n);
    out_say(r, "\n");
    for (size_t i = 0; i < n; i++) {
        struct str s = value_said(form, &fields[i], r->h->lang);
        if (s.n > 0 && strcmp(fields[i].name, "kind") != 0) {
            out_say(r, "%s: %.*s\n", field_label(fields[i].name, r->h->lang), (int)s.n, s.p);
        }
    }
}

static const char *role_said(enum request_role role, enum lang lang)
{
    switch (role) {
        case REQUEST_CITIZEN:
            return tr(lang, N_("the requester"));
        case REQUEST_OFFICE:
            return tr(lang, N_("the office"));
        case REQUEST_CLOCK:
            break;
    }
    return tr(lang, N_("the clock"));
}

/* Days, money and names that the act brought; nothing when it brought none. */
static void event_details(struct run *r, const struct request_event *ev)
{
    enum lang lang = r->h->lang;
    char day[DAY_TEXT_SIZE];
    if (!day_is_none(ev->until)) {
        day_text(ev->until, day);
        out_say(r, "  %s %s\n", tr(lang, N_("until")), day);
    }
    if (!day_is_none(ev->served)) {
        day_text(ev->served, day);
        out_say(r, "  %s %s\n", tr(lang, N_("served")), day);
    }
    if (ev->channel != 0) {
        day_text(ev->came, day);
        out_say(r, "  %s %s, %s\n", tr(lang, N_("the letter came in")), day, request_channel_title(ev->channel, lang));
    }
    if (ev->grosze > 0) {
        out_say(r, "  %llu,%02llu zł\n", (unsigned long long)ev->grosze / 100, (unsigned long long)ev->grosze % 100);
    }
    if (ev->call != 0) {
        out_say(r, "  %s %s\n", tr(lang, N_("call:")), request_call_name(ev->call));
    }
    if (ev->outcome != 0) {
        out_say(r, "  %s\n", request_outcome_title(ev->outcome, lang));
    }
    if (ev->verb == REQUEST_DO_QUALIFY) {
        out_say(r, "  %s\n", request_kind_title(ev->kind, lang));
    }
    if (ev->unit.n > 0) {
        const char *what = ev->verb == REQUEST_DO_FORWARD ? N_("passed on to:") : N_("unit:");
        out_say(r, "  %s %.*s\n", tr(lang, what), (int)ev->unit.n, ev->unit.p);
    }
}

static void event_people(struct run *r, const struct request_view *v, const struct request_event *ev)
{
    bool by_day = ev->verb == REQUEST_DO_FILE && !request_channel_has_hour(v->channel);
    struct str at =
        by_day ? day_for_people(r->ar, r->h->lang, warsaw_day(ev->at)) : instant_for_people(r->ar, r->h->lang, ev->at);
    out_say(r, "\n%llu. %s  %s (%s) -> %s\n", (unsigned long long)ev->event, at.p, request_verb_name(ev->verb),
            role_said(ev->role, r->h->lang), request_state_title(ev->to, r->h->lang));
    event_details(r, ev);
    if (ev->text.n > 0) {
        out_say(r, "%.*s\n", (int)ev->text.n, ev->text.p);
    }
    for (size_t i = 0; i < v->file_count; i++) {
        const struct request_attachment *f = &v->files[i];
        if (f->event == ev->event) {
            out_say(r, "  [%llu] %.*s, %s%s\n", (unsigned long long)f->seq, (int)f->name.n, f->name.p,
                    bytes_for_people(r->ar, r->h->lang, f->size).p,
                    f->released ? tr(r->h->lang, N_(", released to the requester")) : "");
        }
    }
}

static void notices_people(struct run *r, const struct notices *notices)
{
    enum lang lang = r->h->lang;
    if (notices->n > 0) {
        out_say(r, "\n%s\n", tr(lang, N_("Notices by e-mail")));
    }
    for (size_t i = 0; i < notices->n; i++) {
        const struct notice *n = &notices->list[i];
        bool waits = n->state == NOTICE_WAITING;
        struct str at = instant_for_people(r->ar, lang, waits ? n->next : n->changed);
        out_say(r, "%llu. %s  %s%s  %s", (unsigned long long)n->event, request_verb_name(n->verb),
                waits ? tr(lang, N_("next try ")) : "", at.p, tr(lang, notice_said(n)));
        if (n->stage != NOTICE_STAGE_NONE) {
            out_say(r, " (%s, %u)", notice_stage_name(n->stage), n->code);
        }
        out_say(r, "\n");
    }
}

struct mark_ask {
    struct archive *a;
    struct id file;
    struct arena *ar;
    struct case_file out;
};

static bool ask_mark(struct txn *t, void *ctx, struct err *e)
{
    struct mark_ask *m = ctx;
    return file_by_id(t, m->a, &m->file, false, m->ar, &m->out, e);
}

static bool mark_of(struct run *r, const struct request_view *v, struct str *mark)
{
    struct mark_ask m = {.a = r->a, .file = v->file, .ar = r->ar};
    *mark = STR("");
    if (id_is_zero(v->file)) {
        return true;
    }
    if (!store_read(archive_store(r->a), ask_mark, &m, &r->e)) {
        return err_wrap(&r->e, "case file of the request");
    }
    *mark = m.out.mark;
    return true;
}

int run_request_show(struct run *r)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    struct request_view v;
    struct str mark;
    struct notices notices = {NULL, 0};
    if (!request_desk_of(r, &d) || !request_argument(r, d, &v) || !mark_of(r, &v, &mark) ||
        !notice_list(d, &v.id, r->ar, &notices.list, &notices.n, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        (void)show_json(r, &v, mark, &notices);
        return EXIT_DONE;
    }
    head_people(r, &v, mark);
    form_people(r, &v.form);
    for (size_t i = 0; i < v.event_count; i++) {
        event_people(r, &v, &v.events[i]);
    }
    notices_people(r, &notices);
    return EXIT_DONE;
}
