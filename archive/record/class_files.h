/* class_files.h: walking the files of a class in pieces, for recomputation and for showing what a change would do. */
#ifndef AKTA_RECORD_CLASS_FILES_H
#define AKTA_RECORD_CLASS_FILES_H

#include "record_internal.h"
#include "row_key.h"

struct class_files {
    struct str symbol;   /* "*": every class */
    struct day since;    /* files opened on this day or later; DAY_NONE: all */
    struct row_key last; /* the last key seen; n 0: at the start */
    bool done;           /* nothing is left after the ids just given */
};
struct row_key class_file_key(struct str symbol, struct day opened, const struct id *file);
/* Up to max ids; *n may be 0. Moves w->last forward. */
bool class_files_next(struct txn *t, struct class_files *w, struct id *ids, size_t max, size_t *n,
                      struct err *e) MUST_USE;

#endif
