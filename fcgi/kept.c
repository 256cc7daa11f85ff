/* kept.c: public pages as they were sent a moment ago.
 *
 * A page is kept under its address until something is published, the day changes, or KEPT_NS is over: what a page shows
 * besides (the office's name, the log's head) may be that old, which is far less than its readers keep it. Owns a fixed
 * table, one page a slot and the newest wins; more than KEPT_BYTES in all are not taken, so pages that are over make
 * room, or who once reads through the whole register would shut everybody's pages out for good. A page is copied
 * outside of its lock: a thread that loses its processor in the midst of it holds nobody up. Never fails: a page that
 * is not here is made. */
#include "window.h"

#include <pthread.h>
#include <string.h>

#define KEPT_SLOTS 1024u
#define KEPT_LOCKS 16u
#define KEPT_PATH  120u
#define KEPT_NS    1000000000u
#define KEPT_BYTES (12u << 20)
#define KEPT_LARGE (256u << 10)
#define SWEEP_NS   100000000u

struct page {
    atomic_uint users; /* the slot, and whoever copies it */
    size_t n;
    uint8_t body[];
};
struct slot {
    char path[KEPT_PATH];
    size_t path_n;
    struct kept_stamp stamp;
    uint64_t made_ns;
    const char *type;
    char etag[ETAG_SIZE];
    struct page *page; /* NULL: none */
};
struct kept {
    pthread_mutex_t locks[KEPT_LOCKS];
    struct slot slots[KEPT_SLOTS];
    atomic_size_t bytes;
    atomic_uint_fast64_t swept_ns;
};

static void leave(struct page *p)
{
    if (p != NULL && atomic_fetch_sub(&p->users, 1) == 1) {
        mem_free(p);
    }
}

struct kept *kept_new(void)
{
    struct kept *k = mem_zalloc(sizeof *k);
    for (size_t i = 0; k != NULL && i < KEPT_LOCKS; i++) {
        pthread_mutex_init(&k->locks[i], NULL);
    }
    return k;
}

void kept_free(struct kept **kept)
{
    struct kept *k = *kept;
    if (k == NULL) {
        return;
    }
    for (size_t i = 0; i < KEPT_SLOTS; i++) {
        leave(k->slots[i].page);
    }
    for (size_t i = 0; i < KEPT_LOCKS; i++) {
        pthread_mutex_destroy(&k->locks[i]);
    }
    mem_free(k);
    *kept = NULL;
}

/* FNV-1a: a slot, no secret. */
static size_t slot_of(struct str path)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < path.n; i++) {
        h = (h ^ (unsigned char)path.p[i]) * 16777619u;
    }
    return h % KEPT_SLOTS;
}

static bool is_it(const struct slot *s, struct str path, const struct kept_stamp *stamp)
{
    return s->page != NULL && s->path_n == path.n && memcmp(s->path, path.p, path.n) == 0 &&
           s->stamp.generation == stamp->generation && s->stamp.day.n == stamp->day.n &&
           monotonic_ns() - s->made_ns < KEPT_NS;
}

bool kept_find(struct kept *k, struct str path, const struct kept_stamp *stamp, struct answer *a)
{
    if (k == NULL || path.n > KEPT_PATH) {
        return false;
    }
    size_t at = slot_of(path);
    struct slot *s = &k->slots[at];
    struct page *page = NULL;
    pthread_mutex_lock(&k->locks[at % KEPT_LOCKS]);
    if (is_it(s, path, stamp)) {
        page = s->page;
        atomic_fetch_add(&page->users, 1);
        a->status = 200;
        a->type = s->type;
        memcpy(a->etag, s->etag, sizeof a->etag);
    }
    pthread_mutex_unlock(&k->locks[at % KEPT_LOCKS]);
    if (page == NULL) {
        return false;
    }
    buf_add(&a->body, page->body, page->n);
    leave(page);
    return true;
}

static struct page *page_of(const struct answer *a)
{
    struct page *p = mem_alloc(sizeof *p + a->body.n);
    if (p != NULL) {
        atomic_init(&p->users, 1);
        p->n = a->body.n;
        memcpy(p->body, a->body.p, a->body.n);
    }
    return p;
}

/* Returns what lay there before. */
static struct page *replace(struct slot *s, struct str path, const struct kept_stamp *stamp, const struct answer *a,
                            struct page *page)
{
    struct page *before = s->page;
    memcpy(s->path, path.p, path.n);
    memcpy(s->etag, a->etag, sizeof s->etag);
    s->path_n = path.n;
    s->page = page;
    s->stamp = *stamp;
    s->type = a->type;
    s->made_ns = monotonic_ns();
    return before;
}

/* Pages that are over leave, one lock's after the other's. */
static void sweep(struct kept *k)
{
    uint64_t now = monotonic_ns(), before = atomic_load(&k->swept_ns);
    if (now - before < SWEEP_NS || !atomic_compare_exchange_strong(&k->swept_ns, &before, now)) {
        return;
    }
    for (size_t lock = 0; lock < KEPT_LOCKS; lock++) {
        pthread_mutex_lock(&k->locks[lock]);
        for (size_t i = lock; i < KEPT_SLOTS; i += KEPT_LOCKS) {
            struct slot *s = &k->slots[i];
            if (s->page != NULL && now - s->made_ns >= KEPT_NS && now > s->made_ns) {
                atomic_fetch_sub(&k->bytes, s->page->n);
                leave(s->page);
                s->page = NULL;
            }
        }
        pthread_mutex_unlock(&k->locks[lock]);
    }
}

void kept_put(struct kept *k, struct str path, const struct kept_stamp *stamp, const struct answer *a)
{
    if (k == NULL || path.n > KEPT_PATH || a->body.n == 0 || a->body.n > KEPT_LARGE || a->body.failed) {
        return;
    }
    size_t at = slot_of(path);
    struct slot *s = &k->slots[at];
    struct page *page = page_of(a);
    if (atomic_load(&k->bytes) + a->body.n > KEPT_BYTES) {
        sweep(k);
    }
    pthread_mutex_lock(&k->locks[at % KEPT_LOCKS]);
    size_t before = s->page != NULL ? s->page->n : 0;
    if (page != NULL && atomic_load(&k->bytes) + page->n - before <= KEPT_BYTES) {
        atomic_fetch_add(&k->bytes, page->n - before);
        page = replace(s, path, stamp, a, page);
    }
    pthread_mutex_unlock(&k->locks[at % KEPT_LOCKS]);
    leave(page);
}
