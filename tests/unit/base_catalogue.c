/* The message catalogue: translations, plurals, and images that lie. */
#include "testing.h"

#include "mo.h"

static const struct mo_row good_rows[] = {
    {STR_INIT(""), STR_INIT("Content-Type: text/plain; charset=UTF-8\n")},
    {STR_INIT("%d day\0%d days"), STR_INIT("%d dzień\0%d dni\0%d dni (wiele)")},
    {STR_INIT("No space left on device"), STR_INIT("brak miejsca na dysku")},
    {STR_INIT("untranslated"), STR_INIT("")},
    {STR_INIT("writing %s"), STR_INIT("zapis %s")},
};
static uint8_t image[1024];

static size_t good_image(void)
{
    return mo_build(image, good_rows, COUNT_OF(good_rows));
}

static int with_catalogue(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    return catalogue_register(LANG_PL, image, good_image(), &e) ? 0 : -1;
}

static void translates_into_the_language_asked(void **state)
{
    (void)state;
    assert_string_equal(tr(LANG_PL, "writing %s"), "zapis %s");
    assert_string_equal(tr(LANG_EN, "writing %s"), "writing %s");
}

static void missing_translation_is_english(void **state)
{
    (void)state;
    assert_string_equal(tr(LANG_PL, "no such message"), "no such message");
    assert_string_equal(tr(LANG_PL, "untranslated"), "untranslated");
    assert_string_equal(tr(LANG_PL, ""), "");
    assert_string_equal(trn(LANG_PL, "%d cat", "%d cats", 5), "%d cats");
    assert_string_equal(trn(LANG_PL, "%d cat", "%d cats", 1), "%d cat");
}

static void polish_has_three_forms(void **state)
{
    (void)state;
    static const uint64_t few[] = {2, 3, 4, 22, 34, 102, 1004, 122}, many[] = {0, 5, 11, 12, 13, 14, 21, 112, 213, 100};
    assert_string_equal(trn(LANG_PL, "%d day", "%d days", 1), "%d dzień");
    for (size_t i = 0; i < COUNT_OF(few); i++) {
        assert_string_equal(trn(LANG_PL, "%d day", "%d days", few[i]), "%d dni");
    }
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        assert_string_equal(trn(LANG_PL, "%d day", "%d days", many[i]), "%d dni (wiele)");
    }
    assert_string_equal(trn(LANG_EN, "%d day", "%d days", 21), "%d days");
}

static void errors_speak_the_language_of_their_reader(void **state)
{
    (void)state;
    struct err e;
    err_init(&e, LANG_PL);
    err_errno(&e, 28 /* ENOSPC on Linux */, "writing %s", "a.txt");
    assert_string_equal(e.text, "zapis a.txt: brak miejsca na dysku");
}

static void locale_names(void **state)
{
    (void)state;
    static const char *const polish[] = {"pl", "pl_PL", "pl_PL.UTF-8", "pl.UTF-8", "pl@x"};
    static const char *const english[] = {"", "C", "en_GB.UTF-8", "plx", "p", "PL_pl"};
    for (size_t i = 0; i < COUNT_OF(polish); i++) {
        assert_int_equal(lang_of_locale(polish[i]), LANG_PL);
    }
    for (size_t i = 0; i < COUNT_OF(english); i++) {
        assert_int_equal(lang_of_locale(english[i]), LANG_EN);
    }
    assert_int_equal(lang_of_locale(NULL), LANG_EN);
}

static void refuse(const uint8_t *mo, size_t n)
{
    struct err e = ERR_INIT;
    assert_false(catalogue_register(LANG_PL, mo, n, &e));
    assert_true(e.code == ERR_CORRUPT || e.code == ERR_UNSUPPORTED);
    assert_string_equal(tr(LANG_PL, "writing %s"), "zapis %s"); /* the good one stays in force */
}

static void hostile_images_are_errors(void **state)
{
    (void)state;
    uint8_t bad[sizeof image];
    size_t n = good_image();
    for (size_t cut = 0; cut < n; cut++) {
        refuse(image, cut);
    }
    static const struct {
        size_t at;
        uint32_t value;
    } pokes[] = {
        {0, 0xDE120495}, {4, 0x00010000},       {8, 0x20000000},  {8, 6},
        {12, 0},         {12, 0xFFFFFFF8},      {16, 0xFFFFFFFF}, {28 + 8, 0xFFFFFFFF},
        {28 + 12, 1023}, {28 + 12, 0xFFFFFFFF}, {28 + 8 * 4, 5},  {28 + 8 * 5 + 8, 100},
    };
    for (size_t i = 0; i < COUNT_OF(pokes); i++) {
        memcpy(bad, image, n);
        mo_le32(bad + pokes[i].at, pokes[i].value);
        refuse(bad, n);
    }
}

static void wrong_rows_are_errors(void **state)
{
    (void)state;
    uint8_t bad[512];
    const struct mo_row two_forms[] = {{STR_INIT("a\0as"), STR_INIT("jeden\0wiele")}};
    const struct mo_row forms_without_plural[] = {{STR_INIT("a"), STR_INIT("jeden\0dwa\0wiele")}};
    const struct mo_row disorder[] = {{STR_INIT("b"), STR_INIT("b")}, {STR_INIT("a"), STR_INIT("a")}};
    const struct mo_row twice[] = {{STR_INIT("a"), STR_INIT("b")}, {STR_INIT("a"), STR_INIT("a")}};
    refuse(bad, mo_build(bad, two_forms, 1));
    refuse(bad, mo_build(bad, forms_without_plural, 1));
    refuse(bad, mo_build(bad, disorder, 2));
    refuse(bad, mo_build(bad, twice, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(translates_into_the_language_asked),
        cmocka_unit_test(missing_translation_is_english),
        cmocka_unit_test(polish_has_three_forms),
        cmocka_unit_test(errors_speak_the_language_of_their_reader),
        cmocka_unit_test(locale_names),
        cmocka_unit_test(hostile_images_are_errors),
        cmocka_unit_test(wrong_rows_are_errors),
    };
    return cmocka_run_group_tests_name("base_catalogue", tests, with_catalogue, NULL);
}
