/* proposals.c: what the unread classes are likely to be. The document is small and asked for one class at a time, so it
 * is read where it lies; nothing here changes a class. Fails with the store; ERR_NOT_FOUND when nothing is proposed. */
#include "law.h"
#include "tsv.h"

static const char *const proposal_columns[] = {"symbol",     "title", "category_guess",
                                               "confidence", "basis", "second_pass"};

bool proposals_check(struct str text, struct err *e)
{
    struct tsv t;
    bool row = true;
    if (!tsv_open(&t, "proposals", text, proposal_columns, COUNT_OF(proposal_columns), e)) {
        return false;
    }
    while (tsv_next(&t, &row, e)) {
        struct category c;
        if (!row) {
            return true;
        }
        if (!symbol_valid(t.cell[0])) {
            err_field(e, ERR_INVALID, "symbol", "“%.*s” is no class symbol; it has one to ten digits",
                      t.cell[0].n < 20 ? (int)t.cell[0].n : 20, t.cell[0].p);
            return tsv_wrong(&t, e);
        }
        if (!category_parse(t.cell[2], &c, e)) {
            return tsv_wrong(&t, e);
        }
    }
    return false;
}

static bool copy(struct arena *a, struct str in, struct str *out, struct err *e)
{
    *out = arena_str(a, in);
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool from_row(const struct tsv *t, struct arena *a, struct class_proposal *out, struct err *e)
{
    const char *between = t->cell[5].n > 0 ? "; " : "";
    struct str basis =
        arena_fmt(a, "%.*s%s%.*s", (int)t->cell[4].n, t->cell[4].p, between, (int)t->cell[5].n, t->cell[5].p);
    if (basis.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    out->basis = basis;
    return copy(a, t->cell[0], &out->symbol, e) && copy(a, t->cell[2], &out->category, e) &&
           copy(a, t->cell[3], &out->confidence, e);
}

/* The newest version: a proposal is advice of today. */
static bool newest_text(struct txn *t, struct arena *a, struct str *text, bool *found, struct err *e)
{
    struct day *days;
    size_t n;
    struct conf_row row;
    if (!conf_days(t, CONF_PROPOSALS, a, &days, &n, e)) {
        return false;
    }
    *found = n > 0;
    if (n > 0 && !conf_row_get(t, CONF_PROPOSALS, days[n - 1], a, &row, found, e)) {
        return false;
    }
    *text = *found ? str_of_bytes(row.text) : STR_NONE;
    return true;
}

bool proposal_get(struct txn *t, struct str symbol, struct arena *a, struct class_proposal *out, struct err *e)
{
    struct arena *scratch CLEANUP(arena_free) = arena_new(8u << 20);
    struct str text = STR_NONE;
    struct tsv table;
    bool found;
    if (scratch == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!newest_text(t, scratch, &text, &found, e)) {
        return false;
    }
    bool row = found;
    if (found && !tsv_open(&table, "proposals", text, proposal_columns, COUNT_OF(proposal_columns), e)) {
        return false;
    }
    while (row) {
        if (!tsv_next(&table, &row, e)) {
            return false;
        }
        if (row && str_eq(table.cell[0], symbol)) {
            return from_row(&table, a, out, e);
        }
    }
    return err_field(e, ERR_NOT_FOUND, "class", "nothing is proposed for class %.*s",
                     symbol.n < 20 ? (int)symbol.n : 20, symbol.p);
}
