/* A table against a model of it: random verbs, some refused at their end, and random walks both ways. */
#include "chance.h"
#include "store_case.h"

#include <stdlib.h>

#define KEY_MAX   6u
#define MODEL_MAX 512u
#define ROUNDS    400u

struct row {
    uint8_t key[KEY_MAX];
    size_t n;
    uint64_t val;
};

struct model {
    struct row rows[MODEL_MAX];
    size_t n;
};

/* Few distinct bytes, the extreme ones among them, so that prefixes collide and carry. */
static size_t random_key(uint8_t *out, size_t least)
{
    static const uint8_t bytes[] = {0x00, 0x01, 'a', 0xfe, 0xff};
    size_t n = least + chance_below(KEY_MAX + 1 - least);
    for (size_t i = 0; i < n; i++) {
        out[i] = bytes[chance_below(sizeof bytes)];
    }
    return n;
}

static struct bytes row_key(const struct row *r)
{
    return (struct bytes){r->key, r->n};
}

static size_t model_find(const struct model *m, struct bytes key, bool *found)
{
    size_t i = 0;
    while (i < m->n && bytes_cmp(row_key(&m->rows[i]), key) < 0) {
        i++;
    }
    *found = i < m->n && bytes_cmp(row_key(&m->rows[i]), key) == 0;
    return i;
}

static void model_put(struct model *m, const struct row *r)
{
    bool found = false;
    size_t i = model_find(m, row_key(r), &found);
    if (!found) {
        memmove(&m->rows[i + 1], &m->rows[i], (m->n - i) * sizeof m->rows[0]);
        m->n++;
    }
    m->rows[i] = *r;
}

static void model_delete(struct model *m, struct bytes key)
{
    bool found = false;
    size_t i = model_find(m, key, &found);
    if (found) {
        m->n--;
        memmove(&m->rows[i], &m->rows[i + 1], (m->n - i) * sizeof m->rows[0]);
    }
}

struct change {
    struct row rows[8];
    bool remove[8];
    size_t n;
    bool refuse;
};

static bool apply(struct txn *t, void *ctx, struct err *e)
{
    const struct change *c = ctx;
    for (size_t i = 0; i < c->n; i++) {
        const struct row *r = &c->rows[i];
        bool ok = c->remove[i] ? store_delete(t, T_INDEX, row_key(r), e) || e->code == ERR_NOT_FOUND
                               : store_put(t, T_INDEX, row_key(r), (struct bytes){(const uint8_t *)&r->val, 8}, e);
        if (!ok) {
            return false;
        }
        *e = (struct err){.lang = e->lang};
    }
    return !c->refuse || err_set(e, ERR_STATE, "refused at the end");
}

static void change_once(struct store_case *c, struct model *m)
{
    struct err e = ERR_INIT;
    struct change ch = {.n = 1 + chance_below(8), .refuse = chance_below(4) == 0};
    for (size_t i = 0; i < ch.n; i++) {
        ch.rows[i].n = random_key(ch.rows[i].key, 1);
        ch.rows[i].val = chance();
        ch.remove[i] = chance_below(3) == 0 || m->n > MODEL_MAX - 16;
    }
    assert_int_equal(store_write(c->store, apply, &ch, &e), !ch.refuse);
    for (size_t i = 0; i < ch.n && !ch.refuse; i++) {
        if (ch.remove[i]) {
            model_delete(m, row_key(&ch.rows[i]));
        } else {
            model_put(m, &ch.rows[i]);
        }
    }
}

struct walking {
    struct store_range range;
    const struct model *m;
    size_t expect[MODEL_MAX]; /* indexes into the model, in the order they must come */
    size_t n, seen, stop_at;
    bool writing;
};

static bool see(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct walking *w = ctx;
    if (w->seen >= w->n) {
        return err_set(e, ERR_INVALID, "a row too many");
    }
    const struct row *r = &w->m->rows[w->expect[w->seen++]];
    if (bytes_cmp(key, row_key(r)) != 0 || val.n != 8 || memcmp(val.p, &r->val, 8) != 0) {
        return err_set(e, ERR_INVALID, "another row than expected");
    }
    return w->seen != w->stop_at;
}

static bool walk_it(struct txn *t, void *ctx, struct err *e)
{
    struct walking *w = ctx;
    w->seen = 0;
    return store_walk(t, w->range, see, w, e);
}

static void expect_rows(struct walking *w)
{
    struct bytes prefix = w->range.prefix, from = w->range.from;
    for (size_t i = 0; i < w->m->n; i++) {
        size_t at = w->range.reverse ? w->m->n - 1 - i : i;
        struct bytes k = row_key(&w->m->rows[at]);
        int side = from.n == 0 ? 0 : bytes_cmp(k, from);
        bool within = k.n >= prefix.n && memcmp(k.p, prefix.p, prefix.n) == 0;
        if (within && (w->range.reverse ? side <= 0 : side >= 0)) {
            w->expect[w->n++] = at;
        }
    }
}

static void walk_once(struct store_case *c, const struct model *m)
{
    struct err e = ERR_INIT;
    uint8_t prefix[KEY_MAX], from[KEY_MAX];
    struct walking w = {.m = m, .stop_at = chance_below(3) == 0 ? 1 + chance_below(60) : 0};
    w.range = (struct store_range){.table = T_INDEX, .reverse = chance_below(2) == 0};
    w.range.prefix = (struct bytes){prefix, chance_below(2) ? random_key(prefix, 0) / 3 : 0};
    w.range.from = (struct bytes){from, chance_below(2) ? random_key(from, 0) : 0};
    expect_rows(&w);
    bool ok = chance_below(4) == 0 ? store_write(c->store, walk_it, &w, &e) : store_read(c->store, walk_it, &w, &e);
    if (!ok) {
        fail_msg("%s (row %zu of %zu, %s)", e.text, w.seen, w.n, w.range.reverse ? "down" : "up");
    }
    assert_int_equal(w.seen, w.stop_at > 0 && w.stop_at < w.n ? w.stop_at : w.n);
}

static void a_table_behaves_as_its_model(void **state)
{
    static struct model m;
    struct store_case c;
    struct err e = ERR_INIT;
    (void)state;
    store_case_begin(&c);
    for (unsigned i = 0; i < ROUNDS; i++) {
        change_once(&c, &m);
        for (unsigned j = 0; j < 6; j++) {
            walk_once(&c, &m);
        }
        if (i % 100 == 99) {
            assert_true(store_case_reopen(&c, &e));
        }
    }
    assert_true(m.n > 100);
    store_case_end(&c);
}

int main(void)
{
    chance_start("store_model");
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_table_behaves_as_its_model)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
