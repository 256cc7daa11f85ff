/* ical.h: the writer of iCalendar (RFC 5545); safe by construction, like xml.h: names are literals, texts are escaped,
 * days and instants are typed, long lines are folded without cutting a character. A component closed out of order or a
 * word with a control character is a fault that sticks. */
#ifndef AKTA_FCGI_ICAL_H
#define AKTA_FCGI_ICAL_H

#include "base.h"

#define ICAL_DEPTH 4
struct ical {
    struct buf *out; /* borrowed */
    const char *open[ICAL_DEPTH];
    unsigned depth;
    bool filled; /* a component stands in the calendar */
    const char *fault;
};
struct ical
ical_to(struct buf *out); /* begins VCALENDAR with its version and product; ical_end closes it, never empty */

#define ICAL_BEGIN(c, literal)       ical_begin((c), "" literal "")
#define ICAL_END(c, literal)         ical_close((c), "" literal "")
#define ICAL_TEXT(c, literal, value) ical_text((c), "" literal "", (value))
#define ICAL_WORD(c, literal, value) ical_word((c), "" literal "", (value))
#define ICAL_DAY(c, literal, d)      ical_day((c), "" literal "", (d))
#define ICAL_INSTANT(c, literal, t)  ical_instant((c), "" literal "", (t))
/* Through the macros only. */
void ical_begin(struct ical *c, const char *component);
void ical_close(struct ical *c, const char *component);
void ical_text(struct ical *c, const char *name, struct str value); /* for people: \ ; , and line ends are escaped */
void ical_word(struct ical *c, const char *name, struct str value); /* for programs, as it is: UID, URL, TRIGGER … */
void ical_day(struct ical *c, const char *name, struct day d);      /* NAME;VALUE=DATE:20261121 */
void ical_instant(struct ical *c, const char *name, instant t);     /* NAME:20261121T190517Z */

bool ical_end(struct ical *c, struct err *e) MUST_USE; /* like xml_end */

#endif
