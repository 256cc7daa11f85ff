/* page_deed.c: what a citizen may do in a filed case: add something, change the way of answer, choose about a cost or
 * an offer, withdraw. One page each, there only while the table of states allows it; the result stands on the case's
 * page. */
#include "body.h"
#include "case.h"

#include <string.h>

#define QUESTIONS_MAX 8
struct deed {
    const char *path; /* of the row */
    const char *rest;
    enum request_verb verb; /* whether it is there; and what it does, unless a choice says else */
    const char *title, *lead, *submit;
    struct question questions[QUESTIONS_MAX]; /* ends with name NULL */
};

static const struct deed deeds[] = {
    {"/s/{token}/uzupelnij",
     "/uzupelnij",
     REQUEST_DO_SUPPLEMENT,
     N_("Add something"),
     N_("What you add goes to the case. It does not move the term."),
     N_("Send it"),
     {{.name = "text", .control = CONTROL_LINES, .label = N_("What do you add?"), .size = 6},
      {.name = "files", .control = CONTROL_FILES, .label = N_("Attach files"), .optional = true}}},
    {"/s/{token}/zmien",
     "/zmien",
     REQUEST_DO_CHANGE_WAY,
     N_("Change the way of answer"),
     NULL,
     N_("Change the way"),
     {{.name = "way", .control = CONTROL_RADIOS, .label = N_("How should we answer?")},
      {.name = "way_other",
       .control = CONTROL_LINES,
       .label = N_("In which other way?"),
       .size = 2,
       .group = "if-other"},
      {.name = "email",
       .control = CONTROL_LINE,
       .label = N_("E-mail address, for an answer by e-mail"),
       .autocomplete = "email",
       .size = 30,
       .group = FORM_IF_EMAIL},
      {.name = "street",
       .control = CONTROL_LINE,
       .label = N_("Street and number, for an answer by post"),
       .autocomplete = "address-line1",
       .group = "if-post"},
      {.name = "postal_code",
       .control = CONTROL_LINE,
       .label = N_("Postal code"),
       .autocomplete = "postal-code",
       .inputmode = "numeric",
       .size = 8,
       .group = "if-post"},
      {.name = "city",
       .control = CONTROL_LINE,
       .label = N_("Town"),
       .autocomplete = "address-level2",
       .size = 24,
       .group = "if-post"}}},
    {"/s/{token}/oplata",
     "/oplata",
     REQUEST_DO_KEEP_FEE,
     N_("This way costs"),
     N_("We send the answer when 14 days have passed since the notice, also when you have not paid yet."),
     N_("Confirm the choice"),
     {{.name = "wybor", .control = CONTROL_RADIOS, .label = N_("What do you want?")},
      {.name = "email",
       .control = CONTROL_LINE,
       .label = N_("E-mail address, for an answer by e-mail"),
       .autocomplete = "email",
       .size = 30,
       .group = "if-email"}}},
    {"/s/{token}/oferta",
     "/oferta",
     REQUEST_DO_ACCEPT,
     N_("The office offers terms of re-use"),
     N_("If you choose nothing within 14 days of delivery, the request is withdrawn."),
     N_("Confirm the choice"),
     {{.name = "wybor", .control = CONTROL_RADIOS, .label = N_("What do you want?")},
      {.name = "text", .control = CONTROL_LINES, .label = N_("Why you object"), .optional = true, .size = 5}}},
    {"/s/{token}/wycofaj",
     "/wycofaj",
     REQUEST_DO_WITHDRAW,
     N_("Withdraw the letter"),
     N_("The office stops working on it. You can file a new one at any time."),
     N_("Withdraw it"),
     {{.name = NULL}}},
};

const struct input_field deed_fields[DEED_FIELDS] = {
    {"draft", INPUT_WORD, 0, 0},    {"text", INPUT_LINES, 0, 20000},        {"wybor", INPUT_WORD, 0, 0},
    {"way", INPUT_WORD, 0, 0},      {"way_other", INPUT_LINES, 0, 500},     {"email", INPUT_TEXT, 0, 254},
    {"street", INPUT_TEXT, 0, 200}, {"postal_code", INPUT_TEXT, 0, 12},     {"city", INPUT_TEXT, 0, 100},
    {"files", INPUT_FILES, 0, 0},   {FORM_REMOVE, INPUT_NUMBER, 1, 999999}, {FORM_DRAFT, INPUT_NUMBER, 1, INT64_MAX},
};

struct doing {
    const struct deed *deed;
    struct request_view v;
    struct str draft;
    struct draft kept; /* files of a supplement; made 0: none */
    struct request_form form;
    struct request_faults faults;
};

static const struct deed *deed_of(const struct call *c)
{
    for (size_t i = 0; i < COUNT_OF(deeds); i++) {
        if (strcmp(deeds[i].path, c->row->path) == 0) {
            return &deeds[i];
        }
    }
    return NULL;
}

static bool takes_files(const struct deed *d)
{
    return d->verb == REQUEST_DO_SUPPLEMENT;
}

/* false: it was answered. */
static bool begin(struct call *c, struct doing *d)
{
    struct err unsaid = ERR_INIT;
    *d = (struct doing){.deed = deed_of(c), .draft = posted_text(c, "draft")};
    if (d->deed == NULL || !case_take(c, &d->v)) {
        if (d->deed == NULL) {
            answer_problem(c, 404, N_("Check the address, or begin at the start page."));
        }
        return false;
    }
    if (d->draft.n > 0 && !draft_open(c->w->requests, d->draft, c->ar, &d->kept, &unsaid)) {
        d->kept = (struct draft){.made = 0};
    }
    return true;
}

/* ---------------------------------------------------------------- the page */

static const struct {
    const char *rest, *value, *label;
} choices[] = {
    {"/oplata", "zostawiam", N_("I keep this way")},
    {"/oplata", "email", N_("I prefer e-mail, free of charge")},
    {"/oplata", "wycofuje", N_("I withdraw the request")},
    {"/oferta", "przyjmuje", N_("I accept the offer")},
    {"/oferta", "sprzeciw", N_("I object: the office then decides by a decision")},
};

static bool add_choices(struct call *c, const struct doing *d, struct posed *p)
{
    struct choice *list = arena_alloc(c->ar, 8 * sizeof *list);
    if (list == NULL) {
        return false;
    }
    p->choices = list;
    for (size_t i = 0; i < COUNT_OF(choices) && strcmp(p->q->name, "wybor") == 0; i++) {
        if (strcmp(choices[i].rest, d->deed->rest) == 0) {
            list[p->choice_count++] =
                (struct choice){.value = choices[i].value, .label = str_of(tr(c->lang, choices[i].label))};
        }
    }
    for (unsigned w = REQUEST_HERE; w < REQUEST_WAY_END && strcmp(p->q->name, "way") == 0; w++) {
        if (request_way_allowed(d->v.kind, (enum request_way)w)) {
            list[p->choice_count++] = (struct choice){.value = request_way_name((enum request_way)w),
                                                      .label = str_of(request_way_title((enum request_way)w, c->lang))};
        }
    }
    return true;
}

/* What is known of the way of answer stands there already. */
static struct str known_answer(const struct doing *d, const char *name)
{
    const struct request_form *f = &d->v.form;
    const struct {
        const char *name;
        struct str text;
    } known[] = {{"way", str_of(request_way_name((enum request_way)f->way))},
                 {"way_other", f->way_other},
                 {"email", f->email},
                 {"street", f->street},
                 {"postal_code", f->postal_code},
                 {"city", f->city}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(known[i].name, name) == 0) {
            return known[i].text;
        }
    }
    return STR("");
}

static struct str fault_of(const struct request_faults *faults, const char *name)
{
    for (size_t i = 0; i < faults->count; i++) {
        if (strcmp(faults->list[i].field, name) == 0) {
            return faults->list[i].text;
        }
    }
    return STR("");
}

/* A fault of something the page does not ask stands at its first question. */
static size_t pose(struct call *c, const struct doing *d, struct posed *out)
{
    size_t n = 0, shown = 0;
    const struct question *q = d->deed->questions;
    for (; n < QUESTIONS_MAX && q[n].name != NULL; n++) {
        struct question *own = arena_alloc(c->ar, sizeof *own);
        if (own == NULL) {
            return 0;
        }
        *own = q[n];
        (void)form_address(c, own);
        out[n] = (struct posed){.q = own, .text = known_answer(d, q[n].name), .fault = fault_of(&d->faults, q[n].name)};
        form_take(c, &out[n]);
        if (q[n].control == CONTROL_FILES) {
            out[n].hint = form_files_hint(c);
            out[n].files = d->kept.files;
            out[n].file_count = d->kept.file_count;
        }
        if (q[n].control == CONTROL_RADIOS && !add_choices(c, d, &out[n])) {
            return 0;
        }
        shown += out[n].fault.n > 0;
    }
    if (shown == 0 && d->faults.count > 0 && n > 0) {
        out[0].fault = d->faults.list[0].text;
    }
    return n;
}

static void draft_for_files(struct call *c, struct doing *d)
{
    char token[DRAFT_TOKEN_SIZE];
    if (d->draft.n == 0) {
        draft_new(token);
        d->draft = arena_str(c->ar, str_of(token));
    }
    form_hidden(c, "draft", d->draft);
    if (d->kept.file_count > 0) {
        form_written_in(c, &d->kept);
    }
}

/* Whether this is what the office waits for. */
static bool answers_office(const struct doing *d)
{
    switch ((int)d->v.next) {
        case REQUEST_NEXT_YOU_REPLY:
            return d->deed->verb == REQUEST_DO_SUPPLEMENT;
        case REQUEST_NEXT_YOU_CHOOSE_FORM:
            return d->deed->verb == REQUEST_DO_CHANGE_WAY;
        default:
            return d->deed->verb == REQUEST_DO_KEEP_FEE || d->deed->verb == REQUEST_DO_ACCEPT;
    }
}

/* How the sum came about, what is asked or offered: the office's last words on it, and the last day. */
static void what_the_office_wrote(struct call *c, const struct doing *d)
{
    struct html *h = &c->h;
    const struct request_event *words = case_office_words(&d->v);
    if (words != NULL) {
        MARK(h, "<div class=\"box\">\n");
        case_written(c, words->text);
        case_offer_cost(c, words);
        MARK(h, "</div>\n");
    }
    if (!day_is_none(d->v.next_until)) {
        MARK(h, "<p><strong>");
        html_say(h, "Do it at the latest");
        MARK(h, " ");
        page_weekday(c, d->v.next_until);
        page_stop(c);
        MARK(h, "</strong></p>\n");
    }
}

/* Against a fee there is the court, whatever is chosen here. */
static void against_the_fee(struct call *c, const struct doing *d)
{
    for (size_t i = 0; i < d->v.remedy_count && d->deed->verb == REQUEST_DO_KEEP_FEE; i++) {
        if (d->v.remedies[i].kind == REQUEST_REMEDY_COURT) {
            MARK(&c->h, "<p>");
            html_text(&c->h, d->v.remedies[i].text);
            MARK(&c->h, "</p>\n");
        }
    }
}

static struct str title_of(struct call *c, const struct doing *d)
{
    struct str title = str_of(tr(c->lang, d->deed->title));
    if (d->deed->verb == REQUEST_DO_KEEP_FEE) {
        struct str sum = money_said(c->ar, d->v.grosze, c->lang);
        return arena_fmt(c->ar, "%.*s %.*s", (int)title.n, title.p, (int)sum.n, sum.p);
    }
    bool reply = d->deed->verb == REQUEST_DO_SUPPLEMENT && answers_office(d);
    return reply ? str_of(tr(c->lang, "Reply to the office")) : title;
}

static void show(struct call *c, struct doing *d, int status)
{
    struct posed list[QUESTIONS_MAX];
    size_t n = pose(c, d, list);
    form_page_begin(c, title_of(c, d), N_("Nothing was changed."), list, n);
    MARK(&c->h, "<p class=\"muted\">");
    html_sayf(&c->h, "Case %s", d->v.number);
    MARK(&c->h, "</p>\n");
    if (d->deed->lead != NULL) {
        page_paragraph(c, d->deed->lead);
    }
    if (answers_office(d)) {
        what_the_office_wrote(c, d);
    }
    form_open(c, case_address(c, d->deed->rest), takes_files(d->deed));
    if (takes_files(d->deed)) {
        draft_for_files(c, d);
    }
    for (size_t i = 0; i < n; i++) {
        form_question(c, &list[i]);
    }
    form_submit(c, d->deed->submit);
    form_close(c);
    against_the_fee(c, d);
    MARK(&c->h, "<p>");
    case_link(c, "", N_("Back to the case"));
    MARK(&c->h, "</p>\n");
    page_end(c, status);
}

/* It can no longer be done, or not yet: the case's own page says where it stands. What was written for it is not lost.
 */
static void not_now(struct call *c, struct doing *d)
{
    if (posted_text(c, "text").n == 0 && d->kept.file_count == 0) {
        case_closed_to(c);
        return;
    }
    c->notice = N_("This is not open in the case as it stands. Its page says what comes next.");
    show(c, d, 409);
}

static void show_if_open(struct call *c, int status)
{
    struct doing d;
    if (!begin(c, &d)) {
        return;
    }
    if (case_may(&d.v, d.deed->verb)) {
        show(c, &d, status);
    } else {
        not_now(c, &d);
    }
}

void page_deed(struct call *c)
{
    show_if_open(c, 200);
}

void page_deed_again(struct call *c)
{
    show_if_open(c, 422);
}

/* ---------------------------------------------------------------- what was posted */

static bool fault_at(struct call *c, struct doing *d, const char *field, const char *msgid)
{
    d->faults.list[d->faults.count++] =
        (struct request_fault){.field = field, .text = str_of(tr(c->lang, msgid)), .rule = ""};
    return false;
}

static bool take_way(struct call *c, struct doing *d, struct request_act *act)
{
    if (!request_choice_parse("way", posted_text(c, "way"), &d->form.way)) {
        return fault_at(c, d, "way", N_("Choose how we should answer."));
    }
    d->form.way_other = posted_text(c, "way_other");
    d->form.email = posted_text(c, "email");
    d->form.street = posted_text(c, "street");
    d->form.postal_code = posted_text(c, "postal_code");
    d->form.city = posted_text(c, "city");
    act->form = &d->form;
    return true;
}

static bool take_choice(struct call *c, struct doing *d, struct request_act *act)
{
    struct str chosen = posted_text(c, "wybor");
    if (str_is(chosen, "email")) {
        act->verb = REQUEST_DO_CHANGE_WAY;
        d->form.way = REQUEST_EMAIL;
        d->form.email = posted_text(c, "email");
        act->form = &d->form;
        return true;
    }
    if (str_is(chosen, "sprzeciw")) {
        act->verb = REQUEST_DO_OBJECT;
        act->text = posted_text(c, "text");
        return true;
    }
    if (str_is(chosen, "wycofuje")) {
        act->verb = REQUEST_DO_WITHDRAW;
        return true;
    }
    return str_is(chosen, "zostawiam") || str_is(chosen, "przyjmuje") ||
           fault_at(c, d, "wybor", N_("Choose what you want."));
}

static bool take_supplement(struct call *c, struct doing *d, struct request_act *act)
{
    act->text = posted_text(c, "text");
    act->draft_made = form_was_written_in(c);
    bool files = d->kept.file_count > 0 || act->draft_made != 0; /* what the page listed is not left out */
    if (files) {
        act->draft = d->draft;
    }
    return act->text.n > 0 || files || fault_at(c, d, "text", N_("Write what you add, or attach a file."));
}

static bool take_act(struct call *c, struct doing *d, struct request_act *act)
{
    if (d->deed->verb == REQUEST_DO_SUPPLEMENT) {
        return take_supplement(c, d, act);
    }
    if (d->deed->verb == REQUEST_DO_CHANGE_WAY) {
        return take_way(c, d, act);
    }
    return d->deed->questions[0].name == NULL || take_choice(c, d, act);
}

static bool removed_file(struct call *c, struct doing *d)
{
    const struct value *v = posted_value(c, FORM_REMOVE);
    struct err unsaid = ERR_INIT;
    if (v == NULL || !v->given || v->fault.code != ERR_NONE || d->draft.n == 0) {
        return false;
    }
    if (!draft_detach(c->w->requests, d->draft, v->number, &unsaid) && unsaid.code != ERR_NOT_FOUND) {
        c->e = unsaid;
        answer_error(c);
    } else if (begin(c, d)) {
        show(c, d, 200);
    }
    return true;
}

static bool values_fault(const struct call *c)
{
    for (size_t i = 0; i < c->row->field_count; i++) {
        if (c->values[i].fault.code != ERR_NONE) {
            return true;
        }
    }
    return false;
}

static void faulty(struct call *c, struct doing *d, const struct err *e)
{
    if (d->faults.count == 0) {
        d->faults.list[d->faults.count++] =
            (struct request_fault){.field = e->field, .text = fault_said(c->ar, str_of(e->text)), .rule = ""};
    }
    show(c, d, 422);
}

/* The form comes back as it was filled in, whatever went wrong. */
static void failed(struct call *c, struct doing *d, const struct err *e)
{
    if (e->code == ERR_INVALID || e->code == ERR_TOO_BIG) {
        faulty(c, d, e);
    } else if (e->code == ERR_NOT_FOUND && strcmp(e->field, "draft") == 0) {
        c->notice = FORM_DRAFT_GONE;
        show(c, d, 422);
    } else if (e->code == ERR_STATE) {
        not_now(c, d);
    } else if (e->code == ERR_CONFLICT) {
        c->notice = strcmp(e->field, "idempotency-key") == 0
                        ? N_("This form was sent already. To send what stands below as well, check it and send it.")
                        : N_("The case changed meanwhile. Check what stands below and send it once more.");
        show(c, d, 409);
    } else {
        log_line(LOG_ERROR, "fcgi", "an act failed code=%s", err_name(e->code));
        c->notice = N_("The letter could not be stored. Your text is below. Try again in a moment, or file it at the "
                       "registry office.");
        show(c, d, 503);
    }
}

static void done_so(struct call *c, const struct doing *d, const struct request_done *done)
{
    if (done->repeated) {
        form_drop_draft(c, d->draft);
    }
    answer_redirect(
        c, arena_fmt(c->ar, "/s/%.*s?zrobione=%s", (int)c->parts.token.n, c->parts.token.p, d->deed->rest + 1));
}

void page_deed_post(struct call *c)
{
    struct doing d;
    struct request_done done;
    if (!begin(c, &d) || removed_file(c, &d)) {
        return;
    }
    struct request_act act = {.verb = d.deed->verb,
                              .role = REQUEST_CITIZEN,
                              .at = c->received,
                              .once = c->once,
                              .until = DAY_NONE,
                              .served = DAY_NONE};
    struct err e = ERR_INIT;
    err_init(&e, c->lang);
    if (values_fault(c) || !take_act(c, &d, &act)) {
        show(c, &d, 422);
    } else if (request_do(c->w->requests, &d.v.id, &act, NULL, c->ar, &done, &d.faults, &e)) {
        done_so(c, &d, &done);
    } else {
        failed(c, &d, &e);
    }
}

bool page_deed_file(struct call *c, const struct part *p, struct content_source src)
{
    return form_attach(c, posted_text(c, "draft"), p, src);
}
