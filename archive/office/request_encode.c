/* request_encode.c: a form as bytes, and as the letter that the ledger vouches for. Both are driven by the table of
 * fields and give one form one encoding; the letter is plain text for people, the same bytes for ever
 * (archive/FORMATS.md §12), rebuilt from the rows whenever it is asked for. Fails without memory; bytes that are no
 * form are ERR_CORRUPT. */
#include "request_internal.h"

#include <string.h>

#define LETTER_INDENT "    "

/* ---------------------------------------------------------------- bytes: tag, length, value in the order of the table
 */

bool form_encode(const struct request_form *form, struct buf *out, struct err *e)
{
    struct request_form copy = *form;
    size_t n;
    const struct request_field *fields = request_fields(&n);
    for (size_t i = 0; i < n; i++) {
        const struct str *text = form_text(&copy, &fields[i]);
        if (field_is_text(&fields[i]) ? text->n == 0 : *form_number(&copy, &fields[i]) == 0) {
            continue;
        }
        buf_add_u8(out, (uint8_t)(i + 1));
        if (field_is_text(&fields[i])) {
            buf_add_be32(out, (uint32_t)text->n);
            buf_add_str(out, *text);
        } else {
            buf_add_be64(out, *form_number(&copy, &fields[i]));
        }
    }
    return buf_ok(out, e);
}

bool form_decode(struct bytes in, struct request_form *out, struct err *e)
{
    struct request_form form = {.kind = 0};
    struct reader r = reader_of(in);
    size_t n, last = 0;
    const struct request_field *fields = request_fields(&n);
    while (r.left > 0 && !r.failed) {
        size_t tag = rd_u8(&r);
        if (tag <= last || tag > n) {
            return err_set(e, ERR_CORRUPT, "a kept form is damaged");
        }
        last = tag;
        if (field_is_text(&fields[tag - 1])) {
            *form_text(&form, &fields[tag - 1]) = str_of_bytes(rd_bytes(&r, rd_be32(&r)));
        } else {
            *form_number(&form, &fields[tag - 1]) = rd_be64(&r);
        }
    }
    if (!rd_done(&r)) {
        return err_set(e, ERR_CORRUPT, "a kept form is damaged");
    }
    *out = form;
    return true;
}

/* ---------------------------------------------------------------- the letter */

static void line(struct buf *out, const char *key, const char *value)
{
    buf_fmt(out, "%s: %s\n", key, value);
}

/* One line stays beside its name; several stand below it, indented. */
static void text_lines(struct buf *out, const char *key, struct str text)
{
    if (text.n == 0) {
        return;
    }
    if (memchr(text.p, '\n', text.n) == NULL) {
        buf_fmt(out, "%s: ", key);
        buf_add_str(out, text);
        buf_add_z(out, "\n");
        return;
    }
    buf_fmt(out, "%s:\n", key);
    while (text.n > 0) {
        const char *lf = memchr(text.p, '\n', text.n);
        size_t n = lf == NULL ? text.n : (size_t)(lf - text.p);
        buf_add_z(out, LETTER_INDENT);
        buf_add(out, text.p, n);
        buf_add_z(out, "\n");
        n += lf != NULL;
        text = (struct str){text.p + n, text.n - n};
    }
}

static const char *choice_name(const char *field, uint64_t v)
{
    if (strcmp(field, "kind") == 0) {
        return request_kind_name((enum request_kind)v);
    }
    return strcmp(field, "way") == 0 ? request_way_name((enum request_way)v)
                                     : request_right_name((enum request_right)v);
}

static void form_lines(struct buf *out, const struct request_form *form)
{
    struct request_form copy = *form;
    size_t n;
    const struct request_field *fields = request_fields(&n);
    for (size_t i = 0; i < n; i++) {
        const struct request_field *f = &fields[i];
        if (field_is_text(f)) {
            text_lines(out, f->name, *form_text(&copy, f));
        } else if (*form_number(&copy, f) != 0 && strcmp(f->name, "kind") != 0) {
            line(out, f->name, f->input == REQUEST_TICK ? "yes" : choice_name(f->name, *form_number(&copy, f)));
        }
    }
}

static void file_line(struct buf *out, size_t number, const struct carried_file *f)
{
    char sha[2 * SHA256_SIZE + 1];
    hex_encode((struct bytes){f->digests.sha256, SHA256_SIZE}, sha);
    buf_fmt(out, "file: %zu size %llu sha256:%s name ", number, (unsigned long long)f->size, sha);
    buf_add_str(out, f->name);
    buf_add_z(out, "\n");
}

bool letter_text(const struct letter *l, struct buf *out, struct err *e)
{
    char at[INSTANT_TEXT_SIZE];
    instant_text(l->at, at);
    buf_add_z(out, "akta-letter/v1\n");
    line(out, "verb", request_verb_name(l->verb));
    line(out, "kind", request_kind_name(l->kind));
    line(out, "received", at);
    if (l->form != NULL) {
        form_lines(out, l->form);
    }
    text_lines(out, "text", l->text);
    for (size_t i = 0; i < l->file_count; i++) {
        file_line(out, i + 1, &l->files[i]);
    }
    return buf_ok(out, e);
}
