/* content_case.h: a content folder of a test's own, without tables: what the tests of content stand on. */
#ifndef AKTA_TESTS_CONTENT_CASE_H
#define AKTA_TESTS_CONTENT_CASE_H
#include "archive/store/content_shelf.h"
#include "archive/store/store_internal.h"

#include "scratch.h"
#include "testing.h"

#include <string.h>
#include <sys/stat.h>

struct content_case {
    struct scratch scratch;
    struct store store;
    struct arena *arena;
    struct key key;
    struct id object;
};

static inline void case_begin(struct content_case *c)
{
    struct err e = ERR_INIT;
    *c = (struct content_case){.scratch = scratch_make(), .arena = arena_new(64u << 20)};
    assert_non_null(c->arena);
    assert_true(crypto_init(&e));
    assert_true(content_shelf_open(c->scratch.dir, 2, &c->store.shelf, &e));
    c->store.env_fd = c->store.run_fd = c->scratch.dir;
    memset(&c->key, 0x4b, sizeof c->key);
    memset(&c->object, 0x0b, sizeof c->object);
}

static inline void case_end(struct content_case *c)
{
    content_shelf_close(&c->store.shelf);
    arena_free(&c->arena);
    scratch_remove(&c->scratch);
}

/* Bytes in memory as a source, handed out in uneven pieces. */
struct piecewise {
    struct bytes left;
    size_t piece; /* 0: as asked */
};

static inline bool piecewise_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct piecewise *w = ctx;
    size_t some = w->left.n < n ? w->left.n : n;
    (void)e;
    if (w->piece != 0 && some > w->piece) {
        some = w->piece;
    }
    if (some > 0) {
        memcpy(p, w->left.p, some);
        w->left = (struct bytes){w->left.p + some, w->left.n - some};
    }
    *got = some;
    return true;
}

/* Adds and syncs one content; the reason is left in e. */
static inline bool case_store(struct content_case *c, struct bytes plain, struct content *out, struct err *e)
{
    struct piecewise w = {.left = plain, .piece = 300007};
    struct content_batch *b = content_batch_new(&c->store, e);
    bool ok = b != NULL &&
              content_add(b, (struct content_source){.read = piecewise_read, .ctx = &w}, &c->key, &c->object, c->arena,
                          out, e) &&
              content_batch_sync(b, e);
    content_batch_free(&b);
    return ok;
}

static inline bool case_verify(struct content_case *c, const struct content *what, struct err *e)
{
    return content_verify(&c->store, what, &c->key, &c->object, NULL, NULL, e);
}

/* Bytes that no compressor shrinks: a chain of SHA-256, the same on every machine. */
static inline void noise_fill(uint8_t *p, size_t n, uint8_t seed)
{
    uint8_t block[SHA256_SIZE] = {seed};
    for (size_t at = 0; at < n; at += sizeof block) {
        sha256_of((struct bytes){block, sizeof block}, block);
        memcpy(p + at, block, n - at < sizeof block ? n - at : sizeof block);
    }
}

static inline void text_fill(uint8_t *p, size_t n)
{
    static const char line[] = "Na podstawie art. 61 ustawy z dnia 14 czerwca 1960 r. zawiadamiam, ze sprawa nr ";
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)(line[i % (sizeof line - 1)] + (i / 997 + i % 89 == 0));
    }
}

static inline uint8_t *file_load(const struct content_case *c, const struct id *name, size_t *n)
{
    char path[CONTENT_PATH_SIZE];
    content_path(name, false, path);
    int fd = openat(c->scratch.dir, path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    *n = (size_t)st.st_size;
    uint8_t *p = malloc(*n + 1);
    assert_non_null(p);
    assert_int_equal(read(fd, p, *n), *n);
    close(fd);
    return p;
}

static inline void file_save(const struct content_case *c, const struct id *name, const uint8_t *p, size_t n)
{
    char path[CONTENT_PATH_SIZE];
    content_path(name, false, path);
    int fd = openat(c->scratch.dir, path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
}

static inline bool count_file(void *ctx, const struct id *name, bool temporary, int folder_fd, const char *file,
                              struct err *e)
{
    size_t *count = ctx;
    (void)name;
    (void)folder_fd;
    (void)file;
    (void)e;
    count[temporary]++;
    return true;
}

/* count[0] named files, count[1] temporaries. */
static inline void case_count(const struct content_case *c, size_t count[2])
{
    struct err e = ERR_INIT;
    struct content_walk w = {.each = count_file, .ctx = count};
    count[0] = count[1] = 0;
    assert_true(content_walk(c->scratch.dir, &w, &e));
}

#endif
