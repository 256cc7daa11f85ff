/* notice_rows.c: how notices lie in the table of ways to a request: a row for each, and a list of those that are not
 * done.
 *
 *   m request(16) event(be32)                  -> the notice
 *   q list(u8) when(be64) request(16) event(be32) -> nothing: on their way, waiting (by their next try), failed
 *
 * Every change passes notice_put, so that row and list are of one mind. */
#include "notice.h"

#include <string.h>

#define ROW_MOST 512u

#define NOTICE(member) offsetof(struct notice_row, member)
static const struct field fields[] = {
    {1, "verb", F_U64, NOTICE(verb), REQUEST_VERB_END - 1, FIELD_REQUIRED},
    {2, "state", F_U64, NOTICE(state), NOTICE_STATE_END - 1, FIELD_REQUIRED},
    {3, "queued", F_INSTANT, NOTICE(queued), 0, FIELD_REQUIRED},
    {4, "changed", F_INSTANT, NOTICE(changed), 0, 0},
    {5, "next", F_INSTANT, NOTICE(next), 0, 0},
    {6, "attempts", F_U64, NOTICE(attempts), 0, 0},
    {7, "stage", F_U64, NOTICE(stage), NOTICE_STAGE_END - 1, 0},
    {8, "code", F_U64, NOTICE(code), 999, 0},
    {9, "repeated", F_U64, NOTICE(repeated), 1, 0},
};
static const struct row_kind kind = {"notice", 1, fields, COUNT_OF(fields)};

/* ---------------------------------------------------------------- keys */

static void add(struct rq_key *k, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        k->b[k->n++] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
    }
}

struct rq_key rq_notice(const struct id *request, uint64_t event)
{
    struct rq_key k = {.b = {'m'}, .n = 1};
    memcpy(k.b + 1, request->b, sizeof request->b);
    k.n += sizeof request->b;
    if (event != 0) {
        add(&k, event, 4);
    }
    return k;
}

struct rq_key rq_notices_in(enum notice_pile pile)
{
    struct rq_key k = {.b = {'q'}, .n = 1};
    add(&k, pile, 1);
    return k;
}

static struct rq_key listed(enum notice_pile pile, instant when, const struct id *request, uint64_t event)
{
    struct rq_key k = rq_notices_in(pile);
    add(&k, when > 0 ? (uint64_t)when : 0, 8);
    memcpy(k.b + k.n, request->b, sizeof request->b);
    k.n += sizeof request->b;
    add(&k, event, 4);
    return k;
}

bool notice_place_read(struct bytes key, struct notice_place *out)
{
    struct reader r = reader_of(key);
    rd_bytes(&r, 2);
    out->when = (instant)rd_be64(&r);
    struct bytes id = rd_bytes(&r, sizeof out->request.b);
    out->event = rd_be32(&r);
    if (!rd_done(&r)) {
        return false;
    }
    memcpy(out->request.b, id.p, sizeof out->request.b);
    return true;
}

static bool pile_of(const struct notice_row *row, enum notice_pile *pile, instant *when)
{
    *when = row->changed;
    switch ((enum notice_state)row->state) {
        case NOTICE_WAITING:
            *pile = NOTICES_WAITING;
            *when = row->next;
            return true;
        case NOTICE_HANDED:
            *pile = NOTICES_HANDED;
            return true;
        case NOTICE_REFUSED:
        case NOTICE_GIVEN_UP:
            *pile = NOTICES_FAILED;
            return true;
        case NOTICE_SENT:
        case NOTICE_DROPPED:
        case NOTICE_SPARED:
        case NOTICE_STATE_END:
            break;
    }
    return false;
}

bool notice_listed(const struct notice_row *row, const struct id *request, uint64_t event, struct rq_key *out)
{
    enum notice_pile pile;
    instant when;
    if (!pile_of(row, &pile, &when)) {
        return false;
    }
    *out = listed(pile, when, request, event);
    return true;
}

/* ---------------------------------------------------------------- rows */

bool notice_decode(struct bytes val, struct notice_row *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    return ar != NULL ? row_decode(&kind, val, NULL, NULL, ar, out, e) : err_set(e, ERR_MEMORY, "out of memory");
}

bool notice_get(struct txn *t, const struct id *request, uint64_t event, struct notice_row *out, bool *found,
                struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    struct rq_key k = rq_notice(request, event);
    struct bytes val;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return store_find(t, T_REQUEST_INDEX, rq_bytes(&k), ar, &val, found, e) && (!*found || notice_decode(val, out, e));
}

bool notice_put(struct txn *t, const struct id *request, uint64_t event, const struct notice_row *before,
                const struct notice_row *after, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(ROW_MOST);
    struct rq_key k = rq_notice(request, event), from, to;
    if (before != NULL && notice_listed(before, request, event, &from) &&
        !store_delete(t, T_REQUEST_INDEX, rq_bytes(&from), e)) {
        return false;
    }
    if (notice_listed(after, request, event, &to) &&
        !store_put(t, T_REQUEST_INDEX, rq_bytes(&to), (struct bytes){NULL, 0}, e)) {
        return false;
    }
    return row_encode(&kind, after, NULL, request, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_REQUEST_INDEX, rq_bytes(&k), buf_bytes(&val), e);
}
