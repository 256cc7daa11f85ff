/* folder_tree.c: the published folder as a tree: its checkpoint, roots of its earlier sizes, and a copy of it. */
#include "ledger_internal.h"

#include <string.h>

#define CHECKPOINT_MAX (1u << 20)

bool folder_checkpoint(int dir, const struct note_key *key, struct arena *a, struct signed_row *out, struct err *e)
{
    struct bytes text;
    struct signed_row row;
    if (!folder_read(dir, "checkpoint", CHECKPOINT_MAX, a, &text, e))
        return false;
    row.note = str_of_bytes(text);
    if (!checkpoint_open(row.note, key, a, &row.head, e))
        return false;
    *out = row;
    return true;
}

struct folder_reader {
    int dir;
    uint64_t size;
    struct arena *a;
};

static bool folder_node(void *ctx, unsigned level, uint64_t index, struct hash *out, struct err *e)
{
    const struct folder_reader *r = ctx;
    unsigned height = level % 8, tile_level = level / 8;
    uint64_t n = index >> (8 - height);
    size_t first = (size_t)(index << height) & (TILE_WIDTH - 1), count = (size_t)1 << height;
    unsigned width = tile_width(tile_level, n, r->size);
    struct hash all[TILE_WIDTH];
    struct bytes raw;
    arena_reset(r->a);
    if (width < first + count)
        return err_set(e, ERR_INVALID, "the published log is too short for this");
    if (!folder_tile(r->dir, tile_level, n, width, r->a, &raw, e))
        return false;
    for (size_t i = 0; i < count; i++)
        memcpy(all[i].b, raw.p + (first + i) * SHA256_SIZE, SHA256_SIZE);
    merkle_root(all, count, out);
    return true;
}

bool folder_root_at(int dir, uint64_t whole, uint64_t size, struct hash *root, struct err *e)
{
    struct arena *a CLEANUP(arena_free) = arena_new(64 * 1024);
    struct folder_reader r = {dir, whole, a};
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the published log");
    return merkle_root_from(size, folder_node, &r, root, e);
}

/* ---------------------------------------------------------------- a copy */

static bool copy_part(int from, int level, uint64_t n, unsigned width, struct folder_writer *w, struct arena *a,
                      struct err *e)
{
    char path[TILE_PATH_SIZE];
    struct bytes content, entries[TILE_WIDTH];
    struct buf bundle CLEANUP(buf_free) = BUF_INIT(TILE_WIDTH * (2 + UINT16_MAX));
    arena_reset(a);
    if (level != LEVEL_ENTRIES) {
        if (!folder_tile(from, (unsigned)level, n, width, a, &content, e))
            return false;
    } else {
        if (!folder_bundle(from, n, width, a, entries, e))
            return false;
        for (unsigned i = 0; i < width; i++)
            bundle_add(&bundle, entries[i]);
        if (!buf_ok(&bundle, e))
            return false;
        content = buf_bytes(&bundle);
    }
    tile_name(level, n, width, path);
    return folder_add(w, path, content, e);
}

static bool copy_tiles(int from, int to, uint64_t size, struct err *e)
{
    struct arena *a CLEANUP(arena_free) = arena_new(TILE_WIDTH * (2 + UINT16_MAX) + 65536);
    struct folder_writer *w CLEANUP(folder_writer_free) = folder_writer_new(to, true, true);
    unsigned width;
    if (a == NULL || w == NULL)
        return err_set(e, ERR_MEMORY, "out of memory copying the log");
    for (unsigned level = 0; level_count(level, size) > 0; level++) {
        for (uint64_t n = 0; (width = tile_width(level, n, size)) > 0; n++) {
            if (level == 0 && !copy_part(from, LEVEL_ENTRIES, n, width, w, a, e))
                return false;
            if (!copy_part(from, (int)level, n, width, w, a, e))
                return false;
        }
    }
    return folder_flush(w, e);
}

static bool copy_small(int from, int to, const char *name, struct err *e)
{
    struct bytes text;
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 18);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory copying the log");
    return folder_read(from, name, 1 << 17, a, &text, e) && file_write_durable(to, name, text, 0644, e);
}

/* The target may hold an earlier copy of the same log; of another log, or of more entries, it may not. */
static bool target_fits(int to, const struct note_key *key, uint64_t size, struct arena *a, struct err *e)
{
    struct note_key there;
    struct signed_row head;
    if (!folder_exists(to, "checkpoint") && !folder_exists(to, "log.vkey") && !folder_exists(to, "tile"))
        return true;
    if (!folder_key(to, &there, e))
        return err_wrap(e, "the target folder is not empty and not a copy of a log");
    if (there.id != key->id || strcmp(there.name, key->name) != 0)
        return err_set(e, ERR_CONFLICT, "the target folder holds a copy of another log, %s", there.name);
    if (!folder_exists(to, "checkpoint"))
        return true;
    if (!folder_checkpoint(to, key, a, &head, e))
        return err_wrap(e, "the copy in the target folder");
    return head.head.size <= size ||
           err_set(e, ERR_CONFLICT, "the target folder holds a newer copy: %llu entries", ULL(head.head.size));
}

bool ledger_export(struct ledger *l, int to, struct err *e)
{
    struct signed_row head;
    const struct note_key *key = signer_key(l->signer);
    struct arena *a CLEANUP(arena_free) = arena_new(4u << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory copying the log");
    return folder_checkpoint(l->log_dir, key, a, &head, e) && target_fits(to, key, head.head.size, a, e) &&
           copy_small(l->log_dir, to, "log.vkey", e) && copy_small(l->log_dir, to, "README.txt", e) &&
           copy_tiles(l->log_dir, to, head.head.size, e) &&
           file_write_durable(to, "checkpoint", bytes_of(head.note), 0644, e);
}
