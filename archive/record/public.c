/* public.c: digests of what is public, so that the question "do you vouch for this digest?" is one look at an index and
 * never a scan. T_INDEX holds "public" NUL SHA-256(32) object(16) -> log index(be64) size(be64) BLAKE2b(64): all that
 * is needed to write the opening that its log entry commits to. What is not public never enters, so that the answer for
 * a private digest and for an unknown one come about in the same way and take the same time. A document that is there
 * twice has two keys. Fails with the store. */
#include "public.h"

#include <string.h>

#define INDEX_NAME  "public"
#define INDEX_VALUE (8 + 8 + BLAKE2B_SIZE)
#define PIECE       500u

static const uint8_t built_key[] = "public-index";

static struct row_key digest_prefix(const uint8_t sha256[SHA256_SIZE])
{
    struct row_key k = rk_text(ROW_KEY_EMPTY, STR(INDEX_NAME));
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        k = rk_u8(k, sha256[i]);
    }
    return k;
}

bool public_put(struct txn *t, const struct public_digest *p, struct err *e)
{
    struct row_key key = rk_id(digest_prefix(p->digests.sha256), &p->object);
    struct buf val CLEANUP(buf_free) = BUF_INIT(INDEX_VALUE);
    buf_add_be64(&val, p->entry);
    buf_add_be64(&val, p->size);
    buf_add(&val, p->digests.blake2b, BLAKE2B_SIZE);
    return buf_ok(&val, e) && store_put(t, T_INDEX, rk_bytes(&key), buf_bytes(&val), e);
}

bool public_drop(struct txn *t, const uint8_t sha256[SHA256_SIZE], const struct id *object, struct err *e)
{
    struct row_key key = rk_id(digest_prefix(sha256), object);
    if (store_delete(t, T_INDEX, rk_bytes(&key), e)) {
        return true;
    }
    if (e->code != ERR_NOT_FOUND) {
        return false;
    }
    err_init(e, e->lang);
    return true;
}

/* ---------------------------------------------------------------- reading */

bool public_read(struct bytes key, struct bytes val, struct public_digest *out, struct err *e)
{
    struct reader k = reader_of(key), v = reader_of(val);
    struct str name = rd_text(&k);
    struct bytes sha256 = rd_bytes(&k, SHA256_SIZE);
    out->object = rd_id(&k);
    out->entry = rd_be64(&v);
    out->size = rd_be64(&v);
    struct bytes blake2b = rd_bytes(&v, BLAKE2B_SIZE);
    if (!rd_done(&k) || !rd_done(&v) || !str_is(name, INDEX_NAME)) {
        return err_set(e, ERR_CORRUPT, "an entry of the index of public digests is damaged");
    }
    memcpy(out->digests.sha256, sha256.p, SHA256_SIZE);
    memcpy(out->digests.blake2b, blake2b.p, BLAKE2B_SIZE);
    return true;
}

struct find {
    struct txn *t;
    const uint8_t *sha256;
    struct public_digest *out;
    bool found;
};

static bool find_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct find *f = ctx;
    struct public_digest p;
    uint64_t destroyed;
    bool gone;
    if (!public_read(key, val, &p, e) || !ledger_find_type(f->t, &p.object, E_DESTROY_DONE, 1, &destroyed, &gone, e)) {
        return false;
    }
    if (!gone && (!f->found || p.entry < f->out->entry)) {
        *f->out = p;
        f->found = true;
    }
    return true;
}

static bool find_fn(struct txn *t, void *ctx, struct err *e)
{
    struct find *f = ctx;
    struct row_key prefix = digest_prefix(f->sha256);
    f->t = t;
    f->found = false;
    return store_walk(t, (struct store_range){.table = T_INDEX, .prefix = rk_bytes(&prefix)}, find_each, f, e);
}

bool public_find(struct archive *a, const uint8_t sha256[SHA256_SIZE], struct public_digest *out, bool *found,
                 struct err *e)
{
    struct find f = {.sha256 = sha256, .out = out};
    if (!store_read(a->store, find_fn, &f, e)) {
        return false;
    }
    *found = f.found;
    return true;
}

struct public_digest public_of_record(const struct record *r)
{
    return (struct public_digest){.object = r->id, .entry = r->entry, .size = r->size, .digests = r->digests};
}

bool public_follow(struct txn *t, const struct record *r, uint64_t was, struct err *e)
{
    struct public_digest p = public_of_record(r);
    if (r->shelf.n > 0) {
        return true;
    }
    return r->access == ACCESS_PUBLIC ? public_put(t, &p, e) : was == 0 || public_drop(t, p.digests.sha256, &r->id, e);
}

bool public_has(struct txn *t, const struct record *r, struct arena *ar, bool *found, struct err *e)
{
    struct row_key key = rk_id(digest_prefix(r->digests.sha256), &r->id);
    struct bytes val;
    return store_find(t, T_INDEX, rk_bytes(&key), ar, &val, found, e);
}

bool public_is_key(struct bytes key)
{
    return key.n > sizeof INDEX_NAME && memcmp(key.p, INDEX_NAME, sizeof INDEX_NAME) == 0;
}

/* ---------------------------------------------------------------- an archive from before this index */

struct build {
    struct archive *a;
    struct arena *ar;
    struct public_digest list[PIECE];
    size_t n;
    uint64_t rows;
    bool done;
};

static bool build_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct build *b = ctx;
    struct record r = {.access = 0};
    struct id id;
    arena_reset(b->ar);
    if (key.n != sizeof id.b) {
        return err_set(e, ERR_CORRUPT, "a key of the table of records is damaged");
    }
    memcpy(id.b, key.p, sizeof id.b);
    if (!record_decode(val, &id, NULL, b->ar, &r, e)) {
        return false;
    }
    b->rows++;
    if (r.access != ACCESS_PUBLIC || r.shelf.n > 0) {
        return true;
    }
    if (!record_in(t, b->a, &id, true, b->ar, &r, e)) {
        return false;
    }
    b->list[b->n++] = public_of_record(&r);
    return true;
}

static void build_restart(void *ctx)
{
    struct build *b = ctx;
    b->n = 0;
}

static bool build_write(struct txn *t, void *ctx, struct err *e)
{
    const struct build *b = ctx;
    for (size_t i = 0; i < b->n; i++) {
        if (!public_put(t, &b->list[i], e)) {
            return false;
        }
    }
    return !b->done ||
           store_put(t, T_META, (struct bytes){built_key, sizeof built_key - 1}, (struct bytes){built_key, 1}, e);
}

static bool build_piece(void *ctx, struct err *e)
{
    struct build *b = ctx;
    return b->n == 0 || store_write(b->a->store, build_write, b, e);
}

static bool built_fn(struct txn *t, void *ctx, struct err *e)
{
    struct build *b = ctx;
    struct bytes val;
    return store_find(t, T_META, (struct bytes){built_key, sizeof built_key - 1}, b->ar, &val, &b->done, e);
}

bool public_index_open(struct archive *a, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20), *kept CLEANUP(arena_free) = arena_new(1u << 20);
    struct build *b = kept == NULL ? NULL : arena_alloc(kept, sizeof *b);
    const struct scan s = {.table = T_RECORD,
                           .piece = PIECE,
                           .row = build_row,
                           .restart = build_restart,
                           .piece_done = build_piece,
                           .ctx = b};
    if (ar == NULL || b == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *b = (struct build){.a = a, .ar = ar};
    if (!store_read(a->store, built_fn, b, e) || b->done) {
        return e->code == ERR_NONE;
    }
    if (!scan_table(a, &s, e)) {
        return false;
    }
    b->done = b->rows > 0; /* an archive without records is looked at once more when it has some */
    b->n = 0;
    return !b->done || store_write(a->store, build_write, b, e);
}
