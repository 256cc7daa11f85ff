/* evidence.h: the explanation that goes with the evidence of one record. */
#ifndef AKTA_RECORD_EVIDENCE_H
#define AKTA_RECORD_EVIDENCE_H

#include "record_internal.h"

bool evidence_howto(const struct record *r, struct str origin, struct buf *out, struct err *e) MUST_USE;

#endif
