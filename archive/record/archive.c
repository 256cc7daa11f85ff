/* archive.c: the archive as a whole: laid down, opened, closed.
 *
 * Promises: archive_create leaves a whole archive or says what to remove; archive_open recovers, checks the log against
 * its past and finishes long work that a crash cut short. Fails as store_open and ledger_open do. */
#include "public.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>

#define ARENA_LIMIT (1u << 20)

struct archive_lock {
    pthread_mutex_t mutex;
};

/* ---------------------------------------------------------------- laying down */

static bool write_settings(struct store *s, const struct setting *above, struct arena *ar, struct err *e)
{
    const struct setting *rows;
    size_t n;
    struct buf text CLEANUP(buf_free) = BUF_INIT(256u * 1024);
    return settings_table(above, ar, &rows, &n, e) && settings_sample(rows, n, &text, e) &&
           file_write_durable(store_dir_fd(s), "akta.conf", buf_bytes(&text), 0600, e);
}

static bool create_in(const struct archive_options *o, struct store_config *c, const struct office_info *office,
                      const char *origin, struct arena *ar, struct err *e)
{
    struct store *s CLEANUP(store_close) = NULL;
    struct ledger *l CLEANUP(ledger_close) = NULL;
    struct ledger_config lc = {.origin = origin, .clock = o->clock ? o->clock : &clock_system, .interval_ms = 250};
    if (!store_open(c, &s, e) || !write_settings(s, o->settings_above, ar, e) || !ledger_create(s, &lc, e) ||
        !ledger_open(s, &lc, &l, e))
        return false;
    struct archive a = {.store = s, .ledger = l, .clock = lc.clock};
    return office_found(&a, office, e);
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
    if (!office_gate(ar, office, &gated, e))
        return false;
    struct str origin = arena_str(ar, gated.origin);
    if (!origin.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    if (!ledger_origin_check(origin.p, e) || !store_create(&c, e))
        return false;
    if (create_in(o, &c, &gated, origin.p, ar, e))
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
    if (!office_read(a, ar, &office, &a->self, e))
        return false;
    struct str origin = arena_str(ar, office.origin);
    struct ledger_config lc = {.origin = origin.p,
                               .clock = a->clock,
                               .interval_ms = setting_u64(a->settings, "ledger.interval_ms"),
                               .successor = o->successor};
    if (!origin.p)
        return err_set(e, ERR_MEMORY, "out of memory");
    return ledger_open(a->store, &lc, &a->ledger, e);
}

/* A full disk keeps nobody from reading: the nightly work takes it up again. */
static bool may_wait(struct err *e)
{
    if (e->code != ERR_FULL)
        return false;
    log_line(LOG_WARN, "record", "%s", e->text);
    err_init(e, e->lang);
    return true;
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
    return open_ledger(a, o, e) && (restored_settle(a, e) || may_wait(e)) &&
           (jobs_finish(a, &recomputed, e) || may_wait(e)) && (public_index_open(a, e) || may_wait(e)) &&
           (!o->background || ledger_start(a->ledger, e));
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
