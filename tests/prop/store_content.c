/* Random contents, read back at random places, in random pieces, by several threads: always what went in. */
#include "content_case.h"

#include "chance.h"

#include <pthread.h>

/* Text, noise and zeros in turns, so that chunks of every kind meet. */
static void mixture(uint8_t *p, size_t n)
{
    for (size_t at = 0; at < n;) {
        size_t run = (size_t)chance_below(900000) + 1, room = n - at;
        run = run < room ? run : room;
        switch (chance_below(3)) {
            case 0:
                text_fill(p + at, run);
                break;
            case 1:
                noise_fill(p + at, run, (uint8_t)chance());
                break;
            default:
                memset(p + at, 0, run);
        }
        at += run;
    }
}

static size_t any_size(void)
{
    switch (chance_below(4)) {
        case 0:
            return (size_t)chance_below(CONTENT_INLINE_MAX + 3);
        case 1:
            return (size_t)chance_below(200000);
        case 2:
            return CONTENT_CHUNK * (size_t)(1 + chance_below(3)) + (size_t)chance_below(3) - 1;
        default:
            return (size_t)chance_below(7u << 20);
    }
}

static void any_range_reads_back(void **state)
{
    struct content_case c;
    uint8_t *plain = malloc(8u << 20), *back = malloc(8u << 20);
    (void)state;
    case_begin(&c);
    for (int round = 0; round < 25; round++) {
        struct err e = ERR_INIT;
        struct content what;
        struct content_reader *r;
        size_t n = any_size();
        mixture(plain, n);
        arena_reset(c.arena);
        assert_true(case_store(&c, (struct bytes){plain, n}, &what, &e));
        assert_true(case_verify(&c, &what, &e));
        assert_true(content_open(&c.store, &what.name, what.inline_sealed, what.size, &c.key, &c.object, &r, &e));
        for (int i = 0; i < 40; i++) {
            uint64_t at = chance_below(n + 10);
            size_t want = (size_t)chance_below(i % 4 == 0 ? n + 10 : 5000), got;
            size_t expected = at >= n ? 0 : n - at < want ? (size_t)(n - at) : want;
            assert_true(content_read(r, at, back, want, &got, &e));
            assert_int_equal(got, expected);
            assert_memory_equal(back, plain + (at < n ? at : 0), got);
        }
        content_close(&r);
    }
    case_end(&c);
    free(plain);
    free(back);
}

#define HANDS 4
#define EACH  12
struct hand {
    pthread_t thread;
    struct content_case *c;
    struct content_batch *batch;
    struct content what[EACH];
    struct digests digests[EACH];
    const uint8_t *bytes;
    size_t size[EACH], from[EACH];
    bool ok;
};

static void *add_and_wait(void *p)
{
    struct hand *h = p;
    struct arena *a = arena_new(1u << 20);
    struct err e = ERR_INIT;
    h->ok = a != NULL;
    for (int i = 0; h->ok && i < EACH; i++) {
        struct piecewise w = {.left = {h->bytes + h->from[i], h->size[i]}, .piece = 77777};
        h->ok = content_add(h->batch, (struct content_source){.read = piecewise_read, .ctx = &w}, &h->c->key,
                            &h->c->object, a, &h->what[i], &e);
        digests_of((struct bytes){h->bytes + h->from[i], h->size[i]}, &h->digests[i]);
        h->ok = h->ok && digests_equal(&h->digests[i], &h->what[i].digests);
        h->what[i].inline_sealed = (struct bytes){NULL, 0};
    }
    arena_free(&a);
    return NULL;
}

static void *verify_files(void *p)
{
    struct hand *h = p;
    for (int i = 0; i < EACH; i++) {
        struct err e = ERR_INIT;
        if (!id_is_zero(h->what[i].name) && !case_verify(h->c, &h->what[i], &e)) {
            fprintf(stderr, "%s\n", e.text);
            h->ok = false;
        }
    }
    return NULL;
}

/* Large and small contents from several threads at once: one is wide, the others narrow, all are right. */
static void many_threads_share_a_batch(void **state)
{
    struct content_case c;
    struct err e = ERR_INIT;
    struct hand *hands = calloc(HANDS, sizeof *hands);
    size_t n = 9u << 20;
    uint8_t *bytes = malloc(n);
    (void)state;
    case_begin(&c);
    mixture(bytes, n);
    struct content_batch *b = content_batch_new(&c.store, &e);
    for (int t = 0; t < HANDS; t++) {
        hands[t] = (struct hand){.c = &c, .batch = b, .bytes = bytes};
        for (int i = 0; i < EACH; i++) {
            hands[t].size[i] = any_size();
            hands[t].from[i] = (size_t)chance_below(n - hands[t].size[i]);
        }
        assert_int_equal(pthread_create(&hands[t].thread, NULL, add_and_wait, &hands[t]), 0);
    }
    for (int t = 0; t < HANDS; t++) {
        pthread_join(hands[t].thread, NULL);
    }
    assert_true(content_batch_sync(b, &e));
    content_batch_free(&b);
    for (int t = 0; t < HANDS; t++) {
        assert_int_equal(pthread_create(&hands[t].thread, NULL, verify_files, &hands[t]), 0);
    }
    for (int t = 0; t < HANDS; t++) {
        pthread_join(hands[t].thread, NULL);
        assert_true(hands[t].ok);
    }
    case_end(&c);
    free(bytes);
    free(hands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_range_reads_back),
        cmocka_unit_test(many_threads_share_a_batch),
    };
    chance_start("prop/store_content");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
