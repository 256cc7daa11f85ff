/* The plan in an archive: finding classes, confirming one that could not be read, changing plan and rules with a look
 * first, and files that follow, also after a crash in the middle. */
#include "archive_case.h"

#include "archive/record/law.h"

#include <string.h>

static struct case_world w;

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

/* ---------------------------------------------------------------- finding */

struct found {
    size_t count;
    char symbols[2000];
};

static bool see_class(const struct class_version *c, void *ctx, struct err *e)
{
    struct found *f = ctx;
    (void)e;
    size_t used = strlen(f->symbols);
    if (used + c->symbol.n + 2 < sizeof f->symbols) {
        snprintf(f->symbols + used, sizeof f->symbols - used, "%.*s ", (int)c->symbol.n, c->symbol.p);
    }
    f->count++;
    return true;
}

static struct found search(const char *words)
{
    struct found f = {.count = 0};
    struct err e = ERR_INIT;
    if (!class_search(w.a, str_of(words), case_day("2026-11-21"), see_class, &f, &e)) {
        fail_msg("%s", e.text);
    }
    return f;
}

static void classes_are_found_by_words(void **state)
{
    (void)state;
    assert_int_equal(search("").count, 1154);
    assert_non_null(strstr(search("informacj publicznej").symbols, "1431 "));
    assert_string_equal(search("dowodow osobistych obsluga").symbols, "5344 ");
    assert_string_equal(search("5344").symbols, "5344 ");
    assert_int_equal(search("zz nie ma").count, 0);
    assert_string_equal(search("534").symbols, "534 5340 5341 5342 5343 5344 5345 ");
    assert_string_equal(search("„kolegium”").symbols, search("kolegium").symbols);
}

struct get_ctx {
    const char *symbol, *on;
    struct class_version c;
};

static bool get_fn(struct txn *t, void *ctx, struct err *e)
{
    struct get_ctx *g = ctx;
    return class_get(t, str_of(g->symbol), case_day(g->on), w.ar, &g->c, e);
}

static bool get(const char *symbol, const char *on, struct class_version *out, struct err *e)
{
    struct get_ctx g = {.symbol = symbol, .on = on};
    bool ok = store_read(archive_store(w.a), get_fn, &g, e);
    *out = g.c;
    return ok;
}

static void classes_are_found_by_symbol(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct class_version c;
    assert_true(get("1431", "2026-11-21", &c, &e));
    assert_str(c.category, "BE5");
    assert_true(get("1431", "1975-01-01", &c, &e)); /* older records come under the oldest plan */
    assert_false(get("5346", "2026-11-21", &c, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, "534 Sprawy obywatelskie"));
    assert_false(get("15100", "2026-11-21", &c, &e));
    assert_non_null(strstr(e.text, "1510"));
    assert_false(get("14a", "2026-11-21", &c, &e));
    assert_int_equal(e.code, ERR_INVALID);
}

static bool proposal_fn(struct txn *t, void *ctx, struct err *e)
{
    struct class_proposal *p = ctx;
    return proposal_get(t, STR("0050"), w.ar, p, e);
}

static bool no_proposal_fn(struct txn *t, void *ctx, struct err *e)
{
    struct class_proposal *p = ctx;
    return proposal_get(t, STR("1431"), w.ar, p, e);
}

static void a_proposal_is_only_offered(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct class_proposal p;
    struct class_version c;
    assert_true(store_read(archive_store(w.a), proposal_fn, &p, &e));
    assert_str(p.category, "A");
    assert_str(p.confidence, "high");
    assert_non_null(strstr(p.basis.p, "zał. 3 kl. 0025"));
    assert_true(get("0050", "2026-11-21", &c, &e));
    assert_int_equal(c.status, CLASS_UNREAD);
    assert_int_equal(c.category.n, 0);
    assert_false(store_read(archive_store(w.a), no_proposal_fn, &p, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

/* ---------------------------------------------------------------- confirming */

static void is(struct str mark, const char *category, enum action action, const char *review)
{
    struct case_file f = case_get(&w, mark);
    char day[DAY_TEXT_SIZE];
    day_text(f.review_from, day);
    if (!str_is(f.category, category) || f.action != action || strcmp(day, review) != 0) {
        fail_msg("%.*s is %.*s %s %s, not %s %s %s", (int)mark.n, mark.p, (int)f.category.n, f.category.p,
                 action_name((enum action)f.action), day, category, action_name(action), review);
    }
}

/* The order of Żary: an exception until a person read the act, then archival material. */
static void confirmed_by_a_person(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t changed = 0;
    struct actor who = {STR("uid:1000")};
    struct str mark = case_file(&w, "0050", "2021-10-05", "2021-10-05");
    struct str open = case_file(&w, "0050", "2022-10-05", "");
    struct str other = case_file(&w, "0053", "2021-10-05", "2021-10-05");
    is(mark, "", ACTION_EXCEPTION, "");
    assert_true(class_confirm(w.a, STR("0050"), (struct category){CAT_A, 0}, STR("Dz.U. 2011 nr 14 poz. 67, s. 33"),
                              &who, &changed, &e));
    assert_int_equal(changed, 2);
    is(mark, "A", ACTION_TRANSFER, "2047-01-01");
    is(open, "A", ACTION_NONE, "");
    is(other, "", ACTION_EXCEPTION, "");
    struct class_version c;
    assert_true(get("0050", "2026-11-21", &c, &e));
    assert_int_equal(c.status, CLASS_CONFIRMED);
    assert_int_equal(c.events, 1);
    assert_true(case_get(&w, mark).events > 2);
    case_due_proved(&w);
    /* A wrong confirmation can be put right, and that too is an event. */
    assert_true(
        class_confirm(w.a, STR("0050"), (struct category){CAT_BE, 10}, STR("pomyłka; s. 33"), &who, &changed, &e));
    assert_int_equal(changed, 2);
    is(mark, "BE10", ACTION_APPRAISE, "2032-01-01");
    case_due_proved(&w);
}

static void confirmation_has_limits(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t changed = 0;
    struct category a = {CAT_A, 0};
    assert_false(class_confirm(w.a, STR("1431"), a, STR("x"), NULL, &changed, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_false(class_confirm(w.a, STR("143"), a, STR("x"), NULL, &changed, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_false(class_confirm(w.a, STR("5346"), a, STR("x"), NULL, &changed, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(class_confirm(w.a, STR("0050"), a, STR(""), NULL, &changed, &e));
    assert_string_equal(e.field, "basis");
    assert_false(class_confirm(w.a, STR("0050"), (struct category){CAT_BSTAR, 0}, STR("x"), NULL, &changed, &e));
    assert_string_equal(e.field, "category");
}

/* ---------------------------------------------------------------- a new plan */

/* The plan that ships, with lines replaced, dropped (to = NULL) or added (from = NULL). */
struct edit {
    const char *from, *to; /* from: the start of a line, such as "1431\t" */
};

static struct str edited(enum conf_kind k, const struct edit *edits, size_t n)
{
    struct conf_document d;
    struct buf b = BUF_INIT(4u << 20);
    assert_true(conf_builtin(k, &d));
    struct str rest = d.text;
    while (rest.n > 0) {
        const char *lf = memchr(rest.p, '\n', rest.n);
        struct str line = {rest.p, (size_t)(lf - rest.p)};
        bool touched = false;
        for (size_t i = 0; i < n; i++) {
            if (edits[i].from != NULL && str_starts(line, edits[i].from)) {
                touched = true;
                if (edits[i].to != NULL) {
                    buf_fmt(&b, "%s\n", edits[i].to);
                }
            }
        }
        if (!touched) {
            buf_fmt(&b, "%.*s\n", (int)line.n, line.p);
        }
        rest = (struct str){lf + 1, rest.n - line.n - 1};
    }
    for (size_t i = 0; i < n; i++) {
        if (edits[i].from == NULL) {
            buf_fmt(&b, "%s\n", edits[i].to);
        }
    }
    struct str text = arena_str(w.ar, buf_str(&b));
    buf_free(&b);
    assert_non_null(text.p);
    return text;
}

struct lines {
    char text[20000];
    size_t count;
};

static bool see_line(void *ctx, struct str line, struct err *e)
{
    struct lines *l = ctx;
    (void)e;
    size_t used = strlen(l->text);
    snprintf(l->text + used, sizeof l->text - used, "%.*s\n", (int)line.n, line.p);
    l->count++;
    return true;
}

static const struct lines *diff(enum conf_kind k, struct str text, const char *from)
{
    static struct lines l;
    struct err e = ERR_INIT;
    struct conf_document d = {k, text, case_day(from)};
    memset(&l, 0, sizeof l);
    if (!conf_diff(w.a, &d, see_line, &l, &e)) {
        fail_msg("%s", e.text);
    }
    return &l;
}

static bool apply(enum conf_kind k, struct str text, const char *from, uint64_t *changed, struct err *e)
{
    struct conf_document d = {k, text, case_day(from)};
    struct actor who = {STR("uid:1000")};
    return conf_apply(w.a, &d, &who, changed, e);
}

static void has_line(const struct lines *l, const char *line)
{
    if (strstr(l->text, line) == NULL) {
        fail_msg("no “%s” in\n%s", line, l->text);
    }
}

static void a_new_plan_shows_and_applies(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t changed = 0;
    struct str before = case_file(&w, "1431", "2019-06-01", "2020-03-03");
    struct str after = case_file(&w, "1431", "2020-06-01", "2020-07-03");
    struct str gone = case_file(&w, "5345", "2020-06-01", "2020-07-03");
    struct str same = case_file(&w, "5343", "2020-06-01", "2020-07-03");
    static const struct edit edits[] = {
        {"1431\t", "1431\tUdostępnianie informacji publicznej\tB10\t\tread\tzarządzenie 7/2020"},
        {"5345\t", NULL},
        {NULL, "5346\tRejestr żłobków\tBE10\t\tlocal\tzarządzenie 7/2020, uzgodnione z archiwum państwowym"},
    };
    struct str plan = edited(CONF_PLAN, edits, COUNT_OF(edits));
    const struct lines *l = diff(CONF_PLAN, plan, "2020-01-01");
    has_line(l, "+ class 5346 BE10 Rejestr żłobków\n");
    has_line(l, "- class 5345 B5 ");
    has_line(l, "~ class 1431 BE5 -> B10");
    has_line(l, "file OR.1431.1.2020 BE5 appraise 2026-01-01 -> B10 destroy 2031-01-01\n");
    has_line(l, "file OR.5345.1.2020 B5 destroy 2026-01-01 ->  exception -\n");
    has_line(l, "files 2, shown 2\n");
    assert_null(strstr(l->text, "OR.1431.1.2019"));
    assert_null(strstr(l->text, "OR.5343"));
    is(after, "BE5", ACTION_APPRAISE, "2026-01-01"); /* looking changes nothing */
    assert_true(apply(CONF_PLAN, plan, "2020-01-01", &changed, &e));
    assert_int_equal(changed, 3);
    is(before, "BE5", ACTION_APPRAISE, "2026-01-01");
    is(after, "B10", ACTION_DESTROY, "2031-01-01");
    is(gone, "", ACTION_EXCEPTION, "");
    is(same, "B10", ACTION_DESTROY, "2031-01-01");
    case_due_proved(&w);
    struct class_version c;
    assert_true(get("5346", "2020-01-01", &c, &e) && c.status == CLASS_LOCAL);
    assert_false(get("5346", "2019-12-31", &c, &e));
    assert_true(get("5345", "2019-12-31", &c, &e));
    assert_false(get("5345", "2020-01-01", &c, &e));
    assert_true(get("1431", "2019-12-31", &c, &e));
    assert_str(c.category, "BE5");
    assert_int_equal(search("rejestr zlobkow").count, 1);
}

static void versions_do_not_change(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t changed = 99;
    struct conf_document shipped;
    static const struct edit edits[] = {{"1431\t", "1431\tUdostępnianie informacji publicznej\tB10\t\tread\tx"}};
    struct str plan = edited(CONF_PLAN, edits, COUNT_OF(edits));
    assert_true(conf_builtin(CONF_PLAN, &shipped));
    assert_true(apply(CONF_PLAN, shipped.text, "2011-01-01", &changed, &e)); /* the same once more: nothing */
    assert_int_equal(changed, 0);
    assert_false(apply(CONF_PLAN, plan, "2011-01-01", &changed, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_false(apply(CONF_PLAN, plan, "2010-01-01", &changed, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_true(apply(CONF_PLAN, plan, "2027-01-01", &changed, &e));
    assert_int_equal(changed, 1);
    struct class_version c;
    assert_true(get("1431", "2026-12-31", &c, &e));
    assert_str(c.category, "BE5");
    assert_true(get("1431", "2027-01-01", &c, &e));
    assert_str(c.category, "B10");
    assert_false(apply(CONF_PLAN, STR("symbol\n"), "2028-01-01", &changed, &e));
    assert_int_equal(e.code, ERR_INVALID);
    struct conf_document undated = {CONF_PLAN, STR("symbol\ttitle\tcategory\tremarks\tcategory_status\tsource\n"),
                                    DAY_NONE};
    assert_false(conf_apply(w.a, &undated, NULL, &changed, &e));
    assert_string_equal(e.field, "valid-from");
}

static void a_confirmation_outlives_a_new_plan(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t changed = 0;
    static const struct edit edits[] = {{"1431\t", "1431\tUdostępnianie informacji publicznej\tB10\t\tread\tx"}};
    struct str mark = case_file(&w, "0050", "2025-10-05", "2025-10-05");
    assert_true(class_confirm(w.a, STR("0050"), (struct category){CAT_A, 0}, STR("s. 33"), NULL, &changed, &e));
    assert_true(apply(CONF_PLAN, edited(CONF_PLAN, edits, 1), "2024-01-01", &changed, &e));
    assert_int_equal(changed, 1);
    is(mark, "A", ACTION_TRANSFER, "2051-01-01");
}

/* ---------------------------------------------------------------- new rules */

static void new_rules_show_and_apply(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t changed = 0;
    struct str file = case_file(&w, "5345", "2020-06-01", "2020-07-03");
    struct str older = case_file(&w, "5345", "2018-06-01", "2018-07-03");
    static const struct edit edits[] = {
        {NULL, "5345\trequired\tholder-death\t\t\t\tholder-death\t\t\t\tprzepis próbny"},
    };
    struct str rules = edited(CONF_RULES, edits, COUNT_OF(edits));
    const struct lines *l = diff(CONF_RULES, rules, "2019-01-01");
    has_line(l, "+ rule 5345 required holder-death");
    has_line(l, "file OR.5345.1.2020 B5 destroy 2026-01-01 -> B5 exception -\n");
    has_line(l, "files 1, shown 1\n");
    assert_true(apply(CONF_RULES, rules, "2019-01-01", &changed, &e));
    assert_int_equal(changed, 1);
    is(file, "B5", ACTION_EXCEPTION, "");
    is(older, "B5", ACTION_DESTROY, "2024-01-01");
    assert_true(file_set_fact(w.a, file, STR("holder-death"), case_day("2023-05-05"), NULL, &e));
    is(file, "B5", ACTION_DESTROY, "2029-01-01");
    case_due_proved(&w);
}

static void rules_hold_for_files(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct str card = case_file(&w, "5344", "1978-05-01", "1978-06-01");
    is(card, "B10", ACTION_EXCEPTION, "");
    assert_true(file_set_fact(w.a, card, STR("issued"), case_day("1978-05-20"), NULL, &e));
    is(card, "A", ACTION_TRANSFER, "2004-01-01");
    struct str hand = case_file(&w, "3053", "2019-05-01", "2019-06-01");
    is(hand, "B*", ACTION_EXCEPTION, "");
    assert_true(file_set_category(w.a, hand, (struct category){CAT_B, 10}, STR("umowa o dofinansowanie"), NULL, &e));
    is(hand, "B10", ACTION_DESTROY, "2030-01-01");
    struct str insured = case_file(&w, "253", "2019-05-01", "2019-06-01");
    assert_true(file_set_category(w.a, insured, (struct category){CAT_B, 20}, STR("decyzja"), NULL, &e));
    is(insured, "B20", ACTION_EXCEPTION, ""); /* it still counts from the end of the contract */
    case_due_proved(&w);
}

static void free_days_are_stored_as_they_came(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t changed = 0;
    assert_true(apply(CONF_HOLIDAYS, STR("# valid-from: 2011-01-01\nday\n01-01\n01-06\n"), "", &changed, &e));
    assert_int_equal(changed, 3);
    const struct lines *l = diff(CONF_HOLIDAYS, STR("day\n01-01\n12-24\n"), "2025-01-01");
    assert_string_equal(l->text, "- 01-06\n+ 12-24\n");
}

/* ---------------------------------------------------------------- a crash in the middle */

static void a_recomputation_survives_a_crash(void **state)
{
    (void)state;
    enum { FILES = 23, CHUNK = 5 };
    struct err e = ERR_INIT;
    struct str marks[FILES];
    uint64_t changed = 0;
    bool left = true;
    for (size_t i = 0; i < FILES; i++) {
        marks[i] = case_file(&w, "0050", "2021-10-05", "2021-10-05");
    }
    /* The change of law and its job, as class_confirm writes them, but nobody works the job off. */
    static const struct edit edits[] = {{"0050\t", "0050\tZbiór zarządzeń\tA\t\tread\tx"}};
    struct conf_document d = {CONF_PLAN, edited(CONF_PLAN, edits, 1), case_day("2020-01-01")};
    assert_true(conf_apply_without_files(w.a, &d, NULL, &changed, &e));
    assert_true(job_step(w.a, CHUNK, &changed, &left, &e));
    assert_true(left);
    assert_int_equal(changed, CHUNK);
    size_t done = 0;
    for (size_t i = 0; i < FILES; i++) {
        struct case_file f = case_get(&w, marks[i]);
        done += f.action == ACTION_TRANSFER;
        assert_true(f.action == ACTION_TRANSFER || f.action == ACTION_EXCEPTION);
    }
    assert_int_equal(done, CHUNK);
    case_due_proved(&w);
    assert_true(job_step(w.a, CHUNK, &changed, &left, &e) && left && changed == CHUNK);
    case_reopen(&w); /* the next start finishes it */
    for (size_t i = 0; i < FILES; i++) {
        is(marks[i], "A", ACTION_TRANSFER, "2047-01-01");
        assert_int_equal(case_get(&w, marks[i]).events, 3); /* opened, closed, recomputed once */
    }
    assert_true(job_step(w.a, CHUNK, &changed, &left, &e));
    assert_false(left);
    case_due_proved(&w);
}

static bool spoil_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct id *id = ctx;
    return store_put(t, T_FILE, id_bytes(id), bytes_of(STR("spoiled")), e);
}

static void quiet(const char *line, size_t n)
{
    (void)line;
    (void)n;
}

/* One damaged file keeps neither the others nor the archive from going on. */
static void a_damaged_file_is_passed_over(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t changed = 0;
    struct str marks[3];
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        marks[i] = case_file(&w, "0050", "2021-10-05", "2021-10-05");
    }
    struct id id = case_get(&w, marks[1]).id;
    log_sink(quiet);
    assert_true(store_write(archive_store(w.a), spoil_fn, &id, &e));
    assert_true(class_confirm(w.a, STR("0050"), (struct category){CAT_A, 0}, STR("s. 33"), NULL, &changed, &e));
    log_sink(NULL);
    assert_int_equal(changed, 2);
    is(marks[0], "A", ACTION_TRANSFER, "2047-01-01");
    is(marks[2], "A", ACTION_TRANSFER, "2047-01-01");
}

int main(void)
{
#define WITH_ARCHIVE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    static const struct CMUnitTest tests[] = {
        WITH_ARCHIVE(classes_are_found_by_words),
        WITH_ARCHIVE(classes_are_found_by_symbol),
        WITH_ARCHIVE(a_proposal_is_only_offered),
        WITH_ARCHIVE(confirmed_by_a_person),
        WITH_ARCHIVE(confirmation_has_limits),
        WITH_ARCHIVE(a_new_plan_shows_and_applies),
        WITH_ARCHIVE(versions_do_not_change),
        WITH_ARCHIVE(a_confirmation_outlives_a_new_plan),
        WITH_ARCHIVE(new_rules_show_and_apply),
        WITH_ARCHIVE(rules_hold_for_files),
        WITH_ARCHIVE(free_days_are_stored_as_they_came),
        WITH_ARCHIVE(a_recomputation_survives_a_crash),
        WITH_ARCHIVE(a_damaged_file_is_passed_over),
    };
    return cmocka_run_group_tests_name("record_plan", tests, NULL, NULL);
}
