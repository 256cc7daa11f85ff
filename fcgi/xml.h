/* xml.h: the writer of XML, for feeds and maps of data; safe by construction, like html.h.
 *
 * Names of elements and attributes are string literals of the program: the macros take nothing else. Every value goes
 * through a door that escapes it, and what XML 1.0 cannot hold (control characters) becomes U+FFFD. An element closed
 * out of order, an attribute after the start tag is over, a name that is none or bytes that are no UTF-8 are faults:
 * they stick, nothing more is written, and xml_end fails. */
#ifndef AKTA_FCGI_XML_H
#define AKTA_FCGI_XML_H

#include "base.h"

#define XML_DEPTH 16
struct xml {
    struct buf *out; /* borrowed; its ceiling is the ceiling of the document */
    const char *open[XML_DEPTH];
    unsigned depth;
    bool in_tag; /* the start tag of the innermost element is not over: it takes attributes */
    bool rooted; /* the one root element was begun */
    const char *fault;
};
struct xml xml_to(struct buf *out); /* writes the declaration */

#define XML_OPEN(x, literal)        xml_open((x), "" literal "")
#define XML_CLOSE(x, literal)       xml_close((x), "" literal "")
#define XML_ATTR(x, literal, value) xml_attr((x), "" literal "", (value))
#define XML_LEAF(x, literal, value) xml_leaf((x), "" literal "", (value))
/* Through the macros only. */
void xml_open(struct xml *x, const char *name);
void xml_close(struct xml *x, const char *name); /* an element without content becomes <name/> */
void xml_attr(struct xml *x, const char *name, struct str value);
void xml_leaf(struct xml *x, const char *name, struct str value); /* <name>value</name> */

void xml_text(struct xml *x, struct str s);
void xml_number(struct xml *x, uint64_t n);
void xml_instant(struct xml *x, instant t); /* 2026-11-21T19:05:17Z, as RFC 3339 and Atom want it */

/* Everything is closed, nothing failed. ERR_STATE names the fault; ERR_TOO_BIG, ERR_MEMORY are the buffer's. */
bool xml_end(struct xml *x, struct err *e) MUST_USE;

#endif
