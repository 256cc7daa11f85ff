/* download.c: files of a case: what came with it and the answers, the letter, the proof of filing. Names come from
 * people: they go through a header only percent-coded. */
#include "case.h"

#include <string.h>

/* attachment; filename*=UTF-8''… (RFC 6266): every byte but the plainest is coded. */
static struct str attachment_named(struct call *c, struct str name)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf b CLEANUP(buf_free) = BUF_INIT(4096);
    buf_add_z(&b, "attachment; filename*=UTF-8''");
    for (size_t i = 0; i < name.n; i++) {
        unsigned char ch = (unsigned char)name.p[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '.' ||
                     ch == '-' || ch == '_';
        char code[3] = {'%', hex[ch >> 4], hex[ch & 15]};
        buf_add(&b, plain ? (const char *)&ch : code, plain ? 1 : sizeof code);
    }
    return b.failed ? STR("attachment") : arena_str(c->ar, buf_str(&b));
}

/* ---------------------------------------------------------------- attachments */

struct stream_work {
    struct request_desk *desk;
    const struct request_attachment *file;
    struct byte_range part;
};

static bool stream_file(void *ctx, answer_sink sink, void *sink_ctx, struct err *e)
{
    const struct stream_work *s = ctx;
    return s->part.n == s->file->size
               ? request_attachment_read(s->desk, s->file, sink, sink_ctx, e)
               : request_attachment_part(s->desk, s->file, s->part.from, s->part.n, sink, sink_ctx, e);
}

/* What the content was found to be, if that fits a header; the browser is told to save it in any case. */
static const char *type_of(struct call *c, struct str type)
{
    for (size_t i = 0; i < type.n; i++) {
        if (type.p[i] <= ' ' || type.p[i] > '~') {
            return "application/octet-stream";
        }
    }
    struct str copy = type.n > 0 && type.n < 100 ? arena_str(c->ar, type) : STR_NONE;
    return copy.p != NULL ? copy.p : "application/octet-stream";
}

/* The same bytes for ever, so that their digest names them. */
static void name_by_digest(struct answer *a, const struct digests *d)
{
    a->etag[0] = '"';
    hex_encode((struct bytes){d->sha256, 16}, a->etag + 1);
    a->etag[33] = '"';
    a->etag[34] = '\0';
}

static void not_that_part(struct call *c)
{
    answer_text(c->a, 416, tr(c->lang, N_("The file does not have the part that was asked for.")));
}

void send_attachment(struct call *c, const struct request_attachment *f)
{
    struct stream_work *s = arena_alloc(c->ar, sizeof *s);
    struct answer whole = *c->a;
    struct answer *a = c->a;
    a->status = 200;
    a->stream_size = f->size;
    name_by_digest(a, &f->digests);
    if (s != NULL) {
        *s = (struct stream_work){.desk = c->w->requests, .file = f};
        answer_range(a, c->q, c->ar, &s->part);
    }
    bool large = a->stream_size > BODY_SMALL;
    unsigned place = 0;
    if (s == NULL || (large && !transfer_begin(c->w, c->q->remote, &place))) {
        *a = whole;
        a->retry_after = 5;
        answer_problem(c, 503, N_("Many people are fetching files now. Try again in a moment."));
        return;
    }
    if (a->status == 416) {
        not_that_part(c);
        return;
    }
    a->type = type_of(c, f->type);
    a->disposition = attachment_named(c, f->name);
    a->stream = stream_file;
    a->stream_ctx = s;
    a->transfer = large ? c->w : NULL;
    a->transfer_place = place;
}

void page_case_file(struct call *c)
{
    struct request_view *v = arena_alloc(c->ar, sizeof *v); /* it outlives this call: the answer is streamed */
    if (v == NULL || !case_take(c, v)) {
        return;
    }
    for (size_t i = 0; i < v->file_count; i++) {
        if (v->files[i].seq == c->parts.number) {
            send_attachment(c, &v->files[i]);
            return;
        }
    }
    answer_problem(c, 404, N_("Check the address, or begin at the start page."));
}

/* ---------------------------------------------------------------- texts */

static void send_text(struct call *c, const struct buf *text, const char *type, struct str name)
{
    if (!buf_ok(text, &c->e)) {
        answer_error(c);
        return;
    }
    answer_whole(c->a, text, type);
    c->a->disposition = attachment_named(c, name);
}

#define TEXT_MOST (4u << 20)

void page_case_letter(struct call *c)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(TEXT_MOST);
    struct request_view v;
    if (!case_take(c, &v)) {
        return;
    }
    if (!request_letter(&v, 1, &text, &c->e)) {
        answer_error(c);
        return;
    }
    send_text(c, &text, "text/plain; charset=utf-8", STR("letter.txt")); /* as the receipt and the proof call it */
}

void page_case_proof(struct call *c)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(TEXT_MOST);
    struct request_view v;
    if (!case_take(c, &v)) {
        return;
    }
    if (receipt_proof(c->w->requests, &v, &text, &c->e)) {
        send_text(c, &text, "text/plain; charset=utf-8", STR("receipt.txt"));
    } else if (c->e.code == ERR_STATE) {
        c->a->retry_after = 2;
        answer_problem(c, 503, N_("The proof of filing is ready in a few seconds. Load this address once more."));
    } else {
        answer_error(c);
    }
}

/* ---------------------------------------------------------------- all of it */

static bool stream_bag(void *ctx, answer_sink sink, void *sink_ctx, struct err *e)
{
    return case_bag_write(ctx, sink, sink_ctx, e);
}

void page_case_bag(struct call *c)
{
    struct request_view *v = arena_alloc(c->ar, sizeof *v); /* it outlives this call: the answer is streamed */
    struct case_bag *bag;
    if (v == NULL || !case_take(c, v)) {
        return;
    }
    if (!case_bag_make(c->w->requests, v, c->ar, &bag, &c->e)) {
        if (c->e.code == ERR_STATE) {
            c->a->retry_after = 2;
            answer_problem(c, 503, N_("The proof of filing is ready in a few seconds. Load this address once more."));
        } else {
            answer_error(c);
        }
        return;
    }
    bool large = case_bag_size(bag) > BODY_SMALL;
    unsigned place = 0;
    if (large && !transfer_begin(c->w, c->q->remote, &place)) {
        c->a->retry_after = 5;
        answer_problem(c, 503, N_("Many people are fetching files now. Try again in a moment."));
        return;
    }
    c->a->status = 200;
    c->a->type = "application/zip";
    c->a->disposition = attachment_named(c, arena_fmt(c->ar, "sprawa-%s.zip", v->number));
    c->a->stream = stream_bag;
    c->a->stream_ctx = bag;
    c->a->stream_size = case_bag_size(bag);
    c->a->transfer = large ? c->w : NULL;
    c->a->transfer_place = place;
}
