/* The form of content files does not drift: bytes made long ago are still read, the same input still gives the same
 * bytes, and a reader written from the text of content_format.h alone reads what the store wrote. */
#include "content_case.h"

static int begin(void **state)
{
    *state = calloc(1, sizeof(struct content_case));
    case_begin(*state);
    return 0;
}

static int end(void **state)
{
    random_source(NULL);
    case_end(*state);
    free(*state);
    return 0;
}

static void counting(void *out, size_t n)
{
    uint8_t *p = out;
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)(0xa0 + i);
    }
}

static void expect_sha256(struct bytes b, const char *hex)
{
    uint8_t sum[SHA256_SIZE];
    char text[2 * SHA256_SIZE + 1];
    sha256_of(b, sum);
    hex_encode((struct bytes){sum, sizeof sum}, text);
    assert_string_equal(text, hex);
}

/* What does not shrink is stored raw, so these bytes do not depend on the compressor's version. */
static void same_input_gives_the_same_bytes(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content what;
    static uint8_t plain[CONTENT_CHUNK + 1000];
    static const uint8_t header[CONTENT_HEADER] = {
        'A',  'k',  't',  'a',  'C',  'o',  'n',  't',  0,    0,    0,    1,    0,    0x10, 0,    0,
        0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
        0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b};
    size_t n;
    random_source(counting);
    noise_fill(plain, sizeof plain, 1);
    assert_true(case_store(c, (struct bytes){plain, sizeof plain}, &what, &e));
    uint8_t *file = file_load(c, &what.name, &n);
    assert_int_equal(n, 48 + 2 * (8 + 16) + sizeof plain + 2 * 4 + 16 + 16);
    assert_memory_equal(file, header, sizeof header);
    assert_memory_equal(file + 48, "\x00\x10\x00\x10\x00\x10\x00\x00", 8);
    assert_memory_equal(file + n - 16,
                        "\x00\x00\x00\x00\x00\x10\x03\xe8\x00\x00\x00\x02"
                        "AkEn",
                        16);
    expect_sha256((struct bytes){file, n}, "93e1bbd56b9ab04ce1e89abb768873f046fa6f9dacfca795c254ca692b66f48b");
    free(file);
    assert_true(case_store(c, (struct bytes){plain, 100}, &what, &e));
    assert_memory_equal(what.inline_sealed.p, "\x01\x00\xa0\xa1\xa2\xa3", 6);
    expect_sha256(what.inline_sealed, "05d22b4cb07e02e3ef326656993cc6eb7cae6246b01f5a3b788a0ea4652782f6");
}

/* ---------------------------------------------------------------- a writer and a reader from the text alone */

static uint64_t number(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    while (n-- > 0) {
        v = v << 8 | *p++;
    }
    return v;
}

static struct sealer *hand_key(const struct content_case *c, const uint8_t name[16])
{
    uint8_t label[28];
    struct key own;
    memcpy(label, "akta content", 12);
    memcpy(label + 12, name, 16);
    hmac_sha256((struct bytes){c->key.b, 32}, (struct bytes){label, 28}, own.b);
    return sealer_new(&own);
}

/* Reads raw chunks by their frames. */
static void a_reader_made_from_the_text_agrees(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content what;
    size_t size = 2 * (size_t)CONTENT_CHUNK + 77, n, at = 48, plain_at = 0;
    uint8_t *plain = malloc(size), *back = malloc(CONTENT_CHUNK + 16);
    noise_fill(plain, size, 3);
    assert_true(case_store(c, (struct bytes){plain, size}, &what, &e));
    uint8_t *file = file_load(c, &what.name, &n);
    struct sealer *s CLEANUP(sealer_free) = hand_key(c, file + 16);
    for (uint64_t k = 0; k < 3; k++) {
        uint8_t nonce[12] = {1, [11] = (uint8_t)k}, aad[64] = {[55] = (uint8_t)k};
        size_t sealed = (size_t)number(file + at + 1, 3), raw = (size_t)number(file + at + 4, 4);
        assert_int_equal(file[at], k == 2 ? 2 : 0);
        memcpy(aad, file, 48);
        memcpy(aad + 56, file + at, 8);
        assert_true(unseal(s, nonce, (struct bytes){aad, 64}, (struct bytes){file + at + 8, sealed}, back, &e));
        assert_memory_equal(back, plain + plain_at, raw);
        plain_at += raw;
        at += 8 + sealed;
    }
    assert_int_equal(plain_at, size);
    assert_int_equal(at, n - 3 * 4 - 32);
    free(file);
    free(plain);
    free(back);
}

/* zlib's own form of 3,000 times 'a' (level 9), as any program may have written it. */
static const uint8_t zlib_of_3000_a[] = {0x78, 0xda, 0xed, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00,
                                         0xc2, 0xa0, 0xac, 0xeb, 0x5f, 0xc2, 0x1a, 0x1e, 0x40,
                                         0x01, 0x00, 0x00, 0xef, 0x06, 0x40, 0xac, 0x70, 0xf5};

static void put_be(uint8_t *p, uint64_t v, size_t n)
{
    while (n-- > 0) {
        p[n] = (uint8_t)v;
        v >>= 8;
    }
}

/* Any file made by the text is read, whatever made its zlib form. `claimed` is the plain size that it says. */
static bool read_by_hand_made(struct content_case *c, uint32_t claimed, struct err *e)
{
    uint8_t file[256], aad[64] = {0}, index[4];
    const size_t body = sizeof zlib_of_3000_a, sealed = body + 16, end = 56 + sealed;
    uint8_t chunk_nonce[12] = {1}, index_nonce[12] = {2};
    struct content what = {.size = claimed};
    memset(what.name.b, 0x77, 16);
    content_header_write(&what.name, &c->object, file);
    struct sealer *s CLEANUP(sealer_free) = hand_key(c, what.name.b);
    put_be(file + 48, 3u << 24 | sealed, 4); /* zlib, last */
    put_be(file + 52, claimed, 4);
    memcpy(aad, file, 48);
    memcpy(aad + 56, file + 48, 8);
    assert_true(seal(s, chunk_nonce, (struct bytes){aad, 64}, (struct bytes){zlib_of_3000_a, body}, file + 56, e));
    put_be(file + end + 20, claimed, 8);
    put_be(file + end + 28, 1, 4);
    memcpy(file + end + 32, "AkEn", 4);
    memcpy(aad + 48, file + end + 20, 16);
    put_be(index, sealed, 4);
    assert_true(seal(s, index_nonce, (struct bytes){aad, 64}, (struct bytes){index, 4}, file + end, e));
    (void)mkdirat(c->scratch.dir, "77", 0700);
    file_save(c, &what.name, file, end + 36);
    static uint8_t plain[3000];
    memset(plain, 'a', sizeof plain);
    digests_of((struct bytes){plain, sizeof plain}, &what.digests);
    return case_verify(c, &what, e);
}

static void zlib_of_another_program_is_read(void **state)
{
    struct err e = ERR_INIT;
    assert_true(read_by_hand_made(*state, 3000, &e));
}

/* Sealed well, but it inflates to more or less than it says: an honest key with a wrong writer. */
static void inflating_past_the_size_is_stopped(void **state)
{
    static const uint32_t claims[] = {2999, 3001, 100, CONTENT_CHUNK};
    for (size_t i = 0; i < COUNT_OF(claims); i++) {
        struct err e = ERR_INIT;
        assert_false(read_by_hand_made(*state, claims[i], &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_non_null(strstr(e.text, "decompress"));
    }
}

static void newer_versions_are_named(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    uint8_t header[CONTENT_HEADER];
    struct id name = {{1}};
    content_header_write(&name, &c->object, header);
    assert_true(content_header_check(header, &name, &c->object, &e));
    header[11] = 2;
    assert_false(content_header_check(header, &name, &c->object, &e));
    assert_int_equal(e.code, ERR_UNSUPPORTED);
    header[11] = 0;
    assert_false(content_header_check(header, &name, &c->object, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
}

static void frames_that_no_writer_makes_are_refused(void **state)
{
    static const struct {
        uint32_t word, plain;
        bool good;
    } cases[] = {
        {17, 1, true},
        {2u << 24 | 17, 1, true},
        {1u << 24 | 116, 101, true},
        {1u << 24 | 117, 101, false}, /* zlib form not smaller */
        {17, 2, false},               /* raw of another length */
        {16, 0, false},               /* nothing */
        {4u << 24 | 17, 1, false},    /* unknown flag */
        {CONTENT_CHUNK + 16, CONTENT_CHUNK, true},
        {CONTENT_CHUNK + 17, CONTENT_CHUNK + 1, false},
        {1u << 24 | 16, 5, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t raw[CONTENT_FRAME], again[CONTENT_FRAME];
        struct content_frame f;
        put_be(raw, cases[i].word, 4);
        put_be(raw + 4, cases[i].plain, 4);
        assert_int_equal(content_frame_read(raw, &f), cases[i].good);
        if (cases[i].good) {
            content_frame_write(&f, again);
            assert_memory_equal(raw, again, sizeof raw);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_input_gives_the_same_bytes, begin, end),
        cmocka_unit_test_setup_teardown(a_reader_made_from_the_text_agrees, begin, end),
        cmocka_unit_test_setup_teardown(zlib_of_another_program_is_read, begin, end),
        cmocka_unit_test_setup_teardown(inflating_past_the_size_is_stopped, begin, end),
        cmocka_unit_test_setup_teardown(newer_versions_are_named, begin, end),
        cmocka_unit_test_setup_teardown(frames_that_no_writer_makes_are_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
