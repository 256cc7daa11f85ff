/* note.c: signed notes (C2SP signed-note): a text, a blank line, and a signature line for each signer.
 *
 * Promises: only well-formed notes are read; a note counts as verified only when a known key verifies, and a known key
 * that does not verify refuses the whole. Signatures by keys that nobody named are left alone. */
#include "ledger_internal.h"

#include <string.h>

#define NOTE_MAX       (1u << 20)
#define SIGNATURES_MAX 100

static const char signature_mark[] = "\xE2\x80\x94 "; /* em dash, space */

static bool note_bytes_ok(struct str in)
{
    for (size_t i = 0; i < in.n; i++) {
        if ((uint8_t)in.p[i] < 0x20 && in.p[i] != '\n')
            return false;
    }
    return utf8_valid(in);
}

/* The text ends with the first LF of the last blank line. */
static bool note_split(struct str in, struct str *text, struct str *lines)
{
    for (size_t i = in.n; i >= 2; i--) {
        if (in.p[i - 1] == '\n' && in.p[i - 2] == '\n') {
            *text = (struct str){in.p, i - 1};
            *lines = (struct str){in.p + i, in.n - i};
            return true;
        }
    }
    return false;
}

static size_t count_lines(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static bool signature_parse(struct str line, struct arena *a, struct note_signature *out, struct err *e)
{
    const char *space = prefix_take(&line, signature_mark) && line.n > 0 ? memchr(line.p, ' ', line.n) : NULL;
    if (space == NULL)
        return err_set(e, ERR_INVALID, "a signature line must read: em dash, space, name, space, base64");
    struct str name = {line.p, (size_t)(space - line.p)};
    struct str text = {space + 1, line.n - name.n - 1};
    uint8_t *raw = arena_alloc(a, text.n / 4 * 3 + 3);
    size_t n = 0;
    if (raw == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading a note");
    if (!key_name_ok(name) || !base64_decode(text, raw, text.n / 4 * 3 + 3, &n) || n < 5)
        return err_set(e, ERR_INVALID, "a signature line of the note has no valid name or no valid base64");
    struct reader r = reader_of((struct bytes){raw, n});
    *out = (struct note_signature){.name = name, .key_id = rd_be32(&r)};
    out->payload = rd_bytes(&r, n - 4);
    return true;
}

bool note_parse(struct str in, struct arena *a, struct note *out, struct err *e)
{
    struct str lines, line;
    struct note n = {0};
    if (in.n > NOTE_MAX)
        return err_set(e, ERR_TOO_BIG, "a note of more than %u bytes is not read", NOTE_MAX);
    if (in.n == 0 || !note_bytes_ok(in))
        return err_set(e, ERR_INVALID, "a note must be UTF-8 without control characters");
    if (!note_split(in, &n.text, &lines) || lines.n == 0 || lines.p[lines.n - 1] != '\n')
        return err_set(e, ERR_INVALID, "the note has no signature lines after a blank line, or its last line is cut");
    size_t count = count_lines(lines);
    if (count > SIGNATURES_MAX)
        return err_set(e, ERR_TOO_BIG, "the note has %zu signatures and at most %d are read", count, SIGNATURES_MAX);
    n.sigs = arena_alloc(a, count * sizeof *n.sigs);
    if (n.sigs == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading a note");
    while (line_take(&lines, &line)) {
        if (!signature_parse(line, a, &n.sigs[n.sig_count], e))
            return false;
        n.sig_count++;
    }
    *out = n;
    return true;
}

static const struct note_key *key_for(const struct note_signature *sig, const struct note_key *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (keys[i].id == sig->key_id && str_is(sig->name, keys[i].name))
            return &keys[i];
    }
    return NULL;
}

/* A cosignature signs the time and the whole text. */
static bool cosignature_ok(struct str text, const struct note_key *k, struct bytes payload, instant *at)
{
    struct buf message CLEANUP(buf_free) = BUF_INIT(text.n + 64);
    struct bytes sig;
    struct err ignored = ERR_INIT;
    if (!cosignature_parse(payload, at, &sig))
        return false;
    buf_fmt(&message, "cosignature/v1\ntime %llu\n", ULL(*at));
    buf_add_str(&message, text);
    return buf_ok(&message, &ignored) && sign_verify(&k->pub, buf_bytes(&message), sig.p);
}

static bool signature_ok(struct str text, const struct note_key *k, struct note_signature *sig)
{
    instant at = 0;
    bool ok = k->type == NOTE_COSIGNATURE
                  ? cosignature_ok(text, k, sig->payload, &at)
                  : sig->payload.n == 64 && sign_verify(&k->pub, bytes_of(text), sig->payload.p);
    sig->cosigned_at = ok ? at : 0;
    return ok;
}

static bool repeats_earlier(const struct note *n, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (n->sigs[j].key_id == n->sigs[i].key_id && str_eq(n->sigs[j].name, n->sigs[i].name))
            return true;
    }
    return false;
}

bool note_verify(struct note *n, const struct note_key *keys, size_t key_count, struct err *e)
{
    size_t verified = 0;
    for (size_t i = 0; i < n->sig_count; i++) {
        struct note_signature *sig = &n->sigs[i];
        const struct note_key *k = key_for(sig, keys, key_count);
        sig->verified = false;
        sig->cosigned_at = 0;
        if (k == NULL || repeats_earlier(n, i))
            continue;
        if (!signature_ok(n->text, k, sig))
            return err_set(e, ERR_CORRUPT, "the signature of %s on the note is wrong", k->name);
        sig->verified = true;
        verified++;
    }
    return verified > 0 || err_set(e, ERR_NOT_FOUND, "no known key has signed the note");
}

bool note_sign(struct str text, const struct note_key *k, const struct sign_secret *s, struct buf *out, struct err *e)
{
    uint8_t raw[4 + 64];
    char line[96];
    if (text.n == 0 || text.p[text.n - 1] != '\n' || !note_bytes_ok(text))
        return err_set(e, ERR_INVALID, "the text to sign must be lines of UTF-8 without control characters");
    if (k->type != NOTE_ED25519)
        return err_set(e, ERR_UNSUPPORTED, "keys of type 0x%02x cannot sign a note here", k->type);
    for (unsigned i = 0; i < 4; i++)
        raw[i] = (uint8_t)(k->id >> (24 - 8 * i));
    if (!sign_bytes(s, bytes_of(text), raw + 4, e))
        return false;
    base64_encode((struct bytes){raw, sizeof raw}, line);
    buf_add_str(out, text);
    buf_fmt(out, "\n%s%s %s\n", signature_mark, k->name, line);
    return buf_ok(out, e);
}
