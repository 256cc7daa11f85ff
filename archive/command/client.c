/* client.c: the tool's side of DIR/run/command.sock: hands over its command line and descriptors, then answers the
 * owner's questions through the local host until the exit status arrives.
 *
 * Fails with ERR_NOT_FOUND when nobody listens, ERR_BUSY when somebody does and does not answer, ERR_IO when the owner
 * ended in the middle: the command may then have been done or not, and the text says so. */
#include "frames.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WELCOME_MS 6000
#define SEND_MS    10000

struct call {
    int sock;
    struct host *h;
    struct arena *ar; /* of the answers; reset after each */
    uint8_t *buffer;
    bool welcomed, stop_sent;
};

static bool connect_to(const char *dir, int *sock, struct err *e)
{
    struct sockaddr_un address;
    int folder CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, dir, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (folder < 0 && (errno == EACCES || errno == EPERM)) {
        return err_set(e, ERR_DENIED, "you have no right to reach the archive in %s", dir);
    }
    if (folder < 0) {
        return err_set(e, ERR_NOT_FOUND,
                       "there is no archive in %s; make one with “akta init”, or name another with -d", dir);
    }
    if (!socket_address(dir, folder, SOCKET_NAME, &address)) {
        return err_set(e, ERR_NOT_FOUND, "nobody serves %s", dir);
    }
    int s CLEANUP(fd_close) = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (s < 0) {
        return err_errno(e, errno, "there is no socket");
    }
    struct timeval patience = {.tv_sec = WELCOME_MS / 1000};
    (void)setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* a full backlog blocks connect */
    if (connect(s, (struct sockaddr *)&address, sizeof address) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) {
            return err_set(e, ERR_NOT_FOUND, "nobody serves %s", dir);
        }
        if (errno == EACCES || errno == EPERM) {
            return err_set(e, ERR_DENIED, "you have no right to reach the archive in %s", dir);
        }
        return err_set(e, ERR_BUSY, "the owner of %s does not answer", dir);
    }
    *sock = s;
    s = -1;
    return true;
}

static bool greet(struct call *c, int argc, const char *const *argv, struct err *e)
{
    const struct host *h = c->h;
    struct buf hello CLEANUP(buf_free) = BUF_INIT(16);
    buf_add_u8(&hello, FRAME_VERSION);
    buf_add_u8(&hello, h->lang == LANG_PL ? 1 : 0);
    buf_add_u8(&hello, (uint8_t)((h->json ? 1 : 0) | (h->terminal ? 2 : 0)));
    buf_add_be32(&hello, (uint32_t)argc);
    int fds[] = {h->out, h->err};
    if (!buf_ok(&hello, e) ||
        !frame_send(c->sock, FRAME_HELLO, buf_bytes(&hello), (struct bytes){0}, fds, COUNT_OF(fds), SEND_MS, e)) {
        return false;
    }
    for (int i = 0; i < argc; i++) {
        if (!frame_send(c->sock, FRAME_WORD, (struct bytes){0}, bytes_of(str_of(argv[i])), NULL, 0, SEND_MS, e)) {
            return false;
        }
    }
    return true;
}

static bool answer_error(struct call *c, const struct err *reason, struct err *e)
{
    uint8_t code = (uint8_t)reason->code;
    return frame_send(c->sock, FRAME_ERROR, (struct bytes){&code, 1}, bytes_of(str_of(reason->text)), NULL, 0, SEND_MS,
                      e);
}

static bool answer_fd(struct call *c, bool ok, int *fd, const struct err *reason, struct err *e)
{
    if (!ok) {
        return answer_error(c, reason, e);
    }
    bool sent = frame_send(c->sock, FRAME_FILE, (struct bytes){0}, (struct bytes){0}, fd, 1, SEND_MS, e);
    fd_close(fd);
    return sent;
}

static bool answer_next(struct call *c, struct str folder, struct err *reason, struct err *e)
{
    struct input in;
    if (!c->h->next_input(c->h, folder, c->ar, &in, reason)) {
        return answer_error(c, reason, e);
    }
    struct buf head CLEANUP(buf_free) = BUF_INIT(16);
    buf_add_u8(&head, (uint8_t)in.kind);
    buf_add_be64(&head, in.size);
    return buf_ok(&head, e) &&
           frame_send(c->sock, FRAME_NAME, buf_bytes(&head), bytes_of(in.path), NULL, 0, SEND_MS, e);
}

static bool answer(struct call *c, const struct frame *f, struct err *e)
{
    struct err reason;
    struct host *h = c->h;
    err_init(&reason, h->lang);
    int fd = -1;
    struct str all = str_of_bytes(f->body), rest = {all.p + 1, all.n > 0 ? all.n - 1 : 0};
    switch (f->kind) {
        case FRAME_INPUT:
            return answer_fd(c, h->open_input(h, all, &fd, &reason), &fd, &reason, e);
        case FRAME_OUTPUT:
            return answer_fd(c, h->create_output(h, all, &fd, &reason), &fd, &reason, e);
        case FRAME_FOLDER:
            return answer_fd(c, h->open_folder(h, rest, f->body.p[0] != 0, &fd, &reason), &fd, &reason, e);
        case FRAME_NEXT:
            return answer_next(c, all, &reason, e);
        case FRAME_KEEP:
            if (!h->finish_output(h, rest, f->body.p[0] != 0, &reason)) {
                return answer_error(c, &reason, e);
            }
            return frame_send(c->sock, FRAME_DONE, (struct bytes){0}, (struct bytes){0}, NULL, 0, SEND_MS, e);
        default:
            return err_set(e, ERR_IO, "the owner of the archive sent something that does not belong there");
    }
}

/* Runs while frame_receive waits: passes Ctrl-C on, once. */
static bool pass_stop(void *ctx)
{
    struct call *c = ctx;
    struct err ignored = ERR_INIT;
    if (!c->stop_sent && c->h->stopped(c->h)) {
        c->stop_sent = true;
        (void)!frame_send(c->sock, FRAME_STOP, (struct bytes){0}, (struct bytes){0}, NULL, 0, SEND_MS, &ignored);
    }
    return false;
}

static bool take_exit(const struct call *c, const struct frame *f, int *status, struct err *e)
{
    *status = f->body.p[0];
    if (f->body.n > 1) { /* the command never ran: its own words did not reach the caller */
        char text[COMPLAINT_SIZE], why[512];
        text_printable((struct str){(const char *)f->body.p + 1, f->body.n - 1}, why, sizeof why);
        int n = snprintf(text, sizeof text, "akta: %s\n", why);
        (void)host_write(c->h, c->h->err, (struct bytes){(const uint8_t *)text, n > 0 ? (size_t)n : 0});
    }
    return *status <= EXIT_DAMAGED ||
           err_set(e, ERR_IO, "the owner of the archive sent something that does not belong there");
}

static bool lost(const struct call *c, struct err *e)
{
    if (e->code == ERR_BUSY || !c->welcomed) {
        return err_set(e, ERR_BUSY,
                       "the owner of the archive does not answer; is akta-fcgi hanging, or just starting?");
    }
    return err_set(e, ERR_IO,
                   "the owner of the archive ended in the middle of the command; what it reported is done; for "
                   "the rest look with “akta doctor” and run the command again");
}

/* Asks nothing and gives nothing before the owner has spoken. *over: it turned the tool away. */
static bool wait_for_greeting(struct call *c, int *status, bool *over, struct err *e)
{
    struct frame f CLEANUP(frame_close_fds) = {0};
    *over = false;
    if (!frame_receive(c->sock, c->buffer, &f, WELCOME_MS, NULL, NULL, e)) {
        return lost(c, e);
    }
    if (f.kind == FRAME_EXIT) {
        *over = true;
        return take_exit(c, &f, status, e);
    }
    if (f.kind != FRAME_GREETING) {
        return err_set(e, ERR_IO, "the owner of the archive sent something that does not belong there");
    }
    return f.body.p[0] == FRAME_VERSION ||
           err_set(
               e, ERR_UNSUPPORTED,
               "this tool speaks version %u of the socket, the owner version %u; use the akta that came with akta-fcgi",
               FRAME_VERSION, f.body.p[0]);
}

static bool converse(struct call *c, int *status, struct err *e)
{
    for (;;) {
        struct frame f CLEANUP(frame_close_fds) = {0};
        if (!frame_receive(c->sock, c->buffer, &f, c->welcomed ? -1 : WELCOME_MS, pass_stop, c, e)) {
            return lost(c, e);
        }
        if (f.kind == FRAME_EXIT) {
            return take_exit(c, &f, status, e);
        }
        if (f.kind == FRAME_WELCOME) {
            c->welcomed = true;
        } else if (!answer(c, &f, e)) {
            return e->code == ERR_NOT_FOUND ? lost(c, e) : false;
        }
        arena_reset(c->ar);
    }
}

bool command_call(const char *dir, int argc, const char *const *argv, struct host *h, int *status, struct err *e)
{
    int sock CLEANUP(fd_close) = -1;
    if (!connect_to(dir, &sock, e)) {
        return false;
    }
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct call c = {.sock = sock, .h = h, .ar = ar, .buffer = mem_alloc(FRAME_MAX)};
    if (ar == NULL || c.buffer == NULL) {
        mem_free(c.buffer);
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    bool over = false;
    bool ok = wait_for_greeting(&c, status, &over, e);
    if (ok && !over) {
        ok = greet(&c, argc, argv, e) || e->code == ERR_NOT_FOUND; /* gone: perhaps it said why before */
        ok = ok && converse(&c, status, e);
    }
    mem_free(c.buffer);
    return ok;
}
