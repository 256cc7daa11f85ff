/* request_law.c: the law of a day as filings need it: free days, terms, and the digests of the documents that were in
 * force, so that editing them later never rewrites a case. Read once for a day and a state of the imports, then shared
 * by all threads. An archive that has no free days of its own goes by those that ship with the program, and says so by
 * their digest. Fails with the store. */
#include "request_internal.h"

#include <string.h>

extern const char _binary_request_terms_tsv_start[], _binary_request_terms_tsv_end[];

#define LAW_ARENA (8u << 20)

/* ---------------------------------------------------------------- terms */

struct term_search {
    struct str name;
    struct day on;
    struct term_rule found;
    bool any, in_force;
};

enum { NAME, UNIT, AMOUNT, ROLLS, LONGEST_UNIT, LONGEST, FROM, UNTIL, RULE, BASIS, COLUMNS };

static bool unit_parse(struct str s, enum term_unit *out)
{
    static const char *const units[] = {
        [TERM_DAYS] = "days", [TERM_WEEKS] = "weeks", [TERM_MONTHS] = "months", [TERM_YEARS] = "years"};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (str_is(s, units[i])) {
            *out = (enum term_unit)i;
            return true;
        }
    }
    return false;
}

static bool take_rule(const struct str *c, void *ctx, struct err *e)
{
    struct term_search *s = ctx;
    struct term_rule r = {.name = c[NAME], .rolls = str_is(c[ROLLS], "yes"), .rule = c[RULE], .basis = c[BASIS]};
    uint64_t amount = 0, longest = 0;
    if (!str_eq(c[NAME], s->name)) {
        return true;
    }
    if (!unit_parse(c[UNIT], &r.unit) || !parse_u64(c[AMOUNT], 1, 1000, &amount) ||
        (c[LONGEST].n > 0 &&
         (!unit_parse(c[LONGEST_UNIT], &r.longest_unit) || !parse_u64(c[LONGEST], 1, 1000, &longest)))) {
        return err_set(e, ERR_CORRUPT, "the term %.*s of this program is damaged; build it again", (int)c[NAME].n,
                       c[NAME].p);
    }
    bool now = tsv_in_force(c[FROM], c[UNTIL], s->on);
    if (now || !s->any) {
        r.amount = (unsigned)amount;
        r.longest = (unsigned)longest;
        s->found = r;
    }
    s->any = true;
    return true;
}

bool term_rule_find(struct str name, struct day on, struct term_rule *out, struct err *e)
{
    struct term_search s = {.name = name, .on = on};
    struct str text = {_binary_request_terms_tsv_start,
                       (size_t)(_binary_request_terms_tsv_end - _binary_request_terms_tsv_start)};
    if (!tsv_walk(text, COLUMNS, take_rule, &s, e)) {
        return false;
    }
    if (!s.any) {
        return err_set(e, ERR_CORRUPT, "this program knows no term %.*s; build it again", (int)name.n, name.p);
    }
    *out = s.found;
    return true;
}

/* The last working day that is not after the raw end (F-16). */
static struct day safe_day(const struct holidays *h, struct day raw)
{
    struct str name;
    while (holiday_name(h, raw, LANG_EN, &name)) {
        raw = day_add(raw, -1);
    }
    return raw;
}

/* Why the end moved, in both languages: the case explains itself for ever, whatever becomes of the table. */
static bool skipped_text(const struct term *pl, const struct term *en, struct arena *ar, struct str *out, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(8192);
    for (size_t i = 0; i < pl->skipped_count; i++) {
        char day[DAY_TEXT_SIZE];
        day_text(pl->skipped[i].date, day);
        buf_fmt(&text, "%s\t%.*s\t%.*s\n", day, (int)pl->skipped[i].why.n, pl->skipped[i].why.p,
                (int)en->skipped[i].why.n, en->skipped[i].why.p);
    }
    if (!buf_ok(&text, e)) {
        return false;
    }
    *out = arena_str(ar, buf_str(&text));
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

bool head_term(struct request_head *h, const struct request_law *law, struct arena *ar, struct err *e)
{
    struct term_rule r;
    struct term pl, en, longest;
    if (!term_rule_find(str_of(request_kind_name((enum request_kind)h->kind)), h->day, &r, e) ||
        !term_compute(law->holidays, h->day, r.unit, r.amount, r.rolls, LANG_PL, &pl, e) ||
        !term_compute(law->holidays, h->day, r.unit, r.amount, r.rolls, LANG_EN, &en, e) ||
        !skipped_text(&pl, &en, ar, &h->skipped, e)) {
        return false;
    }
    h->longest = DAY_NONE;
    if (r.longest > 0) { /* strict: to the day, whatever day it is (requests.md §3) */
        if (!term_compute(law->holidays, h->day, r.longest_unit, r.longest, false, LANG_EN, &longest, e)) {
            return false;
        }
        h->longest = longest.raw;
    }
    h->raw = pl.raw;
    h->due = pl.end;
    h->safe = safe_day(law->holidays, pl.raw);
    h->term_unit = (uint64_t)r.unit + 1;
    h->term_amount = r.amount;
    h->term_rule = r.rule;
    return true;
}

bool term_of_step(struct request_desk *d, struct str name, struct day start, enum lang lang, struct term *out,
                  struct err *e)
{
    struct request_law *law CLEANUP(law_give) = NULL;
    struct term_rule r;
    return law_take(d, start, &law, e) && term_rule_find(name, start, &r, e) &&
           term_compute(law->holidays, start, r.unit, r.amount, r.rolls, lang, out, e);
}

/* ---------------------------------------------------------------- documents in force */

static const char *const also_in_force[] = {TEXT_PRICES};

struct loading {
    struct request_desk *d;
    struct request_law *law;
    struct day on;
    bool own_holidays;
    struct str holidays; /* the text */
    struct str line;     /* of the document being looked for */
};

/* Versions come oldest first: the last one in force stays. */
static bool version_each(const struct conf_version *v, void *ctx, struct err *e)
{
    struct loading *l = ctx;
    char day[DAY_TEXT_SIZE], name[128];
    if (v->valid_from.n > l->on.n) {
        return true;
    }
    day_text(v->valid_from, day);
    text_printable(v->name, name, sizeof name);
    l->line = arena_fmt(l->law->ar, "%s %u %s sha256:%.*s\n", name, v->sequence, day, (int)v->sha256.n, v->sha256.p);
    return l->line.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool line_of(struct txn *t, struct loading *l, const char *slug, struct buf *out, struct err *e)
{
    struct str name = arena_fmt(l->law->ar, "%s.pl", slug);
    l->line = STR("");
    if (name.p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!conf_versions(t, CONF_NOTICE, name, version_each, l, e)) {
        return false;
    }
    buf_add_str(out, l->line);
    return true;
}

static bool documents_of(struct txn *t, struct loading *l, enum request_kind k, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(4000);
    uint8_t sum[SHA256_SIZE];
    char hex[2 * SHA256_SIZE + 1];
    sha256_of(bytes_of(l->holidays), sum);
    hex_encode((struct bytes){sum, sizeof sum}, hex);
    buf_fmt(&text, "holidays %s sha256:%s\n", l->own_holidays ? "own" : "shipped", hex);
    if (!line_of(t, l, request_kind_notice(k), &text, e)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(also_in_force); i++) {
        if (!line_of(t, l, also_in_force[i], &text, e)) {
            return false;
        }
    }
    l->law->documents[k] = arena_str(l->law->ar, buf_str(&text));
    return buf_ok(&text, e) && (l->law->documents[k].p != NULL || err_set(e, ERR_MEMORY, "out of memory"));
}

static bool load_fn(struct txn *t, void *ctx, struct err *e)
{
    struct loading *l = ctx;
    struct bytes own;
    struct err why;
    err_init(&why, e->lang);
    arena_reset(l->law->ar);
    l->own_holidays = conf_in_force(t, CONF_HOLIDAYS, l->on, l->law->ar, &own, &why);
    if (!l->own_holidays && why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    l->holidays = l->own_holidays ? str_of_bytes(own) : holidays_builtin_text();
    for (enum request_kind k = REQUEST_FOI; k < REQUEST_KIND_END; k++) {
        if (!documents_of(t, l, k, e)) {
            return false;
        }
    }
    return true;
}

static bool law_load(struct request_desk *d, struct day on, struct request_law **out, struct err *e)
{
    struct request_law *law CLEANUP(law_give) = mem_zalloc(sizeof *law);
    if (law == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    atomic_init(&law->refs, 1);
    law->generation = conf_generation(d->a); /* before the reading: what comes in meanwhile makes it out of date */
    law->day = on;
    law->ar = arena_new(LAW_ARENA);
    struct loading l = {.d = d, .law = law, .on = on};
    if (law->ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_read(archive_store(d->a), load_fn, &l, e) || !holidays_parse(l.holidays, &law->holidays, e)) {
        return false;
    }
    *out = law;
    law = NULL;
    return true;
}

void law_give(struct request_law **l)
{
    if (*l != NULL && atomic_fetch_sub(&(*l)->refs, 1) == 1) {
        holidays_free(&(*l)->holidays);
        arena_free(&(*l)->ar);
        mem_free(*l);
    }
    *l = NULL;
}

static struct request_law *law_kept(struct request_desk *d, struct day on)
{
    struct request_law *law = NULL;
    pthread_mutex_lock(&d->lock);
    if (d->law != NULL && d->law->day.n == on.n && d->law->generation == conf_generation(d->a)) {
        law = d->law;
        atomic_fetch_add(&law->refs, 1);
    }
    pthread_mutex_unlock(&d->lock);
    return law;
}

bool law_take(struct request_desk *d, struct day on, struct request_law **out, struct err *e)
{
    *out = law_kept(d, on);
    if (*out != NULL) {
        return true;
    }
    if (!law_load(d, on, out, e)) {
        return false;
    }
    pthread_mutex_lock(&d->lock);
    struct request_law *old = d->law;
    bool newer = old == NULL || old->day.n <= on.n || old->generation != (*out)->generation;
    if (newer) { /* a question about an older day does not push today out */
        atomic_fetch_add(&(*out)->refs, 1);
        d->law = *out;
    }
    pthread_mutex_unlock(&d->lock);
    if (newer) {
        law_give(&old);
    }
    return true;
}
