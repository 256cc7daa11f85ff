/* page_versions.c: every version of a card, and one of them as it was. */
#include "window.h"

static struct str card_address(struct call *c, const char *tail)
{
    return arena_fmt(c->ar, "%s/karty/%.*s%s", c->lang == LANG_EN ? "/en" : "", (int)c->parts.slug.n, c->parts.slug.p,
                     tail);
}

static void back_to_card(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<p><a href=\"");
    html_url(h, card_address(c, ""));
    MARK(h, "\">");
    html_say(h, "The card as it is today");
    MARK(h, "</a></p>\n");
}

static void version_row(struct call *c, const struct published_version *v)
{
    struct html *h = &c->h;
    MARK(h, "<tr><th scope=\"row\"><a href=\"");
    html_url(h, arena_fmt(c->ar, "%s/wersje/%u", card_address(c, "").p, v->sequence));
    MARK(h, "\">");
    html_sayf(h, "Version %u", v->sequence);
    MARK(h, "</a></th><td>");
    page_day(c, v->valid_from);
    MARK(h, "</td><td>");
    page_instant(c, v->published);
    MARK(h, "<br>");
    page_link(c, "/dziennik", STR_NONE);
    html_sayf(h, "entry %llu", (unsigned long long)v->entry);
    MARK(h, "</a></td></tr>\n");
}

void page_card_versions(struct call *c)
{
    struct html *h = &c->h;
    struct published_version *list;
    size_t n;
    if (!published_history(c->w->archive, PUBLISHED_CARD, c->parts.slug, LANG_PL, c->ar, &list, &n, &c->e)) {
        answer_error(c);
        return;
    }
    if (n == 0) {
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
        return;
    }
    page_begin(c, arena_fmt(c->ar, tr(c->lang, "Versions: %.*s"), (int)list[0].title.n, list[0].title.p));
    back_to_card(c);
    MARK(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"versions\"><table>\n"
            "<caption id=\"versions\">");
    html_say(h, "Every version, the newest first");
    MARK(h, "</caption>\n<thead><tr><th scope=\"col\">");
    html_say(h, "Version");
    MARK(h, "</th><th scope=\"col\">");
    html_say(h, "In force from");
    MARK(h, "</th><th scope=\"col\">");
    html_say(h, "Published");
    MARK(h, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++) {
        version_row(c, &list[i]);
    }
    MARK(h, "</tbody></table></div>\n");
    page_end(c, 200);
}

void page_card_version(struct call *c)
{
    struct published p;
    if (!published_at(c->w->archive, PUBLISHED_CARD, c->parts.slug, LANG_PL, (unsigned)c->parts.number, c->ar, &p,
                      &c->e)) {
        answer_error(c);
        return;
    }
    page_begin_polish(c, arena_fmt(c->ar, "%.*s – wersja %llu", (int)p.title[LANG_PL].n, p.title[LANG_PL].p,
                                   (unsigned long long)c->parts.number));
    back_to_card(c);
    page_card_content(c, &p);
    page_metryka(c, &p, "/karty");
    page_end(c, 200);
}
