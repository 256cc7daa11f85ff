/* The log as people meet it: made, appended to, published, proved, audited by an independent program, opened again. */
#include "ledger_case.h"

static struct ledger_case k;

static int begin(void **state)
{
    (void)state;
    case_begin(&k);
    return 0;
}

static int end(void **state)
{
    (void)state;
    case_end(&k);
    return 0;
}

static void a_new_log_has_its_genesis_published(void **state)
{
    struct ledger_head h = case_head(&k);
    struct bytes text;
    struct err e = ERR_INIT;
    struct buf vkey CLEANUP(buf_free) = BUF_INIT(1024);
    (void)state;
    assert_int_equal(h.size, 1);
    assert_int_equal(h.published, 1);
    assert_int_equal(h.last_time, k.now);
    assert_true(h.checkpoint.n > 0);
    assert_true(ledger_vkey(k.ledger, &vkey, &e));
    char path[512];
    case_path(&k, "log/tile/entries/000.p/1", path);
    assert_true(file_read(AT_FDCWD, path, 4096, k.arena, &text, &e));
    struct str want = arena_fmt(k.arena,
                                "akta-entry/v1\ntype genesis\ntime 2026-11-18T11:06:40Z\norigin records.example/log\n"
                                "vkey %.*s\nentry-format akta-entry/v1\nopening-format akta-opening/v1\n"
                                "tree rfc6962 sha256\nlog-format c2sp.org/tlog-tiles\n",
                                (int)vkey.n, (const char *)vkey.p);
    assert_int_equal(text.n, want.n + 2);
    assert_memory_equal(text.p + 2, want.p, want.n);
    case_assert_sound(&k);
}

static void creating_twice_is_refused(void **state)
{
    struct ledger_config c = case_config(&k);
    struct err e = ERR_INIT;
    (void)state;
    assert_false(ledger_create(k.store, &c, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    c.origin = "Records of the Town";
    assert_false(ledger_create(k.store, &c, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_string_equal(e.field, "origin");
}

static void what_is_appended_can_be_read_found_and_proved(void **state)
{
    struct case_append a = {.l = k.ledger, .first = 7, .n = 1};
    struct err e = ERR_INIT;
    struct buf proof CLEANUP(buf_free) = BUF_INIT(16384);
    (void)state;
    assert_true(store_write(k.store, case_append_in, &a, &e));
    assert_int_equal(a.index, 1);
    assert_false(ledger_prove(k.ledger, 1, &proof, &e));
    assert_int_equal(e.code, ERR_STATE);
    case_publish(&k);
    assert_true(ledger_prove(k.ledger, 1, &proof, &e));

    struct note_key key;
    struct checkpoint head;
    struct buf vkey CLEANUP(buf_free) = BUF_INIT(1024), entry CLEANUP(buf_free) = BUF_INIT(8192);
    struct entry en = case_entry(7);
    assert_true(ledger_vkey(k.ledger, &vkey, &e) && note_key_parse(buf_str(&vkey), &key, &e));
    assert_true(entry_text(&en, k.now, &entry, &e));
    assert_true(tlog_proof_verify(buf_str(&proof), buf_bytes(&entry), &key, &head, k.arena, &e));
    assert_int_equal(head.size, 2);
    entry.p[20] ^= 1;
    assert_false(tlog_proof_verify(buf_str(&proof), buf_bytes(&entry), &key, &head, k.arena, &e));
}

struct lookup {
    uint64_t index;
    uint32_t last, none;
    bool found;
    struct hash leaf;
    struct bytes entry;
};

static bool look_up(struct txn *t, void *ctx, struct err *e)
{
    struct lookup *l = ctx;
    struct id object = case_object(3), other = case_object(999);
    return ledger_find(t, &object, 1, &l->index, e) && ledger_last_event(t, &object, &l->last, e) &&
           ledger_last_event(t, &other, &l->none, e) && ledger_leaf(t, l->index, &l->leaf, e) &&
           ledger_entry(t, l->index, k.arena, &l->entry, e);
}

static bool look_up_missing(struct txn *t, void *ctx, struct err *e)
{
    struct id other = case_object(999);
    (void)ctx;
    uint64_t index;
    return ledger_find(t, &other, 1, &index, e);
}

static bool leaf_of_pending(struct txn *t, void *ctx, struct err *e)
{
    struct hash h;
    return ledger_leaf(t, *(const uint64_t *)ctx, &h, e);
}

/* By type, and only after an event. */
static bool look_up_type(struct txn *t, void *ctx, struct err *e)
{
    struct id object = case_object(3), other = case_object(999);
    uint64_t *index = ctx, unsaid;
    bool found, later, another, nobody;
    bool looked = ledger_find_type(t, &object, E_ACCESSION, 0, index, &found, e) &&
                  ledger_find_type(t, &object, E_ACCESSION, 1, &unsaid, &later, e) &&
                  ledger_find_type(t, &object, E_DESTROY_DONE, 0, &unsaid, &another, e) &&
                  ledger_find_type(t, &other, E_ACCESSION, 0, &unsaid, &nobody, e);
    return looked && found && !later && !another && !nobody;
}

static void objects_lead_to_entries_and_leaves(void **state)
{
    struct lookup l = {0};
    struct hash leaf;
    struct err e = ERR_INIT;
    uint64_t pending = 6, by_type = 0;
    (void)state;
    case_append(&k, 5, 5);
    case_publish(&k);
    assert_true(store_read(k.store, look_up, &l, &e));
    assert_int_equal(l.index, 3);
    assert_int_equal(l.last, 1);
    assert_int_equal(l.none, 0);
    assert_true(store_read(k.store, look_up_type, &by_type, &e));
    assert_int_equal(by_type, 3);
    merkle_leaf(l.entry, &leaf);
    assert_true(hash_equal(&leaf, &l.leaf));
    assert_false(store_read(k.store, look_up_missing, NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    case_append(&k, 1, 1);
    assert_false(store_read(k.store, leaf_of_pending, &pending, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void an_undone_verb_takes_its_indexes_back(void **state)
{
    struct case_append bad = {.l = k.ledger, .first = 50, .n = 3, .fail = true};
    struct case_append twice = {.l = k.ledger, .first = 1, .n = 1};
    struct err e = ERR_INIT;
    (void)state;
    assert_false(store_write(k.store, case_append_in, &bad, &e));
    assert_int_equal(case_head(&k).size, 1);
    case_append(&k, 2, 1);
    assert_int_equal(case_head(&k).size, 3);
    assert_false(store_write(k.store, case_append_in, &twice, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_int_equal(case_head(&k).size, 3);
    case_publish(&k);
    case_assert_sound(&k);
}

static void the_clock_may_step_back_a_minute_and_no_more(void **state)
{
    struct case_append a = {.l = k.ledger, .first = 90, .n = 1};
    struct err e = ERR_INIT;
    instant start = k.now;
    (void)state;
    k.now = start - 60;
    case_append(&k, 1, 1);
    assert_int_equal(case_head(&k).last_time, start);
    k.now = start - 61;
    assert_false(store_write(k.store, case_append_in, &a, &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_non_null(strstr(e.text, "2026-11-18T11:05:39Z"));
    k.now = start + 5;
    case_append(&k, 1, 1);
    assert_int_equal(case_head(&k).last_time, start + 5);
    case_publish(&k);
    case_assert_sound(&k);
}

/* Sizes across the borders of tiles, each published, each audited against all checkpoints before it. */
static void an_auditor_agrees_at_every_border(void **state)
{
    static const uint64_t sizes[] = {2, 3, 255, 256, 257, 511, 512, 513, 600};
    char names[COUNT_OF(sizes)][512], log[512], from[512];
    const char *earlier[COUNT_OF(sizes) + 1] = {NULL};
    (void)state;
    case_path(&k, "log", log);
    case_path(&k, "log/checkpoint", from);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        case_append(&k, sizes[i] - case_head(&k).size, 100);
        case_publish(&k);
        assert_int_equal(case_head(&k).published, sizes[i]);
        assert_int_equal(case_audit(log, earlier), 0);
        snprintf(names[i], sizeof names[i], "%s/checkpoint-%zu", k.scratch.path, i);
        case_copy(from, names[i]);
        earlier[i] = names[i];
    }
    case_assert_sound(&k);
    case_close(&k);
    case_open(&k);
    case_append(&k, 1, 1);
    case_publish(&k);
    assert_int_equal(case_audit(log, earlier), 0);
    case_flip(names[4], 25); /* the size it counts */
    assert_int_equal(case_audit(log, earlier), 1);
}

static void an_export_is_a_whole_log(void **state)
{
    char to[512];
    struct err e = ERR_INIT;
    uint64_t n = 0;
    (void)state;
    snprintf(to, sizeof to, "%s/copy", k.scratch.path);
    assert_int_equal(mkdir(to, 0755), 0);
    int fd = open(to, O_RDONLY | O_DIRECTORY);
    for (int round = 0; round < 2; round++) {
        struct case_faults f = {0};
        case_append(&k, 300, 300);
        case_publish(&k);
        assert_true(ledger_export(k.ledger, fd, &e));
        assert_true(ledger_verify_dir(fd, NULL, case_fault, &f, &n, &e));
        assert_int_equal(f.n, 0);
        assert_int_equal(n, case_head(&k).published);
        assert_int_equal(case_audit(to, NULL), 0);
    }
    close(fd);
}

static void old_partial_tiles_go_after_a_day(void **state)
{
    char part[512], full[512];
    uint64_t removed = 0;
    struct err e = ERR_INIT;
    struct stat st;
    (void)state;
    case_append(&k, 9, 9);
    case_publish(&k);
    case_append(&k, 290, 290);
    case_publish(&k);
    case_path(&k, "log/tile/0/000.p/10", part);
    case_path(&k, "log/tile/0/000", full);
    assert_int_equal(stat(part, &st), 0);
    assert_true(publish_sweep(k.ledger->log_dir, st.st_mtime + 3600, &removed, &e));
    assert_int_equal(removed, 0);
    assert_true(publish_sweep(k.ledger->log_dir, st.st_mtime + 86400 + 2, &removed, &e));
    assert_int_equal(removed, 4); /* widths 1 and 10, of hashes and of entries */
    assert_int_not_equal(stat(part, &st), 0);
    assert_int_equal(stat(full, &st), 0);
    case_path(&k, "log/tile/0/001.p/44", part);
    assert_int_equal(stat(part, &st), 0);
    case_assert_sound(&k);
    case_path(&k, "log", full);
    assert_int_equal(case_audit(full, NULL), 0);
}

/* ---- who may read it */

static char hidden[512]; /* a part of the log that the server of the log could not read */

static int look_at_mode(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)where;
    mode_t want = kind == FTW_DP ? 0755 : 0644;
    if ((st->st_mode & 0777) != want)
        snprintf(hidden, sizeof hidden, "%s", path);
    return 0;
}

/* An administrator's umask may be 077; nginx reads the log all the same, and nobody the rest. */
static void the_log_is_everybodys_whatever_the_umask(void **state)
{
    static struct ledger_case private;
    char path[512];
    struct stat st;
    (void)state;
    mode_t before = umask(077);
    case_begin(&private);
    case_append(&private, 300, 100);
    case_publish(&private);
    umask(before);
    case_path(&private, "log", path);
    hidden[0] = '\0';
    assert_int_equal(nftw(path, look_at_mode, 16, FTW_DEPTH | FTW_PHYS), 0);
    if (hidden[0] != '\0')
        fail_msg("%s is hidden", hidden);
    case_path(&private, "keys", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    case_end(&private);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_log_has_its_genesis_published, begin, end),
        cmocka_unit_test_setup_teardown(creating_twice_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(what_is_appended_can_be_read_found_and_proved, begin, end),
        cmocka_unit_test_setup_teardown(objects_lead_to_entries_and_leaves, begin, end),
        cmocka_unit_test_setup_teardown(an_undone_verb_takes_its_indexes_back, begin, end),
        cmocka_unit_test_setup_teardown(the_clock_may_step_back_a_minute_and_no_more, begin, end),
        cmocka_unit_test_setup_teardown(an_auditor_agrees_at_every_border, begin, end),
        cmocka_unit_test_setup_teardown(an_export_is_a_whole_log, begin, end),
        cmocka_unit_test_setup_teardown(old_partial_tiles_go_after_a_day, begin, end),
        cmocka_unit_test(the_log_is_everybodys_whatever_the_umask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
