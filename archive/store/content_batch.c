/* content_batch.c: many new content files, made durable in one step.
 *
 * Order: temporaries beside their place (".cdef…"), all their bytes on disk, all renamed, each touched folder synced.
 * Only then may a transaction name one. A crash before leaves temporaries, one in between files that nothing names; the
 * sweep removes both. All files of a batch go into one folder, drawn at random, because every further folder would cost
 * a flush of its own.
 *
 * How to wait for the disk was measured (ext4, 1,500 files, 215 MB): syncfs 3 to 30 ms, fdatasync by two threads 60 to
 * 290 ms, one by one 130 to 590 ms; where a sync takes 5 ms that is 5 ms against 3.8 s and 7.5 s. So a few files are
 * synced each, which does not wait for what others write, and more by syncfs. A failed sync ends the process: after it
 * nobody knows which bytes the disk has (syncfs reports errors since Linux 5.8). */
#include "content_write.h"
#include "store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#define SYNC_EACH_MAX  4u           /* up to so many files are synced one by one, more by syncfs */
#define FOLDER_FILES   4096u        /* of one batch; then it draws another folder */
#define INLINE_CEILING (256u << 20) /* bytes of inline boxes that a batch holds */
#define WRITE_EARLY    (64u << 10)  /* smaller files are left to the sync, which gathers them */
#define FILE_MODE      0600

enum batch_state { BATCH_OPEN, BATCH_SYNCED, BATCH_BROKEN };

struct content_batch {
    const struct store *store;
    struct content_shelf *shelf;
    pthread_mutex_t lock; /* over all below */
    enum batch_state state;
    int dir; /* opened before the first write, so that syncfs on it reports every error since */
    struct arena *boxes;
    struct id *names;
    size_t count, room, in_folder;
    uint8_t folder;
    uint8_t touched[32]; /* one bit for each folder */
};

struct content_batch *content_batch_new(struct store *s, struct err *e)
{
    struct content_batch *b = mem_zalloc(sizeof *b);
    if (b == NULL) {
        err_set(e, ERR_MEMORY, "out of memory");
        return NULL;
    }
    b->store = s;
    b->shelf = content_shelf_of(s);
    pthread_mutex_init(&b->lock, NULL);
    b->boxes = arena_new(INLINE_CEILING);
    b->dir = disk_now()->openat(b->shelf->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (b->dir < 0) {
        err_errno(e, errno, "the content folder cannot be opened");
    } else if (b->boxes == NULL) {
        err_set(e, ERR_MEMORY, "out of memory");
    } else {
        return b;
    }
    b->state = BATCH_SYNCED;
    content_batch_free(&b);
    return NULL;
}

static void remove_all(const struct content_batch *b)
{
    char path[CONTENT_PATH_SIZE];
    for (size_t i = 0; i < b->count; i++) {
        for (int temporary = 0; temporary < 2; temporary++) {
            content_path(&b->names[i], temporary == 1, path);
            (void)disk_now()->unlinkat(b->dir, path, 0); /* what stays is swept later */
        }
    }
}

void content_batch_free(struct content_batch **bp)
{
    struct content_batch *b = *bp;
    if (b == NULL) {
        return;
    }
    if (b->state != BATCH_SYNCED) {
        remove_all(b);
    }
    arena_free(&b->boxes);
    fd_close(&b->dir);
    mem_free(b->names);
    pthread_mutex_destroy(&b->lock);
    mem_free(b);
    *bp = NULL;
}

/* ---------------------------------------------------------------- adding */

static bool names_grow(struct content_batch *b)
{
    if (b->count < b->room) {
        return true;
    }
    size_t room = b->room == 0 ? 16 : b->room * 2;
    struct id *grown = mem_realloc(b->names, room * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    b->names = grown;
    b->room = room;
    return true;
}

/* A name that the batch remembers, so that the file goes with it. */
static bool name_new(struct content_batch *b, struct id *name, struct err *e)
{
    id_random(name);
    pthread_mutex_lock(&b->lock);
    bool open = b->state == BATCH_OPEN, ok = open && names_grow(b);
    if (ok) {
        if (b->in_folder++ % FOLDER_FILES == 0) {
            b->folder = name->b[0];
        }
        name->b[0] = b->folder;
        b->touched[b->folder / 8] |= (uint8_t)(1u << b->folder % 8);
        b->names[b->count++] = *name;
    }
    pthread_mutex_unlock(&b->lock);
    if (!open) {
        return err_set(e, ERR_STATE, "this batch of contents is closed; begin a new one");
    }
    return ok || err_set(e, ERR_MEMORY, "out of memory");
}

static bool folder_make(struct content_batch *b, const char *path, struct err *e)
{
    char folder[3] = {path[0], path[1], '\0'};
    pthread_mutex_lock(&b->lock);
    bool ok = dir_make(b->dir, folder, 0700, e);
    pthread_mutex_unlock(&b->lock);
    return ok;
}

/* One file being added: what content_write asks for. */
struct adding {
    struct content_batch *batch;
    struct id name;
    bool named; /* the batch remembers the name */
    int fd;
};

static bool file_open(void *ctx, struct id *name, int *fd, struct err *e)
{
    struct adding *a = ctx;
    char path[CONTENT_PATH_SIZE];
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    a->named = name_new(a->batch, &a->name, e);
    if (!a->named) {
        return false;
    }
    content_path(&a->name, true, path);
    a->fd = disk_now()->openat(a->batch->dir, path, flags, FILE_MODE);
    if (a->fd < 0 && errno == ENOENT) {
        if (!folder_make(a->batch, path, e)) {
            return false;
        }
        a->fd = disk_now()->openat(a->batch->dir, path, flags, FILE_MODE);
    }
    if (a->fd < 0) {
        return err_errno(e, errno, "the content file content/%s cannot be made", path);
    }
    *name = a->name;
    *fd = a->fd;
    return true;
}

/* A store whose tables are not open owes them no room. */
static bool space_for_content(const struct store *s)
{
    return s->engine != NULL ? space_enough(s) : space_free(s) >= s->config.floor_bytes;
}

/* Content stays clear of the last room on the disk, which recovery needs. */
static bool room_left(void *ctx, struct err *e)
{
    const struct adding *a = ctx;
    return space_for_content(a->batch->store) ||
           err_set(e, ERR_FULL, "the disk is nearly full: %lu MB free; nothing was changed, free some space",
                   (unsigned long)(space_free(a->batch->store) >> 20));
}

/* What was begun for a content that failed goes at once. */
static void file_drop(struct adding *a)
{
    struct content_batch *b = a->batch;
    char path[CONTENT_PATH_SIZE];
    content_path(&a->name, true, path);
    (void)disk_now()->unlinkat(b->dir, path, 0);
    pthread_mutex_lock(&b->lock);
    for (size_t i = b->count; i-- > 0;) {
        if (memcmp(&b->names[i], &a->name, sizeof a->name) == 0) {
            b->names[i] = b->names[--b->count];
            break;
        }
    }
    pthread_mutex_unlock(&b->lock);
}

/* Adds one content; `a` NULL: the inline box goes into the batch's own memory. */
static bool add(struct content_batch *b, const struct content_source *src, const struct key *key,
                const struct id *object, struct arena *a, struct content *out, struct err *e)
{
    struct adding adding = {.batch = b, .fd = -1};
    struct content_place place = {.open = file_open, .room = room_left, .ctx = &adding};
    struct content_box box;
    struct content c;
    bool ok = content_write(b->shelf, src, key, object, &place, &c, &box, e);
    if (ok && c.stored >= WRITE_EARLY && adding.fd >= 0) {
        (void)sync_file_range(adding.fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* a hint: the disk may begin */
    }
    fd_close(&adding.fd);
    if (ok && box.n > 0) {
        if (a == NULL) {
            pthread_mutex_lock(&b->lock);
        }
        c.inline_sealed = arena_bytes(a == NULL ? b->boxes : a, (struct bytes){box.b, box.n});
        if (a == NULL) {
            pthread_mutex_unlock(&b->lock);
        }
        ok = c.inline_sealed.p != NULL || err_set(e, ERR_MEMORY, "out of memory");
    }
    if (ok) {
        *out = c;
    } else if (adding.named) {
        file_drop(&adding);
    }
    return ok;
}

bool content_add(struct content_batch *b, struct content_source src, const struct key *key, const struct id *object,
                 struct arena *a, struct content *out, struct err *e)
{
    return add(b, &src, key, object, a, out, e);
}

/* ---------------------------------------------------------------- a list of jobs over all cores */

#define CROWDED_NS    100000000u /* so long after the last word of it */
#define REST_FOR_WORK 3u
#define REST_MOST_NS  100000000u
#define STARVED_NS    1000000000u

struct crew {
    struct content_batch *batch;
    struct content_job *jobs;
    size_t n;
    pthread_mutex_t lock;
    size_t next;
    bool stopped;
    bool (*stop)(void *);
    void *stop_ctx;
};

/* The next job, or NULL at the end. stop is asked by one thread at a time. */
static struct content_job *job_take(struct crew *c)
{
    struct content_job *j = NULL;
    pthread_mutex_lock(&c->lock);
    if (c->next < c->n && !c->stopped && c->stop != NULL) {
        c->stopped = c->stop(c->stop_ctx);
    }
    if (c->next < c->n && !c->stopped) {
        j = &c->jobs[c->next++];
    }
    pthread_mutex_unlock(&c->lock);
    return j;
}

static void job_do(struct crew *c, struct content_job *j)
{
    struct content_source src;
    j->ok = j->open(j, &src, &j->e);
    if (!j->ok) {
        return;
    }
    j->ok = add(c->batch, &src, &j->key, &j->object, NULL, &j->out, &j->e);
    if (j->close != NULL) {
        j->close(j);
    }
}

static bool is_crowded(const struct crew *c)
{
    uint64_t at = atomic_load_explicit(&c->batch->shelf->crowded_ns, memory_order_relaxed);
    return at != 0 && monotonic_ns() - at < CROWDED_NS;
}

/* Where others wait for an answer, a thread of the crew rests after each content, and works only when nobody else wants
 * the processor. One without the other does not help (99 of 100 pages in 2.1 to 2.7 times as long; both: 1.4 to 1.9):
 * a low share alone lets a thread finish its turn, and what the kernel does for it has the kernel's priority. The
 * thread cannot come back from this, but it ends with its list. */
static void give_way(uint64_t worked)
{
    const struct sched_param none = {0};
    uint64_t rest = worked * REST_FOR_WORK < REST_MOST_NS ? worked * REST_FOR_WORK : REST_MOST_NS;
    (void)sched_setscheduler(0, SCHED_IDLE, &none); /* nobody is refused to stand back */
    nanosleep(&(struct timespec){.tv_nsec = (long)rest}, NULL);
}

/* On a machine that is full, who stands back may get no turn at all: then the caller does the rest of the list. */
static void crew_work(struct crew *c, bool own_thread)
{
    bool stands_back = false;
    for (struct content_job *j = job_take(c); j != NULL; j = job_take(c)) {
        uint64_t begun = monotonic_ns();
        job_do(c, j);
        uint64_t worked = monotonic_ns() - begun;
        if (stands_back && worked > STARVED_NS) {
            return;
        }
        if (own_thread && is_crowded(c)) {
            give_way(worked);
            stands_back = true;
        }
    }
}

static void *crew_main(void *p)
{
    crew_work(p, true);
    return NULL;
}

#define CREW_MAX 16u

/* The caller waits, and does what its threads leave. */
static void crew_run(struct crew *c, unsigned cores)
{
    pthread_t thread[CREW_MAX];
    unsigned started = 0;
    while (started < cores && started < c->n && started < CREW_MAX) {
        if (pthread_create(&thread[started], NULL, crew_main, c) != 0) {
            break; /* fewer threads do the same work */
        }
        started++;
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(thread[i], NULL);
    }
    crew_work(c, false);
}

bool content_add_all(struct content_batch *b, struct content_job *jobs, size_t n, bool (*stop)(void *), void *stop_ctx,
                     struct err *e)
{
    struct crew c = {
        .batch = b, .jobs = jobs, .n = n, .stop = stop, .stop_ctx = stop_ctx, .lock = PTHREAD_MUTEX_INITIALIZER};
    if (b->state != BATCH_OPEN) {
        return err_set(e, ERR_STATE, "this batch of contents is closed; begin a new one");
    }
    for (size_t i = 0; i < n; i++) {
        jobs[i].ok = false;
    }
    crew_run(&c, b->shelf->cores);
    pthread_mutex_destroy(&c.lock);
    for (size_t i = c.next; i < n; i++) {
        err_set(&jobs[i].e, ERR_INTERRUPTED, "not taken in: the work was stopped before it");
    }
    return true;
}

/* ---------------------------------------------------------------- the durable step */

static bool sync_one(const struct content_batch *b, const char *path, struct err *e)
{
    int fd CLEANUP(fd_close) = disk_now()->openat(b->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0) {
        return err_errno(e, errno, "the content file content/%s cannot be opened again", path);
    }
    if (disk_now()->fdatasync(fd) != 0) {
        store_fail_stop(b->store->run_fd, "sync of a content file failed: %s", strerror(errno));
    }
    return true;
}

static bool sync_data(const struct content_batch *b, struct err *e)
{
    char path[CONTENT_PATH_SIZE];
    if (b->count > SYNC_EACH_MAX) {
        if (disk_now()->syncfs(b->dir) != 0) {
            store_fail_stop(b->store->run_fd, "syncfs of the content folder failed: %s", strerror(errno));
        }
        return true;
    }
    for (size_t i = 0; i < b->count; i++) {
        content_path(&b->names[i], true, path);
        if (!sync_one(b, path, e)) {
            return false;
        }
    }
    return true;
}

static bool rename_all(const struct content_batch *b, struct err *e)
{
    char from[CONTENT_PATH_SIZE], to[CONTENT_PATH_SIZE];
    for (size_t i = 0; i < b->count; i++) {
        content_path(&b->names[i], true, from);
        content_path(&b->names[i], false, to);
        if (disk_now()->renameat(b->dir, from, b->dir, to) != 0) {
            return err_errno(e, errno, "the content file content/%s cannot be given its name", to);
        }
    }
    return true;
}

/* The names of the folders themselves. One that was found may be the work of a process that was killed, or of a batch
 * that has not come so far: it is new to the disk unless this process has seen it synced. */
static bool settle_folders(const struct content_batch *b, struct err *e)
{
    struct content_shelf *sh = b->shelf;
    uint8_t unsettled = 0;
    pthread_mutex_lock(&sh->lock);
    for (size_t i = 0; i < sizeof sh->settled; i++) {
        unsettled |= (uint8_t)(b->touched[i] & ~sh->settled[i]);
    }
    pthread_mutex_unlock(&sh->lock);
    if (unsettled == 0) {
        return true;
    }
    if (!dir_sync(b->dir, e)) {
        return false;
    }
    pthread_mutex_lock(&sh->lock);
    for (size_t i = 0; i < sizeof sh->settled; i++) {
        sh->settled[i] |= b->touched[i];
    }
    pthread_mutex_unlock(&sh->lock);
    return true;
}

static bool sync_folders(const struct content_batch *b, struct err *e)
{
    for (unsigned i = 0; i < 256; i++) {
        if ((b->touched[i / 8] & 1u << i % 8) == 0) {
            continue;
        }
        char name[3];
        hex_encode((struct bytes){(uint8_t[1]){(uint8_t)i}, 1}, name);
        int fd CLEANUP(fd_close) = disk_now()->openat(b->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (fd < 0) {
            return err_errno(e, errno, "the folder content/%s cannot be opened", name);
        }
        if (!dir_sync(fd, e)) {
            return false;
        }
    }
    return settle_folders(b, e);
}

bool content_batch_sync(struct content_batch *b, struct err *e)
{
    pthread_mutex_lock(&b->lock);
    bool open = b->state == BATCH_OPEN;
    b->state = BATCH_BROKEN; /* no more adding; synced when all went well */
    pthread_mutex_unlock(&b->lock);
    if (!open) {
        return err_set(e, ERR_STATE, "this batch of contents is closed; begin a new one");
    }
    if (b->count > 0 && (!sync_data(b, e) || !rename_all(b, e) || !sync_folders(b, e))) {
        return false;
    }
    b->state = BATCH_SYNCED;
    return true;
}
