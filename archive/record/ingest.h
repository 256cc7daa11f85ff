/* ingest.h: what the files of bulk ingest share: a slot for each record of a batch, the thread that asks for media types,
 * and the memory of what an earlier call stored. */
#ifndef AKTA_RECORD_INGEST_H
#define AKTA_RECORD_INGEST_H

#include "head.h"
#include "record_internal.h"

#include <stdatomic.h>

#define INGEST_BATCH 256u /* records in one batch of contents */

struct typist;

struct ingest_slot {
    struct ingest_item *item;
    size_t index; /* of the item */
    struct record_draft draft;
    struct content_job *job; /* NULL: a paper record */
    struct head head;
    char type[121];
    bool wants_type, pushed, typed;
    struct typist *typist;
    struct ingest_slot *next_to_type;
    struct str mark;
};

/* ---- ingest_types.c: one thread, one helper process for the whole ingest */
struct typist *typist_start(const char *program, struct err *e);
void typist_push(struct typist *t, struct ingest_slot *s); /* its head is complete; from any thread */
void typist_wait(struct typist *t, const struct ingest_slot *s); /* until s->type is there */
void typist_stop(struct typist **t);

/* ---- ingest_known.c: records that files held before this call */
struct known;
/* Loads names and sizes of every file that an item with `resume` names, and makes sure that all files exist. */
bool known_load(struct archive *a, const struct ingest_item *items, size_t n, struct known **out, struct err *e)
    MUST_USE;
/* The record of the same file, name, size and shelf mark, or NULL; each record answers only once. */
const struct record *known_take(struct known *k, const struct record *like);
void known_free(struct known **k);

#endif
