/* Any bytes as what a program sends to the API, through the whole window with an archive of its own behind it: the
 * first byte chooses where they go, the rest is the JSON of a letter, of a question about a register, or the query of a
 * list. Whatever it is, the answer is one that /api/v1/openapi.json announces, it is JSON or CSV, an error says what to
 * do, and the server has no fault. */
#include "fcgi/window.h"
#include "tests/lib/scratch.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
const char *__asan_default_options(void);

/* Berkeley DB and the secure memory keep pointers where the leak checker does not look. The other fuzzers look for
 * leaks. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static struct world {
    struct scratch scratch;
    char dir[300];
    instant now;
    struct clock clock;
    struct archive *a;
    struct window window;
} world;

static instant stands_still(void *ctx)
{
    return *(const instant *)ctx;
}

static void never(const char *why)
{
    fprintf(stderr, "%s\n", why);
    abort();
}

static void clear_away(void)
{
    bulletin_desk_close(&world.window.desk);
    request_desk_close(&world.window.requests);
    archive_close(&world.a);
    scratch_remove(&world.scratch);
}

static void apply(enum conf_kind k, struct err *e)
{
    struct conf_document d;
    uint64_t changed;
    if (!conf_builtin(k, &d) || !conf_apply(world.a, &d, NULL, &changed, e)) {
        never(e->text);
    }
}

static void publish_all(struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 20);
    struct publication *list;
    uint64_t changed;
    size_t n;
    if (!publish_builtin(ar, &list, &n, e) || !publish(world.a, list, n, NULL, &changed, e)) {
        never(e->text);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct err e = ERR_INIT;
    struct office_info office = {.name = STR("Urząd Miejski w Akcie"), .origin = STR("akta.example/log")};
    (void)argc;
    (void)argv;
    world.scratch = scratch_make();
    snprintf(world.dir, sizeof world.dir, "%s/data", world.scratch.path);
    world.now = 1795262400; /* 21 November 2026, noon in Poland */
    world.clock = (struct clock){stands_still, &world.now};
    struct archive_options o = {.dir = world.dir, .clock = &world.clock, .cache_bytes = 8u << 20};
    if (!crypto_init(&e) || !archive_create(&o, &office, &e) || !archive_open(&o, &world.a, &e)) {
        never(e.text);
    }
    apply(CONF_PLAN, &e);
    apply(CONF_RULES, &e);
    apply(CONF_PROPOSALS, &e);
    world.window.archive = world.a;
    site_fill(&world.window.site);
    if (!bulletin_desk_open(world.a, &world.window.desk, &e) ||
        !request_desk_open(world.a, NULL, &world.window.requests, &e)) {
        never(e.text);
    }
    publish_all(&e);
    atexit(clear_away);
    return 0;
}

/* ---------------------------------------------------------------- asking */

struct drip {
    const uint8_t *p;
    size_t n;
};

static bool drip_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct drip *d = ctx;
    (void)e;
    *got = n < d->n ? n : d->n;
    memcpy(p, d->p, *got);
    d->p += *got;
    d->n -= *got;
    return true;
}

static bool is_json(const struct answer *a, struct arena *ar)
{
    struct json_member *list;
    struct err e = ERR_INIT;
    size_t n;
    return json_read(buf_str(&a->body), ar, 100, &list, &n, &e) && n > 0;
}

static void judge(const struct answer *a, struct arena *ar)
{
    static const int known[] = {200, 201, 400, 404, 409, 413, 422};
    struct buf head CLEANUP(buf_free) = BUF_INIT(8192);
    struct err e = ERR_INIT;
    bool announced = false;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        announced |= a->status == known[i];
    }
    if (!announced || a->body.failed || !answer_head(a, &head, &e)) {
        fprintf(stderr, "status %d\n", a->status);
        never("no such answer is announced");
    }
    bool problem = strcmp(a->type, "application/problem+json") == 0;
    if (problem != (a->status >= 400) || (problem && memmem(a->body.p, a->body.n, "\"detail\":\"", 10) == NULL)) {
        never("an error is a problem with a detail, and nothing else is");
    }
    if (!str_starts(str_of(a->type), "text/csv") && !is_json(a, ar)) {
        never("what says that it is JSON is none");
    }
}

static void ask(struct request q, const uint8_t *body, size_t n)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(16u << 20), *other CLEANUP(arena_free) = arena_new(32u << 20);
    struct drip drip = {body, n};
    struct answer a = {.body = BUF_INIT(BODY_MAX)};
    q.remote = STR("192.0.2.7");
    if (str_is(q.method, "POST")) {
        q.content_type = STR("application/json");
        q.body = (struct content_source){.read = drip_read, .ctx = &drip};
        q.body_size = n;
    }
    window_answer(&world.window, &q, ar, &a);
    judge(&a, other);
    buf_free(&a.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const lists[] = {"/api/v1/search", "/api/v1/search.csv", "/api/v1/changes",
                                        "/api/v1/texts/cennik"};
    if (size == 0) {
        return 0;
    }
    unsigned where = data[0] - (unsigned)'0';
    if (where < 2) {
        const char *path = where == 0 ? "/api/v1/requests" : "/api/v1/register-data";
        ask((struct request){.method = STR("POST"), .path = str_of(path)}, data + 1, size - 1);
    } else {
        struct str query = {(const char *)data + 1, size - 1};
        ask((struct request){.method = STR("GET"), .path = str_of(lists[where % COUNT_OF(lists)]), .query = query},
            NULL, 0);
    }
    return 0;
}
