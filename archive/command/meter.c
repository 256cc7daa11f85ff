/* meter.c: progress of long work on the caller's terminal, and the question whether to stop.
 *
 * Owns one line on standard error, rewritten at most ten times a second and wiped at the end. Where standard error is
 * not a terminal nothing is drawn and only stop() works. Steps may come from any one thread at a time. */
#include "command_internal.h"

#include <stdio.h>
#include <string.h>

#define DRAW_EVERY_NS 100000000ull
#define FIRST_DRAW_NS 500000000ull /* short work shows nothing */

static bool meter_stop(struct progress *p)
{
    struct meter *m = p->ctx;
    return m->r->h->stopped(m->r->h) || m->r->out_broken;
}

static void write_line(struct meter *m, const char *text)
{
    char line[512];
    int n = snprintf(line, sizeof line, "\r\033[K%s", text);
    if (n > 0) {
        size_t len = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
        (void)host_write(m->r->h, m->r->h->err, (struct bytes){(const uint8_t *)line, len});
    }
    m->drawn = text[0] != '\0';
}

static void remaining_text(enum lang lang, uint64_t seconds, char *out, size_t size)
{
    if (seconds < 90) {
        snprintf(out, size, trn(lang, "%llu second left", "%llu seconds left", seconds), (unsigned long long)seconds);
    } else if (seconds < 5400) {
        uint64_t minutes = (seconds + 30) / 60;
        snprintf(out, size, trn(lang, "%llu minute left", "%llu minutes left", minutes), (unsigned long long)minutes);
    } else {
        uint64_t hours = (seconds + 1800) / 3600;
        snprintf(out, size, trn(lang, "%llu hour left", "%llu hours left", hours), (unsigned long long)hours);
    }
}

static void draw(struct meter *m, uint64_t now, uint64_t done, uint64_t total, const char *what)
{
    enum lang lang = m->r->h->lang;
    double seconds = (double)(now - m->started) / 1e9;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    char head[160], tail[96] = "", text[300];
    if (total > 0 && done <= total) {
        snprintf(head, sizeof head, "%s: %llu/%llu (%u%%)", tr(lang, what), (unsigned long long)done,
                 (unsigned long long)total, (unsigned)(done * 100 / total));
        if (rate > 0 && done < total) {
            remaining_text(lang, (uint64_t)((double)(total - done) / rate) + 1, tail, sizeof tail);
        }
    } else {
        snprintf(head, sizeof head, "%s: %llu", tr(lang, what), (unsigned long long)done);
    }
    snprintf(text, sizeof text, tr(lang, "%s, %.0f a second%s%s"), head, rate, tail[0] != '\0' ? ", " : "", tail);
    write_line(m, text);
}

static void meter_step(struct progress *p, uint64_t done, uint64_t total, const char *what)
{
    struct meter *m = p->ctx;
    uint64_t now = monotonic_ns();
    if (!m->on || now - m->started < FIRST_DRAW_NS || now - m->shown < DRAW_EVERY_NS) {
        return;
    }
    m->shown = now;
    draw(m, now, done + m->done_before, total, what);
}

void meter_begin(struct meter *m, struct run *r)
{
    *m = (struct meter){.r = r, .started = monotonic_ns(), .on = r->h->terminal};
    m->p = (struct progress){.step = meter_step, .stop = meter_stop, .ctx = m};
}

void meter_end(struct meter *m)
{
    if (m->drawn) {
        write_line(m, "");
    }
}
