/* page_review.c: the last page of a letter of several questions: everything as it will be filed, each answer with a way
 * back to its question, and the button that files it. */
#include "ask.h"

#include <string.h>

/* ---------------------------------------------------------------- what was answered */

static void answer_text_of(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    for (size_t i = 0; i < p->choice_count; i++) {
        if (str_is(p->text, p->choices[i].value)) {
            html_text(h, p->choices[i].label);
            return;
        }
    }
    if (p->q->control == CONTROL_FILES && p->file_count > 0) {
        MARK(h, "<ul class=\"plain\">\n");
        for (size_t i = 0; i < p->file_count; i++) {
            MARK(h, "<li>");
            html_text(h, p->files[i].name);
            MARK(h, " (");
            html_text(h, size_said(c->ar, p->files[i].size, c->lang));
            MARK(h, ")</li>\n");
        }
        MARK(h, "</ul>\n");
    } else if (p->q->control == CONTROL_TICK) {
        html_say(h, str_is(p->text, "1") ? "yes" : "no");
    } else if (p->text.n > 0) {
        MARK(h, "<span class=\"written\">");
        html_text(h, p->text);
        MARK(h, "</span>");
    } else {
        html_say(h, "no answer");
    }
}

static void answered(struct call *c, const struct posed *p)
{
    struct html *h = &c->h;
    MARK(h, "<dt>");
    html_say(h, p->q->label);
    MARK(h, "</dt><dd>");
    answer_text_of(c, p);
    if (p->fault.n > 0) {
        struct str link = form_fault_link(c, p);
        MARK(h, "<p class=\"fault\" id=\"");
        html_attr(h, link.n > 0 ? (struct str){link.p + 1, link.n - 1} : link); /* without its # */
        MARK(h, "\">");
        html_text(h, p->fault);
        MARK(h, "</p>");
    }
    MARK(h, "</dd>\n");
}

/* What was left open is not repeated, unless it is all. */
static bool is_open(const struct posed *p)
{
    return p->text.n == 0 && p->file_count == 0 && p->fault.n == 0;
}

static void answers_or_none(struct call *c, const struct posed *list, size_t n)
{
    struct html *h = &c->h;
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (is_open(&list[i])) {
            continue;
        }
        if (!any) {
            MARK(h, "<dl>\n");
        }
        any = true;
        answered(c, &list[i]);
    }
    if (any) {
        MARK(h, "</dl>\n");
    } else {
        page_paragraph(c, N_("no answer"));
    }
}

static void step_answers(struct call *c, const struct asked *a, size_t step, const struct posed *list, size_t n)
{
    struct html *h = &c->h;
    const char *title = a->ask->steps[step].title != NULL ? a->ask->steps[step].title : a->ask->title;
    MARK(h, "<section class=\"answers\"><h2>");
    html_say(h, title);
    MARK(h, "</h2>\n");
    answers_or_none(c, list, n);
    MARK(h, "<p><a href=\"");
    struct str address = asked_address(c, a, step);
    page_address_of(c, arena_fmt(c->ar, "%.*s?" ASK_BACK "=1", (int)address.n, address.p));
    MARK(h, "\">");
    html_say(h, "Change this answer");
    MARK(h, "<span class=\"unseen\">: ");
    html_say(h, title);
    MARK(h, "</span></a></p></section>\n");
}

#define STEPS_MAX 8
static void show(struct call *c, const struct asked *a, int status)
{
    static const size_t room = STEPS_MAX * ASK_QUESTIONS_MAX;
    struct posed *list = arena_alloc(c->ar, room * sizeof *list);
    size_t from[STEPS_MAX + 1] = {0}, steps = a->ask->step_count < STEPS_MAX ? a->ask->step_count : STEPS_MAX;
    if (list == NULL) {
        answer_problem(c, 500, N_("Try again in a moment."));
        return;
    }
    for (size_t s = 0; s < steps; s++) {
        from[s + 1] = from[s] + asked_questions(c, a, s, list + from[s]);
    }
    form_page_begin(c, str_of(tr(c->lang, "Check and send")), a->ask->failed, list, from[steps]);
    for (size_t s = 0; s < steps; s++) {
        if (from[s + 1] > from[s]) {
            step_answers(c, a, s, list + from[s], from[s + 1] - from[s]);
        }
    }
    form_open(c, arena_fmt(c->ar, "/s/%.*s/sprawdz", (int)a->token.n, a->token.p), false);
    asked_hidden(c, a);
    if (a->draft.file_count > 0) {
        form_written_in(c, &a->draft);
    }
    form_submit(c, a->ask->submit);
    form_close(c);
    asked_draft_note(c, a);
    page_end(c, status);
}

void page_review(struct call *c)
{
    struct asked a = {.token = c->parts.token};
    if (asked_open(c, &a)) {
        show(c, &a, 200);
    } else {
        asked_missing(c);
    }
}

/* The answers come along with the form, so that a second click, which finds the draft filed, gets the same receipt. */
void page_review_post(struct call *c)
{
    struct asked a = {.token = c->parts.token};
    int status = 422;
    if (!asked_open(c, &a)) {
        asked_missing(c);
        return;
    }
    for (size_t s = 0; s < a.ask->step_count; s++) {
        asked_take(c, &a, s);
    }
    if (c->notice != NULL || !asked_file(c, &a, &status)) {
        show(c, &a, status);
    }
}
