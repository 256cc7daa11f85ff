/* Any bytes as the JSON of a request. What is read is an object whose names and texts are valid text, each name once;
 * the same members written by our writer and read again are the same. */
#include "base.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST 60

static void put_again(struct json *o, const struct json_member *m)
{
    char name[512];
    snprintf(name, sizeof name, "%.*s", (int)m->name.n, m->name.p);
    if (m->type == JSON_IS_TEXT) {
        json_text(o, name, m->text);
    } else if (m->type == JSON_IS_NUMBER) {
        json_i64(o, name, m->number);
    } else if (m->type == JSON_IS_BOOL) {
        json_bool(o, name, m->yes);
    } else {
        json_null(o, name);
    }
}

static bool is_same(const struct json_member *a, const struct json_member *b)
{
    bool null = a->type == JSON_IS_OTHER && b->type == JSON_IS_NULL; /* written as null */
    return str_eq(a->name, b->name) && (null || a->type == b->type) &&
           (a->type != JSON_IS_TEXT || str_eq(a->text, b->text)) &&
           (a->type != JSON_IS_NUMBER || a->number == b->number) && a->yes == b->yes;
}

static void write_and_read(const struct json_member *list, size_t n, struct arena *ar)
{
    struct json *o CLEANUP(json_free) = json_object();
    struct buf out CLEANUP(buf_free) = BUF_INIT(16u << 20);
    struct json_member *again;
    struct err e = ERR_INIT;
    size_t count;
    for (size_t i = 0; i < n; i++) {
        if (!utf8_valid(list[i].name) || !utf8_valid(list[i].text)) {
            abort();
        }
        if (list[i].name.n > 500) {
            return;
        }
        put_again(o, &list[i]);
    }
    if (!json_line(o, &out, &e) || !json_read(buf_str(&out), ar, MOST, &again, &count, &e) || count != n) {
        abort();
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_same(&list[i], &again[i])) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *ar = arena_new(16u << 20);
    struct json_member *list;
    struct err e = ERR_INIT;
    size_t n;
    if (json_read((struct str){(const char *)data, size}, ar, MOST, &list, &n, &e)) {
        write_and_read(list, n, ar);
    } else if (e.code == ERR_NONE || e.text[0] == '\0') {
        abort();
    }
    arena_free(&ar);
    return 0;
}
