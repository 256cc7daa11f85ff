/* parse.c: reads a command line strictly by the table.
 *
 * Owns the grammar: `--name value`, `--name=value`, a one-letter form where the table gives one, options and arguments
 * in any order, `--` before arguments that begin with a dash. Every value is checked for its type here, once. Promises
 * that what comes out is complete: required things are there, excluded ones are not. Fails with ERR_INVALID, naming the
 * word and its repair. */
#include "command_internal.h"

#include <stdio.h>
#include <string.h>

struct parser {
    int argc;
    const char *const *argv;
    int at;
    struct arena *ar;
    struct parsed *out;
    size_t row_of_argument, taken; /* where the next argument goes */
};

static const struct option_row *find_in(const struct option_row *rows, size_t n, struct str name)
{
    for (size_t i = 0; i < n && rows[i].name != NULL; i++) {
        if (str_is(name, rows[i].name) || (name.n == 1 && rows[i].letter != 0 && name.p[0] == rows[i].letter)) {
            return &rows[i];
        }
    }
    return NULL;
}

static const struct option_row *find_option(const struct command_row *row, struct str name)
{
    const struct option_row *found = find_in(row->options, COMMAND_OPTIONS, name);
    return found != NULL ? found : find_in(global_options, SIZE_MAX, name);
}

static bool unknown_option(const struct parser *ps, struct str name, struct err *e)
{
    const char *names[COMMAND_OPTIONS + 8];
    size_t n = 0;
    const struct command_row *row = ps->out->row;
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        names[n++] = row->options[i].name;
    }
    for (size_t i = 0; global_options[i].name != NULL; i++) {
        names[n++] = global_options[i].name;
    }
    char shown[80];
    text_printable(name, shown, sizeof shown);
    const char *dashes = name.n == 1 ? "-" : "--", *near = suggest(name, names, n);
    if (near != NULL) {
        return err_field(e, ERR_INVALID, near, "“akta %s” has no option %s%s; did you mean --%s?", row->name, dashes,
                         shown, near);
    }
    return err_set(e, ERR_INVALID, "“akta %s” has no option %s%s", row->name, dashes, shown);
}

static bool day_parts(struct str s, uint64_t *year, uint64_t *month, uint64_t *day)
{
    struct str m = {s.p + 5, 2}, d = {s.p + 8, 2};
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !parse_u64((struct str){s.p, 4}, 1000, 9999, year)) {
        return false;
    }
    m = m.p[0] == '0' ? (struct str){m.p + 1, 1} : m;
    d = d.p[0] == '0' ? (struct str){d.p + 1, 1} : d;
    return parse_u64(m, 0, 99, month) && parse_u64(d, 0, 99, day);
}

bool day_read(struct str s, const char *field, struct day *out, struct err *e)
{
    if (day_parse(s, out)) {
        return true;
    }
    char shown[64];
    text_printable(s, shown, sizeof shown);
    uint64_t year = 0, month = 0, day = 0;
    if (!day_parts(s, &year, &month, &day)) {
        return err_field(e, ERR_INVALID, field, "%s: write the date as year-month-day, such as 2026-11-21, not “%s”",
                         field, shown);
    }
    if (month < 1 || month > 12) {
        return err_field(e, ERR_INVALID, field, "%s: a year has 12 months; “%s” names another one", field, shown);
    }
    struct day first, last;
    int next_year = (int)year + (month == 12), next_month = month == 12 ? 1 : (int)month + 1;
    if (!day_make((int)year, (int)month, 1, &first) || !day_make(next_year, next_month, 1, &last)) {
        return err_field(e, ERR_INVALID, field, "%s: dates from 1800-01-01 to 2299-12-31 are supported, not “%s”",
                         field, shown);
    }
    return err_field(e, ERR_INVALID, field, "%s: “%s” does not exist: that month has %d days", field, shown,
                     (int)(last.n - first.n));
}

static bool bad_number(const struct option_row *row, const char *field, struct str s, struct err *e)
{
    char shown[64];
    text_printable(s, shown, sizeof shown);
    return err_field(e, ERR_INVALID, row->name, "%s: write a whole number from %llu to %llu, not “%s”", field,
                     (unsigned long long)row->min, (unsigned long long)row->max, shown);
}

static bool is_path(enum value_type t)
{
    return t >= VALUE_INPUT;
}

/* What every value must be, whatever it means: not too long, a path that can exist, or text. */
static bool value_sound(enum value_type type, const char *field, struct str s, struct err *e)
{
    if (is_path(type)) {
        if (s.n == 0) {
            return err_set(e, ERR_INVALID, "%s: the path is empty", field);
        }
        if (type == VALUE_FOLDER_OUT && str_is(s, "-")) {
            return err_set(e, ERR_INVALID,
                           "%s: a whole folder is written, which standard output cannot take; name a folder (./- for "
                           "one of that name)",
                           field);
        }
        return s.n < COMMAND_PATH_MAX ||
               err_set(e, ERR_TOO_BIG, "%s: the path is longer than %u bytes", field, COMMAND_PATH_MAX - 1);
    }
    return utf8_valid(s) || err_set(e, ERR_INVALID, "%s: this is not valid UTF-8 text", field);
}

static bool take_value(struct parser *ps, const struct option_row *row, struct str text, struct err *e)
{
    char field[64];
    snprintf(field, sizeof field, "--%s", row->name);
    struct given *g = &ps->out->opts[ps->out->opt_count];
    *g = (struct given){.row = row, .text = text, .day = DAY_NONE};
    if (row->type == VALUE_OUTPUT && str_is(text, "-")) {
        g->text = STR(""); /* standard output, as without the option */
    }
    if (!value_sound(row->type, field, text, e) || (row->type == VALUE_DAY && !day_read(text, field, &g->day, e))) {
        return false;
    }
    if (row->type == VALUE_TEXT && text.n == 0 && (row->flags & OPTION_REQUIRED) != 0 && row->choice == 0) {
        return err_field(e, ERR_INVALID, row->name, "%s is empty: write %s after it", field,
                         row->value != NULL ? tr(e->lang, row->value) : "");
    }
    if (row->type == VALUE_NUMBER && !parse_u64(text, row->min, row->max, &g->number)) {
        return bad_number(row, field, text, e);
    }
    if (!(row->flags & OPTION_REPEAT) && parsed_option(ps->out, row->name) != NULL) {
        return err_field(e, ERR_INVALID, row->name, "%s is given twice; leave one", field);
    }
    ps->out->opt_count++;
    return true;
}

/* `word` without its dashes; with `=`, the value follows it. */
static bool take_option(struct parser *ps, struct str word, bool is_long, struct err *e)
{
    const char *equals = is_long ? memchr(word.p, '=', word.n) : NULL;
    struct str name = {word.p, equals != NULL ? (size_t)(equals - word.p) : (is_long ? word.n : 1)};
    const struct option_row *row = find_option(ps->out->row, name);
    if (row == NULL || (is_long && name.n == 1)) {
        return unknown_option(ps, name, e);
    }
    if (row->type == VALUE_NONE) {
        if (equals != NULL || word.n > name.n) {
            return err_field(e, ERR_INVALID, row->name, "--%s stands alone; it takes no value", row->name);
        }
        return take_value(ps, row, STR_NONE, e);
    }
    if (equals != NULL || word.n > name.n) { /* --name=value, -oVALUE */
        size_t skip = name.n + (equals != NULL ? 1 : 0);
        return take_value(ps, row, (struct str){word.p + skip, word.n - skip}, e);
    }
    if (ps->at == ps->argc) {
        return err_field(e, ERR_INVALID, row->name, "--%s: write %s after it", row->name, tr(e->lang, row->value));
    }
    return take_value(ps, row, str_of(ps->argv[ps->at++]), e);
}

static bool take_argument(struct parser *ps, struct str s, struct err *e)
{
    const struct command_row *row = ps->out->row;
    const struct argument_row *a = &row->arguments[ps->row_of_argument];
    if (ps->row_of_argument == COMMAND_ARGUMENTS || a->name == NULL) {
        char shown[80];
        text_printable(s, shown, sizeof shown);
        return err_set(e, ERR_INVALID, "“%s” is one word too many for “akta %s”", shown, row->name);
    }
    struct argument *out = &ps->out->args[ps->out->arg_count];
    *out = (struct argument){.row = a, .text = s, .day = DAY_NONE};
    if (!value_sound(a->type, tr(e->lang, a->name), s, e) ||
        (a->type == VALUE_DAY && !day_read(s, tr(e->lang, a->name), &out->day, e))) {
        return false;
    }
    ps->out->arg_count++;
    ps->taken++;
    if (a->max != 0 && ps->taken == a->max) {
        ps->row_of_argument++;
        ps->taken = 0;
    }
    return true;
}

static bool take_words(struct parser *ps, struct err *e)
{
    bool only_arguments = false;
    while (ps->at < ps->argc) {
        struct str w = str_of(ps->argv[ps->at++]);
        if (!only_arguments && str_is(w, "--")) {
            only_arguments = true;
        } else if (!only_arguments && w.n > 2 && w.p[0] == '-' && w.p[1] == '-') {
            if (!take_option(ps, (struct str){w.p + 2, w.n - 2}, true, e)) {
                return false;
            }
        } else if (!only_arguments && w.n > 1 && w.p[0] == '-') {
            if (!take_option(ps, (struct str){w.p + 1, w.n - 1}, false, e)) {
                return false;
            }
        } else if (!take_argument(ps, w, e)) {
            return false;
        }
    }
    return true;
}

static bool arguments_complete(const struct parser *ps, struct err *e)
{
    const struct command_row *row = ps->out->row;
    for (size_t i = ps->row_of_argument; i < COMMAND_ARGUMENTS && row->arguments[i].name != NULL; i++) {
        size_t have = i == ps->row_of_argument ? ps->taken : 0;
        if (have < row->arguments[i].min) {
            return err_field(e, ERR_INVALID, row->arguments[i].name, "“akta %s”: %s is missing – %s", row->name,
                             tr(e->lang, row->arguments[i].name), tr(e->lang, row->arguments[i].what));
        }
    }
    return true;
}

static void list_choice(const struct command_row *row, unsigned choice, struct buf *b)
{
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        if (row->options[i].choice == choice) {
            buf_fmt(b, "%s--%s", b->n > 0 ? ", " : "", row->options[i].name);
        }
    }
    buf_add_u8(b, 0);
}

/* Of the options that exclude each other at most one, and one when they are required. */
static bool choice_kept(const struct parsed *p, const struct option_row *first, struct err *e)
{
    const struct command_row *row = p->row;
    size_t given = 0;
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        given += row->options[i].choice == first->choice && parsed_flag(p, row->options[i].name);
    }
    if (given == 1 || (given == 0 && !(first->flags & OPTION_REQUIRED))) {
        return true;
    }
    struct buf names CLEANUP(buf_free) = BUF_INIT(512);
    list_choice(row, first->choice, &names);
    if (!buf_ok(&names, e)) {
        return false;
    }
    return given == 0
               ? err_field(e, ERR_INVALID, first->name, "“akta %s” needs one of: %s", row->name, (const char *)names.p)
               : err_field(e, ERR_INVALID, first->name, "“akta %s” takes only one of: %s", row->name,
                           (const char *)names.p);
}

static bool options_complete(const struct parsed *p, struct err *e)
{
    const struct command_row *row = p->row;
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        const struct option_row *o = &row->options[i];
        if (o->choice != 0 && !choice_kept(p, o, e)) {
            return false;
        }
        if (o->choice == 0 && (o->flags & OPTION_REQUIRED) && parsed_option(p, o->name) == NULL) {
            return err_field(e, ERR_INVALID, o->name, "“akta %s”: --%s %s is missing – %s", row->name, o->name,
                             o->value != NULL ? tr(e->lang, o->value) : "", tr(e->lang, o->what));
        }
    }
    return true;
}

static bool unknown_command(int argc, const char *const *argv, struct err *e)
{
    const char *names[96];
    size_t n = 0;
    char shown[80], given[80];
    bool family = argc > 0 && command_has_children(argv[0]);
    text_printable(str_of(argc > 0 ? argv[0] : ""), given, sizeof given);
    if (family && argc > 1) {
        size_t used = strlen(given);
        snprintf(given + used, sizeof given - used, " %s", argv[1]);
    }
    text_printable(str_of(given), shown, sizeof shown);
    struct command_cursor at = {0, 0};
    for (const struct command_row *row = command_next(&at); row != NULL && n < COUNT_OF(names);
         row = command_next(&at)) {
        names[n++] = row->name;
    }
    if (family && argc == 1) {
        return err_set(e, ERR_INVALID, "“akta %s” needs a second word; “akta help %s” lists them", shown, shown);
    }
    const char *near = suggest(str_of(given), names, n);
    if (near != NULL) {
        return err_set(e, ERR_INVALID, "there is no command “akta %s”; did you mean “akta %s”?", shown, near);
    }
    return err_set(e, ERR_INVALID, "there is no command “akta %s”; “akta help” lists all of them", shown);
}

bool parse_command(int argc, const char *const *argv, struct arena *ar, struct parsed *out, struct err *e)
{
    int words = 0;
    *out = (struct parsed){.row = command_find(argc, argv, &words)};
    if (out->row == NULL) {
        return unknown_command(argc, argv, e);
    }
    size_t most = (size_t)argc + 1;
    out->args = arena_alloc(ar, most * sizeof *out->args);
    out->opts = arena_alloc(ar, most * sizeof *out->opts);
    if (out->args == NULL || out->opts == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct parser ps = {.argc = argc, .argv = argv, .at = words, .ar = ar, .out = out};
    if (!take_words(&ps, e)) {
        return false;
    }
    out->help = parsed_flag(out, "help");
    out->json = parsed_flag(out, "json");
    return out->help || (arguments_complete(&ps, e) && options_complete(out, e));
}

const struct given *parsed_option(const struct parsed *p, const char *name)
{
    for (size_t i = 0; i < p->opt_count; i++) {
        if (strcmp(p->opts[i].row->name, name) == 0) {
            return &p->opts[i];
        }
    }
    return NULL;
}

bool parsed_flag(const struct parsed *p, const char *name)
{
    return parsed_option(p, name) != NULL;
}

struct str parsed_text(const struct parsed *p, const char *name)
{
    const struct given *g = parsed_option(p, name);
    return g != NULL ? g->text : STR_NONE;
}

struct day parsed_day(const struct parsed *p, const char *name)
{
    const struct given *g = parsed_option(p, name);
    return g != NULL ? g->day : DAY_NONE;
}

uint64_t parsed_number(const struct parsed *p, const char *name, uint64_t standard)
{
    const struct given *g = parsed_option(p, name);
    return g != NULL ? g->number : standard;
}
