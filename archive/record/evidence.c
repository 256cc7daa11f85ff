/* evidence.c: everything that somebody needs to check one record without us, handed over a file at a time.
 *
 * Promises: the metadata opening is never among them; the document streams, checked chunk by chunk. An entry that is
 * not published yet is published first. Fails: ERR_NOT_FOUND the record; ERR_CORRUPT when what would be handed over
 * does not fit together; what the receiver fails with. */
#include "evidence.h"

#include <string.h>

#define TEXT_MAX (256u * 1024)

struct collected {
    struct archive *a;
    const struct id *id;
    struct arena *ar;
    struct record r;
    struct bytes entry;
    struct str content_opening, origin;
};

static bool collect_fn(struct txn *t, void *ctx, struct err *e)
{
    struct collected *c = ctx;
    struct key key CLEANUP(key_wipe) = {{0}};
    struct str metadata;
    return record_in(t, c->a, c->id, true, c->ar, &c->r, e) && key_get(t, c->a->store, c->id, &key, e) &&
           ledger_entry(t, c->r.entry, c->ar, &c->entry, e) &&
           event_openings(t, c->a, c->id, 1, &key, &c->r.digests, c->r.size, c->ar, &c->content_opening, &metadata, e);
}

/* A file whose bytes are at hand. */
static bool write_bytes(void *wctx, bool (*sink)(void *, struct bytes, struct err *), void *sctx, struct err *e)
{
    const struct bytes *b = wctx;
    return sink(sctx, *b, e);
}

static bool write_document(void *wctx, bool (*sink)(void *, struct bytes, struct err *), void *sctx, struct err *e)
{
    struct collected *c = wctx;
    return record_read(c->a, &c->r, sink, sctx, e);
}

static bool prove(struct ledger *l, uint64_t index, struct buf *out, struct err *e)
{
    if (ledger_prove(l, index, out, e))
        return true;
    if (e->code != ERR_STATE)
        return false;
    buf_reset(out);
    return ledger_publish(l, e) && ledger_prove(l, index, out, e);
}

static bool hand_over(struct collected *c, evidence_file each, void *ctx, struct err *e)
{
    struct buf proof CLEANUP(buf_free) = BUF_INIT(TEXT_MAX), vkey CLEANUP(buf_free) = BUF_INIT(TEXT_MAX),
                     howto CLEANUP(buf_free) = BUF_INIT(TEXT_MAX);
    bool paper = c->r.shelf.n != 0;
    if (!prove(c->a->ledger, c->r.entry, &proof, e) || !ledger_vkey(c->a->ledger, &vkey, e) ||
        !evidence_howto(&c->r, c->origin, &howto, e) || !buf_ok(&proof, e) || !buf_ok(&vkey, e))
        return false;
    struct {
        const char *name;
        struct bytes b;
        bool left_out;
    } files[] = {
        {"content.opening", bytes_of(c->content_opening), paper},
        {"entry", c->entry, false},
        {"entry.tlog-proof", buf_bytes(&proof), false},
        {"log.vkey", buf_bytes(&vkey), false},
        {"HOWTO.txt", buf_bytes(&howto), false},
    };
    if (!paper && !each(ctx, "document", write_document, c, e))
        return false;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (!files[i].left_out && !each(ctx, files[i].name, write_bytes, &files[i].b, e))
            return false;
    return true;
}

bool record_evidence(struct archive *a, const struct id *id, evidence_file each, void *ctx, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20);
    struct collected c = {.a = a, .id = id, .ar = ar};
    struct office_info office;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!store_read(a->store, collect_fn, &c, e) || !archive_office(a, ar, &office, e))
        return false;
    c.origin = office.origin;
    return hand_over(&c, each, ctx, e);
}
