/* settings.c: `name = value` lines, checked against a program's table.
 *
 * Owns the values read, in one arena. A `#` opens a comment only at the start of a line, so that a value may hold one.
 * Every error names the file, the line and the rule. Reading stops at the first error: nothing half read is kept. */
#include "base.h"

#include <string.h>

#define FILE_MOST ((size_t)1 << 20)
#define NAME_MOST 63u

struct settings {
    struct arena *arena;
    const struct setting *table;
    size_t rows;
    struct value {
        struct str text;
        uint64_t number; /* also 0 or 1 for SET_BOOL */
        uint32_t line;   /* 0: the standard value */
    } * values;
};

/* Where in the file reading stands; gives every complaint its place. */
struct place {
    const char *file;
    uint32_t line;
    struct err *e;
};

static bool complain(const struct place *at, const char *name)
{
    char place[160];
    at->e->code = ERR_INVALID;
    struct str shown = str_of(at->file);
    text_printable(shown, place, sizeof place);
    struct err reason = *at->e;
    err_field(at->e, ERR_INVALID, name, "%s, line %u: %s", place, at->line, reason.text);
    return false;
}

static struct str trim_blanks(struct str s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r')) {
        s.n--;
    }
    return s;
}

static bool read_bool(struct str text, uint64_t *out)
{
    if (!str_is(text, "yes") && !str_is(text, "no")) {
        return false;
    }
    *out = str_is(text, "yes");
    return true;
}

/* One value by its row; the reason in e->text, the place is added by the caller. */
static bool read_value(struct settings *s, const struct setting *row, struct str text, struct value *v, struct err *e)
{
    switch (row->type) {
        case SET_U64:
            if (!parse_u64(text, row->min, row->max, &v->number)) {
                return err_set(e, ERR_INVALID, "%s must be a whole number from %llu to %llu", row->name,
                               (unsigned long long)row->min, (unsigned long long)row->max);
            }
            break;
        case SET_BOOL:
            if (!read_bool(text, &v->number)) {
                return err_set(e, ERR_INVALID, "%s must be yes or no", row->name);
            }
            break;
        case SET_TEXT:
            break;
    }
    size_t most = row->type == SET_TEXT && row->max < SIZE_MAX ? (size_t)row->max : NAME_MOST;
    return text_gate(s->arena, row->name, text, most, false, &v->text, e);
}

static const struct setting *find_row(const struct settings *s, struct str section, struct str name, size_t *index)
{
    char full[2 * NAME_MOST + 2];
    size_t n = 0;
    if (section.n > NAME_MOST || name.n > NAME_MOST || name.n == 0) {
        return NULL;
    }
    if (section.n > 0) {
        memcpy(full, section.p, section.n);
        full[section.n] = '.';
        n = section.n + 1;
    }
    memcpy(full + n, name.p, name.n);
    struct str wanted = {full, n + name.n};
    for (size_t i = 0; i < s->rows; i++) {
        if (str_is(wanted, s->table[i].name)) {
            *index = i;
            return &s->table[i];
        }
    }
    return NULL;
}

static bool read_assignment(struct settings *s, struct str section, struct str line, const struct place *at)
{
    const char *equals = memchr(line.p, '=', line.n);
    if (equals == NULL) {
        err_set(at->e, ERR_INVALID, "expected `name = value`, `[section]` or a comment");
        return complain(at, "");
    }
    struct str name = trim_blanks((struct str){line.p, (size_t)(equals - line.p)});
    struct str text = trim_blanks((struct str){equals + 1, line.n - (size_t)(equals - line.p) - 1});
    size_t i = 0;
    const struct setting *row = find_row(s, section, name, &i);
    if (row == NULL) {
        char shown[64], shown_section[64];
        text_printable(name, shown, sizeof shown);
        text_printable(section, shown_section, sizeof shown_section);
        err_set(at->e, ERR_INVALID, "there is no setting %s in section [%s]", shown, shown_section);
        return complain(at, "");
    }
    if (s->values[i].line != 0) {
        err_set(at->e, ERR_INVALID, "%s was set already in line %u", row->name, s->values[i].line);
        return complain(at, row->name);
    }
    if (!read_value(s, row, text, &s->values[i], at->e)) {
        return at->e->code == ERR_MEMORY ? false : complain(at, row->name);
    }
    s->values[i].line = at->line;
    return true;
}

static bool read_line(struct settings *s, struct str *section, struct str line, const struct place *at)
{
    line = trim_blanks(line);
    if (line.n == 0 || line.p[0] == '#') {
        return true;
    }
    if (line.p[0] != '[') {
        return read_assignment(s, *section, line, at);
    }
    if (line.n < 3 || line.p[line.n - 1] != ']') {
        err_set(at->e, ERR_INVALID, "a section is written [name] on a line of its own");
        return complain(at, "");
    }
    *section = trim_blanks((struct str){line.p + 1, line.n - 2});
    return true;
}

static bool read_lines(struct settings *s, struct str file, struct place *at)
{
    struct str section = STR("");
    if (str_starts(file, "\xEF\xBB\xBF")) { /* some editors put a byte order mark */
        file.p += 3;
        file.n -= 3;
    }
    while (file.n > 0) {
        const char *end = memchr(file.p, '\n', file.n);
        size_t n = end != NULL ? (size_t)(end - file.p) : file.n;
        at->line++;
        if (!read_line(s, &section, (struct str){file.p, n}, at)) {
            return false;
        }
        n += end != NULL;
        file.p += n;
        file.n -= n;
    }
    return true;
}

static struct settings *settings_new(const struct setting *table, size_t rows)
{
    size_t text = 0;
    for (size_t i = 0; i < rows; i++) {
        text += sizeof(struct value) + sizeof(struct setting) + 64;
    }
    struct arena *a = arena_new(2 * FILE_MOST + text);
    struct settings *s = a != NULL ? arena_alloc(a, sizeof *s) : NULL;
    if (s == NULL) {
        arena_free(&a);
        return NULL;
    }
    struct setting *copy = arena_alloc(a, rows * sizeof *copy); /* a joined table may be gone before the settings */
    struct value *values = arena_alloc(a, rows * sizeof *values);
    if (copy == NULL || values == NULL) {
        arena_free(&a);
        return NULL;
    }
    memcpy(copy, table, rows * sizeof *copy);
    *s = (struct settings){.arena = a, .table = copy, .rows = rows, .values = values};
    return s;
}

static bool fill_standards(struct settings *s, struct err *e)
{
    for (size_t i = 0; i < s->rows; i++) {
        if (s->values[i].line == 0 && !read_value(s, &s->table[i], str_of(s->table[i].standard), &s->values[i], e)) {
            return err_wrap(e, "standard value of %s", s->table[i].name);
        }
    }
    return true;
}

bool settings_read(const struct setting *table, size_t rows, struct str file, const char *file_name,
                   struct settings **out, struct err *e)
{
    if (file.n > FILE_MOST) {
        return err_set(e, ERR_TOO_BIG, "%s is larger than %zu bytes", file_name, FILE_MOST);
    }
    struct settings *s CLEANUP(settings_free) = settings_new(table, rows);
    if (s == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct place at = {.file = file_name, .e = e};
    if (!read_lines(s, file, &at) || !fill_standards(s, e)) {
        return false;
    }
    *out = s;
    s = NULL;
    return true;
}

void settings_free(struct settings **s)
{
    if (*s != NULL) {
        struct arena *a = (*s)->arena; /* the settings themselves lie in it */
        arena_free(&a);
        *s = NULL;
    }
}

static const struct value *value_of(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->rows; i++) {
        if (strcmp(s->table[i].name, name) == 0) {
            return &s->values[i];
        }
    }
    fail_stop("no setting %s in the table of this program", name);
}

struct str setting_text(const struct settings *s, const char *name)
{
    return value_of(s, name)->text;
}

uint64_t setting_u64(const struct settings *s, const char *name)
{
    return value_of(s, name)->number;
}

bool setting_bool(const struct settings *s, const char *name)
{
    return value_of(s, name)->number != 0;
}
