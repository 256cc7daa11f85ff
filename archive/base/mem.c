/* mem.c: the one door to malloc.
 *
 * Owns nothing but the fault seam: a counter that tests set to make the Nth allocation and all later ones fail. It is
 * zero in normal life, which costs one relaxed load. Fails by returning NULL. */
#include "base.h"

#include <stdatomic.h>
#include <stdlib.h>

static _Atomic uint64_t fault_countdown; /* 0: off; 1: fails now and for ever; n: n - 1 more succeed */

static bool fault_due(void)
{
    uint64_t left = atomic_load_explicit(&fault_countdown, memory_order_relaxed);
    while (left > 1) {
        if (atomic_compare_exchange_weak_explicit(&fault_countdown, &left, left - 1, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            return false;
        }
    }
    return left == 1;
}

void mem_fault_after(uint64_t nth)
{
    atomic_store(&fault_countdown, nth);
}

void *mem_alloc(size_t n)
{
    return fault_due() ? NULL : malloc(n > 0 ? n : 1);
}

void *mem_zalloc(size_t n)
{
    return fault_due() ? NULL : calloc(1, n > 0 ? n : 1);
}

void *mem_realloc(void *p, size_t n)
{
    return fault_due() ? NULL : realloc(p, n > 0 ? n : 1);
}

void mem_free(void *p)
{
    free(p);
}
