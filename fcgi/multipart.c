/* multipart.c: multipart/form-data (RFC 7578) as a pull parser: the reader asks for the next part and for bytes of it,
 * so that an upload goes from the socket to its sealed content in constant memory.
 *
 * The buffer holds [at, end); the first `clear` bytes of it are known to begin no delimiter, so that each byte is
 * looked at about once. A delimiter is CR LF -- boundary; the one at the very beginning has its CR LF put there by
 * open. No text stands before the first part or after the last one: no program that files a form sends any. A failure
 * sticks. */
#include "body.h"

#include <string.h>

#define BUFFER       (64u << 10)
#define BOUNDARY_MAX 70u

const struct multipart_limits multipart_limits_standard = {.parts = 100, .header_lines = 8, .header_bytes = 4096};

enum place { IN_PART, AT_DELIMITER, ENDED, FAILED };
struct multipart {
    struct content_source from;
    struct multipart_limits limits;
    struct arena *ar;
    char delimiter[4 + BOUNDARY_MAX];
    size_t delimiter_n;
    uint8_t *buf;
    size_t at, end, clear;
    bool source_ended;
    enum place place;
    size_t parts;
};

/* ---------------------------------------------------------------- the buffer */

static bool broken(struct multipart *m, struct err *e)
{
    m->place = FAILED;
    return err_set(e, ERR_INVALID, "the form broke off before its end");
}

static bool misshapen(struct multipart *m, struct err *e)
{
    m->place = FAILED;
    return err_set(e, ERR_INVALID, "the form is not put together as multipart/form-data");
}

/* More bytes behind what is there; at the end of the source it says so. */
static bool fill(struct multipart *m, struct err *e)
{
    size_t got = 0;
    if (m->at > 0) {
        memmove(m->buf, m->buf + m->at, m->end - m->at);
        m->end -= m->at;
        m->at = 0;
    }
    if (m->source_ended || m->end == BUFFER) {
        return true;
    }
    if (!m->from.read(m->from.ctx, m->buf + m->end, BUFFER - m->end, &got, e)) {
        m->place = FAILED;
        return false;
    }
    m->source_ended = got == 0;
    m->end += got;
    return true;
}

/* At least n bytes in the buffer. */
static bool need(struct multipart *m, size_t n, struct err *e)
{
    while (m->end - m->at < n) {
        if (m->source_ended) {
            return broken(m, e);
        }
        if (!fill(m, e)) {
            return false;
        }
    }
    return true;
}

/* Finds out how much of the buffer belongs to the part: `clear` bytes, or the delimiter stands at its beginning. */
static bool look(struct multipart *m, struct err *e)
{
    while (m->clear == 0) {
        size_t have = m->end - m->at;
        const uint8_t *hit = memmem(m->buf + m->at, have, m->delimiter, m->delimiter_n);
        if (hit != NULL) {
            m->clear = (size_t)(hit - (m->buf + m->at));
            if (m->clear == 0) {
                m->place = AT_DELIMITER;
                return true;
            }
        } else if (have >= m->delimiter_n) {
            m->clear = have - (m->delimiter_n - 1);
        } else if (!need(m, m->delimiter_n, e)) {
            return false;
        }
    }
    return true;
}

static bool part_read(void *ctx, void *p, size_t n, size_t *got, struct err *e)
{
    struct multipart *m = ctx;
    *got = 0;
    if (m->place == FAILED) {
        return broken(m, e);
    }
    if (m->place != IN_PART || n == 0) {
        return true;
    }
    if (!look(m, e)) {
        return false;
    }
    if (m->place == IN_PART) {
        *got = n < m->clear ? n : m->clear;
        memcpy(p, m->buf + m->at, *got);
        m->at += *got;
        m->clear -= *got;
    }
    return true;
}

struct content_source multipart_content(struct multipart *m)
{
    return (struct content_source){.read = part_read, .ctx = m};
}

/* ---------------------------------------------------------------- the head of a part */

/* The next line without its CR LF; a bare CR or LF, or a NUL, is no line of a head. */
static bool take_line(struct multipart *m, size_t *budget, struct str *out, struct err *e)
{
    const uint8_t *lf = NULL;
    while ((lf = memchr(m->buf + m->at, '\n', m->end - m->at)) == NULL) {
        if (m->end - m->at > *budget) {
            break;
        }
        if (!need(m, m->end - m->at + 1, e)) {
            return false;
        }
    }
    size_t n = lf != NULL ? (size_t)(lf - (m->buf + m->at)) + 1 : m->end - m->at;
    if (lf == NULL || n > *budget) {
        m->place = FAILED;
        return err_set(e, ERR_TOO_BIG, "the head of a part of the form is longer than %zu bytes",
                       m->limits.header_bytes);
    }
    const uint8_t *line = m->buf + m->at;
    if (n < 2 || line[n - 2] != '\r' || memchr(line, '\r', n - 2) != NULL || memchr(line, '\0', n) != NULL) {
        return misshapen(m, e);
    }
    *out = arena_str(m->ar, (struct str){(const char *)line, n - 2});
    m->at += n;
    *budget -= n;
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}

/* filename*=UTF-8''skan%20%C4%85.pdf (RFC 8187) */
static bool extended(struct multipart *m, struct str v, struct str *out, struct err *e)
{
    static const char charset[] = "utf-8'";
    const char *quote;
    if (v.n < sizeof charset || strncasecmp(v.p, charset, sizeof charset - 1) != 0) {
        return misshapen(m, e);
    }
    v = (struct str){v.p + sizeof charset - 1, v.n - (sizeof charset - 1)};
    quote = memchr(v.p, '\'', v.n);
    if (quote == NULL) {
        return misshapen(m, e);
    }
    size_t language = (size_t)(quote - v.p) + 1;
    return percent_decode((struct str){v.p + language, v.n - language}, false, m->ar, out, e);
}

/* Browsers write a quote, CR and LF of a name as %22, %0D and %0A, and nothing else so. */
static struct str as_browsers_write(struct arena *ar, struct str s)
{
    static const struct {
        const char *code;
        char c;
    } codes[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
    char *p = arena_alloc(ar, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        p[n] = s.p[i];
        for (size_t k = 0; k < COUNT_OF(codes) && s.n - i >= 3; k++) {
            if (memcmp(s.p + i, codes[k].code, 3) == 0) {
                p[n] = codes[k].c;
                i += 2;
                break;
            }
        }
        n++;
    }
    return p != NULL ? (struct str){p, n} : STR_NONE;
}

static struct str last_segment(struct str path)
{
    size_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/' && path.p[from - 1] != '\\') {
        from--;
    }
    return (struct str){path.p + from, path.n - from};
}

static bool take_disposition(struct multipart *m, struct str value, struct part *p, struct err *e)
{
    struct header_value v;
    if (!header_value_read(value, m->ar, &v, e)) {
        m->place = FAILED;
        return false;
    }
    struct str name = header_param(&v, "name"), file = header_param(&v, "filename"),
               coded = header_param(&v, "filename*");
    if (!str_is(v.value, "form-data") || name.p == NULL || p->name.p != NULL) {
        return misshapen(m, e);
    }
    p->name = as_browsers_write(m->ar, name);
    p->is_file = file.p != NULL || coded.p != NULL;
    if (coded.p != NULL) {
        if (!extended(m, coded, &file, e)) {
            m->place = FAILED;
            return false;
        }
    } else if (file.p != NULL) {
        file = as_browsers_write(m->ar, file);
    }
    p->file_name = p->is_file ? last_segment(file) : STR("");
    return (p->name.p != NULL && p->file_name.p != NULL && utf8_valid(p->name) && utf8_valid(p->file_name)) ||
           misshapen(m, e);
}

static bool header_is(struct str line, const char *name, struct str *value)
{
    size_t n = strlen(name);
    if (line.n <= n || strncasecmp(line.p, name, n) != 0 || line.p[n] != ':') {
        return false;
    }
    *value = (struct str){line.p + n + 1, line.n - n - 1};
    while (value->n > 0 && (value->p[0] == ' ' || value->p[0] == '\t')) {
        value->p++;
        value->n--;
    }
    return true;
}

/* Contents come as they are: a coding that would have to be undone is refused. */
static bool take_header(struct multipart *m, struct str line, struct part *p, struct err *e)
{
    struct str value;
    if (line.p[0] == ' ' || line.p[0] == '\t' || memchr(line.p, ':', line.n) == NULL) {
        return misshapen(m, e);
    }
    if (header_is(line, "Content-Disposition", &value)) {
        return take_disposition(m, value, p, e);
    }
    if (header_is(line, "Content-Transfer-Encoding", &value)) {
        bool plain = str_is(value, "binary") || str_is(value, "8bit") || str_is(value, "7bit");
        return plain || misshapen(m, e);
    }
    if (header_is(line, "Content-Type", &value)) {
        if (p->type.p != NULL) {
            return misshapen(m, e);
        }
        p->type = value;
    }
    return true;
}

static bool take_head(struct multipart *m, struct part *p, struct err *e)
{
    size_t budget = m->limits.header_bytes, lines = 0;
    struct str line;
    *p = (struct part){.is_file = false};
    for (;;) {
        if (!take_line(m, &budget, &line, e)) {
            return false;
        }
        if (line.n == 0) {
            break;
        }
        if (++lines > m->limits.header_lines) {
            m->place = FAILED;
            return err_set(e, ERR_TOO_BIG, "the head of a part of the form has more than %zu lines",
                           m->limits.header_lines);
        }
        if (!take_header(m, line, p, e)) {
            return false;
        }
    }
    p->type = p->type.p != NULL ? p->type : STR("");
    return p->name.p != NULL || misshapen(m, e);
}

/* ---------------------------------------------------------------- from part to part */

static bool skip_rest(struct multipart *m, struct err *e)
{
    while (m->place == IN_PART) {
        if (!look(m, e)) {
            return false;
        }
        if (m->place == IN_PART) {
            m->at += m->clear;
            m->clear = 0;
        }
    }
    return true;
}

/* After the closing delimiter: nothing, or one line's end. */
static bool take_end(struct multipart *m, struct err *e)
{
    while (!m->source_ended && m->end - m->at <= 2) {
        if (!fill(m, e)) {
            return false;
        }
    }
    size_t left = m->end - m->at;
    if (left != 0 && (left != 2 || memcmp(m->buf + m->at, "\r\n", 2) != 0)) {
        return misshapen(m, e);
    }
    m->place = ENDED;
    return true;
}

bool multipart_next(struct multipart *m, struct part *out, bool *more, struct err *e)
{
    if (m->place == FAILED) {
        return broken(m, e);
    }
    *more = m->place != ENDED;
    if (!*more) {
        return true;
    }
    if (!skip_rest(m, e) || !need(m, m->delimiter_n + 2, e)) {
        return false;
    }
    m->at += m->delimiter_n + 2;
    if (memcmp(m->buf + m->at - 2, "--", 2) == 0) {
        *more = false;
        return m->parts > 0 ? take_end(m, e) : misshapen(m, e);
    }
    if (memcmp(m->buf + m->at - 2, "\r\n", 2) != 0) {
        return misshapen(m, e);
    }
    if (++m->parts > m->limits.parts) {
        m->place = FAILED;
        return err_set(e, ERR_TOO_BIG, "the form has more than %zu parts", m->limits.parts);
    }
    if (!take_head(m, out, e)) {
        m->place = FAILED;
        return false;
    }
    /* An empty part is followed by its delimiter at once; the CR LF that ended the head may not serve it too. */
    m->place = IN_PART;
    m->clear = 0;
    return true;
}

static bool boundary_fits(struct str b)
{
    for (size_t i = 0; i < b.n; i++) {
        unsigned char c = (unsigned char)b.p[i];
        if (c <= ' ' || c >= 0x7F) {
            return false;
        }
    }
    return b.n > 0 && b.n <= BOUNDARY_MAX;
}

bool multipart_open(const struct header_value *type, struct content_source from, const struct multipart_limits *limits,
                    struct arena *ar, struct multipart **out, struct err *e)
{
    struct str boundary = header_param(type, "boundary");
    if (!str_is(type->value, "multipart/form-data") || !boundary_fits(boundary)) {
        return err_set(e, ERR_INVALID, "the form does not say where its parts end");
    }
    struct multipart *m = arena_alloc(ar, sizeof *m);
    uint8_t *buf = arena_alloc(ar, BUFFER);
    if (m == NULL || buf == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    *m = (struct multipart){.from = from, .limits = *limits, .ar = ar, .buf = buf, .end = 2};
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary.p, boundary.n);
    m->delimiter_n = boundary.n + 4;
    memcpy(buf, "\r\n", 2);
    if (!need(m, m->delimiter_n, e)) {
        return false;
    }
    if (memcmp(buf, m->delimiter, m->delimiter_n) != 0) {
        return misshapen(m, e);
    }
    m->place = AT_DELIMITER;
    *out = m;
    return true;
}

/* Grows with what comes: many small texts cost little. */
bool multipart_text(struct multipart *m, size_t most, struct str *out, struct err *e)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(most);
    uint8_t piece[8192];
    size_t got = 1;
    while (got > 0) {
        if (!part_read(m, piece, sizeof piece, &got, e)) {
            return false;
        }
        buf_add(&text, piece, got);
        if (text.over_ceiling) {
            m->place = FAILED;
            return err_set(e, ERR_TOO_BIG, "a text of the form is longer than %zu bytes", most);
        }
    }
    *out = text.failed ? STR_NONE : arena_str(m->ar, buf_str(&text));
    return out->p != NULL || err_set(e, ERR_MEMORY, "out of memory");
}
