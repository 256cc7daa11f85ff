/* random.c: random bytes from the kernel.
 *
 * getrandom() costs a system call, so each thread draws 512 bytes at a time and wipes what it hands out. A fork would
 * give both processes the same pool: this house never forks without exec, and an exec starts with an empty pool. No
 * entropy is a fail_stop, so callers need no error path. Owns the seam by which tests make randomness repeatable. */
#include "base.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

#define POOL 512u

static _Atomic(void (*)(void *, size_t)) source;
static _Thread_local uint8_t pool[POOL];
static _Thread_local size_t pool_left;

static void from_kernel(uint8_t *out, size_t n)
{
    while (n > 0) {
        ssize_t got = getrandom(out, n, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            fail_stop("the kernel gives no random bytes errno=%d", errno);
        }
        out += got;
        n -= (size_t)got;
    }
}

void random_source(void (*fill)(void *out, size_t n))
{
    atomic_store(&source, fill);
}

void random_bytes(void *out, size_t n)
{
    void (*fill)(void *, size_t) = atomic_load_explicit(&source, memory_order_relaxed);
    if (fill != NULL) {
        fill(out, n);
        return;
    }
    if (n > POOL / 2) {
        from_kernel(out, n);
        return;
    }
    if (n > pool_left) {
        from_kernel(pool, POOL);
        pool_left = POOL;
    }
    pool_left -= n;
    memcpy(out, pool + pool_left, n);
    explicit_bzero(pool + pool_left, n);
}
