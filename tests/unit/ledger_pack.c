/* Packed entries: small, exact for any bytes, and nothing else is taken for one. */
#include "archive/ledger/ledger_internal.h"

#include "testing.h"

#include <string.h>

#define SHA "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define B2                                                                                                             \
    "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b"                 \
    "903a685b1448b755d56f701afe9be2ce"

static const char accession[] = "akta-entry/v1\ntype accession\ntime 2026-11-22T00:37:50Z\n"
                                "object 006b02395e865c1ba53c7b826536ad21\nevent 1\nactor 5869f9e70cb1a4e3\n"
                                "file 006b02395e0b9a32cdf035f93415cfab\nseq 9\n"
                                "opening content sha256:" SHA " blake2b-512:" B2 "\n"
                                "opening metadata sha256:" SHA " blake2b-512:" B2 "\n";

static size_t there_and_back(struct bytes entry)
{
    struct buf packed CLEANUP(buf_free) = BUF_INIT(PACK_BUF_MAX), plain CLEANUP(buf_free) = BUF_INIT(PACK_BUF_MAX);
    struct bytes back;
    struct err e = ERR_INIT;
    entry_pack(entry, &packed);
    assert_true(buf_ok(&packed, &e));
    assert_true(entry_unpack(buf_bytes(&packed), &plain, &back, &e));
    assert_int_equal(back.n, entry.n);
    assert_memory_equal(back.p, entry.p, entry.n);
    return packed.n;
}

static void an_accession_takes_less_than_half(void **state)
{
    (void)state;
    assert_true(there_and_back(bytes_of(str_of(accession))) * 9 < sizeof accession * 4);
}

static void every_beginning_comes_back(void **state)
{
    (void)state;
    for (size_t n = 1; n < sizeof accession; n++)
        (void)there_and_back((struct bytes){(const uint8_t *)accession, n});
}

static void any_bytes_come_back(void **state)
{
    static const char some[] = "\x00\x01\x7f\x80\xfd\xfe\xff"
                               "akta-entry/v1\ntype file-open 0123456789abcdef\nevent 1\n";
    uint64_t seed = 0x5eed;
    uint8_t entry[600];
    (void)state;
    for (int round = 0; round < 4000; round++) {
        size_t n = 1 + (size_t)round % sizeof entry;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            entry[i] = (uint8_t)some[(seed >> 33) % (round % 2 ? sizeof some - 1 : 3)];
        }
        (void)there_and_back((struct bytes){entry, n});
    }
}

static void a_long_run_of_digits_comes_back(void **state)
{
    char digits[2001];
    (void)state;
    memset(digits, 'a', sizeof digits);
    for (size_t n = 1; n < sizeof digits; n += 7)
        (void)there_and_back((struct bytes){(uint8_t *)digits, n});
}

static void an_entry_written_whole_is_read(void **state)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(PACK_BUF_MAX);
    struct bytes back;
    struct err e = ERR_INIT;
    (void)state;
    assert_true(entry_unpack(bytes_of(str_of(accession)), &plain, &back, &e));
    assert_int_equal(back.n, sizeof accession - 1);
    assert_memory_equal(back.p, accession, back.n);
}

static void what_was_never_packed_is_damage(void **state)
{
    static const char *const bad[] = {"\x01\xff", "\x01\xfd", "\x01\xfe", "\x01\xfe\x02\x30"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct buf plain CLEANUP(buf_free) = BUF_INIT(PACK_BUF_MAX);
        struct bytes back;
        struct err e = ERR_INIT;
        assert_false(entry_unpack(bytes_of(str_of(bad[i])), &plain, &back, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
    }
}

static void a_packed_bomb_stays_small(void **state)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(PACK_BUF_MAX);
    uint8_t bomb[4096];
    struct bytes back;
    struct err e = ERR_INIT;
    (void)state;
    memset(bomb, 0x80, sizeof bomb);
    bomb[0] = 1;
    assert_false(entry_unpack((struct bytes){bomb, sizeof bomb}, &plain, &back, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accession_takes_less_than_half),
        cmocka_unit_test(every_beginning_comes_back),
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(a_long_run_of_digits_comes_back),
        cmocka_unit_test(an_entry_written_whole_is_read),
        cmocka_unit_test(what_was_never_packed_is_damage),
        cmocka_unit_test(a_packed_bomb_stays_small),
    };
    return cmocka_run_group_tests_name("log entries as they are stored", tests, NULL, NULL);
}
