/* record_add.c: one record, synced: the path of a filing and of a scanned letter.
 *
 * Promises: everything slow (keys, digests, sealing, the content file, the media type) is done before the verb; the
 * verb is one read and ten small puts, and many threads' verbs share one sync. Whole or absent after a crash. Fails:
 * ERR_NOT_FOUND the file; ERR_STATE it is closed; what the source fails with; the store's reasons. */
#include "head.h"
#include "record_internal.h"

#include <string.h>

struct add_ctx {
    struct archive *a;
    struct record_draft draft;
};

static bool add_fn(struct txn *t, void *ctx, struct err *e)
{
    struct add_ctx *c = ctx;
    struct file_count was, now;
    if (!file_count_get(t, &c->draft.r.file, &was, e) || !file_takes_records(&was, e))
        return false;
    now = was;
    return record_draft_write(t, c->a, &c->draft, &now, e) &&
           file_count_change(t, c->a, &c->draft.r.file, &was, &now, e);
}

/* What is told of the content by looking at it; asked for only when nobody says it. */
static bool media_type_of(struct archive *a, const struct record_input *in, const struct head *head, struct arena *ar,
                          struct str *out, struct err *e)
{
    char type[128];
    if (in->media_type.n)
        return text_gate(ar, "media_type", in->media_type, 120, false, out, e);
    archive_media_type(a, (struct bytes){head->p, head->n}, type, sizeof type);
    *out = arena_str(ar, str_of(type));
    return out->p || err_set(e, ERR_MEMORY, "out of memory");
}

static bool add_content(struct archive *a, struct record_draft *d, const struct record_input *in,
                        struct content_source src, const struct actor *who, struct arena *ar, struct err *e)
{
    struct content c;
    struct str type;
    struct head head CLEANUP(head_free) = {0};
    struct content_batch *batch CLEANUP(content_batch_free) = content_batch_new(a->store, e);
    if (in->media_type.n == 0)
        src = head_tee(&head, src);
    return batch && content_add(batch, src, &d->key, &d->r.id, ar, &c, e) && content_batch_sync(batch, e) &&
           media_type_of(a, in, &head, ar, &type, e) && record_draft_finish(a, d, &c, type, who, ar, e);
}

bool record_add(struct archive *a, const struct id *file, const struct record_input *in, struct content_source src,
                const struct actor *who, struct arena *ar, struct record *out, struct err *e)
{
    struct add_ctx c = {.a = a};
    bool ok = record_draft_make(a, file, in, ar, &c.draft, e) &&
              (in->shelf.n ? record_draft_finish(a, &c.draft, NULL, STR_NONE, who, ar, e)
                           : add_content(a, &c.draft, in, src, who, ar, e)) &&
              store_write(a->store, add_fn, &c, e);
    if (ok)
        *out = c.draft.r;
    key_wipe(&c.draft.key);
    return ok;
}
