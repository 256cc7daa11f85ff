/* request_public.c: the public register and its figures. Each request has a line in four lists (all; its kind; its
 * state; both), newest first by the instant of receipt, and counts in the figure of its month, kind and state; all of
 * it is written by the verb that changes the request. The words of an approved subject are an index of their own.
 * Nothing personal is here: a line holds dates, codes and the subject that a person approved (P-09). Fails with the
 * store. */
#include "request_internal.h"

#include "bulletin_internal.h"

#include <string.h>

#define LINE_MAX 4096u

/* ---------------------------------------------------------------- writing */

bool public_line(const struct request_head *h, struct buf *out, struct err *e)
{
    const struct request_line_row line = {.kind = h->kind,
                                          .state = h->state,
                                          .received = h->day,
                                          .due = head_due(h),
                                          .ended = h->ended,
                                          .outcome = h->outcome,
                                          .extended = !day_is_none(h->extended_to),
                                          .answer = h->published != 0,
                                          .subject = h->subject};
    return row_encode(&request_line_kind, &line, NULL, &h->id, out, e) && buf_ok(out, e);
}

struct rq_key public_key(const struct request_head *h, unsigned i)
{
    uint64_t kinds[] = {0, h->kind}, states[] = {0, h->state};
    return rq_place(rq_list(kinds[i & 1u], states[i >> 1]), h);
}

static bool same_lists(const struct request_head *a, const struct request_head *b)
{
    return a->kind == b->kind && a->state == b->state;
}

static bool move_tally(struct txn *t, const struct request_head *h, bool more, struct err *e)
{
    int year, month, day;
    uint64_t n;
    day_split(h->day, &year, &month, &day);
    struct rq_key k = rq_tally((uint64_t)year, (uint64_t)month, h->kind, h->state);
    if (!index_u64(t, k, &n, e)) {
        return false;
    }
    if (n == 0 && !more) {
        return err_set(e, ERR_CORRUPT, "the figures of requests do not add up; run akta doctor");
    }
    n = more ? n + 1 : n - 1;
    return n > 0 ? index_u64_put(t, k, n, e) : store_delete(t, T_REQUEST_INDEX, rq_bytes(&k), e);
}

static bool take_lines_away(struct txn *t, const struct request_head *h, struct err *e)
{
    for (unsigned i = 0; i < REQUEST_LISTS; i++) {
        struct rq_key k = public_key(h, i);
        if (!store_delete(t, T_REQUEST_LIST, rq_bytes(&k), e)) {
            return false;
        }
    }
    return move_tally(t, h, false, e);
}

/* ---------------------------------------------------------------- words of the subject */

static bool known_stem(const struct subject_stems *s, struct str stem)
{
    for (size_t i = 0; i < s->count; i++) {
        if (str_eq(s->list[i], stem)) {
            return true;
        }
    }
    return false;
}

/* „basenu” is stemmed to „basen”, and that once more: a stem is looked up whole, so all forms must come to one. */
static struct str last_stem(struct str word, char room[WORD_MAX])
{
    char before[WORD_MAX];
    struct str stem = word_stem(word, room);
    for (size_t n = word.n; stem.n < n;) {
        n = stem.n;
        memcpy(before, stem.p, n);
        stem = word_stem((struct str){before, n}, room);
    }
    return stem;
}

bool stems_of(struct str text, struct arena *ar, struct subject_stems *out, struct err *e)
{
    struct str folded, word;
    size_t at = 0;
    out->count = 0;
    if (text.n == 0) {
        return true;
    }
    if (!text_fold(ar, text, &folded, e)) {
        return false;
    }
    while (out->count < SUBJECT_STEMS && word_next(folded, &at, &word)) {
        char room[WORD_MAX];
        struct str stem = last_stem(word, room);
        if (word_idle(word) || known_stem(out, stem)) {
            continue;
        }
        out->list[out->count] = arena_str(ar, stem);
        if (out->list[out->count].p == NULL) {
            return err_set(e, ERR_MEMORY, "out of memory");
        }
        out->count++;
    }
    return true;
}

static bool change_words(struct txn *t, const struct request_head *h, bool there, struct arena *ar, struct err *e)
{
    struct subject_stems s;
    if (!stems_of(h->subject, ar, &s, e)) {
        return false;
    }
    for (size_t i = 0; i < s.count; i++) {
        struct rq_key k = rq_place(rq_word(s.list[i]), h);
        struct bytes none = {NULL, 0};
        if (!(there ? store_put(t, T_REQUEST_INDEX, rq_bytes(&k), none, e)
                    : store_delete(t, T_REQUEST_INDEX, rq_bytes(&k), e))) {
            return false;
        }
    }
    return true;
}

static bool write_words(struct txn *t, const struct request_head *before, const struct request_head *after,
                        struct err *e)
{
    struct str was = before != NULL ? before->subject : STR("");
    if (str_eq(was, after->subject)) {
        return true;
    }
    struct arena *ar CLEANUP(arena_free) = arena_new(64u * 1024);
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return (before == NULL || change_words(t, before, false, ar, e)) && change_words(t, after, true, ar, e);
}

bool public_update(struct txn *t, const struct request_head *before, const struct request_head *after, struct err *e)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(LINE_MAX);
    bool move = before == NULL || !same_lists(before, after);
    if (!public_line(after, &line, e) || (before != NULL && move && !take_lines_away(t, before, e))) {
        return false;
    }
    for (unsigned i = 0; i < REQUEST_LISTS; i++) {
        struct rq_key k = public_key(after, i);
        if (!store_put(t, T_REQUEST_LIST, rq_bytes(&k), buf_bytes(&line), e)) {
            return false;
        }
    }
    return (!move || move_tally(t, after, true, e)) && write_words(t, before, after, e) &&
           public_more(t, before, after, e);
}
