/* ingest_types.c: media types off the critical path. A thread with a helper process of its own takes heads in the order
 * in which contents were read, while others are still being read. A helper that cannot be had means: all unknown. */
#include "ingest.h"

#include <pthread.h>

struct typist {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    struct ingest_slot *first, *last;
    bool closing;
    const char *program;
};

static struct ingest_slot *next_head(struct typist *t)
{
    pthread_mutex_lock(&t->lock);
    while (!t->first && !t->closing)
        pthread_cond_wait(&t->work, &t->lock);
    struct ingest_slot *s = t->first;
    if (s) {
        t->first = s->next_to_type;
        if (!t->first)
            t->last = NULL;
    }
    pthread_mutex_unlock(&t->lock);
    return s;
}

static void *typist_main(void *ctx)
{
    struct typist *t = ctx;
    struct inspector *i = NULL;
    bool tried = false;
    for (struct ingest_slot *s = next_head(t); s; s = next_head(t)) {
        if (!tried)
            i = inspector_start(t->program);
        tried = true;
        inspector_type(i, (struct bytes){s->head.p, s->head.n}, s->type, sizeof s->type);
        head_free(&s->head);
        pthread_mutex_lock(&t->lock);
        s->typed = true;
        pthread_cond_broadcast(&t->done);
        pthread_mutex_unlock(&t->lock);
    }
    inspector_stop(&i);
    return NULL;
}

struct typist *typist_start(const char *program, struct err *e)
{
    struct typist *t = mem_zalloc(sizeof *t);
    if (!t) {
        err_set(e, ERR_MEMORY, "out of memory");
        return NULL;
    }
    t->program = program;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->work, NULL);
    pthread_cond_init(&t->done, NULL);
    int rc = pthread_create(&t->thread, NULL, typist_main, t);
    if (rc == 0)
        return t;
    err_errno(e, rc, "starting a thread");
    mem_free(t);
    return NULL;
}

void typist_push(struct typist *t, struct ingest_slot *s)
{
    pthread_mutex_lock(&t->lock);
    s->next_to_type = NULL;
    if (t->last)
        t->last->next_to_type = s;
    else
        t->first = s;
    t->last = s;
    pthread_cond_signal(&t->work);
    pthread_mutex_unlock(&t->lock);
}

void typist_wait(struct typist *t, const struct ingest_slot *s)
{
    pthread_mutex_lock(&t->lock);
    while (!s->typed)
        pthread_cond_wait(&t->done, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

void typist_stop(struct typist **t)
{
    if (!*t)
        return;
    pthread_mutex_lock(&(*t)->lock);
    (*t)->closing = true;
    pthread_cond_signal(&(*t)->work);
    pthread_mutex_unlock(&(*t)->lock);
    pthread_join((*t)->thread, NULL);
    pthread_cond_destroy(&(*t)->done);
    pthread_cond_destroy(&(*t)->work);
    pthread_mutex_destroy(&(*t)->lock);
    mem_free(*t);
    *t = NULL;
}
