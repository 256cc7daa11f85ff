/* language.c: which of our two languages a program asks for with Accept-Language (RFC 9110 §12.5.4). Pure; never fails:
 * what is not of its form names no language. */
#include "window.h"

#include <string.h>

#define PLACES 100u /* of two that weigh the same the first one counts; more are not read */

/* Of what stands behind a language, such as ;q=0.25: thousandths, 1000 when nothing is said. Anything else is some
 * number. */
static unsigned weight_of(struct str s)
{
    const char *q = memmem(s.p, s.n, "q=", 2);
    if (q == NULL) {
        return 1000;
    }
    unsigned weight = 0, scale = 1000;
    for (const char *p = q + 2, *end = s.p + s.n; p < end && scale > 0 && (*p == '.' || (*p >= '0' && *p <= '9'));
         p++) {
        if (*p != '.') {
            weight += (unsigned)(*p - '0') * scale;
            scale /= 10;
        }
    }
    return weight;
}

static bool names_language(struct str range, const char *word)
{
    while (range.n > 0 && range.p[0] == ' ') {
        range = (struct str){range.p + 1, range.n - 1};
    }
    return range.n >= 2 && strncasecmp(range.p, word, 2) == 0 &&
           (range.n == 2 || range.p[2] == '-' || range.p[2] == ';' || range.p[2] == ' ');
}

enum lang language_preferred(struct str accepted)
{
    unsigned polish = 0, english = 0;
    for (unsigned later = 0; accepted.n > 0; later++) {
        const char *comma = memchr(accepted.p, ',', accepted.n);
        struct str range = {accepted.p, comma != NULL ? (size_t)(comma - accepted.p) : accepted.n};
        unsigned heavy = weight_of(range) * PLACES, weight = heavy > later && later < PLACES ? heavy - later : 0;
        if (names_language(range, "pl") && weight > polish) {
            polish = weight;
        } else if (names_language(range, "en") && weight > english) {
            english = weight;
        }
        size_t gone = range.n + (comma != NULL);
        accepted = (struct str){accepted.p + gone, accepted.n - gone};
    }
    return english > polish ? LANG_EN : LANG_PL;
}
