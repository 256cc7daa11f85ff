/* conf_named.c: what the office publishes, as versions: many documents a kind, each with a name. T_CONF holds them
 * under kind NUL name NUL sequence. All versions of a name are one object of the ledger and its events are their
 * numbers, so that the log is the document's history. A list comes in one verb: a set is never half there. Fails:
 * ERR_INVALID for a name or a text that cannot be one; ERR_STATE when a version would begin before the one it follows;
 * else with the store. */
#include "law.h"

#include <string.h>

#define NAME_MAX_BYTES 96u
#define TEXT_MAX_BYTES (1u << 20)
#define PUBLISH_ARENA  (64u << 20)

struct publish_job {
    struct archive *a;
    const struct conf_publication *list;
    size_t n;
    const struct actor *who;
    struct str *sha256; /* of each text */
    uint64_t changed;
};

/* ---------------------------------------------------------------- keys and rows */

static struct row_key name_key(enum conf_kind k, struct str name)
{
    return rk_text(rk_text(ROW_KEY_EMPTY, str_of(conf_kind_name(k))), name);
}

static struct row_key version_key(enum conf_kind k, struct str name, uint32_t sequence)
{
    struct row_key key = name_key(k, name);
    for (int shift = 24; shift >= 0; shift -= 8) {
        key = rk_u8(key, (uint8_t)(sequence >> shift));
    }
    return key;
}

static bool read_key(struct bytes key, struct str *name, uint32_t *sequence)
{
    struct reader r = reader_of(key);
    (void)rd_text(&r); /* the kind, by which was walked */
    *name = rd_text(&r);
    *sequence = rd_be32(&r);
    return rd_done(&r);
}

struct newest {
    struct arena *ar;
    struct conf_row *row;
    uint32_t sequence;
    bool found;
};

static bool newest_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct newest *w = ctx;
    struct str name;
    struct bytes copy = arena_bytes(w->ar, val);
    if (!read_key(key, &name, &w->sequence)) {
        return err_set(e, ERR_CORRUPT, "a key of the published documents is damaged");
    }
    if (copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    w->found = conf_row_decode(copy, w->ar, w->row, e);
    return false; /* one is enough: without a reason in e this is a wanted stop */
}

bool conf_newest(struct txn *t, enum conf_kind k, struct str name, struct arena *ar, struct conf_row *out,
                 uint32_t *sequence, struct err *e)
{
    struct row_key prefix = name_key(k, name);
    struct newest w = {.ar = ar, .row = out};
    if (!store_walk(t, (struct store_range){.table = T_CONF, .prefix = rk_bytes(&prefix), .reverse = true}, newest_each,
                    &w, e)) {
        return false;
    }
    *sequence = w.found ? w.sequence : 0;
    return true;
}

/* ---------------------------------------------------------------- the verb */

static bool check_document(const struct conf_publication *d, struct err *e)
{
    bool named = (size_t)d->kind >= CONF_LAW_COUNT && (size_t)d->kind < CONF_KIND_COUNT;
    bool good = d->name.n > 0 && d->name.n <= NAME_MAX_BYTES;
    for (size_t i = 0; good && i < d->name.n; i++) {
        char c = d->name.p[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    }
    if (!named) {
        return err_field(e, ERR_INVALID, "kind", "%s is law and not a published document", conf_kind_name(d->kind));
    }
    if (!good) {
        return err_field(e, ERR_INVALID, "name",
                         "the name of a published document has small letters, digits, dots and hyphens, at most %u",
                         NAME_MAX_BYTES);
    }
    int n = (int)d->name.n;
    if (day_is_none(d->valid_from)) {
        return err_field(e, ERR_INVALID, "valid-from", "%.*s does not say from which day it is valid", n, d->name.p);
    }
    if (d->text.n > TEXT_MAX_BYTES) {
        return err_field(e, ERR_TOO_BIG, "text", "%.*s is longer than 1 MiB", n, d->name.p);
    }
    bool text = d->text.n > 0 && utf8_valid(d->text) && memchr(d->text.p, 0, d->text.n) == NULL;
    return text || err_field(e, ERR_INVALID, "text", "%.*s is empty or not UTF-8 text", n, d->name.p);
}

static bool write_version_entry(struct txn *t, struct publish_job *p, const struct conf_publication *d,
                                const struct conf_row *row, uint32_t sequence, struct arena *ar, struct err *e)
{
    char day[DAY_TEXT_SIZE];
    struct event_ready ready;
    uint64_t index;
    day_text(row->valid_from, day);
    struct str size = arena_fmt(ar, "%zu", d->text.n);
    struct str digest = arena_fmt(ar, "sha256:%.*s", (int)row->sha256.n, row->sha256.p);
    if (size.p == NULL || digest.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct event ev = {.type = E_CONF,
                       .object = &row->id,
                       .event = sequence,
                       .who = p->who,
                       .lines = {{"document", str_of(conf_kind_name(d->kind))},
                                 {"name", d->name},
                                 {"valid-from", str_of(day)},
                                 {"digest", digest},
                                 {"size", size}},
                       .line_count = 5};
    return event_prepare(&ev, NULL, ar, &ready, e) && event_write(t, p->a, &ready, &index, e);
}

/* After a restore the log may know versions that the rows have lost: their numbers are not given again. */
static bool next_sequence(struct txn *t, const struct id *object, uint32_t newest, uint32_t *out, struct err *e)
{
    uint32_t told;
    if (!ledger_last_event(t, object, &told, e)) {
        return false;
    }
    *out = (told > newest ? told : newest) + 1;
    return true;
}

static bool publish_one(struct txn *t, struct publish_job *p, size_t i, struct arena *ar, struct err *e)
{
    const struct conf_publication *d = &p->list[i];
    struct conf_row old = {.valid_from = DAY_NONE};
    struct conf_row row = {.valid_from = d->valid_from,
                           .imported = clock_now(p->a->clock),
                           .sha256 = p->sha256[i],
                           .text = bytes_of(d->text)};
    uint32_t newest, sequence = 1;
    struct buf val CLEANUP(buf_free) = BUF_INIT(TEXT_MAX_BYTES + 1024);
    if (!conf_newest(t, d->kind, d->name, ar, &old, &newest, e)) {
        return false;
    }
    if (newest > 0 && str_eq(old.sha256, row.sha256)) {
        return true;
    }
    if (newest > 0 && old.valid_from.n > row.valid_from.n) {
        char was[DAY_TEXT_SIZE];
        day_text(old.valid_from, was);
        return err_set(e, ERR_STATE, "a version of %.*s is valid from %s already; a newer one cannot begin before it",
                       (int)d->name.n, d->name.p, was);
    }
    id_random(&row.id);
    if (newest > 0) {
        row.id = old.id;
        if (!next_sequence(t, &row.id, newest, &sequence, e)) {
            return false;
        }
    }
    struct row_key key = version_key(d->kind, d->name, sequence);
    p->changed++;
    return conf_row_encode(&row, &val, e) && store_insert(t, T_CONF, rk_bytes(&key), buf_bytes(&val), e) &&
           write_version_entry(t, p, d, &row, sequence, ar, e);
}

static bool publish_fn(struct txn *t, void *ctx, struct err *e)
{
    struct publish_job *p = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(PUBLISH_ARENA);
    p->changed = 0;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < p->n; i++) {
        arena_reset(ar);
        if (!publish_one(t, p, i, ar, e)) {
            return false;
        }
    }
    return true;
}

bool conf_publish(struct archive *a, const struct conf_publication *list, size_t n, const struct actor *who,
                  uint64_t *changed, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(16u << 20);
    struct publish_job p = {.a = a, .list = list, .n = n, .who = who};
    p.sha256 = ar == NULL ? NULL : arena_alloc(ar, (n + 1) * sizeof *p.sha256);
    if (p.sha256 == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        uint8_t digest[SHA256_SIZE];
        char hex[2 * SHA256_SIZE + 1];
        if (!check_document(&list[i], e)) {
            return false;
        }
        sha256_of(bytes_of(list[i].text), digest);
        hex_encode((struct bytes){digest, sizeof digest}, hex);
        p.sha256[i] = arena_str(ar, str_of(hex));
        if (p.sha256[i].p == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
    }
    if (!store_write(a->store, publish_fn, &p, e)) {
        return false;
    }
    a->conf_generation++;
    if (changed != NULL) {
        *changed = p.changed;
    }
    return true;
}

uint64_t conf_generation(const struct archive *a)
{
    return a->conf_generation;
}

/* ---------------------------------------------------------------- reading */

struct version_walk {
    struct txn *t;
    enum conf_kind kind;
    conf_version_each each;
    void *ctx;
    struct arena *ar;
};

static bool version_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct version_walk *w = ctx;
    struct conf_version v = {.kind = w->kind};
    struct conf_row row;
    struct err why;
    arena_reset(w->ar);
    if (!read_key(key, &v.name, &v.sequence)) {
        return err_set(e, ERR_CORRUPT, "a key of the published documents is damaged");
    }
    err_init(&why, e->lang);
    if (!conf_row_decode(val, w->ar, &row, &why) && (why.code != ERR_CORRUPT || row.sha256.n == 0)) {
        *e = why;
        return false; /* a text alone that is damaged comes as an empty one, which no digest fits */
    }
    err_init(&why, e->lang);
    if (!ledger_find(w->t, &row.id, v.sequence, &v.entry, &why)) {
        if (why.code != ERR_NOT_FOUND) {
            *e = why;
            return false;
        }
        v.entry = CONF_ENTRY_NONE; /* the doctor says so; the text is there */
    }
    v.id = row.id;
    v.valid_from = row.valid_from;
    v.imported = row.imported;
    v.sha256 = row.sha256;
    v.text = row.text;
    return w->each(&v, w->ctx, e);
}

bool conf_versions(struct txn *t, enum conf_kind k, struct str name, conf_version_each each, void *ctx, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20);
    struct row_key prefix = name.n > 0 ? name_key(k, name) : rk_text(ROW_KEY_EMPTY, str_of(conf_kind_name(k)));
    struct version_walk w = {.t = t, .kind = k, .each = each, .ctx = ctx, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if ((size_t)k < CONF_LAW_COUNT || (size_t)k >= CONF_KIND_COUNT) {
        return err_set(e, ERR_INVALID, "%s is law and not a published document", conf_kind_name(k));
    }
    return store_walk(t, (struct store_range){.table = T_CONF, .prefix = rk_bytes(&prefix)}, version_each, &w, e);
}
