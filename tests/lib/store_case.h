/* store_case.h: a small store in a folder of the test's own. */
#ifndef AKTA_TESTS_STORE_CASE_H
#define AKTA_TESTS_STORE_CASE_H
#include "archive/store/store_internal.h"

#include "scratch.h"
#include "testing.h"

#include <string.h>
#include <sys/stat.h>

struct store_case {
    struct scratch scratch;
    char dir[300];
    struct store_config config;
    struct store *store;
    struct arena *arena;
};

static inline bool store_case_reopen(struct store_case *c, struct err *e)
{
    store_close(&c->store);
    return store_open(&c->config, &c->store, e);
}

static inline void store_case_begin(struct store_case *c)
{
    struct err e = ERR_INIT;
    *c = (struct store_case){.scratch = scratch_make(), .arena = arena_new(64u << 20)};
    snprintf(c->dir, sizeof c->dir, "%s/archive", c->scratch.path);
    c->config = (struct store_config){.dir = c->dir, .cache_bytes = 4u << 20, .log_bytes = 1u << 20, .batch_max = 64};
    log_threshold(LOG_ERROR);
    assert_true(crypto_init(&e));
    if (!store_create(&c->config, &e) || !store_open(&c->config, &c->store, &e)) {
        fail_msg("%s", e.text);
    }
}

static inline void store_case_end(struct store_case *c)
{
    store_close(&c->store);
    arena_free(&c->arena);
    scratch_remove(&c->scratch);
}

/* One row written or read in a transaction of its own. */
struct one_row {
    enum store_table table;
    struct bytes key, val;
    struct arena *arena;
    bool found;
};

static inline bool one_put(struct txn *t, void *ctx, struct err *e)
{
    struct one_row *r = ctx;
    return store_put(t, r->table, r->key, r->val, e);
}

static inline bool one_find(struct txn *t, void *ctx, struct err *e)
{
    struct one_row *r = ctx;
    return store_find(t, r->table, r->key, r->arena, &r->val, &r->found, e);
}

static inline bool put_row(struct store *s, enum store_table tb, const char *key, const char *val, struct err *e)
{
    struct one_row r = {.table = tb, .key = bytes_of(str_of(key)), .val = bytes_of(str_of(val))};
    return store_write(s, one_put, &r, e);
}

static inline bool has_row(struct store_case *c, enum store_table tb, const char *key, const char *val)
{
    struct err e = ERR_INIT;
    struct one_row r = {.table = tb, .key = bytes_of(str_of(key)), .arena = c->arena};
    if (!store_read(c->store, one_find, &r, &e)) {
        fail_msg("%s", e.text);
    }
    return r.found && (!val || str_is(str_of_bytes(r.val), val));
}

/* Findings, remembered as text. */
struct told {
    unsigned n;
    char all[8192];
};

static inline void told_add(void *ctx, const char *place, const char *wrong, const char *mend)
{
    struct told *t = ctx;
    size_t at = strlen(t->all);
    t->n++;
    snprintf(t->all + at, sizeof t->all - at, "%s: %s (%s)\n", place, wrong, mend);
}

static inline void flip_bit(const char *path, off_t at, unsigned bit)
{
    uint8_t b = 0;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &b, 1, at), 1);
    b ^= (uint8_t)(1u << bit);
    assert_int_equal(pwrite(fd, &b, 1, at), 1);
    close(fd);
}

static inline off_t size_of_file(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

#endif
