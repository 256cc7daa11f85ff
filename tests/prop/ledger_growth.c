/* The log in the store against the definition: random batches, published at random moments, opened again now and then;
 * after each publication root and tiles are those of all entries at once. Then 65,537 entries across the border where a
 * second full level begins, audited by the independent program. */
#include "ledger_case.h"

#include "chance.h"

static struct ledger_case k;

static int begin(void **state)
{
    (void)state;
    case_begin(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    case_end(&k);
    return 0;
}

struct all_leaves {
    struct hash *h;
    size_t n;
    uint64_t want;
};

static bool take(void *ctx, uint64_t place, struct bytes entry, struct err *e)
{
    struct all_leaves *all = ctx;
    (void)e;
    merkle_leaf(entry, &all->h[place]);
    all->n = (size_t)place + 1;
    return true;
}

static bool read_all(struct txn *t, void *ctx, struct err *e)
{
    return entries_walk(t, 0, 0, ((const struct all_leaves *)ctx)->want, take, ctx, e);
}

static void assert_root_of_all(void)
{
    static struct hash h[20000];
    struct hash root;
    struct err e = ERR_INIT;
    struct ledger_head head = case_head(&k);
    struct all_leaves all = {h, 0, head.published};
    assert_true(head.published <= COUNT_OF(h));
    assert_true(store_read(k.store, read_all, &all, &e));
    assert_int_equal(all.n, head.published);
    merkle_root(h, all.n, &root);
    assert_true(hash_equal(&root, &head.root));
}

/* A proof of any entry, and growth from any earlier size, hold. */
static void assert_any_proof(void)
{
    struct ledger_head head = case_head(&k);
    struct buf proof CLEANUP(buf_free) = BUF_INIT(16384);
    struct err e = ERR_INIT;
    struct tree_proof growth;
    struct hash old;
    uint64_t m = 1 + chance_below(head.published);
    assert_true(ledger_prove(k.ledger, chance_below(head.published), &proof, &e)); /* checks itself */
    assert_true(tree_consistency(k.store, 0, m, head.published, &growth, &e));
    assert_true(tree_root_at(k.store, 0, m, &old, &e));
    assert_true(merkle_verify_consistency(m, head.published, &old, &head.root, growth.hashes, growth.n, &e));
}

static void random_growth(void **state)
{
    (void)state;
    chance_start("ledger_growth");
    while (case_head(&k).size < 6000) {
        uint64_t n = chance_below(10) == 0 ? 1 + chance_below(900) : 1 + chance_below(40);
        case_append(&k, n, 1 + chance_below(n));
        if (chance_below(4) > 0)
            case_publish(&k);
        if (chance_below(8) == 0) {
            case_close(&k);
            case_open(&k);
        }
        if (chance_below(6) == 0)
            assert_root_of_all();
        assert_any_proof();
        arena_reset(k.arena);
    }
    case_publish(&k);
    assert_root_of_all();
    case_assert_sound(&k);
}

static void the_border_of_the_second_level(void **state)
{
    static const uint64_t sizes[] = {65535, 65536, 65537};
    char log[512], names[3][512], from[512];
    const char *earlier[4] = {NULL};
    (void)state;
    case_path(&k, "log", log);
    case_path(&k, "log/checkpoint", from);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        case_append(&k, sizes[i] - case_head(&k).size, 2000);
        case_publish(&k);
        snprintf(names[i], sizeof names[i], "%s/checkpoint-%zu", k.scratch.path, i);
        case_copy(from, names[i]);
        earlier[i] = names[i];
        assert_any_proof();
    }
    struct stat st;
    case_path(&k, "log/tile/2/000.p/1", from);
    assert_int_equal(stat(from, &st), 0);
    assert_int_equal(case_audit(log, earlier), 0);
    case_assert_sound(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_growth, begin, end),
        cmocka_unit_test_setup_teardown(the_border_of_the_second_level, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
