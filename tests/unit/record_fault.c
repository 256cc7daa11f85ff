/* Memory that runs out at any allocation: the call says so, nothing is half done, and the same call works afterwards.
 */
#include "record_case.h"

#include <fcntl.h>

static struct archive_case *shared;
static struct case_file file;

static int set_up(void **state)
{
    (void)state;
    shared = case_make();
    file = case_file_open(shared, "PA", "1431", "pamięć");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    case_end(shared);
    return 0;
}

/* Fails the first, the second, … allocation until a run needs no more than that. Returns how many were failed. */
static unsigned sweep(bool (*call)(struct err *e), unsigned step)
{
    for (unsigned n = 1, tries = 0;; n += step, tries++) {
        struct err e = ERR_INIT;
        mem_fault_after(n);
        bool ok = call(&e);
        mem_fault_after(0);
        if (ok)
            return tries;
        if (e.code != ERR_MEMORY)
            fail_msg("allocation %u: %s: %s", n, err_name(e.code), e.text);
        assert_true(n < 100000);
    }
}

static bool add_one(struct err *e)
{
    static uint8_t content[5000];
    struct case_bytes source = {.b = {content, sizeof content}};
    struct record r;
    const struct record_input in = {.name = STR("pismo"), .dated = DAY_NONE, .media_type = STR("text/plain")};
    return record_add(shared->a, &file.id, &in, (struct content_source){.read = case_bytes_read, .ctx = &source},
                      &case_clerk, shared->ar, &r, e);
}

static void adding(void **state)
{
    (void)state;
    uint64_t before = case_file_get(shared, file.mark).records;
    assert_true(sweep(add_one, 2) > 5);
    assert_int_equal(case_file_get(shared, file.mark).records, before + 1);
}

static bool open_one(struct err *e)
{
    struct case_file f;
    const struct file_opening in = {
        .unit = STR("PB"), .symbol = STR("1431"), .title = STR("sprawa"), .opened = DAY_NONE};
    return file_open(shared->a, &in, &case_clerk, shared->ar, &f, e);
}

static void opening_burns_no_number(void **state)
{
    (void)state;
    assert_true(sweep(open_one, 2) > 5);
    case_file_get(shared, STR("PB.1431.1.2026"));
    assert_str(case_file_open(shared, "PB", "1431", "druga").mark, "PB.1431.2.2026");
}

struct fault_item {
    struct case_bytes source;
};

static bool item_open(struct ingest_item *it, struct content_source *src, struct err *e)
{
    struct fault_item *f = it->ctx;
    (void)e;
    f->source.at = 0;
    *src = (struct content_source){.read = case_bytes_read, .ctx = &f->source, .size_hint = f->source.b.n};
    return true;
}

static void item_close(struct ingest_item *it)
{
    (void)it;
}

static bool ingest_some(struct err *e)
{
    static uint8_t content[20][4000];
    static struct fault_item docs[20];
    static struct ingest_item items[20];
    static char names[20][16];
    for (size_t i = 0; i < 20; i++) {
        snprintf(names[i], sizeof names[i], "x%zu", i);
        docs[i].source.b = (struct bytes){content[i], sizeof content[i]};
        items[i] = (struct ingest_item){.file = file.id,
                                        .open = item_open,
                                        .close = item_close,
                                        .ctx = &docs[i],
                                        .size = sizeof content[i],
                                        .resume = true};
        items[i].in = (struct record_input){.name = str_of(names[i]), .dated = DAY_NONE};
    }
    return record_ingest(shared->a, items, 20, &case_clerk, NULL, NULL, NULL, e);
}

static void ingest(void **state)
{
    (void)state;
    uint64_t before = case_file_get(shared, file.mark).records;
    assert_true(sweep(ingest_some, 31) > 3);
    assert_int_equal(case_file_get(shared, file.mark).records, before + 20);
}

static bool verify_all(struct err *e)
{
    struct verify_result v;
    const struct verify_options o = {.all = true};
    if (!record_verify(shared->a, &o, NULL, NULL, NULL, &v, e))
        return false;
    assert_int_equal(v.faults, 0); /* a lack of memory is no fault of a record */
    assert_int_equal(v.not_checked, 0);
    return true;
}

static void verification(void **state)
{
    (void)state;
    assert_true(sweep(verify_all, 29) > 3);
}

static bool read_list(struct err *e)
{
    struct manifest *m = NULL;
    size_t problems = 0;
    bool ok =
        manifest_read(shared->a,
                      STR("mark,class,unit,title,opened,closed,path\n,1431,PC,t,2020-01-01,2021-01-01,\"a\"\"b\"\n"
                          ",143,PC,t,2020-01-01,,c\n"),
                      NULL, NULL, &m, &problems, e);
    manifest_free(&m);
    assert_true(!ok || problems == 1);
    return ok;
}

static void lists(void **state)
{
    (void)state;
    assert_true(sweep(read_list, 1) > 5);
}

static bool evidence_none(void *ctx, const char *name,
                          bool (*write)(void *wctx, bool (*sink)(void *, struct bytes, struct err *), void *sctx,
                                        struct err *),
                          void *wctx, struct err *e)
{
    (void)ctx;
    (void)name;
    struct buf out CLEANUP(buf_free) = BUF_INIT(1u << 20);
    return write(wctx, case_collect, &out, e) && buf_ok(&out, e);
}

static struct record known;

static bool evidence(struct err *e)
{
    return record_evidence(shared->a, &known.id, evidence_none, NULL, e);
}

static void handing_over(void **state)
{
    (void)state;
    known = case_record(shared, &file.id, "dowód", bytes_of(STR("treść")));
    assert_true(sweep(evidence, 3) > 5);
}

static void no_finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    struct err *first = ctx;
    (void)mend;
    if (first->code == ERR_NONE)
        err_set(first, ERR_CORRUPT, "%s: %s", place, wrong);
}

static bool doctor(struct err *e)
{
    struct err first = ERR_INIT;
    uint64_t checked;
    bool ok = archive_doctor(shared->a, false, no_finding, &first, &checked, e);
    if (first.code != ERR_NONE)
        fail_msg("%s", first.text);
    return ok;
}

static void examination(void **state)
{
    (void)state;
    assert_true(sweep(doctor, 97) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding),      cmocka_unit_test(opening_burns_no_number),
        cmocka_unit_test(ingest),      cmocka_unit_test(verification),
        cmocka_unit_test(lists),       cmocka_unit_test(handing_over),
        cmocka_unit_test(examination),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
