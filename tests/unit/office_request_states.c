/* The table of states, walked: every row does what it says and leaves its entry, nothing happens outside it, and from
 * every state there is a way to the end. */
#include "request_acts.h"

#define EACH_KIND(k)  for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++)
#define EACH_STATE(s) for (enum request_state s = REQUEST_FILED; s < REQUEST_STATE_END; s++)

static void test_every_row_has_a_rule_and_a_word_of_its_own(void **state)
{
    size_t n;
    const struct request_row *rows = request_rows(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        assert_true(strlen(rows[i].rule) > 0);
        assert_true(rows[i].kinds != 0 && rows[i].from != 0);
        assert_string_not_equal(request_verb_name(rows[i].verb), "unknown");
        assert_true(str_starts(str_of(entry_type_name(rows[i].entry)), "request-"));
        for (size_t k = 0; k < i; k++) { /* one row decides */
            bool same = rows[i].verb == rows[k].verb && rows[i].role == rows[k].role;
            assert_false(same && (rows[i].kinds & rows[k].kinds) != 0 && (rows[i].from & rows[k].from) != 0);
            assert_true(rows[i].verb == rows[k].verb || rows[i].entry != rows[k].entry);
        }
    }
}

static unsigned states_after(enum request_kind k, enum request_state s)
{
    size_t n;
    unsigned out = 0;
    const struct request_row *rows = request_rows(&n);
    for (size_t i = 0; i < n; i++) {
        if ((rows[i].kinds & 1u << k) == 0 || (rows[i].from & 1u << s) == 0) {
            continue;
        }
        if (rows[i].to == REQUEST_RETURN) {
            out |= 1u << REQUEST_FILED | 1u << REQUEST_IN_WORK | 1u << REQUEST_EXTENDED;
        } else if (rows[i].to != REQUEST_SAME) {
            out |= 1u << rows[i].to;
        }
    }
    return out;
}

static void test_there_is_no_dead_end(void **state)
{
    (void)state;
    EACH_KIND(k)
    {
        unsigned ends = 1u << REQUEST_CLOSED, before = 0;
        while (ends != before) {
            before = ends;
            EACH_STATE(s)
            {
                ends |= (states_after(k, s) & ends) != 0 ? 1u << s : 0u;
            }
        }
        unsigned reached = 1u << REQUEST_FILED;
        for (before = 0; reached != before;) {
            before = reached;
            EACH_STATE(s)
            {
                reached |= (reached & 1u << s) != 0 ? states_after(k, s) : 0u;
            }
        }
        EACH_STATE(s)
        {
            bool can_be = (reached & 1u << s) != 0;
            assert_true(!can_be || (ends & 1u << s) != 0);
            assert_int_equal(can_be, reachable(k, s)); /* the tests below reach it too */
        }
        assert_int_equal(states_after(k, REQUEST_CLOSED), 0);
    }
}

/* Somebody can always move: in each open state the office, or the clock, can end the case alone. */
static void test_nobody_can_be_stuck_by_silence(void **state)
{
    (void)state;
    EACH_KIND(k)
    {
        EACH_STATE(s)
        {
            bool ends = false;
            for (enum request_verb v = REQUEST_DO_FILE; v < REQUEST_VERB_END; v++) {
                const struct request_row *a = request_row_for(k, s, v, REQUEST_OFFICE),
                                         *b = request_row_for(k, s, v, REQUEST_CLOCK);
                ends |= (a != NULL && request_ended((enum request_state)a->to)) || b != NULL;
            }
            assert_true(ends || s == REQUEST_CLOSED || !reachable(k, s));
        }
    }
}

struct last_entry {
    struct request_case *r;
    const struct request_filed *f;
    struct entry en;
};

static bool last_fn(struct txn *t, void *ctx, struct err *e)
{
    struct last_entry *l = ctx;
    uint32_t event;
    uint64_t index;
    struct bytes text;
    instant when;
    return ledger_last_event(t, &l->f->id, &event, e) && ledger_find(t, &l->f->id, event, &index, e) &&
           ledger_entry(t, index, l->r->ar, &text, e) && entry_parse(text, l->r->ar, &l->en, &when, e);
}

static enum entry_type last_entry(struct request_case *r, const struct request_filed *f)
{
    struct last_entry l = {.r = r, .f = f};
    must(store_read(archive_store(r->c->a), last_fn, &l, &e));
    return l.en.type;
}

static void test_every_row_does_what_it_says(void **state)
{
    struct request_case *r = *state;
    size_t n;
    const struct request_row *rows = request_rows(&n);
    for (size_t i = 0; i < n; i++) {
        EACH_KIND(k)
        {
            if ((rows[i].kinds & 1u << k) == 0 || (k > REQUEST_DATA_SUBJECT && k % 2 == 0)) {
                continue; /* of the kinds of dział VIII one stands for all */
            }
            EACH_STATE(s)
            {
                if ((rows[i].from & 1u << s) == 0 || !reachable(k, s)) {
                    continue;
                }
                struct request_filed f = request_in(r, k, s);
                if (rows[i].verb == REQUEST_DO_UNPUBLISH) { /* only of what is published */
                    if (request_row_for(k, s, REQUEST_DO_PUBLISH, REQUEST_OFFICE) == NULL) {
                        continue;
                    }
                    do_verb(r, &f, REQUEST_DO_PUBLISH, k, s);
                }
                enum request_state after = do_verb(r, &f, rows[i].verb, k, s);
                unsigned want = rows[i].to == REQUEST_SAME     ? (unsigned)s
                                : rows[i].to == REQUEST_RETURN ? (unsigned)(s == REQUEST_EXTENDED ? s : REQUEST_FILED)
                                                               : rows[i].to;
                assert_int_equal(after, want);
                assert_int_equal(last_entry(r, &f), rows[i].entry);
                arena_reset(r->ar);
            }
        }
    }
    request_doctor_finds_nothing(r);
}

/* … and nothing else does anything. */
static void test_nothing_happens_outside_the_table(void **state)
{
    struct request_case *r = *state;
    EACH_KIND(k)
    {
        EACH_STATE(s)
        {
            if (!reachable(k, s) || k == REQUEST_PROPOSAL || k == REQUEST_PETITION) {
                continue;
            }
            struct request_filed f = request_in(r, k, s);
            uint64_t events = open_request(r, &f).event_count;
            for (enum request_verb v = REQUEST_DO_FILE; v < REQUEST_VERB_END; v++) {
                for (enum request_role role = REQUEST_CITIZEN; role <= REQUEST_CLOCK; role++) {
                    struct request_act act = sound_act(v, k, s, f.received);
                    struct request_done done;
                    struct err e = ERR_INIT;
                    act.role = role;
                    if (request_row_for(k, s, v, role) != NULL) {
                        continue;
                    }
                    assert_false(request_do(r->d, &f.id, &act, NULL, r->ar, &done, NULL, &e));
                    assert_int_equal(e.code, ERR_STATE);
                }
            }
            assert_int_equal(open_request(r, &f).event_count, events);
            arena_reset(r->ar);
        }
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_has_a_rule_and_a_word_of_its_own),
        cmocka_unit_test(test_there_is_no_dead_end),
        cmocka_unit_test(test_nobody_can_be_stuck_by_silence),
        T(test_every_row_does_what_it_says),
        T(test_nothing_happens_outside_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
