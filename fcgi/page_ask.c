/* page_ask.c: writing a letter: its first page, one question after another, what goes wrong, and the review.
 *
 * Everything a citizen writes goes into a sealed draft whose token stands in the address, so that a slip, a reload or a
 * pause loses nothing. A letter of one page is filed from it; longer ones end with a review. */
#include "ask.h"
#include "body.h"

#include <string.h>

/* ---------------------------------------------------------------- where the letter stands */

static bool begin_asked(struct call *c, struct asked *a)
{
    *a = (struct asked){.token = c->parts.token, .step = (size_t)c->parts.number - 1};
    if (!asked_open(c, a)) {
        return false;
    }
    return a->step < a->ask->step_count || err_set(&c->e, ERR_NOT_FOUND, "there is no such question");
}

/* ---------------------------------------------------------------- the page */

static void progress(struct call *c, const struct asked *a)
{
    struct html *h = &c->h;
    if (a->ask->step_count > 1) {
        MARK(h, "<p class=\"muted\">");
        html_say(h, a->ask->title);
        MARK(h, " – ");
        html_sayf(h, "question %zu of %zu", a->step + 1, a->ask->step_count);
        MARK(h, "</p>\n");
    }
}

static void notice_link(struct call *c, const struct asked *a)
{
    struct html *h = &c->h;
    struct str slug = str_of(request_kind_notice(asked_kind(a)));
    const struct published *p = bulletin_find(c->bulletin, PUBLISHED_TEXT, slug, c->lang);
    if (p == NULL) {
        return;
    }
    MARK(h, "<p class=\"small\">");
    html_say(h, "What we do with your data:");
    MARK(h, " ");
    page_link(c, "/informacje/", slug);
    html_text(h, p->title[p->lang]);
    MARK(h, "</a></p>\n");
}

static void show(struct call *c, const struct asked *a, bool similar, int status)
{
    struct posed list[ASK_QUESTIONS_MAX];
    size_t n = asked_questions(c, a, a->step, list);
    const struct ask_step *step = &a->ask->steps[a->step];
    bool last = a->ask->step_count == 1, files = false;
    const char *lead = step->title != NULL ? step->lead : a->ask->lead;
    form_page_begin(c, str_of(tr(c->lang, step->title != NULL ? step->title : a->ask->title)),
                    last ? a->ask->failed : N_("This page is not complete."), list, n);
    progress(c, a);
    if (lead != NULL) {
        page_paragraph(c, lead);
    }
    if (similar) {
        asked_similar(c, a);
    }
    for (size_t i = 0; i < n; i++) {
        files |= list[i].q->control == CONTROL_FILES;
    }
    form_open(c, asked_address(c, a, a->step), files);
    form_hidden(c, "pismo", str_of(a->ask->slug));
    if (a->draft.made != 0 && (!last || a->draft.file_count > 0)) { /* a page alone has all but its files */
        form_written_in(c, &a->draft);
    }
    if (str_is(posted_text(c, ASK_BACK), "1")) {
        form_hidden(c, ASK_BACK, STR("1"));
    }
    for (size_t i = 0; i < n; i++) {
        form_question(c, &list[i]);
    }
    notice_link(c, a);
    form_submit(c, last ? a->ask->submit : N_("Continue"));
    if (last && asked_kind(a) != REQUEST_DATA_SUBJECT) {
        form_other_submit(c, N_("First see whether it is published"), "co", "podobne");
    }
    form_close(c);
    asked_draft_note(c, a);
    page_end(c, status);
}

/* /wniosek/{slug}: a new letter. Nothing is stored before something is sent. */
void page_ask(struct call *c)
{
    char token[DRAFT_TOKEN_SIZE];
    struct asked a = {.ask = ask_by_slug(c->parts.slug)};
    if (a.ask == NULL) {
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
        return;
    }
    draft_new(token);
    a.token = arena_str(c->ar, str_of(token));
    a.form.kind = ask_only_kind(a.ask);
    show(c, &a, false, 200);
}

/* /s/{token}/pytanie/{n}: a letter begun before. */
void page_question(struct call *c)
{
    struct asked a;
    if (begin_asked(c, &a)) {
        show(c, &a, false, 200);
    } else {
        asked_missing(c);
    }
}

/* ---------------------------------------------------------------- what was posted */

/* false: the notice says that it was not kept; what was written stands on the page. */
static bool save(struct call *c, struct asked *a)
{
    struct err e = ERR_INIT;
    err_init(&e, c->lang);
    struct request_form kept = a->form; /* as it was written, also what the draft cut off */
    bool well = draft_save(c->w->requests, a->token, &a->form, c->ar, &e) &&
                draft_open(c->w->requests, a->token, c->ar, &a->draft, &e);
    a->form = kept;
    if (!well) {
        log_line(LOG_ERROR, "fcgi", "a draft is not kept code=%s", err_name(e.code));
        c->notice = a->ask->step_count == 1 && e.code == ERR_FULL
                        ? N_("We cannot keep a draft now. Finish the letter without leaving this page.")
                        : N_("The letter could not be stored. Your text is below. Try again in a moment, or file it at "
                             "the registry office.");
    }
    return well;
}

static bool removes_file(const struct call *c)
{
    const struct value *v = posted_value(c, FORM_REMOVE);
    return v != NULL && v->given && v->fault.code == ERR_NONE;
}

static bool wants_similar(const struct call *c)
{
    return str_is(posted_text(c, "co"), "podobne");
}

/* Whether a letter that is gone may have been this one: filing tells a repeat. */
static bool files_letter(const struct call *c, const struct asked *a)
{
    return a->ask->step_count == 1 && !removes_file(c) && !wants_similar(c);
}

static bool remove_file(struct call *c, struct asked *a)
{
    const struct value *v = posted_value(c, FORM_REMOVE);
    struct err e = ERR_INIT;
    if (!removes_file(c)) {
        return false;
    }
    if (!save(c, a)) {
        show(c, a, false, 503);
    } else if (draft_detach(c->w->requests, a->token, v->number, &e) || e.code == ERR_NOT_FOUND) {
        struct str address = asked_address(c, a, a->step);
        answer_redirect(c, arena_fmt(c->ar, "%.*s#files", (int)address.n, address.p));
    } else {
        c->e = e;
        answer_error(c);
    }
    return true;
}

static bool step_has_fault(struct call *c, const struct asked *a)
{
    struct posed list[ASK_QUESTIONS_MAX];
    size_t n = asked_questions(c, a, a->step, list), faults = 0;
    for (size_t i = 0; i < n; i++) {
        faults += list[i].fault.n > 0;
    }
    return faults > 0;
}

/* The next question that is asked of this kind; after the last one, and for whoever came from there, the review. */
static void go_on(struct call *c, const struct asked *a)
{
    size_t next = a->step + 1;
    while (next < a->ask->step_count && !asked_step_fits(a, next)) {
        next++;
    }
    bool back = str_is(posted_text(c, ASK_BACK), "1");
    answer_redirect(c, next == a->ask->step_count || back
                           ? arena_fmt(c->ar, "/s/%.*s/sprawdz", (int)a->token.n, a->token.p)
                           : asked_address(c, a, next));
}

static void answer_one_page(struct call *c, struct asked *a)
{
    int status = 422;
    if (step_has_fault(c, a) || c->notice != NULL || !asked_file(c, a, &status)) {
        show(c, a, false, status);
    }
}

static void answer_step(struct call *c, struct asked *a)
{
    if (!save(c, a)) {
        show(c, a, false, 503);
    } else if (step_has_fault(c, a) || c->notice != NULL) {
        show(c, a, false, 422);
    } else {
        go_on(c, a);
    }
}

void page_question_post(struct call *c)
{
    struct asked a;
    struct request_form clean;
    struct err e = ERR_INIT;
    if (!begin_asked(c, &a)) {
        asked_missing(c);
        return;
    }
    asked_take(c, &a, a.step);
    if (!files_letter(c, &a) && asked_lost_draft(c, &a)) {
        show(c, &a, false, 422);
        return;
    }
    if (remove_file(c, &a)) {
        return;
    }
    if (wants_similar(c)) {
        (void)save(c, &a);
        show(c, &a, true, 200);
        return;
    }
    err_init(&e, c->lang);
    if (!request_check(&a.form, c->ar, &clean, &a.faults, &e)) {
        c->e = e;
        answer_error(c);
    } else if (a.ask->step_count > 1) {
        answer_step(c, &a);
    } else {
        if (a.faults.count > 0) {
            (void)save(c, &a); /* the text stands on the page in any case */
        }
        answer_one_page(c, &a);
    }
}

/* A form that was open too long comes back as it was filled in. */
void page_question_again(struct call *c)
{
    struct asked a;
    if (!begin_asked(c, &a)) {
        asked_missing(c);
        return;
    }
    asked_take(c, &a, a.step);
    if (!asked_lost_draft(c, &a)) {
        (void)save(c, &a);
    }
    show(c, &a, false, 422);
}

/* ---------------------------------------------------------------- files */

bool page_question_file(struct call *c, const struct part *p, struct content_source src)
{
    return form_attach(c, c->parts.token, p, src);
}
