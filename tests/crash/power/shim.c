/* shim.c: preloaded into a program under test, writes down what it does to the disk (journal.h).
 *
 * Calls do what they always do, but syncs: their record is all that is needed, and nothing waits for a real disk. What
 * is not followed here (a mapping that is written to, a clone of a range) is recorded as blindness and fails the run;
 * and disk.py compares the folder with the journal at the end, so that a call nobody thought of is found as well. */
#undef _FILE_OFFSET_BITS /* both the plain and the 64-bit names of a call are wanted */

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- bytes */

static off_t write_place(int fd, const struct stat *st)
{
    return (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? st->st_size : lseek(fd, 0, SEEK_CUR);
}

static void say(int fd, const void *p, size_t n)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
        journal_add(&(struct journal_record){.kind = JOURNAL_SAY, .data = p, .n = n});
}

static ssize_t write_at(int fd, const void *p, size_t n, off_t at)
{
    struct journal_step step;
    struct stat st;
    if (!journal_on())
        return at < 0 ? syscall(SYS_write, fd, p, n) : syscall(SYS_pwrite64, fd, p, n, at);
    journal_begin(&step);
    bool ours = journal_file(fd, &st);
    off_t place = ours && at < 0 ? write_place(fd, &st) : at;
    if (!ours)
        say(fd, p, n);
    ssize_t done = at < 0 ? syscall(SYS_write, fd, p, n) : syscall(SYS_pwrite64, fd, p, n, at);
    if (ours && done > 0)
        journal_add(&(struct journal_record){
            .kind = JOURNAL_WRITE, .inode = st.st_ino, .number = place, .data = p, .n = (size_t)done});
    journal_end(&step);
    return done;
}

ssize_t write(int fd, const void *p, size_t n)
{
    return write_at(fd, p, n, -1);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return write_at(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
    return write_at(fd, p, n, at);
}

/* One piece at a time is what the call may do as well. */
ssize_t writev(int fd, const struct iovec *v, int n)
{
    ssize_t all = 0;
    for (int i = 0; i < n; i++) {
        ssize_t done = write_at(fd, v[i].iov_base, v[i].iov_len, -1);
        if (done < 0)
            return all > 0 ? all : done;
        all += done;
        if ((size_t)done < v[i].iov_len)
            break;
    }
    return all;
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
    struct journal_step step;
    if (journal_on()) {
        journal_begin(&step);
        say(fd, p, n);
        journal_end(&step);
    }
    return syscall(SYS_sendto, fd, p, n, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    struct journal_step step;
    if (journal_on()) {
        journal_begin(&step);
        for (size_t i = 0; i < m->msg_iovlen; i++)
            say(fd, m->msg_iov[i].iov_base, m->msg_iov[i].iov_len);
        journal_end(&step);
    }
    return syscall(SYS_sendmsg, fd, m, flags);
}

/* ---- sizes and times */

/* A call on an open file that leaves one number behind. */
static int changed(int fd, enum journal_kind kind, int64_t number, long done, const struct journal_step *step)
{
    struct stat st;
    if (done == 0 && journal_on() && journal_file(fd, &st))
        journal_add(&(struct journal_record){.kind = kind, .inode = st.st_ino, .number = number});
    journal_end(step);
    return (int)done;
}

int ftruncate(int fd, off_t size)
{
    struct journal_step step;
    journal_begin(&step);
    return changed(fd, JOURNAL_SIZE, size, syscall(SYS_ftruncate, fd, size), &step);
}

int ftruncate64(int fd, off64_t size)
{
    return ftruncate(fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
    struct journal_step step;
    journal_begin(&step);
    return changed(fd, mode == 0 ? JOURNAL_ALLOCATE : JOURNAL_BLIND, at + n, syscall(SYS_fallocate, fd, mode, at, n),
                   &step);
}

int fallocate64(int fd, int mode, off64_t at, off64_t n)
{
    return fallocate(fd, mode, at, n);
}

int futimens(int fd, const struct timespec times[2])
{
    struct journal_step step;
    journal_begin(&step);
    int64_t when = times != NULL ? times[1].tv_sec * INT64_C(1000000000) + times[1].tv_nsec : 0;
    return changed(fd, JOURNAL_TIME, when, syscall(SYS_utimensat, fd, NULL, times, 0), &step);
}

static void *mapped(void *at, size_t n, int prot, int flags, int fd, off_t from)
{
    struct journal_step step;
    struct stat st;
    if (fd >= 0 && (prot & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0 && journal_on()) {
        journal_begin(&step);
        if (journal_file(fd, &st))
            journal_add(&(struct journal_record){.kind = JOURNAL_BLIND, .inode = st.st_ino});
        journal_end(&step);
    }
    union {
        long number;
        void *p;
    } got = {.number = syscall(SYS_mmap, at, n, prot, flags, fd, from)};
    return got.p;
}

void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t from)
{
    return mapped(at, n, prot, flags, fd, from);
}

void *mmap64(void *at, size_t n, int prot, int flags, int fd, off64_t from)
{
    return mapped(at, n, prot, flags, fd, from);
}

/* ---- syncs: the record is the sync */

static int synced(int fd, bool data_only)
{
    struct journal_step step;
    struct stat st;
    char path[PATH_MAX] = "";
    if (!journal_on())
        return (int)syscall(data_only ? SYS_fdatasync : SYS_fsync, fd);
    journal_begin(&step);
    if (journal_file(fd, &st) || journal_folder(fd, &st, path))
        journal_add(
            &(struct journal_record){.kind = JOURNAL_SYNC, .inode = st.st_ino, .number = data_only, .path = path});
    journal_end(&step);
    return 0;
}

int fsync(int fd)
{
    return synced(fd, false);
}

int fdatasync(int fd)
{
    return synced(fd, true);
}

int syncfs(int fd)
{
    struct journal_step step;
    struct stat st;
    char path[PATH_MAX];
    if (!journal_on())
        return (int)syscall(SYS_syncfs, fd);
    journal_begin(&step);
    if (journal_file(fd, &st) || journal_folder(fd, &st, path))
        journal_add(&(struct journal_record){.kind = JOURNAL_SYNC_ALL});
    journal_end(&step);
    return 0;
}

/* ---- names */

static mode_t mode_of(int flags, va_list args)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(args, int) : 0;
}

static void opened(int fd, const char *path, bool was_there, int flags)
{
    struct stat st;
    if (fd < 0 || !journal_file(fd, &st))
        return;
    if ((flags & O_TMPFILE) == O_TMPFILE)
        journal_add(&(struct journal_record){.kind = JOURNAL_BLIND, .inode = st.st_ino});
    else if (!was_there)
        journal_add(&(struct journal_record){.kind = JOURNAL_CREATE, .path = path, .inode = st.st_ino});
    else if ((flags & O_TRUNC) != 0)
        journal_add(&(struct journal_record){.kind = JOURNAL_SIZE, .inode = st.st_ino});
}

static int open_in(int dir, const char *path, int flags, mode_t mode)
{
    struct journal_step step;
    struct stat st;
    char full[PATH_MAX];
    if (!journal_on() || (flags & (O_CREAT | O_TRUNC)) == 0)
        return (int)syscall(SYS_openat, dir, path, flags, mode);
    journal_begin(&step);
    bool ours = journal_path(dir, path, full), was_there = ours && lstat(full, &st) == 0;
    int fd = (int)syscall(SYS_openat, dir, path, flags, mode);
    if (ours)
        opened(fd, full, was_there, flags);
    journal_end(&step);
    return fd;
}

#define OPENER(name, parameters, dir)                                                                                  \
    int name parameters                                                                                                \
    {                                                                                                                  \
        va_list args;                                                                                                  \
        va_start(args, flags);                                                                                         \
        mode_t mode = mode_of(flags, args);                                                                            \
        va_end(args);                                                                                                  \
        return open_in(dir, path, flags, mode);                                                                        \
    }
OPENER(open, (const char *path, int flags, ...), AT_FDCWD)
OPENER(open64, (const char *path, int flags, ...), AT_FDCWD)
OPENER(openat, (int dir, const char *path, int flags, ...), dir)
OPENER(openat64, (int dir, const char *path, int flags, ...), dir)

/* A call that gives, takes or moves a name: the paths are looked at before it, the inode after it. */
static int named(enum journal_kind kind, long (*call)(const int dir[2], const char *const path[2], unsigned flags),
                 const int dir[2], const char *const path[2], unsigned flags)
{
    struct journal_step step;
    struct stat st = {.st_ino = 0};
    char from[PATH_MAX], to[PATH_MAX];
    if (!journal_on())
        return (int)call(dir, path, flags);
    journal_begin(&step);
    bool ours = journal_path(dir[0], path[0], from) && (path[1] == NULL || journal_path(dir[1], path[1], to));
    long done = call(dir, path, flags);
    if (done == 0 && ours) {
        if (kind == JOURNAL_FOLDER && lstat(from, &st) != 0)
            st.st_ino = 0;
        journal_add(&(struct journal_record){
            .kind = kind, .inode = st.st_ino, .path = from, .other = path[1] != NULL ? to : NULL});
    }
    journal_end(&step);
    return (int)done;
}

static long call_mkdir(const int dir[2], const char *const path[2], unsigned flags)
{
    return syscall(SYS_mkdirat, dir[0], path[0], flags);
}

static long call_unlink(const int dir[2], const char *const path[2], unsigned flags)
{
    return syscall(SYS_unlinkat, dir[0], path[0], flags);
}

static long call_link(const int dir[2], const char *const path[2], unsigned flags)
{
    return syscall(SYS_linkat, dir[0], path[0], dir[1], path[1], flags);
}

static long call_rename(const int dir[2], const char *const path[2], unsigned flags)
{
    return syscall(SYS_renameat2, dir[0], path[0], dir[1], path[1], flags);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    return named(JOURNAL_FOLDER, call_mkdir, (int[2]){dir, -1}, (const char *[2]){path, NULL}, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int unlinkat(int dir, const char *path, int flags)
{
    return named(JOURNAL_UNLINK, call_unlink, (int[2]){dir, -1}, (const char *[2]){path, NULL}, (unsigned)flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    return named(JOURNAL_LINK, call_link, (int[2]){from_dir, to_dir}, (const char *[2]){from, to}, (unsigned)flags);
}

int link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    return named(flags == 0 ? JOURNAL_RENAME : JOURNAL_BLIND, call_rename, (int[2]){from_dir, to_dir},
                 (const char *[2]){from, to}, flags);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return renameat2(from_dir, from, to_dir, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
