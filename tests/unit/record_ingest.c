/* Bulk ingest: byte for byte, whole records only, going on after an interruption, what cannot be read, media types and
 * the helper that finds them, paper. */
#include "record_case.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct archive_case *shared;

static int set_up(void **state)
{
    (void)state;
    shared = case_make();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    case_end(shared);
    return 0;
}

/* ---------------------------------------------------------------- items from memory */

struct doc {
    char name[40];
    struct case_bytes source;
    bool unreadable;
};

static bool doc_open(struct ingest_item *it, struct content_source *src, struct err *e)
{
    struct doc *d = it->ctx;
    if (d->unreadable)
        return err_set(e, ERR_IO, "the disk says no");
    d->source.at = 0;
    *src = (struct content_source){.read = case_bytes_read, .ctx = &d->source, .size_hint = d->source.b.n};
    return true;
}

static void doc_close(struct ingest_item *it)
{
    (void)it;
}

/* A size for each path through the store: empty, inline, one chunk, several. */
static size_t doc_size(size_t i)
{
    static const size_t sizes[] = {0, 1, 300, CONTENT_INLINE_MAX, CONTENT_INLINE_MAX + 1, 5000, 70000, 200000};
    return i % 97 == 96 ? 2 * CONTENT_CHUNK + 17 : sizes[i % COUNT_OF(sizes)];
}

static void doc_make(struct doc *d, struct ingest_item *it, size_t i, const struct id *file)
{
    size_t n = doc_size(i);
    uint8_t *p = malloc(n + 1);
    assert_non_null(p);
    for (size_t k = 0; k < n; k++)
        p[k] = i % 2 ? (uint8_t) "Zaświadcza się, co następuje. "[(k + i) % 30] : (uint8_t)((k * 2654435761u + i) >> 7);
    *d = (struct doc){.source = {.b = {p, n}}};
    snprintf(d->name, sizeof d->name, "dokument-%04zu.txt", i);
    *it = (struct ingest_item){.file = *file, .open = doc_open, .close = doc_close, .ctx = d, .size = n};
    it->in = (struct record_input){.name = str_of(d->name), .dated = DAY_NONE, .media_type = STR("text/plain")};
}

static void docs_free(struct doc *docs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)docs[i].source.b.p);
    free(docs);
}

struct seen {
    struct record r[1200];
    bool there[1200];
    size_t n, stop_after;
};

static bool see(void *ctx, size_t item, const struct record *r, struct str mark, struct err *e)
{
    struct seen *s = ctx;
    (void)e;
    assert_true(item < COUNT_OF(s->r) && !s->there[item]);
    assert_true(mark.n > 5);
    s->r[item] = *r;
    s->there[item] = true;
    return ++s->n != s->stop_after;
}

static struct verify_result verify_all(void)
{
    struct verify_result v;
    const struct verify_options o = {.all = true};
    must(record_verify(shared->a, &o, NULL, NULL, NULL, &v, &e));
    return v;
}

/* ---------------------------------------------------------------- */

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    const size_t n = 300;
    struct case_file f = case_file_open(shared, "IA", "1431", "pierwsza"),
                     g = case_file_open(shared, "IA", "1431", "druga");
    struct doc *docs = calloc(n, sizeof *docs);
    struct ingest_item *items = calloc(n, sizeof *items);
    struct seen *s = calloc(1, sizeof *s);
    uint64_t bytes[2] = {0, 0};
    for (size_t i = 0; i < n; i++) {
        doc_make(&docs[i], &items[i], i, i % 3 ? &f.id : &g.id);
        bytes[i % 3 == 0] += doc_size(i);
    }
    must(record_ingest(shared->a, items, n, &case_clerk, see, s, NULL, &e));
    assert_int_equal(s->n, n);
    for (size_t i = 0; i < n; i++) {
        struct digests d;
        assert_int_equal(items[i].state, INGEST_STORED);
        digests_of(docs[i].source.b, &d);
        assert_true(digests_equal(&d, &s->r[i].digests));
        case_same_bytes(shared, &s->r[i], docs[i].source.b);
    }
    f = case_file_get(shared, f.mark);
    g = case_file_get(shared, g.mark);
    assert_int_equal(f.records, 200);
    assert_int_equal(f.bytes, bytes[0]);
    assert_int_equal(g.records, 100);
    assert_int_equal(g.bytes, bytes[1]);
    struct verify_result v = verify_all();
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.not_checked, 0);
    assert_true(v.checked >= n);
    docs_free(docs, n);
    free(items);
    free(s);
}

static bool count_each(const struct record *r, void *ctx, struct err *e)
{
    uint64_t *next = ctx;
    (void)e;
    assert_int_equal(r->seq, ++*next);
    return true;
}

static void an_interruption_is_made_good(void **state)
{
    (void)state;
    const size_t n = 400;
    struct case_file f = case_file_open(shared, "IB", "1431", "przerwana");
    struct doc *docs = calloc(n, sizeof *docs);
    struct ingest_item *items = calloc(n, sizeof *items);
    struct seen *s = calloc(1, sizeof *s);
    for (size_t i = 0; i < n; i++) {
        doc_make(&docs[i], &items[i], i, &f.id);
        items[i].resume = true;
    }
    snprintf(docs[7].name, sizeof docs[7].name, "%s", docs[15].name); /* the same name and size twice */
    items[7].in.name = str_of(docs[7].name);
    items[15].in.name = str_of(docs[15].name);
    s->stop_after = 100;
    must_fail(record_ingest(shared->a, items, n, &case_clerk, see, s, NULL, &e), ERR_INTERRUPTED);
    uint64_t before = case_file_get(shared, f.mark).records;
    assert_true(before >= 100 && before < n);
    memset(s, 0, sizeof *s);
    must(record_ingest(shared->a, items, n, &case_clerk, see, s, NULL, &e));
    assert_int_equal(s->n, n);
    size_t skipped = 0;
    for (size_t i = 0; i < n; i++) {
        skipped += items[i].state == INGEST_SKIPPED;
        if (i != 7 && i != 15)
            case_same_bytes(shared, &s->r[i], docs[i].source.b);
    }
    assert_int_equal(skipped, before);
    assert_int_equal(case_file_get(shared, f.mark).records, n);
    uint64_t next = 0;
    must(file_records(shared->a, &f.id, true, count_each, &next, &e));
    assert_int_equal(next, n);
    docs_free(docs, n);
    free(items);
    free(s);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    const size_t n = 20;
    struct case_file f = case_file_open(shared, "IC", "1431", "z błędem");
    struct doc *docs = calloc(n, sizeof *docs);
    struct ingest_item *items = calloc(n, sizeof *items);
    struct seen *s = calloc(1, sizeof *s);
    struct err e = ERR_INIT;
    for (size_t i = 0; i < n; i++)
        doc_make(&docs[i], &items[i], i, &f.id);
    docs[4].unreadable = docs[9].unreadable = true;
    items[11].in.name = STR("zły\x01znak");
    assert_false(record_ingest(shared->a, items, n, &case_clerk, see, s, NULL, &e));
    assert_non_null(strstr(e.text, "3 of 20"));
    assert_int_equal(s->n, n - 3);
    assert_int_equal(items[4].state, INGEST_FAILED);
    assert_int_equal(items[11].state, INGEST_FAILED);
    assert_int_equal(case_file_get(shared, f.mark).records, n - 3);
    docs_free(docs, n);
    free(items);
    free(s);
}

static void an_unknown_file_is_told_before_anything(void **state)
{
    (void)state;
    struct id none = {{9}};
    struct doc d;
    struct ingest_item it;
    doc_make(&d, &it, 3, &none);
    must_fail(record_ingest(shared->a, &it, 1, &case_clerk, NULL, NULL, NULL, &e), ERR_NOT_FOUND);
    free((void *)(uintptr_t)d.source.b.p);
}

/* E1518 § 6: documents of a settled case do not change; only a list that imports settled cases may bring more. */
static void a_closed_file_takes_no_documents(void **state)
{
    (void)state;
    struct doc d[2];
    struct ingest_item items[2];
    struct record r;
    struct case_bytes source = {.b = bytes_of(STR("12345"))};
    const struct record_input in = {.name = STR("b.txt"), .dated = DAY_NONE};
    struct case_file f = case_file_open(shared, "ID", "1431", "zamknięta");
    case_record(shared, &f.id, "a.txt", bytes_of(STR("1234567890")));
    must(file_close(shared->a, f.mark, case_day("2026-11-21"), &case_clerk, &e));
    must_fail(record_add(shared->a, &f.id, &in, (struct content_source){.read = case_bytes_read, .ctx = &source},
                         &case_clerk, shared->ar, &r, &e),
              ERR_STATE);
    for (size_t i = 0; i < 2; i++)
        doc_make(&d[i], &items[i], i, &f.id);
    must_fail(record_ingest(shared->a, items, 2, &case_clerk, NULL, NULL, NULL, &e), ERR_STATE);
    assert_int_equal(case_file_get(shared, f.mark).records, 1);
    items[0].settled_too = items[1].settled_too = true;
    must(record_ingest(shared->a, items, 2, &case_clerk, NULL, NULL, NULL, &e));
    assert_int_equal(case_file_get(shared, f.mark).records, 3);
    case_doctor_finds_nothing(shared);
    for (size_t i = 0; i < 2; i++)
        free((void *)(uintptr_t)d[i].source.b.p);
}

/* ---------------------------------------------------------------- describing anew */

static void a_description_has_versions(void **state)
{
    (void)state;
    struct case_file f = case_file_open(shared, "IE", "1431", "opis");
    struct record r = case_record(shared, &f.id, "pismo.txt", bytes_of(STR("treść"))), now;
    const struct record_input in = {.title = STR("Odwołanie z 3 maja"), .access = ACCESS_RESTRICTED, .dated = DAY_NONE};
    must(record_describe(shared->a, &r.id, &in, &case_clerk, &e));
    must(record_get(shared->a, &r.id, true, shared->ar, &now, &e));
    assert_str(now.title, "Odwołanie z 3 maja");
    assert_str(now.name, "pismo.txt");
    assert_str(now.origin, "received");
    assert_int_equal(now.access, ACCESS_RESTRICTED);
    assert_int_equal(now.events, 2);
    must(record_get(shared->a, &r.id, false, shared->ar, &now, &e));
    assert_int_equal(now.title.n, 0); /* sealed */
    const struct verify_options o = {.ids = &r.id, .id_count = 1};
    struct verify_result v;
    must(record_verify(shared->a, &o, NULL, NULL, NULL, &v, &e));
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.checked, 1);
    const struct record_input bad = {.origin = STR("elsewhere"), .dated = DAY_NONE};
    must_fail(record_describe(shared->a, &r.id, &bad, &case_clerk, &e), ERR_INVALID);
}

static void ranges_are_exact(void **state)
{
    (void)state;
    const size_t n = 3 * CONTENT_CHUNK + 100;
    uint8_t *p = malloc(n), got[100];
    size_t have;
    struct case_file f = case_file_open(shared, "IF", "1431", "zakres");
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(i * 2654435761u >> 9);
    struct record r = case_record(shared, &f.id, "duży.bin", (struct bytes){p, n});
    const size_t places[] = {0, 1, CONTENT_CHUNK - 50, CONTENT_CHUNK, 2 * CONTENT_CHUNK + 7, n - 100};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        must(record_read_range(shared->a, &r, places[i], got, sizeof got, &have, &e));
        assert_int_equal(have, sizeof got);
        assert_memory_equal(got, p + places[i], have);
    }
    must(record_read_range(shared->a, &r, n - 10, got, sizeof got, &have, &e));
    assert_int_equal(have, 10);
    free(p);
}

/* ---------------------------------------------------------------- media types */

static void types_are_told_by_content(void **state)
{
    (void)state;
    static const struct {
        const char *name, *type;
        struct str head;
    } docs[] = {
        {"liar.txt", "application/pdf", STR_INIT("%PDF-1.7\n%\xc7\xec\x8f\xa2\n1 0 obj\n<<>>\nendobj\n")},
        {"obraz", "image/png", STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0")},
        {"tekst", "text/plain", STR_INIT("Uprzejmie informuję, że sprawa została załatwiona.\n")},
        {"arkusz", "text/xml", STR_INIT("<?xml version=\"1.0\"?>\n<a/>\n")},
    };
    struct case_file f = case_file_open(shared, "IG", "1431", "typy");
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        struct case_bytes source = {.b = bytes_of(docs[i].head)};
        struct record r;
        const struct record_input in = {.name = str_of(docs[i].name), .dated = DAY_NONE};
        must(record_add(shared->a, &f.id, &in, (struct content_source){.read = case_bytes_read, .ctx = &source},
                        &case_clerk, shared->ar, &r, &e));
        assert_true(str_is(r.media_type, docs[i].type));
    }
    struct doc d[COUNT_OF(docs)];
    struct ingest_item items[COUNT_OF(docs)];
    struct seen *s = calloc(1, sizeof *s);
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        doc_make(&d[i], &items[i], 0, &f.id);
        free((void *)(uintptr_t)d[i].source.b.p);
        d[i].source.b = bytes_of(docs[i].head);
        items[i].in.media_type = STR("");
    }
    must(record_ingest(shared->a, items, COUNT_OF(docs), &case_clerk, see, s, NULL, &e));
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        struct record r;
        must(record_get(shared->a, &s->r[i].id, true, shared->ar, &r, &e));
        assert_true(str_is(r.media_type, docs[i].type));
    }
    free(s);
}

/* What is told without the database is told as the database tells it. */
static void types_of_long_text_stay(void **state)
{
    static const struct {
        const char *type, *once, *again;
    } docs[] = {
        {"text/plain", "Protokół\n", "Zapłata 443,00 zł nastąpi o 13:05, zgodnie z umową: w kasie.\n"},
        {"message/rfc822", "From: a@b.example\nTo: c@d.example\nSubject: pismo\n\n", "Kwota 443,00 zł, o 13:05.\n"},
        {"text/csv", "nr,kwota,opis\n", "1,443,opis\n"},
        {"text/csv", "", "12,34\n"},
        {"application/x-subrip", "", "1\n00:00:20,000 --> 00:00:24,400\nTekst\n\n"},
        {"text/xml", "<?xml version=\"1.0\"?>\n<a>\n", "<b>443,00</b>\n"},
        {"image/svg+xml", "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\">\n", "<g/>\n"},
        {"application/pdf", "%PDF-1.4\n", "0 0 0\n"},
    };
    (void)state;
    struct inspector *i = inspector_start(shared->inspector);
    assert_non_null(i);
    for (size_t d = 0; d < COUNT_OF(docs); d++) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(8192);
        char type[128];
        buf_add_z(&text, docs[d].once);
        while (text.n < 4000)
            buf_add_z(&text, docs[d].again);
        inspector_type(i, buf_bytes(&text), type, sizeof type);
        assert_string_equal(type, docs[d].type);
    }
    inspector_stop(&i);
}

/* A helper made of shell, to crash and hang at will. */
static void helper_of(const char *text, char path[400])
{
    snprintf(path, 400, "%s/helper-XXXXXX", shared->dir.path);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    fchmod(fd, 0700);
    close(fd);
}

static void a_broken_helper_means_unknown(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "#!/bin/sh\nexit 3\n",
        "#!/bin/sh\nkill -SEGV $$\n",
        "#!/bin/sh\necho '../../etc/passwd'\nexit 0\n",
        "#!/bin/sh\necho 'text/plain; rm -rf'\nexit 0\n",
        "#!/bin/sh\nhead -c 4000 /dev/zero | tr '\\0' x\nexit 0\n",
    };
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        char path[400], type[100] = "?";
        helper_of(broken[i], path);
        struct inspector *in CLEANUP(inspector_stop) = inspector_start(path);
        assert_non_null(in);
        for (int again = 0; again < 2; again++) { /* a fresh one for the next item */
            inspector_type(in, bytes_of(STR("text")), type, sizeof type);
            assert_string_equal(type, "");
        }
    }
    if (getenv("AKTA_VALGRIND") == NULL) /* under it a spawn of nothing seems to work */
        assert_null(inspector_start("/no/such/program"));
    char type[10] = "?";
    inspector_type(NULL, bytes_of(STR("text")), type, sizeof type);
    assert_string_equal(type, "");
}

static void a_hanging_helper_is_left_after_two_seconds(void **state)
{
    (void)state;
    char path[400], mark[420], script[1200], type[100] = "?";
    /* Hangs on its first start, answers on the second. */
    helper_of("#!/bin/sh\n", path);
    snprintf(mark, sizeof mark, "%s.seen", path);
    snprintf(script, sizeof script,
             "#!/bin/sh\nif [ -e %s ]; then head -c 8 >/dev/null; echo text/x-second; exec sleep 9; fi\n: >%s\nexec "
             "sleep 9\n",
             mark, mark);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, script, strlen(script)), (ssize_t)strlen(script));
    close(fd);
    struct inspector *in CLEANUP(inspector_stop) = inspector_start(path);
    uint64_t start = monotonic_ns();
    inspector_type(in, bytes_of(STR("text")), type, sizeof type);
    uint64_t took = (monotonic_ns() - start) / 1000000;
    assert_string_equal(type, "");
    assert_true(took >= 1900 && took < 4000);
    inspector_type(in, bytes_of(STR("text")), type, sizeof type);
    assert_string_equal(type, "text/x-second");
}

static void the_helper_is_locked_down(void **state)
{
    (void)state;
    char command[500], out[1000];
    snprintf(command, sizeof command, "%s", shared->inspector);
    int fds[2], status;
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[1], 1);
        execl(command, "akta-inspect", "--self-test", (char *)NULL);
        _exit(127);
    }
    close(fds[1]);
    size_t n = 0;
    for (ssize_t got; n + 1 < sizeof out && (got = read(fds[0], out + n, sizeof out - 1 - n)) > 0;)
        n += (size_t)got;
    out[n] = '\0';
    close(fds[0]);
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_null(strstr(out, "POSSIBLE"));
    assert_non_null(strstr(out, "open a file: refused"));
    assert_non_null(strstr(out, "open a socket: refused"));
    assert_non_null(strstr(out, "run a program: refused"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(an_interruption_is_made_good),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(an_unknown_file_is_told_before_anything),
        cmocka_unit_test(a_closed_file_takes_no_documents),
        cmocka_unit_test(a_description_has_versions),
        cmocka_unit_test(ranges_are_exact),
        cmocka_unit_test(types_are_told_by_content),
        cmocka_unit_test(types_of_long_text_stay),
        cmocka_unit_test(a_broken_helper_means_unknown),
        cmocka_unit_test(a_hanging_helper_is_left_after_two_seconds),
        cmocka_unit_test(the_helper_is_locked_down),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
