/* log_vectors.h: the JSON files of tests/vectors/log for the tests that read them. */
#ifndef AKTA_TESTS_LOG_VECTORS_H
#define AKTA_TESTS_LOG_VECTORS_H
#include "ledger.h"

#include "testing.h"

/* base.h renames its own three; here jansson's are meant. */
#undef json_object
#undef json_array
#undef json_null
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline json_t *vectors_load(const char *name)
{
    char path[512];
    json_error_t why;
    const char *build = getenv("AKTA_BUILD");
    snprintf(path, sizeof path, "%s%stests/vectors/log/%s", build != NULL ? build : "", build != NULL ? "/../" : "",
             name);
    json_t *all = json_load_file(path, JSON_DECODE_INT_AS_REAL, &why);
    if (all == NULL)
        fail_msg("%s: %s", path, why.text);
    return all;
}

/* Strings may hold NUL in no vector; lengths come from the JSON all the same. */
static inline struct str text_in(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    assert_true(json_is_string(v));
    return (struct str){json_string_value(v), json_string_length(v)};
}

static inline struct str text_at(const json_t *v)
{
    assert_true(json_is_string(v));
    return (struct str){json_string_value(v), json_string_length(v)};
}

/* jansson has no integers above 2^63, so all are read as reals: exact to 2^53, and the one above is 2^64 - 1. */
static inline uint64_t number_at(const json_t *v)
{
    assert_true(json_is_real(v));
    double d = json_real_value(v);
    return d >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)d;
}

static inline uint64_t number_in(const json_t *object, const char *key)
{
    return number_at(json_object_get(object, key));
}

static inline bool hash_from_base64(struct str s, struct hash *out)
{
    size_t n = 0;
    return base64_decode(s, out->b, sizeof out->b, &n) && n == sizeof out->b;
}

static inline struct hash hash_from_hex(struct str s)
{
    struct hash h;
    assert_true(hex_decode(s, h.b, sizeof h.b));
    return h;
}

static inline int vectors_setup(void **state)
{
    struct err e = ERR_INIT;
    *state = NULL;
    return crypto_init(&e) ? 0 : -1;
}

#endif
