/* forecast.c: how much falls due in which year, from the counters of due.h: a few hundred rows however many files there
 * are. What is due already counts in the first year; exceptions, which have no date, stand under year 0. Fails with the
 * store. */
#include "due.h"

#define YEAR_COUNT 500

struct forecast {
    int first;
    unsigned years;
    struct due_count by_action[ACTION_EXCEPTION + 1][YEAR_COUNT];
    struct due_count exceptions;
};

static void add(struct due_count *sum, const struct due_count *c)
{
    sum->files += c->files;
    sum->records += c->records;
    sum->bytes += c->bytes;
}

static bool year_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct forecast *f = ctx;
    struct due_count c;
    struct reader r = reader_of(key);
    (void)rd_u8(&r);
    unsigned action = rd_u8(&r);
    int year = rd_be16(&r);
    if (!rd_done(&r) || !due_count_parse(val, &c) || action < ACTION_DESTROY || action > ACTION_EXCEPTION) {
        return err_set(e, ERR_CORRUPT, "a counter of the forecast is damaged; run akta doctor");
    }
    if (action == ACTION_EXCEPTION) {
        add(&f->exceptions, &c);
        return true;
    }
    int offset = year < f->first ? 0 : year - f->first;
    if ((unsigned)offset < f->years) {
        add(&f->by_action[action][offset], &c);
    }
    return true;
}

static bool forecast_fn(struct txn *t, void *ctx, struct err *e)
{
    struct forecast *f = ctx;
    struct row_key years = rk_u8(ROW_KEY_EMPTY, DUE_BY_YEAR);
    int first = f->first;
    unsigned count = f->years;
    *f = (struct forecast){.first = first, .years = count};
    return store_walk(t, (struct store_range){.table = T_FORECAST, .prefix = rk_bytes(&years)}, year_each, f, e);
}

static bool say(const struct due_count *c, int year, enum action action, forecast_each each, void *ctx, struct err *e)
{
    struct forecast_row row = {year, action, c->files, c->records, c->bytes};
    return c->files == 0 || each(&row, ctx, e);
}

bool forecast_list(struct archive *a, struct day on, unsigned years, forecast_each each, void *ctx, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct forecast *f = ar == NULL ? NULL : arena_alloc(ar, sizeof *f);
    if (f == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (years == 0 || years > YEAR_COUNT) {
        return err_field(e, ERR_INVALID, "years", "a forecast covers 1 to %d years", YEAR_COUNT);
    }
    f->first = day_year(day_is_none(on) ? archive_today(a) : on);
    f->years = years;
    if (!store_read(a->store, forecast_fn, f, e)) {
        return false;
    }
    for (unsigned i = 0; i < years; i++) {
        for (unsigned action = ACTION_DESTROY; action < ACTION_EXCEPTION; action++) {
            if (!say(&f->by_action[action][i], f->first + (int)i, (enum action)action, each, ctx, e)) {
                return e->code == ERR_NONE;
            }
        }
    }
    return say(&f->exceptions, 0, ACTION_EXCEPTION, each, ctx, e) || e->code == ERR_NONE;
}
