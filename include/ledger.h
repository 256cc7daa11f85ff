/* ledger.h: the tamper-evident log. An RFC 6962 tree over short ASCII entries, C2SP signed checkpoints, tiles as files in
 * DIR/log/, proofs that other people's tools check (formats: C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-proof).
 *
 * Promises: an entry is in the same transaction as the change it tells of; its index is final and gapless there; nothing
 * is signed that was not read back and recomputed; the signer's memory of its last head lies outside the database, so
 * that a restored copy cannot fork the log. No personal data enters an entry: what could be one stands in a salted
 * opening, of which the entry holds two digests.
 *
 * Fails: a log that contradicts its own past stops (ERR_CORRUPT, nothing is signed) and says which size disagrees. */
#ifndef AKTA_LEDGER_H
#define AKTA_LEDGER_H

#include "store.h"

/* ---------------------------------------------------------------- Merkle tree (RFC 6962 §2.1), pure */

struct hash {
    uint8_t b[SHA256_SIZE];
};
bool hash_equal(const struct hash *a, const struct hash *b);
void merkle_empty(struct hash *out);
void merkle_leaf(struct bytes entry, struct hash *out);
void merkle_node(const struct hash *left, const struct hash *right, struct hash *out);
/* Root of n leaf hashes, by the split rule; n may be 0. */
void merkle_root(const struct hash *leaves, size_t n, struct hash *out);
#define MERKLE_PROOF_MAX 64
/* Strict: wrong length, index >= size, wrong root: false with the reason. */
bool merkle_verify_inclusion(uint64_t index, uint64_t size, const struct hash *leaf, const struct hash *proof, size_t n,
                             const struct hash *root, struct err *e) MUST_USE;
bool merkle_verify_consistency(uint64_t old_size, uint64_t new_size, const struct hash *old_root,
                               const struct hash *new_root, const struct hash *proof, size_t n, struct err *e) MUST_USE;
/* Proofs from anything that can give the hash of a complete subtree (level, index): MTH of leaves
 * [index << level, (index + 1) << level). */
typedef bool (*merkle_node_fn)(void *ctx, unsigned level, uint64_t index, struct hash *out, struct err *e);
bool merkle_root_from(uint64_t size, merkle_node_fn node, void *ctx, struct hash *root, struct err *e) MUST_USE;
bool merkle_inclusion_from(uint64_t index, uint64_t size, merkle_node_fn node, void *ctx,
                           struct hash proof[MERKLE_PROOF_MAX], size_t *n, struct err *e) MUST_USE;
bool merkle_consistency_from(uint64_t old_size, uint64_t new_size, merkle_node_fn node, void *ctx,
                             struct hash proof[MERKLE_PROOF_MAX], size_t *n, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- notes, keys, checkpoints, proofs: text formats */

/* A key as signed notes know it (name, 4-byte id, type 0x01 Ed25519 or 0x04 cosignature). */
struct note_key {
    char name[128];
    uint32_t id;
    uint8_t type;
    struct sign_public pub;
};
bool note_key_parse(struct str vkey, struct note_key *out, struct err *e) MUST_USE;
bool note_skey_parse(struct str skey, struct note_key *out, struct sign_secret *secret, struct err *e) MUST_USE;
bool note_key_make(const char *name, const struct sign_secret *s, struct note_key *out, struct err *e) MUST_USE;
bool note_vkey_text(const struct note_key *k, struct buf *out, struct err *e) MUST_USE;
bool note_skey_text(const struct note_key *k, const struct sign_secret *s, struct buf *out, struct err *e) MUST_USE;

struct note_signature {
    struct str name; /* in the note */
    uint32_t key_id;
    struct bytes payload; /* after the key id; in the arena */
    bool verified;
    instant cosigned_at; /* type 0x04; else 0 */
};
struct note {
    struct str text; /* with its final LF; in the input */
    struct note_signature *sigs;
    size_t sig_count;
};
/* Well-formedness only. */
bool note_parse(struct str in, struct arena *a, struct note *out, struct err *e) MUST_USE;
/* Marks what verifies. A known key whose signature fails refuses the note (ERR_CORRUPT); no known key: ERR_NOT_FOUND. */
bool note_verify(struct note *n, const struct note_key *keys, size_t key_count, struct err *e) MUST_USE;
bool note_sign(struct str text, const struct note_key *k, const struct sign_secret *s, struct buf *out, struct err *e)
    MUST_USE; /* appends the whole note */

struct checkpoint {
    struct str origin;
    uint64_t size;
    struct hash root;
};
bool checkpoint_parse(struct str body, struct checkpoint *out, struct err *e) MUST_USE;
bool checkpoint_body(const struct checkpoint *c, struct buf *out, struct err *e) MUST_USE;

struct tlog_proof {
    uint64_t index;
    struct hash hashes[MERKLE_PROOF_MAX];
    size_t n;
    struct str checkpoint; /* the note, in the input */
};
bool tlog_proof_parse(struct str in, struct tlog_proof *out, struct err *e) MUST_USE;
bool tlog_proof_text(const struct tlog_proof *p, struct buf *out, struct err *e) MUST_USE;
/* The whole of tlog-proof: checkpoint signed by `key` for its origin, entry included. */
bool tlog_proof_verify(struct str proof, struct bytes entry, const struct note_key *key, struct checkpoint *head,
                       struct arena *a, struct err *e) MUST_USE;

#define TILE_WIDTH 256u
/* "tile/0/x001/x234/067" or, width < 256, "….p/112"; level -1 is "entries". */
bool tile_path(int level, uint64_t n, unsigned width, char *out, size_t out_size);

/* ---------------------------------------------------------------- entries and openings */

/* The words of an entry are a closed list; a verb has a type of its own. Later rooms add rows here. */
enum entry_type {
    E_GENESIS, E_CLASS, E_CLASS_CONFIRM, E_RULE, E_CONF, E_FILE_OPEN, E_FILE_CLOSE, E_FILE_REOPEN, E_FILE_CHANGE,
    E_FACT, E_ACCESSION, E_METADATA, E_RECLASSIFY, E_HOLD, E_HOLD_RELEASE, E_FIXITY, E_BACKUP, E_RESTORE, E_KEY_EPOCH,
    E_OFFICE, E_SUCCESSOR,
    /* Requests of citizens: one word for each verb of the office's table of states. */
    E_REQUEST_FILE, E_REQUEST_ATTACH, E_REQUEST_SUPPLEMENT, E_REQUEST_WAY, E_REQUEST_KEEP_FEE, E_REQUEST_ACCEPT,
    E_REQUEST_OBJECT, E_REQUEST_WITHDRAW, E_REQUEST_QUALIFY, E_REQUEST_ASSIGN, E_REQUEST_CALL, E_REQUEST_EXTEND,
    E_REQUEST_FEE, E_REQUEST_FORM, E_REQUEST_OFFER, E_REQUEST_SERVED, E_REQUEST_ANSWER, E_REQUEST_PARTLY,
    E_REQUEST_REFUSE, E_REQUEST_NOT_HELD, E_REQUEST_DISCONTINUE, E_REQUEST_LEAVE, E_REQUEST_FORWARD,
    E_REQUEST_SUBJECT, E_REQUEST_REOPEN, E_REQUEST_CLOSE, E_REQUEST_LAPSE,
    E_REQUEST_PUBLISH, E_REQUEST_UNPUBLISH,
    /* The lawful end of an object in three acts: read here; no verb writes them yet. */
    E_DESTROY_DECIDE, E_DESTROY_BEGIN, E_DESTROY_DONE, ENTRY_TYPE_COUNT
};
const char *entry_type_name(enum entry_type t); /* "file-open" … */

struct opening_digests {
    const char *what; /* "content", "metadata", "reason" */
    struct digests d;
};
struct entry_line {
    const char *key; /* [a-z-]{1,24} */
    struct str value; /* printable ASCII */
};
#define ENTRY_LINES_MAX 12
#define ENTRY_OPENINGS_MAX 4
struct entry {
    enum entry_type type;
    struct id object;
    uint32_t event;         /* 1, 2, 3 … per object; the room that owns the object counts */
    uint64_t actor;         /* pseudonym; 0: the system itself */
    struct entry_line lines[ENTRY_LINES_MAX]; /* in the order they are written */
    size_t line_count;
    struct opening_digests openings[ENTRY_OPENINGS_MAX];
    size_t opening_count;
};
/* The value is borrowed; an empty one adds no line. One too many is refused by entry_text. */
void entry_add(struct entry *e, const char *key, struct str value);
struct str entry_value(const struct entry *e, const char *key); /* of the first such line; n 0: there is none */
void entry_add_opening(struct entry *e, const char *what, const struct digests *d);
/* The bytes that are hashed: `akta-entry/v1`, then type, time, object, event, actor, lines, openings. */
bool entry_text(const struct entry *en, instant time, struct buf *out, struct err *e) MUST_USE;
/* Reads one back. Unknown keys are kept as lines; an unknown version is ERR_UNSUPPORTED. */
bool entry_parse(struct bytes in, struct arena *a, struct entry *out, instant *time, struct err *e) MUST_USE;

/* An opening: `akta-opening/v1`, salt, object, event, then `key value` lines (percent-encoded UTF-8 where a value is not
 * printable ASCII). Whoever holds the text checks it against the entry with sha256sum and b2sum. */
struct salt {
    uint8_t b[32];
};
bool opening_text(const struct salt *salt, const struct id *object, uint32_t event, const struct entry_line *lines,
                  size_t n, struct buf *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the log itself */

/* An index names an entry for ever: its lower 40 bits are the place in the log, the upper ones the log's number, which is
 * 0 until a successor log is begun. People see the place. */
#define LOG_INDEX(number, place) ((uint64_t)(number) << 40 | (place))
#define LOG_PLACE(index)         ((index) & ((UINT64_C(1) << 40) - 1))
#define LOG_NUMBER(index)        ((uint32_t)((index) >> 40))

struct ledger;
struct ledger_config {
    const char *origin; /* "records.example/log"; also the key's name */
    const struct clock *clock;
    uint64_t interval_ms; /* sequencer's rhythm: standard 250 */
    bool successor;       /* after a restore whose published log is lost: begin a new log that names the old one */
};
/* What a log may be called. Pure; said before anything is made. */
bool ledger_origin_check(const char *origin, struct err *e) MUST_USE;
/* A fresh key in DIR/keys/log.skey, DIR/log/log.vkey, and the genesis entry; called once by archive creation. */
bool ledger_create(struct store *s, const struct ledger_config *c, struct err *e) MUST_USE;
/* Finishes a publication that a crash cut short, checks head, published files and signer memory against each other.
 * Published newer than the database: imports the missing entries from DIR/log (a restore entry), never forks. */
bool ledger_open(struct store *s, const struct ledger_config *c, struct ledger **out, struct err *e) MUST_USE;
void ledger_close(struct ledger **l); /* stops the thread; publishes nothing */
bool ledger_start(struct ledger *l, struct err *e) MUST_USE; /* the sequencer's thread: every entry published within 2 s */

/* Inside a verb, on the writer thread: gives the entry its index. The time is the clock's, never earlier than the last
 * entry's: up to 60 s back reuses the last time, more is ERR_BUSY. ERR_CONFLICT when this object's event exists. */
bool ledger_append(struct txn *t, struct ledger *l, const struct entry *en, uint64_t *index, struct err *e) MUST_USE;

struct ledger_head {
    uint32_t number;    /* of the log: 0, or that of a successor; see LOG_INDEX */
    uint64_t size;      /* entries committed */
    uint64_t published; /* entries in the newest checkpoint */
    struct hash root;   /* of `published` entries */
    struct str checkpoint; /* the note, in the arena; n 0 when nothing is published yet */
    instant last_time;
};
bool ledger_head_get(struct ledger *l, struct arena *a, struct ledger_head *out, struct err *e) MUST_USE;
/* Sequences, reads back, signs and publishes what is pending now; returns when it is out. Not from within a verb. */
bool ledger_publish(struct ledger *l, struct err *e) MUST_USE;
/* False with the reason once the log has contradicted itself: entries are still taken, nothing is published any more
 * until it is opened again. */
bool ledger_ok(struct ledger *l, struct err *e) MUST_USE;
bool ledger_wait(struct ledger *l, uint64_t index, uint64_t timeout_ms, struct err *e) MUST_USE; /* until it is published */

bool ledger_entry(struct txn *t, uint64_t index, struct arena *a, struct bytes *out, struct err *e) MUST_USE;
/* A row of T_LOG_ENTRY as it was read: the entry in it, in `stored` or in the arena. */
bool ledger_entry_unpack(struct bytes stored, struct arena *a, struct bytes *entry, struct err *e) MUST_USE;
bool ledger_find(struct txn *t, const struct id *object, uint32_t event, uint64_t *index, struct err *e) MUST_USE;
/* The newest event of an object, 0 when it has none: after a restore the log may know later ones than the rows do. */
bool ledger_last_event(struct txn *t, const struct id *object, uint32_t *event, struct err *e) MUST_USE;
/* The newest entry of this type among an object's events after `after`. */
bool ledger_find_type(struct txn *t, const struct id *object, enum entry_type type, uint32_t after, uint64_t *index,
                      bool *found, struct err *e) MUST_USE;
/* Of an object: is this event there, and does the log know a later one? One look for both. */
bool ledger_event_known(struct txn *t, const struct id *object, uint32_t event, bool *there, bool *later,
                        struct err *e) MUST_USE;
/* After an import (see ledger_open): the index from which on the log was filled in, so that the rows of the rooms above may
 * know less than it tells. Stays until they have looked: `from` moves on with what was looked at, `done` ends it. */
bool ledger_filled_in(struct txn *t, uint64_t *from, bool *found, struct err *e) MUST_USE;
bool ledger_filled_in_from(struct txn *t, uint64_t from, struct err *e) MUST_USE;
bool ledger_filled_in_done(struct txn *t, struct err *e) MUST_USE;
/* The entry's leaf as the tree holds it, to compare with the entry (a published one; else NOT_FOUND). */
bool ledger_leaf(struct txn *t, uint64_t index, struct hash *out, struct err *e) MUST_USE;
/* A .tlog-proof to the newest checkpoint; ERR_STATE while the entry is not published. */
bool ledger_prove(struct ledger *l, uint64_t index, struct buf *out, struct err *e) MUST_USE;
bool ledger_vkey(struct ledger *l, struct buf *out, struct err *e) MUST_USE;

/* Recomputes everything: each published file, each stored entry, each tile, the checkpoint, the signer's memory. Calls
 * `fault` for each thing that is wrong; *entries is what was checked. */
typedef void (*ledger_fault)(void *ctx, const char *where, const char *wrong);
bool ledger_verify(struct ledger *l, ledger_fault fault, void *ctx, uint64_t *entries, struct err *e) MUST_USE;
/* The same for a published folder alone, without a store (what an auditor has); key from its log.vkey, or `key`. */
bool ledger_verify_dir(int dir, const struct note_key *key, ledger_fault fault, void *ctx, uint64_t *entries,
                       struct err *e) MUST_USE;
/* Copies the published log into a folder. */
bool ledger_export(struct ledger *l, int to, struct err *e) MUST_USE;

#endif
