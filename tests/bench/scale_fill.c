/* scale_fill.c: fills an archive through file_open, record_ingest and file_close, many threads at once, so that every
 * row, index and log entry is what the verbs write. Seeded: the same archive but for its random ids and keys. */
#include "scale_fill.h"

#include "bench_archive.h"

#include <pthread.h>
#include <stdatomic.h>

#define OPENERS      32u
#define INGESTERS    2u
#define FILES_A_CALL 1000u
#define OPEN_DAYS    700u /* a case lasts at most so long */

static const struct actor clerk = {.person = STR_INIT("uid:1000")};

uint64_t scale_random(uint64_t stream, uint64_t at)
{
    uint64_t z = stream * 0xD1B54A32D192ED03u + (at + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* ---------------------------------------------------------------- contents */

static bool text_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct scale_text *t = ctx;
    (void)e;
    *got = t->n - t->at < n ? t->n - t->at : n;
    memcpy(p, t->p + t->at, *got);
    t->at += *got;
    return true;
}

void scale_text_make(struct scale_text *t, uint64_t number)
{
    int n = snprintf(t->p, sizeof t->p, "Pismo %llu w sprawie %016llx; odpowiedz w terminie trzydziestu dni.",
                     (unsigned long long)number, (unsigned long long)scale_random(1, number));
    t->n = n > 0 ? (size_t)n : 0;
    t->at = 0;
}

struct content_source scale_text_source(struct scale_text *t)
{
    return (struct content_source){.read = text_read, .ctx = t, .size_hint = t->n};
}

/* ---------------------------------------------------------------- the plan */

static bool take_class(const struct class_version *c, void *ctx, struct err *e)
{
    struct scale *s = ctx;
    if (!c->leaf)
        return true;
    struct str symbol = arena_str(s->arena, c->symbol);
    if (!symbol.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    s->symbols[s->symbol_count++] = symbol;
    return true;
}

static void take_plan(struct scale *s)
{
    struct err e = ERR_INIT;
    s->symbols = arena_alloc(s->arena, 4096 * sizeof *s->symbols);
    if (!class_search(s->a, STR_NONE, s->today, take_class, s, &e))
        bench_die("reading the plan", &e);
}

/* ---------------------------------------------------------------- files, opened and closed by many clients */

typedef void (*file_step)(struct scale *s, size_t file, struct arena *ar);
struct crew {
    struct scale *s;
    file_step step;
    atomic_size_t next;
};

static void *crew_main(void *ctx)
{
    struct crew *c = ctx;
    struct arena *ar CLEANUP(arena_free) = bench_arena(4u << 20);
    for (size_t i; (i = atomic_fetch_add(&c->next, 1)) < c->s->file_count;) {
        c->step(c->s, i, ar);
        arena_reset(ar);
    }
    return NULL;
}

static void with_threads(unsigned n, void *(*run)(void *), void *ctx)
{
    pthread_t thread[OPENERS];
    for (unsigned i = 0; i < n; i++)
        if (pthread_create(&thread[i], NULL, run, ctx) != 0) {
            fputs("bench: cannot start a thread\n", stderr);
            exit(4);
        }
    for (unsigned i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
}

static void every_file(struct scale *s, const char *what, file_step step)
{
    struct crew c = {.s = s, .step = step};
    uint64_t from = monotonic_ns();
    with_threads(OPENERS, crew_main, &c);
    printf("# %s %zu files: %.1f s\n", what, s->file_count, (double)(monotonic_ns() - from) / 1e9);
}

static struct day closing_day(const struct scale *s, size_t file)
{
    return day_add(s->today, -(int)(scale_random(2, file) % (SCALE_YEARS * 365u)));
}

static void open_one(struct scale *s, size_t file, struct arena *ar)
{
    static const struct str units[] = {STR_INIT("WA"), STR_INIT("GK"), STR_INIT("OS"), STR_INIT("FN")};
    struct err e = ERR_INIT;
    struct case_file f;
    const struct file_opening in = {
        .unit = units[scale_random(3, file) % COUNT_OF(units)],
        .symbol = s->symbols[scale_random(4, file) % s->symbol_count],
        .title = arena_fmt(ar, "Sprawa %zu mieszkańca w przedmiocie %08x", file, (unsigned)scale_random(5, file)),
        .opened = day_add(closing_day(s, file), -(int)(scale_random(6, file) % OPEN_DAYS)),
    };
    if (!file_open(s->a, &in, &clerk, ar, &f, &e))
        bench_die("opening a case file", &e);
    s->files[file].id = f.id;
    snprintf(s->files[file].mark, sizeof s->files[file].mark, "%.*s", (int)f.mark.n, f.mark.p);
}

static void close_one(struct scale *s, size_t file, struct arena *ar)
{
    struct err e = ERR_INIT;
    (void)ar;
    if (!file_close(s->a, str_of(s->files[file].mark), closing_day(s, file), &clerk, &e))
        bench_die("closing a case file", &e);
}

/* ---------------------------------------------------------------- records, by bulk ingest */

struct filing {
    struct scale *s;
    atomic_size_t next; /* file */
};

struct slice {
    struct scale *s;
    size_t first; /* record */
    struct ingest_item items[FILES_A_CALL * SCALE_RECORDS_IN_FILE];
    struct scale_text texts[FILES_A_CALL * SCALE_RECORDS_IN_FILE];
};

static bool item_open(struct ingest_item *it, struct content_source *src, struct err *e)
{
    (void)e;
    *src = scale_text_source(it->ctx);
    return true;
}

static void item_close(struct ingest_item *it)
{
    (void)it;
}

static bool keep_sample(void *ctx, size_t item, const struct record *r, struct str mark, struct err *e)
{
    const struct slice *c = ctx;
    struct scale *s = c->s;
    size_t step = s->records / s->sample_count, record = c->first + item;
    (void)mark;
    (void)e;
    if (record % step == 0 && record / step < s->sample_count)
        s->samples[record / step] = r->id;
    return true;
}

static void ingest_files(struct slice *c, size_t first, size_t end, struct arena *ar)
{
    struct err e = ERR_INIT;
    size_t n = 0;
    c->first = first * SCALE_RECORDS_IN_FILE;
    for (size_t file = first; file < end; file++)
        for (unsigned i = 0; i < SCALE_RECORDS_IN_FILE; i++, n++) {
            scale_text_make(&c->texts[n], c->first + n);
            c->items[n] = (struct ingest_item){
                .file = c->s->files[file].id,
                .in = {.name = arena_fmt(ar, "pismo-%08zu.txt", c->first + n),
                       .title = arena_fmt(ar, "Pismo %u w sprawie %zu", i + 1, file),
                       .media_type = STR("text/plain"),
                       .dated = DAY_NONE},
                .open = item_open,
                .close = item_close,
                .ctx = &c->texts[n],
                .size = c->texts[n].n,
            };
        }
    if (!record_ingest(c->s->a, c->items, n, &clerk, keep_sample, c, NULL, &e))
        bench_die("filling the case files", &e);
}

static void *filing_main(void *ctx)
{
    struct filing *f = ctx;
    struct slice *c = calloc(1, sizeof *c);
    struct arena *ar CLEANUP(arena_free) = bench_arena(16u << 20);
    if (c == NULL) {
        fputs("bench: out of memory\n", stderr);
        exit(4);
    }
    c->s = f->s;
    for (size_t first; (first = atomic_fetch_add(&f->next, FILES_A_CALL)) < f->s->file_count;) {
        size_t end = first + FILES_A_CALL < f->s->file_count ? first + FILES_A_CALL : f->s->file_count;
        ingest_files(c, first, end, ar);
        arena_reset(ar);
    }
    free(c);
    return NULL;
}

static void ingest_all(struct scale *s)
{
    struct filing f = {.s = s};
    uint64_t from = monotonic_ns();
    with_threads(INGESTERS, filing_main, &f);
    double took = (double)(monotonic_ns() - from) / 1e9;
    printf("# ingested %zu records: %.1f s, %.0f /s\n", s->records, took, (double)s->records / took);
}

/* ---------------------------------------------------------------- the whole */

void scale_fill(struct archive *a, size_t records, struct scale *out)
{
    struct scale s = {.a = a, .today = archive_today(a), .arena = bench_arena((size_t)1 << 30)};
    s.file_count = (records + SCALE_RECORDS_IN_FILE - 1) / SCALE_RECORDS_IN_FILE;
    s.records = s.file_count * SCALE_RECORDS_IN_FILE;
    s.sample_count = s.records < SCALE_SAMPLES ? s.records : SCALE_SAMPLES;
    s.files = arena_alloc(s.arena, s.file_count * sizeof *s.files);
    s.samples = arena_alloc(s.arena, s.sample_count * sizeof *s.samples);
    if (s.files == NULL || s.samples == NULL) {
        fputs("bench: out of memory\n", stderr);
        exit(4);
    }
    take_plan(&s);
    every_file(&s, "opened", open_one);
    ingest_all(&s);
    every_file(&s, "closed", close_one);
    *out = s;
}

void scale_free(struct scale *s)
{
    arena_free(&s->arena);
}
