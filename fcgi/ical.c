/* ical.c: see ical.h. */
#include "ical.h"

#include <string.h>

#define LINE_MOST 2000u
#define LINE_FOLD 73u /* of the 75 bytes that a line may have */

static void fail(struct ical *c, const char *fault)
{
    if (c->fault == NULL) {
        c->fault = fault;
    }
}

/* In pieces of at most 75 bytes that do not cut a character (RFC 5545 §3.1). */
static void fold(struct buf *out, struct str line)
{
    size_t at = 0;
    while (line.n - at > LINE_FOLD) {
        size_t n = LINE_FOLD;
        while (n > 1 && ((unsigned char)line.p[at + n] & 0xC0) == 0x80) {
            n--;
        }
        buf_add(out, line.p + at, n);
        buf_add(out, "\r\n ", 3);
        at += n;
    }
    buf_add(out, line.p + at, line.n - at);
    buf_add(out, "\r\n", 2);
}

static void write_line(struct ical *c, const char *name, const char *separator, struct str value)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(LINE_MOST);
    if (c->fault != NULL) {
        return;
    }
    buf_fmt(&line, "%s%s", name, separator);
    buf_add_str(&line, value);
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] < ' ' || line.p[i] == 0x7F) {
            fail(c, "a line of a calendar holds a control character");
            return;
        }
    }
    if (line.failed || !utf8_valid(value)) {
        fail(c, "a value of a calendar is too long or no UTF-8");
        return;
    }
    fold(c->out, buf_str(&line));
}

struct ical ical_to(struct buf *out)
{
    struct ical c = {.out = out};
    ICAL_BEGIN(&c, "VCALENDAR");
    ICAL_WORD(&c, "VERSION", STR("2.0"));
    ICAL_WORD(&c, "PRODID", STR("-//akta//case//PL"));
    return c;
}

void ical_begin(struct ical *c, const char *component)
{
    if (c->depth == ICAL_DEPTH) {
        fail(c, "components of a calendar are nested too deep");
        return;
    }
    c->filled |= c->depth > 0;
    c->open[c->depth++] = component;
    write_line(c, "BEGIN", ":", str_of(component));
}

void ical_close(struct ical *c, const char *component)
{
    if (c->depth == 0 || strcmp(c->open[c->depth - 1], component) != 0) {
        fail(c, "a component is closed that is not the innermost open one");
        return;
    }
    c->depth--;
    write_line(c, "END", ":", str_of(component));
}

void ical_text(struct ical *c, const char *name, struct str value)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(2 * LINE_MOST);
    for (size_t i = 0; i < value.n; i++) {
        char ch = value.p[i];
        if (ch == '\n') {
            buf_add_z(&text, "\\n");
        } else if (ch == '\\' || ch == ';' || ch == ',') {
            buf_add_u8(&text, '\\');
            buf_add(&text, &ch, 1);
        } else if ((unsigned char)ch >= ' ' && ch != 0x7F) {
            buf_add(&text, &ch, 1);
        }
    }
    write_line(c, name, ":", text.failed ? value : buf_str(&text));
}

void ical_word(struct ical *c, const char *name, struct str value)
{
    write_line(c, name, ":", value);
}

void ical_day(struct ical *c, const char *name, struct day d)
{
    char s[DAY_TEXT_SIZE], compact[9];
    day_text(d, s);
    snprintf(compact, sizeof compact, "%.4s%.2s%.2s", s, s + 5, s + 8);
    write_line(c, name, ";VALUE=DATE:", str_of(compact));
}

void ical_instant(struct ical *c, const char *name, instant t)
{
    char s[INSTANT_TEXT_SIZE], compact[17];
    instant_text(t, s);
    snprintf(compact, sizeof compact, "%.4s%.2s%.2sT%.2s%.2s%.2sZ", s, s + 5, s + 8, s + 11, s + 14, s + 17);
    write_line(c, name, ":", str_of(compact));
}

/* A calendar has at least one component (RFC 5545 §3.6). One in which nothing is due has this one: a zone is a
 * component that nobody sees. */
static void write_zone(struct ical *c)
{
    ICAL_BEGIN(c, "VTIMEZONE");
    ICAL_WORD(c, "TZID", STR("UTC"));
    ICAL_BEGIN(c, "STANDARD");
    ICAL_WORD(c, "DTSTART", STR("19700101T000000"));
    ICAL_WORD(c, "TZOFFSETFROM", STR("+0000"));
    ICAL_WORD(c, "TZOFFSETTO", STR("+0000"));
    ICAL_END(c, "STANDARD");
    ICAL_END(c, "VTIMEZONE");
}

bool ical_end(struct ical *c, struct err *e)
{
    if (!c->filled) {
        write_zone(c);
    }
    ical_close(c, "VCALENDAR");
    if (c->depth > 0) {
        fail(c, "a component of a calendar is left open");
    }
    if (c->fault != NULL) {
        return err_set(e, ERR_STATE, "a page was written wrongly: %s", c->fault);
    }
    return buf_ok(c->out, e);
}
