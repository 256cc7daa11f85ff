/* run_due.c: akta queue, forecast and hold: what is due, what will be, and what must wait. */
#include "table.h"

#include <string.h>

struct due {
    struct run *r;
    struct grid grid;
    uint64_t shown;
};

static bool queue_json(struct run *r, const struct queue_row *q)
{
    struct json *o = json_object();
    json_text(o, "mark", q->file.mark);
    json_text_or_null(o, "title", q->file.title);
    json_text(o, "class", q->file.symbol);
    json_text_or_null(o, "category", q->file.category);
    json_day(o, "review_from", q->file.review_from);
    json_text(o, "action", str_of(action_name((enum action)q->file.action)));
    json_u64(o, "days_waiting", q->days_waiting);
    json_u64(o, "holds", q->file.holds);
    json_day(o, "closed", q->file.closed);
    return out_json(r, &o);
}

static bool queue_line(const struct queue_row *q, void *ctx, struct err *e)
{
    struct due *d = ctx;
    struct run *r = d->r;
    (void)e;
    d->shown++;
    if (r->h->json) {
        return queue_json(r, q);
    }
    if (d->shown == 1) {
        grid_words(&d->grid, (const char *const[]){N_("Due from"), N_("Waits"), N_("What happens"), N_("Category"),
                                                   N_("Mark"), N_("Title")});
    }
    grid_day(&d->grid, q->file.review_from);
    grid_fmt(&d->grid, trn(r->h->lang, "%llu day", "%llu days", q->days_waiting), (unsigned long long)q->days_waiting);
    grid_cell(&d->grid, str_of(action_for_people(r->h->lang, (enum action)q->file.action)));
    grid_cell(&d->grid, q->file.category.n > 0 ? q->file.category : STR("?"));
    grid_cell(&d->grid, q->file.mark);
    grid_cell(&d->grid, q->file.title.n > 0 ? q->file.title : STR("–"));
    return !r->out_broken;
}

static bool read_filter(struct run *r, struct queue_filter *f)
{
    struct str action = parsed_text(r->p, "action");
    *f = (struct queue_filter){
        .on = parsed_day(r->p, "on"),
        .symbol = parsed_text(r->p, "class"),
        .held = parsed_flag(r->p, "held"),
        .limit = (size_t)parsed_number(r->p, "limit", 0),
        .after = STR(""),
    };
    f->on = day_is_none(f->on) ? run_today(r) : f->on;
    f->symbol = f->symbol.n > 0 ? f->symbol : STR("");
    if (action.n == 0 || action_parse(action, &f->action)) {
        return true;
    }
    char shown[64];
    text_printable(action, shown, sizeof shown);
    return err_field(&r->e, ERR_INVALID, "action", "--action: write destroy, appraise, transfer or exception, not “%s”",
                     shown);
}

static void queue_total(struct run *r, const struct queue_filter *f, uint64_t total, uint64_t shown)
{
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "total", total);
        json_u64(o, "shown", shown);
        json_day(o, "on", f->on);
        (void)out_json(r, &o);
        return;
    }
    if (total == 0) {
        out_say(
            r, "%s\n",
            tr(r->h->lang, f->held ? N_("No held case file would be due.") : N_("No case file waits for a decision.")));
        return;
    }
    out_say(r, shown > 0 ? "\n" : "");
    out_say(r, trn(r->h->lang, "%s case file, %s shown.\n", "%s case files, %s shown.\n", total),
            number_for_people(r->ar, total).p, number_for_people(r->ar, shown).p);
}

int run_queue(struct run *r)
{
    struct queue_filter f;
    struct due d = {.r = r};
    uint64_t total = 0;
    if (!read_filter(r, &f)) {
        return run_fail(r);
    }
    grid_begin(&d.grid, r, 6);
    grid_right(&d.grid, 1);
    bool ok = queue_list(r->a, &f, queue_line, &d, &total, &r->e);
    grid_end(&d.grid);
    if (!ok) {
        return run_fail(r);
    }
    queue_total(r, &f, total, d.shown);
    return EXIT_DONE;
}

static bool forecast_line(const struct forecast_row *row, void *ctx, struct err *e)
{
    struct due *d = ctx;
    struct run *r = d->r;
    (void)e;
    if (d->shown == 0 && !r->h->json) {
        grid_words(&d->grid,
                   (const char *const[]){N_("Year"), N_("What happens"), N_("Case files"), N_("Records"), N_("Size")});
    }
    d->shown += row->files;
    if (r->h->json) {
        struct json *o = json_object();
        if (row->year == 0) {
            json_null(o, "year");
        } else {
            json_i64(o, "year", row->year);
        }
        json_text(o, "action", str_of(action_name(row->action)));
        json_u64(o, "files", row->files);
        json_u64(o, "records", row->records);
        json_u64(o, "bytes", row->bytes);
        return out_json(r, &o);
    }
    if (row->year == 0) {
        grid_cell(&d->grid, STR("–"));
    } else {
        grid_fmt(&d->grid, "%d", row->year);
    }
    grid_cell(&d->grid, str_of(action_for_people(r->h->lang, row->action)));
    grid_cell(&d->grid, number_for_people(r->ar, row->files));
    grid_cell(&d->grid, number_for_people(r->ar, row->records));
    grid_cell(&d->grid, bytes_for_people(r->ar, r->h->lang, row->bytes));
    return !r->out_broken;
}

int run_forecast(struct run *r)
{
    struct due d = {.r = r};
    enum lang lang = r->h->lang;
    struct day on = parsed_day(r->p, "on");
    grid_begin(&d.grid, r, 5);
    grid_right(&d.grid, 2);
    grid_right(&d.grid, 3);
    grid_right(&d.grid, 4);
    bool ok = forecast_list(r->a, day_is_none(on) ? run_today(r) : on, (unsigned)parsed_number(r->p, "years", 25),
                            forecast_line, &d, &r->e);
    grid_end(&d.grid);
    if (!ok) {
        return run_fail(r);
    }
    if (!r->h->json && d.shown == 0) {
        out_say(r, "%s\n", tr(lang, N_("Nothing falls due in these years.")));
    }
    return EXIT_DONE;
}
