/* answer.c: status line, header lines, and whether the caller has the answer already.
 *
 * The one way to a header is head_line, which refuses what could begin another header. */
#include "window.h"

#include <string.h>

#define RETRY_SECONDS 30u

void answer_text(struct answer *a, int status, const char *text)
{
    a->status = status;
    a->type = "text/plain; charset=utf-8";
    buf_reset(&a->body);
    buf_add_z(&a->body, text);
    buf_add_u8(&a->body, '\n');
}

void answer_whole(struct answer *a, const struct buf *text, const char *type)
{
    a->status = 200;
    a->type = type;
    buf_reset(&a->body);
    buf_add(&a->body, text->p, text->n);
}

const char *status_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } list[] = {{200, "OK"},
                {201, "Created"},
                {206, "Partial Content"},
                {303, "See Other"},
                {304, "Not Modified"},
                {308, "Permanent Redirect"},
                {400, "Bad Request"},
                {403, "Forbidden"},
                {404, "Not Found"},
                {405, "Method Not Allowed"},
                {408, "Request Timeout"},
                {409, "Conflict"},
                {410, "Gone"},
                {413, "Content Too Large"},
                {415, "Unsupported Media Type"},
                {416, "Range Not Satisfiable"},
                {422, "Unprocessable Content"},
                {429, "Too Many Requests"},
                {503, "Service Unavailable"}};
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        if (list[i].status == status) {
            return list[i].reason;
        }
    }
    return "Internal Server Error";
}

/* ---------------------------------------------------------------- validators */

void answer_stamp(struct answer *a)
{
    uint8_t digest[SHA256_SIZE];
    sha256_of(buf_bytes(&a->body), digest);
    a->etag[0] = '"';
    hex_encode((struct bytes){digest, 16}, a->etag + 1);
    a->etag[33] = '"';
    a->etag[34] = '\0';
}

/* Weak comparison over a list (RFC 9110 §13.1.2): nginx marks what it compresses as weak. */
static bool names_etag(struct str list, const char *etag)
{
    size_t n = strlen(etag);
    if (str_is(list, "*")) {
        return true;
    }
    for (size_t i = 0; i + n <= list.n; i++) {
        if (memcmp(list.p + i, etag, n) == 0) {
            return true;
        }
    }
    return false;
}

void answer_validate(struct answer *a, struct str if_none_match)
{
    if (a->status != 200 || a->cache == CACHE_NEVER || a->cache == CACHE_OWN || a->body.failed) {
        return;
    }
    if (a->etag[0] == '\0') {
        answer_stamp(a);
    }
    if (if_none_match.n > 0 && names_etag(if_none_match, a->etag)) {
        a->status = 304;
        a->stream = NULL;
        buf_reset(&a->body);
    }
}

/* ---------------------------------------------------------------- headers */

bool head_line(struct buf *out, const char *name, struct str value, struct err *e)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (c < ' ' || c == 0x7F) {
            return err_field(e, ERR_INVALID, name, "a header value holds a control character");
        }
    }
    buf_add_z(out, name);
    buf_add(out, ": ", 2);
    buf_add_str(out, value);
    buf_add(out, "\r\n", 2);
    return true;
}

static const char *cache_words(const struct answer *a)
{
    bool kept = a->status == 200 || a->status == 304 || a->status == 308;
    if (!kept || a->cache == CACHE_NEVER) {
        return "no-store";
    }
    if (a->cache == CACHE_OWN) {
        return "private, no-cache";
    }
    return a->cache == CACHE_FOREVER ? "public, max-age=31536000, immutable" : "public, max-age=60";
}

static void add_security(const struct answer *a, struct buf *out)
{
    buf_add_z(out, "Content-Security-Policy: default-src 'none'; ");
    buf_add_z(out, a->script ? "script-src 'self'; " : "");
    buf_add_z(out, "style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
                   "X-Content-Type-Options: nosniff\r\n"
                   "X-Frame-Options: DENY\r\n"
                   "Referrer-Policy: no-referrer\r\n"
                   "Cross-Origin-Opener-Policy: same-origin\r\n"
                   "Cross-Origin-Resource-Policy: same-origin\r\n"
                   "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n"
                   "\r\n");
}

static void add_retry(const struct answer *a, struct buf *out)
{
    unsigned seconds = a->retry_after > 0 ? a->retry_after : a->status == 503 ? RETRY_SECONDS : 0;
    if (seconds > 0) {
        buf_fmt(out, "Retry-After: %u\r\n", seconds);
    }
}

bool answer_head(const struct answer *a, struct buf *out, struct err *e)
{
    buf_fmt(out, "Status: %d %s\r\n", a->status, status_reason(a->status));
    if (a->status != 304) {
        uint64_t n = a->stream != NULL ? a->stream_size : a->body.n;
        buf_fmt(out, "Content-Length: %llu\r\n", (unsigned long long)n);
        if (!head_line(out, "Content-Type", str_of(a->type), e)) {
            return false;
        }
    }
    add_retry(a, out);
    if ((a->allow.n > 0 && !head_line(out, "Allow", a->allow, e)) ||
        (a->location.n > 0 && !head_line(out, "Location", a->location, e)) ||
        (a->etag[0] != '\0' && !head_line(out, "ETag", str_of(a->etag), e)) ||
        (a->link.n > 0 && !head_line(out, "Link", a->link, e)) ||
        (a->ranges && !head_line(out, "Accept-Ranges", STR("bytes"), e)) ||
        (a->content_range.n > 0 && !head_line(out, "Content-Range", a->content_range, e)) ||
        (a->disposition.n > 0 && !head_line(out, "Content-Disposition", a->disposition, e)) ||
        !head_line(out, "Cache-Control", str_of(cache_words(a)), e)) {
        return false;
    }
    add_security(a, out);
    return buf_ok(out, e);
}
