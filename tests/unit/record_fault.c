/* Every allocation fails once, in turn, during the verbs of plan, holds and queue: each attempt either did all of its
 * work or nothing, says that memory ran out, and leaves queues and counters right. */
#include "archive_case.h"

#include "archive/record/law.h"

#include <string.h>

static struct case_world w;
static struct str mark;
static struct id hold;
static struct str plan;

static int setup(void **state)
{
    (void)state;
    case_open(&w, "2026-11-21");
    mark = case_file(&w, "0050", "2020-03-01", "2020-12-31");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    mem_fault_after(0);
    case_close(&w);
    return 0;
}

static void finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    (void)ctx;
    (void)mend;
    fail_msg("%s: %s", place, wrong);
}

static void proved(void)
{
    struct err e = ERR_INIT;
    uint64_t checked = 0;
    if (!due_doctor(w.a, finding, NULL, &checked, &e)) {
        fail_msg("%s", e.text);
    }
}

/* Runs the act with the nth allocation failing, for growing n, until it succeeds. */
static unsigned until_it_works(bool (*act)(struct err *e), bool (*untouched)(void), uint64_t step)
{
    for (uint64_t n = 1; n < 1000000; n += step) {
        struct err e = ERR_INIT;
        mem_fault_after(n);
        bool ok = act(&e);
        mem_fault_after(0);
        if (ok) {
            return (unsigned)n;
        }
        if (e.code != ERR_MEMORY) {
            fail_msg("allocation %llu: %s", (unsigned long long)n, e.text);
        }
        assert_true(untouched());
        if (n % 7 == 1) {
            proved();
        }
    }
    fail_msg("it never succeeded");
    return 0;
}

static bool place(struct err *e)
{
    return hold_place(w.a, mark, STR("kontrola"), STR("pismo 7"), DAY_NONE, NULL, &hold, e);
}

static bool no_hold(void)
{
    return case_get(&w, mark).holds == 0;
}

static bool release(struct err *e)
{
    return hold_release(w.a, &hold, STR("koniec"), NULL, e);
}

static bool one_hold(void)
{
    return case_get(&w, mark).holds == 1;
}

static void holds(void **state)
{
    (void)state;
    assert_true(until_it_works(place, no_hold, 1) > 10);
    assert_true(one_hold());
    proved();
    assert_true(until_it_works(release, one_hold, 1) > 10);
    assert_true(no_hold());
    proved();
}

/* A confirmation is in force or not; its files may still be on the list of recomputations. */
static bool confirm(struct err *e)
{
    return class_confirm(w.a, STR("0050"), (struct category){CAT_A, 0}, STR("s. 33"), NULL, NULL, e);
}

static bool an_exception_or_archival(void)
{
    struct case_file f = case_get(&w, mark);
    return f.action == ACTION_EXCEPTION || (f.action == ACTION_TRANSFER && f.events == 3);
}

static void confirming(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_true(until_it_works(confirm, an_exception_or_archival, 1) > 10);
    assert_true(jobs_finish(w.a, NULL, &e));
    assert_true(case_get(&w, mark).action == ACTION_TRANSFER);
    proved();
}

static bool apply(struct err *e)
{
    struct conf_document d = {CONF_PLAN, plan, case_day("2019-01-01")};
    uint64_t changed;
    return conf_apply(w.a, &d, NULL, &changed, e);
}

static void a_new_plan(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct conf_document d;
    assert_true(conf_builtin(CONF_PLAN, &d));
    char *text = arena_alloc(w.ar, d.text.n + 1);
    memcpy(text, d.text.p, d.text.n);
    /* "0050 … unread" becomes "0050 … local" with category A: three cells of one line */
    char *line = strstr(text, "\n0050\t") + 1;
    char *end = strchr(line, '\n');
    struct buf b CLEANUP(buf_free) = BUF_INIT(1u << 20);
    buf_add(&b, text, (size_t)(line - text));
    buf_add_z(&b, "0050\tZarządzenia\tA\t\tlocal\tx");
    buf_add_z(&b, end);
    plan = arena_str(w.ar, buf_str(&b));
    assert_true(until_it_works(apply, an_exception_or_archival, 97) > 10);
    assert_true(jobs_finish(w.a, NULL, &e));
    assert_true(case_get(&w, mark).action == ACTION_TRANSFER);
    proved();
}

static bool count_row(const struct queue_row *r, void *ctx, struct err *e)
{
    (void)r;
    (void)e;
    ++*(size_t *)ctx;
    return true;
}

static bool look(struct err *e)
{
    size_t rows = 0;
    uint64_t total = 0;
    struct queue_filter f = {.on = case_day("2026-11-21"), .symbol = STR("00")};
    if (!queue_list(w.a, &f, count_row, &rows, &total, e)) {
        return false;
    }
    assert_true(rows == 1 && total == 1);
    return true;
}

static bool nothing_to_undo(void)
{
    return true;
}

static void looking(void **state)
{
    (void)state;
    assert_true(until_it_works(look, nothing_to_undo, 1) > 3);
}

int main(void)
{
#define WITH_ARCHIVE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    static const struct CMUnitTest tests[] = {
        WITH_ARCHIVE(holds),
        WITH_ARCHIVE(confirming),
        WITH_ARCHIVE(a_new_plan),
        WITH_ARCHIVE(looking),
    };
    return cmocka_run_group_tests_name("record_fault", tests, NULL, NULL);
}
