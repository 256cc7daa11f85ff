/* request_requalify.c: another kind of letter: its terms run from the same days as if it had been of that kind from the
 * beginning (F-08), and what was told of while it counted as another stands as far as the law of the kind now in force
 * lets it (F-13, R-05). Nothing survives by its name alone. Fails with the store (events and free days are read). */
#include "request_act.h"

struct looking {
    struct acting *a;
    const struct key *key;
    struct arena *ar;
    uint64_t state; /* after the event before */
};

static bool look_at_event(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct looking *l = ctx;
    struct request_event_row row;
    (void)key;
    arena_reset(l->ar);
    struct bytes copy = arena_bytes(l->ar, val);
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!row_decode(&request_event_kind, copy, l->key, &l->a->before.id, l->ar, &row, e)) {
        return false;
    }
    const struct request_row *done = request_row_for((enum request_kind)row.kind, (enum request_state)l->state,
                                                     (enum request_verb)row.verb, (enum request_role)row.role);
    if (row.verb == REQUEST_DO_EXTEND) {
        l->a->extended_on = warsaw_day(row.at);
    }
    if (done != NULL && done->effect == REQUEST_TERM_RESUME && l->state != REQUEST_CALLED) {
        l->a->anew_on = day_is_none(row.came) ? warsaw_day(row.at) : row.came;
    }
    l->state = row.to;
    return true;
}

bool terms_known(struct txn *t, struct acting *a, const struct key *key, struct err *e)
{
    a->extended_on = a->anew_on = DAY_NONE;
    if (a->act->verb != REQUEST_DO_QUALIFY) {
        return true;
    }
    struct arena *ar CLEANUP(arena_free) = arena_new(512u * 1024);
    struct looking l = {.a = a, .key = key, .ar = ar};
    return ar != NULL ? store_walk(t, (struct store_range){.table = T_REQUEST_EVENT, .prefix = id_bytes(&a->before.id)},
                                   look_at_event, &l, e)
                      : err_set(e, ERR_MEMORY, "out of memory");
}

/* Told of after the term of this kind, it cannot be made up for: the office is late since then. Not beyond that term,
 * it extends nothing, and one is possible still. Beyond the strict end, it ends there. */
static void settle_extension(struct acting *a)
{
    struct request_head *h = &a->after;
    if (day_is_none(h->extended_to)) {
        return;
    }
    if (a->extended_on.n > h->due.n || h->extended_to.n <= h->due.n) {
        h->extended_to = DAY_NONE;
        h->before = h->before == REQUEST_EXTENDED ? REQUEST_IN_WORK : h->before;
    } else if (!day_is_none(h->longest) && h->extended_to.n > h->longest.n) {
        h->extended_to = h->longest;
    }
}

bool act_requalify(struct acting *a, struct err *e)
{
    struct request_law *law CLEANUP(law_give) = NULL;
    struct request_head *h = &a->after;
    struct term anew;
    h->kind = a->act->kind;
    if (!law_take(a->d, h->day, &law, e) || !head_term(h, law, a->ar, e)) {
        return false;
    }
    settle_extension(a);
    if (!day_is_none(h->decide_by) && !day_is_none(a->anew_on)) {
        if (!act_kind_term(a, a->anew_on, &anew, e)) {
            return false;
        }
        h->decide_by = anew.end;
    }
    h->flags &= ~(uint64_t)REQUEST_HINT_UNSURE;
    return true;
}
