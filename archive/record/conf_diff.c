/* conf_diff.c: what a document would change, shown before it is applied: its rows first, then the files whose retention
 * would become another one. At most FILES_SHOWN of those are written out; all are counted. Reads in short pieces and
 * writes nothing. Fails like conf_apply would, with the store, or when the caller's line function does. */
#include "class_files.h"
#include "conf_text.h"

#include <string.h>

#define DIFF_ARENA  (64u << 20)
#define FILES_SHOWN 200u
#define PIECE       256u

struct diff {
    struct archive *a;
    const struct conf_document *d;
    struct arena *ar;
    struct day valid_from;
    struct plan_doc plan;
    struct rules_doc rules, old_rules;
    struct plan_changes changes;
    struct line_changes lines;
    struct str *symbols; /* classes whose files are looked at; "*" alone: all */
    size_t symbol_count;
    bool first;
    conf_line each;
    void *ctx;
    uint64_t files;
};

/* ---------------------------------------------------------------- rows */

static bool compare_plan(struct txn *t, struct diff *d, struct err *e)
{
    /* plan_compare carries confirmations over into the document's rows, so each try begins with rows as they were read
     */
    if (!plan_parse(d->d->text, d->valid_from, d->ar, &d->plan, e) ||
        !plan_compare(t, &d->plan, d->ar, &d->changes, e)) {
        return false;
    }
    d->first = d->changes.first;
    d->symbols = arena_alloc(d->ar, (d->changes.count + 1) * sizeof *d->symbols);
    if (d->symbols == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < d->changes.count; i++) {
        const struct plan_change *c = &d->changes.list[i];
        d->symbols[i] = (c->after != NULL ? c->after : c->before)->v.symbol;
    }
    d->symbol_count = d->changes.count;
    return true;
}

static bool compare_rules(struct txn *t, struct diff *d, struct err *e)
{
    struct day *days;
    size_t n;
    if (!conf_days(t, CONF_RULES, d->ar, &days, &n, e) || !rules_load(t, d->valid_from, d->ar, &d->old_rules, e) ||
        !rules_compare(&d->old_rules, &d->rules, d->ar, &d->symbols, &d->symbol_count, e)) {
        return false;
    }
    d->first = n == 0;
    return true;
}

static bool compare_fn(struct txn *t, void *ctx, struct err *e)
{
    struct diff *d = ctx;
    struct str old;
    d->symbol_count = 0;
    switch (d->d->kind) {
        case CONF_PLAN:
            return compare_plan(t, d, e);
        case CONF_RULES:
            return compare_rules(t, d, e);
        case CONF_HOLIDAYS:
        case CONF_PROPOSALS:
        case CONF_CARD:
        case CONF_REGISTER:
        case CONF_ACCESS_RULE:
        case CONF_NOTICE:
        case CONF_KIND_COUNT:
        default:
            return conf_text_before(t, d->d->kind, d->valid_from, d->ar, &old, e) &&
                   lines_compare(old, d->d->text, d->ar, &d->lines, e);
    }
}

static bool say(struct diff *d, const struct buf *b, struct err *e)
{
    return buf_ok(b, e) && d->each(d->ctx, buf_str(b), e);
}

static struct str category_word(const struct class_version *v)
{
    return v->category.n > 0 ? v->category : str_of(class_status_name((enum class_status)v->status));
}

static bool say_whole_class(struct diff *d, const struct class_version *v, const char *sign, struct err *e)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(8192);
    struct str word = category_word(v);
    buf_fmt(&b, "%s class %.*s %.*s %.*s", sign, (int)v->symbol.n, v->symbol.p, (int)word.n, word.p, (int)v->title.n,
            v->title.p);
    return say(d, &b, e);
}

static void say_change(struct buf *b, const char *what, struct str before, struct str after)
{
    if (!str_eq(before, after)) {
        buf_fmt(b, "%s%.*s -> %.*s", what, (int)before.n, before.p, (int)after.n, after.p);
    }
}

static bool say_class(struct diff *d, const struct plan_change *c, struct err *e)
{
    if (c->before == NULL || c->after == NULL) {
        return c->after != NULL    ? say_whole_class(d, &c->after->v, "+", e)
               : c->before != NULL ? say_whole_class(d, &c->before->v, "-", e)
                                   : true;
    }
    struct buf b CLEANUP(buf_free) = BUF_INIT(16384);
    const struct class_version *x = &c->before->v, *y = &c->after->v;
    buf_fmt(&b, "~ class %.*s", (int)y->symbol.n, y->symbol.p);
    say_change(&b, " ", category_word(x), category_word(y));
    say_change(&b, " title: ", x->title, y->title);
    say_change(&b, " remarks: ", x->remarks, y->remarks);
    return say(d, &b, e);
}

static bool say_rules(struct diff *d, const struct rules_doc *doc, const char *sign, struct str symbol, struct err *e)
{
    for (size_t i = 0; i < doc->count; i++) {
        struct buf b CLEANUP(buf_free) = BUF_INIT(8192);
        if (!str_eq(str_of(doc->rules[i].symbol), symbol)) {
            continue;
        }
        buf_fmt(&b, "%s rule ", sign);
        rule_text(&doc->rules[i], &b);
        if (!say(d, &b, e)) {
            return false;
        }
    }
    return true;
}

static bool say_lines(struct diff *d, const struct str *lines, size_t n, const char *sign, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct buf b CLEANUP(buf_free) = BUF_INIT(64u * 1024);
        buf_fmt(&b, "%s %.*s", sign, (int)lines[i].n, lines[i].p);
        if (!say(d, &b, e)) {
            return false;
        }
    }
    return true;
}

static bool say_rows(struct diff *d, struct err *e)
{
    for (size_t i = 0; d->d->kind == CONF_PLAN && i < d->changes.count; i++) {
        if (!say_class(d, &d->changes.list[i], e)) {
            return false;
        }
    }
    for (size_t i = 0; d->d->kind == CONF_RULES && i < d->symbol_count; i++) {
        if (!say_rules(d, &d->old_rules, "-", d->symbols[i], e) || !say_rules(d, &d->rules, "+", d->symbols[i], e)) {
            return false;
        }
    }
    return say_lines(d, d->lines.gone, d->lines.gone_count, "-", e) &&
           say_lines(d, d->lines.fresh, d->lines.new_count, "+", e);
}

/* ---------------------------------------------------------------- files */

struct piece {
    struct diff *d;
    struct class_files at, next;
    struct arena *ar;
    struct str line[PIECE];
    size_t count;
};

static bool moved(const struct case_file *x, const struct case_file *y)
{
    return x->action != y->action || x->review_from.n != y->review_from.n || !str_eq(x->category, y->category);
}

static bool file_line(struct arena *ar, const struct case_file *x, const struct case_file *y, struct str *out,
                      struct err *e)
{
    char was[DAY_TEXT_SIZE], is[DAY_TEXT_SIZE];
    day_text(x->review_from, was);
    day_text(y->review_from, is);
    *out = arena_fmt(ar, "file %.*s %.*s %s %s -> %.*s %s %s", (int)x->mark.n, x->mark.p, (int)x->category.n,
                     x->category.p, action_name((enum action)x->action), was[0] != '\0' ? was : "-", (int)y->category.n,
                     y->category.p, action_name((enum action)y->action), is[0] != '\0' ? is : "-");
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool piece_fn(struct txn *t, void *ctx, struct err *e)
{
    struct piece *p = ctx;
    struct diff *d = p->d;
    struct law_preview preview = {.plan = d->d->kind == CONF_PLAN ? &d->changes : NULL,
                                  .rules = d->d->kind == CONF_RULES ? &d->rules : NULL,
                                  .valid_from = d->valid_from,
                                  .first = d->first};
    struct id ids[PIECE];
    size_t n;
    arena_reset(p->ar);
    p->count = 0;
    p->next = p->at;
    if (!class_files_next(t, &p->next, ids, PIECE, &n, e)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct case_file f, after;
        if (!file_by_id(t, d->a, &ids[i], false, p->ar, &f, e)) {
            if (e->code == ERR_NOT_FOUND) { /* gone since the walk */
                err_init(e, e->lang);
                continue;
            }
            return false;
        }
        after = f;
        if (!refresh_preview(t, d->a, p->ar, &preview, &after, e)) {
            return false;
        }
        if (moved(&f, &after) && !file_line(p->ar, &f, &after, &p->line[p->count++], e)) {
            return false;
        }
    }
    return true;
}

static bool say_files_of(struct diff *d, struct piece *p, struct str symbol, struct err *e)
{
    p->at = (struct class_files){.symbol = symbol, .since = d->first ? DAY_NONE : d->valid_from};
    do {
        if (!store_read(d->a->store, piece_fn, p, e)) {
            return false;
        }
        for (size_t i = 0; i < p->count; i++) {
            if (++d->files <= FILES_SHOWN && !d->each(d->ctx, p->line[i], e)) {
                return false;
            }
        }
        p->at = p->next;
    } while (!p->at.done);
    return true;
}

static bool say_files(struct diff *d, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(32u << 20);
    struct piece *p = ar == NULL ? NULL : arena_alloc(d->ar, sizeof *p);
    if (p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    p->d = d;
    p->ar = ar;
    bool all = d->first && d->symbol_count > 0;
    for (size_t i = 0; i < d->symbol_count && !all; i++) {
        all = str_is(d->symbols[i], "*");
    }
    if (all) {
        return say_files_of(d, p, STR("*"), e);
    }
    for (size_t i = 0; i < d->symbol_count; i++) {
        if (!say_files_of(d, p, d->symbols[i], e)) {
            return false;
        }
    }
    return true;
}

static bool say_count(struct diff *d, struct err *e)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(256);
    if (d->files == 0) {
        return true;
    }
    uint64_t shown = d->files < FILES_SHOWN ? d->files : FILES_SHOWN;
    buf_fmt(&b, "files %llu, shown %llu", (unsigned long long)d->files, (unsigned long long)shown);
    return say(d, &b, e);
}

bool conf_diff(struct archive *a, const struct conf_document *doc, conf_line each, void *ctx, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(DIFF_ARENA);
    struct diff d = {.a = a, .d = doc, .ar = ar, .each = each, .ctx = ctx};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!conf_text_day(doc, &d.valid_from, e) || !conf_text_parse(doc, d.valid_from, ar, &d.plan, &d.rules, e) ||
        !store_read(a->store, compare_fn, &d, e)) {
        return false;
    }
    bool ok = say_rows(&d, e) && say_files(&d, e) && say_count(&d, e);
    return ok || e->code == ERR_NONE; /* the caller may stop it */
}

/* ---------------------------------------------------------------- published documents */

struct publish_diff {
    const struct conf_publication *p;
    struct diff d;
};

static bool publish_diff_fn(struct txn *t, void *ctx, struct err *e)
{
    struct publish_diff *pd = ctx;
    struct conf_row newest = {.text = {NULL, 0}};
    uint32_t sequence;
    return conf_newest(t, pd->p->kind, pd->p->name, pd->d.ar, &newest, &sequence, e) &&
           lines_compare(str_of_bytes(newest.text), pd->p->text, pd->d.ar, &pd->d.lines, e);
}

bool conf_publish_diff(struct archive *a, const struct conf_publication *p, conf_line each, void *ctx, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(DIFF_ARENA);
    struct publish_diff pd = {.p = p, .d = {.a = a, .ar = ar, .each = each, .ctx = ctx}};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_read(a->store, publish_diff_fn, &pd, e)) {
        return false;
    }
    const struct line_changes *l = &pd.d.lines;
    bool ok = say_lines(&pd.d, l->gone, l->gone_count, "-", e) && say_lines(&pd.d, l->fresh, l->new_count, "+", e);
    return ok || e->code == ERR_NONE; /* the caller may stop it */
}
