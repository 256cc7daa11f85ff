/* bdb_hooks.c: the system calls Berkeley DB makes.
 *
 * Passes every call through base's table, so that tests can fail the Nth one, and adds what the engine leaves out:
 *  - a failed sync, or a write that fails for any reason but a full disk, ends the process at once: Berkeley DB would
 *    retry or go on, and after a failed flush Linux may have dropped the very pages that were to be written;
 *  - the folder of a new transaction log file is synced with the first sync of that file;
 *  - old log files go from the disk one after another, the oldest first;
 *  - after each sync of the log the place up to which it is durable goes into run/synced. Recovery takes the first
 *    unreadable log record for the end of the log; with that note a start can tell a torn tail from a damaged middle.
 *
 * Reads are not passed through: with a hook the engine takes a short read at the end of a file for an error.
 *
 * The engine's hooks are global and carry no context, hence the one table of this file, from descriptor to environment.
 */
#include "bdb_internal.h"

#include "txlog_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCHED_MAX 32
#define FD_MAX      65536

struct hooked {
    char home[STORE_PATH_MAX + 8];
    size_t home_len;
    int env_fd, run_fd, mark_fd;
    pthread_mutex_t lock; /* guards the fields below */
    _Atomic int log_fd;
    bool armed;
    bool unsealed;     /* the archive is being made: nothing is promised yet, and all is synced at once at its end */
    bool folder_dirty; /* a log file was made and its name is not synced yet */
    bool removed;      /* a log file was removed, and the disk may not know it yet */
    uint32_t file;     /* number of the log file behind log_fd */
    uint64_t written;  /* its bytes are written up to here */
    atomic_uint_fast64_t volume; /* bytes ever written to log files */
};

static pthread_mutex_t watched_lock = PTHREAD_MUTEX_INITIALIZER;
static struct hooked *watched[WATCHED_MAX];
static _Atomic(struct hooked *) owner_of_fd[FD_MAX];

static struct hooked *owner(int fd)
{
    return fd >= 0 && fd < FD_MAX ? atomic_load_explicit(&owner_of_fd[fd], memory_order_acquire) : NULL;
}

static void set_owner(int fd, struct hooked *h)
{
    if (fd >= 0 && fd < FD_MAX) {
        atomic_store_explicit(&owner_of_fd[fd], h, memory_order_release);
    }
}

static struct hooked *owner_by_path(const char *path, const char **name)
{
    struct hooked *found = NULL;
    pthread_mutex_lock(&watched_lock);
    for (size_t i = 0; i < WATCHED_MAX && !found; i++) {
        struct hooked *h = watched[i];
        if (h && strncmp(path, h->home, h->home_len) == 0 && path[h->home_len] == '/') {
            *name = path + h->home_len + 1;
            found = h;
        }
    }
    pthread_mutex_unlock(&watched_lock);
    return found;
}

static void follow_log(struct hooked *h, int fd, const char *name, int flags)
{
    uint64_t number = 0;
    if (strncmp(name, "log.", 4) != 0 || (flags & O_ACCMODE) == O_RDONLY) {
        return;
    }
    for (const char *p = name + 4; *p >= '0' && *p <= '9'; p++) {
        number = number * 10 + (uint64_t)(*p - '0');
    }
    pthread_mutex_lock(&h->lock);
    h->log_fd = fd;
    if (number != h->file) {
        h->file = (uint32_t)number;
        h->written = 0;
    }
    h->folder_dirty |= (flags & O_CREAT) != 0;
    pthread_mutex_unlock(&h->lock);
}

static int hook_open(const char *path, int flags, ...)
{
    const char *name = NULL;
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list ap;
        va_start(ap, flags);
        mode = (mode_t)va_arg(ap, int);
        va_end(ap);
    }
    int fd = disk_now()->openat(AT_FDCWD, path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
    struct hooked *h = fd >= 0 ? owner_by_path(path, &name) : NULL;
    if (h) {
        set_owner(fd, h);
        follow_log(h, fd, name, flags);
    }
    return fd;
}

static int hook_close(int fd)
{
    struct hooked *h = owner(fd);
    if (h) {
        pthread_mutex_lock(&h->lock);
        if (h->log_fd == fd) {
            h->log_fd = -1;
        }
        pthread_mutex_unlock(&h->lock);
        set_owner(fd, NULL);
    }
    return close(fd);
}

static ssize_t write_failed(int fd)
{
    struct hooked *h = owner(fd);
    if (errno == EDQUOT) {
        errno = ENOSPC; /* the engine knows this one */
    }
    if (errno == ENOSPC) {
        return -1;
    }
    if (!h) {
        return -1; /* a copy, on a disk that need not be ours */
    }
    store_fail_stop(h->run_fd, "a write to the store failed: %s", strerror(errno));
}

/* The engine takes a short count for an error, hence the loop. */
static ssize_t hook_write(int fd, const void *p, size_t n)
{
    const uint8_t *from = p;
    for (size_t done = 0; done < n;) {
        ssize_t wrote = disk_now()->write(fd, from + done, n - done);
        if (wrote < 0 && errno != EINTR) {
            return write_failed(fd);
        }
        done += wrote < 0 ? 0 : (size_t)wrote;
    }
    struct hooked *h = owner(fd);
    if (h && fd == h->log_fd) {
        off_t end = lseek(fd, 0, SEEK_CUR);
        pthread_mutex_lock(&h->lock);
        /* A write that jumps ahead is the engine setting the file's size, not a record. */
        if (end >= 0 && (uint64_t)end - n <= h->written) {
            h->written = (uint64_t)end;
            atomic_fetch_add(&h->volume, n);
        }
        pthread_mutex_unlock(&h->lock);
    }
    return (ssize_t)n;
}

/* What is known before the sync is what the sync makes durable. */
static bool log_before_sync(struct hooked *h, int fd, struct log_mark *mark, bool *folder_dirty)
{
    pthread_mutex_lock(&h->lock);
    bool is_log = fd == h->log_fd;
    *folder_dirty = is_log && h->folder_dirty;
    mark->known = is_log && h->armed;
    mark->file = h->file;
    mark->end = h->written;
    if (is_log) {
        h->folder_dirty = false;
    }
    pthread_mutex_unlock(&h->lock);
    return is_log;
}

static int hook_fsync(int fd)
{
    struct hooked *h = owner(fd);
    struct log_mark mark = {0};
    bool folder_dirty = false;
    if (h && h->unsealed) {
        return 0;
    }
    if (h) {
        log_before_sync(h, fd, &mark, &folder_dirty);
    }
    if (disk_now()->fdatasync(fd) != 0) {
        if (!h) {
            return -1;
        }
        store_fail_stop(h->run_fd, "a sync of the store failed: %s", strerror(errno));
    }
    if (folder_dirty && disk_now()->fsync(h->env_fd) != 0) {
        store_fail_stop(h->run_fd, "a sync of the folder env failed: %s", strerror(errno));
    }
    if (mark.known) {
        txlog_mark_write(h->mark_fd, &mark);
    }
    return 0;
}

static int hook_ftruncate(int fd, off_t n)
{
    return disk_now()->ftruncate(fd, n);
}

/* If the power went when the disk had taken some removals, and not the earliest, the log would seem to have lost a file
 * from its middle, and a start would refuse it. */
static void settle_removal_before(const char *path)
{
    const char *name = NULL;
    struct hooked *h = owner_by_path(path, &name);
    if (!h || strncmp(name, "log.", 4) != 0) {
        return;
    }
    pthread_mutex_lock(&h->lock);
    bool before = h->removed;
    h->removed = true;
    pthread_mutex_unlock(&h->lock);
    if (before && disk_now()->fsync(h->env_fd) != 0) {
        store_fail_stop(h->run_fd, "a sync of the folder env failed: %s", strerror(errno));
    }
}

/* The engine wants the error's number from this one. */
static int hook_unlink(const char *path)
{
    settle_removal_before(path);
    return disk_now()->unlinkat(AT_FDCWD, path, 0) == 0 ? 0 : errno;
}

static int hook_rename(const char *from, const char *to)
{
    return disk_now()->renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static void install(void)
{
    (void)db_env_set_func_open(hook_open);
    (void)db_env_set_func_close(hook_close);
    (void)db_env_set_func_write(hook_write);
    (void)db_env_set_func_fsync(hook_fsync);
    (void)db_env_set_func_ftruncate(hook_ftruncate);
    (void)db_env_set_func_unlink(hook_unlink);
    (void)db_env_set_func_rename(hook_rename);
}

void hooks_install(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
}

struct hooked *hooks_watch(const char *home, int env_fd, int run_fd, bool unsealed)
{
    struct hooked *h = mem_zalloc(sizeof *h);
    bool placed = false;
    if (!h) {
        return NULL;
    }
    snprintf(h->home, sizeof h->home, "%s", home);
    h->home_len = strlen(h->home);
    h->env_fd = env_fd;
    h->run_fd = run_fd;
    h->log_fd = -1;
    h->unsealed = unsealed;
    h->mark_fd = disk_now()->openat(run_fd, LOG_MARK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    pthread_mutex_init(&h->lock, NULL);
    pthread_mutex_lock(&watched_lock);
    for (size_t i = 0; i < WATCHED_MAX && !placed; i++) {
        if (!watched[i]) {
            watched[i] = h;
            placed = true;
        }
    }
    pthread_mutex_unlock(&watched_lock);
    if (!placed || h->mark_fd < 0) {
        hooks_forget(&h);
    }
    return h;
}

void hooks_forget(struct hooked **hp)
{
    struct hooked *h = *hp;
    if (!h) {
        return;
    }
    pthread_mutex_lock(&watched_lock);
    for (size_t i = 0; i < WATCHED_MAX; i++) {
        if (watched[i] == h) {
            watched[i] = NULL;
        }
    }
    pthread_mutex_unlock(&watched_lock);
    for (int fd = 0; fd < FD_MAX; fd++) {
        if (owner(fd) == h) {
            set_owner(fd, NULL);
        }
    }
    fd_close(&h->mark_fd);
    pthread_mutex_destroy(&h->lock);
    mem_free(h);
    *hp = NULL;
}

void hooks_arm(struct hooked *h, uint32_t file, uint32_t end)
{
    struct log_mark mark = {.known = true, .file = file, .end = end};
    pthread_mutex_lock(&h->lock);
    h->file = file;
    h->written = end;
    h->armed = true;
    pthread_mutex_unlock(&h->lock);
    txlog_mark_write(h->mark_fd, &mark);
}

uint64_t hooks_log_volume(const struct hooked *h)
{
    return atomic_load(&h->volume);
}
