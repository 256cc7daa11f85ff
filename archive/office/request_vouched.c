/* request_vouched.c: files of published answers in the index of public digests: in with the verb that publishes them,
 * out with the one that takes them back. Whose answer a digest is stands in the file's own entry of the log. Fails with
 * the store. */
#include "verify.h"

#include <string.h>

static bool has_seq(const uint64_t *list, size_t n, uint64_t seq)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] == seq) {
            return true;
        }
    }
    return false;
}

static bool one_file(struct txn *t, struct request_desk *d, const struct id *request, uint64_t seq, bool in,
                     struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(256u << 10);
    struct key key CLEANUP(key_wipe) = {{0}};
    struct rq_key k = rq_event(request, seq);
    struct request_file_row row;
    struct public_digest p;
    struct bytes val;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!store_get(t, T_REQUEST_FILE, rq_bytes(&k), ar, &val, e) ||
        !row_decode(&request_file_kind, val, NULL, NULL, ar, &row, e)) {
        return false;
    }
    p.object = row.id;
    if (!key_get(t, archive_store(d->a), &p.object, &key, e) ||
        !row_decode(&request_file_kind, val, &key, &p.object, ar, &row, e)) {
        return false;
    }
    p.size = row.size;
    p.digests = row.digests;
    return in ? ledger_find(t, &p.object, 1, &p.entry, e) && public_put(t, &p, e)
              : public_drop(t, p.digests.sha256, &p.object, e);
}

bool vouched_update(struct txn *t, struct request_desk *d, const struct request_head *before,
                    const struct request_head *after, struct err *e)
{
    uint64_t was[ANSWER_FILES_MAX], now[ANSWER_FILES_MAX];
    size_t was_n = answer_files_of(before->answer_files, was), now_n = answer_files_of(after->answer_files, now);
    for (size_t i = 0; i < was_n; i++) {
        if (!has_seq(now, now_n, was[i]) && !one_file(t, d, &after->id, was[i], false, e)) {
            return false;
        }
    }
    for (size_t i = 0; i < now_n; i++) {
        if (!has_seq(was, was_n, now[i]) && !one_file(t, d, &after->id, now[i], true, e)) {
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- whose answer it is */

struct whose {
    struct id request;
    struct arena *ar;
    struct request_head head;
    bool found;
};

static bool whose_fn(struct txn *t, void *ctx, struct err *e)
{
    struct whose *w = ctx;
    struct err why;
    err_init(&why, e->lang);
    w->found = head_get(t, &w->request, w->ar, &w->head, &why) && w->head.published != 0;
    if (!w->found && why.code != ERR_NONE && why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    return true;
}

bool vouched_answer(struct archive *a, const struct entry *en, struct arena *ar, struct str *number, struct err *e)
{
    struct whose w = {.ar = ar};
    char text[REQUEST_NUMBER_SIZE];
    bool named = false;
    for (size_t i = 0; i < en->line_count && en->type == E_REQUEST_ATTACH; i++) {
        named |= strcmp(en->lines[i].key, "request") == 0 && id_parse(en->lines[i].value, &w.request);
    }
    if (!named || !store_read(archive_store(a), whose_fn, &w, e)) {
        return !named;
    }
    if (w.found) {
        number_text(w.head.year, w.head.seq, text);
        *number = arena_str(ar, str_of(text));
    }
    return true;
}
