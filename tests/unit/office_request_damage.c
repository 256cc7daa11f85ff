/* One damaged row of one request: everybody else's cases go on, at night, in the list, in the register and by mail; and
 * the damage is told. */
#include "request_acts.h"

#include "office_desk.h"
#include "office_notice.h"

static const struct request_limits with_mail = {
    .files = 10, .file_bytes = 1u << 20, .draft_bytes = 1u << 24, .draft_hours = 24, .notices = true};

static bool spoil(struct txn *t, void *ctx, struct err *e)
{
    const struct id *id = ctx;
    return store_put(t, T_REQUEST, id_bytes(id), bytes_of(STR("to nie jest wiersz")), e);
}

struct trio {
    struct request_filed lapsing, late, broken;
};

/* An offer that nobody accepts, a request that nobody answers, and one that nobody can read any more. */
static struct trio three(struct request_case *r)
{
    struct request_form form = sound_form(REQUEST_FOI);
    form.email = STR("ana@example.pl");
    request_desk_close(&r->d);
    desk_open(r, &with_mail);
    struct trio all = {.broken = file_form(r, &form, NULL, NULL)};
    all.lapsing = request_in(r, REQUEST_REUSE, REQUEST_OFFER);
    all.late = file_form(r, &form, NULL, NULL);
    must(store_write(archive_store(r->c->a), spoil, &all.broken.id, &e));
    return all;
}

static void test_the_night_does_the_rest_and_counts_it(void **state)
{
    struct request_case *r = *state;
    struct request_daily q;
    const struct trio all = three(r);
    r->c->now = all.late.received + 40 * DAY_SECONDS;
    must(request_daily(r->d, r->c->now, &q, &e));
    assert_int_equal(q.damaged, 1);
    assert_int_equal(q.offers_lapsed, 1);
    assert_int_equal(q.overdue, 1);
    must(request_daily_last(r->d, &q, &e));
    assert_int_equal(q.damaged, 1);
}

static void test_the_clerk_sees_the_others_and_which_one_it_is(void **state)
{
    struct request_case *r = *state;
    struct trio all = three(r);
    for (int by_days = 0; by_days < 2; by_days++) {
        const struct desk_filter f = {.by_days = by_days != 0, .days = 1000, .today = request_today(r), .limit = 50};
        struct desk_line *lines;
        struct str next;
        size_t n, more, damaged = 0;
        must(desk_list(r->d, &f, r->ar, &lines, &n, &next, &more, &e));
        assert_int_equal(n, 3);
        for (size_t i = 0; i < n; i++) {
            bool is_it = strcmp(lines[i].number, all.broken.number) == 0;
            assert_int_equal(lines[i].damaged, is_it);
            damaged += lines[i].damaged;
            assert_true(!is_it || lines[i].state == REQUEST_FILED);
        }
        assert_int_equal(damaged, 1);
    }
}

static void test_the_register_shows_what_it_knows(void **state)
{
    struct request_case *r = *state;
    const struct request_filter page = {.limit = 50, .from = DAY_NONE, .until = DAY_NONE};
    struct request_change *changes;
    struct request_public *lines;
    struct str next;
    size_t n;
    three(r);
    must(request_list(r->d, &page, r->ar, &lines, &n, &next, &e));
    assert_int_equal(n, 3);
    must(request_changes(r->d, 50, r->ar, &changes, &n, &e));
    assert_int_equal(n, 2);
}

static void test_mail_of_the_others_goes_out(void **state)
{
    struct request_case *r = *state;
    struct trio all = three(r);
    struct notice_figures figures;
    struct notice_job j;
    bool found, others = false;
    must(notice_figures(r->d, r->c->now, &figures, &e));
    assert_true(figures.waiting >= 2);
    for (int i = 0; i < 5; i++) {
        must(notice_next(r->d, r->c->now, r->ar, &j, &found, &e));
        if (!found) {
            break;
        }
        assert_int_equal(j.unreadable, memcmp(&j.request, &all.broken.id, sizeof j.request) == 0);
        others |= !j.unreadable;
        const struct notice_report report = {.fate = j.unreadable ? NOTICE_LATER : NOTICE_TAKEN};
        const struct notice_patience patience = {60, 5};
        must(notice_settle(r->d, &j, &report, &patience, r->c->now, &e));
    }
    assert_true(others);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_the_night_does_the_rest_and_counts_it),
        T(test_the_clerk_sees_the_others_and_which_one_it_is),
        T(test_the_register_shows_what_it_knows),
        T(test_mail_of_the_others_goes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
