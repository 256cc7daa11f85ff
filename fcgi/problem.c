/* problem.c: errors as a person or a program can use them: what happened, what to do, and nothing of the inside. */
#include "window.h"

static const char *headline(int status)
{
    switch (status) {
        case 400:
            return N_("We cannot read this address");
        case 403:
            return N_("We cannot take this form");
        case 404:
            return N_("There is no such page");
        case 405:
            return N_("This cannot be sent here");
        case 409:
            return N_("This cannot be done now");
        case 410:
            return N_("The document was destroyed lawfully");
        case 408:
            return N_("Sending broke off");
        case 413:
            return N_("This is too much to take in here");
        case 415:
            return N_("We cannot read what was sent");
        case 429:
            return N_("Too many letters at once");
        case 503:
            return N_("The service pauses");
        default:
            return N_("Something went wrong");
    }
}

static void problem_json(struct call *c, int status, struct str detail)
{
    struct json *o CLEANUP(json_free) = json_object();
    struct err unsaid = ERR_INIT;
    json_text(o, "type", STR("about:blank"));
    json_text(o, "title", str_of(status_reason(status)));
    json_u64(o, "status", (uint64_t)status);
    json_text(o, "detail", detail);
    if (c->e.code != ERR_NONE && c->e.field[0] != '\0') {
        struct json *list CLEANUP(json_free) = json_array(), *item CLEANUP(json_free) = json_object();
        json_text(item, "field", str_of(c->e.field));
        json_text(item, "detail", detail);
        json_push(list, &item);
        json_put(o, "errors", &list);
    }
    c->a->type = "application/problem+json";
    buf_reset(&c->a->body);
    if (!json_line(o, &c->a->body, &unsaid)) {
        answer_text(c->a, status, "{}");
    }
}

static void problem_page(struct call *c, int status, struct str detail)
{
    struct html *h = &c->h;
    page_begin(c, str_of(tr(c->lang, headline(status))));
    MARK(h, "<p>");
    html_text(h, detail);
    MARK(h, "</p>");
    if (c->w->archive != NULL) {
        MARK(h, "<p>");
        page_link_said(c, "/", N_("Start page"));
        MARK(h, "</p>");
    }
    page_end(c, status);
}

void answer_problem_said(struct call *c, int status, struct str detail)
{
    c->a->status = status;
    c->a->cache = CACHE_NEVER;
    if (c->face == FACE_API) {
        problem_json(c, status, detail);
    } else if (c->face == FACE_PLAIN) {
        answer_text(c->a, status, tr(c->lang, headline(status)));
    } else {
        problem_page(c, status, detail);
    }
}

void answer_problem(struct call *c, int status, const char *msgid)
{
    answer_problem_said(c, status, str_of(tr(c->lang, msgid)));
}

void answer_error(struct call *c)
{
    struct str said = sentence_said(c->ar, c->e.text);
    switch (c->e.code) {
        case ERR_NOT_FOUND:
            answer_problem(c, 404, N_("Check the address, or begin at the start page."));
            return;
        case ERR_INVALID:
        case ERR_TOO_BIG:
            answer_problem_said(c, 400, said.p != NULL ? said : STR(""));
            return;
        case ERR_BUSY:
        case ERR_STATE:
        case ERR_IO:
        case ERR_CORRUPT:
        case ERR_FULL:
        case ERR_INTERRUPTED:
            log_line(LOG_ERROR, "fcgi", "page failed row=%s code=%s", c->row != NULL ? c->row->path : "-",
                     err_name(c->e.code));
            answer_problem(c, 503, N_("File urgent letters at the registry office."));
            return;
        case ERR_NONE:
        case ERR_DENIED:
        case ERR_CONFLICT:
        case ERR_MEMORY:
        case ERR_UNSUPPORTED:
        default:
            log_line(LOG_ERROR, "fcgi", "page failed row=%s code=%s", c->row != NULL ? c->row->path : "-",
                     err_name(c->e.code));
            answer_problem(c, 500, N_("Try again in a moment."));
    }
}

void answer_redirect(struct call *c, struct str path)
{
    struct str whole = c->lang == LANG_EN ? arena_fmt(c->ar, "/en%.*s", (int)path.n, path.p) : path;
    if (whole.p == NULL) {
        answer_problem(c, 500, N_("Try again in a moment."));
        return;
    }
    c->a->status = 303;
    c->a->type = "text/plain; charset=utf-8";
    c->a->location = whole;
}
