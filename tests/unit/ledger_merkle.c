/* The tree against public vectors: RFC 6962 hashes and roots, 98 inclusion and 98 consistency probes (most of them
 * broken on purpose), and the rolling digests of every root and proof of many sizes. */
#include "log_vectors.h"

static void assert_hash(const struct hash *got, struct str want_hex)
{
    char hex[65];
    hex_encode((struct bytes){got->b, sizeof got->b}, hex);
    assert_int_equal(want_hex.n, 64);
    assert_memory_equal(hex, want_hex.p, 64);
}

/* Complete subtrees by the recursive definition, from leaf hashes in memory. */
static bool node_by_definition(void *ctx, unsigned level, uint64_t index, struct hash *out, struct err *e)
{
    const struct hash *leaves = ctx;
    if (level == 0) {
        *out = leaves[index];
        return true;
    }
    struct hash left, right;
    assert_true(node_by_definition(ctx, level - 1, 2 * index, &left, e));
    assert_true(node_by_definition(ctx, level - 1, 2 * index + 1, &right, e));
    merkle_node(&left, &right, out);
    return true;
}

static void tree_of_eight_leaves(void **state)
{
    json_t *v = vectors_load("rfc6962-tree.json");
    json_t *inputs = json_object_get(v, "leaf_inputs_hex"), *levels = json_object_get(v, "node_hashes_hex_by_level");
    json_t *roots = json_object_get(v, "root_hex_by_tree_size");
    struct hash leaves[8], h;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(json_array_size(inputs), 8);
    for (size_t i = 0; i < 8; i++) {
        uint8_t raw[32];
        struct str hex = text_at(json_array_get(inputs, i));
        assert_true(hex_decode(hex, raw, hex.n / 2));
        merkle_leaf((struct bytes){raw, hex.n / 2}, &leaves[i]);
    }
    for (unsigned level = 0; level < json_array_size(levels); level++) {
        json_t *row = json_array_get(levels, level);
        for (size_t i = 0; i < json_array_size(row); i++) {
            assert_true(node_by_definition(leaves, level, i, &h, &e));
            assert_hash(&h, text_at(json_array_get(row, i)));
        }
    }
    assert_int_equal(json_array_size(roots), 9);
    for (size_t n = 0; n <= 8; n++) {
        merkle_root(leaves, n, &h);
        assert_hash(&h, text_at(json_array_get(roots, n)));
        assert_true(merkle_root_from(n, node_by_definition, leaves, &h, &e));
        assert_hash(&h, text_at(json_array_get(roots, n)));
    }
    merkle_empty(&h);
    assert_hash(&h, text_in(v, "empty_root_hex"));
    json_decref(v);
}

static void hashers(void **state)
{
    json_t *v = vectors_load("rfc6962-tree.json"), *cases = json_object_get(v, "hasher"), *c;
    size_t i, seen = 0;
    (void)state;
    json_array_foreach(cases, i, c)
    {
        struct hash h;
        if (str_is(text_in(c, "what"), "leaf")) {
            merkle_leaf(bytes_of(text_in(c, "input_utf8")), &h);
            assert_hash(&h, text_in(c, "hash_hex"));
            seen++;
        } else {
            /* A node vector over two short texts: the prefix and the order, without the fixed width. */
            struct hash got;
            char joined[64];
            struct str l = text_in(c, "left_utf8"), r = text_in(c, "right_utf8");
            int n = snprintf(joined, sizeof joined, "\x01%.*s%.*s", (int)l.n, l.p, (int)r.n, r.p);
            sha256_of((struct bytes){(const uint8_t *)joined, (size_t)n}, got.b);
            assert_hash(&got, text_in(c, "hash_hex"));
            seen++;
        }
    }
    assert_int_equal(seen, 3);
    json_decref(v);
}

/* False when an element is not 32 bytes: every reader of ours refuses such a proof before the tree sees it. */
static bool proof_of(const json_t *list, struct hash out[MERKLE_PROOF_MAX + 8], size_t *n)
{
    size_t i;
    json_t *v;
    *n = 0;
    json_array_foreach(list, i, v)
    {
        if (*n == MERKLE_PROOF_MAX + 8 || !hash_from_base64(text_at(v), &out[(*n)++]))
            return false;
    }
    return true;
}

/* A few probes have words in place of roots; their digest stands for them, so that equal ones stay equal. */
static void root_of(const json_t *c, const char *key, struct hash *out)
{
    if (!hash_from_base64(text_in(c, key), out))
        sha256_of(bytes_of(text_in(c, key)), out->b);
}

static void inclusion_probes(void **state)
{
    json_t *v = vectors_load("probes-inclusion.json"), *cases = json_object_get(v, "cases"), *c;
    size_t i, good = 0, bad = 0;
    (void)state;
    json_array_foreach(cases, i, c)
    {
        struct hash root, leaf, proof[MERKLE_PROOF_MAX + 8];
        struct err e = ERR_INIT;
        size_t n;
        bool ok =
            hash_from_base64(text_in(c, "root"), &root) && hash_from_base64(text_in(c, "leafHash"), &leaf) &&
            proof_of(json_object_get(c, "proof"), proof, &n) &&
            merkle_verify_inclusion(number_in(c, "leafIdx"), number_in(c, "treeSize"), &leaf, proof, n, &root, &e);
        if (ok == json_is_true(json_object_get(c, "wantErr")))
            fail_msg("%s", json_string_value(json_object_get(c, "file")));
        *(ok ? &good : &bad) += 1;
    }
    assert_int_equal(good, 6);
    assert_int_equal(bad, 92);
    json_decref(v);
}

static void consistency_probes(void **state)
{
    json_t *v = vectors_load("probes-consistency.json"), *cases = json_object_get(v, "cases"), *c;
    size_t i, good = 0, bad = 0;
    (void)state;
    json_array_foreach(cases, i, c)
    {
        struct hash from, to, proof[MERKLE_PROOF_MAX + 8];
        struct err e = ERR_INIT;
        size_t n;
        root_of(c, "root1", &from);
        root_of(c, "root2", &to);
        bool ok = proof_of(json_object_get(c, "proof"), proof, &n) &&
                  merkle_verify_consistency(number_in(c, "size1"), number_in(c, "size2"), &from, &to, proof, n, &e);
        if (ok == json_is_true(json_object_get(c, "wantErr")))
            fail_msg("%s: %s", json_string_value(json_object_get(c, "file")), e.text);
        *(ok ? &good : &bad) += 1;
    }
    assert_int_equal(good, 6);
    assert_int_equal(bad, 92);
    json_decref(v);
}

/* ---------------------------------------------------------------- every root and proof of many sizes, as digests */

#define LEAVES 600
static struct hash leaf_of_600[LEAVES];

static void make_leaves(void)
{
    for (unsigned i = 0; i < LEAVES; i++) {
        uint8_t raw[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        merkle_leaf((struct bytes){raw, 2}, &leaf_of_600[i]);
    }
}

static void add_line(struct digest *d, uint64_t a, uint64_t b, const struct hash *proof, size_t n)
{
    char text[96];
    int len = snprintf(text, sizeof text, "%llu %llu", (unsigned long long)a, (unsigned long long)b);
    digest_add(d, (struct bytes){(const uint8_t *)text, (size_t)len});
    for (size_t i = 0; i < n; i++) {
        char hex[66] = " ";
        hex_encode((struct bytes){proof[i].b, 32}, hex + 1);
        digest_add(d, (struct bytes){(const uint8_t *)hex, 65});
    }
    digest_add(d, (struct bytes){(const uint8_t *)"\n", 1});
}

static void assert_digest(struct digest *d, struct str want_hex)
{
    struct hash got;
    digest_end(d, got.b);
    assert_hash(&got, want_hex);
}

static void every_root(void **state)
{
    json_t *v = vectors_load("derived-accumulators.json");
    struct digest *d = digest_new(DIGEST_SHA256);
    struct hash root;
    (void)state;
    make_leaves();
    for (unsigned n = 0; n <= LEAVES; n++) {
        char line[128], hex[65];
        merkle_root(leaf_of_600, n, &root);
        hex_encode((struct bytes){root.b, 32}, hex);
        int len = snprintf(line, sizeof line, "%u %s\n", n, hex);
        digest_add(d, (struct bytes){(const uint8_t *)line, (size_t)len});
    }
    assert_digest(d, text_in(json_object_get(v, "roots"), "sha256"));
    assert_hash(&root, text_in(v, "root_600_hex"));
    digest_free(&d);
    json_decref(v);
}

static void every_inclusion_proof(void **state)
{
    json_t *v = vectors_load("derived-accumulators.json"), *size;
    struct digest *d = digest_new(DIGEST_SHA256);
    size_t k, len;
    (void)state;
    make_leaves();
    json_array_foreach(json_object_get(v, "sizes"), k, size)
    {
        uint64_t n = number_at(size);
        struct hash root, proof[MERKLE_PROOF_MAX];
        merkle_root(leaf_of_600, (size_t)n, &root);
        for (uint64_t i = 0; i < n; i++) {
            struct err e = ERR_INIT;
            assert_true(merkle_inclusion_from(i, n, node_by_definition, leaf_of_600, proof, &len, &e));
            assert_true(merkle_verify_inclusion(i, n, &leaf_of_600[i], proof, len, &root, &e));
            add_line(d, i, n, proof, len);
        }
    }
    assert_digest(d, text_in(json_object_get(v, "inclusion"), "sha256"));
    digest_free(&d);
    json_decref(v);
}

static void every_consistency_proof(void **state)
{
    json_t *v = vectors_load("derived-accumulators.json"), *size;
    struct digest *d = digest_new(DIGEST_SHA256);
    size_t k, len;
    (void)state;
    make_leaves();
    json_array_foreach(json_object_get(v, "sizes"), k, size)
    {
        uint64_t n = number_at(size);
        struct hash old_root, root, proof[MERKLE_PROOF_MAX];
        merkle_root(leaf_of_600, (size_t)n, &root);
        for (uint64_t m = 1; m <= n; m++) {
            struct err e = ERR_INIT;
            merkle_root(leaf_of_600, (size_t)m, &old_root);
            assert_true(merkle_consistency_from(m, n, node_by_definition, leaf_of_600, proof, &len, &e));
            assert_true(merkle_verify_consistency(m, n, &old_root, &root, proof, len, &e));
            add_line(d, m, n, proof, len);
        }
    }
    assert_digest(d, text_in(json_object_get(v, "consistency"), "sha256"));
    digest_free(&d);
    json_decref(v);
}

static void refusals_have_reasons(void **state)
{
    struct hash h = {{0}}, proof[MERKLE_PROOF_MAX];
    struct err e = ERR_INIT;
    size_t n = 0;
    (void)state;
    assert_false(merkle_inclusion_from(5, 5, node_by_definition, leaf_of_600, proof, &n, &e));
    assert_int_equal(e.code, ERR_INVALID);
    e = ERR_INIT;
    assert_false(merkle_consistency_from(0, 5, node_by_definition, leaf_of_600, proof, &n, &e));
    e = ERR_INIT;
    assert_false(merkle_verify_consistency(3, 2, &h, &h, NULL, 0, &e));
    assert_true(strlen(e.text) > 0);
    e = ERR_INIT;
    assert_false(merkle_verify_inclusion(0, 0, &h, NULL, 0, &h, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_of_eight_leaves),
        cmocka_unit_test(hashers),
        cmocka_unit_test(inclusion_probes),
        cmocka_unit_test(consistency_probes),
        cmocka_unit_test(every_root),
        cmocka_unit_test(every_inclusion_proof),
        cmocka_unit_test(every_consistency_proof),
        cmocka_unit_test(refusals_have_reasons),
    };
    return cmocka_run_group_tests(tests, vectors_setup, NULL);
}
