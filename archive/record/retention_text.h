/* retention_text.h: the words behind retention_compute. */
#ifndef AKTA_RECORD_RETENTION_TEXT_H
#define AKTA_RECORD_RETENTION_TEXT_H

#include "record.h"

/* Where a period starts: the closing, or an event that a rule names. */
struct retention_start {
    struct day closed;
    const struct fact *event; /* NULL: the closing itself */
};
/* What an event is called in a sentence; its own name when it is none of the known ones. */
const char *fact_title(enum lang lang, const char *name);
bool retention_sentence(const struct retention *r, const struct retention_start *start, unsigned years,
                        const struct retention_rule *rule, enum lang lang, struct arena *a, struct str *out);

/* Why there is no date; each tells who resolves it. p NULL without memory. */
struct str why_unknown(const struct retention_question *q, enum lang lang, struct arena *a);
struct str why_no_years(enum lang lang, struct arena *a);
struct str why_missing(const char *fact, enum lang lang, struct arena *a);
struct str why_forced(enum lang lang, struct arena *a);
struct str why_too_far(enum lang lang, struct arena *a);
/* Appends the basis of a rule. */
struct str with_basis(struct str s, const struct retention_rule *rule, enum lang lang, struct arena *a);

#endif
