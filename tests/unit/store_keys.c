/* Object keys: wrapped, unwrapped, bound to their object and epoch; key files proved by their digest. */
#include "store_case.h"

static int setup(void **state)
{
    static struct store_case c;
    store_case_begin(&c);
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    store_case_end(*state);
    return 0;
}

struct key_row {
    struct store *s;
    struct id id;
    struct wrapped_key w;
    struct key k;
};

static bool put_key(struct txn *t, void *ctx, struct err *e)
{
    struct key_row *r = ctx;
    return key_put(t, &r->id, &r->w, e);
}

static bool get_key(struct txn *t, void *ctx, struct err *e)
{
    struct key_row *r = ctx;
    return key_get(t, r->s, &r->id, &r->k, e);
}

static void a_key_comes_back_under_its_object_only(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct key_row r = {.s = c->store};
    struct key plain;
    id_random(&r.id);
    key_random(&plain);
    assert_int_equal(key_epoch(c->store), 1);
    assert_true(key_wrap(c->store, &r.id, &plain, &r.w, &e));
    assert_null(memmem(r.w.b, sizeof r.w.b, plain.b, 8));
    assert_true(store_write(c->store, put_key, &r, &e));
    assert_true(store_case_reopen(c, &e));
    r.s = c->store;
    assert_true(store_read(c->store, get_key, &r, &e));
    assert_memory_equal(r.k.b, plain.b, sizeof plain.b);
    struct id other = r.id;
    other.b[0] ^= 1;
    assert_false(key_unwrap(c->store, &other, &r.w, &r.k, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    r.id = other;
    assert_false(store_read(c->store, get_key, &r, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void every_flipped_bit_of_a_wrapped_key_is_refused(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct key_row r = {.s = c->store};
    struct key plain, out;
    id_random(&r.id);
    key_random(&plain);
    assert_true(key_wrap(c->store, &r.id, &plain, &r.w, &e));
    for (size_t i = 0; i < sizeof r.w.b * 8; i++) {
        r.w.b[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_false(key_unwrap(c->store, &r.id, &r.w, &out, &e));
        r.w.b[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    assert_true(key_unwrap(c->store, &r.id, &r.w, &out, &e));
}

static void every_flipped_bit_of_a_key_file_is_named(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char path[400];
    snprintf(path, sizeof path, "%s/keys/kek-00000001", c->dir);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    for (off_t i = 0; i < st.st_size; i++) {
        struct told told = {0};
        struct findings f = {.tell = told_add, .ctx = &told};
        flip_bit(path, i, (unsigned)i % 8);
        assert_true(keyring_check(c->store->keys_fd, &f, &e));
        assert_int_equal(told.n, 1);
        assert_non_null(strstr(told.all, "keys/kek-00000001"));
        flip_bit(path, i, (unsigned)i % 8);
    }
}

static void an_older_epoch_still_opens_and_a_lost_one_does_not(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct key_row r = {.s = c->store};
    struct wrapped_key newer;
    struct key plain, out;
    char path[400];
    id_random(&r.id);
    key_random(&plain);
    assert_true(key_wrap(c->store, &r.id, &plain, &r.w, &e));
    assert_true(keyring_create(c->store->keys_fd, 2, &e));
    assert_false(keyring_create(c->store->keys_fd, 2, &e)); /* never over a key that may be in use */
    assert_true(store_case_reopen(c, &e));
    assert_int_equal(key_epoch(c->store), 2);
    assert_true(key_unwrap(c->store, &r.id, &r.w, &out, &e));
    assert_true(key_wrap(c->store, &r.id, &plain, &newer, &e));
    assert_int_equal(wrapped_epoch(&newer), 2);
    snprintf(path, sizeof path, "%s/keys/kek-00000001", c->dir);
    assert_int_equal(unlink(path), 0);
    assert_true(store_case_reopen(c, &e));
    assert_false(key_unwrap(c->store, &r.id, &r.w, &out, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_true(key_unwrap(c->store, &r.id, &newer, &out, &e));
    assert_memory_equal(out.b, plain.b, sizeof plain.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_comes_back_under_its_object_only, setup, teardown),
        cmocka_unit_test_setup_teardown(every_flipped_bit_of_a_wrapped_key_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(every_flipped_bit_of_a_key_file_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(an_older_epoch_still_opens_and_a_lost_one_does_not, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
