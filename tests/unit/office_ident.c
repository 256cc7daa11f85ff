/* Every example of the rulebook (law/requests.md §10, I-1 to I-9), valid and invalid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "office.h"

struct sample {
    enum ident_kind kind;
    const char *value;
    bool valid;
};

static const struct sample samples[] = {
    {IDENT_PESEL, "99923100007", true},
    {IDENT_PESEL, "02810112346", true},
    {IDENT_PESEL, "99323100016", true},
    {IDENT_PESEL, " 9992 3100-007 ", true},
    {IDENT_PESEL, "99923100008", false},
    {IDENT_PESEL, "02813112341", false},
    {IDENT_PESEL, "9992310000", false},
    {IDENT_PESEL, "9992310000A", false},
    {IDENT_PESEL, "", false},
    {IDENT_NIP, "1234563218", true},
    {IDENT_NIP, "123-456-32-18", true},
    {IDENT_NIP, "PL 123-45-63-218", true},
    {IDENT_NIP, "1060000062", true},
    {IDENT_NIP, "9980000001", true},
    {IDENT_NIP, "1234563219", false},
    {IDENT_NIP, "1060000040", false},
    {IDENT_NIP, "123456321", false},
    {IDENT_NIP, "0000000000", false},
    {IDENT_NIP, "7777777777", false},
    {IDENT_REGON, "123456785", true},
    {IDENT_REGON, "900000006", true},
    {IDENT_REGON, "900000160", true},
    {IDENT_REGON, "123456784", false},
    {IDENT_REGON, "900000007", false},
    {IDENT_REGON, "12345678", false},
    {IDENT_REGON, "12345678512347", true},
    {IDENT_REGON, "90000000600017", true},
    {IDENT_REGON, "12345678500010", true},
    {IDENT_REGON, "12345678512346", false},
    {IDENT_REGON, "12345678400000", false},
    {IDENT_REGON, "1234567851234", false},
    {IDENT_ID_CARD, "ABS123456", true},
    {IDENT_ID_CARD, "abs 123456", true},
    {IDENT_ID_CARD, "ZZC108201", true},
    {IDENT_ID_CARD, "ZZZ800001", true},
    {IDENT_ID_CARD, "ABS523456", false},
    {IDENT_ID_CARD, "ZZC208201", false},
    {IDENT_ID_CARD, "AB1234567", false},
    {IDENT_PASSPORT, "ZZ0000000", true},
    {IDENT_PASSPORT, "AB4123456", true},
    {IDENT_PASSPORT, "ZY0654321", true},
    {IDENT_PASSPORT, "ZZ1000000", false},
    {IDENT_PASSPORT, "AB7123456", false},
    {IDENT_PASSPORT, "ABC123456", false},
    {IDENT_KW, "LU1B/00012345/8", true},
    {IDENT_KW, "ZZ9Z/00000001/5", true},
    {IDENT_KW, "AB1C/00000000/7", true},
    {IDENT_KW, "LU1B/00012345/6", false},
    {IDENT_KW, "ZZ9Z/00000001/9", false},
    {IDENT_KW, "VQ1V/00000001/0", false},
    {IDENT_NRB, "PL61 1090 1014 0000 0712 1981 2874", true},
    {IDENT_NRB,
     "61\xC2\xA0"
     "1090 1014 0000 0712 1981 2874",
     true},
    {IDENT_NRB, "PL41 9999 9999 0000 0000 0000 0000", true},
    {IDENT_NRB, "PL74 0000 0000 0000 0000 0000 0001", true},
    {IDENT_NRB, "PL61 1090 1014 0000 0712 1981 2875", false},
    {IDENT_NRB, "PL16 1090 1014 0000 0712 1981 2874", false},
    {IDENT_NRB, "PL61 1090 1014 0000 0712 1981 28745", false},
    {IDENT_VIN, "1M8GDM9AXKP042788", true},
    {IDENT_VIN, "11111111111111111", true},
    {IDENT_VIN, "WVWZZZ1J83W000001", true},
    {IDENT_VIN, "1M8GDM9A1KP042788", false},
    {IDENT_VIN, "1M8GDM9AXKP04278O", false},
    {IDENT_VIN, "1M8GDM9AXKP0427", false},
    {IDENT_VIN, "WVWZZZ1JZ3W000001", false},
    {IDENT_CARD, "4111111111111111", true},
    {IDENT_CARD, "5555555555554444", true},
    {IDENT_CARD, "378282246310005", true},
    {IDENT_CARD, "4111111111111112", false},
    {IDENT_CARD, "5555555555554454", false},
    {IDENT_CARD, "411111111111", false},
    {IDENT_CARD, "99999999999999999999999999999999999999999999999", false},
};

static void test_examples_of_the_rulebook(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 20);
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct str why = STR_NONE;
        bool valid = ident_check(samples[i].kind, str_of(samples[i].value), LANG_EN, a, &why);
        if (valid != samples[i].valid)
            fail_msg("%s %s: %s", ident_kind_name(samples[i].kind), samples[i].value, why.p);
        assert_true(why.n > 10);
    }
    arena_free(&a);
}

/* One changed digit of a PESEL is always seen; so is one of an NRB. */
static void test_one_changed_digit_is_seen(void **state)
{
    (void)state;
    struct arena *a = arena_new(4u << 20);
    char nrb[] = "61109010140000071219812874";
    for (size_t i = 0; i < 26; i++)
        for (char c = '0'; c <= '9'; c++) {
            char was = nrb[i];
            struct str why;
            nrb[i] = c;
            assert_int_equal(ident_check(IDENT_NRB, str_of(nrb), LANG_EN, a, &why), c == was);
            nrb[i] = was;
        }
    arena_free(&a);
}

static void test_kinds_have_names(void **state)
{
    (void)state;
    for (int k = 0; k < IDENT_KIND_COUNT; k++) {
        enum ident_kind back;
        assert_true(ident_kind_parse(str_of(ident_kind_name((enum ident_kind)k)), &back));
        assert_int_equal(back, k);
    }
    enum ident_kind back;
    assert_false(ident_kind_parse(STR("krs"), &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_of_the_rulebook),
        cmocka_unit_test(test_one_changed_digit_is_seen),
        cmocka_unit_test(test_kinds_have_names),
    };
    return cmocka_run_group_tests_name("office_ident", tests, NULL, NULL);
}
