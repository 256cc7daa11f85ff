/* The writer of ZIP archives: its size is known beforehand, the format's limits are crossed where they are, and a
 * source that does not keep its word is noticed. Whether strangers read it is asked in tests/http/test_bag.py. */
#include "archive/office/zip.h"

#include "testing.h"

#include <string.h>

struct collected {
    struct buf out; /* the first bytes, as many as fit */
    uint64_t n;
    uint8_t tail[200]; /* the last ones */
};

static bool collect(void *ctx, struct bytes piece, struct err *e)
{
    struct collected *c = ctx;
    (void)e;
    if (c->out.n + piece.n < c->out.max) {
        buf_add(&c->out, piece.p, piece.n);
    }
    c->n += piece.n;
    size_t n = piece.n < sizeof c->tail ? piece.n : sizeof c->tail;
    memmove(c->tail, c->tail + n, sizeof c->tail - n);
    memcpy(c->tail + sizeof c->tail - n, piece.p + piece.n - n, n);
    return true;
}

struct source {
    uint64_t bytes;
    size_t piece;
};

static bool give(void *ctx, zip_sink sink, void *sink_ctx, struct err *e)
{
    static const uint8_t zeros[100000];
    const struct source *s = ctx;
    for (uint64_t left = s->bytes; left > 0;) {
        size_t n = left < s->piece ? (size_t)left : s->piece;
        if (!sink(sink_ctx, (struct bytes){zeros, n}, e)) {
            return false;
        }
        left -= n;
    }
    return true;
}

static uint64_t le(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = n; i > 0; i--) {
        v = v << 8 | p[i - 1];
    }
    return v;
}

/* Writes one member of `size` bytes, given in pieces, after `from` bytes. */
static struct collected one(uint64_t size, size_t piece, uint64_t from)
{
    struct source s = {size, piece};
    struct zip_member m = {.name = STR("a/ż.txt"), .size = size, .time = 1795000000, .write = give, .ctx = &s};
    struct collected c = {.out = BUF_INIT(1u << 20)};
    struct err e = ERR_INIT;
    assert_true(zip_write(&m, 1, from, collect, &c, &e));
    assert_int_equal(c.n, zip_size(&m, 1, from));
    return c;
}

static void its_size_is_known_beforehand(void **state)
{
    static const uint64_t sizes[] = {0, 1, 65534, 65535, 65536, 131070, 131071, 300000};
    static const size_t pieces[] = {1000, 65535, 65536, 99999};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        for (size_t k = 0; k < COUNT_OF(pieces); k++) {
            struct collected c = one(sizes[i], pieces[k], 0);
            assert_int_equal(le(c.out.p, 4), 0x04034b50);
            assert_int_equal(le(c.out.p + 6, 2), 0x0808); /* sizes follow, UTF-8 */
            assert_int_equal(le(c.tail + sizeof c.tail - 22, 4), 0x06054b50);
            assert_int_equal(le(c.tail + sizeof c.tail - 12, 2), 1);
            buf_free(&c.out);
        }
    }
}

static void a_place_beyond_4_GiB_is_written_with_64_bits(void **state)
{
    (void)state;
    struct collected near = one(10, 10, UINT64_C(0xFFFFFF00));
    const uint8_t *end = near.tail + sizeof near.tail - 22;
    assert_int_equal(le(end, 4), 0x06054b50);
    assert_true(le(end + 16, 4) < 0xFFFFFFFFu); /* just below */
    buf_free(&near.out);
    struct collected far = one(10, 10, UINT64_C(0x123456789A));
    end = far.tail + sizeof far.tail - 22;
    assert_int_equal(le(end + 16, 4), 0xFFFFFFFFu);
    const uint8_t *locator = end - 20, *end64 = locator - 56;
    assert_int_equal(le(locator, 4), 0x07064b50);
    assert_int_equal(le(end64, 4), 0x06064b50);
    assert_int_equal(le(end64 + 32, 8), 1);
    uint64_t central = le(end64 + 48, 8);
    assert_int_equal(le(locator + 8, 8), central + le(end64 + 40, 8)); /* where the record stands */
    const uint8_t *place = end64 - 8;                                  /* the last field of the one entry */
    assert_int_equal(le(place, 8), UINT64_C(0x123456789A));
    assert_int_equal(le(place - 4, 2), 1);
    buf_free(&far.out);
}

static void many_members_are_counted_with_64_bits(void **state)
{
    enum { MANY = 65535 };
    struct source nothing = {0, 1};
    struct zip_member *list = mem_zalloc(MANY * sizeof *list);
    struct collected c = {.out = BUF_INIT(1000)};
    struct err e = ERR_INIT;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        list[i] = (struct zip_member){.name = STR("x"), .write = give, .ctx = &nothing};
    }
    assert_true(zip_write(list, MANY, 0, collect, &c, &e));
    assert_int_equal(c.n, zip_size(list, MANY, 0));
    assert_int_equal(le(c.tail + sizeof c.tail - 22 - 76 + 32, 8), MANY);
    buf_free(&c.out);
    mem_free(list);
}

static void a_source_that_gives_less_or_more_is_refused(void **state)
{
    static const uint64_t gives[] = {0, 99, 101, 70000};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(gives); i++) {
        struct source s = {gives[i], 50};
        struct zip_member m = {.name = STR("x"), .size = 100, .write = give, .ctx = &s};
        struct collected c = {.out = BUF_INIT(1u << 17)};
        struct err e = ERR_INIT;
        assert_false(zip_write(&m, 1, 0, collect, &c, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        buf_free(&c.out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_size_is_known_beforehand),
        cmocka_unit_test(a_place_beyond_4_GiB_is_written_with_64_bits),
        cmocka_unit_test(many_members_are_counted_with_64_bits),
        cmocka_unit_test(a_source_that_gives_less_or_more_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
