/* host_local.c: opens files for a command with the rights of the process it runs in, and only those that the command
 * line names or that lie below a folder it names.
 *
 * The tool uses it for itself when it works offline, and to answer the owner of an archive otherwise: a foolish or
 * hostile owner gets no other file out of it. Links below a named folder are not followed. */
#include "host_local.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN_MAX 256

struct str path_folder(struct str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') {
        n--;
    }
    while (n > 1 && path.p[n - 1] == '/') {
        n--;
    }
    return (struct str){path.p, n};
}

struct str path_last(struct str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') {
        n--;
    }
    return (struct str){path.p + n, path.n - n};
}

static bool part_plain(struct str part)
{
    return part.n > 0 && !str_is(part, ".") && !str_is(part, "..");
}

bool path_below(struct str folder, struct str path, struct str *rest)
{
    if (path.n < folder.n || (folder.n > 0 && memcmp(folder.p, path.p, folder.n) != 0)) {
        return false;
    }
    struct str left = {path.p + folder.n, path.n - folder.n};
    if (folder.n > 0 && folder.p[folder.n - 1] != '/') {
        if (left.n == 0 || left.p[0] != '/') {
            return false;
        }
        left = (struct str){left.p + 1, left.n - 1};
    }
    *rest = left;
    for (;;) {
        const char *slash = left.n > 0 ? memchr(left.p, '/', left.n) : NULL;
        size_t n = slash != NULL ? (size_t)(slash - left.p) : left.n;
        if (!part_plain((struct str){left.p, n})) {
            return false;
        }
        if (slash == NULL) {
            return true;
        }
        left = (struct str){slash + 1, left.n - n - 1};
    }
}

static bool not_named(struct str path, struct err *e)
{
    char shown[SHOWN_MAX];
    text_printable(path, shown, sizeof shown);
    return err_set(e, ERR_DENIED, "%s is not named on the command line and lies below no folder named there", shown);
}

static bool cannot_open(struct str path, int errnum, struct err *e)
{
    char shown[SHOWN_MAX];
    text_printable(path, shown, sizeof shown);
    if (errnum == ENOENT) {
        return err_set(e, ERR_INVALID, "%s does not exist", shown);
    }
    if (errnum == ELOOP) {
        return err_set(e, ERR_INVALID, "%s is a link or lies behind one; links are not followed; name the file itself",
                       shown);
    }
    if (errnum == EACCES || errnum == EPERM) {
        return err_set(e, ERR_INVALID, "%s: you have no right to open it", shown);
    }
    if (errnum == ENOTDIR) {
        return err_set(e, ERR_INVALID, "%s is no folder", shown);
    }
    return err_errno(e, errnum, "%s cannot be opened", shown);
}

/* Only files and folders are read: a pipe could block for ever, a device has no end. */
static bool readable_kind(int fd, struct str path, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return cannot_open(path, errno, e);
    }
    if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) {
        return true;
    }
    char shown[SHOWN_MAX];
    text_printable(path, shown, sizeof shown);
    return err_set(e, ERR_INVALID, "%s is neither a file nor a folder", shown);
}

#define OPEN_READ (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int open_folder(struct str folder)
{
    char name[COMMAND_PATH_MAX] = ".";
    if (folder.n > 0) {
        memcpy(name, folder.p, folder.n);
        name[folder.n] = '\0';
    }
    return disk_now()->openat(AT_FDCWD, name, O_PATH | O_CLOEXEC | O_DIRECTORY, 0);
}

/* From the folder down, following no link. */
static bool open_below(int top, struct str rest, struct str whole, int *fd, struct err *e)
{
    char below[COMMAND_PATH_MAX];
    memcpy(below, rest.p, rest.n);
    below[rest.n] = '\0';
    int got CLEANUP(fd_close) = top < 0 ? -1 : disk_now()->open_below(top, below, OPEN_READ);
    if (got < 0) {
        return cannot_open(whole, errno, e);
    }
    if (!readable_kind(got, whole, e)) {
        return false;
    }
    *fd = got;
    got = -1;
    return true;
}

/* A named folder stays open: a list asks for thousands of files in it. */
static bool open_below_named(struct local *l, struct named *n, struct str rest, struct str whole, int *fd,
                             struct err *e)
{
    pthread_mutex_lock(&l->folders);
    if (n->folder < 0) {
        n->folder = open_folder(n->below);
    }
    int top = n->folder, why = errno;
    pthread_mutex_unlock(&l->folders);
    return top < 0 ? cannot_open(whole, why, e) : open_below(top, rest, whole, fd, e);
}

static bool open_named(struct str path, int flags, int *fd, struct err *e)
{
    char name[COMMAND_PATH_MAX];
    memcpy(name, path.p, path.n);
    name[path.n] = '\0';
    int got CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, name, flags, 0);
    if (got < 0) {
        return cannot_open(path, errno, e);
    }
    if (!readable_kind(got, path, e)) {
        return false;
    }
    *fd = got;
    got = -1;
    return true;
}

/* The list may name its files from the root while the command line named its folder from here: the same folder. */
static bool absolute_below(struct str below, struct str path, char real[PATH_MAX], struct str *folder, struct str *rest)
{
    char name[COMMAND_PATH_MAX] = ".";
    if (path.n == 0 || path.p[0] != '/' || below.n >= sizeof name || (below.n > 0 && below.p[0] == '/')) {
        return false;
    }
    if (below.n > 0) {
        memcpy(name, below.p, below.n);
        name[below.n] = '\0';
    }
    if (realpath(name, real) == NULL) {
        return false;
    }
    *folder = str_of(real);
    return path_below(*folder, path, rest);
}

static bool local_open_input(struct host *h, struct str path, int *fd, struct err *e)
{
    struct local *l = h->ctx;
    char real[PATH_MAX];
    struct str rest, folder;
    for (size_t i = 0; i < l->count && path.n < COMMAND_PATH_MAX; i++) {
        struct named *n = &l->names[i];
        if ((n->type == VALUE_INPUT || n->type == VALUE_MANIFEST) && str_eq(n->path, path)) {
            return open_named(path, OPEN_READ, fd, e);
        }
        if (n->below.p != NULL && path_below(n->below, path, &rest)) {
            return open_below_named(l, n, rest, path, fd, e);
        }
        if (n->below.p != NULL && absolute_below(n->below, path, real, &folder, &rest)) {
            int top CLEANUP(fd_close) = open_folder(folder);
            return open_below(top, rest, path, fd, e);
        }
    }
    return not_named(path, e);
}

static bool local_open_folder(struct host *h, struct str path, bool create, int *fd, struct err *e)
{
    struct local *l = h->ctx;
    for (size_t i = 0; i < l->count && path.n < COMMAND_PATH_MAX; i++) {
        const struct named *n = &l->names[i];
        if (!str_eq(n->path, path) || n->type != (create ? VALUE_FOLDER_OUT : VALUE_FOLDER_IN)) {
            continue;
        }
        char name[COMMAND_PATH_MAX];
        memcpy(name, path.p, path.n);
        name[path.n] = '\0';
        if (create && disk_now()->mkdirat(AT_FDCWD, name, 0700) != 0 && errno != EEXIST) {
            return cannot_open(path, errno, e);
        }
        return open_named(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY, fd, e);
    }
    return not_named(path, e);
}

static bool local_next_input(struct host *h, struct str folder, struct arena *a, struct input *out, struct err *e)
{
    struct local *l = h->ctx;
    int fd CLEANUP(fd_close) = -1;
    pthread_mutex_lock(&l->lock);
    bool ok = true;
    if (!walk_is_of(l->walk, folder)) {
        walk_free(&l->walk);
        ok = local_open_input(h, folder, &fd, e);
    }
    ok = ok && walk_next(&l->walk, fd, folder, a, out, e);
    pthread_mutex_unlock(&l->lock);
    return ok;
}

/* The output itself is named, or the folder that takes it. */
static bool output_folder(const struct local *l, struct str path, struct str *folder)
{
    *folder = path_folder(path);
    for (size_t i = 0; i < l->count; i++) {
        const struct named *n = &l->names[i];
        struct str rest;
        if (n->type == VALUE_OUTPUT && str_eq(n->path, path)) {
            return part_plain(path_last(path));
        }
        if (n->type == VALUE_FOLDER_OUT && path_below(n->path, path, &rest) && memchr(rest.p, '/', rest.n) == NULL) {
            *folder = n->path;
            return true;
        }
    }
    return false;
}

static bool local_create_output(struct host *h, struct str path, int *fd, struct err *e)
{
    struct local *l = h->ctx;
    struct str folder;
    if (path.n >= COMMAND_PATH_MAX || !output_folder(l, path, &folder)) {
        return not_named(path, e);
    }
    int at CLEANUP(fd_close) = -1;
    if (!open_named(folder.n > 0 ? folder : STR("."), O_RDONLY | O_CLOEXEC | O_DIRECTORY, &at, e)) {
        return false;
    }
    pthread_mutex_lock(&l->lock);
    bool ok = output_create(&l->outputs, at, path, fd, e);
    pthread_mutex_unlock(&l->lock);
    return ok;
}

static bool local_finish_output(struct host *h, struct str path, bool keep, struct err *e)
{
    struct local *l = h->ctx;
    pthread_mutex_lock(&l->lock);
    bool ok = output_finish(&l->outputs, path, keep, e);
    pthread_mutex_unlock(&l->lock);
    return ok;
}

static bool local_stopped(struct host *h)
{
    const struct local *l = h->ctx;
    return l->stop != NULL && l->stop(l->stop_ctx);
}

static void name_path(struct local *l, struct str path, enum value_type type)
{
    if (type < VALUE_INPUT || path.n == 0) {
        return;
    }
    struct str below = STR_NONE;
    if (type == VALUE_INPUT) {
        below = path;
    } else if (type == VALUE_MANIFEST) {
        below = path_folder(path);
        below = below.n > 0 ? below : STR("");
    }
    while (below.n > 1 && below.p[below.n - 1] == '/') {
        below.n--;
    }
    l->names[l->count++] = (struct named){path, type, below, -1};
}

static bool name_paths(struct local *l, int argc, const char *const *argv, struct err *e)
{
    struct parsed p;
    if (!parse_command(argc, argv, l->ar, &p, e)) {
        return false;
    }
    l->names = arena_alloc(l->ar, (p.arg_count + p.opt_count + 1) * sizeof *l->names);
    if (l->names == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < p.arg_count; i++) {
        name_path(l, p.args[i].text, p.args[i].row->type);
    }
    for (size_t i = 0; i < p.opt_count; i++) {
        name_path(l, p.opts[i].text, p.opts[i].row->type);
    }
    return true;
}

bool host_local_open(int argc, const char *const *argv, bool (*stop)(void *ctx), void *stop_ctx, struct host *h,
                     struct err *e)
{
    struct local *l = mem_zalloc(sizeof *l);
    if (l == NULL || (l->ar = arena_new(COMMAND_MEMORY)) == NULL) {
        mem_free(l);
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->folders, NULL);
    l->stop = stop;
    l->stop_ctx = stop_ctx;
    h->ctx = l;
    if (!name_paths(l, argc, argv, e)) {
        host_local_close(h);
        return false;
    }
    h->open_input = local_open_input;
    h->next_input = local_next_input;
    h->create_output = local_create_output;
    h->finish_output = local_finish_output;
    h->open_folder = local_open_folder;
    h->stopped = local_stopped;
    return true;
}

void host_local_close(struct host *h)
{
    struct local *l = h->ctx;
    if (l == NULL) {
        return;
    }
    walk_free(&l->walk);
    outputs_free(&l->outputs);
    for (size_t i = 0; i < l->count; i++) {
        fd_close(&l->names[i].folder);
    }
    pthread_mutex_destroy(&l->lock);
    pthread_mutex_destroy(&l->folders);
    arena_free(&l->ar);
    mem_free(l);
    h->ctx = NULL;
}
