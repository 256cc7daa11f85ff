/* destroy_entries.h: writes into the log of an archive what the lawful destruction of an object leaves there (FORMATS
 * §5), and nothing else: rows and keys stay. No verb of this version does, so that tests of its readers do it here. */
#ifndef AKTA_TESTS_DESTROY_ENTRIES_H
#define AKTA_TESTS_DESTROY_ENTRIES_H
#include "record.h"

#include <stdio.h>

struct destroy_entry {
    struct ledger *ledger;
    struct entry en;
    uint64_t index;
};

static bool destroy_entry_fn(struct txn *t, void *ctx, struct err *e)
{
    struct destroy_entry *d = ctx;
    uint32_t last;
    if (!ledger_last_event(t, &d->en.object, &last, e)) {
        return false;
    }
    d->en.event = last + 1;
    return ledger_append(t, d->ledger, &d->en, &d->index, e);
}

/* The next event of an object; lines with a value of NULL are left out. */
static inline bool destroy_append(struct archive *a, enum entry_type type, const struct id *object,
                                  const char *const lines[][2], size_t n, uint64_t *index, struct err *e)
{
    struct destroy_entry d = {.ledger = archive_ledger(a), .en = {.type = type, .object = *object}};
    for (size_t i = 0; i < n; i++) {
        entry_add(&d.en, lines[i][0], str_of(lines[i][1]));
    }
    if (!store_write(archive_store(a), destroy_entry_fn, &d, e)) {
        return false;
    }
    *index = d.index;
    return true;
}

struct destroy_acts {
    enum entry_type decides;
    const char *rule, *not_before, *decided[2]; /* the decision; actors, 16 hex digits */
    const char *epoch, *done[2];                /* the end */
};

static const struct destroy_acts destroy_lawful = {.decides = E_DESTROY_DECIDE,
                                                   .rule = "4.2.1 keep-until 2019-12-31",
                                                   .not_before = "2020-01-15",
                                                   .decided = {"3b9ac2d18f047e55", "70c1f2aa93be6d04"},
                                                   .epoch = "1 2",
                                                   .done = {"3b9ac2d18f047e55", "c5d60e1b7a2f9838"}};

static inline bool destroy_decide(struct archive *a, const struct id *object, const struct destroy_acts *d,
                                  uint64_t *index, struct err *e)
{
    const char *const lines[][2] = {
        {"rule", d->rule}, {"not-before", d->not_before}, {"approve", d->decided[0]}, {"approve", d->decided[1]}};
    return destroy_append(a, d->decides, object, lines, COUNT_OF(lines), index, e);
}

/* decision, begin: as they stand in the line; NULL: no line. */
static inline bool destroy_begin(struct archive *a, const struct id *object, const char *decision, uint64_t *index,
                                 struct err *e)
{
    const char *const lines[][2] = {{"decision", decision}};
    return destroy_append(a, E_DESTROY_BEGIN, object, lines, COUNT_OF(lines), index, e);
}

static inline bool destroy_done(struct archive *a, const struct id *object, const struct destroy_acts *d,
                                const char *begin, uint64_t *index, struct err *e)
{
    const char *const lines[][2] = {{"begin", begin},   {"epoch", d->epoch},     {"objects", "1"},
                                    {"bytes", "12006"}, {"approve", d->done[0]}, {"approve", d->done[1]}};
    return destroy_append(a, E_DESTROY_DONE, object, lines, COUNT_OF(lines), index, e);
}

#define DESTROY_INDEX_SIZE 24
static inline const char *destroy_index_text(uint64_t index, char out[DESTROY_INDEX_SIZE])
{
    snprintf(out, DESTROY_INDEX_SIZE, "%llu", (unsigned long long)index);
    return out;
}

/* All three; *done is the index of the last. */
static inline bool destroy_by(struct archive *a, const struct id *object, const struct destroy_acts *d, uint64_t *done,
                              struct err *e)
{
    char text[DESTROY_INDEX_SIZE];
    uint64_t index = 0;
    return destroy_decide(a, object, d, &index, e) &&
           destroy_begin(a, object, destroy_index_text(index, text), &index, e) &&
           destroy_done(a, object, d, destroy_index_text(index, text), done, e);
}

static inline bool destroy_lawfully(struct archive *a, const struct id *object, uint64_t *done, struct err *e)
{
    return destroy_by(a, object, &destroy_lawful, done, e);
}

#endif
