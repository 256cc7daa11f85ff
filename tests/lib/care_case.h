/* care_case.h: a store whose tables all hold something, for the tests of its care and of its backups. */
#ifndef AKTA_TESTS_CARE_CASE_H
#define AKTA_TESTS_CARE_CASE_H
#include "store_case.h"

static inline int care_setup(void **state)
{
    static struct store_case c;
    store_case_begin(&c);
    *state = &c;
    return 0;
}

static inline int care_teardown(void **state)
{
    store_case_end(*state);
    return 0;
}

static inline void path_in(const struct store_case *c, const char *name, char out[400])
{
    snprintf(out, 400, "%s/%s", c->dir, name);
}

/* Rows in every table; keys are real wrapped keys. */
static inline bool fill_all(struct txn *t, void *ctx, struct err *e)
{
    struct store *s = ctx;
    for (int tb = 0; tb < TABLE_COUNT; tb++) {
        for (unsigned i = 0; i < 60; i++) {
            char key[24], val[120];
            memset(val, (int)('a' + i % 26), sizeof val);
            snprintf(key, sizeof key, "key-%05u", i);
            struct bytes v = {(uint8_t *)val, sizeof val};
            if (tb != T_KEY && !store_put(t, (enum store_table)tb, bytes_of(str_of(key)), v, e)) {
                return false;
            }
        }
    }
    for (unsigned i = 0; i < 40; i++) {
        struct id id = {{(uint8_t)i, 1}};
        struct wrapped_key w;
        struct key k = {{(uint8_t)i}};
        if (!key_wrap(s, &id, &k, &w, e) || !key_put(t, &id, &w, e)) {
            return false;
        }
    }
    return true;
}

static inline void look(struct store_case *c, struct told *told)
{
    struct err e = ERR_INIT;
    uint64_t checked = 0;
    *told = (struct told){0};
    if (!store_doctor(c->store, told_add, told, &checked, &e)) {
        fail_msg("%s", e.text);
    }
    assert_true(checked > TABLE_COUNT);
}

#endif
