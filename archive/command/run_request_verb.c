/* run_request_verb.c: akta request assign, answer, refuse …: one command for each of the office's verbs. The name of
 * the command is the verb; its options are what the verb takes. Whether it may be done now is the office's table of
 * states to say, and nobody else's. */
#include "run_request.h"

#include <string.h>

static bool word_option(struct run *r, const char *name, struct str *out)
{
    const struct given *g = parsed_option(r->p, name);
    *out = g != NULL ? g->text : STR("");
    return g != NULL;
}

/* "pointer" is what people say for pointer_bip. */
static bool outcome_option(struct run *r, const struct request_view *v, enum request_outcome *out)
{
    struct str word;
    if (!word_option(r, "outcome", &word)) {
        bool letter = v->kind == REQUEST_COMPLAINT || v->kind == REQUEST_PROPOSAL || v->kind == REQUEST_PETITION;
        *out = letter ? REQUEST_SETTLED : REQUEST_DISCLOSED;
        return true;
    }
    if (str_is(word, "pointer")) {
        *out = REQUEST_POINTER;
        return true;
    }
    return request_outcome_parse(word, out) || request_wrong_word(r, "outcome", word);
}

static bool money_option(struct run *r, uint64_t *out)
{
    struct str word;
    return !word_option(r, "amount", &word) || money_read(word, out) ||
           err_field(&r->e, ERR_INVALID, "amount", "--amount: write złote and grosze, such as 24,50");
}

static bool choices(struct run *r, const struct request_view *v, struct request_act *act)
{
    struct str word;
    if (word_option(r, "kind", &word) && !request_kind_parse(word, &act->kind)) {
        return request_wrong_word(r, "kind", word);
    }
    if (word_option(r, "for", &word) && !request_call_parse(word, &act->call)) {
        if (!str_is(word, "interest")) { /* what people say for public-interest */
            return request_wrong_word(r, "for", word);
        }
        act->call = REQUEST_CALL_INTEREST;
    }
    return money_option(r, &act->grosze) && (act->verb != REQUEST_DO_ANSWER || outcome_option(r, v, &act->outcome));
}

/* What is disclosed carries what udip art. 12 asks for (F-35). */
static bool add_disclosure(struct run *r, const struct request_view *v, struct request_act *act)
{
    struct office_info office;
    bool discloses = act->outcome == REQUEST_DISCLOSED && v->kind != REQUEST_DATA_SUBJECT;
    if (act->verb != REQUEST_DO_PARTLY && !(act->verb == REQUEST_DO_ANSWER && discloses)) {
        return true;
    }
    return archive_office(r->a, r->ar, &office, &r->e) &&
           desk_answer_text(v, office.name, act->text, parsed_text(r->p, "made-by"), parsed_text(r->p, "disclosed-by"),
                            run_today(r), r->ar, &act->text, &r->e);
}

/* A decision names its ground, and what can be done against it (F-25, F-28). */
static bool add_decision(struct run *r, const struct request_view *v, struct request_act *act)
{
    if (act->verb != REQUEST_DO_REFUSE && act->verb != REQUEST_DO_PARTLY && act->verb != REQUEST_DO_DISCONTINUE) {
        return true;
    }
    const struct desk_decision in = {.text = act->text,
                                     .refuses = act->verb != REQUEST_DO_DISCONTINUE,
                                     .ground = parsed_text(r->p, "ground"),
                                     .protects = parsed_text(r->p, "protects"),
                                     .positions = parsed_text(r->p, "position")};
    return desk_decision_text(v, &in, r->ar, &act->text, &r->e);
}

static struct str text_option(struct run *r)
{
    struct str text;
    if (!word_option(r, "text", &text)) {
        (void)word_option(r, "reason", &text);
    }
    return text;
}

/* The files that everybody may fetch. */
static bool published_files(struct run *r, struct request_act *act)
{
    uint64_t *list = arena_alloc(r->ar, (r->p->opt_count + 1) * sizeof *list);
    if (list == NULL) {
        return err_set(&r->e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < r->p->opt_count; i++) {
        if (strcmp(r->p->opts[i].row->name, "file") == 0) {
            list[act->publish_count++] = r->p->opts[i].number;
        }
    }
    act->publish = list;
    return true;
}

/* The letter says how the answer shall come; who enters it, how and when the letter did. */
static bool read_letter(struct run *r, struct request_act *act)
{
    struct request_form *form = arena_alloc(r->ar, sizeof *form);
    if (act->verb != REQUEST_DO_CHANGE_WAY) {
        return true;
    }
    if (form == NULL) {
        return err_set(&r->e, ERR_MEMORY, "out of memory");
    }
    *form = (struct request_form){.kind = 0};
    act->form = form;
    act->came = parsed_day(r->p, "received");
    return request_form_options(r, form) && request_channel_option(r, &act->channel);
}

static bool read_act(struct run *r, const struct request_view *v, struct request_act *act)
{
    struct str name = str_of(r->p->row->name + strlen(REQUEST_COMMAND));
    *act = (struct request_act){.until = parsed_day(r->p, "until"), .served = parsed_day(r->p, "served")};
    if (!request_verb_parse(name, &act->verb)) {
        return err_set(&r->e, ERR_INVALID, "there is no such verb");
    }
    if (act->verb == REQUEST_DO_SERVED) {
        act->served = parsed_day(r->p, "on");
    }
    if (act->verb == REQUEST_DO_SUBJECT) {
        act->subject = text_option(r);
    } else {
        act->text = text_option(r);
    }
    if (act->verb == REQUEST_DO_PUBLISH) {
        (void)word_option(r, "subject", &act->subject);
        if (!published_files(r, act)) {
            return false;
        }
    }
    (void)word_option(r, act->verb == REQUEST_DO_FORWARD ? "to" : "unit", &act->unit);
    if (act->verb == REQUEST_DO_ASSIGN && !unit_check(act->unit, &r->e)) {
        return false; /* its case file will bear it: a sign that no mark can bear would come out on the day of closing
                       */
    }
    return choices(r, v, act) && read_letter(r, act) && add_decision(r, v, act) && add_disclosure(r, v, act);
}

int run_request_verb(struct run *r)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    struct request_view v;
    struct request_act act;
    struct request_done done;
    if (!request_desk_of(r, &d) || !request_argument(r, d, &v) || !read_act(r, &v, &act) ||
        !request_act_now(r, d, &v, &act, 1, &done)) {
        return run_fail(r);
    }
    return request_tell(r, d, &v, act.verb, &done);
}
