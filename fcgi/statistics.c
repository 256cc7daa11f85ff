/* statistics.c: see statistics.h. Figures come from counters that every verb keeps: two years of them at most are read.
 */
#include "statistics.h"

const struct input_field statistics_page_fields[STATISTICS_FIELDS] = {{"rok", INPUT_NUMBER, 2000, 2299}};
const struct input_field statistics_api_fields[STATISTICS_FIELDS] = {{"year", INPUT_NUMBER, 2000, 2299}};

static void begin(struct call *c, struct statistics *s)
{
    int year, month, day;
    day_split(archive_today(c->w->archive), &year, &month, &day);
    *s = (struct statistics){.year = c->values[0].given ? (int)c->values[0].number : 0};
    int last = s->year != 0 ? s->year * 12 + 11 : year * 12 + month - 1; /* months since year 0 */
    for (int i = 0; i < STATISTICS_MONTHS; i++) {
        int m = last - (STATISTICS_MONTHS - 1) + i;
        s->months[i].year = m / 12;
        s->months[i].month = m % 12 + 1;
    }
}

static struct month_figures *month_of(struct statistics *s, int year, int month)
{
    int at = (year - s->months[0].year) * 12 + month - s->months[0].month;
    return at >= 0 && at < STATISTICS_MONTHS ? &s->months[at] : NULL;
}

static void add_counts(struct statistics *s, const struct request_count *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct month_figures *m = month_of(s, list[i].year, list[i].month);
        if (m != NULL) {
            m->received += list[i].requests;
            s->received += list[i].requests;
        }
    }
}

static void add_endings(struct statistics *s, const struct request_ending *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct request_ending *end = &list[i];
        struct month_figures *m = month_of(s, end->year, end->month);
        if (m == NULL || end->outcome <= 0 || end->outcome >= REQUEST_OUTCOME_END) {
            continue;
        }
        m->ended += end->requests;
        s->ended += end->requests;
        s->outcomes[end->outcome] += end->requests;
        if (end->outcome == REQUEST_OUT_WITHDRAWN) {
            continue;
        }
        s->paces[end->pace] += end->requests;
        *(end->late ? &s->late : &s->on_time) += end->requests;
    }
}

bool statistics_take(struct call *c, struct statistics *out)
{
    struct request_count *counts;
    struct request_ending *endings;
    size_t count_n, ending_n;
    begin(c, out);
    int from = out->months[0].year, until = out->months[STATISTICS_MONTHS - 1].year;
    if (!request_counts(c->w->requests, from, until, c->ar, &counts, &count_n, &c->e) ||
        !request_endings(c->w->requests, from, until, c->ar, &endings, &ending_n, &c->e)) {
        return false;
    }
    add_counts(out, counts, count_n);
    add_endings(out, endings, ending_n);
    return true;
}

struct str pace_said(struct call *c, enum request_pace p)
{
    static const char *const words[REQUEST_PACE_END] = {
        [REQUEST_PACE_3] = N_("up to 3 days"), [REQUEST_PACE_7] = N_("4–7 days"),
        [REQUEST_PACE_14] = N_("8–14 days"),   [REQUEST_PACE_30] = N_("15–30 days"),
        [REQUEST_PACE_61] = N_("31–61 days"),  [REQUEST_PACE_MORE] = N_("62 days or more"),
    };
    return str_of(tr(c->lang, words[p]));
}

/* ---------------------------------------------------------------- for programs */

static const char *const pace_names[REQUEST_PACE_END] = {"0-3", "4-7", "8-14", "15-30", "31-61", "62+"};

static void add_months(struct json *o, const struct statistics *s, struct call *c)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < STATISTICS_MONTHS; i++) {
        struct json *m CLEANUP(json_free) = json_object();
        json_text(m, "month", arena_fmt(c->ar, "%04d-%02d", s->months[i].year, s->months[i].month));
        json_u64(m, "received", s->months[i].received);
        json_u64(m, "ended", s->months[i].ended);
        json_push(list, &m);
    }
    json_put(o, "months", &list);
}

void api_statistics(struct call *c)
{
    struct json *o CLEANUP(json_free) = json_object(), *outcomes CLEANUP(json_free) = json_object(),
                   *days CLEANUP(json_free) = json_object();
    struct statistics s;
    if (c->values[0].fault.code != ERR_NONE || !statistics_take(c, &s)) {
        register_refuse(c);
        return;
    }
    add_months(o, &s, c);
    json_u64(o, "received", s.received);
    json_u64(o, "ended", s.ended);
    for (enum request_outcome v = REQUEST_DISCLOSED; v < REQUEST_OUTCOME_END; v++) {
        json_u64(outcomes, request_outcome_name(v), s.outcomes[v]);
    }
    for (size_t i = 0; i < REQUEST_PACE_END; i++) {
        json_u64(days, pace_names[i], s.paces[i]);
    }
    json_put(o, "outcomes", &outcomes);
    json_put(o, "days_to_end", &days);
    json_u64(o, "on_time", s.on_time);
    json_u64(o, "late", s.late);
    api_send(c, o, 200);
}

static void figure_row(struct buf *out, const char *figure, const char *of, uint64_t n)
{
    buf_fmt(out, "%s,%s,%llu\r\n", figure, of, (unsigned long long)n);
}

void api_statistics_csv(struct call *c)
{
    struct buf *out = &c->a->body;
    struct statistics s;
    if (c->values[0].fault.code != ERR_NONE || !statistics_take(c, &s)) {
        register_refuse(c);
        return;
    }
    buf_reset(out);
    buf_add_z(out, "figure,of,requests\r\n");
    for (size_t i = 0; i < STATISTICS_MONTHS; i++) {
        char month[16];
        snprintf(month, sizeof month, "%04d-%02d", s.months[i].year, s.months[i].month);
        figure_row(out, "received", month, s.months[i].received);
        figure_row(out, "ended", month, s.months[i].ended);
    }
    for (enum request_outcome v = REQUEST_DISCLOSED; v < REQUEST_OUTCOME_END; v++) {
        figure_row(out, "outcome", request_outcome_name(v), s.outcomes[v]);
    }
    for (size_t i = 0; i < REQUEST_PACE_END; i++) {
        figure_row(out, "days", pace_names[i], s.paces[i]);
    }
    figure_row(out, "term", "on-time", s.on_time);
    figure_row(out, "term", "late", s.late);
    c->a->status = 200;
    c->a->type = "text/csv; charset=utf-8; header=present";
}
