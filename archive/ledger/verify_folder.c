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
    struct err why = ERR_INIT;
    instant when;
    arena_reset(a);
    *known = entry_parse(entry, a, out, &when, &why);
    if (!*known) {
        if (why.code != ERR_UNSUPPORTED)
            fault_report(f, where, "%s", why.text);
        return;
    }
    if (when < *last)
        fault_report(f, where, "its time is before that of the entry before it");
    else
        *last = when;
}

/* ---------------------------------------------------------------- partial files of earlier sizes */

struct partials {
    struct folder_check *c;
    int level;
    uint64_t n;
    unsigned width;     /* what the tile holds now */
    struct bytes whole; /* its bytes now */
    const size_t *ends; /* bundles: where the bytes of the first i entries end */
};

static bool check_partial(void *ctx, const char *name, bool is_dir, struct err *e)
{
    const struct partials *p = ctx;
    uint64_t width;
    struct bytes raw;
    struct err why = ERR_INIT;
    char path[TILE_PATH_SIZE], where[WHERE_SIZE];
    (void)e;
    if (is_dir || !parse_u64(str_of(name), 1, TILE_WIDTH - 1, &width) || width > p->width)
        return true; /* other names are found by check_name; wider ones are newer than the checkpoint at hand */
    tile_name(p->level, p->n, (unsigned)width, path);
    snprintf(where, sizeof where, "%s%s", p->c->place, path);
    size_t want = p->ends != NULL ? p->ends[width] : (size_t)width * SHA256_SIZE;
    arena_reset(p->c->partial);
    if (!folder_read(p->c->dir, path, (size_t)TILE_WIDTH * (2 + UINT16_MAX), p->c->partial, &raw, &why)) {
        if (why.code != ERR_NOT_FOUND) /* removed meanwhile, as it may be */
            fault_report(p->c->f, where, "%s", why.text);
    } else if (raw.n != want || memcmp(raw.p, p->whole.p, want) != 0) {
        fault_report(p->c->f, where, "changed: it is not the beginning of what the log holds there");
    }
    return true;
}

static bool check_partials(const struct partials *p, struct err *e)
{
    char dir[TILE_PATH_SIZE];
    struct err why = ERR_INIT;
    struct partials copy = *p;
    tile_name(p->level, p->n, TILE_WIDTH, dir);
    snprintf(dir + strlen(dir), sizeof dir - strlen(dir), ".p");
    if (!folder_exists(p->c->dir, dir) || folder_list(p->c->dir, dir, check_partial, &copy, &why) ||
        why.code == ERR_NOT_FOUND)
        return true;
    *e = why;
    return false;
}

static bool folder_tile_seen(void *ctx, unsigned level, uint64_t n, struct bytes hashes, struct err *e)
{
    struct partials p = {ctx, (int)level, n, (unsigned)(hashes.n / SHA256_SIZE), hashes, NULL};
    return check_partials(&p, e);
}

static bool folder_entries_seen(void *ctx, uint64_t n, unsigned width, const struct bytes *entries, struct err *e)
{
    struct folder_check *c = ctx;
    size_t ends[TILE_WIDTH + 1] = {0};
    char where[WHERE_SIZE];
    struct entry entry;
    bool known;
    const struct tree_source names = {.place = c->place};
    struct buf bundle CLEANUP(buf_free) = BUF_INIT(TILE_WIDTH * (2 + UINT16_MAX));
    for (unsigned i = 0; i < width; i++) {
        part_name(&names, LEVEL_ENTRIES, n, width, i, where);
        verify_entry(where, entries[i], &c->last_time, c->parse, &entry, &known, c->f);
        bundle_add(&bundle, entries[i]);
        ends[i + 1] = bundle.n;
    }
    struct partials p = {c, LEVEL_ENTRIES, n, width, buf_bytes(&bundle), ends};
    return buf_ok(&bundle, e) && check_partials(&p, e);
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
    /* A name with a leading dot is a file that was being written when the power went. */
    if (is_dir || (slash != NULL && slash[1] == '.') || tile_path_parse(path, &level, &n, &width))
        return true;
    snprintf(where, sizeof where, "%s%s", c->place, path);
    fault_report(c->f, where, "no file of a log has this name");
    return true;
}

static void check_small(const struct folder_check *c, const struct note_key *key, struct note_key *use)
{
    struct err why = ERR_INIT;
    char where[WHERE_SIZE];
    struct note_key there;
    snprintf(where, sizeof where, "%slog.vkey", c->place);
    if (!folder_key(c->dir, &there, &why))
        fault_report(c->f, where, "%s", why.text);
    else if (key == NULL)
        *use = there;
    else if (there.id != key->id || strcmp(there.name, key->name) != 0)
        fault_report(c->f, where, "it is not the key of this log (%s)", key->name);
    why = ERR_INIT;
    snprintf(where, sizeof where, "%sREADME.txt", c->place);
    if (!readme_check(c->dir, &why))
        fault_report(c->f, where, "%s", why.text);
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
    ok = ok && verify_tree(&src, head, c->f, e) &&
         (!folder_exists(c->dir, "tile") || folder_walk(c->dir, "tile", check_name, c, e));
    arena_free(&c->parse);
    arena_free(&c->partial);
    return ok;
}

bool verify_folder(int dir, const char *place, const struct note_key *key, struct fault_sink *f,
                   struct signed_row *head, struct arena *a, struct err *e)
{
    struct folder_check c = {.dir = dir, .place = place, .f = f, .last_time = TIME_NEVER};
    struct note_key use = {0};
    struct signed_row row = {0};
    struct err why = ERR_INIT;
    char where[WHERE_SIZE];
    if (key != NULL)
        use = *key;
    check_small(&c, key, &use);
    *head = row;
    if (use.type == 0)
        return true; /* without a key nothing more can be said; that it is missing has been said */
    snprintf(where, sizeof where, "%scheckpoint", place);
    if (!folder_checkpoint(dir, &use, a, &row, &why)) {
        fault_report(f, where, "%s", why.text);
        return true;
    }
    *head = row;
    return check_tree(&c, &row.head, e);
}

bool ledger_verify_dir(int dir, const struct note_key *key, ledger_fault fault, void *ctx, uint64_t *entries,
                       struct err *e)
{
    struct fault_sink f = {fault, ctx, 0};
    struct signed_row head;
    struct arena *a CLEANUP(arena_free) = arena_new(4u << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory verifying the log");
    if (!verify_folder(dir, "", key, &f, &head, a, e))
        return false;
    *entries = head.head.size;
    return true;
}
