/* Rows of tables: what is put is found, walked in order, both ways, and a verb that fails leaves nothing of its own. */
#include "store_case.h"

#include <pthread.h>

static int setup(void **state)
{
    static struct store_case c;
    store_case_begin(&c);
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    store_case_end(*state);
    return 0;
}

static void a_row_comes_back_after_reopening(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    assert_true(put_row(c->store, T_FILE, "alpha", "one", &e));
    assert_true(has_row(c, T_FILE, "alpha", "one"));
    assert_false(has_row(c, T_RECORD, "alpha", NULL));
    assert_true(store_case_reopen(c, &e));
    assert_true(has_row(c, T_FILE, "alpha", "one"));
}

static bool insert_twice(struct txn *t, void *ctx, struct err *e)
{
    (void)ctx;
    struct bytes k = bytes_of(STR("k")), v = bytes_of(STR("v"));
    return store_insert(t, T_META, k, v, e) && store_insert(t, T_META, k, v, e);
}

static bool delete_absent(struct txn *t, void *ctx, struct err *e)
{
    (void)ctx;
    return store_delete(t, T_META, bytes_of(STR("nothing")), e);
}

static bool get_absent(struct txn *t, void *ctx, struct err *e)
{
    struct bytes out;
    return store_get(t, T_META, bytes_of(STR("nothing")), ctx, &out, e);
}

static void conflicts_and_absence_have_their_codes(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    assert_false(store_write(c->store, insert_twice, NULL, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_false(has_row(c, T_META, "k", NULL)); /* the first insert went with the second */
    assert_false(store_write(c->store, delete_absent, NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_false(store_read(c->store, get_absent, c->arena, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

static bool write_in_reader(struct txn *t, void *ctx, struct err *e)
{
    (void)ctx;
    return store_put(t, T_META, bytes_of(STR("k")), bytes_of(STR("v")), e);
}

static void a_reader_cannot_write(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    assert_false(store_read(c->store, write_in_reader, NULL, &e));
    assert_int_equal(e.code, ERR_STATE);
}

static bool nested_write(struct txn *t, void *ctx, struct err *e)
{
    (void)t;
    return put_row(ctx, T_META, "k", "v", e);
}

static void waiting_for_the_writer_inside_a_verb_is_refused(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    assert_false(store_write(c->store, nested_write, c->store, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_false(store_read(c->store, nested_write, c->store, &e));
    assert_int_equal(e.code, ERR_STATE);
}

static bool put_sizes(struct txn *t, void *ctx, struct err *e)
{
    static uint8_t big[3u << 20];
    const size_t *n = ctx;
    memset(big, 0x5a, sizeof big);
    big[*n ? *n - 1 : 0] = 0x77;
    return store_put(t, T_RECORD, bytes_of(STR("big")), (struct bytes){big, *n}, e);
}

static void values_of_any_size_come_back(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    static const size_t sizes[] = {0, 1, 100, 4095, 4096, 4097, 70000, 3u << 20};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        size_t n = sizes[i];
        struct one_row r = {.table = T_RECORD, .key = bytes_of(STR("big")), .arena = c->arena};
        assert_true(store_write(c->store, put_sizes, &n, &e));
        assert_true(store_read(c->store, one_find, &r, &e));
        assert_true(r.found);
        assert_int_equal(r.val.n, n);
        assert_true(n == 0 || r.val.p[n - 1] == 0x77);
        assert_true(n < 2 || r.val.p[0] == 0x5a);
        arena_reset(c->arena);
    }
}

/* ---- walks */

static bool put_many(struct txn *t, void *ctx, struct err *e)
{
    (void)ctx;
    for (unsigned i = 0; i < 2000; i++) {
        char k[16], v[16];
        snprintf(k, sizeof k, "%c/%05u", i < 1000 ? 'a' : 'b', i);
        snprintf(v, sizeof v, "v%u", i);
        if (!store_put(t, T_INDEX, bytes_of(str_of(k)), bytes_of(str_of(v)), e)) {
            return false;
        }
    }
    uint8_t high[3] = {0xff, 0xff, 1};
    return store_put(t, T_INDEX, (struct bytes){high, 3}, bytes_of(STR("top")), e);
}

struct seen {
    struct store_range range;
    unsigned n, stop_at;
    bool fail, ordered;
    char first[16], last[16];
};

static bool see(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct seen *s = ctx;
    char k[16];
    (void)val;
    snprintf(k, sizeof k, "%.*s", (int)key.n, (const char *)key.p);
    if (s->n == 0) {
        memcpy(s->first, k, sizeof k);
    } else {
        int way = strcmp(s->last, k);
        s->ordered = s->ordered && (s->range.reverse ? way > 0 : way < 0);
    }
    memcpy(s->last, k, sizeof k);
    s->n++;
    if (s->fail) {
        return err_set(e, ERR_INVALID, "enough");
    }
    return s->n != s->stop_at;
}

static bool walk_it(struct txn *t, void *ctx, struct err *e)
{
    struct seen *s = ctx;
    s->n = 0;
    s->ordered = true;
    return store_walk(t, s->range, see, s, e);
}

static struct seen walk(struct store_case *c, const char *prefix, const char *from, bool reverse, unsigned stop_at)
{
    struct err e = ERR_INIT;
    struct seen s = {.range = {.table = T_INDEX,
                               .prefix = bytes_of(str_of(prefix)),
                               .from = bytes_of(str_of(from)),
                               .reverse = reverse},
                     .stop_at = stop_at};
    assert_true(store_read(c->store, walk_it, &s, &e));
    assert_true(s.ordered);
    return s;
}

static void walks_keep_order_prefix_and_bounds(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    static const struct {
        const char *prefix, *from;
        bool reverse;
        unsigned stop_at, n;
        const char *first, *last;
    } cases[] = {
        {"a/", NULL, false, 0, 1000, "a/00000", "a/00999"},
        {"a/", "a/00990", false, 0, 10, "a/00990", "a/00999"},
        {"a/", "a/009905", false, 0, 9, "a/00991", "a/00999"},
        {"b/", "a/00990", false, 0, 1000, "b/01000", "b/01999"}, /* from before the prefix */
        {"a/", "b/00000", false, 0, 0, "", ""},                  /* from after the prefix */
        {"a/", NULL, true, 0, 1000, "a/00999", "a/00000"},
        {"a/", "a/00010", true, 0, 11, "a/00010", "a/00000"},
        {"a/", "a/000105", true, 0, 11, "a/00010", "a/00000"},
        {"a/", "z", true, 0, 1000, "a/00999", "a/00000"},
        {"b/", "a/z", true, 0, 0, "", ""},
        {"c/", NULL, true, 0, 0, "", ""},
        {"c/", NULL, false, 0, 0, "", ""},
        {"a/", NULL, false, 30, 30, "a/00000", "a/00029"}, /* stopped in the middle of a bulk read */
        {"a/", NULL, false, 3, 3, "a/00000", "a/00002"},
        {"\xff", NULL, true, 0, 1, "\xff\xff\x01", "\xff\xff\x01"},
        {"\xff\xff", NULL, false, 0, 1, "\xff\xff\x01", "\xff\xff\x01"},
        {NULL, "b/01990", false, 0, 11, "b/01990", "\xff\xff\x01"},
        {NULL, NULL, true, 2, 2, "\xff\xff\x01", "b/01999"},
    };
    assert_true(store_write(c->store, put_many, NULL, &e));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct seen s = walk(c, cases[i].prefix, cases[i].from, cases[i].reverse, cases[i].stop_at);
        print_message("# walk %zu\n", i);
        assert_int_equal(s.n, cases[i].n);
        assert_string_equal(s.first, cases[i].first);
        assert_string_equal(s.last, cases[i].last);
    }
    struct seen all = {.range = {.table = T_INDEX}};
    assert_true(store_read(c->store, walk_it, &all, &e));
    assert_int_equal(all.n, 2001);
}

static void a_walk_hands_on_the_reason_of_its_stop(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    struct seen s = {.range = {.table = T_INDEX}, .fail = true};
    assert_true(store_write(c->store, put_many, NULL, &e));
    assert_false(store_read(c->store, walk_it, &s, &e));
    assert_int_equal(e.code, ERR_INVALID);
}

static bool delete_seen(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    (void)val;
    return store_delete(ctx, T_INDEX, key, e);
}

static bool delete_on_the_way(struct txn *t, void *ctx, struct err *e)
{
    (void)ctx;
    return store_walk(t, (struct store_range){.table = T_INDEX, .prefix = bytes_of(STR("a/"))}, delete_seen, t, e);
}

static void a_verb_may_delete_what_it_walks(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    assert_true(store_write(c->store, put_many, NULL, &e));
    assert_true(store_write(c->store, delete_on_the_way, NULL, &e));
    assert_int_equal(walk(c, "a/", NULL, false, 0).n, 0);
    assert_int_equal(walk(c, "b/", NULL, false, 0).n, 1000);
}

/* ---- verbs beside verbs */

struct counting {
    struct store *s;
    unsigned rounds, refused;
    uint32_t seed;
    uint64_t given[400];
};

/* The next number of a counter, as the file numbers are given. Every third one is refused after it wrote. */
static bool next_number(struct txn *t, void *ctx, struct err *e)
{
    uint8_t be[8] = {0};
    struct bytes val, key = bytes_of(STR("counter"));
    bool found = false;
    uint64_t *out = ctx, n = 0;
    CLEANUP(arena_free) struct arena *a = arena_new(4096);
    if (!store_find(t, T_FILE_NUMBER, key, a, &val, &found, e)) {
        return false;
    }
    for (size_t i = 0; found && i < 8; i++) {
        n = n << 8 | val.p[i];
    }
    n++;
    for (size_t i = 0; i < 8; i++) {
        be[i] = (uint8_t)(n >> (56 - 8 * i));
    }
    if (!store_put(t, T_FILE_NUMBER, key, (struct bytes){be, 8}, e) ||
        !store_put(t, T_FILE, (struct bytes){be, 8}, key, e)) {
        return false;
    }
    if (*out == UINT64_MAX) {
        return err_set(e, ERR_STATE, "refused after writing");
    }
    *out = n;
    return true;
}

static void *count_on(void *arg)
{
    struct counting *c = arg;
    for (unsigned i = 0; i < c->rounds; i++) {
        struct err e = ERR_INIT;
        bool refuse = (i + c->seed) % 3 == 0;
        uint64_t n = refuse ? UINT64_MAX : 0;
        bool ok = store_write(c->s, next_number, &n, &e);
        if (ok == refuse || (refuse && e.code != ERR_STATE)) {
            return c;
        }
        c->refused += refuse ? 1 : 0;
        c->given[i] = refuse ? 0 : n;
    }
    return NULL;
}

static void numbers_stay_gapless_beside_failing_verbs(void **state)
{
    enum { THREADS = 16, ROUNDS = 60 };
    struct store_case *c = *state;
    static struct counting k[THREADS];
    static bool taken[THREADS * ROUNDS + 1];
    pthread_t th[THREADS];
    unsigned given = 0;
    memset(taken, 0, sizeof taken);
    for (unsigned i = 0; i < THREADS; i++) {
        k[i] = (struct counting){.s = c->store, .rounds = ROUNDS, .seed = i};
        assert_int_equal(pthread_create(&th[i], NULL, count_on, &k[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        void *failed = NULL;
        pthread_join(th[i], &failed);
        assert_null(failed);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        for (unsigned j = 0; j < ROUNDS; j++) {
            uint64_t n = k[i].given[j];
            assert_true(n <= THREADS * ROUNDS && (n == 0 || !taken[n]));
            taken[n] = n > 0;
            given += n > 0 ? 1 : 0;
        }
    }
    for (unsigned n = 1; n <= given; n++) {
        assert_true(taken[n]);
    }
    struct store_figures f;
    struct err e = ERR_INIT;
    assert_true(store_figures_get(c->store, true, &f, &e));
    assert_int_equal(f.rows[T_FILE], given);
    assert_true(f.commits >= given && f.batches > 0);
}

/* ---- deadlocks between readers and the writer */

struct storm {
    struct store *s;
    atomic_bool stop;
    atomic_uint reads;
};

static bool read_two_ways(struct txn *t, void *ctx, struct err *e)
{
    struct seen a = {.range = {.table = T_INDEX, .prefix = bytes_of(STR("a/"))}, .ordered = true, .stop_at = 200};
    struct seen b = {.range = {.table = T_FILE, .reverse = true}, .ordered = true, .stop_at = 200};
    (void)ctx;
    return store_walk(t, a.range, see, &a, e) && store_walk(t, b.range, see, &b, e);
}

static void *read_on(void *arg)
{
    struct storm *s = arg;
    while (!atomic_load(&s->stop)) {
        struct err e = ERR_INIT;
        if (!store_read(s->s, read_two_ways, NULL, &e)) {
            return s;
        }
        atomic_fetch_add(&s->reads, 1);
    }
    return NULL;
}

static bool rewrite_backwards(struct txn *t, void *ctx, struct err *e)
{
    const unsigned *round = ctx;
    for (unsigned i = 0; i < 40; i++) {
        char k[16], v[200];
        memset(v, 'x', sizeof v);
        snprintf(k, sizeof k, "%06u", (*round * 37 + i * 91) % 3000);
        if (!store_put(t, T_FILE, bytes_of(str_of(k)), (struct bytes){(uint8_t *)v, sizeof v}, e)) {
            return false;
        }
        snprintf(k, sizeof k, "a/%05u", 999 - (*round + i * 13) % 1000);
        if (!store_put(t, T_INDEX, bytes_of(str_of(k)), (struct bytes){(uint8_t *)v, *round % 150}, e)) {
            return false;
        }
    }
    return true;
}

static void a_storm_of_readers_and_writes_ends(void **state)
{
    struct store_case *c = *state;
    static struct storm s;
    pthread_t th[4];
    struct err e = ERR_INIT;
    s = (struct storm){.s = c->store};
    assert_true(store_write(c->store, put_many, NULL, &e));
    for (size_t i = 0; i < COUNT_OF(th); i++) {
        assert_int_equal(pthread_create(&th[i], NULL, read_on, &s), 0);
    }
    for (unsigned round = 0; round < 150; round++) {
        if (!store_write(c->store, rewrite_backwards, &round, &e)) {
            fail_msg("%s", e.text);
        }
    }
    atomic_store(&s.stop, true);
    for (size_t i = 0; i < COUNT_OF(th); i++) {
        void *failed = NULL;
        pthread_join(th[i], &failed);
        assert_null(failed);
    }
    assert_true(atomic_load(&s.reads) > 0);
}

/* ---- the gate and the listener */

static bool closed_gate(struct txn *t, void *ctx, struct err *e)
{
    (void)t;
    return *(bool *)ctx || err_set(e, ERR_STATE, "the clock went back");
}

static void count_batches(void *ctx)
{
    atomic_fetch_add((atomic_uint *)ctx, 1);
}

static void the_gate_refuses_and_the_listener_hears(void **state)
{
    struct store_case *c = *state;
    struct err e = ERR_INIT;
    bool open = false;
    static atomic_uint heard;
    atomic_store(&heard, 0);
    store_write_gate(c->store, closed_gate, &open);
    store_after_commit(c->store, count_batches, &heard);
    assert_false(put_row(c->store, T_META, "k", "v", &e));
    assert_int_equal(e.code, ERR_STATE);
    open = true;
    assert_true(put_row(c->store, T_META, "k", "v", &e));
    store_close(&c->store); /* the listener runs before the writer ends */
    assert_int_equal(atomic_load(&heard), 1);
    assert_true(store_open(&c->config, &c->store, &e));
    assert_true(has_row(c, T_META, "k", "v"));
}

static void every_table_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int t = 0; t < TABLE_COUNT; t++) {
        assert_non_null(table_name((enum store_table)t));
        for (int u = 0; u < t; u++) {
            assert_string_not_equal(table_name((enum store_table)t), table_name((enum store_table)u));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_has_a_name_of_its_own),
        cmocka_unit_test_setup_teardown(a_row_comes_back_after_reopening, setup, teardown),
        cmocka_unit_test_setup_teardown(conflicts_and_absence_have_their_codes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reader_cannot_write, setup, teardown),
        cmocka_unit_test_setup_teardown(waiting_for_the_writer_inside_a_verb_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(values_of_any_size_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(walks_keep_order_prefix_and_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(a_walk_hands_on_the_reason_of_its_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(a_verb_may_delete_what_it_walks, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_stay_gapless_beside_failing_verbs, setup, teardown),
        cmocka_unit_test_setup_teardown(a_storm_of_readers_and_writes_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(the_gate_refuses_and_the_listener_hears, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
