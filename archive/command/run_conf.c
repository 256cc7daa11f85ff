/* run_conf.c: akta conf diff and akta conf apply: dated law as documents. */
#include "host_local.h"
#include "table.h"

#include <string.h>

#define LAW_MAX (64u << 20)

static bool kind_of(struct run *r, struct str path, enum conf_kind *out)
{
    struct str name = parsed_text(r->p, "kind"), file = path_last(path);
    const char *names[CONF_KIND_COUNT];
    if (name.n == 0) {
        name = file.n > 4 && memcmp(file.p + file.n - 4, ".tsv", 4) == 0 ? (struct str){file.p, file.n - 4} : file;
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
    return err_field(&r->e, ERR_INVALID, "kind", "what is %s? Say it with --kind: %s, %s, %s or %s", shown, names[0],
                     names[1], names[2], names[3]);
}

static bool read_document(struct run *r, struct conf_document *d)
{
    struct str path = r->p->args[0].text;
    struct holidays *h CLEANUP(holidays_free) = NULL;
    *d = (struct conf_document){.valid_from = parsed_day(r->p, "from")};
    if (!kind_of(r, path, &d->kind) || !input_read(r, path, LAW_MAX, &d->text)) {
        return false;
    }
    if (day_is_none(d->valid_from) && !conf_document_day(d->text, &d->valid_from)) {
        return err_field(&r->e, ERR_INVALID, "from",
                         "the file does not say from which day it is in force: add --from DATE");
    }
    return d->kind != CONF_HOLIDAYS || holidays_parse(d->text, &h, &r->e);
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

static void total(struct run *r, const struct conf_document *d, uint64_t n, bool applied)
{
    if (r->h->json) {
        struct json *o = json_object();
        json_text(o, "kind", str_of(conf_kind_name(d->kind)));
        json_day(o, "from", d->valid_from);
        json_u64(o, "changes", n);
        json_bool(o, "applied", applied);
        (void)out_json(r, &o);
        return;
    }
    out_say(r, trn(r->h->lang, "%s change.\n", "%s changes.\n", n), number_for_people(r->ar, n).p);
    if (!applied && n > 0) {
        out_note(r, N_("nothing was changed yet; “akta conf apply” does it"));
    }
}

int run_conf_diff(struct run *r)
{
    struct conf_document d;
    struct changes c = {.r = r};
    if (!read_document(r, &d) || !conf_diff(r->a, &d, change_line, &c, &r->e)) {
        return run_fail(r);
    }
    total(r, &d, c.count, false);
    return EXIT_DONE;
}

int run_conf_apply(struct run *r)
{
    struct conf_document d;
    uint64_t changed = 0;
    if (!read_document(r, &d) || !conf_apply(r->a, &d, &r->h->who, &changed, &r->e)) {
        return run_fail(r);
    }
    total(r, &d, changed, true);
    return EXIT_DONE;
}
