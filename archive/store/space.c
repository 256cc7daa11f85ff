/* space.c: room on the disk, and the memory of panics.
 *
 * Keeps a reserve (run/ballast) that is given up when the disk is full, because recovery itself needs room; refuses
 * writes under a floor so that the reserve is rarely needed. While the ballast is gone the floor is higher by its size,
 * so that freed space first pays the reserve back. Trouble with the ballast is a warning, never a failure. */
#include "store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PANICS_WINDOW   60
#define PANICS_TOO_MANY 3u
#define PANICS_READ_MAX 4096
#define BALLAST         "ballast"

uint64_t space_free(const struct store *s)
{
    struct statvfs v;
    if (fstatvfs(s->env_fd, &v) != 0) {
        return UINT64_MAX;
    }
    return (uint64_t)v.f_bavail * v.f_frsize;
}

static bool ballast_stands(const struct store *s)
{
    struct stat st;
    return fstatat(s->run_fd, BALLAST, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (uint64_t)st.st_size >= s->config.ballast_bytes;
}

/* What must stay free whatever is written: the floor, and the reserve while it is given up. */
static uint64_t space_kept(const struct store *s)
{
    return s->config.floor_bytes + (atomic_load(&s->ballast_owed) ? s->config.ballast_bytes : 0);
}

bool space_enough(const struct store *s)
{
    return space_free(s) >= space_kept(s) + engine_debt(s);
}

bool space_settle(struct store *s)
{
    struct err e = ERR_INIT;
    if (space_enough(s)) {
        return true;
    }
    /* Near the floor the table files get the room they were going to take, while it is there. */
    return space_free(s) >= space_kept(s) && engine_debt(s) > 0 && engine_checkpoint(s, &e) && space_enough(s);
}

/* Recovery writes pages and log before it can remove anything, so it wants as much room as the reserve is worth. */
void ballast_drop_if_full(struct store *s)
{
    uint64_t want = s->config.floor_bytes > s->config.ballast_bytes ? s->config.floor_bytes : s->config.ballast_bytes;
    if (s->config.ballast_bytes == 0 || space_free(s) >= want) {
        return;
    }
    if (disk_now()->unlinkat(s->run_fd, BALLAST, 0) == 0) {
        log_line(LOG_WARN, "store", "disk full at start: gave up the reserve run/ballast bytes=%lu",
                 (unsigned long)s->config.ballast_bytes);
    }
    atomic_store(&s->ballast_owed, true);
}

static bool ballast_fill(struct store *s)
{
    CLEANUP(fd_close)
    int fd = disk_now()->openat(s->run_fd, BALLAST, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return false;
    }
    if (disk_now()->fallocate(fd, 0, 0, (off_t)s->config.ballast_bytes) == 0) {
        return true;
    }
    if (errno == EOPNOTSUPP) {
        log_line(LOG_WARN, "store", "no reserve: this file system cannot set space aside");
        s->config.ballast_bytes = 0;
        return true;
    }
    disk_now()->unlinkat(s->run_fd, BALLAST, 0);
    return false;
}

void ballast_restore(struct store *s)
{
    if (s->config.ballast_bytes == 0 || ballast_stands(s)) {
        atomic_store(&s->ballast_owed, false);
        return;
    }
    bool room = space_free(s) >= s->config.ballast_bytes + s->config.floor_bytes;
    atomic_store(&s->ballast_owed, !(room && ballast_fill(s)));
}

/* ---- panics */

static size_t panics_read(const struct store *s, char *out, size_t cap)
{
    struct err e = ERR_INIT;
    size_t got = 0;
    struct stat st;
    CLEANUP(fd_close) int fd = disk_now()->openat(s->run_fd, "panics", O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 || fstat(fd, &st) != 0) {
        return 0;
    }
    if ((size_t)st.st_size > cap && lseek(fd, -(off_t)cap, SEEK_END) < 0) {
        return 0;
    }
    return fd_read_full(fd, out, cap, &got, &e) ? got : 0;
}

/* Lines are "INSTANT why"; a line cut off at the start does not parse and does not count. */
bool panics_recent(const struct store *s, unsigned *count)
{
    char text[PANICS_READ_MAX];
    size_t n = panics_read(s, text, sizeof text);
    instant now = clock_now(&clock_system), then;
    *count = 0;
    for (size_t at = 0; at < n;) {
        const char *lf = memchr(text + at, '\n', n - at);
        size_t len = lf ? (size_t)(lf - (text + at)) : n - at;
        struct str stamp = {text + at, INSTANT_TEXT_SIZE - 1};
        if (len > stamp.n && instant_parse(stamp, &then) && then <= now && now - then < PANICS_WINDOW) {
            (*count)++;
        }
        at += len + 1;
    }
    return *count >= PANICS_TOO_MANY;
}

void panics_clear(const struct store *s)
{
    disk_now()->unlinkat(s->run_fd, "panics", 0);
}

static void panics_note(int run_fd, const char *why)
{
    char when[INSTANT_TEXT_SIZE], line[320];
    CLEANUP(fd_close)
    int fd = disk_now()->openat(run_fd, "panics", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return;
    }
    instant_text(clock_now(&clock_system), when);
    int n = snprintf(line, sizeof line, "%s %s\n", when, why);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    ssize_t wrote = disk_now()->write(fd, line, len);
    (void)wrote; /* on a full disk the note is lost, the stop is not */
}

void store_fail_stop(int run_fd, const char *why_fmt, ...)
{
    char why[256];
    va_list ap;
    va_start(ap, why_fmt);
    vsnprintf(why, sizeof why, why_fmt, ap);
    va_end(ap);
    if (run_fd >= 0) {
        panics_note(run_fd, why);
    }
    fail_stop("%s", why);
}
