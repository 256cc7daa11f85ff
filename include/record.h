/* record.h: the record room. Case files, records, the classification plan, retention, holds, what is due, and the proof
 * that all of it is still what it was. Knows records management; knows no HTTP, no requests, no terminals.
 *
 * Promises: one verb is one transaction with a ledger entry for each object changed. A file whose class, category or
 * closing date is unknown is never due for destruction: it is an exception that a person must resolve. Numbers of a
 * spis spraw have no gaps. Rules: law/archives.md §2-§5 (R2011, MK2015). */
#ifndef AKTA_RECORD_H
#define AKTA_RECORD_H

#include "ledger.h"

/* ---------------------------------------------------------------- the archive as a whole */

/* Who acts. The ledger gets a random pseudonym of (person, year), kept in T_ACTOR; the name never leaves the store. */
struct actor {
    struct str person; /* "uid:1000" or a user's name; n 0: the system */
};
bool actor_pseudonym(struct txn *t, const struct actor *who, int year, uint64_t *out, struct err *e) MUST_USE;

struct archive;
struct archive_options {
    const char *dir;
    const struct clock *clock; /* NULL: the system's */
    bool successor;            /* see ledger_config */
    bool background;           /* start sequencer, checkpoints: an owner that stays */
    uint64_t cache_bytes;      /* 0: as the settings say */
    const struct setting *settings_above; /* rows of the rooms above for DIR/akta.conf, ended by name NULL; or NULL */
    const char *inspector;     /* path of akta-inspect; NULL: beside the running program */
};
/* What an office is: read from the file of `akta init --office`, kept in T_META, changed by a verb. */
struct office_info {
    struct str name;   /* "Urząd Miejski w …" */
    struct str origin; /* of the log */
    struct str address, bip, phone, email;
};
bool archive_create(const struct archive_options *o, const struct office_info *office, struct err *e) MUST_USE;
bool archive_open(const struct archive_options *o, struct archive **out, struct err *e) MUST_USE;
void archive_close(struct archive **a);
/* The path of a helper program: beside the running program as it is built, below it as it is installed (bin and sbin share
 * one libexec). false: it is in neither place. */
bool helper_program(const char *name, char *out, size_t size);
struct store *archive_store(struct archive *a);
struct ledger *archive_ledger(struct archive *a);
const struct clock *archive_clock(const struct archive *a);
const struct settings *archive_settings(const struct archive *a);
struct day archive_today(const struct archive *a); /* Warsaw day of the clock */
bool archive_office(struct archive *a, struct arena *ar, struct office_info *out, struct err *e) MUST_USE;
/* Name and contacts; the origin of the log stays what it is. */
bool archive_office_change(struct archive *a, const struct office_info *office, const struct actor *who, struct err *e)
    MUST_USE;
/* An entry about the archive as a whole (E_BACKUP, E_RESTORE, E_FIXITY …), in a verb of its own. Lines are codes, counts
 * and dates: nothing personal. */
bool archive_note(struct archive *a, enum entry_type type, const struct entry_line *lines, size_t n,
                  const struct actor *who, struct err *e) MUST_USE;
/* Ends a key-encryption key for good; the log tells of it before it goes. Refuses as keys_destroy does. */
bool archive_key_destroy(struct archive *a, uint32_t epoch, const struct actor *who, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- categories and retention: pure */

enum category_kind { CAT_UNKNOWN, CAT_A, CAT_B, CAT_BE, CAT_BC, CAT_BSTAR };
struct category {
    enum category_kind kind;
    unsigned years; /* B and BE: 1…100; else 0 */
};
#define CATEGORY_YEARS_LIMIT 100u
/* "A" "B5" "BE10" "Bc" "B*"; the empty text is CAT_UNKNOWN. */
bool category_parse(struct str s, struct category *out, struct err *e) MUST_USE;
#define CATEGORY_TEXT_SIZE 8
void category_text(struct category c, char out[CATEGORY_TEXT_SIZE]);

enum action { ACTION_NONE, ACTION_DESTROY = 1, ACTION_APPRAISE = 2, ACTION_TRANSFER = 3, ACTION_EXCEPTION = 4 };
const char *action_name(enum action a); /* "destroy" … */
bool action_parse(struct str s, enum action *out);

/* A dated event in a file's life that a rule may count from: "closed" is always there, others by name. */
#define FACTS_MAX 12
struct fact {
    char name[32]; /* [a-z-]+ : holder-death, issued, decision-final, contract-expired … */
    struct day on;
};
struct facts {
    struct fact list[FACTS_MAX];
    size_t count;
};
bool facts_set(struct facts *f, struct str name, struct day on, struct err *e) MUST_USE; /* DAY_NONE takes it away */
const struct fact *facts_find(const struct facts *f, const char *name);
bool facts_parse(struct str text, struct facts *out, struct err *e) MUST_USE; /* "issued=1978-05-02 holder-death=…" */
bool facts_text(const struct facts *f, struct buf *out, struct err *e) MUST_USE;

/* One row of conf/retention-rules.tsv: where remarks of the plan make a class count otherwise (R2011 § 4 ust. 11). Rows
 * of a class are tried in order, then those of class "*"; the first whose condition holds decides; none: the class's own
 * category from closing. */
enum rule_when {
    WHEN_REQUIRED,     /* the fact must be known; missing: an exception that names it */
    WHEN_IF_KNOWN,     /* missing: the row does not apply */
    WHEN_UNLESS_KNOWN, /* the row applies when the fact is missing, or lies outside its days */
};
struct retention_rule {
    char symbol[12];
    char when_fact[32];          /* "" = always; else what `when` says of this fact */
    enum rule_when when;
    struct day when_from, when_until; /* the fact lies within these days, both included; DAY_NONE = open */
    char category[CATEGORY_TEXT_SIZE]; /* "" = the class's own */
    char count_from[32];         /* "closed" or a fact's name (missing: exception that names it) */
    char action[12];             /* "" = by category; else forces one, such as appraise */
    struct day arose_from, arose_until; /* files opened in these days only; DAY_NONE = open */
    struct str basis;            /* the remark or act, in Polish */
};
struct retention {
    struct category category;
    struct day from, until, review_from; /* DAY_NONE in an exception or while the file is open */
    enum action action;                  /* ACTION_NONE while it is open */
    struct str why;                      /* exception: what is missing and who resolves it; else empty */
    struct str sentence;                 /* how it was computed, one or two sentences, in e->lang's language */
};
#define RETENTION_YEARS_A 25u
struct retention_question {
    struct str symbol;        /* for the explanation; "" = none */
    uint64_t status;          /* enum class_status of the class; 0: the plan has no such class, or none was named */
    struct category category; /* of the class version in force when the file arose, or given by hand */
    const struct retention_rule *rules; /* of the class, in order */
    size_t rule_count;
    struct day closed;    /* DAY_NONE: open, never expires */
    const struct facts *facts;
    unsigned years_a;     /* 25 unless a setting says otherwise */
};
/* The one function from which every date comes. Total: what cannot be computed is an exception, not a failure; false only
 * without memory. An event never makes the period start before the file is closed. */
bool retention_compute(const struct retention_question *q, enum lang lang, struct arena *a, struct retention *out,
                       struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the classification plan and other dated law */

enum class_status { CLASS_READ = 1, CLASS_CROSS, CLASS_UNREAD, CLASS_HEADING, CLASS_CONFIRMED, CLASS_LOCAL };
const char *class_status_name(enum class_status s);
struct class_version {
    struct id id;
    struct str symbol, title, category, remarks, source;
    struct day valid_from, valid_until; /* until DAY_NONE: in force */
    uint64_t status;                    /* enum class_status */
    uint64_t leaf;                      /* 1: an end class, may hold files */
    uint64_t events;
};
/* In force on `on`; NOT_FOUND tells the nearest existing class above it. The oldest plan also serves the days before it:
 * older records are brought under it (R2011 § 6 ust. 3). */
bool class_get(struct txn *t, struct str symbol, struct day on, struct arena *a, struct class_version *out,
               struct err *e) MUST_USE;
typedef bool (*class_each)(const struct class_version *c, void *ctx, struct err *e);
/* Words: diacritic- and case-insensitive, every word must begin a word of title, remarks or symbol. NULL text: all. a NULL:
 * the plan that ships with the program. */
bool class_search(struct archive *a, struct str words, struct day on, class_each each, void *ctx, struct err *e)
    MUST_USE;
/* The unread class gets its category from a person who read the act; files in exception are computed anew. */
bool class_confirm(struct archive *a, struct str symbol, struct category c, struct str basis, const struct actor *who,
                   uint64_t *files_changed, struct err *e) MUST_USE;
/* Proposal of conf/jrwa-unverified.tsv for a class, offered and never applied by itself. */
struct class_proposal {
    struct str symbol, category, confidence, basis;
};

/* Law as data: documents of conf/, each an immutable version with a day from which it is in force. */
enum conf_kind {
    CONF_PLAN, CONF_RULES, CONF_HOLIDAYS, CONF_PROPOSALS,    /* one document a kind: the law that files are kept by */
    CONF_CARD, CONF_REGISTER, CONF_ACCESS_RULE, CONF_NOTICE, /* many, each with a name: what the office publishes */
    CONF_KIND_COUNT
};
#define CONF_LAW_COUNT ((size_t)CONF_CARD) /* the kinds below it have one document */
const char *conf_kind_name(enum conf_kind k); /* "plan" … = file name without its ending; "card" … */
struct conf_document {
    enum conf_kind kind;
    struct str text;
    struct day valid_from;
};
/* The documents that ship with the program (plan, rules, proposals; holidays are the office's own); text is borrowed. */
bool conf_builtin(enum conf_kind k, struct conf_document *out);
/* A class and its rules as a question from outside; a NULL: of the law that ships with the program, whatever the day. */
bool law_class(struct archive *a, struct str symbol, struct day on, struct arena *ar, struct class_version *out,
               struct err *e) MUST_USE;
bool law_rules(struct archive *a, struct str symbol, struct day on, struct arena *ar, struct retention_rule **out,
               size_t *n, struct err *e) MUST_USE;
/* Refuses facts with a name that neither the law shipped nor one of these rules asks for: a slip of the pen would quietly
 * change nothing. */
bool law_facts(const struct facts *f, const struct retention_rule *rules, size_t n, struct err *e) MUST_USE;
/* The day that the head of a document names (`# valid-from: 2011-01-01`); false when it names none. */
bool conf_document_day(struct str text, struct day *out);
/* What a document would change: one line each ("+ class 0055 …", "~ 1431 BE5 -> B5", "file WA.1431.12.2021 destroy
 * 2027-01-01 -> …"), the affected files included. */
typedef bool (*conf_line)(void *ctx, struct str line, struct err *e);
/* ERR_CONFLICT: another text is in force from that day. ERR_STATE: a newer version exists; versions are added in order.
 * The same text once more changes nothing. *changed counts the rows that are new, different or gone. */
bool conf_diff(struct archive *a, const struct conf_document *d, conf_line each, void *ctx, struct err *e) MUST_USE;
bool conf_apply(struct archive *a, const struct conf_document *d, const struct actor *who, uint64_t *changed,
                struct err *e) MUST_USE;
/* The version in force on a day; NOT_FOUND when there is none. */
bool conf_in_force(struct txn *t, enum conf_kind k, struct day on, struct arena *a, struct bytes *text, struct err *e)
    MUST_USE;
/* Published documents: versions of a name are counted 1, 2, 3 …, are all one object of the ledger, and never go back in
 * time; of several from one day the last one serves (a correction). All of a list come in one verb, or none does; a text
 * that is its name's newest already changes nothing. *changed counts the new versions. */
struct conf_publication {
    enum conf_kind kind;
    struct str name; /* [a-z0-9.-]{1,96} */
    struct str text;
    struct day valid_from;
};
bool conf_publish(struct archive *a, const struct conf_publication *list, size_t n, const struct actor *who,
                  uint64_t *changed, struct err *e) MUST_USE;
/* The lines that go and come, as conf_diff shows them. */
bool conf_publish_diff(struct archive *a, const struct conf_publication *d, conf_line each, void *ctx,
                       struct err *e) MUST_USE;
struct conf_version {
    struct id id;
    enum conf_kind kind;
    struct str name;
    uint32_t sequence;
    struct day valid_from;
    instant imported;
    struct str sha256; /* hex, of the text */
    struct bytes text;
    uint64_t entry; /* its index in the ledger; CONF_ENTRY_NONE: the log does not tell of it, which the doctor reports */
};
#define CONF_ENTRY_NONE UINT64_MAX
/* By name, each oldest first; name n 0: all of the kind. What is handed over is valid during the call. */
typedef bool (*conf_version_each)(const struct conf_version *v, void *ctx, struct err *e);
bool conf_versions(struct txn *t, enum conf_kind k, struct str name, conf_version_each each, void *ctx, struct err *e)
    MUST_USE;
/* Another number after each import into this open archive: what was read before may be out of date. */
uint64_t conf_generation(const struct archive *a);
bool proposal_get(struct txn *t, struct str symbol, struct arena *a, struct class_proposal *out, struct err *e) MUST_USE;
/* Long recomputations survive a crash as T_JOB rows; this finishes what is left. Called at open and nightly. */
bool jobs_finish(struct archive *a, uint64_t *files_changed, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- case files (sprawy) */

enum file_state { FILE_OPEN = 1, FILE_CLOSED = 2 };
struct case_file {
    struct id id;
    struct str mark;  /* "WA.1431.12.2026", sub-group "WA.1431.12.3.2026" */
    struct str unit, symbol;
    struct day class_from; /* valid_from of the class version it arose under */
    uint64_t number, base_number, year; /* base_number 0: no sub-group */
    uint64_t state;
    struct day opened, closed;
    struct str title;         /* sealed: may name a person */
    struct str by_hand;       /* category given by hand, with its reason in the metadata opening */
    struct str facts;         /* facts_text form */
    struct str category;      /* as computed last */
    struct day from, until, review_from;
    uint64_t action;          /* enum action */
    uint64_t holds;           /* open holds on it */
    uint64_t records, bytes;
    uint64_t events;
    struct str successor;     /* mark of the case that continues it, or that it continues */
};
extern const struct row_kind case_file_kind;

struct file_opening {
    struct str unit;   /* [A-Z][A-Z0-9-]{0,15}, IK § 5 ust. 9 */
    struct str symbol; /* an end class in force on `opened` */
    struct str title;
    int year;          /* 0: of `opened` */
    struct day opened; /* DAY_NONE: today */
    uint64_t base_number; /* sub-group of that case of the same unit, class and year */
    struct str by_hand;   /* "" or a category, needs a reason */
    struct str reason;
    struct str mark;   /* import: an existing mark to keep; "" = next number. The counter never falls behind it */
};
bool file_open(struct archive *a, const struct file_opening *in, const struct actor *who, struct arena *ar,
               struct case_file *out, struct err *e) MUST_USE;
bool file_close(struct archive *a, struct str mark, struct day on, const struct actor *who, struct err *e) MUST_USE;
bool file_reopen(struct archive *a, struct str mark, struct str reason, const struct actor *who, struct err *e) MUST_USE;
bool file_set_fact(struct archive *a, struct str mark, struct str name, struct day on, const struct actor *who,
                   struct err *e) MUST_USE;
/* Category by hand (local class, decision of the State Archive's director); the reason goes into an opening. */
bool file_set_category(struct archive *a, struct str mark, struct category c, struct str reason,
                       const struct actor *who, struct err *e) MUST_USE;
bool file_get(struct archive *a, struct str mark, struct arena *ar, struct case_file *out, struct err *e) MUST_USE;
bool file_by_id(struct txn *t, struct archive *a, const struct id *id, bool with_title, struct arena *ar,
                struct case_file *out, struct err *e) MUST_USE;
bool file_by_mark(struct txn *t, struct archive *a, struct str mark, bool with_title, struct arena *ar,
                  struct case_file *out, struct err *e) MUST_USE;
/* How the dates came about, in e->lang's language. */
bool file_retention(struct archive *a, const struct case_file *f, struct arena *ar, struct retention *out,
                    struct err *e) MUST_USE;
/* A mark taken apart; also tells a handler's suffix (IK § 5 ust. 8) from a sub-group. */
struct mark_parts {
    struct str unit, symbol, handler;
    uint64_t number, base_number;
    int year;
};
bool mark_parse(struct str mark, struct mark_parts *out, struct err *e) MUST_USE;
/* Whether a mark can bear this unit's sign; the reason says what one looks like. */
bool unit_check(struct str unit, struct err *e) MUST_USE;

/* For verbs of this and higher rooms, inside a transaction: changes a file together with its indexes, its place in the
 * queue, the forecast and its retention. `f` as read, `changed` as it shall be; recompute: retention first. */
bool file_update(struct txn *t, struct archive *a, const struct case_file *f, struct case_file *changed, bool recompute,
                 struct err *e) MUST_USE;

/* ---------------------------------------------------------------- records */

enum access_level { ACCESS_INTERNAL = 1, ACCESS_PUBLIC = 2, ACCESS_RESTRICTED = 3 };
struct record {
    struct id id, file;
    uint64_t seq;            /* 1, 2, … in its file */
    uint64_t events;
    struct str media_type;   /* by content; "" = unknown */
    struct str origin;       /* "received", "sent", "internal", "scan", "paper" */
    uint64_t access;
    instant accessioned;
    struct day dated;        /* the document's own date */
    uint64_t size, stored;
    struct id content;       /* zero: inline, or a paper record */
    struct bytes inline_sealed;
    struct str shelf;        /* paper: shelf mark; no bytes then */
    uint64_t entry;          /* ledger index of its accession */
    struct str name;         /* sealed: file name as given */
    struct str title;        /* sealed */
    struct digests digests;  /* sealed: a digest of something guessable confirms a guess */
};
extern const struct row_kind record_kind;

struct record_input {
    struct str name, title;  /* title "" = name */
    struct str origin;       /* "" = received */
    uint64_t access;         /* 0 = internal */
    struct day dated;
    struct str shelf;        /* not empty: a paper record, no content */
    struct str media_type;   /* "" = ask the helper about the head of the content */
};
/* One small record, synced, over all indexes and the log: the fast single path. */
bool record_add(struct archive *a, const struct id *file, const struct record_input *in, struct content_source src,
                const struct actor *who, struct arena *ar, struct record *out, struct err *e) MUST_USE;

/* Many records: opened when needed, hashed and sealed over all cores, durable in batches, one verb for each batch of at
 * most `batch` records; reports each record after its batch is durable. An interruption leaves whole records only, and
 * the same call again with the same inputs skips what is there already when `resume` is given (by file and name). */
enum ingest_state { INGEST_WAITING, INGEST_STORED, INGEST_SKIPPED, INGEST_FAILED };
struct ingest_item {
    struct id file;
    struct record_input in;
    bool (*open)(struct ingest_item *it, struct content_source *src, struct err *e); /* from any thread */
    void (*close)(struct ingest_item *it);
    void *ctx;
    uint64_t size;           /* of the content, when it is known beforehand: shapes batches, and `resume` compares it */
    bool resume;             /* skip it when the file holds a record of this name and size from an earlier call */
    bool settled_too;        /* import of a settled case by list: a closed file takes it too; else ERR_STATE */
    enum ingest_state state; /* out. Skipped ones are reported too, as they stand in the archive */
};
/* An item that cannot be read (or whose texts are refused) is left out, the others go on; the call then returns false with
 * the first such reason and how many there were. */
typedef bool (*ingest_report)(void *ctx, size_t item, const struct record *r, struct str mark, struct err *e);
bool record_ingest(struct archive *a, struct ingest_item *items, size_t n, const struct actor *who,
                   ingest_report report, void *report_ctx, struct progress *p, struct err *e) MUST_USE;

bool record_get(struct archive *a, const struct id *id, bool with_sealed, struct arena *ar, struct record *out,
                struct err *e) MUST_USE;
typedef bool (*record_each)(const struct record *r, void *ctx, struct err *e);
bool file_records(struct archive *a, const struct id *file, bool with_sealed, record_each each, void *ctx,
                  struct err *e) MUST_USE;
/* The exact bytes accessioned, every tag and both digests checked on the way out; a fault found at the end is reported as
 * ERR_CORRUPT after the bytes before it were handed over, so a caller that keeps them says so. */
bool record_read(struct archive *a, const struct record *r, bool (*sink)(void *ctx, struct bytes plain, struct err *e),
                 void *ctx, struct err *e) MUST_USE;
/* Part of it, for ranges. */
bool record_read_range(struct archive *a, const struct record *r, uint64_t at, void *p, size_t n, size_t *got,
                       struct err *e) MUST_USE;
/* A new version of title, origin, date or access: the old one stays readable through its ledger event. */
bool record_describe(struct archive *a, const struct id *id, const struct record_input *in, const struct actor *who,
                     struct err *e) MUST_USE;

/* ---------------------------------------------------------------- digests of what is public (public.c)
 *
 * A document that anybody may have is found by its digest alone; for all others the digest is answered like one that
 * nobody ever saw, because a yes would confirm a guess. Records of public access are in by themselves; higher rooms put
 * in what they release to everybody. */
struct public_digest {
    struct id object;       /* whose event 1 took the content in */
    uint64_t entry;         /* ledger index of that event; its content opening commits to the digests */
    uint64_t size;
    struct digests digests;
};
/* Inside the verb that makes it public, or takes that back (absent is fine). */
bool public_put(struct txn *t, const struct public_digest *p, struct err *e) MUST_USE;
bool public_drop(struct txn *t, const uint8_t sha256[SHA256_SIZE], const struct id *object, struct err *e) MUST_USE;
/* Of several with one digest the one with the oldest entry. One that the log tells to be destroyed, lawfully or not, is
 * not there, even before its row goes. */
bool public_find(struct archive *a, const uint8_t sha256[SHA256_SIZE], struct public_digest *out, bool *found,
                 struct err *e) MUST_USE;

/* ---------------------------------------------------------------- bulk import by manifest */

/* CSV, UTF-8, `,` `;` or tab as separator, header: mark,class,unit,title,opened,closed,path and, if wanted, category,
 * reason,record_title,origin,dated,access,shelf,facts. Rows of one mark or of one (class, unit, title, opened) are one
 * file. Without a mark the next number is given. */
struct manifest;
typedef void (*manifest_problem)(void *ctx, size_t line, const char *column, const char *what);
/* Reads and checks everything, lists every problem by line, writes nothing. false when it could not be read at all;
 * *problems counts what was listed. */
bool manifest_read(struct archive *a, struct str csv, manifest_problem each, void *ctx, struct manifest **out,
                   size_t *problems, struct err *e) MUST_USE;
size_t manifest_rows(const struct manifest *m);
struct str manifest_path(const struct manifest *m, size_t row); /* "" for paper */
size_t manifest_line(const struct manifest *m, size_t row);     /* where the row begins in the file, from 1 */
bool manifest_known(const struct manifest *m, size_t row);      /* when it is reported: it was in already */
/* The caller saw the document of that row: it is not looked for again, and its size shapes what is read at once. */
void manifest_found(struct manifest *m, size_t row, uint64_t size);
/* opens row's path; the caller knows where paths lie */
struct manifest_files {
    bool (*open)(void *ctx, struct str path, int *fd, struct err *e);
    bool (*exists)(void *ctx, struct str path); /* asked for what manifest_found() did not tell; NULL: nothing is */
    void *ctx;
};
bool manifest_ingest(struct archive *a, struct manifest *m, const struct manifest_files *files,
                     const struct actor *who, ingest_report report, void *report_ctx, struct progress *p,
                     struct err *e) MUST_USE;
void manifest_free(struct manifest **m);

/* ---------------------------------------------------------------- holds, what is due, forecast */

struct hold {
    struct id id, file;
    struct day placed, review; /* review: when a person looks at it again; it never ends by itself */
    struct day released;
    struct str reason, mandate; /* sealed under the hold's own key */
    uint64_t events;
};
extern const struct row_kind hold_kind;
bool hold_place(struct archive *a, struct str mark, struct str reason, struct str mandate, struct day review,
                const struct actor *who, struct id *out, struct err *e) MUST_USE;
bool hold_release(struct archive *a, const struct id *hold, struct str reason, const struct actor *who, struct err *e)
    MUST_USE;
typedef bool (*hold_each)(const struct hold *h, struct str mark, void *ctx, struct err *e);
bool hold_list(struct archive *a, struct str mark, bool released_too, hold_each each, void *ctx, struct err *e) MUST_USE;

struct queue_filter {
    struct day on;          /* what is due by this day */
    enum action action;     /* ACTION_NONE: all */
    struct str symbol;      /* "" or a class and all below it */
    bool held;              /* the queue of held files instead */
    size_t limit;           /* 0: all */
    struct str after;       /* resume cursor of a page, "" = from the start */
};
struct queue_row {
    struct case_file file;  /* with its title */
    uint64_t days_waiting;
    struct str cursor;
};
typedef bool (*queue_each)(const struct queue_row *r, void *ctx, struct err *e);
/* Oldest review date first; exceptions stand by their closing date. *total counts all due, not only those shown. */
bool queue_list(struct archive *a, const struct queue_filter *f, queue_each each, void *ctx, uint64_t *total,
                struct err *e) MUST_USE;

struct forecast_row {
    int year;
    enum action action;
    uint64_t files, records, bytes;
};
typedef bool (*forecast_each)(const struct forecast_row *r, void *ctx, struct err *e);
/* From the year of `on`, what is already due counted in it; exceptions under year 0. Held files are counted: a hold ends. */
bool forecast_list(struct archive *a, struct day on, unsigned years, forecast_each each, void *ctx, struct err *e)
    MUST_USE;

/* ---------------------------------------------------------------- proof */

struct verify_options {
    const struct id *ids; /* only these; NULL: the ones not checked for longest first */
    size_t id_count;
    bool all;
    uint64_t budget_seconds; /* 0: none */
    instant since;           /* skip what was checked at or after this; 0: nothing is skipped unless resuming */
};
struct verify_result {
    uint64_t checked, bytes, faults, not_checked;
    instant oldest_check; /* of all records afterwards; 0: some record was never checked, or there is none */
};
typedef bool (*verify_fault)(void *ctx, const struct id *record, const char *fault, struct err *e);
/* Unseals every chunk, recomputes both digests, compares row, opening, entry and leaf; over all cores. Its position is
 * kept after every object: an interrupted run goes on where it stopped. */
bool record_verify(struct archive *a, const struct verify_options *o, verify_fault each, void *ctx, struct progress *p,
                   struct verify_result *out, struct err *e) MUST_USE;

/* Everything needed to check one record without us, one call a file: document, content.opening, entry,
 * entry.tlog-proof, log.vkey, HOWTO.txt. */
typedef bool (*evidence_file)(void *ctx, const char *name, bool (*write)(void *wctx, bool (*sink)(void *, struct bytes,
                              struct err *), void *sctx, struct err *), void *wctx, struct err *e);
bool record_evidence(struct archive *a, const struct id *id, evidence_file each, void *ctx, struct err *e) MUST_USE;

/* Two-way walks over every index, counts against rows, contents named but missing or there and not named, forecast
 * recomputed, log against rows. store_doctor runs first. `mend`: removes orphaned contents older than a day. */
bool archive_doctor(struct archive *a, bool mend, store_finding finding, void *ctx, uint64_t *checked, struct err *e)
    MUST_USE;

/* The nightly work of this room: jobs, holds whose review is due, orphans, old partial tiles, a budget of verification. */
struct daily_report {
    uint64_t due, exceptions, holds_to_review, files_recomputed, orphans_removed;
    struct verify_result verified;
    struct day on, since; /* the day it was for, and the one of the night before; since DAY_NONE: there was none */
    uint64_t became_due;  /* of `due`: whose review date lies after `since` */
    instant ended;        /* 0: no night has ended yet */
};
/* What the last night found, for whoever watches; the night itself is archive_daily. */
bool archive_daily_last(struct archive *a, struct daily_report *out, struct err *e) MUST_USE;
bool archive_daily(struct archive *a, struct day today, uint64_t verify_seconds, struct daily_report *out,
                   struct err *e) MUST_USE;

/* Figures that a work leaves for whoever asks later, under a name of its own: a row without texts. Nothing kept yet
 * leaves *row as it is. */
bool figures_read(struct archive *a, const char *name, const struct row_kind *kind, void *row, struct err *e) MUST_USE;
bool figures_keep(struct archive *a, const char *name, const struct row_kind *kind, const void *row,
                  struct err *e) MUST_USE;

/* ---------------------------------------------------------------- for verbs of higher rooms: objects and their events */

/* One ledger entry for an object whose `events` was just counted up; opens with salts kept in T_OPENING, sealed under
 * the object's key. Lines of the metadata opening may be personal; entry lines may not. */
struct event {
    enum entry_type type;
    const struct id *object;
    uint64_t event;
    const struct actor *who;
    struct entry_line lines[ENTRY_LINES_MAX]; /* into the entry */
    size_t line_count;
    struct entry_line metadata[16]; /* into the metadata opening; none: no opening */
    size_t metadata_count;
    const struct digests *content; /* NULL: no content opening */
    uint64_t content_size;
};
/* Add a line unless the value is empty; values are borrowed. */
void event_line(struct event *ev, const char *key, struct str value);
void event_meta(struct event *ev, const char *key, struct str value);
/* Counts up: the next event follows the newest one, of the row or of the log. After a restore the log, filled in from
 * what was published, may know later events than the row does, and an event is never told twice. */
bool event_next(struct txn *t, const struct id *object, uint64_t *events, struct err *e) MUST_USE;
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
bool event_write(struct txn *t, struct archive *a, const struct event_ready *r, uint64_t *index,
                 struct err *e) MUST_USE;
/* The opening texts of an event as they were committed to, rebuilt: content_text n 0 when there is none. */
bool event_openings(struct txn *t, struct archive *a, const struct id *object, uint64_t event, const struct key *key,
                    const struct digests *content, uint64_t content_size, struct arena *ar, struct str *content_text,
                    struct str *metadata_text, struct err *e) MUST_USE;

/* Objects with a key of their own: makes, wraps; the caller puts the row and the key in its verb. */
bool object_new(struct archive *a, struct id *id, struct key *key, struct wrapped_key *wrapped, struct err *e) MUST_USE;
/* One head at a time to the helper (below), from any thread; "" when the type is unknown. */
void archive_media_type(struct archive *a, struct bytes head, char *out, size_t out_size);

/* ---------------------------------------------------------------- the helper that looks at hostile bytes */

/* A batch of heads (at most 64 KiB each) to akta-inspect, a confined process; its crash or time-out means "". Types are
 * written into the arena, in order. `program`: path of akta-inspect; NULL: beside the running program, or in
 * ../libexec/akta from there. */
struct inspector;
struct inspector *inspector_start(const char *program); /* NULL: not to be had; every type is then unknown */
void inspector_type(struct inspector *i, struct bytes head, char *out, size_t out_size);
void inspector_stop(struct inspector **i);

#endif
