/* case_events.c: what has happened in a case, in words for the one whose case it is; and its files. */
#include "case.h"

#include <string.h>

/* ---------------------------------------------------------------- events */

/* Acts that need no more than their name; NULL: more is said. */
static const char *const plain_words[REQUEST_VERB_END] = {
    [REQUEST_DO_SUPPLEMENT] = N_("You added something"),
    [REQUEST_DO_KEEP_FEE] = N_("You keep this way in spite of its cost"),
    [REQUEST_DO_ACCEPT] = N_("You accepted the offer"),
    [REQUEST_DO_OBJECT] = N_("You objected to the offer"),
    [REQUEST_DO_WITHDRAW] = N_("You withdrew it"),
    [REQUEST_DO_FORM] = N_("The office cannot answer in the way you asked for"),
    [REQUEST_DO_OFFER] = N_("The office offers terms of re-use"),
    [REQUEST_DO_ANSWER] = N_("The answer is ready"),
    [REQUEST_DO_PARTLY] = N_("A part was refused"),
    [REQUEST_DO_REFUSE] = N_("Refused"),
    [REQUEST_DO_NOT_HELD] = N_("The office does not have this information"),
    [REQUEST_DO_DISCONTINUE] = N_("Discontinued by decision"),
    [REQUEST_DO_LEAVE] = N_("Left without consideration"),
    [REQUEST_DO_FORWARD] = N_("Passed on to the body that is competent"),
    [REQUEST_DO_REOPEN] = N_("Opened once more"),
    [REQUEST_DO_CLOSE] = N_("The case is closed"),
    [REQUEST_DO_PUBLISH] = N_("The answer is published, for everybody to read"),
    [REQUEST_DO_UNPUBLISH] = N_("The published answer was taken back"),
    [REQUEST_DO_LAPSE] = N_("The term ran out, the case ended"),
};

static const char *call_words(enum request_call call)
{
    switch (call) {
        case REQUEST_CALL_SIGN:
            return N_("The office asks you to sign the request");
        case REQUEST_CALL_INTEREST:
            return N_("The office asks you to show the special importance for the public interest");
        case REQUEST_CALL_DEFECT:
            return N_("The office asks you to add what is missing");
        case REQUEST_CALL_CLARIFY:
        case REQUEST_CALL_END:
        default:
            return N_("The office asks you to explain");
    }
}

static void until(struct call *c, const char *words, struct day d)
{
    struct html *h = &c->h;
    html_say(h, words);
    if (!day_is_none(d)) {
        MARK(h, " ");
        html_say(h, "until");
        MARK(h, " ");
        page_day(c, d);
    }
}

static void named(struct call *c, const char *words, struct str name)
{
    struct html *h = &c->h;
    html_say(h, words);
    MARK(h, " ");
    html_text(h, name);
}

static struct str unit_said(struct call *c, struct str code)
{
    return request_unit_title(setting_text(archive_settings(c->w->archive), "requests.units"), code);
}

static void event_words(struct call *c, const struct request_view *v, const struct request_event *ev)
{
    struct html *h = &c->h;
    const char *plain = ev->verb < REQUEST_VERB_END ? plain_words[ev->verb] : NULL;
    if (ev->verb == REQUEST_DO_FORWARD && ev->unit.n > 0) {
        named(c, N_("Passed on to:"), ev->unit);
    } else if (plain != NULL) {
        html_say(h, plain);
    } else if (ev->verb == REQUEST_DO_FILE) {
        until(c,
              v->filed_kind == REQUEST_FOI || v->filed_kind == REQUEST_REUSE || v->filed_kind == REQUEST_DATA_SUBJECT
                  ? N_("The request came in. The office has time")
                  : N_("The letter came in. The office has time"),
              v->term.end);
    } else if (ev->verb == REQUEST_DO_CHANGE_WAY) {
        named(c, N_("You changed the way of answer:"), str_of(request_way_title(ev->way, c->lang)));
    } else if (ev->verb == REQUEST_DO_QUALIFY) {
        named(c, N_("The office treats it as:"), str_of(request_kind_title(ev->kind, c->lang)));
    } else if (ev->verb == REQUEST_DO_ASSIGN) {
        named(c, N_("Prepared by:"), unit_said(c, ev->unit));
    } else if (ev->verb == REQUEST_DO_CALL) {
        until(c, call_words(ev->call), ev->until);
    } else if (ev->verb == REQUEST_DO_EXTEND) {
        until(c, N_("Extended"), ev->until);
    } else if (ev->verb == REQUEST_DO_FEE) {
        named(c, N_("This way costs"), money_said(c->ar, ev->grosze, c->lang));
    } else if (ev->verb == REQUEST_DO_SERVED) {
        html_say(h, "Delivered");
        MARK(h, " ");
        page_day(c, ev->served);
    } else {
        named(c, N_("Subject in the public register:"), v->subject);
    }
}

/* Words and a day as a feed tells them: what was written and by whom stays on the page. */
static struct str until_said(struct call *c, const char *words, struct day d)
{
    struct str day = day_is_none(d) ? STR("") : day_said(c->ar, d, c->lang);
    return day_is_none(d) ? str_of(tr(c->lang, words))
                          : arena_fmt(c->ar, "%s %s %.*s", tr(c->lang, words), tr(c->lang, "until"), (int)day.n, day.p);
}

static struct str named_said(struct call *c, const char *words, struct str name)
{
    return arena_fmt(c->ar, "%s %.*s", tr(c->lang, words), (int)name.n, name.p);
}

struct str case_event_said(struct call *c, const struct request_view *v, const struct request_event *ev)
{
    if (ev->verb < REQUEST_VERB_END && plain_words[ev->verb] != NULL) {
        return str_of(tr(c->lang, plain_words[ev->verb]));
    }
    switch ((int)ev->verb) {
        case REQUEST_DO_FILE:
            return until_said(c, N_("The letter came in. The office has time"), v->term.end);
        case REQUEST_DO_CHANGE_WAY:
            return named_said(c, N_("You changed the way of answer:"), str_of(request_way_title(ev->way, c->lang)));
        case REQUEST_DO_QUALIFY:
            return named_said(c, N_("The office treats it as:"), str_of(request_kind_title(ev->kind, c->lang)));
        case REQUEST_DO_ASSIGN:
            return named_said(c, N_("Prepared by:"), unit_said(c, ev->unit));
        case REQUEST_DO_CALL:
            return until_said(c, call_words(ev->call), ev->until);
        case REQUEST_DO_EXTEND:
            return until_said(c, N_("Extended"), ev->until);
        case REQUEST_DO_FEE:
            return named_said(c, N_("This way costs"), money_said(c->ar, ev->grosze, c->lang));
        case REQUEST_DO_SERVED:
            return named_said(c, N_("Delivered"), day_said(c->ar, ev->served, c->lang));
        default:
            return named_said(c, N_("Subject in the public register:"), v->subject);
    }
}

static void event_row(struct call *c, const struct request_view *v, const struct request_event *ev)
{
    struct html *h = &c->h;
    MARK(h, "<li><strong>");
    event_words(c, v, ev);
    MARK(h, "</strong><span class=\"muted small when\">");
    if (ev->verb == REQUEST_DO_FILE && !request_channel_has_hour(v->channel)) {
        page_day(c, warsaw_day(ev->at));
    } else {
        page_instant(c, ev->at);
    }
    MARK(h, "</span>\n");
    if (ev->text.n > 0 && ev != case_office_words(v)) { /* those stand above already */
        case_written(c, ev->text);
    }
    case_offer_cost(c, ev);
    if (ev->verb == REQUEST_DO_EXTEND) {
        page_paragraph(c, N_("It cannot be extended a second time."));
    }
    if (ev->files > 0 && ev->verb != REQUEST_DO_FILE) {
        MARK(h, "<p>");
        html_sayf(h, trn(c->lang, "With %llu file.", "With %llu files.", ev->files), (unsigned long long)ev->files);
        MARK(h, "</p>\n");
    }
    MARK(h, "</li>\n");
}

void case_timeline(struct call *c, const struct request_view *v)
{
    page_heading(c, N_("What has happened"));
    MARK(&c->h, "<ol class=\"timeline\" reversed>\n");
    for (size_t i = v->event_count; i > 0; i--) {
        event_row(c, v, &v->events[i - 1]);
    }
    MARK(&c->h, "</ol>\n");
}

/* ---------------------------------------------------------------- files */

void case_files(struct call *c, const struct request_view *v, bool released)
{
    struct html *h = &c->h;
    bool open = false;
    for (size_t i = 0; i < v->file_count; i++) {
        const struct request_attachment *f = &v->files[i];
        if (f->released != released) {
            continue;
        }
        if (!open) {
            MARK(h, "<ul>\n");
        }
        open = true;
        MARK(h, "<li><a href=\"");
        page_address_of(c, arena_fmt(c->ar, "/s/%.*s/plik/%llu", (int)c->parts.token.n, c->parts.token.p,
                                     (unsigned long long)f->seq));
        MARK(h, "\">");
        html_text(h, f->name);
        MARK(h, "</a> (");
        html_text(h, size_said(c->ar, f->size, c->lang));
        MARK(h, ")</li>\n");
    }
    if (open) {
        MARK(h, "</ul>\n");
    }
}
