/* dir.c: the folder of an archive.
 *
 * Owns the layout named in store_internal.h, the format line and the lock that makes one process the owner. Promises
 * that a folder without its format line is never taken for an archive, and that two processes never own one DIR. Fails
 * with the name of the path and what a person can do about it. */
#include "copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0700
#define FILE_MODE   0600

static const char *const folders[] = {"env", "content", "keys", "run"};

bool dir_absolute(const char *dir, char out[STORE_PATH_MAX], struct err *e)
{
    char *found = realpath(dir, NULL);
    if (!found) {
        return err_errno(e, errno, "cannot open the folder %s", dir);
    }
    size_t n = strlen(found);
    if (n >= STORE_PATH_MAX - 64) {
        free(found);
        return err_set(e, ERR_TOO_BIG, "the path of the folder is longer than %u bytes", STORE_PATH_MAX - 64);
    }
    memcpy(out, found, n + 1);
    free(found);
    return true;
}

static void close_folder(DIR **d)
{
    if (*d) {
        closedir(*d);
    }
}

static bool entry_is_folder(int fd, const struct dirent *entry)
{
    struct stat st;
    if (entry->d_type != DT_UNKNOWN) {
        return entry->d_type == DT_DIR;
    }
    return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

bool dir_list(int dir, const char *path, dir_each each, void *ctx, struct err *e)
{
    int fd = disk_now()->openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0) {
        return err_errno(e, errno, "cannot list the folder %s", path);
    }
    CLEANUP(close_folder) DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return err_errno(e, errno, "cannot list the folder %s", path);
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(d);
        if (!entry) {
            return errno == 0 || err_errno(e, errno, "cannot list the folder %s", path);
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (!each(ctx, fd, entry->d_name, entry_is_folder(fd, entry), e)) {
            return e->code == ERR_NONE;
        }
    }
}

static bool remove_entry(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    (void)ctx;
    if (is_folder) {
        return dir_remove_tree(dir, name, e);
    }
    if (disk_now()->unlinkat(dir, name, 0) != 0 && errno != ENOENT) {
        return err_errno(e, errno, "cannot remove %s", name);
    }
    return true;
}

bool dir_remove_tree(int dir, const char *name, struct err *e)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT || err_errno(e, errno, "cannot look at %s", name);
    }
    if (!S_ISDIR(st.st_mode)) {
        return remove_entry(NULL, dir, name, false, e);
    }
    if (!dir_list(dir, name, remove_entry, NULL, e)) {
        return false;
    }
    if (disk_now()->unlinkat(dir, name, AT_REMOVEDIR) != 0) {
        return err_errno(e, errno, "cannot remove the folder %s", name);
    }
    return true;
}

/* A fresh file system has lost+found at its root; it is nobody's. */
static bool refuse_any(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    (void)dir;
    (void)is_folder;
    if (strcmp(name, "lost+found") == 0) {
        return true;
    }
    return err_set(e, ERR_CONFLICT, "%s is not empty: it holds %s; name an empty or a new folder", (const char *)ctx,
                   name);
}

static bool open_folder(struct store *s, const char *name, int *fd, struct err *e)
{
    *fd = disk_now()->openat(s->dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (*fd < 0) {
        return err_errno(e, errno, "cannot open the folder %s of %s", name, s->dir);
    }
    return true;
}

static bool open_root(struct store *s, struct err *e)
{
    s->dir_fd = disk_now()->openat(AT_FDCWD, s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    return s->dir_fd >= 0 || err_errno(e, errno, "cannot open the folder %s", s->dir);
}

static bool own(struct store *s, struct err *e)
{
    s->owner_fd = disk_now()->openat(s->run_fd, "owner", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (s->owner_fd < 0) {
        return err_errno(e, errno, "cannot open run/owner of %s", s->dir);
    }
    if (flock(s->owner_fd, LOCK_EX | LOCK_NB) == 0) {
        return true;
    }
    if (errno == EWOULDBLOCK) {
        return err_set(e, ERR_BUSY, "another process is using %s; ask that process, or stop it first", s->dir);
    }
    return err_errno(e, errno, "cannot lock run/owner of %s", s->dir);
}

static bool open_folders(struct store *s, struct err *e)
{
    return open_folder(s, "env", &s->env_fd, e) && open_folder(s, "content", &s->content_fd, e) &&
           open_folder(s, "keys", &s->keys_fd, e) && open_folder(s, "run", &s->run_fd, e) && own(s, e);
}

/* Asks the file system to place each folder of contents in a part of the disk of its own, as it does with top folders.
 * ext4 looks at every inode deleted in the last minutes before it gives out one of the same part: with many deletions
 * nearby a new file costs 0.4 ms, in a part of its own 0.03. Where this is not known, nothing is lost. */
static void spread_content(const struct store *s)
{
    int flags = 0;
    if (ioctl(s->content_fd, FS_IOC_GETFLAGS, &flags) == 0) {
        flags |= FS_TOPDIR_FL;
        (void)ioctl(s->content_fd, FS_IOC_SETFLAGS, &flags);
    }
}

bool dir_lay(struct store *s, struct err *e)
{
    if (!open_root(s, e) || !dir_list(s->dir_fd, ".", refuse_any, s->dir, e)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        if (!dir_make(s->dir_fd, folders[i], FOLDER_MODE, e)) {
            return false;
        }
    }
    if (!dir_sync(s->dir_fd, e) || !open_folders(s, e)) {
        return false;
    }
    spread_content(s);
    return true;
}

bool dir_seal(int dir_fd, struct err *e)
{
    return file_write_durable(dir_fd, "format", bytes_of(STR(STORE_FORMAT_LINE)), FILE_MODE, e);
}

bool dir_check_format(int dir_fd, const char *dir, struct err *e)
{
    char line[64];
    size_t got = 0;
    CLEANUP(fd_close) int fd = disk_now()->openat(dir_fd, "format", O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 && errno == ENOENT) {
        return err_set(e, ERR_NOT_FOUND, "%s is not an archive: it has no file `format`", dir);
    }
    if (fd < 0) {
        return err_errno(e, errno, "cannot open %s/format", dir);
    }
    if (!fd_read_full(fd, line, sizeof line, &got, e)) {
        return err_wrap(e, "reading %s/format", dir);
    }
    struct str have = {line, got}, number;
    uint64_t version = 0;
    if (str_eq(have, STR(STORE_FORMAT_LINE))) {
        return true;
    }
    number = (struct str){line + 10, got > 11 ? got - 11 : 0};
    if (str_starts(have, "akta-data ") && line[got - 1] == '\n' && parse_u64(number, 2, UINT32_MAX, &version)) {
        return err_set(e, ERR_UNSUPPORTED, "%s/format says version %lu, this program knows version 1; use a newer one",
                       dir, (unsigned long)version);
    }
    return err_set(e, ERR_CORRUPT, "%s/format is damaged: it must hold the line `akta-data 1`; write it anew", dir);
}

bool store_is_backup(const char *dir)
{
    struct stat st;
    CLEANUP(fd_close) int fd = disk_now()->openat(AT_FDCWD, dir, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    return fd >= 0 && fstatat(fd, MANIFEST, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool refuse_backup(const struct store *s, struct err *e)
{
    return !store_is_backup(s->dir) ||
           err_set(e, ERR_STATE, "%s is a backup and stays as it is; “akta restore” makes an archive of it", s->dir);
}

bool dir_enter(struct store *s, bool sealed, struct err *e)
{
    return open_root(s, e) && refuse_backup(s, e) && (!sealed || dir_check_format(s->dir_fd, s->dir, e)) &&
           open_folders(s, e);
}

void dir_leave(struct store *s)
{
    fd_close(&s->owner_fd); /* releases the lock */
    fd_close(&s->run_fd);
    fd_close(&s->keys_fd);
    fd_close(&s->content_fd);
    fd_close(&s->env_fd);
    fd_close(&s->dir_fd);
}

static bool remove_region(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    (void)ctx;
    if (is_folder || strncmp(name, "__db.0", 6) != 0) {
        return true;
    }
    if (disk_now()->unlinkat(dir, name, 0) != 0) {
        return err_errno(e, errno, "cannot remove the left-over region env/%s", name);
    }
    return true;
}

bool dir_prepare_env(struct store *s, struct err *e)
{
    struct stat st;
    if (fstatat(s->env_fd, "DB_CONFIG", &st, AT_SYMLINK_NOFOLLOW) == 0) {
        return err_set(e, ERR_STATE,
                       "%s/env/DB_CONFIG would silently overrule the settings of the archive; remove it and use "
                       "akta.conf",
                       s->dir);
    }
    return dir_list(s->env_fd, ".", remove_region, NULL, e);
}
