/* commit.c: how many single records a second an archive takes in, each of them durable before the next of its client.
 *
 *   commit DIR SECONDS CLIENTS
 *
 * DIR must be absent. Each client is a thread with an open case file of its own and adds distinct documents of about
 * 300 bytes to it, one after the other: accepted text, digests, seals, all indexes and the log entry, synced. Sequencer
 * and checkpoints run as they do in an owner. Prints `commits_per_second RATE commits N batches N cpu_us N`. Exit: 0
 * measured; 2 usage; 4 failed. */
#include "bench_archive.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#define CLIENTS_MAX 256u
#define TEXT_SIZE   300u

struct client {
    struct archive *a;
    struct id file;
    unsigned number;
    pthread_t thread;
};

static atomic_uint_fast64_t commits;
static atomic_bool over;

static const struct actor clerk = {.person = STR_INIT("uid:1000")};

static void open_file(struct client *c)
{
    struct err e = ERR_INIT;
    struct arena *ar CLEANUP(arena_free) = bench_arena(1u << 20);
    struct case_file f;
    const struct file_opening in = {
        .unit = STR("WA"),
        .symbol = STR("1431"),
        .title = arena_fmt(ar, "Dostęp do informacji publicznej %u", c->number),
        .opened = DAY_NONE,
    };
    if (!file_open(c->a, &in, &clerk, ar, &f, &e))
        bench_die("opening a case file", &e);
    c->file = f.id;
}

struct text {
    char p[TEXT_SIZE + 1];
    size_t at;
};

static bool text_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct text *t = ctx;
    (void)e;
    *got = TEXT_SIZE - t->at < n ? TEXT_SIZE - t->at : n;
    memcpy(p, t->p + t->at, *got);
    t->at += *got;
    return true;
}

static void text_make(struct text *t, unsigned client, uint64_t number)
{
    static const char words[] =
        "W odpowiedzi na pismo z dnia 21 listopada zawiadamiam, ze sprawa zostala przekazana do "
        "rozpatrzenia zgodnie z wlasciwoscia; termin odpowiedzi uplywa z koncem miesiaca. ";
    int n = snprintf(t->p, sizeof t->p, "Nr %u/%llu. ", client, (unsigned long long)number);
    for (size_t i = n > 0 ? (size_t)n : 0; i < TEXT_SIZE; i++)
        t->p[i] = words[(i + number * 7) % (sizeof words - 1)];
    t->at = 0;
}

static void *client_main(void *ctx)
{
    struct client *c = ctx;
    struct arena *ar CLEANUP(arena_free) = bench_arena(1u << 20);
    for (uint64_t i = 1; !atomic_load_explicit(&over, memory_order_relaxed); i++) {
        struct err e = ERR_INIT;
        struct text text;
        struct record r;
        text_make(&text, c->number, i);
        const struct record_input in = {
            .name = arena_fmt(ar, "pismo-%llu.txt", (unsigned long long)i),
            .title = STR("Odpowiedź na pismo"),
            .dated = DAY_NONE,
            .media_type = STR("text/plain"),
        };
        struct content_source src = {.read = text_read, .ctx = &text, .size_hint = TEXT_SIZE};
        if (!record_add(c->a, &c->file, &in, src, &clerk, ar, &r, &e))
            bench_die("adding a record", &e);
        atomic_fetch_add_explicit(&commits, 1, memory_order_relaxed);
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

static uint64_t batches_of(struct archive *a)
{
    struct err e = ERR_INIT;
    struct store_figures f;
    if (!store_figures_get(archive_store(a), false, &f, &e))
        bench_die("reading figures", &e);
    return f.batches;
}

static void measure(struct archive *a, struct client *clients, unsigned n, unsigned seconds)
{
    uint64_t batches = batches_of(a), start = monotonic_ns();
    double cpu = cpu_seconds();
    for (unsigned i = 0; i < n; i++)
        if (pthread_create(&clients[i].thread, NULL, client_main, &clients[i]) != 0) {
            fputs("bench: cannot start a client\n", stderr);
            exit(4);
        }
    nanosleep(&(struct timespec){.tv_sec = (time_t)seconds}, NULL);
    uint64_t done = atomic_load(&commits);
    double took = (double)(monotonic_ns() - start) / 1e9;
    cpu = cpu_seconds() - cpu;
    batches = batches_of(a) - batches;
    atomic_store(&over, true);
    for (unsigned i = 0; i < n; i++)
        pthread_join(clients[i].thread, NULL);
    printf("commits_per_second %.0f commits %llu batches %llu cpu_us %.1f\n", (double)done / took,
           (unsigned long long)done, (unsigned long long)batches, cpu * 1e6 / (double)(done > 0 ? done : 1));
}

int main(int argc, char **argv)
{
    static struct client clients[CLIENTS_MAX];
    if (argc != 4) {
        fputs("usage: commit DIR SECONDS CLIENTS\n", stderr);
        return 2;
    }
    unsigned seconds = (unsigned)bench_number(argv[2], 3600), n = (unsigned)bench_number(argv[3], CLIENTS_MAX);
    struct archive *a = bench_create(argv[1], NULL);
    for (unsigned i = 0; i < n; i++) {
        clients[i] = (struct client){.a = a, .number = i + 1};
        open_file(&clients[i]);
    }
    measure(a, clients, n, seconds);
    archive_close(&a);
    return 0;
}
