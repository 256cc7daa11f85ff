/* prepare.h: requests that are prepared and never stored, for the page and for the API. */
#ifndef AKTA_FCGI_PREPARE_H
#define AKTA_FCGI_PREPARE_H

#include "form.h"

void prepare_take(struct call *c, struct register_question *q); /* from the row's values */

#endif
