/* output.c: what a command says to its caller.
 *
 * Owns the way of bytes to the caller's descriptors. A caller that does not read holds up its own command only: before
 * each small piece the descriptor is asked whether it takes it, and stopped() is asked while it does not. Promises that
 * standard output stays in order and that, with --json, nothing but whole JSON lines goes there. A caller that went
 * away makes out_flush false, and the command ends. */
#include "command_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE      4096u /* PIPE_BUF: a pipe that polls writable takes this much without blocking */
#define FLUSH_AT   32768u
#define ASK_MS     200
#define GRACE_MS   4000
#define NOTE_BYTES 1200

/* A caller that asked to stop may still read what was done: it gets a while for each piece, one that went away none. */
static bool ready_to_take(struct host *h, int fd)
{
    for (int waited = 0;; waited += ASK_MS) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int n = poll(&p, 1, ASK_MS);
        if (n > 0) {
            return (p.revents & (POLLERR | POLLNVAL)) == 0;
        }
        if ((n < 0 && errno != EINTR) || (waited >= GRACE_MS && h->stopped(h))) {
            return false;
        }
    }
}

static bool is_plain_file(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

bool host_write(struct host *h, int fd, struct bytes b)
{
    size_t most = b.n > PIECE && is_plain_file(fd) ? FLUSH_AT : PIECE;
    while (b.n > 0) {
        if (!ready_to_take(h, fd)) {
            return false;
        }
        size_t want = b.n < most ? b.n : most;
        ssize_t n = write(fd, b.p, want);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            return false;
        }
        if (n > 0) {
            b.p += n;
            b.n -= (size_t)n;
        }
    }
    return true;
}

bool out_flush(struct run *r)
{
    struct bytes b = buf_bytes(&r->out);
    if (r->out.failed || (b.n > 0 && !r->out_broken && !host_write(r->h, r->h->out, b))) {
        r->out_broken = true;
        r->out_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO;
    }
    buf_reset(&r->out);
    return !r->out_broken;
}

static void flush_when_full(struct run *r)
{
    if (r->out.n >= FLUSH_AT || r->out.failed) {
        (void)out_flush(r);
    }
}

void out_bytes(struct run *r, struct bytes b)
{
    while (b.n > 0) {
        size_t n = b.n < FLUSH_AT ? b.n : FLUSH_AT;
        buf_add(&r->out, b.p, n);
        flush_when_full(r);
        b.p += n;
        b.n -= n;
    }
}

void out_say(struct run *r, const char *fmt, ...)
{
    char text[NOTE_BYTES];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    if (n >= 0 && (size_t)n < sizeof text) {
        buf_add(&r->out, text, (size_t)n);
    } else if (n > 0) {
        char *big = mem_alloc((size_t)n + 1);
        if (big != NULL) {
            vsnprintf(big, (size_t)n + 1, fmt, again);
            buf_add(&r->out, big, (size_t)n);
        }
        mem_free(big);
    }
    va_end(again);
    va_end(ap);
    flush_when_full(r);
}

void out_note(struct run *r, const char *msgid, ...)
{
    char text[NOTE_BYTES];
    va_list ap;
    va_start(ap, msgid);
    int n = vsnprintf(text, sizeof text - 1, tr(r->h->lang, msgid), ap);
    va_end(ap);
    if (n < 0) {
        return;
    }
    size_t len = strnlen(text, sizeof text - 2);
    text[len] = '\n';
    (void)host_write(r->h, r->h->err, (struct bytes){(const uint8_t *)text, len + 1});
}

bool out_json(struct run *r, struct json **o)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(64u << 20);
    bool ok = json_line(*o, &line, &r->e);
    json_free(o);
    if (!ok) {
        return false;
    }
    out_bytes(r, buf_bytes(&line));
    return !r->out_broken || err_set(&r->e, ERR_INTERRUPTED, "nobody reads the output any more");
}
