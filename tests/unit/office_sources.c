/* The documents that ship are their sources to the last word: every line of the real documents in conf/demo stands in
 * the document that names it as its source, in the order of its words; outside lies only what a crawler brought along.
 */
#include "bulletin_case.h"

#include <fcntl.h>

static struct str source_text(const char *name)
{
    const char *build = getenv("AKTA_BUILD");
    struct str path =
        build == NULL ? arena_fmt(ar, "conf/demo/%s", name) : arena_fmt(ar, "%s/../conf/demo/%s", build, name);
    struct bytes out;
    struct err e = ERR_INIT;
    if (!file_read(AT_FDCWD, path.p, 1u << 20, ar, &out, &e)) {
        fail_msg("%s", e.text);
    }
    return str_of_bytes(out);
}

/* Words alone, folded, each between blanks: what is left when layout, case and marks do not count. */
static struct str words_of(struct str text)
{
    struct err e = ERR_INIT;
    struct buf out CLEANUP(buf_free) = BUF_INIT(4u << 20);
    struct str folded, word;
    assert_true(text_fold(ar, text, &folded, &e));
    buf_add_u8(&out, ' ');
    for (size_t at = 0; word_next(folded, &at, &word);) {
        buf_add_str(&out, word);
        buf_add_u8(&out, ' ');
    }
    return arena_str(ar, buf_str(&out));
}

static bool holds(struct str whole, struct str part)
{
    return part.n <= 1 || memmem(whole.p, whole.n, part.p, part.n) != NULL;
}

static struct str next_line(struct str *rest)
{
    const char *lf = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
    struct str line = {rest->p, lf == NULL ? rest->n : (size_t)(lf - rest->p)};
    size_t step = lf == NULL ? rest->n : line.n + 1;
    *rest = (struct str){rest->p + step, rest->n - step};
    return line;
}

#define SPAM "This email address is being protected from spambots. You need JavaScript enabled to view it."

/* The line's words stand in the document, in their order; what hid an address from the crawler is no word of the
 * office. */
static void expect_line(struct str document, struct str line, const char *where, size_t number)
{
    while (line.n > 0) {
        const char *spam = memmem(line.p, line.n, SPAM, sizeof SPAM - 1);
        size_t n = spam == NULL ? line.n : (size_t)(spam - line.p), step = spam == NULL ? n : n + sizeof SPAM - 1;
        if (!holds(document, words_of((struct str){line.p, n}))) {
            fail_msg("%s: line %zu is lost: %.*s", where, number, (int)n, line.p);
        }
        line = (struct str){line.p + step, line.n - step};
    }
}

/* "siemiatycze-karty-uslug.txt, wiersze 13–88" */
static bool source_range(struct str source, const char *file, size_t *from, size_t *to)
{
    struct str word;
    uint64_t n[2] = {0, 0};
    size_t count = 0;
    if (!str_starts(source, file)) {
        return false;
    }
    for (size_t at = strlen(file); count < 2 && word_next(source, &at, &word);) {
        count += parse_u64(word, 1, 100000, &n[count]);
    }
    *from = (size_t)n[0];
    *to = count == 2 ? (size_t)n[1] : (size_t)n[0];
    return count > 0;
}

/* The file as it ships; each begins with its slug, a text goes on with its language. */
static struct str whole_document(const struct published *p)
{
    struct publication *list;
    size_t n;
    struct err e = ERR_INIT;
    struct str begins = arena_fmt(ar, "slug: %.*s\n%s", (int)p->slug.n, p->slug.p,
                                  p->kind != PUBLISHED_TEXT ? ""
                                  : p->lang == LANG_PL      ? "lang: pl\n"
                                                            : "lang: en\n");
    assert_true(publish_builtin(ar, &list, &n, &e));
    for (size_t i = 0; i < n; i++) {
        if (list[i].kind == p->kind && str_starts(list[i].text, begins.p)) {
            return list[i].text;
        }
    }
    fail_msg("there is no file of %s", p->slug.p);
    return STR_NONE;
}

static bool is_noise(struct str line)
{
    static const char *const noise[] = {"Strona wykorzystuje pliki cookies",
                                        "Nawigacja",
                                        "×",
                                        "Warning",
                                        "JUser: :_load",
                                        "Wednesday, 15 July 2015",
                                        "Tuesday, 14 July 2015",
                                        "Szukamy osób, które wykonają",
                                        "KARTA USŁUGI",
                                        "Wydanie dowodu osobistego",
                                        "Załączniki do treści",
                                        "Metryka strony",
                                        "REJESTRY, EWIDENCJE, ARCHIWA",
                                        "JEDNOSTKI ORGANIZACYJNE",
                                        "ZESPÓŁ ADMINISTRACYJNY OŚWIATY",
                                        "Udostępnienie danych z rejestrów, ewidencji i archiwów"};
    for (size_t i = 0; i < COUNT_OF(noise); i++) {
        if (str_starts(line, noise[i])) {
            return true;
        }
    }
    return words_of(line).n <= 1;
}

/* "3. Większość …": the number of a register or a rule is a field of its own. */
static struct str without_number(struct str line)
{
    while (line.n > 0 && ((line.p[0] >= '0' && line.p[0] <= '9') || line.p[0] == '.')) {
        line = (struct str){line.p + 1, line.n - 1};
    }
    return line;
}

/* Every line of a source lies in the range of a document and its words in that document; outside lies only noise. */
static void every_line_is_kept(const char *file, size_t until)
{
    struct str rest = source_text(file), lines[2000];
    bool covered[2000] = {false};
    size_t count = 1;
    while (rest.n > 0 && count < COUNT_OF(lines)) {
        lines[count++] = next_line(&rest);
    }
    for (size_t i = 0; i < b->count; i++) {
        const struct published *p = &b->items[i];
        size_t from, to;
        if (!source_range(p->metryka.source, file, &from, &to)) {
            continue;
        }
        struct str document = words_of(whole_document(p));
        for (size_t l = from; l <= to && l < count; l++) {
            covered[l] = true;
            expect_line(document, p->kind != PUBLISHED_CARD ? without_number(lines[l]) : lines[l], p->slug.p, l);
        }
    }
    for (size_t l = 1; l < count && l < until; l++) {
        if (!covered[l] && !is_noise(lines[l])) {
            fail_msg("%s: line %zu stands in no document: %.*s", file, l, (int)lines[l].n, lines[l].p);
        }
    }
}

static void siemiatycze_to_the_last_word(void **state)
{
    (void)state;
    every_line_is_kept("siemiatycze-karty-uslug.txt", SIZE_MAX);
}

static void suwalki_to_the_last_word(void **state)
{
    (void)state;
    every_line_is_kept("suwalki-karty-uslug.txt", 1355);
}

static void leka_opatowska_to_the_last_word(void **state)
{
    (void)state;
    every_line_is_kept("leka-opatowska-meldunek.txt", SIZE_MAX);
}

static void sejny_to_the_last_word(void **state)
{
    (void)state;
    every_line_is_kept("sejny-rejestry.txt", SIZE_MAX);
}

static void zary_price_list_to_the_last_word(void **state)
{
    (void)state;
    const struct published *p = bulletin_find(b, PUBLISHED_TEXT, STR(TEXT_PRICES), LANG_PL);
    struct str document = words_of(whole_document(p)), rest = source_text("zary-zarzadzenie-informacja-publiczna.txt");
    for (size_t l = 1; rest.n > 0; l++) {
        struct str line = next_line(&rest);
        if (l >= 498) {
            expect_line(document, line, "cennik", l);
        }
    }
}

/* The list under the Suwałki page: every form with its type and size, at the cards that ask for it. */
static void suwalki_attachments(void **state)
{
    (void)state;
    struct str rest = source_text("suwalki-karty-uslug.txt"), line = STR_NONE, cards[64];
    size_t n = bulletin_count(b, PUBLISHED_CARD);
    for (size_t i = 0; i < n; i++) {
        cards[i] = words_of(whole_document(bulletin_at(b, PUBLISHED_CARD, i)));
    }
    for (size_t l = 1; rest.n > 0 && l < 1389; l++) {
        line = next_line(&rest);
        bool found = l < 1357 || words_of(line).n <= 1;
        const char *name = l >= 1357 ? memmem(line.p, line.n, "(", 1) : NULL;
        if (name != NULL) {
            line = (struct str){name, line.n - (size_t)(name - line.p)}; /* "(PDF, 111,71 KB)" */
        }
        struct str words = words_of(line);
        for (size_t i = 0; !found && i < n; i++) {
            found = holds(cards[i], words);
        }
        if (!found) {
            fail_msg("line %zu stands at no card: %.*s", l, (int)line.n, line.p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siemiatycze_to_the_last_word), cmocka_unit_test(suwalki_to_the_last_word),
        cmocka_unit_test(suwalki_attachments),          cmocka_unit_test(leka_opatowska_to_the_last_word),
        cmocka_unit_test(sejny_to_the_last_word),       cmocka_unit_test(zary_price_list_to_the_last_word),
    };
    return cmocka_run_group_tests(tests, open_builtin, close_builtin);
}
