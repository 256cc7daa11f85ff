/* The API's own description and the table of addresses are one: no row without its operation, no operation without its
 * row, no schema that is named and not there. What an answer looks like is checked in tests/http/test_openapi.py. */
#include "archive_case.h"

#include "fcgi/window.h"

#define EACH_ROW(row)                                                                                                  \
    size_t count_;                                                                                                     \
    const struct route_row *row = route_rows(&count_);                                                                 \
    for (const struct route_row *end_ = row + count_; row < end_; row++)

static void every_row_of_the_api_has_its_operation(void **state)
{
    (void)state;
    EACH_ROW(row)
    {
        if (row->face == FACE_API && row->op == NULL) {
            fail_msg("%s %s stands in fcgi/route.c without its operation: add OPERATION(.id = …, .summary = …, "
                     ".answer = \"Schema\") to the row, the schema to a file of conf/api, and see that "
                     "tests/http/test_openapi.py can call it",
                     row->method, row->path);
        }
        if (row->face != FACE_API && row->op != NULL) {
            fail_msg("%s %s has an operation and is no row of the API (FACE_API)", row->method, row->path);
        }
        assert_true(row->op == NULL || str_starts(str_of(row->path), "/api/v1/"));
    }
}

static void what_an_operation_says_fits_its_row(void **state)
{
    (void)state;
    EACH_ROW(row)
    {
        const struct api_operation *op = row->op;
        if (op == NULL) {
            continue;
        }
        bool json = (row->body & BODY_JSON) != 0;
        if (op->id == NULL || op->summary == NULL || strpbrk(op->summary, "\"'\\\n") != NULL ||
            (op->type == NULL && op->answer == NULL) || (json && (op->takes == NULL || op->sample == NULL)) ||
            (op->part != NULL && strchr(row->path, '{') == NULL)) {
            fail_msg("%s %s: its operation is not whole: id, summary (no quotes), answer or type, and takes and sample "
                     "where JSON is posted",
                     row->method, row->path);
        }
    }
}

/* ---------------------------------------------------------------- the file */

static struct buf description(void)
{
    struct answer a = {.body = BUF_INIT(BODY_MAX)};
    struct call c = {.a = &a};
    api_openapi(&c);
    assert_int_equal(a.status, 200);
    buf_add_u8(&a.body, '\0');
    assert_false(a.body.failed);
    return a.body;
}

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *p = strstr(text, word); p != NULL; p = strstr(p + 1, word)) {
        n++;
    }
    return n;
}

static void the_file_has_every_operation_once(void **state)
{
    struct buf b CLEANUP(buf_free) = description();
    const char *text = (const char *)b.p;
    size_t operations = 0;
    (void)state;
    EACH_ROW(row)
    {
        char id[120];
        if (row->op == NULL) {
            continue;
        }
        operations++;
        snprintf(id, sizeof id, "\"operationId\":\"%s\"", row->op->id);
        if (count_of(text, id) != 1) {
            fail_msg("%s stands %zu times in the file", row->op->id, count_of(text, id));
        }
    }
    assert_int_equal(count_of(text, "\"operationId\":"), operations);
}

static void every_schema_that_is_named_is_there(void **state)
{
    struct buf b CLEANUP(buf_free) = description();
    static const char mark[] = "\"#/components/schemas/";
    (void)state;
    const char *schemas = strstr((const char *)b.p, "\"schemas\":{");
    assert_non_null(schemas);
    for (const char *p = strstr((const char *)b.p, mark); p != NULL; p = strstr(p + 1, mark)) {
        char name[100];
        snprintf(name, sizeof name, "\"%.*s\":", (int)strcspn(p + sizeof mark - 1, "\""), p + sizeof mark - 1);
        if (strstr(schemas, name) == NULL) {
            fail_msg("%s is named in /api/v1/openapi.json and stands in no file of conf/api", name);
        }
    }
}

static void the_file_is_json(void **state)
{
    struct buf b CLEANUP(buf_free) = description();
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20);
    struct json_member *list;
    struct err e = ERR_INIT;
    size_t n;
    (void)state;
    if (!json_read((struct str){(const char *)b.p, b.n - 1}, ar, 20, &list, &n, &e)) {
        fail_msg("%s; each file of conf/api is one object whose braces stand on lines of their own", e.text);
    }
    assert_int_equal(n, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_api_has_its_operation),
        cmocka_unit_test(what_an_operation_says_fits_its_row),
        cmocka_unit_test(the_file_has_every_operation_once),
        cmocka_unit_test(every_schema_that_is_named_is_there),
        cmocka_unit_test(the_file_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
