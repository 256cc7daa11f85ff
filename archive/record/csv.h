/* csv.h: lists as text: UTF-8, RFC 4180 quoting, `,` `;` or tab between fields, LF or CRLF after rows. */
#ifndef AKTA_RECORD_CSV_H
#define AKTA_RECORD_CSV_H

#include "base.h"

#define CSV_FIELDS_MAX 64u
#define CSV_FIELD_MAX  65536u /* bytes of one field */

struct csv {
    struct str rest;
    char separator;
    size_t line; /* of the next row, from 1 */
};
struct csv_row {
    size_t line; /* where it begins */
    struct str fields[CSV_FIELDS_MAX];
    size_t n;
};
enum csv_step { CSV_ROW, CSV_BAD /* *e says what; the next call goes on after it */, CSV_END };

/* Skips a byte order mark, takes the separator from the first line: the one that stands there most often. */
void csv_begin(struct csv *c, struct str text);
/* Rows without a character are passed over. Fields point into the text or, when they held doubled quotes, into `a`. */
enum csv_step csv_next(struct csv *c, struct arena *a, struct csv_row *out, struct err *e);

#endif
