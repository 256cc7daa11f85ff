/* The life of a store: laid down, owned, refused, stopped, recovered. What kills a process is tried on a child. */
#include "store_case.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

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

static void path_in(const struct store_case *c, const char *name, char out[400])
{
    snprintf(out, 400, "%s/%s", c->dir, name);
}

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

/* ---- refusals */

static void a_used_folder_is_not_laid_down_again(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    assert_false(store_create(&c->config, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_true(store_case_reopen(c, &e));
}

static void one_process_owns_the_folder(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct store *second = NULL;
    assert_false(store_open(&c->config, &second, &e)); /* flock is per open file: this counts as another process */
    assert_int_equal(e.code, ERR_BUSY);
    assert_null(second);
}

/* root may everything, and what root writes in there the archive's own user could not open again. */
static void another_users_folder_is_left_alone(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct stat before, after;
    if (geteuid() != 0) {
        skip();
    }
    store_close(&c->store);
    assert_int_equal(stat(c->dir, &before), 0);
    assert_int_equal(chown(c->dir, 4711, 4711), 0);
    assert_false(store_open(&c->config, &c->store, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_non_null(strstr(e.text, "runuser"));
    assert_int_equal(chown(c->dir, before.st_uid, before.st_gid), 0);
    assert_int_equal(stat(c->dir, &after), 0);
    assert_true(after.st_mtime == before.st_mtime); /* nothing was made in there */
    err_init(&e, e.lang);
    assert_true(store_case_reopen(c, &e));
}

static void wrong_formats_are_told_apart(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char format[400];
    static const struct {
        const char *text;
        enum err_code code;
    } cases[] = {{"akta-data 2\n", ERR_UNSUPPORTED},
                 {"akta-data 17\n", ERR_UNSUPPORTED},
                 {"akta-data 0\n", ERR_CORRUPT},
                 {"akta-data 1", ERR_CORRUPT},
                 {"", ERR_CORRUPT},
                 {"Akta-data 1\n", ERR_CORRUPT}};
    path_in(c, "format", format);
    store_close(&c->store);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        write_text(format, cases[i].text);
        assert_false(store_open(&c->config, &c->store, &e));
        assert_int_equal(e.code, cases[i].code);
    }
    unlink(format);
    assert_false(store_open(&c->config, &c->store, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    write_text(format, "akta-data 1\n");
    assert_true(store_open(&c->config, &c->store, &e));
}

static void a_db_config_is_refused(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char path[400];
    store_close(&c->store);
    path_in(c, "env/DB_CONFIG", path);
    write_text(path, "set_flags DB_TXN_NOSYNC\n");
    assert_false(store_open(&c->config, &c->store, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_non_null(strstr(e.text, "DB_CONFIG"));
}

static void a_missing_table_or_key_is_named(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char path[400], aside[400];
    static const char *const names[] = {"env/record.db", "keys/kek-00000001"};
    store_close(&c->store);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        path_in(c, names[i], path);
        path_in(c, "run/aside", aside);
        assert_int_equal(rename(path, aside), 0);
        assert_false(store_open(&c->config, &c->store, &e));
        assert_true(e.code == ERR_CORRUPT || e.code == ERR_NOT_FOUND);
        assert_non_null(strstr(e.text, i == 0 ? "record.db" : "kek-"));
        assert_int_equal(rename(aside, path), 0);
    }
    assert_true(store_open(&c->config, &c->store, &e));
}

static bool put_draft(struct txn *t, void *ctx, struct err *e)
{
    (void)ctx;
    return store_put(t, T_DRAFT, bytes_of(STR("klucz")), bytes_of(STR("szkic")), e);
}

static void count_told(void *ctx, const char *place, const char *wrong, const char *mend)
{
    unsigned *n = ctx;
    print_error("%s: %s; %s\n", place, wrong, mend);
    ++*n;
}

/* What an archive of an earlier program lacks is made when it is opened; what it had and lost is not. */
static void tables_that_came_later_are_made(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    uint64_t checked;
    unsigned told = 0;
    char path[400];
    store_close(&c->store);
    path_in(c, "env/draft.db", path);
    assert_int_equal(unlink(path), 0);
    assert_false(store_open(&c->config, &c->store, &e)); /* the list knows it: it was lost */
    assert_non_null(strstr(e.text, "env/draft.db"));
    path_in(c, "env/tables", path);
    assert_int_equal(unlink(path), 0);
    assert_true(store_case_reopen(c, &e));
    assert_true(store_write(c->store, put_draft, NULL, &e));
    assert_true(store_case_reopen(c, &e)); /* now it is one of the tables */
    assert_true(store_doctor(c->store, count_told, &told, &checked, &e));
    assert_int_equal(told, 0);
}

static void three_panics_in_a_minute_lead_to_maintenance(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char path[400], text[200], when[INSTANT_TEXT_SIZE];
    assert_true(put_row(c->store, T_META, "k", "v", &e));
    store_close(&c->store);
    path_in(c, "run/panics", path);
    instant_text(clock_now(&clock_system) - 100, when);
    snprintf(text, sizeof text, "%s old\n%s old\n%s old\n", when, when, when);
    write_text(path, text);
    assert_true(store_open(&c->config, &c->store, &e)); /* long ago */
    store_close(&c->store);
    instant_text(clock_now(&clock_system) - 1, when);
    snprintf(text, sizeof text, "%s a\n%s b\n%s c\n", when, when, when);
    write_text(path, text);
    assert_false(store_open(&c->config, &c->store, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_true(store_open_maintenance(&c->config, &c->store, &e));
    assert_true(has_row(c, T_META, "k", "v"));
    assert_false(put_row(c->store, T_META, "k", "w", &e));
    assert_int_equal(e.code, ERR_STATE);
}

/* ---- a full disk */

static atomic_bool disk_full;

static ssize_t full_write(int fd, const void *p, size_t n)
{
    struct stat st;
    if (atomic_load(&disk_full) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        errno = ENOSPC;
        return -1;
    }
    return disk_real.write(fd, p, n);
}

static void a_full_disk_refuses_and_loses_nothing(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct disk d = disk_real;
    d.write = full_write;
    disk_replace(&d);
    char key[32];
    for (unsigned i = 0; i < 20; i++) {
        snprintf(key, sizeof key, "before-%u", i);
        assert_true(put_row(c->store, T_FILE, key, "x", &e));
    }
    atomic_store(&disk_full, true);
    for (unsigned i = 0; i < 20; i++) {
        snprintf(key, sizeof key, "full-%u", i);
        assert_false(put_row(c->store, T_FILE, key, "x", &e));
        assert_int_equal(e.code, ERR_FULL);
    }
    assert_false(store_checkpoint(c->store, &e));
    atomic_store(&disk_full, false);
    assert_true(put_row(c->store, T_FILE, "after", "x", &e));
    disk_replace(NULL);
    for (int opened = 0; opened < 2; opened++) { /* as it runs, and recovered */
        for (unsigned i = 0; i < 20; i++) {
            snprintf(key, sizeof key, "before-%u", i);
            assert_true(has_row(c, T_FILE, key, "x"));
            snprintf(key, sizeof key, "full-%u", i);
            assert_false(has_row(c, T_FILE, key, NULL));
        }
        assert_true(has_row(c, T_FILE, "after", "x"));
        assert_true(store_case_reopen(c, &e));
    }
}

static void under_the_floor_nothing_is_written(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    store_close(&c->store);
    c->config.floor_bytes = UINT64_C(1) << 60;
    assert_true(store_open(&c->config, &c->store, &e));
    assert_false(put_row(c->store, T_FILE, "k", "v", &e));
    assert_int_equal(e.code, ERR_FULL);
    assert_false(has_row(c, T_FILE, "k", NULL));
}

static void the_ballast_is_laid_and_given_up_on_a_full_disk(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char path[400];
    struct stat st;
    path_in(c, "run/ballast", path);
    store_close(&c->store);
    c->config.ballast_bytes = 1u << 20;
    assert_true(store_open(&c->config, &c->store, &e));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 1u << 20);
    assert_true((uint64_t)st.st_blocks * 512 >= 1u << 20);
    store_close(&c->store);
    c->config.floor_bytes = UINT64_C(1) << 60; /* as good as full */
    assert_true(store_open(&c->config, &c->store, &e));
    assert_int_equal(stat(path, &st), -1);
    assert_true(has_row(c, T_FILE, "k", NULL) == false);
}

/* ---- deaths */

static int status_of(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static int failing_sync(int fd)
{
    (void)fd;
    errno = EIO;
    return -1;
}

static void a_failed_sync_ends_the_process_before_an_answer(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    store_close(&c->store);
    pid_t pid = fork();
    if (pid == 0) {
        log_sink(NULL);
        log_threshold(LOG_ERROR + 1);
        if (!store_open(&c->config, &c->store, &e) || !put_row(c->store, T_FILE, "first", "v", &e)) {
            _exit(1);
        }
        struct disk d = disk_real;
        d.fdatasync = failing_sync;
        disk_replace(&d);
        bool answered = put_row(c->store, T_FILE, "second", "v", &e);
        _exit(answered ? 2 : 3);
    }
    int status = status_of(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 70);
    assert_true(store_open(&c->config, &c->store, &e));
    assert_true(has_row(c, T_FILE, "first", "v"));
    char path[400];
    path_in(c, "run/panics", path);
    assert_true(size_of_file(path) > 20);
}

/* Writes rows of two tables in one verb and tells the pipe what was acknowledged, until it is killed. */
struct pair_row {
    uint64_t n;
};

static bool put_pair(struct txn *t, void *ctx, struct err *e)
{
    const struct pair_row *r = ctx;
    char key[24], val[300];
    memset(val, 'p', sizeof val);
    int len = snprintf(key, sizeof key, "%012lu", (unsigned long)r->n);
    struct bytes k = {(uint8_t *)key, (size_t)len};
    return store_insert(t, T_RECORD, k, (struct bytes){(uint8_t *)val, r->n % sizeof val}, e) &&
           store_insert(t, T_QUEUE, k, k, e);
}

static void write_until_killed(struct store_case *c, int acks, uint64_t from)
{
    struct err e = ERR_INIT;
    if (!store_open(&c->config, &c->store, &e)) {
        _exit(1);
    }
    for (struct pair_row r = {from};; r.n++) {
        if (!store_write(c->store, put_pair, &r, &e) || write(acks, &r.n, sizeof r.n) != sizeof r.n) {
            _exit(2);
        }
    }
}

struct pair_count {
    uint64_t records, queued, last;
};

static bool count_pair(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct pair_count *p = ctx;
    (void)val;
    (void)e;
    char text[24];
    snprintf(text, sizeof text, "%.*s", (int)key.n, (const char *)key.p);
    p->last = 0;
    for (const char *d = text; *d; d++) {
        p->last = p->last * 10 + (uint64_t)(*d - '0');
    }
    p->records++;
    return true;
}

static bool count_queue(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    (void)key;
    (void)val;
    (void)e;
    ((struct pair_count *)ctx)->queued++;
    return true;
}

static bool count_pairs(struct txn *t, void *ctx, struct err *e)
{
    memset(ctx, 0, sizeof(struct pair_count));
    return store_walk(t, (struct store_range){.table = T_RECORD}, count_pair, ctx, e) &&
           store_walk(t, (struct store_range){.table = T_QUEUE}, count_queue, ctx, e);
}

static void killed_at_any_moment_it_keeps_what_was_acknowledged(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    uint64_t next = 0, acked = 0;
    store_close(&c->store);
    for (unsigned round = 0; round < 12; round++) {
        int acks[2];
        assert_int_equal(pipe2(acks, O_CLOEXEC), 0);
        pid_t pid = fork();
        if (pid == 0) {
            log_threshold(LOG_ERROR + 1);
            write_until_killed(c, acks[1], next);
        }
        close(acks[1]);
        const struct timespec pause = {0, 5000000L * (long)(1 + round * 7 % 12)};
        nanosleep(&pause, NULL);
        kill(pid, SIGKILL);
        assert_true(WIFSIGNALED(status_of(pid)));
        uint64_t n;
        while (read(acks[0], &n, sizeof n) == sizeof n) {
            acked = n + 1;
        }
        close(acks[0]);
        assert_true(store_open(&c->config, &c->store, &e));
        struct pair_count p;
        assert_true(store_read(c->store, count_pairs, &p, &e));
        assert_int_equal(p.records, p.queued);            /* both rows or none */
        if (p.records < acked || p.records > acked + 1) { /* at most the one under way */
            fail_msg("round %u: %lu rows, %lu acknowledged", round, (unsigned long)p.records, (unsigned long)acked);
        }
        assert_true(p.records == 0 || p.last == p.records - 1);
        next = acked = p.records;
        store_close(&c->store);
    }
    assert_true(next > 0);
}

/* ---- damage that must not be taken for the end of the log */

static void a_damaged_log_is_refused_not_shortened(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char log[400];
    store_close(&c->store);
    pid_t pid = fork();
    if (pid == 0) { /* dies without a checkpoint: only the log holds the rows */
        for (unsigned i = 0; i < 50; i++) {
            char key[16];
            snprintf(key, sizeof key, "row-%u", i);
            if ((i == 0 && !store_open(&c->config, &c->store, &e)) || !put_row(c->store, T_FILE, key, "v", &e)) {
                _exit(1);
            }
        }
        _exit(0);
    }
    assert_int_equal(status_of(pid), 0);
    path_in(c, "env/log.0000000001", log);
    off_t size = size_of_file(log);
    for (off_t at = 40; at < size; at += 1 + size / 60) {
        flip_bit(log, at, (unsigned)at % 8);
        struct told told = {0};
        if (store_open(&c->config, &c->store, &e)) {
            fail_msg("opened with byte %ld of %ld damaged", (long)at, (long)size);
        }
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_non_null(strstr(e.text, "log.0000000001"));
        assert_true(store_doctor_closed(c->dir, told_add, &told, &e));
        assert_non_null(strstr(told.all, "log.0000000001"));
        flip_bit(log, at, (unsigned)at % 8);
    }
    assert_true(store_open(&c->config, &c->store, &e));
    assert_true(has_row(c, T_FILE, "row-49", "v"));
}

static void a_torn_tail_is_no_damage(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char log[400];
    assert_true(put_row(c->store, T_FILE, "k", "v", &e));
    store_close(&c->store);
    path_in(c, "env/log.0000000001", log);
    int fd = open(log, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(fd, "half a record that was never acknowledged", 41), 41);
    close(fd);
    assert_true(store_open(&c->config, &c->store, &e));
    assert_true(has_row(c, T_FILE, "k", "v"));
    assert_true(put_row(c->store, T_FILE, "l", "v", &e));
    assert_true(store_case_reopen(c, &e));
    assert_true(has_row(c, T_FILE, "l", "v"));
}

static void opening_and_closing_leaves_no_big_log(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    char log[400];
    store_close(&c->store);
    c->config.log_bytes = 64u << 20;
    c->config.cache_bytes = 256u << 20;
    for (unsigned i = 0; i < 10; i++) {
        assert_true(store_open(&c->config, &c->store, &e));
        store_close(&c->store);
    }
    path_in(c, "env/log.0000000001", log);
    assert_true(size_of_file(log) < 1 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_used_folder_is_not_laid_down_again, setup, teardown),
        cmocka_unit_test_setup_teardown(one_process_owns_the_folder, setup, teardown),
        cmocka_unit_test_setup_teardown(another_users_folder_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_formats_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_db_config_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_table_or_key_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_that_came_later_are_made, setup, teardown),
        cmocka_unit_test_setup_teardown(three_panics_in_a_minute_lead_to_maintenance, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_refuses_and_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(under_the_floor_nothing_is_written, setup, teardown),
        cmocka_unit_test_setup_teardown(the_ballast_is_laid_and_given_up_on_a_full_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_sync_ends_the_process_before_an_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(killed_at_any_moment_it_keeps_what_was_acknowledged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_log_is_refused_not_shortened, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_tail_is_no_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(opening_and_closing_leaves_no_big_log, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
