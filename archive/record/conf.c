/* conf.c: bringing a dated document into force. The text is read strictly before the verb; inside it the version is
 * stored as it came, its classes or rules become rows, one entry tells of it with its digest, and the files it concerns
 * are put on the list of recomputations, which is then worked off. A version never changes and versions come in order.
 * Fails: ERR_INVALID with the line; ERR_CONFLICT, ERR_STATE as record.h says; else with the store. */
#include "conf_text.h"
#include "law.h"

#include <string.h>

#define APPLY_ARENA (64u << 20)

struct apply {
    struct archive *a;
    const struct conf_document *d;
    const struct actor *who;
    struct arena *ar; /* of the document */
    struct plan_doc plan;
    struct rules_doc rules;
    struct conf_row row;
    uint64_t changed;
};

/* ---------------------------------------------------------------- documents that ship with the program */

extern const char _binary_plan_tsv_start[], _binary_plan_tsv_end[];
extern const char _binary_retention_rules_tsv_start[], _binary_retention_rules_tsv_end[];
extern const char _binary_proposals_tsv_start[], _binary_proposals_tsv_end[];

bool conf_builtin(enum conf_kind k, struct conf_document *out)
{
    const char *start = NULL, *end = NULL;
    switch (k) {
        case CONF_PLAN:
            start = _binary_plan_tsv_start, end = _binary_plan_tsv_end;
            break;
        case CONF_RULES:
            start = _binary_retention_rules_tsv_start, end = _binary_retention_rules_tsv_end;
            break;
        case CONF_PROPOSALS:
            start = _binary_proposals_tsv_start, end = _binary_proposals_tsv_end;
            break;
        case CONF_HOLIDAYS:
        case CONF_CARD:
        case CONF_REGISTER:
        case CONF_ACCESS_RULE:
        case CONF_NOTICE:
        case CONF_KIND_COUNT:
        default:
            return false;
    }
    *out = (struct conf_document){.kind = k, .text = {start, (size_t)(end - start)}};
    return conf_document_day(out->text, &out->valid_from);
}

/* ---------------------------------------------------------------- the verb */

static bool check_version(struct txn *t, struct apply *p, struct arena *ar, bool *known, struct err *e)
{
    enum conf_kind k = p->d->kind;
    struct conf_row old;
    struct day *days;
    size_t n;
    char day[DAY_TEXT_SIZE], newest[DAY_TEXT_SIZE];
    day_text(p->row.valid_from, day);
    if (!conf_row_get(t, k, p->row.valid_from, ar, &old, known, e) || !conf_days(t, k, ar, &days, &n, e)) {
        return false;
    }
    if (*known && !str_eq(old.sha256, p->row.sha256)) {
        return err_set(e, ERR_CONFLICT,
                       "another text of %s is in force from %s already; a version never changes, choose a later day",
                       conf_kind_name(k), day);
    }
    if (!*known && n > 0 && days[n - 1].n > p->row.valid_from.n) {
        day_text(days[n - 1], newest);
        return err_set(e, ERR_STATE, "a version of %s is in force from %s, later than %s; versions are added in order",
                       conf_kind_name(k), newest, day);
    }
    return true;
}

static bool plan_in(struct txn *t, struct apply *p, struct arena *ar, struct err *e)
{
    struct plan_changes c;
    if (!plan_compare(t, &p->plan, ar, &c, e) || !plan_write(t, &c, p->row.valid_from, e)) {
        return false;
    }
    p->changed = c.count;
    if (c.first) {
        return job_recompute(t, STR("*"), DAY_NONE, e);
    }
    for (size_t i = 0; i < c.count; i++) {
        const struct class_row *row = c.list[i].after != NULL ? c.list[i].after : c.list[i].before;
        if (!job_recompute(t, row->v.symbol, p->row.valid_from, e)) {
            return false;
        }
    }
    return true;
}

static bool rules_in(struct txn *t, struct apply *p, struct arena *ar, struct err *e)
{
    struct rules_doc old;
    struct str *symbols;
    size_t n;
    struct day *days;
    size_t versions;
    if (!rules_load(t, p->row.valid_from, ar, &old, e) || !conf_days(t, CONF_RULES, ar, &days, &versions, e) ||
        !rules_compare(&old, &p->rules, ar, &symbols, &n, e) || !rules_write(t, &p->rules, p->row.valid_from, e)) {
        return false;
    }
    p->changed = n;
    for (size_t i = 0; i < n; i++) {
        if (!job_recompute(t, symbols[i], versions == 0 ? DAY_NONE : p->row.valid_from, e)) {
            return false;
        }
    }
    return true;
}

static bool lines_in(struct txn *t, struct apply *p, struct arena *ar, struct err *e)
{
    struct line_changes c;
    struct str old;
    if (!conf_text_before(t, p->d->kind, p->row.valid_from, ar, &old, e) ||
        !lines_compare(old, p->d->text, ar, &c, e)) {
        return false;
    }
    p->changed = c.gone_count + c.new_count;
    return true;
}

static bool write_entry(struct txn *t, struct apply *p, struct arena *ar, struct err *e)
{
    char day[DAY_TEXT_SIZE];
    struct event_ready ready;
    uint64_t index;
    day_text(p->row.valid_from, day);
    struct str size = arena_fmt(ar, "%zu", p->d->text.n);
    struct str changed = arena_fmt(ar, "%llu", (unsigned long long)p->changed);
    struct str digest = arena_fmt(ar, "sha256:%.*s", (int)p->row.sha256.n, p->row.sha256.p);
    if (size.p == NULL || changed.p == NULL || digest.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct event ev = {.type = E_CONF,
                       .object = &p->row.id,
                       .event = 1,
                       .who = p->who,
                       .lines = {{"document", str_of(conf_kind_name(p->d->kind))},
                                 {"valid-from", str_of(day)},
                                 {"digest", digest},
                                 {"size", size},
                                 {"changed", changed}},
                       .line_count = 5};
    return event_prepare(&ev, NULL, ar, &ready, e) && event_write(t, p->a, &ready, &index, e);
}

static bool rows_in(struct txn *t, struct apply *p, struct arena *ar, struct err *e)
{
    switch (p->d->kind) {
        case CONF_PLAN:
            return plan_in(t, p, ar, e);
        case CONF_RULES:
            return rules_in(t, p, ar, e);
        case CONF_HOLIDAYS:
        case CONF_PROPOSALS:
        case CONF_CARD:
        case CONF_REGISTER:
        case CONF_ACCESS_RULE:
        case CONF_NOTICE:
        case CONF_KIND_COUNT:
        default:
            return lines_in(t, p, ar, e);
    }
}

static bool apply_fn(struct txn *t, void *ctx, struct err *e)
{
    struct apply *p = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(APPLY_ARENA);
    bool known;
    p->changed = 0;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!check_version(t, p, ar, &known, e)) {
        return false;
    }
    return known || (rows_in(t, p, ar, e) && conf_row_put(t, p->d->kind, &p->row, e) && write_entry(t, p, ar, e));
}

static bool read_document(struct apply *p, struct err *e)
{
    uint8_t digest[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    sha256_of(bytes_of(p->d->text), digest);
    hex_encode((struct bytes){digest, sizeof digest}, hex);
    p->row = (struct conf_row){.valid_from = p->d->valid_from,
                               .imported = clock_now(p->a->clock),
                               .sha256 = arena_str(p->ar, str_of(hex)),
                               .text = bytes_of(p->d->text)};
    id_random(&p->row.id);
    if (p->row.sha256.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return conf_text_day(p->d, &p->row.valid_from, e) &&
           conf_text_parse(p->d, p->row.valid_from, p->ar, &p->plan, &p->rules, e);
}

bool conf_apply_without_files(struct archive *a, const struct conf_document *d, const struct actor *who,
                              uint64_t *changed, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(APPLY_ARENA);
    struct apply p = {.a = a, .d = d, .who = who, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!read_document(&p, e) || !store_write(a->store, apply_fn, &p, e)) {
        return false;
    }
    if (changed != NULL) {
        *changed = p.changed;
    }
    return true;
}

bool conf_apply(struct archive *a, const struct conf_document *d, const struct actor *who, uint64_t *changed,
                struct err *e)
{
    if (!conf_apply_without_files(a, d, who, changed, e)) {
        return false;
    }
    a->conf_generation++;
    return jobs_finish(a, NULL, e);
}
