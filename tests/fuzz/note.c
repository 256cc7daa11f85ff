/* Any bytes as a signed note, a key or a checkpoint body: what is accepted is written again to the same bytes. */
#include "archive/ledger/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static struct note_key some_key(void)
{
    static struct note_key key;
    static bool made;
    struct sign_secret secret = {{7}};
    struct err e = ERR_INIT;
    if (!made)
        must(crypto_init(&e) && note_key_make("records.example/log", &secret, &key, &e));
    made = true;
    return key;
}

static void as_note(struct str in, struct arena *a)
{
    struct note n;
    struct note_key key = some_key();
    struct err e = ERR_INIT;
    if (!note_parse(in, a, &n, &e)) {
        must(e.code != ERR_NONE && e.text[0] != '\0');
        return;
    }
    must(n.text.n > 0 && n.text.p[n.text.n - 1] == '\n' && n.text.n < in.n);
    must(n.sig_count >= 1);
    if (!note_verify(&n, &key, 1, &e))
        must(e.code == ERR_NOT_FOUND || e.code == ERR_CORRUPT);
}

static void as_key(struct str in)
{
    struct note_key key, again;
    struct sign_secret secret;
    struct err e = ERR_INIT;
    struct buf out CLEANUP(buf_free) = BUF_INIT(4096);
    if (note_key_parse(in, &key, &e)) {
        must(note_vkey_text(&key, &out, &e) && str_eq(buf_str(&out), in));
        must(note_key_parse(buf_str(&out), &again, &e));
    }
    if (note_skey_parse(in, &key, &secret, &e)) {
        buf_reset(&out);
        must(note_skey_text(&key, &secret, &out, &e) && str_eq(buf_str(&out), in));
    }
}

static void as_checkpoint(struct str in)
{
    struct checkpoint c;
    struct err e = ERR_INIT;
    struct buf out CLEANUP(buf_free) = BUF_INIT(in.n + 256);
    if (!checkpoint_parse(in, &c, &e))
        return;
    must(checkpoint_body(&c, &out, &e));
    must(out.n <= in.n && memcmp(out.p, in.p, out.n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = str_of_bytes((struct bytes){data, size});
    struct arena *a = arena_new(8u << 20);
    as_note(in, a);
    as_key(in);
    as_checkpoint(in);
    arena_free(&a);
    return 0;
}
