/* The parser, the table behind it, and the suggestions. */
#include "testing.h"

#include "archive/command/command_internal.h"

#include <string.h>

struct line {
    struct arena *ar;
    struct parsed p;
    struct err e;
    bool ok;
};

#define PARSE(l, ...) parse(l, (const char *const[]){__VA_ARGS__, NULL})

static void parse(struct line *l, const char *const *words)
{
    int n = 0;
    while (words[n] != NULL) {
        n++;
    }
    arena_reset(l->ar);
    l->e = ERR_INIT;
    l->ok = parse_command(n, words, l->ar, &l->p, &l->e);
}

static int begin(void **state)
{
    static struct line l;
    l.ar = arena_new(1u << 20);
    *state = &l;
    return l.ar == NULL;
}

static int end(void **state)
{
    struct line *l = *state;
    arena_free(&l->ar);
    return 0;
}

static void forms(void **state)
{
    struct line *l = *state;
    PARSE(l, "queue", "--on", "2026-11-21", "--limit=50");
    assert_true(l->ok);
    assert_string_equal(l->p.row->name, "queue");
    assert_int_equal(parsed_number(&l->p, "limit", 0), 50);
    assert_int_equal(day_year(parsed_day(&l->p, "on")), 2026);
    assert_true(day_is_none(parsed_day(&l->p, "none")));
    PARSE(l, "get", "abc", "-o", "x");
    assert_true(l->ok);
    assert_str(parsed_text(&l->p, "output"), "x");
    PARSE(l, "get", "-oxyz", "abc");
    assert_true(l->ok);
    assert_str(parsed_text(&l->p, "output"), "xyz");
    assert_str(l->p.args[0].text, "abc");
    PARSE(l, "class", "--", "--strange", "-x");
    assert_true(l->ok);
    assert_int_equal(l->p.arg_count, 2);
    assert_str(l->p.args[0].text, "--strange");
    PARSE(l, "hold", "place", "WA.1431.1.2026", "--reason", "--until", "--mandate", "m", "--until", "2027-01-01");
    assert_true(l->ok);
    assert_str(parsed_text(&l->p, "reason"),
               "--until"); /* what follows an option is its value, whatever it looks like */
    PARSE(l, "ingest", "--file", "M", "-");
    assert_true(l->ok);
    assert_str(l->p.args[0].text, "-");
    PARSE(l, "retain", "--category", "", "--closed", "2020-01-01");
    assert_true(l->ok);
    assert_int_equal(parsed_text(&l->p, "category").n, 0);
    PARSE(l, "queue", "--json", "--help");
    assert_true(l->ok && l->p.json && l->p.help);
    PARSE(l, "file", "close", "--help"); /* help needs nothing else */
    assert_true(l->ok && l->p.help);
}

static void refused(void **state)
{
    struct line *l = *state;
    static const char *const lines[][8] = {
        {"queue", "--limit"},
        {"queue", "--limit", "0"},
        {"queue", "--limit", "100000001"},
        {"queue", "--limit", "+1"},
        {"queue", "--limit", " 1"},
        {"queue", "--limit", ""},
        {"queue", "--limit", "1", "--limit", "1"},
        {"queue", "--held=yes"},
        {"queue", "--on", "2026-13-01"},
        {"queue", "--on", "1799-12-31"},
        {"queue", "--on", "2300-01-01"},
        {"queue", "--o", "2026-11-21"}, /* no abbreviations: a later option would change their meaning */
        {"queue", "-o", "x"},
        {"queue", "--", "x"},
        {"queue", "x"},
        {"get"},
        {"get", "a", "b"},
        {"get", "a", "--output", ""},
        {"file"},
        {"file", "open", "--unit", "WA"},
        {"term", "2026-01-01"},
        {"term", "2026-01-01", "--days", "1", "--months", "1"},
        {"class", "\xff"},
        {"file", "show", "\xc0\x80"},
        {""},
        {"queue "},
        {"QUEUE"},
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        parse(l, lines[i]);
        assert_false(l->ok);
        assert_true(l->e.code == ERR_INVALID || l->e.code == ERR_TOO_BIG);
        assert_true(l->e.text[0] != '\0');
    }
}

static void dates_are_explained(void **state)
{
    struct line *l = *state;
    PARSE(l, "queue", "--on", "2026-04-31");
    assert_non_null(strstr(l->e.text, "30 days"));
    PARSE(l, "queue", "--on", "2026-02-29");
    assert_non_null(strstr(l->e.text, "28 days"));
    PARSE(l, "queue", "--on", "2026-00-01");
    assert_non_null(strstr(l->e.text, "12 months"));
    PARSE(l, "queue", "--on", "21.11.2026");
    assert_non_null(strstr(l->e.text, "2026-11-21"));
    PARSE(l, "queue", "--on", "2299-12-32");
    assert_false(l->ok);
}

/* Every row can be explained and parsed: a slip in the table shows here and not to a clerk. */
static void table_sound(void **state)
{
    (void)state;
    struct command_cursor at = {0, 0};
    size_t rows = 0;
    for (const struct command_row *row = command_next(&at); row != NULL; row = command_next(&at), rows++) {
        assert_non_null(row->run);
        assert_true(row->summary != NULL && row->examples[0] != NULL);
        assert_ptr_equal(command_by_name(str_of(row->name)), row);
        for (size_t i = 0; i < COMMAND_OPTIONS && row->options[i].name != NULL; i++) {
            const struct option_row *o = &row->options[i];
            assert_non_null(o->what);
            assert_true((o->type == VALUE_NONE) == (o->value == NULL));
            assert_true(o->type != VALUE_NUMBER || o->max > o->min);
            for (size_t k = 0; k < i; k++) {
                assert_string_not_equal(o->name, row->options[k].name);
                assert_true(o->letter == 0 || o->letter != row->options[k].letter);
            }
            for (size_t k = 0; global_options[k].name != NULL; k++) {
                assert_string_not_equal(o->name, global_options[k].name);
                assert_true(o->letter == 0 || o->letter != global_options[k].letter);
            }
        }
        for (size_t i = 0; i + 1 < COMMAND_ARGUMENTS && row->arguments[i].name != NULL; i++) {
            bool last = row->arguments[i + 1].name == NULL;
            assert_true(last || (row->arguments[i].min == row->arguments[i].max)); /* only the last may vary */
        }
        struct buf b = BUF_INIT(1u << 16);
        assert_true(help_command(&b, LANG_EN, row) && !b.failed);
        buf_free(&b);
    }
    assert_true(rows > 30);
    struct buf man = BUF_INIT(1u << 20), bash = BUF_INIT(1u << 20);
    help_man(&man, LANG_EN);
    help_completion(&bash);
    assert_true(!man.failed && !bash.failed && man.n > 10000);
    buf_free(&man);
    buf_free(&bash);
}

static void suggestions(void **state)
{
    (void)state;
    static const char *const names[] = {"queue", "file open", "file close", "hold place"};
    assert_string_equal(suggest(STR("quueu"), names, 4), "queue");
    assert_string_equal(suggest(STR("file opne"), names, 4), "file open");
    assert_null(suggest(STR("zzzzzz"), names, 4));
    assert_null(suggest(STR(""), names, 4));
    char longest[200];
    memset(longest, 'x', sizeof longest);
    assert_null(suggest((struct str){longest, sizeof longest}, names, 4));
}

static void globals(void **state)
{
    (void)state;
    struct command_globals g;
    struct err e = ERR_INIT;
    const char *const plain[] = {"akta", "-d", "x", "--json", "queue", "-d", "y"};
    assert_true(command_globals_read(7, plain, &g, &e));
    assert_string_equal(g.dir, "x");
    assert_true(g.json);
    assert_int_equal(g.first, 4);
    const char *const joined[] = {"akta", "--dir=x", "queue"};
    assert_true(command_globals_read(3, joined, &g, &e) && g.first == 2);
    const char *const none[] = {"akta"};
    assert_true(command_globals_read(1, none, &g, &e) && g.first == 1);
    const char *const bad[][3] = {{"akta", "-d", NULL}, {"akta", "--dir=", "queue"}, {"akta", "--loud", "queue"}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int n = bad[i][2] == NULL ? 2 : 3;
        assert_false(command_globals_read(n, bad[i], &g, &e));
        assert_int_equal(e.code, ERR_INVALID);
    }
    enum command_need need;
    const char *const after[] = {"queue", "--json", "-d", "z"};
    g = (struct command_globals){.dir = "x"};
    assert_true(command_need_of(4, after, &g, &need, &e));
    assert_string_equal(g.dir, "z");
    assert_true(g.json && need == NEED_ARCHIVE);
}

static void statuses(void **state)
{
    (void)state;
    static const struct {
        enum err_code code;
        int status;
    } rows[] = {{ERR_NONE, 0},   {ERR_NOT_FOUND, 1}, {ERR_INTERRUPTED, 1}, {ERR_INVALID, 2}, {ERR_TOO_BIG, 2},
                {ERR_DENIED, 3}, {ERR_CONFLICT, 3},  {ERR_STATE, 3},       {ERR_BUSY, 3},    {ERR_UNSUPPORTED, 3},
                {ERR_IO, 4},     {ERR_CORRUPT, 4},   {ERR_FULL, 4},        {ERR_MEMORY, 4}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err e = {.code = rows[i].code};
        assert_int_equal(exit_status_of(&e), rows[i].status);
    }
}

static void without_memory(void **state)
{
    struct line *l = *state;
    const char *const words[] = {"file", "open", "--unit", "WA", "--class", "1431", "--title", "x"};
    for (uint64_t n = 1; n < 50; n++) {
        struct arena *ar = arena_new(1u << 20);
        assert_non_null(ar);
        l->e = ERR_INIT;
        mem_fault_after(n);
        bool ok = parse_command(8, words, ar, &l->p, &l->e);
        mem_fault_after(0);
        arena_free(&ar);
        if (ok) {
            return;
        }
        assert_int_equal(l->e.code, ERR_MEMORY);
    }
    fail_msg("it never succeeded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),       cmocka_unit_test(refused),        cmocka_unit_test(dates_are_explained),
        cmocka_unit_test(table_sound), cmocka_unit_test(suggestions),    cmocka_unit_test(globals),
        cmocka_unit_test(statuses),    cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
