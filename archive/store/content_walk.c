/* content_walk.c: where content files lie, which ones are there, and which nothing names any more.
 *
 * Removal is an unlink and needs no sync: a file that comes back after a crash is named by nothing and swept again. */
#include "content_shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_DIGITS 2u
#define FILE_DIGITS   30u

void content_path(const struct id *name, bool temporary, char out[CONTENT_PATH_SIZE])
{
    char hex[33];
    id_text(*name, hex);
    snprintf(out, CONTENT_PATH_SIZE, "%.2s/%s%s", hex, temporary ? "." : "", hex + FOLDER_DIGITS);
}

bool content_path_parse(const char *folder, const char *file, struct id *name, bool *temporary)
{
    bool dot = file[0] == '.';
    const char *rest = file + dot;
    char hex[33];
    if (strlen(folder) != FOLDER_DIGITS || strlen(rest) != FILE_DIGITS)
        return false;
    memcpy(hex, folder, FOLDER_DIGITS);
    memcpy(hex + FOLDER_DIGITS, rest, FILE_DIGITS + 1);
    *temporary = dot;
    return id_parse(str_of(hex), name);
}

static void closedir_at(DIR **d)
{
    if (*d != NULL)
        closedir(*d);
}

/* NULL with errno 0: it is not a folder. */
static DIR *open_folder(int dir, const char *path)
{
    int fd = disk_now()->openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0)
        return NULL;
    DIR *d = fdopendir(fd);
    if (d == NULL)
        fd_close(&fd);
    return d;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

#define ENTRY_SIZE 256u
struct names {
    char (*entry)[ENTRY_SIZE];
    size_t n, room;
};

static void names_free(struct names *l)
{
    mem_free(l->entry);
}

static bool names_add(struct names *l, const char *name)
{
    if (l->n == l->room) {
        size_t room = l->room == 0 ? 64 : l->room * 2;
        char(*grown)[ENTRY_SIZE] = mem_realloc(l->entry, room * ENTRY_SIZE);
        if (grown == NULL)
            return false;
        l->entry = grown;
        l->room = room;
    }
    snprintf(l->entry[l->n++], ENTRY_SIZE, "%s", name);
    return true;
}

/* All names first, so that a callback may remove files while the walk goes on. */
static bool names_read(DIR *d, const char *what, struct names *l, struct err *e)
{
    for (;;) {
        errno = 0;
        const struct dirent *de = readdir(d);
        if (de == NULL)
            break;
        if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0 && !names_add(l, de->d_name))
            return err_set(e, ERR_MEMORY, "There is no memory to list %s.", what);
    }
    if (errno != 0)
        return err_errno(e, errno, "%s cannot be listed", what);
    if (l->n > 0)
        qsort(l->entry, l->n, ENTRY_SIZE, by_name);
    return true;
}

static void tell_foreign(const struct content_walk *w, const char *folder, const char *file)
{
    char path[2 * ENTRY_SIZE];
    snprintf(path, sizeof path, "%s%s%s", folder, file[0] != '\0' ? "/" : "", file);
    if (w->foreign != NULL)
        w->foreign(w->ctx, path);
}

static bool walk_folder(int content_dir, const char *folder, const struct content_walk *w, struct err *e)
{
    DIR *d CLEANUP(closedir_at) = open_folder(content_dir, folder);
    struct names l CLEANUP(names_free) = {0};
    if (d == NULL && (errno == ENOTDIR || errno == ELOOP)) {
        tell_foreign(w, folder, "");
        return true;
    }
    if (d == NULL)
        return err_errno(e, errno, "The folder content/%s cannot be opened", folder);
    if (!names_read(d, folder, &l, e))
        return false;
    for (size_t i = 0; i < l.n; i++) {
        struct id name;
        bool temporary;
        if (!content_path_parse(folder, l.entry[i], &name, &temporary))
            tell_foreign(w, folder, l.entry[i]);
        else if (!w->each(w->ctx, &name, temporary, dirfd(d), l.entry[i], e))
            return false;
    }
    return true;
}

static bool is_folder_name(const char *name)
{
    uint8_t b;
    return strlen(name) == FOLDER_DIGITS && hex_decode(str_of(name), &b, 1);
}

bool content_walk(int content_dir, const struct content_walk *w, struct err *e)
{
    DIR *d CLEANUP(closedir_at) = open_folder(content_dir, ".");
    struct names l CLEANUP(names_free) = {0};
    if (d == NULL)
        return err_errno(e, errno, "The content folder cannot be opened");
    if (!names_read(d, "the content folder", &l, e))
        return false;
    for (size_t i = 0; i < l.n; i++) {
        if (!is_folder_name(l.entry[i]))
            tell_foreign(w, l.entry[i], "");
        else if (!walk_folder(content_dir, l.entry[i], w, e))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- removing */

bool content_remove(struct store *s, const struct id *name, struct err *e)
{
    char path[CONTENT_PATH_SIZE];
    content_path(name, false, path);
    if (disk_now()->unlinkat(content_shelf_of(s)->dir, path, 0) == 0 || errno == ENOENT)
        return true;
    return err_errno(e, errno, "The content file content/%s cannot be removed", path);
}

struct sweep {
    bool (*named)(void *ctx, const struct id *name, bool *yes, struct err *e);
    void *ctx;
    instant before;
    uint64_t removed;
};

static bool sweep_one(void *ctx, const struct id *name, bool temporary, int folder_fd, const char *file, struct err *e)
{
    struct sweep *sw = ctx;
    struct stat st;
    bool keep = false;
    if (fstatat(folder_fd, file, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || err_errno(e, errno, "The content file %s cannot be examined", file);
    if (!S_ISREG(st.st_mode) || st.st_mtime >= sw->before)
        return true;
    if (!temporary && !sw->named(sw->ctx, name, &keep, e))
        return false;
    if (keep)
        return true;
    if (disk_now()->unlinkat(folder_fd, file, 0) != 0 && errno != ENOENT)
        return err_errno(e, errno, "The content file %s cannot be removed", file);
    sw->removed++;
    return true;
}

bool content_sweep(struct store *s, bool (*named)(void *ctx, const struct id *name, bool *yes, struct err *e),
                   void *ctx, instant before, uint64_t *removed, struct err *e)
{
    struct sweep sw = {.named = named, .ctx = ctx, .before = before};
    struct content_walk w = {.each = sweep_one, .ctx = &sw};
    if (!content_walk(content_shelf_of(s)->dir, &w, e))
        return false;
    *removed = sw.removed;
    return true;
}
