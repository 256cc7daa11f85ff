/* page_search.c: one search over all that is published. An empty question shows the form; a fault stands at its field.
 */
#include "window.h"

#include <string.h>

#define MOST_HITS 50

void page_words_begin(struct call *c, struct str h1, const struct value *v)
{
    bool faulty = v->fault.code != ERR_NONE;
    page_begin_main(c, faulty ? arena_fmt(c->ar, tr(c->lang, "Error: %.*s"), (int)h1.n, h1.p) : h1);
    page_h1(c, h1);
}

void page_words_form(struct call *c, const char *path, const struct value *v, const char *label, const char *submit)
{
    struct html *h = &c->h;
    bool faulty = v->fault.code != ERR_NONE;
    MARK(h, "<form class=\"ask\" method=\"get\" action=\"");
    page_address(c, path);
    MARK(h, "\"><div><label for=\"words\">");
    html_say(h, label);
    MARK(h, "</label>");
    if (faulty) {
        MARK(h, "<p class=\"fault\" id=\"words-fault\">");
        html_text(h, fault_said(c->ar, str_of(v->fault.text)));
        MARK(h, "</p>");
    }
    MARK(h, "<input id=\"words\" name=\"q\" type=\"search\" autocomplete=\"off\"");
    if (faulty) {
        MARK(h, " aria-invalid=\"true\" aria-describedby=\"words-fault\"");
    }
    MARK(h, " value=\"");
    html_attr(h, v->text);
    if (faulty) {
        MARK(h, "\" autofocus></div><button>");
    } else {
        MARK(h, "\"></div><button>");
    }
    html_say(h, submit);
    MARK(h, "</button></form>\n");
}

static void excerpt(struct call *c, const struct bulletin_hit *hit)
{
    struct html *h = &c->h;
    size_t from = hit->mark_at <= hit->excerpt.n ? hit->mark_at : hit->excerpt.n;
    size_t n = hit->mark_n <= hit->excerpt.n - from ? hit->mark_n : hit->excerpt.n - from;
    MARK(h, "<p lang=\"pl\">");
    h->lang = LANG_PL;
    html_text(h, (struct str){hit->excerpt.p, from});
    if (n > 0) {
        MARK(h, "<mark>");
        html_text(h, (struct str){hit->excerpt.p + from, n});
        MARK(h, "</mark>");
        html_text(h, (struct str){hit->excerpt.p + from + n, hit->excerpt.n - from - n});
    }
    h->lang = c->lang;
    MARK(h, "</p>");
}

static void hits(struct call *c, const struct bulletin_hit *list, size_t n)
{
    struct html *h = &c->h;
    MARK(h, "<ol class=\"list plain\">\n");
    for (size_t i = 0; i < n; i++) {
        const struct published *p = list[i].item;
        MARK(h, "<li><span class=\"muted small\">");
        html_say(h, document_kind_said(p->kind));
        if (p->office.n > 0) {
            MARK(h, " · ");
            html_text(h, p->office);
        }
        MARK(h, "</span>");
        if (p->status == PUBLISHED_HISTORICAL) {
            MARK(h, " ");
            page_out_of_date(c);
        }
        page_document_link(c, p);
        html_text(h, p->title[c->lang]);
        MARK(h, "</a>");
        excerpt(c, &list[i]);
        MARK(h, "</li>\n");
    }
    MARK(h, "</ol>\n");
}

static void nothing_found(struct call *c)
{
    struct html *h = &c->h;
    page_paragraph(c, N_("We found nothing. Use fewer words, or begin with the lists."));
    MARK(h, "<ul>\n<li>");
    page_link_said(c, "/karty", N_("Service cards"));
    MARK(h, "</li>\n<li>");
    page_link_said(c, "/rejestry", N_("Registers"));
    MARK(h, "</li>\n<li>");
    page_link_said(c, "/informacje", N_("Information"));
    MARK(h, "</li>\n</ul>\n");
}

void page_search(struct call *c)
{
    struct html *h = &c->h;
    const struct value *v = &c->values[0];
    struct bulletin_query q = {.words = v->text, .lang = c->lang};
    struct bulletin_hit *list = NULL;
    size_t n = 0, total = 0;
    bool asked = v->fault.code == ERR_NONE && v->text.n > 0;
    if (asked && !bulletin_search(c->bulletin, &q, c->ar, MOST_HITS, &list, &n, &total, &c->e)) {
        answer_error(c);
        return;
    }
    page_words_begin(c, str_of(tr(c->lang, "Search")), v);
    page_words_form(c, "/szukaj", v, N_("What are you looking for?"), N_("Search"));
    if (asked && n == 0) {
        nothing_found(c);
    } else if (asked) {
        MARK(h, "<p>");
        html_sayf(h, trn(c->lang, "Found: %zu document", "Found: %zu documents", total), total);
        MARK(h, "</p>\n");
        hits(c, list, n);
        if (total > n) {
            MARK(h, "<p>");
            html_sayf(h, "Here are the best %zu. Add a word to find fewer.", n);
            MARK(h, "</p>\n");
        }
    }
    if (asked) {
        page_data(c, STR("/api/v1/search"), v->text);
    }
    page_end(c, v->fault.code == ERR_NONE ? 200 : 422);
}
