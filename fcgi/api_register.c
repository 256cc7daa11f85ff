/* api_register.c: the public register for programs: a page of it as JSON, a larger piece as CSV. */
#include "register.h"

#define CSV_ROWS  20000u
#define CSV_PIECE 200u

void api_requests(struct call *c)
{
    struct json *o CLEANUP(json_free) = json_object(), *list CLEANUP(json_free) = json_array();
    struct request_filter f;
    struct request_public *rows;
    struct str next;
    size_t n;
    if (!register_read(c, &f)) {
        register_refuse(c);
        return;
    }
    if (!request_list(c->w->requests, &f, c->ar, &rows, &n, &next, &c->e)) {
        answer_error(c);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct json *r CLEANUP(json_free) = json_object();
        register_json(c, r, &rows[i]);
        json_push(list, &r);
    }
    json_put(o, "requests", &list);
    json_text(o, "next", next.n > 0 ? next : STR_NONE);
    api_send(c, o, 200);
}

/* ---------------------------------------------------------------- CSV */

static void csv_row(struct call *c, struct buf *out, const struct request_public *r)
{
    csv_cell(out, str_of(r->number), true);
    csv_cell(out, str_of(request_kind_name(r->kind)), false);
    csv_cell(out, str_of(request_state_name(r->state)), false);
    csv_cell(out, r->outcome != 0 ? str_of(request_outcome_name(r->outcome)) : STR(""), false);
    csv_day(out, r->received);
    csv_day(out, request_ended(r->state) ? DAY_NONE : r->due);
    csv_day(out, r->ended);
    csv_cell(out, r->extended ? STR("true") : STR("false"), false);
    csv_cell(out, r->subject, false);
    csv_cell(out, r->answer ? arena_fmt(c->ar, "/odpowiedzi/%s", r->number) : STR(""), false);
    csv_end(out);
}

static bool csv_rows(struct call *c, struct request_filter *f, struct arena *ar, struct err *e)
{
    char after[64] = "";
    f->limit = CSV_PIECE;
    for (size_t done = 0; done < CSV_ROWS;) {
        struct request_public *rows;
        struct str next;
        size_t n;
        if (!request_list(c->w->requests, f, ar, &rows, &n, &next, e)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            csv_row(c, &c->a->body, &rows[i]);
        }
        done += CSV_PIECE; /* a page of words may hold few lines and take as long */
        snprintf(after, sizeof after, "%.*s", (int)next.n, next.p);
        f->after = arena_str(c->ar, str_of(after));
        arena_reset(ar);
        if (next.n == 0) {
            return true;
        }
    }
    return true;
}

/* What does not fit goes on at the address that the header Link names. */
static void csv_link(struct call *c, struct str after)
{
    struct buf b CLEANUP(buf_free) = BUF_INIT(4000);
    buf_add_z(&b, "</api/v1/requests.csv?");
    for (size_t i = 0; i < ASKED_AFTER; i++) {
        if (c->values[i].text.n > 0) {
            buf_fmt(&b, "%s=", register_api_fields[i].name);
            url_part(&b, c->values[i].text);
            buf_add_z(&b, "&");
        }
    }
    buf_fmt(&b, "after=%.*s>; rel=\"next\"", (int)after.n, after.p);
    c->a->link = b.failed ? STR("") : arena_str(c->ar, buf_str(&b));
}

void api_requests_csv(struct call *c)
{
    struct arena *ar CLEANUP(arena_free) = arena_new(8u << 20);
    struct request_filter f;
    if (!register_read(c, &f)) {
        register_refuse(c);
        return;
    }
    buf_reset(&c->a->body);
    buf_add_z(&c->a->body, "number,kind,state,outcome,received,due,ended,extended,subject,answer\r\n");
    if (ar == NULL || !csv_rows(c, &f, ar, &c->e)) {
        buf_reset(&c->a->body);
        answer_error(c);
        return;
    }
    if (f.after.n > 0) {
        csv_link(c, f.after);
    }
    c->a->status = 200;
    c->a->type = "text/csv; charset=utf-8; header=present";
}
