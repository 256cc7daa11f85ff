/* page_versions.c: every version of a published document, and one of them as it was. */
#include "window.h"

#include <string.h>

/* What the row is about: the kind by the beginning of its path, the slug by the address or by the register's number. */
struct subject {
    enum published_kind kind;
    struct str slug, address; /* of the document as it is today */
    enum lang lang;
};

static bool subject_of(struct call *c, struct subject *out)
{
    const char *prefix = c->lang == LANG_EN ? "/en" : "";
    struct str slug = c->parts.slug;
    *out = (struct subject){.kind = PUBLISHED_CARD, .slug = slug, .lang = LANG_PL};
    if (str_starts(c->path, "/rejestry/")) {
        const struct published *p = bulletin_numbered(c->bulletin, PUBLISHED_REGISTER, (unsigned)c->parts.number);
        if (p == NULL) {
            return err_set(&c->e, ERR_NOT_FOUND, "nothing was published under this address");
        }
        out->kind = PUBLISHED_REGISTER;
        out->slug = p->slug;
        out->address = arena_fmt(c->ar, "%s/rejestry/%u", prefix, p->order);
    } else if (str_starts(c->path, "/informacje/")) {
        const struct published *p = bulletin_find(c->bulletin, PUBLISHED_TEXT, slug, c->lang);
        out->kind = PUBLISHED_TEXT;
        out->lang = p != NULL ? p->lang : c->lang;
        out->address = arena_fmt(c->ar, "%s/informacje/%.*s", prefix, (int)slug.n, slug.p);
    } else {
        out->address = arena_fmt(c->ar, "%s/karty/%.*s", prefix, (int)slug.n, slug.p);
    }
    return out->address.p != NULL || err_set(&c->e, ERR_MEMORY, "out of memory");
}

static void back(struct call *c, const struct subject *s)
{
    struct html *h = &c->h;
    MARK(h, "<p><a href=\"");
    html_url(h, s->address);
    MARK(h, "\">");
    html_say(h, "The document as it is today");
    MARK(h, "</a></p>\n");
}

static void version_row(struct call *c, const struct subject *s, const struct published_version *v)
{
    struct html *h = &c->h;
    MARK(h, "<tr><th scope=\"row\"><a href=\"");
    html_url(h, arena_fmt(c->ar, "%.*s/wersje/%u", (int)s->address.n, s->address.p, v->sequence));
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

static void version_table(struct call *c, const struct subject *s, const struct published_version *list, size_t n)
{
    struct html *h = &c->h;
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
        version_row(c, s, &list[i]);
    }
    MARK(h, "</tbody></table></div>\n");
}

static void versions_as_data(struct call *c, const struct subject *s)
{
    struct str slug = s->slug;
    const char *folder = s->kind == PUBLISHED_TEXT ? "texts" : "services";
    page_data(c,
              s->kind == PUBLISHED_REGISTER
                  ? arena_fmt(c->ar, "/api/v1/registers/%llu/versions", (unsigned long long)c->parts.number)
                  : arena_fmt(c->ar, "/api/v1/%s/%.*s/versions", folder, (int)slug.n, slug.p),
              STR_NONE);
}

void page_versions(struct call *c)
{
    struct subject s;
    struct published_version *list;
    size_t n;
    if (!subject_of(c, &s) || !published_history(c->w->archive, s.kind, s.slug, s.lang, c->ar, &list, &n, &c->e)) {
        answer_error(c);
        return;
    }
    if (n == 0) {
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
        return;
    }
    page_begin(c, arena_fmt(c->ar, tr(c->lang, "Versions: %.*s"), (int)list[0].title.n, list[0].title.p));
    back(c, &s);
    version_table(c, &s, list, n);
    versions_as_data(c, &s);
    page_end(c, 200);
}

static void version_content(struct call *c, const struct subject *s, const struct published *p)
{
    struct str title = p->title[p->lang];
    struct str h1 = arena_fmt(c->ar, "%.*s – wersja %llu", (int)title.n, title.p, (unsigned long long)c->parts.version);
    if (s->kind == PUBLISHED_TEXT) {
        page_text_content(c, p);
    } else {
        page_begin_polish(c, h1);
    }
    back(c, s);
    if (s->kind == PUBLISHED_CARD) {
        page_card_content(c, p);
    } else if (s->kind == PUBLISHED_REGISTER) {
        page_register_content(c, p);
    }
}

void page_version(struct call *c)
{
    struct subject s;
    struct published p;
    if (!subject_of(c, &s) ||
        !published_at(c->w->archive, s.kind, s.slug, s.lang, (unsigned)c->parts.version, c->ar, &p, &c->e)) {
        answer_error(c);
        return;
    }
    version_content(c, &s, &p);
    page_metryka(c, &p);
    page_end(c, 200);
}
