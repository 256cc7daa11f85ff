/* manifest.c: reads a list of case files and documents and checks all that the text alone can tell.
 *
 * Promises: nothing is written; every problem is told with line, column, the fact and the repair, and reading goes on
 * so that one pass shows them all. Rows of one mark, or of one (class, unit, title, opening day), are one case file and
 * must agree on it. Fails only when the text cannot be read at all (no memory). */
#include "manifest.h"

#include <string.h>

#define MANIFEST_MEMORY ((size_t)2 << 30)
#define TITLE_MAX       1000
#define REASON_MAX      2000
#define PATH_MAX_CHARS  4096

enum column {
    C_MARK,
    C_CLASS,
    C_UNIT,
    C_TITLE,
    C_OPENED,
    C_CLOSED,
    C_PATH,
    C_CATEGORY,
    C_REASON,
    C_RECORD_TITLE,
    C_ORIGIN,
    C_DATED,
    C_ACCESS,
    C_SHELF,
    C_FACTS,
    COLUMN_COUNT
};
static const char *const column_names[COLUMN_COUNT] = {"mark",   "class", "unit",     "title",  "opened",
                                                       "closed", "path",  "category", "reason", "record_title",
                                                       "origin", "dated", "access",   "shelf",  "facts"};

struct reading {
    struct manifest *m;
    struct problems *p;
    struct csv csv;
    size_t columns;             /* in the header */
    size_t place[COLUMN_COUNT]; /* in a row; SIZE_MAX: not there */
    struct seen files, paths;
    struct day today;
    size_t line; /* being read */
    bool row_ok;
};

void problem_tell(struct problems *p, size_t line, const char *column, const struct err *why)
{
    p->count++;
    if (p->each)
        p->each(p->ctx, line, column ? column : "", why->text);
}

/* An error to fill for a problem of this row; told by tell(). */
static struct err fresh_err(const struct reading *r)
{
    struct err e;
    err_init(&e, r->p->lang);
    return e;
}

static void tell(struct reading *r, enum column c, const struct err *why)
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
    struct err why = fresh_err(r);
    char shown[60];
    text_printable(name, shown, sizeof shown);
    if (c == COLUMN_COUNT) {
        err_set(
            &why, ERR_INVALID,
            "there is no column \"%s\": mark class unit title opened closed path category reason record_title origin "
            "dated access shelf facts",
            shown);
        tell(r, COLUMN_COUNT, &why);
    } else if (r->place[c] != SIZE_MAX) {
        err_set(&why, ERR_INVALID, "the column \"%s\" stands twice in the header", shown);
        tell(r, c, &why);
    } else {
        r->place[c] = place;
    }
}

static void header_lacks(struct reading *r, enum column c)
{
    struct err why = fresh_err(r);
    if (r->place[c] != SIZE_MAX)
        return;
    err_set(&why, ERR_INVALID, "the header lacks the column \"%s\"", column_names[c]);
    tell(r, c, &why);
}

/* false: without a header there is nothing to read */
static bool read_header(struct reading *r, struct err *e)
{
    struct csv_row row;
    struct err why = fresh_err(r);
    r->line = 1;
    enum csv_step step = csv_next(&r->csv, r->m->arena, &row, &why);
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    if (step != CSV_ROW) {
        if (step == CSV_END)
            err_set(&why, ERR_INVALID, "the list is empty: its first line names the columns");
        tell(r, COLUMN_COUNT, &why);
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
static bool gated(struct reading *r, const struct csv_row *row, enum column c, size_t max, bool lines, struct str *out,
                  struct err *e)
{
    struct err why = fresh_err(r);
    *out = STR("");
    if (text_gate(r->m->arena, column_names[c], field(r, row, c), max, lines, out, &why))
        return true;
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    tell(r, c, &why);
    return true;
}

static struct day day_field(struct reading *r, const struct csv_row *row, enum column c)
{
    struct day d = DAY_NONE;
    struct str text = field(r, row, c);
    struct err why = fresh_err(r);
    char shown[40];
    if (text.n == 0)
        return d;
    text_printable(text, shown, sizeof shown);
    if (!day_parse(text, &d)) {
        err_set(&why, ERR_INVALID, "\"%s\" is not a day: write YYYY-MM-DD, such as 2021-12-31", shown);
        tell(r, c, &why);
        return DAY_NONE;
    }
    if (d.n > r->today.n) {
        err_set(&why, ERR_INVALID, "%s is in the future", shown);
        tell(r, c, &why);
    }
    return d;
}

static void access_field(struct reading *r, const struct csv_row *row, uint64_t *out)
{
    struct str text = field(r, row, C_ACCESS);
    struct err why = fresh_err(r);
    *out = text.n == 0 || str_is(text, "internal") ? ACCESS_INTERNAL
           : str_is(text, "public")                ? ACCESS_PUBLIC
           : str_is(text, "restricted")            ? ACCESS_RESTRICTED
                                                   : 0;
    if (*out)
        return;
    err_set(&why, ERR_INVALID, "the access level is internal, public or restricted");
    tell(r, C_ACCESS, &why);
}

/* ---------------------------------------------------------------- the file a row belongs to */

static void check_kept_mark(struct reading *r, struct manifest_file *f)
{
    struct mark_parts m;
    struct err why = fresh_err(r);
    if (!mark_parse(f->mark, &m, &why)) {
        tell(r, C_MARK, &why);
        return;
    }
    if (m.handler.n) {
        err_set(&why, ERR_INVALID, "a handler's sign is no part of the mark: leave \".%.*s\" away", (int)m.handler.n,
                m.handler.p);
        tell(r, C_MARK, &why);
    }
    if (f->unit.n == 0)
        f->unit = m.unit;
    if (f->symbol.n == 0)
        f->symbol = m.symbol;
    if (!str_eq(f->unit, m.unit) || !str_eq(f->symbol, m.symbol)) {
        err_set(&why, ERR_INVALID, "the mark %.*s names another unit or class than the columns beside it",
                (int)f->mark.n, f->mark.p);
        tell(r, C_MARK, &why);
    }
    if (day_is_none(f->opened)) /* only the year is known: its first day stands for it */
        (void)day_make(m.year, 1, 1, &f->opened);
}

static void check_new_mark(struct reading *r, const struct manifest_file *f)
{
    struct err why = fresh_err(r);
    if (!unit_valid(f->unit)) {
        err_set(&why, ERR_INVALID, "a unit's sign is capital letters and digits, hyphens inside, such as WA or OR-2");
        tell(r, C_UNIT, &why);
    }
    if (!symbol_valid(f->symbol)) {
        err_set(&why, ERR_INVALID, "a class symbol is written in digits, such as 1431");
        tell(r, C_CLASS, &why);
    }
    if (day_is_none(f->opened) && r->row_ok) {
        err_set(&why, ERR_INVALID, "without a mark the opening day is needed: the year of the mark comes from it");
        tell(r, C_OPENED, &why);
    }
}

static void check_file(struct reading *r, struct manifest_file *f)
{
    struct err why = fresh_err(r);
    struct category c;
    struct facts facts;
    if (f->mark.n)
        check_kept_mark(r, f);
    else
        check_new_mark(r, f);
    if (f->title.n == 0) {
        err_set(&why, ERR_INVALID, "a case file needs a title");
        tell(r, C_TITLE, &why);
    }
    if (!day_is_none(f->closed) && !day_is_none(f->opened) && f->closed.n < f->opened.n) {
        err_set(&why, ERR_INVALID, "the case ends before it began");
        tell(r, C_CLOSED, &why);
    }
    if (f->category.n && (!category_parse(f->category, &c, &why) || c.kind == CAT_BSTAR)) {
        err_set(&why, ERR_INVALID, "a category given by hand is A, Bn, BEn or Bc");
        tell(r, C_CATEGORY, &why);
    }
    if (f->category.n && f->reason.n == 0) {
        err_set(&why, ERR_INVALID, "a category given by hand needs a reason");
        tell(r, C_REASON, &why);
    }
    if (f->facts.n && !facts_parse(f->facts, &facts, &why))
        tell(r, C_FACTS, &why);
}

static bool read_file_fields(struct reading *r, const struct csv_row *row, struct manifest_file *f, struct err *e)
{
    *f = (struct manifest_file){.line = row->line};
    if (!gated(r, row, C_MARK, 80, false, &f->mark, e) || !gated(r, row, C_UNIT, 40, false, &f->unit, e) ||
        !gated(r, row, C_CLASS, 40, false, &f->symbol, e) || !gated(r, row, C_TITLE, TITLE_MAX, false, &f->title, e) ||
        !gated(r, row, C_CATEGORY, 20, false, &f->category, e) ||
        !gated(r, row, C_REASON, REASON_MAX, true, &f->reason, e) ||
        !gated(r, row, C_FACTS, TITLE_MAX, false, &f->facts, e))
        return false;
    f->opened = day_field(r, row, C_OPENED);
    f->closed = day_field(r, row, C_CLOSED);
    return true;
}

static struct str file_key(struct reading *r, const struct manifest_file *f)
{
    if (f->mark.n)
        return arena_fmt(r->m->arena, "m%.*s", (int)f->mark.n, f->mark.p);
    return arena_fmt(r->m->arena, "f%.*s\n%.*s\n%d\n%.*s", (int)f->unit.n, f->unit.p, (int)f->symbol.n, f->symbol.p,
                     (int)f->opened.n, (int)f->title.n, f->title.p);
}

/* Rows of one file may leave out what an earlier row said, but may not say otherwise. */
static void agree(struct reading *r, const struct manifest_file *first, const struct manifest_file *f)
{
    const struct {
        enum column c;
        struct str was, is;
    } texts[] = {
        {C_CLASS, first->symbol, f->symbol},  {C_UNIT, first->unit, f->unit},
        {C_TITLE, first->title, f->title},    {C_CATEGORY, first->category, f->category},
        {C_REASON, first->reason, f->reason}, {C_FACTS, first->facts, f->facts},
    };
    struct err why = fresh_err(r);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].is.n == 0 || str_eq(texts[i].was, texts[i].is))
            continue;
        err_set(&why, ERR_INVALID, "this is not what line %zu says of the same case file", first->line);
        tell(r, texts[i].c, &why);
    }
    bool opened = !day_is_none(f->opened) && f->opened.n != first->opened.n;
    bool closed = !day_is_none(f->closed) && f->closed.n != first->closed.n;
    if (opened || closed) {
        err_set(&why, ERR_INVALID, "this is not what line %zu says of the same case file", first->line);
        tell(r, opened ? C_OPENED : C_CLOSED, &why);
    }
}

static bool take_file(struct reading *r, const struct csv_row *row, size_t *index, struct err *e)
{
    struct manifest *m = r->m;
    struct manifest_file f;
    bool fresh;
    if (!read_file_fields(r, row, &f, e))
        return false;
    struct str key = file_key(r, &f);
    if (!key.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    *index = seen_put(&r->files, key, m->file_count, &fresh);
    if (!fresh) {
        agree(r, &m->files[*index], &f);
        return true;
    }
    check_file(r, &f);
    f.bad = !r->row_ok;
    m->files[m->file_count++] = f;
    return true;
}

/* ---------------------------------------------------------------- rows */

static void check_place(struct reading *r, const struct manifest_row *row)
{
    struct err why = fresh_err(r);
    bool fresh = true;
    if (row->path.n == 0 && row->shelf.n == 0) {
        err_set(&why, ERR_INVALID, "name the file of the document, or for paper its shelf mark");
        tell(r, C_PATH, &why);
    }
    if (row->path.n && row->shelf.n) {
        err_set(&why, ERR_INVALID, "a document is a file or paper on a shelf, not both");
        tell(r, C_SHELF, &why);
    }
    size_t line = row->path.n ? seen_put(&r->paths, row->path, row->line, &fresh) : 0;
    if (!fresh) {
        err_set(&why, ERR_INVALID, "line %zu names this file already", line);
        tell(r, C_PATH, &why);
    }
}

static bool take_row(struct reading *r, const struct csv_row *fields, struct err *e)
{
    struct manifest_row row = {.line = fields->line};
    struct err why = fresh_err(r);
    if (fields->n != r->columns) {
        err_set(&why, ERR_INVALID, "the row has %zu columns, the header has %zu", fields->n, r->columns);
        tell(r, COLUMN_COUNT, &why);
        return true;
    }
    if (!take_file(r, fields, &row.file, e) || !gated(r, fields, C_PATH, PATH_MAX_CHARS, false, &row.path, e) ||
        !gated(r, fields, C_RECORD_TITLE, RECORD_TITLE_MAX, false, &row.title, e) ||
        !gated(r, fields, C_ORIGIN, 16, false, &row.origin, e) ||
        !gated(r, fields, C_SHELF, RECORD_SHELF_MAX, false, &row.shelf, e))
        return false;
    row.dated = day_field(r, fields, C_DATED);
    access_field(r, fields, &row.access);
    const struct record_input in = {.origin = row.origin};
    if (!record_input_check(&in, &why))
        tell(r, C_ORIGIN, &why);
    check_place(r, &row);
    r->m->rows[r->m->row_count++] = row;
    return true;
}

static bool read_rows(struct reading *r, struct err *e)
{
    struct csv_row row;
    for (;;) {
        struct err why = fresh_err(r);
        size_t line = r->csv.line;
        enum csv_step step = csv_next(&r->csv, r->m->arena, &row, &why);
        r->line = step == CSV_ROW ? row.line : line;
        r->row_ok = true;
        if (why.code == ERR_MEMORY) {
            *e = why;
            return false;
        }
        if (step == CSV_END)
            return true;
        if (step == CSV_BAD)
            tell(r, COLUMN_COUNT, &why);
        else if (!take_row(r, &row, e))
            return false;
    }
}

static size_t count_lines(struct str csv)
{
    size_t n = 1;
    for (size_t i = 0; i < csv.n; i++)
        n += csv.p[i] == '\n';
    return n;
}

static bool make_room(struct reading *r, struct str csv, struct err *e)
{
    struct manifest *m = r->m;
    size_t most = count_lines(csv);
    m->files = arena_alloc(m->arena, most * sizeof *m->files);
    m->rows = arena_alloc(m->arena, most * sizeof *m->rows);
    if (!m->files || !m->rows)
        return err_set(e, ERR_MEMORY, "out of memory");
    return seen_make(&r->files, m->arena, most, e) && seen_make(&r->paths, m->arena, most, e);
}

struct fingerprint {
    struct archive *a;
    struct str csv;
    uint8_t *out;
};

static bool fingerprint_fn(struct txn *t, void *ctx, struct err *e)
{
    struct fingerprint *f = ctx;
    struct key key CLEANUP(key_wipe) = {{0}};
    if (!key_get(t, f->a->store, &f->a->self, &key, e))
        return false;
    hmac_sha256((struct bytes){key.b, sizeof key.b}, bytes_of(f->csv), f->out);
    return true;
}

bool manifest_read(struct archive *a, struct str csv, manifest_problem each, void *ctx, struct manifest **out,
                   size_t *problems, struct err *e)
{
    struct manifest *m CLEANUP(manifest_free) = mem_zalloc(sizeof *m);
    struct problems p = {.each = each, .ctx = ctx, .lang = e->lang};
    struct reading r = {.m = m, .p = &p, .today = archive_today(a)};
    if (!m || !(m->arena = arena_new(MANIFEST_MEMORY)))
        return err_set(e, ERR_MEMORY, "out of memory");
    struct fingerprint f = {a, csv, m->fingerprint};
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        r.place[c] = SIZE_MAX;
    struct str copy = arena_str(m->arena, csv);
    if (!copy.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    csv_begin(&r.csv, copy);
    if (!make_room(&r, csv, e) || !store_read(a->store, fingerprint_fn, &f, e) || !read_header(&r, e) ||
        (p.count == 0 && !read_rows(&r, e)) || !manifest_check(a, m, &p, e))
        return false;
    m->faulty = p.count != 0;
    *problems = p.count;
    *out = m;
    m = NULL;
    return true;
}

size_t manifest_rows(const struct manifest *m)
{
    return m->row_count;
}

struct str manifest_path(const struct manifest *m, size_t row)
{
    return m->rows[row].path;
}

size_t manifest_line(const struct manifest *m, size_t row)
{
    return m->rows[row].line;
}

void manifest_free(struct manifest **m)
{
    if (!*m)
        return;
    arena_free(&(*m)->arena);
    mem_free(*m);
    *m = NULL;
}
