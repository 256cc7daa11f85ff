/* window.h: what the files of the window share. It speaks HTTP and HTML, knows no law and keeps nothing.
 *
 * The way of a request: accept.c reads it, route.c finds its row, gate.c enforces the row, a handler (page_*.c,
 * api_*.c) reads typed values and calls one verb of the office, answer.c writes status and headers. A page is built
 * whole before its first byte is sent. */
#ifndef AKTA_FCGI_WINDOW_H
#define AKTA_FCGI_WINDOW_H

#include "command.h"
#include "html.h"

#include <stdatomic.h>

/* ---------------------------------------------------------------- what is sent as it lies (site.c) */

#define SITE_FILES     3
#define SITE_NAME_SIZE 32
struct site_file {
    char name[SITE_NAME_SIZE]; /* with a digest of the content, so that it may be kept for ever */
    const char *type;
    struct bytes content;
};
struct site {
    struct site_file style, icon, bip;
};
void site_fill(struct site *s); /* once, before threads */

struct window {
    struct archive *archive; /* NULL: maintenance, every page is 503 */
    struct pulse *pulse;
    struct bulletin_desk *desk; /* what the office publishes */
    struct kept *kept;          /* NULL: every page is made anew */
    struct site site;
};

/* ---------------------------------------------------------------- a request and its answer */

struct request { /* valid while the handler runs */
    struct str method, path, query, remote, if_none_match, accept_language;
    uint64_t body_size; /* as announced */
};
enum cache {
    CACHE_NEVER,
    CACHE_PUBLIC,  /* the same for everyone: a minute, then asked again by its ETag */
    CACHE_FOREVER, /* its name changes with its content */
};
#define BODY_MAX  (8u << 20)
#define ETAG_SIZE 40
struct answer {
    int status;
    enum cache cache;
    const char *type;    /* media type */
    struct str allow;    /* for 405 */
    struct str location; /* for 308 */
    char etag[ETAG_SIZE];
    struct buf body;
};
void answer_text(struct answer *a, int status, const char *text);
void answer_stamp(struct answer *a); /* its ETag, from its body */
/* Gives a public answer its ETag; turns it into 304 when the caller has it already. */
void answer_validate(struct answer *a, struct str if_none_match);
/* Status and header lines with the empty line after them; every answer carries the same security headers. A value with
 * CR, LF, NUL or another control character is refused: ERR_INVALID, and nothing of this answer may be sent. */
bool answer_head(const struct answer *a, struct buf *out, struct err *e) MUST_USE;
bool head_line(struct buf *out, const char *name, struct str value, struct err *e) MUST_USE;
const char *status_reason(int status);

/* ---------------------------------------------------------------- public pages of a moment ago (kept.c) */

struct kept;
struct kept_stamp { /* a page of another generation or day is not the same page */
    uint64_t generation;
    struct day day;
};
struct kept *kept_new(void); /* NULL: no memory, and nothing is kept */
void kept_free(struct kept **k);
bool kept_find(struct kept *k, struct str path, const struct kept_stamp *stamp, struct answer *a);
void kept_put(struct kept *k, struct str path, const struct kept_stamp *stamp, const struct answer *a);

/* ---------------------------------------------------------------- declared input (query.c) */

#define FIELDS_MAX 4
enum input_type { INPUT_TEXT, INPUT_NUMBER };
struct input_field {
    const char *name;
    enum input_type type;
    uint64_t min, max; /* INPUT_TEXT: most characters; INPUT_NUMBER: its range */
};
struct value {
    bool given;
    struct str text;
    uint64_t number;
    struct err fault; /* code ERR_NONE: sound */
};
/* Reads the fields of the row; what the row does not name is ignored. false: the query as a whole cannot be read
 * (broken percent code, bytes that are no text, a field named twice); a field that is only out of its range has its
 * fault. */
bool query_read(const struct input_field *fields, size_t n, struct str query, struct arena *ar, struct value *values,
                struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the table of addresses (route.c) and its gate
 * (gate.c) */

struct call;
enum who { WHO_ANYONE, WHO_LOOPBACK /* callers on this machine only: to others the address does not exist */ };
enum face { FACE_PAGE, FACE_API, FACE_PLAIN }; /* how errors look */
enum section { SECTION_NONE, SECTION_CARDS, SECTION_REGISTERS, SECTION_ASK, SECTION_LOG };
enum body_kind { BODY_NONE };
enum row_flag {
    ROW_OWN_FAULTS = 1,     /* the handler shows faults of fields itself, beside the field */
    ROW_IN_MAINTENANCE = 2, /* needs no archive */
};
struct route_row {
    const char *method; /* GET answers HEAD too */
    const char *path;   /* with {slug}, {n}, {v} or {file} for a segment that varies */
    void (*handle)(struct call *c);
    enum who who;
    enum face face;
    enum body_kind body;
    uint64_t limit; /* of the body, in bytes */
    enum cache cache;
    enum section section;
    const struct input_field *fields;
    size_t field_count;
    unsigned flags; /* enum row_flag */
};
const struct route_row *route_rows(size_t *count); /* for the gate, and for tests that visit every row */

struct parts {
    struct str slug;  /* what stands for {slug} or {file} */
    uint64_t number;  /* what stands for {n} */
    uint64_t version; /* what stands for {v} */
};
struct call {
    struct window *w;
    const struct request *q;
    const struct route_row *row; /* NULL: no such address */
    struct answer *a;
    struct arena *ar;
    enum lang lang;
    enum face face;
    struct str path; /* without the language */
    struct parts parts;
    struct value values[FIELDS_MAX];
    struct office_info office;
    const struct bulletin *bulletin; /* NULL in maintenance and on plain addresses */
    struct html h;                   /* the page under construction */
    struct err e;
};
/* Answers the request whole, errors too. The arena is the caller's, empty. */
void window_answer(struct window *w, const struct request *q, struct arena *ar, struct answer *a);
bool route_match(const struct route_row *row, struct str path, struct parts *parts);

/* ---------------------------------------------------------------- errors (problem.c) */

/* A page, a problem+json or a line, as the row's face says. The literal tells what happened and what to do. */
void answer_problem(struct call *c, int status, const char *msgid);
/* The same from an error of the office: not found is 404, busy 503 and so on. */
void answer_error(struct call *c);

/* ---------------------------------------------------------------- the layout of every page (page.c) */

/* Everything up to the one h1, which is the title too. page_end checks the page and answers 200; a page that failed is
 * 500 and a line in the log. */
void page_begin(struct call *c, struct str h1);
void page_begin_polish(struct call *c, struct str h1); /* the h1 is Polish in every language */
void page_end(struct call *c, int status);
/* Whether an address below /informacje has its text: links lead only to what exists. */
bool page_exists(struct call *c, const char *path);
/* An address of ours in the language of the page, at the beginning of href or action. */
void page_address(struct call *c, const char *path);
/* <a href="/lang/path/part">; part may be STR_NONE. The caller writes the text and closes it. */
void page_link(struct call *c, const char *path, struct str part);
void page_heading(struct call *c, const char *msgid);   /* <h2> */
void page_paragraph(struct call *c, const char *msgid); /* <p> */
/* Content that is Polish only: in other languages a note stands before it, and its element says lang="pl". */
void page_polish_begin(struct call *c);
void page_polish_end(struct call *c);

/* ---------------------------------------------------------------- values as people write them (said.c) */

struct str day_said(struct arena *ar, struct day d, enum lang lang);      /* 21 listopada 2026 r., 21 November 2026 */
struct str instant_said(struct arena *ar, instant t, enum lang lang);     /* 21 listopada 2026 r. o 20:06 */
struct str money_said(struct arena *ar, uint64_t grosze, enum lang lang); /* 12 560,00 zł, PLN 12,560.00 */
struct str size_said(struct arena *ar, uint64_t bytes, enum lang lang);   /* 2,1 MB */
struct str capital_said(struct arena *ar, const char *text);              /* with its first letter raised */
/* A reason of err, lower case and without a full stop, as a sentence on a page. */
struct str sentence_said(struct arena *ar, const char *reason);
void page_day(struct call *c, struct day d); /* <time>21 listopada 2026 r.</time> */
void page_instant(struct call *c, instant t);

/* ---------------------------------------------------------------- published documents (prose.c, metryka.c) */

/* Markdown below a heading of `level`; headings of the text begin one lower and skip none. */
void page_prose(struct call *c, struct str markdown, unsigned level);
void page_metryka(struct call *c, const struct published *p);
void page_state(struct call *c, const struct published *p);         /* a box, when it is not current */
void page_retention(struct call *c, const struct published *p);     /* how long what is filed is kept, by class */
void page_current_rules(struct call *c, const struct published *p); /* a box, when there are any */

/* ---------------------------------------------------------------- handlers */

void page_healthz(struct call *c);
void page_metrics(struct call *c);
void page_site(struct call *c);
void page_start(struct call *c);
void page_cards(struct call *c);
void page_card(struct call *c);
void page_card_content(struct call *c, const struct published *p);
void page_card_text(struct call *c);
void page_versions(struct call *c); /* of a card, a register or a text, by the row's path */
void page_version(struct call *c);
void page_register_content(struct call *c, const struct published *p);
void page_text_content(struct call *c, const struct published *p);
void page_registers(struct call *c);
void page_register(struct call *c);
void page_access_rules(struct call *c);
void page_texts(struct call *c);
void page_text(struct call *c);
void page_notices(struct call *c);
void page_search(struct call *c);
void page_log(struct call *c);
void page_changes(struct call *c);
void page_editors(struct call *c);
/* <a href> of the page of a published document. */
void page_document_link(struct call *c, const struct published *p);
const char *document_kind_said(enum published_kind k); /* msgid */
void api_services(struct call *c);
void api_service(struct call *c);
void api_registers(struct call *c);
void api_register(struct call *c);

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
