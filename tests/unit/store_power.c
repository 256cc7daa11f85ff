/* The order in which names reach the disk, where a power cut in between would leave what a start refuses. */
#include "store_case.h"

#include <stdatomic.h>

static struct {
    atomic_bool waiting; /* a removal that the disk need not have yet */
    atomic_uint removed, out_of_order;
} names;

static int noted_unlinkat(int dir, const char *path, int flags)
{
    if (strstr(path, "/env/log.") != NULL) {
        atomic_fetch_add(&names.removed, 1);
        atomic_fetch_add(&names.out_of_order, atomic_exchange(&names.waiting, true) ? 1 : 0);
    }
    return disk_real.unlinkat(dir, path, flags);
}

static int noted_fsync(int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        atomic_store(&names.waiting, false);
    }
    return disk_real.fsync(fd);
}

static bool put_large(struct txn *t, void *ctx, struct err *e)
{
    static uint8_t value[200000];
    uint32_t i = *(uint32_t *)ctx;
    return store_put(t, T_FILE, (struct bytes){(const uint8_t *)&i, sizeof i}, (struct bytes){value, sizeof value}, e);
}

/* A middle one gone and an older one back would look like a log that lost a file. */
static void old_log_files_go_one_after_another(void **state)
{
    struct store_case c;
    struct err e = ERR_INIT;
    struct disk noting = disk_real;
    (void)state;
    store_case_begin(&c);
    for (uint32_t i = 0; i < 24; i++) {
        assert_true(store_write(c.store, put_large, &i, &e));
    }
    noting.unlinkat = noted_unlinkat;
    noting.fsync = noted_fsync;
    disk_replace(&noting);
    bool ok = engine_checkpoint(c.store, &e);
    disk_replace(NULL);
    if (!ok) {
        fail_msg("%s", e.text);
    }
    assert_true(atomic_load(&names.removed) > 2);
    assert_int_equal(atomic_load(&names.out_of_order), 0);
    store_case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(old_log_files_go_one_after_another)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
