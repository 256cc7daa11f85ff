/* The doctor against planted faults: each index, counter and hold that is bent on purpose is named, and a whole archive
 * has no finding. A check that cannot fail proves nothing. */
#include "archive_case.h"

#include "archive/record/due.h"
#include "archive/record/law.h"

#include <string.h>

static struct case_world w;
static struct str due, held;
static struct id hold;

static int setup(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    case_open(&w, "2026-11-21");
    due = case_file(&w, "5345", "2020-03-01", "2020-12-31");
    held = case_file(&w, "1431", "2020-03-01", "2020-12-31");
    case_file(&w, "0050", "2021-10-05", "2021-10-05");
    case_file(&w, "5345", "2020-03-01", "");
    return hold_place(w.a, held, STR("kontrola"), STR_NONE, DAY_NONE, NULL, &hold, &e) &&
                   class_confirm(w.a, STR("0053"), (struct category){CAT_A, 0}, STR("s. 33"), NULL, NULL, &e)
               ? 0
               : -1;
}

static int teardown(void **state)
{
    (void)state;
    case_close(&w);
    return 0;
}

struct findings {
    size_t count;
    char text[4000];
};

static void note(void *ctx, const char *place, const char *wrong, const char *mend)
{
    struct findings *f = ctx;
    size_t used = strlen(f->text);
    assert_true(mend[0] != '\0');
    snprintf(f->text + used, sizeof f->text - used, "%s: %s\n", place, wrong);
    f->count++;
}

static struct findings examine(void)
{
    struct findings f = {.count = 0};
    struct err e = ERR_INIT;
    uint64_t checked = 0, more = 0;
    if (!due_doctor(w.a, note, &f, &checked, &e) || !law_doctor(w.a, note, &f, &more, &e)) {
        fail_msg("%s", e.text);
    }
    assert_true(checked > 0 && more > 0);
    return f;
}

static void a_whole_archive(void **state)
{
    (void)state;
    struct findings f = examine();
    assert_string_equal(f.text, "");
    struct err e = ERR_INIT;
    uint64_t checked = 0;
    assert_true(archive_doctor(w.a, false, note, &f, &checked, &e));
    assert_string_equal(f.text, "");
}

typedef bool (*bend)(struct txn *t, struct err *e);

static bool bend_fn(struct txn *t, void *ctx, struct err *e)
{
    bend *b = ctx;
    return (*b)(t, e);
}

static bool file_in(struct txn *t, struct str mark, struct case_file *f, struct err *e)
{
    return file_by_mark(t, w.a, mark, true, w.ar, f, e);
}

static bool out_of_the_queue(struct txn *t, struct err *e)
{
    struct case_file f;
    if (!file_in(t, due, &f, e)) {
        return false;
    }
    struct due_place p = due_place_of(&f);
    return store_delete(t, T_QUEUE, rk_bytes(&p.key), e);
}

static bool twice_in_the_queue(struct txn *t, struct err *e)
{
    struct case_file f;
    if (!file_in(t, held, &f, e)) {
        return false;
    }
    struct due_place p = due_place_of(&f);
    return store_put(t, T_QUEUE, rk_bytes(&p.key), (struct bytes){NULL, 0}, e);
}

static bool earlier_in_the_queue(struct txn *t, struct err *e)
{
    struct case_file f;
    if (!file_in(t, due, &f, e)) {
        return false;
    }
    struct row_key key = due_key(ACTION_DESTROY, case_day("2024-01-01"), f.symbol, &f.id);
    return store_put(t, T_QUEUE, rk_bytes(&key), (struct bytes){NULL, 0}, e);
}

static bool out_of_its_class(struct txn *t, struct err *e)
{
    struct case_file f;
    if (!file_in(t, due, &f, e)) {
        return false;
    }
    struct row_key key = rk_id(rk_day(rk_text(ROW_KEY_EMPTY, f.symbol), f.opened), &f.id);
    return store_delete(t, T_FILE_BY_CLASS, rk_bytes(&key), e);
}

static bool counters_put(struct txn *t, struct row_key key, uint64_t files, struct err *e)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(64);
    buf_add_be64(&b, files);
    buf_add_be64(&b, 0);
    buf_add_be64(&b, 0);
    buf_add_be64(&b, 0);
    return store_put(t, T_FORECAST, rk_bytes(&key), buf_bytes(&b), e);
}

static bool counted_too_often(struct txn *t, struct err *e)
{
    return counters_put(t, due_year_key(ACTION_DESTROY, 2026), 7, e);
}

static bool counted_without_files(struct txn *t, struct err *e)
{
    return counters_put(t, due_year_key(ACTION_DESTROY, 2040), 1, e);
}

static bool not_counted(struct txn *t, struct err *e)
{
    struct row_key key = due_class_key(STR("5345"), ACTION_DESTROY, 2026);
    return store_delete(t, T_FORECAST, rk_bytes(&key), e);
}

static bool hold_gone(struct txn *t, struct err *e)
{
    return store_delete(t, T_HOLD, id_bytes(&hold), e);
}

static bool hold_not_listed(struct txn *t, struct err *e)
{
    struct case_file f;
    if (!file_in(t, held, &f, e)) {
        return false;
    }
    struct row_key key = rk_id(rk_id(ROW_KEY_EMPTY, &f.id), &hold);
    return store_delete(t, T_HOLD_BY_FILE, rk_bytes(&key), e);
}

static bool law_changed(struct txn *t, struct err *e)
{
    struct conf_row row;
    bool found;
    struct row_key key = rk_day(rk_text(ROW_KEY_EMPTY, STR("proposals")), case_day("2011-01-01"));
    struct buf b CLEANUP(buf_free) = BUF_INIT(4u << 20);
    if (!conf_row_get(t, CONF_PROPOSALS, case_day("2011-01-01"), w.ar, &row, &found, e)) {
        return false;
    }
    row.text.n--;
    return row_encode(&conf_row_kind, &row, NULL, NULL, &b, e) &&
           store_put(t, T_CONF, rk_bytes(&key), buf_bytes(&b), e);
}

static bool class_find_confirmed(struct txn *t, struct class_row *row, struct err *e)
{
    bool found;
    return class_find(t, STR("0053"), case_day("2020-01-01"), w.ar, row, &found, e) && found;
}

static bool confirmed_in_silence(struct txn *t, struct err *e)
{
    struct class_row row;
    if (!class_find_confirmed(t, &row, e)) {
        return false;
    }
    row.v.events++;
    return class_row_put(t, &row, e);
}

static bool two_in_force(struct txn *t, struct err *e)
{
    struct class_row row;
    if (!class_find_confirmed(t, &row, e)) {
        return false;
    }
    row.v.valid_from = case_day("2020-01-01");
    return class_row_put(t, &row, e);
}

static void each_fault_is_named(void **state)
{
    (void)state;
    static const struct {
        bend how;
        const char *said;
    } faults[] = {
        {out_of_the_queue, "queue: file OR.5345.1.2020 is missing"},
        {twice_in_the_queue, "queue: file OR.1431.1.2020 stands at a wrong place"},
        {earlier_in_the_queue, "queue: file OR.5345.1.2020 stands at a wrong place"},
        {out_of_its_class, "file-by-class: file OR.5345.1.2020 is missing"},
        {counted_too_often, "a counter differs from the sum of its files"},
        {counted_without_files, "a counter counts files that do not exist"},
        {not_counted, "a counter of existing files is missing"},
        {hold_gone, "counts 1 holds and has 0"},
        {hold_not_listed, "is not listed with its file"},
        {law_changed, "the text of proposals in force from 2011-01-01 is not the one that was imported"},
        {confirmed_in_silence, "the log and class 0053 disagree"},
        {two_in_force, "two versions of class 0053 are in force at once"},
    };
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct err e = ERR_INIT;
        bend how = faults[i].how;
        if (!store_write(archive_store(w.a), bend_fn, &how, &e)) {
            fail_msg("%zu: %s", i, e.text);
        }
        struct findings f = examine();
        if (strstr(f.text, faults[i].said) == NULL) {
            fail_msg("%zu: “%s” is not in\n%s", i, faults[i].said, f.text);
        }
        teardown(NULL);
        assert_int_equal(setup(NULL), 0);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_whole_archive, setup, teardown),
        cmocka_unit_test_setup_teardown(each_fault_is_named, setup, teardown),
    };
    return cmocka_run_group_tests_name("record_due_doctor", tests, NULL, NULL);
}
