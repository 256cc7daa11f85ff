/* due_doctor.c: proves queue, held files, index by class and forecast against the files themselves: every file stands
 * where its row says, nothing stands there without a file, every counter is the sum of its files.
 *
 * Reads in pieces while others may write: a file and its places are looked at in one transaction, and counters are
 * compared only when nothing was written meanwhile (three tries). Reports through `finding`; fails when it could not
 * look. */
#include "class_files.h"
#include "due_tally.h"

#include <stdio.h>
#include <string.h>

#define PIECE 500u
#define TRIES 3u

static const char *const mend = N_("stop the archive and restore it from a backup; the log tells what each file is");

struct doctor {
    struct archive *a;
    enum lang lang;
    store_finding finding;
    void *ctx;
    uint64_t checked;
    struct arena *ar;
    struct tally tally;
    struct row_key last;
    bool done;
    size_t seen;
    enum store_table table; /* of the reverse walk */
    struct row_key keys[PIECE];
    struct case_file files[PIECE]; /* of the piece, in the arena */
    size_t file_count;
    bool quiet; /* a repeated pass: what it finds was said already */
};

static void say(struct doctor *d, const char *place, const char *wrong, ...) PRINTF_LIKE(3, 4);
static void say(struct doctor *d, const char *place, const char *wrong, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, wrong);
    vsnprintf(text, sizeof text, tr(d->lang, wrong), ap);
    va_end(ap);
    if (!d->quiet) {
        d->finding(d->ctx, place, text, tr(d->lang, mend));
    }
}

static bool stands(struct txn *t, struct doctor *d, enum store_table table, const struct row_key *key,
                   const struct case_file *f, struct err *e)
{
    struct bytes val;
    bool found;
    if (!store_find(t, table, rk_bytes(key), d->ar, &val, &found, e)) {
        return false;
    }
    if (!found) {
        say(d, table_name(table), N_("file %.*s is missing"), (int)f->mark.n, f->mark.p);
    }
    return true;
}

static bool check_file(struct txn *t, struct doctor *d, const struct id *id, struct err *e)
{
    struct case_file f;
    if (!file_by_id(t, d->a, id, false, d->ar, &f, e)) {
        if (e->code != ERR_NOT_FOUND) {
            return false;
        }
        err_init(e, e->lang); /* its row or its figures are gone: the walk over files reports that */
        return true;
    }
    struct row_key by_class = class_file_key(f.symbol, f.opened, &f.id);
    struct due_place p = due_place_of(&f);
    d->files[d->file_count++] = f;
    return stands(t, d, T_FILE_BY_CLASS, &by_class, &f, e) && (!p.due || stands(t, d, p.table, &p.key, &f, e));
}

static bool collect(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    (void)val;
    if (key.n > ROW_KEY_MAX) {
        return err_set(e, ERR_CORRUPT, "a key of %s is longer than any can be", table_name(d->table));
    }
    if (d->seen == PIECE) {
        d->done = false;
        return false;
    }
    memcpy(d->keys[d->seen].b, key.p, key.n);
    d->keys[d->seen++].n = key.n;
    return true;
}

/* The next keys of a table into d->keys. */
static bool next_keys(struct txn *t, struct doctor *d, struct err *e)
{
    struct row_key from = d->last.n > 0 ? rk_u8(d->last, 0) : ROW_KEY_EMPTY;
    d->seen = 0;
    d->done = true;
    return store_walk(t, (struct store_range){.table = d->table, .from = rk_bytes(&from)}, collect, d, e);
}

static bool keys_fn(struct txn *t, void *ctx, struct err *e)
{
    return next_keys(t, ctx, e);
}

static bool files_fn(struct txn *t, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    arena_reset(d->ar);
    d->file_count = 0;
    for (size_t i = 0; i < d->seen; i++) {
        struct id id;
        if (d->keys[i].n != sizeof id.b) {
            return err_set(e, ERR_CORRUPT, "a key of %s is no file id", table_name(T_FILE));
        }
        memcpy(id.b, d->keys[i].b, sizeof id.b);
        if (!check_file(t, d, &id, e)) {
            return false;
        }
    }
    return true;
}

/* What a key of the index says must be what its file says. */
static bool check_key(struct txn *t, struct doctor *d, const struct row_key *key, struct err *e)
{
    struct case_file f;
    struct id id;
    if (key->n < sizeof id.b) {
        say(d, table_name(d->table), N_("a key is too short to name a file"));
        return true;
    }
    memcpy(id.b, key->b + key->n - sizeof id.b, sizeof id.b);
    if (!file_by_id(t, d->a, &id, false, d->ar, &f, e)) {
        if (e->code != ERR_NOT_FOUND) {
            return false;
        }
        err_init(e, e->lang);
        say(d, table_name(d->table), N_("a key names a file that does not exist"));
        return true;
    }
    struct due_place p = due_place_of(&f);
    struct row_key right = d->table == T_FILE_BY_CLASS ? class_file_key(f.symbol, f.opened, &f.id) : p.key;
    bool due = d->table == T_FILE_BY_CLASS || (p.due && p.table == d->table);
    if (!due || bytes_cmp(rk_bytes(&right), rk_bytes(key)) != 0) {
        say(d, table_name(d->table), N_("file %.*s stands at a wrong place"), (int)f.mark.n, f.mark.p);
    }
    return true;
}

static bool index_fn(struct txn *t, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    for (size_t i = 0; i < d->seen; i++) {
        arena_reset(d->ar);
        if (!check_key(t, d, &d->keys[i], e)) {
            return false;
        }
    }
    return true;
}

/* After the piece is read for good: a transaction that is run again must not count twice. */
static bool count_files(struct doctor *d, struct err *e)
{
    for (size_t i = 0; i < d->file_count; i++) {
        if (!tally_add(&d->tally, &d->files[i], e)) {
            return false;
        }
    }
    d->checked += d->file_count;
    d->file_count = 0;
    return true;
}

/* Each piece is read and checked in two transactions: the second may be run again and starts from the same keys. */
static bool walk(struct doctor *d, enum store_table table, store_fn each, struct err *e)
{
    d->table = table;
    d->last.n = 0;
    do {
        if (!store_read(d->a->store, keys_fn, d, e) || !store_read(d->a->store, each, d, e) || !count_files(d, e)) {
            return false;
        }
        if (d->seen > 0) {
            d->last = d->keys[d->seen - 1];
        }
    } while (!d->done);
    return true;
}

/* ---------------------------------------------------------------- counters */

static bool counter_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    struct due_count c;
    struct tally_slot *s = tally_find(&d->tally, key);
    (void)e;
    d->checked++;
    if (!due_count_parse(val, &c)) {
        say(d, table_name(T_FORECAST), N_("a counter is damaged"));
    } else if (s == NULL) {
        say(d, table_name(T_FORECAST), N_("a counter counts files that do not exist"));
    } else if (memcmp(&c, &s->count, sizeof c) != 0) {
        say(d, table_name(T_FORECAST), N_("a counter differs from the sum of its files"));
    }
    if (s != NULL) {
        s->seen = true;
    }
    return true;
}

static bool counters_fn(struct txn *t, void *ctx, struct err *e)
{
    return store_walk(t, (struct store_range){.table = T_FORECAST}, counter_each, ctx, e);
}

static bool compare_counters(struct doctor *d, struct err *e)
{
    if (!store_read(d->a->store, counters_fn, d, e)) {
        return false;
    }
    for (size_t i = 0; i < d->tally.slots; i++) {
        if (d->tally.slot[i].key_n != 0 && !d->tally.slot[i].seen) {
            say(d, table_name(T_FORECAST), N_("a counter of existing files is missing"));
        }
    }
    return true;
}

static bool commits(struct archive *a, uint64_t *out, struct err *e)
{
    struct store_figures f;
    if (!store_figures_get(a->store, false, &f, e)) {
        return false;
    }
    *out = f.commits;
    return true;
}

bool due_doctor(struct archive *a, store_finding finding, void *ctx, uint64_t *checked, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(32u << 20);
    struct arena *own CLEANUP(arena_free) = arena_new(1u << 20);
    struct doctor *d = own == NULL || ar == NULL ? NULL : arena_alloc(own, sizeof *d);
    if (d == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *d = (struct doctor){.a = a, .finding = finding, .ctx = ctx, .ar = ar, .lang = e->lang};
    bool ok = false, still = false;
    for (unsigned i = 0; i < TRIES && !still; i++) {
        uint64_t before = 0, after = 0;
        tally_free(&d->tally);
        d->checked = 0;
        d->quiet = i > 0;
        ok = commits(a, &before, e) && walk(d, T_FILE, files_fn, e) && commits(a, &after, e);
        if (!ok) {
            break;
        }
        still = before == after;
    }
    d->quiet = false;
    ok = ok && (!still || compare_counters(d, e)) && walk(d, T_FILE_BY_CLASS, index_fn, e) &&
         walk(d, T_QUEUE, index_fn, e) && walk(d, T_HELD, index_fn, e);
    if (ok && !still) {
        finding(ctx, table_name(T_FORECAST),
                tr(e->lang, N_("its counters were not compared, because files changed all the while")),
                tr(e->lang, N_("run akta doctor when less is going on")));
    }
    tally_free(&d->tally);
    *checked = d->checked;
    return ok;
}
