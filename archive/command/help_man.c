/* help_man.c: the manual page (groff man macros) and the completion for bash, from the same table as the parser. */
#include "command_internal.h"

#include <string.h>

/* Text for groff: a backslash, a leading dot or apostrophe and the ASCII dash mean something to it. */
static void man_text(struct buf *b, const char *s)
{
    if (*s == '.' || *s == '\'') {
        buf_add_z(b, "\\&");
    }
    for (; *s != '\0'; s++) {
        if (*s == '\\') {
            buf_add_z(b, "\\e");
        } else if (*s == '-') {
            buf_add_z(b, "\\-");
        } else if (*s == '\n') {
            buf_add_z(b, "\n.PP\n");
            s += strspn(s + 1, "\n ");
        } else {
            buf_add_u8(b, (uint8_t)*s);
        }
    }
}

static void man_line(struct buf *b, const char *macro, const char *text)
{
    buf_add_z(b, macro);
    man_text(b, text);
    buf_add_u8(b, '\n');
}

static void man_option(struct buf *b, enum lang lang, const struct option_row *o)
{
    buf_add_z(b, ".TP\n");
    if (o->letter != 0) {
        buf_fmt(b, "\\fB\\-%c\\fR, ", o->letter);
    }
    buf_add_z(b, "\\fB\\-\\-");
    man_text(b, o->name);
    buf_add_z(b, "\\fR");
    if (o->value != NULL) {
        buf_add_z(b, " \\fI");
        man_text(b, tr(lang, o->value));
        buf_add_z(b, "\\fR");
    }
    buf_add_u8(b, '\n');
    man_line(b, "", tr(lang, o->what));
}

static void man_command(struct buf *b, enum lang lang, const struct command_row *row)
{
    struct buf usage CLEANUP(buf_free) = BUF_INIT(4096);
    usage_line(&usage, lang, row);
    buf_add_u8(&usage, 0);
    if (usage.failed) {
        return;
    }
    man_line(b, ".SS ", (const char *)usage.p);
    man_line(b, "", tr(lang, row->summary));
    if (row->text != NULL) {
        man_line(b, ".PP\n", tr(lang, row->text));
    }
    for (size_t i = 0; i < COMMAND_ARGUMENTS && row->arguments[i].name != NULL; i++) {
        buf_add_z(b, ".TP\n\\fI");
        man_text(b, tr(lang, row->arguments[i].name));
        buf_add_z(b, "\\fR\n");
        man_line(b, "", tr(lang, row->arguments[i].what));
    }
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        man_option(b, lang, &row->options[i]);
    }
    if (row->no != NULL) {
        buf_fmt(b, ".PP\n%s ", tr(lang, N_("Status 1:")));
        man_line(b, "", tr(lang, row->no));
    }
    if (row->refused != NULL) {
        buf_fmt(b, ".PP\n%s ", tr(lang, N_("Status 3:")));
        man_line(b, "", tr(lang, row->refused));
    }
    buf_add_z(b, ".PP\n.nf\n");
    for (size_t i = 0; i < COMMAND_EXAMPLES && row->examples[i] != NULL; i++) {
        man_line(b, "", row->examples[i]);
    }
    buf_add_z(b, ".fi\n");
}

static void man_section(struct buf *b, enum lang lang, const char *title, const char *text)
{
    buf_fmt(b, ".SH %s\n", tr(lang, title));
    if (text != NULL) {
        man_line(b, "", tr(lang, text));
    }
}

void help_man(struct buf *b, enum lang lang)
{
    buf_add_z(b, ".TH AKTA 1\n");
    man_section(b, lang, N_("NAME"), N_("akta - the records archive of an office"));
    man_section(b, lang, N_("SYNOPSIS"), N_("akta [-d DIR] [--json] COMMAND …"));
    man_section(b, lang, N_("DESCRIPTION"),
                N_("akta keeps the records of an office so that each can be proved, found and lawfully let go."));
    man_line(b, ".PP\n",
             tr(lang,
                N_("When akta-fcgi runs, the tool hands it the command line and opens the files that it names with the "
                   "rights of the caller; else the tool opens the archive itself. Messages are in the language of LANG "
                   "(Polish or English).")));
    for (size_t i = 0; global_options[i].name != NULL; i++) {
        man_option(b, lang, &global_options[i]);
    }
    man_section(b, lang, N_("COMMANDS"), NULL);
    struct command_cursor at = {0, 0};
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        man_command(b, lang, row);
    }
    man_section(
        b, lang, N_("EXIT STATUS"),
        N_("0 done; 1 checked, and the answer is no; 2 the command line or the input is wrong; 3 refused by a rule, a "
           "missing right or another process; 4 the disk failed or stored bytes are damaged."));
    man_section(
        b, lang, N_("FILES"),
        N_("/var/lib/akta, or what -d or AKTA_DIR name: akta.conf holds the settings, keys the keys, log the published "
           "log, run the sockets."));
}

static void completion_options(struct buf *b, const struct command_row *row)
{
    buf_fmt(b, "        '%s') options='", row->name);
    for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
        buf_fmt(b, "--%s ", row->options[i].name);
    }
    buf_add_z(b, "--json --help' ;;\n");
}

/* Options whose value is a folder or file complete to names on the disk, the others to nothing. */
static void completion_values(struct buf *b)
{
    struct command_cursor at = {0, 0};
    buf_add_z(b, "    case $previous in\n");
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
            const struct option_row *o = &row->options[i];
            if (o->type != VALUE_NONE && o->type < VALUE_INPUT) {
                buf_fmt(b, "        --%s) return ;;\n", o->name);
            }
        }
    }
    buf_add_z(b, "        -d|--dir) mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return ;;\n");
    buf_add_z(b, "    esac\n");
}

static void completion_names(struct buf *b, bool second)
{
    struct command_cursor at = {0, 0};
    const char *last = "";
    size_t last_n = 0;
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        const char *space = strchr(row->name, ' ');
        size_t n = space != NULL ? (size_t)(space - row->name) : strlen(row->name);
        bool same = n == last_n && memcmp(last, row->name, n) == 0;
        if (!second && !same) {
            buf_fmt(b, "%.*s ", (int)n, row->name);
        }
        if (second && space != NULL) {
            buf_fmt(b, "        %.*s) names=\"$names %s\" ;;&\n", (int)n, row->name, space + 1);
        }
        last = row->name;
        last_n = n;
    }
}

void help_completion(struct buf *b)
{
    buf_add_z(b, "# Completion of akta for bash, written by `akta completion`.\n"
                 "_akta() {\n"
                 "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                 "    local first='' second='' names='' options='' i\n"
                 "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                 "        case ${COMP_WORDS[i]} in\n"
                 "            -d|--dir) i=$((i + 1)) ;;\n"
                 "            -*) ;;\n"
                 "            *) if [ -z \"$first\" ]; then first=${COMP_WORDS[i]}\n"
                 "               elif [ -z \"$second\" ]; then second=${COMP_WORDS[i]}; fi ;;\n"
                 "        esac\n"
                 "    done\n");
    completion_values(b);
    buf_add_z(b, "    if [ -z \"$first\" ]; then\n        COMPREPLY=($(compgen -W '-d --json --help --version ");
    completion_names(b, false);
    buf_add_z(b, "' -- \"$word\"))\n        return\n    fi\n    case $first in\n");
    completion_names(b, true);
    buf_add_z(b, "    esac\n    case \"$first $second\" in\n");
    struct command_cursor at = {0, 0};
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        if (strchr(row->name, ' ') != NULL) {
            completion_options(b, row);
        }
    }
    buf_add_z(b, "        *) case $first in\n");
    at = (struct command_cursor){0, 0};
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        if (strchr(row->name, ' ') == NULL) {
            completion_options(b, row);
        }
    }
    buf_add_z(b, "        esac ;;\n    esac\n"
                 "    [ -n \"$second\" ] && names=''\n"
                 "    if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
                 "    elif [ -n \"$names\" ]; then mapfile -t COMPREPLY < <(compgen -W \"$names\" -- \"$word\")\n"
                 "    else mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); fi\n"
                 "}\n"
                 "complete -o filenames -F _akta akta\n");
}
