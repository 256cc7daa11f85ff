/* facts.c: the dated events of a file that a rule may count from, as a small sorted set and as its one text form
 * "holder-death=2020-02-03 issued=1978-05-02". Pure; fails on a bad name, a bad date or a full set. */
#include "record.h"

#include <string.h>

static bool name_ok(struct str name)
{
    if (name.n == 0 || name.n >= sizeof((struct fact *)NULL)->name || name.p[0] == '-' || name.p[name.n - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < name.n; i++) {
        if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || name.p[i] == '-')) {
            return false;
        }
    }
    return !str_is(name, "closed");
}

static bool check_name(struct str name, struct err *e)
{
    if (name_ok(name)) {
        return true;
    }
    if (str_is(name, "closed")) {
        return err_field(e, ERR_INVALID, "fact", "“closed” is the closing day of the file and no fact; close the file");
    }
    return err_field(e, ERR_INVALID, "fact",
                     "“%.*s” cannot name a fact; use at most 31 small letters and hyphens, such as holder-death",
                     name.n < 40 ? (int)name.n : 40, name.p);
}

/* Where the name stands or belongs. */
static size_t position(const struct facts *f, struct str name, bool *found)
{
    size_t i = 0;
    int order = -1;
    while (i < f->count && (order = bytes_cmp(bytes_of(str_of(f->list[i].name)), bytes_of(name))) < 0) {
        i++;
    }
    *found = i < f->count && order == 0;
    return i;
}

static void remove_at(struct facts *f, size_t i)
{
    memmove(&f->list[i], &f->list[i + 1], (f->count - i - 1) * sizeof f->list[0]);
    f->count--;
}

bool facts_set(struct facts *f, struct str name, struct day on, struct err *e)
{
    if (!check_name(name, e)) {
        return false;
    }
    bool found;
    size_t i = position(f, name, &found);
    if (day_is_none(on)) {
        if (found) {
            remove_at(f, i);
        }
        return true;
    }
    if (!found) {
        if (f->count == FACTS_MAX) {
            return err_field(e, ERR_TOO_BIG, "fact", "a file can have at most %u facts", (unsigned)FACTS_MAX);
        }
        memmove(&f->list[i + 1], &f->list[i], (f->count - i) * sizeof f->list[0]);
        f->count++;
        f->list[i] = (struct fact){.name = ""};
        memcpy(f->list[i].name, name.p, name.n);
    }
    f->list[i].on = on;
    return true;
}

const struct fact *facts_find(const struct facts *f, const char *name)
{
    bool found;
    size_t i = f == NULL ? 0 : position(f, str_of(name), &found);
    return f != NULL && found ? &f->list[i] : NULL;
}

static bool set_one(struct facts *f, struct str word, struct err *e)
{
    const char *eq = word.n == 0 ? NULL : memchr(word.p, '=', word.n);
    size_t n = eq == NULL ? word.n : (size_t)(eq - word.p);
    struct str name = {word.p, n};
    struct day on;
    if (eq == NULL || !day_parse((struct str){eq + 1, word.n - n - 1}, &on)) {
        return err_field(e, ERR_INVALID, "fact",
                         "“%.*s” is no fact; write NAME=YYYY-MM-DD, such as holder-death=2020-02-03",
                         word.n < 60 ? (int)word.n : 60, word.p);
    }
    bool found = false;
    (void)position(f, name, &found);
    if (found) {
        return err_field(e, ERR_INVALID, "fact", "the fact “%.*s” is given twice", (int)n, word.p);
    }
    return facts_set(f, name, on, e);
}

bool facts_parse(struct str text, struct facts *out, struct err *e)
{
    struct facts f = {.count = 0};
    size_t at = 0;
    while (at < text.n) {
        size_t end = at;
        while (end < text.n && text.p[end] != ' ') {
            end++;
        }
        if (end > at && !set_one(&f, (struct str){text.p + at, end - at}, e)) {
            return false;
        }
        at = end + 1;
    }
    *out = f;
    return true;
}

bool facts_text(const struct facts *f, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < f->count; i++) {
        char day[DAY_TEXT_SIZE];
        day_text(f->list[i].on, day);
        buf_fmt(out, "%s%s=%s", i > 0 ? " " : "", f->list[i].name, day);
    }
    return buf_ok(out, e);
}
