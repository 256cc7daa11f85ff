/* publish.c: from rows to published files.
 *
 * Order: bundles and tiles bottom-up, all durable; then the checkpoint, by rename; then the mark in the store. A crash
 * anywhere leaves the old checkpoint over a folder that holds at least what it needs, and doing it again ends the same.
 * A bundle's entries are hashed once more on their way out and compared with the tile that goes beside them. */
#include "ledger_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FEW_FILES      16
#define PARTIAL_KEPT_S (24 * 60 * 60)

struct tile_copy {
    uint32_t number;
    unsigned level, width;
    uint64_t n;
    struct arena *a;
    struct bytes hashes;
    struct buf bundle;
    bool with_entries;
};

static bool take_entry(void *ctx, uint64_t place, struct bytes entry, struct err *e)
{
    struct tile_copy *c = ctx;
    struct hash leaf;
    size_t within = (size_t)(place % TILE_WIDTH);
    merkle_leaf(entry, &leaf);
    if (memcmp(leaf.b, c->hashes.p + within * SHA256_SIZE, SHA256_SIZE) != 0)
        return err_set(e, ERR_CORRUPT, "entry %llu does not have the hash that its tile holds: nothing is published",
                       ULL(place));
    bundle_add(&c->bundle, entry);
    return buf_ok(&c->bundle, e);
}

static bool copy_tile(struct txn *t, void *ctx, struct err *e)
{
    struct tile_copy *c = ctx;
    arena_reset(c->a);
    buf_reset(&c->bundle);
    if (!tile_row(t, c->number, c->level, c->n, c->width, c->a, &c->hashes, e))
        return false;
    c->hashes.n = (size_t)c->width * SHA256_SIZE;
    return !c->with_entries || entries_walk(t, c->number, c->n * TILE_WIDTH, c->width, take_entry, c, e);
}

static void copy_free(struct tile_copy *c)
{
    arena_free(&c->a);
    buf_free(&c->bundle);
}

static bool publish_tile(struct store *s, struct tile_copy *c, struct folder_writer *w, struct err *e)
{
    char path[TILE_PATH_SIZE];
    if (!store_read(s, copy_tile, c, e))
        return false;
    tile_name(LEVEL_ENTRIES, c->n, c->width, path);
    if (c->with_entries && !folder_add(w, path, buf_bytes(&c->bundle), e))
        return false;
    tile_name((int)c->level, c->n, c->width, path);
    return folder_add(w, path, c->hashes, e);
}

bool publish_files(struct store *s, uint32_t number, int dir, uint64_t from, uint64_t to, bool redo, struct err *e)
{
    bool many = to - from > TILE_WIDTH * (FEW_FILES / 4);
    struct folder_writer *w CLEANUP(folder_writer_free) = folder_writer_new(dir, many, redo);
    struct tile_copy c CLEANUP(copy_free) = {
        .number = number, .a = arena_new(64 * 1024), .bundle = BUF_INIT(TILE_WIDTH * (2 + UINT16_MAX))};
    if (w == NULL || c.a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory publishing the log");
    for (c.level = 0; level_count(c.level, to) > level_count(c.level, from); c.level++) {
        c.with_entries = c.level == 0;
        for (c.n = level_count(c.level, from) / TILE_WIDTH; (c.width = tile_width(c.level, c.n, to)) > 0; c.n++) {
            if (!publish_tile(s, &c, w, e))
                return false;
        }
    }
    return folder_flush(w, e);
}

struct mark_call {
    uint32_t number;
    enum mark which;
    const struct signed_row *row;
};

static bool mark_in(struct txn *t, void *ctx, struct err *e)
{
    const struct mark_call *c = ctx;
    return mark_put(t, c->number, c->which, c->row, e);
}

bool mark_write(struct store *s, uint32_t number, enum mark which, const struct signed_row *row, struct err *e)
{
    struct mark_call c = {number, which, row};
    return store_write(s, mark_in, &c, e);
}

bool publish_head(struct ledger *l, uint64_t from, const struct signed_row *to, struct err *e)
{
    struct tree_head head;
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory publishing the log");
    /* A signature made by a faulty processor would stay wrong for ever once it is out. */
    if (!checkpoint_open(to->note, signer_key(l->signer), a, &head, e))
        return err_wrap(e, "the signed head is not published");
    if (head.size != to->head.size || !hash_equal(&head.root, &to->head.root))
        return err_set(e, ERR_CORRUPT, "the signed head and its note differ: nothing is published");
    if (!publish_files(l->store, l->number, l->log_dir, from, to->head.size, l->redo, e) ||
        !file_write_durable(l->log_dir, "checkpoint", bytes_of(to->note), 0644, e) ||
        !mark_write(l->store, l->number, MARK_PUBLISHED, to, e))
        return false;
    l->redo = false;
    sequencer_published(l, to->head.size);
    return true;
}

/* ---------------------------------------------------------------- old partial tiles */

struct sweep {
    int dir;
    instant now;
    uint64_t removed;
};

static bool sweep_one(void *ctx, const char *path, bool is_dir, struct err *e)
{
    struct sweep *s = ctx;
    struct stat st;
    int level;
    uint64_t n;
    unsigned width;
    char full[TILE_PATH_SIZE];
    size_t len = strlen(path);
    if (is_dir) {
        if (len > 2 && strcmp(path + len - 2, ".p") == 0)
            disk_now()->unlinkat(s->dir, path, AT_REMOVEDIR); /* only when it is empty: the call refuses otherwise */
        return true;
    }
    if (!tile_path_parse(path, &level, &n, &width) || width == TILE_WIDTH)
        return true;
    tile_name(level, n, TILE_WIDTH, full);
    if (!folder_exists(s->dir, full) || fstatat(s->dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        s->now - st.st_mtime <= PARTIAL_KEPT_S)
        return true;
    if (disk_now()->unlinkat(s->dir, path, 0) != 0)
        return err_set(e, ERR_IO, "an old partial tile, %s, could not be removed", path);
    s->removed++;
    return true;
}

bool publish_sweep(int dir, instant now, uint64_t *removed, struct err *e)
{
    struct sweep s = {dir, now, 0};
    if (folder_exists(dir, "tile") && !folder_walk(dir, "tile", sweep_one, &s, e))
        return false;
    *removed = s.removed;
    return true;
}
