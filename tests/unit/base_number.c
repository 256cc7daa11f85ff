/* Strict numbers and encodings. */
#include "testing.h"

static void numbers_have_one_spelling(void **state)
{
    (void)state;
    uint64_t v = 77;
    static const struct str bad[] = {
        STR_INIT(""),
        STR_INIT(" 1"),
        STR_INIT("1 "),
        STR_INIT("+1"),
        STR_INIT("-1"),
        STR_INIT("01"),
        STR_INIT("00"),
        STR_INIT("0x1"),
        STR_INIT("1.0"),
        STR_INIT("1e3"),
        STR_INIT("1\0"),
        STR_INIT("\xD9\xA1"),
        STR_INIT("18446744073709551616"),
        STR_INIT("99999999999999999999"),
        STR_INIT("100000000000000000000"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(parse_u64(bad[i], 0, UINT64_MAX, &v));
    }
    assert_int_equal(v, 77);
    assert_true(parse_u64(STR("0"), 0, 9, &v));
    assert_int_equal(v, 0);
    assert_true(parse_u64(STR("18446744073709551615"), 0, UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
}

static void numbers_keep_their_range(void **state)
{
    (void)state;
    uint64_t v = 0;
    int64_t s = 0;
    assert_false(parse_u64(STR("4"), 5, 9, &v));
    assert_true(parse_u64(STR("5"), 5, 9, &v));
    assert_true(parse_u64(STR("9"), 5, 9, &v));
    assert_false(parse_u64(STR("10"), 5, 9, &v));
    assert_false(parse_i64(STR("-6"), -5, 9, &s));
    assert_true(parse_i64(STR("-5"), -5, 9, &s));
    assert_int_equal(s, -5);
    assert_false(parse_i64(STR("3"), -5, 2, &s));
}

static void signed_edges(void **state)
{
    (void)state;
    int64_t s = 0;
    assert_true(parse_i64(STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &s));
    assert_true(s == INT64_MIN);
    assert_true(parse_i64(STR("9223372036854775807"), INT64_MIN, INT64_MAX, &s));
    assert_true(s == INT64_MAX);
    static const struct str bad[] = {STR_INIT("-0"),  STR_INIT("-"),
                                     STR_INIT("--1"), STR_INIT("-01"),
                                     STR_INIT("- 1"), STR_INIT("-9223372036854775809"),
                                     STR_INIT(""),    STR_INIT("9223372036854775808")};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(parse_i64(bad[i], INT64_MIN, INT64_MAX, &s));
    }
}

static void hex_is_lower_case_and_exact(void **state)
{
    (void)state;
    uint8_t raw[3] = {9, 9, 9};
    char text[7];
    assert_true(hex_decode(STR("00ff1a"), raw, 3));
    assert_int_equal(raw[1], 255);
    hex_encode((struct bytes){raw, 3}, text);
    assert_string_equal(text, "00ff1a");
    static const struct str bad[] = {STR_INIT("00FF1A"), STR_INIT("00ff1"),  STR_INIT("00ff1a00"), STR_INIT("00ff1g"),
                                     STR_INIT(""),       STR_INIT("0x00ff"), STR_INIT("00 ff1"),   STR_INIT("00ff")};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(hex_decode(bad[i], raw, 3));
    }
    assert_int_equal(raw[2], 0x1a);
    hex_encode((struct bytes){NULL, 0}, text);
    assert_string_equal(text, "");
}

static void base64_matches_rfc_4648(void **state)
{
    (void)state;
    static const struct {
        struct str plain;
        const char *encoded;
    } cases[] = {{STR_INIT(""), ""},
                 {STR_INIT("f"), "Zg=="},
                 {STR_INIT("fo"), "Zm8="},
                 {STR_INIT("foo"), "Zm9v"},
                 {STR_INIT("foob"), "Zm9vYg=="},
                 {STR_INIT("fooba"), "Zm9vYmE="},
                 {STR_INIT("foobar"), "Zm9vYmFy"},
                 {STR_INIT("\xfb\xff\xfe"), "+//+"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[16];
        uint8_t raw[8];
        size_t n = 99;
        base64_encode(bytes_of(cases[i].plain), text);
        assert_string_equal(text, cases[i].encoded);
        assert_int_equal(base64_encoded_len(cases[i].plain.n), strlen(text));
        assert_true(base64_decode(str_of(text), raw, sizeof raw, &n));
        assert_true(bytes_cmp((struct bytes){raw, n}, bytes_of(cases[i].plain)) == 0);
    }
}

static void base64_is_strict(void **state)
{
    (void)state;
    uint8_t raw[8];
    size_t n = 99;
    static const struct str bad[] = {
        STR_INIT("Zg"),       STR_INIT("Zg="),      STR_INIT("Zh=="),  STR_INIT("Zm9="),   STR_INIT("===="),
        STR_INIT("Z==="),     STR_INIT("Zg==Zg=="), STR_INIT("Zm 9v"), STR_INIT("Zm9v\n"), STR_INIT("Zm-_"),
        STR_INIT("Zm9v===="), STR_INIT("=Zg="),     STR_INIT("Zm=v"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(base64_decode(bad[i], raw, sizeof raw, &n));
    }
    assert_false(base64_decode(STR("Zm9vYmFy"), raw, 5, &n));
    assert_int_equal(n, 99);
    assert_true(base64_decode(STR("Zm9vYmFy"), raw, 6, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_one_spelling),
        cmocka_unit_test(numbers_keep_their_range),
        cmocka_unit_test(signed_edges),
        cmocka_unit_test(hex_is_lower_case_and_exact),
        cmocka_unit_test(base64_matches_rfc_4648),
        cmocka_unit_test(base64_is_strict),
    };
    return cmocka_run_group_tests_name("base_number", tests, NULL, NULL);
}
