/* daily.c: the nightly work of this room. Each part is done as far as it goes; what fails ends the night with its
 * reason, and what was done before stays done. What a night found that came to its end is kept in T_META "daily", so
 * that the next one knows what is new and whoever watches sees that nights happen. Old partial tiles of the log are the
 * ledger's own business. */
#include "scan.h"

#include <string.h>

#define META_DAILY "daily"

static bool count_due(struct archive *a, struct day today, enum action action, uint64_t *out, struct err *e)
{
    const struct queue_filter f = {.on = today, .action = action, .limit = 1};
    return queue_list(a, &f, NULL, NULL, out, e);
}

/* ---------------------------------------------------------------- the night before */

static const struct field daily_fields[] = {
    {1, "on", F_DAY, offsetof(struct daily_report, on), 0, 0},
    {2, "since", F_DAY, offsetof(struct daily_report, since), 0, 0},
    {3, "ended", F_INSTANT, offsetof(struct daily_report, ended), 0, 0},
    {4, "due", F_U64, offsetof(struct daily_report, due), 0, 0},
    {5, "became due", F_U64, offsetof(struct daily_report, became_due), 0, 0},
    {6, "exceptions", F_U64, offsetof(struct daily_report, exceptions), 0, 0},
    {7, "holds", F_U64, offsetof(struct daily_report, holds_to_review), 0, 0},
    {8, "checked", F_U64, offsetof(struct daily_report, verified.checked), 0, 0},
    {9, "faults", F_U64, offsetof(struct daily_report, verified.faults), 0, 0},
    {10, "not checked", F_U64, offsetof(struct daily_report, verified.not_checked), 0, 0},
};
static const struct row_kind daily_kind = {"daily", 1, daily_fields, COUNT_OF(daily_fields)};

bool archive_daily_last(struct archive *a, struct daily_report *out, struct err *e)
{
    *out = (struct daily_report){.on = DAY_NONE, .since = DAY_NONE};
    return figures_read(a, META_DAILY, &daily_kind, out, e);
}

/* A second run of the same day is new against the same night as the first. */
static bool count_new(struct archive *a, struct day today, struct daily_report *r, struct err *e)
{
    struct daily_report last;
    uint64_t old = 0, odd = 0;
    if (!archive_daily_last(a, &last, e)) {
        return false;
    }
    r->on = today;
    r->since = !day_is_none(last.on) && last.on.n < today.n ? last.on : last.since;
    if (!day_is_none(r->since) &&
        (!count_due(a, r->since, ACTION_NONE, &old, e) || !count_due(a, r->since, ACTION_EXCEPTION, &odd, e))) {
        return false;
    }
    r->became_due = r->due > old - odd ? r->due - (old - odd) : 0;
    return true;
}

/* ---------------------------------------------------------------- the night */

bool archive_daily(struct archive *a, struct day today, uint64_t verify_seconds, struct daily_report *out,
                   struct err *e)
{
    struct daily_report r = {0};
    const struct verify_options o = {.budget_seconds = verify_seconds};
    uint64_t all = 0;
    if (!jobs_finish(a, &r.files_recomputed, e) || !holds_to_review(a, today, &r.holds_to_review, e) ||
        !count_due(a, today, ACTION_NONE, &all, e) || !count_due(a, today, ACTION_EXCEPTION, &r.exceptions, e) ||
        !orphans_sweep(a, true, &r.orphans_removed, e))
        return false;
    r.due = all - r.exceptions;
    if (!count_new(a, today, &r, e) || (verify_seconds && !record_verify(a, &o, NULL, NULL, NULL, &r.verified, e)))
        return false;
    r.ended = clock_now(archive_clock(a));
    *out = r;
    return figures_keep(a, META_DAILY, &daily_kind, &r, e);
}
