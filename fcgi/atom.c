/* atom.c: see atom.h. */
#include "atom.h"

#include <string.h>

struct str office_domain(const struct call *c)
{
    struct str origin = c->office.origin;
    const char *slash = origin.n > 0 ? memchr(origin.p, '/', origin.n) : NULL;
    return (struct str){origin.p, slash != NULL ? (size_t)(slash - origin.p) : origin.n};
}

void atom_link(struct xml *x, const char *rel, const char *type, struct str href)
{
    XML_OPEN(x, "link");
    XML_ATTR(x, "rel", str_of(rel));
    XML_ATTR(x, "type", str_of(type));
    XML_ATTR(x, "href", href);
    XML_CLOSE(x, "link");
}

void atom_updated(struct xml *x, instant t)
{
    XML_OPEN(x, "updated");
    xml_instant(x, t);
    XML_CLOSE(x, "updated");
}

void atom_author(struct xml *x, struct str name)
{
    XML_OPEN(x, "author");
    XML_LEAF(x, "name", name);
    XML_CLOSE(x, "author");
}
