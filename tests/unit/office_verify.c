/* Of a document that was destroyed as the law provides: who has its file of proof, or number and code, learns that it
 * existed, when it went and by which rule; nobody learns it from a digest; and a destruction that the log does not show
 * to be lawful gets no verdict. */
#include "destroy_entries.h"
#include "request_case.h"

#include "office_proof.h"

static const char *const attached = "treść załącznika\n";

struct document { /* a filed request with an attachment, and its file of proof */
    struct request_filed filed;
    struct request_view view;
    struct buf proof;
    uint8_t letter[SHA256_SIZE], file[SHA256_SIZE], none[SHA256_SIZE];
};

static void document_free(struct document *d)
{
    buf_free(&d->proof);
}

static struct document filed_document(struct request_case *r)
{
    struct document d = {.proof = BUF_INIT(4u << 20)};
    struct request_form form = sound_form(REQUEST_FOI);
    struct buf letter CLEANUP(buf_free) = BUF_INIT(1u << 20);
    char token[DRAFT_TOKEN_SIZE];
    draft_new(token);
    attach(r, token, "a.txt", bytes_of(str_of(attached)));
    d.filed = file_form(r, &form, token, NULL);
    must(ledger_publish(archive_ledger(r->c->a), &e));
    d.view = open_request(r, &d.filed);
    must(receipt_proof(r->d, &d.view, &d.proof, &e));
    must(request_letter(&d.view, 1, &letter, &e));
    sha256_of(buf_bytes(&letter), d.letter);
    sha256_of(bytes_of(str_of(attached)), d.file);
    sha256_of(bytes_of(str_of(d.filed.number)), d.none);
    return d;
}

static struct verdict by_proof(struct request_case *r, const struct document *d, const uint8_t *sha256)
{
    struct verdict v;
    must(verify_proof(r->c->a, buf_str(&d->proof), sha256, r->ar, &v, &e));
    return v;
}

static struct verdict by_case(struct request_case *r, const struct document *d, const uint8_t *sha256)
{
    struct bulletin *b CLEANUP(bulletin_free) = NULL;
    struct verdict v;
    must(bulletin_load(r->c->a, request_today(r), &b, &e));
    must(verify_case(r->d, b, &d->view, sha256, r->ar, &v, &e));
    return v;
}

static struct verdict by_digest(struct request_case *r, const uint8_t *sha256)
{
    struct bulletin *b CLEANUP(bulletin_free) = NULL;
    struct verdict v;
    must(bulletin_load(r->c->a, request_today(r), &b, &e));
    must(verify_public(r->c->a, b, sha256, r->ar, &v, &e));
    return v;
}

static void no_public_proof(struct request_case *r, const uint8_t *sha256)
{
    struct bulletin *b CLEANUP(bulletin_free) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(1u << 20);
    must(bulletin_load(r->c->a, request_today(r), &b, &e));
    must_fail(public_proof(r->c->a, b, sha256, &out, &e), ERR_NOT_FOUND);
}

static void is_destroyed(const struct verdict *v, const char *day, uint64_t done)
{
    assert_string_equal(verdict_kind_name(v->kind), "destroyed");
    assert_int_equal(v->destruction.on.n, case_day(day).n);
    assert_str(v->destruction.basis, "4.2.1 keep-until 2019-12-31");
    assert_int_equal(v->destruction.entry, done);
}

#define is_kind(verdict, name) assert_string_equal(verdict_kind_name((verdict).kind), name)

/* ---------------------------------------------------------------- who learns of it */

static void test_the_file_of_proof_tells_of_the_end(void **state)
{
    struct request_case *r = *state;
    struct document d CLEANUP(document_free) = filed_document(r);
    uint64_t letter_gone = 0, file_gone = 0;
    is_kind(by_proof(r, &d, NULL), "genuine");
    r->c->now = 1804030200; /* 2027-03-02 23:30 in Greenwich, and the day after in Warsaw */
    must(destroy_lawfully(r->c->a, &d.view.id, &letter_gone, &e));
    struct verdict v = by_proof(r, &d, NULL);
    is_destroyed(&v, "2027-03-03", letter_gone);
    assert_string_equal(arena_str(r->ar, v.number).p, d.filed.number);
    assert_str(v.found.name, "letter");
    assert_int_equal(v.found.entry, d.view.entry);
    v = by_proof(r, &d, d.letter);
    is_destroyed(&v, "2027-03-03", letter_gone);
    is_kind(by_proof(r, &d, d.file), "genuine"); /* it is an object of its own */
    is_kind(by_proof(r, &d, d.none), "changed");
    must(destroy_lawfully(r->c->a, &d.view.files[0].id, &file_gone, &e));
    v = by_proof(r, &d, d.file);
    is_destroyed(&v, "2027-03-03", file_gone);
    assert_str(v.found.name, "file-1");
    is_kind(by_proof(r, &d, d.none), "changed");
}

/* The letter within the file was changed: that is no letter of ours, destroyed or not. */
static void test_a_changed_letter_stays_changed(void **state)
{
    struct request_case *r = *state;
    struct document d CLEANUP(document_free) = filed_document(r);
    uint64_t done = 0;
    must(destroy_lawfully(r->c->a, &d.view.id, &done, &e));
    uint8_t *at = memmem(d.proof.p, d.proof.n, "content:", 8);
    assert_non_null(at);
    *at = 'C';
    is_kind(by_proof(r, &d, NULL), "changed");
}

static void test_number_and_code_tell_of_it(void **state)
{
    struct request_case *r = *state;
    struct document d CLEANUP(document_free) = filed_document(r);
    uint64_t done = 0;
    must(destroy_lawfully(r->c->a, &d.view.files[0].id, &done, &e));
    struct verdict v = by_case(r, &d, d.file);
    is_destroyed(&v, "2026-11-21", done);
    assert_string_equal(arena_str(r->ar, v.number).p, d.filed.number);
    is_kind(by_case(r, &d, d.letter), "genuine");
    is_kind(by_case(r, &d, d.none), "changed");
}

static void test_another_copy_of_it_stays_genuine(void **state)
{
    struct request_case *r = *state;
    struct request_form form = sound_form(REQUEST_FOI);
    struct document d CLEANUP(document_free) = {.proof = BUF_INIT(4u << 20)};
    char token[DRAFT_TOKEN_SIZE];
    uint64_t done = 0;
    draft_new(token);
    attach(r, token, "a.txt", bytes_of(str_of(attached)));
    attach(r, token, "b.txt", bytes_of(str_of(attached)));
    d.filed = file_form(r, &form, token, NULL);
    d.view = open_request(r, &d.filed);
    sha256_of(bytes_of(str_of(attached)), d.file);
    must(destroy_lawfully(r->c->a, &d.view.files[0].id, &done, &e));
    struct verdict v = by_case(r, &d, d.file);
    is_kind(v, "genuine");
    assert_str(v.found.name, "b.txt");
    must(destroy_lawfully(r->c->a, &d.view.files[1].id, &done, &e));
    is_kind(by_case(r, &d, d.file), "destroyed");
}

/* ---------------------------------------------------------------- and who does not */

static struct record public_record(struct request_case *r, const char *name, const char *text)
{
    struct case_file f = case_file_open(r->c, "WA", "1431", "Sesje rady");
    struct case_bytes source = {.b = bytes_of(str_of(text))};
    const struct record_input in = {
        .name = str_of(name), .dated = DAY_NONE, .media_type = STR("text/plain"), .access = ACCESS_PUBLIC};
    struct record out;
    must(record_add(r->c->a, &f.id, &in, (struct content_source){.read = case_bytes_read, .ctx = &source}, &case_clerk,
                    r->ar, &out, &e));
    return out;
}

static void test_a_bare_digest_never_does(void **state)
{
    struct request_case *r = *state;
    struct document d CLEANUP(document_free) = filed_document(r);
    struct record open = public_record(r, "p.txt", "protokół"), copy = public_record(r, "k.txt", "protokół");
    const uint8_t *sha256 = open.digests.sha256;
    struct bulletin *b CLEANUP(bulletin_free) = NULL;
    uint64_t done = 0;
    must(ledger_publish(archive_ledger(r->c->a), &e));
    must(destroy_lawfully(r->c->a, &d.view.files[0].id, &done, &e));
    is_kind(by_digest(r, d.file), "unknown");
    is_kind(by_digest(r, sha256), "genuine");
    must(bulletin_load(r->c->a, request_today(r), &b, &e));
    must(public_proof(r->c->a, b, sha256, &d.proof, &e)); /* after the receipt: the first section of a name counts */
    must(destroy_lawfully(r->c->a, &open.id, &done, &e));
    struct verdict v = by_digest(r, sha256);
    is_kind(v, "genuine"); /* by the other one */
    assert_int_equal(v.found.entry, copy.entry);
    must(destroy_lawfully(r->c->a, &copy.id, &done, &e));
    is_kind(by_digest(r, sha256), "unknown");
    no_public_proof(r, sha256);
}

static void test_the_proof_of_a_public_record_does(void **state)
{
    struct request_case *r = *state;
    struct record open = public_record(r, "p.txt", "protokół");
    struct bulletin *b CLEANUP(bulletin_free) = NULL;
    struct document d CLEANUP(document_free) = {.proof = BUF_INIT(4u << 20)};
    uint64_t done = 0;
    must(ledger_publish(archive_ledger(r->c->a), &e));
    must(bulletin_load(r->c->a, request_today(r), &b, &e));
    must(public_proof(r->c->a, b, open.digests.sha256, &d.proof, &e));
    must(destroy_lawfully(r->c->a, &open.id, &done, &e));
    struct verdict v = by_proof(r, &d, NULL);
    is_destroyed(&v, "2026-11-21", done);
    assert_int_equal(v.number.n, 0);
    v = by_proof(r, &d, open.digests.sha256);
    is_destroyed(&v, "2026-11-21", done);
}

/* ---------------------------------------------------------------- what the log does not show to be lawful */

/* One thing is wrong; the rest is as it should be. */
struct flaw {
    const char *what;
    struct destroy_acts acts;                 /* NULL: as destroy_lawful has it; "": the line is missing */
    bool decision_elsewhere, begin_elsewhere; /* an act on another object */
    bool decision_later;                      /* than the beginning */
    const char *decision, *begin;             /* the lines */
};

static const struct flaw flaws[] = {
    {.what = "no rule", .acts = {.rule = ""}},
    {.what = "no day", .acts = {.not_before = ""}},
    {.what = "no such day", .acts = {.not_before = "2026-11-31"}},
    {.what = "the day is not reached", .acts = {.not_before = "2026-11-22"}},
    {.what = "one approves", .acts = {.decided = {NULL, ""}}},
    {.what = "one approves twice", .acts = {.decided = {NULL, "3b9ac2d18f047e55"}}},
    {.what = "what approves is nobody", .acts = {.decided = {NULL, "two"}}},
    {.what = "one approves the end", .acts = {.done = {"", NULL}}},
    {.what = "no change of keys", .acts = {.epoch = ""}},
    {.what = "keys of the same epoch", .acts = {.epoch = "2 2"}},
    {.what = "no decision", .decision = ""},
    {.what = "a decision that is no number", .decision = "x"},
    {.what = "a decision that is not there", .decision = "18446744073709551615"},
    {.what = "a decision of another log", .decision = "1099511627776"},
    {.what = "a decision that is the first entry of all", .decision = "0"},
    {.what = "a decision about another object", .decision_elsewhere = true},
    {.what = "a decision of another kind", .acts = {.decides = E_RULE}},
    {.what = "a decision after the beginning", .decision_later = true},
    {.what = "no beginning", .begin = ""},
    {.what = "a beginning that is not there", .begin = "1000000"},
    {.what = "a beginning that is the first entry of all", .begin = "0"},
    {.what = "a beginning about another object", .begin_elsewhere = true},
};

static const char *or_lawful(const char *flawed, const char *lawful)
{
    return flawed == NULL ? lawful : flawed[0] == '\0' ? NULL : flawed;
}

static void destroy_with(struct request_case *r, const struct id *object, const struct id *other, const struct flaw *f)
{
    const struct destroy_acts *l = &destroy_lawful;
    const struct destroy_acts acts = {
        .decides = f->acts.decides != E_GENESIS ? f->acts.decides : l->decides,
        .rule = or_lawful(f->acts.rule, l->rule),
        .not_before = or_lawful(f->acts.not_before, l->not_before),
        .decided = {or_lawful(f->acts.decided[0], l->decided[0]), or_lawful(f->acts.decided[1], l->decided[1])},
        .epoch = or_lawful(f->acts.epoch, l->epoch),
        .done = {or_lawful(f->acts.done[0], l->done[0]), or_lawful(f->acts.done[1], l->done[1])}};
    char text[DESTROY_INDEX_SIZE];
    struct ledger_head head;
    uint64_t index = 0, decision = 0;
    must(ledger_head_get(archive_ledger(r->c->a), r->ar, &head, &e));
    if (f->decision_later) {
        must(destroy_begin(r->c->a, object, destroy_index_text(head.size + 1, text), &index, &e));
    }
    must(destroy_decide(r->c->a, f->decision_elsewhere ? other : object, &acts, &decision, &e));
    if (!f->decision_later) {
        const char *line = or_lawful(f->decision, destroy_index_text(decision, text));
        must(destroy_begin(r->c->a, f->begin_elsewhere ? other : object, line, &index, &e));
    }
    must(destroy_done(r->c->a, object, &acts, or_lawful(f->begin, destroy_index_text(index, text)), &index, &e));
}

static void test_a_chain_that_does_not_hold_gets_no_verdict(void **state)
{
    struct request_case *r = *state;
    log_threshold(LOG_ERROR + 1);
    for (size_t i = 0; i < COUNT_OF(flaws); i++) {
        struct document d CLEANUP(document_free) = filed_document(r);
        struct request_filed other = file_kind(r, REQUEST_FOI);
        struct request_view elsewhere = open_request(r, &other);
        struct verdict v;
        struct err why = ERR_INIT;
        destroy_with(r, &d.view.id, &elsewhere.id, &flaws[i]);
        if (verify_proof(r->c->a, buf_str(&d.proof), NULL, r->ar, &v, &why) || why.code != ERR_CORRUPT) {
            fail_msg("%s: %s, %s", flaws[i].what, verdict_kind_name(v.kind), why.text);
        }
        must_fail(verify_proof(r->c->a, buf_str(&d.proof), d.letter, r->ar, &v, &e), ERR_CORRUPT);
        is_kind(by_proof(r, &d, d.file), "genuine");
        is_kind(by_proof(r, &d, d.none), "changed");
        is_kind(by_digest(r, d.letter), "unknown");
    }
    log_threshold(LOG_ERROR);
}

/* A beginning on a later day than the decision allows is lawful; the day counts when it begins, not when it ends. */
static void test_it_is_the_day_of_the_beginning(void **state)
{
    struct request_case *r = *state;
    struct document d CLEANUP(document_free) = filed_document(r);
    struct destroy_acts acts = destroy_lawful;
    char text[DESTROY_INDEX_SIZE];
    uint64_t index = 0;
    struct verdict v;
    acts.not_before = "2026-11-23";
    must(destroy_decide(r->c->a, &d.view.id, &acts, &index, &e));
    r->c->now = CASE_NOW + 86400;
    must(destroy_begin(r->c->a, &d.view.id, destroy_index_text(index, text), &index, &e));
    is_kind(by_proof(r, &d, NULL), "genuine"); /* decided and begun is not done */
    r->c->now = CASE_NOW + 5 * 86400;
    must(destroy_done(r->c->a, &d.view.id, &acts, destroy_index_text(index, text), &index, &e));
    must_fail(verify_proof(r->c->a, buf_str(&d.proof), NULL, r->ar, &v, &e), ERR_CORRUPT);
    must(destroy_lawfully(r->c->a, &d.view.id, &index, &e)); /* once more, as it should be: the newest counts */
    v = by_proof(r, &d, NULL);
    is_destroyed(&v, "2026-11-26", index);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_the_file_of_proof_tells_of_the_end),
        T(test_a_changed_letter_stays_changed),
        T(test_number_and_code_tell_of_it),
        T(test_another_copy_of_it_stays_genuine),
        T(test_a_bare_digest_never_does),
        T(test_the_proof_of_a_public_record_does),
        T(test_a_chain_that_does_not_hold_gets_no_verdict),
        T(test_it_is_the_day_of_the_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
