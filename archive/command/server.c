/* server.c: the owner's side of DIR/run/command.sock: listening, one thread for each tool, and a bounded end.
 *
 * Promises that no tool, dead, slow or hostile, holds up anything but its own thread, that a user has a bounded share
 * of the places, and that command_server_stop returns within a few seconds more than its ten. A socket file left behind
 * by a crash is replaced: the flock of the archive proves that nobody serves it. */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG      64
#define WAIT_STEP_MS 20
#define STOP_MS      10000
#define END_MS       5000

static void nap(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static void reap(struct command_server *s)
{
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        struct client *c = &s->clients[i];
        if (c->used && atomic_load(&c->ended)) {
            pthread_join(c->thread, NULL);
            fd_close(&c->sock);
            c->used = false;
        }
    }
}

/* A free place, or NULL: all are taken, or this user has its share. */
static struct client *place_for(struct command_server *s, uid_t uid)
{
    struct client *free_one = NULL;
    size_t same = 0;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        struct client *c = &s->clients[i];
        if (!c->used) {
            free_one = c;
        } else {
            same += c->uid == uid;
        }
    }
    bool may_all = uid == 0 || uid == rights_owner(s->rights);
    return may_all || same < CLIENTS_PER_USER ? free_one : NULL;
}

static void turn_away(int sock)
{
    uint8_t status = EXIT_REFUSED;
    struct err e = ERR_INIT;
    struct str why = str_of("Too many tools are at work. Try again in a moment.");
    (void)!frame_send(sock, FRAME_EXIT, (struct bytes){&status, 1}, bytes_of(why), NULL, 0, 0, &e);
}

static void admit(struct command_server *s, int sock)
{
    struct ucred peer;
    socklen_t n = sizeof peer;
    if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0) {
        fd_close(&sock);
        return;
    }
    pthread_mutex_lock(&s->lock);
    reap(s);
    struct client *c = place_for(s, peer.uid);
    if (c != NULL) {
        *c = (struct client){.server = s, .sock = sock, .uid = peer.uid, .used = true};
        if (pthread_create(&c->thread, NULL, client_main, c) != 0) {
            c->used = false;
            c = NULL;
        }
    }
    pthread_mutex_unlock(&s->lock);
    if (c == NULL) {
        turn_away(sock);
        fd_close(&sock);
    }
}

static void *accept_main(void *ctx)
{
    struct command_server *s = ctx;
    for (;;) {
        struct pollfd p[] = {{.fd = s->listener, .events = POLLIN}, {.fd = s->wake[0], .events = POLLIN}};
        int n = poll(p, COUNT_OF(p), 1000);
        if (atomic_load(&s->stopping)) {
            return NULL;
        }
        if (n > 0 && p[0].revents != 0) {
            int sock = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
            if (sock >= 0) {
                admit(s, sock);
            } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
                nap(100); /* the tool waits in the backlog meanwhile */
            }
        }
        pthread_mutex_lock(&s->lock);
        reap(s);
        pthread_mutex_unlock(&s->lock);
    }
}

static bool listen_at(struct command_server *s, struct err *e)
{
    struct sockaddr_un address;
    int dir CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (dir < 0 || !socket_address(s->dir, dir, SOCKET_NAME, &address)) {
        return err_errno(e, errno, "%s cannot be opened", s->dir);
    }
    s->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->listener < 0) {
        return err_errno(e, errno, "there is no socket to listen on");
    }
    (void)disk_now()->unlinkat(dir, SOCKET_NAME, 0);
    if (bind(s->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        fchmodat(dir, SOCKET_NAME, 0660, 0) != 0 || listen(s->listener, BACKLOG) != 0) {
        return err_errno(e, errno, "listening at %s/%s failed", s->dir, SOCKET_NAME);
    }
    return true;
}

static void server_free(struct command_server *s)
{
    fd_close(&s->listener);
    fd_close(&s->wake[0]);
    fd_close(&s->wake[1]);
    rights_free(&s->rights);
    pthread_mutex_destroy(&s->lock);
    mem_free(s->dir);
    mem_free(s);
}

static void no_op(int signal_number)
{
    (void)signal_number;
}

/* SIGUSR2 makes a system call of the thread it is sent to return EINTR and does nothing else. */
static void take_signal(void)
{
    struct sigaction quiet = {.sa_handler = no_op};
    sigemptyset(&quiet.sa_mask);
    sigaction(SIGUSR2, &quiet, NULL);
}

bool command_server_start(struct archive *a, const char *dir, struct command_server **out, struct err *e)
{
    size_t n = strlen(dir) + 1;
    struct command_server *s = mem_zalloc(sizeof *s);
    char *copy = s != NULL ? mem_alloc(n) : NULL;
    if (copy == NULL) {
        mem_free(s);
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    memcpy(copy, dir, n);
    s->dir = copy;
    s->archive = a;
    s->listener = s->wake[0] = s->wake[1] = -1;
    pthread_mutex_init(&s->lock, NULL);
    s->rights = rights_read(a, e);
    if (s->rights == NULL || !listen_at(s, e)) {
        server_free(s);
        return false;
    }
    take_signal();
    if (pipe2(s->wake, O_CLOEXEC) != 0 || pthread_create(&s->acceptor, NULL, accept_main, s) != 0) {
        server_free(s);
        return err_set(e, ERR_MEMORY, "there is no thread to serve tools");
    }
    *out = s;
    return true;
}

static size_t running(struct command_server *s, bool interrupt)
{
    size_t n = 0;
    pthread_mutex_lock(&s->lock);
    reap(s);
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (s->clients[i].used) {
            n++;
            if (interrupt) {
                pthread_kill(s->clients[i].thread, SIGUSR2);
            }
        }
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

bool command_server_stop(struct command_server **server)
{
    struct command_server *s = *server;
    if (s == NULL) {
        return true;
    }
    atomic_store(&s->stopping, true);
    (void)!write(s->wake[1], "x", 1);
    pthread_join(s->acceptor, NULL);
    fd_close(&s->listener);
    uint64_t begun = monotonic_ns();
    size_t left;
    while ((left = running(s, atomic_load(&s->ending))) > 0) {
        uint64_t ms = (monotonic_ns() - begun) / 1000000u;
        if (ms >= STOP_MS + END_MS) {
            log_line(LOG_WARN, "command", "a command did not end clients=%zu", left);
            return false; /* its thread still uses the server */
        }
        atomic_store(&s->ending, ms >= STOP_MS);
        nap(WAIT_STEP_MS);
    }
    int dir CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (dir >= 0) {
        (void)disk_now()->unlinkat(dir, SOCKET_NAME, 0);
    }
    server_free(s);
    *server = NULL;
    return true;
}
