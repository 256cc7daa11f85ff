/* chart.c: see chart.h. */
#include "chart.h"

#define STEP_BESIDE 26u
#define STEP_ABOVE  46u
#define WIDEST      60u /* percent, so that its number fits beside it */

static uint64_t largest(const struct bar *bars, size_t n)
{
    uint64_t most = 0;
    for (size_t i = 0; i < n; i++) {
        most = bars[i].n > most ? bars[i].n : most;
    }
    return most;
}

/* In tenths of a percent; what is not 0 can be seen. */
static unsigned width_of(uint64_t n, uint64_t most)
{
    uint64_t tenths = n * WIDEST * 10 / most;
    return n > 0 && tenths < 4 ? 4 : (unsigned)tenths;
}

static void place(struct call *c, unsigned tenths)
{
    html_attr(&c->h, arena_fmt(c->ar, "%u.%u%%", tenths / 10, tenths % 10));
}

static void one_bar(struct call *c, const struct bar *b, unsigned top, unsigned tenths, unsigned label_px)
{
    struct html *h = &c->h;
    unsigned bar_top = label_px > 0 ? top + 4 : top + 22;
    MARK(h, "<text x=\"0\" y=\"");
    html_number(h, top + 17);
    MARK(h, "\">");
    html_text(h, b->label);
    MARK(h, "</text><rect x=\"");
    html_number(h, label_px);
    MARK(h, "\" y=\"");
    html_number(h, bar_top);
    MARK(h, "\" height=\"16\" width=\"");
    place(c, tenths);
    MARK(h, "\"/><text x=\"");
    place(c, tenths);
    MARK(h, "\" dx=\"");
    html_number(h, label_px + 6);
    MARK(h, "\" y=\"");
    html_number(h, bar_top + 13);
    MARK(h, "\">");
    html_number(h, b->n);
    MARK(h, "</text>\n");
}

void page_chart(struct call *c, const char *id, struct str title, const struct bar *bars, size_t n, unsigned label_px)
{
    struct html *h = &c->h;
    uint64_t most = largest(bars, n);
    unsigned step = label_px > 0 ? STEP_BESIDE : STEP_ABOVE, top = 0;
    if (most == 0) {
        return;
    }
    MARK(h, "<svg class=\"chart\" role=\"img\" width=\"100%\" height=\"");
    html_number(h, n * step);
    MARK(h, "\" aria-labelledby=\"");
    html_attr(h, str_of(id));
    MARK(h, "\"><title id=\"");
    html_attr(h, str_of(id));
    MARK(h, "\">");
    html_text(h, title);
    MARK(h, "</title>\n");
    for (size_t i = 0; i < n; i++, top += step) {
        one_bar(c, &bars[i], top, width_of(bars[i].n, most), label_px);
    }
    MARK(h, "</svg>\n");
}
