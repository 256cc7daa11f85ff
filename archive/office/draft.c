/* draft.c: a letter that is not sent yet: kept, read, given up. Each save is one small verb without a ledger entry.
 * Fails: ERR_NOT_FOUND for whatever cannot be opened with the token; ERR_FULL; with the store. */
#include "draft.h"

#include <string.h>

#define FORM_MAX   (512u * 1024)
#define READ_TRIES 20

/* ---------------------------------------------------------------- reading */

void draft_read_wipe(struct draft_read *r)
{
    draft_ref_wipe(&r->ref);
}

static bool read_fn(struct txn *t, void *ctx, struct err *e)
{
    struct draft_read *r = ctx;
    r->pieces = NULL;
    return draft_get(t, r->d, &r->ref, r->ar, &r->row, &r->found, e) &&
           (!r->found || draft_pieces(t, &r->ref.id, r->ar, &r->pieces, e));
}

static size_t count_pieces(const struct draft_read *r)
{
    size_t n = 0;
    for (const struct draft_piece *p = r->pieces; p != NULL; p = p->next) {
        n++;
    }
    return n;
}

/* A reader holds nothing up: a file may come between the row and its pieces. Then it looks once more. */
bool draft_read(struct draft_read *r, struct str token, struct err *e)
{
    if (!draft_ref_make(token, &r->ref, e)) {
        return false;
    }
    for (int i = 0; i < READ_TRIES; i++) {
        if (!store_read(archive_store(r->d->a), read_fn, r, e)) {
            return false;
        }
        if (!r->found) {
            return draft_unknown(e);
        }
        if (count_pieces(r) == r->row.files) {
            return true;
        }
    }
    return err_set(e, ERR_CORRUPT, "a draft has other files than it counts");
}

static bool read_pieces(struct draft_read *o, struct draft *out, struct err *e)
{
    struct draft_file *files = arena_alloc(o->ar, (o->row.files + 1) * sizeof *files);
    size_t n = 0;
    if (files == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (const struct draft_piece *p = o->pieces; p != NULL; p = p->next) {
        struct draft_file_row row;
        if (!row_decode(&draft_file_kind, p->val, &o->ref.key, &o->ref.id, o->ar, &row, e)) {
            return false;
        }
        files[n++] = (struct draft_file){
            .seq = p->seq, .name = row.name, .type = row.type, .size = row.size, .digests = row.digests};
    }
    out->files = files;
    out->file_count = n;
    return true;
}

bool draft_open(struct request_desk *d, struct str token, struct arena *ar, struct draft *out, struct err *e)
{
    struct draft_read o CLEANUP(draft_read_wipe) = {.d = d, .ar = ar};
    struct draft draft = {.made = 0};
    if (!draft_read(&o, token, e)) {
        return false;
    }
    draft.made = o.row.made;
    draft.expires = o.row.expires;
    draft.bytes = o.row.bytes;
    if (!form_decode(o.row.form, &draft.form, e) || !read_pieces(&o, &draft, e)) {
        return false;
    }
    *out = draft;
    return true;
}

/* ---------------------------------------------------------------- saving */

struct saving {
    struct request_desk *d;
    struct draft_ref ref;
    struct bytes form;
};

static void saving_wipe(struct saving *s)
{
    draft_ref_wipe(&s->ref);
}

/* Text as it was typed, if it is text at all: a draft keeps faults, so that they can be mended. */
static bool keep_text(struct arena *ar, const struct request_field *f, struct str *text, struct err *e)
{
    size_t most = (size_t)f->max * 2, n = 0;
    if (!utf8_valid(*text)) {
        *text = STR("");
        return true;
    }
    for (size_t chars = 0; n < text->n; n++) {
        bool starts = ((uint8_t)text->p[n] & 0xC0) != 0x80;
        if (starts && chars++ == most) {
            break;
        }
    }
    *text = arena_str(ar, (struct str){text->n > 0 ? text->p : "", n});
    return text->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

static bool keep_form(struct arena *ar, const struct request_form *in, struct request_form *out, struct err *e)
{
    size_t n;
    const struct request_field *fields = request_fields(&n);
    *out = *in;
    for (size_t i = 0; i < n; i++) {
        if (field_is_text(&fields[i])) {
            if (!keep_text(ar, &fields[i], form_text(out, &fields[i]), e)) {
                return false;
            }
        } else if (*form_number(out, &fields[i]) > fields[i].max) {
            *form_number(out, &fields[i]) = 0;
        }
    }
    return true;
}

static bool save_fn(struct txn *t, void *ctx, struct err *e)
{
    struct saving *s = ctx;
    struct arena *ar CLEANUP(arena_free) = arena_new(2u << 20);
    struct draft_row row;
    bool found;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!draft_get(t, s->d, &s->ref, ar, &row, &found, e)) {
        return false;
    }
    if (!found && row.made != 0) {
        return draft_unknown(e); /* its time is over: draft_write_anew makes room */
    }
    uint64_t was = row.bytes, form_was = row.form.n;
    if (!found) {
        row.made = clock_now(archive_clock(s->d->a));
        row.expires = row.made + (instant)s->d->limits.draft_hours * 3600;
    }
    row.bytes = was - form_was + s->form.n;
    row.form = s->form;
    return draft_total(t, s->d, was, row.bytes, e) && draft_put(t, &s->ref, &row, e);
}

bool draft_save(struct request_desk *d, struct str token, const struct request_form *form, struct arena *ar,
                struct err *e)
{
    struct saving s CLEANUP(saving_wipe) = {.d = d};
    struct buf text CLEANUP(buf_free) = BUF_INIT(FORM_MAX);
    struct request_form kept;
    if (!draft_ref_make(token, &s.ref, e) || !keep_form(ar, form, &kept, e) || !form_encode(&kept, &text, e)) {
        return false;
    }
    s.form = buf_bytes(&text);
    return draft_write_anew(d, &s.ref.id, save_fn, &s, e);
}

/* ---------------------------------------------------------------- giving up */

bool draft_erase(struct txn *t, struct request_desk *d, const struct id *draft, uint64_t bytes, bool contents,
                 struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct draft_piece *pieces;
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    if (!draft_pieces(t, draft, ar, &pieces, e)) {
        return false;
    }
    for (const struct draft_piece *p = pieces; p != NULL; p = p->next) {
        struct rq_key k = rq_event(draft, p->seq);
        struct draft_file_row row;
        if (!store_delete(t, T_DRAFT_FILE, rq_bytes(&k), e) ||
            !row_decode(&draft_file_kind, p->val, NULL, NULL, ar, &row, e)) {
            return false;
        }
        if (contents && !id_is_zero(row.content) && !store_delete(t, T_CONTENT, id_bytes(&row.content), e)) {
            return false;
        }
    }
    return store_delete(t, T_DRAFT, id_bytes(draft), e) && draft_total(t, d, bytes, 0, e);
}

struct dropping {
    struct request_desk *d;
    struct id id;
    instant over; /* only one whose time is over by then; 0: whichever */
    struct arena *ar;
    struct draft_piece *pieces;
    bool found;
};

static bool drop_fn(struct txn *t, void *ctx, struct err *e)
{
    struct dropping *r = ctx;
    struct bytes val;
    struct draft_row row;
    if (!store_find(t, T_DRAFT, id_bytes(&r->id), r->ar, &val, &r->found, e)) {
        return false;
    }
    r->pieces = NULL;
    if (!r->found) {
        return true;
    }
    if (!row_decode(&draft_kind, val, NULL, NULL, r->ar, &row, e)) {
        return false;
    }
    if (r->over != 0 && row.expires > r->over) {
        return true; /* begun anew meanwhile */
    }
    return draft_pieces(t, &r->id, r->ar, &r->pieces, e) && draft_erase(t, r->d, &r->id, row.bytes, true, e);
}

/* The contents go after the rows: what a crash leaves, nothing names, and the sweep removes it. */
static bool remove_contents(struct dropping *r, uint64_t *files, struct err *e)
{
    for (const struct draft_piece *p = r->pieces; p != NULL; p = p->next) {
        struct draft_file_row row;
        if (!row_decode(&draft_file_kind, p->val, NULL, NULL, r->ar, &row, e) ||
            (!id_is_zero(row.content) && !content_remove(archive_store(r->d->a), &row.content, e))) {
            return false;
        }
        ++*files;
    }
    return true;
}

bool draft_drop_id(struct request_desk *d, const struct id *id, instant over, uint64_t *files, struct err *e)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(4u << 20);
    struct dropping r = {.d = d, .id = *id, .over = over, .ar = ar};
    if (ar == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    return store_write(archive_store(d->a), drop_fn, &r, e) && remove_contents(&r, files, e);
}

bool draft_drop(struct request_desk *d, struct str token, struct err *e)
{
    struct draft_ref ref CLEANUP(draft_ref_wipe) = {.id = {{0}}};
    uint64_t files = 0;
    return draft_ref_make(token, &ref, e) && draft_drop_id(d, &ref.id, 0, &files, e);
}

/* Whoever writes on after the time is over finds the same as after the night: an empty draft under the old token. */
bool draft_write_anew(struct request_desk *d, const struct id *id, store_fn verb, void *ctx, struct err *e)
{
    struct err why;
    uint64_t files = 0;
    err_init(&why, e->lang);
    if (store_write(archive_store(d->a), verb, ctx, &why)) {
        return true;
    }
    if (why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    return draft_drop_id(d, id, clock_now(archive_clock(d->a)), &files, e) &&
           store_write(archive_store(d->a), verb, ctx, e);
}
