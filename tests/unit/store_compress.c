/* Compression: what shrinks comes back, what does not is left alone, and no input makes the inflater write too much. */
#include "archive/store/compress.h"

#include "testing.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK (1u << 20)

struct bench {
    struct deflater *d;
    struct inflater *i;
    uint8_t *in, *packed, *out;
};

static int begin(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    struct err e = ERR_INIT;
    assert_true(crypto_init(&e));
    *b = (struct bench){deflater_new(), inflater_new(), malloc(CHUNK), malloc(CHUNK), malloc(CHUNK)};
    assert_true(b->d != NULL && b->i != NULL);
    *state = b;
    return 0;
}

static int end(void **state)
{
    struct bench *b = *state;
    deflater_free(&b->d);
    inflater_free(&b->i);
    free(b->in);
    free(b->packed);
    free(b->out);
    free(b);
    return 0;
}

static void noise(uint8_t *p, size_t n)
{
    uint8_t block[SHA256_SIZE] = {1};
    for (size_t at = 0; at < n; at += sizeof block) {
        sha256_of((struct bytes){block, sizeof block}, block);
        memcpy(p + at, block, n - at < sizeof block ? n - at : sizeof block);
    }
}

static size_t pack(struct bench *b, size_t n)
{
    size_t packed = deflate_if_it_pays(b->d, (struct bytes){b->in, n}, b->packed);
    if (packed > 0) {
        assert_true(packed < n);
        memset(b->out, 0xee, n);
        assert_true(inflate_exactly(b->i, (struct bytes){b->packed, packed}, b->out, n));
        assert_memory_equal(b->in, b->out, n);
    }
    return packed;
}

static void text_shrinks_and_comes_back(void **state)
{
    struct bench *b = *state;
    static const size_t sizes[] = {100, 2048, 16383, 16384, 16385, 70000, CHUNK - 1, CHUNK};
    static const char line[] = "<pismo nr=\"WA.1431.12.2026\"><data>2026-11-21</data></pismo>\n";
    for (size_t i = 0; i < CHUNK; i++) {
        b->in[i] = (uint8_t)line[i % (sizeof line - 1)];
    }
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        size_t packed = pack(b, sizes[s]);
        assert_true(packed > 0 && packed < sizes[s] * 3 / 4 + 20);
    }
}

static void noise_is_left_alone(void **state)
{
    struct bench *b = *state;
    static const size_t sizes[] = {1, 2, 50, 4096, 16384, 500000, CHUNK};
    noise(b->in, CHUNK);
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        assert_int_equal(pack(b, sizes[s]), 0);
    }
}

/* A few lines of text at both ends, as in a PDF of images, do not make the whole chunk worth compressing. */
static void text_around_images_does_not_deceive(void **state)
{
    struct bench *b = *state;
    noise(b->in, CHUNK);
    memset(b->in, 'x', 2000);
    memset(b->in + CHUNK - 2000, 'y', 2000);
    assert_int_equal(pack(b, CHUNK), 0);
}

/* Half text, half noise: worth it. */
static void half_a_chunk_of_text_pays(void **state)
{
    struct bench *b = *state;
    noise(b->in, CHUNK);
    memset(b->in + CHUNK / 2, ' ', CHUNK / 2);
    size_t packed = pack(b, CHUNK);
    assert_true(packed > 0 && packed < CHUNK * 6 / 10);
}

static void zeros_are_almost_nothing(void **state)
{
    struct bench *b = *state;
    memset(b->in, 0, CHUNK);
    for (int again = 0; again < 3; again++) {
        size_t packed = pack(b, CHUNK);
        assert_true(packed > 0 && packed < 2048);
    }
    b->in[CHUNK - 1] = 1; /* not quite zeros */
    assert_true(pack(b, CHUNK) > 0);
    b->in[CHUNK - 1] = 0;
    b->in[0] = 1;
    assert_true(pack(b, CHUNK) > 0);
}

static void inflater_wants_exactly_one_stream(void **state)
{
    struct bench *b = *state;
    memset(b->in, 'a', 5000);
    size_t packed = pack(b, 5000);
    assert_false(inflate_exactly(b->i, (struct bytes){b->packed, packed}, b->out, 4999));
    assert_false(inflate_exactly(b->i, (struct bytes){b->packed, packed}, b->out, 5001));
    assert_false(inflate_exactly(b->i, (struct bytes){b->packed, packed - 1}, b->out, 5000));
    b->packed[packed] = 0;
    assert_false(inflate_exactly(b->i, (struct bytes){b->packed, packed + 1}, b->out, 5000));
    b->packed[packed - 1] ^= 1; /* Adler-32 */
    assert_false(inflate_exactly(b->i, (struct bytes){b->packed, packed}, b->out, 5000));
    assert_false(inflate_exactly(b->i, (struct bytes){b->packed, 0}, b->out, 5000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_shrinks_and_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(noise_is_left_alone, begin, end),
        cmocka_unit_test_setup_teardown(text_around_images_does_not_deceive, begin, end),
        cmocka_unit_test_setup_teardown(half_a_chunk_of_text_pays, begin, end),
        cmocka_unit_test_setup_teardown(zeros_are_almost_nothing, begin, end),
        cmocka_unit_test_setup_teardown(inflater_wants_exactly_one_stream, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
