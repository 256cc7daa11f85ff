/* fail.c: the one place that ends the process for an outside cause.
 *
 * After a failed sync or a broken database no further acknowledgement may leave this process; the next start recovers.
 * Owns the hook by which tests see the ending instead of suffering it. Never returns. */
#include "base.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define FAIL_STATUS 70

static _Atomic(void (*)(int)) ending;

void fail_stop_hook(void (*end)(int status))
{
    atomic_store(&ending, end);
}

void fail_stop(const char *why_fmt, ...)
{
    char why[400];
    va_list ap;
    va_start(ap, why_fmt);
    vsnprintf(why, sizeof why, why_fmt, ap);
    va_end(ap);
    log_line(LOG_ERROR, "base", "fail-stop %s", why);
    void (*end)(int) = atomic_load(&ending);
    if (end != NULL) {
        end(FAIL_STATUS);
    }
    _exit(FAIL_STATUS);
}
