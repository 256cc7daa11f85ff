/* request_similar.c: what is published already and may answer a letter before it is sent. The letter's weightiest words
 * are searched one by one in the bulletin; the rarer a word is there, the more what it finds counts. Shown is only what
 * a title names or several words find, and nothing that is far behind the best: an honest nothing helps more than a
 * list of what every office has. Fails without memory. */
#include "request_internal.h"

#include "bulletin_internal.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MOST  8u /* searched */
#define LETTERS_MIN 4u
#define HITS_EACH   40u
#define FOUND_MOST  160u
#define LEAST_WORDS 3u /* that must find a document whose title has none of them */
#define COMMON      4u /* a word that is in every fourth document says nothing */
#define FAR_BEHIND  3u /* a document with less than a third of the best one's score */

struct weighty {
    struct str list[WORDS_MOST];
    size_t count;
};

/* The longest words say most; the order of the letter does not matter. */
static void keep_word(struct weighty *w, struct str word)
{
    size_t shortest = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (str_eq(w->list[i], word)) {
            return;
        }
        shortest = w->list[i].n < w->list[shortest].n ? i : shortest;
    }
    if (w->count < WORDS_MOST) {
        w->list[w->count++] = word;
    } else if (word.n > w->list[shortest].n) {
        w->list[shortest] = word;
    }
}

/* Words of every letter to an office. */
static bool is_courtesy(struct str folded)
{
    static const char *const courtesies[] = {
        "prosze", "prosimy", "udostepnienie", "informacji",  "informacje", "publicznej", "wniosek",
        "wnosze", "zwracam", "dotyczace",     "dotyczacych", "oraz",       "urzad",      "urzedu",
        "please", "wykaz",   "kopie",         "kopii",       "liste",      "lista",      "roku",
        "gminy",  "gminie",  "gmine",         "gmina",       "otrzymac",   "chce"};
    for (size_t i = 0; i < COUNT_OF(courtesies); i++) {
        if (str_is(folded, courtesies[i])) {
            return true;
        }
    }
    return word_idle(folded);
}

static bool weighty_words(struct str content, struct arena *ar, struct weighty *out, struct err *e)
{
    struct str folded, word;
    size_t at = 0;
    out->count = 0;
    if (content.n == 0) {
        return true;
    }
    if (!text_fold(ar, content, &folded, e)) {
        return false;
    }
    while (word_next(folded, &at, &word)) {
        bool number = word.p[0] >= '0' && word.p[0] <= '9';
        if (word.n >= LETTERS_MIN && word.n <= WORD_MAX && !number && !is_courtesy(word)) {
            keep_word(out, word);
        }
    }
    return true;
}

struct found {
    struct bulletin_hit hit;
    uint64_t score;
    unsigned words, in_title;
};

static void add_hit(struct found *list, size_t *n, const struct bulletin_hit *hit, unsigned rarity)
{
    size_t i = 0;
    while (i < *n && list[i].hit.item != hit->item) {
        i++;
    }
    if (i == FOUND_MOST) {
        return;
    }
    if (i == *n) {
        list[(*n)++] = (struct found){.hit = *hit};
    }
    list[i].score += (uint64_t)hit->score * rarity;
    list[i].words++;
    list[i].in_title += hit->in_title;
}

/* 0: it is everywhere; then one more each time it is twice as rare. */
static unsigned rarity_of(const struct bulletin *b, size_t have)
{
    unsigned r = 0;
    for (size_t all = have * COMMON; have > 0 && all <= b->count; all *= 2) {
        r++;
    }
    return r;
}

static bool search_words(const struct bulletin *b, const struct weighty *w, enum lang lang, struct arena *ar,
                         struct found *list, size_t *found, struct err *e)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct bulletin_query q = {.words = w->list[i], .lang = lang, .current_only = true, .strict = true};
        struct bulletin_hit *some;
        size_t count, total;
        if (!bulletin_search(b, &q, ar, HITS_EACH, &some, &count, &total, e)) {
            return false;
        }
        unsigned rarity = rarity_of(b, total);
        for (size_t k = 0; k < count && rarity > 0; k++) {
            add_hit(list, found, &some[k], rarity * rarity);
        }
    }
    return true;
}

static int best_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return (x->hit.item > y->hit.item) - (x->hit.item < y->hit.item);
}

bool request_similar(const struct bulletin *b, struct str content, enum lang lang, struct arena *ar, size_t limit,
                     struct bulletin_hit **out, size_t *n, struct err *e)
{
    struct weighty w;
    struct found *list = arena_alloc(ar, FOUND_MOST * sizeof *list);
    struct bulletin_hit *hits = arena_alloc(ar, (limit + 1) * sizeof *hits);
    size_t found = 0, kept = 0;
    if (list == NULL || hits == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!weighty_words(content, ar, &w, e)) {
        return false;
    }
    if (!search_words(b, &w, lang, ar, list, &found, e)) {
        return false;
    }
    qsort(list, found, sizeof *list, best_first);
    for (size_t i = 0; i < found && kept < limit; i++) {
        bool near = list[i].score * FAR_BEHIND >= list[0].score;
        if (near && (list[i].in_title > 0 || list[i].words >= LEAST_WORDS)) {
            hits[kept++] = list[i].hit;
        }
    }
    *out = hits;
    *n = kept;
    return true;
}
