/* mo.h: builds a .mo image in memory from rows that are already in order. */
#ifndef AKTA_TESTS_MO_H
#define AKTA_TESTS_MO_H
#include "base.h"

struct mo_row {
    struct str id, text; /* with inner NULs where there are plurals */
};

static inline void mo_le32(uint8_t *p, size_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> 8 * i);
    }
}

static inline size_t mo_strings(uint8_t *out, size_t at, size_t table, size_t row, struct str s)
{
    mo_le32(out + table + 8 * row, s.n);
    mo_le32(out + table + 8 * row + 4, at);
    memcpy(out + at, s.p, s.n);
    out[at + s.n] = 0;
    return at + s.n + 1;
}

/* Returns the size of the image; `out` must be large enough. */
static inline size_t mo_build(uint8_t *out, const struct mo_row *rows, size_t count)
{
    size_t ids = 28, texts = ids + 8 * count, at = texts + 8 * count;
    const size_t head[7] = {0x950412DE, 0, count, ids, texts, 0, at};
    for (size_t i = 0; i < COUNT_OF(head); i++) {
        mo_le32(out + 4 * i, head[i]);
    }
    for (size_t i = 0; i < count; i++) {
        at = mo_strings(out, at, ids, i, rows[i].id);
    }
    for (size_t i = 0; i < count; i++) {
        at = mo_strings(out, at, texts, i, rows[i].text);
    }
    return at;
}

#endif
