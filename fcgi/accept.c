/* accept.c: FastCGI over libfcgi: the threads, one request in and one answer out.
 *
 * Promises that requests under way finish at a stop, and that a client that goes away is no error. Connections come
 * through door.c with the head of a request already there, and go back to it when nginx keeps them. libfcgi would take
 * them from accept itself, with a thread for each that says nothing; it goes by the descriptor in its request when that
 * is set (FCGX_Accept_r), and leaves it open when it believes it to be kept. */
#include "door.h"
#include "window.h"

#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define DRAIN_MS   10000
#define DRAIN_STEP 5
#define ARENA_MAX  (16u << 20) /* of one request */
#define KEPT_BODY  (256u << 10)
#define LEFT_MOST  (64u << 10) /* of a body that nobody wanted, read so that the connection can go on */

struct worker {
    pthread_t thread;
    struct acceptor *acceptor;
    atomic_bool gone;
    struct arena *arena;
    struct buf body;
};
struct acceptor {
    struct window *window;
    struct door *door;
    unsigned count;
    atomic_bool stop;
    struct worker *workers;
};

static struct str param(const FCGX_Request *r, const char *name)
{
    const char *v = FCGX_GetParam(name, r->envp);
    return v != NULL ? str_of(v) : STR("");
}

/* A length that is no number counts as larger than any row takes. */
static uint64_t announced(struct str length)
{
    uint64_t n = 0;
    if (length.n == 0) {
        return BODY_UNKNOWN;
    }
    return parse_u64(length, 0, UINT64_MAX - 2, &n) ? n : UINT64_MAX - 1;
}

/* ---------------------------------------------------------------- the body, as it comes in */

struct inflow {
    FCGX_Request *r;
    uint64_t size, got, begun_ns; /* size: as announced */
};

/* What is there already, at least one byte: FCGX_GetStr alone would wait until all n have come. */
static size_t read_some(FCGX_Stream *in, uint8_t *p, size_t n)
{
    int first = FCGX_GetChar(in);
    if (first == EOF) {
        return 0;
    }
    p[0] = (uint8_t)first;
    size_t there = (size_t)(in->stop - in->rdNext), more = there < n - 1 ? there : n - 1;
    return more > 0 ? 1 + (size_t)FCGX_GetStr((char *)p + 1, (int)more, in) : 1;
}

static bool inflow_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct inflow *f = ctx;
    *got = n > 0 ? read_some(f->r->in, p, n < INT32_MAX ? n : INT32_MAX) : 0;
    f->got += *got;
    if (FCGX_GetError(f->r->in) != 0 || (*got == 0 && f->size != BODY_UNKNOWN && f->got < f->size)) {
        return err_set(e, ERR_INTERRUPTED, "the sender went away");
    }
    return pace_holds(f->begun_ns, monotonic_ns(), f->got) || err_set(e, ERR_INTERRUPTED, "the sender was too slow");
}

static struct request request_of(const FCGX_Request *r)
{
    return (struct request){.method = param(r, "REQUEST_METHOD"),
                            .path = param(r, "DOCUMENT_URI"), /* as nginx decoded and cleaned it */
                            .query = param(r, "QUERY_STRING"),
                            .remote = param(r, "REMOTE_ADDR"),
                            .if_none_match = param(r, "HTTP_IF_NONE_MATCH"),
                            .accept_language = param(r, "HTTP_ACCEPT_LANGUAGE"),
                            .content_type = param(r, "CONTENT_TYPE"),
                            .host = param(r, "HTTP_HOST"),
                            .origin = param(r, "HTTP_ORIGIN"),
                            .fetch_site = param(r, "HTTP_SEC_FETCH_SITE"),
                            .once = param(r, "HTTP_IDEMPOTENCY_KEY"),
                            .secret = param(r, "HTTP_AKTA_SECRET"),
                            .range = param(r, "HTTP_RANGE"),
                            .if_range = param(r, "HTTP_IF_RANGE"),
                            .body_size = announced(param(r, "CONTENT_LENGTH"))};
}

struct outflow {
    FCGX_Request *r;
    uint64_t sent, begun_ns;
};

static bool put(void *ctx, struct bytes piece, struct err *e)
{
    struct outflow *f = ctx;
    if (FCGX_PutStr((const char *)piece.p, (int)piece.n, f->r->out) < 0) {
        return err_set(e, ERR_INTERRUPTED, "the reader went away");
    }
    f->sent += piece.n;
    return pace_holds(f->begun_ns, monotonic_ns(), f->sent) || err_set(e, ERR_INTERRUPTED, "the reader was too slow");
}

/* A download that fails on the way ends short of its announced length, which the reader's program notices. */
static void send_stream(FCGX_Request *r, struct answer *a)
{
    struct outflow f = {.r = r, .begun_ns = monotonic_ns()};
    struct err e = ERR_INIT;
    if (!a->stream(a->stream_ctx, put, &f, &e) && e.code != ERR_INTERRUPTED) {
        log_line(LOG_ERROR, "fcgi", "download failed code=%s", err_name(e.code));
    }
}

static void send_answer(FCGX_Request *r, const struct request *q, struct answer *a)
{
    struct buf head CLEANUP(buf_free) = BUF_INIT(8192);
    struct err e = ERR_INIT;
    if (!answer_head(a, &head, &e)) {
        log_line(LOG_ERROR, "fcgi", "answer refused why=%s field=%s", e.text, e.field);
        buf_reset(&head);
        *a = (struct answer){.body = a->body, .transfer = a->transfer, .transfer_place = a->transfer_place};
        answer_text(a, 500, "Coś poszło nie tak. Spróbuj za chwilę.");
        if (!answer_head(a, &head, &e)) {
            return;
        }
    }
    bool with_body = !str_is(q->method, "HEAD") && (a->body.n > 0 || a->stream != NULL);
    if (FCGX_PutStr((const char *)head.p, (int)head.n, r->out) < 0 || !with_body) {
        return;
    }
    if (a->stream != NULL) {
        send_stream(r, a);
    } else {
        (void)FCGX_PutStr((const char *)a->body.p, (int)a->body.n, r->out);
    }
}

/* The worker's arena and body serve one request after another; what a large page took is given back. */
static void serve(struct worker *k, FCGX_Request *r)
{
    struct request q = request_of(r);
    struct inflow body = {.r = r, .size = q.body_size, .begun_ns = monotonic_ns()};
    struct answer a = {.status = 500, .body = k->body};
    q.body = (struct content_source){.read = inflow_read, .ctx = &body};
    window_answer(k->acceptor->window, &q, k->arena, &a);
    send_answer(r, &q, &a);
    if (a.transfer != NULL) {
        transfer_end(a.transfer, a.transfer_place);
    }
    k->body = a.body;
    if (k->body.cap > KEPT_BODY) {
        buf_free(&k->body);
        k->body = BUF_INIT(BODY_MAX);
    }
    buf_reset(&k->body);
    arena_reset(k->arena);
}

/* The peer's request, from the bytes that door.c has seen. false: it was none, and the connection is closed. */
static bool receive(FCGX_Request *r, const struct visit *v)
{
    r->ipcFd = v->fd;
    r->keepConnection = 1; /* until the request says what it wants; else libfcgi closes it before it reads */
    return FCGX_Accept_r(r) == 0;
}

/* What was not read of a body that has come whole; a longer one ends with its connection. */
static void read_rest(FCGX_Request *r, const struct visit *v)
{
    char rest[4096];
    for (size_t n = 0; v->whole && n < LEFT_MOST && FCGX_HasSeenEOF(r->in) == 0; n += sizeof rest) {
        (void)FCGX_GetStr(rest, sizeof rest, r->in);
    }
}

/* A body that is still coming in makes libfcgi wait for its end before it closes: whoever sends it must be able to
 * read our answer first. true: the connection is kept, and brought its next request at once. */
static bool finish(struct door *door, FCGX_Request *r, struct visit *v, bool last)
{
    read_rest(r, v);
    if (FCGX_HasSeenEOF(r->in) == 0 || last) {
        r->keepConnection = 0;
    }
    if (FCGX_HasSeenEOF(r->in) != 0) {
        FCGX_Detach(r); /* nothing is left to wait for */
    }
    FCGX_Finish_r(r);
    r->detached = 0;
    if (r->ipcFd < 0) {
        door_leave(v);
        return false;
    }
    r->ipcFd = -1;
    if (door_stay(door, v)) {
        return true;
    }
    door_keep(door, v);
    return false;
}

static void *worker_main(void *ctx)
{
    struct worker *k = ctx;
    struct acceptor *a = k->acceptor;
    FCGX_Request r;
    struct visit v;
    k->body = BUF_INIT(BODY_MAX);
    k->arena = arena_new(ARENA_MAX);
    if (k->arena == NULL || FCGX_InitRequest(&r, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        log_line(LOG_ERROR, "fcgi", "a thread does not start");
        arena_free(&k->arena);
        atomic_store(&k->gone, true);
        return NULL;
    }
    for (bool next = false; next || door_wait(a->door, &v);) {
        if (receive(&r, &v)) {
            serve(k, &r);
            next = finish(a->door, &r, &v, atomic_load(&a->stop));
        } else {
            door_leave(&v);
            next = false;
        }
    }
    FCGX_Free(&r, 0);
    buf_free(&k->body);
    arena_free(&k->arena);
    atomic_store(&k->gone, true);
    return NULL;
}

static bool start_workers(struct acceptor *a, unsigned threads, struct err *e)
{
    for (unsigned i = 0; i < threads; i++) {
        a->workers[i].acceptor = a;
        if (pthread_create(&a->workers[i].thread, NULL, worker_main, &a->workers[i]) != 0) {
            return err_set(e, ERR_MEMORY, "only %u of %u threads could be started", i, threads);
        }
        a->count++;
    }
    return true;
}

bool acceptor_start(struct window *w, const char *dir, unsigned threads, struct acceptor **out, struct err *e)
{
    struct acceptor *a = mem_zalloc(sizeof *a);
    struct worker *workers = a != NULL ? mem_zalloc(threads * sizeof *workers) : NULL;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (workers == NULL || FCGX_Init() != 0) {
        mem_free(workers);
        mem_free(a);
        return err_set(e, ERR_MEMORY, "libfcgi does not start");
    }
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL); /* after FCGX_Init, which sets its own */
    a->window = w;
    a->workers = workers;
    if (!door_open(dir, threads, &a->door, e)) {
        mem_free(workers);
        mem_free(a);
        return false;
    }
    *out = a;
    if (start_workers(a, threads, e)) {
        return true;
    }
    (void)acceptor_stop(out);
    return false;
}

static unsigned still_there(const struct acceptor *a)
{
    unsigned left = 0;
    for (unsigned i = 0; i < a->count; i++) {
        left += !atomic_load(&a->workers[i].gone);
    }
    return left;
}

void acceptor_wind_down(struct acceptor *a, unsigned seconds, const sigset_t *signals)
{
    struct timespec pause = {.tv_nsec = DRAIN_STEP * 1000000L};
    uint64_t begun = monotonic_ns();
    if (a == NULL) {
        return;
    }
    atomic_store(&a->window->closing, true);
    while (atomic_load(&a->window->transfers) > 0 && (monotonic_ns() - begun) / 1000000000u < seconds) {
        int number = sigtimedwait(signals, NULL, &pause);
        if (number > 0 && number != SIGHUP) {
            return;
        }
    }
}

bool acceptor_stop(struct acceptor **acceptor)
{
    struct acceptor *a = *acceptor;
    if (a == NULL) {
        return true;
    }
    struct timespec pause = {.tv_nsec = DRAIN_STEP * 1000000L};
    uint64_t begun = monotonic_ns();
    atomic_store(&a->stop, true);
    door_shut(a->door);
    while (still_there(a) > 0) {
        if ((monotonic_ns() - begun) / 1000000u > DRAIN_MS) {
            log_line(LOG_WARN, "fcgi", "requests did not end in time");
            return false;
        }
        nanosleep(&pause, NULL);
    }
    for (unsigned i = 0; i < a->count; i++) {
        pthread_join(a->workers[i].thread, NULL);
    }
    door_close(&a->door);
    mem_free(a->workers);
    mem_free(a);
    *acceptor = NULL;
    return true;
}
