/* table.c: the one table of commands, from which parsing, help, the man page, completion and rights come.
 *
 * Owns the global options and the walk over the parts of the table (table_file.c, table_care.c). Cannot fail. */
#include "table.h"
#include "command_internal.h"

#include <string.h>

const struct option_row global_options[] = {
    {.name = "dir",
     .letter = 'd',
     .value = N_("DIR"),
     .type = VALUE_FOLDER_IN,
     .what = N_("the folder of the archive; else AKTA_DIR, else /var/lib/akta")},
    {.name = "json", .what = N_("print one JSON object a line and nothing else on standard output")},
    {.name = "help", .letter = 'h', .what = N_("explain the command instead of running it")},
    {.name = NULL},
};

const struct command_row *const command_tables[] = {
    table_law, table_file, table_due, table_proof, table_intake, table_request_read, table_request, table_care, NULL};

const struct command_row *command_next(struct command_cursor *at)
{
    while (command_tables[at->table] != NULL) {
        const struct command_row *row = &command_tables[at->table][at->row];
        if (row->name != NULL) {
            at->row++;
            return row;
        }
        at->table++;
        at->row = 0;
    }
    return NULL;
}

/* How many words of argv the name takes up; 0: it is another command. */
static int words_matched(const char *name, int argc, const char *const *argv)
{
    const char *space = strchr(name, ' ');
    size_t n = space != NULL ? (size_t)(space - name) : strlen(name);
    if (argc < 1 || strlen(argv[0]) != n || memcmp(argv[0], name, n) != 0) {
        return 0;
    }
    if (space == NULL) {
        return 1;
    }
    return argc > 1 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

const struct command_row *command_find(int argc, const char *const *argv, int *words)
{
    const struct command_row *best = NULL;
    struct command_cursor at = {0, 0};
    *words = 0;
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        int n = words_matched(row->name, argc, argv);
        if (n > *words) {
            best = row;
            *words = n;
        }
    }
    return best;
}

bool command_has_children(const char *first_word)
{
    size_t n = strlen(first_word);
    struct command_cursor at = {0, 0};
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        if (strncmp(row->name, first_word, n) == 0 && row->name[n] == ' ') {
            return true;
        }
    }
    return false;
}

const struct command_row *command_by_name(struct str name)
{
    struct command_cursor at = {0, 0};
    const struct command_row *row = command_next(&at);
    while (row != NULL && !str_is(name, row->name)) {
        row = command_next(&at);
    }
    return row;
}
