/* Verification: every changed bit is found and named, the position is kept, what was not checked is counted, a fault
 * stays told until it is mended. */
#include "record_case.h"

#include "archive/record/record_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define RECORDS 60u

static struct archive_case *shared;
static struct case_file file;
static struct record records[RECORDS];
static uint8_t contents[RECORDS][9000];

static size_t size_of(size_t i)
{
    return i % 3 == 0 ? 500 + i : 5000 + i; /* inline and in files */
}

static int set_up(void **state)
{
    (void)state;
    shared = case_make();
    file = case_file_open(shared, "VA", "1431", "sprawdzana");
    for (size_t i = 0; i < RECORDS; i++) {
        for (size_t k = 0; k < size_of(i); k++)
            contents[i][k] = (uint8_t)((k * 2654435761u + i * 40503u) >> 8);
        records[i] = case_record(shared, &file.id, "pismo.bin", (struct bytes){contents[i], size_of(i)});
    }
    must(ledger_publish(archive_ledger(shared->a), &e));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    case_end(shared);
    return 0;
}

struct faults {
    unsigned n;
    struct id id;
    char text[4][512];
};

static bool note_fault(void *ctx, const struct id *record, const char *fault, struct err *e)
{
    struct faults *f = ctx;
    (void)e;
    f->id = *record;
    if (f->n < COUNT_OF(f->text))
        snprintf(f->text[f->n], sizeof f->text[0], "%s", fault);
    f->n++;
    return true;
}

static struct verify_result run(const struct verify_options *o, struct faults *f, struct progress *p)
{
    struct verify_result v;
    struct faults unused = {0};
    must(record_verify(shared->a, o, note_fault, f ? f : &unused, p, &v, &e));
    return v;
}

static struct verify_result run_all(struct faults *f)
{
    const struct verify_options o = {.all = true};
    return run(&o, f, NULL);
}

static struct verify_result run_one(const struct id *id, struct faults *f)
{
    const struct verify_options o = {.ids = id, .id_count = 1};
    return run(&o, f, NULL);
}

static bool told(const struct faults *f, const char *word)
{
    for (unsigned i = 0; i < f->n && i < COUNT_OF(f->text); i++)
        if (strstr(f->text[i], word))
            return true;
    return false;
}

/* ---------------------------------------------------------------- changing one bit of a row */

struct flip {
    enum store_table table;
    uint8_t key[64];
    size_t key_n;
    size_t at; /* of the value; from its end when `back` */
    bool back, gone;
    struct bytes put; /* n != 0: instead of a flip */
};

static bool flip_fn(struct txn *t, void *ctx, struct err *e)
{
    struct flip *f = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct bytes key = {f->key, f->key_n}, val;
    if (f->gone)
        return store_delete(t, f->table, key, e);
    if (f->put.n)
        return store_put(t, f->table, key, f->put, e);
    if (!store_get(t, f->table, key, ar, &val, e))
        return false;
    uint8_t *copy = arena_alloc(ar, val.n);
    memcpy(copy, val.p, val.n);
    copy[f->back ? val.n - 1 - f->at : f->at] ^= 4;
    return store_put(t, f->table, key, (struct bytes){copy, val.n}, e);
}

static void flip_row(struct flip *f)
{
    must(store_write(archive_store(shared->a), flip_fn, f, &e));
}

static struct flip at_record(enum store_table table, const struct id *id, size_t at)
{
    struct flip f = {.table = table, .key_n = 16, .at = at};
    memcpy(f.key, id->b, 16);
    return f;
}

static struct flip at_event(enum store_table table, const struct id *id, uint32_t event)
{
    struct flip f = {.table = table, .key_n = 20, .at = 40};
    object_event_key(id, event, f.key);
    return f;
}

static void all_is_well(void **state)
{
    (void)state;
    struct verify_result v = run_all(NULL);
    assert_int_equal(v.checked, RECORDS);
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.not_checked, 0);
    assert_int_equal(v.oldest_check, CASE_NOW);
    uint64_t bytes = 0;
    for (size_t i = 0; i < RECORDS; i++)
        bytes += size_of(i);
    assert_int_equal(v.bytes, bytes);
    case_doctor_finds_nothing(shared);
}

/* Flips a bit, looks, flips it back: the fault is told, under the right id, in words that name the place; gone again
 * afterwards. */
static void found_and_named(struct flip *f, const struct record *r, const char *word)
{
    struct faults seen = {0};
    flip_row(f);
    struct verify_result v = run_one(&r->id, &seen);
    if (!told(&seen, word))
        fail_msg("table %s: \"%s\" is not told; told was: %s", table_name(f->table), word, seen.n ? seen.text[0] : "-");
    assert_memory_equal(&seen.id, &r->id, sizeof r->id);
    assert_int_equal(v.faults, seen.n);
    flip_row(f);
    seen = (struct faults){0};
    v = run_one(&r->id, &seen);
    assert_int_equal(seen.n, 0);
    assert_int_equal(v.checked, 1);
}

static void a_flipped_row_is_named(void **state)
{
    (void)state;
    const struct record *r = &records[5];
    struct flip sealed = at_record(T_RECORD, &r->id, 3);
    sealed.back = true; /* the sealed box stands at the end of a row */
    found_and_named(&sealed, r, "row changed");
    for (size_t at = 0; at < 90; at++) { /* wherever it hits: version, tags, lengths, values */
        struct flip f = at_record(T_RECORD, &r->id, at);
        found_and_named(&f, r, "");
    }
    struct flip inline_box = at_record(T_RECORD, &records[3].id, 150);
    found_and_named(&inline_box, &records[3], "");
}

static void flipped_keys_openings_entries_are_named(void **state)
{
    (void)state;
    const struct record *r = &records[6];
    struct flip key = at_record(T_KEY, &r->id, 20), opening = at_event(T_OPENING, &r->id, 1),
                object = at_event(T_LOG_OBJECT, &r->id, 1), listing = {.table = T_RECORD_BY_FILE, .key_n = 20, .at = 9};
    object.at = 7;
    object_event_key(&file.id, r->seq, listing.key);
    found_and_named(&key, r, "key");
    found_and_named(&opening, r, "opening");
    found_and_named(&object, r, "ledger");
    found_and_named(&listing, r, "index");
}

struct entry_key {
    uint64_t index;
    struct flip f;
};

static bool find_entry(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct entry_key *k = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 16);
    struct entry en;
    instant when;
    struct err why = ERR_INIT;
    (void)e;
    if (!ledger_entry_unpack(val, ar, &val, &why) || !entry_parse(val, ar, &en, &when, &why) ||
        memcmp(&en.object, &records[7].id, 16) != 0)
        return true;
    memcpy(k->f.key, key.p, key.n);
    k->f.key_n = key.n;
    return false;
}

static bool find_entry_fn(struct txn *t, void *ctx, struct err *e)
{
    return store_walk(t, (struct store_range){.table = T_LOG_ENTRY}, find_entry, ctx, e);
}

static void a_flipped_entry_or_leaf_is_named(void **state)
{
    (void)state;
    struct entry_key k = {.f = {.table = T_LOG_ENTRY}};
    must(store_read(archive_store(shared->a), find_entry_fn, &k, &e));
    assert_true(k.f.key_n > 0);
    for (size_t at = 0; at < 270; at += 30) {
        k.f.at = at;
        found_and_named(&k.f, &records[7], "ledger entry");
    }
}

/* A row whose every sealed part is in order, but which says something else than what was committed to. */
static void a_rewritten_row_is_named(void **state)
{
    (void)state;
    struct record r;
    static const char *const words[] = {"title",          "access", "origin", "media-type", "another case file",
                                        "another number", "entry",  "digest"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        must(record_get(shared->a, &records[8].id, true, shared->ar, &r, &e));
        struct record good = r;
        switch (i) {
            case 0:
                r.title = STR("podmieniony");
                break;
            case 1:
                r.access = ACCESS_PUBLIC;
                break;
            case 2:
                r.origin = STR("sent");
                break;
            case 3:
                r.media_type = STR("text/html");
                break;
            case 4:
                r.file.b[3] ^= 1;
                break;
            case 5:
                r.seq = 1;
                break;
            case 6:
                r.entry++;
                break;
            default:
                r.digests.blake2b[7] ^= 1;
                break;
        }
        struct buf bad CLEANUP(buf_free) = BUF_INIT(1u << 16), whole CLEANUP(buf_free) = BUF_INIT(1u << 16);
        struct faults seen = {0};
        struct key secret CLEANUP(key_wipe) = case_key(shared, &r.id);
        must(record_encode(&r, &secret, &bad, &e));
        must(record_encode(&good, &secret, &whole, &e));
        struct flip f = at_record(T_RECORD, &r.id, 0);
        f.put = buf_bytes(&bad);
        flip_row(&f);
        run_one(&r.id, &seen);
        if (!told(&seen, words[i]))
            fail_msg("%s: told was %s", words[i], seen.n ? seen.text[0] : "nothing");
        f.put = buf_bytes(&whole);
        flip_row(&f);
        seen = (struct faults){0};
        run_one(&r.id, &seen);
        assert_int_equal(seen.n, 0);
    }
}

/* ---------------------------------------------------------------- content files */

static void content_path(const struct record *r, char out[500])
{
    char hex[33];
    id_text(r->content, hex);
    snprintf(out, 500, "%s/content/%.2s/%s", shared->path, hex, hex + 2);
}

static void flip_file(const char *path, off_t at)
{
    uint8_t b;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &b, 1, at), 1);
    b ^= 16;
    assert_int_equal(pwrite(fd, &b, 1, at), 1);
    close(fd);
}

static void a_flipped_content_file_is_named(void **state)
{
    (void)state;
    char path[500];
    struct stat st;
    content_path(&records[10], path);
    assert_int_equal(stat(path, &st), 0);
    for (off_t at = 0; at < st.st_size; at += st.st_size / 9) {
        struct faults seen = {0};
        flip_file(path, at);
        struct verify_result v = run_all(&seen);
        assert_true(told(&seen, "content"));
        assert_memory_equal(&seen.id, &records[10].id, 16);
        assert_int_equal(v.checked, RECORDS);
        flip_file(path, at);
    }
    assert_int_equal(truncate(path, st.st_size - 1), 0);
    struct faults seen = {0};
    run_all(&seen);
    assert_true(told(&seen, "content"));
    assert_int_equal(unlink(path), 0);
    seen = (struct faults){0};
    run_all(&seen);
    assert_true(told(&seen, "content"));
    /* Put back: from what was given. */
    struct record again = case_record(shared, &file.id, "pismo.bin", (struct bytes){contents[10], size_of(10)});
    case_same_bytes(shared, &again, (struct bytes){contents[10], size_of(10)});
}

/* ---------------------------------------------------------------- where a run stands */

struct stopper {
    struct progress p;
    uint64_t after, seen;
};

static void stop_step(struct progress *p, uint64_t done, uint64_t total, const char *what)
{
    struct stopper *s = p->ctx;
    (void)total;
    (void)what;
    s->seen = done;
}

static bool stop_ask(struct progress *p)
{
    const struct stopper *s = p->ctx;
    return s->seen >= s->after;
}

static uint64_t record_count(void)
{
    uint64_t n = case_file_get(shared, file.mark).records;
    return n;
}

static void an_interrupted_run_says_what_it_left(void **state)
{
    (void)state;
    struct stopper s = {.p = {.step = stop_step, .stop = stop_ask}, .after = 0};
    const struct verify_options all = {.all = true}, rest = {.all = false};
    uint64_t total = record_count(), checked = 0;
    s.p.ctx = &s;
    shared->now += 86400;
    struct verify_result v = run(&all, NULL, &s.p);
    assert_int_equal(v.checked + v.not_checked, total);
    checked = v.checked;
    if (v.not_checked) {
        assert_int_equal(v.oldest_check, CASE_NOW);
        v = run(&rest, NULL, NULL); /* goes on with what is left, and looks again at what is faulty */
        assert_int_equal(v.not_checked, 0);
        assert_true(v.checked >= total - checked && v.checked <= total - checked + 1);
    }
    assert_int_equal(v.oldest_check, CASE_NOW + 86400);
    v = run(&all, NULL, NULL); /* all means all, whatever was checked a moment ago */
    assert_int_equal(v.checked, total);
    assert_int_equal(v.not_checked, 0);
}

static void since_skips_what_was_checked(void **state)
{
    (void)state;
    const struct verify_options o = {.since = shared->now};
    run_all(NULL);
    struct verify_result v = run(&o, NULL, NULL);
    assert_int_equal(v.not_checked, 0);
    assert_true(v.checked <= 1); /* only what stands as faulty */
    shared->now += 100;
    const struct verify_options later = {.since = shared->now};
    v = run(&later, NULL, NULL);
    assert_true(v.checked >= record_count());
}

static void an_unknown_id_is_an_error(void **state)
{
    (void)state;
    struct id id = {{3}};
    struct verify_result v;
    const struct verify_options o = {.ids = &id, .id_count = 1};
    must_fail(record_verify(shared->a, &o, NULL, NULL, NULL, &v, &e), ERR_NOT_FOUND);
}

static bool each_index(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct flip *f = ctx;
    (void)val;
    (void)e;
    if (memcmp(key.p + 8, records[20].id.b, 16) != 0)
        return true;
    memcpy(f->key, key.p, key.n);
    f->key_n = key.n;
    return false;
}

static bool find_fixity(struct txn *t, void *ctx, struct err *e)
{
    return store_walk(t, (struct store_range){.table = T_FIXITY}, each_index, ctx, e);
}

/* A record that fell out of the order of checks is not forgotten by a run that claims to check all. */
static void what_left_the_order_is_checked_too(void **state)
{
    (void)state;
    struct flip f = {.table = T_FIXITY, .gone = true};
    must(store_read(archive_store(shared->a), find_fixity, &f, &e));
    assert_int_equal(f.key_n, 24);
    flip_row(&f);
    struct verify_result v = run_all(NULL);
    assert_int_equal(v.checked, record_count());
    assert_int_equal(v.not_checked, 0);
}

/* ---------------------------------------------------------------- doctor */

struct findings {
    unsigned n;
    char places[600], text[600];
};

static void note_finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    struct findings *f = ctx;
    assert_non_null(mend);
    f->n++;
    snprintf(f->places, sizeof f->places, "%s", place);
    snprintf(f->text, sizeof f->text, "%s", wrong);
}

static unsigned doctor(struct findings *f)
{
    uint64_t checked;
    *f = (struct findings){.n = 0};
    must(archive_doctor(shared->a, false, note_finding, f, &checked, &e));
    return f->n;
}

static void doctor_walks_both_ways(void **state)
{
    (void)state;
    struct findings f;
    unsigned before = doctor(&f); /* the content that the tests above removed */
    struct flip lost[] = {
        {.table = T_FILE_BY_MARK, .gone = true, .key_n = file.mark.n},
        at_record(T_RECORD, &records[30].id, 0),
        {.table = T_RECORD_BY_FILE, .gone = true, .key_n = 20},
        {.table = T_FIXITY, .gone = true},
    };
    memcpy(lost[0].key, file.mark.p, file.mark.n);
    lost[1].gone = true;
    object_event_key(&file.id, records[31].seq, lost[2].key);
    must(store_read(archive_store(shared->a), find_fixity, &lost[3], &e));
    for (size_t i = 0; i < COUNT_OF(lost); i++) {
        flip_row(&lost[i]);
        unsigned after = doctor(&f);
        assert_true(after > before);
        before = after;
    }
}

static int no_descriptor_left(int dir, const char *path, int flags, mode_t mode)
{
    if (strlen(path) == 33 && path[2] == '/') {
        errno = EMFILE;
        return -1;
    }
    return disk_real.openat(dir, path, flags, mode);
}

/* What this process lacks is no fault of a record, and is not noted as one. */
static void a_process_that_is_out_of_descriptors_accuses_no_record(void **state)
{
    (void)state;
    static struct disk poor;
    const struct verify_options all = {.all = true};
    struct verify_result v;
    struct faults f = {0};
    poor = disk_real;
    poor.openat = no_descriptor_left;
    disk_replace(&poor);
    struct err e = ERR_INIT;
    bool verified = record_verify(shared->a, &all, note_fault, &f, NULL, &v, &e);
    disk_replace(NULL);
    assert_false(verified);
    assert_int_equal(e.code, ERR_BUSY);
    assert_int_equal(f.n, 0);
    assert_int_equal(run_all(&f).not_checked, 0);
    assert_int_equal(f.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_well),
        cmocka_unit_test(a_process_that_is_out_of_descriptors_accuses_no_record),
        cmocka_unit_test(a_flipped_row_is_named),
        cmocka_unit_test(flipped_keys_openings_entries_are_named),
        cmocka_unit_test(a_flipped_entry_or_leaf_is_named),
        cmocka_unit_test(a_rewritten_row_is_named),
        cmocka_unit_test(an_unknown_id_is_an_error),
        cmocka_unit_test(what_left_the_order_is_checked_too),
        cmocka_unit_test(a_flipped_content_file_is_named),
        cmocka_unit_test(an_interrupted_run_says_what_it_left),
        cmocka_unit_test(since_skips_what_was_checked),
        cmocka_unit_test(doctor_walks_both_ways),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
