/* office_public.h: what everybody may read of requests: the public register, its figures, published answers. Part of the room
 * of office.h; nothing personal passes through here (requests.md P-09, trap 14). */
#ifndef AKTA_OFFICE_PUBLIC_H
#define AKTA_OFFICE_PUBLIC_H

#include "office_request.h"

/* ---------------------------------------------------------------- the public register: nothing personal */

struct request_public {
    char number[REQUEST_NUMBER_SIZE];
    enum request_kind kind;
    enum request_state state;
    enum request_outcome outcome;
    struct day received, due, ended; /* ended DAY_NONE: open */
    bool extended;
    bool answer;                     /* its answer is published */
    struct str subject;              /* "" until a person approved one */
};
struct request_filter {
    enum request_kind kind;   /* 0: all */
    enum request_state state; /* 0: all */
    struct day from, until;   /* of receipt; DAY_NONE: open */
    struct str words;         /* of the approved subject: diacritics and endings do not matter; or a whole number */
    struct str after;         /* cursor; n 0: from the newest */
    size_t limit;             /* 1 … 200 */
};
/* Newest first. *next: the cursor of the following page, n 0 at the end; a question for common words can give a page with
 * few lines, or none, and a cursor all the same. ERR_INVALID: a cursor not of ours. */
bool request_list(struct request_desk *d, const struct request_filter *f, struct arena *ar,
                  struct request_public **out, size_t *n, struct str *next, struct err *e) MUST_USE;
/* One line by its number. ERR_NOT_FOUND: there is no such request. */
bool request_public_get(struct request_desk *d, struct str number, struct arena *ar, struct request_public *out,
                        struct err *e) MUST_USE;
struct request_count {
    int year, month;
    enum request_kind kind;
    enum request_state state;
    uint64_t requests;
};
/* Received in these years, by month, kind and state as they stand; oldest first. */
bool request_counts(struct request_desk *d, int from_year, int until_year, struct arena *ar,
                    struct request_count **out, size_t *n, struct err *e) MUST_USE;

/* Requests that ended in these years, by month, kind, outcome, how long they took, and whether they were late. */
enum request_pace { REQUEST_PACE_3, REQUEST_PACE_7, REQUEST_PACE_14, REQUEST_PACE_30, REQUEST_PACE_61,
                    REQUEST_PACE_MORE, REQUEST_PACE_END }; /* days from receipt, at most */
struct request_ending {
    int year, month;
    enum request_kind kind;
    enum request_outcome outcome;
    enum request_pace pace;
    bool late;
    uint64_t requests;
};
bool request_endings(struct request_desk *d, int from_year, int until_year, struct arena *ar,
                     struct request_ending **out, size_t *n, struct err *e) MUST_USE;
/* What changed last in the register, newest first: each request once, with the time of its last change there. */
struct request_change {
    struct request_public line;
    instant at;
};
bool request_changes(struct request_desk *d, size_t limit, struct arena *ar, struct request_change **out, size_t *n,
                     struct err *e) MUST_USE;

/* ---------------------------------------------------------------- answers that everybody may read
 *
 * The verb publish takes an approved subject, words for everybody, and those released files that a person names; nothing
 * else of the case is public, file names neither. */
#define ANSWER_FILES_MAX 20u
struct answer_file {
    uint64_t seq; /* its number in the request, for request_answer_file */
    struct str type;
    uint64_t size;
};
struct request_answer {
    char number[REQUEST_NUMBER_SIZE];
    enum request_kind kind;
    enum request_outcome outcome;
    struct day received, ended;
    instant published;
    struct str subject, text; /* text may be "" */
    struct answer_file files[ANSWER_FILES_MAX];
    size_t file_count;
};
struct answer_filter {
    struct str words; /* of subject and text */
    struct str after; /* cursor; n 0: from the newest */
    size_t limit;     /* 1 … 200 */
};
/* Newest first, as request_list. */
bool request_answers(struct request_desk *d, const struct answer_filter *f, struct arena *ar,
                     struct request_answer **out, size_t *n, struct str *next, struct err *e) MUST_USE;
/* ERR_NOT_FOUND: no such request, or its answer is not published: the same words. */
bool request_answer_get(struct request_desk *d, struct str number, struct arena *ar, struct request_answer *out,
                        struct err *e) MUST_USE;
bool request_answer_file(struct request_desk *d, struct str number, uint64_t seq, struct arena *ar,
                         struct request_attachment *out, struct err *e) MUST_USE;
/* Published answers that may answer this letter, best first. */
bool request_answers_similar(struct request_desk *d, struct str content, struct arena *ar, size_t limit,
                             struct request_answer **out, size_t *n, struct err *e) MUST_USE;

#endif
