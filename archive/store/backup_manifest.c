/* backup_manifest.c: what a backup consists of, and the proof that it is that.
 *
 * Text, one line a file, closed by `end SHA256` over everything before it: a person can check it with sha256sum, and
 * one changed bit anywhere in it is found. It is written last and taken away before a backup is changed: a folder
 * without it is not a whole backup. Paths are relative and never climb. */
#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST_HEAD "akta-manifest 1\n"
#define MANIFEST_PART ".MANIFEST.part"
#define LINE_MAX_N    1024u

void backup_manifest_out_free(struct backup_manifest_out **mp)
{
    struct backup_manifest_out *m = *mp;
    if (m) {
        fd_close(&m->fd);
        digest_free(&m->sum);
        buf_free(&m->line);
        mem_free(m);
        *mp = NULL;
    }
}

static bool push_out(struct backup_manifest_out *m, struct err *e)
{
    bool ok = fd_write_full(m->fd, m->pending, m->n, e);
    m->n = 0;
    return ok || err_wrap(e, "MANIFEST");
}

static bool add_line(struct backup_manifest_out *m, struct err *e)
{
    struct bytes line = buf_bytes(&m->line);
    if (!buf_ok(&m->line, e)) {
        return false;
    }
    digest_add(m->sum, line);
    if (m->n + line.n > sizeof m->pending && !push_out(m, e)) {
        return false;
    }
    memcpy(m->pending + m->n, line.p, line.n);
    m->n += line.n;
    buf_reset(&m->line);
    return true;
}

bool backup_manifest_begin(int to, struct backup_manifest_out **out, struct err *e)
{
    char when[INSTANT_TEXT_SIZE];
    CLEANUP(backup_manifest_out_free) struct backup_manifest_out *m = mem_zalloc(sizeof *m);
    if (!m) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    m->line = BUF_INIT(LINE_MAX_N);
    m->sum = digest_new(DIGEST_SHA256);
    m->fd = disk_now()->openat(to, MANIFEST_PART, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (m->fd < 0) {
        return err_errno(e, errno, "cannot make the manifest of the backup");
    }
    if (!m->sum) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    instant_text(clock_now(&clock_system), when);
    buf_fmt(&m->line, MANIFEST_HEAD "made %s\n", when);
    if (!add_line(m, e)) {
        return false;
    }
    *out = m;
    m = NULL;
    return true;
}

static bool plain_path(const char *path)
{
    for (const char *p = path; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            return false;
        }
    }
    return path[0] != '\0' && path[0] != '/' && strncmp(path, "../", 3) != 0 && !strstr(path, "/../") &&
           strlen(path) < sizeof((struct backup_manifest_line *)0)->path;
}

bool backup_manifest_file(struct backup_manifest_out *m, const char *path, uint64_t size,
                          const uint8_t sha256[SHA256_SIZE], struct err *e)
{
    char hex[2 * SHA256_SIZE + 1];
    if (!plain_path(path)) {
        return err_set(e, ERR_INVALID, "a file name in the archive's folder is too long or has control characters");
    }
    hex_encode((struct bytes){sha256, SHA256_SIZE}, hex);
    buf_fmt(&m->line, "file %s %lu %s\n", hex, (unsigned long)size, path);
    return add_line(m, e);
}

bool backup_manifest_content(struct backup_manifest_out *m, const char *path, uint64_t size, struct err *e)
{
    buf_fmt(&m->line, "content %lu %s\n", (unsigned long)size, path);
    return add_line(m, e);
}

bool backup_manifest_end(struct backup_manifest_out *m, int to, struct err *e)
{
    uint8_t sum[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    digest_end(m->sum, sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    buf_fmt(&m->line, "end %s\n", hex);
    if (!add_line(m, e) || !push_out(m, e)) {
        return false;
    }
    if (disk_now()->fsync(m->fd) != 0 || disk_now()->renameat(to, MANIFEST_PART, to, MANIFEST) != 0 ||
        disk_now()->fsync(to) != 0) {
        return err_errno(e, errno, "the manifest of the backup could not be made durable");
    }
    return true;
}

bool backup_manifest_take_away(int to, struct err *e)
{
    if (disk_now()->unlinkat(to, MANIFEST, 0) != 0 && errno != ENOENT) {
        return err_errno(e, errno, "cannot take away the old manifest");
    }
    return disk_now()->fsync(to) == 0 || err_errno(e, errno, "the backup folder could not be made durable");
}

/* ---- reading */

struct lines {
    int fd;
    char b[1u << 16];
    size_t at, n;
    bool end;
};

/* The next line without its LF, NUL-terminated in place. false: the end, or a line that is too long (e is set). */
static bool next_line(struct lines *l, struct str *out, struct err *e)
{
    for (;;) {
        char *lf = memchr(l->b + l->at, '\n', l->n - l->at);
        if (lf) {
            *lf = '\0';
            *out = (struct str){l->b + l->at, (size_t)(lf - (l->b + l->at))};
            l->at = (size_t)(lf - l->b) + 1;
            return true;
        }
        if (l->end) {
            return l->at == l->n ? false : err_set(e, ERR_CORRUPT, "MANIFEST is cut off");
        }
        memmove(l->b, l->b + l->at, l->n - l->at);
        l->n -= l->at;
        l->at = 0;
        size_t got = 0, room = sizeof l->b - l->n;
        if (room == 0) {
            return err_set(e, ERR_CORRUPT, "MANIFEST has a line that is too long");
        }
        if (!fd_read_full(l->fd, l->b + l->n, room, &got, e)) {
            return false;
        }
        l->n += got;
        l->end = got < room;
    }
}

static bool open_lines(int dir, struct lines *l, struct err *e)
{
    *l = (struct lines){.fd = disk_now()->openat(dir, MANIFEST, O_RDONLY | O_CLOEXEC, 0)};
    if (l->fd < 0 && errno == ENOENT) {
        return err_set(e, ERR_NOT_FOUND, "the folder holds no MANIFEST: it is no backup, or one that was interrupted");
    }
    return l->fd >= 0 || err_errno(e, errno, "cannot read MANIFEST");
}

static void close_lines(struct lines **l)
{
    if (*l) {
        fd_close(&(*l)->fd);
        mem_free(*l);
    }
}

/* The first pass: is it whole and unchanged? */
static bool prove(int dir, struct lines *l, struct err *e)
{
    struct str line = STR_NONE;
    uint8_t sum[SHA256_SIZE], want[SHA256_SIZE];
    bool closed = false, good = true;
    CLEANUP(digest_free) struct digest *d = digest_new(DIGEST_SHA256);
    if (!d) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!open_lines(dir, l, e)) {
        return false;
    }
    *e = (struct err){.lang = e->lang};
    while (good && next_line(l, &line, e)) {
        if (closed) {
            good = false;
        } else if (str_starts(line, "end ")) {
            good = line.n == 4 + 64 && hex_decode((struct str){line.p + 4, 64}, want, sizeof want);
            closed = true;
        } else {
            digest_add(d, (struct bytes){(const uint8_t *)line.p, line.n});
            digest_add(d, (struct bytes){(const uint8_t *)"\n", 1});
        }
    }
    fd_close(&l->fd);
    if (e->code != ERR_NONE) {
        return false;
    }
    digest_end(d, sum);
    if (!good || !closed || memcmp(sum, want, sizeof sum) != 0) {
        return err_set(e, ERR_CORRUPT, "MANIFEST is damaged; make a new backup, or restore another one");
    }
    return true;
}

static struct str word(struct str *rest)
{
    const char *blank = rest->n > 0 ? memchr(rest->p, ' ', rest->n) : NULL;
    size_t n = blank ? (size_t)(blank - rest->p) : rest->n;
    struct str w = {rest->p, n};
    size_t skip = blank ? n + 1 : n;
    *rest = (struct str){rest->p + skip, rest->n - skip};
    return w;
}

static bool parse_line(struct str line, struct backup_manifest_line *out)
{
    struct str rest = line, kind = word(&rest);
    out->is_content = str_is(kind, "content");
    if (!out->is_content) {
        struct str sum = word(&rest);
        if (!str_is(kind, "file") || sum.n != 64 || !hex_decode(sum, out->sha256, sizeof out->sha256)) {
            return false;
        }
    }
    struct str size = word(&rest);
    if (!parse_u64(size, 0, INT64_MAX, &out->size) || rest.n == 0 || rest.n >= sizeof out->path) {
        return false;
    }
    memcpy(out->path, rest.p, rest.n);
    out->path[rest.n] = '\0';
    return plain_path(out->path);
}

bool manifest_walk(int dir, backup_manifest_each each, void *ctx, struct err *e)
{
    struct str line;
    struct backup_manifest_line entry;
    CLEANUP(close_lines) struct lines *l = mem_zalloc(sizeof *l);
    if (!l) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    l->fd = -1;
    if (!prove(dir, l, e) || !open_lines(dir, l, e)) {
        return false;
    }
    for (size_t i = 0; next_line(l, &line, e); i++) {
        if (i == 0 ? str_eq(line, STR("akta-manifest 1")) : i == 1 || str_starts(line, "end ")) {
            continue;
        }
        if (!parse_line(line, &entry)) {
            return err_set(e, ERR_UNSUPPORTED, "MANIFEST has a line this program does not know; use a newer one");
        }
        if (!each(ctx, &entry, e)) {
            return false;
        }
    }
    return e->code == ERR_NONE;
}

/* ---- checking a backup where it lies */

struct check {
    int dir;
    struct findings *f;
    uint64_t *checked;
};

static bool check_line(void *ctx, const struct backup_manifest_line *l, struct err *e)
{
    struct check *c = ctx;
    struct stat st;
    uint8_t sum[SHA256_SIZE];
    char path[560];
    uint64_t size = 0;
    const char *again = N_("make a new backup");
    struct err why = {.lang = e->lang};
    snprintf(path, sizeof path, "%s%s", l->is_content ? "content/" : "", l->path);
    (*c->checked)++;
    if (l->is_content) {
        if (fstatat(c->dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0 || (uint64_t)st.st_size != l->size) {
            store_findings_add(c->f, path, again,
                               N_("the content file is missing or has another size than the manifest says"));
        }
        return true;
    }
    if (!store_file_digest(c->dir, path, &size, sum, &why)) {
        store_findings_add(c->f, path, again, "%s", why.text);
    } else if (size != l->size || memcmp(sum, l->sha256, sizeof sum) != 0) {
        store_findings_add(c->f, path, again, N_("the file is not what the manifest says"));
    }
    return true;
}

bool backup_manifest_check(int dir, struct findings *f, uint64_t *checked, struct err *e)
{
    struct check c = {dir, f, checked};
    if (manifest_walk(dir, check_line, &c, e)) {
        return true;
    }
    if (e->code == ERR_CORRUPT) {
        store_findings_add(f, MANIFEST, N_("make a new backup"), "%s", e->text);
        *e = (struct err){.lang = e->lang};
        return true;
    }
    return false;
}
