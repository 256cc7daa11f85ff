/* run_record.c: akta get, record show, record describe and evidence: one record. */
#include "table.h"

#include <stdio.h>
#include <string.h>

struct mark_ask {
    struct archive *a;
    struct id file;
    struct arena *ar;
    struct case_file out;
};

static bool ask_mark(struct txn *t, void *ctx, struct err *e)
{
    struct mark_ask *m = ctx;
    return file_by_id(t, m->a, &m->file, false, m->ar, &m->out, e);
}

static bool record_argument(struct run *r, struct record *rec, struct str *mark)
{
    struct id id;
    struct mark_ask m = {.a = r->a, .ar = r->ar};
    if (!id_argument(r, r->p->args[0].text, &id) || !record_get(r->a, &id, true, r->ar, rec, &r->e)) {
        return false;
    }
    m.file = rec->file;
    if (!store_read(archive_store(r->a), ask_mark, &m, &r->e)) {
        return false;
    }
    *mark = m.out.mark;
    return true;
}

static void line(struct grid *g, const char *label, struct str value)
{
    grid_cell(g, str_of(tr(g->r->h->lang, label)));
    grid_cell(g, value.n > 0 ? value : STR("–"));
}

static void record_people(struct run *r, const struct record *rec, struct str mark)
{
    enum lang lang = r->h->lang;
    char id[33], sha[SHA256_SIZE * 2 + 1], blake[BLAKE2B_SIZE * 2 + 1];
    struct grid g;
    id_text(rec->id, id);
    hex_encode((struct bytes){rec->digests.sha256, SHA256_SIZE}, sha);
    hex_encode((struct bytes){rec->digests.blake2b, BLAKE2B_SIZE}, blake);
    grid_begin(&g, r, 2);
    line(&g, N_("Record"), str_of(id));
    line(&g, N_("Case file"), mark);
    line(&g, N_("Title"), rec->title.n > 0 ? rec->title : rec->name);
    line(&g, N_("Name"), rec->name);
    line(&g, N_("Origin"), rec->origin);
    line(&g, N_("Dated"), day_for_people(r->ar, lang, rec->dated));
    line(&g, N_("Accessioned"), instant_for_people(r->ar, lang, rec->accessioned));
    line(&g, N_("Access"), str_of(access_name(rec->access)));
    if (rec->shelf.n > 0) {
        line(&g, N_("Shelf"), rec->shelf);
    } else {
        line(&g, N_("Type"), rec->media_type);
        line(&g, N_("Size"), bytes_for_people(r->ar, lang, rec->size));
        line(&g, "SHA-256", str_of(sha));
        line(&g, "BLAKE2b", str_of(blake));
    }
    line(&g, N_("Log entry"), arena_fmt(r->ar, "%llu", (unsigned long long)rec->entry));
    grid_end(&g);
}

static int tell_record(struct run *r, const struct record *rec, struct str mark)
{
    if (r->h->json) {
        struct json *o = record_as_json(rec, mark);
        (void)out_json(r, &o);
    } else {
        record_people(r, rec, mark);
    }
    return EXIT_DONE;
}

int run_record_show(struct run *r)
{
    struct record rec;
    struct str mark;
    return record_argument(r, &rec, &mark) ? tell_record(r, &rec, mark) : run_fail(r);
}

int run_record_describe(struct run *r)
{
    struct record rec;
    struct str mark, access = parsed_text(r->p, "access");
    if (!record_argument(r, &rec, &mark)) {
        return run_fail(r);
    }
    const struct given *title = parsed_option(r->p, "title"), *origin = parsed_option(r->p, "origin"),
                       *dated = parsed_option(r->p, "dated");
    struct record_input in = {.name = rec.name,
                              .title = title != NULL ? title->text : rec.title,
                              .origin = origin != NULL ? origin->text : rec.origin,
                              .dated = dated != NULL ? dated->day : rec.dated,
                              .access = rec.access,
                              .shelf = rec.shelf,
                              .media_type = rec.media_type};
    if (title == NULL && origin == NULL && dated == NULL && access.n == 0) {
        err_set(&r->e, ERR_INVALID, "name what changes: --title, --origin, --dated or --access");
        return run_fail(r);
    }
    if ((access.n > 0 && !access_read(access, &in.access, &r->e)) ||
        !record_describe(r->a, &rec.id, &in, &r->h->who, &r->e) || !record_argument(r, &rec, &mark)) {
        return run_fail(r);
    }
    return tell_record(r, &rec, mark);
}

/* ---------------------------------------------------------------- get */

struct sink {
    struct run *r;
    int fd; /* -1: standard output */
    struct meter *meter;
    uint64_t done, total;
};

static bool to_caller(void *ctx, struct bytes plain, struct err *e)
{
    struct sink *s = ctx;
    struct run *r = s->r;
    if (s->fd < 0) {
        out_bytes(r, plain);
    } else if (!host_write(r->h, s->fd, plain)) {
        return err_set(e, ERR_IO, "the output cannot be written: is the disk full?");
    }
    s->done += plain.n;
    s->meter->p.step(&s->meter->p, s->done, s->total, N_("bytes"));
    if (r->out_broken || r->h->stopped(r->h)) {
        return err_set(e, ERR_INTERRUPTED, "interrupted; the bytes are not complete");
    }
    return true;
}

/* To a file: it takes its name only when both digests agree. */
static bool get_to_file(struct run *r, const struct record *rec, struct str path, struct meter *m)
{
    struct sink s = {.r = r, .fd = -1, .meter = m, .total = rec->size};
    struct err ignored;
    err_init(&ignored, r->h->lang);
    if (!r->h->create_output(r->h, path, &s.fd, &r->e)) {
        return false;
    }
    bool ok = record_read(r->a, rec, to_caller, &s, &r->e);
    fd_close(&s.fd);
    if (!ok) {
        (void)!r->h->finish_output(r->h, path, false, &ignored);
        return false;
    }
    return r->h->finish_output(r->h, path, true, &r->e);
}

static bool get_to_caller(struct run *r, const struct record *rec, struct meter *m)
{
    struct sink s = {.r = r, .fd = -1, .meter = m, .total = rec->size};
    if (record_read(r->a, rec, to_caller, &s, &r->e)) {
        return true;
    }
    return r->e.code == ERR_CORRUPT ? err_wrap(&r->e, "what was written is not the record") : false;
}

int run_get(struct run *r)
{
    struct record rec;
    struct str mark, path = parsed_text(r->p, "output");
    struct meter m;
    if (r->h->json && path.n == 0) {
        err_field(&r->e, ERR_INVALID, "output", "--json needs -o PATH: standard output cannot hold both");
        return run_fail(r);
    }
    if (!record_argument(r, &rec, &mark)) {
        return run_fail(r);
    }
    if (rec.shelf.n > 0) {
        err_set(&r->e, ERR_STATE, "this is a paper document: it stands at %.*s", (int)rec.shelf.n, rec.shelf.p);
        return run_fail(r);
    }
    meter_begin(&m, r);
    bool ok = path.n > 0 ? get_to_file(r, &rec, path, &m) : get_to_caller(r, &rec, &m);
    meter_end(&m);
    if (!ok) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = record_as_json(&rec, mark);
        json_text(o, "path", path);
        (void)out_json(r, &o);
    }
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- evidence */

struct evidence {
    struct run *r;
    struct str folder;
    size_t files;
};
struct evidence_sink {
    struct run *r;
    int fd;
    uint64_t size;
};

static bool evidence_bytes(void *ctx, struct bytes b, struct err *e)
{
    struct evidence_sink *s = ctx;
    s->size += b.n;
    if (s->r->h->stopped(s->r->h)) {
        return err_set(e, ERR_INTERRUPTED, "interrupted; the evidence is not complete");
    }
    return host_write(s->r->h, s->fd, b) || err_set(e, ERR_IO, "the output cannot be written: is the disk full?");
}

static bool evidence_one(void *ctx, const char *name,
                         bool (*write)(void *wctx, bool (*sink)(void *, struct bytes, struct err *), void *sctx,
                                       struct err *),
                         void *wctx, struct err *e)
{
    struct evidence *ev = ctx;
    struct run *r = ev->r;
    const char *slash = ev->folder.p[ev->folder.n - 1] == '/' ? "" : "/";
    struct str path = arena_fmt(r->ar, "%.*s%s%s", (int)ev->folder.n, ev->folder.p, slash, name);
    struct evidence_sink s = {.r = r, .fd = -1};
    struct err ignored;
    err_init(&ignored, r->h->lang);
    if (path.p == NULL || !r->h->create_output(r->h, path, &s.fd, e)) {
        return path.p != NULL ? false : err_set(e, ERR_MEMORY, "out of memory");
    }
    bool ok = write(wctx, evidence_bytes, &s, e);
    fd_close(&s.fd);
    if (!ok) {
        (void)!r->h->finish_output(r->h, path, false, &ignored);
        return false;
    }
    if (!r->h->finish_output(r->h, path, true, e)) {
        return false;
    }
    ev->files++;
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "file", str_of(name));
        json_u64(o, "size", s.size);
        return out_json(r, &o);
    }
    out_say(r, "%s\n", path.p);
    return true;
}

int run_evidence(struct run *r)
{
    struct evidence ev = {.r = r, .folder = parsed_text(r->p, "output")};
    struct id id;
    int fd CLEANUP(fd_close) = -1;
    if (!id_argument(r, r->p->args[0].text, &id) || !ledger_publish(archive_ledger(r->a), &r->e) ||
        !r->h->open_folder(r->h, ev.folder, true, &fd, &r->e) ||
        !record_evidence(r->a, &id, evidence_one, &ev, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "id", r->p->args[0].text);
        json_u64(o, "files", ev.files);
        (void)out_json(r, &o);
    } else {
        out_note(r, N_("HOWTO.txt says how to check them without this program"));
    }
    return EXIT_DONE;
}
