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

/* ---- where the key-encryption key lies */

#define MASK 0x5au
static uint8_t needle[32]; /* masked, so that this search does not find itself */
static uint8_t around[1u << 16];

static bool load_needle(const struct store_case *c)
{
    char text[200], path[400];
    snprintf(path, sizeof path, "%s/keys/kek-00000001", c->dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, text, sizeof text);
    close(fd);
    for (size_t i = 0; n > 94 && i < sizeof needle; i++) {
        uint8_t one = 0;
        if (!hex_decode((struct str){text + 30 + 2 * i, 2}, &one, 1))
            return false;
        needle[i] = (uint8_t)(one ^ MASK);
    }
    explicit_bzero(text, sizeof text);
    return n > 94;
}

static bool is_needle(const uint8_t *p)
{
    size_t i = 0;
    while (i < sizeof needle && (p[i] ^ needle[i]) == MASK) {
        i++;
    }
    return i == sizeof needle;
}

static unsigned count_in(int memory, uint64_t from, uint64_t to)
{
    unsigned found = 0;
    const uint64_t own = (uint64_t)(uintptr_t)around;
    for (uint64_t at = from; at < to; at += sizeof around - sizeof needle) {
        size_t want = to - at < sizeof around ? (size_t)(to - at) : sizeof around;
        ssize_t n = pread(memory, around, want, (off_t)at);
        for (ssize_t i = 0; i + (ssize_t)sizeof needle <= n; i++) {
            uint64_t there = at + (uint64_t)i;
            found += is_needle(around + i) && (there < own || there >= own + sizeof around) ? 1 : 0;
        }
    }
    explicit_bzero(around, sizeof around);
    return found;
}

/* In memory that may be swapped or dumped: what is neither file nor stack guard, and not marked as kept out of dumps.
 */
static unsigned count_open_copies(void)
{
    unsigned found = 0;
    unsigned long from = 0, to = 0;
    char line[600], mode[8] = "";
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/smaps", "r");
    assert_true(memory >= 0 && maps != NULL);
    while (fgets(line, sizeof line, maps)) {
        if (strncmp(line, "VmFlags:", 8) != 0) {
            unsigned long a, b;
            char m[8];
            if (sscanf(line, "%lx-%lx %7s", &a, &b, m) == 3) {
                from = a;
                to = b;
                memcpy(mode, m, sizeof mode);
            }
        } else if (strncmp(mode, "rw", 2) == 0 && to - from < 1ul << 30 && strstr(line, " dd") == NULL) {
            found += count_in(memory, from, to);
        }
    }
    fclose(maps);
    close(memory);
    return found;
}

static void the_key_of_keys_lies_in_locked_memory_only(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct key_row r = {.s = c->store};
    mkdirat(c->scratch.dir, "copy", 0700);
    int copy = openat(c->scratch.dir, "copy", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    key_random(&r.k);
    id_random(&r.id);
    assert_true(key_wrap(c->store, &r.id, &r.k, &r.w, &e) && store_write(c->store, put_key, &r, &e));
    assert_true(store_read(c->store, get_key, &r, &e));
    assert_true(store_backup_keys(c->store, copy, &e));
    close(copy);
    assert_true(load_needle(c));
    assert_int_equal(count_open_copies(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_comes_back_under_its_object_only, setup, teardown),
        cmocka_unit_test_setup_teardown(every_flipped_bit_of_a_wrapped_key_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(every_flipped_bit_of_a_key_file_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(an_older_epoch_still_opens_and_a_lost_one_does_not, setup, teardown),
        cmocka_unit_test_setup_teardown(the_key_of_keys_lies_in_locked_memory_only, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
