/* Case files: marks, numbers without gaps, opening, closing, reopening, facts, categories by hand, numbers kept from an
 * older register. */
#include "record_case.h"

#include <pthread.h>

static struct archive_case *shared;

static int set_up(void **state)
{
    (void)state;
    shared = case_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    case_end(shared);
    return 0;
}

/* ---------------------------------------------------------------- marks */

static void marks_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *mark, *unit, *symbol, *handler;
        uint64_t base, number;
        int year;
    } good[] = {
        {"WA.1431.12.2026", "WA", "1431", "", 0, 12, 2026},
        {"ABC.123.77.2011", "ABC", "123", "", 0, 77, 2011},
        {"ABC.123.78.2.2011", "ABC", "123", "", 78, 2, 2011},
        {"ABC.123.78.2011.JK2", "ABC", "123", "JK2", 0, 78, 2011},
        {"WA.1431.12.2021.AB", "WA", "1431", "AB", 0, 12, 2021},
        {"WA.1431.12.3.2021.AB", "WA", "1431", "AB", 12, 3, 2021},
        {"WA.1431.12.2021.ŁŻ", "WA", "1431", "ŁŻ", 0, 12, 2021},
        {"AB-C-V.10.1.2026", "AB-C-V", "10", "", 0, 1, 2026},
        {"OR2.1234567890.1.2026", "OR2", "1234567890", "", 0, 1, 2026},
        {"WA.152.2011.2012.2013", "WA", "152", "", 2011, 2012, 2013}, /* numbers that look like years */
        {"WA.152.5.2011.2012", "WA", "152", "", 5, 2011, 2012},       /* a sub-group, never a handler 2012 */
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct mark_parts m;
        must(mark_parse(str_of(good[i].mark), &m, &e));
        assert_true(str_is(m.unit, good[i].unit) && str_is(m.symbol, good[i].symbol));
        assert_true(str_eq(m.handler, str_of(good[i].handler)) || (m.handler.n == 0 && !*good[i].handler));
        assert_int_equal(m.base_number, good[i].base);
        assert_int_equal(m.number, good[i].number);
        assert_int_equal(m.year, good[i].year);
    }
}

static void other_texts_are_no_marks(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        ".",
        "WA",
        "WA.1431.12",
        "WA.1431.12.26",
        "WA.1431.012.2026",
        "WA.1431.0.2026",
        "WA.1431.-1.2026",
        "wa.1431.12.2026",
        "1A.1431.12.2026",
        "WA-.1431.12.2026",
        "W--A.1431.12.2026",
        "-WA.1431.12.2026",
        "WA.14a1.12.2026",
        "WA.12345678901.1.2026",
        "WA..12.2026",
        "WA.1431.12.2026.",
        "WA.1431.12.2026.7",
        "WA.1431.12.2026.-",
        "WA.1431.12.3.2026.AB.CD",
        "WA.1431.12.1799",
        "WA.1431.12.2300",
        " WA.1431.12.2026",
        "WA.1431.12.2026 ",
        "WA.1431.12.2026.A B",
        "ABCDEFGHIJKLMNOPQ.1.1.2026",
        "WA.1431.99999999999999999999.2026",
        "WA.1431.12.2026.\xff",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct mark_parts m;
        must_fail(mark_parse(str_of(bad[i]), &m, &e), ERR_INVALID);
    }
}

/* ---------------------------------------------------------------- numbers */

static void numbers_follow_each_other(void **state)
{
    (void)state;
    struct case_file a = case_file_open(shared, "NA", "1431", "pierwsza"),
                     b = case_file_open(shared, "NA", "1431", "druga"),
                     c = case_file_open(shared, "NA", "1510", "inna klasa"),
                     d = case_file_open(shared, "NB", "1431", "inna komórka");
    assert_str(a.mark, "NA.1431.1.2026");
    assert_str(b.mark, "NA.1431.2.2026");
    assert_str(c.mark, "NA.1510.1.2026");
    assert_str(d.mark, "NB.1431.1.2026");
}

static void a_refused_opening_burns_no_number(void **state)
{
    (void)state;
    struct case_file f;
    case_file_open(shared, "NC", "1431", "pierwsza");
    const struct file_opening heading = {
        .unit = STR("NC"), .symbol = STR("143"), .title = STR("dział"), .opened = DAY_NONE};
    must_fail(file_open(shared->a, &heading, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
    const struct file_opening absent = {
        .unit = STR("NC"), .symbol = STR("1439"), .title = STR("nie ma"), .opened = DAY_NONE};
    must_fail(file_open(shared->a, &absent, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
    const struct file_opening future = {
        .unit = STR("NC"), .symbol = STR("1431"), .title = STR("jutro"), .opened = case_day("2026-11-22")};
    must_fail(file_open(shared->a, &future, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
    const struct file_opening untitled = {.unit = STR("NC"), .symbol = STR("1431"), .opened = DAY_NONE};
    must_fail(file_open(shared->a, &untitled, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
    assert_str(case_file_open(shared, "NC", "1431", "druga").mark, "NC.1431.2.2026");
}

static void a_year_without_a_day_begins_it(void **state)
{
    (void)state;
    struct case_file f;
    const struct file_opening in = {
        .unit = STR("ND"), .symbol = STR("1431"), .title = STR("stara"), .year = 2020, .opened = DAY_NONE};
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    assert_str(f.mark, "ND.1431.1.2020");
    assert_int_equal(f.opened.n, case_day("2020-01-01").n);
    const struct file_opening crossed = {
        .unit = STR("ND"), .symbol = STR("1431"), .title = STR("x"), .year = 2020, .opened = case_day("2021-05-01")};
    must_fail(file_open(shared->a, &crossed, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
}

static void sub_groups_count_for_themselves(void **state)
{
    (void)state;
    struct case_file base = case_file_open(shared, "NE", "1431", "zbiorcza"), f;
    struct file_opening in = {
        .unit = STR("NE"), .symbol = STR("1431"), .title = STR("w grupie"), .opened = DAY_NONE, .base_number = 1};
    assert_str(base.mark, "NE.1431.1.2026");
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    assert_str(f.mark, "NE.1431.1.1.2026");
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    assert_str(f.mark, "NE.1431.1.2.2026");
    in.base_number = 7;
    must_fail(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
    assert_str(case_file_open(shared, "NE", "1431", "następna").mark, "NE.1431.2.2026");
}

static void a_kept_mark_lifts_the_series(void **state)
{
    (void)state;
    struct case_file f;
    struct file_opening in = {.title = STR("ze starego spisu"), .mark = STR("NF.1431.12.2026"), .opened = DAY_NONE};
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    assert_str(f.mark, "NF.1431.12.2026");
    must_fail(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e), ERR_CONFLICT);
    in.mark = STR("NF.1431.7.2026"); /* an older gap may still be filled by its own case */
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    assert_str(case_file_open(shared, "NF", "1431", "nowa").mark, "NF.1431.13.2026");
    in.mark = STR("NF.1431.14.2026.JK");
    must_fail(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
    in.mark = STR("NF.1431.14.2026");
    in.unit = STR("WA");
    must_fail(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
}

#define THREADS 16
#define EACH    8

static void *open_many(void *ctx)
{
    struct arena *ar = arena_new(1u << 20);
    (void)ctx;
    for (int i = 0; i < EACH; i++) {
        struct err e = ERR_INIT;
        struct case_file f;
        const struct file_opening in = {
            .unit = STR("NG"), .symbol = STR("1431"), .title = STR("równoległa"), .opened = DAY_NONE};
        if (!file_open(shared->a, &in, &case_clerk, ar, &f, &e))
            return ctx;
    }
    arena_free(&ar);
    return NULL;
}

static void many_clerks_leave_no_gap(void **state)
{
    (void)state;
    pthread_t t[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, open_many, shared), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(t[i], &failed);
        assert_null(failed);
    }
    for (int i = 1; i <= THREADS * EACH; i++) {
        char mark[40];
        snprintf(mark, sizeof mark, "NG.1431.%d.2026", i);
        case_file_get(shared, str_of(mark));
    }
    assert_str(case_file_open(shared, "NG", "1431", "ostatnia").mark, "NG.1431.129.2026");
}

/* ---------------------------------------------------------------- the life of a file */

static void a_file_is_found_however_its_mark_is_written(void **state)
{
    (void)state;
    struct case_file f = case_file_open(shared, "LA", "1431", "Zażółć gęślą jaźń"), g;
    g = case_file_get(shared, STR("la.1431.1.2026"));
    assert_memory_equal(&g.id, &f.id, sizeof f.id);
    g = case_file_get(shared, STR("LA.1431.1.2026.JK"));
    assert_memory_equal(&g.id, &f.id, sizeof f.id);
    assert_str(g.title, "Zażółć gęślą jaźń");
    must_fail(file_get(shared->a, STR("LA.1431.2.2026"), shared->ar, &g, &e), ERR_NOT_FOUND);
}

static void closing_starts_the_period(void **state)
{
    (void)state;
    struct case_file f = case_file_open(shared, "LB", "1431", "wniosek");
    must_fail(file_close(shared->a, f.mark, case_day("2026-11-20"), &case_clerk, &e), ERR_INVALID);
    must_fail(file_close(shared->a, f.mark, case_day("2026-11-22"), &case_clerk, &e), ERR_INVALID);
    must(file_close(shared->a, f.mark, case_day("2026-11-21"), &case_clerk, &e));
    must_fail(file_close(shared->a, f.mark, case_day("2026-11-21"), &case_clerk, &e), ERR_STATE);
    f = case_file_get(shared, f.mark);
    assert_int_equal(f.state, FILE_CLOSED);
    assert_str(f.category, "BE5");
    assert_int_equal(f.review_from.n, case_day("2032-01-01").n);
    assert_int_equal(f.action, ACTION_APPRAISE);
    assert_int_equal(f.events, 2);
    must(file_reopen(shared->a, f.mark, STR("wpłynęło odwołanie"), &case_clerk, &e));
    f = case_file_get(shared, f.mark);
    assert_int_equal(f.state, FILE_OPEN);
    assert_true(day_is_none(f.closed) && day_is_none(f.review_from));
    assert_int_equal(f.action, ACTION_NONE);
    must_fail(file_reopen(shared->a, f.mark, STR("znowu"), &case_clerk, &e), ERR_STATE);
    must_fail(file_reopen(shared->a, f.mark, STR(""), &case_clerk, &e), ERR_INVALID);
}

static void a_category_by_hand_needs_a_reason(void **state)
{
    (void)state;
    struct case_file f;
    struct file_opening in = {.unit = STR("LC"),
                              .symbol = STR("1610"),
                              .title = STR("kopia robocza"),
                              .opened = case_day("2025-03-03"),
                              .by_hand = STR("Bc")};
    must_fail(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e), ERR_INVALID);
    in.reason = STR("kopia dokumentów komórki merytorycznej");
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    must(file_close(shared->a, f.mark, case_day("2025-03-03"), &case_clerk, &e));
    f = case_file_get(shared, f.mark);
    assert_str(f.category, "Bc");
    assert_int_equal(f.review_from.n, case_day("2026-01-01").n);
    must_fail(file_set_category(shared->a, f.mark, (struct category){CAT_A, 0}, STR(" "), &case_clerk, &e),
              ERR_INVALID);
    must(file_set_category(shared->a, f.mark, (struct category){CAT_A, 0}, STR("decyzja dyrektora"), &case_clerk, &e));
    f = case_file_get(shared, f.mark);
    assert_str(f.category, "A");
    assert_int_equal(f.action, ACTION_TRANSFER);
}

static void a_fact_moves_the_period(void **state)
{
    (void)state;
    struct case_file f;
    const struct file_opening in = {
        .unit = STR("LD"), .symbol = STR("5344"), .title = STR("koperta dowodowa"), .opened = case_day("2001-04-02")};
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    must(file_close(shared->a, f.mark, case_day("2015-06-30"), &case_clerk, &e));
    f = case_file_get(shared, f.mark);
    assert_int_equal(f.action, ACTION_EXCEPTION); /* issued when? */
    must(file_set_fact(shared->a, f.mark, STR("issued"), case_day("2012-05-02"), &case_clerk, &e));
    must(file_set_fact(shared->a, f.mark, STR("holder-death"), case_day("2015-06-30"), &case_clerk, &e));
    f = case_file_get(shared, f.mark);
    assert_int_equal(f.review_from.n, case_day("2026-01-01").n);
    must_fail(file_set_fact(shared->a, f.mark, STR("Holder Death"), case_day("2015-06-30"), &case_clerk, &e),
              ERR_INVALID);
}

/* What the store holds of a file survives a restart, and its title cannot be read from the tables. */
static void a_title_lies_sealed(void **state)
{
    (void)state;
    struct case_file f = case_file_open(shared, "LE", "1431", "Kowalska przeciwko gminie");
    case_close(shared);
    char command[700];
    snprintf(command, sizeof command, "%s/env/file.db", shared->path);
    FILE *in = fopen(command, "rb");
    assert_non_null(in);
    static char page[1 << 20];
    size_t n = fread(page, 1, sizeof page, in);
    fclose(in);
    assert_true(n > 4096);
    assert_null(memmem(page, n, "Kowalska", 8));
    assert_non_null(memmem(page, n, "LE.1431.1.2026", 14));
    case_open(shared);
    assert_str(case_file_get(shared, f.mark).title, "Kowalska przeciwko gminie");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_taken_apart),
        cmocka_unit_test(other_texts_are_no_marks),
        cmocka_unit_test(numbers_follow_each_other),
        cmocka_unit_test(a_refused_opening_burns_no_number),
        cmocka_unit_test(a_year_without_a_day_begins_it),
        cmocka_unit_test(sub_groups_count_for_themselves),
        cmocka_unit_test(a_kept_mark_lifts_the_series),
        cmocka_unit_test(many_clerks_leave_no_gap),
        cmocka_unit_test(a_file_is_found_however_its_mark_is_written),
        cmocka_unit_test(closing_starts_the_period),
        cmocka_unit_test(a_category_by_hand_needs_a_reason),
        cmocka_unit_test(a_fact_moves_the_period),
        cmocka_unit_test(a_title_lies_sealed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
