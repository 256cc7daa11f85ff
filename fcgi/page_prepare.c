/* page_prepare.c: a request for data from a register, or for a certificate, prepared to be printed and signed.
 *
 * It needs a signature, which nobody can give here: nothing of it is stored, and the page that comes back is the only
 * one. What it costs, who decides and which channels are lawful is the office's: register_prepare. */
#include "prepare.h"

#include <string.h>

const struct input_field prepare_fields[PREPARE_FIELDS] = {
    {"source", INPUT_WORD, 0, 0},      {"ground", INPUT_WORD, 0, 0},      {"keys", INPUT_LINES, 0, 1000},
    {"scope", INPUT_LINES, 0, 2000},   {"purpose", INPUT_LINES, 0, 2000}, {"basis", INPUT_LINES, 0, 2000},
    {"persons", INPUT_NUMBER, 1, 300}, {"proxy", INPUT_WORD, 0, 0},
};

static const struct question questions[] = {
    {.name = "source", .control = CONTROL_RADIOS, .label = N_("From which register?")},
    {.name = "ground", .control = CONTROL_RADIOS, .label = N_("On which ground?")},
    {.name = "basis",
     .control = CONTROL_LINES,
     .label = N_("What the ground rests on"),
     .optional = true,
     .hint = N_("The provision or the documents of a legal interest; the facts of a factual one."),
     .size = 3},
    {.name = "keys",
     .control = CONTROL_LINES,
     .label = N_("By what shall we find the person or the document?"),
     .hint = N_("Such as name, date of birth, last known address."),
     .autocomplete = "off", /* of other people, perhaps by their PESEL number */
     .size = 3},
    {.name = "persons",
     .control = CONTROL_LINE,
     .label = N_("About how many persons?"),
     .inputmode = "numeric",
     .size = 4},
    {.name = "scope", .control = CONTROL_LINES, .label = N_("Which data do you need?"), .size = 3},
    {.name = "purpose",
     .control = CONTROL_LINES,
     .label = N_("What will you use them for?"),
     .hint = N_("You may use the data for nothing else."),
     .size = 3},
    {.name = "proxy", .control = CONTROL_TICK, .label = N_("Somebody acts for me with a power of attorney")},
};

void prepare_take(struct call *c, struct register_question *q)
{
    const struct value *persons = posted_value(c, "persons");
    *q = (struct register_question){.keys = posted_text(c, "keys"),
                                    .scope = posted_text(c, "scope"),
                                    .purpose = posted_text(c, "purpose"),
                                    .basis = posted_text(c, "basis"),
                                    .proxy = str_is(posted_text(c, "proxy"), "1"),
                                    .persons = persons != NULL && persons->given ? persons->number : 1};
    if (!register_source_parse(posted_text(c, "source"), &q->source)) {
        q->source = 0;
    }
    if (!register_ground_parse(posted_text(c, "ground"), &q->ground)) {
        q->ground = 0;
    }
}

/* ---------------------------------------------------------------- the form */

#define CHOICES_MAX 8u
static void add_choices(struct call *c, struct posed *p)
{
    struct choice *list = arena_alloc(c->ar, CHOICES_MAX * sizeof *list);
    if (list == NULL) {
        return;
    }
    p->choices = list;
    bool source = strcmp(p->q->name, "source") == 0;
    unsigned end = GROUND_END;
    if (source) {
        end = REGISTER_SOURCE_END;
    }
    for (unsigned i = 1; i < end; i++) {
        list[p->choice_count++] =
            source ? (struct choice){.value = register_source_name((enum register_source)i),
                                     .label = str_of(register_source_title((enum register_source)i, c->lang))}
                   : (struct choice){.value = register_ground_name((enum register_ground)i),
                                     .label = str_of(register_ground_title((enum register_ground)i, c->lang))};
    }
}

static void pose(struct call *c, const struct request_faults *faults, struct posed *list)
{
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        list[i] = (struct posed){.q = &questions[i]};
        if (strcmp(questions[i].name, "persons") == 0) {
            list[i].text = STR("1");
        }
        for (size_t k = 0; k < faults->count; k++) {
            if (strcmp(faults->list[k].field, questions[i].name) == 0) {
                list[i].fault = faults->list[k].text;
            }
        }
        form_take(c, &list[i]);
        if (questions[i].control == CONTROL_RADIOS) {
            add_choices(c, &list[i]);
        }
    }
}

static void show(struct call *c, const struct request_faults *faults, int status)
{
    struct posed list[COUNT_OF(questions)];
    pose(c, faults, list);
    form_page_begin(c, str_of(tr(c->lang, "Request for data from a register")), N_("The request is not ready."), list,
                    COUNT_OF(questions));
    page_paragraph(c, N_("Such a request needs a signature. You prepare it here, print it and sign it. What you "
                         "write here is stored nowhere."));
    form_open(c, STR("/wniosek/dane-z-rejestru"), false);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        form_question(c, &list[i]);
    }
    form_submit(c, N_("Prepare the request"));
    form_close(c);
    page_end(c, status);
}

void page_prepare(struct call *c)
{
    struct request_faults none = {.count = 0};
    show(c, &none, 200);
}

void page_prepare_again(struct call *c)
{
    struct request_faults none = {.count = 0};
    show(c, &none, 422);
}

/* ---------------------------------------------------------------- the request, ready to be signed */

static void item(struct call *c, const char *term, struct str text)
{
    struct html *h = &c->h;
    if (text.n > 0) {
        MARK(h, "<dt>");
        html_say(h, term);
        MARK(h, "</dt><dd class=\"written\">");
        html_text(h, text);
        MARK(h, "</dd>\n");
    }
}

static void request_itself(struct call *c, const struct register_question *q)
{
    struct html *h = &c->h;
    page_heading(c, N_("The request"));
    MARK(h, "<dl>\n");
    item(c, N_("To"),
         arena_fmt(c->ar, "%.*s, %.*s", (int)c->office.name.n, c->office.name.p, (int)c->office.address.n,
                   c->office.address.p));
    item(c, N_("Register"), str_of(register_source_title(q->source, c->lang)));
    item(c, N_("Ground"), str_of(register_ground_title(q->ground, c->lang)));
    item(c, N_("What it rests on"), q->basis);
    item(c, N_("Whom or what to find"), q->keys);
    item(c, N_("Data"), q->scope);
    item(c, N_("Purpose"), q->purpose);
    item(c, N_("Power of attorney"), q->proxy ? str_of(tr(c->lang, "enclosed")) : STR(""));
    item(c, N_("First name, surname, address"), STR("……………………………………………………………………………"));
    item(c, N_("Date and signature"), STR("……………………………………………………………………………"));
    MARK(h, "</dl>\n");
}

static void fees(struct call *c, const struct register_answer *a)
{
    struct html *h = &c->h;
    page_heading(c, N_("What it costs"));
    if (a->fee_count == 0) {
        page_paragraph(c, N_("Nothing."));
        return;
    }
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < a->fee_count; i++) {
        MARK(h, "<li><strong>");
        html_text(h, money_said(c->ar, a->fees[i].grosze, c->lang));
        MARK(h, "</strong> – ");
        html_text(h, arena_fmt(c->ar, "%.*s, %.*s, %.*s", (int)a->fees[i].what.n, a->fees[i].what.p,
                               (int)a->fees[i].when.n, a->fees[i].when.p, (int)a->fees[i].payee.n, a->fees[i].payee.p));
        MARK(h, "<br><span class=\"muted small\">");
        html_text(h, a->fees[i].basis);
        MARK(h, "</span></li>\n");
    }
    MARK(h, "</ul>\n");
}

static void list_of(struct call *c, const char *heading, const struct str *list, size_t n)
{
    struct html *h = &c->h;
    if (n == 0) {
        return;
    }
    page_heading(c, heading);
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < n; i++) {
        MARK(h, "<li>");
        html_text(h, list[i]);
        MARK(h, "</li>\n");
    }
    MARK(h, "</ul>\n");
}

static void what_happens(struct call *c, const struct register_answer *a)
{
    struct html *h = &c->h;
    page_heading(c, N_("What happens then"));
    MARK(h, "<dl>\n");
    item(c, N_("Decides"), a->decides);
    item(c, N_("How long it takes"), a->term);
    item(c, N_("Against a refusal"), a->appeal);
    item(c, N_("Form"), a->form);
    MARK(h, "</dl>\n");
    list_of(c, N_("Good to know"), a->notes, a->note_count);
    MARK(h, "<p class=\"small muted\">");
    html_say(h, "Legal basis:");
    MARK(h, " ");
    html_text(h, a->legal);
    MARK(h, "</p>\n");
}

void page_prepare_post(struct call *c)
{
    struct register_question q;
    struct register_answer a;
    struct request_faults faults = {.count = 0};
    prepare_take(c, &q);
    if (!register_prepare(&q, archive_today(c->w->archive), c->ar, &a, &faults, &c->e)) {
        answer_error(c);
        return;
    }
    if (faults.count > 0) {
        show(c, &faults, 422);
        return;
    }
    page_begin(c, str_of(tr(c->lang, a.lawful ? "The request is ready to be signed" : "This way is not open")));
    if (a.lawful) {
        page_paragraph(c, N_("Print this page, sign it and file it in one of the ways below. Nothing of it is stored "
                             "here."));
        request_itself(c, &q);
        fees(c, &a);
    } else {
        MARK(&c->h, "<p>");
        html_text(&c->h, a.reason);
        MARK(&c->h, "</p>\n");
    }
    list_of(c, N_("Where to file it"), a.channels, a.channel_count);
    what_happens(c, &a);
    if (a.lawful) {
        page_print_help(c);
    }
    page_end(c, 200);
}
