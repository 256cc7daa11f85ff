/* run_request_get.c: akta request get: the bytes of a file that came with a request or was released, or of a letter, as
 * the log vouches for them. What does not agree with the log is never left under the name asked for. */
#include "run_request.h"

#define LETTER_MOST (512u * 1024)

struct fetching {
    struct run *r;
    struct request_desk *d;
    const struct request_attachment *file; /* NULL: the letter */
    struct str letter;
    int fd; /* -1: standard output */
};

static bool to_caller(void *ctx, struct bytes plain, struct err *e)
{
    struct fetching *f = ctx;
    struct run *r = f->r;
    if (f->fd < 0) {
        out_bytes(r, plain);
    } else if (!host_write(r->h, f->fd, plain)) {
        return err_set(e, ERR_IO, "the output cannot be written: is the disk full?");
    }
    if (r->out_broken || r->h->stopped(r->h)) {
        return err_set(e, ERR_INTERRUPTED, "interrupted; the bytes are not complete");
    }
    return true;
}

static bool fetch(struct fetching *f)
{
    return f->file != NULL ? request_attachment_read(f->d, f->file, to_caller, f, &f->r->e)
                           : to_caller(f, bytes_of(f->letter), &f->r->e);
}

static bool fetch_into(struct fetching *f, struct str path)
{
    struct run *r = f->r;
    struct err ignored;
    err_init(&ignored, r->h->lang);
    if (!r->h->create_output(r->h, path, &f->fd, &r->e)) {
        return false;
    }
    bool ok = fetch(f);
    fd_close(&f->fd);
    if (!ok) {
        (void)!r->h->finish_output(r->h, path, false, &ignored);
        return false;
    }
    return r->h->finish_output(r->h, path, true, &r->e);
}

static bool letter_of(struct fetching *f, const struct request_view *v, uint64_t event)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(LETTER_MOST);
    if (!request_letter(v, event, &text, &f->r->e)) {
        return false;
    }
    f->letter = arena_str(f->r->ar, buf_str(&text));
    return f->letter.p != NULL || err_set(&f->r->e, ERR_MEMORY, "out of memory");
}

static bool what_is_meant(struct fetching *f, const struct request_view *v, struct str word)
{
    uint64_t n;
    if (str_starts(word, "letter-") && parse_u64((struct str){word.p + 7, word.n - 7}, 1, UINT32_MAX, &n)) {
        return letter_of(f, v, n);
    }
    if (!parse_u64(word, 1, UINT32_MAX, &n)) {
        return err_field(&f->r->e, ERR_INVALID, "file",
                         "name a file by its number, such as 1, or a letter, such as letter-1");
    }
    for (size_t i = 0; i < v->file_count; i++) {
        if (v->files[i].seq == n) {
            f->file = &v->files[i];
            return true;
        }
    }
    return err_field(&f->r->e, ERR_NOT_FOUND, "file", "request %s has no file %llu", v->number, (unsigned long long)n);
}

int run_request_get(struct run *r)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    struct request_view v;
    struct fetching f = {.r = r, .fd = -1};
    struct str path = parsed_text(r->p, "output");
    if (r->h->json && path.n == 0) {
        err_field(&r->e, ERR_INVALID, "output", "--json needs -o PATH: standard output cannot hold both");
        return run_fail(r);
    }
    if (!request_desk_of(r, &d) || !request_argument(r, d, &v)) {
        return run_fail(r);
    }
    f.d = d;
    if (!what_is_meant(&f, &v, r->p->args[1].text) || !(path.n > 0 ? fetch_into(&f, path) : fetch(&f))) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "number", str_of(v.number));
        json_u64(o, "size", f.file != NULL ? f.file->size : f.letter.n);
        json_text(o, "path", path);
        (void)out_json(r, &o);
    }
    return EXIT_DONE;
}
