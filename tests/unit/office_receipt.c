/* The receipt and its proof: what a stranger can check with coreutils and openssl, and that a change is seen. */
#include "request_case.h"
#include "shell.h"

#include <errno.h>
#include <fcntl.h>

static const char *const attached = "treść załącznika\n";

static struct request_filed file_with_attachments(struct request_case *r)
{
    char token[DRAFT_TOKEN_SIZE];
    struct request_form form = sound_form(REQUEST_FOI);
    form.content = STR("Pierwszy wiersz\n=== nie sekcja\nżółć");
    draft_new(token);
    attach(r, token, "a.txt", bytes_of(str_of(attached)));
    attach(r, token, "b.txt", bytes_of(STR("drugi")));
    return file_form(r, &form, token, NULL);
}

static struct request_view published(struct request_case *r, const struct request_filed *f)
{
    must(ledger_publish(archive_ledger(r->c->a), &e));
    return open_request(r, f);
}

/* ---------------------------------------------------------------- running the page's own commands */

struct folder {
    char path[400];
};

static void put(const struct folder *f, const char *name, struct bytes b)
{
    char path[500];
    snprintf(path, sizeof path, "%s/%s", f->path, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, b.p, b.n), b.n);
    close(fd);
}

static struct folder folder_of(struct request_case *r, const char *name, struct bytes proof)
{
    struct folder f;
    snprintf(f.path, sizeof f.path, "%s/%s", r->c->dir.path, name);
    assert_int_equal(mkdir(f.path, 0700), 0);
    put(&f, "receipt.txt", proof);
    return f;
}

static void run(const struct folder *f, char *out, size_t size)
{
    char script[1200];
    snprintf(script, sizeof script,
             "cd '%s' && sed -n 's/^    //p;/^=== /q' receipt.txt > ../run.sh && sh ../run.sh 2>&1", f->path);
    shell_run(script, out, size);
}

#define ALL_OK                                                                                                         \
    "letter 1 ok\nletter 2 ok\nletter 3 ok\nletter 4 ok\n"                                                             \
    "file-1 1 ok\nfile-1 2 ok\nfile-1 3 ok\nfile-1 4 ok\n"                                                             \
    "file-2 2 ok\nfile-2 3 ok\nfile-2 4 ok\n"

static void test_a_stranger_can_check_it(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_with_attachments(r);
    for (int i = 0; i < 5; i++) { /* neighbours in the tree */
        file_kind(r, REQUEST_FOI);
    }
    struct request_view v = published(r, &f);
    struct buf proof CLEANUP(buf_free) = BUF_INIT(4u << 20);
    char out[4000];
    assert_true(v.published);
    must(receipt_proof(r->d, &v, &proof, &e));
    struct folder ok = folder_of(r, "ok", buf_bytes(&proof));
    put(&ok, "file-1", bytes_of(str_of(attached)));
    run(&ok, out, sizeof out);
    assert_string_equal(out, ALL_OK);
    struct folder other = folder_of(r, "other", buf_bytes(&proof));
    put(&other, "file-1", bytes_of(STR("treść podmieniona\n")));
    run(&other, out, sizeof out);
    assert_non_null(strstr(out, "file-1 1 WRONG"));
    assert_non_null(strstr(out, "letter 1 ok"));
}

/* A changed letter, entry or signature is seen. */
static void test_a_forged_receipt_is_seen(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_with_attachments(r);
    struct request_view v = published(r, &f);
    struct buf proof CLEANUP(buf_free) = BUF_INIT(4u << 20);
    char out[4000];
    must(receipt_proof(r->d, &v, &proof, &e));
    static const struct {
        const char *at, *to, *said;
    } forgeries[] = {
        {"Pierwszy wiersz", "Ostatni wiersz!", "letter 1 WRONG"},
        {"due 2026-12-07", "due 2026-12-06", "letter 3 WRONG"},
        {"number 2026-000001", "number 2026-000002", "letter 3 WRONG"},
    };
    for (size_t i = 0; i < COUNT_OF(forgeries); i++) {
        struct buf forged CLEANUP(buf_free) = BUF_INIT(4u << 20);
        char name[20];
        buf_add(&forged, proof.p, proof.n);
        uint8_t *at = memmem(forged.p, forged.n, forgeries[i].at, strlen(forgeries[i].at));
        assert_non_null(at);
        memcpy(at, forgeries[i].to, strlen(forgeries[i].to));
        snprintf(name, sizeof name, "forged-%zu", i);
        struct folder folder = folder_of(r, name, buf_bytes(&forged));
        run(&folder, out, sizeof out);
        if (!strstr(out, forgeries[i].said)) {
            fail_msg("%s: %s", forgeries[i].at, out);
        }
    }
}

static void test_before_the_checkpoint_it_says_so(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_with_attachments(r);
    struct request_view v = open_request(r, &f);
    struct buf proof CLEANUP(buf_free) = BUF_INIT(4u << 20);
    assert_false(v.published);
    must_fail(receipt_proof(r->d, &v, &proof, &e), ERR_STATE);
}

/* body, hour of entering the system, hour of its making, digests. */
static void test_the_fields_of_an_official_acknowledgment(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_with_attachments(r);
    struct request_view v = published(r, &f);
    struct receipt receipt;
    struct digests d;
    must(receipt_make(r->d, &v, r->ar, &receipt, &e));
    assert_string_equal(receipt.number, f.number);
    assert_true(receipt.office.n > 0);
    assert_int_equal(receipt.received, f.received);
    assert_true(receipt.made >= receipt.received);
    assert_int_equal(receipt.file_count, 3);
    digests_of(bytes_of(str_of(attached)), &d);
    assert_true(str_is(receipt.files[1].name, "a.txt"));
    assert_true(digests_equal(&d, &receipt.files[1].digests));
    assert_true(receipt.published);
    assert_true(receipt.size > LOG_PLACE(receipt.entry));
    assert_true(str_is(receipt.origin, "records.test.example/log"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_a_stranger_can_check_it),
        T(test_a_forged_receipt_is_seen),
        T(test_before_the_checkpoint_it_says_so),
        T(test_the_fields_of_an_official_acknowledgment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
