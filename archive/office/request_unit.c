/* request_unit.c: what citizens read in the place of a unit's code. The names are a setting of the office, because
 * units come and go without any act of the archive. Pure; a code without a name stands for itself. */
#include "request_internal.h"

#include <string.h>

static struct str trimmed(struct str s)
{
    while (s.n > 0 && s.p[0] == ' ') {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && s.p[s.n - 1] == ' ') {
        s.n--;
    }
    return s;
}

/* "WF Wydział Finansów": the name behind the code. */
static bool name_of(struct str item, struct str code, struct str *name)
{
    if (item.n <= code.n + 1 || memcmp(item.p, code.p, code.n) != 0 || item.p[code.n] != ' ') {
        return false;
    }
    *name = trimmed((struct str){item.p + code.n, item.n - code.n});
    return name->n > 0;
}

struct str request_unit_title(struct str units, struct str code)
{
    struct str rest = units, name;
    while (code.n > 0 && rest.n > 0) {
        const char *end = memchr(rest.p, ';', rest.n);
        size_t n = end != NULL ? (size_t)(end - rest.p) : rest.n;
        if (name_of(trimmed((struct str){rest.p, n}), code, &name)) {
            return name;
        }
        n += end != NULL;
        rest = (struct str){rest.p + n, rest.n - n};
    }
    return code;
}
