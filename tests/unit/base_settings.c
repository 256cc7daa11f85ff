/* Settings: what a program reads from akta.conf, and what it tells the person who wrote it. */
#include "testing.h"

static const struct setting table[] = {
    {"name", SET_TEXT, "Urząd", 0, 12, "name of the office"},
    {"store.cache_mb", SET_U64, "64", 1, 4096, "memory for pages"},
    {"store.sync", SET_BOOL, "yes", 0, 0, "sync every commit"},
    {"mail.host", SET_TEXT, NULL, 0, 40, "where mail goes"},
};

static void free_settings(struct settings **s)
{
    settings_free(s);
}

static void reads_what_stands_there(void **state)
{
    (void)state;
    struct settings *s CLEANUP(free_settings) = NULL;
    struct err e = ERR_INIT;
    struct str file =
        STR("\xEF\xBB\xBF# comment\r\n\n name =  Żary # 1 \r\n \r\n[store]\r\n\tcache_mb=128\n  # indented\nsync = no\n"
            "[mail]\nhost = a=b");
    assert_true(settings_read(table, COUNT_OF(table), file, "akta.conf", &s, &e));
    assert_true(str_is(setting_text(s, "name"), "Żary # 1"));
    assert_int_equal(setting_u64(s, "store.cache_mb"), 128);
    assert_false(setting_bool(s, "store.sync"));
    assert_true(str_is(setting_text(s, "mail.host"), "a=b"));
}

static void what_is_not_set_is_standard(void **state)
{
    (void)state;
    struct settings *s CLEANUP(free_settings) = NULL;
    struct err e = ERR_INIT;
    assert_true(settings_read(table, COUNT_OF(table), STR(""), "akta.conf", &s, &e));
    assert_true(str_is(setting_text(s, "name"), "Urząd"));
    assert_int_equal(setting_u64(s, "store.cache_mb"), 64);
    assert_true(setting_bool(s, "store.sync"));
    assert_true(str_is(setting_text(s, "mail.host"), ""));
}

static void errors_name_line_and_rule(void **state)
{
    (void)state;
    static const struct {
        struct str file;
        const char *field, *text;
    } bad[] = {
        {STR_INIT("\n[store]\ncache_mb = 0\n"), "store.cache_mb",
         "akta.conf, line 3: store.cache_mb must be a whole number from 1 to 4096"},
        {STR_INIT("[store]\ncache_mb = 4097\n"), "store.cache_mb",
         "akta.conf, line 2: store.cache_mb must be a whole number from 1 to 4096"},
        {STR_INIT("[store]\ncache_mb = 64 MB\n"), "store.cache_mb",
         "akta.conf, line 2: store.cache_mb must be a whole number from 1 to 4096"},
        {STR_INIT("[store]\ncache_mb =\n"), "store.cache_mb",
         "akta.conf, line 2: store.cache_mb must be a whole number from 1 to 4096"},
        {STR_INIT("[store]\nsync = true\n"), "store.sync", "akta.conf, line 2: store.sync must be yes or no"},
        {STR_INIT("name = a\nname = b\n"), "name", "akta.conf, line 2: name was set already in line 1"},
        {STR_INIT("colour = red\n"), "", "akta.conf, line 1: there is no setting colour in section []"},
        {STR_INIT("cache_mb = 5\n"), "", "akta.conf, line 1: there is no setting cache_mb in section []"},
        {STR_INIT("[store]\nname = x\n"), "", "akta.conf, line 2: there is no setting name in section [store]"},
        {STR_INIT("[store]\n\x1B = x\n"), "", "akta.conf, line 2: there is no setting \\x1b in section [store]"},
        {STR_INIT("just words\n"), "", "akta.conf, line 1: expected `name = value`, `[section]` or a comment"},
        {STR_INIT("[store\n"), "", "akta.conf, line 1: a section is written [name] on a line of its own"},
        {STR_INIT("[]\n"), "", "akta.conf, line 1: a section is written [name] on a line of its own"},
        {STR_INIT("= x\n"), "", "akta.conf, line 1: there is no setting  in section []"},
        {STR_INIT("name = thirteen char\n"), "name",
         "akta.conf, line 1: the text is longer than 12 characters; shorten it"},
        {STR_INIT("name = caf\xE9\n"), "name",
         "akta.conf, line 1: the text is not valid UTF-8; save it as UTF-8 and try again"},
        {STR_INIT("name = a\0b\n"), "name", "akta.conf, line 1: the character U+0000 is not allowed; remove it"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct settings *s = NULL;
        struct err e = ERR_INIT;
        assert_false(settings_read(table, COUNT_OF(table), bad[i].file, "akta.conf", &s, &e));
        assert_null(s);
        assert_string_equal(e.text, bad[i].text);
        assert_string_equal(e.field, bad[i].field);
        assert_int_equal(e.code, ERR_INVALID);
    }
}

static void a_wrong_table_is_found_at_once(void **state)
{
    (void)state;
    static const struct setting wrong[] = {{"n", SET_U64, "0", 1, 9, "out of its own range"}};
    struct settings *s = NULL;
    struct err e = ERR_INIT;
    assert_false(settings_read(wrong, 1, STR(""), "akta.conf", &s, &e));
    assert_string_equal(e.text, "standard value of n: n must be a whole number from 1 to 9");
}

static void a_huge_file_is_refused(void **state)
{
    (void)state;
    struct settings *s = NULL;
    struct err e = ERR_INIT;
    char *huge = mem_zalloc(((size_t)1 << 20) + 1);
    assert_false(settings_read(table, 4, (struct str){huge, ((size_t)1 << 20) + 1}, "akta.conf", &s, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    mem_free(huge);
}

static void without_memory(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct settings *s CLEANUP(free_settings) = NULL;
        struct err e = ERR_INIT;
        mem_fault_after(nth);
        done = settings_read(table, COUNT_OF(table), STR("name = Żary\n"), "akta.conf", &s, &e);
        mem_fault_after(0);
        assert_true(done || e.code == ERR_MEMORY);
        assert_true(nth < 20);
    }
}

static jmp_buf ended;

static void end_by_jump(int status)
{
    longjmp(ended, status);
}

static void drop_line(const char *line, size_t n)
{
    (void)line;
    (void)n;
}

static void asking_for_an_unknown_name_stops(void **state)
{
    (void)state;
    struct settings *s CLEANUP(free_settings) = NULL;
    struct err e = ERR_INIT;
    assert_true(settings_read(table, COUNT_OF(table), STR(""), "akta.conf", &s, &e));
    fail_stop_hook(end_by_jump);
    log_sink(drop_line);
    int status = setjmp(ended);
    if (status == 0) {
        setting_u64(s, "store.cache");
    }
    fail_stop_hook(NULL);
    log_sink(NULL);
    assert_int_equal(status, 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_stands_there),          cmocka_unit_test(what_is_not_set_is_standard),
        cmocka_unit_test(errors_name_line_and_rule),        cmocka_unit_test(a_wrong_table_is_found_at_once),
        cmocka_unit_test(a_huge_file_is_refused),           cmocka_unit_test(without_memory),
        cmocka_unit_test(asking_for_an_unknown_name_stops),
    };
    return cmocka_run_group_tests_name("base_settings", tests, NULL, NULL);
}
