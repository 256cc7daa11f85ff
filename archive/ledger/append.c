/* append.c: entries inside a verb, and reading them back by index and by object.
 *
 * Appending runs on the writer thread in the verb's own transaction: one small row read, three small rows written. The
 * count lives in the row alone, so that a verb that is undone takes its index back with it. */
#include "ledger_internal.h"

#include <string.h>

#define CLOCK_SLACK 60 /* seconds that the clock may be behind the last entry */

/* The entry's time: the clock's, and never before the last entry's. */
bool entry_time(const struct ledger *l, instant last, instant *out, struct err *e)
{
    instant now = clock_now(l->config.clock);
    if (now >= last) {
        *out = now;
        return true;
    }
    if (last - now > CLOCK_SLACK) {
        char is[INSTANT_TEXT_SIZE], was[INSTANT_TEXT_SIZE];
        instant_text(now, is);
        instant_text(last, was);
        return err_set(
            e, ERR_BUSY,
            "the clock says %s, but the last log entry was written at %s: set the clock right, then try again", is,
            was);
    }
    *out = last;
    return true;
}

bool append_bytes(struct txn *t, struct log_row *log, struct bytes entry, const struct id *object, uint32_t event,
                  struct err *e)
{
    uint8_t ek[8], ok[20], value[8];
    if (log->size >= LOG_MASK)
        return err_set(e, ERR_FULL, "the log holds as many entries as it can number");
    uint64_t index = index_of(log->number, log->size);
    struct bytes index_bytes = entry_key(index, value);
    struct buf packed CLEANUP(buf_free) = BUF_INIT(PACK_BUF_MAX);
    entry_pack(entry, &packed);
    if (!buf_ok(&packed, e))
        return false;
    if (!id_is_zero(*object) && !store_insert(t, T_LOG_OBJECT, object_key(object, event, ok), index_bytes, e)) {
        if (e->code != ERR_CONFLICT)
            return false;
        char text[33];
        id_text(*object, text);
        return err_set(e, ERR_CONFLICT, "event %u of object %s is in the log already", event, text);
    }
    if (!store_insert(t, T_LOG_ENTRY, entry_key(index, ek), buf_bytes(&packed), e)) {
        if (e->code != ERR_CONFLICT)
            return false;
        return err_set(e, ERR_CORRUPT, "the log counts %llu entries, but entry %llu exists", ULL(log->size),
                       ULL(log->size));
    }
    log->size++;
    return log_row_put(t, log, e);
}

bool ledger_append(struct txn *t, struct ledger *l, const struct entry *en, uint64_t *index, struct err *e)
{
    struct log_row log;
    struct buf text CLEANUP(buf_free) = BUF_INIT(ENTRY_MAX + 1024);
    instant when = 0;
    arena_reset(l->append_arena);
    if (!log_row_get(t, l->append_arena, &log, e) || !entry_time(l, log.last_time, &when, e) ||
        !entry_text(en, when, &text, e))
        return false;
    uint64_t given = index_of(log.number, log.size);
    log.last_time = when;
    if (!append_bytes(t, &log, buf_bytes(&text), &en->object, en->event, e))
        return false;
    *index = given;
    return true;
}

bool ledger_entry(struct txn *t, uint64_t index, struct arena *a, struct bytes *out, struct err *e)
{
    uint8_t key[8];
    bool found = false;
    struct bytes stored;
    if (!store_find(t, T_LOG_ENTRY, entry_key(index, key), a, &stored, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_NOT_FOUND, "the log has no entry %llu", ULL(index));
    return ledger_entry_unpack(stored, a, out, e);
}

bool ledger_find(struct txn *t, const struct id *object, uint32_t event, uint64_t *index, struct err *e)
{
    uint8_t key[20];
    struct bytes v;
    bool found = false;
    struct arena *a CLEANUP(arena_free) = arena_new(256);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log");
    if (!store_find(t, T_LOG_OBJECT, object_key(object, event, key), a, &v, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_NOT_FOUND, "the log has no event %u of this object", event);
    struct reader r = reader_of(v);
    uint64_t got = rd_be64(&r);
    if (!rd_done(&r))
        return err_set(e, ERR_CORRUPT, "a row of the log's object index is damaged");
    *index = got;
    return true;
}

static bool take_event(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    uint32_t *event = ctx;
    struct reader r = reader_of(key);
    (void)val;
    rd_bytes(&r, sizeof(struct id));
    *event = rd_be32(&r);
    if (!rd_done(&r))
        err_set(e, ERR_CORRUPT, "a row of the log's object index is damaged");
    return false; /* the first of the reverse walk is the last event */
}

bool ledger_last_event(struct txn *t, const struct id *object, uint32_t *event, struct err *e)
{
    uint8_t key[20];
    uint32_t last = 0;
    struct store_range r = {.table = T_LOG_OBJECT,
                            .prefix = id_bytes(object),
                            .from = object_key(object, UINT32_MAX, key),
                            .reverse = true};
    if (!store_walk(t, r, take_event, &last, e))
        return false;
    *event = last;
    return true;
}

struct type_look {
    struct txn *t;
    enum entry_type type;
    uint32_t after;
    struct arena *ar;
    uint64_t index;
    bool found;
};

static bool look_type(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct type_look *l = ctx;
    struct reader k = reader_of(key), v = reader_of(val);
    struct bytes text;
    struct entry en;
    instant time;
    rd_bytes(&k, sizeof(struct id));
    uint32_t event = rd_be32(&k);
    l->index = rd_be64(&v);
    if (!rd_done(&k) || !rd_done(&v))
        return err_set(e, ERR_CORRUPT, "a row of the log's object index is damaged");
    arena_reset(l->ar);
    if (event <= l->after || !ledger_entry(l->t, l->index, l->ar, &text, e))
        return false;
    l->found = entry_parse(text, l->ar, &en, &time, e) && en.type == l->type;
    if (e->code == ERR_UNSUPPORTED) /* a later version's: not this one */
        err_init(e, e->lang);
    return !l->found && e->code == ERR_NONE;
}

bool ledger_find_type(struct txn *t, const struct id *object, enum entry_type type, uint32_t after, uint64_t *index,
                      bool *found, struct err *e)
{
    uint8_t key[20];
    struct arena *a CLEANUP(arena_free) = arena_new(64 * 1024);
    struct type_look l = {.t = t, .type = type, .after = after, .ar = a};
    struct store_range newest_first = {.table = T_LOG_OBJECT,
                                       .prefix = id_bytes(object),
                                       .from = object_key(object, UINT32_MAX, key),
                                       .reverse = true};
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log");
    if (!store_walk(t, newest_first, look_type, &l, e))
        return false;
    *found = l.found;
    *index = l.index;
    return true;
}

struct event_look {
    uint32_t event;
    bool there, later;
};

static bool look_event(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct event_look *l = ctx;
    struct reader r = reader_of(key);
    (void)val;
    rd_bytes(&r, sizeof(struct id));
    uint32_t event = rd_be32(&r);
    if (!rd_done(&r))
        return err_set(e, ERR_CORRUPT, "a row of the log's object index is damaged");
    l->there = l->there || event == l->event;
    l->later = event > l->event;
    return !l->later; /* the rest of the object's events does not matter */
}

bool ledger_event_known(struct txn *t, const struct id *object, uint32_t event, bool *there, bool *later, struct err *e)
{
    uint8_t key[20];
    struct event_look l = {.event = event};
    struct store_range r = {.table = T_LOG_OBJECT, .prefix = id_bytes(object), .from = object_key(object, event, key)};
    if (!store_walk(t, r, look_event, &l, e))
        return false;
    *there = l.there;
    *later = l.later;
    return true;
}

bool ledger_leaf(struct txn *t, uint64_t index, struct hash *out, struct err *e)
{
    uint32_t number = (uint32_t)(index >> LOG_SHIFT);
    uint64_t place = index & LOG_MASK;
    struct signed_row published;
    struct bytes hashes;
    struct arena *a CLEANUP(arena_free) = arena_new(128 * 1024);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the log");
    if (!mark_get(t, number, MARK_PUBLISHED, a, &published, e))
        return false;
    if (place >= published.head.size)
        return err_set(e, ERR_NOT_FOUND, "entry %llu is not published yet", ULL(index));
    unsigned within = (unsigned)(place % TILE_WIDTH);
    if (!tile_row(t, number, 0, place / TILE_WIDTH, within + 1, a, &hashes, e))
        return false;
    memcpy(out->b, hashes.p + within * SHA256_SIZE, SHA256_SIZE);
    return true;
}
