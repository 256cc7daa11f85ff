/* publish_header.c: the outer form of a published document: `name: value` lines, continued where a line is indented,
 * `#` comments and empty lines between them, a line `---`, and the body. Fails with ERR_INVALID naming the line. */
#include "publish_internal.h"

#include <string.h>

#define VALUE_MAX 4000u
#define NAME_MAX  32u

struct lines {
    const char *at, *end;
    size_t number; /* of the line handed out last */
};

static bool next_line(struct lines *l, struct str *out)
{
    if (l->at >= l->end) {
        return false;
    }
    const char *lf = memchr(l->at, '\n', (size_t)(l->end - l->at));
    size_t n = (size_t)((lf != NULL ? lf : l->end) - l->at);
    *out = (struct str){l->at, n};
    l->at += lf != NULL ? n + 1 : n;
    l->number++;
    while (out->n > 0 && (out->p[out->n - 1] == ' ' || out->p[out->n - 1] == '\r')) {
        out->n--;
    }
    return true;
}

static struct str trimmed(struct str s)
{
    while (s.n > 0 && s.p[0] == ' ') {
        s = (struct str){s.p + 1, s.n - 1};
    }
    return s;
}

static bool name_ok(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        if ((name.p[i] < 'a' || name.p[i] > 'z') && name.p[i] != '-') {
            return false;
        }
    }
    return name.n > 0 && name.n <= NAME_MAX;
}

static bool add_line(struct header *h, struct str line, size_t number, struct err *e)
{
    const char *colon = memchr(line.p, ':', line.n);
    size_t n = colon == NULL ? 0 : (size_t)(colon - line.p);
    if (!name_ok((struct str){line.p, n})) {
        return err_field(e, ERR_INVALID, "header",
                         "line %zu: the header has lines “name: value”, and ends with a line “---”", number);
    }
    if (h->count == HEADER_LINES_MAX) {
        return err_field(e, ERR_TOO_BIG, "header", "line %zu: the header has more than %u lines", number,
                         HEADER_LINES_MAX);
    }
    h->list[h->count++] = (struct header_line){
        .name = {line.p, n}, .value = trimmed((struct str){colon + 1, line.n - n - 1}), .line = number};
    return true;
}

static bool join(struct header_line *to, struct str more, size_t number, struct arena *ar, struct err *e)
{
    if (to->value.n + more.n > VALUE_MAX * 4) {
        return err_field(e, ERR_TOO_BIG, "header", "line %zu: the value is longer than %u characters", number,
                         VALUE_MAX);
    }
    struct str joined =
        arena_fmt(ar, "%.*s%s%.*s", (int)to->value.n, to->value.p, to->value.n > 0 ? " " : "", (int)more.n, more.p);
    to->value = joined;
    return joined.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool gate_all(struct header *h, struct arena *ar, struct err *e)
{
    for (size_t i = 0; i < h->count; i++) {
        struct header_line *l = &h->list[i];
        if (!text_gate(ar, "header", l->value, VALUE_MAX, false, &l->value, e)) {
            return err_wrap(e, "line %zu", l->line);
        }
        if (l->value.n == 0) {
            return err_field(e, ERR_INVALID, "header", "line %zu: %.*s has no value; leave the line out", l->line,
                             (int)l->name.n, l->name.p);
        }
    }
    return true;
}

bool header_parse(struct str text, struct arena *ar, struct header *out, struct err *e)
{
    struct lines l = {text.p, text.p + text.n, 0};
    struct header h = {.list = arena_alloc(ar, HEADER_LINES_MAX * sizeof *h.list)};
    struct str line;
    bool ended = false;
    if (h.list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (text.n == 0 || text.n > DOCUMENT_MAX) {
        return err_field(e, ERR_INVALID, "document", "the document is empty or longer than 1 MiB");
    }
    while (!ended && next_line(&l, &line)) {
        bool more = line.n > 0 && line.p[0] == ' ';
        if (str_is(line, "---")) {
            ended = true;
        } else if (more && h.count == 0) {
            return err_field(e, ERR_INVALID, "header", "line %zu is indented and continues nothing", l.number);
        } else if (more) {
            if (!join(&h.list[h.count - 1], trimmed(line), l.number, ar, e)) {
                return false;
            }
        } else if (line.n > 0 && line.p[0] != '#' && !add_line(&h, line, l.number, e)) {
            return false;
        }
    }
    if (!ended) {
        return err_field(e, ERR_INVALID, "header", "the header has no end: a line “---” parts it from the body");
    }
    h.body = (struct str){l.at, (size_t)(l.end - l.at)};
    h.body_line = l.number + 1;
    *out = h;
    return gate_all(out, ar, e);
}
