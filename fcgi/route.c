/* route.c: the table of addresses, and the headers that every answer carries.
 *
 * The row is checked before its handler runs; a handler sees only requests that fit its row. */
#include "window.h"

#include <string.h>

static const struct route_row routes[] = {
    {"GET", "/healthz", false, page_healthz},
    {"GET", "/metrics", true, page_metrics},
};

void answer_text(struct answer *a, int status, const char *text)
{
    a->status = status;
    a->type = "text/plain; charset=utf-8";
    buf_reset(&a->body);
    buf_add_z(&a->body, text);
    buf_add_u8(&a->body, '\n');
}

static bool is_loopback(struct str remote)
{
    return str_starts(remote, "127.") || str_is(remote, "::1");
}

static bool method_fits(const struct route_row *row, struct str method)
{
    return str_is(method, row->method) || (str_is(method, "HEAD") && strcmp(row->method, "GET") == 0);
}

void route(struct window *w, const struct request *q, struct answer *a)
{
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        const struct route_row *row = &routes[i];
        if (!str_is(q->path, row->path) || (row->loopback && !is_loopback(q->remote))) {
            continue;
        }
        if (!method_fits(row, q->method)) {
            answer_text(a, 405, "Ten adres przyjmuje tylko GET.");
            a->allow = "GET, HEAD";
        } else if (w->archive == NULL) {
            answer_text(a, 503, "Przerwa techniczna. Pilne pismo złóż w kancelarii.");
        } else {
            row->handle(w, q, a);
        }
        return;
    }
    answer_text(a, 404, "Nie ma takiej strony.");
}

static const char *reason(int status)
{
    switch (status) {
        case 200:
            return "OK";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 503:
            return "Service Unavailable";
        default:
            return "Internal Server Error";
    }
}

void answer_head(const struct answer *a, struct buf *out)
{
    buf_fmt(out, "Status: %d %s\r\n", a->status, reason(a->status));
    buf_fmt(out, "Content-Type: %s\r\n", a->type);
    buf_fmt(out, "Content-Length: %zu\r\n", a->body.n);
    if (a->allow != NULL) {
        buf_fmt(out, "Allow: %s\r\n", a->allow);
    }
    if (a->status == 503) {
        buf_add_z(out, "Retry-After: 30\r\n");
    }
    buf_add_z(out, "Cache-Control: no-store\r\n"
                   "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                   "base-uri 'none'; frame-ancestors 'none'\r\n"
                   "X-Content-Type-Options: nosniff\r\n"
                   "X-Frame-Options: DENY\r\n"
                   "Referrer-Policy: no-referrer\r\n"
                   "Cross-Origin-Opener-Policy: same-origin\r\n"
                   "Cross-Origin-Resource-Policy: same-origin\r\n"
                   "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n"
                   "\r\n");
}
