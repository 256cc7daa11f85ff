/* A list of contents: all cores at work, each job answered for, a stop between two of them, and people who wait for an
 * answer go first. */
#include "content_case.h"

#include <sched.h>
#include <time.h>

static int begin(void **state)
{
    *state = calloc(1, sizeof(struct content_case));
    case_begin(*state);
    return 0;
}

static int end(void **state)
{
    case_end(*state);
    free(*state);
    return 0;
}

struct paper {
    struct piecewise w;
    struct bytes plain;
    int opened, closed;
    bool refuse;
};

static bool paper_open(struct content_job *j, struct content_source *src, struct err *e)
{
    struct paper *p = j->ctx;
    if (p->refuse) {
        return err_set(e, ERR_DENIED, "no leave to read it");
    }
    p->opened++;
    p->w = (struct piecewise){.left = p->plain};
    *src = (struct content_source){.read = piecewise_read, .ctx = &p->w};
    return true;
}

static void paper_close(struct content_job *j)
{
    struct paper *p = j->ctx;
    p->closed++;
}

#define PAPERS 40
static void papers_make(struct content_case *c, struct paper *papers, struct content_job *jobs, uint8_t *bytes,
                        size_t n)
{
    noise_fill(bytes, n, 8);
    for (size_t i = 0; i < PAPERS; i++) {
        size_t size = i == 17 ? n : i * i * 13 % 9000;
        papers[i] = (struct paper){.plain = {bytes, size}};
        jobs[i] = (struct content_job){.open = paper_open, .close = paper_close, .ctx = &papers[i], .key = c->key};
        jobs[i].object = c->object;
        jobs[i].object.b[0] = (uint8_t)i;
    }
}

static void job_list_is_done_by_all_cores(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    size_t n = 5 * CONTENT_CHUNK + 3, count[2], files = 0;
    uint8_t *bytes = malloc(n);
    struct paper papers[PAPERS];
    struct content_job *jobs = calloc(PAPERS, sizeof *jobs);
    papers_make(c, papers, jobs, bytes, n);
    papers[5].refuse = true;
    struct content_batch *b = content_batch_new(&c->store, &e);
    assert_true(content_add_all(b, jobs, PAPERS, NULL, NULL, &e));
    assert_true(content_batch_sync(b, &e));
    for (size_t i = 0; i < PAPERS; i++) {
        assert_int_equal(jobs[i].ok, i != 5);
        assert_int_equal(papers[i].opened, i != 5);
        assert_int_equal(papers[i].closed, i != 5);
        if (i != 5) {
            files += !id_is_zero(jobs[i].out.name);
            assert_int_equal(jobs[i].out.size, papers[i].plain.n);
            assert_true(content_verify(&c->store, &jobs[i].out, &jobs[i].key, &jobs[i].object, NULL, NULL, &e));
        }
    }
    assert_int_equal(jobs[5].e.code, ERR_DENIED);
    case_count(c, count);
    assert_int_equal(count[0], files);
    assert_int_equal(count[1], 0);
    content_batch_free(&b);
    free(jobs);
    free(bytes);
}

struct standing {
    struct paper paper;
    struct store *crowd; /* NULL: nobody waits */
    int policy;
};

static bool standing_open(struct content_job *j, struct content_source *src, struct err *e)
{
    struct standing *p = j->ctx;
    struct content_job inner = {.ctx = &p->paper};
    p->policy = sched_getscheduler(0);
    if (p->crowd != NULL) {
        store_crowded(p->crowd, monotonic_ns());
    }
    return paper_open(&inner, src, e);
}

/* How many of the list were done by threads that stand back. */
static size_t stood_back(struct content_case *c, bool crowded)
{
    struct err e = ERR_INIT;
    size_t back = 0;
    struct standing papers[PAPERS];
    struct content_job jobs[PAPERS];
    struct content_batch *b = content_batch_new(&c->store, &e);
    for (size_t i = 0; i < PAPERS; i++) {
        papers[i] =
            (struct standing){.paper = {.plain = {(const uint8_t *)"pismo", 5}}, .crowd = crowded ? &c->store : NULL};
        jobs[i] = (struct content_job){.open = standing_open, .ctx = &papers[i], .key = c->key, .object = c->object};
        jobs[i].object.b[0] = (uint8_t)i;
    }
    assert_true(content_add_all(b, jobs, PAPERS, NULL, NULL, &e));
    for (size_t i = 0; i < PAPERS; i++) {
        assert_true(jobs[i].ok);
        back += papers[i].policy == SCHED_IDLE;
    }
    content_batch_free(&b);
    return back;
}

static void whoever_is_answered_goes_before_a_list(void **state)
{
    struct content_case *c = *state;
    assert_int_equal(stood_back(c, false), 0);
    assert_true(stood_back(c, true) > 0);
    assert_int_equal(sched_getscheduler(0), SCHED_OTHER); /* the caller's own turn is not changed */
    nanosleep(&(struct timespec){.tv_nsec = 110000000}, NULL);
    assert_int_equal(stood_back(c, false), 0);
}

static bool stop_after(void *ctx)
{
    int *left = ctx;
    return (*left)-- <= 0;
}

static void stopped_list_says_what_was_not_done(void **state)
{
    struct content_case *c = *state;
    struct err e = ERR_INIT;
    size_t done = 0, interrupted = 0;
    uint8_t bytes[9000];
    int left = 7;
    struct paper papers[PAPERS];
    struct content_job *jobs = calloc(PAPERS, sizeof *jobs);
    papers_make(c, papers, jobs, bytes, sizeof bytes);
    struct content_batch *b = content_batch_new(&c->store, &e);
    assert_true(content_add_all(b, jobs, PAPERS, stop_after, &left, &e));
    for (size_t i = 0; i < PAPERS; i++) {
        done += jobs[i].ok;
        interrupted += !jobs[i].ok && jobs[i].e.code == ERR_INTERRUPTED;
    }
    assert_int_equal(done, 7);
    assert_int_equal(interrupted, PAPERS - 7);
    content_batch_free(&b);
    free(jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(job_list_is_done_by_all_cores, begin, end),
        cmocka_unit_test_setup_teardown(whoever_is_answered_goes_before_a_list, begin, end),
        cmocka_unit_test_setup_teardown(stopped_list_says_what_was_not_done, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
