/* verify_tree.c: recomputes a tree from its entries and holds every stored hash against it; says which part is wrong.
 *
 * Two accounts of each tile meet: what its hashes are, and what the level below makes of them. Where they differ, the
 * account one level up decides: a full tile's parent holds its root; the tiles at the right edge, which have no parent,
 * are decided by the signed root, tried with each mix of the accounts that differ. So one flipped bit names one file.
 */
#include "ledger_internal.h"

#include <stdio.h>
#include <string.h>

#define FAULT_SIZE 400

struct accounts {
    uint64_t n;
    unsigned width;
    bool differ;
    unsigned first; /* where they differ */
    struct hash stored[TILE_WIDTH], computed[TILE_WIDTH];
};

struct tree_check {
    const struct tree_source *src;
    struct fault_sink *f;
    uint64_t size;
    struct arena *a;
    struct accounts *full[TILE_LEVELS]; /* the tile at hand on each level */
    struct accounts *edge[TILE_LEVELS]; /* the one that is not full */
};

static void report(struct fault_sink *f, const char *where, const char *wrong)
{
    f->found++;
    if (f->fault != NULL)
        f->fault(f->ctx, where, wrong);
}

void fault_report(struct fault_sink *f, const char *where, const char *wrong_fmt, ...)
{
    char wrong[FAULT_SIZE];
    va_list ap;
    va_start(ap, wrong_fmt);
    vsnprintf(wrong, sizeof wrong, tr(f->lang, wrong_fmt), ap);
    va_end(ap);
    report(f, where, wrong);
}

void fault_because(struct fault_sink *f, const char *where, const struct err *why, const char *wrong_fmt, ...)
{
    char wrong[FAULT_SIZE];
    va_list ap;
    if (why->code == ERR_MEMORY) {
        f->own = *why;
        return;
    }
    va_start(ap, wrong_fmt);
    vsnprintf(wrong, sizeof wrong, tr(f->lang, wrong_fmt), ap);
    va_end(ap);
    report(f, where, wrong);
}

bool fault_sink_ends(const struct fault_sink *f, struct err *e)
{
    if (f->own.code != ERR_NONE)
        *e = f->own;
    return f->own.code == ERR_NONE;
}

void part_name(const struct tree_source *src, int level, uint64_t n, unsigned width, unsigned within,
               char out[WHERE_SIZE])
{
    char path[TILE_PATH_SIZE];
    tile_name(level, n, width, path);
    if (level != LEVEL_ENTRIES)
        snprintf(out, WHERE_SIZE, "%s%s", src->place, path);
    else if (src->rows)
        snprintf(out, WHERE_SIZE, "%sentry %llu", src->place, ULL(n * TILE_WIDTH + within));
    else
        snprintf(out, WHERE_SIZE, "%s%s (entry %llu)", src->place, path, ULL(n * TILE_WIDTH + within));
}

/* What stands in a file may be missing, damaged or unreadable: a finding. The rest is trouble of our own. */
static bool is_finding(const struct err *e)
{
    return e->code == ERR_CORRUPT || e->code == ERR_NOT_FOUND || e->code == ERR_IO;
}

static bool stored_hashes(struct tree_check *c, unsigned level, struct accounts *t, bool *have, struct err *e)
{
    struct bytes raw;
    char where[WHERE_SIZE];
    struct err why = {.lang = c->f->lang};
    *have = c->src->tile(c->src->ctx, level, t->n, t->width, c->a, &raw, &why);
    if (!*have) {
        if (!is_finding(&why)) {
            *e = why;
            return false;
        }
        part_name(c->src, (int)level, t->n, t->width, 0, where);
        fault_because(c->f, where, &why, "%s", why.text);
        return true;
    }
    for (unsigned i = 0; i < t->width; i++)
        memcpy(t->stored[i].b, raw.p + i * SHA256_SIZE, SHA256_SIZE);
    return true;
}

static bool leaf_hashes(struct tree_check *c, struct accounts *t, bool *have, struct err *e)
{
    struct bytes entries[TILE_WIDTH];
    char where[WHERE_SIZE];
    struct err why = {.lang = c->f->lang};
    *have = c->src->entries(c->src->ctx, t->n, t->width, c->a, entries, &why);
    if (!*have) {
        if (!is_finding(&why)) {
            *e = why;
            return false;
        }
        part_name(c->src, LEVEL_ENTRIES, t->n, t->width, 0, where);
        fault_because(c->f, where, &why, "%s", why.text);
        return true;
    }
    for (unsigned i = 0; i < t->width; i++)
        merkle_leaf(entries[i], &t->computed[i]);
    return c->src->entries_seen == NULL || c->src->entries_seen(c->src->ctx, t->n, t->width, entries, e);
}

static void blame_below(struct tree_check *c, unsigned level, const struct accounts *t)
{
    char where[WHERE_SIZE], tile[WHERE_SIZE];
    part_name(c->src, (int)level, t->n, t->width, 0, tile);
    if (level == 0)
        part_name(c->src, LEVEL_ENTRIES, t->n, t->width, t->first, where);
    else
        part_name(c->src, (int)level - 1, t->n * TILE_WIDTH + t->first, TILE_WIDTH, 0, where);
    fault_report(c->f, where, "changed: it does not have the hash that %s holds", tile);
}

static void blame_tile(struct tree_check *c, unsigned level, const struct accounts *t)
{
    char where[WHERE_SIZE];
    part_name(c->src, (int)level, t->n, t->width, 0, where);
    fault_report(c->f, where, "changed: hash %u is not that of what lies below it", t->first);
}

static void find_difference(struct accounts *t)
{
    t->differ = false;
    for (unsigned i = 0; i < t->width && !t->differ; i++) {
        t->differ = !hash_equal(&t->stored[i], &t->computed[i]);
        t->first = i;
    }
}

/* The parent's hash of a full tile decides between its accounts. What the level above should compute goes to *up. */
static void decide_full(struct tree_check *c, unsigned level, const struct accounts *t, const struct hash *parent,
                        struct hash *up)
{
    struct hash by_stored, by_computed;
    merkle_root(t->stored, t->width, &by_stored);
    *up = by_stored;
    if (!t->differ)
        return;
    merkle_root(t->computed, t->width, &by_computed);
    if (hash_equal(parent, &by_stored)) {
        blame_below(c, level, t);
    } else if (hash_equal(parent, &by_computed)) {
        blame_tile(c, level, t);
        *up = by_computed;
    } else {
        blame_below(c, level, t);
        blame_tile(c, level, t);
        *up = *parent; /* said once; do not say it again on every level */
    }
}

static bool check_tile(struct tree_check *c, unsigned level, struct accounts *t, struct err *e);

static bool child_hashes(struct tree_check *c, unsigned level, struct accounts *t, bool have_stored, struct err *e)
{
    struct accounts *child = c->full[level - 1];
    for (unsigned i = 0; i < t->width; i++) {
        child->n = t->n * TILE_WIDTH + i;
        child->width = TILE_WIDTH;
        if (!check_tile(c, level - 1, child, e))
            return false;
        struct hash none;
        if (!have_stored)
            merkle_root(child->stored, TILE_WIDTH, &none);
        decide_full(c, level - 1, child, have_stored ? &t->stored[i] : &none, &t->computed[i]);
    }
    return true;
}

/* Fills both accounts of a tile; an account that cannot be had is taken from the other. */
static bool check_tile(struct tree_check *c, unsigned level, struct accounts *t, struct err *e)
{
    bool have_stored = false, have_computed = true;
    arena_reset(c->a);
    if (!stored_hashes(c, level, t, &have_stored, e))
        return false;
    if (level == 0 ? !leaf_hashes(c, t, &have_computed, e) : !child_hashes(c, level, t, have_stored, e))
        return false;
    if (!have_stored && !have_computed)
        memset(t->computed, 0, sizeof t->computed);
    if (!have_stored)
        memcpy(t->stored, t->computed, sizeof t->stored);
    else if (!have_computed)
        memcpy(t->computed, t->stored, sizeof t->computed);
    find_difference(t);
    return c->src->tile_seen == NULL ||
           c->src->tile_seen(c->src->ctx, level, t->n, t->width, t->stored, t->computed, e);
}

/* ---------------------------------------------------------------- the right edge */

struct edge_mix {
    const struct tree_check *c;
    unsigned computed_levels; /* bit: this level's computed account */
};

static bool edge_node(void *ctx, unsigned level, uint64_t index, struct hash *out, struct err *e)
{
    const struct edge_mix *m = ctx;
    unsigned tile_level = level / 8, height = level % 8;
    const struct accounts *t = m->c->edge[tile_level];
    size_t first = (size_t)(index << height) & (TILE_WIDTH - 1), count = (size_t)1 << height;
    (void)e;
    merkle_root((m->computed_levels >> tile_level & 1) != 0 ? &t->computed[first] : &t->stored[first], count, out);
    return true;
}

static bool mix_fits(const struct tree_check *c, unsigned mix, const struct tree_head *want)
{
    struct edge_mix m = {c, mix};
    struct hash root;
    struct err ignored = ERR_INIT;
    return merkle_root_from(want->size, edge_node, &m, &root, &ignored) && hash_equal(&root, &want->root);
}

static void blame_edge(struct tree_check *c, unsigned mix)
{
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        const struct accounts *t = c->edge[level];
        if (t == NULL || !t->differ)
            continue;
        if ((mix >> level & 1) != 0)
            blame_tile(c, level, t);
        else
            blame_below(c, level, t);
    }
}

/* Tries the mixes in the order of their numbers; levels that do not differ are the same in all, so most are skipped. */
static void decide_edge(struct tree_check *c, const struct tree_head *want)
{
    unsigned differing = 0;
    char where[WHERE_SIZE];
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        if (c->edge[level] != NULL && c->edge[level]->differ)
            differing |= 1u << level;
    }
    for (unsigned mix = 0; mix < 1u << TILE_LEVELS; mix++) {
        if ((mix & ~differing) == 0 && mix_fits(c, mix, want)) {
            blame_edge(c, mix);
            return;
        }
    }
    blame_edge(c, 0);
    snprintf(where, sizeof where, "%scheckpoint", c->src->place);
    fault_report(c->f, where, "the %llu entries do not have the root that was signed", ULL(want->size));
}

static void check_free(struct tree_check *c)
{
    arena_free(&c->a);
    for (unsigned i = 0; i < TILE_LEVELS; i++) {
        mem_free(c->full[i]);
        mem_free(c->edge[i]);
    }
}

static bool room_for(struct tree_check *c)
{
    c->a = arena_new(TILE_WIDTH * (2 + UINT16_MAX) + 65536);
    bool ok = c->a != NULL;
    for (unsigned level = 0; ok && level_count(level, c->size) > 0; level++) {
        c->full[level] = mem_alloc(sizeof *c->full[level]);
        ok = c->full[level] != NULL;
        if (ok && level_count(level, c->size) % TILE_WIDTH != 0) {
            c->edge[level] = mem_alloc(sizeof *c->edge[level]);
            ok = c->edge[level] != NULL;
        }
    }
    return ok;
}

bool verify_tree(const struct tree_source *src, const struct tree_head *want, struct fault_sink *f, struct err *e)
{
    struct tree_check c CLEANUP(check_free) = {.src = src, .f = f, .size = want->size};
    if (!room_for(&c))
        return err_set(e, ERR_MEMORY, "out of memory verifying the log");
    /* From the top, so that entries come in their order: what stands left of an edge tile hangs on the level above. */
    for (unsigned level = TILE_LEVELS; level-- > 0;) {
        struct accounts *t = c.edge[level];
        if (t == NULL)
            continue;
        uint64_t count = level_count(level, want->size);
        t->n = count / TILE_WIDTH;
        t->width = (unsigned)(count % TILE_WIDTH);
        if (!check_tile(&c, level, t, e))
            return false;
    }
    if (want->size > 0)
        decide_edge(&c, want);
    return true;
}
