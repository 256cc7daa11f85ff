/* html.h: the writer of HTML, safe by construction.
 *
 * Markup comes from string literals of the program and from nowhere else: MARK takes a literal, and a variable does not
 * compile. Everything else goes through a typed door that escapes for its place: text, attribute, address. There is no
 * raw output. The writer follows the context of its own literals (in text, in which attribute, which elements are open)
 * and a value at a wrong place, an element closed out of order, a script, a style or an event attribute is a fault: it
 * sticks, nothing more is written, and html_end fails. A fault is a mistake of the program and not of the data, so that
 * the tests, which render every page, find it. */
#ifndef AKTA_FCGI_HTML_H
#define AKTA_FCGI_HTML_H

#include "base.h"

enum html_place {
    HTML_TEXT,
    HTML_OPENED, /* after < */
    HTML_CLOSE,  /* in the name of an end tag */
    HTML_INSIDE, /* in a start tag, between attributes */
    HTML_ATTR,   /* in the name of an attribute */
    HTML_EQUALS, /* after = */
    HTML_VALUE,  /* between double quotes */
    HTML_AFTER,  /* after the closing quote */
    HTML_SLASH,  /* after the / of an empty element of SVG */
    HTML_DECLARATION,
};
#define HTML_DEPTH 32
struct html {
    struct buf *out; /* borrowed; its ceiling is the ceiling of the page */
    enum lang lang;  /* of the text that follows; Polish gets its unbreakable spaces */
    enum html_place place;
    bool address;     /* the attribute takes addresses */
    bool value_begun; /* something stands in the value already */
    unsigned depth;
    struct str open[HTML_DEPTH]; /* names of the open elements: views of literals */
    struct str tag;
    const char *fault;
};
struct html html_to(struct buf *out, enum lang lang);

#define MARK(h, literal) html_mark((h), "" literal "", sizeof(literal) - 1)
void html_mark(struct html *h, const char *literal, size_t n); /* through MARK only */

void html_text(struct html *h, struct str s); /* between tags */
void html_polish(struct html *h, struct str s); /* words that are Polish on a page of any language, within lang="pl" */
void html_attr(struct html *h, struct str s); /* in an attribute that takes no address */
/* A whole address at the beginning of href, src or action: a path of this house, http, https, mailto or tel. What is
 * none of these (javascript:, //elsewhere) is written as "#". */
void html_url(struct html *h, struct str url);
bool html_url_fits(struct str url);
/* A segment of a path or a value of a query, percent-encoded, in an address that a literal began. */
void html_part(struct html *h, struct str part);
void html_number(struct html *h, uint64_t n);
/* The element of a script file of ours, in head; there is no other way to write one. */
void html_script(struct html *h, struct str url);
void html_wrapped_hex(struct html *h, struct str hex); /* text with a place to break after each 8 characters */

/* Texts of the program in the language of the page. */
void html_say(struct html *h, const char *msgid);
void html_sayf(struct html *h, const char *msgid, ...) PRINTF_LIKE(2, 3);
void html_say_attr(struct html *h, const char *msgid);

/* Everything is closed, nothing failed. ERR_STATE names the fault; ERR_TOO_BIG, ERR_MEMORY are the buffer's. */
bool html_end(struct html *h, struct err *e) MUST_USE;

/* Whether the blank at s[at] may not be a line's end in Polish: after a one-letter word, in dates, numbers and sums,
 * after nr, art., ust., pkt, § (html_polish.c). */
bool polish_blank_holds(struct str s, size_t at);

#endif
