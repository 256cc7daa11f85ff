/* queue.c: what is due by a day, oldest first, page by page. A page merges the ranges of the four actions; a class
 * filter leaps from day to day instead of reading what lies between; totals come from counters. Each page is a read of
 * its own, so a long list never blocks a writer: a file that moves meanwhile is shown where it was or where it is.
 * Fails with the store; ERR_INVALID for a cursor that is none. */
#include "queue_scan.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_MAX 256u

struct page {
    struct archive *a;
    struct queue_scan scan;
    size_t want;
    struct arena *ar;
    struct due_entry *entries;
    struct queue_row *rows;
    size_t count;    /* rows */
    struct str last; /* cursor of the last entry looked at, also of one that was gone */
    bool more;
};

static int by_wait(const void *a, const void *b)
{
    const struct due_entry *x = a, *y = b;
    if (x->day.n != y->day.n) {
        return x->day.n < y->day.n ? -1 : 1;
    }
    int order = bytes_cmp(bytes_of(x->symbol), bytes_of(y->symbol));
    return order != 0 ? order : memcmp(x->file.b, y->file.b, sizeof x->file.b);
}

static bool cursor_of(struct arena *ar, const struct due_entry *d, struct str *out)
{
    struct row_key key = rk_id(rk_text(rk_day(ROW_KEY_EMPTY, d->day), d->symbol), &d->file);
    char *hex = arena_alloc(ar, 2 * key.n + 1);
    if (hex == NULL) {
        return false;
    }
    hex_encode(rk_bytes(&key), hex);
    *out = (struct str){hex, 2 * key.n};
    return true;
}

static bool cursor_parse(struct str in, struct row_key *out, struct err *e)
{
    struct due_entry d;
    struct row_key key = rk_u8(ROW_KEY_EMPTY, ACTION_DESTROY);
    *out = ROW_KEY_EMPTY;
    if (in.n == 0) {
        return true;
    }
    uint8_t raw[ROW_KEY_MAX];
    if (in.n % 2 != 0 || in.n / 2 > sizeof raw - 1 || !hex_decode(in, raw, in.n / 2)) {
        return err_field(e, ERR_INVALID, "after", "“after” is no place in a queue; leave it out to start from the top");
    }
    memcpy(key.b + 1, raw, in.n / 2);
    key.n += in.n / 2;
    if (!due_entry_parse(rk_bytes(&key), &d)) {
        return err_field(e, ERR_INVALID, "after", "“after” is no place in a queue; leave it out to start from the top");
    }
    memcpy(out->b, raw, in.n / 2);
    out->n = in.n / 2;
    return true;
}

/* False without an error when the file has left this place since. */
static bool read_row(struct txn *t, struct page *p, const struct due_entry *d, bool *there, struct err *e)
{
    struct queue_row *row = &p->rows[p->count];
    *there = false;
    *row = (struct queue_row){.days_waiting = 0};
    if (!file_by_id(t, p->a, &d->file, true, p->ar, &row->file, e)) {
        if (e->code != ERR_NOT_FOUND) {
            return false;
        }
        err_init(e, e->lang);
        return true;
    }
    struct due_place now = due_place_of(&row->file);
    *there = now.due && now.action == d->action && now.day.n == d->day.n && now.table == p->scan.table;
    row->days_waiting = d->day.n < p->scan.on.n ? (uint64_t)(p->scan.on.n - d->day.n) : 0;
    return true;
}

static bool page_fn(struct txn *t, void *ctx, struct err *e)
{
    struct page *p = ctx;
    size_t n = 0;
    arena_reset(p->ar);
    p->count = 0;
    p->entries = arena_alloc(p->ar, 4 * p->want * sizeof *p->entries);
    p->rows = arena_alloc(p->ar, p->want * sizeof *p->rows);
    if (p->entries == NULL || p->rows == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!queue_scan_years(t, &p->scan, p->ar, e)) {
        return false;
    }
    for (unsigned action = ACTION_DESTROY; action <= ACTION_EXCEPTION; action++) {
        size_t got;
        if (!queue_scan_range(t, &p->scan, (enum action)action, p->ar, p->entries + n, p->want, &got, e)) {
            return false;
        }
        n += got;
    }
    if (n > 1) {
        qsort(p->entries, n, sizeof *p->entries, by_wait);
    }
    p->more = n >= p->want;
    for (size_t i = 0; i < n && i < p->want; i++) {
        bool there;
        if (!read_row(t, p, &p->entries[i], &there, e)) {
            return false;
        }
        if (!cursor_of(p->ar, &p->entries[i], &p->last)) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        if (there) {
            p->rows[p->count++].cursor = p->last;
        }
    }
    return true;
}

static bool hand_out(struct page *p, const struct queue_filter *f, queue_each each, void *ctx, struct err *e)
{
    size_t left = f->limit;
    do {
        p->want = f->limit > 0 && left < PAGE_MAX ? left : PAGE_MAX;
        if (!store_read(p->a->store, page_fn, p, e)) {
            return false;
        }
        for (size_t i = 0; i < p->count; i++) {
            if (!each(&p->rows[i], ctx, e)) {
                return e->code == ERR_NONE;
            }
        }
        left -= f->limit > 0 ? p->count : 0;
        if (p->more && !cursor_parse(p->last, &p->scan.after, e)) {
            return false;
        }
    } while (p->more && (f->limit == 0 || left > 0));
    return true;
}

struct total {
    struct queue_scan scan;
    struct arena *ar;
    uint64_t files;
};

static bool total_fn(struct txn *t, void *ctx, struct err *e)
{
    struct total *c = ctx;
    arena_reset(c->ar);
    return queue_scan_years(t, &c->scan, c->ar, e) && queue_scan_total(t, &c->scan, &c->files, e);
}

bool queue_list(struct archive *a, const struct queue_filter *f, queue_each each, void *ctx, uint64_t *total,
                struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(64u << 20);
    struct page p = {.a = a, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!queue_scan_of(f, archive_today(a), &p.scan, e)) {
        return false;
    }
    if (total != NULL) {
        struct total c = {.scan = p.scan, .ar = ar};
        if (!store_read(a->store, total_fn, &c, e)) {
            return false;
        }
        *total = c.files;
    }
    if (each == NULL) {
        return true;
    }
    return cursor_parse(f->after, &p.scan.after, e) && hand_out(&p, f, each, ctx, e);
}
