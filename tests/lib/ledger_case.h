/* ledger_case.h: an archive with nothing but a log, in a folder of the test's own. */
#ifndef AKTA_TESTS_LEDGER_CASE_H
#define AKTA_TESTS_LEDGER_CASE_H
#include "archive/ledger/ledger_internal.h"

#include "scratch.h"
#include "testing.h"

#include <dirent.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

extern char **environ;

struct ledger_case {
    struct scratch scratch;
    char dir[300];
    instant now; /* the clock */
    struct clock clock;
    struct store *store;
    struct ledger *ledger;
    struct arena *arena;
    uint64_t made; /* entries made so far: object numbers */
};

static inline instant case_now(void *ctx)
{
    return ((struct ledger_case *)ctx)->now;
}

static inline struct store_config case_store_config(const struct ledger_case *c)
{
    struct store_config sc = store_config_standard;
    sc.dir = c->dir;
    sc.cache_bytes = 16u << 20;
    sc.log_bytes = 4u << 20;
    sc.ballast_bytes = 0;
    sc.floor_bytes = 0;
    return sc;
}

static inline struct ledger_config case_config(struct ledger_case *c)
{
    return (struct ledger_config){.origin = "records.example/log", .clock = &c->clock, .interval_ms = 20};
}

static inline void case_open_store(struct ledger_case *c)
{
    struct err e = ERR_INIT;
    struct store_config sc = case_store_config(c);
    if (!store_open(&sc, &c->store, &e))
        fail_msg("store: %s", e.text);
}

static inline bool case_try_open(struct ledger_case *c, bool successor, struct err *e)
{
    struct ledger_config lc = case_config(c);
    lc.successor = successor;
    case_open_store(c);
    return ledger_open(c->store, &lc, &c->ledger, e);
}

static inline void case_open(struct ledger_case *c)
{
    struct err e = ERR_INIT;
    if (!case_try_open(c, false, &e))
        fail_msg("ledger: %s", e.text);
}

static inline void case_close(struct ledger_case *c)
{
    ledger_close(&c->ledger);
    store_close(&c->store);
}

static inline void case_drop_line(const char *line, size_t n)
{
    (void)line;
    (void)n;
}

/* A folder for archives; none is made yet. */
static inline void case_prepare(struct ledger_case *c)
{
    struct err e = ERR_INIT;
    *c = (struct ledger_case){.scratch = scratch_make(), .now = 1795000000, .arena = arena_new(256u << 20)};
    c->clock = (struct clock){case_now, c};
    assert_non_null(c->arena);
    assert_true(crypto_init(&e));
    snprintf(c->dir, sizeof c->dir, "%s/akta", c->scratch.path);
    if (getenv("AKTA_TEST_LOG") == NULL)
        log_sink(case_drop_line);
}

/* The same with a new archive, opened. */
static inline void case_begin(struct ledger_case *c)
{
    struct err e = ERR_INIT;
    case_prepare(c);
    struct store_config sc = case_store_config(c);
    struct ledger_config lc = case_config(c);
    if (!store_create(&sc, &e))
        fail_msg("store: %s", e.text);
    case_open_store(c);
    if (!ledger_create(c->store, &lc, &e) || !ledger_open(c->store, &lc, &c->ledger, &e))
        fail_msg("ledger: %s", e.text);
    c->made = 1;
}

static inline void case_end(struct ledger_case *c)
{
    case_close(c);
    arena_free(&c->arena);
    scratch_remove(&c->scratch);
}

/* ---------------------------------------------------------------- entries */

static inline struct id case_object(uint64_t number)
{
    struct id id = {{0xA5}};
    for (unsigned i = 0; i < 8; i++)
        id.b[8 + i] = (uint8_t)(number >> (56 - 8 * i));
    return id;
}

static inline struct entry case_entry(uint64_t number)
{
    struct entry en = {.type = E_ACCESSION, .object = case_object(number), .event = 1, .actor = number % 3};
    struct digests d;
    sha256_of(id_bytes(&en.object), d.sha256);
    memset(d.blake2b, (int)(number & 0xFF), sizeof d.blake2b);
    entry_add(&en, "rule", STR("4.2.1"));
    entry_add(&en, "keep-until", STR("2036-12-31"));
    entry_add_opening(&en, "content", &d);
    if (number % 2 == 0)
        entry_add_opening(&en, "metadata", &d);
    return en;
}

struct case_append {
    struct ledger *l;
    uint64_t first, n, index;
    bool fail; /* undo all of it at the end */
};

static inline bool case_append_in(struct txn *t, void *ctx, struct err *e)
{
    struct case_append *a = ctx;
    for (uint64_t i = 0; i < a->n; i++) {
        struct entry en = case_entry(a->first + i);
        if (!ledger_append(t, a->l, &en, &a->index, e))
            return false;
    }
    return !a->fail || err_set(e, ERR_STATE, "wanted");
}

/* n more entries, `each` in one verb. */
static inline void case_append(struct ledger_case *c, uint64_t n, uint64_t each)
{
    while (n > 0) {
        struct err e = ERR_INIT;
        struct case_append a = {.l = c->ledger, .first = c->made, .n = n < each ? n : each};
        if (!store_write(c->store, case_append_in, &a, &e))
            fail_msg("append: %s", e.text);
        c->made += a.n;
        n -= a.n;
    }
}

static inline void case_publish(struct ledger_case *c)
{
    struct err e = ERR_INIT;
    if (!ledger_publish(c->ledger, &e))
        fail_msg("publish: %s", e.text);
}

static inline struct ledger_head case_head(struct ledger_case *c)
{
    struct ledger_head h;
    struct err e = ERR_INIT;
    if (!ledger_head_get(c->ledger, c->arena, &h, &e))
        fail_msg("head: %s", e.text);
    return h;
}

/* ---------------------------------------------------------------- verifying */

struct case_faults {
    unsigned n;
    char where[160], wrong[400]; /* the first */
    char all[4000];
};

static inline void case_fault(void *ctx, const char *where, const char *wrong)
{
    struct case_faults *f = ctx;
    if (f->n++ == 0) {
        snprintf(f->where, sizeof f->where, "%s", where);
        snprintf(f->wrong, sizeof f->wrong, "%s", wrong);
    }
    size_t used = strlen(f->all);
    snprintf(f->all + used, sizeof f->all - used, "%s: %s\n", where, wrong);
}

static inline struct case_faults case_verify(struct ledger_case *c, uint64_t *entries)
{
    struct case_faults f = {0};
    struct err e = ERR_INIT;
    uint64_t n = 0;
    if (!ledger_verify(c->ledger, case_fault, &f, &n, &e))
        fail_msg("verify: %s", e.text);
    if (entries != NULL)
        *entries = n;
    return f;
}

static inline void case_assert_sound(struct ledger_case *c)
{
    uint64_t n = 0;
    struct case_faults f = case_verify(c, &n);
    if (f.n != 0)
        fail_msg("%u faults, the first: %s: %s", f.n, f.where, f.wrong);
    struct ledger_head h = case_head(c);
    assert_true(h.number > 0 ? n > h.size : n == h.size);
}

/* The auditor's program: Python, written from the formats alone. Extra arguments: earlier checkpoint files. */
static inline int case_audit(const char *folder, const char *const *earlier)
{
    const char *build = getenv("AKTA_BUILD");
    char script[512];
    const char *argv[16] = {"python3", script, folder};
    pid_t pid;
    int status = 0;
    size_t n = 3;
    snprintf(script, sizeof script, "%s%stests/lib/tlog_check.py", build != NULL ? build : "",
             build != NULL ? "/../" : "");
    while (earlier != NULL && *earlier != NULL && n < 15)
        argv[n++] = *earlier++;
    union {
        const char **in;
        char *const *out;
    } args = {.in = argv};
    if (posix_spawnp(&pid, "python3", NULL, NULL, args.out, environ) != 0)
        fail_msg("python3 cannot be started");
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---------------------------------------------------------------- files */

static inline void case_path(const struct ledger_case *c, const char *name, char out[512])
{
    snprintf(out, 512, "%s/%s", c->dir, name);
}

static inline void case_copy_tree(int from_at, const char *from, int to_at, const char *to)
{
    struct stat st;
    assert_int_equal(fstatat(from_at, from, &st, 0), 0);
    if (S_ISREG(st.st_mode)) {
        int in = openat(from_at, from, O_RDONLY),
            out = openat(to_at, to, O_WRONLY | O_CREAT | O_TRUNC, st.st_mode & 0777);
        static char piece[1 << 16];
        ssize_t n;
        assert_true(in >= 0 && out >= 0);
        while ((n = read(in, piece, sizeof piece)) > 0)
            assert_int_equal(write(out, piece, (size_t)n), n);
        close(in);
        close(out);
    } else if (S_ISDIR(st.st_mode)) {
        assert_int_equal(mkdirat(to_at, to, 0755), 0);
        int in = openat(from_at, from, O_RDONLY | O_DIRECTORY), out = openat(to_at, to, O_RDONLY | O_DIRECTORY);
        DIR *d = fdopendir(dup(in));
        struct dirent *ent;
        assert_non_null(d);
        while ((ent = readdir(d)) != NULL) {
            if (strcmp(ent->d_name, ".") != 0 && strcmp(ent->d_name, "..") != 0)
                case_copy_tree(in, ent->d_name, out, ent->d_name);
        }
        closedir(d);
        close(in);
        close(out);
    }
}

static inline void case_copy(const char *from, const char *to)
{
    case_copy_tree(AT_FDCWD, from, AT_FDCWD, to);
}

static inline void case_remove(const char *path)
{
    nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Flips one bit in the middle of a file; the same call again restores it. */
static inline void case_flip(const char *path, off_t at)
{
    uint8_t b;
    int fd = open(path, O_RDWR);
    struct stat st;
    if (fd < 0)
        fail_msg("%s cannot be opened", path);
    assert_int_equal(fstat(fd, &st), 0);
    if (at < 0)
        at = st.st_size / 2;
    assert_int_equal(pread(fd, &b, 1, at), 1);
    b ^= 4;
    assert_int_equal(pwrite(fd, &b, 1, at), 1);
    close(fd);
}

#endif
