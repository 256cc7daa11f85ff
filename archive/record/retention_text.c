/* retention_text.c: how a date came about, or why there is none, as sentences for people. Every message stands whole,
 * so that a translation can order it as its language wants; only the start of a period is a part of its own. */
#include "retention_text.h"

static struct str start_text(const struct retention_start *s, enum lang lang, struct arena *a)
{
    char closed[DAY_TEXT_SIZE], on[DAY_TEXT_SIZE];
    day_text(s->closed, closed);
    if (s->event == NULL) {
        return arena_fmt(a, tr(lang, N_("The case was closed on %s")), closed);
    }
    day_text(s->event->on, on);
    const char *title = fact_title(lang, s->event->name);
    if (s->event->on.n < s->closed.n) {
        return arena_fmt(a, tr(lang, N_("The case was closed on %s, after the event “%s” (%s)")), closed, title, on);
    }
    return arena_fmt(a, tr(lang, N_("The period counts from the event “%s” of %s")), title, on);
}

static struct str period_text(const struct retention *r, struct str start, unsigned years, enum lang lang,
                              struct arena *a)
{
    char from[DAY_TEXT_SIZE], until[DAY_TEXT_SIZE], category[CATEGORY_TEXT_SIZE];
    day_text(r->from, from);
    day_text(r->until, until);
    category_text(r->category, category);
    if (years == 0) {
        return arena_fmt(a, tr(lang, N_("%s; category %s is of value for less than a year, until %s.")), start.p,
                         category, until);
    }
    return arena_fmt(a,
                     trn(lang, "%s; category %s is kept for %u full calendar year, from %s to %s.",
                         "%s; category %s is kept for %u full calendar years, from %s to %s.", years),
                     start.p, category, years, from, until);
}

static struct str action_text(const struct retention *r, enum lang lang, struct arena *a)
{
    char day[DAY_TEXT_SIZE];
    day_text(r->review_from, day);
    switch (r->action) {
        case ACTION_TRANSFER:
            return arena_fmt(
                a, tr(lang, N_("On %s it is due to be handed over to the State Archive; it is never destroyed.")), day);
        case ACTION_APPRAISE:
            return arena_fmt(
                a, tr(lang, N_("From %s the State Archive may be asked to appraise it; nothing is destroyed before.")),
                day);
        case ACTION_DESTROY:
        case ACTION_EXCEPTION:
        case ACTION_NONE:
        default:
            break;
    }
    if (r->category.kind == CAT_BC) {
        return arena_fmt(a, tr(lang, N_("From %s it may be proposed for destruction.")), day);
    }
    return arena_fmt(
        a, tr(lang, N_("From %s it may be proposed for destruction, with the consent of the State Archive.")), day);
}

struct str with_basis(struct str s, const struct retention_rule *rule, enum lang lang, struct arena *a)
{
    if (s.p == NULL || rule == NULL || rule->basis.n == 0) {
        return s;
    }
    return arena_fmt(a, tr(lang, N_("%s Basis: %.*s.")), s.p, (int)rule->basis.n, rule->basis.p);
}

bool retention_sentence(const struct retention *r, const struct retention_start *start, unsigned years,
                        const struct retention_rule *rule, enum lang lang, struct arena *a, struct str *out)
{
    if (day_is_none(start->closed)) {
        *out = arena_fmt(a, "%s", tr(lang, N_("The case is open; its period starts with the year after its closing.")));
        return out->p != NULL;
    }
    struct str from = start_text(start, lang, a);
    if (from.p == NULL) {
        return false;
    }
    struct str period = period_text(r, from, years, lang, a);
    struct str action = action_text(r, lang, a);
    if (period.p == NULL || action.p == NULL) {
        return false;
    }
    *out = with_basis(arena_fmt(a, "%s %s", period.p, action.p), rule, lang, a);
    return out->p != NULL;
}

struct str why_unknown(const struct retention_question *q, enum lang lang, struct arena *a)
{
    int n = (int)q->symbol.n;
    if (n == 0) {
        return arena_fmt(a, "%s", tr(lang, N_("The category is not known; the archivist gives the file one.")));
    }
    switch ((enum class_status)q->status) {
        case CLASS_UNREAD:
            return arena_fmt(
                a,
                tr(lang, N_("The category of class %.*s is not confirmed: it could not be read in the plan. "
                            "The archivist reads the act and confirms the class.")),
                n, q->symbol.p);
        case CLASS_HEADING:
            return arena_fmt(
                a,
                tr(lang, N_("Class %.*s is a heading and has no category; the archivist puts the file into "
                            "an end class below it.")),
                n, q->symbol.p);
        case CLASS_READ:
        case CLASS_CROSS:
        case CLASS_CONFIRMED:
        case CLASS_LOCAL:
        default:
            return arena_fmt(a,
                             tr(lang, N_("Class %.*s has no category in the plan in force when the file arose; the "
                                         "archivist gives the file a category by hand.")),
                             n, q->symbol.p);
    }
}

struct str why_no_years(enum lang lang, struct arena *a)
{
    return arena_fmt(a, "%s",
                     tr(lang, N_("Category B* has no number of years of its own: other law or a contract sets the "
                                 "period. The archivist finds it and gives the file a category by hand.")));
}

struct str why_missing(const char *fact, enum lang lang, struct arena *a)
{
    return arena_fmt(a,
                     tr(lang, N_("The date of the fact %s (%s) is missing; the unit that ran the case finds it out and "
                                 "enters it.")),
                     fact, fact_title(lang, fact));
}

struct str why_forced(enum lang lang, struct arena *a)
{
    return arena_fmt(a, "%s",
                     tr(lang, N_("A rule of the class leaves the period to the archivist, who gives the file a "
                                 "category by hand.")));
}

struct str why_too_far(enum lang lang, struct arena *a)
{
    return arena_fmt(a, "%s",
                     tr(lang, N_("The period ends after the year 2299, which the calendar does not reach; the "
                                 "archivist decides.")));
}
