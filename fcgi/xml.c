/* xml.c: see xml.h. */
#include "xml.h"

#include <string.h>

static void fail(struct xml *x, const char *fault)
{
    if (x->fault == NULL) {
        x->fault = fault;
    }
}

struct xml xml_to(struct buf *out)
{
    buf_add_z(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    return (struct xml){.out = out};
}

/* A name as we use them: ASCII, with at most a prefix. */
static bool is_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return n > 0 && s[n + strspn(s + n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_")] == '\0';
}

static bool may_write(struct xml *x)
{
    return x->fault == NULL && !x->out->failed;
}

static void end_tag(struct xml *x)
{
    if (x->in_tag) {
        buf_add_u8(x->out, '>');
        x->in_tag = false;
    }
}

/* ---------------------------------------------------------------- values */

static const char *escape_of(unsigned char c)
{
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\r':
            return "&#13;"; /* else a reader takes it for a line feed */
        default:
            return c < ' ' && c != '\n' && c != '\t' ? "\xEF\xBF\xBD" : NULL;
    }
}

/* U+FFFE and U+FFFF are no characters of XML. */
static bool is_no_character(struct str s, size_t at)
{
    return at + 2 < s.n && memcmp(s.p + at, "\xEF\xBF", 2) == 0 && (unsigned char)s.p[at + 2] >= 0xBE;
}

static void escaped(struct xml *x, struct str s, bool attribute)
{
    if (!utf8_valid(s)) {
        fail(x, "a value is no UTF-8");
        return;
    }
    for (size_t i = 0; i < s.n; i++) {
        const char *escape = escape_of((unsigned char)s.p[i]);
        if (attribute && (s.p[i] == '\n' || s.p[i] == '\t')) {
            escape = s.p[i] == '\n' ? "&#10;" : "&#9;";
        }
        if (is_no_character(s, i)) {
            buf_add_z(x->out, "\xEF\xBF\xBD");
            i += 2;
        } else if (escape != NULL) {
            buf_add_z(x->out, escape);
        } else {
            buf_add(x->out, s.p + i, 1);
        }
    }
}

void xml_text(struct xml *x, struct str s)
{
    if (!may_write(x)) {
        return;
    }
    if (x->depth == 0) {
        fail(x, "text stands outside the root element");
        return;
    }
    end_tag(x);
    escaped(x, s, false);
}

void xml_number(struct xml *x, uint64_t n)
{
    char s[24];
    snprintf(s, sizeof s, "%llu", (unsigned long long)n);
    xml_text(x, str_of(s));
}

void xml_instant(struct xml *x, instant t)
{
    char s[INSTANT_TEXT_SIZE];
    instant_text(t, s);
    xml_text(x, str_of(s));
}

/* ---------------------------------------------------------------- elements */

void xml_open(struct xml *x, const char *name)
{
    if (!may_write(x)) {
        return;
    }
    if (!is_name(name) || x->depth == XML_DEPTH || (x->depth == 0 && x->rooted)) {
        fail(x, "an element has no sound name, is nested too deep, or is a second root");
        return;
    }
    end_tag(x);
    buf_fmt(x->out, "<%s", name);
    x->open[x->depth++] = name;
    x->in_tag = x->rooted = true;
}

void xml_attr(struct xml *x, const char *name, struct str value)
{
    if (!may_write(x)) {
        return;
    }
    if (!x->in_tag || !is_name(name)) {
        fail(x, "an attribute has no sound name, or its start tag is over");
        return;
    }
    buf_fmt(x->out, " %s=\"", name);
    escaped(x, value, true);
    buf_add_u8(x->out, '"');
}

void xml_close(struct xml *x, const char *name)
{
    if (!may_write(x)) {
        return;
    }
    if (x->depth == 0 || strcmp(x->open[x->depth - 1], name) != 0) {
        fail(x, "an element is closed that is not the innermost open one");
        return;
    }
    x->depth--;
    if (x->in_tag) {
        buf_add_z(x->out, "/>\n");
        x->in_tag = false;
    } else {
        buf_fmt(x->out, "</%s>\n", name);
    }
}

void xml_leaf(struct xml *x, const char *name, struct str value)
{
    xml_open(x, name);
    xml_text(x, value);
    xml_close(x, name);
}

bool xml_end(struct xml *x, struct err *e)
{
    if (x->fault == NULL && !x->out->failed && (x->depth > 0 || !x->rooted)) {
        fail(x, "an element is left open, or there is none");
    }
    if (x->fault != NULL) {
        return err_set(e, ERR_STATE, "a page was written wrongly: %s", x->fault);
    }
    return buf_ok(x->out, e);
}
