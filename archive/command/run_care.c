/* run_care.c: akta backup, restore, doctor and daily: the archive's own health. */
#include "office_notice.h"
#include "table.h"

#include <string.h>

/* ---------------------------------------------------------------- backup */

/* An archive that takes no changes, because the disk is full or the clock went wrong, needs its copy most. */
static bool note_backup(struct run *r, const char *what)
{
    struct entry_line line = {"of", str_of(what)};
    if (archive_note(r->a, E_BACKUP, &line, 1, &r->h->who, &r->e)) {
        return true;
    }
    if (r->e.code != ERR_FULL && r->e.code != ERR_BUSY) {
        return false;
    }
    out_note(r, N_("the log will not tell of this copy: %s"), r->e.text);
    err_init(&r->e, r->h->lang);
    return true;
}

static void told_copy(struct run *r, const char *what, struct str path)
{
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "copied", str_of(what));
        json_text(o, "to", path);
        (void)out_json(r, &o);
    } else if (strcmp(what, "keys") == 0) {
        out_say(r, tr(r->h->lang, N_("The keys are in %s. Keep them apart from the backup.\n")), path.p);
    } else {
        out_say(
            r,
            tr(r->h->lang, N_("The backup is in %s. It holds no keys: copy them with “akta backup --keys FOLDER”.\n")),
            path.p);
    }
}

static bool backup_data(struct run *r, struct str path)
{
    struct meter m;
    int to CLEANUP(fd_close) = -1;
    if (!r->h->open_folder(r->h, path, true, &to, &r->e) || !note_backup(r, "data")) {
        return false;
    }
    meter_begin(&m, r);
    bool ok = store_backup(archive_store(r->a), to, &m.p, &r->e);
    meter_end(&m);
    if (ok) {
        told_copy(r, "data", path);
    }
    return ok;
}

static bool backup_keys(struct run *r, struct str path)
{
    int to CLEANUP(fd_close) = -1;
    if (!r->h->open_folder(r->h, path, true, &to, &r->e) || !note_backup(r, "keys") ||
        !store_backup_keys(archive_store(r->a), to, &r->e)) {
        return false;
    }
    told_copy(r, "keys", path);
    return true;
}

int run_backup(struct run *r)
{
    struct str keys = parsed_text(r->p, "keys");
    if (r->p->arg_count == 0 && keys.n == 0) {
        err_field(&r->e, ERR_INVALID, "folder", "name the folder that takes the copy, or --keys FOLDER for the keys");
        return run_fail(r);
    }
    if ((r->p->arg_count > 0 && !backup_data(r, r->p->args[0].text)) || (keys.n > 0 && !backup_keys(r, keys))) {
        return run_fail(r);
    }
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- doctor */

struct findings {
    struct run *r;
    uint64_t count;
};

static void finding(void *ctx, const char *place, const char *wrong, const char *mend)
{
    struct findings *f = ctx;
    struct run *r = f->r;
    f->count++;
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "place", str_of(place));
        json_text(o, "wrong", str_of(wrong));
        json_text(o, "mend", str_of(mend != NULL ? mend : ""));
        (void)out_json(r, &o);
    } else {
        out_say(r, "%s: %s\n", place, wrong);
        if (mend != NULL && mend[0] != '\0') {
            wrap_text(&r->out, mend, 4, 80);
        }
    }
    (void)out_flush(r); /* the next look may be at something so damaged that it ends the process */
}

static int doctor_verdict(struct run *r, uint64_t checked, uint64_t faults, bool opened)
{
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "checked", checked);
        json_u64(o, "faults", faults);
        json_bool(o, "opened", opened);
        (void)out_json(r, &o);
    } else if (faults == 0) {
        out_say(r,
                trn(r->h->lang, "Checked %s row: nothing is wrong.\n", "Checked %s rows: nothing is wrong.\n", checked),
                number_for_people(r->ar, checked).p);
    } else {
        out_say(r, trn(r->h->lang, "%s thing is wrong.\n", "%s things are wrong.\n", faults),
                number_for_people(r->ar, faults).p);
    }
    return faults == 0 ? EXIT_DONE : EXIT_NO;
}

static int doctor_of_backup(struct run *r)
{
    struct findings f = {.r = r};
    if (!store_doctor_closed(r->dir, finding, &f, &r->e)) {
        return run_fail(r);
    }
    if (f.count == 0 && !r->h->json) {
        wrap_text(&r->out,
                  tr(r->h->lang, N_("This is a backup, and its files are what its manifest says. What is sealed in "
                                    "them is proved by restoring it: akta restore, then akta verify --all.")),
                  0, 80);
        return EXIT_DONE;
    }
    return doctor_verdict(r, 0, f.count, false);
}

/* An archive that no longer opens: what can be seen from outside, and never a verdict that all is well. */
static int doctor_closed(struct run *r)
{
    struct findings f = {.r = r};
    const char *why = r->h->closed_why;
    if (store_is_backup(r->dir)) {
        return doctor_of_backup(r);
    }
    out_note(r, N_("the archive does not stay open; this is what can be seen from outside"));
    if (!store_doctor_closed(r->dir, finding, &f, &r->e)) {
        return run_fail(r);
    }
    if (f.count == 0) { /* else what was found is the reason */
        bool known = why != NULL && why[0] != '\0';
        finding(
            &f, r->dir,
            known ? why : tr(r->h->lang, N_("the archive does not open, and from outside nothing shows why")),
            tr(r->h->lang, known ? N_("mend what is named, or restore a backup: akta restore")
                                 : N_("read the last lines that the owner logged, or restore a backup: akta restore")));
    }
    return doctor_verdict(r, 0, f.count, false);
}

static bool doctor_of_requests(struct run *r, struct archive *a, struct findings *f, uint64_t *checked)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    uint64_t more = 0;
    if (!request_desk_open(a, NULL, &d, &r->e) || !request_doctor(d, finding, f, &more, &r->e) ||
        !notice_doctor(d, clock_now(archive_clock(a)), finding, f, &r->e)) {
        return false;
    }
    *checked += more;
    return true;
}

int run_doctor(struct run *r)
{
    struct findings f = {.r = r};
    uint64_t checked = 0;
    if (r->a == NULL) {
        return doctor_closed(r);
    }
    if (!archive_doctor(r->a, parsed_flag(r->p, "mend"), finding, &f, &checked, &r->e) ||
        !doctor_of_requests(r, r->a, &f, &checked)) {
        return run_fail(r);
    }
    return doctor_verdict(r, checked, f.count, true);
}

/* ---------------------------------------------------------------- restore */

static int prove_restored(struct run *r)
{
    struct archive_options o = {
        .dir = r->dir, .settings_above = command_settings, .successor = parsed_flag(r->p, "successor")};
    struct archive *a CLEANUP(archive_close) = NULL;
    struct findings f = {.r = r};
    uint64_t checked = 0;
    if (!archive_open(&o, &a, &r->e)) {
        err_wrap(&r->e, "the files are in %s, but the archive does not open", r->dir);
        return run_fail(r);
    }
    if (!archive_doctor(a, false, finding, &f, &checked, &r->e) || !doctor_of_requests(r, a, &f, &checked)) {
        return run_fail(r);
    }
    struct entry_line line = {"of", STR("data")};
    if (f.count == 0 &&
        (!archive_note(a, E_RESTORE, &line, 1, &r->h->who, &r->e) || !ledger_publish(archive_ledger(a), &r->e))) {
        return run_fail(r);
    }
    return doctor_verdict(r, checked, f.count, true);
}

int run_restore(struct run *r)
{
    struct meter m;
    int data CLEANUP(fd_close) = -1, keys CLEANUP(fd_close) = -1;
    if (!r->h->open_folder(r->h, r->p->args[0].text, false, &data, &r->e) ||
        !r->h->open_folder(r->h, parsed_text(r->p, "keys"), false, &keys, &r->e)) {
        return run_fail(r);
    }
    meter_begin(&m, r);
    bool ok = store_restore(data, keys, r->dir, &m.p, &r->e);
    meter_end(&m);
    return ok ? prove_restored(r) : run_fail(r);
}

/* ---------------------------------------------------------------- a new log after the old one was lost */

/* Opens as ever first: a log that is sound is not left. */
static bool open_with_successor(struct run *r, struct archive **a)
{
    struct archive_options o = {.dir = r->dir, .settings_above = command_settings};
    if (archive_open(&o, a, &r->e)) {
        return err_set(&r->e, ERR_STATE, "the log of this archive is sound and goes on: it needs no successor");
    }
    if (r->e.code != ERR_STATE) {
        return false;
    }
    err_init(&r->e, r->h->lang);
    o.successor = true;
    return archive_open(&o, a, &r->e);
}

int run_log_successor(struct run *r)
{
    struct archive *a CLEANUP(archive_close) = NULL;
    struct ledger_head h;
    struct entry_line line = {"of", STR("log")};
    if (!open_with_successor(r, &a) || !archive_note(a, E_RESTORE, &line, 1, &r->h->who, &r->e) ||
        !ledger_publish(archive_ledger(a), &r->e) || !ledger_head_get(archive_ledger(a), r->ar, &h, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "log", h.number);
        json_u64(o, "size", h.size);
        json_text(o, "checkpoint", h.checkpoint);
        (void)out_json(r, &o);
    } else {
        out_bytes(r, bytes_of(h.checkpoint));
    }
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- daily */

struct desk_report {
    struct request_daily q;
    struct notice_figures mail;
};

static void daily_json(struct run *r, const struct daily_report *d, const struct desk_report *desk)
{
    const struct request_daily *q = &desk->q;
    struct json *o = json_object();
    json_day(o, "on", run_today(r));
    json_u64(o, "due", d->due);
    json_u64(o, "became_due", d->became_due);
    json_u64(o, "exceptions", d->exceptions);
    json_u64(o, "holds_to_review", d->holds_to_review);
    json_u64(o, "files_recomputed", d->files_recomputed);
    json_u64(o, "orphans_removed", d->orphans_removed);
    json_u64(o, "requests_open", q->filed_open);
    json_u64(o, "requests_overdue", q->overdue);
    json_u64(o, "requests_due_soon", q->due_soon);
    json_u64(o, "calls_over", q->calls_over);
    json_u64(o, "disclosures_due", q->disclosures_due);
    json_u64(o, "requests_damaged", q->damaged);
    json_u64(o, "offers_lapsed", q->offers_lapsed);
    json_u64(o, "drafts_expired", q->drafts_expired);
    json_u64(o, "notices_waiting", desk->mail.waiting);
    json_u64(o, "notices_late", desk->mail.late);
    json_u64(o, "notices_failed", desk->mail.failed);
    json_u64(o, "checked", d->verified.checked);
    json_u64(o, "bytes", d->verified.bytes);
    json_u64(o, "faults", d->verified.faults);
    json_u64(o, "not_checked", d->verified.not_checked);
    if (d->verified.oldest_check == 0) {
        json_null(o, "oldest_check");
    } else {
        json_instant(o, "oldest_check", d->verified.oldest_check);
    }
    (void)out_json(r, &o);
}

static void daily_people(struct run *r, const struct daily_report *d, const struct desk_report *desk)
{
    const struct request_daily *q = &desk->q;
    const struct {
        const char *label;
        uint64_t n;
    } lines[] = {
        {N_("Case files due"), d->due},
        {N_("Of them since the last night"), d->became_due},
        {N_("Exceptions to resolve"), d->exceptions},
        {N_("Holds to look at"), d->holds_to_review},
        {N_("Case files computed anew"), d->files_recomputed},
        {N_("Leftovers removed"), d->orphans_removed},
        {N_("Requests open"), q->filed_open},
        {N_("Requests overdue"), q->overdue},
        {N_("Requests to be answered today or tomorrow"), q->due_soon},
        {N_("Calls that nobody answered in time"), q->calls_over},
        {N_("Answers to send after the fee’s term"), q->disclosures_due},
        {N_("Requests that cannot be read: akta doctor"), q->damaged},
        {N_("Offers that lapsed"), q->offers_lapsed},
        {N_("Drafts that expired"), q->drafts_expired},
        {N_("Notices waiting to be sent"), desk->mail.waiting},
        {N_("Notices waiting for more than a day"), desk->mail.late},
        {N_("Notices refused or given up"), desk->mail.failed},
        {N_("Records verified"), d->verified.checked},
        {N_("Faults found"), d->verified.faults},
        {N_("Not verified this time"), d->verified.not_checked},
    };
    struct grid g;
    grid_begin(&g, r, 2);
    grid_right(&g, 1);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        grid_cell(&g, str_of(tr(r->h->lang, lines[i].label)));
        grid_cell(&g, number_for_people(r->ar, lines[i].n));
    }
    grid_end(&g);
}

int run_daily(struct run *r)
{
    struct daily_report d = {0};
    struct desk_report report = {0};
    struct request_limits limits;
    struct request_desk *desk CLEANUP(request_desk_close) = NULL;
    request_limits_take(archive_settings(r->a), &limits);
    if (!request_desk_open(r->a, &limits, &desk, &r->e) ||
        !request_daily(desk, clock_now(archive_clock(r->a)), &report.q, &r->e) ||
        !notice_figures(desk, clock_now(archive_clock(r->a)), &report.mail, &r->e) ||
        !archive_daily(r->a, run_today(r), parsed_number(r->p, "budget", 3600), &d, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        daily_json(r, &d, &report);
    } else {
        daily_people(r, &d, &report);
    }
    return d.verified.faults == 0 && report.q.damaged == 0 ? EXIT_DONE : EXIT_NO;
}
