/* publish_retention.c: how long, in words a citizen can use: a notice names a class of the plan, and the archive's own
 * law resolves it to a category and years, so that the notice and the retention can never say two things. */
#include "publish_internal.h"

static struct str years_text(enum lang lang, unsigned years, struct arena *ar)
{
    return arena_fmt(ar, trn(lang, "%u year", "%u years", years), years);
}

static struct str sentence(enum lang lang, struct category c, struct arena *ar)
{
    struct str years = years_text(lang, c.years, ar);
    struct str text = STR_NONE;
    switch (c.kind) {
        case CAT_A:
            text = str_of(tr(lang, N_("We keep it for ever; after 25 years it goes to the State Archive.")));
            break;
        case CAT_B:
            text = arena_fmt(ar,
                             tr(lang, N_("%s, counted from 1 January after the year in which the case ended. Then we "
                                         "destroy it with the leave of the State Archive.")),
                             years.p);
            break;
        case CAT_BE:
            text = arena_fmt(ar,
                             tr(lang, N_("%s, counted from 1 January after the year in which the case ended. Then the "
                                         "State Archive decides whether it is kept or destroyed.")),
                             years.p);
            break;
        case CAT_BC:
            text = str_of(tr(lang, N_("As long as we need it for the work, and no longer.")));
            break;
        case CAT_BSTAR:
        case CAT_UNKNOWN:
            text =
                str_of(tr(lang, N_("The period is not settled yet. Until a person settles it, we destroy nothing.")));
            break;
    }
    return text;
}

bool published_retention_of(struct archive *a, struct str symbol, struct day on, struct arena *ar,
                            struct published_retention *out, struct err *e)
{
    struct class_version v = {.symbol = symbol};
    struct category c;
    struct err why;
    err_init(&why, e->lang);
    if (!law_class(a, symbol, on, ar, &v, &why) && why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    if (!category_parse(v.category, &c, e)) {
        return false;
    }
    *out = (struct published_retention){.symbol = arena_str(ar, symbol),
                                        .title = arena_str(ar, v.title),
                                        .category = arena_str(ar, v.category),
                                        .years = c.years};
    for (enum lang l = LANG_EN; l <= LANG_PL; l++) {
        out->sentence[l] = sentence(l, c, ar);
        if (out->sentence[l].p == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
    }
    return (out->symbol.p != NULL && out->title.p != NULL && out->category.p != NULL) ||
           err_set(e, ERR_MEMORY, "out of memory");
}
