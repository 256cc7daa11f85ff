/* slow_sync.c: a disk with a slow flush, for LD_PRELOAD: each fsync, fdatasync and syncfs takes SLOW_SYNC_MS
 * milliseconds more (5 unless set). A virtual disk answers in a tenth of a millisecond, a real one in several; what a
 * design costs per flush shows only then. Flushes of several threads wait side by side, as they would in a drive's
 * queue. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int (*sync_fn)(int fd);

static long delay_ms(void)
{
    const char *s = getenv("SLOW_SYNC_MS");
    long ms = s == NULL ? 5 : strtol(s, NULL, 10);
    return ms < 0 || ms > 10000 ? 5 : ms;
}

static int slowly(const char *name, int fd)
{
    long ms = delay_ms();
    struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&wait, &wait) != 0 && errno == EINTR) {
    }
    /* POSIX returns functions as void *, which ISO C cannot convert: go through a union. */
    union {
        void *object;
        sync_fn function;
    } real = {dlsym(RTLD_NEXT, name)};
    if (real.object == NULL) {
        errno = ENOSYS;
        return -1;
    }
    return real.function(fd);
}

int fsync(int fd)
{
    return slowly("fsync", fd);
}

int fdatasync(int fd)
{
    return slowly("fdatasync", fd);
}

int syncfs(int fd)
{
    return slowly("syncfs", fd);
}
