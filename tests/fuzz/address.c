/* Any bytes as an address: first line the path, the rest the query. The rows are matched, the fields read, and what
 * came in is written at every place of a page. Whatever it is, it adds no markup to the page, no line to the head, and
 * values that passed are clean text. */
#include "fcgi/window.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rows_are_matched(struct str path)
{
    size_t count;
    const struct route_row *rows = route_rows(&count);
    for (size_t i = 0; i < count; i++) {
        struct parts parts = {.slug = STR("")};
        if (route_match(&rows[i], path, &parts) &&
            (parts.slug.n > 80 || memchr(parts.slug.p, '/', parts.slug.n) != NULL)) {
            abort();
        }
    }
}

static size_t count_of(const struct buf *b, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        n += b->p[i] == (uint8_t)c;
    }
    return n;
}

/* The same page with and without the bytes has the same number of angle brackets and quotes. */
static void page_of(struct str s, enum lang lang, struct buf *out)
{
    struct html h = html_to(out, lang);
    struct err e = ERR_INIT;
    MARK(&h, "<p title=\"");
    html_attr(&h, s);
    MARK(&h, "\"><a href=\"");
    html_url(&h, s);
    MARK(&h, "\">");
    html_text(&h, s);
    MARK(&h, "</a><a href=\"/x/");
    html_part(&h, s);
    MARK(&h, "\">");
    html_wrapped_hex(&h, STR("0123456789"));
    MARK(&h, "</a></p>");
    if (!html_end(&h, &e) && e.code == ERR_STATE) {
        abort();
    }
}

static void nothing_is_markup(struct str s)
{
    struct buf with CLEANUP(buf_free) = BUF_INIT(1u << 22), without CLEANUP(buf_free) = BUF_INIT(1u << 22);
    static const char marks[] = "<>\"";
    page_of(s, LANG_PL, &with);
    page_of(STR(""), LANG_PL, &without);
    for (size_t i = 0; i < sizeof marks - 1; i++) {
        if (count_of(&with, marks[i]) != count_of(&without, marks[i])) {
            abort();
        }
    }
    if (memmem(with.p, with.n, "href=\"j", 7) != NULL || memmem(with.p, with.n, "href=\"//", 8) != NULL) {
        abort();
    }
}

static void head_stays_one_line(struct str s)
{
    struct buf head CLEANUP(buf_free) = BUF_INIT(1u << 22);
    struct err e = ERR_INIT;
    if (head_line(&head, "X", s, &e) && (count_of(&head, '\n') != 1 || count_of(&head, '\0') != 0)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct input_field fields[] = {{"q", INPUT_TEXT, 0, 40}, {"n", INPUT_NUMBER, 1, 500}};
    struct str all = {(const char *)data, size};
    const uint8_t *lf = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t cut = lf != NULL ? (size_t)(lf - data) : size;
    struct str query = {all.p + (lf != NULL ? cut + 1 : cut), lf != NULL ? size - cut - 1 : 0};
    struct arena *ar = arena_new(1u << 22);
    struct value v[FIELDS_MAX];
    struct err e = ERR_INIT;
    rows_are_matched((struct str){all.p, cut});
    nothing_is_markup(all);
    head_stays_one_line(all);
    if (query_read(fields, COUNT_OF(fields), query, ar, v, &e)) {
        if (v[0].given && v[0].fault.code == ERR_NONE && (!utf8_valid(v[0].text) || utf8_length(v[0].text) > 40)) {
            abort();
        }
        if (v[1].given && v[1].fault.code == ERR_NONE && (v[1].number < 1 || v[1].number > 500)) {
            abort();
        }
    } else if (e.code == ERR_NONE || e.text[0] == '\0') {
        abort();
    }
    arena_free(&ar);
    return 0;
}
