/* archive.c: the archive as a whole: laid down, opened, closed, and the office that it belongs to.
 *
 * Promises: archive_create leaves a whole archive or says what to remove; archive_open recovers, checks the log against
 * its past and finishes long work that a crash cut short. The office and the archive's own entries belong to one object
 * with a random id ("self"), whose event counter lies in T_META. Fails as store_open and ledger_open do. */
#include "record_internal.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>

#define ARENA_LIMIT (1u << 20)
#define ORIGIN_MAX  100

struct archive_lock {
    pthread_mutex_t mutex;
};

static const struct field office_fields[] = {
    {1, "name", F_TEXT, offsetof(struct office_info, name), 200, FIELD_REQUIRED},
    {2, "origin", F_TEXT, offsetof(struct office_info, origin), ORIGIN_MAX, FIELD_REQUIRED},
    {3, "address", F_TEXT, offsetof(struct office_info, address), 300, 0},
    {4, "bip", F_TEXT, offsetof(struct office_info, bip), 300, 0},
    {5, "phone", F_TEXT, offsetof(struct office_info, phone), 60, 0},
    {6, "email", F_TEXT, offsetof(struct office_info, email), 200, 0},
};
static const struct row_kind office_kind = {"office", 1, office_fields, COUNT_OF(office_fields)};

#define META_OFFICE bytes_of(STR("office"))
#define META_SELF   bytes_of(STR("self"))

/* ---------------------------------------------------------------- the archive's own object */

struct self_row {
    struct id id;
    uint64_t events;
};

static bool self_put(struct txn *t, const struct self_row *s, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(32);
    buf_add(&val, s->id.b, sizeof s->id.b);
    buf_add_be64(&val, s->events);
    return buf_ok(&val, e) && store_put(t, T_META, META_SELF, buf_bytes(&val), e);
}

static bool self_get(struct txn *t, struct arena *ar, struct self_row *out, struct err *e)
{
    struct bytes val;
    if (!store_get(t, T_META, META_SELF, ar, &val, e))
        return err_wrap(e, "the archive's own row");
    struct reader r = reader_of(val);
    struct bytes id = rd_bytes(&r, sizeof out->id.b);
    struct self_row s = {.events = rd_be64(&r)};
    if (!rd_done(&r))
        return err_set(e, ERR_CORRUPT, "the archive's own row is damaged");
    memcpy(s.id.b, id.p, sizeof s.id.b);
    *out = s;
    return true;
}

bool archive_event(struct txn *t, struct archive *a, struct event *ev, struct arena *ar, struct err *e)
{
    struct self_row self;
    struct key key CLEANUP(key_wipe) = {{0}};
    struct event_ready ready;
    uint64_t index;
    if (!self_get(t, ar, &self, e) || !key_get(t, a->store, &self.id, &key, e))
        return false;
    self.events++;
    ev->object = &self.id;
    ev->event = self.events;
    return event_prepare(ev, &key, ar, &ready, e) && event_write(t, a, &ready, &index, e) && self_put(t, &self, e);
}

struct note_ctx {
    struct archive *a;
    struct event ev;
};

static bool note_fn(struct txn *t, void *ctx, struct err *e)
{
    struct note_ctx *c = ctx;
    struct event ev = c->ev;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    return ar ? archive_event(t, c->a, &ev, ar, e) : err_set(e, ERR_MEMORY, "out of memory");
}

bool archive_note(struct archive *a, enum entry_type type, const struct entry_line *lines, size_t n,
                  const struct actor *who, struct err *e)
{
    struct note_ctx c = {.a = a, .ev = {.type = type, .who = who}};
    for (size_t i = 0; i < n; i++)
        event_line(&c.ev, lines[i].key, lines[i].value);
    return store_write(a->store, note_fn, &c, e);
}

/* ---------------------------------------------------------------- the office */

struct office_ctx {
    struct archive *a;
    struct office_info office;
    const struct actor *who;
    struct key key; /* of the archive's own object, when it is made here */
    struct wrapped_key wrapped;
    struct id self;
    bool found; /* the archive: its first office */
};

static bool office_put(struct txn *t, const struct office_info *o, struct err *e)
{
    struct buf val CLEANUP(buf_free) = BUF_INIT(16384);
    struct id none = {{0}};
    return row_encode(&office_kind, o, NULL, &none, &val, e) && buf_ok(&val, e) &&
           store_put(t, T_META, META_OFFICE, buf_bytes(&val), e);
}

static bool office_fn(struct txn *t, void *ctx, struct err *e)
{
    struct office_ctx *c = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    struct self_row self = {.id = c->self};
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (c->found && (!key_put(t, &self.id, &c->wrapped, e) || !self_put(t, &self, e)))
        return false;
    struct event ev = {.type = E_OFFICE, .who = c->who};
    event_meta(&ev, "name", c->office.name);
    event_meta(&ev, "origin", c->office.origin);
    event_meta(&ev, "address", c->office.address);
    event_meta(&ev, "bip", c->office.bip);
    event_meta(&ev, "phone", c->office.phone);
    event_meta(&ev, "email", c->office.email);
    return office_put(t, &c->office, e) && archive_event(t, c->a, &ev, ar, e);
}

static bool gate_office(struct arena *ar, const struct office_info *in, struct office_info *out, struct err *e)
{
    struct office_info o = *in;
    for (size_t i = 0; i < COUNT_OF(office_fields); i++) {
        const struct field *f = &office_fields[i];
        struct str *text = (struct str *)(void *)((char *)&o + f->offset);
        if (!text_gate(ar, f->name, *text, f->max, false, text, e))
            return false;
        if (text->n == 0 && (f->flags & FIELD_REQUIRED))
            return err_field(e, ERR_INVALID, f->name, "the office file must say %s", f->name);
    }
    *out = o;
    return true;
}

bool archive_office_change(struct archive *a, const struct office_info *office, const struct actor *who, struct err *e)
{
    struct office_ctx c = {.a = a, .who = who};
    struct office_info now;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!archive_office(a, ar, &now, e) || !gate_office(ar, office, &c.office, e))
        return false;
    if (!str_eq(c.office.origin, now.origin))
        return err_field(e, ERR_STATE, "origin", "the log is called %.*s for ever: its signatures name it",
                         (int)now.origin.n, now.origin.p);
    return store_write(a->store, office_fn, &c, e);
}

struct office_read {
    struct arena *ar;
    struct office_info *out;
    struct self_row self;
};

static bool office_read_fn(struct txn *t, void *ctx, struct err *e)
{
    struct office_read *c = ctx;
    struct bytes val;
    struct id none = {{0}};
    if (!store_get(t, T_META, META_OFFICE, c->ar, &val, e))
        return err_wrap(e, "this folder was never finished by akta init: remove it and run init again");
    return row_decode(&office_kind, val, NULL, &none, c->ar, c->out, e) && self_get(t, c->ar, &c->self, e);
}

bool archive_office(struct archive *a, struct arena *ar, struct office_info *out, struct err *e)
{
    struct office_read c = {.ar = ar, .out = out};
    return store_read(a->store, office_read_fn, &c, e);
}

/* ---------------------------------------------------------------- laying down */

static bool found_office(struct archive *a, const struct office_info *office, struct err *e)
{
    struct office_ctx c = {.a = a, .office = *office, .found = true};
    bool ok = object_new(a, &c.self, &c.key, &c.wrapped, e) && store_write(a->store, office_fn, &c, e);
    key_wipe(&c.key);
    return ok && ledger_publish(a->ledger, e);
}

static bool write_settings(struct store *s, const struct setting *above, struct arena *ar, struct err *e)
{
    const struct setting *rows;
    size_t n;
    struct buf text CLEANUP(buf_free) = BUF_INIT(256u * 1024);
    return settings_table(above, ar, &rows, &n, e) && settings_sample(rows, n, &text, e) &&
           file_write_durable(store_dir_fd(s), "akta.conf", buf_bytes(&text), 0600, e);
}

static bool create_in(const struct archive_options *o, struct store_config *c, const struct office_info *office,
                      struct arena *ar, struct err *e)
{
    struct store *s CLEANUP(store_close) = NULL;
    struct ledger *l CLEANUP(ledger_close) = NULL;
    struct str origin = arena_str(ar, office->origin);
    struct ledger_config lc = {.origin = origin.p, .clock = o->clock ? o->clock : &clock_system, .interval_ms = 250};
    if (!origin.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!store_open(c, &s, e) || !write_settings(s, o->settings_above, ar, e) || !ledger_create(s, &lc, e) ||
        !ledger_open(s, &lc, &l, e))
        return false;
    struct archive a = {.store = s, .ledger = l, .clock = lc.clock};
    return found_office(&a, office, e);
}

bool archive_create(const struct archive_options *o, const struct office_info *office, struct err *e)
{
    struct store_config c = store_config_standard;
    struct office_info gated;
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    c.dir = o->dir;
    if (o->cache_bytes)
        c.cache_bytes = o->cache_bytes;
    if (!gate_office(ar, office, &gated, e) || !store_create(&c, e))
        return false;
    if (create_in(o, &c, &gated, ar, e))
        return true;
    return err_wrap(e, "%s was not finished; remove it and try again", o->dir);
}

/* ---------------------------------------------------------------- opening and closing */

static bool read_settings(const struct archive_options *o, struct settings **out, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20);
    int dir CLEANUP(fd_close) = disk_now()->openat(AT_FDCWD, o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    const struct setting *rows;
    size_t n;
    struct bytes text = {NULL, 0};
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (dir < 0)
        return err_set(e, ERR_NOT_FOUND, "there is no archive in %s: akta init makes one", o->dir);
    if (!settings_table(o->settings_above, ar, &rows, &n, e))
        return false;
    if (!file_read(dir, "akta.conf", 1u << 20, ar, &text, e) && e->code != ERR_NOT_FOUND)
        return false;
    return settings_read(rows, n, str_of_bytes(text), "akta.conf", out, e);
}

static char *copy_text(const char *z)
{
    char *p = z ? mem_alloc(strlen(z) + 1) : NULL;
    return p ? memcpy(p, z, strlen(z) + 1) : NULL;
}

static bool make_lock(struct archive *a, const struct archive_options *o, struct err *e)
{
    a->lock = mem_zalloc(sizeof *a->lock);
    a->dir = copy_text(o->dir);
    a->inspector_path = copy_text(o->inspector);
    if (!a->lock || !a->dir || (o->inspector && !a->inspector_path))
        return err_set(e, ERR_MEMORY, "out of memory");
    if (pthread_mutex_init(&a->lock->mutex, NULL) == 0)
        return true;
    mem_free(a->lock);
    a->lock = NULL;
    return err_set(e, ERR_MEMORY, "out of memory");
}

static bool open_ledger(struct archive *a, const struct archive_options *o, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(ARENA_LIMIT);
    struct office_info office;
    if (!ar)
        return err_set(e, ERR_MEMORY, "out of memory");
    struct office_read c = {.ar = ar, .out = &office};
    if (!store_read(a->store, office_read_fn, &c, e))
        return false;
    a->self = c.self.id;
    struct str origin = arena_str(ar, office.origin);
    struct ledger_config lc = {.origin = origin.p,
                               .clock = a->clock,
                               .interval_ms = setting_u64(a->settings, "ledger.interval_ms"),
                               .successor = o->successor};
    if (!origin.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    return ledger_open(a->store, &lc, &a->ledger, e);
}

static bool open_parts(struct archive *a, const struct archive_options *o, struct err *e)
{
    struct store_config c = store_config_standard;
    uint64_t recomputed;
    a->clock = o->clock ? o->clock : &clock_system;
    if (!make_lock(a, o, e) || !read_settings(o, &a->settings, e))
        return false;
    store_config_take(a->settings, &c);
    c.dir = o->dir;
    if (o->cache_bytes)
        c.cache_bytes = o->cache_bytes;
    a->retention_years_a = (unsigned)setting_u64(a->settings, "retention.years_a");
    if (!store_open(&c, &a->store, e))
        return false;
    store_kind(a->store, T_FILE, &case_file_kind);
    store_kind(a->store, T_RECORD, &record_kind);
    store_kind(a->store, T_HOLD, &hold_kind);
    law_kinds(a->store);
    return open_ledger(a, o, e) && jobs_finish(a, &recomputed, e) && (!o->background || ledger_start(a->ledger, e));
}

bool archive_open(const struct archive_options *o, struct archive **out, struct err *e)
{
    struct archive *a = mem_zalloc(sizeof *a);
    if (!a)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!open_parts(a, o, e)) {
        archive_close(&a);
        return false;
    }
    *out = a;
    return true;
}

void archive_close(struct archive **a)
{
    struct archive *x = *a;
    if (!x)
        return;
    inspector_stop(&x->inspector);
    ledger_close(&x->ledger);
    store_close(&x->store);
    settings_free(&x->settings);
    if (x->lock) {
        pthread_mutex_destroy(&x->lock->mutex);
        mem_free(x->lock);
    }
    mem_free(x->dir);
    mem_free(x->inspector_path);
    mem_free(x);
    *a = NULL;
}

/* ---------------------------------------------------------------- small questions */

struct store *archive_store(struct archive *a)
{
    return a->store;
}

struct ledger *archive_ledger(struct archive *a)
{
    return a->ledger;
}

const struct clock *archive_clock(const struct archive *a)
{
    return a->clock;
}

const struct settings *archive_settings(const struct archive *a)
{
    return a->settings;
}

struct day archive_today(const struct archive *a)
{
    return warsaw_day(clock_now(a->clock));
}

void archive_media_type(struct archive *a, struct bytes head, char *out, size_t out_size)
{
    pthread_mutex_lock(&a->lock->mutex);
    if (!a->inspector)
        a->inspector = inspector_start(a->inspector_path);
    inspector_type(a->inspector, head, out, out_size);
    pthread_mutex_unlock(&a->lock->mutex);
}
