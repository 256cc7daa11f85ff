/* bulletin_search.c: questions to the index. A word of the question stands for itself, its other forms, what begins
 * with it, and only when nothing does, for what looks like it; every word must be found in a document, and when no
 * document has all, those with the most come. Nothing is kept between questions, so any number of threads may ask. */
#include "bulletin_internal.h"

#include <stdlib.h>
#include <string.h>

#define QUERY_CHARS   200u
#define QUERY_WORDS   12u
#define STEM_SHARED   4u /* letters that two stems must share to be kin */
#define PREFIX_LEAST  2u
#define LIKENESS_MIN  45u
#define EXCERPT_SIDE  90u
#define HISTORICAL_OF 10u /* a document out of date counts this … */
#define HISTORICAL_IS 5u  /* … as this */

enum quality { QUALITY_SAME = 100, QUALITY_STEM = 95, QUALITY_PREFIX = 60, QUALITY_KIN = 45, QUALITY_LIKE = 30 };

struct search {
    const struct bulletin *b;
    const struct bulletin_query *q;
    struct arena *ar;
    struct str words[QUERY_WORDS];
    size_t word_count;
    uint8_t *term_quality;        /* of the word at hand, by term */
    uint32_t *score[QUERY_WORDS]; /* by item */
    uint8_t *marked;              /* terms that any word stands for */
    uint16_t *in_title;           /* by item: words of the question, as bits, that stand in its title */
};

/* ---------------------------------------------------------------- the question */

static bool read_words(struct search *s, struct err *e)
{
    struct str text, all[QUERY_WORDS];
    size_t at = 0, n = 0;
    if (!text_gate(s->ar, "q", s->q->words, QUERY_CHARS, true, &text, e) || !text_fold(s->ar, text, &text, e)) {
        return false;
    }
    while (n < QUERY_WORDS && word_next(text, &at, &all[n])) {
        all[n].n = all[n].n < WORD_MAX ? all[n].n : WORD_MAX;
        n++;
    }
    for (size_t i = 0; i < n; i++) {
        if (!word_idle(all[i])) {
            s->words[s->word_count++] = all[i];
        }
    }
    for (size_t i = 0; s->word_count == 0 && i < n; i++) { /* nothing but small words: then they count */
        s->words[i] = all[i];
        s->word_count = i + 1 == n ? n : 0;
    }
    return true;
}

/* ---------------------------------------------------------------- terms that a word stands for */

static void give(struct search *s, uint32_t term, enum quality q)
{
    if (s->term_quality[term] < q) {
        s->term_quality[term] = (uint8_t)q;
    }
}

/* The first place in a sorted order whose text is not before `word`. */
static size_t lower_bound(const struct word_index *x, const uint32_t *order, bool stems, struct str word)
{
    size_t low = 0, high = x->term_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct index_term *t = &x->terms[order[middle]];
        if (bytes_cmp(bytes_of(stems ? t->stem : t->folded), bytes_of(word)) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool starts_with(struct str s, struct str prefix)
{
    return s.n >= prefix.n && memcmp(s.p, prefix.p, prefix.n) == 0;
}

static void give_prefixed(struct search *s, struct str word)
{
    const struct word_index *x = &s->b->index;
    for (size_t i = lower_bound(x, x->by_folded, false, word); i < x->term_count; i++) {
        struct str folded = x->terms[x->by_folded[i]].folded;
        if (!starts_with(folded, word)) {
            return;
        }
        give(s, x->by_folded[i], folded.n == word.n ? QUALITY_SAME : QUALITY_PREFIX);
        if (word.n < PREFIX_LEAST && folded.n > word.n) {
            return;
        }
    }
}

static void give_stems(struct search *s, struct str stem, size_t longer, enum quality q)
{
    const struct word_index *x = &s->b->index;
    for (size_t i = lower_bound(x, x->by_stem, true, stem); i < x->term_count; i++) {
        struct str other = x->terms[x->by_stem[i]].stem;
        if (!starts_with(other, stem) || (longer == 0 && other.n > stem.n)) {
            return;
        }
        if (other.n <= stem.n + longer) {
            give(s, x->by_stem[i], q);
        }
    }
}

static bool give_alike(struct search *s, struct str word)
{
    const struct word_index *x = &s->b->index;
    bool any = false;
    for (size_t i = 0; word.n >= STEM_SHARED && i < x->term_count; i++) {
        unsigned like = word_likeness(word, x->terms[i].folded);
        if (like >= LIKENESS_MIN) {
            give(s, (uint32_t)i, (enum quality)(QUALITY_LIKE * like / 100));
            any = true;
        }
    }
    return any;
}

static bool any_term(const struct search *s)
{
    for (size_t i = 0; i < s->b->index.term_count; i++) {
        if (s->term_quality[i] != 0) {
            return true;
        }
    }
    return false;
}

static void terms_of(struct search *s, struct str word)
{
    char room[WORD_MAX];
    struct str stem = word_stem(word, room);
    memset(s->term_quality, 0, s->b->index.term_count);
    give_prefixed(s, word);
    give_stems(s, stem, 0, QUALITY_STEM);
    if (stem.n >= STEM_SHARED) {
        give_stems(s, stem, 4, QUALITY_KIN);
        struct str shorter = {stem.p, stem.n - 1};
        if (shorter.n >= STEM_SHARED) {
            give_stems(s, shorter, 0, QUALITY_KIN);
        }
    }
    if (!s->q->strict && !any_term(s)) {
        (void)give_alike(s, word);
    }
}

/* ---------------------------------------------------------------- scores */

/* A rare word says more: 1 for what is everywhere, up to 8. */
static uint32_t rarity(size_t items, size_t have)
{
    uint32_t r = 1;
    while (have > 0 && have * 2 <= items && r < 8) {
        have *= 2;
        r++;
    }
    return r;
}

static void score_word(struct search *s, size_t word)
{
    const struct word_index *x = &s->b->index;
    for (size_t i = 0; i < x->term_count; i++) {
        const struct index_term *t = &x->terms[i];
        if (s->term_quality[i] == 0) {
            continue;
        }
        s->marked[i] = s->marked[i] > s->term_quality[i] ? s->marked[i] : s->term_quality[i];
        uint32_t rare = rarity(s->b->count, t->count);
        for (size_t p = t->first; p < t->first + t->count; p++) {
            uint32_t score = s->term_quality[i] * x->postings[p].weight * (4 + rare) / 4;
            uint32_t item = x->postings[p].item, *to = &s->score[word][item];
            *to = score > *to ? score : *to;
            bool title = x->postings[p].weight >= WEIGHT_TITLE && s->term_quality[i] >= QUALITY_STEM;
            s->in_title[item] = (uint16_t)(s->in_title[item] | (title ? 1u << word : 0));
        }
    }
}

static bool wanted(const struct bulletin_query *q, const struct published *p)
{
    return p->status != PUBLISHED_WITHDRAWN && (q->kinds == 0 || (q->kinds & (1u << p->kind)) != 0) &&
           (p->kind != PUBLISHED_TEXT || p->lang == q->lang) && (!q->current_only || p->status == PUBLISHED_CURRENT) &&
           (q->office.n == 0 || str_eq(q->office, p->office));
}

static int by_score(const void *a, const void *b)
{
    const struct bulletin_hit *x = a, *y = b;
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    if (x->item->kind != y->item->kind || x->item->order == y->item->order) {
        return (x->item > y->item) - (x->item < y->item);
    }
    return x->item->order < y->item->order ? -1 : 1;
}

/* In tenths: a card answers a question, a register points to an answer, and a title that says nothing else fits best.
 */
static uint64_t fitting(const struct search *s, size_t item, uint64_t sum)
{
    static const unsigned of_kind[PUBLISHED_KIND_COUNT] = {
        [PUBLISHED_CARD] = 13, [PUBLISHED_REGISTER] = 10, [PUBLISHED_RULE] = 7, [PUBLISHED_TEXT] = 9};
    const struct published *p = &s->b->items[item];
    unsigned said = (unsigned)__builtin_popcount(s->in_title[item]);
    unsigned words = s->b->index.texts[item].title_words[s->q->lang];
    sum = sum * of_kind[p->kind] / 10;
    sum += words > 0 ? sum * (said < words ? said : words) / words : 0;
    return p->status == PUBLISHED_CURRENT ? sum : sum * HISTORICAL_IS / HISTORICAL_OF;
}

/* Items in which at least `least` words of the question were found. */
static size_t collect(const struct search *s, size_t least, struct bulletin_hit *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s->b->count; i++) {
        const struct published *p = &s->b->items[i];
        uint64_t sum = 0;
        size_t found = 0;
        for (size_t w = 0; w < s->word_count; w++) {
            found += s->score[w][i] > 0;
            sum += s->score[w][i];
        }
        if (found < least || !wanted(s->q, p)) {
            continue;
        }
        sum = fitting(s, i, sum);
        out[n++] = (struct bulletin_hit){.item = p,
                                         .score = (unsigned)(sum > 0 ? sum : 1),
                                         .in_title = (unsigned)__builtin_popcount(s->in_title[i])};
    }
    return n;
}

/* One word too many must not hide what is in force and has another one in its title. */
static size_t collect_titled(const struct search *s, struct bulletin_hit *out, size_t n, struct bulletin_hit *room)
{
    for (size_t i = 0; i < n; i++) {
        if (out[i].in_title > 0 && out[i].item->status == PUBLISHED_CURRENT) {
            return n;
        }
    }
    size_t more = collect(s, s->word_count - 1, room), whole = n;
    for (size_t i = 0; i < more; i++) {
        bool there = room[i].in_title == 0 || room[i].item->status != PUBLISHED_CURRENT;
        for (size_t k = 0; k < whole && !there; k++) {
            there = out[k].item == room[i].item;
        }
        if (!there) {
            out[n++] = room[i];
        }
    }
    return n;
}

/* ---------------------------------------------------------------- excerpts */

static size_t back_to_word(struct str s, size_t at)
{
    while (at > 0 && s.p[at - 1] != ' ') {
        at--;
    }
    return at;
}

static size_t on_to_word(struct str s, size_t at)
{
    while (at < s.n && s.p[at] != ' ') {
        at++;
    }
    return at;
}

static const struct place *best_place(const struct search *s, const struct item_text *t)
{
    const struct place *best = NULL;
    for (size_t i = 0; i < t->count; i++) {
        const struct place *p = &t->places[i];
        if (s->marked[p->term] > (best == NULL ? 0 : s->marked[best->term])) {
            best = p;
        }
    }
    return best;
}

static bool add_excerpt(struct search *s, struct bulletin_hit *h, struct err *e)
{
    const struct item_text *t = &s->b->index.texts[h->item - s->b->items];
    const struct place *p = best_place(s, t);
    if (p == NULL) {
        h->excerpt = h->item->summary[s->q->lang];
        return true;
    }
    size_t from = p->at > EXCERPT_SIDE ? back_to_word(t->plain, p->at - EXCERPT_SIDE) : 0;
    size_t to = p->at + p->n + EXCERPT_SIDE;
    to = to < t->plain.n ? on_to_word(t->plain, to) : t->plain.n;
    const char *before = from > 0 ? "… " : "", *after = to < t->plain.n ? " …" : "";
    h->excerpt = arena_fmt(s->ar, "%s%.*s%s", before, (int)(to - from), t->plain.p + from, after);
    h->mark_at = strlen(before) + p->at - from;
    h->mark_n = p->n;
    return h->excerpt.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

/* ---------------------------------------------------------------- the search */

static bool make_room(struct search *s, struct err *e)
{
    s->term_quality = arena_alloc(s->ar, s->b->index.term_count + 1);
    s->marked = arena_alloc(s->ar, s->b->index.term_count + 1);
    s->in_title = arena_alloc(s->ar, (s->b->count + 1) * sizeof *s->in_title);
    bool ok = s->term_quality != NULL && s->marked != NULL && s->in_title != NULL;
    for (size_t w = 0; ok && w < s->word_count; w++) {
        s->score[w] = arena_alloc(s->ar, (s->b->count + 1) * sizeof *s->score[w]);
        ok = s->score[w] != NULL;
    }
    return ok || err_set(e, ERR_MEMORY, "out of memory");
}

bool bulletin_search(const struct bulletin *b, const struct bulletin_query *q, struct arena *ar, size_t limit,
                     struct bulletin_hit **out, size_t *n, size_t *total, struct err *e)
{
    struct search s = {.b = b, .q = q, .ar = ar};
    struct bulletin_hit *hits = arena_alloc(ar, (b->count + 1) * sizeof *hits);
    struct bulletin_hit *room = arena_alloc(ar, (b->count + 1) * sizeof *room);
    size_t found = 0;
    if (hits == NULL || room == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!read_words(&s, e) || !make_room(&s, e)) {
        return false;
    }
    for (size_t w = 0; w < s.word_count; w++) {
        terms_of(&s, s.words[w]);
        score_word(&s, w);
    }
    for (size_t least = s.word_count; found == 0 && least > 0; least--) {
        found = collect(&s, least, hits);
    }
    if (s.word_count > 1 && found > 0) {
        found = collect_titled(&s, hits, found, room);
    }
    if (found > 1) {
        qsort(hits, found, sizeof *hits, by_score);
    }
    *total = found;
    *n = found < limit ? found : limit;
    for (size_t i = 0; i < *n; i++) {
        if (!add_excerpt(&s, &hits[i], e)) {
            return false;
        }
    }
    *out = hits;
    return true;
}
