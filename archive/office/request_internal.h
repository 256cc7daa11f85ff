/* request_internal.h: what the files about requests share: the desk, the rows as they are stored, and the steps that
 * filing, verbs and reading have in common. */
#ifndef AKTA_OFFICE_REQUEST_INTERNAL_H
#define AKTA_OFFICE_REQUEST_INTERNAL_H

#include "office_request.h"

#include <pthread.h>
#include <stdatomic.h>

struct request_desk {
    struct archive *a;
    struct request_limits limits;
    atomic_uint_fast64_t uploading; /* bytes of uploads that no row counts yet */
    atomic_bool numbers_ready;      /* the log was looked at for numbers that the rows do not know */
    pthread_mutex_t lock;           /* guards law */
    struct request_law *law;        /* as read last; NULL: not yet */
};

bool numbers_ready(struct request_desk *d, struct err *e) MUST_USE; /* asked before a number is drawn */

/* ---------------------------------------------------------------- forms (request_form.c) */

struct str *form_text(struct request_form *form, const struct request_field *f);
uint64_t *form_number(struct request_form *form, const struct request_field *f);
bool field_is_text(const struct request_field *f);
/* The first fault of a field stands. text p NULL: no memory, which the caller notices itself. */
void fault_add(struct request_faults *out, const char *field, struct str text, const char *rule);

/* ---------------------------------------------------------------- numbers, codes, tokens (request_secret.c) */

#define CODE_LETTERS 20u /* of 5 bits each */
struct secret_hash {
    uint8_t b[SHA256_SIZE];
};
void number_text(uint64_t year, uint64_t seq, char out[REQUEST_NUMBER_SIZE]);
bool number_parse(struct str s, uint64_t *year, uint64_t *seq);
/* A fresh code and the token that follows from it. */
void secret_new(struct request_secret *out);
/* The code as people type it: case, blanks, hyphens, O for 0, I and L for 1. */
bool code_letters(struct str typed, char out[CODE_LETTERS]);
void secret_of_letters(const char letters[CODE_LETTERS], struct request_secret *out);
void code_hash(const char letters[CODE_LETTERS], struct secret_hash *out);
bool token_valid(struct str token);
void token_random(char out[REQUEST_TOKEN_SIZE]);
void token_hash(struct str token, struct secret_hash *out);
/* What an idempotency key is found by; and the key of the box in which a repeat finds the code again. */
bool once_valid(struct str once, struct err *e) MUST_USE;
void once_hash(struct str once, struct secret_hash *out);
void once_key(struct str once, const uint8_t fingerprint[SHA256_SIZE], struct key *out);

/* ---------------------------------------------------------------- rows (request_rows.c) */

/* T_REQUEST: what may be known without the request's key. */
struct request_head {
    struct id id; /* the row's key */
    uint64_t year, seq, kind, filed_kind, state, before, channel, lang, way, flags, call;
    instant received;
    struct day day, raw, due, safe, longest; /* of the answer, from the Warsaw day of receipt */
    uint64_t term_unit, term_amount;         /* unit + 1, so that days count as given */
    struct str term_rule, skipped;           /* skipped: lines `date TAB Polish TAB English` */
    struct day extended_to, waiting_until, disclose_from, ended, served;
    struct day decide_by; /* a term that began later: after a new choice, an objection, a reopening */
    uint64_t grosze, outcome, events, files, entry;
    struct str unit, subject, law;
    struct id file;
    struct bytes code_hash, token_hash, once_box;
    instant changed;
    instant shown;                        /* the last change that the public register shows */
    uint64_t late;                        /* ended after its term */
    instant published;                    /* of the answer; 0: it is not */
    struct str answer_text, answer_files; /* for everybody; numbers of files, parted by blanks */
    uint64_t answer_outcome;              /* of the answer that is published, though the case be taken up again */
    struct day answered;
};
extern const struct row_kind request_head_kind;

/* T_REQUEST_EVENT: one thing done, by whom in which role; what was said stands sealed. */
struct request_event_row {
    uint64_t verb, role, to, outcome, call, kind, grosze, files, letter_size;
    instant at;
    uint64_t channel; /* of a letter that the office entered; 0: none */
    struct day until, served, came;
    struct str unit;
    struct str text; /* sealed, like the rest */
    struct request_form form;
    struct digests letter;
};
extern const struct row_kind request_event_kind;

/* T_REQUEST_FILE: a file, sealed under a key of its own, so that the archive can take it over as it lies. */
struct request_file_row {
    struct id id, content;
    uint64_t event, released, size, stored;
    struct str type;
    struct bytes inline_sealed;
    struct str name; /* sealed */
    struct digests digests;
};
extern const struct row_kind request_file_kind;

/* T_REQUEST_LIST: a line of the public register. */
struct request_line_row {
    uint64_t kind, state, outcome, extended, answer;
    struct day received, due, ended;
    struct str subject;
};
extern const struct row_kind request_line_kind;

struct rq_key {
    uint8_t b[96];
    size_t n;
};
struct bytes rq_bytes(const struct rq_key *k);
/* T_REQUEST_INDEX, by their first letter. */
struct rq_key rq_by_number(uint64_t year, uint64_t seq);                              /* n -> request id */
struct rq_key rq_by_token(const struct secret_hash *h);                               /* t -> request id */
struct rq_key rq_by_once(const struct secret_hash *h);                                /* o -> request id, event be32 */
struct rq_key rq_counter(uint64_t year);                                              /* c -> last number given be64 */
struct rq_key rq_tally(uint64_t year, uint64_t month, uint64_t kind, uint64_t state); /* s -> how many be64 */
struct rq_key rq_draft_bytes(void);     /* b -> bytes of all drafts be64 */
struct rq_key rq_log_seen(void);        /* l -> log place up to which numbers were looked at */
struct rq_key rq_word(struct str stem); /* w stem NUL [received be64 year be16 seq be32] -> nothing */
/* A place in the lists that follow; then nothing. */
struct rq_key rq_shown(const struct request_head *h);  /* u shown be64 year be16 seq be32: the register's changes */
struct rq_key rq_answer(const struct request_head *h); /* p published be64 year be16 seq be32: published answers */
struct rq_key rq_answer_word(struct str stem);         /* x stem NUL, before the place of an answer */
struct rq_key rq_ended(const struct request_head *h);  /* e year month kind outcome pace late -> how many be64 */
/* Where a request stands in every list that goes by time: received be64 year be16 seq be32. */
#define RQ_PLACE 14u
struct rq_key rq_place(struct rq_key before, const struct request_head *h);
struct rq_key rq_event(const struct id *request, uint64_t event); /* of T_REQUEST_EVENT, T_REQUEST_FILE, T_DRAFT_FILE */
struct rq_key rq_list(uint64_t kind, uint64_t state);             /* T_REQUEST_LIST, before the place; 0: all */

bool head_get(struct txn *t, const struct id *id, struct arena *ar, struct request_head *out, struct err *e) MUST_USE;
/* For work on many requests, which one damaged row must not stop: false only for a fault of the store itself. */
bool head_try(struct txn *t, const struct id *id, struct arena *ar, struct request_head *out, bool *readable,
              struct err *e) MUST_USE;
bool row_is_lost(enum err_code code); /* the row is not there, or not what was written */
bool head_put(struct txn *t, const struct request_head *h, bool fresh, struct err *e) MUST_USE;
bool index_u64(struct txn *t, struct rq_key k, uint64_t *out, struct err *e) MUST_USE; /* absent: 0 */
bool index_u64_put(struct txn *t, struct rq_key k, uint64_t v, struct err *e) MUST_USE;
/* event NULL and 0: the row holds none. */
bool index_id(struct txn *t, struct rq_key k, struct id *out, uint64_t *event, bool *found, struct err *e) MUST_USE;
bool index_id_put(struct txn *t, struct rq_key k, const struct id *id, uint64_t event, struct err *e) MUST_USE;
/* Every public trace of a request: its lines in the register and its place in the figures. before NULL: it is new. */
bool public_update(struct txn *t, const struct request_head *before, const struct request_head *after,
                   struct err *e) MUST_USE;
/* The line differs between the two, or what is published of the answer. */
bool public_differs(const struct request_head *before, const struct request_head *after);
void public_of_head(const struct request_head *h, struct request_public *out);
enum request_pace pace_of(const struct request_head *h);
/* The traces of a published answer, of the last change and of the ending (request_public_more.c). */
bool public_more(struct txn *t, const struct request_head *before, const struct request_head *after,
                 struct err *e) MUST_USE;
/* A number on its own whose check digit fits stands in the text (request_hint.c). */
bool holds_identifier(struct str s, struct arena *ar);
/* The words of a letter that say most (request_similar.c). */
#define WEIGHTY_MOST 8u
struct weighty {
    struct str list[WEIGHTY_MOST];
    size_t count;
};
bool weighty_words(struct str content, struct arena *ar, struct weighty *out, struct err *e) MUST_USE;
#define ANSWERS_LIKE 40u
/* The numbers of the files that are published. */
/* Files of published answers in the index of public digests (request_vouched.c): inside the verb that changes them. */
bool vouched_update(struct txn *t, struct request_desk *d, const struct request_head *before,
                    const struct request_head *after, struct err *e) MUST_USE;
size_t answer_files_of(struct str text, uint64_t seqs[ANSWER_FILES_MAX]);
#define REQUEST_LISTS 4u /* all; its kind; its state; both */
bool public_line(const struct request_head *h, struct buf *out, struct err *e) MUST_USE;
struct rq_key public_key(const struct request_head *h, unsigned list);
/* The stems of a subject, each once, by which it is found. */
#define SUBJECT_STEMS 40u
struct subject_stems {
    struct str list[SUBJECT_STEMS]; /* in the arena */
    size_t count;
};
bool stems_of(struct str text, struct arena *ar, struct subject_stems *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- forms as bytes (request_encode.c) */

/* One form has one encoding: of a draft, and as the fingerprint that an idempotency key is bound to. */
bool form_encode(const struct request_form *form, struct buf *out, struct err *e) MUST_USE;
bool form_decode(struct bytes in, struct request_form *out, struct err *e) MUST_USE; /* texts point into `in` */
/* The letter of a filing, and the words of a later act, as one text (archive/FORMATS.md §12). */
struct letter {
    const struct request_form *form; /* NULL: an act without one */
    enum request_verb verb;
    enum request_kind kind;
    instant at;
    struct str text;
    const struct carried_file *files;
    size_t file_count;
};
bool letter_text(const struct letter *l, struct buf *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the law of a day (request_law.c) */

struct request_law {
    atomic_uint refs;
    uint64_t generation;
    struct day day;
    struct holidays *holidays;
    struct arena *ar;
    struct str documents[REQUEST_KIND_END]; /* lines `name valid-from sha256:…` */
};
bool law_take(struct request_desk *d, struct day on, struct request_law **out, struct err *e) MUST_USE;
void law_give(struct request_law **l); /* for CLEANUP */

/* A row of conf/request-terms.tsv. */
struct term_rule {
    struct str name;
    enum term_unit unit, longest_unit;
    unsigned amount, longest; /* longest 0: no strict end */
    bool rolls;
    struct str rule, basis;
};
bool term_rule_find(struct str name, struct day on, struct term_rule *out, struct err *e) MUST_USE;
/* The requester's or the office's term of a step: "call-sign", "offer" … */
bool term_of_step(struct request_desk *d, struct str name, struct day start, enum lang lang, struct term *out,
                  struct err *e) MUST_USE;
/* Every day of the head that follows from its kind and its day of receipt; `skipped` in the arena. */
bool head_term(struct request_head *h, const struct request_law *law, struct arena *ar, struct err *e) MUST_USE;
/* The office's last day as things stand, and the first day on which it is late (DAY_NONE: it is not). */
struct day head_due(const struct request_head *h);
struct day head_overdue(const struct request_head *h, struct day today);
void head_next(const struct request_head *h, struct day today, enum request_next *next, struct day *until);
/* What can be done, by kind and state (request_remedy.c); into the view. */
bool remedies_of(struct request_desk *d, struct request_view *v, struct arena *ar, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- tables of conf/ (request_tsv.c) */

/* Hands over each line that is no comment and not the heading, cut at its tabs; false from `each` stops with *e set. */
#define TSV_COLUMNS_MAX 16
typedef bool (*tsv_each)(const struct str *columns, void *ctx, struct err *e);
bool tsv_walk(struct str text, size_t columns, tsv_each each, void *ctx, struct err *e) MUST_USE;
/* "" = open; both ends included. */
bool tsv_in_force(struct str from, struct str until, struct day on);

/* ---------------------------------------------------------------- files on their way from a draft (draft_load.c) */

struct carried_file {
    uint64_t seq; /* in the draft */
    struct id id, content;
    struct key key;
    uint64_t size, stored;
    struct bytes inline_sealed;
    struct str name, type;
    struct digests digests;
    struct wrapped_key wrapped; /* from here on by carried_prepare */
    struct bytes row;
    struct event_ready ready;
};
struct carried {
    struct id draft;
    struct carried_file *files;
    size_t count;
    uint64_t last_seq; /* of the draft when it was read */
    bool any;          /* there is a draft at all */
};
/* token n 0: nothing is carried. made: of that draft and no other; 0: of whichever is there. */
bool carried_load(struct request_desk *d, struct str token, instant made, struct arena *ar, struct carried *out,
                  struct err *e) MUST_USE;
/* Keys wrapped, rows encoded, openings made: everything slow. */
bool carried_prepare(struct request_desk *d, struct carried *c, const struct id *request, uint64_t event, bool released,
                     const struct actor *who, struct arena *ar, struct err *e) MUST_USE;
/* Inside the verb: rows, keys and entries of the files from number `first` on; the draft goes. */
bool carried_write(struct txn *t, struct request_desk *d, const struct carried *c, const struct id *request,
                   uint64_t first, struct err *e) MUST_USE;
void carried_wipe(struct carried *c); /* for CLEANUP */

/* 8 grudnia 2026 r., 8 December 2026; p NULL: no memory. */
struct str day_words(struct arena *ar, struct day d, enum lang lang);

#endif
