/* The nightly work: what is due, what a person must resolve, holds to look at again, contents that nothing names, a
 * share of verification; and the office, which may change its address but never the name of its log. */
#include "record_case.h"

#include <fcntl.h>
#include <sys/stat.h>

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

static struct daily_report night(void)
{
    struct daily_report r;
    must(archive_daily(shared->a, archive_today(shared->a), 5, &r, &e));
    return r;
}

static struct case_file closed_file(const char *symbol, const char *opened, const char *closed, bool with_record)
{
    struct case_file f;
    const struct file_opening in = {
        .unit = STR("DZ"), .symbol = str_of(symbol), .title = STR("sprawa"), .opened = case_day(opened)};
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    if (with_record)
        case_record(shared, &f.id, "zaświadczenie", bytes_of(STR("treść")));
    must(file_close(shared->a, f.mark, case_day(closed), &case_clerk, &e));
    return f;
}

static void a_night_counts_what_waits(void **state)
{
    (void)state;
    struct daily_report r = night();
    assert_int_equal(r.due + r.exceptions + r.holds_to_review + r.orphans_removed + r.verified.checked, 0);
    struct case_file due = closed_file("5345", "2019-02-01", "2020-12-31", true);
    closed_file("1431", "2021-02-01", "2021-03-01", false); /* not before 2027 */
    closed_file("0050", "2021-02-01", "2021-03-01", false); /* its class is unread */
    r = night();
    assert_int_equal(r.due, 1);
    assert_int_equal(r.exceptions, 1);
    assert_int_equal(r.verified.checked, 1);
    assert_int_equal(r.verified.not_checked, 0);
    struct id hold;
    must(hold_place(shared->a, due.mark, STR("postępowanie sądowe"), STR("sygn. I C 1/26"), case_day("2026-12-01"),
                    &case_clerk, &hold, &e));
    r = night();
    assert_int_equal(r.due, 0);
    assert_int_equal(r.holds_to_review, 0);
    shared->now += 20 * 86400;
    r = night();
    assert_int_equal(r.holds_to_review, 1);
}

/* New is what fell due since the night before, also when one night has two runs; what a night found is kept. */
static void a_night_tells_what_is_new(void **state)
{
    (void)state;
    struct daily_report before, last, r = night();
    must(archive_daily_last(shared->a, &before, &e));
    assert_int_equal(before.on.n, archive_today(shared->a).n);
    shared->now += 86400;
    closed_file("5345", "2019-02-01", "2020-12-31", true);
    r = night();
    assert_int_equal(r.became_due, 0); /* it had been due all the while: only its day counts */
    assert_int_equal(r.since.n, before.on.n);
    closed_file("5345", "2020-02-01", "2021-06-30", true); /* due on 1 January 2027, like the one of class 1431 above */
    shared->now += 60 * 86400;
    struct daily_report first = night(), second = night();
    assert_int_equal(first.became_due, 2);
    assert_int_equal(second.became_due, 2);
    assert_int_equal(first.due, r.due + 2);
    must(archive_daily_last(shared->a, &last, &e));
    assert_int_equal(last.became_due, 2);
    assert_int_equal(last.due, second.due);
    assert_int_equal(last.ended, second.ended);
    assert_int_equal(last.since.n, r.on.n);
}

/* What a crash leaves between the sync of a content and its verb. */
static void an_orphan_goes_when_it_is_old(void **state)
{
    (void)state;
    static uint8_t bytes[5000];
    struct case_file f = case_file_open(shared, "DO", "1431", "sierota");
    struct record kept = case_record(shared, &f.id, "zostaje", (struct bytes){bytes, sizeof bytes});
    struct case_bytes source = {.b = {bytes, sizeof bytes}};
    struct content c;
    struct id object = {{1}};
    struct key key = {{2}};
    char hex[33], path[500];
    struct content_batch *b CLEANUP(content_batch_free) = NULL;
    must((b = content_batch_new(archive_store(shared->a), &e)) != NULL);
    must(content_add(b, (struct content_source){.read = case_bytes_read, .ctx = &source}, &key, &object, shared->ar, &c,
                     &e));
    must(content_batch_sync(b, &e));
    assert_int_equal(night().orphans_removed, 0); /* it may be on its way into a row */
    const struct timespec old[2] = {{.tv_sec = time(NULL) - 2 * 86400}, {.tv_sec = time(NULL) - 2 * 86400}};
    const struct id names[] = {c.name, kept.content};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        id_text(names[i], hex);
        snprintf(path, sizeof path, "%s/content/%.2s/%s", shared->path, hex, hex + 2);
        assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    }
    assert_int_equal(night().orphans_removed, 1);
    case_same_bytes(shared, &kept, (struct bytes){bytes, sizeof bytes});
}

static void the_office_may_move(void **state)
{
    (void)state;
    struct office_info office;
    must(archive_office(shared->a, shared->ar, &office, &e));
    assert_str(office.name, "Urząd Gminy Próbnej");
    office.address = STR("ul. Nowa 7, 00-001 Próbna");
    must(archive_office_change(shared->a, &office, &case_clerk, &e));
    case_close(shared);
    case_open(shared);
    must(archive_office(shared->a, shared->ar, &office, &e));
    assert_str(office.address, "ul. Nowa 7, 00-001 Próbna");
    assert_str(office.origin, "records.test.example/log");
    office.origin = STR("other.example/log");
    must_fail(archive_office_change(shared->a, &office, &case_clerk, &e), ERR_STATE);
    office.origin = STR("records.test.example/log");
    office.name = STR(" ");
    must_fail(archive_office_change(shared->a, &office, &case_clerk, &e), ERR_INVALID);
    case_doctor_finds_nothing(shared);
}

static void settings_are_written_and_read(void **state)
{
    (void)state;
    char path[400];
    struct archive *a = NULL;
    snprintf(path, sizeof path, "%s/akta.conf", shared->path);
    FILE *io = fopen(path, "r");
    static char text[100000];
    assert_non_null(io);
    size_t n = fread(text, 1, sizeof text - 1, io);
    fclose(io);
    text[n] = '\0';
    assert_non_null(strstr(text, "[retention]"));
    assert_non_null(strstr(text, "#years_a = 25"));
    case_close(shared);
    io = fopen(path, "a");
    fputs("\n[retention]\nyears_a = 10\n", io);
    fclose(io);
    case_open(shared);
    struct case_file f = closed_file("0143", "2015-01-02", "2015-12-31", false);
    assert_int_equal(case_file_get(shared, f.mark).review_from.n, case_day("2026-01-01").n);
    case_close(shared);
    io = fopen(path, "a");
    fputs("colour = green\n", io);
    fclose(io);
    const struct archive_options o = {.dir = shared->path, .clock = &shared->clock};
    must_fail(archive_open(&o, &a, &e), ERR_INVALID);
    assert_int_equal(truncate(path, (off_t)n), 0);
    case_open(shared);
}

static void only_a_whole_archive_is_one(void **state)
{
    (void)state;
    char path[400];
    struct archive *a = NULL;
    const struct office_info office = {.name = STR("x"), .origin = STR("x.example/log")}, nameless = {.name = STR("")};
    struct archive_options o = {.dir = shared->path};
    must_fail(archive_create(&o, &office, &e), ERR_CONFLICT);
    snprintf(path, sizeof path, "%s/nothing", shared->dir.path);
    o.dir = path;
    must_fail(archive_open(&o, &a, &e), ERR_NOT_FOUND);
    must_fail(archive_create(&o, &nameless, &e), ERR_INVALID);
    must_fail(archive_open(&o, &a, &e), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_night_counts_what_waits),     cmocka_unit_test(a_night_tells_what_is_new),
        cmocka_unit_test(an_orphan_goes_when_it_is_old), cmocka_unit_test(the_office_may_move),
        cmocka_unit_test(settings_are_written_and_read), cmocka_unit_test(only_a_whole_archive_is_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
