/* run_conf.c: akta conf diff and akta conf apply: dated law, and what the office publishes, as documents. */
#include "host_local.h"
#include "table.h"

#include <string.h>

#define LAW_MAX (64u << 20)

static bool ends_with(struct str s, const char *end)
{
    size_t n = strlen(end);
    return s.n > n && memcmp(s.p + s.n - n, end, n) == 0;
}

/* What a file says of itself: plan.tsv by its name, cards/driving.md by its folder. */
static struct str kind_by_path(struct str path)
{
    static const char *const folders[][2] = {
        {"cards", "card"}, {"registers", "register"}, {"access-rules", "access-rule"}, {"texts", "text"}};
    struct str file = path_last(path), folder = path_last(path_folder(path));
    for (size_t i = 0; ends_with(file, ".md") && i < COUNT_OF(folders); i++) {
        if (str_is(folder, folders[i][0])) {
            return str_of(folders[i][1]);
        }
    }
    return ends_with(file, ".tsv") ? (struct str){file.p, file.n - 4} : file;
}

static bool kind_of(struct run *r, struct str path, enum conf_kind *out)
{
    struct str name = parsed_text(r->p, "kind");
    const char *names[CONF_KIND_COUNT];
    if (name.n == 0) {
        name = kind_by_path(path);
    }
    for (unsigned k = 0; k < CONF_KIND_COUNT; k++) {
        names[k] = conf_kind_name((enum conf_kind)k);
        if (str_is(name, names[k])) {
            *out = (enum conf_kind)k;
            return true;
        }
    }
    char shown[80];
    text_printable(name, shown, sizeof shown);
    const char *near = suggest(name, names, COUNT_OF(names));
    if (near != NULL) {
        return err_field(&r->e, ERR_INVALID, "kind", "there is no law called %s; did you mean --kind %s?", shown, near);
    }
    return err_field(&r->e, ERR_INVALID, "kind", "what is %s? Say it with --kind: %s, %s, %s, %s, %s, %s, %s or %s",
                     shown, names[0], names[1], names[2], names[3], names[4], names[5], names[6], names[7]);
}

/* What the command line names: one law, or any number of documents to publish. */
struct given_documents {
    struct conf_document law;
    struct conf_publication *list; /* NULL: it is law */
    size_t count;
};

static bool read_law(struct run *r, struct str path, enum conf_kind k, struct conf_document *d)
{
    struct holidays *h CLEANUP(holidays_free) = NULL;
    *d = (struct conf_document){.kind = k, .valid_from = parsed_day(r->p, "from")};
    if (!input_read(r, path, LAW_MAX, &d->text)) {
        return false;
    }
    if (day_is_none(d->valid_from) && !conf_document_day(d->text, &d->valid_from)) {
        return err_field(&r->e, ERR_INVALID, "from",
                         "the file does not say from which day it is in force: add --from DATE");
    }
    return d->kind != CONF_HOLIDAYS || holidays_parse(d->text, &h, &r->e);
}

static bool read_publication(struct run *r, struct str path, struct conf_publication *out)
{
    struct publication in = {.file = path};
    enum conf_kind k;
    if (!kind_of(r, path, &k)) {
        return false;
    }
    if (!published_kind_of(k, &in.kind)) {
        return err_field(&r->e, ERR_INVALID, "file", "%s is law: give it alone", path.p);
    }
    if (!day_is_none(parsed_day(r->p, "from"))) {
        return err_field(&r->e, ERR_INVALID, "from", "a published document names its own day: leave --from out");
    }
    if (!input_read(r, path, LAW_MAX, &in.text)) {
        return false;
    }
    return publication_document(r->a, &in, r->ar, out, &r->e) || err_wrap(&r->e, "%s", path.p);
}

static bool read_documents(struct run *r, struct given_documents *out)
{
    size_t n = r->p->arg_count;
    enum conf_kind k;
    *out = (struct given_documents){.count = n};
    if (!kind_of(r, r->p->args[0].text, &k)) {
        return false;
    }
    if (n == 1 && (size_t)k < CONF_LAW_COUNT) {
        return read_law(r, r->p->args[0].text, k, &out->law);
    }
    out->list = arena_alloc(r->ar, n * sizeof *out->list);
    if (out->list == NULL) {
        return err_set(&r->e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        if (!read_publication(r, r->p->args[i].text, &out->list[i])) {
            return false;
        }
    }
    return true;
}

struct changes {
    struct run *r;
    uint64_t count;
};

static bool change_line(void *ctx, struct str line, struct err *e)
{
    struct changes *c = ctx;
    struct run *r = c->r;
    (void)e;
    c->count++;
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "change", line);
        return out_json(r, &o);
    }
    out_say(r, "%.*s\n", (int)line.n, line.p);
    return !r->out_broken;
}

struct outcome {
    enum conf_kind kind;
    struct str name;
    struct day from;
    bool applied;
};

static void total(struct run *r, const struct outcome *w, uint64_t n)
{
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "kind", str_of(conf_kind_name(w->kind)));
        if (w->name.n > 0) {
            json_text(o, "name", w->name);
        }
        json_day(o, "from", w->from);
        json_u64(o, "changes", n);
        json_bool(o, "applied", w->applied);
        (void)out_json(r, &o);
        return;
    }
    out_say(r, trn(r->h->lang, "%s change.\n", "%s changes.\n", n), number_for_people(r->ar, n).p);
    if (!w->applied && n > 0) {
        out_note(r, N_("nothing was changed yet; “akta conf apply” does it"));
    }
}

int run_conf_diff(struct run *r)
{
    struct given_documents in;
    if (!read_documents(r, &in)) {
        return run_fail(r);
    }
    for (size_t i = 0; i < in.count; i++) {
        struct changes c = {.r = r};
        const struct conf_publication *p = in.list == NULL ? NULL : &in.list[i];
        if (p == NULL ? !conf_diff(r->a, &in.law, change_line, &c, &r->e)
                      : !conf_publish_diff(r->a, p, change_line, &c, &r->e)) {
            return run_fail(r);
        }
        struct outcome w = p == NULL ? (struct outcome){in.law.kind, STR_NONE, in.law.valid_from, false}
                                     : (struct outcome){p->kind, p->name, p->valid_from, false};
        total(r, &w, c.count);
    }
    return EXIT_DONE;
}

int run_conf_apply(struct run *r)
{
    struct given_documents in;
    uint64_t changed = 0;
    if (!read_documents(r, &in)) {
        return run_fail(r);
    }
    if (in.list == NULL ? !conf_apply(r->a, &in.law, &r->h->who, &changed, &r->e)
                        : !conf_publish(r->a, in.list, in.count, &r->h->who, &changed, &r->e)) {
        return run_fail(r);
    }
    struct outcome w = in.list == NULL ? (struct outcome){in.law.kind, STR_NONE, in.law.valid_from, true}
                                       : (struct outcome){in.list->kind, STR_NONE, in.list->valid_from, true};
    if (in.list != NULL && in.count == 1) {
        w.name = in.list->name;
    }
    total(r, &w, changed);
    return EXIT_DONE;
}
