/* fact_names.c: the names of facts. A fact is only worth something when a rule asks for it: a name that no rule knows
 * is a slip of the pen, and a fatal accident entered under a misspelt name would leave the file to be destroyed too
 * early.
 *
 * Owns the titles of the facts that the law shipped asks for; what an office's own rules ask for is looked up there.
 * Fails with ERR_INVALID and the names that would do, or with the store. */
#include "law.h"
#include "retention_text.h"

static const struct {
    const char *name, *title;
} known_facts[] = {
    {"accident-disability", N_("accident that caused a disability")},
    {"accident-fatal", N_("fatal accident")},
    {"accident-mass", N_("accident with several victims")},
    {"central-register", N_("tied to the central register of businesses")},
    {"collective-file", N_("filed in a collective folder")},
    {"contract-expired", N_("contract expired")},
    {"decision-final", N_("decision became final")},
    {"finding-aid", N_("register of the collective folders")},
    {"holder-death", N_("death of the holder")},
    {"issued", N_("document issued")},
    {"object-demolished", N_("building demolished")},
    {"separate-law-checked", N_("other law was checked and sets no other period")},
};

static const char *title_of(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(known_facts); i++) {
        if (str_is(name, known_facts[i].name)) {
            return known_facts[i].title;
        }
    }
    return NULL;
}

const char *fact_title(enum lang lang, const char *name)
{
    const char *title = title_of(str_of(name));
    return title != NULL ? tr(lang, title) : name;
}

static bool rule_asks(const struct retention_rule *r, struct str name)
{
    return str_is(name, r->when_fact) || (str_is(name, r->count_from) && !str_is(name, "closed"));
}

static bool one_asks(const struct retention_rule *rules, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++) {
        if (rule_asks(&rules[i], name)) {
            return true;
        }
    }
    return false;
}

static bool refuse(struct str name, struct err *e)
{
    struct buf names CLEANUP(buf_free) = BUF_INIT(1024);
    for (size_t i = 0; i < COUNT_OF(known_facts); i++) {
        buf_fmt(&names, "%s%s", i > 0 ? ", " : "", known_facts[i].name);
    }
    return buf_ok(&names, e) &&
           err_field(e, ERR_INVALID, "fact", "no rule asks for a fact “%.*s”; the law that ships asks for: %.*s",
                     (int)name.n, name.p, (int)names.n, (const char *)names.p);
}

bool law_facts(const struct facts *f, const struct retention_rule *rules, size_t n, struct err *e)
{
    for (size_t i = 0; i < f->count; i++) {
        struct str name = str_of(f->list[i].name);
        if (title_of(name) == NULL && !one_asks(rules, n, name)) {
            return refuse(name, e);
        }
    }
    return true;
}

bool facts_check(struct txn *t, const struct facts *f, struct day on, struct arena *ar, struct err *e)
{
    struct rules_doc doc = {NULL, 0};
    struct err unknown;
    err_init(&unknown, e->lang);
    if (law_facts(f, NULL, 0, &unknown)) {
        return true; /* as nearly always: no need to read the rules */
    }
    return rules_load(t, on, ar, &doc, e) && law_facts(f, doc.rules, doc.count, e);
}
