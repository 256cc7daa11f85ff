/* Signed notes, their keys, checkpoint bodies and cosignatures against public vectors and against every small change of
 * them: what is not exactly right is refused, with a reason. */
#include "archive/ledger/ledger_internal.h"

#include "log_vectors.h"

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(64u << 20);
    return arena != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static size_t keys_of(const json_t *list, struct note_key out[8])
{
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v)
    {
        struct err e = ERR_INIT;
        assert_true(i < 8);
        assert_true(note_key_parse(text_at(v), &out[i], &e));
    }
    return json_array_size(list);
}

static struct str note_text_of(const json_t *c)
{
    if (json_object_get(c, "note") != NULL)
        return text_in(c, "note");
    struct str hex = text_in(c, "note_hex");
    uint8_t *raw = arena_alloc(arena, hex.n / 2);
    assert_non_null(raw);
    assert_true(hex_decode(hex, raw, hex.n / 2));
    return (struct str){(const char *)raw, hex.n / 2};
}

static bool has_verified(const struct note *n, struct str name, bool verified)
{
    for (size_t i = 0; i < n->sig_count; i++) {
        if (str_eq(n->sigs[i].name, name) && n->sigs[i].verified == verified)
            return true;
    }
    return false;
}

static void signing_gives_the_known_note(void **state)
{
    json_t *v = vectors_load("note.json"), *c;
    size_t i;
    (void)state;
    json_array_foreach(json_object_get(v, "signers"), i, c)
    {
        struct err e = ERR_INIT;
        struct note_key key, made;
        struct sign_secret secret;
        struct buf out CLEANUP(buf_free) = BUF_INIT(4096);
        assert_true(note_skey_parse(text_in(c, "skey"), &key, &secret, &e));
        assert_true(note_sign(text_in(c, "text"), &key, &secret, &out, &e));
        assert_true(str_eq(buf_str(&out), text_in(c, "note")));
        buf_reset(&out);
        assert_true(note_vkey_text(&key, &out, &e));
        assert_true(str_eq(buf_str(&out), text_in(c, "vkey")));
        buf_reset(&out);
        assert_true(note_skey_text(&key, &secret, &out, &e));
        assert_true(str_eq(buf_str(&out), text_in(c, "skey")));
        assert_true(note_key_make(key.name, &secret, &made, &e));
        assert_int_equal(made.id, key.id);
    }
    assert_int_equal(i, 1);
    json_decref(v);
}

static void valid_notes(void **state)
{
    json_t *v = vectors_load("note.json"), *c, *name;
    size_t i, j;
    (void)state;
    json_array_foreach(json_object_get(v, "valid"), i, c)
    {
        struct note_key keys[8];
        struct note n;
        struct err e = ERR_INIT;
        size_t count = keys_of(json_object_get(c, "vkeys"), keys);
        if (!note_parse(note_text_of(c), arena, &n, &e) || !note_verify(&n, keys, count, &e))
            fail_msg("note %zu: %s", i, e.text);
        json_array_foreach(json_object_get(c, "verified"), j, name) assert_true(has_verified(&n, text_at(name), true));
        json_array_foreach(json_object_get(c, "unverified"), j, name)
            assert_true(has_verified(&n, text_at(name), false));
    }
    assert_int_equal(i, 5);
    json_decref(v);
}

static void invalid_notes(void **state)
{
    json_t *v = vectors_load("note.json"), *c;
    size_t i;
    (void)state;
    json_array_foreach(json_object_get(v, "invalid"), i, c)
    {
        struct note_key keys[8];
        struct note n;
        struct err e = ERR_INIT;
        size_t count = keys_of(json_object_get(c, "vkeys"), keys);
        bool ok = note_parse(note_text_of(c), arena, &n, &e) && note_verify(&n, keys, count, &e);
        if (ok)
            fail_msg("accepted: %s", json_string_value(json_object_get(c, "why")));
        assert_true(e.code != ERR_NONE && strlen(e.text) > 0);
    }
    assert_int_equal(i, 10);
    json_decref(v);
}

static void malformed_endings(void **state)
{
    static const char *const bad[] = {
        "text\n\n\xE2\x80\x93 name AAAAAAAA\n",         /* en dash */
        "text\n\n- name AAAAAAAA\n",                    /* hyphen */
        "text\r\n\n\xE2\x80\x94 name AAAAAAAA\n",       /* CRLF in the text */
        "text\n\n\xE2\x80\x94 name AAAAAAAA\r\n",       /* CRLF after a signature */
        "text\n\n\xE2\x80\x94 na+me AAAAAAAA\n",        /* plus in a name */
        "text\n\n\xE2\x80\x94  AAAAAAAA\n",             /* no name */
        "text\n\n\xE2\x80\x94 name AAAAAA\n",           /* base64 without padding */
        "text\n\n\xE2\x80\x94 name AAAA\n",             /* no room for a signature */
        "text\n\n\xE2\x80\x94 na\xC2\xA0me AAAAAAAA\n", /* no-break space in a name */
        "",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct note n;
        struct err e = ERR_INIT;
        if (note_parse(str_of(bad[i]), arena, &n, &e))
            fail_msg("accepted: %s", bad[i]);
    }
    struct note n;
    struct err e = ERR_INIT;
    assert_true(note_parse(STR("text\n\n\xE2\x80\x94 name AAAAAAAA\n"), arena, &n, &e));
    assert_str(n.text, "text\n");
    /* The last blank line ends the text, so a text may hold one itself. */
    assert_true(note_parse(STR("a\n\nb\n\n\xE2\x80\x94 name AAAAAAAA\n"), arena, &n, &e));
    assert_str(n.text, "a\n\nb\n");
}

static void a_repeated_signature_counts_once(void **state)
{
    json_t *v = vectors_load("note.json"), *c = json_array_get(json_object_get(v, "signers"), 0);
    struct note_key key;
    struct note n;
    struct err e = ERR_INIT;
    (void)state;
    assert_true(note_key_parse(text_in(c, "vkey"), &key, &e));
    struct str whole = text_in(c, "note"), text = text_in(c, "text");
    struct str line = {whole.p + text.n + 1, whole.n - text.n - 1};
    struct str twice = arena_fmt(arena, "%.*s%.*s", (int)whole.n, whole.p, (int)line.n, line.p);
    assert_true(note_parse(twice, arena, &n, &e));
    assert_true(note_verify(&n, &key, 1, &e));
    assert_int_equal(n.sig_count, 2);
    assert_true(n.sigs[0].verified);
    assert_false(n.sigs[1].verified);
    json_decref(v);
}

/* ---------------------------------------------------------------- keys */

static void invalid_keys(void **state)
{
    json_t *v = vectors_load("note.json"), *c;
    size_t i;
    (void)state;
    json_array_foreach(json_object_get(v, "invalid_vkeys"), i, c)
    {
        struct note_key k;
        struct err e = ERR_INIT;
        assert_false(note_key_parse(text_at(c), &k, &e));
    }
    assert_int_equal(i, 4);
    json_decref(v);
}

static void every_piece_and_every_change_of_a_key_is_refused(void **state)
{
    json_t *v = vectors_load("note.json"), *c = json_array_get(json_object_get(v, "signers"), 0);
    struct str keys[2] = {text_in(c, "vkey"), text_in(c, "skey")};
    struct note_key k;
    struct sign_secret s;
    (void)state;
    for (int private = 0; private < 2; private ++) {
        struct str good = keys[private];
        for (size_t from = 0; from < good.n; from++) {
            for (size_t n = 0; n < good.n; n++) {
                struct err e = ERR_INIT;
                if (from + n > good.n)
                    break;
                struct str piece = {good.p + from, n};
                assert_false(private ? note_skey_parse(piece, &k, &s, &e) : note_key_parse(piece, &k, &e));
            }
        }
        for (size_t i = 0; i < good.n; i++) {
            struct err e = ERR_INIT;
            char changed[256];
            memcpy(changed, good.p, good.n);
            changed[i]++;
            struct str piece = {changed, good.n};
            assert_false(private ? note_skey_parse(piece, &k, &s, &e) : note_key_parse(piece, &k, &e));
        }
    }
    json_decref(v);
}

static void a_name_ends_where_it_ends(void **state)
{
    struct note_key k;
    struct sign_secret s;
    struct err e = ERR_INIT;
    (void)state;
    assert_false(note_skey_parse(
        STR("PRIVATE+KEY+PeterNeumann\0+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"), &k, &s, &e));
}

static void a_key_of_low_order_is_refused(void **state)
{
    struct note_key zero = {.name = "records.example/log", .type = NOTE_ED25519}, k;
    struct err e = ERR_INIT;
    uint8_t raw[33] = {1}, sum[32];
    char line[200];
    (void)state;
    snprintf(line, sizeof line, "%s\n", zero.name);
    sha256_of2(bytes_of(str_of(line)), (struct bytes){raw, sizeof raw}, sum);
    zero.id = (uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | sum[3];
    struct buf out CLEANUP(buf_free) = BUF_INIT(1024);
    assert_true(note_vkey_text(&zero, &out, &e));
    assert_false(note_key_parse(buf_str(&out), &k, &e));
    assert_int_equal(e.code, ERR_INVALID);
}

/* ---------------------------------------------------------------- checkpoints */

static void checkpoint_bodies(void **state)
{
    json_t *v = vectors_load("checkpoint-body.json"), *c;
    size_t i, accepted = 0;
    (void)state;
    json_array_foreach(json_object_get(v, "cases"), i, c)
    {
        struct checkpoint got;
        struct err e = ERR_INIT;
        bool ok = checkpoint_parse(text_in(c, "body"), &got, &e);
        /* The two good cases have roots that are not 32 bytes, which the file says a strict reader should refuse. */
        assert_false(ok);
        if (!json_is_true(json_object_get(c, "ok")))
            continue;
        struct str rest = text_in(c, "body"), origin, size, root;
        assert_true(line_take(&rest, &origin) && line_take(&rest, &size) && line_take(&rest, &root));
        struct str repaired = arena_fmt(arena, "%.*s\n%.*s\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n%.*s",
                                        (int)origin.n, origin.p, (int)size.n, size.p, (int)rest.n, rest.p);
        assert_true(checkpoint_parse(repaired, &got, &e));
        assert_true(str_eq(got.origin, text_in(c, "origin")));
        assert_int_equal(got.size, number_in(c, "size"));
        accepted++;
    }
    assert_int_equal(i, 9);
    assert_int_equal(accepted, 2);
    json_decref(v);
}

static void checkpoint_strictness(void **state)
{
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    static const char *const bad[] = {
        "log\n007\n" ROOT,   "log\n+7\n" ROOT,
        "log\n \n" ROOT,     "log\n7\n" ROOT "\n",
        "log\n7\n" ROOT "x", "log\n18446744073709551616\n" ROOT,
        "log\n7 \n" ROOT,    "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", /* spare bits set */
    };
    (void)state;
    struct checkpoint c;
    struct err e = ERR_INIT;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (checkpoint_parse(str_of(bad[i]), &c, &e))
            fail_msg("accepted: %s", bad[i]);
    }
    assert_true(checkpoint_parse(STR("log\n18446744073709551615\n" ROOT "more\n"), &c, &e));
    struct buf out CLEANUP(buf_free) = BUF_INIT(256);
    assert_true(checkpoint_body(&c, &out, &e));
    assert_str(buf_str(&out), "log\n18446744073709551615\n" ROOT);
#undef ROOT
}

/* ---------------------------------------------------------------- cosignatures */

static void cosigned_checkpoints(void **state)
{
    json_t *v = vectors_load("cosignature.json"), *c;
    size_t i;
    (void)state;
    json_array_foreach(json_object_get(v, "ed25519_0x04"), i, c)
    {
        struct note_key key;
        struct note n;
        struct err e = ERR_INIT;
        struct str text = text_in(c, "checkpoint");
        assert_true(note_key_parse(text_in(c, "vkey"), &key, &e));
        assert_int_equal(key.type, NOTE_COSIGNATURE);
        if (!note_parse(text, arena, &n, &e) || !note_verify(&n, &key, 1, &e))
            fail_msg("%zu: %s", i, e.text);
        bool seen = false;
        for (size_t j = 0; j < n.sig_count; j++) {
            seen |= n.sigs[j].verified;
            if (n.sigs[j].verified)
                assert_int_equal(n.sigs[j].cosigned_at, number_in(c, "timestamp"));
        }
        assert_true(seen);
        /* The signature covers every byte of the text. */
        struct bytes copy = arena_bytes(arena, bytes_of(text));
        char *changed = arena_alloc(arena, text.n);
        memcpy(changed, copy.p, text.n);
        changed[3] = changed[3] == 'x' ? 'y' : 'x';
        assert_true(note_parse((struct str){changed, text.n}, arena, &n, &e));
        assert_false(note_verify(&n, &key, 1, &e));
    }
    assert_int_equal(i, 3);
    json_decref(v);
}

static void cosignature_times(void **state)
{
    json_t *v = vectors_load("cosignature.json"), *c;
    size_t i;
    (void)state;
    json_array_foreach(json_object_get(v, "timestamp_parse"), i, c)
    {
        uint8_t raw[128];
        size_t n = 0;
        instant at = 0;
        struct bytes sig;
        assert_true(base64_decode(text_in(c, "sig_b64"), raw, sizeof raw, &n));
        bool ok = cosignature_parse((struct bytes){raw + 4, n - 4}, &at, &sig);
        assert_int_equal(ok, json_object_get(c, "unix") != NULL);
        if (ok)
            assert_int_equal(at, number_in(c, "unix"));
    }
    assert_int_equal(i, 2);
    json_decref(v);
}

static void other_peoples_notes_and_keys(void **state)
{
    json_t *v = vectors_load("cosignature.json"), *c;
    struct note n;
    struct note_key k;
    struct err e = ERR_INIT;
    size_t i;
    (void)state;
    assert_true(note_parse(text_in(v, "real_witnessed_checkpoint_no_keys"), arena, &n, &e));
    assert_int_equal(n.sig_count, 3);
    json_array_foreach(json_object_get(v, "vkey_parse"), i, c)
        assert_int_equal(note_key_parse(text_in(c, "vkey"), &k, &e), json_is_true(json_object_get(c, "ok")));
    /* Post-quantum keys are recognised as what they are, and not used. */
    assert_false(note_key_parse(text_in(v, "ml_dsa_44_vkey_parse"), &k, &e));
    assert_int_equal(e.code, ERR_UNSUPPORTED);
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(signing_gives_the_known_note, begin, end),
        cmocka_unit_test_setup_teardown(valid_notes, begin, end),
        cmocka_unit_test_setup_teardown(invalid_notes, begin, end),
        cmocka_unit_test_setup_teardown(malformed_endings, begin, end),
        cmocka_unit_test_setup_teardown(a_repeated_signature_counts_once, begin, end),
        cmocka_unit_test_setup_teardown(invalid_keys, begin, end),
        cmocka_unit_test_setup_teardown(every_piece_and_every_change_of_a_key_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_name_ends_where_it_ends, begin, end),
        cmocka_unit_test_setup_teardown(a_key_of_low_order_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(checkpoint_bodies, begin, end),
        cmocka_unit_test_setup_teardown(checkpoint_strictness, begin, end),
        cmocka_unit_test_setup_teardown(cosigned_checkpoints, begin, end),
        cmocka_unit_test_setup_teardown(cosignature_times, begin, end),
        cmocka_unit_test_setup_teardown(other_peoples_notes_and_keys, begin, end),
    };
    return cmocka_run_group_tests(tests, vectors_setup, NULL);
}
