/* archive_case.h: an archive of a test's own with the law that ships, a clock that stands still until the test moves
 * it, and short ways to make files. */
#ifndef AKTA_TESTS_ARCHIVE_CASE_H
#define AKTA_TESTS_ARCHIVE_CASE_H
#include "testing.h"

#include "archive/record/record_internal.h"
#include "scratch.h"

struct case_world {
    struct scratch scratch;
    char dir[300];
    struct archive *a;
    struct arena *ar; /* lives as long as the test */
    instant now;
    struct clock clock;
};

static inline instant case_now(void *ctx)
{
    return *(const instant *)ctx;
}

static inline struct day case_day(const char *text)
{
    struct day d = DAY_NONE;
    if (text[0] != '\0' && !day_parse(str_of(text), &d)) {
        fail_msg("%s is no day", text);
    }
    return d;
}

/* Noon of a day, in UTC. */
static inline void case_set_day(struct case_world *w, const char *day)
{
    w->now = (instant)case_day(day).n * 86400 + 43200;
}

static inline struct archive_options case_options(struct case_world *w)
{
    return (struct archive_options){.dir = w->dir, .clock = &w->clock, .cache_bytes = 8u << 20};
}

static inline void case_apply(struct case_world *w, enum conf_kind k)
{
    struct conf_document d;
    struct err e = ERR_INIT;
    uint64_t changed;
    if (!conf_builtin(k, &d) || !conf_apply(w->a, &d, NULL, &changed, &e)) {
        fail_msg("%s: %s", conf_kind_name(k), e.text);
    }
}

static inline void case_reopen(struct case_world *w)
{
    struct archive_options o = case_options(w);
    struct err e = ERR_INIT;
    archive_close(&w->a);
    if (!archive_open(&o, &w->a, &e)) {
        fail_msg("%s", e.text);
    }
}

static inline void case_open(struct case_world *w, const char *today)
{
    struct err e = ERR_INIT;
    struct office_info office = {.name = STR("Urząd Miejski w Akcie"), .origin = STR("akta.example/log")};
    *w = (struct case_world){.scratch = scratch_make(), .ar = arena_new(256u << 20)};
    snprintf(w->dir, sizeof w->dir, "%s/data", w->scratch.path);
    assert_int_equal(mkdir(w->dir, 0700), 0);
    case_set_day(w, today);
    w->clock = (struct clock){case_now, &w->now};
    struct archive_options o = case_options(w);
    if (!crypto_init(&e) || !archive_create(&o, &office, &e) || !archive_open(&o, &w->a, &e)) {
        fail_msg("%s", e.text);
    }
    case_apply(w, CONF_PLAN);
    case_apply(w, CONF_RULES);
    case_apply(w, CONF_PROPOSALS);
}

static inline void case_close(struct case_world *w)
{
    archive_close(&w->a);
    arena_free(&w->ar);
    scratch_remove(&w->scratch);
}

static inline void case_finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    (void)ctx;
    (void)mend;
    fail_msg("%s: %s", place, wrong);
}

/* What is due agrees with the files, one by one. */
static inline void case_due_proved(struct case_world *w)
{
    struct err e = ERR_INIT;
    uint64_t checked = 0;
    if (!due_doctor(w->a, case_finding, NULL, &checked, &e)) {
        fail_msg("%s", e.text);
    }
    assert_true(checked > 0);
}

/* A file opened and, with a closing day, closed; its mark lives in the world's arena. */
static inline struct str case_file(struct case_world *w, const char *symbol, const char *opened, const char *closed)
{
    struct err e = ERR_INIT;
    struct case_file f;
    struct file_opening in = {
        .unit = STR("OR"), .symbol = str_of(symbol), .title = STR("Sprawa próbna"), .opened = case_day(opened)};
    if (!file_open(w->a, &in, NULL, w->ar, &f, &e) ||
        (closed[0] != '\0' && !file_close(w->a, f.mark, case_day(closed), NULL, &e))) {
        fail_msg("%s opened %s closed %s: %s", symbol, opened, closed, e.text);
    }
    return f.mark;
}

static inline struct case_file case_get(struct case_world *w, struct str mark)
{
    struct err e = ERR_INIT;
    struct case_file f;
    if (!file_get(w->a, mark, w->ar, &f, &e)) {
        fail_msg("%s", e.text);
    }
    return f;
}

#endif
