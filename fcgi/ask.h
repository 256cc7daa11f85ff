/* ask.h: the letters that a citizen writes here, as tables: which questions on which page, in which words. What may be
 * asked of which kind of letter, and what is required, is the office's: request_use. */
#ifndef AKTA_FCGI_ASK_H
#define AKTA_FCGI_ASK_H

#include "form.h"

#define ASK_QUESTIONS_MAX 12
struct ask_step {
    const char *title;                            /* msgid of the h1; NULL: the letter's own */
    const char *lead;                             /* msgid of a sentence under it; NULL: none */
    struct question questions[ASK_QUESTIONS_MAX]; /* ends with name NULL */
};
struct ask {
    const char *slug;                   /* /wniosek/{slug} */
    unsigned kinds;                     /* 1u << enum request_kind: what it may become; several: its first step asks */
    const char *title;                  /* msgid */
    const char *lead;                   /* msgid */
    const char *failed, *submit, *done, *came; /* msgids: not filed; the button that files; filed; it came in */
    const struct ask_step *steps;
    size_t step_count; /* 1: one page without a review */
};
const struct ask *ask_all(size_t *n);
const struct ask *ask_by_slug(struct str slug);       /* NULL: there is none */
const struct ask *ask_of_kind(enum request_kind k);   /* 0: the one that asks for it first */
enum request_kind ask_only_kind(const struct ask *a); /* 0: it has to be asked */
#define ASK_BACK "powrot"                             /* 1: whoever answers came from the review and goes back there */

/* A letter on its way: from the draft, then from what was posted. */
struct asked {
    const struct ask *ask;
    size_t step; /* 0 … */
    struct str token;
    struct request_form form;
    struct draft draft; /* made 0: nothing is saved */
    instant written_in; /* `made` of the draft that the posted page was made of; 0: of none, or all of it is on the page */
    struct request_faults faults;
};
/* The draft of a->token, or a new letter that the form names. false: neither, c->e says it (asked_missing answers). */
bool asked_open(struct call *c, struct asked *a) MUST_USE;
void asked_missing(struct call *c);
/* The draft that the posted page was made of is gone, or another one stands in its place: what the page brought is kept
 * in that one, and the notice says that the rest is not. false: it is there. */
bool asked_lost_draft(struct call *c, struct asked *a);
void asked_take(struct call *c, struct asked *a, size_t step); /* the answers to a step, from what was posted */
void asked_hidden(struct call *c, const struct asked *a);      /* all answers, to be posted once more */
/* The kind whose rules hold: chosen, or the first one possible. */
enum request_kind asked_kind(const struct asked *a);
/* The questions of a step as they stand; at most ASK_QUESTIONS_MAX. */
size_t asked_questions(struct call *c, const struct asked *a, size_t step, struct posed *out);
bool asked_step_fits(const struct asked *a, size_t step);                     /* it asks anything of this kind */
struct str asked_address(struct call *c, const struct asked *a, size_t step); /* without the language */
/* Files what was asked: redirects to the receipt. false: nothing was answered yet; faults or c->notice and *status say
 * what to show with the form. */
bool asked_file(struct call *c, struct asked *a, int *status);
/* What is published already and may answer it; nothing when there is none. */
void asked_similar(struct call *c, const struct asked *a);
void asked_draft_note(struct call *c, const struct asked *a); /* until when the draft is kept */

#endif
