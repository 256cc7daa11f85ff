/* successor.c: a new log after the old one's published files were lost, or its key. The old files are put aside under
 * DIR/log-old-<n>, the old key and memory beside them in DIR/keys; the new log has a key and an origin of its own, and
 * its first entry names the old head. The store keeps the old log's rows: its entries are found and proved as before.
 *
 * Each step looks whether it was done, so that a beginning cut short goes on at the next start with --successor. */
#include "ledger_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct succession {
    struct ledger *l;
    uint32_t number;           /* of the new log */
    char old[32];              /* "log-old-1" */
    struct tree_head old_tree; /* all entries of the old log that the store has */
    struct tree_head signed_before;
    bool signed_known;
};

/* The entries that never were published lie in the old folder too, unsigned; the new log's first entry vouches for
 * them. */
static void publish_rest(const struct succession *s)
{
    struct err e = ERR_INIT;
    struct note_key key;
    struct signed_row head;
    struct arena *a CLEANUP(arena_free) = arena_new(4u << 20);
    if (a == NULL || !folder_key(s->l->log_dir, &key, &e) || !folder_checkpoint(s->l->log_dir, &key, a, &head, &e) ||
        head.head.size >= s->old_tree.size)
        return;
    if (!publish_files(s->l->store, s->number - 1, s->l->log_dir, head.head.size, s->old_tree.size, true, &e))
        log_line(LOG_WARN, "ledger", "the old log's last entries are only in the store: %s", e.text);
}

static bool put_folder_aside(struct succession *s, struct err *e)
{
    int top = store_dir_fd(s->l->store);
    if (folder_exists(top, s->old))
        return true;
    publish_rest(s);
    fd_close(&s->l->log_dir);
    if (disk_now()->renameat(top, "log", top, s->old) != 0)
        return err_errno(e, errno, "renaming DIR/log to DIR/%s", s->old);
    if (!dir_make(top, "log", 0755, e) || !dir_sync(top, e))
        return false;
    s->l->log_dir = disk_now()->openat(top, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    return s->l->log_dir >= 0 || err_errno(e, errno, "opening DIR/log");
}

static bool change_keys(struct succession *s, struct err *e)
{
    struct ledger *l = s->l;
    struct signer *old = NULL;
    struct err ignored = ERR_INIT;
    bool begun = l->signer != NULL && strcmp(signer_key(l->signer)->name, l->origin) == 0;
    signer_close(&l->signer);
    if (!begun && (!signer_retire(l->keys_dir, s->old, e) || !signer_create(l->keys_dir, l->origin, e)))
        return false;
    s->signed_known = signer_open(l->keys_dir, s->old, &old, &ignored);
    if (s->signed_known)
        s->signed_before = signer_last(old);
    signer_close(&old);
    return signer_open(l->keys_dir, SIGNER_NOW, &l->signer, e);
}

static bool first_entry(struct succession *s, const char *old_origin, struct err *e)
{
    char size[24], root[HASH_TEXT_SIZE], signed_size[24], signed_root[HASH_TEXT_SIZE];
    snprintf(size, sizeof size, "%llu", ULL(s->old_tree.size));
    snprintf(signed_size, sizeof signed_size, "%llu", ULL(s->signed_before.size));
    hash_text(&s->old_tree.root, root);
    hash_text(&s->signed_before.root, signed_root);
    const struct entry_line lines[] = {
        {"old-origin", str_of(old_origin)},   {"old-size", str_of(size)},           {"old-root", str_of(root)},
        {"signed-size", str_of(signed_size)}, {"signed-root", str_of(signed_root)},
    };
    return genesis_append(s->l, s->number, signer_key(s->l->signer), E_SUCCESSOR, lines,
                          COUNT_OF(lines) - (s->signed_known ? 0 : 2), e);
}

bool successor_begin(struct ledger *l, const struct heads *h, struct err *e)
{
    struct succession s = {.l = l, .number = h->log.number + 1, .old_tree = h->tree};
    char old_origin[sizeof l->origin];
    if (s.number >= UINT32_C(1) << 24)
        return err_set(e, ERR_FULL, "there are more successor logs than can be numbered");
    snprintf(s.old, sizeof s.old, "log-old-%u", s.number);
    log_name(l->config.origin, h->log.number, old_origin);
    log_name(l->config.origin, s.number, l->origin);
    if (!tree_grow(l->store, h->log.number, &s.old_tree, h->log.size, e) || !put_folder_aside(&s, e) ||
        !change_keys(&s, e) || !readme_write(l->log_dir, signer_key(l->signer), e) || !first_entry(&s, old_origin, e))
        return false;
    l->number = s.number;
    return true;
}
