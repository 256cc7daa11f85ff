/* feed.c: what changed in the public register and which answers were published, as Atom (RFC 4287); the terms of open
 * requests as a calendar (RFC 5545). In Polish, from what request_public and request_answer hold. Addresses are
 * relative to the feed's own; ids are tag: addresses (RFC 4151) of the domain that names the log, and stay. */
#include "ical.h"
#include "register.h"
#include "xml.h"

#include <string.h>

#define FEED_ENTRIES 50u
#define FEED_MOST    (4u << 20)

bool register_office(struct call *c)
{
    c->lang = LANG_PL;
    err_init(&c->e, LANG_PL);
    if (archive_office(c->w->archive, c->ar, &c->office, &c->e) && bulletin_take(c->w->desk, &c->bulletin, &c->e)) {
        return true;
    }
    answer_error(c);
    return false;
}

void register_send(struct call *c, const struct buf *text, const char *type)
{
    buf_reset(&c->a->body);
    buf_add(&c->a->body, text->p, text->n);
    c->a->status = 200;
    c->a->type = type;
}

/* The domain of the log's name: what stands before its path. */
static struct str domain(const struct call *c)
{
    struct str origin = c->office.origin;
    const char *slash = origin.n > 0 ? memchr(origin.p, '/', origin.n) : NULL;
    return (struct str){origin.p, slash != NULL ? (size_t)(slash - origin.p) : origin.n};
}

/* ---------------------------------------------------------------- Atom */

static struct str tag(struct call *c, const char *what, const char *number)
{
    struct str d = domain(c);
    return arena_fmt(c->ar, "tag:%.*s,2026:%s%s", (int)d.n, d.p, what, number);
}

static void link_to(struct xml *x, const char *rel, const char *type, struct str href)
{
    XML_OPEN(x, "link");
    XML_ATTR(x, "rel", str_of(rel));
    XML_ATTR(x, "type", str_of(type));
    XML_ATTR(x, "href", href);
    XML_CLOSE(x, "link");
}

static void stamped(struct xml *x, instant t)
{
    XML_OPEN(x, "updated");
    xml_instant(x, t);
    XML_CLOSE(x, "updated");
}

/* What a feed is called, its own address and that of its page. */
struct feed {
    const char *what, *path, *page, *title;
};

/* An empty feed has a time as well: when the day began. */
static void feed_begin(struct call *c, struct xml *x, const struct feed *f, bool any, instant newest)
{
    struct str name = str_of(tr(LANG_PL, f->title));
    XML_OPEN(x, "feed");
    XML_ATTR(x, "xmlns", STR("http://www.w3.org/2005/Atom"));
    XML_ATTR(x, "xml:lang", STR("pl"));
    XML_LEAF(x, "id", tag(c, f->what, ""));
    XML_LEAF(x, "title", arena_fmt(c->ar, "%.*s – %.*s", (int)name.n, name.p, (int)c->office.name.n, c->office.name.p));
    stamped(x, any ? newest : (instant)archive_today(c->w->archive).n * 86400);
    XML_OPEN(x, "author");
    XML_LEAF(x, "name", c->office.name);
    XML_CLOSE(x, "author");
    link_to(x, "self", "application/atom+xml", str_of(f->path));
    link_to(x, "alternate", "text/html", str_of(f->page));
}

static void feed_end(struct call *c, struct xml *x)
{
    XML_CLOSE(x, "feed");
    if (xml_end(x, &c->e)) {
        register_send(c, x->out, "application/atom+xml; charset=utf-8");
    } else {
        answer_error(c);
    }
}

/* ---------------------------------------------------------------- changes of the register */

static struct str change_said(struct call *c, const struct request_public *r)
{
    struct str day = day_said(c->ar, request_ended(r->state) ? r->ended : r->due, LANG_PL);
    return arena_fmt(c->ar, "%s. %s: %s. %s: %.*s", request_kind_title(r->kind, LANG_PL), tr(LANG_PL, "State"),
                     request_state_title(r->state, LANG_PL),
                     tr(LANG_PL, request_ended(r->state) ? N_("Ended") : N_("Term")), (int)day.n, day.p);
}

static void change_entry(struct call *c, struct xml *x, const struct request_change *change)
{
    const struct request_public *r = &change->line;
    struct str subject = r->subject.n > 0 ? r->subject : str_of(request_kind_title(r->kind, LANG_PL));
    XML_OPEN(x, "entry");
    XML_LEAF(x, "id", tag(c, "wniosek/", r->number));
    XML_LEAF(x, "title", arena_fmt(c->ar, "%s: %.*s", r->number, (int)subject.n, subject.p));
    stamped(x, change->at);
    link_to(x, "alternate", "text/html", arena_fmt(c->ar, "/wnioski/%s", r->number));
    XML_LEAF(x, "summary", change_said(c, r));
    XML_CLOSE(x, "entry");
}

void feed_register(struct call *c)
{
    static const struct feed about = {"wnioski", "/feeds/register.atom", "/wnioski", N_("Register of requests")};
    struct buf out CLEANUP(buf_free) = BUF_INIT(FEED_MOST);
    struct request_change *list;
    size_t n;
    if (!register_office(c)) {
        return;
    }
    if (!request_changes(c->w->requests, FEED_ENTRIES, c->ar, &list, &n, &c->e)) {
        answer_error(c);
        return;
    }
    struct xml x = xml_to(&out);
    feed_begin(c, &x, &about, n > 0, list[0].at);
    for (size_t i = 0; i < n; i++) {
        change_entry(c, &x, &list[i]);
    }
    feed_end(c, &x);
}

/* ---------------------------------------------------------------- published answers */

static void enclosure(struct call *c, struct xml *x, const struct request_answer *a, const struct answer_file *f)
{
    XML_OPEN(x, "link");
    XML_ATTR(x, "rel", STR("enclosure"));
    XML_ATTR(x, "type", f->type.n > 0 ? f->type : STR("application/octet-stream"));
    XML_ATTR(x, "length", arena_fmt(c->ar, "%llu", (unsigned long long)f->size));
    XML_ATTR(x, "href", arena_fmt(c->ar, "/odpowiedzi/%s/plik/%llu", a->number, (unsigned long long)f->seq));
    XML_CLOSE(x, "link");
}

static void answer_entry(struct call *c, struct xml *x, const struct request_answer *a)
{
    XML_OPEN(x, "entry");
    XML_LEAF(x, "id", tag(c, "odpowiedz/", a->number));
    XML_LEAF(x, "title", a->subject);
    XML_OPEN(x, "published");
    xml_instant(x, a->published);
    XML_CLOSE(x, "published");
    stamped(x, a->published);
    link_to(x, "alternate", "text/html", arena_fmt(c->ar, "/odpowiedzi/%s", a->number));
    for (size_t i = 0; i < a->file_count; i++) {
        enclosure(c, x, a, &a->files[i]);
    }
    XML_LEAF(x, "content", a->text.n > 0 ? a->text : a->subject);
    XML_CLOSE(x, "entry");
}

void feed_answers(struct call *c)
{
    static const struct feed about = {"odpowiedzi", "/feeds/answers.atom", "/odpowiedzi", N_("Published answers")};
    const struct answer_filter f = {.limit = FEED_ENTRIES};
    struct buf out CLEANUP(buf_free) = BUF_INIT(FEED_MOST);
    struct request_answer *list;
    struct str next;
    size_t n;
    if (!register_office(c)) {
        return;
    }
    if (!request_answers(c->w->requests, &f, c->ar, &list, &n, &next, &c->e)) {
        answer_error(c);
        return;
    }
    struct xml x = xml_to(&out);
    feed_begin(c, &x, &about, n > 0, list[0].published);
    for (size_t i = 0; i < n; i++) {
        answer_entry(c, &x, &list[i]);
    }
    feed_end(c, &x);
}

/* ---------------------------------------------------------------- terms */

#define TERMS_PAGE  200u
#define TERMS_PAGES 10u /* of a state: a calendar of two thousand terms is one that nobody reads */

static void term_event(struct call *c, struct ical *out, const struct request_public *r)
{
    struct str d = domain(c);
    ICAL_BEGIN(out, "VEVENT");
    ICAL_WORD(out, "UID", arena_fmt(c->ar, "%s-termin@%.*s", r->number, (int)d.n, d.p));
    ICAL_INSTANT(out, "DTSTAMP", (instant)r->received.n * 86400);
    ICAL_DAY(out, "DTSTART", r->due);
    ICAL_DAY(out, "DTEND", day_add(r->due, 1));
    ICAL_TEXT(out, "SUMMARY",
              arena_fmt(c->ar, tr(LANG_PL, "Case %s: the office answers at the latest today"), r->number));
    if (r->subject.n > 0) {
        ICAL_TEXT(out, "DESCRIPTION", r->subject);
    }
    ICAL_WORD(out, "TRANSP", STR("TRANSPARENT"));
    ICAL_END(out, "VEVENT");
}

/* All that are open in this state, as far as the calendar takes them. */
static bool terms_of(struct call *c, struct ical *out, enum request_state state)
{
    struct request_filter f = {.state = state, .from = DAY_NONE, .until = DAY_NONE, .limit = TERMS_PAGE};
    for (size_t pages = 0; pages < TERMS_PAGES; pages++) {
        struct request_public *rows;
        size_t n;
        if (!request_list(c->w->requests, &f, c->ar, &rows, &n, &f.after, &c->e)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            term_event(c, out, &rows[i]);
        }
        if (f.after.n == 0) {
            return true;
        }
    }
    return true;
}

void feed_terms(struct call *c)
{
    /* While an offer or another form is with the requester, the office has no term to show. */
    static const enum request_state open[] = {REQUEST_FILED,    REQUEST_IN_WORK, REQUEST_CALLED,
                                              REQUEST_EXTENDED, REQUEST_FEE,     REQUEST_OBJECTED};
    struct buf text CLEANUP(buf_free) = BUF_INIT(FEED_MOST);
    if (!register_office(c)) {
        return;
    }
    struct ical out = ical_to(&text);
    bool ok = true;
    for (size_t s = 0; s < COUNT_OF(open) && ok; s++) {
        ok = terms_of(c, &out, open[s]);
    }
    if (ok && ical_end(&out, &c->e)) {
        register_send(c, &text, "text/calendar; charset=utf-8");
    } else {
        answer_error(c);
    }
}
