/* page_texts.c: texts of the office: how to ask, re-use, prices, accessibility, notices about personal data. */
#include "window.h"

#include <string.h>

static bool is_notice(const struct published *p)
{
    return str_starts(p->slug, "rodo-");
}

/* Texts exist in both languages: in the list stand those of the page's language, and Polish ones that have no other. */
static bool in_list(struct call *c, const struct published *p)
{
    return bulletin_find(c->bulletin, PUBLISHED_TEXT, p->slug, c->lang) == p;
}

static void list_texts(struct call *c, bool notices)
{
    struct html *h = &c->h;
    MARK(h, "<ul class=\"list\">\n");
    for (size_t i = 0; i < bulletin_count(c->bulletin, PUBLISHED_TEXT); i++) {
        const struct published *p = bulletin_at(c->bulletin, PUBLISHED_TEXT, i);
        if (!in_list(c, p) || is_notice(p) != notices) {
            continue;
        }
        if (p->lang == c->lang) {
            MARK(h, "<li>");
        } else {
            MARK(h, "<li lang=\"pl\">");
        }
        page_link(c, "/informacje/", p->slug);
        html_text(h, p->title[p->lang]);
        MARK(h, "</a><p>");
        html_text(h, p->summary[p->lang]);
        MARK(h, "</p></li>\n");
    }
    MARK(h, "</ul>\n");
}

void page_texts(struct call *c)
{
    page_begin(c, str_of(tr(c->lang, "Information")));
    list_texts(c, false);
    page_data(c, STR("/api/v1/texts"), STR_NONE);
    page_end(c, 200);
}

void page_notices(struct call *c)
{
    page_begin(c, str_of(tr(c->lang, "Personal data")));
    page_paragraph(
        c, N_("Choose what you want to do. Each notice says what the office does with your data and how long it "
              "keeps them."));
    list_texts(c, true);
    page_data(c, STR("/api/v1/notices"), STR_NONE);
    page_end(c, 200);
}

/* Answer first: the text below it says how it comes about. */
static void price_table(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    if (p->price_count == 0) {
        return;
    }
    MARK(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"prices\">"
            "<table class=\"prices\">\n"
            "<caption id=\"prices\">");
    html_say(h, "Prices");
    MARK(h, "</caption>\n<thead><tr><th scope=\"col\">");
    html_say(h, "What");
    MARK(h, "</th><th scope=\"col\">");
    html_say(h, "Unit");
    MARK(h, "</th><th class=\"sum\" scope=\"col\">");
    html_say(h, "Price");
    MARK(h, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->price_count; i++) {
        const struct price *price = &p->prices[i];
        MARK(h, "<tr><th scope=\"row\">");
        html_text(h, price->item[c->lang]);
        MARK(h, "</th><td>");
        html_text(h, price->unit[c->lang]);
        MARK(h, "</td><td class=\"sum\">");
        html_text(h, price->grosze > 0 ? money_said(c->ar, price->grosze, c->lang) : str_of(tr(c->lang, "free")));
        MARK(h, "</td></tr>\n");
    }
    MARK(h, "</tbody></table></div>\n");
    page_data(c, STR("/api/v1/prices"), STR_NONE);
}

/* With its h1; a text that exists in Polish only says so. */
void page_text_content(struct call *c, const struct published *p)
{
    bool own = p->lang == c->lang;
    if (own) {
        page_begin(c, p->title[p->lang]);
    } else {
        page_begin_polish(c, p->title[LANG_PL]);
    }
    page_state(c, p);
    price_table(c, p);
    if (!own) {
        page_polish_begin(c);
    }
    page_prose(c, p->body, 1);
    if (!own) {
        page_polish_end(c);
    }
    page_retention(c, p);
    page_current_rules(c, p);
}

void page_text(struct call *c)
{
    const struct published *p = bulletin_find(c->bulletin, PUBLISHED_TEXT, c->parts.slug, c->lang);
    if (p == NULL) {
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
        return;
    }
    page_text_content(c, p);
    page_metryka(c, p);
    page_end(c, 200);
}
