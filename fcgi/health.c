/* health.c: /healthz: does the store answer. Figures are metrics.c. */
#include "window.h"

void page_healthz(struct call *c)
{
    struct err e = ERR_INIT;
    if (pulse_probe(c->w->archive, &e)) {
        answer_text(c->a, 200, "ok");
    } else {
        log_line(LOG_ERROR, "fcgi", "probe failed code=%s", err_name(e.code));
        answer_text(c->a, 503, "Przerwa techniczna. Pilne pismo złóż w kancelarii.");
    }
}
