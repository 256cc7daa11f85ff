/* tsv.h: the tables of conf/ as people edit them: UTF-8, tab-separated, `#` comments before the header, one header
 * line. */
#ifndef AKTA_RECORD_TSV_H
#define AKTA_RECORD_TSV_H

#include "base.h"

#define TSV_COLUMNS_MAX 12u
struct tsv {
    struct str rest;
    const char *name; /* of the document, for messages */
    size_t line;      /* of the row just read */
    size_t columns;
    struct str cell[TSV_COLUMNS_MAX]; /* views of the text */
};
/* Checks the text and the header, which must name these columns in this order. */
bool tsv_open(struct tsv *t, const char *name, struct str text, const char *const *columns, size_t n,
              struct err *e) MUST_USE;
/* *row false at the end. Blank lines and comments are passed over. */
bool tsv_next(struct tsv *t, bool *row, struct err *e) MUST_USE;
/* A failure at the row just read: puts its line before the reason. Returns false. */
bool tsv_wrong(const struct tsv *t, struct err *e);

#endif
