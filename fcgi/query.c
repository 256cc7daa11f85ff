/* query.c: the part of an address after the question mark, as values of declared fields.
 *
 * Strict where two readers could differ: a broken percent code, text that is no UTF-8 or a field that comes twice is
 * refused whole. A value that is merely too long or out of range is the person's slip and gets its own sentence. */
#include "window.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool decode(struct str in, struct arena *ar, struct str *out, struct err *e)
{
    char *p = arena_alloc(ar, in.n + 1);
    size_t n = 0;
    if (p == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] == '%') {
            int high = i + 2 < in.n ? hex_digit(in.p[i + 1]) : -1, low = i + 2 < in.n ? hex_digit(in.p[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return err_set(e, ERR_INVALID, "a percent code in the address is cut off");
            }
            p[n++] = (char)(high << 4 | low);
            i += 2;
        } else {
            p[n++] = in.p[i];
            if (in.p[i] == '+') {
                p[n - 1] = ' ';
            }
        }
    }
    *out = (struct str){p, n};
    return utf8_valid(*out) || err_set(e, ERR_INVALID, "the address holds bytes that are no text");
}

static void take(const struct input_field *f, struct str text, struct arena *ar, struct value *v)
{
    v->given = true;
    v->text = text;
    if (f->type == INPUT_NUMBER) {
        if (!parse_u64(text, f->min, f->max, &v->number)) {
            (void)err_field(&v->fault, ERR_INVALID, f->name, "give a number from %llu to %llu",
                            (unsigned long long)f->min, (unsigned long long)f->max);
        }
        return;
    }
    (void)text_gate(ar, f->name, text, f->max, false, &v->text, &v->fault);
}

static bool take_pair(const struct input_field *fields, size_t n, struct str pair, struct arena *ar,
                      struct value *values, struct err *e)
{
    const char *equals = memchr(pair.p, '=', pair.n);
    size_t cut = equals != NULL ? (size_t)(equals - pair.p) : pair.n;
    struct str name, text = STR(""), raw = {pair.p + cut + 1, cut < pair.n ? pair.n - cut - 1 : 0};
    if (!decode((struct str){pair.p, cut}, ar, &name, e) || (raw.n > 0 && !decode(raw, ar, &text, e))) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!str_is(name, fields[i].name)) {
            continue;
        }
        if (values[i].given) {
            return err_field(e, ERR_INVALID, fields[i].name, "the address says %s twice", fields[i].name);
        }
        take(&fields[i], text, ar, &values[i]);
    }
    return true;
}

bool query_read(const struct input_field *fields, size_t n, struct str query, struct arena *ar, struct value *values,
                struct err *e)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        values[i] = (struct value){.text = STR("")};
        err_init(&values[i].fault, e->lang);
    }
    while (from < query.n) {
        const char *amp = memchr(query.p + from, '&', query.n - from);
        size_t to = amp != NULL ? (size_t)(amp - query.p) : query.n;
        if (to > from && !take_pair(fields, n, (struct str){query.p + from, to - from}, ar, values, e)) {
            return false;
        }
        from = to + 1;
    }
    return true;
}
