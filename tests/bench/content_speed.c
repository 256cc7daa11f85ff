/* content_speed.c: how fast the content half of the store takes in and proves files, without tables and tool.
 *
 *   content_speed add DIR LIST      every file named in LIST (one path a line) as one batch into the empty folder DIR,
 *                                   then all verified side by side; prints seconds, MB/s, stored bytes, peak memory
 *   content_speed one DIR FILE      one file, then verified
 *
 * Exit: 0 done; 2 usage; 4 failed. */
#include "archive/store/content_shelf.h"
#include "archive/store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct work {
    struct store store;
    struct content_job *jobs;
    struct file {
        const char *path;
        struct content_fd in;
    } * files;
    size_t n;
    atomic_size_t next;
    atomic_bool failed;
};

static void die(const struct err *e, const char *what)
{
    fprintf(stderr, "content_speed: %s: %s\n", what, e->text);
    exit(4);
}

static bool job_open(struct content_job *j, struct content_source *src, struct err *e)
{
    struct file *f = j->ctx;
    f->in.fd = open(f->path, O_RDONLY | O_CLOEXEC);
    if (f->in.fd < 0) {
        return err_errno(e, errno, "cannot open %s", f->path);
    }
    *src = content_source_fd(&f->in);
    return true;
}

static void job_close(struct content_job *j)
{
    struct file *f = j->ctx;
    fd_close(&f->in.fd);
}

static void jobs_make(struct work *w, char **paths, size_t n)
{
    w->jobs = calloc(n, sizeof *w->jobs);
    w->files = calloc(n, sizeof *w->files);
    w->n = n;
    if (w->jobs == NULL || w->files == NULL) {
        exit(4);
    }
    for (size_t i = 0; i < n; i++) {
        w->files[i].path = paths[i];
        w->jobs[i] = (struct content_job){.open = job_open, .close = job_close, .ctx = &w->files[i]};
        key_random(&w->jobs[i].key);
        id_random(&w->jobs[i].object);
    }
}

static void *verify_some(void *p)
{
    struct work *w = p;
    struct err e = ERR_INIT;
    for (size_t i = w->next++; i < w->n; i = w->next++) {
        const struct content_job *j = &w->jobs[i];
        if (!content_verify(&w->store, &j->out, &j->key, &j->object, NULL, NULL, &e)) {
            fprintf(stderr, "content_speed: %s: %s\n", w->files[i].path, e.text);
            w->failed = true;
        }
    }
    return NULL;
}

static double seconds_since(uint64_t start)
{
    return (double)(monotonic_ns() - start) / 1e9;
}

/* Peak memory and processor seconds so far, as text. */
static const char *usage(void)
{
    static char text[96];
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    snprintf(text, sizeof text, "user %.2f s, system %.2f s, peak %ld kB",
             (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6,
             (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec / 1e6, u.ru_maxrss);
    return text;
}

static void take_in(struct work *w)
{
    struct err e = ERR_INIT;
    uint64_t plain = 0, stored = 0, start = monotonic_ns();
    struct content_batch *b = content_batch_new(&w->store, &e);
    if (b == NULL || !content_add_all(b, w->jobs, w->n, NULL, NULL, &e)) {
        die(&e, "add");
    }
    double added = seconds_since(start);
    if (!content_batch_sync(b, &e)) {
        die(&e, "sync");
    }
    double all = seconds_since(start);
    for (size_t i = 0; i < w->n; i++) {
        if (!w->jobs[i].ok) {
            die(&w->jobs[i].e, w->files[i].path);
        }
        plain += w->jobs[i].out.size;
        stored += w->jobs[i].out.stored;
    }
    printf("ingest %zu files: %.3f s (sync %.3f), %.0f MB/s, plain %llu, stored %llu, %s\n", w->n, all, all - added,
           (double)plain / all / 1e6, (unsigned long long)plain, (unsigned long long)stored, usage());
}

static void verify_all(struct work *w)
{
    uint64_t plain = 0, start = monotonic_ns();
    pthread_t thread[16];
    unsigned threads = w->n > 1 && w->store.shelf->cores < 16 ? w->store.shelf->cores - 1 : 0;
    for (unsigned i = 0; i < threads; i++) {
        pthread_create(&thread[i], NULL, verify_some, w);
    }
    verify_some(w);
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }
    for (size_t i = 0; i < w->n; i++) {
        plain += w->jobs[i].out.size;
    }
    double t = seconds_since(start);
    printf("verify: %.3f s, %.0f MB/s, %s\n", t, (double)plain / t / 1e6, usage());
}

static size_t read_list(const char *list, char ***paths)
{
    FILE *f = fopen(list, "re");
    char *line = NULL;
    size_t room = 0, n = 0;
    *paths = NULL;
    for (ssize_t got; f != NULL && (got = getline(&line, &room, f)) > 0; n++) {
        line[got - (line[got - 1] == '\n')] = '\0';
        *paths = realloc(*paths, (n + 1) * sizeof **paths);
        (*paths)[n] = strdup(line);
    }
    free(line);
    if (f != NULL) {
        fclose(f);
    }
    return n;
}

int main(int argc, char **argv)
{
    struct work w = {0};
    struct err e = ERR_INIT;
    bool one = argc == 4 && strcmp(argv[1], "one") == 0;
    if (argc != 4 || (!one && strcmp(argv[1], "add") != 0)) {
        fprintf(stderr, "content_speed add DIR LIST | content_speed one DIR FILE\n");
        return 2;
    }
    char **paths = argv + 3;
    size_t n = one ? 1 : read_list(argv[3], &paths);
    int dir = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (n == 0 || dir < 0) {
        fprintf(stderr, "content_speed: nothing to do, or no folder %s\n", argv[2]);
        return 4;
    }
    w.store.env_fd = w.store.run_fd = dir;
    if (!crypto_init(&e) || !content_shelf_open(dir, 0, &w.store.shelf, &e)) {
        die(&e, argv[2]);
    }
    jobs_make(&w, paths, n);
    take_in(&w);
    verify_all(&w);
    content_shelf_close(&w.store.shelf);
    return w.failed ? 4 : 0;
}
