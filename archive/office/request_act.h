/* request_act.h: what the files about verbs share. */
#ifndef AKTA_OFFICE_REQUEST_ACT_H
#define AKTA_OFFICE_REQUEST_ACT_H

#include "request_internal.h"

/* A verb on its way: what it asks, the request as it was read, and as it shall be. */
struct acting {
    struct request_desk *d;
    const struct request_act *act;
    const struct actor *who;
    struct arena *ar;
    const struct request_row *row;
    struct day day; /* Warsaw day of the act */
    struct request_head before, after;
    struct str text;          /* gated */
    struct str unit;          /* gated: the cell, or the body that a letter is passed on to */
    struct request_form form; /* checked, of a change of way */
    struct request_faults faults;
    bool known;             /* the requester, so that a decision can be addressed (F-26) */
    bool email;             /* there is an address for notices */
    bool reveals;           /* the words for everybody hold something of the requester */
    struct day extended_on; /* qualify: when the extension was told of; DAY_NONE: never */
    struct day anew_on;     /* qualify: when the term of decide_by began */
    uint64_t unreleased;    /* publish: the first file named that was not released to the requester; 0: none */
};
/* The day from which the requester's choice counts: that of the act, or of the letter that the office enters. */
struct day act_chosen_on(const struct acting *a);
/* What the verb needs is there, what it does not use is not (request_need.c). */
bool act_needs(struct acting *a, struct err *e) MUST_USE;
/* What the table cannot say: days, amounts, kinds of call (request_guard.c). */
bool act_guards(const struct acting *a, struct err *e) MUST_USE;
/* ERR_STATE with what the state is and what is possible in it: for a verb that the table refuses. */
bool act_not_now(const struct acting *a, struct err *e);
/* Whom a decision is addressed to, and whether notices can be sent (request_desk_verbs_known.c). */
bool requester_known(struct txn *t, const struct id *request, const struct key *key, bool *known, bool *email,
                     struct err *e) MUST_USE;
bool guard_known(const struct acting *a, struct err *e) MUST_USE;
/* Whether what everybody shall read names the requester, and which files may go out (request_personal.c). */
bool publishing_known(struct txn *t, struct acting *a, const struct key *key, struct err *e) MUST_USE;
bool guard_public(const struct acting *a, struct err *e) MUST_USE;
/* The head as it shall be (request_effect.c). */
bool act_effect(struct acting *a, struct err *e) MUST_USE;
/* The term of an answer, by the kind that the letter shall have, from another day than that of its receipt. */
bool act_kind_term(struct acting *a, struct day start, struct term *out, struct err *e) MUST_USE;
/* What was told of, and when, under the kind so far; and the days of the kind that it gets (request_requalify.c). */
bool terms_known(struct txn *t, struct acting *a, const struct key *key, struct err *e) MUST_USE;
bool act_requalify(struct acting *a, struct err *e) MUST_USE;

#endif
