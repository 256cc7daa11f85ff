/* host_output.c: files that a command writes for its caller.
 *
 * Promises that a name shows the complete file or what it showed before: bytes go to a temporary beside it, which takes
 * the name when the command says so and vanishes otherwise. What is there already and is no plain file (a terminal,
 * /dev/null) is written to directly. */
#include "host_local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    struct output *next;
    char path[COMMAND_PATH_MAX], name[256], temporary[40]; /* temporary "": written directly */
    int folder, fd;
};

static void output_free(struct output *o)
{
    if (o->temporary[0] != '\0' && o->folder >= 0) {
        (void)disk_now()->unlinkat(o->folder, o->temporary, 0);
    }
    fd_close(&o->fd);
    fd_close(&o->folder);
    mem_free(o);
}

void outputs_free(struct output **list)
{
    while (*list != NULL) {
        struct output *o = *list;
        *list = o->next;
        output_free(o);
    }
}

static bool open_temporary(struct output *o, struct err *e)
{
    uint8_t salt[8];
    char hex[17];
    random_bytes(salt, sizeof salt);
    hex_encode((struct bytes){salt, sizeof salt}, hex);
    snprintf(o->temporary, sizeof o->temporary, ".akta-%s.part", hex);
    o->fd = disk_now()->openat(o->folder, o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (o->fd < 0) {
        int errnum = errno;
        o->temporary[0] = '\0';
        return err_errno(e, errnum, "%s cannot be created", o->path);
    }
    return true;
}

static bool open_for(struct output *o, struct err *e)
{
    struct stat st;
    if (fstatat(o->folder, o->name, &st, AT_SYMLINK_NOFOLLOW) != 0 || S_ISREG(st.st_mode)) {
        return open_temporary(o, e);
    }
    o->fd = disk_now()->openat(o->folder, o->name, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
    if (o->fd < 0 && S_ISDIR(st.st_mode)) {
        return err_set(e, ERR_INVALID, "%s is a folder; name a file", o->path);
    }
    return o->fd >= 0 || err_errno(e, errno, "%s cannot be written to", o->path);
}

bool output_create(struct output **list, int folder, struct str path, int *fd, struct err *e)
{
    struct str name = path_last(path);
    struct output *o = mem_zalloc(sizeof *o);
    if (o == NULL || name.n >= sizeof o->name || path.n >= sizeof o->path) {
        mem_free(o);
        return err_set(e, ERR_INVALID, "the name of the output file is too long");
    }
    memcpy(o->path, path.p, path.n);
    memcpy(o->name, name.p, name.n);
    o->fd = -1;
    o->folder = dup(folder);
    if (o->folder < 0) {
        output_free(o);
        return err_errno(e, errno, "there are too many open files");
    }
    if (!open_for(o, e)) {
        output_free(o);
        return false;
    }
    *fd = dup(o->fd);
    if (*fd < 0) {
        output_free(o);
        return err_errno(e, errno, "there are too many open files");
    }
    o->next = *list;
    *list = o;
    return true;
}

static bool keep_output(struct output *o, struct err *e)
{
    if (o->temporary[0] == '\0') {
        return true;
    }
    if (disk_now()->fdatasync(o->fd) != 0 || disk_now()->renameat(o->folder, o->temporary, o->folder, o->name) != 0) {
        return err_errno(e, errno, "%s cannot be completed", o->path);
    }
    o->temporary[0] = '\0';
    return true;
}

bool output_finish(struct output **list, struct str path, bool keep, struct err *e)
{
    for (struct output **at = list; *at != NULL; at = &(*at)->next) {
        struct output *o = *at;
        if (str_is(path, o->path)) {
            *at = o->next;
            bool ok = !keep || keep_output(o, e);
            output_free(o);
            return ok;
        }
    }
    return err_set(e, ERR_STATE, "there is no such output under way");
}
