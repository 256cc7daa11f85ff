/* shim.c: preloaded into a program under test, makes the Nth call of a kind fail on files below a folder, as a bad disk
 * or a full one would. Counts what it saw, so that the driver knows when a run was clean.
 *
 *   FAULT_DIR     only files below this folder count
 *   FAULT_KIND    write | sync | rename | open | any
 *   FAULT_AT      the Nth such call fails (0: none, only count)
 *   FAULT_ERRNO   EIO | ENOSPC
 *   FAULT_KEEP    1: all later ones fail too
 *   FAULT_SHORT   1: a failing write first writes half of its bytes; in a table (*.db) whole pages of 4096 bytes,
 * because the engine needs a page to be written whole or not at all, and says so FAULT_COUNT   file that gets a line
 * `hit N` for each fault and `seen N` at the end of each process */
#undef _FILE_OFFSET_BITS /* both the plain and the 64-bit names of a call are wanted */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { KIND_WRITE = 1, KIND_SYNC = 2, KIND_RENAME = 4, KIND_OPEN = 8, KIND_ANY = 15 };

static struct {
    char dir[PATH_MAX];
    size_t dir_len;
    unsigned kinds;
    long at;
    int error;
    bool keep, half;
    const char *count_file;
} fault;
static atomic_long seen;

int renameat(int from_dir, const char *from, int to_dir, const char *to);
int syncfs(int fd);

static void write_line(const char *word)
{
    char line[32];
    if (fault.count_file == NULL)
        return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, fault.count_file, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0)
        return;
    int n = snprintf(line, sizeof line, "%s %ld\n", word, atomic_load(&seen));
    syscall(SYS_write, fd, line, (size_t)n);
    syscall(SYS_close, fd);
}

static void write_count(void)
{
    write_line("seen");
}

__attribute__((constructor)) static void start(void)
{
    const char *dir = getenv("FAULT_DIR"), *kind = getenv("FAULT_KIND"), *at = getenv("FAULT_AT");
    const char *error = getenv("FAULT_ERRNO");
    if (dir == NULL || realpath(dir, fault.dir) == NULL)
        return;
    fault.dir_len = strlen(fault.dir);
    fault.kinds = kind == NULL || strcmp(kind, "any") == 0 ? KIND_ANY
                  : strcmp(kind, "write") == 0             ? KIND_WRITE
                  : strcmp(kind, "sync") == 0              ? KIND_SYNC
                  : strcmp(kind, "rename") == 0            ? KIND_RENAME
                                                           : KIND_OPEN;
    fault.at = at == NULL ? 0 : strtol(at, NULL, 10);
    fault.error = error != NULL && strcmp(error, "ENOSPC") == 0 ? ENOSPC : EIO;
    fault.keep = getenv("FAULT_KEEP") != NULL;
    fault.half = getenv("FAULT_SHORT") != NULL;
    fault.count_file = getenv("FAULT_COUNT");
    atexit(write_count);
}

static bool path_below(const char *path)
{
    return fault.dir_len > 0 && strncmp(path, fault.dir, fault.dir_len) == 0 &&
           (path[fault.dir_len] == '/' || path[fault.dir_len] == '\0');
}

static bool path_of(int fd, char path[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static bool fd_below(int fd)
{
    char path[PATH_MAX];
    return path_of(fd, path) && path_below(path);
}

static bool is_table(int fd)
{
    char path[PATH_MAX];
    size_t n = path_of(fd, path) ? strlen(path) : 0;
    return n > 3 && strcmp(path + n - 3, ".db") == 0;
}

static bool at_below(int dir, const char *path)
{
    return path[0] == '/' ? path_below(path) : dir != AT_FDCWD && fd_below(dir);
}

/* One call of a kind below the folder: shall it fail? */
static bool fails(enum kind k)
{
    if ((fault.kinds & k) == 0)
        return false;
    long n = atomic_fetch_add(&seen, 1) + 1;
    bool hit = fault.at > 0 && (n == fault.at || (fault.keep && n > fault.at));
    if (hit) {
        write_line("hit");
        errno = fault.error;
    }
    return hit;
}

static bool write_fails(int fd, const void *p, size_t n, off_t at)
{
    if (!fd_below(fd) || !fails(KIND_WRITE))
        return false;
    size_t half = fault.half ? n / 2 : 0;
    if (is_table(fd))
        half -= half % 4096;
    if (half > 0) {
        if (at < 0)
            syscall(SYS_write, fd, p, half);
        else
            syscall(SYS_pwrite64, fd, p, half, at);
    }
    errno = fault.error;
    return true;
}

ssize_t write(int fd, const void *p, size_t n)
{
    return write_fails(fd, p, n, -1) ? -1 : syscall(SYS_write, fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return write_fails(fd, p, n, at) ? -1 : syscall(SYS_pwrite64, fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
    return write_fails(fd, p, n, at) ? -1 : syscall(SYS_pwrite64, fd, p, n, at);
}

int fsync(int fd)
{
    return fd_below(fd) && fails(KIND_SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return fd_below(fd) && fails(KIND_SYNC) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int syncfs(int fd)
{
    return fd_below(fd) && fails(KIND_SYNC) ? -1 : (int)syscall(SYS_syncfs, fd);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (at_below(to_dir, to) && fails(KIND_RENAME))
        return -1;
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static mode_t mode_of(int flags, va_list args)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(args, int) : 0;
}

int openat(int dir, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    if ((flags & O_CREAT) != 0 && at_below(dir, path) && fails(KIND_OPEN))
        return -1;
    return (int)syscall(SYS_openat, dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return openat(dir, path, flags, mode);
}

/* The process may end by _exit on a fail-stop: the count is written there too. */
void _exit(int status)
{
    write_count();
    for (;;)
        syscall(SYS_exit_group, status);
}
