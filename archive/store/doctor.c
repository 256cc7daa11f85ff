/* doctor.c: is the store what it should be?
 *
 * Looks at the bytes on disk first (pages, transaction log, keys, format), because reading a damaged page through the
 * engine would end the process; only where they are good does it let the engine verify a copy and read the rows. Each
 * fault is told with its place, what is wrong and how to mend it. Returns false only when it could not look. */
#include "content_shelf.h"
#include "copy.h"
#include "page_check.h"
#include "stream.h"
#include "table_ids.h"
#include "txlog_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROWS_A_READ  500u
#define ROW_ARENA    (32u << 20)
#define COPY_NAME    "doctor-copy"
#define LENGTH_LOOKS 3

struct doctor {
    struct store *s;
    struct findings f;
    uint64_t checked;
    bool bad[TABLE_COUNT]; /* tables whose bytes are damaged: not to be read through the engine */
    bool any_bad;
};

/* ---- small things */

static void check_format(struct doctor *d, const char *dir, int dir_fd, struct err *e)
{
    struct err why = {.lang = e->lang};
    d->checked++;
    if (!dir_check_format(dir_fd, dir, &why)) {
        const char *mend = why.code == ERR_UNSUPPORTED ? N_("install the newer program; leave the file as it is")
                                                       : N_("write the file anew with the one line `akta-data 1`");
        store_findings_add(&d->f, "format", mend, "%s", why.text);
    }
}

static void check_space(struct doctor *d)
{
    unsigned long free_mb = (unsigned long)(space_free(d->s) >> 20);
    if (!space_enough(d->s)) {
        store_findings_add(&d->f, "disk", N_("free some space; writes are refused until then"),
                           N_("only %lu MB are free"), free_mb);
    } else if (atomic_load(&d->s->ballast_owed)) {
        store_findings_add(&d->f, "run/ballast", N_("free some space; the reserve comes back by itself"),
                           N_("the reserve was given up, %lu MB are free"), free_mb);
    }
}

static void tell_foreign(void *ctx, const char *path)
{
    struct doctor *d = ctx;
    char place[320];
    snprintf(place, sizeof place, "content/%s", path);
    store_findings_add(&d->f, place, N_("move it out of the archive's folder"),
                       N_("this is not a file of the archive"));
}

static bool count_one(void *ctx, const struct id *name, bool temporary, int folder, const char *file, struct err *e)
{
    struct doctor *d = ctx;
    struct stat st;
    char path[CONTENT_PATH_SIZE];
    (void)e;
    if (fstatat(folder, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode)) {
        content_path(name, temporary, path);
        tell_foreign(d, path);
    }
    d->checked++;
    return true;
}

static bool pass_row(void *ctx, struct bytes key, struct bytes val, struct err *e)
{
    (void)key;
    (void)val;
    (void)e;
    ++*(uint64_t *)ctx;
    return true;
}

/* Key files by their digests, and the exported table of wrapped keys by its own. */
static bool check_keys(struct doctor *d, int keys_fd, struct err *e)
{
    struct err why = {.lang = e->lang};
    if (!keyring_check(keys_fd, &d->f, e)) {
        return false;
    }
    CLEANUP(fd_close) int fd = disk_now()->openat(keys_fd, "wrapped-keys", O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 && errno != ENOENT) {
        err_errno(&why, errno, "the file cannot be read");
        store_findings_add(&d->f, "keys/wrapped-keys", N_("make a backup: it writes the file anew"), "%s", why.text);
    } else if (fd >= 0 && !table_stream_read(T_KEY, fd, pass_row, &d->checked, &why)) {
        store_findings_add(&d->f, "keys/wrapped-keys", N_("make a backup: it writes the file anew"), "%s", why.text);
    }
    return true;
}

static void tell_notes(struct doctor *d)
{
    unsigned n = atomic_exchange(&d->s->note_count, 0);
    for (unsigned i = 0; i < n; i++) {
        const struct store_note *note = &d->s->notes[i];
        store_findings_add(&d->f, note->place, note->mend, "%s", tr(d->f.lang, note->wrong));
    }
}

/* ---- bytes */

/* The note of how far the log is durable may be caught half written; a damaged one stays so. */
static void read_mark(struct doctor *d, int run_fd, struct log_mark *mark)
{
    const struct timespec pause = {0, 2000000};
    for (int i = 0; i < 10; i++) {
        txlog_mark_read(run_fd, mark);
        if (!mark->damaged) {
            return;
        }
        nanosleep(&pause, NULL);
    }
    store_findings_add(&d->f, "run/" LOG_MARK_FILE, LOG_MARK_MEND, LOG_MARK_WRONG);
}

static bool belongs_to_env(int dir, const char *name, bool is_folder)
{
    char file[80];
    struct stat st;
    if (is_folder || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
        return false;
    }
    for (int t = 0; t < TABLE_COUNT; t++) {
        snprintf(file, sizeof file, "%s.db", table_name((enum store_table)t));
        if (strcmp(name, file) == 0) {
            return true;
        }
    }
    return strcmp(name, "tables") == 0 || strncmp(name, "log.0", 5) == 0 || strncmp(name, "__db.", 5) == 0 ||
           name[0] == '.';
}

/* Links above all: the engine's copies stop at them. */
static bool tell_strange(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    struct doctor *d = ctx;
    char place[300];
    (void)e;
    if (!belongs_to_env(dir, name, is_folder)) {
        snprintf(place, sizeof place, "env/%s", name);
        store_findings_add(&d->f, place, N_("move it out of the archive's folder"),
                           N_("this is not a file of the archive"));
    }
    return true;
}

/* Pages that are gone from the end of a table. While the store works on, the first page may be written before the
 * newest ones: a checkpoint brings them. */
static bool check_length(struct doctor *d, int env_fd, enum store_table t, struct err *e)
{
    char place[96];
    uint64_t missing = 0;
    for (int look = 0; look < LENGTH_LOOKS; look++) {
        if (!page_check_short(env_fd, t, &missing, e)) {
            return false;
        }
        if (missing == 0) {
            return true;
        }
        if (!engine_checkpoint(d->s, e)) {
            bool full = e->code == ERR_FULL; /* told already; nothing can be said of the length until there is room */
            if (full) {
                *e = (struct err){.lang = e->lang};
            }
            return full;
        }
    }
    snprintf(place, sizeof place, "env/%s.db", table_name(t));
    store_findings_add(&d->f, place, MEND_RESTORE, N_("the file was cut: %lu pages are missing at its end"),
                       (unsigned long)missing);
    return true;
}

static bool check_bytes(struct doctor *d, int env_fd, int run_fd, bool live, struct err *e)
{
    struct log_mark mark = {0};
    struct log_extent extent;
    uint64_t before = d->f.faults;
    if (run_fd >= 0) {
        read_mark(d, run_fd, &mark);
        before = d->f.faults;
    }
    if (!txlog_check(env_fd, &mark, &d->f, &extent, e)) {
        return false;
    }
    d->checked++;
    for (int t = 0; t < TABLE_COUNT; t++) {
        uint64_t faults = d->f.faults;
        if (!page_check_table(env_fd, (enum store_table)t, live, &d->f, &d->checked, e) ||
            (d->s && !check_length(d, env_fd, (enum store_table)t, e))) {
            return false;
        }
        d->bad[t] = d->f.faults > faults;
    }
    enum table_ids ids;
    if (!dir_list(env_fd, ".", tell_strange, d, e) || !table_ids_check(env_fd, d->bad, &d->f, &ids, e)) {
        return false;
    }
    d->any_bad = d->f.faults > before;
    if (ids == TABLE_IDS_DAMAGED) {
        store_findings_add(&d->f, "env/tables", TABLE_IDS_MEND, TABLE_IDS_WRONG);
    }
    return true;
}

static bool check_live_bytes(struct doctor *d, struct err *e)
{
    struct store *s = d->s;
    struct err full = {.lang = e->lang};
    if (!engine_checkpoint(s, &full)) { /* so that the files hold what is committed */
        if (full.code != ERR_FULL) {
            *e = full;
            return false;
        }
        store_findings_add(&d->f, "disk", N_("free some space and look again"), "%s", full.text);
    }
    atomic_fetch_add(&s->log_holds, 1);
    bool ok = check_bytes(d, s->env_fd, s->run_fd, true, e);
    atomic_fetch_sub(&s->log_holds, 1);
    return ok;
}

/* ---- structure, on a copy */

static bool add_size(void *ctx, int dir, const char *name, bool is_folder, struct err *e)
{
    struct stat st;
    uint64_t *sum = ctx;
    (void)e;
    if (!is_folder && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        *sum += (uint64_t)st.st_blocks * 512;
    }
    return true;
}

static bool check_structure(struct doctor *d, struct err *e)
{
    struct store *s = d->s;
    uint64_t need = 0;
    if (!dir_list(s->env_fd, ".", add_size, &need, e)) {
        return false;
    }
    if (space_free(s) < need + need / 4 + s->config.floor_bytes + s->config.log_bytes) {
        store_findings_add(
            &d->f, "env/", N_("free some space and look again"),
            N_("there is no room for a copy, so the structure of the tables was not checked (%lu MB needed)"),
            (unsigned long)(need >> 20));
        return true;
    }
    struct err later = {.lang = e->lang};
    bool ok =
        engine_copy(s, s->run_fd, COPY_NAME, e) && engine_verify_copy(s->run_fd, COPY_NAME, &d->f, &d->checked, e);
    if (!ok && e->code == ERR_CORRUPT) { /* that is an answer, too */
        store_findings_add(&d->f, "env/", MEND_RESTORE, "%s", e->text);
        *e = (struct err){.lang = e->lang};
        ok = true;
    }
    return dir_remove_tree(s->run_fd, COPY_NAME, ok ? e : &later) && ok;
}

/* ---- rows */

struct rows {
    struct doctor *d;
    enum store_table table;
    uint8_t last[UINT16_MAX]; /* the key to go on after */
    size_t last_n;
    unsigned n;
    bool more;
    struct arena *a;
    uint8_t *row; /* room for the C struct of any kind */
};

static void row_fault(struct rows *r, struct bytes key, const char *why)
{
    char place[128], hex[65];
    hex_encode((struct bytes){key.p, key.n < 32 ? key.n : 32}, hex);
    snprintf(place, sizeof place, "%s %s", table_name(r->table), hex);
    store_findings_add(&r->d->f, place, MEND_RESTORE, "%s", why);
}

static void check_row(struct rows *r, struct bytes key, struct bytes val, enum lang lang)
{
    struct err why = {.lang = lang};
    const struct row_kind *kind = r->d->s->kinds[r->table];
    if (r->table == T_KEY) {
        struct wrapped_key w;
        struct id id;
        struct key plain;
        if (key.n != sizeof id.b || val.n != sizeof w.b) {
            row_fault(r, key, tr(lang, N_("the wrapped key has a wrong size")));
            return;
        }
        memcpy(id.b, key.p, sizeof id.b);
        memcpy(w.b, val.p, sizeof w.b);
        if (!key_unwrap(r->d->s, &id, &w, &plain, &why)) {
            row_fault(r, key, why.text);
        }
        key_wipe(&plain);
    } else if (kind && !row_decode(kind, val, NULL, NULL, r->a, r->row, &why)) {
        row_fault(r, key, why.text);
    }
}

static bool visit_row(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct rows *r = ctx;
    if (r->n == ROWS_A_READ) {
        r->more = true;
        return false;
    }
    if (key.n == r->last_n && memcmp(key.p, r->last, key.n) == 0) {
        return true;
    }
    check_row(r, key, val, e->lang);
    memcpy(r->last, key.p, key.n);
    r->last_n = key.n;
    r->n++;
    return true;
}

static bool visit_some(struct txn *t, void *ctx, struct err *e)
{
    struct rows *r = ctx;
    uint8_t from[UINT16_MAX];
    size_t n = r->last_n;
    memcpy(from, r->last, n);
    r->n = 0;
    r->more = false;
    arena_reset(r->a);
    struct store_range range = {.table = r->table, .from = {from, n}};
    return store_walk(t, range, visit_row, r, e);
}

static size_t row_size(const struct row_kind *k)
{
    size_t most = 64;
    for (size_t i = 0; k && i < k->count; i++) {
        size_t end = k->fields[i].offset + sizeof(struct digests);
        most = end > most ? end : most;
    }
    return most;
}

static bool check_table_rows(struct doctor *d, enum store_table t, struct err *e)
{
    if (d->bad[t] || (t != T_KEY && !d->s->kinds[t])) {
        return true;
    }
    struct rows *r = mem_zalloc(sizeof *r);
    bool ok = r != NULL;
    if (ok) {
        *r = (struct rows){.d = d, .table = t, .a = arena_new(ROW_ARENA), .row = mem_alloc(row_size(d->s->kinds[t]))};
        ok = r->a && r->row;
    }
    if (!ok) {
        err_set(e, ERR_MEMORY, "out of memory");
    }
    while (ok) {
        ok = store_read(d->s, visit_some, r, e);
        d->checked += ok ? r->n : 0;
        if (!r->more) {
            break;
        }
    }
    if (r) {
        arena_free(&r->a);
        mem_free(r->row);
        mem_free(r);
    }
    return ok;
}

static bool check_rows(struct doctor *d, struct err *e)
{
    for (int t = 0; t < TABLE_COUNT; t++) {
        if (!check_table_rows(d, (enum store_table)t, e)) {
            return false;
        }
    }
    return true;
}

/* ---- the two doors */

bool store_doctor(struct store *s, store_finding finding, void *ctx, uint64_t *checked, struct err *e)
{
    struct doctor d = {.s = s, .f = {.tell = finding, .ctx = ctx, .lang = e->lang}};
    struct content_walk content = {.each = count_one, .foreign = tell_foreign, .ctx = &d};
    tell_notes(&d);
    check_format(&d, s->dir, s->dir_fd, e);
    bool ok = check_keys(&d, s->keys_fd, e) && check_live_bytes(&d, e) && (d.any_bad || check_structure(&d, e)) &&
              check_rows(&d, e) && keys_doctor(s, &d.f, e) && content_walk(s->content_fd, &content, e);
    check_space(&d);
    *checked = d.checked;
    return ok;
}

static bool open_part(struct doctor *d, int dir_fd, const char *name, int *fd)
{
    char place[32];
    *fd = disk_now()->openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (*fd < 0) {
        snprintf(place, sizeof place, "%s/", name);
        store_findings_add(&d->f, place,
                           strcmp(name, "keys") == 0 ? N_("put back the copy that the custodians keep") : MEND_RESTORE,
                           N_("the folder is missing or cannot be opened"));
    }
    return *fd >= 0;
}

/* Then the files may change under our eyes. */
static bool owned_by_another(int run_fd)
{
    CLEANUP(fd_close)
    int fd = run_fd < 0 ? -1 : disk_now()->openat(run_fd, "owner", O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;
}

static bool check_closed(struct doctor *d, int dir_fd, const char *dir, struct err *e)
{
    CLEANUP(fd_close) int env_fd = -1;
    CLEANUP(fd_close) int keys_fd = -1;
    CLEANUP(fd_close) int run_fd = disk_now()->openat(dir_fd, "run", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    struct stat st;
    check_format(d, dir, dir_fd, e);
    if (open_part(d, dir_fd, "keys", &keys_fd) && !check_keys(d, keys_fd, e)) {
        return false;
    }
    if (!open_part(d, dir_fd, "env", &env_fd)) {
        return true;
    }
    if (fstatat(env_fd, "DB_CONFIG", &st, AT_SYMLINK_NOFOLLOW) == 0) {
        store_findings_add(&d->f, "env/DB_CONFIG", N_("remove it; akta.conf holds the settings"),
                           N_("it would silently overrule the settings of the archive"));
    }
    return check_bytes(d, env_fd, run_fd, owned_by_another(run_fd), e);
}

bool store_doctor_closed(const char *dir, store_finding finding, void *ctx, struct err *e)
{
    struct doctor d = {.f = {.tell = finding, .ctx = ctx, .lang = e->lang}};
    struct stat st;
    CLEANUP(fd_close)
    int dir_fd = disk_now()->openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (dir_fd < 0) {
        return err_errno(e, errno, "cannot open the folder %s", dir);
    }
    if (fstatat(dir_fd, MANIFEST, &st, AT_SYMLINK_NOFOLLOW) == 0) { /* a backup */
        return backup_manifest_check(dir_fd, &d.f, &d.checked, e);
    }
    return check_closed(&d, dir_fd, dir, e);
}
