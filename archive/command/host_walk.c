/* host_walk.c: the files below a folder, depth first, in the order of their names' bytes, so that the same folder
 * yields the same sequence each time. Links, pipes and devices are named as INPUT_OTHER and never entered. */
#include "host_local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX    64u
#define FOLDER_NAMES (256u << 20) /* bytes of names of one folder */

struct level {
    int fd;
    struct arena *ar;
    struct str *names;
    size_t count, at, cap;
    size_t path_n; /* of walk.path before a name is added */
};
struct walk {
    char folder[COMMAND_PATH_MAX]; /* as it was asked for */
    char path[COMMAND_PATH_MAX * 2];
    struct level levels[DEPTH_MAX];
    size_t depth;
};

static void level_free(struct level *l)
{
    fd_close(&l->fd);
    mem_free(l->names);
    arena_free(&l->ar);
    *l = (struct level){.fd = -1};
}

void walk_free(struct walk **w)
{
    if (*w == NULL) {
        return;
    }
    while ((*w)->depth > 0) {
        level_free(&(*w)->levels[--(*w)->depth]);
    }
    mem_free(*w);
    *w = NULL;
}

bool walk_is_of(const struct walk *w, struct str folder_name)
{
    return w != NULL && str_is(folder_name, w->folder);
}

static int by_bytes(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    return bytes_cmp(bytes_of(*x), bytes_of(*y));
}

static bool level_add(struct level *l, const char *name, struct err *e)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return true;
    }
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 64 : l->cap * 2;
        struct str *names = mem_realloc(l->names, cap * sizeof *names);
        if (names == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        l->names = names;
        l->cap = cap;
    }
    struct str copy = arena_str(l->ar, str_of(name));
    l->names[l->count++] = copy;
    return copy.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool level_read(struct level *l, const char *shown, struct err *e)
{
    int copy = openat(l->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    if (d == NULL) {
        int errnum = errno;
        fd_close(&copy);
        return err_errno(e, errnum, "the folder %s cannot be listed", shown);
    }
    bool ok = true;
    errno = 0;
    for (struct dirent *entry = readdir(d); ok && entry != NULL; entry = readdir(d)) {
        ok = level_add(l, entry->d_name, e);
        errno = 0;
    }
    if (ok && errno != 0) {
        ok = err_errno(e, errno, "the folder %s cannot be listed", shown);
    }
    closedir(d);
    if (ok && l->count > 1) {
        qsort(l->names, l->count, sizeof *l->names, by_bytes);
    }
    return ok;
}

/* Takes the descriptor. */
static bool walk_enter(struct walk *w, int fd, size_t path_n, struct err *e)
{
    if (w->depth == DEPTH_MAX) {
        fd_close(&fd);
        return err_set(e, ERR_TOO_BIG, "%s: folders lie more than %u deep", w->path, DEPTH_MAX);
    }
    struct level *l = &w->levels[w->depth++];
    *l = (struct level){.fd = fd, .path_n = path_n, .ar = arena_new(FOLDER_NAMES)};
    return l->ar == NULL ? err_set(e, ERR_MEMORY, "out of memory") : level_read(l, w->path, e);
}

static bool walk_begin(struct walk **out, int folder, struct str name, struct err *e)
{
    struct walk *w = mem_zalloc(sizeof *w);
    int fd = w != NULL ? dup(folder) : -1;
    if (w == NULL || fd < 0) {
        mem_free(w);
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *out = w;
    memcpy(w->folder, name.p, name.n);
    memcpy(w->path, name.p, name.n);
    size_t n = name.n;
    while (n > 0 && w->path[n - 1] == '/') { /* a slash is put before each name */
        w->path[--n] = '\0';
    }
    return walk_enter(w, fd, n, e);
}

static enum input_kind kind_of(const struct stat *st)
{
    if (S_ISDIR(st->st_mode)) {
        return INPUT_FOLDER;
    }
    return S_ISREG(st->st_mode) ? INPUT_FILE : INPUT_OTHER;
}

/* One name of the innermost folder: enters it, or tells it. */
static bool walk_step(struct walk *w, bool *tell, struct input *out, size_t *path_n, struct err *e)
{
    struct level *l = &w->levels[w->depth - 1];
    struct str name = l->names[l->at++];
    if (l->path_n + 1 + name.n >= COMMAND_PATH_MAX) {
        return err_set(e, ERR_TOO_BIG, "%s: a path below it is longer than %u bytes", w->path, COMMAND_PATH_MAX - 1);
    }
    w->path[l->path_n] = '/';
    memcpy(w->path + l->path_n + 1, name.p, name.n + 1);
    *path_n = l->path_n + 1 + name.n;
    struct stat st;
    if (fstatat(l->fd, name.p, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return err_errno(e, errno, "%s cannot be looked at", w->path);
    }
    out->kind = kind_of(&st);
    out->size = out->kind == INPUT_FILE ? (uint64_t)st.st_size : 0;
    *tell = out->kind != INPUT_FOLDER;
    if (*tell) {
        return true;
    }
    int fd = openat(l->fd, name.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 ? walk_enter(w, fd, *path_n, e) : err_errno(e, errno, "the folder %s cannot be opened", w->path);
}

bool walk_next(struct walk **at, int folder, struct str folder_name, struct arena *a, struct input *out, struct err *e)
{
    if (*at == NULL && !walk_begin(at, folder, folder_name, e)) {
        walk_free(at);
        return false;
    }
    struct walk *w = *at;
    while (w->depth > 0) {
        struct level *l = &w->levels[w->depth - 1];
        bool tell = false;
        size_t path_n = 0;
        if (l->at == l->count) {
            level_free(l);
            w->depth--;
        } else if (!walk_step(w, &tell, out, &path_n, e)) {
            walk_free(at);
            return false;
        }
        if (tell) {
            out->path = arena_str(a, (struct str){w->path, path_n});
            return out->path.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
        }
    }
    walk_free(at);
    *out = (struct input){.kind = INPUT_END, .path = STR("")};
    return true;
}
