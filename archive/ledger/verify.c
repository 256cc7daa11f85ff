/* verify.c: the whole log at once: the rows of this log and of those it succeeds, the object index, the published
 * folders, the signer's memory, and each against the others. */
#include "ledger_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define ROWS_AT_ONCE 4096u

/* ---------------------------------------------------------------- rows of the object index that lead nowhere */

struct object_walk {
    uint8_t last[20]; /* where the next step begins */
    bool begun, more;
    unsigned left;
    uint32_t number; /* of the log now written */
    uint64_t size;   /* entries of it that were looked at; later ones are not counted */
    uint64_t rows;
};

static bool count_row(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct object_walk *w = ctx;
    struct reader r = reader_of(val);
    uint64_t index = rd_be64(&r);
    (void)e;
    if (key.n == sizeof w->last && w->begun && memcmp(key.p, w->last, sizeof w->last) == 0)
        return true;
    if (key.n != sizeof w->last || !rd_done(&r) || index >> LOG_SHIFT != w->number || (index & LOG_MASK) < w->size)
        w->rows++;
    if (key.n == sizeof w->last)
        memcpy(w->last, key.p, sizeof w->last);
    w->begun = true;
    w->more = --w->left == 0;
    return !w->more;
}

static bool count_rows(struct txn *t, void *ctx, struct err *e)
{
    struct object_walk *w = ctx;
    struct object_walk start = *w;
    struct store_range r = {.table = T_LOG_OBJECT};
    if (start.begun)
        r.from = (struct bytes){start.last, sizeof start.last};
    w->left = ROWS_AT_ONCE;
    w->more = false;
    if (store_walk(t, r, count_row, w, e))
        return true;
    *w = start;
    return false;
}

static bool check_object_rows(struct ledger *l, uint64_t size, uint64_t with_rows, struct fault_sink *f, struct err *e)
{
    struct object_walk w = {.number = l->number, .size = size, .more = true};
    while (w.more) {
        if (!store_read(l->store, count_rows, &w, e))
            return false;
    }
    if (w.rows > with_rows)
        fault_report(f, "store: object index", "%llu of its %llu rows do not lead to an entry of that object and event",
                     ULL(w.rows - with_rows), ULL(w.rows));
    return true;
}

/* ---------------------------------------------------------------- folders and memory */

static bool check_old_folder(struct ledger *l, uint32_t number, struct fault_sink *f, struct err *e)
{
    char name[40];
    struct signed_row head;
    struct arena *a CLEANUP(arena_free) = arena_new(4u << 20);
    snprintf(name, sizeof name, "log-old-%u", number + 1);
    int fd CLEANUP(fd_close) = disk_now()->openat(store_dir_fd(l->store), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory verifying the log");
    if (fd < 0) {
        struct err why = {.lang = f->lang};
        err_errno(&why, errno, "the folder of the log before cannot be opened");
        fault_because(f, name, &why, "%s", why.text);
        return true;
    }
    snprintf(name, sizeof name, "log-old-%u/", number + 1);
    return verify_folder(fd, name, NULL, f, &head, a, e);
}

/* A head that someone outside the rows vouches for: are the rows the same that far? */
static void check_against_rows(struct ledger *l, const struct log_check *now, const struct tree_head *head,
                               const char *where, struct fault_sink *f)
{
    struct hash root;
    struct err why = {.lang = f->lang};
    if (head->size == 0 || !now->rows_sound)
        return;
    if (!tree_root_at(l->store, l->number, head->size, &root, &why))
        fault_because(f, where, &why, "the store cannot give the root of its %llu entries: %s", ULL(head->size),
                      why.text);
    else if (!hash_equal(&root, &head->root))
        fault_report(f, where, "the store has another root for its %llu entries", ULL(head->size));
}

static bool check_folder(struct ledger *l, const struct log_check *now, struct fault_sink *f, struct err *e)
{
    struct signed_row head;
    struct arena *a CLEANUP(arena_free) = arena_new(4u << 20);
    if (a == NULL)
        return err_set(e, ERR_MEMORY, "out of memory verifying the log");
    if (!verify_folder(l->log_dir, "DIR/log/", signer_key(l->signer), f, &head, a, e))
        return false;
    if (head.head.size > 0 && head.head.size < now->published.size)
        fault_report(f, "DIR/log/checkpoint", "it counts %llu entries, and %llu were published", ULL(head.head.size),
                     ULL(now->published.size));
    check_against_rows(l, now, &head.head, "DIR/log/checkpoint", f);
    return true;
}

static void check_memory(struct ledger *l, const struct log_check *now, struct fault_sink *f)
{
    static const char where[] = "DIR/keys/log.head";
    struct tree_head last;
    struct err why = {.lang = f->lang};
    if (!signer_recall(l->signer, &last, &why)) {
        fault_because(f, where, &why, "%s", why.text);
        return;
    }
    if (last.size < now->published.size)
        fault_report(f, where, "it remembers %llu entries, and %llu were published", ULL(last.size),
                     ULL(now->published.size));
    check_against_rows(l, now, &last, where, f);
}

bool ledger_verify(struct ledger *l, ledger_fault fault, void *ctx, uint64_t *entries, struct err *e)
{
    struct fault_sink f = {.fault = fault, .ctx = ctx, .lang = e->lang};
    struct log_check now = {0};
    uint64_t checked = 0, with_rows = 0;
    for (uint32_t number = 0; number <= l->number; number++) {
        if (!verify_store(l->store, number, &f, &now, e))
            return false;
        if (number < l->number && !check_old_folder(l, number, &f, e))
            return false;
        checked += now.size;
        with_rows += now.with_rows;
    }
    if (!check_object_rows(l, now.size, with_rows, &f, e) || !check_folder(l, &now, &f, e))
        return false;
    check_memory(l, &now, &f);
    *entries = checked;
    return fault_sink_ends(&f, e);
}
