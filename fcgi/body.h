/* body.h: readers of what a request carries in its body and in header values. Pure: bytes in, values out; nothing here
 * knows addresses, pages or sockets.
 *
 * Strict where two readers could differ: what is not exactly of its form is refused whole with ERR_INVALID, what is
 * over a limit with ERR_TOO_BIG, and the text says what. Memory is bounded by the limits, never by the sender. */
#ifndef AKTA_FCGI_BODY_H
#define AKTA_FCGI_BODY_H

#include "store.h" /* struct content_source */

/* ---------------------------------------------------------------- header values (header_value.c) */

#define HEADER_PARAMS_MAX 8
struct header_param {
    struct str name; /* lower case */
    struct str value;
};
struct header_value { /* form-data; name="plik"; filename="a.pdf" */
    struct str value; /* lower case */
    struct header_param params[HEADER_PARAMS_MAX];
    size_t count;
};
/* A parameter that comes twice is refused. */
bool header_value_read(struct str text, struct arena *ar, struct header_value *out, struct err *e) MUST_USE;
struct str header_param(const struct header_value *v, const char *name); /* p NULL: it is not there */

/* ---------------------------------------------------------------- percent codes and pairs (pairs.c) */

/* %C4%85 becomes its byte, with `plus` a + a blank. The result is valid UTF-8 in the arena. */
bool percent_decode(struct str in, bool plus, struct arena *ar, struct str *out, struct err *e) MUST_USE;
/* The next name=value of application/x-www-form-urlencoded or of a query, taken from the front of *rest; *more false:
 * there is none. */
bool pair_next(struct str *rest, struct arena *ar, struct str *name, struct str *value, bool *more,
               struct err *e) MUST_USE;

/* ---------------------------------------------------------------- multipart/form-data (multipart.c) */

struct multipart;
struct multipart_limits {
    size_t parts;        /* most parts */
    size_t header_lines; /* of a part */
    size_t header_bytes; /* of a part */
};
extern const struct multipart_limits multipart_limits_standard;
struct part {
    struct str name;
    bool is_file;
    struct str file_name; /* its last segment, without a folder; "" when nobody chose a file */
    struct str type;      /* as its sender says: never trusted */
};
/* Pulls from `from`, holding one buffer of 64 KiB in the arena. type: the Content-Type of the whole body. */
bool multipart_open(const struct header_value *type, struct content_source from, const struct multipart_limits *limits,
                    struct arena *ar, struct multipart **out, struct err *e) MUST_USE;
/* Goes to the next part, past what was not read of the one before. *more false: the body ended as it should. */
bool multipart_next(struct multipart *m, struct part *out, bool *more, struct err *e) MUST_USE;
/* The content of the part at hand; at its end *got is 0. A body that breaks off inside it is a failure, never an end.
 */
struct content_source multipart_content(struct multipart *m);
/* All of it, when it is at most `most` bytes; ERR_TOO_BIG. */
bool multipart_text(struct multipart *m, size_t most, struct str *out, struct err *e) MUST_USE;

#endif
