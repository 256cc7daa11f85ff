/* corpus_text.c: office text for the bench corpus. Owns the sentence maker: words by Zipf's law out of inflected
 * vocabulary, set phrases with names, dates, sums and marks, and a small cast (one case, a few persons and places) that
 * a document keeps coming back to, as real papers do. Fails only for want of memory. */
#include "corpus_text.h"
#include "corpus_words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- bytes */

void text_add(struct text *t, const char *s, size_t n)
{
    if (n > t->cap - t->n) {
        size_t cap = (t->n + n) * 2 + 4096;
        char *p = realloc(t->p, cap);
        if (p == NULL) {
            fputs("corpus: out of memory\n", stderr);
            exit(4);
        }
        t->p = p;
        t->cap = cap;
    }
    memcpy(t->p + t->n, s, n);
    t->n += n;
}

void text_str(struct text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

void text_format(struct text *t, const char *f, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, f);
    int n = vsnprintf(line, sizeof line, f, ap);
    va_end(ap);
    text_add(t, line, n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

/* ---------------------------------------------------------------- words */

/* Rank r (0…n-1) with a weight of about 1/(r+1): n to the power of an even chance, less one. */
static size_t zipf(struct subject *s, size_t n)
{
    static const double root[9] = {1.0, 1.090508, 1.189207, 1.296840, 1.414214, 1.542211, 1.681793, 1.834008, 2.0};
    size_t octaves = 0;
    while (((size_t)1 << (octaves + 1)) <= n) {
        octaves++;
    }
    uint64_t even = chance_next(s->chance);
    double whole = (double)((size_t)1 << ((even & 0xffff) * octaves >> 16));
    double part = root[(even >> 20) & 7] * (1.0 + (double)((even >> 32) & 0xff) * 0.000354);
    size_t r = (size_t)(whole * part) - 1;
    return r < n ? r : chance_below(s->chance, n);
}

/* The first words are common everywhere; behind them every subject has an order of its own. */
static size_t turned(const struct subject *s, size_t rank, size_t n)
{
    enum { EVERYWHERE = 12 };
    if (rank < EVERYWHERE || n <= EVERYWHERE) {
        return rank;
    }
    return EVERYWHERE + (rank - EVERYWHERE + s->turn) % (n - EVERYWHERE);
}

static const char *from(struct subject *s, enum word_list w)
{
    return word_lists[w].of[zipf(s, word_lists[w].n)];
}

static const char *evenly(struct subject *s, enum word_list w)
{
    return word_lists[w].of[chance_below(s->chance, word_lists[w].n)];
}

static void inflected(struct text *t, struct subject *s, enum paradigm_name name)
{
    const struct paradigm *p = &paradigms[name];
    text_str(t, p->stems[turned(s, zipf(s, p->stem_count), p->stem_count)]);
    text_str(t, p->endings[zipf(s, p->ending_count)]);
}

static void noun_phrase(struct text *t, struct subject *s)
{
    if (chance_below(s->chance, 100) < 45) {
        inflected(t, s, ADJECTIVE);
        text_add(t, " ", 1);
    }
    inflected(t, s, (enum paradigm_name)chance_below(s->chance, ADJECTIVE));
    if (chance_below(s->chance, 100) < 30) {
        text_add(t, " ", 1);
        inflected(t, s, (enum paradigm_name)chance_below(s->chance, ADJECTIVE));
    }
}

static void clause(struct text *t, struct subject *s)
{
    noun_phrase(t, s);
    text_format(t, " %s ", from(s, W_VERB));
    noun_phrase(t, s);
    while (chance_below(s->chance, 100) < 55) {
        text_format(t, " %s ", from(s, W_PREPOSITION));
        noun_phrase(t, s);
    }
    if (chance_below(s->chance, 100) < 30) {
        text_format(t, ", %s ", from(s, W_CONJUNCTION));
        noun_phrase(t, s);
        text_format(t, " %s ", from(s, W_VERB));
        noun_phrase(t, s);
    }
}

/* ---------------------------------------------------------------- values */

unsigned subject_number(struct subject *s, size_t low, size_t high)
{
    return (unsigned)(low + chance_below(s->chance, high - low + 1));
}

static void new_person(struct text *t, struct subject *s)
{
    text_format(t, "%s %s%s", from(s, W_FIRST_NAME), evenly(s, W_SURNAME_ROOT), evenly(s, W_SURNAME_END));
}

static void new_address(struct text *t, struct subject *s)
{
    text_format(t, "ul. %s %u", evenly(s, W_STREET), subject_number(s, 1, 140));
    if (subject_number(s, 0, 2) == 0) {
        text_format(t, "/%u", subject_number(s, 1, 60));
    }
    text_format(t, ", %02u-%03u %s", subject_number(s, 0, 99), subject_number(s, 0, 999), evenly(s, W_TOWN));
}

static void new_act(struct text *t, struct subject *s)
{
    unsigned year = subject_number(s, 1990, 2025);
    text_format(t, "%s (Dz. U. z %u r. poz. %u)", from(s, W_ACT), year, subject_number(s, 1, 2400));
}

/* Of the document's own cast mostly, now and then somebody new. */
static void one_of_cast(struct text *t, struct subject *s, char cast[CAST][CAST_BYTES],
                        void (*fresh)(struct text *, struct subject *))
{
    if (chance_below(s->chance, 100) < 70) {
        text_str(t, cast[zipf(s, CAST)]);
    } else {
        fresh(t, s);
    }
}

static void sum(struct text *t, struct subject *s)
{
    unsigned zloty = subject_number(s, 1, 999), grosz = subject_number(s, 0, 3) == 0 ? subject_number(s, 0, 99) : 0;
    if (subject_number(s, 0, 2) == 0) {
        text_format(t, "%u,%02u zł", zloty, grosz);
    } else {
        text_format(t, "%u %03u,%02u zł", subject_number(s, 1, 400), subject_number(s, 0, 999), grosz);
    }
}

static void date_in_words(struct text *t, struct subject *s)
{
    unsigned day = subject_number(s, 1, 28);
    text_format(t, "%u %s %u", day, evenly(s, W_MONTH), s->year - (subject_number(s, 0, 3) == 0));
}

static void iso_date(struct text *t, struct subject *s)
{
    unsigned month = subject_number(s, 1, 12);
    text_format(t, "%u-%02u-%02u", s->year, month, subject_number(s, 1, 28));
}

static void person(struct text *t, struct subject *s)
{
    one_of_cast(t, s, s->person, new_person);
}

static void address(struct text *t, struct subject *s)
{
    one_of_cast(t, s, s->address, new_address);
}

static void act(struct text *t, struct subject *s)
{
    one_of_cast(t, s, s->act, new_act);
}

static void plain_sum(struct text *t, struct subject *s)
{
    text_format(t, "%u.%02u", subject_number(s, 10, 99999),
                subject_number(s, 0, 3) == 0 ? subject_number(s, 1, 99) : 0);
}

static void mark(struct text *t, struct subject *s)
{
    text_str(t, s->mark);
}

static void post(struct text *t, struct subject *s)
{
    text_str(t, from(s, W_POST));
}

static void unit(struct text *t, struct subject *s)
{
    text_str(t, from(s, W_UNIT));
}

static void town(struct text *t, struct subject *s)
{
    text_str(t, from(s, W_TOWN));
}

static void journal(struct text *t, struct subject *s)
{
    text_format(t, "Dz. U. z %u r. poz. %u", s->year - subject_number(s, 0, 6), subject_number(s, 1, 2400));
}

static void plot(struct text *t, struct subject *s)
{
    text_format(t, "działka nr %u/%u", subject_number(s, 1, 900), subject_number(s, 1, 40));
}

static void land_register(struct text *t, struct subject *s)
{
    text_format(t, "WA1M/%08u/%u", subject_number(s, 10000, 499999), subject_number(s, 0, 9));
}

static void company(struct text *t, struct subject *s)
{
    text_format(t, "%sbud sp. z o.o.", evenly(s, W_SURNAME_ROOT));
}

static void tax_number(struct text *t, struct subject *s)
{
    text_format(t, "%03u-%03u-%02u-%02u", subject_number(s, 100, 999), subject_number(s, 0, 999),
                subject_number(s, 0, 99), subject_number(s, 0, 99));
}

/* Eleven digits with a month that no PESEL has (13-19), so that it is nobody's. */
static void person_number(struct text *t, struct subject *s)
{
    text_format(t, "%02u%02u%02u%05u", subject_number(s, 30, 99), subject_number(s, 13, 19), subject_number(s, 1, 28),
                subject_number(s, 0, 99999));
}

static void hour(struct text *t, struct subject *s)
{
    text_format(t, "%u:%02u", subject_number(s, 7, 19), subject_number(s, 0, 11) * 5);
}

static void small_number(struct text *t, struct subject *s)
{
    text_format(t, "%u", subject_number(s, 1, 180));
}

static void votes(struct text *t, struct subject *s)
{
    text_format(t, "%u", subject_number(s, 0, 15));
}

static void quantity(struct text *t, struct subject *s)
{
    text_format(t, "%u", subject_number(s, 80, 9000));
}

static void year(struct text *t, struct subject *s)
{
    text_format(t, "%u", s->year);
}

static void digest(struct text *t, struct subject *s)
{
    for (int i = 0; i < 4; i++) {
        text_format(t, "%016" PRIx64, chance_next(s->chance));
    }
}

static void object_name(struct text *t, struct subject *s)
{
    uint64_t high = chance_next(s->chance), low = chance_next(s->chance);
    text_format(t, "%08x-%04x-4%03x-%04x-%012" PRIx64, (unsigned)(high >> 32), (unsigned)(high >> 16) & 0xffff,
                (unsigned)high & 0xfff, (unsigned)(low >> 48) | 0x8000, low & 0xffffffffffff);
}

/* ---------------------------------------------------------------- sentences */

struct code {
    char letter;
    void (*write)(struct text *t, struct subject *s);
};
static const struct code codes[] = {
    {'W', clause},        {'w', noun_phrase}, {'n', person},     {'a', address},       {'l', act},
    {'d', date_in_words}, {'D', iso_date},    {'s', sum},        {'S', plain_sum},     {'m', mark},
    {'o', post},          {'u', unit},        {'t', town},       {'j', journal},       {'p', plot},
    {'z', land_register}, {'N', company},     {'i', tax_number}, {'e', person_number}, {'h', hour},
    {'k', small_number},  {'v', votes},       {'q', quantity},   {'y', year},          {'x', digest},
    {'g', object_name}};

static void fill(struct text *t, struct subject *s, char letter)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].letter == letter) {
            codes[i].write(t, s);
            return;
        }
    }
}

void text_expand(struct text *t, struct subject *s, const char *phrase)
{
    for (const char *at = strchr(phrase, '%'); at != NULL; at = strchr(phrase, '%')) {
        text_add(t, phrase, (size_t)(at - phrase));
        fill(t, s, at[1]);
        phrase = at + 2;
    }
    text_str(t, phrase);
}

static void free_sentence(struct text *t, struct subject *s)
{
    size_t start = t->n;
    text_str(t, from(s, W_OPENING));
    clause(t, s);
    text_add(t, ".", 1);
    if (t->p[start] >= 'a' && t->p[start] <= 'z') {
        t->p[start] = (char)(t->p[start] - 'a' + 'A');
    }
}

void text_paragraph(struct text *t, struct subject *s, int phrases, unsigned set)
{
    unsigned sentences = subject_number(s, 2, 6);
    for (unsigned i = 0; i < sentences; i++) {
        if (i > 0) {
            text_add(t, " ", 1);
        }
        if (subject_number(s, 1, 100) > set) {
            free_sentence(t, s);
        } else {
            text_expand(t, s, evenly(s, subject_number(s, 0, 1) == 0 ? (enum word_list)phrases : W_SENTENCE));
        }
    }
}

static void copy_out(char *to, size_t size, struct text *scratch)
{
    size_t n = scratch->n < size - 1 ? scratch->n : size - 1;
    memcpy(to, scratch->p, n);
    to[n] = 0;
    scratch->n = 0;
}

void subject_new(struct subject *s, struct chance *c)
{
    struct text scratch = {NULL, 0, 0};
    s->chance = c;
    s->turn = subject_number(s, 0, 500);
    s->year = subject_number(s, 2011, 2025);
    text_format(&scratch, "OR.%u.%u.%u", subject_number(s, 1000, 9999), subject_number(s, 1, 400), s->year);
    copy_out(s->mark, sizeof s->mark, &scratch);
    for (size_t i = 0; i < CAST; i++) {
        new_person(&scratch, s);
        copy_out(s->person[i], sizeof s->person[i], &scratch);
        new_address(&scratch, s);
        copy_out(s->address[i], sizeof s->address[i], &scratch);
        new_act(&scratch, s);
        copy_out(s->act[i], sizeof s->act[i], &scratch);
    }
    free(scratch.p);
}
