/* record_row.c: a record as a row, its indexes, and its way into them.
 *
 * Promises: name, title and digests lie sealed under the record's own key; a draft carries everything that can be made
 * before the verb, so that the verb itself is a handful of puts. Fails with the store and the ledger. */
#include "public.h"

#include <string.h>

#define ROW_MAX     (64u * 1024)
#define CHECKED_KEY "checked"

static const struct field record_fields[] = {
    {1, "file", F_ID, offsetof(struct record, file), 0, FIELD_REQUIRED},
    {2, "seq", F_U64, offsetof(struct record, seq), UINT32_MAX, FIELD_REQUIRED},
    {3, "events", F_U64, offsetof(struct record, events), 0, FIELD_REQUIRED},
    {4, "media_type", F_TEXT, offsetof(struct record, media_type), 120, 0},
    {5, "origin", F_TEXT, offsetof(struct record, origin), 16, FIELD_REQUIRED},
    {6, "access", F_U64, offsetof(struct record, access), ACCESS_RESTRICTED, FIELD_REQUIRED},
    {7, "accessioned", F_INSTANT, offsetof(struct record, accessioned), 0, 0},
    {8, "dated", F_DAY, offsetof(struct record, dated), 0, 0},
    {9, "size", F_U64, offsetof(struct record, size), 0, 0},
    {10, "stored", F_U64, offsetof(struct record, stored), 0, 0},
    {11, "content", F_ID, offsetof(struct record, content), 0, 0},
    {12, "inline_sealed", F_BYTES, offsetof(struct record, inline_sealed), CONTENT_INLINE_MAX + 1024, 0},
    {13, "shelf", F_TEXT, offsetof(struct record, shelf), RECORD_SHELF_MAX, 0},
    {14, "entry", F_U64, offsetof(struct record, entry), 0, 0},
    {15, "name", F_TEXT, offsetof(struct record, name), RECORD_NAME_MAX, FIELD_SEALED | FIELD_PERSONAL},
    {16, "title", F_TEXT, offsetof(struct record, title), RECORD_TITLE_MAX, FIELD_SEALED | FIELD_PERSONAL},
    {17, "digests", F_DIGESTS, offsetof(struct record, digests), 0, FIELD_SEALED},
};
const struct row_kind record_kind = {"record", 1, record_fields, COUNT_OF(record_fields)};

bool record_encode(const struct record *r, const struct key *key, struct buf *out, struct err *e)
{
    return row_encode(&record_kind, r, key, &r->id, out, e) && buf_ok(out, e);
}

bool record_decode(struct bytes raw, const struct id *id, const struct key *key, struct arena *ar, struct record *out,
                   struct err *e)
{
    struct record r = {0};
    if (!row_decode(&record_kind, raw, key, id, ar, &r, e))
        return false;
    r.id = *id;
    *out = r;
    return true;
}

bool record_in(struct txn *t, struct archive *a, const struct id *id, bool with_sealed, struct arena *ar,
               struct record *out, struct err *e)
{
    struct key key CLEANUP(key_wipe) = {{0}};
    struct bytes raw;
    bool found;
    if (!store_find(t, T_RECORD, id_bytes(id), ar, &raw, &found, e))
        return false;
    if (!found) {
        char text[33];
        id_text(*id, text);
        return err_field(e, ERR_NOT_FOUND, "id", "there is no record %s", text);
    }
    if (with_sealed && !key_get(t, a->store, id, &key, e))
        return err_wrap(e, "key of the record");
    return record_decode(raw, id, with_sealed ? &key : NULL, ar, out, e);
}

bool record_by_file_key(const struct id *file, uint64_t seq, uint8_t out[20], struct err *e)
{
    if (seq == 0 || seq > UINT32_MAX)
        return err_set(e, ERR_TOO_BIG, "a case file holds at most %lu records", (unsigned long)UINT32_MAX);
    object_event_key(file, seq, out);
    return true;
}

/* ---------------------------------------------------------------- fixity order */

static void be64_put(uint8_t out[8], uint64_t v)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (56 - 8 * i));
}

struct bytes fixity_key_make(const struct id *record, uint64_t stamp, uint8_t out[24])
{
    be64_put(out, stamp);
    memcpy(out + 8, record->b, 16);
    return (struct bytes){out, 24};
}

static struct bytes checked_key(const struct id *record, uint8_t out[sizeof CHECKED_KEY + 16])
{
    memcpy(out, CHECKED_KEY, sizeof CHECKED_KEY); /* its NUL divides */
    memcpy(out + sizeof CHECKED_KEY, record->b, 16);
    return (struct bytes){out, sizeof CHECKED_KEY + 16};
}

bool fixity_insert(struct txn *t, const struct id *record, uint64_t stamp, struct err *e)
{
    uint8_t key[24];
    return store_put(t, T_FIXITY, fixity_key_make(record, stamp, key), (struct bytes){(const uint8_t *)"", 0}, e);
}

bool fixity_stamp(struct txn *t, const struct id *record, uint64_t *out, struct err *e)
{
    uint8_t key[sizeof CHECKED_KEY + 16];
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    struct bytes val;
    bool found;
    if (!store_find(t, T_INDEX, checked_key(record, key), ar, &val, &found, e))
        return false;
    struct reader r = reader_of(val);
    *out = found ? rd_be64(&r) : 0;
    return !found || rd_done(&r) || err_set(e, ERR_CORRUPT, "the time of a record's last check is damaged");
}

static bool object_has_key(struct txn *t, const struct id *object, bool *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    struct bytes val;
    return ar ? store_find(t, T_KEY, id_bytes(object), ar, &val, out, e) : err_set(e, ERR_MEMORY, "out of memory");
}

bool fixity_move(struct txn *t, const struct id *record, uint64_t stamp, struct err *e)
{
    uint8_t key[24], index[sizeof CHECKED_KEY + 16], be[8];
    uint64_t was;
    if (!fixity_stamp(t, record, &was, e))
        return false;
    if (!store_delete(t, T_FIXITY, fixity_key_make(record, was, key), e)) {
        if (e->code != ERR_NOT_FOUND)
            return false;
        e->code = ERR_NONE;
        bool there;
        if (!object_has_key(t, record, &there, e))
            return false;
        if (!there)
            return true; /* removed since it was looked at */
    }                    /* else a lost place in the order is mended by this very check */
    be64_put(be, stamp);
    return fixity_insert(t, record, stamp, e) &&
           store_put(t, T_INDEX, checked_key(record, index), (struct bytes){be, sizeof be}, e);
}

/* ---------------------------------------------------------------- drafts */

static bool origin_known(struct str origin)
{
    static const char *const known[] = {"received", "sent", "internal", "scan", "paper"};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_is(origin, known[i]))
            return true;
    return false;
}

bool record_input_check(const struct record_input *in, struct err *e)
{
    if (in->origin.n && !origin_known(in->origin))
        return err_field(e, ERR_INVALID, "origin", "\"%.*s\" is no origin: received, sent, internal, scan or paper",
                         (int)(in->origin.n < 40 ? in->origin.n : 40), in->origin.p);
    if (in->access > ACCESS_RESTRICTED)
        return err_field(e, ERR_INVALID, "access", "the access level is internal, public or restricted");
    return true;
}

static bool settle_input(const struct record_input *in, struct record *r, struct err *e)
{
    if (!record_input_check(in, e))
        return false;
    r->origin = in->origin;
    if (r->origin.n == 0)
        r->origin = in->shelf.n ? STR("paper") : STR("received");
    r->access = in->access ? in->access : ACCESS_INTERNAL;
    r->dated = in->dated;
    if (r->title.n == 0)
        r->title = r->name;
    if (r->title.n == 0)
        return err_field(e, ERR_INVALID, "title", "a record needs a name or a title");
    return true;
}

bool record_draft_make(struct archive *a, const struct id *file, const struct record_input *in, struct arena *ar,
                       struct record_draft *out, struct err *e)
{
    struct record_draft d = {.r = {.file = *file, .events = 1, .dated = DAY_NONE}};
    if (!text_gate(ar, "name", in->name, RECORD_NAME_MAX, false, &d.r.name, e) ||
        !text_gate(ar, "title", in->title, RECORD_TITLE_MAX, false, &d.r.title, e) ||
        !text_gate(ar, "shelf", in->shelf, RECORD_SHELF_MAX, false, &d.r.shelf, e) || !settle_input(in, &d.r, e) ||
        !object_new(a, &d.r.id, &d.key, &d.wrapped, e))
        return false;
    *out = d;
    return true;
}

static struct str access_text(uint64_t access)
{
    switch (access) {
        case ACCESS_PUBLIC:
            return STR("public");
        case ACCESS_RESTRICTED:
            return STR("restricted");
        default:
            return STR("internal");
    }
}

size_t record_metadata_lines(const struct record *r, bool accession, struct arena *ar, struct entry_line lines[16])
{
    char *dated = arena_alloc(ar, DAY_TEXT_SIZE), *when = arena_alloc(ar, INSTANT_TEXT_SIZE);
    if (!dated || !when)
        return 0;
    day_text(r->dated, dated);
    instant_text(r->accessioned, when);
    const struct entry_line all[] = {
        {"title", r->title},
        {"origin", r->origin},
        {"access", access_text(r->access)},
        {"dated", str_of(dated)},
        {"name", r->name}, /* from here on: said once, at accession */
        {"shelf", r->shelf},
        {"media-type", r->media_type},
        {"accessioned", str_of(when)},
    };
    size_t n = 0;
    for (size_t i = 0; i < (accession ? COUNT_OF(all) : 4); i++)
        if (all[i].value.n)
            lines[n++] = all[i];
    return n;
}

bool record_draft_finish(struct archive *a, struct record_draft *d, const struct content *c, struct str media_type,
                         const struct actor *who, struct arena *ar, struct err *e)
{
    struct record *r = &d->r;
    r->accessioned = clock_now(a->clock);
    if (c) {
        r->content = c->name;
        r->size = c->size;
        r->stored = c->stored;
        r->inline_sealed = c->inline_sealed;
        r->digests = c->digests;
        r->media_type = media_type;
    }
    struct event ev = {.type = E_ACCESSION, .object = &r->id, .event = 1, .who = who};
    if (c) {
        ev.content = &r->digests;
        ev.content_size = r->size;
    }
    char *file = arena_alloc(ar, 33);
    ev.metadata_count = file ? record_metadata_lines(r, true, ar, ev.metadata) : 0;
    if (ev.metadata_count == 0)
        return err_set(e, ERR_MEMORY, "out of memory");
    id_text(r->file, file);
    event_line(&ev, "file", str_of(file));
    return event_prepare(&ev, &d->key, ar, &d->ready, e);
}

bool record_draft_write(struct txn *t, struct archive *a, struct record_draft *d, struct file_count *c, struct err *e)
{
    struct record *r = &d->r;
    struct event_ready ready = d->ready; /* a verb may run again: the draft stays as it is */
    uint8_t by_file[20];
    char seq[24];
    struct buf seq_text CLEANUP(buf_free) = BUF_INIT(sizeof seq);
    struct buf row CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    r->seq = c->seq + 1;
    buf_fmt(&seq_text, "%llu", (unsigned long long)r->seq);
    ready.in.object = &r->id;
    event_line(&ready.in, "seq", buf_str(&seq_text));
    if (!record_by_file_key(&r->file, r->seq, by_file, e) || !event_write(t, a, &ready, &r->entry, e) ||
        !record_encode(r, &d->key, &row, e) || !store_insert(t, T_RECORD, id_bytes(&r->id), buf_bytes(&row), e) ||
        !store_insert(t, T_RECORD_BY_FILE, (struct bytes){by_file, sizeof by_file}, id_bytes(&r->id), e) ||
        !key_put(t, &r->id, &d->wrapped, e) || !fixity_insert(t, &r->id, 0, e) || !public_follow(t, r, 0, e))
        return false;
    c->seq++;
    c->records++;
    c->bytes += r->size;
    return true;
}
