/* Text: UTF-8, the gate, folding, printing. */
#include "testing.h"

static struct arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return arena != NULL ? 0 : -1;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void utf8_is_rfc_3629(void **state)
{
    (void)state;
    static const struct str good[] = {STR_INIT(""),
                                      STR_INIT("abc\0def"),
                                      STR_INIT("zażółć"),
                                      STR_INIT("\xC2\x80"),
                                      STR_INIT("\xDF\xBF"),
                                      STR_INIT("\xE0\xA0\x80"),
                                      STR_INIT("\xED\x9F\xBF"),
                                      STR_INIT("\xEE\x80\x80"),
                                      STR_INIT("\xEF\xBF\xBF"),
                                      STR_INIT("\xF0\x90\x80\x80"),
                                      STR_INIT("\xF4\x8F\xBF\xBF")};
    static const struct str bad[] = {STR_INIT("\x80"),
                                     STR_INIT("\xC0\x80"),
                                     STR_INIT("\xC1\xBF"),
                                     STR_INIT("\xC2"),
                                     STR_INIT("12345678\xC2"),
                                     STR_INIT("\xC2\x41"),
                                     STR_INIT("\xE0\x9F\xBF"),
                                     STR_INIT("\xE2\x82"),
                                     STR_INIT("\xED\xA0\x80"),
                                     STR_INIT("\xED\xBF\xBF"),
                                     STR_INIT("\xF0\x8F\xBF\xBF"),
                                     STR_INIT("\xF4\x90\x80\x80"),
                                     STR_INIT("\xF5\x80\x80\x80"),
                                     STR_INIT("\xF8\x88\x80\x80\x80"),
                                     STR_INIT("\xFE"),
                                     STR_INIT("\xFF"),
                                     STR_INIT("abc\xE9 latin")};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(utf8_valid(good[i]));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(utf8_valid(bad[i]));
    }
    assert_int_equal(utf8_length(STR("zażółć \xF0\x9F\x93\x81")), 8);
}

static void gate_passes(struct str in, size_t max, bool lines, const char *expected)
{
    struct err e = ERR_INIT;
    struct str out = STR_NONE;
    if (!text_gate(arena, "title", in, max, lines, &out, &e)) {
        fail_msg("%s", e.text);
    }
    assert_true(str_is(out, expected));
    assert_int_equal(out.p[out.n], '\0');
}

static void gate_stops(struct str in, size_t max, bool lines, enum err_code code)
{
    struct err e = ERR_INIT;
    struct str out = STR("untouched");
    assert_false(text_gate(arena, "title", in, max, lines, &out, &e));
    assert_int_equal(e.code, code);
    assert_string_equal(e.field, "title");
    assert_str(out, "untouched");
}

static void gate_gives_one_spelling(void **state)
{
    (void)state;
    gate_passes(STR("  Umowa nr 5 \t"), 20, false, "Umowa nr 5");
    gate_passes(STR("Z\xCC\x87o\xCC\x81\xC5\x82w"), 4, false, "Żółw"); /* decomposed, counted after composing */
    gate_passes(STR("\xC2\xA0\xE3\x80\x80x\xE2\x80\x83"), 1, false, "x");
    gate_passes(STR("\xE2\x84\xAB"), 1, false, "Å"); /* the Ångström sign */
    gate_passes(STR(""), 0, false, "");
    gate_passes(STR(" \t "), 0, false, "");
    gate_passes(STR_NONE, 5, true, "");
}

static void gate_on_lines(void **state)
{
    (void)state;
    gate_passes(STR("\r\na\r\n\tb\n\nc\r\n"), 10, true, "a\n\tb\n\nc");
    gate_stops(STR("a\rb"), 10, true, ERR_INVALID);
    gate_stops(STR("a\r\r\nb"), 10, true, ERR_INVALID);
    gate_stops(STR("a\nb"), 10, false, ERR_INVALID);
    gate_stops(STR("a\tb"), 10, false, ERR_INVALID);
}

static void gate_stops_what_could_deceive(void **state)
{
    (void)state;
    static const struct str bad[] = {
        STR_INIT("a\0b"),          STR_INIT("a\x1B[2Jb"),       STR_INIT("a\x7F"),
        STR_INIT("a\xC2\x85 b"),   STR_INIT("a\xE2\x80\xA8 b"), STR_INIT("exe\xE2\x80\xAEtxt"),
        STR_INIT("\xE2\x81\xA6x"), STR_INIT("\xEF\xBF\xBE"),    STR_INIT("\xEF\xB7\x90"),
        STR_INIT("caf\xE9"),       STR_INIT("\xED\xA0\x80"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        gate_stops(bad[i], 100, true, ERR_INVALID);
    }
}

static void gate_counts_characters(void **state)
{
    (void)state;
    gate_passes(STR("żółć"), 4, false, "żółć");
    gate_stops(STR("żółć"), 3, false, ERR_TOO_BIG);
    char marks[2048] = "e";
    for (size_t i = 1; i + 2 < sizeof marks; i += 2) {
        memcpy(marks + i, "\xCC\x81", 2); /* many accents on one letter */
    }
    gate_stops((struct str){marks, 2001}, 100, false, ERR_TOO_BIG);
    gate_passes((struct str){marks, 3}, 1, false, "é");
    struct arena *small CLEANUP(arena_free) = arena_new(256); /* what is far too long is not even copied */
    struct err e = ERR_INIT;
    struct str out;
    assert_false(text_gate(small, "title", (struct str){marks, 2001}, 100, false, &out, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
}

static void folds(struct str in, const char *expected)
{
    struct err e = ERR_INIT;
    struct str out;
    assert_true(text_fold(arena, in, &out, &e));
    if (!str_is(out, expected)) {
        fail_msg("%.*s folded to %.*s, not to %s", (int)in.n, in.p, (int)out.n, out.p, expected);
    }
}

static void folding_ignores_case_and_diacritics(void **state)
{
    (void)state;
    folds(STR(""), "");
    folds(STR("Umowa NR 12/A"), "umowa nr 12/a");
    folds(STR("ZAŻÓŁĆ GĘŚLĄ JAŹŃ"), "zazolc gesla jazn");
    folds(STR("zażółć gęślą jaźń"), "zazolc gesla jazn");
    folds(STR("Z\xCC\x87o\xCC\x81\xC5\x82w"), "zolw");
    folds(STR("Straße STRASSE"), "strasse strasse");
    folds(STR("Øresund Đorđe"), "oresund dorde");
    folds(STR("ﬁn №"), "fin no");
    folds(STR("ΣΊΣΥΦΟΣ"), "σισυφοσ");
    folds(STR("Київ"), "киів"); /* the two dots over the vowel are a mark as well */
    folds(STR("한국"), "한국");
    folds(STR("a ≠ b"), "a = b");
    folds(STR("İstanbul ısı"), "istanbul isi");
}

static void without_memory_text_says_so(void **state)
{
    (void)state;
    static const struct str inputs[] = {STR_INIT("plain"), STR_INIT("a\r\nb"), STR_INIT("Z\xCC\x87o\xCC\x81\xC5\x82w")};
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        for (int fold = 0; fold < 2; fold++) {
            bool done = false;
            for (uint64_t nth = 1; !done; nth++) {
                struct arena *a = arena_new(1 << 16);
                struct err e = ERR_INIT;
                struct str out;
                mem_fault_after(nth);
                done = fold ? text_fold(a, inputs[i], &out, &e) : text_gate(a, "f", inputs[i], 50, true, &out, &e);
                mem_fault_after(0);
                assert_true(done || e.code == ERR_MEMORY);
                assert_true(nth < 20);
                arena_free(&a);
            }
        }
    }
}

static void prints(struct str in, size_t size, const char *expected)
{
    char out[64];
    memset(out, '#', sizeof out);
    text_printable(in, out, size);
    assert_string_equal(out, expected);
    assert_int_equal(out[size], '#');
}

static void printing_is_harmless_and_fits(void **state)
{
    (void)state;
    prints(STR("zażółć"), 60, "zażółć");
    prints(STR("a\nb\x1B[0m\x7F"), 60, "a\\x0ab\\x1b[0m\\x7f");
    prints(STR("\xC2\x9B \xFF\xC5"), 60, "\\xc2\\x9b \\xff\\xc5");
    prints(STR("\xE2\x80\xAE"), 60, "\\xe2\\x80\\xae");
    prints(STR("abcdef"), 7, "abcdef");
    prints(STR("abcdefg"), 7, "abc…");
    prints(STR("ab\x01"), 7, "ab\\x01");
    prints(STR("abc\x01"), 7, "abc…");
    prints(STR("łłłł"), 8, "łł…");
    prints(STR("abcdef"), 4, "…");
    prints(STR("abcdef"), 3, "");
    prints(STR("ab"), 3, "ab");
    prints(STR("x"), 1, "");
    prints(STR_NONE, 1, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_rfc_3629),
        cmocka_unit_test(gate_gives_one_spelling),
        cmocka_unit_test(gate_on_lines),
        cmocka_unit_test(gate_stops_what_could_deceive),
        cmocka_unit_test(gate_counts_characters),
        cmocka_unit_test(folding_ignores_case_and_diacritics),
        cmocka_unit_test(without_memory_text_says_so),
        cmocka_unit_test(printing_is_harmless_and_fits),
    };
    return cmocka_run_group_tests_name("base_text", tests, make_arena, drop_arena);
}
