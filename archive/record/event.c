/* event.c: what an object's ledger entry commits to. Makes the salted openings of an event, keeps their salts and
 * metadata lines sealed in T_OPENING under the object's key, and rebuilds the texts from them.
 *
 * Promises: the slow half (salts, texts, digests, sealing) needs no transaction; the quick half is one entry and one
 * put. The content opening is not kept: its text follows from the salt and the digests. Fails: ERR_CORRUPT when a box
 * was changed; ERR_NOT_FOUND when the key was destroyed. */
#include "record_internal.h"

#include <string.h>
#include <time.h>

#define BOX_VERSION  1
#define HAS_CONTENT  1u
#define HAS_METADATA 2u
#define LINES_MAX    16
#define TEXT_MAX     (64u * 1024)
#define AAD_SIZE     (7 + 16 + 4)
#define ID_TIME      8u

void object_event_key(const struct id *object, uint64_t event, uint8_t out[20])
{
    memcpy(out, object->b, sizeof object->b);
    for (int i = 0; i < 4; i++)
        out[16 + i] = (uint8_t)(event >> (24 - 8 * i));
}

void event_line(struct event *ev, const char *key, struct str value)
{
    if (value.n && ev->line_count < ENTRY_LINES_MAX)
        ev->lines[ev->line_count++] = (struct entry_line){key, value};
}

void event_meta(struct event *ev, const char *key, struct str value)
{
    if (value.n && ev->metadata_count < LINES_MAX)
        ev->metadata[ev->metadata_count++] = (struct entry_line){key, value};
}

/* Binds a box to its place: one event's opening cannot stand in for another's. */
static struct bytes box_place(const struct id *object, uint64_t event, uint8_t out[AAD_SIZE])
{
    memcpy(out, "opening", 7);
    object_event_key(object, event, out + 7);
    return (struct bytes){out, AAD_SIZE};
}

static bool content_text(const struct salt *salt, const struct id *object, uint64_t event, const struct digests *d,
                         uint64_t size, struct buf *out, struct err *e)
{
    char sha[2 * SHA256_SIZE + 1], blake[2 * BLAKE2B_SIZE + 1];
    hex_encode((struct bytes){d->sha256, SHA256_SIZE}, sha);
    hex_encode((struct bytes){d->blake2b, BLAKE2B_SIZE}, blake);
    struct buf value CLEANUP(buf_free) = BUF_INIT(512);
    buf_fmt(&value, "size %llu sha256:%s blake2b-512:%s", (unsigned long long)size, sha, blake);
    if (!buf_ok(&value, e))
        return false;
    struct entry_line line = {"content", buf_str(&value)};
    return opening_text(salt, object, (uint32_t)event, &line, 1, out, e);
}

bool opening_content_text(const struct opening_set *s, const struct id *object, uint64_t event,
                          const struct digests *content, uint64_t size, struct buf *out, struct err *e)
{
    return content_text(&s->content_salt, object, event, content, size, out, e);
}

bool opening_metadata_text(const struct opening_set *s, const struct id *object, uint64_t event, struct buf *out,
                           struct err *e)
{
    return opening_text(&s->metadata_salt, object, (uint32_t)event, s->lines, s->line_count, out, e);
}

/* The keys of metadata that nearly every record has, as one byte in a box. The table only ever grows; 0 is any other.
 */
static const char *const usual_keys[] = {NULL,    "title", "name",       "origin",     "access",
                                         "dated", "shelf", "media-type", "accessioned"};

static uint8_t usual_key(struct str key)
{
    for (size_t i = 1; i < COUNT_OF(usual_keys); i++)
        if (str_is(key, usual_keys[i]))
            return (uint8_t)i;
    return 0;
}

static void add_line(struct buf *out, const struct entry_line *line)
{
    struct str key = str_of(line->key);
    uint8_t usual = usual_key(key);
    buf_add_u8(out, usual);
    if (usual == 0) {
        buf_add_u8(out, (uint8_t)key.n);
        buf_add_str(out, key);
    }
    buf_add_length(out, line->value.n);
    buf_add_str(out, line->value);
}

/* version, flags, salts, then the metadata lines: what the box holds in plain form. */
static bool set_encode(const struct opening_set *s, struct buf *out, struct err *e)
{
    buf_add_u8(out, BOX_VERSION);
    buf_add_u8(out, (uint8_t)((s->has_content ? HAS_CONTENT : 0) | (s->has_metadata ? HAS_METADATA : 0)));
    if (s->has_content)
        buf_add(out, s->content_salt.b, sizeof s->content_salt.b);
    if (s->has_metadata) {
        buf_add(out, s->metadata_salt.b, sizeof s->metadata_salt.b);
        buf_add_u8(out, (uint8_t)s->line_count);
        for (size_t i = 0; i < s->line_count; i++)
            add_line(out, &s->lines[i]);
    }
    return buf_ok(out, e);
}

static void take_salt(struct reader *r, struct salt *out)
{
    struct bytes b = rd_bytes(r, sizeof out->b);
    if (!r->failed)
        memcpy(out->b, b.p, sizeof out->b);
}

static bool take_line(struct reader *r, struct arena *ar, struct entry_line *line)
{
    uint8_t usual = rd_u8(r);
    if (r->failed || usual >= COUNT_OF(usual_keys))
        return false;
    line->key = usual ? usual_keys[usual] : arena_str(ar, str_of_bytes(rd_bytes(r, rd_u8(r)))).p;
    line->value = str_of_bytes(rd_bytes(r, rd_length(r)));
    return line->key && !r->failed;
}

static bool take_lines(struct reader *r, struct arena *ar, struct opening_set *s)
{
    s->line_count = rd_u8(r);
    if (s->line_count > LINES_MAX)
        return false;
    for (size_t i = 0; i < s->line_count; i++)
        if (!take_line(r, ar, &s->lines[i]))
            return false;
    return !r->failed;
}

bool opening_unseal(struct bytes box, const struct id *object, uint64_t event, const struct key *key, struct arena *ar,
                    struct opening_set *out, struct err *e)
{
    uint8_t place[AAD_SIZE];
    struct buf plain CLEANUP(buf_free) = BUF_INIT(TEXT_MAX);
    if (!unseal_box(key, box_place(object, event, place), box, &plain, e))
        return err_wrap(e, "opening of event %llu", (unsigned long long)event);
    struct bytes copy = arena_bytes(ar, buf_bytes(&plain));
    if (!copy.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    struct reader r = reader_of(copy);
    struct opening_set s = {0};
    uint8_t version = rd_u8(&r), flags = rd_u8(&r);
    s.has_content = flags & HAS_CONTENT;
    s.has_metadata = flags & HAS_METADATA;
    if (s.has_content)
        take_salt(&r, &s.content_salt);
    if (version != BOX_VERSION || (flags & ~(HAS_CONTENT | HAS_METADATA)) != 0)
        return err_set(e, ERR_UNSUPPORTED, "the opening of event %llu has a form this program does not know",
                       (unsigned long long)event);
    if (s.has_metadata) {
        take_salt(&r, &s.metadata_salt);
        if (!take_lines(&r, ar, &s))
            return err_set(e, ERR_CORRUPT, "the opening of event %llu is damaged", (unsigned long long)event);
    }
    if (!rd_done(&r))
        return err_set(e, ERR_CORRUPT, "the opening of event %llu is damaged", (unsigned long long)event);
    *out = s;
    return true;
}

static bool seal_set(const struct opening_set *s, const struct event *in, const struct key *key, struct arena *ar,
                     struct bytes *out, struct err *e)
{
    uint8_t place[AAD_SIZE];
    struct buf plain CLEANUP(buf_free) = BUF_INIT(TEXT_MAX);
    struct buf box CLEANUP(buf_free) = BUF_INIT(TEXT_MAX + SEAL_BOX_OVERHEAD);
    if (!set_encode(s, &plain, e) ||
        !seal_box(key, box_place(in->object, in->event, place), buf_bytes(&plain), &box, e) || !buf_ok(&box, e))
        return false;
    *out = arena_bytes(ar, buf_bytes(&box));
    return out->p || err_set(e, ERR_MEMORY, "out of memory");
}

static void add_opening(struct event_ready *r, const char *what, const struct buf *text)
{
    struct opening_digests *o = &r->openings[r->opening_count++];
    o->what = what;
    digests_of(buf_bytes(text), &o->d);
}

bool event_next(struct txn *t, const struct id *object, uint64_t *events, struct err *e)
{
    uint32_t last;
    if (!ledger_last_event(t, object, &last, e))
        return false;
    *events = (last > *events ? last : *events) + 1;
    return true;
}

bool event_prepare(const struct event *in, const struct key *key, struct arena *ar, struct event_ready *out,
                   struct err *e)
{
    struct event_ready r = {.in = *in};
    struct opening_set s = {.has_content = in->content != NULL, .has_metadata = in->metadata_count != 0};
    struct buf text CLEANUP(buf_free) = BUF_INIT(TEXT_MAX);
    if (s.has_content) {
        random_bytes(&s.content_salt, sizeof s.content_salt);
        if (!opening_content_text(&s, in->object, in->event, in->content, in->content_size, &text, e))
            return false;
        add_opening(&r, "content", &text);
        buf_reset(&text);
    }
    if (s.has_metadata) {
        random_bytes(&s.metadata_salt, sizeof s.metadata_salt);
        memcpy(s.lines, in->metadata, sizeof s.lines);
        s.line_count = in->metadata_count;
        if (!opening_metadata_text(&s, in->object, in->event, &text, e))
            return false;
        add_opening(&r, "metadata", &text);
    }
    if (r.opening_count && !seal_set(&s, in, key, ar, &r.opening_box, e))
        return false;
    *out = r;
    return true;
}

bool event_write(struct txn *t, struct archive *a, const struct event_ready *r, uint64_t *index, struct err *e)
{
    struct entry en = {.type = r->in.type, .object = *r->in.object, .event = (uint32_t)r->in.event};
    if (r->in.who && r->in.who->person.n && !actor_pseudonym(t, r->in.who, day_year(archive_today(a)), &en.actor, e))
        return false;
    for (size_t i = 0; i < r->in.line_count; i++)
        entry_add(&en, r->in.lines[i].key, r->in.lines[i].value);
    for (size_t i = 0; i < r->opening_count; i++)
        entry_add_opening(&en, r->openings[i].what, &r->openings[i].d);
    if (!ledger_append(t, a->ledger, &en, index, e))
        return false;
    if (r->opening_box.n == 0)
        return true;
    uint8_t key[20];
    object_event_key(r->in.object, r->in.event, key);
    return store_insert(t, T_OPENING, (struct bytes){key, sizeof key}, r->opening_box, e);
}

static bool text_out(const struct buf *text, struct arena *ar, struct str *out, struct err *e)
{
    *out = arena_str(ar, buf_str(text));
    return out->p || err_set(e, ERR_MEMORY, "out of memory");
}

bool event_openings(struct txn *t, struct archive *a, const struct id *object, uint64_t event, const struct key *key,
                    const struct digests *content, uint64_t content_size, struct arena *ar, struct str *content_out,
                    struct str *metadata_out, struct err *e)
{
    (void)a;
    uint8_t place[20];
    object_event_key(object, event, place);
    struct bytes box;
    struct opening_set s;
    if (!store_get(t, T_OPENING, (struct bytes){place, sizeof place}, ar, &box, e) ||
        !opening_unseal(box, object, event, key, ar, &s, e))
        return false;
    struct str texts[2] = {STR_NONE, STR_NONE};
    struct buf text CLEANUP(buf_free) = BUF_INIT(TEXT_MAX);
    if (s.has_content && (!opening_content_text(&s, object, event, content, content_size, &text, e) ||
                          !text_out(&text, ar, &texts[0], e)))
        return false;
    buf_reset(&text);
    if (s.has_metadata && (!opening_metadata_text(&s, object, event, &text, e) || !text_out(&text, ar, &texts[1], e)))
        return false;
    *content_out = texts[0];
    *metadata_out = texts[1];
    return true;
}

/* Time in front, chance behind: the second of its making, which its entry tells anyway, then a 2^24th of the machine's
 * own second, then 64 random bits. What is made one after the other lies one after the other in every table, so that
 * its pages are full and a large archive takes in a record as fast as a small one. */
bool object_new(struct archive *a, struct id *id, struct key *key, struct wrapped_key *wrapped, struct err *e)
{
    struct timespec machine;
    id_random(id);
    clock_gettime(CLOCK_REALTIME, &machine);
    uint64_t time = (uint64_t)clock_now(a->clock) << 24 | (((uint64_t)machine.tv_nsec << 24) / 1000000000u);
    for (size_t i = 0; i < ID_TIME; i++)
        id->b[i] = (uint8_t)(time >> (8 * (ID_TIME - 1 - i)));
    key_random(key);
    return key_wrap(a->store, id, key, wrapped, e);
}
