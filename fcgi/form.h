/* form.h: forms as pages. A question is what stands on the page about one field: its words, its control, its fault; the
 * field itself (name, type, size) is declared in the row of the address that it is posted to.
 *
 * Rules of every form: what is required needs no mark, what is not says so; a fault stands at its field and once more,
 * linked, in the summary before the h1; nothing that was written is lost; no script is needed. */
#ifndef AKTA_FCGI_FORM_H
#define AKTA_FCGI_FORM_H

#include "window.h"

enum control { CONTROL_LINE, CONTROL_LINES, CONTROL_RADIOS, CONTROL_TICK, CONTROL_FILES };
struct choice {
    const char *value;
    struct str label, hint; /* in the language of the page; hint n 0: none */
};
struct question {
    const char *name;
    enum control control;
    const char *label, *hint; /* msgids; hint NULL: none */
    bool optional;
    const char *autocomplete; /* NULL: off */
    const char *inputmode;    /* NULL: the usual keyboard */
    unsigned size; /* CONTROL_LINE: about so many characters wide, 0: wide; CONTROL_LINES: rows; CONTROL_FILES: 1: one
                      alone */
    const char *group; /* class of its container, such as "if-post": shown only with that choice; NULL: none */
};
/* A question with what is known of its answer. */
struct posed {
    const struct question *q;
    struct str text;  /* as it was written; a choice's value; "1" of a tick */
    struct str fault; /* a sentence; n 0: none */
    struct str hint;  /* instead of the question's own; n 0: that one */
    const struct choice *choices;
    size_t choice_count;
    const struct draft_file *files; /* CONTROL_FILES: attached already */
    size_t file_count;
};

/* The page up to its h1: with faults the title begins with their word and the summary stands first. failed: a msgid
 * that says what did not happen. */
void form_page_begin(struct call *c, struct str h1, const char *failed, const struct posed *list, size_t n);
/* <form> with its ticket; path without the language. Files go as multipart, everything else urlencoded. */
void form_open(struct call *c, struct str path, bool files);
void form_hidden(struct call *c, const char *name, struct str value);
void form_question(struct call *c, const struct posed *p);
/* Where notices are sent, such an address serves for them too, whichever way the answer comes: it is asked for so. */
bool form_address(const struct call *c, struct question *q);
void form_submit(struct call *c, const char *msgid);
/* Where the summary's link leads: #name, of radios the first one of them. */
struct str form_fault_link(struct call *c, const struct posed *p);
/* A second button, which sends the same form with name=value. */
void form_other_submit(struct call *c, const char *msgid, const char *name, const char *value);
void form_close(struct call *c);
/* Fills p from the row's value of the same name. */
void form_take(struct call *c, struct posed *p);
const struct value *posted_value(const struct call *c, const char *name); /* NULL: the row does not declare it */
struct str posted_text(const struct call *c, const char *name);           /* its text, "" when there is none */

/* A row's file hook: the file of the part goes into the draft; a slip becomes the fault of the field of files. */
bool form_attach(struct call *c, struct str token, const struct part *p, struct content_source src);
struct str form_files_hint(struct call *c); /* how many and how large */
/* A draft that nothing will come of; token n 0: there is none. One that cannot go now expires. */
void form_drop_draft(struct call *c, struct str token);

/* The draft that the page was made of, so that the form, when it comes, is known to have been written in it. */
void form_written_in(struct call *c, const struct draft *d);
instant form_was_written_in(const struct call *c); /* its `made`; 0: in none */

#define FORM_DRAFT    "szkic"
#define FORM_DRAFT_GONE                                                                                                \
    N_("The draft is gone: it goes after a day, or when it is sent. Your text is below; attach the files once more.")
#define FORM_IF_EMAIL "if-way-email" /* group of an address for an answer by e-mail; see form_address */
#define FORM_REMOVE   "usun"         /* name of the buttons that take an attached file away; the value is its number */

#endif
