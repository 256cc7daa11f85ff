/* Care for requests: every planted damage is told, numbers that only the log knows are never given again, two who act
 * at once are put in order, and want of memory leaves nothing half done. */
#include "request_acts.h"

#include "archive/office/request_internal.h"

#include <pthread.h>

/* ---------------------------------------------------------------- planted damage */

struct damage {
    struct request_case *r;
    const struct request_filed *f;
    struct request_head head;
    unsigned what;
};

static bool plant(struct txn *t, void *ctx, struct err *e)
{
    struct damage *d = ctx;
    const struct id *id = &d->f->id;
    struct rq_key number, token, line, event = rq_event(id, 1), file = rq_event(id, 1), tally;
    struct secret_hash hash;
    struct request_file_row row;
    struct bytes val, one = {(const uint8_t *)"\0\0\0\0\0\0\0\7", 8};
    if (!head_get(t, id, d->r->ar, &d->head, e)) {
        return false;
    }
    memcpy(hash.b, d->head.token_hash.p, sizeof hash.b);
    number = rq_by_number(d->head.year, d->head.seq);
    token = rq_by_token(&hash);
    line = public_key(&d->head, 3);
    tally = rq_tally(2026, 11, d->head.kind, d->head.state);
    switch (d->what) {
        case 0:
            return store_delete(t, T_REQUEST_INDEX, rq_bytes(&number), e);
        case 1:
            return store_delete(t, T_REQUEST_INDEX, rq_bytes(&token), e);
        case 2:
            return store_delete(t, T_REQUEST_LIST, rq_bytes(&line), e);
        case 3:
            return store_put(t, T_REQUEST_INDEX, rq_bytes(&tally), one, e);
        case 4:
            return store_delete(t, T_REQUEST_EVENT, rq_bytes(&event), e);
        case 5:
            return store_delete(t, T_REQUEST_FILE, rq_bytes(&file), e);
        case 6:
            return store_delete(t, T_KEY, id_bytes(id), e);
        case 7:
            return store_delete(t, T_REQUEST, id_bytes(id), e);
        case 8:
            return index_u64_put(t, rq_draft_bytes(), 99, e);
        case 9:
            return store_get(t, T_REQUEST_FILE, rq_bytes(&file), d->r->ar, &val, e) &&
                   row_decode(&request_file_kind, val, NULL, NULL, d->r->ar, &row, e) &&
                   store_delete(t, T_CONTENT, id_bytes(&row.content), e);
        case 10:
            return index_u64_put(t, rq_counter(2026), 0, e);
        default:
            d->head.subject = STR("inny temat");
            return head_put(t, &d->head, false, e);
    }
}

static void count_finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    unsigned *n = ctx;
    assert_true(strlen(place) > 0 && strlen(wrong) > 0 && strlen(mend) > 0);
    ++*n;
}

static void test_every_planted_damage_is_told(void **state)
{
    (void)state;
    for (unsigned what = 0; what < 12; what++) {
        struct request_case *r = request_case_make();
        struct request_form form = sound_form(REQUEST_FOI);
        char token[DRAFT_TOKEN_SIZE];
        uint8_t *big = calloc(1, 1u << 20);
        uint64_t checked;
        unsigned found = 0;
        memcpy(big, "%PDF-1.7\n", 9);
        draft_new(token);
        attach(r, token, "a.pdf", (struct bytes){big, 1u << 20});
        struct request_filed f = file_form(r, &form, token, NULL);
        struct damage d = {.r = r, .f = &f, .what = what};
        request_doctor_finds_nothing(r);
        must(store_write(archive_store(r->c->a), plant, &d, &e));
        must(request_doctor(r->d, count_finding, &found, &checked, &e));
        if (found == 0) {
            fail_msg("damage %u is not found", what);
        }
        free(big);
        request_case_end(r);
    }
}

/* ---------------------------------------------------------------- after a restore */

/* What an older copy of the tables does not know. */
static bool forget(struct txn *t, void *ctx, struct err *e)
{
    struct damage *d = ctx;
    uint64_t place;
    return index_u64_put(t, rq_counter(2026), 1, e) && ledger_find(t, &d->f->id, 1, &place, e) &&
           index_u64_put(t, rq_log_seen(), place > 2 ? 2 : 0, e);
}

static void test_a_number_that_only_the_log_knows_is_not_given_again(void **state)
{
    struct request_case *r = *state;
    file_kind(r, REQUEST_FOI);
    file_kind(r, REQUEST_FOI);
    struct request_filed last = file_kind(r, REQUEST_FOI);
    struct damage d = {.r = r, .f = &last};
    must(store_write(archive_store(r->c->a), forget, &d, &e));
    request_desk_close(&r->d);
    desk_open(r, NULL);
    struct request_filed next = file_kind(r, REQUEST_FOI);
    assert_string_equal(next.number, "2026-000004");
}

/* ---------------------------------------------------------------- two at once */

struct rival {
    struct request_case *r;
    const struct request_filed *f;
    enum request_verb verb;
    enum err_code code;
    pthread_t thread;
};

static void *act_alone(void *arg)
{
    struct rival *x = arg;
    struct arena *ar = arena_new(8u << 20);
    const struct request_act act = sound_act(x->verb, REQUEST_FOI, REQUEST_FILED, x->f->received);
    struct request_done done;
    struct err e = ERR_INIT;
    x->code = request_do(x->r->d, &x->f->id, &act, NULL, ar, &done, NULL, &e) ? ERR_NONE : e.code;
    arena_free(&ar);
    return NULL;
}

static void test_of_two_endings_one_comes_first(void **state)
{
    struct request_case *r = *state;
    for (int round = 0; round < 20; round++) {
        struct request_filed f = file_kind(r, REQUEST_FOI);
        struct rival both[2] = {{.r = r, .f = &f, .verb = REQUEST_DO_WITHDRAW},
                                {.r = r, .f = &f, .verb = REQUEST_DO_ANSWER}};
        for (int i = 0; i < 2; i++) {
            assert_int_equal(pthread_create(&both[i].thread, NULL, act_alone, &both[i]), 0);
        }
        for (int i = 0; i < 2; i++) {
            pthread_join(both[i].thread, NULL);
        }
        assert_true((both[0].code == ERR_NONE) != (both[1].code == ERR_NONE));
        assert_int_equal(both[0].code + both[1].code, ERR_STATE);
        assert_int_equal(open_request(r, &f).event_count, 2);
    }
    request_doctor_finds_nothing(r);
}

/* ---------------------------------------------------------------- without memory */

static bool all_verbs(struct request_case *r, struct arena *ar, const struct request_filed *f, uint64_t i,
                      struct err *e)
{
    char token[DRAFT_TOKEN_SIZE];
    struct draft_file file;
    struct request_view v;
    struct receipt receipt;
    struct request_done done;
    struct request_public *rows;
    struct str next;
    size_t n;
    struct buf out CLEANUP(buf_free) = BUF_INIT(4u << 20);
    struct case_bytes source = {.b = bytes_of(STR("mały plik"))};
    const struct request_filter all = {.limit = 5, .from = DAY_NONE, .until = DAY_NONE};
    struct request_act act = sound_act(REQUEST_DO_SUPPLEMENT, REQUEST_FOI, REQUEST_FILED, f->received);
    draft_new(token);
    act.draft = str_of(token);
    act.text = arena_fmt(ar, "po raz %llu", (unsigned long long)i);
    return draft_attach(r->d, str_of(token), STR("a.txt"),
                        (struct content_source){.read = case_bytes_read, .ctx = &source}, ar, &file, e) &&
           request_do(r->d, &f->id, &act, NULL, ar, &done, NULL, e) &&
           request_open(r->d, str_of(f->number), str_of(f->secret.code), request_today(r), ar, &v, e) &&
           receipt_make(r->d, &v, ar, &receipt, e) && receipt_proof(r->d, &v, &out, e) &&
           request_list(r->d, &all, ar, &rows, &n, &next, e);
}

static void test_without_memory_all_or_nothing(void **state)
{
    struct request_case *r = *state;
    struct request_filed f = file_kind(r, REQUEST_FOI);
    uint64_t done = 0, tries = 0;
    must(ledger_publish(archive_ledger(r->c->a), &e));
    for (uint64_t nth = 1; done < 3 && nth < 5000; nth += 1 + nth / 24) {
        struct arena *ar = arena_new(32u << 20);
        struct err e = ERR_INIT;
        mem_fault_after(nth);
        bool ok = all_verbs(r, ar, &f, nth, &e);
        mem_fault_after(0);
        tries++;
        done += ok;
        if (!ok && e.code != ERR_MEMORY) {
            fail_msg("after %llu: %s: %s", (unsigned long long)nth, err_name(e.code), e.text);
        }
        arena_free(&ar);
    }
    assert_true(done == 3 && tries > 20);
    request_doctor_finds_nothing(r);
    struct request_view v = open_request(r, &f);
    assert_int_equal(v.event_count - 1, v.file_count);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, request_setup, request_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_planted_damage_is_told),
        T(test_a_number_that_only_the_log_knows_is_not_given_again),
        T(test_of_two_endings_one_comes_first),
        T(test_without_memory_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
