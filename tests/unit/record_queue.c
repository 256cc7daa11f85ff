/* The queue, the forecast and holds, as a records clerk sees them on a given day. */
#include "archive/record/record_internal.h"
#include "archive_case.h"

#include <string.h>

static struct case_world w;

struct seen {
    struct str marks[64];
    uint64_t days[64];
    struct str cursor;
    size_t count;
};

static bool see(const struct queue_row *r, void *ctx, struct err *e)
{
    struct seen *s = ctx;
    (void)e;
    assert_true(s->count < COUNT_OF(s->marks));
    s->marks[s->count] = arena_str(w.ar, r->file.mark);
    s->days[s->count++] = r->days_waiting;
    s->cursor = arena_str(w.ar, r->cursor);
    assert_str(r->file.title, "Sprawa próbna");
    return true;
}

static struct seen queue(const char *on, enum action action, const char *symbol, bool held, uint64_t expected_total)
{
    struct err e = ERR_INIT;
    struct seen s = {.count = 0};
    uint64_t total = 99;
    struct queue_filter f = {.on = case_day(on), .action = action, .symbol = str_of(symbol), .held = held};
    if (!queue_list(w.a, &f, see, &s, &total, &e)) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(total, expected_total);
    assert_int_equal(s.count, expected_total);
    return s;
}

static bool has(const struct seen *s, struct str mark)
{
    for (size_t i = 0; i < s->count; i++) {
        if (str_eq(s->marks[i], mark)) {
            return true;
        }
    }
    return false;
}

static int setup(void **state)
{
    (void)state;
    case_open(&w, "2026-11-21");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    case_close(&w);
    return 0;
}

/* On the day and not a day earlier. */
static void due_on_the_day(void **state)
{
    (void)state;
    struct str mark = case_file(&w, "5345", "2020-03-01", "2020-12-31");
    queue("2025-12-31", ACTION_NONE, "", false, 0);
    struct seen s = queue("2026-01-01", ACTION_NONE, "", false, 1);
    assert_true(has(&s, mark));
    assert_int_equal(s.days[0], 0);
    s = queue("2026-01-11", ACTION_NONE, "", false, 1);
    assert_int_equal(s.days[0], 10);
    case_due_proved(&w);
}

static void an_open_file_waits_nowhere(void **state)
{
    (void)state;
    struct str mark = case_file(&w, "5345", "2010-03-01", "");
    queue("2299-12-31", ACTION_NONE, "", false, 0);
    struct err e = ERR_INIT;
    assert_true(file_close(w.a, mark, case_day("2011-05-05"), NULL, &e));
    queue("2017-01-01", ACTION_NONE, "", false, 1);
    assert_true(file_reopen(w.a, mark, STR("nowe dowody"), NULL, &e));
    queue("2299-12-31", ACTION_NONE, "", false, 0);
    case_due_proved(&w);
}

static void oldest_first_over_all_actions(void **state)
{
    (void)state;
    struct str appraise = case_file(&w, "1431", "2018-01-02", "2018-02-02"); /* 2024-01-01 */
    struct str destroy = case_file(&w, "5345", "2017-01-02", "2017-02-02");  /* 2023-01-01 */
    struct str transfer = case_file(&w, "1430", "1990-01-02", "1990-02-02"); /* 2016-01-01 */
    struct str exception = case_file(&w, "0050", "2019-01-02", "2019-02-02");
    struct seen s = queue("2026-11-21", ACTION_NONE, "", false, 4);
    assert_true(str_eq(s.marks[0], transfer) && str_eq(s.marks[1], exception) && str_eq(s.marks[2], destroy) &&
                str_eq(s.marks[3], appraise));
    s = queue("2026-11-21", ACTION_APPRAISE, "", false, 1);
    assert_true(has(&s, appraise));
    s = queue("2026-11-21", ACTION_NONE, "143", false, 2);
    assert_true(has(&s, appraise) && has(&s, transfer));
    s = queue("2019-02-02", ACTION_EXCEPTION, "0", false, 1);
    assert_true(has(&s, exception));
    queue("2019-02-01", ACTION_EXCEPTION, "0", false, 0);
    queue("2019-02-01", ACTION_EXCEPTION, "", false, 0);
    queue("2023-06-01", ACTION_DESTROY, "53", false, 1);
    queue("2022-12-31", ACTION_DESTROY, "53", false, 0);
    queue("2026-11-21", ACTION_NONE, "7", false, 0);
    case_due_proved(&w);
}

/* Pages hold each file once, whatever the limit. */
static void pages(void **state)
{
    (void)state;
    static const char *const classes[] = {"5345", "1431", "1430", "0050", "5343"};
    for (unsigned i = 0; i < 40; i++) {
        char closed[DAY_TEXT_SIZE];
        snprintf(closed, sizeof closed, "%u-0%u-10", 2000 + i % 4, 1 + i % 9);
        case_file(&w, classes[i % COUNT_OF(classes)], "1999-01-01", closed);
    }
    struct seen whole = queue("2060-01-01", ACTION_NONE, "", false, 40);
    for (size_t limit = 1; limit < 12; limit += 5) {
        struct seen s = {.count = 0};
        struct err e = ERR_INIT;
        uint64_t total = 0;
        struct queue_filter f = {.on = case_day("2060-01-01"), .limit = limit};
        size_t before;
        do {
            before = s.count;
            assert_true(queue_list(w.a, &f, see, &s, &total, &e));
            assert_true(s.count - before <= limit);
            assert_int_equal(total, 40);
            f.after = s.cursor;
        } while (s.count > before);
        assert_int_equal(s.count, 40);
        for (size_t i = 0; i < 40; i++) {
            assert_true(str_eq(s.marks[i], whole.marks[i]));
        }
    }
    struct queue_filter bad = {.on = case_day("2060-01-01"), .after = STR("abc")};
    struct err e = ERR_INIT;
    assert_false(queue_list(w.a, &bad, see, NULL, NULL, &e));
    assert_int_equal(e.code, ERR_INVALID);
}

/* ---------------------------------------------------------------- holds */

static void a_hold_takes_it_out(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct id first, second;
    struct str mark = case_file(&w, "5345", "2020-03-01", "2020-12-31");
    assert_true(hold_place(w.a, mark, STR("postępowanie karne"), STR("PR 1 Ds. 7.2026"), case_day("2027-06-30"), NULL,
                           &first, &e));
    queue("2026-11-21", ACTION_NONE, "", false, 0);
    queue("2026-11-21", ACTION_NONE, "53", false, 0);
    struct seen s = queue("2026-11-21", ACTION_NONE, "", true, 1);
    assert_true(has(&s, mark));
    queue("2025-12-31", ACTION_NONE, "", true, 0);
    assert_true(hold_place(w.a, mark, STR("kontrola"), STR_NONE, DAY_NONE, NULL, &second, &e));
    assert_int_equal(case_get(&w, mark).holds, 2);
    case_due_proved(&w);
    assert_true(hold_release(w.a, &first, STR("umorzono"), NULL, &e));
    queue("2026-11-21", ACTION_NONE, "", false, 0);
    assert_true(hold_release(w.a, &second, STR("kontrola zakończona"), NULL, &e));
    queue("2026-11-21", ACTION_NONE, "", true, 0);
    s = queue("2026-11-21", ACTION_NONE, "", false, 1);
    assert_true(has(&s, mark));
    case_due_proved(&w);
    assert_false(hold_release(w.a, &second, STR("jeszcze raz"), NULL, &e));
    assert_int_equal(e.code, ERR_STATE);
}

static void a_hold_on_an_open_file(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct id id;
    struct str mark = case_file(&w, "5345", "2012-03-01", "");
    assert_true(hold_place(w.a, mark, STR("kontrola"), STR_NONE, DAY_NONE, NULL, &id, &e));
    queue("2100-01-01", ACTION_NONE, "", true, 0);
    assert_true(file_close(w.a, mark, case_day("2012-12-31"), NULL, &e));
    queue("2100-01-01", ACTION_NONE, "", true, 1);
    queue("2100-01-01", ACTION_NONE, "", false, 0);
    case_due_proved(&w);
}

struct holds {
    size_t count, released;
    struct str reason, mandate, mark;
};

static bool see_hold(const struct hold *h, struct str mark, void *ctx, struct err *e)
{
    struct holds *s = ctx;
    (void)e;
    s->count++;
    s->released += !day_is_none(h->released);
    s->reason = arena_str(w.ar, h->reason);
    s->mandate = arena_str(w.ar, h->mandate);
    s->mark = arena_str(w.ar, mark);
    return true;
}

static void holds_are_listed(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct id id, other;
    struct str mark = case_file(&w, "5345", "2020-03-01", "2020-12-31"), next = case_file(&w, "1431", "2020-03-01", "");
    assert_true(hold_place(w.a, mark, STR("postępowanie karne"), STR("PR 1 Ds. 7.2026"), case_day("2027-06-30"), NULL,
                           &id, &e));
    assert_true(hold_place(w.a, next, STR("kontrola"), STR_NONE, case_day("2028-06-30"), NULL, &other, &e));
    struct holds s = {.count = 0};
    assert_true(hold_list(w.a, mark, false, see_hold, &s, &e));
    assert_int_equal(s.count, 1);
    assert_str(s.reason, "postępowanie karne");
    assert_str(s.mandate, "PR 1 Ds. 7.2026");
    assert_true(str_eq(s.mark, mark));
    uint64_t due = 99;
    assert_true(holds_to_review(w.a, case_day("2027-06-29"), &due, &e) && due == 0);
    assert_true(holds_to_review(w.a, case_day("2027-06-30"), &due, &e) && due == 1);
    assert_true(holds_to_review(w.a, case_day("2030-01-01"), &due, &e) && due == 2);
    assert_true(hold_release(w.a, &id, STR("umorzono"), NULL, &e));
    s = (struct holds){.count = 0};
    assert_true(hold_list(w.a, STR_NONE, false, see_hold, &s, &e) && s.count == 1);
    s = (struct holds){.count = 0};
    assert_true(hold_list(w.a, STR_NONE, true, see_hold, &s, &e) && s.count == 2 && s.released == 1);
    assert_true(holds_to_review(w.a, case_day("2030-01-01"), &due, &e) && due == 1);
    assert_false(hold_list(w.a, STR("OR.5345.99.2020"), true, see_hold, &s, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

struct said {
    struct id object;
    uint32_t event;
    bool opened;
    struct str entry, metadata;
};

static bool said_fn(struct txn *t, void *ctx, struct err *e)
{
    struct said *s = ctx;
    struct key key;
    struct bytes entry;
    struct str content;
    uint64_t index;
    if (!ledger_find(t, &s->object, s->event, &index, e) || !ledger_entry(t, index, w.ar, &entry, e) ||
        !key_get(t, archive_store(w.a), &s->object, &key, e)) {
        return false;
    }
    s->entry = arena_str(w.ar, str_of_bytes(entry));
    return !s->opened || event_openings(t, w.a, &s->object, s->event, &key, NULL, 0, w.ar, &content, &s->metadata, e);
}

/* The log says that there is a hold; why lies in the opening, under the hold's key. */
static void the_log_tells_no_reason(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct said s = {.event = 1, .opened = true};
    struct str mark = case_file(&w, "5345", "2020-03-01", "2020-12-31");
    assert_true(hold_place(w.a, mark, STR("sprawa Jana Testowego"), STR("PR 1"), DAY_NONE, NULL, &s.object, &e));
    assert_true(store_read(archive_store(w.a), said_fn, &s, &e));
    assert_non_null(strstr(s.entry.p, "hold"));
    assert_null(strstr(s.entry.p, "Testow"));
    assert_null(strstr(s.entry.p, "PR 1"));
    assert_non_null(strstr(s.metadata.p, "Testow"));
    assert_true(hold_release(w.a, &s.object, STR("wyrok w sprawie Jana Testowego"), NULL, &e));
    s.event = 2;
    assert_true(store_read(archive_store(w.a), said_fn, &s, &e));
    assert_null(strstr(s.entry.p, "Testow"));
    assert_non_null(strstr(s.metadata.p, "wyrok"));
    struct case_file f = case_get(&w, mark);
    s = (struct said){.object = f.id, .event = (uint32_t)f.events};
    assert_true(store_read(archive_store(w.a), said_fn, &s, &e));
    assert_non_null(strstr(s.entry.p, "hold-release"));
}

static void holds_refuse_nonsense(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct id id;
    struct str mark = case_file(&w, "5345", "2020-03-01", "2020-12-31");
    assert_false(hold_place(w.a, mark, STR(" "), STR_NONE, DAY_NONE, NULL, &id, &e));
    assert_string_equal(e.field, "reason");
    assert_false(hold_place(w.a, mark, STR("x"), STR_NONE, case_day("2020-01-01"), NULL, &id, &e));
    assert_string_equal(e.field, "review");
    assert_false(hold_place(w.a, STR("OR.5345.99.2020"), STR("x"), STR_NONE, DAY_NONE, NULL, &id, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    id_random(&id);
    assert_false(hold_release(w.a, &id, STR("x"), NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

/* ---------------------------------------------------------------- forecast */

struct years {
    struct forecast_row row[64];
    size_t count;
};

static bool see_year(const struct forecast_row *r, void *ctx, struct err *e)
{
    struct years *y = ctx;
    (void)e;
    y->row[y->count++] = *r;
    return true;
}

static uint64_t files_in(const struct years *y, int year, enum action a)
{
    uint64_t n = 0;
    for (size_t i = 0; i < y->count; i++) {
        n += y->row[i].year == year && y->row[i].action == a ? y->row[i].files : 0;
    }
    return n;
}

static void forecast_counts_years(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct id id;
    case_file(&w, "5345", "2017-01-02", "2017-02-02"); /* 2023, past */
    case_file(&w, "5345", "2020-01-02", "2020-02-02"); /* 2026 */
    case_file(&w, "5345", "2022-01-02", "2022-02-02"); /* 2028 */
    case_file(&w, "1431", "2021-01-02", "2021-02-02"); /* 2027 */
    case_file(&w, "1430", "2021-01-02", "2021-02-02"); /* 2047 */
    struct str held = case_file(&w, "5345", "2020-01-02", "2020-02-02");
    case_file(&w, "0050", "2021-01-02", "2021-02-02");
    case_file(&w, "5345", "2021-01-02", "");
    assert_true(hold_place(w.a, held, STR("kontrola"), STR_NONE, DAY_NONE, NULL, &id, &e));
    struct years y = {.count = 0};
    assert_true(forecast_list(w.a, case_day("2026-11-21"), 10, see_year, &y, &e));
    assert_int_equal(files_in(&y, 2026, ACTION_DESTROY), 3);
    assert_int_equal(files_in(&y, 2027, ACTION_APPRAISE), 1);
    assert_int_equal(files_in(&y, 2028, ACTION_DESTROY), 1);
    assert_int_equal(files_in(&y, 0, ACTION_EXCEPTION), 1);
    assert_int_equal(files_in(&y, 2047, ACTION_TRANSFER), 0);
    assert_int_equal(y.count, 4);
    y.count = 0;
    assert_true(forecast_list(w.a, case_day("2026-11-21"), 22, see_year, &y, &e));
    assert_int_equal(files_in(&y, 2047, ACTION_TRANSFER), 1);
    assert_false(forecast_list(w.a, case_day("2026-11-21"), 0, see_year, &y, &e));
}

/* The same after a restart. */
static void all_of_it_lasts(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct id id;
    struct str mark = case_file(&w, "5345", "2020-03-01", "2020-12-31");
    case_file(&w, "1431", "2018-01-02", "2018-02-02");
    assert_true(hold_place(w.a, mark, STR("kontrola"), STR_NONE, DAY_NONE, NULL, &id, &e));
    case_reopen(&w);
    queue("2026-11-21", ACTION_NONE, "", false, 1);
    queue("2026-11-21", ACTION_NONE, "", true, 1);
    case_due_proved(&w);
}

int main(void)
{
#define WITH_ARCHIVE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    static const struct CMUnitTest tests[] = {
        WITH_ARCHIVE(due_on_the_day),
        WITH_ARCHIVE(an_open_file_waits_nowhere),
        WITH_ARCHIVE(oldest_first_over_all_actions),
        WITH_ARCHIVE(pages),
        WITH_ARCHIVE(a_hold_takes_it_out),
        WITH_ARCHIVE(a_hold_on_an_open_file),
        WITH_ARCHIVE(holds_are_listed),
        WITH_ARCHIVE(the_log_tells_no_reason),
        WITH_ARCHIVE(holds_refuse_nonsense),
        WITH_ARCHIVE(forecast_counts_years),
        WITH_ARCHIVE(all_of_it_lasts),
    };
    return cmocka_run_group_tests_name("record_queue", tests, NULL, NULL);
}
