/* case_feeds.c: one case for a feed reader (Atom, RFC 4287) and for a calendar (iCalendar, RFC 5545). Both stand below
 * the secret address and tell numbers, steps and days: nothing that the citizen or a clerk wrote. Their identifiers
 * follow from number and event, so that a reader that asks again knows what it has; the secret is in none of them. */
#include "case.h"
#include "ical.h"
#include "xml.h"

#define FEED_MOST (1u << 20)

/* The domain in the name of the log, which never changes; the rest of the name has a slash. */
static struct str domain_of(const struct call *c)
{
    struct str origin = c->office.origin;
    const char *slash = origin.n > 0 ? memchr(origin.p, '/', origin.n) : NULL;
    return (struct str){origin.p, slash != NULL ? (size_t)(slash - origin.p) : origin.n};
}

static void send(struct call *c, const struct buf *text, const char *type)
{
    buf_reset(&c->a->body);
    buf_add(&c->a->body, text->p, text->n);
    c->a->status = 200;
    c->a->type = type;
}

/* ---------------------------------------------------------------- what happened */

/* tag:bip.example,2026:2026-000123/4 (RFC 4151) */
static struct str tag_of(struct call *c, const struct request_view *v, uint64_t event)
{
    struct str domain = domain_of(c);
    const char *n = v->number;
    return event == 0
               ? arena_fmt(c->ar, "tag:%.*s,%.4s:%s", (int)domain.n, domain.p, n, n)
               : arena_fmt(c->ar, "tag:%.*s,%.4s:%s/%llu", (int)domain.n, domain.p, n, n, (unsigned long long)event);
}

static void link_to(struct call *c, struct xml *x, const char *rel, const char *type, const char *rest)
{
    struct str path = case_address(c, rest);
    XML_OPEN(x, "link");
    XML_ATTR(x, "rel", str_of(rel));
    XML_ATTR(x, "type", str_of(type));
    XML_ATTR(x, "href", arena_fmt(c->ar, "%s%.*s", c->lang == LANG_EN ? "/en" : "", (int)path.n, path.p));
    XML_CLOSE(x, "link");
}

static void stamped(struct xml *x, instant t)
{
    XML_OPEN(x, "updated");
    xml_instant(x, t);
    XML_CLOSE(x, "updated");
}

static void entry(struct call *c, struct xml *x, const struct request_view *v, const struct request_event *ev)
{
    XML_OPEN(x, "entry");
    XML_LEAF(x, "id", tag_of(c, v, ev->event));
    XML_LEAF(x, "title", case_event_said(c, v, ev));
    stamped(x, ev->at);
    link_to(c, x, "alternate", "text/html", "");
    XML_CLOSE(x, "entry");
}

void page_case_changes(struct call *c)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FEED_MOST);
    struct request_view v;
    if (!case_take(c, &v)) {
        return;
    }
    struct xml x = xml_to(&out);
    XML_OPEN(&x, "feed");
    XML_ATTR(&x, "xmlns", STR("http://www.w3.org/2005/Atom"));
    XML_ATTR(&x, "xml:lang", c->lang == LANG_EN ? STR("en") : STR("pl"));
    XML_LEAF(&x, "id", tag_of(c, &v, 0));
    XML_LEAF(&x, "title", arena_fmt(c->ar, tr(c->lang, "Case %s"), v.number));
    stamped(&x, v.event_count > 0 ? v.events[v.event_count - 1].at : v.received);
    XML_OPEN(&x, "author");
    XML_LEAF(&x, "name", c->office.name);
    XML_CLOSE(&x, "author");
    link_to(c, &x, "self", "application/atom+xml", "/zmiany.atom");
    link_to(c, &x, "alternate", "text/html", "");
    for (size_t i = v.event_count; i > 0; i--) {
        entry(c, &x, &v, &v.events[i - 1]);
    }
    XML_CLOSE(&x, "feed");
    if (xml_end(&x, &c->e)) {
        send(c, &out, "application/atom+xml; charset=utf-8");
    } else {
        answer_error(c);
    }
}

/* ---------------------------------------------------------------- terms */

struct dated {
    const char *slug; /* in the UID */
    struct day on;
    struct str words;
};

static void term(struct call *c, struct ical *out, const struct request_view *v, const struct dated *t, bool reminded)
{
    struct str domain = domain_of(c);
    instant stamp = v->event_count > 0 ? v->events[v->event_count - 1].at : v->received;
    ICAL_BEGIN(out, "VEVENT");
    ICAL_WORD(out, "UID",
              t->slug[0] == '\0' ? arena_fmt(c->ar, "%s@%.*s", v->number, (int)domain.n, domain.p)
                                 : arena_fmt(c->ar, "%s-%s@%.*s", v->number, t->slug, (int)domain.n, domain.p));
    ICAL_INSTANT(out, "DTSTAMP", stamp);
    ICAL_WORD(out, "SEQUENCE", arena_fmt(c->ar, "%zu", v->event_count));
    ICAL_DAY(out, "DTSTART", t->on);
    ICAL_DAY(out, "DTEND", day_add(t->on, 1));
    ICAL_TEXT(out, "SUMMARY", t->words);
    ICAL_WORD(out, "TRANSP", STR("TRANSPARENT"));
    if (reminded) {
        ICAL_BEGIN(out, "VALARM");
        ICAL_WORD(out, "ACTION", STR("DISPLAY"));
        ICAL_TEXT(out, "DESCRIPTION", t->words);
        ICAL_WORD(out, "TRIGGER", STR("PT8H"));
        ICAL_END(out, "VALARM");
    }
    ICAL_END(out, "VEVENT");
}

static const char *remedy_slug(enum request_remedy_kind k)
{
    switch (k) {
        case REQUEST_REMEDY_SILENCE:
            return "silence";
        case REQUEST_REMEDY_URGE:
            return "urge";
        case REQUEST_REMEDY_APPEAL:
            return "appeal";
        case REQUEST_REMEDY_COURT:
            return "court";
        case REQUEST_REMEDY_PUODO:
            return "puodo";
        case REQUEST_REMEDY_OBJECT:
            return "object";
        case REQUEST_REMEDY_ASK:
            return "ask";
        case REQUEST_REMEDY_COMPLAINT:
        default:
            return "complaint";
    }
}

static void remedy_terms(struct call *c, struct ical *out, const struct request_view *v)
{
    for (size_t i = 0; i < v->remedy_count; i++) {
        const struct request_remedy *r = &v->remedies[i];
        const struct dated last = {
            remedy_slug(r->kind), r->until,
            arena_fmt(c->ar, tr(c->lang, "Case %s: today is the last day on which you can disagree"), v->number)};
        const struct dated first = {
            remedy_slug(r->kind), r->from,
            arena_fmt(c->ar, tr(c->lang, "Case %s: from today you can act against silence"), v->number)};
        if (!day_is_none(r->until)) {
            term(c, out, v, &last, true);
        } else if (!day_is_none(r->from)) {
            term(c, out, v, &first, false);
        }
    }
}

static void open_terms(struct call *c, struct ical *out, const struct request_view *v)
{
    const struct dated list[] = {
        {"", v->due, arena_fmt(c->ar, tr(c->lang, "Case %s: the office answers at the latest today"), v->number)},
        {"reply", v->waiting_until,
         arena_fmt(c->ar, tr(c->lang, "Case %s: today is your last day to reply"), v->number)},
        {"disclosed", v->disclose_from,
         arena_fmt(c->ar, tr(c->lang, "Case %s: the office sends the answer today"), v->number)},
    };
    for (size_t i = 0; i < COUNT_OF(list) && !request_ended(v->state); i++) {
        if (!day_is_none(list[i].on)) {
            term(c, out, v, &list[i], true);
        }
    }
}

/* A calendar to subscribe to: it tells what is due as things stand. Without METHOD: that would make it a message of
 * RFC 5546, which has an organizer in each event. */
void page_case_terms(struct call *c)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(FEED_MOST);
    struct request_view v;
    if (!case_take(c, &v)) {
        return;
    }
    struct ical out = ical_to(&text);
    ICAL_TEXT(&out, "X-WR-CALNAME", arena_fmt(c->ar, tr(c->lang, "Case %s"), v.number));
    ICAL_WORD(&out, "REFRESH-INTERVAL;VALUE=DURATION", STR("PT6H"));
    ICAL_WORD(&out, "X-PUBLISHED-TTL", STR("PT6H"));
    open_terms(c, &out, &v);
    remedy_terms(c, &out, &v);
    if (ical_end(&out, &c->e)) {
        send(c, &text, "text/calendar; charset=utf-8");
    } else {
        answer_error(c);
    }
}

/* The one term of the answer, to be put into a calendar by hand. */
void page_case_calendar(struct call *c)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(FEED_MOST);
    struct request_view v;
    if (!case_take(c, &v)) {
        return;
    }
    struct ical out = ical_to(&text);
    const struct dated due = {
        "", v.due, arena_fmt(c->ar, tr(c->lang, "Case %s: the office answers at the latest today"), v.number)};
    if (!day_is_none(v.due)) {
        term(c, &out, &v, &due, true);
    }
    if (!ical_end(&out, &c->e)) {
        answer_error(c);
        return;
    }
    send(c, &text, "text/calendar; charset=utf-8");
    c->a->disposition = arena_fmt(c->ar, "attachment; filename*=UTF-8''%s.ics", v.number);
}
