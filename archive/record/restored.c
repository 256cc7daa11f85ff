/* restored.c: after a restore the log may know more than the rows do: it was filled in from what was published, and the
 * backup is older. What was done between the two is lost here, and must not be done a second time, differently.
 *
 * Promises, before anything else is done with the archive: a number that the log tells of is not given to another case
 * or record; a case file whose lost acts could keep it longer (a hold, a fact, another category, its reopening) is held
 * until a person has looked at it. The log names no units and no marks, so every series of the class and year skips as
 * many numbers as were lost there: a gap can be explained, a mark given twice cannot. What lies between the backup and
 * the last publication alone is not known to anybody. Fails with the store; what was not come to waits for the next
 * opening. */
#include "record_internal.h"

#include <string.h>

#define PIECE 512u

struct lost_numbers {
    struct str symbol;
    int year;
    uint64_t count;
};

struct lost_seq {
    struct id file;
    uint64_t seq;
};

struct restored {
    struct archive *a;
    struct arena *ar; /* of a piece */
    uint64_t from, next;
    bool found, more;
    struct lost_numbers numbers[PIECE];
    struct lost_seq seqs[PIECE];
    struct str doubtful[PIECE]; /* marks of files that are to be held */
    size_t number_count, seq_count, doubtful_count;
};

static bool has_row(struct txn *t, enum store_table table, const struct id *id, struct arena *ar, bool *found,
                    struct err *e)
{
    struct bytes val;
    return store_find(t, table, id_bytes(id), ar, &val, found, e);
}

static bool lost_file(struct txn *t, struct restored *r, const struct entry *en, struct err *e)
{
    struct str symbol = entry_value(en, "class");
    struct day opened;
    bool found;
    if (!has_row(t, T_FILE, &en->object, r->ar, &found, e))
        return false;
    if (found || !day_parse(entry_value(en, "opened"), &opened))
        return true;
    for (size_t i = 0; i < r->number_count; i++) {
        struct lost_numbers *n = &r->numbers[i];
        if (n->year == day_year(opened) && str_eq(n->symbol, symbol)) {
            n->count++;
            return true;
        }
    }
    r->numbers[r->number_count++] = (struct lost_numbers){symbol, day_year(opened), 1};
    return true;
}

static bool lost_record(struct txn *t, struct restored *r, const struct entry *en, struct err *e)
{
    struct lost_seq s;
    bool record, file = false;
    if (!has_row(t, T_RECORD, &en->object, r->ar, &record, e) || record)
        return record;
    if (!id_parse(entry_value(en, "file"), &s.file) || !parse_u64(entry_value(en, "seq"), 1, UINT32_MAX, &s.seq))
        return true;
    if (!has_row(t, T_FILE, &s.file, r->ar, &file, e))
        return false;
    if (file)
        r->seqs[r->seq_count++] = s;
    return true;
}

/* An act on a file that may let it go later than the restored row says. */
static bool lost_act(struct txn *t, struct restored *r, const struct entry *en, struct err *e)
{
    struct case_file f;
    struct err why;
    err_init(&why, e->lang);
    if (!file_by_id(t, r->a, &en->object, false, r->ar, &f, &why)) {
        if (why.code == ERR_NOT_FOUND)
            return true; /* lost as a whole, or the hold's own side of the act */
        *e = why;
        return false;
    }
    if (en->event <= f.events)
        return true;
    for (size_t i = 0; i < r->doubtful_count; i++)
        if (str_eq(r->doubtful[i], f.mark))
            return true;
    r->doubtful[r->doubtful_count++] = f.mark;
    return true;
}

static const enum entry_type keeping_acts[] = {E_HOLD, E_FACT, E_RECLASSIFY, E_FILE_REOPEN, E_FILE_CHANGE};

static bool look_at(struct txn *t, struct restored *r, struct bytes text, struct err *e)
{
    struct entry en;
    instant when;
    struct err why = ERR_INIT;
    if (!entry_parse(text, r->ar, &en, &when, &why))
        return true; /* of a later version, or damaged: the log's own business */
    if (en.type == E_FILE_OPEN)
        return lost_file(t, r, &en, e);
    if (en.type == E_ACCESSION)
        return lost_record(t, r, &en, e);
    for (size_t i = 0; i < COUNT_OF(keeping_acts); i++)
        if (en.type == keeping_acts[i])
            return lost_act(t, r, &en, e);
    return true;
}

static bool look_fn(struct txn *t, void *ctx, struct err *e)
{
    struct restored *r = ctx;
    struct bytes text;
    arena_reset(r->ar);
    r->number_count = r->seq_count = r->doubtful_count = 0;
    r->more = false;
    if (!ledger_filled_in(t, &r->from, &r->found, e))
        return false;
    for (r->next = r->from; r->found && r->next < r->from + PIECE; r->next++) {
        struct err why;
        err_init(&why, e->lang);
        if (!ledger_entry(t, r->next, r->ar, &text, &why)) {
            *e = why.code == ERR_NOT_FOUND ? *e : why;
            return why.code == ERR_NOT_FOUND;
        }
        if (!look_at(t, r, text, e))
            return false;
    }
    r->more = r->found;
    return true;
}

/* A hold is an act of its own, with an entry, and the file's count of events has caught up with the log after it: a
 * second run finds nothing to hold. */
static bool hold_doubtful(struct restored *r, struct err *e)
{
    static const struct actor nobody = {.person = {NULL, 0}};
    struct str reason =
        str_of(tr(e->lang, N_("The log tells of acts on this case file that are younger than the backup "
                              "that was restored: find out what they were, enter them again, and "
                              "release this hold.")));
    struct id hold;
    for (size_t i = 0; i < r->doubtful_count; i++) {
        if (!hold_place(r->a, r->doubtful[i], reason, STR_NONE, archive_today(r->a), &nobody, &hold, e))
            return false;
    }
    return true;
}

static bool skip_fn(struct txn *t, void *ctx, struct err *e)
{
    const struct restored *r = ctx;
    for (size_t i = 0; i < r->number_count; i++) {
        const struct lost_numbers *n = &r->numbers[i];
        if (!number_skip(t, n->symbol, n->year, n->count, e))
            return false;
    }
    for (size_t i = 0; i < r->seq_count; i++) {
        struct file_count was, now;
        if (!file_count_get(t, &r->seqs[i].file, &was, e))
            return false;
        now = was;
        now.seq = was.seq > r->seqs[i].seq ? was.seq : r->seqs[i].seq;
        if (!file_count_change(t, r->a, &r->seqs[i].file, &was, &now, e))
            return false;
    }
    return r->more ? ledger_filled_in_from(t, r->next, e) : ledger_filled_in_done(t, e);
}

static void tell(const struct restored *r)
{
    for (size_t i = 0; i < r->number_count; i++)
        log_line(LOG_WARN, "record", "%llu case files of class %.*s of %d are lost: as many numbers are skipped",
                 (unsigned long long)r->numbers[i].count, (int)r->numbers[i].symbol.n, r->numbers[i].symbol.p,
                 r->numbers[i].year);
    if (r->doubtful_count > 0)
        log_line(LOG_WARN, "record", "%zu case files are held, because acts on them are lost", r->doubtful_count);
}

bool restored_settle(struct archive *a, struct err *e)
{
    struct restored *r = mem_zalloc(sizeof *r);
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 20);
    bool ok = r && ar;
    if (!ok)
        err_set(e, ERR_MEMORY, "out of memory");
    for (bool more = true; ok && more; more = r->found && r->more) {
        r->a = a;
        r->ar = ar;
        ok = store_read(a->store, look_fn, r, e);
        if (ok && r->found) {
            ok = hold_doubtful(r, e) && store_write(a->store, skip_fn, r, e);
            tell(r);
        }
    }
    mem_free(r);
    return ok;
}
