/* ledger_internal.h: what the files of the ledger share. Nothing here is for other rooms. */
#ifndef AKTA_LEDGER_INTERNAL_H
#define AKTA_LEDGER_INTERNAL_H

#include "ledger.h"

#include <pthread.h>

#define ULL(n) ((unsigned long long)(n))

static inline struct bytes hash_bytes(const struct hash *h)
{
    return (struct bytes){h->b, SHA256_SIZE};
}

/* ---------------------------------------------------------------- text (note_text.c) */

#define HASH_TEXT_SIZE 45 /* 44 characters of base64 and NUL */
void hash_text(const struct hash *h, char out[HASH_TEXT_SIZE]);
bool hash_parse(struct str s, struct hash *out); /* exactly 32 bytes in canonical base64 */
/* Cuts the first line off, without its LF; false when none ends in LF. */
bool line_take(struct str *rest, struct str *line);
/* Cuts `prefix` off the front; false when it does not stand there. */
bool prefix_take(struct str *s, const char *prefix);
bool ascii_printable(struct str s);
bool origin_ok(const char *origin); /* [a-z0-9./_-]{1,100}: what our own logs may be called */
bool key_name_ok(struct str name);  /* what others may: UTF-8 without space and '+' */
#define ORIGIN_MAX 100

/* ---------------------------------------------------------------- keys of notes (note_key.c) */

#define NOTE_ED25519     0x01
#define NOTE_COSIGNATURE 0x04
#define SKEY_TEXT_SIZE   256
/* The secret stays in the caller's memory, which wipes it; note_skey_text is this into a buffer. */
bool skey_format(const struct note_key *k, const struct sign_secret *s, char out[SKEY_TEXT_SIZE],
                 struct err *e) MUST_USE;
/* The payload of a cosignature: time (big-endian seconds) and an Ed25519 signature. */
bool cosignature_parse(struct bytes payload, instant *at, struct bytes *sig);

/* ---------------------------------------------------------------- a size and what it stands for */

struct tree_head {
    uint64_t size;
    struct hash root;
};

/* ---------------------------------------------------------------- tiles (tiles.c, pure) */

#define TILE_PATH_SIZE 96
#define TILE_LEVELS    8 /* of a tree of 64-bit size */
#define TILE_BYTES     (TILE_WIDTH * SHA256_SIZE)
#define ENTRY_MAX      4096u
#define BUNDLE_MAX     (TILE_WIDTH * (2u + ENTRY_MAX))
#define LEVEL_ENTRIES  (-1)
/* Hashes of a level in a tree of `size` entries: the complete subtrees of 256^level leaves. */
uint64_t level_count(unsigned level, uint64_t size);
/* How many of them tile n of the level holds: 0 … 256. */
unsigned tile_width(unsigned level, uint64_t n, uint64_t size);
void tile_name(int level, uint64_t n, unsigned width, char out[TILE_PATH_SIZE]); /* tile_path that always fits */
/* Reads a path back; width 256 for a full one. False for anything that tile_path would not write. */
bool tile_path_parse(const char *path, int *level, uint64_t *n, unsigned *width);
/* The next entry of a bundle; false at a short tail. */
bool bundle_next(struct reader *r, struct bytes *entry);
void bundle_add(struct buf *b, struct bytes entry);

/* ---------------------------------------------------------------- rows of one log (rows.c)
 *
 * A data directory may hold several logs: the first has number 0, a successor the next. An index names an entry for
 * ever: its upper 24 bits are the log's number, the lower 40 the place in that log. Tiles are numbered alike. */

#define LOG_SHIFT 40
#define LOG_MASK  ((UINT64_C(1) << LOG_SHIFT) - 1)
static inline uint64_t index_of(uint32_t number, uint64_t place)
{
    return (uint64_t)number << LOG_SHIFT | place;
}

struct log_row { /* "head": the only row that appending rewrites */
    uint32_t number;
    uint64_t size;
    instant last_time; /* of the last entry, also of the log before; TIME_NEVER at the very first */
};
#define TIME_NEVER INT64_MIN
struct signed_row { /* "signed", "published" */
    struct tree_head head;
    struct str note;
};
enum mark { MARK_TREE, MARK_SIGNED, MARK_PUBLISHED };

bool log_row_find(struct txn *t, struct arena *a, struct log_row *out, bool *found, struct err *e) MUST_USE;
bool log_row_get(struct txn *t, struct arena *a, struct log_row *out, struct err *e) MUST_USE;
bool log_row_put(struct txn *t, const struct log_row *row, struct err *e) MUST_USE;
/* Absent rows give size 0, the empty root and no note. */
bool mark_get(struct txn *t, uint32_t number, enum mark which, struct arena *a, struct signed_row *out,
              struct err *e) MUST_USE;
bool mark_put(struct txn *t, uint32_t number, enum mark which, const struct signed_row *row, struct err *e) MUST_USE;
struct bytes entry_key(uint64_t index, uint8_t out[8]);
struct bytes tile_key(uint32_t number, unsigned level, uint64_t n, uint8_t out[9]);
struct bytes object_key(const struct id *object, uint32_t event, uint8_t out[20]);

/* Everything the sequencer starts from, read in one transaction. */
struct heads {
    struct log_row log;
    struct tree_head tree;
    struct signed_row signed_head, published;
};
bool heads_get(struct store *s, struct arena *a, struct heads *out, bool *found, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the tree in the store (tree.c) */

/* Reads complete subtrees from tile rows; keeps the tiles it has seen, a few a level. One transaction long. */
struct tree_reader;
struct tree_reader *tree_reader_new(struct txn *t, uint32_t number); /* NULL: no memory */
void tree_reader_free(struct tree_reader **r);
bool tree_node(void *tree_reader, unsigned level, uint64_t index, struct hash *out, struct err *e);

bool tree_root_at(struct store *s, uint32_t number, uint64_t size, struct hash *root, struct err *e) MUST_USE;
struct tree_proof {
    struct hash hashes[MERKLE_PROOF_MAX];
    size_t n;
};
bool tree_consistency(struct store *s, uint32_t number, uint64_t from, uint64_t to, struct tree_proof *out,
                      struct err *e) MUST_USE;
/* The hashes of one tile row, at least `width` of them: ERR_CORRUPT when there are fewer, ERR_NOT_FOUND without a row.
 */
bool tile_row(struct txn *t, uint32_t number, unsigned level, uint64_t n, unsigned width, struct arena *a,
              struct bytes *out, struct err *e) MUST_USE;
/* Puts the entries from the tree's end up to `to` into tiles and moves the tree mark, in steps of one transaction. */
bool tree_grow(struct store *s, uint32_t number, struct tree_head *tree, uint64_t to, struct err *e) MUST_USE;
/* Reads entries and tiles again, recomputes what changed between `from` and `to`, and the root of `to`. */
bool tree_read_back(struct store *s, uint32_t number, uint64_t from, const struct tree_head *to,
                    struct err *e) MUST_USE;
/* Entries [first, first + n) in order; each is called with the place in the log. A gap is ERR_CORRUPT. */
typedef bool (*entry_each)(void *ctx, uint64_t place, struct bytes entry, struct err *e);
bool entries_walk(struct txn *t, uint32_t number, uint64_t first, uint64_t n, entry_each each, void *ctx,
                  struct err *e) MUST_USE;
/* The same, each as it is stored, so that one which cannot be unpacked does not hide the others. */
bool entries_walk_stored(struct txn *t, uint32_t number, uint64_t first, uint64_t n, entry_each each, void *ctx,
                         struct err *e) MUST_USE;

/* ---------------------------------------------------------------- entries as they are stored (pack.c) */

#define PACK_BUF_MAX (ENTRY_MAX + 1024)               /* ceiling that holds any entry, packed or not */
void entry_pack(struct bytes entry, struct buf *out); /* appends; buf_ok() tells */
/* *entry points into `stored` or into `scratch`, whose former bytes go. */
bool entry_unpack(struct bytes stored, struct buf *scratch, struct bytes *entry, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- entries in a verb (append.c) */

/* Puts the bytes of an entry at the end of the log as they are; `object` may be zero. */
bool append_bytes(struct txn *t, struct log_row *log, struct bytes entry, const struct id *object, uint32_t event,
                  struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the signer (signer.c)
 *
 * Knows its key and the last head it signed, both in DIR/keys, and nothing of the store or of the published files. */

struct signer;
#define SIGNER_NOW "log" /* file names without their endings; a retired signer's are "log-old-1" … */
bool signer_create(int keys, const char *origin, struct err *e) MUST_USE;
/* ERR_NOT_FOUND: key or memory is missing. ERR_CORRUPT: damaged. */
bool signer_open(int keys, const char *base, struct signer **out, struct err *e) MUST_USE;
bool signer_retire(int keys, const char *base, struct err *e) MUST_USE; /* renames both files; absent is fine */
void signer_close(struct signer **s);
const struct note_key *signer_key(const struct signer *s);
struct tree_head signer_last(const struct signer *s);
/* Refuses what does not grow from the last head; remembers durably; then signs. The same head again is signed again. */
bool signer_sign(struct signer *s, const struct tree_head *to, const struct tree_proof *growth, struct buf *note,
                 struct err *e) MUST_USE;
/* Takes over a head that this key has signed before and the memory does not hold (older keys were restored). */
bool signer_learn(struct signer *s, struct str note, const struct tree_proof *growth, struct err *e) MUST_USE;
/* Reads the memory from the disk again, for verification. */
bool signer_recall(const struct signer *s, struct tree_head *out, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- published files (folder.c, readme.c) */

/* Writes many files that must never change: temporaries first, one round of syncs, renames, one round of directory
 * syncs. A file that exists with the same bytes is left alone, with others it is ERR_CORRUPT. */
struct folder_writer;
struct folder_writer *folder_writer_new(int dir, bool many, bool redo); /* NULL: no memory */
void folder_writer_free(struct folder_writer **w);
bool folder_add(struct folder_writer *w, const char *path, struct bytes content, struct err *e) MUST_USE;
bool folder_flush(struct folder_writer *w, struct err *e) MUST_USE;
/* NOT_FOUND when it is not there. */
bool folder_read(int dir, const char *path, size_t max, struct arena *a, struct bytes *out, struct err *e) MUST_USE;
bool folder_open(int dir, const char *path, int *fd, struct err *e) MUST_USE;
bool folder_exists(int dir, const char *path);
typedef bool (*folder_each)(void *ctx, const char *name, bool is_dir, struct err *e);
bool folder_list(int dir, const char *path, folder_each each, void *ctx, struct err *e) MUST_USE;
/* Everything below a directory, with its path from `dir`; a directory after what it holds. */
bool folder_walk(int dir, const char *path, folder_each each, void *ctx, struct err *e) MUST_USE;
/* A tile or bundle as a C2SP client reads it: the partial one or, when that is gone, the front of the full one. */
bool folder_tile(int dir, unsigned level, uint64_t n, unsigned width, struct arena *a, struct bytes *out,
                 struct err *e) MUST_USE;
bool folder_bundle(int dir, uint64_t n, unsigned width, struct arena *a, struct bytes *out, struct err *e) MUST_USE;

/* README.txt and log.vkey; both are written once. */
bool readme_write(int dir, const struct note_key *key, struct err *e) MUST_USE;
bool readme_check(int dir, struct err *e) MUST_USE; /* its own last line vouches for the rest */

/* ---------------------------------------------------------------- checking a folder (verify_tree.c, verify_folder.c)
 */

/* Where a tree's parts are read from. `entries` fills `width` views. `place` is written before a part's path; entries
 * are named by their number where they are rows, by their bundle where they are files. */
struct tree_source {
    const char *place;
    bool rows;
    void *ctx;
    bool (*entries)(void *ctx, uint64_t n, unsigned width, struct arena *a, struct bytes *out, struct err *e);
    bool (*tile)(void *ctx, unsigned level, uint64_t n, unsigned width, struct arena *a, struct bytes *out,
                 struct err *e);
    /* More to look at, may be NULL: the entries of bundle n where they could be read; then both accounts of a tile's
     * hashes, as stored and as computed from below (the same where one could not be had). */
    bool (*entries_seen)(void *ctx, uint64_t n, unsigned width, const struct bytes *entries, struct err *e);
    bool (*tile_seen)(void *ctx, unsigned level, uint64_t n, unsigned width, const struct hash *stored,
                      const struct hash *computed, struct err *e);
};
struct fault_sink {
    ledger_fault fault;
    void *ctx;
    enum lang lang; /* of what is reported */
    uint64_t found;
    struct err own; /* trouble of our own, which is no finding about the log */
};
/* `wrong_fmt` is a message for people, translated here. */
void fault_report(struct fault_sink *f, const char *where, const char *wrong_fmt, ...) PRINTF_LIKE(3, 4);
/* The same for what could not be read because of `why`: without memory it is not the log that is damaged. */
void fault_because(struct fault_sink *f, const char *where, const struct err *why, const char *wrong_fmt, ...)
    PRINTF_LIKE(4, 5);
bool fault_sink_ends(const struct fault_sink *f, struct err *e) MUST_USE; /* false: it could not look everywhere */
/* Recomputes the tree of `want->size` entries and says which part does not fit. False only when it could not look. */
bool verify_tree(const struct tree_source *src, const struct tree_head *want, struct fault_sink *f,
                 struct err *e) MUST_USE;
/* Where a part of the tree is: a tile, or with LEVEL_ENTRIES the entry `within` of the bundle. */
#define WHERE_SIZE 160
void part_name(const struct tree_source *src, int level, uint64_t n, unsigned width, unsigned within,
               char out[WHERE_SIZE]);
/* Checks an entry's form and that time does not run back; `last` is carried along. *known says whether `out` was
 * filled: a later version is no fault and is not understood. */
void verify_entry(const char *where, struct bytes entry, instant *last, struct arena *a, struct entry *out, bool *known,
                  struct fault_sink *f);
/* `key` may be NULL: the folder's own. `place` is the folder's name for people, ending in a slash. */
bool verify_folder(int dir, const char *place, const struct note_key *key, struct fault_sink *f,
                   struct signed_row *head, struct arena *a, struct err *e) MUST_USE;
bool folder_key(int dir, struct note_key *out, struct err *e) MUST_USE; /* from its log.vkey */
/* The checkpoint as published: well-formed, signed by the key, for its origin. */
bool folder_checkpoint(int dir, const struct note_key *key, struct arena *a, struct signed_row *out,
                       struct err *e) MUST_USE;
bool checkpoint_open(struct str note, const struct note_key *key, struct arena *a, struct tree_head *out,
                     struct err *e) MUST_USE;
/* Root of the first `size` of the folder's `whole` entries, from its tiles. */
bool folder_root_at(int dir, uint64_t whole, uint64_t size, struct hash *root, struct err *e) MUST_USE;
/* One log's rows: entries, tiles, marks, object index. */
struct log_check {
    uint64_t size, with_rows; /* entries; those that have, or may have, a row in the object index */
    struct tree_head published;
    bool rows_sound; /* entries and tiles fit; else roots taken from them would accuse the wrong one */
};
bool verify_store(struct store *s, uint32_t number, struct fault_sink *f, struct log_check *out,
                  struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the log */

struct ledger {
    struct store *store;
    struct ledger_config config;
    uint32_t number;              /* of the log now written */
    char origin[ORIGIN_MAX + 28]; /* its origin: the configured one, with "/2" … for a successor */
    char config_origin[ORIGIN_MAX + 1];
    int log_dir, keys_dir;
    struct arena *append_arena; /* scratch of ledger_append; the writer thread's alone */

    pthread_mutex_t work; /* one publication at a time; guards the signer and what follows */
    struct signer *signer;
    bool redo;     /* nothing was published since opening: what lies there may not be durable yet */
    instant swept; /* when old partial tiles were last removed */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;  /* the sequencer sleeps here */
    pthread_cond_t news;  /* who waits for a publication sleeps here */
    pthread_t thread;
    bool running, stopping, pending;
    uint64_t published;
    struct err halted; /* a contradiction: nothing is signed any more */
    struct err told;   /* the trouble last put into the log lines, and when */
    uint64_t told_at;
};

#define INTERVAL_STANDARD 250
/* Opens folders and makes the struct; neither key nor rows. */
bool ledger_attach(struct store *s, const struct ledger_config *c, struct ledger **out, struct err *e) MUST_USE;
void log_name(const char *origin, uint32_t number, char out[ORIGIN_MAX + 28]); /* origin of the nth log */
bool entry_time(const struct ledger *l, instant last, instant *out, struct err *e) MUST_USE;
/* The first entry of a log, in a verb of its own; the log row becomes that of `number`. */
bool genesis_append(struct ledger *l, uint32_t number, const struct note_key *key, enum entry_type type,
                    const struct entry_line *more, size_t n, struct err *e) MUST_USE;

/* publish.c: files of entries [from, to) out of the store; then the checkpoint and the mark. */
bool publish_files(struct store *s, uint32_t number, int dir, uint64_t from, uint64_t to, bool redo,
                   struct err *e) MUST_USE;
bool publish_head(struct ledger *l, uint64_t from, const struct signed_row *to, struct err *e) MUST_USE;
bool mark_write(struct store *s, uint32_t number, enum mark which, const struct signed_row *row,
                struct err *e) MUST_USE;
/* Removes partial tiles whose full tile is there and that are a day old. */
bool publish_sweep(int dir, instant now, uint64_t *removed, struct err *e) MUST_USE;

/* sequencer.c: grow, read back, sign, store, publish, until all that was there at the call is out. Holds `work`. */
bool sequence_all(struct ledger *l, struct err *e) MUST_USE;
void sequencer_stop(struct ledger *l);
void sequencer_published(struct ledger *l, uint64_t size);

/* At opening (settle.c, import.c, successor.c). */
bool settle(struct ledger *l, struct err *e) MUST_USE;
bool import_published(struct ledger *l, const struct heads *h, const struct signed_row *published,
                      struct err *e) MUST_USE;
bool successor_begin(struct ledger *l, const struct heads *h, struct err *e) MUST_USE;

#endif
