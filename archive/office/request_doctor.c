/* request_doctor.c: are the requests whole? Every head against its key, events, files, indexes, lines in the register
 * and the log, and back from each of them to the head; contents that are named and opened; figures added up anew.
 * Promises: a fault is told with its place, the fact and the repair; nothing is changed; what is compared is read in
 * one transaction. Fails only when it could not look. */
#include "request_doctor.h"

#include <string.h>

#define REBUILD N_("stop the archive and restore a backup; report what the doctor says")

/* ---------------------------------------------------------------- findings and pieces */

struct err *rq_find(struct rq_doctor *r, const char *place, const char *mend)
{
    struct rq_finding *f = arena_alloc(r->findings, sizeof *f);
    if (f == NULL) {
        r->no_memory = true;
        return &r->spare;
    }
    *f = (struct rq_finding){.place = place, .mend = mend};
    err_init(&f->wrong, r->lang);
    *r->end = f;
    r->end = &f->next;
    return &f->wrong;
}

static void piece_restart(void *ctx)
{
    struct rq_doctor *r = ctx;
    arena_reset(r->findings);
    r->first = NULL;
    r->end = &r->first;
    r->now = r->kept;
    r->figure_count = r->kept_figures;
    memcpy(r->figures, r->before, r->kept_figures * sizeof *r->figures);
}

static bool piece_done(void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    if (r->no_memory) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (const struct rq_finding *f = r->first; f != NULL; f = f->next) {
        r->tell(r->ctx, f->place, f->wrong.text, tr(r->lang, f->mend));
    }
    r->kept = r->now;
    r->kept_figures = r->figure_count;
    memcpy(r->before, r->figures, r->figure_count * sizeof *r->figures);
    return true;
}

bool rq_walk(struct rq_doctor *r, enum store_table table,
             bool (*row)(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e), struct err *e)
{
    const struct rq_scan s = {.table = table, .row = row, .restart = piece_restart, .done = piece_done, .ctx = r};
    return rq_scan(r->d, &s, e);
}

bool rq_is_there(struct txn *t, struct rq_doctor *r, enum store_table table, struct bytes key, struct bytes *val,
                 bool *found, struct err *e)
{
    struct bytes unused;
    return store_find(t, table, key, r->ar, val != NULL ? val : &unused, found, e);
}

/* ---------------------------------------------------------------- figures */

static struct rq_figure *figure(const struct rq_doctor *r, uint64_t year, uint64_t month, uint64_t kind, uint64_t state)
{
    for (size_t i = 0; i < r->figure_count; i++) {
        struct rq_figure *f = &r->figures[i];
        if (f->year == year && f->month == month && f->kind == kind && f->state == state) {
            return f;
        }
    }
    return NULL;
}

void rq_count(struct rq_doctor *r, uint64_t year, uint64_t month, uint64_t kind, uint64_t state)
{
    struct rq_figure *f = figure(r, year, month, kind, state);
    if (f != NULL) {
        f->n++;
    } else if (r->figure_count == FIGURES_MAX) {
        r->no_memory = true;
    } else {
        r->figures[r->figure_count++] = (struct rq_figure){year, month, kind, state, 1};
    }
}

uint64_t rq_counted(const struct rq_doctor *r, uint64_t year, uint64_t month, uint64_t kind, uint64_t state)
{
    const struct rq_figure *f = figure(r, year, month, kind, state);
    return f != NULL ? f->n : 0;
}

/* Endings share the list of figures: their months come after the others, and the last number holds three. */
static uint64_t ending_mark(uint64_t outcome, uint64_t pace, uint64_t late)
{
    return outcome | pace << 8 | late << 16;
}

void rq_count_ending(struct rq_doctor *r, const struct request_head *h)
{
    int year, month, day;
    day_split(h->ended, &year, &month, &day);
    rq_count(r, (uint64_t)year, (uint64_t)month + ENDING_MONTHS, h->kind, ending_mark(h->outcome, pace_of(h), h->late));
}

uint64_t rq_counted_ending(const struct rq_doctor *r, struct reader *key)
{
    uint64_t year = rd_be16(key), month = rd_u8(key), kind = rd_u8(key), outcome = rd_u8(key), pace = rd_u8(key);
    return rq_counted(r, year, month + ENDING_MONTHS, kind, ending_mark(outcome, pace, rd_u8(key)));
}

/* ---------------------------------------------------------------- a head and what belongs to it */

static bool check_pointer(struct txn *t, struct rq_doctor *r, const struct request_head *h, struct rq_key k,
                          const char *what, struct err *e)
{
    struct bytes val;
    bool found;
    char number[REQUEST_NUMBER_SIZE];
    number_text(h->year, h->seq, number);
    if (!rq_is_there(t, r, T_REQUEST_INDEX, rq_bytes(&k), &val, &found, e)) {
        return false;
    }
    if (!found || bytes_cmp(val, id_bytes(&h->id)) != 0) {
        err_set(rq_find(r, "request-index", REBUILD), ERR_CORRUPT, "request %s is not found by its %s", number, what);
    }
    return true;
}

static bool check_lines(struct txn *t, struct rq_doctor *r, const struct request_head *h, struct err *e)
{
    struct buf want CLEANUP(buf_free) = BUF_INIT(8192);
    char number[REQUEST_NUMBER_SIZE];
    number_text(h->year, h->seq, number);
    if (!public_line(h, &want, e)) {
        return false;
    }
    for (unsigned i = 0; i < REQUEST_LISTS; i++) {
        struct rq_key k = public_key(h, i);
        struct bytes val;
        bool found;
        if (!rq_is_there(t, r, T_REQUEST_LIST, rq_bytes(&k), &val, &found, e)) {
            return false;
        }
        if (!found || bytes_cmp(val, buf_bytes(&want)) != 0) {
            err_set(rq_find(r, "request-list", REBUILD), ERR_CORRUPT,
                    "the public register does not show request %s as it stands", number);
        }
    }
    return true;
}

static bool check_events(struct txn *t, struct rq_doctor *r, const struct request_head *h, struct err *e)
{
    char number[REQUEST_NUMBER_SIZE];
    uint32_t last;
    number_text(h->year, h->seq, number);
    if (!ledger_last_event(t, &h->id, &last, e)) {
        return false;
    }
    if (last != h->events) {
        err_set(rq_find(r, "request", RQ_RESTORE), ERR_CORRUPT,
                "request %s counts %llu events, and the log tells of %u", number, (unsigned long long)h->events, last);
    }
    for (uint64_t i = 1; i <= h->events; i++) {
        struct rq_key k = rq_event(&h->id, i);
        bool found;
        if (!rq_is_there(t, r, T_REQUEST_EVENT, rq_bytes(&k), NULL, &found, e)) {
            return false;
        }
        if (!found) {
            err_set(rq_find(r, "request-event", RQ_RESTORE), ERR_CORRUPT, "event %llu of request %s is missing",
                    (unsigned long long)i, number);
        }
    }
    return true;
}

static bool check_files_counted(struct txn *t, struct rq_doctor *r, const struct request_head *h, struct err *e)
{
    char number[REQUEST_NUMBER_SIZE];
    struct rq_key last = rq_event(&h->id, h->files), after = rq_event(&h->id, h->files + 1);
    bool has_last = true, has_more;
    number_text(h->year, h->seq, number);
    if ((h->files > 0 && !rq_is_there(t, r, T_REQUEST_FILE, rq_bytes(&last), NULL, &has_last, e)) ||
        !rq_is_there(t, r, T_REQUEST_FILE, rq_bytes(&after), NULL, &has_more, e)) {
        return false;
    }
    if (!has_last || has_more) {
        err_set(rq_find(r, "request-file", RQ_RESTORE), ERR_CORRUPT,
                "request %s counts %llu files, and others are there", number, (unsigned long long)h->files);
    }
    return true;
}

static bool check_key(struct txn *t, struct rq_doctor *r, const struct id *id, const char *place, const char *what,
                      struct err *e)
{
    struct key key CLEANUP(key_wipe) = {{0}};
    struct err why;
    err_init(&why, r->lang);
    if (key_get(t, archive_store(r->d->a), id, &key, &why)) {
        return true;
    }
    if (why.code != ERR_NOT_FOUND && why.code != ERR_CORRUPT) {
        *e = why;
        return false;
    }
    err_set(rq_find(r, place, N_("restore the newest copy of the keys")), ERR_CORRUPT, "key of %s: %s", what, why.text);
    return true;
}

/* Its places in the lists of changes and of published answers; its ending is counted. */
static bool check_traces(struct txn *t, struct rq_doctor *r, const struct request_head *h, struct err *e)
{
    struct rq_key shown = rq_shown(h), answer = rq_answer(h);
    bool changes = true, published = true;
    char number[REQUEST_NUMBER_SIZE];
    number_text(h->year, h->seq, number);
    if ((h->shown != 0 && !rq_is_there(t, r, T_REQUEST_INDEX, rq_bytes(&shown), NULL, &changes, e)) ||
        (h->published != 0 && !rq_is_there(t, r, T_REQUEST_INDEX, rq_bytes(&answer), NULL, &published, e))) {
        return false;
    }
    if (!changes || !published) {
        err_set(rq_find(r, "request-index", REBUILD), ERR_CORRUPT, "request %s is missing from the list of %s", number,
                changes ? "published answers" : "changes");
    }
    if (h->shown != 0 && !day_is_none(h->ended)) {
        rq_count_ending(r, h);
    }
    return true;
}

static bool check_head(struct txn *t, struct rq_doctor *r, const struct request_head *h, struct err *e)
{
    struct secret_hash token;
    char number[REQUEST_NUMBER_SIZE];
    uint64_t last;
    int year, month, day;
    number_text(h->year, h->seq, number);
    day_split(h->day, &year, &month, &day);
    rq_count(r, (uint64_t)year, (uint64_t)month, h->kind, h->state);
    rq_count(r, h->year, 0, 0, 0);
    if (!index_u64(t, rq_counter(h->year), &last, e)) {
        return false;
    }
    if (last < h->seq) {
        err_set(rq_find(r, "request-index", RQ_RESTORE), ERR_CORRUPT, "request %s has a number that was not given yet",
                number);
    }
    if (h->token_hash.n != sizeof token.b || h->code_hash.n != sizeof token.b) {
        err_set(rq_find(r, "request", RQ_RESTORE), ERR_CORRUPT, "request %s has a damaged secret", number);
        return true;
    }
    memcpy(token.b, h->token_hash.p, sizeof token.b);
    return check_key(t, r, &h->id, "key", number, e) && check_traces(t, r, h, e) &&
           check_pointer(t, r, h, rq_by_number(h->year, h->seq), "number", e) &&
           check_pointer(t, r, h, rq_by_token(&token), "address", e) && check_lines(t, r, h, e) &&
           check_events(t, r, h, e) && check_files_counted(t, r, h, e);
}

bool rq_head_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    struct request_head h;
    struct err why;
    err_init(&why, r->lang);
    arena_reset(r->ar);
    r->now.checked++;
    r->now.heads++;
    if (key.n != sizeof h.id.b || !row_decode(&request_head_kind, val, NULL, NULL, r->ar, &h, &why)) {
        err_set(rq_find(r, "request", RQ_RESTORE), ERR_CORRUPT, "a request's row is damaged: %s", why.text);
        return true;
    }
    memcpy(h.id.b, key.p, sizeof h.id.b);
    return check_head(t, r, &h, e);
}

/* An event or a file whose request is not there. */
bool rq_owned_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    bool found;
    (void)val;
    arena_reset(r->ar);
    r->now.checked++;
    if (key.n != sizeof(struct id) + 4) {
        err_set(rq_find(r, "request-event", RQ_RESTORE), ERR_CORRUPT, "a row has a key of the wrong size");
        return true;
    }
    if (!rq_is_there(t, r, T_REQUEST, (struct bytes){key.p, sizeof(struct id)}, NULL, &found, e)) {
        return false;
    }
    if (!found) {
        err_set(rq_find(r, "request-event", RQ_RESTORE), ERR_CORRUPT, "a row belongs to a request that is not there");
    }
    return true;
}

/* ---------------------------------------------------------------- files */

static bool check_content(struct txn *t, struct rq_doctor *r, const struct request_file_row *f, struct err *e)
{
    struct content_reader *reader CLEANUP(content_close) = NULL;
    struct key key CLEANUP(key_wipe) = {{0}};
    struct err why;
    char text[33];
    bool found = true;
    err_init(&why, r->lang);
    id_text(f->id, text);
    if (id_is_zero(f->content)) {
        return true;
    }
    r->now.named++;
    if (!rq_is_there(t, r, T_CONTENT, id_bytes(&f->content), NULL, &found, e)) {
        return false;
    }
    if (!found) {
        err_set(rq_find(r, "content", RQ_RESTORE), ERR_CORRUPT, "the content of file %s is not known to the sweep",
                text);
    }
    if (key_get(t, archive_store(r->d->a), &f->id, &key, &why) &&
        !content_open(archive_store(r->d->a), &f->content, f->inline_sealed, f->size, &key, &f->id, &reader, &why)) {
        err_set(rq_find(r, "content", RQ_RESTORE), ERR_CORRUPT, "content of file %s: %s", text, why.text);
    }
    return true;
}

bool rq_file_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rq_doctor *r = ctx;
    struct request_file_row f;
    struct err why;
    char text[33];
    uint64_t entry;
    err_init(&why, r->lang);
    if (!rq_owned_row(t, key, val, ctx, e)) {
        return false;
    }
    if (!row_decode(&request_file_kind, val, NULL, NULL, r->ar, &f, &why)) {
        err_set(rq_find(r, "request-file", RQ_RESTORE), ERR_CORRUPT, "a file's row is damaged: %s", why.text);
        return true;
    }
    id_text(f.id, text);
    if (!ledger_find(t, &f.id, 1, &entry, &why)) {
        if (why.code != ERR_NOT_FOUND) {
            *e = why;
            return false;
        }
        err_set(rq_find(r, "request-file", RQ_RESTORE), ERR_CORRUPT, "the log does not tell of file %s", text);
    }
    return check_key(t, r, &f.id, "key", text, e) && check_content(t, r, &f, e);
}

/* ---------------------------------------------------------------- the whole */

static bool examine(struct rq_doctor *r, struct err *e)
{
    static const struct {
        enum store_table table;
        bool (*row)(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e);
    } walks[] = {{T_REQUEST, rq_head_row},      {T_REQUEST_EVENT, rq_owned_row},   {T_REQUEST_FILE, rq_file_row},
                 {T_DRAFT, rq_draft_row},       {T_DRAFT_FILE, rq_draft_file_row}, {T_CONTENT, rq_content_row},
                 {T_REQUEST_LIST, rq_line_row}, {T_REQUEST_INDEX, rq_index_row},   {T_LOG_ENTRY, rq_entry_row}};
    for (size_t i = 0; i < COUNT_OF(walks); i++) {
        if (!rq_walk(r, walks[i].table, walks[i].row, e)) {
            return false;
        }
    }
    piece_restart(r);
    return rq_sums(r, e) && piece_done(r, e);
}

bool request_doctor(struct request_desk *d, store_finding finding, void *ctx, uint64_t *checked, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20), *findings CLEANUP(arena_free) = arena_new(16u << 20),
                     *figures CLEANUP(arena_free) = arena_new(2 * FIGURES_MAX * sizeof(struct rq_figure) + 4096);
    struct rq_doctor r = {.d = d, .tell = finding, .ctx = ctx, .lang = e->lang, .ar = ar, .findings = findings};
    if (ar == NULL || findings == NULL || figures == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    r.figures = arena_alloc(figures, FIGURES_MAX * sizeof *r.figures);
    r.before = arena_alloc(figures, FIGURES_MAX * sizeof *r.before);
    r.end = &r.first;
    err_init(&r.spare, r.lang);
    if (r.figures == NULL || r.before == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!examine(&r, e)) {
        return false;
    }
    *checked = r.kept.checked;
    return true;
}
