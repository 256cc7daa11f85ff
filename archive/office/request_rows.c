/* request_rows.c: requests as rows and keys. The head holds what may be known without the request's key and changes
 * with every verb; events and files are written once. Indexes are composite keys that begin with a letter for their
 * kind. Fails with the store; a row that does not decode is ERR_CORRUPT. */
#include "request_internal.h"

#include <string.h>

#define HEAD_MAX (64u * 1024)

/* ---------------------------------------------------------------- field tables */

#define HEAD(field) offsetof(struct request_head, field)
static const struct field head_fields[] = {
    {1, "year", F_U64, HEAD(year), 2299, FIELD_REQUIRED},
    {2, "seq", F_U64, HEAD(seq), 999999999, FIELD_REQUIRED},
    {3, "kind", F_U64, HEAD(kind), REQUEST_KIND_END - 1, FIELD_REQUIRED},
    {4, "filed_kind", F_U64, HEAD(filed_kind), REQUEST_KIND_END - 1, FIELD_REQUIRED},
    {5, "state", F_U64, HEAD(state), REQUEST_STATE_END - 1, FIELD_REQUIRED},
    {6, "before", F_U64, HEAD(before), REQUEST_STATE_END - 1, 0},
    {7, "channel", F_U64, HEAD(channel), REQUEST_CHANNEL_END - 1, FIELD_REQUIRED},
    {8, "lang", F_U64, HEAD(lang), 1, 0},
    {9, "way", F_U64, HEAD(way), REQUEST_WAY_END - 1, 0},
    {10, "flags", F_U64, HEAD(flags), 0, 0},
    {11, "call", F_U64, HEAD(call), REQUEST_CALL_END - 1, 0},
    {12, "received", F_INSTANT, HEAD(received), 0, FIELD_REQUIRED},
    {13, "day", F_DAY, HEAD(day), 0, FIELD_REQUIRED},
    {14, "raw", F_DAY, HEAD(raw), 0, FIELD_REQUIRED},
    {15, "due", F_DAY, HEAD(due), 0, FIELD_REQUIRED},
    {16, "safe", F_DAY, HEAD(safe), 0, FIELD_REQUIRED},
    {17, "longest", F_DAY, HEAD(longest), 0, 0},
    {18, "term_unit", F_U64, HEAD(term_unit), 4, FIELD_REQUIRED},
    {19, "term_amount", F_U64, HEAD(term_amount), 10000, FIELD_REQUIRED},
    {20, "term_rule", F_TEXT, HEAD(term_rule), 40, FIELD_REQUIRED},
    {21, "skipped", F_TEXT, HEAD(skipped), 4000, 0},
    {22, "extended_to", F_DAY, HEAD(extended_to), 0, 0},
    {23, "waiting_until", F_DAY, HEAD(waiting_until), 0, 0},
    {24, "disclose_from", F_DAY, HEAD(disclose_from), 0, 0},
    {25, "ended", F_DAY, HEAD(ended), 0, 0},
    {26, "served", F_DAY, HEAD(served), 0, 0},
    {27, "grosze", F_U64, HEAD(grosze), 0, 0},
    {28, "outcome", F_U64, HEAD(outcome), REQUEST_OUTCOME_END - 1, 0},
    {29, "events", F_U64, HEAD(events), UINT32_MAX, FIELD_REQUIRED},
    {30, "files", F_U64, HEAD(files), UINT32_MAX, 0},
    {31, "entry", F_U64, HEAD(entry), 0, FIELD_REQUIRED},
    {32, "unit", F_TEXT, HEAD(unit), 200, 0},
    {33, "subject", F_TEXT, HEAD(subject), 300, 0},
    {34, "law", F_TEXT, HEAD(law), 4000, 0},
    {35, "file", F_ID, HEAD(file), 0, 0},
    {36, "code_hash", F_BYTES, HEAD(code_hash), SHA256_SIZE, FIELD_REQUIRED},
    {37, "token_hash", F_BYTES, HEAD(token_hash), SHA256_SIZE, FIELD_REQUIRED},
    {38, "once_box", F_BYTES, HEAD(once_box), 200, 0},
    {39, "changed", F_INSTANT, HEAD(changed), 0, FIELD_REQUIRED},
    {40, "decide_by", F_DAY, HEAD(decide_by), 0, 0},
    {41, "shown", F_INSTANT, HEAD(shown), 0, 0},
    {42, "late", F_U64, HEAD(late), 1, 0},
    {43, "published", F_INSTANT, HEAD(published), 0, 0},
    {44, "answer_text", F_TEXT, HEAD(answer_text), 4000, 0},
    {45, "answer_files", F_TEXT, HEAD(answer_files), 200, 0},
    {46, "answer_outcome", F_U64, HEAD(answer_outcome), REQUEST_OUTCOME_END - 1, 0},
    {47, "answered", F_DAY, HEAD(answered), 0, 0},
};
const struct row_kind request_head_kind = {"request", 1, head_fields, COUNT_OF(head_fields)};

#define SECRET       (FIELD_SEALED | FIELD_PERSONAL)
#define EVENT(field) offsetof(struct request_event_row, field)
static const struct field event_fields[] = {
    {1, "verb", F_U64, EVENT(verb), REQUEST_VERB_END - 1, FIELD_REQUIRED},
    {2, "role", F_U64, EVENT(role), REQUEST_CLOCK, FIELD_REQUIRED},
    {3, "to", F_U64, EVENT(to), REQUEST_STATE_END - 1, FIELD_REQUIRED},
    {4, "at", F_INSTANT, EVENT(at), 0, FIELD_REQUIRED},
    {5, "until", F_DAY, EVENT(until), 0, 0},
    {6, "served", F_DAY, EVENT(served), 0, 0},
    {7, "grosze", F_U64, EVENT(grosze), 0, 0},
    {8, "outcome", F_U64, EVENT(outcome), REQUEST_OUTCOME_END - 1, 0},
    {9, "call", F_U64, EVENT(call), REQUEST_CALL_END - 1, 0},
    {10, "kind", F_U64, EVENT(kind), REQUEST_KIND_END - 1, 0},
    {11, "files", F_U64, EVENT(files), UINT32_MAX, 0},
    {12, "unit", F_TEXT, EVENT(unit), 200, 0},
    {13, "letter_size", F_U64, EVENT(letter_size), 0, 0},
    {14, "channel", F_U64, EVENT(channel), REQUEST_CHANNEL_END - 1, 0},
    {15, "came", F_DAY, EVENT(came), 0, 0},
    {40, "text", F_TEXT, EVENT(text), 20000, SECRET},
    {41, "form_kind", F_U64, EVENT(form.kind), REQUEST_KIND_END - 1, SECRET},
    {42, "way", F_U64, EVENT(form.way), REQUEST_WAY_END - 1, SECRET},
    {43, "right", F_U64, EVENT(form.right), REQUEST_RIGHT_END - 1, SECRET},
    {44, "content", F_TEXT, EVENT(form.content), 20000, SECRET},
    {45, "way_other", F_TEXT, EVENT(form.way_other), 500, SECRET},
    {46, "name", F_TEXT, EVENT(form.name), 200, SECRET},
    {47, "organisation", F_TEXT, EVENT(form.organisation), 300, SECRET},
    {48, "proxy", F_TEXT, EVENT(form.proxy), 300, SECRET},
    {49, "email", F_TEXT, EVENT(form.email), 254, SECRET},
    {50, "phone", F_TEXT, EVENT(form.phone), 40, SECRET},
    {51, "street", F_TEXT, EVENT(form.street), 200, SECRET},
    {52, "postal_code", F_TEXT, EVENT(form.postal_code), 12, SECRET},
    {53, "city", F_TEXT, EVENT(form.city), 100, SECRET},
    {54, "country", F_TEXT, EVENT(form.country), 60, SECRET},
    {55, "purpose", F_TEXT, EVENT(form.purpose), 5000, SECRET},
    {56, "format", F_TEXT, EVENT(form.format), 1000, SECRET},
    {57, "source", F_TEXT, EVENT(form.source), 2000, SECRET},
    {58, "conditions", F_TEXT, EVENT(form.conditions), 5000, SECRET},
    {59, "period", F_TEXT, EVENT(form.period), 2000, SECRET},
    {60, "behalf", F_TEXT, EVENT(form.behalf), 1000, SECRET},
    {61, "publish_name", F_U64, EVENT(form.publish_name), 1, SECRET},
    {70, "letter", F_DIGESTS, EVENT(letter), 0, SECRET},
};
const struct row_kind request_event_kind = {"request-event", 1, event_fields, COUNT_OF(event_fields)};

#define FILE_AT(field) offsetof(struct request_file_row, field)
static const struct field file_fields[] = {
    {1, "id", F_ID, FILE_AT(id), 0, FIELD_REQUIRED},
    {2, "event", F_U64, FILE_AT(event), UINT32_MAX, FIELD_REQUIRED},
    {3, "released", F_U64, FILE_AT(released), 1, 0},
    {4, "size", F_U64, FILE_AT(size), 0, FIELD_REQUIRED},
    {5, "stored", F_U64, FILE_AT(stored), 0, FIELD_REQUIRED},
    {6, "content", F_ID, FILE_AT(content), 0, 0},
    {7, "inline_sealed", F_BYTES, FILE_AT(inline_sealed), 8192, 0},
    {8, "type", F_TEXT, FILE_AT(type), 120, 0},
    {20, "name", F_TEXT, FILE_AT(name), 255, SECRET},
    {21, "digests", F_DIGESTS, FILE_AT(digests), 0, SECRET},
};
const struct row_kind request_file_kind = {"request-file", 1, file_fields, COUNT_OF(file_fields)};

#define LINE(field) offsetof(struct request_line_row, field)
static const struct field line_fields[] = {
    {1, "received", F_DAY, LINE(received), 0, FIELD_REQUIRED},
    {2, "due", F_DAY, LINE(due), 0, FIELD_REQUIRED},
    {3, "ended", F_DAY, LINE(ended), 0, 0},
    {4, "outcome", F_U64, LINE(outcome), REQUEST_OUTCOME_END - 1, 0},
    {5, "extended", F_U64, LINE(extended), 1, 0},
    {6, "subject", F_TEXT, LINE(subject), 300, 0},
    {7, "kind", F_U64, LINE(kind), REQUEST_KIND_END - 1, FIELD_REQUIRED},
    {8, "state", F_U64, LINE(state), REQUEST_STATE_END - 1, FIELD_REQUIRED},
    {9, "answer", F_U64, LINE(answer), 1, 0},
};
const struct row_kind request_line_kind = {"request-line", 1, line_fields, COUNT_OF(line_fields)};

/* ---------------------------------------------------------------- keys */

static struct rq_key add(struct rq_key k, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        k.b[k.n++] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
    }
    return k;
}

static struct rq_key add_bytes(struct rq_key k, const uint8_t *p, size_t n)
{
    memcpy(k.b + k.n, p, n);
    k.n += n;
    return k;
}

static struct rq_key letter(char c)
{
    return add((struct rq_key){.n = 0}, (uint8_t)c, 1);
}

struct bytes rq_bytes(const struct rq_key *k)
{
    return (struct bytes){k->b, k->n};
}

struct rq_key rq_by_number(uint64_t year, uint64_t seq)
{
    return add(add(letter('n'), year, 2), seq, 4);
}

struct rq_key rq_by_token(const struct secret_hash *h)
{
    return add_bytes(letter('t'), h->b, sizeof h->b);
}

struct rq_key rq_by_once(const struct secret_hash *h)
{
    return add_bytes(letter('o'), h->b, sizeof h->b);
}

struct rq_key rq_counter(uint64_t year)
{
    return add(letter('c'), year, 2);
}

struct rq_key rq_tally(uint64_t year, uint64_t month, uint64_t kind, uint64_t state)
{
    return add(add(add(add(letter('s'), year, 2), month, 1), kind, 1), state, 1);
}

struct rq_key rq_draft_bytes(void)
{
    return letter('b');
}

struct rq_key rq_log_seen(void)
{
    return letter('l');
}

struct rq_key rq_event(const struct id *request, uint64_t event)
{
    return add(add_bytes((struct rq_key){.n = 0}, request->b, sizeof request->b), event, 4);
}

struct rq_key rq_place(struct rq_key before, const struct request_head *h)
{
    return add(add(add(before, (uint64_t)h->received, 8), h->year, 2), h->seq, 4);
}

static struct rq_key at_time(char c, instant at, const struct request_head *h)
{
    return add(add(add(letter(c), (uint64_t)at, 8), h->year, 2), h->seq, 4);
}

struct rq_key rq_shown(const struct request_head *h)
{
    return at_time('u', h->shown, h);
}

struct rq_key rq_answer(const struct request_head *h)
{
    return at_time('p', h->published, h);
}

struct rq_key rq_answer_word(struct str stem)
{
    return add(add_bytes(letter('x'), (const uint8_t *)stem.p, stem.n), 0, 1);
}

struct rq_key rq_ended(const struct request_head *h)
{
    int year, month, day;
    day_split(h->ended, &year, &month, &day);
    struct rq_key k = add(add(add(letter('e'), (uint64_t)year, 2), (uint64_t)month, 1), h->kind, 1);
    return add(add(add(k, h->outcome, 1), pace_of(h), 1), h->late, 1);
}

struct rq_key rq_list(uint64_t kind, uint64_t state)
{
    return add(add((struct rq_key){.n = 0}, kind, 1), state, 1);
}

struct rq_key rq_word(struct str stem)
{
    return add(add_bytes(letter('w'), (const uint8_t *)stem.p, stem.n), 0, 1);
}

/* ---------------------------------------------------------------- heads and small index values */

bool head_get(struct txn *t, const struct id *id, struct arena *ar, struct request_head *out, struct err *e)
{
    struct bytes val;
    if (!store_get(t, T_REQUEST, id_bytes(id), ar, &val, e) ||
        !row_decode(&request_head_kind, val, NULL, id, ar, out, e)) {
        return false;
    }
    out->id = *id;
    return true;
}

bool row_is_lost(enum err_code code)
{
    return code == ERR_CORRUPT || code == ERR_NOT_FOUND || code == ERR_UNSUPPORTED;
}

bool head_try(struct txn *t, const struct id *id, struct arena *ar, struct request_head *out, bool *readable,
              struct err *e)
{
    struct err why;
    err_init(&why, e->lang);
    *readable = head_get(t, id, ar, out, &why);
    if (*readable || row_is_lost(why.code)) {
        return true;
    }
    *e = why;
    return false;
}

bool head_put(struct txn *t, const struct request_head *h, bool fresh, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(HEAD_MAX);
    if (!row_encode(&request_head_kind, h, NULL, &h->id, &val, e) || !buf_ok(&val, e)) {
        return false;
    }
    return fresh ? store_insert(t, T_REQUEST, id_bytes(&h->id), buf_bytes(&val), e)
                 : store_put(t, T_REQUEST, id_bytes(&h->id), buf_bytes(&val), e);
}

bool index_u64(struct txn *t, struct rq_key k, uint64_t *out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(512);
    struct bytes val = {NULL, 0};
    bool found;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_find(t, T_REQUEST_INDEX, rq_bytes(&k), ar, &val, &found, e)) {
        return false;
    }
    struct reader r = reader_of(val);
    *out = found ? rd_be64(&r) : 0;
    return !found || rd_done(&r) || err_set(e, ERR_CORRUPT, "a figure of the index of requests is damaged");
}

bool index_u64_put(struct txn *t, struct rq_key k, uint64_t v, struct err *e)
{
    uint8_t be[8];
    for (size_t i = 0; i < sizeof be; i++) {
        be[i] = (uint8_t)(v >> (56 - 8 * i));
    }
    return store_put(t, T_REQUEST_INDEX, rq_bytes(&k), (struct bytes){be, sizeof be}, e);
}

bool index_id(struct txn *t, struct rq_key k, struct id *out, uint64_t *event, bool *found, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(512);
    struct bytes val;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_find(t, T_REQUEST_INDEX, rq_bytes(&k), ar, &val, found, e)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    struct reader r = reader_of(val);
    struct bytes id = rd_bytes(&r, sizeof out->b);
    if (event != NULL) {
        *event = rd_be32(&r);
    }
    if (!rd_done(&r)) {
        return err_set(e, ERR_CORRUPT, "a row of the index of requests is damaged");
    }
    memcpy(out->b, id.p, sizeof out->b);
    return true;
}

bool index_id_put(struct txn *t, struct rq_key k, const struct id *id, uint64_t event, struct err *e)
{
    struct rq_key val = rq_event(id, event);
    val.n = event == 0 ? sizeof id->b : val.n;
    return store_insert(t, T_REQUEST_INDEX, rq_bytes(&k), rq_bytes(&val), e);
}
