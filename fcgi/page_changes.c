/* page_changes.c: what was published last, and who answers for these pages. */
#include "window.h"

#include <string.h>

#define MOST_CHANGES 50u

void page_document_link(struct call *c, const struct published *p)
{
    char number[24];
    snprintf(number, sizeof number, "%u", p->order);
    switch (p->kind) {
        case PUBLISHED_CARD:
            page_link(c, "/karty/", p->slug);
            return;
        case PUBLISHED_REGISTER:
            page_link(c, "/rejestry/", str_of(number));
            return;
        case PUBLISHED_RULE:
            page_link(c, "/rejestry/zasady", STR_NONE);
            return;
        case PUBLISHED_TEXT:
        case PUBLISHED_KIND_COUNT:
        default:
            page_link(c, "/informacje/", p->slug);
    }
}

const char *document_kind_said(enum published_kind k)
{
    static const char *const labels[] = {N_("Service card"), N_("Register"), N_("Rule of access"), N_("Information")};
    return (size_t)k < COUNT_OF(labels) ? labels[k] : "";
}

/* ---------------------------------------------------------------- changes */

struct newest {
    const struct published *list[MOST_CHANGES];
    size_t n;
};

static bool is_later(const struct published *a, const struct published *b)
{
    return a->metryka.published != b->metryka.published ? a->metryka.published > b->metryka.published
                                                        : a->metryka.entry > b->metryka.entry;
}

/* Keeps the latest in order. */
static void offer(struct newest *w, const struct published *p)
{
    size_t at = w->n;
    while (at > 0 && is_later(p, w->list[at - 1])) {
        at--;
    }
    if (at == MOST_CHANGES) {
        return;
    }
    size_t last = w->n < MOST_CHANGES ? w->n : MOST_CHANGES - 1;
    memmove(&w->list[at + 1], &w->list[at], (last - at) * sizeof w->list[0]);
    w->list[at] = p;
    w->n = last + 1;
}

static struct day day_of(instant t)
{
    struct day d;
    int hour, minute, second;
    warsaw_clock(t, &d, &hour, &minute, &second);
    return d;
}

static void change_row(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    MARK(h, "<li><span class=\"muted small\">");
    html_say(h, document_kind_said(p->kind));
    MARK(h, " · ");
    html_sayf(h, "version %u", p->versions);
    MARK(h, "</span>");
    page_document_link(c, p);
    html_text(h, p->title[c->lang]);
    MARK(h, "</a></li>\n");
}

static void changes_by_day(struct call *c, const struct newest *w)
{
    struct html *h = &c->h;
    struct day day = DAY_NONE;
    for (size_t i = 0; i < w->n; i++) {
        struct day its = day_of(w->list[i]->metryka.published);
        if (i == 0 || its.n != day.n) {
            if (i > 0) {
                MARK(h, "</ol>\n");
            }
            MARK(h, "<h2>");
            page_day(c, its);
            MARK(h, "</h2>\n<ol class=\"list plain\">\n");
        }
        day = its;
        change_row(c, w->list[i]);
    }
    MARK(h, "</ol>\n");
}

void page_changes(struct call *c)
{
    struct newest w = {.n = 0};
    for (unsigned k = 0; k < PUBLISHED_KIND_COUNT; k++) {
        for (size_t i = 0; i < bulletin_count(c->bulletin, (enum published_kind)k); i++) {
            const struct published *p = bulletin_at(c->bulletin, (enum published_kind)k, i);
            if (p->metryka.published != 0 && (p->kind != PUBLISHED_TEXT || p->lang == c->lang)) {
                offer(&w, p);
            }
        }
    }
    page_begin(c, str_of(tr(c->lang, "Changes")));
    page_paragraph(c, w.n > 0
                          ? N_("What the office published last. Each document lists all its versions in its metryka.")
                          : N_("The office has published nothing yet."));
    if (w.n > 0) {
        changes_by_day(c, &w);
    }
    page_data(c, STR("/api/v1/changes"), STR_NONE);
    page_end(c, 200);
}

/* ---------------------------------------------------------------- editors */

static void term(struct call *c, const char *name, struct str value)
{
    struct html *h = &c->h;
    if (value.n == 0) {
        return;
    }
    MARK(h, "<dt>");
    html_say(h, name);
    MARK(h, "</dt><dd lang=\"pl\">");
    html_polish(h, value);
    MARK(h, "</dd>\n");
}

void page_editors(struct call *c)
{
    struct html *h = &c->h;
    page_begin(c, str_of(tr(c->lang, "Editors")));
    page_paragraph(c,
                   N_("The office answers for these pages. Who made and published a document stands in its metryka."));
    MARK(h, "<dl>\n");
    term(c, N_("Office"), c->office.name);
    term(c, N_("Address"), c->office.address);
    term(c, N_("Phone"), c->office.phone);
    if (c->office.email.n > 0) {
        MARK(h, "<dt>");
        html_say(h, "E-mail");
        MARK(h, "</dt><dd><a href=\"");
        html_url(h, arena_fmt(c->ar, "mailto:%.*s", (int)c->office.email.n, c->office.email.p));
        MARK(h, "\">");
        html_text(h, c->office.email);
        MARK(h, "</a></dd>\n");
    }
    MARK(h, "</dl>\n");
    page_end(c, 200);
}
