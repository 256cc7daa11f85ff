/* page_remedy.c: the draft of a letter against silence, a decision or a fee, ready to be printed and signed. */
#include "case.h"

#include <string.h>

static const struct request_remedy *remedy_of(const struct request_view *v, uint64_t kind)
{
    for (size_t i = 0; i < v->remedy_count; i++) {
        if ((uint64_t)v->remedies[i].kind == kind && v->remedies[i].kind != REQUEST_REMEDY_OBJECT) {
            return &v->remedies[i];
        }
    }
    return NULL;
}

static const char *title_of(enum request_remedy_kind kind)
{
    switch (kind) {
        case REQUEST_REMEDY_SILENCE:
            return N_("Complaint of inactivity");
        case REQUEST_REMEDY_URGE:
            return N_("Urge the office");
        case REQUEST_REMEDY_APPEAL:
            return N_("Appeal");
        case REQUEST_REMEDY_COURT:
            return N_("Complaint to the court");
        case REQUEST_REMEDY_PUODO:
            return N_("Complaint to the data protection authority");
        case REQUEST_REMEDY_COMPLAINT:
            return N_("Complaint about the office");
        case REQUEST_REMEDY_ASK:
            return N_("Ask the office why it is late");
        case REQUEST_REMEDY_OBJECT:
        default:
            return N_("Prepare the letter");
    }
}

void page_remedy(struct call *c)
{
    struct html *h = &c->h;
    struct request_view v;
    struct str letter;
    if (!case_take(c, &v)) {
        return;
    }
    const struct request_remedy *r = remedy_of(&v, c->parts.number);
    if (r == NULL) {
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
        return;
    }
    if (!request_remedy_letter(c->w->requests, &v, r->kind, c->ar, &letter, &c->e)) {
        answer_error(c);
        return;
    }
    page_begin(c, str_of(tr(c->lang, title_of(r->kind))));
    MARK(h, "<div class=\"noprint\"><p>");
    html_text(h, r->text);
    MARK(h, "</p>\n");
    page_heading(c, N_("Draft of the letter"));
    page_paragraph(c, N_("Add your data, print it and sign it. Only the letter is printed."));
    MARK(h, "</div>\n");
    page_polish_begin(c);
    MARK(h, "<pre class=\"letter\">");
    html_text(h, letter);
    MARK(h, "</pre>\n");
    page_polish_end(c);
    page_print_help(c);
    MARK(h, "<p class=\"noprint\">");
    case_link(c, "", N_("Back to the case"));
    MARK(h, "</p>\n");
    page_end(c, 200);
}
