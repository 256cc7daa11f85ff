/* request_close_find.c: the case file that a closing opened before it was cut short, found through the log: every
 * opening since the closing began is looked at, and the title tells whose it is. Fails with the store and the ledger.
 */
#include "request_close.h"

#include <string.h>

#define PIECE 1024u

struct finding {
    struct request_desk *d;
    struct arena *ar;
    struct str title;
    uint64_t at;
    bool end, found;
    struct id file;
};

static bool look_at_entry(struct txn *t, struct finding *f, struct bytes text, struct err *e)
{
    struct entry en;
    instant when;
    struct case_file file;
    struct err why;
    err_init(&why, e->lang);
    if (!entry_parse(text, f->ar, &en, &when, &why) || en.type != E_FILE_OPEN) {
        return true; /* what is damaged there is the log's own business */
    }
    if (!file_by_id(t, f->d->a, &en.object, true, f->ar, &file, &why)) {
        if (why.code == ERR_NOT_FOUND) {
            return true;
        }
        *e = why;
        return false;
    }
    bool ours = file.title.n >= f->title.n && memcmp(file.title.p, f->title.p, f->title.n) == 0 &&
                (file.title.n == f->title.n || file.title.p[f->title.n] == ':');
    if (ours && file.state == FILE_OPEN) {
        f->found = true;
        f->file = en.object;
    }
    return true;
}

static bool piece_fn(struct txn *t, void *ctx, struct err *e)
{
    struct finding *f = ctx;
    struct err why;
    struct bytes text;
    uint64_t at = f->at;
    f->found = false;
    for (size_t i = 0; i < PIECE && !f->found && !f->end; i++) {
        arena_reset(f->ar);
        err_init(&why, e->lang);
        if (!ledger_entry(t, at, f->ar, &text, &why)) {
            if (why.code != ERR_NOT_FOUND) {
                *e = why;
                return false;
            }
            f->end = true;
        } else if (!look_at_entry(t, f, text, e)) {
            return false;
        }
        at += !f->end;
    }
    f->at = at;
    return true;
}

bool closing_find(struct request_desk *d, uint64_t place, struct str title, struct id *out, bool *found, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct finding f = {.d = d, .ar = ar, .title = title, .at = place};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    while (!f.end && !f.found) {
        if (!store_read(archive_store(d->a), piece_fn, &f, e)) {
            return false;
        }
    }
    *found = f.found;
    if (f.found) {
        *out = f.file;
    }
    return true;
}
