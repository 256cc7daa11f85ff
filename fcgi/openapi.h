/* openapi.h: what the three files that write /api/v1/openapi.json share. */
#ifndef AKTA_FCGI_OPENAPI_H
#define AKTA_FCGI_OPENAPI_H

#include "window.h"

/* JSON of our own hand, with ' where JSON has ", so that it can be read here. */
void oa_mark(struct buf *b, const char *json);
/* A JSON string; only words of ours: no quotes, no backslashes, no control characters. */
void oa_word(struct buf *b, const char *word);
void oa_number(struct buf *b, uint64_t n);
/* {"$ref":"#/components/schemas/NAME"} */
void oa_ref(struct buf *b, const char *schema);

void oa_operation(struct buf *b, const struct route_row *row); /* openapi_operation.c: "get":{…} */
void oa_schemas_of_words(struct buf *b);                       /* openapi_words.c: closed lists, and what is filed */

#endif
