/* settle.c: opening the log: the store's rows, the published folder and the signer's memory are held against each other
 * before anything is written.
 *
 * What a crash can leave is finished; what a restored backup leaves is filled in from the published folder; what only a
 * lost or second history can leave is refused, with what to do. Nothing here signs. */
#include "ledger_internal.h"

#include <string.h>

static const char lost_advice[] = N_(
    "Put the newest published log in place of DIR/log (from the web server or any copy), or restore the newest keys, "
    "and start again. If there are none, “akta log successor” begins a new log that names the old one.");

static bool heads_need(struct ledger *l, struct arena *a, struct heads *h, struct err *e)
{
    bool found = false;
    if (!heads_get(l->store, a, h, &found, e))
        return false;
    return found || err_set(e, ERR_STATE, "this archive has no log: it was not made with `akta init`");
}

/* The published checkpoint; size 0 when there is none, or none that can be trusted: it is made again from the store,
 * which may only be older than the signer's memory says if something else is wrong, and that is checked afterwards. */
static bool published_head(struct ledger *l, const struct heads *h, struct arena *a, struct signed_row *out,
                           struct err *e)
{
    struct err why = {.lang = e->lang};
    if (folder_checkpoint(l->log_dir, signer_key(l->signer), a, out, &why))
        return true;
    if (why.code == ERR_MEMORY || why.code == ERR_IO) {
        *e = why;
        return false;
    }
    if (h->published.head.size > 0) {
        log_line(LOG_ERROR, "ledger", "DIR/log/checkpoint is not usable: %s", why.text);
        store_note(l->store, "log/checkpoint", N_("it was damaged or missing, and is made again from the store"),
                   N_("nothing, once the other checks are clean"));
    }
    *out = (struct signed_row){.head.size = 0};
    merkle_empty(&out->head.root);
    return true;
}

/* The store has at least what is published: is it the same? */
static bool same_past(struct ledger *l, struct heads *h, const struct tree_head *past, const char *whose, struct err *e)
{
    struct hash root;
    if (past->size == 0)
        return true;
    if (!tree_grow(l->store, l->number, &h->tree, past->size, e) ||
        !tree_root_at(l->store, l->number, past->size, &root, e))
        return false;
    return hash_equal(&root, &past->root) ||
           err_set(e, ERR_CORRUPT,
                   "%s and the store tell two different histories of the first %llu entries: nothing is written; keep "
                   "both and find out which was changed",
                   whose, ULL(past->size));
}

/* A folder that was lost or is older than the store says: what is missing there is published again. */
static bool rewind_published(struct ledger *l, const struct heads *h, const struct signed_row *published, struct err *e)
{
    if (published->head.size >= h->published.head.size)
        return true;
    log_line(LOG_WARN, "ledger", "DIR/log holds %llu entries and %llu were published: publishing the others again",
             ULL(published->head.size), ULL(h->published.head.size));
    return readme_write(l->log_dir, signer_key(l->signer), e) &&
           mark_write(l->store, l->number, MARK_PUBLISHED, published, e);
}

static bool memory_settle(struct ledger *l, struct heads *h, struct err *e)
{
    struct tree_head last = signer_last(l->signer);
    struct tree_proof growth;
    if (!same_past(l, h, &last, "the signer's memory", e))
        return false;
    if (last.size >= h->signed_head.head.size)
        return true;
    log_line(LOG_WARN, "ledger", "the signer's memory is older than the log: it takes over the newest signed head");
    return tree_consistency(l->store, l->number, last.size, h->signed_head.head.size, &growth, e) &&
           signer_learn(l->signer, h->signed_head.note, &growth, e);
}

/* Opens the key and sees whether it is this log's. Not usable, with `why`: only a successor can go on. */
static bool key_settle(struct ledger *l, bool *usable, struct err *why, struct err *e)
{
    char next[ORIGIN_MAX + 28];
    *usable = false;
    if (!signer_open(l->keys_dir, SIGNER_NOW, &l->signer, why)) {
        if (why->code == ERR_NOT_FOUND)
            return true;
        *e = *why;
        return false;
    }
    const char *name = signer_key(l->signer)->name;
    log_name(l->config.origin, l->number + 1, next);
    *usable = strcmp(name, l->origin) == 0;
    if (*usable)
        return true;
    if (strcmp(name, next) == 0) {
        err_set(why, ERR_STATE, "a successor log was begun and not finished");
        return true;
    }
    return err_set(e, ERR_STATE,
                   "DIR/keys holds the key of the log %s, and by the settings this is %s: set the origin right, or "
                   "restore the keys of this archive",
                   name, l->origin);
}

/* The rows, the folder and the memory of a log whose key is there. `lost` is set when the memory knows more than both.
 */
static bool compare_all(struct ledger *l, struct arena *a, struct heads *h, bool *lost, struct err *why, struct err *e)
{
    struct signed_row published;
    if (!published_head(l, h, a, &published, e))
        return false;
    if (published.head.size > h->signed_head.head.size) {
        if (!import_published(l, h, &published, e) || !heads_need(l, a, h, e))
            return false;
    } else if (!same_past(l, h, &published.head, "DIR/log", e)) {
        return false;
    }
    struct tree_head last = signer_last(l->signer);
    *lost = last.size > h->log.size;
    if (*lost) {
        err_set(why, ERR_STATE, "the signer has signed %llu entries, but the store and DIR/log hold only %llu",
                ULL(last.size), ULL(h->log.size));
        return true;
    }
    return memory_settle(l, h, e) && rewind_published(l, h, &published, e);
}

bool settle(struct ledger *l, struct err *e)
{
    struct heads h;
    struct err why = {.lang = e->lang};
    bool usable = false, lost = true;
    struct arena *a CLEANUP(arena_free) = arena_new(8u << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory opening the log");
    if (!heads_need(l, a, &h, e))
        return false;
    l->number = h.log.number;
    log_name(l->config.origin, l->number, l->origin);
    if (!key_settle(l, &usable, &why, e) || (usable && !compare_all(l, a, &h, &lost, &why, e)))
        return false;
    if (!lost)
        return true;
    if (!l->config.successor)
        return err_set(e, ERR_STATE, "%s. %s", why.text, tr(e->lang, lost_advice));
    log_line(LOG_WARN, "ledger", "beginning a successor log: %s", why.text);
    return successor_begin(l, &h, e);
}
