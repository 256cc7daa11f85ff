/* traffic.c: how many requests were answered, how, and how long it took, since the start. Counters only, without a
 * lock: each is right by itself, and a reader may see one of two that belong together. */
#include "window.h"

static const unsigned bounds_ms[TRAFFIC_BOUNDS] = {1, 3, 10, 30, 100, 300, 1000, 3000, 10000};

unsigned traffic_bound_ms(size_t i)
{
    return bounds_ms[i];
}

static void add(atomic_uint_fast64_t *n, uint64_t more)
{
    atomic_fetch_add_explicit(n, more, memory_order_relaxed);
}

bool traffic_begin(struct traffic *t)
{
    add(&t->begun, 1);
    return atomic_fetch_add_explicit(&t->running, 1, memory_order_relaxed) == 0;
}

void traffic_end(struct traffic *t, enum face face, int status, uint64_t ns)
{
    size_t bucket = 0;
    while (bucket < TRAFFIC_BOUNDS && ns > bounds_ms[bucket] * 1000000ull) {
        bucket++;
    }
    add(&t->answers[face < TRAFFIC_FACES ? face : FACE_PLAIN][status >= 200 && status < 600 ? status / 100 - 2 : 3], 1);
    add(&t->took[bucket], 1);
    add(&t->took_ns, ns);
    atomic_fetch_sub_explicit(&t->running, 1, memory_order_relaxed);
}
