/* A filing as its citizen meets it: a number, a code, a term that explains itself; and what it may never do. */
#include "request_case.h"

static void test_a_filed_request_can_be_followed(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    assert_string_equal(f.number, "2026-000001");
    assert_int_equal(strlen(f.secret.code), 23);
    struct request_view v = open_request(r, &f);
    assert_string_equal(v.number, f.number);
    assert_int_equal(v.kind, REQUEST_FOI);
    assert_int_equal(v.state, REQUEST_FILED);
    assert_true(str_is(v.form.content, "Proszę o umowy na odśnieżanie z 2026 roku."));
    assert_int_equal(v.event_count, 1);
    assert_int_equal(v.events[0].verb, REQUEST_DO_FILE);
    assert_int_equal(v.next, REQUEST_NEXT_OFFICE_ANSWERS);
    assert_int_equal(v.next_until.n, v.due.n);
    assert_int_equal(v.due.n, case_day("2026-12-07").n); /* 21 November + 14 days is a Saturday */
    assert_int_equal(v.safe.n, case_day("2026-12-04").n);
    assert_int_equal(v.longest.n, case_day("2027-01-21").n);
    assert_int_equal(v.term.skipped_count, 2);
    struct request_view by_token;
    must(request_open_token(r->d, str_of(f.secret.token), request_today(r), r->ar, &by_token, &e));
    assert_string_equal(by_token.number, f.number);
    struct request_view by_office;
    must(request_get(r->d, STR("2026-1"), request_today(r), r->ar, &by_office, &e));
    assert_memory_equal(&by_office.id, &v.id, sizeof v.id);
}

static void test_the_code_may_be_typed_as_people_type(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    char typed[60];
    size_t n = 0;
    for (const char *p = f.secret.code; *p; p++) {
        typed[n++] = *p == '-' ? ' ' : *p == '0' ? 'o' : *p == '1' ? 'l' : (char)(*p >= 'A' ? *p - 'A' + 'a' : *p);
    }
    struct request_view v;
    must(request_open(r->d, STR(" 2026-000001 "), (struct str){typed, n}, request_today(r), r->ar, &v, &e));
    char token[REQUEST_TOKEN_SIZE];
    assert_true(request_token_of((struct str){typed, n}, token));
    assert_string_equal(token, f.secret.token);
}

static void test_who_does_not_know_the_code_learns_nothing(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI), other = file_kind(r, REQUEST_FOI);
    struct request_view v;
    char first[512] = "";
    const struct {
        const char *number, *code;
    } wrong[] = {{f.number, other.secret.code},
                 {"2026-000099", f.secret.code},
                 {"nonsense", f.secret.code},
                 {f.number, "nonsense"},
                 {f.number, ""},
                 {"", ""}};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct err e = ERR_INIT;
        assert_false(
            request_open(r->d, str_of(wrong[i].number), str_of(wrong[i].code), request_today(r), r->ar, &v, &e));
        assert_int_equal(e.code, ERR_NOT_FOUND);
        if (i == 0) {
            snprintf(first, sizeof first, "%s", e.text);
        }
        assert_string_equal(e.text, first);
    }
    struct err e = ERR_INIT;
    assert_false(request_open_token(r->d, STR("00000000000000000000000000000000"), request_today(r), r->ar, &v, &e));
    assert_string_equal(e.text, first);
    assert_false(request_open_token(r->d, STR("../../etc/passwd"), request_today(r), r->ar, &v, &e));
    assert_string_equal(e.text, first);
}

/* K-01 … K-05, F-12, F-13, F-16: the vectors of the rulebook, by the day a request came in. */
static void test_deadlines_are_those_of_the_rulebook(void **state)
{
    struct request_case *r = *state;
    static const struct {
        const char *received;
        enum request_kind kind;
        const char *raw, *end;
        size_t skipped;
    } vectors[] = {
        {"2026-12-10", REQUEST_FOI, "2026-12-24", "2026-12-28", 4},
        {"2024-12-10", REQUEST_FOI, "2024-12-24", "2024-12-24", 0},
        {"2026-05-21", REQUEST_FOI, "2026-06-04", "2026-06-05", 1},
        {"2026-10-28", REQUEST_FOI, "2026-11-11", "2026-11-12", 1},
        {"2026-11-07", REQUEST_REUSE, "2026-11-21", "2026-11-23", 2},
        {"2026-03-23", REQUEST_FOI, "2026-04-06", "2026-04-07", 1},
        {"2026-04-20", REQUEST_OWN_WORDS, "2026-05-04", "2026-05-04", 0},
        {"2026-12-23", REQUEST_FOI, "2027-01-06", "2027-01-07", 1},
        {"2026-01-31", REQUEST_DATA_SUBJECT, "2026-02-28", "2026-03-02", 2},
        {"2024-01-31", REQUEST_COMPLAINT, "2024-02-29", "2024-02-29", 0},
        {"2026-01-31", REQUEST_PROPOSAL, "2026-02-28", "2026-03-02", 2},
        {"2026-08-15", REQUEST_PETITION, "2026-11-15", "2026-11-16", 1},
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        r->c->now = (instant)case_day(vectors[i].received).n * 86400 + 12 * 3600;
        struct request_form f = sound_form(vectors[i].kind);
        struct request_filing in = {.form = f, .channel = REQUEST_PORTAL, .received = r->c->now};
        struct request_filed filed;
        r->c->now = CASE_NOW + 400 * 86400; /* the archive's clock only goes forward */
        must(request_file(r->d, &in, NULL, r->ar, &filed, NULL, &e));
        struct request_view v = open_request(r, &filed);
        assert_int_equal(v.term.raw.n, case_day(vectors[i].raw).n);
        assert_int_equal(v.term.end.n, case_day(vectors[i].end).n);
        assert_int_equal(v.term.skipped_count, vectors[i].skipped);
    }
}

static void test_the_strict_end_of_an_extension(void **state)
{
    struct request_case *r = *state;
    static const struct {
        const char *received, *longest;
        enum request_kind kind;
    } vectors[] = {{"2025-12-31", "2026-02-28", REQUEST_FOI},
                   {"2026-09-15", "2026-11-15", REQUEST_REUSE},
                   {"2026-10-24", "2026-12-24", REQUEST_FOI},
                   {"2026-08-15", "2026-11-15", REQUEST_DATA_SUBJECT}};
    r->c->now = CASE_NOW + 400 * 86400;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct request_filing in = {.form = sound_form(vectors[i].kind),
                                    .channel = REQUEST_PORTAL,
                                    .received = (instant)case_day(vectors[i].received).n * 86400 + 43200};
        struct request_filed filed;
        must(request_file(r->d, &in, NULL, r->ar, &filed, NULL, &e));
        assert_int_equal(open_request(r, &filed).longest.n, case_day(vectors[i].longest).n);
    }
}

/* The Warsaw date starts the terms and names the year, also at 23:59:59. */
static void test_the_last_second_of_a_day_and_of_a_year(void **state)
{
    struct request_case *r = *state;
    static const struct {
        const char *received, *number, *start;
    } vectors[] = {{"2026-12-31T22:59:59Z", "2026-000001", "2026-12-31"},
                   {"2026-12-31T23:00:00Z", "2027-000001", "2027-01-01"},
                   {"2026-07-14T21:59:59Z", "2026-000002", "2026-07-14"},
                   {"2026-07-14T22:00:00Z", "2026-000003", "2026-07-15"}};
    r->c->now = CASE_NOW + 400 * 86400;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct request_filing in = {.form = sound_form(REQUEST_FOI), .channel = REQUEST_API};
        struct request_filed filed;
        assert_true(instant_parse(str_of(vectors[i].received), &in.received));
        must(request_file(r->d, &in, NULL, r->ar, &filed, NULL, &e));
        assert_string_equal(filed.number, vectors[i].number);
        assert_int_equal(open_request(r, &filed).term.start.n, case_day(vectors[i].start).n);
    }
}

static void test_every_kind_can_be_filed(void **state)
{
    struct request_case *r = *state;
    for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        struct request_filed f = file_kind(r, k);
        struct request_view v = open_request(r, &f);
        assert_int_equal(v.kind, k);
        assert_int_equal((v.flags & REQUEST_HINT_UNSURE) != 0, k == REQUEST_OWN_WORDS);
        assert_true(v.law.n > 0);
    }
    request_doctor_finds_nothing(r);
    case_doctor_finds_nothing(r->c);
}

/* ---------------------------------------------------------------- idempotency */

static void test_a_repeated_key_gives_the_first_receipt(void **state)
{
    struct request_case *r = *state;
    struct request_form form = sound_form(REQUEST_FOI);
    struct request_filed a = file_form(r, &form, NULL, "0123456789abcdef");
    r->c->now += 60;
    struct request_filed b = file_form(r, &form, NULL, "0123456789abcdef");
    assert_false(a.repeated);
    assert_true(b.repeated);
    assert_string_equal(a.number, b.number);
    assert_string_equal(a.secret.code, b.secret.code);
    assert_string_equal(a.secret.token, b.secret.token);
    assert_int_equal(a.received, b.received);
    assert_int_equal(a.entry, b.entry);
    struct request_filed next = file_kind(r, REQUEST_FOI);
    assert_string_equal(next.number, "2026-000002");
}

/* Somebody else's guess of a weak key must not open the receipt. */
static void test_a_key_belongs_to_its_letter(void **state)
{
    struct request_case *r = *state;
    struct request_form form = sound_form(REQUEST_FOI);
    struct request_filed out;
    file_form(r, &form, NULL, "0123456789abcdef");
    form.content = STR("Coś innego");
    const struct request_filing in = {
        .form = form, .channel = REQUEST_PORTAL, .received = r->c->now, .once = STR("0123456789abcdef")};
    must_fail(request_file(r->d, &in, NULL, r->ar, &out, NULL, &e), ERR_CONFLICT);
    const struct request_filing weak = {
        .form = form, .channel = REQUEST_PORTAL, .received = r->c->now, .once = STR("1")};
    must_fail(request_file(r->d, &weak, NULL, r->ar, &out, NULL, &e), ERR_INVALID);
}

/* ---------------------------------------------------------------- what is kept, and where */

struct look {
    const char *needle;
    const char *where;
    char found[80];
};

static bool look_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct look *l = ctx;
    (void)e;
    if (memmem(key.p, key.n, l->needle, strlen(l->needle)) || memmem(val.p, val.n, l->needle, strlen(l->needle))) {
        snprintf(l->found, sizeof l->found, "%s", l->where);
    }
    return true;
}

static bool look_fn(struct txn *t, void *ctx, struct err *e)
{
    struct look *l = ctx;
    for (int tb = 0; tb < TABLE_COUNT; tb++) {
        l->where = table_name((enum store_table)tb);
        if (!store_walk(t, (struct store_range){.table = (enum store_table)tb}, look_each, l, e)) {
            return false;
        }
    }
    return true;
}

static void test_nothing_personal_and_no_secret_lies_open(void **state)
{
    struct request_case *r = *state;
    struct request_form form = sound_form(REQUEST_PETITION);
    form.content = STR("Zwierzenia bardzo osobiste 44051401359");
    struct request_filed f = file_form(r, &form, NULL, "fedcba9876543210");
    char plain[24] = "";
    size_t n = 0;
    for (const char *p = f.secret.code; *p; p++) {
        if (*p != '-') {
            plain[n++] = *p;
        }
    }
    const char *secrets[] = {"Zwierzenia", "Ćwikła",       "zaneta@example.pl", "Polna",      f.secret.code,
                             plain,        f.secret.token, "fedcba9876543210",  "44051401359"};
    for (size_t i = 0; i < COUNT_OF(secrets); i++) {
        struct look l = {.needle = secrets[i]};
        must(store_read(archive_store(r->c->a), look_fn, &l, &e));
        if (l.found[0]) {
            fail_msg("%s lies open in %s", secrets[i], l.found);
        }
    }
    assert_true((open_request(r, &f).flags & REQUEST_HINT_IDENT) != 0);
}

static void test_the_entry_says_what_the_public_may_know(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_view v = open_request(r, &f);
    struct receipt receipt;
    must(receipt_make(r->d, &v, r->ar, &receipt, &e));
    assert_int_equal(receipt.entry, f.entry);
    assert_true(receipt.made >= f.received);
    assert_true(str_is(receipt.office, "Urząd Gminy Próbnej"));
    assert_int_equal(receipt.file_count, 1);
    struct buf letter CLEANUP(buf_free) = BUF_INIT(1u << 20);
    struct digests d;
    must(request_letter(&v, 1, &letter, &e));
    digests_of(buf_bytes(&letter), &d);
    assert_true(digests_equal(&d, &receipt.files[0].digests));
}

static void test_an_earlier_hour_than_now_is_taken_and_a_later_one_is_not(void **state)
{
    struct request_case *r = *state;
    struct request_filed out;
    struct request_filing in = {.form = sound_form(REQUEST_FOI), .channel = REQUEST_PORTAL, .received = r->c->now - 5};
    must(request_file(r->d, &in, NULL, r->ar, &out, NULL, &e));
    in.received = r->c->now + 3600;
    must_fail(request_file(r->d, &in, NULL, r->ar, &out, NULL, &e), ERR_INVALID);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_a_filed_request_can_be_followed),
        T(test_the_code_may_be_typed_as_people_type),
        T(test_who_does_not_know_the_code_learns_nothing),
        T(test_deadlines_are_those_of_the_rulebook),
        T(test_the_strict_end_of_an_extension),
        T(test_the_last_second_of_a_day_and_of_a_year),
        T(test_every_kind_can_be_filed),
        T(test_a_repeated_key_gives_the_first_receipt),
        T(test_a_key_belongs_to_its_letter),
        T(test_nothing_personal_and_no_secret_lies_open),
        T(test_the_entry_says_what_the_public_may_know),
        T(test_an_earlier_hour_than_now_is_taken_and_a_later_one_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
