/* figures.c: figures that a work leaves for whoever asks later, as one row of T_META under a name: what the last night
 * found. A row of numbers and days only: texts would lie in memory that is gone. Fails with the store. */
#include "record_internal.h"

struct figures_row {
    struct bytes name;
    const struct row_kind *kind;
    void *out;
    const void *in;
};

static bool read_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct figures_row *f = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(16u << 10);
    struct bytes val;
    bool found;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    return store_find(t, T_META, f->name, ar, &val, &found, e) &&
           (!found || row_decode(f->kind, val, NULL, NULL, ar, f->out, e));
}

bool figures_read(struct archive *a, const char *name, const struct row_kind *kind, void *row, struct err *e)
{
    struct figures_row f = {.name = bytes_of(str_of(name)), .kind = kind, .out = row};
    return store_read(a->store, read_fn, &f, e);
}

static bool keep_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct figures_row *f = ctx;
    struct buf val CLEANUP(buf_free) = BUF_INIT(512);
    return row_encode(f->kind, f->in, NULL, NULL, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_META, f->name, buf_bytes(&val), e);
}

bool figures_keep(struct archive *a, const char *name, const struct row_kind *kind, const void *row, struct err *e)
{
    struct figures_row f = {.name = bytes_of(str_of(name)), .kind = kind, .in = row};
    return store_write(a->store, keep_fn, &f, e);
}
