/* content_shelf.c: buffers, tools and paths of the content half.
 *
 * Owns a pool of chunk buffers and packing tools, so that a small content costs no fresh megabytes, and the rule that
 * one content at a time is wide: the others make do with one chunk in memory. Fails with ERR_MEMORY or ERR_IO. */
#include "content_shelf.h"

#include "store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define IDLE_MAX        12u /* buffers kept for the next piece of work */
#define CROWDED_STEP_NS 10000000u

static unsigned machine_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (unsigned)n;
}

bool content_shelf_open(int dir_fd, unsigned cores, struct content_shelf **out, struct err *e)
{
    struct content_shelf *sh = mem_zalloc(sizeof *sh);
    if (sh == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    sh->cores = cores == 0 ? machine_cores() : cores;
    sh->dir = fcntl(dir_fd, F_DUPFD_CLOEXEC, 3);
    if (sh->dir < 0) {
        err_errno(e, errno, "the content folder cannot be used");
        mem_free(sh);
        return false;
    }
    pthread_mutex_init(&sh->lock, NULL);
    *out = sh;
    return true;
}

/* Everybody who is answered may say so: the one figure that they share is written once in a while. */
void store_crowded(struct store *s, uint64_t now_ns)
{
    uint64_t before = atomic_load_explicit(&s->shelf->crowded_ns, memory_order_relaxed);
    if (now_ns - before > CROWDED_STEP_NS) {
        atomic_store_explicit(&s->shelf->crowded_ns, now_ns, memory_order_relaxed);
    }
}

static void slot_free(struct content_slot *s)
{
    mem_free(s->plain);
    mem_free(s->stored);
    mem_free(s);
}

static void tools_free(struct content_tools *t)
{
    deflater_free(&t->deflater);
    inflater_free(&t->inflater);
    mem_free(t->packed);
    mem_free(t);
}

void content_shelf_close(struct content_shelf **sh)
{
    struct content_shelf *s = *sh;
    if (s == NULL) {
        return;
    }
    while (s->slots != NULL) {
        struct content_slot *slot = s->slots;
        s->slots = slot->next;
        slot_free(slot);
    }
    while (s->tools != NULL) {
        struct content_tools *t = s->tools;
        s->tools = t->next;
        tools_free(t);
    }
    fd_close(&s->dir);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
    *sh = NULL;
}

struct content_shelf *content_shelf_of(const struct store *s)
{
    return s->shelf;
}

/* ---------------------------------------------------------------- the pool */

static struct content_slot *slot_new(void)
{
    struct content_slot *s = mem_zalloc(sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->plain = mem_alloc(CONTENT_CHUNK);
    s->stored = mem_alloc(CONTENT_STORED_MAX);
    if (s->plain != NULL && s->stored != NULL) {
        return s;
    }
    slot_free(s);
    return NULL;
}

static struct content_tools *tools_new(void)
{
    struct content_tools *t = mem_zalloc(sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    t->packed = mem_alloc(CONTENT_CHUNK);
    if (t->packed != NULL) {
        return t;
    }
    tools_free(t);
    return NULL;
}

static struct content_slot *slot_take(struct content_shelf *sh)
{
    pthread_mutex_lock(&sh->lock);
    struct content_slot *s = sh->slots;
    if (s != NULL) {
        sh->slots = s->next;
        sh->idle_slots--;
    }
    pthread_mutex_unlock(&sh->lock);
    return s != NULL ? s : slot_new();
}

static struct content_tools *tools_take(struct content_shelf *sh)
{
    pthread_mutex_lock(&sh->lock);
    struct content_tools *t = sh->tools;
    if (t != NULL) {
        sh->tools = t->next;
        sh->idle_tools--;
    }
    pthread_mutex_unlock(&sh->lock);
    return t != NULL ? t : tools_new();
}

static void slot_give(struct content_shelf *sh, struct content_slot *s)
{
    pthread_mutex_lock(&sh->lock);
    bool keep = sh->idle_slots < IDLE_MAX;
    if (keep) {
        s->next = sh->slots;
        sh->slots = s;
        sh->idle_slots++;
    }
    pthread_mutex_unlock(&sh->lock);
    if (!keep) {
        slot_free(s);
    }
}

static void tools_give(struct content_shelf *sh, struct content_tools *t)
{
    pthread_mutex_lock(&sh->lock);
    bool keep = sh->idle_tools < IDLE_MAX;
    if (keep) {
        t->next = sh->tools;
        sh->tools = t;
        sh->idle_tools++;
    }
    pthread_mutex_unlock(&sh->lock);
    if (!keep) {
        tools_free(t);
    }
}

/* ---------------------------------------------------------------- kits */

static bool add_worker(struct content_kit *kit)
{
    struct content_tools *t = tools_take(kit->shelf);
    if (t != NULL) {
        kit->tools[kit->workers++] = t;
    }
    return t != NULL;
}

static bool add_slot(struct content_kit *kit)
{
    struct content_slot *s = slot_take(kit->shelf);
    if (s != NULL) {
        kit->slot[kit->slots++] = s;
    }
    return s != NULL;
}

bool content_kit_take(struct content_shelf *sh, struct content_kit *kit, struct err *e)
{
    *kit = (struct content_kit){.shelf = sh};
    if (add_worker(kit) && add_slot(kit)) {
        return true;
    }
    content_kit_return(kit);
    return err_set(e, ERR_MEMORY, "out of memory");
}

static bool wide_try(struct content_shelf *sh)
{
    pthread_mutex_lock(&sh->lock);
    bool got = !sh->wide_taken;
    sh->wide_taken = true;
    pthread_mutex_unlock(&sh->lock);
    return got;
}

/* One worker more than cores, because one of them often waits for the disk. */
void content_kit_widen(struct content_kit *kit)
{
    if (kit->wide || kit->shelf->cores < 2 || !wide_try(kit->shelf)) {
        return;
    }
    kit->wide = true;
    while (kit->workers <= kit->shelf->cores && kit->workers < CONTENT_LINE_WORKERS && add_worker(kit)) {
        continue;
    }
    while (kit->slots < CONTENT_LINE_SLOTS && add_slot(kit)) {
        continue;
    }
}

void content_kit_return(struct content_kit *kit)
{
    while (kit->workers > 0) {
        tools_give(kit->shelf, kit->tools[--kit->workers]);
    }
    while (kit->slots > 0) {
        slot_give(kit->shelf, kit->slot[--kit->slots]);
    }
    if (!kit->wide) {
        return;
    }
    pthread_mutex_lock(&kit->shelf->lock);
    kit->shelf->wide_taken = false;
    pthread_mutex_unlock(&kit->shelf->lock);
    kit->wide = false;
}

bool content_tools_deflater(struct content_tools *t, struct err *e)
{
    if (t->deflater == NULL) {
        t->deflater = deflater_new();
    }
    return t->deflater != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

bool content_tools_inflater(struct content_tools *t, struct err *e)
{
    if (t->inflater == NULL) {
        t->inflater = inflater_new();
    }
    return t->inflater != NULL || err_set(e, ERR_MEMORY, "out of memory");
}
