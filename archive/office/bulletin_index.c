/* bulletin_index.c: the words of everything published, with what each weighs where: in a title most, then in topics and
 * the number, the summary, the short answers, and in the body least and not endlessly. Built once for a snapshot; each
 * spelling is folded once. Fails without memory. */
#include "bulletin_internal.h"

#include <stdlib.h>
#include <string.h>

enum weight {
    WEIGHT_TOPIC = 110,
    WEIGHT_NUMBER = 60,
    WEIGHT_SUMMARY = 30,
    WEIGHT_ANSWER = 8,
    WEIGHT_BODY = 1,
    WEIGHT_BODY_MOST = 10
};

/* One word at one item: body occurrences are counted apart, because they are capped. */
struct mention {
    uint32_t term, item, weight, body;
};

/* From a spelling to its term, and from a folded word to it: open addressing over one array of slots. */
struct slot {
    struct str word;
    uint32_t term; /* + 1; 0: empty */
};
struct table {
    struct slot *slots;
    size_t cap, count;
};

struct build {
    struct arena *ar; /* what stays */
    struct table spelled, folded;
    struct index_term *terms;
    size_t term_count, term_cap;
    struct mention *mentions;
    size_t mention_count, mention_cap;
    struct err *e;
};

static void build_free(struct build *b)
{
    mem_free(b->spelled.slots);
    mem_free(b->folded.slots);
    mem_free(b->terms);
    mem_free(b->mentions);
}

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_MEMORY, "out of memory");
}

/* ---------------------------------------------------------------- tables */

static uint64_t hash_of(struct str s)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ (uint8_t)s.p[i]) * UINT64_C(1099511628211);
    }
    return h ^ h >> 29;
}

static struct slot *slot_of(const struct table *t, struct str word)
{
    size_t i = (size_t)hash_of(word) & (t->cap - 1);
    while (t->slots[i].term != 0 && !str_eq(t->slots[i].word, word)) {
        i = (i + 1) & (t->cap - 1);
    }
    return &t->slots[i];
}

static bool table_room(struct table *t, struct err *e)
{
    if (t->cap > 0 && t->count * 2 < t->cap) {
        return true;
    }
    struct table wider = {.cap = t->cap == 0 ? 4096 : t->cap * 2, .count = t->count};
    wider.slots = mem_zalloc(wider.cap * sizeof *wider.slots);
    if (wider.slots == NULL) {
        return no_memory(e);
    }
    for (size_t i = 0; i < t->cap; i++) {
        if (t->slots[i].term != 0) {
            *slot_of(&wider, t->slots[i].word) = t->slots[i];
        }
    }
    mem_free(t->slots);
    *t = wider;
    return true;
}

static bool array_room(void **list, size_t count, size_t *cap, size_t size, struct err *e)
{
    if (count < *cap) {
        return true;
    }
    size_t wider = *cap == 0 ? 4096 : *cap * 2;
    void *p = mem_realloc(*list, wider * size);
    if (p == NULL) {
        return no_memory(e);
    }
    *list = p;
    *cap = wider;
    return true;
}

static bool new_term(struct build *b, struct str folded, uint32_t *out)
{
    char room[WORD_MAX];
    void *terms = b->terms;
    bool ok = array_room(&terms, b->term_count, &b->term_cap, sizeof *b->terms, b->e);
    b->terms = terms;
    if (!ok) {
        return false;
    }
    struct str stem = arena_str(b->ar, word_stem(folded, room));
    if (stem.p == NULL) {
        return no_memory(b->e);
    }
    b->terms[b->term_count] = (struct index_term){.folded = folded, .stem = stem};
    *out = (uint32_t)b->term_count++;
    return true;
}

static bool term_of(struct build *b, struct str spelled, uint32_t *out)
{
    struct str word = {spelled.p, spelled.n < WORD_MAX ? spelled.n : WORD_MAX}, folded;
    while (word.n > 0 && word.n < spelled.n && ((uint8_t)spelled.p[word.n] & 0xC0) == 0x80) {
        word.n--; /* not in the middle of a character */
    }
    if (!table_room(&b->spelled, b->e) || !table_room(&b->folded, b->e)) {
        return false;
    }
    struct slot *s = slot_of(&b->spelled, word);
    if (s->term != 0) {
        *out = s->term - 1;
        return true;
    }
    if (!text_fold(b->ar, word, &folded, b->e)) {
        return false;
    }
    folded.n = folded.n < WORD_MAX ? folded.n : WORD_MAX;
    struct slot *f = slot_of(&b->folded, folded);
    if (f->term == 0) {
        if (!new_term(b, folded, out)) {
            return false;
        }
        *f = (struct slot){folded, *out + 1};
        b->folded.count++;
    }
    *out = f->term - 1;
    *s = (struct slot){word, f->term};
    b->spelled.count++;
    return true;
}

/* ---------------------------------------------------------------- mentions */

static bool mention(struct build *b, uint32_t term, size_t item, uint32_t weight, uint32_t body)
{
    void *list = b->mentions;
    bool ok = array_room(&list, b->mention_count, &b->mention_cap, sizeof *b->mentions, b->e);
    b->mentions = list;
    if (ok) {
        b->mentions[b->mention_count++] = (struct mention){term, (uint32_t)item, weight, body};
    }
    return ok;
}

static bool add_text(struct build *b, size_t item, struct str text, uint32_t weight)
{
    struct str word;
    uint32_t term;
    for (size_t at = 0; word_next(text, &at, &word);) {
        if (!term_of(b, word, &term) || !mention(b, term, item, weight, 0)) {
            return false;
        }
    }
    return true;
}

static bool count_title(struct build *b, struct str title, unsigned *out)
{
    struct str word, folded;
    for (size_t at = 0; word_next(title, &at, &word);) {
        if (!text_fold(b->ar, word, &folded, b->e)) {
            return false;
        }
        *out += !word_idle(folded);
    }
    return true;
}

static bool add_texts(struct build *b, size_t item, const struct texts *t, uint32_t weight)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!add_text(b, item, t->list[i], weight)) {
            return false;
        }
    }
    return true;
}

static bool add_answers(struct build *b, size_t item, const struct published *p)
{
    bool ok = add_text(b, item, p->time, WEIGHT_ANSWER) && add_texts(b, item, &p->forms, WEIGHT_ANSWER) &&
              add_text(b, item, p->note[LANG_PL], WEIGHT_SUMMARY) &&
              add_text(b, item, p->note[LANG_EN], WEIGHT_SUMMARY);
    for (size_t i = 0; ok && i < p->bring_count; i++) {
        ok = add_text(b, item, p->bring[i].text, WEIGHT_ANSWER);
    }
    for (size_t i = 0; ok && i < p->fee_count; i++) {
        ok = add_text(b, item, p->fees[i].text, WEIGHT_ANSWER);
    }
    for (size_t i = 0; ok && i < p->attachment_count; i++) {
        ok = add_text(b, item, p->attachments[i].name, WEIGHT_ANSWER);
    }
    for (size_t i = 0; ok && i < p->current_rule_count; i++) {
        ok = add_text(b, item, p->current_rules[i].text[LANG_PL], WEIGHT_ANSWER);
    }
    return ok;
}

static bool add_heads(struct build *b, size_t item, const struct published *p)
{
    bool both = !str_eq(p->title[LANG_PL], p->title[LANG_EN]);
    return add_text(b, item, p->title[LANG_PL], WEIGHT_TITLE) &&
           (!both || add_text(b, item, p->title[LANG_EN], WEIGHT_TITLE)) &&
           add_texts(b, item, &p->topics, WEIGHT_TOPIC) && add_text(b, item, p->number, WEIGHT_NUMBER) &&
           add_text(b, item, p->summary[LANG_PL], WEIGHT_SUMMARY) &&
           (!both || add_text(b, item, p->summary[LANG_EN], WEIGHT_SUMMARY)) &&
           add_text(b, item, p->office, WEIGHT_ANSWER) && add_text(b, item, p->unit, WEIGHT_ANSWER);
}

/* ---------------------------------------------------------------- bodies */

struct plain {
    struct buf out;
};

static bool plain_open(void *ctx, enum prose_part part, unsigned number, struct str target, struct err *e)
{
    (void)ctx, (void)part, (void)number, (void)target, (void)e;
    return true;
}

static bool plain_close(void *ctx, enum prose_part part, unsigned number, struct err *e)
{
    struct plain *p = ctx;
    (void)number, (void)e;
    if (part < PROSE_STRONG || part == PROSE_BREAK) {
        buf_add_u8(&p->out, ' ');
    }
    return true;
}

static bool plain_text(void *ctx, struct str text, struct err *e)
{
    struct plain *p = ctx;
    (void)e;
    buf_add_str(&p->out, text);
    return true;
}

static bool add_places(struct build *b, size_t item, struct item_text *t)
{
    struct str word;
    size_t n = 0;
    for (size_t at = 0; word_next(t->plain, &at, &word);) {
        n++;
    }
    t->places = arena_alloc(b->ar, (n + 1) * sizeof *t->places);
    if (t->places == NULL) {
        return no_memory(b->e);
    }
    for (size_t at = 0; word_next(t->plain, &at, &word);) {
        struct place *p = &t->places[t->count++];
        p->at = (uint32_t)(word.p - t->plain.p);
        p->n = (uint32_t)word.n;
        if (!term_of(b, word, &p->term) || !mention(b, p->term, item, 0, WEIGHT_BODY)) {
            return false;
        }
    }
    return true;
}

static bool add_body(struct build *b, size_t item, struct str body, struct item_text *t)
{
    struct plain p = {.out = BUF_INIT(4u << 20)};
    struct prose_sink sink = {plain_open, plain_close, plain_text, &p};
    bool ok = prose_render(body, &sink, b->e) && buf_ok(&p.out, b->e);
    if (ok) {
        t->plain = arena_str(b->ar, buf_str(&p.out));
        ok = t->plain.p != NULL || no_memory(b->e);
    }
    buf_free(&p.out);
    return ok && add_places(b, item, t);
}

/* ---------------------------------------------------------------- the index */

static int by_term(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    return x->term != y->term ? (x->term < y->term ? -1 : 1) : (x->item > y->item) - (x->item < y->item);
}

static bool make_postings(struct build *b, struct word_index *out)
{
    if (b->mention_count > 0) {
        qsort(b->mentions, b->mention_count, sizeof *b->mentions, by_term);
    }
    out->postings = arena_alloc(b->ar, (b->mention_count + 1) * sizeof *out->postings);
    if (out->postings == NULL) {
        return no_memory(b->e);
    }
    size_t n = 0;
    for (size_t i = 0; i < b->mention_count;) {
        struct mention sum = b->mentions[i++];
        while (i < b->mention_count && b->mentions[i].term == sum.term && b->mentions[i].item == sum.item) {
            sum.weight = b->mentions[i].weight > sum.weight ? b->mentions[i].weight : sum.weight;
            sum.body += b->mentions[i++].body;
        }
        struct index_term *t = &b->terms[sum.term];
        t->first = t->count == 0 ? n : t->first;
        t->count++;
        uint32_t body = sum.body < WEIGHT_BODY_MOST ? sum.body : WEIGHT_BODY_MOST;
        /* what stands in a heading or an answer is not made weightier by being repeated below */
        out->postings[n++] = (struct posting){sum.item, sum.weight > body ? sum.weight : body};
    }
    return true;
}

static int by_folded(const void *a, const void *b, void *terms)
{
    const struct index_term *t = terms;
    return bytes_cmp(bytes_of(t[*(const uint32_t *)a].folded), bytes_of(t[*(const uint32_t *)b].folded));
}

static int by_stem(const void *a, const void *b, void *terms)
{
    const struct index_term *t = terms;
    return bytes_cmp(bytes_of(t[*(const uint32_t *)a].stem), bytes_of(t[*(const uint32_t *)b].stem));
}

static bool make_orders(struct build *b, struct word_index *out)
{
    size_t n = b->term_count;
    out->terms = arena_alloc(b->ar, (n + 1) * sizeof *out->terms);
    out->by_folded = arena_alloc(b->ar, (n + 1) * sizeof *out->by_folded);
    out->by_stem = arena_alloc(b->ar, (n + 1) * sizeof *out->by_stem);
    if (out->terms == NULL || out->by_folded == NULL || out->by_stem == NULL) {
        return no_memory(b->e);
    }
    for (size_t i = 0; i < n; i++) {
        out->terms[i] = b->terms[i];
        out->by_folded[i] = out->by_stem[i] = (uint32_t)i;
    }
    qsort_r(out->by_folded, n, sizeof *out->by_folded, by_folded, out->terms);
    qsort_r(out->by_stem, n, sizeof *out->by_stem, by_stem, out->terms);
    out->term_count = n;
    return true;
}

bool index_build(const struct published *items, size_t n, struct arena *ar, struct word_index *out, struct err *e)
{
    struct build b CLEANUP(build_free) = {.ar = ar, .e = e};
    struct word_index index = {.texts = arena_alloc(ar, (n + 1) * sizeof *index.texts)};
    if (index.texts == NULL) {
        return no_memory(e);
    }
    for (size_t i = 0; i < n; i++) {
        struct item_text *t = &index.texts[i];
        if (!add_heads(&b, i, &items[i]) || !add_answers(&b, i, &items[i]) || !add_body(&b, i, items[i].body, t) ||
            !count_title(&b, items[i].title[LANG_PL], &t->title_words[LANG_PL]) ||
            !count_title(&b, items[i].title[LANG_EN], &t->title_words[LANG_EN])) {
            return false;
        }
    }
    if (!make_postings(&b, &index) || !make_orders(&b, &index)) {
        return false;
    }
    *out = index;
    return true;
}
