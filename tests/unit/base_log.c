/* Log lines: one event, one line, whatever the text holds. */
#include "testing.h"

static char last[2000];
static size_t last_n, lines;

static void keep(const char *line, size_t n)
{
    assert_true(n < sizeof last);
    memcpy(last, line, n);
    last[n] = '\0';
    last_n = n;
    lines++;
}

static int start(void **state)
{
    (void)state;
    log_sink(keep);
    log_threshold(LOG_INFO);
    lines = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    log_sink(NULL);
    log_threshold(LOG_INFO);
    return 0;
}

static void form_of_a_line(void **state)
{
    (void)state;
    instant t;
    log_line(LOG_WARN, "store", "checkpoint slow ms=%d", 1200);
    assert_int_equal(lines, 1);
    assert_true(instant_parse((struct str){last, 20}, &t));
    assert_string_equal(last + 20, " warn store checkpoint slow ms=1200\n");
    assert_int_equal(last_n, strlen(last));
}

static void hostile_text_stays_one_line(void **state)
{
    (void)state;
    log_line(LOG_INFO, "window", "path=%s", "/a\r\n2026-01-01T00:00:00Z error forged \x1B[31m caf\xE9");
    assert_int_equal(lines, 1);
    assert_non_null(strstr(last, "path=/a\\x0d\\x0a2026-01-01T00:00:00Z error forged \\x1b[31m caf\\xe9\n"));
    assert_ptr_equal(strchr(last, '\n'), last + last_n - 1);
}

static void long_text_is_cut(void **state)
{
    (void)state;
    char text[5000];
    memset(text, '\x01', sizeof text);
    text[4999] = '\0';
    log_line(LOG_INFO, "base", "%s", text);
    assert_true(last_n < 1100);
    assert_int_equal(last[last_n - 1], '\n');
    assert_true(utf8_valid((struct str){last, last_n}));
    memset(text, 'a', 4999);
    log_line(LOG_INFO, "a room with a very long name", "%s", text);
    assert_true(last_n < 1100);
    assert_int_equal(last[last_n - 1], '\n');
}

static void threshold(void **state)
{
    (void)state;
    log_line(LOG_DEBUG, "base", "hidden");
    assert_int_equal(lines, 0);
    log_threshold(LOG_DEBUG);
    log_line(LOG_DEBUG, "base", "shown");
    assert_int_equal(lines, 1);
    log_threshold(LOG_ERROR);
    log_line(LOG_WARN, "base", "hidden");
    assert_int_equal(lines, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(form_of_a_line, start, stop),
        cmocka_unit_test_setup_teardown(hostile_text_stays_one_line, start, stop),
        cmocka_unit_test_setup_teardown(long_text_is_cut, start, stop),
        cmocka_unit_test_setup_teardown(threshold, start, stop),
    };
    return cmocka_run_group_tests_name("base_log", tests, NULL, NULL);
}
