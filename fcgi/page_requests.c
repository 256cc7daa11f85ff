/* page_requests.c: the public register of requests: a filter, a page of fifty, and each request on a page of its own.
 */
#include "form.h"
#include "register.h"

#include <string.h>

/* ---------------------------------------------------------------- the filter */

static void fault_of(struct call *c, enum register_field f)
{
    struct html *h = &c->h;
    if (c->values[f].fault.code == ERR_NONE) {
        return;
    }
    MARK(h, "<p class=\"fault\" id=\"");
    html_attr(h, str_of(register_page_fields[f].name));
    MARK(h, "-fault\">");
    html_text(h, fault_said(c->ar, str_of(c->values[f].fault.text)));
    MARK(h, "</p>");
}

static void label(struct call *c, enum register_field f, const char *msgid)
{
    struct html *h = &c->h;
    MARK(h, "<div><label for=\"f-");
    html_attr(h, str_of(register_page_fields[f].name));
    MARK(h, "\">");
    html_say(h, msgid);
    MARK(h, "</label>");
    fault_of(c, f);
}

static void named(struct call *c, enum register_field f)
{
    struct html *h = &c->h;
    MARK(h, "id=\"f-");
    html_attr(h, str_of(register_page_fields[f].name));
    MARK(h, "\" name=\"");
    html_attr(h, str_of(register_page_fields[f].name));
    MARK(h, "\"");
    if (c->values[f].fault.code != ERR_NONE) {
        MARK(h, " aria-invalid=\"true\" aria-describedby=\"");
        html_attr(h, str_of(register_page_fields[f].name));
        MARK(h, "-fault\"");
    }
}

static void option(struct call *c, const char *value, struct str words, bool chosen)
{
    struct html *h = &c->h;
    if (chosen) {
        MARK(h, "<option selected value=\"");
    } else {
        MARK(h, "<option value=\"");
    }
    html_attr(h, str_of(value));
    MARK(h, "\">");
    html_text(h, words);
    MARK(h, "</option>\n");
}

/* Up to its first choice, which is all; whoever opens it closes it with select_end. */
static void select_begin(struct call *c, enum register_field f, const char *msgid, bool all)
{
    struct html *h = &c->h;
    label(c, f, msgid);
    MARK(h, "<select ");
    named(c, f);
    MARK(h, ">\n");
    option(c, "", str_of(tr(c->lang, "all")), all);
}

static void select_end(struct call *c)
{
    MARK(&c->h, "</select></div>\n");
}

static void states(struct call *c, enum request_state chosen)
{
    select_begin(c, ASKED_STATE, N_("State"), chosen == 0);
    for (enum request_state s = REQUEST_FILED; s < REQUEST_STATE_END; s++) {
        option(c, request_state_name(s), str_of(request_state_title(s, c->lang)), s == chosen);
    }
    select_end(c);
}

static void kinds(struct call *c, enum request_kind chosen)
{
    select_begin(c, ASKED_KIND, N_("Kind"), chosen == 0);
    for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        option(c, request_kind_name(k), str_of(request_kind_title(k, c->lang)), k == chosen);
    }
    select_end(c);
}

static void day_field(struct call *c, enum register_field f, const char *msgid)
{
    struct html *h = &c->h;
    label(c, f, msgid);
    MARK(h, "<input type=\"date\" autocomplete=\"off\" ");
    named(c, f);
    MARK(h, " value=\"");
    html_attr(h, c->values[f].text);
    MARK(h, "\"></div>\n");
}

static void filter_form(struct call *c, const struct request_filter *f)
{
    struct html *h = &c->h;
    MARK(h, "<form class=\"ask filter\" method=\"get\" action=\"");
    page_address(c, "/wnioski");
    MARK(h, "\">\n");
    label(c, ASKED_WORDS, N_("Words of the subject, or a number"));
    MARK(h, "<input type=\"search\" autocomplete=\"off\" ");
    named(c, ASKED_WORDS);
    MARK(h, " value=\"");
    html_attr(h, c->values[ASKED_WORDS].text);
    MARK(h, "\"></div>\n");
    states(c, f->state);
    kinds(c, f->kind);
    day_field(c, ASKED_FROM, N_("Came in from"));
    day_field(c, ASKED_UNTIL, N_("Came in until"));
    MARK(h, "<button>");
    html_say(h, "Show");
    MARK(h, "</button></form>\n");
}

/* ---------------------------------------------------------------- the table */

static void subject_of(struct call *c, const struct request_public *r)
{
    struct html *h = &c->h;
    if (r->subject.n > 0) {
        MARK(h, "<span lang=\"pl\">");
        html_polish(h, r->subject);
        MARK(h, "</span>");
    } else {
        MARK(h, "<span class=\"muted\">");
        html_say(h, "The office has not approved a public subject yet");
        MARK(h, "</span>");
    }
}

static void state_of(struct call *c, const struct request_public *r)
{
    struct html *h = &c->h;
    register_state(c, r);
    MARK(h, "<small class=\"muted\">");
    if (request_ended(r->state)) {
        register_day(c, r->ended);
    } else {
        html_say(h, "until");
        MARK(h, " ");
        register_day(c, r->due);
    }
    MARK(h, "</small>");
}

static void answer_of(struct call *c, const struct request_public *r)
{
    struct html *h = &c->h;
    if (!r->answer) {
        MARK(h, "–");
        return;
    }
    page_link(c, "/odpowiedzi/", str_of(r->number));
    html_say(h, "Read");
    MARK(h, "<span class=\"unseen\"> ");
    html_text(h, str_of(r->number));
    MARK(h, "</span></a>");
}

static void row(struct call *c, const struct request_public *r)
{
    struct html *h = &c->h;
    MARK(h, "<tr><th scope=\"row\">");
    page_link(c, "/wnioski/", str_of(r->number));
    html_text(h, str_of(r->number));
    MARK(h, "</a></th><td>");
    subject_of(c, r);
    MARK(h, "<small class=\"muted\">");
    html_text(h, str_of(request_kind_title(r->kind, c->lang)));
    MARK(h, "</small></td><td>");
    register_day(c, r->received);
    MARK(h, "</td><td>");
    state_of(c, r);
    MARK(h, "</td><td>");
    answer_of(c, r);
    MARK(h, "</td></tr>\n");
}

static void table(struct call *c, const struct request_public *rows, size_t n)
{
    struct html *h = &c->h;
    MARK(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"requests\">"
            "<table class=\"wide\"><caption id=\"requests\">");
    html_say(h, "Requests, the newest first");
    MARK(h, "</caption><thead><tr><th scope=\"col\">");
    html_say(h, "Case");
    MARK(h, "</th><th scope=\"col\">");
    html_say(h, "Subject");
    MARK(h, "</th><th scope=\"col\">");
    html_say(h, "Came in");
    MARK(h, "</th><th scope=\"col\">");
    html_say(h, "State");
    MARK(h, "</th><th scope=\"col\">");
    html_say(h, "Answer");
    MARK(h, "</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        row(c, &rows[i]);
    }
    MARK(h, "</tbody></table></div>\n");
}

static void nothing(struct call *c, struct str next)
{
    struct html *h = &c->h;
    MARK(h, "<p>");
    if (c->q->query.n == 0) {
        html_say(h, "No request has come in yet.");
    } else if (next.n > 0) {
        html_say(h, "Nothing fits in this part of the register. Look on among the older ones.");
    } else {
        html_say(h, "No requests for this filter.");
        MARK(h, " ");
        page_link_said(c, "/wnioski", N_("Show all"));
        MARK(h, ".");
    }
    MARK(h, "</p>\n");
}

/* With the slips of the filter first, each linked to its field. */
static void begin(struct call *c)
{
    struct question fields[ASKED_FIELDS];
    struct posed list[ASKED_FIELDS];
    for (size_t i = 0; i < ASKED_FIELDS; i++) {
        struct str id = arena_fmt(c->ar, "f-%s", register_page_fields[i].name);
        fields[i] = (struct question){.name = id.p, .control = CONTROL_LINE};
        list[i] = (struct posed){.q = &fields[i]};
        if (c->values[i].fault.code != ERR_NONE) {
            list[i].fault = fault_said(c->ar, str_of(c->values[i].fault.text));
        }
    }
    form_page_begin(c, str_of(tr(c->lang, "Register of requests")), N_("We cannot show the list."), list, ASKED_FIELDS);
}

static void head(struct call *c)
{
    struct html *h = &c->h;
    begin(c);
    page_paragraph(c,
                   N_("Every request that came to the office: its subject, when it came in and how it ended. Names and "
                      "addresses of requesters are not shown here."));
    MARK(h, "<p class=\"noprint\">");
    page_link_said(c, "/wnioski/statystyka", N_("Statistics of requests"));
    MARK(h, " · ");
    page_link_said(c, "/odpowiedzi", N_("Published answers"));
    MARK(h, "</p>\n");
}

static const struct register_paging paging = {"/wnioski",       register_page_fields,
                                              ASKED_FIELDS,     N_("Pages of the register"),
                                              N_("The newest"), N_("Older requests")};

void page_requests(struct call *c)
{
    struct request_filter f;
    struct request_public *rows = NULL;
    struct str next = STR("");
    size_t n = 0;
    bool sound = register_read(c, &f);
    if (sound && !request_list(c->w->requests, &f, c->ar, &rows, &n, &next, &c->e)) {
        answer_error(c);
        return;
    }
    head(c);
    filter_form(c, &f);
    if (sound && n > 0) {
        table(c, rows, n);
    } else if (sound) {
        nothing(c, next);
    }
    if (sound) {
        register_paging(c, &paging, next);
    }
    register_forms(c, "/api/v1/requests", register_api_fields, "/feeds/register.atom");
    page_end(c, sound ? 200 : 422);
}

/* ---------------------------------------------------------------- one request */

static void fact(struct call *c, const char *name, struct day d)
{
    struct html *h = &c->h;
    if (day_is_none(d)) {
        return;
    }
    MARK(h, "<dt>");
    html_say(h, name);
    MARK(h, "</dt><dd>");
    page_day(c, d);
    MARK(h, "</dd>\n");
}

static void facts(struct call *c, const struct request_public *r)
{
    struct html *h = &c->h;
    bool ended = request_ended(r->state);
    MARK(h, "<dl>\n<dt>");
    html_say(h, "Subject");
    MARK(h, "</dt><dd>");
    subject_of(c, r);
    MARK(h, "</dd>\n<dt>");
    html_say(h, "Kind");
    MARK(h, "</dt><dd>");
    html_text(h, str_of(request_kind_title(r->kind, c->lang)));
    MARK(h, "</dd>\n");
    fact(c, N_("Came in"), r->received);
    fact(c, r->extended ? N_("Term, extended") : N_("Term"), ended ? DAY_NONE : r->due);
    fact(c, N_("Ended"), r->ended);
    if (r->outcome != 0) {
        MARK(h, "<dt>");
        html_say(h, "Outcome");
        MARK(h, "</dt><dd>");
        html_text(h, capital_said(c->ar, request_outcome_title(r->outcome, c->lang)));
        MARK(h, "</dd>\n");
    }
    MARK(h, "</dl>\n");
}

void page_one_request(struct call *c)
{
    struct html *h = &c->h;
    struct request_public r;
    if (!request_public_get(c->w->requests, c->parts.slug, c->ar, &r, &c->e)) {
        answer_error(c);
        return;
    }
    page_begin(c, arena_fmt(c->ar, tr(c->lang, "Case %s in the register of requests"), r.number));
    MARK(h, "<p>");
    register_state(c, &r);
    MARK(h, "</p>\n");
    facts(c, &r);
    if (r.answer) {
        MARK(h, "<p>");
        page_link(c, "/odpowiedzi/", str_of(r.number));
        html_say(h, "Read the answer");
        MARK(h, "</a></p>\n");
    }
    MARK(h, "<p class=\"noprint\">");
    page_link_said(c, "/wnioski", N_("Register of requests"));
    MARK(h, " · ");
    page_link_said(c, "/sprawa", N_("This is my case: open it with its code"));
    MARK(h, "</p>\n");
    page_end(c, 200);
}
