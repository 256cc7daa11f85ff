/* copy.c: whole files from one folder to another.
 *
 * A copy stands under its name only when it is complete. Nothing here ends the process: the other disk is a guest's.
 * Fails with the file's name; what was copied before stays, so that the next run goes on. */
#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (256u * 1024u)

/* Key files pass through it, too. */
static void free_piece(uint8_t **p)
{
    if (*p) {
        explicit_bzero(*p, PIECE);
        mem_free(*p);
    }
}

static bool pump(int in, int out, uint64_t *size, uint8_t *sha256, struct err *e)
{
    CLEANUP(free_piece) uint8_t *piece = mem_alloc(PIECE);
    CLEANUP(digest_free) struct digest *d = sha256 ? digest_new(DIGEST_SHA256) : NULL;
    *size = 0;
    if (!piece || (sha256 && !d)) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (;;) {
        size_t got = 0;
        if (!fd_read_full(in, piece, PIECE, &got, e)) {
            return false;
        }
        if (got == 0) {
            break;
        }
        if (d) {
            digest_add(d, (struct bytes){piece, got});
        }
        if (out >= 0 && !fd_write_full(out, piece, got, e)) {
            return false;
        }
        *size += got;
    }
    if (d) {
        digest_end(d, sha256);
    }
    return true;
}

static bool open_source(int dir, const char *name, int *fd, struct err *e)
{
    *fd = disk_now()->openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (*fd < 0 && errno == ENOENT) {
        return err_set(e, ERR_NOT_FOUND, "the file %s is gone", name);
    }
    return *fd >= 0 || err_errno(e, errno, "cannot read %s", name);
}

static bool copy_into(int in, int to, const char *temporary, uint64_t *size, uint8_t *sha256, struct err *e)
{
    struct stat st;
    CLEANUP(fd_close)
    int out = disk_now()->openat(to, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out < 0) {
        return err_errno(e, errno, "cannot make %s", temporary);
    }
    if (!pump(in, out, size, sha256, e)) {
        return err_wrap(e, "copying to %s", temporary);
    }
    if (fstat(in, &st) == 0) {
        const struct timespec times[2] = {st.st_atim, st.st_mtim};
        (void)futimens(out, times); /* lets the next backup skip it */
        if (st.st_mode & S_IROTH) {
            (void)fchmod(out, 0644); /* what is published stays readable for those who serve it */
        }
    }
    return true;
}

#define PART_SIZE 600u

static bool part_name(const char *to_name, char out[PART_SIZE], struct err *e)
{
    const char *slash = strrchr(to_name, '/');
    int folder = slash ? (int)(slash + 1 - to_name) : 0;
    int n = snprintf(out, PART_SIZE, "%.*s.%s.part", folder, to_name, to_name + folder);
    return (n >= 0 && (size_t)n < PART_SIZE) || err_set(e, ERR_TOO_BIG, "the name %s is too long", to_name);
}

bool store_copy_part(int from, const char *name, int to, const char *to_name, uint64_t *size, uint8_t *sha256,
                     struct err *e)
{
    char temporary[PART_SIZE];
    CLEANUP(fd_close) int in = -1;
    if (!part_name(to_name, temporary, e) || !open_source(from, name, &in, e)) {
        return false;
    }
    if (!copy_into(in, to, temporary, size, sha256, e)) {
        disk_now()->unlinkat(to, temporary, 0);
        return false;
    }
    return true;
}

bool store_name_copy(int to, const char *to_name, struct err *e)
{
    char temporary[PART_SIZE];
    if (!part_name(to_name, temporary, e)) {
        return false;
    }
    return disk_now()->renameat(to, temporary, to, to_name) == 0 || err_errno(e, errno, "cannot name %s", to_name);
}

bool store_copy_file(int from, const char *name, int to, const char *to_name, uint64_t *size, uint8_t *sha256,
                     struct err *e)
{
    return store_copy_part(from, name, to, to_name, size, sha256, e) && store_name_copy(to, to_name, e);
}

bool store_file_digest(int dir, const char *name, uint64_t *size, uint8_t sha256[SHA256_SIZE], struct err *e)
{
    CLEANUP(fd_close) int in = -1;
    if (!open_source(dir, name, &in, e)) {
        return false;
    }
    return pump(in, -1, size, sha256, e) || err_wrap(e, "%s", name);
}

bool store_refuse_link(const char *path, struct err *e)
{
    return err_set(e, ERR_CONFLICT, "%s in the folder is a link, and none is followed there; name an empty folder",
                   path);
}

bool store_make_folder(int dir, const char *path, mode_t mode, struct err *e)
{
    struct stat st;
    if (!dir_make(dir, path, mode, e)) {
        return false;
    }
    return (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode)) || store_refuse_link(path, e);
}

bool store_make_parents(int dir, const char *path, struct err *e)
{
    char folder[512];
    mode_t mode = strncmp(path, "log", 3) == 0 ? 0755 : 0700; /* the published log is served to everybody */
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        size_t n = (size_t)(slash - path);
        if (n >= sizeof folder) {
            return err_set(e, ERR_TOO_BIG, "the name %s is too long", path);
        }
        memcpy(folder, path, n);
        folder[n] = '\0';
        if (!store_make_folder(dir, folder, mode, e)) {
            return false;
        }
    }
    return true;
}

bool store_sync_all(int fd, const char *what, struct err *e)
{
    return disk_now()->syncfs(fd) == 0 || err_errno(e, errno, "%s could not be made durable", tr(e->lang, what));
}

bool store_own_copy(int to, struct err *e)
{
    return flock(to, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK || /* else a file system without locks */
           err_set(e, ERR_BUSY, "another copy is being written into this folder; try again when it is done");
}

static bool same_folder(int a, int b)
{
    struct stat x, y;
    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool store_lies_apart(const struct store *s, int to, bool keys, struct err *e)
{
    CLEANUP(fd_close) int at = fcntl(to, F_DUPFD_CLOEXEC, 0);
    while (at >= 0) {
        if (same_folder(at, s->dir_fd)) {
            return err_set(e, ERR_INVALID, "the folder lies inside the archive; a copy belongs elsewhere");
        }
        if (keys && faccessat(at, MANIFEST, F_OK, 0) == 0 && faccessat(at, "env", F_OK, 0) == 0) {
            return err_set(e, ERR_INVALID,
                           "the folder is, or lies in, a backup of the data; keep the keys apart from it");
        }
        int up = disk_now()->openat(at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        bool root = up >= 0 && same_folder(up, at);
        fd_close(&at);
        at = up;
        if (root) {
            return true;
        }
    }
    return true; /* what lies above may not be looked into: then it is not ours */
}
