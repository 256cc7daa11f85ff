/* scale_fill.h: a large archive for the scale bench, made through the verbs that a day's work uses. */
#ifndef AKTA_BENCH_SCALE_FILL_H
#define AKTA_BENCH_SCALE_FILL_H
#include "record.h"

#define SCALE_RECORDS_IN_FILE 10u
#define SCALE_YEARS           40 /* over which closing dates are spread, up to today */
#define SCALE_SAMPLES         4096u

struct scale_file {
    struct id id;
    char mark[40];
};
struct scale {
    struct archive *a;
    struct day today;
    size_t records, file_count;
    struct scale_file *files;
    struct str *symbols; /* end classes of the plan in force */
    size_t symbol_count;
    struct id *samples; /* of records, spread evenly */
    size_t sample_count;
    struct arena *arena;
};
/* The same number for the same pair, whichever thread asks. */
uint64_t scale_random(uint64_t stream, uint64_t at);
/* A text in memory as the content of a record. */
struct scale_text {
    char p[120];
    size_t n, at;
};
void scale_text_make(struct scale_text *t, uint64_t number);
struct content_source scale_text_source(struct scale_text *t);

/* Opens records / 10 files, ten records in each, then closes them. Says on standard output how long it took. */
void scale_fill(struct archive *a, size_t records, struct scale *out);
void scale_free(struct scale *s);

#endif
