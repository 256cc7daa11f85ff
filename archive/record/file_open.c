/* file_open.c: a new case file. What can be checked without a transaction is checked first; number, mark, row, indexes
 * and entry are one verb.
 *
 * Promises: the number is the next of its series, or the one an older mark brings along; a class that is no end class
 * in force on the opening day is refused. A year without a day stands for its first day: all that is known then. */
#include "record_internal.h"

#define TITLE_MAX  1000
#define REASON_MAX 2000

static bool check_category_by_hand(const struct file_opening *in, struct err *e)
{
    struct category c;
    if (in->by_hand.n == 0)
        return true;
    if (!category_parse(in->by_hand, &c, e))
        return err_field(e, ERR_INVALID, "category", "a category given by hand is A, Bn, BEn or Bc");
    if (in->reason.n == 0)
        return err_field(e, ERR_INVALID, "reason",
                         "a category given by hand needs a reason: name the decision or the local class");
    return true;
}

/* Unit, class and year of a mark that is kept decide; what was given besides must agree. */
static bool take_kept_mark(struct file_draft *d, struct err *e)
{
    struct file_opening *in = &d->in;
    if (!mark_parse(in->mark, &d->kept, e))
        return false;
    if (d->kept.handler.n)
        return err_field(e, ERR_INVALID, "mark", "a handler's sign is no part of the mark: leave \".%.*s\" away",
                         (int)d->kept.handler.n, d->kept.handler.p);
    if ((in->unit.n && !str_eq(in->unit, d->kept.unit)) || (in->symbol.n && !str_eq(in->symbol, d->kept.symbol)))
        return err_field(e, ERR_INVALID, "mark", "the mark %.*s names another unit or class than the row beside it",
                         (int)in->mark.n, in->mark.p);
    if (in->year && in->year != d->kept.year)
        return err_field(e, ERR_INVALID, "year", "the mark %.*s is of another year than %d", (int)in->mark.n,
                         in->mark.p, in->year);
    in->unit = d->kept.unit;
    in->symbol = d->kept.symbol;
    in->year = d->kept.year;
    in->base_number = d->kept.base_number;
    return true;
}

static bool settle_day(struct archive *a, struct file_opening *in, struct err *e)
{
    struct day today = archive_today(a);
    char text[DAY_TEXT_SIZE];
    if (day_is_none(in->opened)) {
        bool this_year = in->year == 0 || in->year == day_year(today);
        if (this_year)
            in->opened = today;
        else if (!day_make(in->year, 1, 1, &in->opened))
            return err_field(e, ERR_INVALID, "year", "the year %d is not supported: 1800 to 2299", in->year);
    }
    day_text(in->opened, text);
    if (in->opened.n > today.n)
        return err_field(e, ERR_INVALID, "opened", "%s is in the future: a case is opened today or earlier", text);
    if (in->year == 0)
        in->year = day_year(in->opened);
    /* A mark kept from an older register may be older or newer than the day that register gives. */
    if (in->mark.n == 0 && in->year != day_year(in->opened))
        return err_field(e, ERR_INVALID, "year", "a mark bears the year in which its case began: %d, not %d",
                         day_year(in->opened), in->year);
    return true;
}

bool file_draft_make(struct archive *a, const struct file_opening *in, struct arena *ar, struct file_draft *out,
                     struct err *e)
{
    struct file_draft d = {.in = *in};
    if (!text_gate(ar, "title", in->title, TITLE_MAX, false, &d.in.title, e) ||
        !text_gate(ar, "reason", in->reason, REASON_MAX, true, &d.in.reason, e))
        return false;
    if (d.in.title.n == 0)
        return err_field(e, ERR_INVALID, "title", "a case file needs a title: say in a few words what it is about");
    if (d.in.mark.n && !take_kept_mark(&d, e))
        return false;
    if (!unit_check(d.in.unit, e))
        return false;
    if (!symbol_valid(d.in.symbol))
        return err_field(e, ERR_INVALID, "class", "a class symbol is written in digits, such as 1431");
    if (!settle_day(a, &d.in, e) || !check_category_by_hand(&d.in, e) || !object_new(a, &d.id, &d.key, &d.wrapped, e))
        return false;
    *out = d;
    return true;
}

/* ---------------------------------------------------------------- the verb */

static bool take_class(struct txn *t, const struct file_opening *in, struct arena *ar, struct day *class_from,
                       struct err *e)
{
    struct class_version c;
    if (!class_get(t, in->symbol, in->opened, ar, &c, e)) {
        if (e->code == ERR_NOT_FOUND)
            return err_field(e, ERR_INVALID, "class", "%s", e->text);
        return false;
    }
    if (!c.leaf)
        return err_field(e, ERR_INVALID, "class",
                         "class %.*s is divided further: files belong to one of the end classes below it",
                         (int)in->symbol.n, in->symbol.p);
    *class_from = c.valid_from;
    return true;
}

static bool base_case_exists(struct txn *t, struct archive *a, const struct file_opening *in, struct arena *ar,
                             struct err *e)
{
    struct mark_parts m = {.unit = in->unit, .symbol = in->symbol, .number = in->base_number, .year = in->year};
    struct str mark;
    struct case_file base;
    if (!mark_compose(&m, ar, &mark, e))
        return false;
    if (file_by_mark(t, a, mark, false, ar, &base, e))
        return true;
    if (e->code != ERR_NOT_FOUND)
        return false;
    return err_field(e, ERR_INVALID, "base", "a sub-group needs its base case, and there is no %.*s", (int)mark.n,
                     mark.p);
}

static bool take_number(struct txn *t, const struct file_draft *d, struct arena *ar, struct case_file *f, struct err *e)
{
    const struct file_opening *in = &d->in;
    struct series s = {in->unit, in->symbol, in->year, in->base_number};
    struct mark_parts m = {.unit = in->unit,
                           .symbol = in->symbol,
                           .number = d->kept.number,
                           .base_number = in->base_number,
                           .year = in->year};
    bool got = m.number ? number_keep(t, &s, m.number, e) : number_next(t, &s, &m.number, e);
    if (!got || !mark_compose(&m, ar, &f->mark, e))
        return false;
    f->number = m.number;
    if (store_insert(t, T_FILE_BY_MARK, bytes_of(f->mark), id_bytes(&d->id), e))
        return true;
    if (e->code != ERR_CONFLICT)
        return false;
    return err_field(e, ERR_CONFLICT, "mark", "there is a case file %.*s already", (int)f->mark.n, f->mark.p);
}

static bool open_event(struct txn *t, struct archive *a, const struct file_draft *d, const struct case_file *f,
                       const struct actor *who, struct arena *ar, struct err *e)
{
    char opened[DAY_TEXT_SIZE];
    day_text(f->opened, opened);
    struct event ev = {.type = E_FILE_OPEN, .object = &f->id, .event = 1, .who = who};
    event_line(&ev, "class", f->symbol);
    event_line(&ev, "opened", str_of(opened));
    event_line(&ev, "number", d->kept.number ? STR("kept") : STR("given"));
    event_meta(&ev, "mark", f->mark);
    event_meta(&ev, "title", f->title);
    event_meta(&ev, "category-by-hand", f->by_hand);
    event_meta(&ev, "reason", d->in.reason);
    struct event_ready ready;
    uint64_t index;
    return event_prepare(&ev, &d->key, ar, &ready, e) && event_write(t, a, &ready, &index, e);
}

bool file_draft_write(struct txn *t, struct archive *a, const struct file_draft *d, const struct actor *who,
                      struct arena *ar, struct case_file *out, struct err *e)
{
    const struct file_opening *in = &d->in;
    struct case_file f = {.id = d->id,
                          .unit = in->unit,
                          .symbol = in->symbol,
                          .base_number = in->base_number,
                          .year = (uint64_t)in->year,
                          .state = FILE_OPEN,
                          .opened = in->opened,
                          .closed = DAY_NONE,
                          .from = DAY_NONE,
                          .until = DAY_NONE,
                          .review_from = DAY_NONE,
                          .title = in->title,
                          .by_hand = in->by_hand,
                          .events = 1};
    struct file_count count = {.state = FILE_OPEN};
    if (!take_class(t, in, ar, &f.class_from, e) ||
        (in->base_number && d->kept.number == 0 && !base_case_exists(t, a, in, ar, e)) ||
        !take_number(t, d, ar, &f, e) || !retention_refresh(t, a, ar, &f, e))
        return false;
    if (!open_event(t, a, d, &f, who, ar, e) || !key_put(t, &f.id, &d->wrapped, e) ||
        !file_row_put(t, &f, &d->key, e) || !file_count_init(t, &f.id, &count, e) || !due_update(t, NULL, &f, e))
        return false;
    *out = f;
    return true;
}

struct open_ctx {
    struct archive *a;
    struct file_draft draft;
    const struct actor *who;
    struct arena *ar;
    struct case_file *out;
};

static bool open_fn(struct txn *t, void *ctx, struct err *e)
{
    struct open_ctx *c = ctx;
    return file_draft_write(t, c->a, &c->draft, c->who, c->ar, c->out, e);
}

bool file_open(struct archive *a, const struct file_opening *in, const struct actor *who, struct arena *ar,
               struct case_file *out, struct err *e)
{
    struct open_ctx c = {.a = a, .who = who, .ar = ar, .out = out};
    bool ok = file_draft_make(a, in, ar, &c.draft, e) && store_write(a->store, open_fn, &c, e);
    key_wipe(&c.draft.key);
    return ok;
}
