/* window_load.c: many clients of one web server, each with one request under way, counted and timed.
 *
 *   window_load -g [-p FILE] [-H LINE] TARGET PATH                  one request; prints the answer as it came
 *   window_load [-c CLIENTS] (-n REQUESTS | -s SECONDS) [-p FILE] [-H LINE] TARGET [PATH…]
 *
 * TARGET is a port of 127.0.0.1 or the path of a Unix socket. Clients keep their connections and take the paths by
 * turns; without any PATH they are read from standard input, one a line. With -p each request is a POST of FILE as JSON
 * with an Idempotency-Key of its own; -H adds a header line. Prints `requests_per_second RATE answers N refused N p50
 * US p99 US`; an answer other than 2xx or 3xx is refused, and the first such goes to standard error. Exit: 0; 2 usage;
 * 4 no connection, or one broke. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 256, PATHS_MAX = 4096, LINE = 1024, IN = 65536, BODY = 65536, TIMES = 1 << 16 };

struct client {
    pthread_t thread;
    int fd; /* -1: not connected */
    unsigned number;
    char in[IN];
    size_t in_n;
    uint32_t *us; /* of each answer */
    size_t us_n, us_cap;
    uint64_t refused;
};

static struct {
    const char *target;
    char *paths[PATHS_MAX];
    size_t path_count;
    char body[BODY];
    size_t body_n;
    bool post;
    const char *line;  /* of the header; NULL: none */
    uint64_t requests; /* 0: by time */
    char run[17];      /* makes the keys of this run its own */
} job;
static atomic_uint_fast64_t taken;
static atomic_bool over, told;

static void die(const char *what)
{
    fprintf(stderr, "window_load: %s: %s\n", what, strerror(errno));
    exit(4);
}

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

/* ---------------------------------------------------------------- one connection */

static int connect_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        die(path);
    }
    memcpy(a.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        die(path);
    return fd;
}

static int connect_port(unsigned long port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        die(job.target);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static int connect_target(void)
{
    char *end = NULL;
    unsigned long port = strtoul(job.target, &end, 10);
    return *end == 0 && port > 0 && port < 65536 ? connect_port(port) : connect_unix(job.target);
}

static void send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t did = send(fd, p, n, MSG_NOSIGNAL);
        if (did <= 0)
            die("sending");
        p += did;
        n -= (size_t)did;
    }
}

static void ask(struct client *c, uint64_t request)
{
    char head[2 * LINE + 512], body[256] = "";
    const char *path = job.paths[request % job.path_count];
    if (job.post)
        snprintf(body, sizeof body,
                 "Content-Type: application/json\r\nContent-Length: %zu\r\nIdempotency-Key: bench-%s-%llu\r\n",
                 job.body_n, job.run, (unsigned long long)request);
    int n =
        snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: bench.example\r\n%s%s%s\r\n", job.post ? "POST" : "GET",
                 path, body, job.line != NULL ? job.line : "", job.line != NULL ? "\r\n" : "");
    if (n < 0 || (size_t)n >= sizeof head) {
        errno = EMSGSIZE;
        die(path);
    }
    if (c->fd < 0)
        c->fd = connect_target();
    send_all(c->fd, head, (size_t)n);
    send_all(c->fd, job.body, job.body_n);
}

/* ---------------------------------------------------------------- one answer */

static void more(struct client *c)
{
    if (c->in_n == sizeof c->in) {
        errno = EMSGSIZE;
        die("header of an answer");
    }
    ssize_t n = recv(c->fd, c->in + c->in_n, sizeof c->in - c->in_n, 0);
    if (n <= 0) {
        errno = n == 0 ? ECONNRESET : errno;
        die("waiting for an answer");
    }
    c->in_n += (size_t)n;
}

/* The value of a header line; NULL: it is not there. */
static const char *header(const char *head, size_t n, const char *name)
{
    const char *end = head + n;
    size_t length = strlen(name);
    for (const char *p = memchr(head, '\n', n); p != NULL; p = memchr(p, '\n', (size_t)(end - p))) {
        p++;
        if ((size_t)(end - p) > length && strncasecmp(p, name, length) == 0 && p[length] == ':')
            return p + length + 1 + (p[length + 1] == ' ');
    }
    return NULL;
}

static void put(FILE *to, const void *p, size_t n)
{
    if (to != NULL)
        fwrite(p, 1, n, to);
}

/* What follows the head: `left` bytes, of which some came with it. */
static void read_body(struct client *c, size_t head, uint64_t left, FILE *to)
{
    size_t here = c->in_n - head < left ? c->in_n - head : (size_t)left;
    put(to, c->in + head, here);
    memmove(c->in, c->in + head + here, c->in_n - head - here);
    c->in_n -= head + here;
    for (left -= here; left > 0; left -= here) {
        more(c);
        here = c->in_n < left ? c->in_n : (size_t)left;
        put(to, c->in, here);
        memmove(c->in, c->in + here, c->in_n - here);
        c->in_n -= here;
    }
}

/* Its status. `to` gets head and body; NULL: nobody. Answers in chunks are not understood: ours have a length. */
static int read_answer(struct client *c, FILE *to)
{
    char *end;
    while ((end = memmem(c->in, c->in_n, "\r\n\r\n", 4)) == NULL)
        more(c);
    size_t head = (size_t)(end - c->in) + 4;
    int status = c->in_n > 12 ? (c->in[9] - '0') * 100 + (c->in[10] - '0') * 10 + (c->in[11] - '0') : 0;
    const char *length = header(c->in, head, "Content-Length"), *close_it = header(c->in, head, "Connection");
    bool closes = close_it != NULL && strncasecmp(close_it, "close", 5) == 0;
    if (length == NULL && status != 304 && status != 204) {
        errno = EPROTO;
        die("an answer without Content-Length");
    }
    put(to, c->in, head);
    read_body(c, head, length != NULL ? strtoull(length, NULL, 10) : 0, to);
    if (closes) {
        close(c->fd);
        c->fd = -1;
        c->in_n = 0;
    }
    return status;
}

/* ---------------------------------------------------------------- many */

static void note(struct client *c, uint64_t us)
{
    if (c->us_n == c->us_cap) {
        c->us_cap = c->us_cap > 0 ? c->us_cap * 2 : TIMES;
        c->us = realloc(c->us, c->us_cap * sizeof *c->us);
        if (c->us == NULL)
            die("memory");
    }
    c->us[c->us_n++] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static void *client_main(void *arg)
{
    struct client *c = arg;
    while (!atomic_load(&over)) {
        uint64_t request = atomic_fetch_add(&taken, 1);
        if (job.requests > 0 && request >= job.requests)
            break;
        uint64_t from = now_us();
        ask(c, request);
        int status = read_answer(c, NULL);
        note(c, now_us() - from);
        if (status < 200 || status > 399) {
            c->refused++;
            if (!atomic_exchange(&told, true))
                fprintf(stderr, "window_load: %s answered %d\n", job.paths[request % job.path_count], status);
        }
    }
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void report(struct client *clients, unsigned count, double seconds)
{
    uint64_t refused = 0;
    size_t n = 0;
    for (unsigned i = 0; i < count; i++) {
        n += clients[i].us_n;
        refused += clients[i].refused;
    }
    uint32_t *all = malloc((n + 1) * sizeof *all);
    if (all == NULL || n == 0)
        die("no answer");
    size_t at = 0;
    for (unsigned i = 0; i < count; at += clients[i++].us_n)
        memcpy(all + at, clients[i].us, clients[i].us_n * sizeof *all);
    qsort(all, n, sizeof *all, by_size);
    printf("requests_per_second %.1f answers %zu refused %llu p50 %u p99 %u\n", (double)n / seconds, n,
           (unsigned long long)refused, all[n / 2], all[n * 99 / 100]);
    free(all);
}

static int run(unsigned count, unsigned seconds)
{
    struct client *clients = calloc(count, sizeof *clients);
    if (clients == NULL)
        die("memory");
    uint64_t from = now_us();
    for (unsigned i = 0; i < count; i++) {
        clients[i].fd = -1;
        if ((errno = pthread_create(&clients[i].thread, NULL, client_main, &clients[i])) != 0)
            die("a thread");
    }
    if (seconds > 0) {
        nanosleep(&(struct timespec){(time_t)seconds, 0}, NULL);
        atomic_store(&over, true);
    }
    for (unsigned i = 0; i < count; i++)
        pthread_join(clients[i].thread, NULL);
    report(clients, count, (double)(now_us() - from) / 1e6);
    return 0;
}

/* ---------------------------------------------------------------- what to do */

static int usage(void)
{
    fputs("usage: window_load -g [-p FILE] [-H LINE] TARGET PATH\n"
          "       window_load [-c CLIENTS] (-n REQUESTS | -s SECONDS) [-p FILE] [-H LINE] TARGET [PATH...]\n",
          stderr);
    return 2;
}

static void read_post(const char *name)
{
    FILE *f = fopen(name, "rb");
    if (f == NULL)
        die(name);
    job.body_n = fread(job.body, 1, sizeof job.body, f);
    fclose(f);
    job.post = true;
}

static void add_path(const char *path)
{
    if (job.path_count == PATHS_MAX || strlen(path) > LINE || (job.paths[job.path_count++] = strdup(path)) == NULL)
        die("too many paths");
}

static void read_paths(void)
{
    char line[LINE];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        add_path(line);
    }
}

static void take_run_name(void)
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        die("getrandom");
    snprintf(job.run, sizeof job.run, "%016llx", (unsigned long long)random);
}

int main(int argc, char **argv)
{
    unsigned long clients = 16, seconds = 0;
    bool one = false;
    for (int option; (option = getopt(argc, argv, "gc:n:s:p:H:")) != -1;) {
        switch (option) {
            case 'g':
                one = true;
                break;
            case 'c':
                clients = strtoul(optarg, NULL, 10);
                break;
            case 'n':
                job.requests = strtoull(optarg, NULL, 10);
                break;
            case 's':
                seconds = strtoul(optarg, NULL, 10);
                break;
            case 'p':
                read_post(optarg);
                break;
            case 'H':
                job.line = optarg;
                break;
            default:
                return usage();
        }
    }
    if (optind == argc || clients == 0 || clients > CLIENTS_MAX || one + (job.requests > 0) + (seconds > 0) != 1)
        return usage();
    job.target = argv[optind];
    for (int i = optind + 1; i < argc; i++)
        add_path(argv[i]);
    if (job.path_count == 0)
        read_paths();
    if (job.path_count == 0)
        return usage();
    take_run_name();
    if (!one)
        return run((unsigned)clients, (unsigned)seconds);
    static struct client c = {.fd = -1};
    ask(&c, 0);
    int status = read_answer(&c, stdout);
    return status >= 200 && status <= 399 ? 0 : 1;
}
