/* intake.h: what the two ways of taking files in share (run_ingest.c, run_manifest.c). */
#ifndef AKTA_COMMAND_INTAKE_H
#define AKTA_COMMAND_INTAKE_H

#include "host_local.h"
#include "table.h"

struct source {
    struct run *r;
    struct str path; /* as the host knows it */
    struct content_fd file;
    struct content_source inner; /* of file */
};
struct intake {
    struct run *r;
    struct arena *ar; /* of one window */
    struct case_file file;
    struct record_input common; /* what the options say of every record */
    struct ingest_item *items;  /* NULL: a manifest */
    const struct manifest *manifest;
    struct source *sources;
    size_t count;
    struct meter meter;
    uint64_t records, bytes, stored, skipped, failed, waiting, passed_over;
    struct err first; /* the first reason why something was not taken */
    bool told;        /* and the caller has read it already */
};

bool intake_report(void *ctx, size_t item, const struct record *rec, struct str mark, struct err *e);
void intake_remember(struct intake *in, const struct err *e);
int intake_finish(struct intake *in); /* totals, reasons, status */
int run_manifest(struct intake *in);

#endif
