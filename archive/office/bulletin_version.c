/* bulletin_version.c: which version of what is published has a digest: all that are in force or were, in memory beside
 * the bulletin and as old as it. Fails only without memory. */
#include "bulletin_internal.h"

#include <stdlib.h>
#include <string.h>

static bool room(struct bulletin *b, struct err *e)
{
    if (b->version_count < b->version_cap) {
        return true;
    }
    size_t cap = b->version_cap == 0 ? 256 : b->version_cap * 2;
    struct bulletin_version *list = arena_alloc(b->ar, cap * sizeof *list);
    if (list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (b->version_count > 0) {
        memcpy(list, b->versions, b->version_count * sizeof *list);
    }
    b->versions = list;
    b->version_cap = cap;
    return true;
}

bool bulletin_version_add(struct bulletin *b, enum published_kind kind, const struct conf_version *v, struct err *e)
{
    struct bulletin_version out = {.kind = kind, .sequence = v->sequence, .published = v->imported, .entry = v->entry};
    if (v->entry == CONF_ENTRY_NONE || !hex_decode(v->sha256, out.sha256, sizeof out.sha256)) {
        return true; /* the doctor tells of it; nothing is vouched for */
    }
    out.name = arena_str(b->ar, v->name);
    if (out.name.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!room(b, e)) {
        return false;
    }
    b->versions[b->version_count++] = out;
    return true;
}

static int by_digest(const void *x, const void *y)
{
    const struct bulletin_version *a = x, *b = y;
    int order = memcmp(a->sha256, b->sha256, sizeof a->sha256);
    return order != 0 ? order : a->entry < b->entry ? -1 : a->entry > b->entry;
}

void bulletin_versions_sort(struct bulletin *b)
{
    if (b->version_count > 1) {
        qsort(b->versions, b->version_count, sizeof *b->versions, by_digest);
    }
}

const struct bulletin_version *bulletin_vouches(const struct bulletin *b, const uint8_t sha256[SHA256_SIZE])
{
    size_t low = 0, high = b->version_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(b->versions[middle].sha256, sha256, SHA256_SIZE) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < b->version_count && memcmp(b->versions[low].sha256, sha256, SHA256_SIZE) == 0;
    return found ? &b->versions[low] : NULL;
}
