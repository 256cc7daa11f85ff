/* window.h: what the files of the window share. It speaks HTTP and keeps nothing. */
#ifndef AKTA_FCGI_WINDOW_H
#define AKTA_FCGI_WINDOW_H

#include "command.h"

#include <stdatomic.h>

struct window {
    struct archive *archive; /* NULL: maintenance, every page is 503 */
    struct pulse *pulse;
};

/* ---------------------------------------------------------------- a request and its answer (route.c) */

struct request {
    struct str method, path, query, remote; /* valid while the handler runs */
};
#define BODY_MAX (8u << 20)
struct answer {
    int status;
    const char *type;  /* media type */
    const char *allow; /* for 405 */
    struct buf body;
};
void answer_text(struct answer *a, int status, const char *text);
/* Finds the row of method and path, lets its handler answer, or answers 404, 405, 503. */
void route(struct window *w, const struct request *q, struct answer *a);
/* Status and header lines with the empty line after them; every answer carries the same security headers. */
void answer_head(const struct answer *a, struct buf *out);

struct route_row {
    const char *method, *path; /* GET answers HEAD too */
    bool loopback;             /* for callers on this machine only */
    void (*handle)(struct window *w, const struct request *q, struct answer *a);
};
void page_healthz(struct window *w, const struct request *q, struct answer *a);
void page_metrics(struct window *w, const struct request *q, struct answer *a);

/* ---------------------------------------------------------------- FastCGI (accept.c: the only file with <fcgiapp.h>)
 */

struct acceptor;
/* Listens at DIR/run/fcgi.sock (0660), or takes fd 0 when it is a listening socket. */
bool acceptor_start(struct window *w, const char *dir, unsigned threads, struct acceptor **out, struct err *e) MUST_USE;
/* Requests under way finish; false: some did not within 10 s. */
bool acceptor_stop(struct acceptor **a);

/* ---------------------------------------------------------------- is the store alive (pulse.c) */

/* Asks the store every few seconds for a read and an empty write. An answer that does not come within 30 s ends the
 * process (fail_stop): a hang shows no error. Counts records on the side. */
struct pulse;
bool pulse_start(struct archive *a, struct pulse **out, struct err *e) MUST_USE;
void pulse_stop(struct pulse **p);
bool pulse_probe(struct archive *a, struct err *e) MUST_USE; /* one read */
bool pulse_records(const struct pulse *p, uint64_t *count);  /* false: not counted yet */

#endif
