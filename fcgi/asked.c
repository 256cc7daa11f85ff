/* asked.c: a letter on its way: its questions with what was answered, its filing, what is published already. */
#include "ask.h"

#include <string.h>

enum request_kind asked_kind(const struct asked *a)
{
    if (a->form.kind != 0) {
        return (enum request_kind)a->form.kind;
    }
    unsigned k = REQUEST_FOI;
    while (k < REQUEST_KIND_END && (a->ask->kinds >> k & 1u) == 0) {
        k++;
    }
    return (enum request_kind)k;
}

struct str asked_address(struct call *c, const struct asked *a, size_t step)
{
    return arena_fmt(c->ar, "/s/%.*s/pytanie/%zu", (int)a->token.n, a->token.p, step + 1);
}

/* ---------------------------------------------------------------- choices */

static struct str way_hint(enum lang lang, enum request_way w)
{
    return w == REQUEST_HERE   ? str_of(tr(lang, "After filing you get a code. It opens your case."))
           : w == REQUEST_POST ? str_of(tr(lang, "Paper and post may cost. We tell you before."))
                               : STR("");
}

static size_t way_choices(struct call *c, enum request_kind kind, struct choice *out)
{
    size_t n = 0;
    for (unsigned w = REQUEST_HERE; w < REQUEST_WAY_END; w++) {
        if (request_way_allowed(kind, (enum request_way)w)) {
            out[n++] = (struct choice){.value = request_way_name((enum request_way)w),
                                       .label = str_of(request_way_title((enum request_way)w, c->lang)),
                                       .hint = way_hint(c->lang, (enum request_way)w)};
        }
    }
    return n;
}

static size_t right_choices(struct call *c, struct choice *out)
{
    size_t n = 0;
    for (unsigned r = REQUEST_ACCESS; r < REQUEST_RIGHT_END; r++) {
        out[n++] = (struct choice){.value = request_right_name((enum request_right)r),
                                   .label = str_of(request_right_title((enum request_right)r, c->lang))};
    }
    return n;
}

static struct str kind_hint(enum lang lang, unsigned kind)
{
    switch (kind) {
        case REQUEST_COMPLAINT:
            return str_of(tr(lang, "Something was done badly, slowly or not at all. Answer within a month."));
        case REQUEST_PROPOSAL:
            return str_of(tr(lang, "Something could be done better. Answer within a month."));
        case REQUEST_PETITION:
            return str_of(tr(lang, "For the common good, published in the bulletin. Answer within three months."));
        default:
            return STR("");
    }
}

static size_t kind_choices(struct call *c, unsigned kinds, struct choice *out)
{
    size_t n = 0;
    for (unsigned k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        if ((kinds >> k & 1u) != 0) {
            out[n++] = (struct choice){.value = request_kind_name((enum request_kind)k),
                                       .label = str_of(request_kind_title((enum request_kind)k, c->lang)),
                                       .hint = kind_hint(c->lang, k)};
        }
    }
    return n;
}

#define CHOICES_MAX 8u
static bool add_choices(struct call *c, const struct asked *a, struct posed *p)
{
    struct choice *list = arena_alloc(c->ar, CHOICES_MAX * sizeof *list);
    if (list == NULL) {
        return false;
    }
    p->choices = list;
    if (strcmp(p->q->name, "way") == 0) {
        p->choice_count = way_choices(c, asked_kind(a), list);
    } else if (strcmp(p->q->name, "right") == 0) {
        p->choice_count = right_choices(c, list);
    } else {
        p->choice_count = kind_choices(c, a->ask->kinds, list);
    }
    return true;
}

/* ---------------------------------------------------------------- questions */

static const struct request_field *field_named(const char *name)
{
    size_t n;
    const struct request_field *list = request_fields(&n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].name, name) == 0) {
            return &list[i];
        }
    }
    return NULL;
}

static struct str word_of(const struct request_field *f, uint64_t value)
{
    if (value == 0) {
        return STR("");
    }
    if (f->input == REQUEST_TICK) {
        return STR("1");
    }
    return str_of(strcmp(f->name, "kind") == 0  ? request_kind_name((enum request_kind)value)
                  : strcmp(f->name, "way") == 0 ? request_way_name((enum request_way)value)
                                                : request_right_name((enum request_right)value));
}

static struct str answer_of(const struct request_form *form, const struct request_field *f)
{
    const char *at = (const char *)form + f->offset;
    if (f->input == REQUEST_TEXT || f->input == REQUEST_LINES) {
        return *(const struct str *)(const void *)at;
    }
    return word_of(f, *(const uint64_t *)(const void *)at);
}

static struct str fault_of(const struct asked *a, const char *name)
{
    for (size_t i = 0; i < a->faults.count; i++) {
        if (strcmp(a->faults.list[i].field, name) == 0) {
            return a->faults.list[i].text;
        }
    }
    return STR("");
}

static void pose_field(const struct asked *a, const struct request_field *f, struct question *q, struct posed *p)
{
    q->optional = request_use(asked_kind(a), f->name) == REQUEST_OPTIONAL;
    /* HTML lets street-address stand at fields of several lines only */
    q->autocomplete = strcmp(f->autocomplete, "street-address") == 0 ? "address-line1" : f->autocomplete;
    p->text = answer_of(&a->form, f);
}

static bool pose(struct call *c, const struct asked *a, const struct question *from, struct posed *p)
{
    const struct request_field *f = field_named(from->name);
    struct question *q = arena_alloc(c->ar, sizeof *q);
    if (q == NULL || (f != NULL && request_use(asked_kind(a), f->name) == REQUEST_NOT_ASKED)) {
        return false;
    }
    *q = *from;
    (void)form_address(c, q);
    *p = (struct posed){.q = q, .fault = fault_of(a, from->name)};
    if (f != NULL) {
        pose_field(a, f, q, p);
    } else {
        p->hint = form_files_hint(c);
        p->files = a->draft.files;
        p->file_count = a->draft.file_count;
    }
    const struct value *v = posted_value(c, from->name);
    if (p->fault.n == 0 && v != NULL && v->fault.code != ERR_NONE) {
        p->fault = fault_said(c->ar, str_of(v->fault.text));
    }
    return from->control != CONTROL_RADIOS || add_choices(c, a, p);
}

size_t asked_questions(struct call *c, const struct asked *a, size_t step, struct posed *out)
{
    size_t n = 0;
    const struct question *q = a->ask->steps[step].questions;
    for (size_t i = 0; i < ASK_QUESTIONS_MAX && q[i].name != NULL; i++) {
        n += pose(c, a, &q[i], &out[n]);
    }
    return n;
}

bool asked_step_fits(const struct asked *a, size_t step)
{
    const struct question *q = a->ask->steps[step].questions;
    for (size_t i = 0; i < ASK_QUESTIONS_MAX && q[i].name != NULL; i++) {
        if (field_named(q[i].name) == NULL || request_use(asked_kind(a), q[i].name) != REQUEST_NOT_ASKED) {
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- from the draft, from what was posted */

/* A draft knows its kind; one that holds files alone, or a letter of several kinds, is told by the form. */
bool asked_open(struct call *c, struct asked *a)
{
    struct err missing = ERR_INIT;
    bool found = draft_open(c->w->requests, a->token, c->ar, &a->draft, &missing);
    if (!found && missing.code != ERR_NOT_FOUND) {
        c->e = missing;
        return false;
    }
    a->written_in = form_was_written_in(c);
    if (found) {
        a->form = a->draft.form;
    } else {
        a->draft = (struct draft){.made = 0};
    }
    a->ask = a->form.kind != 0 ? ask_of_kind((enum request_kind)a->form.kind) : ask_by_slug(posted_text(c, "pismo"));
    if (a->ask == NULL && found) {
        a->ask = ask_of_kind(0);
    }
    if (a->ask == NULL) {
        return err_set(&c->e, ERR_NOT_FOUND, "there is no such draft");
    }
    a->form.kind = a->form.kind != 0 ? a->form.kind : ask_only_kind(a->ask);
    return true;
}

void asked_missing(struct call *c)
{
    if (c->e.code == ERR_NOT_FOUND) {
        page_begin(c, str_of(tr(c->lang, "This draft is gone")));
        page_paragraph(c, N_("We keep a draft for a day, and not longer than until it is filed. You can start anew."));
        page_button(c, STR("/wniosek"), N_("Start a new letter"));
        page_end(c, 404);
        c->a->cache = CACHE_NEVER;
    } else {
        answer_error(c);
    }
}

static void take_answer(struct call *c, struct asked *a, const struct question *q)
{
    size_t n;
    const struct request_field *list = request_fields(&n);
    struct str text = posted_text(c, q->name);
    const struct value *v = posted_value(c, q->name);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].name, q->name) != 0 || (c->broken_off && (v == NULL || !v->given))) {
            continue;
        }
        void *at = (char *)&a->form + list[i].offset;
        if (list[i].input == REQUEST_TEXT || list[i].input == REQUEST_LINES) {
            *(struct str *)at = text;
        } else if (list[i].input == REQUEST_TICK) {
            *(uint64_t *)at = str_is(text, "1");
        } else if (!request_choice_parse(list[i].name, text, at)) {
            *(uint64_t *)at = 0;
        }
    }
}

/* What belongs to a way of answer that was not chosen is not asked for, so it is not taken. */
static void drop_unasked(const struct call *c, struct asked *a, const struct question *q)
{
    static const struct {
        const char *group;
        enum request_way way;
    } groups[] = {{FORM_IF_EMAIL, REQUEST_EMAIL}, {"if-post", REQUEST_POST}, {"if-other", REQUEST_OTHER_WAY}};
    const struct request_field *f = field_named(q->name);
    struct question asked = *q;
    if (form_address(c, &asked)) {
        return;
    }
    for (size_t i = 0; f != NULL && q->group != NULL && i < COUNT_OF(groups); i++) {
        if (strcmp(groups[i].group, q->group) == 0 && a->form.way != 0 && a->form.way != groups[i].way) {
            *(struct str *)(void *)((char *)&a->form + f->offset) = STR("");
        }
    }
}

/* A kind that this letter cannot become is none. */
void asked_take(struct call *c, struct asked *a, size_t step)
{
    const struct question *q = a->ask->steps[step].questions;
    for (size_t i = 0; i < ASK_QUESTIONS_MAX && q[i].name != NULL; i++) {
        take_answer(c, a, &q[i]);
    }
    for (size_t i = 0; i < ASK_QUESTIONS_MAX && q[i].name != NULL; i++) {
        drop_unasked(c, a, &q[i]);
    }
    if (a->form.kind >= REQUEST_KIND_END || (a->ask->kinds >> a->form.kind & 1u) == 0) {
        a->form.kind = ask_only_kind(a->ask);
    }
}

void asked_hidden(struct call *c, const struct asked *a)
{
    size_t n;
    const struct request_field *list = request_fields(&n);
    form_hidden(c, "pismo", str_of(a->ask->slug));
    for (size_t i = 0; i < n; i++) {
        struct str text = answer_of(&a->form, &list[i]);
        if (text.n > 0) {
            form_hidden(c, list[i].name, text);
        }
    }
}

/* ---------------------------------------------------------------- filing */

/* Its files, and of a letter of several pages the other answers, went with it. */
static void begin_anew(struct call *c, struct asked *a, const char *notice)
{
    struct err unsaid = ERR_INIT;
    if (!draft_save(c->w->requests, a->token, &a->form, c->ar, &unsaid) ||
        !draft_open(c->w->requests, a->token, c->ar, &a->draft, &unsaid)) {
        a->draft = (struct draft){.made = 0};
    }
    c->notice = notice;
}

bool asked_lost_draft(struct call *c, struct asked *a)
{
    bool lost = a->written_in != 0 && a->written_in != a->draft.made;
    if (lost) {
        begin_anew(c, a,
                   a->ask->step_count == 1 ? FORM_DRAFT_GONE
                                           : N_("The draft is gone: it goes after a day, or when it is sent. The "
                                                "answers of this page are below. What is missing on others you see "
                                                "before you file."));
    }
    return lost;
}

static bool filing_failed(struct call *c, struct asked *a, int *status)
{
    enum err_code code = c->e.code;
    *status = code == ERR_INVALID || code == ERR_NOT_FOUND ? 422 : code == ERR_CONFLICT ? 409 : 503;
    if (code == ERR_CONFLICT) {
        c->notice = N_("From this form a letter was filed already. To file a second one, check it and send it.");
    } else if (code == ERR_NOT_FOUND) {
        begin_anew(c, a, FORM_DRAFT_GONE);
    } else if (code != ERR_INVALID) {
        log_line(LOG_ERROR, "fcgi", "filing failed code=%s", err_name(code));
        c->notice = N_("The letter could not be stored. Your text is below. Try again in a moment, or file it at the "
                       "registry office.");
    }
    return false;
}

bool asked_file(struct call *c, struct asked *a, int *status)
{
    struct request_filing in = {.form = a->form, .channel = REQUEST_PORTAL, .received = c->received, .once = c->once};
    struct request_filed filed;
    if (a->draft.made != 0 || a->written_in != 0) { /* without what the page listed nothing is filed */
        in.draft = a->token;
        in.draft_made = a->written_in;
    }
    if (!request_file(c->w->requests, &in, NULL, c->ar, &filed, &a->faults, &c->e)) {
        return filing_failed(c, a, status);
    }
    if (filed.repeated) { /* files that came once more */
        form_drop_draft(c, a->token);
    }
    answer_redirect(c, arena_fmt(c->ar, "/s/%s/potwierdzenie/%s%s", filed.secret.token, filed.secret.code,
                                 filed.repeated ? "?ponownie=1" : ""));
    return true;
}

/* ---------------------------------------------------------------- beside the form */

#define MOST_SIMILAR 5

static size_t similar_answers(struct call *c, struct str content, struct request_answer **list)
{
    struct err unsaid = ERR_INIT;
    size_t n = 0;
    return content.n > 0 && request_answers_similar(c->w->requests, content, c->ar, MOST_SIMILAR, list, &n, &unsaid)
               ? n
               : 0;
}

static void show_answers(struct call *c, const struct request_answer *list, size_t n)
{
    struct html *h = &c->h;
    for (size_t i = 0; i < n; i++) {
        MARK(h, "<li>");
        page_link(c, "/odpowiedzi/", str_of(list[i].number));
        html_text(h, list[i].subject);
        MARK(h, "</a> <span class=\"muted\">");
        html_say(h, "answered already");
        MARK(h, "</span></li>\n");
    }
}

void asked_similar(struct call *c, const struct asked *a)
{
    struct html *h = &c->h;
    struct bulletin_hit *list;
    size_t n = 0;
    struct request_answer *answers = NULL;
    struct err unsaid = ERR_INIT;
    size_t answered = similar_answers(c, a->form.content, &answers);
    if (a->form.content.n == 0 ||
        !request_similar(c->bulletin, a->form.content, c->lang, c->ar, MOST_SIMILAR, &list, &n, &unsaid)) {
        n = 0;
    }
    MARK(h, "<section class=\"box\" aria-labelledby=\"similar\"><h2 id=\"similar\">");
    html_say(h, "Is it published already?");
    MARK(h, "</h2>\n");
    if (n + answered == 0) {
        page_paragraph(c, N_("We found nothing published that would answer it."));
    } else {
        page_paragraph(c, N_("Perhaps one of these answers you. If not, file the letter."));
        MARK(h, "<ul>\n");
    }
    show_answers(c, answers, answered);
    for (size_t i = 0; i < n; i++) {
        MARK(h, "<li>");
        page_document_link(c, list[i].item);
        html_text(h, list[i].item->title[c->lang]);
        MARK(h, "</a></li>\n");
    }
    if (n + answered > 0) {
        MARK(h, "</ul>\n");
    }
    MARK(h, "</section>\n");
}

void asked_draft_note(struct call *c, const struct asked *a)
{
    struct html *h = &c->h;
    if (a->draft.expires == 0) {
        return;
    }
    MARK(h, "<p class=\"muted small\">");
    html_say(h, "We keep this draft, sealed, until");
    MARK(h, " ");
    page_instant(c, a->draft.expires);
    MARK(h, ".");
    MARK(h, "</p>\n");
}
