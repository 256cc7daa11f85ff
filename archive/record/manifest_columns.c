/* manifest_columns.c: the header of a list and the fields of its rows, as they stand. A fault is told with its line and
 * column and reading goes on. Fails only without memory. */
#include "manifest_reading.h"

#include <string.h>

static const char *const column_names[COLUMN_COUNT] = {"mark",   "class", "unit",     "title",  "opened",
                                                       "closed", "path",  "category", "reason", "record_title",
                                                       "origin", "dated", "access",   "shelf",  "facts"};

void problem_tell(struct problems *p, size_t line, const char *column, const struct err *why)
{
    p->count++;
    if (p->each)
        p->each(p->ctx, line, column ? column : "", why->text);
}

struct err reading_err(const struct reading *r)
{
    struct err e;
    err_init(&e, r->p->lang);
    return e;
}

void reading_tell(struct reading *r, enum column c, const struct err *why)
{
    r->row_ok = false;
    problem_tell(r->p, r->line, c < COLUMN_COUNT ? column_names[c] : "", why);
}

/* ---------------------------------------------------------------- header */

static struct str trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = (struct str){s.p + 1, s.n - 1};
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static enum column column_named(struct str name)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        size_t n = strlen(column_names[c]);
        if (name.n == n && strncasecmp(name.p, column_names[c], n) == 0)
            return (enum column)c;
    }
    return COLUMN_COUNT;
}

static void header_column(struct reading *r, struct str raw, size_t place)
{
    struct str name = trim(raw);
    enum column c = column_named(name);
    struct err why = reading_err(r);
    char shown[60];
    text_printable(name, shown, sizeof shown);
    if (c == COLUMN_COUNT) {
        err_set(
            &why, ERR_INVALID,
            "there is no column \"%s\": mark class unit title opened closed path category reason record_title origin "
            "dated access shelf facts",
            shown);
        reading_tell(r, COLUMN_COUNT, &why);
    } else if (r->place[c] != SIZE_MAX) {
        err_set(&why, ERR_INVALID, "the column \"%s\" stands twice in the header", shown);
        reading_tell(r, c, &why);
    } else {
        r->place[c] = place;
    }
}

static void header_lacks(struct reading *r, enum column c)
{
    struct err why = reading_err(r);
    if (r->place[c] != SIZE_MAX)
        return;
    err_set(&why, ERR_INVALID, "the header lacks the column \"%s\"", column_names[c]);
    reading_tell(r, c, &why);
}

/* false: without a header there is nothing to read */
bool read_header(struct reading *r, struct err *e)
{
    struct csv_row row;
    struct err why = reading_err(r);
    r->line = 1;
    enum csv_step step = csv_next(&r->csv, r->m->arena, &row, &why);
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    if (step != CSV_ROW) {
        if (step == CSV_END)
            err_set(&why, ERR_INVALID, "the list is empty: its first line names the columns");
        reading_tell(r, COLUMN_COUNT, &why);
        return true;
    }
    r->row_ok = true;
    r->columns = row.n;
    r->line = row.line;
    for (size_t i = 0; i < row.n; i++)
        header_column(r, row.fields[i], i);
    header_lacks(r, C_TITLE);
    if (r->place[C_MARK] == SIZE_MAX) {
        header_lacks(r, C_CLASS);
        header_lacks(r, C_UNIT);
        header_lacks(r, C_OPENED);
    }
    if (r->place[C_SHELF] == SIZE_MAX)
        header_lacks(r, C_PATH);
    return true;
}

/* ---------------------------------------------------------------- fields */

static struct str field(const struct reading *r, const struct csv_row *row, enum column c)
{
    return r->place[c] == SIZE_MAX ? STR("") : trim(row->fields[r->place[c]]);
}

/* false: out of memory; a refused text is told and becomes empty */
bool text_field(struct reading *r, const struct csv_row *row, enum column c, size_t max, bool lines, struct str *out,
                struct err *e)
{
    struct err why = reading_err(r);
    *out = STR("");
    if (text_gate(r->m->arena, column_names[c], field(r, row, c), max, lines, out, &why))
        return true;
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    reading_tell(r, c, &why);
    return true;
}

struct day day_field(struct reading *r, const struct csv_row *row, enum column c)
{
    struct day d = DAY_NONE;
    struct str text = field(r, row, c);
    struct err why = reading_err(r);
    char shown[40];
    if (text.n == 0)
        return d;
    text_printable(text, shown, sizeof shown);
    if (!day_parse(text, &d)) {
        err_set(&why, ERR_INVALID, "\"%s\" is not a day: write YYYY-MM-DD, such as 2021-12-31", shown);
        reading_tell(r, c, &why);
        return DAY_NONE;
    }
    if (d.n > r->today.n) {
        err_set(&why, ERR_INVALID, "%s is in the future", shown);
        reading_tell(r, c, &why);
    }
    return d;
}

uint64_t access_field(struct reading *r, const struct csv_row *row)
{
    struct str text = field(r, row, C_ACCESS);
    struct err why = reading_err(r);
    if (text.n == 0 || str_is(text, "internal"))
        return ACCESS_INTERNAL;
    if (str_is(text, "public"))
        return ACCESS_PUBLIC;
    if (str_is(text, "restricted"))
        return ACCESS_RESTRICTED;
    err_set(&why, ERR_INVALID, "the access level is internal, public or restricted");
    reading_tell(r, C_ACCESS, &why);
    return 0;
}
