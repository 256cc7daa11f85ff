/* Drafts: kept for a day under a key that only their token gives; files are looked at, counted and carried into the
 * request; nothing of an upload that fails stays. */
#include "request_case.h"

static struct bytes text(const char *z)
{
    return bytes_of(str_of(z));
}

static struct draft open_draft(struct request_case *r, const char *token)
{
    struct draft d;
    must(draft_open(r->d, str_of(token), r->ar, &d, &e));
    return d;
}

static bool draft_is_there(struct request_case *r, const char *token)
{
    struct draft d;
    struct err e = ERR_INIT;
    bool there = draft_open(r->d, str_of(token), r->ar, &d, &e);
    assert_true(there || e.code == ERR_NOT_FOUND);
    return there;
}

static uint64_t content_files(struct request_case *r)
{
    struct store_figures f;
    must(store_figures_get(archive_store(r->c->a), true, &f, &e));
    return f.content_files;
}

/* Bytes that do not shrink, of no format, the same in every run. */
static uint8_t *noise(size_t n)
{
    uint8_t *p = calloc(1, n);
    uint32_t x = 2463534242u;
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        p[i] = (uint8_t)(x >> 8);
    }
    memcpy(p, "%PDF-1.7\n", 9);
    return p;
}

static void test_a_draft_is_kept_with_its_faults(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    struct request_form form = {
        .kind = REQUEST_FOI, .way = REQUEST_EMAIL, .email = STR("bez-malpy"), .content = STR("")};
    draft_new(token);
    assert_false(draft_is_there(r, token));
    must(draft_save(r->d, str_of(token), &form, r->ar, &e));
    struct draft d = open_draft(r, token);
    assert_true(str_is(d.form.email, "bez-malpy"));
    assert_int_equal(d.form.way, REQUEST_EMAIL);
    assert_int_equal(d.expires - d.made, 24 * 3600);
    form.email = STR("z@malpa.pl");
    must(draft_save(r->d, str_of(token), &form, r->ar, &e));
    assert_true(str_is(open_draft(r, token).form.email, "z@malpa.pl"));
    request_doctor_finds_nothing(r);
}

static void test_files_are_attached_and_taken_away(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    uint8_t *big = noise(3u << 20);
    draft_new(token);
    struct draft_file a = attach(r, token, "C:\\Dokumenty\\skan.pdf", (struct bytes){big, 3u << 20});
    struct draft_file b = attach(r, token, "../notatka.txt", text("krótka notatka"));
    struct draft d = open_draft(r, token);
    assert_int_equal(d.file_count, 2);
    assert_true(str_is(d.files[0].name, "skan.pdf"));
    assert_true(str_is(d.files[1].name, "notatka.txt"));
    assert_int_equal(d.files[0].size, 3u << 20);
    assert_int_equal(content_files(r), 1);
    request_doctor_finds_nothing(r);
    must(draft_detach(r->d, str_of(token), a.seq, &e));
    assert_int_equal(open_draft(r, token).file_count, 1);
    assert_int_equal(content_files(r), 0);
    must_fail(draft_detach(r->d, str_of(token), a.seq, &e), ERR_NOT_FOUND);
    must(draft_drop(r->d, str_of(token), &e));
    assert_false(draft_is_there(r, token));
    must_fail(draft_detach(r->d, str_of(token), b.seq, &e), ERR_NOT_FOUND);
    must(draft_drop(r->d, str_of(token), &e));
    request_doctor_finds_nothing(r);
    free(big);
}

/* ---------------------------------------------------------------- limits and what is refused */

static void attach_fails(struct request_case *r, const char *token, const char *name, struct bytes b,
                         enum err_code want, const char *said)
{
    struct draft_file out;
    struct case_bytes source = {.b = b};
    struct err e = ERR_INIT;
    assert_false(draft_attach(r->d, str_of(token), str_of(name),
                              (struct content_source){.read = case_bytes_read, .ctx = &source}, r->ar, &out, &e));
    assert_int_equal(e.code, want);
    assert_string_equal(e.field, "files");
    if (!strstr(e.text, said)) {
        fail_msg("%s: said %s", name, e.text);
    }
    assert_int_equal(content_files(r), 0);
}

static void test_empty_files_and_programs_are_refused_in_plain_words(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    static const uint8_t windows[128] = {'M', 'Z', 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xff, 0xff};
    draft_new(token);
    attach_fails(r, token, "a.pdf", text(""), ERR_INVALID, "«a.pdf» is empty");
    attach_fails(r, token, "a.exe", text("tekst"), ERR_INVALID, "do not take the file «a.exe»");
    attach_fails(r, token, "umowa.pdf", (struct bytes){windows, sizeof windows}, ERR_INVALID, "«umowa.pdf»");
    attach_fails(r, token, "umowa.pdf", text("\177ELF\2\1\1 program"), ERR_INVALID, "«umowa.pdf»");
    attach_fails(r, token, "umowa.txt", text("#!/bin/sh\nrm -r /\n"), ERR_INVALID, "«umowa.txt»");
    assert_false(draft_is_there(r, token));
    attach(r, token, "bez.rozszerzenia", text("zwykły tekst"));
    attach(r, token, "rozklad.txt", text("MZK Siemiatycze: rozkład jazdy"));
}

static void test_limits_hold(void **state)
{
    struct request_case *r = *state;
    const struct request_limits tight = {
        .files = 2, .file_bytes = 1u << 20, .draft_bytes = 1500u << 10, .draft_hours = 1};
    char token[DRAFT_TOKEN_SIZE], second[DRAFT_TOKEN_SIZE];
    uint8_t *big = noise(3u << 20);
    request_desk_close(&r->d);
    desk_open(r, &tight);
    draft_new(token);
    draft_new(second);
    attach_fails(r, token, "duzy.pdf", (struct bytes){big, (1u << 20) + 1}, ERR_TOO_BIG,
                 "larger than the limit of 1 MB");
    attach(r, token, "a.pdf", (struct bytes){big, 1u << 20});
    must(draft_save(r->d, str_of(second), &(struct request_form){.kind = REQUEST_FOI}, r->ar, &e));
    struct draft_file out;
    struct case_bytes source = {.b = {big, 1u << 20}};
    const struct content_source src = {.read = case_bytes_read, .ctx = &source};
    must_fail(draft_attach(r->d, str_of(second), STR("b.pdf"), src, r->ar, &out, &e), ERR_FULL);
    attach(r, token, "b.txt", text("x"));
    struct case_bytes third = {.b = text("y")};
    const struct content_source more = {.read = case_bytes_read, .ctx = &third};
    must_fail(draft_attach(r->d, str_of(token), STR("c.txt"), more, r->ar, &out, &e), ERR_TOO_BIG);
    request_doctor_finds_nothing(r);
    free(big);
}

/* A source that breaks off leaves nothing. */
struct broken {
    size_t left;
};

static bool broken_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct broken *b = ctx;
    if (b->left == 0) {
        return err_set(e, ERR_IO, "the upload broke off");
    }
    *got = n < b->left ? n : b->left;
    memset(p, 'x', *got);
    b->left -= *got;
    return true;
}

static void test_half_an_upload_leaves_nothing(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    struct draft_file out;
    struct broken b = {.left = 5u << 20};
    draft_new(token);
    must_fail(draft_attach(r->d, str_of(token), STR("pol.pdf"), (struct content_source){.read = broken_read, .ctx = &b},
                           r->ar, &out, &e),
              ERR_IO);
    assert_int_equal(content_files(r), 0);
    assert_false(draft_is_there(r, token));
}

/* ---------------------------------------------------------------- time and the token */

static void test_a_day_later_it_is_gone(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE], young[DRAFT_TOKEN_SIZE];
    uint8_t *big = noise(1u << 20);
    struct request_daily done;
    struct request_form form = sound_form(REQUEST_FOI);
    draft_new(token);
    draft_new(young);
    must(draft_save(r->d, str_of(token), &form, r->ar, &e));
    attach(r, token, "a.bin", (struct bytes){big, 1u << 20});
    r->c->now += 24 * 3600 - 1;
    assert_true(draft_is_there(r, token));
    must(draft_save(r->d, str_of(young), &form, r->ar, &e));
    r->c->now += 1;
    assert_false(draft_is_there(r, token)); /* at once, before the night */
    must(request_daily(r->d, r->c->now, &done, &e));
    assert_int_equal(done.drafts_expired, 1);
    assert_int_equal(done.files_erased, 1);
    assert_int_equal(content_files(r), 0);
    assert_true(draft_is_there(r, young));
    request_doctor_finds_nothing(r);
    free(big);
}

/* A page that was open for longer sends its answers and files to the old token: the same before the night and after. */
static void test_the_same_file_once_more_is_no_other(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE], name[] = "c.txt";
    uint8_t *big = noise(1u << 20);
    uint64_t most = request_desk_limits(r->d)->files;
    struct draft d;
    draft_new(token);
    attach(r, token, "a.bin", (struct bytes){big, 1u << 20});
    attach(r, token, "b.bin", (struct bytes){big, 1u << 20}); /* under another name it is one */
    for (uint64_t files = 2; files < most; files++, name[0]++) {
        attach(r, token, name, text(name));
    }
    assert_int_equal(attach(r, token, "b.bin", (struct bytes){big, 1u << 20}).seq, 2); /* also where no other fits */
    must(draft_open(r->d, str_of(token), r->ar, &d, &e));
    assert_int_equal(d.file_count, most);
    assert_int_equal(content_files(r), 2);
    request_doctor_finds_nothing(r);
    free(big);
}

static void test_an_expired_draft_is_begun_anew(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    uint8_t *big = noise(1u << 20);
    struct request_daily done;
    struct request_form form = sound_form(REQUEST_FOI);
    struct draft d;
    draft_new(token);
    must(draft_save(r->d, str_of(token), &form, r->ar, &e));
    attach(r, token, "old.bin", (struct bytes){big, 1u << 20});
    r->c->now += 25 * 3600;
    form.content = STR("Written on the next day");
    must(draft_save(r->d, str_of(token), &form, r->ar, &e));
    must(draft_open(r->d, str_of(token), r->ar, &d, &e));
    assert_int_equal(d.file_count, 0);
    assert_true(str_is(d.form.content, "Written on the next day"));
    assert_int_equal(content_files(r), 0); /* the old file is erased, not hidden */
    r->c->now += 25 * 3600;
    attach(r, token, "new.txt", text("new"));
    must(draft_open(r->d, str_of(token), r->ar, &d, &e));
    assert_int_equal(d.file_count, 1);
    assert_int_equal(d.form.content.n, 0);
    must(request_daily(r->d, r->c->now, &done, &e));
    assert_int_equal(done.drafts_expired, 0);
    assert_true(draft_is_there(r, token));
    request_doctor_finds_nothing(r);
    free(big);
}

static void test_another_token_opens_nothing(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    struct draft d;
    struct request_form form = sound_form(REQUEST_FOI);
    draft_new(token);
    must(draft_save(r->d, str_of(token), &form, r->ar, &e));
    token[0] = token[0] == '0' ? '1' : '0';
    must_fail(draft_open(r->d, str_of(token), r->ar, &d, &e), ERR_NOT_FOUND);
    must_fail(draft_open(r->d, STR(""), r->ar, &d, &e), ERR_NOT_FOUND);
    must_fail(draft_open(r->d, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), r->ar, &d, &e), ERR_NOT_FOUND);
}

/* The sweep of the record room keeps what drafts and requests name. */
static void test_the_sweep_knows_them(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    struct daily_report report;
    uint8_t *big = noise(1u << 20);
    draft_new(token);
    attach(r, token, "a.bin", (struct bytes){big, 1u << 20});
    must(archive_daily(r->c->a, request_today(r), 0, &report, &e));
    assert_int_equal(content_files(r), 1);
    assert_int_equal(report.orphans_removed, 0);
    case_doctor_finds_nothing(r->c);
    free(big);
}

/* ---------------------------------------------------------------- into a request */

static void test_files_are_carried_into_the_request(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    uint8_t *big = noise(2u << 20);
    struct request_form form = sound_form(REQUEST_FOI);
    draft_new(token);
    must(draft_save(r->d, str_of(token), &form, r->ar, &e));
    attach(r, token, "duży.pdf", (struct bytes){big, 2u << 20});
    attach(r, token, "mały.txt", text("treść załącznika"));
    struct request_filed f = file_form(r, &form, token, "0123456789abcdef");
    assert_false(draft_is_there(r, token));
    struct request_view v = open_request(r, &f);
    assert_int_equal(v.file_count, 2);
    assert_int_equal(v.events[0].files, 2);
    assert_true(str_is(v.files[0].name, "duży.pdf"));
    struct buf out CLEANUP(buf_free) = BUF_INIT(16u << 20);
    must(request_attachment_read(r->d, &v.files[0], case_collect, &out, &e));
    assert_int_equal(out.n, 2u << 20);
    assert_memory_equal(out.p, big, 2u << 20);
    buf_reset(&out);
    must(request_attachment_read(r->d, &v.files[1], case_collect, &out, &e));
    assert_memory_equal(out.p, "treść załącznika", out.n);
    struct request_filed again = file_form(r, &form, token, "0123456789abcdef");
    assert_true(again.repeated);
    assert_string_equal(again.secret.code, f.secret.code);
    attach(r, token, "mały.txt", text("treść załącznika"));
    assert_true(file_form(r, &form, token, "0123456789abcdef").repeated);
    attach(r, token, "nowy.txt", text("inna treść"));
    struct request_filing other = {.form = form,
                                   .channel = REQUEST_PORTAL,
                                   .received = r->c->now,
                                   .once = STR("0123456789abcdef"),
                                   .draft = str_of(token)};
    must_fail(request_file(r->d, &other, NULL, r->ar, &again, NULL, &e), ERR_CONFLICT);
    assert_true(draft_is_there(r, token)); /* nothing of it is lost */
    request_doctor_finds_nothing(r);
    case_doctor_finds_nothing(r->c);
    free(big);
}

static void test_an_expired_draft_is_not_filed_without_its_files(void **state)
{
    struct request_case *r = *state;
    char token[DRAFT_TOKEN_SIZE];
    struct request_form form = sound_form(REQUEST_FOI);
    struct request_filed out;
    draft_new(token);
    attach(r, token, "a.txt", text("a"));
    r->c->now += 25 * 3600;
    const struct request_filing in = {
        .form = form, .channel = REQUEST_PORTAL, .received = r->c->now, .draft = str_of(token)};
    must_fail(request_file(r->d, &in, NULL, r->ar, &out, NULL, &e), ERR_NOT_FOUND);
    attach(r, token, "b.txt", text("b")); /* another draft in its place is not the one the letter was written in */
    struct request_filing of_the_first = in;
    of_the_first.draft_made = r->c->now - 25 * 3600;
    must_fail(request_file(r->d, &of_the_first, NULL, r->ar, &out, NULL, &e), ERR_NOT_FOUND);
    struct request_filed next = file_kind(r, REQUEST_FOI);
    assert_string_equal(next.number, "2026-000001"); /* the failed one burned no number */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_a_draft_is_kept_with_its_faults),
        T(test_files_are_attached_and_taken_away),
        T(test_empty_files_and_programs_are_refused_in_plain_words),
        T(test_limits_hold),
        T(test_half_an_upload_leaves_nothing),
        T(test_a_day_later_it_is_gone),
        T(test_the_same_file_once_more_is_no_other),
        T(test_an_expired_draft_is_begun_anew),
        T(test_another_token_opens_nothing),
        T(test_the_sweep_knows_them),
        T(test_files_are_carried_into_the_request),
        T(test_an_expired_draft_is_not_filed_without_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
