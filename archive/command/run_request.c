/* run_request.c: what every command on a citizen's request begins and ends with: the desk, the request, the files
 * handed over, and what the verb made of it. Files go into a draft first, so that the verb itself takes all of them or
 * none. */
#include "run_request.h"

#include "host_local.h"

#include <string.h>
#include <sys/stat.h>

/* The office answers with what it has: more and larger files than a citizen sends. */
static const struct request_limits office_limits = {
    .files = 200, .file_bytes = UINT64_C(4) << 30, .draft_bytes = UINT64_C(1) << 40, .draft_hours = 24};

bool request_desk_of(struct run *r, struct request_desk **out)
{
    struct request_limits limits = office_limits;
    limits.notices = setting_text(archive_settings(r->a), "mail.server").n > 0;
    return request_desk_open(r->a, &limits, out, &r->e);
}

bool request_argument(struct run *r, struct request_desk *d, struct request_view *out)
{
    return request_get(d, r->p->args[0].text, run_today(r), r->ar, out, &r->e);
}

bool request_wrong_word(struct run *r, const char *option, struct str word)
{
    char shown[60];
    text_printable(word, shown, sizeof shown);
    return err_field(&r->e, ERR_INVALID, option, "--%s: “%s” is not one of the words that “akta help request %s” lists",
                     option, shown, r->p->row->name + strlen(REQUEST_COMMAND));
}

bool days_left_of(const struct request_view *v, struct day today, int64_t *days)
{
    if (request_ended(v->state) || day_is_none(v->due)) {
        return false;
    }
    *days = (int64_t)v->due.n - today.n;
    return true;
}

struct json *request_as_json(struct run *r, const struct request_view *v)
{
    struct json *o = json_object();
    int64_t days;
    json_text(o, "number", str_of(v->number));
    json_text(o, "kind", str_of(request_kind_name(v->kind)));
    json_text(o, "state", str_of(request_state_name(v->state)));
    json_instant(o, "received", v->received);
    bool open = days_left_of(v, run_today(r), &days);
    json_day(o, "due", open ? v->due : DAY_NONE);
    if (open) {
        json_i64(o, "days_left", days);
    } else {
        json_null(o, "days_left");
    }
    json_text(o, "next", str_of(request_next_name(v->next)));
    json_day(o, "next_until", v->next_until);
    json_text_or_null(o, "outcome", v->outcome != 0 ? str_of(request_outcome_name(v->outcome)) : STR(""));
    json_text_or_null(o, "unit", v->unit);
    json_text_or_null(o, "subject", v->subject);
    return o;
}

void request_say(struct run *r, const struct request_view *v)
{
    int64_t days;
    char due[DAY_TEXT_SIZE];
    out_say(r, "%s: %s", v->number, request_state_title(v->state, r->h->lang));
    if (days_left_of(v, run_today(r), &days)) {
        day_text(v->due, due);
        if (days < 0) {
            out_say(r, tr(r->h->lang, N_(", due %s (late, days: %lld)")), due, (long long)-days);
        } else {
            out_say(r, tr(r->h->lang, N_(", due %s (days left: %lld)")), due, (long long)days);
        }
    }
    out_say(r, "\n");
}

/* ---------------------------------------------------------------- files */

struct handed {
    struct run *r;
    int fd;
    struct content_source inner;
};

static bool handed_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct handed *h = ctx;
    if (h->r->h->stopped(h->r->h)) {
        return err_set(e, ERR_INTERRUPTED, "interrupted");
    }
    return h->inner.read(h->inner.ctx, p, n, got, e);
}

static bool attach_one(struct run *r, struct request_desk *d, struct str token, struct str path)
{
    struct handed h = {.r = r};
    struct draft_file file;
    struct stat st;
    struct content_fd file_in;
    int fd CLEANUP(fd_close) = -1;
    if (!r->h->open_input(r->h, path, &fd, &r->e)) {
        return false;
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        char shown[256];
        text_printable(path, shown, sizeof shown);
        return err_field(&r->e, ERR_INVALID, "file", "%s is not a file; name the files one by one", shown);
    }
    file_in.fd = fd;
    h.inner = content_source_fd(&file_in);
    const struct content_source src = {.read = handed_read, .ctx = &h, .size_hint = (uint64_t)st.st_size};
    return draft_attach(d, token, path_last(path), src, r->ar, &file, &r->e);
}

void request_unattach(struct run *r, struct request_desk *d, struct str token)
{
    struct err why;
    err_init(&why, r->h->lang);
    if (token.n > 0 && !draft_drop(d, token, &why)) {
        log_line(LOG_WARN, "command", "files that were not taken stay until they expire");
    }
}

bool request_attach(struct run *r, struct request_desk *d, size_t first, struct str *token)
{
    char text[DRAFT_TOKEN_SIZE];
    *token = STR("");
    if (r->p->arg_count <= first) {
        return true;
    }
    draft_new(text);
    struct str own = arena_str(r->ar, str_of(text));
    if (own.p == NULL) {
        return err_set(&r->e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = first; i < r->p->arg_count; i++) {
        if (!attach_one(r, d, own, r->p->args[i].text)) {
            request_unattach(r, d, own);
            return false;
        }
    }
    *token = own;
    return true;
}

bool request_act_now(struct run *r, struct request_desk *d, const struct request_view *v, struct request_act *act,
                     size_t first_file, struct request_done *done)
{
    act->role = REQUEST_OFFICE;
    act->at = clock_now(archive_clock(r->a));
    /* Refused by the state is refused before anything is read in. */
    if (request_row_for(v->kind, v->state, act->verb, act->role) != NULL &&
        !request_attach(r, d, first_file, &act->draft)) {
        return false;
    }
    if (request_do(d, &v->id, act, &r->h->who, r->ar, done, NULL, &r->e)) {
        return true;
    }
    request_unattach(r, d, act->draft);
    return false;
}

int request_tell(struct run *r, struct request_desk *d, const struct request_view *before, enum request_verb verb,
                 const struct request_done *done)
{
    struct request_view v;
    if (!request_get(d, str_of(before->number), run_today(r), r->ar, &v, &r->e)) {
        return run_fail(r);
    }
    if (r->h->json) {
        struct json *o = request_as_json(r, &v);
        json_text(o, "verb", str_of(request_verb_name(verb)));
        json_u64(o, "event", done->event);
        json_u64(o, "entry", LOG_PLACE(done->entry));
        (void)out_json(r, &o);
    } else {
        request_say(r, &v);
    }
    return EXIT_DONE;
}
