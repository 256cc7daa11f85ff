/* request_tsv.c: the small tables of conf/ that the office's rules about requests are read from. A line with another
 * number of columns is an error that names it: a rule silently dropped would be a wrong answer to a citizen. */
#include "request_internal.h"

static bool cut(struct str line, struct str *columns, size_t count)
{
    size_t n = 0;
    const char *at = line.p, *end = line.p + line.n;
    for (const char *p = at; p <= end; p++) {
        if (p < end && *p != '\t') {
            continue;
        }
        if (n == count) {
            return false;
        }
        columns[n++] = (struct str){at, (size_t)(p - at)};
        at = p + 1;
    }
    return n == count;
}

bool tsv_walk(struct str text, size_t columns, tsv_each each, void *ctx, struct err *e)
{
    struct str cells[TSV_COLUMNS_MAX];
    size_t number = 0;
    bool heading = true;
    const char *at = text.p, *end = text.p + text.n;
    while (at < end) {
        const char *lf = at;
        while (lf < end && *lf != '\n') {
            lf++;
        }
        struct str line = {at, (size_t)(lf - at)};
        at = lf + 1;
        number++;
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        if (!cut(line, cells, columns)) {
            return err_set(e, ERR_INVALID, "line %zu has another number of columns than %zu", number, columns);
        }
        if (heading) {
            heading = false;
            continue;
        }
        if (!each(cells, ctx, e)) {
            return e->code == ERR_NONE || err_wrap(e, "line %zu", number);
        }
    }
    return true;
}

bool tsv_in_force(struct str from, struct str until, struct day on)
{
    struct day first, last;
    return (from.n == 0 || (day_parse(from, &first) && first.n <= on.n)) &&
           (until.n == 0 || (day_parse(until, &last) && last.n >= on.n));
}
