/* err.c: reasons for failures.
 *
 * Owns the text and the code of a struct err. Promises that the text is always NUL-terminated, cut at a whole character
 * and in the language of the receiver, and that an argument may point into the very error being replaced. Cannot fail.
 */
#include "base.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Drops the half character that a cut by vsnprintf may leave at the end. */
static void drop_cut_character(char *text, size_t size)
{
    size_t n = strlen(text);
    if (n + 1 < size) {
        return;
    }
    size_t tail = 0;
    while (n > 0 && tail < 3 && ((unsigned char)text[n - 1] & 0xC0) == 0x80) {
        n--;
        tail++;
    }
    unsigned char lead = n > 0 ? (unsigned char)text[n - 1] : 0;
    size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (want > tail) {
        text[n - 1] = '\0';
    }
}

static void copy_field(struct err *e, const char *field)
{
    char keep[sizeof e->field];
    snprintf(keep, sizeof keep, "%s", field);
    memcpy(e->field, keep, sizeof keep);
}

static void set_text(struct err *e, const char *msgid, va_list ap) PRINTF_LIKE(2, 0);
static void set_text(struct err *e, const char *msgid, va_list ap)
{
    char text[sizeof e->text];
    vsnprintf(text, sizeof text, tr(e->lang, msgid), ap);
    drop_cut_character(text, sizeof text);
    memcpy(e->text, text, sizeof text);
}

void err_init(struct err *e, enum lang lang)
{
    *e = (struct err){.code = ERR_NONE, .lang = lang};
}

bool err_set(struct err *e, enum err_code code, const char *msgid, ...)
{
    va_list ap;
    va_start(ap, msgid);
    set_text(e, msgid, ap);
    va_end(ap);
    e->code = code;
    e->field[0] = '\0';
    return false;
}

bool err_field(struct err *e, enum err_code code, const char *field, const char *msgid, ...)
{
    va_list ap;
    va_start(ap, msgid);
    set_text(e, msgid, ap);
    va_end(ap);
    e->code = code;
    copy_field(e, field);
    return false;
}

static size_t add_cut(char *text, size_t size, size_t at, const char *more)
{
    size_t n = strlen(more), room = size - 1 - at;
    n = n < room ? n : room;
    memcpy(text + at, more, n);
    text[at + n] = '\0';
    return at + n;
}

/* "first: second", cut where it does not fit. */
static void join(struct err *e, const char *first, const char *second)
{
    char text[sizeof e->text];
    size_t n = add_cut(text, sizeof text, 0, first);
    n = add_cut(text, sizeof text, n, ": ");
    add_cut(text, sizeof text, n, second);
    drop_cut_character(text, sizeof text);
    memcpy(e->text, text, sizeof text);
}

bool err_errno(struct err *e, int errnum, const char *msgid, ...)
{
    va_list ap;
    va_start(ap, msgid);
    set_text(e, msgid, ap);
    va_end(ap);
    const char *reason = strerrordesc_np(errnum);
    join(e, e->text, tr(e->lang, reason != NULL ? reason : N_("unknown system error")));
    e->code = errnum == ENOSPC || errnum == EDQUOT ? ERR_FULL : ERR_IO;
    e->field[0] = '\0';
    return false;
}

bool err_wrap(struct err *e, const char *msgid, ...)
{
    char context[sizeof e->text];
    va_list ap;
    va_start(ap, msgid);
    vsnprintf(context, sizeof context, tr(e->lang, msgid), ap);
    va_end(ap);
    drop_cut_character(context, sizeof context);
    join(e, context, e->text);
    return false;
}

const char *err_name(enum err_code code)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",       [ERR_NOT_FOUND] = "not-found",
        [ERR_INVALID] = "invalid", [ERR_TOO_BIG] = "too-big",
        [ERR_DENIED] = "denied",   [ERR_CONFLICT] = "conflict",
        [ERR_STATE] = "state",     [ERR_BUSY] = "busy",
        [ERR_IO] = "io",           [ERR_CORRUPT] = "corrupt",
        [ERR_FULL] = "full",       [ERR_INTERRUPTED] = "interrupted",
        [ERR_MEMORY] = "memory",   [ERR_UNSUPPORTED] = "unsupported",
    };
    return (size_t)code < COUNT_OF(names) ? names[code] : "unknown";
}
