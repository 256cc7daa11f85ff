/* conf_text.h: documents as texts: their day, their strict reading, and what changed between two of them line by line.
 */
#ifndef AKTA_RECORD_CONF_TEXT_H
#define AKTA_RECORD_CONF_TEXT_H

#include "law.h"

/* The day given, or the one the head of the text names; ERR_INVALID when there is neither. */
bool conf_text_day(const struct conf_document *d, struct day *out, struct err *e) MUST_USE;
/* Reads it strictly; fills the one that its kind has (plan or rules). */
bool conf_text_parse(const struct conf_document *d, struct day valid_from, struct arena *a, struct plan_doc *plan,
                     struct rules_doc *rules, struct err *e) MUST_USE;
/* The text that serves the day before this one; empty when there is none. */
bool conf_text_before(struct txn *t, enum conf_kind k, struct day valid_from, struct arena *a, struct str *out,
                      struct err *e) MUST_USE;

struct line_changes {
    struct str *gone, *fresh;
    size_t gone_count, new_count;
};
/* Lines that stand in one text only; comments and blank lines do not count. */
bool lines_compare(struct str before, struct str after, struct arena *a, struct line_changes *out,
                   struct err *e) MUST_USE;

#endif
