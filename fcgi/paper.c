/* paper.c: what pages that are made for paper say about it: how they are printed without a script, and, on the sheet
 * alone, which case it is and how old. The stylesheet does the rest. */
#include "case.h"

void page_print_help(struct call *c)
{
    struct html *h = &c->h;
    MARK(h, "<section class=\"box noprint\" aria-labelledby=\"print\"><h2 id=\"print\">");
    html_say(h, "Print");
    MARK(h, "</h2>\n<ul>\n<li>");
    html_say(h, "On a computer press Ctrl and P, on a Mac ⌘ and P.");
    MARK(h, "</li>\n<li>");
    html_say(h, "On a phone open the menu of the browser and choose “Print”, or “Share” and then “Print”.");
    MARK(h, "</li>\n<li>");
    html_say(h, "No printer? In the window of printing choose “Save as PDF”.");
    MARK(h, "</li>\n</ul>\n");
    page_paragraph(c, N_("The whole content is printed, without menus."));
    MARK(h, "</section>\n");
}

void case_paper_foot(struct call *c, const struct request_view *v)
{
    struct html *h = &c->h;
    MARK(h, "<p class=\"onlyprint small\">");
    html_sayf(h, "Case %s", v->number);
    MARK(h, ". ");
    html_say(h, "As it stood on");
    MARK(h, " ");
    page_instant(c, clock_now(archive_clock(c->w->archive)));
    MARK(h, ".</p>\n");
}
