/* Any bytes as a list of case files, read by an archive with the law that ships: every problem has a line and words, a
 * list without problems holds only what can be taken in, and nothing is ever written. The first line is tried as a
 * mark, too: what is taken for one is put together again as it was. */
#include "archive/record/manifest.h"
#include "archive_leaks.h"
#include "tests/lib/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok, const struct err *e)
{
    if (!ok) {
        fprintf(stderr, "%s\n", e->text);
        abort();
    }
}

static struct archive *a;
static struct scratch folder;

static void leave(void)
{
    archive_close(&a);
    scratch_remove(&folder);
}

static struct archive *the_archive(void)
{
    static char path[300];
    struct err e = ERR_INIT;
    struct conf_document d;
    uint64_t changed;
    if (a != NULL)
        return a;
    folder = scratch_make();
    snprintf(path, sizeof path, "%s/archive", folder.path);
    atexit(leave);
    const struct archive_options o = {.dir = path, .cache_bytes = 8u << 20};
    const struct office_info office = {.name = STR("Fuzz"), .origin = STR("fuzz.example/log")};
    must(crypto_init(&e) && archive_create(&o, &office, &e) && archive_open(&o, &a, &e), &e);
    for (enum conf_kind k = CONF_PLAN; k < CONF_KIND_COUNT; k++)
        if (conf_builtin(k, &d))
            must(conf_apply(a, &d, NULL, &changed, &e), &e);
    return a;
}

struct told {
    size_t n, lines;
};

static void tell(void *ctx, size_t line, const char *column, const char *what)
{
    struct told *t = ctx;
    if (line == 0 || line > t->lines || column == NULL || what == NULL || what[0] == '\0')
        abort();
    t->n++;
}

static void check_whole(const struct manifest *m)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const struct manifest_row *r = &m->rows[i];
        if (r->file >= m->file_count || (r->path.n == 0) == (r->shelf.n == 0) || r->access == 0)
            abort();
    }
    for (size_t i = 0; i < m->file_count; i++) {
        const struct manifest_file *f = &m->files[i];
        bool order = day_is_none(f->closed) || f->opened.n <= f->closed.n;
        if (f->bad || f->title.n == 0 || !unit_valid(f->unit) || !symbol_valid(f->symbol) || !order)
            abort();
    }
}

static void try_mark(struct str text, struct arena *ar)
{
    struct mark_parts m;
    struct str again;
    struct err e = ERR_INIT;
    const char *lf = text.n ? memchr(text.p, '\n', text.n) : NULL;
    if (lf)
        text.n = (size_t)(lf - text.p);
    if (!mark_parse(text, &m, &e))
        return;
    must(mark_compose(&m, ar, &again, &e), &e);
    size_t whole = again.n + (m.handler.n ? m.handler.n + 1 : 0);
    if (whole != text.n || memcmp(again.p, text.p, again.n) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of_bytes((struct bytes){data, size});
    struct arena *ar = arena_new(1u << 20);
    struct manifest *m = NULL;
    struct told t = {.lines = 1};
    struct err e = ERR_INIT;
    size_t problems;
    for (size_t i = 0; i < size; i++)
        t.lines += data[i] == '\n';
    try_mark(text, ar);
    must(manifest_read(the_archive(), text, tell, &t, &m, &problems, &e), &e);
    if (problems != t.n)
        abort();
    if (problems == 0)
        check_whole(m);
    manifest_free(&m);
    arena_free(&ar);
    return 0;
}
