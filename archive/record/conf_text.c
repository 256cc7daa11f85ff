/* conf_text.c: see conf_text.h. Fails with ERR_INVALID naming the line, or with the store. */
#include "conf_text.h"

#include <stdlib.h>
#include <string.h>

bool conf_document_day(struct str text, struct day *out)
{
    static const char mark[] = "# valid-from: ";
    const char *at = text.p;
    size_t left = text.n;
    while (left > 0 && *at == '#') {
        const char *lf = memchr(at, '\n', left);
        size_t n = lf == NULL ? left : (size_t)(lf - at);
        struct str line = {at, n};
        if (str_starts(line, mark)) {
            struct str day = {at + sizeof mark - 1, n - (sizeof mark - 1)};
            while (day.n > 0 && (day.p[day.n - 1] == '\r' || day.p[day.n - 1] == ' ')) {
                day.n--;
            }
            return day_parse(day, out);
        }
        at += lf == NULL ? n : n + 1;
        left -= lf == NULL ? n : n + 1;
    }
    return false;
}

bool conf_text_day(const struct conf_document *d, struct day *out, struct err *e)
{
    *out = d->valid_from;
    if ((size_t)d->kind >= CONF_LAW_COUNT) {
        return err_set(e, ERR_INVALID, "there is no such kind of document"); /* or one that conf_publish takes */
    }
    return !day_is_none(*out) || conf_document_day(d->text, out) ||
           err_field(e, ERR_INVALID, "valid-from",
                     "the day from which this version of %s is in force is not known; give it, or write it into the "
                     "first lines of the text as “# valid-from: 2011-01-01”",
                     conf_kind_name(d->kind));
}

bool conf_text_parse(const struct conf_document *d, struct day valid_from, struct arena *a, struct plan_doc *plan,
                     struct rules_doc *rules, struct err *e)
{
    switch (d->kind) {
        case CONF_PLAN:
            return plan_parse(d->text, valid_from, a, plan, e);
        case CONF_RULES:
            return rules_parse(d->text, a, rules, e);
        case CONF_PROPOSALS:
            return proposals_check(d->text, e);
        case CONF_HOLIDAYS:
        case CONF_CARD:
        case CONF_REGISTER:
        case CONF_ACCESS_RULE:
        case CONF_NOTICE:
        case CONF_KIND_COUNT:
        default:
            return (d->text.n > 0 && utf8_valid(d->text)) ||
                   err_field(e, ERR_INVALID, conf_kind_name(d->kind), "%s is empty or not UTF-8 text",
                             conf_kind_name(d->kind));
    }
}

bool conf_text_before(struct txn *t, enum conf_kind k, struct day valid_from, struct arena *a, struct str *out,
                      struct err *e)
{
    struct day day;
    struct conf_row row;
    bool found;
    *out = STR_NONE;
    if (!conf_day_serving(t, k, valid_from, &day, &found, e)) {
        return false;
    }
    if (found && !conf_row_get(t, k, day, a, &row, &found, e)) {
        return false;
    }
    if (found) {
        *out = str_of_bytes(row.text);
    }
    return true;
}

static int by_text(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    return bytes_cmp(bytes_of(*x), bytes_of(*y));
}

static bool sorted_lines(struct str text, struct arena *a, struct str **out, size_t *n, struct err *e)
{
    size_t cap = 1, count = 0;
    for (size_t i = 0; i < text.n; i++) {
        cap += text.p[i] == '\n';
    }
    struct str *lines = arena_alloc(a, cap * sizeof *lines);
    if (lines == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    while (text.n > 0) {
        const char *lf = memchr(text.p, '\n', text.n);
        size_t length = lf == NULL ? text.n : (size_t)(lf - text.p);
        bool comment = length > 0 && text.p[0] == '#' && (length == 1 || text.p[1] != '#'); /* "##" is a heading */
        if (length > 0 && !comment && text.p[0] != '\r') {
            lines[count++] = (struct str){text.p, length};
        }
        size_t step = lf == NULL ? length : length + 1;
        text = (struct str){text.p + step, text.n - step};
    }
    if (count > 1) {
        qsort(lines, count, sizeof *lines, by_text);
    }
    *out = lines;
    *n = count;
    return true;
}

bool lines_compare(struct str before, struct str after, struct arena *a, struct line_changes *out, struct err *e)
{
    struct str *x, *y;
    size_t nx, ny, i = 0, j = 0;
    if (!sorted_lines(before, a, &x, &nx, e) || !sorted_lines(after, a, &y, &ny, e)) {
        return false;
    }
    *out = (struct line_changes){.gone = arena_alloc(a, (nx + 1) * sizeof *x),
                                 .fresh = arena_alloc(a, (ny + 1) * sizeof *y)};
    if (out->gone == NULL || out->fresh == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    while (i < nx || j < ny) {
        int order = i == nx ? 1 : j == ny ? -1 : by_text(&x[i], &y[j]);
        if (order < 0) {
            out->gone[out->gone_count++] = x[i++];
        } else if (order > 0) {
            out->fresh[out->new_count++] = y[j++];
        } else {
            i++;
            j++;
        }
    }
    return true;
}
