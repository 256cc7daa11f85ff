/* Data from registers and certificates, prepared: fees, who decides, what is not lawful, what must be said. Rules: E-01
 * … E-10, D-01 … D-05, S-01 … S-05, K-21, X-03; traps 5, 6, 7, 10. And what is published already. */
#include "request_case.h"

static struct arena *memory;

static struct register_question sound_question(enum register_source s, enum register_ground g)
{
    return (struct register_question){.source = s,
                                      .ground = g,
                                      .keys = STR("Jan Kowalski, ur. 1 maja 1970 r."),
                                      .scope = STR("adres zameldowania"),
                                      .purpose = STR("pozew o zapłatę"),
                                      .basis = STR("wezwanie sądu")};
}

static struct register_answer prepared(const struct register_question *q)
{
    struct register_answer out;
    struct request_faults faults;
    must(register_prepare(q, case_day("2026-11-21"), memory, &out, &faults, &e));
    if (faults.count > 0) {
        fail_msg("%s: %.*s", faults.list[0].field, (int)faults.list[0].text.n, faults.list[0].text.p);
    }
    return out;
}

static const struct {
    enum register_source source;
    enum register_ground ground;
    bool lawful;
    uint64_t grosze;
    const char *rule;
} table[] = {
    {REGISTER_RESIDENTS, GROUND_SELF, true, 1700, "E-10"},
    {REGISTER_RESIDENTS, GROUND_PUBLIC_TASK, true, 0, "E-01"},
    {REGISTER_RESIDENTS, GROUND_LEGAL_INTEREST, true, 3100, "E-02"},
    {REGISTER_RESIDENTS, GROUND_FACTUAL_INTEREST, true, 3100, "E-03"},
    {REGISTER_RESIDENTS, GROUND_RESEARCH, true, 0, "S-06"},
    {REGISTER_PESEL, GROUND_LEGAL_INTEREST, true, 3100, "E-06"},
    {REGISTER_PESEL, GROUND_RESEARCH, false, 0, "E-09"},
    {REGISTER_ID_CARDS, GROUND_SELF, true, 1700, "D-05"},
    {REGISTER_ID_CARDS, GROUND_LEGAL_INTEREST, true, 3100, "D-02"},
    {REGISTER_ID_CARDS, GROUND_FACTUAL_INTEREST, true, 3100, "D-02"},
    {REGISTER_ID_CARDS, GROUND_RESEARCH, false, 0, "D-02"},
    {REGISTER_ID_FILES, GROUND_LEGAL_INTEREST, true, 3100, "D-04"},
    {REGISTER_ID_FILES, GROUND_FACTUAL_INTEREST, false, 0, "D-04"},
    {REGISTER_ID_FILES, GROUND_SELF, false, 0, "D-05"},
    {REGISTER_CERTIFICATE, GROUND_SELF, true, 1700, "K-21"},
    {REGISTER_CERTIFICATE, GROUND_FACTUAL_INTEREST, false, 0, "K-21"},
};

static void test_what_is_lawful_and_what_it_costs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct register_question q = sound_question(table[i].source, table[i].ground);
        struct register_answer a = prepared(&q);
        assert_int_equal(a.lawful, table[i].lawful);
        assert_int_equal(a.grosze, table[i].grosze);
        assert_non_null(strstr(a.rules, table[i].rule));
        assert_true(a.legal.n > 0);
        assert_int_equal(a.channel_count, a.lawful ? 3 : 0);
        assert_int_equal(a.reason.n > 0, !a.lawful);
        assert_int_equal(a.decides.n > 0, a.lawful || table[i].source == REGISTER_PESEL);
    }
}

/* Every pair has its answer, in both languages, and every text code its text. */
static void test_no_question_is_without_an_answer(void **state)
{
    (void)state;
    for (enum register_source s = REGISTER_RESIDENTS; s < REGISTER_SOURCE_END; s++) {
        for (enum register_ground g = GROUND_SELF; g < GROUND_END; g++) {
            for (int lang = LANG_EN; lang <= LANG_PL; lang++) {
                struct register_question q = sound_question(s, g);
                struct register_answer a;
                struct request_faults faults;
                struct err e;
                err_init(&e, (enum lang)lang);
                assert_true(register_prepare(&q, case_day("2026-11-21"), memory, &a, &faults, &e));
                assert_int_equal(faults.count, 0);
                for (size_t i = 0; i < a.note_count; i++) {
                    assert_false(str_starts(a.notes[i], "note-"));
                }
                assert_false(str_starts(a.decides, "decides-") || str_starts(a.appeal, "appeal-") ||
                             str_starts(a.reason, "reason-") || str_starts(a.term, "term-"));
            }
        }
    }
}

static void test_a_fee_for_each_person_and_for_a_proxy(void **state)
{
    (void)state;
    struct register_question q = sound_question(REGISTER_RESIDENTS, GROUND_LEGAL_INTEREST);
    q.persons = 3;
    assert_int_equal(prepared(&q).grosze, 9300);
    q.proxy = true;
    struct register_answer a = prepared(&q);
    assert_int_equal(a.grosze, 11000);
    assert_int_equal(a.fee_count, 2);
    assert_str(a.fees[0].payee, "income of the State budget");
    assert_str(a.fees[0].when, "before the request is filed");
    assert_str(a.fees[1].payee, "income of the municipality");
}

static void test_what_must_be_said(void **state)
{
    (void)state;
    struct register_question q = {.source = REGISTER_RESIDENTS, .ground = GROUND_LEGAL_INTEREST};
    struct register_answer a;
    struct request_faults faults;
    must(register_prepare(&q, case_day("2026-11-21"), memory, &a, &faults, &e));
    const char *const want[] = {"keys", "scope", "purpose", "basis"}; /* trap 6: here the purpose must be asked */
    assert_int_equal(faults.count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_string_equal(faults.list[i].field, want[i]);
    }
    q = sound_question(REGISTER_RESIDENTS, GROUND_SELF);
    q.purpose = q.basis = STR("");
    (void)prepared(&q);
    q = (struct register_question){.persons = 301};
    must(register_prepare(&q, case_day("2026-11-21"), memory, &a, &faults, &e));
    assert_int_equal(faults.count, 6);
}

/* ---------------------------------------------------------------- what is published already */

static void test_similar_texts_are_found_by_weighty_words(void **state)
{
    struct bulletin *b = NULL;
    struct bulletin_hit *hits;
    size_t n;
    (void)state;
    must(bulletin_builtin(&b, &e));
    must(request_similar(b,
                         STR("Proszę o udostępnienie informacji publicznej: ile kosztuje zaświadczenie o zameldowaniu"),
                         LANG_PL, memory, 5, &hits, &n, &e));
    assert_true(n > 0 && n <= 5);
    static const struct {
        const char *letter, *first; /* NULL: nothing is published that would answer it */
    } of[] = {
        {"Ile kosztuje zaświadczenie o zameldowaniu?", "Wydawanie zaświadczeń z ewidencji ludności"},
        {"Jak wymeldować współlokatora, który się wyprowadził?", "Wymeldowanie z pobytu stałego lub czasowego"},
        {"Czy gmina daje stypendium dla studenta?", "Stypendium im. Jana Pawła II"},
        {"Proszę o uchwały Rady Miasta z 2024 roku", "Rejestr uchwał Rady Miasta"},
        {"Gdzie wydają nowy dowód osobisty i ile to trwa", "Wydanie dowodu osobistego"},
        {"Proszę o udostępnienie rejestru umów zawartych przez gminę", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        must(request_similar(b, str_of(of[i].letter), LANG_PL, memory, 5, &hits, &n, &e));
        assert_int_equal(n > 0, of[i].first != NULL);
        if (n > 0) {
            assert_true(str_is(hits[0].item->title[LANG_PL], of[i].first));
        }
    }
    must(request_similar(b, STR(""), LANG_PL, memory, 5, &hits, &n, &e));
    assert_int_equal(n, 0);
    must(request_similar(b, STR("Proszę o wniosek oraz proszę"), LANG_PL, memory, 5, &hits, &n, &e));
    assert_int_equal(n, 0);
    bulletin_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_lawful_and_what_it_costs),
        cmocka_unit_test(test_no_question_is_without_an_answer),
        cmocka_unit_test(test_a_fee_for_each_person_and_for_a_proxy),
        cmocka_unit_test(test_what_must_be_said),
        cmocka_unit_test(test_similar_texts_are_found_by_weighty_words),
    };
    memory = arena_new(64u << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&memory);
    return failed;
}
