/* Published documents in the record room: names, versions, and a doctor who sees a text that was changed, a version
 * that is gone, and one that the log does not know. */
#include "archive_case.h"

#include "archive/record/law.h"

static struct conf_publication card(struct case_world *w, const char *name, const char *text, const char *from)
{
    return (struct conf_publication){.kind = CONF_CARD,
                                     .name = arena_str(w->ar, str_of(name)),
                                     .text = arena_str(w->ar, str_of(text)),
                                     .valid_from = case_day(from)};
}

static void must_take(struct case_world *w, const char *name, const char *text, const char *from, uint64_t expected)
{
    struct err e = ERR_INIT;
    struct conf_publication d = card(w, name, text, from);
    uint64_t changed;
    if (!conf_publish(w->a, &d, 1, NULL, &changed, &e)) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(changed, expected);
}

struct seen {
    size_t count;
    char names[8][40];
    uint32_t sequences[8];
};

static bool see(const struct conf_version *v, void *ctx, struct err *e)
{
    struct seen *s = ctx;
    (void)e;
    if (s->count < 8) {
        snprintf(s->names[s->count], sizeof s->names[0], "%.*s", (int)v->name.n, v->name.p);
        s->sequences[s->count] = v->sequence;
    }
    s->count++;
    return true;
}

struct walk {
    struct str name;
    struct seen seen;
};

static bool walk_fn(struct txn *t, void *ctx, struct err *e)
{
    struct walk *w = ctx;
    w->seen.count = 0;
    return conf_versions(t, CONF_CARD, w->name, see, &w->seen, e);
}

static struct seen walk(struct case_world *w, const char *name)
{
    struct walk k = {.name = str_of(name)};
    struct err e = ERR_INIT;
    assert_true(store_read(archive_store(w->a), walk_fn, &k, &e));
    return k.seen;
}

static void names_do_not_mix(void **state)
{
    struct case_world w;
    (void)state;
    case_open(&w, "2026-11-21");
    must_take(&w, "a", "jeden", "2026-01-01", 1);
    must_take(&w, "a-b", "dwa", "2026-01-01", 1);
    must_take(&w, "a", "trzy", "2026-01-01", 1);
    struct seen s = walk(&w, "a");
    assert_int_equal(s.count, 2);
    assert_int_equal(s.sequences[1], 2);
    s = walk(&w, NULL);
    assert_int_equal(s.count, 3);
    assert_string_equal(s.names[0], "a");
    assert_string_equal(s.names[2], "a-b");
    case_close(&w);
}

static void a_return_to_an_older_text_is_a_version(void **state)
{
    struct case_world w;
    (void)state;
    case_open(&w, "2026-11-21");
    uint64_t generation = conf_generation(w.a);
    must_take(&w, "a", "jeden", "2026-01-01", 1);
    must_take(&w, "a", "dwa", "2026-01-01", 1);
    must_take(&w, "a", "jeden", "2026-01-01", 1);
    must_take(&w, "a", "jeden", "2026-02-01", 0); /* the text in force, once more */
    assert_int_equal(walk(&w, "a").count, 3);
    assert_true(conf_generation(w.a) > generation);
    case_close(&w);
}

static void bad_names_and_texts(void **state)
{
    struct case_world w;
    char long_name[120];
    (void)state;
    case_open(&w, "2026-11-21");
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    const char *const names[] = {"", "Wielka", "z/ukosem", "ze spacją", long_name};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct err e = ERR_INIT;
        struct conf_publication d = card(&w, names[i], "treść", "2026-01-01");
        assert_false(conf_publish(w.a, &d, 1, NULL, NULL, &e));
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.field, "name");
    }
    const char *const texts[] = {"", "\xff\xfe"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct err e = ERR_INIT;
        struct conf_publication d = card(&w, "a", texts[i], "2026-01-01");
        assert_false(conf_publish(w.a, &d, 1, NULL, NULL, &e));
        assert_string_equal(e.field, "text");
    }
    struct err e = ERR_INIT;
    struct conf_publication plan = {.kind = CONF_PLAN, .name = STR("a"), .text = STR("x"), .valid_from = {20000}};
    assert_false(conf_publish(w.a, &plan, 1, NULL, NULL, &e));
    assert_string_equal(e.field, "kind");
    assert_int_equal(walk(&w, NULL).count, 0);
    case_close(&w);
}

struct lines {
    char text[2000];
};

static bool add_line(void *ctx, struct str line, struct err *e)
{
    struct lines *l = ctx;
    size_t n = strlen(l->text);
    (void)e;
    snprintf(l->text + n, sizeof l->text - n, "%.*s\n", (int)line.n, line.p);
    return true;
}

static void a_diff_shows_lines_and_headings(void **state)
{
    struct case_world w;
    struct lines l = {""};
    struct err e = ERR_INIT;
    (void)state;
    case_open(&w, "2026-11-21");
    must_take(&w, "a", "slug: a\n---\n## Opłaty\n17 zł\n", "2026-01-01", 1);
    struct conf_publication d = card(&w, "a", "slug: a\n---\n## Koszty\n31 zł\n", "2026-02-01");
    assert_true(conf_publish_diff(w.a, &d, add_line, &l, &e));
    assert_string_equal(l.text, "- ## Opłaty\n- 17 zł\n+ ## Koszty\n+ 31 zł\n");
    assert_int_equal(walk(&w, "a").count, 1);
    case_close(&w);
}

/* ---------------------------------------------------------------- the doctor */

struct damage {
    struct row_key key;
    struct str text; /* n 0: the row goes */
};

static bool damage_fn(struct txn *t, void *ctx, struct err *e)
{
    struct damage *d = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct bytes val;
    struct conf_row row;
    struct buf out CLEANUP(buf_free) = BUF_INIT(1u << 20);
    if (d->text.n == 0) {
        return store_delete(t, T_CONF, rk_bytes(&d->key), e);
    }
    if (!store_get(t, T_CONF, rk_bytes(&d->key), ar, &val, e) ||
        !row_decode(&conf_row_kind, val, NULL, NULL, ar, &row, e)) {
        return false;
    }
    row.text = bytes_of(d->text);
    return row_encode(&conf_row_kind, &row, NULL, NULL, &out, e) &&
           store_put(t, T_CONF, rk_bytes(&d->key), buf_bytes(&out), e);
}

static void do_damage(struct case_world *w, uint8_t sequence, const char *text)
{
    struct err e = ERR_INIT;
    struct damage d = {.text = str_of(text)};
    d.key = rk_text(rk_text(ROW_KEY_EMPTY, STR("card")), STR("a"));
    d.key = rk_u8(rk_u8(rk_u8(rk_u8(d.key, 0), 0), 0), sequence);
    if (!store_write(archive_store(w->a), damage_fn, &d, &e)) {
        fail_msg("%s", e.text);
    }
}

struct findings {
    size_t count;
    char first[300];
};

static void find(void *ctx, const char *place, const char *wrong, const char *mend)
{
    struct findings *f = ctx;
    (void)place, (void)mend;
    if (f->count++ == 0) {
        snprintf(f->first, sizeof f->first, "%s", wrong);
    }
}

static void expect_finding(struct case_world *w, const char *wrong)
{
    struct findings f = {.count = 0};
    struct err e = ERR_INIT;
    uint64_t checked;
    assert_true(archive_doctor(w->a, false, find, &f, &checked, &e));
    if (wrong == NULL ? f.count > 0 : strstr(f.first, wrong) == NULL) {
        fail_msg("%zu findings, first: %s", f.count, f.first);
    }
}

static void the_doctor_sees_a_changed_text(void **state)
{
    struct case_world w;
    (void)state;
    case_open(&w, "2026-11-21");
    must_take(&w, "a", "jeden", "2026-01-01", 1);
    expect_finding(&w, NULL);
    do_damage(&w, 1, "podmieniony");
    expect_finding(&w, "the text of version 1 of card a is not the one that was imported");
    case_close(&w);
}

static void the_doctor_misses_a_version(void **state)
{
    struct case_world w;
    (void)state;
    case_open(&w, "2026-11-21");
    must_take(&w, "a", "jeden", "2026-01-01", 1);
    must_take(&w, "a", "dwa", "2026-02-01", 1);
    do_damage(&w, 1, "");
    expect_finding(&w, "version 1 of card a is missing");
    case_close(&w);
}

/* A row that was lost does not give its number to another text: the log knows it. */
static void a_lost_number_is_not_given_again(void **state)
{
    struct case_world w;
    (void)state;
    case_open(&w, "2026-11-21");
    must_take(&w, "a", "jeden", "2026-01-01", 1);
    must_take(&w, "a", "dwa", "2026-02-01", 1);
    do_damage(&w, 2, "");
    must_take(&w, "a", "trzy", "2026-02-01", 1);
    struct seen s = walk(&w, "a");
    assert_int_equal(s.count, 2);
    assert_int_equal(s.sequences[1], 3);
    case_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_do_not_mix),
        cmocka_unit_test(a_return_to_an_older_text_is_a_version),
        cmocka_unit_test(bad_names_and_texts),
        cmocka_unit_test(a_diff_shows_lines_and_headings),
        cmocka_unit_test(the_doctor_sees_a_changed_text),
        cmocka_unit_test(the_doctor_misses_a_version),
        cmocka_unit_test(a_lost_number_is_not_given_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
