/* file.c: whole files and directories, read and written so that what was acknowledged is there after a power cut.
 *
 * A durable write goes to a temporary file beside the target, is synced, renamed and its directory synced; whoever
 * reads sees the old content or the new. A failed sync ends the process (fail_stop): the kernel may have dropped the
 * pages, so trying again would lie. Short reads and writes and EINTR are handled here and nowhere else. */
#include "base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_MOST ((size_t)1 << 30) /* the kernel moves less than 2 GiB a call */

void fd_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static size_t chunk(size_t n)
{
    return n < CHUNK_MOST ? n : CHUNK_MOST;
}

bool fd_read_full(int fd, void *p, size_t n, size_t *got, struct err *e)
{
    size_t done = 0;
    while (done < n) {
        ssize_t r = disk_now()->read(fd, (uint8_t *)p + done, chunk(n - done));
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return err_errno(e, errno, "reading");
        }
        if (r == 0) {
            break;
        }
        done += (size_t)r;
    }
    *got = done;
    return true;
}

bool fd_pread_full(int fd, void *p, size_t n, off_t at, struct err *e)
{
    size_t done = 0;
    while (done < n) {
        ssize_t r = disk_now()->pread(fd, (uint8_t *)p + done, chunk(n - done), at + (off_t)done);
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            return err_errno(e, errno, "reading");
        }
        if (r == 0) {
            return err_set(e, ERR_CORRUPT, "the file ends %zu bytes too early", n - done);
        }
        done += (size_t)r;
    }
    return true;
}

bool fd_write_full(int fd, const void *p, size_t n, struct err *e)
{
    size_t done = 0;
    while (done < n) {
        ssize_t w = disk_now()->write(fd, (const uint8_t *)p + done, chunk(n - done));
        if (w < 0 && errno == EINTR) {
            continue;
        }
        if (w <= 0) {
            return err_errno(e, w < 0 ? errno : EIO, "writing");
        }
        done += (size_t)w;
    }
    return true;
}

static bool open_to_read(int dir, const char *path, int flags, int *fd, struct err *e)
{
    *fd = disk_now()->openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags, 0);
    if (*fd >= 0) {
        return true;
    }
    if (errno == ENOENT) {
        return err_set(e, ERR_NOT_FOUND, "%s does not exist", path);
    }
    return err_errno(e, errno, "opening %s", path);
}

/* The size at opening is a hint only: the file may grow, and those under /proc have none. */
static size_t size_hint(int fd, size_t max)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_size < 0) {
        return 0;
    }
    return (uint64_t)st.st_size < max ? (size_t)st.st_size : max;
}

static void buf_release(struct buf *b)
{
    buf_free(b);
}

bool file_read(int dir, const char *path, size_t max, struct arena *a, struct bytes *out, struct err *e)
{
    int fd CLEANUP(fd_close) = -1;
    if (!open_to_read(dir, path, 0, &fd, e)) {
        return false;
    }
    struct buf all CLEANUP(buf_release) = BUF_INIT(max < SIZE_MAX ? max + 1 : max);
    size_t want = size_hint(fd, max) + 1; /* one more, to see the end or the excess */
    for (;;) {
        uint8_t piece[16384];
        size_t got;
        if (want > sizeof piece) {
            want = sizeof piece;
        }
        if (!fd_read_full(fd, piece, want, &got, e)) {
            return err_wrap(e, "%s", path);
        }
        buf_add(&all, piece, got);
        if (got < want) {
            break;
        }
        want = sizeof piece;
        if (all.failed || all.n > max) {
            break;
        }
    }
    if (all.n > max || all.over_ceiling) {
        return err_set(e, ERR_TOO_BIG, "%s is larger than %zu bytes", path, max);
    }
    uint8_t *copy = all.failed ? NULL : arena_alloc(a, all.n + 1);
    if (copy == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory reading %s", path);
    }
    if (all.n > 0) {
        memcpy(copy, all.p, all.n);
    }
    *out = (struct bytes){copy, all.n};
    return true;
}

bool dir_sync(int dir, struct err *e)
{
    int fd CLEANUP(fd_close) = -1;
    if (dir == AT_FDCWD) {
        if (!open_to_read(dir, ".", O_DIRECTORY, &fd, e)) {
            return false;
        }
        dir = fd;
    }
    if (disk_now()->fsync(dir) != 0) {
        fail_stop("sync of a directory failed errno=%d", errno);
    }
    return true;
}

/* The caller's umask says how private his own files are. What is made for others to read is theirs whatever it says. */
static bool is_for_all(mode_t mode)
{
    return (mode & S_IROTH) != 0;
}

bool dir_make(int dir, const char *path, mode_t mode, struct err *e)
{
    struct stat st;
    if (disk_now()->mkdirat(dir, path, mode) == 0) {
        if (is_for_all(mode)) {
            (void)!fchmodat(dir, path, mode, 0); /* see file_show */
        }
        return true;
    }
    int why = errno;
    if (why != EEXIST) {
        return err_errno(e, why, "making the directory %s", path);
    }
    if (fstatat(dir, path, &st, 0) != 0 || !S_ISDIR(st.st_mode)) {
        return err_set(e, ERR_CONFLICT, "%s exists and is not a directory", path);
    }
    return true;
}

/* The directory that holds `path`, opened, and the name within it. */
static bool open_parent(int dir, const char *path, int *parent, const char **name, struct err *e)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    *name = slash != NULL ? slash + 1 : path;
    size_t n = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (n >= sizeof folder || **name == '\0' || strlen(*name) > NAME_MAX) {
        return err_set(e, ERR_INVALID, "%.100s is not a usable file name", path);
    }
    memcpy(folder, n > 0 ? path : ".", n > 0 ? n : 1);
    folder[n > 0 ? n : 1] = '\0';
    return open_to_read(dir, folder, O_DIRECTORY, parent, e);
}

#define TEMP_PREFIX ".new-"
#define TEMP_SIZE   32u

static void temp_name(char out[TEMP_SIZE])
{
    uint8_t raw[8];
    char hex[2 * sizeof raw + 1];
    random_bytes(raw, sizeof raw);
    hex_encode((struct bytes){raw, sizeof raw}, hex);
    snprintf(out, TEMP_SIZE, TEMP_PREFIX "%s", hex);
}

void file_show(int fd, mode_t mode)
{
    if (is_for_all(mode)) {
        (void)!fchmod(fd, mode); /* our own file, just made: where modes are not kept, nothing is hidden either */
    }
}

static bool write_and_rename(int parent, const char *temp, int fd, const char *name, struct bytes content,
                             struct err *e)
{
    if (!fd_write_full(fd, content.p, content.n, e)) {
        return false;
    }
    if (disk_now()->fdatasync(fd) != 0) {
        fail_stop("sync of a file failed errno=%d", errno);
    }
    if (disk_now()->renameat(parent, temp, parent, name) != 0) {
        return err_errno(e, errno, "renaming");
    }
    return dir_sync(parent, e);
}

bool file_write_durable(int dir, const char *path, struct bytes content, mode_t mode, struct err *e)
{
    int parent CLEANUP(fd_close) = -1;
    int fd CLEANUP(fd_close) = -1;
    const char *name = path;
    char temp[TEMP_SIZE];
    if (!open_parent(dir, path, &parent, &name, e)) {
        return err_wrap(e, "writing %s", path);
    }
    temp_name(temp);
    fd = disk_now()->openat(parent, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0) {
        return err_errno(e, errno, "writing %s", path);
    }
    file_show(fd, mode);
    if (!write_and_rename(parent, temp, fd, name, content, e)) {
        disk_now()->unlinkat(parent, temp, 0);
        return err_wrap(e, "writing %s", path);
    }
    return true;
}

static bool is_temp_name(const char *name)
{
    uint8_t raw[8];
    return str_starts(str_of(name), TEMP_PREFIX) && hex_decode(str_of(name + sizeof TEMP_PREFIX - 1), raw, sizeof raw);
}

static void close_listing(DIR **listing)
{
    if (*listing != NULL) {
        closedir(*listing);
    }
}

bool dir_sweep(int dir, struct err *e)
{
    int fd = -1;
    if (!open_to_read(dir, ".", O_DIRECTORY, &fd, e)) {
        return false;
    }
    DIR *listing CLEANUP(close_listing) = fdopendir(fd);
    if (listing == NULL) {
        int why = errno;
        fd_close(&fd);
        return err_errno(e, why, "listing a directory");
    }
    errno = 0;
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        if (is_temp_name(entry->d_name) && disk_now()->unlinkat(dir, entry->d_name, 0) != 0 && errno != ENOENT) {
            return err_errno(e, errno, "removing %s", entry->d_name);
        }
        errno = 0;
    }
    return errno == 0 || err_errno(e, errno, "listing a directory");
}
