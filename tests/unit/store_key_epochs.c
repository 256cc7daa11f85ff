/* Turning the key-encryption key: every object key goes along, also one that is on its way in; an interruption and a
 * failing disk leave every key readable and the turn goes on; the old key is destroyed only when nothing needs it and a
 * copy of the new one exists; restores know keys that are too old. */
#include "store_case.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#define OBJECTS 1200u /* more than two verbs of the turn */

struct object {
    struct id id;
    struct key plain;
    struct wrapped_key wrapped;
};

struct keyed {
    struct store_case c;
    struct object list[OBJECTS];
};

static bool put_all(struct txn *t, void *ctx, struct err *e)
{
    struct keyed *k = ctx;
    for (size_t i = 0; i < OBJECTS; i++) {
        if (!key_put(t, &k->list[i].id, &k->list[i].wrapped, e)) {
            return false;
        }
    }
    return true;
}

static int setup(void **state)
{
    static struct keyed k;
    struct err e = ERR_INIT;
    store_case_begin(&k.c);
    for (size_t i = 0; i < OBJECTS; i++) {
        id_random(&k.list[i].id);
        key_random(&k.list[i].plain);
        assert_true(key_wrap(k.c.store, &k.list[i].id, &k.list[i].plain, &k.list[i].wrapped, &e));
    }
    assert_true(store_write(k.c.store, put_all, &k, &e));
    *state = &k;
    return 0;
}

static int teardown(void **state)
{
    struct keyed *k = *state;
    store_case_end(&k->c);
    return 0;
}

struct lookup {
    struct store *s;
    const struct id *id;
    struct key got;
};

static bool look_up(struct txn *t, void *ctx, struct err *e)
{
    struct lookup *l = ctx;
    return key_get(t, l->s, l->id, &l->got, e);
}

static void assert_all_open(struct keyed *k)
{
    struct err e = ERR_INIT;
    for (size_t i = 0; i < OBJECTS; i++) {
        struct lookup l = {.s = k->c.store, .id = &k->list[i].id};
        if (!store_read(k->c.store, look_up, &l, &e)) {
            fail_msg("key %zu: %s", i, e.text);
        }
        assert_memory_equal(l.got.b, k->list[i].plain.b, sizeof l.got.b);
    }
}

static void assert_wrapped(struct keyed *k, uint32_t epoch, uint64_t keys)
{
    struct key_epoch_figures f[KEY_EPOCHS_MAX];
    struct err e = ERR_INIT;
    size_t n, i = 0;
    assert_true(keys_figures(k->c.store, f, &n, &e));
    while (i < n && f[i].epoch != epoch) {
        i++;
    }
    assert_true(i < n);
    assert_int_equal(f[i].keys, keys);
}

static struct told doctor(struct keyed *k)
{
    struct told told = {0};
    struct err e = ERR_INIT;
    uint64_t checked;
    assert_true(store_doctor(k->c.store, told_add, &told, &checked, &e));
    return told;
}

static int folder(struct keyed *k, const char *name, char path[320])
{
    snprintf(path, 320, "%s/%s", k->c.scratch.path, name);
    assert_int_equal(mkdir(path, 0700), 0);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void copy_keys(struct keyed *k, const char *name)
{
    char path[320];
    struct err e = ERR_INIT;
    int to = folder(k, name, path);
    assert_true(store_backup_keys(k->c.store, to, &e));
    close(to);
}

/* ---------------------------------------------------------------- turning */

static bool put_one(struct txn *t, void *ctx, struct err *e)
{
    struct object *o = ctx;
    return key_put(t, &o->id, &o->wrapped, e);
}

static void every_key_goes_along_and_the_old_one_can_go(void **state)
{
    struct keyed *k = *state;
    struct err e = ERR_INIT;
    struct key_turn turn;
    struct object late = k->list[0]; /* wrapped in the old epoch, written in the new one */
    assert_true(keys_turn(k->c.store, &turn, NULL, &e));
    assert_int_equal(turn.from, 1);
    assert_int_equal(turn.to, 2);
    assert_int_equal(turn.carried, OBJECTS);
    assert_true(store_write(k->c.store, put_one, &late, &e));
    assert_wrapped(k, 1, 0);
    assert_wrapped(k, 2, OBJECTS);
    assert_all_open(k);
    assert_non_null(strstr(doctor(k).all, "no copy of the newest"));
    assert_false(keys_destroy(k->c.store, 1, &e));
    assert_int_equal(e.code, ERR_STATE);
    copy_keys(k, "copy");
    assert_string_equal(doctor(k).all, "");
    assert_false(keys_destroy(k->c.store, 2, &e)); /* in force */
    assert_true(keys_destroy(k->c.store, 1, &e));
    assert_false(keys_destroy(k->c.store, 1, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(key_unwrap(k->c.store, &late.id, &late.wrapped, &late.plain, &e));
    assert_int_equal(faccessat(k->c.store->keys_fd, "kek-00000001", F_OK, 0), -1);
    assert_true(store_case_reopen(&k->c, &e));
    assert_int_equal(key_epoch(k->c.store), 2);
    assert_all_open(k);
}

static bool stop_soon(struct progress *p)
{
    return ++*(unsigned *)p->ctx == 2;
}

static void an_interrupted_turn_goes_on(void **state)
{
    struct keyed *k = *state;
    struct err e = ERR_INIT;
    struct key_turn turn;
    unsigned asked = 0;
    struct progress p = {.stop = stop_soon, .ctx = &asked};
    assert_false(keys_turn(k->c.store, &turn, &p, &e));
    assert_int_equal(e.code, ERR_INTERRUPTED);
    assert_all_open(k);
    assert_non_null(strstr(doctor(k).all, "200 keys are wrapped under an older one"));
    copy_keys(k, "copy");
    assert_false(keys_destroy(k->c.store, 1, &e));
    assert_non_null(strstr(e.text, "still wraps 200 keys"));
    assert_true(store_case_reopen(&k->c, &e));
    assert_all_open(k);
    assert_true(keys_turn(k->c.store, &turn, NULL, &e));
    assert_int_equal(turn.from, 1);
    assert_int_equal(turn.to, 2); /* the same turn, no new key */
    assert_int_equal(turn.carried, OBJECTS);
    assert_string_equal(doctor(k).all, "");
}

static atomic_bool stop_writing;

static void *write_on(void *ctx)
{
    struct keyed *k = ctx;
    struct err e = ERR_INIT;
    for (size_t i = 0; !atomic_load(&stop_writing); i = (i + 1) % OBJECTS) {
        struct object o = k->list[i];
        if (!key_wrap(k->c.store, &o.id, &o.plain, &o.wrapped, &e) || !store_write(k->c.store, put_one, &o, &e)) {
            return k;
        }
    }
    return NULL;
}

static void keys_are_turned_under_writers(void **state)
{
    struct keyed *k = *state;
    struct err e = ERR_INIT;
    struct key_turn turn;
    pthread_t th;
    void *failed;
    atomic_store(&stop_writing, false);
    assert_int_equal(pthread_create(&th, NULL, write_on, k), 0);
    bool ok = true;
    for (unsigned i = 0; i < 3 && ok; i++) {
        ok = keys_turn(k->c.store, &turn, NULL, &e);
    }
    atomic_store(&stop_writing, true);
    pthread_join(th, &failed);
    if (!ok) {
        fail_msg("%s", e.text);
    }
    assert_null(failed);
    assert_wrapped(k, 4, OBJECTS);
    assert_all_open(k);
}

/* ---------------------------------------------------------------- a failing disk, a crash, missing files */

static struct disk failing;
static atomic_int calls_left;

static bool fails_now(const char *path)
{
    return strstr(path, "kek-") && atomic_fetch_sub(&calls_left, 1) == 0;
}

static int counted_openat(int dir, const char *path, int flags, mode_t mode)
{
    return fails_now(path) ? (errno = EIO, -1) : disk_real.openat(dir, path, flags, mode);
}

static int counted_renameat(int from, const char *name, int to, const char *to_name)
{
    return fails_now(to_name) || fails_now(name) ? (errno = EIO, -1) : disk_real.renameat(from, name, to, to_name);
}

static int counted_unlinkat(int dir, const char *path, int flags)
{
    return fails_now(path) ? (errno = EIO, -1) : disk_real.unlinkat(dir, path, flags);
}

static bool turn_and_end(struct keyed *k, struct err *e)
{
    struct key_turn turn;
    if (!keys_turn(k->c.store, &turn, NULL, e) || !keys_note_copied(k->c.store, key_epoch(k->c.store), e)) {
        return false;
    }
    return keys_destroy(k->c.store, turn.to - 1, e);
}

static void a_failing_disk_costs_no_key(void **state)
{
    struct keyed *k = *state;
    failing = disk_real;
    failing.openat = counted_openat;
    failing.renameat = counted_renameat;
    failing.unlinkat = counted_unlinkat;
    for (int cut = 0;; cut++) {
        struct err e = ERR_INIT;
        atomic_store(&calls_left, cut);
        disk_replace(&failing);
        bool ok = turn_and_end(k, &e);
        disk_replace(NULL);
        assert_all_open(k);
        if (!store_case_reopen(&k->c, &e)) {
            fail_msg("after failure %d: %s", cut, e.text);
        }
        assert_all_open(k);
        assert_int_equal(faccessat(k->c.store->keys_fd, ".kek-part", F_OK, 0), -1);
        assert_int_equal(faccessat(k->c.store->keys_fd, ".kek-gone", F_OK, 0), -1);
        if (ok && cut >= 6) { /* past every call of a whole turn */
            return;
        }
        assert_true(cut < 30);
    }
}

static void a_missing_key_file_is_not_made_anew(void **state)
{
    struct keyed *k = *state;
    struct err e = ERR_INIT;
    struct key_turn turn;
    assert_true(keys_turn(k->c.store, &turn, NULL, &e));
    assert_int_equal(renameat(k->c.store->keys_fd, "kek-00000002", k->c.store->keys_fd, "aside"), 0);
    assert_true(store_case_reopen(&k->c, &e));
    assert_false(keys_turn(k->c.store, &turn, NULL, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_int_equal(renameat(k->c.store->keys_fd, "aside", k->c.store->keys_fd, "kek-00000002"), 0);
    assert_true(store_case_reopen(&k->c, &e));
    assert_all_open(k);
}

/* ---------------------------------------------------------------- backups of different age */

static void a_backup_needs_keys_that_are_as_new(void **state)
{
    struct keyed *k = *state;
    struct err e = ERR_INIT;
    struct key_turn turn;
    char older[320], newer[320], old_keys[320], new_keys[320], to[400];
    int data_1 = folder(k, "data-1", older), keys_1 = folder(k, "keys-1", old_keys);
    int data_2 = folder(k, "data-2", newer), keys_2 = folder(k, "keys-2", new_keys);
    assert_true(store_backup(k->c.store, data_1, NULL, &e) && store_backup_keys(k->c.store, keys_1, &e));
    assert_true(keys_turn(k->c.store, &turn, NULL, &e));
    assert_true(store_backup(k->c.store, data_2, NULL, &e) && store_backup_keys(k->c.store, keys_2, &e));
    assert_true(keys_destroy(k->c.store, 1, &e));
    snprintf(to, sizeof to, "%s/wrong", k->c.scratch.path);
    assert_false(store_restore(data_2, keys_1, to, NULL, &e)); /* else all would seem destroyed */
    assert_int_equal(e.code, ERR_STATE);
    store_close(&k->c.store);
    const int data[] = {data_1, data_2};
    for (size_t i = 0; i < COUNT_OF(data); i++) {
        struct err why = ERR_INIT;
        snprintf(to, sizeof to, "%s/restored-%zu", k->c.scratch.path, i);
        if (!store_restore(data[i], keys_2, to, NULL, &why)) {
            fail_msg("%s", why.text);
        }
        k->c.config.dir = to;
        assert_true(store_open(&k->c.config, &k->c.store, &why));
        assert_wrapped(k, 2, OBJECTS);
        assert_all_open(k);
        assert_string_equal(doctor(k).all, "");
        store_close(&k->c.store);
    }
    close(data_1), close(data_2), close(keys_1), close(keys_2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_key_goes_along_and_the_old_one_can_go, setup, teardown),
        cmocka_unit_test_setup_teardown(an_interrupted_turn_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_are_turned_under_writers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failing_disk_costs_no_key, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_key_file_is_not_made_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(a_backup_needs_keys_that_are_as_new, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
