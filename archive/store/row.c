/* row.c: rows as bytes, driven by one field table a record kind.
 *
 * version(u8) { tag(u8) length value }… in tag order, lengths and numbers as short as they can be; the sealed fields
 * form the same sequence inside one box (nonce, ciphertext, tag under the object's key) that stands last under
 * SEALED_TAG. The box is bound to kind, version and object, so that it cannot be moved to another row. One value has
 * one encoding: an empty field is absent, and whatever decodes would encode to the same plain bytes again. Everything
 * else is ERR_CORRUPT and names the field. */
#include "store.h"

#include <string.h>

#define SEALED_TAG   255u
#define FIELD_HEADER 2u /* the least: a tag and a length */
#define SEALED_MAX   (16u << 20)

static const void *at(const void *row, const struct field *f)
{
    return (const char *)row + f->offset;
}

static void *at_mut(void *row, const struct field *f)
{
    return (char *)row + f->offset;
}

static bool digests_zero(const struct digests *d)
{
    static const struct digests zero;
    return digests_equal(d, &zero);
}

static bool field_empty(const struct field *f, const void *row)
{
    const void *p = at(row, f);
    switch (f->type) {
        case F_TEXT:
            return ((const struct str *)p)->n == 0;
        case F_BYTES:
            return ((const struct bytes *)p)->n == 0;
        case F_U64:
            return *(const uint64_t *)p == 0;
        case F_DAY:
            return day_is_none(*(const struct day *)p);
        case F_INSTANT:
            return *(const instant *)p == 0;
        case F_ID:
            return id_is_zero(*(const struct id *)p);
        case F_DIGESTS:
            return digests_zero(p);
    }
    return true;
}

/* ---- encoding */

static bool check_limits(const struct field *f, const void *row, struct err *e)
{
    const void *p = at(row, f);
    if (f->type == F_TEXT) {
        struct str s = *(const struct str *)p;
        if (!utf8_valid(s)) {
            return err_field(e, ERR_INVALID, f->name, "%s is not valid UTF-8", f->name);
        }
        if (f->max > 0 && utf8_length(s) > f->max) {
            return err_field(e, ERR_TOO_BIG, f->name, "%s is longer than %u characters", f->name, f->max);
        }
    }
    if (f->type == F_BYTES && f->max > 0 && ((const struct bytes *)p)->n > f->max) {
        return err_field(e, ERR_TOO_BIG, f->name, "%s is longer than %u bytes", f->name, f->max);
    }
    if (f->type == F_U64 && f->max > 0 && *(const uint64_t *)p > f->max) {
        return err_field(e, ERR_TOO_BIG, f->name, "%s is larger than %u", f->name, f->max);
    }
    return true;
}

static void add_counted(struct buf *out, const void *p, size_t n)
{
    buf_add_length(out, n);
    buf_add(out, p, n);
}

static void add_number(struct buf *out, uint64_t v)
{
    uint8_t bytes = 1;
    while (bytes < 8 && v >> (8 * bytes) != 0)
        bytes++;
    buf_add_length(out, bytes);
    buf_add_least(out, v);
}

static void add_value(struct buf *out, const struct field *f, const void *row)
{
    const void *p = at(row, f);
    switch (f->type) {
        case F_TEXT:
            add_counted(out, ((const struct str *)p)->p, ((const struct str *)p)->n);
            break;
        case F_BYTES:
            add_counted(out, ((const struct bytes *)p)->p, ((const struct bytes *)p)->n);
            break;
        case F_U64:
            add_number(out, *(const uint64_t *)p);
            break;
        case F_DAY:
            buf_add_length(out, 4);
            buf_add_be32(out, (uint32_t)((const struct day *)p)->n);
            break;
        case F_INSTANT:
            add_number(out, (uint64_t) * (const instant *)p);
            break;
        case F_ID:
            add_counted(out, p, sizeof(struct id));
            break;
        case F_DIGESTS:
            buf_add_length(out, SHA256_SIZE + BLAKE2B_SIZE);
            buf_add(out, ((const struct digests *)p)->sha256, SHA256_SIZE);
            buf_add(out, ((const struct digests *)p)->blake2b, BLAKE2B_SIZE);
            break;
    }
}

static bool add_fields(const struct row_kind *k, const void *row, bool sealed, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < k->count; i++) {
        const struct field *f = &k->fields[i];
        if (((f->flags & FIELD_SEALED) != 0) != sealed) {
            continue;
        }
        if (field_empty(f, row)) {
            if (f->flags & FIELD_REQUIRED) {
                return err_field(e, ERR_INVALID, f->name, "%s is missing", f->name);
            }
            continue;
        }
        if (!check_limits(f, row, e)) {
            return false;
        }
        buf_add_u8(out, f->tag);
        add_value(out, f, row);
    }
    return true;
}

static void box_context(const struct row_kind *k, uint8_t version, const struct id *id, struct buf *out)
{
    buf_add_z(out, k->name);
    buf_add_u8(out, 0);
    buf_add_u8(out, version);
    buf_add(out, id->b, sizeof id->b);
}

static void wipe_buf(struct buf *b)
{
    if (b->p) {
        explicit_bzero(b->p, b->cap);
    }
    buf_free(b);
}

static bool add_box(const struct row_kind *k, struct bytes plain, const struct key *key, const struct id *id,
                    struct buf *out, struct err *e)
{
    CLEANUP(buf_free) struct buf aad = BUF_INIT(512), box = BUF_INIT(SEALED_MAX + SEAL_BOX_OVERHEAD);
    if (!key || !id) {
        return err_set(e, ERR_INVALID, "a %s with sealed fields needs the key of its object", k->name);
    }
    box_context(k, k->version, id, &aad);
    if (!buf_ok(&aad, e) || !seal_box(key, buf_bytes(&aad), plain, &box, e) || !buf_ok(&box, e)) {
        return false;
    }
    buf_add_u8(out, SEALED_TAG);
    add_counted(out, box.p, box.n);
    return true;
}

bool row_encode(const struct row_kind *k, const void *row, const struct key *key, const struct id *id, struct buf *out,
                struct err *e)
{
    size_t start = out->n;
    CLEANUP(wipe_buf) struct buf sealed = BUF_INIT(SEALED_MAX);
    buf_add_u8(out, k->version);
    bool ok = add_fields(k, row, false, out, e) && add_fields(k, row, true, &sealed, e) && buf_ok(&sealed, e);
    if (ok && sealed.n > 0) {
        ok = add_box(k, buf_bytes(&sealed), key, id, out, e);
    }
    ok = ok && buf_ok(out, e);
    if (!ok && !out->failed) {
        out->n = start; /* nothing half written */
    }
    return ok;
}

/* ---- decoding */

static bool corrupt(const struct row_kind *k, const char *field, struct err *e)
{
    return err_field(e, ERR_CORRUPT, field, "a stored %s is damaged at the field %s", k->name, field);
}

static const struct field *find_field(const struct row_kind *k, uint8_t tag)
{
    for (size_t i = 0; i < k->count; i++) {
        if (k->fields[i].tag == tag) {
            return &k->fields[i];
        }
    }
    return NULL;
}

static bool take_digests(struct bytes v, struct digests *out)
{
    memcpy(out->sha256, v.p, SHA256_SIZE);
    memcpy(out->blake2b, v.p + SHA256_SIZE, BLAKE2B_SIZE);
    return true;
}

static bool take_text(const struct field *f, struct bytes v, struct str *out)
{
    struct str s = str_of_bytes(v);
    *out = s;
    return utf8_valid(s) && (f->max == 0 || utf8_length(s) <= f->max);
}

/* Sizes are checked before; what remains is the value itself. */
static bool take_value(const struct field *f, struct bytes v, void *p)
{
    struct reader r = reader_of(v);
    switch (f->type) {
        case F_TEXT:
            return take_text(f, v, p);
        case F_BYTES:
            *(struct bytes *)p = v;
            return f->max == 0 || v.n <= f->max;
        case F_U64:
            *(uint64_t *)p = rd_least(&r, v.n);
            return !r.failed && (f->max == 0 || *(uint64_t *)p <= f->max);
        case F_DAY:
            ((struct day *)p)->n = (int32_t)rd_be32(&r);
            return true;
        case F_INSTANT:
            *(instant *)p = (instant)rd_least(&r, v.n);
            return !r.failed;
        case F_ID:
            memcpy(((struct id *)p)->b, v.p, sizeof(struct id));
            return true;
        case F_DIGESTS:
            return take_digests(v, p);
    }
    return false;
}

static bool right_size(const struct field *f, size_t n)
{
    switch (f->type) {
        case F_TEXT:
        case F_BYTES:
            return n > 0;
        case F_U64:
        case F_INSTANT:
            return n >= 1 && n <= 8;
        case F_DAY:
            return n == 4;
        case F_ID:
            return n == sizeof(struct id);
        case F_DIGESTS:
            return n == SHA256_SIZE + BLAKE2B_SIZE;
    }
    return false;
}

static void empty_row(const struct row_kind *k, void *row)
{
    for (size_t i = 0; i < k->count; i++) {
        const struct field *f = &k->fields[i];
        void *p = at_mut(row, f);
        switch (f->type) {
            case F_TEXT:
                *(struct str *)p = STR_NONE;
                break;
            case F_BYTES:
                *(struct bytes *)p = (struct bytes){NULL, 0};
                break;
            case F_U64:
                *(uint64_t *)p = 0;
                break;
            case F_DAY:
                *(struct day *)p = DAY_NONE;
                break;
            case F_INSTANT:
                *(instant *)p = 0;
                break;
            case F_ID:
                *(struct id *)p = (struct id){{0}};
                break;
            case F_DIGESTS:
                memset(p, 0, sizeof(struct digests));
                break;
        }
    }
}

/* Reads one sequence of fields. With `box` the outer one: it may end with the sealed box, which goes there. */
static bool take_fields(const struct row_kind *k, struct reader *r, bool sealed, struct bytes *box, void *row,
                        struct err *e)
{
    unsigned last = 0;
    while (r->left > 0) {
        uint8_t tag = rd_u8(r);
        uint64_t n = rd_length(r);
        struct bytes v = rd_bytes(r, n);
        if (r->failed) {
            return err_set(e, ERR_CORRUPT, "a stored %s is cut off", k->name);
        }
        if (tag <= last) {
            return err_set(e, ERR_CORRUPT, "a stored %s has its fields out of order", k->name);
        }
        last = tag;
        if (box && tag == SEALED_TAG) {
            *box = v;
            continue;
        }
        const struct field *f = find_field(k, tag);
        if (!f || ((f->flags & FIELD_SEALED) != 0) != sealed) {
            return err_set(e, ERR_CORRUPT, "a stored %s has an unknown field %u", k->name, (unsigned)tag);
        }
        if (!right_size(f, v.n) || !take_value(f, v, at_mut(row, f)) || field_empty(f, row)) {
            return corrupt(k, f->name, e);
        }
    }
    return true;
}

static bool take_box(const struct row_kind *k, uint8_t version, struct bytes box, const struct key *key,
                     const struct id *id, struct arena *a, void *row, struct err *e)
{
    CLEANUP(buf_free) struct buf aad = BUF_INIT(512);
    CLEANUP(wipe_buf) struct buf plain = BUF_INIT(SEALED_MAX);
    if (!id) {
        return err_set(e, ERR_INVALID, "a %s with sealed fields needs the id of its object", k->name);
    }
    box_context(k, version, id, &aad);
    if (!buf_ok(&aad, e)) {
        return false;
    }
    if (!unseal_box(key, buf_bytes(&aad), box, &plain, e) || !buf_ok(&plain, e)) {
        return err_wrap(e, "the sealed fields of a stored %s cannot be opened", k->name);
    }
    struct bytes kept = arena_bytes(a, buf_bytes(&plain));
    if (!kept.p) {
        return plain.n == 0 ? corrupt(k, "sealed", e) : err_set(e, ERR_MEMORY, "out of memory");
    }
    struct reader r = reader_of(kept);
    return take_fields(k, &r, true, NULL, row, e);
}

static bool check_required(const struct row_kind *k, const void *row, bool with_sealed, struct err *e)
{
    for (size_t i = 0; i < k->count; i++) {
        const struct field *f = &k->fields[i];
        bool looked_at = with_sealed || !(f->flags & FIELD_SEALED);
        if ((f->flags & FIELD_REQUIRED) && looked_at && field_empty(f, row)) {
            return corrupt(k, f->name, e);
        }
    }
    return true;
}

bool row_decode(const struct row_kind *k, struct bytes in, const struct key *key, const struct id *id, struct arena *a,
                void *row, struct err *e)
{
    struct bytes box = {NULL, 0};
    struct reader r = reader_of(in);
    uint8_t version = rd_u8(&r);
    empty_row(k, row);
    if (r.failed || version == 0) {
        return err_set(e, ERR_CORRUPT, "a stored %s is empty or has no version", k->name);
    }
    if (version > k->version) {
        return err_set(e, ERR_UNSUPPORTED, "a stored %s has version %u, this program knows %u; use a newer one",
                       k->name, (unsigned)version, (unsigned)k->version);
    }
    if (!take_fields(k, &r, false, &box, row, e)) {
        return false;
    }
    if (box.p && box.n < SEAL_BOX_OVERHEAD + FIELD_HEADER) {
        return corrupt(k, "sealed", e);
    }
    if (box.p && key && !take_box(k, version, box, key, id, a, row, e)) {
        return false;
    }
    return check_required(k, row, key != NULL, e);
}

/* ---- showing */

static void json_digests(struct json *o, const char *name, const struct digests *d)
{
    struct json *both = json_object();
    json_hex(both, "sha256", (struct bytes){d->sha256, SHA256_SIZE});
    json_hex(both, "blake2b", (struct bytes){d->blake2b, BLAKE2B_SIZE});
    json_put(o, name, &both);
}

static void json_field(struct json *o, const struct field *f, const void *row)
{
    char text[33];
    const void *p = at(row, f);
    switch (f->type) {
        case F_TEXT:
            json_text(o, f->name, *(const struct str *)p);
            break;
        case F_BYTES:
            json_hex(o, f->name, *(const struct bytes *)p);
            break;
        case F_U64:
            json_u64(o, f->name, *(const uint64_t *)p);
            break;
        case F_DAY:
            json_day(o, f->name, *(const struct day *)p);
            break;
        case F_INSTANT:
            json_instant(o, f->name, *(const instant *)p);
            break;
        case F_ID:
            id_text(*(const struct id *)p, text);
            json_text(o, f->name, str_of(text));
            break;
        case F_DIGESTS:
            json_digests(o, f->name, p);
            break;
    }
}

void row_json(const struct row_kind *k, const void *row, bool with_sealed, struct json *o)
{
    for (size_t i = 0; i < k->count; i++) {
        const struct field *f = &k->fields[i];
        if ((f->flags & FIELD_SEALED) && !with_sealed) {
            continue;
        }
        if (field_empty(f, row) && f->type != F_U64) {
            json_null(o, f->name);
        } else {
            json_field(o, f, row);
        }
    }
}
