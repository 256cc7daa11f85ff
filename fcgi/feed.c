/* feed.c: what changed in the public register and which answers were published, as Atom (RFC 4287); the terms of open
 * requests as a calendar (RFC 5545). In Polish, from what request_public and request_answer hold. Addresses are
 * relative to the feed's own; ids are tag: addresses (RFC 4151) of the domain that names the log, and stay. */
#include "register.h"

#include <string.h>

#define FEED_ENTRIES 50u

/* ---------------------------------------------------------------- XML */

void xml_text(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch == '&') {
            buf_add_z(out, "&amp;");
        } else if (ch == '<') {
            buf_add_z(out, "&lt;");
        } else if (ch == '>') {
            buf_add_z(out, "&gt;");
        } else if (ch == '"') {
            buf_add_z(out, "&quot;");
        } else {
            buf_add_u8(out, ch < ' ' && ch != '\n' && ch != '\t' ? ' ' : ch);
        }
    }
}

static void element(struct buf *out, const char *name, struct str text)
{
    buf_fmt(out, "<%s>", name);
    xml_text(out, text);
    buf_fmt(out, "</%s>\n", name);
}

static void time_element(struct buf *out, const char *name, instant t)
{
    char text[INSTANT_TEXT_SIZE];
    instant_text(t, text);
    element(out, name, str_of(text));
}

/* The domain of the log's name: what stands before its path. */
static struct str domain(const struct call *c)
{
    const char *slash = memchr(c->office.origin.p, '/', c->office.origin.n);
    return slash != NULL ? (struct str){c->office.origin.p, (size_t)(slash - c->office.origin.p)} : c->office.origin;
}

static void id_element(struct call *c, struct buf *out, const char *what, const char *number)
{
    struct str d = domain(c);
    element(out, "id", arena_fmt(c->ar, "tag:%.*s,2026:%s%s", (int)d.n, d.p, what, number));
}

static void feed_begin(struct call *c, const char *what, const char *path, const char *page, const char *title,
                       instant updated)
{
    struct buf *out = &c->a->body;
    c->lang = LANG_PL;
    buf_reset(out);
    buf_add_z(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                   "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"pl\">\n");
    id_element(c, out, what, "");
    struct str name = str_of(tr(LANG_PL, title));
    element(out, "title",
            arena_fmt(c->ar, "%.*s – %.*s", (int)name.n, name.p, (int)c->office.name.n, c->office.name.p));
    time_element(out, "updated", updated);
    buf_add_z(out, "<author>");
    element(out, "name", c->office.name);
    buf_fmt(out, "</author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"%s\"/>\n", path);
    buf_fmt(out, "<link rel=\"alternate\" type=\"text/html\" href=\"%s\"/>\n", page);
}

static void feed_end(struct call *c)
{
    buf_add_z(&c->a->body, "</feed>\n");
    c->a->status = 200;
    c->a->type = "application/atom+xml; charset=utf-8";
}

/* An empty feed has a time as well: when the day began. */
static instant no_entry(const struct call *c)
{
    return (instant)archive_today(c->w->archive).n * 86400;
}

/* ---------------------------------------------------------------- changes of the register */

static struct str change_said(struct call *c, const struct request_public *r)
{
    struct str day = day_said(c->ar, request_ended(r->state) ? r->ended : r->due, LANG_PL);
    return arena_fmt(c->ar, "%s. %s: %s. %s: %.*s", request_kind_title(r->kind, LANG_PL), tr(LANG_PL, "State"),
                     register_state_said(r->state, LANG_PL),
                     tr(LANG_PL, request_ended(r->state) ? N_("Ended") : N_("Term")), (int)day.n, day.p);
}

void feed_register(struct call *c)
{
    struct buf *out = &c->a->body;
    struct request_change *list;
    size_t n;
    if (!request_changes(c->w->requests, FEED_ENTRIES, c->ar, &list, &n, &c->e)) {
        answer_error(c);
        return;
    }
    feed_begin(c, "wnioski", "/feeds/register.atom", "/wnioski", "Register of requests",
               n > 0 ? list[0].at : no_entry(c));
    for (size_t i = 0; i < n; i++) {
        const struct request_public *r = &list[i].line;
        struct str subject = r->subject.n > 0 ? r->subject : str_of(request_kind_title(r->kind, LANG_PL));
        buf_add_z(out, "<entry>\n");
        id_element(c, out, "wniosek/", r->number);
        element(out, "title", arena_fmt(c->ar, "%s: %.*s", r->number, (int)subject.n, subject.p));
        time_element(out, "updated", list[i].at);
        buf_fmt(out, "<link rel=\"alternate\" type=\"text/html\" href=\"/wnioski/%s\"/>\n", r->number);
        element(out, "summary", change_said(c, r));
        buf_add_z(out, "</entry>\n");
    }
    feed_end(c);
}

/* ---------------------------------------------------------------- published answers */

static void answer_entry(struct call *c, const struct request_answer *a)
{
    struct buf *out = &c->a->body;
    buf_add_z(out, "<entry>\n");
    id_element(c, out, "odpowiedz/", a->number);
    element(out, "title", a->subject);
    time_element(out, "published", a->published);
    time_element(out, "updated", a->published);
    buf_fmt(out, "<link rel=\"alternate\" type=\"text/html\" href=\"/odpowiedzi/%s\"/>\n", a->number);
    for (size_t i = 0; i < a->file_count; i++) {
        buf_fmt(out, "<link rel=\"enclosure\" href=\"/odpowiedzi/%s/plik/%llu\" length=\"%llu\" type=\"", a->number,
                (unsigned long long)a->files[i].seq, (unsigned long long)a->files[i].size);
        xml_text(out, a->files[i].type.n > 0 ? a->files[i].type : STR("application/octet-stream"));
        buf_add_z(out, "\"/>\n");
    }
    buf_add_z(out, "<content type=\"text\">");
    xml_text(out, a->text.n > 0 ? a->text : a->subject);
    buf_add_z(out, "</content>\n</entry>\n");
}

void feed_answers(struct call *c)
{
    const struct answer_filter f = {.limit = FEED_ENTRIES};
    struct request_answer *list;
    struct str next;
    size_t n;
    if (!request_answers(c->w->requests, &f, c->ar, &list, &n, &next, &c->e)) {
        answer_error(c);
        return;
    }
    feed_begin(c, "odpowiedzi", "/feeds/answers.atom", "/odpowiedzi", "Published answers",
               n > 0 ? list[0].published : no_entry(c));
    for (size_t i = 0; i < n; i++) {
        answer_entry(c, &list[i]);
    }
    feed_end(c);
}

/* ---------------------------------------------------------------- terms */

#define TERMS_PAGE  200u
#define TERMS_PAGES 10u /* of a state: a calendar of two thousand terms is one that nobody reads */

/* RFC 5545 §3.3.11. */
static struct str calendar_text(struct call *c, struct str s)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(8192);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' || s.p[i] == ';' || s.p[i] == ',') {
            buf_add(&b, "\\", 1);
        }
        buf_add(&b, s.p[i] == '\n' ? " " : s.p + i, 1);
    }
    struct str copy = b.failed ? STR("") : arena_str(c->ar, buf_str(&b));
    return copy.p != NULL ? copy : STR("");
}

static struct str compact(struct call *c, struct day d)
{
    int year, month, day;
    day_split(d, &year, &month, &day);
    return arena_fmt(c->ar, "%04d%02d%02d", year, month, day);
}

static void term_event(struct call *c, const struct request_public *r)
{
    struct buf *out = &c->a->body;
    struct str d = domain(c), from = compact(c, r->due), to = compact(c, day_add(r->due, 1)),
               came = compact(c, r->received), subject = calendar_text(c, r->subject);
    struct str title = arena_fmt(c->ar, tr(LANG_PL, "Case %s: the office answers at the latest today"), r->number);
    buf_add_z(out, "BEGIN:VEVENT\r\n");
    calendar_line(out, arena_fmt(c->ar, "UID:%s-termin@%.*s", r->number, (int)d.n, d.p));
    calendar_line(out, arena_fmt(c->ar, "DTSTAMP:%.*sT000000Z", (int)came.n, came.p));
    calendar_line(out, arena_fmt(c->ar, "DTSTART;VALUE=DATE:%.*s", (int)from.n, from.p));
    calendar_line(out, arena_fmt(c->ar, "DTEND;VALUE=DATE:%.*s", (int)to.n, to.p));
    calendar_line(out, arena_fmt(c->ar, "SUMMARY:%.*s", (int)title.n, title.p));
    if (subject.n > 0) {
        calendar_line(out, arena_fmt(c->ar, "DESCRIPTION:%.*s", (int)subject.n, subject.p));
    }
    buf_add_z(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

/* All that are open in this state, as far as the calendar takes them. */
static bool terms_of(struct call *c, enum request_state state)
{
    struct request_filter f = {.state = state, .from = DAY_NONE, .until = DAY_NONE, .limit = TERMS_PAGE};
    for (size_t pages = 0; pages < TERMS_PAGES; pages++) {
        struct request_public *rows;
        size_t n;
        if (!request_list(c->w->requests, &f, c->ar, &rows, &n, &f.after, &c->e)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            term_event(c, &rows[i]);
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
    struct buf *out = &c->a->body;
    buf_reset(out);
    buf_add_z(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//akta//terms//PL\r\n");
    for (size_t s = 0; s < COUNT_OF(open); s++) {
        if (!terms_of(c, open[s])) {
            buf_reset(out);
            answer_error(c);
            return;
        }
    }
    buf_add_z(out, "END:VCALENDAR\r\n");
    c->a->status = 200;
    c->a->type = "text/calendar; charset=utf-8";
}
