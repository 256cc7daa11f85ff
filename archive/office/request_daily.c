/* request_daily.c: the nightly work on requests: drafts whose time is over are erased, offers that nobody accepted are
 * closed, and what is open, late or about to be is counted; the count is kept in T_META "daily-requests" for
 * whoever watches. Each part is done as far as it goes; a request that cannot be read is counted and stops nothing.
 * Fails with the store. */
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
            if (!draft_drop_id(d, &x.list[i], now, &out->files_erased, e)) {
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
        uint64_t open, overdue, due_soon, calls_over, disclosures_due, damaged;
        size_t lapsed;
    } now, kept;
};

/* The last day on which somebody works before the term ends (F-16), where it is known: of the first term. */
static struct day last_working_day(const struct request_head *h, struct day until)
{
    return until.n == h->due.n && !day_is_none(h->safe) ? h->safe : until;
}

static bool look_at_head(struct rounds *r, const struct request_head *h)
{
    bool over = !day_is_none(h->waiting_until) && r->today.n > h->waiting_until.n;
    bool lapsed = over && h->state == REQUEST_OFFER;
    enum request_next next;
    struct day until;
    head_next(h, r->today, &next, &until);
    bool ours = next == REQUEST_NEXT_OFFICE_ANSWERS || next == REQUEST_NEXT_OFFICE_DISCLOSES ||
                next == REQUEST_NEXT_OFFICE_DECIDES;
    r->now.open++;
    r->now.overdue += !day_is_none(head_overdue(h, r->today));
    r->now.due_soon += ours && !day_is_none(until) && last_working_day(h, until).n - r->today.n <= 1;
    r->now.calls_over += over && (h->state == REQUEST_CALLED || h->state == REQUEST_FORM);
    r->now.disclosures_due += h->state == REQUEST_FEE && r->today.n >= h->disclose_from.n;
    if (lapsed && r->now.lapsed < BATCH) {
        r->lapsed[r->now.lapsed++] = h->id;
    }
    return true;
}

/* A line of the list of a state: the place at the end of its key names the request. */
static bool round_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rounds *r = ctx;
    struct request_head h;
    struct id id;
    bool found, readable;
    (void)val;
    arena_reset(r->ar);
    struct reader k = reader_of(key);
    rd_bytes(&k, 2 + 8);
    uint64_t year = rd_be16(&k), seq = rd_be32(&k);
    if (!rd_done(&k)) {
        return err_set(e, ERR_CORRUPT, "a key of the public register is damaged");
    }
    if (!index_id(t, rq_by_number(year, seq), &id, NULL, &found, e)) {
        return false;
    }
    if (!found) {
        return true; /* the doctor says so */
    }
    if (!head_try(t, &id, r->ar, &h, &readable, e)) {
        return false;
    }
    r->now.damaged += !readable;
    return !readable || look_at_head(r, &h);
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
        } else if (row_is_lost(why.code)) {
            out->damaged++;
        } else if (why.code != ERR_STATE) { /* accepted meanwhile */
            *e = why;
            return false;
        }
    }
    return true;
}

/* Only what is open is looked at: the archive of ended requests may be large. */
static bool walk_open(struct rounds *r, struct err *e)
{
    for (enum request_state state = REQUEST_FILED; !request_ended(state); state++) {
        struct rq_key list = rq_list(0, state);
        const struct rq_scan s = {.table = T_REQUEST_LIST,
                                  .prefix = rq_bytes(&list),
                                  .row = round_row,
                                  .restart = round_restart,
                                  .done = round_done,
                                  .ctx = r};
        if (!rq_scan(r->d, &s, e)) {
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- what is kept of a night */

#define META_DAILY "daily-requests"
static const struct field daily_fields[] = {
    {1, "at", F_INSTANT, offsetof(struct request_daily, at), 0, 0},
    {2, "open", F_U64, offsetof(struct request_daily, filed_open), 0, 0},
    {3, "overdue", F_U64, offsetof(struct request_daily, overdue), 0, 0},
    {4, "due soon", F_U64, offsetof(struct request_daily, due_soon), 0, 0},
    {5, "calls over", F_U64, offsetof(struct request_daily, calls_over), 0, 0},
    {6, "disclosures due", F_U64, offsetof(struct request_daily, disclosures_due), 0, 0},
    {7, "damaged", F_U64, offsetof(struct request_daily, damaged), 0, 0},
};
static const struct row_kind daily_kind = {"daily requests", 1, daily_fields, COUNT_OF(daily_fields)};

bool request_daily_last(struct request_desk *d, struct request_daily *out, struct err *e)
{
    *out = (struct request_daily){.at = 0};
    return figures_read(d->a, META_DAILY, &daily_kind, out, e);
}

bool request_daily(struct request_desk *d, instant now, struct request_daily *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(8u << 20);
    struct rounds r = {.d = d, .today = warsaw_day(now), .ar = ar};
    struct request_daily done = {0};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!erase_drafts(d, now, &done, e) || !walk_open(&r, e) || !close_offers(&r, now, &done, e)) {
        return false;
    }
    done.filed_open = r.kept.open;
    done.overdue = r.kept.overdue;
    done.due_soon = r.kept.due_soon;
    done.calls_over = r.kept.calls_over;
    done.disclosures_due = r.kept.disclosures_due;
    done.damaged += r.kept.damaged;
    done.at = now;
    *out = done;
    return figures_keep(d->a, META_DAILY, &daily_kind, &done, e);
}
