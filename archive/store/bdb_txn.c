/* bdb_txn.c: transactions and single rows.
 *
 * Reads copy out of the engine into the caller's arena; writes remember that there is something to undo. A deadlock
 * dooms the transaction: every later call in it fails the same way, and whoever began it aborts and runs it again. */
#include "bdb_internal.h"

#include <errno.h>
#include <string.h>

#define VALUE_ON_STACK 4096u

static _Thread_local bool inside;

bool txn_inside(void)
{
    return inside;
}

void txn_enter(bool now_inside)
{
    inside = now_inside;
}

bool txn_begin(struct store *s, struct txn *parent, bool writes, struct txn *out, struct err *e)
{
    DB_ENV *env = s->engine->env;
    DB_TXN *tx = NULL;
    int rc = env->txn_begin(env, parent ? parent->handle : NULL, &tx, DB_READ_COMMITTED);
    if (rc != 0) {
        return bdb_fail(NULL, rc, e, N_("beginning a transaction"));
    }
    *out = (struct txn){.store = s, .handle = tx, .writes = writes};
    return true;
}

bool txn_commit(struct txn *t, struct err *e)
{
    DB_TXN *tx = t->handle;
    t->handle = NULL;
    int rc = tx->commit(tx, 0);
    if (rc == 0) {
        return true;
    }
    if (rc != ENOSPC && rc != EDQUOT && rc != ENOMEM && rc != DB_LOCK_DEADLOCK && rc != DB_LOCK_NOTGRANTED) {
        /* Nobody can say any more whether it is durable. */
        store_fail_stop(t->store->run_fd, "a commit failed: %s", db_strerror(rc));
    }
    return bdb_fail(t, rc, e, N_("committing"));
}

void txn_abort(struct txn *t)
{
    DB_TXN *tx = t->handle;
    if (!tx) {
        return;
    }
    t->handle = NULL;
    int rc = tx->abort(tx);
    if (rc != 0) {
        store_fail_stop(t->store->run_fd, "undoing a transaction failed: %s", db_strerror(rc));
    }
}

bool txn_deadlocked(const struct txn *t)
{
    return t->trouble == DB_LOCK_DEADLOCK || t->trouble == DB_LOCK_NOTGRANTED;
}

void bdb_dbt_in(DBT *d, struct bytes b)
{
    memset(d, 0, sizeof *d);
    d->data = (void *)(uintptr_t)b.p; /* the engine reads it only */
    d->size = (u_int32_t)b.n;
}

static bool usable(struct txn *t, enum store_table tb, struct bytes key, struct err *e)
{
    if (t->trouble != 0) {
        return bdb_fail(t, t->trouble, e, N_("going on after a failure"));
    }
    if ((unsigned)tb >= TABLE_COUNT || key.n == 0 || key.n > UINT16_MAX) {
        return err_set(e, ERR_INVALID, "a key of %lu bytes cannot be stored", (unsigned long)key.n);
    }
    return true;
}

static DB *table(const struct txn *t, enum store_table tb)
{
    return t->store->engine->tables[tb];
}

static int get_into(struct txn *t, enum store_table tb, struct bytes key, void *p, size_t cap, u_int32_t *size)
{
    DBT k, v = {0};
    bdb_dbt_in(&k, key);
    v.data = p;
    v.ulen = (u_int32_t)cap;
    v.flags = DB_DBT_USERMEM;
    DB *db = table(t, tb);
    int rc = db->get(db, t->handle, &k, &v, 0);
    *size = v.size;
    return rc;
}

bool store_find(struct txn *t, enum store_table tb, struct bytes key, struct arena *a, struct bytes *out, bool *found,
                struct err *e)
{
    uint8_t stack[VALUE_ON_STACK], *p = stack;
    u_int32_t size = 0;
    if (!usable(t, tb, key, e)) {
        return false;
    }
    int rc = get_into(t, tb, key, stack, sizeof stack, &size);
    while (rc == DB_BUFFER_SMALL) {
        u_int32_t cap = size;
        p = arena_alloc(a, cap);
        if (!p) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        rc = get_into(t, tb, key, p, cap, &size);
    }
    *found = rc == 0;
    if (rc == DB_NOTFOUND) {
        return true;
    }
    if (rc != 0) {
        return bdb_table_fail(t, tb, rc, e, N_("reading a row"));
    }
    struct bytes value = {p, size};
    *out = p == stack ? arena_bytes(a, value) : value;
    return out->p || size == 0 || err_set(e, ERR_MEMORY, "out of memory");
}

bool store_get(struct txn *t, enum store_table tb, struct bytes key, struct arena *a, struct bytes *out, struct err *e)
{
    bool found = false;
    if (!store_find(t, tb, key, a, out, &found, e)) {
        return false;
    }
    return found || err_set(e, ERR_NOT_FOUND, "there is no such row in the table %s", table_name(tb));
}

static bool writable(struct txn *t, enum store_table tb, struct bytes key, struct err *e)
{
    if (!t->writes) {
        return err_set(e, ERR_STATE, "a reader tried to write the table %s", table_name(tb));
    }
    return usable(t, tb, key, e);
}

static bool put(struct txn *t, enum store_table tb, struct bytes key, struct bytes val, u_int32_t flags, struct err *e)
{
    DBT k, v;
    if (!writable(t, tb, key, e)) {
        return false;
    }
    if (val.n > UINT32_MAX / 2) {
        return err_set(e, ERR_TOO_BIG, "a row of %lu bytes cannot be stored", (unsigned long)val.n);
    }
    bdb_dbt_in(&k, key);
    bdb_dbt_in(&v, val);
    DB *db = table(t, tb);
    int rc = db->put(db, t->handle, &k, &v, flags);
    if (rc == DB_KEYEXIST) {
        return err_set(e, ERR_CONFLICT, "the row exists already in the table %s", table_name(tb));
    }
    t->changed = true; /* also when it failed half way */
    return rc == 0 || bdb_table_fail(t, tb, rc, e, N_("writing a row"));
}

bool store_put(struct txn *t, enum store_table tb, struct bytes key, struct bytes val, struct err *e)
{
    return put(t, tb, key, val, 0, e);
}

bool store_insert(struct txn *t, enum store_table tb, struct bytes key, struct bytes val, struct err *e)
{
    return put(t, tb, key, val, DB_NOOVERWRITE, e);
}

bool store_delete(struct txn *t, enum store_table tb, struct bytes key, struct err *e)
{
    DBT k;
    if (!writable(t, tb, key, e)) {
        return false;
    }
    bdb_dbt_in(&k, key);
    DB *db = table(t, tb);
    int rc = db->del(db, t->handle, &k, 0);
    if (rc == DB_NOTFOUND) {
        return err_set(e, ERR_NOT_FOUND, "there is no such row in the table %s", table_name(tb));
    }
    t->changed = true;
    return rc == 0 || bdb_table_fail(t, tb, rc, e, N_("removing a row"));
}
