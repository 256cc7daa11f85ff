/* txlog_check.c: the transaction log as bytes.
 *
 * Reads the log files without Berkeley DB, because the engine has only two answers to a record it cannot read: it takes
 * it for the end of the log (and silently drops what follows), or it panics. Promises to find any changed bit in a
 * record before the mark and to name file and byte. Records are: previous offset, length, checksum (4 bytes each, the
 * machine's byte order), data; the first record of a file carries magic and version. */
#include "txlog_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_HEADER   12u
#define LOG_MAGIC    0x040988u
#define WINDOW       (256u * 1024u)
#define LOG_FILES    1024u
#define LOG_NAME_MAX 32

uint32_t bdb_checksum(uint32_t sum, const uint8_t *p, size_t n)
{
    /* sum = sum * 33 + byte, eight steps at a time so that the multiplications do not wait for each other. */
    enum { P2 = 33 * 33, P3 = P2 * 33, P4 = P3 * 33 };
    const uint32_t p5 = (uint32_t)P4 * 33u, p6 = p5 * 33u, p7 = p6 * 33u, p8 = p7 * 33u;
    for (; n >= 8; p += 8, n -= 8) {
        sum = sum * p8 + p[0] * p7 + p[1] * p6 + p[2] * p5 + p[3] * (uint32_t)P4 + p[4] * (uint32_t)P3 +
              p[5] * (uint32_t)P2 + p[6] * 33u + p[7];
    }
    for (; n > 0; p++, n--) {
        sum = sum * 33u + *p;
    }
    return sum;
}

/* ---- the mark */

#define MARK_MAGIC "akta-synced 1 "
#define MARK_BODY  (sizeof MARK_MAGIC - 1 + 10 + 1 + 20 + 1)
#define MARK_SIZE  (MARK_BODY + 16 + 1)

static void mark_digest(const char *line, char out[17])
{
    uint8_t full[SHA256_SIZE];
    sha256_of((struct bytes){(const uint8_t *)line, MARK_BODY}, full);
    hex_encode((struct bytes){full, 8}, out);
}

void txlog_mark_write(int fd, const struct log_mark *m)
{
    char line[MARK_SIZE + 1], digest[17];
    snprintf(line, sizeof line, MARK_MAGIC "%010u %020lu ", m->file, (unsigned long)m->end);
    mark_digest(line, digest);
    memcpy(line + MARK_BODY, digest, 16);
    line[MARK_SIZE - 1] = '\n';
    ssize_t wrote = disk_now()->pwrite(fd, line, MARK_SIZE, 0);
    (void)wrote;
}

static uint64_t fixed_digits(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v * 10 + (uint64_t)(p[i] - '0');
    }
    return v;
}

void txlog_mark_read(int run_fd, struct log_mark *out)
{
    char line[MARK_SIZE + 1], digest[17]; /* one more, to see that nothing follows */
    struct err e = ERR_INIT;
    size_t got = 0;
    *out = (struct log_mark){0};
    CLEANUP(fd_close) int fd = disk_now()->openat(run_fd, LOG_MARK_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 || !fd_read_full(fd, line, sizeof line, &got, &e) || got == 0) {
        return;
    }
    out->damaged = true;
    if (got != MARK_SIZE || line[MARK_SIZE - 1] != '\n') {
        return;
    }
    mark_digest(line, digest);
    if (memcmp(digest, line + MARK_BODY, 16) != 0 || memcmp(line, MARK_MAGIC, sizeof MARK_MAGIC - 1) != 0) {
        return;
    }
    out->damaged = false;
    out->file = (uint32_t)fixed_digits(line + sizeof MARK_MAGIC - 1, 10);
    out->end = fixed_digits(line + sizeof MARK_MAGIC + 10, 20);
    out->known = true;
}

/* ---- reading one file */

struct record {
    uint32_t prev, len, sum;
};

struct scan {
    int fd;
    uint64_t size;       /* of the file */
    uint64_t at;         /* of the next record */
    uint64_t last;       /* where the last good record starts */
    uint32_t first_prev; /* the first record's previous offset: the last record of the file before */
    uint8_t *window;
    uint64_t window_at;
    size_t window_n;
};

/* The bytes from `at`, as many of `want` as one window gives; NULL when they cannot be read. */
static const uint8_t *look(struct scan *c, uint64_t at, size_t want, size_t *got)
{
    struct err e = ERR_INIT;
    uint64_t end = c->window_at + c->window_n;
    size_t need = want < WINDOW ? want : WINDOW;
    if (at < c->window_at || at + need > end) {
        size_t n = c->size - at < WINDOW ? (size_t)(c->size - at) : WINDOW;
        c->window_n = 0;
        if (n < need || !fd_pread_full(c->fd, c->window, n, (off_t)at, &e)) {
            return NULL;
        }
        c->window_at = at;
        c->window_n = n;
        end = at + n;
    }
    *got = end - at < want ? (size_t)(end - at) : want;
    return c->window + (at - c->window_at);
}

static bool read_header(struct scan *c, struct record *r)
{
    size_t got = 0;
    const uint8_t *b = c->at + LOG_HEADER <= c->size ? look(c, c->at, LOG_HEADER, &got) : NULL;
    if (!b) {
        return false;
    }
    memcpy(&r->prev, b, 4);
    memcpy(&r->len, b + 4, 4);
    memcpy(&r->sum, b + 8, 4);
    return r->len > LOG_HEADER + 4 && r->len <= c->size - c->at;
}

static bool sum_data(struct scan *c, const struct record *r)
{
    uint32_t sum = 0, magic = 0;
    uint64_t at = c->at + LOG_HEADER, end = c->at + r->len;
    while (at < end) {
        size_t n = 0;
        const uint8_t *p = look(c, at, end - at < WINDOW ? (size_t)(end - at) : WINDOW, &n);
        if (!p) {
            return false;
        }
        if (at == LOG_HEADER) {
            memcpy(&magic, p, 4);
            if (magic != LOG_MAGIC) {
                return false;
            }
        }
        sum = bdb_checksum(sum, p, n);
        at += n;
    }
    return (sum ^ r->prev ^ r->len) == r->sum;
}

/* Advances over good records until one is not. */
static void scan_records(struct scan *c)
{
    struct record r;
    while (read_header(c, &r) && (c->at == 0 || r.prev == c->last) && sum_data(c, &r)) {
        if (c->at == 0) {
            c->first_prev = r.prev;
        }
        c->last = c->at;
        c->at += r.len;
    }
}

/* ---- all files */

struct log_list {
    uint32_t number[LOG_FILES];
    size_t n;
};

static bool note_log(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    struct log_list *list = ctx;
    uint64_t number = 0;
    (void)dir;
    size_t len = strlen(name);
    if (is_folder || len != 14 || strncmp(name, "log.", 4) != 0) {
        return true;
    }
    number = fixed_digits(name + 4, 10);
    if (list->n == LOG_FILES) {
        return err_set(e, ERR_TOO_BIG, "env holds more than %u transaction log files; run a checkpoint", LOG_FILES);
    }
    size_t i = list->n++;
    for (; i > 0 && list->number[i - 1] > number; i--) {
        list->number[i] = list->number[i - 1];
    }
    list->number[i] = (uint32_t)number;
    return true;
}

struct check {
    int env_fd;
    const struct log_mark *mark;
    struct findings *f;
    bool have_before;     /* the file before was read */
    uint64_t before_last; /* where its last good record starts */
    uint64_t before_end;
    uint32_t before;
};

static void log_fault(const struct check *c, uint32_t number, uint64_t at)
{
    char place[64];
    snprintf(place, sizeof place, "env/log.%010u", number);
    store_findings_add(c->f, place,
                       N_("if the store runs, make a backup now and restore it; else restore the newest backup"),
                       N_("the transaction log cannot be read at byte %lu"), (unsigned long)at);
}

static bool scan_file(struct check *c, uint32_t number, bool is_last, struct log_extent *extent, struct err *e)
{
    char name[LOG_NAME_MAX];
    struct stat st;
    struct scan scan = {0};
    snprintf(name, sizeof name, "log.%010u", number);
    CLEANUP(fd_close) int fd = disk_now()->openat(c->env_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 || fstat(fd, &st) != 0) {
        return err_errno(e, errno, "cannot read env/%s", name);
    }
    scan.window = mem_alloc(WINDOW);
    if (!scan.window) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    scan.fd = fd;
    scan.size = (uint64_t)st.st_size;
    scan_records(&scan);
    mem_free(scan.window);
    /* The next file tells where the last record of this one starts. */
    if (c->have_before && scan.at > 0 && scan.first_prev != c->before_last) {
        log_fault(c, c->before, c->before_end);
    }
    bool marked = c->mark->known && c->mark->file == number;
    if ((marked && scan.at < c->mark->end) || (scan.at == 0 && !is_last)) {
        log_fault(c, number, scan.at);
    }
    c->have_before = scan.at > 0;
    c->before = number;
    c->before_last = scan.last;
    c->before_end = scan.at;
    *extent = (struct log_extent){number, scan.at};
    return true;
}

bool txlog_check(int env_fd, const struct log_mark *mark, struct findings *f, struct log_extent *extent, struct err *e)
{
    struct log_list list = {.n = 0};
    struct check c = {.env_fd = env_fd, .mark = mark, .f = f};
    *extent = (struct log_extent){0, 0};
    if (!dir_list(env_fd, ".", note_log, &list, e)) {
        return false;
    }
    for (size_t i = 0; i < list.n; i++) {
        if (i > 0 && list.number[i] != list.number[i - 1] + 1) {
            log_fault(&c, list.number[i - 1] + 1, 0);
            c.have_before = false;
        }
        if (!scan_file(&c, list.number[i], i + 1 == list.n, extent, e)) {
            return false;
        }
    }
    if (mark->known && mark->file > extent->file) {
        log_fault(&c, mark->file, 0);
    }
    return true;
}

/* Holes are skipped, so that a sparse file of any size is looked at in no time. */
static bool rest_is_zero(int fd, uint64_t at, uint64_t size)
{
    uint8_t b[16384];
    struct err e = ERR_INIT;
    while (at < size) {
        off_t data = lseek(fd, (off_t)at, SEEK_DATA);
        if (data < 0) {
            return errno == ENXIO;
        }
        at = (uint64_t)data;
        size_t n = size - at < sizeof b ? (size_t)(size - at) : sizeof b;
        if (n > 0 && !fd_pread_full(fd, b, n, (off_t)at, &e)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            if (b[i] != 0) {
                return false;
            }
        }
        at += n;
    }
    return true;
}

bool txlog_trim(int env_fd, const struct log_extent *extent, struct err *e)
{
    char name[LOG_NAME_MAX];
    struct stat st;
    if (extent->file == 0 || extent->end == 0) {
        return true;
    }
    snprintf(name, sizeof name, "log.%010u", extent->file);
    CLEANUP(fd_close) int fd = disk_now()->openat(env_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 || fstat(fd, &st) != 0) {
        return err_errno(e, errno, "cannot open env/%s", name);
    }
    if ((uint64_t)st.st_size <= extent->end || !rest_is_zero(fd, extent->end, (uint64_t)st.st_size)) {
        return true; /* bytes after the end stay for the engine, which overwrites them */
    }
    if (disk_now()->ftruncate(fd, (off_t)extent->end) != 0) {
        return err_errno(e, errno, "cannot cut the empty end off env/%s", name);
    }
    return true;
}
