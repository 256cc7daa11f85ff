/* Sixteen threads append while the sequencer publishes: indexes without a gap, every entry out within two seconds, a
 * reader never meets a checkpoint whose files are not there. */
#include "ledger_case.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS 16
#define EACH    60

static struct ledger_case k;

static int begin(void **state)
{
    (void)state;
    case_begin(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    case_end(&k);
    return 0;
}

struct worker {
    unsigned number;
    uint64_t index[EACH], slowest_ns;
    char trouble[512];
};

static void *append_and_wait(void *ctx)
{
    struct worker *w = ctx;
    for (unsigned i = 0; i < EACH; i++) {
        struct err e = ERR_INIT;
        struct case_append a = {.l = k.ledger, .first = 1000 + w->number * EACH + i, .n = 1};
        if (!store_write(k.store, case_append_in, &a, &e)) {
            snprintf(w->trouble, sizeof w->trouble, "%s", e.text);
            return NULL;
        }
        w->index[i] = a.index;
        if (i % 10 != 9)
            continue;
        uint64_t from = monotonic_ns();
        if (!ledger_wait(k.ledger, a.index, 10000, &e)) {
            snprintf(w->trouble, sizeof w->trouble, "%s", e.text);
            return NULL;
        }
        uint64_t took = monotonic_ns() - from;
        w->slowest_ns = took > w->slowest_ns ? took : w->slowest_ns;
    }
    return NULL;
}

/* Reads as a client does, checkpoint first, then what it needs; and now and then verifies everything from within. */
static void *read_all_the_time(void *ctx)
{
    atomic_bool *stop = ctx;
    static unsigned long rounds;
    char path[512];
    case_path(&k, "log", path);
    int dir = open(path, O_RDONLY | O_DIRECTORY);
    static char trouble[1200];
    while (!atomic_load(stop)) {
        struct case_faults f = {0};
        struct err e = ERR_INIT;
        uint64_t n;
        bool ok = rounds % 4 == 3 ? ledger_verify(k.ledger, case_fault, &f, &n, &e)
                                  : ledger_verify_dir(dir, NULL, case_fault, &f, &n, &e);
        if (!ok || f.n > 0) {
            snprintf(trouble, sizeof trouble, "%s %s: %s", e.text, f.where, f.wrong);
            break;
        }
        rounds++;
    }
    close(dir);
    if (rounds == 0 && trouble[0] == '\0')
        snprintf(trouble, sizeof trouble, "the reader never ran");
    return trouble[0] != '\0' ? trouble : NULL;
}

static void sixteen_threads(void **state)
{
    static struct worker workers[THREADS];
    static bool seen[THREADS * EACH + 1];
    pthread_t threads[THREADS], reader;
    atomic_bool stop = false;
    struct err e = ERR_INIT;
    void *trouble = NULL;
    uint64_t slowest = 0;
    (void)state;
    assert_true(ledger_start(k.ledger, &e));
    assert_int_equal(pthread_create(&reader, NULL, read_all_the_time, &stop), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, append_and_wait, &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        if (workers[i].trouble[0] != '\0')
            fail_msg("thread %u: %s", i, workers[i].trouble);
        slowest = workers[i].slowest_ns > slowest ? workers[i].slowest_ns : slowest;
        for (unsigned j = 0; j < EACH; j++) {
            assert_in_range(workers[i].index[j], 1, THREADS * EACH);
            assert_false(seen[workers[i].index[j]]);
            seen[workers[i].index[j]] = true;
        }
    }
    atomic_store(&stop, true);
    pthread_join(reader, &trouble);
    if (trouble != NULL)
        fail_msg("reader: %s", (const char *)trouble);
    print_message("# slowest publication %llu ms\n", (unsigned long long)(slowest / 1000000));
    assert_true(slowest < UINT64_C(2000000000));
    assert_int_equal(case_head(&k).size, THREADS * EACH + 1);
    assert_true(ledger_wait(k.ledger, THREADS * EACH, 2000, &e));
    case_assert_sound(&k);
}

static void publishing_by_hand_beside_the_thread(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    assert_true(ledger_start(k.ledger, &e));
    for (int i = 0; i < 30; i++) {
        case_append(&k, 7, 7);
        case_publish(&k);
        struct ledger_head h = case_head(&k);
        assert_int_equal(h.published, h.size);
    }
    case_assert_sound(&k);
}

static void waiting_has_an_end(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    assert_true(ledger_start(k.ledger, &e));
    assert_true(ledger_wait(k.ledger, 0, 2000, &e));
    assert_false(ledger_wait(k.ledger, 12345, 30, &e));
    assert_int_equal(e.code, ERR_BUSY);
}

static void closing_while_others_append(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct err e = ERR_INIT;
        assert_true(ledger_start(k.ledger, &e));
        case_append(&k, 100, 1);
        case_close(&k);
        case_open(&k);
    }
    case_assert_sound(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sixteen_threads, begin, end),
        cmocka_unit_test_setup_teardown(publishing_by_hand_beside_the_thread, begin, end),
        cmocka_unit_test_setup_teardown(waiting_has_an_end, begin, end),
        cmocka_unit_test_setup_teardown(closing_while_others_append, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
