/* request_desk_verbs_list.c: the list that a clerk works from: lines of the public register, with what the head of each
 * request says of unit, due day and next step. What is urgent is looked for among the open ones and put in order of its
 * due day. Fails: ERR_INVALID for a cursor that is not ours; with the store. */
#include "request_internal.h"

#include "office_desk.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 200u

struct gathering {
    struct request_desk *d;
    const struct desk_filter *f;
    struct arena *ar;
    const struct request_public *page;
    size_t page_n;
    struct desk_line *lines;
    size_t n, cap;
};

/* What is known of a request that cannot be read. */
static struct desk_line line_of_register(const struct request_public *p)
{
    struct desk_line l = {.kind = p->kind,
                          .state = p->state,
                          .outcome = p->outcome,
                          .due = request_ended(p->state) ? DAY_NONE : p->due,
                          .ended = p->ended,
                          .safe = DAY_NONE,
                          .next_until = DAY_NONE,
                          .overdue_since = DAY_NONE,
                          .extended = p->extended,
                          .subject = p->subject,
                          .damaged = true};
    memcpy(l.number, p->number, sizeof l.number);
    return l;
}

static bool line_of(struct txn *t, struct gathering *g, const struct request_public *p, struct desk_line *out,
                    struct err *e)
{
    uint64_t year, seq;
    struct id id;
    struct request_head h;
    bool found = false, readable;
    if (!number_parse(str_of(p->number), &year, &seq) || !index_id(t, rq_by_number(year, seq), &id, NULL, &found, e) ||
        !found) {
        return e->code != ERR_NONE ? false
                                   : err_set(e, ERR_CORRUPT, "the public register shows a request that is not there");
    }
    if (!head_try(t, &id, g->ar, &h, &readable, e)) {
        return false;
    }
    if (!readable) {
        *out = line_of_register(p);
        return true;
    }
    *out = (struct desk_line){.kind = (enum request_kind)h.kind,
                              .state = (enum request_state)h.state,
                              .outcome = (enum request_outcome)h.outcome,
                              .received = h.received,
                              .due = request_ended((enum request_state)h.state) ? DAY_NONE : head_due(&h),
                              .ended = h.ended,
                              .safe = DAY_NONE,
                              .overdue_since = head_overdue(&h, g->f->today),
                              .extended = !day_is_none(h.extended_to),
                              .unit = h.unit,
                              .subject = h.subject};
    memcpy(out->number, p->number, sizeof out->number);
    if (!day_is_none(out->due) && out->due.n == h.due.n) {
        out->safe = h.safe;
    }
    head_next(&h, g->f->today, &out->next, &out->next_until);
    return true;
}

static bool grow(struct gathering *g, struct err *e)
{
    if (g->n + g->page_n <= g->cap) {
        return true;
    }
    size_t cap = 2 * g->cap + g->page_n;
    struct desk_line *lines = arena_alloc(g->ar, cap * sizeof *lines);
    if (lines == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (g->n > 0) {
        memcpy(lines, g->lines, g->n * sizeof *lines);
    }
    g->lines = lines;
    g->cap = cap;
    return true;
}

static bool is_urgent(const struct desk_filter *f, const struct desk_line *l)
{
    if (l->damaged) {
        return true; /* whose it is and whether it is late, nobody knows: everybody is told */
    }
    return !day_is_none(l->due) && (int64_t)l->due.n - f->today.n <= (int64_t)f->days &&
           (!f->late || !day_is_none(l->overdue_since)) && (f->unit.n == 0 || str_eq(f->unit, l->unit));
}

static bool page_fn(struct txn *t, void *ctx, struct err *e)
{
    struct gathering *g = ctx;
    size_t begun = g->n;
    for (size_t i = 0; i < g->page_n; i++) {
        struct desk_line *at = &g->lines[g->n];
        if (!line_of(t, g, &g->page[i], at, e)) {
            g->n = begun;
            return false;
        }
        g->n += !g->f->by_days || is_urgent(g->f, at);
    }
    return true;
}

/* One page of the register, and its lines. */
static bool take_page(struct gathering *g, const struct request_filter *f, struct str *next, struct err *e)
{
    struct request_public *page;
    if (!request_list(g->d, f, g->ar, &page, &g->page_n, next, e)) {
        return false;
    }
    g->page = page;
    return g->page_n == 0 || (grow(g, e) && store_read(archive_store(g->d->a), page_fn, g, e));
}

static bool take_all(struct gathering *g, enum request_state state, struct err *e)
{
    struct request_filter f = {.kind = g->f->kind, .state = state, .from = DAY_NONE, .until = DAY_NONE, .limit = PAGE};
    do {
        struct str next;
        if (!take_page(g, &f, &next, e)) {
            return false;
        }
        f.after = next;
    } while (f.after.n > 0);
    return true;
}

static int by_due(const void *a, const void *b)
{
    const struct desk_line *x = a, *y = b;
    if (x->due.n != y->due.n) {
        return x->due.n < y->due.n ? -1 : 1;
    }
    return strcmp(x->number, y->number);
}

static bool urgent_ones(struct gathering *g, struct err *e)
{
    if (g->f->after.n > 0) {
        return err_field(e, ERR_INVALID, "after", "what is urgent is one list; it has no further page");
    }
    for (enum request_state s = REQUEST_FILED; s < REQUEST_STATE_END; s++) {
        if (!request_ended(s) && (g->f->state == 0 || g->f->state == s) && !take_all(g, s, e)) {
            return false;
        }
    }
    if (g->n > 1) {
        qsort(g->lines, g->n, sizeof *g->lines, by_due);
    }
    return true;
}

bool desk_list(struct request_desk *d, const struct desk_filter *f, struct arena *ar, struct desk_line **out, size_t *n,
               struct str *next, size_t *more, struct err *e)
{
    struct gathering g = {.d = d, .f = f, .ar = ar};
    const struct request_filter page = {
        .kind = f->kind, .state = f->state, .from = DAY_NONE, .until = DAY_NONE, .after = f->after, .limit = f->limit};
    *next = STR("");
    *more = 0;
    if (!(f->by_days ? urgent_ones(&g, e) : take_page(&g, &page, next, e))) {
        return false;
    }
    if (g.n > f->limit) {
        *more = g.n - f->limit;
        g.n = f->limit;
    }
    *out = g.lines;
    *n = g.n;
    return true;
}
