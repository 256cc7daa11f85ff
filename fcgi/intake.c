/* intake.c: the body of a request, read as its row declares: fields into values, files to the row's hook as they
 * arrive.
 *
 * Promises that nothing is read beyond the row's limit, that no file is taken before the form has proved itself, and
 * that a body that breaks off is never taken for a whole one. Fails with ERR_INVALID (not of its form), ERR_TOO_BIG,
 * ERR_DENIED (not our form), ERR_INTERRUPTED (the sender went away or was too slow) and what the hook fails with. */
#include "body.h"
#include "form.h"

#define TEXTS_MAX (512u << 10) /* of all text of one body */
#define JSON_PART "request"

struct intake {
    struct call *c;
    uint64_t left; /* bytes the row still takes */
    size_t texts;  /* bytes of text so far */
    bool stale, proved;
};

/* ---------------------------------------------------------------- the source */

static bool limited_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct intake *in = ctx;
    const struct content_source *from = &in->c->q->body;
    *got = 0;
    if (from->read == NULL) {
        return true;
    }
    uint64_t most = in->left + 1 < n ? in->left + 1 : n; /* one more, to see that there is more */
    if (!from->read(from->ctx, p, (size_t)most, got, e)) {
        return false;
    }
    if (*got > in->left) {
        return err_set(e, ERR_TOO_BIG, "this address takes at most %llu bytes", (unsigned long long)in->c->row->limit);
    }
    in->left -= *got;
    return true;
}

static bool read_all(struct intake *in, struct str *out, struct err *e)
{
    struct buf all CLEANUP(buf_free) = BUF_INIT(TEXTS_MAX);
    uint8_t piece[16384];
    size_t got = 1;
    while (got > 0) {
        if (!limited_read(in, piece, sizeof piece, &got, e)) {
            return false;
        }
        buf_add(&all, piece, got);
        if (!buf_ok(&all, e)) {
            return false;
        }
    }
    *out = arena_str(in->c->ar, buf_str(&all));
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

/* ---------------------------------------------------------------- fields */

static bool take_ticket(struct intake *in, struct str text, struct err *e)
{
    enum ticket_state state = ticket_check(in->c, text, in->c->path, &in->c->once);
    if (in->proved || state == TICKET_FALSE) {
        return err_set(e, ERR_DENIED, "the form does not prove that it is ours");
    }
    in->proved = true;
    in->stale = state == TICKET_STALE;
    return true;
}

static bool take_text(struct intake *in, struct str name, struct str text, struct err *e)
{
    struct call *c = in->c;
    if (c->row->face == FACE_PAGE && str_is(name, TICKET_FIELD)) {
        return take_ticket(in, text, e);
    }
    if (c->row->face == FACE_API && str_is(name, JSON_PART)) {
        if (c->json.p != NULL) {
            return err_field(e, ERR_INVALID, JSON_PART, "%s is given twice", JSON_PART);
        }
        c->json = text;
        return true;
    }
    return input_take(c->row->fields, c->row->field_count, name, text, c->ar, c->values, e);
}

static bool read_form(struct intake *in, struct err *e)
{
    struct str all, name, text;
    bool more = true;
    if (!read_all(in, &all, e)) {
        return false;
    }
    while (pair_next(&all, in->c->ar, &name, &text, &more, e)) {
        if (!more) {
            return true;
        }
        if (!take_text(in, name, text, e)) {
            return false;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- parts */

static bool is_wanted_file(const struct call *c, const struct part *p)
{
    for (size_t i = 0; i < c->row->field_count; i++) {
        if (c->row->fields[i].type == INPUT_FILES && str_is(p->name, c->row->fields[i].name)) {
            return c->row->file != NULL;
        }
    }
    return false;
}

static bool take_file(struct intake *in, struct multipart *m, const struct part *p, struct err *e)
{
    struct call *c = in->c;
    if (c->row->face == FACE_PAGE && !in->proved) {
        return err_set(e, ERR_DENIED, "the form does not prove that it is ours");
    }
    if (p->file_name.n == 0 || !is_wanted_file(c, p)) {
        return true;
    }
    if (!c->row->file(c, p, multipart_content(m))) {
        *e = c->e;
        return false;
    }
    return true;
}

static bool take_part(struct intake *in, struct multipart *m, const struct part *p, struct err *e)
{
    struct str text;
    bool json = in->c->row->face == FACE_API && str_is(p->name, JSON_PART);
    if (p->is_file && !json) {
        return take_file(in, m, p, e);
    }
    if (!multipart_text(m, TEXTS_MAX - in->texts, &text, e)) {
        return false;
    }
    in->texts += text.n;
    if (!utf8_valid(text)) {
        return err_set(e, ERR_INVALID, "what was sent holds bytes that are no text");
    }
    return take_text(in, p->name, text, e);
}

static bool read_multipart(struct intake *in, const struct header_value *type, struct err *e)
{
    struct content_source from = {.read = limited_read, .ctx = in};
    struct multipart *m;
    struct part p;
    bool more = true;
    if (!multipart_open(type, from, &multipart_limits_standard, in->c->ar, &m, e)) {
        return false;
    }
    while (multipart_next(m, &p, &more, e)) {
        if (!more) {
            return true;
        }
        if (!take_part(in, m, &p, e)) {
            return false;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- the body */

unsigned intake_kind(struct call *c, struct header_value *type)
{
    struct err unsaid = ERR_INIT;
    if (!header_value_read(c->q->content_type, c->ar, type, &unsaid)) {
        return BODY_NONE;
    }
    if (str_is(type->value, "application/x-www-form-urlencoded")) {
        return BODY_FORM;
    }
    if (str_is(type->value, "multipart/form-data")) {
        return BODY_MULTIPART;
    }
    if (str_is(type->value, "text/plain")) {
        return BODY_TEXT;
    }
    return str_is(type->value, "application/json") ? BODY_JSON : BODY_NONE;
}

bool intake_read(struct call *c, unsigned kind, const struct header_value *type)
{
    struct intake in = {.c = c, .left = c->row->limit};
    bool well = false;
    input_begin(c->values, c->row->field_count, c->lang);
    if (kind == BODY_MULTIPART) {
        well = read_multipart(&in, type, &c->e);
    } else if (kind == BODY_FORM) {
        well = read_form(&in, &c->e);
    } else {
        well = read_all(&in, &c->json, &c->e);
    }
    c->received = clock_now(archive_clock(c->w->archive));
    if (well && c->row->face == FACE_PAGE && !in.proved) {
        return err_set(&c->e, ERR_DENIED, "the form does not prove that it is ours");
    }
    if (!well) { /* files that came before the break are nobody's when the draft was made for this body alone */
        form_drop_draft(c, c->draft);
    }
    if (in.stale) {
        c->notice = N_("This form was open for more than a day. Check it and send it once more.");
    }
    if (c->row->face == FACE_API) {
        c->once = c->q->once;
    }
    return well;
}
