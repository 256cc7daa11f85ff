/* The office's side of a request: letters on paper, decisions and whom they are for, fees, the clerk's list, and the
 * way into the archive, cut short at every point. */
#include "office_desk.h"
#include "request_acts.h"

#include <pthread.h>

static enum err_code try_act(struct request_case *r, const struct request_filed *f, const struct request_act *act)
{
    struct request_done done;
    struct err e = ERR_INIT;
    return request_do(r->d, &f->id, act, &case_clerk, r->ar, &done, NULL, &e) ? ERR_NONE : e.code;
}

static struct request_filed file_anonymous(struct request_case *r)
{
    struct request_form f = sound_form(REQUEST_FOI);
    f.name = STR("");
    return file_form(r, &f, NULL, NULL);
}

/* ---------------------------------------------------------------- letters on paper */

/* The rows of the office for the requester's own verbs: each from each state of each kind. */
static void test_the_office_enters_what_came_on_paper(void **state)
{
    struct request_case *r = *state;
    size_t n, walked = 0;
    const struct request_row *rows = request_rows(&n);
    for (size_t i = 0; i < n; i++) {
        if (rows[i].role != REQUEST_OFFICE || rows[i].verb > REQUEST_DO_WITHDRAW) {
            continue;
        }
        for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
            for (enum request_state s = REQUEST_FILED; s < REQUEST_STATE_END; s++) {
                if ((rows[i].kinds & 1u << k) == 0 || (rows[i].from & 1u << s) == 0 || !reachable(k, s)) {
                    continue;
                }
                struct request_filed f = request_in(r, k, s);
                struct request_act act = sound_act(rows[i].verb, k, s, f.received);
                act.role = REQUEST_OFFICE;
                act.text = STR("Pismo z 20 listopada");
                if (rows[i].verb == REQUEST_DO_CHANGE_WAY) {
                    act.channel = REQUEST_LETTER;
                    act.came = warsaw_day(act.at);
                }
                unsigned want = rows[i].to == REQUEST_SAME     ? (unsigned)s
                                : rows[i].to == REQUEST_RETURN ? (unsigned)REQUEST_FILED
                                                               : rows[i].to;
                assert_int_equal(act_now(r, &f, &act), want);
                struct request_view v = open_request(r, &f);
                assert_int_equal(v.events[v.event_count - 1].role, REQUEST_OFFICE);
                walked++;
                arena_reset(r->ar);
            }
        }
    }
    assert_true(walked > 60);
    request_doctor_finds_nothing(r);
}

static void test_a_scan_of_the_requesters_letter_is_not_released(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    for (int i = 0; i < 2; i++) {
        char token[DRAFT_TOKEN_SIZE];
        draft_new(token);
        attach(r, token, "skan.pdf", bytes_of(STR("%PDF-1.4 podpis")));
        struct request_act act =
            sound_act(i ? REQUEST_DO_ANSWER : REQUEST_DO_SUPPLEMENT, REQUEST_FOI, REQUEST_FILED, f.received);
        act.role = REQUEST_OFFICE;
        act.draft = str_of(token);
        act_now(r, &f, &act);
    }
    struct request_view v = open_request(r, &f);
    assert_int_equal(v.file_count, 2);
    assert_false(v.files[0].released);
    assert_true(v.files[1].released);
}

/* Every kind, state, verb and role that the table does not have is refused, and nothing is written. */
static void test_nothing_outside_the_table_for_any_kind(void **state)
{
    struct request_case *r = *state;
    size_t tried = 0;
    for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        for (enum request_state s = REQUEST_FILED; s < REQUEST_STATE_END; s++) {
            if (!reachable(k, s)) {
                continue;
            }
            struct request_filed f = request_in(r, k, s);
            uint64_t events = open_request(r, &f).event_count;
            for (enum request_verb v = REQUEST_DO_FILE; v < REQUEST_VERB_END; v++) {
                for (enum request_role role = REQUEST_CITIZEN; role <= REQUEST_CLOCK; role++) {
                    struct request_act act = sound_act(v, k, s, f.received);
                    act.role = role;
                    if (request_row_for(k, s, v, role) == NULL) {
                        assert_int_equal(try_act(r, &f, &act), ERR_STATE);
                        tried++;
                    }
                }
            }
            assert_int_equal(open_request(r, &f).event_count, events);
            arena_reset(r->ar);
        }
    }
    assert_true(tried > 4000);
}

/* ---------------------------------------------------------------- F-26 */

static void test_a_decision_needs_a_known_requester(void **state)
{
    struct request_case *r = *state;
    static const enum request_verb decisions[] = {REQUEST_DO_REFUSE, REQUEST_DO_PARTLY};
    for (size_t i = 0; i < COUNT_OF(decisions); i++) {
        struct request_filed f = file_anonymous(r);
        struct request_act decide = sound_act(decisions[i], REQUEST_FOI, REQUEST_FILED, f.received);
        assert_int_equal(try_act(r, &f, &decide), ERR_STATE);
        struct request_act more = sound_act(REQUEST_DO_SUPPLEMENT, REQUEST_FOI, REQUEST_FILED, f.received);
        act_now(r, &f, &more); /* any supplement does not make known */
        assert_int_equal(try_act(r, &f, &decide), ERR_STATE);
        struct request_act call = sound_act(REQUEST_DO_CALL, REQUEST_FOI, REQUEST_FILED, f.received);
        call.call = REQUEST_CALL_CLARIFY;
        act_now(r, &f, &call);
        act_now(r, &f, &more); /* nor does an answer to another call */
        assert_int_equal(try_act(r, &f, &decide), ERR_STATE);
        call.call = REQUEST_CALL_SIGN;
        act_now(r, &f, &call);
        assert_int_equal(try_act(r, &f, &decide), ERR_STATE);
        act_now(r, &f, &more);
        assert_int_equal(try_act(r, &f, &decide), ERR_NONE);
    }
    struct request_filed form = file_anonymous(r);
    do_verb(r, &form, REQUEST_DO_FORM, REQUEST_FOI, REQUEST_FILED);
    struct request_act stop = sound_act(REQUEST_DO_DISCONTINUE, REQUEST_FOI, REQUEST_FORM, form.received);
    assert_int_equal(try_act(r, &form, &stop), ERR_STATE);
    struct request_form company = sound_form(REQUEST_FOI);
    company.name = STR("");
    company.organisation = STR("Spółka z o.o.");
    struct request_filed by_company = file_form(r, &company, NULL, NULL);
    struct request_act refuse = sound_act(REQUEST_DO_REFUSE, REQUEST_FOI, REQUEST_FILED, by_company.received);
    assert_int_equal(try_act(r, &by_company, &refuse), ERR_NONE);
}

/* ---------------------------------------------------------------- fees */

static void test_fees_are_counted_line_by_line(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_view v = open_request(r, &f);
    struct fee_sum sum;
    const struct fee_item items[] = {
        {STR("1b-col-A3"), 10, true, 45}, {STR("2"), 1, true, 132}, {STR("5"), 1, true, 140}};
    must(desk_fee(r->c->a, &v, items, 3, STR("taryfa"), r->ar, &sum, &e));
    assert_int_equal(sum.grosze, 722);
    assert_non_null(strstr(sum.text.p, "10 × 0,45 zł = 4,50 zł"));
    assert_non_null(strstr(sum.text.p, "7,22 zł"));
    must_fail(desk_fee(r->c->a, &v, items, 3, STR(""), r->ar, &sum, &e), ERR_INVALID);
    const struct fee_item unlisted = {STR("2"), 1, false, 0}, nothing = {STR("6"), 5, true, 0},
                          huge = {STR("x"), 1000000, true, 100000000};
    must_fail(desk_fee(r->c->a, &v, &unlisted, 1, STR("x"), r->ar, &sum, &e), ERR_INVALID);
    must_fail(desk_fee(r->c->a, &v, &nothing, 1, STR("x"), r->ar, &sum, &e), ERR_STATE);
    must_fail(desk_fee(r->c->a, &v, &huge, 1, STR("x"), r->ar, &sum, &e), ERR_INVALID);
    must_fail(desk_fee(r->c->a, &v, NULL, 0, STR("x"), r->ar, &sum, &e), ERR_STATE);
}

static void test_an_answer_carries_what_the_act_asks_for(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    struct request_view v = open_request(r, &f);
    struct str text;
    must(desk_answer_text(&v, STR("Urząd"), STR("W załączeniu"), STR("Wydział"), STR(""), case_day("2026-11-23"), r->ar,
                          &text, &e));
    static const char *const lines[] = {"W załączeniu", "Urząd", "Wydział", "23 November 2026"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        assert_non_null(strstr(text.p, lines[i]));
    }
}

/* ---------------------------------------------------------------- the list */

static void test_the_most_urgent_come_first(void **state)
{
    struct request_case *r = *state;
    struct request_filed first = file_kind(r, REQUEST_FOI), petition = file_kind(r, REQUEST_PETITION);
    r->c->now += 3 * DAY_SECONDS;
    struct request_filed later = file_kind(r, REQUEST_FOI), done = file_kind(r, REQUEST_FOI);
    do_verb(r, &done, REQUEST_DO_ANSWER, REQUEST_FOI, REQUEST_FILED);
    do_verb(r, &later, REQUEST_DO_ASSIGN, REQUEST_FOI, REQUEST_FILED);
    struct desk_filter f = {.by_days = true, .days = 20, .today = request_today(r), .limit = 50};
    struct desk_line *lines;
    struct str next;
    size_t n, more;
    must(desk_list(r->d, &f, r->ar, &lines, &n, &next, &more, &e));
    assert_int_equal(n, 2);
    assert_string_equal(lines[0].number, first.number);
    assert_string_equal(lines[1].number, later.number);
    assert_str(lines[1].unit, "Wydział Finansów");
    f.limit = 1;
    must(desk_list(r->d, &f, r->ar, &lines, &n, &next, &more, &e));
    assert_int_equal(n + more, 2);
    f.days = 400;
    f.limit = 50;
    f.kind = REQUEST_PETITION;
    must(desk_list(r->d, &f, r->ar, &lines, &n, &next, &more, &e));
    assert_int_equal(n, 1);
    assert_string_equal(lines[0].number, petition.number);
    f = (struct desk_filter){.today = request_today(r), .limit = 3};
    must(desk_list(r->d, &f, r->ar, &lines, &n, &next, &more, &e));
    assert_int_equal(n, 3);
    assert_string_equal(lines[0].number, done.number);
    assert_true(day_is_none(lines[0].due));
    f.after = next;
    must(desk_list(r->d, &f, r->ar, &lines, &n, &next, &more, &e));
    assert_int_equal(n, 1);
    assert_int_equal(next.n, 0);
    f.by_days = true;
    f.after = STR("00");
    must_fail(desk_list(r->d, &f, r->ar, &lines, &n, &next, &more, &e), ERR_INVALID);
}

/* ---------------------------------------------------------------- closing */

static struct request_filed answered_with_files(struct request_case *r)
{
    static const uint8_t large[5000] = {'x'};
    char mine[DRAFT_TOKEN_SIZE], theirs[DRAFT_TOKEN_SIZE];
    struct request_form form = sound_form(REQUEST_FOI);
    draft_new(mine);
    attach(r, mine, "pytanie.txt", bytes_of(STR("o co chodzi")));
    struct request_filed f = file_form(r, &form, mine, NULL);
    r->c->now = f.received + 2 * DAY_SECONDS;
    draft_new(theirs);
    attach(r, theirs, "umowa.bin", (struct bytes){large, sizeof large});
    struct request_act act = sound_act(REQUEST_DO_ANSWER, REQUEST_FOI, REQUEST_FILED, f.received);
    act.text = STR("W załączeniu");
    act.draft = str_of(theirs);
    act_now(r, &f, &act);
    return f;
}

#define PIECES 6u /* two letters, two events, two files */

static bool close_it(struct request_case *r, const struct request_filed *f, struct progress *p, struct desk_closed *out,
                     struct err *e)
{
    const struct desk_closing in = {.unit = STR("WA"), .symbol = STR("1431"), .at = r->c->now};
    return desk_close(r->d, str_of(f->number), &in, &case_clerk, p, r->ar, out, e);
}

static void is_closed_once(struct request_case *r, const struct request_filed *f, uint64_t files)
{
    struct request_view v = open_request(r, f);
    struct case_file file, none;
    char mark[60];
    assert_int_equal(v.state, REQUEST_CLOSED);
    snprintf(mark, sizeof mark, "WA.1431.%llu.2026", (unsigned long long)files);
    must(file_get(r->c->a, str_of(mark), r->ar, &file, &e));
    assert_memory_equal(&file.id, &v.file, sizeof v.file);
    assert_int_equal(file.state, FILE_CLOSED);
    assert_int_equal(file.records, PIECES);
    assert_int_equal(file.opened.n, v.term.start.n);
    snprintf(mark, sizeof mark, "WA.1431.%llu.2026", (unsigned long long)files + 1);
    must_fail(file_get(r->c->a, str_of(mark), r->ar, &none, &e), ERR_NOT_FOUND);
    request_doctor_finds_nothing(r);
    case_doctor_finds_nothing(r->c);
}

static void test_a_case_goes_whole_into_the_archive(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = answered_with_files(r);
    struct desk_closed out;
    must(close_it(r, &f, NULL, &out, &e));
    assert_int_equal(out.taken, PIECES);
    assert_str(out.file.category, "BE5");
    is_closed_once(r, &f, 1);
    must_fail(close_it(r, &f, NULL, &out, &e), ERR_STATE);
    struct request_filed open = file_kind(r, REQUEST_FOI);
    must_fail(close_it(r, &open, NULL, &out, &e), ERR_STATE);
}

/* Memory runs out at every point in turn; the same call goes on each time, and at the end all is there once. */
static void test_closing_goes_on_where_it_was_cut_short(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = answered_with_files(r);
    unsigned cuts = 0;
    bool done = false;
    for (unsigned n = 1; !done; n += n < 400 ? 7 : 61) {
        struct err e = ERR_INIT;
        struct desk_closed out;
        mem_fault_after(n);
        done = close_it(r, &f, NULL, &out, &e);
        mem_fault_after(0);
        if (!done && e.code == ERR_STATE) {
            fail_msg("after %u cuts: %s", cuts, e.text);
        }
        cuts += !done;
        assert_true(cuts < 2000);
    }
    assert_true(cuts > 20);
    is_closed_once(r, &f, 1);
}

struct stopping {
    struct progress p;
    unsigned asked, stop_at;
};

static void step(struct progress *p, uint64_t done, uint64_t total, const char *what)
{
    (void)p, (void)done, (void)total, (void)what;
}

static bool stop_now(struct progress *p)
{
    struct stopping *s = (struct stopping *)(void *)p;
    return ++s->asked >= s->stop_at;
}

static void test_an_interrupted_closing_leaves_no_second_file(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = answered_with_files(r);
    for (unsigned at = 1; at < 6; at++) {
        struct stopping s = {.p = {.step = step, .stop = stop_now}, .stop_at = at};
        struct err e = ERR_INIT;
        struct desk_closed out;
        if (close_it(r, &f, &s.p, &out, &e)) {
            break;
        }
        assert_int_equal(e.code, ERR_INTERRUPTED);
    }
    struct desk_closed out;
    struct err e = ERR_INIT;
    assert_true(close_it(r, &f, NULL, &out, &e) || e.code == ERR_STATE);
    is_closed_once(r, &f, 1);
}

/* The narrowest cut: the case file is open, and the note does not know it yet. */
static bool note_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct request_filed *f = ctx;
    uint8_t key[17] = {'a'}, note[24] = {0};
    memcpy(key + 1, f->id.b, 16);
    return store_put(t, T_REQUEST_INDEX, (struct bytes){key, sizeof key}, (struct bytes){note, sizeof note}, e);
}

static void test_a_case_file_that_the_note_does_not_know_is_found(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = answered_with_files(r);
    struct case_file other = case_file_open(r->c, "WA", "1431", "Wniosek o informację publiczną 2026-0000012");
    char title[100];
    snprintf(title, sizeof title, "%s %s", request_kind_title(REQUEST_FOI, LANG_PL), f.number);
    struct case_file mine = case_file_open(r->c, "WA", "1431", title);
    must(store_write(archive_store(r->c->a), note_fn, &f, &e));
    request_doctor_finds_nothing(r);
    struct desk_closed out;
    must(close_it(r, &f, NULL, &out, &e));
    assert_memory_equal(&out.file.id, &mine.id, sizeof mine.id);
    assert_int_equal(case_file_get(r->c, other.mark).records, 0);
}

/* A request that goes on between two tries is closed with what happened since, in the same case file. */
static void test_what_happens_between_two_tries_is_filed_too(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = answered_with_files(r);
    struct stopping s = {.p = {.step = step, .stop = stop_now}, .stop_at = 1};
    struct desk_closed out;
    must_fail(close_it(r, &f, &s.p, &out, &e), ERR_INTERRUPTED);
    do_verb(r, &f, REQUEST_DO_SUBJECT, REQUEST_FOI, REQUEST_ANSWERED);
    must(close_it(r, &f, NULL, &out, &e));
    assert_int_equal(out.records, PIECES + 1);
    assert_str(out.file.mark, "WA.1431.1.2026");
}

/* ---------------------------------------------------------------- two at once */

#define CLERKS 4
struct clerk {
    struct request_case *r;
    const struct request_filed *f;
    enum request_verb verb;
    enum err_code code;
};

static void *work(void *ctx)
{
    struct clerk *c = ctx;
    struct arena *ar = arena_new(16u << 20);
    struct err e = ERR_INIT;
    struct request_done done;
    struct desk_closed closed;
    const struct desk_closing in = {.unit = STR("WA"), .symbol = STR("1431"), .at = c->r->c->now};
    bool ok;
    if (c->verb == REQUEST_DO_CLOSE) {
        ok = desk_close(c->r->d, str_of(c->f->number), &in, &case_clerk, NULL, ar, &closed, &e);
    } else {
        const struct request_act act = sound_act(c->verb, REQUEST_FOI, REQUEST_FILED, c->f->received);
        ok = request_do(c->r->d, &c->f->id, &act, &case_clerk, ar, &done, NULL, &e);
    }
    c->code = ok ? ERR_NONE : e.code;
    arena_free(&ar);
    return NULL;
}

static unsigned winners(struct request_case *r, const struct request_filed *f, const enum request_verb verbs[CLERKS])
{
    struct clerk clerks[CLERKS];
    pthread_t threads[CLERKS];
    unsigned won = 0;
    for (size_t i = 0; i < CLERKS; i++) {
        clerks[i] = (struct clerk){.r = r, .f = f, .verb = verbs[i]};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &clerks[i]), 0);
    }
    for (size_t i = 0; i < CLERKS; i++) {
        pthread_join(threads[i], NULL);
        won += clerks[i].code == ERR_NONE;
        assert_true(clerks[i].code == ERR_NONE || clerks[i].code == ERR_STATE);
    }
    return won;
}

static void test_of_several_clerks_one_ends_it(void **state)
{
    struct request_case *r = *state;
    static const enum request_verb endings[CLERKS] = {REQUEST_DO_ANSWER, REQUEST_DO_REFUSE, REQUEST_DO_NOT_HELD,
                                                      REQUEST_DO_ANSWER},
                                   closings[CLERKS] = {REQUEST_DO_CLOSE, REQUEST_DO_CLOSE, REQUEST_DO_CLOSE,
                                                       REQUEST_DO_CLOSE};
    for (unsigned round = 1; round <= 5; round++) {
        struct request_filed f = file_kind(r, REQUEST_FOI);
        assert_int_equal(winners(r, &f, endings), 1);
        assert_int_equal(open_request(r, &f).event_count, 2);
        r->c->now += 3 * DAY_SECONDS;
        assert_int_equal(winners(r, &f, closings), 1);
        struct case_file none;
        char mark[60];
        snprintf(mark, sizeof mark, "WA.1431.%u.2026", round + 1);
        must_fail(file_get(r->c->a, str_of(mark), r->ar, &none, &e), ERR_NOT_FOUND);
    }
    request_doctor_finds_nothing(r);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        T(test_the_office_enters_what_came_on_paper),
        T(test_a_scan_of_the_requesters_letter_is_not_released),
        T(test_nothing_outside_the_table_for_any_kind),
        T(test_a_decision_needs_a_known_requester),
        T(test_fees_are_counted_line_by_line),
        T(test_an_answer_carries_what_the_act_asks_for),
        T(test_the_most_urgent_come_first),
        T(test_a_case_goes_whole_into_the_archive),
        T(test_closing_goes_on_where_it_was_cut_short),
        T(test_an_interrupted_closing_leaves_no_second_file),
        T(test_a_case_file_that_the_note_does_not_know_is_found),
        T(test_what_happens_between_two_tries_is_filed_too),
        T(test_of_several_clerks_one_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
