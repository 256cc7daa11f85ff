/* Care of a store: doctor finds every planted fault and none in a sound one; exports come back equal. */
#include "care_case.h"

#include "archive/store/copy.h"

static void a_sound_store_has_no_findings(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct told told;
    look(c, &told);
    assert_string_equal(told.all, "");
    assert_true(store_write(c->store, fill_all, c->store, &e));
    look(c, &told);
    assert_string_equal(told.all, "");
    store_close(&c->store);
    told = (struct told){0};
    assert_true(store_doctor_closed(c->dir, told_add, &told, &e));
    assert_string_equal(told.all, "");
}

static void a_flipped_bit_in_any_page_of_any_table_is_named(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct told told;
    unsigned step = 7;
    assert_true(store_write(c->store, fill_all, c->store, &e));
    assert_true(store_checkpoint(c->store, &e));
    for (int t = 0; t < TABLE_COUNT; t++) {
        char name[80], path[400], page[32];
        snprintf(name, sizeof name, "env/%s.db", table_name((enum store_table)t));
        path_in(c, name, path);
        off_t pages = size_of_file(path) / TABLE_PAGE;
        assert_true(pages >= 2);
        for (off_t p = 0; p < pages; p++, step = step * 31 + 5) {
            off_t at = p * (off_t)TABLE_PAGE + (off_t)(step % TABLE_PAGE);
            flip_bit(path, at, step % 8);
            told = (struct told){0};
            assert_true(store_doctor_closed(c->dir, told_add, &told, &e)); /* the same bytes, without the engine */
            assert_int_equal(told.n, 1);
            snprintf(page, sizeof page, "page %ld ", (long)p);
            if (!strstr(told.all, name) || !strstr(told.all, page)) {
                fail_msg("%s page %ld byte %ld: told %s", name, (long)p, (long)at, told.all);
            }
            if (p == pages - 1) {
                look(c, &told); /* and through the open store, which has the page in its cache */
                assert_non_null(strstr(told.all, name));
                assert_non_null(strstr(told.all, page));
            }
            flip_bit(path, at, step % 8);
        }
    }
    look(c, &told);
    assert_string_equal(told.all, "");
}

static void a_damaged_first_page_is_refused_by_name(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char path[400];
    store_close(&c->store);
    path_in(c, "env/hold.db", path);
    flip_bit(path, 100, 3);
    assert_false(store_open(&c->config, &c->store, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_non_null(strstr(e.text, "env/hold.db"));
}

/* Earlier ones are removed when nobody needs them. */
static void oldest_log(const struct store_case *c, char out[40])
{
    char path[400];
    for (unsigned i = 1; i < 10; i++) {
        snprintf(out, 40, "env/log.%010u", i);
        path_in(c, out, path);
        if (access(path, F_OK) == 0) {
            return;
        }
    }
    fail_msg("the store has no transaction log");
}

static void other_damage_is_named_too(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct told told;
    char path[400], log[40];
    const struct {
        const char *file;
        off_t at;
    } flips[] = {{"format", 10}, {"format", 0}, {"keys/kek-00000001", 40}, {"keys/wrapped-keys", 77},
                 {log, 20},      {log, 5000}};
    assert_true(store_write(c->store, fill_all, c->store, &e));
    assert_true(keys_export(c->store, &e));
    assert_true(store_checkpoint(c->store, &e)); /* now, so that no look removes a log under the test's hands */
    oldest_log(c, log);
    for (size_t i = 0; i < COUNT_OF(flips); i++) {
        path_in(c, flips[i].file, path);
        flip_bit(path, flips[i].at, 2);
        look(c, &told);
        if (!strstr(told.all, flips[i].file)) {
            fail_msg("%s: told %s", flips[i].file, told.all);
        }
        flip_bit(path, flips[i].at, 2);
    }
    store_close(&c->store);
    path_in(c, "run/synced", path);
    flip_bit(path, 20, 1);
    told = (struct told){0};
    assert_true(store_doctor_closed(c->dir, told_add, &told, &e));
    assert_int_equal(told.n, 1);
    assert_non_null(strstr(told.all, "run/synced"));
    assert_true(store_open(&c->config, &c->store, &e));
    path_in(c, "content/zz", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    look(c, &told);
    assert_non_null(strstr(told.all, "content/zz"));
    unlink(path);
}

struct sample {
    struct str title;
};
static const struct field sample_fields[] = {{1, "title", F_TEXT, offsetof(struct sample, title), 100, FIELD_REQUIRED}};
static const struct row_kind sample_kind = {"sample", 1, sample_fields, 1};

static bool spoil_key(struct txn *t, void *ctx, struct err *e)
{
    uint8_t junk[64] = {0, 0, 0, 1};
    (void)ctx;
    return store_put(t, T_KEY, (struct bytes){(const uint8_t *)"0123456789abcdef", 16}, (struct bytes){junk, 64}, e);
}

static void rows_that_do_not_decode_or_unwrap_are_named(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct told told;
    store_kind(c->store, T_HOLD, &sample_kind);
    assert_true(put_row(c->store, T_HOLD, "good", "\x01\x01", &e)); /* cut off */
    look(c, &told);
    assert_int_equal(told.n, 1);
    assert_non_null(strstr(told.all, "hold 676f6f64"));
    assert_true(store_write(c->store, spoil_key, NULL, &e));
    look(c, &told);
    assert_int_equal(told.n, 2);
    assert_non_null(strstr(told.all, "key 30313233"));
}

/* ---- export and import */

static int open_temp(const struct store_case *c, const char *name, int flags)
{
    return openat(c->scratch.dir, name, flags | O_CLOEXEC, 0600);
}

static void an_export_comes_back_equal(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct store_case copy = *c;
    uint8_t a[SHA256_SIZE], b[SHA256_SIZE];
    uint64_t na, nb;
    assert_true(store_write(c->store, fill_all, c->store, &e));
    snprintf(copy.dir, sizeof copy.dir, "%s/second", c->scratch.path);
    copy.config.dir = copy.dir;
    copy.store = NULL;
    assert_true(store_create(&copy.config, &e));
    assert_true(store_open(&copy.config, &copy.store, &e));
    for (int t = 0; t < TABLE_COUNT; t++) {
        int fd = open_temp(c, "one", O_RDWR | O_CREAT | O_TRUNC);
        assert_true(store_export(c->store, (enum store_table)t, fd, &e));
        lseek(fd, 0, SEEK_SET);
        assert_true(store_import(copy.store, (enum store_table)t, fd, &e));
        close(fd);
        fd = open_temp(c, "two", O_RDWR | O_CREAT | O_TRUNC);
        assert_true(store_export(copy.store, (enum store_table)t, fd, &e));
        close(fd);
        assert_true(store_file_digest(c->scratch.dir, "one", &na, a, &e) &&
                    store_file_digest(c->scratch.dir, "two", &nb, b, &e));
        assert_true(na == nb && memcmp(a, b, sizeof a) == 0);
    }
    store_close(&copy.store);
}

static bool swallow(struct txn *t, void *ctx, struct err *e)
{
    for (unsigned i = 0; i < 900; i++) { /* several reads' worth */
        char key[16];
        snprintf(key, sizeof key, "%u", i);
        if (!store_put(t, T_ACTOR, bytes_of(str_of(key)), (struct bytes){ctx, i}, e)) {
            return false;
        }
    }
    return true;
}

static void a_changed_export_is_refused(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    static uint8_t junk[1000];
    char path[400];
    assert_true(store_write(c->store, swallow, junk, &e));
    int fd = open_temp(c, "rows", O_RDWR | O_CREAT);
    assert_true(store_export(c->store, T_ACTOR, fd, &e));
    snprintf(path, sizeof path, "%s/rows", c->scratch.path);
    off_t size = size_of_file(path);
    for (off_t at = 3; at < size; at += size / 23) {
        struct store_case second = *c;
        char dir[300];
        snprintf(dir, sizeof dir, "%s/s%ld", c->scratch.path, (long)at);
        second.config.dir = dir;
        second.store = NULL;
        assert_true(store_create(&second.config, &e) && store_open(&second.config, &second.store, &e));
        flip_bit(path, at, 1);
        lseek(fd, 0, SEEK_SET);
        bool taken = store_import(second.store, T_ACTOR, fd, &e);
        assert_false(taken);
        assert_true(e.code == ERR_CORRUPT || e.code == ERR_CONFLICT || e.code == ERR_INVALID);
        flip_bit(path, at, 1);
        store_close(&second.store);
    }
    assert_int_equal(ftruncate(fd, size - 1), 0);
    lseek(fd, 0, SEEK_SET);
    assert_false(store_import(c->store, T_INDEX, fd, &e)); /* cut, and another table's */
    assert_int_equal(e.code, ERR_CORRUPT);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sound_store_has_no_findings, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(a_flipped_bit_in_any_page_of_any_table_is_named, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_first_page_is_refused_by_name, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(other_damage_is_named_too, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(rows_that_do_not_decode_or_unwrap_are_named, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(an_export_comes_back_equal, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(a_changed_export_is_refused, care_setup, care_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
