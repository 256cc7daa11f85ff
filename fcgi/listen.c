/* listen.c: the socket that nginx connects to: made here, or handed over by whoever starts us, so that it outlives us
 * and who comes while the archive is opened anew waits in its queue.
 *
 * Handed over are: standard input, when it is a listening socket, and what systemd passes (LISTEN_FDS,
 * sd_listen_fds(3)). `akta-fcgi --listen PROGRAM` makes the socket and becomes PROGRAM, which keeps it as descriptor
 * LISTENER_KEPT. */
#include "window.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG       512
#define SOCKET_NAME   "run/fcgi.sock"
#define SYSTEMD_FIRST 3 /* SD_LISTEN_FDS_START */

static bool is_listening(int fd)
{
    int yes = 0;
    socklen_t n = sizeof yes;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 && yes != 0;
}

/* The variables name this process, or they are meant for another one. */
static bool passed_by_systemd(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    uint64_t who, n;
    return pid != NULL && fds != NULL && parse_u64(str_of(pid), 1, INT32_MAX, &who) && who == (uint64_t)getpid() &&
           parse_u64(str_of(fds), 1, 64, &n) && is_listening(SYSTEMD_FIRST);
}

bool listener_passed(int *out)
{
    if (is_listening(STDIN_FILENO)) {
        *out = STDIN_FILENO;
        return true;
    }
    if (!passed_by_systemd()) {
        return false;
    }
    *out = SYSTEMD_FIRST;
    return fcntl(SYSTEMD_FIRST, F_SETFD, FD_CLOEXEC) == 0; /* not for akta-inspect */
}

/* A socket file may be left by a crash. One that answers is somebody's. */
static bool is_served(const struct sockaddr_un *address)
{
    int s CLEANUP(fd_close) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return s >= 0 && (connect(s, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);
}

bool listener_make(const char *dir, int *out, struct err *e)
{
    struct sockaddr_un address;
    int folder CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (folder < 0 || !socket_address(dir, folder, SOCKET_NAME, &address)) {
        return err_errno(e, errno, "%s cannot be opened", dir);
    }
    if (is_served(&address)) {
        return err_set(e, ERR_BUSY, "another program listens at %s/%s; end it first", dir, SOCKET_NAME);
    }
    int s CLEANUP(fd_close) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0) {
        return err_errno(e, errno, "there is no socket to listen on");
    }
    (void)disk_now()->unlinkat(folder, SOCKET_NAME, 0);
    if (bind(s, (struct sockaddr *)&address, sizeof address) != 0 || fchmodat(folder, SOCKET_NAME, 0660, 0) != 0 ||
        listen(s, BACKLOG) != 0) {
        return err_errno(e, errno, "listening at %s/%s failed", dir, SOCKET_NAME);
    }
    *out = s;
    s = -1;
    return true;
}

bool listener_hand_over(const char *dir, char **program, struct err *e)
{
    int s = -1;
    if (!listener_make(dir, &s, e)) {
        return false;
    }
    if (s == LISTENER_KEPT ? fcntl(s, F_SETFD, 0) != 0 : dup2(s, LISTENER_KEPT) < 0) {
        return err_errno(e, errno, "the socket cannot be kept");
    }
    (void)execvp(program[0], program);
    return err_errno(e, errno, "%s cannot be started", program[0]);
}
