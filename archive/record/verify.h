/* verify.h: the check of one record (verify_object.c), the workers that check many (verify_workers.c), the order in
 * which they come (verify_order.c). */
#ifndef AKTA_RECORD_VERIFY_H
#define AKTA_RECORD_VERIFY_H

#include "record_internal.h"

#include <pthread.h>
#include <stdatomic.h>

#define CHECK_FAULTS_MAX 8
#define CHECK_EVENTS_MAX 4096u

/* One ledger event as the store holds it. */
struct check_event {
    uint64_t index;
    struct bytes entry, opening; /* opening.n 0: none is kept */
    struct hash leaf;
    bool has_leaf; /* published */
};

struct check {
    struct id id;
    bool gone;    /* lawfully removed since it was listed */
    bool stopped; /* not finished: it does not count as checked */
    bool has_row, has_key;
    struct record r; /* unsealed when has_key */
    struct key key;
    struct check_event *events;
    size_t event_count;
    uint64_t bytes;
    struct err faults[CHECK_FAULTS_MAX];
    size_t fault_count;
    enum lang lang;
};

/* Inside a short read: copies everything about the record that the tables hold into the arena. */
bool check_collect(struct txn *t, struct archive *a, struct check *c, struct arena *ar, struct err *e) MUST_USE;
/* Afterwards, without a transaction: compares, unseals, hashes. *stop ends it early (c->stopped). false only when it
 * could not look (no memory). */
bool check_examine(struct archive *a, struct check *c, struct arena *ar, const atomic_bool *stop,
                   struct err *e) MUST_USE;
void check_wipe(struct check *c);

/* ---- a run */

#define IDS_IN_READ 512u

struct result {
    struct result *next;
    struct id id;
    bool gone; /* removed meanwhile: neither checked nor left out */
    uint64_t bytes;
    size_t fault_count;
    struct err faults[]; /* fault_count of them */
};

struct run {
    struct archive *a;
    const struct verify_options *o;
    verify_fault each;
    void *ctx;
    struct progress *progress;
    uint64_t deadline; /* monotonic; 0: none */
    enum lang lang;
    uint64_t stamp;         /* of this run: later than every stamp before it */
    uint64_t limit;         /* what was checked before it is to be checked */
    const struct id *named; /* these instead of the walk */
    size_t named_count;
    struct verify_result *sum;
    atomic_bool *stop; /* shared by the parts of one run */
    /* Under the lock from here. */
    pthread_mutex_t lock;
    pthread_cond_t came; /* a result, or a worker's end */
    struct id ids[IDS_IN_READ];
    size_t id_count, id_next, named_next;
    uint8_t cursor[24];
    bool walk_begun, walk_over;
    struct result *results, **results_end;
    size_t result_count;
    unsigned working;
    bool failed;
    struct err e;
};
/* Workers over all cores check what the run lists; each result is kept and told. `total` is for the progress shown. */
bool run_workers(struct run *r, uint64_t total, struct err *e) MUST_USE;

/* ---- the order of checks */

struct id_list {
    struct id *ids;
    size_t n, cap;
};
void id_list_free(struct id_list *l);

struct edges {
    uint64_t first, last; /* stamps */
    bool any;
    uint64_t unfinished; /* stamp of a run that was cut short; 0: none */
};
bool order_edges(struct archive *a, struct edges *out, struct err *e) MUST_USE;
bool order_below(struct archive *a, uint64_t limit, uint64_t *out, struct err *e) MUST_USE; /* how many */
/* The next ids below the limit, after *cursor when *begun. */
bool order_next(struct archive *a, uint64_t limit, uint8_t cursor[24], bool *begun, struct id ids[IDS_IN_READ],
                size_t *n, bool *over, struct err *e) MUST_USE;
bool order_keep_run(struct archive *a, uint64_t unfinished, struct err *e) MUST_USE;
bool order_faulty(struct archive *a, struct id_list *out, struct err *e) MUST_USE; /* what stands as faulty */
/* Records that fell out of the order: a run that checks all must not overlook them. */
bool order_strays(struct archive *a, struct id_list *out, struct err *e) MUST_USE;

#endif
