/* findings.c: what a check found, in the words of the person who asked. Counts, cannot fail, cuts over-long text. */
#include "store_internal.h"

#include <stdio.h>

void store_findings_add(struct findings *f, const char *place, const char *mend, const char *wrong, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, wrong);
    vsnprintf(text, sizeof text, tr(f->lang, wrong), ap);
    va_end(ap);
    f->faults++;
    f->tell(f->ctx, place, text, tr(f->lang, mend));
}
