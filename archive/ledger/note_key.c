/* note_key.c: the keys of signed notes: `name+id+base64` for verifiers, `PRIVATE+KEY+…` for signers.
 *
 * Promises: a key is accepted only when its id is the hash of its name and bytes and, being Ed25519, it is a key that
 * the library may safely be given. Algorithms that are not ours are ERR_UNSUPPORTED. */
#include "ledger_internal.h"

#include <stdio.h>
#include <string.h>

#define VKEY_RAW_MAX 2048 /* an ML-DSA-44 key is 1,313 bytes with its type */
static const char skey_prefix[] = "PRIVATE+KEY+";

/* First four bytes of SHA-256(name LF type key). */
static uint32_t key_id_of(struct str name, struct bytes type_and_key)
{
    char head[sizeof((struct note_key *)0)->name + 1];
    uint8_t sum[SHA256_SIZE];
    memcpy(head, name.p, name.n);
    head[name.n] = '\n';
    sha256_of2((struct bytes){(const uint8_t *)head, name.n + 1}, type_and_key, sum);
    struct reader r = reader_of((struct bytes){sum, sizeof sum});
    return rd_be32(&r);
}

static void type_and_public(const struct note_key *k, uint8_t out[33])
{
    out[0] = k->type;
    memcpy(out + 1, k->pub.b, 32);
}

/* `name+0123abcd+base64`: the three parts, the last one decoded. base64 may hold '+', a name may not. */
struct key_parts {
    struct str name;
    uint32_t id;
    uint8_t raw[VKEY_RAW_MAX];
    size_t raw_n;
};

static bool key_split(struct str s, struct key_parts *out, struct err *e)
{
    uint8_t id[4];
    const char *plus = s.n > 0 ? memchr(s.p, '+', s.n) : NULL;
    size_t name_n = plus != NULL ? (size_t)(plus - s.p) : 0;
    out->name = (struct str){s.p, name_n};
    if (plus == NULL || s.n < name_n + 10 || s.p[name_n + 9] != '+' ||
        !hex_decode((struct str){plus + 1, 8}, id, sizeof id))
        return err_set(e, ERR_INVALID, "the key must read name+8 hexadecimal digits+base64");
    if (!key_name_ok(out->name) || name_n >= sizeof((struct note_key *)0)->name)
        return err_set(e, ERR_INVALID, "the key's name is empty, too long, or holds a space");
    struct str text = {s.p + name_n + 10, s.n - name_n - 10};
    if (!base64_decode(text, out->raw, sizeof out->raw, &out->raw_n) || out->raw_n < 2)
        return err_set(e, ERR_INVALID, "the key's bytes are not base64");
    struct reader r = reader_of((struct bytes){id, sizeof id});
    out->id = rd_be32(&r);
    return true;
}

bool note_key_parse(struct str vkey, struct note_key *out, struct err *e)
{
    struct key_parts p;
    struct note_key k = {0};
    if (!key_split(vkey, &p, e))
        return false;
    /* Other algorithms compute their ids in other ways, so the type comes first. */
    if (p.raw[0] != NOTE_ED25519 && p.raw[0] != NOTE_COSIGNATURE)
        return err_set(e, ERR_UNSUPPORTED, "keys of type 0x%02x are not known here (known: 0x01 and 0x04, Ed25519)",
                       p.raw[0]);
    if (p.id != key_id_of(p.name, (struct bytes){p.raw, p.raw_n}))
        return err_set(e, ERR_INVALID, "the key's id %08x is not that of its name and bytes: it was copied wrongly",
                       p.id);
    if (p.raw_n != 33)
        return err_set(e, ERR_INVALID, "an Ed25519 key has 32 bytes and this one has %zu", p.raw_n - 1);
    memcpy(k.name, p.name.p, p.name.n);
    memcpy(k.pub.b, p.raw + 1, 32);
    k.type = p.raw[0];
    k.id = p.id;
    if (!sign_public_ok(&k.pub))
        return err_set(e, ERR_INVALID, "the key's bytes are no usable Ed25519 public key");
    *out = k;
    return true;
}

bool note_key_make(const char *name, const struct sign_secret *s, struct note_key *out, struct err *e)
{
    struct note_key k = {.type = NOTE_ED25519};
    uint8_t raw[33];
    struct str view = str_of(name);
    if (!key_name_ok(view) || view.n >= sizeof k.name)
        return err_set(e, ERR_INVALID, "the key's name is empty, too long, or holds a space");
    memcpy(k.name, name, view.n);
    sign_public_of(s, &k.pub);
    type_and_public(&k, raw);
    k.id = key_id_of(view, (struct bytes){raw, sizeof raw});
    *out = k;
    return true;
}

bool note_vkey_text(const struct note_key *k, struct buf *out, struct err *e)
{
    uint8_t raw[33];
    char text[48];
    type_and_public(k, raw);
    base64_encode((struct bytes){raw, sizeof raw}, text);
    buf_fmt(out, "%s+%08x+%s", k->name, k->id, text);
    return buf_ok(out, e);
}

bool skey_format(const struct note_key *k, const struct sign_secret *s, char out[SKEY_TEXT_SIZE], struct err *e)
{
    uint8_t raw[33] = {NOTE_ED25519};
    char text[48];
    memcpy(raw + 1, s->seed, 32);
    base64_encode((struct bytes){raw, sizeof raw}, text);
    int n = snprintf(out, SKEY_TEXT_SIZE, "%s%s+%08x+%s", skey_prefix, k->name, k->id, text);
    explicit_bzero(raw, sizeof raw);
    explicit_bzero(text, sizeof text);
    return (n > 0 && n < SKEY_TEXT_SIZE) || err_set(e, ERR_TOO_BIG, "the key's name is too long");
}

bool note_skey_text(const struct note_key *k, const struct sign_secret *s, struct buf *out, struct err *e)
{
    char text[SKEY_TEXT_SIZE];
    bool ok = skey_format(k, s, text, e);
    if (ok)
        buf_add_z(out, text);
    explicit_bzero(text, sizeof text);
    return ok && buf_ok(out, e);
}

static bool skey_take(const struct key_parts *p, struct note_key *out, struct sign_secret *secret, struct err *e)
{
    struct note_key k;
    char name[sizeof k.name] = {0};
    if (p->raw[0] != NOTE_ED25519)
        return err_set(e, ERR_UNSUPPORTED, "private keys of type 0x%02x are not known here", p->raw[0]);
    if (p->raw_n != 33)
        return err_set(e, ERR_INVALID, "the private key's seed must have 32 bytes");
    memcpy(name, p->name.p, p->name.n);
    memcpy(secret->seed, p->raw + 1, 32);
    if (!note_key_make(name, secret, &k, e))
        return false;
    if (k.id != p->id)
        return err_set(e, ERR_INVALID, "the private key's id is not that of its name and bytes: it was changed");
    *out = k;
    return true;
}

bool note_skey_parse(struct str skey, struct note_key *out, struct sign_secret *secret, struct err *e)
{
    struct key_parts p;
    struct sign_secret got = {0};
    if (!prefix_take(&skey, skey_prefix))
        return err_set(e, ERR_INVALID, "a private key begins with %s", skey_prefix);
    bool ok = key_split(skey, &p, e) && skey_take(&p, out, &got, e);
    if (ok)
        *secret = got;
    explicit_bzero(&p, sizeof p);
    explicit_bzero(&got, sizeof got);
    return ok;
}

bool cosignature_parse(struct bytes payload, instant *at, struct bytes *sig)
{
    struct reader r = reader_of(payload);
    uint64_t seconds = rd_be64(&r);
    struct bytes rest = rd_bytes(&r, 64);
    if (!rd_done(&r) || seconds > INT64_MAX)
        return false;
    *at = (instant)seconds;
    *sig = rest;
    return true;
}
