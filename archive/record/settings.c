/* settings.c: the one table behind DIR/akta.conf, joined from the store's rows, this room's and those of the rooms
 * above, and the sample that a new archive gets. Fails only without memory. */
#include "record_internal.h"

#include <string.h>

static const struct setting record_settings[] = {
    {"ledger.interval_ms", SET_U64, "250", 10, 2000,
     N_("How often entries of the log are published, in milliseconds.")},
    {"retention.years_a", SET_U64, "25", 1, 100,
     N_("Years after which archival material (category A) is handed over to the State Archive.")},
    {NULL, SET_BOOL, NULL, 0, 0, NULL},
};

static size_t row_count(const struct setting *rows)
{
    size_t n = 0;
    while (rows && rows[n].name)
        n++;
    return n;
}

bool settings_table(const struct setting *above, struct arena *ar, const struct setting **rows, size_t *n,
                    struct err *e)
{
    const struct setting *parts[] = {store_settings, record_settings, above};
    size_t total = 0, at = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        total += row_count(parts[i]);
    struct setting *all = arena_alloc(ar, (total + 1) * sizeof *all);
    if (!all)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        for (size_t k = 0; k < row_count(parts[i]); k++)
            all[at++] = parts[i][k];
    *rows = all;
    *n = total;
    return true;
}

/* "store" of "store.cache_mb". */
static struct str section_of(const char *name)
{
    const char *dot = strchr(name, '.');
    return (struct str){name, dot ? (size_t)(dot - name) : 0};
}

bool settings_sample(const struct setting *rows, size_t n, struct buf *out, struct err *e)
{
    struct str section = STR_NONE;
    buf_add_z(
        out, "# Settings of this archive. A line without # in front is in force; the values shown are the standard.\n");
    for (size_t i = 0; i < n; i++) {
        struct str s = section_of(rows[i].name);
        if (s.n && !str_eq(s, section)) {
            section = s;
            buf_fmt(out, "\n[%.*s]\n", (int)s.n, s.p);
        }
        buf_fmt(out, "# %s\n", rows[i].what);
        if (rows[i].type == SET_U64)
            buf_fmt(out, "# From %llu to %llu.\n", (unsigned long long)rows[i].min, (unsigned long long)rows[i].max);
        buf_fmt(out, "#%s = %s\n", rows[i].name + (s.n ? s.n + 1 : 0), rows[i].standard);
    }
    return buf_ok(out, e);
}
