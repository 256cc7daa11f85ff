/* scratch.h: a folder of a test's own under TMPDIR, removed at the end. */
#ifndef AKTA_TESTS_SCRATCH_H
#define AKTA_TESTS_SCRATCH_H
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scratch {
    char path[256];
    int dir; /* open on the folder */
};

static inline struct scratch scratch_make(void)
{
    struct scratch s = {.dir = -1};
    const char *top = getenv("TMPDIR");
    snprintf(s.path, sizeof s.path, "%s/akta-test-XXXXXX", top != NULL ? top : "/tmp");
    if (mkdtemp(s.path) == NULL || (s.dir = open(s.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        perror(s.path);
        exit(2);
    }
    return s;
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void scratch_remove(struct scratch *s)
{
    close(s->dir);
    nftw(s->path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
