/* page.c: what every page shares: head, header, navigation, footer, dates.
 *
 * Links lead only to addresses that exist. The colours and the measures are those of conf/site/akta.css. */
#include "window.h"

#include <string.h>

struct nav_link {
    enum section section;
    const char *path, *label;
};
static const struct nav_link nav[] = {
    {SECTION_CARDS, "/karty", N_("Service cards")},  {SECTION_REGISTERS, "/rejestry", N_("Registers")},
    {SECTION_ASK, "/wniosek", N_("File a request")}, {SECTION_FOLLOW, "/sprawa", N_("Your case")},
    {SECTION_LOG, "/dziennik", N_("Log")},
};
static const struct nav_link foot[] = {
    {SECTION_NONE, "/redakcja", N_("Editors")},
    {SECTION_NONE, "/informacje/" TEXT_BIP_HELP, N_("Help")},
    {SECTION_NONE, "/informacje/" TEXT_REUSE, N_("Re-use of information")},
    {SECTION_NONE, "/informacje/" TEXT_PRICES, N_("Price list")},
    {SECTION_NONE, "/informacje/" TEXT_ACCESSIBILITY, N_("Accessibility declaration")},
    {SECTION_NONE, "/dane-osobowe", N_("Personal data")},
    {SECTION_NONE, "/informacje", N_("All information")},
    {SECTION_NONE, "/zmiany", N_("Changes")},
};

bool page_exists(struct call *c, const char *path)
{
    static const char texts[] = "/informacje/";
    if (!str_starts(str_of(path), texts)) {
        return true;
    }
    return c->bulletin != NULL &&
           bulletin_find(c->bulletin, PUBLISHED_TEXT, str_of(path + sizeof texts - 1), c->lang) != NULL;
}

void page_address_of(struct call *c, struct str path)
{
    html_url(&c->h, c->lang == LANG_EN ? arena_fmt(c->ar, "/en%.*s", (int)path.n, path.p) : path);
}

void page_address(struct call *c, const char *path)
{
    page_address_of(c, str_of(path));
}

void page_link(struct call *c, const char *path, struct str part)
{
    struct html *h = &c->h;
    MARK(h, "<a href=\"");
    page_address(c, path);
    html_part(h, part);
    MARK(h, "\">");
}

void page_link_said(struct call *c, const char *path, const char *msgid)
{
    page_link_of(c, str_of(path), msgid);
}

/* ---------------------------------------------------------------- head */

static void site_address(struct call *c, const struct site_file *f)
{
    MARK(&c->h, "/site/");
    html_part(&c->h, str_of(f->name));
}

/* What follows the register, for readers of feeds and for data portals. */
static void feeds(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/feeds/register.atom\" title=\"");
    html_say_attr(h, "Register of requests");
    MARK(h, "\">\n<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/feeds/answers.atom\" title=\"");
    html_say_attr(h, "Published answers");
    MARK(h, "\">\n<link rel=\"alternate\" type=\"text/calendar\" href=\"/feeds/terms.ics\" title=\"");
    html_say_attr(h, "Terms of open requests");
    MARK(h, "\">\n<link rel=\"alternate\" type=\"text/turtle\" href=\"/dcat.ttl\" title=\"DCAT\">\n");
}

static void head(struct call *c, struct str title)
{
    struct html *h = &c->h;
    MARK(h, "<!doctype html>\n<html lang=\"");
    html_attr(h, c->lang == LANG_EN ? STR("en") : STR("pl"));
    MARK(h, "\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    h->lang = LANG_EN; /* a title has no lines: plain blanks */
    html_text(h, title);
    if (c->office.name.n > 0) {
        MARK(h, " – ");
        html_text(h, c->office.name);
    }
    h->lang = c->lang;
    MARK(h, "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"stylesheet\" href=\"");
    site_address(c, &c->w->site.style);
    MARK(h, "\">\n<link rel=\"icon\" type=\"image/svg+xml\" href=\"");
    site_address(c, &c->w->site.icon);
    MARK(h, "\">\n");
    if (c->row != NULL && c->row->section == SECTION_REQUESTS) {
        feeds(c);
    }
    if (c->a->script) {
        html_script(h, arena_fmt(c->ar, "/site/%s", c->w->site.verify.name));
    }
    MARK(h, "</head>\n");
}

/* ---------------------------------------------------------------- header */

/* The same page in the other language. An address that does not exist leads to the start. */
static void language_link(struct call *c)
{
    struct html *h = &c->h;
    bool known = c->row != NULL && c->row->face == FACE_PAGE;
    struct str path = known ? c->path : STR("/");
    bool to_english = c->lang == LANG_PL;
    /* What was asked stays asked, where it is an address of its own. */
    struct str query = known && c->row->body == BODY_NONE && c->row->field_count > 0 ? c->q->query : STR("");
    struct str whole = arena_fmt(c->ar, "%s%.*s%s%.*s", to_english ? "/en" : "", (int)path.n, path.p,
                                 query.n > 0 ? "?" : "", (int)query.n, query.p);
    if (to_english) {
        MARK(h, "<a lang=\"en\" hreflang=\"en\" href=\"");
    } else {
        MARK(h, "<a lang=\"pl\" hreflang=\"pl\" href=\"");
    }
    html_url(h, whole);
    MARK(h, "\">");
    html_text(h, to_english ? STR("English") : STR("Polski"));
    MARK(h, "</a>");
}

static void bip_link(struct call *c)
{
    struct html *h = &c->h;
    if (c->office.bip.n == 0) {
        return;
    }
    MARK(h, "<a class=\"bip\" lang=\"pl\" href=\"");
    html_url(h, c->office.bip);
    MARK(h, "\"><img alt=\"\" width=\"44\" height=\"28\" src=\"");
    site_address(c, &c->w->site.bip);
    MARK(h, "\"> Biuletyn Informacji Publicznej</a>");
}

static void search_form(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<form class=\"search\" role=\"search\" method=\"get\" action=\"");
    page_address(c, "/szukaj");
    MARK(h, "\"><label for=\"q\">");
    html_say(h, "Search");
    MARK(h, "</label><input id=\"q\" name=\"q\" type=\"search\" autocomplete=\"off\"><button>");
    html_say(h, "Search");
    MARK(h, "</button></form>\n");
}

static void links(struct call *c, const struct nav_link *list, size_t n)
{
    struct html *h = &c->h;
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < n; i++) {
        if (!page_exists(c, list[i].path)) {
            continue;
        }
        bool here = c->row != NULL && str_is(c->path, list[i].path);
        MARK(h, "<li><a ");
        if (here) {
            MARK(h, "aria-current=\"page\" ");
        } else if (c->row != NULL && list[i].section != SECTION_NONE && c->row->section == list[i].section) {
            MARK(h, "aria-current=\"true\" ");
        }
        MARK(h, "href=\"");
        page_address(c, list[i].path);
        MARK(h, "\">");
        html_say(h, list[i].label);
        MARK(h, "</a></li>\n");
    }
    MARK(h, "</ul>\n");
}

static void header(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<body>\n<a class=\"skip\" href=\"#main\">");
    html_say(h, "Skip to content");
    MARK(h, "</a>\n<header>\n<div class=\"row\">");
    if (c->office.name.n > 0) {
        MARK(h, "<a class=\"office\" lang=\"pl\" href=\"");
        page_address(c, "/");
        MARK(h, "\">");
        html_text(h, c->office.name);
        MARK(h, "</a>");
    }
    bip_link(c);
    language_link(c);
    MARK(h, "</div>\n");
    if (c->w->archive != NULL) {
        MARK(h, "<div class=\"row\"><nav aria-label=\"");
        html_say_attr(h, "Main");
        MARK(h, "\">\n");
        links(c, nav, COUNT_OF(nav));
        MARK(h, "</nav>\n");
        if (c->row == NULL || strcmp(c->row->path, "/szukaj") != 0) { /* the search page has its own, larger one */
            search_form(c);
        }
        MARK(h, "</div>\n");
    }
    MARK(h, "</header>\n");
}

/* ---------------------------------------------------------------- footer */

static void contact(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<p><span lang=\"pl\">");
    html_polish(h, c->office.name);
    if (c->office.address.n > 0) {
        MARK(h, ", ");
        html_polish(h, c->office.address);
    }
    MARK(h, "</span>");
    if (c->office.phone.n > 0) {
        MARK(h, "<br>");
        html_say(h, "Help by phone:");
        MARK(h, " <span class=\"whole\">");
        html_text(h, c->office.phone);
        MARK(h, "</span>");
    }
    if (c->office.email.n > 0) {
        MARK(h, "<br>");
        html_say(h, "E-mail:");
        MARK(h, " <a href=\"");
        html_url(h, arena_fmt(c->ar, "mailto:%.*s", (int)c->office.email.n, c->office.email.p));
        MARK(h, "\">");
        html_text(h, c->office.email);
        MARK(h, "</a>");
    }
    MARK(h, "</p>\n");
}

static void footer(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "</main>\n<footer>\n");
    if (c->w->archive != NULL) {
        MARK(h, "<nav aria-label=\"");
        html_say_attr(h, "About this site");
        MARK(h, "\">\n");
        links(c, foot, COUNT_OF(foot));
        MARK(h, "</nav>\n");
        contact(c);
    }
    MARK(h, "</footer>\n</body>\n</html>\n");
}

/* ---------------------------------------------------------------- the page */

void page_begin_main(struct call *c, struct str title)
{
    buf_reset(&c->a->body);
    c->h = html_to(&c->a->body, c->lang);
    head(c, title);
    header(c);
    MARK(&c->h, "<main id=\"main\">\n");
}

void page_h1(struct call *c, struct str h1)
{
    MARK(&c->h, "<h1>");
    html_text(&c->h, h1);
    MARK(&c->h, "</h1>\n");
}

void page_begin(struct call *c, struct str h1)
{
    page_begin_main(c, h1);
    page_h1(c, h1);
}

void page_begin_polish(struct call *c, struct str h1)
{
    page_begin_main(c, h1);
    MARK(&c->h, "<h1 lang=\"pl\">");
    html_polish(&c->h, h1);
    MARK(&c->h, "</h1>\n");
}

void page_end(struct call *c, int status)
{
    struct err e = ERR_INIT;
    footer(c);
    if (!html_end(&c->h, &e)) {
        log_line(LOG_ERROR, "fcgi", "page failed row=%s why=%s", c->row != NULL ? c->row->path : "-", e.text);
        answer_text(c->a, 500, tr(c->lang, "Something went wrong. Try again in a moment."));
        return;
    }
    c->a->status = status;
    c->a->type = "text/html; charset=utf-8";
}

/* ---------------------------------------------------------------- pieces */

void page_heading(struct call *c, const char *msgid)
{
    MARK(&c->h, "<h2>");
    html_say(&c->h, msgid);
    MARK(&c->h, "</h2>\n");
}

void page_paragraph(struct call *c, const char *msgid)
{
    MARK(&c->h, "<p>");
    html_say(&c->h, msgid);
    MARK(&c->h, "</p>\n");
}

void page_link_of(struct call *c, struct str path, const char *msgid)
{
    MARK(&c->h, "<a href=\"");
    page_address_of(c, path);
    MARK(&c->h, "\">");
    html_say(&c->h, msgid);
    MARK(&c->h, "</a>");
}

void page_button(struct call *c, struct str path, const char *msgid)
{
    struct html *h = &c->h;
    MARK(h, "<p class=\"noprint\"><a class=\"button\" href=\"");
    page_address_of(c, path);
    MARK(h, "\">");
    html_say(h, msgid);
    MARK(h, "</a></p>\n");
}

void page_basis(struct call *c, struct str basis)
{
    struct html *h = &c->h;
    MARK(h, "<p class=\"small muted\">");
    html_say(h, "Legal basis:");
    MARK(h, " <span lang=\"pl\">");
    html_polish(h, basis);
    MARK(h, "</span>.</p>\n");
}

static void data_address(struct call *c, struct str path, const char *ending, struct str words)
{
    struct html *h = &c->h;
    MARK(h, "<a href=\"");
    html_url(h, arena_fmt(c->ar, "%.*s%s", (int)path.n, path.p, ending));
    if (words.n > 0) {
        MARK(h, "?q=");
        html_part(h, words);
        MARK(h, "&amp;");
    } else if (c->lang != LANG_PL) {
        MARK(h, "?");
    }
    if (c->lang != LANG_PL) {
        MARK(h, "lang=en");
    } else if (words.n > 0) {
        MARK(h, "lang=pl");
    }
    MARK(h, "\">");
}

void page_data(struct call *c, struct str path, struct str words)
{
    struct html *h = &c->h;
    MARK(h, "<p class=\"small data\">");
    html_say(h, "This list as data:");
    MARK(h, " ");
    data_address(c, path, "", words);
    MARK(h, "JSON</a> · ");
    data_address(c, path, ".csv", words);
    MARK(h, "CSV</a> · <a href=\"/api/v1/openapi.json\">");
    html_say(h, "description for programs");
    MARK(h, "</a></p>\n");
}

void page_polish_begin(struct call *c)
{
    if (c->lang != LANG_PL) {
        MARK(&c->h, "<p class=\"note\">");
        html_say(&c->h, "The text below is in Polish only.");
        MARK(&c->h, "</p>\n");
    }
    MARK(&c->h, "<div lang=\"pl\">\n");
    c->h.lang = LANG_PL;
}

void page_polish_end(struct call *c)
{
    MARK(&c->h, "</div>\n");
    c->h.lang = c->lang;
}
