/* csv.c: the one reader of lists. Strict where two readers could differ: a quote inside an unquoted field, text after a
 * closing quote and a lone CR are refused, each with its line; reading goes on in the next line. Pure. */
#include "csv.h"

#include <string.h>

void csv_begin(struct csv *c, struct str text)
{
    static const char separators[] = {',', ';', '\t'};
    size_t counts[COUNT_OF(separators)] = {0};
    bool quoted = false;
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
        text.p += 3;
        text.n -= 3;
    }
    for (size_t i = 0; i < text.n && (quoted || text.p[i] != '\n'); i++) {
        if (text.p[i] == '"')
            quoted = !quoted;
        for (size_t s = 0; s < COUNT_OF(separators); s++)
            counts[s] += !quoted && text.p[i] == separators[s];
    }
    size_t best = 0;
    for (size_t s = 1; s < COUNT_OF(separators); s++)
        if (counts[s] > counts[best])
            best = s;
    *c = (struct csv){.rest = text, .separator = separators[best], .line = 1};
}

static void skip(struct csv *c, size_t n)
{
    c->rest.p += n;
    c->rest.n -= n;
}

/* Length of the row end that stands at i: 0 none, 1 LF, 2 CRLF. */
static size_t row_end(struct str s, size_t i)
{
    if (i < s.n && s.p[i] == '\n')
        return 1;
    return i + 1 < s.n && s.p[i] == '\r' && s.p[i + 1] == '\n' ? 2 : 0;
}

static bool plain_field(struct csv *c, struct str *out, struct err *e)
{
    size_t i = 0;
    for (; i < c->rest.n && c->rest.p[i] != c->separator && row_end(c->rest, i) == 0; i++) {
        if (c->rest.p[i] == '"')
            return err_set(e, ERR_INVALID,
                           "a quote stands inside a field: put the whole field in quotes and double the quotes in it");
        if (c->rest.p[i] == '\r')
            return err_set(e, ERR_INVALID, "a carriage return stands alone: end each line with LF or CR LF");
    }
    *out = (struct str){c->rest.p, i};
    skip(c, i);
    return true;
}

/* The field's text with doubled quotes made single; only then a copy. */
static bool undouble(struct arena *a, struct str raw, size_t doubled, struct str *out, struct err *e)
{
    *out = raw;
    if (doubled == 0)
        return true;
    char *w = arena_alloc(a, raw.n + 1);
    size_t n = 0;
    if (!w)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < raw.n; i++) {
        w[n++] = raw.p[i];
        if (raw.p[i] == '"')
            i++;
    }
    *out = (struct str){w, n};
    return true;
}

static bool quoted_field(struct csv *c, struct arena *a, struct str *out, struct err *e)
{
    size_t i = 1, doubled = 0, lines = 0;
    for (;; i++) {
        if (i >= c->rest.n)
            return err_set(e, ERR_INVALID, "a field that begins with a quote is never closed");
        lines += c->rest.p[i] == '\n';
        if (c->rest.p[i] != '"')
            continue;
        if (i + 1 >= c->rest.n || c->rest.p[i + 1] != '"')
            break;
        doubled++;
        i++;
    }
    struct str raw = {c->rest.p + 1, i - 1};
    skip(c, i + 1);
    c->line += lines;
    if (c->rest.n && c->rest.p[0] != c->separator && row_end(c->rest, 0) == 0)
        return err_set(e, ERR_INVALID, "text follows a closing quote: double the quotes that belong to the field");
    return undouble(a, raw, doubled, out, e);
}

static void skip_line(struct csv *c)
{
    const char *lf = c->rest.n ? memchr(c->rest.p, '\n', c->rest.n) : NULL;
    if (lf)
        c->line++;
    skip(c, lf ? (size_t)(lf + 1 - c->rest.p) : c->rest.n);
}

static bool read_fields(struct csv *c, struct arena *a, struct csv_row *row, struct err *e)
{
    for (;;) {
        struct str field;
        if (row->n == CSV_FIELDS_MAX)
            return err_set(e, ERR_TOO_BIG, "a row has more than %u columns", CSV_FIELDS_MAX);
        bool quoted = c->rest.n && c->rest.p[0] == '"';
        if (!(quoted ? quoted_field(c, a, &field, e) : plain_field(c, &field, e)))
            return false;
        if (field.n > CSV_FIELD_MAX)
            return err_set(e, ERR_TOO_BIG, "a field is longer than %u bytes", CSV_FIELD_MAX);
        row->fields[row->n++] = field;
        if (c->rest.n == 0 || c->rest.p[0] != c->separator)
            return true;
        skip(c, 1);
    }
}

enum csv_step csv_next(struct csv *c, struct arena *a, struct csv_row *out, struct err *e)
{
    for (size_t end; (end = row_end(c->rest, 0)) > 0; c->line++)
        skip(c, end);
    if (c->rest.n == 0)
        return CSV_END;
    out->line = c->line;
    out->n = 0;
    bool ok = read_fields(c, a, out, e);
    size_t end = row_end(c->rest, 0);
    if (ok) {
        skip(c, end);
        c->line += end != 0;
        return CSV_ROW;
    }
    skip_line(c);
    return CSV_BAD;
}
