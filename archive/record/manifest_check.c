/* manifest_check.c: what only the archive can say about a list: whether classes are end classes in force, and whether a
 * mark is taken. A mark whose case stands in the archive with the same data is taken up again, so that an interrupted
 * import goes on; so is a case without a mark that an earlier run of the very same list opened. */
#include "law.h"
#include "manifest.h"

#include <string.h>

#define FILES_IN_READ 128u

struct check_ctx {
    struct archive *a;
    struct manifest *m;
    struct problems *p;
    size_t from, to;
    struct finding { /* of this attempt: a read may run again */
        size_t line;
        const char *column;
        struct err why;
        struct finding *next;
    } * first, **end;
    struct arena *ar;
};

static bool find(struct check_ctx *c, const struct manifest_file *f, const char *column, const struct err *why,
                 struct err *e)
{
    struct finding *x = arena_alloc(c->ar, sizeof *x);
    if (!x)
        return err_set(e, ERR_MEMORY, "out of memory");
    *x = (struct finding){.line = f->line, .column = column, .why = *why};
    *c->end = x;
    c->end = &x->next;
    return true;
}

static bool check_class(struct txn *t, struct check_ctx *c, const struct manifest_file *f, struct err *e)
{
    struct class_version v;
    struct err why;
    err_init(&why, c->p->lang);
    if (!class_get(t, f->symbol, f->opened, c->ar, &v, &why)) {
        if (why.code == ERR_NOT_FOUND)
            return find(c, f, "class", &why, e);
        *e = why;
        return false;
    }
    if (v.leaf)
        return true;
    err_set(&why, ERR_INVALID, "class %.*s is divided further: files belong to one of the end classes below it",
            (int)f->symbol.n, f->symbol.p);
    return find(c, f, "class", &why, e);
}

static bool check_facts(struct txn *t, struct check_ctx *c, const struct manifest_file *f, struct err *e)
{
    struct facts facts;
    struct err why;
    err_init(&why, c->p->lang);
    if (f->facts.n == 0 || (facts_parse(f->facts, &facts, &why) && facts_check(t, &facts, f->opened, c->ar, &why)))
        return true;
    if (why.code == ERR_INVALID)
        return find(c, f, "facts", &why, e);
    *e = why;
    return false;
}

static bool check_standing(struct check_ctx *c, struct manifest_file *f, const struct case_file *s, struct err *e)
{
    struct err why;
    const char *column = !str_eq(s->title, f->title)                                                        ? "title"
                         : s->opened.n != f->opened.n                                                       ? "opened"
                         : s->state == FILE_CLOSED && s->closed.n != f->closed.n && !day_is_none(f->closed) ? "closed"
                                                                                                            : NULL;
    f->exists = column == NULL;
    f->id = s->id;
    if (!column)
        return true;
    err_init(&why, c->p->lang);
    err_set(&why, ERR_CONFLICT, "the archive holds %.*s already, and says otherwise here", (int)s->mark.n, s->mark.p);
    return find(c, f, column, &why, e);
}

static bool check_mark(struct txn *t, struct check_ctx *c, struct manifest_file *f, struct err *e)
{
    struct case_file standing;
    struct err why;
    err_init(&why, c->p->lang);
    if (file_by_mark(t, c->a, f->mark, true, c->ar, &standing, &why))
        return check_standing(c, f, &standing, e);
    if (why.code == ERR_NOT_FOUND)
        return true;
    *e = why;
    return false;
}

bool manifest_job_key(const struct manifest *m, size_t file, struct buf *out, struct err *e)
{
    buf_add_z(out, "manifest");
    buf_add_u8(out, 0);
    buf_add(out, m->fingerprint, sizeof m->fingerprint);
    buf_add_be32(out, (uint32_t)file);
    return buf_ok(out, e);
}

static bool check_earlier(struct txn *t, struct check_ctx *c, size_t index, struct err *e)
{
    struct manifest_file *f = &c->m->files[index];
    struct buf key CLEANUP(buf_free) = BUF_INIT(64);
    struct bytes val;
    bool found;
    if (!manifest_job_key(c->m, index, &key, e) || !store_find(t, T_JOB, buf_bytes(&key), c->ar, &val, &found, e))
        return false;
    f->exists = found && val.n == sizeof f->id.b;
    if (f->exists)
        memcpy(f->id.b, val.p, sizeof f->id.b);
    return true;
}

static bool check_fn(struct txn *t, void *ctx, struct err *e)
{
    struct check_ctx *c = ctx;
    arena_reset(c->ar);
    c->first = NULL;
    c->end = &c->first;
    for (size_t i = c->from; i < c->to; i++) {
        struct manifest_file *f = &c->m->files[i];
        f->exists = false;
        if (f->bad)
            continue;
        if (!check_class(t, c, f, e) || !check_facts(t, c, f, e) ||
            !(f->mark.n ? check_mark(t, c, f, e) : check_earlier(t, c, i, e)))
            return false;
    }
    return true;
}

bool manifest_check(struct archive *a, struct manifest *m, struct problems *p, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 20);
    struct check_ctx c = {.a = a, .m = m, .p = p, .ar = ar};
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (c.from = 0; c.from < m->file_count; c.from = c.to) {
        c.to = c.from + FILES_IN_READ < m->file_count ? c.from + FILES_IN_READ : m->file_count;
        if (!store_read(a->store, check_fn, &c, e))
            return false;
        for (const struct finding *x = c.first; x; x = x->next)
            problem_tell(p, x->line, x->column, &x->why);
    }
    return true;
}
