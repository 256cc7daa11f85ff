/* office_desk.h: what the office does with a request beyond the one verb of office_request.h: the list that a clerk works
 * from, the fee counted from the published price list, and the way of a settled case into the archive. Part of the room
 * of office.h; knows no terminal. Rules: law/requests.md F-12, F-20 … F-23, F-26, P-08. */
#ifndef AKTA_OFFICE_DESK_H
#define AKTA_OFFICE_DESK_H

#include "office_request.h"

/* ---------------------------------------------------------------- the list */

struct desk_line {
    char number[REQUEST_NUMBER_SIZE];
    enum request_kind kind;
    enum request_state state;
    enum request_outcome outcome;
    instant received;
    struct day due, ended; /* due: in force now; DAY_NONE: nothing is due */
    struct day safe;       /* the last working day before the first term ends (F-16); DAY_NONE: not known, or not that term */
    bool extended;
    enum request_next next;
    struct day next_until;
    struct day overdue_since; /* DAY_NONE: it is not; a call does not stop the clock (F-17) */
    struct str unit, subject; /* nothing personal */
    bool damaged;             /* cannot be read: only what the public register knows is told */
};
struct desk_filter {
    enum request_kind kind;   /* 0: all */
    enum request_state state; /* 0: all */
    bool by_days;             /* only what is open and due in `days` days or fewer, the most urgent first */
    uint64_t days;
    bool late;                /* with by_days: only what the office is late with */
    struct str unit;          /* with by_days: only what this one has; "" = whoever */
    struct day today;
    struct str after;         /* cursor of the page before; not with by_days */
    size_t limit;             /* 1 … 200 */
};
/* Newest first, or the most urgent first. *next: cursor of the following page, n 0 at the end. *more (by_days): how many
 * fit besides those shown. ERR_INVALID: a cursor that is not ours. */
bool desk_list(struct request_desk *d, const struct desk_filter *f, struct arena *ar, struct desk_line **out, size_t *n,
               struct str *next, size_t *more, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the fee */

struct fee_item {
    struct str code;   /* of the price list, or of its own when by_hand */
    uint64_t count;
    bool by_hand;      /* grosze is the clerk's price, not the list's: needs a reason (F-23) */
    uint64_t grosze;
};
struct fee_sum {
    uint64_t grosze;
    struct str text; /* each line, the sum and the version of the price list, in the requester's language */
};
/* By the price list in force on the day of filing. ERR_STATE: the sum is 0, which makes no fee notice (trap 24);
 * ERR_INVALID names the code that the list does not have. */
bool desk_fee(struct archive *a, const struct request_view *v, const struct fee_item *items, size_t n, struct str reason,
              struct arena *ar, struct fee_sum *out, struct err *e) MUST_USE;

/* The words of an answer with what udip art. 12 adds to each: who discloses, who made it or answers for it, who disclosed
 * it, on which day (F-35). */
bool desk_answer_text(const struct request_view *v, struct str office, struct str text, struct str made_by,
                      struct str disclosed_by, struct day on, struct arena *ar, struct str *out, struct err *e) MUST_USE;

/* What a decision may not leave out: the words of the office, the provision of the closed list that limits access
 * (F-25), in whose interest, who took a position, and what can be done against it (F-28). In the requester's
 * language. ERR_INVALID: a refusal without a ground where the kind has a list of them (public information, own words,
 * re-use; RODO has none), a ground that is not of this kind of letter, or that needs `protects`. */
struct desk_decision {
    struct str text;
    bool refuses;         /* all or a part of it; else it discontinues, which has no such ground (F-19) */
    struct str ground;    /* "5-1", "5-2-privacy", "5-2-business", "5-2a", "3-1-1"; re-use: "6" */
    struct str protects;  /* whose interests */
    struct str positions; /* names and functions */
};
bool desk_decision_text(const struct request_view *v, const struct desk_decision *in, struct arena *ar, struct str *out,
                        struct err *e) MUST_USE;

/* ---------------------------------------------------------------- closing */

struct desk_closing {
    struct str unit;   /* of the case file; "" = the one that works on the request */
    struct str symbol; /* class of the plan */
    struct str text;   /* of the close event; may be empty */
    instant at;
};
struct desk_closed {
    struct case_file file;
    uint64_t records, taken; /* in the file; by this call */
    uint64_t entry;          /* of the close event; 0: an earlier call wrote it */
};
/* Files an ended request as a case file: the letter as it was filed, every later letter, attachments, released copies and
 * a text about each event, each as a record of its own; then the request is closed and the case file with it, on the day
 * of `at`. The bytes are read through their seals and sealed anew under the records' own keys: what the archive destroys
 * one day, and what the request's own rows still hold for its citizen, do not depend on each other.
 *
 * It is several verbs, and goes on where it was cut short: the same call again finds the case file that it opened, skips
 * the records that are in, and does the rest; one archive closes one request at a time. ERR_STATE: not ended yet, or all
 * of it is done. ERR_CONFLICT: the request was changed meanwhile; again. */
bool desk_close(struct request_desk *d, struct str number, const struct desk_closing *in, const struct actor *who,
                struct progress *p, struct arena *ar, struct desk_closed *out, struct err *e) MUST_USE;

#endif
