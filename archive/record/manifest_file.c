/* manifest_file.c: the case file that a row belongs to. The first row of a file says what it is; the others may leave
 * out what was said, but may not say otherwise. */
#include "manifest_reading.h"

#define REASON_MAX 2000

static void check_kept_mark(struct reading *r, struct manifest_file *f)
{
    struct mark_parts m;
    struct err why = reading_err(r);
    if (!mark_parse(f->mark, &m, &why)) {
        reading_tell(r, C_MARK, &why);
        return;
    }
    if (m.handler.n) {
        err_set(&why, ERR_INVALID, "a handler's sign is no part of the mark: leave \".%.*s\" away", (int)m.handler.n,
                m.handler.p);
        reading_tell(r, C_MARK, &why);
    }
    if (f->unit.n == 0)
        f->unit = m.unit;
    if (f->symbol.n == 0)
        f->symbol = m.symbol;
    if (!str_eq(f->unit, m.unit) || !str_eq(f->symbol, m.symbol)) {
        err_set(&why, ERR_INVALID, "the mark %.*s names another unit or class than the columns beside it",
                (int)f->mark.n, f->mark.p);
        reading_tell(r, C_MARK, &why);
    }
    if (day_is_none(f->opened)) /* only the year is known: its first day stands for it */
        (void)day_make(m.year, 1, 1, &f->opened);
}

static void check_new_mark(struct reading *r, const struct manifest_file *f)
{
    struct err why = reading_err(r);
    if (!unit_valid(f->unit)) {
        err_set(&why, ERR_INVALID, "a unit's sign is capital letters and digits, hyphens inside, such as WA or OR-2");
        reading_tell(r, C_UNIT, &why);
    }
    if (!symbol_valid(f->symbol)) {
        err_set(&why, ERR_INVALID, "a class symbol is written in digits, such as 1431");
        reading_tell(r, C_CLASS, &why);
    }
    if (day_is_none(f->opened) && r->row_ok) {
        err_set(&why, ERR_INVALID, "without a mark the opening day is needed: the year of the mark comes from it");
        reading_tell(r, C_OPENED, &why);
    }
}

static void check_file(struct reading *r, struct manifest_file *f)
{
    struct err why = reading_err(r);
    struct category c;
    struct facts facts;
    if (f->mark.n)
        check_kept_mark(r, f);
    else
        check_new_mark(r, f);
    if (f->title.n == 0) {
        err_set(&why, ERR_INVALID, "a case file needs a title");
        reading_tell(r, C_TITLE, &why);
    }
    if (!day_is_none(f->closed) && !day_is_none(f->opened) && f->closed.n < f->opened.n) {
        err_set(&why, ERR_INVALID, "the case ends before it began");
        reading_tell(r, C_CLOSED, &why);
    }
    if (f->category.n && (!category_parse(f->category, &c, &why) || c.kind == CAT_BSTAR)) {
        err_set(&why, ERR_INVALID, "a category given by hand is A, Bn, BEn or Bc");
        reading_tell(r, C_CATEGORY, &why);
    }
    if (f->category.n && f->reason.n == 0) {
        err_set(&why, ERR_INVALID, "a category given by hand needs a reason");
        reading_tell(r, C_REASON, &why);
    }
    if (f->facts.n && !facts_parse(f->facts, &facts, &why))
        reading_tell(r, C_FACTS, &why);
}

static bool read_file_fields(struct reading *r, const struct csv_row *row, struct manifest_file *f, struct err *e)
{
    *f = (struct manifest_file){.line = row->line};
    if (!text_field(r, row, C_MARK, 80, false, &f->mark, e) || !text_field(r, row, C_UNIT, 40, false, &f->unit, e) ||
        !text_field(r, row, C_CLASS, 40, false, &f->symbol, e) ||
        !text_field(r, row, C_TITLE, FILE_TITLE_MAX, false, &f->title, e) ||
        !text_field(r, row, C_CATEGORY, 20, false, &f->category, e) ||
        !text_field(r, row, C_REASON, REASON_MAX, true, &f->reason, e) ||
        !text_field(r, row, C_FACTS, FILE_TITLE_MAX, false, &f->facts, e))
        return false;
    f->opened = day_field(r, row, C_OPENED);
    f->closed = day_field(r, row, C_CLOSED);
    return true;
}

static struct str file_key(struct reading *r, const struct manifest_file *f)
{
    if (f->mark.n)
        return arena_fmt(r->m->arena, "m%.*s", (int)f->mark.n, f->mark.p);
    return arena_fmt(r->m->arena, "f%.*s\n%.*s\n%d\n%.*s", (int)f->unit.n, f->unit.p, (int)f->symbol.n, f->symbol.p,
                     (int)f->opened.n, (int)f->title.n, f->title.p);
}

/* Rows of one file may leave out what an earlier row said, but may not say otherwise. */
static void agree(struct reading *r, const struct manifest_file *first, const struct manifest_file *f)
{
    const struct {
        enum column c;
        struct str was, is;
    } texts[] = {
        {C_CLASS, first->symbol, f->symbol},  {C_UNIT, first->unit, f->unit},
        {C_TITLE, first->title, f->title},    {C_CATEGORY, first->category, f->category},
        {C_REASON, first->reason, f->reason}, {C_FACTS, first->facts, f->facts},
    };
    struct err why = reading_err(r);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].is.n == 0 || str_eq(texts[i].was, texts[i].is))
            continue;
        err_set(&why, ERR_INVALID, "this is not what line %zu says of the same case file", first->line);
        reading_tell(r, texts[i].c, &why);
    }
    bool opened = !day_is_none(f->opened) && f->opened.n != first->opened.n;
    bool closed = !day_is_none(f->closed) && f->closed.n != first->closed.n;
    if (opened || closed) {
        err_set(&why, ERR_INVALID, "this is not what line %zu says of the same case file", first->line);
        reading_tell(r, opened ? C_OPENED : C_CLOSED, &why);
    }
}

bool take_file(struct reading *r, const struct csv_row *row, size_t *index, struct err *e)
{
    struct manifest *m = r->m;
    struct manifest_file f;
    bool fresh;
    if (!read_file_fields(r, row, &f, e))
        return false;
    struct str key = file_key(r, &f);
    if (!key.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    *index = seen_put(&r->files, key, m->file_count, &fresh);
    if (!fresh) {
        agree(r, &m->files[*index], &f);
        return true;
    }
    check_file(r, &f);
    f.bad = !r->row_ok;
    m->files[m->file_count++] = f;
    return true;
}
