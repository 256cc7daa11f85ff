/* post.c: the postman: one thread of the owner that takes what is due from the outbox, has it sent, and writes down
 * what became of it. It knows one way of going on: first it settles what is on its way, which after a crash is what an
 * owner before it handed over, and then it hands over the next. Slow or absent servers cost time and nothing else; a
 * store that fails is tried again. Addresses and numbers are never logged. */
#include "post.h"
#include "window.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define PROGRAM      "akta-send"
#define LOOK_MS      250u /* between two looks into an empty outbox */
#define STEP_MS      10u  /* between two looks at a helper, growing to … */
#define STEP_MOST_MS 250u
#define TROUBLE_MS   5000u /* after the store refused */
#define MESSAGE_MOST 32768u

struct post {
    struct archive *archive;
    struct request_desk *desk;
    struct post_route route;
    char program[3072];
    int run;
    pid_t helper; /* of the notice on its way, when this owner started it; else 0 */
    uint64_t next_ns;
    struct rate *addresses; /* what each has had */
    bool down;              /* the newest word about the server was bad */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
};

/* true: it is time to stop. */
static bool pause_for(struct post *p, uint64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&p->lock);
    while (!p->stop && pthread_cond_timedwait(&p->wake, &p->lock, &until) != ETIMEDOUT) {
    }
    bool stop = p->stop;
    pthread_mutex_unlock(&p->lock);
    return stop;
}

static instant now_of(const struct post *p)
{
    return clock_now(archive_clock(p->archive));
}

/* ---------------------------------------------------------------- what is on its way */

static void reap(struct post *p)
{
    while (p->helper != 0 && waitpid(p->helper, NULL, 0) < 0 && errno == EINTR) {
    }
    p->helper = 0;
}

/* Once when it begins and once when it ends. */
static void note_server(struct post *p, const struct notice_report *r)
{
    bool bad = r->fate == NOTICE_LATER && r->stage < NOTICE_RECIPIENT;
    if (bad && !p->down) {
        log_line(LOG_WARN, "mail", "the server takes nothing stage=%s code=%u", notice_stage_name(r->stage), r->code);
    } else if (p->down && r->fate == NOTICE_TAKEN) {
        log_line(LOG_INFO, "mail", "the server takes notices again");
    }
    p->down = bad || (p->down && r->fate != NOTICE_TAKEN);
}

static bool settle(struct post *p, const struct notice_job *j, const struct notice_report *r, struct err *e)
{
    if (!notice_settle(p->desk, j, r, &p->route.tries, now_of(p), e)) {
        return false;
    }
    post_forget(p->run, j);
    note_server(p, r);
    return true;
}

/* *any false: nothing is on its way. Waits for the helper, or until it is time to stop (ERR_INTERRUPTED). */
static bool collect(struct post *p, struct arena *ar, bool *any, struct err *e)
{
    struct notice_job j;
    struct notice_report r;
    uint64_t step = STEP_MS;
    bool over = false, ok = true;
    if (!notice_handed(p->desk, ar, &j, any, e) || !*any) {
        return !*any && e->code == ERR_NONE;
    }
    while ((ok = post_word(p->run, &j, &over, &r, e)) && !over) {
        if (pause_for(p, step)) {
            return err_set(e, ERR_INTERRUPTED, "interrupted");
        }
        step = step * 2 < STEP_MOST_MS ? step * 2 : STEP_MOST_MS;
    }
    if (!ok) {
        return false;
    }
    reap(p);
    return settle(p, &j, &r, e);
}

/* ---------------------------------------------------------------- the next one */

struct marking {
    struct post *p;
    const struct notice_job *j;
};

static bool mark(void *ctx, struct err *e)
{
    const struct marking *m = ctx;
    return notice_hand(m->p->desk, m->j, e);
}

static bool hand(struct post *p, struct arena *ar, const struct notice_job *j, struct err *e)
{
    struct buf message CLEANUP(buf_free) = BUF_INIT(MESSAGE_MOST);
    struct office_info office;
    struct marking m = {p, j};
    struct err why;
    const struct notice_head head = {.office = &office, .from = p->route.from, .site = p->route.site};
    err_init(&why, e->lang);
    if (j->unreadable) {
        const struct notice_report later = {.fate = NOTICE_LATER, .stage = NOTICE_PROGRAM};
        return settle(p, j, &later, e);
    }
    if (!archive_office(p->archive, ar, &office, e)) {
        return false;
    }
    if (!notice_message(j, &head, &message, &why)) {
        const struct notice_report never = {.fate = NOTICE_NEVER,
                                            .stage = j->email.n > 0 ? NOTICE_ADDRESS : NOTICE_STAGE_NONE};
        if (why.code == ERR_INVALID) {
            return settle(p, j, &never, e);
        }
        *e = why;
        return false;
    }
    const struct post_parcel parcel = {&p->route, j, buf_bytes(&message), p->program, p->run, mark, &m};
    return post_hand(&parcel, &p->helper, e);
}

/* Anybody can give anybody's address, and file again and again: what the requester did himself is told to an address so
 * many times a day and no more. Acts of the office all go out: a term may hang on them. */
static bool has_had_enough(struct post *p, const struct notice_job *j)
{
    return j->attempts == 0 && rate_take_address(p->addresses, j->email, monotonic_ns()) > 0 && notice_own_act(j->verb);
}

static bool hand_next(struct post *p, struct arena *ar, bool *any, struct err *e)
{
    static const struct notice_report enough = {.fate = NOTICE_ENOUGH};
    struct notice_job j;
    uint64_t now = monotonic_ns();
    if (now < p->next_ns && pause_for(p, (p->next_ns - now) / 1000000u + 1)) {
        return err_set(e, ERR_INTERRUPTED, "interrupted");
    }
    if (!notice_next(p->desk, now_of(p), ar, &j, any, e) || !*any) {
        return e->code == ERR_NONE;
    }
    if (has_had_enough(p, &j)) {
        return settle(p, &j, &enough, e);
    }
    p->next_ns = monotonic_ns() + 60000000000ull / p->route.rate;
    return hand(p, ar, &j, e);
}

static bool one_round(struct post *p, struct arena *ar, bool *any, struct err *e)
{
    arena_reset(ar);
    if (!collect(p, ar, any, e)) {
        return false;
    }
    return *any || hand_next(p, ar, any, e);
}

static void *work(void *ctx)
{
    struct post *p = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(8u << 20);
    uint64_t wait = 0;
    while (ar != NULL && !pause_for(p, wait)) {
        struct err e = ERR_INIT;
        bool any = false, ok = one_round(p, ar, &any, &e);
        wait = any ? 0 : LOOK_MS;
        if (!ok && e.code != ERR_INTERRUPTED) {
            log_line(LOG_ERROR, "mail", "a notice cannot be worked on code=%s", err_name(e.code));
            wait = TROUBLE_MS;
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------- start and stop */

static void post_free(struct post *p)
{
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    fd_close(&p->run);
    rate_free(&p->addresses);
    mem_free(p);
}

static bool open_run(struct post *p, struct err *e)
{
    p->run = disk_now()->openat(store_dir_fd(archive_store(p->archive)), "run", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (p->run < 0) {
        return err_errno(e, errno, "run cannot be opened");
    }
    return helper_program(PROGRAM, p->program, sizeof p->program) ||
           err_set(e, ERR_NOT_FOUND, "mail is set up, and the program %s is not there: install it", PROGRAM);
}

bool post_start(struct archive *a, struct request_desk *d, struct post **out, struct err *e)
{
    struct post_route route;
    pthread_condattr_t attr;
    bool on;
    *out = NULL;
    if (!post_route_take(archive_settings(a), &route, &on, e) || !on) {
        return e->code == ERR_NONE;
    }
    struct post *p = mem_zalloc(sizeof *p);
    if (p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *p = (struct post){.archive = a, .desk = d, .route = route, .run = -1};
    p->addresses = rate_new_of(route.per_address, 86400u / route.per_address + 1);
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (!open_run(p, e) || (pthread_create(&p->thread, NULL, work, p) != 0 &&
                            !err_set(e, ERR_MEMORY, "there is no thread for the mail"))) {
        post_free(p);
        return false;
    }
    *out = p;
    return true;
}

void post_stop(struct post **post)
{
    struct post *p = *post;
    if (p == NULL) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    post_free(p);
    *post = NULL;
}
