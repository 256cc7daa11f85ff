/* post.h: what the two files of the postman share. */
#ifndef AKTA_FCGI_POST_H
#define AKTA_FCGI_POST_H

#include "office_notice.h"

/* The settings [mail], as the helper takes them; texts live as long as the archive. */
struct post_route {
    struct str server, tls, authorities, user, password_file, from, return_path, site;
    uint64_t port, rate, per_address, patience;
    struct notice_patience tries;
};
/* ERR_INVALID names the setting. *on false: mail is not set up. */
bool post_route_take(const struct settings *set, struct post_route *out, bool *on, struct err *e) MUST_USE;

#define POST_FILE_SIZE 64
void post_file(const struct notice_job *j, char out[POST_FILE_SIZE]); /* of its word, in DIR/run */
/* Gives the message to the helper, which goes on by itself. The file of its word is made and durable before `mark` is
 * asked, and `mark` is durable before anything is sent. *pid 0: the helper did not start, and the file says nothing. */
struct post_parcel {
    const struct post_route *route;
    const struct notice_job *job;
    struct bytes message;
    const char *program;
    int run; /* DIR/run */
    bool (*mark)(void *ctx, struct err *e);
    void *ctx;
};
bool post_hand(const struct post_parcel *p, pid_t *pid, struct err *e) MUST_USE;
/* What has become of it. *over false: the helper is still at work. No file is NOTICE_UNKNOWN. */
bool post_word(int run, const struct notice_job *j, bool *over, struct notice_report *out, struct err *e) MUST_USE;
void post_forget(int run, const struct notice_job *j); /* removes the file of its word */

#endif
