/* request_similar.c: what is published already and may answer a letter before it is sent. The letter's weightiest words
 * are searched one by one in the bulletin, and what several of them find comes first. Fails without memory. */
#include "request_internal.h"

#include "bulletin_internal.h"

#include <stdlib.h>
#include <string.h>

#define LETTERS_MIN 4u
#define HITS_EACH   10u
#define FOUND_MOST  64u
#define LEAST_SCORE 2u /* of the words that must agree when the letter has several */

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
    if (w->count < WEIGHTY_MOST) {
        w->list[w->count++] = word;
    } else if (word.n > w->list[shortest].n) {
        w->list[shortest] = word;
    }
}

/* Words of every letter to an office. */
static bool is_courtesy(struct str folded)
{
    static const char *const courtesies[] = {"prosze",      "prosimy", "udostepnienie", "informacji", "informacje",
                                             "publicznej",  "wniosek", "wnosze",        "zwracam",    "dotyczace",
                                             "dotyczacych", "oraz",    "urzad",         "urzedu",     "please"};
    for (size_t i = 0; i < COUNT_OF(courtesies); i++) {
        if (str_is(folded, courtesies[i])) {
            return true;
        }
    }
    return word_idle(folded);
}

bool weighty_words(struct str content, struct arena *ar, struct weighty *out, struct err *e)
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
        if (word.n >= LETTERS_MIN && word.n <= WORD_MAX && !is_courtesy(word)) {
            keep_word(out, word);
        }
    }
    return true;
}

struct found {
    struct bulletin_hit hit;
    unsigned words;
};

static void add_hit(struct found *list, size_t *n, const struct bulletin_hit *hit)
{
    for (size_t i = 0; i < *n; i++) {
        if (list[i].hit.item == hit->item) {
            list[i].hit.score += hit->score;
            list[i].words++;
            return;
        }
    }
    if (*n < FOUND_MOST) {
        list[(*n)++] = (struct found){*hit, 1};
    }
}

static int best_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->words != y->words) {
        return x->words > y->words ? -1 : 1;
    }
    return x->hit.score > y->hit.score ? -1 : x->hit.score < y->hit.score;
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
    for (size_t i = 0; i < w.count; i++) {
        const struct bulletin_query q = {.words = w.list[i], .lang = lang, .current_only = true};
        struct bulletin_hit *some;
        size_t count, total;
        if (!bulletin_search(b, &q, ar, HITS_EACH, &some, &count, &total, e)) {
            return false;
        }
        for (size_t k = 0; k < count; k++) {
            add_hit(list, &found, &some[k]);
        }
    }
    qsort(list, found, sizeof *list, best_first);
    for (size_t i = 0; i < found && kept < limit; i++) {
        if (w.count < 3 || list[i].words >= LEAST_SCORE) {
            hits[kept++] = list[i].hit;
        }
    }
    *out = hits;
    *n = kept;
    return true;
}
