/* The fast tree against the definition: random sizes and leaves, every pair of small sizes, and one change to a proof,
 * a root, an index or a size must make it fail. The seed is printed. */
#include "archive/ledger/ledger_internal.h"

#include "chance.h"
#include "testing.h"

#include <string.h>

#define MOST 1500

static struct hash leaves[MOST];

/* MTH of RFC 6962 §2.1, word for word. */
static struct hash mth(size_t from, size_t n)
{
    struct hash h, left, right;
    if (n == 0)
        sha256_of((struct bytes){NULL, 0}, h.b);
    if (n == 1)
        h = leaves[from];
    if (n < 2)
        return h;
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    left = mth(from, k);
    right = mth(from + k, n - k);
    merkle_node(&left, &right, &h);
    return h;
}

static bool node_of(void *ctx, unsigned level, uint64_t index, struct hash *out, struct err *e)
{
    (void)ctx;
    (void)e;
    size_t n = (size_t)1 << level;
    assert_true((index + 1) * n <= MOST);
    *out = mth((size_t)index * n, n);
    return true;
}

static int setup(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    chance_start("ledger_tree");
    chance_fill(leaves, sizeof leaves);
    return crypto_init(&e) ? 0 : -1;
}

static void flip_any_bit(struct hash *h)
{
    h->b[chance_below(32)] ^= (uint8_t)(1u << chance_below(8));
}

static bool included(uint64_t i, uint64_t n, const struct hash *leaf, const struct hash *p, size_t pn,
                     const struct hash *root)
{
    struct err e = ERR_INIT;
    return merkle_verify_inclusion(i, n, leaf, p, pn, root, &e);
}

static bool consistent(uint64_t m, uint64_t n, const struct hash *a, const struct hash *b, const struct hash *p,
                       size_t pn)
{
    struct err e = ERR_INIT;
    return merkle_verify_consistency(m, n, a, b, p, pn, &e);
}

static void roots(void **state)
{
    (void)state;
    for (size_t n = 0; n < 300; n++) {
        struct hash want = mth(0, n), fast, from;
        struct err e = ERR_INIT;
        merkle_root(leaves, n, &fast);
        assert_true(merkle_root_from(n, node_of, NULL, &from, &e));
        assert_true(hash_equal(&want, &fast) && hash_equal(&want, &from));
    }
}

static void inclusion(void **state)
{
    (void)state;
    for (int round = 0; round < 400; round++) {
        uint64_t n = 1 + chance_below(MOST), i = chance_below(n);
        struct hash root = mth(0, (size_t)n), p[MERKLE_PROOF_MAX + 1], bad;
        struct err e = ERR_INIT;
        size_t pn;
        assert_true(merkle_inclusion_from(i, n, node_of, NULL, p, &pn, &e));
        assert_true(included(i, n, &leaves[i], p, pn, &root));
        bad = leaves[i];
        flip_any_bit(&bad);
        assert_false(included(i, n, &bad, p, pn, &root));
        bad = root;
        flip_any_bit(&bad);
        assert_false(included(i, n, &leaves[i], p, pn, &bad));
        p[pn] = root;
        assert_false(included(i, n, &leaves[i], p, pn + 1, &root));
        if (pn == 0)
            continue;
        assert_false(included(i, n, &leaves[i], p, pn - 1, &root));
        assert_false(included((i + 1) % n, n, &leaves[i], p, pn, &root));
        bad = p[chance_below(pn)];
        flip_any_bit(&p[chance_below(pn)]);
        assert_false(included(i, n, &leaves[i], p, pn, &root));
    }
}

static void consistency_of_every_pair(void **state)
{
    static struct hash root[131];
    (void)state;
    for (size_t n = 0; n <= 130; n++)
        root[n] = mth(0, n);
    for (uint64_t n = 1; n <= 130; n++) {
        for (uint64_t m = 1; m <= n; m++) {
            struct hash p[MERKLE_PROOF_MAX + 1];
            struct err e = ERR_INIT;
            size_t pn;
            assert_true(merkle_consistency_from(m, n, node_of, NULL, p, &pn, &e));
            assert_true(consistent(m, n, &root[m], &root[n], p, pn));
            assert_false(consistent(m, n, &root[m - 1], &root[n], p, pn));
            assert_false(consistent(m, n, &root[m], &root[n - 1], p, pn));
            p[pn] = root[n];
            assert_false(consistent(m, n, &root[m], &root[n], p, pn + 1));
            if (pn == 0)
                continue;
            assert_false(consistent(m, n, &root[m], &root[n], p, pn - 1));
            flip_any_bit(&p[chance_below(pn)]);
            assert_false(consistent(m, n, &root[m], &root[n], p, pn));
        }
    }
}

static void tile_names_come_back(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char path[TILE_PATH_SIZE];
        int level = (int)chance_below(65) - 1, level_back;
        uint64_t n = chance() >> (8 + chance_below(56)), n_back;
        unsigned width = 1 + (unsigned)chance_below(256), width_back;
        assert_true(tile_path(level, n, width, path, sizeof path));
        if (!tile_path_parse(path, &level_back, &n_back, &width_back))
            fail_msg("%s", path);
        assert_true(level == level_back && n == n_back && width == width_back);
    }
}

/* Any entry that can be written is read back to the same entry, and written again to the same bytes. */
static void entries_come_back(void **state)
{
    static const char *const keys[] = {"rule", "keep-until", "mark", "basis", "x"};
    struct arena *a = arena_new(1 << 20);
    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct entry en = {.type = (enum entry_type)chance_below(ENTRY_TYPE_COUNT)}, back;
        char values[ENTRY_LINES_MAX][40];
        instant t = (instant)chance_below(UINT64_C(4000000000)), t_back;
        struct err e = ERR_INIT;
        struct buf out CLEANUP(buf_free) = BUF_INIT(8192), again CLEANUP(buf_free) = BUF_INIT(8192);
        size_t lines = chance_below(ENTRY_LINES_MAX + 1), openings = chance_below(ENTRY_OPENINGS_MAX + 1);
        if (chance_below(3) > 0) {
            chance_fill(&en.object, sizeof en.object);
            en.event = 1 + (uint32_t)chance_below(UINT32_MAX);
        }
        en.actor = chance_below(2) > 0 ? chance() : 0;
        for (size_t i = 0; i < lines; i++) {
            size_t n = 1 + chance_below(sizeof values[i]);
            for (size_t j = 0; j < n; j++)
                values[i][j] = (char)((j == 0 || j + 1 == n ? 0x21 : 0x20) + chance_below(0x5E));
            entry_add(&en, keys[chance_below(COUNT_OF(keys))], (struct str){values[i], n});
        }
        for (size_t i = 0; i < openings; i++) {
            struct digests d;
            chance_fill(&d, sizeof d);
            entry_add_opening(&en, i % 2 ? "content" : "content-2", &d);
        }
        if (!entry_text(&en, t, &out, &e) || !entry_parse(buf_bytes(&out), a, &back, &t_back, &e))
            fail_msg("%s\n%.*s", e.text, (int)out.n, (const char *)out.p);
        assert_true(entry_text(&back, t_back, &again, &e));
        assert_true(str_eq(buf_str(&out), buf_str(&again)));
        assert_int_equal(t, t_back);
        arena_reset(a);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots),
        cmocka_unit_test(inclusion),
        cmocka_unit_test(consistency_of_every_pair),
        cmocka_unit_test(tile_names_come_back),
        cmocka_unit_test(entries_come_back),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
