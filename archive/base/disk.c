/* disk.c: the system calls on files, as a table that tests replace.
 *
 * Owns the table in force. The calls are those of the kernel, unadorned: -1 and errno. */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int real_openat(int dir, const char *path, int flags, mode_t mode)
{
    return openat(dir, path, flags, mode);
}

/* One part of a path by itself; false with errno for what leads nowhere or out. */
static bool part_of(const char *path, size_t n, char part[NAME_MAX + 1])
{
    if (n == 0 || n > NAME_MAX || (n == 2 && memcmp(path, "..", 2) == 0)) {
        errno = n == 0 ? EINVAL : n == 2 ? EXDEV : ENAMETOOLONG;
        return false;
    }
    memcpy(part, path, n);
    part[n] = '\0';
    return true;
}

/* Where the kernel, or whoever filters its calls, does not know openat2: part after part, with the same promise. */
static int open_by_parts(int dir, const char *path, int flags)
{
    char part[NAME_MAX + 1];
    int at CLEANUP(fd_close) = -1;
    for (;;) {
        size_t n = strcspn(path, "/");
        bool last = path[n] == '\0';
        if (!part_of(path, n, part))
            return -1;
        int next = openat(at < 0 ? dir : at, part, flags | O_NOFOLLOW | (last ? 0 : O_DIRECTORY));
        if (next < 0 || last)
            return next;
        fd_close(&at);
        at = next;
        path += n + 1;
    }
}

static int real_open_below(int dir, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)flags, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    return fd < 0 && errno == ENOSYS ? open_by_parts(dir, path, flags) : fd;
}

static int real_fallocate(int fd, int mode, off_t at, off_t n)
{
    return fallocate(fd, mode, at, n);
}

const struct disk disk_real = {
    .openat = real_openat,
    .open_below = real_open_below,
    .read = read,
    .pread = pread,
    .write = write,
    .pwrite = pwrite,
    .fsync = fsync,
    .fdatasync = fdatasync,
    .syncfs = syncfs,
    .renameat = renameat,
    .unlinkat = unlinkat,
    .mkdirat = mkdirat,
    .ftruncate = ftruncate,
    .fallocate = real_fallocate,
};

static _Atomic(const struct disk *) in_force = &disk_real;

const struct disk *disk_now(void)
{
    return atomic_load_explicit(&in_force, memory_order_acquire);
}

void disk_replace(const struct disk *d)
{
    atomic_store(&in_force, d != NULL ? d : &disk_real);
}
