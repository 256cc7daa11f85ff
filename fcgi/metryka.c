/* metryka.c: what stands beside a published document: whether it still holds, what holds today, who made and published
 * it and when, and all its versions (the metryka of the public information bulletin). */
#include "window.h"

#include <string.h>

/* ---------------------------------------------------------------- state */

static void icon_clock(struct html *h)
{
    MARK(h, "<svg aria-hidden=\"true\" viewBox=\"0 0 20 20\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\">"
            "<circle cx=\"10\" cy=\"10\" r=\"8\"/><path d=\"M10 5v5l3 3\"/></svg>");
}

static void icon_dash(struct html *h)
{
    MARK(h, "<svg aria-hidden=\"true\" viewBox=\"0 0 20 20\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\">"
            "<path d=\"M4 10h12\"/></svg>");
}

void page_out_of_date(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<span class=\"state soon\">");
    icon_clock(h);
    html_say(h, "Out of date");
    MARK(h, "</span> ");
}

void page_state(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    if (p->status == PUBLISHED_HISTORICAL) {
        MARK(h, "<div class=\"box soon\"><p>");
        page_out_of_date(c);
        MARK(h, "</p>\n");
        page_paragraph(c, N_("The office published this text earlier. It is kept here as it was. Do not rely on it."));
        MARK(h, "</div>\n");
    } else if (p->status == PUBLISHED_WITHDRAWN) {
        MARK(h, "<div class=\"box soon\"><p><span class=\"state closed\">");
        icon_dash(h);
        html_say(h, "Withdrawn");
        MARK(h, "</span></p>\n");
        page_paragraph(c, N_("The office has withdrawn this text. It is in no list and no search."));
        MARK(h, "</div>\n");
    }
}

void page_current_rules(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    if (p->current_rule_count == 0) {
        return;
    }
    MARK(h, "<section class=\"box\" aria-labelledby=\"today\"><h2 id=\"today\">");
    html_say(h, "What holds today");
    MARK(h, "</h2>\n<ul>\n");
    for (size_t i = 0; i < p->current_rule_count; i++) {
        const struct current_rule *r = &p->current_rules[i];
        bool own = r->text[c->lang].n > 0;
        if (own) {
            MARK(h, "<li>");
        } else {
            MARK(h, "<li lang=\"pl\">");
        }
        if (own) {
            html_text(h, r->text[c->lang]);
        } else {
            html_polish(h, r->text[LANG_PL]);
        }
        if (r->basis.n > 0) {
            MARK(h, " <small class=\"muted\" lang=\"pl\">");
            html_polish(h, r->basis);
            MARK(h, "</small>");
        }
        MARK(h, "</li>\n");
    }
    MARK(h, "</ul></section>\n");
}

void page_retention(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    if (p->retention_count == 0) {
        return;
    }
    page_heading(c, N_("How long we keep it"));
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < p->retention_count; i++) {
        MARK(h, "<li>");
        html_text(h, p->retention[i].sentence[c->lang]);
        MARK(h, "</li>\n");
    }
    MARK(h, "</ul>\n");
}

/* ---------------------------------------------------------------- metryka */

static void term_text(struct call *c, const char *term, struct str text)
{
    struct html *h = &c->h;
    if (text.n == 0) {
        return;
    }
    MARK(h, "<dt>");
    html_say(h, term);
    MARK(h, "</dt><dd lang=\"pl\">");
    html_polish(h, text);
    MARK(h, "</dd>\n");
}

static void term_day(struct call *c, const char *term, struct day d)
{
    struct html *h = &c->h;
    if (day_is_none(d)) {
        return;
    }
    MARK(h, "<dt>");
    html_say(h, term);
    MARK(h, "</dt><dd>");
    page_day(c, d);
    MARK(h, "</dd>\n");
}

static void vouched_for(struct call *c, const struct metryka *m)
{
    struct html *h = &c->h;
    if (m->published == 0) {
        return;
    }
    MARK(h, "<dt>");
    html_say(h, "Published here");
    MARK(h, "</dt><dd>");
    page_instant(c, m->published);
    MARK(h, "</dd>\n<dt>");
    html_say(h, "Entry in the log");
    MARK(h, "</dt><dd>");
    page_link(c, "/dziennik", STR_NONE);
    html_sayf(h, "No. %llu", (unsigned long long)m->entry);
    MARK(h, "</a></dd>\n<dt>SHA-256</dt><dd class=\"hash\">");
    html_wrapped_hex(h, m->sha256);
    MARK(h, "</dd>\n");
}

static void versions_link(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    const char *prefix = c->lang == LANG_EN ? "/en" : "";
    MARK(h, "<dt>");
    html_say(h, "Versions");
    MARK(h, "</dt><dd><a href=\"");
    if (p->kind == PUBLISHED_REGISTER) {
        html_url(h, arena_fmt(c->ar, "%s/rejestry/%u/wersje", prefix, p->order));
    } else {
        const char *list = p->kind == PUBLISHED_CARD ? "karty" : "informacje";
        html_url(h, arena_fmt(c->ar, "%s/%s/%.*s/wersje", prefix, list, (int)p->slug.n, p->slug.p));
    }
    MARK(h, "\">");
    html_sayf(h, "All versions: %u", p->versions);
    MARK(h, "</a></dd>\n");
}

void page_metryka(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    const struct metryka *m = &p->metryka;
    MARK(h, "<section class=\"meta\" aria-labelledby=\"metryka\"><h2 id=\"metryka\">");
    html_say(h, "About this document");
    MARK(h, "</h2>\n<dl>\n");
    term_text(c, N_("Disclosed by"), m->disclosed_by);
    term_text(c, N_("Made by"), m->made_by);
    term_text(c, N_("Entered by"), m->entered_by);
    term_text(c, N_("Published by"), m->published_by);
    term_day(c, N_("Made on"), m->made);
    term_day(c, N_("Entered on"), m->entered);
    term_day(c, N_("Changed on"), m->changed);
    if (m->made_after_entered) {
        MARK(h, "<dt>");
        html_say(h, "Remark");
        MARK(h, "</dt><dd>");
        html_say(h, "The source says that it was entered before it was made. We show it as printed.");
        MARK(h, "</dd>\n");
    }
    term_text(c, N_("Version as printed"), p->version);
    term_day(c, N_("In force from"), p->valid_from);
    term_day(c, N_("In force until"), p->valid_until);
    term_text(c, N_("Source"), m->source);
    vouched_for(c, m);
    if (m->published != 0 && p->versions > 0) { /* what nobody imported has no history */
        versions_link(c, p);
    }
    MARK(h, "</dl></section>\n");
}
