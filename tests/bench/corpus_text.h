/* corpus_text.h: office text for the bench corpus: the same seed gives the same bytes. */
#ifndef AKTA_CORPUS_TEXT_H
#define AKTA_CORPUS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* splitmix64: small, fast, and the same everywhere. */
struct chance {
    uint64_t state;
};
static inline uint64_t chance_next(struct chance *c)
{
    uint64_t z = (c->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}
/* 0 … n-1 */
static inline size_t chance_below(struct chance *c, size_t n)
{
    return (size_t)(((chance_next(c) >> 32) * (uint64_t)n) >> 32);
}

/* Bytes that grow; memory running out ends the program, which is a tool of the bench and nothing else. */
struct text {
    char *p;
    size_t n, cap;
};
void text_add(struct text *t, const char *s, size_t n);
void text_str(struct text *t, const char *s);
__attribute__((format(printf, 2, 3))) void text_format(struct text *t, const char *f, ...);

enum { CAST = 5, CAST_BYTES = 192 };
/* What one document is about: its case, its people, places and acts, and the turn of vocabulary that its subject has.
 */
struct subject {
    struct chance *chance;
    unsigned turn, year;
    char mark[32];
    char person[CAST][CAST_BYTES], address[CAST][CAST_BYTES], act[CAST][CAST_BYTES];
};
void subject_new(struct subject *s, struct chance *c);
/* low … high, both included */
unsigned subject_number(struct subject *s, size_t low, size_t high);

/* Copies the phrase with each %-code replaced: %n a person, %a an address, %d a date, %s a sum … (the table in the .c).
 */
void text_expand(struct text *t, struct subject *s, const char *phrase);
/* Two to six sentences; `set` of a hundred are set phrases of list `phrases` (enum word_list) or of the common one. */
void text_paragraph(struct text *t, struct subject *s, int phrases, unsigned set);

#endif
