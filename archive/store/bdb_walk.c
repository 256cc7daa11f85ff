/* bdb_walk.c: rows in key order.
 *
 * The first rows come one by one, because most walks are short; a long forward walk of a reader goes on in bulk, a
 * buffer of rows at a time. A verb always walks row by row, so that it sees what it wrote itself a moment ago. */
#include "bdb_internal.h"

#include <errno.h>
#include <string.h>

#define SINGLE_ROWS 24u
#define KEY_ROOM    512u
#define VALUE_ROOM  4096u
#define BULK_ROOM   (64u * 1024u)

struct room {
    uint8_t *p;
    u_int32_t cap;
    bool owned;
};

struct walk {
    struct txn *t;
    struct store_range r;
    store_each each;
    void *ctx;
    DBC *cursor;
    struct room key, val;
    struct bytes k, v; /* the current row */
    uint8_t *bulk;
    uint8_t key_stack[KEY_ROOM], val_stack[VALUE_ROOM];
};

static void walk_end(struct walk *w)
{
    if (w->cursor) {
        w->cursor->close(w->cursor);
    }
    if (w->key.owned) {
        mem_free(w->key.p);
    }
    if (w->val.owned) {
        mem_free(w->val.p);
    }
    if (w->bulk) {
        mem_free(w->bulk);
    }
}

static bool starts_with(struct bytes b, struct bytes prefix)
{
    return b.n >= prefix.n && (prefix.n == 0 || memcmp(b.p, prefix.p, prefix.n) == 0);
}

static int room_grow(struct room *r, u_int32_t need)
{
    if (need <= r->cap) {
        return 0;
    }
    uint8_t *p = mem_alloc(need);
    if (!p) {
        return ENOMEM;
    }
    memcpy(p, r->p, r->cap); /* the key of a DB_SET_RANGE is input too */
    if (r->owned) {
        mem_free(r->p);
    }
    *r = (struct room){p, need, true};
    return 0;
}

/* Moves the cursor. `from` is the key for DB_SET_RANGE. */
static int move(struct walk *w, u_int32_t how, struct bytes from)
{
    for (;;) {
        DBT k = {0}, v = {0};
        if (from.n > 0) {
            int grown = room_grow(&w->key, (u_int32_t)from.n);
            if (grown != 0) {
                return grown;
            }
            memcpy(w->key.p, from.p, from.n);
        }
        k.data = w->key.p;
        k.ulen = w->key.cap;
        k.size = (u_int32_t)from.n;
        k.flags = DB_DBT_USERMEM;
        v.data = w->val.p;
        v.ulen = w->val.cap;
        v.flags = DB_DBT_USERMEM;
        int rc = w->cursor->get(w->cursor, &k, &v, how);
        w->k = (struct bytes){w->key.p, k.size};
        w->v = (struct bytes){w->val.p, v.size};
        if (rc != DB_BUFFER_SMALL) {
            return rc;
        }
        rc = room_grow(&w->key, k.size);
        rc = rc ? rc : room_grow(&w->val, v.size);
        if (rc != 0) {
            return rc;
        }
    }
}

/* The first key after all that start with `prefix`, in `out`; false when there is none (all bytes 0xff). */
static bool prefix_end(struct bytes prefix, uint8_t *out, size_t *n)
{
    memcpy(out, prefix.p, prefix.n);
    for (size_t i = prefix.n; i > 0; i--) {
        if (out[i - 1] != 0xff) {
            out[i - 1]++;
            *n = i;
            return true;
        }
    }
    return false;
}

static int start_up(struct walk *w)
{
    struct bytes from = w->r.from;
    if (bytes_cmp(from, w->r.prefix) < 0) {
        from = w->r.prefix;
    }
    return from.n == 0 ? move(w, DB_FIRST, from) : move(w, DB_SET_RANGE, from);
}

/* To the last key that is <= from, or < the end of the prefix. */
static int start_down(struct walk *w)
{
    uint8_t end[UINT16_MAX];
    struct bytes none = {NULL, 0}, target = w->r.from;
    size_t n = 0;
    bool inclusive = true;
    bool bounded = w->r.prefix.n > 0 && w->r.prefix.n < sizeof end && prefix_end(w->r.prefix, end, &n);
    if (bounded && (target.n == 0 || bytes_cmp(target, (struct bytes){end, n}) >= 0)) {
        target = (struct bytes){end, n};
        inclusive = false;
    }
    if (target.n == 0) {
        return move(w, DB_LAST, none);
    }
    int rc = move(w, DB_SET_RANGE, target);
    if (rc == DB_NOTFOUND) {
        return move(w, DB_LAST, none);
    }
    if (rc == 0 && !(inclusive && bytes_cmp(w->k, target) == 0)) {
        rc = move(w, DB_PREV, none);
    }
    return rc;
}

/* Hands over the current row. false: the walk is over, and *ok says how it ended. */
static bool hand_over(struct walk *w, struct bytes k, struct bytes v, bool *ok, struct err *e)
{
    if (!starts_with(k, w->r.prefix)) {
        *ok = true;
        return false;
    }
    if (!w->each(k, v, w->ctx, e)) {
        *ok = e->code == ERR_NONE;
        return false;
    }
    return true;
}

static bool ended(struct walk *w, int rc, struct err *e)
{
    return rc == DB_NOTFOUND || bdb_table_fail(w->t, w->r.table, rc, e, N_("walking a table"));
}

static int bulk_read(struct walk *w, DBT *v, size_t *cap)
{
    DBT k = {0};
    for (;;) {
        v->data = w->bulk;
        v->ulen = (u_int32_t)*cap;
        v->flags = DB_DBT_USERMEM;
        int rc = w->cursor->get(w->cursor, &k, v, DB_NEXT | DB_MULTIPLE_KEY);
        if (rc != DB_BUFFER_SMALL) {
            return rc;
        }
        size_t need = ((size_t)v->size * 2 + 1023) / 1024 * 1024;
        uint8_t *p = mem_realloc(w->bulk, need);
        if (!p) {
            return ENOMEM;
        }
        w->bulk = p;
        *cap = need;
    }
}

static bool walk_bulk(struct walk *w, struct err *e)
{
    size_t cap = BULK_ROOM;
    bool ok = false;
    w->bulk = mem_alloc(cap);
    if (!w->bulk) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (;;) {
        DBT v = {0};
        int rc = bulk_read(w, &v, &cap);
        if (rc != 0) {
            return ended(w, rc, e);
        }
        void *at, *kp, *vp;
        size_t kn, vn;
        DB_MULTIPLE_INIT(at, &v);
        for (;;) {
            DB_MULTIPLE_KEY_NEXT(at, &v, kp, kn, vp, vn);
            if (!at) {
                break;
            }
            if (!hand_over(w, (struct bytes){kp, kn}, (struct bytes){vp, vn}, &ok, e)) {
                return ok;
            }
        }
    }
}

static bool walk_rows(struct walk *w, struct err *e)
{
    const struct bytes none = {NULL, 0};
    bool ok = false;
    int rc = w->r.reverse ? start_down(w) : start_up(w);
    for (unsigned i = 0; rc == 0; i++) {
        if (!hand_over(w, w->k, w->v, &ok, e)) {
            return ok;
        }
        if (i == SINGLE_ROWS && !w->r.reverse && !w->t->writes) {
            return walk_bulk(w, e);
        }
        rc = move(w, w->r.reverse ? DB_PREV : DB_NEXT, none);
    }
    return ended(w, rc, e);
}

bool store_walk(struct txn *t, struct store_range r, store_each each, void *ctx, struct err *e)
{
    CLEANUP(walk_end) struct walk w;
    memset(&w, 0, offsetof(struct walk, key_stack));
    *e = (struct err){.lang = e->lang}; /* a stop without a reason is told by an empty one */
    w.t = t;
    w.r = r;
    w.each = each;
    w.ctx = ctx;
    w.key = (struct room){w.key_stack, sizeof w.key_stack, false};
    w.val = (struct room){w.val_stack, sizeof w.val_stack, false};
    if (t->trouble != 0) {
        return bdb_fail(t, t->trouble, e, N_("going on after a failure"));
    }
    DB *db = t->store->engine->tables[r.table];
    int rc = db->cursor(db, t->handle, &w.cursor, DB_READ_COMMITTED);
    if (rc != 0) {
        w.cursor = NULL;
        return bdb_table_fail(t, r.table, rc, e, N_("walking a table"));
    }
    return walk_rows(&w, e);
}
