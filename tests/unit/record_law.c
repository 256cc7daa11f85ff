/* The law that ships: the whole plan and its rules, categories and facts as text, and the dates of the documents that a
 * clerk would file on the first day. */
#include "law_shipped.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count_status(enum class_status s)
{
    size_t n = 0;
    for (size_t i = 0; i < shipped_plan.count; i++) {
        n += shipped_plan.rows[i].v.status == s;
    }
    return n;
}

static void the_whole_plan(void **state)
{
    (void)state;
    assert_int_equal(shipped_plan.count, 1154);
    assert_int_equal(count_status(CLASS_HEADING), 231);
    assert_int_equal(count_status(CLASS_UNREAD), 105);
    assert_int_equal(count_status(CLASS_READ), 720);
    assert_int_equal(count_status(CLASS_CROSS), 98);
    size_t bstar = 0, a = 0, leaves = 0;
    for (size_t i = 0; i < shipped_plan.count; i++) {
        bstar += str_is(shipped_plan.rows[i].v.category, "B*");
        a += str_is(shipped_plan.rows[i].v.category, "A");
        leaves += shipped_plan.rows[i].v.leaf;
    }
    assert_int_equal(bstar, 5);
    assert_int_equal(a, 256);
    assert_int_equal(leaves, 1154 - 231);
}

/* An end class is one because the plan says so, not because it has four digits. */
static void end_classes_of_any_length(void **state)
{
    (void)state;
    static const char *const ends[] = {"10", "142", "152", "624", "845", "1431"};
    static const char *const headings[] = {"1", "14", "143", "534", "0"};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        assert_true(law_class_of(ends[i])->leaf == 1);
    }
    for (size_t i = 0; i < COUNT_OF(headings); i++) {
        assert_true(law_class_of(headings[i])->leaf == 0);
    }
}

static void expect(const char *symbol, const char *by_hand, const char *closed, const char *facts, const char *category,
                   const char *action, const char *review_from)
{
    struct retention r = law_ask(symbol, by_hand, closed, facts, LANG_EN);
    char text[CATEGORY_TEXT_SIZE], day[DAY_TEXT_SIZE];
    category_text(r.category, text);
    day_text(r.review_from, day);
    if (strcmp(text, category) != 0 || strcmp(day, review_from) != 0 || strcmp(action_name(r.action), action) != 0) {
        fail_msg("%s closed %s %s: %s %s %s instead of %s %s %s (%.*s)", symbol, closed, facts, text,
                 action_name(r.action), day, category, action, review_from, (int)r.sentence.n, r.sentence.p);
    }
    assert_true((r.why.n > 0) == (r.action == ACTION_EXCEPTION));
}

/* The documents of a real office, with class, closing and review day. */
static void documents_of_the_office(void **state)
{
    (void)state;
    expect("1430", "", "2019-06-28", "", "A", "transfer", "2045-01-01");
    expect("0143", "", "2024-07-12", "", "A", "transfer", "2050-01-01");
    expect("0143", "", "2018-06-27", "", "A", "transfer", "2044-01-01");
    expect("0050", "", "2021-10-05", "", "", "exception", "");
    expect("0050", "A", "2021-10-05", "", "A", "transfer", "2047-01-01");
    expect("5343", "", "2021-12-31", "", "B10", "destroy", "2032-01-01");
    expect("1431", "", "2021-01-01", "", "BE5", "appraise", "2027-01-01");
    expect("5345", "", "2020-12-31", "", "B5", "destroy", "2026-01-01");
    expect("5341", "", "1975-06-30", "", "BE50", "appraise", "2026-01-01");
    expect("1610", "Bc", "2025-03-03", "", "Bc", "destroy", "2026-01-01");
}

static void identity_cards(void **state)
{
    (void)state;
    expect("5344", "", "1979-12-31", "issued=1979-12-31", "A", "transfer", "2005-01-01");
    expect("5344", "", "1980-03-01", "issued=1980-01-01", "BE50", "appraise", "2031-01-01");
    expect("5344", "", "2010-12-31", "issued=2010-12-31", "BE50", "appraise", "2061-01-01");
    expect("5344", "", "2015-05-05", "issued=2011-01-01", "B10", "exception", "");
    expect("5344", "", "2015-05-05", "issued=2015-05-04 holder-death=2020-06-30", "B10", "destroy", "2031-01-01");
    expect("5344", "", "2015-05-05", "", "B10", "exception", "");
    expect("5344", "", "2015-05-05", "holder-death=2020-06-30", "B10", "exception", "");
    struct retention r = law_ask("5344", "", "2015-05-05", "issued=2015-05-04", LANG_EN);
    assert_non_null(strstr(r.why.p, "holder-death"));
    r = law_ask("5344", "", "2015-05-05", "", LANG_EN);
    assert_non_null(strstr(r.why.p, "issued"));
}

static void events_and_conditions(void **state)
{
    (void)state;
    expect("253", "", "2018-04-01", "contract-expired=2020-04-01", "B10", "destroy", "2031-01-01");
    expect("253", "", "2018-04-01", "", "B10", "exception", "");
    expect("253", "", "2018-04-01", "contract-expired=2012-04-01", "B10", "destroy",
           "2029-01-01"); /* not before closing */
    expect("6740", "", "2018-04-01", "", "BE10", "exception", "");
    expect("6740", "", "2018-04-01", "object-demolished=2040-05-05", "BE10", "appraise", "2051-01-01");
    expect("7145", "", "2018-04-01", "", "BE10", "appraise", "2029-01-01");
    expect("7145", "", "2018-04-01", "collective-file=2018-04-02", "B5", "destroy", "2024-01-01");
    expect("7044", "", "2018-04-01", "", "A", "transfer", "2044-01-01");
    expect("7123", "", "2018-04-01", "collective-file=2018-04-02", "B5", "destroy", "2024-01-01");
    expect("5353", "", "2018-04-01", "", "B10", "exception", "");
    expect("5353", "", "2018-04-01", "collective-file=2018-04-02", "B10", "destroy", "2029-01-01");
    expect("5011", "", "2018-04-01", "", "B5", "exception", "");
    expect("5011", "", "2018-04-01", "separate-law-checked=2024-01-15", "B5", "destroy", "2024-01-01");
    expect("502", "", "2018-04-01", "", "BE5", "appraise", "2024-01-01");
    expect("2320", "", "2018-04-01", "", "BE10", "appraise", "2029-01-01");
    expect("2320", "", "2018-04-01", "accident-fatal=2018-01-01", "A", "transfer", "2044-01-01");
    expect("0640", "", "2018-04-01", "", "A", "transfer", "2044-01-01");
    expect("3034", "", "2018-04-01", "", "BE5", "appraise", "2024-01-01");
    expect("7330", "", "2018-04-01", "", "A", "transfer", "2044-01-01");
    expect("7330", "", "2018-04-01", "central-register=2018-04-01", "B10", "destroy", "2029-01-01");
    expect("6730", "", "2018-04-01", "decision-final=2019-02-01", "A", "transfer", "2045-01-01");
    expect("5345", "", "2018-12-30", "decision-final=2019-01-14", "B5", "destroy", "2025-01-01");
}

static void no_years_of_its_own(void **state)
{
    (void)state;
    static const char *const classes[] = {"0044", "2124", "2162", "2163", "3053"};
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        expect(classes[i], "", "2018-04-01", "", "B*", "exception", "");
        expect(classes[i], "B6", "2018-04-01", "", "B6", "destroy", "2025-01-01");
    }
    expect("0044", "", "2018-04-01", "separate-law-checked=2024-01-15", "B5", "destroy", "2024-01-01");
    expect("2162", "", "2018-04-01", "separate-law-checked=2024-01-15", "B*", "exception", "");
}

/* No class of the plan lets a file without facts be destroyed before its own years have passed. */
static void every_class_is_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < shipped_plan.count; i++) {
        const struct class_version *v = &shipped_plan.rows[i].v;
        char symbol[16];
        struct err e = ERR_INIT;
        struct category own;
        snprintf(symbol, sizeof symbol, "%.*s", (int)v->symbol.n, v->symbol.p);
        struct retention r = law_ask(symbol, "", "2020-07-01", "", LANG_EN);
        assert_true(category_parse(v->category, &own, &e));
        bool no_years = own.kind == CAT_UNKNOWN || own.kind == CAT_BSTAR;
        if (no_years) {
            assert_int_equal(r.action, ACTION_EXCEPTION);
        } else if (r.action != ACTION_EXCEPTION) {
            int years = own.kind == CAT_A ? 25 : (int)own.years;
            assert_true(day_year(r.review_from) >= 2021 + years);
            assert_true(own.kind != CAT_A || r.action == ACTION_TRANSFER);
            assert_true(own.kind != CAT_BE || r.action != ACTION_DESTROY);
        }
    }
}

static void open_files_never_expire(void **state)
{
    (void)state;
    struct retention r = law_ask("5345", "", "", "", LANG_EN);
    assert_int_equal(r.action, ACTION_NONE);
    assert_true(day_is_none(r.from) && day_is_none(r.until) && day_is_none(r.review_from));
    assert_non_null(strstr(r.sentence.p, "open"));
}

static void sentences_explain(void **state)
{
    (void)state;
    assert_str(
        law_ask("5343", "", "2021-12-31", "", LANG_EN).sentence,
        "The case was closed on 2021-12-31; category B10 is kept for 10 full calendar years, from 2022-01-01 to "
        "2031-12-31. From 2032-01-01 it may be proposed for destruction, with the consent of the State Archive.");
    struct retention r = law_ask("253", "", "2018-04-01", "contract-expired=2020-04-01", LANG_EN);
    assert_non_null(strstr(r.sentence.p, "contract expired"));
    assert_non_null(strstr(r.sentence.p, "Basis: Dz.U. 2011 nr 14 poz. 67"));
    r = law_ask("0050", "", "2021-10-05", "", LANG_EN);
    assert_non_null(strstr(r.why.p, "class 0050"));
    assert_non_null(strstr(r.why.p, "archivist"));
}

/* The catalogue that the programs carry; the runner says where it was built. */
static bool polish_loaded(void)
{
    const char *build = getenv("AKTA_BUILD");
    char path[1000];
    struct err e = ERR_INIT;
    struct bytes mo;
    snprintf(path, sizeof path, "%s/po/pl.mo", build != NULL ? build : "build");
    if (!file_read(AT_FDCWD, path, 4u << 20, law_arena, &mo, &e)) {
        return false;
    }
    assert_true(catalogue_register(LANG_PL, mo.p, mo.n, &e));
    return true;
}

static void sentences_in_polish(void **state)
{
    (void)state;
    if (!polish_loaded()) {
        skip(); /* the programs were not built */
    }
    /* the plural forms and the facts; the rest of the wording belongs to the catalogue */
    static const struct {
        const char *symbol, *by_hand, *closed, *said;
    } cases[] = {
        {"5343", "", "2021-12-31", "B10 przechowuje się 10 pełnych lat kalendarzowych, od 2022-01-01 do 2031-12-31"},
        {"5343", "B2", "2021-12-31", "B2 przechowuje się 2 pełne lata kalendarzowe, od 2022-01-01 do 2023-12-31"},
        {"5343", "B1", "2021-12-31", "B1 przechowuje się 1 pełny rok kalendarzowy, od 2022-01-01 do 2022-12-31"},
        {"5343", "", "2021-12-31", "2032-01-01 akta można zgłosić do brakowania"},
        {"0050", "", "2021-10-05", "klasy 0050"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct retention r = law_ask(cases[i].symbol, cases[i].by_hand, cases[i].closed, "", LANG_PL);
        if (strstr(r.sentence.p, cases[i].said) == NULL) {
            fail_msg("“%s” is not in “%s”", cases[i].said, r.sentence.p);
        }
    }
}

static void categories_as_text(void **state)
{
    (void)state;
    static const char *const good[] = {"A", "B1", "B5", "B100", "BE1", "BE50", "Bc", "B*", ""};
    static const char *const bad[] = {"B",  "BE",  "B0",  "BE0",  "B101", "B05", "a",  "b5",
                                      "BC", "B-5", "B5 ", "BE5x", "C",    "AA",  "B**"};
    struct err e = ERR_INIT;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct category c;
        char text[CATEGORY_TEXT_SIZE];
        assert_true(category_parse(str_of(good[i]), &c, &e));
        category_text(c, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct category c = {CAT_A, 7};
        assert_false(category_parse(str_of(bad[i]), &c, &e));
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.field, "category");
        assert_true(c.kind == CAT_A && c.years == 7);
    }
}

static void facts_as_text(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct facts f;
    struct buf b = BUF_INIT(1000);
    assert_true(facts_parse(STR("issued=1978-05-02  holder-death=2020-02-29"), &f, &e));
    assert_int_equal(f.count, 2);
    assert_true(facts_text(&f, &b, &e));
    assert_str(buf_str(&b), "holder-death=2020-02-29 issued=1978-05-02");
    assert_true(facts_set(&f, STR("issued"), law_day("1979-01-01"), &e));
    assert_int_equal(f.count, 2);
    assert_int_equal(facts_find(&f, "issued")->on.n, law_day("1979-01-01").n);
    assert_true(facts_set(&f, STR("issued"), DAY_NONE, &e));
    assert_null(facts_find(&f, "issued"));
    static const char *const bad[] = {"issued",
                                      "issued=",
                                      "issued=1978-13-01",
                                      "=1978-05-02",
                                      "Issued=1978-05-02",
                                      "closed=1978-05-02",
                                      "a=1978-05-02 a=1978-05-02",
                                      "-a=1978-05-02",
                                      "abcdefghijklmnopqrstuvwxyzabcdef=1978-05-02"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(facts_parse(str_of(bad[i]), &f, &e));
        assert_string_equal(e.field, "fact");
    }
    f.count = 0;
    for (char c = 'a'; c < 'a' + FACTS_MAX; c++) {
        assert_true(facts_set(&f, (struct str){&c, 1}, law_day("2000-01-01"), &e));
    }
    assert_false(facts_set(&f, STR("zz"), law_day("2000-01-01"), &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    buf_free(&b);
}

static void plan_faults_are_named(void **state)
{
    (void)state;
#define HEAD "symbol\ttitle\tcategory\tremarks\tcategory_status\tsource\n"
    static const struct {
        const char *text, *said;
    } bad[] = {
        {"symbol\ttitle\n", "header"},
        {HEAD "0\tZ\t\t\theading\ts\n00\tY\tB5\t\tread\n", "5 columns"},
        {HEAD "0\tZ\t\t\theading\ts\n01\tY\tB5\t\tread\ts\n01\tY\tB5\t\tread\ts\n", "twice"},
        {HEAD "0\tZ\t\t\theading\ts\n012\tY\tB5\t\tread\ts\n", "no class above"},
        {HEAD "0\tZ\tB5\t\tread\ts\n01\tY\tB5\t\tread\ts\n", "below the end class"},
        {HEAD "0\tZ\t\t\theading\ts\n", "no class below"},
        {HEAD "0\tZ\tB5\t\theading\ts\n", "cannot have a category"},
        {HEAD "0\tZ\t\t\tread\ts\n", "no category"},
        {HEAD "0\tZ\tB0\t\tread\ts\n", "no archival category"},
        {HEAD "0\t\tB5\t\tread\ts\n", "no title"},
        {HEAD "x\tZ\tB5\t\tread\ts\n", "symbol"},
        {HEAD "0\tZ\tB5\t\tseen\ts\n", "status"},
        {HEAD, "no class"},
        {"\xff", "UTF-8"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct err e = ERR_INIT;
        struct plan_doc doc;
        assert_false(plan_parse(str_of(bad[i].text), law_day("2011-01-01"), law_arena, &doc, &e));
        if (strstr(e.text, bad[i].said) == NULL) {
            fail_msg("%zu: “%s” does not say “%s”", i, e.text, bad[i].said);
        }
        assert_int_equal(e.code, ERR_INVALID);
    }
    struct err e = ERR_INIT;
    struct plan_doc doc;
    assert_false(plan_parse(str_of(HEAD "0\tZ\t\t\theading\ts\n01\tY\tB77777\t\tread\ts\n"), law_day("2011-01-01"),
                            law_arena, &doc, &e));
    assert_non_null(strstr(e.text, "line 3"));
}

static void rule_faults_are_named(void **state)
{
    (void)state;
#define RULE_HEAD "symbol\twhen\tfact\tfrom\tuntil\tcategory\tcount_from\taction\tarose_from\tarose_until\tbasis\n"
    static const struct {
        const char *text, *said;
    } bad[] = {
        {RULE_HEAD "x\talways\t\t\t\t\tclosed\t\t\t\tb\n", "symbol"},
        {RULE_HEAD "1\tsometimes\ta\t\t\t\tclosed\t\t\t\tb\n", "condition"},
        {RULE_HEAD "1\talways\ta\t\t\t\tclosed\t\t\t\tb\n", "fact"},
        {RULE_HEAD "1\trequired\t\t\t\t\tclosed\t\t\t\tb\n", "fact"},
        {RULE_HEAD "1\trequired\ta\t2000\t\t\tclosed\t\t\t\tb\n", "day"},
        {RULE_HEAD "1\talways\t\t\t\tB\tclosed\t\t\t\tb\n", "category"},
        {RULE_HEAD "1\talways\t\t\t\t\t\t\t\t\tb\n", "counts from"},
        {RULE_HEAD "1\talways\t\t\t\t\tclosed\tburn\t\t\tb\n", "action"},
        {RULE_HEAD "1\talways\t\t\t\tA\tclosed\tdestroy\t\t\tb\n", "destruction"},
        {RULE_HEAD "1\talways\t\t\t\t\tclosed\tdestroy\t\t\tb\n", "destruction"},
        {RULE_HEAD "1\talways\t\t\t\t\tclosed\t\t\t\t\n", "basis"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct err e = ERR_INIT;
        struct rules_doc doc;
        assert_false(rules_parse(str_of(bad[i].text), law_arena, &doc, &e));
        if (strstr(e.text, bad[i].said) == NULL || strstr(e.text, "line 2") == NULL) {
            fail_msg("%zu: “%s” does not say “%s”", i, e.text, bad[i].said);
        }
    }
}

static void days_of_documents(void **state)
{
    (void)state;
    struct day d;
    assert_true(conf_document_day(STR("# x\n# valid-from: 2024-02-29\r\nsymbol\n"), &d));
    assert_int_equal(d.n, law_day("2024-02-29").n);
    assert_false(conf_document_day(STR("symbol\n# valid-from: 2024-02-29\n"), &d));
    assert_false(conf_document_day(STR("# valid-from: 2023-02-29\n"), &d));
    assert_false(conf_document_day(STR("#"), &d));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_plan),          cmocka_unit_test(end_classes_of_any_length),
        cmocka_unit_test(documents_of_the_office), cmocka_unit_test(identity_cards),
        cmocka_unit_test(events_and_conditions),   cmocka_unit_test(no_years_of_its_own),
        cmocka_unit_test(every_class_is_safe),     cmocka_unit_test(open_files_never_expire),
        cmocka_unit_test(sentences_explain),       cmocka_unit_test(sentences_in_polish),
        cmocka_unit_test(categories_as_text),      cmocka_unit_test(facts_as_text),
        cmocka_unit_test(plan_faults_are_named),   cmocka_unit_test(rule_faults_are_named),
        cmocka_unit_test(days_of_documents),
    };
    return cmocka_run_group_tests_name("record_law", tests, law_open, law_close);
}
