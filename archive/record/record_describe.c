/* record_describe.c: a new version of what is said about a record. The old one stays readable: its opening belongs to
 * its own ledger event. What is left empty stays as it was; name, content and accession never change. */
#include "public.h"

#define ARENA_LIMIT (256u * 1024)
#define ROW_MAX     (64u * 1024)

struct describe_ctx {
    struct archive *a;
    const struct id *id;
    struct record_input in;
    const struct actor *who;
};

static void apply(const struct record_input *in, struct record *r)
{
    if (in->title.n)
        r->title = in->title;
    if (in->origin.n)
        r->origin = in->origin;
    if (in->access)
        r->access = in->access;
    if (!day_is_none(in->dated))
        r->dated = in->dated;
}

static bool describe_fn(struct txn *t, void *ctx, struct err *e)
{
    struct describe_ctx *c = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    struct key key CLEANUP(key_wipe) = {{0}};
    struct buf row CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    struct record r;
    struct event_ready ready;
    uint64_t index;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!record_in(t, c->a, c->id, true, ar, &r, e) || !key_get(t, c->a->store, c->id, &key, e))
        return false;
    if (!event_next(t, c->id, &r.events, e))
        return false;
    uint64_t was = r.access;
    apply(&c->in, &r);
    struct event ev = {.type = E_METADATA, .object = c->id, .event = r.events, .who = c->who};
    ev.metadata_count = record_metadata_lines(&r, false, ar, ev.metadata);
    if (ev.metadata_count == 0)
        return err_set(e, ERR_MEMORY, "out of memory");
    return event_prepare(&ev, &key, ar, &ready, e) && event_write(t, c->a, &ready, &index, e) &&
           record_encode(&r, &key, &row, e) && store_put(t, T_RECORD, id_bytes(c->id), buf_bytes(&row), e) &&
           public_follow(t, &r, was, e);
}

bool record_describe(struct archive *a, const struct id *id, const struct record_input *in, const struct actor *who,
                     struct err *e)
{
    struct describe_ctx c = {.a = a, .id = id, .in = *in, .who = who};
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    return text_gate(ar, "title", in->title, RECORD_TITLE_MAX, false, &c.in.title, e) && record_input_check(&c.in, e) &&
           store_write(a->store, describe_fn, &c, e);
}
