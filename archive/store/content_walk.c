/* content_walk.c: where content files lie, which ones are there, and which nothing names any more.
 *
 * Removal is an unlink and needs no sync: a file that comes back after a crash is named by nothing and swept again. */
#include "content_shelf.h"
#include "store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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
    if (strlen(folder) != FOLDER_DIGITS || strlen(rest) != FILE_DIGITS) {
        return false;
    }
    memcpy(hex, folder, FOLDER_DIGITS);
    memcpy(hex + FOLDER_DIGITS, rest, FILE_DIGITS + 1);
    *temporary = dot;
    return id_parse(str_of(hex), name);
}

/* ---------------------------------------------------------------- the walk */

/* A folder being walked. */
struct stroll {
    const struct content_walk *walk;
    const char *folder;
};

static void tell_foreign(const struct content_walk *w, const char *folder, const char *file)
{
    char path[STORE_PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", folder, file[0] != '\0' ? "/" : "", file);
    if (w->foreign != NULL) {
        w->foreign(w->ctx, path);
    }
}

static bool walk_file(void *ctx, int dir, const char *file, bool is_folder, struct err *e)
{
    const struct stroll *s = ctx;
    struct id name;
    bool temporary;
    if (!is_folder && content_path_parse(s->folder, file, &name, &temporary)) {
        return s->walk->each(s->walk->ctx, &name, temporary, dir, file, e);
    }
    tell_foreign(s->walk, s->folder, file);
    return true;
}

static bool walk_folder(void *ctx, int dir, const char *folder, bool is_folder, struct err *e)
{
    const struct content_walk *w = ctx;
    struct stroll s = {.walk = w, .folder = folder};
    uint8_t first;
    if (is_folder && strlen(folder) == FOLDER_DIGITS && hex_decode(str_of(folder), &first, 1)) {
        return dir_list(dir, folder, walk_file, &s, e);
    }
    tell_foreign(w, folder, "");
    return true;
}

bool content_walk(int content_dir, const struct content_walk *w, struct err *e)
{
    struct content_walk copy = *w;
    return dir_list(content_dir, ".", walk_folder, &copy, e);
}

/* ---------------------------------------------------------------- removing */

bool content_remove(struct store *s, const struct id *name, struct err *e)
{
    char path[CONTENT_PATH_SIZE];
    content_path(name, false, path);
    if (disk_now()->unlinkat(content_shelf_of(s)->dir, path, 0) == 0 || errno == ENOENT) {
        return true;
    }
    return err_errno(e, errno, "the content file content/%s cannot be removed", path);
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
    if (fstatat(folder_fd, file, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT || err_errno(e, errno, "the content file %s cannot be examined", file);
    }
    if (!S_ISREG(st.st_mode) || st.st_mtime >= sw->before) {
        return true;
    }
    if (!temporary && !sw->named(sw->ctx, name, &keep, e)) {
        return false;
    }
    if (keep) {
        return true;
    }
    if (disk_now()->unlinkat(folder_fd, file, 0) != 0 && errno != ENOENT) {
        return err_errno(e, errno, "the content file %s cannot be removed", file);
    }
    sw->removed++;
    return true;
}

bool content_sweep(struct store *s, bool (*named)(void *ctx, const struct id *name, bool *yes, struct err *e),
                   void *ctx, instant before, uint64_t *removed, struct err *e)
{
    struct sweep sw = {.named = named, .ctx = ctx, .before = before};
    struct content_walk w = {.each = sweep_one, .ctx = &sw};
    if (!content_walk(content_shelf_of(s)->dir, &w, e)) {
        return false;
    }
    *removed = sw.removed;
    return true;
}
