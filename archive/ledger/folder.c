/* folder.c: the published log as files: written once, never changed, read as any client reads them.
 *
 * Writing goes in rounds. A round writes temporaries, makes their bytes durable, renames, makes the names durable; so
 * every file under its final name is whole, whenever the power goes. What exists with the same bytes is left alone;
 * with other bytes it is evidence, and the writer stops. A failed sync ends the process, as in base. */
#include "ledger_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUND    256 /* files in one round */
#define DIRS_MAX 64  /* directories synced one by one; beyond that the file system as a whole is */

struct folder_writer {
    int dir;
    bool many, redo;
    size_t file_count, dir_count;
    bool dirs_overflow;
    char files[ROUND][TILE_PATH_SIZE];
    char dirs[DIRS_MAX][TILE_PATH_SIZE];
};

struct folder_writer *folder_writer_new(int dir, bool many, bool redo)
{
    struct folder_writer *w = mem_zalloc(sizeof *w);
    if (w != NULL)
        *w = (struct folder_writer){.dir = dir, .many = many, .redo = redo};
    return w;
}

void folder_writer_free(struct folder_writer **w)
{
    mem_free(*w);
    *w = NULL;
}

/* The directory part of a path, "." for none. */
static void parent_of(const char *path, char out[TILE_PATH_SIZE])
{
    const char *slash = strrchr(path, '/');
    size_t n = slash != NULL ? (size_t)(slash - path) : 0;
    memcpy(out, n > 0 ? path : ".", n > 0 ? n : 1);
    out[n > 0 ? n : 1] = '\0';
}

static void temp_of(const char *path, char out[TILE_PATH_SIZE + 8])
{
    const char *slash = strrchr(path, '/');
    int n = slash != NULL ? (int)(slash - path) + 1 : 0;
    snprintf(out, TILE_PATH_SIZE + 8, "%.*s.%s.new", n, path, path + n);
}

static void note_dir(struct folder_writer *w, const char *dir)
{
    for (size_t i = 0; i < w->dir_count; i++) {
        if (strcmp(w->dirs[i], dir) == 0)
            return;
    }
    if (w->dir_count == DIRS_MAX) {
        w->dirs_overflow = true;
        return;
    }
    snprintf(w->dirs[w->dir_count++], TILE_PATH_SIZE, "%s", dir);
}

/* Makes the directories above a path. Whoever holds a new one must be synced too; after a crash, every one above. */
static bool make_parents(struct folder_writer *w, const char *path, struct err *e)
{
    char dir[TILE_PATH_SIZE], above[TILE_PATH_SIZE];
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
        if (!dir_make(w->dir, dir, 0755, e))
            return err_wrap(e, "%s of the published log", path);
        parent_of(dir, above);
        note_dir(w, above);
    }
    return true;
}

bool folder_open(int dir, const char *path, int *fd, struct err *e)
{
    int got = disk_now()->openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (got < 0 && (errno == ENOENT || errno == ENOTDIR))
        return err_set(e, ERR_NOT_FOUND, "%s is missing", path);
    if (got < 0)
        return err_errno(e, errno, "opening %s", path);
    *fd = got;
    return true;
}

bool folder_exists(int dir, const char *path)
{
    struct stat st;
    return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool same_content(int fd, struct bytes want, bool *same, struct err *e)
{
    uint8_t piece[8192];
    size_t at = 0, got;
    do {
        if (!fd_read_full(fd, piece, sizeof piece, &got, e))
            return false;
        if (got > want.n - at || (got > 0 && memcmp(piece, want.p + at, got) != 0)) {
            *same = false;
            return true;
        }
        at += got;
    } while (got == sizeof piece);
    *same = at == want.n;
    return true;
}

/* True in *done when the file is there already, with these bytes. */
static bool already_there(const struct folder_writer *w, const char *path, struct bytes content, bool *done,
                          struct err *e)
{
    int fd CLEANUP(fd_close) = -1;
    struct err missing = {.lang = e->lang};
    *done = false;
    if (!folder_open(w->dir, path, &fd, &missing)) {
        if (missing.code == ERR_NOT_FOUND)
            return true;
        *e = missing;
        return false;
    }
    if (!same_content(fd, content, done, e))
        return err_wrap(e, "%s", path);
    return *done || err_set(e, ERR_CORRUPT,
                            "%s is published already with other bytes: published files never change, so the log stops "
                            "here; compare the file with a copy of the log",
                            path);
}

static bool write_temp(struct folder_writer *w, const char *path, struct bytes content, struct err *e)
{
    char temp[TILE_PATH_SIZE + 8];
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
    temp_of(path, temp);
    int fd CLEANUP(fd_close) = disk_now()->openat(w->dir, temp, flags, 0644);
    if (fd < 0 && errno == ENOENT) {
        if (!make_parents(w, path, e))
            return false;
        fd = disk_now()->openat(w->dir, temp, flags, 0644);
    }
    if (fd < 0)
        return err_errno(e, errno, "writing %s of the published log", path);
    file_show(fd, 0644);
    if (!fd_write_full(fd, content.p, content.n, e)) {
        disk_now()->unlinkat(w->dir, temp, 0);
        return err_wrap(e, "%s of the published log", path);
    }
    if (!w->many && disk_now()->fdatasync(fd) != 0)
        fail_stop("sync of a published log file failed errno=%d", errno);
    return true;
}

bool folder_add(struct folder_writer *w, const char *path, struct bytes content, struct err *e)
{
    char dir[TILE_PATH_SIZE];
    bool done = false;
    if (strlen(path) >= TILE_PATH_SIZE)
        return err_set(e, ERR_TOO_BIG, "%.60s… is too long a name in the published log", path);
    if (w->file_count == ROUND && !folder_flush(w, e))
        return false;
    if (!already_there(w, path, content, &done, e))
        return false;
    if (w->redo && !make_parents(w, path, e))
        return false;
    parent_of(path, dir);
    note_dir(w, dir);
    if (done)
        return true;
    if (!write_temp(w, path, content, e))
        return false;
    snprintf(w->files[w->file_count++], TILE_PATH_SIZE, "%s", path);
    return true;
}

static void sync_whole(const struct folder_writer *w)
{
    if (disk_now()->syncfs(w->dir) != 0)
        fail_stop("sync of the published log failed errno=%d", errno);
}

static bool sync_dirs(struct folder_writer *w, struct err *e)
{
    bool whole = w->many || w->dirs_overflow;
    for (size_t i = 0; i < w->dir_count && !whole; i++) {
        int fd CLEANUP(fd_close) = disk_now()->openat(w->dir, w->dirs[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (fd < 0)
            return err_errno(e, errno, "opening the directory %s of the published log", w->dirs[i]);
        if (!dir_sync(fd, e))
            return false;
    }
    if (whole && w->dir_count > 0)
        sync_whole(w);
    w->dir_count = 0;
    w->dirs_overflow = false;
    return true;
}

bool folder_flush(struct folder_writer *w, struct err *e)
{
    if (w->many && w->file_count > 0)
        sync_whole(w);
    for (size_t i = 0; i < w->file_count; i++) {
        char temp[TILE_PATH_SIZE + 8];
        temp_of(w->files[i], temp);
        if (disk_now()->renameat(w->dir, temp, w->dir, w->files[i]) != 0)
            return err_errno(e, errno, "naming %s of the published log", w->files[i]);
    }
    w->file_count = 0;
    return sync_dirs(w, e);
}

/* ---------------------------------------------------------------- reading */

bool folder_read(int dir, const char *path, size_t max, struct arena *a, struct bytes *out, struct err *e)
{
    int fd CLEANUP(fd_close) = -1;
    struct stat st;
    size_t got = 0;
    if (!folder_open(dir, path, &fd, e))
        return false;
    if (fstat(fd, &st) != 0)
        return err_errno(e, errno, "%s", path);
    if (!S_ISREG(st.st_mode) || st.st_size < 0 || (uint64_t)st.st_size > max)
        return err_set(e, ERR_CORRUPT, "%s is no file, or larger than %zu bytes", path, max);
    size_t n = (size_t)st.st_size;
    uint8_t *p = arena_alloc(a, n + 1);
    if (p == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading %s", path);
    if (!fd_read_full(fd, p, n, &got, e))
        return err_wrap(e, "%s", path);
    *out = (struct bytes){p, got};
    return true;
}

static void dir_close(DIR **d)
{
    if (*d != NULL)
        closedir(*d);
}

static bool entry_is_dir(int dir, const struct dirent *ent)
{
    struct stat st;
    if (ent->d_type != DT_UNKNOWN)
        return ent->d_type == DT_DIR;
    return fstatat(dir, ent->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

bool folder_list(int dir, const char *path, folder_each each, void *ctx, struct err *e)
{
    int fd = disk_now()->openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return err_set(e, ERR_NOT_FOUND, "the directory %s is missing", path);
    if (fd < 0)
        return err_errno(e, errno, "opening the directory %s", path);
    DIR *d CLEANUP(dir_close) = fdopendir(fd);
    if (d == NULL) {
        int why = errno;
        close(fd);
        return err_errno(e, why, "reading the directory %s", path);
    }
    for (;;) {
        errno = 0;
        const struct dirent *ent = readdir(d);
        if (ent == NULL)
            return errno == 0 || err_errno(e, errno, "reading the directory %s", path);
        if (strcmp(ent->d_name, ".") != 0 && strcmp(ent->d_name, "..") != 0 &&
            !each(ctx, ent->d_name, entry_is_dir(fd, ent), e))
            return false;
    }
}

struct walk_call {
    int dir;
    const char *path;
    folder_each each;
    void *ctx;
};

static bool walk_one(void *ctx, const char *name, bool is_dir, struct err *e)
{
    const struct walk_call *w = ctx;
    char path[TILE_PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s/%s", w->path, name);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(e, ERR_CORRUPT, "%s holds a name that is longer than any of the log's", w->path);
    if (is_dir && !folder_walk(w->dir, path, w->each, w->ctx, e))
        return false;
    return w->each(w->ctx, path, is_dir, e);
}

bool folder_walk(int dir, const char *path, folder_each each, void *ctx, struct err *e)
{
    struct walk_call w = {dir, path, each, ctx};
    return folder_list(dir, path, walk_one, &w, e);
}

/* The partial file, else the full one: a log may remove what a full tile holds as well. */
static bool read_either(int dir, int level, uint64_t n, unsigned width, size_t max, struct arena *a, struct bytes *out,
                        struct err *e)
{
    char path[TILE_PATH_SIZE], full[TILE_PATH_SIZE];
    tile_name(level, n, width, path);
    tile_name(level, n, TILE_WIDTH, full);
    bool partial_gone = width < TILE_WIDTH && !folder_exists(dir, path) && folder_exists(dir, full);
    return folder_read(dir, partial_gone ? full : path, max, a, out, e);
}

bool folder_tile(int dir, unsigned level, uint64_t n, unsigned width, struct arena *a, struct bytes *out, struct err *e)
{
    struct bytes raw;
    char path[TILE_PATH_SIZE];
    if (!read_either(dir, (int)level, n, width, TILE_BYTES, a, &raw, e))
        return false;
    tile_name((int)level, n, width, path);
    if (raw.n != (size_t)width * SHA256_SIZE && raw.n != TILE_BYTES)
        return err_set(e, ERR_CORRUPT, "%s has %zu bytes instead of %zu", path, raw.n, (size_t)width * SHA256_SIZE);
    *out = (struct bytes){raw.p, (size_t)width * SHA256_SIZE};
    return true;
}

bool folder_bundle(int dir, uint64_t n, unsigned width, struct arena *a, struct bytes *out, struct err *e)
{
    struct bytes raw, entry;
    char path[TILE_PATH_SIZE];
    if (!read_either(dir, LEVEL_ENTRIES, n, width, (size_t)TILE_WIDTH * (2 + UINT16_MAX), a, &raw, e))
        return false;
    tile_name(LEVEL_ENTRIES, n, width, path);
    struct reader r = reader_of(raw);
    unsigned count = 0;
    while (r.left > 0 && count < TILE_WIDTH && bundle_next(&r, &entry)) {
        if (count < width)
            out[count] = entry;
        count++;
    }
    if (!rd_done(&r) || (count != width && count != TILE_WIDTH))
        return err_set(e, ERR_CORRUPT, "%s does not hold %u entries, each after its length", path, width);
    return true;
}
