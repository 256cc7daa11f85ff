/* Random lives of files (opened, closed, reopened, facts, categories by hand, holds, classes confirmed) against a
 * reckoning that looks at every file: queue, held files, totals and forecast say the same, and the doctor finds
 * nothing. */
#include "archive_case.h"

#include "archive/record/record_internal.h"
#include "chance.h"

#include <string.h>

#define FILES 40u
#define STEPS 260u
#define HOLDS 8u

static struct case_world w;
static struct str marks[FILES];
static size_t file_count;
static struct {
    struct id id;
    bool open;
} holds[HOLDS];

static const char *const classes[] = {"5345", "1431", "1430", "0050", "0053", "5344", "253", "7145", "3053", "10"};

static const char *pick_day(char out[DAY_TEXT_SIZE], int from, int to)
{
    snprintf(out, DAY_TEXT_SIZE, "%04d-%02d-%02d", from + (int)chance_below((uint64_t)(to - from + 1)),
             1 + (int)chance_below(12), 1 + (int)chance_below(28));
    return out;
}

/* A refusal by a rule is fine (closing what is closed); anything else is not. */
static void allowed(bool ok, const struct err *e)
{
    if (!ok && e->code != ERR_STATE && e->code != ERR_INVALID && e->code != ERR_CONFLICT) {
        fail_msg("%s", e->text);
    }
}

static void change_hold(struct str mark)
{
    struct err e = ERR_INIT;
    size_t i = chance_below(HOLDS);
    if (holds[i].open) {
        allowed(hold_release(w.a, &holds[i].id, STR("koniec"), NULL, &e), &e);
        holds[i].open = false;
    } else {
        allowed(hold_place(w.a, mark, STR("kontrola"), STR_NONE, DAY_NONE, NULL, &holds[i].id, &e), &e);
        holds[i].open = true;
    }
}

static void step(void)
{
    static const char *const facts[] = {"issued", "holder-death", "contract-expired", "collective-file",
                                        "decision-final"};
    static const struct category kinds[] = {{CAT_A, 0}, {CAT_B, 3}, {CAT_BE, 7}, {CAT_BC, 0}};
    struct err e = ERR_INIT;
    char day[DAY_TEXT_SIZE];
    if (file_count < FILES && chance_below(4) == 0) {
        const char *symbol = classes[chance_below(COUNT_OF(classes))];
        marks[file_count++] = case_file(&w, symbol, pick_day(day, 1975, 2012), "");
        return;
    }
    struct str mark = marks[chance_below(file_count)];
    switch (chance_below(6)) {
        case 0:
        case 1:
            allowed(file_close(w.a, mark, case_day(pick_day(day, 2012, 2026)), NULL, &e), &e);
            break;
        case 2:
            allowed(file_reopen(w.a, mark, STR("nowe pismo"), NULL, &e), &e);
            break;
        case 3:
            allowed(file_set_fact(w.a, mark, str_of(facts[chance_below(COUNT_OF(facts))]),
                                  case_day(pick_day(day, 1975, 2026)), NULL, &e),
                    &e);
            break;
        case 4:
            change_hold(mark);
            break;
        default:
            allowed(file_set_category(w.a, mark, kinds[chance_below(COUNT_OF(kinds))], STR("decyzja"), NULL, &e), &e);
            break;
    }
}

/* ---------------------------------------------------------------- the naive reckoning */

static bool belongs(const struct case_file *f, const struct queue_filter *q)
{
    struct day day = f->action == ACTION_EXCEPTION ? f->closed : f->review_from;
    return f->state == FILE_CLOSED && f->action != ACTION_NONE && day.n <= q->on.n && (f->holds > 0) == q->held &&
           (q->action == ACTION_NONE || f->action == q->action) && f->symbol.n >= q->symbol.n &&
           (q->symbol.n == 0 || memcmp(f->symbol.p, q->symbol.p, q->symbol.n) == 0);
}

struct seen {
    bool file[FILES];
    size_t rows;
    struct day last;
    char cursor[256]; /* of the last row */
};

static bool see(const struct queue_row *r, void *ctx, struct err *e)
{
    struct seen *s = ctx;
    struct day day = r->file.action == ACTION_EXCEPTION ? r->file.closed : r->file.review_from;
    (void)e;
    assert_true(s->rows == 0 || day.n >= s->last.n);
    s->last = day;
    s->rows++;
    assert_in_range(r->cursor.n, 1, sizeof s->cursor - 1);
    memcpy(s->cursor, r->cursor.p, r->cursor.n);
    s->cursor[r->cursor.n] = '\0';
    for (size_t i = 0; i < file_count; i++) {
        if (str_eq(marks[i], r->file.mark)) {
            assert_false(s->file[i]);
            s->file[i] = true;
        }
    }
    return true;
}

/* Page by page the same rows in the same order: no file twice, none left out. */
static void pages_agree(struct queue_filter q, const struct seen *whole)
{
    struct err e = ERR_INIT;
    struct seen s = {.rows = 0};
    char after[sizeof s.cursor] = "";
    q.limit = 1 + chance_below(5);
    for (;;) {
        size_t before = s.rows;
        q.after = str_of(after);
        assert_true(queue_list(w.a, &q, see, &s, NULL, &e));
        if (s.rows == before)
            break;
        memcpy(after, s.cursor, sizeof after);
    }
    assert_int_equal(s.rows, whole->rows);
    assert_memory_equal(s.file, whole->file, sizeof s.file);
}

static void queue_agrees(const struct case_file *files)
{
    static const char *const prefixes[] = {"", "5", "53", "5345", "0", "1", "14", "9"};
    struct err e = ERR_INIT;
    struct seen s = {.rows = 0};
    char day[DAY_TEXT_SIZE];
    uint64_t total = 0, expected = 0;
    struct queue_filter q = {.on = case_day(pick_day(day, 2010, 2080)),
                             .action = (enum action)chance_below(5),
                             .symbol = str_of(prefixes[chance_below(COUNT_OF(prefixes))]),
                             .held = chance_below(3) == 0};
    assert_true(queue_list(w.a, &q, see, &s, &total, &e));
    for (size_t i = 0; i < file_count; i++) {
        bool wanted = belongs(&files[i], &q);
        expected += wanted;
        if (wanted != s.file[i]) {
            fail_msg("%.*s on %s, action %s, class %s, held %d: %s", (int)marks[i].n, marks[i].p, day,
                     action_name(q.action), q.symbol.p, q.held, wanted ? "missing" : "should not be there");
        }
    }
    assert_int_equal(total, expected);
    assert_int_equal(s.rows, expected);
    pages_agree(q, &s);
}

static bool add_year(const struct forecast_row *r, void *ctx, struct err *e)
{
    uint64_t *sum = ctx;
    (void)e;
    sum[r->action] += r->files;
    return true;
}

static void forecast_agrees(const struct case_file *files)
{
    struct err e = ERR_INIT;
    uint64_t sum[5] = {0}, expected[5] = {0};
    assert_true(forecast_list(w.a, case_day("2020-06-01"), 200, add_year, sum, &e));
    for (size_t i = 0; i < file_count; i++) {
        expected[files[i].action] += files[i].state == FILE_CLOSED;
    }
    for (unsigned a = ACTION_DESTROY; a <= ACTION_EXCEPTION; a++) {
        assert_int_equal(sum[a], expected[a]);
    }
}

static void finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    (void)ctx;
    (void)mend;
    fail_msg("%s: %s", place, wrong);
}

static void all_agrees(void)
{
    struct case_file files[FILES];
    struct err e = ERR_INIT;
    uint64_t checked = 0;
    for (size_t i = 0; i < file_count; i++) {
        files[i] = case_get(&w, marks[i]);
    }
    for (unsigned i = 0; i < 60; i++) {
        queue_agrees(files);
    }
    forecast_agrees(files);
    if (!due_doctor(w.a, finding, NULL, &checked, &e) || !law_doctor(w.a, finding, NULL, &checked, &e)) {
        fail_msg("%s", e.text);
    }
}

static void lives_of_files(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    case_open(&w, "2026-11-21");
    marks[file_count++] = case_file(&w, "0050", "2010-01-01", "2011-05-05");
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        if (i % 65 == 64) {
            all_agrees();
        }
        if (i == STEPS / 2) {
            assert_true(class_confirm(w.a, STR("0050"), (struct category){CAT_A, 0}, STR("s. 33"), NULL, NULL, &e));
        }
    }
    case_reopen(&w);
    all_agrees();
    case_close(&w);
}

int main(void)
{
    chance_start("record_due");
    static const struct CMUnitTest tests[] = {cmocka_unit_test(lives_of_files)};
    return cmocka_run_group_tests_name("record_due", tests, NULL, NULL);
}
