/* disk.c: the system calls on files, as a table that tests replace.
 *
 * Owns the table in force. The calls are those of the kernel, unadorned: -1 and errno. */
#include "base.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int real_openat(int dir, const char *path, int flags, mode_t mode)
{
    return openat(dir, path, flags, mode);
}

static int real_open_below(int dir, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)flags, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
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
