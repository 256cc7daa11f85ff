/* Random rows come back; random bytes either are refused or are the one encoding of what they decode to. */
#include "chance.h"
#include "store.h"
#include "testing.h"

#include <string.h>

struct sample {
    struct str a;
    struct bytes b;
    uint64_t c;
    struct day d;
    instant i;
    struct id id;
    struct digests g;
};

static const struct field fields[] = {
    {1, "a", F_TEXT, offsetof(struct sample, a), 20, 0},     {2, "b", F_BYTES, offsetof(struct sample, b), 30, 0},
    {3, "c", F_U64, offsetof(struct sample, c), 0, 0},       {4, "d", F_DAY, offsetof(struct sample, d), 0, 0},
    {5, "i", F_INSTANT, offsetof(struct sample, i), 0, 0},   {90, "id", F_ID, offsetof(struct sample, id), 0, 0},
    {250, "g", F_DIGESTS, offsetof(struct sample, g), 0, 0},
};
static const struct row_kind kind = {"sample", 1, fields, COUNT_OF(fields)};

static int crypto_up(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    return crypto_init(&e) ? 0 : 1;
}

static void encode_again(const struct sample *s, struct bytes want)
{
    struct err e = ERR_INIT;
    CLEANUP(buf_free) struct buf b = BUF_INIT(4096);
    if (!row_encode(&kind, s, NULL, NULL, &b, &e)) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(bytes_cmp(buf_bytes(&b), want), 0);
}

static void random_rows_come_back(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena *a = arena_new(1u << 20);
    for (unsigned n = 0; n < 20000; n++) {
        struct err e = ERR_INIT;
        uint8_t blob[30];
        char text[20];
        struct sample s = {.d = DAY_NONE}, out;
        CLEANUP(buf_free) struct buf b = BUF_INIT(4096);
        chance_fill(blob, sizeof blob);
        for (size_t i = 0; i < sizeof text; i++) {
            text[i] = (char)('a' + chance_below(26));
        }
        s.a = (struct str){text, chance_below(sizeof text + 1)};
        s.b = (struct bytes){blob, chance_below(sizeof blob + 1)};
        s.c = chance_below(3) ? chance() >> chance_below(64) : 0;
        s.i = (instant)(chance() >> chance_below(64));
        s.d.n = chance_below(3) ? (int32_t)chance_below(180000) - 60000 : INT32_MIN; /* 1805 … 2298 */
        if (chance_below(2)) {
            chance_fill(&s.id, sizeof s.id);
            chance_fill(&s.g, sizeof s.g);
        }
        assert_true(row_encode(&kind, &s, NULL, NULL, &b, &e));
        assert_true(row_decode(&kind, buf_bytes(&b), NULL, NULL, a, &out, &e));
        assert_true(str_eq(out.a, s.a) && bytes_cmp(out.b, s.b) == 0 && out.c == s.c && out.d.n == s.d.n &&
                    out.i == s.i && memcmp(&out.id, &s.id, sizeof s.id) == 0 && digests_equal(&out.g, &s.g));
        encode_again(&out, buf_bytes(&b));
        arena_reset(a);
    }
}

static void changed_bytes_are_refused_or_canonical(void **state)
{
    (void)state;
    unsigned accepted = 0;
    CLEANUP(arena_free) struct arena *a = arena_new(1u << 20);
    for (unsigned n = 0; n < 60000; n++) {
        struct err e = ERR_INIT;
        uint8_t b[64] = {1, 1, 2, 'o', 'k', 3, 3, 1, 0, 9, 4, 4, 0, 0, 1, 1};
        size_t size = 16;
        struct sample out;
        for (size_t i = chance_below(4); i > 0; i--) {
            b[chance_below(size)] = (uint8_t)(chance_below(2) ? chance() : chance_below(12));
        }
        size = chance_below(5) == 0 ? chance_below(20) : size;
        if (row_decode(&kind, (struct bytes){b, size}, NULL, NULL, a, &out, &e)) {
            encode_again(&out, (struct bytes){b, size});
            accepted++;
        } else {
            assert_true(e.code == ERR_CORRUPT || e.code == ERR_UNSUPPORTED);
        }
        arena_reset(a);
    }
    assert_true(accepted > 1000 && accepted < 59000);
}

int main(void)
{
    chance_start("store_row");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_rows_come_back),
        cmocka_unit_test(changed_bytes_are_refused_or_canonical),
    };
    return cmocka_run_group_tests(tests, crypto_up, NULL);
}
