/* request_desk_verbs_decision.c: what a decision may not leave out (F-25, F-28): the provision that limits access, in
 * whose interest, who took a position in the case, and what can be done against it. Pure. Fails: ERR_INVALID for a
 * refusal without a ground where the law lists them, for a ground that the law of this kind of letter does not know, or
 * one that needs to name whom it protects. */
#include "office_desk.h"
#include "request_internal.h"

#include <string.h>

#define TEXT_MOST 16000u

struct ground {
    const char *code;
    enum request_kind kind;
    bool protects; /* udip 16 ust. 2 pkt 2: whose interests were protected is to be named */
    const char *said;
};

static const struct ground grounds[] = {
    {"5-1", REQUEST_FOI, false,
     N_("art. 5(1) of the act on access to public information: classified information or another statutory secret")},
    {"5-2-privacy", REQUEST_FOI, true,
     N_("art. 5(2) of the act on access to public information: privacy of a natural person")},
    {"5-2-business", REQUEST_FOI, true,
     N_("art. 5(2) of the act on access to public information: secret of an entrepreneur")},
    {"5-2a", REQUEST_FOI, false,
     N_("art. 5(2a) of the act on access to public information: resolution and recapitalisation")},
    {"3-1-1", REQUEST_FOI, false,
     N_("art. 3(1)(1) of the act on access to public information: processed information without special importance for "
        "the public interest")},
    {"6", REQUEST_REUSE, false, N_("art. 6 of the act on open data and the re-use of public-sector information")},
};

/* Own words go by the law of public information until a clerk says otherwise. */
static enum request_kind law_of(enum request_kind k)
{
    return k == REQUEST_OWN_WORDS ? REQUEST_FOI : k;
}

/* n 0: refusals of this kind of letter have no closed list (RODO names none). */
static void grounds_of(const struct request_view *v, struct buf *all)
{
    for (size_t i = 0; i < COUNT_OF(grounds); i++) {
        if (grounds[i].kind == law_of(v->kind)) {
            buf_fmt(all, "%s%s", all->n > 0 ? ", " : "", grounds[i].code);
        }
    }
}

static bool no_such_ground(const struct request_view *v, struct str code, struct err *e)
{
    struct buf all CLEANUP(buf_free) = BUF_INIT(400);
    char shown[60];
    text_printable(code, shown, sizeof shown);
    grounds_of(v, &all);
    return all.n == 0 ? err_field(e, ERR_INVALID, "ground", "a refusal of this kind of letter has no ground of a list")
                      : err_field(e, ERR_INVALID, "ground", "“%s” is no ground of this kind of letter; there are %.*s",
                                  shown, (int)all.n, (const char *)all.p);
}

/* After an objection to an offer the refusal rests on that itself (R-07, art. 41 ust. 3). */
static bool no_ground(const struct request_view *v, const struct desk_decision *in, struct err *e)
{
    struct buf all CLEANUP(buf_free) = BUF_INIT(400);
    if (in->refuses && v->state != REQUEST_OBJECTED) {
        grounds_of(v, &all);
    }
    return all.n == 0 || err_field(e, ERR_INVALID, "ground",
                                   "each refusal names the provision that limits access (F-25): add a ground, one of "
                                   "%.*s",
                                   (int)all.n, (const char *)all.p);
}

static bool add_ground(const struct request_view *v, const struct desk_decision *in, struct buf *out, struct err *e)
{
    const struct ground *found = NULL;
    if (in->ground.n == 0) {
        return no_ground(v, in, e);
    }
    for (size_t i = 0; i < COUNT_OF(grounds); i++) {
        if (str_is(in->ground, grounds[i].code) && grounds[i].kind == law_of(v->kind)) {
            found = &grounds[i];
        }
    }
    if (found == NULL) {
        return no_such_ground(v, in->ground, e);
    }
    if (found->protects && in->protects.n == 0) {
        return err_field(e, ERR_INVALID, "protects",
                         "the decision names in whose interest it refuses (F-28): say who or what is protected");
    }
    buf_add_z(out, tr(v->lang, N_("Ground of the refusal: ")));
    buf_add_z(out, tr(v->lang, found->said));
    buf_add_z(out, "\n");
    return true;
}

static void add_line(struct buf *out, const char *label, struct str said)
{
    if (said.n > 0) {
        buf_fmt(out, "%s%.*s\n", label, (int)said.n, said.p);
    }
}

static const char *instruction_of(enum request_kind k)
{
    if (k == REQUEST_DATA_SUBJECT) {
        return N_("You can complain to the President of the Personal Data Protection Office, and you can go to court.");
    }
    return k == REQUEST_REUSE
               ? N_("Within 14 days of service you can appeal to the minister responsible for computerisation, through "
                    "this office. Within that time you can waive the appeal by a letter to this office: from the day "
                    "it "
                    "is there the decision is final, and there is no complaint to a court.")
               : N_("Within 14 days of service you can appeal to the local government board of appeal (SKO), through "
                    "this office; an appeal needs no reasons. Within that time you can waive the appeal by a letter to "
                    "this office: from the day it is there the decision is final, and there is no complaint to a "
                    "court.");
}

bool desk_decision_text(const struct request_view *v, const struct desk_decision *in, struct arena *ar, struct str *out,
                        struct err *e)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(4 * TEXT_MOST);
    buf_add_str(&b, in->text);
    buf_add_z(&b, in->text.n > 0 ? "\n\n" : "");
    if (!add_ground(v, in, &b, e)) {
        return false;
    }
    add_line(&b, tr(v->lang, N_("In the interest of: ")), in->protects);
    add_line(&b, tr(v->lang, N_("Took a position in the case: ")), in->positions);
    buf_add_z(&b, tr(v->lang, instruction_of(v->kind)));
    if (!buf_ok(&b, e)) {
        return false;
    }
    *out = arena_str(ar, buf_str(&b));
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}
