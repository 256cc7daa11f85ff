/* import.c: the store is older than what is published: a backup was restored. The published folder is complete and
 * proves itself, so the entries that the store lacks are read from it.
 *
 * Promises: nothing is written before the folder has been recomputed, signed for by this log's key, and found to hold
 * what the store holds already. The import may be cut short and goes on at the next opening; its last step, one
 * transaction, adds the `restore` entry and moves the marks. */
#include "ledger_internal.h"

#include <stdio.h>
#include <string.h>

static const char import_name[] = "import";

struct import {
    struct ledger *l;
    const struct signed_row *published;
    struct arena *a;
    struct bytes entries[TILE_WIDTH];
    uint64_t n; /* bundle at hand */
    unsigned width;
    uint64_t found; /* entries the store had when the import began */
};

struct first_fault {
    char text[300];
};

static void keep_first(void *ctx, const char *where, const char *wrong)
{
    struct first_fault *f = ctx;
    if (f->text[0] == '\0')
        snprintf(f->text, sizeof f->text, "%s: %s", where, wrong);
}

static bool folder_is_sound(struct ledger *l, struct err *e)
{
    struct first_fault first = {""};
    struct fault_sink sink = {.fault = keep_first, .ctx = &first, .lang = e->lang};
    struct signed_row head;
    struct arena *a CLEANUP(arena_free) = arena_new(4u << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the published log");
    if (!verify_folder(l->log_dir, "DIR/log/", signer_key(l->signer), &sink, &head, a, e) || !fault_sink_ends(&sink, e))
        return false;
    return sink.found == 0 || err_set(e, ERR_CORRUPT,
                                      "the published log is newer than the store, but it cannot be imported: %s; bring "
                                      "an undamaged copy of it",
                                      first.text);
}

static bool load_bundle(struct import *im, uint64_t n, struct err *e)
{
    arena_reset(im->a);
    im->n = n;
    im->width = tile_width(0, n, im->published->head.size);
    return folder_bundle(im->l->log_dir, n, im->width, im->a, im->entries, e);
}

static bool compare_entry(void *ctx, uint64_t place, struct bytes entry, struct err *e)
{
    const struct import *im = ctx;
    return bytes_cmp(entry, im->entries[place % TILE_WIDTH]) == 0 ||
           err_set(
               e, ERR_CORRUPT,
               "entry %llu in the store and in DIR/log differ: two histories; nothing is written; keep both and find "
               "out which was changed",
               ULL(place));
}

struct compare_call {
    struct import *im;
    uint64_t first, n;
};

static bool compare_in(struct txn *t, void *ctx, struct err *e)
{
    const struct compare_call *c = ctx;
    return entries_walk(t, c->im->l->number, c->first, c->n, compare_entry, c->im, e);
}

/* What the store signed must be a front part of what is published, and what it has beyond must be the same entries. */
static bool same_front(struct import *im, const struct heads *h, struct err *e)
{
    struct hash root;
    uint64_t size = im->published->head.size, end = h->log.size < size ? h->log.size : size;
    uint64_t at = h->signed_head.head.size;
    if (at > 0) {
        if (!folder_root_at(im->l->log_dir, size, at, &root, e))
            return false;
        if (!hash_equal(&root, &h->signed_head.head.root))
            return err_set(e, ERR_CORRUPT,
                           "DIR/log and the store tell two different histories of the first %llu entries: nothing is "
                           "written; keep both and find out which was changed",
                           ULL(at));
    }
    for (uint64_t next; at < end; at = next) {
        next = (at / TILE_WIDTH + 1) * TILE_WIDTH < end ? (at / TILE_WIDTH + 1) * TILE_WIDTH : end;
        struct compare_call c = {im, at, next - at};
        if (!load_bundle(im, at / TILE_WIDTH, e) || !store_read(im->l->store, compare_in, &c, e))
            return false;
    }
    return true;
}

static struct bytes import_key(void)
{
    return bytes_of(str_of(import_name));
}

/* How many entries there were when the import began, also when this is not its first attempt. */
static bool note_start(struct txn *t, struct import *im, const struct log_row *row, struct arena *a, struct err *e)
{
    struct bytes v;
    uint8_t raw[8];
    bool found = false;
    if (!store_find(t, T_LOG_HEAD, import_key(), a, &v, &found, e))
        return false;
    struct reader r = reader_of(v);
    im->found = found ? rd_be64(&r) : row->size;
    return found || store_put(t, T_LOG_HEAD, import_key(), entry_key(im->found, raw), e);
}

static bool add_entry(struct txn *t, struct log_row *row, struct bytes bytes, struct arena *a, struct err *e)
{
    struct entry entry = {0};
    instant when = row->last_time;
    struct err why = {.lang = e->lang};
    /* A later version is not understood, but it is an entry all the same; it has no place in the object index. */
    if (!entry_parse(bytes, a, &entry, &when, &why) && why.code != ERR_UNSUPPORTED) {
        *e = why;
        return err_wrap(e, "entry %llu of the published log", ULL(row->size));
    }
    if (when > row->last_time)
        row->last_time = when;
    return append_bytes(t, row, bytes, &entry.object, entry.event, e);
}

static bool import_in(struct txn *t, void *ctx, struct err *e)
{
    struct import *im = ctx;
    struct log_row row;
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory importing the log");
    if (!log_row_get(t, a, &row, e) || !note_start(t, im, &row, a, e))
        return false;
    while (row.size < im->n * TILE_WIDTH + im->width) {
        if (!add_entry(t, &row, im->entries[row.size % TILE_WIDTH], a, e))
            return false;
    }
    return true;
}

/* The rooms above look at what was filled in before anything else is done (ledger_filled_in). If they did not come to
 * it since an earlier import, they begin where that one began. */
static bool note_filled_in(struct txn *t, const struct import *im, struct err *e)
{
    uint64_t from;
    bool found = false;
    return ledger_filled_in(t, &from, &found, e) &&
           (found || ledger_filled_in_from(t, index_of(im->l->number, im->found), e));
}

static bool finish_in(struct txn *t, void *ctx, struct err *e)
{
    struct import *im = ctx;
    struct log_row row;
    struct entry entry = {.type = E_RESTORE};
    uint64_t index;
    char found[24], to[24];
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 16);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory importing the log");
    if (!log_row_get(t, a, &row, e) || !note_start(t, im, &row, a, e))
        return false;
    snprintf(found, sizeof found, "%llu", ULL(im->found));
    snprintf(to, sizeof to, "%llu", ULL(im->published->head.size));
    entry_add(&entry, "found", str_of(found));
    entry_add(&entry, "replayed-to", str_of(to));
    return store_delete(t, T_LOG_HEAD, import_key(), e) && note_filled_in(t, im, e) &&
           ledger_append(t, im->l, &entry, &index, e) && mark_put(t, im->l->number, MARK_SIGNED, im->published, e) &&
           mark_put(t, im->l->number, MARK_PUBLISHED, im->published, e);
}

static bool import_all(struct import *im, const struct heads *h, struct err *e)
{
    struct hash root;
    struct tree_head tree = h->tree;
    const struct tree_head *goal = &im->published->head;
    for (uint64_t at = h->log.size; at < goal->size; at = (at / TILE_WIDTH + 1) * TILE_WIDTH) {
        if (!load_bundle(im, at / TILE_WIDTH, e) || !store_write(im->l->store, import_in, im, e))
            return false;
    }
    if (!tree_grow(im->l->store, im->l->number, &tree, goal->size, e) ||
        !tree_root_at(im->l->store, im->l->number, goal->size, &root, e))
        return false;
    if (!hash_equal(&root, &goal->root))
        return err_set(e, ERR_CORRUPT, "the imported entries do not have the published root of %llu entries",
                       ULL(goal->size));
    return store_write(im->l->store, finish_in, im, e);
}

/* ---------------------------------------------------------------- what the rooms above have yet to look at */

static struct bytes filled_in_key(void)
{
    return bytes_of(STR("filled-in"));
}

bool ledger_filled_in(struct txn *t, uint64_t *from, bool *found, struct err *e)
{
    struct bytes v;
    struct arena *a CLEANUP(arena_free) = arena_new(1024);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log");
    if (!store_find(t, T_LOG_HEAD, filled_in_key(), a, &v, found, e))
        return false;
    struct reader r = reader_of(v);
    *from = *found ? rd_be64(&r) : 0;
    return !*found || rd_done(&r) || err_set(e, ERR_CORRUPT, "the log's row %s is damaged", "filled-in");
}

bool ledger_filled_in_from(struct txn *t, uint64_t from, struct err *e)
{
    uint8_t raw[8];
    return store_put(t, T_LOG_HEAD, filled_in_key(), entry_key(from, raw), e);
}

bool ledger_filled_in_done(struct txn *t, struct err *e)
{
    return store_delete(t, T_LOG_HEAD, filled_in_key(), e);
}

bool import_published(struct ledger *l, const struct heads *h, const struct signed_row *published, struct err *e)
{
    struct arena *a CLEANUP(arena_free) = arena_new(TILE_WIDTH * (2 + UINT16_MAX) + 65536);
    struct import im = {.l = l, .published = published, .a = a};
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory importing the log");
    log_line(LOG_WARN, "ledger", "DIR/log is newer than the store: %llu entries against %llu; importing them",
             ULL(published->head.size), ULL(h->log.size));
    return folder_is_sound(l, e) && same_front(&im, h, e) && import_all(&im, h, e);
}
