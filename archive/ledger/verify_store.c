/* verify_store.c: one log as the store holds it: entries, tiles, marks, and the object index under each entry. Works on
 * the sizes it finds at the start, below which nothing may change, beside whoever appends and publishes meanwhile. A
 * finding may be reported twice when the store runs a read again. */
#include "ledger_internal.h"

struct store_check {
    struct store *s;
    uint32_t number;
    struct fault_sink *f;
    instant last_time;
    uint64_t with_rows; /* entries that have, or may have, a row in the object index */
    struct arena *parse;
};

/* ---------------------------------------------------------------- entries and tiles */

struct fetch {
    const struct store_check *c;
    struct arena *a;
    unsigned level, width;
    uint64_t n;
    struct bytes *entries;
    struct bytes hashes;
};

/* What cannot be unpacked is taken as it lies there: its hash tells which entry it was. */
static bool take_copy(void *ctx, uint64_t place, struct bytes stored, struct err *e)
{
    struct fetch *f = ctx;
    struct bytes *out = &f->entries[place % TILE_WIDTH];
    struct err why = {.lang = e->lang};
    if (!ledger_entry_unpack(stored, f->a, out, &why) && why.code == ERR_CORRUPT)
        *out = stored;
    else if (why.code != ERR_NONE)
        return err_set(e, why.code, "%s", why.text);
    if (stored.n > 0 && out->p >= stored.p && out->p <= stored.p + stored.n)
        *out = arena_bytes(f->a, *out);
    return out->p != NULL || stored.n == 0 || err_set(e, ERR_MEMORY, "out of memory verifying the log");
}

static bool fetch_entries(struct txn *t, void *ctx, struct err *e)
{
    struct fetch *f = ctx;
    return entries_walk_stored(t, f->c->number, f->n * TILE_WIDTH, f->width, take_copy, f, e);
}

static bool fetch_hashes(struct txn *t, void *ctx, struct err *e)
{
    struct fetch *f = ctx;
    return tile_row(t, f->c->number, f->level, f->n, f->width, f->a, &f->hashes, e);
}

static bool store_entries(void *ctx, uint64_t n, unsigned width, struct arena *a, struct bytes *out, struct err *e)
{
    const struct store_check *c = ctx;
    struct fetch f = {.c = c, .a = a, .n = n, .width = width, .entries = out};
    return store_read(c->s, fetch_entries, &f, e);
}

static bool store_hashes(void *ctx, unsigned level, uint64_t n, unsigned width, struct arena *a, struct bytes *out,
                         struct err *e)
{
    const struct store_check *c = ctx;
    struct fetch f = {.c = c, .a = a, .level = level, .n = n, .width = width};
    if (!store_read(c->s, fetch_hashes, &f, e))
        return false;
    *out = (struct bytes){f.hashes.p, (size_t)width * SHA256_SIZE}; /* the row may have grown since */
    return true;
}

/* ---------------------------------------------------------------- entries against the object index */

struct index_check {
    struct store_check *c;
    uint64_t n;
    unsigned from, width; /* entries of bundle n to look at */
    const struct bytes *entries;
    instant last;
    uint64_t with_rows;
};

static void check_indexed(struct txn *t, struct index_check *ic, const char *where, const struct entry *entry,
                          uint64_t index)
{
    struct err why = {.lang = ic->c->f->lang};
    uint64_t got;
    if (id_is_zero(entry->object))
        return;
    if (!ledger_find(t, &entry->object, entry->event, &got, &why))
        fault_because(ic->c->f, where, &why, "the object index does not lead to it: %s", why.text);
    else if (got != index)
        fault_report(ic->c->f, where, "the object index has entry %llu in its place", ULL(LOG_PLACE(got)));
    else if (entry->event > 1 && !ledger_find(t, &entry->object, entry->event - 1, &got, &why))
        fault_report(ic->c->f, where, "event %u of its object is missing", entry->event - 1);
    else if (entry->event > 1 && got >= index)
        fault_report(ic->c->f, where, "event %u of its object comes after it", entry->event - 1);
}

static bool check_entries(struct txn *t, void *ctx, struct err *e)
{
    struct index_check *ic = ctx;
    const struct tree_source names = {.place = "store: ", .rows = true};
    char where[WHERE_SIZE];
    struct entry entry;
    bool known;
    (void)e;
    ic->last = ic->c->last_time;
    ic->with_rows = 0;
    for (unsigned i = ic->from; i < ic->width; i++) {
        uint64_t place = ic->n * TILE_WIDTH + i;
        part_name(&names, LEVEL_ENTRIES, ic->n, ic->width, i, where);
        verify_entry(where, ic->entries[i], &ic->last, ic->c->parse, &entry, &known, ic->c->f);
        ic->with_rows += !known || !id_is_zero(entry.object);
        if (known)
            check_indexed(t, ic, where, &entry, index_of(ic->c->number, place));
    }
    return true;
}

static bool see_entries(struct store_check *c, uint64_t n, unsigned from, unsigned width, const struct bytes *entries,
                        struct err *e)
{
    struct index_check ic = {.c = c, .n = n, .from = from, .width = width, .entries = entries};
    if (!store_read(c->s, check_entries, &ic, e))
        return false;
    c->last_time = ic.last;
    c->with_rows += ic.with_rows;
    return true;
}

static bool store_entries_seen(void *ctx, uint64_t n, unsigned width, const struct bytes *entries, struct err *e)
{
    return see_entries(ctx, n, 0, width, entries, e);
}

/* ---------------------------------------------------------------- one log */

struct marks_call {
    uint32_t number;
    struct arena *a;
    struct log_row log;
    struct signed_row tree, signed_head, published;
};

static bool marks_in(struct txn *t, void *ctx, struct err *e)
{
    struct marks_call *m = ctx;
    return log_row_get(t, m->a, &m->log, e) && mark_get(t, m->number, MARK_TREE, m->a, &m->tree, e) &&
           mark_get(t, m->number, MARK_SIGNED, m->a, &m->signed_head, e) &&
           mark_get(t, m->number, MARK_PUBLISHED, m->a, &m->published, e);
}

static bool check_mark(struct store_check *c, const char *name, const struct signed_row *row, bool rows_sound,
                       struct err *e)
{
    struct hash root = {{0}};
    struct note note;
    struct checkpoint said;
    struct err why = {.lang = e->lang};
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 18);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory verifying the log");
    if (row->head.size == 0)
        return true;
    if (rows_sound && !tree_root_at(c->s, c->number, row->head.size, &root, &why))
        fault_because(c->f, name, &why, "%s", why.text);
    else if (rows_sound && !hash_equal(&root, &row->head.root))
        fault_report(c->f, name, "changed: it does not hold the root of its %llu entries", ULL(row->head.size));
    else if (!note_parse(row->note, a, &note, &why) || !checkpoint_parse(note.text, &said, &why))
        fault_because(c->f, name, &why, "its checkpoint is damaged: %s", why.text);
    else if (said.size != row->head.size || !hash_equal(&said.root, &row->head.root))
        fault_report(c->f, name, "changed: its checkpoint says otherwise than the row");
    return true;
}

/* Entries that are not in the tree yet have no hash to be held against; their form is checked. */
static bool check_pending(struct store_check *c, uint64_t from, uint64_t to, struct err *e)
{
    struct arena *a CLEANUP(arena_free) = arena_new(TILE_WIDTH * (2 + UINT16_MAX));
    struct bytes entries[TILE_WIDTH];
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory verifying the log");
    for (uint64_t n = from / TILE_WIDTH; n * TILE_WIDTH < to; n++) {
        struct err why = {.lang = e->lang};
        unsigned width = to - n * TILE_WIDTH < TILE_WIDTH ? (unsigned)(to - n * TILE_WIDTH) : TILE_WIDTH;
        unsigned first = from > n * TILE_WIDTH ? (unsigned)(from - n * TILE_WIDTH) : 0;
        arena_reset(a);
        if (!store_entries(c, n, width, a, entries, &why))
            fault_because(c->f, "store: entries", &why, "%s", why.text);
        else if (!see_entries(c, n, first, width, entries, e))
            return false;
    }
    return true;
}

static bool check_rows(struct store_check *c, struct log_check *out, struct err *e)
{
    const struct tree_source src = {.place = "store: ",
                                    .rows = true,
                                    .ctx = c,
                                    .entries = store_entries,
                                    .tile = store_hashes,
                                    .entries_seen = store_entries_seen};
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 18);
    struct marks_call m = {.number = c->number, .a = a};
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory verifying the log");
    if (!store_read(c->s, marks_in, &m, e))
        return false;
    out->size = m.log.number == c->number ? m.log.size : m.tree.head.size;
    out->published = m.published.head;
    uint64_t before = c->f->found;
    if (!verify_tree(&src, &m.tree.head, c->f, e))
        return false;
    out->rows_sound = c->f->found == before;
    return check_pending(c, m.tree.head.size, out->size, e) &&
           check_mark(c, "store: signed head", &m.signed_head, out->rows_sound, e) &&
           check_mark(c, "store: published head", &m.published, out->rows_sound, e);
}

bool verify_store(struct store *s, uint32_t number, struct fault_sink *f, struct log_check *out, struct err *e)
{
    struct store_check c = {.s = s, .number = number, .f = f, .last_time = TIME_NEVER, .parse = arena_new(1 << 18)};
    bool ok = c.parse != NULL ? check_rows(&c, out, e) : err_set(e, ERR_MEMORY, "out of memory verifying the log");
    out->with_rows = c.with_rows;
    arena_free(&c.parse);
    return ok;
}
