/* prose.c: Markdown as a sequence of parts, through md4c, which stands in this file alone. Raw HTML is off, so a tag of
 * the source is text; a link goes only where a citizen may be sent. Owns nothing beyond the call.
 * Fails: with what the sink says; ERR_MEMORY. */
#include "office.h"

#include <md4c.h>
#include <string.h>

#define TARGET_MAX 2000u
#define PROSE_FLAGS                                                                                                    \
    (MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_PERMISSIVEAUTOLINKS | MD_FLAG_NOINDENTEDCODEBLOCKS |                    \
     MD_FLAG_COLLAPSEWHITESPACE)

struct prose {
    const struct prose_sink *sink;
    struct err *e;
    bool link_open; /* links do not nest; a refused one is not opened */
    bool stopped;   /* md4c forgets that a callback said stop and goes on with the next paragraph: we do not */
};

/* ---------------------------------------------------------------- entities and link targets */

static void add_code_point(struct buf *b, uint32_t c)
{
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) || (c < 0x20 && c != '\n' && c != '\t')) {
        c = 0xFFFD;
    }
    if (c < 0x80) {
        buf_add_u8(b, (uint8_t)c);
        return;
    }
    unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    buf_add_u8(b, (uint8_t)(lead[more] | (c >> (6 * more))));
    while (more-- > 0) {
        buf_add_u8(b, (uint8_t)(0x80 | ((c >> (6 * more)) & 0x3F)));
    }
}

static bool numeric_entity(struct str s, uint32_t *out)
{
    bool hex = s.n > 3 && (s.p[2] == 'x' || s.p[2] == 'X');
    uint32_t v = 0;
    for (size_t i = hex ? 3 : 2; i + 1 < s.n; i++) {
        char c = s.p[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
                                                : 99;
        if (digit >= (hex ? 16u : 10u) || v > 0x10FFFF) {
            return false;
        }
        v = v * (hex ? 16 : 10) + digit;
    }
    *out = v;
    return s.n > 3;
}

/* md4c knows every name of HTML; these are the ones that stand in documents of an office. Another one stays as it is.
 */
static void add_entity(struct buf *b, struct str s)
{
    static const struct {
        const char *name;
        uint32_t code;
    } names[] = {{"&amp;", '&'},      {"&lt;", '<'},       {"&gt;", '>'},       {"&quot;", '"'},
                 {"&nbsp;", 0xA0},    {"&sect;", 0xA7},    {"&ndash;", 0x2013}, {"&mdash;", 0x2014},
                 {"&bdquo;", 0x201E}, {"&rdquo;", 0x201D}, {"&ldquo;", 0x201C}, {"&hellip;", 0x2026},
                 {"&copy;", 0xA9},    {"&times;", 0xD7}};
    uint32_t code;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_is(s, names[i].name)) {
            add_code_point(b, names[i].code);
            return;
        }
    }
    if (s.n > 2 && s.p[1] == '#' && numeric_entity(s, &code)) {
        add_code_point(b, code);
        return;
    }
    buf_add_str(b, s);
}

static void add_attribute(struct buf *b, const MD_ATTRIBUTE *a)
{
    for (size_t i = 0; a->text != NULL && a->substr_offsets[i] < a->size; i++) {
        struct str part = {a->text + a->substr_offsets[i], a->substr_offsets[i + 1] - a->substr_offsets[i]};
        if (a->substr_types[i] == MD_TEXT_ENTITY) {
            add_entity(b, part);
        } else if (a->substr_types[i] == MD_TEXT_NULLCHAR) {
            add_code_point(b, 0xFFFD);
        } else {
            buf_add_str(b, part);
        }
    }
}

static bool starts_folded(struct str s, const char *scheme)
{
    size_t n = strlen(scheme);
    return s.n > n && strncasecmp(s.p, scheme, n) == 0;
}

/* Only where a citizen may be sent: the web, a mail, a telephone, a page of this site. */
static bool target_safe(struct str s)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:", "tel:"};
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c <= 0x20 || c == 0x7F || c == '\\' || c == '"' || c == '<' || c == '>') {
            return false;
        }
    }
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (starts_folded(s, schemes[i])) {
            return true;
        }
    }
    return s.n > 0 && ((s.p[0] == '/' && (s.n == 1 || s.p[1] != '/')) || (s.p[0] == '#' && s.n > 1));
}

/* ---------------------------------------------------------------- parts; md4c goes on while a callback gives 0 */

static int result(struct prose *p, bool ok)
{
    p->stopped = p->stopped || !ok;
    return p->stopped ? 1 : 0;
}

static int give_open(struct prose *p, enum prose_part part, unsigned number, struct str target)
{
    return result(p, !p->stopped && p->sink->open(p->sink->ctx, part, number, target, p->e));
}

static int give_close(struct prose *p, enum prose_part part, unsigned number)
{
    return result(p, !p->stopped && p->sink->close(p->sink->ctx, part, number, p->e));
}

static int give_text(struct prose *p, struct str s)
{
    return result(p, s.n == 0 || (!p->stopped && p->sink->text(p->sink->ctx, s, p->e)));
}

static bool block_part(MD_BLOCKTYPE type, void *detail, enum prose_part *part, unsigned *number)
{
    *number = 0;
    switch (type) {
        case MD_BLOCK_QUOTE:
            *part = PROSE_QUOTE;
            return true;
        case MD_BLOCK_UL:
            *part = PROSE_LIST;
            return true;
        case MD_BLOCK_OL:
            *part = PROSE_NUMBERED;
            *number = ((MD_BLOCK_OL_DETAIL *)detail)->start;
            return true;
        case MD_BLOCK_LI:
            *part = PROSE_ITEM;
            return true;
        case MD_BLOCK_HR:
            *part = PROSE_RULE;
            return true;
        case MD_BLOCK_H:
            *part = PROSE_HEADING;
            *number = ((MD_BLOCK_H_DETAIL *)detail)->level;
            return true;
        case MD_BLOCK_CODE:
            *part = PROSE_CODE_BLOCK;
            return true;
        case MD_BLOCK_P:
            *part = PROSE_PARAGRAPH;
            return true;
        case MD_BLOCK_TABLE:
            *part = PROSE_TABLE;
            return true;
        case MD_BLOCK_THEAD:
            *part = PROSE_TABLE_HEAD;
            return true;
        case MD_BLOCK_TBODY:
            *part = PROSE_TABLE_BODY;
            return true;
        case MD_BLOCK_TR:
            *part = PROSE_ROW;
            return true;
        case MD_BLOCK_TH:
            *part = PROSE_HEAD_CELL;
            return true;
        case MD_BLOCK_TD:
            *part = PROSE_CELL;
            return true;
        case MD_BLOCK_DOC:
        case MD_BLOCK_HTML:
        default:
            return false;
    }
}

static bool span_part(MD_SPANTYPE type, enum prose_part *part)
{
    switch (type) {
        case MD_SPAN_EM:
            *part = PROSE_EMPHASIS;
            return true;
        case MD_SPAN_STRONG:
            *part = PROSE_STRONG;
            return true;
        case MD_SPAN_CODE:
            *part = PROSE_CODE;
            return true;
        case MD_SPAN_A:
        case MD_SPAN_IMG:
        case MD_SPAN_DEL:
        case MD_SPAN_LATEXMATH:
        case MD_SPAN_LATEXMATH_DISPLAY:
        case MD_SPAN_WIKILINK:
        case MD_SPAN_U:
        default:
            return false;
    }
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    enum prose_part part;
    unsigned number;
    return block_part(type, detail, &part, &number) ? give_open(ctx, part, number, STR_NONE) : 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    enum prose_part part;
    unsigned number;
    return block_part(type, detail, &part, &number) ? give_close(ctx, part, number) : 0;
}

static int open_link(struct prose *p, const MD_SPAN_A_DETAIL *detail)
{
    struct buf target CLEANUP(buf_free) = BUF_INIT(TARGET_MAX);
    add_attribute(&target, &detail->href);
    struct err ignored = ERR_INIT;
    if (p->link_open || !buf_ok(&target, &ignored) || !target_safe(buf_str(&target))) {
        return 0;
    }
    p->link_open = true;
    return give_open(p, PROSE_LINK, 0, buf_str(&target));
}

static int enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    enum prose_part part;
    if (type == MD_SPAN_A) {
        return open_link(ctx, detail);
    }
    return span_part(type, &part) ? give_open(ctx, part, 0, STR_NONE) : 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    struct prose *p = ctx;
    enum prose_part part;
    (void)detail;
    if (type == MD_SPAN_A) {
        bool was_open = p->link_open;
        p->link_open = false;
        return was_open ? give_close(p, PROSE_LINK, 0) : 0;
    }
    return span_part(type, &part) ? give_close(p, part, 0) : 0;
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *ctx)
{
    struct prose *p = ctx;
    struct buf plain CLEANUP(buf_free) = BUF_INIT(64);
    switch (type) {
        case MD_TEXT_BR:
            return give_open(p, PROSE_BREAK, 0, STR_NONE) != 0 ? 1 : give_close(p, PROSE_BREAK, 0);
        case MD_TEXT_SOFTBR:
            return give_text(p, STR(" "));
        case MD_TEXT_NULLCHAR:
            return give_text(p, STR("\xEF\xBF\xBD"));
        case MD_TEXT_ENTITY:
            add_entity(&plain, (struct str){text, size});
            return buf_ok(&plain, p->e) ? give_text(p, buf_str(&plain)) : result(p, false);
        case MD_TEXT_NORMAL:
        case MD_TEXT_CODE:
        case MD_TEXT_HTML:
        case MD_TEXT_LATEXMATH:
        default:
            return give_text(p, (struct str){text, size});
    }
}

bool prose_render(struct str markdown, const struct prose_sink *sink, struct err *e)
{
    struct prose p = {.sink = sink, .e = e};
    MD_PARSER parser = {.flags = PROSE_FLAGS,
                        .enter_block = enter_block,
                        .leave_block = leave_block,
                        .enter_span = enter_span,
                        .leave_span = leave_span,
                        .text = on_text};
    if (markdown.n == 0) {
        return true;
    }
    if (markdown.n > UINT32_MAX / 2) {
        return err_set(e, ERR_TOO_BIG, "the text is longer than 2 GiB");
    }
    int rc = md_parse(markdown.p, (MD_SIZE)markdown.n, &parser, &p);
    if (p.stopped) {
        return false;
    }
    return rc == 0 || err_set(e, ERR_MEMORY, "out of memory");
}
