/* Errors: what a caller reads in them. */
#include "testing.h"

#include <errno.h>

static void sets_code_text_and_field(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_false(err_field(&e, ERR_INVALID, "title", "the title has %d characters", 700));
    assert_int_equal(e.code, ERR_INVALID);
    assert_string_equal(e.field, "title");
    assert_string_equal(e.text, "the title has 700 characters");
    assert_false(err_set(&e, ERR_BUSY, "try again"));
    assert_int_equal(e.code, ERR_BUSY);
    assert_string_equal(e.field, "");
}

static void argument_may_be_the_error_itself(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    err_field(&e, ERR_CORRUPT, "row", "tag 7 is unknown");
    err_field(&e, ERR_CORRUPT, e.field, "row 3: %s", e.text);
    assert_string_equal(e.text, "row 3: tag 7 is unknown");
    assert_string_equal(e.field, "row");
}

static void wrap_keeps_code_and_field(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    err_field(&e, ERR_TOO_BIG, "file", "too long");
    assert_false(err_wrap(&e, "line %d", 12));
    assert_string_equal(e.text, "line 12: too long");
    assert_int_equal(e.code, ERR_TOO_BIG);
    assert_string_equal(e.field, "file");
}

static void errno_tells_full_from_broken(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_false(err_errno(&e, ENOSPC, "writing %s", "x"));
    assert_int_equal(e.code, ERR_FULL);
    assert_string_equal(e.text, "writing x: No space left on device");
    err_errno(&e, EDQUOT, "writing");
    assert_int_equal(e.code, ERR_FULL);
    err_errno(&e, EIO, "reading");
    assert_int_equal(e.code, ERR_IO);
    err_errno(&e, 99999, "reading");
    assert_string_equal(e.text, "reading: unknown system error");
}

/* Two-byte letters at every offset: the cut must never leave half of one. */
static void long_text_is_cut_at_a_character(void **state)
{
    (void)state;
    char many[1200];
    for (size_t shift = 0; shift < 4; shift++) {
        size_t n = 0;
        for (; n < shift; n++) {
            many[n] = 'x';
        }
        for (int k = 0; n + 9 < sizeof many; k++) {
            static const char *const letters[] = {"ł", "€", "\xF0\x9F\x93\x81"};
            struct str letter = str_of(letters[k % 3]);
            memcpy(many + n, letter.p, letter.n);
            n += letter.n;
        }
        many[n] = '\0';
        struct err e = ERR_INIT;
        err_set(&e, ERR_INVALID, "%s", many);
        assert_true(utf8_valid(str_of(e.text)));
        assert_true(strlen(e.text) > sizeof e.text - 5);
        err_wrap(&e, "%s", many);
        assert_true(utf8_valid(str_of(e.text)));
        err_wrap(&e, "a");
        assert_true(utf8_valid(str_of(e.text)));
    }
}

static void a_text_that_just_fits_is_not_cut(void **state)
{
    (void)state;
    char exact[512];
    memset(exact, 'a', sizeof exact);
    exact[509] = '\xC5';
    exact[510] = '\x82';
    exact[511] = '\0';
    struct err e = ERR_INIT;
    err_set(&e, ERR_INVALID, "%s", exact);
    assert_string_equal(e.text, exact);
}

static void names_are_stable_and_distinct(void **state)
{
    (void)state;
    for (int a = ERR_NONE; a <= ERR_UNSUPPORTED; a++) {
        for (int b = ERR_NONE; b < a; b++) {
            assert_string_not_equal(err_name((enum err_code)a), err_name((enum err_code)b));
        }
    }
    assert_string_equal(err_name(ERR_NOT_FOUND), "not-found");
    assert_string_equal(err_name((enum err_code)200), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_code_text_and_field),        cmocka_unit_test(argument_may_be_the_error_itself),
        cmocka_unit_test(wrap_keeps_code_and_field),       cmocka_unit_test(errno_tells_full_from_broken),
        cmocka_unit_test(long_text_is_cut_at_a_character), cmocka_unit_test(a_text_that_just_fits_is_not_cut),
        cmocka_unit_test(names_are_stable_and_distinct),
    };
    return cmocka_run_group_tests_name("base_err", tests, NULL, NULL);
}
