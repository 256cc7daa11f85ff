/* register.h: the public register of requests as pages, as JSON, as CSV: the question they share, and their words. Only
 * what request_public and request_answer hold comes out here, and nothing of it is personal. */
#ifndef AKTA_FCGI_REGISTER_H
#define AKTA_FCGI_REGISTER_H

#include "window.h"

/* One question in two languages of names: q, stan, rodzaj, od, do, po of the page; q, state, kind, from, to, after of
 * the API. In the order of both tables. */
enum register_field { ASKED_WORDS, ASKED_STATE, ASKED_KIND, ASKED_FROM, ASKED_UNTIL, ASKED_AFTER, ASKED_FIELDS };
extern const struct input_field register_page_fields[ASKED_FIELDS], register_api_fields[ASKED_FIELDS];
/* The same for published answers: q, po; q, after. */
#define ANSWERS_FIELDS 2
extern const struct input_field answers_page_fields[ANSWERS_FIELDS], answers_api_fields[ANSWERS_FIELDS];

/* The year of the statistics: rok, year. */
#define STATISTICS_FIELDS 1
extern const struct input_field statistics_page_fields[STATISTICS_FIELDS], statistics_api_fields[STATISTICS_FIELDS];

#define REGISTER_ROWS 50u
/* Reads the question; false: at least one of c->values has a fault that says what to correct. */
bool register_read(struct call *c, struct request_filter *out);
/* The first fault of c->values is the answer, as the API says it. */
void register_refuse(struct call *c);

/* As everybody reads it: it speaks of the requester, not to them. */
void register_state(struct call *c, const struct request_public *r); /* word, icon, colour */
void register_day(struct call *c, struct day d);                     /* 21.11.2026, for tables */
/* <p> with the other forms of what the page shows, asked the same: path of the API, names of its fields as many as the
 * page has and in their order; atom NULL: there is no feed. */
void register_forms(struct call *c, const char *path, const struct input_field *fields, const char *atom);
/* What was asked, as a query in an address that has begun: ?q=…&stan=…; then the cursor, n 0: none. */
void register_query(struct call *c, const struct input_field *fields, size_t count, struct str after);
/* Back to the newest and on to the older ones, asked the same; next: the cursor, n 0: these are the oldest. */
struct register_paging {
    const char *path;
    const struct input_field *fields;
    size_t field_count;                 /* … of which the last is the cursor */
    const char *label, *newest, *older; /* msgids */
};
void register_paging(struct call *c, const struct register_paging *p, struct str next);
void register_json(struct call *c, struct json *o, const struct request_public *r);

/* Percent-coded, for an address in a header or a feed; `also` stays as it is. */
void url_part(struct buf *out, struct str s);
void url_part_keeping(struct buf *out, struct str s, const char *also);
/* Whose office it is and what it publishes, for addresses whose errors are a line; false: it was answered. */
bool register_office(struct call *c);
void register_send(struct call *c, const struct buf *text, const char *type);
/* The files of an answer in words: PDF, 2,1 MB. */
struct str answer_file_said(struct call *c, const struct answer_file *f);
/* A row of CSV (RFC 4180): the first cell begins it, register_csv_end ends it. */
void csv_cell(struct buf *out, struct str s, bool first);
void csv_day(struct buf *out, struct day d);
void csv_end(struct buf *out);

#endif
