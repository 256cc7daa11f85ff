/* rows.c: keys and rows of the log's tables.
 *
 * "head" says which log is written and where it ends: 20 bytes, the only row that appending rewrites. The marks say how
 * far the later steps have come: "tree" (in tiles), "signed", "published"; a successor's have its number behind a dot.
 * A row that cannot have been written is ERR_CORRUPT. */
#include "ledger_internal.h"

#include <stdio.h>
#include <string.h>

#define MARK_NOTE_MAX 65536
static const char head_name[] = "head";

static void put_be64(uint8_t *p, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (56 - 8 * i));
}

struct bytes entry_key(uint64_t index, uint8_t out[8])
{
    put_be64(out, index);
    return (struct bytes){out, 8};
}

struct bytes tile_key(uint32_t number, unsigned level, uint64_t n, uint8_t out[9])
{
    out[0] = (uint8_t)level;
    put_be64(out + 1, index_of(number, n));
    return (struct bytes){out, 9};
}

struct bytes object_key(const struct id *object, uint32_t event, uint8_t out[20])
{
    memcpy(out, object->b, sizeof object->b);
    for (unsigned i = 0; i < 4; i++)
        out[16 + i] = (uint8_t)(event >> (24 - 8 * i));
    return (struct bytes){out, 20};
}

static struct bytes head_key(void)
{
    return bytes_of(str_of(head_name));
}

bool log_row_find(struct txn *t, struct arena *a, struct log_row *out, bool *found, struct err *e)
{
    struct bytes v;
    if (!store_find(t, T_LOG_HEAD, head_key(), a, &v, found, e))
        return false;
    if (!*found)
        return true;
    struct reader r = reader_of(v);
    struct log_row row = {.number = rd_be32(&r), .size = rd_be64(&r)};
    row.last_time = (instant)rd_be64(&r);
    if (!rd_done(&r) || row.size > LOG_MASK)
        return err_set(e, ERR_CORRUPT, "the log's head row is damaged");
    *out = row;
    return true;
}

bool log_row_get(struct txn *t, struct arena *a, struct log_row *out, struct err *e)
{
    bool found = false;
    if (!log_row_find(t, a, out, &found, e))
        return false;
    return found || err_set(e, ERR_NOT_FOUND, "this archive has no log yet");
}

bool log_row_put(struct txn *t, const struct log_row *row, struct err *e)
{
    uint8_t v[20];
    for (unsigned i = 0; i < 4; i++)
        v[i] = (uint8_t)(row->number >> (24 - 8 * i));
    put_be64(v + 4, row->size);
    put_be64(v + 12, (uint64_t)row->last_time);
    return store_put(t, T_LOG_HEAD, head_key(), (struct bytes){v, sizeof v}, e);
}

static struct bytes mark_key(uint32_t number, enum mark which, char out[32])
{
    static const char *const names[] = {[MARK_TREE] = "tree", [MARK_SIGNED] = "signed", [MARK_PUBLISHED] = "published"};
    int n = number == 0 ? snprintf(out, 32, "%s", names[which]) : snprintf(out, 32, "%s.%u", names[which], number);
    return bytes_of((struct str){out, (size_t)n});
}

bool mark_get(struct txn *t, uint32_t number, enum mark which, struct arena *a, struct signed_row *out, struct err *e)
{
    char name[32];
    struct bytes v;
    bool found = false;
    struct signed_row row = {0};
    if (!store_find(t, T_LOG_HEAD, mark_key(number, which, name), a, &v, &found, e))
        return false;
    if (!found) {
        merkle_empty(&row.head.root);
        *out = row;
        return true;
    }
    struct reader r = reader_of(v);
    row.head.size = rd_be64(&r);
    struct bytes root = rd_bytes(&r, SHA256_SIZE);
    if (r.failed || row.head.size > LOG_MASK)
        return err_set(e, ERR_CORRUPT, "the log's row %s is damaged", name);
    memcpy(row.head.root.b, root.p, SHA256_SIZE);
    row.note = str_of_bytes(rd_bytes(&r, r.left));
    *out = row;
    return true;
}

bool mark_put(struct txn *t, uint32_t number, enum mark which, const struct signed_row *row, struct err *e)
{
    char name[32];
    struct buf v CLEANUP(buf_free) = BUF_INIT(MARK_NOTE_MAX);
    buf_add_be64(&v, row->head.size);
    buf_add(&v, row->head.root.b, SHA256_SIZE);
    buf_add_str(&v, row->note);
    return buf_ok(&v, e) && store_put(t, T_LOG_HEAD, mark_key(number, which, name), buf_bytes(&v), e);
}

struct heads_call {
    struct arena *a;
    struct heads *out;
    bool found;
};

static bool heads_in(struct txn *t, void *ctx, struct err *e)
{
    struct heads_call *c = ctx;
    struct heads h = {0};
    struct signed_row tree;
    c->found = false;
    if (!log_row_find(t, c->a, &h.log, &c->found, e))
        return false;
    if (!c->found)
        return true;
    if (!mark_get(t, h.log.number, MARK_TREE, c->a, &tree, e) ||
        !mark_get(t, h.log.number, MARK_SIGNED, c->a, &h.signed_head, e) ||
        !mark_get(t, h.log.number, MARK_PUBLISHED, c->a, &h.published, e))
        return false;
    h.tree = tree.head;
    if (h.published.head.size > h.signed_head.head.size || h.signed_head.head.size > h.tree.size ||
        h.tree.size > h.log.size)
        return err_set(e, ERR_CORRUPT,
                       "the log's rows contradict each other: %llu entries, %llu in tiles, %llu signed, "
                       "%llu published",
                       ULL(h.log.size), ULL(h.tree.size), ULL(h.signed_head.head.size), ULL(h.published.head.size));
    *c->out = h;
    return true;
}

bool heads_get(struct store *s, struct arena *a, struct heads *out, bool *found, struct err *e)
{
    struct heads_call c = {a, out, false};
    if (!store_read(s, heads_in, &c, e))
        return false;
    *found = c.found;
    return true;
}
