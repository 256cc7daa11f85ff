/* request_desk.c: the desk itself: its limits, what it shares between threads, and the check that no number of the log
 * is given twice after a restore. Fails with the store. */
#include "request_internal.h"

#define MEGABYTE  (UINT64_C(1) << 20)
#define LOG_PIECE 4096u

const struct request_limits request_limits_standard = {
    .files = 10, .file_bytes = 100 * MEGABYTE, .draft_bytes = 2048 * MEGABYTE, .draft_hours = 24};

void request_limits_take(const struct settings *set, struct request_limits *out)
{
    *out = (struct request_limits){.files = setting_u64(set, "requests.files"),
                                   .file_bytes = setting_u64(set, "requests.file_mb") * MEGABYTE,
                                   .draft_bytes = setting_u64(set, "requests.draft_mb") * MEGABYTE,
                                   .draft_hours = setting_u64(set, "requests.draft_hours"),
                                   .notices = setting_text(set, "mail.server").n > 0};
}

/* ---------------------------------------------------------------- numbers that only the log knows
 *
 * A restore may bring back a log that is newer than the rows. Its filings are not there any more, but their numbers
 * were told to people: they are never given again. The log is looked at from where the last look ended. */

struct seen {
    struct arena *ar;
    uint64_t first;       /* entry of the log that is written today */
    uint64_t from, place; /* log indexes */
    size_t count;
};

static bool lift_counter(struct txn *t, struct str number, struct err *e)
{
    uint64_t year, seq, last;
    if (!number_parse(number, &year, &seq)) {
        return err_set(e, ERR_CORRUPT, "a filing in the log has no number");
    }
    struct rq_key k = rq_counter(year);
    return index_u64(t, k, &last, e) && (seq <= last || index_u64_put(t, k, seq, e));
}

static bool look_at(struct txn *t, struct bytes text, struct arena *ar, struct err *e)
{
    struct entry en;
    instant when;
    struct err why = ERR_INIT;
    if (!entry_parse(text, ar, &en, &when, &why) || en.type != E_REQUEST_FILE) {
        return true; /* what is damaged there is the log's own business */
    }
    for (size_t i = 0; i < en.line_count; i++) {
        if (str_is(str_of(en.lines[i].key), "number")) {
            return lift_counter(t, en.lines[i].value, e);
        }
    }
    return true;
}

static bool seen_fn(struct txn *t, void *ctx, struct err *e)
{
    struct seen *s = ctx;
    struct err why;
    struct bytes text;
    if (!index_u64(t, rq_log_seen(), &s->from, e)) {
        return false;
    }
    s->place = s->from < s->first ? s->first : s->from;
    for (s->count = 0; s->count < LOG_PIECE; s->count++) {
        arena_reset(s->ar);
        err_init(&why, e->lang);
        if (!ledger_entry(t, s->place, s->ar, &text, &why)) {
            if (why.code != ERR_NOT_FOUND) {
                *e = why;
                return false;
            }
            break;
        }
        if (!look_at(t, text, s->ar, e)) {
            return false;
        }
        s->place++;
    }
    return s->place == s->from || index_u64_put(t, rq_log_seen(), s->place, e);
}

bool numbers_ready(struct request_desk *d, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct seen s = {.ar = ar};
    struct ledger_head head;
    if (atomic_load(&d->numbers_ready)) {
        return true;
    }
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!ledger_head_get(archive_ledger(d->a), ar, &head, e)) {
        return false;
    }
    s.first = LOG_INDEX(head.number, 0);
    do {
        if (!store_write(archive_store(d->a), seen_fn, &s, e)) {
            return false;
        }
    } while (s.count == LOG_PIECE);
    atomic_store(&d->numbers_ready, true);
    return true;
}

/* A full disk keeps nobody from reading; the first filing looks again. */
static bool look_once(struct request_desk *d, struct err *e)
{
    struct err why;
    err_init(&why, e->lang);
    if (numbers_ready(d, &why) || why.code == ERR_FULL) {
        return true;
    }
    *e = why;
    return false;
}

/* ---------------------------------------------------------------- opening and closing */

static void tell_kinds(struct store *s)
{
    store_kind(s, T_REQUEST, &request_head_kind);
    store_kind(s, T_REQUEST_EVENT, &request_event_kind);
    store_kind(s, T_REQUEST_FILE, &request_file_kind);
    store_kind(s, T_REQUEST_LIST, &request_line_kind);
}

bool request_desk_open(struct archive *a, const struct request_limits *limits, struct request_desk **out, struct err *e)
{
    struct request_desk *d = mem_zalloc(sizeof *d);
    if (d == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    d->a = a;
    d->limits = limits != NULL ? *limits : request_limits_standard;
    if (pthread_mutex_init(&d->lock, NULL) != 0) {
        mem_free(d);
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    tell_kinds(archive_store(a));
    if (!look_once(d, e)) {
        request_desk_close(&d);
        return false;
    }
    *out = d;
    return true;
}

void request_desk_close(struct request_desk **d)
{
    if (*d != NULL) {
        law_give(&(*d)->law);
        pthread_mutex_destroy(&(*d)->lock);
        mem_free(*d);
    }
    *d = NULL;
}

const struct request_limits *request_desk_limits(const struct request_desk *d)
{
    return &d->limits;
}
