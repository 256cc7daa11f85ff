/* tree.c: the hash tree in the store: rows of tiles, grown from entries, read as complete subtrees.
 *
 * A row (level, n) holds the hashes of one tile, 256 or, at the right edge, fewer. Growing happens in steps: a step
 * reads some entries and the edge tiles, hashes, and writes whole tile rows and the tree mark in one transaction of its
 * own. Reading back starts from the rows again and trusts nothing that growing had in memory. */
#include "ledger_internal.h"

#include <string.h>

#define STEP       4096u /* entries hashed in one read transaction */
#define SLOTS      4     /* tiles kept a level while proofs are made */
#define NODE_DEPTH 8     /* levels of the tree within one tile */

/* ---------------------------------------------------------------- rows */

bool tile_row(struct txn *t, uint32_t number, unsigned level, uint64_t n, unsigned width, struct arena *a,
              struct bytes *out, struct err *e)
{
    uint8_t key[9];
    struct bytes v;
    bool found = false;
    char name[TILE_PATH_SIZE];
    if (!store_find(t, T_LOG_TILE, tile_key(number, level, n, key), a, &v, &found, e))
        return false;
    tile_name((int)level, n, TILE_WIDTH, name);
    if (!found)
        return err_set(e, ERR_NOT_FOUND, "the store has no row for %s", name);
    if (v.n % SHA256_SIZE != 0 || v.n > TILE_BYTES || v.n < (size_t)width * SHA256_SIZE)
        return err_set(e, ERR_CORRUPT, "the store's row for %s has %zu bytes, and %u hashes were expected", name, v.n,
                       width);
    *out = v;
    return true;
}

static void hashes_of(struct bytes raw, struct hash *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memcpy(out[i].b, raw.p + i * SHA256_SIZE, SHA256_SIZE);
}

struct entry_walk {
    uint64_t next, end;
    uint32_t number;
    entry_each each;
    void *ctx;
    struct buf *plain; /* NULL: as they are stored */
};

static bool entry_at(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct entry_walk *w = ctx;
    struct reader r = reader_of(key);
    struct bytes entry;
    uint64_t index = rd_be64(&r);
    if (!rd_done(&r) || index != index_of(w->number, w->next))
        return false; /* a gap: entries_walk says so */
    entry = val;
    if ((w->plain && !entry_unpack(val, w->plain, &entry, e)) || !w->each(w->ctx, w->next, entry, e))
        return false;
    w->next++;
    return w->next < w->end;
}

static bool walk_entries(struct txn *t, struct entry_walk *w, struct err *e)
{
    uint8_t key[8];
    struct store_range r = {.table = T_LOG_ENTRY, .from = entry_key(index_of(w->number, w->next), key)};
    if (w->next == w->end)
        return true;
    if (!store_walk(t, r, entry_at, w, e))
        return false;
    return w->next == w->end || err_set(e, ERR_CORRUPT, "entry %llu of the log is missing from the store", ULL(w->next));
}

bool entries_walk(struct txn *t, uint32_t number, uint64_t first, uint64_t n, entry_each each, void *ctx, struct err *e)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(PACK_BUF_MAX);
    struct entry_walk w = {first, first + n, number, each, ctx, &plain};
    return walk_entries(t, &w, e);
}

bool entries_walk_stored(struct txn *t, uint32_t number, uint64_t first, uint64_t n, entry_each each, void *ctx,
                         struct err *e)
{
    struct entry_walk w = {first, first + n, number, each, ctx, NULL};
    return walk_entries(t, &w, e);
}

struct leaf_run {
    struct hash *out;
    uint64_t first;
};

static bool take_leaf(void *ctx, uint64_t place, struct bytes entry, struct err *e)
{
    struct leaf_run *run = ctx;
    (void)e;
    merkle_leaf(entry, &run->out[place - run->first]);
    return true;
}

/* ---------------------------------------------------------------- complete subtrees */

struct tile_slot {
    uint64_t n;
    unsigned count; /* 0: empty */
    struct hash h[TILE_WIDTH];
};
struct tree_reader {
    struct txn *t;
    uint32_t number;
    struct arena *a;
    unsigned turn[TILE_LEVELS];
    struct tile_slot *slots[TILE_LEVELS][SLOTS];
};

struct tree_reader *tree_reader_new(struct txn *t, uint32_t number)
{
    struct tree_reader *r = mem_zalloc(sizeof *r);
    if (r == NULL)
        return NULL;
    r->t = t;
    r->number = number;
    r->a = arena_new(1 << 20);
    if (r->a == NULL)
        tree_reader_free(&r);
    return r;
}

void tree_reader_free(struct tree_reader **r)
{
    if (*r == NULL)
        return;
    for (unsigned i = 0; i < TILE_LEVELS; i++) {
        for (unsigned j = 0; j < SLOTS; j++)
            mem_free((*r)->slots[i][j]);
    }
    arena_free(&(*r)->a);
    mem_free(*r);
    *r = NULL;
}

static struct tile_slot *slot_for(struct tree_reader *r, unsigned level, uint64_t n)
{
    for (unsigned j = 0; j < SLOTS; j++) {
        struct tile_slot *s = r->slots[level][j];
        if (s != NULL && s->count > 0 && s->n == n)
            return s;
    }
    struct tile_slot **place = &r->slots[level][r->turn[level]++ % SLOTS];
    if (*place == NULL)
        *place = mem_alloc(sizeof **place);
    if (*place != NULL)
        (*place)->count = 0;
    return *place;
}

bool tree_node(void *tree_reader, unsigned level, uint64_t index, struct hash *out, struct err *e)
{
    struct tree_reader *r = tree_reader;
    unsigned tile_level = level / NODE_DEPTH, height = level % NODE_DEPTH;
    uint64_t n = index >> (NODE_DEPTH - height);
    unsigned first = (unsigned)(index << height) & (TILE_WIDTH - 1), count = 1u << height;
    struct bytes raw;
    if (tile_level >= TILE_LEVELS)
        return err_set(e, ERR_INVALID, "the tree has no level %u", level);
    struct tile_slot *s = slot_for(r, tile_level, n);
    if (s == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log's tree");
    if (s->count < first + count) {
        arena_reset(r->a);
        if (!tile_row(r->t, r->number, tile_level, n, first + count, r->a, &raw, e))
            return false;
        s->n = n;
        s->count = (unsigned)(raw.n / SHA256_SIZE);
        hashes_of(raw, s->h, s->count);
    }
    merkle_root(&s->h[first], count, out);
    return true;
}

struct root_call {
    uint32_t number;
    uint64_t from, size;
    struct hash root;
    struct tree_proof proof;
};

static bool root_in(struct txn *t, void *ctx, struct err *e)
{
    struct root_call *c = ctx;
    struct tree_reader *r CLEANUP(tree_reader_free) = tree_reader_new(t, c->number);
    if (r == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log's tree");
    return merkle_root_from(c->size, tree_node, r, &c->root, e);
}

bool tree_root_at(struct store *s, uint32_t number, uint64_t size, struct hash *root, struct err *e)
{
    struct root_call c = {.number = number, .size = size};
    if (!store_read(s, root_in, &c, e))
        return false;
    *root = c.root;
    return true;
}

static bool consistency_in(struct txn *t, void *ctx, struct err *e)
{
    struct root_call *c = ctx;
    struct tree_reader *r CLEANUP(tree_reader_free) = tree_reader_new(t, c->number);
    if (r == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log's tree");
    return merkle_consistency_from(c->from, c->size, tree_node, r, c->proof.hashes, &c->proof.n, e);
}

bool tree_consistency(struct store *s, uint32_t number, uint64_t from, uint64_t to, struct tree_proof *out,
                      struct err *e)
{
    struct root_call c = {.number = number, .from = from, .size = to};
    if (from != 0 && from != to && !store_read(s, consistency_in, &c, e))
        return false;
    *out = c.proof; /* from nothing, or to the same: the empty proof */
    return true;
}

/* ---------------------------------------------------------------- growing */

struct new_tile {
    unsigned level, count;
    uint64_t n;
    struct hash h[TILE_WIDTH];
};
struct growth {
    uint32_t number;
    struct tree_head from, to;
    struct arena *a;
    struct new_tile *tiles;
    size_t tile_count, tile_cap;
    struct hash *run; /* hashes that are new on the level at hand; room for STEP */
};

static size_t tiles_at_most(void)
{
    return STEP / TILE_WIDTH + 1 + 2 * TILE_LEVELS;
}

/* The run's hashes [done, …) that belong into tile n, after those that the row has. */
static bool grow_tile(struct txn *t, struct growth *g, unsigned level, uint64_t first, size_t run_n, size_t *done,
                      struct err *e)
{
    struct new_tile *tile = &g->tiles[g->tile_count];
    uint64_t at = first + *done;
    unsigned have = (unsigned)(at % TILE_WIDTH);
    struct bytes raw;
    if (g->tile_count == g->tile_cap)
        return err_set(e, ERR_CORRUPT, "the log's tree grows by more tiles than it has");
    tile->level = level;
    tile->n = at / TILE_WIDTH;
    if (have > 0) {
        if (!tile_row(t, g->number, level, tile->n, have, g->a, &raw, e))
            return false;
        hashes_of(raw, tile->h, have);
    }
    size_t take = TILE_WIDTH - have < run_n - *done ? TILE_WIDTH - have : run_n - *done;
    memcpy(&tile->h[have], &g->run[*done], take * sizeof *g->run);
    tile->count = have + (unsigned)take;
    g->tile_count++;
    *done += take;
    return true;
}

/* Files the run away on each level; the roots of tiles that became full are the next level's run. */
static bool grow_levels(struct txn *t, struct growth *g, struct err *e)
{
    size_t run_n = (size_t)(g->to.size - g->from.size);
    for (unsigned level = 0; run_n > 0; level++) {
        uint64_t first = level_count(level, g->from.size);
        size_t done = 0, full = 0;
        while (done < run_n) {
            size_t before = g->tile_count;
            if (!grow_tile(t, g, level, first, run_n, &done, e))
                return false;
            if (g->tiles[before].count == TILE_WIDTH) /* its root overwrites hashes that are filed already */
                merkle_root(g->tiles[before].h, TILE_WIDTH, &g->run[full++]);
        }
        run_n = full;
    }
    return true;
}

static bool grow_read(struct txn *t, void *ctx, struct err *e)
{
    struct growth *g = ctx;
    struct leaf_run run = {g->run, g->from.size};
    arena_reset(g->a);
    g->tile_count = 0;
    return entries_walk(t, g->number, g->from.size, g->to.size - g->from.size, take_leaf, &run, e) &&
           grow_levels(t, g, e);
}

/* Complete subtrees of the grown tree: from the tiles at hand, else from the rows. */
struct grown_reader {
    const struct growth *g;
    struct tree_reader *rows;
};

static bool grown_node(void *ctx, unsigned level, uint64_t index, struct hash *out, struct err *e)
{
    struct grown_reader *r = ctx;
    unsigned height = level % NODE_DEPTH;
    uint64_t n = index >> (NODE_DEPTH - height);
    for (size_t i = 0; i < r->g->tile_count; i++) {
        const struct new_tile *tile = &r->g->tiles[i];
        if (tile->level == level / NODE_DEPTH && tile->n == n) {
            merkle_root(&tile->h[(index << height) & (TILE_WIDTH - 1)], (size_t)1 << height, out);
            return true;
        }
    }
    return tree_node(r->rows, level, index, out, e);
}

static bool grow_root(struct txn *t, void *ctx, struct err *e)
{
    struct growth *g = ctx;
    struct tree_reader *rows CLEANUP(tree_reader_free) = tree_reader_new(t, g->number);
    struct grown_reader r = {g, rows};
    if (rows == NULL)
        return err_set(e, ERR_MEMORY, "out of memory growing the log's tree");
    return merkle_root_from(g->to.size, grown_node, &r, &g->to.root, e);
}

static bool grow_write(struct txn *t, void *ctx, struct err *e)
{
    const struct growth *g = ctx;
    struct signed_row mark;
    uint8_t key[9];
    arena_reset(g->a);
    if (!mark_get(t, g->number, MARK_TREE, g->a, &mark, e))
        return false;
    if (mark.head.size != g->from.size)
        return err_set(e, ERR_CONFLICT, "the log's tree was grown by someone else");
    for (size_t i = 0; i < g->tile_count; i++) {
        const struct new_tile *tile = &g->tiles[i];
        struct bytes v = {tile->h[0].b, tile->count * sizeof tile->h[0]};
        if (!store_put(t, T_LOG_TILE, tile_key(g->number, tile->level, tile->n, key), v, e))
            return false;
    }
    return mark_put(t, g->number, MARK_TREE, &(struct signed_row){.head = g->to}, e);
}

static void growth_free(struct growth *g)
{
    arena_free(&g->a);
    mem_free(g->tiles);
    mem_free(g->run);
}

bool tree_grow(struct store *s, uint32_t number, struct tree_head *tree, uint64_t to, struct err *e)
{
    struct growth g CLEANUP(growth_free) = {.number = number, .tile_cap = tiles_at_most()};
    g.a = arena_new(1 << 20);
    g.tiles = mem_alloc(g.tile_cap * sizeof *g.tiles);
    g.run = mem_alloc(STEP * sizeof *g.run);
    if (g.a == NULL || g.tiles == NULL || g.run == NULL)
        return err_set(e, ERR_MEMORY, "out of memory growing the log's tree");
    while (tree->size < to) {
        g.from = *tree;
        g.to.size = to - tree->size < STEP ? to : tree->size + STEP;
        if (!store_read(s, grow_read, &g, e) || !store_read(s, grow_root, &g, e) || !store_write(s, grow_write, &g, e))
            return false;
        *tree = g.to;
    }
    return true;
}

/* ---------------------------------------------------------------- reading back */

struct recheck {
    uint32_t number;
    uint64_t from, to;      /* entries of this step */
    struct tree_head whole; /* the tree they belong to */
    struct arena *a;
    struct hash *run;
};

static bool same_as_row(struct txn *t, struct recheck *c, unsigned level, uint64_t place, const struct hash *want,
                        struct err *e)
{
    struct bytes raw;
    unsigned within = (unsigned)(place % TILE_WIDTH);
    char name[TILE_PATH_SIZE];
    arena_reset(c->a);
    if (!tile_row(t, c->number, level, place / TILE_WIDTH, within + 1, c->a, &raw, e))
        return false;
    tile_name((int)level, place / TILE_WIDTH, TILE_WIDTH, name);
    return memcmp(raw.p + within * SHA256_SIZE, want->b, SHA256_SIZE) == 0 ||
           err_set(e, ERR_CORRUPT, "hash %u of %s is not what was stored below it: nothing is signed", within, name);
}

/* One tile of leaves: the new ones against their entries, and a full one's root against its parent. */
static bool recheck_leaves(struct txn *t, struct recheck *c, uint64_t n, struct err *e)
{
    struct bytes raw;
    struct hash root, all[TILE_WIDTH];
    unsigned width = tile_width(0, n, c->whole.size);
    arena_reset(c->a);
    if (!tile_row(t, c->number, 0, n, width, c->a, &raw, e))
        return false;
    hashes_of(raw, all, width);
    for (unsigned i = 0; i < width; i++) {
        uint64_t place = n * TILE_WIDTH + i;
        if (place >= c->from && place < c->to && !hash_equal(&all[i], &c->run[place - c->from]))
            return err_set(e, ERR_CORRUPT, "entry %llu does not have the hash that its tile holds: nothing is signed",
                           ULL(place));
    }
    if (width < TILE_WIDTH)
        return true;
    merkle_root(all, TILE_WIDTH, &root);
    return same_as_row(t, c, 1, n, &root, e);
}

/* Full tiles of a higher level, against theirs. */
static bool recheck_parents(struct txn *t, struct recheck *c, unsigned level, struct err *e)
{
    uint64_t first = level_count(level + 1, c->from), end = level_count(level + 1, c->to);
    for (uint64_t n = first; n < end; n++) {
        struct bytes raw;
        struct hash root, all[TILE_WIDTH];
        arena_reset(c->a);
        if (!tile_row(t, c->number, level, n, TILE_WIDTH, c->a, &raw, e))
            return false;
        hashes_of(raw, all, TILE_WIDTH);
        merkle_root(all, TILE_WIDTH, &root);
        if (!same_as_row(t, c, level + 1, n, &root, e))
            return false;
    }
    return true;
}

static bool recheck_step(struct txn *t, void *ctx, struct err *e)
{
    struct recheck *c = ctx;
    struct leaf_run run = {c->run, c->from};
    if (!entries_walk(t, c->number, c->from, c->to - c->from, take_leaf, &run, e))
        return false;
    for (uint64_t n = c->from / TILE_WIDTH; n * TILE_WIDTH < c->to; n++) {
        if (!recheck_leaves(t, c, n, e))
            return false;
    }
    for (unsigned level = 1; level + 1 < TILE_LEVELS && level_count(level + 1, c->to) > 0; level++) {
        if (!recheck_parents(t, c, level, e))
            return false;
    }
    return true;
}

static void recheck_free(struct recheck *c)
{
    arena_free(&c->a);
    mem_free(c->run);
}

bool tree_read_back(struct store *s, uint32_t number, uint64_t from, const struct tree_head *to, struct err *e)
{
    struct recheck c CLEANUP(recheck_free) = {.number = number, .whole = *to};
    struct hash root;
    c.a = arena_new(1 << 20);
    c.run = mem_alloc(STEP * sizeof *c.run);
    if (c.a == NULL || c.run == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log back");
    for (uint64_t at = from; at < to->size; at = c.to) {
        c.from = at;
        c.to = to->size - at < STEP ? to->size : at + STEP;
        if (!store_read(s, recheck_step, &c, e))
            return false;
    }
    if (!tree_root_at(s, number, to->size, &root, e))
        return false;
    return hash_equal(&root, &to->root) ||
           err_set(e, ERR_CORRUPT, "the root of %llu entries read back is not the one computed: nothing is signed",
                   ULL(to->size));
}
