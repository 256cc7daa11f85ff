/* Failing calls: the Nth disk call or allocation fails, for every N until a run is clean. What was acknowledged is
 * there and verifies, what was not leaves nothing named; a failed sync ends the process. */
#include "content_case.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/wait.h>

/* ---------------------------------------------------------------- a disk whose Nth call fails */

static atomic_int calls_left;
static atomic_bool persistent, was_hit;
static int failure;

static bool fails(void)
{
    int left = atomic_fetch_sub(&calls_left, 1);
    bool now = left == 1 || (left < 1 && persistent);
    if (now) {
        was_hit = true;
        errno = failure;
    }
    return now;
}

static int bad_openat(int dir, const char *path, int flags, mode_t mode)
{
    return fails() ? -1 : disk_real.openat(dir, path, flags, mode);
}

static ssize_t bad_write(int fd, const void *p, size_t n)
{
    return fails() ? -1 : disk_real.write(fd, p, n);
}

static ssize_t bad_read(int fd, void *p, size_t n)
{
    return fails() ? -1 : disk_real.read(fd, p, n);
}

static ssize_t bad_pread(int fd, void *p, size_t n, off_t at)
{
    return fails() ? -1 : disk_real.pread(fd, p, n, at);
}

static int bad_renameat(int from, const char *a, int to, const char *b)
{
    return fails() ? -1 : disk_real.renameat(from, a, to, b);
}

static int bad_mkdirat(int dir, const char *path, mode_t mode)
{
    return fails() ? -1 : disk_real.mkdirat(dir, path, mode);
}

static void disk_breaks_at(int nth, int with_errno, bool for_ever)
{
    static struct disk bad;
    bad = disk_real;
    bad.openat = bad_openat;
    bad.write = bad_write;
    bad.read = bad_read;
    bad.pread = bad_pread;
    bad.renameat = bad_renameat;
    bad.mkdirat = bad_mkdirat;
    calls_left = nth;
    persistent = for_ever;
    was_hit = false;
    failure = with_errno;
    disk_replace(&bad);
}

/* ---------------------------------------------------------------- the scenario */

#define PIECES_N 7
static const size_t piece_size[PIECES_N] = {10, 3000, 5000, CONTENT_CHUNK + 9, 2500, 0, 2600};

struct outcome {
    struct content content[PIECES_N];
    bool added[PIECES_N], synced;
    struct err e;
};

/* One batch of seven contents; goes on after a content that failed, as a caller would. */
static void scenario(struct content_case *c, const uint8_t *plain, struct outcome *o)
{
    *o = (struct outcome){0};
    arena_reset(c->arena);
    struct content_batch *b = content_batch_new(&c->store, &o->e);
    if (b == NULL) {
        return;
    }
    for (size_t i = 0; i < PIECES_N; i++) {
        struct piecewise w = {.left = {plain, piece_size[i]}};
        o->added[i] = content_add(b, (struct content_source){.read = piecewise_read, .ctx = &w}, &c->key, &c->object,
                                  c->arena, &o->content[i], &o->e);
    }
    o->synced = content_batch_sync(b, &o->e);
    content_batch_free(&b);
}

static void check_outcome(struct content_case *c, const struct outcome *o, const char *how, int nth)
{
    size_t count[2], files = 0;
    for (size_t i = 0; i < PIECES_N; i++) {
        struct err e = ERR_INIT;
        if (o->synced && o->added[i]) {
            files += !id_is_zero(o->content[i].name);
            if (!case_verify(c, &o->content[i], &e)) {
                fail_msg("%s %d: content %zu was acknowledged: %s", how, nth, i, e.text);
            }
            assert_true(id_is_zero(o->content[i].name) || content_remove(&c->store, &o->content[i].name, &e));
        }
    }
    case_count(c, count);
    if (count[0] != 0 || count[1] != 0) {
        fail_msg("%s %d left %zu files and %zu temporaries", how, nth, count[0], count[1]);
    }
}

static void every_failing_disk_call(void **state)
{
    struct content_case c;
    static const int errors[] = {EIO, ENOSPC};
    uint8_t *plain = malloc(CONTENT_CHUNK + 9);
    (void)state;
    case_begin(&c);
    noise_fill(plain, CONTENT_CHUNK + 9, 1);
    for (int mode = 0; mode < 4; mode++) {
        bool clean = false;
        int nth = 0;
        while (!clean) {
            struct outcome o;
            disk_breaks_at(++nth, errors[mode % 2], mode >= 2);
            scenario(&c, plain, &o);
            clean = !was_hit;
            disk_replace(NULL);
            if (was_hit) {
                assert_int_equal(o.e.code, mode % 2 == 0 ? ERR_IO : ERR_FULL);
            } else {
                assert_true(o.synced);
            }
            check_outcome(&c, &o, "disk call", nth);
        }
        assert_true(nth > 20); /* the scenario really calls the disk */
    }
    free(plain);
    case_end(&c);
}

static void every_failing_allocation(void **state)
{
    struct content_case c;
    uint8_t *plain = malloc(CONTENT_CHUNK + 9);
    struct outcome o = {0};
    bool clean = false;
    (void)state;
    case_begin(&c);
    noise_fill(plain, CONTENT_CHUNK + 9, 1);
    for (int nth = 1; !clean; nth++) {
        struct err e = ERR_INIT;
        content_shelf_close(&c.store.shelf); /* nothing pooled: each run allocates as the first */
        assert_true(content_shelf_open(c.scratch.dir, 2, &c.store.shelf, &e));
        mem_fault_after((uint64_t)nth);
        scenario(&c, plain, &o);
        mem_fault_after(0);
        clean = o.e.code == ERR_NONE;
        if (!clean) {
            assert_int_equal(o.e.code, ERR_MEMORY);
        }
        check_outcome(&c, &o, "allocation", nth);
        assert_true(nth < 2000);
    }
    for (size_t i = 0; i < PIECES_N; i++) {
        assert_true(o.added[i]);
    }
    free(plain);
    case_end(&c);
}

static void every_failing_call_while_reading(void **state)
{
    struct content_case c;
    struct content what;
    struct err e = ERR_INIT;
    uint8_t *plain = malloc(3 * CONTENT_CHUNK);
    (void)state;
    case_begin(&c);
    text_fill(plain, 3 * CONTENT_CHUNK);
    assert_true(case_store(&c, (struct bytes){plain, 3 * CONTENT_CHUNK}, &what, &e));
    for (int nth = 1;; nth++) {
        struct err why = ERR_INIT;
        disk_breaks_at(nth, EIO, false);
        bool ok = case_verify(&c, &what, &why);
        disk_replace(NULL);
        if (!was_hit) {
            assert_true(ok);
            assert_true(nth > 5);
            break;
        }
        assert_false(ok);
        assert_int_equal(why.code, ERR_IO); /* a disk that does not answer is not damage */
    }
    free(plain);
    case_end(&c);
}

/* ---------------------------------------------------------------- a failed sync */

static int failing_sync(int fd)
{
    (void)fd;
    errno = EIO;
    return -1;
}

static struct content_case doomed;

static void end_clean(int status)
{
    scratch_remove(&doomed.scratch);
    _exit(status);
}

static void store_and_sync(int n)
{
    struct content out;
    struct err e = ERR_INIT;
    uint8_t plain[4000] = {1};
    struct content_batch *b = content_batch_new(&doomed.store, &e);
    bool ok = b != NULL;
    for (int i = 0; ok && i < n; i++) {
        struct piecewise w = {.left = {plain, sizeof plain}};
        ok = content_add(b, (struct content_source){.read = piecewise_read, .ctx = &w}, &doomed.key, &doomed.object,
                         doomed.arena, &out, &e);
    }
    end_clean(ok && content_batch_sync(b, &e) ? 2 : 3);
}

/* How a process ends that stores n contents on a disk with one broken kind of sync. */
static int end_of_child(const struct disk *broken, int n)
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(STDERR_FILENO);
        case_begin(&doomed);
        fail_stop_hook(end_clean);
        disk_replace(broken);
        store_and_sync(n);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void failed_sync_ends_the_process(void **state)
{
    struct disk no_data = disk_real, no_fs = disk_real, no_folder = disk_real;
    (void)state;
    no_data.fdatasync = failing_sync;
    no_fs.syncfs = failing_sync;
    no_folder.fsync = failing_sync;
    assert_int_equal(end_of_child(&no_data, 2), 70);
    assert_int_equal(end_of_child(&no_fs, 20), 70);
    assert_int_equal(end_of_child(&no_folder, 1), 70);
    assert_int_equal(end_of_child(&disk_real, 3), 2);
    assert_int_equal(end_of_child(&disk_real, 20), 2);
}

/* ---------------------------------------------------------------- the order that makes it durable */

static char order[4000];

static void note(const char *what)
{
    size_t n = strlen(order);
    snprintf(order + n, sizeof order - n, "%s ", what);
}

static int noting_openat(int dir, const char *path, int flags, mode_t mode)
{
    note((flags & O_CREAT) != 0 ? "create" : (flags & O_DIRECTORY) != 0 ? "folder" : "open");
    return disk_real.openat(dir, path, flags, mode);
}

static ssize_t noting_write(int fd, const void *p, size_t n)
{
    note("write");
    return disk_real.write(fd, p, n);
}

static int noting_fdatasync(int fd)
{
    note("sync");
    return disk_real.fdatasync(fd);
}

static int noting_syncfs(int fd)
{
    note("syncfs");
    return disk_real.syncfs(fd);
}

static int noting_renameat(int from, const char *a, int to, const char *b)
{
    note("rename");
    return disk_real.renameat(from, a, to, b);
}

static int noting_fsync(int fd)
{
    note("fsync");
    return disk_real.fsync(fd);
}

static int noting_mkdirat(int dir, const char *path, mode_t mode)
{
    note("mkdir");
    return disk_real.mkdirat(dir, path, mode);
}

static void order_is_write_sync_rename_folder(void **state)
{
    struct content_case c;
    struct content what;
    struct err e = ERR_INIT;
    uint8_t plain[4000] = {1};
    struct disk noting = disk_real;
    (void)state;
    noting.openat = noting_openat;
    noting.write = noting_write;
    noting.fdatasync = noting_fdatasync;
    noting.syncfs = noting_syncfs;
    noting.renameat = noting_renameat;
    noting.fsync = noting_fsync;
    noting.mkdirat = noting_mkdirat;
    case_begin(&c);
    disk_replace(&noting);
    assert_true(case_store(&c, (struct bytes){plain, sizeof plain}, &what, &e));
    disk_replace(NULL);
    assert_string_equal(order, "folder create mkdir create write write open sync rename folder fsync fsync ");
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_disk_call),           cmocka_unit_test(every_failing_allocation),
        cmocka_unit_test(every_failing_call_while_reading),  cmocka_unit_test(failed_sync_ends_the_process),
        cmocka_unit_test(order_is_write_sync_rename_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
