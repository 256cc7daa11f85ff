/* What may be asked of a citizen and what a form that does not do is told: the texts of the screens, all faults at
 * once. Rules: F-01, F-05, F-06, F-08, R-03, P-05, P-07, X-10; traps 6 and 22. */
#include "request_case.h"

static struct arena *memory; /* of the texts of faults */

static struct request_faults faults_of(const struct request_form *f, struct request_form *clean)
{
    struct request_faults out;
    struct request_form unused;
    must(request_check(f, memory, clean != NULL ? clean : &unused, &out, &e));
    return out;
}

static void said(const struct request_form *f, const char *field, const char *text)
{
    struct request_faults out = faults_of(f, NULL);
    for (size_t i = 0; i < out.count; i++) {
        if (strcmp(out.list[i].field, field) == 0) {
            assert_int_equal(out.list[i].text.n, strlen(text));
            assert_memory_equal(out.list[i].text.p, text, strlen(text));
            return;
        }
    }
    fail_msg("%s: no fault", field);
}

static void sound(const struct request_form *f)
{
    struct request_faults out = faults_of(f, NULL);
    if (out.count > 0) {
        fail_msg("%s: %.*s", out.list[0].field, (int)out.list[0].text.n, out.list[0].text.p);
    }
}

/* F-05, F-06: content and a way to answer are enough; F-01: no purpose is asked for. */
static void test_public_information_needs_content_and_a_way(void **state)
{
    (void)state;
    struct request_form f = {.kind = REQUEST_FOI, .way = REQUEST_HERE, .content = STR("umowy")};
    sound(&f);
    assert_int_equal(request_use(REQUEST_FOI, "name"), REQUEST_OPTIONAL);
    assert_int_equal(request_use(REQUEST_FOI, "purpose"), REQUEST_NOT_ASKED);
    f.purpose = STR("bo tak");
    said(&f, "purpose", "This kind of letter has no field \"purpose\". Leave it away.");
    f = (struct request_form){.kind = REQUEST_FOI};
    assert_int_equal(faults_of(&f, NULL).count, 2);
    said(&f, "content", "Write which information you ask for.");
    said(&f, "way", "Choose how we should answer.");
}

/* R-03: the opposite of it: name, address, purpose and form are required. */
static void test_reuse_needs_purpose_name_address_and_format(void **state)
{
    (void)state;
    struct request_form f = sound_form(REQUEST_REUSE);
    sound(&f);
    f.purpose = STR("");
    said(&f, "purpose", "Write what you will use the information for. The act requires it.");
    f = (struct request_form){.kind = REQUEST_REUSE, .way = REQUEST_HERE, .content = STR("rozkłady")};
    struct request_faults out = faults_of(&f, NULL);
    const char *const want[] = {"purpose", "format", "name", "email"};
    assert_int_equal(out.count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_string_equal(out.list[i].field, want[i]); /* in the order of the page */
    }
    f = sound_form(REQUEST_REUSE);
    f.email = STR("");
    f.street = STR("Polna 3");
    f.postal_code = STR("17-300");
    f.city = STR("Siemiatycze");
    sound(&f); /* a postal address will do */
    f.name = STR("");
    f.organisation = STR("Otwarte Dane sp. z o.o.");
    sound(&f);
}

static const struct {
    enum request_kind kind;
    const char *allowed; /* here, e-mail, post, sight, other */
} channels[] = {{REQUEST_FOI, "yyyyy"},         {REQUEST_OWN_WORDS, "yyyyy"}, {REQUEST_REUSE, "yyyny"},
                {REQUEST_COMPLAINT, "yyynn"},   {REQUEST_PROPOSAL, "yyynn"},  {REQUEST_PETITION, "yyynn"},
                {REQUEST_DATA_SUBJECT, "nyyyn"}};

/* The matrix of requests.md §8; P-07: data about a person are not handed to whoever holds a code. */
static void test_ways_of_answer_by_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        for (enum request_way w = REQUEST_HERE; w < REQUEST_WAY_END; w++) {
            assert_int_equal(request_way_allowed(channels[i].kind, w), channels[i].allowed[w - 1] == 'y');
        }
    }
    struct request_form f = sound_form(REQUEST_DATA_SUBJECT);
    f.way = REQUEST_HERE;
    said(&f, "way", "This kind of letter cannot be answered in that way. Choose another.");
    f.way = 99;
    said(&f, "way", "Choose one of the answers.");
}

static void test_what_the_way_needs(void **state)
{
    (void)state;
    struct request_form f = sound_form(REQUEST_FOI);
    f.way = REQUEST_EMAIL;
    said(&f, "email", "Write the e-mail address for the answer.");
    f.email = STR("anna.example.pl");
    said(&f, "email", "The e-mail address lacks the sign @.");
    static const char *const incomplete[] = {
        "@example.pl",           "anna@",           "anna@example",     "anna@.pl",         "anna@ex@ample.pl",
        "anna nowak@example.pl", "anna@example.",   "anna@example..pl", "anna.@example.pl", ".anna@example.pl",
        "anna..n@example.pl",    "anna@exam_ple.pl"};
    for (size_t i = 0; i < COUNT_OF(incomplete); i++) {
        f.email = str_of(incomplete[i]);
        said(&f, "email", "The e-mail address is not complete. Write it like anna@example.pl.");
    }
    static const struct {
        const char *address, *said;
    } signs[] = {
        {"anna@example.pl,", "The e-mail address has the sign \",\", which cannot stand there. Leave it out."},
        {"<anna@example.pl>", "The e-mail address has the sign \"<\", which cannot stand there. Leave it out."},
        {"mailto:anna@example.pl", "The e-mail address has the sign \":\", which cannot stand there. Leave it out."},
        {"anna;jan@example.pl", "The e-mail address has the sign \";\", which cannot stand there. Leave it out."},
        {"anna@example.pl/x", "The e-mail address is not complete. Write it like anna@example.pl."},
        {"anna@example.pl\u200b", "This text holds characters that cannot be shown. Type them anew."}};
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        f.email = str_of(signs[i].address);
        said(&f, "email", signs[i].said);
    }
    static const char *const good[] = {" anna@example.pl ", "o'brien+bip@example.pl", "żaneta@przykład.pl", "a@b.pl"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        f.email = str_of(good[i]);
        sound(&f);
    }
    f.way = REQUEST_POST;
    said(&f, "street", "Write the street with the number, or the village with the number.");
    said(&f, "postal_code", "Write the postal code.");
    said(&f, "city", "Write the town.");
    f.way = REQUEST_OTHER_WAY;
    said(&f, "way_other", "Write in which way we should answer.");
}

static void test_postal_codes(void **state)
{
    (void)state;
    struct request_form f = sound_form(REQUEST_COMPLAINT), clean;
    static const char *const good[] = {"17-300", "17300", "17 300", " 17 - 300 "};
    static const char *const bad[] = {"17-30", "173000", "17-3OO", "abc"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        f.postal_code = str_of(good[i]);
        assert_int_equal(faults_of(&f, &clean).count, 0);
        assert_true(str_is(clean.postal_code, "17-300"));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        f.postal_code = str_of(bad[i]);
        said(&f, "postal_code", "A postal code has 5 digits.");
    }
    f.postal_code = STR("SW1A 1AA");
    f.country = STR("Wielka Brytania");
    sound(&f);
    f.country = STR("POLSKA");
    said(&f, "postal_code", "A postal code has 5 digits.");
}

static void test_complaints_and_petitions_need_who_and_where(void **state)
{
    (void)state;
    for (enum request_kind k = REQUEST_COMPLAINT; k <= REQUEST_PETITION; k++) {
        struct request_form f = sound_form(k);
        sound(&f);
        f.name = STR("");
        said(&f, "name", "Write your name and surname. The law requires it for this kind of letter.");
        f = sound_form(k);
        f.street = STR("");
        assert_int_equal(faults_of(&f, NULL).count, 1);
    }
}

static void test_bad_text_is_a_fault_and_never_a_crash(void **state)
{
    (void)state;
    struct request_form f = sound_form(REQUEST_FOI);
    char *large = calloc(1, 60001);
    memset(large, 'a', 60000);
    f.content = STR("\xff\xfe zepsute");
    said(&f, "content", "This text holds characters that cannot be shown. Type them anew.");
    f.content = STR("dzwonek \a");
    said(&f, "content", "This text holds characters that cannot be shown. Type them anew.");
    f.content = (struct str){large, 60000};
    said(&f, "content", "This text has 60000 characters, the limit is 20000. Shorten it.");
    f.content = STR("   \n  ");
    said(&f, "content", "Write which information you ask for.");
    f = (struct request_form){.kind = 77};
    said(&f, "kind", "Choose what you want to ask for.");
    said(&f, "content", "Write what you need.");
    free(large);
}

static void test_every_field_has_a_rule_for_every_kind(void **state)
{
    (void)state;
    size_t n;
    const struct request_field *fields = request_fields(&n);
    for (size_t i = 0; i < n; i++) {
        size_t used = 0;
        for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
            used += request_use(k, fields[i].name) != REQUEST_NOT_ASKED;
        }
        assert_true(used > 0);
        assert_true(fields[i].max > 0);
    }
    for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        struct request_form f = sound_form(k);
        sound(&f);
        assert_string_not_equal(request_kind_name(k), "unknown");
        assert_true(strlen(request_kind_title(k, LANG_EN)) > 0);
    }
}

/* ---------------------------------------------------------------- hints (F-08, X-10, trap 22) */

static void test_hints_flag_and_never_refuse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum request_kind kind;
        unsigned want;
    } letters[] = {
        {"Proszę o umowy na odśnieżanie", REQUEST_FOI, 0},
        {"Proszę o odpis aktu urodzenia", REQUEST_FOI, REQUEST_HINT_REGISTER},
        {"Zgubiłem DOWÓD OSOBISTY", REQUEST_FOI, REQUEST_HINT_REGISTER},
        {"Jakie moje dane przetwarzacie? RODO", REQUEST_FOI, REQUEST_HINT_OWN_DATA},
        {"Jakie moje dane przetwarzacie? RODO", REQUEST_DATA_SUBJECT, 0},
        {"Składam skargę na urzędnika", REQUEST_FOI, REQUEST_HINT_COMPLAINT},
        {"Petycja w sprawie ławek", REQUEST_PROPOSAL, REQUEST_HINT_PETITION},
        {"Chcę ponownie wykorzystywać rozkłady", REQUEST_FOI, REQUEST_HINT_REUSE},
        {"Wgląd w akta mojej sprawy", REQUEST_OWN_WORDS, REQUEST_HINT_PARTY | REQUEST_HINT_UNSURE},
        {"Wniosek o dostęp do informacji publicznej", REQUEST_COMPLAINT, REQUEST_HINT_FOI},
        {"Mój numer to 44051401359.", REQUEST_FOI, REQUEST_HINT_IDENT},
        {"Umowa nr 44051401358", REQUEST_FOI, 0},
        {"Konto 61 1090 1014 0000 0712 1981 2874", REQUEST_FOI, REQUEST_HINT_IDENT},
    };
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20);
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        const struct request_form f = {.kind = letters[i].kind, .content = str_of(letters[i].text)};
        unsigned flags;
        must(request_hints(&f, case_day("2026-11-21"), ar, &flags, &e));
        if (flags != letters[i].want) {
            fail_msg("%s: %u instead of %u", letters[i].text, flags, letters[i].want);
        }
    }
    for (unsigned bit = 1; bit <= REQUEST_HINT_UNSURE; bit <<= 1) {
        assert_string_not_equal(request_flag_name((enum request_flag)bit), "unknown");
    }
}

static void test_units_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *code, *want;
    } of[] = {
        {"WF", "Wydział Finansów"}, {"W", "W"}, {"WA", "Administracja i kadry"}, {"WG", "WG"}, {"", ""}, {"X", "X"}};
    struct str units = STR("WF Wydział Finansów;WA   Administracja i kadry ; ; X ;WFX Inny");
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        struct str got = request_unit_title(units, str_of(of[i].code));
        assert_true(str_is(got, of[i].want));
        assert_true(str_is(request_unit_title(STR(""), str_of(of[i].code)), of[i].code));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public_information_needs_content_and_a_way),
        cmocka_unit_test(test_reuse_needs_purpose_name_address_and_format),
        cmocka_unit_test(test_ways_of_answer_by_kind),
        cmocka_unit_test(test_what_the_way_needs),
        cmocka_unit_test(test_postal_codes),
        cmocka_unit_test(test_complaints_and_petitions_need_who_and_where),
        cmocka_unit_test(test_bad_text_is_a_fault_and_never_a_crash),
        cmocka_unit_test(test_every_field_has_a_rule_for_every_kind),
        cmocka_unit_test(test_hints_flag_and_never_refuse),
        cmocka_unit_test(test_units_have_names),
    };
    memory = arena_new(16u << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&memory);
    return failed;
}
