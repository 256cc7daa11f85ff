/* run_request_close.c: akta request close: the whole case goes into the archive. Which class of the plan a kind of
 * letter belongs to is a setting of the office. */
#include "run_request.h"

#include <string.h>

static const char *setting_of(const struct request_view *v)
{
    static const char *const settings[REQUEST_KIND_END] = {
        [REQUEST_FOI] = "classes.foi",
        [REQUEST_REUSE] = "classes.reuse",
        [REQUEST_DATA_SUBJECT] = "classes.data_subject",
        [REQUEST_COMPLAINT] = "classes.complaint",
        [REQUEST_PROPOSAL] = "classes.proposal",
        [REQUEST_PETITION] = "classes.petition",
        [REQUEST_OWN_WORDS] = "classes.foi",
    };
    bool letter = v->kind == REQUEST_COMPLAINT || v->kind == REQUEST_PROPOSAL;
    return letter && v->outcome == REQUEST_OUT_FORWARDED ? "classes.passed_on" : settings[v->kind];
}

static struct str class_of(struct run *r, const struct request_view *v)
{
    const struct given *g = parsed_option(r->p, "class");
    return g != NULL ? g->text : setting_text(archive_settings(r->a), setting_of(v));
}

/* Who typed no class is told where the wrong one stands. */
static int fail(struct run *r, const struct request_view *v)
{
    if (strcmp(r->e.field, "class") == 0 && parsed_option(r->p, "class") == NULL) {
        (void)err_wrap(&r->e, "akta.conf, %s", setting_of(v));
    }
    return run_fail(r);
}

static void tell_closed(struct run *r, const struct request_view *v, const struct desk_closed *c)
{
    const struct case_file *f = &c->file;
    if (!r->h->json) {
        out_say(r, tr(r->h->lang, N_("%s is closed: case file %.*s, records: %llu\n")), v->number, (int)f->mark.n,
                f->mark.p, (unsigned long long)c->records);
        return;
    }
    struct json *o = json_object();
    json_text(o, "number", str_of(v->number));
    json_text(o, "verb", STR("close"));
    json_text(o, "state", str_of(request_state_name(REQUEST_CLOSED)));
    json_text(o, "mark", f->mark);
    json_u64(o, "records", c->records);
    json_u64(o, "taken", c->taken);
    json_day(o, "closed", f->closed);
    json_text_or_null(o, "category", f->category);
    json_day(o, "review_from", f->review_from);
    json_text_or_null(o, "action", f->action == ACTION_NONE ? STR("") : str_of(action_name((enum action)f->action)));
    json_u64(o, "entry", LOG_PLACE(c->entry));
    (void)out_json(r, &o);
}

/* A closed request is taken up no more (F-31): whoever closes it while an appeal can come in is told. */
static void warn_of_appeal(struct run *r, const struct request_view *v)
{
    for (size_t i = 0; i < v->remedy_count; i++) {
        const struct request_remedy *m = &v->remedies[i];
        char until[DAY_TEXT_SIZE];
        if (m->kind != REQUEST_REMEDY_APPEAL || v->state == REQUEST_CLOSED) {
            continue;
        }
        if (m->unserved) {
            out_note(r, N_("the day of service of the decision is not known: an appeal can still come in, and needs a "
                           "case file of its own after the closing"));
        } else if (m->until.n >= run_today(r).n) {
            day_text(m->until, until);
            out_note(r, N_("an appeal can still come in until %s, and needs a case file of its own after the closing"),
                     until);
        }
    }
}

int run_request_close(struct run *r)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    struct request_view v;
    struct desk_closing in = {.at = clock_now(archive_clock(r->a))};
    struct desk_closed closed;
    struct meter m;
    if (!request_desk_of(r, &d) || !request_argument(r, d, &v)) {
        return run_fail(r);
    }
    in.unit = parsed_text(r->p, "unit");
    in.text = parsed_text(r->p, "text");
    in.symbol = class_of(r, &v);
    meter_begin(&m, r);
    bool ok = desk_close(d, str_of(v.number), &in, &r->h->who, &m.p, r->ar, &closed, &r->e);
    meter_end(&m);
    if (!ok) {
        return fail(r, &v);
    }
    warn_of_appeal(r, &v);
    tell_closed(r, &v, &closed);
    return EXIT_DONE;
}
