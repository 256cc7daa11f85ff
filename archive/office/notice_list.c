/* notice_list.c: notices looked at: those of a request with words for people, figures, and what the doctor says of
 * them. Changes nothing. Fails with the store. */
#include "notice.h"
#include "request_scan.h"

#include <string.h>

#define LATE_SECONDS 86400

const char *notice_state_name(enum notice_state s)
{
    static const char *const names[NOTICE_STATE_END] = {
        [NOTICE_WAITING] = "waiting", [NOTICE_HANDED] = "sending",    [NOTICE_SENT] = "sent",
        [NOTICE_REFUSED] = "refused", [NOTICE_GIVEN_UP] = "given-up", [NOTICE_DROPPED] = "dropped",
        [NOTICE_SPARED] = "spared"};
    return s > 0 && s < NOTICE_STATE_END ? names[s] : "unknown";
}

static const char *const stages[NOTICE_STAGE_END] = {
    [NOTICE_STAGE_NONE] = "none", [NOTICE_ADDRESS] = "address", [NOTICE_PROGRAM] = "program",
    [NOTICE_CONNECT] = "connect", [NOTICE_HELLO] = "hello",     [NOTICE_TLS] = "tls",
    [NOTICE_AUTH] = "auth",       [NOTICE_SENDER] = "sender",   [NOTICE_RECIPIENT] = "recipient",
    [NOTICE_DATA] = "data",       [NOTICE_CONTENT] = "content"};

const char *notice_stage_name(enum notice_stage s)
{
    return s > 0 && s < NOTICE_STAGE_END ? stages[s] : stages[0];
}

bool notice_stage_parse(struct str s, enum notice_stage *out)
{
    for (enum notice_stage i = NOTICE_ADDRESS; i < NOTICE_STAGE_END; i++) {
        if (str_is(s, stages[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *notice_said(const struct notice *n)
{
    switch (n->state) {
        case NOTICE_SENT:
            return N_("Sent: the mail server has taken it.");
        case NOTICE_HANDED:
            return N_("Being sent.");
        case NOTICE_REFUSED:
            return N_("Refused: the mail server does not take mail for this address.");
        case NOTICE_GIVEN_UP:
            return N_("Not sent: for days the mail server did not take it. Look at this page instead.");
        case NOTICE_DROPPED:
            return N_("Not sent: the address is not there any more.");
        case NOTICE_SPARED:
            return N_("Not sent: this address has had many notices today. What you did yourself stands here.");
        case NOTICE_WAITING:
        case NOTICE_STATE_END:
        default:
            return n->attempts == 0 ? N_("Waits to be sent.")
                                    : N_("Waits: the mail server did not take it yet. We try again.");
    }
}

/* ---------------------------------------------------------------- of one request */

struct listing {
    const struct id *request;
    struct arena *ar;
    struct notice *list;
    size_t n, room;
};

static bool take_notice(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct listing *l = ctx;
    struct notice_row row;
    struct reader k = reader_of(key);
    rd_bytes(&k, 1 + sizeof l->request->b);
    uint64_t event = rd_be32(&k);
    if (!rd_done(&k)) {
        return err_set(e, ERR_CORRUPT, "a key of a notice is damaged");
    }
    if (!notice_decode(val, &row, e)) {
        return false;
    }
    if (l->n == l->room) {
        size_t room = l->room == 0 ? 8 : 2 * l->room;
        struct notice *more = arena_alloc(l->ar, room * sizeof *more);
        if (more == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        if (l->n > 0) {
            memcpy(more, l->list, l->n * sizeof *more);
        }
        l->list = more;
        l->room = room;
    }
    l->list[l->n++] = (struct notice){.event = event,
                                      .verb = (enum request_verb)row.verb,
                                      .state = (enum notice_state)row.state,
                                      .stage = (enum notice_stage)row.stage,
                                      .code = (unsigned)row.code,
                                      .attempts = row.attempts,
                                      .repeated = row.repeated != 0,
                                      .queued = row.queued,
                                      .changed = row.changed,
                                      .next = row.next};
    return true;
}

static bool list_fn(struct txn *t, void *ctx, struct err *e)
{
    struct listing *l = ctx;
    struct rq_key all = rq_notice(l->request, 0);
    l->n = l->room = 0;
    l->list = NULL;
    return store_walk(t, (struct store_range){.table = T_REQUEST_INDEX, .prefix = rq_bytes(&all)}, take_notice, l, e);
}

bool notice_list(struct request_desk *d, const struct id *request, struct arena *ar, struct notice **out, size_t *n,
                 struct err *e)
{
    struct listing l = {.request = request, .ar = ar};
    if (!store_read(archive_store(d->a), list_fn, &l, e)) {
        return false;
    }
    *out = l.list;
    *n = l.n;
    return true;
}

/* ---------------------------------------------------------------- of all */

struct counting {
    instant now;
    struct notice_figures figures, kept;
    struct arena *ar;
    store_finding finding; /* NULL: they are only counted */
    void *ctx;
    enum lang lang;
};

static void tell_failed(struct counting *c, const struct request_head *h, const struct notice_place *place,
                        const struct notice_row *row)
{
    char number[REQUEST_NUMBER_SIZE];
    struct err wrong;
    err_init(&wrong, c->lang);
    number_text(h->year, h->seq, number);
    (void)(row->state == NOTICE_REFUSED
               ? err_set(&wrong, ERR_STATE,
                         "the notice of event %llu of request %s was refused by the mail server (%s, %u)",
                         (unsigned long long)place->event, number, notice_stage_name((enum notice_stage)row->stage),
                         (unsigned)row->code)
               : err_set(&wrong, ERR_STATE, "the notice of event %llu of request %s was given up (%s, %u)",
                         (unsigned long long)place->event, number, notice_stage_name((enum notice_stage)row->stage),
                         (unsigned)row->code));
    c->finding(c->ctx, "mail", wrong.text,
               tr(c->lang, N_("reach the person in another way; a new address given in the case sends it again")));
}

/* Only of cases that are still open: later nobody waits for it. */
static bool count_failed(struct txn *t, struct counting *c, const struct notice_place *place, struct err *e)
{
    struct request_head h;
    struct notice_row row;
    bool found, readable;
    arena_reset(c->ar);
    if (!head_try(t, &place->request, c->ar, &h, &readable, e) ||
        !notice_get(t, &place->request, place->event, &row, &found, e)) {
        return false;
    }
    if (!readable || !found || h.state == REQUEST_CLOSED) {
        return true;
    }
    c->figures.failed++;
    if (c->finding != NULL) {
        tell_failed(c, &h, place, &row);
    }
    return true;
}

static bool count_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct counting *c = ctx;
    struct notice_place place;
    struct notice_row row;
    bool found;
    (void)val;
    if (!notice_place_read(key, &place)) {
        return err_set(e, ERR_CORRUPT, "a key of a notice is damaged");
    }
    if (key.p[1] == NOTICES_FAILED) {
        return count_failed(t, c, &place, e);
    }
    if (!notice_get(t, &place.request, place.event, &row, &found, e)) {
        return false;
    }
    c->figures.waiting++;
    c->figures.late += found && c->now - row.queued > LATE_SECONDS;
    return true;
}

static void count_restart(void *ctx)
{
    struct counting *c = ctx;
    c->figures = c->kept;
}

static bool count_done(void *ctx, struct err *e)
{
    struct counting *c = ctx;
    (void)e;
    c->kept = c->figures;
    return true;
}

static bool count_all(struct request_desk *d, struct counting *c, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    static const uint8_t letter[] = {'q'};
    const struct rq_scan s = {.table = T_REQUEST_INDEX,
                              .prefix = {letter, sizeof letter},
                              .row = count_row,
                              .restart = count_restart,
                              .done = count_done,
                              .ctx = c};
    c->ar = ar;
    return ar != NULL ? rq_scan(d, &s, e) : err_set(e, ERR_MEMORY, "out of memory");
}

bool notice_figures(struct request_desk *d, instant now, struct notice_figures *out, struct err *e)
{
    struct counting c = {.now = now, .lang = e->lang};
    if (!count_all(d, &c, e)) {
        return false;
    }
    *out = c.kept;
    return true;
}

bool notice_doctor(struct request_desk *d, instant now, store_finding finding, void *ctx, struct err *e)
{
    struct counting c = {.now = now, .lang = e->lang, .finding = finding, .ctx = ctx};
    struct err wrong;
    err_init(&wrong, e->lang);
    if (!count_all(d, &c, e)) {
        return false;
    }
    if (c.kept.late > 0) {
        (void)err_set(&wrong, ERR_STATE, "%llu notices wait for more than a day to be sent",
                      (unsigned long long)c.kept.late);
        finding(ctx, "mail", wrong.text,
                tr(e->lang, N_("look at the settings [mail] and at the lines that akta-fcgi logged about the server")));
    }
    return true;
}
