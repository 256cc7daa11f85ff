/* Copies of different age: an old store with the newest published log, old keys, lost folders, lost keys, two
 * histories, successors. What can be filled in is; what would fork the log is refused, with what to do. */
#include "ledger_case.h"

#include <errno.h>

static struct ledger_case k;

/* 300 entries; everything copied aside under old/; then 700 entries. */
static int begin(void **state)
{
    char from[512], to[512];
    (void)state;
    case_begin(&k);
    case_append(&k, 299, 150);
    case_publish(&k);
    case_close(&k);
    snprintf(from, sizeof from, "%s", k.dir);
    snprintf(to, sizeof to, "%s/old", k.scratch.path);
    case_copy(from, to);
    case_open(&k);
    case_append(&k, 400, 200);
    case_publish(&k);
    assert_int_equal(case_head(&k).published, 700);
    case_path(&k, "log/checkpoint", from);
    snprintf(to, sizeof to, "%s/checkpoint-700", k.scratch.path);
    case_copy(from, to);
    case_close(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    case_end(&k);
    return 0;
}

/* Puts the old copy of one part in place of today's, which is kept aside as new-PART. */
static void go_back(const char *part)
{
    char now[512], aside[512], old[512];
    case_path(&k, part, now);
    snprintf(aside, sizeof aside, "%s/new-%s", k.scratch.path, part);
    snprintf(old, sizeof old, "%s/old/%s", k.scratch.path, part);
    assert_int_equal(rename(now, aside), 0);
    case_copy(old, now);
}

/* The tables and, in run/, what the store remembers of its own transaction log. */
static void go_back_to_the_old_store(void)
{
    go_back("env");
    go_back("run");
}

static void come_forward(const char *part)
{
    char now[512], aside[512];
    case_path(&k, part, now);
    snprintf(aside, sizeof aside, "%s/new-%s", k.scratch.path, part);
    case_remove(now);
    assert_int_equal(rename(aside, now), 0);
}

static void assert_audited(const char *folder)
{
    char log[512], earlier[512];
    const char *list[] = {earlier, NULL};
    case_path(&k, folder, log);
    snprintf(earlier, sizeof earlier, "%s/checkpoint-700", k.scratch.path);
    assert_int_equal(case_audit(log, list), 0);
}

static struct str entry_of(uint64_t index)
{
    char path[512];
    struct bytes raw;
    struct err e = ERR_INIT;
    char name[TILE_PATH_SIZE];
    struct ledger_head h = case_head(&k);
    tile_name(LEVEL_ENTRIES, index / TILE_WIDTH, tile_width(0, index / TILE_WIDTH, h.published), name);
    snprintf(path, sizeof path, "%s/log/%s", k.dir, name);
    assert_true(file_read(AT_FDCWD, path, 1 << 20, k.arena, &raw, &e));
    struct reader r = reader_of(raw);
    struct bytes entry = {NULL, 0};
    for (uint64_t i = 0; i <= index % TILE_WIDTH; i++)
        assert_true(bundle_next(&r, &entry));
    return str_of_bytes(entry);
}

static void an_old_store_is_filled_in_from_the_published_log(void **state)
{
    (void)state;
    go_back_to_the_old_store();
    case_open(&k);
    struct ledger_head h = case_head(&k);
    assert_int_equal(h.size, 701);
    assert_int_equal(h.published, 701);
    struct str restore = entry_of(700);
    assert_non_null(memmem(restore.p, restore.n, "\ntype restore\n", 14));
    assert_non_null(memmem(restore.p, restore.n, "\nfound 300\nreplayed-to 700\n", 26));
    case_assert_sound(&k);
    assert_audited("log");
    case_append(&k, 1, 1);
    case_publish(&k);
    case_close(&k);
    case_open(&k);
    assert_int_equal(case_head(&k).size, 702);
    case_assert_sound(&k);
}

/* ---------------------------------------------------------------- an import cut short */

static struct disk failing;
static unsigned opens_left;

static int counted_openat(int dir, const char *path, int flags, mode_t mode)
{
    if (strncmp(path, "tile/entries/", 13) == 0 && opens_left-- == 0) {
        errno = EIO;
        return -1;
    }
    return disk_real.openat(dir, path, flags, mode);
}

static void an_import_cut_short_goes_on(void **state)
{
    (void)state;
    unsigned cut = 0;
    go_back_to_the_old_store();
    failing = disk_real;
    failing.openat = counted_openat;
    for (;; cut++) {
        struct err e = ERR_INIT;
        opens_left = cut;
        disk_replace(&failing);
        bool ok = case_try_open(&k, false, &e);
        disk_replace(NULL);
        if (ok && case_head(&k).published == 701)
            break;
        /* After the import itself a failure only delays publishing. */
        assert_true(ok ? case_head(&k).size == 701 : e.code != ERR_NONE);
        case_close(&k);
    }
    assert_true(cut >= 4);
    assert_int_equal(case_head(&k).size, 701);
    struct str restore = entry_of(700);
    assert_non_null(memmem(restore.p, restore.n, "\nfound 300\nreplayed-to 700\n", 26));
    case_assert_sound(&k);
    assert_audited("log");
}

static void a_damaged_published_log_is_not_imported(void **state)
{
    struct err e = ERR_INIT;
    char path[512];
    (void)state;
    go_back_to_the_old_store();
    case_path(&k, "log/tile/entries/002.p/188", path);
    case_flip(path, 5000);
    assert_false(case_try_open(&k, false, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_non_null(strstr(e.text, "tile/entries/002.p/188"));
    case_close(&k);
    case_flip(path, 5000);
    case_open(&k);
    assert_int_equal(case_head(&k).size, 701);
}

/* ---------------------------------------------------------------- what would fork */

static void an_old_store_and_an_old_published_log_are_refused(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    go_back_to_the_old_store();
    go_back("log");
    assert_false(case_try_open(&k, false, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_non_null(strstr(e.text, "700"));
    assert_non_null(strstr(e.text, "akta log successor"));
    case_close(&k);
    come_forward("log");
    case_open(&k);
    assert_int_equal(case_head(&k).size, 701);
    case_assert_sound(&k);
}

static void two_histories_are_refused(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    go_back_to_the_old_store();
    go_back("log");
    go_back("keys"); /* with old keys too, nothing can be known; other entries are written and signed */
    k.made = 5000;
    case_open(&k);
    case_append(&k, 50, 50);
    case_publish(&k);
    case_close(&k);
    come_forward("log"); /* then the real published log comes to light */
    assert_false(case_try_open(&k, false, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_non_null(strstr(e.text, "two different histories"));
    case_close(&k);
    come_forward("keys"); /* and the real memory */
    assert_false(case_try_open(&k, false, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
}

static void a_fork_in_the_store_alone_is_refused(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    go_back_to_the_old_store();
    go_back("log");
    go_back("keys");
    k.made = 5000;
    case_open(&k);
    case_append(&k, 450, 450);
    case_publish(&k);
    case_close(&k);
    come_forward("keys"); /* the memory of 700 entries; the store has 750 others */
    assert_false(case_try_open(&k, false, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_non_null(strstr(e.text, "the signer's memory"));
}

static void old_keys_take_over_what_was_signed(void **state)
{
    (void)state;
    go_back("keys");
    case_open(&k);
    assert_int_equal(signer_last(k.ledger->signer).size, 700);
    case_append(&k, 1, 1);
    case_publish(&k);
    case_assert_sound(&k);
    assert_audited("log");
}

/* ---------------------------------------------------------------- lost parts */

static void a_lost_folder_is_published_again(void **state)
{
    char path[512];
    (void)state;
    case_path(&k, "log", path);
    case_remove(path);
    case_open(&k);
    assert_int_equal(case_head(&k).published, 700);
    case_assert_sound(&k);
    assert_audited("log");
    case_close(&k);
    go_back("log"); /* a folder of last week */
    case_open(&k);
    case_assert_sound(&k);
    assert_audited("log");
}

static void a_damaged_checkpoint_is_written_again(void **state)
{
    char path[512];
    (void)state;
    case_path(&k, "log/checkpoint", path);
    case_flip(path, -1);
    case_open(&k);
    case_assert_sound(&k);
    assert_audited("log");
}

static void without_key_or_memory_nothing_is_signed(void **state)
{
    static const char *const files[] = {"keys/log.head", "keys/log.skey"};
    char path[512], aside[520];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct err e = ERR_INIT;
        case_path(&k, files[i], path);
        snprintf(aside, sizeof aside, "%s/aside", k.scratch.path);
        assert_int_equal(rename(path, aside), 0);
        assert_false(case_try_open(&k, false, &e));
        assert_int_equal(e.code, ERR_STATE);
        assert_non_null(strstr(e.text, files[i]));
        case_close(&k);
        assert_int_equal(rename(aside, path), 0);
        case_flip(path, -1);
        assert_false(case_try_open(&k, false, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        case_close(&k);
        case_flip(path, -1);
    }
    case_open(&k);
    case_assert_sound(&k);
}

static void another_origin_is_refused(void **state)
{
    struct ledger_config lc = case_config(&k);
    struct err e = ERR_INIT;
    (void)state;
    lc.origin = "records.elsewhere/log";
    case_open_store(&k);
    assert_false(ledger_open(k.store, &lc, &k.ledger, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_non_null(strstr(e.text, "records.example/log"));
}

/* ---------------------------------------------------------------- successors */

struct found {
    uint64_t object, index;
    struct hash leaf;
};

static bool find_in(struct txn *t, void *ctx, struct err *e)
{
    struct found *f = ctx;
    struct id object = case_object(f->object);
    return ledger_find(t, &object, 1, &f->index, e) && ledger_leaf(t, f->index, &f->leaf, e);
}

static void assert_proved(uint64_t object, uint32_t number, const char *origin)
{
    struct found f = {.object = object};
    struct err e = ERR_INIT;
    struct tlog_proof p;
    struct note n;
    struct checkpoint c;
    struct buf proof CLEANUP(buf_free) = BUF_INIT(16384);
    if (!store_read(k.store, find_in, &f, &e) || !ledger_prove(k.ledger, f.index, &proof, &e))
        fail_msg("object %llu: %s", (unsigned long long)object, e.text);
    assert_int_equal(LOG_NUMBER(f.index), number);
    assert_true(tlog_proof_parse(buf_str(&proof), &p, &e) && note_parse(p.checkpoint, k.arena, &n, &e) &&
                checkpoint_parse(n.text, &c, &e));
    assert_true(str_is(c.origin, origin));
    assert_true(merkle_verify_inclusion(p.index, c.size, &f.leaf, p.hashes, p.n, &c.root, &e));
}

static void a_successor_names_the_old_log_and_goes_on(void **state)
{
    struct err e = ERR_INIT;
    char old[512];
    (void)state;
    go_back_to_the_old_store();
    go_back("log");
    if (!case_try_open(&k, true, &e))
        fail_msg("%s", e.text);
    struct ledger_head h = case_head(&k);
    assert_int_equal(h.number, 1);
    assert_int_equal(h.size, 1);
    assert_int_equal(h.published, 1);
    struct str first = entry_of(0);
    assert_non_null(memmem(first.p, first.n, "\ntype successor\n", 16));
    assert_non_null(memmem(first.p, first.n, "\norigin records.example/log/2\n", 30));
    assert_non_null(memmem(first.p, first.n, "\nold-origin records.example/log\nold-size 300\n", 45));
    assert_non_null(memmem(first.p, first.n, "\nsigned-size 700\n", 17));
    k.made = 300;
    case_append(&k, 10, 10);
    case_publish(&k);
    case_assert_sound(&k);
    assert_proved(299, 0, "records.example/log");
    assert_proved(305, 1, "records.example/log/2");
    case_path(&k, "log", old);
    assert_int_equal(case_audit(old, NULL), 0);
    case_path(&k, "log-old-1", old);
    assert_int_equal(case_audit(old, NULL), 0);
    case_close(&k);
    /* The option left in place does not begin yet another. */
    if (!case_try_open(&k, true, &e))
        fail_msg("%s", e.text);
    assert_int_equal(case_head(&k).number, 1);
    assert_int_equal(case_head(&k).size, 11);
    case_assert_sound(&k);
}

static void a_successor_begun_and_cut_short_is_finished(void **state)
{
    struct err e = ERR_INIT;
    char from[512], to[512];
    (void)state;
    go_back_to_the_old_store();
    go_back("log");
    /* As the power left it: the old folder and key put aside, a new key made, nothing in the store. */
    case_path(&k, "log", from);
    case_path(&k, "log-old-1", to);
    assert_int_equal(rename(from, to), 0);
    assert_false(case_try_open(&k, false, &e));
    assert_int_equal(e.code, ERR_STATE);
    case_close(&k);
    case_path(&k, "keys", from);
    int keys = open(from, O_RDONLY | O_DIRECTORY);
    assert_true(signer_retire(keys, "log-old-1", &e));
    assert_true(signer_create(keys, "records.example/log/2", &e));
    close(keys);
    assert_false(case_try_open(&k, false, &e));
    assert_int_equal(e.code, ERR_STATE);
    assert_non_null(strstr(e.text, "successor"));
    case_close(&k);
    if (!case_try_open(&k, true, &e))
        fail_msg("%s", e.text);
    assert_int_equal(case_head(&k).number, 1);
    struct str first = entry_of(0);
    assert_non_null(memmem(first.p, first.n, "\nsigned-size 700\n", 17));
    case_assert_sound(&k);
}

/* The memory of the old log must outlive the moment between the new memory and the new key. */
static void a_successor_cut_short_before_its_key_keeps_the_old_memory(void **state)
{
    struct err e = ERR_INIT;
    char path[512];
    (void)state;
    go_back_to_the_old_store();
    go_back("log");
    case_path(&k, "keys", path);
    int keys = open(path, O_RDONLY | O_DIRECTORY);
    assert_true(signer_retire(keys, "log-old-1", &e));
    assert_true(signer_create(keys, "records.example/log/2", &e));
    assert_int_equal(unlinkat(keys, "log.skey", 0), 0);
    close(keys);
    if (!case_try_open(&k, true, &e))
        fail_msg("%s", e.text);
    assert_int_equal(case_head(&k).number, 1);
    struct str first = entry_of(0);
    assert_non_null(memmem(first.p, first.n, "\nsigned-size 700\n", 17));
    case_assert_sound(&k);
}

static void a_lost_key_may_be_succeeded_twice(void **state)
{
    char path[512];
    struct err e = ERR_INIT;
    (void)state;
    for (unsigned number = 1; number <= 2; number++) {
        case_path(&k, "keys/log.skey", path);
        assert_int_equal(unlink(path), 0);
        assert_false(case_try_open(&k, false, &e));
        case_close(&k);
        if (!case_try_open(&k, true, &e))
            fail_msg("%s", e.text);
        assert_int_equal(case_head(&k).number, number);
        case_append(&k, 3, 3);
        case_publish(&k);
        case_assert_sound(&k);
        case_close(&k);
    }
    case_open(&k);
    assert_proved(5, 0, "records.example/log");
    assert_proved(701, 1, "records.example/log/2");
    assert_proved(705, 2, "records.example/log/3");
    case_assert_sound(&k);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_old_store_is_filled_in_from_the_published_log),
        CASE(an_import_cut_short_goes_on),
        CASE(a_damaged_published_log_is_not_imported),
        CASE(an_old_store_and_an_old_published_log_are_refused),
        CASE(two_histories_are_refused),
        CASE(a_fork_in_the_store_alone_is_refused),
        CASE(old_keys_take_over_what_was_signed),
        CASE(a_lost_folder_is_published_again),
        CASE(a_damaged_checkpoint_is_written_again),
        CASE(without_key_or_memory_nothing_is_signed),
        CASE(another_origin_is_refused),
        CASE(a_successor_names_the_old_log_and_goes_on),
        CASE(a_successor_begun_and_cut_short_is_finished),
        CASE(a_successor_cut_short_before_its_key_keeps_the_old_memory),
        CASE(a_lost_key_may_be_succeeded_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
