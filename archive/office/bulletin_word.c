/* bulletin_word.c: words of a text and of a question, made comparable. Polish endings are taken off by a table, so that
 * „dowodu”, „dowody” and „dowodem” meet; what the table misses is found by likeness. Owns nothing and cannot fail. */
#include "bulletin_internal.h"

#include <string.h>

/* ---------------------------------------------------------------- where words begin and end */

/* Length of the character at p, and whether it belongs to a word. Above ASCII only the blocks of signs do not:
 * U+0080 … U+00BF, U+02B0 … U+02FF and U+2000 … U+206F. */
static size_t character(struct str s, size_t at, bool *of_word)
{
    uint8_t c = (uint8_t)s.p[at];
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (n > s.n - at) {
        n = s.n - at;
    }
    if (n == 1) {
        *of_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    } else {
        uint8_t second = (uint8_t)s.p[at + 1];
        bool sign = c == 0xC2 || c == 0xCB || (c == 0xCA && second >= 0xB0) || (c == 0xE2 && second <= 0x81);
        *of_word = !sign;
    }
    return n;
}

bool word_next(struct str text, size_t *at, struct str *word)
{
    bool of_word = false;
    *word = STR_NONE;
    while (*at < text.n) {
        size_t n = character(text, *at, &of_word);
        if (of_word) {
            break;
        }
        *at += n;
    }
    size_t begin = *at;
    while (*at < text.n) {
        size_t n = character(text, *at, &of_word);
        if (!of_word) {
            break;
        }
        *at += n;
    }
    if (*at == begin) {
        return false;
    }
    *word = (struct str){text.p + begin, *at - begin};
    return true;
}

/* ---------------------------------------------------------------- endings */

#define STEM_LEAST 3u

static bool ends(struct str s, const char *end, size_t least)
{
    size_t n = strlen(end);
    return s.n >= n + least && memcmp(s.p + s.n - n, end, n) == 0;
}

/* Folded endings of nouns, adjectives, verbs and nouns made of verbs, longest first where one holds another. */
static const char *const endings[] = {
    "owaniami", "owaniach", "owaniem", "owaniu", "owania", "owanie", "owano",   "owany",   "owana", "owane",
    "owac",     "owan",     "eniami",  "eniach", "aniami", "aniach", "osciami", "osciach", "oscia", "eniem",
    "aniem",    "eniu",     "enia",    "enie",   "aniu",   "ania",   "anie",    "osci",    "osc",   "iami",
    "iach",     "iego",     "iemu",    "owie",   "ymi",    "imi",    "ami",     "ach",     "ego",   "emu",
    "owi",      "iom",      "iow",     "iem",    "ium",    "ych",    "ich",     "uje",     "om",    "ow",
    "em",       "ie",       "ia",      "iu",     "ej",     "ym",     "im",      "ac",      "ec",    "ic",
    "yc",       "en",       "an",      "y",      "i",      "a",      "e",       "o",       "u"};

static bool strip(struct str *s, const char **what)
{
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        if (ends(*s, endings[i], STEM_LEAST)) {
            s->n -= strlen(endings[i]);
            *what = endings[i];
            return true;
        }
    }
    return false;
}

/* What an ending does to the sound before it: „rejestrze”, „dowodzie”, „karcie”, „skardze”. */
static void harden(struct str *s, char *room, const char *ending)
{
    bool soft = ending[0] == 'i' || strcmp(ending, "e") == 0;
    if (!soft) {
        return;
    }
    if (ends(*s, "rz", 2)) {
        s->n -= 1;
    } else if (ends(*s, "dz", 2)) {
        s->n -= 1;
        room[s->n - 1] = ending[0] == 'e' ? 'g' : 'd';
    } else if (ends(*s, "c", 3) && strcmp(ending, "ie") == 0) {
        room[s->n - 1] = 't';
    }
}

/* The e that comes and goes: „wniosek” – „wniosku”, „cudzoziemiec” – „cudzoziemca”. */
static void drop_fleeting(struct str *s, char *room)
{
    if (ends(*s, "iec", 3)) {
        s->n -= 2;
        room[s->n - 1] = 'c';
    } else if (ends(*s, "ek", 3)) {
        s->n -= 1;
        room[s->n - 1] = 'k';
    }
}

struct str word_stem(struct str folded, char room[WORD_MAX])
{
    struct str s = {room, folded.n < WORD_MAX ? folded.n : WORD_MAX};
    const char *ending;
    memcpy(room, folded.p, s.n);
    for (size_t i = 0; i < s.n; i++) {
        if (room[i] >= '0' && room[i] <= '9') {
            return s;
        }
    }
    drop_fleeting(&s, room);
    if (strip(&s, &ending)) {
        harden(&s, room, ending);
        drop_fleeting(&s, room);
        if (ends(s, "ow", STEM_LEAST + 1)) {
            s.n -= 2; /* „meldunkowy” meets „meldunek” */
        }
    }
    return s;
}

/* ---------------------------------------------------------------- words that do not count, words that nearly match */

bool word_idle(struct str folded)
{
    static const char *const idle[] = {
        "a",    "aby",  "bez",  "byc",  "chce", "ci",    "co",   "czy", "dla",  "do",    "gdy",  "gdzie", "i",
        "ile",  "jak",  "jaka", "jaki", "jest", "kiedy", "kto",  "lub", "ma",   "mam",   "mi",   "moge",  "moj",
        "moja", "mnie", "na",   "nie",  "o",    "od",    "oraz", "po",  "pod",  "przez", "przy", "sa",    "sie",
        "ta",   "ten",  "to",   "u",    "w",    "we",    "z",    "za",  "ze",   "the",   "of",   "to",    "for",
        "in",   "and",  "an",   "how",  "my",   "is",    "at",   "on",  "where"};
    for (size_t i = 0; i < COUNT_OF(idle); i++) {
        if (str_is(folded, idle[i])) {
            return true;
        }
    }
    return false;
}

/* The word with a blank before and after it, so that beginnings and ends count. */
static size_t triples(struct str s, uint32_t out[WORD_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < s.n + 1 && n < WORD_MAX; i++) {
        uint32_t before = i == 0 ? ' ' : (uint8_t)s.p[i - 1], after = i + 1 == s.n ? ' ' : (uint8_t)s.p[i + 1];
        out[n++] = before << 16 | (uint32_t)(uint8_t)s.p[i] << 8 | after;
    }
    return n;
}

unsigned word_likeness(struct str a, struct str b)
{
    uint32_t x[WORD_MAX], y[WORD_MAX];
    size_t nx = triples(a, x), ny = triples(b, y), common = 0;
    bool used[WORD_MAX] = {false};
    for (size_t i = 0; i < nx; i++) {
        for (size_t j = 0; j < ny; j++) {
            if (!used[j] && x[i] == y[j]) {
                used[j] = true;
                common++;
                break;
            }
        }
    }
    return nx + ny == 0 ? 0 : (unsigned)(200 * common / (nx + ny));
}
