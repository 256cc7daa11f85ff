/* request_daily.c: the nightly work on requests: drafts whose time is over are erased, offers that nobody accepted are
 * closed, and what is open and late is counted. Each part is done as far as it goes. Fails with the store. */
#include "draft.h"
#include "request_scan.h"

#include <string.h>

/* ---------------------------------------------------------------- drafts */

#define BATCH 256u

struct expiry {
    instant now;
    struct arena *ar;
    struct id list[BATCH];
    size_t n;
};

static bool expired_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct expiry *x = ctx;
    struct draft_row row;
    arena_reset(x->ar);
    if (!row_decode(&draft_kind, val, NULL, NULL, x->ar, &row, e)) {
        return false;
    }
    if (row.expires <= x->now && key.n == sizeof(struct id)) {
        memcpy(x->list[x->n++].b, key.p, key.n);
    }
    return x->n < BATCH;
}

static bool expired_fn(struct txn *t, void *ctx, struct err *e)
{
    struct expiry *x = ctx;
    x->n = 0;
    return store_walk(t, (struct store_range){.table = T_DRAFT}, expired_each, x, e);
}

static bool erase_drafts(struct request_desk *d, instant now, struct request_daily *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(2u << 20);
    struct expiry x = {.now = now, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    do {
        if (!store_read(archive_store(d->a), expired_fn, &x, e)) {
            return false;
        }
        for (size_t i = 0; i < x.n; i++) {
            if (!draft_drop_id(d, &x.list[i], &out->files_erased, e)) {
                return false;
            }
            out->drafts_expired++;
        }
    } while (x.n == BATCH);
    return true;
}

/* ---------------------------------------------------------------- offers and late ones */

struct rounds {
    struct request_desk *d;
    struct day today;
    struct arena *ar;
    struct id lapsed[BATCH];
    struct counts {
        uint64_t open, overdue;
        size_t lapsed;
    } now, kept;
};

static bool round_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rounds *r = ctx;
    struct request_head h;
    (void)t;
    arena_reset(r->ar);
    if (!row_decode(&request_head_kind, val, NULL, NULL, r->ar, &h, e)) {
        return false;
    }
    if (request_ended((enum request_state)h.state)) {
        return true;
    }
    r->now.open++;
    r->now.overdue += !day_is_none(head_overdue(&h, r->today));
    bool lapsed = h.state == REQUEST_OFFER && !day_is_none(h.waiting_until) && r->today.n > h.waiting_until.n;
    if (lapsed && r->now.lapsed < BATCH && key.n == sizeof(struct id)) {
        memcpy(r->lapsed[r->now.lapsed++].b, key.p, key.n);
    }
    return true;
}

static void round_restart(void *ctx)
{
    struct rounds *r = ctx;
    r->now = r->kept;
}

static bool round_done(void *ctx, struct err *e)
{
    struct rounds *r = ctx;
    (void)e;
    r->kept = r->now;
    return true;
}

static bool close_offers(struct rounds *r, instant now, struct request_daily *out, struct err *e)
{
    for (size_t i = 0; i < r->kept.lapsed; i++) {
        const struct request_act act = {
            .verb = REQUEST_DO_LAPSE, .role = REQUEST_CLOCK, .at = now, .until = DAY_NONE, .served = DAY_NONE};
        struct request_done done;
        struct err why;
        err_init(&why, e->lang);
        if (request_do(r->d, &r->lapsed[i], &act, NULL, r->ar, &done, NULL, &why)) {
            out->offers_lapsed++;
        } else if (why.code != ERR_STATE) { /* accepted meanwhile */
            *e = why;
            return false;
        }
    }
    return true;
}

bool request_daily(struct request_desk *d, instant now, struct request_daily *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(8u << 20);
    struct rounds r = {.d = d, .today = warsaw_day(now), .ar = ar};
    struct request_daily done = {0};
    const struct rq_scan s = {
        .table = T_REQUEST, .row = round_row, .restart = round_restart, .done = round_done, .ctx = &r};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!erase_drafts(d, now, &done, e) || !rq_scan(d, &s, e) || !close_offers(&r, now, &done, e)) {
        return false;
    }
    done.filed_open = r.kept.open;
    done.overdue = r.kept.overdue;
    *out = done;
    return true;
}
