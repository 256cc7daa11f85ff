/* request_doctor.h: what the two halves of the doctor of requests share. */
#ifndef AKTA_OFFICE_REQUEST_DOCTOR_H
#define AKTA_OFFICE_REQUEST_DOCTOR_H

#include "draft.h"
#include "request_scan.h"

struct rq_finding {
    struct rq_finding *next;
    const char *place, *mend;
    struct err wrong;
};
/* How many requests of a month, a kind and a state there are; what is counted by year, month 0 stands for. */
struct rq_figure {
    uint64_t year, month, kind, state, n;
};
#define FIGURES_MAX 40000u
struct rq_doctor {
    struct request_desk *d;
    store_finding tell;
    void *ctx;
    enum lang lang;
    uint64_t checked;
    struct arena *ar, *findings; /* of a row; of a piece */
    struct rq_finding *first, **end;
    struct err spare;
    bool no_memory;
    struct rq_figure *figures;
    size_t figure_count, kept_figures; /* kept: of the pieces before this one */
    struct rq_figure *before;          /* copy of the figures as they were before this piece */
    struct totals {
        uint64_t heads, lines, named, contents, draft_bytes, checked;
    } now, kept;
};
#define RQ_RESTORE N_("restore the archive from a backup; akta restore proves what it restores")

/* A place for the text of a finding; it is told when the piece was read. */
struct err *rq_find(struct rq_doctor *r, const char *place, const char *mend);
bool rq_is_there(struct txn *t, struct rq_doctor *r, enum store_table table, struct bytes key, struct bytes *val,
                 bool *found, struct err *e) MUST_USE;
bool rq_walk(struct rq_doctor *r, enum store_table table,
             bool (*row)(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e),
             struct err *e) MUST_USE;
void rq_count(struct rq_doctor *r, uint64_t year, uint64_t month, uint64_t kind, uint64_t state);
uint64_t rq_counted(const struct rq_doctor *r, uint64_t year, uint64_t month, uint64_t kind, uint64_t state);
#define ENDING_MONTHS 16u
void rq_count_ending(struct rq_doctor *r, const struct request_head *h);
uint64_t rq_counted_ending(const struct rq_doctor *r, struct reader *key); /* after its letter */
/* Does the row at hand say that it is of this request, and is that one there? (request_doctor.c) */
bool rq_head_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
bool rq_owned_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
bool rq_file_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
/* Indexes, lists, drafts, the log (request_doctor_index.c). */
bool rq_index_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
bool rq_line_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
bool rq_draft_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
bool rq_draft_file_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
bool rq_content_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
bool rq_entry_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
bool rq_sums(struct rq_doctor *r, struct err *e) MUST_USE;

#endif
