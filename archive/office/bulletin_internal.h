/* bulletin_internal.h: a snapshot of what is published, and the index over it. */
#ifndef AKTA_OFFICE_BULLETIN_INTERNAL_H
#define AKTA_OFFICE_BULLETIN_INTERNAL_H

#include "office_proof.h"
#include "publish_internal.h"

/* ---------------------------------------------------------------- words (bulletin_word.c) */

#define WORD_MAX 64u /* bytes of a folded word that count; the rest is cut */
/* The next word of a text from *at; letters and digits of any script. False: none is left. */
bool word_next(struct str text, size_t *at, struct str *word);
/* Light stemming of a folded Polish word: endings off, as far as its forms meet. Never longer than the word. */
struct str word_stem(struct str folded, char room[WORD_MAX]);
/* Words that carry no meaning in a question („jak”, „gdzie”, “the”). */
bool word_idle(struct str folded);
/* How alike two folded words are, in hundredths, by the triples of their letters. */
unsigned word_likeness(struct str a, struct str b);

/* ---------------------------------------------------------------- index (bulletin_index.c) */

struct index_term {
    struct str folded, stem;
    size_t first, count; /* its postings */
};
struct posting {
    uint32_t item;
    uint32_t weight;
};
/* A word of an item's plain text: where an excerpt can begin. */
struct place {
    uint32_t term, at, n;
};
struct item_text {
    struct str plain; /* the body without marks */
    struct place *places;
    size_t count;
    unsigned title_words[2]; /* that carry meaning, by enum lang */
};
#define WEIGHT_TITLE 120u /* of a word in a title; every other place weighs less in all */
struct word_index {
    struct index_term *terms;
    uint32_t *by_folded, *by_stem; /* places in terms, sorted */
    size_t term_count;
    struct posting *postings;
    struct item_text *texts; /* of each item */
};
bool index_build(const struct published *items, size_t n, struct arena *ar, struct word_index *out,
                 struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the snapshot (bulletin.c) */

struct bulletin {
    struct arena *ar;
    struct day on;
    uint64_t generation; /* of the archive it was read from */
    struct published *items;
    size_t count;
    const struct published **lists[PUBLISHED_KIND_COUNT];
    size_t list_count[PUBLISHED_KIND_COUNT];
    struct word_index index;
    struct bulletin_version *versions; /* in force or earlier, by digest, the oldest entry first */
    size_t version_count, version_cap;
};
/* (bulletin_version.c) Adds one version while the bulletin is read; sorts them when all are there. */
bool bulletin_version_add(struct bulletin *b, enum published_kind kind, const struct conf_version *v,
                          struct err *e) MUST_USE;
void bulletin_versions_sort(struct bulletin *b);

#endif
