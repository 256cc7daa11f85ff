/* health.c: /healthz and /metrics. Neither shows anything of a record; figures are counts and sizes. */
#include "office_notice.h"
#include "window.h"

void page_healthz(struct call *c)
{
    struct err e = ERR_INIT;
    if (pulse_probe(c->w->archive, &e)) {
        answer_text(c->a, 200, "ok");
    } else {
        log_line(LOG_ERROR, "fcgi", "probe failed code=%s", err_name(e.code));
        answer_text(c->a, 503, "Przerwa techniczna. Pilne pismo złóż w kancelarii.");
    }
}

static void metric(struct buf *b, const char *name, const char *type, const char *help, uint64_t value)
{
    buf_fmt(b, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name, (unsigned long long)value);
}

static bool ledger_metrics(struct window *w, struct buf *b, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct ledger_head h;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!ledger_head_get(archive_ledger(w->archive), ar, &h, e)) {
        return false;
    }
    struct err unused = ERR_INIT;
    metric(b, "akta_log_entries", "counter", "Entries committed to the log.", h.size);
    metric(b, "akta_log_published", "counter", "Entries in the newest signed checkpoint.", h.published);
    metric(b, "akta_log_ok", "gauge", "0 when the log has contradicted itself and publishes no more.",
           ledger_ok(archive_ledger(w->archive), &unused));
    return true;
}

static bool mail_metrics(struct window *w, struct buf *b, struct err *e)
{
    struct notice_figures f;
    if (!notice_figures(w->requests, clock_now(archive_clock(w->archive)), &f, e)) {
        return false;
    }
    metric(b, "akta_notices_waiting", "gauge", "Notices by e-mail that wait to be sent.", f.waiting);
    metric(b, "akta_notices_late", "gauge", "Those of them that wait for more than a day.", f.late);
    metric(b, "akta_notices_failed", "gauge", "Notices refused or given up in cases that are open.", f.failed);
    return true;
}

void page_metrics(struct call *c)
{
    struct window *w = c->w;
    struct answer *a = c->a;
    struct store_figures f;
    struct err e = ERR_INIT;
    uint64_t records;
    a->status = 200;
    a->type = "text/plain; version=0.0.4; charset=utf-8";
    if (!store_figures_get(archive_store(w->archive), false, &f, &e) || !ledger_metrics(w, &a->body, &e) ||
        !mail_metrics(w, &a->body, &e)) {
        log_line(LOG_ERROR, "fcgi", "figures failed code=%s", err_name(e.code));
        answer_text(a, 503, "Przerwa techniczna.");
        return;
    }
    struct buf *b = &a->body;
    metric(b, "akta_commits_total", "counter", "Verbs committed since the start.", f.commits);
    metric(b, "akta_batches_total", "counter", "Synced batches since the start.", f.batches);
    metric(b, "akta_retries_total", "counter", "Verbs run again after a deadlock since the start.", f.retries);
    if (pulse_records(w->pulse, &records)) {
        metric(b, "akta_records", "gauge", "Records, counted every ten minutes.", records);
    }
    metric(b, "akta_table_bytes", "gauge", "Size of the tables on disk.", f.table_bytes);
    metric(b, "akta_transaction_log_bytes", "gauge", "Size of the transaction logs on disk.", f.log_bytes);
    metric(b, "akta_free_bytes", "gauge", "Free space on the disk of the archive.", f.free_bytes);
}
