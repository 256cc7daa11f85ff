/* hold.c: holds on case files: a court, an audit or an inspection that forbids to let a file go. A file with an open
 * hold waits in no queue but that of held files. Reason and mandate lie sealed under the hold's own key; the log says
 * only that there is a hold. Placing and releasing are one entry for the hold and one for the file. A hold never ends
 * by itself: its review day reminds a person. Fails: ERR_NOT_FOUND, ERR_STATE for a hold released before, ERR_CONFLICT
 * when it changed meanwhile; else with the store. */
#include "hold.h"

#include <string.h>

#define HOLD_TEXT_MAX 1000
#define ROW_MAX       (32u * 1024)
#define HOLD_ARENA    (256u * 1024)

static const struct field hold_fields[] = {
    {1, "file", F_ID, offsetof(struct hold, file), 0, FIELD_REQUIRED},
    {2, "placed", F_DAY, offsetof(struct hold, placed), 0, FIELD_REQUIRED},
    {3, "review", F_DAY, offsetof(struct hold, review), 0, 0},
    {4, "released", F_DAY, offsetof(struct hold, released), 0, 0},
    {5, "events", F_U64, offsetof(struct hold, events), 0, FIELD_REQUIRED},
    {6, "reason", F_TEXT, offsetof(struct hold, reason), HOLD_TEXT_MAX, FIELD_REQUIRED | FIELD_SEALED | FIELD_PERSONAL},
    {7, "mandate", F_TEXT, offsetof(struct hold, mandate), HOLD_TEXT_MAX, FIELD_SEALED | FIELD_PERSONAL},
};
const struct row_kind hold_kind = {"hold", 1, hold_fields, COUNT_OF(hold_fields)};

static struct row_key by_file_key(const struct id *file, const struct id *hold)
{
    return rk_id(rk_id(ROW_KEY_EMPTY, file), hold);
}

static bool row_put(struct txn *t, const struct hold *h, const struct key *key, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    return row_encode(&hold_kind, h, key, &h->id, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_HOLD, id_bytes(&h->id), buf_bytes(&val), e);
}

bool hold_decode(struct bytes val, const struct id *id, const struct key *key, struct arena *ar, struct hold *out,
                 struct err *e)
{
    struct bytes copy = arena_bytes(ar, val);
    struct hold h = {.placed = DAY_NONE, .review = DAY_NONE, .released = DAY_NONE};
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!row_decode(&hold_kind, copy, key, id, ar, &h, e)) {
        return false;
    }
    h.id = *id;
    *out = h;
    return true;
}

bool hold_in(struct txn *t, struct archive *a, const struct id *id, struct arena *ar, struct hold *out, struct key *key,
             struct err *e)
{
    struct bytes val;
    bool found;
    if (!store_find(t, T_HOLD, id_bytes(id), ar, &val, &found, e)) {
        return false;
    }
    if (!found) {
        return err_field(e, ERR_NOT_FOUND, "hold", "there is no such hold");
    }
    return key_get(t, a->store, id, key, e) && hold_decode(val, id, key, ar, out, e);
}

/* The file's side: one hold more or less, its place in the queues, its entry. */
static bool file_side(struct txn *t, struct archive *a, const struct hold *h, enum entry_type type,
                      const struct actor *who, struct arena *ar, struct err *e)
{
    struct case_file f, changed;
    char hold_hex[33];
    uint64_t index;
    if (!file_by_id(t, a, &h->file, true, ar, &f, e)) {
        return false;
    }
    if (type == E_HOLD_RELEASE && f.holds == 0) {
        return err_set(e, ERR_CORRUPT, "file %.*s counts no hold although it has one; run akta doctor", (int)f.mark.n,
                       f.mark.p);
    }
    changed = f;
    changed.holds = type == E_HOLD ? f.holds + 1 : f.holds - 1;
    if (!event_next(t, &f.id, &changed.events, e)) {
        return false;
    }
    id_text(h->id, hold_hex);
    struct event ev = {.type = type,
                       .object = &f.id,
                       .event = changed.events,
                       .who = who,
                       .lines = {{"hold", str_of(hold_hex)}},
                       .line_count = 1};
    struct event_ready ready;
    return file_update(t, a, &f, &changed, false, e) && event_prepare(&ev, NULL, ar, &ready, e) &&
           event_write(t, a, &ready, &index, e);
}

/* ---------------------------------------------------------------- placing */

struct placing {
    struct archive *a;
    struct str mark;
    const struct actor *who;
    struct hold h;
    struct key key;
    struct wrapped_key wrapped;
    struct event_ready ready;
    struct arena *ar;
};

static bool find_file_fn(struct txn *t, void *ctx, struct err *e)
{
    struct placing *p = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(HOLD_ARENA);
    struct case_file f;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!file_by_mark(t, p->a, p->mark, false, ar, &f, e)) {
        return false;
    }
    p->h.file = f.id;
    return true;
}

static bool place_fn(struct txn *t, void *ctx, struct err *e)
{
    struct placing *p = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(HOLD_ARENA);
    struct row_key by_file = by_file_key(&p->h.file, &p->h.id);
    uint64_t index;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return row_put(t, &p->h, &p->key, e) && key_put(t, &p->h.id, &p->wrapped, e) &&
           store_insert(t, T_HOLD_BY_FILE, rk_bytes(&by_file), (struct bytes){NULL, 0}, e) &&
           event_write(t, p->a, &p->ready, &index, e) && file_side(t, p->a, &p->h, E_HOLD, p->who, ar, e);
}

static bool prepare_placing(struct placing *p, struct err *e)
{
    char file_hex[33], review[DAY_TEXT_SIZE];
    id_text(p->h.file, file_hex);
    day_text(p->h.review, review);
    struct str file_copy = arena_str(p->ar, str_of(file_hex)), review_copy = arena_str(p->ar, str_of(review));
    struct event ev = {.type = E_HOLD,
                       .object = &p->h.id,
                       .event = 1,
                       .who = p->who,
                       .lines = {{"file", file_copy}, {"review", review_copy}},
                       .line_count = day_is_none(p->h.review) ? 1 : 2,
                       .metadata = {{"reason", p->h.reason}, {"mandate", p->h.mandate}},
                       .metadata_count = p->h.mandate.n > 0 ? 2 : 1};
    return (file_copy.p != NULL && review_copy.p != NULL) ? event_prepare(&ev, &p->key, p->ar, &p->ready, e)
                                                          : err_set(e, ERR_MEMORY, "out of memory");
}

static bool take_texts(struct placing *p, struct str reason, struct str mandate, struct err *e)
{
    if (!text_gate(p->ar, "reason", reason, HOLD_TEXT_MAX, true, &p->h.reason, e) ||
        !text_gate(p->ar, "mandate", mandate, HOLD_TEXT_MAX, true, &p->h.mandate, e)) {
        return false;
    }
    if (p->h.reason.n == 0) {
        return err_field(e, ERR_INVALID, "reason", "a hold needs a reason, such as the case it serves");
    }
    if (!day_is_none(p->h.review) && p->h.review.n < p->h.placed.n) {
        return err_field(e, ERR_INVALID, "review", "the day on which the hold is looked at again lies in the past");
    }
    return true;
}

bool hold_place(struct archive *a, struct str mark, struct str reason, struct str mandate, struct day review,
                const struct actor *who, struct id *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(HOLD_ARENA);
    struct placing p = {.a = a, .mark = mark, .who = who, .ar = ar};
    p.h = (struct hold){.placed = archive_today(a), .review = review, .released = DAY_NONE, .events = 1};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    bool ok = take_texts(&p, reason, mandate, e) && store_read(a->store, find_file_fn, &p, e) &&
              object_new(a, &p.h.id, &p.key, &p.wrapped, e) && prepare_placing(&p, e) &&
              store_write(a->store, place_fn, &p, e);
    key_wipe(&p.key);
    if (ok) {
        *out = p.h.id;
    }
    return ok;
}

/* ---------------------------------------------------------------- releasing */

struct releasing {
    struct archive *a;
    struct id id;
    struct str reason;
    const struct actor *who;
    struct hold h;
    uint64_t before; /* its events as they were read */
    struct key key;
    struct event_ready ready;
    struct arena *ar;
};

static bool read_fn(struct txn *t, void *ctx, struct err *e)
{
    struct releasing *r = ctx;
    if (!hold_in(t, r->a, &r->id, r->ar, &r->h, &r->key, e)) {
        return false;
    }
    r->before = r->h.events;
    return event_next(t, &r->id, &r->h.events, e);
}

static bool release_fn(struct txn *t, void *ctx, struct err *e)
{
    struct releasing *r = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(HOLD_ARENA);
    struct key key CLEANUP(key_wipe) = {{0}};
    struct hold now;
    uint64_t index;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!hold_in(t, r->a, &r->id, ar, &now, &key, e)) {
        return false;
    }
    if (now.events != r->before) {
        return err_set(e, ERR_CONFLICT, "the hold was changed meanwhile; look at it again");
    }
    return row_put(t, &r->h, &r->key, e) && event_write(t, r->a, &r->ready, &index, e) &&
           file_side(t, r->a, &r->h, E_HOLD_RELEASE, r->who, ar, e);
}

static bool prepare_release(struct releasing *r, struct err *e)
{
    char day[DAY_TEXT_SIZE], file_hex[33];
    if (!day_is_none(r->h.released)) {
        day_text(r->h.released, day);
        return err_set(e, ERR_STATE, "the hold was released on %s already", day);
    }
    r->h.released = archive_today(r->a);
    id_text(r->h.file, file_hex);
    struct str file_copy = arena_str(r->ar, str_of(file_hex));
    struct event ev = {.type = E_HOLD_RELEASE,
                       .object = &r->h.id,
                       .event = r->h.events,
                       .who = r->who,
                       .lines = {{"file", file_copy}},
                       .line_count = 1,
                       .metadata = {{"reason", r->reason}},
                       .metadata_count = 1};
    return file_copy.p != NULL ? event_prepare(&ev, &r->key, r->ar, &r->ready, e)
                               : err_set(e, ERR_MEMORY, "out of memory");
}

bool hold_release(struct archive *a, const struct id *hold, struct str reason, const struct actor *who, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(HOLD_ARENA);
    struct releasing r = {.a = a, .id = *hold, .who = who, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!text_gate(ar, "reason", reason, HOLD_TEXT_MAX, true, &r.reason, e)) {
        return false;
    }
    if (r.reason.n == 0) {
        return err_field(e, ERR_INVALID, "reason", "say why the hold ends");
    }
    bool ok =
        store_read(a->store, read_fn, &r, e) && prepare_release(&r, e) && store_write(a->store, release_fn, &r, e);
    key_wipe(&r.key);
    return ok;
}
