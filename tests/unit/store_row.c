/* Rows as bytes: golden encodings, and every single damage of them refused. */
#include "store.h"

#include "testing.h"

#include <string.h>

struct sample {
    struct str title;
    struct bytes blob;
    uint64_t count;
    struct day day;
    instant when;
    struct id id;
    struct digests digests;
    struct str name;
    struct bytes note;
};

static const struct field fields[] = {
    {1, "title", F_TEXT, offsetof(struct sample, title), 10, FIELD_REQUIRED},
    {2, "blob", F_BYTES, offsetof(struct sample, blob), 8, 0},
    {3, "count", F_U64, offsetof(struct sample, count), 1000, 0},
    {4, "day", F_DAY, offsetof(struct sample, day), 0, 0},
    {5, "when", F_INSTANT, offsetof(struct sample, when), 0, 0},
    {6, "id", F_ID, offsetof(struct sample, id), 0, 0},
    {7, "digests", F_DIGESTS, offsetof(struct sample, digests), 0, 0},
    {9, "name", F_TEXT, offsetof(struct sample, name), 40, FIELD_SEALED | FIELD_PERSONAL},
    {200, "note", F_BYTES, offsetof(struct sample, note), 0, FIELD_SEALED},
};
static const struct row_kind kind = {"sample", 2, fields, COUNT_OF(fields)};

static const struct key object_key = {{1, 2, 3}};
static const struct id object = {{0xaa, 0xbb}};

static int crypto_up(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    return crypto_init(&e) ? 0 : 1;
}

static struct sample bare(void)
{
    return (struct sample){.title = STR("Akta"), .day = DAY_NONE};
}

static struct sample full(void)
{
    struct sample s = bare();
    s.blob = (struct bytes){(const uint8_t *)"\x00\xff", 2};
    s.count = 1000;
    assert_true(day_make(2026, 11, 21, &s.day));
    s.when = 1795000000;
    memset(s.id.b, 0x11, sizeof s.id.b);
    memset(s.digests.sha256, 0x22, sizeof s.digests.sha256);
    memset(s.digests.blake2b, 0x33, sizeof s.digests.blake2b);
    return s;
}

static bool encode(const struct sample *s, struct buf *out, struct err *e)
{
    return row_encode(&kind, s, &object_key, &object, out, e);
}

static void golden_bytes(void **state)
{
    (void)state;
    static const uint8_t want_bare[] = {2, 1, 4, 'A', 'k', 't', 'a'};
    static const uint8_t want_full[] = {
        2, 1,  4,    'A',  'k',  't',  'a', /* title */
        2, 2,  0,    0xff,                  /* blob */
        3, 2,  3,    0xe8,                  /* count 1000 */
        4, 4,  0,    0,    0x51, 0x2a,      /* day 20778 */
        5, 4,  0x6a, 0xfd, 0x86, 0xc0,      /* when */
        6, 16,
    };
    struct err e = ERR_INIT;
    CLEANUP(buf_free) struct buf b = BUF_INIT(4096);
    struct sample s = bare();
    assert_true(encode(&s, &b, &e));
    assert_int_equal(b.n, sizeof want_bare);
    assert_memory_equal(b.p, want_bare, sizeof want_bare);
    buf_reset(&b);
    s = full();
    assert_true(encode(&s, &b, &e));
    assert_int_equal(b.n, sizeof want_full + 16 + 2 + 96);
    assert_memory_equal(b.p, want_full, sizeof want_full);
    assert_int_equal(b.p[sizeof want_full + 16], 7);
    assert_int_equal(b.p[b.n - 1], 0x33);
}

static void what_was_encoded_is_decoded(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(arena_free) struct arena *a = arena_new(65536);
    CLEANUP(buf_free) struct buf b = BUF_INIT(4096);
    CLEANUP(buf_free) struct buf again = BUF_INIT(4096);
    struct sample s = full(), out;
    s.name = STR("Zażółć Gęślą");
    s.note = bytes_of(STR("secret"));
    assert_true(encode(&s, &b, &e));
    assert_null(memmem(b.p, b.n, "Gęślą", strlen("Gęślą"))); /* sealed means sealed */
    assert_true(row_decode(&kind, buf_bytes(&b), &object_key, &object, a, &out, &e));
    assert_true(str_eq(out.title, s.title) && str_eq(out.name, s.name));
    assert_int_equal(bytes_cmp(out.blob, s.blob), 0);
    assert_int_equal(bytes_cmp(out.note, s.note), 0);
    assert_int_equal(out.count, s.count);
    assert_int_equal(out.day.n, s.day.n);
    assert_int_equal(out.when, s.when);
    assert_memory_equal(&out.id, &s.id, sizeof s.id);
    assert_true(digests_equal(&out.digests, &s.digests));

    assert_true(row_decode(&kind, buf_bytes(&b), NULL, NULL, a, &out, &e)); /* erased, or not asked for */
    assert_int_equal(out.name.n, 0);
    assert_int_equal(out.note.n, 0);
    assert_true(str_eq(out.title, s.title));
    out.name = out.title;
    assert_false(row_encode(&kind, &out, NULL, &object, &again, &e));
    assert_int_equal(again.n, 0);
}

static void every_cut_and_every_flipped_bit_is_refused_or_another_value(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(arena_free) struct arena *a = arena_new(1u << 20);
    CLEANUP(buf_free) struct buf b = BUF_INIT(4096);
    struct sample s = full(), out;
    s.name = STR("Nowak");
    assert_true(encode(&s, &b, &e));
    for (size_t n = 0; n < b.n; n++) {
        /* Cut right before an optional field it is a shorter row; everywhere else it is damage. */
        bool whole = row_decode(&kind, (struct bytes){b.p, n}, &object_key, &object, a, &out, &e);
        assert_true(whole || e.code == ERR_CORRUPT);
        if (whole) {
            CLEANUP(buf_free) struct buf back = BUF_INIT(4096);
            assert_true(encode(&out, &back, &e));
            assert_int_equal(bytes_cmp(buf_bytes(&back), (struct bytes){b.p, n}), 0);
        }
        arena_reset(a);
    }
    size_t box = b.n - (2 + SEAL_BOX_OVERHEAD + 2 + 5);
    assert_int_equal(b.p[box], 255);
    for (size_t i = 0; i < b.n * 8; i++) {
        b.p[i / 8] ^= (uint8_t)(1u << i % 8);
        bool good = row_decode(&kind, buf_bytes(&b), &object_key, &object, a, &out, &e);
        if (good) { /* the bit lay in a plain value: it must encode to exactly these bytes again */
            CLEANUP(buf_free) struct buf back = BUF_INIT(4096);
            assert_true(i / 8 < box);
            assert_true(encode(&out, &back, &e));
            assert_memory_equal(back.p, b.p, box);
        } else {
            assert_true(e.code == ERR_CORRUPT || e.code == ERR_UNSUPPORTED);
        }
        b.p[i / 8] ^= (uint8_t)(1u << i % 8);
        arena_reset(a);
    }
}

static void refused_encodings(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t b[40];
        size_t n;
        enum err_code code;
    } cases[] = {
        {"empty", {0}, 0, ERR_CORRUPT},
        {"version 0", {0, 1, 1, 'a'}, 4, ERR_CORRUPT},
        {"newer version", {3, 1, 1, 'a'}, 4, ERR_UNSUPPORTED},
        {"required field missing", {2}, 1, ERR_CORRUPT},
        {"unknown tag", {2, 1, 1, 'a', 8, 1, 1}, 7, ERR_CORRUPT},
        {"tag twice", {2, 1, 1, 'a', 1, 1, 'a'}, 7, ERR_CORRUPT},
        {"wrong order", {2, 2, 1, 1, 1, 1, 'a'}, 7, ERR_CORRUPT},
        {"sealed field in the open", {2, 1, 1, 'a', 9, 1, 'a'}, 7, ERR_CORRUPT},
        {"trailing byte", {2, 1, 1, 'a', 0}, 5, ERR_CORRUPT},
        {"length past the end", {2, 1, 2, 'a'}, 4, ERR_CORRUPT},
        {"huge length", {2, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 'a'}, 12, ERR_CORRUPT},
        {"length without end", {2, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, 13, ERR_CORRUPT},
        {"length longer than it need be", {2, 1, 0x81, 0, 'a'}, 5, ERR_CORRUPT},
        {"text not UTF-8", {2, 1, 1, 0xff}, 4, ERR_CORRUPT},
        {"text too long", {2, 1, 11, 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a'}, 14, ERR_CORRUPT},
        {"empty text present", {2, 1, 0}, 3, ERR_CORRUPT},
        {"zero number present", {2, 1, 1, 'a', 3, 1, 0}, 7, ERR_CORRUPT},
        {"number over its limit", {2, 1, 1, 'a', 3, 2, 3, 0xe9}, 8, ERR_CORRUPT},
        {"number with a leading zero", {2, 1, 1, 'a', 3, 2, 0, 1}, 8, ERR_CORRUPT},
        {"number of nine bytes", {2, 1, 1, 'a', 3, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 15, ERR_CORRUPT},
        {"number of no bytes", {2, 1, 1, 'a', 3, 0}, 6, ERR_CORRUPT},
        {"no day present", {2, 1, 1, 'a', 4, 4, 0x80, 0, 0, 0}, 10, ERR_CORRUPT},
        {"day of three bytes", {2, 1, 1, 'a', 4, 3, 1, 1, 1}, 9, ERR_CORRUPT},
        {"box too short", {2, 1, 1, 'a', 255, 2, 1, 1}, 8, ERR_CORRUPT},
    };
    CLEANUP(arena_free) struct arena *a = arena_new(65536);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sample out;
        struct err e = ERR_INIT;
        if (row_decode(&kind, (struct bytes){cases[i].b, cases[i].n}, &object_key, &object, a, &out, &e)) {
            fail_msg("accepted: %s", cases[i].what);
        }
        assert_int_equal(e.code, cases[i].code);
    }
}

static void limits_hold_before_anything_is_stored(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(buf_free) struct buf b = BUF_INIT(4096);
    struct sample s = bare();
    s.title = STR("01234567890");
    assert_false(encode(&s, &b, &e));
    assert_int_equal(e.code, ERR_TOO_BIG);
    assert_string_equal(e.field, "title");
    s.title = STR("ąąąąąąąąąą"); /* ten characters, twenty bytes */
    assert_true(encode(&s, &b, &e));
    s.title = STR_NONE;
    assert_false(encode(&s, &b, &e));
    assert_int_equal(e.code, ERR_INVALID);
    s = bare();
    s.count = 1001;
    assert_false(encode(&s, &b, &e));
    assert_string_equal(e.field, "count");
    s = bare();
    s.name = STR("\xff");
    assert_false(encode(&s, &b, &e));
    assert_string_equal(e.field, "name");
}

static void a_sealed_box_belongs_to_its_object_kind_and_key(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(arena_free) struct arena *a = arena_new(65536);
    CLEANUP(buf_free) struct buf b = BUF_INIT(4096);
    struct row_kind other = kind;
    struct id other_object = object;
    struct key other_key = object_key;
    struct sample s = bare(), out;
    other.name = "simple";
    other_object.b[15] = 1;
    other_key.b[31] = 1;
    s.name = STR("Nowak");
    assert_true(encode(&s, &b, &e));
    assert_false(row_decode(&other, buf_bytes(&b), &object_key, &object, a, &out, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_false(row_decode(&kind, buf_bytes(&b), &object_key, &other_object, a, &out, &e));
    assert_false(row_decode(&kind, buf_bytes(&b), &other_key, &object, a, &out, &e));
    assert_true(row_decode(&kind, buf_bytes(&b), &object_key, &object, a, &out, &e));
}

static void shown_as_json(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(buf_free) struct buf b = BUF_INIT(4096);
    CLEANUP(json_free) struct json *open = json_object();
    CLEANUP(json_free) struct json *all = json_object();
    struct sample s = bare();
    s.count = 7;
    assert_true(day_make(2026, 11, 21, &s.day));
    s.name = STR("Nowak");
    row_json(&kind, &s, false, open);
    assert_true(json_line(open, &b, &e));
    buf_add_u8(&b, 0);
    assert_non_null(strstr((const char *)b.p, "\"title\":\"Akta\""));
    assert_non_null(strstr((const char *)b.p, "\"day\":\"2026-11-21\""));
    assert_non_null(strstr((const char *)b.p, "\"id\":null"));
    assert_null(strstr((const char *)b.p, "Nowak"));
    buf_reset(&b);
    row_json(&kind, &s, true, all);
    assert_true(json_line(all, &b, &e));
    buf_add_u8(&b, 0);
    assert_non_null(strstr((const char *)b.p, "\"name\":\"Nowak\""));
}

static void ids_are_text_and_back(void **state)
{
    (void)state;
    struct id id, back;
    char text[33];
    id_random(&id);
    id_text(id, text);
    assert_true(id_parse(str_of(text), &back));
    assert_memory_equal(&id, &back, sizeof id);
    assert_false(id_parse(STR("00000000000000000000000000000000"), &back)); /* none is no id */
    assert_false(id_parse(STR("AABBCCDDEEFF00112233445566778899"), &back));
    assert_false(id_parse(STR("aabb"), &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_bytes),
        cmocka_unit_test(what_was_encoded_is_decoded),
        cmocka_unit_test(every_cut_and_every_flipped_bit_is_refused_or_another_value),
        cmocka_unit_test(refused_encodings),
        cmocka_unit_test(limits_hold_before_anything_is_stored),
        cmocka_unit_test(a_sealed_box_belongs_to_its_object_kind_and_key),
        cmocka_unit_test(shown_as_json),
        cmocka_unit_test(ids_are_text_and_back),
    };
    return cmocka_run_group_tests(tests, crypto_up, NULL);
}
