/* chart.h: bars as inline SVG: no script, no style attribute, the same numbers in a table beside it. Widths are
 * percent, so that letters keep their size on a narrow screen. */
#ifndef AKTA_FCGI_CHART_H
#define AKTA_FCGI_CHART_H

#include "window.h"

struct bar {
    struct str label; /* in the language of the page */
    uint64_t n;
};
/* label_px: room for labels left of the bars; 0: each stands above its bar. title: what the picture shows, a sentence;
 * id: of its title element, on the page once. Nothing is drawn when all bars are 0. */
void page_chart(struct call *c, const char *id, struct str title, const struct bar *bars, size_t n, unsigned label_px);

#endif
