/* arena.c: memory with one lifetime.
 *
 * Owns a chain of blocks, newest first; pieces are cut from the newest. Blocks double from 4 KiB to 1 MiB, a larger
 * piece gets a block of its own size. Promises zeroed, 16-aligned pieces and a ceiling on the bytes handed out (each
 * piece counted in whole 16 bytes). Fails by NULL. One thread at a time. */
#include "base.h"

#include <stdio.h>
#include <string.h>

#define ALIGN       16u
#define BLOCK_FIRST 4096u
#define BLOCK_MOST  (1024u * 1024u)

struct block {
    struct block *older;
    size_t size, used; /* of the bytes after this header */
} __attribute__((aligned(ALIGN)));

struct arena {
    struct block *newest;
    size_t ceiling, handed_out, next_size;
};

static size_t whole(size_t n)
{
    return (n + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
}

struct arena *arena_new(size_t ceiling)
{
    struct arena *a = mem_zalloc(sizeof *a);
    if (a != NULL) {
        a->ceiling = ceiling > SIZE_MAX - ALIGN ? SIZE_MAX - ALIGN : whole(ceiling);
        a->next_size = BLOCK_FIRST;
    }
    return a;
}

/* Frees every block but `keep`, which may be NULL. */
static void free_blocks(struct arena *a, const struct block *keep)
{
    struct block *b = a->newest;
    while (b != NULL) {
        struct block *older = b->older;
        if (b != keep) {
            mem_free(b);
        }
        b = older;
    }
}

void arena_free(struct arena **a)
{
    if (*a != NULL) {
        free_blocks(*a, NULL);
        mem_free(*a);
        *a = NULL;
    }
}

/* Keeps the largest block of ordinary size: one outsized piece must not occupy memory for the rest of the arena's life.
 */
void arena_reset(struct arena *a)
{
    struct block *keep = NULL;
    for (struct block *b = a->newest; b != NULL; b = b->older) {
        if (b->size <= BLOCK_MOST && (keep == NULL || b->size > keep->size)) {
            keep = b;
        }
    }
    free_blocks(a, keep);
    if (keep != NULL) {
        keep->older = NULL;
        keep->used = 0;
    }
    a->newest = keep;
    a->handed_out = 0;
}

static bool add_block(struct arena *a, size_t at_least)
{
    size_t size = at_least > a->next_size ? at_least : a->next_size;
    struct block *b = mem_alloc(sizeof *b + size);
    if (b == NULL) {
        return false;
    }
    b->older = a->newest;
    b->size = size;
    b->used = 0;
    a->newest = b;
    if (a->next_size < BLOCK_MOST) {
        a->next_size *= 2;
    }
    return true;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > a->ceiling) {
        return NULL;
    }
    n = whole(n > 0 ? n : 1);
    if (n > a->ceiling - a->handed_out) {
        return NULL;
    }
    if ((a->newest == NULL || n > a->newest->size - a->newest->used) && !add_block(a, n)) {
        return NULL;
    }
    struct block *b = a->newest;
    uint8_t *p = (uint8_t *)(b + 1) + b->used;
    b->used += n;
    a->handed_out += n;
    return memset(p, 0, n);
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;
    if (p == NULL) {
        return STR_NONE;
    }
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    return (struct str){p, s.n};
}

struct bytes arena_bytes(struct arena *a, struct bytes b)
{
    uint8_t *p = b.n > 0 ? arena_alloc(a, b.n) : NULL;
    if (p == NULL) {
        return (struct bytes){NULL, 0};
    }
    memcpy(p, b.p, b.n);
    return (struct bytes){p, b.n};
}

struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
    char shortest[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(shortest, sizeof shortest, fmt, ap);
    char *p = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
    if (p != NULL && (size_t)n < sizeof shortest) {
        memcpy(p, shortest, (size_t)n);
    } else if (p != NULL) {
        vsnprintf(p, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    va_end(ap);
    return p != NULL ? (struct str){p, (size_t)n} : STR_NONE;
}
