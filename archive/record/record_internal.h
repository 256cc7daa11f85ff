/* record_internal.h: what the files of the record room share. Case files and records (archive.c, file*.c, record*.c …)
 * on one side, plan, retention, queue, forecast and holds on the other, meet here and nowhere else. */
#ifndef AKTA_RECORD_INTERNAL_H
#define AKTA_RECORD_INTERNAL_H

#include "record.h"

struct archive {
    struct store *store;
    struct ledger *ledger;
    const struct clock *clock;
    struct settings *settings;
    unsigned retention_years_a;
    struct inspector *inspector; /* started on first use, under its lock */
    struct archive_lock *lock;   /* guards what this struct changes after opening */
    char *dir;
};

/* Index maintenance of a file: T_QUEUE or T_HELD, T_FORECAST, T_FILE_BY_CLASS. before NULL: the file is new. Called by
 * file_update and file_open only (due.c). */
bool due_update(struct txn *t, const struct case_file *before, const struct case_file *after, struct err *e) MUST_USE;

/* Category, dates and action of a file from its class version, its rules, facts and closing day (refresh.c). Writes the
 * computed fields of *f, texts into ar. Puts nothing. */
bool retention_refresh(struct txn *t, struct archive *a, struct arena *ar, struct case_file *f, struct err *e) MUST_USE;
/* The question behind it, for explanations. */
bool retention_question_of(struct txn *t, struct archive *a, struct arena *ar, const struct case_file *f,
                           struct retention_question *out, struct facts *facts, struct err *e) MUST_USE;

/* One ledger entry for an object whose `events` was just counted up; opens with salts kept in T_OPENING, sealed under the
 * object's key. Lines of the metadata opening may be personal; entry lines may not. (event.c) */
struct event {
    enum entry_type type;
    const struct id *object;
    uint64_t event;
    const struct actor *who;
    struct entry_line lines[ENTRY_LINES_MAX]; /* into the entry */
    size_t line_count;
    struct entry_line metadata[16];           /* into the metadata opening; none: no opening */
    size_t metadata_count;
    const struct digests *content;            /* NULL: no content opening */
    uint64_t content_size;
};
/* The slow half, before the verb: salts, opening texts, digests, the sealed T_OPENING box. */
struct event_ready {
    struct event in;
    struct opening_digests openings[2];
    size_t opening_count;
    struct bytes opening_box; /* in the arena; n 0: none */
};
bool event_prepare(const struct event *in, const struct key *key, struct arena *ar, struct event_ready *out,
                   struct err *e) MUST_USE;
/* The quick half, inside the verb. */
bool event_write(struct txn *t, struct archive *a, const struct event_ready *r, uint64_t *index, struct err *e) MUST_USE;
/* The opening texts of an event as they were committed to, rebuilt: content_text n 0 when there is none. */
bool event_openings(struct txn *t, struct archive *a, const struct id *object, uint64_t event, const struct key *key,
                    const struct digests *content, uint64_t content_size, struct arena *ar, struct str *content_text,
                    struct str *metadata_text, struct err *e) MUST_USE;

/* Objects with a key of their own: makes, wraps; the caller puts the row and the key in its verb. */
bool object_new(struct archive *a, struct id *id, struct key *key, struct wrapped_key *wrapped, struct err *e) MUST_USE;

/* Retention rules of a class in force on a day, in order, into the arena. (rules.c) */
bool rules_of_class(struct txn *t, struct str symbol, struct day on, struct arena *ar, struct retention_rule **out,
                    size_t *n, struct err *e) MUST_USE;

#endif
