/* A process killed at any moment while it opens files, takes documents in and publishes: what it acknowledged is there
 * and verifies, what it did not is wholly there or wholly absent, numbers have no gap. The crash bench runs hundreds of
 * rounds of the same against the whole program; these few guard every build. */
#include "record_case.h"

#include "chance.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define ROUNDS     6
#define ITEMS      120u
#define ROUND_MS   220u
#define SIZE_LIMIT 40000u

static struct archive_case *shared;

static int set_up(void **state)
{
    (void)state;
    chance_start("record_crash");
    shared = case_make();
    case_close(shared);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    case_end(shared);
    return 0;
}

/* What the child says before it is killed: only what was reported as durable. */
struct word {
    enum { SAID_FILE, SAID_RECORD } kind;
    uint64_t number; /* of the case file */
    struct id id;
    struct digests digests;
};

static void say(int fd, const struct word *w)
{
    if (write(fd, w, sizeof *w) != (ssize_t)sizeof *w) /* at most PIPE_BUF: whole or not at all */
        _exit(3);
}

struct child_item {
    struct case_bytes source;
    char name[24];
};

static bool item_open(struct ingest_item *it, struct content_source *src, struct err *e)
{
    struct child_item *c = it->ctx;
    (void)e;
    c->source.at = 0;
    *src = (struct content_source){.read = case_bytes_read, .ctx = &c->source, .size_hint = c->source.b.n};
    return true;
}

static void item_close(struct ingest_item *it)
{
    (void)it;
}

static bool acknowledge(void *ctx, size_t item, const struct record *r, struct str mark, struct err *e)
{
    (void)item;
    (void)mark;
    (void)e;
    const struct word w = {.kind = SAID_RECORD, .id = r->id, .digests = r->digests};
    say(*(int *)ctx, &w);
    return true;
}

/* Never returns: opens a file, fills it, closes it, publishes, again and again. */
static void child(int fd)
{
    static uint8_t bytes[SIZE_LIMIT];
    static struct child_item docs[ITEMS];
    static struct ingest_item items[ITEMS];
    struct err e = ERR_INIT;
    const struct archive_options o = {
        .dir = shared->path, .clock = &shared->clock, .cache_bytes = 8u << 20, .background = true};
    if (!archive_open(&o, &shared->a, &e))
        _exit(4);
    chance_fill(bytes, sizeof bytes);
    for (;;) {
        struct case_file f;
        const struct file_opening in = {
            .unit = STR("KR"), .symbol = STR("1431"), .title = STR("próba"), .opened = DAY_NONE};
        arena_reset(shared->ar);
        if (!file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e))
            _exit(5);
        const struct word w = {.kind = SAID_FILE, .number = f.number, .id = f.id};
        say(fd, &w);
        for (size_t i = 0; i < ITEMS; i++) {
            size_t n = (size_t)chance_below(SIZE_LIMIT);
            docs[i].source.b = (struct bytes){bytes + (SIZE_LIMIT - n) / 2, n};
            snprintf(docs[i].name, sizeof docs[i].name, "d%zu", i);
            items[i] = (struct ingest_item){.file = f.id, .open = item_open, .close = item_close, .ctx = &docs[i]};
            items[i].in =
                (struct record_input){.name = str_of(docs[i].name), .dated = DAY_NONE, .media_type = STR("text/plain")};
        }
        if (!record_ingest(shared->a, items, ITEMS, &case_clerk, acknowledge, &fd, NULL, &e) ||
            !file_close(shared->a, f.mark, case_day("2026-11-21"), &case_clerk, &e))
            _exit(6);
    }
}

static size_t run_and_kill(struct word *words, size_t most)
{
    int fds[2], status;
    size_t n = 0;
    assert_int_equal(pipe(fds), 0);
    uint64_t seed = chance();
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        chance_state = seed;
        child(fds[1]);
    }
    close(fds[1]);
    uint64_t end = monotonic_ns() + (20 + chance_below(ROUND_MS)) * 1000000u;
    while (monotonic_ns() < end)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    kill(pid, SIGKILL);
    while (n < most && read(fds[0], &words[n], sizeof words[n]) == (ssize_t)sizeof words[n])
        n++;
    close(fds[0]);
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status)); /* and did not end by itself: then its status tells why */
    return n;
}

static bool sum_records(const struct record *r, void *ctx, struct err *e)
{
    uint64_t *next = ctx;
    (void)e;
    assert_int_equal(r->seq, ++*next);
    return true;
}

/* Files 1, 2, 3 … without a gap, each with records 1, 2, 3 …; returns the last number. */
static uint64_t check_numbers(void)
{
    for (uint64_t i = 1;; i++) {
        char mark[40];
        struct case_file f;
        struct err why = ERR_INIT;
        uint64_t records = 0;
        snprintf(mark, sizeof mark, "KR.1431.%llu.2026", (unsigned long long)i);
        if (!file_get(shared->a, str_of(mark), shared->ar, &f, &why)) {
            assert_int_equal(why.code, ERR_NOT_FOUND);
            return i - 1;
        }
        must(file_records(shared->a, &f.id, false, sum_records, &records, &e));
        assert_int_equal(f.records, records);
    }
}

static void check(const struct word *words, size_t n)
{
    uint64_t last = check_numbers();
    for (size_t i = 0; i < n; i++) {
        struct record r;
        if (words[i].kind == SAID_FILE) {
            assert_true(words[i].number <= last);
            continue;
        }
        must(record_get(shared->a, &words[i].id, true, shared->ar, &r, &e));
        assert_true(digests_equal(&r.digests, &words[i].digests));
    }
    struct verify_result v;
    const struct verify_options o = {.all = true};
    must(record_verify(shared->a, &o, NULL, NULL, NULL, &v, &e));
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.not_checked, 0);
    assert_true(v.checked >= n - last || n < last);
}

static void nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    static struct word words[40000];
    size_t all = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = run_and_kill(words + all, COUNT_OF(words) - all);
        all += n;
        case_open(shared);
        check(words, all);
        if (round == ROUNDS - 1)
            case_doctor_finds_nothing(shared);
        case_close(shared);
        arena_reset(shared->ar);
    }
    assert_true(all > 0);
    fprintf(stderr, "record_crash: %d rounds, %zu acknowledgements\n", ROUNDS, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_acknowledged_is_lost)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
