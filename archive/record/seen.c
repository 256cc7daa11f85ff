/* seen.c: a small table from text to number, for finding repeated marks and paths of a list in one pass. */
#include "manifest.h"

static uint64_t hash_of(struct str key)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < key.n; i++)
        h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
    return h ^ h >> 32;
}

bool seen_make(struct seen *s, struct arena *a, size_t n, struct err *e)
{
    size_t slots = 16;
    while (slots < 2 * n)
        slots *= 2;
    s->slots = arena_alloc(a, slots * sizeof *s->slots);
    s->mask = slots - 1;
    return s->slots || err_set(e, ERR_MEMORY, "out of memory");
}

size_t seen_put(struct seen *s, struct str key, size_t value, bool *fresh)
{
    size_t i = (size_t)hash_of(key) & s->mask;
    while (s->slots[i].key.p && !str_eq(s->slots[i].key, key))
        i = (i + 1) & s->mask;
    *fresh = s->slots[i].key.p == NULL;
    if (*fresh)
        s->slots[i] = (struct seen_slot){key, value};
    return s->slots[i].value;
}
