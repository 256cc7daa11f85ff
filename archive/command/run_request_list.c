/* run_request_list.c: akta request list and states: what waits, and what may happen to it. */
#include "run_request.h"

#include <string.h>

static bool read_filter(struct run *r, struct desk_filter *f)
{
    struct str state = parsed_text(r->p, "state"), kind = parsed_text(r->p, "kind");
    *f = (struct desk_filter){.days = parsed_number(r->p, "days-left", 10000),
                              .late = parsed_flag(r->p, "late"),
                              .unit = parsed_text(r->p, "unit"),
                              .today = run_today(r),
                              .after = parsed_text(r->p, "after"),
                              .limit = (size_t)parsed_number(r->p, "limit", 50)};
    f->by_days = parsed_flag(r->p, "days-left") || f->late || f->unit.n > 0;
    char shown[60];
    if (state.n > 0 && !request_state_parse(state, &f->state)) {
        text_printable(state, shown, sizeof shown);
        return err_field(&r->e, ERR_INVALID, "state",
                         "--state: there is no state “%s”; “akta request states” lists them", shown);
    }
    if (kind.n > 0 && !request_kind_parse(kind, &f->kind)) {
        text_printable(kind, shown, sizeof shown);
        return err_field(&r->e, ERR_INVALID, "kind",
                         "--kind: “%s” is none of foi, reuse, data-subject, complaint, proposal, petition, own-words",
                         shown);
    }
    return true;
}

static bool line_json(struct run *r, const struct desk_line *l, struct day today)
{
    struct json *o = json_object();
    json_text(o, "number", str_of(l->number));
    json_text(o, "kind", str_of(request_kind_name(l->kind)));
    json_text(o, "state", str_of(request_state_name(l->state)));
    if (l->damaged) {
        json_null(o, "received");
    } else {
        json_instant(o, "received", l->received);
    }
    json_day(o, "due", l->due);
    json_day(o, "safe", l->safe);
    if (day_is_none(l->due)) {
        json_null(o, "days_left");
    } else {
        json_i64(o, "days_left", (int64_t)l->due.n - today.n);
    }
    json_text(o, "next", str_of(request_next_name(l->next)));
    json_day(o, "next_until", l->next_until);
    json_day(o, "overdue_since", l->overdue_since);
    json_bool(o, "damaged", l->damaged);
    json_bool(o, "extended", l->extended);
    json_day(o, "ended", l->ended);
    json_text_or_null(o, "outcome", l->outcome != 0 ? str_of(request_outcome_name(l->outcome)) : STR(""));
    json_text_or_null(o, "subject", l->subject);
    json_text_or_null(o, "unit", l->unit);
    return out_json(r, &o);
}

static const char *next_said(const struct desk_line *l, enum lang lang)
{
    if (l->damaged) {
        return tr(lang, N_("damaged: akta doctor"));
    }
    return l->next != REQUEST_NEXT_NONE ? request_next_title(l->next, lang) : "–";
}

static void line_people(struct grid *g, const struct desk_line *l, struct day today)
{
    enum lang lang = g->r->h->lang;
    grid_cell(g, str_of(l->number));
    grid_cell(g, str_of(request_kind_name(l->kind)));
    grid_cell(g, str_of(request_state_title(l->state, lang)));
    grid_day(g, l->due);
    if (day_is_none(l->due)) {
        grid_cell(g, STR("–"));
    } else {
        grid_fmt(g, "%lld", (long long)l->due.n - today.n);
    }
    grid_cell(g, str_of(next_said(l, lang)));
    grid_cell(g, l->unit.n > 0 ? l->unit : STR("–"));
    grid_cell(g, l->subject.n > 0 ? l->subject : STR("–"));
}

static void tell_rest(struct run *r, struct str next, size_t more)
{
    if (next.n > 0) {
        out_note(r, N_("There are more: akta request list --after %.*s"), (int)next.n, next.p);
    }
    if (more > 0) {
        out_note(r, N_("There are %zu more: show them with --limit"), more);
    }
}

/* Of a page that goes on nobody has counted how much. */
static void last_json(struct run *r, size_t shown, struct str next, size_t more)
{
    struct json *o = json_object();
    json_u64(o, "shown", shown);
    if (next.n > 0) {
        json_null(o, "more");
    } else {
        json_u64(o, "more", more);
    }
    json_text_or_null(o, "next", next);
    (void)out_json(r, &o);
}

int run_request_list(struct run *r)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    struct desk_filter f;
    struct desk_line *lines;
    struct grid g;
    struct str next;
    size_t n, more;
    if (!read_filter(r, &f) || !request_desk_of(r, &d) || !desk_list(d, &f, r->ar, &lines, &n, &next, &more, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        for (size_t i = 0; i < n && line_json(r, &lines[i], f.today); i++) {
        }
        last_json(r, n, next, more);
        return EXIT_DONE;
    }
    if (n == 0) {
        out_say(r, "%s\n", tr(r->h->lang, N_("No request fits.")));
        return EXIT_DONE;
    }
    grid_begin(&g, r, 8);
    grid_right(&g, 4);
    grid_words(&g, (const char *const[]){N_("Number"), N_("Kind"), N_("State"), N_("Due"), N_("Days left"), N_("Next"),
                                         N_("Who has it"), N_("Subject")});
    for (size_t i = 0; i < n; i++) {
        line_people(&g, &lines[i], f.today);
    }
    grid_end(&g);
    tell_rest(r, next, more);
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- the table of states */

typedef const char *(*bit_name)(unsigned bit);

static const char *kind_bit(unsigned bit)
{
    return request_kind_name((enum request_kind)bit);
}

static const char *state_bit(unsigned bit)
{
    return request_state_name((enum request_state)bit);
}

static struct json *bits_json(unsigned bits, unsigned end, bit_name name)
{
    struct json *list = json_array();
    for (unsigned i = 1; i < end; i++) {
        if ((bits & 1u << i) != 0) {
            json_push_text(list, str_of(name(i)));
        }
    }
    return list;
}

static struct str bits_text(struct run *r, unsigned bits, unsigned end, bit_name name)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(2000);
    for (unsigned i = 1; i < end; i++) {
        if ((bits & 1u << i) != 0) {
            buf_fmt(&b, "%s%s", b.n > 0 ? " " : "", name(i));
        }
    }
    struct str s = b.n > 0 && !b.failed ? arena_str(r->ar, buf_str(&b)) : STR("");
    return s.p != NULL ? s : STR("");
}

static const char *to_name(const struct request_row *row)
{
    if (row->to == REQUEST_SAME) {
        return "same";
    }
    return row->to == REQUEST_RETURN ? "back" : request_state_name((enum request_state)row->to);
}

static bool transition_json(struct run *r, const struct request_row *row)
{
    struct json *o = json_object();
    struct json *kinds = bits_json(row->kinds, REQUEST_KIND_END, kind_bit),
                *from = bits_json(row->from, REQUEST_STATE_END, state_bit);
    json_text(o, "verb", str_of(request_verb_name(row->verb)));
    json_text(o, "role", str_of(request_role_name(row->role)));
    json_put(o, "kinds", &kinds);
    json_put(o, "from", &from);
    json_text(o, "to", str_of(to_name(row)));
    json_text(o, "entry", str_of(entry_type_name(row->entry)));
    json_text(o, "rules", str_of(row->rule));
    return out_json(r, &o);
}

static void transition_people(struct run *r, const struct request_row *row)
{
    struct str from = bits_text(r, row->from, REQUEST_STATE_END, state_bit),
               kinds = bits_text(r, row->kinds, REQUEST_KIND_END, kind_bit);
    out_say(r, "%s (%s) -> %s  [%s]\n", request_verb_name(row->verb), request_role_name(row->role), to_name(row),
            row->rule);
    out_say(r, "    %s %.*s\n", tr(r->h->lang, N_("from:")), (int)from.n, from.p);
    out_say(r, "    %s %.*s\n", tr(r->h->lang, N_("kinds:")), (int)kinds.n, kinds.p);
}

int run_request_states(struct run *r)
{
    size_t n;
    const struct request_row *rows = request_rows(&n);
    for (size_t i = 0; i < n && !r->out_broken; i++) {
        if (r->h->json) {
            (void)transition_json(r, &rows[i]);
        } else {
            transition_people(r, &rows[i]);
        }
    }
    return EXIT_DONE;
}
