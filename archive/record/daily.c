/* daily.c: the nightly work of this room. Each part is done as far as it goes; what fails ends the night with its
 * reason, and what was done before stays done. Old partial tiles of the log are the ledger's own business. */
#include "scan.h"

static bool count_due(struct archive *a, struct day today, enum action action, uint64_t *out, struct err *e)
{
    const struct queue_filter f = {.on = today, .action = action, .limit = 1};
    return queue_list(a, &f, NULL, NULL, out, e);
}

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
    if (verify_seconds && !record_verify(a, &o, NULL, NULL, NULL, &r.verified, e))
        return false;
    *out = r;
    return true;
}
