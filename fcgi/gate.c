/* gate.c: what stands before every handler. It finds the row of a request and enforces it: who may, which method, where
 * it comes from, which body and how much of it, which input; a handler sees only what fits its row. Whoever may not see
 * an address is told that it does not exist. */
#include "body.h"
#include "window.h"

#include <string.h>

static bool method_fits(const struct route_row *row, struct str method)
{
    return str_is(method, row->method) || (str_is(method, "HEAD") && strcmp(row->method, "GET") == 0);
}

/* Pages exist once more in English, everything else once. */
static void take_language(struct call *c)
{
    struct str path = c->q->path;
    c->path = path;
    c->lang = LANG_PL;
    if (str_is(path, "/en") || str_starts(path, "/en/")) {
        c->lang = LANG_EN;
        c->path = (struct str){path.p + 3, path.n - 3};
    }
}

static void allow_method(struct buf *allow, const char *method)
{
    if (allow->n > 0 && memmem(allow->p, allow->n, method, strlen(method)) != NULL) {
        return;
    }
    buf_add_z(allow, allow->n > 0 ? ", " : "");
    buf_add_z(allow, method);
    buf_add_z(allow, strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

/* The first row of the path whose method fits; else the first one of the path, and *allow gathers what would fit. */
static const struct route_row *find_row(struct call *c, struct buf *allow)
{
    size_t count;
    const struct route_row *rows = route_rows(&count), *other = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct route_row *row = &rows[i];
        if ((c->lang == LANG_EN && row->face != FACE_PAGE) || !route_match(row, c->path, &c->parts) ||
            (row->who == WHO_LOOPBACK && !is_loopback(c->q->remote))) {
            continue;
        }
        if (method_fits(row, c->q->method)) {
            return row;
        }
        other = other != NULL ? other : row;
        allow_method(allow, row->method);
    }
    return other;
}

/* /karty/ is /karty, and /en is /en/. The new address is the old one less a slash, and only where a page answers. */
static bool redirected(struct call *c)
{
    struct str path = c->q->path;
    struct parts parts;
    size_t count;
    const struct route_row *rows = route_rows(&count);
    if (str_is(path, "/en")) {
        c->a->status = 308;
        c->a->location = STR("/en/");
        return true;
    }
    if (c->path.n < 2 || c->path.p[c->path.n - 1] != '/') {
        return false;
    }
    struct str shorter = {c->path.p, c->path.n - 1};
    for (size_t i = 0; i < count; i++) {
        if (rows[i].face == FACE_PAGE && route_match(&rows[i], shorter, &parts)) {
            c->a->status = 308;
            c->a->location = (struct str){path.p, path.n - 1};
            return true;
        }
    }
    return false;
}

/* The API speaks the language its caller prefers, Polish unless it says English. What it says well is the same in both,
 * and only that may a cache keep. */
static void take_api_language(struct call *c)
{
    if (c->face == FACE_API) {
        c->lang = language_preferred(c->q->accept_language);
    }
}

static bool read_input(struct call *c)
{
    const struct route_row *row = c->row;
    if (row->field_count == 0) {
        return true; /* what nobody reads cannot be wrong */
    }
    if (!query_read(row->fields, row->field_count, c->q->query, c->ar, c->values, &c->e)) {
        return false;
    }
    for (size_t i = 0; i < row->field_count && (row->flags & ROW_OWN_FAULTS) == 0; i++) {
        if (c->values[i].fault.code != ERR_NONE) {
            c->e = c->values[i].fault;
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- bodies */

static void refuse_body(struct call *c)
{
    switch (c->e.code) {
        case ERR_DENIED:
            answer_problem(c, 403, N_("Open the form once more and send it from there."));
            return;
        case ERR_TOO_BIG:
            answer_problem(c, 413, N_("This address takes less than was sent."));
            return;
        case ERR_INTERRUPTED:
            answer_problem(c, 408, N_("What you sent came too slowly or broke off. Send it once more."));
            return;
        case ERR_BUSY:
            answer_problem(c, 503, N_("Many people are sending files now. Try again in a moment."));
            return;
        case ERR_NONE:
        case ERR_NOT_FOUND:
        case ERR_INVALID:
        case ERR_CONFLICT:
        case ERR_STATE:
        case ERR_IO:
        case ERR_CORRUPT:
        case ERR_FULL:
        case ERR_MEMORY:
        case ERR_UNSUPPORTED:
        default:
            answer_error(c);
    }
}

/* A form of ours that broke off on its way: what came whole is kept in the draft, texts and files, and the page says
 * what did not. Half a file leaves nothing. */
static void answer_broken_off(struct call *c)
{
    err_init(&c->e, c->lang);
    c->notice =
        N_("What you sent came too slowly or broke off. What came whole is below. Check it and send it once more.");
    c->row->again(c);
    if (c->a->status == 422) {
        c->a->status = 408;
    }
}

/* Nothing but a sound form of ours comes to the handler; a form that was open too long, or has slips that the row does
 * not show itself, goes back filled in. */
static void answer_posted(struct call *c)
{
    bool sound = c->notice == NULL;
    for (size_t i = 0; i < c->row->field_count && (c->row->flags & ROW_OWN_FAULTS) == 0; i++) {
        sound = sound && c->values[i].fault.code == ERR_NONE;
    }
    if (sound || c->row->again == NULL) {
        c->row->handle(c);
    } else {
        c->row->again(c);
    }
    for (size_t i = 0; i < c->row->field_count && c->a->status == 422; i++) {
        if (c->values[i].fault.code == ERR_FULL) { /* no slip of the person's */
            c->a->status = 503;
        }
    }
}

static void take_body(struct call *c, unsigned kind, const struct header_value *type)
{
    bool slow = c->q->body_size > BODY_SMALL; /* or unknown: nginx hands it over as it comes in */
    unsigned place = 0;
    if (slow && !transfer_begin(c->w, c->q->remote, &place)) {
        c->a->retry_after = 5;
        answer_problem(c, 503, N_("Many people are sending files now. Try again in a moment."));
        return;
    }
    bool well = intake_read(c, kind, type);
    if (slow) {
        transfer_end(c->w, place);
    }
    if (well) {
        answer_posted(c);
    } else if (c->e.code == ERR_INTERRUPTED && c->row->face == FACE_PAGE && c->row->again != NULL && c->once.n > 0) {
        answer_broken_off(c);
    } else {
        refuse_body(c);
    }
}

static void enforce_body(struct call *c)
{
    struct header_value type;
    unsigned kind = intake_kind(c, &type), wait = 0;
    if (!comes_from_here(c->q)) {
        answer_problem(c, 403, N_("Open the form once more and send it from there."));
    } else if ((kind & c->row->body) == 0) {
        answer_problem(c, 415, N_("This address does not take this kind of content."));
    } else if (c->q->body_size != BODY_UNKNOWN && c->q->body_size > c->row->limit) {
        answer_problem(c, 413, N_("This address takes less than was sent."));
    } else if ((c->row->flags & ROW_FILES_LETTERS) != 0 &&
               (wait = rate_take(c->w->rate, c->q->remote, monotonic_ns())) > 0) {
        c->a->retry_after = wait;
        answer_problem(c, 429, N_("Many letters came from your network. Wait a moment and send once more."));
    } else {
        take_body(c, kind, &type);
    }
}

static void enforce(struct call *c)
{
    bool with_body = c->row->body != BODY_NONE;
    if (!with_body && c->q->body_size != BODY_UNKNOWN && c->q->body_size > 0) {
        answer_problem(c, 413, N_("This address takes less than was sent."));
    } else if (c->w->archive == NULL && (c->row->flags & ROW_IN_MAINTENANCE) == 0) {
        answer_problem(c, 503, N_("File urgent letters at the registry office."));
    } else if (with_body) {
        enforce_body(c);
    } else if (!read_input(c)) {
        answer_error(c);
    } else {
        c->row->handle(c);
    }
}

/* A page that is the same for everyone and is asked nothing: whoever invents queries for one that takes none makes no
 * page anew. */
static bool may_be_kept(const struct call *c)
{
    return c->row != NULL && c->row->cache == CACHE_PUBLIC && (c->row->flags & ROW_MADE_ANEW) == 0 &&
           (c->row->field_count == 0 || c->q->query.n == 0) &&
           (c->face != FACE_API || c->lang == LANG_PL) && /* its address does not tell the language */
           (c->q->body_size == 0 || c->q->body_size == BODY_UNKNOWN) && c->w->archive != NULL &&
           method_fits(c->row, c->q->method);
}

/* What every page and the API read: whose office it is, and what it has published. */
static bool take_bulletin(struct call *c)
{
    if (c->w->archive == NULL || c->face == FACE_PLAIN) {
        return true;
    }
    if (!archive_office(c->w->archive, c->ar, &c->office, &c->e) || !bulletin_take(c->w->desk, &c->bulletin, &c->e)) {
        c->office = (struct office_info){0};
        return false;
    }
    return true;
}

static void answer_anew(struct call *c, struct str allow)
{
    if (!take_bulletin(c)) {
        answer_error(c);
    } else if (c->row == NULL && !redirected(c)) {
        answer_problem(c, 404, N_("Check the address, or begin at the start page."));
    } else if (c->row != NULL && !method_fits(c->row, c->q->method)) {
        answer_problem(c, 405, N_("This address is not used in this way."));
        c->a->allow = arena_str(c->ar, allow);
    } else if (c->row != NULL) {
        enforce(c);
    }
    bulletin_give(c->w->desk, &c->bulletin);
}

static void dispatch(struct call *c)
{
    struct buf allow CLEANUP(buf_free) = BUF_INIT(64);
    struct kept_stamp stamp = {0};
    c->row = find_row(c, &allow);
    c->face = c->row != NULL ? c->row->face : str_starts(c->path, "/api/") ? FACE_API : FACE_PAGE;
    take_api_language(c);
    err_init(&c->e, c->lang);
    bool keep = may_be_kept(c);
    if (keep) {
        stamp = (struct kept_stamp){conf_generation(c->w->archive), archive_today(c->w->archive)};
        if (kept_find(c->w->kept, c->q->path, &stamp, c->a)) {
            return;
        }
    }
    answer_anew(c, buf_str(&allow));
    if (keep && c->a->status == 200 && c->a->stream == NULL && c->a->disposition.n == 0 && c->a->link.n == 0) {
        answer_stamp(c->a);
        kept_put(c->w->kept, c->q->path, &stamp, c->a);
    }
}

void window_answer(struct window *w, const struct request *q, struct arena *ar, struct answer *a)
{
    struct call c = {.w = w, .q = q, .a = a, .ar = ar};
    uint64_t begun = monotonic_ns();
    if (!traffic_begin(&w->traffic) && w->archive != NULL) {
        store_crowded(archive_store(w->archive), begun);
    }
    a->status = 500;
    a->cache = CACHE_NEVER;
    a->type = "text/plain; charset=utf-8";
    take_language(&c);
    dispatch(&c);
    if (c.row != NULL && a->status == 200) {
        a->cache = c.row->cache;
        answer_validate(a, q->if_none_match);
    }
    if (a->body.failed) {
        buf_free(&a->body);
        a->body = BUF_INIT(BODY_MAX);
        a->cache = CACHE_NEVER;
        a->etag[0] = '\0';
        answer_text(a, 500, "Coś poszło nie tak. Spróbuj za chwilę.");
    }
    traffic_end(&w->traffic, c.face, a->status, monotonic_ns() - begun);
}
