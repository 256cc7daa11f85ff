/* The readers of bodies: percent codes and pairs, header values with parameters, multipart in pieces of every size. */
#include "testing.h"

#include "fcgi/body.h"

static struct arena *ar;

static int open_arena(void **state)
{
    (void)state;
    ar = arena_new(16u << 20);
    return ar != NULL ? 0 : -1;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(&ar);
    return 0;
}

/* ---------------------------------------------------------------- percent codes, pairs */

static void percent_codes_are_strict(void **state)
{
    static const struct {
        const char *in, *out; /* NULL: refused */
    } cases[] = {{"", ""},        {"abc", "abc"},   {"a+b", "a b"},    {"%41%5a", "AZ"},    {"%C4%85", "ą"},
                 {"%c4%85", "ą"}, {"%2B", "+"},     {"%", NULL},       {"%4", NULL},        {"%4g", NULL},
                 {"%g4", NULL},   {"%ff", NULL},    {"%C0%AF", NULL},  {"%ED%A0%80", NULL}, {"\xC4", NULL},
                 {"%%41", NULL},  {"%u0041", NULL}, {"100%25", "100%"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err e = ERR_INIT;
        struct str out;
        bool well = percent_decode(str_of(cases[i].in), true, ar, &out, &e);
        if (well != (cases[i].out != NULL) || (well && !str_is(out, cases[i].out))) {
            fail_msg("%s", cases[i].in);
        }
        assert_int_equal(e.code, well ? ERR_NONE : ERR_INVALID);
    }
    struct err e = ERR_INIT;
    struct str out;
    assert_true(percent_decode(STR("a+b"), false, ar, &out, &e));
    assert_str(out, "a+b");
}

static void pairs_come_in_order(void **state)
{
    struct err e = ERR_INIT;
    struct str rest = STR("&a=1&&b=x%3Dy=z&c&=d&e=%C4%99+f&"), name, value;
    static const char *const wanted[][2] = {{"a", "1"}, {"b", "x=y=z"}, {"c", ""}, {"", "d"}, {"e", "ę f"}};
    bool more;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_true(pair_next(&rest, ar, &name, &value, &more, &e) && more);
        assert_true(str_is(name, wanted[i][0]) && str_is(value, wanted[i][1]));
    }
    assert_true(pair_next(&rest, ar, &name, &value, &more, &e));
    assert_false(more);
    rest = STR("a=1&b=%zz&c=3");
    assert_true(pair_next(&rest, ar, &name, &value, &more, &e));
    assert_false(pair_next(&rest, ar, &name, &value, &more, &e));
}

/* ---------------------------------------------------------------- header values */

static void header_values_are_taken_apart(void **state)
{
    struct header_value v;
    struct err e = ERR_INIT;
    (void)state;
    assert_true(
        header_value_read(STR("Form-Data; Name=\"a;b\"; filename=\"C:\\dom\\sk\\\"an.pdf\" ; x=y;"), ar, &v, &e));
    assert_str(v.value, "form-data");
    assert_int_equal(v.count, 3);
    assert_str(header_param(&v, "name"), "a;b");
    assert_str(header_param(&v, "filename"), "C:\\dom\\sk\"an.pdf");
    assert_str(header_param(&v, "x"), "y");
    assert_null(header_param(&v, "y").p);
    assert_true(header_value_read(STR(" text/plain;charset=UTF-8"), ar, &v, &e));
    assert_str(v.value, "text/plain");
    static const char *const bad[] = {"",
                                      ";",
                                      "a b",
                                      "a; b",
                                      "a; =c",
                                      "a; b=\"c",
                                      "a; b=\"c\" d",
                                      "a; b=c; b=d",
                                      "a; B=c; b=d",
                                      "a, b",
                                      "\"a\"",
                                      "a; b=\"c\\\"",
                                      "a\r\nb",
                                      "a; a=1; b=1; c=1; d=1; e=1; f=1; g=1; h=1; i=1"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (header_value_read(str_of(bad[i]), ar, &v, &e)) {
            fail_msg("%s", bad[i]);
        }
        assert_true(e.code == ERR_INVALID || e.code == ERR_TOO_BIG);
    }
}

/* ---------------------------------------------------------------- multipart */

struct drip { /* hands out a text in pieces of at most `step` bytes */
    struct str text;
    size_t at, step;
    bool fails; /* where the text ends */
};

static bool drip_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct drip *d = ctx;
    size_t left = d->text.n - d->at;
    *got = n < d->step ? n : d->step;
    *got = *got < left ? *got : left;
    memcpy(p, d->text.p + d->at, *got);
    d->at += *got;
    return *got > 0 || !d->fails || err_set(e, ERR_IO, "the sender went away");
}

static bool begin(struct drip *d, struct multipart **m, struct err *e)
{
    struct header_value type;
    arena_reset(ar);
    d->at = 0;
    return header_value_read(STR("multipart/form-data; boundary=XyZ"), ar, &type, e) &&
           multipart_open(&type, (struct content_source){drip_read, d, 0}, &multipart_limits_standard, ar, m, e);
}

/* Everything as one line: name=content, or name<file:type>=content, each ended by a bar. */
static bool gather(struct drip *d, struct buf *out, struct err *e)
{
    struct multipart *m;
    struct part p;
    struct str text;
    bool more = true;
    if (!begin(d, &m, e)) {
        return false;
    }
    while (multipart_next(m, &p, &more, e)) {
        if (!more) {
            return true;
        }
        if (!multipart_text(m, 100000, &text, e)) {
            return false;
        }
        buf_add_str(out, p.name);
        if (p.is_file) {
            buf_fmt(out, "<%.*s:%.*s>", (int)p.file_name.n, p.file_name.p, (int)p.type.n, p.type.p);
        }
        buf_add_z(out, "=");
        buf_add_str(out, text);
        buf_add_z(out, "|");
    }
    return false;
}

#define HEAD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
static const char usual[] = "--XyZ\r\n" HEAD("a") "jeden\r\n--XyZ\r\n" HEAD(
    "b") "\r\n--XyZ\r\n"
         "content-disposition:form-data; name=plik; filename=\"skan \xC4\x85.pdf\"\r\n"
         "X-Odd: yes\r\nContent-Type: application/pdf\r\n\r\n"
         "\r\n\r\n--Xy\r\n--XyZ0\r\n-\0-\r\r\n--XyZ--\r\n";

static void pieces_of_every_size_give_the_same(void **state)
{
    (void)state;
    for (size_t step = 1; step <= sizeof usual; step++) {
        struct drip d = {.text = {usual, sizeof usual - 1}, .step = step};
        struct buf out CLEANUP(buf_free) = BUF_INIT(4096);
        struct err e = ERR_INIT;
        /* "--XyZ0" begins like a delimiter at the beginning of a line, and is one to whoever does not look further */
        assert_false(gather(&d, &out, &e));
        assert_int_equal(e.code, ERR_INVALID);
    }
    static const char sound[] = "--XyZ\r\n" HEAD("a") "jeden\r\n--XyZ\r\n" HEAD(
        "b") "\r\n--XyZ\r\n"
             "content-disposition:form-data; name=plik; filename=\"x/skan \xC4\x85.pdf\"\r\n"
             "X-Odd: yes\r\nContent-Type: application/pdf\r\n\r\n"
             "\r\n\r\n--Xy\r\n-\0--XyZ\r\n--xyz\r\r\n--XyZ--\r\n";
    static const char wanted[] =
        "a=jeden|b=|plik<skan \xC4\x85.pdf:application/pdf>=\r\n\r\n--Xy\r\n-\0--XyZ\r\n--xyz\r|";
    for (size_t step = 1; step <= sizeof sound; step++) {
        struct drip d = {.text = {sound, sizeof sound - 1}, .step = step};
        struct buf out CLEANUP(buf_free) = BUF_INIT(4096);
        struct err e = ERR_INIT;
        if (!gather(&d, &out, &e)) {
            fail_msg("step %zu: %s", step, e.text);
        }
        assert_int_equal(out.n, sizeof wanted - 1);
        assert_memory_equal(out.p, wanted, out.n);
    }
}

static void every_truncation_is_a_failure(void **state)
{
    static const char sound[] = "--XyZ\r\n" HEAD("a") "jeden\r\n--XyZ\r\n" HEAD("b") "x\r\n--XyZ--\r\n";
    (void)state;
    for (size_t n = 0; n < sizeof sound - 1; n++) {
        for (int fails = 0; fails < 2; fails++) {
            struct drip d = {.text = {sound, n}, .step = 7, .fails = fails != 0};
            struct buf out CLEANUP(buf_free) = BUF_INIT(4096);
            struct err e = ERR_INIT;
            bool well = gather(&d, &out, &e);
            if (well != (fails == 0 && n == sizeof sound - 3)) { /* without the last line's end it is whole */
                fail_msg("cut at %zu: %d %s", n, well, e.text);
            }
            assert_true(well || e.code == ERR_INVALID || (fails != 0 && e.code == ERR_IO));
        }
    }
}

static void what_is_not_of_the_form_is_refused(void **state)
{
    static const struct {
        const char *text;
        enum err_code code;
    } cases[] = {
        {"", ERR_INVALID},
        {"--XyZ--\r\n", ERR_INVALID},
        {"preamble\r\n--XyZ\r\n" HEAD("a") "b\r\n--XyZ--\r\n", ERR_INVALID},
        {"\r\n--XyZ\r\n" HEAD("a") "b\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\n" HEAD("a") "b\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ \r\n" HEAD("a") "b\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\n" HEAD("a") "b\r\n--XyZ--\r\nepilogue", ERR_INVALID},
        {"--XyZ\r\n" HEAD("a") "b\r\n--XyZ--\n", ERR_INVALID},
        {"--XyZ\r\n\r\nb\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Type: text/plain\r\n\r\nb\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Disposition: form-data\r\n\r\nb\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Disposition: attachment; name=a\r\n\r\nb\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n\r\n--XyZ--",
         ERR_INVALID},
        {"--XyZ\r\nContent-Disposition: form-data; name=a\nX: y\r\n\r\nb\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\nb\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Transfer-Encoding: base64\r\n" HEAD("a") "b\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Type: a\r\nContent-Type: b\r\n" HEAD("a") "b\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Disposition: form-data; name=\"\xFF\"\r\n\r\nb\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\nContent-Disposition: form-data; name=a; filename*=latin1''x\r\n\r\nb\r\n--XyZ--\r\n", ERR_INVALID},
        {"--XyZ\r\n1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n8:\r\n9:\r\n" HEAD("a") "b\r\n--XyZ--\r\n", ERR_TOO_BIG},
        {"--XyZ\r\nno colon\r\n" HEAD("a") "b\r\n--XyZ--\r\n", ERR_INVALID},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct drip d = {.text = str_of(cases[i].text), .step = 1000};
        struct buf out CLEANUP(buf_free) = BUF_INIT(4096);
        struct err e = ERR_INIT;
        if (gather(&d, &out, &e) || e.code != cases[i].code) {
            fail_msg("%s: %s", cases[i].text, e.text);
        }
    }
}

static void file_names_arrive_as_people_gave_them(void **state)
{
    static const char *const cases[][2] = {
        {"filename=\"a.pdf\"", "a.pdf"},
        {"filename=\"\"", ""},
        {"filename=\"C:\\Dokumenty\\umowa.pdf\"", "umowa.pdf"},
        {"filename=\"../../etc/passwd\"", "passwd"},
        {"filename=\"a/..\"", ".."},
        {"filename=\"umowa %22A%22.pdf\"", "umowa \"A\".pdf"},
        {"filename=\"100%.pdf\"", "100%.pdf"},
        {"filename=\"x%0D%0Ay\"", "x\r\ny"},
        {"filename*=UTF-8''za%C5%BC%C3%B3%C5%82%C4%87.pdf", "zażółć.pdf"},
        {"filename=\"x.pdf\"; filename*=utf-8'pl'%C4%85.pdf", "ą.pdf"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[300];
        struct multipart *m;
        struct part p;
        struct err e = ERR_INIT;
        bool more;
        snprintf(text, sizeof text, "--XyZ\r\nContent-Disposition: form-data; name=\"p\"; %s\r\n\r\nx\r\n--XyZ--\r\n",
                 cases[i][0]);
        struct drip d = {.text = str_of(text), .step = 5};
        if (!begin(&d, &m, &e) || !multipart_next(m, &p, &more, &e)) {
            fail_msg("%s: %s", cases[i][0], e.text);
        }
        assert_true(p.is_file);
        assert_true(str_is(p.file_name, cases[i][1]));
    }
}

static void limits_hold(void **state)
{
    struct buf many CLEANUP(buf_free) = BUF_INIT(1u << 20), out CLEANUP(buf_free) = BUF_INIT(1u << 20);
    struct err e = ERR_INIT;
    (void)state;
    for (size_t i = 0; i <= multipart_limits_standard.parts; i++) {
        buf_add_z(&many, "--XyZ\r\n" HEAD("a") "b\r\n");
    }
    buf_add_z(&many, "--XyZ--\r\n");
    struct drip d = {.text = buf_str(&many), .step = 1000};
    assert_false(gather(&d, &out, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);

    buf_reset(&many);
    buf_add_z(&many, "--XyZ\r\nX: ");
    for (size_t i = 0; i < 200000; i++) {
        buf_add_u8(&many, 'x');
    }
    d = (struct drip){.text = buf_str(&many), .step = 1000};
    e = ERR_INIT;
    assert_false(gather(&d, &out, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    assert_true(d.at < 70000); /* it did not read on */

    buf_reset(&many);
    buf_add_z(&many, "--XyZ\r\n" HEAD("a"));
    for (size_t i = 0; i < 100001; i++) {
        buf_add_u8(&many, '\r');
    }
    buf_add_z(&many, "\r\n--XyZ--\r\n");
    d = (struct drip){.text = buf_str(&many), .step = 1000};
    e = ERR_INIT;
    assert_false(gather(&d, &out, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
}

/* A part nobody reads is passed over, and its size does not matter: one buffer serves. */
static void a_large_part_is_skipped_in_constant_memory(void **state)
{
    struct buf big CLEANUP(buf_free) = BUF_INIT(64u << 20);
    struct multipart *m;
    struct part p;
    struct err e = ERR_INIT;
    struct str text;
    bool more;
    (void)state;
    buf_add_z(&big, "--XyZ\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n");
    for (size_t i = 0; i < 5u << 20; i++) {
        buf_add(&big, "\r\n--Xy", 6);
    }
    buf_add_z(&big, "\r\n--XyZ\r\n" HEAD("z") "end\r\n--XyZ--\r\n");
    struct drip d = {.text = buf_str(&big), .step = 50000};
    assert_true(begin(&d, &m, &e));
    assert_true(multipart_next(m, &p, &more, &e) && more);
    assert_true(multipart_next(m, &p, &more, &e) && more);
    assert_str(p.name, "z");
    assert_true(multipart_text(m, 10, &text, &e));
    assert_str(text, "end");
    assert_true(multipart_next(m, &p, &more, &e) && !more);
    assert_true(multipart_next(m, &p, &more, &e) && !more);
}

static void the_boundary_must_be_one(void **state)
{
    static const char *const bad[] = {"multipart/form-data", "multipart/form-data; boundary=\"\"",
                                      "multipart/mixed; boundary=a", "multipart/form-data; boundary=\"a b\"",
                                      "multipart/form-data; boundary="
                                      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg0"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct drip d = {.text = STR("--a\r\n"), .step = 10};
        struct header_value type;
        struct multipart *m;
        struct err e = ERR_INIT;
        assert_true(header_value_read(str_of(bad[i]), ar, &type, &e));
        assert_false(
            multipart_open(&type, (struct content_source){drip_read, &d, 0}, &multipart_limits_standard, ar, &m, &e));
        assert_int_equal(e.code, ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percent_codes_are_strict),
        cmocka_unit_test(pairs_come_in_order),
        cmocka_unit_test(header_values_are_taken_apart),
        cmocka_unit_test(pieces_of_every_size_give_the_same),
        cmocka_unit_test(every_truncation_is_a_failure),
        cmocka_unit_test(what_is_not_of_the_form_is_refused),
        cmocka_unit_test(file_names_arrive_as_people_gave_them),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(a_large_part_is_skipped_in_constant_memory),
        cmocka_unit_test(the_boundary_must_be_one),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
