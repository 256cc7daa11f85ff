/* plan_change.c: what a new plan changes against the classes in force, and writing just that: the version of a changed
 * class ends the day before, unchanged classes keep theirs. Fails with the store. */
#include "law.h"

struct current {
    struct class_row *rows; /* in force without an end, by symbol */
    size_t count, cap;
    struct arena *a;
};

static bool collect(const struct class_row *row, void *ctx, struct err *e)
{
    struct current *c = ctx;
    if (!day_is_none(row->v.valid_until)) {
        return true;
    }
    if (c->count == c->cap) {
        size_t cap = c->cap == 0 ? 2048 : c->cap * 2;
        struct class_row *rows = arena_alloc(c->a, cap * sizeof *rows);
        if (rows == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        for (size_t i = 0; i < c->count; i++) {
            rows[i] = c->rows[i];
        }
        c->rows = rows;
        c->cap = cap;
    }
    c->rows[c->count++] = *row;
    return true;
}

/* A confirmation is about what the act says; the same unread cell in a later copy does not undo it. */
static void keep_confirmation(const struct class_version *before, struct class_version *after)
{
    if (after->status == CLASS_UNREAD && before->status == CLASS_CONFIRMED && str_eq(after->title, before->title)) {
        after->status = CLASS_CONFIRMED;
        after->category = before->category;
    }
}

static bool same(const struct class_version *a, const struct class_version *b)
{
    return str_eq(a->title, b->title) && str_eq(a->category, b->category) && str_eq(a->remarks, b->remarks) &&
           a->status == b->status && a->leaf == b->leaf;
}

static void add(struct plan_changes *out, const struct class_row *before, const struct class_row *after)
{
    out->list[out->count++] = (struct plan_change){before, after};
}

bool plan_compare(struct txn *t, struct plan_doc *doc, struct arena *a, struct plan_changes *out, struct err *e)
{
    struct current now = {.a = a};
    if (!class_rows(t, a, collect, &now, e)) {
        return false;
    }
    *out = (struct plan_changes){.first = now.count == 0};
    out->list = arena_alloc(a, (now.count + doc->count + 1) * sizeof *out->list);
    if (out->list == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    size_t i = 0, j = 0;
    while (i < now.count || j < doc->count) {
        int order = i == now.count    ? 1
                    : j == doc->count ? -1
                                      : bytes_cmp(bytes_of(now.rows[i].v.symbol), bytes_of(doc->rows[j].v.symbol));
        if (order < 0) {
            add(out, &now.rows[i++], NULL);
        } else if (order > 0) {
            add(out, NULL, &doc->rows[j++]);
        } else {
            keep_confirmation(&now.rows[i].v, &doc->rows[j].v);
            if (!same(&now.rows[i].v, &doc->rows[j].v)) {
                add(out, &now.rows[i], &doc->rows[j]);
            }
            i++;
            j++;
        }
    }
    return true;
}

bool plan_write(struct txn *t, const struct plan_changes *c, struct day valid_from, struct err *e)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct plan_change *p = &c->list[i];
        if (p->before != NULL) {
            struct class_row ended = *p->before;
            ended.v.valid_until = day_add(valid_from, -1);
            if (!class_row_put(t, &ended, e)) {
                return false;
            }
        }
        if (p->after != NULL && !class_row_put(t, p->after, e)) {
            return false;
        }
    }
    return true;
}
