/* json.c: JSON out and in, built over jansson, which no other file knows.
 *
 * A value remembers the first thing that went wrong in it or in a child, so that callers build without checking and
 * json_line tells. Allocations pass through mem.c. A child put into a parent belongs to it. */
#include <jansson.h>

/* Named here, before base.h takes these three names for the house. */
static json_t *new_object(void)
{
    return json_object();
}

static json_t *new_array(void)
{
    return json_array();
}

static json_t *new_null(void)
{
    return json_null();
}

#include "base.h"

#include <pthread.h>

#define DEPTH_MOST 8

struct json {
    json_t *value;
    enum err_code failed; /* ERR_NONE while all went well */
    int depth;            /* levels in it: 1 for an object of plain values */
};

/* jansson tells a failed allocation from wrong JSON only sometimes: whether one failed on this thread since it was
 * cleared. */
static _Thread_local bool starved;

static void *house_memory(size_t n)
{
    void *p = mem_alloc(n);
    starved = starved || p == NULL;
    return p;
}

static void use_house_memory(void)
{
    json_set_alloc_funcs(house_memory, mem_free);
}

static void start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, use_house_memory);
}

static struct json *wrap(json_t *value)
{
    struct json *j = value != NULL ? mem_alloc(sizeof *j) : NULL;
    if (j == NULL) {
        json_decref(value);
        return NULL;
    }
    *j = (struct json){.value = value, .failed = ERR_NONE, .depth = 1};
    return j;
}

struct json *json_object(void)
{
    start();
    return wrap(new_object());
}

struct json *json_array(void)
{
    start();
    return wrap(new_array());
}

void json_free(struct json **j)
{
    if (*j != NULL) {
        json_decref((*j)->value);
        mem_free(*j);
        *j = NULL;
    }
}

static void note(struct json *j, enum err_code failed)
{
    if (j->failed == ERR_NONE) {
        j->failed = failed;
    }
}

/* Puts a plain value into an object (key) or an array (no key); takes `value`, NULL when it could not be made. */
static void put(struct json *j, const char *key, json_t *value)
{
    if (j == NULL) {
        json_decref(value);
        return;
    }
    int failed = key != NULL ? json_object_set_new(j->value, key, value) : json_array_append_new(j->value, value);
    if (failed != 0) {
        note(j, ERR_MEMORY);
    }
}

static json_t *text_value(struct json *j, struct str v)
{
    if (v.p == NULL) {
        return new_null();
    }
    if (j != NULL && !utf8_valid(v)) {
        note(j, ERR_INVALID);
        return new_null();
    }
    return json_stringn_nocheck(v.p, v.n);
}

void json_text(struct json *o, const char *key, struct str v)
{
    put(o, key, text_value(o, v));
}

void json_push_text(struct json *array, struct str v)
{
    put(array, NULL, text_value(array, v));
}

void json_u64(struct json *o, const char *key, uint64_t v)
{
    if (o != NULL && v > INT64_MAX) {
        note(o, ERR_TOO_BIG);
        return;
    }
    put(o, key, json_integer((json_int_t)v));
}

void json_i64(struct json *o, const char *key, int64_t v)
{
    put(o, key, json_integer(v));
}

void json_bool(struct json *o, const char *key, bool v)
{
    put(o, key, json_boolean(v));
}

void json_null(struct json *o, const char *key)
{
    put(o, key, new_null());
}

void json_day(struct json *o, const char *key, struct day d)
{
    char text[DAY_TEXT_SIZE];
    day_text(d, text);
    json_text(o, key, text[0] != '\0' ? str_of(text) : STR_NONE);
}

void json_instant(struct json *o, const char *key, instant t)
{
    char text[INSTANT_TEXT_SIZE];
    instant_text(t, text);
    json_text(o, key, text[0] != '\0' ? str_of(text) : STR_NONE);
}

void json_hex(struct json *o, const char *key, struct bytes b)
{
    char *hex = o != NULL ? mem_alloc(2 * b.n + 1) : NULL;
    if (hex == NULL) {
        put(o, key, NULL);
        return;
    }
    hex_encode(b, hex);
    put(o, key, json_stringn_nocheck(hex, 2 * b.n));
    mem_free(hex);
}

static void adopt(struct json *parent, const char *key, struct json **child)
{
    struct json *c = *child;
    *child = NULL;
    if (parent == NULL) {
        json_free(&c);
        return;
    }
    if (c == NULL) {
        note(parent, ERR_MEMORY);
        return;
    }
    if (c->failed != ERR_NONE) {
        note(parent, c->failed);
    }
    if (c->depth >= DEPTH_MOST) {
        note(parent, ERR_TOO_BIG);
        json_free(&c);
        return;
    }
    if (parent->depth < c->depth + 1) {
        parent->depth = c->depth + 1;
    }
    put(parent, key, c->value);
    mem_free(c);
}

void json_put(struct json *o, const char *key, struct json **child)
{
    adopt(o, key, child);
}

void json_push(struct json *array, struct json **child)
{
    adopt(array, NULL, child);
}

static int append(const char *p, size_t n, void *buf)
{
    struct buf *out = buf;
    buf_add(out, p, n);
    return out->failed ? -1 : 0;
}

static bool first_failure(const struct json *j, struct err *e)
{
    enum err_code failed = j != NULL ? j->failed : ERR_MEMORY;
    if (failed == ERR_INVALID) {
        return err_set(e, failed, "a text for the JSON output is not valid UTF-8");
    }
    if (failed == ERR_TOO_BIG) {
        return err_set(e, failed, "a value is too large or too deep for the JSON output");
    }
    return failed == ERR_NONE || err_set(e, ERR_MEMORY, "out of memory");
}

bool json_line(const struct json *j, struct buf *out, struct err *e)
{
    if (!first_failure(j, e)) {
        return false;
    }
    size_t start_at = out->n;
    bool dumped = json_dump_callback(j->value, append, out, JSON_COMPACT) == 0;
    buf_add_u8(out, '\n');
    if (!buf_ok(out, e) || (!dumped && !err_set(e, ERR_MEMORY, "out of memory"))) {
        out->n = start_at;
        return false;
    }
    return true;
}

/* ---------------------------------------------------------------- CSV */

static void quoted_text(const json_t *v, struct buf *out)
{
    const char *p = json_string_value(v), *end = p + json_string_length(v);
    for (; p < end; p++) {
        if (*p == '"') {
            buf_add_u8(out, '"');
        }
        buf_add(out, p, 1);
    }
}

static const json_t *text_of_item(json_t *item)
{
    for (void *it = json_object_iter(item); it != NULL; it = json_object_iter_next(item, it)) {
        if (json_is_string(json_object_iter_value(it))) {
            return json_object_iter_value(it);
        }
    }
    return json_is_string(item) ? item : NULL;
}

static void csv_list(const json_t *list, struct buf *out)
{
    bool more = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *text = text_of_item(json_array_get(list, i));
        if (text != NULL) {
            buf_add_z(out, more ? " | " : "");
            quoted_text(text, out);
            more = true;
        }
    }
}

static void csv_cell(const json_t *v, struct buf *out)
{
    if (json_is_string(v) || json_is_array(v)) {
        buf_add_u8(out, '"');
        if (json_is_array(v)) {
            csv_list(v, out);
        } else {
            quoted_text(v, out);
        }
        buf_add_u8(out, '"');
    } else if (json_is_integer(v)) {
        buf_fmt(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    } else if (json_is_boolean(v)) {
        buf_add_z(out, json_is_true(v) ? "true" : "false");
    }
}

bool json_csv(const struct json *list, const char *const *names, size_t n, struct buf *out, struct err *e)
{
    if (!first_failure(list, e)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        buf_add_z(out, i > 0 ? "," : "");
        buf_add_z(out, names[i]);
    }
    buf_add_z(out, "\r\n");
    for (size_t row = 0; row < json_array_size(list->value); row++) {
        for (size_t i = 0; i < n; i++) {
            buf_add_z(out, i > 0 ? "," : "");
            csv_cell(json_object_get(json_array_get(list->value, row), names[i]), out);
        }
        buf_add_z(out, "\r\n");
    }
    return buf_ok(out, e);
}

/* ---------------------------------------------------------------- in */

size_t json_values_most(struct str text)
{
    bool inside = false; /* a text */
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (inside) {
            i += c == '\\';
            inside = c != '"';
        } else {
            inside = c == '"';
            n += c == ',' || c == '[' || c == '{';
        }
    }
    return n;
}

static bool read_member(const char *name, json_t *v, struct arena *ar, struct json_member *out)
{
    *out = (struct json_member){.name = arena_str(ar, str_of(name)), .type = JSON_IS_OTHER, .text = STR("")};
    if (json_is_string(v)) {
        out->type = JSON_IS_TEXT;
        out->text = arena_str(ar, (struct str){json_string_value(v), json_string_length(v)});
    } else if (json_is_integer(v)) {
        out->type = JSON_IS_NUMBER;
        out->number = json_integer_value(v);
    } else if (json_is_boolean(v)) {
        out->type = JSON_IS_BOOL;
        out->yes = json_is_true(v);
    } else if (v != NULL && json_typeof(v) == JSON_NULL) {
        out->type = JSON_IS_NULL;
    }
    return out->name.p != NULL && out->text.p != NULL;
}

static bool read_members(json_t *o, struct arena *ar, size_t most, struct json_member **out, size_t *n, struct err *e)
{
    size_t count = json_object_size(o), at = 0;
    if (count > most) {
        return err_set(e, ERR_TOO_BIG, "the JSON object has more than %zu members", most);
    }
    struct json_member *list = arena_alloc(ar, (count + 1) * sizeof *list);
    for (void *it = json_object_iter(o); list != NULL && it != NULL; it = json_object_iter_next(o, it)) {
        if (!read_member(json_object_iter_key(it), json_object_iter_value(it), ar, &list[at++])) {
            list = NULL;
        }
    }
    *out = list;
    *n = at;
    return list != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

bool json_read(struct str text, struct arena *ar, size_t most, struct json_member **out, size_t *n, struct err *e)
{
    json_error_t why;
    start();
    starved = false;
    json_t *o = json_loadb(text.p != NULL ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &why);
    if (o == NULL) {
        return starved ? err_set(e, ERR_MEMORY, "out of memory")
                       : err_set(e, ERR_INVALID, "the JSON is wrong in line %d, column %d", why.line, why.column);
    }
    bool well =
        json_is_object(o) ? read_members(o, ar, most, out, n, e) : err_set(e, ERR_INVALID, "the JSON is no object");
    json_decref(o);
    return well;
}
