/* metrics.c: /metrics, the figures of a running office as Prometheus reads them (text format 0.0.4). Counts, sizes and
 * times; nothing of a record, nothing of a person, no address of a request. Figures that are dear to count are those of
 * the last night (akta daily) or of the pulse. */
#include "office_notice.h"
#include "window.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* ---------------------------------------------------------------- the format */

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_fmt(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void metric(struct buf *b, const char *name, const char *type, const char *help, uint64_t value)
{
    head(b, name, type, help);
    buf_fmt(b, "%s %llu\n", name, (unsigned long long)value);
}

static void seconds(struct buf *b, const char *name, const char *labels, uint64_t ns)
{
    buf_fmt(b, "%s%s %llu.%09llu\n", name, labels, (unsigned long long)(ns / 1000000000u),
            (unsigned long long)(ns % 1000000000u));
}

/* ---------------------------------------------------------------- who asked, and how it went */

static uint64_t now_of(const atomic_uint_fast64_t *n)
{
    return atomic_load_explicit(n, memory_order_relaxed);
}

static uint64_t add_answers(const struct traffic *t, struct buf *b)
{
    static const char *const faces[TRAFFIC_FACES] = {"page", "api", "plain"};
    uint64_t all = 0;
    head(b, "akta_http_answers_total", "counter", "Answers since the start, by what was asked and class of status.");
    for (size_t f = 0; f < TRAFFIC_FACES; f++) {
        for (unsigned s = 0; s < 4; s++) {
            uint64_t n = now_of(&t->answers[f][s]);
            all += n;
            buf_fmt(b, "akta_http_answers_total{face=\"%s\",status=\"%uxx\"} %llu\n", faces[f], s + 2,
                    (unsigned long long)n);
        }
    }
    return all;
}

static void add_traffic(struct window *w, struct buf *b)
{
    const struct traffic *t = &w->traffic;
    uint64_t sum = 0, ended = add_answers(t, b), begun = now_of(&t->begun);
    metric(b, "akta_http_under_way", "gauge", "Requests being answered, this one included.",
           begun > ended ? begun - ended : 0);
    head(b, "akta_http_answer_seconds", "histogram", "Time until an answer is made, reading its body included.");
    for (size_t i = 0; i < TRAFFIC_BOUNDS; i++) {
        unsigned ms = traffic_bound_ms(i);
        sum += now_of(&t->took[i]);
        buf_fmt(b, "akta_http_answer_seconds_bucket{le=\"%u.%03u\"} %llu\n", ms / 1000, ms % 1000,
                (unsigned long long)sum);
    }
    sum += now_of(&t->took[TRAFFIC_BOUNDS]);
    buf_fmt(b, "akta_http_answer_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)sum);
    seconds(b, "akta_http_answer_seconds_sum", "", now_of(&t->took_ns));
    buf_fmt(b, "akta_http_answer_seconds_count %llu\n", (unsigned long long)sum);
    metric(b, "akta_transfers", "gauge", "Long uploads and downloads under way.", atomic_load(&w->transfers));
    metric(b, "akta_transfers_limit", "gauge", "How many of them there may be.", w->transfer_max);
}

/* ---------------------------------------------------------------- the archive */

static bool add_ledger(struct window *w, struct buf *b, struct arena *ar, struct err *e)
{
    struct ledger_head h;
    struct err unused = ERR_INIT;
    if (!ledger_head_get(archive_ledger(w->archive), ar, &h, e)) {
        return false;
    }
    metric(b, "akta_log_entries", "counter", "Entries committed to the log.", h.size);
    metric(b, "akta_log_published", "counter", "Entries in the newest signed checkpoint.", h.published);
    metric(b, "akta_log_ok", "gauge", "0 when the log has contradicted itself and publishes no more.",
           ledger_ok(archive_ledger(w->archive), &unused));
    return true;
}

static bool add_store(struct window *w, struct buf *b, struct err *e)
{
    struct store_figures f;
    uint64_t records;
    if (!store_figures_get(archive_store(w->archive), false, &f, e)) {
        return false;
    }
    metric(b, "akta_commits_total", "counter", "Verbs committed since the start.", f.commits);
    metric(b, "akta_batches_total", "counter", "Synced batches since the start.", f.batches);
    metric(b, "akta_retries_total", "counter", "Verbs run again after a deadlock since the start.", f.retries);
    if (pulse_records(w->pulse, &records)) {
        metric(b, "akta_records", "gauge", "Records, counted every ten minutes.", records);
    }
    metric(b, "akta_table_bytes", "gauge", "Size of the tables on disk.", f.table_bytes);
    metric(b, "akta_transaction_log_bytes", "gauge", "Size of the transaction logs on disk.", f.log_bytes);
    metric(b, "akta_free_bytes", "gauge", "Free space on the disk of the archive.", f.free_bytes);
    return true;
}

/* ---------------------------------------------------------------- requests of citizens */

static bool add_states(struct window *w, struct buf *b, struct arena *ar, struct err *e)
{
    uint64_t states[REQUEST_STATE_END] = {0};
    struct request_count *list;
    size_t n;
    if (!request_counts(w->requests, 0, 9999, ar, &list, &n, e)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (list[i].state < REQUEST_STATE_END) {
            states[list[i].state] += list[i].requests;
        }
    }
    head(b, "akta_requests", "gauge", "Requests of citizens by their state.");
    for (enum request_state s = REQUEST_FILED; s < REQUEST_STATE_END; s++) {
        buf_fmt(b, "akta_requests{state=\"%s\"} %llu\n", request_state_name(s), (unsigned long long)states[s]);
    }
    return true;
}

static bool add_notices(struct window *w, struct buf *b, struct err *e)
{
    struct notice_figures f;
    if (!notice_figures(w->requests, clock_now(archive_clock(w->archive)), &f, e)) {
        return false;
    }
    metric(b, "akta_notices_waiting", "gauge", "Notices by e-mail that are to be sent.", f.waiting);
    metric(b, "akta_notices_late", "gauge", "Of them, those that have waited for more than a day.", f.late);
    metric(b, "akta_notices_failed", "gauge", "Notices that were refused or given up, the case still open.", f.failed);
    return true;
}

static uint64_t age_of(struct window *w, instant t)
{
    instant now = clock_now(archive_clock(w->archive));
    return now > t ? (uint64_t)(now - t) : 0;
}

static bool add_night(struct window *w, struct buf *b, struct err *e)
{
    struct request_daily q;
    struct daily_report d;
    if (!request_daily_last(w->requests, &q, e) || !archive_daily_last(w->archive, &d, e)) {
        return false;
    }
    if (q.at != 0) {
        metric(b, "akta_requests_overdue", "gauge", "Requests past their term on the last night.", q.overdue);
        metric(b, "akta_requests_due_soon", "gauge", "Requests due within two days on the last night.", q.due_soon);
        metric(b, "akta_requests_damaged", "gauge", "Requests that the last night could not read.", q.damaged);
        metric(b, "akta_requests_calls_over", "gauge", "Calls that nobody answered in time.", q.calls_over);
    }
    if (d.ended != 0) {
        metric(b, "akta_daily_age_seconds", "gauge", "Since the last nightly work ended.", age_of(w, d.ended));
        metric(b, "akta_daily_due", "gauge", "Case files due for review on the last night.", d.due);
        metric(b, "akta_daily_exceptions", "gauge", "Exceptions that a person has to resolve.", d.exceptions);
        metric(b, "akta_daily_faults", "gauge", "Faults that the last night's verification found.", d.verified.faults);
        metric(b, "akta_daily_not_checked", "gauge", "Records that it did not get to.", d.verified.not_checked);
    }
    return true;
}

/* ---------------------------------------------------------------- the process */

static uint64_t resident_bytes(struct arena *ar)
{
    struct err e = ERR_INIT;
    struct bytes text;
    uint64_t pages;
    if (!file_read(AT_FDCWD, "/proc/self/statm", 4096, ar, &text, &e)) {
        return 0;
    }
    const uint8_t *from = memchr(text.p, ' ', text.n), *end = text.p + text.n;
    const uint8_t *to = from != NULL ? memchr(from + 1, ' ', (size_t)(end - from - 1)) : NULL;
    if (to == NULL ||
        !parse_u64((struct str){(const char *)from + 1, (size_t)(to - from - 1)}, 0, UINT64_MAX >> 20, &pages)) {
        return 0;
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void add_process(struct window *w, struct buf *b, struct arena *ar)
{
    struct rusage u;
    uint64_t memory = resident_bytes(ar);
    if (getrusage(RUSAGE_SELF, &u) == 0) {
        uint64_t ns = (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000u +
                      (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000u;
        head(b, "process_cpu_seconds_total", "counter", "Processor time of akta-fcgi.");
        seconds(b, "process_cpu_seconds_total", "", ns);
    }
    if (memory > 0) {
        metric(b, "process_resident_memory_bytes", "gauge", "Memory of akta-fcgi.", memory);
    }
    metric(b, "akta_uptime_seconds", "gauge", "Since akta-fcgi began to serve.",
           (monotonic_ns() - w->traffic.since_ns) / 1000000000u);
}

void page_metrics(struct call *c)
{
    struct window *w = c->w;
    struct buf *b = &c->a->body;
    struct err e = ERR_INIT;
    c->a->status = 200;
    c->a->type = "text/plain; version=0.0.4; charset=utf-8";
    if (!add_store(w, b, &e) || !add_ledger(w, b, c->ar, &e) || !add_states(w, b, c->ar, &e) ||
        !add_notices(w, b, &e) || !add_night(w, b, &e)) {
        log_line(LOG_ERROR, "fcgi", "figures failed code=%s", err_name(e.code));
        answer_text(c->a, 503, "Przerwa techniczna.");
        return;
    }
    add_traffic(w, b);
    add_process(w, b, c->ar);
}
