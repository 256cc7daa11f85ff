/* request_public_more.c: what the public register keeps beside its lines: when each request changed there last, how the
 * ended ones ended, and the published answers with the words by which they are found. Written by the verb that changes
 * the request, from its head alone, so that the doctor can count it anew. Fails with the store. */
#include "request_internal.h"

#include <string.h>

void public_of_head(const struct request_head *h, struct request_public *out)
{
    *out = (struct request_public){.kind = (enum request_kind)h->kind,
                                   .state = (enum request_state)h->state,
                                   .outcome = (enum request_outcome)h->outcome,
                                   .received = h->day,
                                   .due = head_due(h),
                                   .ended = h->ended,
                                   .extended = !day_is_none(h->extended_to),
                                   .answer = h->published != 0,
                                   .subject = h->subject};
    number_text(h->year, h->seq, out->number);
}

bool public_differs(const struct request_head *before, const struct request_head *after)
{
    struct request_public a, b;
    public_of_head(before, &a);
    public_of_head(after, &b);
    return a.kind != b.kind || a.state != b.state || a.outcome != b.outcome || a.due.n != b.due.n ||
           a.ended.n != b.ended.n || a.extended != b.extended || !str_eq(a.subject, b.subject) ||
           before->published != after->published;
}

size_t answer_files_of(struct str text, uint64_t seqs[ANSWER_FILES_MAX])
{
    size_t n = 0;
    while (text.n > 0 && n < ANSWER_FILES_MAX) {
        const char *blank = memchr(text.p, ' ', text.n);
        size_t length = blank != NULL ? (size_t)(blank - text.p) : text.n;
        if (!parse_u64((struct str){text.p, length}, 1, UINT32_MAX, &seqs[n])) {
            return n;
        }
        n++;
        length += blank != NULL;
        text = (struct str){text.p + length, text.n - length};
    }
    return n;
}

/* ---------------------------------------------------------------- changes */

/* An older head may have no place in the list yet. */
static bool drop(struct txn *t, struct rq_key k, struct err *e)
{
    struct err why;
    err_init(&why, e->lang);
    if (store_delete(t, T_REQUEST_INDEX, rq_bytes(&k), &why) || why.code == ERR_NOT_FOUND) {
        return true;
    }
    *e = why;
    return false;
}

static bool put(struct txn *t, struct rq_key k, struct err *e)
{
    struct bytes none = {NULL, 0};
    return store_put(t, T_REQUEST_INDEX, rq_bytes(&k), none, e);
}

static bool move_change(struct txn *t, const struct request_head *before, const struct request_head *after,
                        struct err *e)
{
    if (before != NULL && before->shown == after->shown) {
        return true;
    }
    return (before == NULL || before->shown == 0 || drop(t, rq_shown(before), e)) &&
           (after->shown == 0 || put(t, rq_shown(after), e));
}

/* ---------------------------------------------------------------- endings */

enum request_pace pace_of(const struct request_head *h)
{
    static const int most[] = {3, 7, 14, 30, 61};
    size_t i = 0;
    while (i < COUNT_OF(most) && h->ended.n - h->day.n > most[i]) {
        i++;
    }
    return (enum request_pace)i;
}

static bool same_ending(const struct request_head *a, const struct request_head *b)
{
    return a->ended.n == b->ended.n && a->kind == b->kind && a->outcome == b->outcome && a->late == b->late;
}

static bool count_ending(struct txn *t, const struct request_head *h, bool more, struct err *e)
{
    struct rq_key k = rq_ended(h);
    uint64_t n;
    if (!index_u64(t, k, &n, e)) {
        return false;
    }
    if (!more && n <= 1) {
        return drop(t, k, e);
    }
    return index_u64_put(t, k, more ? n + 1 : n - 1, e);
}

static bool move_ending(struct txn *t, const struct request_head *before, const struct request_head *after,
                        struct err *e)
{
    /* An ending of before there were figures is not counted until the request changes. */
    bool was = before != NULL && before->shown != 0 && !day_is_none(before->ended), is = !day_is_none(after->ended);
    if (was && is && same_ending(before, after)) {
        return true;
    }
    return (!was || count_ending(t, before, false, e)) && (!is || count_ending(t, after, true, e));
}

/* ---------------------------------------------------------------- published answers */

static bool answer_words(struct txn *t, const struct request_head *h, struct str text, bool there, struct arena *ar,
                         struct err *e)
{
    struct subject_stems s;
    if (!stems_of(text, ar, &s, e)) {
        return false;
    }
    for (size_t i = 0; i < s.count; i++) {
        struct rq_key k = rq_answer_word(s.list[i]), place = rq_answer(h);
        memcpy(k.b + k.n, place.b + 1, RQ_PLACE);
        k.n += RQ_PLACE;
        if (!(there ? put(t, k, e) : drop(t, k, e))) {
            return false;
        }
    }
    return true;
}

static bool answer_traces(struct txn *t, const struct request_head *h, bool there, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct rq_key k = rq_answer(h);
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return (there ? put(t, k, e) : drop(t, k, e)) && answer_words(t, h, h->subject, there, ar, e) &&
           answer_words(t, h, h->answer_text, there, ar, e);
}

static bool move_answer(struct txn *t, const struct request_head *before, const struct request_head *after,
                        struct err *e)
{
    bool was = before != NULL && before->published != 0, is = after->published != 0;
    if (was && is && before->published == after->published && str_eq(before->subject, after->subject) &&
        str_eq(before->answer_text, after->answer_text)) {
        return true;
    }
    return (!was || answer_traces(t, before, false, e)) && (!is || answer_traces(t, after, true, e));
}

bool public_more(struct txn *t, const struct request_head *before, const struct request_head *after, struct err *e)
{
    return move_change(t, before, after, e) && move_ending(t, before, after, e) && move_answer(t, before, after, e);
}
