/* office_notice.h: notices by e-mail to the people whose requests these are. Part of the room of office.h; knows no
 * SMTP and starts no program: the owner's postman (fcgi/post.c) asks here what is due and tells here what became of it.
 *
 * Promises: a notice is written in the transaction of the verb that causes it, and only when mail is set up and the
 * requester gave an address; nothing of it is personal, because the address stays where it is, sealed with the request,
 * and is read when the notice goes out (an address that was corrected meanwhile is the one used; one that was erased is
 * gone). Each notice goes out once: before it is handed over, that is made durable, and what is handed over is never
 * handed over again before it is known what became of it. When nobody can know any more (the power or the server went
 * away between the last byte and the server's word), it goes out once more under the very same Message-ID, by which
 * mail systems tell a repeat. Fails with the store. */
#ifndef AKTA_OFFICE_NOTICE_H
#define AKTA_OFFICE_NOTICE_H

#include "office_request.h"

/* The rows [mail] of DIR/akta.conf. No server: mail is off, and nothing is queued. */
#define MAIL_SETTINGS                                                                                                    \
    {"mail.server", SET_TEXT, "", 0, 200, N_("SMTP server that takes notices for citizens; empty: no mail")},            \
        {"mail.port", SET_U64, "587", 1, 65535, N_("its port")},                                                         \
        {"mail.tls", SET_TEXT, "starttls", 0, 10, N_("how the line to it is secured: starttls, tls or none")},           \
        {"mail.authorities", SET_TEXT, "", 0, 1000, N_("certificates that vouch for it; empty: the machine's")},         \
        {"mail.user", SET_TEXT, "", 0, 200, N_("name to sign in with; empty: none")},                                    \
        {"mail.password_file", SET_TEXT, "", 0, 1000, N_("file that holds the password, for its owner alone")},          \
        {"mail.from", SET_TEXT, "", 0, 200, N_("address that notices come from")},                                       \
        {"mail.return_path",                                                                                             \
         SET_TEXT,                                                                                                       \
         "",                                                                                                             \
         0,                                                                                                              \
         200,                                                                                                            \
         N_("address for reports of failed delivery; empty: the one above, <>: none")},                                  \
        {"mail.site", SET_TEXT, "", 0, 200, N_("address of the citizens' window, such as https://bip.example")},         \
        {"mail.rate", SET_U64, "60", 1, 6000, N_("notices a minute, at most")},                                          \
        {"mail.per_address",                                                                                             \
         SET_U64,                                                                                                        \
         "20",                                                                                                           \
         1,                                                                                                              \
         100000,                                                                                                         \
         N_("notices to one address a day; beyond, only the office's acts")},                                            \
        {"mail.retry", SET_U64, "60", 1, 86400, N_("seconds until the second try; each later one waits twice as long")}, \
        {"mail.days", SET_U64, "5", 1, 30, N_("days after which a notice that nobody takes is given up")},               \
    {                                                                                                                    \
        "mail.patience", SET_U64, "600", 1, 3600, N_("seconds to wait for the server's word on a whole message")         \
    }

enum notice_state {
    NOTICE_WAITING = 1,
    NOTICE_HANDED,   /* on its way: nobody but whoever handed it over may touch it */
    NOTICE_SENT,     /* the server took it; more is not known */
    NOTICE_REFUSED,  /* the server will not take it for this address, or the address is none */
    NOTICE_GIVEN_UP, /* days have passed */
    NOTICE_DROPPED,  /* the address is not there any more */
    NOTICE_SPARED,   /* the requester's own act, and the address has had enough for a day */
    NOTICE_STATE_END
};
const char *notice_state_name(enum notice_state s); /* "waiting" … */
/* How far the talk with the server went. */
enum notice_stage {
    NOTICE_STAGE_NONE,
    NOTICE_ADDRESS, /* it is no address that mail can go to */
    NOTICE_PROGRAM, /* the helper did not start, or did not do its work */
    NOTICE_CONNECT,
    NOTICE_HELLO,
    NOTICE_TLS,
    NOTICE_AUTH,
    NOTICE_SENDER,
    NOTICE_RECIPIENT,
    NOTICE_DATA,
    NOTICE_CONTENT, /* after the last byte */
    NOTICE_STAGE_END
};
const char *notice_stage_name(enum notice_stage s); /* "connect" … */
bool notice_stage_parse(struct str s, enum notice_stage *out);

struct notice {
    uint64_t event; /* of the request: what the notice tells of */
    enum request_verb verb;
    enum notice_state state;
    enum notice_stage stage; /* of the last try that failed */
    unsigned code;           /* what the server said then, such as 550; 0: nothing */
    uint64_t attempts;
    bool repeated;           /* nobody could know whether the server took it, and it went out again */
    instant queued, changed; /* changed: of the state, or the last try */
    instant next;            /* waiting: when it is tried */
};
/* The notices of a request, oldest first. */
bool notice_list(struct request_desk *d, const struct id *request, struct arena *ar, struct notice **out, size_t *n,
                 struct err *e) MUST_USE;
/* One sentence for people: what has become of it, without the day of it. */
const char *notice_said(const struct notice *n); /* msgid */
bool notice_verb(enum request_verb v);           /* whether such an act is told by mail */
bool notice_own_act(enum request_verb v);        /* the requester's: whoever did it knows of it without mail */

struct notice_figures {
    uint64_t waiting, late /* wait for more than a day */, failed /* refused or given up, the case still open */;
};
bool notice_figures(struct request_desk *d, instant now, struct notice_figures *out, struct err *e) MUST_USE;
/* Each notice that failed and whose case is open, and that some wait too long. */
bool notice_doctor(struct request_desk *d, instant now, store_finding finding, void *ctx, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the postman's side */

struct notice_job {
    struct id request;
    uint64_t event;
    enum request_verb verb;
    enum lang lang;
    char number[REQUEST_NUMBER_SIZE];
    char name[REQUEST_NUMBER_SIZE + 24]; /* of this notice, for a file: "2026-000123-4" */
    instant queued;
    uint64_t attempts; /* before this one */
    struct str email;  /* "" = there is none any more */
    bool unreadable;   /* the request is damaged: the doctor says more */
};
/* The first one that is due. *found false: none is. */
bool notice_next(struct request_desk *d, instant now, struct arena *ar, struct notice_job *out, bool *found,
                 struct err *e) MUST_USE;
/* The first one that is on its way. */
bool notice_handed(struct request_desk *d, struct arena *ar, struct notice_job *out, bool *found,
                   struct err *e) MUST_USE;
/* Durable before anything is sent. ERR_STATE: it waits no longer. */
bool notice_hand(struct request_desk *d, const struct notice_job *j, struct err *e) MUST_USE;
enum notice_fate {
    NOTICE_TAKEN = 1,
    NOTICE_LATER,
    NOTICE_NEVER,
    NOTICE_ENOUGH, /* it is not sent, to spare the address */
    NOTICE_UNKNOWN /* the last byte went, no word came */
};
struct notice_report {
    enum notice_fate fate;
    enum notice_stage stage;
    unsigned code;
};
/* From waiting or handed to what the report makes of it. retry, days: as the settings say. */
struct notice_patience {
    uint64_t retry, days;
};
bool notice_settle(struct request_desk *d, const struct notice_job *j, const struct notice_report *r,
                   const struct notice_patience *p, instant now, struct err *e) MUST_USE;

/* ---------------------------------------------------------------- the message */

struct notice_head {
    const struct office_info *office;
    struct str from, site; /* site: "" none */
};
bool notice_address_ok(struct str email); /* an address that goes into an envelope and a header as it is */
/* The whole message, CRLF, the same bytes each time: RFC 5322, plain text in UTF-8. The number, and nothing else of the
 * case. */
bool notice_message(const struct notice_job *j, const struct notice_head *h, struct buf *out, struct err *e) MUST_USE;
/* A text for a header as encoded words of RFC 2047 where it is not plain ASCII; folded. */
void mime_words(struct buf *out, struct str text);
void mime_phrase(struct buf *out, struct str text); /* the same for the name before an address */
void mime_quoted(struct buf *out, struct str text); /* quoted-printable, LF becomes CRLF */

#endif
