/* orphans.c: contents and the rows that name them: records, and T_CONTENT for higher rooms. A content older than a day that no row names was left by a crash
 * between its sync and its verb: nothing can name it any more, because a verb follows its contents at once. */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#define ORPHAN_AGE (24 * 3600)

struct load {
    struct content_names *names;
    size_t kept; /* of the pieces before this one */
    struct arena *ar;
};

static void load_restart(void *ctx)
{
    struct load *l = ctx;
    l->names->n = l->kept;
}

static bool add_name(struct content_names *n, const struct id *name, struct err *e)
{
    if (n->n == n->cap) {
        size_t cap = n->cap ? 2 * n->cap : 1024;
        struct id *list = mem_realloc(n->list, cap * sizeof *list);
        if (!list)
            return err_set(e, ERR_MEMORY, "out of memory");
        n->list = list;
        n->cap = cap;
    }
    n->list[n->n++] = *name;
    return true;
}

static bool load_named(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct load *l = ctx;
    struct id name;
    (void)t;
    (void)val;
    if (key.n != sizeof name.b)
        return err_set(e, ERR_CORRUPT, "a key of the table of contents is damaged");
    memcpy(name.b, key.p, sizeof name.b);
    return add_name(l->names, &name, e);
}

static bool load_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct load *l = ctx;
    struct record r;
    struct id id;
    (void)t;
    if (key.n != sizeof id.b)
        return err_set(e, ERR_CORRUPT, "a key of the table of records is damaged");
    memcpy(id.b, key.p, sizeof id.b);
    arena_reset(l->ar);
    if (!record_decode(val, &id, NULL, l->ar, &r, e))
        return false;
    return id_is_zero(r.content) || add_name(l->names, &r.content, e);
}

static bool load_done(void *ctx, struct err *e)
{
    struct load *l = ctx;
    (void)e;
    l->kept = l->names->n;
    return true;
}

static int by_bytes(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct id));
}

bool content_names_load(struct archive *a, struct content_names *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct load l = {.names = out, .ar = ar};
    struct scan s = {
        .table = T_RECORD, .piece = 1024, .row = load_row, .restart = load_restart, .piece_done = load_done, .ctx = &l};
    *out = (struct content_names){0};
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    bool ok = scan_table(a, &s, e);
    s.table = T_CONTENT;
    s.row = load_named;
    if (!ok || !scan_table(a, &s, e)) {
        content_names_free(out);
        return false;
    }
    if (out->n)
        qsort(out->list, out->n, sizeof *out->list, by_bytes);
    return true;
}

bool content_names_has(const struct content_names *n, const struct id *name)
{
    return n->n && bsearch(name, n->list, n->n, sizeof *n->list, by_bytes) != NULL;
}

void content_names_free(struct content_names *n)
{
    mem_free(n->list);
    *n = (struct content_names){0};
}

struct sweep {
    struct content_names names;
    bool mend;
    uint64_t found;
};

static bool named(void *ctx, const struct id *name, bool *yes, struct err *e)
{
    struct sweep *s = ctx;
    (void)e;
    *yes = content_names_has(&s->names, name);
    s->found += !*yes;
    *yes |= !s->mend; /* only looking */
    return true;
}

bool orphans_sweep(struct archive *a, bool mend, uint64_t *found, struct err *e)
{
    struct sweep s = {.mend = mend};
    uint64_t removed = 0;
    if (!content_names_load(a, &s.names, e))
        return false;
    /* The age of a file is told by the machine's clock, whatever clock the archive runs by. */
    bool ok = content_sweep(a->store, named, &s, clock_now(&clock_system) - ORPHAN_AGE, &removed, e);
    content_names_free(&s.names);
    if (ok)
        *found = s.found;
    return ok;
}
