/* Packed texts: smaller, exact, bounded, and damage is told. */
#include "store.h"

#include "testing.h"

#include <string.h>

static void texts_come_back(void **state)
{
    static const char line[] = "Wniosek o udostępnienie informacji publicznej składa się bez podawania powodu.\n";
    const size_t sizes[] = {0, 1, 7, 4095, 4096, 171000, (1u << 20) + 5};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct arena *a CLEANUP(arena_free) = arena_new(8u << 20);
        struct buf text CLEANUP(buf_free) = BUF_INIT(4u << 20), packed CLEANUP(buf_free) = BUF_INIT(4u << 20);
        struct bytes back;
        struct err e = ERR_INIT;
        while (text.n < sizes[i])
            buf_add(&text, line, sizes[i] - text.n < sizeof line - 1 ? sizes[i] - text.n : sizeof line - 1);
        assert_true(store_pack(buf_bytes(&text), &packed, &e));
        assert_true(packed.n <= text.n + 1);
        if (text.n > 4000 && text.n < 1u << 20)
            assert_true(packed.n < text.n / 8);
        assert_true(store_unpack(buf_bytes(&packed), 4u << 20, a, &back, &e));
        assert_int_equal(back.n, text.n);
        assert_true(back.n == 0 || memcmp(back.p, text.p, back.n) == 0);
    }
}

static void damage_is_told(void **state)
{
    static const char text[] = "karta karta karta karta karta karta karta karta karta karta karta karta";
    struct buf packed CLEANUP(buf_free) = BUF_INIT(1024);
    struct arena *a CLEANUP(arena_free) = arena_new(1u << 16);
    struct bytes back;
    struct err e = ERR_INIT;
    (void)state;
    assert_true(store_pack(bytes_of(str_of(text)), &packed, &e));
    assert_false(store_unpack((struct bytes){packed.p, 0}, 1000, a, &back, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    for (size_t n = 1; n < packed.n; n++) {
        struct err why = ERR_INIT;
        assert_false(store_unpack((struct bytes){packed.p, n}, 1000, a, &back, &why));
        assert_int_equal(why.code, ERR_CORRUPT);
    }
    struct err big = ERR_INIT;
    assert_false(store_unpack(buf_bytes(&packed), 10, a, &back, &big));
    assert_int_equal(big.code, ERR_TOO_BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_come_back), cmocka_unit_test(damage_is_told)};
    return cmocka_run_group_tests_name("texts packed in a row", tests, NULL, NULL);
}
