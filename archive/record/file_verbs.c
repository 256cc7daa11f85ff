/* file_verbs.c: what happens to a case file after it was opened: closing, reopening, facts, a category by hand.
 *
 * Promises: one verb, one transaction, one ledger entry; retention, queue and forecast follow in it. Reasons lie in the
 * opening of the entry, never in the entry. Fails: ERR_NOT_FOUND the mark; ERR_STATE the wrong state; ERR_INVALID a day
 * that cannot be. */
#include "law.h"

#define REASON_MAX  2000
#define ARENA_LIMIT (256u * 1024)

/* A verb on one existing file: the arguments of all of them, and the one function that differs. */
struct file_verb {
    struct archive *a;
    struct str mark;
    const struct actor *who;
    bool (*change)(struct txn *t, const struct file_verb *v, const struct case_file *f, struct arena *ar,
                   struct err *e);
    struct day on;
    struct str text; /* reason, or a fact's name */
    char category[CATEGORY_TEXT_SIZE];
};

static bool verb_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct file_verb *v = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    struct case_file f;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    return file_by_mark(t, v->a, v->mark, true, ar, &f, e) && v->change(t, v, &f, ar, e);
}

static bool write_event(struct txn *t, struct archive *a, const struct event *ev, struct arena *ar, struct err *e)
{
    struct key key CLEANUP(key_wipe) = {{0}};
    struct event_ready ready;
    uint64_t index;
    return key_get(t, a->store, ev->object, &key, e) && event_prepare(ev, &key, ar, &ready, e) &&
           event_write(t, a, &ready, &index, e);
}

/* What the rules made of a file, for everybody who replays them: dates and codes, nothing personal. */
struct outcome_text {
    char until[DAY_TEXT_SIZE], review[DAY_TEXT_SIZE];
};

static void outcome_lines(struct event *ev, const struct case_file *f, struct outcome_text *room)
{
    day_text(f->until, room->until);
    day_text(f->review_from, room->review);
    event_line(ev, "category", f->category);
    event_line(ev, "keep-until", str_of(room->until));
    event_line(ev, "review-from", str_of(room->review));
    if (f->action != ACTION_NONE)
        event_line(ev, "action", str_of(action_name((enum action)f->action)));
}

/* ---------------------------------------------------------------- closing and reopening */

static bool check_closing_day(struct archive *a, const struct case_file *f, struct day on, struct err *e)
{
    char day[DAY_TEXT_SIZE], opened[DAY_TEXT_SIZE];
    day_text(on, day);
    day_text(f->opened, opened);
    if (on.n < f->opened.n)
        return err_field(e, ERR_INVALID, "closed", "%.*s was opened on %s and cannot end before that, on %s",
                         (int)f->mark.n, f->mark.p, opened, day);
    if (on.n > archive_today(a).n)
        return err_field(e, ERR_INVALID, "closed", "%s is in the future: close the file when the case has ended", day);
    return true;
}

bool file_close_in(struct txn *t, struct archive *a, const struct case_file *f, struct day on, const struct actor *who,
                   struct arena *ar, struct err *e)
{
    char day[DAY_TEXT_SIZE];
    struct outcome_text room;
    struct case_file changed = *f;
    if (f->state != FILE_OPEN) {
        day_text(f->closed, day);
        return err_set(e, ERR_STATE, "%.*s is closed already, on %s", (int)f->mark.n, f->mark.p, day);
    }
    if (!check_closing_day(a, f, on, e))
        return false;
    changed.state = FILE_CLOSED;
    changed.closed = on;
    if (!event_next(t, &f->id, &changed.events, e) || !file_update_in(t, a, f, &changed, true, ar, e))
        return false;
    day_text(on, day);
    struct event ev = {.type = E_FILE_CLOSE, .object = &f->id, .event = changed.events, .who = who};
    event_line(&ev, "closed", str_of(day));
    outcome_lines(&ev, &changed, &room);
    return write_event(t, a, &ev, ar, e);
}

static bool close_change(struct txn *t, const struct file_verb *v, const struct case_file *f, struct arena *ar,
                         struct err *e)
{
    return file_close_in(t, v->a, f, v->on, v->who, ar, e);
}

bool file_close(struct archive *a, struct str mark, struct day on, const struct actor *who, struct err *e)
{
    struct file_verb v = {.a = a, .mark = mark, .who = who, .change = close_change, .on = on};
    if (day_is_none(on))
        return err_field(e, ERR_INVALID, "closed", "say on which day the case ended");
    return store_write(a->store, verb_fn, &v, e);
}

static bool reopen_change(struct txn *t, const struct file_verb *v, const struct case_file *f, struct arena *ar,
                          struct err *e)
{
    struct case_file changed = *f;
    if (f->state != FILE_CLOSED)
        return err_set(e, ERR_STATE, "%.*s is open: there is nothing to reopen", (int)f->mark.n, f->mark.p);
    changed.state = FILE_OPEN;
    changed.closed = DAY_NONE;
    if (!event_next(t, &f->id, &changed.events, e) || !file_update_in(t, v->a, f, &changed, true, ar, e))
        return false;
    struct event ev = {.type = E_FILE_REOPEN, .object = &f->id, .event = changed.events, .who = v->who};
    event_meta(&ev, "reason", v->text);
    return write_event(t, v->a, &ev, ar, e);
}

/* Gates the reason that a decision of a person needs. */
static bool gate_reason(struct arena *ar, struct str reason, struct str *out, struct err *e)
{
    if (!text_gate(ar, "reason", reason, REASON_MAX, true, out, e))
        return false;
    return out->n || err_field(e, ERR_INVALID, "reason", "give a reason: it is kept with the decision");
}

bool file_reopen(struct archive *a, struct str mark, struct str reason, const struct actor *who, struct err *e)
{
    struct file_verb v = {.a = a, .mark = mark, .who = who, .change = reopen_change};
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    return gate_reason(ar, reason, &v.text, e) && store_write(a->store, verb_fn, &v, e);
}

/* ---------------------------------------------------------------- facts and categories by hand */

bool file_fact_in(struct txn *t, struct archive *a, const struct case_file *f, struct str name, struct day on,
                  const struct actor *who, struct arena *ar, struct err *e)
{
    struct case_file changed = *f;
    struct facts facts;
    struct outcome_text room;
    struct buf text CLEANUP(buf_free) = BUF_INIT(2048);
    char day[DAY_TEXT_SIZE];
    struct facts added = {.count = 0};
    if (!facts_set(&added, name, on, e) || !facts_check(t, &added, f->opened, ar, e) ||
        !facts_parse(f->facts, &facts, e) || !facts_set(&facts, name, on, e) || !facts_text(&facts, &text, e) ||
        !buf_ok(&text, e))
        return false;
    changed.facts = buf_str(&text);
    if (!event_next(t, &f->id, &changed.events, e) || !file_update_in(t, a, f, &changed, true, ar, e))
        return false;
    day_text(on, day);
    struct event ev = {.type = E_FACT, .object = &f->id, .event = changed.events, .who = who};
    event_line(&ev, "fact", name);
    outcome_lines(&ev, &changed, &room);
    event_meta(&ev, "fact", name);
    event_meta(&ev, "on", day_is_none(on) ? STR("withdrawn") : str_of(day));
    return write_event(t, a, &ev, ar, e);
}

static bool fact_change(struct txn *t, const struct file_verb *v, const struct case_file *f, struct arena *ar,
                        struct err *e)
{
    return file_fact_in(t, v->a, f, v->text, v->on, v->who, ar, e);
}

bool file_set_fact(struct archive *a, struct str mark, struct str name, struct day on, const struct actor *who,
                   struct err *e)
{
    struct file_verb v = {.a = a, .mark = mark, .who = who, .change = fact_change, .on = on, .text = name};
    return store_write(a->store, verb_fn, &v, e);
}

static bool category_change(struct txn *t, const struct file_verb *v, const struct case_file *f, struct arena *ar,
                            struct err *e)
{
    struct case_file changed = *f;
    struct outcome_text room;
    changed.by_hand = str_of(v->category);
    if (!event_next(t, &f->id, &changed.events, e) || !file_update_in(t, v->a, f, &changed, true, ar, e))
        return false;
    struct event ev = {.type = E_RECLASSIFY, .object = &f->id, .event = changed.events, .who = v->who};
    outcome_lines(&ev, &changed, &room);
    event_meta(&ev, "category-before", f->category);
    event_meta(&ev, "category-by-hand", changed.by_hand);
    event_meta(&ev, "reason", v->text);
    return write_event(t, v->a, &ev, ar, e);
}

bool file_set_category(struct archive *a, struct str mark, struct category c, struct str reason,
                       const struct actor *who, struct err *e)
{
    struct file_verb v = {.a = a, .mark = mark, .who = who, .change = category_change};
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    category_text(c, v.category);
    return gate_reason(ar, reason, &v.text, e) && store_write(a->store, verb_fn, &v, e);
}
