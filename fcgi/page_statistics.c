/* page_statistics.c: the statistics of requests: what came in, how it ended, how long it took, what was late. Each
 * picture has its table. */
#include "chart.h"
#include "statistics.h"

#define LABEL_MONTH 68u

/* ---------------------------------------------------------------- pieces */

static void figure_begin(struct call *c, const char *msgid)
{
    MARK(&c->h, "<section class=\"figure\"><h2>");
    html_say(&c->h, msgid);
    MARK(&c->h, "</h2>\n");
}

static void table_begin(struct call *c, const char *caption, const char *of, const char *figure, const char *second)
{
    struct html *h = &c->h;
    MARK(h, "<table><caption class=\"unseen\">");
    html_say(h, caption);
    MARK(h, "</caption><thead><tr><th scope=\"col\">");
    html_say(h, of);
    MARK(h, "</th><th class=\"sum\" scope=\"col\">");
    html_say(h, figure);
    if (second != NULL) {
        MARK(h, "</th><th class=\"sum\" scope=\"col\">");
        html_say(h, second);
    }
    MARK(h, "</th></tr></thead><tbody>\n");
}

static void figure_end(struct call *c)
{
    MARK(&c->h, "</tbody></table></section>\n");
}

static void row_begin(struct call *c, struct str label, uint64_t n)
{
    struct html *h = &c->h;
    MARK(h, "<tr><th scope=\"row\">");
    html_text(h, label);
    MARK(h, "</th><td class=\"sum\">");
    html_number(h, n);
    MARK(h, "</td>");
}

static void row(struct call *c, struct str label, uint64_t n)
{
    row_begin(c, label, n);
    MARK(&c->h, "</tr>\n");
}

/* ---------------------------------------------------------------- the figures */

static void by_month(struct call *c, const struct statistics *s)
{
    struct html *h = &c->h;
    struct bar bars[STATISTICS_MONTHS];
    for (size_t i = 0; i < STATISTICS_MONTHS; i++) {
        bars[i] =
            (struct bar){arena_fmt(c->ar, "%02d.%04d", s->months[i].month, s->months[i].year), s->months[i].received};
    }
    figure_begin(c, N_("Requests by month"));
    page_chart(c, "by-month", str_of(tr(c->lang, "Bars: requests that came in, by month. The table has the numbers.")),
               bars, STATISTICS_MONTHS, LABEL_MONTH);
    table_begin(c, N_("Requests by month"), N_("Month"), N_("came in"), N_("ended"));
    for (size_t i = 0; i < STATISTICS_MONTHS; i++) {
        row_begin(c, bars[i].label, bars[i].n);
        MARK(h, "<td class=\"sum\">");
        html_number(h, s->months[i].ended);
        MARK(h, "</td></tr>\n");
    }
    figure_end(c);
}

static void by_outcome(struct call *c, const struct statistics *s)
{
    struct bar bars[REQUEST_OUTCOME_END];
    size_t n = 0;
    for (enum request_outcome o = REQUEST_DISCLOSED; o < REQUEST_OUTCOME_END; o++) {
        if (s->outcomes[o] > 0) {
            bars[n++] = (struct bar){capital_said(c->ar, request_outcome_title(o, c->lang)), s->outcomes[o]};
        }
    }
    figure_begin(c, N_("How they ended"));
    page_chart(c, "by-outcome", str_of(tr(c->lang, "Bars: ended requests by outcome. The table has the numbers.")),
               bars, n, 0);
    table_begin(c, N_("How they ended"), N_("Outcome"), N_("requests"), NULL);
    for (size_t i = 0; i < n; i++) {
        row(c, bars[i].label, bars[i].n);
    }
    figure_end(c);
}

static void by_pace(struct call *c, const struct statistics *s)
{
    struct bar bars[REQUEST_PACE_END];
    for (size_t i = 0; i < REQUEST_PACE_END; i++) {
        bars[i] = (struct bar){pace_said(c, (enum request_pace)i), s->paces[i]};
    }
    figure_begin(c, N_("How long they took"));
    page_chart(c, "by-pace",
               str_of(tr(c->lang, "Bars: ended requests by days from receipt to the end. The table has the numbers.")),
               bars, REQUEST_PACE_END, 0);
    table_begin(c, N_("How long they took"), N_("From receipt to the end"), N_("requests"), NULL);
    for (size_t i = 0; i < REQUEST_PACE_END; i++) {
        row(c, bars[i].label, bars[i].n);
    }
    figure_end(c);
}

static void by_term(struct call *c, const struct statistics *s)
{
    struct html *h = &c->h;
    uint64_t all = s->on_time + s->late;
    const struct bar bars[2] = {{str_of(tr(c->lang, "in time")), s->on_time}, {str_of(tr(c->lang, "late")), s->late}};
    figure_begin(c, N_("In time and late"));
    page_chart(c, "by-term",
               str_of(tr(c->lang, "Bars: requests that ended in time and late. The table has the numbers.")), bars, 2,
               0);
    table_begin(c, N_("In time and late"), N_("Term"), N_("requests"), N_("share"));
    for (size_t i = 0; i < 2; i++) {
        row_begin(c, bars[i].label, bars[i].n);
        MARK(h, "<td class=\"sum\">");
        html_number(h, (bars[i].n * 100 + all / 2) / all);
        MARK(h, "%</td></tr>\n");
    }
    figure_end(c);
    MARK(h, "<p class=\"muted small\">");
    html_say(h, "An extension in time counts as in time. Withdrawn requests are not counted here.");
    MARK(h, "</p>\n");
}

/* ---------------------------------------------------------------- the page */

static void years(struct call *c, const struct statistics *s)
{
    struct html *h = &c->h;
    int now = day_year(archive_today(c->w->archive));
    MARK(h, "<nav class=\"pages noprint\" aria-label=\"");
    html_say_attr(h, "Years");
    MARK(h, "\"><ul>\n<li>");
    if (s->year == 0) {
        MARK(h, "<a aria-current=\"page\" href=\"");
    } else {
        MARK(h, "<a href=\"");
    }
    page_address(c, "/wnioski/statystyka");
    MARK(h, "\">");
    html_say(h, "Last 12 months");
    MARK(h, "</a></li>\n");
    for (int year = now; year > now - 4; year--) {
        if (s->year == year) {
            MARK(h, "<li><a aria-current=\"page\" href=\"");
        } else {
            MARK(h, "<li><a href=\"");
        }
        page_address(c, "/wnioski/statystyka");
        MARK(h, "?rok=");
        html_number(h, (uint64_t)year);
        MARK(h, "\">");
        html_number(h, (uint64_t)year);
        MARK(h, "</a></li>\n");
    }
    MARK(h, "</ul></nav>\n");
}

static void figures(struct call *c, const struct statistics *s)
{
    struct html *h = &c->h;
    if (s->received == 0 && s->ended == 0) {
        page_paragraph(c, N_("No request came in or ended in these months."));
        return;
    }
    MARK(h, "<p class=\"large\">");
    html_sayf(h, "Received: %llu. Ended: %llu.", (unsigned long long)s->received, (unsigned long long)s->ended);
    MARK(h, "</p>\n");
    by_month(c, s);
    if (s->ended > 0) {
        by_outcome(c, s);
    }
    if (s->on_time + s->late > 0) {
        by_pace(c, s);
        by_term(c, s);
    }
}

void page_statistics(struct call *c)
{
    struct html *h = &c->h;
    struct statistics s;
    if (c->values[0].fault.code != ERR_NONE || !statistics_take(c, &s)) {
        register_refuse(c);
        return;
    }
    page_begin(c, s.year != 0 ? arena_fmt(c->ar, tr(c->lang, "Statistics of requests in %d"), s.year)
                              : str_of(tr(c->lang, "Statistics of requests")));
    years(c, &s);
    figures(c, &s);
    register_forms(c, "/api/v1/statistics", statistics_api_fields, NULL);
    MARK(h, "<p class=\"noprint\">");
    page_link_said(c, "/wnioski", N_("Register of requests"));
    MARK(h, "</p>\n");
    page_end(c, 200);
}
