/* case_notices.c: what has become of the notices by e-mail, for the one who waits for them. The address itself is not
 * shown: whoever holds the secret address may be somebody else. */
#include "case.h"
#include "office_notice.h"

static const struct request_event *event_of(const struct request_view *v, uint64_t event)
{
    for (size_t i = 0; i < v->event_count; i++) {
        if (v->events[i].event == event) {
            return &v->events[i];
        }
    }
    return NULL;
}

static const char *tone_of(const struct notice *n)
{
    switch (n->state) {
        case NOTICE_SENT:
            return "done";
        case NOTICE_REFUSED:
        case NOTICE_GIVEN_UP:
            return "late";
        case NOTICE_WAITING:
        case NOTICE_HANDED:
            return "soon";
        case NOTICE_DROPPED:
        case NOTICE_SPARED:
        case NOTICE_STATE_END:
        default:
            return "closed";
    }
}

static const char *word_of(const struct notice *n)
{
    switch (n->state) {
        case NOTICE_SENT:
            return N_("sent");
        case NOTICE_REFUSED:
            return N_("not accepted");
        case NOTICE_WAITING:
        case NOTICE_HANDED:
            return N_("waits");
        case NOTICE_GIVEN_UP:
        case NOTICE_DROPPED:
        case NOTICE_SPARED:
        case NOTICE_STATE_END:
        default:
            return N_("not sent");
    }
}

static void notice_row(struct call *c, const struct request_view *v, const struct notice *n)
{
    struct html *h = &c->h;
    const struct request_event *ev = event_of(v, n->event);
    MARK(h, "<li><strong>");
    html_text(h, ev != NULL ? case_event_said(c, v, ev) : STR("–"));
    MARK(h, "</strong> ");
    page_state_mark(c, tone_of(n), capital_said(c->ar, tr(c->lang, word_of(n))));
    MARK(h, "<p>");
    html_say(h, notice_said(n));
    if (n->state == NOTICE_WAITING && n->attempts > 0) {
        MARK(h, " ");
        html_say(h, "The next try:");
        MARK(h, " ");
        page_instant(c, n->next);
        page_stop(c);
    } else if (n->state != NOTICE_WAITING && n->state != NOTICE_HANDED) {
        MARK(h, " <span class=\"muted small\">");
        page_instant(c, n->changed);
        MARK(h, "</span>");
    }
    if (n->state == NOTICE_REFUSED && case_may(v, REQUEST_DO_CHANGE_WAY)) {
        MARK(h, " ");
        case_link(c, "/zmien", N_("Change the e-mail address"));
    }
    if (n->repeated) {
        MARK(h, " ");
        html_say(h, "The line broke at the last moment. The same message may have come twice.");
    }
    MARK(h, "</p></li>\n");
}

void case_notices(struct call *c, const struct request_view *v)
{
    struct notice *list;
    size_t n;
    struct err why = ERR_INIT;
    if (!notice_list(c->w->requests, &v->id, c->ar, &list, &n, &why)) {
        log_line(LOG_ERROR, "fcgi", "notices cannot be read code=%s", err_name(why.code));
        return;
    }
    if (n == 0) {
        return;
    }
    page_heading(c, N_("Notices by e-mail"));
    MARK(&c->h, "<ul class=\"notices\">\n");
    for (size_t i = n; i > 0; i--) {
        notice_row(c, v, &list[i - 1]);
    }
    MARK(&c->h, "</ul>\n");
    page_paragraph(c, N_("Sent means that the mail server has taken it. All of it stands on this page, too."));
}
