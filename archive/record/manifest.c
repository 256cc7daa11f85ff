/* manifest.c: reads a list of case files and documents and checks all that the text alone can tell.
 *
 * Promises: nothing is written; every problem is told with line, column, the fact and the repair, and reading goes on
 * so that one pass shows them all. Rows of one mark, or of one (class, unit, title, opening day), are one case file and
 * must agree on it. Fails only when the text cannot be read at all (no memory). */
#include "manifest_reading.h"

#include <string.h>

#define MANIFEST_MEMORY ((size_t)2 << 30)
#define PATH_MAX_CHARS  4096

/* ---------------------------------------------------------------- rows */

static void check_place(struct reading *r, const struct manifest_row *row)
{
    struct err why = reading_err(r);
    bool fresh = true;
    if (row->path.n == 0 && row->shelf.n == 0) {
        err_set(&why, ERR_INVALID, "name the file of the document, or for paper its shelf mark");
        reading_tell(r, C_PATH, &why);
    }
    if (row->path.n && row->shelf.n) {
        err_set(&why, ERR_INVALID, "a document is a file or paper on a shelf, not both");
        reading_tell(r, C_SHELF, &why);
    }
    size_t line = row->path.n ? seen_put(&r->paths, row->path, row->line, &fresh) : 0;
    if (!fresh) {
        err_set(&why, ERR_INVALID, "line %zu names this file already", line);
        reading_tell(r, C_PATH, &why);
    }
}

/* "./a" and "a" are one file: a list that a program made often writes the first. */
static struct str path_plain(struct str path)
{
    while (path.n > 2 && path.p[0] == '.' && path.p[1] == '/') {
        path = (struct str){path.p + 2, path.n - 2};
    }
    return path;
}

static bool take_row(struct reading *r, const struct csv_row *fields, struct err *e)
{
    struct manifest_row row = {.line = fields->line};
    struct err why = reading_err(r);
    if (fields->n != r->columns) {
        err_set(&why, ERR_INVALID, "the row has %zu columns, the header has %zu", fields->n, r->columns);
        reading_tell(r, COLUMN_COUNT, &why);
        return true;
    }
    if (!take_file(r, fields, &row.file, e) || !text_field(r, fields, C_PATH, PATH_MAX_CHARS, false, &row.path, e) ||
        !text_field(r, fields, C_RECORD_TITLE, RECORD_TITLE_MAX, false, &row.title, e) ||
        !text_field(r, fields, C_ORIGIN, 16, false, &row.origin, e) ||
        !text_field(r, fields, C_SHELF, RECORD_SHELF_MAX, false, &row.shelf, e))
        return false;
    row.path = path_plain(row.path);
    row.dated = day_field(r, fields, C_DATED);
    row.access = access_field(r, fields);
    const struct record_input in = {.origin = row.origin};
    if (!record_input_check(&in, &why))
        reading_tell(r, C_ORIGIN, &why);
    check_place(r, &row);
    r->m->rows[r->m->row_count++] = row;
    return true;
}

static bool read_rows(struct reading *r, struct err *e)
{
    struct csv_row row;
    for (;;) {
        struct err why = reading_err(r);
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
            reading_tell(r, COLUMN_COUNT, &why);
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

bool manifest_known(const struct manifest *m, size_t row)
{
    return m->rows[row].known;
}

size_t manifest_line(const struct manifest *m, size_t row)
{
    return m->rows[row].line;
}

void manifest_found(struct manifest *m, size_t row, uint64_t size)
{
    m->rows[row].found = true;
    m->rows[row].size = size;
}

void manifest_free(struct manifest **m)
{
    if (!*m)
        return;
    arena_free(&(*m)->arena);
    mem_free(*m);
    *m = NULL;
}
