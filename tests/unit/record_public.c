/* Digests of what is public: found while a record is public and not a moment longer, of two the older one, in an
 * archive from before the index as well; the doctor sees what the index does not say or says too much. */
#include "record_case.h"

static struct archive_case *c;

static struct record added(const char *name, const char *text, uint64_t access)
{
    static struct case_file f;
    struct case_bytes source = {.b = bytes_of(str_of(text))};
    const struct record_input in = {
        .name = str_of(name), .dated = DAY_NONE, .media_type = STR("text/plain"), .access = access};
    struct record r;
    if (f.mark.n == 0) {
        f = case_file_open(c, "WA", "1431", "Sesje rady");
    }
    must(record_add(c->a, &f.id, &in, (struct content_source){.read = case_bytes_read, .ctx = &source}, &case_clerk,
                    c->ar, &r, &e));
    return r;
}

static void describe(const struct record *r, uint64_t access)
{
    const struct record_input in = {.dated = DAY_NONE, .access = access};
    must(record_describe(c->a, &r->id, &in, &case_clerk, &e));
}

static bool found(const struct record *r, struct public_digest *out)
{
    bool yes = false;
    must(public_find(c->a, r->digests.sha256, out, &yes, &e));
    return yes;
}

static void a_record_is_found_while_it_is_public(void **state)
{
    struct public_digest p;
    struct record hidden = added("a", "notatka", ACCESS_INTERNAL), open = added("b", "protokół", ACCESS_PUBLIC);
    (void)state;
    assert_false(found(&hidden, &p));
    assert_true(found(&open, &p));
    assert_memory_equal(&p.object, &open.id, sizeof p.object);
    assert_int_equal(p.entry, open.entry);
    assert_int_equal(p.size, open.size);
    assert_true(digests_equal(&p.digests, &open.digests));
    describe(&open, ACCESS_RESTRICTED);
    assert_false(found(&open, &p));
    describe(&hidden, ACCESS_PUBLIC);
    assert_true(found(&hidden, &p));
    describe(&hidden, ACCESS_PUBLIC); /* once more changes nothing */
    assert_true(found(&hidden, &p));
    case_doctor_finds_nothing(c);
}

static void of_two_the_older_one(void **state)
{
    struct public_digest p;
    struct record first = added("c", "uchwała", ACCESS_PUBLIC), second = added("d", "uchwała", ACCESS_PUBLIC);
    (void)state;
    assert_true(found(&second, &p));
    assert_int_equal(p.entry, first.entry);
    describe(&first, ACCESS_INTERNAL);
    assert_true(found(&second, &p));
    assert_int_equal(p.entry, second.entry);
}

/* ---------------------------------------------------------------- bent on purpose */

struct bend {
    const struct record *r;
    bool add, forget;
};

static bool bend_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct bend *b = ctx;
    const struct public_digest p = {
        .object = b->r->id, .entry = b->r->entry, .size = b->r->size, .digests = b->r->digests};
    static const uint8_t built[] = "public-index";
    struct err unsaid = ERR_INIT;
    if (b->forget && !store_delete(t, T_META, (struct bytes){built, sizeof built - 1}, &unsaid) &&
        unsaid.code != ERR_NOT_FOUND) {
        return false;
    }
    return b->add ? public_put(t, &p, e) : public_drop(t, p.digests.sha256, &p.object, e);
}

static void bend(const struct record *r, bool add, bool forget)
{
    struct bend b = {r, add, forget};
    must(store_write(archive_store(c->a), bend_fn, &b, &e));
}

static void doctor_says(const char *want)
{
    uint64_t checked;
    char first[600] = "";
    must(archive_doctor(c->a, false, case_first_finding, first, &checked, &e));
    if (strstr(first, want) == NULL) {
        fail_msg("doctor: \"%s\" instead of %s", first, want);
    }
}

static void the_doctor_sees_both_ways(void **state)
{
    struct record open = added("e", "budżet", ACCESS_PUBLIC), hidden = added("f", "poufne", ACCESS_INTERNAL);
    (void)state;
    bend(&open, false, false);
    doctor_says("is public and not found by its digest");
    describe(&open, ACCESS_PUBLIC); /* the repair that it names */
    bend(&hidden, true, false);
    doctor_says("is not public and found by its digest");
    describe(&hidden, ACCESS_INTERNAL);
    case_doctor_finds_nothing(c);
}

static void an_older_archive_gets_the_index(void **state)
{
    struct public_digest p;
    struct record open = added("g", "statut", ACCESS_PUBLIC), hidden = added("h", "tajne", ACCESS_INTERNAL);
    (void)state;
    bend(&open, false, true);
    assert_false(found(&open, &p));
    case_close(c);
    case_open(c);
    assert_true(found(&open, &p));
    assert_false(found(&hidden, &p));
    case_doctor_finds_nothing(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_found_while_it_is_public),
        cmocka_unit_test(of_two_the_older_one),
        cmocka_unit_test(the_doctor_sees_both_ways),
        cmocka_unit_test(an_older_archive_gets_the_index),
    };
    c = case_make();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    case_end(c);
    return failed;
}
