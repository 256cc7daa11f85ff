/* form_files.c: files of a form go into a draft as they arrive. */
#include "body.h"
#include "form.h"

#include <string.h>

struct str form_files_hint(struct call *c)
{
    const struct request_limits *l = request_desk_limits(c->w->requests);
    return arena_fmt(c->ar, tr(c->lang, "Up to %llu files, each up to %llu MB. Larger ones we take on a data carrier."),
                     (unsigned long long)l->files, (unsigned long long)(l->file_bytes >> 20));
}

static struct value *files_value(struct call *c)
{
    for (size_t i = 0; i < c->row->field_count; i++) {
        if (c->row->fields[i].type == INPUT_FILES) {
            return &c->values[i];
        }
    }
    return NULL;
}

void form_drop_draft(struct call *c, struct str token)
{
    struct err e = ERR_INIT;
    if (token.n > 0 && !draft_drop(c->w->requests, token, &e)) {
        log_line(LOG_WARN, "fcgi", "a draft stays until it expires code=%s", err_name(e.code));
    }
}

/* No room: a program is told to come again; on a page the field says so, in the place of what an operator should do. */
static bool no_room(struct call *c)
{
    if (c->face != FACE_API && strcmp(c->e.field, "files") != 0) {
        (void)err_field(&c->e, ERR_FULL, "files",
                        "We cannot store files now. Try again in a moment, or bring them to the registry office.");
    }
    return c->face != FACE_API;
}

#define SAID_NAME 90u /* bytes of a name in a message */
/* It broke off in this file: the page that comes back names it. */
static void say_broken(const struct part *p, struct value *v)
{
    char name[SAID_NAME];
    text_printable(p->file_name, name, sizeof name);
    if (v->fault.code == ERR_NONE) {
        (void)err_field(&v->fault, ERR_INTERRUPTED, "files", "The file «%s» did not come whole. Attach it once more.",
                        name);
    }
}

bool form_attach(struct call *c, struct str token, const struct part *p, struct content_source src)
{
    struct draft_file f;
    struct value *v = files_value(c);
    if (v == NULL) {
        return err_set(&c->e, ERR_STATE, "this form takes no files");
    }
    if (draft_attach(c->w->requests, token, p->file_name, src, c->ar, &f, &c->e)) {
        return true;
    }
    if (c->e.code == ERR_INTERRUPTED) {
        say_broken(p, v);
    }
    if (c->e.code == ERR_FULL ? !no_room(c) : strcmp(c->e.field, "files") != 0) {
        return false;
    }
    if (v->fault.code == ERR_NONE) { /* of several the first one is said */
        v->fault = c->e;
    }
    err_init(&c->e, c->lang);
    return true;
}
