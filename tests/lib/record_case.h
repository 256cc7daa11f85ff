/* record_case.h: an archive in a scratch folder with the shipped law in force, a clock that the test turns, and the
 * shortest way to files and records. Every helper asserts. */
#ifndef AKTA_TESTS_RECORD_CASE_H
#define AKTA_TESTS_RECORD_CASE_H
#include "testing.h"

#include "record.h"
#include "scratch.h"

#include <string.h>

struct archive_case {
    struct scratch dir;
    char path[300], inspector[400];
    struct archive *a;
    struct arena *ar;
    instant now;
    struct clock clock;
};

static instant case_now(void *ctx)
{
    return *(instant *)ctx;
}

static const struct actor case_clerk = {.person = {"uid:1000", 8}};

/* Fails the test with the reason when a call failed. */
#define must(call)                                                                                                     \
    do {                                                                                                               \
        struct err e = ERR_INIT;                                                                                       \
        if (!(call))                                                                                                   \
            fail_msg("%s: %s: %s", #call, err_name(e.code), e.text);                                                   \
    } while (0)
/* … and when it did not fail as it should. */
#define must_fail(call, want)                                                                                          \
    do {                                                                                                               \
        struct err e = ERR_INIT;                                                                                       \
        assert_false(call);                                                                                            \
        if (e.code != (want))                                                                                          \
            fail_msg("%s: %s instead of %s: %s", #call, err_name(e.code), err_name(want), e.text);                     \
    } while (0)

static inline void case_open(struct archive_case *c)
{
    const struct archive_options o = {
        .dir = c->path, .clock = &c->clock, .cache_bytes = 8u << 20, .inspector = c->inspector};
    must(archive_open(&o, &c->a, &e));
}

static inline void case_close(struct archive_case *c)
{
    archive_close(&c->a);
}

/* 2026-11-21T12:00:00Z */
#define CASE_NOW ((instant)1795262400)

static inline struct archive_case *case_make(void)
{
    struct archive_case *c = calloc(1, sizeof *c);
    const char *build = getenv("AKTA_BUILD");
    struct conf_document d;
    uint64_t changed;
    assert_non_null(c);
    must(crypto_init(&e));
    c->dir = scratch_make();
    c->now = CASE_NOW;
    c->clock = (struct clock){case_now, &c->now};
    c->ar = arena_new(64u << 20);
    snprintf(c->path, sizeof c->path, "%s/archive", c->dir.path);
    snprintf(c->inspector, sizeof c->inspector, "%s/akta-inspect", build ? build : "build");
    const struct archive_options o = {.dir = c->path, .clock = &c->clock, .cache_bytes = 8u << 20};
    const struct office_info office = {.name = STR("Urząd Gminy Próbnej"), .origin = STR("records.test.example/log")};
    log_threshold(LOG_ERROR);
    must(archive_create(&o, &office, &e));
    case_open(c);
    for (enum conf_kind k = CONF_PLAN; k < CONF_KIND_COUNT; k++)
        if (k != CONF_HOLIDAYS && conf_builtin(k, &d))
            must(conf_apply(c->a, &d, NULL, &changed, &e));
    return c;
}

static inline void case_end(struct archive_case *c)
{
    case_close(c);
    arena_free(&c->ar);
    scratch_remove(&c->dir);
    free(c);
}

static inline struct day case_day(const char *text)
{
    struct day d;
    assert_true(day_parse(str_of(text), &d));
    return d;
}

static inline struct case_file case_file_open(struct archive_case *c, const char *unit, const char *symbol,
                                              const char *title)
{
    struct case_file f;
    const struct file_opening in = {
        .unit = str_of(unit), .symbol = str_of(symbol), .title = str_of(title), .opened = DAY_NONE};
    must(file_open(c->a, &in, &case_clerk, c->ar, &f, &e));
    return f;
}

static inline struct case_file case_file_get(struct archive_case *c, struct str mark)
{
    struct case_file f;
    must(file_get(c->a, mark, c->ar, &f, &e));
    return f;
}

/* Content from memory. */
struct case_bytes {
    struct bytes b;
    size_t at;
};

static bool case_bytes_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct case_bytes *s = ctx;
    (void)e;
    *got = s->b.n - s->at < n ? s->b.n - s->at : n;
    if (*got)
        memcpy(p, s->b.p + s->at, *got);
    s->at += *got;
    return true;
}

static inline struct record case_record(struct archive_case *c, const struct id *file, const char *name,
                                        struct bytes content)
{
    struct record r;
    struct case_bytes source = {.b = content};
    const struct record_input in = {.name = str_of(name), .dated = DAY_NONE, .media_type = STR("text/plain")};
    must(record_add(c->a, file, &in,
                    (struct content_source){.read = case_bytes_read, .ctx = &source, .size_hint = content.n},
                    &case_clerk, c->ar, &r, &e));
    return r;
}

static bool case_collect(void *ctx, struct bytes plain, struct err *e)
{
    struct buf *out = ctx;
    (void)e;
    buf_add(out, plain.p, plain.n);
    return true;
}

/* What the archive gives back is what was given. */
static inline void case_same_bytes(struct archive_case *c, const struct record *r, struct bytes content)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(256u << 20);
    must(record_read(c->a, r, case_collect, &out, &e));
    assert_int_equal(out.n, content.n);
    if (content.n)
        assert_memory_equal(out.p, content.p, content.n);
}

struct case_key {
    struct archive_case *c;
    const struct id *id;
    struct key key;
};

static bool case_key_fn(struct txn *t, void *ctx, struct err *e)
{
    struct case_key *k = ctx;
    return key_get(t, archive_store(k->c->a), k->id, &k->key, e);
}

static inline struct key case_key(struct archive_case *c, const struct id *id)
{
    struct case_key k = {.c = c, .id = id};
    must(store_read(archive_store(c->a), case_key_fn, &k, &e));
    return k.key;
}

/* Findings come from inside a read: the test fails after it. */
static void case_first_finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    char *first = ctx;
    (void)mend;
    if (!first[0])
        snprintf(first, 600, "%s: %s", place, wrong);
}

static inline void case_doctor_finds_nothing(struct archive_case *c)
{
    uint64_t checked;
    char first[600] = "";
    must(archive_doctor(c->a, false, case_first_finding, first, &checked, &e));
    if (first[0])
        fail_msg("doctor: %s", first);
    assert_true(checked > 1000);
}

#endif
