/* keys.c: key-encryption keys, and the wrapping of object keys under them.
 *
 * DIR/keys/kek-N holds the key of epoch N as four lines that a person can copy by hand, the last one a digest of the
 * others. They are loaded into one locked, undumpable page and wiped at close; no key passes through a buffer or an
 * arena. Fails with the file's name; a key file that is missing makes its objects unreadable, never wrongly readable.
 */
#include "store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define EPOCHS_MAX  KEY_EPOCHS_MAX
#define LOCKED_SIZE 16384u
#define KEK_PREFIX  "kek-"

/* The text of a key file: every length is fixed. */
#define KEK_HEAD      "akta-kek 1\nepoch %08u\nkey "
#define KEK_HEAD_SIZE 30u
#define KEK_BODY_SIZE (KEK_HEAD_SIZE + 64u + 1u)
#define KEK_SUM       "sha256 "
#define KEK_SUM_SIZE  (sizeof KEK_SUM - 1)
#define KEK_SIZE      (KEK_BODY_SIZE + KEK_SUM_SIZE + 64u + 1u)

struct epoch {
    uint32_t number;
    struct key key;
};

struct keyring {
    size_t n;
    uint32_t newest;
    pthread_mutex_t lock;     /* guards the list */
    pthread_mutex_t rotation; /* held while the epoch is turned */
    struct epoch epochs[EPOCHS_MAX];
    char text[KEK_SIZE + 1]; /* a key file while it is read or written */
};
_Static_assert(sizeof(struct keyring) <= LOCKED_SIZE, "the ring fits its locked pages");

static struct keyring *ring_new(struct err *e)
{
    void *p = mmap(NULL, LOCKED_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        err_set(e, ERR_MEMORY, "out of memory");
        return NULL;
    }
    if (mlock(p, LOCKED_SIZE) != 0) {
        log_line(LOG_WARN, "store", "keys cannot be kept out of swap: raise the limit of locked memory");
    }
    (void)madvise(p, LOCKED_SIZE, MADV_DONTDUMP);
    struct keyring *k = p;
    pthread_mutex_init(&k->lock, NULL);
    pthread_mutex_init(&k->rotation, NULL);
    return k;
}

void keyring_close(struct keyring **kp)
{
    struct keyring *k = *kp;
    if (!k) {
        return;
    }
    for (size_t i = 0; i < k->n; i++) {
        key_wipe(&k->epochs[i].key);
    }
    pthread_mutex_destroy(&k->lock);
    pthread_mutex_destroy(&k->rotation);
    explicit_bzero(k, LOCKED_SIZE);
    munmap(k, LOCKED_SIZE);
    *kp = NULL;
}

/* ---- the file */

static void kek_digest(const char *text, char out[65])
{
    uint8_t sum[SHA256_SIZE];
    sha256_of((struct bytes){(const uint8_t *)text, KEK_BODY_SIZE}, sum);
    hex_encode((struct bytes){sum, sizeof sum}, out);
}

static void kek_print(char *text, uint32_t epoch, const struct key *key)
{
    snprintf(text, KEK_SIZE + 1, KEK_HEAD, epoch);
    hex_encode((struct bytes){key->b, sizeof key->b}, text + KEK_HEAD_SIZE);
    text[KEK_BODY_SIZE - 1] = '\n';
    memcpy(text + KEK_BODY_SIZE, KEK_SUM, KEK_SUM_SIZE);
    kek_digest(text, text + KEK_BODY_SIZE + KEK_SUM_SIZE);
    text[KEK_SIZE - 1] = '\n';
    text[KEK_SIZE] = '\0';
}

static bool kek_parse(const char *text, size_t n, uint32_t epoch, struct key *key)
{
    char head[KEK_HEAD_SIZE + 1], sum[65];
    if (n != KEK_SIZE) {
        return false;
    }
    snprintf(head, sizeof head, KEK_HEAD, epoch);
    kek_digest(text, sum);
    return memcmp(text, head, KEK_HEAD_SIZE) == 0 && text[KEK_BODY_SIZE - 1] == '\n' && text[KEK_SIZE - 1] == '\n' &&
           memcmp(text + KEK_BODY_SIZE, KEK_SUM, KEK_SUM_SIZE) == 0 &&
           equal_constant_time(text + KEK_BODY_SIZE + KEK_SUM_SIZE, sum, 64) &&
           hex_decode((struct str){text + KEK_HEAD_SIZE, 64}, key->b, sizeof key->b);
}

bool keyring_file(const char *name, uint32_t *epoch)
{
    uint32_t v = 0;
    if (strncmp(name, KEK_PREFIX, 4) != 0 || strlen(name) != 12) {
        return false;
    }
    for (const char *p = name + 4; *p; p++) {
        if (*p < '0' || *p > '9') {
            return false;
        }
        v = v * 10 + (uint32_t)(*p - '0');
    }
    *epoch = v;
    return v > 0;
}

/* What begins so is on its way in or out: a key file is whole under its name, or it is not there. */
#define KEK_PASSING ".kek-"
#define KEK_PART    KEK_PASSING "part"
#define KEK_GONE    KEK_PASSING "gone"

static bool kek_put(struct keyring *k, int keys_fd, struct err *e)
{
    CLEANUP(fd_close)
    int fd = disk_now()->openat(keys_fd, KEK_PART, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return err_errno(e, errno, "cannot make a key file in keys/");
    }
    if (!fd_write_full(fd, k->text, KEK_SIZE, e)) {
        return err_wrap(e, "keys/%s", KEK_PART);
    }
    if (disk_now()->fsync(fd) != 0) {
        fail_stop("a sync of a key file failed: %s", strerror(errno));
    }
    return true;
}

static bool kek_write(struct keyring *k, int keys_fd, const char *name, struct err *e)
{
    struct stat st;
    if (fstatat(keys_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT) {
        return err_set(e, ERR_CONFLICT, "the key file keys/%s is there already", name);
    }
    if (!kek_put(k, keys_fd, e)) {
        return false;
    }
    if (disk_now()->renameat(keys_fd, KEK_PART, keys_fd, name) != 0) {
        return err_errno(e, errno, "cannot make the key file keys/%s", name);
    }
    return dir_sync(keys_fd, e);
}

/* Written over before it goes; what the medium keeps of it is beyond a program. */
static bool kek_erase(int keys_fd, const char *name, struct err *e)
{
    static const char blank[KEK_SIZE] = {0};
    CLEANUP(fd_close) int fd = disk_now()->openat(keys_fd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0) {
        return err_errno(e, errno, "cannot open the key file keys/%s", name);
    }
    if (!fd_write_full(fd, blank, sizeof blank, e)) {
        return err_wrap(e, "keys/%s", name);
    }
    if (disk_now()->fsync(fd) != 0) {
        fail_stop("a sync of a key file failed: %s", strerror(errno));
    }
    if (disk_now()->unlinkat(keys_fd, name, 0) != 0) {
        return err_errno(e, errno, "cannot remove the key file keys/%s", name);
    }
    return dir_sync(keys_fd, e);
}

bool keyring_create(int keys_fd, uint32_t epoch, struct err *e)
{
    char name[16];
    CLEANUP(keyring_close) struct keyring *k = ring_new(e);
    if (!k) {
        return false;
    }
    snprintf(name, sizeof name, KEK_PREFIX "%08u", epoch);
    key_random(&k->epochs[0].key);
    kek_print(k->text, epoch, &k->epochs[0].key);
    k->n = 1;
    return kek_write(k, keys_fd, name, e);
}

static bool kek_load(struct keyring *k, int dir, const char *name, uint32_t number, struct epoch *out, struct err *e)
{
    size_t got = 0;
    CLEANUP(fd_close) int fd = disk_now()->openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0) {
        return err_errno(e, errno, "cannot open the key file keys/%s", name);
    }
    if (!fd_read_full(fd, k->text, sizeof k->text, &got, e)) {
        return err_wrap(e, "keys/%s", name);
    }
    bool good = kek_parse(k->text, got, number, &out->key);
    explicit_bzero(k->text, sizeof k->text);
    if (!good) {
        key_wipe(&out->key);
        return err_set(e, ERR_CORRUPT, "keys/%s is damaged; put back the copy that the custodians keep", name);
    }
    out->number = number;
    return true;
}

static bool has_room(const struct keyring *k, struct err *e)
{
    return k->n < EPOCHS_MAX ||
           err_set(e, ERR_STATE,
                   "keys/ holds %u key files; destroy those that wrap nothing any more: akta keys destroy", EPOCHS_MAX);
}

static bool load_number(struct keyring *k, int dir, const char *name, uint32_t number, struct err *e)
{
    if (!has_room(k, e)) {
        return false;
    }
    struct epoch *slot = &k->epochs[k->n];
    if (!kek_load(k, dir, name, number, slot, e)) {
        return false;
    }
    k->n++;
    k->newest = number > k->newest ? number : k->newest;
    return true;
}

static bool load_one(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    uint32_t number = 0;
    struct err trouble = {.lang = e->lang};
    if (!is_folder && strncmp(name, KEK_PASSING, sizeof KEK_PASSING - 1) == 0 && !kek_erase(dir, name, &trouble)) {
        log_line(LOG_WARN, "store", "a rest of a key file stays: %s", trouble.text); /* what a crash left */
    }
    return is_folder || !keyring_file(name, &number) || load_number(ctx, dir, name, number, e);
}

bool keyring_open(int keys_fd, struct keyring **out, struct err *e)
{
    CLEANUP(keyring_close) struct keyring *k = ring_new(e);
    if (!k || !dir_list(keys_fd, ".", load_one, k, e)) {
        return false;
    }
    if (k->n == 0) {
        return err_set(e, ERR_NOT_FOUND, "keys/ holds no key file kek-…; put back the copy that the custodians keep");
    }
    *out = k;
    k = NULL;
    return true;
}

static struct epoch *ring_find(struct keyring *k, uint32_t number)
{
    for (size_t i = 0; i < k->n; i++) {
        if (k->epochs[i].number == number) {
            return &k->epochs[i];
        }
    }
    return NULL;
}

bool keyring_has(struct keyring *k, uint32_t epoch)
{
    pthread_mutex_lock(&k->lock);
    bool has = ring_find(k, epoch) != NULL;
    pthread_mutex_unlock(&k->lock);
    return has;
}

/* ---- epochs that come and go while the store is open */

bool keyring_turning(struct keyring *k, bool begin)
{
    return begin ? pthread_mutex_trylock(&k->rotation) == 0 : pthread_mutex_unlock(&k->rotation) == 0;
}

size_t keyring_epochs(struct keyring *k, uint32_t out[KEY_EPOCHS_MAX])
{
    pthread_mutex_lock(&k->lock);
    size_t n = k->n;
    for (size_t i = 0; i < n; i++) {
        out[i] = k->epochs[i].number;
    }
    pthread_mutex_unlock(&k->lock);
    return n;
}

bool keyring_add(struct keyring *k, int keys_fd, uint32_t number, struct err *e)
{
    char name[16];
    snprintf(name, sizeof name, KEK_PREFIX "%08u", number);
    pthread_mutex_lock(&k->lock);
    bool ok = has_room(k, e) && keyring_create(keys_fd, number, e) && load_number(k, keys_fd, name, number, e);
    pthread_mutex_unlock(&k->lock);
    return ok;
}

/* Out of its name first: a key file that is half written over would keep the archive from opening. */
static bool kek_destroy(int keys_fd, const char *name, struct err *e)
{
    if (disk_now()->renameat(keys_fd, name, keys_fd, KEK_GONE) != 0) {
        return err_errno(e, errno, "cannot remove the key file keys/%s", name);
    }
    return dir_sync(keys_fd, e) && kek_erase(keys_fd, KEK_GONE, e);
}

bool keyring_destroy(struct keyring *k, int keys_fd, uint32_t number, struct err *e)
{
    char name[16];
    snprintf(name, sizeof name, KEK_PREFIX "%08u", number);
    pthread_mutex_lock(&k->lock);
    struct epoch *epoch = ring_find(k, number);
    bool ok = epoch && number != k->newest
                  ? kek_destroy(keys_fd, name, e)
                  : err_set(e, ERR_STATE, "the key file of epoch %u is in use, or there is none", number);
    if (ok) {
        key_wipe(&epoch->key);
        *epoch = k->epochs[--k->n];
        explicit_bzero(&k->epochs[k->n], sizeof k->epochs[k->n]);
    }
    pthread_mutex_unlock(&k->lock);
    return ok;
}

bool keyring_name(struct keyring *k, uint32_t number, uint8_t sha256[SHA256_SIZE], struct err *e)
{
    pthread_mutex_lock(&k->lock);
    const struct epoch *epoch = ring_find(k, number);
    if (epoch) {
        sha256_of2(bytes_of(STR("kek\n")), (struct bytes){epoch->key.b, sizeof epoch->key.b}, sha256);
    }
    pthread_mutex_unlock(&k->lock);
    return epoch || err_set(e, ERR_NOT_FOUND, "there is no key file of epoch %u", number);
}

struct ring_check {
    struct keyring *k;
    struct findings *f;
    unsigned seen;
};

static bool check_one(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    struct ring_check *c = ctx;
    char place[300];
    uint32_t number = 0;
    if (is_folder || !keyring_file(name, &number)) {
        return true;
    }
    c->seen++;
    struct err fault = {.lang = e->lang};
    if (!kek_load(c->k, dir, name, number, &c->k->epochs[0], &fault)) {
        snprintf(place, sizeof place, "keys/%s", name);
        store_findings_add(c->f, place, N_("put back the copy that the custodians keep"), "%s", fault.text);
    }
    return true;
}

bool keyring_check(int keys_fd, struct findings *f, struct err *e)
{
    CLEANUP(keyring_close) struct keyring *k = ring_new(e);
    struct ring_check c = {k, f, 0};
    if (!k || !dir_list(keys_fd, ".", check_one, &c, e)) {
        return false;
    }
    if (c.seen == 0) {
        store_findings_add(f, "keys/", N_("put back the copy that the custodians keep"), N_("there is no key file"));
    }
    return true;
}

/* ---- a copy of keys/ */

struct copy_check {
    struct keyring *k; /* slot 0: of the copy, slot 1: ours */
    int ours;
    bool any, any_ours; /* sound key files there; and such as we have, too */
    bool other;
};

static bool compare_copied(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    struct copy_check *c = ctx;
    uint32_t number = 0;
    struct err why = {.lang = e->lang};
    struct epoch *there = &c->k->epochs[0], *here = &c->k->epochs[1];
    if (is_folder || !keyring_file(name, &number) || !kek_load(c->k, dir, name, number, there, &why)) {
        return true; /* a damaged one is mended by what comes over it */
    }
    c->any = true;
    if (kek_load(c->k, c->ours, name, number, here, &why)) {
        bool same = equal_constant_time(there->key.b, here->key.b, sizeof here->key.b);
        c->any_ours |= same;
        c->other |= !same;
    }
    return true;
}

bool keyring_copy_is_ours(int keys_fd, int copy_fd, struct err *e)
{
    CLEANUP(keyring_close) struct keyring *k = ring_new(e);
    struct copy_check c = {.k = k, .ours = keys_fd};
    if (!k) {
        return false;
    }
    k->n = 2; /* so that both are wiped */
    if (!dir_list(copy_fd, ".", compare_copied, &c, e)) {
        return false;
    }
    return (!c.other && c.any == c.any_ours) ||
           err_set(e, ERR_CONFLICT,
                   "the folder holds keys that are not this archive's, and they may be the only copy; name another "
                   "folder");
}

/* ---- wrapping */

#define WRAP_NONCE_AT 4u
#define WRAP_BOX_AT   (WRAP_NONCE_AT + SEAL_NONCE)

static void be32_put(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static uint32_t be32_get(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint32_t key_epoch(const struct store *s)
{
    pthread_mutex_lock(&s->keys->lock);
    uint32_t newest = s->keys->newest;
    pthread_mutex_unlock(&s->keys->lock);
    return newest;
}

uint32_t wrapped_epoch(const struct wrapped_key *w)
{
    return be32_get(w->b);
}

/* For one box, and wiped after it: the library keeps the key's schedule, which begins with the key, on the heap. */
static struct sealer *sealer_of(const struct epoch *epoch, struct err *e)
{
    struct sealer *s = sealer_new(&epoch->key);
    if (!s) {
        err_set(e, ERR_MEMORY, "out of memory");
    }
    return s;
}

/* The lock is held. */
static bool wrap_in(struct keyring *ring, const struct id *object, const struct key *k, struct wrapped_key *out,
                    struct err *e)
{
    struct epoch *epoch = ring_find(ring, ring->newest);
    if (!epoch) {
        return err_set(e, ERR_NOT_FOUND, "there is no key file to wrap keys under");
    }
    CLEANUP(sealer_free) struct sealer *s = sealer_of(epoch, e);
    be32_put(out->b, epoch->number);
    random_bytes(out->b + WRAP_NONCE_AT, SEAL_NONCE);
    return s && seal(s, out->b + WRAP_NONCE_AT, id_bytes(object), (struct bytes){k->b, sizeof k->b},
                     out->b + WRAP_BOX_AT, e);
}

bool key_wrap(const struct store *s, const struct id *object, const struct key *k, struct wrapped_key *out,
              struct err *e)
{
    pthread_mutex_lock(&s->keys->lock);
    bool ok = wrap_in(s->keys, object, k, out, e);
    pthread_mutex_unlock(&s->keys->lock);
    return ok;
}

/* The lock is held. */
static bool unwrap_in(struct keyring *ring, const struct id *object, const struct wrapped_key *w, struct key *out,
                      struct err *e)
{
    struct epoch *epoch = ring_find(ring, wrapped_epoch(w));
    if (!epoch) {
        return err_set(e, ERR_NOT_FOUND, "the key was wrapped in epoch %u, whose key file is gone", wrapped_epoch(w));
    }
    CLEANUP(sealer_free) struct sealer *s = sealer_of(epoch, e);
    if (!s) {
        return false;
    }
    return unseal(s, w->b + WRAP_NONCE_AT, id_bytes(object),
                  (struct bytes){w->b + WRAP_BOX_AT, sizeof w->b - WRAP_BOX_AT}, out->b, e) ||
           err_wrap(e, "a wrapped key is damaged");
}

bool key_unwrap(const struct store *s, const struct id *object, const struct wrapped_key *w, struct key *out,
                struct err *e)
{
    pthread_mutex_lock(&s->keys->lock);
    bool ok = unwrap_in(s->keys, object, w, out, e);
    pthread_mutex_unlock(&s->keys->lock);
    return ok;
}

bool key_rewrap(const struct store *s, const struct id *object, struct wrapped_key *w, struct err *e)
{
    struct key plain CLEANUP(key_wipe) = {{0}};
    struct wrapped_key fresh;
    pthread_mutex_lock(&s->keys->lock);
    bool ok = wrapped_epoch(w) == s->keys->newest;
    if (!ok && unwrap_in(s->keys, object, w, &plain, e) && wrap_in(s->keys, object, &plain, &fresh, e)) {
        *w = fresh;
        ok = true;
    }
    pthread_mutex_unlock(&s->keys->lock);
    return ok;
}

/* Wrapped before the verb, it may be of an epoch that was turned meanwhile and is to be destroyed. */
bool key_put(struct txn *t, const struct id *object, const struct wrapped_key *w, struct err *e)
{
    struct wrapped_key now = *w;
    return key_rewrap(t->store, object, &now, e) &&
           store_put(t, T_KEY, id_bytes(object), (struct bytes){now.b, sizeof now.b}, e);
}

bool key_get(struct txn *t, const struct store *s, const struct id *object, struct key *out, struct err *e)
{
    struct bytes row = {NULL, 0};
    struct wrapped_key w;
    bool found = false;
    CLEANUP(arena_free) struct arena *a = arena_new(4096);
    if (!a) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_find(t, T_KEY, id_bytes(object), a, &row, &found, e)) {
        return false;
    }
    if (!found) {
        return err_set(e, ERR_NOT_FOUND, "the key of this object was destroyed");
    }
    if (row.n != sizeof w.b) {
        return err_set(e, ERR_CORRUPT, "the wrapped key of an object has a wrong size");
    }
    memcpy(w.b, row.p, sizeof w.b);
    return key_unwrap(s, object, &w, out, e);
}
