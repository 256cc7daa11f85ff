/* server_host.c: the host of a command that runs in the owner on behalf of a connected tool. It asks the tool for every
 * file (frames.h) and has no other way to one.
 *
 * A tool that does not answer within ANSWER_MS, or answers with something else, ends its own command. */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER_MS    120000
#define SEND_MS      10000
#define ASK_EVERY_NS 20000000ull

bool client_gone(struct client *c)
{
    if (atomic_load(&c->server->stopping)) {
        atomic_store(&c->stopped, true);
    }
    return atomic_load(&c->stopped);
}

/* Looks at what waits on the socket without taking it, unless a question is under way, whose answer it may be. */
static void look_for_stop(struct client *c)
{
    if (pthread_mutex_trylock(&c->talk) != 0) {
        return;
    }
    uint64_t now = monotonic_ns();
    if (now - c->asked_at >= ASK_EVERY_NS) {
        c->asked_at = now;
        uint8_t kind;
        ssize_t n = recv(c->sock, &kind, 1, MSG_PEEK | MSG_DONTWAIT);
        if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
            atomic_store(&c->stopped, true); /* stop, the end, or something that nobody asked for */
        }
    }
    pthread_mutex_unlock(&c->talk);
}

static bool host_stopped(struct host *h)
{
    struct client *c = h->ctx;
    if (!client_gone(c)) {
        look_for_stop(c);
    }
    return atomic_load(&c->stopped);
}

static bool quit_waiting(void *ctx)
{
    struct client *c = ctx;
    return atomic_load(&c->server->ending);
}

static bool refused(const struct frame *f, struct err *e)
{
    char text[512];
    struct str s = {(const char *)f->body.p + 1, f->body.n - 1};
    text_printable(s, text, sizeof text);
    enum err_code code = f->body.p[0] <= ERR_UNSUPPORTED ? (enum err_code)f->body.p[0] : ERR_INVALID;
    return err_set(e, code == ERR_NONE ? ERR_INVALID : code, "%s", text);
}

/* One question and its answer of the kind `want`; the caller closes the descriptors of the answer. */
static bool ask(struct client *c, uint8_t kind, struct bytes head, struct str path, uint8_t want, struct frame *answer,
                struct err *e)
{
    if (client_gone(c)) {
        return err_set(e, ERR_INTERRUPTED, "interrupted");
    }
    if (!frame_send(c->sock, kind, head, bytes_of(path), NULL, 0, SEND_MS, e)) {
        atomic_store(&c->stopped, true);
        return false;
    }
    for (;;) {
        if (!frame_receive(c->sock, c->buffer, answer, ANSWER_MS, quit_waiting, c, e)) {
            atomic_store(&c->stopped, true);
            return false;
        }
        if (answer->kind == want) {
            return true;
        }
        if (answer->kind == FRAME_ERROR) {
            return refused(answer, e);
        }
        frame_close_fds(answer);
        if (answer->kind != FRAME_STOP) {
            atomic_store(&c->stopped, true);
            return err_set(e, ERR_INVALID, "the other side of command.sock sent something that does not belong there");
        }
        atomic_store(&c->stopped, true); /* its answer still comes */
    }
}

static bool ask_fd(struct host *h, uint8_t kind, struct bytes head, struct str path, int *fd, struct err *e)
{
    struct client *c = h->ctx;
    struct frame answer CLEANUP(frame_close_fds) = {0};
    pthread_mutex_lock(&c->talk);
    bool ok = ask(c, kind, head, path, FRAME_FILE, &answer, e);
    if (ok) {
        *fd = answer.fds[0];
        answer.fd_count = 0;
    }
    pthread_mutex_unlock(&c->talk);
    return ok;
}

/* A tool could hand over anything that is a descriptor: only plain files and folders are worked with. */
static bool plain(int *fd, bool folder_only, struct err *e)
{
    struct stat st;
    if (fstat(*fd, &st) == 0 && (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && !folder_only))) {
        return true;
    }
    fd_close(fd);
    return err_set(e, ERR_INVALID, "the tool handed over something that is neither a file nor a folder");
}

static bool host_open_input(struct host *h, struct str path, int *fd, struct err *e)
{
    return ask_fd(h, FRAME_INPUT, (struct bytes){0}, path, fd, e) && plain(fd, false, e);
}

static bool host_create_output(struct host *h, struct str path, int *fd, struct err *e)
{
    return ask_fd(h, FRAME_OUTPUT, (struct bytes){0}, path, fd, e);
}

/* Into a folder handed over for writing the owner writes with its own rights: it must belong to the caller, or a caller
 * with few rights could make the owner write where only the owner may. */
static bool folder_is_callers(struct client *c, int *fd, struct err *e)
{
    struct stat st;
    if (c->uid == 0 || c->uid == rights_owner(c->server->rights)) {
        return true;
    }
    if (fstat(*fd, &st) == 0 && st.st_uid == c->uid && (st.st_mode & S_IWUSR) != 0) {
        return true;
    }
    fd_close(fd);
    return err_set(e, ERR_DENIED, "the folder must belong to you: the archive's owner writes into it on your behalf");
}

/* A folder that root made is root's alone. */
static bool folder_admits_us(int *fd, struct err *e)
{
    if (faccessat(*fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) == 0) {
        return true;
    }
    fd_close(fd);
    return err_set(e, ERR_DENIED,
                   "the archive's owner cannot write into that folder; give it to that user, as with chown");
}

static bool host_open_folder(struct host *h, struct str path, bool create, int *fd, struct err *e)
{
    uint8_t head = create;
    return ask_fd(h, FRAME_FOLDER, (struct bytes){&head, 1}, path, fd, e) && plain(fd, true, e) &&
           (!create || (folder_is_callers(h->ctx, fd, e) && folder_admits_us(fd, e)));
}

static bool host_finish_output(struct host *h, struct str path, bool keep, struct err *e)
{
    struct client *c = h->ctx;
    uint8_t head = keep;
    struct frame answer CLEANUP(frame_close_fds) = {0};
    pthread_mutex_lock(&c->talk);
    bool ok = ask(c, FRAME_KEEP, (struct bytes){&head, 1}, path, FRAME_DONE, &answer, e);
    pthread_mutex_unlock(&c->talk);
    return ok;
}

static bool take_name(struct bytes body, struct arena *a, struct input *out, struct err *e)
{
    struct reader r = reader_of(body);
    uint8_t kind = rd_u8(&r);
    *out = (struct input){.size = rd_be64(&r)};
    struct bytes path = rd_bytes(&r, r.left);
    bool nul = path.n > 0 && memchr(path.p, 0, path.n) != NULL;
    if (!rd_done(&r) || kind > INPUT_END || nul || (path.n == 0) != (kind == INPUT_END)) {
        return err_set(e, ERR_INVALID, "the tool answered with a name that cannot be one");
    }
    out->kind = (enum input_kind)kind;
    out->path = arena_str(a, path.n > 0 ? str_of_bytes(path) : STR(""));
    return out->path.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool host_next_input(struct host *h, struct str folder, struct arena *a, struct input *out, struct err *e)
{
    struct client *c = h->ctx;
    struct frame answer CLEANUP(frame_close_fds) = {0};
    pthread_mutex_lock(&c->talk);
    bool ok =
        ask(c, FRAME_NEXT, (struct bytes){0}, folder, FRAME_NAME, &answer, e) && take_name(answer.body, a, out, e);
    pthread_mutex_unlock(&c->talk);
    return ok;
}

void client_host(struct client *c)
{
    c->host = (struct host){
        .out = c->caller.out,
        .err = c->caller.err,
        .json = c->caller.json,
        .terminal = c->caller.terminal,
        .lang = c->caller.lang,
        .open_input = host_open_input,
        .next_input = host_next_input,
        .create_output = host_create_output,
        .finish_output = host_finish_output,
        .open_folder = host_open_folder,
        .stopped = host_stopped,
        .ctx = c,
    };
}
