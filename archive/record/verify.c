/* verify.c: a run of checks: which records, how far it came, what it leaves.
 *
 * Records stand in T_FIXITY in the order of their last check; a run walks it from the front and moves what it checked
 * to the back. Stamps of one run are all later than every stamp before it: what is left below the run's own stamp is
 * exactly what was not checked, after an interruption and after a crash.
 *
 * `all` checks everything there is now, whatever was checked before. Without it, an unfinished run is taken up again:
 * what it checked is not repeated, except what stands as faulty: a fault is told until it is mended. Fails:
 * ERR_NOT_FOUND for an id that is no record; what keeps it from looking. Faults are no failure: they are told and
 * counted. */
#include "verify.h"

#define RUN_KEPT (30 * 24 * 3600) /* an unfinished run older than this is not taken up again */
#define PASSES   3                /* over records that came in behind the walk */

/* A stamp later than all there are, and the limit below which this run checks. */
static bool begin(struct run *r, struct err *e)
{
    struct edges x;
    if (!order_edges(r->a, &x, e))
        return false;
    instant now = clock_now(r->a->clock);
    uint64_t stamp = (uint64_t)now << FIXITY_TIE_BITS;
    r->stamp = x.last >= stamp ? x.last + 1 : stamp;
    r->limit = r->stamp;
    bool fresh = x.unfinished && now - (instant)(x.unfinished >> FIXITY_TIE_BITS) <= RUN_KEPT;
    if (r->o->since)
        r->limit = (uint64_t)r->o->since << FIXITY_TIE_BITS;
    else if (fresh && !r->o->all)
        r->limit = x.unfinished;
    if (r->limit > r->stamp)
        r->limit = r->stamp;
    return true;
}

/* The same run over a list of ids. */
static bool check_list(struct run *r, const struct id *ids, size_t n, struct err *e)
{
    r->named = ids;
    r->named_count = n;
    bool ok = n == 0 || run_workers(r, r->sum->checked + n, e);
    r->named = NULL;
    return ok;
}

static bool check_walk(struct run *r, struct err *e)
{
    uint64_t left;
    if (!order_below(r->a, r->limit, &left, e))
        return false;
    for (int pass = 0; pass < PASSES && left && !atomic_load(r->stop); pass++)
        if (!run_workers(r, r->sum->checked + left, e) || !order_below(r->a, r->limit, &left, e))
            return false;
    r->sum->not_checked = left;
    return true;
}

static bool check_strays(struct run *r, struct err *e)
{
    struct id_list strays CLEANUP(id_list_free) = {0};
    uint64_t before = r->sum->checked;
    if (!order_strays(r->a, &strays, e) || !check_list(r, strays.ids, strays.n, e))
        return false;
    uint64_t done = r->sum->checked - before;
    r->sum->not_checked += strays.n > done ? strays.n - done : 0;
    return true;
}

static bool check_faulty(struct run *r, struct err *e)
{
    struct id_list faulty CLEANUP(id_list_free) = {0};
    return order_faulty(r->a, &faulty, e) && check_list(r, faulty.ids, faulty.n, e);
}

static bool check_many(struct run *r, struct err *e)
{
    if (!order_keep_run(r->a, r->limit, e) || (r->limit < r->stamp && !check_faulty(r, e)) ||
        (r->o->all && !check_strays(r, e)))
        return false;
    uint64_t strays_left = r->sum->not_checked;
    if (!check_walk(r, e))
        return false;
    r->sum->not_checked += strays_left;
    return r->sum->not_checked || order_keep_run(r->a, 0, e);
}

/* ---------------------------------------------------------------- records that somebody named */

static bool named_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct run *r = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct record unused;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < r->o->id_count; i++) {
        struct bytes key;
        bool found;
        arena_reset(ar);
        if (!store_find(t, T_KEY, id_bytes(&r->o->ids[i]), ar, &key, &found, e) ||
            (!found && !record_in(t, r->a, &r->o->ids[i], false, ar, &unused, e)))
            return false;
    }
    return true;
}

static bool check_named(struct run *r, struct err *e)
{
    if (!store_read(r->a->store, named_fn, r, e) || !check_list(r, r->o->ids, r->o->id_count, e))
        return false;
    r->sum->not_checked = r->o->id_count - r->sum->checked;
    return true;
}

/* ---------------------------------------------------------------- the run */

/* Counts only: an entry is public. */
static bool write_entry(struct run *r, struct err *e)
{
    const uint64_t figures[] = {r->sum->checked, r->sum->faults, r->sum->not_checked};
    static const char *const names[] = {"checked", "faults", "not-checked"};
    struct entry_line lines[1 + COUNT_OF(figures)];
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    lines[0] = (struct entry_line){"scope", r->o->ids ? STR("named") : r->o->all ? STR("all") : STR("oldest-first")};
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        lines[1 + i] = (struct entry_line){names[i], arena_fmt(ar, "%llu", (unsigned long long)figures[i])};
        if (!lines[1 + i].value.p)
            return err_set(e, ERR_MEMORY, "out of memory");
    }
    return archive_note(r->a, E_FIXITY, lines, COUNT_OF(lines), NULL, e);
}

static bool verify_in(struct run *r, struct err *e)
{
    struct edges x;
    if (!begin(r, e) || !(r->o->ids ? check_named(r, e) : check_many(r, e)) || !order_edges(r->a, &x, e))
        return false;
    r->sum->oldest_check = x.any ? (instant)(x.first >> FIXITY_TIE_BITS) : 0;
    return write_entry(r, e);
}

bool record_verify(struct archive *a, const struct verify_options *o, verify_fault each, void *ctx, struct progress *p,
                   struct verify_result *out, struct err *e)
{
    struct verify_result sum = {0};
    atomic_bool stop = false;
    struct run *r = mem_zalloc(sizeof *r);
    if (!r)
        return err_set(e, ERR_MEMORY, "out of memory");
    *r = (struct run){.a = a,
                      .o = o,
                      .each = each,
                      .ctx = ctx,
                      .progress = p,
                      .deadline = o->budget_seconds ? monotonic_ns() + o->budget_seconds * 1000000000ull : 0,
                      .lang = e->lang,
                      .sum = &sum,
                      .stop = &stop};
    bool ok = verify_in(r, e);
    mem_free(r);
    if (ok)
        *out = sum;
    return ok;
}
