/* Ed25519: the published vectors, and every way a signature or a key can be not quite right. */
#include "testing.h"

#include "tests/vectors/ed25519_cctv.h"

static int start_crypto(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    return crypto_init(&e) ? 0 : -1;
}

static void raw_of(const char *hex, uint8_t *out, size_t n)
{
    assert_true(hex_decode(str_of(hex), out, n));
}

/* RFC 8032 §7.1, tests 1 to 3. */
static void signatures_match_rfc_8032(void **state)
{
    (void)state;
    static const struct {
        const char *seed, *public, *sig;
        struct str msg;
    } cases[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
         "595bbe24655141438e7a100b",
         STR_INIT("")},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
         "b4302aeeb00d291612bb0c00",
         STR_INIT("\x72")},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9"
         "716ed28dc027beceea1ec40a",
         STR_INIT("\xaf\x82")}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sign_secret secret;
        struct sign_public public;
        uint8_t expected[64], sig[64], public_expected[32];
        struct err e = ERR_INIT;
        raw_of(cases[i].seed, secret.seed, 32);
        raw_of(cases[i].public, public_expected, 32);
        raw_of(cases[i].sig, expected, 64);
        sign_public_of(&secret, &public);
        assert_memory_equal(public.b, public_expected, 32);
        assert_true(sign_public_ok(&public));
        assert_true(sign_bytes(&secret, bytes_of(cases[i].msg), sig, &e));
        assert_memory_equal(sig, expected, 64);
        assert_true(sign_verify(&public, bytes_of(cases[i].msg), sig));
    }
}

static void any_flipped_bit_is_refused(void **state)
{
    (void)state;
    struct sign_secret secret = {{1, 2, 3}};
    struct sign_public public;
    struct err e = ERR_INIT;
    uint8_t sig[64], msg[4] = "text";
    struct bytes text = {msg, sizeof msg};
    sign_public_of(&secret, &public);
    assert_true(sign_bytes(&secret, text, sig, &e));
    for (size_t bit = 0; bit < 512; bit += 3) {
        sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(sign_verify(&public, text, sig));
        sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 256; bit += 5) {
        public.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(sign_verify(&public, text, sig));
        public.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    msg[3] = 's';
    assert_false(sign_verify(&public, text, sig));
    assert_false(sign_verify(&public, (struct bytes){msg, 3}, sig));
}

/* The same signature with S + L: libgcrypt alone would take it. */
static void second_form_of_s_is_refused(void **state)
{
    (void)state;
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    struct sign_secret secret = {{42}};
    struct sign_public public;
    struct err e = ERR_INIT;
    uint8_t sig[64];
    sign_public_of(&secret, &public);
    assert_true(sign_bytes(&secret, bytes_of(STR("x")), sig, &e));
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        unsigned sum = sig[32 + i] + order[i] + carry;
        sig[32 + i] = (uint8_t)sum;
        carry = sum >> 8;
    }
    assert_false(sign_verify(&public, bytes_of(STR("x")), sig));
    memcpy(sig + 32, order, 32);
    assert_false(sign_verify(&public, bytes_of(STR("x")), sig));
}

static void keys_of_low_order_are_refused(void **state)
{
    (void)state;
    static const char *const encodings[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        struct sign_public public;
        raw_of(encodings[i], public.b, 32);
        assert_false(sign_public_ok(&public));
    }
}

static void keys_off_the_curve_are_refused(void **state)
{
    (void)state;
    struct sign_public public = {{2, [24] = 2}};
    uint8_t sig[64] = {0};
    size_t refused = 0;
    for (unsigned i = 0; i < 64; i++) { /* every other y has no x */
        public.b[0] = (uint8_t)i;
        refused += !sign_public_ok(&public);
        assert_false(sign_verify(&public, bytes_of(STR("x")), sig));
    }
    assert_true(refused >= 16);
    memset(public.b, 0xff, sizeof public.b);
    assert_false(sign_public_ok(&public));
}

/* Points on the curve with a coordinate below 2^192, on which libgcrypt by itself aborts. */
static void keys_with_a_short_coordinate_are_refused(void **state)
{
    (void)state;
    static const char *const short_x[] = {
        "3126711e11ef574692935381d2cd2bbab5dd113c4010f91fd7c4dd7b12bf431a", /* x=2 */
        "aa9239e819ad147f9f634c535d82d85717a872ef0ae6c71c72571510cc4ba362", /* x=6 */
        "a04fdde758d2d45f3a718974adb5108cb1ddffc3d1c5b056cbb2fbc9bb4891b0", /* x=2^63+1 */
        "9cbc119fe3f033dd187f05135a054615653542d40a4def30316a0c768cb7655c", /* x=2^64+0 */
        "ea263a5e9586d6f5ae0ec7d7d469bd08573dcb48323229a0de8868428a2b30c7", /* x=2^128+1 */
        "95cef8cde8960ec2a0524d2a6a67d4ed4bbc360b94f5d336a71dd875bd710405", /* x=2^191+0 */
    };
    uint8_t sig[64] = {9, [32] = 7};
    for (size_t i = 0; i < COUNT_OF(short_x); i++) {
        struct sign_public public;
        raw_of(short_x[i], public.b, 32);
        assert_false(sign_verify(&public, bytes_of(STR("x")), sig));
        assert_false(sign_public_ok(&public));
    }
    for (unsigned i = 0; i < 24 * 8; i++) {
        struct sign_public public = {{0}};
        public.b[i % 24] = (uint8_t)(2 + i / 24);
        public.b[31] = (uint8_t)(i % 2 * 0x80);
        assert_false(sign_verify(&public, bytes_of(STR("x")), sig));
        assert_false(sign_public_ok(&public));
    }
}

/* y = p … p + 18, which say again what 0 … 18 say. */
static void keys_that_are_not_canonical_are_refused(void **state)
{
    (void)state;
    uint8_t sig[64] = {9, [32] = 7};
    for (unsigned i = 0; i < 2 * 19; i++) {
        struct sign_public public;
        memset(public.b, 0xff, sizeof public.b);
        public.b[0] = (uint8_t)(0xed + i / 2);
        public.b[31] = i % 2 ? 0xff : 0x7f;
        assert_false(sign_public_ok(&public));
        assert_false(sign_verify(&public, bytes_of(STR("x")), sig));
    }
}

/* All 914: never an abort; with a key that loads, the verdict of RFC 8032 without cofactor. */
static void edge_cases_of_cctv(void **state)
{
    (void)state;
    size_t good_keys = 0, accepted = 0;
    for (size_t i = 0; i < COUNT_OF(cctv_case); i++) {
        struct sign_public public;
        uint8_t sig[64];
        char msg[32];
        unsigned flags = cctv_case[i].flags;
        raw_of(cctv_key[cctv_case[i].key], public.b, 32);
        raw_of(cctv_r[cctv_case[i].r], sig, 32);
        raw_of(cctv_s[cctv_case[i].s], sig + 32, 32);
        snprintf(msg, sizeof msg, cctv_case[i].number < 0 ? "ed25519vectors" : "ed25519vectors %d",
                 cctv_case[i].number);
        bool valid = sign_verify(&public, bytes_of(str_of(msg)), sig);
        assert_int_equal(sign_public_ok(&public), (flags & (LOW_ORDER_A | COMPONENT_A | NON_CANONICAL_A)) == 0);
        assert_false(valid && (flags & (LOW_ORDER_A | NON_CANONICAL_A | NON_CANONICAL_R)) != 0);
        if (sign_public_ok(&public)) {
            good_keys++;
            accepted += valid;
            assert_int_equal(valid, (flags & (NON_CANONICAL_R | RESIDUE)) == 0);
        }
    }
    assert_int_equal(COUNT_OF(cctv_case), 914);
    assert_int_equal(good_keys, 28);
    assert_int_equal(accepted, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_match_rfc_8032),
        cmocka_unit_test(any_flipped_bit_is_refused),
        cmocka_unit_test(second_form_of_s_is_refused),
        cmocka_unit_test(keys_of_low_order_are_refused),
        cmocka_unit_test(keys_off_the_curve_are_refused),
        cmocka_unit_test(keys_with_a_short_coordinate_are_refused),
        cmocka_unit_test(keys_that_are_not_canonical_are_refused),
        cmocka_unit_test(edge_cases_of_cctv),
    };
    return cmocka_run_group_tests_name("base_sign", tests, start_crypto, NULL);
}
