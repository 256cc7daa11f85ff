/* office.c: the office that an archive belongs to, and the archive's own object in the log.
 *
 * The archive as a whole is one object with a random id ("self"): its office, its fixity checks and its backups are its
 * events, counted in T_META. The origin of the log never changes: signatures name it. Fails with the store. */
#include "record_internal.h"

#include <string.h>

#define ARENA_LIMIT (1u << 20)
#define ORIGIN_MAX  100

static const struct field office_fields[] = {
    {1, "name", F_TEXT, offsetof(struct office_info, name), 200, FIELD_REQUIRED},
    {2, "origin", F_TEXT, offsetof(struct office_info, origin), ORIGIN_MAX, FIELD_REQUIRED},
    {3, "address", F_TEXT, offsetof(struct office_info, address), 300, 0},
    {4, "bip", F_TEXT, offsetof(struct office_info, bip), 300, 0},
    {5, "phone", F_TEXT, offsetof(struct office_info, phone), 60, 0},
    {6, "email", F_TEXT, offsetof(struct office_info, email), 200, 0},
};
static const struct row_kind office_kind = {"office", 1, office_fields, COUNT_OF(office_fields)};

#define META_OFFICE bytes_of(STR("office"))
#define META_SELF   bytes_of(STR("self"))

/* ---------------------------------------------------------------- the archive's own object */

struct self_row {
    struct id id;
    uint64_t events;
};

static bool self_put(struct txn *t, const struct self_row *s, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(32);
    buf_add(&val, s->id.b, sizeof s->id.b);
    buf_add_be64(&val, s->events);
    return buf_ok(&val, e) && store_put(t, T_META, META_SELF, buf_bytes(&val), e);
}

static bool self_get(struct txn *t, struct arena *ar, struct self_row *out, struct err *e)
{
    struct bytes val;
    if (!store_get(t, T_META, META_SELF, ar, &val, e))
        return err_wrap(e, "the archive's own row");
    struct reader r = reader_of(val);
    struct bytes id = rd_bytes(&r, sizeof out->id.b);
    struct self_row s = {.events = rd_be64(&r)};
    if (!rd_done(&r))
        return err_set(e, ERR_CORRUPT, "the archive's own row is damaged");
    memcpy(s.id.b, id.p, sizeof s.id.b);
    *out = s;
    return true;
}

bool archive_event(struct txn *t, struct archive *a, struct event *ev, struct arena *ar, struct err *e)
{
    struct self_row self;
    struct key key CLEANUP(key_wipe) = {{0}};
    struct event_ready ready;
    uint64_t index;
    if (!self_get(t, ar, &self, e) || !key_get(t, a->store, &self.id, &key, e))
        return false;
    if (!event_next(t, &self.id, &self.events, e))
        return false;
    ev->object = &self.id;
    ev->event = self.events;
    return event_prepare(ev, &key, ar, &ready, e) && event_write(t, a, &ready, &index, e) && self_put(t, &self, e);
}

static bool behind_fn(struct txn *t, void *ctx, struct err *e)
{
    struct self_row self;
    uint32_t last;
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!self_get(t, ar, &self, e) || !ledger_last_event(t, &self.id, &last, e))
        return false;
    *(bool *)ctx = last > self.events;
    return true;
}

bool self_is_behind(struct archive *a, bool *behind, struct err *e)
{
    return store_read(a->store, behind_fn, behind, e);
}

struct note_ctx {
    struct archive *a;
    struct event ev;
};

static bool note_fn(struct txn *t, void *ctx, struct err *e)
{
    struct note_ctx *c = ctx;
    struct event ev = c->ev;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    return ar ? archive_event(t, c->a, &ev, ar, e) : err_set(e, ERR_MEMORY, "out of memory");
}

bool archive_note(struct archive *a, enum entry_type type, const struct entry_line *lines, size_t n,
                  const struct actor *who, struct err *e)
{
    struct note_ctx c = {.a = a, .ev = {.type = type, .who = who}};
    for (size_t i = 0; i < n; i++)
        event_line(&c.ev, lines[i].key, lines[i].value);
    return store_write(a->store, note_fn, &c, e);
}

/* ---------------------------------------------------------------- the office */

struct office_ctx {
    struct archive *a;
    struct office_info office;
    const struct actor *who;
    struct key key; /* of the archive's own object, when it is made here */
    struct wrapped_key wrapped;
    struct id self;
    bool found; /* the archive: its first office */
};

static bool office_put(struct txn *t, const struct office_info *o, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(16384);
    struct id none = {{0}};
    return row_encode(&office_kind, o, NULL, &none, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_META, META_OFFICE, buf_bytes(&val), e);
}

static bool office_fn(struct txn *t, void *ctx, struct err *e)
{
    struct office_ctx *c = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    struct self_row self = {.id = c->self};
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (c->found && (!key_put(t, &self.id, &c->wrapped, e) || !self_put(t, &self, e)))
        return false;
    struct event ev = {.type = E_OFFICE, .who = c->who};
    event_meta(&ev, "name", c->office.name);
    event_meta(&ev, "origin", c->office.origin);
    event_meta(&ev, "address", c->office.address);
    event_meta(&ev, "bip", c->office.bip);
    event_meta(&ev, "phone", c->office.phone);
    event_meta(&ev, "email", c->office.email);
    return office_put(t, &c->office, e) && archive_event(t, c->a, &ev, ar, e);
}

bool office_gate(struct arena *ar, const struct office_info *in, struct office_info *out, struct err *e)
{
    struct office_info o = *in;
    for (size_t i = 0; i < COUNT_OF(office_fields); i++) {
        const struct field *f = &office_fields[i];
        struct str *text = (struct str *)(void *)((char *)&o + f->offset);
        if (!text_gate(ar, f->name, *text, f->max, false, text, e))
            return false;
        if (text->n == 0 && (f->flags & FIELD_REQUIRED))
            return err_field(e, ERR_INVALID, f->name, "the office file must say %s", f->name);
    }
    *out = o;
    return true;
}

bool archive_office_change(struct archive *a, const struct office_info *office, const struct actor *who, struct err *e)
{
    struct office_ctx c = {.a = a, .who = who};
    struct office_info now;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!archive_office(a, ar, &now, e) || !office_gate(ar, office, &c.office, e))
        return false;
    if (!str_eq(c.office.origin, now.origin))
        return err_field(e, ERR_STATE, "origin", "the log is called %.*s for ever: its signatures name it",
                         (int)now.origin.n, now.origin.p);
    return store_write(a->store, office_fn, &c, e);
}

struct office_read {
    struct arena *ar;
    struct office_info *out;
    struct self_row self;
};

static bool office_read_fn(struct txn *t, void *ctx, struct err *e)
{
    struct office_read *c = ctx;
    struct bytes val;
    struct id none = {{0}};
    if (!store_get(t, T_META, META_OFFICE, c->ar, &val, e))
        return err_wrap(e, "this folder was never finished by akta init: remove it and run init again");
    return row_decode(&office_kind, val, NULL, &none, c->ar, c->out, e) && self_get(t, c->ar, &c->self, e);
}

bool office_read(struct archive *a, struct arena *ar, struct office_info *out, struct id *self, struct err *e)
{
    struct office_read c = {.ar = ar, .out = out};
    if (!store_read(a->store, office_read_fn, &c, e))
        return false;
    *self = c.self.id;
    return true;
}

bool archive_office(struct archive *a, struct arena *ar, struct office_info *out, struct err *e)
{
    struct id self;
    return office_read(a, ar, out, &self, e);
}

bool office_found(struct archive *a, const struct office_info *office, struct err *e)
{
    struct office_ctx c = {.a = a, .office = *office, .found = true};
    bool ok = object_new(a, &c.self, &c.key, &c.wrapped, e) && store_write(a->store, office_fn, &c, e);
    key_wipe(&c.key);
    return ok && ledger_publish(a->ledger, e);
}
