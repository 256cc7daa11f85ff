/* ledger.c: making, opening and closing the log; its head, its key, and proofs from it. */
#include "ledger_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define ENTRY_FORMAT   "akta-entry/v1"
#define OPENING_FORMAT "akta-opening/v1"

void log_name(const char *origin, uint32_t number, char out[ORIGIN_MAX + 28])
{
    if (number == 0)
        snprintf(out, ORIGIN_MAX + 28, "%s", origin);
    else
        snprintf(out, ORIGIN_MAX + 28, "%s/%u", origin, number + 1);
}

static bool open_dir(int at, const char *name, mode_t mode, int *fd, struct err *e)
{
    if (!dir_make(at, name, mode, e))
        return false;
    *fd = disk_now()->openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    return *fd >= 0 || err_errno(e, errno, "opening the directory %s of the archive", name);
}

static bool sync_objects_init(struct ledger *l, struct err *e)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0)
        return err_set(e, ERR_MEMORY, "out of memory opening the log");
    bool ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 && pthread_mutex_init(&l->work, NULL) == 0 &&
              pthread_mutex_init(&l->lock, NULL) == 0 && pthread_cond_init(&l->wake, &attr) == 0 &&
              pthread_cond_init(&l->news, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return ok || err_set(e, ERR_MEMORY, "out of memory opening the log");
}

bool ledger_origin_check(const char *origin, struct err *e)
{
    return (origin != NULL && origin_ok(origin)) ||
           err_field(e, ERR_INVALID, "origin",
                     "the log's origin must be 1 to %d characters of a-z 0-9 . / _ -, as in records.example/log",
                     ORIGIN_MAX);
}

bool ledger_attach(struct store *s, const struct ledger_config *c, struct ledger **out, struct err *e)
{
    struct ledger *l CLEANUP(ledger_close) = NULL;
    if (!ledger_origin_check(c->origin, e))
        return false;
    l = mem_zalloc(sizeof *l);
    if (l == NULL)
        return err_set(e, ERR_MEMORY, "out of memory opening the log");
    l->log_dir = l->keys_dir = -1;
    l->store = s;
    l->config = *c;
    l->config.clock = c->clock != NULL ? c->clock : &clock_system;
    l->config.interval_ms = c->interval_ms > 0 ? c->interval_ms : INTERVAL_STANDARD;
    snprintf(l->config_origin, sizeof l->config_origin, "%s", c->origin);
    l->config.origin = l->config_origin;
    l->redo = true;
    l->append_arena = arena_new(64 * 1024);
    if (l->append_arena == NULL)
        return err_set(e, ERR_MEMORY, "out of memory opening the log");
    if (!sync_objects_init(l, e) || !open_dir(store_dir_fd(s), "log", 0755, &l->log_dir, e) ||
        !open_dir(store_dir_fd(s), "keys", 0700, &l->keys_dir, e) || !dir_sync(store_dir_fd(s), e) ||
        !dir_sweep(l->log_dir, e) || !dir_sweep(l->keys_dir, e))
        return false;
    *out = l;
    l = NULL;
    return true;
}

void ledger_close(struct ledger **l)
{
    if (*l == NULL)
        return;
    sequencer_stop(*l);
    signer_close(&(*l)->signer);
    fd_close(&(*l)->log_dir);
    fd_close(&(*l)->keys_dir);
    arena_free(&(*l)->append_arena);
    pthread_mutex_destroy(&(*l)->work);
    pthread_mutex_destroy(&(*l)->lock);
    pthread_cond_destroy(&(*l)->wake);
    pthread_cond_destroy(&(*l)->news);
    mem_free(*l);
    *l = NULL;
}

/* ---------------------------------------------------------------- the first entry */

struct genesis_call {
    struct ledger *l;
    uint32_t number;
    struct entry entry;
};

static bool genesis_in(struct txn *t, void *ctx, struct err *e)
{
    struct genesis_call *c = ctx;
    struct log_row row = {.last_time = TIME_NEVER};
    struct buf text CLEANUP(buf_free) = BUF_INIT(ENTRY_MAX + 1024);
    bool found = false;
    instant when = 0;
    arena_reset(c->l->append_arena);
    if (!log_row_find(t, c->l->append_arena, &row, &found, e))
        return false;
    if (found && row.number >= c->number)
        return err_set(e, ERR_CONFLICT, "this archive has its log already");
    row = (struct log_row){.number = c->number, .last_time = row.last_time};
    if (!entry_time(c->l, row.last_time, &when, e) || !entry_text(&c->entry, when, &text, e))
        return false;
    row.last_time = when;
    return append_bytes(t, &row, buf_bytes(&text), &c->entry.object, 0, e);
}

bool genesis_append(struct ledger *l, uint32_t number, const struct note_key *key, enum entry_type type,
                    const struct entry_line *more, size_t n, struct err *e)
{
    struct genesis_call c = {.l = l, .number = number, .entry = {.type = type}};
    struct buf vkey CLEANUP(buf_free) = BUF_INIT(1024);
    if (!note_vkey_text(key, &vkey, e))
        return false;
    entry_add(&c.entry, "origin", str_of(key->name));
    entry_add(&c.entry, "vkey", buf_str(&vkey));
    entry_add(&c.entry, "entry-format", STR(ENTRY_FORMAT));
    entry_add(&c.entry, "opening-format", STR(OPENING_FORMAT));
    entry_add(&c.entry, "tree", STR("rfc6962 sha256"));
    entry_add(&c.entry, "log-format", STR("c2sp.org/tlog-tiles"));
    for (size_t i = 0; i < n; i++)
        entry_add(&c.entry, more[i].key, more[i].value);
    return store_write(l->store, genesis_in, &c, e);
}

static bool log_missing(struct store *s, struct err *e)
{
    struct heads h;
    bool found = false;
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 18);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory opening the log");
    if (!heads_get(s, a, &h, &found, e))
        return false;
    return !found || err_set(e, ERR_CONFLICT, "this archive has its log already");
}

bool ledger_create(struct store *s, const struct ledger_config *c, struct err *e)
{
    struct ledger *l CLEANUP(ledger_close) = NULL;
    struct err missing = {.lang = e->lang};
    if (!ledger_attach(s, c, &l, e) || !log_missing(s, e))
        return false;
    log_name(c->origin, 0, l->origin);
    if (!signer_open(l->keys_dir, SIGNER_NOW, &l->signer, &missing)) {
        /* A key without a log is left over from a creation that was cut short, and serves. */
        if (missing.code != ERR_NOT_FOUND) {
            *e = missing;
            return false;
        }
        if (!signer_create(l->keys_dir, l->origin, e) || !signer_open(l->keys_dir, SIGNER_NOW, &l->signer, e))
            return false;
    }
    const struct note_key *key = signer_key(l->signer);
    if (strcmp(key->name, l->origin) != 0)
        return err_set(e, ERR_CONFLICT, "DIR/keys holds the key of another log, %s", key->name);
    return readme_write(l->log_dir, key, e) && genesis_append(l, 0, key, E_GENESIS, NULL, 0, e) && sequence_all(l, e);
}

/* A full disk or a damaged file must not keep people from reading: the log opens and says why it publishes nothing. */
bool ledger_open(struct store *s, const struct ledger_config *c, struct ledger **out, struct err *e)
{
    struct ledger *l CLEANUP(ledger_close) = NULL;
    struct err later = ERR_INIT;
    if (!ledger_attach(s, c, &l, e) || !settle(l, e))
        return false;
    if (!ledger_publish(l, &later))
        log_line(LOG_WARN, "ledger", "opened, but not published: %s", later.text);
    *out = l;
    l = NULL;
    return true;
}

/* ---------------------------------------------------------------- asking */

struct head_call {
    struct arena *a;
    struct ledger_head head;
};

static bool head_in(struct txn *t, void *ctx, struct err *e)
{
    struct head_call *c = ctx;
    struct log_row row;
    struct signed_row published;
    if (!log_row_get(t, c->a, &row, e) || !mark_get(t, row.number, MARK_PUBLISHED, c->a, &published, e))
        return false;
    c->head = (struct ledger_head){.number = row.number,
                                   .size = row.size,
                                   .published = published.head.size,
                                   .root = published.head.root,
                                   .checkpoint = published.note,
                                   .last_time = row.last_time};
    return true;
}

bool ledger_head_get(struct ledger *l, struct arena *a, struct ledger_head *out, struct err *e)
{
    struct head_call c = {.a = a};
    if (!store_read(l->store, head_in, &c, e))
        return false;
    *out = c.head;
    return true;
}

bool ledger_vkey(struct ledger *l, struct buf *out, struct err *e)
{
    return note_vkey_text(signer_key(l->signer), out, e);
}

struct prove_call {
    uint64_t index;
    uint32_t current; /* number of the log now written */
    struct arena *a;
    struct signed_row published;
    struct tlog_proof proof;
    struct hash leaf;
};

static bool prove_in(struct txn *t, void *ctx, struct err *e)
{
    struct prove_call *c = ctx;
    uint32_t number = (uint32_t)(c->index >> LOG_SHIFT);
    struct bytes entry;
    arena_reset(c->a);
    c->proof = (struct tlog_proof){.index = c->index & LOG_MASK};
    if (!ledger_entry(t, c->index, c->a, &entry, e) || !mark_get(t, number, MARK_PUBLISHED, c->a, &c->published, e))
        return false;
    if (c->proof.index >= c->published.head.size && number != c->current)
        return err_set(e, ERR_STATE,
                       "entry %llu was in the log before this one and never published there; the first entry of its "
                       "successor names the root that holds it",
                       ULL(c->proof.index));
    if (c->proof.index >= c->published.head.size)
        return err_set(e, ERR_STATE, "entry %llu is not published yet: publish the log first", ULL(c->proof.index));
    merkle_leaf(entry, &c->leaf);
    struct tree_reader *r CLEANUP(tree_reader_free) = tree_reader_new(t, number);
    if (r == NULL)
        return err_set(e, ERR_MEMORY, "out of memory proving a log entry");
    return merkle_inclusion_from(c->proof.index, c->published.head.size, tree_node, r, c->proof.hashes, &c->proof.n, e);
}

/* What is handed out has been checked: a proof from damaged rows would accuse the archive of what it did not do. */
bool ledger_prove(struct ledger *l, uint64_t index, struct buf *out, struct err *e)
{
    struct prove_call c = {.index = index, .current = l->number};
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 18);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory proving a log entry");
    c.a = a;
    if (!store_read(l->store, prove_in, &c, e))
        return false;
    if (!merkle_verify_inclusion(c.proof.index, c.published.head.size, &c.leaf, c.proof.hashes, c.proof.n,
                                 &c.published.head.root, e))
        return err_set(e, ERR_CORRUPT, "the log's rows around entry %llu are damaged: verify the log", ULL(index));
    c.proof.checkpoint = c.published.note;
    return tlog_proof_text(&c.proof, out, e);
}
