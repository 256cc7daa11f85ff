/* input.c: what comes in under a name, as values of declared fields: of a query, an urlencoded body, a text part.
 *
 * Strict where two readers could differ: a field that comes twice is refused whole, as are a broken percent code and
 * bytes that are no text. A value that is merely too long or out of range is the person's slip: it is kept as it came
 * and gets its own sentence. */
#include "body.h"
#include "window.h"

#define WORD_MAX 64u

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
            return false;
        }
    }
    return s.n <= WORD_MAX;
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
    } else if (f->type == INPUT_WORD) {
        if (!is_word(text)) {
            v->text = STR("");
            (void)err_field(&v->fault, ERR_INVALID, f->name, "choose one of the answers");
        }
    } else if (f->type == INPUT_TEXT || f->type == INPUT_LINES) {
        (void)text_gate(ar, f->name, text, f->max, f->type == INPUT_LINES, &v->text, &v->fault);
    }
}

void input_begin(struct value *values, size_t n, enum lang lang)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = (struct value){.text = STR("")};
        err_init(&values[i].fault, lang);
    }
}

bool input_take(const struct input_field *fields, size_t n, struct str name, struct str text, struct arena *ar,
                struct value *values, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (!str_is(name, fields[i].name)) {
            continue;
        }
        if (values[i].given) {
            return err_field(e, ERR_INVALID, fields[i].name, "%s is given twice", fields[i].name);
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
    input_begin(values, n, e->lang);
    while (pair_next(&query, ar, &name, &text, &more, e)) {
        if (!more) {
            return true;
        }
        if (!input_take(fields, n, name, text, ar, values, e)) {
            return false;
        }
    }
    return false;
}
