/* help.c: help for people, written from the table of commands.
 *
 * Owns the overview, the page of one command and the breaking of lines. Whatever the parser accepts is explained here,
 * because both read the same rows. */
#include "command_internal.h"

#include <stdio.h>
#include <string.h>

#define HELP_WIDTH 80u

static size_t word_end(const char *p)
{
    size_t n = 0;
    while (p[n] != '\0' && p[n] != ' ' && p[n] != '\n') {
        n++;
    }
    return n;
}

void wrap_text(struct buf *b, const char *text, unsigned indent, unsigned width)
{
    size_t column = 0;
    for (const char *p = text; *p != '\0';) {
        if (*p == '\n') { /* an empty line divides paragraphs */
            buf_add_z(b, "\n\n");
            column = 0;
            p += strspn(p, "\n ");
            continue;
        }
        size_t n = word_end(p), chars = utf8_length((struct str){p, n});
        if (column > 0 && column + 1 + chars > width - indent) {
            buf_add_u8(b, '\n');
            column = 0;
        }
        if (column == 0) {
            buf_fmt(b, "%*s", (int)indent, "");
        } else {
            buf_add_u8(b, ' ');
            column++;
        }
        buf_add(b, p, n);
        column += chars;
        p += n;
        p += strspn(p, " ");
    }
    buf_add_u8(b, '\n');
}

static void option_usage(struct buf *b, enum lang lang, const struct option_row *o)
{
    if (o->letter != 0) {
        buf_fmt(b, "-%c", o->letter);
    } else {
        buf_fmt(b, "--%s", o->name);
    }
    if (o->value != NULL) {
        buf_fmt(b, " %s", tr(lang, o->value));
    }
}

static void choice_usage(struct buf *b, enum lang lang, const struct command_row *row, const struct option_row *first)
{
    bool needed = (first->flags & OPTION_REQUIRED) != 0;
    const char *divider = needed ? " (" : " [";
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        if (row->options[i].choice == first->choice) {
            buf_add_z(b, divider);
            option_usage(b, lang, &row->options[i]);
            divider = " | ";
        }
    }
    buf_add_u8(b, needed ? ')' : ']');
}

static void argument_usage(struct buf *b, enum lang lang, const struct argument_row *a)
{
    const char *more = a->max == 0 ? "…" : "";
    if (a->min == 0) {
        buf_fmt(b, " [%s%s]", tr(lang, a->name), more);
    } else {
        buf_fmt(b, " %s%s", tr(lang, a->name), more);
    }
}

void usage_line(struct buf *b, enum lang lang, const struct command_row *row)
{
    buf_fmt(b, "akta %s", row->name);
    for (size_t i = 0; i < COMMAND_ARGUMENTS && row->arguments[i].name != NULL; i++) {
        argument_usage(b, lang, &row->arguments[i]);
    }
    unsigned choices = 0;
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        const struct option_row *o = &row->options[i];
        if (o->choice > choices) {
            choice_usage(b, lang, row, o);
            choices = o->choice;
        } else if (o->choice == 0) {
            bool needed = (o->flags & OPTION_REQUIRED) != 0;
            buf_add_z(b, needed ? " " : " [");
            option_usage(b, lang, o);
            buf_add_z(b, needed ? "" : "]");
            buf_add_z(b, o->flags & OPTION_REPEAT ? "…" : "");
        }
    }
}

static void heading(struct buf *b, enum lang lang, const char *msgid)
{
    buf_fmt(b, "\n%s\n", tr(lang, msgid));
}

/* The explanation stands at `column`; a term that reaches it has a line of its own. */
static void columns(struct buf *b, const char *term, const char *what, unsigned column)
{
    size_t chars = utf8_length(str_of(term));
    buf_fmt(b, "  %s", term);
    if (chars + 3 > column) {
        buf_add_u8(b, '\n');
        wrap_text(b, what, column, HELP_WIDTH);
        return;
    }
    struct buf text CLEANUP(buf_free) = BUF_INIT(8192);
    wrap_text(&text, what, column, HELP_WIDTH);
    if (text.n > chars + 2) { /* the first line's indent holds the term */
        buf_add(b, text.p + chars + 2, text.n - chars - 2);
    }
}

static void term_line(struct buf *b, const char *term, const char *what)
{
    columns(b, term, what, 28);
}

static void option_help(struct buf *b, enum lang lang, const struct option_row *o)
{
    char term[96], letter[8] = "";
    if (o->letter != 0) {
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    }
    snprintf(term, sizeof term, "%s--%s%s%s", letter, o->name, o->value != NULL ? " " : "",
             o->value != NULL ? tr(lang, o->value) : "");
    term_line(b, term, tr(lang, o->what));
}

static void statuses(struct buf *b, enum lang lang, const struct command_row *row)
{
    heading(b, lang, N_("Exit status"));
    term_line(b, "0", tr(lang, N_("done")));
    if (row->no != NULL) {
        term_line(b, "1", tr(lang, row->no));
    }
    term_line(b, "2", tr(lang, N_("the command line or the input is wrong")));
    if (row->refused != NULL || row->need != NEED_NOTHING) {
        term_line(b, "3",
                  tr(lang, row->refused != NULL ? row->refused
                                                : N_("a rule, a missing right or another process forbids it")));
    }
    term_line(b, "4", tr(lang, N_("the disk failed or stored bytes are damaged")));
}

bool help_command(struct buf *b, enum lang lang, const struct command_row *row)
{
    struct buf title CLEANUP(buf_free) = BUF_INIT(4096);
    buf_fmt(&title, "%s – %s", row->name, tr(lang, row->summary));
    buf_add_u8(&title, 0);
    if (title.failed) {
        return false;
    }
    wrap_text(b, (const char *)title.p, 0, HELP_WIDTH);
    buf_add_u8(b, '\n');
    struct buf usage CLEANUP(buf_free) = BUF_INIT(4096);
    usage_line(&usage, lang, row);
    buf_add_u8(&usage, 0);
    if (usage.failed) {
        return false;
    }
    wrap_text(b, (const char *)usage.p, 2, HELP_WIDTH);
    if (row->text != NULL) {
        buf_add_u8(b, '\n');
        wrap_text(b, tr(lang, row->text), 0, HELP_WIDTH);
    }
    if (row->arguments[0].name != NULL) {
        heading(b, lang, N_("Arguments"));
        for (size_t i = 0; i < COMMAND_ARGUMENTS && row->arguments[i].name != NULL; i++) {
            term_line(b, tr(lang, row->arguments[i].name), tr(lang, row->arguments[i].what));
        }
    }
    heading(b, lang, N_("Options"));
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        option_help(b, lang, &row->options[i]);
    }
    for (size_t i = 0; global_options[i].name != NULL; i++) {
        option_help(b, lang, &global_options[i]);
    }
    statuses(b, lang, row);
    heading(b, lang, N_("Examples"));
    for (size_t i = 0; i < COMMAND_EXAMPLES && row->examples[i] != NULL; i++) {
        buf_fmt(b, "  %s\n", row->examples[i]);
    }
    return !b->failed;
}

/* "request register", "request list". */
static bool same_family(const struct command_row *a, const struct command_row *b)
{
    size_t n = strcspn(a->name, " ");
    return strncmp(a->name, b->name, n) == 0 && b->name[n] == ' ';
}

void help_overview(struct buf *b, enum lang lang)
{
    wrap_text(
        b, tr(lang, N_("akta keeps the records of an office so that each can be proved, found and lawfully let go.")),
        0, HELP_WIDTH);
    buf_fmt(b, "\n  %s\n", tr(lang, N_("akta [-d DIR] [--json] COMMAND …")));
    heading(b, lang, N_("Commands"));
    struct command_cursor at = {0, 0};
    const struct command_row *before = NULL;
    size_t table = 0;
    for (const struct command_row *row = command_next(&at); row != NULL; before = row, row = command_next(&at)) {
        if (at.table != table && !same_family(before, row)) {
            buf_add_u8(b, '\n');
        }
        table = at.table;
        columns(b, row->name, tr(lang, row->summary), 22);
    }
    buf_add_u8(b, '\n');
    wrap_text(
        b,
        tr(lang,
           N_("“akta help COMMAND” explains one with examples. Start with: akta init DIR --office FILE, then akta file "
              "open, akta ingest, akta queue. A running akta-fcgi does the work for the tool; without it the tool "
              "opens the archive itself.")),
        0, HELP_WIDTH);
}
