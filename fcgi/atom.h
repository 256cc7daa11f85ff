/* atom.h: what the feeds share, of the register and of one case: parts of Atom (RFC 4287), and whose they are. */
#ifndef AKTA_FCGI_ATOM_H
#define AKTA_FCGI_ATOM_H

#include "window.h"
#include "xml.h"

/* The domain in the name of the log, which never changes: what identifiers of feeds and calendars are made of. */
struct str office_domain(const struct call *c);
void atom_link(struct xml *x, const char *rel, const char *type, struct str href);
void atom_updated(struct xml *x, instant t);
void atom_author(struct xml *x, struct str name);

#endif
