/* backup.c: a hot copy of an archive.
 *
 * The copy is laid out like DIR, without keys/ and run/. Order is what makes it whole: content first (what a row names
 * is durable before the row), then the published log, then the environment, then content that appeared meanwhile.
 * Content files never change, so an earlier backup in the folder is brought up to date: what has the right name and
 * size (in the log: and time) is taken for what it is. Therefore a copy gets its name only when its bytes are on the
 * disk, many at a time; a power cut in between leaves parts that the next run writes again. What the archive had
 * dropped before the environment was copied goes at the very end. MANIFEST is taken away before anything it proves
 * changes and comes back last: until the new environment is there, a run that fails or is stopped leaves the earlier
 * backup as it was, and the next run goes on. The folder of another archive's backup is refused, and no link is
 * followed in it: whoever asked for the copy need not be who writes it. */
#include "content_shelf.h"
#include "copy.h"
#include "table_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENV_NEXT    "env.next"
#define CONTENT     "content/"
#define DROPPED_MAX (1u << 30)
#define CHECKPOINT  "log/checkpoint"
#define NAMES_MAX   (64u << 20)

#define WAITING_FILES 256u
#define WAITING_BYTES (256u << 20)

struct backup {
    struct store *s;
    int to, to_content;
    struct progress *p;
    uint64_t done, total;
    struct backup_manifest_out *manifest;
    struct buf waiting;          /* paths, each with its NUL, of copies that have no name yet */
    unsigned waiting_files;      /* so many */
    uint64_t waiting_bytes;      /* of so many bytes */
    struct buf replacing;        /* paths of copies that take the place of what the old manifest proves */
    struct buf dropped;          /* ids of content files the archive no longer has */
    struct buf stale;            /* paths of published files the archive no longer has */
    char astray[STORE_PATH_MAX]; /* something in content/ that hides content files from the copy; "" is none */
};

static bool go_on(struct backup *b, const char *what, struct err *e)
{
    if (b->p && b->p->step) {
        b->p->step(b->p, b->done, b->total, what);
    }
    if (b->p && b->p->stop && b->p->stop(b->p)) {
        return err_set(e, ERR_INTERRUPTED, "the backup was stopped and is not whole (%lu of %lu files); start it again",
                       (unsigned long)b->done, (unsigned long)b->total);
    }
    return true;
}

/* ---- copies that wait for the disk, and then get their names */

typedef bool (*path_fn)(int to, const char *path, struct err *e);

static bool for_paths(struct backup *b, const struct buf *paths, path_fn each, struct err *e)
{
    if (!buf_ok(paths, e)) {
        return false;
    }
    for (size_t at = 0; at < paths->n; at += strlen((const char *)paths->p + at) + 1) {
        if (!each(b->to, (const char *)paths->p + at, e)) {
            return false;
        }
    }
    return true;
}

static bool name_waiting(struct backup *b, struct err *e)
{
    if (b->waiting_files == 0) {
        return true;
    }
    if (!store_sync_all(b->to, N_("the backup"), e) || !for_paths(b, &b->waiting, store_name_copy, e)) {
        return false;
    }
    buf_reset(&b->waiting);
    b->waiting_files = 0;
    b->waiting_bytes = 0;
    return true;
}

/* Has the file a place in an earlier backup, whose manifest knows its bytes? A content never changes: where another one
 * stands under its name, that backup is damaged already. */
static bool is_proved(const struct backup *b, const char *path)
{
    struct stat st;
    return strncmp(path, CONTENT, sizeof CONTENT - 1) != 0 && fstatat(b->to, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A file that is gone meanwhile is no failure: the archive dropped it. `path` counts from the backup's folder. */
static bool copy_waiting(struct backup *b, int from, const char *name, const char *path, struct err *e)
{
    uint64_t size = 0;
    if (!store_copy_part(from, name, b->to, path, &size, NULL, e)) {
        bool gone = e->code == ERR_NOT_FOUND;
        if (gone) {
            *e = (struct err){.lang = e->lang};
        }
        return gone;
    }
    if (is_proved(b, path)) {
        buf_add(&b->replacing, path, strlen(path) + 1);
        return true;
    }
    buf_add(&b->waiting, path, strlen(path) + 1);
    b->waiting_files++;
    b->waiting_bytes += size;
    return (b->waiting_files < WAITING_FILES && b->waiting_bytes < WAITING_BYTES) || name_waiting(b, e);
}

/* ---- content */

static bool same_size(int from, const char *name, int to, const char *to_name)
{
    struct stat a, b;
    if (fstatat(from, name, &a, AT_SYMLINK_NOFOLLOW) != 0 || fstatat(to, to_name, &b, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    return a.st_size == b.st_size;
}

static bool count_content(void *ctx, const struct id *name, bool temporary, int folder, const char *file, struct err *e)
{
    struct backup *b = ctx;
    (void)name;
    (void)folder;
    (void)file;
    (void)e;
    b->total += temporary ? 0 : 1;
    return true;
}

static bool copy_content(void *ctx, const struct id *name, bool temporary, int folder, const char *file, struct err *e)
{
    struct backup *b = ctx;
    char path[sizeof CONTENT + CONTENT_PATH_SIZE] = CONTENT;
    if (temporary) {
        return true;
    }
    content_path(name, false, path + sizeof CONTENT - 1);
    if (same_size(folder, file, b->to, path)) {
        return true;
    }
    if (!store_make_parents(b->to, path, e) || !copy_waiting(b, folder, file, path, e)) {
        return false;
    }
    b->done++;
    return go_on(b, N_("content"), e);
}

/* A folder of contents that is a link would be left out in silence. Other foreign names hide nothing. */
static void note_astray(void *ctx, const char *path)
{
    struct backup *b = ctx;
    uint8_t first;
    if (strlen(path) == 2 && hex_decode(str_of(path), &first, 1)) {
        snprintf(b->astray, sizeof b->astray, "%s", path);
    }
}

static bool walk_source(struct backup *b,
                        bool (*each)(void *, const struct id *, bool, int, const char *, struct err *), struct err *e)
{
    struct content_walk w = {.each = each, .foreign = note_astray, .ctx = b};
    return content_walk(b->s->content_fd, &w, e) &&
           (b->astray[0] == '\0' ||
            err_set(e, ERR_CORRUPT,
                    "content/%s is no folder but something else, so the contents behind it would be "
                    "missing from the copy; put the folder back in its place",
                    b->astray));
}

/* Remembers what the copy has and the archive had dropped already before the environment is copied. */
static bool note_dropped(void *ctx, const struct id *name, bool temporary, int folder, const char *file, struct err *e)
{
    struct backup *b = ctx;
    struct stat st;
    char path[CONTENT_PATH_SIZE];
    (void)folder;
    (void)file;
    (void)e;
    content_path(name, false, path);
    if (!temporary && fstatat(b->s->content_fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) {
        buf_add(&b->dropped, name->b, sizeof name->b);
    }
    return true;
}

static bool remove_dropped(struct backup *b, struct err *e)
{
    if (!buf_ok(&b->dropped, e)) {
        return false;
    }
    for (size_t at = 0; at < b->dropped.n; at += sizeof(struct id)) {
        struct id name;
        char path[CONTENT_PATH_SIZE];
        memcpy(name.b, b->dropped.p + at, sizeof name.b);
        content_path(&name, false, path);
        if (disk_now()->unlinkat(b->to_content, path, 0) != 0 && errno != ENOENT) {
            return err_errno(e, errno, "cannot remove content/%s from the backup", path);
        }
    }
    return true;
}

static bool list_content(void *ctx, const struct id *name, bool temporary, int folder, const char *file, struct err *e)
{
    struct backup *b = ctx;
    struct stat st;
    char path[CONTENT_PATH_SIZE];
    if (temporary) {
        return true;
    }
    if (fstatat(folder, file, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return err_errno(e, errno, "cannot look at the copy of a content file");
    }
    content_path(name, false, path);
    return backup_manifest_content(b->manifest, path, (uint64_t)st.st_size, e);
}

/* ---- small files: the published log, settings, format */

struct tree {
    struct backup *b;
    const char *path; /* of the folder, from DIR */
};

static bool unchanged(int from, const char *name, int to, const char *path)
{
    struct stat a, b;
    return fstatat(from, name, &a, AT_SYMLINK_NOFOLLOW) == 0 && fstatat(to, path, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
           a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

static bool copy_entry(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    const struct tree *t = ctx;
    char path[512];
    int n = snprintf(path, sizeof path, "%s/%s", t->path, name);
    if (n < 0 || (size_t)n >= sizeof path) {
        return err_set(e, ERR_TOO_BIG, "the name %s/%s is too long", t->path, name);
    }
    if (is_folder) {
        struct tree below = {t->b, path};
        return store_make_folder(t->b->to, path, 0700, e) && dir_list(dir, name, copy_entry, &below, e);
    }
    if (name[0] == '.' || strcmp(path, CHECKPOINT) == 0 || unchanged(dir, name, t->b->to, path)) {
        return true; /* a dot begins what is not published yet; the checkpoint was copied before all else */
    }
    return copy_waiting(t->b, dir, name, path, e) && go_on(t->b, N_("log"), e);
}

static bool copy_one(struct backup *b, const char *name, struct err *e)
{
    return copy_waiting(b, b->s->dir_fd, name, name, e);
}

#define OLD_LOG "log-old-" /* a log that another one succeeded: it never changes any more */

static bool is_old_log(const char *name)
{
    return strncmp(name, OLD_LOG, sizeof OLD_LOG - 1) == 0;
}

static bool copy_old_log(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    struct backup *b = ctx;
    struct tree t = {b, name};
    return !is_folder || !is_old_log(name) ||
           (store_make_folder(b->to, name, 0700, e) && dir_list(dir, name, copy_entry, &t, e));
}

/* A log that was succeeded left its folder to another one, and old partial tiles go: what stays in the copy would stand
 * in the way of what the restored log publishes. */
static bool note_stale(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    const struct tree *t = ctx;
    struct stat st;
    char path[512];
    int n = snprintf(path, sizeof path, "%s/%s", t->path, name);
    if (n < 0 || (size_t)n >= sizeof path) {
        return err_set(e, ERR_TOO_BIG, "the name %s/%s is too long", t->path, name);
    }
    if (is_folder) {
        struct tree below = {t->b, path};
        return dir_list(dir, name, note_stale, &below, e);
    }
    if (name[0] != '.' && fstatat(t->b->s->dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) {
        buf_add(&t->b->stale, path, strlen(path) + 1);
    }
    return true;
}

static bool remove_stale(int to, const char *path, struct err *e)
{
    return disk_now()->unlinkat(to, path, 0) == 0 || errno == ENOENT ||
           err_errno(e, errno, "cannot remove %s from the backup", path);
}

/* The checkpoint first: whatever is published after it only adds to what it covers. */
static bool copy_log(struct backup *b, struct err *e)
{
    struct stat st;
    struct tree t = {b, "log"};
    if (fstatat(b->s->dir_fd, "log", &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return true; /* no room above keeps one */
    }
    return store_make_folder(b->to, "log", 0700, e) && copy_one(b, CHECKPOINT, e) &&
           dir_list(b->s->dir_fd, "log", copy_entry, &t, e) && dir_list(b->s->dir_fd, ".", copy_old_log, b, e) &&
           dir_list(b->to, "log", note_stale, &t, e);
}

/* ---- the manifest */

static bool list_entry(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    const struct tree *t = ctx;
    char path[512];
    uint8_t sum[SHA256_SIZE];
    uint64_t size = 0;
    snprintf(path, sizeof path, "%s%s%s", t->path, t->path[0] ? "/" : "", name);
    if (is_folder) {
        struct tree below = {t->b, path};
        return dir_list(dir, name, list_entry, &below, e);
    }
    return store_file_digest(dir, name, &size, sum, e) && backup_manifest_file(t->b->manifest, path, size, sum, e) &&
           go_on(t->b, N_("manifest"), e);
}

static bool list_small(struct backup *b, const char *name, struct err *e)
{
    struct stat st;
    struct tree root = {b, ""}, folder = {b, name};
    if (fstatat(b->to, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT || err_errno(e, errno, "cannot look at %s in the backup", name);
    }
    return S_ISDIR(st.st_mode) ? dir_list(b->to, name, list_entry, &folder, e)
                               : list_entry(&root, b->to, name, false, e);
}

static bool list_old_log(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    (void)dir;
    return !is_folder || !is_old_log(name) || list_small(ctx, name, e);
}

static bool write_manifest(struct backup *b, struct err *e)
{
    struct content_walk w = {.each = list_content, .ctx = b};
    bool ok = backup_manifest_begin(b->to, &b->manifest, e) && list_small(b, "format", e) &&
              list_small(b, "akta.conf", e) && list_small(b, "env", e) && list_small(b, "log", e) &&
              dir_list(b->to, ".", list_old_log, b, e) && content_walk(b->to_content, &w, e) &&
              backup_manifest_end(b->manifest, b->to, e);
    backup_manifest_out_free(&b->manifest);
    return ok;
}

/* ---- all of it */

static bool refuse_foreign(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    static const char *const ours[] = {"env",    "env.next",       "content",    "log",   "akta.conf",
                                       "format", ".MANIFEST.part", "lost+found", MANIFEST};
    struct stat st;
    (void)ctx;
    (void)is_folder;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)) {
        return store_refuse_link(name, e);
    }
    for (size_t i = 0; i < COUNT_OF(ours); i++) {
        if (strcmp(name, ours[i]) == 0) {
            return true;
        }
    }
    if (is_old_log(name) || (name[0] == '.' && strlen(name) > 5 && strcmp(name + strlen(name) - 5, ".part") == 0)) {
        return true;
    }
    return err_set(e, ERR_CONFLICT, "the backup folder holds %s, which no backup made; name an empty folder", name);
}

/* The tables of an archive keep their identity in every copy and restore. */
static bool is_ours(const struct backup *b, struct err *e)
{
    CLEANUP(fd_close)
    int env = disk_now()->openat(b->to, "env", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0);
    return env < 0 || !table_of_another(b->s->env_fd, env, T_META) ||
           err_set(e, ERR_CONFLICT, "the folder holds the backup of another archive; name an empty folder");
}

static bool open_target(struct backup *b, int to, struct err *e)
{
    b->to = to;
    if (!store_lies_apart(b->s, to, false, e) || !dir_list(to, ".", refuse_foreign, NULL, e) || !is_ours(b, e) ||
        !store_make_folder(to, "content", 0700, e)) {
        return false;
    }
    b->to_content = disk_now()->openat(to, "content", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0);
    return b->to_content >= 0 || err_errno(e, errno, "cannot open content/ of the backup");
}

/* From here on the folder is the new backup, or, until its manifest stands, none. */
static bool swap_env(struct backup *b, struct err *e)
{
    if (!backup_manifest_take_away(b->to, e) || !dir_remove_tree(b->to, "env", e)) {
        return false;
    }
    if (disk_now()->renameat(b->to, ENV_NEXT, b->to, "env") != 0) {
        return err_errno(e, errno, "cannot put the new copy of the environment in place");
    }
    return for_paths(b, &b->replacing, store_name_copy, e) && for_paths(b, &b->stale, remove_stale, e) &&
           remove_dropped(b, e) && store_sync_all(b->to, N_("the backup"), e);
}

static bool copy_everything(struct backup *b, struct err *e)
{
    struct content_walk old = {.each = note_dropped, .ctx = b};
    return walk_source(b, count_content, e) && walk_source(b, copy_content, e) && copy_log(b, e) &&
           name_waiting(b, e) && content_walk(b->to_content, &old, e) && go_on(b, N_("tables"), e) &&
           engine_copy(b->s, b->to, ENV_NEXT, e) && walk_source(b, copy_content, e) && copy_one(b, "akta.conf", e) &&
           copy_one(b, "format", e) && name_waiting(b, e) && store_sync_all(b->to, N_("the backup"), e) &&
           swap_env(b, e) && write_manifest(b, e);
}

/* For the next copy of the keys. On a full disk it waits: this copy is whole without it. */
static bool renew_wrapped_keys(struct store *s, struct err *e)
{
    if (keys_export(s, e)) {
        return true;
    }
    if (e->code != ERR_FULL) {
        return false;
    }
    log_line(LOG_WARN, "store", "keys/wrapped-keys stays as it was: %s", e->text);
    err_init(e, e->lang);
    return true;
}

bool store_backup(struct store *s, int to, struct progress *p, struct err *e)
{
    struct backup b = {.s = s,
                       .to = to,
                       .to_content = -1,
                       .p = p,
                       .waiting = BUF_INIT(WAITING_FILES * 600u),
                       .replacing = BUF_INIT(NAMES_MAX),
                       .stale = BUF_INIT(NAMES_MAX),
                       .dropped = BUF_INIT(DROPPED_MAX)};
    if (!store_own_copy(to, e)) {
        return false;
    }
    bool ok = open_target(&b, to, e) && copy_everything(&b, e) && renew_wrapped_keys(s, e);
    if (!ok && (e->code == ERR_FULL || e->code == ERR_IO)) {
        err_wrap(e, "the backup is not whole; make room or mend what is named, and start it again");
    }
    (void)flock(to, LOCK_UN);
    fd_close(&b.to_content);
    buf_free(&b.waiting);
    buf_free(&b.replacing);
    buf_free(&b.stale);
    buf_free(&b.dropped);
    return ok;
}
