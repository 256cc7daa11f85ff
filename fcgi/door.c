/* door.c: see door.h.
 *
 * All threads wait at one epoll. The listening socket wakes one of them for each connection; a connection that has not
 * said all it must goes into the epoll and is looked at again when more has come. Looking is a peek at the bytes, which
 * stay where libfcgi will read them. One descriptor belongs either to a thread or to the waiting room (`waits`), never
 * to both: that is what the lock keeps. */
#include "door.h"

#include "window.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define FD_MAX      4096 /* descriptors that this process may hold */
#define WAITING_MAX 256u /* connections in the waiting room: the oldest goes when one more comes */
#define LINE_MAX    256u /* requests that stand in line for a long place */
#define PEEK        65536u
#define GLANCE_MS   1  /* a new connection brings its request at once, or it waits in the room */
#define STAY_MS     4  /* for the next request of a kept connection … */
#define STANDBY     2u /* … while so many threads wait for all others */
#define LAST_MS     50 /* the same for those who come while the door is being shut */

enum { RECORD_HEAD = 8, RECORD_BEGIN = 1, RECORD_PARAMS = 4, RECORD_STDIN = 5, PROTOCOL = 1 };
enum came { CAME_NOTHING, CAME_PART, CAME_HEAD /* all but its body */, CAME_ALL, CAME_WRONG };

struct peer {
    uint64_t since_ns;
    bool waits; /* in the room; else a thread has it */
    bool kept;  /* between two requests: may be silent */
    bool known; /* to the epoll … */
    bool edge;  /* … which tells of new bytes only, because some lie there already */
    bool again; /* bytes came while a thread was looking … */
    bool hup;   /* … or the other side said that none will come any more */
};
struct door {
    int listener, epoll, bell, clock; /* bell: rings when the door is shut */
    bool inherited;
    atomic_bool shut;
    atomic_uint idle; /* threads in door_wait */
    pthread_mutex_t lock;
    struct peer peers[FD_MAX]; /* by descriptor */
    unsigned waiting, longs, longs_max;
    int line[LINE_MAX]; /* whole heads for which there is no long place yet */
    unsigned line_at, line_n;
};

/* ---------------------------------------------------------------- what has come so far */

/* Only what nginx sends is let in: a beginning, parameters up to their end, input. */
static enum came judge(const uint8_t *p, size_t n)
{
    size_t at = 0;
    bool begun = false, head = false;
    unsigned id = 0;
    while (at + RECORD_HEAD <= n) {
        const uint8_t *r = p + at;
        unsigned kind = r[1], request = (unsigned)r[2] << 8 | r[3], length = (unsigned)r[4] << 8 | r[5];
        if (head && kind == RECORD_STDIN && length == 0) {
            return CAME_ALL;
        }
        if (!head && (r[0] != PROTOCOL || request == 0 || kind != (begun ? RECORD_PARAMS : RECORD_BEGIN) ||
                      (begun && request != id))) {
            return CAME_WRONG;
        }
        head = head || (begun && length == 0);
        begun = true;
        id = request;
        at += RECORD_HEAD + length + r[6];
    }
    if (head) {
        return CAME_HEAD;
    }
    return n == 0 ? CAME_NOTHING : n < PEEK ? CAME_PART : CAME_WRONG;
}

static enum came look(int fd)
{
    uint8_t seen[PEEK];
    ssize_t n = recv(fd, seen, sizeof seen, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR ? CAME_NOTHING : CAME_WRONG;
    }
    return n == 0 ? CAME_WRONG : judge(seen, (size_t)n);
}

static enum came look_within(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    enum came c = look(fd);
    if (c != CAME_NOTHING) {
        return c;
    }
    (void)poll(&p, 1, ms);
    return look(fd);
}

/* ---------------------------------------------------------------- the waiting room */

static void arm(struct door *d, int fd, struct peer *p, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.fd = fd};
    (void)epoll_ctl(d->epoll, p->known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev);
    p->known = true;
}

/* Its other end, and the epoll, are told; whoever is woken by that closes it. */
static void send_away(int fd)
{
    (void)shutdown(fd, SHUT_RDWR);
}

static void send_oldest_away(struct door *d)
{
    int oldest = -1;
    for (int fd = 0; fd < FD_MAX; fd++) {
        if (d->peers[fd].waits && (oldest < 0 || d->peers[fd].since_ns < d->peers[oldest].since_ns)) {
            oldest = fd;
        }
    }
    if (oldest >= 0) {
        d->peers[oldest].since_ns = UINT64_MAX; /* not twice */
        send_away(oldest);
    }
}

static void send_impatient_away(struct door *d)
{
    uint64_t now = monotonic_ns();
    pthread_mutex_lock(&d->lock);
    for (int fd = 0; fd < FD_MAX && d->waiting > 0; fd++) {
        struct peer *p = &d->peers[fd];
        if (p->waits && !p->kept && p->since_ns < now && now - p->since_ns > DOOR_PATIENCE * 1000000000ull) {
            p->since_ns = UINT64_MAX;
            send_away(fd);
        }
    }
    pthread_mutex_unlock(&d->lock);
}

/* Into the room, after a look that found it not whole. false: more came meanwhile, look again. */
static bool seat(struct door *d, int fd, bool part)
{
    struct peer *p = &d->peers[fd];
    pthread_mutex_lock(&d->lock);
    bool stays = !p->again;
    p->again = false;
    if (stays) {
        p->waits = true;
        d->waiting++;
        if (d->waiting > WAITING_MAX) {
            send_oldest_away(d);
        }
        if (!part) {
            arm(d, fd, p, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT);
        } else if (!p->edge) {
            p->edge = true;
            arm(d, fd, p, EPOLLIN | EPOLLRDHUP | EPOLLET);
        }
    }
    pthread_mutex_unlock(&d->lock);
    return stays;
}

/* Out of the room, to this thread. false: another one has it, and is told to look again. */
static bool fetch(struct door *d, int fd, uint32_t events)
{
    struct peer *p = &d->peers[fd];
    pthread_mutex_lock(&d->lock);
    bool mine = p->waits;
    p->hup = p->hup || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    p->again = !mine;
    if (mine) {
        p->waits = false;
        d->waiting--;
    }
    pthread_mutex_unlock(&d->lock);
    return mine;
}

/* ---------------------------------------------------------------- long places, and the line for them */

static bool long_taken(struct door *d, int fd, struct visit *v)
{
    pthread_mutex_lock(&d->lock);
    bool taken = d->longs < d->longs_max, stands = !taken && d->line_n < LINE_MAX;
    if (taken) {
        d->longs++;
        *v = (struct visit){.fd = fd, .long_at = d};
    } else if (stands) {
        d->line[(d->line_at + d->line_n++) % LINE_MAX] = fd;
    }
    pthread_mutex_unlock(&d->lock);
    if (!taken && !stands) {
        (void)close(fd);
    }
    return taken;
}

static bool first_of_line(struct door *d, struct visit *v)
{
    pthread_mutex_lock(&d->lock);
    bool taken = d->line_n > 0 && d->longs < d->longs_max;
    if (taken) {
        d->longs++;
        *v = (struct visit){.fd = d->line[d->line_at], .long_at = d};
        d->line_at = (d->line_at + 1) % LINE_MAX;
        d->line_n--;
    }
    pthread_mutex_unlock(&d->lock);
    return taken;
}

void door_leave(struct visit *v)
{
    struct door *d = v->long_at;
    v->long_at = NULL;
    if (d != NULL) {
        pthread_mutex_lock(&d->lock);
        d->longs--;
        pthread_mutex_unlock(&d->lock);
    }
}

/* ---------------------------------------------------------------- in */

static bool let_in(struct door *d, int fd, enum came c, struct visit *v)
{
    struct peer *p = &d->peers[fd];
    if (p->edge) { /* a body that flows in wakes nobody else */
        p->edge = false;
        arm(d, fd, p, EPOLLONESHOT);
    }
    if (c == CAME_HEAD) {
        return long_taken(d, fd, v);
    }
    *v = (struct visit){.fd = fd, .whole = true};
    return true;
}

/* A connection that is this thread's: true, its request is whole; false, it waits or is gone. */
static bool consider(struct door *d, int fd, int ms, struct visit *v)
{
    for (;;) {
        enum came c = look_within(fd, ms);
        if (c == CAME_HEAD || c == CAME_ALL) {
            return let_in(d, fd, c, v);
        }
        if (c == CAME_WRONG || d->peers[fd].hup || atomic_load(&d->shut)) {
            (void)close(fd);
            return false;
        }
        if (seat(d, fd, c == CAME_PART)) {
            return false;
        }
    }
}

static int take_new(struct door *d)
{
    struct timeval silence = {.tv_sec = DOOR_SILENCE};
    int fd = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= FD_MAX) {
        (void)close(fd);
        errno = EMFILE;
        fd = -1;
    }
    if (fd >= 0) {
        d->peers[fd] = (struct peer){.since_ns = monotonic_ns()};
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence);
    }
    return fd;
}

static bool answer_knock(struct door *d, struct visit *v)
{
    struct timespec pause = {.tv_nsec = 20000000};
    int fd = take_new(d);
    if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        log_line(LOG_WARN, "fcgi", "accept failed errno=%d", errno);
        pthread_mutex_lock(&d->lock);
        send_oldest_away(d);
        pthread_mutex_unlock(&d->lock);
        nanosleep(&pause, NULL);
    }
    return fd >= 0 && consider(d, fd, GLANCE_MS, v);
}

/* Who stood before the door when it was shut comes in, unless somebody else will open it. */
static bool last_ones(struct door *d, struct visit *v)
{
    for (int fd = -1; !d->inherited && (fd = take_new(d)) >= 0;) {
        if (consider(d, fd, LAST_MS, v)) {
            return true;
        }
    }
    return false;
}

bool door_wait(struct door *d, struct visit *v)
{
    struct epoll_event ev;
    while (!first_of_line(d, v)) {
        if (atomic_load(&d->shut)) {
            return last_ones(d, v);
        }
        atomic_fetch_add(&d->idle, 1);
        int n = epoll_wait(d->epoll, &ev, 1, -1);
        atomic_fetch_sub(&d->idle, 1);
        if (n != 1 || ev.data.fd == d->bell) {
            continue;
        }
        if (ev.data.fd == d->listener) {
            if (answer_knock(d, v)) {
                return true;
            }
        } else if (ev.data.fd == d->clock) {
            send_impatient_away(d);
        } else if (fetch(d, ev.data.fd, ev.events) && consider(d, ev.data.fd, 0, v)) {
            return true;
        }
    }
    return true;
}

bool door_stay(struct door *d, struct visit *v)
{
    struct pollfd p = {.fd = v->fd, .events = POLLIN};
    if (v->long_at != NULL || atomic_load(&d->shut) || atomic_load(&d->idle) < STANDBY || poll(&p, 1, STAY_MS) != 1 ||
        look(v->fd) != CAME_ALL) {
        return false;
    }
    *v = (struct visit){.fd = v->fd, .whole = true};
    return true;
}

void door_keep(struct door *d, struct visit *v)
{
    struct peer *p = &d->peers[v->fd];
    door_leave(v);
    p->kept = true;
    p->since_ns = monotonic_ns();
    p->again = false;
    if (atomic_load(&d->shut)) {
        (void)close(v->fd);
    } else {
        (void)seat(d, v->fd, false);
    }
}

/* ---------------------------------------------------------------- opening and shutting */

static bool add(struct door *d, int fd, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.fd = fd};
    return fd >= 0 && epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
}

static bool make_room(struct door *d, struct err *e)
{
    struct itimerspec second = {.it_interval.tv_sec = 1, .it_value.tv_sec = 1};
    d->epoll = epoll_create1(EPOLL_CLOEXEC);
    d->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    d->clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (d->epoll < 0 || !add(d, d->bell, EPOLLIN) || !add(d, d->clock, EPOLLIN | EPOLLET) ||
        timerfd_settime(d->clock, 0, &second, NULL) != 0 ||
        fcntl(d->listener, F_SETFL, fcntl(d->listener, F_GETFL) | O_NONBLOCK) != 0 || !add(d, d->listener, EPOLLIN)) {
        return err_errno(e, errno, "there is nowhere for connections to wait");
    }
    return true;
}

bool door_open(const char *dir, unsigned threads, struct door **out, struct err *e)
{
    struct door *d = mem_zalloc(sizeof *d);
    if (d == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    pthread_mutex_init(&d->lock, NULL);
    d->longs_max = threads >= 2 ? threads / 2 : 1;
    d->epoll = d->bell = d->clock = -1;
    d->listener = -1;
    d->inherited = listener_passed(&d->listener);
    if ((!d->inherited && !listener_make(dir, &d->listener, e)) || !make_room(d, e)) {
        door_close(&d);
        return false;
    }
    *out = d;
    return true;
}

void door_shut(struct door *d)
{
    atomic_store(&d->shut, true);
    (void)eventfd_write(d->bell, 1);
}

void door_close(struct door **door)
{
    struct door *d = *door;
    if (d == NULL) {
        return;
    }
    for (int fd = 0; fd < FD_MAX; fd++) {
        if (d->peers[fd].waits) {
            (void)close(fd);
        }
    }
    if (!d->inherited) {
        fd_close(&d->listener);
    }
    fd_close(&d->clock);
    fd_close(&d->bell);
    fd_close(&d->epoll);
    pthread_mutex_destroy(&d->lock);
    mem_free(d);
    *door = NULL;
}
