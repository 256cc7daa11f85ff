/* case.h: what the pages of one filed case share. All of them stand below /s/{token}: whoever holds the address may
 * read, so nothing of them is kept or logged anywhere. */
#ifndef AKTA_FCGI_CASE_H
#define AKTA_FCGI_CASE_H

#include "form.h"

/* The case of the address; false: it was answered (404 for whatever does not fit). */
bool case_take(struct call *c, struct request_view *v);
void case_closed_to(struct call *c); /* 409: this cannot be done in the case as it stands */
/* /s/{token}/rest of the case at hand, without the language. */
struct str case_address(struct call *c, const char *rest);
void case_link(struct call *c, const char *rest, const char *msgid); /* a whole <a> */
/* A state as a word with its icon: done, soon, late, open or closed. */
void page_state_mark(struct call *c, const char *tone, struct str word);
/* The box of the first screen: state, who does what next and by when, what the office asks, the main step. */
void case_status(struct call *c, const struct request_view *v);
/* The act of the office whose words stand above all others: what it asks for, or how it ended the case; NULL: none. */
const struct request_event *case_office_words(const struct request_view *v);
void case_written(struct call *c, struct str text); /* what a person wrote, line by line */
void case_offer_cost(struct call *c, const struct request_event *ev); /* of an offer that is not free */
bool case_may(const struct request_view *v, enum request_verb verb); /* the citizen, now */
unsigned case_days_left(struct call *c, struct day until);           /* 0 when it is over */
void case_files(struct call *c, const struct request_view *v, bool released); /* a list; nothing without files */
/* The same event in one line of plain text, as a feed tells it: nothing that a person wrote. */
struct str case_event_said(struct call *c, const struct request_view *v, const struct request_event *ev);
void case_timeline(struct call *c, const struct request_view *v);
void case_notices(struct call *c, const struct request_view *v); /* what became of them; nothing when there are none */
void case_count(struct call *c, const struct request_view *v); /* „Jak to policzono”, day by day */
/* For paper (paper.c): on the sheet alone, which case it is and when it stood so. */
void case_paper_foot(struct call *c, const struct request_view *v);

#endif
