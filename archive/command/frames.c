/* frames.c: one frame in, one frame out (frames.h).
 *
 * Promises that a packet that is too long, that carries descriptors where none belong or that is of an unknown kind is
 * refused, and that every descriptor received is either handed on or closed. */
#include "frames.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define TURN_MS 200

void frame_close_fds(struct frame *f)
{
    for (size_t i = 0; i < f->fd_count; i++) {
        fd_close(&f->fds[i]);
    }
    f->fd_count = 0;
}

struct frame_rule {
    uint8_t kind;
    size_t least, most; /* bytes of the body */
    size_t fds;
};
static const struct frame_rule frame_rules[] = {
    {FRAME_HELLO, 7, 7, 2},
    {FRAME_WORD, 0, COMMAND_WORD_MAX, 0},
    {FRAME_FILE, 0, 0, 1},
    {FRAME_NAME, 9, 9 + COMMAND_PATH_MAX, 0},
    {FRAME_DONE, 0, 0, 0},
    {FRAME_ERROR, 1, 1 + 512, 0},
    {FRAME_STOP, 0, 0, 0},
    {FRAME_GREETING, 1, 1, 0},
    {FRAME_WELCOME, 0, 0, 0},
    {FRAME_INPUT, 1, COMMAND_PATH_MAX, 0},
    {FRAME_NEXT, 1, COMMAND_PATH_MAX, 0},
    {FRAME_OUTPUT, 1, COMMAND_PATH_MAX, 0},
    {FRAME_KEEP, 2, 1 + COMMAND_PATH_MAX, 0},
    {FRAME_FOLDER, 2, 1 + COMMAND_PATH_MAX, 0},
    {FRAME_EXIT, 1, 1 + 512, 0},
};

static bool out_of_place(struct err *e)
{
    return err_set(e, ERR_INVALID, "the other side of command.sock sent something that does not belong there");
}

bool frame_parse(struct bytes packet, size_t fd_count, struct frame *out, struct err *e)
{
    if (packet.n == 0) {
        return out_of_place(e);
    }
    for (size_t i = 0; i < COUNT_OF(frame_rules); i++) {
        const struct frame_rule *rule = &frame_rules[i];
        if (rule->kind == packet.p[0]) {
            size_t n = packet.n - 1;
            if (n < rule->least || n > rule->most || fd_count != rule->fds) {
                return out_of_place(e);
            }
            out->kind = rule->kind;
            out->body = (struct bytes){packet.p + 1, n};
            return true;
        }
    }
    return out_of_place(e);
}

static bool gone(struct err *e)
{
    return err_set(e, ERR_NOT_FOUND, "the other side of command.sock is gone");
}

bool socket_address(const char *dir, int folder, const char *name, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    int n = snprintf(out->sun_path, sizeof out->sun_path, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof out->sun_path) {
        n = snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/%s", folder, name);
    }
    return n > 0 && (size_t)n < sizeof out->sun_path;
}

bool frame_send(int sock, uint8_t kind, struct bytes head, struct bytes body, const int *fds, size_t fd_count,
                int timeout_ms, struct err *e)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int) * FRAME_FDS)];
    } control = {0};
    uint8_t none = 0;
    struct iovec parts[] = {{&kind, 1},
                            {head.n > 0 ? (void *)(uintptr_t)head.p : &none, head.n},
                            {body.n > 0 ? (void *)(uintptr_t)body.p : &none, body.n}};
    struct msghdr m = {.msg_iov = parts, .msg_iovlen = COUNT_OF(parts)};
    if (fd_count > 0) {
        control.align = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int) * fd_count)};
        memcpy(CMSG_DATA(&control.align), fds, sizeof(int) * fd_count);
        m.msg_control = control.space;
        m.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
    }
    for (;;) {
        ssize_t n = sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            return true;
        }
        if (errno == EAGAIN) {
            struct pollfd p = {.fd = sock, .events = POLLOUT};
            if (poll(&p, 1, timeout_ms) == 0) {
                return err_set(e, ERR_BUSY, "the other side of command.sock does not read");
            }
        } else if (errno != EINTR) {
            return errno == EPIPE || errno == ECONNRESET ? gone(e)
                                                         : err_errno(e, errno, "sending over command.sock failed");
        }
    }
}

static void collect_fds(struct msghdr *m, struct frame *f)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (f->fd_count < FRAME_FDS) {
                f->fds[f->fd_count++] = fd;
            } else {
                fd_close(&fd);
            }
        }
    }
}

/* One packet that poll says is there. */
static bool take_packet(int sock, uint8_t *buffer, struct frame *out, bool *again, struct err *e)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int) * FRAME_FDS)];
    } control;
    struct iovec part = {buffer, FRAME_MAX};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(sock, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    /* A reset tells that the other side left something unread; what it sent before it left still waits here. */
    if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNRESET)) {
        *again = true;
        return true;
    }
    if (n <= 0) {
        return n == 0 ? gone(e) : err_errno(e, errno, "receiving over command.sock failed");
    }
    collect_fds(&m, out);
    if ((m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
        !frame_parse((struct bytes){buffer, (size_t)n}, out->fd_count, out, e)) {
        frame_close_fds(out);
        return out_of_place(e);
    }
    return true;
}

bool frame_receive(int sock, uint8_t *buffer, struct frame *out, int timeout_ms, bool (*quit)(void *), void *quit_ctx,
                   struct err *e)
{
    uint64_t begun = monotonic_ns();
    *out = (struct frame){.fds = {-1, -1}};
    for (;;) {
        struct pollfd p = {.fd = sock, .events = POLLIN};
        int n = poll(&p, 1, TURN_MS);
        if (n < 0 && errno != EINTR) {
            return err_errno(e, errno, "waiting at command.sock failed");
        }
        if (quit != NULL && quit(quit_ctx)) {
            return err_set(e, ERR_INTERRUPTED, "interrupted");
        }
        if (n > 0) {
            bool again = false;
            if (!take_packet(sock, buffer, out, &again, e)) {
                return false;
            }
            if (!again) {
                return true;
            }
        }
        if (timeout_ms >= 0 && (monotonic_ns() - begun) / 1000000u >= (uint64_t)timeout_ms) {
            return err_set(e, ERR_BUSY, "the other side of command.sock does not answer");
        }
    }
}
