/* merkle.c: the hash tree of RFC 6962 §2.1 over SHA-256.
 *
 * Owns: leaf and node hashes, roots, inclusion and consistency proofs, both ways. Pure: no disk, no memory of its own.
 * Promises: a proof is accepted only with exactly the hashes that its sizes ask for. Fails with the rule that was
 * broken.
 *
 * Two facts carry the whole file. A range [start, start + n) whose start is a multiple of the smallest power of two
 * that is not below n falls apart into complete subtrees, one for each set bit of n, the largest first. And the right
 * part of every split is such a range. So whoever can give complete subtrees can give every root and every proof. */
#include "ledger.h"

#include <string.h>

#define NODE_PREFIX 0x01

static const uint8_t leaf_prefix[1] = {0x00};

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->b, b->b, SHA256_SIZE) == 0;
}

void merkle_empty(struct hash *out)
{
    sha256_of((struct bytes){NULL, 0}, out->b);
}

void merkle_leaf(struct bytes entry, struct hash *out)
{
    sha256_of2((struct bytes){leaf_prefix, sizeof leaf_prefix}, entry, out->b);
}

void merkle_node(const struct hash *left, const struct hash *right, struct hash *out)
{
    uint8_t both[1 + 2 * SHA256_SIZE];
    both[0] = NODE_PREFIX;
    memcpy(both + 1, left->b, SHA256_SIZE);
    memcpy(both + 1 + SHA256_SIZE, right->b, SHA256_SIZE);
    sha256_of((struct bytes){both, sizeof both}, out->b);
}

/* The place where RFC 6962 splits n > 1 leaves: the largest power of two below n. */
static uint64_t split_of(uint64_t n)
{
    return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* Complete subtrees from left to right, each smaller than the one before, become one hash. */
static void fold_right(const struct hash *part, size_t n, struct hash *out)
{
    struct hash acc = part[n - 1];
    for (size_t i = n - 1; i > 0; i--)
        merkle_node(&part[i - 1], &acc, &acc);
    *out = acc;
}

void merkle_root(const struct hash *leaves, size_t n, struct hash *out)
{
    struct hash stack[64];
    size_t depth = 0;
    if (n == 0) {
        merkle_empty(out);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        stack[depth++] = leaves[i];
        for (size_t full = i + 1; (full & 1) == 0; full >>= 1, depth--)
            merkle_node(&stack[depth - 2], &stack[depth - 1], &stack[depth - 2]);
    }
    fold_right(stack, depth, out);
}

static bool range_root(uint64_t start, uint64_t n, merkle_node_fn node, void *ctx, struct hash *out, struct err *e)
{
    struct hash part[64];
    size_t parts = 0;
    while (n > 0) {
        unsigned level = 63 - (unsigned)__builtin_clzll(n);
        if (!node(ctx, level, start >> level, &part[parts], e))
            return false;
        parts++;
        start += UINT64_C(1) << level;
        n -= UINT64_C(1) << level;
    }
    fold_right(part, parts, out);
    return true;
}

bool merkle_root_from(uint64_t size, merkle_node_fn node, void *ctx, struct hash *root, struct err *e)
{
    struct hash got;
    if (size == 0)
        merkle_empty(&got);
    else if (!range_root(0, size, node, ctx, &got, e))
        return false;
    *root = got;
    return true;
}

/* The definitions give the sibling of the root's child first; proofs carry it last. */
static void give_reversed(const struct hash *from_top, size_t n, struct hash proof[MERKLE_PROOF_MAX], size_t *out_n)
{
    for (size_t i = 0; i < n; i++)
        proof[i] = from_top[n - 1 - i];
    *out_n = n;
}

bool merkle_inclusion_from(uint64_t index, uint64_t size, merkle_node_fn node, void *ctx,
                           struct hash proof[MERKLE_PROOF_MAX], size_t *n, struct err *e)
{
    struct hash from_top[MERKLE_PROOF_MAX];
    size_t got = 0;
    uint64_t start = 0, left = size;
    if (index >= size)
        return err_set(e, ERR_INVALID, "entry %llu is not among the first %llu entries", (unsigned long long)index,
                       (unsigned long long)size);
    while (left > 1) {
        uint64_t k = split_of(left);
        bool go_left = index - start < k;
        if (!range_root(go_left ? start + k : start, go_left ? left - k : k, node, ctx, &from_top[got], e))
            return false;
        got++;
        start += go_left ? 0 : k;
        left = go_left ? k : left - k;
    }
    give_reversed(from_top, got, proof, n);
    return true;
}

bool merkle_consistency_from(uint64_t old_size, uint64_t new_size, merkle_node_fn node, void *ctx,
                             struct hash proof[MERKLE_PROOF_MAX], size_t *n, struct err *e)
{
    struct hash from_top[MERKLE_PROOF_MAX + 1];
    size_t got = 0;
    uint64_t start = 0, left = new_size, m = old_size;
    bool old_root_known = true; /* the verifier has it while the old tree is the leftmost part itself */
    if (old_size == 0 || old_size > new_size)
        return err_set(e, ERR_INVALID, "no consistency proof leads from %llu to %llu entries",
                       (unsigned long long)old_size, (unsigned long long)new_size);
    while (m < left) {
        uint64_t k = split_of(left);
        bool go_left = m <= k;
        if (!range_root(go_left ? start + k : start, go_left ? left - k : k, node, ctx, &from_top[got], e))
            return false;
        got++;
        start += go_left ? 0 : k;
        m -= go_left ? 0 : k;
        left = go_left ? k : left - k;
        old_root_known = old_root_known && go_left;
    }
    if (!old_root_known) {
        if (!range_root(start, left, node, ctx, &from_top[got], e))
            return false;
        got++;
    }
    give_reversed(from_top, got, proof, n);
    return true;
}

/* A path upwards: `at` is the node's number on its level, `last` that of the level's rightmost node. */
struct climb {
    uint64_t at, last;
};

static bool is_right_child(const struct climb *c)
{
    return (c->at & 1) != 0 || c->at == c->last;
}

static void go_up(struct climb *c)
{
    c->at >>= 1;
    c->last >>= 1;
}

/* A rightmost node without a sibling stands for its parent, and so on until it has one. */
static void skip_lonely(struct climb *c)
{
    while ((c->at & 1) == 0 && c->at != 0)
        go_up(c);
}

bool merkle_verify_inclusion(uint64_t index, uint64_t size, const struct hash *leaf, const struct hash *proof, size_t n,
                             const struct hash *root, struct err *e)
{
    if (index >= size)
        return err_set(e, ERR_INVALID, "entry %llu is not among the first %llu entries", (unsigned long long)index,
                       (unsigned long long)size);
    struct climb c = {index, size - 1};
    struct hash acc = *leaf;
    for (size_t i = 0; i < n; i++) {
        if (c.last == 0)
            return err_set(e, ERR_INVALID, "the inclusion proof is too long");
        if (is_right_child(&c)) {
            merkle_node(&proof[i], &acc, &acc);
            skip_lonely(&c);
        } else {
            merkle_node(&acc, &proof[i], &acc);
        }
        go_up(&c);
    }
    if (c.last != 0)
        return err_set(e, ERR_INVALID, "the inclusion proof is too short");
    if (!hash_equal(&acc, root))
        return err_set(e, ERR_CORRUPT, "the inclusion proof does not lead to the tree's root");
    return true;
}

/* Folds the proof into what it says of both roots; `at` starts at the old tree's last node. */
static bool climb_both(struct climb c, const struct hash *seed, const struct hash *proof, size_t n,
                       struct hash *old_out, struct hash *new_out, struct err *e)
{
    struct hash old_acc = *seed, new_acc = *seed;
    for (size_t i = 0; i < n; i++) {
        if (c.last == 0)
            return err_set(e, ERR_INVALID, "the consistency proof is too long");
        if (is_right_child(&c)) {
            merkle_node(&proof[i], &old_acc, &old_acc);
            merkle_node(&proof[i], &new_acc, &new_acc);
            skip_lonely(&c);
        } else {
            merkle_node(&new_acc, &proof[i], &new_acc);
        }
        go_up(&c);
    }
    if (c.last != 0)
        return err_set(e, ERR_INVALID, "the consistency proof is too short");
    *old_out = old_acc;
    *new_out = new_acc;
    return true;
}

bool merkle_verify_consistency(uint64_t old_size, uint64_t new_size, const struct hash *old_root,
                               const struct hash *new_root, const struct hash *proof, size_t n, struct err *e)
{
    if (old_size == 0 || old_size > new_size)
        return err_set(e, ERR_INVALID, "no consistency proof leads from %llu to %llu entries",
                       (unsigned long long)old_size, (unsigned long long)new_size);
    if (old_size == new_size) {
        if (n != 0)
            return err_set(e, ERR_INVALID, "a proof between equal sizes must be empty");
        return hash_equal(old_root, new_root) ||
               err_set(e, ERR_CORRUPT, "two different roots for the same %llu entries", (unsigned long long)old_size);
    }
    struct climb c = {old_size - 1, new_size - 1};
    while ((c.at & 1) != 0)
        go_up(&c);
    /* After that `at` is 0 exactly when the old size is a power of two: then the old root itself is the seed. */
    bool seeded = c.at == 0;
    if (!seeded && n == 0)
        return err_set(e, ERR_INVALID, "the consistency proof is too short");
    struct hash old_got, new_got;
    if (!climb_both(c, seeded ? old_root : &proof[0], seeded ? proof : proof + 1, seeded ? n : n - 1, &old_got,
                    &new_got, e))
        return false;
    if (!hash_equal(&old_got, old_root))
        return err_set(e, ERR_CORRUPT, "the consistency proof does not lead to the old root of %llu entries",
                       (unsigned long long)old_size);
    if (!hash_equal(&new_got, new_root))
        return err_set(e, ERR_CORRUPT, "the consistency proof does not lead to the new root of %llu entries",
                       (unsigned long long)new_size);
    return true;
}
