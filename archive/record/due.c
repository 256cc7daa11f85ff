/* due.c: keeps queue, held files, forecast counters and the index by class in step with the file row; see due.h. Called
 * by the verbs that write a file, in their transaction. Fails with the store; a counter that would fall below zero is
 * ERR_CORRUPT, because then it lies and `akta doctor` must say where. */
#include "due.h"
#include "class_files.h"

#include <string.h>

struct row_key due_key(enum action action, struct day day, struct str symbol, const struct id *file)
{
    return rk_id(rk_text(rk_day(rk_u8(ROW_KEY_EMPTY, (uint8_t)action), day), symbol), file);
}

struct due_place due_place_of(const struct case_file *f)
{
    struct due_place p = {.due = f->state == FILE_CLOSED && f->action != ACTION_NONE};
    if (!p.due) {
        return p;
    }
    p.table = f->holds > 0 ? T_HELD : T_QUEUE;
    p.action = (enum action)f->action;
    p.day = p.action == ACTION_EXCEPTION ? f->closed : f->review_from;
    p.key = due_key(p.action, p.day, f->symbol, &f->id);
    return p;
}

bool due_entry_parse(struct bytes key, struct due_entry *out)
{
    struct reader r = reader_of(key);
    struct due_entry d = {.action = (enum action)rd_u8(&r)};
    d.day = rd_day(&r);
    d.symbol = rd_text(&r);
    d.file = rd_id(&r);
    if (!rd_done(&r)) {
        return false;
    }
    *out = d;
    return true;
}

/* ---------------------------------------------------------------- counters */

struct row_key due_year_key(enum action action, int year)
{
    return rk_be16(rk_u8(rk_u8(ROW_KEY_EMPTY, DUE_BY_YEAR), (uint8_t)action), (uint16_t)year);
}

struct row_key due_day_key(enum action action, struct day day)
{
    return rk_day(rk_u8(rk_u8(ROW_KEY_EMPTY, DUE_BY_DAY), (uint8_t)action), day);
}

struct row_key due_class_key(struct str symbol, enum action action, int year)
{
    return rk_be16(rk_u8(rk_text(rk_u8(ROW_KEY_EMPTY, DUE_BY_CLASS), symbol), (uint8_t)action), (uint16_t)year);
}

bool due_count_parse(struct bytes val, struct due_count *out)
{
    struct reader r = reader_of(val);
    struct due_count c = {rd_be64(&r), rd_be64(&r), rd_be64(&r), rd_be64(&r)};
    if (!rd_done(&r)) {
        return false;
    }
    *out = c;
    return true;
}

bool due_count_get(struct txn *t, const struct row_key *key, struct due_count *out, struct err *e)
{
    struct arena *a CLEANUP(arena_free) = arena_new(4096);
    struct bytes val;
    bool found;
    if (a == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_find(t, T_FORECAST, rk_bytes(key), a, &val, &found, e)) {
        return false;
    }
    *out = (struct due_count){0, 0, 0, 0};
    return !found || due_count_parse(val, out) ||
           err_set(e, ERR_CORRUPT, "a counter of the forecast is damaged; run akta doctor");
}

struct change {
    int64_t files, records, bytes, held;
};

static bool add(uint64_t *v, int64_t by)
{
    if (by < 0 && *v < (uint64_t)-by) {
        return false;
    }
    *v += (uint64_t)by;
    return true;
}

static bool count_change(struct txn *t, struct row_key key, const struct change *by, struct err *e)
{
    struct due_count c;
    if (!due_count_get(t, &key, &c, e)) {
        return false;
    }
    if (!add(&c.files, by->files) || !add(&c.records, by->records) || !add(&c.bytes, by->bytes) ||
        !add(&c.held, by->held)) {
        return err_set(e, ERR_CORRUPT, "the forecast counts fewer files than there are; run akta doctor");
    }
    if (c.files == 0 && c.records == 0 && c.bytes == 0 && c.held == 0) {
        return store_delete(t, T_FORECAST, rk_bytes(&key), e);
    }
    struct buf val CLEANUP(buf_free) = BUF_INIT(64);
    buf_add_be64(&val, c.files);
    buf_add_be64(&val, c.records);
    buf_add_be64(&val, c.bytes);
    buf_add_be64(&val, c.held);
    return buf_ok(&val, e) && store_put(t, T_FORECAST, rk_bytes(&key), buf_bytes(&val), e);
}

static bool count_place(struct txn *t, const struct due_place *p, struct str symbol, const struct change *by,
                        struct err *e)
{
    int year = day_year(p->day);
    if (by->files == 0 && by->records == 0 && by->bytes == 0 && by->held == 0) {
        return true;
    }
    return count_change(t, due_year_key(p->action, year), by, e) &&
           count_change(t, due_day_key(p->action, p->day), by, e) &&
           count_change(t, due_class_key(symbol, p->action, year), by, e);
}

static struct change weight(const struct case_file *f, int sign)
{
    return (struct change){sign, sign * (int64_t)f->records, sign * (int64_t)f->bytes, f->holds > 0 ? sign : 0};
}

/* ---------------------------------------------------------------- one file */

static bool leave(struct txn *t, const struct case_file *f, struct err *e)
{
    struct due_place p = due_place_of(f);
    struct change by = weight(f, -1);
    return !p.due || (store_delete(t, p.table, rk_bytes(&p.key), e) && count_place(t, &p, f->symbol, &by, e));
}

static bool enter(struct txn *t, const struct case_file *f, struct err *e)
{
    struct due_place p = due_place_of(f);
    struct change by = weight(f, 1);
    if (!p.due) {
        return true;
    }
    if (day_is_none(p.day)) {
        return err_set(e, ERR_INVALID, "the closed file %.*s has no day under which it can wait", (int)f->mark.n,
                       f->mark.p);
    }
    return store_insert(t, p.table, rk_bytes(&p.key), (struct bytes){NULL, 0}, e) &&
           count_place(t, &p, f->symbol, &by, e);
}

/* The file stays where it is; only its records, bytes or the number of holds changed. */
static bool reweigh(struct txn *t, const struct case_file *before, const struct case_file *after, struct err *e)
{
    struct due_place p = due_place_of(after);
    struct change old = weight(before, -1), by = weight(after, 1);
    by = (struct change){by.files + old.files, by.records + old.records, by.bytes + old.bytes, by.held + old.held};
    return !p.due || count_place(t, &p, after->symbol, &by, e);
}

static bool same_place(const struct case_file *before, const struct case_file *after)
{
    struct due_place x = due_place_of(before), y = due_place_of(after);
    return x.due == y.due && (!x.due || (x.table == y.table && bytes_cmp(rk_bytes(&x.key), rk_bytes(&y.key)) == 0));
}

static bool by_class(struct txn *t, const struct case_file *before, const struct case_file *after, struct err *e)
{
    struct row_key new_key = class_file_key(after->symbol, after->opened, &after->id);
    if (before != NULL) {
        struct row_key old_key = class_file_key(before->symbol, before->opened, &before->id);
        if (bytes_cmp(rk_bytes(&old_key), rk_bytes(&new_key)) == 0) {
            return true;
        }
        if (!store_delete(t, T_FILE_BY_CLASS, rk_bytes(&old_key), e)) {
            return false;
        }
    }
    return store_insert(t, T_FILE_BY_CLASS, rk_bytes(&new_key), (struct bytes){NULL, 0}, e);
}

bool due_update(struct txn *t, const struct case_file *before, const struct case_file *after, struct err *e)
{
    if (!by_class(t, before, after, e)) {
        return false;
    }
    if (before != NULL && same_place(before, after)) {
        return reweigh(t, before, after, e);
    }
    return (before == NULL || leave(t, before, e)) && enter(t, after, e);
}
