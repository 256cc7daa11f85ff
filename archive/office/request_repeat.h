/* request_repeat.h: what comes once more under the same idempotency key. */
#ifndef AKTA_OFFICE_REQUEST_REPEAT_H
#define AKTA_OFFICE_REQUEST_REPEAT_H

#include "request_act.h"

/* ERR_CONFLICT: the key belongs to something else. Returns false always. */
bool repeat_refused(struct err *e);
/* Every file of the draft came with that event already. ERR_CONFLICT: one did not. */
bool repeat_brings_known_files(struct request_desk *d, const struct request_view *first, uint64_t event,
                               struct str draft, struct arena *ar, struct err *e) MUST_USE;
/* The act says and brings what that event did. ERR_CONFLICT: it does not. */
bool repeat_is_of(struct acting *a, uint64_t event, struct err *e) MUST_USE;

#endif
