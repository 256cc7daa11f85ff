/* query.c: the part of an address after the question mark, as values of declared fields.
 *
 * Strict where two readers could differ: a broken percent code, text that is no UTF-8 or a field that comes twice is
 * refused whole. A value that is merely too long or out of range is the person's slip and gets its own sentence. */
#include "body.h"
#include "window.h"

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

static bool take_named(const struct input_field *fields, size_t n, struct str name, struct str text, struct arena *ar,
                       struct value *values, struct err *e)
{
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
    struct str name, text;
    bool more = true;
    for (size_t i = 0; i < n; i++) {
        values[i] = (struct value){.text = STR("")};
        err_init(&values[i].fault, e->lang);
    }
    while (pair_next(&query, ar, &name, &text, &more, e)) {
        if (!more) {
            return true;
        }
        if (!take_named(fields, n, name, text, ar, values, e)) {
            return false;
        }
    }
    return false;
}
