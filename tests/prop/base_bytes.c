/* Numbers, encodings, buffers, catalogues, settings and seals under random input. */
#include "testing.h"

#include "chance.h"
#include "mo.h"

static void numbers_come_back(void **state)
{
    (void)state;
    for (int round = 0; round < 50000; round++) {
        uint64_t v = chance() >> chance_below(64), got = 0;
        int64_t s = (int64_t)v, back = 0;
        char text[32];
        snprintf(text, sizeof text, "%llu", (unsigned long long)v);
        assert_true(parse_u64(str_of(text), 0, UINT64_MAX, &got) && got == v);
        snprintf(text, sizeof text, "%lld", (long long)s);
        assert_true(parse_i64(str_of(text), INT64_MIN, INT64_MAX, &back) && back == s);
    }
}

/* What parses is exactly what printing gives. */
static void nothing_else_is_a_number(void **state)
{
    (void)state;
    static const char letters[] = "0123456789-+ .x";
    for (int round = 0; round < 200000; round++) {
        char text[8], again[32];
        size_t n = chance_below(sizeof text);
        for (size_t i = 0; i < n; i++) {
            text[i] = letters[chance_below(sizeof letters - 1)];
        }
        int64_t v = 0;
        if (parse_i64((struct str){text, n}, INT64_MIN, INT64_MAX, &v)) {
            snprintf(again, sizeof again, "%lld", (long long)v);
            assert_true(str_is((struct str){text, n}, again));
        }
    }
}

static void encodings_are_one_to_one(void **state)
{
    (void)state;
    static const char letters[] = "ABCDZabcz019+/==-_ \n";
    for (int round = 0; round < 100000; round++) {
        uint8_t raw[30], back[30];
        char text[64], again[64];
        size_t n = chance_below(sizeof raw), got = 0;
        chance_fill(raw, n);
        base64_encode((struct bytes){raw, n}, text);
        assert_true(base64_decode(str_of(text), back, sizeof back, &got) && got == n);
        assert_memory_equal(raw, back, n);
        hex_encode((struct bytes){raw, n}, text);
        assert_true(hex_decode(str_of(text), back, n));
        assert_memory_equal(raw, back, n);
        size_t length = chance_below(13);
        for (size_t i = 0; i < length; i++) {
            text[i] = letters[chance_below(sizeof letters - 1)];
        }
        if (base64_decode((struct str){text, length}, back, sizeof back, &got)) {
            base64_encode((struct bytes){back, got}, again);
            assert_true(str_is((struct str){text, length}, again));
        }
    }
}

/* A buffer against an array: same bytes, and the first append that does not fit stops it for good. */
static void buffers_are_like_an_array(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++) {
        size_t ceiling = chance_below(3000), n = 0;
        uint8_t model[3000], piece[700];
        bool full = false;
        struct buf b CLEANUP(buf_free) = BUF_INIT(ceiling);
        struct err e = ERR_INIT;
        for (int i = 0; i < 12; i++) {
            size_t add = chance_below(sizeof piece);
            chance_fill(piece, add);
            buf_add(&b, piece, add);
            full = full || add > ceiling - n;
            if (!full) {
                memcpy(model + n, piece, add);
                n += add;
            }
        }
        assert_int_equal(buf_ok(&b, &e), !full);
        assert_int_equal(b.n, n);
        assert_memory_equal(n > 0 ? b.p : model, model, n);
    }
}

static void readers_never_pass_the_end(void **state)
{
    (void)state;
    for (int round = 0; round < 50000; round++) {
        uint8_t raw[40];
        size_t n = chance_below(sizeof raw), used = 0;
        chance_fill(raw, n);
        struct reader r = reader_of((struct bytes){raw, n});
        for (int i = 0; i < 8; i++) {
            size_t want = chance_below(12);
            bool fits = !r.failed && want <= n - used;
            struct bytes got = rd_bytes(&r, want);
            assert_int_equal(r.failed, !fits);
            assert_int_equal(got.n, fits ? want : 0);
            assert_true(!fits || got.p == raw + used);
            used += got.n;
        }
        assert_int_equal(rd_done(&r), !r.failed && used == n);
    }
}

/* A damaged image is refused, or it still answers every question without leaving its bytes (the sanitizer looks). */
static void damaged_catalogues_do_no_harm(void **state)
{
    (void)state;
    static const struct mo_row rows[] = {{STR_INIT("%d day\0%d days"), STR_INIT("%d dzień\0%d dni\0%d dni")},
                                         {STR_INIT("alpha"), STR_INIT("alfa")},
                                         {STR_INIT("beta"), STR_INIT("")},
                                         {STR_INIT("gamma %s"), STR_INIT("gamma %s")}};
    uint8_t good[512];
    size_t n = mo_build(good, rows, COUNT_OF(rows)), refused = 0;
    for (int round = 0; round < 20000; round++) {
        uint8_t *bad = mem_alloc(n); /* of exact size, so that a step beyond is seen */
        memcpy(bad, good, n);
        for (uint64_t flips = 1 + chance_below(3); flips > 0; flips--) {
            bad[chance_below(n)] = (uint8_t)chance();
        }
        struct err e = ERR_INIT;
        size_t kept = chance_below(20) == 0 ? chance_below(n) : n;
        if (catalogue_register(LANG_PL, bad, kept, &e)) {
            size_t length = 0;
            for (size_t i = 0; i < COUNT_OF(rows); i++) {
                length += strlen(tr(LANG_PL, rows[i].id.p));
            }
            for (uint64_t many = 0; many < 30; many++) {
                length += strlen(trn(LANG_PL, "%d day", "%d days", many));
            }
            assert_true(length > 0);
        } else {
            refused++;
        }
        assert_true(catalogue_register(LANG_PL, good, n, &e));
        mem_free(bad);
    }
    assert_true(refused > 1000);
}

/* Settings files of likely and unlikely pieces: read whole or refused with a place, never half. */
static void settings_of_any_text(void **state)
{
    (void)state;
    static const struct setting table[] = {
        {"a", SET_U64, "5", 0, 9, ""}, {"s.b", SET_BOOL, "no", 0, 0, ""}, {"s.c", SET_TEXT, "", 0, 8, ""}};
    static const char *const pieces[] = {"a", "=", " ",  "\n", "[s]",  "b", "c", "yes",
                                         "3", "#", "\t", "ż",  "\xFF", "[", "]", "\r\n"};
    size_t read = 0;
    for (int round = 0; round < 50000; round++) {
        char text[128];
        size_t n = 0;
        for (uint64_t i = chance_below(16); i > 0; i--) {
            struct str piece = str_of(pieces[chance_below(COUNT_OF(pieces))]);
            memcpy(text + n, piece.p, piece.n);
            n += piece.n;
        }
        struct settings *s CLEANUP(settings_free) = NULL;
        struct err e = ERR_INIT;
        if (settings_read(table, COUNT_OF(table), (struct str){text, n}, "x", &s, &e)) {
            assert_true(setting_u64(s, "a") <= 9);
            assert_true(utf8_length(setting_text(s, "s.c")) <= 8);
            read++;
        } else {
            assert_int_equal(e.code, ERR_INVALID);
            assert_true(str_starts(str_of(e.text), "x, line "));
        }
    }
    assert_true(read > 500);
}

static void sealed_pieces_open_only_whole(void **state)
{
    (void)state;
    struct key k;
    key_random(&k);
    for (int round = 0; round < 3000; round++) {
        uint8_t plain[200], aad[30];
        size_t n = chance_below(sizeof plain), m = chance_below(sizeof aad);
        struct buf box CLEANUP(buf_free) = BUF_INIT(400), out CLEANUP(buf_free) = BUF_INIT(800);
        struct err e = ERR_INIT;
        chance_fill(plain, n);
        chance_fill(aad, m);
        assert_true(seal_box(&k, (struct bytes){aad, m}, (struct bytes){plain, n}, &box, &e));
        assert_true(unseal_box(&k, (struct bytes){aad, m}, buf_bytes(&box), &out, &e));
        assert_true(bytes_cmp(buf_bytes(&out), (struct bytes){plain, n}) == 0);
        size_t bit = chance_below(8 * box.n);
        box.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(unseal_box(&k, (struct bytes){aad, m}, buf_bytes(&box), &out, &e));
        box.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(unseal_box(&k, (struct bytes){aad, m}, (struct bytes){box.p, chance_below(box.n)}, &out, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_int_equal(out.n, n);
    }
}

/* Streams in uneven pieces give what one call gives. */
static void digests_do_not_see_the_pieces(void **state)
{
    (void)state;
    struct digest *d[] = {digest_new(DIGEST_SHA256), digest_new(DIGEST_BLAKE2B)};
    for (int round = 0; round < 500; round++) {
        static uint8_t data[5000];
        size_t n = chance_below(sizeof data);
        struct digests whole;
        uint8_t out[64];
        chance_fill(data, n);
        digests_of((struct bytes){data, n}, &whole);
        for (size_t i = 0; i < COUNT_OF(d); i++) {
            for (size_t at = 0, step; at < n; at += step) {
                step = 1 + chance_below(n - at);
                digest_add(d[i], (struct bytes){data + at, step});
            }
            digest_end(d[i], out);
            assert_memory_equal(out, i == 0 ? whole.sha256 : whole.blake2b, i == 0 ? SHA256_SIZE : BLAKE2B_SIZE);
        }
        size_t cut = chance_below(n + 1);
        sha256_of2((struct bytes){data, cut}, (struct bytes){data + cut, n - cut}, out);
        assert_memory_equal(out, whole.sha256, SHA256_SIZE);
    }
    digest_free(&d[0]);
    digest_free(&d[1]);
}

static void honest_keys_load_sign_and_verify(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++) {
        struct sign_secret secret;
        struct sign_public public;
        struct err e = ERR_INIT;
        uint8_t sig[64], msg[100];
        size_t n = chance_below(sizeof msg);
        chance_fill(secret.seed, sizeof secret.seed);
        chance_fill(msg, n);
        sign_public_of(&secret, &public);
        assert_true(sign_public_ok(&public));
        assert_true(sign_bytes(&secret, (struct bytes){msg, n}, sig, &e));
        assert_true(sign_verify(&public, (struct bytes){msg, n}, sig));
        sig[chance_below(64)] ^= 0x10;
        assert_false(sign_verify(&public, (struct bytes){msg, n}, sig));
    }
}

/* Random keys and signatures are refused, and libgcrypt survives them. */
static void random_keys_do_no_harm(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct sign_public public;
        uint8_t sig[64];
        chance_fill(public.b, sizeof public.b);
        chance_fill(sig, sizeof sig);
        sig[63] &= 0x0F;
        assert_false(sign_verify(&public, bytes_of(STR("x")), sig));
    }
}

int main(void)
{
    struct err e = ERR_INIT;
    chance_start("base_bytes");
    if (!crypto_init(&e)) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(nothing_else_is_a_number),
        cmocka_unit_test(encodings_are_one_to_one),
        cmocka_unit_test(buffers_are_like_an_array),
        cmocka_unit_test(readers_never_pass_the_end),
        cmocka_unit_test(damaged_catalogues_do_no_harm),
        cmocka_unit_test(settings_of_any_text),
        cmocka_unit_test(sealed_pieces_open_only_whole),
        cmocka_unit_test(digests_do_not_see_the_pieces),
        cmocka_unit_test(honest_keys_load_sign_and_verify),
        cmocka_unit_test(random_keys_do_no_harm),
    };
    return cmocka_run_group_tests_name("base_bytes", tests, NULL, NULL);
}
