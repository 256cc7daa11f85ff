/* Memory: the fault seam, arenas, buffers, readers. */
#include "testing.h"

static void nth_allocation_and_all_after_it_fail(void **state)
{
    (void)state;
    mem_fault_after(3);
    void *a = mem_alloc(8), *b = mem_zalloc(8), *c = mem_alloc(8), *d = mem_realloc(NULL, 8);
    mem_fault_after(0);
    void *back = mem_alloc(8);
    assert_non_null(a);
    assert_non_null(b);
    assert_null(c);
    assert_null(d);
    assert_non_null(back);
    mem_free(a);
    mem_free(b);
    mem_free(back);
    mem_free(NULL);
}

static void arena_pieces_are_zero_and_aligned(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 20);
    for (int round = 0; round < 2; round++) {
        for (size_t n = 1; n < 600; n += 7) {
            uint8_t *p = arena_alloc(a, n);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(p[i], 0);
            }
            memset(p, 0xAA, n); /* must not show in a later piece */
        }
        arena_reset(a);
    }
}

static void arena_ceiling_is_exact_to_16(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_free) = arena_new(100);
    assert_null(arena_alloc(a, 113));
    assert_null(arena_alloc(a, SIZE_MAX));
    assert_non_null(arena_alloc(a, 100));
    assert_null(arena_alloc(a, 1));
    arena_reset(a);
    assert_non_null(arena_alloc(a, 100));
}

static void arena_big_pieces_do_not_outlive_a_reset(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_free) = arena_new((size_t)64 << 20);
    assert_non_null(arena_alloc(a, 100));
    assert_non_null(arena_alloc(a, (size_t)32 << 20));
    arena_reset(a);
    mem_fault_after(1);
    void *small = arena_alloc(a, 4000), *big = arena_alloc(a, 2 << 20);
    mem_fault_after(0);
    assert_non_null(small); /* from the one block kept */
    assert_null(big);
}

static void arena_copies(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_free) = arena_new(4096);
    struct str s = arena_str(a, (struct str){"abcdef", 3});
    assert_string_equal(s.p, "abc");
    assert_string_equal(arena_str(a, STR_NONE).p, "");
    assert_null(arena_bytes(a, (struct bytes){NULL, 0}).p);
    assert_str(arena_fmt(a, "%s-%d", "x", 5), "x-5");
    char longer[400];
    memset(longer, 'y', sizeof longer);
    longer[399] = '\0';
    for (int width = 254; width <= 258; width++) {
        struct str padded = arena_fmt(a, "%*d", width, 7);
        assert_int_equal(padded.n, width);
        assert_int_equal(padded.p[width - 1], '7');
    }
    struct str f = arena_fmt(a, "%s!", longer);
    assert_int_equal(f.n, 400);
    assert_string_equal(f.p + 398, "y!");
    assert_null(arena_fmt(a, "%5000d", 1).p);
    assert_null(arena_str(a, (struct str){longer, SIZE_MAX}).p);
}

static void arena_without_memory(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth <= 3; nth++) {
        mem_fault_after(nth);
        struct arena *a = arena_new(1 << 20);
        bool first = a != NULL && arena_alloc(a, 4000) != NULL;
        bool second = first && arena_alloc(a, 5000) != NULL;
        mem_fault_after(0);
        assert_int_equal(a != NULL, nth > 1);
        assert_int_equal(first, nth > 2);
        assert_false(second);
        if (first) {
            assert_non_null(arena_alloc(a, 5000)); /* usable again once there is memory */
        }
        arena_free(&a);
        assert_null(a);
    }
}

static void buf_numbers_are_big_endian(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free) = BUF_INIT(100);
    struct err e = ERR_INIT;
    buf_add_u8(&b, 1);
    buf_add_be16(&b, 0x0203);
    buf_add_be32(&b, 0x04050607);
    buf_add_be64(&b, 0x08090A0B0C0D0E0F);
    buf_add_z(&b, "z");
    buf_add_str(&b, STR_NONE);
    assert_true(buf_ok(&b, &e));
    static const uint8_t expected[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 'z'};
    assert_int_equal(b.n, sizeof expected);
    assert_memory_equal(b.p, expected, sizeof expected);
}

static void buf_ceiling_sticks(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free) = BUF_INIT(10);
    struct err e = ERR_INIT;
    buf_add_z(&b, "0123456789");
    assert_true(buf_ok(&b, &e));
    buf_add_u8(&b, 'x');
    buf_add(&b, "", 0);
    assert_false(buf_ok(&b, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    assert_str(buf_str(&b), "0123456789");
    buf_reset(&b);
    buf_fmt(&b, "%d", 12345);
    assert_true(buf_ok(&b, &e));
    buf_fmt(&b, "%300d", 1);
    assert_false(buf_ok(&b, &e));
    assert_str(buf_str(&b), "12345");
}

static void buf_formats_long_text(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free) = BUF_INIT(1000);
    struct err e = ERR_INIT;
    for (int width = 250; width <= 260; width++) {
        buf_reset(&b);
        buf_fmt(&b, "%*d", width, 7);
        assert_true(buf_ok(&b, &e));
        assert_int_equal(b.n, width);
        assert_int_equal(b.p[width - 1], '7');
    }
}

static void buf_fmt_may_fill_it_to_the_brim(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    for (int width = 1; width < 1000; width += 37) {
        struct buf b CLEANUP(buf_free) = BUF_INIT((size_t)width);
        buf_fmt(&b, "%*d", width, 7);
        assert_true(buf_ok(&b, &e));
        assert_int_equal(b.n, width);
    }
}

static void buf_without_memory_keeps_what_it_had(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_free) = BUF_INIT(1 << 20);
    struct err e = ERR_INIT;
    buf_add_z(&b, "kept");
    uint8_t big[1000] = {0};
    mem_fault_after(1);
    buf_add(&b, big, sizeof big);
    mem_fault_after(0);
    buf_add_z(&b, "later");
    assert_false(buf_ok(&b, &e));
    assert_int_equal(e.code, ERR_MEMORY);
    assert_str(buf_str(&b), "kept");
    buf_reset(&b);
    buf_add_z(&b, "again");
    assert_true(buf_ok(&b, &e));
}

static void reader_stops_at_the_end(void **state)
{
    (void)state;
    static const uint8_t raw[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct reader r = reader_of((struct bytes){raw, sizeof raw});
    assert_int_equal(rd_be16(&r), 0x0102);
    assert_int_equal(rd_be32(&r), 0x03040506);
    assert_int_equal(rd_bytes(&r, 0).n, 0);
    assert_false(rd_done(&r));
    assert_int_equal(rd_be64(&r), 0); /* only three bytes are left */
    assert_true(r.failed);
    assert_int_equal(rd_u8(&r), 0); /* sticks, although a byte is there */
    assert_false(rd_done(&r));
    r = reader_of((struct bytes){raw, 8});
    assert_true(rd_be64(&r) == 0x0102030405060708);
    assert_true(rd_done(&r));
    r = reader_of((struct bytes){NULL, 0});
    assert_true(rd_done(&r));
    assert_null(rd_bytes(&r, SIZE_MAX).p);
}

static void views(void **state)
{
    (void)state;
    assert_true(str_eq(STR_NONE, STR("")));
    assert_true(str_is(STR("abc"), "abc"));
    assert_false(str_is((struct str){"a\0b", 3}, "a"));
    assert_true(str_starts(STR("abc"), ""));
    assert_true(str_starts(STR("abc"), "ab"));
    assert_false(str_starts(STR("ab"), "abc"));
    assert_null(str_of(NULL).p);
    static const struct str order[] = {STR_INIT(""),      STR_INIT("\x01"), STR_INIT("a"),
                                       STR_INIT("a\x01"), STR_INIT("ab"),   STR_INIT("\xff")};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        for (size_t j = 0; j < COUNT_OF(order); j++) {
            int c = bytes_cmp(bytes_of(order[i]), bytes_of(order[j]));
            assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nth_allocation_and_all_after_it_fail),
        cmocka_unit_test(arena_pieces_are_zero_and_aligned),
        cmocka_unit_test(arena_ceiling_is_exact_to_16),
        cmocka_unit_test(arena_big_pieces_do_not_outlive_a_reset),
        cmocka_unit_test(arena_copies),
        cmocka_unit_test(arena_without_memory),
        cmocka_unit_test(buf_numbers_are_big_endian),
        cmocka_unit_test(buf_ceiling_sticks),
        cmocka_unit_test(buf_formats_long_text),
        cmocka_unit_test(buf_fmt_may_fill_it_to_the_brim),
        cmocka_unit_test(buf_without_memory_keeps_what_it_had),
        cmocka_unit_test(reader_stops_at_the_end),
        cmocka_unit_test(views),
    };
    return cmocka_run_group_tests_name("base_memory", tests, NULL, NULL);
}
