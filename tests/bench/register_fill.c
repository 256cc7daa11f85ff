/* register_fill.c: a public register of many requests, for the bench of the window.
 *
 *   register_fill DIR REQUESTS
 *
 * Writes the register's own rows (lines, words, figures, changes) into the archive DIR, as the verbs write them, over
 * the last ten years, each with a subject; the requests behind them are not there. Then asks it what a visitor asks and
 * prints `search_ms NAME MILLISECONDS rows N` for the first page of each question. Exit: 0; 2 usage; 4 failed. */
#include "bench_archive.h"

#include "archive/office/request_internal.h"

#define PIECE  2000u
#define ROUNDS 20u

static const char *const things[] = {"Umowy",     "Faktury",  "Decyzje", "Protokoły",  "Wydatki",
                                     "Przetargi", "Projekty", "Uchwały", "Zezwolenia", "Kontrole"};
static const char *const about[] = {"na odśnieżanie",        "na remont",           "o wycince drzew",
                                    "w sprawie oświetlenia", "na odbiór odpadów",   "o planie miejscowym",
                                    "na dowóz uczniów",      "w sprawie parkingów", "na dotacje",
                                    "o utrzymaniu zieleni"};
static const char *const places[] = {
    "ulicy Lipowej", "ulicy Polnej", "szkoły podstawowej", "basenu miejskiego", "rynku",      "dworca",
    "parku",         "przedszkola",  "biblioteki",         "cmentarza",         "targowiska", "ratusza"};

struct fill {
    uint64_t from, until, all;
    instant now;
    struct arena *ar;
};

static void fill_one(const struct fill *f, uint64_t i, struct request_head *h)
{
    static const enum request_state states[] = {REQUEST_ANSWERED, REQUEST_CLOSED,    REQUEST_CLOSED, REQUEST_NOT_HELD,
                                                REQUEST_REFUSED,  REQUEST_WITHDRAWN, REQUEST_CLOSED, REQUEST_PARTLY};
    static const enum request_outcome outcomes[] = {REQUEST_DISCLOSED,    REQUEST_DISCLOSED,     REQUEST_POINTER,
                                                    REQUEST_OUT_NOT_HELD, REQUEST_OUT_REFUSED,   REQUEST_OUT_WITHDRAWN,
                                                    REQUEST_DISCLOSED,    REQUEST_DISCLOSED_PART};
    uint64_t r = (i + 1) * 0x9E3779B97F4A7C15u, span = (uint64_t)10 * 365 * 86400;
    bool open = f->all - i < 200;
    r ^= r >> 29;
    *h = (struct request_head){.seq = i + 1,
                               .kind = r % 10 < 8 ? REQUEST_FOI : REQUEST_REUSE + r / 10 % 5,
                               .state = open ? REQUEST_IN_WORK : states[r / 64 % 8],
                               .outcome = open ? 0 : outcomes[r / 64 % 8],
                               .received = f->now - (instant)(span - span / f->all * i)};
    h->day = warsaw_day(h->received);
    h->year = (uint64_t)day_year(h->day);
    h->due = day_add(h->day, 14);
    h->extended_to = h->decide_by = h->disclose_from = h->waiting_until = DAY_NONE;
    h->ended = open ? DAY_NONE : day_add(h->day, (int)(r / 512 % 20));
    h->late = !open && h->ended.n > h->due.n;
    h->shown = h->received + (open ? 0 : (instant)(r / 512 % 20) * 86400);
    h->subject =
        arena_fmt(f->ar, "%s %s %s, rok %d", things[r / 4096 % COUNT_OF(things)], about[r / 65536 % COUNT_OF(about)],
                  places[r / 1048576 % COUNT_OF(places)], 2000 + (int)(r / 16777216 % 27));
}

static bool fill_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct fill *f = ctx;
    for (uint64_t i = f->from; i < f->until; i++) {
        struct request_head h;
        fill_one(f, i, &h);
        if (!public_update(t, NULL, &h, e))
            return false;
    }
    return true;
}

static void fill(struct archive *a, uint64_t all)
{
    struct fill f = {.all = all, .now = clock_now(&clock_system), .ar = bench_arena(16u << 20)};
    uint64_t begun = monotonic_ns();
    for (; f.from < all; f.from = f.until) {
        struct err e = ERR_INIT;
        f.until = f.from + PIECE < all ? f.from + PIECE : all;
        if (!store_write(archive_store(a), fill_fn, &f, &e))
            bench_die("filling the register", &e);
        arena_reset(f.ar);
    }
    printf("filled %llu in %.1f s\n", (unsigned long long)all, (double)(monotonic_ns() - begun) / 1e9);
    arena_free(&f.ar);
}

static void search(struct request_desk *d, const char *name, struct request_filter f)
{
    struct arena *ar = bench_arena(64u << 20);
    uint64_t worst = 0;
    size_t n = 0;
    f.from = f.until = DAY_NONE;
    f.limit = 50;
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct err e = ERR_INIT;
        struct request_public *rows;
        struct str next;
        uint64_t begun = monotonic_ns();
        if (!request_list(d, &f, ar, &rows, &n, &next, &e))
            bench_die("searching the register", &e);
        worst = i > 0 && monotonic_ns() - begun > worst ? monotonic_ns() - begun : worst; /* the first one warms up */
        arena_reset(ar);
    }
    printf("search_ms %s %.3f rows %zu\n", name, (double)worst / 1e6, n);
    arena_free(&ar);
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct request_desk *d;
    if (argc != 3) {
        fputs("usage: register_fill DIR REQUESTS\n", stderr);
        return 2;
    }
    uint64_t all = bench_number(argv[2], 100000000);
    if (!crypto_init(&e))
        bench_die("starting", &e);
    struct archive *a = bench_open(argv[1], NULL);
    if (!request_desk_open(a, NULL, &d, &e))
        bench_die("opening the desk", &e);
    fill(a, all);
    search(d, "word", (struct request_filter){.words = STR("odśnieżania")});
    search(d, "words", (struct request_filter){.words = STR("umowa odśnieżanie basen")});
    search(d, "rare", (struct request_filter){.words = STR("parkingi rynek"), .state = REQUEST_REFUSED});
    search(d, "none", (struct request_filter){.words = STR("odśnieżanie wycinka")});
    search(d, "filter", (struct request_filter){.kind = REQUEST_PETITION, .state = REQUEST_PARTLY});
    request_desk_close(&d);
    archive_close(&a);
    return 0;
}
