/* verify.c: the run that orders checks: which records, on which cores, how far it came.
 *
 * Records stand in T_FIXITY in the order of their last check; a run walks it from the front, workers take a few at a
 * time, and the calling thread moves what was checked to the back in verbs of MOVES_IN_VERB, so that an interrupted or
 * crashed run goes on where it stopped and never claims what was not done. Stamps of one run are all later than every
 * stamp before it: what is left below the run's own stamp is exactly what was not checked.
 *
 * `all` checks everything there is now, whatever was checked before. Without it, an unfinished run is taken up again:
 * what it checked is not repeated, except what it found faulty. Fails: ERR_NOT_FOUND for an id that is no record; what
 * keeps it from looking. Faults are no failure: they are told and counted. */
#include "verify.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#define MOVES_IN_VERB 128u
#define IDS_IN_READ   512u
#define SLICE         4u
#define WORKERS_MAX   16u
#define SLICE_ARENA   (16u << 20)
#define RUN_KEPT      (30 * 24 * 3600) /* an unfinished run older than this is not taken up again */
#define META_RUN      bytes_of(STR("verify-run"))
#define POLL_NS       100000000L

struct result {
    struct result *next;
    struct id id;
    uint64_t bytes;
    size_t fault_count;
    struct err faults[]; /* fault_count of them */
};

struct run {
    struct archive *a;
    const struct verify_options *o;
    enum lang lang;
    uint64_t stamp; /* of this run: what lies below is to be checked */
    uint64_t limit;
    /* Under the lock from here. */
    pthread_mutex_t lock;
    pthread_cond_t came; /* a result, or a worker's end */
    struct id ids[IDS_IN_READ];
    size_t id_count, id_next;
    bool ids_named; /* the ids of the options, not the walk */
    size_t named_next;
    uint8_t cursor[24];
    bool walk_begun, walk_over;
    struct result *results, **results_end;
    size_t result_count;
    unsigned working;
    bool failed;
    struct err e;
    atomic_bool stop;
};

/* ---------------------------------------------------------------- what to check next */

struct fill_ctx {
    struct run *r;
    uint8_t last[24];
    bool over;
};

static uint64_t be64(const uint8_t *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

static bool fill_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct fill_ctx *c = ctx;
    (void)val;
    if (key.n != 24)
        return err_set(e, ERR_CORRUPT, "the order of checks (table fixity) is damaged");
    if (be64(key.p) >= c->r->limit) {
        c->over = true;
        return false;
    }
    if (c->r->walk_begun && memcmp(key.p, c->r->cursor, 24) == 0)
        return true;
    memcpy(c->r->ids[c->r->id_count++].b, key.p + 8, 16);
    memcpy(c->last, key.p, 24);
    return c->r->id_count < IDS_IN_READ;
}

static bool fill_fn(struct txn *t, void *ctx, struct err *e)
{
    struct fill_ctx *c = ctx;
    struct run *r = c->r;
    struct store_range range = {.table = T_FIXITY};
    if (r->walk_begun)
        range.from = (struct bytes){r->cursor, sizeof r->cursor};
    r->id_count = 0;
    c->over = false;
    return store_walk(t, range, fill_each, c, e);
}

/* Under the lock: more ids from the options or the walk. */
static bool refill(struct run *r, struct err *e)
{
    r->id_next = r->id_count = 0;
    if (r->ids_named) {
        while (r->id_count < IDS_IN_READ && r->named_next < r->o->id_count)
            r->ids[r->id_count++] = r->o->ids[r->named_next++];
        return true;
    }
    if (r->walk_over)
        return true;
    struct fill_ctx c = {.r = r};
    if (!store_read(r->a->store, fill_fn, &c, e))
        return false;
    if (r->id_count) {
        memcpy(r->cursor, c.last, sizeof r->cursor);
        r->walk_begun = true;
    }
    r->walk_over = c.over || r->id_count < IDS_IN_READ;
    return true;
}

/* The next few ids; 0 when there is nothing more to do. */
static size_t take_slice(struct run *r, struct id out[SLICE])
{
    size_t n = 0;
    struct err e;
    err_init(&e, r->lang);
    pthread_mutex_lock(&r->lock);
    if (!r->failed && r->id_next == r->id_count && !refill(r, &e)) {
        r->failed = true;
        r->e = e;
    }
    while (!r->failed && !atomic_load(&r->stop) && n < SLICE && r->id_next < r->id_count)
        out[n++] = r->ids[r->id_next++];
    pthread_mutex_unlock(&r->lock);
    return n;
}

/* ---------------------------------------------------------------- workers */

struct slice {
    struct run *r;
    struct check checks[SLICE];
    size_t n;
    struct arena *ar;
};

static bool slice_fn(struct txn *t, void *ctx, struct err *e)
{
    struct slice *s = ctx;
    for (size_t i = 0; i < s->n; i++)
        if (!check_collect(t, s->r->a, &s->checks[i], s->ar, e))
            return false;
    return true;
}

static bool hand_in(struct run *r, const struct check *c, struct err *e)
{
    if (c->stopped || c->gone)
        return true;
    struct result *x = mem_zalloc(sizeof *x + c->fault_count * sizeof x->faults[0]);
    if (!x)
        return err_set(e, ERR_MEMORY, "out of memory");
    x->id = c->id;
    x->bytes = c->bytes;
    x->fault_count = c->fault_count;
    memcpy(x->faults, c->faults, c->fault_count * sizeof x->faults[0]);
    pthread_mutex_lock(&r->lock);
    *r->results_end = x;
    r->results_end = &x->next;
    r->result_count++;
    if (r->result_count >= MOVES_IN_VERB)
        pthread_cond_signal(&r->came);
    pthread_mutex_unlock(&r->lock);
    return true;
}

static bool do_slice(struct slice *s, struct err *e)
{
    struct run *r = s->r;
    if (!store_read(r->a->store, slice_fn, s, e))
        return false;
    for (size_t i = 0; i < s->n && !atomic_load(&r->stop); i++)
        if (!check_examine(r->a, &s->checks[i], s->ar, &r->stop, e) || !hand_in(r, &s->checks[i], e))
            return false;
    return true;
}

static bool work(struct run *r, struct err *e)
{
    struct slice *s = mem_zalloc(sizeof *s);
    struct arena *ar CLEANUP(arena_free) = arena_new(SLICE_ARENA);
    struct id ids[SLICE];
    bool ok = s && ar;
    if (!ok)
        err_set(e, ERR_MEMORY, "out of memory");
    while (ok && (s->n = take_slice(r, ids)) > 0) {
        arena_reset(ar);
        s->r = r;
        s->ar = ar;
        for (size_t i = 0; i < s->n; i++)
            s->checks[i] = (struct check){.id = ids[i], .lang = r->lang};
        ok = do_slice(s, e);
        for (size_t i = 0; i < s->n; i++)
            check_wipe(&s->checks[i]);
    }
    mem_free(s);
    return ok;
}

static void *worker_main(void *ctx)
{
    struct run *r = ctx;
    struct err e;
    err_init(&e, r->lang);
    bool ok = work(r, &e);
    pthread_mutex_lock(&r->lock);
    if (!ok && !r->failed) {
        r->failed = true;
        r->e = e;
        atomic_store(&r->stop, true);
    }
    r->working--;
    pthread_cond_signal(&r->came);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* ---------------------------------------------------------------- keeping the position */

struct moves {
    struct run *r;
    const struct result *first;
};

static bool note_faults(struct txn *t, const struct result *x, struct arena *ar, struct err *e)
{
    struct bytes old;
    bool had;
    if (!store_find(t, T_FAULT, id_bytes(&x->id), ar, &old, &had, e))
        return false;
    if (x->fault_count)
        return store_put(t, T_FAULT, id_bytes(&x->id), bytes_of(str_of(x->faults[0].text)), e);
    return !had || store_delete(t, T_FAULT, id_bytes(&x->id), e);
}

static bool moves_fn(struct txn *t, void *ctx, struct err *e)
{
    struct moves *m = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    uint64_t now = (uint64_t)clock_now(m->r->a->clock) << FIXITY_TIE_BITS;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (const struct result *x = m->first; x; x = x->next)
        if (!fixity_move(t, &x->id, now > m->r->stamp ? now : m->r->stamp, e) || !note_faults(t, x, ar, e))
            return false;
    return true;
}

static void results_free(struct result **list)
{
    for (struct result *x = *list, *next; x; x = next) {
        next = x->next;
        mem_free(x);
    }
    *list = NULL;
}

/* Takes what came in, keeps it, tells it. On the calling thread. */
static bool settle(struct run *r, struct result *list, verify_fault each, void *ctx, struct verify_result *sum,
                   struct err *e)
{
    struct moves m = {r, list};
    if (list && !store_write(r->a->store, moves_fn, &m, e))
        return false;
    for (const struct result *x = list; x; x = x->next) {
        sum->checked++;
        sum->bytes += x->bytes;
        sum->faults += x->fault_count;
        for (size_t i = 0; i < x->fault_count; i++)
            if (each && !each(ctx, &x->id, x->faults[i].text, e))
                return false;
    }
    return true;
}

static void time_from_now(long ns, struct timespec *out)
{
    clock_gettime(CLOCK_REALTIME, out);
    out->tv_nsec += ns;
    out->tv_sec += out->tv_nsec / 1000000000L;
    out->tv_nsec %= 1000000000L;
}

/* Waits for a verb's worth of results, or a moment; *over when every worker has ended. */
static struct result *await_results(struct run *r, bool *over)
{
    struct timespec until;
    time_from_now(POLL_NS, &until);
    pthread_mutex_lock(&r->lock);
    if (r->working && r->result_count < MOVES_IN_VERB)
        pthread_cond_timedwait(&r->came, &r->lock, &until);
    struct result *list = r->results;
    r->results = NULL;
    r->results_end = &r->results;
    r->result_count = 0;
    *over = r->working == 0;
    pthread_mutex_unlock(&r->lock);
    return list;
}

static bool asked_to_stop(const struct run *r, struct progress *p, uint64_t deadline)
{
    (void)r;
    return (deadline && monotonic_ns() >= deadline) || (p && p->stop && p->stop(p));
}

static bool oversee(struct run *r, verify_fault each, void *ctx, struct progress *p, uint64_t total,
                    struct verify_result *sum, struct err *e)
{
    uint64_t deadline = r->o->budget_seconds ? monotonic_ns() + r->o->budget_seconds * 1000000000ull : 0;
    bool ok = true;
    for (bool over = false; !over;) {
        struct result *list CLEANUP(results_free) = await_results(r, &over);
        if (ok && !settle(r, list, each, ctx, sum, e)) {
            ok = false;
            atomic_store(&r->stop, true);
        }
        if (ok && p && p->step)
            p->step(p, sum->checked, total, "verify");
        if (!over && !atomic_load(&r->stop) && asked_to_stop(r, p, deadline))
            atomic_store(&r->stop, true);
    }
    return ok;
}

static unsigned cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > (int)WORKERS_MAX ? WORKERS_MAX : (unsigned)n;
}

/* All workers over what `r` lists; returns when they have ended and their results are kept. */
static bool run_workers(struct run *r, verify_fault each, void *ctx, struct progress *p, uint64_t total,
                        struct verify_result *sum, struct err *e)
{
    pthread_t threads[WORKERS_MAX];
    unsigned n = cores(), started = 0;
    r->results = NULL;
    r->results_end = &r->results;
    r->result_count = 0;
    r->working = n;
    while (started < n && pthread_create(&threads[started], NULL, worker_main, r) == 0)
        started++;
    pthread_mutex_lock(&r->lock);
    r->working -= n - started;
    pthread_mutex_unlock(&r->lock);
    bool ok =
        started > 0 ? oversee(r, each, ctx, p, total, sum, e) : err_set(e, ERR_MEMORY, "no thread could be started");
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    if (ok && r->failed) {
        *e = r->e;
        return false;
    }
    return ok;
}

/* ---------------------------------------------------------------- where a run begins and what it leaves */

struct survey {
    uint64_t limit; /* count what lies below */
    uint8_t cursor[24];
    bool begun;
    uint64_t below, step;
};

static bool survey_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct survey *s = ctx;
    (void)val;
    (void)e;
    if (key.n != 24 || be64(key.p) >= s->limit)
        return false;
    if (s->begun && memcmp(key.p, s->cursor, 24) == 0)
        return true;
    memcpy(s->cursor, key.p, 24);
    s->begun = true;
    return ++s->step < 8192;
}

static bool survey_fn(struct txn *t, void *ctx, struct err *e)
{
    struct survey *s = ctx;
    struct store_range range = {.table = T_FIXITY};
    if (s->begun)
        range.from = (struct bytes){s->cursor, sizeof s->cursor};
    s->step = 0;
    return store_walk(t, range, survey_each, s, e);
}

/* How many records were last checked before the limit. */
static bool count_below(struct archive *a, uint64_t limit, uint64_t *out, struct err *e)
{
    struct survey s = {.limit = limit};
    do {
        struct survey before = s;
        if (!store_read(a->store, survey_fn, &s, e))
            return false;
        s.below = before.below + s.step;
    } while (s.step == 8192);
    *out = s.below;
    return true;
}

struct edges {
    uint64_t first, last; /* stamps */
    bool any;
    uint64_t unfinished; /* stamp of a run that was cut short; 0: none */
};

static bool edge_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    uint64_t *out = ctx;
    (void)val;
    (void)e;
    *out = key.n == 24 ? be64(key.p) : 0;
    return false;
}

static bool edges_fn(struct txn *t, void *ctx, struct err *e)
{
    struct edges *x = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(4096);
    struct store_range front = {.table = T_FIXITY}, back = {.table = T_FIXITY, .reverse = true};
    struct bytes val;
    bool found;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    *x = (struct edges){.first = UINT64_MAX};
    if (!store_walk(t, front, edge_each, &x->first, e) || !store_walk(t, back, edge_each, &x->last, e) ||
        !store_find(t, T_META, META_RUN, ar, &val, &found, e))
        return false;
    struct reader r = reader_of(val);
    x->unfinished = found ? rd_be64(&r) : 0;
    x->any = x->first != UINT64_MAX;
    return true;
}

struct keep_run {
    uint64_t stamp; /* 0: nothing is unfinished */
};

static bool keep_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct keep_run *k = ctx;
    struct buf val CLEANUP(buf_free) = BUF_INIT(8);
    buf_add_be64(&val, k->stamp);
    return buf_ok(&val, e) && store_put(t, T_META, META_RUN, buf_bytes(&val), e);
}

/* A stamp later than all there are, and the limit below which this run checks. */
static bool begin(struct run *r, struct err *e)
{
    struct edges x;
    if (!store_read(r->a->store, edges_fn, &x, e))
        return false;
    instant now = clock_now(r->a->clock);
    uint64_t stamp = (uint64_t)now << FIXITY_TIE_BITS;
    r->stamp = x.last >= stamp ? x.last + 1 : stamp;
    r->limit = r->stamp;
    bool fresh = x.unfinished && now - (instant)(x.unfinished >> FIXITY_TIE_BITS) <= RUN_KEPT;
    if (r->o->since)
        r->limit = (uint64_t)r->o->since << FIXITY_TIE_BITS;
    else if (fresh && !r->o->all)
        r->limit = x.unfinished;
    if (r->limit > r->stamp)
        r->limit = r->stamp;
    return true;
}

struct fault_list {
    struct id *ids;
    size_t n, cap;
};

static bool fault_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct fault_list *l = ctx;
    (void)val;
    if (key.n != sizeof l->ids[0].b)
        return err_set(e, ERR_CORRUPT, "the list of faults is damaged");
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        struct id *ids = mem_realloc(l->ids, cap * sizeof *ids);
        if (!ids)
            return err_set(e, ERR_MEMORY, "out of memory");
        l->ids = ids;
        l->cap = cap;
    }
    memcpy(l->ids[l->n++].b, key.p, key.n);
    return true;
}

static bool faults_fn(struct txn *t, void *ctx, struct err *e)
{
    struct fault_list *l = ctx;
    l->n = 0;
    return store_walk(t, (struct store_range){.table = T_FAULT}, fault_each, l, e);
}

static void fault_list_free(struct fault_list *l)
{
    mem_free(l->ids);
}

/* A run that does not begin at the front looks again at what stands as faulty: a fault is told until it is mended. */
static bool recheck_faulty(struct run *r, verify_fault each, void *ctx, struct progress *p, struct verify_result *sum,
                           struct err *e)
{
    struct fault_list l CLEANUP(fault_list_free) = {0};
    if (!store_read(r->a->store, faults_fn, &l, e))
        return false;
    struct verify_options named = *r->o;
    named.ids = l.ids;
    named.id_count = l.n;
    struct run again = {.a = r->a, .o = &named, .lang = r->lang, .stamp = r->stamp, .ids_named = true};
    pthread_mutex_init(&again.lock, NULL);
    pthread_cond_init(&again.came, NULL);
    bool ok = l.n == 0 || run_workers(&again, each, ctx, p, l.n, sum, e);
    pthread_cond_destroy(&again.came);
    pthread_mutex_destroy(&again.lock);
    return ok;
}

static bool check_named(struct txn *t, void *ctx, struct err *e)
{
    const struct run *r = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 20);
    struct record unused;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < r->o->id_count; i++) {
        arena_reset(ar);
        struct bytes key;
        bool found;
        if (!store_find(t, T_KEY, id_bytes(&r->o->ids[i]), ar, &key, &found, e) ||
            (!found && !record_in(t, r->a, &r->o->ids[i], false, ar, &unused, e)))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- the run */

static bool write_entry(struct run *r, const struct verify_result *sum, struct err *e)
{
    char checked[24], faults[24], left[24];
    struct buf b CLEANUP(buf_free) = BUF_INIT(128);
    const uint64_t figures[] = {sum->checked, sum->faults, sum->not_checked};
    char *texts[] = {checked, faults, left};
    for (size_t i = 0; i < 3; i++) {
        buf_reset(&b);
        buf_fmt(&b, "%llu", (unsigned long long)figures[i]);
        if (!buf_ok(&b, e))
            return false;
        memcpy(texts[i], b.p, b.n);
        texts[i][b.n] = '\0';
    }
    const struct entry_line lines[] = {
        {"scope", r->ids_named ? STR("named")
                  : r->o->all  ? STR("all")
                               : STR("oldest-first")},
        {"checked", str_of(checked)},
        {"faults", str_of(faults)},
        {"not-checked", str_of(left)},
    };
    return archive_note(r->a, E_FIXITY, lines, COUNT_OF(lines), NULL, e);
}

/* Walks again while records came in behind the walk: they are part of what is there now. */
static bool walk_all(struct run *r, verify_fault each, void *ctx, struct progress *p, struct verify_result *sum,
                     struct err *e)
{
    uint64_t left;
    if (!count_below(r->a, r->limit, &left, e))
        return false;
    for (int pass = 0; pass < 3 && left && !atomic_load(&r->stop); pass++) {
        r->walk_begun = r->walk_over = false;
        r->id_next = r->id_count = 0;
        if (!run_workers(r, each, ctx, p, sum->checked + left, sum, e) || !count_below(r->a, r->limit, &left, e))
            return false;
    }
    sum->not_checked = left;
    return true;
}

static bool verify_in(struct run *r, verify_fault each, void *ctx, struct progress *p, struct verify_result *sum,
                      struct err *e)
{
    struct edges x;
    struct keep_run keep = {0};
    if (!begin(r, e))
        return false;
    if (r->ids_named) {
        if (!store_read(r->a->store, check_named, r, e) || !run_workers(r, each, ctx, p, r->o->id_count, sum, e))
            return false;
        sum->not_checked = r->o->id_count - sum->checked;
    } else {
        keep.stamp = r->limit;
        if (!store_write(r->a->store, keep_fn, &keep, e) ||
            (r->limit < r->stamp && !recheck_faulty(r, each, ctx, p, sum, e)) || !walk_all(r, each, ctx, p, sum, e))
            return false;
        keep.stamp = 0;
        if (sum->not_checked == 0 && !store_write(r->a->store, keep_fn, &keep, e))
            return false;
    }
    if (!store_read(r->a->store, edges_fn, &x, e))
        return false;
    sum->oldest_check = x.any ? (instant)(x.first >> FIXITY_TIE_BITS) : 0;
    return write_entry(r, sum, e);
}

bool record_verify(struct archive *a, const struct verify_options *o, verify_fault each, void *ctx, struct progress *p,
                   struct verify_result *out, struct err *e)
{
    struct run r = {.a = a, .o = o, .lang = e->lang, .ids_named = o->ids != NULL};
    struct verify_result sum = {0};
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.came, NULL);
    bool ok = verify_in(&r, each, ctx, p, &sum, e);
    pthread_cond_destroy(&r.came);
    pthread_mutex_destroy(&r.lock);
    if (ok)
        *out = sum;
    return ok;
}
