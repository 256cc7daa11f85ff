/* law.h: dated law inside the room: versions of documents, classes and rules as rows, and what a new document would
 * change. Everything that decides a file's retention is looked up through here. */
#ifndef AKTA_RECORD_LAW_H
#define AKTA_RECORD_LAW_H

#include "record_internal.h"
#include "row_key.h"

/* ---------------------------------------------------------------- versions of a document (conf_version.c) */

struct conf_row {
    struct id id; /* the object of its ledger entry */
    struct day valid_from;
    instant imported;
    struct str sha256; /* hex, of the text */
    struct bytes text;
};
extern const struct row_kind conf_row_kind; /* as it lies in the table: its text is packed */
bool conf_row_encode(const struct conf_row *row, struct buf *out, struct err *e) MUST_USE;
/* ERR_CORRUPT with a sha256 in *out: the row is sound, its text is not and is left empty. */
bool conf_row_decode(struct bytes val, struct arena *a, struct conf_row *out, struct err *e) MUST_USE;

/* The days from which versions are in force, ascending. */
bool conf_days(struct txn *t, enum conf_kind k, struct arena *a, struct day **out, size_t *n, struct err *e) MUST_USE;
/* The version that serves a day: the newest not after it, before the first one the first. */
bool conf_day_serving(struct txn *t, enum conf_kind k, struct day on, struct day *out, bool *found,
                      struct err *e) MUST_USE;
bool conf_row_get(struct txn *t, enum conf_kind k, struct day valid_from, struct arena *a, struct conf_row *out,
                  bool *found, struct err *e) MUST_USE;
bool conf_row_put(struct txn *t, enum conf_kind k, const struct conf_row *row, struct err *e) MUST_USE;

/* The newest version of a published document (conf_named.c); *sequence 0: there is none. */
bool conf_newest(struct txn *t, enum conf_kind k, struct str name, struct arena *ar, struct conf_row *out,
                 uint32_t *sequence, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- classes as rows (class_row.c) */

struct class_row {
    struct class_version v;
};
extern const struct row_kind class_row_kind;

/* " symbol word word": what a search looks through. */
bool class_fold(const struct class_version *v, struct arena *a, struct str *out, struct err *e) MUST_USE;
/* The same form for a searched text: words parted by one blank, none at the ends. */
bool words_fold(struct str in, struct arena *a, struct str *out, struct err *e) MUST_USE;
bool class_row_put(struct txn *t, const struct class_row *row, struct err *e) MUST_USE;
bool class_row_decode(struct bytes val, struct arena *a, struct class_row *out, struct err *e) MUST_USE;
/* Like class_get, but an absent class is no failure. */
bool class_find(struct txn *t, struct str symbol, struct day on, struct arena *a, struct class_row *out, bool *found,
                struct err *e) MUST_USE;
typedef bool (*class_row_each)(const struct class_row *row, void *ctx, struct err *e);
/* Every version of every class, by symbol and day. */
bool class_rows(struct txn *t, struct arena *a, class_row_each each, void *ctx, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- a plan and what it changes (plan.c, plan_change.c)
 */

struct plan_doc {
    struct class_row *rows; /* by symbol, ids new */
    size_t count;
};
bool plan_parse(struct str text, struct day valid_from, struct arena *a, struct plan_doc *out, struct err *e) MUST_USE;

struct plan_change {
    const struct class_row *before, *after; /* one of them may be NULL: new, gone */
};
struct plan_changes {
    struct plan_change *list; /* by symbol */
    size_t count;
    bool first; /* there is no plan yet */
};
/* Against the classes in force. A class that a person confirmed stays confirmed while its title is the same. */
bool plan_compare(struct txn *t, struct plan_doc *doc, struct arena *a, struct plan_changes *out,
                  struct err *e) MUST_USE;
bool plan_write(struct txn *t, const struct plan_changes *c, struct day valid_from, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- rules (rules.c, rules_parse.c) */

extern const struct row_kind rule_row_kind;

struct rules_doc {
    struct retention_rule *rules; /* in the order of the document */
    size_t count;
};
bool rules_parse(struct str text, struct arena *a, struct rules_doc *out, struct err *e) MUST_USE;
bool rules_write(struct txn *t, const struct rules_doc *doc, struct day valid_from, struct err *e) MUST_USE;
/* All rules of the version that serves a day. */
bool rules_load(struct txn *t, struct day on, struct arena *a, struct rules_doc *out, struct err *e) MUST_USE;
/* Those of a class in a document, with those of class "*" after them, for a file that arose on `on`. */
bool rules_select(const struct rules_doc *doc, struct str symbol, struct day on, struct arena *a,
                  struct retention_rule **out, size_t *n, struct err *e) MUST_USE;
/* The symbols whose rules differ between two documents, by symbol; "*" among them when the general ones do. */
bool rules_compare(const struct rules_doc *before, const struct rules_doc *after, struct arena *a, struct str **symbols,
                   size_t *n, struct err *e) MUST_USE;
/* law_facts (record.h) by the rules that serve a day. */
bool facts_check(struct txn *t, const struct facts *f, struct day on, struct arena *ar, struct err *e) MUST_USE;
/* One rule on a line, for people and for comparing. */
void rule_text(const struct retention_rule *r, struct buf *out);

bool proposals_check(struct str text, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- law that is not in force yet (refresh.c) */

/* Looks at a file as if a new document were in force already: for conf_diff. */
struct law_preview {
    const struct plan_changes *plan; /* NULL: the plan stays */
    const struct rules_doc *rules;   /* NULL: the rules stay */
    struct day valid_from;
    bool first; /* no version is in force yet: it serves all days */
};
bool refresh_preview(struct txn *t, struct archive *a, struct arena *ar, const struct law_preview *p,
                     struct case_file *f, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- recomputation (jobs.c) */

/* Inside the verb that changes the law: files of the class (or of all, symbol "*") that arose on or after `since` are
 * computed anew by jobs_finish. DAY_NONE: all of them. */
bool job_recompute(struct txn *t, struct str symbol, struct day since, struct err *e) MUST_USE;
/* The first half of conf_apply: the law is in force, the files wait on the list of recomputations. */
bool conf_apply_without_files(struct archive *a, const struct conf_document *d, const struct actor *who,
                              uint64_t *changed, struct err *e) MUST_USE;
#define JOB_CHUNK 500u /* files in one verb */
/* One verb of the first job, at most `chunk` files; *left false when there was none. */
bool job_step(struct archive *a, size_t chunk, uint64_t *files_changed, bool *left, struct err *e) MUST_USE;

#endif
