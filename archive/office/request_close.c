/* request_close.c: an ended request becomes a case file of the archive. The verbs of the record room are separate
 * transactions, so closing leaves a note of its own in the index before it begins and takes it away when all is done; a
 * call that was cut short is gone on with: the case file that it opened is found through the log, records that are in
 * are skipped, and what has happened already is not done twice. The request itself is closed before the case file is,
 * so that nothing can happen to it any more when the file is. Closings are done one after another. Fails: ERR_STATE;
 * ERR_CONFLICT when the request was changed meanwhile; with the rooms below. */
#include "request_close.h"

#include <string.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* The note: where the log ended when the closing began, and the case file once it is known. */
struct closing_note {
    uint64_t place;
    struct id file; /* zero: not opened yet, or cut short just after */
};

struct closing {
    struct request_desk *d;
    const struct desk_closing *in;
    const struct actor *who;
    struct arena *ar;
    struct request_view v;
    struct closing_note note;
    bool noted, forget;
    struct case_file file;
    struct closing_bundle bundle;
    struct desk_closed *out;
};

/* ---------------------------------------------------------------- the note */

static struct rq_key note_key(const struct id *request)
{
    struct rq_key k = {.b = {'a'}, .n = 1 + sizeof *request};
    memcpy(k.b + 1, request, sizeof *request);
    return k;
}

static bool note_get_fn(struct txn *t, void *ctx, struct err *e)
{
    struct closing *c = ctx;
    struct rq_key k = note_key(&c->v.id);
    struct bytes val;
    if (!store_find(t, T_REQUEST_INDEX, rq_bytes(&k), c->ar, &val, &c->noted, e)) {
        return false;
    }
    c->note = (struct closing_note){.place = 0};
    if (!c->noted) {
        return true;
    }
    struct reader r = reader_of(val);
    c->note.place = rd_be64(&r);
    struct bytes id = rd_bytes(&r, sizeof c->note.file);
    if (!rd_done(&r)) {
        return err_set(e, ERR_CORRUPT, "the note of a closing is damaged");
    }
    memcpy(&c->note.file, id.p, sizeof c->note.file);
    return true;
}

static bool note_put_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct closing *c = ctx;
    struct rq_key k = note_key(&c->v.id);
    uint8_t val[8 + sizeof c->note.file];
    if (c->forget) {
        return store_delete(t, T_REQUEST_INDEX, rq_bytes(&k), e);
    }
    for (size_t i = 0; i < 8; i++) {
        val[i] = (uint8_t)(c->note.place >> (56 - 8 * i));
    }
    memcpy(val + 8, &c->note.file, sizeof c->note.file);
    return store_put(t, T_REQUEST_INDEX, rq_bytes(&k), (struct bytes){val, sizeof val}, e);
}

static bool note_get(struct closing *c, struct err *e)
{
    return store_read(archive_store(c->d->a), note_get_fn, c, e);
}

static bool note_put(struct closing *c, struct err *e)
{
    return store_write(archive_store(c->d->a), note_put_fn, c, e);
}

/* ---------------------------------------------------------------- the case file */

static struct str title_head(const struct closing *c)
{
    return arena_fmt(c->ar, "%s %s", request_kind_title(c->v.kind, LANG_PL), c->v.number);
}

static bool open_file(struct closing *c, struct str head, struct err *e)
{
    struct str title =
        c->v.subject.n > 0 ? arena_fmt(c->ar, "%s: %.*s", head.p, (int)c->v.subject.n, c->v.subject.p) : head;
    struct file_opening in = {.unit = c->in->unit.n > 0 ? c->in->unit : c->v.unit,
                              .symbol = c->in->symbol,
                              .title = title,
                              .opened = c->v.term.start};
    if (title.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (in.unit.n == 0) {
        return err_field(e, ERR_INVALID, "unit",
                         "nobody has this request: say whose case file it becomes, with --unit");
    }
    return file_open(c->d->a, &in, c->who, c->ar, &c->file, e);
}

static bool begin_note(struct closing *c, struct err *e)
{
    struct ledger_head head;
    if (c->noted) {
        return true;
    }
    if (!ledger_head_get(archive_ledger(c->d->a), c->ar, &head, e)) {
        return false;
    }
    c->note.place = LOG_INDEX(head.number, head.size);
    c->noted = note_put(c, e);
    return c->noted;
}

static bool known_file_fn(struct txn *t, void *ctx, struct err *e)
{
    struct closing *c = ctx;
    return file_by_id(t, c->d->a, &c->note.file, true, c->ar, &c->file, e);
}

static bool known_file(struct closing *c, struct err *e)
{
    return store_read(archive_store(c->d->a), known_file_fn, c, e);
}

/* The one that an earlier call opened, or a new one. */
static bool case_file_of(struct closing *c, struct err *e)
{
    struct str head = title_head(c);
    bool earlier = c->noted, found = false;
    if (head.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!begin_note(c, e)) {
        return false;
    }
    if (!id_is_zero(c->note.file)) {
        return known_file(c, e);
    }
    if (earlier && !closing_find(c->d, c->note.place, head, &c->note.file, &found, e)) {
        return false;
    }
    if (!found && !open_file(c, head, e)) {
        return false;
    }
    c->note.file = found ? c->note.file : c->file.id;
    return (!found || known_file(c, e)) && note_put(c, e);
}

/* ---------------------------------------------------------------- records */

static bool taken(void *ctx, size_t item, const struct record *r, struct str mark, struct err *e)
{
    struct closing *c = ctx;
    (void)mark;
    c->out->taken += c->bundle.items[item].state != INGEST_SKIPPED;
    return closing_piece_fits(&c->bundle.pieces[item], r, e);
}

static bool file_pieces(struct closing *c, struct progress *p, struct err *e)
{
    return closing_bundle_make(c->d, &c->v, &c->file.id, c->ar, &c->bundle, e) &&
           record_ingest(c->d->a, c->bundle.items, c->bundle.n, c->who, taken, c, p, e);
}

/* ---------------------------------------------------------------- the end */

static bool end_request(struct closing *c, struct err *e)
{
    const struct request_act act = {.verb = REQUEST_DO_CLOSE,
                                    .role = REQUEST_OFFICE,
                                    .at = c->in->at,
                                    .seen = c->v.events[c->v.event_count - 1].event,
                                    .text = c->in->text,
                                    .until = DAY_NONE,
                                    .served = DAY_NONE,
                                    .file = c->file.id};
    struct request_done done;
    if (!request_do(c->d, &c->v.id, &act, c->who, c->ar, &done, NULL, e)) {
        return false;
    }
    c->out->entry = done.entry;
    return true;
}

static bool end_file(struct closing *c, struct err *e)
{
    if (c->file.state == FILE_OPEN && !file_close(c->d->a, c->file.mark, warsaw_day(c->in->at), c->who, e)) {
        return false;
    }
    if (!known_file(c, e)) {
        return false;
    }
    c->out->file = c->file;
    c->out->records = c->file.records;
    c->forget = true; /* last: whoever comes after it finds all of it done */
    return note_put(c, e);
}

static bool may_begin(const struct closing *c, struct err *e)
{
    if (c->v.state == REQUEST_CLOSED && (!c->noted || id_is_zero(c->note.file))) {
        return err_set(e, ERR_STATE, "request %s is closed already", c->v.number);
    }
    return request_ended(c->v.state) || err_set(e, ERR_STATE, "request %s has not ended: its state is \"%s\"",
                                                c->v.number, request_state_title(c->v.state, e->lang));
}

static bool close_one(struct closing *c, struct str number, struct progress *p, struct err *e)
{
    if (!request_get(c->d, number, warsaw_day(c->in->at), c->ar, &c->v, e) || !note_get(c, e) || !may_begin(c, e)) {
        return false;
    }
    if (c->v.state == REQUEST_CLOSED) { /* cut short between the two ends */
        return known_file(c, e) && end_file(c, e);
    }
    return case_file_of(c, e) && file_pieces(c, p, e) && end_request(c, e) && end_file(c, e);
}

bool desk_close(struct request_desk *d, struct str number, const struct desk_closing *in, const struct actor *who,
                struct progress *p, struct arena *ar, struct desk_closed *out, struct err *e)
{
    struct closing c = {.d = d, .in = in, .who = who, .ar = ar, .out = out};
    *out = (struct desk_closed){.records = 0};
    pthread_mutex_lock(&one_at_a_time);
    bool ok = close_one(&c, number, p, e);
    pthread_mutex_unlock(&one_at_a_time);
    return ok;
}
