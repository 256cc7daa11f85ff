/* clock_jump.h: the machine's clock, for a test that lets it jump. Defines the library's function for the whole program. */
#ifndef AKTA_TESTS_CLOCK_JUMP_H
#define AKTA_TESTS_CLOCK_JUMP_H
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ONE_YEAR (365 * 24 * 3600)

static atomic_long clock_ahead; /* seconds that clock_gettime says more than the kernel, which measures waits */

int clock_gettime(clockid_t which, struct timespec *out)
{
    int rc = (int)syscall(SYS_clock_gettime, which, out);
    if (rc == 0 && which == CLOCK_REALTIME) {
        out->tv_sec += atomic_load(&clock_ahead);
    }
    return rc;
}

#endif
