/* Frames over a real socket pair, and a command line as it arrives. */
#include "testing.h"

#include "archive/command/frames.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct pair {
    int a, b;
    uint8_t *buffer;
    struct arena *ar;
};

static int begin(void **state)
{
    static struct pair p;
    int s[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s) != 0) {
        return 1;
    }
    p = (struct pair){s[0], s[1], mem_alloc(FRAME_MAX), arena_new(8u << 20)};
    *state = &p;
    return p.buffer == NULL || p.ar == NULL;
}

static int end(void **state)
{
    struct pair *p = *state;
    fd_close(&p->a);
    fd_close(&p->b);
    mem_free(p->buffer);
    arena_free(&p->ar);
    return 0;
}

static struct bytes z(const char *text)
{
    return bytes_of(str_of(text));
}

static const struct bytes none;

static void there_and_back(void **state)
{
    struct pair *p = *state;
    struct err e = ERR_INIT;
    struct frame f;
    uint8_t create = 1;
    assert_true(frame_send(p->a, FRAME_FOLDER, (struct bytes){&create, 1}, z("/mnt/kopia"), NULL, 0, 100, &e));
    assert_true(frame_receive(p->b, p->buffer, &f, 1000, NULL, NULL, &e));
    assert_int_equal(f.kind, FRAME_FOLDER);
    assert_int_equal(f.body.n, 11);
    assert_memory_equal(f.body.p + 1, "/mnt/kopia", 10);
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    assert_true(frame_send(p->a, FRAME_FILE, none, none, &fd, 1, 100, &e));
    assert_true(frame_receive(p->b, p->buffer, &f, 1000, NULL, NULL, &e));
    assert_int_equal(f.fd_count, 1);
    struct stat x, y;
    assert_true(fstat(fd, &x) == 0 && fstat(f.fds[0], &y) == 0 && x.st_rdev == y.st_rdev);
    assert_true((fcntl(f.fds[0], F_GETFD) & FD_CLOEXEC) != 0);
    frame_close_fds(&f);
    assert_int_equal(f.fd_count, 0);
    fd_close(&fd);
}

static void longest_word(void **state)
{
    struct pair *p = *state;
    struct err e = ERR_INIT;
    struct frame f;
    uint8_t *word = mem_zalloc(COMMAND_WORD_MAX + 1);
    assert_non_null(word);
    assert_true(frame_send(p->a, FRAME_WORD, none, (struct bytes){word, COMMAND_WORD_MAX}, NULL, 0, 100, &e));
    assert_true(frame_receive(p->b, p->buffer, &f, 1000, NULL, NULL, &e));
    assert_int_equal(f.body.n, COMMAND_WORD_MAX);
    assert_true(frame_send(p->a, FRAME_WORD, none, (struct bytes){word, COMMAND_WORD_MAX + 1}, NULL, 0, 100, &e));
    assert_false(frame_receive(p->b, p->buffer, &f, 1000, NULL, NULL, &e));
    assert_int_equal(e.code, ERR_INVALID);
    mem_free(word);
}

/* Descriptors that belong to no frame are closed, not leaked. */
static void unwanted_descriptors(void **state)
{
    struct pair *p = *state;
    struct err e = ERR_INIT;
    struct frame f;
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    assert_true(frame_send(p->a, FRAME_STOP, none, none, &pipe_fds[1], 1, 100, &e));
    fd_close(&pipe_fds[1]);
    assert_false(frame_receive(p->b, p->buffer, &f, 1000, NULL, NULL, &e));
    assert_int_equal(f.fd_count, 0);
    char c;
    assert_int_equal(read(pipe_fds[0], &c, 1), 0); /* the write end is gone everywhere */
    fd_close(&pipe_fds[0]);
}

static bool yes(void *ctx)
{
    (void)ctx;
    return true;
}

static void time_and_end(void **state)
{
    struct pair *p = *state;
    struct err e = ERR_INIT;
    struct frame f;
    assert_false(frame_receive(p->b, p->buffer, &f, 0, NULL, NULL, &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_false(frame_receive(p->b, p->buffer, &f, -1, yes, NULL, &e));
    assert_int_equal(e.code, ERR_INTERRUPTED);
    bool sent = true;
    for (int i = 0; sent && i < 100000; i++) { /* nobody reads: the sender gives up in time */
        sent = frame_send(p->a, FRAME_INPUT, none, z("x"), NULL, 0, 20, &e);
    }
    assert_false(sent);
    assert_int_equal(e.code, ERR_BUSY);
    fd_close(&p->b);
    assert_false(frame_send(p->a, FRAME_STOP, none, none, NULL, 0, 100, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(frame_receive(p->a, p->buffer, &f, 1000, NULL, NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

/* The other side leaves with something unread: what it said before is heard all the same, then its end. */
static void last_words(void **state)
{
    struct pair *p = *state;
    struct err e = ERR_INIT;
    struct frame f;
    uint8_t status = 1;
    assert_true(frame_send(p->a, FRAME_STOP, none, none, NULL, 0, 100, &e));
    assert_true(frame_send(p->b, FRAME_EXIT, (struct bytes){&status, 1}, none, NULL, 0, 100, &e));
    fd_close(&p->b);
    assert_true(frame_receive(p->a, p->buffer, &f, 1000, NULL, NULL, &e));
    assert_int_equal(f.kind, FRAME_EXIT);
    assert_int_equal(f.body.p[0], 1);
    assert_false(frame_receive(p->a, p->buffer, &f, 1000, NULL, NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

static bool feed(struct caller *c, struct arena *ar, uint8_t kind, struct bytes body, bool *complete)
{
    struct err e = ERR_INIT;
    struct frame f = {.kind = kind, .body = body, .fds = {-1, -1}};
    if (kind == FRAME_HELLO) {
        f.fds[0] = dup(2);
        f.fds[1] = dup(2);
        f.fd_count = 2;
    }
    bool ok = caller_take(c, &f, ar, complete, &e);
    frame_close_fds(&f);
    return ok;
}

static void command_line(void **state)
{
    struct pair *p = *state;
    struct caller c CLEANUP(caller_close);
    bool complete = false;
    static const uint8_t two[] = {FRAME_VERSION, 1, 3, 0, 0, 0, 2};
    caller_init(&c);
    assert_true(feed(&c, p->ar, FRAME_HELLO, (struct bytes){two, sizeof two}, &complete) && !complete);
    assert_true(c.json && c.terminal && c.lang == LANG_PL && c.out >= 0 && c.err >= 0);
    assert_true(feed(&c, p->ar, FRAME_WORD, z("queue"), &complete) && !complete);
    assert_true(feed(&c, p->ar, FRAME_WORD, none, &complete) && complete);
    assert_string_equal(c.argv[0], "queue");
    assert_string_equal(c.argv[1], "");
    assert_false(feed(&c, p->ar, FRAME_WORD, z("more"), &complete));
}

static void command_line_refused(void **state)
{
    struct pair *p = *state;
    static const uint8_t hellos[][7] = {{2, 0, 0, 0, 0, 0, 1}, {1, 2, 0, 0, 0, 0, 1}, {1, 0, 4, 0, 0, 0, 1},
                                        {1, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 1, 0, 1}, {1, 0, 0, 255, 255, 255, 255}};
    bool complete;
    for (size_t i = 0; i < COUNT_OF(hellos); i++) {
        struct caller c CLEANUP(caller_close);
        caller_init(&c);
        assert_false(feed(&c, p->ar, FRAME_HELLO, (struct bytes){hellos[i], 7}, &complete));
    }
    struct caller c CLEANUP(caller_close);
    caller_init(&c);
    assert_false(feed(&c, p->ar, FRAME_WORD, z("queue"), &complete));
    static const uint8_t many[] = {FRAME_VERSION, 0, 0, 0, 0, 1, 0};
    assert_true(feed(&c, p->ar, FRAME_HELLO, (struct bytes){many, sizeof many}, &complete));
    assert_false(feed(&c, p->ar, FRAME_WORD, (struct bytes){(const uint8_t *)"a\0b", 3}, &complete));
    uint8_t *word = mem_alloc(COMMAND_WORD_MAX);
    assert_non_null(word);
    memset(word, 'x', COMMAND_WORD_MAX);
    bool ok = true;
    size_t taken = 0;
    for (; ok && taken < 200; taken++) {
        ok = feed(&c, p->ar, FRAME_WORD, (struct bytes){word, COMMAND_WORD_MAX}, &complete);
    }
    assert_false(ok);
    assert_true(taken <= COMMAND_BYTES_MAX / COMMAND_WORD_MAX + 2);
    mem_free(word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_and_back, begin, end),
        cmocka_unit_test_setup_teardown(longest_word, begin, end),
        cmocka_unit_test_setup_teardown(unwanted_descriptors, begin, end),
        cmocka_unit_test_setup_teardown(time_and_end, begin, end),
        cmocka_unit_test_setup_teardown(last_words, begin, end),
        cmocka_unit_test_setup_teardown(command_line, begin, end),
        cmocka_unit_test_setup_teardown(command_line_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
