/* page_registers.c: the registers the office keeps, who may see them, and the rules of access. */
#include "window.h"

#include <string.h>

static void register_row(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    char number[24];
    snprintf(number, sizeof number, "%u", p->order);
    MARK(h, "<li value=\"");
    html_number(h, p->order);
    MARK(h, "\"><span lang=\"pl\">");
    page_link(c, "/rejestry/", str_of(number));
    html_polish(h, p->title[LANG_PL]);
    MARK(h, "</a></span><p>");
    if (p->status == PUBLISHED_HISTORICAL) {
        page_out_of_date(c);
    }
    html_text(h, p->note[c->lang]);
    MARK(h, "</p></li>\n");
}

void page_registers(struct call *c)
{
    struct html *h = &c->h;
    size_t n = bulletin_count(c->bulletin, PUBLISHED_REGISTER);
    struct str unit = STR_NONE;
    page_begin(c, str_of(tr(c->lang, "Registers")));
    page_paragraph(
        c, n == 0 ? N_("The office has published no register yet. Ask at the registry office.")
                  : N_("These are the registers the office keeps. Each page says who may see the data, and how."));
    MARK(h, "<p>");
    page_link_said(c, "/rejestry/zasady", N_("Rules of access to registers"));
    MARK(h, "</p>\n");
    for (size_t i = 0; i < n; i++) {
        const struct published *p = bulletin_at(c->bulletin, PUBLISHED_REGISTER, i);
        if (i == 0 || !str_eq(unit, p->unit)) {
            if (i > 0) {
                MARK(h, "</ol>\n");
            }
            MARK(h, "<h2 lang=\"pl\">");
            html_polish(h, p->unit);
            MARK(h, "</h2>\n<ol class=\"list numbers\">\n");
        }
        unit = p->unit;
        register_row(c, p);
    }
    if (n > 0) {
        MARK(h, "</ol>\n");
    }
    page_data(c, STR("/api/v1/registers"), STR_NONE);
    page_end(c, 200);
}

/* ---------------------------------------------------------------- one register */

static void access_modes(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    page_heading(c, N_("Who may see the data"));
    MARK(h, "<ul>\n");
    for (unsigned m = ACCESS_BIP; m <= ACCESS_POINTER; m <<= 1) {
        if ((p->access & m) != 0) {
            MARK(h, "<li>");
            html_text(h, str_of(access_mode_sentence((enum access_mode)m, c->lang)));
            MARK(h, "</li>\n");
        }
    }
    MARK(h, "</ul>\n");
}

static void register_facts(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    MARK(h, "<dl>\n<dt>");
    html_say(h, "Kept by");
    MARK(h, "</dt><dd lang=\"pl\">");
    html_polish(h, p->unit);
    MARK(h, "</dd>\n<dt>");
    html_say(h, "Number in its unit");
    MARK(h, "</dt><dd>");
    html_text(h, p->number);
    MARK(h, "</dd>\n</dl>\n");
}

void page_register_content(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    page_state(c, p);
    if (p->note[c->lang].n > 0) {
        MARK(h, "<p>");
        html_text(h, p->note[c->lang]);
        MARK(h, "</p>\n");
    }
    access_modes(c, p);
    page_current_rules(c, p);
    register_facts(c, p);
    MARK(h, "<p>");
    page_link_said(c, "/rejestry/zasady", N_("Rules of access to registers"));
    MARK(h, "</p>\n");
    if (p->body.n > 0) {
        page_polish_begin(c);
        page_prose(c, p->body, 1);
        page_polish_end(c);
    }
    if (p->ground.n > 0) {
        page_heading(c, N_("Legal basis"));
        MARK(h, "<p lang=\"pl\">");
        html_polish(h, p->ground);
        MARK(h, "</p>\n");
    }
}

void page_register(struct call *c)
{
    const struct published *p = bulletin_numbered(c->bulletin, PUBLISHED_REGISTER, (unsigned)c->parts.number);
    if (p == NULL) {
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
        return;
    }
    page_begin_polish(c, p->title[LANG_PL]);
    page_register_content(c, p);
    page_metryka(c, p);
    page_end(c, 200);
}

/* ---------------------------------------------------------------- the rules */

void page_access_rules(struct call *c)
{
    struct html *h = &c->h;
    page_begin(c, str_of(tr(c->lang, "Rules of access to registers")));
    page_paragraph(c,
                   N_("These are the office's own rules as printed. Where the law has changed, what holds today stands "
                      "beside them."));
    for (size_t i = 0; i < bulletin_count(c->bulletin, PUBLISHED_RULE); i++) {
        const struct published *p = bulletin_at(c->bulletin, PUBLISHED_RULE, i);
        MARK(h, "<section>\n<h2>");
        html_sayf(h, "Rule %u", p->order);
        MARK(h, "</h2>\n");
        if (p->status == PUBLISHED_HISTORICAL) {
            MARK(h, "<p>");
            page_out_of_date(c);
            MARK(h, "</p>\n");
        }
        MARK(h, "<div lang=\"pl\">\n");
        h->lang = LANG_PL;
        page_prose(c, p->body, 2);
        h->lang = c->lang;
        MARK(h, "</div>\n");
        for (size_t k = 0; k < p->current_rule_count; k++) {
            MARK(h, "<div class=\"box\"><p><strong>");
            html_say(h, "What holds today:");
            MARK(h, "</strong> ");
            html_text(h, p->current_rules[k].text[c->lang]);
            MARK(h, " <small class=\"muted\" lang=\"pl\">");
            html_polish(h, p->current_rules[k].basis);
            MARK(h, "</small></p></div>\n");
        }
        MARK(h, "</section>\n");
    }
    page_data(c, STR("/api/v1/access-rules"), STR_NONE);
    page_end(c, 200);
}
