/* No change to stored content goes unseen: every bit, every length, every exchange; and the reason says what it is. */
#include "content_case.h"

static int begin(void **state)
{
    *state = calloc(1, sizeof(struct content_case));
    case_begin(*state);
    return 0;
}

static int end(void **state)
{
    case_end(*state);
    free(*state);
    return 0;
}

/* A small file of three chunks: two full ones of text, which pack to little, and a short raw one. */
#define SMALL_SIZE (2 * (size_t)CONTENT_CHUNK + 300)
static void store_small(struct content_case *c, struct content *out)
{
    struct err e = ERR_INIT;
    uint8_t *p = malloc(SMALL_SIZE);
    memset(p, 'x', SMALL_SIZE);
    memset(p + CONTENT_CHUNK, 'y', CONTENT_CHUNK);
    noise_fill(p + 2 * (size_t)CONTENT_CHUNK, 300, 2);
    assert_true(case_store(c, (struct bytes){p, SMALL_SIZE}, out, &e));
    free(p);
}

/* Opens and reads everything without the digests of the row: the seals alone must notice. */
static bool read_all(struct content_case *c, const struct content *what, struct err *e)
{
    struct content_reader *r = NULL;
    static uint8_t sink[CONTENT_CHUNK];
    bool ok = content_open(&c->store, &what->name, what->inline_sealed, what->size, &c->key, &c->object, &r, e);
    for (uint64_t at = 0; ok && at < what->size; at += sizeof sink) {
        size_t got;
        ok = content_read(r, at, sink, sizeof sink, &got, e);
    }
    content_close(&r);
    return ok;
}

static void expect_damage(struct content_case *c, const struct content *what, const char *how, size_t at)
{
    struct err e = ERR_INIT;
    if (read_all(c, what, &e)) {
        fail_msg("%s at %zu was not noticed", how, at);
    }
    if (e.code != ERR_CORRUPT && e.code != ERR_UNSUPPORTED) {
        fail_msg("%s at %zu: %s", how, at, e.text);
    }
}

static int file_edit(const struct content_case *c, const struct id *name)
{
    char path[CONTENT_PATH_SIZE];
    content_path(name, false, path);
    int fd = openat(c->scratch.dir, path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void every_flipped_bit_is_found(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content what;
    size_t n;
    store_small(c, &what);
    uint8_t *file = file_load(c, &what.name, &n);
    int fd = file_edit(c, &what.name);
    assert_true(n < 6000);
    for (size_t bit = 0; bit < n * 8; bit++) {
        uint8_t flipped = (uint8_t)(file[bit / 8] ^ 1u << bit % 8);
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)(bit / 8)), 1);
        expect_damage(c, &what, "a flipped bit", bit);
        assert_int_equal(pwrite(fd, &file[bit / 8], 1, (off_t)(bit / 8)), 1);
    }
    assert_true(case_verify(c, &what, &e));
    close(fd);
    free(file);
}

static void every_flipped_bit_of_a_box_is_found(void **state)
{
    struct content_case *c = *state;
    static const char letter[] =
        "Szanowny Panie Burmistrzu, prosze o udostepnienie informacji o umowach, umowach, umowach.";
    static const size_t sizes[] = {1, 9, sizeof letter - 1};
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        struct err e = ERR_INIT;
        struct content what;
        uint8_t box[4096];
        assert_true(case_store(c, (struct bytes){(const uint8_t *)letter, sizes[s]}, &what, &e));
        memcpy(box, what.inline_sealed.p, what.inline_sealed.n);
        what.inline_sealed.p = box;
        for (size_t bit = 0; bit < what.inline_sealed.n * 8; bit++) {
            box[bit / 8] ^= (uint8_t)(1u << bit % 8);
            expect_damage(c, &what, "a flipped bit of a box", bit);
            box[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_true(case_verify(c, &what, &e));
        size_t whole = what.inline_sealed.n;
        for (what.inline_sealed.n = 0; what.inline_sealed.n < whole; what.inline_sealed.n++) {
            expect_damage(c, &what, "a shorter box", what.inline_sealed.n);
        }
    }
}

static void every_length_is_found(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content what;
    size_t n;
    store_small(c, &what);
    uint8_t *file = file_load(c, &what.name, &n);
    int fd = file_edit(c, &what.name);
    for (size_t cut = n; cut-- > 0;) {
        assert_int_equal(ftruncate(fd, (off_t)cut), 0);
        expect_damage(c, &what, "a cut", cut);
    }
    close(fd);
    assert_false(read_all(c, &what, &e));
    assert_non_null(strstr(e.text, "cut off"));
    uint8_t *more = calloc(1, n + 5000);
    memcpy(more, file, n);
    for (size_t extra = 1; extra < 5000; extra += 61) {
        file_save(c, &what.name, more, n + extra);
        expect_damage(c, &what, "appended bytes", extra);
    }
    assert_false(read_all(c, &what, &e));
    assert_non_null(strstr(e.text, "added at its end"));
    memcpy(more + n, file, n < 5000 ? n : 5000); /* a second copy behind the first */
    file_save(c, &what.name, more, n + (n < 5000 ? n : 5000));
    expect_damage(c, &what, "the file twice", n);
    free(more);
    free(file);
}

static void exchanged_chunks_are_found(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content what;
    size_t n, size = 3 * (size_t)CONTENT_CHUNK, stride = CONTENT_FRAME + CONTENT_CHUNK + SEAL_TAG;
    uint8_t *p = malloc(size);
    noise_fill(p, size, 5);
    assert_true(case_store(c, (struct bytes){p, size}, &what, &e));
    uint8_t *file = file_load(c, &what.name, &n), *a = file + CONTENT_HEADER, *b = a + stride;
    for (size_t i = 0; i < stride; i++) {
        uint8_t x = a[i];
        a[i] = b[i];
        b[i] = x;
    }
    file_save(c, &what.name, file, n);
    assert_false(case_verify(c, &what, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_non_null(strstr(e.text, "chunk "));
    assert_non_null(strstr(e.text, "seal"));
    free(file);
    free(p);
}

static void exchanged_files_are_found(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content one, two;
    size_t n, m;
    store_small(c, &one);
    store_small(c, &two);
    uint8_t *a = file_load(c, &one.name, &n), *b = file_load(c, &two.name, &m);
    file_save(c, &one.name, b, m);
    file_save(c, &two.name, a, n);
    assert_false(case_verify(c, &one, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_non_null(strstr(e.text, "exchanged"));
    memcpy(b, a, CONTENT_HEADER); /* and when the header is made to fit */
    file_save(c, &one.name, b, m);
    assert_false(case_verify(c, &one, &e));
    assert_non_null(strstr(e.text, "seal"));
    free(a);
    free(b);
}

static void wrong_key_object_or_size_is_refused(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    uint8_t note[300];
    struct content what[2];
    store_small(c, &what[0]);
    noise_fill(note, sizeof note, 3);
    assert_true(case_store(c, (struct bytes){note, sizeof note}, &what[1], &e));
    for (int i = 0; i < 2; i++) {
        struct key other = c->key;
        struct id object = c->object;
        struct content lie = what[i];
        other.b[31] ^= 1;
        object.b[3] ^= 0x10;
        assert_false(content_verify(&c->store, &what[i], &other, &c->object, NULL, NULL, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_false(content_verify(&c->store, &what[i], &c->key, &object, NULL, NULL, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        lie.size--;
        assert_false(case_verify(c, &lie, &e));
        lie.size = UINT64_MAX;
        assert_false(case_verify(c, &lie, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        lie.size = 0;
        assert_false(case_verify(c, &lie, &e));
    }
}

static void digests_of_the_row_are_compared(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content what;
    store_small(c, &what);
    what.digests.sha256[7] ^= 1;
    assert_false(case_verify(c, &what, &e));
    assert_non_null(strstr(e.text, "SHA-256"));
    what.digests.sha256[7] ^= 1;
    what.digests.blake2b[63] ^= 0x80;
    assert_false(case_verify(c, &what, &e));
    assert_non_null(strstr(e.text, "BLAKE2b"));
}

/* The good chunks before a bad one may be handed out; nothing of or after the bad one. */
static bool count_plain(void *ctx, struct bytes plain, struct err *e)
{
    uint64_t *n = ctx;
    (void)e;
    *n += plain.n;
    return true;
}

static void nothing_of_a_bad_chunk_is_handed_out(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content what;
    uint64_t seen = 0;
    size_t n, size = 20 * (size_t)CONTENT_CHUNK, stride = CONTENT_FRAME + CONTENT_CHUNK + SEAL_TAG;
    uint8_t *p = malloc(size);
    noise_fill(p, size, 5);
    assert_true(case_store(c, (struct bytes){p, size}, &what, &e));
    uint8_t *file = file_load(c, &what.name, &n);
    file[CONTENT_HEADER + 9 * stride + 1000] ^= 1; /* in chunk 10 of 20 */
    file_save(c, &what.name, file, n);
    assert_false(content_verify(&c->store, &what, &c->key, &c->object, count_plain, &seen, &e));
    assert_true(seen <= 9 * (uint64_t)CONTENT_CHUNK);
    assert_non_null(strstr(e.text, "chunk 10 of 20"));
    struct content_reader *r;
    size_t got;
    assert_true(content_open(&c->store, &what.name, what.inline_sealed, what.size, &c->key, &c->object, &r, &e));
    assert_true(content_read(r, 10 * (uint64_t)CONTENT_CHUNK, p, CONTENT_CHUNK, &got, &e)); /* others still read */
    assert_false(content_read(r, 10 * (uint64_t)CONTENT_CHUNK - 1, p, 1, &got, &e));
    content_close(&r);
    free(file);
    free(p);
}

static void not_a_file_is_no_content(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    struct content what;
    char path[CONTENT_PATH_SIZE];
    store_small(c, &what);
    content_path(&what.name, false, path);
    assert_int_equal(unlinkat(c->scratch.dir, path, 0), 0);
    assert_int_equal(mkdirat(c->scratch.dir, path, 0700), 0);
    assert_false(case_verify(c, &what, &e));
    assert_int_equal(unlinkat(c->scratch.dir, path, AT_REMOVEDIR), 0);
    assert_int_equal(mkfifoat(c->scratch.dir, path, 0600), 0); /* must not wait for a writer */
    assert_false(case_verify(c, &what, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_found, begin, end),
        cmocka_unit_test_setup_teardown(every_flipped_bit_of_a_box_is_found, begin, end),
        cmocka_unit_test_setup_teardown(every_length_is_found, begin, end),
        cmocka_unit_test_setup_teardown(exchanged_chunks_are_found, begin, end),
        cmocka_unit_test_setup_teardown(exchanged_files_are_found, begin, end),
        cmocka_unit_test_setup_teardown(wrong_key_object_or_size_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(digests_of_the_row_are_compared, begin, end),
        cmocka_unit_test_setup_teardown(nothing_of_a_bad_chunk_is_handed_out, begin, end),
        cmocka_unit_test_setup_teardown(not_a_file_is_no_content, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
