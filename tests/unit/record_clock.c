/* A machine's clock that jumps while documents are taken in or checked: whoever asks to stop is heard. */
#include "clock_jump.h"
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
    atomic_store(&clock_ahead, 0);
    case_end(shared);
    return 0;
}

#define SLOW_TENTHS 40
#define SLOW_BYTES  (3u << 20)

/* A source that is read for as long as nobody was asked whether to go on, or for some seconds. */
struct slow {
    atomic_uint *asked;
    size_t left;
    bool heard;
};

static bool slow_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct slow *s = ctx;
    const struct timespec tenth = {.tv_nsec = 100000000};
    unsigned before = atomic_load(s->asked);
    (void)e;
    for (int i = 0; i < SLOW_TENTHS && !s->heard; i++) {
        nanosleep(&tenth, NULL);
        s->heard = atomic_load(s->asked) > before;
    }
    *got = n < s->left ? n : s->left;
    memset(p, 's', *got);
    s->left -= *got;
    return true;
}

static bool slow_open(struct ingest_item *it, struct content_source *src, struct err *e)
{
    (void)e;
    *src = (struct content_source){.read = slow_read, .ctx = it->ctx, .size_hint = SLOW_BYTES};
    return true;
}

static void slow_close(struct ingest_item *it)
{
    (void)it;
}

static bool ask(struct progress *p)
{
    atomic_fetch_add((atomic_uint *)p->ctx, 1);
    return false;
}

static void ingest_hears_who_asks_to_stop(void **state)
{
    (void)state;
    atomic_uint asked = 0;
    struct progress p = {.stop = ask, .ctx = &asked};
    struct slow s = {.asked = &asked, .left = SLOW_BYTES};
    struct ingest_item it = {.file = case_file_open(shared, "WA", "1431", "Slow").id,
                             .in = {.name = STR("slow.bin"), .origin = STR("scan")},
                             .open = slow_open,
                             .close = slow_close,
                             .ctx = &s,
                             .size = SLOW_BYTES};
    atomic_store(&clock_ahead, ONE_YEAR);
    must(record_ingest(shared->a, &it, 1, &case_clerk, NULL, NULL, &p, &e));
    atomic_store(&clock_ahead, 0);
    assert_true(s.heard);
}

static void find_clock(void *ctx, const char *place, const char *wrong, const char *mend)
{
    (void)mend;
    if (strcmp(place, "clock") == 0)
        snprintf(ctx, 600, "%s", wrong);
}

/* The clock of the archive: a year ahead for one act, then right again. */
static void doctor_says_that_the_last_entry_is_still_to_come(void **state)
{
    uint64_t checked;
    char told[600] = "";
    struct id hold;
    (void)state;
    struct case_file f = case_file_open(shared, "WA", "1431", "ahead");
    must(archive_doctor(shared->a, false, find_clock, told, &checked, &e));
    assert_string_equal(told, "");
    shared->now += ONE_YEAR;
    must(hold_place(shared->a, f.mark, STR("x"), STR("y"), case_day("2029-01-01"), &case_clerk, &hold, &e));
    shared->now -= ONE_YEAR;
    must_fail(hold_place(shared->a, f.mark, STR("x"), STR("z"), case_day("2029-01-01"), &case_clerk, &hold, &e),
              ERR_BUSY);
    must(archive_doctor(shared->a, false, find_clock, told, &checked, &e));
    assert_non_null(strstr(told, "2027-11-21T12:00"));
}

/* Destruction is shown by the log: where the log takes no entry, there is none. */
static void no_key_is_destroyed_that_the_log_cannot_tell_of(void **state)
{
    struct key_turn turn;
    (void)state;
    struct store *s = archive_store(shared->a);
    mkdirat(shared->dir.dir, "keys-copy", 0700);
    int copy = openat(shared->dir.dir, "keys-copy", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    shared->now += 2 * ONE_YEAR; /* after the entry that was to come */
    must(keys_turn(s, &turn, NULL, &e));
    must_fail(archive_key_destroy(shared->a, 1, &case_clerk, &e), ERR_STATE); /* not copied */
    must(store_backup_keys(s, copy, &e));
    case_file_open(shared, "WA", "1431", "now");
    shared->now -= 3600;
    must_fail(archive_key_destroy(shared->a, 1, &case_clerk, &e), ERR_BUSY);
    must(keys_may_destroy(s, 1, &e)); /* it is still there */
    shared->now += 3600;
    must(archive_key_destroy(shared->a, 1, &case_clerk, &e));
    must_fail(keys_may_destroy(s, 1, &e), ERR_NOT_FOUND);
    close(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ingest_hears_who_asks_to_stop),
        cmocka_unit_test(doctor_says_that_the_last_entry_is_still_to_come),
        cmocka_unit_test(no_key_is_destroyed_that_the_log_cannot_tell_of),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
