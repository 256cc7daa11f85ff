/* Evidence for one record: the files, and the page whose commands a stranger runs with coreutils and openssl. */
#include "record_case.h"
#include "shell.h"

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

static bool to_file(void *ctx, struct bytes b, struct err *e)
{
    (void)e;
    return b.n == 0 || fwrite(b.p, b.n, 1, ctx) == 1;
}

struct folder {
    char path[300];
    unsigned files;
};

static bool save(void *ctx, const char *name,
                 bool (*write)(void *wctx, bool (*sink)(void *, struct bytes, struct err *), void *sctx, struct err *),
                 void *wctx, struct err *e)
{
    struct folder *f = ctx;
    char path[400];
    snprintf(path, sizeof path, "%s/%s", f->path, name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    bool ok = write(wctx, to_file, out, e);
    fclose(out);
    f->files++;
    return ok;
}

static struct folder evidence_of(const struct record *r, const char *name)
{
    struct folder f = {.files = 0};
    snprintf(f.path, sizeof f.path, "%s/%s", shared->dir.path, name);
    assert_int_equal(mkdir(f.path, 0700), 0);
    must(record_evidence(shared->a, &r->id, save, &f, &e));
    return f;
}

/* Runs the indented lines of HOWTO.txt in the folder, with nothing but the standard programs; its output. */
static void run_howto(const struct folder *f, char *out, size_t size)
{
    char script[1200];
    snprintf(script, sizeof script,
             "cd '%s' && sed -n 's/^    //p' HOWTO.txt > ../commands.sh && sh ../commands.sh 2>&1", f->path);
    shell_run(script, out, size);
}

static void change(const struct folder *f, const char *name, long at, int (*to)(int c))
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", f->path, name);
    FILE *io = fopen(path, "r+b");
    assert_non_null(io);
    assert_int_equal(fseek(io, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    int c = fgetc(io);
    assert_int_equal(fseek(io, -1, SEEK_CUR), 0);
    fputc(to(c), io);
    fclose(io);
}

static int flipped(int c)
{
    return c ^ 1;
}

/* base64 stays base64, so that only the key is another */
static int other(int c)
{
    return c == 'B' ? 'C' : 'B';
}

static void flip(const struct folder *f, const char *name, long at)
{
    change(f, name, at, flipped);
}

static void other_letter(const struct folder *f, const char *name, long at)
{
    change(f, name, at, other);
}

#define GOOD "1 ok\n2 ok\n3 ok\n4 ok\n"

static void strangers_can_check_it(void **state)
{
    (void)state;
    char said[2000];
    struct case_file f = case_file_open(shared, "WA", "1431", "wniosek");
    struct record r = {.seq = 0};
    for (int i = 0; i < 13; i++) { /* so that the proof has several hashes */
        char text[40];
        snprintf(text, sizeof text, "dokument numer %d\n", i);
        struct record one = case_record(shared, &f.id, "pismo.txt", bytes_of(str_of(text)));
        if (i == 5)
            r = one;
    }
    struct folder dir = evidence_of(&r, "good");
    assert_int_equal(dir.files, 6);
    run_howto(&dir, said, sizeof said);
    assert_string_equal(said, GOOD);
    flip(&dir, "document", 3);
    run_howto(&dir, said, sizeof said);
    assert_string_equal(said, "1 WRONG\n2 ok\n3 ok\n4 ok\n");
    flip(&dir, "document", 3);
    flip(&dir, "content.opening", 30);
    run_howto(&dir, said, sizeof said);
    assert_string_equal(said, "1 ok\n2 WRONG\n3 ok\n4 ok\n");
    flip(&dir, "content.opening", 30);
    flip(&dir, "entry", 20);
    run_howto(&dir, said, sizeof said);
    assert_string_equal(said, "1 ok\n2 ok\n3 WRONG\n4 ok\n");
    flip(&dir, "entry", 20);
    other_letter(&dir, "log.vkey", -8);
    run_howto(&dir, said, sizeof said);
    assert_string_equal(said, "1 ok\n2 ok\n3 ok\n4 WRONG\n");
}

/* Every place in a tree: left, right, the lone last one. */
static void every_place_in_the_tree_proves(void **state)
{
    (void)state;
    struct case_file f = case_file_open(shared, "WB", "1431", "wiele wpisów");
    char said[2000];
    for (int i = 0; i < 6; i++) {
        char name[20];
        struct record r = case_record(shared, &f.id, "x", bytes_of(str_of("x")));
        snprintf(name, sizeof name, "place-%d", i);
        struct folder dir = evidence_of(&r, name);
        run_howto(&dir, said, sizeof said);
        assert_string_equal(said, GOOD);
    }
}

static void paper_has_no_document(void **state)
{
    (void)state;
    char said[2000];
    struct case_file f = case_file_open(shared, "WC", "1431", "papier");
    const struct record_input in = {.title = STR("umowa z 1998 r."), .shelf = STR("A 12/3"), .dated = DAY_NONE};
    struct record r;
    must(record_add(shared->a, &f.id, &in, (struct content_source){0}, &case_clerk, shared->ar, &r, &e));
    struct folder dir = evidence_of(&r, "paper");
    assert_int_equal(dir.files, 4);
    run_howto(&dir, said, sizeof said);
    assert_string_equal(said, "3 ok\n4 ok\n");
    must_fail(record_read(shared->a, &r, NULL, NULL, &e), ERR_STATE);
}

static void nothing_personal_leaves(void **state)
{
    (void)state;
    struct case_file f = case_file_open(shared, "WD", "1431", "Nowak Jan: skarga");
    struct record r = case_record(shared, &f.id, "skarga-Nowak.txt", bytes_of(str_of("treść")));
    struct folder dir = evidence_of(&r, "private");
    static const char *const names[] = {"content.opening", "entry", "entry.tlog-proof", "HOWTO.txt"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[400];
        static char text[100000];
        snprintf(path, sizeof path, "%s/%s", dir.path, names[i]);
        FILE *in = fopen(path, "rb");
        size_t n = fread(text, 1, sizeof text, in);
        fclose(in);
        assert_true(n > 20);
        assert_null(memmem(text, n, "Nowak", 5));
        assert_null(memmem(text, n, "WD.1431", 7));
    }
}

static void an_unknown_record_has_none(void **state)
{
    (void)state;
    struct id id = {{7}};
    struct folder f = {.files = 0};
    must_fail(record_evidence(shared->a, &id, save, &f, &e), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers_can_check_it),     cmocka_unit_test(every_place_in_the_tree_proves),
        cmocka_unit_test(paper_has_no_document),      cmocka_unit_test(nothing_personal_leaves),
        cmocka_unit_test(an_unknown_record_has_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
