/* api.h: what the files of the API share: members that every published document has, and lists that are JSON at one
 * address and CSV at the next. */
#ifndef AKTA_FCGI_API_H
#define AKTA_FCGI_API_H

#include "window.h"

void api_add_texts(struct json *o, const char *key, const struct texts *t);
/* The English one only where it differs: the Polish text stands for both. */
void api_add_both(struct json *o, const char *key, const char *key_en, const struct str text[2]);
void api_add_head(struct json *o, const struct published *p);
void api_add_current_rules(struct json *o, const struct published *p);
void api_add_metryka(struct json *o, const struct published *p);
struct str api_document_url(struct call *c, const struct published *p); /* of its page */

/* Answers with a list, which it takes: as JSON {"KEY": [...]}, and as CSV of these columns where the row's path ends in
 * .csv. `next` is the cursor of the following page; p NULL: the list is not paged. */
void api_list(struct call *c, const char *key, struct json **list, struct str next, const char *const *columns,
              size_t n);

#endif
