/* The order in which names reach the disk, where a power cut in between would leave what a start refuses. */
#include "content_case.h"
#include "store_case.h"

#include <stdatomic.h>

static struct {
    atomic_bool waiting; /* a removal that the disk need not have yet */
    atomic_uint removed, out_of_order;
    ino_t watched; /* a folder, and how often it was synced */
    atomic_uint synced;
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
        atomic_fetch_add(&names.synced, st.st_ino == names.watched ? 1 : 0);
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

/* A folder that a killed process made, or a batch that is still at work, may be one that the disk does not know. */
static void a_folder_of_contents_that_was_found_is_synced_once(void **state)
{
    static uint8_t noise[9000];
    struct content_case c;
    struct content out[2];
    struct err e = ERR_INIT;
    struct stat st;
    struct disk noting = disk_real;
    unsigned counts[2];
    (void)state;
    case_begin(&c);
    for (unsigned i = 0; i < 256; i++) {
        char name[3];
        hex_encode((struct bytes){(uint8_t[1]){(uint8_t)i}, 1}, name);
        assert_int_equal(mkdirat(c.scratch.dir, name, 0700), 0);
    }
    assert_int_equal(fstat(c.scratch.dir, &st), 0);
    names.watched = st.st_ino;
    noise_fill(noise, sizeof noise, 1);
    noting.fsync = noted_fsync;
    disk_replace(&noting);
    bool ok = case_store(&c, (struct bytes){noise, sizeof noise}, &out[0], &e);
    counts[0] = atomic_load(&names.synced);
    for (unsigned i = 0; i < 100 && ok; i++) {
        ok = case_store(&c, (struct bytes){noise, sizeof noise}, &out[1], &e);
    }
    disk_replace(NULL);
    counts[1] = atomic_load(&names.synced);
    if (!ok) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(counts[0], 1);
    assert_true(counts[1] <= 100); /* of 101 contents some shared a folder */
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(old_log_files_go_one_after_another),
                                       cmocka_unit_test(a_folder_of_contents_that_was_found_is_synced_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
