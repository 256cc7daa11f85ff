/* Backups of a store: under load they restore to what was committed; a damaged, an interrupted or an old one brings
 * back nothing that should not be there. */
#include "care_case.h"

#include "archive/store/copy.h"

#include <pthread.h>

struct writing {
    struct store *s;
    atomic_bool stop;
    atomic_uint written;
};

static bool put_numbered(struct txn *t, void *ctx, struct err *e)
{
    char key[16];
    snprintf(key, sizeof key, "w%08u", *(unsigned *)ctx);
    return store_put(t, T_RECORD, bytes_of(str_of(key)), bytes_of(str_of(key)), e) &&
           store_put(t, T_QUEUE, bytes_of(str_of(key)), bytes_of(STR("q")), e);
}

static void *write_on(void *arg)
{
    struct writing *w = arg;
    while (!atomic_load(&w->stop)) {
        struct err e = ERR_INIT;
        unsigned n = atomic_load(&w->written);
        if (!store_write(w->s, put_numbered, &n, &e)) {
            return w;
        }
        atomic_store(&w->written, n + 1);
    }
    return NULL;
}

static int make_folder(const struct store_case *c, const char *name)
{
    mkdirat(c->scratch.dir, name, 0700);
    return openat(c->scratch.dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void plant_content(const struct store_case *c, const char *folder, const char *name, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/content/%s", c->dir, folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/content/%s/%s", c->dir, folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static bool same_text(const char *folder, const char *name, const char *text)
{
    char path[700], got[200] = "";
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, got, sizeof got - 1);
    close(fd);
    return n >= 0 && strcmp(got, text) == 0;
}

#define CONTENT_A "0123456789abcdef0123456789abcd"
#define CONTENT_B "fedcba9876543210fedcba98765432"

static bool walk_pairs(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    unsigned *n = ctx;
    char want[16];
    (void)val;
    (void)e;
    snprintf(want, sizeof want, "w%08u", *n);
    *n += bytes_cmp(key, bytes_of(str_of(want))) == 0 ? 1 : 1000000;
    return true;
}

static bool count_pairs(struct txn *t, void *ctx, struct err *e)
{
    unsigned *n = ctx;
    n[0] = n[1] = 0;
    struct bytes w = bytes_of(STR("w"));
    return store_walk(t, (struct store_range){.table = T_RECORD, .prefix = w}, walk_pairs, &n[0], e) &&
           store_walk(t, (struct store_range){.table = T_QUEUE, .prefix = w}, walk_pairs, &n[1], e);
}

static void a_backup_under_load_restores_to_a_committed_state(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    static struct writing w;
    pthread_t th;
    char restored[300];
    w = (struct writing){.s = c->store};
    assert_true(store_write(c->store, fill_all, c->store, &e));
    plant_content(c, "ab", CONTENT_A, "sealed bytes");
    plant_content(c, "ab", "." CONTENT_B, "not named yet");
    int to = make_folder(c, "backup"), keys = make_folder(c, "keys");
    assert_int_equal(pthread_create(&th, NULL, write_on, &w), 0);
    while (atomic_load(&w.written) < 100) {
        sched_yield();
    }
    unsigned before = atomic_load(&w.written);
    bool backed = store_backup(c->store, to, NULL, &e);
    unsigned after = atomic_load(&w.written) + 1;
    atomic_store(&w.stop, true);
    void *failed = NULL;
    pthread_join(th, &failed);
    if (!backed) {
        fail_msg("%s", e.text);
    }
    assert_null(failed);
    assert_true(store_backup_keys(c->store, keys, &e));
    store_close(&c->store);

    snprintf(restored, sizeof restored, "%s/restored", c->scratch.path);
    if (!store_restore(to, keys, restored, NULL, &e)) {
        fail_msg("%s", e.text);
    }
    assert_true(same_text(restored, "content/ab/" CONTENT_A, "sealed bytes"));
    c->config.dir = restored;
    assert_true(store_open(&c->config, &c->store, &e));
    unsigned n[2];
    assert_true(store_read(c->store, count_pairs, n, &e));
    assert_int_equal(n[0], n[1]);
    assert_true(n[0] >= before && n[0] <= after);
    struct told told;
    look(c, &told);
    assert_string_equal(told.all, "");
    assert_true(has_row(c, T_HOLD, "key-00059", NULL));
    assert_false(store_restore(to, keys, restored, NULL, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    close(to);
    close(keys);
}

static void a_second_backup_brings_the_first_up_to_date(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char path[400], backup[300], restored[300];
    int to = make_folder(c, "backup"), keys = make_folder(c, "keys");
    snprintf(backup, sizeof backup, "%s/backup", c->scratch.path);
    plant_content(c, "ab", CONTENT_A, "first");
    mkdirat(c->store->dir_fd, "log", 0700);
    assert_true(file_write_durable(c->store->dir_fd, "log/checkpoint", bytes_of(STR("one\n")), 0644, &e));
    assert_true(store_backup(c->store, to, NULL, &e));
    assert_true(same_text(backup, "content/ab/" CONTENT_A, "first"));
    path_in(c, "content/ab/" CONTENT_A, path);
    unlink(path);
    plant_content(c, "cd", CONTENT_B, "second");
    assert_true(put_row(c->store, T_META, "second", "yes", &e));
    assert_true(file_write_durable(c->store->dir_fd, "log/checkpoint", bytes_of(STR("two\n")), 0644, &e));
    assert_true(store_backup(c->store, to, NULL, &e));
    assert_false(same_text(backup, "content/ab/" CONTENT_A, "first"));
    assert_true(same_text(backup, "content/cd/" CONTENT_B, "second"));
    assert_true(same_text(backup, "log/checkpoint", "two\n"));
    assert_int_equal(faccessat(to, "keys", F_OK, 0), -1); /* never in a backup of the data */
    assert_true(store_backup_keys(c->store, keys, &e));
    store_close(&c->store);
    snprintf(restored, sizeof restored, "%s/restored", c->scratch.path);
    assert_true(store_restore(to, keys, restored, NULL, &e));
    c->config.dir = restored;
    assert_true(store_open(&c->config, &c->store, &e));
    assert_true(has_row(c, T_META, "second", "yes"));
    assert_true(same_text(restored, "log/checkpoint", "two\n"));
    close(to);
    close(keys);
}

static void every_damage_of_a_backup_is_found_and_never_restored(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char backup[300], path[400], restored[300];
    static const struct {
        const char *file;
        off_t at;
    } flips[] = {
        {"MANIFEST", 30}, {"MANIFEST", 200}, {"env/record.db", 5000}, {"env/log.0000000001", 100}, {"format", 3}};
    int to = make_folder(c, "backup"), keys = make_folder(c, "keys");
    snprintf(backup, sizeof backup, "%s/backup", c->scratch.path);
    assert_true(store_write(c->store, fill_all, c->store, &e));
    assert_true(store_backup(c->store, to, NULL, &e) && store_backup_keys(c->store, keys, &e));
    struct told told = {0};
    assert_true(store_doctor_closed(backup, told_add, &told, &e));
    assert_string_equal(told.all, "");
    for (size_t i = 0; i < COUNT_OF(flips); i++) {
        snprintf(path, sizeof path, "%s/%s", backup, flips[i].file);
        flip_bit(path, flips[i].at, 0);
        told = (struct told){0};
        assert_true(store_doctor_closed(backup, told_add, &told, &e));
        assert_int_equal(told.n, 1);
        assert_non_null(strstr(told.all, flips[i].file));
        if (strcmp(flips[i].file, "format") != 0) { /* that one is written anew */
            snprintf(restored, sizeof restored, "%s/r%zu", c->scratch.path, i);
            assert_false(store_restore(to, keys, restored, NULL, &e));
            assert_int_equal(e.code, ERR_CORRUPT);
            c->config.dir = restored;
            struct store *s = NULL;
            assert_false(store_open(&c->config, &s, &e));
        }
        flip_bit(path, flips[i].at, 0);
    }
    close(to);
    close(keys);
}

static bool stop_at_once(struct progress *p)
{
    return ++*(unsigned *)p->ctx > 1;
}

static void an_interrupted_backup_is_not_taken_for_one(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char restored[300];
    unsigned asked = 0;
    struct progress p = {.stop = stop_at_once, .ctx = &asked};
    int to = make_folder(c, "backup"), keys = make_folder(c, "keys");
    plant_content(c, "ab", CONTENT_A, "first");
    plant_content(c, "cd", CONTENT_B, "second");
    assert_true(store_backup_keys(c->store, keys, &e));
    assert_false(store_backup(c->store, to, &p, &e));
    assert_int_equal(e.code, ERR_INTERRUPTED);
    snprintf(restored, sizeof restored, "%s/restored", c->scratch.path);
    assert_false(store_restore(to, keys, restored, NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_true(store_backup(c->store, to, NULL, &e)); /* goes on */
    snprintf(restored, sizeof restored, "%s/restored2", c->scratch.path);
    assert_true(store_restore(to, keys, restored, NULL, &e));
    int foreign = make_folder(c, "photos");
    close(openat(foreign, "holiday.jpg", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    assert_false(store_backup(c->store, foreign, NULL, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    close(foreign);
    close(to);
    close(keys);
}

struct key_get {
    struct store *s;
    struct id id;
    struct key k;
};

static bool get_key(struct txn *t, void *ctx, struct err *e)
{
    struct key_get *g = ctx;
    return key_get(t, g->s, &g->id, &g->k, e);
}

static bool rewrap_all_but_first(struct txn *t, void *ctx, struct err *e)
{
    struct store *s = ctx;
    struct id first = {{0, 1}};
    for (unsigned i = 1; i < 40; i++) {
        struct id id = {{(uint8_t)i, 1}};
        struct key k = {{(uint8_t)i}};
        struct wrapped_key w;
        if (!key_wrap(s, &id, &k, &w, e) || !key_put(t, &id, &w, e)) {
            return false;
        }
    }
    return store_delete(t, T_KEY, id_bytes(&first), e);
}

static void an_old_backup_does_not_bring_destroyed_keys_back(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char restored[300], kek[400];
    int to = make_folder(c, "backup"), keys = make_folder(c, "keys");
    assert_true(store_write(c->store, fill_all, c->store, &e));
    assert_true(store_backup(c->store, to, NULL, &e)); /* holds the wrapped key of object 0 */
    assert_true(keyring_create(c->store->keys_fd, 2, &e));
    assert_true(store_case_reopen(c, &e));
    assert_true(store_write(c->store, rewrap_all_but_first, c->store, &e));
    path_in(c, "keys/kek-00000001", kek);
    unlink(kek);
    assert_true(store_case_reopen(c, &e));
    assert_true(store_backup_keys(c->store, keys, &e));
    store_close(&c->store);
    snprintf(restored, sizeof restored, "%s/restored", c->scratch.path);
    if (!store_restore(to, keys, restored, NULL, &e)) {
        fail_msg("%s", e.text);
    }
    c->config.dir = restored;
    assert_true(store_open(&c->config, &c->store, &e));
    for (unsigned i = 0; i < 40; i++) {
        struct key_get g = {c->store, {{(uint8_t)i, 1}}, {{0}}};
        assert_int_equal(store_read(c->store, get_key, &g, &e), i > 0);
        assert_true(i == 0 ? e.code == ERR_NOT_FOUND : g.k.b[0] == i);
    }
    struct told told;
    look(c, &told);
    assert_string_equal(told.all, "");
    close(to);
    close(keys);
}

/* What a rename finds of the bytes that it gives a name to. */
static struct {
    char folder[400];
    atomic_uint unsynced, named, named_unsynced;
    atomic_bool sealed; /* the format line stands */
    atomic_uint after_seal;
} watched;

static bool is_watched(int dir, const char *name)
{
    char link[64], path[700] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    size_t len = strlen(path);
    snprintf(path + len, sizeof path - len, "%s%s", name[0] != '\0' ? "/" : "", name);
    return strncmp(path, watched.folder, strlen(watched.folder)) == 0;
}

static ssize_t watched_write(int fd, const void *p, size_t n)
{
    if (is_watched(fd, "")) {
        atomic_fetch_add(atomic_load(&watched.sealed) ? &watched.after_seal : &watched.unsynced, 1);
    }
    return disk_real.write(fd, p, n);
}

static int watched_syncfs(int fd)
{
    atomic_store(&watched.unsynced, 0);
    return disk_real.syncfs(fd);
}

static int watched_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (is_watched(to_dir, to)) {
        atomic_fetch_add(&watched.named, 1);
        atomic_fetch_add(&watched.named_unsynced, atomic_load(&watched.unsynced) > 0 ? 1 : 0);
    }
    if (strcmp(to, "format") == 0) {
        atomic_store(&watched.sealed, true);
    }
    return disk_real.renameat(from_dir, from, to_dir, to);
}

static void watch_from_now(const char *folder)
{
    static struct disk watching;
    memset(&watched, 0, sizeof watched);
    snprintf(watched.folder, sizeof watched.folder, "%s", folder);
    watching = disk_real;
    watching.write = watched_write;
    watching.syncfs = watched_syncfs;
    watching.renameat = watched_renameat;
    disk_replace(&watching);
}

/* The next run takes a file of the right name and size for what it is. */
static void a_copy_gets_its_name_when_its_bytes_are_on_the_disk(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char folder[400];
    int to = make_folder(c, "backup");
    for (unsigned i = 0; i < 300; i++) {
        char name[40];
        snprintf(name, sizeof name, "%030x", i);
        plant_content(c, "ab", name, "content");
    }
    snprintf(folder, sizeof folder, "%s/backup/content/", c->scratch.path);
    watch_from_now(folder);
    bool ok = store_backup(c->store, to, NULL, &e);
    disk_replace(NULL);
    if (!ok) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(atomic_load(&watched.named), 300);
    assert_int_equal(atomic_load(&watched.named_unsynced), 0);
    close(to);
}

/* Whoever stops a restore, or the power, must leave a folder that says so, or a finished one. */
static void a_restored_folder_gets_its_format_line_last(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char restored[300], env[400];
    int to = make_folder(c, "backup"), keys = make_folder(c, "keys");
    assert_true(store_write(c->store, fill_all, c->store, &e));
    assert_true(store_backup(c->store, to, NULL, &e));
    assert_true(store_backup_keys(c->store, keys, &e));
    snprintf(restored, sizeof restored, "%s/restored", c->scratch.path);
    snprintf(env, sizeof env, "%s/env/", restored);
    watch_from_now(env);
    bool ok = store_restore(to, keys, restored, NULL, &e);
    disk_replace(NULL);
    if (!ok) {
        fail_msg("%s", e.text);
    }
    assert_true(atomic_load(&watched.sealed));
    assert_int_equal(atomic_load(&watched.after_seal), 0);
    close(to);
    close(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_backup_under_load_restores_to_a_committed_state, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(a_second_backup_brings_the_first_up_to_date, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(every_damage_of_a_backup_is_found_and_never_restored, care_setup,
                                        care_teardown),
        cmocka_unit_test_setup_teardown(a_copy_gets_its_name_when_its_bytes_are_on_the_disk, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(a_restored_folder_gets_its_format_line_last, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(an_interrupted_backup_is_not_taken_for_one, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(an_old_backup_does_not_bring_destroyed_keys_back, care_setup, care_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
