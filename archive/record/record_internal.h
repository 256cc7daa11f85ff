/* record_internal.h: what the files of the record room share. Case files and records (archive.c, file*.c, record*.c …)
 * on one side, plan, retention, queue, forecast and holds on the other, meet here and nowhere else. */
#ifndef AKTA_RECORD_INTERNAL_H
#define AKTA_RECORD_INTERNAL_H

#include "record.h"

struct archive {
    struct store *store;
    struct id self; /* the archive's own object: office, fixity and backup entries */
    struct ledger *ledger;
    const struct clock *clock;
    struct settings *settings;
    unsigned retention_years_a;
    struct inspector *inspector; /* started on first use, under its lock */
    char *inspector_path;        /* NULL: beside the running program */
    struct archive_lock *lock;   /* guards what this struct changes after opening */
    char *dir;
    _Atomic uint64_t conf_generation; /* counts imports of published documents */
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

/* ---------------------------------------------------------------- marks (mark.c) */

bool unit_valid(struct str unit);     /* [A-Z][A-Z0-9-]{0,15}, hyphens inside only */
bool symbol_valid(struct str symbol); /* digits, at most ten */
bool mark_compose(const struct mark_parts *m, struct arena *ar, struct str *out, struct err *e) MUST_USE;
/* The key of T_FILE_BY_MARK: the mark in its one form, case folded, a handler's sign cut off. */
bool mark_key(struct str mark, struct arena *ar, struct bytes *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- settings (settings.c), the archive itself
 * (archive.c) */

/* The table of DIR/akta.conf: the store's rows, this room's, and `above`; in the arena. */
bool settings_table(const struct setting *above, struct arena *ar, const struct setting **rows, size_t *n,
                    struct err *e) MUST_USE;
/* All settings as a commented file: what each means and its standard value. */
bool settings_sample(const struct setting *rows, size_t n, struct buf *out, struct err *e) MUST_USE;

/* office.c: the office and the archive's own object. */
bool office_gate(struct arena *ar, const struct office_info *in, struct office_info *out, struct err *e) MUST_USE;
bool office_found(struct archive *a, const struct office_info *office, struct err *e) MUST_USE; /* the first one */
bool office_read(struct archive *a, struct arena *ar, struct office_info *out, struct id *self, struct err *e) MUST_USE;
/* restored.c: what only the log knows after a restore, at opening. */
bool restored_settle(struct archive *a, struct err *e) MUST_USE;
/* The next event of the archive's own object, inside a verb. */
bool archive_event(struct txn *t, struct archive *a, struct event *ev, struct arena *ar, struct err *e) MUST_USE;
/* Does the log know later events of it than its row? */
bool self_is_behind(struct archive *a, bool *behind, struct err *e) MUST_USE;
bool house_doctor(struct archive *a, store_finding tell, void *ctx, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- case files (file.c, number.c) */

/* How many records a file has stands beside the file row, in T_INDEX "file-count": accession changes it without
 * unsealing the title. Whoever decodes T_FILE alone sees records and bytes as 0; file_by_id and file_by_mark fill them.
 */
struct file_count {
    uint64_t seq; /* last sequence number given; never goes back */
    uint64_t records, bytes;
    uint64_t state;
};
bool file_count_get(struct txn *t, const struct id *file, struct file_count *out, struct err *e) MUST_USE;
/* Writes the new figures and, for a closed file, its place in the forecast. */
bool file_count_change(struct txn *t, struct archive *a, const struct id *file, const struct file_count *was,
                       const struct file_count *now, struct err *e) MUST_USE;
/* E1518 § 6 pkt 1: documents of a settled case do not change. ERR_STATE for a closed file. */
bool file_takes_records(const struct file_count *c, struct err *e) MUST_USE;
bool file_count_init(struct txn *t, const struct id *file, const struct file_count *c, struct err *e) MUST_USE;
/* A T_FILE value with its figures from T_INDEX; for walks over T_FILE. */
bool file_decode(struct txn *t, struct archive *a, const struct id *id, struct bytes raw, bool with_title,
                 struct arena *ar, struct case_file *out, struct err *e) MUST_USE;
/* file_update whose computed texts, too, come back in *changed (in ar). */
bool file_update_in(struct txn *t, struct archive *a, const struct case_file *f, struct case_file *changed,
                    bool recompute, struct arena *ar, struct err *e) MUST_USE;
bool file_row_put(struct txn *t, const struct case_file *f, const struct key *key, struct err *e) MUST_USE;

/* The next number of a spis spraw, or the keeping of one that exists already. */
struct series {
    struct str unit, symbol;
    int year;
    uint64_t base_number; /* 0: no sub-group */
};
bool number_next(struct txn *t, const struct series *s, uint64_t *out, struct err *e) MUST_USE;
bool number_keep(struct txn *t, const struct series *s, uint64_t number, struct err *e) MUST_USE;
/* In every series of the class and year, those that have no row yet included, `count` numbers are not given. */
bool number_skip(struct txn *t, struct str symbol, int year, uint64_t count, struct err *e) MUST_USE;
bool number_last(struct txn *t, const struct series *s, uint64_t *out, struct err *e) MUST_USE;

/* A new file in two halves: what can be checked before, and the verb. */
struct file_draft {
    struct file_opening in; /* texts gated, in the arena */
    struct mark_parts kept; /* of in.mark; number 0: the next one */
    struct id id;
    struct key key;
    struct wrapped_key wrapped;
};
bool file_draft_make(struct archive *a, const struct file_opening *in, struct arena *ar, struct file_draft *out,
                     struct err *e) MUST_USE;
bool file_draft_write(struct txn *t, struct archive *a, const struct file_draft *d, const struct actor *who,
                      struct arena *ar, struct case_file *out, struct err *e) MUST_USE;
bool file_close_in(struct txn *t, struct archive *a, const struct case_file *f, struct day on, const struct actor *who,
                   struct arena *ar, struct err *e) MUST_USE;
bool file_fact_in(struct txn *t, struct archive *a, const struct case_file *f, struct str name, struct day on,
                  const struct actor *who, struct arena *ar, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- records (record_row.c) */

#define RECORD_NAME_MAX  255
#define RECORD_TITLE_MAX 1000
#define RECORD_SHELF_MAX 120

/* A record on its way in: everything but its number and its ledger index, which the verb gives. */
struct record_draft {
    struct record r;
    struct key key;
    struct wrapped_key wrapped;
    struct event_ready ready;
};
bool record_input_check(const struct record_input *in, struct err *e) MUST_USE; /* closed lists: origin, access */
bool record_draft_make(struct archive *a, const struct id *file, const struct record_input *in, struct arena *ar,
                       struct record_draft *out, struct err *e) MUST_USE;
/* After the content is stored (c NULL: a paper record). */
bool record_draft_finish(struct archive *a, struct record_draft *d, const struct content *c, struct str media_type,
                         const struct actor *who, struct arena *ar, struct err *e) MUST_USE;
/* Counts *c up and writes row, indexes, key, opening and entry; the count itself is the caller's to write. */
bool record_draft_write(struct txn *t, struct archive *a, struct record_draft *d, struct file_count *c,
                        struct err *e) MUST_USE;
bool record_encode(const struct record *r, const struct key *key, struct buf *out, struct err *e) MUST_USE;
/* key NULL: without what is sealed. */
bool record_decode(struct bytes raw, const struct id *id, const struct key *key, struct arena *ar, struct record *out,
                   struct err *e) MUST_USE;
bool record_in(struct txn *t, struct archive *a, const struct id *id, bool with_sealed, struct arena *ar,
               struct record *out, struct err *e) MUST_USE;
bool record_by_file_key(const struct id *file, uint64_t seq, uint8_t out[20], struct err *e) MUST_USE;
/* Lines of the metadata opening of an accession or of a new description; returns how many. */
size_t record_metadata_lines(const struct record *r, bool accession, struct arena *ar, struct entry_line lines[16]);

/* Fixity order: T_FIXITY key is (stamp, id), stamp = instant << 20 | tie, so that runs within one second stay apart;
 * T_INDEX "checked" holds the stamp of a record that was ever checked. */
#define FIXITY_TIE_BITS 20
struct bytes fixity_key_make(const struct id *record, uint64_t stamp, uint8_t out[24]);
bool fixity_insert(struct txn *t, const struct id *record, uint64_t stamp, struct err *e) MUST_USE;
bool fixity_move(struct txn *t, const struct id *record, uint64_t stamp, struct err *e) MUST_USE;
bool fixity_stamp(struct txn *t, const struct id *record, uint64_t *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- openings as they lie in T_OPENING (event.c) */

struct opening_set {
    bool has_content, has_metadata;
    struct salt content_salt, metadata_salt;
    struct entry_line lines[16];
    size_t line_count;
};
bool opening_unseal(struct bytes box, const struct id *object, uint64_t event, const struct key *key, struct arena *ar,
                    struct opening_set *out, struct err *e) MUST_USE;
bool opening_content_text(const struct opening_set *s, const struct id *object, uint64_t event,
                          const struct digests *content, uint64_t size, struct buf *out, struct err *e) MUST_USE;
bool opening_metadata_text(const struct opening_set *s, const struct id *object, uint64_t event, struct buf *out,
                           struct err *e) MUST_USE;
void object_event_key(const struct id *object, uint64_t event, uint8_t out[20]);

/* ---------------------------------------------------------------- plan, queue, holds: for the other half */

/* Open holds whose review day has come: for archive_daily (hold_list.c). Queue totals: queue_list with each = NULL. */
bool holds_to_review(struct archive *a, struct day today, uint64_t *out, struct err *e) MUST_USE;
/* Walks T_FILE against T_QUEUE, T_HELD, T_FILE_BY_CLASS and the counters of T_FORECAST, both ways: for archive_doctor
 * (due_doctor.c). */
bool due_doctor(struct archive *a, store_finding finding, void *ctx, uint64_t *checked, struct err *e) MUST_USE;

/* The versions of dated law against their digests and the log, classes and holds against the log and the files
 * (law_doctor.c). */
bool law_doctor(struct archive *a, store_finding finding, void *ctx, uint64_t *checked, struct err *e) MUST_USE;
/* Tells the store's doctor what the rows of law are (class_row.c). */
void law_kinds(struct store *s);

/* Retention rules of a class in force on a day, in order, into the arena. (rules.c) */
bool rules_of_class(struct txn *t, struct str symbol, struct day on, struct arena *ar, struct retention_rule **out,
                    size_t *n, struct err *e) MUST_USE;

#endif
