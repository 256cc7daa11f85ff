/* requests.c: how many filings a second the office takes in, each of them durable before the next of its client, and
 * how long pages of the public register take afterwards.
 *
 *   requests DIR SECONDS CLIENTS [FILL]
 *
 * DIR must be absent. With FILL so many requests are filed first by as many threads. Prints `filings_per_second RATE …`
 * and `page_us N` for the first page, a page in the middle and a page of one word. Exit: 0 measured; 2 usage; 4 failed.
 */
#include "bench_archive.h"
#include "office_request.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#define CLIENTS_MAX 256u
#define PAGES       200u

struct client {
    struct request_desk *d;
    unsigned number;
    pthread_t thread;
};

static atomic_uint_fast64_t filings;
static atomic_bool over;
static uint64_t fill; /* stop after so many; 0: by the clock */

static void file_one(const struct client *c, struct arena *ar, uint64_t i)
{
    struct err e = ERR_INIT;
    struct request_filed out;
    const struct request_filing in = {
        .form = {.kind = REQUEST_FOI,
                 .way = REQUEST_EMAIL,
                 .email = STR("anna@example.pl"),
                 .content = arena_fmt(ar, "Proszę o umowy na odśnieżanie dróg gminnych w roku %u, numer %llu. %s",
                                      2000 + c->number, (unsigned long long)i,
                                      "Interesują mnie kwoty, terminy i nazwy wykonawców.")},
        .channel = REQUEST_PORTAL,
        .received = clock_now(&clock_system),
        .once = arena_fmt(ar, "bench-%u-%020llu", c->number, (unsigned long long)i)};
    if (!request_file(c->d, &in, NULL, ar, &out, NULL, &e))
        bench_die("filing", &e);
    if (fill == 0 || i % 100 != 0)
        return;
    const struct request_act act = {.verb = REQUEST_DO_SUBJECT,
                                    .role = REQUEST_OFFICE,
                                    .at = in.received,
                                    .until = DAY_NONE,
                                    .served = DAY_NONE,
                                    .subject = STR("Umowy na odśnieżanie")};
    struct request_done done;
    if (!request_do(c->d, &out.id, &act, NULL, ar, &done, NULL, &e))
        bench_die("approving", &e);
}

static void *client_main(void *ctx)
{
    struct client *c = ctx;
    struct arena *ar CLEANUP(arena_free) = bench_arena(8u << 20);
    for (uint64_t i = 1; !atomic_load_explicit(&over, memory_order_relaxed); i++) {
        uint64_t n = atomic_fetch_add_explicit(&filings, 1, memory_order_relaxed);
        if (fill > 0 && n >= fill)
            break;
        file_one(c, ar, i);
        arena_reset(ar);
    }
    return NULL;
}

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void run(struct client *clients, unsigned n, unsigned seconds)
{
    atomic_store(&filings, 0);
    atomic_store(&over, false);
    uint64_t start = monotonic_ns();
    double cpu = cpu_seconds();
    for (unsigned i = 0; i < n; i++) {
        if (pthread_create(&clients[i].thread, NULL, client_main, &clients[i]) != 0) {
            fputs("bench: cannot start a client\n", stderr);
            exit(4);
        }
    }
    if (fill == 0)
        nanosleep(&(struct timespec){.tv_sec = (time_t)seconds}, NULL);
    uint64_t done = atomic_load(&filings);
    double took = (double)(monotonic_ns() - start) / 1e9;
    cpu = cpu_seconds() - cpu;
    if (fill == 0)
        atomic_store(&over, true);
    for (unsigned i = 0; i < n; i++)
        pthread_join(clients[i].thread, NULL);
    if (fill == 0)
        printf("filings_per_second %.0f filings %llu cpu_us %.1f\n", (double)done / took, (unsigned long long)done,
               cpu * 1e6 / (double)(done > 0 ? done : 1));
}

static void pages(struct request_desk *d, const char *name, struct request_filter f)
{
    struct arena *ar CLEANUP(arena_free) = bench_arena(64u << 20);
    uint64_t start = monotonic_ns();
    size_t n = 0;
    for (unsigned i = 0; i < PAGES; i++) {
        struct err e = ERR_INIT;
        struct request_public *rows;
        struct str next;
        if (!request_list(d, &f, ar, &rows, &n, &next, &e))
            bench_die("reading the register", &e);
        arena_reset(ar);
    }
    printf("page_us %.1f %s rows %zu\n", (double)(monotonic_ns() - start) / 1e3 / PAGES, name, n);
}

static struct str middle(struct request_desk *d, struct arena *ar)
{
    struct request_filter f = {.limit = 200, .from = DAY_NONE, .until = DAY_NONE};
    for (unsigned i = 0; i < 50; i++) {
        struct err e = ERR_INIT;
        struct request_public *rows;
        size_t n;
        if (!request_list(d, &f, ar, &rows, &n, &f.after, &e))
            bench_die("reading the register", &e);
    }
    return f.after;
}

int main(int argc, char **argv)
{
    static struct client clients[CLIENTS_MAX];
    struct err e = ERR_INIT;
    struct request_desk *d;
    if (argc != 4 && argc != 5) {
        fputs("usage: requests DIR SECONDS CLIENTS [FILL]\n", stderr);
        return 2;
    }
    unsigned seconds = (unsigned)bench_number(argv[2], 3600), n = (unsigned)bench_number(argv[3], CLIENTS_MAX);
    struct archive *a = bench_create(argv[1], NULL);
    struct arena *ar = bench_arena(64u << 20);
    if (!request_desk_open(a, NULL, &d, &e))
        bench_die("opening the desk", &e);
    for (unsigned i = 0; i < n; i++)
        clients[i] = (struct client){.d = d, .number = i + 1};
    if (argc == 5) {
        fill = bench_number(argv[4], 10000000);
        run(clients, n, 0);
        fill = 0;
        for (unsigned i = 0; i < n; i++)
            clients[i].number += n; /* other keys than before */
    }
    run(clients, n, seconds);
    struct request_filter f = {.limit = 50, .from = DAY_NONE, .until = DAY_NONE};
    pages(d, "first", f);
    f.kind = REQUEST_FOI;
    f.state = REQUEST_FILED;
    pages(d, "filtered", f);
    f = (struct request_filter){.limit = 50, .from = DAY_NONE, .until = DAY_NONE, .words = STR("odśnieżania")};
    pages(d, "word", f);
    f.words = STR("");
    f.after = middle(d, ar);
    pages(d, "middle", f);
    arena_free(&ar);
    request_desk_close(&d);
    archive_close(&a);
    return 0;
}
