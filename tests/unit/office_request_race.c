/* Many hands on one request: whatever comes at the same moment, what has happened afterwards is a way through the table
 * of states, event by event, and of those who had read the same case only one has acted. */
#include "request_acts.h"

#include <pthread.h>
#include <stdatomic.h>

#define HANDS 8

static const enum request_verb verbs[HANDS] = {REQUEST_DO_ASSIGN,   REQUEST_DO_CALL,   REQUEST_DO_EXTEND,
                                               REQUEST_DO_ANSWER,   REQUEST_DO_REFUSE, REQUEST_DO_WITHDRAW,
                                               REQUEST_DO_NOT_HELD, REQUEST_DO_FORWARD};

struct hand {
    pthread_t thread;
    struct request_case *r;
    const struct request_filed *f;
    pthread_barrier_t *gate;
    enum request_verb verb;
    uint64_t seen;
    bool done;
    enum err_code why;
    char said[600];
};

static void *act(void *ctx)
{
    struct hand *h = ctx;
    struct arena *ar = arena_new(4u << 20);
    struct request_act a = sound_act(h->verb, REQUEST_FOI, REQUEST_FILED, h->f->received);
    struct request_done done;
    struct err why = ERR_INIT;
    a.seen = h->seen;
    pthread_barrier_wait(h->gate);
    h->done = request_do(h->r->d, &h->f->id, &a, a.role == REQUEST_OFFICE ? &case_clerk : NULL, ar, &done, NULL, &why);
    h->why = why.code;
    snprintf(h->said, sizeof h->said, "%s: %s", err_name(why.code), why.text);
    arena_free(&ar);
    return NULL;
}

/* All at once; how many succeeded. */
static size_t together(struct request_case *r, const struct request_filed *f, uint64_t seen, struct hand hands[HANDS])
{
    pthread_barrier_t gate;
    size_t won = 0;
    pthread_barrier_init(&gate, NULL, HANDS);
    for (size_t i = 0; i < HANDS; i++) {
        hands[i] = (struct hand){.r = r, .f = f, .gate = &gate, .verb = verbs[i], .seen = seen};
        assert_int_equal(pthread_create(&hands[i].thread, NULL, act, &hands[i]), 0);
    }
    for (size_t i = 0; i < HANDS; i++) {
        pthread_join(hands[i].thread, NULL);
        won += hands[i].done;
    }
    pthread_barrier_destroy(&gate);
    return won;
}

/* Every event follows from the state before it by a row of the table, and each has an entry of its own. */
static void is_a_way_through_the_table(const struct request_view *v)
{
    enum request_state at = REQUEST_FILED, before = REQUEST_FILED;
    assert_int_equal(v->events[0].verb, REQUEST_DO_FILE);
    for (size_t i = 1; i < v->event_count; i++) {
        const struct request_event *ev = &v->events[i];
        const struct request_row *row = request_row_for(v->kind, at, ev->verb, ev->role);
        assert_int_equal(ev->event, i + 1);
        assert_true(ev->entry > v->events[i - 1].entry);
        if (row == NULL) {
            fail_msg("%s from %s is no row of the table", request_verb_name(ev->verb), request_state_name(at));
        }
        if (row->to == REQUEST_RETURN) {
            assert_int_equal(ev->to, before);
        } else {
            assert_int_equal(ev->to, row->to == REQUEST_SAME ? (unsigned)at : row->to);
        }
        before = ev->to == REQUEST_CALLED ? at : before;
        at = ev->to;
    }
    assert_int_equal(v->state, at);
}

static void test_of_those_who_read_the_same_one_acts(void **state)
{
    struct request_case *r = *state;
    unsigned winners = 0;
    for (unsigned round = 0; round < 12; round++) {
        struct hand hands[HANDS];
        struct request_filed f = file_kind(r, REQUEST_FOI);
        assert_int_equal(together(r, &f, 1, hands), 1);
        for (size_t i = 0; i < HANDS; i++) {
            winners |= hands[i].done ? 1u << i : 0;
            assert_true(hands[i].done || hands[i].why == ERR_CONFLICT || hands[i].why == ERR_STATE);
        }
        struct request_view v = open_request(r, &f);
        assert_int_equal(v.event_count, 2);
        is_a_way_through_the_table(&v);
        arena_reset(r->ar);
    }
    assert_true(winners != 0);
    request_doctor_finds_nothing(r);
}

static void test_whatever_comes_first_the_table_holds(void **state)
{
    struct request_case *r = *state;
    for (unsigned round = 0; round < 12; round++) {
        struct hand hands[HANDS];
        struct request_filed f = file_kind(r, REQUEST_FOI);
        size_t won = together(r, &f, 0, hands), ends = 0;
        struct request_view v = open_request(r, &f);
        assert_int_equal(v.event_count, 1 + won);
        assert_true(won >= 1);
        for (size_t i = 0; i < HANDS; i++) {
            ends += hands[i].done && verbs[i] >= REQUEST_DO_ANSWER && verbs[i] <= REQUEST_DO_FORWARD;
            ends += hands[i].done && verbs[i] == REQUEST_DO_WITHDRAW;
            if (!hands[i].done && hands[i].why != ERR_STATE) {
                fail_msg("%s failed: %s", request_verb_name(verbs[i]), hands[i].said);
            }
        }
        assert_true(ends <= 1); /* a case ends once */
        is_a_way_through_the_table(&v);
        arena_reset(r->ar);
    }
    request_doctor_finds_nothing(r);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {T(test_of_those_who_read_the_same_one_acts),
                                       T(test_whatever_comes_first_the_table_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
