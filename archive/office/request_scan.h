/* request_scan.h: long walks over the tables of requests, a piece at a time. */
#ifndef AKTA_OFFICE_REQUEST_SCAN_H
#define AKTA_OFFICE_REQUEST_SCAN_H

#include "request_internal.h"

/* Called for each row inside a short read that it shares with the other rows of its piece, so it may read other tables;
 * `restart` before the first row of a piece, which may be read again; `done` after the read. */
struct rq_scan {
    enum store_table table;
    struct bytes prefix; /* n 0: the whole table */
    bool (*row)(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
    void (*restart)(void *ctx);
    bool (*done)(void *ctx, struct err *e);
    void *ctx;
};
bool rq_scan(struct request_desk *d, const struct rq_scan *s, struct err *e) MUST_USE;

#endif
