/* journal.c: records appended to a file, one write each, so that processes may share it.
 *
 * A journal that cannot be written ends the process: a test must not go on with holes in what it knows. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define JOURNAL_FD 700 /* out of the way of a program that counts its descriptors */

/* Before paths and data: how long all of it is, then what it is. disk.py has the same. */
struct head {
    uint32_t length;
    uint16_t path, other;
    uint64_t inode;
    int64_t number;
    uint32_t data;
    uint8_t kind, zero[3];
};
_Static_assert(sizeof(struct head) == 32, "disk.py unpacks 32 bytes");

static struct {
    char disk[PATH_MAX];
    size_t disk_len;
    int fd;
    pthread_mutex_t lock;
} journal = {.fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

static void give_up(const char *why)
{
    char line[160];
    int n = snprintf(line, sizeof line, "power journal: %s: %s\n", why, strerror(errno));
    syscall(SYS_write, STDERR_FILENO, line, (size_t)n);
    abort();
}

/* The helper that reads hostile bytes is confined to a few calls and touches no file; it is left alone. */
static bool is_confined(void)
{
    const char *name = program_invocation_short_name;
    return strcmp(name, "akta-inspect") == 0;
}

__attribute__((constructor)) static void journal_start(void)
{
    const char *disk = getenv("POWER_DISK"), *path = getenv("POWER_JOURNAL");
    if (disk == NULL || path == NULL || is_confined() || realpath(disk, journal.disk) == NULL)
        return;
    journal.disk_len = strlen(journal.disk);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    journal.fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, JOURNAL_FD);
    if (journal.fd < 0)
        give_up(path);
    close(fd);
}

bool journal_on(void)
{
    return journal.fd >= 0;
}

void journal_begin(struct journal_step *s)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &s->signals);
    pthread_mutex_lock(&journal.lock);
}

void journal_end(const struct journal_step *s)
{
    int kept = errno;
    pthread_mutex_unlock(&journal.lock);
    pthread_sigmask(SIG_SETMASK, &s->signals, NULL);
    errno = kept;
}

static struct iovec piece(const void *p, size_t n)
{
    union {
        const void *from;
        void *to;
    } u = {.from = p};
    return (struct iovec){u.to, n};
}

void journal_add(const struct journal_record *r)
{
    int kept = errno;
    struct head h = {.kind = (uint8_t)r->kind, .inode = r->inode, .number = r->number, .data = (uint32_t)r->n};
    h.path = (uint16_t)(r->path != NULL ? strlen(r->path) : 0);
    h.other = (uint16_t)(r->other != NULL ? strlen(r->other) : 0);
    h.length = (uint32_t)(sizeof h + h.path + h.other + r->n);
    struct iovec v[4] = {piece(&h, sizeof h), piece(r->path, h.path), piece(r->other, h.other), piece(r->data, r->n)};
    ssize_t wrote = syscall(SYS_writev, journal.fd, v, 4);
    if (wrote != (ssize_t)h.length)
        give_up("a record cannot be written");
    errno = kept;
}

static bool on_disk(const char *path)
{
    return strncmp(path, journal.disk, journal.disk_len) == 0 &&
           (path[journal.disk_len] == '/' || path[journal.disk_len] == '\0');
}

static bool path_of(int fd, char path[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    return n > 0;
}

bool journal_file(int fd, struct stat *st)
{
    char path[PATH_MAX];
    return fstat(fd, st) == 0 && S_ISREG(st->st_mode) && path_of(fd, path) && on_disk(path);
}

bool journal_folder(int fd, struct stat *st, char path[PATH_MAX])
{
    return fstat(fd, st) == 0 && S_ISDIR(st->st_mode) && path_of(fd, path) && on_disk(path);
}

bool journal_path(int dir, const char *path, char out[PATH_MAX])
{
    char parent[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t n = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (n >= sizeof parent)
        return false;
    if (slash != NULL) {
        memcpy(parent, path, n);
        parent[n] = '\0';
    }
    int fd = (int)syscall(SYS_openat, dir, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    bool ok = fd >= 0 && path_of(fd, out) && on_disk(out);
    if (fd >= 0)
        close(fd);
    n = ok ? strlen(out) : 0;
    return ok && snprintf(out + n, PATH_MAX - n, "/%s", name) < (int)(PATH_MAX - n);
}
