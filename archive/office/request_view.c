/* request_view.c: one request as its owner or the office sees it. Everything of it is read in one short transaction and
 * copied into the caller's arena. Who does not hold the secret learns nothing: an unknown number, a wrong code and a
 * wrong token fail alike, and digests are compared in constant time. Fails with ERR_NOT_FOUND, or with the store. */
#include "request_internal.h"

#include <string.h>

struct piece {
    struct piece *next;
    uint64_t number; /* of the event or the file */
    struct bytes val;
};

struct viewing {
    struct request_desk *d;
    struct arena *ar;
    struct day today;
    /* how it is looked for */
    struct id id;
    bool by_number, by_token;
    uint64_t year, seq;
    struct secret_hash code, token;
    bool check_code, found;
    /* what is there */
    struct request_head head;
    struct key key;
    bool has_key;
    struct request_view *out;
};

static void viewing_wipe(struct viewing *v)
{
    key_wipe(&v->key);
}

static bool unknown(struct err *e)
{
    return err_field(e, ERR_NOT_FOUND, "code", "We do not know this pair: this number and this code. Check both.");
}

/* ---------------------------------------------------------------- events */

struct piece_walk {
    struct arena *ar;
    struct piece *first, **end;
    size_t count;
};

static bool keep_piece(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct piece_walk *w = ctx;
    struct piece *p = arena_alloc(w->ar, sizeof *p);
    struct bytes copy = arena_bytes(w->ar, val);
    struct reader r = reader_of(key);
    if (p == NULL || copy.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    rd_bytes(&r, sizeof(struct id));
    *p = (struct piece){.number = rd_be32(&r), .val = copy};
    if (!rd_done(&r)) {
        return err_set(e, ERR_CORRUPT, "a key of a request's rows is damaged");
    }
    *w->end = p;
    w->end = &p->next;
    w->count++;
    return true;
}

static bool pieces_of(struct txn *t, struct viewing *v, enum store_table table, struct piece_walk *w, struct err *e)
{
    *w = (struct piece_walk){.ar = v->ar};
    w->end = &w->first;
    return store_walk(t, (struct store_range){.table = table, .prefix = id_bytes(&v->id)}, keep_piece, w, e);
}

static void newer_text(struct str *s, struct str newer)
{
    if (newer.n > 0) {
        *s = newer;
    }
}

/* What a later change of the way of answer replaces; contacts that it does not name stay. */
static void take_contacts(struct request_form *form, const struct request_form *newer)
{
    form->way = newer->way;
    form->way_other = newer->way_other;
    newer_text(&form->email, newer->email);
    newer_text(&form->phone, newer->phone);
    newer_text(&form->street, newer->street);
    newer_text(&form->postal_code, newer->postal_code);
    newer_text(&form->city, newer->city);
    newer_text(&form->country, newer->country);
}

static void event_of_row(const struct request_event_row *row, uint64_t number, struct request_event *out)
{
    *out = (struct request_event){.event = number,
                                  .verb = (enum request_verb)row->verb,
                                  .role = (enum request_role)row->role,
                                  .at = row->at,
                                  .to = (enum request_state)row->to,
                                  .until = row->until,
                                  .served = row->served,
                                  .came = row->came,
                                  .channel = (enum request_channel)row->channel,
                                  .grosze = row->grosze,
                                  .unit = row->unit,
                                  .outcome = (enum request_outcome)row->outcome,
                                  .call = (enum request_call)row->call,
                                  .kind = (enum request_kind)row->kind,
                                  .way = (enum request_way)row->form.way,
                                  .text = row->text,
                                  .files = row->files,
                                  .letter = row->letter,
                                  .letter_size = row->letter_size};
}

static bool take_form(struct viewing *v, const struct request_event_row *row, struct request_event *out, struct err *e)
{
    if (row->verb != REQUEST_DO_FILE && row->verb != REQUEST_DO_CHANGE_WAY) {
        return true;
    }
    struct request_form *form = arena_alloc(v->ar, sizeof *form);
    if (form == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *form = row->form;
    out->form = form;
    if (row->verb == REQUEST_DO_FILE) {
        v->out->form = *form;
    } else {
        take_contacts(&v->out->form, form);
    }
    return true;
}

static bool read_events(struct txn *t, struct viewing *v, struct err *e)
{
    struct piece_walk w;
    size_t n = 0;
    if (!pieces_of(t, v, T_REQUEST_EVENT, &w, e)) {
        return false;
    }
    struct request_event *events = arena_alloc(v->ar, (w.count + 1) * sizeof *events);
    if (events == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (const struct piece *p = w.first; p != NULL; p = p->next) {
        struct request_event_row row;
        if (!row_decode(&request_event_kind, p->val, v->has_key ? &v->key : NULL, &v->id, v->ar, &row, e)) {
            return err_wrap(e, "event %llu", (unsigned long long)p->number);
        }
        event_of_row(&row, p->number, &events[n]);
        if (!ledger_find(t, &v->id, (uint32_t)p->number, &events[n].entry, e)) {
            return false;
        }
        if (!take_form(v, &row, &events[n], e)) {
            return false;
        }
        n++;
    }
    v->out->events = events;
    v->out->event_count = n;
    return true;
}

/* ---------------------------------------------------------------- files */

static bool read_file(struct txn *t, struct viewing *v, const struct piece *p, struct request_attachment *out,
                      struct err *e)
{
    struct request_file_row row;
    struct key key CLEANUP(key_wipe) = {{0}};
    struct err why;
    err_init(&why, e->lang);
    if (!row_decode(&request_file_kind, p->val, NULL, NULL, v->ar, &row, e)) {
        return false;
    }
    struct id id = row.id;
    bool has_key = key_get(t, archive_store(v->d->a), &id, &key, &why);
    if (!has_key && why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    if (!row_decode(&request_file_kind, p->val, has_key ? &key : NULL, &id, v->ar, &row, e)) {
        return false;
    }
    *out = (struct request_attachment){.id = id,
                                       .seq = p->number,
                                       .event = row.event,
                                       .released = row.released != 0,
                                       .name = row.name,
                                       .type = row.type,
                                       .size = row.size,
                                       .digests = row.digests,
                                       .content = row.content,
                                       .inline_sealed = row.inline_sealed};
    return ledger_find(t, &id, 1, &out->entry, e);
}

static bool read_files(struct txn *t, struct viewing *v, struct err *e)
{
    struct piece_walk w;
    size_t n = 0;
    if (!pieces_of(t, v, T_REQUEST_FILE, &w, e)) {
        return false;
    }
    struct request_attachment *files = arena_alloc(v->ar, (w.count + 1) * sizeof *files);
    if (files == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (const struct piece *p = w.first; p != NULL; p = p->next) {
        if (!read_file(t, v, p, &files[n++], e)) {
            return err_wrap(e, "file %llu", (unsigned long long)p->number);
        }
    }
    v->out->files = files;
    v->out->file_count = n;
    return true;
}

/* ---------------------------------------------------------------- the term and its explanation */

static bool take_skipped(const struct str *c, struct term *out, enum lang lang)
{
    if (out->skipped_count == TERM_SKIPPED_MAX || !day_parse(c[0], &out->skipped[out->skipped_count].date)) {
        return false;
    }
    out->skipped[out->skipped_count++].why = c[lang == LANG_PL ? 1 : 2];
    return true;
}

static bool cut_line(struct str line, struct str c[3])
{
    const char *one = memchr(line.p, '\t', line.n);
    const char *two = one == NULL ? NULL : memchr(one + 1, '\t', line.n - (size_t)(one + 1 - line.p));
    if (two == NULL) {
        return false;
    }
    c[0] = (struct str){line.p, (size_t)(one - line.p)};
    c[1] = (struct str){one + 1, (size_t)(two - one - 1)};
    c[2] = (struct str){two + 1, line.n - (size_t)(two + 1 - line.p)};
    return true;
}

static bool read_skipped(struct str text, enum lang lang, struct term *out, struct err *e)
{
    while (text.n > 0) {
        const char *lf = memchr(text.p, '\n', text.n);
        size_t n = lf == NULL ? text.n : (size_t)(lf - text.p);
        struct str c[3];
        if (!cut_line((struct str){text.p, n}, c) || !take_skipped(c, out, lang)) {
            return err_set(e, ERR_CORRUPT, "the explanation of a request's term is damaged");
        }
        n += lf != NULL;
        text = (struct str){text.p + n, text.n - n};
    }
    return true;
}

static bool fill_view(struct viewing *v, struct err *e)
{
    const struct request_head *h = &v->head;
    struct request_view *out = v->out;
    out->id = h->id;
    number_text(h->year, h->seq, out->number);
    out->kind = (enum request_kind)h->kind;
    out->filed_kind = (enum request_kind)h->filed_kind;
    out->state = (enum request_state)h->state;
    out->outcome = (enum request_outcome)h->outcome;
    out->channel = (enum request_channel)h->channel;
    out->lang = (enum lang)h->lang;
    out->flags = (unsigned)h->flags;
    out->received = h->received;
    out->term = (struct term){.start = h->day, .raw = h->raw, .end = h->due};
    out->amount = (unsigned)h->term_amount;
    out->unit_of_term = (enum term_unit)(h->term_unit - 1);
    out->term_rule = arena_str(v->ar, h->term_rule).p;
    out->safe = h->safe;
    out->longest = h->longest;
    out->extended_to = h->extended_to;
    out->due = head_due(h);
    out->waiting_until = h->waiting_until;
    out->disclose_from = h->disclose_from;
    out->grosze = h->grosze;
    out->overdue_since = head_overdue(h, v->today);
    out->ended = h->ended;
    out->served = h->served;
    out->unit = h->unit;
    out->subject = h->subject;
    out->file = h->file;
    out->entry = h->entry;
    out->law = h->law;
    head_next(h, v->today, &out->next, &out->next_until);
    struct term_rule rule;
    if (!term_rule_find(str_of(request_kind_name(out->kind)), h->day, &rule, e)) {
        return false;
    }
    out->term_basis = rule.basis;
    return read_skipped(h->skipped, e->lang, &out->term, e) &&
           (out->term_rule != NULL || err_set(e, ERR_MEMORY, "out of memory"));
}

/* ---------------------------------------------------------------- finding it */

static bool locate(struct txn *t, struct viewing *v, struct err *e)
{
    if (v->by_number) {
        return index_id(t, rq_by_number(v->year, v->seq), &v->id, NULL, &v->found, e);
    }
    return index_id(t, rq_by_token(&v->token), &v->id, NULL, &v->found, e);
}

/* The comparison takes the same time whatever it finds, and is made for an unknown number, too. */
static bool secret_fits(const struct viewing *v)
{
    static const uint8_t none[SHA256_SIZE];
    struct bytes stored = v->found ? (v->by_token ? v->head.token_hash : v->head.code_hash) : (struct bytes){none, 0};
    const uint8_t *given = v->by_token ? v->token.b : v->code.b;
    const uint8_t *there = stored.n == SHA256_SIZE ? stored.p : none;
    bool equal = equal_constant_time(there, given, SHA256_SIZE);
    return (!v->check_code && v->found) || (equal && stored.n == SHA256_SIZE);
}

static bool view_fn(struct txn *t, void *ctx, struct err *e)
{
    struct viewing *v = ctx;
    struct err why;
    err_init(&why, e->lang);
    *v->out = (struct request_view){.id = {{0}}};
    v->found = false;
    if (!locate(t, v, e) || (v->found && !head_get(t, &v->id, v->ar, &v->head, e))) {
        return false;
    }
    if (!secret_fits(v)) {
        return unknown(e);
    }
    v->has_key = key_get(t, archive_store(v->d->a), &v->id, &v->key, &why);
    if (!v->has_key && why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    return fill_view(v, e) && read_events(t, v, e) && read_files(t, v, e);
}

static bool is_published(struct request_desk *d, uint64_t entry, struct arena *ar, bool *out, struct err *e)
{
    struct ledger_head head;
    if (!ledger_head_get(archive_ledger(d->a), ar, &head, e)) {
        return false;
    }
    *out = LOG_NUMBER(entry) < head.number || LOG_PLACE(entry) < head.published;
    return true;
}

static bool view(struct viewing *v, struct request_view *out, struct err *e)
{
    struct request_view seen;
    v->out = &seen;
    if (!store_read(archive_store(v->d->a), view_fn, v, e) ||
        !is_published(v->d, seen.entry, v->ar, &seen.published, e) || !remedies_of(v->d, &seen, v->ar, e)) {
        return false;
    }
    *out = seen;
    return true;
}

bool request_open(struct request_desk *d, struct str number, struct str code, struct day today, struct arena *ar,
                  struct request_view *out, struct err *e)
{
    struct viewing v CLEANUP(viewing_wipe) = {.d = d, .ar = ar, .today = today, .by_number = true, .check_code = true};
    char letters[CODE_LETTERS];
    if (!number_parse(number, &v.year, &v.seq) || !code_letters(code, letters)) {
        return unknown(e);
    }
    code_hash(letters, &v.code);
    return view(&v, out, e);
}

bool request_open_token(struct request_desk *d, struct str token, struct day today, struct arena *ar,
                        struct request_view *out, struct err *e)
{
    struct viewing v CLEANUP(viewing_wipe) = {.d = d, .ar = ar, .today = today, .by_token = true, .check_code = true};
    if (!token_valid(token)) {
        return unknown(e);
    }
    token_hash(token, &v.token);
    return view(&v, out, e);
}

bool request_get(struct request_desk *d, struct str number, struct day today, struct arena *ar,
                 struct request_view *out, struct err *e)
{
    struct viewing v CLEANUP(viewing_wipe) = {.d = d, .ar = ar, .today = today, .by_number = true};
    struct err why;
    err_init(&why, e->lang);
    if (!number_parse(number, &v.year, &v.seq)) {
        return err_field(e, ERR_NOT_FOUND, "number", "a number is written like 2026-000123");
    }
    if (view(&v, out, &why)) {
        return true;
    }
    if (why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    return err_field(e, ERR_NOT_FOUND, "number", "there is no request of this number");
}

/* ---------------------------------------------------------------- contents */

struct file_key {
    struct request_desk *d;
    const struct id *id;
    struct key key;
};

static bool file_key_fn(struct txn *t, void *ctx, struct err *e)
{
    struct file_key *k = ctx;
    return key_get(t, archive_store(k->d->a), k->id, &k->key, e);
}

bool request_attachment_read(struct request_desk *d, const struct request_attachment *f,
                             bool (*sink)(void *ctx, struct bytes plain, struct err *e), void *ctx, struct err *e)
{
    struct file_key k = {.d = d, .id = &f->id};
    const struct content c = {
        .name = f->content, .size = f->size, .digests = f->digests, .inline_sealed = f->inline_sealed};
    bool ok = store_read(archive_store(d->a), file_key_fn, &k, e) &&
              content_verify(archive_store(d->a), &c, &k.key, &f->id, sink, ctx, e);
    key_wipe(&k.key);
    return ok;
}

#define PART_PIECE (64u << 10)

static bool send_part(struct content_reader *r, uint64_t at, uint64_t n,
                      bool (*sink)(void *ctx, struct bytes plain, struct err *e), void *ctx, struct err *e)
{
    uint8_t piece[PART_PIECE];
    while (n > 0) {
        size_t got, want = n < sizeof piece ? (size_t)n : sizeof piece;
        if (!content_read(r, at, piece, want, &got, e)) {
            return false;
        }
        if (got != want) {
            return err_set(e, ERR_CORRUPT, "a file is shorter than its row says");
        }
        if (!sink(ctx, (struct bytes){piece, got}, e)) {
            return false;
        }
        at += got;
        n -= got;
    }
    return true;
}

bool request_attachment_part(struct request_desk *d, const struct request_attachment *f, uint64_t at, uint64_t n,
                             bool (*sink)(void *ctx, struct bytes plain, struct err *e), void *ctx, struct err *e)
{
    struct file_key k = {.d = d, .id = &f->id};
    struct content_reader *r CLEANUP(content_close) = NULL;
    struct store *s = archive_store(d->a);
    bool open = store_read(s, file_key_fn, &k, e) &&
                content_open(s, &f->content, f->inline_sealed, f->size, &k.key, &f->id, &r, e);
    key_wipe(&k.key);
    return open && send_part(r, at, n, sink, ctx, e);
}
