/* restore.c: an archive out of a backup and the newest keys.
 *
 * Copies into an empty folder, proving each file against the manifest on the way, and takes from a backup of data and
 * from a copy of keys only what belongs into each: whoever can write to the one medium must not choose the keys.
 * Recovers the environment from its whole log; then brings the table of keys to the state of the key backup: its rows
 * win, and rows whose epoch has no key file any more (destroyed since) are dropped. The format line comes after all
 * that, so that a half-made folder never passes for an archive, whatever stops us: an ordinary start would not recover
 * from the whole log. */
#include "content_shelf.h"
#include "copy.h"
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEYS_A_VERB 500u

struct restore {
    int from, to;
    bool keys;
    struct progress *p;
    uint64_t done;
};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool is_env_file(const char *path)
{
    const char *name = path + 4;
    return strncmp(path, "env/", 4) == 0 && !strchr(name, '/') &&
           (ends_with(name, ".db") || strncmp(name, "log.", 4) == 0 || strcmp(name, "tables") == 0);
}

/* A content file of the manifest: ab/cdef… */
static bool is_content_file(const char *path)
{
    struct id name;
    bool temporary = true;
    char folder[3] = {0};
    return strlen(path) > 3 && path[2] == '/' && memcpy(folder, path, 2) &&
           content_path_parse(folder, path + 3, &name, &temporary) && !temporary;
}

static bool belongs(const struct restore *r, const struct backup_manifest_line *l)
{
    const char *p = l->path;
    if (r->keys) {
        return !l->is_content && !strchr(p, '/') && p[0] != '.';
    }
    if (l->is_content) {
        return is_content_file(p);
    }
    return strcmp(p, "akta.conf") == 0 || strncmp(p, "log/", 4) == 0 || is_env_file(p) ||
           (strncmp(p, "log-old-", 8) == 0 && strchr(p, '/'));
}

static bool put_back(void *ctx, const struct backup_manifest_line *l, struct err *e)
{
    struct restore *r = ctx;
    char path[560];
    uint8_t sum[SHA256_SIZE];
    uint64_t size = 0;
    if (!r->keys && strcmp(l->path, "format") == 0) {
        return dir_check_format(r->from, "the backup", e); /* written by us, last */
    }
    if (!belongs(r, l)) {
        return err_set(e, ERR_CORRUPT, "MANIFEST names %s, which no backup brings; use another backup", l->path);
    }
    snprintf(path, sizeof path, "%s%s", l->is_content ? "content/" : "", l->path);
    if (!store_make_parents(r->to, path, e) ||
        !store_copy_file(r->from, path, r->to, path, &size, l->is_content ? NULL : sum, e)) {
        return false;
    }
    if (size != l->size || (!l->is_content && memcmp(sum, l->sha256, sizeof sum) != 0)) {
        return err_set(e, ERR_CORRUPT, "%s in the backup is not what its manifest says; use another backup", path);
    }
    r->done++;
    if (r->p && r->p->step) {
        r->p->step(r->p, r->done, 0, N_("restore"));
    }
    if (r->p && r->p->stop && r->p->stop(r->p)) {
        return err_set(e, ERR_INTERRUPTED, "the restore was stopped; empty the folder and start again");
    }
    return true;
}

static bool lay_out(struct store *s, int from_data, int from_keys, struct progress *p, struct err *e)
{
    struct restore data = {.from = from_data, .to = s->dir_fd, .p = p};
    struct restore keys = {.from = from_keys, .to = s->keys_fd, .keys = true, .p = p};
    return manifest_walk(from_data, put_back, &data, e) && manifest_walk(from_keys, put_back, &keys, e) &&
           store_sync_all(s->dir_fd, N_("the restored archive"), e);
}

/* ---- keys */

struct key_pack {
    struct store *s;
    struct id id[KEYS_A_VERB];
    struct wrapped_key key[KEYS_A_VERB];
    size_t n;
};

static bool merge_one(struct txn *t, const struct key_pack *k, size_t i, struct arena *a, struct err *e)
{
    struct bytes have;
    struct wrapped_key old;
    bool found = false;
    if (!store_find(t, T_KEY, id_bytes(&k->id[i]), a, &have, &found, e)) {
        return false;
    }
    if (found && have.n == sizeof old.b) {
        memcpy(old.b, have.p, sizeof old.b);
        if (wrapped_epoch(&old) > wrapped_epoch(&k->key[i])) {
            return true;
        }
    }
    /* As it is: its epoch may have no key file any more, and then the row is dropped in the end. */
    return store_put(t, T_KEY, id_bytes(&k->id[i]), (struct bytes){k->key[i].b, sizeof k->key[i].b}, e);
}

static bool merge_pack(struct txn *t, void *ctx, struct err *e)
{
    const struct key_pack *k = ctx;
    CLEANUP(arena_free) struct arena *a = arena_new(KEYS_A_VERB * 256u);
    for (size_t i = 0; i < k->n; i++) {
        if (!a || !merge_one(t, k, i, a, e)) {
            return a ? false : err_set(e, ERR_MEMORY, "out of memory");
        }
    }
    return true;
}

static bool take_key(void *ctx, struct bytes key, struct bytes val, struct err *e)
{
    struct key_pack *k = ctx;
    if (key.n != sizeof k->id[0].b || val.n != sizeof k->key[0].b) {
        return err_set(e, ERR_CORRUPT, "the exported table of keys holds a row of a wrong size");
    }
    memcpy(k->id[k->n].b, key.p, key.n);
    memcpy(k->key[k->n].b, val.p, val.n);
    if (++k->n < KEYS_A_VERB) {
        return true;
    }
    bool ok = store_write(k->s, merge_pack, k, e);
    k->n = 0;
    return ok;
}

static bool merge_keys(struct store *s, struct key_pack *k, struct err *e)
{
    CLEANUP(fd_close) int fd = disk_now()->openat(s->keys_fd, "wrapped-keys", O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0) {
        return err_errno(e, errno, "cannot read wrapped-keys of the key backup");
    }
    k->s = s;
    return table_stream_read(T_KEY, fd, take_key, k, e) && (k->n == 0 || store_write(s, merge_pack, k, e));
}

struct dead_keys {
    struct store *s;
    struct id id[KEYS_A_VERB];
    size_t n;
    struct id last;
    bool more;
    unsigned seen;
    uint32_t newest; /* epoch that wraps a row of the backup */
};

static bool note_dead(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct dead_keys *d = ctx;
    struct wrapped_key w;
    (void)e;
    if (key.n != sizeof d->last.b || d->n == KEYS_A_VERB || d->seen == 4 * KEYS_A_VERB) {
        d->more = key.n == sizeof d->last.b;
        return false;
    }
    d->seen++;
    memcpy(d->last.b, key.p, key.n);
    memcpy(w.b, val.p, val.n < sizeof w.b ? val.n : sizeof w.b);
    if (val.n == sizeof w.b && wrapped_epoch(&w) > d->newest) {
        d->newest = wrapped_epoch(&w);
    }
    if (val.n == sizeof w.b && !keyring_has(d->s->keys, wrapped_epoch(&w))) {
        d->id[d->n++] = d->last;
    }
    return true;
}

static bool find_dead(struct txn *t, void *ctx, struct err *e)
{
    struct dead_keys *d = ctx;
    struct id from = d->last;
    d->n = d->seen = 0;
    d->more = false;
    struct store_range r = {.table = T_KEY, .from = id_is_zero(from) ? (struct bytes){NULL, 0} : id_bytes(&from)};
    return store_walk(t, r, note_dead, d, e);
}

static bool drop_dead(struct txn *t, void *ctx, struct err *e)
{
    const struct dead_keys *d = ctx;
    for (size_t i = 0; i < d->n; i++) {
        if (!store_delete(t, T_KEY, id_bytes(&d->id[i]), e) && e->code != ERR_NOT_FOUND) {
            return false;
        }
        *e = (struct err){.lang = e->lang};
    }
    return true;
}

/* Keys older than the backup would make everything look destroyed. */
static bool keys_are_newer(const struct dead_keys *d, struct err *e)
{
    return d->newest <= key_epoch(d->s) ||
           err_set(
               e, ERR_STATE,
               "the backup was made with the key of epoch %u, and the keys given end with epoch %u: restore with the "
               "newest copy of the keys",
               d->newest, key_epoch(d->s));
}

static bool drop_destroyed(struct store *s, struct dead_keys *d, struct err *e)
{
    d->s = s;
    do {
        if (!store_read(s, find_dead, d, e) || !keys_are_newer(d, e) ||
            (d->n > 0 && !store_write(s, drop_dead, d, e))) {
            return false;
        }
    } while (d->more);
    return true;
}

static bool settle_keys(const char *dir, struct err *e)
{
    struct store_config c = store_config_standard;
    c.dir = dir;
    c.ballast_bytes = c.floor_bytes = 0; /* the next opening sees to them */
    CLEANUP(store_close) struct store *s = NULL;
    if (!store_open_restored(&c, &s, e)) {
        return err_wrap(e, "recovering the restored archive");
    }
    struct key_pack *pack = mem_zalloc(sizeof *pack);
    struct dead_keys *dead = mem_zalloc(sizeof *dead);
    bool ok = pack && dead ? merge_keys(s, pack, e) && drop_destroyed(s, dead, e) &&
                                 keys_note_copied(s, key_epoch(s), e) && engine_checkpoint(s, e)
                           : err_set(e, ERR_MEMORY, "out of memory");
    mem_free(pack);
    mem_free(dead);
    return ok;
}

bool store_restore(int from_data, int from_keys, const char *dir, struct progress *p, struct err *e)
{
    struct store_config c = store_config_standard;
    c.dir = dir;
    if (!dir_make(AT_FDCWD, dir, 0700, e)) {
        return false;
    }
    struct store *s = store_new(&c, e);
    bool ok = s && dir_lay(s, e) && lay_out(s, from_data, from_keys, p, e);
    int dir_fd = ok ? fcntl(s->dir_fd, F_DUPFD_CLOEXEC, 0) : -1;
    store_close(&s);
    ok = ok && settle_keys(dir, e) && dir_seal(dir_fd, e);
    fd_close(&dir_fd);
    return ok;
}
