/* A backup into a folder that holds one already: whatever stops it, the older one or the newer one can be restored;
 * what belongs to somebody else, and what lies behind a link, stays as it is. */
#include "care_case.h"

#include "archive/store/copy.h"

#include <errno.h>
#include <sys/file.h>

struct again {
    struct store_case *c;
    int to, keys;
    char backup[300], restored[300];
};

static struct again begin(void **state)
{
    struct again a = {.c = *state};
    struct err e = ERR_INIT;
    snprintf(a.backup, sizeof a.backup, "%s/backup", a.c->scratch.path);
    snprintf(a.restored, sizeof a.restored, "%s/restored", a.c->scratch.path);
    mkdirat(a.c->scratch.dir, "backup", 0700);
    mkdirat(a.c->scratch.dir, "keys", 0700);
    a.to = openat(a.c->scratch.dir, "backup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    a.keys = openat(a.c->scratch.dir, "keys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    mkdirat(a.c->store->dir_fd, "log", 0755);
    assert_true(store_write(a.c->store, fill_all, a.c->store, &e));
    return a;
}

static void end(struct again *a)
{
    close(a->to);
    close(a->keys);
}

static void publish(const struct again *a, const char *name, const char *text)
{
    struct err e = ERR_INIT;
    assert_true(file_write_durable(a->c->store->dir_fd, name, bytes_of(str_of(text)), 0644, &e));
}

static bool holds(const char *folder, const char *name, const char *text)
{
    char path[700], got[200] = "";
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, got, sizeof got - 1);
    close(fd);
    return n >= 0 && strcmp(got, text) == 0;
}

static void must(bool ok, const struct err *e)
{
    if (!ok) {
        fail_msg("%s", e->text);
    }
}

/* ---- what stops a second run */

struct stopping {
    const char *at, *now;
};

static void note_step(struct progress *p, uint64_t done, uint64_t total, const char *what)
{
    struct stopping *s = p->ctx;
    (void)done;
    (void)total;
    s->now = what;
}

static bool stop_there(struct progress *p)
{
    const struct stopping *s = p->ctx;
    return s->now != NULL && strcmp(s->now, s->at) == 0;
}

static void a_second_run_that_is_stopped_leaves_the_first_backup_whole(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    struct stopping s = {.at = "tables"};
    struct progress p = {.step = note_step, .stop = stop_there, .ctx = &s};
    publish(&a, "log/checkpoint", "one\n");
    must(store_backup(a.c->store, a.to, NULL, &e) && store_backup_keys(a.c->store, a.keys, &e), &e);
    publish(&a, "log/checkpoint", "two\n");
    assert_true(put_row(a.c->store, T_META, "second", "yes", &e));
    assert_false(store_backup(a.c->store, a.to, &p, &e));
    assert_int_equal(e.code, ERR_INTERRUPTED);
    struct told told = {0};
    must(store_doctor_closed(a.backup, told_add, &told, &e), &e);
    assert_string_equal(told.all, "");
    must(store_restore(a.to, a.keys, a.restored, NULL, &e), &e);
    assert_true(holds(a.restored, "log/checkpoint", "one\n"));
    must(store_backup(a.c->store, a.to, NULL, &e), &e);
    assert_true(holds(a.backup, "log/checkpoint", "two\n"));
    end(&a);
}

static int full_disk(int fd)
{
    (void)fd;
    errno = ENOSPC;
    return -1;
}

static bool put_another_key(struct txn *t, void *ctx, struct err *e)
{
    struct id id = {{200, 2}};
    struct wrapped_key w;
    struct key k = {{7}};
    return key_wrap(ctx, &id, &k, &w, e) && key_put(t, &id, &w, e);
}

static void a_second_copy_of_the_keys_that_fails_leaves_the_first_one_whole(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    static struct disk full;
    must(store_backup(a.c->store, a.to, NULL, &e) && store_backup_keys(a.c->store, a.keys, &e), &e);
    assert_true(store_write(a.c->store, put_another_key, a.c->store, &e));
    full = disk_real;
    full.syncfs = full_disk;
    disk_replace(&full);
    bool copied = store_backup_keys(a.c->store, a.keys, &e);
    disk_replace(NULL);
    assert_false(copied);
    must(store_restore(a.to, a.keys, a.restored, NULL, &e), &e);
    must(store_backup_keys(a.c->store, a.keys, &e), &e);
    end(&a);
}

static int no_room_for_wrapped_keys(int dir, const char *path, int flags, mode_t mode)
{
    if (strcmp(path, ".wrapped-keys.part") == 0) {
        errno = ENOSPC;
        return -1;
    }
    return disk_real.openat(dir, path, flags, mode);
}

/* The disk of the archive is full, that of the backup is not. */
static void a_full_archive_can_be_copied(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    static struct disk full;
    must(store_backup_keys(a.c->store, a.keys, &e), &e);
    full = disk_real;
    full.openat = no_room_for_wrapped_keys;
    disk_replace(&full);
    bool copied = store_backup(a.c->store, a.to, NULL, &e);
    disk_replace(NULL);
    must(copied, &e);
    must(store_restore(a.to, a.keys, a.restored, NULL, &e), &e);
    end(&a);
}

/* ---- what is published while the copy is made */

#define FOLDERS 8u
struct publishing {
    const struct again *a;
    unsigned n;
};

static void publish_more(struct progress *p, uint64_t done, uint64_t total, const char *what)
{
    struct publishing *s = p->ctx;
    char name[64], text[64];
    (void)done;
    (void)total;
    if (strcmp(what, "log") != 0 || s->n == 2) {
        return;
    }
    s->n++;
    for (unsigned i = 0; i < FOLDERS; i++) { /* a tile wherever the copy may have been already, then the checkpoint */
        snprintf(name, sizeof name, "log/tile-%u/%03u", i, s->n);
        publish(s->a, name, "tile\n");
    }
    snprintf(text, sizeof text, "%03u", s->n);
    publish(s->a, "log/checkpoint", text);
}

static void the_copied_checkpoint_is_no_newer_than_the_tiles_with_it(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    struct publishing s = {.a = &a};
    struct progress p = {.step = publish_more, .ctx = &s};
    char name[64], newest[16] = "";
    publish(&a, "log/checkpoint", "000"); /* some file systems list what came last first, others by hash */
    for (unsigned i = 0; i < FOLDERS; i++) {
        snprintf(name, sizeof name, "log/tile-%u", i);
        mkdirat(a.c->store->dir_fd, name, 0755);
        snprintf(name, sizeof name, "log/tile-%u/000", i);
        publish(&a, name, "tile\n");
    }
    must(store_backup(a.c->store, a.to, &p, &e), &e);
    int fd = openat(a.to, "log/checkpoint", O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, newest, sizeof newest - 1), 3);
    close(fd);
    for (unsigned i = 0; i < FOLDERS; i++) {
        snprintf(name, sizeof name, "log/tile-%u/%s", i, newest);
        assert_int_equal(faccessat(a.to, name, F_OK, 0), 0);
    }
    end(&a);
}

/* A successor log begins anew under the names of the one before. */
static void what_the_log_no_longer_has_leaves_the_copy(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    mkdirat(a.c->store->dir_fd, "log/tile", 0755);
    publish(&a, "log/tile/000", "of the old log");
    publish(&a, "log/checkpoint", "old");
    must(store_backup(a.c->store, a.to, NULL, &e), &e);
    assert_int_equal(unlinkat(a.c->store->dir_fd, "log/tile/000", 0), 0);
    publish(&a, "log/checkpoint", "new");
    must(store_backup(a.c->store, a.to, NULL, &e) && store_backup_keys(a.c->store, a.keys, &e), &e);
    assert_int_equal(faccessat(a.to, "log/tile/000", F_OK, 0), -1);
    must(store_restore(a.to, a.keys, a.restored, NULL, &e), &e);
    assert_true(holds(a.restored, "log/checkpoint", "new"));
    end(&a);
}

/* ---- what belongs to somebody else */

static void another_archives_copies_are_not_written_over(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    struct store *other = NULL;
    struct store_config config = a.c->config;
    char dir[300];
    must(store_backup(a.c->store, a.to, NULL, &e) && store_backup_keys(a.c->store, a.keys, &e), &e);
    snprintf(dir, sizeof dir, "%s/other", a.c->scratch.path);
    config.dir = dir;
    must(store_create(&config, &e) && store_open(&config, &other, &e), &e);
    assert_false(store_backup_keys(other, a.keys, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_false(store_backup(other, a.to, NULL, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    store_close(&other);
    must(store_restore(a.to, a.keys, a.restored, NULL, &e), &e);
    end(&a);
}

/* Two at once would write into each other's parts. */
static void one_copy_at_a_time_is_written_into_a_folder(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    int other = openat(a.c->scratch.dir, "backup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    assert_false(store_backup(a.c->store, a.to, NULL, &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_false(store_backup_keys(a.c->store, a.to, &e));
    assert_int_equal(e.code, ERR_BUSY);
    close(other);
    must(store_backup(a.c->store, a.to, NULL, &e) && store_backup_keys(a.c->store, a.keys, &e), &e);
    other = openat(a.c->scratch.dir, "backup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0); /* it was given back */
    close(other);
    end(&a);
}

static void a_link_in_the_folder_leads_nowhere(void **state)
{
    static const char *const places[] = {"log", "content", "content/ab", "log/tile"};
    struct again a = begin(state);
    struct err e = ERR_INIT;
    char path[400];
    path_in(a.c, "content/ab", path);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/content/ab/%030x", a.c->dir, 1u);
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    mkdirat(a.c->store->dir_fd, "log/tile", 0755);
    publish(&a, "log/tile/000", "tile\n");
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        char elsewhere[16], folder[16];
        snprintf(elsewhere, sizeof elsewhere, "private-%zu", i);
        snprintf(folder, sizeof folder, "planted-%zu", i);
        mkdirat(a.c->scratch.dir, elsewhere, 0700);
        mkdirat(a.c->scratch.dir, folder, 0700);
        int to = openat(a.c->scratch.dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (strchr(places[i], '/') != NULL) {
            mkdirat(to, strncmp(places[i], "log", 3) == 0 ? "log" : "content", 0700);
        }
        snprintf(path, sizeof path, "%s/%s", a.c->scratch.path, elsewhere);
        assert_int_equal(symlinkat(path, to, places[i]), 0);
        assert_false(store_backup(a.c->store, to, NULL, &e));
        assert_int_equal(e.code, ERR_CONFLICT);
        assert_int_equal(unlinkat(a.c->scratch.dir, elsewhere, AT_REMOVEDIR), 0); /* nothing came into it */
        close(to);
    }
    end(&a);
}

/* ---- keys that go, and keys that come meanwhile */

static void a_destroyed_key_leaves_the_copy_with_the_next_one(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    struct key_turn turn;
    must(store_backup_keys(a.c->store, a.keys, &e) && keys_turn(a.c->store, &turn, NULL, &e) &&
             store_backup_keys(a.c->store, a.keys, &e) && keys_destroy(a.c->store, 1, &e) &&
             store_backup_keys(a.c->store, a.keys, &e),
         &e);
    assert_int_equal(faccessat(a.keys, "kek-00000001", F_OK, 0), -1);
    assert_int_equal(faccessat(a.keys, "kek-00000002", F_OK, 0), 0);
    end(&a);
}

static struct store *turned_meanwhile;

static int turn_then_sync(int fd)
{
    struct err e = ERR_INIT;
    struct store *s = turned_meanwhile;
    turned_meanwhile = NULL;
    if (s != NULL && !keyring_add(s->keys, s->keys_fd, key_epoch(s) + 1, &e)) {
        return -1;
    }
    return disk_real.syncfs(fd);
}

/* Else the old key could be destroyed while the new one is in no copy. */
static void a_key_that_came_while_the_others_were_copied_is_not_noted_as_copied(void **state)
{
    struct again a = begin(state);
    struct err e = ERR_INIT;
    struct key_turn turn;
    static struct disk turning;
    must(keys_turn(a.c->store, &turn, NULL, &e), &e);
    turned_meanwhile = a.c->store;
    turning = disk_real;
    turning.syncfs = turn_then_sync;
    disk_replace(&turning);
    bool copied = store_backup_keys(a.c->store, a.keys, &e);
    disk_replace(NULL);
    must(copied, &e);
    assert_int_equal(faccessat(a.keys, "kek-00000003", F_OK, 0), -1);
    assert_false(keys_copied(a.c->store));
    must(store_backup_keys(a.c->store, a.keys, &e), &e);
    assert_true(keys_copied(a.c->store));
    end(&a);
}

/* ---- a manifest that was written by somebody else */

static void add_to_manifest(int dir, const char *line)
{
    struct err e = ERR_INIT;
    struct bytes old;
    uint8_t sum[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20);
    struct buf text CLEANUP(buf_free) = BUF_INIT(1u << 20);
    must(file_read(dir, MANIFEST, 1u << 20, ar, &old, &e), &e);
    buf_add(&text, old.p, old.n - (4 + 64 + 1));
    buf_fmt(&text, "%s\n", line);
    sha256_of(buf_bytes(&text), sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    buf_fmt(&text, "end %s\n", hex);
    must(file_write_durable(dir, MANIFEST, buf_bytes(&text), 0600, &e), &e);
}

/* Whoever can write to the medium of the backups must not choose the keys of the restored archive. */
static void a_backup_of_the_data_brings_nothing_but_data(void **state)
{
    static const char *const planted[] = {"keys/kek-00000009", "run/ballast", "env/DB_CONFIG", "note", ".."};
    struct again a = begin(state);
    struct err e = ERR_INIT;
    uint8_t sum[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1], line[200], restored[320];
    must(store_backup(a.c->store, a.to, NULL, &e) && store_backup_keys(a.c->store, a.keys, &e), &e);
    struct bytes text = bytes_of(STR("planted"));
    sha256_of(text, sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    mkdirat(a.to, "keys", 0700);
    mkdirat(a.to, "run", 0700);
    for (size_t i = 0; i < COUNT_OF(planted); i++) {
        must(store_backup(a.c->store, a.to, NULL, &e) || e.code == ERR_CONFLICT, &e);
        unlinkat(a.to, "keys", AT_REMOVEDIR);
        unlinkat(a.to, "run", AT_REMOVEDIR);
        must(store_backup(a.c->store, a.to, NULL, &e), &e); /* a manifest without the line before */
        mkdirat(a.to, "keys", 0700);
        mkdirat(a.to, "run", 0700);
        if (strcmp(planted[i], "..") != 0) {
            must(file_write_durable(a.to, planted[i], text, 0600, &e), &e);
        }
        snprintf(line, sizeof line, "file %s %zu %s", hex, text.n, planted[i]);
        add_to_manifest(a.to, line);
        snprintf(restored, sizeof restored, "%s-%zu", a.restored, i);
        assert_false(store_restore(a.to, a.keys, restored, NULL, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        snprintf(restored, sizeof restored, "%s-%zu/%s", a.restored, i, planted[i]);
        assert_true(strcmp(planted[i], "..") == 0 || access(restored, F_OK) != 0);
        unlinkat(a.to, planted[i], 0);
    }
    end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_second_run_that_is_stopped_leaves_the_first_backup_whole, care_setup,
                                        care_teardown),
        cmocka_unit_test_setup_teardown(a_second_copy_of_the_keys_that_fails_leaves_the_first_one_whole, care_setup,
                                        care_teardown),
        cmocka_unit_test_setup_teardown(a_full_archive_can_be_copied, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(the_copied_checkpoint_is_no_newer_than_the_tiles_with_it, care_setup,
                                        care_teardown),
        cmocka_unit_test_setup_teardown(what_the_log_no_longer_has_leaves_the_copy, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(another_archives_copies_are_not_written_over, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(one_copy_at_a_time_is_written_into_a_folder, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(a_link_in_the_folder_leads_nowhere, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(a_destroyed_key_leaves_the_copy_with_the_next_one, care_setup, care_teardown),
        cmocka_unit_test_setup_teardown(a_key_that_came_while_the_others_were_copied_is_not_noted_as_copied, care_setup,
                                        care_teardown),
        cmocka_unit_test_setup_teardown(a_backup_of_the_data_brings_nothing_but_data, care_setup, care_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
