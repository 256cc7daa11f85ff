/* verify_folder.c: a published folder by itself, as an auditor has it: page, key, checkpoint, every bundle and tile,
 * the partial ones of earlier sizes, and names that do not belong there. Only files are read; no store is needed. */
#include "ledger_internal.h"

#include <stdio.h>
#include <string.h>

struct folder_check {
    int dir;
    const char *place;
    struct fault_sink *f;
    instant last_time;
    struct arena *parse;   /* entries being parsed */
    struct arena *partial; /* an earlier partial file */
    uint64_t bundle_n;     /* the bundle last read, as its bytes would be, and where each entry's end is */
    unsigned bundle_width;
    struct buf bundle;
    size_t ends[TILE_WIDTH + 1];
};

static bool folder_entries(void *ctx, uint64_t n, unsigned width, struct arena *a, struct bytes *out, struct err *e)
{
    const struct folder_check *c = ctx;
    return folder_bundle(c->dir, n, width, a, out, e);
}

static bool folder_hashes(void *ctx, unsigned level, uint64_t n, unsigned width, struct arena *a, struct bytes *out,
                          struct err *e)
{
    const struct folder_check *c = ctx;
    return folder_tile(c->dir, level, n, width, a, out, e);
}

void verify_entry(const char *where, struct bytes entry, instant *last, struct arena *a, struct entry *out, bool *known,
                  struct fault_sink *f)
{
    struct err why = {.lang = f->lang};
    instant when;
    arena_reset(a);
    *known = entry_parse(entry, a, out, &when, &why);
    if (!*known) {
        if (why.code != ERR_UNSUPPORTED)
            fault_because(f, where, &why, "%s", why.text);
        return;
    }
    if (when < *last)
        fault_report(f, where, "its time is before that of the entry before it");
    else
        *last = when;
}

/* ---------------------------------------------------------------- partial files of earlier sizes */

/* A partial file is right when it agrees with either account of its tile: which of them is wrong is said elsewhere. */
struct partials {
    struct folder_check *c;
    int level; /* LEVEL_ENTRIES: bundles, held against the hashes of level 0 */
    uint64_t n;
    unsigned width; /* what the tile holds now */
    const struct hash *stored, *computed;
};

static bool partial_hashes_fit(const struct partials *p, unsigned width, struct bytes raw)
{
    bool as_stored = raw.n == (size_t)width * SHA256_SIZE, as_computed = as_stored;
    for (unsigned i = 0; i < width && (as_stored || as_computed); i++) {
        const uint8_t *h = raw.p + i * SHA256_SIZE;
        as_stored = as_stored && memcmp(h, p->stored[i].b, SHA256_SIZE) == 0;
        as_computed = as_computed && memcmp(h, p->computed[i].b, SHA256_SIZE) == 0;
    }
    return as_stored || as_computed;
}

static bool partial_bundle_fits(const struct partials *p, unsigned width, struct bytes raw)
{
    const struct folder_check *c = p->c;
    struct reader r = reader_of(raw);
    struct bytes entry;
    unsigned n = 0;
    if (c->bundle_n == p->n && c->bundle_width >= width && raw.n == c->ends[width] &&
        memcmp(raw.p, c->bundle.p, raw.n) == 0)
        return true;
    /* Not as the bundle of today; it may be that one which is damaged. */
    for (; r.left > 0 && n < width && bundle_next(&r, &entry); n++) {
        struct hash leaf;
        merkle_leaf(entry, &leaf);
        if (!hash_equal(&leaf, &p->stored[n]))
            return false;
    }
    return rd_done(&r) && n == width;
}

static bool check_partial(void *ctx, const char *name, bool is_dir, struct err *e)
{
    const struct partials *p = ctx;
    uint64_t width;
    struct bytes raw;
    struct err why = {.lang = e->lang};
    char path[TILE_PATH_SIZE], where[WHERE_SIZE];
    if (is_dir || !parse_u64(str_of(name), 1, TILE_WIDTH - 1, &width) || width > p->width)
        return true; /* other names are found by check_name; wider ones are newer than the checkpoint at hand */
    tile_name(p->level, p->n, (unsigned)width, path);
    snprintf(where, sizeof where, "%s%s", p->c->place, path);
    arena_reset(p->c->partial);
    if (!folder_read(p->c->dir, path, (size_t)TILE_WIDTH * (2 + UINT16_MAX), p->c->partial, &raw, &why)) {
        if (why.code != ERR_NOT_FOUND) /* removed meanwhile, as it may be */
            fault_because(p->c->f, where, &why, "%s", why.text);
        return true;
    }
    bool fits = p->level == LEVEL_ENTRIES ? partial_bundle_fits(p, (unsigned)width, raw)
                                          : partial_hashes_fit(p, (unsigned)width, raw);
    if (!fits && width < p->width)
        fault_report(p->c->f, where, "changed: it is not the beginning of what the log holds there");
    return true;
}

static bool check_partials(struct partials *p, struct err *e)
{
    char dir[TILE_PATH_SIZE];
    struct err why = {.lang = e->lang};
    tile_name(p->level, p->n, TILE_WIDTH, dir);
    snprintf(dir + strlen(dir), sizeof dir - strlen(dir), ".p");
    if (!folder_exists(p->c->dir, dir) || folder_list(p->c->dir, dir, check_partial, p, &why) ||
        why.code == ERR_NOT_FOUND)
        return true;
    *e = why;
    return false;
}

static bool folder_tile_seen(void *ctx, unsigned level, uint64_t n, unsigned width, const struct hash *stored,
                             const struct hash *computed, struct err *e)
{
    struct partials hashes = {ctx, (int)level, n, width, stored, computed};
    struct partials bundles = {ctx, LEVEL_ENTRIES, n, width, stored, computed};
    return check_partials(&hashes, e) && (level > 0 || check_partials(&bundles, e));
}

static bool folder_entries_seen(void *ctx, uint64_t n, unsigned width, const struct bytes *entries, struct err *e)
{
    struct folder_check *c = ctx;
    char where[WHERE_SIZE];
    struct entry entry;
    bool known;
    const struct tree_source names = {.place = c->place};
    buf_reset(&c->bundle);
    for (unsigned i = 0; i < width; i++) {
        part_name(&names, LEVEL_ENTRIES, n, width, i, where);
        verify_entry(where, entries[i], &c->last_time, c->parse, &entry, &known, c->f);
        bundle_add(&c->bundle, entries[i]);
        c->ends[i + 1] = c->bundle.n;
    }
    c->bundle_n = n;
    c->bundle_width = width;
    return buf_ok(&c->bundle, e);
}

/* ---------------------------------------------------------------- the small files, and names */

static bool check_name(void *ctx, const char *path, bool is_dir, struct err *e)
{
    const struct folder_check *c = ctx;
    const char *slash = strrchr(path, '/');
    char where[WHERE_SIZE];
    int level;
    uint64_t n;
    unsigned width;
    (void)e;
    bool is_tile = tile_path_parse(path, &level, &n, &width);
    /* A name with a leading dot is a file that was being written when the power went. */
    if ((is_dir && !is_tile) || (slash != NULL && slash[1] == '.') || (is_tile && !is_dir))
        return true;
    snprintf(where, sizeof where, "%s%s", c->place, path);
    fault_report(c->f, where, "no file of a log has this name");
    return true;
}

/* What lies beside the tiles. Of an auditor's copy only the tiles are asked: it may hold notes of its own. */
static bool check_top(void *ctx, const char *name, bool is_dir, struct err *e)
{
    static const char *const files[] = {"README.txt", "checkpoint", "log.vkey"};
    const struct folder_check *c = ctx;
    char where[WHERE_SIZE];
    bool known = name[0] == '.' || (is_dir && strcmp(name, "tile") == 0);
    (void)e;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        known = known || (!is_dir && strcmp(name, files[i]) == 0);
    if (!known) {
        snprintf(where, sizeof where, "%s%s", c->place, name);
        fault_report(c->f, where, "no file of a log has this name");
    }
    return true;
}

/* Every name there is; a folder that cannot be listed is a fault like any other. */
static void check_names(struct folder_check *c)
{
    char where[WHERE_SIZE];
    struct err why = {.lang = c->f->lang};
    if ((c->place[0] != '\0' && !folder_list(c->dir, ".", check_top, c, &why)) ||
        (folder_exists(c->dir, "tile") && !folder_walk(c->dir, "tile", check_name, c, &why))) {
        snprintf(where, sizeof where, "%stile", c->place);
        fault_because(c->f, where, &why, "%s", why.text);
    }
}

static void check_small(const struct folder_check *c, const struct note_key *key, struct note_key *use)
{
    struct err why = {.lang = c->f->lang};
    char where[WHERE_SIZE];
    struct note_key there;
    snprintf(where, sizeof where, "%slog.vkey", c->place);
    if (!folder_key(c->dir, &there, &why))
        fault_because(c->f, where, &why, "%s", why.text);
    else if (key == NULL)
        *use = there;
    else if (there.id != key->id || strcmp(there.name, key->name) != 0)
        fault_report(c->f, where, "it is not the key of this log (%s)", key->name);
    snprintf(where, sizeof where, "%sREADME.txt", c->place);
    if (!readme_check(c->dir, &why))
        fault_because(c->f, where, &why, "%s", why.text);
}

static bool check_tree(struct folder_check *c, const struct tree_head *head, struct err *e)
{
    const struct tree_source src = {.place = c->place,
                                    .ctx = c,
                                    .entries = folder_entries,
                                    .tile = folder_hashes,
                                    .entries_seen = folder_entries_seen,
                                    .tile_seen = folder_tile_seen};
    bool ok = true;
    c->parse = arena_new(1 << 18);
    c->partial = arena_new(TILE_WIDTH * (2 + UINT16_MAX) + 65536);
    if (c->parse == NULL || c->partial == NULL)
        ok = err_set(e, ERR_MEMORY, "out of memory verifying the log");
    ok = ok && verify_tree(&src, head, c->f, e);
    if (ok)
        check_names(c);
    arena_free(&c->parse);
    arena_free(&c->partial);
    buf_free(&c->bundle);
    return ok;
}

bool verify_folder(int dir, const char *place, const struct note_key *key, struct fault_sink *f,
                   struct signed_row *head, struct arena *a, struct err *e)
{
    struct folder_check c = {.dir = dir,
                             .place = place,
                             .f = f,
                             .last_time = TIME_NEVER,
                             .bundle_n = UINT64_MAX,
                             .bundle = BUF_INIT(TILE_WIDTH * (2 + UINT16_MAX))};
    struct note_key use = {0};
    struct signed_row row = {0};
    struct err why = {.lang = e->lang};
    char where[WHERE_SIZE];
    if (key != NULL)
        use = *key;
    check_small(&c, key, &use);
    *head = row;
    if (use.type == 0)
        return true; /* without a key nothing more can be said; that it is missing has been said */
    snprintf(where, sizeof where, "%scheckpoint", place);
    if (!folder_checkpoint(dir, &use, a, &row, &why)) {
        fault_because(f, where, &why, "%s", why.text);
        return true;
    }
    *head = row;
    return check_tree(&c, &row.head, e);
}

bool ledger_verify_dir(int dir, const struct note_key *key, ledger_fault fault, void *ctx, uint64_t *entries,
                       struct err *e)
{
    struct fault_sink f = {.fault = fault, .ctx = ctx, .lang = e->lang};
    struct signed_row head;
    struct arena *a CLEANUP(arena_free) = arena_new(4u << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory verifying the log");
    if (!verify_folder(dir, "", key, &f, &head, a, e))
        return false;
    *entries = head.head.size;
    return fault_sink_ends(&f, e);
}
