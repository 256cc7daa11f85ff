/* api_answers.c: published answers for programs: JSON, CSV. */
#include "register.h"

static struct str file_url(struct call *c, const struct request_answer *a, size_t i)
{
    return arena_fmt(c->ar, "/odpowiedzi/%s/plik/%llu", a->number, (unsigned long long)a->files[i].seq);
}

static void add_files(struct call *c, struct json *o, const struct request_answer *a)
{
    struct json *list CLEANUP(json_free) = json_array();
    for (size_t i = 0; i < a->file_count; i++) {
        struct json *f CLEANUP(json_free) = json_object();
        json_text(f, "url", file_url(c, a, i));
        json_text(f, "type", a->files[i].type.n > 0 ? a->files[i].type : STR_NONE);
        json_u64(f, "size", a->files[i].size);
        json_push(list, &f);
    }
    json_put(o, "files", &list);
}

static void add_answer(struct call *c, struct json *o, const struct request_answer *a)
{
    json_text(o, "number", str_of(a->number));
    json_text(o, "subject", a->subject);
    json_text(o, "text", a->text.n > 0 ? a->text : STR_NONE);
    json_text(o, "kind", str_of(request_kind_name(a->kind)));
    json_text(o, "outcome", str_of(request_outcome_name(a->outcome)));
    json_day(o, "received", a->received);
    json_day(o, "ended", a->ended);
    json_instant(o, "published", a->published);
    add_files(c, o, a);
    json_text(o, "url", arena_fmt(c->ar, "/odpowiedzi/%s", a->number));
}

static bool page_of(struct call *c, size_t limit, struct request_answer **list, size_t *n, struct str *next)
{
    const struct answer_filter f = {.words = c->values[0].text, .after = c->values[1].text, .limit = limit};
    if (c->values[0].fault.code != ERR_NONE || c->values[1].fault.code != ERR_NONE) {
        register_refuse(c);
        return false;
    }
    if (!request_answers(c->w->requests, &f, c->ar, list, n, next, &c->e)) {
        answer_error(c);
        return false;
    }
    return true;
}

void api_answers(struct call *c)
{
    struct json *o CLEANUP(json_free) = json_object(), *list CLEANUP(json_free) = json_array();
    struct request_answer *rows;
    struct str next;
    size_t n;
    if (!page_of(c, REGISTER_ROWS, &rows, &n, &next)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct json *a CLEANUP(json_free) = json_object();
        add_answer(c, a, &rows[i]);
        json_push(list, &a);
    }
    json_put(o, "answers", &list);
    json_text(o, "next", next.n > 0 ? next : STR_NONE);
    api_send(c, o, 200);
}

void api_answer(struct call *c)
{
    struct json *o CLEANUP(json_free) = json_object();
    struct request_answer a;
    if (request_answer_get(c->w->requests, c->parts.slug, c->ar, &a, &c->e)) {
        add_answer(c, o, &a);
        api_send(c, o, 200);
    } else if (c->e.code == ERR_NOT_FOUND) {
        answer_problem(c, 404, N_("No answer is published under this number. GET /api/v1/answers lists all."));
    } else {
        answer_error(c);
    }
}

static struct str file_urls(struct call *c, const struct request_answer *a)
{
    struct str all = STR("");
    for (size_t i = 0; i < a->file_count; i++) {
        struct str one = file_url(c, a, i);
        all = arena_fmt(c->ar, "%.*s%s%.*s", (int)all.n, all.p, i > 0 ? " | " : "", (int)one.n, one.p);
    }
    return all;
}

/* A page of 200; the header Link names the next one. */
void api_answers_csv(struct call *c)
{
    struct buf *out = &c->a->body, link CLEANUP(buf_free) = BUF_INIT(2000);
    struct request_answer *rows;
    struct str next;
    size_t n;
    if (!page_of(c, 200, &rows, &n, &next)) {
        return;
    }
    buf_reset(out);
    buf_add_z(out, "number,kind,outcome,received,ended,published,files,subject,text\r\n");
    for (size_t i = 0; i < n; i++) {
        char at[INSTANT_TEXT_SIZE];
        instant_text(rows[i].published, at);
        csv_cell(out, str_of(rows[i].number), true);
        csv_cell(out, str_of(request_kind_name(rows[i].kind)), false);
        csv_cell(out, str_of(request_outcome_name(rows[i].outcome)), false);
        csv_day(out, rows[i].received);
        csv_day(out, rows[i].ended);
        csv_cell(out, str_of(at), false);
        csv_cell(out, file_urls(c, &rows[i]), false);
        csv_cell(out, rows[i].subject, false);
        csv_cell(out, rows[i].text, false);
        csv_end(out);
    }
    if (next.n > 0) {
        buf_add_z(&link, "</api/v1/answers.csv?q=");
        url_part(&link, c->values[0].text);
        buf_fmt(&link, "&after=%.*s>; rel=\"next\"", (int)next.n, next.p);
        c->a->link = arena_str(c->ar, buf_str(&link));
    }
    c->a->status = 200;
    c->a->type = "text/csv; charset=utf-8; header=present";
}
