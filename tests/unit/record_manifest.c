/* Lists of case files: every problem by line before anything is written, all forms of CSV, taking in, going on. */
#include "record_case.h"

#include "archive/record/csv.h"

#include <fcntl.h>
#include <sys/stat.h>

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

/* ---------------------------------------------------------------- CSV */

static void rows_of_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fields; /* fields: | between fields, / after rows */
    } good[] = {
        {"a,b\n1,2\n", "a|b/1|2/"},
        {"a;b\r\n1;2\r\n", "a|b/1|2/"},
        {"a\tb\n1\t2", "a|b/1|2/"},
        {"\xef\xbb\xbf"
         "a,b\n",
         "a|b/"},
        {"a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", "a|b/x,y|say \"hi\"/"},
        {"a,b\n\"two\nlines\",2\n", "a|b/two\nlines|2/"},
        {"a,b\n\n\n1,2\n", "a|b/1|2/"},
        {"a,b,\n,,\n", "a|b|/||/"},
        {"a;b\n1,5;2\n", "a|b/1,5|2/"},
        {"\"a;b\",c,d\n", "a;b|c|d/"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct csv c;
        struct csv_row row;
        struct err e = ERR_INIT;
        struct buf out CLEANUP(buf_free) = BUF_INIT(1000);
        csv_begin(&c, str_of(good[i].text));
        while (csv_next(&c, shared->ar, &row, &e) == CSV_ROW) {
            for (size_t k = 0; k < row.n; k++) {
                if (k)
                    buf_add_z(&out, "|");
                buf_add_str(&out, row.fields[k]);
            }
            buf_add_z(&out, "/");
        }
        assert_int_equal(e.code, ERR_NONE);
        assert_true(str_is(buf_str(&out), good[i].fields));
    }
}

static void what_two_readers_would_read_differently(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
    } bad[] = {
        {"a,b\nx\"y,2\n3,4\n", 2},
        {"a,b\n\"x\"y,2\n3,4\n", 2},
        {"a,b\n1,2\n\"never", 3},
        {"a,b\nx\ry,2\n3,4\n", 2},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct csv c;
        struct csv_row row;
        struct err e = ERR_INIT;
        enum csv_step step;
        size_t line;
        csv_begin(&c, str_of(bad[i].text));
        do {
            line = c.line;
            step = csv_next(&c, shared->ar, &row, &e);
        } while (step == CSV_ROW);
        assert_int_equal(step, CSV_BAD);
        assert_int_equal(line, bad[i].line);
        step = csv_next(&c, shared->ar, &row, &e);
        assert_true(step == CSV_ROW || step == CSV_END);
    }
}

/* ---------------------------------------------------------------- problems */

struct problems_seen {
    size_t n, line;
    char column[40], text[600];
    bool hit; /* the one looked for */
    const char *want_column;
    size_t want_line;
};

static void note_problem(void *ctx, size_t line, const char *column, const char *what)
{
    struct problems_seen *p = ctx;
    p->n++;
    p->line = line;
    snprintf(p->column, sizeof p->column, "%s", column);
    snprintf(p->text, sizeof p->text, "%s", what);
    if (p->want_column && line == p->want_line && strcmp(column, p->want_column) == 0)
        p->hit = true;
}

static struct manifest *read_list(const char *csv, struct problems_seen *p)
{
    struct manifest *m = NULL;
    size_t problems = 0;
    must(manifest_read(shared->a, str_of(csv), note_problem, p, &m, &problems, &e));
    assert_int_equal(problems, p->n);
    return m;
}

#define HEAD "mark,class,unit,title,opened,closed,path\n"
#define WIDE "mark,class,unit,title,opened,closed,path,category,reason,record_title,origin,dated,access,shelf,facts\n"

static void every_problem_by_line(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *column;
        size_t line;
    } bad[] = {
        {"", "", 1},
        {"mark,class,unit,title,opened,closed,path,colour\n", "", 1},
        {"mark,class,class,unit,title,opened,closed,path\n", "class", 1},
        {"class,unit,opened,path\n", "title", 1},
        {"unit,title,opened,path\n", "class", 1},
        {"class,unit,title,opened\n", "path", 1},
        {HEAD ",1431,WA,t,2020-01-01,2020-02-30,a.txt\n", "closed", 2},
        {HEAD ",1431,WA,t,01.02.2020,,a.txt\n", "opened", 2},
        {HEAD ",1431,WA,t,2020-01-02,2020-01-01,a.txt\n", "closed", 2},
        {HEAD ",1431,WA,t,2020-01-01,2027-01-01,a.txt\n", "closed", 2},
        {HEAD ",143,WA,t,2020-01-01,,a.txt\n", "class", 2},
        {HEAD ",9999,WA,t,2020-01-01,,a.txt\n", "class", 2},
        {HEAD ",14x,WA,t,2020-01-01,,a.txt\n", "class", 2},
        {HEAD ",1431,wa,t,2020-01-01,,a.txt\n", "unit", 2},
        {HEAD ",1431,WA,,2020-01-01,,a.txt\n", "title", 2},
        {HEAD ",1431,WA,t,,,a.txt\n", "opened", 2},
        {HEAD ",1431,WA,t,2020-01-01,,\n", "path", 2},
        {HEAD ",1431,WA,t,2020-01-01,,a.txt\n,1431,WA,t,2020-01-01,,a.txt\n", "path", 3},
        {HEAD "WA.1431.x.2020,,,t,,,a.txt\n", "mark", 2},
        {HEAD "WA.1431.1.2020.JK,,,t,,,a.txt\n", "mark", 2},
        {HEAD "WA.1431.1.2020,1510,,t,,,a.txt\n", "mark", 2},
        {HEAD "WA.1431.1.2020,,,t,,,a.txt\nWA.1431.1.2020,,,other,,,b.txt\n", "title", 3},
        {HEAD "WA.1431.1.2020,,,t,2020-02-01,,a.txt\nWA.1431.1.2020,,,t,2020-03-01,,b.txt\n", "opened", 3},
        {HEAD ",1431,WA,t,2020-01-01,,a.txt,extra\n", "", 2},
        {HEAD ",1431,WA,t,2020-01-01,,a\"b.txt\n", "", 2},
        {HEAD ",1431,WA,\"t\n\n\nt\",2020-01-01,x,a.txt\n,1431,WA,u,2020-01-01,x,b.txt\n", "closed", 6},
        {WIDE ",1431,WA,t,2020-01-01,,a.txt,B99x,r,,,,,,\n", "category", 2},
        {WIDE ",1431,WA,t,2020-01-01,,a.txt,B5,,,,,,,\n", "reason", 2},
        {WIDE ",1431,WA,t,2020-01-01,,a.txt,,,,elsewhere,,,,\n", "origin", 2},
        {WIDE ",1431,WA,t,2020-01-01,,a.txt,,,,,yesterday,,,\n", "dated", 2},
        {WIDE ",1431,WA,t,2020-01-01,,a.txt,,,,,,secret,,\n", "access", 2},
        {WIDE ",1431,WA,t,2020-01-01,,a.txt,,,,,,,shelf 3,\n", "shelf", 2},
        {WIDE ",1431,WA,t,2020-01-01,,a.txt,,,,,,,,died=yesterday\n", "facts", 2},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct problems_seen p = {.want_column = bad[i].column, .want_line = bad[i].line};
        struct manifest *m CLEANUP(manifest_free) = read_list(bad[i].csv, &p);
        if (!p.hit)
            fail_msg("list %zu: line %zu %s is not told; told: %zu, %zu %s: %s", i, bad[i].line, bad[i].column, p.n,
                     p.line, p.column, p.text);
        if (m)
            must_fail(manifest_ingest(shared->a, m, &(struct manifest_files){0}, &case_clerk, NULL, NULL, NULL, &e),
                      ERR_INVALID);
    }
    struct problems_seen p = {.n = 0};
    struct manifest *m CLEANUP(manifest_free) =
        read_list(HEAD ",143,wa,,x,2027-01-01,\n,1431,WA,ok,2020-01-01,,b.txt\n,,,,,,\n", &p);
    assert_true(p.n >= 8); /* one pass shows them all */
    /* A quote that is never closed costs its own line, and the lines after it keep their numbers. */
    p = (struct problems_seen){.want_column = "class", .want_line = 4};
    struct manifest *open CLEANUP(manifest_free) =
        read_list(HEAD ",1431,WA,\"never,2020-01-01,,a.txt\n\n,143,WA,t,2020-01-01,,b.txt\n", &p);
    assert_true(p.hit);
    assert_int_equal(p.n, 2);
}

static void the_archive_is_asked_too(void **state)
{
    (void)state;
    struct case_file f;
    struct problems_seen p = {.want_column = "title", .want_line = 2};
    const struct file_opening in = {.mark = STR("MA.1431.3.2020"), .title = STR("pierwsza"), .opened = DAY_NONE};
    must(file_open(shared->a, &in, &case_clerk, shared->ar, &f, &e));
    struct manifest *m CLEANUP(manifest_free) = read_list(HEAD "MA.1431.3.2020,,,inna,,,a.txt\n", &p);
    assert_true(p.hit);
    p = (struct problems_seen){.n = 0};
    struct manifest *same CLEANUP(manifest_free) = read_list(HEAD "MA.1431.3.2020,,,pierwsza,,,a.txt\n", &p);
    assert_int_equal(p.n, 0);
}

/* ---------------------------------------------------------------- taking in */

static void put_file(const char *name, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", shared->dir.path, name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static bool open_path(void *ctx, struct str path, int *fd, struct err *e)
{
    (void)ctx;
    *fd = openat(shared->dir.dir, path.p, O_RDONLY | O_CLOEXEC);
    return *fd >= 0 || err_set(e, ERR_NOT_FOUND, "%.*s is not there", (int)path.n, path.p);
}

static bool path_exists(void *ctx, struct str path)
{
    struct stat st;
    (void)ctx;
    return fstatat(shared->dir.dir, path.p, &st, 0) == 0;
}

static const struct manifest_files paths = {open_path, path_exists, NULL};

static bool count_reported(void *ctx, size_t item, const struct record *r, struct str mark, struct err *e)
{
    size_t *n = ctx;
    (void)item;
    (void)r;
    (void)e;
    assert_true(mark.n > 0);
    ++*n;
    return true;
}

static bool stop_after_two(void *ctx, size_t item, const struct record *r, struct str mark, struct err *e)
{
    size_t *n = ctx;
    (void)item;
    (void)r;
    (void)mark;
    (void)e;
    return ++*n < 2;
}

static void take_in(const char *csv, size_t expect)
{
    struct problems_seen p = {.n = 0};
    size_t n = 0;
    struct manifest *m CLEANUP(manifest_free) = read_list(csv, &p);
    if (p.n)
        fail_msg("line %zu %s: %s", p.line, p.column, p.text);
    must(manifest_ingest(shared->a, m, &paths, &case_clerk, count_reported, &n, NULL, &e));
    assert_int_equal(n, expect);
}

static const char list[] = WIDE
    ",1431,MB,\"Wniosek, pierwszy\",2020-03-01,2021-01-01,a.txt,,,Pismo wszczynające,received,2020-02-28,public,,\n"
    ",1431,MB,\"Wniosek, pierwszy\",2020-03-01,2021-01-01,b.txt,,,,,,,,\n"
    "MB.1431.7.2019,,,Stara sprawa,,2019-12-31,c.txt,,,,,,,,\n"
    ",1610,MB,Kopia robocza,2025-03-03,2025-03-03,,Bc,kopia,Wydruk,,,,regał 4/2,\n"
    ",5344,MB,Koperta,2001-04-02,2015-06-30,d.txt,,,,,,,,issued=2012-05-02 holder-death=2015-06-30\n"
    ",1510,MB,Otwarta,2026-01-02,,e.txt,,,,,,,,\n";

static void put_files(void)
{
    put_file("a.txt", "pierwszy\n");
    put_file("b.txt", "drugi dokument\n");
    put_file("c.txt", "stary\n");
    put_file("d.txt", "dowód\n");
    put_file("e.txt", "skarga\n");
}

static bool first_record(const struct record *r, void *ctx, struct err *e)
{
    (void)e;
    struct record *out = ctx;
    *out = *r;
    out->title = arena_str(shared->ar, r->title);
    out->name = arena_str(shared->ar, r->name);
    out->shelf = arena_str(shared->ar, r->shelf);
    out->origin = arena_str(shared->ar, r->origin);
    out->inline_sealed = arena_bytes(shared->ar, r->inline_sealed);
    return false;
}

static void check_list_is_in(void)
{
    struct case_file f = case_file_get(shared, STR("MB.1431.1.2020"));
    struct record r = {.seq = 0};
    assert_str(f.title, "Wniosek, pierwszy");
    assert_int_equal(f.records, 2);
    assert_int_equal(f.state, FILE_CLOSED);
    assert_int_equal(f.review_from.n, case_day("2027-01-01").n);
    must(file_records(shared->a, &f.id, true, first_record, &r, &e));
    assert_str(r.title, "Pismo wszczynające");
    assert_str(r.name, "a.txt");
    assert_int_equal(r.access, ACCESS_PUBLIC);
    assert_int_equal(r.dated.n, case_day("2020-02-28").n);
    case_same_bytes(shared, &r, bytes_of(STR("pierwszy\n")));
    f = case_file_get(shared, STR("MB.1431.7.2019"));
    assert_int_equal(f.opened.n, case_day("2019-01-01").n);
    assert_int_equal(f.review_from.n, case_day("2025-01-01").n);
    f = case_file_get(shared, STR("MB.1610.1.2025"));
    assert_str(f.category, "Bc");
    assert_int_equal(f.bytes, 0);
    must(file_records(shared->a, &f.id, true, first_record, &r, &e));
    assert_str(r.shelf, "regał 4/2");
    assert_str(r.origin, "paper");
    f = case_file_get(shared, STR("MB.5344.1.2001"));
    assert_int_equal(f.review_from.n, case_day("2026-01-01").n);
    f = case_file_get(shared, STR("MB.1510.1.2026"));
    assert_int_equal(f.state, FILE_OPEN);
    must_fail(file_get(shared->a, STR("MB.1431.2.2020"), shared->ar, &f, &e), ERR_NOT_FOUND);
}

static void a_list_goes_in_and_goes_on(void **state)
{
    (void)state;
    struct problems_seen p = {.n = 0};
    size_t n = 0;
    struct manifest *m CLEANUP(manifest_free) = read_list(list, &p);
    assert_int_equal(p.n, 0);
    assert_int_equal(manifest_rows(m), 6);
    assert_str(manifest_path(m, 1), "b.txt");
    assert_int_equal(manifest_line(m, 1), 3);
    put_file("a.txt", "pierwszy\n");
    must_fail(manifest_ingest(shared->a, m, &paths, &case_clerk, count_reported, &n, NULL, &e), ERR_NOT_FOUND);
    assert_int_equal(n, 0); /* nothing was written */
    struct case_file f;
    must_fail(file_get(shared->a, STR("MB.1431.1.2020"), shared->ar, &f, &e), ERR_NOT_FOUND);
    put_files();
    must_fail(manifest_ingest(shared->a, m, &paths, &case_clerk, stop_after_two, &n, NULL, &e), ERR_INTERRUPTED);
    take_in(list, 6);
    check_list_is_in();
    take_in(list, 6); /* once more changes nothing */
    check_list_is_in();
    case_doctor_finds_nothing(shared);
}

static void one_bad_document_leaves_its_file_open(void **state)
{
    (void)state;
    static const char csv[] = HEAD ",1431,MC,Zła,2020-03-01,2021-01-01,a.txt\n"
                                   ",1431,MC,Zła,2020-03-01,2021-01-01,dir\n"
                                   ",1510,MC,Dobra,2020-03-01,2021-01-01,c.txt\n";
    struct problems_seen p = {.n = 0};
    size_t n = 0;
    char path[400];
    put_files();
    snprintf(path, sizeof path, "%s/dir", shared->dir.path);
    assert_int_equal(mkdir(path, 0700), 0); /* cannot be read as a document */
    struct manifest *m CLEANUP(manifest_free) = read_list(csv, &p);
    struct err e = ERR_INIT;
    assert_false(manifest_ingest(shared->a, m, &paths, &case_clerk, count_reported, &n, NULL, &e));
    assert_int_equal(n, 2);
    assert_int_equal(case_file_get(shared, STR("MC.1431.1.2020")).state, FILE_OPEN);
    assert_int_equal(case_file_get(shared, STR("MC.1510.1.2020")).state, FILE_CLOSED);
    assert_int_equal(rmdir(path), 0);
    put_file("dir", "teraz jest\n");
    take_in(csv, 3);
    assert_int_equal(case_file_get(shared, STR("MC.1431.1.2020")).state, FILE_CLOSED);
    assert_int_equal(case_file_get(shared, STR("MC.1431.1.2020")).records, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_every_form),         cmocka_unit_test(what_two_readers_would_read_differently),
        cmocka_unit_test(every_problem_by_line),      cmocka_unit_test(the_archive_is_asked_too),
        cmocka_unit_test(a_list_goes_in_and_goes_on), cmocka_unit_test(one_bad_document_leaves_its_file_open),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
