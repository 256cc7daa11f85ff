/* store.c: opening, closing, and the names of things.
 *
 * Puts the parts of the room together in the one order that is safe: own the folder, make room on the disk, load the
 * keys, recover, then let the writer start. A failure on the way leaves nothing behind. */
#include "content_shelf.h"
#include "store_internal.h"
#include "table_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct store_config store_config_standard = {
    .cache_bytes = 256u << 20,
    .log_bytes = 16u << 20,
    .ballast_bytes = 64u << 20,
    .floor_bytes = 32u << 20,
    .batch_max = 256,
};

const struct setting store_settings[] = {
    {"store.cache_mb", SET_U64, "256", 1, 65536, N_("Memory for table pages, in megabytes")},
    {"store.log_mb", SET_U64, "16", 1, 1024, N_("Size of one transaction log file, in megabytes")},
    {"store.ballast_mb", SET_U64, "64", 0, 65536, N_("Reserve given up when the disk is full, in megabytes")},
    {"store.floor_mb", SET_U64, "32", 0, 1048576, N_("Free space under which writes are refused, in megabytes")},
    {"store.batch_max", SET_U64, "256", 1, 4096, N_("Changes made durable together, at most")},
    {NULL, SET_U64, NULL, 0, 0, NULL},
};

void store_config_take(const struct settings *set, struct store_config *c)
{
    c->cache_bytes = setting_u64(set, "store.cache_mb") << 20;
    c->log_bytes = setting_u64(set, "store.log_mb") << 20;
    c->ballast_bytes = setting_u64(set, "store.ballast_mb") << 20;
    c->floor_bytes = setting_u64(set, "store.floor_mb") << 20;
    c->batch_max = (uint32_t)setting_u64(set, "store.batch_max");
}

const char *table_name(enum store_table t)
{
    static const char *const names[TABLE_COUNT] = {
        [T_META] = "meta",
        [T_CLASS] = "class",
        [T_RULE] = "rule",
        [T_CONF] = "conf",
        [T_FILE] = "file",
        [T_FILE_BY_MARK] = "file-by-mark",
        [T_FILE_NUMBER] = "file-number",
        [T_FILE_BY_CLASS] = "file-by-class",
        [T_RECORD] = "record",
        [T_RECORD_BY_FILE] = "record-by-file",
        [T_OPENING] = "opening",
        [T_KEY] = "key",
        [T_QUEUE] = "queue",
        [T_HELD] = "held",
        [T_HOLD] = "hold",
        [T_HOLD_BY_FILE] = "hold-by-file",
        [T_FORECAST] = "forecast",
        [T_JOB] = "job",
        [T_FIXITY] = "fixity",
        [T_FAULT] = "fault",
        [T_LOG_ENTRY] = "log-entry",
        [T_LOG_OBJECT] = "log-object",
        [T_LOG_TILE] = "log-tile",
        [T_LOG_HEAD] = "log-head",
        [T_ACTOR] = "actor",
        [T_REQUEST] = "request",
        [T_INDEX] = "index",
        [T_REQUEST_EVENT] = "request-event",
        [T_REQUEST_FILE] = "request-file",
        [T_REQUEST_INDEX] = "request-index",
        [T_REQUEST_LIST] = "request-list",
        [T_DRAFT] = "draft",
        [T_DRAFT_FILE] = "draft-file",
        [T_CONTENT] = "content",
    };
    return (unsigned)t < TABLE_COUNT ? names[t] : "?";
}

const char *store_dir(const struct store *s)
{
    return s->dir;
}

int store_dir_fd(const struct store *s)
{
    return s->dir_fd;
}

void store_kind(struct store *s, enum store_table t, const struct row_kind *k)
{
    s->kinds[t] = k;
}

void store_note(struct store *s, const char *place, const char *wrong, const char *mend)
{
    unsigned n = atomic_load(&s->note_count);
    log_line(LOG_WARN, "store", "found at opening: %s: %s", place, wrong);
    if (n < STORE_NOTES) {
        snprintf(s->notes[n].place, sizeof s->notes[n].place, "%s", place);
        s->notes[n].wrong = wrong;
        s->notes[n].mend = mend;
        atomic_store(&s->note_count, n + 1);
    }
}

static unsigned count_cores(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : (unsigned)n;
}

#define LOG_BYTES_MIN   (256u << 10)
#define LOG_BYTES_MAX   (1u << 30)
#define CACHE_BYTES_MIN (1u << 20)

struct store *store_new(const struct store_config *c, struct err *e)
{
    struct store *s = mem_zalloc(sizeof *s);
    if (!s) {
        err_set(e, ERR_MEMORY, "out of memory");
        return NULL;
    }
    s->dir_fd = s->env_fd = s->content_fd = s->keys_fd = s->run_fd = s->owner_fd = -1;
    s->config = *c;
    s->config.dir = s->dir;
    s->config.log_bytes = c->log_bytes < LOG_BYTES_MIN ? LOG_BYTES_MIN : c->log_bytes;
    s->config.log_bytes = c->log_bytes > LOG_BYTES_MAX ? LOG_BYTES_MAX : s->config.log_bytes;
    s->config.cache_bytes = c->cache_bytes < CACHE_BYTES_MIN ? CACHE_BYTES_MIN : c->cache_bytes;
    s->config.batch_max = c->batch_max < 1 ? 1 : c->batch_max;
    s->cores = count_cores();
    if (!dir_absolute(c->dir, s->dir, e)) {
        mem_free(s);
        return NULL;
    }
    return s;
}

void store_close(struct store **sp)
{
    struct store *s = *sp;
    if (!s) {
        return;
    }
    writer_stop(s);
    engine_close(s);
    if (atomic_load(&s->ballast_owed)) {
        ballast_restore(s);
    }
    keyring_close(&s->keys);
    content_shelf_close(&s->shelf);
    dir_leave(s);
    mem_free(s);
    *sp = NULL;
}

bool store_create(const struct store_config *c, struct err *e)
{
    if (!dir_make(AT_FDCWD, c->dir, 0700, e)) {
        return false;
    }
    CLEANUP(store_close) struct store *s = store_new(c, e);
    if (!s || !dir_lay(s, e) || !keyring_create(s->keys_fd, 1, e)) {
        return false;
    }
    if (!engine_open(s, ENGINE_CREATE, e)) {
        return false;
    }
    engine_close(s); /* only a whole, durable environment is worth a format line */
    if (!table_ids_write(s->env_fd, e)) {
        return false;
    }
    if (disk_now()->syncfs(s->dir_fd) != 0) {
        return err_errno(e, errno, "the new archive %s could not be made durable", s->dir);
    }
    return dir_seal(s->dir_fd, e);
}

static bool is_scratch(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    (void)ctx;
    return !is_folder || strncmp(name, "doctor-", 7) != 0 || dir_remove_tree(dir, name, e);
}

static bool bring_up(struct store *s, enum engine_mode mode, struct err *e)
{
    ballast_drop_if_full(s);
    if (!dir_list(s->run_fd, ".", is_scratch, NULL, e) || !dir_prepare_env(s, e)) {
        return false;
    }
    if (!keyring_open(s->keys_fd, &s->keys, e) || !content_shelf_open(s->content_fd, s->cores, &s->shelf, e) ||
        !engine_open(s, mode, e) || !writer_start(s, e)) {
        return false;
    }
    if (atomic_load(&s->ballast_owed)) { /* the old log files go first */
        struct err full = ERR_INIT;
        (void)!engine_checkpoint(s, &full);
    }
    ballast_restore(s);
    return true;
}

static bool open_as(const struct store_config *c, enum engine_mode mode, bool maintenance, struct store **out,
                    struct err *e)
{
    unsigned panics = 0;
    CLEANUP(store_close) struct store *s = store_new(c, e);
    if (!s || !dir_enter(s, mode != ENGINE_RESTORED, e)) {
        return false;
    }
    s->maintenance = maintenance;
    if (panics_recent(s, &panics) && !maintenance) {
        return err_set(e, ERR_STATE,
                       "the store stopped %u times within a minute (see %s/run/panics); look with `akta doctor`, then "
                       "wait a minute or restore a backup",
                       panics, s->dir);
    }
    if (!bring_up(s, mode, e)) {
        return false;
    }
    *out = s;
    s = NULL;
    return true;
}

bool store_open(const struct store_config *c, struct store **out, struct err *e)
{
    return open_as(c, ENGINE_OPEN, false, out, e);
}

bool store_open_maintenance(const struct store_config *c, struct store **out, struct err *e)
{
    return open_as(c, ENGINE_OPEN, true, out, e);
}

bool store_open_restored(const struct store_config *c, struct store **out, struct err *e)
{
    return open_as(c, ENGINE_RESTORED, false, out, e);
}
