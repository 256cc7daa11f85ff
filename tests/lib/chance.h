/* chance.h: repeatable random input for property tests.
 *
 * The seed comes from AKTA_SEED or from the clock and is printed on standard error, where the runner shows it when the
 * test fails; the same seed gives the same input. */
#ifndef AKTA_TESTS_CHANCE_H
#define AKTA_TESTS_CHANCE_H
#include "base.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t chance_state;

/* splitmix64: passes BigCrush, needs one word. */
static inline uint64_t chance(void)
{
    uint64_t z = chance_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static inline uint64_t chance_below(uint64_t limit)
{
    return chance() % limit;
}

static inline void chance_fill(void *out, size_t n)
{
    uint8_t *p = out;
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)chance();
    }
}

static inline void chance_start(const char *test)
{
    const char *wanted = getenv("AKTA_SEED");
    uint64_t seed = monotonic_ns();
    if (wanted != NULL && !parse_u64(str_of(wanted), 0, UINT64_MAX, &seed)) {
        fprintf(stderr, "AKTA_SEED is not a number\n");
        exit(2);
    }
    chance_state = seed;
    fprintf(stderr, "%s: AKTA_SEED=%llu\n", test, (unsigned long long)seed);
}

#endif
