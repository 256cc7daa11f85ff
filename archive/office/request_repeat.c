/* request_repeat.c: whether what comes under an idempotency key that was used already is the first thing once more. Who
 * goes back to a form that was sent has its old key, and what such a form brings anew must not pass for a repeat: it
 * would be lost without a word. A repeat may bring less (its draft went with the first one), never more. Fails with
 * ERR_CONFLICT for what is new, or with the store. */
#include "request_repeat.h"

#include <string.h>

#define FORM_BYTES (256u * 1024)

bool repeat_refused(struct err *e)
{
    return err_field(e, ERR_CONFLICT, "idempotency-key",
                     "this idempotency key was used for another letter; draw a new one");
}

static bool came_with(const struct request_view *v, uint64_t event, const struct carried_file *f)
{
    for (size_t i = 0; i < v->file_count; i++) {
        if (v->files[i].event == event && digests_equal(&v->files[i].digests, &f->digests) &&
            str_eq(v->files[i].name, f->name)) {
            return true;
        }
    }
    return false;
}

bool repeat_brings_known_files(struct request_desk *d, const struct request_view *first, uint64_t event,
                               struct str draft, struct arena *ar, struct err *e)
{
    struct carried files CLEANUP(carried_wipe) = {.count = 0};
    struct err why;
    err_init(&why, e->lang);
    if (!carried_load(d, draft, 0, ar, &files, &why)) {
        if (why.code == ERR_NOT_FOUND) { /* it went with the first one */
            return true;
        }
        *e = why;
        return false;
    }
    for (size_t i = 0; i < files.count; i++) {
        if (!came_with(first, event, &files.files[i])) {
            return repeat_refused(e);
        }
    }
    return true;
}

static bool same_form(const struct request_form *a, const struct request_form *b, bool *same, struct err *e)
{
    struct buf one CLEANUP(buf_free) = BUF_INIT(FORM_BYTES), two CLEANUP(buf_free) = BUF_INIT(FORM_BYTES);
    *same = a == NULL || b == NULL ? a == b : false;
    if (a == NULL || b == NULL) {
        return true;
    }
    if (!form_encode(a, &one, e) || !form_encode(b, &two, e)) {
        return false;
    }
    *same = one.n == two.n && memcmp(one.p, two.p, one.n) == 0;
    return buf_ok(&one, e) && buf_ok(&two, e);
}

static const struct request_event *event_of(const struct request_view *v, uint64_t event)
{
    for (size_t i = 0; i < v->event_count; i++) {
        if (v->events[i].event == event) {
            return &v->events[i];
        }
    }
    return NULL;
}

bool repeat_is_of(struct acting *a, uint64_t event, struct err *e)
{
    char number[REQUEST_NUMBER_SIZE];
    struct request_view v;
    bool same = false;
    number_text(a->before.year, a->before.seq, number);
    if (!act_needs(a, e) || !request_get(a->d, str_of(number), warsaw_day(a->act->at), a->ar, &v, e)) {
        return false;
    }
    const struct request_event *first = event_of(&v, event);
    if (first == NULL || first->verb != a->act->verb || !str_eq(first->text, a->text)) {
        return repeat_refused(e);
    }
    if (!same_form(a->act->form != NULL ? &a->form : NULL, first->form, &same, e)) {
        return false;
    }
    return same ? repeat_brings_known_files(a->d, &v, event, a->act->draft, a->ar, e) : repeat_refused(e);
}
