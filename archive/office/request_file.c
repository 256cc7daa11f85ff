/* request_file.c: a filing. Checking, sealing, hashing and the law of the day come first; the verb draws the number and
 * writes rows, indexes and ledger entries in one transaction, so that a filing that fails burns no number and one that
 * was confirmed is whole. A repeat with the same idempotency key finds the first one and opens the box in which the
 * code lies sealed under that key and the very same form. Fails: ERR_INVALID with all faults; ERR_CONFLICT; with the
 * store. */
#include "notice.h"
#include "request_repeat.h"

#include <string.h>

#define LETTER_MAX    (256u * 1024)
#define FORM_MAX      (256u * 1024)
#define RECEIVED_LATE 60        /* seconds that the caller's clock may be ahead of the archive's */
#define RECEIVED_DAYS (5 * 366) /* a letter that came in before is a slip of the year */

struct filing {
    struct request_desk *d;
    const struct request_filing *in;
    const struct actor *who;
    struct arena *ar;
    instant now; /* of the filing; a letter may have come in before */
    struct request_head head;
    struct request_event_row first;
    struct key key;
    struct wrapped_key wrapped;
    struct request_secret secret;
    struct secret_hash code, token, once;
    struct key once_key;
    struct carried files;
    struct bytes event_row;
    struct event_ready ready;
    struct str law_sha256;
    /* out, from scratch in each run of the verb */
    struct id id;
    char number[REQUEST_NUMBER_SIZE];
    uint64_t entry;
    bool repeated;
};

static void filing_wipe(struct filing *f)
{
    key_wipe(&f->key);
    key_wipe(&f->once_key);
    carried_wipe(&f->files);
}

/* ---------------------------------------------------------------- before the verb */

static bool check_form(struct filing *f, struct request_faults *faults, struct err *e)
{
    const struct request_form *form = &f->in->form;
    bool done = request_channel_entered(f->in->channel) ? request_check_received(form, f->ar, &f->first.form, faults, e)
                                                        : request_check(form, f->ar, &f->first.form, faults, e);
    if (done && faults->count > 0) {
        return err_field(e, ERR_INVALID, faults->list[0].field, "%s", faults->list[0].text.p);
    }
    return done;
}

static bool check_received(const struct filing *f, struct err *e)
{
    instant received = f->in->received;
    if (received == 0 || received > f->now + RECEIVED_LATE) {
        return err_field(e, ERR_INVALID, "received", "a filing names the instant it came in, and not one to come");
    }
    return received >= f->now - (instant)RECEIVED_DAYS * 86400 ||
           err_field(e, ERR_INVALID, "received", "that is more than five years ago: check the year");
}

static bool check_input(struct filing *f, struct request_faults *faults, struct err *e)
{
    const struct request_filing *in = f->in;
    if (!check_form(f, faults, e)) {
        return false;
    }
    if (in->channel < REQUEST_PORTAL || in->channel >= REQUEST_CHANNEL_END) {
        return err_field(e, ERR_INVALID, "channel", "a filing names the channel it came by");
    }
    return check_received(f, e) && (in->once.n == 0 || once_valid(in->once, e));
}

/* The language of the case for ever: that of the window's page; what the office enters it writes in Polish, whatever
 * the clerk's terminal speaks. */
static enum lang lang_of(const struct request_filing *in, const struct err *e)
{
    return request_channel_entered(in->channel) ? LANG_PL : e->lang;
}

/* The head as far as it is known before the number: dates, law, hints. */
static bool fill_head(struct filing *f, struct err *e)
{
    struct request_law *law CLEANUP(law_give) = NULL;
    const struct request_form *form = &f->first.form;
    unsigned flags;
    struct day day = warsaw_day(f->in->received);
    f->head = (struct request_head){.kind = form->kind,
                                    .filed_kind = form->kind,
                                    .state = REQUEST_FILED,
                                    .before = REQUEST_FILED,
                                    .channel = f->in->channel,
                                    .lang = (uint64_t)lang_of(f->in, e),
                                    .way = form->way,
                                    .received = f->in->received,
                                    .day = day,
                                    .year = (uint64_t)day_year(day),
                                    .extended_to = DAY_NONE,
                                    .waiting_until = DAY_NONE,
                                    .disclose_from = DAY_NONE,
                                    .ended = DAY_NONE,
                                    .served = DAY_NONE,
                                    .decide_by = DAY_NONE,
                                    .events = 1,
                                    .changed = f->now,
                                    .shown = f->now};
    if (!law_take(f->d, day, &law, e) || !head_term(&f->head, law, f->ar, e) ||
        !request_hints(form, day, f->ar, &flags, e)) {
        return false;
    }
    f->head.flags = flags;
    f->head.law = arena_str(f->ar, law->documents[form->kind]);
    f->head.term_rule = arena_str(f->ar, f->head.term_rule);
    uint8_t sum[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    sha256_of(bytes_of(f->head.law), sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    f->law_sha256 = arena_fmt(f->ar, "sha256:%s", hex);
    return (f->head.law.p != NULL && f->head.term_rule.p != NULL && f->law_sha256.p != NULL) ||
           err_set(e, ERR_MEMORY, "out of memory");
}

/* What a repeat is found by, and the key of the box that it opens. */
static bool make_once(struct filing *f, struct err *e)
{
    uint8_t fingerprint[SHA256_SIZE];
    struct buf form CLEANUP(buf_free) = BUF_INIT(FORM_MAX);
    if (f->in->once.n == 0) {
        return true;
    }
    if (!form_encode(&f->first.form, &form, e)) {
        return false;
    }
    sha256_of(buf_bytes(&form), fingerprint);
    once_hash(f->in->once, &f->once);
    once_key(f->in->once, fingerprint, &f->once_key);
    return true;
}

static bool seal_code(struct filing *f, const char letters[CODE_LETTERS], struct err *e)
{
    struct buf box CLEANUP(buf_free) = BUF_INIT(256);
    if (f->in->once.n == 0) {
        return true;
    }
    if (!seal_box(&f->once_key, (struct bytes){f->once.b, sizeof f->once.b},
                  (struct bytes){(const uint8_t *)letters, CODE_LETTERS}, &box, e) ||
        !buf_ok(&box, e)) {
        return false;
    }
    f->head.once_box = arena_bytes(f->ar, buf_bytes(&box));
    return f->head.once_box.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool make_secrets(struct filing *f, struct err *e)
{
    char letters[CODE_LETTERS];
    secret_new(&f->secret);
    if (!code_letters(str_of(f->secret.code), letters)) {
        return err_set(e, ERR_CORRUPT, "a fresh code cannot be read back");
    }
    code_hash(letters, &f->code);
    token_hash(str_of(f->secret.token), &f->token);
    f->head.code_hash = (struct bytes){f->code.b, sizeof f->code.b};
    f->head.token_hash = (struct bytes){f->token.b, sizeof f->token.b};
    return seal_code(f, letters, e);
}

static bool make_letter(struct filing *f, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LETTER_MAX);
    const struct letter l = {.form = &f->first.form,
                             .verb = REQUEST_DO_FILE,
                             .kind = (enum request_kind)f->head.kind,
                             .at = f->in->received,
                             .files = f->files.files,
                             .file_count = f->files.count};
    if (!letter_text(&l, &text, e)) {
        return false;
    }
    digests_of(buf_bytes(&text), &f->first.letter);
    f->first.letter_size = text.n;
    return true;
}

static bool seal_first_event(struct filing *f, struct err *e)
{
    struct buf row CLEANUP(buf_free) = BUF_INIT(FORM_MAX);
    f->first.verb = REQUEST_DO_FILE;
    f->first.role = f->who != NULL && f->who->person.n > 0 ? REQUEST_OFFICE : REQUEST_CITIZEN;
    f->first.to = REQUEST_FILED;
    f->first.at = f->in->received;
    f->first.kind = f->head.kind;
    f->first.files = f->files.count;
    f->first.until = f->head.due;
    f->first.served = f->first.came = DAY_NONE;
    if (!row_encode(&request_event_kind, &f->first, &f->key, &f->head.id, &row, e) || !buf_ok(&row, e)) {
        return false;
    }
    f->event_row = arena_bytes(f->ar, buf_bytes(&row));
    const struct event ev = {.type = E_REQUEST_FILE,
                             .object = &f->head.id,
                             .event = 1,
                             .who = f->who,
                             .content = &f->first.letter,
                             .content_size = f->first.letter_size};
    return f->event_row.p != NULL ? event_prepare(&ev, &f->key, f->ar, &f->ready, e)
                                  : err_set(e, ERR_MEMORY, "out of memory");
}

static bool prepare(struct filing *f, struct err *e)
{
    if (!numbers_ready(f->d, e) || !fill_head(f, e) || !object_new(f->d->a, &f->head.id, &f->key, &f->wrapped, e) ||
        !make_secrets(f, e) || !carried_load(f->d, f->in->draft, f->in->draft_made, f->ar, &f->files, e) ||
        !make_letter(f, e)) {
        return false;
    }
    f->head.files = f->files.count;
    return seal_first_event(f, e) && carried_prepare(f->d, &f->files, &f->head.id, 1, false, f->who, f->ar, e);
}

/* ---------------------------------------------------------------- the verb */

static bool draw_number(struct txn *t, struct filing *f, struct err *e)
{
    struct rq_key k = rq_counter(f->head.year);
    uint64_t last;
    if (!index_u64(t, k, &last, e)) {
        return false;
    }
    f->head.seq = last + 1;
    number_text(f->head.year, f->head.seq, f->number);
    return index_u64_put(t, k, f->head.seq, e);
}

static bool write_filing_entry(struct txn *t, struct filing *f, struct err *e)
{
    struct event_ready ready = f->ready;
    char received[INSTANT_TEXT_SIZE], due[DAY_TEXT_SIZE], files[24];
    instant_text(f->head.received, received);
    day_text(f->head.due, due);
    snprintf(files, sizeof files, "%llu", (unsigned long long)f->head.files);
    event_line(&ready.in, "number", str_of(f->number));
    event_line(&ready.in, "kind", str_of(request_kind_name((enum request_kind)f->head.kind)));
    event_line(&ready.in, "channel", str_of(request_channel_name((enum request_channel)f->head.channel)));
    event_line(&ready.in, "received", str_of(received));
    event_line(&ready.in, "due", str_of(due));
    event_line(&ready.in, "files", str_of(files));
    event_line(&ready.in, "law", f->law_sha256);
    return event_write(t, f->d->a, &ready, &f->entry, e);
}

static bool write_rows(struct txn *t, struct filing *f, struct err *e)
{
    struct rq_key first = rq_event(&f->head.id, 1);
    f->head.entry = f->entry;
    return key_put(t, &f->head.id, &f->wrapped, e) && head_put(t, &f->head, true, e) &&
           store_insert(t, T_REQUEST_EVENT, rq_bytes(&first), f->event_row, e) &&
           index_id_put(t, rq_by_number(f->head.year, f->head.seq), &f->head.id, 0, e) &&
           index_id_put(t, rq_by_token(&f->token), &f->head.id, 0, e) &&
           (f->in->once.n == 0 || index_id_put(t, rq_by_once(&f->once), &f->head.id, 1, e)) &&
           (f->first.form.email.n == 0 || notice_queue(t, f->d, &f->head.id, 1, REQUEST_DO_FILE, f->now, e)) &&
           public_update(t, NULL, &f->head, e);
}

static bool look_for_first(struct txn *t, void *ctx, struct err *e)
{
    struct filing *f = ctx;
    uint64_t event;
    f->repeated = false;
    return f->in->once.n == 0 || index_id(t, rq_by_once(&f->once), &f->id, &event, &f->repeated, e);
}

static bool file_fn(struct txn *t, void *ctx, struct err *e)
{
    struct filing *f = ctx;
    if (!look_for_first(t, f, e)) {
        return false;
    }
    if (f->repeated) {
        return true;
    }
    f->id = f->head.id;
    return draw_number(t, f, e) && write_filing_entry(t, f, e) && write_rows(t, f, e) &&
           carried_write(t, f->d, &f->files, &f->head.id, 1, e);
}

/* ---------------------------------------------------------------- a repeat, and the answer */

struct first_filing {
    const struct id *id;
    struct arena *ar;
    struct request_head head;
};

static bool first_fn(struct txn *t, void *ctx, struct err *e)
{
    struct first_filing *r = ctx;
    return head_get(t, r->id, r->ar, &r->head, e);
}

static bool brings_nothing_new(struct filing *f, const struct request_filed *first, struct err *e)
{
    struct request_view v;
    return f->in->draft.n == 0 ||
           (request_get(f->d, str_of(first->number), warsaw_day(f->in->received), f->ar, &v, e) &&
            repeat_brings_known_files(f->d, &v, 1, f->in->draft, f->ar, e));
}

static bool recover(struct filing *f, struct request_filed *out, struct err *e)
{
    struct first_filing r = {.id = &f->id, .ar = f->ar};
    struct buf letters CLEANUP(buf_free) = BUF_INIT(64);
    struct err why;
    err_init(&why, e->lang);
    if (!store_read(archive_store(f->d->a), first_fn, &r, e)) {
        return false;
    }
    if (r.head.once_box.n == 0 ||
        !unseal_box(&f->once_key, (struct bytes){f->once.b, sizeof f->once.b}, r.head.once_box, &letters, &why) ||
        letters.n != CODE_LETTERS) {
        return repeat_refused(e);
    }
    *out = (struct request_filed){
        .id = f->id, .received = r.head.received, .due = r.head.due, .entry = r.head.entry, .repeated = true};
    number_text(r.head.year, r.head.seq, out->number);
    secret_of_letters((const char *)letters.p, &out->secret);
    return brings_nothing_new(f, out, e);
}

static void answer(const struct filing *f, struct request_filed *out)
{
    *out = (struct request_filed){
        .id = f->id, .secret = f->secret, .received = f->head.received, .due = f->head.due, .entry = f->entry};
    memcpy(out->number, f->number, sizeof out->number);
}

static bool find_first(struct filing *f, struct err *e)
{
    return f->in->once.n == 0 || store_read(archive_store(f->d->a), look_for_first, f, e);
}

/* A repeat comes without its draft: that was filed with the first one. */
static bool file_or_find(struct filing *f, struct request_faults *faults, struct err *e)
{
    if (!check_input(f, faults, e) || !make_once(f, e) || !find_first(f, e)) {
        return false;
    }
    if (f->repeated) {
        return true;
    }
    if (prepare(f, e)) {
        return store_write(archive_store(f->d->a), file_fn, f, e);
    }
    struct err why = *e;
    if (why.code == ERR_NOT_FOUND && find_first(f, e) && f->repeated) {
        return true; /* its twin took the draft meanwhile */
    }
    *e = why;
    return false;
}

bool request_file(struct request_desk *d, const struct request_filing *in, const struct actor *who, struct arena *ar,
                  struct request_filed *out, struct request_faults *faults, struct err *e)
{
    struct filing f CLEANUP(filing_wipe) = {
        .d = d, .in = in, .who = who, .ar = ar, .now = clock_now(archive_clock(d->a))};
    struct request_faults found = {.count = 0};
    bool ok = file_or_find(&f, &found, e);
    if (faults != NULL) {
        *faults = found;
    }
    if (ok && f.repeated) {
        ok = recover(&f, out, e);
    } else if (ok) {
        answer(&f, out);
    }
    return ok;
}
