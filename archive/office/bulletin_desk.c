/* bulletin_desk.c: the newest snapshot for many threads. Whoever takes one holds it until it is given back; the one
 * that first sees that something was published, or that the day changed, reads the new one while the others go on with
 * the old. When reading fails the old one stays and the failure is told to nobody but the log; only without any it is
 * an error. */
#include "bulletin_internal.h"

#include <pthread.h>

struct shared {
    struct bulletin *b;
    size_t users;
    bool old; /* a newer one took its place: the last user frees it */
};

struct bulletin_desk {
    struct archive *a;
    pthread_mutex_t mutex;
    struct shared *now;
    struct shared *earlier[8]; /* replaced and still in use; more than these never are at once */
    bool loading;
    uint64_t refused; /* the generation that could not be read: not tried again until it changes */
    struct day refused_on;
};

static void shared_free(struct shared **s)
{
    if (*s != NULL) {
        bulletin_free(&(*s)->b);
        mem_free(*s);
        *s = NULL;
    }
}

static bool load(struct bulletin_desk *d, struct shared **out, struct err *e)
{
    struct shared *s = mem_zalloc(sizeof *s);
    if (s == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!bulletin_load(d->a, archive_today(d->a), &s->b, e)) {
        mem_free(s);
        return false;
    }
    *out = s;
    return true;
}

bool bulletin_desk_open(struct archive *a, struct bulletin_desk **out, struct err *e)
{
    struct bulletin_desk *d = mem_zalloc(sizeof *d);
    if (d == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    d->a = a;
    d->refused_on = DAY_NONE;
    if (!load(d, &d->now, e)) {
        mem_free(d);
        return false;
    }
    if (pthread_mutex_init(&d->mutex, NULL) != 0) {
        shared_free(&d->now);
        mem_free(d);
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *out = d;
    return true;
}

void bulletin_desk_close(struct bulletin_desk **d)
{
    if (*d == NULL) {
        return;
    }
    for (size_t i = 0; i < COUNT_OF((*d)->earlier); i++) {
        shared_free(&(*d)->earlier[i]);
    }
    shared_free(&(*d)->now);
    pthread_mutex_destroy(&(*d)->mutex);
    mem_free(*d);
    *d = NULL;
}

static bool stale(const struct bulletin_desk *d)
{
    struct day today = archive_today(d->a);
    uint64_t generation = conf_generation(d->a);
    const struct bulletin *b = d->now->b;
    bool same = b->generation == generation && b->on.n == today.n;
    return !same && !(d->refused == generation && d->refused_on.n == today.n);
}

/* A free place for the snapshot that is replaced; NULL: all are in use, and the replacing waits for the next one. */
static struct shared **place_for_earlier(struct bulletin_desk *d)
{
    for (size_t i = 0; i < COUNT_OF(d->earlier); i++) {
        if (d->earlier[i] == NULL) {
            return &d->earlier[i];
        }
    }
    return NULL;
}

/* Called with the mutex held; lets it go while it reads. */
static void renew(struct bulletin_desk *d)
{
    struct shared *fresh = NULL;
    struct err e = ERR_INIT;
    uint64_t generation = conf_generation(d->a);
    struct day today = archive_today(d->a);
    d->loading = true;
    pthread_mutex_unlock(&d->mutex);
    bool ok = load(d, &fresh, &e);
    if (!ok) {
        log_line(LOG_ERROR, "office", "the published documents could not be read anew reason=%s", err_name(e.code));
    }
    pthread_mutex_lock(&d->mutex);
    d->loading = false;
    struct shared **place = d->now->users > 0 ? place_for_earlier(d) : NULL;
    if (!ok) {
        d->refused = generation;
        d->refused_on = today;
    } else if (d->now->users > 0 && place == NULL) {
        shared_free(&fresh);
    } else {
        if (place != NULL) {
            d->now->old = true;
            *place = d->now;
        } else {
            shared_free(&d->now);
        }
        d->now = fresh;
    }
}

bool bulletin_take(struct bulletin_desk *d, const struct bulletin **out, struct err *e)
{
    (void)e;
    pthread_mutex_lock(&d->mutex);
    if (!d->loading && stale(d)) {
        renew(d);
    }
    d->now->users++;
    *out = d->now->b;
    pthread_mutex_unlock(&d->mutex);
    return true;
}

void bulletin_give(struct bulletin_desk *d, const struct bulletin **b)
{
    if (*b == NULL) {
        return;
    }
    pthread_mutex_lock(&d->mutex);
    if (d->now->b == *b) {
        d->now->users--;
    }
    for (size_t i = 0; i < COUNT_OF(d->earlier); i++) {
        struct shared *s = d->earlier[i];
        if (s != NULL && s->b == *b && --s->users == 0) {
            shared_free(&d->earlier[i]);
        }
    }
    pthread_mutex_unlock(&d->mutex);
    *b = NULL;
}
