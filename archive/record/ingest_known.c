/* ingest_known.c: what an earlier, interrupted ingest stored already, found again by file, name and size.
 *
 * A set per file, loaded once before the first record is written, so that nothing this very call stores is mistaken for
 * an earlier one. Fails: ERR_NOT_FOUND when an item names a file that is not there. */
#include "ingest.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_LIMIT ((size_t)4 << 30)

struct known_row {
    struct known_row *next;
    struct record r;
    bool taken;
};

struct known_file {
    struct id id;
    struct known_row *list;  /* as they come */
    struct known_row **rows; /* then in order of size, name, shelf */
    size_t n;
};

struct known {
    struct arena *arena;
    struct known_file *files; /* in order of id */
    size_t n;
};

static int by_id(const void *x, const void *y)
{
    const struct known_file *a = x, *b = y;
    return memcmp(a->id.b, b->id.b, sizeof a->id.b);
}

static size_t unique(struct known_file *f, size_t n)
{
    size_t kept = 0;
    qsort(f, n, sizeof *f, by_id);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_id(&f[kept - 1], &f[i]) != 0)
            f[kept++] = f[i];
    return kept;
}

struct load_ctx {
    struct known *k;
    struct known_file *f;
};

static bool load_each(const struct record *r, void *ctx, struct err *e)
{
    struct load_ctx *c = ctx;
    struct known_row *row = arena_alloc(c->k->arena, sizeof *row);
    if (!row)
        return err_set(e, ERR_MEMORY, "out of memory");
    row->r = *r;
    struct str *texts[] = {&row->r.name, &row->r.title, &row->r.origin, &row->r.shelf, &row->r.media_type};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        *texts[i] = arena_str(c->k->arena, *texts[i]);
        if (!texts[i]->p)
            return err_set(e, ERR_MEMORY, "out of memory");
    }
    row->r.inline_sealed = (struct bytes){NULL, 0};
    row->next = c->f->list;
    c->f->list = row;
    c->f->n++;
    return true;
}

static int by_looks(const struct record *a, const struct record *b)
{
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    int names = bytes_cmp(bytes_of(a->name), bytes_of(b->name));
    return names ? names : bytes_cmp(bytes_of(a->shelf), bytes_of(b->shelf));
}

static int by_row_looks(const void *x, const void *y)
{
    const struct known_row *const *a = x, *const *b = y;
    return by_looks(&(*a)->r, &(*b)->r);
}

static bool sort_rows(struct known *k, struct known_file *f, struct err *e)
{
    f->rows = arena_alloc(k->arena, (f->n + 1) * sizeof *f->rows);
    if (!f->rows)
        return err_set(e, ERR_MEMORY, "out of memory");
    size_t at = 0;
    for (struct known_row *r = f->list; r; r = r->next)
        f->rows[at++] = r;
    qsort(f->rows, f->n, sizeof *f->rows, by_row_looks);
    return true;
}

static bool exists_fn(struct txn *t, void *ctx, struct err *e)
{
    struct file_count c;
    return file_count_get(t, ctx, &c, e);
}

static bool load_files(struct archive *a, struct known *k, const struct ingest_item *items, size_t n, struct err *e)
{
    size_t resumed = 0;
    k->files = arena_alloc(k->arena, (n ? n : 1) * sizeof *k->files);
    if (!k->files)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < n; i++)
        k->files[i].id = items[i].file;
    k->n = unique(k->files, n);
    for (size_t i = 0; i < k->n; i++)
        if (!store_read(a->store, exists_fn, &k->files[i].id, e))
            return false;
    for (size_t i = 0; i < n; i++)
        resumed += items[i].resume;
    for (size_t i = 0; resumed && i < k->n; i++) {
        struct load_ctx c = {k, &k->files[i]};
        if (!file_records(a, &k->files[i].id, true, load_each, &c, e) || !sort_rows(k, &k->files[i], e))
            return false;
    }
    return true;
}

bool known_load(struct archive *a, const struct ingest_item *items, size_t n, struct known **out, struct err *e)
{
    struct known *k CLEANUP(known_free) = mem_zalloc(sizeof *k);
    if (!k || !(k->arena = arena_new(ARENA_LIMIT)))
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!load_files(a, k, items, n, e))
        return false;
    *out = k;
    k = NULL;
    return true;
}

/* The first row that is not before `like`. */
static size_t lower_bound(const struct known_file *f, const struct record *like)
{
    size_t low = 0, high = f->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_looks(&f->rows[middle]->r, like) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct record *known_take(struct known *k, const struct record *like)
{
    struct known_file want = {.id = like->file};
    struct known_file *f = k->n ? bsearch(&want, k->files, k->n, sizeof *k->files, by_id) : NULL;
    if (!f || !f->rows)
        return NULL;
    for (size_t i = lower_bound(f, like); i < f->n && by_looks(&f->rows[i]->r, like) == 0; i++) {
        if (f->rows[i]->taken)
            continue;
        f->rows[i]->taken = true;
        return &f->rows[i]->r;
    }
    return NULL;
}

void known_free(struct known **k)
{
    if (!*k)
        return;
    arena_free(&(*k)->arena);
    mem_free(*k);
    *k = NULL;
}
