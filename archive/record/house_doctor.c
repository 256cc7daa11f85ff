/* house_doctor.c: what concerns the archive as a whole: its settings, its own row, and whether its log can go out.
 *
 * Told like every finding; nothing is changed except that entries which wait are published. Fails only when it could
 * not look. */
#include "record_internal.h"

#include <sys/stat.h>

static void check_settings(struct archive *a, store_finding tell, void *ctx, enum lang lang)
{
    struct stat st;
    if (fstatat(store_dir_fd(a->store), "akta.conf", &st, 0) != 0 || st.st_size == 0)
        tell(ctx, "akta.conf", tr(lang, N_("it is missing or empty: the standard settings are in force")),
             tr(lang, N_("put your copy of it back, or write it anew")));
}

/* What waits goes out now; what cannot go out is known to nobody else yet. */
static bool check_publishing(struct archive *a, store_finding tell, void *ctx, struct err *e)
{
    struct err why;
    err_init(&why, e->lang);
    if (ledger_publish(a->ledger, &why))
        return true;
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    tell(ctx, "log", why.text, tr(e->lang, N_("mend what is named; entries wait in the store and are published then")));
    return true;
}

static bool check_self(struct archive *a, store_finding tell, void *ctx, struct err *e)
{
    bool behind = false;
    if (!self_is_behind(a, &behind, e))
        return false;
    if (behind)
        tell(ctx, "meta", tr(e->lang, N_("the log tells of more acts of the archive itself than its row counts")),
             tr(e->lang, N_("look whether name and address of the office are the newest; the next act counts on")));
    return true;
}

bool house_doctor(struct archive *a, store_finding tell, void *ctx, struct err *e)
{
    check_settings(a, tell, ctx, e->lang);
    return check_publishing(a, tell, ctx, e) && check_self(a, tell, ctx, e);
}
