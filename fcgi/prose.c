/* prose.c: the office's Markdown as HTML. The office hands over parts, each part has its literals here, so that nothing
 * of a document can be markup. Headings begin below the heading they stand under and never skip a level. */
#include "window.h"

struct prose {
    struct call *c;
    unsigned level;  /* of the heading above */
    unsigned first;  /* level of the first heading in the source; 0: none yet */
    unsigned newest; /* level of the newest heading written */
    unsigned tables;
};

static unsigned heading_level(struct prose *p, unsigned number)
{
    if (p->first == 0) {
        p->first = number;
    }
    unsigned below = number > p->first ? number - p->first : 0;
    unsigned level = p->level + 1 + below;
    unsigned most = p->newest + 1 < 6 ? p->newest + 1 : 6;
    p->newest = level < most ? level : most;
    return p->newest;
}

static void heading(struct html *h, unsigned level, bool open)
{
    switch (level) {
        case 2:
            if (open) {
                MARK(h, "<h2>");
            } else {
                MARK(h, "</h2>\n");
            }
            return;
        case 3:
            if (open) {
                MARK(h, "<h3>");
            } else {
                MARK(h, "</h3>\n");
            }
            return;
        case 4:
            if (open) {
                MARK(h, "<h4>");
            } else {
                MARK(h, "</h4>\n");
            }
            return;
        case 5:
            if (open) {
                MARK(h, "<h5>");
            } else {
                MARK(h, "</h5>\n");
            }
            return;
        default:
            if (open) {
                MARK(h, "<h6>");
            } else {
                MARK(h, "</h6>\n");
            }
    }
}

/* A table may be wider than a phone and scrolls by itself; each is a region of its own name. */
static void open_table(struct html *h, unsigned number)
{
    MARK(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    html_say_attr(h, "Table");
    MARK(h, " ");
    html_number(h, number);
    MARK(h, "\"><table>\n");
}

static void open_block(struct html *h, enum prose_part part, unsigned number)
{
    switch (part) {
        case PROSE_PARAGRAPH:
            MARK(h, "<p>");
            return;
        case PROSE_LIST:
            MARK(h, "<ul>\n");
            return;
        case PROSE_NUMBERED:
            MARK(h, "<ol start=\"");
            html_number(h, number);
            MARK(h, "\">\n");
            return;
        case PROSE_ITEM:
            MARK(h, "<li>");
            return;
        case PROSE_QUOTE:
            MARK(h, "<blockquote>\n");
            return;
        case PROSE_CODE_BLOCK:
            MARK(h, "<pre><code>");
            return;
        case PROSE_RULE:
            MARK(h, "<hr>\n");
            return;
        case PROSE_TABLE:
            open_table(h, number);
            return;
        case PROSE_TABLE_HEAD:
            MARK(h, "<thead>\n");
            return;
        case PROSE_TABLE_BODY:
            MARK(h, "<tbody>\n");
            return;
        case PROSE_ROW:
            MARK(h, "<tr>");
            return;
        case PROSE_HEAD_CELL:
            MARK(h, "<th scope=\"col\">");
            return;
        case PROSE_CELL:
            MARK(h, "<td>");
            return;
        case PROSE_HEADING:
        case PROSE_STRONG:
        case PROSE_EMPHASIS:
        case PROSE_CODE:
        case PROSE_LINK:
        case PROSE_BREAK:
        default:
            return;
    }
}

static void open_span(struct html *h, enum prose_part part, struct str target)
{
    if (part == PROSE_STRONG) {
        MARK(h, "<strong>");
    } else if (part == PROSE_EMPHASIS) {
        MARK(h, "<em>");
    } else if (part == PROSE_CODE) {
        MARK(h, "<code>");
    } else if (part == PROSE_BREAK) {
        MARK(h, "<br>");
    } else if (part == PROSE_LINK) {
        MARK(h, "<a href=\"");
        html_url(h, target);
        MARK(h, "\">");
    }
}

static void close_block(struct html *h, enum prose_part part)
{
    switch (part) {
        case PROSE_PARAGRAPH:
            MARK(h, "</p>\n");
            return;
        case PROSE_LIST:
            MARK(h, "</ul>\n");
            return;
        case PROSE_NUMBERED:
            MARK(h, "</ol>\n");
            return;
        case PROSE_ITEM:
            MARK(h, "</li>\n");
            return;
        case PROSE_QUOTE:
            MARK(h, "</blockquote>\n");
            return;
        case PROSE_CODE_BLOCK:
            MARK(h, "</code></pre>\n");
            return;
        case PROSE_TABLE:
            MARK(h, "</table></div>\n");
            return;
        case PROSE_TABLE_HEAD:
            MARK(h, "</thead>\n");
            return;
        case PROSE_TABLE_BODY:
            MARK(h, "</tbody>\n");
            return;
        case PROSE_ROW:
            MARK(h, "</tr>\n");
            return;
        case PROSE_HEAD_CELL:
            MARK(h, "</th>");
            return;
        case PROSE_CELL:
            MARK(h, "</td>");
            return;
        case PROSE_RULE:
        case PROSE_HEADING:
        case PROSE_STRONG:
        case PROSE_EMPHASIS:
        case PROSE_CODE:
        case PROSE_LINK:
        case PROSE_BREAK:
        default:
            return;
    }
}

static void close_span(struct html *h, enum prose_part part)
{
    if (part == PROSE_STRONG) {
        MARK(h, "</strong>");
    } else if (part == PROSE_EMPHASIS) {
        MARK(h, "</em>");
    } else if (part == PROSE_CODE) {
        MARK(h, "</code>");
    } else if (part == PROSE_LINK) {
        MARK(h, "</a>");
    }
}

static bool prose_open(void *ctx, enum prose_part part, unsigned number, struct str target, struct err *e)
{
    struct prose *p = ctx;
    (void)e;
    if (part == PROSE_HEADING) {
        heading(&p->c->h, heading_level(p, number), true);
    } else if (part == PROSE_TABLE) {
        number = ++p->tables;
    }
    open_block(&p->c->h, part, number);
    open_span(&p->c->h, part, target);
    return true;
}

static bool prose_close(void *ctx, enum prose_part part, unsigned number, struct err *e)
{
    struct prose *p = ctx;
    (void)number;
    (void)e;
    if (part == PROSE_HEADING) {
        heading(&p->c->h, p->newest, false);
    }
    close_block(&p->c->h, part);
    close_span(&p->c->h, part);
    return true;
}

static bool prose_text(void *ctx, struct str plain, struct err *e)
{
    struct prose *p = ctx;
    (void)e;
    html_text(&p->c->h, plain);
    return true;
}

void page_prose(struct call *c, struct str markdown, unsigned level)
{
    struct prose p = {.c = c, .level = level, .newest = level};
    struct prose_sink sink = {prose_open, prose_close, prose_text, &p};
    if (!prose_render(markdown, &sink, &c->e)) {
        log_line(LOG_ERROR, "fcgi", "a text cannot be shown row=%s code=%s", c->row->path, err_name(c->e.code));
    }
}
