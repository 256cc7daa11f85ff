/* backup_keys.c: a copy of keys/, and the table of wrapped keys beside them.
 *
 * Promises that a copy which fails or is stopped leaves an earlier one in the folder as it was: the files lie there as
 * parts, all durable, before MANIFEST is taken away and they get their names. A sound key of another archive is never
 * written over. A key file that the archive destroyed goes from the copy, too. Only the epochs that lie in the copy are
 * noted as copied, whatever was turned meanwhile. */
#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define WRAPPED_KEYS "wrapped-keys"
#define WRAPPED_PART ".wrapped-keys.part"
#define NAMES_MAX    (64u << 10)

bool keys_export(struct store *s, struct err *e)
{
    CLEANUP(fd_close)
    int fd = disk_now()->openat(s->keys_fd, WRAPPED_PART, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return err_errno(e, errno, "cannot make keys/wrapped-keys");
    }
    if (!store_export(s, T_KEY, fd, e)) {
        return false;
    }
    if (disk_now()->fsync(fd) != 0 || disk_now()->renameat(s->keys_fd, WRAPPED_PART, s->keys_fd, WRAPPED_KEYS) != 0) {
        return err_errno(e, errno, "cannot put keys/wrapped-keys in place");
    }
    return dir_sync(s->keys_fd, e);
}

struct key_copy {
    struct store *s;
    int to;
    struct backup_manifest_out *manifest;
    struct buf names; /* each with its NUL */
    uint32_t newest;  /* epoch in the copy */
};

static bool copy_key_file(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    struct key_copy *c = ctx;
    uint64_t size = 0;
    uint32_t epoch = 0;
    uint8_t sum[SHA256_SIZE];
    if (is_folder || name[0] == '.') {
        return true;
    }
    if (keyring_file(name, &epoch) && epoch > c->newest) {
        c->newest = epoch;
    }
    buf_add(&c->names, name, strlen(name) + 1);
    return store_copy_part(dir, name, c->to, name, &size, sum, e) &&
           backup_manifest_file(c->manifest, name, size, sum, e);
}

static bool name_all(const struct key_copy *c, struct err *e)
{
    for (size_t at = 0; at < c->names.n; at += strlen((const char *)c->names.p + at) + 1) {
        if (!store_name_copy(c->to, (const char *)c->names.p + at, e)) {
            return false;
        }
    }
    return disk_now()->fsync(c->to) == 0 || err_errno(e, errno, "the copy of the keys could not be made durable");
}

/* That it is our copy was seen before. */
static bool remove_destroyed(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    const struct key_copy *c = ctx;
    uint32_t epoch = 0;
    if (is_folder || !keyring_file(name, &epoch) || keyring_has(c->s->keys, epoch)) {
        return true;
    }
    return disk_now()->unlinkat(dir, name, 0) == 0 || errno == ENOENT ||
           err_errno(e, errno, "cannot remove the destroyed key %s from the copy", name);
}

bool store_backup_keys(struct store *s, int to, struct err *e)
{
    struct key_copy c = {.s = s, .to = to, .names = BUF_INIT(NAMES_MAX)};
    if (!store_own_copy(to, e)) {
        return false;
    }
    bool ok = store_lies_apart(s, to, true, e) && keyring_copy_is_ours(s->keys_fd, to, e) && keys_export(s, e) &&
              backup_manifest_begin(to, &c.manifest, e) && dir_list(s->keys_fd, ".", copy_key_file, &c, e) &&
              buf_ok(&c.names, e) && store_sync_all(to, N_("the copy of the keys"), e) &&
              backup_manifest_take_away(to, e) && name_all(&c, e) && dir_list(to, ".", remove_destroyed, &c, e) &&
              backup_manifest_end(c.manifest, to, e) && keys_note_copied(s, c.newest, e);
    (void)flock(to, LOCK_UN);
    backup_manifest_out_free(&c.manifest);
    buf_free(&c.names);
    return ok;
}
