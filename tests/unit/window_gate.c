/* The gate: every row of the table is enforced and answers; input is read strictly; headers cannot be smuggled in. */
#include "archive_case.h"

#include "fcgi/window.h"

extern const char _binary_pl_mo_start[], _binary_pl_mo_end[];

struct desk {
    struct case_world world;
    struct window window;
    struct arena *ar;
};

static int open_desk(void **state)
{
    static struct desk d;
    struct err e = ERR_INIT;
    d = (struct desk){.ar = arena_new(16u << 20)};
    case_open(&d.world, "2026-11-21");
    d.window.archive = d.world.a;
    site_fill(&d.window.site);
    *state = &d;
    return bulletin_desk_open(d.world.a, &d.window.desk, &e) && d.ar != NULL &&
                   request_desk_open(d.world.a, NULL, &d.window.requests, &e)
               ? 0
               : -1;
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    bulletin_desk_close(&d->window.desk);
    request_desk_close(&d->window.requests);
    kept_free(&d->window.kept);
    arena_free(&d->ar);
    case_close(&d->world);
    return 0;
}

static void publish_demonstration(struct desk *d)
{
    struct publication *list;
    struct err e = ERR_INIT;
    uint64_t changed;
    size_t n;
    if (!publish_builtin(d->world.ar, &list, &n, &e) || !publish(d->world.a, list, n, NULL, &changed, &e)) {
        fail_msg("%s", e.text);
    }
}

/* The answer's body lives until the next question. */
static struct answer *ask_with(struct desk *d, struct request q)
{
    static struct answer a;
    buf_free(&a.body);
    a = (struct answer){.body = BUF_INIT(BODY_MAX)};
    arena_reset(d->ar);
    if (q.method.n == 0) {
        q.method = STR("GET");
    }
    if (q.remote.n == 0) {
        q.remote = STR("192.0.2.7");
    }
    window_answer(&d->window, &q, d->ar, &a);
    return &a;
}

static struct answer *ask(struct desk *d, const char *path)
{
    return ask_with(d, (struct request){.path = str_of(path)});
}

static bool says(const struct answer *a, const char *text)
{
    return memmem(a->body.p, a->body.n, text, strlen(text)) != NULL;
}

/* ---------------------------------------------------------------- every row */

/* An address that the row answers, for the demonstration set. */
static void address_of(const struct route_row *row, char *out, size_t size)
{
    static const char *const slugs[][2] = {{"/karty/", "siemiatycze-wydanie-dowodu-osobistego"},
                                           {"/api/v1/services/", "siemiatycze-wydanie-dowodu-osobistego"},
                                           {"/informacje/", TEXT_REUSE},
                                           {"/api/v1/texts/", TEXT_REUSE},
                                           {"/wniosek/", "informacja"},
                                           {"/s/{token}", "0123456789abcdefghjkmnpqrstvwxyz"}};
    const char *slug = "none";
    for (size_t i = 0; i < COUNT_OF(slugs); i++) {
        if (str_starts(str_of(row->path), slugs[i][0])) {
            slug = slugs[i][1];
        }
    }
    size_t n = 0;
    for (const char *p = row->path; *p != '\0' && n + 100 < size; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        n += (size_t)snprintf(out + n, size - n, "%s",
                              p[1] == 'n' || p[1] == 'v' ? "1"
                              : strncmp(p, "{sha", 4) == 0
                                  ? "00000000000000000000000000000000000000000000000000000000000000ab"
                              : p[1] == 'c' ? "ABCDE-01234-ABCDE-01234"
                                            : slug);
        p = strchr(p, '}');
    }
    out[n] = '\0';
}

static bool is_posted_to(const char *path)
{
    size_t count;
    const struct route_row *rows = route_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].path, path) == 0 && strcmp(rows[i].method, "POST") == 0) {
            return true;
        }
    }
    return false;
}

/* There must be a request, or a published answer, to show. */
static bool is_of_a_request(const char *path)
{
    static const char *const before[] = {"/s/", "/wnioski/{slug}", "/odpowiedzi/{slug}", "/api/v1/requests/{slug}",
                                         "/api/v1/answers/{slug}"};
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        if (str_starts(str_of(path), before[i])) {
            return true;
        }
    }
    return false;
}

/* Rows that are posted to, drafts and cases have tests of their own: window_posts.c. */
static void every_row_answers(void **state)
{
    struct desk *d = *state;
    size_t count;
    const struct route_row *rows = route_rows(&count);
    publish_demonstration(d);
    for (size_t i = 0; i < count; i++) {
        char path[300], english[310];
        const struct route_row *row = &rows[i];
        address_of(row, path, sizeof path);
        if (strstr(row->path, "{file}") != NULL || row->who == WHO_LOOPBACK || is_posted_to(row->path) ||
            is_of_a_request(row->path) || strstr(row->path, "{sha256}/dowod.txt") != NULL) {
            continue;
        }
        struct answer *a = ask(d, path);
        if (a->status != 200 || a->body.n == 0 || a->cache != row->cache) {
            fail_msg("%s: status %d", path, a->status);
        }
        snprintf(english, sizeof english, "/en%s", path);
        assert_int_equal(ask(d, english)->status, row->face == FACE_PAGE ? 200 : 404);
        assert_int_equal(ask_with(d, (struct request){.path = str_of(path), .method = STR("POST")})->status, 405);
        assert_str(ask_with(d, (struct request){.path = str_of(path), .method = STR("DELETE")})->allow, "GET, HEAD");
        assert_int_equal(ask_with(d, (struct request){.path = str_of(path), .body_size = row->limit + 1})->status, 413);
    }
}

static void an_empty_office_says_what_to_do(void **state)
{
    struct desk *d = *state;
    static const char *const paths[] = {
        "/",         "/karty",  "/rejestry",       "/rejestry/zasady", "/informacje", "/dane-osobowe",
        "/dziennik", "/szukaj", "/api/v1/services"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        if (ask(d, paths[i])->status != 200) {
            fail_msg("%s", paths[i]);
        }
    }
    assert_true(says(ask(d, "/karty"), "Zapytaj w\xC2\xA0kancelarii."));
    assert_true(says(ask(d, "/en/rejestry"), "Ask at the registry office."));
    assert_int_equal(ask(d, "/karty/none")->status, 404);
}

static void maintenance_is_503_everywhere(void **state)
{
    struct desk *d = *state;
    struct archive *kept = d->window.archive;
    size_t count;
    const struct route_row *rows = route_rows(&count);
    d->window.archive = NULL;
    for (size_t i = 0; i < count; i++) {
        char path[300];
        address_of(&rows[i], path, sizeof path);
        if ((rows[i].flags & ROW_IN_MAINTENANCE) == 0) {
            struct answer *a = ask_with(d, (struct request){.path = str_of(path),
                                                            .method = str_of(rows[i].method),
                                                            .content_type = STR("application/x-www-form-urlencoded"),
                                                            .remote = STR("127.0.0.1")});
            assert_int_equal(a->status, 503);
            assert_int_equal(a->cache, CACHE_NEVER);
        }
    }
    assert_true(says(ask(d, "/karty"), "Pilne pismo złóż w\xC2\xA0kancelarii."));
    assert_true(says(ask(d, "/api/v1/services"), "\"status\":503"));
    char style[64];
    snprintf(style, sizeof style, "/site/%s", d->window.site.style.name);
    assert_int_equal(ask(d, style)->status, 200);
    d->window.archive = kept;
}

static void figures_are_for_this_machine(void **state)
{
    struct desk *d = *state;
    assert_int_equal(ask(d, "/metrics")->status, 404);
    assert_int_equal(ask_with(d, (struct request){.path = STR("/metrics"), .remote = STR("127.0.0.1")})->status, 200);
    assert_int_equal(ask_with(d, (struct request){.path = STR("/metrics"), .remote = STR("::1")})->status, 200);
    assert_int_equal(ask_with(d, (struct request){.path = STR("/metrics"), .remote = STR("unix:")})->status, 404);
}

static void addresses_match_whole(void **state)
{
    struct desk *d = *state;
    static const char *const strangers[] = {"",
                                            "karty",
                                            "//karty",
                                            "/karty//",
                                            "/karty/A",
                                            "/karty/a_b",
                                            "/karty/ą",
                                            "/karty/a/b",
                                            "/kartyx",
                                            "/rejestry/0",
                                            "/rejestry/01",
                                            "/rejestry/+1",
                                            "/rejestry/1 ",
                                            "/rejestry/1000000",
                                            "/en/en/",
                                            "/en/api/v1/services",
                                            "/szukaj/q",
                                            "/informacje/../karty",
                                            "/karty/x/wersje/x",
                                            "/site/",
                                            "/api",
                                            "/api/v1"};
    for (size_t i = 0; i < COUNT_OF(strangers); i++) {
        if (ask(d, strangers[i])->status != 404) {
            fail_msg("%s: %d", strangers[i], ask(d, strangers[i])->status);
        }
    }
    assert_int_equal(ask(d, "/karty/")->status, 308);
    assert_str(ask(d, "/karty/")->location, "/karty");
    assert_str(ask(d, "/en/rejestry/")->location, "/en/rejestry");
    assert_str(ask(d, "/en")->location, "/en/");
}

/* ---------------------------------------------------------------- kept pages */

/* One reader of everything fills the table; a second later the pages that people ask for are kept again. */
static void pages_of_a_crawler_leave_their_room(void **state)
{
    (void)state;
    struct kept *k = kept_new();
    struct kept_stamp stamp = {.generation = 1};
    struct answer large = {.status = 200, .type = "text/html", .body = BUF_INIT(BODY_MAX)};
    struct answer small = {.status = 200, .type = "text/html", .body = BUF_INIT(BODY_MAX)};
    struct answer found = {.body = BUF_INIT(BODY_MAX)};
    struct timespec over = {.tv_sec = 1, .tv_nsec = 50000000};
    char path[40];
    for (size_t i = 0; i < 200 * 1024; i++) {
        buf_add_u8(&large.body, 'x');
    }
    buf_add_z(&small.body, "a page that people ask for");
    for (int i = 0; i < 300; i++) {
        snprintf(path, sizeof path, "/wnioski/2026-%06d", i);
        kept_put(k, str_of(path), &stamp, &large);
    }
    kept_put(k, STR("/karty/dowod"), &stamp, &large);
    assert_false(kept_find(k, STR("/karty/dowod"), &stamp, &found));
    nanosleep(&over, NULL);
    kept_put(k, STR("/karty/dowod"), &stamp, &large);
    kept_put(k, STR("/karty"), &stamp, &small);
    assert_true(kept_find(k, STR("/karty/dowod"), &stamp, &found));
    buf_reset(&found.body);
    assert_true(kept_find(k, STR("/karty"), &stamp, &found));
    assert_int_equal(found.body.n, small.body.n);
    kept_free(&k);
    buf_free(&large.body);
    buf_free(&small.body);
    buf_free(&found.body);
}

static void a_kept_page_is_the_same_until_something_is_published(void **state)
{
    struct desk *d = *state;
    char first[ETAG_SIZE];
    d->window.kept = kept_new();
    memcpy(first, ask(d, "/karty")->etag, sizeof first);
    size_t bytes = ask(d, "/karty")->body.n;
    assert_string_equal(ask(d, "/karty")->etag, first);
    assert_int_equal(ask(d, "/karty")->body.n, bytes);
    struct answer *a = ask_with(d, (struct request){.path = STR("/karty"), .if_none_match = str_of(first)});
    assert_int_equal(a->status, 304);
    assert_int_equal(a->body.n, 0);
    publish_demonstration(d);
    assert_string_not_equal(ask(d, "/karty")->etag, first);
    assert_true(ask(d, "/karty")->body.n > bytes);
    memcpy(first, ask(d, "/karty")->etag, sizeof first);
    assert_string_not_equal(ask(d, "/en/karty")->etag, first);
    assert_int_equal(ask_with(d, (struct request){.path = STR("/karty"), .method = STR("POST")})->status, 405);
    kept_free(&d->window.kept);
}

/* ---------------------------------------------------------------- input */

static void queries_are_read_strictly(void **state)
{
    static const struct input_field fields[] = {{"q", INPUT_TEXT, 0, 10}, {"n", INPUT_NUMBER, 1, 99}};
    static const struct {
        const char *query;
        bool readable;
        const char *q;
        uint64_t n;
        bool q_fault, n_fault;
    } cases[] = {
        {"", true, "", 0, false, false},
        {"q=a+b%20c", true, "a b c", 0, false, false},
        {"q=%C4%85&n=7", true, "ą", 7, false, false},
        {"x=1&y&=&&n=99", true, "", 99, false, false},
        {"q", true, "", 0, false, false},
        {"q=12345678901", true, "12345678901", 0, true, false},
        {"n=0", true, "", 0, false, true},
        {"n=100", true, "", 0, false, true},
        {"n=01", true, "", 0, false, true},
        {"n=", true, "", 0, false, true},
        {"q=%00", true, "", 0, true, false},
        {"q=a&q=b", false, "", 0, false, false},
        {"q=%", false, "", 0, false, false},
        {"q=%4", false, "", 0, false, false},
        {"q=%g0", false, "", 0, false, false},
        {"q=%ff", false, "", 0, false, false},
        {"%ff=1", false, "", 0, false, false},
        {"q=\xC0\x80", false, "", 0, false, false},
    };
    struct desk *d = *state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct value v[FIELDS_MAX];
        struct err e = ERR_INIT;
        bool readable = query_read(fields, COUNT_OF(fields), str_of(cases[i].query), d->ar, v, &e);
        if (readable != cases[i].readable || (!readable && e.code != ERR_INVALID)) {
            fail_msg("%s", cases[i].query);
        }
        if (!readable) {
            continue;
        }
        assert_int_equal(v[0].fault.code != ERR_NONE, cases[i].q_fault);
        assert_int_equal(v[1].fault.code != ERR_NONE, cases[i].n_fault);
        if (!cases[i].q_fault && !str_is(v[0].text, cases[i].q)) {
            fail_msg("%s: %.*s", cases[i].query, (int)v[0].text.n, v[0].text.p);
        }
        assert_int_equal(v[1].fault.code == ERR_NONE ? v[1].number : 0, cases[i].n);
    }
}

/* ---------------------------------------------------------------- headers */

static void header_values_cannot_begin_a_header(void **state)
{
    static const struct str bad[] = {STR_INIT("a\r\nX: y"), STR_INIT("a\n"),   STR_INIT("\r"),
                                     STR_INIT("a\0b"),      STR_INIT("a\x7F"), STR_INIT("\x1B[0m")};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(1000);
        struct err e = ERR_INIT;
        assert_false(head_line(&out, "Location", bad[i], &e));
        assert_int_equal(e.code, ERR_INVALID);
        assert_int_equal(out.n, 0);
        struct answer a = {.status = 308, .type = "text/plain", .location = bad[i]};
        assert_false(answer_head(&a, &out, &e));
    }
    struct buf out CLEANUP(buf_free) = BUF_INIT(1000);
    struct err e = ERR_INIT;
    assert_true(head_line(&out, "X", STR("zażółć"), &e));
    assert_str(buf_str(&out), "X: zażółć\r\n");
}

static void heads_say_what_they_must(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(8192);
    struct err e = ERR_INIT;
    struct answer a = {.status = 503, .type = "text/plain", .cache = CACHE_FOREVER};
    (void)state;
    assert_true(answer_head(&a, &out, &e));
    buf_add_u8(&out, 0);
    const char *text = (const char *)out.p;
    assert_memory_equal(text, "Status: 503 Service Unavailable\r\n", 33);
    assert_non_null(strstr(text, "\r\nRetry-After: 30\r\n"));
    assert_non_null(strstr(text, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(text, "default-src 'none'"));
    assert_null(strstr(text, "unsafe"));
    assert_string_equal(text + strlen(text) - 4, "\r\n\r\n");
}

static int with_polish(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    size_t n = (size_t)(_binary_pl_mo_end - _binary_pl_mo_start);
    return catalogue_register(LANG_PL, _binary_pl_mo_start, n, &e) ? 0 : -1;
}

#define WITH_DESK(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(every_row_answers),
        WITH_DESK(an_empty_office_says_what_to_do),
        WITH_DESK(maintenance_is_503_everywhere),
        WITH_DESK(figures_are_for_this_machine),
        WITH_DESK(addresses_match_whole),
        cmocka_unit_test(pages_of_a_crawler_leave_their_room),
        WITH_DESK(a_kept_page_is_the_same_until_something_is_published),
        WITH_DESK(queries_are_read_strictly),
        cmocka_unit_test(header_values_cannot_begin_a_header),
        cmocka_unit_test(heads_say_what_they_must),
    };
    log_threshold(LOG_ERROR);
    return cmocka_run_group_tests_name("window gate", tests, with_polish, NULL);
}
