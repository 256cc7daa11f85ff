/* header_value.c: a header value with parameters, as in Content-Type and Content-Disposition (RFC 9110 §5.6.6).
 *
 * In a quoted value a backslash stands before a quote or another backslash; before anything else it is a character of
 * its own, because old browsers send whole Windows paths. */
#include "body.h"

#include <string.h>

#define VALUE_MAX 4096u

static bool is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void skip_blanks(struct str *s)
{
    while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t')) {
        s->p++;
        s->n--;
    }
}

static bool take_sign(struct str *s, char sign)
{
    if (s->n == 0 || s->p[0] != sign) {
        return false;
    }
    s->p++;
    s->n--;
    return true;
}

static struct str lower(struct arena *ar, struct str s)
{
    char *p = arena_alloc(ar, s.n + 1);
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
    }
    return p != NULL ? (struct str){p, s.n} : STR_NONE;
}

static struct str take_token(struct str *s)
{
    struct str t = {s->p, 0};
    while (t.n < s->n && is_token(s->p[t.n])) {
        t.n++;
    }
    s->p += t.n;
    s->n -= t.n;
    return t;
}

/* After the opening quote; false when the closing one is missing. */
static bool take_quoted(struct str *s, struct arena *ar, struct str *out)
{
    char *p = arena_alloc(ar, s->n + 1);
    size_t n = 0;
    while (p != NULL && s->n > 0) {
        if (take_sign(s, '"')) {
            *out = (struct str){p, n};
            return true;
        }
        if (s->n > 1 && s->p[0] == '\\' && (s->p[1] == '"' || s->p[1] == '\\')) {
            (void)take_sign(s, '\\');
        }
        p[n++] = s->p[0];
        (void)take_sign(s, s->p[0]);
    }
    return false;
}

static bool take_param(struct str *s, struct arena *ar, struct header_value *out, struct err *e)
{
    struct header_param q;
    q.name = lower(ar, take_token(s));
    if (q.name.n == 0 || !take_sign(s, '=')) {
        return err_set(e, ERR_INVALID, "a parameter of a header is cut off");
    }
    if (take_sign(s, '"')) {
        if (!take_quoted(s, ar, &q.value)) {
            return err_set(e, ERR_INVALID, "a quote in a header is not closed");
        }
    } else {
        q.value = take_token(s);
    }
    for (size_t i = 0; i < out->count; i++) {
        if (str_eq(out->params[i].name, q.name)) {
            return err_set(e, ERR_INVALID, "a header says the same parameter twice");
        }
    }
    if (out->count == HEADER_PARAMS_MAX) {
        return err_set(e, ERR_TOO_BIG, "a header has more than %u parameters", HEADER_PARAMS_MAX);
    }
    out->params[out->count++] = q;
    return true;
}

/* A semicolon at the end is forgiven: some programs send it. */
bool header_value_read(struct str text, struct arena *ar, struct header_value *out, struct err *e)
{
    struct header_value v = {.count = 0};
    if (text.n > VALUE_MAX) {
        return err_set(e, ERR_TOO_BIG, "a header is longer than %u bytes", VALUE_MAX);
    }
    skip_blanks(&text);
    struct str whole = text;
    while (text.n > 0 && (is_token(text.p[0]) || text.p[0] == '/')) {
        (void)take_sign(&text, text.p[0]);
    }
    v.value = lower(ar, (struct str){whole.p, (size_t)(text.p - whole.p)});
    for (skip_blanks(&text); take_sign(&text, ';'); skip_blanks(&text)) {
        skip_blanks(&text);
        if (text.n > 0 && !take_param(&text, ar, &v, e)) {
            return false;
        }
    }
    if (v.value.n == 0 || text.n > 0) {
        return err_set(e, ERR_INVALID, "a header is not of its form");
    }
    *out = v;
    return true;
}

struct str header_param(const struct header_value *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++) {
        if (str_is(v->params[i].name, name)) {
            return v->params[i].value;
        }
    }
    return STR_NONE;
}
