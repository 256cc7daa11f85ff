/* corpus_words.h: the vocabulary of the bench corpus: Polish office words, names and set phrases. */
#ifndef AKTA_CORPUS_WORDS_H
#define AKTA_CORPUS_WORDS_H

#include <stddef.h>

/* A lemma list and the endings its stems take; the commonest stems stand first, because choice follows Zipf's law. */
struct paradigm {
    const char *const *stems;
    size_t stem_count;
    const char *const *endings;
    size_t ending_count;
};
enum paradigm_name { NOUN_MASCULINE, NOUN_FEMININE, NOUN_VERBAL, NOUN_ACTION, NOUN_QUALITY, ADJECTIVE, PARADIGM_COUNT };
extern const struct paradigm paradigms[PARADIGM_COUNT];

struct words {
    const char *const *of;
    size_t n;
};
/* Lists without endings. The sentences hold %-codes that corpus_text.c fills in. */
enum word_list {
    W_VERB,
    W_PREPOSITION,
    W_CONJUNCTION,
    W_OPENING,
    W_FIRST_NAME,
    W_SURNAME_ROOT,
    W_SURNAME_END,
    W_TOWN,
    W_STREET,
    W_ACT,
    W_UNIT,
    W_POST,
    W_MONTH,
    W_SENTENCE,
    W_DECISION,
    W_SESSION,
    WORD_LIST_COUNT
};
extern const struct words word_lists[WORD_LIST_COUNT];

#endif
