/* window.h: what the files of the window share. It speaks HTTP and HTML, knows no law and keeps nothing.
 *
 * The way of a request: accept.c reads it, route.c finds its row, gate.c enforces the row, a handler (page_*.c,
 * api_*.c) reads typed values and calls one verb of the office, answer.c writes status and headers. A page is built
 * whole before its first byte is sent. */
#ifndef AKTA_FCGI_WINDOW_H
#define AKTA_FCGI_WINDOW_H

#include "command.h"
#include "html.h"
#include "office_proof.h"
#include "office_request.h"

#include <signal.h>
#include <stdatomic.h>

/* ---------------------------------------------------------------- what is sent as it lies (site.c) */

#define SITE_FILES     4
#define SITE_NAME_SIZE 32
struct site_file {
    char name[SITE_NAME_SIZE]; /* with a digest of the content, so that it may be kept for ever */
    const char *type;
    struct bytes content;
};
struct site {
    struct site_file style, icon, bip, verify;
};
void site_fill(struct site *s); /* once, before threads */

/* ---------------------------------------------------------------- how it goes (traffic.c) */

#define TRAFFIC_FACES  3 /* enum face */
#define TRAFFIC_BOUNDS 9
struct traffic { /* of all threads since the start; zero is a beginning */
    uint64_t since_ns;
    atomic_uint_fast64_t begun, running, took_ns, answers[TRAFFIC_FACES][4] /* 2xx … 5xx */, took[TRAFFIC_BOUNDS + 1];
};
unsigned traffic_bound_ms(size_t i);

#define TRANSFERS_MOST 64
struct window {
    struct archive *archive; /* NULL: maintenance, every page is 503 */
    struct pulse *pulse;
    struct bulletin_desk *desk; /* what the office publishes */
    struct kept *kept;          /* NULL: every page is made anew */
    struct request_desk *requests;
    struct rate *rate;                                /* NULL: nobody is held back */
    struct key form_key;                              /* under which forms are marked */
    atomic_uint transfers;                            /* uploads and downloads under way … */
    unsigned transfer_max;                            /* … of which there may be so many, at most TRANSFERS_MOST */
    atomic_uint_fast64_t transfer_of[TRANSFERS_MOST]; /* whose each is: network_of; 0: the place is free */
    struct traffic traffic;
    atomic_bool closing; /* no new one begins: a stop waits for those under way */
    struct site site;
};

/* ---------------------------------------------------------------- a request and its answer */

struct request { /* valid while the handler runs */
    struct str method, path, query, remote, if_none_match, accept_language;
    struct str content_type, host, origin, fetch_site; /* n 0: the header is not there */
    struct str once, secret;                           /* Idempotency-Key, Akta-Secret */
    struct str range, if_range;
    uint64_t body_size;         /* as announced; BODY_UNKNOWN: it was not */
    struct content_source body; /* read NULL: there is none */
};
#define BODY_UNKNOWN UINT64_MAX
#define BODY_SMALL   (256u << 10) /* nginx waits for bodies up to here, so that a slow one holds no thread */
enum cache {
    CACHE_NEVER,
    CACHE_OWN,     /* its reader's browser may show it once more to whoever goes back to it; asked anew otherwise */
    CACHE_PUBLIC,  /* the same for everyone: a minute, then asked again by its ETag */
    CACHE_FOREVER, /* its name changes with its content */
};
#define BODY_MAX  (8u << 20)
#define ETAG_SIZE 40
typedef bool (*answer_sink)(void *ctx, struct bytes piece, struct err *e);
struct answer {
    int status;
    enum cache cache;
    const char *type;       /* media type */
    struct str allow;       /* for 405 */
    struct str location;    /* for 303, 308 */
    struct str disposition; /* of a download; n 0: none */
    struct str link;        /* header Link: what goes on elsewhere; n 0: none */
    unsigned retry_after;   /* seconds; 0: none */
    bool script;            /* the page has a script of ours: its policy allows that, and nothing more */
    char etag[ETAG_SIZE];
    struct buf body;
    /* A download instead of a body: hands `stream_size` bytes to the sink, or fails on the way, and then the connection
     * ends short of them. Its ctx lies in the request's arena. */
    bool (*stream)(void *ctx, answer_sink sink, void *sink_ctx, struct err *e);
    void *stream_ctx;
    uint64_t stream_size;
    struct window *transfer;  /* holds a transfer slot until it is sent … */
    unsigned transfer_place;  /* … this one */
    bool ranges;              /* parts of it can be asked for */
    struct str content_range; /* of 206 and 416 */
};
void answer_text(struct answer *a, int status, const char *text);
void answer_whole(struct answer *a, const struct buf *text, const char *type); /* 200 */
void answer_stamp(struct answer *a); /* its ETag, from its body */
struct call;
/* Of Accept-Language (RFC 9110 §12.5.4): English where it is named and not Polish before it. */
enum lang language_preferred(struct str accepted);
/* 303 to an address of ours, without the language, which it gets. */
void answer_redirect(struct call *c, struct str path);
/* ---- byte ranges (range.c) */

struct byte_range {
    uint64_t from, n;
};
enum range_kind { RANGE_WHOLE, RANGE_PART, RANGE_OUTSIDE };
enum range_kind range_of(struct str header, uint64_t size, struct byte_range *out);
/* For a download that can begin anywhere, with its stream_size and its strong ETag set: what to send of it. Turns the
 * answer into 206 or 416 where the request asks for a part. */
void answer_range(struct answer *a, const struct request *q, struct arena *ar, struct byte_range *part);

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

/* ---------------------------------------------------------------- declared input (input.c) */

#define FIELDS_MAX 32
enum input_type {
    INPUT_TEXT,   /* one line */
    INPUT_LINES,  /* several */
    INPUT_NUMBER, /* digits within its range */
    INPUT_WORD,   /* a choice: [a-z0-9_-]+, which the handler looks up */
    INPUT_FILES,  /* files of a multipart body; the row's `file` takes them */
};
struct input_field {
    const char *name;
    enum input_type type;
    uint64_t min, max; /* INPUT_TEXT, INPUT_LINES: most characters; INPUT_NUMBER: its range */
};
struct value {
    bool given;
    struct str text;
    uint64_t number;
    struct err fault; /* code ERR_NONE: sound */
};
void input_begin(struct value *values, size_t n, enum lang lang);
/* One name=text that came in; what the fields do not name is ignored. false: it cannot be read at all (a field named
 * twice); a value that is only out of its range has its fault, and its text is kept. */
bool input_take(const struct input_field *fields, size_t n, struct str name, struct str text, struct arena *ar,
                struct value *values, struct err *e) MUST_USE;
/* The same of a whole query or an urlencoded body: also refused are broken percent codes and bytes that are no text. */
bool query_read(const struct input_field *fields, size_t n, struct str query, struct arena *ar, struct value *values,
                struct err *e) MUST_USE;

/* ---------------------------------------------------------------- forms are ours (ticket.c), senders keep measure
 * (rate.c)
 */

#define TICKET_FIELD "formularz" /* the first hidden field of every form that is posted */
enum ticket_state { TICKET_FALSE, TICKET_STALE /* ours, older than a day */, TICKET_SOUND };
struct str ticket_make(struct call *c, struct str path); /* path: where the form is posted to, without the language */
/* *once: the same for each repeat of one form. */
enum ticket_state ticket_check(const struct call *c, struct str ticket, struct str path, struct str *once);
bool comes_from_here(const struct request *q); /* what the browser says of the sender's page */
/* The key of the tickets; made and stored wrapped at the first call. */
bool ticket_key_open(struct archive *a, struct key *out, struct err *e) MUST_USE;

struct rate;
struct rate *rate_new(void); /* for letters. NULL: no memory, and nobody is held back */
struct rate *rate_new_of(uint64_t most, uint64_t seconds_for_one);
void rate_free(struct rate **r);
/* 0: go on, one letter is counted; else the seconds to wait. now: monotonic_ns. */
unsigned rate_take(struct rate *r, struct str remote, uint64_t now);
unsigned rate_take_address(struct rate *r, struct str email, uint64_t now); /* the same for an address of mail */
/* An IPv4 address or the first 56 bits of an IPv6 one, as a number; 0: it is neither, such as a Unix socket. */
uint64_t network_of(struct str remote);
bool is_loopback(struct str remote);

/* Long transfers hold at most transfer_max threads at once, and those of one network half of them: a few slow readers
 * behind one address do not keep everybody's files out. This machine is no network. false: none is free, or the window
 * closes. */
bool transfer_begin(struct window *w, struct str remote, unsigned *place);
void transfer_end(struct window *w, unsigned place);
/* A body or a download must move PACE_LEAST bytes a second, averaged from PACE_GRACE seconds on. */
#define PACE_GRACE 10u
#define PACE_LEAST (16u << 10)
bool pace_holds(uint64_t begun_ns, uint64_t now_ns, uint64_t bytes);

/* ---------------------------------------------------------------- bodies (intake.c; readers of their forms: body.h) */

struct header_value;
/* Reads the body as the row declares. false: c->e says why, and nothing of it may be used. */
bool intake_read(struct call *c, unsigned kind, const struct header_value *type) MUST_USE;
unsigned intake_kind(struct call *c, struct header_value *type); /* enum body_kind of its Content-Type */

/* ---------------------------------------------------------------- the table of addresses (route.c) and its gate
 * (gate.c) */

enum who { WHO_ANYONE, WHO_LOOPBACK /* callers on this machine only: to others the address does not exist */ };
enum face { FACE_PAGE, FACE_API, FACE_PLAIN }; /* how errors look */
bool traffic_begin(struct traffic *t); /* false: others are answered at the same time */
void traffic_end(struct traffic *t, enum face face, int status, uint64_t ns);
enum section { SECTION_NONE, SECTION_CARDS, SECTION_REGISTERS, SECTION_ASK, SECTION_FOLLOW, SECTION_LOG,
               SECTION_REQUESTS };
enum body_kind {
    BODY_NONE = 0,
    BODY_FORM = 1,
    BODY_MULTIPART = 2,
    BODY_JSON = 4,
    BODY_TEXT = 8
}; /* what a row takes, together */
enum row_flag {
    ROW_OWN_FAULTS = 1,     /* the handler shows faults of fields itself, beside the field */
    ROW_IN_MAINTENANCE = 2, /* needs no archive */
    ROW_MADE_ANEW = 8,      /* is not kept for the next moment: what is taken back is gone at once */
    ROW_FILES_LETTERS = 4,  /* counts against the rate of filing of its sender */
};
/* What /api/v1/openapi.json says of a row of the API; the rest of it comes from the row (openapi.c). Every row of
 * FACE_API has one, made with OPERATION(…) in route.c. Schemas stand in conf/api. */
enum operation_flag {
    OPERATION_SECRET = 1,     /* only with the header Akta-Secret */
    OPERATION_ONCE = 2,       /* takes Idempotency-Key: 201, and 200 for a repeat */
    OPERATION_MAY_SECRET = 4, /* tells more with the header Akta-Secret */
};
struct api_operation {
    const char *id;      /* operationId: "listServices" */
    const char *summary; /* one sentence, without quotes */
    const char *answer;  /* name of the schema of a good answer; NULL: it is text */
    const char *type;    /* of a good answer; NULL: application/json */
    const char *part;    /* what the varying segment is called; NULL: as in the row's path */
    const char *takes;   /* name of the schema of the JSON that is posted */
    const char *sample;  /* a complete example of it, with ' for " */
    unsigned flags;      /* enum operation_flag */
};
struct part;
struct route_row {
    const char *method; /* GET answers HEAD too */
    const char *path;   /* with {slug}, {n}, {v}, {sha256} or {file} for a segment that varies */
    void (*handle)(struct call *c);
    enum who who;
    enum face face;
    unsigned body;  /* enum body_kind, together */
    uint64_t limit; /* of the body, in bytes */
    enum cache cache;
    enum section section;
    const struct input_field *fields; /* of the query; of a row with a body, of the body */
    size_t field_count;
    unsigned flags; /* enum row_flag */
    /* A page that is posted to: shows the form once more, as it was filled in, with the faults of c->values and what
     * c->notice says. Answers 422. */
    void (*again)(struct call *c);
    /* Takes a file of a multipart body before the handler runs. A slip of the person goes into the field's fault and is
     * no failure. */
    bool (*file)(struct call *c, const struct part *p, struct content_source src);
    const struct api_operation *op; /* of a row of the API, and of no other */
};
const struct route_row *route_rows(size_t *count); /* for the gate, and for tests that visit every row */

struct parts {
    struct str slug;  /* what stands for {slug}, {file} or {sha256} */
    uint64_t number;  /* what stands for {n} */
    uint64_t version; /* what stands for {v} */
    struct str token; /* what stands for {token} */
    struct str code;  /* what stands for {code} */
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
    /* of a request with a body */
    struct str json;           /* the body, or the part `request` of a multipart one */
    instant received;          /* when its last byte was read */
    struct str once;           /* what makes a repeat of the same form known */
    bool broken_off;           /* not all of it came: what is missing was not left empty by anybody */
    const char *notice;        /* msgid of what the form says about itself; NULL: nothing */
    struct str draft;          /* token of the draft that its files went to; n 0: none */
    uint64_t ctx_number;       /* of the row's file hook: how many it has taken */
    struct shown_files *shown; /* of the row's file hook (verify.h): what it has read; NULL: nothing */
};
/* Answers the request whole, errors too. The arena is the caller's, empty. */
void window_answer(struct window *w, const struct request *q, struct arena *ar, struct answer *a);
bool route_match(const struct route_row *row, struct str path, struct parts *parts);

/* Tables of fields that have a file of their own. */
#define PREPARE_FIELDS 8
#define ASK_FIELDS     27
#define DEED_FIELDS    12
extern const struct input_field ask_fields[ASK_FIELDS];         /* ask.c: everything that a letter may be asked */
extern const struct input_field prepare_fields[PREPARE_FIELDS]; /* page_prepare.c: data from a register */
extern const struct input_field deed_fields[DEED_FIELDS];       /* page_deed.c: acts in a filed case */

/* ---------------------------------------------------------------- errors (problem.c) */

/* A page, a problem+json or a line, as the row's face says. The literal tells what happened and what to do. */
void answer_problem(struct call *c, int status, const char *msgid);
void answer_problem_said(struct call *c, int status,
                         struct str detail); /* the same, already in the language asked for */
/* The same from an error of the office: not found is 404, busy 503 and so on. */
void answer_error(struct call *c);

/* ---------------------------------------------------------------- the layout of every page (page.c) */

/* Everything up to the one h1, which is the title too. page_end checks the page and answers 200; a page that failed is
 * 500 and a line in the log. */
void page_begin(struct call *c, struct str h1);
void page_begin_polish(struct call *c, struct str h1);  /* the h1 is Polish in every language */
void page_begin_main(struct call *c, struct str title); /* up to what stands before the h1 … */
void page_h1(struct call *c, struct str h1);            /* … which then follows */
void page_end(struct call *c, int status);
/* Whether an address below /informacje has its text: links lead only to what exists. */
bool page_exists(struct call *c, const char *path);
/* An address of ours in the language of the page, at the beginning of href or action. */
void page_address(struct call *c, const char *path);
void page_address_of(struct call *c, struct str path);
/* <a href="/lang/path/part">; part may be STR_NONE. The caller writes the text and closes it. */
void page_link(struct call *c, const char *path, struct str part);
void page_link_said(struct call *c, const char *path, const char *msgid); /* all of it, with a text of ours */
/* page_begin of a page with such a form: a fault in it is the first word of the title. */
void page_words_begin(struct call *c, struct str h1, const struct value *v);
/* <form> with one line of words to look for, sent to path as q; v: what was asked, with its fault. */
void page_words_form(struct call *c, const char *path, const struct value *v, const char *label, const char *submit);
void page_heading(struct call *c, const char *msgid);   /* <h2> */
void page_paragraph(struct call *c, const char *msgid); /* <p> */
/* A whole link; path without the language. */
void page_link_of(struct call *c, struct str path, const char *msgid);
/* The one main step of a page that is no form: a link that looks like the main button; path without the language. */
void page_button(struct call *c, struct str path, const char *msgid);
void page_basis(struct call *c, struct str basis); /* the legal basis, in Polish, as the last line of a page */
/* Where the list of this page is as data: PATH and PATH.csv of the API, in the language of the page. words: what was
 * searched for; n 0: nothing. */
void page_data(struct call *c, struct str path, struct str words);
void page_print_help(struct call *c);                   /* how to print it, without a script (paper.c) */
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
struct str fault_said(struct arena *ar, struct str text);                /* a sentence stays as it is */
struct str weekday_said(struct arena *ar, struct day d, enum lang lang); /* w sobotę 21 listopada 2026 r. */
void page_day(struct call *c, struct day d);                             /* <time>21 listopada 2026 r.</time> */
void page_weekday(struct call *c, struct day d);
void page_weekday_short(struct call *c, struct day d); /* sobota, 21.11.2026, for tables */
void page_instant(struct call *c, instant t);
void page_stop(struct call *c); /* the full stop of a sentence that ends with a day, which in Polish has one already */
void page_second(struct call *c, instant t); /* 21 listopada 2026 r. o 20:06:17 */

/* ---------------------------------------------------------------- published documents (prose.c, metryka.c) */

/* Markdown below a heading of `level`; headings of the text begin one lower and skip none. */
void page_prose(struct call *c, struct str markdown, unsigned level);
void page_metryka(struct call *c, const struct published *p);
void page_state(struct call *c, const struct published *p);         /* a box, when it is not current */
void page_out_of_date(struct call *c);                              /* the word and its icon */
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
void page_requests(struct call *c);
void page_one_request(struct call *c);
void page_answers(struct call *c);
void page_answer(struct call *c);
void page_answer_file(struct call *c);
void page_statistics(struct call *c);
void feed_register(struct call *c);
void feed_answers(struct call *c);
void feed_terms(struct call *c);
void page_dcat(struct call *c);
void send_attachment(struct call *c, const struct request_attachment *f); /* it outlives the call: the answer is streamed */
void page_choose(struct call *c);
void page_party(struct call *c);
void page_prepare(struct call *c);
void page_prepare_post(struct call *c);
void page_prepare_again(struct call *c);
void page_ask(struct call *c);
void page_question(struct call *c);
void page_question_post(struct call *c);
void page_question_again(struct call *c);
bool page_question_file(struct call *c, const struct part *p, struct content_source src);
void page_review(struct call *c);
void page_review_post(struct call *c);
void page_receipt(struct call *c);
void page_case(struct call *c);
void page_case_file(struct call *c);
void page_case_letter(struct call *c);
void page_case_proof(struct call *c);
void page_case_bag(struct call *c);
void page_case_calendar(struct call *c);
void page_case_changes(struct call *c);
void page_case_terms(struct call *c);
void page_remedy(struct call *c);
void page_deed(struct call *c);
void page_deed_post(struct call *c);
void page_deed_again(struct call *c);
bool page_deed_file(struct call *c, const struct part *p, struct content_source src);
void page_follow(struct call *c);
void page_follow_post(struct call *c);
void page_follow_again(struct call *c);
/* <a href> of the page of a published document. */
void page_document_link(struct call *c, const struct published *p);
const char *document_kind_said(enum published_kind k); /* msgid */
void page_verify(struct call *c);
void page_verify_post(struct call *c);
void page_verify_again(struct call *c);
bool page_verify_file(struct call *c, const struct part *p, struct content_source src);
void page_verdict(struct call *c);
void page_verdict_proof(struct call *c);
void api_verify(struct call *c);
void api_verify_proof(struct call *c);
void api_send(struct call *c, const struct json *o, int status);
/* The object that was posted; false: c->e. What no letter could need is refused before anything is built of it. */
#define API_MEMBERS 40
bool api_read(struct call *c, struct json_member **list, size_t *n) MUST_USE;
void api_faults(struct call *c, const struct request_faults *faults); /* 422 with each fault by its field */
void api_request_post(struct call *c);
bool api_request_file(struct call *c, const struct part *p, struct content_source src);
void api_request(struct call *c);
void api_prepare(struct call *c);
void api_requests(struct call *c);
void api_requests_csv(struct call *c);
void api_answers(struct call *c);
void api_answer(struct call *c);
void api_answers_csv(struct call *c);
void api_statistics(struct call *c);
void api_statistics_csv(struct call *c);
void api_services(struct call *c);
void api_service(struct call *c);
void api_registers(struct call *c);
void api_register(struct call *c);
void api_texts(struct call *c);
void api_notices(struct call *c);
void api_text(struct call *c);
void api_rules(struct call *c);
void api_prices(struct call *c);
void api_versions(struct call *c);
void api_changes(struct call *c);
void api_search(struct call *c);
void api_openapi(struct call *c);

/* ---------------------------------------------------------------- FastCGI (accept.c: the only file with <fcgiapp.h>;
 * door.h: connections)
 */

struct acceptor;
/* Takes the socket that was handed over, else listens at DIR/run/fcgi.sock (0660). */
bool acceptor_start(struct window *w, const char *dir, unsigned threads, struct acceptor **out, struct err *e) MUST_USE;
/* The first half of a stop: uploads and downloads under way go on for at most so many seconds, new ones are told to
 * come again, everything else is served. One more of `signals` ends the wait. */
void acceptor_wind_down(struct acceptor *a, unsigned seconds, const sigset_t *signals);
/* Nobody is let in any more, requests under way finish; false: some did not within 10 s. */
bool acceptor_stop(struct acceptor **a);

/* ---------------------------------------------------------------- the listening socket (listen.c) */

bool listener_passed(int *out);                                        /* handed over by whoever started us */
bool listener_make(const char *dir, int *out, struct err *e) MUST_USE; /* at DIR/run/fcgi.sock, 0660 */
#define LISTENER_KEPT 3
/* Makes the socket, puts it at LISTENER_KEPT and becomes the program. Returns only when that failed. */
bool listener_hand_over(const char *dir, char **program, struct err *e);

/* ---------------------------------------------------------------- notices go out (post.c, post_hand.c) */

/* The thread that hands notices over, one after the other, as the settings [mail] say. Mail that is not set up: *out is
 * NULL, and nothing is done. ERR_INVALID: a setting does not fit, named. */
struct post;
bool post_start(struct archive *a, struct request_desk *d, struct post **out, struct err *e) MUST_USE;
void post_stop(struct post **p); /* a notice that is on its way goes on by itself; the next start reads its word */

/* ---------------------------------------------------------------- is the store alive (pulse.c) */

/* Asks the store every few seconds for a read and an empty write. An answer that does not come within 30 s ends the
 * process (fail_stop): a hang shows no error. Counts records on the side. */
struct pulse;
bool pulse_start(struct archive *a, struct pulse **out, struct err *e) MUST_USE;
void pulse_stop(struct pulse **p);
bool pulse_probe(struct archive *a, struct err *e) MUST_USE; /* one read */
/* One look a second, which are counted, and not the clock: a process that was stopped, or whose machine was, wakes up to
 * a clock that has gone on, and nothing hangs. */
struct pulse_looks {
    uint64_t answered_ns;
    unsigned silent; /* looks in a row that saw no new answer */
};
bool pulse_hangs(struct pulse_looks *l, uint64_t answered_ns);
bool pulse_records(const struct pulse *p, uint64_t *count);  /* false: not counted yet */

#endif
