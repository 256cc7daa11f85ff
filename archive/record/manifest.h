/* manifest.h: a list of case files and their documents, read and checked, before it is taken in. */
#ifndef AKTA_RECORD_MANIFEST_H
#define AKTA_RECORD_MANIFEST_H

#include "csv.h"
#include "record_internal.h"

struct manifest_file {
    size_t line; /* where it is named first */
    struct str mark, unit, symbol, title, category, reason, facts;
    struct day opened, closed;
    bool bad;        /* a problem was told of it */
    bool exists;     /* in the archive already, with this very data */
    bool incomplete; /* a document of it could not be taken in */
    struct id id;    /* of the archive, once it is known */
};
struct manifest_row {
    size_t line, file;
    struct str path, title, origin, shelf;
    struct day dated;
    uint64_t access, size;
    bool found; /* the caller saw it, and its size */
    bool known; /* an earlier run of the same list took it in */
};
struct manifest {
    struct arena *arena;
    struct manifest_file *files;
    struct manifest_row *rows;
    size_t file_count, row_count;
    bool faulty;                      /* problems were told: it cannot be taken in */
    uint8_t fingerprint[SHA256_SIZE]; /* of the text, under the archive's own key */
};

/* Problems on their way to the caller, in its language. */
struct problems {
    manifest_problem each;
    void *ctx;
    size_t count;
    enum lang lang;
};
void problem_tell(struct problems *p, size_t line, const char *column, const struct err *why);

/* manifest_check.c: what only the archive can tell: classes, marks that exist. */
bool manifest_job_key(const struct manifest *m, size_t file, struct buf *out, struct err *e) MUST_USE;
bool manifest_check(struct archive *a, struct manifest *m, struct problems *p, struct err *e) MUST_USE;

/* Text to number, for lines seen before; fixed size, made for at most n keys. */
struct seen {
    struct seen_slot {
        struct str key;
        size_t value;
    } * slots;
    size_t mask;
};
bool seen_make(struct seen *s, struct arena *a, size_t n, struct err *e) MUST_USE;
/* The value of the key; when it is new, `value` becomes it. *fresh tells. */
size_t seen_put(struct seen *s, struct str key, size_t value, bool *fresh);

#endif
