/* suggest.c: the nearest known name to a mistyped one.
 *
 * Owns the distance: insertions, deletions, replacements and swapped neighbours count one each. Pure; cannot fail. */
#include "command_internal.h"

#include <string.h>

#define NAME_MAX_COMPARED 40u

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Three rows of the table of distances are kept: a swap looks two rows back. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][NAME_MAX_COMPARED + 1];
    for (size_t j = 0; j <= m; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *before2 = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before2[j - 2] + 1 < now[j]) {
                now[j] = before2[j - 2] + 1;
            }
        }
    }
    return rows[n % 3][m];
}

const char *suggest(struct str given, const char *const *names, size_t count)
{
    if (given.n == 0 || given.n > NAME_MAX_COMPARED) {
        return NULL;
    }
    const char *best = NULL;
    size_t best_distance = (given.n + 2) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(names[i]);
        size_t d = n <= NAME_MAX_COMPARED ? distance(given.p, given.n, names[i], n) : SIZE_MAX;
        if (d < best_distance) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}
