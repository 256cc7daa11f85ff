/* The Nth system call of the store fails, for N over a whole life: open, write, checkpoint, backup, close. Whatever
 * happens, what was acknowledged is there afterwards and the store opens. AKTA_FAULT_STEP=1 tries every N. */
#include "store_case.h"

#include <errno.h>
#include <sys/wait.h>

enum fault_kind { FAULT_IO, FAULT_SPACE, FAULT_IO_FOR_EVER, FAULT_SPACE_FOR_EVER };

static atomic_ulong calls, failing;
static enum fault_kind kind;

static bool strike(void)
{
    unsigned long n = atomic_fetch_add(&calls, 1) + 1, at = atomic_load(&failing);
    bool lasting = kind == FAULT_IO_FOR_EVER || kind == FAULT_SPACE_FOR_EVER;
    if (at == 0 || n < at || (n > at && !lasting)) {
        return false;
    }
    errno = kind == FAULT_IO || kind == FAULT_IO_FOR_EVER ? EIO : ENOSPC;
    return true;
}

static int f_openat(int dir, const char *path, int flags, mode_t mode)
{
    bool makes = (flags & O_CREAT) != 0; /* opening for reading fails for other reasons than a disk */
    return makes && strike() ? -1 : disk_real.openat(dir, path, flags, mode);
}
static ssize_t f_write(int fd, const void *p, size_t n)
{
    return strike() ? -1 : disk_real.write(fd, p, n);
}
static ssize_t f_pwrite(int fd, const void *p, size_t n, off_t at)
{
    return strike() ? -1 : disk_real.pwrite(fd, p, n, at);
}
static int f_fsync(int fd)
{
    return strike() ? -1 : disk_real.fsync(fd);
}
static int f_fdatasync(int fd)
{
    return strike() ? -1 : disk_real.fdatasync(fd);
}
static int f_renameat(int a, const char *from, int b, const char *to)
{
    return strike() ? -1 : disk_real.renameat(a, from, b, to);
}
static int f_ftruncate(int fd, off_t n)
{
    return strike() ? -1 : disk_real.ftruncate(fd, n);
}

static void put_and_tell(struct store *s, int acks, unsigned *n)
{
    struct err e = ERR_INIT;
    char key[24];
    snprintf(key, sizeof key, "%08u", *n);
    if (put_row(s, T_RECORD, key, key, &e) && write(acks, n, sizeof *n) != sizeof *n) {
        _exit(9);
    }
    (*n)++;
}

/* The child's whole life; it may end with 70 at any point. */
static void live(struct store_case *c, int to, int acks, unsigned n)
{
    struct err e = ERR_INIT;
    struct disk d = disk_real;
    d.openat = f_openat;
    d.write = f_write;
    d.pwrite = f_pwrite;
    d.fsync = f_fsync;
    d.fdatasync = f_fdatasync;
    d.renameat = f_renameat;
    d.ftruncate = f_ftruncate;
    disk_replace(&d);
    log_threshold(LOG_ERROR + 1);
    if (!store_open(&c->config, &c->store, &e)) {
        _exit(3);
    }
    for (unsigned i = 0; i < 5; i++) {
        put_and_tell(c->store, acks, &n);
    }
    (void)!store_checkpoint(c->store, &e);
    put_and_tell(c->store, acks, &n);
    (void)!store_backup(c->store, to, NULL, &e);
    put_and_tell(c->store, acks, &n);
    store_close(&c->store);
    _exit(atomic_load(&calls) < atomic_load(&failing) ? 0 : 4);
}

static bool run_once(struct store_case *c, int to, unsigned *next, unsigned long at)
{
    struct err e = ERR_INIT;
    int acks[2], status = 0;
    unsigned n;
    char key[24];
    assert_int_equal(pipe2(acks, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        atomic_store(&calls, 0);
        atomic_store(&failing, at);
        live(c, to, acks[1], *next);
    }
    close(acks[1]);
    static bool told[1u << 20];
    while (read(acks[0], &n, sizeof n) == sizeof n) {
        told[n] = true;
    }
    close(acks[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || (WEXITSTATUS(status) != 70 && WEXITSTATUS(status) > 4)) {
        fail_msg("fault %d at call %lu: ended with status %x", (int)kind, at, (unsigned)status);
    }
    unlinkat(c->scratch.dir, "archive/run/panics", 0); /* this many in a minute would mean maintenance */
    if (!store_open(&c->config, &c->store, &e)) {
        fail_msg("fault %d at call %lu: does not open: %s", (int)kind, at, e.text);
    }
    for (n = *next; n < *next + 8; n++) {
        snprintf(key, sizeof key, "%08u", n);
        if (told[n] && !has_row(c, T_RECORD, key, key)) {
            fail_msg("fault %d at call %lu: row %s was acknowledged and is lost", (int)kind, at, key);
        }
    }
    store_close(&c->store);
    *next += 8;
    return WEXITSTATUS(status) == 0;
}

static void whatever_call_fails_nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    struct store_case c;
    struct told told = {0};
    struct err e = ERR_INIT;
    const char *set = getenv("AKTA_FAULT_STEP");
    uint64_t step = 0, checked = 0;
    unsigned next = 0;
    unsigned long rounds = 0;
    if (!set || !parse_u64(str_of(set), 1, 1000, &step)) {
        step = 13;
    }
    store_case_begin(&c);
    store_close(&c.store);
    mkdirat(c.scratch.dir, "backup", 0700);
    int to = openat(c.scratch.dir, "backup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int k = FAULT_IO; k <= FAULT_SPACE_FOR_EVER; k++) {
        kind = (enum fault_kind)k;
        for (unsigned long at = 1 + (unsigned long)k; !run_once(&c, to, &next, at); at += step) {
            rounds++;
        }
    }
    print_message("# %lu failing calls tried\n", rounds);
    assert_true(rounds > 8);
    assert_true(store_open(&c.config, &c.store, &e));
    assert_true(store_doctor(c.store, told_add, &told, &checked, &e));
    assert_string_equal(told.all, "");
    close(to);
    store_case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_call_fails_nothing_acknowledged_is_lost)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
