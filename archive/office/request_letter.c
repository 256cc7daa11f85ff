/* request_letter.c: the letter of a filing or a later act, rebuilt from what is stored and held against the digests
 * that the ledger has. Fails: ERR_NOT_FOUND, ERR_CORRUPT, without memory. */
#include "request_internal.h"

static const struct request_event *event_of(const struct request_view *v, uint64_t event)
{
    for (size_t i = 0; i < v->event_count; i++) {
        if (v->events[i].event == event) {
            return &v->events[i];
        }
    }
    return NULL;
}

static size_t files_of(const struct request_view *v, uint64_t event, struct carried_file *out)
{
    size_t n = 0;
    for (size_t i = 0; i < v->file_count; i++) {
        if (v->files[i].event == event) {
            out[n++] = (struct carried_file){
                .name = v->files[i].name, .size = v->files[i].size, .digests = v->files[i].digests};
        }
    }
    return n;
}

bool request_letter(const struct request_view *v, uint64_t event, struct buf *out, struct err *e)
{
    const struct request_event *ev = event_of(v, event);
    struct arena *ar CLEANUP(arena_free) = arena_new(1u << 20);
    struct digests digests;
    if (ev == NULL || ev->letter_size == 0) {
        return err_set(e, ERR_NOT_FOUND, "this event has no letter");
    }
    struct carried_file *files = ar == NULL ? NULL : arena_alloc(ar, (v->file_count + 1) * sizeof *files);
    if (files == NULL) {
        return err_set(e, ERR_MEMORY, "out of memory");
    }
    const struct letter l = {.form = ev->form,
                             .verb = ev->verb,
                             .kind = ev->kind,
                             .at = ev->at,
                             .text = ev->text,
                             .files = files,
                             .file_count = files_of(v, event, files)};
    size_t from = out->n;
    if (!letter_text(&l, out, e)) {
        return false;
    }
    digests_of((struct bytes){out->p + from, out->n - from}, &digests);
    if (out->n - from != ev->letter_size || !digests_equal(&digests, &ev->letter)) {
        return err_set(e, ERR_CORRUPT, "the letter of request %s is not what the log tells of", v->number);
    }
    return true;
}
