/* Retention dates of every closing day from 1900 to 2200 against a reckoning that knows nothing but years, and under
 * random facts and rules: the function is total, and nothing is ever due earlier than it may be. */
#include "testing.h"

#include "chance.h"
#include "record.h"

static struct arena *arena;

static struct retention ask(struct category c, struct day closed, const struct retention_rule *rules, size_t n,
                            const struct facts *facts)
{
    static const struct facts none;
    struct err e = ERR_INIT;
    struct retention r;
    struct retention_question q = {.category = c,
                                   .closed = closed,
                                   .rules = rules,
                                   .rule_count = n,
                                   .facts = facts != NULL ? facts : &none,
                                   .years_a = 25};
    arena_reset(arena);
    if (!retention_compute(&q, LANG_EN, arena, &r, &e)) {
        fail_msg("not total: %s", e.text);
    }
    return r;
}

static void is_day(struct day d, int year, const char *rest)
{
    char text[DAY_TEXT_SIZE], expected[32];
    day_text(d, text);
    snprintf(expected, sizeof expected, "%d-%s", year, rest);
    assert_string_equal(text, expected);
}

static struct day days_from(int year)
{
    struct day d = DAY_NONE;
    assert_true(day_make(year, 1, 1, &d));
    return d;
}

/* All days of three centuries; the category changes from day to day, so that each year meets each kind. */
static void every_closing_day(void **state)
{
    (void)state;
    static const struct category kinds[] = {{CAT_A, 0},   {CAT_B, 1},  {CAT_B, 5},  {CAT_B, 50}, {CAT_BE, 5},
                                            {CAT_BE, 50}, {CAT_BC, 0}, {CAT_B, 10}, {CAT_BE, 99}};
    size_t i = 0;
    for (struct day d = days_from(1900); d.n < days_from(2200).n; d = day_add(d, 1)) {
        struct category c = kinds[i++ % COUNT_OF(kinds)];
        char text[DAY_TEXT_SIZE];
        day_text(d, text);
        int year = 1000 * (text[0] - '0') + 100 * (text[1] - '0') + 10 * (text[2] - '0') + (text[3] - '0');
        int years = c.kind == CAT_A ? 25 : (int)c.years;
        struct retention r = ask(c, d, NULL, 0, NULL);
        enum action action = c.kind == CAT_A ? ACTION_TRANSFER : c.kind == CAT_BE ? ACTION_APPRAISE : ACTION_DESTROY;
        if (year + 1 + years > 2299) {
            assert_int_equal(r.action, ACTION_EXCEPTION);
            continue;
        }
        assert_int_equal(r.action, action);
        is_day(r.from, year + 1, "01-01");
        is_day(r.until, year + years, "12-31");
        is_day(r.review_from, year + 1 + years, "01-01");
        assert_int_equal(r.why.n, 0);
        assert_true(r.sentence.n > 20);
    }
}

static void year_boundary(void **state)
{
    (void)state;
    for (int year = 1900; year < 2200; year++) {
        struct day last, first;
        assert_true(day_make(year, 12, 31, &last) && day_make(year + 1, 1, 1, &first));
        struct category b5 = {CAT_B, 5};
        struct retention x = ask(b5, last, NULL, 0, NULL), y = ask(b5, first, NULL, 0, NULL);
        is_day(x.review_from, year + 6, "01-01");
        is_day(y.review_from, year + 7, "01-01");
    }
}

static struct category any_category(void)
{
    struct category c = {(enum category_kind)chance_below(6), 0};
    if (c.kind == CAT_B || c.kind == CAT_BE) {
        c.years = 1 + (unsigned)chance_below(100);
    }
    return c;
}

static struct day any_day(void)
{
    return day_add(days_from(1850), (int)chance_below(400 * 365));
}

static const char *const names[] = {"issued", "holder-death", "contract-expired", "collective-file"};

static struct facts any_facts(void)
{
    struct facts f = {.count = 0};
    struct err e = ERR_INIT;
    for (size_t i = chance_below(4); i > 0; i--) {
        assert_true(facts_set(&f, str_of(names[chance_below(COUNT_OF(names))]), any_day(), &e));
    }
    return f;
}

static struct retention_rule any_rule(void)
{
    struct retention_rule r = {.when = (enum rule_when)chance_below(3),
                               .when_from = chance_below(2) != 0 ? any_day() : DAY_NONE,
                               .when_until = chance_below(2) != 0 ? any_day() : DAY_NONE};
    static const char *const actions[] = {"", "", "", "appraise", "transfer", "exception"};
    struct category c = any_category();
    if (chance_below(3) != 0) {
        snprintf(r.when_fact, sizeof r.when_fact, "%s", names[chance_below(COUNT_OF(names))]);
    }
    if (chance_below(2) != 0) {
        category_text(c, r.category);
    }
    snprintf(r.count_from, sizeof r.count_from, "%s",
             chance_below(2) != 0 ? "closed" : names[chance_below(COUNT_OF(names))]);
    snprintf(r.action, sizeof r.action, "%s", actions[chance_below(COUNT_OF(actions))]);
    return r;
}

/* Whatever comes: no date in an exception, dates whole and in order otherwise, and nothing is due before the full
 * number of years after the closing has passed. */
static void nothing_is_due_early(void **state)
{
    (void)state;
    for (int round = 0; round < 100000; round++) {
        struct facts facts = any_facts();
        struct retention_rule rules[3] = {any_rule(), any_rule(), any_rule()};
        struct day closed = chance_below(10) == 0 ? DAY_NONE : any_day();
        struct retention r = ask(any_category(), closed, rules, chance_below(4), &facts);
        bool dated = !day_is_none(r.review_from);
        if (day_is_none(closed)) {
            assert_int_equal(r.action, ACTION_NONE);
            assert_false(dated);
            continue;
        }
        assert_int_not_equal(r.action, ACTION_NONE);
        assert_true(dated == (r.action != ACTION_EXCEPTION));
        assert_true(dated == (r.why.n == 0));
        assert_true(dated == !day_is_none(r.from) && dated == !day_is_none(r.until));
        if (dated) {
            unsigned years = r.category.kind == CAT_A ? 25 : r.category.years;
            assert_true(r.from.n > closed.n && r.until.n == r.review_from.n - 1);
            assert_true(day_year(r.review_from) - day_year(r.from) == (int)years);
            assert_true(day_year(r.review_from) - day_year(closed) >= (int)years + 1);
            assert_true(r.category.kind != CAT_UNKNOWN && r.category.kind != CAT_BSTAR);
        }
    }
}

/* Without memory the function fails and says so; it never gives half an answer. */
static void no_memory(void **state)
{
    (void)state;
    static const struct facts none;
    struct retention_question q = {.category = {CAT_B, 5}, .closed = days_from(2020), .facts = &none};
    for (size_t ceiling = 1; ceiling < 400; ceiling += 13) {
        struct arena *small = arena_new(ceiling);
        struct err e = ERR_INIT;
        struct retention r;
        if (small != NULL && !retention_compute(&q, LANG_EN, small, &r, &e)) {
            assert_int_equal(e.code, ERR_MEMORY);
        }
        arena_free(&small);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_closing_day),
        cmocka_unit_test(year_boundary),
        cmocka_unit_test(nothing_is_due_early),
        cmocka_unit_test(no_memory),
    };
    chance_start("record_retention");
    arena = arena_new(1u << 20);
    int rc = cmocka_run_group_tests_name("record_retention", tests, NULL, NULL);
    arena_free(&arena);
    return rc;
}
