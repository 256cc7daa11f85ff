/* signer.c: the log's key, and the memory of the last head it signed. Both lie in DIR/keys, outside the database and
 * its backups, so that a restored database cannot make this key sign a second history.
 *
 * Promises: the memory is durable before the signature leaves; what is signed grows from what was signed before, proved
 * by a consistency proof; the same head may be signed again (the signature is the same). It takes heads and proofs and
 * gives notes, and knows neither store nor published files, so that it can become a process of its own.
 *
 * The memory is five lines of text; the last is the SHA-256 of the others, so that a flipped bit is seen. */
#include "ledger_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define MEMORY_MAX 1024
#define NAME_SIZE  48
static const char memory_version[] = "akta-signer/v1";

struct signer {
    int keys;
    char key_file[NAME_SIZE], memory_file[NAME_SIZE];
    struct note_key key;
    struct sign_secret secret;
    struct tree_head last;
};

static void name_files(struct signer *s, const char *base)
{
    snprintf(s->key_file, NAME_SIZE, "%s.skey", base);
    snprintf(s->memory_file, NAME_SIZE, "%s.head", base);
}

/* ---------------------------------------------------------------- the memory */

static bool memory_text(const struct note_key *key, const struct tree_head *h, struct buf *out, struct err *e)
{
    char root[HASH_TEXT_SIZE], hex[2 * SHA256_SIZE + 1];
    uint8_t sum[SHA256_SIZE];
    hash_text(&h->root, root);
    buf_fmt(out, "%s\norigin %s\nsize %llu\nroot %s\n", memory_version, key->name, ULL(h->size), root);
    if (!buf_ok(out, e))
        return false;
    sha256_of(buf_bytes(out), sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    buf_fmt(out, "sha256 %s\n", hex);
    return buf_ok(out, e);
}

/* Reading is writing again and comparing: size and root are taken out, and all else must be as it would be written. */
static bool memory_parse(const struct signer *s, struct str text, struct tree_head *out, struct err *e)
{
    struct buf again CLEANUP(buf_free) = BUF_INIT(MEMORY_MAX);
    struct str rest = text, line, size, root;
    struct tree_head h = {0};
    bool ok = line_take(&rest, &line) && line_take(&rest, &line) && line_take(&rest, &size) &&
              line_take(&rest, &root) && prefix_take(&size, "size ") && parse_u64(size, 0, LOG_MASK, &h.size) &&
              prefix_take(&root, "root ") && hash_parse(root, &h.root);
    if (ok && !memory_text(&s->key, &h, &again, e))
        return false;
    if (!ok || !str_eq(buf_str(&again), text))
        return err_set(e, ERR_CORRUPT,
                       "DIR/keys/%s, the signer's memory, is damaged or of another log: restore it from the newest "
                       "backup of the keys",
                       s->memory_file);
    *out = h;
    return true;
}

static bool memory_read(const struct signer *s, struct tree_head *out, struct err *e)
{
    struct bytes text;
    struct arena *a CLEANUP(arena_free) = arena_new(2 * MEMORY_MAX);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading the signer's memory");
    if (file_read(s->keys, s->memory_file, MEMORY_MAX, a, &text, e))
        return memory_parse(s, str_of_bytes(text), out, e);
    if (e->code == ERR_NOT_FOUND)
        return err_set(e, ERR_NOT_FOUND,
                       "DIR/keys/%s, the signer's memory, is missing: restore it from the newest backup of the keys",
                       s->memory_file);
    return false;
}

static bool memory_write(const struct signer *s, const struct tree_head *h, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(MEMORY_MAX);
    return memory_text(&s->key, h, &text, e) && file_write_durable(s->keys, s->memory_file, buf_bytes(&text), 0600, e);
}

/* ---------------------------------------------------------------- the key */

static bool secret_line(const struct signer *s, char out[SKEY_TEXT_SIZE], size_t *n, struct err *e)
{
    int fd CLEANUP(fd_close) = disk_now()->openat(s->keys, s->key_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 && errno == ENOENT)
        return err_set(e, ERR_NOT_FOUND, "DIR/keys/%s, the log's key, is missing: restore it from a backup of the keys",
                       s->key_file);
    if (fd < 0)
        return err_errno(e, errno, "opening DIR/keys/%s", s->key_file);
    return fd_read_full(fd, out, SKEY_TEXT_SIZE, n, e) || err_wrap(e, "DIR/keys/%s", s->key_file);
}

static bool key_read(struct signer *s, struct err *e)
{
    char text[SKEY_TEXT_SIZE];
    size_t n = 0;
    if (!secret_line(s, text, &n, e))
        return false;
    bool ok = n > 0 && text[n - 1] == '\n' && note_skey_parse((struct str){text, n - 1}, &s->key, &s->secret, e);
    explicit_bzero(text, sizeof text);
    return ok || err_set(e, ERR_CORRUPT, "DIR/keys/%s, the log's key, is damaged: restore it from a backup of the keys",
                         s->key_file);
}

static bool key_write(const struct signer *s, struct err *e)
{
    char text[SKEY_TEXT_SIZE];
    bool ok = skey_format(&s->key, &s->secret, text, e);
    size_t n = ok ? strlen(text) : 0;
    if (ok && n + 1 < sizeof text) {
        text[n] = '\n';
        ok = file_write_durable(s->keys, s->key_file, (struct bytes){(const uint8_t *)text, n + 1}, 0600, e);
    }
    explicit_bzero(text, sizeof text);
    return ok;
}

bool signer_create(int keys, const char *origin, struct err *e)
{
    struct signer s = {.keys = keys};
    struct tree_head nothing = {0};
    name_files(&s, SIGNER_NOW);
    if (folder_exists(keys, s.key_file))
        return err_set(e, ERR_CONFLICT, "DIR/keys holds a log key already");
    merkle_empty(&nothing.root);
    random_bytes(s.secret.seed, sizeof s.secret.seed);
    /* The memory first: a key is not used without it, and a memory without its key is nothing. */
    bool ok = note_key_make(origin, &s.secret, &s.key, e) && memory_write(&s, &nothing, e) && key_write(&s, e);
    explicit_bzero(&s, sizeof s);
    return ok;
}

bool signer_open(int keys, const char *base, struct signer **out, struct err *e)
{
    struct signer *s = mem_zalloc(sizeof *s);
    if (s == NULL)
        return err_set(e, ERR_MEMORY, "out of memory opening the log's key");
    s->keys = keys;
    name_files(s, base);
    if (!key_read(s, e) || !memory_read(s, &s->last, e)) {
        signer_close(&s);
        return false;
    }
    *out = s;
    return true;
}

void signer_close(struct signer **s)
{
    if (*s == NULL)
        return;
    explicit_bzero(*s, sizeof **s);
    mem_free(*s);
    *s = NULL;
}

/* The key last: while it is in place, the retirement is not finished. What was put aside stays: a memory that stands
 * here beside it is the new log's, made by a beginning that was cut short before its key. */
bool signer_retire(int keys, const char *base, struct err *e)
{
    struct signer now = {.keys = keys}, then = {.keys = keys};
    name_files(&now, SIGNER_NOW);
    name_files(&then, base);
    const char *const from[] = {now.memory_file, now.key_file}, *const to[] = {then.memory_file, then.key_file};
    for (size_t i = 0; i < COUNT_OF(from); i++) {
        if (folder_exists(keys, from[i]) && !folder_exists(keys, to[i]) &&
            disk_now()->renameat(keys, from[i], keys, to[i]) != 0)
            return err_errno(e, errno, "renaming DIR/keys/%s to %s", from[i], to[i]);
    }
    return dir_sync(keys, e);
}

const struct note_key *signer_key(const struct signer *s)
{
    return &s->key;
}

struct tree_head signer_last(const struct signer *s)
{
    return s->last;
}

bool signer_recall(const struct signer *s, struct tree_head *out, struct err *e)
{
    return memory_read(s, out, e);
}

/* ---------------------------------------------------------------- signing */

static bool growth_ok(const struct signer *s, const struct tree_head *to, const struct tree_proof *growth,
                      struct err *e)
{
    struct err why = {.lang = e->lang};
    if (to->size < s->last.size)
        return err_set(e, ERR_CORRUPT,
                       "the signer has signed %llu entries and will not sign %llu: that would fork the log",
                       ULL(s->last.size), ULL(to->size));
    if (to->size == 0)
        return err_set(e, ERR_STATE, "an empty log is not signed");
    if (s->last.size == 0)
        return growth->n == 0 || err_set(e, ERR_INVALID, "growth from nothing needs no proof");
    if (merkle_verify_consistency(s->last.size, to->size, &s->last.root, &to->root, growth->hashes, growth->n, &why))
        return true;
    return err_set(e, ERR_CORRUPT, "the log of %llu entries contradicts the %llu entries signed before (%s)",
                   ULL(to->size), ULL(s->last.size), why.text);
}

static bool remember(struct signer *s, const struct tree_head *to, struct err *e)
{
    if (to->size == s->last.size && hash_equal(&to->root, &s->last.root))
        return true;
    if (!memory_write(s, to, e))
        return err_wrap(e, "remembering the signed head");
    s->last = *to;
    return true;
}

bool signer_sign(struct signer *s, const struct tree_head *to, const struct tree_proof *growth, struct buf *note,
                 struct err *e)
{
    struct buf body CLEANUP(buf_free) = BUF_INIT(1024);
    struct checkpoint c = {str_of(s->key.name), to->size, to->root};
    return growth_ok(s, to, growth, e) && checkpoint_body(&c, &body, e) && remember(s, to, e) &&
           note_sign(buf_str(&body), &s->key, &s->secret, note, e);
}

bool signer_learn(struct signer *s, struct str note, const struct tree_proof *growth, struct err *e)
{
    struct tree_head to;
    struct arena *a CLEANUP(arena_free) = arena_new(1 << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory reading a checkpoint");
    return checkpoint_open(note, &s->key, a, &to, e) && growth_ok(s, &to, growth, e) && remember(s, &to, e);
}
