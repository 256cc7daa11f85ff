/* JSON out. */
#include "testing.h"

static struct json *sample(void)
{
    struct json *o = json_object(), *list = json_array(), *inner = json_object(), *empty = json_array();
    json_text(o, "mark", STR("WA.1431.12.2026"));
    json_text(o, "title", STR("„Żółw” \"\\/\n\t\x01"));
    json_text(o, "none", STR_NONE);
    json_text(o, "blank", STR(""));
    json_u64(o, "big", INT64_MAX);
    json_i64(o, "low", INT64_MIN);
    json_bool(o, "yes", true);
    json_bool(o, "no", false);
    json_null(o, "null");
    json_day(o, "day", (struct day){0});
    json_day(o, "no_day", DAY_NONE);
    json_instant(o, "at", 0);
    json_hex(o, "id", (struct bytes){(const uint8_t *)"\x00\xff", 2});
    json_hex(o, "no_id", (struct bytes){NULL, 0});
    json_u64(inner, "n", 1);
    json_push(list, &inner);
    json_push_text(list, STR("two"));
    json_put(o, "list", &list);
    json_put(o, "empty", &empty);
    assert_true(inner == NULL && list == NULL && empty == NULL);
    return o;
}

static const char sample_line[] =
    "{\"mark\":\"WA.1431.12.2026\",\"title\":\"„Żółw” \\\"\\\\/\\n\\t\\u0001\",\"none\":null,\"blank\":\"\","
    "\"big\":9223372036854775807,\"low\":-9223372036854775808,\"yes\":true,\"no\":false,\"null\":null,"
    "\"day\":\"1970-01-01\",\"no_day\":null,\"at\":\"1970-01-01T00:00:00Z\",\"id\":\"00ff\",\"no_id\":\"\","
    "\"list\":[{\"n\":1},\"two\"],\"empty\":[]}\n";

static void one_compact_line_in_order(void **state)
{
    (void)state;
    struct json *o CLEANUP(json_free) = sample();
    struct buf b CLEANUP(buf_free) = BUF_INIT(4096);
    struct err e = ERR_INIT;
    buf_add_z(&b, "before\n");
    assert_true(json_line(o, &b, &e));
    assert_int_equal(b.n, 7 + sizeof sample_line - 1);
    assert_memory_equal(b.p + 7, sample_line, sizeof sample_line - 1);
}

static void invalid_text_is_an_error(void **state)
{
    (void)state;
    struct json *o CLEANUP(json_free) = json_object(), *child = json_object();
    struct buf b CLEANUP(buf_free) = BUF_INIT(4096);
    struct err e = ERR_INIT;
    json_text(child, "title", STR("caf\xE9"));
    json_put(o, "child", &child);
    assert_false(json_line(o, &b, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_int_equal(b.n, 0);
}

static void numbers_beyond_json_are_an_error(void **state)
{
    (void)state;
    struct json *o CLEANUP(json_free) = json_object();
    struct buf b CLEANUP(buf_free) = BUF_INIT(4096);
    struct err e = ERR_INIT;
    json_u64(o, "n", (uint64_t)INT64_MAX + 1);
    assert_false(json_line(o, &b, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
}

static void depth_ends_at_eight(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    for (int levels = 1; levels <= 12; levels++) {
        struct buf b CLEANUP(buf_free) = BUF_INIT(4096);
        struct json *top CLEANUP(json_free) = json_object();
        for (int i = 1; i < levels; i++) {
            struct json *outer = i % 2 ? json_array() : json_object();
            if (i % 2) {
                json_push(outer, &top);
            } else {
                json_put(outer, "k", &top);
            }
            top = outer;
        }
        assert_int_equal(json_line(top, &b, &e), levels <= 8);
    }
    assert_int_equal(e.code, ERR_TOO_BIG);
}

static void a_full_buffer_is_an_error(void **state)
{
    (void)state;
    struct json *o CLEANUP(json_free) = sample();
    struct buf b CLEANUP(buf_free) = BUF_INIT(100);
    struct err e = ERR_INIT;
    assert_false(json_line(o, &b, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    assert_int_equal(b.n, 0);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct buf b CLEANUP(buf_free) = BUF_INIT(4096);
        struct err e = ERR_INIT;
        mem_fault_after(nth);
        struct json *o CLEANUP(json_free) = sample();
        mem_fault_after(0); /* memory comes back, but what is missing in the value must not be forgotten */
        done = json_line(o, &b, &e);
        assert_true(done || e.code == ERR_MEMORY);
        assert_true(!done || str_is(buf_str(&b), sample_line)); /* whole or not at all */
        assert_true(nth < 300);
    }
}

static void nothing_is_safe_to_use(void **state)
{
    (void)state;
    struct json *none = NULL, *child = json_object();
    struct buf b CLEANUP(buf_free) = BUF_INIT(100);
    struct err e = ERR_INIT;
    json_text(none, "k", STR("v"));
    json_hex(none, "k", (struct bytes){NULL, 0});
    json_u64(none, "k", UINT64_MAX);
    json_put(none, "k", &child);
    json_push(none, &child);
    assert_null(child);
    json_free(&none);
    assert_false(json_line(none, &b, &e));
    assert_int_equal(e.code, ERR_MEMORY);
}

/* ---------------------------------------------------------------- in */

static void an_object_is_read_in_order(void **state)
{
    static const enum json_type types[] = {JSON_IS_TEXT, JSON_IS_NUMBER, JSON_IS_BOOL, JSON_IS_BOOL,
                                           JSON_IS_NULL, JSON_IS_OTHER,  JSON_IS_OTHER};
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct json_member *m;
    struct err e = ERR_INIT;
    size_t n;
    (void)state;
    assert_true(json_read(STR("{\"a\":\"z\xC4\x85"
                              "b\\n\\u0119\",\"n\":-12,\"t\":true,\"f\":false,\"x\":null,\"o\":[1],\"r\":1.5}\n"),
                          ar, 7, &m, &n, &e));
    assert_int_equal(n, COUNT_OF(types));
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(m[i].type, types[i]);
    }
    assert_str(m[0].name, "a");
    assert_str(m[0].text, "z\xC4\x85"
                          "b\n\xC4\x99");
    assert_int_equal(m[1].number, -12);
    assert_true(m[2].yes && !m[3].yes);
    assert_true(json_read(STR("{}"), ar, 0, &m, &n, &e));
    assert_int_equal(n, 0);
}

static void what_is_no_object_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "{}x",
                                      "[]",
                                      "\"a\"",
                                      "1",
                                      "null",
                                      "{\"a\":1,\"a\":2}",
                                      "{a:1}",
                                      "{\"a\":'b'}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\":\"\\ud800\"}",
                                      "{\"a\":\"\xFF\"}",
                                      "{\"a\":1,}",
                                      "{\"a\":01}",
                                      "{\"a\":99999999999999999999}"};
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct json_member *m;
    size_t n;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct err e = ERR_INIT;
        if (json_read(str_of(bad[i]), ar, 9, &m, &n, &e) || e.code != ERR_INVALID) {
            fail_msg("%s", bad[i]);
        }
    }
    struct err e = ERR_INIT;
    assert_false(json_read(STR("{\"a\":1,\"b\":2}"), ar, 1, &m, &n, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
}

static void values_are_counted_without_reading(void **state)
{
    static const struct {
        const char *text;
        size_t values;
    } cases[] = {
        {"", 1},    {"7", 1}, {"{\"a\":1}", 2}, {"{\"a\":[1,2,{}]}", 6}, {"[[[[", 5}, {"{\"a\":\",[{\\\",,\"}", 2},
        {"\"\\", 1}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(json_values_most(str_of(cases[i].text)), cases[i].values);
    }
}

static void reading_survives_any_failed_allocation(void **state)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct json_member *m;
    size_t n;
    bool done = false;
    (void)state;
    for (uint64_t nth = 1; !done; nth++) {
        struct err e = ERR_INIT;
        mem_fault_after(nth);
        done = json_read(STR("{\"a\":\"b\",\"c\":[1,2,{\"d\":null}],\"e\":7}"), ar, 9, &m, &n, &e);
        mem_fault_after(0);
        assert_true(done ? n == 3 : e.code == ERR_MEMORY);
        assert_true(nth < 300);
    }
}

static void test_csv_says_what_the_objects_say(void **state)
{
    static const char *const names[] = {"mark", "title", "none", "big", "yes", "list", "not there"};
    struct json *list CLEANUP(json_free) = json_array(), *o CLEANUP(json_free) = sample(), *bare = json_object();
    struct buf out CLEANUP(buf_free) = BUF_INIT(1000);
    struct err e = ERR_INIT;
    (void)state;
    json_push(list, &o);
    json_text(bare, "title", STR("a,b\r\n\"c\""));
    json_push(list, &bare);
    assert_true(json_csv(list, names, COUNT_OF(names), &out, &e));
    assert_str(buf_str(&out), "mark,title,none,big,yes,list,not there\r\n"
                              "\"WA.1431.12.2026\",\"„Żółw” \"\"\\/\n\t\x01\",,9223372036854775807,true,\"two\",\r\n"
                              ",\"a,b\r\n\"\"c\"\"\",,,,,\r\n");
    json_push_text(list, STR("\xff"));
    assert_false(json_csv(list, names, COUNT_OF(names), &out, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_false(json_csv(NULL, names, COUNT_OF(names), &out, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_says_what_the_objects_say),
        cmocka_unit_test(one_compact_line_in_order),
        cmocka_unit_test(invalid_text_is_an_error),
        cmocka_unit_test(numbers_beyond_json_are_an_error),
        cmocka_unit_test(depth_ends_at_eight),
        cmocka_unit_test(a_full_buffer_is_an_error),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(nothing_is_safe_to_use),
        cmocka_unit_test(an_object_is_read_in_order),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(values_are_counted_without_reading),
        cmocka_unit_test(reading_survives_any_failed_allocation),
    };
    return cmocka_run_group_tests_name("base_json", tests, NULL, NULL);
}
