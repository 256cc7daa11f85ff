/* A machine's clock that jumps: what the store does by itself goes on. */
#include "care_case.h"
#include "clock_jump.h"

#define WAIT_TENTHS 50
#define SMALL       (64u << 10) /* a checkpoint leaves a record of itself */

static bool put_much(struct txn *t, void *ctx, struct err *e)
{
    unsigned *n = ctx;
    char val[3000], key[16];
    memset(val, 'v', sizeof val);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "k%08u", *n * 100 + i);
        if (!store_put(t, T_META, bytes_of(str_of(key)), (struct bytes){(uint8_t *)val, sizeof val}, e)) {
            return false;
        }
    }
    return true;
}

static bool is_settled(const struct store_case *c)
{
    const struct timespec tenth = {.tv_nsec = 100000000};
    for (int i = 0; i < WAIT_TENTHS && engine_debt(c->store) >= SMALL; i++) {
        nanosleep(&tenth, NULL);
    }
    return engine_debt(c->store) < SMALL;
}

/* The wait that was begun a year ahead must not last a year: no checkpoint, no end of the transaction log, no time-out
 * of a lock until then. */
static void checkpoints_go_on_after_the_clock_went_back(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    store_close(&c->store);
    atomic_store(&clock_ahead, ONE_YEAR);
    c->config.log_bytes = 256u << 10;
    assert_true(store_case_reopen(c, &e));
    const struct timespec begun = {.tv_nsec = 300000000};
    nanosleep(&begun, NULL);
    atomic_store(&clock_ahead, 0);
    for (unsigned n = 0; n < 10; n++) {
        assert_true(store_write(c->store, put_much, &n, &e));
    }
    assert_true(is_settled(c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(checkpoints_go_on_after_the_clock_went_back, care_setup, care_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
