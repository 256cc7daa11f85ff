/* run.c: runs one command line for one caller.
 *
 * Promises that every way out flushes what was said, frees what was taken and yields a status of contract.md, and that
 * nothing of one command outlives it. */
#include "command_internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k <= 0) {
            return; /* nobody listens: there is nowhere else to say it */
        }
        p += k;
        n -= (size_t)k;
    }
}

size_t complaint_text(const struct err *e, const struct command_row *row, char *out, size_t size)
{
    int n = snprintf(out, size, "akta: %s\n", e->text[0] != '\0' ? e->text : tr(e->lang, N_("It failed.")));
    size_t used = n > 0 ? ((size_t)n < size ? (size_t)n : size - 1) : 0;
    if (e->code == ERR_INVALID && row != NULL) {
        n = snprintf(out + used, size - used, tr(e->lang, N_("Help: akta help %s\n")), row->name);
        used += n > 0 ? ((size_t)n < size - used ? (size_t)n : size - used - 1) : 0;
    }
    return used;
}

void command_complain(int fd, const struct err *e, int argc, const char *const *argv)
{
    char text[COMPLAINT_SIZE];
    int words = 0;
    write_all(fd, text, complaint_text(e, argc > 0 ? command_find(argc, argv, &words) : NULL, text, sizeof text));
}

static void complain(struct host *h, const struct err *e, const struct command_row *row)
{
    char text[COMPLAINT_SIZE];
    size_t n = complaint_text(e, row, text, sizeof text);
    (void)host_write(h, h->err, (struct bytes){(const uint8_t *)text, n});
}

/* Not heard: who reads no more hears no complaint either, but a full disk is one. */
static int not_heard(struct run *r)
{
    if (r->out_full) {
        err_set(&r->e, ERR_IO, "the output cannot be written: is the disk full?");
        complain(r->h, &r->e, NULL);
    }
    return EXIT_DAMAGED;
}

int run_fail(struct run *r)
{
    (void)out_flush(r);
    if (r->out_broken && r->e.code == ERR_INTERRUPTED) {
        return not_heard(r);
    }
    if (!r->out_broken) {
        complain(r->h, &r->e, r->p->row);
    }
    return r->e.code == ERR_NONE ? EXIT_DAMAGED : exit_status_of(&r->e);
}

bool command_globals_read(int argc, const char *const *argv, struct command_globals *out, struct err *e)
{
    *out = (struct command_globals){.first = argc};
    for (int i = 1; i < argc; i++) {
        const char *w = argv[i];
        if (strcmp(w, "--json") == 0) {
            out->json = true;
        } else if (strcmp(w, "--help") == 0 || strcmp(w, "-h") == 0) {
            out->help = true;
        } else if (strcmp(w, "--version") == 0) {
            out->version = true;
        } else if (strcmp(w, "-d") == 0 || strcmp(w, "--dir") == 0) {
            if (i + 1 == argc) {
                return err_field(e, ERR_INVALID, "dir", "%s: write the folder of the archive after it", w);
            }
            out->dir = argv[++i];
        } else if (strncmp(w, "--dir=", 6) == 0) {
            out->dir = w + 6;
        } else if (strncmp(w, "-d", 2) == 0) {
            out->dir = w + 2;
        } else if (w[0] == '-') {
            return err_set(e, ERR_INVALID,
                           "%s is no option that may stand before the command: -d DIR, --json, --help, "
                           "--version are",
                           w);
        } else {
            out->first = i;
            break;
        }
    }
    return out->dir == NULL || out->dir[0] != '\0' ||
           err_field(e, ERR_INVALID, "dir", "the folder of the archive after -d is empty");
}

/* The word of argv that begins at p: it outlives the arena of the parse. */
static const char *word_at(int argc, const char *const *argv, struct str s)
{
    for (int i = 0; i < argc; i++) {
        size_t n = strlen(argv[i]);
        if (s.p >= argv[i] && s.p <= argv[i] + n) {
            return s.p;
        }
    }
    return NULL;
}

bool command_need_of(int argc, const char *const *argv, struct command_globals *globals, enum command_need *need,
                     struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(COMMAND_MEMORY);
    struct parsed p;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!parse_command(argc, argv, ar, &p, e)) {
        return false;
    }
    *need = p.help ? NEED_NOTHING : p.row->need;
    globals->json = globals->json || p.json;
    if (parsed_flag(&p, "dir")) {
        globals->dir = word_at(argc, argv, parsed_text(&p, "dir"));
    }
    return true;
}

static int run_row(struct run *r)
{
    const struct command_row *row = r->p->row;
    if (r->p->help) {
        help_command(&r->out, r->h->lang, row);
        return EXIT_DONE;
    }
    if (row->need == NEED_ARCHIVE && r->a == NULL) {
        err_set(&r->e, ERR_INVALID, "“akta %s” needs an archive: name its folder with -d", row->name);
        return run_fail(r);
    }
    if (row->need == NEED_NO_OWNER && r->a != NULL) {
        err_set(&r->e, ERR_STATE, "“akta %s” needs a folder that no process owns; stop akta-fcgi first", row->name);
        return run_fail(r);
    }
    return row->run(r);
}

int command_run(int argc, const char *const *argv, const char *dir, struct archive *a, struct host *h)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(COMMAND_MEMORY);
    struct parsed p = {0};
    struct run r = {.h = h, .a = a, .dir = dir, .p = &p, .ar = ar, .out = BUF_INIT(1u << 20)};
    err_init(&r.e, h->lang);
    if (ar == NULL) {
        err_set(&r.e, ERR_MEMORY, "out of memory");
        complain(h, &r.e, NULL);
        return EXIT_DAMAGED;
    }
    if (!parse_command(argc, argv, ar, &p, &r.e)) {
        complain(h, &r.e, p.row);
        return exit_status_of(&r.e);
    }
    int status = run_row(&r);
    bool heard = out_flush(&r);
    buf_free(&r.out);
    return heard || status != EXIT_DONE ? status : not_heard(&r);
}
