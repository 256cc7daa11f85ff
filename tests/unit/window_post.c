/* The word of the helper that sends a notice: what each ending means, a line that was cut off, a file that is not
 * there, and a helper that is still at work. */
#include "testing.h"

#include "fcgi/post.h"
#include "scratch.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

struct place {
    struct scratch scratch;
    int run;
    struct notice_job job;
};

static int setup(void **state)
{
    static struct place p;
    p.scratch = scratch_make();
    p.run = p.scratch.dir;
    p.job = (struct notice_job){.number = "2026-000001", .name = "2026-000001-4", .event = 4};
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    scratch_remove(&p->scratch);
    return 0;
}

static int write_word(const struct place *p, const char *words)
{
    int fd = openat(p->run, "send-2026-000001-4", O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(fd >= 0 && write(fd, words, strlen(words)) == (ssize_t)strlen(words));
    return fd;
}

static void each_ending_has_its_meaning(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *words;
        enum notice_fate fate;
        enum notice_stage stage;
        unsigned code;
    } list[] = {
        {"", NOTICE_LATER, NOTICE_PROGRAM, 0}, /* it never came to anything: nothing was sent */
        {"do", NOTICE_LATER, NOTICE_PROGRAM, 0},
        {"dot\n", NOTICE_UNKNOWN, NOTICE_CONTENT, 0},
        {"dot\ntake", NOTICE_UNKNOWN, NOTICE_CONTENT, 0}, /* cut off: not said */
        {"dot\ntaken\n", NOTICE_TAKEN, NOTICE_STAGE_NONE, 0},
        {"dot\nunknown\n", NOTICE_UNKNOWN, NOTICE_CONTENT, 0},
        {"dot\nlater content 452\n", NOTICE_LATER, NOTICE_CONTENT, 452},
        {"dot\nnever content 554\n", NOTICE_NEVER, NOTICE_CONTENT, 554},
        {"never recipient 550\n", NOTICE_NEVER, NOTICE_RECIPIENT, 550},
        {"later connect 0\n", NOTICE_LATER, NOTICE_CONNECT, 0},
        {"later nowhere 0\n", NOTICE_LATER, NOTICE_PROGRAM, 0},
        {"dot\nlater content 45x\n", NOTICE_UNKNOWN, NOTICE_CONTENT, 0},
    };
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct notice_report r;
        struct err e = ERR_INIT;
        bool over = false;
        close(write_word(p, list[i].words));
        assert_true(post_word(p->run, &p->job, &over, &r, &e));
        assert_true(over);
        assert_int_equal(r.fate, list[i].fate);
        assert_int_equal(r.stage, list[i].stage);
        assert_int_equal(r.code, list[i].code);
    }
    post_forget(p->run, &p->job);
}

static void no_file_says_nothing(void **state)
{
    struct place *p = *state;
    struct notice_report r;
    struct err e = ERR_INIT;
    bool over = false;
    assert_true(post_word(p->run, &p->job, &over, &r, &e));
    assert_true(over && r.fate == NOTICE_UNKNOWN);
}

static void a_helper_at_work_is_waited_for(void **state)
{
    struct place *p = *state;
    struct notice_report r;
    struct err e = ERR_INIT;
    bool over = true;
    int fd = write_word(p, "dot\n");
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_true(post_word(p->run, &p->job, &over, &r, &e));
    assert_false(over);
    close(fd);
    assert_true(post_word(p->run, &p->job, &over, &r, &e));
    assert_true(over && r.fate == NOTICE_UNKNOWN);
    post_forget(p->run, &p->job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_ending_has_its_meaning, setup, teardown),
        cmocka_unit_test_setup_teardown(no_file_says_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_helper_at_work_is_waited_for, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
