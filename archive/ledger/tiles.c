/* tiles.c: how a tree is cut into tiles of 256 hashes and bundles of 256 entries, and what the files are called
 * (C2SP tlog-tiles). Pure. */
#include "ledger_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t level_count(unsigned level, uint64_t size)
{
    return level >= TILE_LEVELS ? 0 : size >> (8 * level);
}

unsigned tile_width(unsigned level, uint64_t n, uint64_t size)
{
    uint64_t count = level_count(level, size), first = n * TILE_WIDTH;
    if (n > UINT64_MAX / TILE_WIDTH || first >= count)
        return 0;
    return count - first < TILE_WIDTH ? (unsigned)(count - first) : TILE_WIDTH;
}

/* 1234067 -> x001/x234/067 */
static void number_path(uint64_t n, char out[48])
{
    unsigned group[7];
    size_t groups = 0, at = 0;
    do {
        group[groups++] = (unsigned)(n % 1000);
        n /= 1000;
    } while (n > 0);
    while (groups > 1)
        at += (size_t)snprintf(out + at, 48 - at, "x%03u/", group[--groups]);
    snprintf(out + at, 48 - at, "%03u", group[0]);
}

bool tile_path(int level, uint64_t n, unsigned width, char *out, size_t out_size)
{
    char number[48], level_text[16] = "entries", part[16] = "";
    if (level < LEVEL_ENTRIES || level > 63 || width < 1 || width > TILE_WIDTH)
        return false;
    if (level >= 0)
        snprintf(level_text, sizeof level_text, "%d", level);
    if (width < TILE_WIDTH)
        snprintf(part, sizeof part, ".p/%u", width);
    number_path(n, number);
    int len = snprintf(out, out_size, "tile/%s/%s%s", level_text, number, part);
    return len > 0 && (size_t)len < out_size;
}

void tile_name(int level, uint64_t n, unsigned width, char out[TILE_PATH_SIZE])
{
    if (!tile_path(level, n, width, out, TILE_PATH_SIZE))
        snprintf(out, TILE_PATH_SIZE, "tile of level %d, number %" PRIu64 ", width %u", level, n, width);
}

static bool level_take(struct str *s, int *level)
{
    const char *slash = s->n > 0 ? memchr(s->p, '/', s->n) : NULL;
    if (slash == NULL)
        return false;
    struct str word = {s->p, (size_t)(slash - s->p)};
    uint64_t v = 0;
    *level = LEVEL_ENTRIES;
    if (!str_is(word, "entries")) {
        if (!parse_u64(word, 0, 63, &v))
            return false;
        *level = (int)v;
    }
    *s = (struct str){slash + 1, s->n - word.n - 1};
    return true;
}

bool tile_path_parse(const char *path, int *level, uint64_t *n, unsigned *width)
{
    struct str s = str_of(path), digits;
    char again[TILE_PATH_SIZE];
    uint64_t number = 0, w = TILE_WIDTH;
    if (!prefix_take(&s, "tile/") || !level_take(&s, level))
        return false;
    const char *part = s.n > 0 ? memchr(s.p, '.', s.n) : NULL;
    digits = part != NULL ? (struct str){s.p, (size_t)(part - s.p)} : s;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] >= '0' && digits.p[i] <= '9' && number <= (UINT64_MAX >> 4) / 10)
            number = number * 10 + (uint64_t)(digits.p[i] - '0');
        else if (digits.p[i] != 'x' && digits.p[i] != '/')
            return false;
    }
    if (part != NULL) {
        struct str tail = {part, s.n - digits.n};
        if (!prefix_take(&tail, ".p/") || !parse_u64(tail, 1, TILE_WIDTH - 1, &w))
            return false;
    }
    *n = number;
    *width = (unsigned)w;
    /* There is one spelling: writing it again settles padding, groups and size. */
    return tile_path(*level, number, (unsigned)w, again, sizeof again) && strcmp(again, path) == 0;
}

bool bundle_next(struct reader *r, struct bytes *entry)
{
    size_t n = rd_be16(r);
    *entry = rd_bytes(r, n);
    return !r->failed;
}

void bundle_add(struct buf *b, struct bytes entry)
{
    buf_add_be16(b, (uint16_t)entry.n);
    buf_add(b, entry.p, entry.n);
}
