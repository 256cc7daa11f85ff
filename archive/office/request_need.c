/* request_need.c: what each verb needs to be told, as a table. What is missing is named; what a verb does not use is
 * refused, so that nothing is lost quietly. Pure but for the gate of its texts. */
#include "request_act.h"

#include <string.h>

#define TEXT_MOST    20000u
#define UNIT_MOST    200u
#define SUBJECT_MOST 300u

/* r required, o optional, - not used; text, files, form, until, served, grosze, unit, subject, outcome, kind, call,
 * file, publish */
static const struct {
    enum request_verb verb;
    const char *needs;
} table[] = {
    {REQUEST_DO_SUPPLEMENT, "oo-----------"},  {REQUEST_DO_CHANGE_WAY, "o-r----------"},
    {REQUEST_DO_KEEP_FEE, "o------------"},    {REQUEST_DO_ACCEPT, "o------------"},
    {REQUEST_DO_OBJECT, "oo-----------"},      {REQUEST_DO_WITHDRAW, "o------------"},
    {REQUEST_DO_QUALIFY, "r--------r---"},     {REQUEST_DO_ASSIGN, "o-----r------"},
    {REQUEST_DO_CALL, "ro-oo-----r--"},        {REQUEST_DO_EXTEND, "r--r---------"},
    {REQUEST_DO_FEE, "ro--or-------"},         {REQUEST_DO_FORM, "ro-oo--------"},
    {REQUEST_DO_OFFER, "ro-ooo-------"},       {REQUEST_DO_SERVED, "o--or--------"},
    {REQUEST_DO_ANSWER, "oo--o---r----"},      {REQUEST_DO_PARTLY, "oo--o--------"},
    {REQUEST_DO_REFUSE, "oo--o--------"},      {REQUEST_DO_NOT_HELD, "oo-----------"},
    {REQUEST_DO_DISCONTINUE, "oo--o--------"}, {REQUEST_DO_LEAVE, "oo-----------"},
    {REQUEST_DO_FORWARD, "ro----o------"},     {REQUEST_DO_SUBJECT, "-------r-----"},
    {REQUEST_DO_REOPEN, "r------------"},      {REQUEST_DO_CLOSE, "o----------r-"},
    {REQUEST_DO_LAPSE, "-------------"},       {REQUEST_DO_PUBLISH, "o------o----o"},
    {REQUEST_DO_UNPUBLISH, "r------------"},
};

static const char *needs_of(enum request_verb v)
{
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (table[i].verb == v) {
            return table[i].needs;
        }
    }
    return "-------------";
}

static bool check_given(const struct request_act *act, struct err *e)
{
    const struct {
        const char *field;
        bool given;
    } inputs[] = {
        {"text", act->text.n > 0},
        {"files", act->draft.n > 0},
        {"way", act->form != NULL},
        {"until", !day_is_none(act->until)},
        {"served", !day_is_none(act->served)},
        {"amount", act->grosze > 0},
        {"unit", act->unit.n > 0},
        {"subject", act->subject.n > 0},
        {"outcome", act->outcome != 0},
        {"kind", act->kind != 0},
        {"call", act->call != 0},
        {"file", !id_is_zero(act->file)},
        {"publish", act->publish_count > 0},
    };
    const char *needs = needs_of(act->verb), *verb = request_verb_name(act->verb);
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        if (needs[i] == 'r' && !inputs[i].given) {
            return err_field(e, ERR_INVALID, inputs[i].field, "%s needs %s", verb, inputs[i].field);
        }
        if (needs[i] == '-' && inputs[i].given) {
            return err_field(e, ERR_INVALID, inputs[i].field, "%s takes no %s", verb, inputs[i].field);
        }
    }
    return true;
}

static bool check_ranges(const struct request_act *act, struct err *e)
{
    if (act->outcome < 0 || act->outcome >= REQUEST_OUTCOME_END) {
        return err_field(e, ERR_INVALID, "outcome", "there is no such outcome");
    }
    if (act->kind < 0 || act->kind >= REQUEST_KIND_END) {
        return err_field(e, ERR_INVALID, "kind", "there is no such kind of letter");
    }
    if (act->call < 0 || act->call >= REQUEST_CALL_END) {
        return err_field(e, ERR_INVALID, "call", "there is no such kind of call");
    }
    return true;
}

/* Who chooses here chooses now; a letter came some way, on some day, and its day counts (F-21). */
static bool check_came(const struct request_act *act, struct err *e)
{
    bool letter = act->verb == REQUEST_DO_CHANGE_WAY && act->role == REQUEST_OFFICE;
    if (act->channel < 0 || act->channel >= REQUEST_CHANNEL_END || (!letter && act->channel != 0)) {
        return err_field(e, ERR_INVALID, "channel", "%s takes no channel", request_verb_name(act->verb));
    }
    if (letter && !request_channel_entered(act->channel)) {
        return err_field(e, ERR_INVALID, "channel",
                         "say how the letter came: counter, letter, e-mail, edelivery or epuap");
    }
    return !letter || !day_is_none(act->came) ||
           err_field(e, ERR_INVALID, "received", "say on which day the letter reached the office: it counts from then");
}

/* Only what the new way needs is asked for again: the rest is on file. Own words ask for nothing else than that. */
static bool check_contacts(struct acting *a, struct err *e)
{
    const struct request_form *in = a->act->form;
    struct request_form form = {.kind = REQUEST_OWN_WORDS,
                                .content = STR("-"),
                                .way = in->way,
                                .way_other = in->way_other,
                                .email = in->email,
                                .phone = in->phone,
                                .street = in->street,
                                .postal_code = in->postal_code,
                                .city = in->city,
                                .country = in->country};
    if (!request_check(&form, a->ar, &a->form, &a->faults, e)) {
        return false;
    }
    if (a->faults.count == 0 && !request_way_allowed((enum request_kind)a->before.kind, (enum request_way)form.way)) {
        fault_add(&a->faults, "way",
                  str_of(tr(e->lang, N_("This kind of letter cannot be answered in that way. Choose another."))),
                  "P-07");
    }
    a->form.kind = 0;
    a->form.content = STR("");
    return a->faults.count == 0 || err_field(e, ERR_INVALID, a->faults.list[0].field, "%s", a->faults.list[0].text.p);
}

bool act_needs(struct acting *a, struct err *e)
{
    const struct request_act *act = a->act;
    if (!check_ranges(act, e) || !check_given(act, e) || !check_came(act, e) ||
        (act->once.n > 0 && !once_valid(act->once, e))) {
        return false;
    }
    if (act->verb == REQUEST_DO_SUPPLEMENT && act->text.n == 0 && act->draft.n == 0) {
        return err_field(e, ERR_INVALID, "text", "Write what you add, or attach a file.");
    }
    a->text = STR("");
    if (act->text.n > 0 && !text_gate(a->ar, "text", act->text, TEXT_MOST, true, &a->text, e)) {
        return false;
    }
    a->unit = STR("");
    if (act->unit.n > 0 && !text_gate(a->ar, "unit", act->unit, UNIT_MOST, false, &a->unit, e)) {
        return false;
    }
    a->after.unit = act->verb == REQUEST_DO_ASSIGN ? a->unit : a->before.unit;
    a->after.subject = a->before.subject;
    if (act->subject.n > 0 && !text_gate(a->ar, "subject", act->subject, SUBJECT_MOST, false, &a->after.subject, e)) {
        return false;
    }
    return act->form == NULL || check_contacts(a, e);
}
