/* request_answers.c: published answers as everybody reads them: pages newest first, by words, one by its number, a file
 * of it. A page is one walk down the index of answers or of a word, begun at the cursor. Nothing of the sealed rows is
 * opened but the key of a file that is fetched. Fails: ERR_NOT_FOUND in the same words for what does not exist and what
 * is not published; ERR_INVALID for a cursor that is not ours; with the store. */
#include "request_internal.h"

#include "bulletin_internal.h"

#include <string.h>

#define LIST_MOST   200u
#define PIECE       256u
#define LOOKED_MOST 2048u

struct answer_place {
    uint8_t b[RQ_PLACE];
};

struct answers {
    struct request_desk *d;
    const struct answer_filter *f;
    struct arena *ar;
    struct subject_stems words;
    size_t longest;
    struct answer_place from, last, found[PIECE];
    bool begun, more;
    size_t found_n, looked, n;
    struct request_answer *rows;
};

static bool unknown(struct err *e)
{
    return err_field(e, ERR_NOT_FOUND, "number", "no answer is published under this number");
}

/* ---------------------------------------------------------------- one */

static bool add_file(struct txn *t, const struct request_head *h, uint64_t seq, struct arena *ar,
                     struct request_answer *out, struct err *e)
{
    struct rq_key k = rq_event(&h->id, seq);
    struct request_file_row row;
    struct bytes val;
    bool found;
    if (!store_find(t, T_REQUEST_FILE, rq_bytes(&k), ar, &val, &found, e)) {
        return false;
    }
    if (!found) {
        return true;
    }
    if (!row_decode(&request_file_kind, val, NULL, NULL, ar, &row, e)) {
        return false;
    }
    if (row.released != 0) {
        out->files[out->file_count++] = (struct answer_file){.seq = seq, .type = row.type, .size = row.size};
    }
    return true;
}

static bool answer_of(struct txn *t, const struct request_head *h, struct arena *ar, struct request_answer *out,
                      struct err *e)
{
    uint64_t seqs[ANSWER_FILES_MAX];
    size_t n = answer_files_of(h->answer_files, seqs);
    bool own = h->answer_outcome != 0; /* a row of before it was kept: as the case stands */
    *out = (struct request_answer){.kind = (enum request_kind)h->kind,
                                   .outcome = (enum request_outcome)(own ? h->answer_outcome : h->outcome),
                                   .received = h->day,
                                   .ended = own ? h->answered : h->ended,
                                   .published = h->published,
                                   .subject = h->subject,
                                   .text = h->answer_text};
    number_text(h->year, h->seq, out->number);
    for (size_t i = 0; i < n; i++) {
        if (!add_file(t, h, seqs[i], ar, out, e)) {
            return false;
        }
    }
    return true;
}

static bool head_at(struct txn *t, uint64_t year, uint64_t seq, struct arena *ar, struct request_head *out, bool *found,
                    struct err *e)
{
    struct id id;
    return index_id(t, rq_by_number(year, seq), &id, NULL, found, e) &&
           (!*found || head_try(t, &id, ar, out, found, e)); /* one that cannot be read is not there for the public */
}

struct one {
    struct request_desk *d;
    uint64_t year, seq, file;
    struct arena *ar;
    struct request_answer *answer;   /* or … */
    struct request_attachment *data; /* … its file */
};

static bool file_of(struct txn *t, const struct request_head *h, struct one *o, struct err *e)
{
    struct rq_key k = rq_event(&h->id, o->file);
    struct key key CLEANUP(key_wipe) = {{0}};
    struct request_file_row row;
    struct bytes val;
    if (!store_get(t, T_REQUEST_FILE, rq_bytes(&k), o->ar, &val, e) ||
        !row_decode(&request_file_kind, val, NULL, NULL, o->ar, &row, e)) {
        return false;
    }
    struct id id = row.id;
    if (row.released == 0 || !key_get(t, archive_store(o->d->a), &id, &key, e)) {
        return row.released != 0 ? false : unknown(e);
    }
    if (!row_decode(&request_file_kind, val, &key, &id, o->ar, &row, e)) {
        return false;
    }
    *o->data = (struct request_attachment){.id = id,
                                           .seq = o->file,
                                           .event = row.event,
                                           .released = true,
                                           .type = row.type,
                                           .size = row.size,
                                           .digests = row.digests,
                                           .content = row.content,
                                           .inline_sealed = row.inline_sealed};
    return true;
}

static bool one_fn(struct txn *t, void *ctx, struct err *e)
{
    struct one *o = ctx;
    struct request_head h;
    uint64_t seqs[ANSWER_FILES_MAX];
    bool found;
    if (!head_at(t, o->year, o->seq, o->ar, &h, &found, e)) {
        return false;
    }
    if (!found || h.published == 0) {
        return unknown(e);
    }
    if (o->answer != NULL) {
        return answer_of(t, &h, o->ar, o->answer, e);
    }
    size_t n = answer_files_of(h.answer_files, seqs);
    for (size_t i = 0; i < n; i++) {
        if (seqs[i] == o->file) {
            return file_of(t, &h, o, e);
        }
    }
    return unknown(e);
}

static bool one(struct one *o, struct str number, struct err *e)
{
    return number_parse(number, &o->year, &o->seq) ? store_read(archive_store(o->d->a), one_fn, o, e) : unknown(e);
}

bool request_answer_get(struct request_desk *d, struct str number, struct arena *ar, struct request_answer *out,
                        struct err *e)
{
    struct one o = {.d = d, .ar = ar, .answer = out};
    return one(&o, number, e);
}

bool request_answer_file(struct request_desk *d, struct str number, uint64_t seq, struct arena *ar,
                         struct request_attachment *out, struct err *e)
{
    struct one o = {.d = d, .ar = ar, .file = seq, .data = out};
    return one(&o, number, e);
}

/* ---------------------------------------------------------------- many */

static struct rq_key begin_of(const struct answers *l)
{
    struct rq_key newest = {.b = {'p'}, .n = 1};
    return l->words.count > 0 ? rq_answer_word(l->words.list[l->longest]) : newest;
}

static struct rq_key at_place(struct rq_key k, const struct answer_place *p)
{
    memcpy(k.b + k.n, p->b, RQ_PLACE);
    k.n += RQ_PLACE;
    return k;
}

static bool place_each(struct bytes key, struct bytes val, void *ctx, struct err *e)
{
    struct answers *l = ctx;
    struct answer_place at;
    (void)val;
    if (key.n < RQ_PLACE) {
        return err_set(e, ERR_CORRUPT, "a key of the published answers is damaged");
    }
    memcpy(at.b, key.p + key.n - RQ_PLACE, RQ_PLACE);
    if (l->begun && memcmp(&at, &l->from, sizeof at) == 0) {
        return true;
    }
    l->found[l->found_n++] = at;
    return l->found_n < PIECE;
}

static bool has_all_words(struct txn *t, const struct answers *l, const struct answer_place *at, bool *yes,
                          struct err *e)
{
    *yes = true;
    for (size_t i = 0; i < l->words.count && *yes; i++) {
        struct rq_key k = at_place(rq_answer_word(l->words.list[i]), at);
        struct bytes val;
        if (i != l->longest && !store_find(t, T_REQUEST_INDEX, rq_bytes(&k), l->ar, &val, yes, e)) {
            return false;
        }
    }
    return true;
}

static bool take(struct txn *t, struct answers *l, const struct answer_place *at, struct err *e)
{
    struct reader r = reader_of((struct bytes){at->b + 8, RQ_PLACE - 8});
    uint64_t year = rd_be16(&r), seq = rd_be32(&r);
    struct request_head h;
    bool yes, found;
    if (!has_all_words(t, l, at, &yes, e) || (yes && !head_at(t, year, seq, l->ar, &h, &found, e))) {
        return false;
    }
    if (!yes || !found || h.published == 0) {
        return true;
    }
    return answer_of(t, &h, l->ar, &l->rows[l->n++], e);
}

static bool piece_fn(struct txn *t, void *ctx, struct err *e)
{
    struct answers *l = ctx;
    struct rq_key prefix = begin_of(l), from = at_place(prefix, &l->from);
    const size_t had = l->n;
    l->found_n = 0;
    if (!store_walk(
            t,
            (struct store_range){
                .table = T_REQUEST_INDEX, .prefix = rq_bytes(&prefix), .from = rq_bytes(&from), .reverse = true},
            place_each, l, e)) {
        return false;
    }
    for (size_t i = 0; i < l->found_n; i++) {
        if (l->n == l->f->limit) {
            l->more = true;
            return true;
        }
        if (!take(t, l, &l->found[i], e)) {
            l->n = had;
            return false;
        }
        l->last = l->found[i];
    }
    return true;
}

static bool begin(struct answers *l, struct err *e)
{
    struct str words;
    if (l->f->limit == 0 || l->f->limit > LIST_MOST) {
        return err_field(e, ERR_INVALID, "limit", "a page of answers has 1 to %u lines", LIST_MOST);
    }
    memset(l->from.b, 0xff, RQ_PLACE);
    l->begun = l->f->after.n > 0;
    if (l->begun && (l->f->after.n != 2 * RQ_PLACE || !hex_decode(l->f->after, l->from.b, RQ_PLACE))) {
        return err_field(e, ERR_INVALID, "after", "this is not a cursor of the answers: begin with the first page");
    }
    l->last = l->from;
    l->rows = arena_alloc(l->ar, (l->f->limit + 1) * sizeof *l->rows);
    if (l->rows == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!text_gate(l->ar, "q", l->f->words, 200, true, &words, e) || !stems_of(words, l->ar, &l->words, e)) {
        return false;
    }
    for (size_t i = 1; i < l->words.count; i++) {
        l->longest = l->words.list[i].n > l->words.list[l->longest].n ? i : l->longest;
    }
    return true;
}

bool request_answers(struct request_desk *d, const struct answer_filter *f, struct arena *ar,
                     struct request_answer **out, size_t *n, struct str *next, struct err *e)
{
    struct answers l = {.d = d, .f = f, .ar = ar};
    char hex[2 * RQ_PLACE + 1];
    if (!begin(&l, e)) {
        return false;
    }
    bool idle = f->words.n > 0 && l.words.count == 0; /* only signs and idle words: nothing fits */
    do {
        if (!idle && !store_read(archive_store(d->a), piece_fn, &l, e)) {
            return false;
        }
        l.looked += l.found_n;
        l.from = l.last;
        l.begun = true;
    } while (l.found_n == PIECE && !l.more && l.looked < LOOKED_MOST);
    *next = STR("");
    if (l.more || l.found_n == PIECE) {
        hex_encode((struct bytes){l.last.b, RQ_PLACE}, hex);
        *next = arena_str(ar, str_of(hex));
    }
    *out = l.rows;
    *n = l.n;
    return next->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

/* ---------------------------------------------------------------- answers like a letter */

struct likes {
    struct request_answer *list;
    unsigned words[ANSWERS_LIKE]; /* how many of the letter's found it */
    size_t n;
};

static void add_like(struct likes *l, const struct request_answer *a)
{
    size_t at = 0;
    while (at < l->n && memcmp(l->list[at].number, a->number, sizeof a->number) != 0) {
        at++;
    }
    if (at < ANSWERS_LIKE) {
        l->list[at] = *a;
        l->words[at]++;
        l->n += at == l->n;
    }
}

static bool find_likes(struct request_desk *d, const struct weighty *w, struct arena *ar, struct likes *l,
                       struct err *e)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct answer_filter f = {.words = w->list[i], .limit = 10};
        struct request_answer *some;
        struct str next;
        size_t n;
        if (!request_answers(d, &f, ar, &some, &n, &next, e)) {
            return false;
        }
        for (size_t k = 0; k < n; k++) {
            add_like(l, &some[k]);
        }
    }
    return true;
}

/* Each of the weightiest words finds answers; what several of them find comes first. */
bool request_answers_similar(struct request_desk *d, struct str content, struct arena *ar, size_t limit,
                             struct request_answer **out, size_t *n, struct err *e)
{
    struct weighty w;
    struct likes l = {.list = arena_alloc(ar, ANSWERS_LIKE * sizeof *l.list)};
    struct request_answer *best = arena_alloc(ar, (limit + 1) * sizeof *best);
    if (l.list == NULL || best == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!weighty_words(content, ar, &w, e) || !find_likes(d, &w, ar, &l, e)) {
        return false;
    }
    *n = 0;
    for (size_t least = w.count; least >= (w.count < 3 ? 1u : 2u); least--) {
        for (size_t i = 0; i < l.n && *n < limit; i++) {
            if (l.words[i] == least) {
                best[(*n)++] = l.list[i];
            }
        }
    }
    *out = best;
    return true;
}
