/* request_doctor_index.c: the other half of the doctor of requests: from each index, line, draft and log entry back to
 * the request, and the sums. See request_doctor.c. */
#include "notice.h"
#include "request_doctor.h"

#include <string.h>

#define ENTRY_HEAD "akta-entry/v1\ntype request-file\n"

/* ---------------------------------------------------------------- ways to a request */

static bool check_target(struct txn *t, struct rq_doctor *r, struct bytes key, struct bytes val, struct err *e)
{
    struct bytes raw;
    bool found = false;
    if (val.n < sizeof(struct id) || (key.p[0] != 'o' && val.n != sizeof(struct id))) {
        err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT, "a row of the index is damaged");
        return true;
    }
    struct bytes id = {val.p, sizeof(struct id)};
    if (!rq_is_there(t, r, T_REQUEST, id, &raw, &found, e)) {
        return false;
    }
    if (!found) {
        err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT,
                "a number, address or key leads to a request that is not there");
    }
    return true;
}

/* A word leads to a place in the list, and the subject there must hold it. */
static bool check_word(struct txn *t, struct rq_doctor *r, struct bytes key, struct err *e)
{
    struct rq_key k = rq_list(0, 0);
    struct request_line_row line;
    struct subject_stems stems;
    struct bytes val;
    bool found, held = false;
    if (key.n < RQ_PLACE + 2) {
        err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT, "a row of the index is damaged");
        return true;
    }
    struct str stem = {(const char *)key.p + 1, key.n - RQ_PLACE - 2};
    memcpy(k.b + k.n, key.p + key.n - RQ_PLACE, RQ_PLACE);
    k.n += RQ_PLACE;
    if (!rq_is_there(t, r, T_REQUEST_LIST, rq_bytes(&k), &val, &found, e) ||
        (found && (!row_decode(&request_line_kind, val, NULL, NULL, r->ar, &line, e) ||
                   !stems_of(line.subject, r->ar, &stems, e)))) {
        return false;
    }
    for (size_t i = 0; found && i < stems.count; i++) {
        held |= str_eq(stems.list[i], stem);
    }
    if (!held) {
        err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT,
                "a word leads to a subject that does not hold it");
    }
    return true;
}

static void check_tally(struct rq_doctor *r, struct bytes key, struct bytes val)
{
    struct reader k = reader_of((struct bytes){key.p + 1, key.n - 1}), v = reader_of(val);
    uint64_t year = rd_be16(&k), month = rd_u8(&k), kind = rd_u8(&k), state = rd_u8(&k), n = rd_be64(&v);
    uint64_t counted = rq_counted(r, year, month, kind, state);
    if (!rd_done(&k) || !rd_done(&v) || n != counted) {
        err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT,
                "the figures count %llu requests where %llu are there", (unsigned long long)n,
                (unsigned long long)counted);
    }
}

static void check_ending(struct rq_doctor *r, struct bytes key, struct bytes val)
{
    struct reader k = reader_of((struct bytes){key.p + 1, key.n - 1}), v = reader_of(val);
    uint64_t counted = rq_counted_ending(r, &k), n = rd_be64(&v);
    if (!rd_done(&k) || !rd_done(&v) || n != counted) {
        err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT,
                "the figures count %llu ended requests where %llu are there", (unsigned long long)n,
                (unsigned long long)counted);
    }
}

/* A change, a published answer or a word of one: its last bytes name the request. */
static bool check_place(struct txn *t, struct rq_doctor *r, struct bytes key, struct err *e)
{
    bool found = false;
    if (key.n > RQ_PLACE) {
        struct reader k = reader_of((struct bytes){key.p + key.n - 6, 6});
        uint64_t year = rd_be16(&k);
        struct rq_key number = rq_by_number(year, rd_be32(&k));
        if (!rq_is_there(t, r, T_REQUEST_INDEX, rq_bytes(&number), NULL, &found, e)) {
            return false;
        }
    }
    if (!found) {
        err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT,
                "a number, address or key leads to a request that is not there");
    }
    return true;
}

static bool notice_is_wrong(struct rq_doctor *r)
{
    err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT, "a notice and the lists of notices do not agree");
    return true;
}

/* A notice belongs to a request and is in the list of its state. */
static bool check_notice(struct txn *t, struct rq_doctor *r, struct bytes key, struct bytes val, struct err *e)
{
    struct notice_row row;
    struct id request;
    struct rq_key listed;
    struct reader k = reader_of(key);
    struct err why;
    bool found, there = true;
    err_init(&why, r->lang);
    rd_u8(&k);
    struct bytes id = rd_bytes(&k, sizeof request.b);
    uint64_t event = rd_be32(&k);
    if (!rd_done(&k) || !notice_decode(val, &row, &why)) {
        return notice_is_wrong(r);
    }
    memcpy(request.b, id.p, sizeof request.b);
    if (!rq_is_there(t, r, T_REQUEST, id, NULL, &found, e) ||
        (notice_listed(&row, &request, event, &listed) &&
         !rq_is_there(t, r, T_REQUEST_INDEX, rq_bytes(&listed), NULL, &there, e))) {
        return false;
    }
    return (found && there) || notice_is_wrong(r);
}

/* And what is listed is a notice that says so itself. */
static bool check_listed(struct txn *t, struct rq_doctor *r, struct bytes key, struct err *e)
{
    struct notice_place place;
    struct notice_row row;
    struct rq_key listed;
    bool found;
    if (!notice_place_read(key, &place)) {
        return notice_is_wrong(r);
    }
    if (!notice_get(t, &place.request, place.event, &row, &found, e)) {
        return false;
    }
    return (found && notice_listed(&row, &place.request, place.event, &listed) &&
            bytes_cmp(rq_bytes(&listed), key) == 0) ||
           notice_is_wrong(r);
}

bool rq_index_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    arena_reset(r->ar);
    r->now.checked++;
    switch (key.n > 0 ? key.p[0] : 0) {
        case 'n':
        case 't':
        case 'o':
            return check_target(t, r, key, val, e);
        case 'w':
            return check_word(t, r, key, e);
        case 'm':
            return check_notice(t, r, key, val, e);
        case 'q':
            return check_listed(t, r, key, e);
        case 's':
            check_tally(r, key, val);
            return true;
        case 'e':
            check_ending(r, key, val);
            return true;
        case 'u':
        case 'p':
        case 'x':
            return check_place(t, r, key, e);
        case 'a': /* a closing under way (request_close.c) */
        case 'b':
        case 'c':
        case 'l':
            return true; /* checked by the sums */
        default:
            err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT, "a row of the index is of no known kind");
            return true;
    }
}

bool rq_line_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    struct reader k = reader_of(key);
    bool found;
    (void)val;
    arena_reset(r->ar);
    r->now.checked++;
    r->now.lines++;
    rd_bytes(&k, 2 + 8);
    uint64_t year = rd_be16(&k), seq = rd_be32(&k);
    struct rq_key number = rq_by_number(year, seq);
    if (!rd_done(&k) || !rq_is_there(t, r, T_REQUEST_INDEX, rq_bytes(&number), NULL, &found, e)) {
        return rd_done(&k) ? false : err_set(e, ERR_CORRUPT, "a key of the public register is damaged");
    }
    if (!found) {
        err_set(rq_find(r, "request-list", RQ_RESTORE), ERR_CORRUPT,
                "the public register shows a request that is not there");
    }
    return true;
}

/* ---------------------------------------------------------------- drafts and contents */

bool rq_draft_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    struct draft_row row;
    struct err why;
    (void)t;
    (void)key;
    (void)e;
    err_init(&why, r->lang);
    arena_reset(r->ar);
    r->now.checked++;
    if (!row_decode(&draft_kind, val, NULL, NULL, r->ar, &row, &why)) {
        err_set(rq_find(r, "draft", RQ_RESTORE), ERR_CORRUPT, "a draft's row is damaged: %s", why.text);
        return true;
    }
    r->now.draft_bytes += row.bytes;
    return true;
}

bool rq_draft_file_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    struct draft_file_row row;
    struct err why;
    bool has_draft, has_content = true;
    err_init(&why, r->lang);
    arena_reset(r->ar);
    r->now.checked++;
    if (key.n != sizeof(struct id) + 4 || !row_decode(&draft_file_kind, val, NULL, NULL, r->ar, &row, &why)) {
        err_set(rq_find(r, "draft-file", RQ_RESTORE), ERR_CORRUPT, "the row of a draft's file is damaged: %s",
                why.text);
        return true;
    }
    if (!rq_is_there(t, r, T_DRAFT, (struct bytes){key.p, sizeof(struct id)}, NULL, &has_draft, e) ||
        (!id_is_zero(row.content) && !rq_is_there(t, r, T_CONTENT, id_bytes(&row.content), NULL, &has_content, e))) {
        return false;
    }
    r->now.named += !id_is_zero(row.content);
    if (!has_draft || !has_content) {
        err_set(rq_find(r, "draft-file", RQ_RESTORE), ERR_CORRUPT,
                "a draft's file lacks its draft, or its content is not known to the sweep");
    }
    return true;
}

bool rq_content_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    (void)t;
    (void)e;
    r->now.checked++;
    r->now.contents++;
    if (key.n != sizeof(struct id) || val.n != sizeof(struct id)) {
        err_set(rq_find(r, "content", RQ_RESTORE), ERR_CORRUPT, "a row of the list of contents is damaged");
    }
    return true;
}

/* ---------------------------------------------------------------- the log, and the sums */

/* A filing that the log tells of; the head of its text says so without reading all of it. */
bool rq_entry_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    struct entry en;
    instant when;
    struct err why;
    bool found;
    char text[33];
    (void)key;
    if (!str_starts(str_of_bytes(val), ENTRY_HEAD)) {
        return true;
    }
    err_init(&why, r->lang);
    arena_reset(r->ar);
    r->now.checked++;
    if (!entry_parse(val, r->ar, &en, &when, &why)) {
        return true; /* the log's own check names it */
    }
    if (!rq_is_there(t, r, T_REQUEST, id_bytes(&en.object), NULL, &found, e)) {
        return false;
    }
    id_text(en.object, text);
    if (!found) {
        err_set(rq_find(r, "request", RQ_RESTORE), ERR_CORRUPT, "the log tells of request %s, and it has no row", text);
    }
    return true;
}

struct sums {
    uint64_t draft_bytes;
};

static bool sums_fn(struct txn *t, void *ctx, struct err *e)
{
    struct sums *s = ctx;
    return index_u64(t, rq_draft_bytes(), &s->draft_bytes, e);
}

bool rq_sums(struct rq_doctor *r, struct err *e)
{
    struct sums s = {0};
    if (!store_read(archive_store(r->d->a), sums_fn, &s, e)) {
        return false;
    }
    if (r->now.lines != REQUEST_LISTS * r->now.heads) {
        err_set(rq_find(r, "request-list", RQ_RESTORE), ERR_CORRUPT,
                "the public register has %llu lines for %llu requests", (unsigned long long)r->now.lines,
                (unsigned long long)r->now.heads);
    }
    if (r->now.contents != r->now.named) {
        err_set(rq_find(r, "content", RQ_RESTORE), ERR_CORRUPT, "%llu contents are listed, and %llu files have one",
                (unsigned long long)r->now.contents, (unsigned long long)r->now.named);
    }
    if (s.draft_bytes != r->now.draft_bytes) {
        err_set(rq_find(r, "draft", N_("nothing: the figure rights itself as drafts go")), ERR_CORRUPT,
                "all drafts hold %llu bytes, and %llu are counted", (unsigned long long)r->now.draft_bytes,
                (unsigned long long)s.draft_bytes);
    }
    return true;
}
