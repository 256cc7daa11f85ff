/* draft_load.c: files on their way from a draft into a request. Everything slow is done before the verb: rows decoded,
 * keys wrapped, rows sealed, openings made; inside it each file is four puts and an entry. Contents stay where they
 * lie. */
#include "draft.h"

#include <string.h>

#define ROW_MAX (64u * 1024)

static bool take_piece(struct draft_read *l, const struct draft_piece *p, struct carried_file *out, struct err *e)
{
    struct draft_file_row row;
    if (!row_decode(&draft_file_kind, p->val, &l->ref.key, &l->ref.id, l->ar, &row, e)) {
        return false;
    }
    if (row.key.n != sizeof out->key.b) {
        return err_set(e, ERR_CORRUPT, "a file of a draft has no key");
    }
    *out = (struct carried_file){.seq = p->seq,
                                 .id = row.id,
                                 .content = row.content,
                                 .size = row.size,
                                 .stored = row.stored,
                                 .inline_sealed = row.inline_sealed,
                                 .name = row.name,
                                 .type = row.type,
                                 .digests = row.digests};
    memcpy(out->key.b, row.key.p, sizeof out->key.b);
    return true;
}

bool carried_load(struct request_desk *d, struct str token, instant made, struct arena *ar, struct carried *out,
                  struct err *e)
{
    struct draft_read l CLEANUP(draft_read_wipe) = {.d = d, .ar = ar};
    size_t n = 0;
    *out = (struct carried){.any = false};
    if (token.n == 0) {
        return true;
    }
    if (!draft_read(&l, token, e)) {
        return false;
    }
    if (made != 0 && made != l.row.made) {
        return draft_unknown(e);
    }
    for (const struct draft_piece *p = l.pieces; p != NULL; p = p->next) {
        n++;
    }
    struct carried c = {.draft = l.ref.id, .last_seq = l.row.last_seq, .any = true};
    c.files = arena_alloc(ar, (n + 1) * sizeof *c.files);
    if (c.files == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (const struct draft_piece *p = l.pieces; p != NULL; p = p->next) {
        if (!take_piece(&l, p, &c.files[c.count], e)) {
            carried_wipe(&c);
            return false;
        }
        c.count++;
    }
    *out = c;
    return true;
}

void carried_wipe(struct carried *c)
{
    for (size_t i = 0; i < c->count; i++) {
        key_wipe(&c->files[i].key);
    }
}

static bool prepare_one(struct request_desk *d, struct carried_file *f, uint64_t event, bool released,
                        const struct actor *who, struct str request, struct arena *ar, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    const struct request_file_row row = {.id = f->id,
                                         .content = f->content,
                                         .event = event,
                                         .released = released,
                                         .size = f->size,
                                         .stored = f->stored,
                                         .type = f->type,
                                         .inline_sealed = f->inline_sealed,
                                         .name = f->name,
                                         .digests = f->digests};
    struct event ev = {.type = E_REQUEST_ATTACH,
                       .object = &f->id,
                       .event = 1,
                       .who = who,
                       .content = &f->digests,
                       .content_size = f->size};
    event_line(&ev, "request", request);
    if (!key_wrap(archive_store(d->a), &f->id, &f->key, &f->wrapped, e) ||
        !row_encode(&request_file_kind, &row, &f->key, &f->id, &val, e) || !buf_ok(&val, e)) {
        return false;
    }
    f->row = arena_bytes(ar, buf_bytes(&val));
    return f->row.p != NULL ? event_prepare(&ev, &f->key, ar, &f->ready, e) : err_set(e, ERR_MEMORY, "out of memory");
}

bool carried_prepare(struct request_desk *d, struct carried *c, const struct id *request, uint64_t event, bool released,
                     const struct actor *who, struct arena *ar, struct err *e)
{
    char text[33];
    id_text(*request, text);
    struct str id = arena_str(ar, str_of(text));
    if (id.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < c->count; i++) {
        if (!prepare_one(d, &c->files[i], event, released, who, id, ar, e)) {
            return false;
        }
    }
    return true;
}

bool carried_write(struct txn *t, struct request_desk *d, const struct carried *c, const struct id *request,
                   uint64_t first, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u * 1024);
    struct bytes val;
    struct draft_row row;
    bool found;
    if (!c->any) {
        return true;
    }
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_find(t, T_DRAFT, id_bytes(&c->draft), ar, &val, &found, e)) {
        return false;
    }
    if (!found) {
        return draft_unknown(e);
    }
    if (!row_decode(&draft_kind, val, NULL, NULL, ar, &row, e)) {
        return false;
    }
    if (row.last_seq != c->last_seq || row.files != c->count) {
        return err_field(e, ERR_CONFLICT, "files", "a file was added or taken away meanwhile; look and send again");
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct carried_file *f = &c->files[i];
        struct rq_key k = rq_event(request, first + i);
        uint64_t index;
        if (!key_put(t, &f->id, &f->wrapped, e) || !store_insert(t, T_REQUEST_FILE, rq_bytes(&k), f->row, e) ||
            !event_write(t, d->a, &f->ready, &index, e)) {
            return false;
        }
    }
    return draft_erase(t, d, &c->draft, row.bytes, false, e);
}
