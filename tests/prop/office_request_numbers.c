/* Many file at once, and many of them fail: for want of memory, with an expired draft, with a key used for another
 * letter, with an hour to come, twice with the same key. Afterwards the numbers of each year are 1, 2, 3 … without a
 * gap, each confirmed filing can be followed with its code, each repeat gave the first receipt, and the doctor finds
 * nothing. */
#include "chance.h"
#include "request_acts.h"

#include <pthread.h>

#define THREADS 8u
#define EACH    60u

struct confirmed {
    struct request_filed f;
    char once[32];
};

struct client {
    struct request_case *r;
    uint64_t seed;
    struct confirmed done[EACH];
    size_t count;
    pthread_t thread;
};

static uint64_t next(struct client *c)
{
    c->seed = c->seed * 6364136223846793005u + 1442695040888963407u;
    return c->seed >> 33;
}

static bool may_fail(enum err_code code)
{
    return code == ERR_INVALID || code == ERR_NOT_FOUND || code == ERR_CONFLICT || code == ERR_MEMORY;
}

/* The same key and the same letter: the first receipt. */
static void repeat(struct client *c, const struct confirmed *first, struct arena *ar)
{
    struct request_filed again;
    struct err e = ERR_INIT;
    const struct request_filing in = {.form = sound_form(first->f.number[3] == '7' ? REQUEST_REUSE : REQUEST_FOI),
                                      .channel = REQUEST_API,
                                      .received = c->r->c->now,
                                      .once = str_of(first->once)};
    if (!request_file(c->r->d, &in, NULL, ar, &again, NULL, &e)) {
        return; /* without memory in a test of its own; the count tells the rest */
    }
    if (!again.repeated || strcmp(again.number, first->f.number) != 0 ||
        strcmp(again.secret.code, first->f.secret.code) != 0) {
        abort();
    }
}

static void file_one(struct client *c, struct arena *ar, size_t i)
{
    uint64_t what = next(c) % 10;
    bool new_year = next(c) % 3 == 0;
    struct confirmed *done = &c->done[c->count];
    struct request_filing in = {.form = sound_form(new_year ? REQUEST_REUSE : REQUEST_FOI),
                                .channel = REQUEST_API,
                                .received = c->r->c->now - (new_year ? 0 : 400 * DAY_SECONDS)};
    struct err e = ERR_INIT;
    snprintf(done->once, sizeof done->once, "key-%016llx-%zu", (unsigned long long)c->seed, i);
    in.once = str_of(done->once);
    if (what == 0) {
        in.form.content = STR("");
    } else if (what == 1) {
        in.draft = STR("0123456789abcdefghjkmnpqrstvwxyz");
    } else if (what == 2) {
        in.received = c->r->c->now + 99999;
    } else if (what == 3 && c->count > 0) {
        in.once = str_of(c->done[0].once);
        in.form.content = STR("inny list pod tym samym kluczem");
    }
    if (request_file(c->r->d, &in, NULL, ar, &done->f, NULL, &e)) {
        c->count++;
        if (next(c) % 4 == 0) {
            repeat(c, done, ar);
        }
    } else if (!may_fail(e.code)) {
        fprintf(stderr, "%s\n", e.text);
        abort();
    }
}

static void *work(void *arg)
{
    struct client *c = arg;
    struct arena *ar = arena_new(8u << 20);
    for (size_t i = 0; i < EACH; i++) {
        arena_reset(ar);
        file_one(c, ar, i);
    }
    arena_free(&ar);
    return NULL;
}

/* One thread, memory that ends after the nth allocation: nothing half done, no number burnt. */
static void file_without_memory(struct request_case *r)
{
    for (uint64_t nth = 1; nth < 400; nth += 1 + chance_below(7)) {
        struct arena *ar = arena_new(8u << 20);
        struct request_filed out;
        struct err e = ERR_INIT;
        const struct request_filing in = {
            .form = sound_form(REQUEST_FOI), .channel = REQUEST_API, .received = r->c->now - 400 * DAY_SECONDS};
        mem_fault_after(nth);
        bool ok = request_file(r->d, &in, NULL, ar, &out, NULL, &e);
        mem_fault_after(0);
        assert_true(ok || e.code == ERR_MEMORY);
        arena_free(&ar);
    }
}

static uint64_t count_year(struct request_case *r, int year)
{
    struct request_count *list;
    size_t n;
    uint64_t sum = 0;
    must(request_counts(r->d, year, year, r->ar, &list, &n, &e));
    for (size_t i = 0; i < n; i++) {
        sum += list[i].requests;
    }
    return sum;
}

static void no_gaps(struct request_case *r, int year)
{
    uint64_t n = count_year(r, year);
    for (uint64_t i = 1; i <= n + 1; i++) {
        char number[REQUEST_NUMBER_SIZE];
        struct request_view v;
        struct err e = ERR_INIT;
        snprintf(number, sizeof number, "%04d-%06llu", year, (unsigned long long)i);
        bool there = request_get(r->d, str_of(number), request_today(r), r->ar, &v, &e);
        if (there != (i <= n)) {
            fail_msg("%s of %llu: %s", number, (unsigned long long)n, there ? "too many" : e.text);
        }
    }
}

static void test_numbers_have_no_gaps_whatever_fails(void **state)
{
    struct request_case *r = *state;
    static struct client clients[THREADS];
    size_t confirmed = 0;
    r->c->now += 400 * DAY_SECONDS;
    for (size_t i = 0; i < THREADS; i++) {
        clients[i] = (struct client){.r = r, .seed = chance()};
        assert_int_equal(pthread_create(&clients[i].thread, NULL, work, &clients[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(clients[i].thread, NULL);
    }
    for (size_t i = 0; i < THREADS; i++) {
        confirmed += clients[i].count;
        for (size_t k = 0; k < clients[i].count; k++) {
            (void)open_request(r, &clients[i].done[k].f);
        }
        arena_reset(r->ar);
    }
    assert_int_equal(confirmed, count_year(r, 2026) + count_year(r, 2027));
    file_without_memory(r);
    no_gaps(r, 2026);
    arena_reset(r->ar);
    no_gaps(r, 2027);
    request_doctor_finds_nothing(r);
    case_doctor_finds_nothing(r->c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers_have_no_gaps_whatever_fails, request_setup, request_teardown),
    };
    chance_start("office_request_numbers");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
