/* The line: every chunk passes every stage once, stages keep their order, memory stays within the slots, a failure
 * stops everything and the threads are gone. */
#include "archive/store/content_line.h"

#include "testing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define CHUNKS 400u

enum { STAGE_IN, STAGE_SLOW, STAGE_A, STAGE_B, STAGE_OUT, STAGES };

struct trial {
    atomic_uint seen[STAGES][CHUNKS];
    atomic_uint in_flight, most_in_flight, in_stage[STAGES];
    uint64_t last[STAGES];
    uint64_t end_at, fail_at; /* fail_at: in STAGE_SLOW */
    pthread_t caller;
    atomic_bool out_of_order, crowded, foreign_thread;
};

static bool pass(struct line *l, int stage, uint64_t chunk)
{
    struct trial *t = l->ctx;
    atomic_fetch_add(&t->seen[stage][chunk], 1);
    if (!l->stages[stage].side_by_side) {
        t->crowded = t->crowded || atomic_fetch_add(&t->in_stage[stage], 1) != 0;
        t->out_of_order = t->out_of_order || chunk != t->last[stage];
        t->last[stage] = chunk + 1;
        atomic_fetch_sub(&t->in_stage[stage], 1);
    }
    if (l->stages[stage].caller_only && !pthread_equal(pthread_self(), t->caller)) {
        t->foreign_thread = true;
    }
    int after = l->stages[stage].after;
    if (after != LINE_FIRST && t->seen[after][chunk] != 1) {
        t->out_of_order = true;
    }
    return true;
}

static bool stage_in(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct trial *t = l->ctx;
    (void)worker;
    (void)e;
    unsigned now = atomic_fetch_add(&t->in_flight, 1) + 1;
    if (now > t->most_in_flight) {
        t->most_in_flight = now;
    }
    if (chunk + 1 == t->end_at) {
        line_end(l, t->end_at);
    }
    return pass(l, STAGE_IN, chunk);
}

static bool stage_slow(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct trial *t = l->ctx;
    assert_true(worker < l->workers);
    if (chunk % 7 == 3) {
        usleep(300); /* so that chunks overtake each other */
    }
    if (chunk == t->fail_at) {
        return err_set(e, ERR_IO, "chunk %llu is bad", (unsigned long long)chunk);
    }
    return pass(l, STAGE_SLOW, chunk);
}

static bool stage_a(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    (void)worker;
    (void)e;
    return pass(l, STAGE_A, chunk);
}

static bool stage_b(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    (void)worker;
    (void)e;
    return pass(l, STAGE_B, chunk);
}

static bool stage_out(struct line *l, unsigned worker, uint64_t chunk, struct err *e)
{
    struct trial *t = l->ctx;
    (void)worker;
    (void)e;
    bool ok = pass(l, STAGE_OUT, chunk);
    atomic_fetch_sub(&t->in_flight, 1);
    return ok;
}

static const struct line_stage stages[STAGES] = {
    [STAGE_IN] = {.run = stage_in, .after = LINE_FIRST, .caller_only = true},
    [STAGE_SLOW] = {.run = stage_slow, .after = STAGE_IN, .side_by_side = true},
    [STAGE_A] = {.run = stage_a, .after = STAGE_IN},
    [STAGE_B] = {.run = stage_b, .after = STAGE_A},
    [STAGE_OUT] = {.run = stage_out, .after = STAGE_SLOW},
};

static struct trial *run(unsigned workers, unsigned slots, uint64_t known, uint64_t end_at, uint64_t fail_at, bool *ok,
                         struct err *e)
{
    struct trial *t = calloc(1, sizeof *t);
    struct line l = {.stages = stages, .count = STAGES, .workers = workers, .slots = slots, .chunks = known, .ctx = t};
    t->caller = pthread_self();
    t->end_at = end_at;
    t->fail_at = fail_at;
    *ok = line_run(&l, e);
    assert_false(t->out_of_order);
    assert_false(t->crowded);
    assert_false(t->foreign_thread);
    assert_true(t->most_in_flight <= slots);
    return t;
}

static void every_chunk_passes_every_stage(void **state)
{
    static const unsigned workers[] = {1, 2, 3, 4, 9}, slots[] = {1, 2, 3, 8, 16};
    static const uint64_t counts[] = {0, 1, 2, 17, CHUNKS};
    (void)state;
    for (size_t w = 0; w < COUNT_OF(workers); w++) {
        for (size_t s = 0; s < COUNT_OF(slots); s++) {
            for (size_t c = 0; c < COUNT_OF(counts); c++) {
                struct err e = ERR_INIT;
                bool ok;
                struct trial *t = run(workers[w], slots[s], counts[c], 0, UINT64_MAX, &ok, &e);
                assert_true(ok);
                for (size_t i = 0; i < CHUNKS; i++) {
                    for (size_t stage = 0; stage < STAGES; stage++) {
                        assert_int_equal(t->seen[stage][i], i < counts[c]);
                    }
                }
                free(t);
            }
        }
    }
}

static void the_end_may_be_found_on_the_way(void **state)
{
    (void)state;
    for (uint64_t end_at = 1; end_at < CHUNKS; end_at += 37) {
        struct err e = ERR_INIT;
        bool ok;
        struct trial *t = run(3, 4, LINE_ENDLESS, end_at, UINT64_MAX, &ok, &e);
        assert_true(ok);
        for (size_t i = 0; i < CHUNKS; i++) {
            assert_int_equal(t->seen[STAGE_OUT][i], i < end_at);
        }
        free(t);
    }
}

static void first_failure_stops_the_line(void **state)
{
    (void)state;
    for (uint64_t fail_at = 0; fail_at < 60; fail_at += 7) {
        struct err e = ERR_INIT;
        bool ok;
        char want[40];
        struct trial *t = run(4, 4, CHUNKS, 0, fail_at, &ok, &e);
        assert_false(ok);
        assert_int_equal(e.code, ERR_IO);
        snprintf(want, sizeof want, "chunk %llu is bad", (unsigned long long)fail_at);
        assert_string_equal(e.text, want);
        for (size_t i = fail_at; i < CHUNKS; i++) {
            assert_int_equal(t->seen[STAGE_OUT][i], 0);
        }
        free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chunk_passes_every_stage),
        cmocka_unit_test(the_end_may_be_found_on_the_way),
        cmocka_unit_test(first_failure_stops_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
