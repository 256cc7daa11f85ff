/* form.c: see form.h. */
#include "form.h"

#include <string.h>

const struct value *posted_value(const struct call *c, const char *name)
{
    for (size_t i = 0; c->row != NULL && i < c->row->field_count; i++) {
        if (strcmp(c->row->fields[i].name, name) == 0) {
            return &c->values[i];
        }
    }
    return NULL;
}

struct str posted_text(const struct call *c, const char *name)
{
    const struct value *v = posted_value(c, name);
    return v != NULL && v->given ? v->text : STR("");
}

void form_take(struct call *c, struct posed *p)
{
    const struct value *v = posted_value(c, p->q->name);
    if (v != NULL && v->given) {
        p->text = v->text;
    }
    if (v != NULL && v->fault.code != ERR_NONE && p->fault.n == 0) {
        p->fault = fault_said(c->ar, str_of(v->fault.text));
    }
}

/* ---------------------------------------------------------------- the summary */

/* The first thing that can be typed into or chosen for the question. */
struct str form_fault_link(struct call *c, const struct posed *p)
{
    return p->q->control == CONTROL_RADIOS && p->choice_count > 0
               ? arena_fmt(c->ar, "#%s-%s", p->q->name, p->choices[0].value)
               : arena_fmt(c->ar, "#%s", p->q->name);
}

static size_t fault_count(const struct posed *list, size_t n)
{
    size_t faults = 0;
    for (size_t i = 0; i < n; i++) {
        faults += list[i].fault.n > 0;
    }
    return faults;
}

static void fault_links(struct call *c, const struct posed *list, size_t n)
{
    struct html *h = &c->h;
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < n; i++) {
        if (list[i].fault.n > 0) {
            MARK(h, "<li><a href=\"");
            html_url(h, form_fault_link(c, &list[i]));
            MARK(h, "\">");
            html_text(h, list[i].fault);
            MARK(h, "</a></li>\n");
        }
    }
    MARK(h, "</ul>\n");
}

static void summary(struct call *c, const char *failed, const struct posed *list, size_t n)
{
    struct html *h = &c->h;
    size_t faults = fault_count(list, n);
    MARK(h, "<div class=\"box late summary\" id=\"summary\" tabindex=\"-1\" autofocus><div role=\"alert\">\n");
    if (c->notice != NULL) {
        page_paragraph(c, c->notice);
    }
    if (faults > 0) {
        MARK(h, "<p><strong>");
        html_say(h, failed);
        MARK(h, " ");
        html_sayf(h, trn(c->lang, "Correct %zu thing:", "Correct %zu things:", faults), faults);
        MARK(h, "</strong></p>\n");
        fault_links(c, list, n);
    }
    MARK(h, "</div></div>\n");
}

void form_page_begin(struct call *c, struct str h1, const char *failed, const struct posed *list, size_t n)
{
    bool fails = fault_count(list, n) > 0 || c->notice != NULL;
    page_begin_main(c, fails ? arena_fmt(c->ar, tr(c->lang, "Error: %.*s"), (int)h1.n, h1.p) : h1);
    if (fails) {
        summary(c, failed, list, n);
    }
    page_h1(c, h1);
}

/* ---------------------------------------------------------------- the form */

void form_open(struct call *c, struct str path, bool files)
{
    struct html *h = &c->h;
    struct str whole = c->lang == LANG_EN ? arena_fmt(c->ar, "/en%.*s", (int)path.n, path.p) : path;
    MARK(h, "<form class=\"form\" method=\"post\" novalidate ");
    if (files) {
        MARK(h, "enctype=\"multipart/form-data\" ");
    }
    MARK(h, "action=\"");
    html_url(h, whole);
    MARK(h, "\">\n");
    form_hidden(c, TICKET_FIELD, ticket_make(c, path)); /* before any file */
}

void form_hidden(struct call *c, const char *name, struct str value)
{
    struct html *h = &c->h;
    MARK(h, "<input type=\"hidden\" name=\"");
    html_attr(h, str_of(name));
    MARK(h, "\" value=\"");
    html_attr(h, value);
    MARK(h, "\">\n");
}

void form_written_in(struct call *c, const struct draft *d)
{
    form_hidden(c, FORM_DRAFT, arena_fmt(c->ar, "%lld", (long long)d->made));
}

instant form_was_written_in(const struct call *c)
{
    const struct value *v = posted_value(c, FORM_DRAFT);
    return v != NULL && v->given && v->fault.code == ERR_NONE ? (instant)v->number : 0;
}

void form_submit(struct call *c, const char *msgid)
{
    struct html *h = &c->h;
    MARK(h, "<button class=\"main\">");
    html_say(h, msgid);
    MARK(h, "</button>\n");
}

void form_other_submit(struct call *c, const char *msgid, const char *name, const char *value)
{
    struct html *h = &c->h;
    MARK(h, "<button class=\"second\" name=\"");
    html_attr(h, str_of(name));
    MARK(h, "\" value=\"");
    html_attr(h, str_of(value));
    MARK(h, "\">");
    html_say(h, msgid);
    MARK(h, "</button>\n");
}

void form_close(struct call *c)
{
    MARK(&c->h, "</form>\n");
}

/* ---------------------------------------------------------------- one question */

static void label_words(struct call *c, const struct question *q)
{
    struct html *h = &c->h;
    html_say(h, q->label);
    if (q->optional) {
        MARK(h, " <span class=\"optional\">");
        html_say(h, "(optional)");
        MARK(h, "</span>");
    }
}

/* Writes the id of the control, or of what belongs to it: content, content-hint, content-fault. */
static void id_of(struct html *h, const struct question *q, const char *part)
{
    html_attr(h, str_of(q->name));
    html_attr(h, str_of(part));
}

static void described_by(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    bool hint = p->q->hint != NULL || p->hint.n > 0, fault = p->fault.n > 0;
    if (!hint && !fault) {
        return;
    }
    MARK(h, " aria-describedby=\"");
    if (hint) {
        id_of(h, p->q, "-hint");
    }
    if (fault) {
        html_attr(h, hint ? STR(" ") : STR(""));
        id_of(h, p->q, "-fault");
    }
    MARK(h, "\"");
}

static void hint_and_fault(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    if (p->hint.n > 0 || p->q->hint != NULL) {
        MARK(h, "<p class=\"hint\" id=\"");
        id_of(h, p->q, "-hint");
        MARK(h, "\">");
        html_text(h, p->hint.n > 0 ? p->hint : str_of(tr(c->lang, p->q->hint)));
        MARK(h, "</p>\n");
    }
    if (p->fault.n > 0) {
        MARK(h, "<p class=\"fault\" id=\"");
        id_of(h, p->q, "-fault");
        MARK(h, "\">");
        html_text(h, p->fault);
        MARK(h, "</p>\n");
    }
}

static void name_and_id(struct html *h, const struct question *q)
{
    MARK(h, "id=\"");
    id_of(h, q, "");
    MARK(h, "\" name=\"");
    html_attr(h, str_of(q->name));
    MARK(h, "\"");
}

/* Browsers suggest nothing for several lines, and forget what was typed into those that say off: whoever looks
 * something up and goes back would find them empty. */
static void autocomplete(struct html *h, const struct question *q)
{
    bool said = q->autocomplete != NULL && q->autocomplete[0] != '\0';
    if (said || q->control == CONTROL_LINE) {
        MARK(h, " autocomplete=\"");
        html_attr(h, said ? str_of(q->autocomplete) : STR("off"));
        MARK(h, "\"");
    }
}

static void field_marks(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    name_and_id(h, p->q);
    autocomplete(h, p->q);
    if (p->q->inputmode != NULL) {
        MARK(h, " inputmode=\"");
        html_attr(h, str_of(p->q->inputmode));
        MARK(h, "\"");
    }
    if (p->fault.n > 0) {
        MARK(h, " aria-invalid=\"true\"");
    }
    described_by(c, p);
}

static void label(struct call *c, const struct question *q)
{
    struct html *h = &c->h;
    MARK(h, "<label for=\"");
    id_of(h, q, "");
    MARK(h, "\">");
    label_words(c, q);
    MARK(h, "</label>\n");
}

static const char *input_type_of(const struct question *q)
{
    const char *a = q->autocomplete != NULL ? q->autocomplete : "";
    return strcmp(a, "email") == 0 ? "email" : strcmp(a, "tel") == 0 ? "tel" : "text";
}

static void line(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    label(c, p->q);
    hint_and_fault(c, p);
    MARK(h, "<input type=\"");
    html_attr(h, str_of(input_type_of(p->q)));
    MARK(h, "\" ");
    field_marks(c, p);
    if (p->q->size > 0) {
        MARK(h, " size=\"");
        html_number(h, p->q->size);
        MARK(h, "\"");
    }
    MARK(h, " value=\"");
    html_attr(h, p->text);
    MARK(h, "\">\n");
}

/* What a person wrote comes back as it was: no blank of it is changed, and the line's end after the tag is not its. */
static void lines(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    label(c, p->q);
    hint_and_fault(c, p);
    MARK(h, "<textarea ");
    field_marks(c, p);
    MARK(h, " rows=\"");
    html_number(h, p->q->size > 0 ? p->q->size : 6);
    MARK(h, "\">\n");
    h->lang = LANG_EN;
    html_text(h, p->text);
    h->lang = c->lang;
    MARK(h, "</textarea>\n");
}

static void radio(struct call *c, const struct posed *p, const struct choice *choice)
{
    struct html *h = &c->h;
    MARK(h, "<div class=\"choice\"><input type=\"radio\" name=\"");
    html_attr(h, str_of(p->q->name));
    MARK(h, "\" value=\"");
    html_attr(h, str_of(choice->value));
    MARK(h, "\" id=\"");
    id_of(h, p->q, "-");
    html_attr(h, str_of(choice->value));
    if (str_is(p->text, choice->value)) {
        MARK(h, "\" checked>");
    } else {
        MARK(h, "\">");
    }
    MARK(h, "<label for=\"");
    id_of(h, p->q, "-");
    html_attr(h, str_of(choice->value));
    MARK(h, "\">");
    html_text(h, choice->label);
    if (choice->hint.n > 0) {
        MARK(h, "<span class=\"hint\">");
        html_text(h, choice->hint);
        MARK(h, "</span>");
    }
    MARK(h, "</label></div>\n");
}

static void radios(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    MARK(h, "<fieldset id=\"");
    id_of(h, p->q, "");
    MARK(h, "\"");
    described_by(c, p);
    MARK(h, ">\n<legend>");
    label_words(c, p->q);
    MARK(h, "</legend>\n");
    hint_and_fault(c, p);
    for (size_t i = 0; i < p->choice_count; i++) {
        radio(c, p, &p->choices[i]);
    }
    MARK(h, "</fieldset>\n");
}

static void tick(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    hint_and_fault(c, p);
    MARK(h, "<div class=\"choice\"><input type=\"checkbox\" value=\"1\" ");
    name_and_id(h, p->q);
    described_by(c, p);
    if (str_is(p->text, "1")) {
        MARK(h, " checked>");
    } else {
        MARK(h, ">");
    }
    label(c, p->q);
    MARK(h, "</div>\n");
}

/* The first button of a form is the one that Enter presses: it may not be one that takes something away. */
static void attached(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    MARK(h, "<button class=\"unseen\" tabindex=\"-1\" aria-hidden=\"true\">");
    html_say(h, "Continue");
    MARK(h, "</button>\n<ul class=\"files\">\n");
    for (size_t i = 0; i < p->file_count; i++) {
        const struct draft_file *f = &p->files[i];
        MARK(h, "<li>");
        html_say(h, "Attached:");
        MARK(h, " <strong>");
        html_text(h, f->name);
        MARK(h, "</strong> (");
        html_text(h, size_said(c->ar, f->size, c->lang));
        MARK(h, ") <button class=\"second\" name=\"" FORM_REMOVE "\" value=\"");
        html_number(h, f->seq);
        MARK(h, "\">");
        html_say(h, "Remove");
        MARK(h, "<span class=\"unseen\"> ");
        html_text(h, f->name);
        MARK(h, "</span></button></li>\n");
    }
    MARK(h, "</ul>\n");
}

static void files(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    label(c, p->q);
    hint_and_fault(c, p);
    if (p->file_count > 0) {
        attached(c, p);
    }
    MARK(h, "<input type=\"file\" ");
    if (p->q->size != 1) {
        MARK(h, "multiple ");
    }
    field_marks(c, p);
    MARK(h, ">\n");
}

bool form_address(const struct call *c, struct question *q)
{
    bool both =
        q->group != NULL && strcmp(q->group, FORM_IF_EMAIL) == 0 && request_desk_limits(c->w->requests)->notices;
    if (both) {
        q->group = NULL;
        q->label = N_("E-mail address, for the answer or for notices");
        q->hint =
            N_("You need it only for an answer by e-mail. We also write to it when something happens in the case.");
    }
    return both;
}

void form_question(struct call *c, const struct posed *p)
{
    static void (*const controls[])(struct call * c, const struct posed *p) = {[CONTROL_LINE] = line,
                                                                               [CONTROL_LINES] = lines,
                                                                               [CONTROL_RADIOS] = radios,
                                                                               [CONTROL_TICK] = tick,
                                                                               [CONTROL_FILES] = files};
    struct html *h = &c->h;
    const char *group = p->q->group != NULL ? p->q->group : "";
    MARK(h, "<div class=\"question");
    html_attr(h, p->fault.n > 0 ? STR(" faulty") : STR(""));
    html_attr(h, arena_fmt(c->ar, "%s%s", group[0] != '\0' ? " " : "", group));
    MARK(h, "\">\n");
    controls[p->q->control](c, p);
    MARK(h, "</div>\n");
}
