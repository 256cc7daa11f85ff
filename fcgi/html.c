/* html.c: see html.h. One small machine over the bytes of the literals, and the escapes of the typed doors. */
#include "html.h"

#include <string.h>

struct html html_to(struct buf *out, enum lang lang)
{
    return (struct html){.out = out, .lang = lang};
}

static void fail(struct html *h, const char *fault)
{
    if (h->fault == NULL) {
        h->fault = fault;
    }
}

/* ---------------------------------------------------------------- elements and attributes */

static bool is_one_of(struct str name, const struct str *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].n == name.n && list[i].p[0] == name.p[0] && memcmp(list[i].p, name.p, name.n) == 0) {
            return true; /* a page has thousands of names: most differ in length or first letter */
        }
    }
    return false;
}

static bool is_void(struct str name)
{
    static const struct str list[] = {STR_INIT("br"),    STR_INIT("col"),  STR_INIT("hr"),   STR_INIT("img"),
                                      STR_INIT("input"), STR_INIT("link"), STR_INIT("meta"), STR_INIT("wbr")};
    return is_one_of(name, list, COUNT_OF(list));
}

/* Their content is no text, or they bring in what is not ours. */
static bool is_refused(struct str name)
{
    static const struct str list[] = {STR_INIT("base"),   STR_INIT("embed"),    STR_INIT("frame"),
                                      STR_INIT("iframe"), STR_INIT("math"),     STR_INIT("noscript"),
                                      STR_INIT("object"), STR_INIT("style"),    STR_INIT("template"),
                                      STR_INIT("xmp"),    STR_INIT("plaintext")};
    return is_one_of(name, list, COUNT_OF(list));
}

static bool is_refused_attribute(struct str name)
{
    static const struct str list[] = {STR_INIT("style"), STR_INIT("srcdoc"),     STR_INIT("srcset"),
                                      STR_INIT("ping"),  STR_INIT("background"), STR_INIT("http-equiv")};
    return is_one_of(name, list, COUNT_OF(list)) || (name.n > 2 && name.p[0] == 'o' && name.p[1] == 'n');
}

static bool takes_address(struct str name)
{
    static const struct str list[] = {STR_INIT("href"), STR_INIT("src"), STR_INIT("action"), STR_INIT("formaction"),
                                      STR_INIT("cite")};
    return is_one_of(name, list, COUNT_OF(list));
}

static bool within_svg(const struct html *h)
{
    for (unsigned i = 0; i < h->depth; i++) {
        if (str_eq(h->open[i], STR("svg"))) {
            return true;
        }
    }
    return false;
}

static void tag_ends(struct html *h, bool empty)
{
    h->place = HTML_TEXT;
    if (empty || is_void(h->tag)) {
        return;
    }
    if (h->depth == HTML_DEPTH) {
        fail(h, "elements are nested too deep");
        return;
    }
    h->open[h->depth++] = h->tag;
}

static void element_closes(struct html *h, struct str name)
{
    h->place = HTML_TEXT;
    if (h->depth == 0 || !str_eq(h->open[h->depth - 1], name)) {
        fail(h, "an element is closed that is not the innermost open one");
        return;
    }
    h->depth--;
}

/* ---------------------------------------------------------------- literals */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == ':' || (c >= 'A' && c <= 'Z');
}

/* The name that begins at p; a name cut off by the end of its literal is refused, since its other half is not known. */
static struct str name_at(struct html *h, const char *p, const char *end)
{
    const char *q = p;
    while (q < end && is_name_char(*q)) {
        q++;
    }
    if (q == p || q == end) {
        fail(h, "a name of an element or attribute is empty or runs over two literals");
    }
    return (struct str){p, (size_t)(q - p)};
}

static const char *in_text(struct html *h, const char *p, const char *end)
{
    const char *tag = memchr(p, '<', (size_t)(end - p));
    if (tag == NULL) {
        return end;
    }
    h->place = HTML_OPENED;
    return tag + 1;
}

static const char *after_opening(struct html *h, const char *p, const char *end)
{
    if (*p == '!') {
        h->place = HTML_DECLARATION;
        return p + 1;
    }
    bool closing = *p == '/';
    struct str name = name_at(h, closing ? p + 1 : p, end);
    if (closing) {
        h->place = HTML_CLOSE;
        h->tag = name;
        return name.p + name.n;
    }
    if (is_refused(name) || str_eq(name, STR("script"))) {
        fail(h, "an element of this name is not written here");
    }
    h->tag = name;
    h->place = HTML_INSIDE;
    return name.p + name.n;
}

static const char *inside_tag(struct html *h, const char *p, const char *end)
{
    if (*p == '>') {
        tag_ends(h, false);
        return p + 1;
    }
    if (*p == '/') {
        h->place = HTML_SLASH;
        return p + 1;
    }
    if (*p == ' ') {
        h->place = HTML_INSIDE;
        return p + 1;
    }
    if (h->place == HTML_AFTER) {
        fail(h, "no blank between two attributes");
        return end;
    }
    struct str name = name_at(h, p, end);
    if (is_refused_attribute(name)) {
        fail(h, "an attribute of this name is not written here");
    }
    h->address = takes_address(name);
    h->place = HTML_ATTR;
    return name.p + name.n;
}

static const char *after_attribute(struct html *h, const char *p, const char *end)
{
    if (*p != '=') {
        h->place = HTML_INSIDE; /* one without a value */
        return inside_tag(h, p, end);
    }
    h->place = HTML_EQUALS;
    return p + 1;
}

static const char *in_value(struct html *h, const char *p, const char *end)
{
    const char *quote = memchr(p, '"', (size_t)(end - p));
    h->value_begun |= quote != p;
    if (quote == NULL) {
        return end;
    }
    h->place = HTML_AFTER;
    return quote + 1;
}

/* One step: at least one byte further, or a fault. */
static const char *step(struct html *h, const char *p, const char *end)
{
    switch (h->place) {
        case HTML_TEXT:
            return in_text(h, p, end);
        case HTML_OPENED:
            return after_opening(h, p, end);
        case HTML_INSIDE:
        case HTML_AFTER:
            return inside_tag(h, p, end);
        case HTML_ATTR:
            return after_attribute(h, p, end);
        case HTML_EQUALS:
            h->place = HTML_VALUE;
            h->value_begun = false;
            if (*p != '"') {
                fail(h, "the value of an attribute has no quotes");
            }
            return p + 1;
        case HTML_VALUE:
            return in_value(h, p, end);
        case HTML_CLOSE:
            if (*p != '>') {
                fail(h, "an end tag is not a name alone");
                return end;
            }
            element_closes(h, h->tag);
            return p + 1;
        case HTML_SLASH:
            if (*p != '>' || !within_svg(h)) {
                fail(h, "only elements within svg may be written as empty");
            }
            tag_ends(h, true);
            return p + 1;
        case HTML_DECLARATION:
            if (*p == '-') {
                fail(h, "comments are for the source, not for the page");
            }
            h->place = *p == '>' ? HTML_TEXT : HTML_DECLARATION;
            return p + 1;
        default:
            fail(h, "the writer lost its place");
            return end;
    }
}

void html_mark(struct html *h, const char *literal, size_t n)
{
    const char *p = literal, *end = literal + n;
    while (p < end && h->fault == NULL) {
        p = step(h, p, end);
    }
    if (h->fault == NULL) {
        buf_add(h->out, literal, n);
    }
}

/* ---------------------------------------------------------------- escapes */

/* What goes out as it is, whatever stands around it. */
static bool is_plain(unsigned char c)
{
    return c > '>' ? c != 0x7F : c > '\'' && c != '<' && c != '>';
}

static void add_escaped(struct html *h, struct str s, bool glue)
{
    size_t done = 0;
    if (!utf8_valid(s)) {
        buf_add_z(h->out, "\xEF\xBF\xBD"); /* nothing that came in by a gate looks so */
        return;
    }
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *as = NULL;
        if (is_plain(c)) {
            continue;
        }
        if (c == '&') {
            as = "&amp;";
        } else if (c == '<') {
            as = "&lt;";
        } else if (c == '>') {
            as = "&gt;";
        } else if (c == '"') {
            as = "&quot;";
        } else if (c == '\'') {
            as = "&#39;";
        } else if (c == ' ' && glue && polish_blank_holds(s, i)) {
            as = "\xC2\xA0";
        } else if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7F) {
            as = "\xEF\xBF\xBD";
        }
        if (as != NULL) {
            buf_add(h->out, s.p + done, i - done);
            buf_add_z(h->out, as);
            done = i + 1;
        }
    }
    buf_add(h->out, s.p + done, s.n - done);
}

static bool at_text(struct html *h)
{
    if (h->place != HTML_TEXT) {
        fail(h, "text at a place where no text stands");
    }
    return h->fault == NULL;
}

void html_text(struct html *h, struct str s)
{
    if (at_text(h)) {
        add_escaped(h, s, h->lang == LANG_PL);
    }
}

void html_polish(struct html *h, struct str s)
{
    enum lang page = h->lang;
    h->lang = LANG_PL;
    html_text(h, s);
    h->lang = page;
}

void html_attr(struct html *h, struct str s)
{
    if (h->place != HTML_VALUE || h->address) {
        fail(h, "a value outside an attribute, or in one that takes an address");
    }
    if (h->fault == NULL) {
        h->value_begun = true;
        add_escaped(h, s, false);
    }
}

/* ---------------------------------------------------------------- addresses */

bool html_url_fits(struct str url)
{
    if (url.n > 0 && url.p[0] == '/') {
        return url.n == 1 || (url.p[1] != '/' && url.p[1] != '\\');
    }
    return str_starts(url, "https://") || str_starts(url, "http://") || str_starts(url, "mailto:") ||
           str_starts(url, "tel:") || (url.n > 0 && url.p[0] == '#');
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

static void add_encoded(struct html *h, struct str s, const char *also)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '&' && strchr(also, c) != NULL) {
            buf_add_z(h->out, "&amp;");
        } else if (is_unreserved(c) || (c != 0 && c < 0x80 && strchr(also, c) != NULL)) {
            buf_add_u8(h->out, c);
        } else {
            char code[3] = {'%', hex[c >> 4], hex[c & 15]};
            buf_add(h->out, code, sizeof code);
        }
    }
}

void html_url(struct html *h, struct str url)
{
    if (h->place != HTML_VALUE || !h->address || h->value_begun) {
        fail(h, "an address that is not the beginning of href, src or action");
    }
    if (h->fault == NULL) {
        h->value_begun = true;
        add_encoded(h, html_url_fits(url) ? url : STR("#"), "/:?#[]@!$&()*+,;=%");
    }
}

void html_part(struct html *h, struct str part)
{
    if (h->place != HTML_VALUE || !h->address || !h->value_begun) {
        fail(h, "a part of an address that no literal began");
    }
    if (h->fault == NULL) {
        add_encoded(h, part, "");
    }
}

void html_script(struct html *h, struct str url)
{
    if (h->place != HTML_TEXT || h->depth == 0 || !str_is(h->open[h->depth - 1], "head") ||
        !str_starts(url, "/site/")) {
        fail(h, "a script outside head, or not from the folder of the site");
    }
    if (h->fault == NULL) {
        buf_add_z(h->out, "<script defer src=\"");
        add_encoded(h, url, "/");
        buf_add_z(h->out, "\"></script>\n");
    }
}

/* ---------------------------------------------------------------- numbers and the program's own texts */

void html_number(struct html *h, uint64_t n)
{
    if (h->place != HTML_TEXT && h->place != HTML_VALUE) {
        fail(h, "a number at a place where no value stands");
    }
    if (h->fault == NULL) {
        h->value_begun = true;
        buf_fmt(h->out, "%llu", (unsigned long long)n);
    }
}

void html_wrapped_hex(struct html *h, struct str hex)
{
    for (size_t i = 0; at_text(h) && i < hex.n; i += 8) {
        size_t n = hex.n - i < 8 ? hex.n - i : 8;
        add_escaped(h, (struct str){hex.p + i, n}, false);
        if (i + n < hex.n) {
            MARK(h, "<wbr>");
        }
    }
}

void html_say(struct html *h, const char *msgid)
{
    html_text(h, str_of(tr(h->lang, msgid)));
}

void html_say_attr(struct html *h, const char *msgid)
{
    html_attr(h, str_of(tr(h->lang, msgid)));
}

void html_sayf(struct html *h, const char *msgid, ...)
{
    char text[1024];
    va_list args;
    va_start(args, msgid);
    int n = vsnprintf(text, sizeof text, tr(h->lang, msgid), args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text) {
        fail(h, "a formatted text is longer than its room");
        return;
    }
    html_text(h, (struct str){text, (size_t)n});
}

bool html_end(struct html *h, struct err *e)
{
    if (h->place != HTML_TEXT || h->depth != 0) {
        fail(h, "the page ends within an element");
    }
    if (h->fault != NULL) {
        return err_set(e, ERR_STATE, "a page was written wrongly: %s", h->fault);
    }
    return buf_ok(h->out, e);
}
