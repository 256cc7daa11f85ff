/* Entries and openings: exact text, exact way back, and everything else refused. */
#include "archive/ledger/ledger_internal.h"

#include "testing.h"

#include <string.h>

static struct arena *arena;

static int begin(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    arena = arena_new(16u << 20);
    return arena != NULL && crypto_init(&e) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

#define SHA "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define B2                                                                                                             \
    "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b"                 \
    "903a685b1448b755d56f701afe9be2ce"
#define HEAD   "akta-entry/v1\ntype accession\ntime 2026-11-21T19:05:17Z\n"
#define OBJECT "object 5f0c1e9a7b3d44f28a6e0d9c2b1f7e63\nevent 1\n"

static const char whole[] = HEAD OBJECT "actor 3b9ac2d18f047e55\n"
                                        "rule 4.2.1 keep-until 2036-12-31\n"
                                        "opening content sha256:" SHA " blake2b-512:" B2 "\n"
                                        "opening metadata sha256:" SHA " blake2b-512:" B2 "\n";

static struct entry example(void)
{
    struct entry en = {.type = E_ACCESSION, .event = 1, .actor = UINT64_C(0x3b9ac2d18f047e55)};
    struct digests empty;
    digests_of((struct bytes){NULL, 0}, &empty);
    assert_true(id_parse(STR("5f0c1e9a7b3d44f28a6e0d9c2b1f7e63"), &en.object));
    entry_add(&en, "rule", STR("4.2.1 keep-until 2036-12-31"));
    entry_add(&en, "basis", STR_NONE); /* empty: no line */
    entry_add_opening(&en, "content", &empty);
    entry_add_opening(&en, "metadata", &empty);
    return en;
}

static void the_text_is_exactly_this(void **state)
{
    struct entry en = example();
    struct err e = ERR_INIT;
    instant t;
    struct buf out CLEANUP(buf_free) = BUF_INIT(8192);
    (void)state;
    assert_true(instant_parse(STR("2026-11-21T19:05:17Z"), &t));
    assert_true(entry_text(&en, t, &out, &e));
    assert_str(buf_str(&out), HEAD OBJECT "actor 3b9ac2d18f047e55\nrule 4.2.1 keep-until 2036-12-31\n"
                                          "opening content sha256:" SHA " blake2b-512:" B2 "\n"
                                          "opening metadata sha256:" SHA " blake2b-512:" B2 "\n");
}

static void reading_gives_it_back(void **state)
{
    struct entry en, want = example();
    struct err e = ERR_INIT;
    instant t;
    struct buf again CLEANUP(buf_free) = BUF_INIT(8192);
    (void)state;
    assert_true(entry_parse(bytes_of(str_of(whole)), arena, &en, &t, &e));
    assert_int_equal(en.type, E_ACCESSION);
    assert_memory_equal(en.object.b, want.object.b, 16);
    assert_int_equal(en.event, 1);
    assert_int_equal(en.actor, want.actor);
    assert_int_equal(en.line_count, 1);
    assert_string_equal(en.lines[0].key, "rule");
    assert_str(en.lines[0].value, "4.2.1 keep-until 2036-12-31");
    assert_int_equal(en.opening_count, 2);
    assert_string_equal(en.openings[1].what, "metadata");
    assert_true(digests_equal(&en.openings[1].d, &want.openings[1].d));
    assert_true(entry_text(&en, t, &again, &e));
    assert_true(str_is(buf_str(&again), whole));
}

static void every_type_has_its_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ENTRY_TYPE_COUNT; i++) {
        struct entry en = {.type = (enum entry_type)i}, back;
        struct err e = ERR_INIT;
        instant t;
        struct buf out CLEANUP(buf_free) = BUF_INIT(8192);
        assert_true(entry_text(&en, 0, &out, &e));
        assert_true(entry_parse(buf_bytes(&out), arena, &back, &t, &e));
        assert_int_equal(back.type, i);
        assert_int_equal(t, 0);
    }
}

static void malformed_entries_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "akta-entry/v1",
        "akta-entry/v1\n",
        "akta-entry/v1\ntype accession\n",
        "akta-entry/v1\ntime 2026-11-21T19:05:17Z\ntype accession\n",
        "akta-entry/v1\ntype accession\ntime 2026-11-21 19:05:17\n",
        HEAD "object 5f0c1e9a7b3d44f28a6e0d9c2b1f7e63\n",          /* no event */
        HEAD "object 5F0C1E9A7B3D44F28A6E0D9C2B1F7E63\nevent 1\n", /* capitals */
        HEAD "object 00000000000000000000000000000000\nevent 1\n", /* would have no line */
        HEAD "event 0\n",
        HEAD "event 01\n",
        HEAD "event 4294967296\n",
        HEAD "actor 0000000000000000\n",
        HEAD "actor 1\n",
        HEAD "event 1\nobject 5f0c1e9a7b3d44f28a6e0d9c2b1f7e63\n", /* order */
        HEAD "rule\n",
        HEAD "rule \n",
        HEAD "rule  a\n",
        HEAD "rule a \n",
        HEAD "rule a",
        HEAD "rule a\n\n",
        HEAD "Rule a\n",
        HEAD "rule2 a\n",
        HEAD "type hold\n",
        HEAD "rule \xC5\x82\n",
        HEAD "rule a\tb\n",
        HEAD "rule a\r\n",
        HEAD "abcdefghijklmnopqrstuvwxy a\n",
        HEAD "opening content sha256:" SHA "\n",
        HEAD "opening content sha256:" SHA " blake2b-512:" SHA "\n",
        HEAD "opening content sha512:" SHA " blake2b-512:" B2 "\n",
        HEAD "opening  sha256:" SHA " blake2b-512:" B2 "\n",
        HEAD "opening content sha256:" SHA " blake2b-512:" B2 "\nrule a\n", /* after an opening */
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct entry en;
        instant t;
        struct err e = ERR_INIT;
        if (entry_parse(bytes_of(str_of(bad[i])), arena, &en, &t, &e))
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(e.code, ERR_CORRUPT);
    }
}

static void what_a_later_program_wrote_is_not_called_damaged(void **state)
{
    static const char *const later[] = {
        "akta-entry/v2\nanything\n",
        "akta-entry/v1\ntype transfer\ntime 2026-11-21T19:05:17Z\n",
    };
    struct entry en;
    instant t;
    struct err e = ERR_INIT;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(later); i++) {
        assert_false(entry_parse(bytes_of(str_of(later[i])), arena, &en, &t, &e));
        assert_int_equal(e.code, ERR_UNSUPPORTED);
    }
    assert_true(entry_parse(bytes_of(STR(HEAD "unheard-of but kept\n")), arena, &en, &t, &e));
    assert_string_equal(en.lines[0].key, "unheard-of");
}

static void refuses(struct entry en, enum err_code code, const char *field)
{
    struct err e = ERR_INIT;
    struct buf out CLEANUP(buf_free) = BUF_INIT(100000);
    assert_false(entry_text(&en, 0, &out, &e));
    assert_int_equal(e.code, code);
    assert_string_equal(e.field, field);
}

static void what_cannot_be_read_back_is_not_written(void **state)
{
    static char big[5000];
    struct entry en = {.type = E_HOLD};
    (void)state;
    entry_add(&en, "reason", STR("choroba")); /* the word is fine; what follows is not */
    entry_add(&en, "name", STR("Łukasz"));
    refuses(en, ERR_INVALID, "name");
    en = (struct entry){.type = E_HOLD};
    entry_add(&en, "time", STR("now"));
    refuses(en, ERR_INVALID, "time");
    en = (struct entry){.type = E_HOLD};
    entry_add(&en, "note", STR("two\nlines"));
    refuses(en, ERR_INVALID, "note");
    en = (struct entry){.type = E_HOLD, .object = {{1}}};
    refuses(en, ERR_INVALID, "");
    en = (struct entry){.type = ENTRY_TYPE_COUNT};
    refuses(en, ERR_INVALID, "");
    en = (struct entry){.type = E_HOLD};
    for (int i = 0; i < ENTRY_LINES_MAX + 5; i++)
        entry_add(&en, "more", STR("x"));
    refuses(en, ERR_TOO_BIG, "");
    memset(big, 'x', sizeof big);
    en = (struct entry){.type = E_HOLD};
    entry_add(&en, "big", (struct str){big, sizeof big});
    refuses(en, ERR_TOO_BIG, "");
    struct digests d = {{0}, {0}};
    en = (struct entry){.type = E_HOLD};
    for (int i = 0; i < ENTRY_OPENINGS_MAX + 1; i++)
        entry_add_opening(&en, "content", &d);
    refuses(en, ERR_TOO_BIG, "");
}

static void an_opening_is_exactly_this(void **state)
{
    struct salt salt;
    struct id object;
    struct err e = ERR_INIT;
    const struct entry_line lines[] = {
        {"title", STR("Wniosek 50% o dostęp")}, {"place", STR(" Żary ")}, {"none", STR_NONE}, {"note", STR("a\nb")},
        {"content1", STR("size 52")},
    };
    struct buf out CLEANUP(buf_free) = BUF_INIT(8192);
    (void)state;
    memset(salt.b, 0xAB, sizeof salt.b);
    assert_true(id_parse(STR("5f0c1e9a7b3d44f28a6e0d9c2b1f7e63"), &object));
    assert_true(opening_text(&salt, &object, 3, lines, COUNT_OF(lines), &out, &e));
    assert_str(buf_str(&out), "akta-opening/v1\n"
                              "salt abababababababababababababababababababababababababababababababab\n"
                              "object 5f0c1e9a7b3d44f28a6e0d9c2b1f7e63\n"
                              "event 3\n"
                              "title Wniosek 50%25 o dost%C4%99p\n"
                              "place %20%C5%BBary%20\n"
                              "note a%0Ab\n"
                              "content1 size 52\n");
    const struct entry_line bad_key = {"Title", STR("x")}, bad_value = {"title", STR("\xFF")};
    assert_false(opening_text(&salt, &object, 3, &bad_key, 1, &out, &e));
    assert_false(opening_text(&salt, &object, 3, &bad_value, 1, &out, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_exactly_this),
        cmocka_unit_test(reading_gives_it_back),
        cmocka_unit_test(every_type_has_its_word),
        cmocka_unit_test(malformed_entries_are_refused),
        cmocka_unit_test(what_a_later_program_wrote_is_not_called_damaged),
        cmocka_unit_test(what_cannot_be_read_back_is_not_written),
        cmocka_unit_test(an_opening_is_exactly_this),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
