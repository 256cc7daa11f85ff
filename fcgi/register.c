/* register.c: see register.h. */
#include "register.h"

#include "case.h"

#include <string.h>

const struct input_field register_page_fields[ASKED_FIELDS] = {
    {"q", INPUT_TEXT, 0, 200}, {"stan", INPUT_WORD, 0, 0}, {"rodzaj", INPUT_WORD, 0, 0},
    {"od", INPUT_TEXT, 0, 20}, {"do", INPUT_TEXT, 0, 20},  {"po", INPUT_WORD, 0, 0},
};
const struct input_field register_api_fields[ASKED_FIELDS] = {
    {"q", INPUT_TEXT, 0, 200},   {"state", INPUT_WORD, 0, 0}, {"kind", INPUT_WORD, 0, 0},
    {"from", INPUT_TEXT, 0, 20}, {"to", INPUT_TEXT, 0, 20},   {"after", INPUT_WORD, 0, 0},
};
const struct input_field answers_page_fields[ANSWERS_FIELDS] = {{"q", INPUT_TEXT, 0, 200}, {"po", INPUT_WORD, 0, 0}};
const struct input_field answers_api_fields[ANSWERS_FIELDS] = {{"q", INPUT_TEXT, 0, 200}, {"after", INPUT_WORD, 0, 0}};

/* ---------------------------------------------------------------- the question */

static bool fault(struct call *c, enum register_field f, const char *msgid)
{
    return err_field(&c->values[f].fault, ERR_INVALID, c->row->fields[f].name, "%s", tr(c->lang, msgid));
}

static bool read_day(struct call *c, enum register_field f, struct day *out)
{
    struct str text = c->values[f].text;
    *out = DAY_NONE;
    return text.n == 0 || day_parse(text, out) ||
           fault(c, f, N_("write the date as year-month-day, such as 2026-11-21"));
}

bool register_read(struct call *c, struct request_filter *out)
{
    struct value *v = c->values;
    *out = (struct request_filter){.words = v[ASKED_WORDS].text, .after = v[ASKED_AFTER].text, .limit = REGISTER_ROWS};
    bool ok = v[ASKED_WORDS].fault.code == ERR_NONE;
    if (v[ASKED_STATE].text.n > 0 && !request_state_parse(v[ASKED_STATE].text, &out->state)) {
        ok = fault(c, ASKED_STATE, N_("choose one of the states"));
    }
    if (v[ASKED_KIND].text.n > 0 && !request_kind_parse(v[ASKED_KIND].text, &out->kind)) {
        ok = fault(c, ASKED_KIND, N_("choose one of the kinds"));
    }
    ok &= read_day(c, ASKED_FROM, &out->from);
    ok &= read_day(c, ASKED_UNTIL, &out->until);
    if (!day_is_none(out->from) && !day_is_none(out->until) && out->until.n < out->from.n) {
        ok = fault(c, ASKED_UNTIL, N_("the date “to” is earlier than “from”"));
    }
    for (size_t i = 0; i < c->row->field_count; i++) {
        ok &= v[i].fault.code == ERR_NONE;
    }
    return ok;
}

void register_refuse(struct call *c)
{
    for (size_t i = 0; i < c->row->field_count; i++) {
        if (c->values[i].fault.code != ERR_NONE) {
            c->e = c->values[i].fault;
            answer_error(c);
            return;
        }
    }
    answer_error(c);
}

void register_query(struct call *c, const struct input_field *fields, size_t count, struct str after)
{
    struct html *h = &c->h;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct str text = i > 0 && i + 1 == count ? after : c->values[i].text;
        if (text.n == 0) {
            continue;
        }
        if (any) {
            MARK(h, "&amp;");
        } else {
            MARK(h, "?");
        }
        any = true;
        html_part(h, str_of(fields[i].name));
        MARK(h, "=");
        html_part(h, text);
    }
}

/* ---------------------------------------------------------------- words */

/* As on the page of the case: never while the requester's own term runs. */
static bool is_late(struct call *c, const struct request_public *r)
{
    bool theirs = r->state == REQUEST_FORM || r->state == REQUEST_OFFER;
    return !request_ended(r->state) && !theirs && archive_today(c->w->archive).n > r->due.n;
}

static const char *tone_of(enum request_state s)
{
    if (s == REQUEST_CALLED || s == REQUEST_FEE || s == REQUEST_FORM || s == REQUEST_OFFER) {
        return "soon";
    }
    if (s == REQUEST_ANSWERED || s == REQUEST_PARTLY) {
        return "done";
    }
    return request_ended(s) ? "closed" : "open";
}

void register_state(struct call *c, const struct request_public *r)
{
    if (is_late(c, r)) {
        page_state_mark(c, "late", str_of(tr(c->lang, "Overdue")));
    } else {
        page_state_mark(c, tone_of(r->state), capital_said(c->ar, request_state_title(r->state, c->lang)));
    }
}

void register_day(struct call *c, struct day d)
{
    struct html *h = &c->h;
    char text[DAY_TEXT_SIZE];
    day_text(d, text);
    MARK(h, "<time class=\"whole\" datetime=\"");
    html_attr(h, str_of(text));
    MARK(h, "\">");
    if (c->lang == LANG_PL) { /* 2026-11-21 as 21.11.2026 */
        const char dotted[10] = {text[8], text[9], '.', text[5], text[6], '.', text[0], text[1], text[2], text[3]};
        html_text(h, (struct str){dotted, sizeof dotted});
    } else {
        html_text(h, day_said(c->ar, d, c->lang));
    }
    MARK(h, "</time>");
}

static void page_of_list(struct call *c, const struct register_paging *p, const char *rel, const char *msgid,
                         struct str after)
{
    struct html *h = &c->h;
    MARK(h, "<li><a ");
    if (rel != NULL) {
        MARK(h, "rel=\"");
        html_attr(h, str_of(rel));
        MARK(h, "\" ");
    }
    MARK(h, "href=\"");
    page_address(c, p->path);
    register_query(c, p->fields, p->field_count, after);
    MARK(h, "\">");
    html_say(h, msgid);
    MARK(h, "</a></li>\n");
}

void register_paging(struct call *c, const struct register_paging *p, struct str next)
{
    struct html *h = &c->h;
    bool later = c->values[p->field_count - 1].text.n > 0;
    if (next.n == 0 && !later) {
        return;
    }
    MARK(h, "<nav class=\"pages noprint\" aria-label=\"");
    html_say_attr(h, p->label);
    MARK(h, "\"><ul>\n");
    if (later) {
        page_of_list(c, p, NULL, p->newest, STR(""));
    }
    if (next.n > 0) {
        page_of_list(c, p, "next", p->older, next);
    }
    MARK(h, "</ul></nav>\n");
}

static void form_link(struct call *c, struct str path, const struct input_field *fields, const char *name)
{
    struct html *h = &c->h;
    MARK(h, "<a href=\"");
    html_url(h, path);
    if (fields != NULL) {
        register_query(c, fields, c->row->field_count, STR(""));
    }
    MARK(h, "\">");
    html_text(h, str_of(name));
    MARK(h, "</a>");
}

void register_forms(struct call *c, const char *path, const struct input_field *fields, const char *atom)
{
    struct html *h = &c->h;
    MARK(h, "<p class=\"small data\">");
    html_say(h, "This list as data:");
    MARK(h, " ");
    form_link(c, str_of(path), fields, "JSON");
    MARK(h, " · ");
    form_link(c, arena_fmt(c->ar, "%s.csv", path), fields, "CSV");
    MARK(h, " · ");
    form_link(c, STR("/api/v1/openapi.json"), NULL, tr(c->lang, "description for programs"));
    if (atom != NULL) {
        MARK(h, " · ");
        form_link(c, str_of(atom), NULL, "Atom");
    }
    MARK(h, " · ");
    form_link(c, STR("/dcat.ttl"), NULL, "DCAT");
    MARK(h, "</p>\n");
}

/* ---------------------------------------------------------------- JSON and CSV */

void register_json(struct call *c, struct json *o, const struct request_public *r)
{
    json_text(o, "number", str_of(r->number));
    json_text(o, "kind", str_of(request_kind_name(r->kind)));
    json_text(o, "state", str_of(request_state_name(r->state)));
    json_text(o, "outcome", r->outcome != 0 ? str_of(request_outcome_name(r->outcome)) : STR_NONE);
    json_day(o, "received", r->received);
    json_day(o, "due", request_ended(r->state) ? DAY_NONE : r->due);
    json_day(o, "ended", r->ended);
    json_bool(o, "extended", r->extended);
    json_text(o, "subject", r->subject.n > 0 ? r->subject : STR_NONE);
    json_text(o, "url", arena_fmt(c->ar, "/wnioski/%s", r->number));
    json_text(o, "answer", r->answer ? arena_fmt(c->ar, "/odpowiedzi/%s", r->number) : STR_NONE);
}

void url_part(struct buf *out, struct str s)
{
    url_part_keeping(out, s, "");
}

void url_part_keeping(struct buf *out, struct str s, const char *also)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' ||
                     ch == '.' || ch == '_' || (ch != 0 && ch < 0x80 && strchr(also, ch) != NULL);
        if (plain) {
            buf_add_u8(out, ch);
        } else {
            buf_fmt(out, "%%%02X", ch);
        }
    }
}

static bool needs_quotes(struct str s)
{
    return memchr(s.p, ',', s.n) != NULL || memchr(s.p, '"', s.n) != NULL || memchr(s.p, '\n', s.n) != NULL ||
           memchr(s.p, '\r', s.n) != NULL;
}

void csv_cell(struct buf *out, struct str s, bool first)
{
    if (!first) {
        buf_add(out, ",", 1);
    }
    if (s.n == 0 || !needs_quotes(s)) {
        buf_add_str(out, s);
        return;
    }
    buf_add(out, "\"", 1);
    for (size_t i = 0; i < s.n; i++) {
        buf_add(out, s.p[i] == '"' ? "\"\"" : s.p + i, s.p[i] == '"' ? 2 : 1);
    }
    buf_add(out, "\"", 1);
}

void csv_day(struct buf *out, struct day d)
{
    char text[DAY_TEXT_SIZE];
    day_text(d, text);
    csv_cell(out, str_of(text), false);
}

void csv_end(struct buf *out)
{
    buf_add(out, "\r\n", 2);
}
