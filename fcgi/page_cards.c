/* page_cards.c: service cards: what to bring, what it costs, how long it takes, where, what to do against a decision.
 */
#include "window.h"

#include <string.h>

/* ---------------------------------------------------------------- the list */

static void card_row(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    bool english = c->lang == LANG_EN && !str_eq(p->title[LANG_EN], p->title[LANG_PL]);
    if (english || c->lang == LANG_PL) {
        MARK(h, "<li>");
    } else {
        MARK(h, "<li lang=\"pl\">");
    }
    page_link(c, "/karty/", p->slug);
    html_text(h, p->title[c->lang]);
    MARK(h, "</a><p>");
    html_text(h, p->summary[c->lang]);
    MARK(h, "</p><p class=\"small\" lang=\"pl\">");
    html_polish(h, p->office);
    MARK(h, "</p></li>\n");
}

static void card_group(struct call *c, enum published_status status, const char *heading)
{
    struct html *h = &c->h;
    bool open = false;
    for (size_t i = 0; i < bulletin_count(c->bulletin, PUBLISHED_CARD); i++) {
        const struct published *p = bulletin_at(c->bulletin, PUBLISHED_CARD, i);
        if (p->status != status) {
            continue;
        }
        if (!open) {
            page_heading(c, heading);
            MARK(h, "<ul class=\"list\">\n");
        }
        open = true;
        card_row(c, p);
    }
    if (open) {
        MARK(h, "</ul>\n");
    }
}

void page_cards(struct call *c)
{
    page_begin(c, str_of(tr(c->lang, "Service cards")));
    if (bulletin_count(c->bulletin, PUBLISHED_CARD) == 0) {
        page_paragraph(c, N_("The office has published no card yet. Ask at the registry office."));
    } else {
        page_paragraph(c, N_("A card says what to bring, what it costs, how long it takes and where to go."));
    }
    card_group(c, PUBLISHED_CURRENT, N_("Cards in force"));
    card_group(c, PUBLISHED_HISTORICAL, N_("Older cards"));
    page_data(c, STR("/api/v1/services"), STR_NONE);
    page_end(c, 200);
}

/* ---------------------------------------------------------------- one card */

static void list_of(struct call *c, const struct texts *t)
{
    struct html *h = &c->h;
    if (t->count == 1) {
        MARK(h, "<p>");
        html_text(h, t->list[0]);
        MARK(h, "</p>\n");
    } else if (t->count > 1) {
        MARK(h, "<ul>\n");
        for (size_t i = 0; i < t->count; i++) {
            MARK(h, "<li>");
            html_text(h, t->list[i]);
            MARK(h, "</li>\n");
        }
        MARK(h, "</ul>\n");
    }
}

/* Inside lang="pl", where a heading of ours in another language says so. */
static void heading(struct call *c, const char *msgid)
{
    struct html *h = &c->h;
    enum lang was = h->lang;
    h->lang = c->lang;
    if (c->lang == LANG_PL) {
        MARK(h, "<h2>");
    } else {
        MARK(h, "<h2 lang=\"en\">");
    }
    html_say(h, msgid);
    MARK(h, "</h2>\n");
    h->lang = was;
}

/* One fact of the card: its heading beside it where there is room. */
static void fact_begin(struct call *c, const char *msgid)
{
    MARK(&c->h, "<section class=\"fact\">");
    heading(c, msgid);
    MARK(&c->h, "<div>\n");
}

static void fact_end(struct call *c)
{
    MARK(&c->h, "</div></section>\n");
}

static void aside(struct call *c, const char *msgid)
{
    struct html *h = &c->h;
    enum lang was = h->lang;
    h->lang = c->lang;
    if (c->lang == LANG_PL) {
        MARK(h, " <span class=\"muted\">");
    } else {
        MARK(h, " <span class=\"muted\" lang=\"en\">");
    }
    html_say(h, msgid);
    MARK(h, "</span>");
    h->lang = was;
}

static void what_to_bring(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    if (p->bring_count == 0) {
        return;
    }
    fact_begin(c, N_("What to bring"));
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < p->bring_count; i++) {
        const struct bring *b = &p->bring[i];
        MARK(h, "<li>");
        html_text(h, b->text);
        if ((b->flags & BRING_VIEW) != 0) {
            aside(c, N_("– only to show"));
        }
        if ((b->flags & BRING_PROXY) != 0) {
            aside(c, N_("– if you act for somebody"));
        }
        MARK(h, "</li>\n");
    }
    MARK(h, "</ul>\n");
    fact_end(c);
}

/* What a card means by words such as „Brak”: said plainly, and beside it as printed. */
static void plainly(struct call *c, const char *msgid, struct str printed)
{
    struct html *h = &c->h;
    MARK(h, "<strong>");
    html_text(h, str_of(tr(LANG_PL, msgid)));
    MARK(h, "</strong>");
    if (printed.n > 0) {
        MARK(h, " <small class=\"muted\">");
        html_text(h, printed);
        MARK(h, "</small>");
    }
}

static void fee(struct call *c, const struct published_fee *f)
{
    struct html *h = &c->h;
    MARK(h, "<li>");
    if (f->fixed && f->grosze == 0) {
        plainly(c, N_("Free of charge"), f->text);
    } else {
        if (f->fixed) {
            MARK(h, "<strong>");
            html_text(h, money_said(c->ar, f->grosze, LANG_PL));
            MARK(h, "</strong> ");
        }
        html_text(h, f->text);
    }
    MARK(h, "</li>\n");
}

static void cost(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    if (p->fee_count == 0) {
        return;
    }
    fact_begin(c, N_("What it costs"));
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < p->fee_count; i++) {
        fee(c, &p->fees[i]);
    }
    MARK(h, "</ul>\n");
    list_of(c, &p->account);
    fact_end(c);
}

static void fact_of(struct call *c, const char *msgid, const struct texts *t)
{
    if (t->count > 0) {
        fact_begin(c, msgid);
        list_of(c, t);
        fact_end(c);
    }
}

static void time_and_place(struct call *c, const struct published *p)
{
    struct texts time = {&p->time, p->time.n > 0};
    fact_of(c, N_("How long it takes"), &time);
    fact_of(c, N_("Where to file"), &p->places);
    fact_of(c, N_("Who deals with it"), &p->handled);
}

/* „Odwołanie: Wojewoda. Złóż przez: Wójt. Masz 14 dni. Dotyczy: …” */
static void appeal(struct call *c, const struct published_appeal *a)
{
    struct html *h = &c->h;
    MARK(h, "<li>");
    if (a->kind == APPEAL_NONE) {
        plainly(c, N_("There is no appeal"), a->text);
        MARK(h, "</li>\n");
        return;
    }
    MARK(h, "<strong>");
    html_text(h, capital_said(c->ar, appeal_kind_name(a->kind)));
    MARK(h, "</strong>: ");
    html_text(h, a->body);
    if (a->via.n > 0) {
        html_text(h, arena_fmt(c->ar, tr(LANG_PL, ". File it through: %.*s"), (int)a->via.n, a->via.p));
    }
    if (a->days > 0) {
        html_text(h, arena_fmt(c->ar, trn(LANG_PL, ". You have %u day", ". You have %u days", a->days), a->days));
    }
    if (a->text.n > 0) {
        html_text(h, arena_fmt(c->ar, tr(LANG_PL, ". It is against: %.*s"), (int)a->text.n, a->text.p));
    }
    MARK(h, "</li>\n");
}

static void appeals(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    if (p->appeal_count == 0) {
        return;
    }
    fact_begin(c, N_("If you disagree"));
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < p->appeal_count; i++) {
        appeal(c, &p->appeals[i]);
    }
    MARK(h, "</ul>\n");
    fact_end(c);
}

static void attachments(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    fact_of(c, N_("Forms"), &p->forms);
    if (p->attachment_count == 0) {
        return;
    }
    fact_begin(c, N_("Attachments"));
    MARK(h, "<ul>\n");
    for (size_t i = 0; i < p->attachment_count; i++) {
        const struct published_attachment *a = &p->attachments[i];
        MARK(h, "<li>");
        html_text(h, a->name);
        if (a->type.n > 0) {
            MARK(h, ", ");
            html_text(h, a->type);
        }
        if (a->bytes > 0) {
            MARK(h, ", ");
            html_text(h, size_said(c->ar, a->bytes, LANG_PL));
        }
        MARK(h, "</li>\n");
    }
    MARK(h, "</ul>\n");
    fact_end(c);
}

static void related(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    bool open = false;
    for (size_t i = 0; i < p->related.count; i++) {
        const struct published *r = bulletin_find(c->bulletin, PUBLISHED_CARD, p->related.list[i], LANG_PL);
        if (r == NULL) {
            continue;
        }
        if (!open) {
            fact_begin(c, N_("Related cards"));
            MARK(h, "<ul>\n");
        }
        open = true;
        MARK(h, "<li>");
        page_link(c, "/karty/", r->slug);
        html_text(h, r->title[LANG_PL]);
        MARK(h, "</a> <span class=\"muted\">");
        html_text(h, r->office);
        MARK(h, "</span></li>\n");
    }
    if (open) {
        MARK(h, "</ul>\n");
        fact_end(c);
    }
}

static void origin_line(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    MARK(h, "<p class=\"muted\">");
    html_text(h, p->office);
    if (p->unit.n > 0 && !str_eq(p->unit, p->office)) {
        MARK(h, " · ");
        html_text(h, p->unit);
    }
    if (p->number.n > 0) {
        MARK(h, " · ");
        html_text(h, p->number);
    }
    MARK(h, "</p>\n");
}

static void legal_bases(struct call *c, const struct published *p)
{
    if (p->legal_bases.count > 0) {
        fact_begin(c, N_("Legal basis"));
        list_of(c, &p->legal_bases);
        fact_end(c);
    }
}

static void kept_for(struct call *c, const struct published *p)
{
    struct html *h = &c->h;
    if (p->retention_count == 0) {
        return;
    }
    fact_begin(c, N_("How long we keep it"));
    for (size_t i = 0; i < p->retention_count; i++) {
        MARK(h, "<p>");
        if (p->retention_count > 1) { /* what is kept for how long */
            MARK(h, "<strong lang=\"pl\">");
            html_polish(h, p->retention[i].title);
            MARK(h, "</strong><br>");
        }
        html_text(h, p->retention[i].sentence[c->lang]);
        MARK(h, "</p>\n");
    }
    fact_end(c);
}

/* What one needs, in the order one needs it; law last. */
static void card_facts(struct call *c, const struct published *p, bool today)
{
    struct html *h = &c->h;
    page_polish_begin(c);
    origin_line(c, p);
    MARK(h, "<p>");
    html_text(h, p->summary[LANG_PL]);
    MARK(h, "</p>\n");
    what_to_bring(c, p);
    cost(c, p);
    time_and_place(c, p);
    appeals(c, p);
    attachments(c, p);
    related(c, p);
    page_polish_end(c);
    if (today) {
        kept_for(c, p);
    }
    page_polish_begin(c);
    legal_bases(c, p);
    page_polish_end(c);
}

void page_card_content(struct call *c, const struct published *p)
{
    page_state(c, p);
    page_current_rules(c, p);
    card_facts(c, p, false);
    page_polish_begin(c);
    heading(c, N_("The whole text of the card"));
    page_prose(c, p->body, 2);
    page_polish_end(c);
}

static const struct published *wanted_card(struct call *c)
{
    const struct published *p = bulletin_find(c->bulletin, PUBLISHED_CARD, c->parts.slug, LANG_PL);
    if (p == NULL) {
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
    }
    return p;
}

static void link_below(struct call *c, const struct published *p, const char *tail, const char *msgid)
{
    struct html *h = &c->h;
    MARK(h, "<p><a href=\"");
    html_url(h, arena_fmt(c->ar, "%s/karty/%.*s%s", c->lang == LANG_EN ? "/en" : "", (int)p->slug.n, p->slug.p, tail));
    MARK(h, "\">");
    html_say(h, msgid);
    MARK(h, "</a></p>\n");
}

/* Who came to a card that is out of date is led on to one that holds. */
static void current_instead(struct call *c, const struct published *p)
{
    for (size_t i = 0; i < p->related.count && p->status != PUBLISHED_CURRENT; i++) {
        const struct published *r = bulletin_find(c->bulletin, PUBLISHED_CARD, p->related.list[i], LANG_PL);
        if (r != NULL && r->status == PUBLISHED_CURRENT) {
            page_button(c, arena_fmt(c->ar, "/karty/%.*s", (int)r->slug.n, r->slug.p),
                        N_("See a similar card that is up to date"));
            return;
        }
    }
}

void page_card(struct call *c)
{
    const struct published *p = wanted_card(c);
    if (p == NULL) {
        return;
    }
    page_begin_polish(c, p->title[LANG_PL]);
    page_state(c, p);
    current_instead(c, p);
    page_current_rules(c, p);
    card_facts(c, p, true);
    if (p->body.n > 0) {
        link_below(c, p, "/tresc", N_("The whole text of the card, as the office published it"));
    }
    page_metryka(c, p);
    page_end(c, 200);
}

/* The office's own document to the last word. */
void page_card_text(struct call *c)
{
    const struct published *p = wanted_card(c);
    if (p == NULL) {
        return;
    }
    page_begin_polish(c, arena_fmt(c->ar, "%.*s – pełna treść karty", (int)p->title[LANG_PL].n, p->title[LANG_PL].p));
    page_state(c, p);
    link_below(c, p, "", N_("The card in short"));
    page_polish_begin(c);
    page_prose(c, p->body, 1);
    page_polish_end(c);
    page_metryka(c, p);
    page_end(c, 200);
}
