/* notice_post.c: the way of a notice: queued in the transaction of its verb, handed over, settled. Each step is one
 * transaction that first looks whether the notice still stands where the step begins; a step that was done already is
 * refused (ERR_STATE) or, when it tells the same end once more, nothing. Fails with the store. */
#include "notice.h"

#include <string.h>

#define LONGEST_WAIT (4u * 3600u) /* between two tries */

/* ---------------------------------------------------------------- queued with the verb */

bool notice_verb(enum request_verb v)
{
    static const bool told[REQUEST_VERB_END] = {
        [REQUEST_DO_FILE] = true,     [REQUEST_DO_SUPPLEMENT] = true,  [REQUEST_DO_WITHDRAW] = true,
        [REQUEST_DO_QUALIFY] = true,  [REQUEST_DO_CALL] = true,        [REQUEST_DO_EXTEND] = true,
        [REQUEST_DO_FEE] = true,      [REQUEST_DO_FORM] = true,        [REQUEST_DO_OFFER] = true,
        [REQUEST_DO_ANSWER] = true,   [REQUEST_DO_PARTLY] = true,      [REQUEST_DO_REFUSE] = true,
        [REQUEST_DO_NOT_HELD] = true, [REQUEST_DO_DISCONTINUE] = true, [REQUEST_DO_LEAVE] = true,
        [REQUEST_DO_FORWARD] = true,  [REQUEST_DO_REOPEN] = true,      [REQUEST_DO_CLOSE] = true,
        [REQUEST_DO_LAPSE] = true,
    };
    return v > 0 && v < REQUEST_VERB_END && told[v];
}

bool notice_own_act(enum request_verb v)
{
    return v == REQUEST_DO_FILE || v == REQUEST_DO_SUPPLEMENT || v == REQUEST_DO_WITHDRAW;
}

bool notice_queue(struct txn *t, const struct request_desk *d, const struct id *request, uint64_t event,
                  enum request_verb verb, instant at, struct err *e)
{
    const struct notice_row row = {.verb = verb, .state = NOTICE_WAITING, .queued = at, .changed = at, .next = at};
    return !d->limits.notices || !notice_verb(verb) || notice_put(t, request, event, NULL, &row, e);
}

struct retrying {
    struct txn *t;
    const struct id *request;
    instant at;
    struct notice_place list[64];
    struct notice_row rows[64];
    size_t n;
};

static bool keep_failed(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct retrying *r = ctx;
    struct notice_row row;
    struct reader k = reader_of(key);
    rd_bytes(&k, 1 + sizeof r->request->b);
    uint64_t event = rd_be32(&k);
    if (!rd_done(&k)) {
        return err_set(e, ERR_CORRUPT, "a key of a notice is damaged");
    }
    if (!notice_decode(val, &row, e)) {
        return false;
    }
    if (row.state == NOTICE_REFUSED || row.state == NOTICE_GIVEN_UP) {
        r->list[r->n].event = event;
        r->rows[r->n++] = row;
    }
    return r->n < COUNT_OF(r->list);
}

/* A new address: what the old one did not take goes out to it. */
bool notice_try_again(struct txn *t, const struct request_desk *d, const struct id *request, instant at, struct err *e)
{
    struct retrying r = {.t = t, .request = request, .at = at};
    struct rq_key all = rq_notice(request, 0);
    if (!d->limits.notices) {
        return true;
    }
    if (!store_walk(t, (struct store_range){.table = T_REQUEST_INDEX, .prefix = rq_bytes(&all)}, keep_failed, &r, e)) {
        return false;
    }
    for (size_t i = 0; i < r.n; i++) {
        struct notice_row row = r.rows[i];
        row.state = NOTICE_WAITING;
        row.queued = row.changed = row.next = at; /* its days begin anew */
        row.attempts = row.stage = row.code = 0;
        if (!notice_put(t, request, r.list[i].event, &r.rows[i], &row, e)) {
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- what is due */

struct due {
    struct request_desk *d;
    enum notice_pile pile;
    instant now;
    struct arena *ar;
    struct notice_place place;
    struct notice_job *out;
    bool found;
};

static bool first_place(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct due *x = ctx;
    (void)val;
    x->found = notice_place_read(key, &x->place);
    return x->found ? false : err_set(e, ERR_CORRUPT, "a key of a notice is damaged");
}

struct addressing {
    const struct id *request;
    const struct key *key;
    struct arena *ar; /* of one event */
    struct arena *keep;
    struct str email;
    bool no_memory;
};

static bool newest_address(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct addressing *a = ctx;
    struct request_event_row row;
    (void)key;
    arena_reset(a->ar);
    struct bytes copy = arena_bytes(a->ar, val);
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!row_decode(&request_event_kind, copy, a->key, a->request, a->ar, &row, e)) {
        return false;
    }
    if (row.form.email.n > 0) {
        a->email = arena_str(a->keep, row.form.email);
        a->no_memory |= a->email.p == NULL;
    }
    return true;
}

/* An erased request has no key, and with it no address. */
static bool read_address(struct txn *t, const struct request_desk *d, const struct id *request, struct arena *keep,
                         struct str *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(512u * 1024);
    struct key key CLEANUP(key_wipe) = {{0}};
    struct addressing a = {.request = request, .key = &key, .ar = ar, .keep = keep, .email = STR("")};
    struct err why;
    err_init(&why, e->lang);
    *out = STR("");
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!key_get(t, archive_store(d->a), request, &key, &why)) {
        if (why.code != ERR_NOT_FOUND) {
            *e = why;
        }
        return why.code == ERR_NOT_FOUND;
    }
    if (!store_walk(t, (struct store_range){.table = T_REQUEST_EVENT, .prefix = id_bytes(request)}, newest_address, &a,
                    e)) {
        return false;
    }
    *out = a.email;
    return !a.no_memory || err_set(e, ERR_MEMORY, "out of memory");
}

static bool fill_job(struct txn *t, struct due *x, struct err *e)
{
    struct notice_job *j = x->out;
    struct request_head h;
    struct notice_row row;
    bool found, readable;
    if (!notice_get(t, &x->place.request, x->place.event, &row, &found, e) ||
        !head_try(t, &x->place.request, x->ar, &h, &readable, e)) {
        return false;
    }
    if (!found) {
        return err_set(e, ERR_CORRUPT, "a notice is listed that is not there; run akta doctor");
    }
    *j = (struct notice_job){.request = x->place.request,
                             .event = x->place.event,
                             .verb = (enum request_verb)row.verb,
                             .lang = (enum lang)(readable ? h.lang : LANG_PL),
                             .queued = row.queued,
                             .attempts = row.attempts,
                             .email = STR(""),
                             .unreadable = !readable};
    if (!readable) {
        return true;
    }
    number_text(h.year, h.seq, j->number);
    snprintf(j->name, sizeof j->name, "%s-%llu", j->number, (unsigned long long)j->event);
    struct err why;
    err_init(&why, e->lang);
    if (read_address(t, x->d, &x->place.request, x->ar, &j->email, &why)) {
        return true;
    }
    j->unreadable = row_is_lost(why.code); /* the others need not wait for it */
    j->email = STR("");
    *e = j->unreadable ? *e : why;
    return j->unreadable;
}

static bool due_fn(struct txn *t, void *ctx, struct err *e)
{
    struct due *x = ctx;
    struct rq_key pile = rq_notices_in(x->pile);
    x->found = false;
    if (!store_walk(t, (struct store_range){.table = T_REQUEST_INDEX, .prefix = rq_bytes(&pile)}, first_place, x, e)) {
        return false;
    }
    x->found = x->found && (x->pile == NOTICES_HANDED || x->place.when <= x->now);
    return !x->found || fill_job(t, x, e);
}

static bool first_of(struct due *x, bool *found, struct err *e)
{
    bool ok = store_read(archive_store(x->d->a), due_fn, x, e);
    *found = ok && x->found;
    return ok;
}

bool notice_next(struct request_desk *d, instant now, struct arena *ar, struct notice_job *out, bool *found,
                 struct err *e)
{
    struct due x = {.d = d, .pile = NOTICES_WAITING, .now = now, .ar = ar, .out = out};
    return first_of(&x, found, e);
}

bool notice_handed(struct request_desk *d, struct arena *ar, struct notice_job *out, bool *found, struct err *e)
{
    struct due x = {.d = d, .pile = NOTICES_HANDED, .ar = ar, .out = out};
    return first_of(&x, found, e);
}

/* ---------------------------------------------------------------- steps */

struct stepping {
    const struct notice_job *j;
    const struct notice_report *report; /* NULL: it is handed over */
    const struct notice_patience *patience;
    instant now;
};

static uint64_t wait_before(const struct notice_patience *p, uint64_t attempts)
{
    uint64_t wait = p->retry;
    for (uint64_t i = 1; i < attempts && wait < LONGEST_WAIT; i++) {
        wait *= 2;
    }
    return wait < LONGEST_WAIT ? wait : LONGEST_WAIT;
}

static void wait_or_give_up(struct notice_row *row, const struct stepping *s)
{
    instant last = row->queued + (instant)(s->patience->days * 86400u);
    row->state = s->now >= last ? NOTICE_GIVEN_UP : NOTICE_WAITING;
    row->next = s->now + (instant)wait_before(s->patience, row->attempts);
    row->next = row->next < last ? row->next : last;
}

static void settle(struct notice_row *row, const struct stepping *s)
{
    const struct notice_report *r = s->report;
    bool taken = r->fate == NOTICE_TAKEN;
    row->changed = s->now;
    row->next = 0;
    if (r->fate == NOTICE_ENOUGH) {
        row->state = NOTICE_SPARED;
        return;
    }
    row->attempts++;
    row->stage = taken ? 0 : r->stage;
    row->code = taken ? 0 : r->code;
    if (taken) {
        row->state = NOTICE_SENT;
    } else if (r->fate == NOTICE_NEVER) {
        row->state = r->stage == NOTICE_STAGE_NONE ? NOTICE_DROPPED : NOTICE_REFUSED;
    } else {
        row->repeated |= r->fate == NOTICE_UNKNOWN;
        wait_or_give_up(row, s);
    }
}

static bool step_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct stepping *s = ctx;
    struct notice_row before, after;
    bool found;
    if (!notice_get(t, &s->j->request, s->j->event, &before, &found, e)) {
        return false;
    }
    bool open = found && (before.state == NOTICE_WAITING || (s->report != NULL && before.state == NOTICE_HANDED));
    if (!open) {
        return err_set(e, ERR_STATE, "this notice is not waiting any more");
    }
    after = before;
    if (s->report == NULL) {
        after.state = NOTICE_HANDED;
    } else {
        settle(&after, s);
    }
    return notice_put(t, &s->j->request, s->j->event, &before, &after, e);
}

bool notice_hand(struct request_desk *d, const struct notice_job *j, struct err *e)
{
    struct stepping s = {.j = j};
    return store_write(archive_store(d->a), step_fn, &s, e);
}

bool notice_settle(struct request_desk *d, const struct notice_job *j, const struct notice_report *r,
                   const struct notice_patience *p, instant now, struct err *e)
{
    struct stepping s = {.j = j, .report = r, .patience = p, .now = now};
    return store_write(archive_store(d->a), step_fn, &s, e);
}
