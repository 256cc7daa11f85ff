/* manifest_reading.h: what the files that read a list share: where reading stands, and how a fault is told. */
#ifndef AKTA_RECORD_MANIFEST_READING_H
#define AKTA_RECORD_MANIFEST_READING_H

#include "manifest.h"

#define FILE_TITLE_MAX 1000

enum column {
    C_MARK,
    C_CLASS,
    C_UNIT,
    C_TITLE,
    C_OPENED,
    C_CLOSED,
    C_PATH,
    C_CATEGORY,
    C_REASON,
    C_RECORD_TITLE,
    C_ORIGIN,
    C_DATED,
    C_ACCESS,
    C_SHELF,
    C_FACTS,
    COLUMN_COUNT
};
struct reading {
    struct manifest *m;
    struct problems *p;
    struct csv csv;
    size_t columns;             /* in the header */
    size_t place[COLUMN_COUNT]; /* in a row; SIZE_MAX: not there */
    struct seen files, paths;
    struct day today;
    size_t line; /* being read */
    bool row_ok;
};

/* ---- manifest_columns.c: header and fields */
struct err reading_err(const struct reading *r); /* to fill with a problem of this row and hand to reading_tell */
void reading_tell(struct reading *r, enum column c, const struct err *why);
/* Told problems leave r->place incomplete; false only without memory. */
bool read_header(struct reading *r, struct err *e) MUST_USE;
/* A refused text is told and becomes empty; false only without memory. */
bool text_field(struct reading *r, const struct csv_row *row, enum column c, size_t max, bool lines, struct str *out,
                struct err *e) MUST_USE;
struct day day_field(struct reading *r, const struct csv_row *row, enum column c); /* DAY_NONE: empty, or told */
uint64_t access_field(struct reading *r, const struct csv_row *row);               /* 0: told */

/* ---- manifest_file.c: the case file that a row belongs to */
bool take_file(struct reading *r, const struct csv_row *row, size_t *index, struct err *e) MUST_USE;

#endif
