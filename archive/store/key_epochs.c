/* key_epochs.c: turning the epoch of the key-encryption key.
 *
 * A new key file is durable before anything is wrapped under it, and in force from then on: key_put wraps anew what a
 * verb brings along from before. Then all rows of T_KEY follow, some hundred in a verb, while others write; a last walk
 * proves that each opens under the new key. The old key file stays and is destroyed by a step of its own, which refuses
 * while any row needs it or while no copy of the new one exists. So an interruption at any point leaves every key
 * readable, and the next turn goes on with this one. Fails with the store; ERR_CORRUPT names a row that does not open.
 */
#include "store_internal.h"

#include <string.h>

#define KEYS_A_VERB 500u
#define FIRST_EPOCH 1u /* init says that its key is to be copied, and nothing is noted of it */
#define COPIED_FILE "copied"

/* ---- walking the table of keys in pieces */

struct key_walk {
    struct store *s;
    struct id last;
    bool begun, more;
    unsigned seen;
    struct id ids[KEYS_A_VERB];
    struct wrapped_key keys[KEYS_A_VERB];
    size_t n;
};

static bool collect(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct key_walk *w = ctx;
    if (key.n != sizeof w->last.b || val.n != sizeof w->keys[0].b) {
        return err_set(e, ERR_CORRUPT, "a row of the table of keys has a wrong size; akta doctor names it");
    }
    if (w->begun && memcmp(key.p, w->last.b, key.n) == 0) {
        return true;
    }
    if (w->n == KEYS_A_VERB) {
        w->more = true;
        return false;
    }
    memcpy(w->ids[w->n].b, key.p, key.n);
    memcpy(w->keys[w->n++].b, val.p, val.n);
    return true;
}

static bool piece_fn(struct txn *t, void *ctx, struct err *e)
{
    struct key_walk *w = ctx;
    struct id from = w->last;
    w->n = 0;
    w->more = false;
    return store_walk(
        t, (struct store_range){.table = T_KEY, .from = w->begun ? id_bytes(&from) : (struct bytes){NULL, 0}}, collect,
        w, e);
}

/* The next piece; *more is false when there is none. */
static bool next_piece(struct key_walk *w, bool *more, struct err *e)
{
    if (w->begun && !w->more) {
        *more = false;
        return true;
    }
    if (!store_read(w->s, piece_fn, w, e)) {
        return false;
    }
    *more = w->n > 0;
    if (w->n > 0) {
        w->last = w->ids[w->n - 1];
        w->begun = true;
    }
    return true;
}

/* Calls `each` for every piece. */
static bool walk_keys(struct store *s, bool (*each)(struct key_walk *w, void *ctx, struct err *e), void *ctx,
                      struct err *e)
{
    struct key_walk *w = mem_zalloc(sizeof *w);
    bool more = true, ok = w != NULL || err_set(e, ERR_MEMORY, "out of memory");
    if (ok) {
        w->s = s;
    }
    while (ok && more) {
        ok = next_piece(w, &more, e) && (!more || each(w, ctx, e));
    }
    if (w) {
        explicit_bzero(w->keys, sizeof w->keys);
    }
    mem_free(w);
    return ok;
}

/* ---- counting */

struct counting {
    struct key_epoch_figures *list;
    size_t n;
    uint64_t keyless; /* rows of an epoch that has no key file */
};

static bool count_piece(struct key_walk *w, void *ctx, struct err *e)
{
    struct counting *c = ctx;
    (void)e;
    for (size_t i = 0; i < w->n; i++) {
        size_t k = 0;
        while (k < c->n && c->list[k].epoch != wrapped_epoch(&w->keys[i])) {
            k++;
        }
        if (k < c->n) {
            c->list[k].keys++;
        } else {
            c->keyless++;
        }
    }
    return true;
}

/* A new key file must never take the number of one that is only missing. */
static bool none_is_missing(const struct counting *c, struct err *e)
{
    return c->keyless == 0 ||
           err_set(e, ERR_CORRUPT,
                   "%lu keys are wrapped in an epoch whose key file is gone; put back the copy that the "
                   "custodians keep",
                   (unsigned long)c->keyless);
}

bool keys_figures(struct store *s, struct key_epoch_figures out[KEY_EPOCHS_MAX], size_t *n, struct err *e)
{
    uint32_t epochs[KEY_EPOCHS_MAX], newest = key_epoch(s);
    struct counting c = {.list = out, .n = keyring_epochs(s->keys, epochs)};
    for (size_t i = 0; i < c.n; i++) {
        out[i] = (struct key_epoch_figures){.epoch = epochs[i], .newest = epochs[i] == newest};
    }
    for (size_t i = 1; i < c.n; i++) { /* a handful, in the order of the folder */
        for (size_t k = i; k > 0 && out[k].epoch < out[k - 1].epoch; k--) {
            struct key_epoch_figures f = out[k];
            out[k] = out[k - 1];
            out[k - 1] = f;
        }
    }
    *n = c.n;
    return walk_keys(s, count_piece, &c, e) && none_is_missing(&c, e);
}

/* ---- turning */

struct turning {
    struct store *s;
    struct key_turn *out;
    struct progress *p;
    uint64_t done, total;
    struct digest *objects;
    const struct key_walk *piece; /* for the verb */
};

static bool wrap_one(struct txn *t, const struct id *object, struct arena *a, struct err *e)
{
    struct bytes row;
    struct wrapped_key w;
    bool found;
    if (!store_find(t, T_KEY, id_bytes(object), a, &row, &found, e)) {
        return false;
    }
    if (!found) {
        return true; /* destroyed meanwhile */
    }
    if (row.n != sizeof w.b) {
        return err_set(e, ERR_CORRUPT, "the wrapped key of an object has a wrong size");
    }
    memcpy(w.b, row.p, sizeof w.b);
    if (wrapped_epoch(&w) == key_epoch(t->store) || key_put(t, object, &w, e)) {
        return true;
    }
    char text[33];
    id_text(*object, text);
    return err_wrap(e, "the key of object %s; akta doctor tells how to mend it", text);
}

static bool wrap_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct key_walk *w = ((const struct turning *)ctx)->piece;
    CLEANUP(arena_free) struct arena *a = arena_new(KEYS_A_VERB * 256u);
    for (size_t i = 0; i < w->n; i++) {
        if (!a || !wrap_one(t, &w->ids[i], a, e)) {
            return a ? false : err_set(e, ERR_MEMORY, "out of memory");
        }
    }
    return true;
}

static bool go_on(struct turning *t, size_t n, const char *what, struct err *e)
{
    t->done += n;
    if (t->p && t->p->step) {
        t->p->step(t->p, t->done, t->total, what);
    }
    if (t->p && t->p->stop && t->p->stop(t->p)) {
        return err_set(e, ERR_INTERRUPTED,
                       "stopped: %lu of %lu keys are wrapped anew, and all can be read; akta keys rotate goes on",
                       (unsigned long)t->done, (unsigned long)t->total);
    }
    return true;
}

static bool wrap_piece(struct key_walk *w, void *ctx, struct err *e)
{
    struct turning *t = ctx;
    uint32_t newest = key_epoch(t->s);
    bool any = false;
    for (size_t i = 0; i < w->n; i++) {
        any = any || wrapped_epoch(&w->keys[i]) != newest;
    }
    t->piece = w;
    return (!any || store_write(t->s, wrap_fn, t, e)) && go_on(t, w->n, N_("keys"), e);
}

static bool prove_piece(struct key_walk *w, void *ctx, struct err *e)
{
    struct turning *t = ctx;
    struct key plain CLEANUP(key_wipe) = {{0}};
    char text[33];
    for (size_t i = 0; i < w->n; i++) {
        if (wrapped_epoch(&w->keys[i]) != t->out->to || !key_unwrap(t->s, &w->ids[i], &w->keys[i], &plain, e)) {
            id_text(w->ids[i], text);
            return err_set(e, ERR_CORRUPT, "the key of object %s does not open under the new key; akta doctor", text);
        }
        digest_add(t->objects, id_bytes(&w->ids[i]));
        t->out->carried++;
    }
    return true;
}

/* Is there a turn to go on with? Else the new key comes into force. */
static bool begin_turn(struct turning *t, struct err *e)
{
    struct key_epoch_figures f[KEY_EPOCHS_MAX];
    size_t n = 0;
    if (!keys_figures(t->s, f, &n, e)) {
        return false;
    }
    t->out->from = t->out->to = key_epoch(t->s);
    bool unfinished = false;
    for (size_t i = 0; i < n; i++) {
        t->total += f[i].keys;
        if (!f[i].newest && f[i].keys > 0) {
            t->out->from = unfinished && t->out->from > f[i].epoch ? t->out->from : f[i].epoch;
            unfinished = true;
        }
    }
    if (unfinished) {
        return true;
    }
    t->out->to = t->out->from + 1;
    return keyring_add(t->s->keys, t->s->keys_fd, t->out->to, e);
}

bool keys_turn(struct store *s, struct key_turn *out, struct progress *p, struct err *e)
{
    struct turning t = {.s = s, .out = out, .p = p, .objects = digest_new(DIGEST_SHA256)};
    *out = (struct key_turn){0};
    if (!t.objects) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!keyring_turning(s->keys, true)) {
        digest_free(&t.objects);
        return err_set(e, ERR_BUSY, "the keys are being turned already");
    }
    bool ok = begin_turn(&t, e) && walk_keys(s, wrap_piece, &t, e) && walk_keys(s, prove_piece, &t, e) &&
              keyring_name(s->keys, out->to, out->kek, e) && keys_export(s, e);
    if (ok) {
        digest_end(t.objects, out->objects);
    }
    digest_free(&t.objects);
    return keyring_turning(s->keys, false) && ok;
}

/* ---- copies, and the end of an epoch */

bool keys_note_copied(struct store *s, uint32_t epoch, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(32);
    if (epoch == FIRST_EPOCH) {
        return true;
    }
    buf_fmt(&text, "%u\n", epoch);
    return buf_ok(&text, e) && file_write_durable(s->keys_fd, COPIED_FILE, buf_bytes(&text), 0600, e);
}

bool keys_copied(const struct store *s)
{
    struct err none = ERR_INIT;
    struct bytes text;
    uint64_t epoch = 0;
    CLEANUP(arena_free) struct arena *a = arena_new(4096);
    if (key_epoch(s) == FIRST_EPOCH) {
        return true;
    }
    return a && file_read(s->keys_fd, COPIED_FILE, 32, a, &text, &none) && text.n > 1 &&
           parse_u64((struct str){(const char *)text.p, text.n - 1}, 1, UINT32_MAX, &epoch) && epoch == key_epoch(s);
}

static bool may_go(struct store *s, uint32_t epoch, struct err *e)
{
    struct key_epoch_figures f[KEY_EPOCHS_MAX];
    size_t n = 0, i = 0;
    if (!keys_figures(s, f, &n, e)) {
        return false;
    }
    while (i < n && f[i].epoch != epoch) {
        i++;
    }
    if (i == n) {
        return err_set(e, ERR_NOT_FOUND, "there is no key file of epoch %u", epoch);
    }
    if (f[i].newest) {
        return err_set(e, ERR_STATE, "epoch %u is the newest: all that is kept is read with its key", epoch);
    }
    if (f[i].keys > 0) {
        return err_set(e, ERR_STATE, "the key of epoch %u still wraps %lu keys; first akta keys rotate", epoch,
                       (unsigned long)f[i].keys);
    }
    return keys_copied(s) ||
           err_set(
               e, ERR_STATE,
               "the newest key was never copied, and the copies that exist could not open what it wraps; first akta "
               "backup --keys FOLDER");
}

bool keys_may_destroy(struct store *s, uint32_t epoch, struct err *e)
{
    if (!keyring_turning(s->keys, true)) {
        return err_set(e, ERR_BUSY, "the keys are being turned already");
    }
    bool ok = may_go(s, epoch, e);
    return keyring_turning(s->keys, false) && ok;
}

bool keys_destroy(struct store *s, uint32_t epoch, struct err *e)
{
    if (!keyring_turning(s->keys, true)) {
        return err_set(e, ERR_BUSY, "the keys are being turned already");
    }
    bool ok = may_go(s, epoch, e) && keys_export(s, e) && keyring_destroy(s->keys, s->keys_fd, epoch, e);
    return keyring_turning(s->keys, false) && ok;
}

bool keys_doctor(struct store *s, struct findings *f, struct err *e)
{
    struct key_epoch_figures figures[KEY_EPOCHS_MAX];
    uint64_t behind = 0;
    size_t n = 0;
    if (key_epoch(s) == FIRST_EPOCH) {
        return true; /* never turned: nothing to look for */
    }
    if (!keys_figures(s, figures, &n, e)) {
        bool damaged = e->code == ERR_CORRUPT; /* told with its row */
        if (damaged) {
            err_init(e, e->lang);
        }
        return damaged;
    }
    for (size_t i = 0; i < n; i++) {
        behind += figures[i].newest ? 0 : figures[i].keys;
    }
    if (behind > 0) {
        store_findings_add(f, "keys/", N_("akta keys rotate goes on with it"),
                           N_("the turning of the keys was interrupted: %lu keys are wrapped under an older one"),
                           (unsigned long)behind);
    }
    if (!keys_copied(s)) {
        store_findings_add(f, "keys/" COPIED_FILE,
                           N_("akta backup --keys FOLDER, and keep the folder apart from the backups"),
                           N_("no copy of the newest key-encryption key was made since the keys were turned"));
    }
    return true;
}
