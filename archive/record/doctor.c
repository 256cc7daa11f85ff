/* doctor.c: is the archive whole? The store's own checks, the log against its published form, queue and forecast
 * against the files, and here: every record, case file, index, key, opening and entry against each other, both ways.
 *
 * Promises: each fault is told with its place, the fact and the repair; nothing is changed, except that `mend` removes
 * contents older than a day that nothing names. Reads in pieces while others may write; what is compared is read in one
 * transaction. Fails only when it could not look. */
#include "public.h"

#include <string.h>

#define PIECE        256u
#define MEND_RESTORE N_("restore the archive from a backup; akta restore proves what it restores")
#define MEND_LOST                                                                                                      \
    N_("if a backup was restored that is older than this: take it in again from its source, as something new; nobody " \
       "else gets its number. Else restore the newest backup")
#define MEND_BEHIND                                                                                                    \
    N_("if a backup was restored that is older than those events: find out what they were and enter them again, then " \
       "the row has caught up. Else restore the newest backup")
#define MEND_INDEX N_("stop the archive and rebuild it from an export, or restore a backup")

struct finding {
    struct finding *next;
    const char *place;
    const char *mend;
    struct err wrong;
};

struct doctor {
    struct archive *a;
    store_finding tell;
    void *ctx;
    enum lang lang;
    uint64_t checked, piece_checked;
    struct arena *ar, *findings; /* scratch of a row; findings of a piece */
    struct finding *first, **end;
    struct err spare;
    bool no_memory;
    struct id file_found; /* of the last record whose case file is there */
    /* The list of a case file's records while it is walked. */
    struct id file;
    bool in_file;
    struct file_count sum;
    struct doctor_state {
        struct id file;
        bool in_file;
        struct file_count sum;
    } kept; /* as it was before this piece */
};

/* A place for the text of a finding, told when the piece is read. Without memory the finding is dropped into `spare`
 * and the piece fails. */
static struct err *find(struct doctor *d, const char *place, const char *mend)
{
    struct finding *f = arena_alloc(d->findings, sizeof *f);
    if (!f) {
        d->no_memory = true;
        return &d->spare;
    }
    *f = (struct finding){.place = place, .mend = mend};
    err_init(&f->wrong, d->lang);
    *d->end = f;
    d->end = &f->next;
    return &f->wrong;
}

static void piece_restart(void *ctx)
{
    struct doctor *d = ctx;
    arena_reset(d->findings);
    d->first = NULL;
    d->end = &d->first;
    d->piece_checked = 0;
    d->file = d->kept.file;
    d->in_file = d->kept.in_file;
    d->sum = d->kept.sum;
}

static bool piece_done(void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    if (d->no_memory)
        return err_set(e, ERR_MEMORY, "out of memory");
    for (const struct finding *f = d->first; f; f = f->next)
        d->tell(d->ctx, f->place, f->wrong.text, tr(d->lang, f->mend));
    d->checked += d->piece_checked;
    d->kept = (struct doctor_state){d->file, d->in_file, d->sum};
    return true;
}

static bool scan_with(struct doctor *d, enum store_table table,
                      bool (*row)(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e),
                      struct err *e)
{
    struct scan s = {
        .table = table, .piece = PIECE, .row = row, .restart = piece_restart, .piece_done = piece_done, .ctx = d};
    return scan_table(d->a, &s, e);
}

static bool take_id(struct doctor *d, struct bytes b, enum store_table table, struct id *out)
{
    if (b.n == sizeof out->b) {
        memcpy(out->b, b.p, sizeof out->b);
        return true;
    }
    err_set(find(d, table_name(table), MEND_RESTORE), ERR_CORRUPT, "a row has a key or value of the wrong size");
    return false;
}

static bool is_there(struct txn *t, struct doctor *d, enum store_table table, struct bytes key, bool *found,
                     struct err *e)
{
    struct bytes val;
    return store_find(t, table, key, d->ar, &val, found, e);
}

/* Records that came together lie in one file and stand beside each other: the last answer is mostly the next one's. */
static bool has_file(struct txn *t, struct doctor *d, const struct id *file, bool *found, struct err *e)
{
    *found = memcmp(&d->file_found, file, sizeof *file) == 0;
    if (*found)
        return true;
    if (!is_there(t, d, T_FILE, id_bytes(file), found, e))
        return false;
    if (*found)
        d->file_found = *file;
    return true;
}

/* ---------------------------------------------------------------- records */

static bool check_events(struct txn *t, struct doctor *d, const struct id *id, uint64_t events, const char *table,
                         struct err *e)
{
    bool there, later;
    char text[33];
    if (!ledger_event_known(t, id, (uint32_t)events, &there, &later, e))
        return false;
    id_text(*id, text);
    if (!there)
        err_set(find(d, table, MEND_RESTORE), ERR_CORRUPT, "the log has no entry for event %llu of %s",
                (unsigned long long)events, text);
    if (later)
        err_set(find(d, table, MEND_BEHIND), ERR_CORRUPT, "the log has more events of %s than its row counts", text);
    return true;
}

static bool check_content(struct doctor *d, const struct record *r, const struct key *key, struct err *e)
{
    struct content_reader *reader CLEANUP(content_close) = NULL;
    struct err why;
    char text[33];
    err_init(&why, d->lang);
    id_text(r->id, text);
    if (id_is_zero(r->content) ||
        content_open(d->a->store, &r->content, r->inline_sealed, r->size, key, &r->id, &reader, &why))
        return true;
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    err_set(find(d, "content", MEND_RESTORE), ERR_CORRUPT, "content of record %s: %s", text, why.text);
    return true;
}

static bool check_record_places(struct txn *t, struct doctor *d, const struct record *r, const char *text,
                                struct err *e)
{
    uint8_t key[20], fixity[24];
    uint64_t stamp;
    struct bytes val;
    bool found;
    struct err why;
    err_init(&why, d->lang);
    if (!record_by_file_key(&r->file, r->seq, key, &why)) {
        err_set(find(d, "record", MEND_RESTORE), ERR_CORRUPT, "record %s: %s", text, why.text);
        return true;
    }
    if (!store_find(t, T_RECORD_BY_FILE, (struct bytes){key, sizeof key}, d->ar, &val, &found, e) ||
        !fixity_stamp(t, &r->id, &stamp, e))
        return false;
    if (!found || bytes_cmp(val, id_bytes(&r->id)) != 0)
        err_set(find(d, "record-by-file", MEND_INDEX), ERR_CORRUPT, "record %s is not in the list of its case file",
                text);
    fixity_key_make(&r->id, stamp, fixity);
    if (!is_there(t, d, T_FIXITY, (struct bytes){fixity, sizeof fixity}, &found, e))
        return false;
    if (!found)
        err_set(find(d, "fixity", N_("akta verify with its id puts it back")), ERR_CORRUPT,
                "record %s is missing from the order of checks", text);
    if (!has_file(t, d, &r->file, &found, e))
        return false;
    if (!found)
        err_set(find(d, "record", MEND_RESTORE), ERR_CORRUPT, "record %s lies in a case file that is not there", text);
    object_event_key(&r->id, 1, key);
    if (!is_there(t, d, T_OPENING, (struct bytes){key, sizeof key}, &found, e))
        return false;
    if (!found)
        err_set(find(d, "opening", MEND_RESTORE), ERR_CORRUPT, "the opening of record %s is missing", text);
    return true;
}

static bool check_public(struct txn *t, struct doctor *d, const struct record *r, const char *text, struct err *e)
{
    bool found = true, wanted = r->access == ACCESS_PUBLIC && r->shelf.n == 0;
    if (!public_has(t, r, d->ar, &found, e))
        return false;
    if (found != wanted)
        err_set(find(d, "index", N_("akta record describe with its access level puts it right")), ERR_CORRUPT,
                wanted ? "record %s is public and not found by its digest"
                       : "record %s is not public and found by its digest",
                text);
    return true;
}

static bool record_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    struct key secret CLEANUP(key_wipe) = {{0}};
    struct record r;
    struct id id;
    struct err why;
    char text[33];
    err_init(&why, d->lang);
    arena_reset(d->ar);
    d->piece_checked++;
    if (!take_id(d, key, T_RECORD, &id))
        return true;
    id_text(id, text);
    bool has_key = key_get(t, d->a->store, &id, &secret, &why);
    if (!has_key && why.code != ERR_NOT_FOUND && why.code != ERR_CORRUPT) {
        *e = why;
        return false;
    }
    if (!has_key)
        err_set(find(d, "key", N_("restore the newest copy of the keys")), ERR_CORRUPT, "key of record %s: %s", text,
                why.text);
    if (!record_decode(val, &id, has_key ? &secret : NULL, d->ar, &r, &why)) {
        err_set(find(d, "record", MEND_RESTORE), ERR_CORRUPT, "record %s: %s", text, why.text);
        return true;
    }
    return check_record_places(t, d, &r, text, e) && check_events(t, d, &id, r.events, "record", e) &&
           (!has_key || (check_content(d, &r, &secret, e) && check_public(t, d, &r, text, e)));
}

/* ---------------------------------------------------------------- the list of a file's records, and its figures */

static bool close_file(struct txn *t, struct doctor *d, struct err *e)
{
    struct file_count c;
    struct err why;
    char text[33];
    err_init(&why, d->lang);
    if (!d->in_file)
        return true;
    id_text(d->file, text);
    if (!file_count_get(t, &d->file, &c, &why)) {
        if (why.code != ERR_NOT_FOUND && why.code != ERR_CORRUPT) {
            *e = why;
            return false;
        }
        err_set(find(d, "index", MEND_INDEX), ERR_CORRUPT, "figures of case file %s: %s", text, why.text);
    } else if (c.records != d->sum.records || c.bytes != d->sum.bytes || c.seq < d->sum.seq) {
        err_set(find(d, "index", MEND_INDEX), ERR_CORRUPT,
                "case file %s counts %llu records with %llu bytes, and %llu with %llu are there", text,
                (unsigned long long)c.records, (unsigned long long)c.bytes, (unsigned long long)d->sum.records,
                (unsigned long long)d->sum.bytes);
    }
    return true;
}

static bool listing_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    struct record r;
    struct id file, id;
    struct bytes raw;
    bool found;
    struct err why;
    char text[33];
    err_init(&why, d->lang);
    arena_reset(d->ar);
    d->piece_checked++;
    if (key.n != 20 || !take_id(d, (struct bytes){key.p, 16}, T_RECORD_BY_FILE, &file) ||
        !take_id(d, val, T_RECORD_BY_FILE, &id))
        return true;
    struct reader rd = reader_of((struct bytes){key.p + 16, 4});
    uint64_t seq = rd_be32(&rd);
    if (!d->in_file || memcmp(&d->file, &file, sizeof file) != 0) {
        if (!close_file(t, d, e))
            return false;
        d->file = file;
        d->in_file = true;
        d->sum = (struct file_count){0};
    }
    id_text(id, text);
    if (!store_find(t, T_RECORD, id_bytes(&id), d->ar, &raw, &found, e))
        return false;
    if (!found || !record_decode(raw, &id, NULL, d->ar, &r, &why)) {
        err_set(find(d, "record-by-file", MEND_RESTORE), ERR_CORRUPT,
                "the list of a case file names record %s, which is not there or damaged", text);
        return true;
    }
    if (r.seq != seq || memcmp(&r.file, &file, sizeof file) != 0)
        err_set(find(d, "record-by-file", MEND_INDEX), ERR_CORRUPT,
                "the list of a case file names record %s, which says it lies elsewhere", text);
    d->sum.records++;
    d->sum.bytes += r.size;
    d->sum.seq = seq;
    return true;
}

static bool last_file_fn(struct txn *t, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    piece_restart(d);
    return close_file(t, d, e);
}

static bool check_listings(struct doctor *d, struct err *e)
{
    d->kept = (struct doctor_state){.in_file = false};
    if (!scan_with(d, T_RECORD_BY_FILE, listing_row, e) || !store_read(d->a->store, last_file_fn, d, e))
        return false;
    d->in_file = false;
    return piece_done(d, e);
}

/* ---------------------------------------------------------------- case files and their marks */

static bool check_file_places(struct txn *t, struct doctor *d, const struct case_file *f, struct err *e)
{
    struct series s = {f->unit, f->symbol, (int)f->year, f->base_number};
    struct mark_parts m = {
        .unit = f->unit, .symbol = f->symbol, .number = f->number, .base_number = f->base_number, .year = (int)f->year};
    struct str mark;
    struct bytes val;
    bool found;
    uint64_t last;
    if (!mark_compose(&m, d->ar, &mark, e) || !number_last(t, &s, &last, e) ||
        !store_find(t, T_FILE_BY_MARK, bytes_of(f->mark), d->ar, &val, &found, e))
        return false;
    if (!str_eq(mark, f->mark))
        err_set(find(d, "file", MEND_RESTORE), ERR_CORRUPT, "case file %.*s: its parts make the mark %.*s",
                (int)f->mark.n, f->mark.p, (int)mark.n, mark.p);
    if (!found || bytes_cmp(val, id_bytes(&f->id)) != 0)
        err_set(find(d, "file-by-mark", MEND_INDEX), ERR_CORRUPT, "case file %.*s is not found under its mark",
                (int)f->mark.n, f->mark.p);
    if (last < f->number)
        err_set(find(d, "file-number", MEND_RESTORE), ERR_CORRUPT,
                "case file %.*s has a number that its series has not given yet", (int)f->mark.n, f->mark.p);
    return true;
}

static bool file_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    struct case_file f;
    struct file_count c;
    struct id id;
    struct err why;
    char text[33];
    err_init(&why, d->lang);
    arena_reset(d->ar);
    d->piece_checked++;
    if (!take_id(d, key, T_FILE, &id))
        return true;
    id_text(id, text);
    if (!file_decode(t, d->a, &id, val, true, d->ar, &f, &why)) {
        if (why.code != ERR_NOT_FOUND && why.code != ERR_CORRUPT && why.code != ERR_UNSUPPORTED) {
            *e = why;
            return false;
        }
        err_set(find(d, "file", MEND_RESTORE), ERR_CORRUPT, "case file %s: %s", text, why.text);
        return true;
    }
    if (!file_count_get(t, &id, &c, e))
        return false;
    if (c.state != f.state)
        err_set(find(d, "index", MEND_INDEX), ERR_CORRUPT, "case file %.*s is open in one place and closed in another",
                (int)f.mark.n, f.mark.p);
    return check_file_places(t, d, &f, e) && check_events(t, d, &id, f.events, "file", e);
}

static bool mark_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    struct id id;
    bool found;
    arena_reset(d->ar);
    d->piece_checked++;
    if (!take_id(d, val, T_FILE_BY_MARK, &id))
        return true;
    if (!is_there(t, d, T_FILE, id_bytes(&id), &found, e))
        return false;
    if (!found)
        err_set(find(d, "file-by-mark", MEND_RESTORE), ERR_CORRUPT,
                "the mark %.*s leads to a case file that is not there", (int)key.n, (const char *)key.p);
    return true;
}

/* ---------------------------------------------------------------- what only the other side knows */

static bool fixity_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    struct id id;
    bool found;
    char text[33];
    (void)val;
    arena_reset(d->ar);
    d->piece_checked++;
    if (key.n != 24 || !take_id(d, (struct bytes){key.p + 8, 16}, T_FIXITY, &id))
        return true;
    if (!is_there(t, d, T_RECORD, id_bytes(&id), &found, e))
        return false;
    id_text(id, text);
    if (!found)
        err_set(find(d, "fixity", MEND_RESTORE), ERR_CORRUPT, "record %s is to be checked and has no row", text);
    return true;
}

/* A public digest names an entry of the log and an object whose content it commits to. */
static bool index_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    struct public_digest p;
    struct err why;
    uint64_t entry = 0;
    err_init(&why, d->lang);
    arena_reset(d->ar);
    if (!public_is_key(key))
        return true;
    d->piece_checked++;
    if (public_read(key, val, &p, &why) && ledger_find(t, &p.object, 1, &entry, &why) && entry == p.entry)
        return true;
    if (why.code != ERR_NONE && why.code != ERR_NOT_FOUND && why.code != ERR_CORRUPT) {
        *e = why;
        return false;
    }
    err_set(find(d, "index", MEND_RESTORE), ERR_CORRUPT, "a public digest names an entry that the log does not have");
    return true;
}

/* What the log tells of it helps to find its papers: the class and day of a case file, the file of a record or hold. */
static void say_lost(struct doctor *d, enum store_table table, const char *id, const struct entry *en)
{
    struct str class = entry_value(en, "class"), opened = entry_value(en, "opened"), file = entry_value(en, "file");
    struct err *found = find(d, table_name(table), MEND_LOST);
    if (table == T_FILE)
        err_set(found, ERR_CORRUPT, "the log tells of case file %s (class %.*s, opened %.*s), and it has no row", id,
                (int)class.n, class.p, (int)opened.n, opened.p);
    else if (table == T_RECORD)
        err_set(found, ERR_CORRUPT, "the log tells of record %s of case file %.*s, and it has no row", id, (int)file.n,
                file.p);
    else
        err_set(found, ERR_CORRUPT, "the log tells of hold %s on case file %.*s, and it has no row", id, (int)file.n,
                file.p);
}

/* An entry that tells of the birth of an object, and the row that must be there. */
static bool entry_row(struct txn *t, struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct doctor *d = ctx;
    struct entry en;
    instant when;
    bool found;
    char text[33];
    struct err why;
    err_init(&why, d->lang);
    (void)key;
    arena_reset(d->ar);
    d->piece_checked++;
    if (!ledger_entry_unpack(val, d->ar, &val, &why) || !entry_parse(val, d->ar, &en, &when, &why))
        return true; /* the log's own check names it */
    bool record = en.type == E_ACCESSION, file = en.type == E_FILE_OPEN, hold = en.type == E_HOLD;
    if (en.event != 1 || (!record && !file && !hold))
        return true;
    enum store_table table = record ? T_RECORD : file ? T_FILE : T_HOLD;
    if (!is_there(t, d, table, id_bytes(&en.object), &found, e))
        return false;
    id_text(en.object, text);
    if (!found)
        say_lost(d, table, text, &en);
    return true;
}

static void ledger_said(void *ctx, const char *where, const char *wrong)
{
    struct doctor *d = ctx;
    d->tell(d->ctx, where, wrong, tr(d->lang, MEND_RESTORE));
}

static bool check_orphans(struct doctor *d, bool mend, struct err *e)
{
    uint64_t found;
    if (!orphans_sweep(d->a, mend, &found, e))
        return false;
    if (found == 0 || mend)
        return true;
    struct err wrong;
    err_init(&wrong, d->lang);
    err_set(&wrong, ERR_CORRUPT, "%llu content files older than a day are named by no record",
            (unsigned long long)found);
    d->tell(d->ctx, "content", wrong.text, tr(d->lang, N_("akta daily removes them")));
    return true;
}

static bool examine(struct doctor *d, bool mend, struct err *e)
{
    uint64_t n = 0, sum = 0;
    if (!store_doctor(d->a->store, d->tell, d->ctx, &n, e))
        return false;
    sum += n;
    if (!house_doctor(d->a, d->tell, d->ctx, e))
        return false;
    if (!ledger_verify(d->a->ledger, ledger_said, d, &n, e))
        return false;
    sum += n;
    if (!due_doctor(d->a, d->tell, d->ctx, &n, e))
        return false;
    sum += n;
    if (!law_doctor(d->a, d->tell, d->ctx, &n, e))
        return false;
    d->checked = sum + n;
    return scan_with(d, T_RECORD, record_row, e) && check_listings(d, e) && scan_with(d, T_FILE, file_row, e) &&
           scan_with(d, T_FILE_BY_MARK, mark_row, e) && scan_with(d, T_FIXITY, fixity_row, e) &&
           scan_with(d, T_INDEX, index_row, e) && scan_with(d, T_LOG_ENTRY, entry_row, e) && check_orphans(d, mend, e);
}

bool archive_doctor(struct archive *a, bool mend, store_finding finding, void *ctx, uint64_t *checked, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20), *findings CLEANUP(arena_free) = arena_new(16u << 20);
    struct doctor d = {.a = a, .tell = finding, .ctx = ctx, .lang = e->lang, .ar = ar, .findings = findings};
    if (!ar || !findings)
        return err_set(e, ERR_MEMORY, "out of memory");
    d.end = &d.first;
    if (!examine(&d, mend, e))
        return false;
    *checked = d.checked;
    return true;
}
