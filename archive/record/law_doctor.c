/* law_doctor.c: proves the law of the archive against itself and against the log: every version of a document is the
 * text whose digest its entry tells, versions of a class follow one another without gap or overlap of their own, and
 * every hold stands with its file, in both directions. Reports through `finding`; fails when it could not look. */
#include "hold.h"
#include "law.h"
#include "scan.h"

#include <stdio.h>
#include <string.h>

static const char *const mend = N_("restore the archive from a backup; akta restore proves what it restores");

struct checkup {
    struct archive *a;
    store_finding finding;
    void *ctx;
    enum lang lang;
    uint64_t checked;
    struct arena *ar;
    struct class_row before; /* of the walk over classes */
};

static void say(struct checkup *c, enum store_table place, const char *wrong, ...) PRINTF_LIKE(3, 4);
static void say(struct checkup *c, enum store_table place, const char *wrong, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, wrong);
    vsnprintf(text, sizeof text, tr(c->lang, wrong), ap);
    va_end(ap);
    c->finding(c->ctx, table_name(place), text, tr(c->lang, mend));
}

/* Whether the log has this event of the object and none after it. */
static bool events_agree(struct txn *t, const struct id *object, uint64_t events, bool *agree, struct err *e)
{
    bool there, later;
    if (!ledger_event_known(t, object, (uint32_t)events, &there, &later, e)) {
        return false;
    }
    *agree = !later && (there || events == 0); /* event 0 does not exist: a class that nobody confirmed has none */
    return true;
}

/* ---------------------------------------------------------------- documents */

static bool entry_tells(struct txn *t, struct checkup *c, const struct id *object, uint32_t event, struct str sha256,
                        bool *tells, struct err *e)
{
    struct bytes bytes;
    struct entry entry;
    instant when;
    uint64_t index;
    struct err why;
    err_init(&why, e->lang);
    *tells = false;
    if (!ledger_find(t, object, event, &index, &why)) {
        if (why.code != ERR_NOT_FOUND) {
            *e = why;
            return false;
        }
        return true;
    }
    if (!ledger_entry(t, index, c->ar, &bytes, e) || !entry_parse(bytes, c->ar, &entry, &when, e)) {
        return false;
    }
    for (size_t i = 0; i < entry.line_count; i++) {
        struct str value = entry.lines[i].value;
        bool digest = strcmp(entry.lines[i].key, "digest") == 0 && str_starts(value, "sha256:");
        *tells = *tells || (digest && str_eq((struct str){value.p + 7, value.n - 7}, sha256));
    }
    return true;
}

static bool check_version(struct txn *t, struct checkup *c, enum conf_kind k, struct day valid_from, struct err *e)
{
    struct conf_row row = {.valid_from = DAY_NONE};
    char day[DAY_TEXT_SIZE], hex[2 * SHA256_SIZE + 1];
    uint8_t digest[SHA256_SIZE];
    bool found = false, tells;
    struct err why;
    arena_reset(c->ar);
    day_text(valid_from, day);
    c->checked++;
    err_init(&why, e->lang);
    if (!conf_row_get(t, k, valid_from, c->ar, &row, &found, &why) && (why.code != ERR_CORRUPT || row.sha256.n == 0)) {
        *e = why;
        return false; /* a text alone that is damaged is an empty one, and named below */
    }
    if (!found) {
        say(c, T_CONF, N_("the version of %s in force from %s is missing"), conf_kind_name(k), day);
        return true;
    }
    sha256_of(row.text, digest);
    hex_encode((struct bytes){digest, sizeof digest}, hex);
    if (!str_is(row.sha256, hex)) {
        say(c, T_CONF, N_("the text of %s in force from %s is not the one that was imported"), conf_kind_name(k), day);
    }
    if (!entry_tells(t, c, &row.id, 1, row.sha256, &tells, e)) {
        return false;
    }
    if (!tells) {
        say(c, T_CONF, N_("the log does not tell of the text of %s in force from %s"), conf_kind_name(k), day);
    }
    return true;
}

/* Versions of a published document: numbered without a gap, the text that was imported, and told by the log. */
struct published_walk {
    struct checkup *c;
    struct txn *t;
    char name[128];
    uint32_t sequence;
};

static bool check_published(const struct conf_version *v, void *ctx, struct err *e)
{
    struct published_walk *w = ctx;
    char hex[2 * SHA256_SIZE + 1];
    uint8_t digest[SHA256_SIZE];
    bool tells;
    arena_reset(w->c->ar);
    w->c->checked++;
    if (!str_is(v->name, w->name)) {
        snprintf(w->name, sizeof w->name, "%.*s", (int)v->name.n, v->name.p);
        w->sequence = 0;
    }
    if (v->sequence != ++w->sequence) {
        say(w->c, T_CONF, N_("version %u of %s %s is missing"), w->sequence, conf_kind_name(v->kind), w->name);
        w->sequence = v->sequence;
    }
    sha256_of(v->text, digest);
    hex_encode((struct bytes){digest, sizeof digest}, hex);
    if (!str_is(v->sha256, hex)) {
        say(w->c, T_CONF, N_("the text of version %u of %s %s is not the one that was imported"), v->sequence,
            conf_kind_name(v->kind), w->name);
    }
    if (!entry_tells(w->t, w->c, &v->id, v->sequence, v->sha256, &tells, e)) {
        return false;
    }
    if (!tells) {
        say(w->c, T_CONF, N_("the log does not tell of version %u of %s %s"), v->sequence, conf_kind_name(v->kind),
            w->name);
    }
    return true;
}

static bool published_fn(struct txn *t, void *ctx, struct err *e)
{
    for (size_t k = CONF_LAW_COUNT; k < CONF_KIND_COUNT; k++) {
        struct published_walk w = {.c = ctx, .t = t};
        if (!conf_versions(t, (enum conf_kind)k, STR_NONE, check_published, &w, e)) {
            return false;
        }
    }
    return true;
}

static bool documents_fn(struct txn *t, void *ctx, struct err *e)
{
    struct checkup *c = ctx;
    struct arena *own CLEANUP(arena_free) = arena_new(64u * 1024);
    if (own == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (unsigned k = 0; k < CONF_LAW_COUNT; k++) {
        struct day *days;
        size_t n;
        arena_reset(own);
        if (!conf_days(t, (enum conf_kind)k, own, &days, &n, e)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            if (!check_version(t, c, (enum conf_kind)k, days[i], e)) {
                return false;
            }
        }
    }
    return true;
}

/* ---------------------------------------------------------------- classes */

struct class_walk {
    struct checkup *c;
    struct txn *t;
};

static bool check_class(const struct class_row *row, void *ctx, struct err *e)
{
    struct class_walk *w = ctx;
    struct checkup *c = w->c;
    const struct class_version *v = &row->v, *before = &c->before.v;
    bool agree;
    c->checked++;
    if (str_eq(before->symbol, v->symbol) &&
        (day_is_none(before->valid_until) || before->valid_until.n >= v->valid_from.n)) {
        say(c, T_CLASS, N_("two versions of class %.*s are in force at once"), (int)v->symbol.n, v->symbol.p);
    }
    c->before = *row;
    if (!events_agree(w->t, &v->id, v->events, &agree, e)) {
        return false;
    }
    if (!agree) {
        say(c, T_CLASS, N_("the log and class %.*s disagree about its changes"), (int)v->symbol.n, v->symbol.p);
    }
    return true;
}

static bool classes_fn(struct txn *t, void *ctx, struct err *e)
{
    struct class_walk w = {ctx, t};
    arena_reset(w.c->ar);
    w.c->before = (struct class_row){.v.symbol = STR_NONE};
    return class_rows(t, w.c->ar, check_class, &w, e);
}

/* ---------------------------------------------------------------- holds */

static bool check_hold_file(struct txn *t, struct checkup *c, const struct hold *h, const char *name, struct err *e)
{
    struct case_file f;
    struct bytes val;
    bool found;
    struct row_key key = rk_id(rk_id(ROW_KEY_EMPTY, &h->file), &h->id);
    if (!store_find(t, T_HOLD_BY_FILE, rk_bytes(&key), c->ar, &val, &found, e)) {
        return false;
    }
    if (!found) {
        say(c, T_HOLD_BY_FILE, N_("hold %s is not listed with its file"), name);
    }
    if (!file_by_id(t, c->a, &h->file, false, c->ar, &f, e)) {
        if (e->code != ERR_NOT_FOUND) {
            return false;
        }
        err_init(e, e->lang);
        say(c, T_HOLD, N_("hold %s is on a file that does not exist"), name);
        return true;
    }
    if (day_is_none(h->released) && f.holds == 0) {
        say(c, T_FILE, N_("file %.*s does not count the hold %s"), (int)f.mark.n, f.mark.p, name);
    }
    return true;
}

static bool hold_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct checkup *c = ctx;
    struct id id;
    struct hold h;
    char name[33];
    bool agree;
    arena_reset(c->ar);
    if (key.n != sizeof id.b) {
        say(c, T_HOLD, N_("a key is no id"));
        return true;
    }
    memcpy(id.b, key.p, sizeof id.b);
    id_text(id, name);
    if (!hold_decode(val, &id, NULL, c->ar, &h, e)) {
        return false;
    }
    if (!events_agree(t, &h.id, h.events, &agree, e) || !check_hold_file(t, c, &h, name, e)) {
        return false;
    }
    if (!agree) {
        say(c, T_HOLD, N_("the log and hold %s disagree about its changes"), name);
    }
    return true;
}

struct open_holds {
    struct txn *t;
    struct checkup *c;
    uint64_t open;
};

static bool count_open(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct open_holds *o = ctx;
    struct id id;
    struct hold h;
    struct bytes row;
    bool found;
    (void)val;
    if (key.n != 2 * sizeof id.b) {
        return true; /* the walk over holds says so */
    }
    memcpy(id.b, key.p + sizeof id.b, sizeof id.b);
    if (!store_find(o->t, T_HOLD, id_bytes(&id), o->c->ar, &row, &found, e)) {
        return false;
    }
    if (found && !hold_decode(row, &id, NULL, o->c->ar, &h, e)) {
        return false;
    }
    o->open += found && day_is_none(h.released);
    return true;
}

static bool held_file_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct checkup *c = ctx;
    struct case_file f;
    struct id id;
    struct open_holds o = {t, c, 0};
    (void)val;
    arena_reset(c->ar);
    if (key.n != sizeof id.b) {
        return true;
    }
    memcpy(id.b, key.p, sizeof id.b);
    if (!file_by_id(t, c->a, &id, false, c->ar, &f, e)) {
        if (e->code != ERR_NOT_FOUND) {
            return false;
        }
        err_init(e, e->lang);
        return true;
    }
    if (f.holds == 0) {
        return true;
    }
    struct row_key prefix = rk_id(ROW_KEY_EMPTY, &id);
    if (!store_walk(t, (struct store_range){.table = T_HOLD_BY_FILE, .prefix = rk_bytes(&prefix)}, count_open, &o, e)) {
        return false;
    }
    if (o.open != f.holds) {
        say(c, T_FILE, N_("file %.*s counts %llu holds and has %llu"), (int)f.mark.n, f.mark.p,
            (unsigned long long)f.holds, (unsigned long long)o.open);
    }
    return true;
}

bool law_doctor(struct archive *a, store_finding finding, void *ctx, uint64_t *checked, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 20);
    struct checkup c = {.a = a, .finding = finding, .ctx = ctx, .lang = e->lang, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    struct scan holds = {.table = T_HOLD, .piece = 200, .row = hold_row, .ctx = &c};
    struct scan files = {.table = T_FILE, .piece = 200, .row = held_file_row, .ctx = &c};
    if (!store_read(a->store, documents_fn, &c, e) || !store_read(a->store, published_fn, &c, e) ||
        !store_read(a->store, classes_fn, &c, e) || !scan_table(a, &holds, e) || !scan_table(a, &files, e)) {
        return false;
    }
    *checked = c.checked;
    return true;
}
