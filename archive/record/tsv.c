/* tsv.c: see tsv.h. Owns nothing; cells are views of the document. Fails with ERR_INVALID that names document and line.
 */
#include "tsv.h"

#include <string.h>

#define TSV_TEXT_MAX (4u << 20)

/* The next line without its end; false when there is none. */
static bool take_line(struct tsv *t, struct str *line)
{
    if (t->rest.n == 0) {
        return false;
    }
    const char *lf = memchr(t->rest.p, '\n', t->rest.n);
    size_t n = lf == NULL ? t->rest.n : (size_t)(lf - t->rest.p);
    size_t step = lf == NULL ? n : n + 1;
    *line = (struct str){t->rest.p, n > 0 && t->rest.p[n - 1] == '\r' ? n - 1 : n};
    t->rest = (struct str){t->rest.p + step, t->rest.n - step};
    t->line++;
    return true;
}

static bool take_row(struct tsv *t, struct str *line)
{
    while (take_line(t, line)) {
        if (line->n > 0 && line->p[0] != '#') {
            return true;
        }
    }
    return false;
}

/* How many cells the line has; only the first TSV_COLUMNS_MAX are kept. */
static size_t split(struct str line, struct str cell[TSV_COLUMNS_MAX])
{
    size_t count = 0;
    for (;;) {
        const char *tab = line.n == 0 ? NULL : memchr(line.p, '\t', line.n);
        size_t n = tab == NULL ? line.n : (size_t)(tab - line.p);
        if (count < TSV_COLUMNS_MAX) {
            cell[count] = (struct str){line.p, n};
        }
        count++;
        if (tab == NULL) {
            return count;
        }
        line = (struct str){tab + 1, line.n - n - 1};
    }
}

bool tsv_wrong(const struct tsv *t, struct err *e)
{
    return err_wrap(e, "%s, line %zu", t->name, t->line);
}

bool tsv_open(struct tsv *t, const char *name, struct str text, const char *const *columns, size_t n, struct err *e)
{
    *t = (struct tsv){.rest = text, .name = name, .columns = n};
    if (text.n > TSV_TEXT_MAX) {
        return err_field(e, ERR_TOO_BIG, name, "%s is larger than %u bytes", name, TSV_TEXT_MAX);
    }
    if (!utf8_valid(text) || (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)) {
        return err_field(e, ERR_INVALID, name, "%s is not UTF-8 text", name);
    }
    struct str line;
    struct str cell[TSV_COLUMNS_MAX];
    bool right = take_row(t, &line) && split(line, cell) == n && n <= TSV_COLUMNS_MAX;
    for (size_t i = 0; right && i < n; i++) {
        right = str_is(cell[i], columns[i]);
    }
    if (right) {
        return true;
    }
    err_field(e, ERR_INVALID, name,
              "the header is not the one of %s; its first column is called %s and it has %zu columns", name, columns[0],
              n);
    return tsv_wrong(t, e);
}

bool tsv_next(struct tsv *t, bool *row, struct err *e)
{
    struct str line;
    *row = take_row(t, &line);
    if (!*row) {
        return true;
    }
    size_t count = split(line, t->cell);
    if (count != t->columns) {
        err_field(e, ERR_INVALID, t->name, "there are %zu columns instead of %zu; empty ones keep their tab", count,
                  t->columns);
        return tsv_wrong(t, e);
    }
    return true;
}
