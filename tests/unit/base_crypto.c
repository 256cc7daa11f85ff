/* Digests, randomness and sealing, against published answers. */
#include "testing.h"

#include <pthread.h>

static int start_crypto(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    return crypto_init(&e) && crypto_init(&e) ? 0 : -1; /* twice is fine */
}

static void same_hex(const uint8_t *raw, size_t n, const char *expected)
{
    char text[257];
    assert_true(n <= 128);
    hex_encode((struct bytes){raw, n}, text);
    assert_string_equal(text, expected);
}

static void raw_of(const char *hex, uint8_t *out, size_t n)
{
    assert_true(hex_decode(str_of(hex), out, n));
}

static const char sha256_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char blake2b_abc[] = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                                  "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"; /* RFC 7693 */
static const char sha512_abc[] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                                 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

static void digests_match_the_standards(void **state)
{
    (void)state;
    struct digests d, again;
    digests_of(bytes_of(STR("abc")), &d);
    same_hex(d.sha256, 32, sha256_abc);
    same_hex(d.blake2b, 64, blake2b_abc);
    digests_of((struct bytes){NULL, 0}, &again);
    same_hex(again.sha256, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_false(digests_equal(&d, &again));
    again = d;
    assert_true(digests_equal(&d, &again));
    again.blake2b[63] ^= 1;
    assert_false(digests_equal(&d, &again));
    again = d;
    again.sha256[0] ^= 1;
    assert_false(digests_equal(&d, &again));
}

static void digest_of_two_is_of_the_whole(void **state)
{
    (void)state;
    uint8_t out[32];
    sha256_of2(bytes_of(STR("a")), bytes_of(STR("bc")), out);
    same_hex(out, 32, sha256_abc);
    sha256_of2(bytes_of(STR("abc")), (struct bytes){NULL, 0}, out);
    same_hex(out, 32, sha256_abc);
    sha256_of2((struct bytes){NULL, 0}, bytes_of(STR("abc")), out);
    same_hex(out, 32, sha256_abc);
}

static void streams_start_again(void **state)
{
    (void)state;
    static const struct {
        enum digest_algo algo;
        size_t size;
        const char *abc;
    } algos[] = {{DIGEST_SHA256, 32, sha256_abc}, {DIGEST_BLAKE2B, 64, blake2b_abc}, {DIGEST_SHA512, 64, sha512_abc}};
    for (size_t i = 0; i < COUNT_OF(algos); i++) {
        struct digest *d CLEANUP(digest_free) = digest_new(algos[i].algo);
        uint8_t out[64];
        for (int round = 0; round < 2; round++) {
            digest_add(d, bytes_of(STR("a")));
            digest_add(d, (struct bytes){NULL, 0});
            digest_add(d, bytes_of(STR("bc")));
            digest_end(d, out);
            same_hex(out, algos[i].size, algos[i].abc);
        }
    }
    mem_fault_after(1);
    struct digest *none = digest_new(DIGEST_SHA256);
    mem_fault_after(0);
    assert_null(none);
}

static void hmac_matches_rfc_4231(void **state)
{
    (void)state;
    uint8_t key[131], data[50], out[32];
    memset(key, 0x0b, 20);
    hmac_sha256((struct bytes){key, 20}, bytes_of(STR("Hi There")), out);
    same_hex(out, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    hmac_sha256(bytes_of(STR("Jefe")), bytes_of(STR("what do ya want for nothing?")), out);
    same_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    memset(data, 0xdd, sizeof data);
    hmac_sha256((struct bytes){key, 20}, (struct bytes){data, 50}, out);
    same_hex(out, 32, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    hmac_sha256((struct bytes){key, 131}, bytes_of(STR("Test Using Larger Than Block-Size Key - Hash Key First")), out);
    same_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* Case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation". */
static void gcm_matches_the_specification(void **state)
{
    (void)state;
    struct key k;
    uint8_t nonce[12], aad[20], plain[60], sealed[76], expected[76], back[60];
    struct err e = ERR_INIT;
    raw_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", k.b, 32);
    raw_of("cafebabefacedbaddecaf888", nonce, 12);
    raw_of("feedfacedeadbeeffeedfacedeadbeefabaddad2", aad, 20);
    raw_of("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
           "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
           plain, 60);
    raw_of("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
           "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
           "76fc6ece0f4e1768cddf8853bb2d551b",
           expected, 76);
    struct sealer *s CLEANUP(sealer_free) = sealer_new(&k);
    for (int round = 0; round < 2; round++) {
        assert_true(seal(s, nonce, (struct bytes){aad, 20}, (struct bytes){plain, 60}, sealed, &e));
        assert_memory_equal(sealed, expected, 76);
        assert_true(unseal(s, nonce, (struct bytes){aad, 20}, (struct bytes){sealed, 76}, back, &e));
        assert_memory_equal(back, plain, 60);
    }
}

static void nothing_damaged_is_opened(void **state)
{
    (void)state;
    struct key k = {{7}};
    uint8_t nonce[12] = {1}, sealed[20], out[4] = {0};
    static const uint8_t wiped[4];
    struct err e = ERR_INIT;
    struct sealer *s CLEANUP(sealer_free) = sealer_new(&k);
    assert_true(seal(s, nonce, bytes_of(STR("a")), bytes_of(STR("text")), sealed, &e));
    for (size_t bit = 0; bit < 8 * sizeof sealed; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        memset(out, 'x', sizeof out);
        assert_false(unseal(s, nonce, bytes_of(STR("a")), (struct bytes){sealed, 20}, out, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_memory_equal(out, wiped, 4);
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_false(unseal(s, nonce, bytes_of(STR("b")), (struct bytes){sealed, 20}, out, &e));
    nonce[0] = 2;
    assert_false(unseal(s, nonce, bytes_of(STR("a")), (struct bytes){sealed, 20}, out, &e));
    assert_false(unseal(s, nonce, bytes_of(STR("a")), (struct bytes){sealed, 15}, out, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    nonce[0] = 1;
    assert_true(unseal(s, nonce, bytes_of(STR("a")), (struct bytes){sealed, 20}, out, &e));
}

static void boxes_come_back(void **state)
{
    (void)state;
    struct key k, other;
    struct buf box CLEANUP(buf_free) = BUF_INIT(4096), out CLEANUP(buf_free) = BUF_INIT(4096);
    struct err e = ERR_INIT;
    key_random(&k);
    key_random(&other);
    static const size_t sizes[] = {0, 1, 15, 16, 17, 300, 2000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        uint8_t plain[2000];
        memset(plain, (int)i, sizeof plain);
        buf_reset(&box);
        buf_reset(&out);
        buf_add_z(&box, "head");
        buf_add_z(&out, "kept");
        assert_true(seal_box(&k, bytes_of(STR("row 5")), (struct bytes){plain, sizes[i]}, &box, &e));
        assert_int_equal(box.n, 4 + sizes[i] + SEAL_BOX_OVERHEAD);
        struct bytes sealed = {box.p + 4, box.n - 4};
        assert_true(unseal_box(&k, bytes_of(STR("row 5")), sealed, &out, &e));
        assert_int_equal(out.n, 4 + sizes[i]);
        assert_memory_equal(out.p + 4, plain, sizes[i]);
        assert_false(unseal_box(&other, bytes_of(STR("row 5")), sealed, &out, &e));
        assert_false(unseal_box(&k, bytes_of(STR("row 6")), sealed, &out, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_int_equal(out.n, 4 + sizes[i]); /* a failure appends nothing */
    }
    assert_false(unseal_box(&k, bytes_of(STR("")), (struct bytes){box.p, 27}, &out, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
}

static void boxes_differ_each_time(void **state)
{
    (void)state;
    struct key k = {{3}};
    struct buf a CLEANUP(buf_free) = BUF_INIT(100), b CLEANUP(buf_free) = BUF_INIT(100);
    struct err e = ERR_INIT;
    assert_true(seal_box(&k, bytes_of(STR("")), bytes_of(STR("same")), &a, &e));
    assert_true(seal_box(&k, bytes_of(STR("")), bytes_of(STR("same")), &b, &e));
    assert_true(bytes_cmp(buf_bytes(&a), buf_bytes(&b)) != 0);
}

static void a_full_buffer_takes_no_box(void **state)
{
    (void)state;
    struct key k = {{3}};
    struct buf b CLEANUP(buf_free) = BUF_INIT(30);
    struct err e = ERR_INIT;
    assert_false(seal_box(&k, bytes_of(STR("")), bytes_of(STR("four")), &b, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    assert_int_equal(b.n, 0);
    struct buf exact CLEANUP(buf_free) = BUF_INIT(4), box CLEANUP(buf_free) = BUF_INIT(32);
    assert_true(seal_box(&k, bytes_of(STR("")), bytes_of(STR("four")), &box, &e));
    assert_true(unseal_box(&k, bytes_of(STR("")), buf_bytes(&box), &exact, &e));
    assert_str(buf_str(&exact), "four");
    buf_reset(&b);
    mem_fault_after(1);
    bool done = seal_box(&k, bytes_of(STR("")), bytes_of(STR("a")), &b, &e);
    mem_fault_after(0);
    assert_false(done);
    assert_int_equal(e.code, ERR_MEMORY);
}

static void *box_in_a_thread(void *result)
{
    struct key k = {{9}};
    struct buf box CLEANUP(buf_free) = BUF_INIT(200), out CLEANUP(buf_free) = BUF_INIT(200);
    struct err e = ERR_INIT;
    bool *good = result;
    *good = true;
    for (int i = 0; i < 200; i++) {
        buf_reset(&box);
        buf_reset(&out);
        *good = *good && seal_box(&k, bytes_of(STR("t")), bytes_of(STR("thread")), &box, &e) &&
                unseal_box(&k, bytes_of(STR("t")), buf_bytes(&box), &out, &e) && str_is(buf_str(&out), "thread");
    }
    return NULL;
}

static void threads_have_their_own_handles(void **state)
{
    (void)state;
    pthread_t threads[8];
    bool good[8] = {false};
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, box_in_a_thread, &good[i]), 0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_true(good[i]);
    }
}

static void fill_with_five(void *out, size_t n)
{
    memset(out, 5, n);
}

static void random_bytes_are_fresh(void **state)
{
    (void)state;
    uint8_t drawn[300][12], big[1000] = {0}, five[3];
    for (size_t i = 0; i < COUNT_OF(drawn); i++) {
        random_bytes(drawn[i], sizeof drawn[i]);
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(drawn[i], drawn[j], sizeof drawn[i]);
        }
    }
    random_bytes(big, sizeof big);
    size_t zeros = 0;
    for (size_t i = 0; i < sizeof big; i++) {
        zeros += big[i] == 0;
    }
    assert_true(zeros < 30);
    random_source(fill_with_five);
    random_bytes(five, sizeof five);
    random_source(NULL);
    assert_memory_equal(five, "\5\5\5", 3);
    random_bytes(five, 0);
}

static void keys_are_wiped_and_compared_whole(void **state)
{
    (void)state;
    struct key k, zero = {{0}};
    key_random(&k);
    assert_false(equal_constant_time(&k, &zero, sizeof k));
    key_wipe(&k);
    assert_true(equal_constant_time(&k, &zero, sizeof k));
    assert_true(equal_constant_time("ab", "ac", 1));
    assert_false(equal_constant_time("ab", "ac", 2));
    assert_true(equal_constant_time("", "x", 0));
    mem_fault_after(1);
    struct sealer *none = sealer_new(&k);
    mem_fault_after(0);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_match_the_standards),
        cmocka_unit_test(digest_of_two_is_of_the_whole),
        cmocka_unit_test(streams_start_again),
        cmocka_unit_test(hmac_matches_rfc_4231),
        cmocka_unit_test(gcm_matches_the_specification),
        cmocka_unit_test(nothing_damaged_is_opened),
        cmocka_unit_test(boxes_come_back),
        cmocka_unit_test(boxes_differ_each_time),
        cmocka_unit_test(a_full_buffer_takes_no_box),
        cmocka_unit_test(threads_have_their_own_handles),
        cmocka_unit_test(random_bytes_are_fresh),
        cmocka_unit_test(keys_are_wiped_and_compared_whole),
    };
    return cmocka_run_group_tests_name("base_crypto", tests, start_crypto, NULL);
}
