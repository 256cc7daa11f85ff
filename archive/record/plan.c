/* plan.c: the classification plan as a document: reads its table and proves that it is a plan. Every class but the tops
 * has its parent, headings have classes below them and end classes have none, only end classes carry a category, and
 * only an unread one carries none. Pure; fails with ERR_INVALID naming the line. */
#include "law.h"
#include "tsv.h"

#include <stdlib.h>
#include <string.h>

#define PLAN_CLASSES_MAX 20000u

static const char *const plan_columns[] = {"symbol", "title", "category", "remarks", "category_status", "source"};

static bool status_of(struct str s, enum class_status *out)
{
    for (unsigned i = CLASS_READ; i <= CLASS_LOCAL; i++) {
        if (str_is(s, class_status_name((enum class_status)i))) {
            *out = (enum class_status)i;
            return true;
        }
    }
    return false;
}

static bool check_class(const struct class_version *v, struct err *e)
{
    bool may_lack = v->status == CLASS_HEADING || v->status == CLASS_UNREAD;
    struct category c;
    if (!symbol_valid(v->symbol)) {
        return err_field(e, ERR_INVALID, "symbol", "“%.*s” is no class symbol; it has one to ten digits",
                         v->symbol.n < 20 ? (int)v->symbol.n : 20, v->symbol.p);
    }
    if (v->title.n == 0) {
        return err_field(e, ERR_INVALID, "title", "class %.*s has no title", (int)v->symbol.n, v->symbol.p);
    }
    if (!category_parse(v->category, &c, e)) {
        return false;
    }
    if (may_lack && v->category.n > 0) {
        return err_field(e, ERR_INVALID, "category", "class %.*s is %s and cannot have a category", (int)v->symbol.n,
                         v->symbol.p, class_status_name((enum class_status)v->status));
    }
    if (!may_lack && v->category.n == 0) {
        return err_field(e, ERR_INVALID, "category",
                         "class %.*s has no category; give it one, or the status unread or heading", (int)v->symbol.n,
                         v->symbol.p);
    }
    return true;
}

static bool read_class(const struct tsv *t, struct day valid_from, struct arena *a, struct class_row *out,
                       struct err *e)
{
    struct class_version *v = &out->v;
    enum class_status status;
    *out = (struct class_row){.v.valid_from = valid_from, .v.valid_until = DAY_NONE};
    if (!text_gate(a, "symbol", t->cell[0], 10, false, &v->symbol, e) ||
        !text_gate(a, "title", t->cell[1], 500, false, &v->title, e) ||
        !text_gate(a, "category", t->cell[2], CATEGORY_TEXT_SIZE, false, &v->category, e) ||
        !text_gate(a, "remarks", t->cell[3], 2000, false, &v->remarks, e) ||
        !text_gate(a, "source", t->cell[5], 500, false, &v->source, e)) {
        return false;
    }
    if (!status_of(t->cell[4], &status)) {
        return err_field(e, ERR_INVALID, "category_status",
                         "the status “%.*s” is not known; write read, cross, unread, heading, confirmed or local",
                         t->cell[4].n < 20 ? (int)t->cell[4].n : 20, t->cell[4].p);
    }
    v->status = status;
    v->leaf = status != CLASS_HEADING;
    id_random(&v->id);
    return check_class(v, e);
}

/* The rows lie by symbol, so a class stands right before the first one below it. */
static bool check_place(const struct class_row *rows, size_t i, struct err *e)
{
    const struct class_version *v = &rows[i].v, *before = i > 0 ? &rows[i - 1].v : NULL;
    if (before != NULL && str_eq(before->symbol, v->symbol)) {
        return err_field(e, ERR_INVALID, "symbol", "class %.*s stands there twice", (int)v->symbol.n, v->symbol.p);
    }
    bool parent = v->symbol.n == 1;
    for (size_t j = i; !parent && j-- > 0;) {
        const struct class_version *p = &rows[j].v;
        parent = p->symbol.n + 1 == v->symbol.n && memcmp(p->symbol.p, v->symbol.p, p->symbol.n) == 0;
        if (parent && p->leaf) {
            return err_field(e, ERR_INVALID, "category_status",
                             "class %.*s stands below the end class %.*s; make that one a heading", (int)v->symbol.n,
                             v->symbol.p, (int)p->symbol.n, p->symbol.p);
        }
        if (p->symbol.n < v->symbol.n && !parent) {
            break;
        }
    }
    if (!parent) {
        return err_field(e, ERR_INVALID, "symbol", "class %.*s has no class above it in the plan", (int)v->symbol.n,
                         v->symbol.p);
    }
    return true;
}

static int by_symbol(const void *a, const void *b)
{
    const struct class_row *x = a, *y = b;
    return bytes_cmp(bytes_of(x->v.symbol), bytes_of(y->v.symbol));
}

static bool check_plan(const struct plan_doc *doc, struct err *e)
{
    for (size_t i = 0; i < doc->count; i++) {
        const struct class_version *v = &doc->rows[i].v, *next = i + 1 < doc->count ? &doc->rows[i + 1].v : NULL;
        bool below =
            next != NULL && next->symbol.n > v->symbol.n && memcmp(next->symbol.p, v->symbol.p, v->symbol.n) == 0;
        if (!check_place(doc->rows, i, e)) {
            return false;
        }
        if (!v->leaf && !below) {
            return err_field(e, ERR_INVALID, "category_status", "the heading %.*s has no class below it",
                             (int)v->symbol.n, v->symbol.p);
        }
    }
    return true;
}

/* Rows are counted before they are stored: one allocation. */
static size_t lines_in(struct str text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++) {
        n += text.p[i] == '\n';
    }
    return n < PLAN_CLASSES_MAX ? n : PLAN_CLASSES_MAX;
}

bool plan_parse(struct str text, struct day valid_from, struct arena *a, struct plan_doc *out, struct err *e)
{
    struct tsv t;
    bool row;
    size_t cap = lines_in(text);
    struct plan_doc doc = {arena_alloc(a, cap * sizeof *doc.rows), 0};
    if (doc.rows == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!tsv_open(&t, "plan", text, plan_columns, COUNT_OF(plan_columns), e)) {
        return false;
    }
    for (;;) {
        if (!tsv_next(&t, &row, e)) {
            return false;
        }
        if (!row) {
            break;
        }
        if (doc.count == cap) {
            return err_field(e, ERR_TOO_BIG, "plan", "the plan has more than %u classes", PLAN_CLASSES_MAX);
        }
        if (!read_class(&t, valid_from, a, &doc.rows[doc.count], e)) {
            return tsv_wrong(&t, e);
        }
        doc.count++;
    }
    if (doc.count == 0) {
        return err_field(e, ERR_INVALID, "plan", "the plan has no class");
    }
    qsort(doc.rows, doc.count, sizeof *doc.rows, by_symbol);
    if (!check_plan(&doc, e)) {
        return false;
    }
    *out = doc;
    return true;
}
