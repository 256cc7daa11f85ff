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

#define CLOCK_SLACK 60 /* seconds, as the ledger has it */

/* One entry written while the clock was far ahead keeps all others out until then. */
static bool check_clock(struct archive *a, store_finding tell, void *ctx, struct err *e)
{
    struct ledger_head head;
    struct err wrong;
    char was[INSTANT_TEXT_SIZE];
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 16);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!ledger_head_get(a->ledger, ar, &head, e))
        return false;
    if (head.last_time - clock_now(a->clock) <= CLOCK_SLACK)
        return true;
    instant_text(head.last_time, was);
    err_init(&wrong, e->lang);
    err_set(&wrong, ERR_STATE,
            "the last log entry was written at %s, which is still to come: nothing can be changed until then", was);
    tell(ctx, "clock", wrong.text,
         tr(e->lang, N_("if the machine's clock is wrong, set it right; if it was wrong when that was written, make a "
                        "backup now, restore the newest one from before that into another folder with akta restore "
                        "--successor, and enter again what came after it")));
    return true;
}

bool house_doctor(struct archive *a, store_finding tell, void *ctx, struct err *e)
{
    check_settings(a, tell, ctx, e->lang);
    return check_clock(a, tell, ctx, e) && check_publishing(a, tell, ctx, e) && check_self(a, tell, ctx, e);
}
