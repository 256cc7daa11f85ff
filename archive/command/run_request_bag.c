/* run_request_bag.c: akta request bag: the whole of a case as one ZIP that is a BagIt bag. What is waiting for a
 * checkpoint is published first, because each document goes with its proof. */
#include "run_request.h"

#include "office_proof.h"

struct bagging {
    struct run *r;
    int fd; /* -1: standard output */
    uint64_t done, total;
    struct meter *meter;
};

static bool to_file(void *ctx, struct bytes piece, struct err *e)
{
    struct bagging *b = ctx;
    if (b->fd < 0) {
        out_bytes(b->r, piece);
    } else if (!host_write(b->r->h, b->fd, piece)) {
        return err_set(e, ERR_IO, "the output cannot be written: is the disk full?");
    }
    b->done += piece.n;
    b->meter->p.step(&b->meter->p, b->done, b->total, N_("bytes"));
    return !(b->r->out_broken || b->r->h->stopped(b->r->h)) ||
           err_set(e, ERR_INTERRUPTED, "interrupted; the bag is not complete");
}

static bool write_bag(struct run *r, struct case_bag *bag, struct str path)
{
    struct meter m;
    struct bagging b = {.r = r, .fd = -1, .total = case_bag_size(bag), .meter = &m};
    struct err ignored;
    err_init(&ignored, r->h->lang);
    if (path.n > 0 && !r->h->create_output(r->h, path, &b.fd, &r->e)) {
        return false;
    }
    meter_begin(&m, r);
    bool ok = case_bag_write(bag, to_file, &b, &r->e);
    meter_end(&m);
    if (path.n == 0) {
        return ok;
    }
    fd_close(&b.fd);
    if (!ok) {
        (void)!r->h->finish_output(r->h, path, false, &ignored);
    }
    return ok && r->h->finish_output(r->h, path, true, &r->e);
}

int run_request_bag(struct run *r)
{
    struct request_desk *d CLEANUP(request_desk_close) = NULL;
    struct request_view v;
    struct case_bag *bag;
    struct str path = parsed_text(r->p, "output");
    if (r->h->json && path.n == 0) {
        err_field(&r->e, ERR_INVALID, "output", "--json needs -o PATH: standard output cannot hold both");
        return run_fail(r);
    }
    if (!request_desk_of(r, &d) || !request_argument(r, d, &v) || !ledger_publish(archive_ledger(r->a), &r->e) ||
        !case_bag_make(d, &v, r->ar, &bag, &r->e) || !write_bag(r, bag, path)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = request_as_json(r, &v);
        json_text(o, "path", path);
        json_u64(o, "files", case_bag_files(bag));
        json_u64(o, "bytes", case_bag_size(bag));
        (void)out_json(r, &o);
    } else {
        out_note(r, N_("the bag can be checked with sha256sum -c manifest-sha256.txt, or with any BagIt validator"));
    }
    return EXIT_DONE;
}
