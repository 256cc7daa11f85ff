/* statistics.h: the figures of requests over twelve months, for the page, JSON and CSV. */
#ifndef AKTA_FCGI_STATISTICS_H
#define AKTA_FCGI_STATISTICS_H

#include "register.h"

#define STATISTICS_MONTHS 12
struct statistics {
    int year; /* asked for; 0: the last twelve months */
    struct month_figures {
        int year, month;
        uint64_t received, ended;
    } months[STATISTICS_MONTHS];
    uint64_t received, ended, outcomes[REQUEST_OUTCOME_END];
    /* Of the ended ones that the requester did not withdraw. */
    uint64_t paces[REQUEST_PACE_END], on_time, late;
};
/* For the year in c->values[0], else for the twelve months up to today's. False: c->e. */
bool statistics_take(struct call *c, struct statistics *out);
struct str pace_said(struct call *c, enum request_pace p);

#endif
