/* request_act.c: a verb on a request that exists, whoever does it. The request is read, the verb checked against the
 * one table and its guards, everything sealed and hashed; then one transaction writes event, files, head, register and
 * entry. When somebody was quicker meanwhile, it is read and checked anew, unless the actor said what had been seen.
 * Fails: ERR_STATE for what the table refuses; ERR_INVALID with the field; ERR_CONFLICT; with the store. */
#include "notice.h"
#include "request_repeat.h"

#include <string.h>

#define TRIES      16 /* each that fails is another's act on the same request that went through */
#define LETTER_MAX (256u * 1024)
#define ROW_MAX    (256u * 1024)

struct doing {
    struct acting a;
    struct key key;
    struct secret_hash once;
    struct carried files;
    struct request_event_row row;
    struct bytes event_row;
    uint64_t event;
    uint32_t told; /* events that the log has: after a restore there may be more than the row counts */
    struct event_ready ready;
    bool moved; /* the request changed between the reading and the verb */
    struct request_done done;
    bool repeated;
};

static void doing_wipe(struct doing *x)
{
    key_wipe(&x->key);
    carried_wipe(&x->files);
}

/* ---------------------------------------------------------------- reading */

static bool repeated(struct txn *t, struct doing *x, struct err *e)
{
    struct id id;
    x->repeated = false;
    if (x->a.act->once.n == 0) {
        return true;
    }
    if (!index_id(t, rq_by_once(&x->once), &id, &x->done.event, &x->repeated, e)) {
        return false;
    }
    return !x->repeated || memcmp(&id, &x->a.before.id, sizeof id) == 0 || repeat_refused(e);
}

static bool read_fn(struct txn *t, void *ctx, struct err *e)
{
    struct doing *x = ctx;
    struct id id = x->a.before.id;
    if (!head_get(t, &id, x->a.ar, &x->a.before, e)) {
        return e->code == ERR_NOT_FOUND ? err_set(e, ERR_NOT_FOUND, "there is no such request") : false;
    }
    return repeated(t, x, e) && ledger_last_event(t, &id, &x->told, e) &&
           key_get(t, archive_store(x->a.d->a), &id, &x->key, e) &&
           requester_known(t, &id, &x->key, &x->a.known, &x->a.email, e) && publishing_known(t, &x->a, &x->key, e) &&
           terms_known(t, &x->a, &x->key, e);
}

/* ---------------------------------------------------------------- before the verb */

static bool check(struct doing *x, struct err *e)
{
    struct acting *a = &x->a;
    enum request_state state = (enum request_state)a->before.state;
    if (a->act->seen != 0 && a->act->seen != a->before.events) {
        return err_set(e, ERR_CONFLICT, "this request was changed meanwhile: look at it again before you go on");
    }
    a->row = request_row_for((enum request_kind)a->before.kind, state, a->act->verb, a->act->role);
    if (a->row == NULL) {
        return act_not_now(a, e);
    }
    a->after = a->before;
    a->day = warsaw_day(a->act->at);
    a->faults.count = 0;
    return act_needs(a, e) && act_guards(a, e) && act_effect(a, e);
}

static bool make_letter(struct doing *x, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LETTER_MAX);
    const struct acting *a = &x->a;
    const struct letter l = {.form = a->act->form != NULL ? &a->form : NULL,
                             .verb = a->act->verb,
                             .kind = (enum request_kind)a->after.kind,
                             .at = a->act->at,
                             .text = a->text,
                             .files = x->files.files,
                             .file_count = x->files.count};
    if (a->text.n == 0 && a->act->form == NULL && x->files.count == 0) {
        return true;
    }
    if (!letter_text(&l, &text, e)) {
        return false;
    }
    digests_of(buf_bytes(&text), &x->row.letter);
    x->row.letter_size = text.n;
    return true;
}

static void fill_row(struct doing *x)
{
    const struct acting *a = &x->a;
    x->row =
        (struct request_event_row){.verb = a->act->verb,
                                   .role = a->act->role,
                                   .to = a->after.state,
                                   .at = a->act->at,
                                   .until = a->act->verb == REQUEST_DO_EXTEND ? a->act->until : a->after.waiting_until,
                                   .served = a->act->served,
                                   .came = a->act->channel != 0 ? a->act->came : DAY_NONE,
                                   .channel = a->act->channel,
                                   .grosze = a->act->grosze,
                                   .outcome = a->row->effect == REQUEST_TERM_STOP ? a->after.outcome : 0,
                                   .call = a->act->call,
                                   .kind = a->after.kind,
                                   .files = x->files.count,
                                   .unit = a->unit,
                                   .text = a->text};
    if (a->act->form != NULL) {
        x->row.form = a->form;
    }
}

static void entry_lines(struct doing *x, struct event *ev)
{
    struct arena *ar = x->a.ar;
    char day[DAY_TEXT_SIZE];
    event_line(ev, "by", str_of(request_role_name((enum request_role)x->row.role)));
    event_line(ev, "to", str_of(request_state_name((enum request_state)x->row.to)));
    if (!day_is_none(x->row.until)) {
        day_text(x->row.until, day);
        event_line(ev, "until", arena_str(ar, str_of(day)));
    }
    if (x->row.channel != 0) {
        day_text(x->row.came, day);
        event_line(ev, "came", arena_str(ar, str_of(day)));
        event_line(ev, "channel", str_of(request_channel_name((enum request_channel)x->row.channel)));
    }
    if (x->row.outcome != 0) {
        event_line(ev, "outcome", str_of(request_outcome_name((enum request_outcome)x->row.outcome)));
    }
    if (x->row.verb == REQUEST_DO_QUALIFY) {
        event_line(ev, "kind", str_of(request_kind_name((enum request_kind)x->row.kind)));
    }
    if (x->row.verb == REQUEST_DO_PUBLISH) {
        event_line(ev, "published", x->a.after.answer_files);
    }
    if (x->files.count > 0) {
        event_line(ev, "files", arena_fmt(ar, "%zu", x->files.count));
    }
}

static bool seal_event(struct doing *x, struct err *e)
{
    struct buf row CLEANUP(buf_free) = BUF_INIT(ROW_MAX);
    struct event ev = {.type = x->a.row->entry, .object = &x->a.after.id, .event = x->event, .who = x->a.who};
    if (x->row.letter_size > 0) {
        ev.content = &x->row.letter;
        ev.content_size = x->row.letter_size;
    }
    entry_lines(x, &ev);
    if (!row_encode(&request_event_kind, &x->row, &x->key, &x->a.after.id, &row, e) || !buf_ok(&row, e)) {
        return false;
    }
    x->event_row = arena_bytes(x->a.ar, buf_bytes(&row));
    return x->event_row.p != NULL ? event_prepare(&ev, &x->key, x->a.ar, &x->ready, e)
                                  : err_set(e, ERR_MEMORY, "out of memory");
}

static bool prepare(struct doing *x, struct err *e)
{
    struct acting *a = &x->a;
    /* What a requester brought on paper stays the requester's, though the office enters it. */
    bool released = a->act->role == REQUEST_OFFICE && a->act->verb != REQUEST_DO_SUPPLEMENT;
    if (!check(x, e)) {
        return false;
    }
    carried_wipe(&x->files);
    if (!carried_load(a->d, a->act->draft, a->act->draft_made, a->ar, &x->files, e)) {
        return false;
    }
    x->event = (x->told > a->before.events ? x->told : a->before.events) + 1;
    a->after.events = x->event;
    a->after.files = a->before.files + x->files.count;
    fill_row(x);
    return make_letter(x, e) && seal_event(x, e) &&
           carried_prepare(a->d, &x->files, &a->after.id, x->event, released, a->who, a->ar, e);
}

/* ---------------------------------------------------------------- the verb */

static bool still_as_read(struct txn *t, struct doing *x, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(128u * 1024);
    struct request_head now;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!head_get(t, &x->a.before.id, ar, &now, e)) {
        return false;
    }
    x->moved = now.events != x->a.before.events;
    return !x->moved ||
           err_set(e, ERR_CONFLICT, "this request was changed meanwhile: look at it again before you go on");
}

/* In the same transaction: no act without its notice, no notice without its act. */
static bool tell_by_mail(struct txn *t, const struct doing *x, struct err *e)
{
    const struct acting *a = &x->a;
    bool fresh = a->act->form != NULL && a->form.email.n > 0; /* an address given with this act */
    bool same_kind = a->act->verb == REQUEST_DO_QUALIFY && a->before.kind == a->after.kind;
    if (fresh && !notice_try_again(t, a->d, &a->after.id, a->act->at, e)) {
        return false;
    }
    return (!a->email && !fresh) || same_kind ||
           notice_queue(t, a->d, &a->after.id, x->event, a->act->verb, a->act->at, e);
}

static bool do_fn(struct txn *t, void *ctx, struct err *e)
{
    struct doing *x = ctx;
    struct acting *a = &x->a;
    struct rq_key k = rq_event(&a->after.id, x->event);
    x->moved = false;
    if (!repeated(t, x, e)) {
        return false;
    }
    if (x->repeated) {
        return true;
    }
    return still_as_read(t, x, e) && event_write(t, a->d->a, &x->ready, &x->done.entry, e) &&
           store_insert(t, T_REQUEST_EVENT, rq_bytes(&k), x->event_row, e) &&
           carried_write(t, a->d, &x->files, &a->after.id, a->before.files + 1, e) &&
           head_put(t, &a->after, false, e) && public_update(t, &a->before, &a->after, e) &&
           vouched_update(t, a->d, &a->before, &a->after, e) &&
           (a->act->once.n == 0 || index_id_put(t, rq_by_once(&x->once), &a->after.id, x->event, e)) &&
           tell_by_mail(t, x, e);
}

static bool try_once(struct doing *x, struct err *e)
{
    if (!store_read(archive_store(x->a.d->a), read_fn, x, e)) {
        return false;
    }
    return x->repeated || (prepare(x, e) && store_write(archive_store(x->a.d->a), do_fn, x, e));
}

/* The draft went meanwhile: with the first of two clicks, which the next look finds. */
static bool its_twin_may_have_it(const struct doing *x, const struct err *e)
{
    return e->code == ERR_NOT_FOUND && x->a.act->once.n > 0 && x->a.act->draft.n > 0;
}

static void tell(const struct doing *x, struct request_done *out)
{
    *out = x->done;
    out->repeated = x->repeated;
    out->state = (enum request_state)(x->repeated ? x->a.before.state : x->a.after.state);
    if (!x->repeated) {
        out->event = x->event;
    }
}

bool request_do(struct request_desk *d, const struct id *request, const struct request_act *act,
                const struct actor *who, struct arena *ar, struct request_done *out, struct request_faults *faults,
                struct err *e)
{
    struct doing x CLEANUP(doing_wipe) = {.a = {.d = d, .act = act, .who = who, .ar = ar}};
    bool ok = false;
    x.a.before.id = *request;
    if (act->once.n > 0) {
        once_hash(act->once, &x.once);
    }
    for (int i = 0; i < TRIES && !ok; i++) {
        ok = try_once(&x, e);
        if (!ok && !x.moved && !its_twin_may_have_it(&x, e)) {
            break;
        }
    }
    if (ok && x.repeated) {
        x.a.faults.count = 0;
        ok = repeat_is_of(&x.a, x.done.event, e);
    }
    if (faults != NULL) {
        *faults = x.a.faults;
    }
    if (ok) {
        tell(&x, out);
    }
    return ok;
}
