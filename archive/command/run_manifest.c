/* run_manifest.c: akta ingest --manifest: a list of case files and the documents that lie in them.
 *
 * Promises that nothing is written while any line has a fault or any file is missing. Only files below the manifest's
 * own folder, or below --base, are read. */
#include "intake.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MANIFEST_MAX (256u << 20)

static void problem(void *ctx, size_t line, const char *column, const char *what)
{
    struct intake *in = ctx;
    struct run *r = in->r;
    bool named = column != NULL && column[0] != '\0';
    in->failed++;
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "line", line);
        json_text_or_null(o, "column", named ? str_of(column) : STR(""));
        json_text(o, "problem", str_of(what));
        (void)out_json(r, &o);
    } else if (named) {
        out_say(r, tr(r->h->lang, N_("line %zu, %s: %s\n")), line, column, what);
    } else {
        out_say(r, tr(r->h->lang, N_("line %zu: %s\n")), line, what);
    }
}

/* A path of the manifest as the host knows it. */
static bool full_path(const struct run *r, struct str path, char out[COMMAND_PATH_MAX], struct err *e)
{
    struct str base = parsed_text(r->p, "base");
    if (base.n == 0) {
        base = path_folder(parsed_text(r->p, "manifest"));
    }
    bool alone = base.n == 0 || (path.n > 0 && path.p[0] == '/');
    const char *slash = alone || base.p[base.n - 1] == '/' ? "" : "/";
    int n = snprintf(out, COMMAND_PATH_MAX, "%.*s%s%.*s", alone ? 0 : (int)base.n, base.p, slash, (int)path.n, path.p);
    return (n > 0 && (size_t)n < COMMAND_PATH_MAX) ||
           err_set(e, ERR_TOO_BIG, "the path is longer than %u bytes", COMMAND_PATH_MAX - 1);
}

static bool manifest_open(void *ctx, struct str path, int *fd, struct err *e)
{
    const struct intake *in = ctx;
    char full[COMMAND_PATH_MAX];
    return full_path(in->r, path, full, e) && in->r->h->open_input(in->r->h, str_of(full), fd, e);
}

/* One look before anything is written; the documents are opened again when their turn comes. */
static void find(struct intake *in, struct manifest *m, size_t row)
{
    int fd CLEANUP(fd_close) = -1;
    struct stat st;
    struct err e;
    err_init(&e, in->r->h->lang);
    if (!manifest_open(in, manifest_path(m, row), &fd, &e)) {
        problem(in, manifest_line(m, row), "path", e.text);
    } else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        manifest_found(m, row, (uint64_t)st.st_size);
    } else {
        err_set(&e, ERR_INVALID, "this is a folder; a list names each document");
        problem(in, manifest_line(m, row), "path", e.text);
    }
}

static bool find_missing(struct intake *in, struct manifest *m)
{
    struct run *r = in->r;
    for (size_t row = 0; row < manifest_rows(m); row++) {
        if (r->h->stopped(r->h)) {
            return err_set(&r->e, ERR_INTERRUPTED, "interrupted; nothing was written");
        }
        if (manifest_path(m, row).n > 0) {
            find(in, m, row);
        }
    }
    return true;
}

static int refuse(struct intake *in, const struct manifest *m)
{
    struct run *r = in->r;
    size_t rows = m != NULL ? manifest_rows(m) : 0;
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "rows", rows);
        json_u64(o, "problems", in->failed);
        (void)out_json(r, &o);
    } else if (in->failed == 0) {
        out_say(r, trn(r->h->lang, "%zu line is in order.\n", "%zu lines are in order.\n", rows), rows);
    } else {
        out_say(
            r, trn(r->h->lang, "%llu fault; nothing was written.\n", "%llu faults; nothing was written.\n", in->failed),
            (unsigned long long)in->failed);
    }
    return in->failed == 0 ? EXIT_DONE : EXIT_NO;
}

static int take(struct intake *in, struct manifest *m)
{
    struct run *r = in->r;
    struct manifest_files files = {.open = manifest_open, .ctx = in};
    in->manifest = m;
    if (!manifest_ingest(r->a, m, &files, &r->h->who, intake_report, in, &in->meter.p, &r->e)) {
        intake_remember(in, &r->e);
    }
    return intake_finish(in);
}

int run_manifest(struct intake *in)
{
    struct run *r = in->r;
    struct manifest *m CLEANUP(manifest_free) = NULL;
    struct str csv;
    size_t problems = 0;
    if (r->p->arg_count > 0) {
        err_field(&r->e, ERR_INVALID, "path", "a manifest names its files itself; leave PATH out");
        return run_fail(r);
    }
    if (!input_read(r, parsed_text(r->p, "manifest"), MANIFEST_MAX, &csv)) {
        return run_fail(r);
    }
    if (!manifest_read(r->a, csv, problem, in, &m, &problems, &r->e) || (m != NULL && !find_missing(in, m))) {
        return run_fail(r);
    }
    return in->failed > 0 || parsed_flag(r->p, "dry-run") ? refuse(in, m) : take(in, m);
}
