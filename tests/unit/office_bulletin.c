/* What the office publishes, in an archive: the whole set in one verb with an entry each, versions that never change, a
 * snapshot for a day, one that renews itself, and the metryka that the archive vouches for. */
#include "archive_case.h"

#include "archive/office/bulletin_internal.h"

#include <pthread.h>

static const struct actor editor = {STR_INIT("redakcja")};

static struct str document(struct case_world *w, const char *slug, const char *title, const char *from,
                           const char *status)
{
    return arena_fmt(w->ar,
                     "slug: %s\ntitle: %s\nsummary: Krótko\nlang: pl\norder: 1\nstatus: %s\nvalid-from: %s\n"
                     "office: Urząd\ndisclosed-by: Urząd\nmade-by: Redakcja\npublished-by: A. Nowak\n---\nTreść %s.\n",
                     slug, title, status, from, title);
}

static bool publish_text(struct case_world *w, struct str text, uint64_t *changed, struct err *e)
{
    struct publication one = {.kind = PUBLISHED_TEXT, .file = STR("texts/a.md"), .text = text};
    return publish(w->a, &one, 1, &editor, changed, e);
}

static void must_publish(struct case_world *w, struct str text, uint64_t expected)
{
    struct err e = ERR_INIT;
    uint64_t changed = 99;
    if (!publish_text(w, text, &changed, &e)) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(changed, expected);
}

static struct bulletin *loaded(struct case_world *w, const char *day)
{
    struct bulletin *b;
    struct err e = ERR_INIT;
    if (!bulletin_load(w->a, case_day(day), &b, &e)) {
        fail_msg("%s", e.text);
    }
    return b;
}

static uint64_t log_size(struct case_world *w)
{
    struct ledger_head head;
    struct err e = ERR_INIT;
    assert_true(ledger_head_get(archive_ledger(w->a), w->ar, &head, &e));
    return head.size;
}

static void expect_title(struct case_world *w, const char *day, const char *slug, const char *title)
{
    struct bulletin *b CLEANUP(bulletin_free) = loaded(w, day);
    const struct published *p = bulletin_find(b, PUBLISHED_TEXT, str_of(slug), LANG_PL);
    if (title == NULL) {
        assert_null(p);
    } else {
        assert_non_null(p);
        assert_true(str_is(p->title[LANG_PL], title));
    }
}

/* ---------------------------------------------------------------- the set that ships */

static void count_faults(void *ctx, const char *place, const char *wrong, const char *mend)
{
    (void)mend;
    (*(size_t *)ctx)++;
    print_error("%s: %s\n", place, wrong);
}

static void the_set_comes_in_one_verb(void **state)
{
    struct case_world w;
    struct publication *list;
    struct err e = ERR_INIT;
    size_t n, faults = 0;
    uint64_t changed, checked;
    (void)state;
    case_open(&w, "2026-11-21");
    uint64_t before = log_size(&w);
    assert_true(publish_builtin(w.ar, &list, &n, &e));
    assert_int_equal(n, 27 + 38 + 7 + 22);
    if (!publish(w.a, list, n, &editor, &changed, &e)) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(changed, n);
    assert_int_equal(log_size(&w), before + n);
    assert_true(publish(w.a, list, n, &editor, &changed, &e)); /* once more changes nothing */
    assert_int_equal(changed, 0);
    assert_int_equal(log_size(&w), before + n);
    case_reopen(&w);
    struct bulletin *b CLEANUP(bulletin_free) = loaded(&w, "2026-11-21");
    assert_int_equal(bulletin_count(b, PUBLISHED_CARD), 27);
    assert_int_equal(bulletin_count(b, PUBLISHED_REGISTER), 38);
    const struct published *p = bulletin_find(b, PUBLISHED_CARD, STR("siemiatycze-zameldowanie"), LANG_PL);
    assert_int_equal(p->metryka.published, w.now);
    assert_int_equal(p->metryka.sha256.n, 64);
    assert_true(p->metryka.entry >= before && p->metryka.entry < before + n);
    assert_int_equal(p->sequence, 1);
    assert_true(archive_doctor(w.a, false, count_faults, &faults, &checked, &e));
    assert_int_equal(faults, 0);
    case_close(&w);
}

/* ---------------------------------------------------------------- versions */

static void versions_follow_one_another(void **state)
{
    struct case_world w;
    struct published_version *list;
    struct err e = ERR_INIT;
    size_t n;
    (void)state;
    case_open(&w, "2026-11-21");
    must_publish(&w, document(&w, "cennik", "Pierwszy", "2026-01-01", "aktualna"), 1);
    must_publish(&w, document(&w, "cennik", "Pierwszy", "2026-01-01", "aktualna"), 0);
    w.now += 60;
    must_publish(&w, document(&w, "cennik", "Poprawiony", "2026-01-01", "aktualna"),
                 1); /* the same day: a correction */
    must_publish(&w, document(&w, "cennik", "Przyszły", "2027-01-01", "aktualna"), 1);
    expect_title(&w, "2025-12-31", "cennik", NULL);
    expect_title(&w, "2026-11-21", "cennik", "Poprawiony");
    expect_title(&w, "2026-12-31", "cennik", "Poprawiony");
    expect_title(&w, "2027-01-01", "cennik", "Przyszły");
    if (!published_history(w.a, PUBLISHED_TEXT, STR("cennik"), LANG_PL, w.ar, &list, &n, &e)) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(n, 3);
    assert_int_equal(list[0].sequence, 3);
    assert_true(str_is(list[0].title, "Przyszły") && str_is(list[2].title, "Pierwszy"));
    assert_true(str_is(list[2].published_by, "A. Nowak"));
    assert_int_equal(list[1].published, list[2].published + 60);
    assert_true(list[0].entry == list[1].entry + 1 && list[1].entry == list[2].entry + 1);
    struct published p;
    assert_true(published_at(w.a, PUBLISHED_TEXT, STR("cennik"), LANG_PL, 1, w.ar, &p, &e));
    assert_true(str_is(p.body, "Treść Pierwszy."));
    assert_int_equal(p.versions, 3);
    assert_int_equal(p.sequence, 1);
    assert_false(published_at(w.a, PUBLISHED_TEXT, STR("cennik"), LANG_PL, 4, w.ar, &p, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    err_init(&e, LANG_EN);
    assert_false(published_history(w.a, PUBLISHED_TEXT, STR("cennik"), LANG_EN, w.ar, &list, &n, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    case_close(&w);
}

static void the_next_version_ends_this_one(void **state)
{
    struct case_world w;
    char day[DAY_TEXT_SIZE];
    (void)state;
    case_open(&w, "2026-11-21");
    must_publish(&w, document(&w, "cennik", "Dziś", "2026-01-01", "aktualna"), 1);
    must_publish(&w, document(&w, "cennik", "Potem", "2027-01-01", "aktualna"), 1);
    struct bulletin *b CLEANUP(bulletin_free) = loaded(&w, "2026-11-21");
    const struct published *p = bulletin_find(b, PUBLISHED_TEXT, STR("cennik"), LANG_PL);
    day_text(p->valid_until, day);
    assert_string_equal(day, "2026-12-31");
    assert_int_equal(p->versions, 2);
    assert_int_equal(p->sequence, 1);
    case_close(&w);
}

static void history_is_not_rewritten(void **state)
{
    struct case_world w;
    struct err e = ERR_INIT;
    (void)state;
    case_open(&w, "2026-11-21");
    must_publish(&w, document(&w, "cennik", "Nowy", "2026-06-01", "aktualna"), 1);
    assert_false(publish_text(&w, document(&w, "cennik", "Stary", "2026-05-31", "aktualna"), NULL, &e));
    assert_int_equal(e.code, ERR_STATE);
    expect_title(&w, "2026-11-21", "cennik", "Nowy");
    case_close(&w);
}

static void withdrawn_leaves_lists_and_search(void **state)
{
    struct case_world w;
    struct err e = ERR_INIT;
    struct bulletin_hit *hits;
    size_t n, total;
    (void)state;
    case_open(&w, "2026-11-21");
    must_publish(&w, document(&w, "cennik", "Zabytkowy cennik", "2026-01-01", "aktualna"), 1);
    must_publish(&w, document(&w, "cennik", "Zabytkowy cennik", "2026-02-01", "wycofana"), 1);
    struct bulletin *b CLEANUP(bulletin_free) = loaded(&w, "2026-11-21");
    struct bulletin_query q = {.words = STR("zabytek"), .lang = LANG_PL};
    assert_int_equal(bulletin_count(b, PUBLISHED_TEXT), 0);
    assert_true(bulletin_search(b, &q, w.ar, 5, &hits, &n, &total, &e));
    assert_int_equal(total, 0);
    const struct published *p = bulletin_find(b, PUBLISHED_TEXT, STR("cennik"), LANG_PL);
    assert_int_equal(p->status, PUBLISHED_WITHDRAWN);
    assert_int_equal(p->versions, 2);
    struct bulletin *old CLEANUP(bulletin_free) = loaded(&w, "2026-01-15");
    assert_true(bulletin_search(old, &q, w.ar, 5, &hits, &n, &total, &e));
    assert_int_equal(total, 1);
    case_close(&w);
}

/* ---------------------------------------------------------------- refusals */

static void all_or_nothing(void **state)
{
    struct case_world w;
    struct err e = ERR_INIT;
    (void)state;
    case_open(&w, "2026-11-21");
    uint64_t before = log_size(&w);
    struct publication list[2] = {
        {PUBLISHED_TEXT, STR("texts/a.md"), document(&w, "a", "A", "2026-01-01", "aktualna")},
        {PUBLISHED_TEXT, STR("texts/b.md"), document(&w, "b", "B", "2026-13-01", "aktualna")}};
    assert_false(publish(w.a, list, 2, &editor, NULL, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_non_null(strstr(e.text, "texts/b.md"));
    assert_non_null(strstr(e.text, "line 7"));
    list[1] = (struct publication){PUBLISHED_TEXT, STR("texts/c.md"), document(&w, "a", "C", "2026-01-01", "aktualna")};
    err_init(&e, LANG_EN);
    assert_false(publish(w.a, list, 2, &editor, NULL, &e)); /* the same slug twice */
    assert_int_equal(log_size(&w), before);
    expect_title(&w, "2026-11-21", "a", NULL);
    case_close(&w);
}

static void a_class_must_exist(void **state)
{
    struct case_world w;
    struct err e = ERR_INIT;
    (void)state;
    case_open(&w, "2026-11-21");
    struct str text = document(&w, "rodo", "Dane", "2026-01-01", "aktualna");
    struct str wrong = arena_fmt(w.ar, "retention: 99999\n%s", text.p),
               right = arena_fmt(w.ar, "retention: 1431\n%s", text.p);
    assert_false(publish_text(&w, wrong, NULL, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_string_equal(e.field, "retention");
    must_publish(&w, right, 1);
    struct bulletin *b CLEANUP(bulletin_free) = loaded(&w, "2026-11-21");
    const struct published *p = bulletin_find(b, PUBLISHED_TEXT, STR("rodo"), LANG_PL);
    assert_int_equal(p->retention[0].years, 5);
    assert_true(str_is(p->retention[0].title, "Udostępnianie informacji publicznej"));
    case_close(&w);
}

/* ---------------------------------------------------------------- the living snapshot */

static void the_desk_renews_itself(void **state)
{
    struct case_world w;
    struct bulletin_desk *d;
    struct err e = ERR_INIT;
    const struct bulletin *first, *second, *third;
    (void)state;
    case_open(&w, "2026-11-21");
    must_publish(&w, document(&w, "cennik", "Dziś", "2026-01-01", "aktualna"), 1);
    must_publish(&w, document(&w, "cennik", "Jutro", "2026-11-22", "aktualna"), 1);
    assert_true(bulletin_desk_open(w.a, &d, &e));
    assert_true(bulletin_take(d, &first, &e));
    assert_true(bulletin_take(d, &second, &e));
    assert_ptr_equal(first, second);
    bulletin_give(d, &second);
    assert_null(second);
    must_publish(&w, document(&w, "nowy", "Nowy", "2026-01-01", "aktualna"), 1);
    assert_true(bulletin_take(d, &second, &e));
    assert_non_null(bulletin_find(second, PUBLISHED_TEXT, STR("nowy"), LANG_PL));
    assert_null(bulletin_find(first, PUBLISHED_TEXT, STR("nowy"), LANG_PL)); /* who holds the old one keeps it whole */
    case_set_day(&w, "2026-11-22");
    assert_true(bulletin_take(d, &third, &e));
    assert_true(str_is(bulletin_find(third, PUBLISHED_TEXT, STR("cennik"), LANG_PL)->title[LANG_PL], "Jutro"));
    assert_true(str_is(bulletin_find(second, PUBLISHED_TEXT, STR("cennik"), LANG_PL)->title[LANG_PL], "Dziś"));
    bulletin_give(d, &third);
    bulletin_give(d, &first);
    bulletin_give(d, &second);
    bulletin_give(d, &second);
    bulletin_desk_close(&d);
    case_close(&w);
}

struct reader_thread {
    struct bulletin_desk *d;
    size_t seen;
};

static void *read_often(void *ctx)
{
    struct reader_thread *r = ctx;
    for (size_t i = 0; i < 400; i++) {
        const struct bulletin *b;
        struct err e = ERR_INIT;
        if (!bulletin_take(r->d, &b, &e)) {
            return NULL;
        }
        r->seen += bulletin_find(b, PUBLISHED_TEXT, STR("cennik"), LANG_PL) != NULL;
        bulletin_give(r->d, &b);
    }
    return NULL;
}

static void many_readers_and_a_publisher(void **state)
{
    struct case_world w;
    struct err e = ERR_INIT;
    pthread_t threads[4];
    struct reader_thread readers[4];
    struct bulletin_desk *d;
    (void)state;
    case_open(&w, "2026-11-21");
    must_publish(&w, document(&w, "cennik", "0", "2026-01-01", "aktualna"), 1);
    assert_true(bulletin_desk_open(w.a, &d, &e));
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        readers[i] = (struct reader_thread){.d = d};
        assert_int_equal(pthread_create(&threads[i], NULL, read_often, &readers[i]), 0);
    }
    for (size_t i = 1; i < 20; i++) {
        struct str title = arena_fmt(w.ar, "%zu", i);
        must_publish(&w, document(&w, "cennik", title.p, "2026-01-01", "aktualna"), 1);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(readers[i].seen, 400);
    }
    const struct bulletin *b;
    assert_true(bulletin_take(d, &b, &e));
    assert_true(str_is(bulletin_find(b, PUBLISHED_TEXT, STR("cennik"), LANG_PL)->title[LANG_PL], "19"));
    bulletin_give(d, &b);
    bulletin_desk_close(&d);
    case_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_set_comes_in_one_verb),
        cmocka_unit_test(versions_follow_one_another),
        cmocka_unit_test(the_next_version_ends_this_one),
        cmocka_unit_test(history_is_not_rewritten),
        cmocka_unit_test(withdrawn_leaves_lists_and_search),
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(a_class_must_exist),
        cmocka_unit_test(the_desk_renews_itself),
        cmocka_unit_test(many_readers_and_a_publisher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
