/* content_line.h: a row of stages that chunks pass through, over several threads, in bounded memory. */
#ifndef AKTA_STORE_CONTENT_LINE_H
#define AKTA_STORE_CONTENT_LINE_H

#include "base.h"

#define LINE_STAGES_MAX 6u
#define LINE_SLOTS_MAX  16u
#define LINE_ENDLESS    UINT64_MAX

struct line;
/* One stage: run does its part of one chunk. Chunk numbers count from 0; chunk k lies in slot k % slots. */
struct line_stage {
    bool (*run)(struct line *l, unsigned worker, uint64_t chunk, struct err *e);
    int after;         /* the stage that must have done the chunk before; LINE_FIRST: this one takes a free slot */
    bool side_by_side; /* several chunks at once; else one at a time, in order */
    bool caller_only;  /* runs on the thread that called line_run, never on a helper */
};
#define LINE_FIRST (-1)

/* Stages are tried in the order of the table, so what must never wait stands first. A stage that finds the end calls
 * line_end() for its chunk; chunks == 0 is an empty line. */
struct line {
    const struct line_stage *stages;
    size_t count;
    unsigned workers, slots; /* the caller counts as a worker: 1 means no helper */
    uint64_t chunks;         /* known beforehand, or LINE_ENDLESS */
    void *ctx;
    struct line_run *run; /* set while it runs */
};
/* Every chunk through every stage, or false with the first reason. Helpers have ended when it returns. */
bool line_run(struct line *l, struct err *e) MUST_USE;
void line_end(struct line *l, uint64_t chunks);

#endif
