/* scale.c: what each daily question and change costs in an archive of a given size.
 *
 *   scale DIR RECORDS
 *
 * DIR must be absent. Fills an archive (ten records a file, every end class of the plan, closing days over forty
 * years), closes and opens it again with the standard settings, and measures each act many times on files and records
 * chosen at random. Prints `cost NAME MEDIAN_MS p95 MS runs N` for each and lines that begin with # for what it did.
 * Exit: 0 measured; 2 usage; 4 failed. */
#include "bench_archive.h"
#include "scale_fill.h"

#define RUNS 301u

struct bench {
    struct scale s;
    const char *dir;
    struct arena *ar;
    struct scale_file work[RUNS]; /* opened by the bench itself */
    struct id holds[RUNS];
    struct str deep; /* a cursor far down the queue */
    struct str symbol;
};

static const struct actor clerk = {.person = STR_INIT("uid:1000")};

static const struct scale_file *any_file(const struct bench *b, size_t run)
{
    return &b->s.files[scale_random(11, run) % b->s.file_count];
}

static const struct id *any_record(const struct bench *b, size_t run)
{
    return &b->s.samples[scale_random(12, run) % b->s.sample_count];
}

/* ---------------------------------------------------------------- figures */

typedef bool (*act)(struct bench *b, size_t run, struct err *e);

static int by_time(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

static void measure(struct bench *b, const char *name, act do_it, size_t runs)
{
    static uint64_t took[RUNS];
    for (size_t i = 0; i < runs; i++) {
        struct err e = ERR_INIT;
        arena_reset(b->ar);
        uint64_t from = monotonic_ns();
        bool ok = do_it(b, i, &e);
        took[i] = monotonic_ns() - from;
        if (!ok)
            bench_die(name, &e);
    }
    qsort(took, runs, sizeof took[0], by_time);
    printf("cost %s %.4f p95 %.4f runs %zu\n", name, (double)took[runs / 2] / 1e6,
           (double)took[runs - 1 - runs / 20] / 1e6, runs);
    fflush(stdout);
}

/* ---------------------------------------------------------------- reading */

static bool mark_lookup_fn(struct txn *t, void *ctx, struct err *e)
{
    struct bench *b = ctx;
    struct case_file f;
    return file_by_mark(t, b->s.a, b->symbol, false, b->ar, &f, e);
}

static bool mark_lookup(struct bench *b, size_t run, struct err *e)
{
    b->symbol = str_of(any_file(b, run)->mark);
    return store_read(archive_store(b->s.a), mark_lookup_fn, b, e);
}

static bool get_record(struct bench *b, size_t run, struct err *e)
{
    struct record r;
    return record_get(b->s.a, any_record(b, run), true, b->ar, &r, e);
}

static bool sink_nothing(void *ctx, struct bytes plain, struct err *e)
{
    (void)ctx;
    (void)plain;
    (void)e;
    return true;
}

static bool read_record(struct bench *b, size_t run, struct err *e)
{
    struct record r;
    return record_get(b->s.a, any_record(b, run), true, b->ar, &r, e) && record_read(b->s.a, &r, sink_nothing, NULL, e);
}

static bool count_record(const struct record *r, void *ctx, struct err *e)
{
    (void)r;
    (void)e;
    ++*(size_t *)ctx;
    return true;
}

static bool show_file(struct bench *b, size_t run, struct err *e)
{
    struct case_file f;
    struct retention why;
    size_t n = 0;
    if (!file_get(b->s.a, str_of(any_file(b, run)->mark), b->ar, &f, e) ||
        !file_records(b->s.a, &f.id, true, count_record, &n, e) || !file_retention(b->s.a, &f, b->ar, &why, e))
        return false;
    return n == SCALE_RECORDS_IN_FILE || err_set(e, ERR_CORRUPT, "a file shows %zu records", n);
}

/* ---------------------------------------------------------------- queue and forecast */

struct seen {
    size_t rows;
    uint64_t total;
    char cursor[256];
};

static bool see_row(const struct queue_row *r, void *ctx, struct err *e)
{
    struct seen *s = ctx;
    (void)e;
    s->rows++;
    snprintf(s->cursor, sizeof s->cursor, "%.*s", (int)r->cursor.n, r->cursor.p);
    return true;
}

static bool queue_page(struct bench *b, const struct queue_filter *f, size_t at_least, struct seen *s, struct err *e)
{
    *s = (struct seen){0};
    if (!queue_list(b->s.a, f, see_row, s, &s->total, e))
        return false;
    return s->rows >= at_least ||
           err_set(e, ERR_CORRUPT, "the queue shows %zu rows of %llu", s->rows, (unsigned long long)s->total);
}

static bool queue_first(struct bench *b, size_t run, struct err *e)
{
    struct seen s;
    (void)run;
    return queue_page(b, &(struct queue_filter){.on = b->s.today, .limit = 50}, 50, &s, e);
}

static bool queue_deep(struct bench *b, size_t run, struct err *e)
{
    struct seen s;
    (void)run;
    return queue_page(b, &(struct queue_filter){.on = b->s.today, .limit = 50, .after = b->deep}, 1, &s, e);
}

static bool queue_class(struct bench *b, size_t run, struct err *e)
{
    static const struct str symbols[] = {STR_INIT("14"), STR_INIT("0"), STR_INIT("31"), STR_INIT("5")};
    struct seen s;
    const struct queue_filter f = {.on = b->s.today, .limit = 50, .symbol = symbols[run % COUNT_OF(symbols)]};
    return queue_page(b, &f, 0, &s, e);
}

/* One end class: few of the files that are due. */
static bool queue_leaf(struct bench *b, size_t run, struct err *e)
{
    struct seen s;
    const struct queue_filter f = {
        .on = b->s.today, .limit = 50, .symbol = b->s.symbols[scale_random(14, run) % b->s.symbol_count]};
    return queue_page(b, &f, 0, &s, e);
}

static bool queue_destroy(struct bench *b, size_t run, struct err *e)
{
    struct seen s;
    (void)run;
    const struct queue_filter f = {.on = b->s.today, .limit = 50, .action = ACTION_DESTROY};
    return queue_page(b, &f, 1, &s, e);
}

static void find_deep(struct bench *b)
{
    struct err e = ERR_INIT;
    static struct seen s;
    const struct queue_filter f = {.on = b->s.today, .limit = b->s.file_count / 4};
    if (!queue_page(b, &f, 50, &s, &e))
        bench_die("walking the queue", &e);
    printf("# due today: %llu of %zu files\n", (unsigned long long)s.total, b->s.file_count);
    b->deep = str_of(s.cursor);
}

static bool see_year(const struct forecast_row *r, void *ctx, struct err *e)
{
    (void)e;
    *(uint64_t *)ctx += r->files;
    return true;
}

static bool forecast(struct bench *b, size_t run, struct err *e)
{
    uint64_t files = 0;
    (void)run;
    return forecast_list(b->s.a, b->s.today, 60, see_year, &files, e) &&
           (files > 0 || err_set(e, ERR_CORRUPT, "the forecast is empty"));
}

/* ---------------------------------------------------------------- changing */

static bool open_work(struct bench *b, size_t run, struct err *e)
{
    struct case_file f;
    const struct file_opening in = {.unit = STR("WA"),
                                    .symbol = b->s.symbols[scale_random(13, run) % b->s.symbol_count],
                                    .title = STR("Sprawa bieżąca"),
                                    .opened = DAY_NONE};
    if (!file_open(b->s.a, &in, &clerk, b->ar, &f, e))
        return false;
    b->work[run].id = f.id;
    snprintf(b->work[run].mark, sizeof b->work[run].mark, "%.*s", (int)f.mark.n, f.mark.p);
    return true;
}

static bool commit(struct bench *b, size_t run, struct err *e)
{
    struct scale_text text;
    struct record r;
    const struct record_input in = {
        .name = STR("pismo.txt"), .title = STR("Pismo"), .media_type = STR("text/plain"), .dated = DAY_NONE};
    scale_text_make(&text, run);
    return record_add(b->s.a, &b->work[run].id, &in, scale_text_source(&text), &clerk, b->ar, &r, e);
}

static bool close_work(struct bench *b, size_t run, struct err *e)
{
    return file_close(b->s.a, str_of(b->work[run].mark), archive_today(b->s.a), &clerk, e);
}

static bool place_hold(struct bench *b, size_t run, struct err *e)
{
    return hold_place(b->s.a, str_of(any_file(b, run)->mark), STR("Kontrola"), STR("Pismo NIK"),
                      day_add(b->s.today, 90), &clerk, &b->holds[run], e);
}

static bool release_hold(struct bench *b, size_t run, struct err *e)
{
    return hold_release(b->s.a, &b->holds[run], STR("Kontrola zakończona"), &clerk, e);
}

static bool describe(struct bench *b, size_t run, struct err *e)
{
    const struct record_input in = {.title = STR("Pismo, tytuł poprawiony"), .dated = DAY_NONE};
    return record_describe(b->s.a, any_record(b, run), &in, &clerk, e);
}

/* ---------------------------------------------------------------- log and care */

static bool prove(struct bench *b, size_t run, struct err *e)
{
    struct record r;
    struct buf proof CLEANUP(buf_free) = BUF_INIT(1u << 20);
    return record_get(b->s.a, any_record(b, run), false, b->ar, &r, e) &&
           ledger_prove(archive_ledger(b->s.a), r.entry, &proof, e);
}

/* One more entry, and the log out with it. */
static bool publish(struct bench *b, size_t run, struct err *e)
{
    return describe(b, run, e) && ledger_publish(archive_ledger(b->s.a), e);
}

static void say_fault(void *ctx, const char *place, const char *wrong, const char *mend)
{
    (void)ctx;
    fprintf(stderr, "bench: %s: %s; %s\n", place, wrong, mend);
    exit(4);
}

static bool doctor(struct bench *b, size_t run, struct err *e)
{
    uint64_t checked = 0;
    (void)run;
    return archive_doctor(b->s.a, false, say_fault, NULL, &checked, e);
}

static bool say_bad_record(void *ctx, const struct id *record, const char *fault, struct err *e)
{
    (void)ctx;
    (void)record;
    return err_set(e, ERR_CORRUPT, "%s", fault);
}

static bool verify_all(struct bench *b, size_t run, struct err *e)
{
    struct verify_result r;
    (void)run;
    return record_verify(b->s.a, &(struct verify_options){.all = true}, say_bad_record, NULL, NULL, &r, e);
}

static bool reopen_archive(struct bench *b, size_t run, struct err *e)
{
    (void)run;
    (void)e;
    b->s.a = bench_open(b->dir, NULL);
    return true;
}

static void measure_open(struct bench *b)
{
    enum { TIMES = 5 };
    uint64_t took[TIMES];
    for (size_t i = 0; i < TIMES; i++) {
        struct err e = ERR_INIT;
        archive_close(&b->s.a);
        uint64_t from = monotonic_ns();
        if (!reopen_archive(b, i, &e))
            bench_die("opening the archive", &e);
        took[i] = monotonic_ns() - from;
    }
    qsort(took, TIMES, sizeof took[0], by_time);
    printf("cost open_archive %.4f p95 %.4f runs %d\n", (double)took[TIMES / 2] / 1e6, (double)took[TIMES - 1] / 1e6,
           TIMES);
}

int main(int argc, char **argv)
{
    static struct bench b;
    if (argc != 3) {
        fputs("usage: scale DIR RECORDS\n", stderr);
        return 2;
    }
    b.dir = argv[1];
    b.ar = bench_arena(64u << 20);
    scale_fill(bench_create(b.dir, NULL), (size_t)bench_number(argv[2], 100000000), &b.s);
    measure_open(&b);
    find_deep(&b);
    measure(&b, "queue_first_50", queue_first, RUNS);
    measure(&b, "queue_destroy_50", queue_destroy, RUNS);
    measure(&b, "queue_class_50", queue_class, RUNS);
    measure(&b, "queue_leaf_50", queue_leaf, RUNS);
    measure(&b, "queue_deep_50", queue_deep, RUNS);
    measure(&b, "forecast", forecast, RUNS);
    measure(&b, "mark_lookup", mark_lookup, RUNS);
    measure(&b, "record_get", get_record, RUNS);
    measure(&b, "record_read", read_record, RUNS);
    measure(&b, "file_show", show_file, RUNS);
    measure(&b, "file_open", open_work, RUNS);
    measure(&b, "commit", commit, RUNS);
    measure(&b, "file_close", close_work, RUNS);
    measure(&b, "hold_place", place_hold, RUNS);
    measure(&b, "hold_release", release_hold, RUNS);
    measure(&b, "record_describe", describe, RUNS);
    measure(&b, "log_prove", prove, RUNS);
    measure(&b, "log_publish", publish, 51);
    measure(&b, "verify_all", verify_all, 1);
    measure(&b, "doctor", doctor, 1);
    archive_close(&b.s.a);
    scale_free(&b.s);
    arena_free(&b.ar);
    return 0;
}
