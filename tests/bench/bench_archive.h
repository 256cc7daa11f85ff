/* bench_archive.h: an archive for the bench programs: laid down in a folder that must not exist, with the plan and the
 * rules that ship with the program in force. Every failure ends the program with exit code 4 and the reason. */
#ifndef AKTA_BENCH_ARCHIVE_H
#define AKTA_BENCH_ARCHIVE_H
#include "record.h"

static inline _Noreturn void bench_die(const char *what, const struct err *e)
{
    fprintf(stderr, "bench: %s: %s\n", what, e->text);
    exit(4);
}

static inline struct arena *bench_arena(size_t ceiling)
{
    struct arena *ar = arena_new(ceiling);
    if (ar == NULL) {
        fputs("bench: out of memory\n", stderr);
        exit(4);
    }
    return ar;
}

/* Opened as an owner that stays opens it: sequencer, checkpoints. */
static inline struct archive *bench_open(const char *dir, const struct clock *clock)
{
    struct err e = ERR_INIT;
    struct archive *a = NULL;
    const struct archive_options o = {.dir = dir, .clock = clock, .background = true};
    if (!archive_open(&o, &a, &e))
        bench_die("opening the archive", &e);
    return a;
}

static inline struct archive *bench_create(const char *dir, const struct clock *clock)
{
    static const enum conf_kind law[] = {CONF_PLAN, CONF_RULES, CONF_PROPOSALS};
    struct err e = ERR_INIT;
    const struct archive_options o = {.dir = dir, .clock = clock};
    const struct office_info office = {.name = STR("Bench"), .origin = STR("bench.example/log")};
    struct conf_document d;
    uint64_t changed;
    if (!crypto_init(&e) || !archive_create(&o, &office, &e))
        bench_die("laying down the archive", &e);
    struct archive *a = bench_open(dir, clock);
    for (size_t i = 0; i < COUNT_OF(law); i++)
        if (!conf_builtin(law[i], &d) || !conf_apply(a, &d, NULL, &changed, &e))
            bench_die("bringing the plan into force", &e);
    return a;
}

static inline uint64_t bench_number(const char *text, uint64_t max)
{
    uint64_t n;
    if (!parse_u64(str_of(text), 1, max, &n)) {
        fprintf(stderr, "bench: %s is not a number from 1 to %llu\n", text, (unsigned long long)max);
        exit(2);
    }
    return n;
}

#endif
