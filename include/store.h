/* store.h: the disk of the archive. Berkeley DB and the content files stand behind this header and nowhere else.
 *
 * Promises: a write that returned true is durable; one that returned false left nothing; what is read back is what was
 * stored, or ERR_CORRUPT. A failed sync, a panic or a corrupt page ends the process (fail_stop), because a store that
 * goes on after one of them can lie; recovery runs at the next start. A full disk refuses with ERR_FULL and loses nothing.
 *
 * One process owns a directory (flock on DIR/run/owner), one thread writes. Readers run in their own threads. */
#ifndef AKTA_STORE_H
#define AKTA_STORE_H

#include "base.h"

/* ---------------------------------------------------------------- opening */

struct store;
struct store_config {
    const char *dir;       /* DIR: holds format, env/, content/, keys/, run/ */
    uint64_t cache_bytes;  /* Berkeley DB cache */
    uint64_t log_bytes;    /* size of one transaction log file */
    uint64_t ballast_bytes;/* reserve file, given up when the disk is full so that recovery can run; 0: none */
    uint64_t floor_bytes;  /* free space under which writes are refused with ERR_FULL */
    uint32_t batch_max;    /* verbs in one synced batch, at most */
};
extern const struct store_config store_config_standard; /* dir NULL; 256 MB, 16 MB, 64 MB, 32 MB, 256 */
extern const struct setting store_settings[];           /* [store] rows for the programs' table; ends with name NULL */

/* Lays down an empty DIR: format, folders (0700), an empty environment, a first key-encryption key. ERR_CONFLICT when
 * DIR holds anything already. */
bool store_create(const struct store_config *c, struct err *e) MUST_USE;
/* Takes ownership, recovers, opens. ERR_BUSY: another process owns DIR. ERR_UNSUPPORTED: a newer format.
 * ERR_STATE: maintenance (three panics within a minute, see DIR/run/panics); open with store_open_maintenance then. */
bool store_open(const struct store_config *c, struct store **out, struct err *e) MUST_USE;
/* Despite the panics, to look and to back up: every write is refused with ERR_STATE. */
bool store_open_maintenance(const struct store_config *c, struct store **out, struct err *e) MUST_USE;
/* Fills in what store_settings govern; dir stays as it is. */
void store_config_take(const struct settings *set, struct store_config *c);
void store_close(struct store **s); /* for CLEANUP; waits for the writer, checkpoints */
const char *store_dir(const struct store *s);
int store_dir_fd(const struct store *s); /* borrowed */

/* ---------------------------------------------------------------- tables */

/* A closed list. Keys are order-preserving bytes, integers big-endian; indexes are unique composite keys written by the
 * same verb that writes the row. Names are the file names and never change. */
enum store_table {
    T_META,          /* small named values: "office", "clock", job cursors, counters of the whole archive */
    T_CLASS,         /* symbol NUL valid-from(be32) -> class version */
    T_RULE,          /* event rules of retention, by valid-from and class */
    T_CONF,          /* other dated law: kind NUL valid-from -> immutable text */
    T_FILE,          /* file id(16) -> case file */
    T_FILE_BY_MARK,  /* folded mark -> file id */
    T_FILE_NUMBER,   /* unit NUL class NUL year [NUL base number] -> last number given */
    T_FILE_BY_CLASS, /* class NUL opened(be32) file id -> nothing */
    T_RECORD,        /* record id(16) -> record */
    T_RECORD_BY_FILE,/* file id(16) seq(be32) -> record id */
    T_OPENING,       /* object id(16) event(be32) -> sealed salts and metadata lines behind a ledger entry's openings */
    T_KEY,           /* object id(16) -> wrapped key */
    T_QUEUE,         /* action(u8) review-from(be32, biased) class NUL file id -> nothing: what is due */
    T_HELD,          /* the same key for files under a hold */
    T_HOLD,          /* hold id(16) -> hold */
    T_HOLD_BY_FILE,  /* file id(16) hold id(16) -> nothing */
    T_FORECAST,      /* year(be16) action(u8) -> files, records, bytes */
    T_JOB,           /* long work that goes on after a crash: name NUL… -> where it stands */
    T_FIXITY,        /* last checked(be64) record id -> nothing: what to verify next */
    T_FAULT,         /* record id -> what the last check found wrong */
    T_LOG_ENTRY,     /* index(be64) -> entry bytes */
    T_LOG_OBJECT,    /* object id(16) event(be32) -> index */
    T_LOG_TILE,      /* level(u8) tile(be64) -> hashes */
    T_LOG_HEAD,      /* "head", "signed", "published" */
    T_ACTOR,         /* pseudonyms of acting persons, by person and year */
    T_REQUEST,       /* request id(16) -> request */
    T_INDEX,         /* free composite indexes of later rooms: name NUL key… */
    /* Added later: an older archive gets them when it is opened. */
    T_REQUEST_EVENT, /* request id(16) event(be32) -> what was done, with the words sealed */
    T_REQUEST_FILE,  /* request id(16) seq(be32) -> a file that came with it or was released */
    T_REQUEST_INDEX, /* ways to a request: letter key… (archive/office/request_store.h) */
    T_REQUEST_LIST,  /* the public register: kind(u8) state(u8) received(be64) number(be64) -> its line */
    T_DRAFT,         /* draft id(16) -> draft, sealed under a key that the archive does not have */
    T_DRAFT_FILE,    /* draft id(16) seq(be32) -> an uploaded file */
    T_CONTENT,       /* content name(16) -> object id: contents that higher rooms name; the sweep keeps them */
    TABLE_COUNT
};
const char *table_name(enum store_table t);

/* A transaction as a verb or a reader sees it. Valid only inside the function it was given to. */
struct txn;
typedef bool (*store_fn)(struct txn *t, void *ctx, struct err *e);

/* Runs fn on the caller's thread in a short read transaction. It may be run again after a deadlock: fn only fills its own
 * ctx and starts from scratch each time. Degree 2 isolation: each read sees committed rows. Neither store_read nor
 * store_write may be called from inside the other or itself (ERR_STATE): it would wait for locks of its own thread. */
bool store_read(struct store *s, store_fn fn, void *ctx, struct err *e) MUST_USE;
/* Hands fn to the writer thread, waits until it is durable. fn may be run again (batch retried): it must not keep
 * anything outside ctx, and ctx must start from scratch each time. fn returning false undoes all it did, and no other
 * verb's work. Do slow work (hashing, parsing, sealing, content files) before. */
bool store_write(struct store *s, store_fn fn, void *ctx, struct err *e) MUST_USE;
/* Called on the writer thread after a batch is durable (to wake the ledger's sequencer); one listener. */
void store_after_commit(struct store *s, void (*fn)(void *ctx), void *ctx);
/* Runs first in every verb of every batch; false refuses the verb (clock gone back, maintenance). One gate. */
void store_write_gate(struct store *s, store_fn gate, void *ctx);

/* Values are copied into `a`. A missing key is ERR_NOT_FOUND; store_find returns true with *found = false instead. */
bool store_get(struct txn *t, enum store_table tb, struct bytes key, struct arena *a, struct bytes *out, struct err *e)
    MUST_USE;
bool store_find(struct txn *t, enum store_table tb, struct bytes key, struct arena *a, struct bytes *out, bool *found,
                struct err *e) MUST_USE;
bool store_put(struct txn *t, enum store_table tb, struct bytes key, struct bytes val, struct err *e) MUST_USE;
bool store_insert(struct txn *t, enum store_table tb, struct bytes key, struct bytes val, struct err *e)
    MUST_USE; /* ERR_CONFLICT when the key exists */
bool store_delete(struct txn *t, enum store_table tb, struct bytes key, struct err *e) MUST_USE; /* absent: NOT_FOUND */

/* Walks keys in order. `each` returns false to stop (with e->code ERR_NONE: a wanted stop, and the walk returns true).
 * key and val are valid during the call only. Walks with key >= from (from.n 0: the start) while the key starts with
 * prefix (prefix.n 0: all); `reverse` walks down from the last key that is <= from within the prefix (from.n 0: the end).
 * Keep a walk short inside a read: chunk long scans by remembering the last key. */
typedef bool (*store_each)(struct bytes key, struct bytes val, void *ctx, struct err *e);
struct store_range {
    enum store_table table;
    struct bytes prefix, from;
    bool reverse;
};
bool store_walk(struct txn *t, struct store_range r, store_each each, void *ctx, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- rows: one field table a record kind */

/* One value has exactly one encoding: fields in tag order, none twice, absent when empty; an unknown tag, a wrong order
 * or a trailing byte is ERR_CORRUPT. Encoding: version(u8) { tag(u8) length(be32 varint-free) value }… */
enum field_type { F_TEXT /* struct str */, F_BYTES /* struct bytes */, F_U64 /* uint64_t, absent when 0 */,
                  F_DAY /* struct day, absent when DAY_NONE */, F_INSTANT /* instant, absent when 0 */,
                  F_ID /* struct id, absent when all zero */, F_DIGESTS /* struct digests, absent when all zero */ };
enum field_flag {
    FIELD_REQUIRED = 1,
    FIELD_SEALED = 2,   /* personal or guessable: encoded into the row's one sealed box under the object's key */
    FIELD_PERSONAL = 4, /* shown only with leave; never in a log line, the ledger or a public index */
};
struct id {
    uint8_t b[16];
};
struct field {
    uint8_t tag; /* 1…250, for ever */
    const char *name;
    enum field_type type;
    size_t offset; /* in the C struct */
    uint32_t max;  /* F_TEXT: code points; F_BYTES: bytes; F_U64: the largest value; 0: no limit of its own */
    unsigned flags;
};
struct row_kind {
    const char *name;
    uint8_t version;
    const struct field *fields; /* in tag order */
    size_t count;
};
/* key: the object's key, needed when a sealed field is not empty; id binds the sealed box to its object. */
bool row_encode(const struct row_kind *k, const void *row, const struct key *key, const struct id *id, struct buf *out,
                struct err *e) MUST_USE;
/* Everything points into `in` or, for sealed fields, into the arena. key NULL: sealed fields stay empty (erased, or not
 * asked for). */
bool row_decode(const struct row_kind *k, struct bytes in, const struct key *key, const struct id *id, struct arena *a,
                void *row, struct err *e) MUST_USE;
/* Adds each field by its name; sealed fields only when with_sealed. */
void row_json(const struct row_kind *k, const void *row, bool with_sealed, struct json *o);

void id_random(struct id *out);
void id_text(struct id id, char out[33]); /* lower-case hex */
bool id_parse(struct str s, struct id *out);
bool id_is_zero(struct id id);
struct bytes id_bytes(const struct id *id);

/* ---------------------------------------------------------------- object keys */

/* A record's key exists in plain form only in memory; the row holds it wrapped under the key-encryption key of
 * DIR/keys/, which is loaded into secure memory at start (longterm.md B). */
struct wrapped_key {
    uint8_t b[64]; /* epoch(be32) nonce(12) ciphertext(32) tag(16) */
};
bool key_wrap(const struct store *s, const struct id *object, const struct key *k, struct wrapped_key *out,
              struct err *e) MUST_USE;
bool key_unwrap(const struct store *s, const struct id *object, const struct wrapped_key *w, struct key *out,
                struct err *e) MUST_USE;
bool key_put(struct txn *t, const struct id *object, const struct wrapped_key *w, struct err *e) MUST_USE;
bool key_get(struct txn *t, const struct store *s, const struct id *object, struct key *out, struct err *e)
    MUST_USE; /* NOT_FOUND: destroyed or never there */
uint32_t key_epoch(const struct store *s);

/* Epochs (key_epochs.c). Turning makes a new key-encryption key and wraps all object keys anew under it; the old key file
 * stays until it is destroyed, which no power can undo: copies of the table of keys from before are noise then. */
#define KEY_EPOCHS_MAX 16u
struct progress; /* below */
struct key_turn {
    uint32_t from, to;              /* the newest epoch before and now */
    uint64_t carried;               /* object keys under the new one, all of them proved to open */
    uint8_t kek[SHA256_SIZE];       /* SHA-256("kek\n" || the new key): its name in the log */
    uint8_t objects[SHA256_SIZE];   /* of the ids of the carried keys, in order */
};
/* Goes on with a turn that was interrupted instead of beginning another. ERR_BUSY: another is under way; ERR_INTERRUPTED;
 * ERR_CORRUPT names a key that does not open: nothing is lost, and the turn can be finished once it is mended. */
bool keys_turn(struct store *s, struct key_turn *out, struct progress *p, struct err *e) MUST_USE;
struct key_epoch_figures {
    uint32_t epoch;
    uint64_t keys; /* object keys wrapped under it */
    bool newest;
};
bool keys_figures(struct store *s, struct key_epoch_figures out[KEY_EPOCHS_MAX], size_t *n, struct err *e) MUST_USE;
/* ERR_STATE: it is the newest, still wraps keys, or the newest was never copied; ERR_NOT_FOUND: there is none. */
bool keys_destroy(struct store *s, uint32_t epoch, struct err *e) MUST_USE;
bool keys_may_destroy(struct store *s, uint32_t epoch, struct err *e) MUST_USE; /* the same refusals, and nothing done */

/* ---------------------------------------------------------------- content */

/* Plain bytes in, two digests out, sealed chunks on disk. A content of at most CONTENT_INLINE_MAX plain bytes lives in
 * its row (`inline_sealed`), a larger one in DIR/content/ab/cd…; its name is a random id that says nothing.
 * Format on disk: see archive/store/content_format.h. */
#define CONTENT_CHUNK (1u << 20)
#define CONTENT_INLINE_MAX 2048u
struct content {
    struct id name;              /* zero when inline or empty */
    uint64_t size;               /* plain bytes */
    uint64_t stored;             /* bytes on disk, or of the inline box; to content_verify 0: not to be compared */
    struct digests digests;
    struct bytes inline_sealed;  /* in the arena given to content_add */
    uint8_t head[4096];          /* first plain bytes, for the media type; head_n of them */
    size_t head_n;
};
/* Where plain bytes come from: fills up to n bytes, *got = 0 at the end. Called on the thread that called content_add, or
 * for a job on the one that called its open(). The holes of a sparse file are not read. */
struct content_source {
    bool (*read)(void *ctx, void *p, size_t n, size_t *got, struct err *e);
    void *ctx;
    uint64_t size_hint; /* 0: unknown; never trusted */
};
/* A plain file must be at its end what it was at its beginning: one that somebody wrote to meanwhile is ERR_CONFLICT, for
 * what was read of it may never have been there together. The caller sets fd, and keeps all of it until the last read. */
struct content_fd {
    int fd;
    bool plain; /* the rest is filled in */
    uint64_t size;
    int64_t changed, changed_ns;
};
struct content_source content_source_fd(struct content_fd *f);

/* Many files, one sync. add (from any number of threads) writes temporaries; sync makes all of them durable under their
 * names; only then may a verb name them, and the batch takes no more (ERR_STATE). Freeing a batch that was not synced
 * removes what it wrote; what was synced and never named is removed by content_remove or the sweep. A content that fails
 * leaves nothing and does not hurt the others. ERR_FULL comes before the disk is quite full (store_config.floor_bytes).
 * Both cores are used: several small files side by side, or the digests, compression and sealing of one large file. */
struct content_batch;
struct content_batch *content_batch_new(struct store *s, struct err *e);
bool content_add(struct content_batch *b, struct content_source src, const struct key *key, const struct id *object,
                 struct arena *a, struct content *out, struct err *e) MUST_USE;
/* A job list instead of threads of one's own: runs content_add for every job over all cores, in any order. Each job's
 * open() is called just before it is needed and its close() right after, so that few descriptors are open at a time. */
struct content_job {
    bool (*open)(struct content_job *j, struct content_source *src, struct err *e);
    void (*close)(struct content_job *j);
    void *ctx;
    struct key key;
    struct id object;
    struct content out; /* inline_sealed lies in the batch and lives as long as it */
    bool ok;
    struct err e; /* begun by the caller with its language */
};
/* People wait for answers just now: for a tenth of a second content_add_all leaves them the machine. From any thread, as
 * often as one likes. */
void store_crowded(struct store *s, uint64_t now_ns /* monotonic_ns() */);
/* Every job is tried; returns false only when the batch itself failed. stop (may be NULL) is asked between jobs, by one
 * thread at a time; open and close run on the threads at work, close only after an open that succeeded. */
bool content_add_all(struct content_batch *b, struct content_job *jobs, size_t n, bool (*stop)(void *), void *stop_ctx,
                     struct err *e) MUST_USE;
bool content_batch_sync(struct content_batch *b, struct err *e) MUST_USE;
void content_batch_free(struct content_batch **b);

/* Reading. Every chunk is unsealed (its tag checked) before a byte of it is handed out. */
struct content_reader;
bool content_open(struct store *s, const struct id *name, struct bytes inline_sealed, uint64_t size,
                  const struct key *key, const struct id *object, struct content_reader **out, struct err *e) MUST_USE;
/* Plain bytes from `at`; reads only the chunks that hold them. *got < n only at the end of the content. */
bool content_read(struct content_reader *r, uint64_t at, void *p, size_t n, size_t *got, struct err *e) MUST_USE;
void content_close(struct content_reader **r);
/* Reads all, checks every tag and both digests, hands each chunk to `sink` when it is not NULL, in order, each only after
 * its own tag was checked, on the caller's thread. ERR_CORRUPT names what is wrong. A large content is worked on by
 * several threads; for many small ones call it side by side from threads of your own: it is cheap and thread-safe. */
bool content_verify(struct store *s, const struct content *c, const struct key *key, const struct id *object,
                    bool (*sink)(void *ctx, struct bytes plain, struct err *e), void *sink_ctx, struct err *e) MUST_USE;
bool content_remove(struct store *s, const struct id *name, struct err *e) MUST_USE; /* absent is fine */
/* Removes files that nothing names: `named` says whether a row names it. Only files older than `before`. */
bool content_sweep(struct store *s, bool (*named)(void *ctx, const struct id *name, bool *yes, struct err *e), void *ctx,
                   instant before, uint64_t *removed, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- care */

/* Says what the rows of a table are, so that doctor decodes each of them. Right after opening. */
void store_kind(struct store *s, enum store_table t, const struct row_kind *k);

struct store_figures {
    uint64_t rows[TABLE_COUNT]; /* like content_*: UINT64_MAX when not counted */
    uint64_t commits, batches, retries, content_files, content_bytes, table_bytes, log_bytes, free_bytes;
};
bool store_figures_get(struct store *s, bool count_rows, struct store_figures *out, struct err *e) MUST_USE;
bool store_checkpoint(struct store *s, struct err *e) MUST_USE; /* also removes transaction logs no longer needed */

/* Hot copy of DIR without keys/ into an empty or earlier backup folder `to` (opened by the caller): content files first
 * known, then log/ (so that it never knows more than the tables), then the environment, then content files that appeared
 * meanwhile, and settings. Synced. The copy carries a MANIFEST with the digests of all files but content, whose sizes it
 * lists; a folder without it is no whole backup. `progress` may be NULL. Also writes keys/wrapped-keys anew. */
struct progress {
    void (*step)(struct progress *p, uint64_t done, uint64_t total, const char *what);
    bool (*stop)(struct progress *p);
    void *ctx;
};
bool store_backup(struct store *s, int to, struct progress *p, struct err *e) MUST_USE;
bool store_backup_keys(struct store *s, int to, struct err *e) MUST_USE; /* keys/ alone, and the table of wrapped keys */
/* Lays a backup and the keys into an empty DIR. The caller opens it afterwards and lets doctor prove it. */
bool store_restore(int from_data, int from_keys, const char *dir, struct progress *p, struct err *e) MUST_USE;

/* Checks of the store itself: every table (Berkeley DB's verifier on a copy of the environment), every row decodes to its
 * kind where a kind is registered, key files, format, orphans, space. `finding` is called for each fault with the place
 * (file or table), what is wrong and how to mend it. Returns false only when it could not look. */
typedef void (*store_finding)(void *ctx, const char *place, const char *wrong, const char *mend);
bool store_doctor(struct store *s, store_finding finding, void *ctx, uint64_t *checked, struct err *e) MUST_USE;
/* The same as far as it goes without opening the environment: for a store that no longer opens (call it first: opening a
 * store with a damaged page can end the process), for one that another process runs, and for a backup folder. */
bool store_doctor_closed(const char *dir, store_finding finding, void *ctx, struct err *e) MUST_USE;

/* Something that was found and mended while the archive was being opened, before its threads start: logged, and told by
 * the next store_doctor, once. The texts are N_() literals and live for ever; `place` is copied. */
void store_note(struct store *s, const char *place, const char *wrong, const char *mend);

uint32_t store_crc32(uint32_t crc, struct bytes in); /* of zlib and ZIP; begins with 0 */
bool store_is_backup(const char *dir); /* it has a MANIFEST, so it is a copy and not to be opened */

/* Each table as a stream of rows `table NUL key-length(be32) value-length(be32) key value`, closed by a row with an empty
 * key whose value is the number of rows (be64) and the SHA-256 of all before; and back into an empty table. */
bool store_export(struct store *s, enum store_table t, int fd, struct err *e) MUST_USE;
bool store_import(struct store *s, enum store_table t, int fd, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- long texts in a row (pack.c) */

bool store_pack(struct bytes plain, struct buf *out, struct err *e) MUST_USE; /* appends at most plain.n + 1 bytes */
/* The text in the arena or in `stored`. ERR_CORRUPT; ERR_TOO_BIG: more than max bytes. */
bool store_unpack(struct bytes stored, size_t max, struct arena *a, struct bytes *plain, struct err *e) MUST_USE;

#endif
