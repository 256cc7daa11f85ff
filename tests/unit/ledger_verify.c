/* One flipped bit anywhere is found, and the finding names the place: published files of each kind, rows of each table,
 * the signer's memory. Each is restored afterwards and the log is sound again. */
#include "ledger_case.h"

static struct ledger_case k;

/* 3 bundles, the last one partial, with earlier partial files beside it. */
static int begin(void **state)
{
    (void)state;
    case_begin(&k);
    case_append(&k, 9, 9);
    case_publish(&k);
    case_append(&k, 510, 255);
    case_publish(&k);
    case_append(&k, 30, 30);
    case_publish(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    case_end(&k);
    return 0;
}

static void assert_named(const struct case_faults *f, const char *name)
{
    if (f->n == 0)
        fail_msg("a changed %s was not found", name);
    if (strstr(f->where, name) == NULL)
        fail_msg("a changed %s was reported as %s: %s", name, f->where, f->wrong);
}

static void every_published_file_is_watched(void **state)
{
    static const struct {
        const char *file, *named;
        unsigned faults;
    } cases[] = {
        {"log/checkpoint", "DIR/log/checkpoint", 1},
        {"log/log.vkey", "DIR/log/log.vkey", 1},
        {"log/README.txt", "DIR/log/README.txt", 1},
        {"log/tile/0/000", "DIR/log/tile/0/000", 1},
        {"log/tile/0/001", "DIR/log/tile/0/001", 1},
        {"log/tile/0/002.p/38", "DIR/log/tile/0/002.p/38", 1},
        {"log/tile/0/002.p/8", "DIR/log/tile/0/002.p/8", 1},
        {"log/tile/0/000.p/10", "DIR/log/tile/0/000.p/10", 1},
        {"log/tile/1/000.p/2", "DIR/log/tile/1/000.p/2", 1},
        {"log/tile/entries/000", "DIR/log/tile/entries/000", 2},
        {"log/tile/entries/002.p/38", "DIR/log/tile/entries/002.p/38", 2},
        {"log/tile/entries/000.p/1", "DIR/log/tile/entries/000.p/1", 1},
    };
    (void)state;
    case_assert_sound(&k);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char path[512];
        case_path(&k, cases[i].file, path);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        for (off_t at = 0; at < st.st_size; at += 1 + st.st_size / 7) {
            case_flip(path, at);
            struct case_faults f = case_verify(&k, NULL);
            assert_named(&f, cases[i].named);
            case_flip(path, at);
        }
        case_flip(path, -1);
        struct case_faults f = case_verify(&k, NULL);
        if (f.n > cases[i].faults)
            fail_msg("%s: %u findings:\n%s", cases[i].file, f.n, f.all);
        case_flip(path, -1);
    }
    case_assert_sound(&k);
}

static void missing_and_foreign_files_are_named(void **state)
{
    static const char *const files[] = {"log/checkpoint",     "log/tile/0/001", "log/tile/entries/001",
                                        "log/tile/1/000.p/2", "log/log.vkey",   "log/README.txt",
                                        "keys/log.head"};
    char path[512], aside[520];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        case_path(&k, files[i], path);
        snprintf(aside, sizeof aside, "%s.aside", k.scratch.path);
        assert_int_equal(rename(path, aside), 0);
        struct case_faults f = case_verify(&k, NULL);
        assert_named(&f, files[i]);
        assert_int_equal(rename(aside, path), 0);
    }
    case_path(&k, "log/tile/0/notes.txt", path);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    assert_true(fd >= 0);
    close(fd);
    struct case_faults f = case_verify(&k, NULL);
    assert_named(&f, "log/tile/0/notes.txt");
    assert_int_equal(unlink(path), 0);
    /* A partial file may be gone when the full one holds the same. */
    case_path(&k, "log/tile/0/000.p/10", path);
    assert_int_equal(unlink(path), 0);
    case_assert_sound(&k);
}

/* ---------------------------------------------------------------- rows */

struct row_flip {
    enum store_table table;
    uint8_t key[32];
    size_t key_n;
    size_t at; /* byte; SIZE_MAX: the last one */
};

static bool flip_row(struct txn *t, void *ctx, struct err *e)
{
    const struct row_flip *r = ctx;
    struct bytes key = {r->key, r->key_n}, v;
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 20);
    if (!store_get(t, r->table, key, a, &v, e))
        return false;
    uint8_t *copy = arena_alloc(a, v.n);
    memcpy(copy, v.p, v.n);
    copy[r->at < v.n ? r->at : v.n - 1] ^= 4;
    return store_put(t, r->table, key, (struct bytes){copy, v.n}, e);
}

static void flip(struct row_flip *r)
{
    struct err e = ERR_INIT;
    if (!store_write(k.store, flip_row, r, &e))
        fail_msg("row: %s", e.text);
}

static struct row_flip entry_row(uint64_t n, size_t at)
{
    struct row_flip r = {.table = T_LOG_ENTRY, .key_n = 8, .at = at};
    entry_key(n, r.key);
    return r;
}

static struct row_flip tile_of(unsigned level, uint64_t n, size_t at)
{
    struct row_flip r = {.table = T_LOG_TILE, .key_n = 9, .at = at};
    tile_key(0, level, n, r.key);
    return r;
}

static struct row_flip object_row(uint64_t object)
{
    struct row_flip r = {.table = T_LOG_OBJECT, .key_n = 20, .at = SIZE_MAX};
    struct id id = case_object(object);
    object_key(&id, 1, r.key);
    return r;
}

static struct row_flip head_row(const char *name, size_t at)
{
    struct row_flip r = {.table = T_LOG_HEAD, .key_n = strlen(name), .at = at};
    memcpy(r.key, name, r.key_n);
    return r;
}

static void every_row_is_watched(void **state)
{
    struct {
        struct row_flip row;
        const char *named;
    } cases[] = {
        {entry_row(0, 40), "store: entry 0"},
        {entry_row(300, 100), "store: entry 300"},
        {entry_row(549, 90), "store: entry 549"},
        {tile_of(0, 0, 17 * 32), "store: tile/0/000"},
        {tile_of(0, 1, 8000), "store: tile/0/001"},
        {tile_of(0, 2, 37 * 32 + 5), "store: tile/0/002"},
        {tile_of(1, 0, 33), "store: tile/1/000"},
        {object_row(77), "store: entry 77"},
        {head_row("signed", 20), "store: signed head"},
        {head_row("signed", 100), "store: signed head"},
        {head_row("published", 20), "store: published head"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        flip(&cases[i].row);
        struct case_faults f = case_verify(&k, NULL);
        assert_named(&f, cases[i].named);
        if (f.n > 2)
            fail_msg("%s: %u findings:\n%s", cases[i].named, f.n, f.all);
        flip(&cases[i].row);
        case_assert_sound(&k);
    }
}

static bool add_object_row(struct txn *t, void *ctx, struct err *e)
{
    struct id object = case_object(123456);
    uint8_t key[20], value[8];
    (void)ctx;
    return store_insert(t, T_LOG_OBJECT, object_key(&object, 1, key), entry_key(5, value), e);
}

static void a_row_that_leads_nowhere_is_found(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    assert_true(store_write(k.store, add_object_row, NULL, &e));
    struct case_faults f = case_verify(&k, NULL);
    assert_named(&f, "store: object index");
}

static void the_signers_memory_is_watched(void **state)
{
    char path[512];
    struct stat st;
    (void)state;
    case_path(&k, "keys/log.head", path);
    assert_int_equal(stat(path, &st), 0);
    for (off_t at = 0; at < st.st_size; at += 3) {
        case_flip(path, at);
        struct case_faults f = case_verify(&k, NULL);
        assert_named(&f, "DIR/keys/log.head");
        case_flip(path, at);
    }
    case_assert_sound(&k);
}

/* ---------------------------------------------------------------- before signing */

static void nothing_is_signed_over_a_changed_entry(void **state)
{
    struct row_flip late = entry_row(551, 60), early = tile_of(0, 2, 3);
    struct err e = ERR_INIT;
    struct ledger_head before = case_head(&k);
    (void)state;
    case_append(&k, 3, 3);
    /* Grown and then changed in the store: the read-back sees it. */
    struct heads h;
    bool found;
    assert_true(heads_get(k.store, k.arena, &h, &found, &e));
    struct tree_head tree = h.tree;
    assert_true(tree_grow(k.store, 0, &tree, h.log.size, &e));
    flip(&late);
    assert_false(ledger_publish(k.ledger, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_int_equal(case_head(&k).published, before.published);
    assert_false(ledger_ok(k.ledger, &e)); /* it stands still until someone looks */
    flip(&late);
    case_close(&k);
    case_open(&k);
    assert_int_equal(case_head(&k).published, before.published + 3);
    case_assert_sound(&k);
    /* Changed before it grew: the signer's proof sees it. */
    flip(&early);
    case_append(&k, 1, 1);
    assert_false(ledger_publish(k.ledger, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
}

static void a_published_file_is_never_overwritten(void **state)
{
    char path[512];
    struct err e = ERR_INIT;
    (void)state;
    case_path(&k, "log/tile/0/002.p/39", path);
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    assert_int_equal(write(fd, "else", 4), 4);
    close(fd);
    case_append(&k, 1, 1);
    assert_false(ledger_publish(k.ledger, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_non_null(strstr(e.text, "tile/0/002.p/39"));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 4);
    /* Taken away, the log goes on at the next opening with the head that it had signed. */
    assert_int_equal(unlink(path), 0);
    case_close(&k);
    case_open(&k);
    assert_int_equal(case_head(&k).published, case_head(&k).size);
    case_assert_sound(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_published_file_is_watched, begin, end),
        cmocka_unit_test_setup_teardown(missing_and_foreign_files_are_named, begin, end),
        cmocka_unit_test_setup_teardown(every_row_is_watched, begin, end),
        cmocka_unit_test_setup_teardown(a_row_that_leads_nowhere_is_found, begin, end),
        cmocka_unit_test_setup_teardown(the_signers_memory_is_watched, begin, end),
        cmocka_unit_test_setup_teardown(nothing_is_signed_over_a_changed_entry, begin, end),
        cmocka_unit_test_setup_teardown(a_published_file_is_never_overwritten, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
