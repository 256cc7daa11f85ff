/* run_ingest.c: akta ingest: files of the command line, folders, paper, and lists of them.
 *
 * Promises that a record is reported only when it is durable, that what was not taken is named, and that the same
 * command goes on where it was interrupted. Memory is bounded: names are gathered in windows of WINDOW files. */
#include "intake.h"

#include <string.h>
#include <sys/stat.h>

#define WINDOW       4096u
#define WINDOW_BYTES (64u << 20) /* of names */

/* ---------------------------------------------------------------- one record */

/* A file of many gigabytes can be interrupted too. */
static bool source_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct source *s = ctx;
    if (s->r->h->stopped(s->r->h)) {
        return err_set(e, ERR_INTERRUPTED, "interrupted");
    }
    return s->inner.read(s->inner.ctx, p, n, got, e);
}

static bool source_open(struct ingest_item *it, struct content_source *src, struct err *e)
{
    struct source *s = it->ctx;
    struct host *h = s->r->h;
    if (!h->open_input(h, s->path, &s->file.fd, e)) {
        return false;
    }
    s->inner = content_source_fd(&s->file);
    *src = (struct content_source){.read = source_read, .ctx = s, .size_hint = it->size};
    return true;
}

static void source_close(struct ingest_item *it)
{
    struct source *s = it->ctx;
    fd_close(&s->file.fd);
}

bool intake_report(void *ctx, size_t item, const struct record *rec, struct str mark, struct err *e)
{
    struct intake *in = ctx;
    struct run *r = in->r;
    (void)e;
    bool old = in->items != NULL ? in->items[item].state == INGEST_SKIPPED
                                 : in->manifest != NULL && manifest_known(in->manifest, item);
    if (old) {
        in->skipped++;
    } else {
        in->records++;
        in->bytes += rec->size;
        in->stored += rec->stored;
    }
    if (r->h->json) {
        struct json *o = record_as_json(rec, mark);
        if (old) {
            json_bool(o, "skipped", true);
        }
        return out_json(r, &o);
    }
    char id[33];
    id_text(rec->id, id);
    struct str name = rec->name.n > 0 ? rec->name : rec->title;
    out_say(r, "%s  %.*s  %.*s%s\n", id, (int)mark.n, mark.p, (int)name.n, name.p,
            old ? tr(r->h->lang, N_("  (was there already)")) : "");
    return true;
}

/* ---------------------------------------------------------------- windows */

void intake_remember(struct intake *in, const struct err *e)
{
    if (in->first.code == ERR_NONE) {
        in->first = *e;
    }
}

static void tell_left_out(struct intake *in)
{
    bool stopped = in->r->e.code == ERR_INTERRUPTED;
    for (size_t i = 0; i < in->count; i++) {
        char shown[300];
        if (in->items[i].state == INGEST_FAILED && stopped) {
            in->waiting++; /* cut short, not refused */
        } else if (in->items[i].state == INGEST_FAILED) {
            in->failed++;
            text_printable(in->sources[i].path.n > 0 ? in->sources[i].path : in->items[i].in.title, shown,
                           sizeof shown);
            out_note(in->r, N_("not taken: %s"), shown);
        } else if (in->items[i].state == INGEST_WAITING) {
            in->waiting++;
        }
    }
}

/* What is gathered goes in. false: stop gathering. */
static bool window_take(struct intake *in)
{
    struct run *r = in->r;
    bool ok =
        in->count == 0 || record_ingest(r->a, in->items, in->count, &r->h->who, intake_report, in, &in->meter.p, &r->e);
    if (!ok) {
        uint64_t failed = in->failed;
        tell_left_out(in);
        if (r->e.code == ERR_INTERRUPTED && in->waiting == 0 && in->failed == failed) {
            ok = true; /* the signal came when all of it was in */
            r->e.code = ERR_NONE;
        } else {
            intake_remember(in, &r->e);
        }
    }
    bool go_on = ok || (in->waiting == 0 && r->e.code != ERR_INTERRUPTED);
    in->count = 0;
    arena_reset(in->ar);
    r->e.code = go_on ? ERR_NONE : r->e.code;
    return go_on && !r->out_broken;
}

static bool gather(struct intake *in, struct str path, struct str name, uint64_t size)
{
    struct run *r = in->r;
    if (r->h->stopped(r->h)) {
        return err_set(&r->e, ERR_INTERRUPTED, "interrupted");
    }
    struct str own_path = arena_str(in->ar, path.n > 0 ? path : STR("")), own_name = arena_str(in->ar, name);
    if (own_path.p == NULL || own_name.p == NULL) {
        return err_set(&r->e, ERR_MEMORY, "out of memory");
    }
    size_t i = in->count++;
    in->sources[i] = (struct source){.r = r, .path = own_path, .file = {.fd = -1}};
    in->items[i] = (struct ingest_item){.file = in->file.id,
                                        .in = in->common,
                                        .open = source_open,
                                        .close = source_close,
                                        .ctx = &in->sources[i],
                                        .size = size,
                                        .resume = parsed_flag(r->p, "resume")};
    in->items[i].in.name = own_name;
    return in->count < WINDOW || window_take(in);
}

static void pass_over(struct intake *in, struct str path, const struct err *why)
{
    char shown[300];
    in->passed_over++;
    if (why != NULL) {
        in->told = in->told || in->first.code == ERR_NONE;
        intake_remember(in, why);
        out_note(in->r, "akta: %s", why->text);
        return;
    }
    text_printable(path, shown, sizeof shown);
    out_note(in->r, N_("passed over, neither a file nor a folder: %s"), shown);
}

static bool gather_folder(struct intake *in, struct str folder)
{
    struct run *r = in->r;
    struct arena *names CLEANUP(arena_free) = arena_new(1u << 20);
    if (names == NULL) {
        return err_set(&r->e, ERR_MEMORY, "out of memory");
    }
    size_t cut = folder.n;
    while (cut > 0 && folder.p[cut - 1] == '/') {
        cut--;
    }
    for (;;) {
        struct input one;
        arena_reset(names);
        if (!r->h->next_input(r->h, folder, names, &one, &r->e)) {
            return false;
        }
        if (one.kind == INPUT_END) {
            return true;
        }
        if (one.kind == INPUT_OTHER) {
            pass_over(in, one.path, NULL);
        } else if (!gather(in, one.path, (struct str){one.path.p + cut + 1, one.path.n - cut - 1}, one.size)) {
            return false;
        }
    }
}

static bool gather_path(struct intake *in, struct str path)
{
    struct run *r = in->r;
    struct stat st;
    struct err e;
    int fd CLEANUP(fd_close) = -1;
    err_init(&e, r->h->lang);
    if (!r->h->open_input(r->h, path, &fd, &e)) {
        if (e.code == ERR_INTERRUPTED) {
            r->e = e;
            return false;
        }
        pass_over(in, path, &e);
        return true;
    }
    if (fstat(fd, &st) != 0) {
        return err_set(&r->e, ERR_IO, "%s cannot be looked at", path.p);
    }
    return S_ISDIR(st.st_mode) ? gather_folder(in, path) : gather(in, path, path_last(path), (uint64_t)st.st_size);
}

/* ---------------------------------------------------------------- ends */

static void totals(struct intake *in)
{
    struct run *r = in->r;
    meter_end(&in->meter);
    if (r->h->json) {
        struct json *o = json_object();
        json_u64(o, "records", in->records);
        json_u64(o, "bytes", in->bytes);
        json_u64(o, "stored", in->stored);
        json_u64(o, "skipped", in->skipped);
        json_u64(o, "failed", in->failed + in->passed_over);
        json_u64(o, "not_taken", in->waiting);
        (void)out_json(r, &o);
        return;
    }
    out_say(r,
            trn(r->h->lang, "%s record taken, %s, on disk %s.\n", "%s records taken, %s, on disk %s.\n", in->records),
            number_for_people(r->ar, in->records).p, bytes_for_people(r->ar, r->h->lang, in->bytes).p,
            bytes_for_people(r->ar, r->h->lang, in->stored).p);
    if (in->skipped > 0) {
        out_say(r, trn(r->h->lang, "%s was there already.\n", "%s were there already.\n", in->skipped),
                number_for_people(r->ar, in->skipped).p);
    }
}

int intake_finish(struct intake *in)
{
    struct run *r = in->r;
    totals(in);
    if (in->first.code == ERR_NONE) {
        return in->passed_over == 0 ? EXIT_DONE : EXIT_NO;
    }
    r->e = in->first;
    if (r->e.code == ERR_INTERRUPTED) {
        out_note(r, N_("interrupted; what is listed is in the archive, the rest is not. The same command with --resume "
                       "goes on"));
        return EXIT_NO;
    }
    int status = in->told ? exit_status_of(&r->e) : run_fail(r);
    return in->records > 0 && status == EXIT_USAGE ? EXIT_NO : status;
}

static bool read_common(struct run *r, struct record_input *out)
{
    const struct parsed *p = r->p;
    struct str access = parsed_text(p, "access");
    *out = (struct record_input){.title = parsed_text(p, "title"),
                                 .origin = parsed_text(p, "origin"),
                                 .dated = parsed_day(p, "dated"),
                                 .shelf = parsed_text(p, "shelf")};
    if (parsed_flag(p, "paper") != (out->shelf.n > 0)) {
        return err_field(&r->e, ERR_INVALID, "shelf", "a paper document needs both: --paper --shelf PLACE");
    }
    if (out->shelf.n > 0 && (out->title.n == 0 || p->arg_count > 0)) {
        return err_field(&r->e, ERR_INVALID, "title", "a paper document has no PATH; name it with --title");
    }
    if (out->shelf.n == 0 && p->arg_count == 0) {
        return err_field(&r->e, ERR_INVALID, "path", "name the files to take, or --paper --shelf PLACE --title TEXT");
    }
    return access.n == 0 || access_read(access, &out->access, &r->e);
}

static int take_paper(struct intake *in)
{
    struct run *r = in->r;
    struct record rec;
    struct content_source none = {0};
    in->common.origin = in->common.origin.n > 0 ? in->common.origin : STR("paper");
    in->common.name = in->common.title;
    if (!record_add(r->a, &in->file.id, &in->common, none, &r->h->who, r->ar, &rec, &r->e)) {
        return run_fail(r);
    }
    if (!intake_report(in, 0, &rec, in->file.mark, &r->e)) {
        return run_fail(r);
    }
    totals(in);
    return EXIT_DONE;
}

static int take_paths(struct intake *in)
{
    struct run *r = in->r;
    in->ar = arena_new(WINDOW_BYTES);
    in->items = mem_zalloc(WINDOW * sizeof *in->items);
    in->sources = mem_zalloc(WINDOW * sizeof *in->sources);
    bool ok = in->ar != NULL && in->items != NULL && in->sources != NULL;
    if (!ok) {
        err_set(&r->e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; ok && i < r->p->arg_count; i++) {
        ok = gather_path(in, r->p->args[i].text);
    }
    if (ok) {
        (void)window_take(in);
    } else {
        intake_remember(in, &r->e);
    }
    int status = intake_finish(in);
    arena_free(&in->ar);
    mem_free(in->items);
    mem_free(in->sources);
    return status;
}

int run_ingest(struct run *r)
{
    struct intake in = {.r = r};
    err_init(&in.first, r->h->lang);
    meter_begin(&in.meter, r);
    if (parsed_flag(r->p, "manifest")) {
        return run_manifest(&in);
    }
    if (parsed_flag(r->p, "dry-run") || parsed_flag(r->p, "base")) {
        err_field(&r->e, ERR_INVALID, "manifest", "--dry-run and --base belong to --manifest");
        return run_fail(r);
    }
    if (!read_common(r, &in.common) || !file_get(r->a, parsed_text(r->p, "file"), r->ar, &in.file, &r->e)) {
        return run_fail(r);
    }
    return in.common.shelf.n > 0 ? take_paper(&in) : take_paths(&in);
}
