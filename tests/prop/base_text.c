/* Text: one spelling, whatever comes in. */
#include "testing.h"

#include "chance.h"

static struct arena *arena;

static size_t encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    static const uint32_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(lead[n] | code);
    return n;
}

/* A code point of a kind that matters: ASCII, Polish, combining, Hangul, anything. */
static uint32_t some_code(void)
{
    switch (chance_below(8)) {
        case 0:
        case 1:
            return (uint32_t)(0x20 + chance_below(0x5F));
        case 2:
            return (uint32_t)(0xC0 + chance_below(0x1C0));
        case 3:
            return (uint32_t)(0x300 + chance_below(0x70));
        case 4:
            return (uint32_t)(0x1100 + chance_below(0x100));
        case 5:
            return (uint32_t)(0x1E00 + chance_below(0x200));
        case 6:
            return (uint32_t)(0xE000 + chance_below(0x2000));
        default: {
            uint32_t code = (uint32_t)chance_below(0x110000);
            return code >= 0xD800 && code < 0xE000 ? 'x' : code;
        }
    }
}

static struct str some_text(char *room, size_t most)
{
    size_t n = 0, count = chance_below(most);
    for (size_t i = 0; i < count; i++) {
        n += encode(some_code(), room + n);
    }
    return (struct str){room, n};
}

/* The definition of RFC 3629, by encoding every code point and comparing. */
static void every_code_point_is_valid_and_no_surrogate(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x110000; code++) {
        char raw[4];
        struct str s = {raw, encode(code, raw)};
        assert_int_equal(utf8_valid(s), code < 0xD800 || code > 0xDFFF);
        if (s.n > 1) {
            assert_false(utf8_valid((struct str){raw, s.n - 1}));
            assert_false(utf8_valid((struct str){raw + 1, s.n - 1}));
        }
    }
}

/* Short random bytes: valid exactly when they decode and encode back to themselves. */
static void random_bytes_are_valid_only_in_one_form(void **state)
{
    (void)state;
    static const uint8_t edges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                    0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF};
    for (int round = 0; round < 300000; round++) {
        uint8_t raw[4];
        size_t n = 1 + chance_below(4);
        for (size_t i = 0; i < n; i++) {
            raw[i] = edges[chance_below(sizeof edges)];
        }
        bool whole = true;
        for (size_t at = 0; at < n && whole;) {
            size_t length = raw[at] < 0x80 ? 1 : raw[at] < 0xE0 ? 2 : raw[at] < 0xF0 ? 3 : 4;
            uint32_t code = length == 1 ? raw[at] : raw[at] & (0x7Fu >> length);
            for (size_t i = 1; i < length && at + i < n; i++) {
                code = code << 6 | (raw[at + i] & 0x3Fu);
            }
            char again[4];
            whole = at + length <= n && code < 0x110000 && (code < 0xD800 || code > 0xDFFF) &&
                    encode(code, again) == length && memcmp(again, raw + at, length) == 0;
            at += length;
        }
        assert_int_equal(utf8_valid((struct str){(char *)raw, n}), whole);
    }
}

static void the_gate_passes_its_own_output(void **state)
{
    (void)state;
    for (int round = 0; round < 30000; round++) {
        char room[400];
        struct err e = ERR_INIT;
        struct str out, again;
        bool lines = chance_below(2);
        arena_reset(arena);
        if (text_gate(arena, "f", some_text(room, 40), 200, lines, &out, &e)) {
            assert_true(utf8_valid(out));
            assert_true(utf8_length(out) <= 200);
            assert_true(text_gate(arena, "f", out, utf8_length(out), lines, &again, &e));
            assert_true(str_eq(out, again));
        } else {
            assert_int_equal(e.code, ERR_INVALID);
        }
    }
}

static void folding_twice_is_folding_once(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x110000; code++) {
        char raw[4];
        struct err e = ERR_INIT;
        struct str once, twice;
        if (code == 0xD800) {
            code = 0xE000;
        }
        if (code == 0xAC00) {
            code = 0xD7A0; /* Hangul syllables are composed by rule: a few stand for all */
        }
        arena_reset(arena);
        assert_true(text_fold(arena, (struct str){raw, encode(code, raw)}, &once, &e));
        assert_true(text_fold(arena, once, &twice, &e));
        if (!str_eq(once, twice)) {
            fail_msg("U+%04X folds to %.*s and then to %.*s", code, (int)once.n, once.p, (int)twice.n, twice.p);
        }
    }
}

static void folding_does_not_see_the_spelling(void **state)
{
    (void)state;
    for (int round = 0; round < 10000; round++) {
        char room[400];
        struct err e = ERR_INIT;
        struct str in, gated, a, b;
        arena_reset(arena);
        in = some_text(room, 30);
        if (text_gate(arena, "f", in, 200, false, &gated, &e)) {
            assert_true(text_fold(arena, gated, &a, &e));
            assert_true(text_fold(arena, a, &b, &e));
            assert_true(str_eq(a, b));
            assert_true(utf8_valid(a));
        }
    }
}

static void printable_text_fits_and_is_harmless(void **state)
{
    (void)state;
    for (int round = 0; round < 100000; round++) {
        uint8_t raw[40];
        char out[64];
        size_t n = chance_below(sizeof raw), size = 1 + chance_below(sizeof out - 1);
        chance_fill(raw, n);
        memset(out, '#', sizeof out);
        text_printable((struct str){(char *)raw, n}, out, size);
        size_t length = strlen(out);
        assert_true(length < size);
        assert_true(utf8_valid((struct str){out, length}));
        for (size_t i = 0; i < length; i++) {
            assert_true((uint8_t)out[i] >= 0x20 && out[i] != 0x7F);
        }
        assert_int_equal(out[size], '#');
    }
}

int main(void)
{
    chance_start("base_text");
    arena = arena_new(1 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_valid_and_no_surrogate),
        cmocka_unit_test(random_bytes_are_valid_only_in_one_form),
        cmocka_unit_test(the_gate_passes_its_own_output),
        cmocka_unit_test(folding_twice_is_folding_once),
        cmocka_unit_test(folding_does_not_see_the_spelling),
        cmocka_unit_test(printable_text_fits_and_is_harmless),
    };
    int failed = cmocka_run_group_tests_name("base_text", tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
