/* run_help.c: akta help, completion and version. */
#include "table.h"

#include <string.h>

#define AKTA_VERSION "0.1"

static int help_family(struct run *r, const char *word)
{
    size_t n = strlen(word);
    struct command_cursor at = {0, 0};
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        if (strncmp(row->name, word, n) == 0 && (row->name[n] == ' ' || row->name[n] == '\0')) {
            struct buf usage CLEANUP(buf_free) = BUF_INIT(4096);
            usage_line(&usage, r->h->lang, row);
            buf_add_u8(&usage, 0);
            if (!usage.failed) {
                wrap_text(&r->out, (const char *)usage.p, 0, 80);
                wrap_text(&r->out, tr(r->h->lang, row->summary), 4, 80);
            }
        }
    }
    return EXIT_DONE;
}

/* For programs: what the page for people is made of. */
static void command_json(struct run *r, const struct command_row *row)
{
    struct json *o = json_object();
    struct buf usage CLEANUP(buf_free) = BUF_INIT(4096);
    usage_line(&usage, r->h->lang, row);
    json_text(o, "command", str_of(row->name));
    json_text(o, "usage", buf_str(&usage));
    json_text(o, "summary", str_of(tr(r->h->lang, row->summary)));
    (void)out_json(r, &o);
}

static int help_json(struct run *r, struct str name)
{
    struct command_cursor at = {0, 0};
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at)) {
        size_t n = name.n;
        bool of_family = strncmp(row->name, name.p, n) == 0 && (row->name[n] == ' ' || row->name[n] == '\0');
        if (n == 0 || of_family) {
            command_json(r, row);
        }
    }
    return EXIT_DONE;
}

/* A page, or a script of another program: no line of it could be JSON. */
static bool is_text(struct run *r)
{
    return !r->h->json || err_set(&r->e, ERR_INVALID, "this is no JSON: leave --json out");
}

int run_help(struct run *r)
{
    if (parsed_flag(r->p, "man")) {
        if (!is_text(r)) {
            return run_fail(r);
        }
        help_man(&r->out, r->h->lang);
        return EXIT_DONE;
    }
    struct str name = joined_arguments(r, 0);
    bool known = name.n == 0 || command_by_name(name) != NULL || command_has_children(name.p);
    if (r->h->json && known) {
        return help_json(r, name);
    }
    if (r->p->arg_count == 0) {
        help_overview(&r->out, r->h->lang);
        return EXIT_DONE;
    }
    const struct command_row *row = command_by_name(name);
    if (row != NULL) {
        help_command(&r->out, r->h->lang, row);
        return EXIT_DONE;
    }
    if (r->p->arg_count == 1 && command_has_children(name.p)) {
        return help_family(r, name.p);
    }
    const char *words[2] = {NULL, NULL};
    for (size_t i = 0; i < r->p->arg_count && i < COUNT_OF(words); i++) {
        words[i] = r->p->args[i].text.p;
    }
    struct parsed p;
    (void)!parse_command((int)r->p->arg_count, words, r->ar, &p, &r->e); /* says what is near */
    return run_fail(r);
}

int run_completion(struct run *r)
{
    if (!is_text(r)) {
        return run_fail(r);
    }
    help_completion(&r->out);
    return EXIT_DONE;
}

int run_version(struct run *r)
{
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "version", STR(AKTA_VERSION));
        json_text(o, "data", STR("akta-data 1"));
        json_text(o, "entry", STR("akta-entry/v1"));
        json_text(o, "opening", STR("akta-opening/v1"));
        (void)out_json(r, &o);
    } else {
        out_say(r, "akta %s (akta-data 1, akta-entry/v1, akta-opening/v1)\n", AKTA_VERSION);
    }
    return EXIT_DONE;
}
