/* Documents to publish as somebody might hand them in. The first byte chooses: a card, a register, a rule, a text, bare
 * Markdown, or a question to the search. What is read holds what the window relies on: texts are UTF-8, a slug fits an
 * address, lists are as long as they say; parts of a body nest; a search answers within its limit. */
#include "archive/office/bulletin_internal.h"

#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct depth {
    enum prose_part stack[512];
    size_t n;
};

static bool on_open(void *ctx, enum prose_part part, unsigned number, struct str target, struct err *e)
{
    struct depth *d = ctx;
    (void)number, (void)e;
    demand((part == PROSE_LINK) == (target.n > 0));
    for (size_t i = 0; i < target.n; i++) {
        demand((uint8_t)target.p[i] > 0x20 && target.p[i] != '"');
    }
    if (d->n < COUNT_OF(d->stack)) {
        d->stack[d->n] = part;
    }
    d->n++;
    return true;
}

static bool on_close(void *ctx, enum prose_part part, unsigned number, struct err *e)
{
    struct depth *d = ctx;
    (void)number, (void)e;
    demand(d->n > 0);
    d->n--;
    demand(d->n >= COUNT_OF(d->stack) || d->stack[d->n] == part);
    return true;
}

static bool on_text(void *ctx, struct str plain, struct err *e)
{
    (void)ctx, (void)e;
    demand(plain.n > 0);
    return true;
}

static void render(struct str markdown)
{
    struct depth d = {.n = 0};
    struct err e = ERR_INIT;
    const struct prose_sink sink = {on_open, on_close, on_text, &d};
    if (prose_render(markdown, &sink, &e)) {
        demand(d.n == 0);
    }
}

static void check(const struct published *p)
{
    demand(value_slug(p->slug) && utf8_valid(p->body) && p->title[LANG_EN].n > 0 && p->title[LANG_PL].n > 0);
    demand(p->summary[LANG_EN].n > 0 && !day_is_none(p->valid_from) && p->order > 0);
    for (size_t i = 0; i < p->topics.count; i++) {
        demand(p->topics.list[i].n > 0);
    }
    for (size_t i = 0; i < p->bring_count; i++) {
        demand(p->bring[i].text.n > 0 && utf8_valid(p->bring[i].text));
    }
    for (size_t i = 0; i < p->fee_count; i++) {
        demand(p->fees[i].text.n > 0);
    }
    for (size_t i = 0; i < p->appeal_count; i++) {
        demand((p->appeals[i].kind == APPEAL_NONE) == (p->appeals[i].days == 0));
    }
    for (size_t i = 0; i < p->related.count; i++) {
        demand(value_slug(p->related.list[i]));
    }
    for (size_t i = 0; i < p->price_count; i++) {
        demand(p->prices[i].code.n > 0 && p->prices[i].item[LANG_EN].n > 0);
    }
}

static void read_document(enum published_kind k, struct str text, struct arena *a)
{
    struct published p;
    struct word_index index;
    struct err e = ERR_INIT;
    if (!published_parse(k, text, a, &p, &e)) {
        demand(e.code != ERR_NONE && e.text[0] != '\0');
        return;
    }
    check(&p);
    render(p.body);
    demand(index_build(&p, 1, a, &index, &e) || e.code == ERR_MEMORY || e.code == ERR_TOO_BIG);
}

static void ask(struct str words, struct arena *a)
{
    static struct bulletin *b;
    struct err e = ERR_INIT;
    struct bulletin_hit *hits;
    struct bulletin_query q = {.words = words, .lang = LANG_PL};
    size_t n, total;
    demand(b != NULL || (crypto_init(&e) && bulletin_builtin(&b, &e)));
    if (!bulletin_search(b, &q, a, 10, &hits, &n, &total, &e)) {
        demand(e.code == ERR_INVALID || e.code == ERR_TOO_BIG);
        return;
    }
    demand(n <= 10 && n <= total);
    for (size_t i = 0; i < n; i++) {
        demand(hits[i].mark_at + hits[i].mark_n <= hits[i].excerpt.n && utf8_valid(hits[i].excerpt));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_free) = arena_new(64u << 20);
    if (size == 0 || a == NULL) {
        return 0;
    }
    struct str text = {(const char *)data + 1, size - 1};
    switch (data[0] % 6) {
        case 4:
            if (utf8_valid(text)) {
                render(text);
            }
            break;
        case 5:
            ask(text, a);
            break;
        default:
            read_document((enum published_kind)(data[0] % 6), text, a);
            break;
    }
    return 0;
}
