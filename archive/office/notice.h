/* notice.h: what the files about notices share. */
#ifndef AKTA_OFFICE_NOTICE_INTERNAL_H
#define AKTA_OFFICE_NOTICE_INTERNAL_H

#include "office_notice.h"
#include "request_internal.h"

struct notice_row {
    uint64_t verb, state, attempts, stage, code, repeated;
    instant queued, changed, next;
};
/* Lists of what is not done; sent ones are in none. */
enum notice_pile { NOTICES_HANDED = 1, NOTICES_WAITING, NOTICES_FAILED };
struct notice_place {
    instant when;
    struct id request;
    uint64_t event;
};
struct rq_key rq_notice(const struct id *request, uint64_t event); /* event 0: the beginning of all of the request's */
struct rq_key rq_notices_in(enum notice_pile pile);
bool notice_place_read(struct bytes key, struct notice_place *out);
/* Where it is listed; false: nowhere. */
bool notice_listed(const struct notice_row *row, const struct id *request, uint64_t event, struct rq_key *out);
bool notice_decode(struct bytes val, struct notice_row *out, struct err *e) MUST_USE;
bool notice_get(struct txn *t, const struct id *request, uint64_t event, struct notice_row *out, bool *found,
                struct err *e) MUST_USE;
/* before NULL: it is new. */
bool notice_put(struct txn *t, const struct id *request, uint64_t event, const struct notice_row *before,
                const struct notice_row *after, struct err *e) MUST_USE;

/* Inside a verb (notice_post.c). */
bool notice_queue(struct txn *t, const struct request_desk *d, const struct id *request, uint64_t event,
                  enum request_verb verb, instant at, struct err *e) MUST_USE;
bool notice_try_again(struct txn *t, const struct request_desk *d, const struct id *request, instant at,
                      struct err *e) MUST_USE;

#endif
