/* request_close_bundle.c: the pieces of which a closed case consists: of each event its letter (the very bytes that the
 * log vouches for), a text that says what happened, and its files, read through their seals. Names are fixed, so that a
 * second call knows what is in already. Fails: ERR_CORRUPT when a piece is not what the log tells of; with the store.
 */
#include "request_close.h"

#include <string.h>

#define LETTER_MOST (512u * 1024)
#define NAME_MOST   200u /* bytes of a given name within the record's */

struct making {
    struct request_desk *d;
    const struct request_view *v;
    struct id file;
    struct arena *ar;
    struct closing_bundle b;
};

/* ---------------------------------------------------------------- reading a piece */

static bool key_fn(struct txn *t, void *ctx, struct err *e)
{
    struct closing_piece *p = ctx;
    return key_get(t, archive_store(p->d->a), &p->file->id, &p->key, e);
}

static bool piece_read(void *ctx, void *to, size_t n, size_t *got, struct err *e)
{
    struct closing_piece *p = ctx;
    if (p->file != NULL) {
        if (!content_read(p->reader, p->at, to, n, got, e)) {
            return false;
        }
    } else {
        *got = n < p->text.n - p->at ? n : p->text.n - p->at;
        if (*got > 0) {
            memcpy(to, p->text.p + p->at, *got);
        }
    }
    p->at += *got;
    return true;
}

static bool piece_open(struct ingest_item *it, struct content_source *src, struct err *e)
{
    struct closing_piece *p = it->ctx;
    p->at = 0;
    *src = (struct content_source){.read = piece_read, .ctx = p, .size_hint = it->size};
    if (p->file == NULL) {
        return true;
    }
    struct store *s = archive_store(p->d->a);
    bool ok = store_read(s, key_fn, p, e) && content_open(s, &p->file->content, p->file->inline_sealed, p->file->size,
                                                          &p->key, &p->file->id, &p->reader, e);
    key_wipe(&p->key);
    return ok;
}

static void piece_close(struct ingest_item *it)
{
    struct closing_piece *p = it->ctx;
    content_close(&p->reader);
}

bool closing_piece_fits(const struct closing_piece *p, const struct record *r, struct err *e)
{
    struct digests d;
    if (p->file != NULL) {
        d = p->file->digests;
    } else {
        digests_of(p->text, &d);
    }
    return digests_equal(&d, &r->digests) ||
           err_set(e, ERR_CORRUPT, "a record of the case does not hold what the log tells of; run akta doctor");
}

/* ---------------------------------------------------------------- making the list */

/* dated: the document's own date; DAY_NONE where only its author knows it. */
static bool add(struct making *m, struct str name, struct str title, const char *origin, uint64_t access,
                struct day dated, const struct closing_piece *piece, uint64_t size, struct err *e)
{
    if (name.p == NULL || title.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct closing_piece *p = &m->b.pieces[m->b.n];
    *p = *piece;
    p->d = m->d;
    m->b.items[m->b.n++] = (struct ingest_item){
        .file = m->file,
        .in = {.name = name, .title = title, .origin = str_of(origin), .access = access, .dated = dated},
        .open = piece_open,
        .close = piece_close,
        .ctx = p,
        .size = size,
        .resume = true};
    return true;
}

static const char *origin_of(const struct request_event *ev)
{
    bool requesters = ev->role == REQUEST_CITIZEN || (ev->verb >= REQUEST_DO_FILE && ev->verb <= REQUEST_DO_WITHDRAW);
    return requesters ? "received" : "sent";
}

static bool add_letter(struct making *m, const struct request_event *ev, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LETTER_MOST);
    const char *verb = request_verb_name(ev->verb);
    unsigned long long n = ev->event;
    if (ev->letter_size == 0) {
        return true;
    }
    if (!request_letter(m->v, ev->event, &text, e)) {
        return false;
    }
    const struct closing_piece p = {.text = arena_bytes(m->ar, buf_bytes(&text))};
    if (p.text.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return add(m, arena_fmt(m->ar, "%03llu-%s-letter.txt", n, verb),
               arena_fmt(m->ar, tr(LANG_PL, N_("Request %s, letter %llu: %s")), m->v->number, n, verb), origin_of(ev),
               ACCESS_RESTRICTED, day_is_none(ev->came) ? warsaw_day(ev->at) : ev->came, &p, p.text.n, e);
}

static void day_line(struct buf *b, const char *key, struct day d)
{
    char text[DAY_TEXT_SIZE];
    if (!day_is_none(d)) {
        day_text(d, text);
        buf_fmt(b, "%s: %s\n", key, text);
    }
}

static void what_happened(struct buf *b, const struct request_view *v, const struct request_event *ev)
{
    char at[INSTANT_TEXT_SIZE];
    instant_text(ev->at, at);
    buf_fmt(b, "akta-event/v1\nrequest: %s\nevent: %llu\nverb: %s\nby: %s\nat: %s\nstate: %s\nkind: %s\n", v->number,
            (unsigned long long)ev->event, request_verb_name(ev->verb), request_role_name(ev->role), at,
            request_state_name(ev->to), request_kind_name(ev->kind));
    day_line(b, "until", ev->until);
    day_line(b, "served", ev->served);
    day_line(b, "came", ev->came);
    if (ev->channel != 0) {
        buf_fmt(b, "channel: %s\n", request_channel_name(ev->channel));
    }
    if (ev->grosze > 0) {
        buf_fmt(b, "grosze: %llu\n", (unsigned long long)ev->grosze);
    }
    if (ev->call != 0) {
        buf_fmt(b, "call: %s\n", request_call_name(ev->call));
    }
    if (ev->outcome != 0) {
        buf_fmt(b, "outcome: %s\n", request_outcome_name(ev->outcome));
    }
    if (ev->unit.n > 0) {
        buf_fmt(b, "unit: %.*s\n", (int)ev->unit.n, ev->unit.p);
    }
    buf_fmt(b, "log-entry: %llu\n", (unsigned long long)LOG_PLACE(ev->entry));
}

void closing_event_text(struct buf *out, const struct request_view *v, const struct request_event *ev)
{
    char sha[2 * SHA256_SIZE + 1];
    what_happened(out, v, ev);
    if (ev->letter_size > 0) {
        hex_encode((struct bytes){ev->letter.sha256, SHA256_SIZE}, sha);
        buf_fmt(out, "letter: size %llu sha256:%s\n", (unsigned long long)ev->letter_size, sha);
    }
    for (size_t i = 0; i < v->file_count; i++) {
        const struct request_attachment *f = &v->files[i];
        if (f->event == ev->event) {
            hex_encode((struct bytes){f->digests.sha256, SHA256_SIZE}, sha);
            buf_fmt(out, "file: %llu size %llu sha256:%s log-entry %llu\n", (unsigned long long)f->seq,
                    (unsigned long long)f->size, sha, (unsigned long long)LOG_PLACE(f->entry));
        }
    }
}

static bool add_event(struct making *m, const struct request_event *ev, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LETTER_MOST);
    const char *verb = request_verb_name(ev->verb);
    unsigned long long n = ev->event;
    closing_event_text(&text, m->v, ev);
    if (!buf_ok(&text, e)) {
        return false;
    }
    const struct closing_piece p = {.text = arena_bytes(m->ar, buf_bytes(&text))};
    if (p.text.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return add(m, arena_fmt(m->ar, "%03llu-%s-event.txt", n, verb),
               arena_fmt(m->ar, tr(LANG_PL, N_("Request %s, event %llu: %s")), m->v->number, n, verb), "internal",
               ACCESS_INTERNAL, warsaw_day(ev->at), &p, p.text.n, e);
}

/* The end of a name is what tells its kind; a character is never cut in two. */
static struct str name_tail(struct str name)
{
    while (name.n > NAME_MOST || (name.n > 0 && ((unsigned char)name.p[0] & 0xC0u) == 0x80u)) {
        name.p++;
        name.n--;
    }
    return name;
}

static bool add_files(struct making *m, const struct request_event *ev, struct err *e)
{
    for (size_t i = 0; i < m->v->file_count; i++) {
        const struct request_attachment *f = &m->v->files[i];
        const struct closing_piece p = {.file = f};
        struct str tail = name_tail(f->name);
        if (f->event == ev->event &&
            !add(m,
                 arena_fmt(m->ar, "%03llu-file-%03llu-%.*s", (unsigned long long)ev->event, (unsigned long long)f->seq,
                           (int)tail.n, tail.p),
                 f->name, f->released ? "sent" : "received", f->released ? ACCESS_INTERNAL : ACCESS_RESTRICTED,
                 DAY_NONE, &p, f->size, e)) {
            return false;
        }
    }
    return true;
}

bool closing_bundle_make(struct request_desk *d, const struct request_view *v, const struct id *file, struct arena *ar,
                         struct closing_bundle *out, struct err *e)
{
    struct making m = {.d = d, .v = v, .file = *file, .ar = ar};
    size_t most = 2 * v->event_count + v->file_count + 1;
    m.b.pieces = arena_alloc(ar, most * sizeof *m.b.pieces);
    m.b.items = arena_alloc(ar, most * sizeof *m.b.items);
    if (m.b.pieces == NULL || m.b.items == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < v->event_count; i++) {
        const struct request_event *ev = &v->events[i];
        if (!add_letter(&m, ev, e) || !add_event(&m, ev, e) || !add_files(&m, ev, e)) {
            return false;
        }
    }
    *out = m.b;
    return true;
}
