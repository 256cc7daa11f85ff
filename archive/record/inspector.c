/* inspector.c: the client of akta-inspect. Starts the helper with an argument vector and an empty environment, sends it
 * one head after another and takes its answer, at most two seconds an item.
 *
 * Promises: a crash, a hang or nonsense from the helper is the answer "unknown" for that item and a fresh helper for
 * the next; the caller never fails for it and never waits longer. One thread at a time. */
#include "record_internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD_MAX  (64u * 1024)
#define ITEM_NS   (2ull * 1000 * 1000 * 1000)
#define LINE_MOST 120
#define PROGRAM   "akta-inspect"

struct inspector {
    char program[3072];
    pid_t pid; /* 0: none is running */
    int socket;
};

/* ---------------------------------------------------------------- starting and ending */

bool helper_program(const char *name, char *out, size_t size)
{
    static const char *const places[] = {"", "../libexec/akta/"};
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    if (n <= 0)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    for (size_t i = 0; slash && i < COUNT_OF(places); i++) {
        size_t room = size - (size_t)(slash + 1 - out);
        int need = snprintf(slash + 1, room, "%s%s", places[i], name);
        if (need < 0 || (size_t)need >= room)
            return false;
        if (access(out, X_OK) == 0)
            return true;
    }
    return false;
}

static bool spawn_with(struct inspector *i, int theirs)
{
    static char *const environment[] = {NULL};
    char *const argv[] = {i->program, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return false;
    }
    /* A group of its own: Ctrl-C at the terminal is for the caller to handle. */
    bool ok =
        posix_spawn_file_actions_adddup2(&files, theirs, STDIN_FILENO) == 0 &&
        posix_spawn_file_actions_adddup2(&files, theirs, STDOUT_FILENO) == 0 &&
        posix_spawn_file_actions_addclosefrom_np(&files, 3) == 0 && posix_spawnattr_setpgroup(&attr, 0) == 0 &&
        posix_spawnattr_setsigmask(&attr, &none) == 0 && posix_spawnattr_setsigdefault(&attr, &all) == 0 &&
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0 &&
        posix_spawn(&i->pid, i->program, &files, &attr, argv, environment) == 0;
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return ok;
}

static bool helper_start(struct inspector *i)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    bool ok = spawn_with(i, pair[1]);
    close(pair[1]);
    if (ok) {
        i->socket = pair[0];
        return true;
    }
    close(pair[0]);
    i->pid = 0;
    return false;
}

static void helper_end(struct inspector *i)
{
    if (i->pid == 0)
        return;
    kill(i->pid, SIGKILL); /* it holds nothing that could be lost */
    while (waitpid(i->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    fd_close(&i->socket);
    i->pid = 0;
}

struct inspector *inspector_start(const char *program)
{
    struct inspector *i = mem_zalloc(sizeof *i);
    if (!i)
        return NULL;
    i->socket = -1;
    bool ok = program ? strlen(program) < sizeof i->program : helper_program(PROGRAM, i->program, sizeof i->program);
    if (ok && program)
        memcpy(i->program, program, strlen(program) + 1);
    if (ok && helper_start(i))
        return i;
    log_line(LOG_WARN, "record", "%s could not be started: media types stay unknown", PROGRAM);
    mem_free(i);
    return NULL;
}

void inspector_stop(struct inspector **i)
{
    if (!*i)
        return;
    helper_end(*i);
    mem_free(*i);
    *i = NULL;
}

/* ---------------------------------------------------------------- one question */

/* Waits until the socket is ready for `events`; false when the time is over. */
static bool wait_ready(const struct inspector *i, short events, uint64_t deadline)
{
    for (;;) {
        uint64_t now = monotonic_ns();
        if (now >= deadline)
            return false;
        struct pollfd p = {.fd = i->socket, .events = events};
        int n = poll(&p, 1, (int)((deadline - now) / 1000000) + 1);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
    }
}

static bool send_all(const struct inspector *i, struct bytes b, uint64_t deadline)
{
    while (b.n > 0) {
        ssize_t n = send(i->socket, b.p, b.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            b.p += n;
            b.n -= (size_t)n;
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            if (!wait_ready(i, POLLOUT, deadline))
                return false;
        } else {
            return false;
        }
    }
    return true;
}

/* One line without its LF; false: time over, closed, or too long. */
static bool receive_line(const struct inspector *i, char line[LINE_MOST + 1], uint64_t deadline)
{
    size_t have = 0;
    while (have <= LINE_MOST) {
        if (!wait_ready(i, POLLIN, deadline))
            return false;
        ssize_t n = recv(i->socket, line + have, LINE_MOST + 1 - have, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        if (n < 0)
            continue;
        have += (size_t)n;
        if (line[have - 1] == '\n') {
            line[have - 1] = '\0';
            return true;
        }
    }
    return false;
}

/* "text/plain", "image/svg+xml": what RFC 6838 allows, so that no answer can carry anything else. */
static bool type_wellformed(const char *s)
{
    size_t slashes = 0;
    for (const char *c = s; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (*c == '/')
            slashes++;
        else if (!plain && !strchr("!#$&-^_.+", *c))
            return false;
    }
    return slashes == 1 && s[0] != '/' && s[strlen(s) - 1] != '/';
}

static bool ask(struct inspector *i, struct bytes head, char line[LINE_MOST + 1])
{
    uint64_t deadline = monotonic_ns() + ITEM_NS;
    uint8_t length[4] = {(uint8_t)(head.n >> 24), (uint8_t)(head.n >> 16), (uint8_t)(head.n >> 8), (uint8_t)head.n};
    return send_all(i, (struct bytes){length, sizeof length}, deadline) && send_all(i, head, deadline) &&
           receive_line(i, line, deadline);
}

void inspector_type(struct inspector *i, struct bytes head, char *out, size_t out_size)
{
    char line[LINE_MOST + 1];
    out[0] = '\0';
    if (!i || out_size < 2 || head.n == 0)
        return;
    if (head.n > HEAD_MAX)
        head.n = HEAD_MAX;
    if (i->pid == 0 && !helper_start(i))
        return;
    /* After an answer that is none, nobody knows where in the conversation the helper stands. */
    if (!ask(i, head, line) || (line[0] && !type_wellformed(line))) {
        log_line(LOG_WARN, "record", "%s failed on an item: its media type stays unknown", PROGRAM);
        helper_end(i);
        return;
    }
    if (strlen(line) < out_size)
        memcpy(out, line, strlen(line) + 1);
}
