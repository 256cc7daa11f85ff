/* run_proof.c: akta verify and akta log …: what proves that nothing was changed. */
#include "table.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- verify */

static bool fault_line(void *ctx, const struct id *record, const char *fault, struct err *e)
{
    struct run *r = ctx;
    char id[33];
    (void)e;
    id_text(*record, id);
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "id", str_of(id));
        json_text(o, "fault", str_of(fault));
        return out_json(r, &o);
    }
    out_say(r, "%s: %s\n", id, fault);
    return true;
}

/* The first instant of a Warsaw day: midnight there is 22:00 or 23:00 UTC of the day before. */
static instant start_of_day(struct day d)
{
    instant t = (instant)d.n * 86400 - 2 * 3600;
    return warsaw_day(t).n == d.n ? t : t + 3600;
}

static bool read_options(struct run *r, struct verify_options *o, struct id *ids)
{
    struct day since = parsed_day(r->p, "since");
    *o = (struct verify_options){
        .ids = r->p->arg_count > 0 ? ids : NULL,
        .id_count = r->p->arg_count,
        .all = parsed_flag(r->p, "all"),
        .budget_seconds = parsed_number(r->p, "budget", 0),
        .since = day_is_none(since) ? 0 : start_of_day(since),
    };
    for (size_t i = 0; i < r->p->arg_count; i++) {
        if (!id_argument(r, r->p->args[i].text, &ids[i])) {
            return false;
        }
    }
    return !(o->all && o->id_count > 0) || err_field(&r->e, ERR_INVALID, "all", "give either --all or identifiers");
}

static void verify_totals(struct run *r, const struct verify_result *v)
{
    enum lang lang = r->h->lang;
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "checked", v->checked);
        json_u64(o, "bytes", v->bytes);
        json_u64(o, "faults", v->faults);
        json_u64(o, "not_checked", v->not_checked);
        if (v->oldest_check == 0) {
            json_null(o, "oldest_check");
        } else {
            json_instant(o, "oldest_check", v->oldest_check);
        }
        (void)out_json(r, &o);
        return;
    }
    out_say(r, trn(lang, "Checked %s record, %s.\n", "Checked %s records, %s.\n", v->checked),
            number_for_people(r->ar, v->checked).p, bytes_for_people(r->ar, lang, v->bytes).p);
    out_say(r, tr(lang, N_("Faults: %s\n")), number_for_people(r->ar, v->faults).p);
    if (v->not_checked > 0) {
        out_say(r, tr(lang, N_("Not checked: %s\n")), number_for_people(r->ar, v->not_checked).p);
    }
    if (v->oldest_check != 0) {
        out_say(r, tr(lang, N_("Oldest check: %s\n")), instant_for_people(r->ar, lang, v->oldest_check).p);
    } else if (v->not_checked > 0) {
        out_say(r, "%s\n", tr(lang, N_("Some records were never checked.")));
    }
}

int run_verify(struct run *r)
{
    struct verify_options o;
    struct verify_result v = {0};
    struct meter m;
    struct id *ids = arena_alloc(r->ar, (r->p->arg_count + 1) * sizeof *ids);
    if (ids == NULL) {
        err_set(&r->e, ERR_MEMORY, "out of memory");
    }
    if (ids == NULL || !read_options(r, &o, ids)) {
        return run_fail(r);
    }
    meter_begin(&m, r);
    bool ok = record_verify(r->a, &o, fault_line, r, &m.p, &v, &r->e);
    meter_end(&m);
    if (!ok && r->e.code != ERR_INTERRUPTED) {
        return run_fail(r);
    }
    verify_totals(r, &v);
    if (!ok || (v.not_checked > 0 && r->h->stopped(r->h))) {
        out_note(r, N_("interrupted; the next run goes on from there"));
        return EXIT_NO;
    }
    bool all_wanted = o.all || o.id_count > 0;
    return v.faults > 0 || (all_wanted && v.not_checked > 0) ? EXIT_NO : EXIT_DONE;
}

/* ---------------------------------------------------------------- log */

int run_log_head(struct run *r)
{
    struct ledger_head h;
    struct arena *ar = r->ar;
    struct office_info office;
    if (!ledger_head_get(archive_ledger(r->a), ar, &h, &r->e) || !archive_office(r->a, ar, &office, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "origin", office.origin);
        json_u64(o, "size", h.size);
        json_u64(o, "published", h.published);
        json_hex(o, "root", (struct bytes){h.root.b, SHA256_SIZE});
        json_instant(o, "last_time", h.last_time);
        json_text_or_null(o, "checkpoint", h.checkpoint);
        (void)out_json(r, &o);
        return EXIT_DONE;
    }
    out_say(r, tr(r->h->lang, N_("Entries: %llu, published: %llu\n")), (unsigned long long)h.size,
            (unsigned long long)h.published);
    if (h.checkpoint.n > 0) {
        out_say(r, "\n");
        out_bytes(r, bytes_of(h.checkpoint));
    }
    return EXIT_DONE;
}

struct entry_ask {
    uint64_t index;
    struct arena *ar;
    struct bytes text;
    struct hash leaf;
    bool has_leaf;
};

static bool ask_entry(struct txn *t, void *ctx, struct err *e)
{
    struct entry_ask *q = ctx;
    struct err none = ERR_INIT;
    if (!ledger_entry(t, q->index, q->ar, &q->text, e)) {
        return false;
    }
    q->has_leaf = ledger_leaf(t, q->index, &q->leaf, &none);
    return true;
}

static bool index_argument(struct run *r, uint64_t *out)
{
    struct str s = r->p->args[0].text;
    if (parse_u64(s, 0, UINT64_MAX, out)) {
        return true;
    }
    char shown[64];
    text_printable(s, shown, sizeof shown);
    return err_field(&r->e, ERR_INVALID, "n", "“%s” is no index: entries are numbered from 0", shown);
}

int run_log_entry(struct run *r)
{
    struct entry_ask q = {.ar = r->ar};
    struct entry en;
    instant time;
    if (!index_argument(r, &q.index) || !store_read(archive_store(r->a), ask_entry, &q, &r->e)) {
        return run_fail(r);
    }
    if (!r->h->json) {
        out_bytes(r, q.text);
        return EXIT_DONE;
    }
    if (!entry_parse(q.text, r->ar, &en, &time, &r->e)) {
        return run_fail(r);
    }
    struct json *o = json_object();
    char object[33];
    id_text(en.object, object);
    json_u64(o, "index", q.index);
    json_text(o, "type", str_of(entry_type_name(en.type)));
    json_instant(o, "time", time);
    json_text(o, "object", str_of(object));
    json_u64(o, "event", en.event);
    json_text(o, "entry", str_of_bytes(q.text));
    if (q.has_leaf) {
        json_hex(o, "leaf", (struct bytes){q.leaf.b, SHA256_SIZE});
    } else {
        json_null(o, "leaf");
    }
    (void)out_json(r, &o);
    return EXIT_DONE;
}

/* A small text to -o PATH, complete or not at all. */
static bool write_output(struct run *r, struct str path, struct bytes text)
{
    int fd = -1;
    struct err ignored;
    err_init(&ignored, r->h->lang);
    if (!r->h->create_output(r->h, path, &fd, &r->e)) {
        return false;
    }
    bool ok = host_write(r->h, fd, text) || err_set(&r->e, ERR_IO, "the output cannot be written: is the disk full?");
    fd_close(&fd);
    if (!ok) {
        (void)!r->h->finish_output(r->h, path, false, &ignored);
    }
    return ok && r->h->finish_output(r->h, path, true, &r->e);
}

int run_log_prove(struct run *r)
{
    uint64_t index;
    struct buf proof CLEANUP(buf_free) = BUF_INIT(1u << 20);
    struct str path = parsed_text(r->p, "output");
    if (!index_argument(r, &index) || !ledger_prove(archive_ledger(r->a), index, &proof, &r->e)) {
        return run_fail(r);
    }
    if (path.n > 0 && !write_output(r, path, buf_bytes(&proof))) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "index", index);
        json_text(o, "proof", buf_str(&proof));
        (void)out_json(r, &o);
    } else if (path.n == 0) {
        out_bytes(r, buf_bytes(&proof));
    }
    return EXIT_DONE;
}

int run_log_export(struct run *r)
{
    struct ledger *l = archive_ledger(r->a);
    struct ledger_head h;
    struct str path = parsed_text(r->p, "output");
    int to CLEANUP(fd_close) = -1;
    if (!ledger_publish(l, &r->e) || !ledger_head_get(l, r->ar, &h, &r->e)) {
        return run_fail(r);
    }
    if (path.n > 0 && (!r->h->open_folder(r->h, path, true, &to, &r->e) || !ledger_export(l, to, &r->e))) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "size", h.size);
        json_u64(o, "published", h.published);
        json_text_or_null(o, "path", path);
        (void)out_json(r, &o);
    } else {
        out_say(r, trn(r->h->lang, "%llu entry is published.\n", "%llu entries are published.\n", h.published),
                (unsigned long long)h.published);
    }
    return EXIT_DONE;
}

struct log_faults {
    struct run *r;
    uint64_t count;
};

static void log_fault(void *ctx, const char *where, const char *wrong)
{
    struct log_faults *f = ctx;
    struct run *r = f->r;
    f->count++;
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "where", str_of(where));
        json_text(o, "fault", str_of(wrong));
        (void)out_json(r, &o);
    } else {
        out_say(r, "%s: %s\n", where, wrong);
    }
}

static int log_verdict(struct run *r, uint64_t entries, uint64_t faults)
{
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "entries", entries);
        json_u64(o, "faults", faults);
        (void)out_json(r, &o);
    } else {
        out_say(r, trn(r->h->lang, "Checked %s entry of the log.\n", "Checked %s entries of the log.\n", entries),
                number_for_people(r->ar, entries).p);
        out_say(r, tr(r->h->lang, N_("Faults: %s\n")), number_for_people(r->ar, faults).p);
    }
    return faults == 0 ? EXIT_DONE : EXIT_NO;
}

int run_log_verify(struct run *r)
{
    struct log_faults f = {.r = r};
    uint64_t entries = 0;
    if (!ledger_verify(archive_ledger(r->a), log_fault, &f, &entries, &r->e)) {
        return run_fail(r);
    }
    return log_verdict(r, entries, f.count);
}

int run_log_check(struct run *r)
{
    struct log_faults f = {.r = r};
    uint64_t entries = 0;
    struct note_key key;
    struct str text, key_path = parsed_text(r->p, "key");
    int fd CLEANUP(fd_close) = -1;
    if (key_path.n > 0) {
        if (!input_read(r, key_path, 4096, &text)) {
            return run_fail(r);
        }
        while (text.n > 0 && text.p[text.n - 1] == '\n') {
            text.n--;
        }
        if (!note_key_parse(text, &key, &r->e)) {
            return run_fail(r);
        }
    }
    if (!r->h->open_folder(r->h, r->p->args[0].text, false, &fd, &r->e) ||
        !ledger_verify_dir(fd, key_path.n > 0 ? &key : NULL, log_fault, &f, &entries, &r->e)) {
        return run_fail(r);
    }
    return log_verdict(r, entries, f.count);
}
