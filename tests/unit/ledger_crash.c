/* Publishing is killed before every single system call that it makes on files, and every one of them fails once:
 * however it ends, the next opening finishes the work, the log verifies, and it never forks: whatever was published or
 * signed before is a beginning of what is published after. */
#include "ledger_case.h"

#include <errno.h>
#include <sys/random.h>

static struct ledger_case k;

/* 250 entries published; then, in each round, 20 more from there: across the border of a tile, with new directories. */
static int begin(void **state)
{
    (void)state;
    case_begin(&k);
    case_append(&k, 249, 249);
    case_publish(&k);
    case_close(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    case_end(&k);
    return 0;
}

/* ---------------------------------------------------------------- calls that kill or fail */

#define KILLED 42
static unsigned long calls, stop_at;
static bool kill_then; /* else fail with EIO, once */

/* Kills strike any thread. Failures strike the publishing one alone: what the store does when its own calls fail is
 * told by its own tests. */
static _Thread_local bool publishing;

static bool strikes(void)
{
    if ((!kill_then && !publishing) || ++calls != stop_at)
        return false;
    if (kill_then)
        _exit(KILLED);
    errno = EIO;
    return true;
}

static int struck_openat(int dir, const char *path, int flags, mode_t mode)
{
    return strikes() ? -1 : disk_real.openat(dir, path, flags, mode);
}
static ssize_t struck_read(int fd, void *p, size_t n)
{
    return strikes() ? -1 : disk_real.read(fd, p, n);
}
/* A kill in the middle of a write leaves half of it. */
static ssize_t struck_write(int fd, const void *p, size_t n)
{
    if (kill_then && calls + 1 == stop_at)
        (void)!disk_real.write(fd, p, n / 2);
    return strikes() ? -1 : disk_real.write(fd, p, n);
}
static int struck_fsync(int fd)
{
    return strikes() ? -1 : disk_real.fsync(fd);
}
static int struck_fdatasync(int fd)
{
    return strikes() ? -1 : disk_real.fdatasync(fd);
}
static int struck_syncfs(int fd)
{
    return strikes() ? -1 : disk_real.syncfs(fd);
}
static int struck_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return strikes() ? -1 : disk_real.renameat(from_dir, from, to_dir, to);
}
static int struck_mkdirat(int dir, const char *path, mode_t mode)
{
    return strikes() ? -1 : disk_real.mkdirat(dir, path, mode);
}

static struct disk striking(void)
{
    struct disk d = disk_real;
    d.openat = struck_openat;
    d.read = struck_read;
    d.write = struck_write;
    d.fsync = struck_fsync;
    d.fdatasync = struck_fdatasync;
    d.syncfs = struck_syncfs;
    d.renameat = struck_renameat;
    d.mkdirat = struck_mkdirat;
    return d;
}

static void fresh_random(void *out, size_t n)
{
    if (getrandom(out, n, 0) != (ssize_t)n)
        _exit(5);
}

/* In a process of its own: opens the copy, appends, publishes under the striking calls. */
static int one_life(struct ledger_case *c, unsigned long at, bool kills)
{
    int status = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct disk d = striking();
        struct err e = ERR_INIT;
        random_source(fresh_random); /* the pool of random bytes is the parent's */
        case_open(c);
        c->made = case_head(c).size;
        case_append(c, 20, 20);
        calls = 0;
        stop_at = at;
        kill_then = kills;
        publishing = true;
        disk_replace(&d);
        bool ok = ledger_publish(c->ledger, &e);
        disk_replace(NULL);
        if (!ok && e.code == ERR_CORRUPT)
            _exit(3); /* a failing disk is no contradiction */
        ok = ok || (ledger_ok(c->ledger, &e) && ledger_publish(c->ledger, &e));
        case_close(c);
        _exit(!ok ? 4 : calls < at ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        fail_msg("call %lu: signal %d", at, WTERMSIG(status));
    return WEXITSTATUS(status);
}

/* Opens, which finishes what was cut short; everything from before is still a beginning of the log. */
static struct tree_head assert_grown_from(struct ledger_case *c, uint64_t at_least, const struct tree_head *before)
{
    struct hash root;
    struct err e = ERR_INIT;
    case_open(c);
    struct ledger_head h = case_head(c);
    assert_true(h.size >= at_least);
    assert_int_equal(h.published, h.size);
    assert_int_equal(signer_last(c->ledger->signer).size, h.size);
    assert_true(tree_root_at(c->store, 0, before->size, &root, &e));
    assert_true(hash_equal(&root, &before->root));
    return (struct tree_head){h.published, h.root};
}

static void assert_sound_and_audited(struct ledger_case *c)
{
    char log[512];
    case_path(c, "log", log);
    case_assert_sound(c);
    assert_int_equal(case_audit(log, NULL), 0);
}

/* One copy lives through all rounds and grows, so that a head signed in a killed round is in every later tree. */
static void sweep(bool kills)
{
    struct tree_head before = {0};
    unsigned long at = 1;
    int ended;
    merkle_empty(&before.root);
    do {
        ended = one_life(&k, at, kills);
        if (ended != (kills ? KILLED : 1) && ended != 0 && ended != 70)
            fail_msg("call %lu: ended with %d", at, ended);
        before = assert_grown_from(&k, before.size + 20, &before);
        if (at % 16 == 1 || ended == 0)
            assert_sound_and_audited(&k);
        case_close(&k);
        at++;
    } while (ended != 0);
    print_message("# %lu calls, each %s once\n", at - 2, kills ? "killed" : "failed");
    assert_true(at > 30);
}

static void killed_before_every_call(void **state)
{
    (void)state;
    sweep(true);
}

static void every_call_fails_once(void **state)
{
    (void)state;
    sweep(false);
}

/* ---------------------------------------------------------------- between the steps */

/* The memory remembers, and the signature did not reach the store. */
static void killed_between_memory_and_store(void **state)
{
    struct heads h;
    struct err e = ERR_INIT;
    bool found;
    struct tree_proof growth;
    struct buf note CLEANUP(buf_free) = BUF_INIT(4096);
    (void)state;
    case_open(&k);
    case_append(&k, 20, 20);
    assert_true(heads_get(k.store, k.arena, &h, &found, &e));
    struct tree_head before = h.published.head, tree = h.tree;
    assert_true(tree_grow(k.store, 0, &tree, h.log.size, &e));
    assert_true(tree_consistency(k.store, 0, before.size, tree.size, &growth, &e));
    assert_true(signer_sign(k.ledger->signer, &tree, &growth, &note, &e));
    case_append(&k, 5, 5);
    case_close(&k);
    assert_grown_from(&k, before.size + 25, &tree);
    assert_sound_and_audited(&k);
}

static void the_signer_refuses_what_does_not_grow(void **state)
{
    struct err e = ERR_INIT;
    struct tree_proof none = {.n = 0};
    struct buf note CLEANUP(buf_free) = BUF_INIT(4096);
    (void)state;
    case_open(&k);
    struct signer *s = k.ledger->signer;
    struct tree_head last = signer_last(s), other = last, smaller = {last.size - 1, last.root};
    other.root.b[0] ^= 1;
    assert_true(signer_sign(s, &last, &none, &note, &e)); /* the same again is the same note */
    struct ledger_head h = case_head(&k);
    assert_true(str_eq(buf_str(&note), h.checkpoint));
    assert_false(signer_sign(s, &other, &none, &note, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_false(signer_sign(s, &smaller, &none, &note, &e));
    other.size++;
    assert_false(signer_sign(s, &other, &none, &note, &e));
    assert_int_equal(signer_last(s).size, last.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(killed_before_every_call, begin, end),
        cmocka_unit_test_setup_teardown(every_call_fails_once, begin, end),
        cmocka_unit_test_setup_teardown(killed_between_memory_and_store, begin, end),
        cmocka_unit_test_setup_teardown(the_signer_refuses_what_does_not_grow, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
