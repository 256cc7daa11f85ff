/* draft_rows.c: drafts as they are stored. The row's id and the key that seals it are derived from the token, which
 * only the citizen's browser holds, so that neither a reader of the disk nor the office can open a draft. What stands
 * outside the box is what erasing needs: times, sizes, names of contents. Fails with the store. */
#include "draft.h"

#include <string.h>

#define DRAFT_ROW_MAX (512u * 1024)

#define DRAFT(field) offsetof(struct draft_row, field)
static const struct field draft_fields[] = {
    {1, "made", F_INSTANT, DRAFT(made), 0, FIELD_REQUIRED},
    {2, "expires", F_INSTANT, DRAFT(expires), 0, FIELD_REQUIRED},
    {3, "bytes", F_U64, DRAFT(bytes), 0, 0},
    {4, "last_seq", F_U64, DRAFT(last_seq), UINT32_MAX, 0},
    {5, "files", F_U64, DRAFT(files), UINT32_MAX, 0},
    {20, "form", F_BYTES, DRAFT(form), DRAFT_ROW_MAX, FIELD_SEALED | FIELD_PERSONAL},
};
const struct row_kind draft_kind = {"draft", 1, draft_fields, COUNT_OF(draft_fields)};

#define FILE_AT(field) offsetof(struct draft_file_row, field)
static const struct field file_fields[] = {
    {1, "size", F_U64, FILE_AT(size), 0, FIELD_REQUIRED},
    {2, "stored", F_U64, FILE_AT(stored), 0, FIELD_REQUIRED},
    {3, "content", F_ID, FILE_AT(content), 0, 0},
    {4, "inline_sealed", F_BYTES, FILE_AT(inline_sealed), 8192, 0},
    {20, "id", F_ID, FILE_AT(id), 0, FIELD_SEALED},
    {21, "key", F_BYTES, FILE_AT(key), 32, FIELD_SEALED},
    {22, "name", F_TEXT, FILE_AT(name), 255, FIELD_SEALED | FIELD_PERSONAL},
    {23, "type", F_TEXT, FILE_AT(type), 120, FIELD_SEALED},
    {24, "digests", F_DIGESTS, FILE_AT(digests), 0, FIELD_SEALED},
};
const struct row_kind draft_file_kind = {"draft-file", 1, file_fields, COUNT_OF(file_fields)};

/* ---------------------------------------------------------------- the token */

bool draft_ref_make(struct str token, struct draft_ref *out, struct err *e)
{
    uint8_t sum[SHA256_SIZE];
    if (!token_valid(token)) {
        return draft_unknown(e);
    }
    sha256_of2(bytes_of(STR("akta draft\n")), bytes_of(token), sum);
    memcpy(out->id.b, sum, sizeof out->id.b);
    hmac_sha256(bytes_of(token), bytes_of(STR("akta draft key")), out->key.b);
    return true;
}

void draft_ref_wipe(struct draft_ref *r)
{
    key_wipe(&r->key);
}

bool draft_unknown(struct err *e)
{
    return err_field(e, ERR_NOT_FOUND, "draft", "there is no such draft: it was sent, or its time was over");
}

void draft_new(char token[DRAFT_TOKEN_SIZE])
{
    token_random(token);
}

/* ---------------------------------------------------------------- rows */

bool draft_get(struct txn *t, struct request_desk *d, const struct draft_ref *r, struct arena *ar,
               struct draft_row *out, bool *found, struct err *e)
{
    struct bytes val;
    *out = (struct draft_row){.made = 0};
    if (!store_find(t, T_DRAFT, id_bytes(&r->id), ar, &val, found, e)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    if (!row_decode(&draft_kind, val, &r->key, &r->id, ar, out, e)) {
        return false;
    }
    *found = out->expires > clock_now(archive_clock(d->a));
    return true;
}

bool draft_put(struct txn *t, const struct draft_ref *r, const struct draft_row *row, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(2 * DRAFT_ROW_MAX);
    return row_encode(&draft_kind, row, &r->key, &r->id, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_DRAFT, id_bytes(&r->id), buf_bytes(&val), e);
}

struct file_walk {
    struct arena *ar;
    struct draft_piece *first, **end;
};

static bool keep_piece(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct file_walk *w = ctx;
    struct draft_piece *p = arena_alloc(w->ar, sizeof *p);
    struct bytes copy = arena_bytes(w->ar, val);
    struct reader r = reader_of(key);
    if (p == NULL || (val.n > 0 && copy.p == NULL)) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    rd_bytes(&r, sizeof(struct id));
    *p = (struct draft_piece){.seq = rd_be32(&r), .val = copy};
    if (!rd_done(&r)) {
        return err_set(e, ERR_CORRUPT, "a key of the table of draft files is damaged");
    }
    *w->end = p;
    w->end = &p->next;
    return true;
}

bool draft_pieces(struct txn *t, const struct id *draft, struct arena *ar, struct draft_piece **out, struct err *e)
{
    struct file_walk w = {.ar = ar};
    w.end = &w.first;
    if (!store_walk(t, (struct store_range){.table = T_DRAFT_FILE, .prefix = id_bytes(draft)}, keep_piece, &w, e)) {
        return false;
    }
    *out = w.first;
    return true;
}

bool drafts_full(struct err *e)
{
    return err_field(e, ERR_FULL, "files",
                     "so many drafts wait at this moment that there is no room for more; "
                     "try again later, or bring the files on a disk");
}

/* All drafts together, in one figure. */
bool draft_total(struct txn *t, struct request_desk *d, uint64_t less, uint64_t more, struct err *e)
{
    uint64_t total;
    if (!index_u64(t, rq_draft_bytes(), &total, e)) {
        return false;
    }
    total = total > less ? total - less : 0;
    if (more > less && total + more > d->limits.draft_bytes) {
        return drafts_full(e);
    }
    return index_u64_put(t, rq_draft_bytes(), total + more, e);
}
