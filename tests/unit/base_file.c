/* Durable files, the disk table, fail-stop: each call may fail, be cut short or be interrupted. */
#include "testing.h"

#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct scratch where;
static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    where = scratch_make();
    arena = arena_new(1 << 24);
    return arena != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    disk_replace(NULL);
    scratch_remove(&where);
    arena_free(&arena);
    return 0;
}

/* ---- a disk that writes down what it does and fails the nth call */

static char journal[4096];
static size_t journal_n;
static uint64_t calls, fail_at;
static int fail_errno;
static size_t piece; /* most bytes a read or write moves; 0: no limit */
static bool interrupt_often;

/* True when this call shall fail. */
static bool account(const char *name, const char *detail)
{
    int n = snprintf(journal + journal_n, sizeof journal - journal_n, "%s %.5s\n", name, detail);
    journal_n += n > 0 && journal_n + (size_t)n < sizeof journal ? (size_t)n : 0;
    calls++;
    if (interrupt_often && calls % 2 == 1) {
        errno = EINTR;
        return true;
    }
    errno = fail_errno;
    return calls == fail_at;
}

static size_t limited(size_t n)
{
    return piece > 0 && n > piece ? piece : n;
}

static int bad_openat(int dir, const char *path, int flags, mode_t mode)
{
    return account("open", path) && !interrupt_often ? -1 : disk_real.openat(dir, path, flags, mode);
}

static ssize_t bad_read(int fd, void *p, size_t n)
{
    return account("read", "") ? -1 : disk_real.read(fd, p, limited(n));
}

static ssize_t bad_pread(int fd, void *p, size_t n, off_t at)
{
    return account("pread", "") ? -1 : disk_real.pread(fd, p, limited(n), at);
}

static ssize_t bad_write(int fd, const void *p, size_t n)
{
    return account("write", "") ? -1 : disk_real.write(fd, p, limited(n));
}

static int bad_fsync(int fd)
{
    return account("fsync", "") && !interrupt_often ? -1 : disk_real.fsync(fd);
}

static int bad_fdatasync(int fd)
{
    return account("fdatasync", "") && !interrupt_often ? -1 : disk_real.fdatasync(fd);
}

static int bad_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return account("rename", to) && !interrupt_often ? -1 : disk_real.renameat(from_dir, from, to_dir, to);
}

static int bad_unlinkat(int dir, const char *path, int flags)
{
    return account("unlink", path) && !interrupt_often ? -1 : disk_real.unlinkat(dir, path, flags);
}

static void use_bad_disk(uint64_t nth, int errnum)
{
    static struct disk bad;
    bad = disk_real;
    bad.openat = bad_openat;
    bad.read = bad_read;
    bad.pread = bad_pread;
    bad.write = bad_write;
    bad.fsync = bad_fsync;
    bad.fdatasync = bad_fdatasync;
    bad.renameat = bad_renameat;
    bad.unlinkat = bad_unlinkat;
    journal_n = 0;
    journal[0] = '\0';
    calls = 0;
    fail_at = nth;
    fail_errno = errnum;
    piece = 0;
    interrupt_often = false;
    disk_replace(&bad);
}

/* ---- the ending of the process, caught */

static jmp_buf ended;
static char last_line[1200];

static void end_by_jump(int status)
{
    longjmp(ended, status);
}

static void keep_line(const char *line, size_t n)
{
    snprintf(last_line, sizeof last_line, "%.*s", (int)n, line);
}

/* ---- helpers */

static void expect_content(const char *path, const char *content)
{
    struct bytes got;
    struct err e = ERR_INIT;
    if (!file_read(where.dir, path, 1 << 20, arena, &got, &e)) {
        fail_msg("%s: %s", path, e.text);
    }
    assert_true(str_is(str_of_bytes(got), content));
}

static size_t names_in_scratch(void)
{
    size_t n = 0;
    int fd = openat(where.dir, ".", O_RDONLY | O_DIRECTORY);
    DIR *d = fdopendir(fd);
    for (struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d)) {
        n += entry->d_name[0] != '.' || strncmp(entry->d_name, ".new-", 5) == 0;
    }
    closedir(d);
    return n;
}

static void put(const char *path, const char *content)
{
    struct err e = ERR_INIT;
    if (!file_write_durable(where.dir, path, bytes_of(str_of(content)), 0600, &e)) {
        fail_msg("%s: %s", path, e.text);
    }
}

/* ---- tests */

static void written_is_read_back(void **state)
{
    (void)state;
    struct stat st;
    put("a", "one");
    expect_content("a", "one");
    put("a", "two, longer");
    expect_content("a", "two, longer");
    put("empty", "");
    expect_content("empty", "");
    assert_int_equal(fstatat(where.dir, "a", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void order_of_a_durable_write(void **state)
{
    (void)state;
    use_bad_disk(0, 0);
    put("b", "x");
    disk_replace(NULL);
    assert_string_equal(journal, "open .\nopen .new-\nwrite \nfdatasync \nrename b\nfsync \n");
}

static void paths_with_folders(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_true(dir_make(where.dir, "sub", 0700, &e));
    assert_true(dir_make(where.dir, "sub", 0700, &e)); /* existing is fine */
    put("sub/c", "deep");
    expect_content("sub/c", "deep");
    assert_false(dir_make(where.dir, "a", 0700, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_false(dir_make(where.dir, "no/such", 0700, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_true(dir_sync(where.dir, &e));
    char absolute[300];
    snprintf(absolute, sizeof absolute, "%s/absolute", where.path);
    assert_true(file_write_durable(AT_FDCWD, absolute, bytes_of(STR("x")), 0600, &e));
    expect_content("absolute", "x");
}

static void bad_names_and_missing_files(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct bytes got;
    assert_false(file_write_durable(where.dir, "nowhere/x", bytes_of(STR("")), 0600, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(file_write_durable(where.dir, "sub/", bytes_of(STR("")), 0600, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_false(file_write_durable(where.dir, "", bytes_of(STR("")), 0600, &e));
    assert_false(file_read(where.dir, "missing", 10, arena, &got, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_string_equal(e.text, "missing does not exist");
    assert_false(file_read(where.dir, "sub", 10, arena, &got, &e));
    assert_int_equal(e.code, ERR_IO);
}

static void reading_has_a_limit(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct bytes got;
    put("limit", "0123456789");
    assert_true(file_read(where.dir, "limit", 10, arena, &got, &e));
    assert_int_equal(got.n, 10);
    assert_false(file_read(where.dir, "limit", 9, arena, &got, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    assert_true(file_read(where.dir, "empty", 0, arena, &got, &e));
    assert_int_equal(got.n, 0);
    assert_false(file_read(AT_FDCWD, "/dev/zero", 100000, arena, &got, &e)); /* no size, no end */
    assert_int_equal(e.code, ERR_TOO_BIG);
    assert_true(file_read(AT_FDCWD, "/proc/self/status", 1 << 16, arena, &got, &e)); /* a size of zero that lies */
    assert_true(got.n > 100);
}

static void big_files_in_small_pieces(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct bytes got;
    static uint8_t big[100000];
    for (size_t i = 0; i < sizeof big; i++) {
        big[i] = (uint8_t)(i * 31 >> 3);
    }
    use_bad_disk(0, 0);
    piece = 777;
    interrupt_often = true;
    assert_true(file_write_durable(where.dir, "big", (struct bytes){big, sizeof big}, 0600, &e));
    assert_true(file_read(where.dir, "big", sizeof big, arena, &got, &e));
    int fd CLEANUP(fd_close) = openat(where.dir, "big", O_RDONLY);
    uint8_t part[5000], past[5000];
    assert_true(fd_pread_full(fd, part, sizeof part, 90000, &e));
    bool beyond = fd_pread_full(fd, past, sizeof past, 95001, &e);
    disk_replace(NULL);
    assert_int_equal(got.n, sizeof big);
    assert_memory_equal(got.p, big, sizeof big);
    assert_memory_equal(part, big + 90000, sizeof part);
    assert_false(beyond);
    assert_int_equal(e.code, ERR_CORRUPT);
}

/* One write with the nth call failing. Returns the status by which the process ended, 0 when it went on. */
static int attempt(uint64_t nth, int errnum, bool *done, struct err *e)
{
    use_bad_disk(nth, errnum);
    int status = setjmp(ended);
    if (status == 0) {
        *done = file_write_durable(where.dir, "swept", bytes_of(STR("new")), 0600, e);
    }
    disk_replace(NULL);
    return status;
}

/* Every call fails in turn: the old content stays, nothing is left over, and a failed sync ends the process. */
static void sweep(int errnum, enum err_code expected)
{
    bool done = false;
    size_t stops = 0;
    for (uint64_t nth = 1; !done; nth++) {
        struct err e = ERR_INIT;
        assert_true(nth < 20);
        put("swept", "old");
        size_t names = names_in_scratch();
        int status = attempt(nth, errnum, &done, &e);
        if (status != 0) {
            /* A stopped process leaves its temporary file to the next start. */
            assert_int_equal(status, 70);
            assert_non_null(strstr(last_line, "fail-stop sync of a "));
            stops++;
            continue;
        }
        expect_content("swept", done ? "new" : "old");
        if (!done) {
            assert_int_equal(e.code, expected);
            assert_non_null(strstr(e.text, "swept"));
            assert_int_equal(names_in_scratch(), names);
        }
    }
    assert_int_equal(stops, 2);
}

static void any_call_may_fail(void **state)
{
    (void)state;
    fail_stop_hook(end_by_jump);
    log_sink(keep_line);
    sweep(EIO, ERR_IO);
    sweep(ENOSPC, ERR_FULL);
    fail_stop_hook(NULL);
    log_sink(NULL);
}

static void leftovers_are_swept(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_true(dir_make(where.dir, "attic", 0700, &e));
    int attic CLEANUP(fd_close) = openat(where.dir, "attic", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 50; i++) {
        char name[64];
        snprintf(name, sizeof name, ".new-%016x", (unsigned)i);
        int fd CLEANUP(fd_close) = openat(attic, name, O_WRONLY | O_CREAT, 0600);
        assert_true(fd >= 0);
    }
    static const char *const kept[] = {".new-short", ".new-000000000000000G", "new-0000000000000000",
                                       ".new-00000000000000001"};
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        assert_true(file_write_durable(attic, kept[i], bytes_of(STR("")), 0600, &e));
    }
    assert_true(dir_sweep(attic, &e));
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        assert_int_equal(faccessat(attic, kept[i], F_OK, 0), 0);
    }
    assert_int_not_equal(faccessat(attic, ".new-0000000000000000", F_OK, 0), 0);
    assert_int_not_equal(faccessat(attic, ".new-0000000000000031", F_OK, 0), 0);
    assert_true(dir_sweep(attic, &e));
}

static void reading_reports_its_failures(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct bytes got;
    put("r", "content");
    for (uint64_t nth = 1; nth <= 2; nth++) {
        use_bad_disk(nth, EIO);
        bool done = file_read(where.dir, "r", 100, arena, &got, &e);
        disk_replace(NULL);
        assert_false(done);
        assert_int_equal(e.code, ERR_IO);
        assert_non_null(strstr(e.text, "r"));
    }
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        assert_true(nth < 10);
        struct arena *a CLEANUP(arena_free) = arena_new(100000);
        mem_fault_after(nth);
        done = file_read(where.dir, "r", 100, a, &got, &e);
        mem_fault_after(0);
        assert_true(done || e.code == ERR_MEMORY);
    }
}

static void fail_stop_ends_with_70(void **state)
{
    (void)state;
    log_sink(keep_line);
    fail_stop_hook(end_by_jump);
    int status = setjmp(ended);
    if (status == 0) {
        fail_stop("page %d is broken", 7);
    }
    fail_stop_hook(NULL);
    log_sink(NULL);
    assert_int_equal(status, 70);
    assert_non_null(strstr(last_line, " error base fail-stop page 7 is broken\n"));
    pid_t child = fork();
    if (child == 0) {
        log_threshold((enum log_level)(LOG_ERROR + 1));
        fail_stop("for real");
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_is_read_back),
        cmocka_unit_test(order_of_a_durable_write),
        cmocka_unit_test(paths_with_folders),
        cmocka_unit_test(bad_names_and_missing_files),
        cmocka_unit_test(reading_has_a_limit),
        cmocka_unit_test(big_files_in_small_pieces),
        cmocka_unit_test(any_call_may_fail),
        cmocka_unit_test(leftovers_are_swept),
        cmocka_unit_test(reading_reports_its_failures),
        cmocka_unit_test(fail_stop_ends_with_70),
    };
    return cmocka_run_group_tests_name("base_file", tests, set_up, tear_down);
}
